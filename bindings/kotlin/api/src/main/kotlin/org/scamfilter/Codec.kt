package org.scamfilter

import java.nio.BufferUnderflowException
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.CharBuffer
import java.nio.charset.CodingErrorAction

/** Bytes of the one call a message; the layout is described in the Rust crate's `wire.rs`. */
internal object Codec {
    /** Rust looks at 65,536 bytes; a unit is at least one byte, so one more unit still says that it was cut. */
    private const val MAX_UNITS = 65_537
    private const val MAX_SHORT = 256

    fun request(message: Message): ByteArray {
        val strings = listOf(message.sender, message.simCountry, message.locale).map { utf8(it.orEmpty(), MAX_SHORT) } +
            listOf(utf8(message.text, MAX_UNITS))
        var flags = 0
        fun flag(bit: Int, on: Boolean?) { if (on == true) flags = flags or (1 shl bit) }
        flag(0, message.sender != null)
        flag(1, message.simCountry != null)
        flag(2, message.locale != null)
        flag(3, message.receivedAt != null)
        flag(4, message.redacted)
        flag(5, message.senderIsContact != null)
        flag(6, message.senderIsContact)
        flag(7, message.hasReplied != null)
        flag(8, message.hasReplied)
        val out = ByteBuffer.allocate(12 + strings.sumOf { 4 + it.size }).order(ByteOrder.LITTLE_ENDIAN)
        out.put(1).put(message.channel.number.toByte()).putShort(flags.toShort()).putLong(message.receivedAt ?: 0)
        strings.forEach { out.putInt(it.size).put(it) }
        return out.array()
    }

    /** A string that UniFFI takes: no lone surrogates, and no longer than anything here is looked at. */
    fun wellFormed(text: String): String = String(utf8(text, MAX_UNITS), Charsets.UTF_8)

    /** A lone surrogate becomes U+FFFD, one unit like itself, so that spans stay right. */
    private fun utf8(text: String, max: Int): ByteArray {
        val end = if (text.length <= max) text.length else if (text[max - 1].isHighSurrogate()) max + 1 else max
        val encoder = Charsets.UTF_8.newEncoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .replaceWith(byteArrayOf(0xef.toByte(), 0xbf.toByte(), 0xbd.toByte()))
        val bytes = encoder.encode(CharBuffer.wrap(text, 0, end))
        return ByteArray(bytes.remaining()).also(bytes::get)
    }

    fun reply(bytes: ByteArray): Verdict = try {
        val reader = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)
        val verdict = verdict(reader)
        if (reader.hasRemaining()) throw BugException("the reply is longer than it says")
        verdict
    } catch (_: BufferUnderflowException) {
        throw BugException("the reply is cut")
    }

    private fun verdict(r: ByteBuffer): Verdict {
        if (r.get().toInt() != 1) throw BugException("the reply has another version: bindings and library do not fit together")
        val level = Level.entries.getOrNull(r.byte()) ?: throw BugException("the reply has an unknown level")
        val category = r.byte().let { if (it == 255) null else Category.entries.getOrNull(it) ?: Category.OTHER }
        val truncated = r.byte() and 1 != 0
        val (score, unwanted) = r.getInt() to r.getInt()
        val packs = List(r.count()) { PackId(r.string().orEmpty(), r.getLong()) }
        val reasons = List(r.count()) {
            val code = ReasonCode.entries.getOrNull(r.byte()) ?: ReasonCode.UNKNOWN
            val rule = r.string().orEmpty()
            val pack = packs.getOrNull(r.count())?.pack.orEmpty()
            val (weight, weightUnwanted) = r.getInt() to r.getInt()
            val textId = r.string().orEmpty()
            val (brand, host) = r.string() to r.string()
            Reason(code, rule, pack, weight, weightUnwanted, List(r.count()) { Span(r.getInt(), r.getInt()) }, brand, host, textId)
        }
        return Verdict(level, category, score, unwanted, truncated, reasons, packs)
    }

    private fun ByteBuffer.byte(): Int = get().toInt() and 0xff

    private fun ByteBuffer.count(): Int = getShort().toInt() and 0xffff

    private fun ByteBuffer.string(): String? {
        val length = count()
        if (length == 0xffff) return null
        if (length > remaining()) throw BufferUnderflowException()
        return String(ByteArray(length).also { get(it) }, Charsets.UTF_8)
    }
}

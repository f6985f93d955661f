package org.scamfilter

import java.nio.Buffer
import java.nio.BufferUnderflowException
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.CharBuffer
import java.nio.charset.CharsetEncoder
import java.nio.charset.CodingErrorAction

/** Bytes of the one call a message; the layout is described in the Rust crate's `wire.rs`. */
internal object Codec {
    /** Rust looks at 65,536 bytes; a unit is at least one byte, so one more unit still says that it was cut. */
    private const val MAX_UNITS = 65_537
    private const val MAX_SHORT = 256

    /** Fixed fields and four lengths. */
    private const val HEAD = 28
    private const val UTF8_MOST = 3

    /** Most bytes that the request for [message] can take. */
    fun bound(message: Message): Int =
        HEAD + UTF8_MOST * (short(message.sender) + short(message.simCountry) + short(message.locale) + units(message.text, MAX_UNITS))

    /** Writes the request for [message] into [out], which has room for it, from its beginning to its position. */
    @Suppress("MagicNumber") // Bits of the layout.
    fun request(message: Message, out: ByteBuffer, encoder: CharsetEncoder) {
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
        // As `Buffer`: old platforms lack the methods of `ByteBuffer` that return itself.
        (out as Buffer).clear()
        out.put(1).put(message.channel.number.toByte()).putShort(flags.toShort()).putLong(message.receivedAt ?: 0)
        string(message.sender.orEmpty(), MAX_SHORT, out, encoder)
        string(message.simCountry.orEmpty(), MAX_SHORT, out, encoder)
        string(message.locale.orEmpty(), MAX_SHORT, out, encoder)
        string(message.text, MAX_UNITS, out, encoder)
    }

    private fun string(text: String, max: Int, out: ByteBuffer, encoder: CharsetEncoder) {
        val at = out.position()
        out.putInt(0)
        encoder.reset()
        encoder.encode(CharBuffer.wrap(text, 0, units(text, max)), out, true)
        out.putInt(at, out.position() - at - Int.SIZE_BYTES)
    }

    private fun short(text: String?): Int = if (text == null) 0 else units(text, MAX_SHORT)

    /** Units of [text] that are sent: a pair of surrogates is not cut. */
    private fun units(text: String, max: Int): Int =
        if (text.length <= max) text.length else if (text[max - 1].isHighSurrogate()) max + 1 else max

    /** A lone surrogate becomes U+FFFD, one unit like itself, so that spans stay right. */
    fun encoder(): CharsetEncoder = Charsets.UTF_8.newEncoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .onUnmappableCharacter(CodingErrorAction.REPLACE)
        .replaceWith(byteArrayOf(0xef.toByte(), 0xbf.toByte(), 0xbd.toByte()))

    /** A string that UniFFI takes: no lone surrogates, and no longer than anything here is looked at. */
    fun wellFormed(text: String): String {
        val end = units(text, MAX_UNITS)
        if (end == text.length && text.none(Char::isSurrogate)) return text
        val bytes = encoder().encode(CharBuffer.wrap(text, 0, end))
        return String(ByteArray(bytes.remaining()).also(bytes::get), Charsets.UTF_8)
    }

    fun reply(bytes: ByteArray): Verdict = reply(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN))

    /** Reads a reply from the position of [reader] to its limit. */
    fun reply(reader: ByteBuffer): Verdict = try {
        val verdict = verdict(reader)
        if (reader.hasRemaining()) throw BugException("the reply is longer than it says")
        verdict
    } catch (_: BufferUnderflowException) {
        throw BugException("the reply is cut")
    }

    @Suppress("MagicNumber") // The byte that says that there is none.
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

package org.scamfilter.android

import android.content.ContentResolver
import android.database.Cursor
import android.net.Uri
import java.io.ByteArrayOutputStream
import java.nio.charset.Charset
import org.scamfilter.Channel
import org.scamfilter.Message

/**
 * The text of an MMS that the host app, being the default SMS app, has downloaded and put into the system's store. The app needs
 * `READ_SMS`; without it [message] throws [SecurityException]. Pictures and layouts are not looked at.
 *
 * Reads the store: call it off the main thread.
 */
public object MmsMessages {
    private const val FROM = 137
    private const val NO_ADDRESS = "insert-address-token"
    private const val MAX_PARTS = 100
    private const val MAX_BYTES = 256 * 1024
    private const val MILLIS = 1_000L

    /**
     * The message at [mms] (`content://mms/7`): subject and text parts, a line each. `null` when there is no such message or it
     * has no text. A text that cannot be read, or more of it than is looked at, makes the message `redacted`, so never clear.
     *
     * @param isContact asked with the sender's address; the system's contacts are never asked
     */
    @JvmStatic
    @JvmOverloads
    public fun message(resolver: ContentResolver, mms: Uri, isContact: (String) -> Boolean? = { null }): Message? {
        val head = rows(resolver, mms, null) { c ->
            Head(c.long("date"), c.text("sub")?.let { decoded(it, c.long("sub_cs")) })
        }.firstOrNull() ?: return null
        val parts = rows(resolver, Uri.withAppendedPath(mms, "part"), "seq") { c ->
            Part(c.long("_id") ?: -1, c.text("ct").orEmpty(), c.text("text"), c.long("chset"))
        }
        val plain = parts.filter { it.type.substringBefore(';').trim().equals("text/plain", ignoreCase = true) }
        val texts = plain.take(MAX_PARTS).map { it.text ?: stored(resolver, it) }
        val text = (listOf(head.subject) + texts).filterNot { it.isNullOrBlank() }.joinToString("\n")
        // What lies behind the parts that are looked at may be text.
        val hidden = parts.size > MAX_PARTS || texts.any { it == null }
        if (text.isEmpty() && !hidden) return null
        val from = rows(resolver, Uri.withAppendedPath(mms, "addr"), null) { c -> c.long("type") to c.text("address") }
        val sender = from.firstOrNull { it.first == FROM.toLong() }?.second?.takeIf { it != NO_ADDRESS }
        val received = head.seconds?.let { it * MILLIS }
        return Message(text, sender, Channel.MMS, received, sender?.let(isContact), redacted = hidden)
    }

    private class Head(val seconds: Long?, val subject: String?)

    private class Part(val id: Long, val type: String, val text: String?, val charset: Long?)

    /** A part that the store keeps in a file; `null` when it cannot be read to its end. */
    private fun stored(resolver: ContentResolver, part: Part): String? = try {
        resolver.openInputStream(Uri.parse("content://mms/part/${part.id}"))?.use { source ->
            val out = ByteArrayOutputStream()
            val buffer = ByteArray(8_192)
            var n = source.read(buffer)
            while (n >= 0 && out.size() <= MAX_BYTES) {
                out.write(buffer, 0, n)
                n = source.read(buffer)
            }
            if (n < 0) String(out.toByteArray(), charset(part.charset)) else null
        }
    } catch (_: java.io.IOException) {
        null
    }

    /** The store keeps a subject's bytes, one a letter, and says beside it what they are. */
    private fun decoded(subject: String, charset: Long?): String =
        if (charset == null) subject else String(subject.toByteArray(Charsets.ISO_8859_1), charset(charset))

    /** By IANA's number (MIBenum), as far as MMS has them. */
    private fun charset(number: Long?): Charset = when (number?.toInt()) {
        3 -> Charsets.US_ASCII
        4 -> Charsets.ISO_8859_1
        1_000, 1_015 -> Charsets.UTF_16
        2_259 -> runCatching { Charset.forName("TIS-620") }.getOrDefault(Charsets.UTF_8)
        else -> Charsets.UTF_8
    }

    private fun <T : Any> rows(resolver: ContentResolver, uri: Uri, order: String?, row: (Cursor) -> T): List<T> =
        resolver.query(uri, null, null, null, order)?.use { cursor ->
            generateSequence { if (cursor.moveToNext()) row(cursor) else null }.take(MAX_PARTS + 1).toList()
        }.orEmpty()

    private fun Cursor.text(name: String): String? = getColumnIndex(name).takeIf { it >= 0 }?.let(::getString)

    private fun Cursor.long(name: String): Long? = getColumnIndex(name).takeIf { it >= 0 && !isNull(it) }?.let(::getLong)
}

package org.scamfilter

import java.io.IOException
import java.io.InputStream
import java.io.InterruptedIOException
import java.net.HttpURLConnection
import java.net.URL
import java.text.SimpleDateFormat
import java.util.Locale
import java.util.TimeZone

/**
 * Fetches by HTTP with what the platform brings ([HttpURLConnection]), on Android and on servers; the platform's proxies and
 * authorities hold. Any number of threads may use one instance.
 *
 * Sends no cookie of its own, no name of the device and nothing of the user. A redirect is followed, at most three times, from
 * `https` to `https`, and else only to the same host: a network's sign-in page is a failure, never a file. HTML is one too.
 *
 * @property connectMillis how long connecting may take
 * @property readMillis how long nothing may arrive
 * @property fileMillis how long one file may take in all, redirects included. Looked at before each address and between reads of the
 * body, and no address waits longer than what was left when it was asked; what trickles in ahead of a body is not measured
 */
public class HttpFetcher @JvmOverloads constructor(
    private val connectMillis: Int = 15_000,
    private val readMillis: Int = 30_000,
    private val fileMillis: Int = 300_000,
) : Fetcher {
    @Throws(IOException::class)
    override fun fetch(url: String, limit: Long): Fetched {
        val end = System.nanoTime() + fileMillis * NANOS
        var at = URL(url)
        try {
            repeat(MAX_REDIRECTS + 1) {
                val connection = open(at, (end - System.nanoTime()) / NANOS)
                try {
                    val status = connection.responseCode
                    if (status !in REDIRECTS) return answer(connection, status, limit, end)
                    at = redirect(at, connection.getHeaderField("Location"))
                } finally {
                    connection.disconnect()
                }
            }
        } catch (expected: RuntimeException) {
            // A port or a name that no address has is no failure of input and output to the platform.
            throw IOException("no address of the web", expected)
        }
        throw IOException("redirected too often")
    }

    private fun open(url: URL, left: Long): HttpURLConnection {
        if (left <= 0) throw IOException("the file takes too long")
        val connection = url.openConnection() as? HttpURLConnection ?: throw IOException("no address of the web")
        connection.connectTimeout = minOf(connectMillis.toLong(), left).toInt()
        connection.readTimeout = minOf(readMillis.toLong(), left).toInt()
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        connection.setRequestProperty("User-Agent", "scamfilter")
        connection.setRequestProperty("Accept", "*/*")
        // A length that was signed is that of the file itself; and nothing is to grow behind it.
        connection.setRequestProperty("Accept-Encoding", "identity")
        return connection
    }

    private fun redirect(from: URL, location: String?): URL {
        val to = URL(from, location ?: throw IOException("a redirect to nowhere"))
        val secure = from.protocol == HTTPS && to.protocol == HTTPS
        val sameHost = to.host.equals(from.host, ignoreCase = true) && to.protocol in setOf(from.protocol, HTTPS)
        if (!secure && !sameHost) throw IOException("redirected to another host: a network's sign-in page?")
        return to
    }

    private fun answer(connection: HttpURLConnection, status: Int, limit: Long, end: Long): Fetched = when (status) {
        HttpURLConnection.HTTP_OK -> Fetched.Body(body(connection, limit, end))
        HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_NOT_FOUND -> Fetched.Missing
        else -> Fetched.Failed(retryAfter(connection.getHeaderField("Retry-After")))
    }

    private fun body(connection: HttpURLConnection, limit: Long, end: Long): ByteArray {
        if (connection.contentType.orEmpty().lowercase(Locale.ROOT).startsWith("text/html")) {
            throw IOException("a page instead of a file: a network's sign-in page?")
        }
        if (connection.contentEncoding.orEmpty().lowercase(Locale.ROOT) !in setOf("", "identity")) {
            throw IOException("a file in an encoding that nobody asked for")
        }
        val most = limit.coerceIn(0, Int.MAX_VALUE - RESERVE) + 1
        val promised = connection.contentLengthLong
        val bytes = connection.inputStream.use { read(it, most.toInt(), promised, end) }
        if (promised >= 0 && bytes.size < minOf(promised, most)) throw IOException("the file ends early")
        return bytes
    }

    private fun read(from: InputStream, most: Int, promised: Long, end: Long): ByteArray {
        var bytes = ByteArray(minOf(most.toLong(), maxOf(promised, FIRST.toLong()), FIRST_MOST.toLong()).toInt())
        var size = 0
        while (size < most) {
            if (size == bytes.size) bytes = bytes.copyOf(minOf(most.toLong(), size * 2L).toInt())
            val n = from.read(bytes, size, bytes.size - size)
            if (n < 0) break
            size += n
            if (System.nanoTime() - end > 0) throw IOException("the file takes too long")
            if (Thread.currentThread().isInterrupted) throw InterruptedIOException("interrupted")
        }
        return if (size == bytes.size) bytes else bytes.copyOf(size)
    }

    private companion object {
        const val HTTPS = "https"
        const val MAX_REDIRECTS = 3
        val REDIRECTS = setOf(301, 302, 303, 307, 308)
        const val NANOS = 1_000_000L
        const val SECOND = 1_000
        const val FIRST = 8_192
        const val FIRST_MOST = 4 shl 20
        const val RESERVE = 16L

        /** Seconds, or a date of HTTP. */
        fun retryAfter(header: String?): Long? {
            val text = header?.trim() ?: return null
            text.toLongOrNull()?.let { return it.takeIf { seconds -> seconds >= 0 } }
            val format = SimpleDateFormat("EEE, dd MMM yyyy HH:mm:ss zzz", Locale.ROOT).apply { timeZone = TimeZone.getTimeZone("GMT") }
            val date = runCatching { format.parse(text) }.getOrNull() ?: return null
            return maxOf(0, (date.time - System.currentTimeMillis()) / SECOND)
        }
    }
}

package org.scamfilter

import com.sun.net.httpserver.HttpExchange
import java.io.File
import java.io.IOException
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.scamfilter.TestHost.Companion.NOW
import org.scamfilter.TestHost.Companion.send
import org.scamfilter.UpdateFailure.Kind

/** Updates from hosts and networks that do not do as they should: the packs stay, and the report says who must act. */
class HostileHostTest {
    @TempDir lateinit var folder: File

    private val quick = HttpFetcher(connectMillis = 2_000, readMillis = 500, fileMillis = 1_500)

    /** A filter with the first release, whose host then offers the second and answers as [answer] says. */
    private fun attacked(answer: (HttpExchange) -> Boolean, repository: String = "second", now: Long = NOW): UpdateReport =
        TestHost().use { host ->
            val store = File(folder, "${System.nanoTime()}")
            ScamFilter.open(TestHost.common(), listOf(TestHost.publisher(host, store))).use { filter ->
                Updater(filter, quick) { NOW }.update()
                host.repository = repository
                host.answer = answer
                val report = Updater(filter, quick) { now }.update().single()
                assertEquals(12L, filter.packs.last().serial)
                assertEquals(Level.SCAM, filter.checkLink("http://bad.org/x").level)
                host.answer = { false }
                host.repository = "second"
                assertEquals(UpdateOutcome.INSTALLED_DELTA, Updater(filter, quick) { NOW }.update().single().packs.single().outcome)
                report
            }
        }

    private fun kind(answer: (HttpExchange) -> Boolean) = attacked(answer).firstFailure?.kind

    private fun every(status: Int, body: String, vararg headers: Pair<String, String>) =
        { it: HttpExchange -> it.send(status, body.toByteArray(), *headers); true }

    /** Answers only for files whose path ends so. */
    private fun only(suffix: String, answer: (HttpExchange) -> Boolean) =
        { it: HttpExchange -> it.requestURI.path.endsWith(suffix) && answer(it) }

    @Test
    fun `a network's sign-in page is a failure of the network`() {
        val page = "<html><body>Welcome to our Wi-Fi</body></html>"
        assertEquals(Kind.NETWORK, kind(every(200, page, "Content-Type" to "text/html; charset=utf-8")))
        assertEquals(Kind.NETWORK, kind(every(511, page)))
        assertEquals(Kind.NETWORK, kind(every(302, "", "Location" to "http://portal.invalid/login")))
        assertEquals(Kind.NETWORK, kind(every(307, "", "Location" to "https://portal.invalid/login")))
        assertEquals(Kind.NETWORK, kind(every(302, "")))
    }

    @Test
    fun `a host that fails, asks to wait, or goes round in circles`() {
        for (status in listOf(429, 500, 503)) assertEquals(Kind.NETWORK, kind(every(status, "", "Retry-After" to "60")))
        assertEquals(Kind.NETWORK, kind { it.send(301, ByteArray(0), "Location" to it.requestURI.path); true })
    }

    @Test
    fun `a redirect to a port that there is not ends no other publisher's update`() {
        for (to in listOf("http://127.0.0.1:99999/", "https://127.0.0.1:99999/")) {
            assertEquals(Kind.NETWORK, kind(every(302, "", "Location" to to))) { to }
        }
        TestHost().use { host ->
            host.answer = every(302, "", "Location" to "https://127.0.0.1:99999/")
            TestHost().use { other ->
                val both = listOf(host to "hostile", other to "other").map { (at, name) -> TestHost.publisher(at, File(folder, name)) }
                ScamFilter.open(TestHost.common(), both).use { filter ->
                    val (hostile, well) = Updater(filter, quick) { NOW }.update()
                    assertEquals(Kind.NETWORK, hostile.failure?.kind)
                    assertEquals(UpdateOutcome.INSTALLED, well.packs.single().outcome)
                }
            }
        }
    }

    @Test
    fun `the time for a file holds for an answer that does not begin, and over redirects`() = TestHost().use { host ->
        val hurried = HttpFetcher(connectMillis = 60_000, readMillis = 60_000, fileMillis = 300)
        host.answer = { Thread.sleep(20_000); true }
        val begun = System.nanoTime()
        assertThrows(IOException::class.java) { hurried.fetch("${host.url}/silent", 100) }
        assertTrue(System.nanoTime() - begun < 15_000_000_000)
        host.answer = { Thread.sleep(200); it.send(302, ByteArray(0), "Location" to "/on"); true }
        val thrown = assertThrows(IOException::class.java) { hurried.fetch("${host.url}/on", 100) }
        assertFalse(thrown.message.orEmpty().contains("redirected")) { "$thrown" }
    }

    @Test
    fun `a file that never ends, ends early, or comes drop by drop`() {
        val endless = only(".json") {
            it.sendResponseHeaders(200, 0)
            runCatching { while (true) it.responseBody.write(ByteArray(65_536) { ' '.code.toByte() }) }
            true
        }
        assertEquals(Kind.PUBLISHER, kind(endless))
        val cut = { it: HttpExchange ->
            it.sendResponseHeaders(200, 5_000)
            it.responseBody.write(ByteArray(100))
            true
        }
        assertEquals(Kind.NETWORK, kind(cut))
        val silent = { _: HttpExchange -> Thread.sleep(1_000); true }
        assertEquals(Kind.NETWORK, kind(silent))
        val drops = { it: HttpExchange ->
            it.sendResponseHeaders(200, 0)
            runCatching { repeat(100) { _ -> it.responseBody.write(32); it.responseBody.flush(); Thread.sleep(100) } }
            true
        }
        assertEquals(Kind.NETWORK, kind(drops))
    }

    @Test
    fun `metadata that is damaged, forged or none`() {
        for (body in listOf("", "{", "null", "[".repeat(10_000), "\u0000".repeat(400), "x".repeat(1_000_000))) {
            assertEquals(Kind.PUBLISHER, kind(only("timestamp.json", every(200, body)))) { body.take(10) }
        }
        val flipped = only("timestamp.json") {
            val bytes = File(TestHost.ROOT, "second/metadata/timestamp.json").readBytes()
            bytes[bytes.size - 20] = (bytes[bytes.size - 20] + 1).toByte()
            it.send(200, bytes)
            true
        }
        assertEquals(Kind.PUBLISHER, kind(flipped))
    }

    @Test
    fun `a delta that is damaged costs a full download, a full pack that is damaged the update`() {
        val damaged = every(200, "not what was signed")
        assertEquals(Kind.PUBLISHER, kind { (it.requestURI.path.contains("/targets/")) && damaged(it) })
        TestHost().use { host ->
            ScamFilter.open(TestHost.common(), listOf(TestHost.publisher(host, File(folder, "delta")))).use { filter ->
                Updater(filter, quick) { NOW }.update()
                host.repository = "second"
                host.answer = only(".delta", damaged)
                assertEquals(UpdateOutcome.INSTALLED, Updater(filter, quick) { NOW }.update().single().packs.single().outcome)
            }
        }
    }

    @Test
    fun `a release that marks what must stay clear is tried once and never opened`() = TestHost().use { host ->
        ScamFilter.open(TestHost.common(), listOf(TestHost.publisher(host, folder))).use { filter ->
            fun update() = Updater(filter, quick) { NOW }.update().single().packs.single()
            update()
            host.repository = "bad"
            val first = update()
            assertEquals(Kind.PUBLISHER, first.failure?.kind)
            assertTrue(first.failure!!.reason.contains("self-test")) { "$first" }
            assertEquals(12L, filter.packs.last().serial)
            // What lies between is offered still, and taken.
            assertEquals(UpdateOutcome.INSTALLED, update().outcome)
            assertEquals(13L, filter.packs.last().serial)
            assertEquals(1, host.asked.count { it.endsWith("14.full") })
        }
    }

    @Test
    fun `a channel that froze, and a clock that is wrong`() {
        val later = NOW + 90L * 86_400_000
        val report = attacked({ false }, repository = "first", now = later)
        assertEquals(Kind.EXPIRED, report.failure?.kind) { "$report" }
    }

    @Test
    fun `a root that is none, a folder that is a file, and an address that is none`() = TestHost().use { host ->
        fun report(root: ByteArray, url: String, store: File): UpdateReport =
            ScamFilter.open(TestHost.common(), listOf(Publisher(root, url, store, listOf("TH")))).use {
                Updater(it, quick) { NOW }.update().single()
            }
        val root = File(TestHost.ROOT, "root.json").readBytes()
        assertEquals(Kind.APP, report(byteArrayOf(1, 2), host.url, File(folder, "root")).failure?.kind)
        assertTrue(host.asked.isEmpty())
        val file = File(folder, "file").apply { writeText("in the way") }
        assertEquals(Kind.DEVICE, report(root, host.url, file).failure?.kind)
        val none = listOf("", "packs.example", "ftp://packs.example", "http://", "http://127.0.0.1:1", "http://127.0.0.1:99999", "\ud83d")
        for (url in none) {
            assertEquals(Kind.NETWORK, report(root, url, File(folder, "url")).failure?.kind) { url }
        }
        val alien = Publisher(root, host.url, File(folder, "ceiling"), ceiling = Level.UNKNOWN)
        assertThrows(AppException::class.java) { ScamFilter.open(TestHost.common(), listOf(alien)) }
        Unit
    }

    @Test
    fun `a store that holds anything opens what is whole, and says what cannot be read`() = TestHost().use { host ->
        val publisher = TestHost.publisher(host, folder)
        ScamFilter.open(TestHost.common(), listOf(publisher)).use { Updater(it, quick) { NOW }.update() }
        val image = folder.walk().single { it.extension == "img" }
        for (length in listOf(0, 1, 100, image.length().toInt() - 1)) {
            val whole = image.readBytes()
            image.writeBytes(whole.copyOf(length))
            ScamFilter.open(TestHost.common(), listOf(publisher)).use { filter ->
                assertEquals(listOf("common"), filter.packs.map { it.pack })
                // It is offered again: in full, as the state names an image that does not open.
                val update = Updater(filter, quick) { NOW }.update().single()
                assertNull(update.failure) { "$update" }
            }
            folder.deleteRecursively()
            ScamFilter.open(TestHost.common(), listOf(publisher)).use { Updater(it, quick) { NOW }.update() }
        }
        val blocked = Publisher(ByteArray(0), host.url, File(folder, "file/below"))
        File(folder, "file").writeText("in the way")
        ScamFilter.open(TestHost.common(), listOf(blocked, publisher)).use { filter ->
            assertEquals(listOf("common", "op"), filter.packs.map { it.pack })
            assertEquals(Kind.DEVICE, filter.unopened.single().failure.kind)
        }
    }

    @Test
    fun `redirects on the same host are followed, others are not`() = TestHost().use { host ->
        TestHost().use { other ->
            val timestamp = "/metadata/timestamp.json"
            host.answer = { if (it.requestURI.path == "/here") { it.send(302, ByteArray(0), "Location" to timestamp); true } else false }
            assertTrue((quick.fetch("${host.url}/here", 100_000) as Fetched.Body).bytes.isNotEmpty())
            assertEquals(11, (quick.fetch("${host.url}/here", 10) as Fetched.Body).bytes.size)
            host.answer = { it.send(302, ByteArray(0), "Location" to other.url.replace("127.0.0.1", "localhost") + timestamp); true }
            assertThrows(IOException::class.java) { quick.fetch("${host.url}/here", 100_000) }
            assertTrue(other.asked.isEmpty())
            host.answer = { it.send(200, byteArrayOf(31, -117), "Content-Encoding" to "gzip"); true }
            assertThrows(IOException::class.java) { quick.fetch("${host.url}/here", 100) }
            host.answer = { it.send(503, ByteArray(0), "Retry-After" to "Wed, 21 Oct 2099 07:28:00 GMT"); true }
            assertTrue((quick.fetch("${host.url}/here", 100) as Fetched.Failed).retryAfterSeconds!! > 1_000_000)
            Unit
        }
    }

    @Test
    fun `nothing of the phone is sent`() = TestHost().use { host ->
        var sent = emptyMap<String, List<String>>()
        host.answer = { sent = it.requestHeaders.toMap(); false }
        quick.fetch("${host.url}/metadata/timestamp.json", 100_000)
        assertEquals(listOf("scamfilter"), sent["User-agent"])
        val plain = setOf("Accept", "Accept-encoding", "Cache-control", "Connection", "Host", "Pragma", "User-agent")
        assertEquals(plain, sent.keys)
    }
}

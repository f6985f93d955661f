package org.scamfilter

import java.io.File
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.concurrent.thread
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.scamfilter.TestHost.Companion.NOW

/** Updates over HTTP from a publisher that does all as it should. */
class UpdateTest {
    @TempDir lateinit var folder: File

    private fun updater(filter: ScamFilter, fetcher: Fetcher = HttpFetcher()) = Updater(filter, fetcher) { NOW }

    private fun outcome(filter: ScamFilter) = updater(filter).update().single().let { report ->
        assertNull(report.failure) { "${report.failure}" }
        report.packs.single().outcome
    }

    private fun level(filter: ScamFilter, link: String) = filter.checkLink("http://$link/x").level

    @Test
    fun `a release, its delta, its recall, and the filter has each at once`() = TestHost().use { host ->
        ScamFilter.open(TestHost.common(), listOf(TestHost.publisher(host, folder))).use { filter ->
            assertEquals(listOf("common"), filter.packs.map { it.pack })
            assertEquals(UpdateOutcome.INSTALLED, outcome(filter))
            val op = filter.packs.single { it.pack == "op" }
            assertEquals(listOf(12L, host.url, false, Level.SCAM), listOf(op.serial, op.channel, op.unverified, op.ceiling))
            assertEquals(listOf(Level.SCAM, Level.CLEAR), listOf(level(filter, "bad.org"), level(filter, "new.example")))
            assertEquals(UpdateOutcome.UP_TO_DATE, outcome(filter))
            host.repository = "second"
            host.asked.clear()
            assertEquals(UpdateOutcome.INSTALLED_DELTA, outcome(filter))
            assertEquals(Level.SCAM, level(filter, "new.example"))
            assertTrue(host.asked.any { it.endsWith("13.delta") } && host.asked.none { it.endsWith(".full") }) { "${host.asked}" }
            host.repository = "recall"
            assertEquals(UpdateOutcome.WENT_BACK, outcome(filter))
            assertEquals(12L, filter.packs.last().serial)
            assertEquals(Level.CLEAR, level(filter, "new.example"))
        }
    }

    @Test
    fun `what was installed is there at the next start, without the network`() {
        TestHost().use { host ->
            val publisher = TestHost.publisher(host, folder)
            ScamFilter.open(TestHost.common(), listOf(publisher)).use { assertEquals(UpdateOutcome.INSTALLED, outcome(it)) }
            host.close()
            repeat(5) {
                ScamFilter.open(TestHost.common(), listOf(publisher)).use { filter ->
                    assertEquals(listOf("common", "op"), filter.packs.map { it.pack })
                    assertEquals(Level.SCAM, level(filter, "bad.org"))
                    assertTrue(filter.unopened.isEmpty())
                }
            }
        }
    }

    @Test
    fun `overlay and home country stay, and a publisher is added and taken away`() = TestHost().use { host ->
        ScamFilter.open(TestHost.common()).use { filter ->
            val deny = OverlayEntry(OverlayAction.DENY, OverlayKind.HOST, "mine.example")
            filter.setOverlay(listOf(deny))
            filter.setHomeCountry("TH")
            assertTrue(updater(filter).update().isEmpty())
            assertNull(updater(filter).nextPoll())
            filter.setPublishers(listOf(TestHost.publisher(host, folder)))
            assertEquals(UpdateOutcome.INSTALLED, outcome(filter))
            filter.replacePacks(TestHost.common())
            assertEquals(listOf(Level.SCAM, Level.SCAM), listOf(level(filter, "bad.org"), level(filter, "mine.example")))
            assertEquals(listOf(deny), filter.overlay)
            filter.setPublishers(emptyList())
            assertEquals(listOf(Level.CLEAR, Level.SCAM), listOf(level(filter, "bad.org"), level(filter, "mine.example")))
        }
    }

    @Test
    fun `a ceiling holds for packs from a store`() = TestHost().use { host ->
        ScamFilter.open(TestHost.common(), listOf(TestHost.publisher(host, folder, Level.SUSPICIOUS))).use { filter ->
            outcome(filter)
            assertEquals(Level.SUSPICIOUS, filter.packs.last().ceiling)
            assertEquals(Level.SUSPICIOUS, level(filter, "bad.org"))
        }
    }

    @Test
    fun `checks go on while packs are updated and files are taken away`() = TestHost().use { host ->
        ScamFilter.open(TestHost.common(), listOf(TestHost.publisher(host, folder))).use { filter ->
            outcome(filter)
            val (stop, wrong) = AtomicBoolean() to ConcurrentLinkedQueue<Any>()
            val threads = List(4) {
                thread {
                    while (!stop.get()) {
                        runCatching { filter.checkLink("http://bad.org/x").level }
                            .onFailure(wrong::add).onSuccess { if (it != Level.SCAM) wrong.add(it) }
                    }
                }
            }
            for (name in listOf("second", "recall")) {
                host.repository = name
                outcome(filter)
            }
            // The store's folder is deleted, as when an app removes a publisher: what is mapped stays whole.
            assertTrue(folder.deleteRecursively())
            repeat(1000) { filter.checkLink("http://bad.org/x") }
            stop.set(true)
            threads.forEach(Thread::join)
            assertTrue(wrong.isEmpty()) { "${wrong.take(3)}" }
        }
    }

    @Test
    fun `the next poll is a day off after success, minutes after a failure, and as late as the host asks`() = TestHost().use { host ->
        val publisher = TestHost.publisher(host, folder)
        ScamFilter.open(TestHost.common(), listOf(publisher)).use { filter ->
            val updater = updater(filter)
            val (hour, day) = TimeUnit.HOURS.toMillis(1) to TimeUnit.DAYS.toMillis(1)
            fun wait(metered: Boolean = false) = updater.nextPoll(publisher, metered) - NOW
            assertTrue(wait() in 0..hour)
            updater.update()
            assertTrue(wait() in day..day + day / 4) { "${wait()}" }
            assertTrue(wait(metered = true) >= 3 * day)
            val busy = Fetcher { _, _ -> Fetched.Failed(retryAfterSeconds = 7_200) }
            updater(filter, busy).update()
            assertTrue(wait() in 2 * hour..3 * hour) { "${wait()}" }
            assertEquals(UpdateFailure.Kind.NETWORK, updater(filter) { _, _ -> Fetched.Failed() }.update().single().failure?.kind)
            assertTrue(wait() in hour / 4..hour) { "${wait()}" }
        }
    }

    @Test
    fun `two updates of one store at a time are one too many`() = TestHost().use { host ->
        ScamFilter.open(TestHost.common(), listOf(TestHost.publisher(host, folder))).use { filter ->
            val (begun, go) = CountDownLatch(1) to CountDownLatch(1)
            val slow = Fetcher { url, limit ->
                begun.countDown()
                go.await()
                HttpFetcher().fetch(url, limit)
            }
            val first = ConcurrentLinkedQueue<UpdateReport>()
            val worker = thread { first += updater(filter, slow).update() }
            begun.await()
            assertEquals(UpdateFailure.Kind.BUSY, updater(filter).update().single().failure?.kind)
            go.countDown()
            worker.join()
            assertEquals(UpdateOutcome.INSTALLED, first.single().packs.single().outcome)
        }
    }

    @Test
    fun `an interrupt ends an update, and what the app's fetcher throws comes back`() = TestHost().use { host ->
        ScamFilter.open(TestHost.common(), listOf(TestHost.publisher(host, folder))).use { filter ->
            Thread.currentThread().interrupt()
            assertEquals(UpdateFailure.Kind.NETWORK, updater(filter).update().single().failure?.kind)
            assertTrue(Thread.interrupted())
            assertTrue(host.asked.isEmpty())
            val broken = Fetcher { _, _ -> error("a fault of the app") }
            val thrown = assertThrows(IllegalStateException::class.java) { updater(filter, broken).update() }
            assertEquals("a fault of the app", thrown.message)
            assertEquals(UpdateOutcome.INSTALLED, outcome(filter))
        }
    }

    @Test
    fun `a report says what was done, and nothing else`() = TestHost().use { host ->
        ScamFilter.open(TestHost.common(), listOf(TestHost.publisher(host, folder))).use { filter ->
            val report = updater(filter).update().single()
            assertTrue(report.changed)
            assertNull(report.firstFailure)
            assertEquals("${host.url}: op installed", report.toString())
            assertFalse(updater(filter).update().single().changed)
            assertTrue(host.asked.none { it.contains("install-id") })
        }
    }
}

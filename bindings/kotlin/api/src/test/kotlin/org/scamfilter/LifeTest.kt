package org.scamfilter

import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.locks.LockSupport
import kotlin.concurrent.thread
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class LifeTest {
    private val scam = Message("พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz")

    @Test
    fun `sixteen threads check while packs and lists are swapped a thousand times`() {
        val all = StarterPacks.load()
        val filter = ScamFilter.open(all)
        val wanted = setOf(all, all.take(1)).map { packs -> ScamFilter.open(packs).use { it.check(scam).toJson() } }.toSet()
        assertEquals(2, wanted.size)
        val (stop, checks, wrong) = Triple(AtomicBoolean(), AtomicInteger(), ConcurrentLinkedQueue<Any>())
        val threads = List(16) {
            thread {
                while (!stop.get() && wrong.isEmpty()) {
                    runCatching { filter.check(scam).toJson() }.onFailure(wrong::add).onSuccess { if (it !in wanted) wrong.add(it) }
                    checks.incrementAndGet()
                    // JNA frees the structures of a call on one thread, which sixteen that never pause would starve of its core.
                    LockSupport.parkNanos(1_000_000)
                }
            }
        }
        repeat(1000) {
            filter.replacePacks(if (it % 2 == 0) all.take(1) else all)
            if (it % 10 == 0) filter.setOverlay(listOf(OverlayEntry(OverlayAction.DENY, OverlayKind.SENDER, "$it")))
        }
        stop.set(true)
        threads.forEach(Thread::join)
        assertTrue(wrong.isEmpty()) { "$wrong" }
        assertTrue(checks.get() > 16)
        assertEquals(ScamFilter.openStarter().use { all -> all.packs.map { it.pack } }, filter.packs.map { it.pack })
        assertEquals("990", filter.overlay.single().value)
        filter.close()
    }

    @Test
    fun `closing while others check ends in a plain refusal`() = repeat(50) {
        val filter = ScamFilter.openStarter()
        val failures = ConcurrentLinkedQueue<Throwable>()
        val threads = List(4) { thread { runCatching { while (true) filter.check(scam) }.onFailure(failures::add) } }
        filter.close()
        threads.forEach(Thread::join)
        assertTrue(failures.all { it is IllegalStateException }) { "$failures" }
    }

    @Test
    fun `an interrupted thread gets its verdict and stays interrupted`() {
        ScamFilter.openStarter().use { filter ->
            Thread.currentThread().interrupt()
            assertEquals(Level.SCAM, filter.check(scam).level)
            assertTrue(Thread.interrupted())
        }
    }

    @Test
    fun `home country decides for messages without one`() = ScamFilter.openStarter().use { filter ->
        val message = Message("เรียนลูกค้า กดลิงก์ http://kbank-verify.top/x", sender = "KBank")
        val inThailand = filter.check(Message(message.text, message.sender, simCountry = "TH")).toJson()
        filter.setHomeCountry("TH")
        assertEquals(inThailand, filter.check(message).toJson())
        filter.setHomeCountry("SE")
        val inSweden = filter.check(Message(message.text, message.sender, simCountry = "SE")).toJson()
        assertEquals(inSweden, filter.check(message).toJson())
        assertTrue(inThailand != inSweden)
        assertTrue(filter.officialDomains("kasikornbank").contains("kasikornbank.com"))
        assertThrows(AppException::class.java) { filter.replacePacks(emptyList()) }
        assertEquals(inSweden, filter.check(message).toJson())
    }
}

package org.scamfilter

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class BadInputTest {
    private fun <T> open(use: (ScamFilter) -> T) = ScamFilter.openStarter().use(use)

    @Test
    fun `lone surrogates and ten megabytes arrive`() = open { filter ->
        val text = "\ud83d พัสดุตกค้าง \udc00 ยืนยันข้อมูล bit.ly/x \ud83d"
        val verdict = filter.check(Message(text))
        assertEquals(Level.SCAM, verdict.level)
        assertTrue(verdict.reasons.flatMap { it.spans }.any { text.substring(it.start, it.end) == "bit.ly/x" })
        val long = filter.check(Message("ก".repeat(10_000_000), sender = "s".repeat(10_000_000)))
        assertTrue(long.truncated)
        assertEquals(Level.UNKNOWN, long.level)
    }

    @Test
    fun `every string of the API takes surrogates, nulls and megabytes`() = open { filter ->
        for (odd in listOf("\udc00\ud83d", "\u0000a\u0000", "x".repeat(3_000_000), "", "\u202e")) {
            filter.check(Message(odd, sender = odd, simCountry = odd, locale = odd))
            filter.checkLink(odd)
            assertTrue(filter.officialDomains(odd).isEmpty())
            assertNull(filter.explain(reason(odd), listOf(odd)))
            filter.setHomeCountry(odd)
            filter.setOverlay(OverlayKind.entries.map { OverlayEntry(OverlayAction.DENY, it, odd) })
        }
    }

    @Test
    fun `a text of nulls is judged and its spans fit`() = open { filter ->
        val text = "\u0000พัสดุของท่านตกค้าง\u0000 ยืนยันที่อยู่ที่ bit.ly/xyz\u0000"
        val spans = filter.check(Message(text)).reasons.flatMap { it.spans }
        assertTrue(spans.isNotEmpty())
        spans.forEach { text.substring(it.start, it.end) }
    }

    @Test
    fun `errors say who must act`() {
        assertThrows(AppException::class.java) { ScamFilter.open(emptyList()) }
        val jpeg = byteArrayOf(-1, -40, -1, -32)
        assertThrows(PublisherException::class.java) { ScamFilter.open(listOf(PackFile(jpeg))) }
        val common = StarterPacks.load().first()
        assertThrows(AppException::class.java) { ScamFilter.open(listOf(common, common)) }
        assertThrows(AppException::class.java) { ScamFilter.open(listOf(PackFile(common.bytes, Level.UNKNOWN, true))) }
        for (cut in listOf(0, 1, 40, common.bytes.size / 2, common.bytes.size - 1)) {
            assertThrows(ScamFilterException::class.java) { ScamFilter.open(listOf(PackFile(common.bytes.copyOf(cut)))) }
        }
    }

    @Test
    fun `packs that do not open leave the old ones in place`() = open { filter ->
        val before = filter.packs
        assertThrows(PublisherException::class.java) { filter.replacePacks(listOf(PackFile(byteArrayOf(1)))) }
        assertThrows(AppException::class.java) { filter.replacePacks(emptyList()) }
        assertEquals(before, filter.packs)
        assertEquals(Level.CLEAR, filter.check(Message("See you at six.")).level)
    }

    @Test
    fun `an unverified pack is shown as such and causes no scam alone`() {
        val packs = StarterPacks.load()
        val names = ScamFilter.open(packs).use { all -> all.packs.map { it.pack } }
        val (common, th) = packs[names.indexOf("common")] to packs[names.indexOf("th")]
        ScamFilter.open(listOf(common, PackFile(th.bytes, unverified = true))).use { filter ->
            val info = filter.packs.single { it.pack == "th" }
            assertTrue(info.unverified)
            assertEquals(Level.SUSPICIOUS, info.ceiling)
            assertFalse(filter.packs.first().unverified)
            // Only the rules of `th` know it: the model of `common` alone would leave it clear.
            assertEquals(Level.SUSPICIOUS, filter.check(Message("กฟภ. คืนค่าไฟเดือน พ.ย. ยื่นเรื่องได้ที่ bit.ly/pea-back")).level)
        }
    }

    @Test
    fun `a closed filter refuses, and may be closed again`() {
        val filter = ScamFilter.openStarter()
        filter.close()
        filter.close()
        val uses = listOf<(ScamFilter) -> Unit>(
            { it.check(Message("hi")) }, { it.checkLink("a.com") }, { it.packs }, { it.setOverlay(emptyList()) },
            { it.replacePacks(StarterPacks.load()) }, { it.explain(reason("x"), emptyList()) },
        )
        for (use in uses) assertThrows(IllegalStateException::class.java) { use(filter) }
    }

    @Test
    fun `a reply cut anywhere is a bug and never an index error`() {
        val reply = byteArrayOf(1, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        assertEquals(Level.CLEAR, Codec.reply(reply).level)
        for (cut in reply.indices) assertThrows(BugException::class.java) { Codec.reply(reply.copyOf(cut)) }
        assertThrows(BugException::class.java) { Codec.reply(reply + 0) }
    }

    private fun reason(text: String) =
        Reason(ReasonCode.TEXT, text, text, 0, 0, emptyList(), brand = null, host = null, textId = text)
}

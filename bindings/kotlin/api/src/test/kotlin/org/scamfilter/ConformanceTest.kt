package org.scamfilter

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ConformanceTest {
    private fun open() = ScamFilter.open(Cases.starter().packs())

    @Test
    fun `every case gives the bytes of the command line`() {
        var compared = 0
        for (cases in Cases.all()) {
            ScamFilter.open(cases.packs()).use { packs ->
                packs.withOverlay(cases.overlay).use { filter ->
                    for ((case, wanted) in cases.pairs()) {
                        val verdict = filter.check(Cases.message(case))
                        assertEquals(wanted, "{\"id\":\"${case.getString("id")}\"," + verdict.toJson().drop(1))
                        verdict.reasons.flatMap { it.spans }.forEach { case.getString("text").substring(it.start, it.end) }
                        compared++
                    }
                }
            }
        }
        assertTrue(compared >= 120) { "only $compared cases" }
    }

    @Test
    fun `lone surrogates and ten megabytes arrive`() = open().use { filter ->
        val text = "\ud83d พัสดุตกค้าง \udc00 ยืนยันข้อมูล bit.ly/x \ud83d"
        val verdict = filter.check(Message(text))
        assertEquals(Level.SCAM, verdict.level)
        assertTrue(verdict.reasons.flatMap { it.spans }.any { text.substring(it.start, it.end) == "bit.ly/x" })
        val long = filter.check(Message("ก".repeat(10_000_000)))
        assertTrue(long.truncated)
        assertEquals(Level.UNKNOWN, long.level)
    }

    @Test
    fun `errors say who must act and closed filters refuse`() {
        assertThrows(AppException::class.java) { ScamFilter.open(emptyList()) }
        assertThrows(PublisherException::class.java) { ScamFilter.open(listOf(PackFile(byteArrayOf(-1, -40, -1, -32)))) }
        val filter = open()
        filter.close()
        filter.close()
        assertThrows(IllegalStateException::class.java) { filter.check(Message("hi")) }
    }

    @Test
    fun `reasons are explained in the language of the user`() = open().use { filter ->
        val reason = filter.check(Message("พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz")).reasons.first()
        assertTrue(filter.explain(reason, listOf("th-TH"))!!.advice!!.contains("1441"))
        assertFalse(Message("secret").toString().contains("secret"))
    }

    @Test
    fun `a reply cut anywhere is a bug and never an index error`() {
        val reply = byteArrayOf(1, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        assertEquals(Level.CLEAR, Codec.reply(reply).level)
        for (cut in reply.indices) assertThrows(BugException::class.java) { Codec.reply(reply.copyOf(cut)) }
    }
}

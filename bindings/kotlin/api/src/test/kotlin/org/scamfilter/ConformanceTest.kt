package org.scamfilter

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ConformanceTest {
    private fun open() = ScamFilter.open(Cases.starter().packs())

    @Test
    fun `every case gives the bytes of the command line`() {
        var compared = 0
        for (cases in Cases.all()) {
            ScamFilter.open(cases.packs()).use { filter ->
                filter.setOverlay(cases.overlay)
                for ((case, wanted) in cases.pairs()) {
                    val verdict = filter.check(Cases.message(case))
                    assertEquals(wanted, "{\"id\":\"${case.getString("id")}\"," + verdict.toJson().drop(1))
                    verdict.reasons.flatMap { it.spans }.forEach { case.getString("text").substring(it.start, it.end) }
                    compared++
                }
            }
        }
        assertTrue(compared >= 1000) { "only $compared cases" }
    }

    @Test
    fun `reasons are explained in the language of the user`() = open().use { filter ->
        val reason = filter.check(Message("พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz")).reasons.first()
        assertTrue(filter.explain(reason, listOf("th-TH"))!!.advice!!.contains("1441"))
        assertFalse(Message("secret").toString().contains("secret"))
    }

    @Test
    fun `a look-alike is told with the host and the real domain`() = open().use { filter ->
        val reason = filter.checkLink("http://kasikornbank.top/login").reasons.first()
        val said = filter.explain(reason, listOf("th"))!!.sentence
        assertTrue("kasikornbank.top" in said && "kasikornbank.com" in said) { said }
    }
}

package org.scamfilter

import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class EmulatorTest {
    private val library = File(System.getProperty("scamfilter.arm64") ?: error("-Dscamfilter.arm64 is missing"))

    @Test
    fun `the arm64 library gives the bytes of the command line`() = EmulatedLibrary(library).use { arm64 ->
        var compared = 0
        for (cases in Cases.all().filter { it.overlay.isEmpty() }) {
            val filter = arm64.open(cases.packs())
            for ((case, wanted) in cases.pairs()) {
                val reply = arm64.check(filter, Codec.request(Cases.message(case))) ?: error("${case.getString("id")}: an error")
                assertEquals(wanted, "{\"id\":\"${case.getString("id")}\"," + Codec.reply(reply).toJson().drop(1))
                compared++
            }
        }
        assertTrue(compared >= 110) { "only $compared cases" }
    }

    @Test
    fun `bytes that are no request are an error and not a crash`() = EmulatedLibrary(library).use { arm64 ->
        val filter = arm64.open(Cases.starter().packs())
        assertNull(arm64.check(filter, byteArrayOf(9, 9, 9)))
        assertTrue(arm64.check(filter, Codec.request(Message("hello")))!!.isNotEmpty())
    }
}

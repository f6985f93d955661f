package org.scamfilter

import java.io.File
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class EmulatorTest {
    private fun <T> library(abi: String, use: (EmulatedLibrary) -> T): T {
        val file = File(System.getProperty("scamfilter.android") ?: error("-Dscamfilter.android is missing"), "$abi/libscamfilter_ffi.so")
        org.junit.jupiter.api.Assumptions.assumeTrue(file.isFile, "$abi is not linked")
        return EmulatedLibrary(file, wide = abi == "arm64-v8a").use(use)
    }

    @ParameterizedTest
    @ValueSource(strings = ["arm64-v8a", "armeabi-v7a"])
    fun `the library gives the bytes of the command line`(abi: String): Unit = library(abi) { emulated ->
        var compared = 0
        for (cases in Cases.all().filter { it.overlay.isEmpty() }) {
            val filter = emulated.open(cases.packs())
            for ((case, wanted) in cases.pairs()) {
                val reply = emulated.check(filter, Cases.message(case))
                assertEquals(wanted, "{\"id\":\"${case.getString("id")}\"," + Codec.reply(reply).toJson().drop(1))
                compared++
            }
        }
        assertTrue(compared >= 110) { "only $compared cases" }
    }

    @ParameterizedTest
    @ValueSource(strings = ["arm64-v8a", "armeabi-v7a"])
    fun `random messages give the bytes of this machine`(abi: String): Unit = library(abi) { emulated ->
        val packs = StarterPacks.load()
        val filter = emulated.open(packs)
        val count = System.getProperty("scamfilter.random.messages").toInt()
        ScamFilter.open(packs).use { host ->
            for ((at, message) in RandomMessages.of(count).withIndex()) {
                val wanted = host.check(message).toJson()
                assertEquals(wanted, Codec.reply(emulated.check(filter, message)).toJson()) { "message $at" }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = ["arm64-v8a", "armeabi-v7a"])
    fun `bytes that are no request are an error and not a crash`(abi: String): Unit = library(abi) { emulated ->
        val filter = emulated.open(Cases.starter().packs())
        assertNull(emulated.check(filter, byteArrayOf(9, 9, 9)))
        val reply = emulated.check(filter, Message("hello"))
        assertArrayEquals(reply, emulated.check(filter, Message("hello")))
    }
}

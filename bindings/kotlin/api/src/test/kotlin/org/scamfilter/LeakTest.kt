package org.scamfilter

import java.io.File
import java.util.concurrent.TimeUnit
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class LeakTest {
    /** In a JVM with a heap of fixed size, so that what grows is native. */
    @Test
    fun `checks, swaps and open filters leave memory flat`() {
        val checks = System.getProperty("scamfilter.leak.checks")
        val java = File(System.getProperty("java.home"), "bin/java").path
        val options = listOf("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        val command = listOf(java) + options + listOf("-cp", System.getProperty("java.class.path"), "org.scamfilter.Leak", checks)
        val process = ProcessBuilder(command).redirectErrorStream(true).start()
        val said = process.inputStream.bufferedReader().readText().trim()
        assertTrue(process.waitFor(600, TimeUnit.SECONDS))
        println("$checks checks: $said KB more")
        // One leaked filter in a hundred checks would hold 190 KB each time: over 100 MB.
        assertTrue((said.toLongOrNull() ?: error(said)) < 16_000) { "grew by $said KB in $checks checks" }
    }
}

/** What a child JVM runs: prints by how many KB resident memory grew. */
internal object Leak {
    private val scam = Message("พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz")

    @JvmStatic
    fun main(arguments: Array<String>) {
        val checks = arguments.first().toInt()
        work(checks / 3)
        val before = resident()
        work(checks)
        println(resident() - before)
    }

    private fun work(times: Int) {
        val packs = StarterPacks.load()
        ScamFilter.open(packs).use { filter ->
            repeat(times) {
                filter.check(scam)
                if (it % 100 == 0) filter.replacePacks(packs)
                if (it % 100 == 50) ScamFilter.open(packs).close()
            }
        }
    }

    private fun resident(): Long {
        System.gc()
        val line = File("/proc/self/status").readLines().first { it.startsWith("VmRSS") }
        return line.filter(Char::isDigit).toLong()
    }
}

package org.scamfilter

import java.io.File
import java.net.URLClassLoader
import java.util.concurrent.TimeUnit
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** Loading the native library, in JVMs and class loaders of their own. */
class LoadingTest {
    @TempDir lateinit var folder: File

    @Test
    fun `a missing library says what to add, each time`() {
        val said = run("-Duniffi.component.scamfilter_ffi.libraryOverride=scamfilter_not_there")
        assertEquals(2, said.size) { "$said" }
        assertTrue(said.all { it.startsWith("AppException: ") && it.contains("org.scamfilter:scamfilter") }) { "$said" }
    }

    @Test
    fun `a file that is no library for this machine says so`() {
        val file = File(folder, "libother.so").apply { writeText("not a library") }
        val said = run("-Duniffi.component.scamfilter_ffi.libraryOverride=$file")
        assertTrue(said.first().startsWith("AppException: the native library")) { "$said" }
    }

    @Test
    fun `a foreign library is told from a missing one`() {
        val said = run("-Duniffi.component.scamfilter_ffi.libraryOverride=c")
        assertTrue(said.first().contains("of another version")) { "$said" }
    }

    @Test
    fun `a home that cannot be written is no hindrance`() {
        val said = run("-Duser.home=/proc/none")
        assertEquals(listOf("SCAM", "SCAM"), said)
    }

    @Test
    fun `two class loaders load it twice`() {
        val urls = System.getProperty("java.class.path").split(File.pathSeparator).map { File(it).toURI().toURL() }.toTypedArray()
        repeat(2) {
            URLClassLoader(urls, ClassLoader.getPlatformClassLoader()).use { loader ->
                val type = loader.loadClass("org.scamfilter.ScamFilter")
                assertTrue(type !== ScamFilter::class.java)
                val filter = type.getMethod("openStarter").invoke(null)
                val verdict = type.getMethod("checkLink", String::class.java).invoke(filter, "http://192.168.0.1/a.apk")
                assertTrue(verdict.toString().contains("level="))
                type.getMethod("close").invoke(filter)
            }
        }
    }

    private fun run(vararg options: String): List<String> {
        val java = File(System.getProperty("java.home"), "bin/java").path
        val command = listOf(java, *options, "-cp", System.getProperty("java.class.path"), "org.scamfilter.FirstVerdict")
        val process = ProcessBuilder(command).redirectError(File(folder, "err")).start()
        val said = process.inputStream.bufferedReader().readLines()
        assertTrue(process.waitFor(60, TimeUnit.SECONDS))
        return said.ifEmpty { File(folder, "err").readLines() }
    }
}

/** What a child JVM runs: opens twice and prints each verdict or error. */
internal object FirstVerdict {
    @JvmStatic
    fun main(arguments: Array<String>) = repeat(2) {
        val said = try {
            ScamFilter.openStarter().use { it.check(Message("พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz")).level.name }
        } catch (e: ScamFilterException) {
            "${e.javaClass.simpleName}: ${e.message}"
        }
        println(said)
    }
}

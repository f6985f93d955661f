package org.scamfilter

import java.io.File
import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiTools
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class ApiDumpTest {
    @Test
    fun `the public API is the committed one`() {
        val classes = File("target/classes/org/scamfilter").walk().filter { it.extension == "class" }.toList().sorted()
        val filters = AbiFilters(emptySet(), setOf("org.scamfilter.ffi.**"), emptySet(), emptySet())
        val now = StringBuilder().also { AbiTools.getInstance().printJvmDump(it, classes, filters) }.toString()
        val dump = File("scamfilter.api")
        if (System.getenv("UPDATE") == "1") dump.writeText(now)
        assertEquals(dump.takeIf(File::exists)?.readText(), now) {
            "the public API changed; if that is wanted, run the tests with UPDATE=1 and say it in CHANGELOG.md"
        }
    }
}

package org.scamfilter.sample

import java.io.ByteArrayInputStream
import java.io.File
import java.io.IOException
import java.io.InputStream
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.scamfilter.Level
import org.scamfilter.Message
import org.scamfilter.PublisherException
import org.scamfilter.ScamFilter
import org.scamfilter.android.Hotline
import org.scamfilter.android.PackStore
import org.scamfilter.android.open
import org.scamfilter.android.reload

/** Packs that come by hand, in device-protected storage, and what packs say of hotlines. */
class PackFileTest : PhoneTest() {
    // Only the rules of `th` know it: the model of `common` alone would leave it clear.
    private val refund = Given.text("กฟภ. คืนค่าไฟเดือน พ.ย. ยื่นเรื่องได้ที่ bit.ly/pea-back")
    private val folder get() = File(app.createDeviceProtectedStorageContext().noBackupFilesDir, "scamfilter/packs")

    @Test
    fun `a pack by hand is kept, unverified, and goes again`() {
        val store = PackStore(app)
        assertEquals("th", store.add(ByteArrayInputStream(pack("th"))).pack)
        ScamFilter.open(app).use { filter ->
            assertTrue(filter.packs.single { it.pack == "th" }.unverified)
            assertEquals(Level.SUSPICIOUS, filter.check(Message(refund)).level)
            store.remove("th")
            filter.reload(app)
            assertEquals(Level.SCAM, filter.check(Message(refund)).level)
        }
        assertFalse(store.remove("../th"))
    }

    @Test
    fun `a JPEG, a cut pack, an empty file, a web page and one without end leave all as it was`() {
        val store = PackStore(app)
        val page = "<html>sign in to the network</html>".toByteArray()
        for (bytes in listOf(byteArrayOf(-1, -40, -1, -32), pack("th").copyOf(1_000), ByteArray(0), page)) {
            assertThrows(PublisherException::class.java) { store.add(ByteArrayInputStream(bytes)) }
        }
        val endless = object : InputStream() {
            override fun read() = 0

            override fun read(b: ByteArray, off: Int, len: Int) = len
        }
        assertThrows(IOException::class.java) { store.add(endless) }
        assertTrue(store.names().isEmpty())
    }

    @Test
    fun `a damaged store and what a killed process left do not take the filter down`() {
        PackStore(app).add(ByteArrayInputStream(pack("th")))
        assertEquals(listOf("th.scampack"), folder.list()!!.toList())
        File(folder, "th.scampack").writeBytes(byteArrayOf(1, 2, 3))
        File(folder, "new123.tmp").writeBytes(pack("vn").copyOf(500))
        ScamFilter.open(app).use { assertFalse(it.packs.single { p -> p.pack == "th" }.unverified) }
        assertEquals(listOf("th"), PackStore(app).names())
    }

    @Test
    fun `a disk that takes nothing is said, and what is open stays open`() {
        // A file where the folder belongs refuses every write, also to a superuser.
        folder.parentFile!!.mkdirs()
        folder.delete()
        folder.writeText("")
        ScamFilter.open(app).use { filter ->
            assertThrows(IOException::class.java) { PackStore(app).add(ByteArrayInputStream(pack("th"))) }
            filter.reload(app)
            assertEquals(Level.SCAM, filter.check(Message(Given.SCAM)).level)
        }
    }

    @Test
    fun `packs that are switched off are not open, but common stays`() {
        ScamFilter.open(app, without = setOf("th", "common")).use { filter ->
            val ids = filter.packs.map { it.pack }
            assertTrue("common" in ids && "th" !in ids)
            filter.reload(app)
            assertTrue("th" in filter.packs.map { it.pack })
        }
    }

    @Test
    fun `each country's pack names its hotline, and a pack by hand names none`() {
        ScamFilter.open(app).use { filter ->
            fun number(country: String) = Hotline.of(filter, country, listOf("en"))?.number
            assertEquals(listOf("1441", "1326", "997", "1799"), listOf("TH", "PH", "MY", "SG").map(::number))
            assertEquals(null, number("LA"))
            assertEquals(null, number("FR"))
            assertTrue(Hotline.of(filter, "th", listOf("th"))!!.who.contains("ศูนย์"))
            PackStore(app).add(ByteArrayInputStream(pack("th")))
            filter.reload(app)
            assertEquals(null, number("TH"))
        }
    }
}

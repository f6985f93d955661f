package org.scamfilter.sample

import android.content.ContentProvider
import android.content.ContentValues
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import java.io.File
import java.io.FileNotFoundException
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.scamfilter.Channel
import org.scamfilter.Level
import org.scamfilter.ScamFilter
import org.scamfilter.android.MmsMessages
import org.scamfilter.android.open

/** The text of an MMS in the system's store, which is played by a provider of the same address and columns. */
class MmsTest : PhoneTest() {
    private val uri = Uri.parse("content://mms/7")

    @Test
    fun `subject and text parts are one message with its sender`() {
        Store.parts = listOf(row(1, "application/smil", "<smil/>"), row(2, "text/plain", Given.SCAM), row(3, "image/jpeg", null))
        val message = MmsMessages.message(resolver(), uri) { it == "+66812345678" }!!
        assertEquals("โปรด\n${Given.SCAM}", message.text)
        assertEquals(listOf(Channel.MMS, "+66812345678", 1_700_000_000_000, true, false),
            listOf(message.channel, message.sender, message.receivedAt, message.senderIsContact, message.redacted))
        ScamFilter.open(app).use { assertEquals(Level.SCAM, it.check(message).level) }
    }

    @Test
    fun `a long text that lies in a file is read, and one that cannot be read is unknown`() {
        Store.parts = listOf(row(4, "text/plain; charset=utf-8", null))
        Store.file = File.createTempFile("part", ".txt").apply { writeText(Given.SCAM) }
        assertTrue(MmsMessages.message(resolver(), uri)!!.text.endsWith(Given.SCAM))
        Store.file!!.writeText("a".repeat(300_000))
        assertTrue("more than is looked at", MmsMessages.message(resolver(), uri)!!.redacted)
        Store.file = null
        val hidden = MmsMessages.message(resolver(), uri)!!
        assertTrue(hidden.redacted)
        ScamFilter.open(app).use { assertEquals(Level.UNKNOWN, it.check(hidden).level) }
    }

    @Test
    fun `without text or without such a message there is none`() {
        Store.parts = listOf(row(3, "image/jpeg", null))
        Store.subject = null
        assertNull(MmsMessages.message(resolver(), uri))
        assertNull(MmsMessages.message(resolver(), Uri.parse("content://mms/8")))
        Store.parts = List(500) { row(it, "text/plain", "part $it") }
        assertTrue(MmsMessages.message(resolver(), uri)!!.redacted)
        assertFalse(MmsMessages.message(resolver(), uri)!!.text.contains("part 400"))
    }

    @Test
    fun `a text behind more pictures than are looked at makes the message unknown`() {
        Store.subject = null
        Store.parts = List(101) { row(it, "image/jpeg", null) } + listOf(row(101, "text/plain", Given.SCAM))
        val hidden = MmsMessages.message(resolver(), uri)!!
        assertTrue(hidden.redacted)
        ScamFilter.open(app).use { assertEquals(Level.UNKNOWN, it.check(hidden).level) }
    }

    private fun resolver() = app.contentResolver.also { Robolectric.setupContentProvider(Store::class.java, "mms") }

    private fun row(id: Int, type: String, text: String?) = arrayOf<Any?>(id, type, text, 106)

    class Store : ContentProvider() {
        override fun onCreate() = true

        override fun query(uri: Uri, p: Array<out String>?, s: String?, a: Array<out String>?, o: String?): Cursor = when (uri.toString()) {
            "content://mms/7" -> table("_id", "date", "sub", "sub_cs").apply { addRow(arrayOf<Any?>(7, 1_700_000_000, subject, 106)) }
            "content://mms/7/part" -> table("_id", "ct", "text", "chset").apply { parts.forEach(::addRow) }
            "content://mms/7/addr" -> table("type", "address").apply {
                addRow(arrayOf<Any?>(151, "+66800000000"))
                addRow(arrayOf<Any?>(137, "+66812345678"))
            }
            else -> table("_id")
        }

        override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor =
            ParcelFileDescriptor.open(file ?: throw FileNotFoundException(), ParcelFileDescriptor.MODE_READ_ONLY)

        private fun table(vararg columns: String) = MatrixCursor(columns)

        override fun getType(uri: Uri): String? = null

        override fun insert(uri: Uri, values: ContentValues?): Uri? = null

        override fun delete(uri: Uri, s: String?, a: Array<out String>?) = 0

        override fun update(uri: Uri, values: ContentValues?, s: String?, a: Array<out String>?) = 0

        companion object {
            /** As the store keeps it: a letter for each byte of UTF-8. */
            val BYTES = String("โปรด".toByteArray(), Charsets.ISO_8859_1)
            var subject: String? = BYTES
            var parts: List<Array<Any?>> = emptyList()
            var file: File? = null
        }
    }

    @org.junit.Before
    fun fresh() {
        Store.subject = Store.BYTES
        Store.file = null
    }
}

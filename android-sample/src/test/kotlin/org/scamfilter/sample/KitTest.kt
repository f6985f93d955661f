package org.scamfilter.sample

import android.app.Notification
import android.content.Intent
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.os.Message
import android.os.Messenger
import java.io.ByteArrayInputStream
import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.scamfilter.Level
import org.scamfilter.PublisherException
import org.scamfilter.ScamFilter
import org.scamfilter.android.NotificationMessages
import org.scamfilter.android.PackStore
import org.scamfilter.android.ScreeningService
import org.scamfilter.android.SharedText
import org.scamfilter.android.SmsIntents
import org.scamfilter.android.open
import org.scamfilter.android.reload

/** The kit against the framework of Android 15, with the real library. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class KitTest {
    private val app get() = RuntimeEnvironment.getApplication() as App
    private val scam = "พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz"

    @Test
    fun `twenty parts are one message with its SIM, and a missing part is no exception`() {
        val long = "พัสดุตกค้าง ".repeat(100)
        val sms = SmsIntents.messages(Sms.received("66812345678", long)).single()
        assertEquals(long, sms.message.text)
        assertEquals("+66812345678", sms.message.sender)
        assertEquals(listOf(3, 1), listOf(sms.subscriptionId, sms.simSlot))
        assertEquals(long.length - 60, SmsIntents.messages(Sms.received("66812345678", long, setOf(4))).single().message.text.length)
        assertFalse(sms.toString().contains("พัสดุ"))
    }

    @Test
    fun `PDUs that do not decode and intents without any give nothing`() {
        val random = java.util.Random(7)
        repeat(300) { SmsIntents.messages(Sms.intent(List(2) { ByteArray(random.nextInt(40)).also(random::nextBytes) })) }
        assertTrue(SmsIntents.messages(Intent()).isEmpty())
        assertTrue(SmsIntents.messages(Intent().putExtra("pdus", "no array")).isEmpty())
        assertEquals("", SmsIntents.messages(Sms.received("66812345678", "")).single().message.text)
    }

    @Test
    fun `a hidden notification is unknown and never clear`() {
        fun notification(text: String) = Notification.Builder(app, "c").setContentTitle("Mum").setContentText(text).build()
        ScamFilter.open(app).use { filter ->
            val hidden = NotificationMessages.message(notification("Sensitive notification content hidden"), 5)!!
            assertEquals(Level.UNKNOWN, filter.check(hidden).level)
            assertEquals(Level.SCAM, filter.check(NotificationMessages.message(notification(scam), 5)!!).level)
            assertEquals(Level.CLEAR, filter.check(NotificationMessages.message(notification("See you at six."), 5)!!).level)
        }
        val summary = notification(scam).apply { flags = flags or Notification.FLAG_GROUP_SUMMARY }
        assertNull(NotificationMessages.message(summary, 5))
    }

    @Test
    fun `shared and selected text arrives and other extras do not harm`() {
        assertEquals(scam, SharedText.of(Intent(Intent.ACTION_SEND).putExtra(Intent.EXTRA_TEXT, scam)))
        assertEquals(scam, SharedText.of(Intent(Intent.ACTION_PROCESS_TEXT).putExtra(Intent.EXTRA_PROCESS_TEXT, scam)))
        assertNull(SharedText.of(Intent(Intent.ACTION_SEND).putExtra(Intent.EXTRA_TEXT, 5)))
        assertNull(SharedText.of(Intent(Intent.ACTION_VIEW).putExtra(Intent.EXTRA_TEXT, scam)))
    }

    @Test
    fun `a pack by hand is kept, unverified, and goes again`() {
        val th = File(System.getProperty("scamfilter.packs")!!, "th.scampack").readBytes()
        val store = PackStore(app)
        // Only the rules of `th` know it: the model of `common` alone would leave it clear.
        val refund = "กฟภ. คืนค่าไฟเดือน พ.ย. ยื่นเรื่องได้ที่ bit.ly/pea-back"
        assertEquals("th", store.add(ByteArrayInputStream(th)).pack)
        ScamFilter.open(app).use { filter ->
            assertTrue(filter.packs.single { it.pack == "th" }.unverified)
            assertEquals(Level.SUSPICIOUS, filter.check(org.scamfilter.Message(refund)).level)
            store.remove("th")
            filter.reload(app)
            assertEquals(Level.SCAM, filter.check(org.scamfilter.Message(refund)).level)
        }
        assertFalse(store.remove("../th"))
    }

    @Test
    fun `a JPEG, a cut pack and a damaged store leave all as it was`() {
        val th = File(System.getProperty("scamfilter.packs")!!, "th.scampack").readBytes()
        val store = PackStore(app)
        for (bytes in listOf(byteArrayOf(-1, -40, -1, -32), th.copyOf(1_000), ByteArray(0))) {
            assertThrows(PublisherException::class.java) { store.add(ByteArrayInputStream(bytes)) }
        }
        assertTrue(store.names().isEmpty())
        store.add(ByteArrayInputStream(th))
        val folder = File(app.createDeviceProtectedStorageContext().noBackupFilesDir, "scamfilter/packs")
        assertEquals(listOf("th.scampack"), folder.list()!!.toList())
        File(folder, "th.scampack").writeBytes(byteArrayOf(1, 2, 3))
        ScamFilter.open(app).use { assertFalse(it.packs.single { p -> p.pack == "th" }.unverified) }
    }

    @Test
    fun `a screening client is answered as the convention says, and a flood does no harm`() {
        val service = Robolectric.buildService(Screening::class.java).create()
        assertNull(service.get().onBind(Intent("other")))
        val provider = Messenger(service.get().onBind(Intent(ScreeningService.ACTION)))
        val answers = ArrayList<Bundle>()
        val client = Messenger(Handler(Looper.getMainLooper()) { m ->
            assertEquals(ScreeningService.RESULT, m.what)
            answers.add(m.data)
        })
        fun ask(text: String?) = provider.send(Message.obtain(null, ScreeningService.REQUEST).apply {
            data = Bundle().apply { text?.let { putString("smsContent", it) } }
            replyTo = client
        })
        ask(scam)
        eventually { answers.size == 1 }
        assertTrue(answers[0].getBoolean("shouldBlock") && answers[0].getString("reason")!!.isNotEmpty())
        ask(null)
        eventually { answers.size == 2 }
        assertFalse(answers[1].getBoolean("shouldBlock"))
        repeat(1_000) { ask("See you at six.") }
        eventually { answers.size == 1_002 }
        assertTrue(answers.drop(1).none { it.getBoolean("shouldBlock") })
    }
}

/** Runs the main looper until [met], for at most some seconds; what never comes is a failure. */
internal fun eventually(met: () -> Boolean) {
    repeat(1_000) {
        shadowOf(Looper.getMainLooper()).idle()
        if (met()) return
        Thread.sleep(10)
    }
    throw AssertionError("it never came")
}

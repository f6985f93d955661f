package org.scamfilter.sample

import android.content.Context
import android.content.Intent
import android.os.Looper
import android.provider.Telephony
import java.util.Collections
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import org.scamfilter.Level
import org.scamfilter.android.ReceivedSms
import org.scamfilter.android.SmsIntents
import org.scamfilter.android.SmsReceiver

/** Text messages: real PDUs through the manifest's receiver, and whatever a network or another app may send instead. */
class SmsTest : PhoneTest() {
    @Test
    fun `a hundred messages in a second come in, none lost, in order, judged`() {
        repeat(100) { app.sendBroadcast(Sms.received("66812345678", "$it ${if (it % 2 == 0) Given.SCAM else Given.WANTED}")) }
        eventually { app.inbox.newest(200).size == 100 }
        val all = app.inbox.newest(200).reversed()
        assertEquals((0 until 100).toList(), all.map { it.text.substringBefore(' ').toInt() })
        assertEquals(50, all.count { it.level == Level.SCAM })
        assertEquals(setOf(Level.SCAM, Level.CLEAR), all.map { it.level }.toSet())
    }

    @Test
    fun `twenty parts are one message with its SIM`() {
        val long = "พัสดุตกค้าง ".repeat(100)
        val sms = SmsIntents.messages(Sms.received("66812345678", long)).single()
        assertEquals(long, sms.message.text)
        assertEquals("+66812345678", sms.message.sender)
        assertEquals(listOf(3, 1), listOf(sms.subscriptionId, sms.simSlot))
        assertFalse(sms.toString().contains("พัสดุ"))
    }

    @Test
    fun `of twenty parts one is missing, and the rest is judged`() {
        val long = "${Given.SCAM} ".repeat(26)
        val intent = Sms.received("66812345678", long, without = setOf(4))
        assertEquals(long.length - 60, SmsIntents.messages(intent).single().message.text.length)
        app.sendBroadcast(intent)
        eventually { app.inbox.newest().singleOrNull()?.level == Level.SCAM }
    }

    @Test
    fun `PDUs that do not decode and intents without any give nothing`() {
        val random = java.util.Random(7)
        repeat(300) { SmsIntents.messages(Sms.intent(List(2) { ByteArray(random.nextInt(40)).also(random::nextBytes) })) }
        assertTrue(SmsIntents.messages(Intent()).isEmpty())
        assertTrue(SmsIntents.messages(Intent().putExtra("pdus", "no array")).isEmpty())
        assertTrue(SmsIntents.messages(Intent().putExtra("pdus", arrayOf<Any>(byteArrayOf(1, 2)))).isEmpty())
    }

    @Test
    fun `an empty body is a message and stays clear`() {
        app.sendBroadcast(Sms.received("66812345678", ""))
        eventually { app.inbox.newest().size == 1 }
        assertEquals("" to Level.CLEAR, app.inbox.newest().single().let { it.text to it.level })
    }

    @Test
    fun `what is delivered to the default app arrives, other broadcasts do not, and contacts are the app's answer`() {
        val got = Collections.synchronizedList(ArrayList<ReceivedSms>())
        val receiver = object : SmsReceiver() {
            override fun onSms(context: Context, sms: ReceivedSms) = Unit.also { got.add(sms) }

            override fun isContact(context: Context, sender: String) = sender.endsWith("678")
        }
        val deliver = Sms.received("66812345678", Given.WANTED).setAction(Telephony.Sms.Intents.SMS_DELIVER_ACTION)
        receiver.onReceive(app, Sms.received("66812345678", Given.WANTED).setAction("other"))
        receiver.onReceive(app, deliver)
        eventually { got.size == 1 }
        assertEquals(true, got.single().message.senderIsContact)
    }

    @Test
    fun `an exception ends its message only, and tells the app`() {
        val (told, got) = Collections.synchronizedList(ArrayList<Throwable>()) to CountDownLatch(2)
        val receiver = object : SmsReceiver() {
            override fun onSms(context: Context, sms: ReceivedSms) {
                got.countDown()
                if (got.count == 1L) throw IllegalStateException("first")
            }

            override fun onFailure(failure: Throwable) = Unit.also { told.add(failure) }
        }
        repeat(2) { receiver.onReceive(app, Sms.received("66812345678", Given.WANTED)) }
        assertTrue(got.await(10, TimeUnit.SECONDS))
        eventually { told.singleOrNull()?.message == "first" }
    }

    @Test
    fun `a slow app gives the broadcast back in time and still gets its messages`() {
        val (go, got) = CountDownLatch(1) to Collections.synchronizedList(ArrayList<String>())
        val receiver = object : SmsReceiver() {
            override fun onSms(context: Context, sms: ReceivedSms) {
                go.await()
                got.add(sms.message.text)
            }
        }
        app.registerReceiver(receiver, android.content.IntentFilter(Telephony.Sms.Intents.SMS_RECEIVED_ACTION))
        app.sendBroadcast(Sms.received("66812345678", Given.WANTED))
        shadowOf(Looper.getMainLooper()).idle()
        val pending = shadowOf(receiver).originalPendingResult
        shadowOf(Looper.getMainLooper()).idleFor(9, TimeUnit.SECONDS)
        assertTrue("given back after eight seconds", shadowOf(pending).future.isDone)
        go.countDown()
        eventually { got == listOf(Given.WANTED) }
        app.unregisterReceiver(receiver)
    }

    @Test
    fun `a clock that was set back changes no order and no verdict`() {
        for ((day, body) in listOf(20L to "first ${Given.SCAM}", 1L to "second ${Given.SCAM}", -400L to "third ${Given.SCAM}")) {
            android.os.SystemClock.setCurrentTimeMillis(TimeUnit.DAYS.toMillis(20_000 + day))
            app.sendBroadcast(Sms.received("66812345678", body))
            eventually { app.inbox.newest().firstOrNull()?.text == body }
        }
        assertEquals(listOf("third", "second", "first"), app.inbox.newest().map { it.text.substringBefore(' ') })
        assertTrue(app.inbox.newest().all { it.level == Level.SCAM })
    }
}

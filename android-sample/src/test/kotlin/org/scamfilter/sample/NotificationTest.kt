package org.scamfilter.sample

import android.app.Notification
import android.content.Intent
import android.os.Bundle
import android.os.Process
import android.service.notification.StatusBarNotification
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicInteger
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.scamfilter.Level
import org.scamfilter.Message
import org.scamfilter.ScamFilter
import org.scamfilter.android.MessageListenerService
import org.scamfilter.android.NotificationMessages
import org.scamfilter.android.SharedText
import org.scamfilter.android.open

/** Messages in notifications, shared and selected text. */
class NotificationTest : PhoneTest() {
    private fun notification(text: String): Notification =
        @Suppress("DEPRECATION") Notification.Builder(app).setContentTitle("Mum").setContentText(text).build()

    private fun posted(from: String, id: Int, notification: Notification) = @Suppress("DEPRECATION")
    StatusBarNotification(from, from, id, null, 10_001, 0, 0, notification, Process.myUserHandle(), 5)

    @Test
    fun `a hidden notification is unknown and never clear`() {
        ScamFilter.open(app).use { filter ->
            fun level(text: String) = filter.check(NotificationMessages.message(notification(text), 5)!!).level
            assertEquals(Level.UNKNOWN, level("Sensitive notification content hidden"))
            assertEquals(Level.SCAM, level(Given.SCAM))
            assertEquals(Level.CLEAR, level(Given.WANTED))
        }
        val own = NotificationMessages.message(notification("Contents hidden"), 5, setOf("Contents hidden"))!!
        assertTrue(own.redacted)
        val summary = notification(Given.SCAM).apply { flags = flags or Notification.FLAG_GROUP_SUMMARY }
        assertNull(NotificationMessages.message(summary, 5))
    }

    @Test
    fun `the newest message of a conversation counts, with who wrote it`() {
        fun one(text: String, sender: String) = Bundle().apply {
            putCharSequence("text", text)
            putCharSequence("sender", sender)
        }
        val notification = notification("2 new messages")
        notification.extras.putParcelableArray(Notification.EXTRA_MESSAGES, arrayOf<android.os.Parcelable>(one(Given.WANTED, "Dad"), one(Given.SCAM, "Stranger")))
        val message = NotificationMessages.message(notification, 5)!!
        assertEquals(Given.SCAM to "Stranger", message.text to message.sender)
        notification.extras.putParcelableArray(Notification.EXTRA_MESSAGES, arrayOf<android.os.Parcelable>(Bundle(), Intent()))
        assertEquals("2 new messages", NotificationMessages.message(notification, 5)!!.text)
    }

    @Test
    fun `the listener judges each message once and leaves the system and this app alone`() {
        val service = Robolectric.buildService(Listener::class.java).create().get()
        repeat(3) { service.onNotificationPosted(posted("chat.example", 1, notification(Given.SCAM))) }
        service.onNotificationPosted(posted("chat.example", 1, notification(Given.WANTED)))
        service.onNotificationPosted(posted("chat.example", 2, notification("Sensitive notification content hidden")))
        service.onNotificationPosted(posted(app.packageName, 3, notification(Given.SCAM)))
        service.onNotificationPosted(posted("android", 4, notification(Given.SCAM)))
        service.onNotificationPosted(null)
        service.onNotificationPosted(posted("chat.example", 5, notification("last one")))
        eventually { app.inbox.newest().firstOrNull()?.text == "last one" }
        val levels = app.inbox.newest().reversed().map { it.level }
        assertEquals(listOf(Level.SCAM, Level.CLEAR, Level.UNKNOWN, Level.CLEAR), levels)
        assertTrue(app.inbox.newest().all { it.via == Incoming.NOTIFICATION })
    }

    /** Judges nothing until it may. */
    class Slow : MessageListenerService() {
        val go = CountDownLatch(1)
        val refused = AtomicInteger()
        val got = ConcurrentLinkedQueue<String>()

        override fun onMessage(packageName: String, key: String, message: Message) {
            go.await()
            got += message.text
        }

        override fun onFailure(failure: Throwable) {
            if (failure is RejectedExecutionException) refused.incrementAndGet()
        }
    }

    @Test
    fun `a message that found no place is told of, and judged when it is shown again`() {
        val service = Robolectric.buildService(Slow::class.java).create().get()
        val all = 600
        repeat(all) { service.onNotificationPosted(posted("chat.example", it, notification("text $it"))) }
        val refused = service.refused.get()
        assertTrue("$refused", refused in 1 until all)
        service.go.countDown()
        eventually { service.got.size == all - refused }
        assertFalse("text 599" in service.got)
        repeat(2) { service.onNotificationPosted(posted("chat.example", all - 1, notification("text 599"))) }
        service.onNotificationPosted(posted("chat.example", all, notification("last one")))
        eventually { "last one" in service.got }
        assertEquals(listOf("text 599", "last one"), service.got.toList().takeLast(2))
    }

    @Test
    fun `shared and selected text arrives and other extras do not harm`() {
        assertEquals(Given.SCAM, SharedText.of(Intent(Intent.ACTION_SEND).putExtra(Intent.EXTRA_TEXT, Given.SCAM)))
        assertEquals(Given.SCAM, SharedText.of(Intent(Intent.ACTION_PROCESS_TEXT).putExtra(Intent.EXTRA_PROCESS_TEXT, Given.SCAM)))
        assertNull(SharedText.of(Intent(Intent.ACTION_SEND).putExtra(Intent.EXTRA_TEXT, 5)))
        assertNull(SharedText.of(Intent(Intent.ACTION_SEND).putExtra(Intent.EXTRA_TEXT, " \n")))
        assertNull(SharedText.of(Intent(Intent.ACTION_VIEW).putExtra(Intent.EXTRA_TEXT, Given.SCAM)))
    }
}

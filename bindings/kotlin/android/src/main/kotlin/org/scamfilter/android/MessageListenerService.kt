package org.scamfilter.android

import android.app.Notification
import android.service.notification.NotificationListenerService
import android.service.notification.StatusBarNotification
import java.util.concurrent.ArrayBlockingQueue
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit
import org.scamfilter.Message

/**
 * Base of a listener that judges what messengers (RCS, chat apps) show in notifications. Declare the subclass in the app's
 * manifest with the permission `android.permission.BIND_NOTIFICATION_LISTENER_SERVICE` and the action
 * `android.service.notification.NotificationListenerService`; the user allows it in the system's settings. Without that nothing
 * arrives. A text that the system hid arrives as `redacted` and is judged `unknown`, never `clear`.
 *
 * Messages are handed over off the main thread in their order, each once, however often its notification is shown again.
 */
public abstract class MessageListenerService : NotificationListenerService() {
    private val seen = Seen()
    private val worker = ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, ArrayBlockingQueue(WAITING)) {
        Thread(it, "scamfilter-notifications").apply { isDaemon = true }
    }

    /** One message, on a worker thread. [key] names its notification, so that the app can take it away or answer it. */
    public abstract fun onMessage(packageName: String, key: String, message: Message)

    /**
     * Whether notifications of this app are messages; asked on the main thread. All but the app's own by default: better name the
     * messengers.
     */
    public open fun listensTo(packageName: String): Boolean = packageName != this.packageName

    /** Whether [sender], as the notification names it, is a contact: the app's answer. The system is never asked. */
    public open fun isContact(packageName: String, sender: String): Boolean? = null

    /** What went wrong with a message, or that too many waited; nothing is logged here. */
    public open fun onFailure(failure: Throwable): Unit = Unit

    /** Hands a notification to the worker. One that is refused there counts as not seen. */
    final override fun onNotificationPosted(sbn: StatusBarNotification?) {
        val from = sbn?.packageName ?: return
        if (!listensTo(from)) return
        val notification = sbn.notification ?: return
        try {
            worker.execute { runCatching { judge(from, sbn.key, notification, sbn.postTime) }.onFailure(::onFailure) }
        } catch (e: RejectedExecutionException) {
            onFailure(e)
        }
    }

    private fun judge(from: String, key: String, notification: Notification, at: Long) {
        val message = NotificationMessages.message(notification, at) ?: return
        if (seen.first(key, message)) onMessage(from, key, withContact(from, message))
    }

    private fun withContact(from: String, message: Message): Message {
        val known = message.sender?.let { isContact(from, it) } ?: return message
        return Message(message.text, message.sender, message.channel, message.receivedAt, known, redacted = message.redacted)
    }

    override fun onDestroy() {
        worker.shutdown()
        super.onDestroy()
    }

    /** The last message of each notification of late, as a number: messengers show one message many times. For the worker alone. */
    private class Seen {
        private val last = object : LinkedHashMap<String, Int>() {
            override fun removeEldestEntry(eldest: MutableMap.MutableEntry<String, Int>?) = size > WAITING
        }

        fun first(key: String, message: Message): Boolean {
            val number = 31 * message.text.hashCode() + message.sender.hashCode()
            return last.put(key, number) != number
        }
    }

    private companion object {
        const val WAITING = 512
    }
}

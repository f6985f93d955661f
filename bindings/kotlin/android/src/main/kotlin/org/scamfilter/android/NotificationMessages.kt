package org.scamfilter.android

import android.app.Notification
import android.content.res.Resources
import android.os.Build
import android.os.Bundle
import org.scamfilter.Channel
import org.scamfilter.Message

/**
 * Messages in notifications of messengers, for an app's `NotificationListenerService`, which the user must allow in the
 * system's settings. From Android 15 on the system hides texts with one-time codes: such a message is `redacted`, and its
 * verdict is `unknown`, never `clear`.
 */
public object NotificationMessages {
    /** What Android 15 writes in place of a hidden text, for phones whose system does not tell its own words. */
    private val HIDDEN = setOf("Sensitive notification content hidden", "ซ่อนเนื้อหาการแจ้งเตือนที่ละเอียดอ่อนไว้")

    /**
     * The newest message in [notification], or `null` when it shows none (a summary of a group, ongoing work, no text).
     *
     * @param hidden further words that stand for a hidden text, such as a messenger's own
     */
    @JvmStatic
    @JvmOverloads
    public fun message(notification: Notification, receivedAt: Long, hidden: Set<String> = emptySet()): Message? {
        val silent = Notification.FLAG_GROUP_SUMMARY or Notification.FLAG_ONGOING_EVENT
        if (notification.flags and silent != 0) return null
        val extras = notification.extras ?: return null
        val (text, sender) = runCatching { newest(extras) ?: plain(extras) }.getOrNull() ?: return null
        val redacted = text in HIDDEN || text in hidden || text == systemWords()
        return Message(text, sender, Channel.NOTIFICATION, receivedAt, redacted = redacted)
    }

    /** The system's own words for it in the language of the phone, whatever that is. */
    private fun systemWords(): String? = runCatching {
        val system = Resources.getSystem()
        system.getIdentifier("redacted_notification_message", "string", "android").takeIf { it != 0 }?.let(system::getString)
    }.getOrNull()

    private fun newest(extras: Bundle): Pair<String, String?>? {
        @Suppress("DEPRECATION") // The typed getter came with Android 13.
        val all = extras.getParcelableArray(Notification.EXTRA_MESSAGES).orEmpty().filterIsInstance<Bundle>()
        val last = all.lastOrNull() ?: return null
        val text = last.getCharSequence("text")?.toString().orEmpty()
        val sender = last.getCharSequence("sender") ?: extras.getCharSequence(Notification.EXTRA_TITLE)
        return if (text.isEmpty()) null else text to sender?.toString()
    }

    private fun plain(extras: Bundle): Pair<String, String?>? {
        val text = extras.getCharSequence(Notification.EXTRA_BIG_TEXT) ?: extras.getCharSequence(Notification.EXTRA_TEXT)
        if (text.isNullOrEmpty()) return null
        return text.toString() to extras.getCharSequence(Notification.EXTRA_TITLE)?.toString()
    }

    /** Whether this phone's system hides texts of notifications. */
    @JvmStatic
    public val systemRedacts: Boolean get() = Build.VERSION.SDK_INT >= ANDROID_15

    private const val ANDROID_15 = 35
}

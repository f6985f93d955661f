package org.scamfilter.sample

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.os.Build
import org.scamfilter.Verdict

/** Tells the user of a message that came in, by its level. A notification shows level and sender, never the text. */
class Notifier(private val context: Context) {
    private val manager = checkNotNull(context.getSystemService(NotificationManager::class.java))

    /** Shows nothing where the settings or the system say so. */
    fun tell(id: Long, sender: String?, verdict: Verdict) {
        val alert = (context.applicationContext as App).settings.alert(verdict.level)
        if (alert == Alert.NONE) return
        val open = PendingIntent.getActivity(
            context, 0, Intent(context, InboxActivity::class.java), PendingIntent.FLAG_UPDATE_CURRENT or PendingIntent.FLAG_IMMUTABLE,
        )
        val notification = builder(alert)
            .setSmallIcon(R.drawable.ic_check)
            .setContentTitle(context.getString(levelText(verdict.level)))
            .setContentText(sender ?: context.getString(R.string.unknown_sender))
            .setVisibility(Notification.VISIBILITY_PRIVATE)
            .setCategory(Notification.CATEGORY_MESSAGE)
            .setContentIntent(open)
            .setAutoCancel(true)
            .build()
        manager.notify(id.toInt(), notification)
    }

    private fun builder(alert: Alert): Notification.Builder {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.O) {
            val loud = alert == Alert.SOUND
            val importance = if (loud) NotificationManager.IMPORTANCE_HIGH else NotificationManager.IMPORTANCE_LOW
            val name = context.getString(if (loud) R.string.alert_sound else R.string.alert_quiet)
            manager.createNotificationChannel(NotificationChannel(alert.name, name, importance))
            return Notification.Builder(context, alert.name)
        }
        @Suppress("DEPRECATION") // Android 7 has no channels.
        return Notification.Builder(context).apply {
            if (alert == Alert.SOUND) setPriority(Notification.PRIORITY_HIGH).setDefaults(Notification.DEFAULT_ALL)
        }
    }
}

package org.scamfilter.android

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.provider.Telephony
import java.util.concurrent.Executors

/**
 * Base of a receiver of text messages. Declare the subclass in the app's manifest with the permission
 * `android.permission.BROADCAST_SMS`, for `SMS_RECEIVED` (the app needs `RECEIVE_SMS`) or, as the default app, for
 * `SMS_DELIVER`. Without the permission the system delivers nothing.
 *
 * Messages are handed over off the main thread, one after the other in the order in which they came, within the time that the
 * system gives a receiver (some ten seconds).
 */
public abstract class SmsReceiver : BroadcastReceiver() {
    /** One received message, on a worker thread. An exception ends this message only. */
    public abstract fun onSms(context: Context, sms: ReceivedSms)

    /** Hands the messages of [intent] to the worker. */
    final override fun onReceive(context: Context, intent: Intent) {
        if (intent.action !in ACTIONS) return
        val receivedAt = System.currentTimeMillis()
        val app = context.applicationContext
        val pending = goAsync()
        WORKER.execute {
            try {
                SmsIntents.messages(intent, receivedAt).forEach { sms -> runCatching { onSms(app, sms) }.onFailure(::onFailure) }
            } finally {
                pending?.finish()
            }
        }
    }

    /** What went wrong in [onSms]; nothing is logged here, as a log might hold the message. */
    public open fun onFailure(failure: Throwable): Unit = Unit

    private companion object {
        val ACTIONS = setOf(Telephony.Sms.Intents.SMS_RECEIVED_ACTION, Telephony.Sms.Intents.SMS_DELIVER_ACTION)
        val WORKER = Executors.newSingleThreadExecutor { Thread(it, "scamfilter-sms").apply { isDaemon = true } }
    }
}

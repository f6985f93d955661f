package org.scamfilter.android

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.os.Handler
import android.os.Looper
import android.provider.Telephony
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicBoolean

/**
 * Base of a receiver of text messages. Declare the subclass in the app's manifest with the permission
 * `android.permission.BROADCAST_SMS`, for `SMS_RECEIVED` (the app needs `RECEIVE_SMS`) or, as the default app, for
 * `SMS_DELIVER`. Without the permission the system delivers nothing.
 *
 * Messages are handed over off the main thread, one after the other in the order in which they came. The system gives a receiver
 * some ten seconds: after eight the broadcast is given back, so that no app is stopped for it, and what still waits goes on as
 * long as the process lives.
 */
public abstract class SmsReceiver : BroadcastReceiver() {
    /** One received message, on a worker thread. An exception ends this message only. */
    public abstract fun onSms(context: Context, sms: ReceivedSms)

    /** Whether [sender] is a contact: the app's answer, on the worker thread. The system is never asked. */
    public open fun isContact(context: Context, sender: String): Boolean? = null

    /** Hands the messages of [intent] to the worker. */
    final override fun onReceive(context: Context, intent: Intent) {
        if (intent.action !in ACTIONS) return
        val receivedAt = System.currentTimeMillis()
        val app = context.applicationContext
        val pending = Once(goAsync())
        val main = Handler(Looper.getMainLooper())
        main.postDelayed(pending, LIMIT_MILLIS)
        WORKER.execute {
            try {
                for (sms in SmsIntents.messages(intent, receivedAt)) {
                    runCatching { onSms(app, sms.asking { isContact(app, it) }) }.onFailure(::onFailure)
                }
            } finally {
                main.removeCallbacks(pending)
                pending.run()
            }
        }
    }

    /** Gives the broadcast back, the first time only. */
    private class Once(private val pending: PendingResult?) : Runnable {
        private val done = AtomicBoolean()

        override fun run() {
            if (done.compareAndSet(false, true)) pending?.finish()
        }
    }

    /** What went wrong in [onSms]; nothing is logged here, as a log might hold the message. */
    public open fun onFailure(failure: Throwable): Unit = Unit

    private companion object {
        const val LIMIT_MILLIS = 8_000L
        val ACTIONS = setOf(Telephony.Sms.Intents.SMS_RECEIVED_ACTION, Telephony.Sms.Intents.SMS_DELIVER_ACTION)
        val WORKER = Executors.newSingleThreadExecutor { Thread(it, "scamfilter-sms").apply { isDaemon = true } }
    }
}

package org.scamfilter.android

import android.app.Service
import android.content.Intent
import android.os.Bundle
import android.os.Handler
import android.os.IBinder
import android.os.Looper
import android.os.Message
import android.os.Messenger
import java.util.concurrent.ArrayBlockingQueue
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import org.scamfilter.Message as TextMessage

/**
 * Base of a provider of the convention `PublicSMSScreeningService`, through which other SMS apps ask whether to block a
 * message. Declare the subclass in the app's manifest as exported, with the action [ACTION] and `android:enabled="false"`, and
 * enable the component when the user turns it on.
 *
 * Requests are answered off the main thread in their order. A client that floods gets "do not block" at once for what is too
 * much, and takes no other client's place.
 */
public abstract class ScreeningService : Service() {
    /** What is answered: whether to block, and why, in words for the user. */
    public class Answer(public val shouldBlock: Boolean, public val reason: String)

    private val worker = ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, ArrayBlockingQueue(WAITING)) {
        Thread(it, "scamfilter-screening").apply { isDaemon = true }
    }
    private val waiting = ConcurrentHashMap<Int, AtomicInteger>()
    private val messenger by lazy { Messenger(Handler(Looper.getMainLooper(), ::handle)) }

    /** Whether to block [message], on a worker thread; [askedBy] are the packages of the app that asks. */
    public abstract fun screen(message: TextMessage, simSlot: Int, askedBy: List<String>): Answer

    /** The channel for requests; nothing for other actions. */
    override fun onBind(intent: Intent): IBinder? = if (intent.action == ACTION) messenger.binder else null

    override fun onDestroy() {
        worker.shutdown()
        super.onDestroy()
    }

    private fun handle(request: Message): Boolean {
        if (request.what != REQUEST) return false
        val client = request.replyTo ?: return true
        // The message is recycled when this returns.
        val (data, sender) = Bundle(request.data) to request.sendingUid
        val own = waiting.getOrPut(sender, ::AtomicInteger)
        try {
            if (own.incrementAndGet() > WAITING_A_CLIENT) throw RejectedExecutionException()
            worker.execute {
                reply(client, answer(data, sender))
                own.decrementAndGet()
            }
        } catch (_: RejectedExecutionException) {
            own.decrementAndGet()
            reply(client, Answer(false, ""))
        }
        return true
    }

    private fun answer(data: Bundle, uid: Int): Answer = runCatching {
        val message = TextMessage(
            text = data.getString("smsContent").orEmpty(),
            sender = data.getString("number"),
            receivedAt = System.currentTimeMillis(),
        )
        val askedBy = if (uid < 0) emptyList() else packageManager.getPackagesForUid(uid).orEmpty().toList()
        screen(message, data.getInt("simSlot", -1), askedBy)
    }.getOrDefault(Answer(false, ""))

    private fun reply(client: Messenger, answer: Answer) {
        val result = Message.obtain(null, RESULT)
        result.data = Bundle().apply {
            putBoolean("shouldBlock", answer.shouldBlock)
            putString("reason", answer.reason)
        }
        // The client may be gone.
        runCatching { client.send(result) }
    }

    public companion object {
        /** The action by which clients find providers. */
        public const val ACTION: String = "sms.screening.provider.PublicSMSScreeningService"

        /** `what` of a request. */
        public const val REQUEST: Int = 1

        /** `what` of a result. */
        public const val RESULT: Int = 2
        private const val WAITING = 256
        private const val WAITING_A_CLIENT = 32
    }
}

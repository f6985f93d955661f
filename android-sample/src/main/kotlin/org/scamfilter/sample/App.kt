package org.scamfilter.sample

import android.app.Application
import android.os.Handler
import android.os.Looper
import java.util.concurrent.Executors
import org.scamfilter.Fetched
import org.scamfilter.Fetcher
import org.scamfilter.HttpFetcher
import org.scamfilter.Message
import org.scamfilter.ScamFilter
import org.scamfilter.UpdateReport
import org.scamfilter.Updater
import org.scamfilter.Verdict
import org.scamfilter.android.PublisherList
import org.scamfilter.android.UpdateJobService
import org.scamfilter.android.open
import org.scamfilter.android.reload

/** One filter for the process, a worker for all that is slow, and the user's own data. */
class App : Application() {
    val settings by lazy { Settings(this) }
    val disputes by lazy { Disputes(this) }
    val inbox by lazy { Inbox(this) }
    val publishers get() = PublisherList(this, listOf(settings.country))

    /** Opened by whoever needs it first, off the main thread. */
    val filter: ScamFilter by lazy {
        ScamFilter.open(this, settings.packsOff).apply {
            setPublishers(this@App.publishers.all())
            setHomeCountry(settings.country)
            setOverlay(settings.lists)
        }
    }
    private val main = Handler(Looper.getMainLooper())
    private val worker = Executors.newSingleThreadExecutor { Thread(it, "sample").apply { isDaemon = true } }

    override fun onCreate() {
        super.onCreate()
        UpdateJobService.schedule(this, UpdateJob::class.java)
    }

    /** Runs [work] on the worker, then [done] on the main thread with its result or its failure. */
    fun <T> background(work: () -> T, done: (Result<T>) -> Unit = {}) {
        worker.execute {
            val result = runCatching(work)
            main.post { done(result) }
        }
    }

    /** Judges a message that came in, keeps it for the inbox and tells the user as the settings say. */
    fun receive(message: Message, channel: Incoming): Verdict {
        val verdict = filter.check(message)
        val id = inbox.add(message, verdict, channel)
        Notifier(this).tell(id, message.sender, verdict)
        return verdict
    }

    /** Puts the settings to use: country, lists, publishers, and which packs are open. Reads files. */
    fun apply() {
        filter.reload(this, settings.packsOff)
        filter.setPublishers(publishers.all())
        filter.setHomeCountry(settings.country)
        filter.setOverlay(settings.lists)
    }

    /**
     * Closes a publisher's store before [away] takes it or the publisher away, and fails while an update runs, which would write to
     * it; [apply] opens what is left.
     */
    fun forget(channel: String, away: (String) -> Boolean): Boolean = UpdateJobService.exclusively {
        filter.setPublishers(filter.publishers.filter { it.channel != channel })
        away(channel)
    } ?: error(getString(R.string.update_busy))

    /**
     * Updates all publishers on a thread of its own, so that messages are judged meanwhile. [progress] gets the bytes so far, [done]
     * the reports, or `null` when another update runs; both on the main thread.
     */
    fun update(progress: (Long) -> Unit, done: (Result<List<UpdateReport>?>) -> Unit) {
        Thread({
            val http = HttpFetcher()
            var bytes = 0L
            val counting = Fetcher { url, limit ->
                http.fetch(url, limit).also {
                    if (it is Fetched.Body) bytes += it.bytes.size
                    val sum = bytes
                    main.post { progress(sum) }
                }
            }
            val result = runCatching { UpdateJobService.exclusively { Updater(filter, counting).update() } }
            main.post { done(result) }
        }, "sample-update").start()
    }
}

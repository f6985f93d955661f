package org.scamfilter.sample

import android.app.Application
import android.os.Handler
import android.os.Looper
import java.util.concurrent.Executors
import org.scamfilter.OverlayAction
import org.scamfilter.OverlayEntry
import org.scamfilter.OverlayKind
import org.scamfilter.ScamFilter
import org.scamfilter.Verdict
import org.scamfilter.android.open
import org.scamfilter.android.reload

/** One filter for the process, a worker for all that is slow, and what was received while the process lives. */
class App : Application() {
    val filter: ScamFilter by lazy {
        ScamFilter.open(this).apply {
            setHomeCountry("TH")
            setOverlay(overlay)
        }
    }
    val received = java.util.Collections.synchronizedList(ArrayList<Received>())
    @Volatile var lastAsked: String? = null
    private val main = Handler(Looper.getMainLooper())
    private val worker = Executors.newSingleThreadExecutor { Thread(it, "sample").apply { isDaemon = true } }
    @Volatile private var overlay: List<OverlayEntry> = emptyList()

    /** A message with its verdict; in memory only. */
    class Received(val sender: String?, val text: String, val verdict: Verdict)

    /** Runs [work] on the worker, then [done] on the main thread with its result or its failure. */
    fun <T> background(work: () -> T, done: (Result<T>) -> Unit) {
        worker.execute {
            val result = runCatching(work)
            main.post { done(result) }
        }
    }

    /** "This was wrong": the sender is allowed and the strongest rule is quiet. */
    fun dispute(sender: String?, verdict: Verdict) {
        val rule = verdict.reasons.firstOrNull()?.rule
        val entries = listOfNotNull(
            sender?.let { OverlayEntry(OverlayAction.ALLOW, OverlayKind.SENDER, it) },
            rule?.let { OverlayEntry(OverlayAction.ALLOW, OverlayKind.RULE, it) },
        )
        overlay = overlay + entries
        filter.setOverlay(overlay)
    }

    /** Opens all packs again, after the store changed; checks go on meanwhile. */
    fun reload(): Unit = filter.reload(this)
}

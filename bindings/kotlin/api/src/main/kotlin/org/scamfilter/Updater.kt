package org.scamfilter

import java.io.File
import java.io.IOException
import java.security.SecureRandom
import java.util.concurrent.TimeUnit
import org.scamfilter.ffi.UpdateStep

/**
 * Brings the packs of a filter's publishers up to date, and says when to do so again. Keeps nothing: what outlives a process is in
 * the publishers' stores.
 *
 * **Privacy.** A publisher's host sees that a phone asks for packs, and its address; nothing of messages, verdicts or the phone.
 *
 * **Threads.** Everything here blocks: call it in a worker, never on a main thread. To stop it, interrupt the thread: the file in hand
 * ends with its next bytes, with [HttpFetcher] at the latest when reading times out, and the update with
 * [UpdateFailure.Kind.NETWORK].
 */
public class Updater internal constructor(
    private val filter: ScamFilter,
    private val fetcher: Fetcher,
    private val clock: () -> Long,
) {
    /** Updates the publishers of [filter] by [fetcher]. */
    @JvmOverloads
    public constructor(filter: ScamFilter, fetcher: Fetcher = HttpFetcher()) : this(filter, fetcher, System::currentTimeMillis)

    /**
     * Polls all publishers of the filter, one after the other, and installs what they have. When packs changed, the filter has the new
     * ones when this returns, and checks go on meanwhile. What goes wrong with one publisher is in its report.
     *
     * @throws AppException when a publisher's ceiling is none
     * @throws RuntimeException what the fetcher threw, when that was no [IOException]
     */
    @Throws(AppException::class)
    public fun update(): List<UpdateReport> = update(filter.publishers)

    /** The same for some of the publishers, such as those whose poll is due. */
    @Throws(AppException::class)
    public fun update(publishers: List<Publisher>): List<UpdateReport> {
        val reports = ArrayList<UpdateReport>(publishers.size)
        try {
            publishers.forEach { reports += one(it) }
        } finally {
            if (reports.any(UpdateReport::changed)) filter.reload()
        }
        return reports
    }

    /**
     * The time, in milliseconds since 1970 and never in the past, at which to poll [publisher] next. Drawn anew each time within a
     * quarter of the wait, so that not all phones come at once. Ask again when the network or the charger changes.
     *
     * @param metered the network is paid for by volume: then only a poll that is overdue by days is due
     * @param charging the phone is charging
     */
    @JvmOverloads
    public fun nextPoll(publisher: Publisher, metered: Boolean = false, charging: Boolean = true): Long {
        val random = SecureRandom().nextLong().toULong()
        val due = NativeLibrary.call {
            org.scamfilter.ffi.nextPoll(publisher.toNative().folder, seconds(), metered, charging, random)
        }
        return TimeUnit.SECONDS.toMillis(due.toLong())
    }

    /** The earliest of all publishers; `null` without any. */
    @JvmOverloads
    public fun nextPoll(metered: Boolean = false, charging: Boolean = true): Long? =
        filter.publishers.minOfOrNull { nextPoll(it, metered, charging) }

    private fun one(publisher: Publisher): UpdateReport {
        val update = filter.beginUpdate(publisher.toNative(), seconds(), installId(publisher.folder))
        update.use {
            var step = NativeLibrary.call { it.next(null) }
            while (step is UpdateStep.Fetch) {
                val answer = fetched(step).toNative()
                step = NativeLibrary.call { it.next(answer) }
            }
            return UpdateReport.of(publisher.channel, (step as UpdateStep.Done).report)
        }
    }

    private fun fetched(step: UpdateStep.Fetch): Fetched = try {
        // Whoever interrupts an update wants it to end, and not to begin another file.
        if (Thread.currentThread().isInterrupted) Fetched.Failed() else fetcher.fetch(step.url, step.limit.toLong())
    } catch (_: IOException) {
        Fetched.Failed()
    } catch (_: InterruptedException) {
        Thread.currentThread().interrupt()
        Fetched.Failed()
    }

    private fun seconds(): ULong = TimeUnit.MILLISECONDS.toSeconds(clock()).coerceAtLeast(0).toULong()

    private companion object {
        const val ID_BYTES = 16

        /** Who is early in a staged rollout: drawn once for a store, kept there, never sent. */
        fun installId(folder: File): ByteArray {
            val file = File(folder, "install-id")
            val kept = runCatching { file.readBytes() }.getOrNull()
            if (kept != null && kept.size == ID_BYTES) return kept
            val drawn = ByteArray(ID_BYTES).also(SecureRandom()::nextBytes)
            try {
                folder.mkdirs()
                val temporary = File(folder, "install-id.tmp")
                temporary.writeBytes(drawn)
                temporary.renameTo(file)
            } catch (_: IOException) {
                // The store itself says in the report why it cannot be written to.
            }
            return drawn
        }
    }
}

package org.scamfilter.android

import android.Manifest
import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import android.content.pm.PackageManager
import android.net.ConnectivityManager
import android.os.BatteryManager
import android.os.PersistableBundle
import java.util.Random
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean
import org.scamfilter.Fetcher
import org.scamfilter.HttpFetcher
import org.scamfilter.ScamFilter
import org.scamfilter.UpdateFailure
import org.scamfilter.UpdateReport
import org.scamfilter.Updater

/**
 * Base of a service that keeps the packs of a filter's publishers up to date. Declare the subclass in the app's manifest with the
 * permission `android.permission.BIND_JOB_SERVICE` and call [schedule] at each start of the app. The app declares `INTERNET`
 * (without it every update fails), `ACCESS_NETWORK_STATE` (without it each network counts as paid by volume) and
 * `RECEIVE_BOOT_COMPLETED` (without it the job is forgotten at a reboot, until the app starts again).
 *
 * The job looks which publishers are due, by [Updater.nextPoll]: rarer on a network that is paid by volume, later after failures. One
 * update runs at a time in the process, also beside one that the user asked for by [exclusively].
 */
public abstract class UpdateJobService : JobService() {
    @Volatile private var worker: Thread? = null

    /** The app's filter. Called on the worker thread. */
    public abstract fun filter(): ScamFilter

    /** How files are fetched; by HTTP with the system's proxies and authorities unless overridden. */
    public open fun fetcher(): Fetcher = HttpFetcher()

    /** What was done, on the worker thread; empty when nothing was due. */
    public open fun onReports(reports: List<UpdateReport>): Unit = Unit

    /** Starts the worker; the system keeps the process awake until it has ended. */
    final override fun onStartJob(params: JobParameters): Boolean {
        worker = Thread({
            val again = runCatching { exclusively(::update) ?: false }.getOrDefault(true)
            // A job that was stopped is the system's already.
            if (!Thread.currentThread().isInterrupted) jobFinished(params, again)
        }, "scamfilter-update").apply { start() }
        return true
    }

    /** The system takes network or time back: what is installed stays, the rest is tried again later. */
    final override fun onStopJob(params: JobParameters): Boolean {
        worker?.interrupt()
        return true
    }

    /** Whether to try again soon. */
    private fun update(): Boolean {
        val (filter, now) = filter() to System.currentTimeMillis()
        val updater = Updater(filter, fetcher())
        val metered = runCatching { checkNotNull(getSystemService(ConnectivityManager::class.java)).isActiveNetworkMetered }.getOrDefault(true)
        val charging = runCatching { checkNotNull(getSystemService(BatteryManager::class.java)).isCharging }.getOrDefault(false)
        val due = filter.publishers.filter { updater.nextPoll(it, metered, charging) <= now + SOON_MILLIS }
        val reports = updater.update(due)
        onReports(reports)
        return reports.any { it.firstFailure?.kind in PASSING }
    }

    public companion object {
        private const val JOB = 0x5ca3
        private const val HOURS = "hours"
        private const val JITTER_PERCENT = 20
        private val BACK_OFF_MILLIS = TimeUnit.MINUTES.toMillis(15)
        // A first poll is drawn within an hour of each question: a job that wakes up rarely takes it as due.
        private val SOON_MILLIS = TimeUnit.HOURS.toMillis(1)
        private val PASSING = setOf(UpdateFailure.Kind.NETWORK, UpdateFailure.Kind.BUSY, UpdateFailure.Kind.DEVICE)
        private val BUSY = AtomicBoolean()

        /** Runs [work] if no other update runs in this process; else returns `null` at once. */
        @JvmStatic
        public fun <T : Any> exclusively(work: () -> T): T? {
            if (!BUSY.compareAndSet(false, true)) return null
            try {
                return work()
            } finally {
                BUSY.set(false)
            }
        }

        /**
         * Has [service] look for updates about every [hours] hours, each phone at a time of its own; after a failure in a quarter of
         * an hour, then twice as long each time. A schedule that is there as asked for is left alone, so that starting the app does
         * not put the next one off.
         *
         * @param unmetered wait for a network that costs nothing by volume
         * @param charging wait until the phone is charged
         * @param jobId of the job, if the app uses the default for another
         * @return whether the job is scheduled
         */
        @JvmStatic
        @JvmOverloads
        public fun schedule(
            context: Context,
            service: Class<out UpdateJobService>,
            hours: Int = 6,
            unmetered: Boolean = false,
            charging: Boolean = false,
            jobId: Int = JOB,
        ): Boolean {
            val scheduler = context.getSystemService(JobScheduler::class.java) ?: return false
            val boot = context.checkSelfPermission(Manifest.permission.RECEIVE_BOOT_COMPLETED) == PackageManager.PERMISSION_GRANTED
            val period = TimeUnit.HOURS.toMillis(hours.toLong())
            val shift = period * (Random().nextInt(2 * JITTER_PERCENT + 1) - JITTER_PERCENT) / 100
            val job = JobInfo.Builder(jobId, ComponentName(context, service))
                .setPeriodic(period + shift, period / 2)
                .setRequiredNetworkType(if (unmetered) JobInfo.NETWORK_TYPE_UNMETERED else JobInfo.NETWORK_TYPE_ANY)
                .setRequiresCharging(charging)
                .setBackoffCriteria(BACK_OFF_MILLIS, JobInfo.BACKOFF_POLICY_EXPONENTIAL)
                .setPersisted(boot)
                .setExtras(PersistableBundle().apply { putInt(HOURS, hours) })
                .build()
            val there = scheduler.getPendingJob(jobId)
            if (there != null && same(there, job)) return true
            return scheduler.schedule(job) == JobScheduler.RESULT_SUCCESS
        }

        @Suppress("DEPRECATION") // The getter that is not came with Android 9.
        private fun same(a: JobInfo, b: JobInfo): Boolean = a.service == b.service && a.networkType == b.networkType &&
            a.isRequireCharging == b.isRequireCharging && a.isPersisted == b.isPersisted &&
            a.extras.getInt(HOURS) == b.extras.getInt(HOURS)
    }
}

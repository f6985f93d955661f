package org.scamfilter.sample

import android.Manifest
import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.net.ConnectivityManager
import android.os.BatteryManager
import android.os.Parcel
import android.os.SystemClock
import android.view.View
import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.io.ByteArrayInputStream
import java.io.File
import java.net.InetSocketAddress
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.scamfilter.Level
import org.scamfilter.Message
import org.scamfilter.android.UpdateJobService

/** Signed updates from a static host on loopback: by the job, by the tester, and when host, network or disk fail. */
@Config(instrumentedPackages = ["org.scamfilter.Updater", "org.scamfilter.android.UpdateJobService"])
class UpdatesTest : PhoneTest() {
    private val repositories = File(System.getProperty("scamfilter.repositories")!!)
    private val root = File(repositories, "root.json").readBytes()

    /** What the host does with a request; false leaves it to the files of [serving]. */
    @Volatile private var answer: (HttpExchange) -> Boolean = { false }

    private var now = 0L

    @Volatile private var serving = "first"
    private val host = HttpServer.create(InetSocketAddress("127.0.0.1", 0), 0)
    private val channel get() = "http://127.0.0.1:${host.address.port}"

    @Before
    fun start() {
        clock(File(repositories, "now").readText().trim().toLong() * 1_000)
        val networks = app.getSystemService(ConnectivityManager::class.java)!!
        @Suppress("DEPRECATION") // What Robolectric plays.
        shadowOf(networks).setActiveNetworkInfo(networks.getNetworkInfo(ConnectivityManager.TYPE_WIFI))
        shadowOf(app.getSystemService(BatteryManager::class.java)!!).setIsCharging(true)
        host.executor = Executors.newCachedThreadPool { Thread(it).apply { isDaemon = true } }
        host.createContext("/") { exchange ->
            exchange.use {
                if (answer(it)) return@use
                val file = File(File(repositories, serving), it.requestURI.path)
                if (file.isFile) it.send(200, file.readBytes()) else it.send(404, ByteArray(0))
            }
        }
        host.start()
    }

    /** The time that the updater sees: Robolectric's, for the classes that [Config] names. */
    private fun clock(millis: Long) {
        now = millis
        SystemClock.setCurrentTimeMillis(millis)
    }

    @After
    fun stop() = host.stop(0)

    private fun HttpExchange.send(status: Int, bytes: ByteArray, type: String? = null) {
        type?.let { responseHeaders.add("Content-Type", it) }
        sendResponseHeaders(status, if (bytes.isEmpty()) -1 else bytes.size.toLong())
        if (bytes.isNotEmpty()) responseBody.write(bytes)
    }

    private fun added() {
        app.publishers.add(channel, root)
        app.apply()
    }

    private fun serial() = app.filter.packs.singleOrNull { it.pack == "op" }?.serial

    /** Runs the job as the system does, and gives back whether it asks to be tried again. */
    private fun job(service: UpdateJob = Robolectric.buildService(UpdateJob::class.java).create().get()): Boolean {
        val job = shadowOf(service)
        assertTrue(service.onStartJob(parameters()))
        eventually { job.isJobFinished }
        return job.isRescheduleNeeded
    }

    /** The system makes them; what is in them does not matter here. */
    private fun parameters(): JobParameters {
        val make = JobParameters::class.java.declaredConstructors.first { Parcel::class.java !in it.parameterTypes }
        make.isAccessible = true
        val nothing = arrayOfNulls<Any>(make.parameterTypes.size)
        make.parameterTypes.forEachIndexed { i, type -> nothing[i] = if (type == Boolean::class.java) false else if (type == Int::class.java) 0 else null }
        return make.newInstance(*nothing) as JobParameters
    }

    @Test
    fun `a tester adds a publisher, updates, rolls back, and takes it away`() = packs { activity ->
        activity.addPublisher(channel) { ByteArrayInputStream(root) }
        eventually { activity.said("Added: $channel") }
        activity.press("Update now")
        eventually { activity.said("op installed") }
        assertEquals(12L, serial())
        assertTrue(activity.view<View>(R.id.items).texts().any { it == "From $channel" })
        assertEquals(Level.SUSPICIOUS, app.filter.checkLink("http://bad.org/x").level)
        serving = "second"
        activity.press("Update now")
        eventually { activity.said("op installed delta") }
        assertEquals(13L, serial())
        serving = "recall"
        activity.press("Update now")
        eventually { activity.said("op went back") }
        assertEquals(12L, serial())
        activity.press("Back to the packs of the app")
        eventually { activity.said("Taken back") && serial() == null }
        assertEquals(Level.SCAM, app.filter.check(Message(Given.SCAM)).level)
        activity.press("Remove")
        eventually { app.filter.publishers.isEmpty() }
        assertTrue(app.publishers.all().isEmpty())
    }

    @Test
    fun `the job installs what is due, once, and leaves what is not due alone`() {
        added()
        val asked = AtomicInteger()
        answer = { false.also { asked.incrementAndGet() } }
        assertFalse(job())
        assertEquals(12L, serial())
        val before = asked.get()
        assertFalse(job())
        assertEquals("nothing is due a moment later", before, asked.get())
    }

    @Test
    fun `without network, behind a sign-in page and from a forging host all stays as it is, and it is said`() {
        added()
        assertFalse(job())
        serving = "second"
        val page = "<html>Sign in to the network</html>".toByteArray()
        val failures = listOf<Pair<String, (HttpExchange) -> Boolean>>(
            "sign-in page" to { it.send(200, page, "text/html; charset=utf-8").let { true } },
            "sign-in page" to { it.send(302, ByteArray(0)).let { true } },
            "No connection" to { it.send(503, ByteArray(0)).let { true } },
            "not what the publisher signed" to { it.send(200, page, "application/json").let { true } },
            "not what the publisher signed" to { it.send(200, byteArrayOf(-1, -40, -1, -32)).let { true } },
        )
        packs { activity ->
            for ((words, wrong) in failures) {
                answer = wrong
                activity.update()
                eventually { activity.said(words) }
                assertEquals(12L, serial())
            }
            host.stop(0)
            activity.update()
            eventually { activity.said("No connection") }
            assertEquals(12L, serial())
            assertEquals("what is installed speaks on", Level.SUSPICIOUS, app.filter.checkLink("http://bad.org/x").level)
        }
    }

    @Test
    fun `a host that is down is tried again, and the wait is the store's`() {
        added()
        answer = { it.responseHeaders.add("Retry-After", "7200").let { _ -> it.send(503, ByteArray(0)) }.let { true } }
        assertTrue(job())
        answer = { false }
        assertFalse("the host asked for two hours", job())
        assertNull(serial())
        clock(now + 4 * 60 * 60 * 1_000)
        assertFalse(job())
        assertEquals(12L, serial())
    }

    @Test
    fun `a job that is stopped ends at once, is not finished by the app, and goes on next time`() {
        added()
        val (begun, go) = CountDownLatch(1) to CountDownLatch(1)
        answer = { false.also { begun.countDown() }.also { go.await() } }
        val service = Robolectric.buildService(UpdateJob::class.java).create().get()
        assertTrue(service.onStartJob(parameters()))
        assertTrue(begun.await(20, TimeUnit.SECONDS))
        assertTrue("wants to be run again", service.onStopJob(parameters()))
        go.countDown()
        eventually { UpdateJobService.exclusively { true } == true }
        assertFalse(shadowOf(service).isJobFinished)
        answer = { false }
        clock(now + 2 * 60 * 60 * 1_000)
        assertFalse(job())
        assertEquals(12L, serial())
    }

    @Test
    fun `one worker at a time`() {
        added()
        val (begun, go, asked) = Triple(CountDownLatch(1), CountDownLatch(1), AtomicInteger())
        answer = { false.also { asked.incrementAndGet() }.also { begun.countDown() }.also { go.await() } }
        val first = Robolectric.buildService(UpdateJob::class.java).create().get()
        first.onStartJob(parameters())
        assertTrue(begun.await(20, TimeUnit.SECONDS))
        assertFalse("the second has nothing to do", job())
        packs { activity ->
            activity.update()
            eventually { activity.said("Another update is running") }
            for (away in listOf("Remove", "Back to the packs of the app")) {
                activity.press(away)
                eventually { activity.said("Not taken back: Another update is running") }
                assertEquals("nothing is taken from under an update", channel, app.filter.publishers.single().channel)
                assertEquals(1, app.publishers.all().size)
                activity.load { ByteArrayInputStream(ByteArray(0)) }
                eventually { activity.said("Not loaded") }
            }
        }
        assertEquals(1, asked.get())
        go.countDown()
        eventually { shadowOf(first).isJobFinished }
        assertEquals(12L, serial())
    }

    @Test
    fun `a process that was killed during an update finds what was there`() {
        added()
        assertFalse(job())
        // What a killed process leaves: files begun beside the finished ones.
        val store = app.filter.publishers.single().folder
        store.walkTopDown().filter { it.isFile }.toList().forEach { File(it.path + ".tmp").writeBytes(it.readBytes().copyOf(7)) }
        app.apply()
        assertTrue(app.filter.unopened.isEmpty())
        assertEquals(12L, serial())
        serving = "second"
        clock(now + 48 * 60 * 60 * 1_000)
        assertFalse(job())
        assertEquals(13L, serial())
    }

    @Test
    fun `a disk that takes nothing, and a clock that was set far ahead, are said`() {
        app.publishers.add(channel, root)
        val store = app.publishers.all().single().folder
        // A file where the folder belongs refuses every write, also to a superuser.
        store.writeText("")
        app.apply()
        packs { activity ->
            activity.update()
            eventually { activity.said("storage is full") }
            store.delete()
            activity.update()
            eventually { activity.said("op installed") }
            clock(now + 400L * 24 * 60 * 60 * 1_000)
            activity.update()
            eventually { activity.said("the clock of this phone is wrong") }
            assertEquals(12L, serial())
        }
        clock(1_000)
        app.apply()
        assertEquals("the clock went to 1970, the pack stays", 12L, serial())
    }

    @Test
    fun `a wrong root and a wrong address are refused in words`() = packs { activity ->
        for ((address, bytes) in listOf("ftp://a.example" to root, "no address" to root, channel to byteArrayOf(-1, -40, -1, -32), channel to "{}".toByteArray())) {
            activity.addPublisher(address) { ByteArrayInputStream(bytes) }
            eventually { activity.said("Not loaded") }
        }
        assertTrue(app.publishers.all().isEmpty())
        activity.addPublisher(channel) { ByteArrayInputStream("{\"signed\":{\"_type\":\"root\"}}".toByteArray()) }
        eventually { activity.said("Added") }
        activity.update()
        eventually { activity.said("add it again") || activity.said("not what the publisher signed") }
        assertThrows(java.io.IOException::class.java) { app.publishers.add(channel, ByteArray(2 shl 20)) }
    }

    @Test
    fun `stores lie in device-protected storage that no backup takes along`() {
        added()
        val protected = app.createDeviceProtectedStorageContext().noBackupFilesDir
        assertTrue(app.filter.publishers.single().folder.startsWith(protected))
    }

    @Test
    fun `the job is scheduled once, with its hints, a time of its own, and back-off`() {
        shadowOf(app).grantPermissions(Manifest.permission.RECEIVE_BOOT_COMPLETED)
        val scheduler = app.getSystemService(JobScheduler::class.java)!!
        scheduler.cancelAll()
        val periods = (1..20).map {
            scheduler.cancelAll()
            assertTrue(UpdateJobService.schedule(app, UpdateJob::class.java))
            scheduler.allPendingJobs.single().intervalMillis
        }
        val hour = 60 * 60 * 1_000L
        assertTrue("$periods", periods.toSet().size > 5 && periods.all { it in 4 * hour..8 * hour })
        val job = scheduler.allPendingJobs.single()
        assertTrue(job.isPeriodic && job.isPersisted && !job.isRequireCharging)
        assertEquals(listOf(JobInfo.BACKOFF_POLICY_EXPONENTIAL.toLong(), 15 * 60 * 1_000L), listOf(job.backoffPolicy.toLong(), job.initialBackoffMillis))
        assertTrue(UpdateJobService.schedule(app, UpdateJob::class.java))
        assertEquals("a start of the app leaves it alone", job.intervalMillis, scheduler.allPendingJobs.single().intervalMillis)
        UpdateJobService.schedule(app, UpdateJob::class.java, hours = 24, unmetered = true, charging = true)
        val other = scheduler.allPendingJobs.single()
        @Suppress("DEPRECATION")
        assertEquals(JobInfo.NETWORK_TYPE_UNMETERED, other.networkType)
        assertTrue(other.isRequireCharging && other.intervalMillis > 18 * hour)
        shadowOf(app).denyPermissions(Manifest.permission.RECEIVE_BOOT_COMPLETED)
        UpdateJobService.schedule(app, UpdateJob::class.java)
        assertFalse("without the permission it is not kept over a reboot", scheduler.allPendingJobs.single().isPersisted)
    }

    private fun PacksActivity.said(words: String) = view<View>(R.id.actions).texts().any { words in it }

    private fun packs(look: (PacksActivity) -> Unit) = Robolectric.buildActivity(PacksActivity::class.java).use { screen ->
        val activity = screen.setup().get()
        eventually { activity.said("Add a publisher") }
        look(activity)
    }
}

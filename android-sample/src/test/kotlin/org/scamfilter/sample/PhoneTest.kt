package org.scamfilter.sample

import android.app.Activity
import android.app.AlertDialog
import android.os.Looper
import android.util.Log
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import java.io.File
import java.util.Collections
import org.junit.After
import org.junit.Rule
import org.junit.rules.ExternalResource
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowAlertDialog
import org.robolectric.shadows.ShadowLog

/** What all tests on a phone's framework share: the app, its packs, and a log that is watched. */
@RunWith(RobolectricTestRunner::class)
abstract class PhoneTest {
    @get:Rule
    val silentLog = SilentLog()

    /** A test's own database goes with it. */
    @After
    fun closeInbox() = app.inbox.close()

    protected val app get() = RuntimeEnvironment.getApplication() as App

    protected fun pack(id: String): ByteArray = File(System.getProperty("scamfilter.packs")!!, "$id.scampack").readBytes()

    protected fun Activity.words(id: Int): String = view<TextView>(id).text.toString()

    /** All texts below a view, those that are shown. */
    protected fun View.texts(): List<String> = when {
        visibility != View.VISIBLE -> emptyList()
        this is ViewGroup -> (0 until childCount).flatMap { getChildAt(it).texts() }
        this is TextView -> listOf(text.toString())
        else -> emptyList()
    }

    /** Clicks what shows these words. */
    protected fun Activity.press(words: String) {
        val all = ArrayList<View>()
        fun walk(view: View) {
            if (view is TextView && view.isClickable && words in view.text.toString()) all.add(view)
            if (view is ViewGroup) (0 until view.childCount).forEach { walk(view.getChildAt(it)) }
        }
        walk(window.decorView)
        all.first().performClick()
    }

    /** Chooses an item of the dialog that is open. */
    protected fun choose(at: Int) {
        eventually { ShadowAlertDialog.getLatestAlertDialog()?.isShowing == true }
        shadowOf(ShadowAlertDialog.getLatestAlertDialog()).clickOnItem(at)
    }

    /** The button that agrees in the dialog that is open. */
    protected fun agree() {
        ShadowAlertDialog.getLatestAlertDialog().getButton(AlertDialog.BUTTON_POSITIVE).performClick()
        shadowOf(Looper.getMainLooper()).idle()
    }
}

/** Texts of messages in tests, so that [SilentLog] knows what must not be seen. */
object Given {
    const val SCAM = "พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz"
    const val WANTED = "See you at six. Bring bread."
    private val all = Collections.synchronizedSet(LinkedHashSet(listOf(SCAM, WANTED)))
    private const val WINDOW = 10

    fun text(text: String): String = text.also(all::add)

    /** Whether [line] holds a piece of any message that a test gave. */
    fun leaks(line: String): Boolean = synchronized(all) { all.toList() }.any { text ->
        text.length >= WINDOW && (0..minOf(text.length - WINDOW, 200)).any { text.substring(it, it + WINDOW) in line }
    }
}

/** Fails a test after which a message's text stands in the log, in a line or in the exception beside it. */
class SilentLog : ExternalResource() {
    override fun before() = ShadowLog.reset()

    override fun after() {
        val told = ShadowLog.getLogs().filter { Given.leaks(it.msg.orEmpty()) || Given.leaks(Log.getStackTraceString(it.throwable)) }
        if (told.isNotEmpty()) throw AssertionError("a message's text is in the log, tag ${told.first().tag}")
    }

    /** For the test of this rule itself. */
    internal fun look() = after()
}

/** Runs the main looper until [met], for at most some seconds; what never comes is a failure. */
internal fun eventually(met: () -> Boolean) {
    repeat(1_000) {
        shadowOf(Looper.getMainLooper()).idle()
        if (met()) return
        Thread.sleep(10)
    }
    throw AssertionError("it never came")
}

package org.scamfilter.sample

import android.app.Activity
import android.content.Intent
import android.text.Spanned
import android.text.style.BackgroundColorSpan
import android.view.View
import android.view.ViewGroup
import android.widget.EditText
import android.widget.TextView
import java.io.ByteArrayInputStream
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowLog

/** The app as a tester uses it, on Android 15's framework with the real library. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class AppTest {
    private val app get() = RuntimeEnvironment.getApplication() as App
    private val scam = "พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz"

    @Before
    fun log() = ShadowLog.reset()

    @Test
    fun `a pasted scam is judged, marked, explained and kept through a rotation`() = checked(scam) { screen ->
        fun look(activity: Activity) {
            eventually { activity.words(R.id.level) == "Scam: do not answer, open or pay" }
            val marked = activity.view<TextView>(R.id.marked).text as Spanned
            val spans = marked.getSpans(0, marked.length, BackgroundColorSpan::class.java)
            assertTrue(spans.any { marked.substring(marked.getSpanStart(it), marked.getSpanEnd(it)) == "bit.ly/xyz" })
            val reasons = activity.view<ViewGroup>(R.id.reasons).texts().joinToString("\n")
            assertTrue(reasons, "1441" in reasons && "Leads to bit.ly" in reasons)
        }
        look(screen.get())
        screen.recreate()
        look(screen.get())
        assertFalse(ShadowLog.getLogs().any { "พัสดุ" in it.msg.orEmpty() })
    }

    @Test
    @Config(qualifiers = "th-night")
    fun `in Thai and in the dark`() = checked(scam) { screen ->
        eventually { screen.get().words(R.id.level).startsWith("หลอกลวง") }
        assertEquals("ตรวจสอบ", screen.get().words(R.id.check))
        assertTrue(screen.get().view<ViewGroup>(R.id.reasons).texts().any { "พัสดุ" in it })
        assertEquals(0xff6b5200.toInt(), screen.get().getColor(R.color.mark))
    }

    @Test
    @Config(qualifiers = "+ar-ldrtl")
    fun `large letters and right to left do not break the screen`() {
        RuntimeEnvironment.setFontScale(2f)
        checked("See you at six.") { screen -> eventually { screen.get().words(R.id.level) == "Nothing suspicious found" } }
    }

    @Test
    fun `shared text is judged at once and evidence holds no text`() {
        val share = Intent(Intent.ACTION_SEND).putExtra(Intent.EXTRA_TEXT, scam)
        Robolectric.buildActivity(CheckActivity::class.java, share).use { screen ->
            val activity = screen.setup().get()
            eventually { activity.words(R.id.level).startsWith("Scam") }
            activity.view<View>(R.id.evidence).performClick()
            val chosen = shadowOf(activity).nextStartedActivity.getParcelableExtra(Intent.EXTRA_INTENT, Intent::class.java)!!
            val record = chosen.getStringExtra(Intent.EXTRA_TEXT)!!
            assertTrue(record, "\"level\":\"scam\"" in record && "bit[.]ly" in record)
            assertFalse(record, "ท่านตกค้าง ยืนยัน" in record)
            activity.view<View>(R.id.hotline).performClick()
            assertEquals("tel:1441", shadowOf(activity).nextStartedActivity.dataString)
        }
    }

    @Test
    fun `this was wrong makes the rule quiet`() = checked(scam) { screen ->
        eventually { screen.get().words(R.id.level).startsWith("Scam") }
        val rule = app.filter.check(org.scamfilter.Message(scam)).reasons.first().rule
        screen.get().view<View>(R.id.wrong).performClick()
        assertFalse(app.filter.check(org.scamfilter.Message(scam)).reasons.any { it.rule == rule })
    }

    @Test
    fun `a hundred messages at once come through the manifest's receiver in order`() {
        repeat(100) { app.sendBroadcast(Sms.received("66812345678", if (it % 2 == 0) "$it $scam" else "$it See you at six.")) }
        eventually { app.received.size == 100 }
        assertEquals((0 until 100).toList(), app.received.map { it.text.substringBefore(' ').toInt() })
        assertEquals(50, app.received.count { it.verdict.level == org.scamfilter.Level.SCAM })
        Robolectric.buildActivity(InboxActivity::class.java).use { screen ->
            val first = screen.setup().get().view<ViewGroup>(R.id.items).texts().first()
            assertTrue(first, first.startsWith("Nothing suspicious found") && "99 See you" in first)
        }
        assertFalse(ShadowLog.getLogs().any { "พัสดุ" in it.msg.orEmpty() || "See you" in it.msg.orEmpty() })
    }

    @Test
    fun `packs are listed, a JPEG is refused in words, the self-test runs`() {
        Robolectric.buildActivity(PacksActivity::class.java).use { screen ->
            val activity = screen.setup().get()
            fun lines(id: Int) = activity.view<ViewGroup>(id).texts()
            eventually { lines(R.id.items).size == 12 }
            assertTrue(lines(R.id.items).any { "Thailand" in it })
            activity.load { ByteArrayInputStream(byteArrayOf(-1, -40, -1, -32)) }
            eventually { lines(R.id.actions).any { it.startsWith("Not loaded") } }
            val actions = activity.view<ViewGroup>(R.id.actions)
            (0 until actions.childCount).map(actions::getChildAt).first { (it as? TextView)?.text == "Self-test" }.performClick()
            eventually { lines(R.id.actions).any { "examples right: 2 of 2" in it } }
        }
    }

    private fun checked(text: String, look: (ActivityController<CheckActivity>) -> Unit) =
        Robolectric.buildActivity(CheckActivity::class.java).use { screen ->
            val activity = screen.setup().get()
            activity.view<EditText>(R.id.text).setText(text)
            activity.view<View>(R.id.check).performClick()
            look(screen)
        }

    private fun Activity.words(id: Int): String = view<TextView>(id).text.toString()

    private fun ViewGroup.texts(): List<String> =
        (0 until childCount).map(::getChildAt).filterIsInstance<TextView>().map { it.text.toString() }
}

package org.scamfilter.sample

import android.app.Activity
import android.content.ClipData
import android.content.ClipboardManager
import android.content.Intent
import android.text.Spanned
import android.text.style.BackgroundColorSpan
import android.view.View
import android.widget.EditText
import android.widget.TextView
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.scamfilter.Level
import org.scamfilter.Message
import org.scamfilter.OverlayKind

/** Check and result as a tester uses them. */
class CheckTest : PhoneTest() {
    @Test
    fun `a pasted scam is judged, marked, explained, and kept through rotations`() = checked(Given.SCAM) { screen ->
        fun look(activity: Activity) {
            eventually { activity.words(R.id.level) == "Scam" }
            val marked = activity.view<TextView>(R.id.marked).text as Spanned
            val spans = marked.getSpans(0, marked.length, BackgroundColorSpan::class.java)
            assertTrue(spans.any { marked.substring(marked.getSpanStart(it), marked.getSpanEnd(it)) == "bit.ly/xyz" })
            assertTrue("bit.ly/xyz" in activity.view<View>(R.id.marked).contentDescription.substring(Given.SCAM.length))
            val reasons = activity.view<View>(R.id.reasons).texts().joinToString("\n")
            assertTrue(reasons, "th.parcel.details" in reasons && "Do not open the link" in reasons)
            assertTrue("bit.ly" in activity.view<View>(R.id.links).texts())
        }
        look(screen.get())
        repeat(3) { look(screen.recreate().get()) }
    }

    @Test
    fun `a screen that is turned while a message is judged shows the answer`() {
        Robolectric.buildActivity(CheckActivity::class.java).use { screen ->
            val before = screen.setup().get()
            before.view<EditText>(R.id.text).setText(Given.SCAM)
            before.view<View>(R.id.check).performClick()
            val after = screen.recreate().get()
            eventually { after.words(R.id.level) == "Scam" }
        }
    }

    @Test
    fun `the false domain stands beside the real one`() =
        checked(Given.text("บัญชีของท่านถูกระงับ คลิก https://kbank-verify.top"), "KBank") { screen ->
            eventually { screen.get().words(R.id.level) == "Scam" }
            val links = screen.get().view<View>(R.id.links).texts()
            assertTrue(links.toString(), "kbank-verify.top" in links && links.any { "kasikornbank.com" in it })
        }

    @Test
    fun `in Thai and in the dark, and again after the language changed`() {
        RuntimeEnvironment.setQualifiers("+th-night")
        checked(Given.SCAM) { screen ->
            eventually { screen.get().words(R.id.level) == "หลอกลวง" }
            assertEquals("ตรวจสอบ", screen.get().words(R.id.check))
            assertTrue(screen.get().view<View>(R.id.reasons).texts().any { "พัสดุมีปัญหา" in it })
            assertEquals(0xff6b5200.toInt(), screen.get().getColor(R.color.mark))
            RuntimeEnvironment.setQualifiers("+en-notnight")
            val english = screen.recreate().get()
            eventually { english.words(R.id.level) == "Scam" }
            assertTrue(english.view<View>(R.id.reasons).texts().any { "parcel is stuck" in it })
        }
    }

    @Test
    fun `large letters and right to left do not break the screen`() {
        RuntimeEnvironment.setQualifiers("+ar-ldrtl")
        RuntimeEnvironment.setFontScale(2f)
        checked(Given.WANTED) { screen ->
            eventually { screen.get().words(R.id.level) == "Nothing suspicious found" }
            assertEquals(View.LAYOUT_DIRECTION_RTL, screen.get().view<View>(R.id.screen).layoutDirection)
        }
    }

    @Test
    fun `shared text is judged at once, evidence holds no text, the hotline is the country's`() {
        val share = Intent(Intent.ACTION_SEND).putExtra(Intent.EXTRA_TEXT, Given.SCAM)
        Robolectric.buildActivity(CheckActivity::class.java, share).use { screen ->
            val activity = screen.setup().get()
            eventually { activity.words(R.id.level) == "Scam" }
            activity.view<View>(R.id.evidence).performClick()
            val record = activity.shared()
            assertTrue(record, record.startsWith("scam parcel") && "bit[.]ly" in record)
            activity.view<View>(R.id.evidence_json).performClick()
            val json = JSONObject(activity.shared())
            assertEquals("scam", json.getJSONObject("verdict").getString("level"))
            assertFalse((record + json).contains("ท่านตกค้าง ยืนยัน"))
            activity.view<View>(R.id.hotline).performClick()
            assertEquals("tel:1441", shadowOf(activity).nextStartedActivity.dataString)
        }
    }

    @Test
    fun `another country has another hotline, or none`() {
        for ((country, dialled) in listOf("PH" to "Call 1326", "LA" to null)) {
            app.settings.country = country
            app.apply()
            checked(Given.SCAM) { screen ->
                eventually { screen.get().words(R.id.level) == "Scam" }
                val hotline = screen.get().view<TextView>(R.id.hotline)
                assertEquals(dialled, hotline.text.toString().takeIf { hotline.visibility == View.VISIBLE })
            }
        }
    }

    @Test
    fun `text shared to the open screen, pasted text and examples are judged`() = checked(Given.WANTED) { screen ->
        eventually { screen.get().words(R.id.level) == "Nothing suspicious found" }
        screen.newIntent(Intent(Intent.ACTION_PROCESS_TEXT).putExtra(Intent.EXTRA_PROCESS_TEXT, Given.SCAM))
        eventually { screen.get().words(R.id.level) == "Scam" }
        app.getSystemService(ClipboardManager::class.java)!!.setPrimaryClip(ClipData.newPlainText("", Given.WANTED))
        screen.get().view<View>(R.id.paste).performClick()
        eventually { screen.get().words(R.id.level) == "Nothing suspicious found" }
        val names = app.resources.getStringArray(R.array.example_names)
        app.resources.getStringArray(R.array.example_texts).forEach { Given.text(it) }
        for (at in names.indices) {
            screen.get().view<View>(R.id.example).performClick()
            choose(at)
            val wanted = "genuine" in names[at]
            eventually { screen.get().words(R.id.level).let { if (wanted) it == "Nothing suspicious found" else it in setOf("Scam", "Suspicious", "Unwanted message") } }
        }
    }

    @Test
    fun `this was wrong mutes, allows, counts without text, and is exported`() = checked(Given.SCAM, "0812345678") { screen ->
        eventually { screen.get().words(R.id.level) == "Scam" }
        val before = app.filter.check(Message(Given.SCAM))
        screen.get().view<View>(R.id.wrong).performClick()
        choose(1)
        agree()
        eventually { app.disputes.count == 1 && app.filter.overlay.size == 2 }
        val muted = app.filter.overlay.map { it.value }
        assertTrue(app.filter.overlay.all { it.kind == OverlayKind.RULE })
        assertFalse(app.filter.check(Message(Given.SCAM)).reasons.any { it.rule in muted })
        assertEquals("kept for the next start", app.settings.lists, app.filter.overlay)
        val export = app.disputes.export(before.packs)
        val rules = JSONObject(export).getJSONArray("rules")
        val counted = (0 until rules.length()).map(rules::getJSONObject)
        assertTrue(counted.any { it.getString("rule") == "th.parcel.details" && it.getInt("count") == 1 && it.getString("pack") == "th" })
        assertFalse(export, Given.leaks(export) || "0812345678" in export || "bit.ly" in export)
    }

    @Test
    fun `a scam that was missed may have its sender blocked`() = checked(Given.WANTED, "0899999999") { screen ->
        eventually { screen.get().words(R.id.level) == "Nothing suspicious found" }
        screen.get().view<View>(R.id.wrong).performClick()
        agree()
        eventually { screen.get().words(R.id.level) == "Scam" }
        assertEquals(1, JSONObject(app.disputes.export(emptyList())).getInt("missed"))
        assertEquals(Level.SCAM, app.filter.check(Message(Given.WANTED, "0899999999")).level)
        assertEquals(Level.CLEAR, app.filter.check(Message(Given.WANTED, "0811111111")).level)
    }

    private fun Activity.shared(): String {
        @Suppress("DEPRECATION") // The typed getter came with Android 13.
        val chosen = shadowOf(this).nextStartedActivity.getParcelableExtra<Intent>(Intent.EXTRA_INTENT)!!
        return chosen.getStringExtra(Intent.EXTRA_TEXT)!!
    }

    private fun checked(text: String, from: String? = null, look: (ActivityController<CheckActivity>) -> Unit) =
        Robolectric.buildActivity(CheckActivity::class.java).use { screen ->
            val activity = screen.setup().get()
            activity.view<EditText>(R.id.text).setText(text)
            activity.view<EditText>(R.id.sender).setText(from)
            activity.view<View>(R.id.check).performClick()
            look(screen)
        }
}

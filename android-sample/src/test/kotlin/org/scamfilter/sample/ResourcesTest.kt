package org.scamfilter.sample

import android.app.Activity
import android.content.Context
import android.content.res.Configuration
import android.util.Log
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import java.io.File
import java.util.Locale
import javax.xml.parsers.DocumentBuilderFactory
import kotlin.math.pow
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.w3c.dom.Element

/** What every screen owes to people: both languages, contrast by day and night, labels, places that a finger hits. */
class ResourcesTest : PhoneTest() {
    @Test
    fun `every string and list is there in Thai and English, with the same places for values`() {
        val (english, thai) = strings("values") to strings("values-th")
        assertEquals(english.keys, thai.keys)
        val places = Regex("%[0-9]\\$[ds]|%%")
        for ((name, words) in english) {
            assertTrue("$name is empty", words.isNotBlank() && thai.getValue(name).isNotBlank())
            fun found(text: String) = places.findAll(text).map { it.value }.sorted().toList()
            assertEquals(name, found(words), found(thai.getValue(name)))
        }
        val thaiLetters = Regex("[\\u0e01-\\u0e5b]")
        assertEquals(emptyList<String>(), thai.filterValues { !thaiLetters.containsMatchIn(it) }.keys.toList())
    }

    private fun strings(folder: String): Map<String, String> {
        val file = File(System.getProperty("scamfilter.sources"), "src/main/res/$folder/strings.xml")
        val root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file).documentElement
        val all = (0 until root.childNodes.length).map(root.childNodes::item).filterIsInstance<Element>()
        return all.filter { it.getAttribute("translatable") != "false" }.flatMap { e ->
            val items = e.getElementsByTagName("item")
            val name = e.getAttribute("name")
            // Thai has one form for all numbers.
            if (e.tagName != "string-array") listOf(name to e.textContent.trim().lines().last()) else (0 until items.length).map { "$name $it" to items.item(it).textContent }
        }.toMap()
    }

    @Test
    fun `words can be read by day and by night`() {
        for (night in listOf(Configuration.UI_MODE_NIGHT_NO, Configuration.UI_MODE_NIGHT_YES)) {
            val set = Configuration(app.resources.configuration).apply { uiMode = night }
            val context = app.createConfigurationContext(set)
            val levels = listOf(R.color.level_clear, R.color.level_unwanted, R.color.level_suspicious, R.color.level_scam, R.color.level_unknown)
            val pairs = levels.map { R.color.on_level to it } + levels.map { it to R.color.card } +
                listOf(R.color.text, R.color.quiet, R.color.accent).flatMap { listOf(it to R.color.card, it to R.color.ground) } +
                (R.color.marked to R.color.mark)
            for ((over, under) in pairs) {
                val ratio = contrast(context, over, under)
                assertTrue("${app.resources.getResourceName(over)} on ${app.resources.getResourceName(under)}: $ratio", ratio >= 4.5)
            }
        }
    }

    private fun contrast(context: Context, a: Int, b: Int): Double {
        fun luminance(colour: Int): Double {
            val parts = listOf(16, 8, 0).map { ((colour shr it) and 0xff) / 255.0 }
            val (r, g, bl) = parts.map { if (it <= 0.03928) it / 12.92 else ((it + 0.055) / 1.055).pow(2.4) }
            return 0.2126 * r + 0.7152 * g + 0.0722 * bl
        }
        val (low, high) = listOf(a, b).map { luminance(context.getColor(it)) }.sorted()
        return (high + 0.05) / (low + 0.05)
    }

    @Test
    fun `what can be pressed has a label and is large enough, on every screen, also in large letters`() {
        app.receive(org.scamfilter.Message(Given.SCAM, "0812345678"), Incoming.SMS)
        for (scale in listOf(1f, 2f)) {
            org.robolectric.RuntimeEnvironment.setFontScale(scale)
            for (kind in listOf(CheckActivity::class.java, InboxActivity::class.java, PacksActivity::class.java, SelfTestActivity::class.java, SettingsActivity::class.java)) {
                Robolectric.buildActivity(kind).use { screen ->
                    val activity: Activity = screen.setup().get()
                    eventually { kind == CheckActivity::class.java || activity.view<ViewGroup>(R.id.items).childCount > 0 }
                    val root = activity.view<View>(R.id.screen)
                    root.measure(View.MeasureSpec.makeMeasureSpec(720, View.MeasureSpec.EXACTLY), View.MeasureSpec.makeMeasureSpec(1280, View.MeasureSpec.EXACTLY))
                    root.layout(0, 0, 720, 1280)
                    inspect(activity, root)
                }
            }
        }
    }

    private fun inspect(activity: Activity, view: View) {
        if (view.visibility != View.VISIBLE) return
        if (view.isClickable && view.hasOnClickListeners()) {
            val words = (view as? TextView)?.text?.ifEmpty { view.hint } ?: view.contentDescription
            assertTrue("${activity.javaClass.simpleName}: no label", view is ViewGroup || !words.isNullOrBlank())
            val least = 48 * activity.resources.displayMetrics.density
            assertTrue("${activity.javaClass.simpleName}: $words is ${view.height} high", view.height >= least)
        }
        if (view is ViewGroup) (0 until view.childCount).forEach { inspect(activity, view.getChildAt(it)) }
    }

    @Test
    fun `the rule that watches the log can fail`() {
        Log.w("sample", "got ${Given.SCAM.substring(5, 30)}")
        assertThrows(AssertionError::class.java) { silentLog.look() }
        org.robolectric.shadows.ShadowLog.reset()
        Log.w("sample", "failed", IllegalStateException(Given.WANTED))
        assertThrows(AssertionError::class.java) { silentLog.look() }
        org.robolectric.shadows.ShadowLog.reset()
    }

    @Test
    fun `the language of the phone decides`() {
        val thai = app.createConfigurationContext(Configuration(app.resources.configuration).apply { setLocale(Locale("th")) })
        assertEquals("หลอกลวง", thai.getString(levelText(org.scamfilter.Level.SCAM)))
    }
}

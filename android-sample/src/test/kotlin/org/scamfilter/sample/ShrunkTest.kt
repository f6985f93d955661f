package org.scamfilter.sample

import android.app.Activity
import android.app.Application
import android.os.Looper
import android.view.View
import android.widget.EditText
import android.widget.TextView
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Assume.assumeTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

/**
 * The app as R8 leaves it, in place of the app's own classes: `cargo xtask apk`. Names only what the manifest and the resources keep,
 * so that it can be compiled against what was there before.
 */
@RunWith(RobolectricTestRunner::class)
class ShrunkTest {
    @get:Rule
    val silentLog = SilentLog()

    private val app: Application get() = RuntimeEnvironment.getApplication()

    @Before
    fun onlyAfterR8() = assumeTrue(System.getProperty("shrunk") == "true")

    @Test
    fun `classes that nothing names are gone or renamed`() {
        assertThrows(ClassNotFoundException::class.java) { Class.forName("org.scamfilter.sample.ResultView") }
        assertThrows(ClassNotFoundException::class.java) { Class.forName("org.scamfilter.android.PackStore") }
        assertEquals("org.scamfilter.sample.App", app.javaClass.name)
    }

    @Test
    fun `a message is judged and explained`() = on("CheckActivity") { activity ->
        activity.find<EditText>("text").setText(Given.SCAM)
        activity.find<View>("check").performClick()
        eventually { activity.find<TextView>("level").text.toString() == "Scam" }
        assertTrue(activity.find<View>("reasons").hasChildren())
        assertEquals("Call 1441", activity.find<TextView>("hotline").text.toString())
    }

    @Test
    fun `the manifest's receiver fills the inbox`() {
        app.sendBroadcast(Sms.received("66812345678", Given.SCAM))
        // The inbox is read once when its screen opens, and nothing here can be asked whether the worker is done.
        repeat(40) {
            shadowOf(Looper.getMainLooper()).idle()
            Thread.sleep(100)
        }
        on("InboxActivity") { activity -> eventually { activity.find<View>("items").hasChildren() && "Scam" in activity.lines() } }
    }

    @Test
    fun `packs, self-test and settings open`() {
        for (name in listOf("PacksActivity", "SettingsActivity", "SelfTestActivity")) {
            on(name) { activity -> eventually { activity.find<View>("items").hasChildren() } }
        }
    }

    @Suppress("UNCHECKED_CAST")
    private fun on(name: String, look: (Activity) -> Unit) =
        Robolectric.buildActivity(Class.forName("org.scamfilter.sample.$name") as Class<Activity>).use { look(it.setup().get()) }

    private fun <T : View> Activity.find(name: String): T =
        checkNotNull(findViewById<T>(resources.getIdentifier(name, "id", "org.scamfilter.sample")))

    private fun View.hasChildren() = (this as android.view.ViewGroup).childCount > 0

    private fun Activity.lines(): List<String> {
        fun texts(view: View): List<String> = when (view) {
            is android.view.ViewGroup -> (0 until view.childCount).flatMap { texts(view.getChildAt(it)) }
            is TextView -> listOf(view.text.toString())
            else -> emptyList()
        }
        return texts(find("items"))
    }
}

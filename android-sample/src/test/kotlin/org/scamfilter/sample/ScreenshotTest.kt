package org.scamfilter.sample

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Canvas
import android.view.View
import android.widget.EditText
import android.widget.ScrollView
import java.awt.image.BufferedImage
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.File
import javax.imageio.ImageIO
import org.junit.Assert.assertTrue
import org.junit.Assume.assumeTrue
import org.junit.Before
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.GraphicsMode
import org.scamfilter.Message

/** Draws each screen in both languages, by day and by night: `cargo xtask screenshots`. */
@GraphicsMode(GraphicsMode.Mode.NATIVE)
class ScreenshotTest : PhoneTest() {
    private val folder = System.getProperty("screenshots").orEmpty()

    @Before
    fun onlyWhenAsked() = assumeTrue(folder.isNotEmpty())

    @Test
    fun `each screen is drawn`() {
        for (language in listOf("en", "th")) {
            for (light in listOf("notnight", "night")) {
                RuntimeEnvironment.setQualifiers("+$language-w360dp-h760dp-$light-hdpi")
                val name = "$language-${if (light == "night") "dark" else "light"}"
                val scam = app.resources.getStringArray(R.array.example_texts)[1]
                app.inbox.clear()
                val texts = app.resources.getStringArray(R.array.example_texts)
                for ((at, from) in listOf(7 to "+66899999999", 3 to "+66812345678", 6 to "SCB", 1 to "KBank")) {
                    app.receive(Message(texts[at], from, receivedAt = System.currentTimeMillis()), Incoming.SMS)
                }
                draw("check-$name", CheckActivity::class.java) { true }
                draw("result-$name", CheckActivity::class.java, { activity ->
                    activity.view<EditText>(R.id.text).setText(scam)
                    activity.view<EditText>(R.id.sender).setText("KBank")
                    activity.view<View>(R.id.check).performClick()
                }) { it.view<View>(R.id.result).visibility == View.VISIBLE }
                draw("inbox-$name", InboxActivity::class.java) { it.view<android.view.ViewGroup>(R.id.items).childCount > 3 }
                draw("packs-$name", PacksActivity::class.java) { it.view<android.view.ViewGroup>(R.id.items).childCount > 9 }
                draw("settings-$name", SettingsActivity::class.java) { it.view<android.view.ViewGroup>(R.id.items).childCount > 9 }
                draw("self-test-$name", SelfTestActivity::class.java, { it.press(it.getString(R.string.self_test_run)) }) { activity ->
                    activity.view<android.view.ViewGroup>(R.id.actions).childCount > 2
                }
            }
        }
    }

    private fun <T : Activity> draw(name: String, kind: Class<T>, act: (T) -> Unit = {}, ready: (T) -> Boolean) =
        Robolectric.buildActivity(kind).use { screen ->
            val activity = screen.setup().get()
            act(activity)
            eventually { ready(activity) }
            val root = activity.window.decorView
            val (width, height) = activity.resources.displayMetrics.run { widthPixels to heightPixels }
            fun layOut() {
                root.measure(View.MeasureSpec.makeMeasureSpec(width, View.MeasureSpec.EXACTLY), View.MeasureSpec.makeMeasureSpec(height, View.MeasureSpec.EXACTLY))
                root.layout(0, 0, width, height)
            }
            layOut()
            if (name.startsWith("result")) activity.view<ScrollView>(R.id.scroll).scrollTo(0, activity.view<View>(R.id.result).top)
            layOut()
            val bitmap = Bitmap.createBitmap(width, height, Bitmap.Config.ARGB_8888)
            root.draw(Canvas(bitmap))
            save(name, bitmap)
        }

    /** With a palette: a third of the size, and the eye sees no difference. */
    private fun save(name: String, bitmap: Bitmap) {
        val png = ByteArrayOutputStream().also { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
        val full = ImageIO.read(ByteArrayInputStream(png.toByteArray()))
        val colours = HashSet<Int>()
        for (y in 0 until full.height) for (x in 0 until full.width) colours.add(full.getRGB(x, y))
        assertTrue("$name is empty", colours.size > 8)
        val small = BufferedImage(full.width, full.height, BufferedImage.TYPE_BYTE_INDEXED, palette(full))
        for (y in 0 until full.height) for (x in 0 until full.width) small.setRGB(x, y, full.getRGB(x, y))
        File(folder).mkdirs()
        ImageIO.write(small, "png", File(folder, "$name.png"))
    }

    /** The 256 colours that stand most often. */
    private fun palette(image: BufferedImage): java.awt.image.IndexColorModel {
        val counts = HashMap<Int, Int>()
        for (y in 0 until image.height) for (x in 0 until image.width) counts.merge(image.getRGB(x, y), 1, Int::plus)
        val most = counts.entries.sortedWith(compareBy({ -it.value }, { it.key })).take(256).map { it.key }
        fun part(shift: Int) = ByteArray(most.size) { (most[it] shr shift).toByte() }
        return java.awt.image.IndexColorModel(8, most.size, part(16), part(8), part(0))
    }
}

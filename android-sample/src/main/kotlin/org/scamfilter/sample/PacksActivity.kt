package org.scamfilter.sample

import android.app.Activity
import android.content.ComponentName
import android.content.Intent
import android.content.pm.PackageManager
import android.os.Bundle
import android.widget.Button
import android.widget.LinearLayout
import android.widget.Switch
import android.widget.TextView
import java.io.InputStream
import org.scamfilter.Level
import org.scamfilter.Message
import org.scamfilter.android.PackStore
import org.scamfilter.android.ScreeningService

/** Installed packs, packs from a file, the self-test, and whether other SMS apps are answered. */
class PacksActivity : Activity() {
    private val app get() = application as App
    private val store by lazy { PackStore(this) }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.list)
        val actions = view<LinearLayout>(R.id.actions)
        actions.addView(button(R.string.load_pack) {
            startActivityForResult(Intent(Intent.ACTION_OPEN_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType("*/*"), 1)
        })
        actions.addView(button(R.string.remove_packs) {
            app.background({ store.names().forEach(store::remove).also { app.reload() } }) { list() }
        })
        actions.addView(button(R.string.self_test) { app.background(::selfTest) { it.onSuccess(::say) } })
        val screening = ComponentName(this, Screening::class.java)
        actions.addView(Switch(this).apply {
            setText(R.string.screening)
            isChecked = packageManager.getComponentEnabledSetting(screening) == PackageManager.COMPONENT_ENABLED_STATE_ENABLED
            setOnCheckedChangeListener { _, on ->
                val state = if (on) PackageManager.COMPONENT_ENABLED_STATE_ENABLED else PackageManager.COMPONENT_ENABLED_STATE_DISABLED
                packageManager.setComponentEnabledSetting(screening, state, PackageManager.DONT_KILL_APP)
            }
        })
        app.lastAsked?.let { say(getString(R.string.screening_asked, it)) }
        list()
    }

    @Deprecated("The framework's own way; the one of androidx needs androidx")
    override fun onActivityResult(requestCode: Int, resultCode: Int, data: Intent?) {
        val uri = data?.data ?: return
        load { contentResolver.openInputStream(uri) }
    }

    /** Takes in a pack and puts it to use; says why not where it cannot be used. */
    fun load(open: () -> InputStream?) = app.background({
        open()?.use(store::add).also { app.reload() }
    }) { result ->
        result.onSuccess { say(getString(R.string.pack_loaded, it?.pack.orEmpty())) }
        result.onFailure { say(getString(R.string.pack_refused, it.message)) }
        list()
    }

    private fun list() = app.background({ app.filter.packs }) { result ->
        val items = view<LinearLayout>(R.id.items).apply { removeAllViews() }
        for (pack in result.getOrDefault(emptyList())) {
            val line = getString(R.string.pack_line, pack.title, pack.serial.toString(), pack.publisher)
            items.addView(TextView(this).apply { text = if (pack.unverified) "$line\n${getString(R.string.unverified)}" else line })
        }
    }

    private fun selfTest(): String {
        val examples = listOf(getString(R.string.example_text) to true, "See you at six. Bring bread." to false)
        val right = examples.count { (text, bad) -> (app.filter.check(Message(text)).level >= Level.SUSPICIOUS) == bad }
        val start = System.nanoTime()
        repeat(TIMES) { app.filter.check(Message(examples[it % 2].first)) }
        val micros = (System.nanoTime() - start) / 1_000 / TIMES
        return getString(R.string.self_test_result, TIMES, micros, right, examples.size)
    }

    private fun say(line: String) = view<LinearLayout>(R.id.actions).addView(TextView(this).apply { text = line })

    private fun button(words: Int, action: () -> Unit) = Button(this).apply {
        setText(words)
        setOnClickListener { action() }
    }

    private companion object {
        const val TIMES = 1_000
    }
}

/** Answers other SMS apps while the user lets it. */
class Screening : ScreeningService() {
    override fun screen(message: Message, simSlot: Int, askedBy: List<String>): Answer {
        val app = application as App
        app.lastAsked = askedBy.joinToString()
        val verdict = app.filter.check(message)
        return Answer(verdict.level == Level.SCAM, getString(levelText(verdict.level)))
    }
}

package org.scamfilter.sample

import android.app.AlertDialog
import android.content.ClipboardManager
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.view.View
import android.widget.Button
import android.widget.EditText
import android.widget.ScrollView
import android.widget.TextView
import org.scamfilter.Evidence
import org.scamfilter.Level
import org.scamfilter.Message
import org.scamfilter.OverlayEntry
import org.scamfilter.Verdict
import org.scamfilter.android.Hotline
import org.scamfilter.android.SharedText

/** Check and result: what it is, why, the words marked, the false domain beside the real one, what to do. */
class CheckActivity : Screen(R.string.check_title, R.layout.check) {
    private val text get() = view<EditText>(R.id.text)
    private val sender get() = view<EditText>(R.id.sender)
    private var shown: Message? = null

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        click(R.id.check) { check() }
        click(R.id.paste) { paste() }
        click(R.id.example) { examples() }
        if (savedInstanceState == null) {
            take(intent)
        } else if (savedInstanceState.containsKey(TEXT)) {
            check(Message(savedInstanceState.getString(TEXT).orEmpty(), savedInstanceState.getString(SENDER), receivedAt = now()))
        }
    }

    /** Text shared to a screen that is open already. */
    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        take(intent)
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        val message = shown ?: return
        outState.putString(TEXT, message.text)
        outState.putString(SENDER, message.sender)
    }

    private fun take(intent: Intent) {
        text.setText(SharedText.of(intent) ?: return)
        sender.setText(runCatching { intent.getStringExtra(SENDER) }.getOrNull())
        check()
    }

    private fun paste() {
        val clip = getSystemService(ClipboardManager::class.java)?.primaryClip ?: return
        if (clip.itemCount > 0) text.setText(clip.getItemAt(0).coerceToText(this)).also { check() }
    }

    private fun examples() {
        val texts = resources.getStringArray(R.array.example_texts)
        AlertDialog.Builder(this).setTitle(R.string.example).setItems(R.array.example_names) { _, at ->
            sender.setText(resources.getStringArray(R.array.example_senders)[at])
            text.setText(texts[at])
            check()
        }.show()
    }

    private fun check() = check(Message(text.text.toString(), sender.text.toString().ifBlank { null }, receivedAt = now()))

    private fun check(message: Message) {
        shown = message
        app.background({
            val verdict = app.filter.check(message)
            val serious = verdict.level in Level.SUSPICIOUS..Level.SCAM
            verdict to if (serious) Hotline.of(app.filter, app.settings.country, locales(this)) else null
        }) { result ->
            // A newer message, or a screen that was turned meanwhile, shows its own.
            if (isDestroyed || shown !== message) return@background
            result.onSuccess { (verdict, hotline) -> show(message, verdict, hotline) }
            result.onFailure { say(getString(R.string.failed, it.message)) }
        }
    }

    private fun show(message: Message, verdict: Verdict, hotline: Hotline?) {
        view<View>(R.id.result).visibility = View.VISIBLE
        view<View>(R.id.said).visibility = View.GONE
        ResultView(this, app.filter, message, verdict).show()
        view<Button>(R.id.hotline).apply {
            visibility = if (hotline != null) View.VISIBLE else View.GONE
            if (hotline != null) {
                setText(getString(R.string.call_hotline, hotline.number))
                contentDescription = getString(R.string.call_hotline_long, hotline.number, hotline.who)
                setOnClickListener { startActivity(Intent(Intent.ACTION_DIAL, Uri.fromParts("tel", hotline.number, null))) }
            }
        }
        click(R.id.evidence) { share(Evidence.toText(message, verdict, app.filter, locales(this)), R.string.share_evidence) }
        click(R.id.evidence_json) { share(Evidence.toJson(message, verdict), R.string.share_evidence_json, "application/json") }
        click(R.id.wrong) { Dispute(this, app.filter, message, verdict).ask { entries -> dispute(verdict, entries) } }
        // So that the answer is seen without scrolling, with the field above still in sight.
        view<ScrollView>(R.id.scroll).post { view<ScrollView>(R.id.scroll).smoothScrollTo(0, view<View>(R.id.result).top) }
    }

    private fun dispute(verdict: Verdict, entries: List<OverlayEntry>) {
        app.background({
            app.disputes.add(verdict)
            app.settings.lists = app.settings.lists + entries
            app.filter.setOverlay(app.settings.lists)
        }) {
            if (isDestroyed) return@background
            shown?.let(::check)
            say(getString(R.string.wrong_done))
        }
    }

    private fun say(line: String) = view<TextView>(R.id.said).run {
        visibility = View.VISIBLE
        setText(line)
    }

    private fun click(id: Int, action: () -> Unit) = view<View>(id).setOnClickListener { action() }

    private fun now() = System.currentTimeMillis()

    companion object {
        const val SENDER = "org.scamfilter.sample.SENDER"
        private const val TEXT = "text"
    }
}

package org.scamfilter.sample

import android.app.Activity
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.text.SpannableString
import android.text.style.BackgroundColorSpan
import android.text.style.ForegroundColorSpan
import android.view.View
import android.widget.Button
import android.widget.EditText
import android.widget.LinearLayout
import android.widget.TextView
import org.scamfilter.Evidence
import org.scamfilter.Message
import org.scamfilter.Verdict
import org.scamfilter.android.SharedText

/** Check and result: what it is, why, the words marked, the false domain beside the real one, what to do. */
class CheckActivity : Activity() {
    private val app get() = application as App
    private val text get() = view<EditText>(R.id.text)
    private val sender get() = view<EditText>(R.id.sender)

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.check)
        button(R.id.check) { check() }
        button(R.id.example) { text.setText(R.string.example_text).also { check() } }
        button(R.id.inbox) { startActivity(Intent(this, InboxActivity::class.java)) }
        button(R.id.packs) { startActivity(Intent(this, PacksActivity::class.java)) }
        button(R.id.hotline) { startActivity(Intent(Intent.ACTION_DIAL, Uri.parse("tel:1441"))) }
        if (savedInstanceState == null) {
            SharedText.of(intent)?.let { text.setText(it).also { check() } }
        } else if (savedInstanceState.getBoolean(SHOWN)) {
            text.setText(savedInstanceState.getString(TEXT))
            check()
        }
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putBoolean(SHOWN, view<View>(R.id.result).visibility == View.VISIBLE)
        outState.putString(TEXT, text.text.toString())
    }

    private fun check() {
        val message = Message(text.text.toString(), sender.text.toString().ifBlank { null }, receivedAt = System.currentTimeMillis())
        app.background({ app.filter.check(message) }) { result ->
            if (isDestroyed) return@background
            result.onSuccess { show(message, it) }.onFailure { headline(getString(R.string.failed, it.message)) }
        }
    }

    private fun show(message: Message, verdict: Verdict) {
        headline(getString(levelText(verdict.level)))
        view<TextView>(R.id.score).text = getString(R.string.score, verdict.score / PPM_PERCENT)
        val marked = SpannableString(message.text)
        for (span in verdict.reasons.flatMap { it.spans }) {
            marked.setSpan(BackgroundColorSpan(getColor(R.color.mark)), span.start, span.end, 0)
            marked.setSpan(ForegroundColorSpan(getColor(R.color.marked)), span.start, span.end, 0)
        }
        view<TextView>(R.id.marked).text = marked
        val reasons = view<LinearLayout>(R.id.reasons).apply { removeAllViews() }
        reasonLines(this, app.filter, verdict).forEach { line -> reasons.addView(TextView(this).apply { text = line }) }
        button(R.id.evidence) {
            val record = Evidence.toText(message, verdict, app.filter, locales(this)) + Evidence.toJson(message, verdict)
            val send = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, record)
            startActivity(Intent.createChooser(send, getString(R.string.share_evidence)))
        }
        button(R.id.wrong) {
            app.dispute(message.sender, verdict)
            headline(getString(R.string.wrong_done))
        }
    }

    private fun headline(line: String) {
        view<View>(R.id.result).visibility = View.VISIBLE
        view<TextView>(R.id.level).text = line
    }

    private fun button(id: Int, action: () -> Unit) = view<Button>(id).setOnClickListener { action() }

    private companion object {
        const val SHOWN = "shown"
        const val TEXT = "text"
        const val PPM_PERCENT = 10_000
    }
}

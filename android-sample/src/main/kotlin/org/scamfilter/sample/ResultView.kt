package org.scamfilter.sample

import android.content.res.ColorStateList
import android.text.SpannableString
import android.text.style.BackgroundColorSpan
import android.text.style.ForegroundColorSpan
import android.view.View
import android.view.ViewGroup
import android.widget.LinearLayout
import android.widget.ProgressBar
import android.widget.TextView
import java.util.Locale
import org.scamfilter.Message
import org.scamfilter.Reason
import org.scamfilter.ScamFilter
import org.scamfilter.Verdict

/** Fills the result below the check: level, score, marked words, false and real domains, a card a reason. */
class ResultView(private val screen: Screen, private val filter: ScamFilter, private val message: Message, private val verdict: Verdict) {
    fun show() {
        val colour = screen.getColor(levelColour(verdict.level))
        screen.view<LinearLayout>(R.id.banner).backgroundTintList = ColorStateList.valueOf(colour)
        screen.view<TextView>(R.id.level).setText(levelText(verdict.level))
        screen.view<TextView>(R.id.advice).setText(levelAdvice(verdict.level))
        val percent = verdict.score / PPM_PERCENT
        screen.view<ProgressBar>(R.id.bar).apply {
            progress = percent
            progressTintList = ColorStateList.valueOf(colour)
        }
        screen.view<TextView>(R.id.score).text = screen.getString(R.string.score, percent)
        screen.view<TextView>(R.id.scale).text = screen.getString(R.string.scale, percent)
        marked()
        links()
        val reasons = screen.view<ViewGroup>(R.id.reasons).apply { removeAllViews() }
        verdict.reasons.forEach { card(reasons, it) }
    }

    private fun marked() {
        val text = SpannableString(message.text)
        val spans = verdict.reasons.filter { it.weightMlo > 0 }.flatMap { it.spans }.distinct()
        for (span in spans) {
            text.setSpan(BackgroundColorSpan(screen.getColor(R.color.mark)), span.start, span.end, 0)
            text.setSpan(ForegroundColorSpan(screen.getColor(R.color.marked)), span.start, span.end, 0)
        }
        screen.view<TextView>(R.id.marked).apply {
            this.text = text
            // Colours are not read out: the words are named after the text.
            val words = spans.joinToString { message.text.substring(it.start, it.end) }
            contentDescription = if (words.isEmpty()) message.text else screen.getString(R.string.marked_words, message.text, words)
        }
    }

    private fun links() {
        val links = screen.view<ViewGroup>(R.id.links).apply { removeAllViews() }
        for (link in verdict.links) {
            val card = screen.layoutInflater.inflate(R.layout.link, links, false)
            card.line(R.id.fake).text = link.host
            val real = link.brand?.let(filter::officialDomains).orEmpty()
            val visibility = if (real.isEmpty()) View.GONE else View.VISIBLE
            card.line(R.id.real_label).visibility = visibility
            card.line(R.id.real).apply {
                this.visibility = visibility
                text = real.joinToString()
            }
            links.addView(card)
        }
    }

    private fun View.line(id: Int): TextView = checkNotNull(findViewById(id))

    private fun card(into: ViewGroup, reason: Reason) {
        val said = filter.explain(reason, locales(screen))
        val weight = String.format(Locale.ROOT, "%+.1f", reason.weightMlo / MILLI)
        screen.card(
            into, said?.sentence ?: reason.rule, said?.advice, reason.brand?.let { screen.getString(R.string.brand, it) },
            screen.getString(R.string.rule, reason.rule, reason.pack, weight),
        )
    }

    private companion object {
        const val PPM_PERCENT = 10_000
        const val MILLI = 1_000.0
    }
}

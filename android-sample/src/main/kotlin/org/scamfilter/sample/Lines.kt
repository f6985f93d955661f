package org.scamfilter.sample

import android.app.Activity
import android.content.Context
import android.view.View
import org.scamfilter.Level
import org.scamfilter.ScamFilter
import org.scamfilter.Verdict

/** A view that the layout has. */
fun <T : View> Activity.view(id: Int): T = checkNotNull(findViewById<T>(id))

/** The language of the screen, for the sentences of packs. */
fun locales(context: Context): List<String> {
    val all = context.resources.configuration.locales
    return List(all.size()) { all[it].toLanguageTag() }
}

/** The words for a level. */
fun levelText(level: Level): Int = when (level) {
    Level.CLEAR -> R.string.level_clear
    Level.UNWANTED -> R.string.level_unwanted
    Level.SUSPICIOUS -> R.string.level_suspicious
    Level.SCAM -> R.string.level_scam
    Level.UNKNOWN -> R.string.level_unknown
}

/** Reasons with advice, and each false host beside the real ones, ready to show. */
fun reasonLines(context: Context, filter: ScamFilter, verdict: Verdict): List<String> {
    val reasons = verdict.reasons.map { reason ->
        val said = filter.explain(reason, locales(context))
        val rule = context.getString(R.string.rule, reason.rule, reason.pack)
        listOfNotNull(said?.sentence, said?.advice, rule).joinToString("\n") + "\n"
    }
    val links = verdict.links.map { link ->
        val real = link.brand?.let(filter::officialDomains).orEmpty()
        val lines = listOf(context.getString(R.string.link_false, link.host))
        (if (real.isEmpty()) lines else lines + context.getString(R.string.link_real, real.joinToString())).joinToString("\n")
    }
    return links + reasons
}

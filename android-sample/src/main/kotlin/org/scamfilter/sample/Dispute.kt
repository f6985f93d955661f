package org.scamfilter.sample

import android.app.Activity
import android.app.AlertDialog
import org.scamfilter.Message
import org.scamfilter.OverlayAction
import org.scamfilter.OverlayEntry
import org.scamfilter.OverlayKind
import org.scamfilter.ScamFilter
import org.scamfilter.Verdict

/**
 * "This was wrong": asks what to do about it. Against a warning: mute rules, allow the sender or a host. Against silence: deny
 * the sender.
 */
class Dispute(private val screen: Activity, private val filter: ScamFilter, message: Message, verdict: Verdict) {
    private val warned = verdict.reasons.any { it.weightMlo > 0 }

    /** What can be done, the likeliest first. */
    val entries: List<OverlayEntry> = if (warned) {
        val rules = verdict.reasons.filter { it.weightMlo > 0 }.map { it.rule }.distinct().take(RULES)
        rules.map { OverlayEntry(OverlayAction.ALLOW, OverlayKind.RULE, it) } +
            listOfNotNull(message.sender).map { OverlayEntry(OverlayAction.ALLOW, OverlayKind.SENDER, it) } +
            verdict.links.map { OverlayEntry(OverlayAction.ALLOW, OverlayKind.HOST, it.host) }
    } else {
        listOfNotNull(message.sender).map { OverlayEntry(OverlayAction.DENY, OverlayKind.SENDER, it) }
    }

    /** Shows the choice; [done] gets what was chosen, which may be nothing: then it is only counted. */
    fun ask(done: (List<OverlayEntry>) -> Unit) {
        val words = entries.map { listText(screen, it) }.toTypedArray()
        val chosen = BooleanArray(words.size) { it == 0 }
        AlertDialog.Builder(screen)
            .setTitle(if (warned) R.string.wrong_title else R.string.missed_title)
            .setMultiChoiceItems(words, chosen) { _, at, on -> chosen[at] = on }
            .setPositiveButton(android.R.string.ok) { _, _ -> done(entries.filterIndexed { i, _ -> chosen[i] } - filter.overlay.toSet()) }
            .setNegativeButton(android.R.string.cancel, null)
            .show()
    }

    private companion object {
        const val RULES = 3
    }
}

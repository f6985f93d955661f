package org.scamfilter.sample

import android.content.Context
import org.json.JSONArray
import org.json.JSONObject
import org.scamfilter.PackId
import org.scamfilter.Verdict

/**
 * How often the user said "this was wrong", by rule: for the publisher, to be read by `scampack impact --disputes`. No text, no
 * sender, no host and no time of a message is kept.
 */
class Disputes(private val context: Context) {
    private val store get() = context.getSharedPreferences("disputes", Context.MODE_PRIVATE)

    /** All that was said so far. */
    val count: Int get() = store.getInt(ALL, 0)

    /** Counts each rule that spoke against the message; without one, a message that was missed. */
    @Synchronized
    fun add(verdict: Verdict) {
        val edit = store.edit().putInt(ALL, count + 1)
        val against = verdict.reasons.filter { it.weightMlo > 0 }.map { "${it.pack}/${it.rule}" }.distinct()
        if (against.isEmpty()) edit.putInt(MISSED, store.getInt(MISSED, 0) + 1)
        against.forEach { edit.putInt(RULE + it, store.getInt(RULE + it, 0) + 1) }
        edit.apply()
    }

    /** The counters with the releases of the packs that are open, one JSON object. */
    fun export(packs: List<PackId>): String {
        val rules = JSONArray()
        for ((key, value) in store.all.toSortedMap()) {
            val (pack, rule) = key.takeIf { it.startsWith(RULE) }?.removePrefix(RULE)?.split('/', limit = 2) ?: continue
            rules.put(JSONObject().put("pack", pack).put("rule", rule).put("count", value))
        }
        val open = JSONArray()
        packs.forEach { open.put(JSONObject().put("pack", it.pack).put("serial", it.serial)) }
        return JSONObject().put("disputes", VERSION).put("count", count).put("missed", store.getInt(MISSED, 0))
            .put("rules", rules).put("packs", open).toString()
    }

    private companion object {
        const val VERSION = 1
        const val ALL = "all"
        const val MISSED = "missed"
        const val RULE = "rule:"
    }
}

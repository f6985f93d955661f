package org.scamfilter.sample

import android.os.Bundle
import android.view.View
import android.view.ViewGroup
import java.util.Locale
import org.json.JSONArray
import org.json.JSONObject
import org.scamfilter.Channel
import org.scamfilter.Message
import org.scamfilter.ScamFilter
import org.scamfilter.android.open

/** Judges the conformance cases of the starter packs on this phone, and measures how long a message takes. */
class SelfTestActivity : Screen(R.string.self_test, R.layout.list) {
    /** What came of it; times in microseconds. */
    class Outcome(val cases: Int, val wrong: List<String>, val opened: Long, val median: Long, val slowest: Long)

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val items = view<ViewGroup>(R.id.items)
        card(items, getString(R.string.self_test_what))
        button(items, getString(R.string.self_test_run), ::run)
        if (savedInstanceState?.getBoolean(RAN) == true) run()
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putBoolean(RAN, view<ViewGroup>(R.id.actions).childCount > 0)
    }

    private fun run() {
        val out = view<ViewGroup>(R.id.actions).apply { removeAllViews() }
        val bar = waiting(out, R.string.self_test)
        app.background(::outcome) { result ->
            if (isDestroyed) return@background
            bar.visibility = View.GONE
            result.onFailure { card(out, getString(R.string.failed, it.message)) }
            result.onSuccess { o ->
                card(out, getString(R.string.self_test_cases, o.cases - o.wrong.size, o.cases), o.wrong.joinToString())
                card(
                    out, getString(R.string.self_test_time, micros(o.median)),
                    getString(R.string.self_test_slowest, micros(o.slowest)), getString(R.string.self_test_open, micros(o.opened)),
                )
            }
        }
    }

    /** The cases want the packs as they are, without the user's lists, so they get a filter of their own. */
    private fun outcome(): Outcome {
        val cases = JSONObject(assets.open("conformance.json").use { it.readBytes() }.toString(Charsets.UTF_8)).getJSONArray("cases")
        val begun = System.nanoTime()
        ScamFilter.open(this, app.settings.packsOff).use { filter ->
            val opened = (System.nanoTime() - begun) / NANOS
            val all = List(cases.length()) { cases.getJSONObject(it) }
            val wrong = all.filterNot { right(filter, it) }.map { it.getString("id") }
            val texts = all.filter { it.optInt("repeat", 1) == 1 }.map(::message)
            val times = List(ROUNDS) { texts }.flatten().map { message ->
                val start = System.nanoTime()
                filter.check(message)
                (System.nanoTime() - start) / NANOS
            }.sorted()
            return Outcome(all.size, wrong, opened, times[times.size / 2], times.last())
        }
    }

    private fun right(filter: ScamFilter, case: JSONObject): Boolean {
        val (verdict, expect) = filter.check(message(case)) to case.getJSONObject("expect")
        val rules = expect.optJSONArray("rules") ?: JSONArray()
        val spoke = verdict.reasons.map { it.rule }
        return verdict.level.wireName == expect.getString("level") &&
            (0 until rules.length()).all { rules.getString(it) in spoke }
    }

    private fun message(case: JSONObject): Message {
        val m = case.getJSONObject("message")
        fun text(key: String) = if (m.has(key)) m.getString(key) else null
        fun flag(key: String) = if (m.has(key)) m.getBoolean(key) else null
        return Message(
            text = m.getString("text").repeat(case.optInt("repeat", 1)),
            sender = text("sender"),
            channel = Channel.entries.firstOrNull { it.name.lowercase(Locale.ROOT) == text("channel") } ?: Channel.SMS,
            receivedAt = if (m.has("received_at")) m.getLong("received_at") else null,
            senderIsContact = flag("sender_is_contact"),
            simCountry = text("sim_country"),
            redacted = flag("redacted") ?: false,
            hasReplied = flag("has_replied"),
            locale = text("locale"),
        )
    }

    private fun micros(micros: Long) = String.format(Locale.ROOT, "%.2f ms", micros / 1_000.0)

    private companion object {
        const val RAN = "ran"
        const val ROUNDS = 20
        const val NANOS = 1_000
    }
}

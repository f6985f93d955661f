package org.scamfilter.sample

import android.app.AlertDialog
import android.content.ComponentName
import android.content.Intent
import android.content.pm.PackageManager
import android.os.Bundle
import android.provider.Settings.ACTION_NOTIFICATION_LISTENER_SETTINGS
import android.view.ViewGroup
import java.util.Locale
import org.scamfilter.Level
import org.scamfilter.OverlayAction
import org.scamfilter.OverlayEntry
import org.scamfilter.OverlayKind
import org.scamfilter.PackId
import org.scamfilter.PackInfo

/** Country, what happens at each level, which packs are used, my lists, other apps, and what was disputed. */
class SettingsActivity : Screen(R.string.settings, R.layout.list) {
    private val items get() = view<ViewGroup>(R.id.items)

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        show()
    }

    /** Shows all anew; starter packs and switched-off ones are known to the filter and to the settings. */
    private fun show(): Unit = app.background({ app.filter.packs }) { result ->
        if (isDestroyed) return@background
        items.removeAllViews()
        val packs = result.getOrDefault(emptyList())
        result.onFailure { card(items, getString(R.string.failed, it.message)) }
        country(packs)
        levels()
        packs(packs)
        lists()
        others()
        disputes(packs)
    }

    private fun country(packs: List<PackInfo>) {
        heading(items, R.string.country)
        val codes = (packs.flatMap { it.countries } + app.settings.country).distinct().sorted()
        button(items, name(app.settings.country)) {
            choose(R.string.country, codes.map(::name)) { at ->
                app.settings.country = codes[at]
                applied()
            }
        }
    }

    private fun name(code: String) = Locale("", code).getDisplayCountry(resources.configuration.locales[0])

    private fun levels() {
        heading(items, R.string.at_each_level)
        for (level in listOf(Level.SCAM, Level.SUSPICIOUS, Level.UNWANTED, Level.UNKNOWN)) {
            val words = "${getString(levelText(level))}\n${getString(alertText(app.settings.alert(level)))}"
            button(items, words) {
                choose(levelText(level), Alert.entries.map { getString(alertText(it)) }) { at ->
                    app.settings.setAlert(level, Alert.entries[at])
                    show()
                }
            }
        }
    }

    private fun packs(packs: List<PackInfo>) {
        heading(items, R.string.packs_used)
        val off = app.settings.packsOff
        // Without `common` there is no filter; publishers are taken away on their own screen.
        for (id in (packs.filter { it.channel == null }.map { it.pack } + off - "common").distinct().sorted()) {
            switch(items, packs.firstOrNull { it.pack == id }?.title ?: id, id !in off) { on ->
                app.settings.packsOff = if (on) app.settings.packsOff - id else app.settings.packsOff + id
                applied()
            }
        }
    }

    private fun lists() {
        heading(items, R.string.my_lists)
        val lists = app.settings.lists
        if (lists.isEmpty()) card(items, getString(R.string.no_lists))
        for (entry in lists) {
            val card = card(items, listText(this, entry))
            button(card, getString(R.string.remove)) { keep(app.settings.lists - entry) }.contentDescription =
                getString(R.string.remove_entry, listText(this, entry))
        }
        button(items, getString(R.string.add_entry)) {
            choose(R.string.add_entry, KINDS.map { getString(it.first) }) { at -> value(KINDS[at].second, KINDS[at].third) }
        }
    }

    private fun value(action: OverlayAction, kind: OverlayKind) {
        val hint = if (kind == OverlayKind.HOST) R.string.host_hint else R.string.sender_hint
        ask(R.string.add_entry, hint) { value ->
            if (value.isNotEmpty()) keep(app.settings.lists + OverlayEntry(action, kind, value))
        }
    }

    private fun keep(lists: List<OverlayEntry>) {
        app.settings.lists = lists.distinct()
        app.background({ app.filter.setOverlay(app.settings.lists) }) { show() }
    }

    private fun others() {
        heading(items, R.string.other_apps)
        val screening = ComponentName(this, Screening::class.java)
        val on = packageManager.getComponentEnabledSetting(screening) == PackageManager.COMPONENT_ENABLED_STATE_ENABLED
        switch(items, getString(R.string.screening), on) { now ->
            val state = if (now) PackageManager.COMPONENT_ENABLED_STATE_ENABLED else PackageManager.COMPONENT_ENABLED_STATE_DISABLED
            packageManager.setComponentEnabledSetting(screening, state, PackageManager.DONT_KILL_APP)
        }
        app.settings.lastAsked?.let { card(items, getString(R.string.screening_asked, it)) }
        button(items, getString(R.string.allow_listener)) {
            runCatching { startActivity(Intent(ACTION_NOTIFICATION_LISTENER_SETTINGS)) }
        }
    }

    private fun disputes(packs: List<PackInfo>) {
        heading(items, R.string.disputes)
        card(items, getString(R.string.disputes_count, app.disputes.count))
        button(items, getString(R.string.disputes_export)) {
            share(app.disputes.export(packs.map { PackId(it.pack, it.serial) }), R.string.disputes_export, "application/json")
        }
    }

    private fun applied() = app.background({ app.apply() }) { show() }

    private fun choose(title: Int, words: List<String>, chosen: (Int) -> Unit) {
        AlertDialog.Builder(this).setTitle(title).setItems(words.toTypedArray()) { _, at -> chosen(at) }.show()
    }

    private companion object {
        val KINDS = listOf(
            Triple(R.string.kind_allow_sender, OverlayAction.ALLOW, OverlayKind.SENDER),
            Triple(R.string.kind_deny_sender, OverlayAction.DENY, OverlayKind.SENDER),
            Triple(R.string.kind_allow_host, OverlayAction.ALLOW, OverlayKind.HOST),
            Triple(R.string.kind_deny_host, OverlayAction.DENY, OverlayKind.HOST),
        )
    }
}

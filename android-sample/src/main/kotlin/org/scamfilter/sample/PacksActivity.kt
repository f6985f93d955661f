package org.scamfilter.sample

import android.app.AlertDialog
import android.content.Intent
import android.os.Bundle
import android.text.format.Formatter
import android.view.ViewGroup
import android.widget.EditText
import android.widget.ProgressBar
import android.widget.TextView
import java.io.InputStream
import java.util.Locale
import org.scamfilter.PackInfo
import org.scamfilter.Publisher
import org.scamfilter.UnopenedStore
import org.scamfilter.UpdateReport
import org.scamfilter.android.PackStore

/** Installed packs and where they came from; updates with progress, packs from files, publishers with their roots, ways back. */
class PacksActivity : Screen(R.string.packs, R.layout.list) {
    private val store by lazy { PackStore(this) }
    private val items get() = view<ViewGroup>(R.id.items)
    private val actions get() = view<ViewGroup>(R.id.actions)

    /** The address that was typed while the file with the root is picked. */
    private var channel = ""

    private class Found(val packs: List<PackInfo>, val sizes: Map<String, Long>, val publishers: List<Publisher>, val unopened: List<UnopenedStore>)

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        channel = savedInstanceState?.getString(CHANNEL).orEmpty()
        list()
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putString(CHANNEL, channel)
    }

    @Deprecated("The framework's own way; the one of androidx needs androidx")
    override fun onActivityResult(requestCode: Int, resultCode: Int, data: Intent?) {
        val uri = data?.data ?: return
        val open = { contentResolver.openInputStream(uri) }
        if (requestCode == PACK) load(open) else addPublisher(channel, open)
    }

    /** Takes in a pack and puts it to use; says why not where it cannot be used. */
    fun load(open: () -> InputStream?) = changing({ open()?.use(store::add)?.title.orEmpty() }) { getString(R.string.pack_loaded, it) }

    /** Adds a publisher with its root and looks for its packs at once. */
    fun addPublisher(address: String, open: () -> InputStream?) = changing({
        val root = checkNotNull(open()) { "the file cannot be read" }.use { it.readBytes() }
        app.publishers.add(address, root).channel
    }) { getString(R.string.publisher_added, it) }

    /** Updates all publishers, showing how much has come. */
    fun update() {
        actions.removeAllViews()
        val bar = ProgressBar(this, null, android.R.attr.progressBarStyleHorizontal).apply { isIndeterminate = true }
        bar.contentDescription = getString(R.string.updating)
        actions.addView(bar)
        val line = card(actions, getString(R.string.updating)).getChildAt(0) as TextView
        app.update({ bytes -> line.text = getString(R.string.updating_bytes, Formatter.formatShortFileSize(this, bytes)) }) { result ->
            if (isDestroyed) return@update
            val said = result.fold({ reports -> reports?.let(::told) ?: getString(R.string.update_busy) }, { getString(R.string.failed, it.message) })
            list(said)
        }
    }

    private fun told(reports: List<UpdateReport>): String = reports.joinToString("\n") { report ->
        val failure = report.firstFailure
        val what = when {
            failure != null -> getString(failureText(failure.kind)) + "\n" + failure.reason
            report.changed -> report.packs.joinToString { "${it.pack} ${it.outcome.name.lowercase(Locale.ROOT).replace('_', ' ')}" }
            else -> getString(R.string.up_to_date)
        }
        "${report.channel}: $what"
    }

    private fun <T> changing(work: () -> T, words: (T) -> String) = app.background({ work().also { app.apply() } }) { result ->
        if (isDestroyed) return@background
        list(result.fold(words) { getString(R.string.pack_refused, it.message) })
    }

    private fun list(said: String? = null): Unit = app.background(::found) { result ->
        if (isDestroyed) return@background
        items.removeAllViews()
        result.onFailure { card(items, getString(R.string.failed, it.message)) }
        val found = result.getOrNull() ?: Found(emptyList(), emptyMap(), emptyList(), emptyList())
        found.packs.forEach { pack(it, found.sizes[it.pack]) }
        heading(items, R.string.publishers)
        if (found.publishers.isEmpty()) card(items, getString(R.string.no_publishers))
        found.publishers.forEach { publisher(it, found.unopened) }
        actions(found, said)
    }

    private fun found(): Found {
        val packs = app.filter.packs
        val sizes = packs.associate { pack ->
            pack.pack to when {
                pack.channel != null -> 0L
                pack.unverified -> store.size(pack.pack)
                else -> assets.open("scamfilter/${pack.pack}.scampack").use { it.available().toLong() }
            }
        }
        return Found(packs, sizes, app.filter.publishers, app.filter.unopened)
    }

    private fun pack(pack: PackInfo, size: Long?) {
        val countries = pack.countries.joinToString { Locale("", it).getDisplayCountry(resources.configuration.locales[0]) }
        val facts = listOfNotNull(
            countries.ifEmpty { getString(R.string.all_countries) }, age(this, pack.serial, System.currentTimeMillis()),
            size?.takeIf { it > 0 }?.let { Formatter.formatShortFileSize(this, it) },
        )
        val card = card(
            items, pack.title, getString(R.string.pack_of, pack.publisher, pack.serial.toULong().toString()), facts.joinToString(" · "),
            pack.channel?.let { getString(R.string.pack_from, it) }, if (pack.unverified) getString(R.string.unverified) else null,
        )
        if (!pack.unverified) return
        if (store.canRollBack(pack.pack)) {
            button(card, getString(R.string.roll_back)) { changing({ store.rollBack(pack.pack) }) { getString(R.string.rolled_back, pack.title) } }
        }
        button(card, getString(R.string.remove)) { changing({ store.remove(pack.pack) }) { getString(R.string.rolled_back, pack.title) } }
            .contentDescription = getString(R.string.remove_entry, pack.title)
    }

    private fun publisher(publisher: Publisher, unopened: List<UnopenedStore>) {
        val broken = unopened.firstOrNull { it.channel == publisher.channel }?.failure
        val card = card(
            items, publisher.channel, getString(R.string.publisher_stores, Formatter.formatShortFileSize(this, app.publishers.size(publisher))),
            broken?.let { getString(failureText(it.kind)) },
        )
        button(card, getString(R.string.roll_back_publisher)) {
            changing({ app.forget(publisher.channel, app.publishers::reset) }) { getString(R.string.rolled_back, publisher.channel) }
        }
        button(card, getString(R.string.remove)) {
            changing({ app.forget(publisher.channel, app.publishers::remove) }) { getString(R.string.rolled_back, publisher.channel) }
        }.contentDescription = getString(R.string.remove_entry, publisher.channel)
    }

    private fun actions(found: Found, said: String?) {
        actions.removeAllViews()
        said?.let { card(actions, it) }
        if (found.publishers.isNotEmpty()) button(actions, getString(R.string.update_now), ::update)
        button(actions, getString(R.string.load_pack)) { pick(PACK) }
        button(actions, getString(R.string.add_publisher)) { askChannel() }
    }

    private fun askChannel() {
        val field = EditText(this).apply {
            id = android.R.id.edit
            hint = getString(R.string.channel_hint)
        }
        AlertDialog.Builder(this).setTitle(R.string.add_publisher).setMessage(R.string.add_publisher_what).setView(field)
            .setPositiveButton(R.string.pick_root) { _, _ ->
                channel = field.text.toString()
                pick(ROOT)
            }
            .setNegativeButton(android.R.string.cancel, null).show()
    }

    private fun pick(what: Int) {
        @Suppress("DEPRECATION") // The framework's own way.
        startActivityForResult(Intent(Intent.ACTION_OPEN_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType("*/*"), what)
    }

    private companion object {
        const val CHANNEL = "channel"
        const val PACK = 1
        const val ROOT = 2
    }
}

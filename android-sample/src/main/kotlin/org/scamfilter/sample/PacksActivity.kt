package org.scamfilter.sample

import android.content.Intent
import android.os.Bundle
import android.text.format.Formatter
import android.view.ViewGroup
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

    /** What there is, with all that files have to be looked at for. */
    private class Found(
        val packs: List<PackInfo> = emptyList(),
        val sizes: Map<String, Long> = emptyMap(),
        /** Ids of packs that can go back to the release before. */
        val before: Set<String> = emptySet(),
        /** With the bytes that their stores take. */
        val publishers: List<Pair<Publisher, Long>> = emptyList(),
        val unopened: List<UnopenedStore> = emptyList(),
    )

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
    fun load(open: () -> InputStream?) =
        changing(R.string.pack_refused, { open()?.use(store::add)?.title.orEmpty() }) { getString(R.string.pack_loaded, it) }

    /** Adds a publisher with its root; its packs come with the next update. */
    fun addPublisher(address: String, open: () -> InputStream?) = changing(R.string.pack_refused, {
        val root = checkNotNull(open()) { "the file cannot be read" }.use { it.readBytes() }
        app.publishers.add(address, root).channel
    }) { getString(R.string.publisher_added, it) }

    /** Updates all publishers, showing how much has come. */
    fun update() {
        actions.removeAllViews()
        waiting(actions, R.string.updating)
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

    /** Does [work], puts what is there then to use and says so; [refused] are the words for a failure. */
    private fun <T> changing(refused: Int, work: () -> T, words: (T) -> String) = app.background({ work().also { app.apply() } }) { result ->
        if (isDestroyed) return@background
        list(result.fold(words) { getString(refused, it.message) })
    }

    /** Takes back a pack or a publisher of this name; [work] tells whether that could be done. */
    private fun takeBack(name: String, work: () -> Boolean) = changing(R.string.not_taken_back, work) { done ->
        if (done) getString(R.string.rolled_back, name) else getString(R.string.not_taken_back, getString(R.string.cannot_be_changed))
    }

    private fun list(said: String? = null): Unit = app.background(::found) { result ->
        if (isDestroyed) return@background
        items.removeAllViews()
        result.onFailure { card(items, getString(R.string.failed, it.message)) }
        val found = result.getOrNull() ?: Found()
        found.packs.forEach { pack(it, found.sizes[it.pack], it.pack in found.before) }
        heading(items, R.string.publishers)
        if (found.publishers.isEmpty()) card(items, getString(R.string.no_publishers))
        found.publishers.forEach { (publisher, size) -> publisher(publisher, size, found.unopened) }
        actions(found, said)
    }

    /** On the worker. */
    private fun found(): Found {
        val packs = app.filter.packs
        val sizes = packs.associate { pack ->
            pack.pack to when {
                pack.channel != null -> 0L
                pack.unverified -> store.size(pack.pack)
                else -> assets.open("scamfilter/${pack.pack}.scampack").use { it.available().toLong() }
            }
        }
        val before = packs.filter { it.unverified }.map { it.pack }.filter(store::canRollBack).toSet()
        val publishers = app.publishers
        return Found(packs, sizes, before, app.filter.publishers.map { it to publishers.size(it) }, app.filter.unopened)
    }

    private fun pack(pack: PackInfo, size: Long?, before: Boolean) {
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
        if (before) button(card, getString(R.string.roll_back)) { takeBack(pack.title) { store.rollBack(pack.pack) } }
        button(card, getString(R.string.remove)) { takeBack(pack.title) { store.remove(pack.pack) } }
            .contentDescription = getString(R.string.remove_entry, pack.title)
    }

    private fun publisher(publisher: Publisher, size: Long, unopened: List<UnopenedStore>) {
        val broken = unopened.firstOrNull { it.channel == publisher.channel }?.failure
        val card = card(
            items, publisher.channel, getString(R.string.publisher_stores, Formatter.formatShortFileSize(this, size)),
            broken?.let { getString(failureText(it.kind)) },
        )
        button(card, getString(R.string.roll_back_publisher)) {
            takeBack(publisher.channel) { app.forget(publisher.channel, app.publishers::reset) }
        }
        button(card, getString(R.string.remove)) {
            takeBack(publisher.channel) { app.forget(publisher.channel, app.publishers::remove) }
        }.contentDescription = getString(R.string.remove_entry, publisher.channel)
    }

    private fun actions(found: Found, said: String?) {
        actions.removeAllViews()
        said?.let { card(actions, it) }
        if (found.publishers.isNotEmpty()) button(actions, getString(R.string.update_now), ::update)
        button(actions, getString(R.string.load_pack)) { pick(PACK) }
        button(actions, getString(R.string.add_publisher)) { askChannel() }
    }

    private fun askChannel() = ask(R.string.add_publisher, R.string.channel_hint, R.string.add_publisher_what, R.string.pick_root) {
        channel = it
        pick(ROOT)
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

@file:JvmName("AndroidScamFilter")

package org.scamfilter.android

import android.content.Context
import org.scamfilter.PackFile
import org.scamfilter.ScamFilter
import org.scamfilter.ScamFilterException

private const val ASSETS = "scamfilter"
private const val COMMON = "common"

/**
 * Opens the starter packs of this library together with the packs that the user put into the app's [PackStore]. A pack of
 * the store takes the place of the starter pack of the same id; one that does not open with the others is left out.
 *
 * Reads files: call it off the main thread, once a process, and keep the filter. Works before the first unlock.
 *
 * @param without ids of packs that the user switched off; `common` stays, as there is no filter without it
 * @throws ScamFilterException when the starter packs or the native library cannot be used
 */
@JvmOverloads
@Throws(ScamFilterException::class)
public fun ScamFilter.Companion.open(context: Context, without: Set<String> = emptySet()): ScamFilter {
    val packs = chosen(context, without)
    return open(packs.values.toList()).also { it.addStored(context, packs, without) }
}

/**
 * Opens starter packs and [PackStore] again, after packs were added or removed, while checks go on.
 *
 * @throws ScamFilterException when the starter packs cannot be used; the old packs stay
 */
@JvmOverloads
@Throws(ScamFilterException::class)
public fun ScamFilter.reload(context: Context, without: Set<String> = emptySet()) {
    val packs = chosen(context, without)
    replacePacks(packs.values.toList())
    addStored(context, packs, without)
}

private fun chosen(context: Context, without: Set<String>): MutableMap<String, PackFile> =
    starterPacks(context).apply { keys.removeAll(without - COMMON) }

private fun ScamFilter.addStored(context: Context, packs: MutableMap<String, PackFile>, without: Set<String>) {
    val store = PackStore(context)
    for (name in store.names() - (without - COMMON)) {
        val file = store.read(name) ?: continue
        // One damaged pack must not take the others down.
        runCatching { replacePacks((packs + (name to file)).values.toList()) }.onSuccess { packs[name] = file }
    }
}

/** The starter packs in the library's assets by id, `common` first. */
internal fun starterPacks(context: Context): MutableMap<String, PackFile> {
    val assets = context.assets
    val names = assets.list(ASSETS).orEmpty().filter { it.endsWith(PackStore.SUFFIX) }
    val sorted = names.sortedWith(compareBy({ it != "$COMMON${PackStore.SUFFIX}" }, { it }))
    return sorted.associateTo(LinkedHashMap()) { name ->
        name.removeSuffix(PackStore.SUFFIX) to PackFile(assets.open("$ASSETS/$name").use { it.readBytes() })
    }
}

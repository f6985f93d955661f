package org.scamfilter.android

import android.content.Context
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.io.InputStream
import org.scamfilter.PackFile
import org.scamfilter.PackInfo
import org.scamfilter.ScamFilter
import org.scamfilter.ScamFilterException

/**
 * Packs that the user loaded from files, in device-protected storage that no backup takes along: readable before the first
 * unlock. Written to a temporary file, synced and renamed, so that a killed process or a full disk leaves the old pack.
 *
 * Everything here reads or writes files: call it off the main thread. One instance or many, from any thread.
 */
public class PackStore(context: Context) {
    private val context: Context = context.applicationContext ?: context
    private val folder = File(this.context.createDeviceProtectedStorageContext().noBackupFilesDir, "scamfilter/packs")

    /** The ids of the packs in the store, in order. */
    public fun names(): List<String> =
        folder.list().orEmpty().filter { it.endsWith(SUFFIX) }.map { it.removeSuffix(SUFFIX) }.sorted()

    /**
     * Takes in a pack that came by hand; it stays unverified. It is opened beside the starter packs first, so that what is no
     * pack, or is too new, leaves the store as it was. [ScamFilter.replacePacks] or a new `open` puts it to use.
     *
     * @return what the pack says of itself
     * @throws ScamFilterException when it cannot be used
     * @throws IOException when it cannot be read or written, or is larger than 64 MiB
     */
    @Throws(ScamFilterException::class, IOException::class)
    public fun add(source: InputStream): PackInfo {
        val file = PackFile(bounded(source), unverified = true)
        val info = probe(file)
        if (!folder.isDirectory && !folder.mkdirs()) throw IOException("the folder for packs cannot be made")
        read(info.pack)?.let { put(it.bytes, before(info.pack)) }
        put(file.bytes, path(info.pack))
        return info
    }

    /** Puts the pack back that [add] replaced; false when there is none. Once: what is taken out that way is gone. */
    public fun rollBack(name: String): Boolean = name in names() && before(name).renameTo(path(name))

    /** Whether [rollBack] has a pack to go back to. */
    public fun canRollBack(name: String): Boolean = name in names() && before(name).isFile

    /** Takes a pack out; the starter pack of the same id comes back with the next `open`. */
    public fun remove(name: String): Boolean {
        if (name !in names()) return false
        before(name).delete()
        return path(name).delete()
    }

    /** Bytes of a pack in the store; 0 when it has none of that id. */
    public fun size(name: String): Long = if (name in names()) path(name).length() else 0

    /** The pack with this id; `null` when the store has none or it cannot be read. */
    public fun read(name: String): PackFile? {
        if (name !in names()) return null
        val bytes = runCatching { path(name).inputStream().use(::bounded) }.getOrNull()
        return bytes?.let { PackFile(it, unverified = true) }
    }

    private fun path(name: String) = File(folder, name + SUFFIX)

    private fun before(name: String) = File(folder, "$name$SUFFIX.before")

    private fun put(bytes: ByteArray, target: File) {
        val temporary = File.createTempFile("new", ".tmp", folder)
        try {
            FileOutputStream(temporary).use {
                it.write(bytes)
                it.fd.sync()
            }
            if (!temporary.renameTo(target)) throw IOException("the pack cannot be put in place")
        } finally {
            temporary.delete()
        }
    }

    /** Opens [file] in place of the starter pack of its id, or beside all. */
    private fun probe(file: PackFile): PackInfo {
        val starter = starterPacks(context)
        val common = starter.getValue("common")
        // The first try tells the id: alone beside `common`, or as `common` itself.
        val tries = listOf(listOf(common, file), listOf(file))
        var failure: ScamFilterException? = null
        for (packs in tries) {
            try {
                val info = ScamFilter.open(packs).use { it.packs.last() }
                if (!NAME.matches(info.pack)) throw IOException("the id of the pack is no file name")
                return info
            } catch (e: ScamFilterException) {
                failure = failure ?: e
            }
        }
        throw checkNotNull(failure)
    }

    private fun bounded(source: InputStream): ByteArray {
        val out = java.io.ByteArrayOutputStream()
        val buffer = ByteArray(BUFFER)
        while (true) {
            val n = source.read(buffer)
            if (n < 0) return out.toByteArray()
            if (out.size() + n > MAX) throw IOException("larger than any pack: over 64 MiB")
            out.write(buffer, 0, n)
        }
    }

    internal companion object {
        const val SUFFIX = ".scampack"
        private const val BUFFER = 65_536
        private const val MAX = 64 * 1024 * 1024
        private val NAME = Regex("[a-z0-9][a-z0-9_-]{0,63}")
    }
}

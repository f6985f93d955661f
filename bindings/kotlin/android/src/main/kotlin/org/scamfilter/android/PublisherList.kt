package org.scamfilter.android

import android.content.Context
import java.io.File
import java.io.IOException
import java.net.URL
import java.security.MessageDigest
import org.scamfilter.Level
import org.scamfilter.Publisher

/**
 * The publishers that the user added, each with its root and its store in a folder of its own, in device-protected storage that no
 * backup takes along: packs are readable before the first unlock. Publishers that the app itself brings need no such list.
 *
 * Reads and writes files: call it off the main thread.
 *
 * @property countries ISO 3166-1 alpha-2 codes whose packs are wanted; empty for all
 */
public class PublisherList @JvmOverloads constructor(context: Context, private val countries: List<String> = emptyList()) {
    private val folder = File(context.createDeviceProtectedStorageContext().noBackupFilesDir, "scamfilter/publishers")

    /** All of them, for [org.scamfilter.ScamFilter.setPublishers]; their packs cause at most [Level.SUSPICIOUS]. */
    public fun all(): List<Publisher> = folder.listFiles().orEmpty().sortedBy { it.name }.mapNotNull(::read)

    /**
     * Keeps a publisher. Whether [root] is its root, the first update tells.
     *
     * @param channel address of its repository
     * @throws IOException when [channel] is no address of the web, [root] is no file of metadata, or it cannot be written
     */
    @Throws(IOException::class)
    public fun add(channel: String, root: ByteArray): Publisher {
        val address = channel.trim().trimEnd('/')
        if (URL(address).protocol !in setOf("http", "https")) throw IOException("the address must begin with http:// or https://")
        // Signatures follow at the first update; a picture or a page is to be told at once.
        val text = String(root, Charsets.UTF_8).trimStart()
        if (root.size > MAX_ROOT || !text.startsWith("{") || "\"root\"" !in text) throw IOException("this file is no root metadata (root.json)")
        val own = own(address)
        if (!own.isDirectory && !own.mkdirs()) throw IOException("the folder for publishers cannot be made")
        File(own, CHANNEL).writeText(address)
        val temporary = File(own, "$ROOT.tmp").apply { writeBytes(root) }
        if (!temporary.renameTo(File(own, ROOT))) throw IOException("the root cannot be put in place")
        return checkNotNull(read(own))
    }

    /**
     * Forgets a publisher with all that it installed. Take it from the filter first, and call this while no update runs
     * ([UpdateJobService.exclusively]).
     *
     * @return false when something of it is still there
     */
    public fun remove(channel: String): Boolean = own(channel).deleteRecursively()

    /**
     * Back to the packs that came with the app: drops what a publisher installed, and what was known of its releases. The next update
     * starts anew, so also ends a store that is broken. Take the publisher from the filter first, and call this while no update runs
     * ([UpdateJobService.exclusively]).
     *
     * @return false when something of the store is still there
     */
    public fun reset(channel: String): Boolean = File(own(channel), STORE).deleteRecursively()

    /** Bytes that a publisher's store takes. */
    public fun size(publisher: Publisher): Long = publisher.folder.walkBottomUp().filter(File::isFile).sumOf(File::length)

    private fun read(own: File): Publisher? = runCatching {
        Publisher(File(own, ROOT).readBytes(), File(own, CHANNEL).readText(), File(own, STORE), countries, Level.SUSPICIOUS)
    }.getOrNull()

    /** A channel may hold anything; a digest of it is a name of a folder. */
    private fun own(channel: String): File {
        val digest = MessageDigest.getInstance("SHA-256").digest(channel.toByteArray())
        return File(folder, digest.take(NAME_BYTES).joinToString("") { "%02x".format(java.util.Locale.ROOT, it) })
    }

    private companion object {
        const val ROOT = "root.json"
        const val CHANNEL = "channel"
        const val STORE = "store"
        const val MAX_ROOT = 1 shl 20
        const val NAME_BYTES = 16
    }
}

package org.scamfilter

import org.scamfilter.ffi.PackInfo as NativePackInfo

/**
 * A pack's bytes, what the app allows its publisher, and whether it came through a verified channel.
 *
 * @property bytes the image (`*.scampack`); not copied, so leave it alone until the filter is open
 * @property ceiling the highest level that this pack alone may cause; not [Level.UNKNOWN]
 * @property unverified the pack came by hand, such as from a file that the user picked: it causes at most
 * [Level.SUSPICIOUS], whatever [ceiling] says, and is to be shown as such
 */
public class PackFile @JvmOverloads constructor(
    public val bytes: ByteArray,
    public val ceiling: Level = Level.SCAM,
    public val unverified: Boolean = false,
) {
    internal val effectiveCeiling: Level
        get() = if (unverified && ceiling != Level.UNKNOWN) minOf(ceiling, Level.SUSPICIOUS) else ceiling
}

/**
 * What is known of an open pack.
 *
 * @property pack id, such as `common` or `th`
 * @property serial grows with every release; an unsigned number
 * @property publisher who made it, as the pack says
 * @property title what it is, as the pack says
 * @property countries ISO 3166-1 alpha-2 codes; empty for all
 * @property ceiling the highest level that it alone may cause
 * @property unverified it did not come through a verified channel; see [PackFile.unverified]
 * @property channel [Publisher.channel] of the publisher from whose store it came; `null` for packs that the app brought
 */
public data class PackInfo(
    public val pack: String,
    public val serial: Long,
    public val publisher: String,
    public val title: String,
    public val countries: List<String>,
    public val ceiling: Level,
    public val unverified: Boolean,
    public val channel: String?,
) {
    internal companion object {
        fun of(native: NativePackInfo): PackInfo = PackInfo(
            pack = native.pack,
            serial = native.serial.toLong(),
            publisher = native.publisher,
            title = native.title,
            countries = native.countries,
            ceiling = Level.entries[native.ceiling.toInt()],
            unverified = native.unverified,
            channel = native.channel,
        )
    }
}

/** The packs that come with the artefact for the JVM, so that a first check needs no download. */
public object StarterPacks {
    private const val FOLDER = "/org/scamfilter/packs"

    /**
     * Reads the starter packs from the class path, `common` first.
     *
     * @throws AppException when the class path has none
     */
    @JvmStatic
    @Throws(AppException::class)
    public fun load(): List<PackFile> {
        val names = read("index.txt").toString(Charsets.UTF_8).lines().filter { it.isNotEmpty() }
        return names.map { PackFile(read(it)) }
    }

    private fun read(name: String): ByteArray =
        StarterPacks::class.java.getResourceAsStream("$FOLDER/$name")?.use { it.readBytes() }
            ?: throw AppException("no starter packs on the class path: add org.scamfilter:scamfilter, or open packs of your own")
}

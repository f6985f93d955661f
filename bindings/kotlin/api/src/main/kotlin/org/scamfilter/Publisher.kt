package org.scamfilter

import java.io.File
import org.scamfilter.ffi.PublisherSetting

/**
 * A publisher of signed packs: what the app knows of it, and what it allows it. Publishers share nothing, so that a broken one
 * stops no other.
 *
 * An app adds a publisher by opening a filter with it ([ScamFilter.open], [ScamFilter.setPublishers]), and removes it by leaving it
 * out and deleting [folder].
 *
 * @property channel address of its repository, such as `https://packs.example.org`; metadata lie below it in `metadata`, packs in
 * `targets`. Also the name of the publisher in [PackInfo.channel] and [UpdateReport.channel]
 * @property folder the store of its packs: a folder of its own in the app's private storage, out of backups; it is made. The app
 * must change nothing in it. On Android a folder in device-protected `noBackupFilesDir` can be read before the first unlock
 * @property countries ISO 3166-1 alpha-2 codes whose packs are wanted; packs without countries are for all
 * @property ceiling the highest level that one of its packs alone may cause; not [Level.UNKNOWN]
 * @property mayGuard whether its packs may lower scores, and replace packs of the same id that the app brought, `common` among them;
 * only for the publisher of those packs
 * @property quota bytes that its packs may take in the store in all
 */
public class Publisher @JvmOverloads constructor(
    root: ByteArray,
    channel: String,
    public val folder: File,
    public val countries: List<String> = emptyList(),
    public val ceiling: Level = Level.SUSPICIOUS,
    public val mayGuard: Boolean = false,
    public val quota: Long = DEFAULT_QUOTA,
) {
    public val channel: String = channel.trimEnd('/')
    private val root: ByteArray = root.copyOf()

    internal fun toNative(): PublisherSetting = PublisherSetting(
        root = root,
        channel = Codec.wellFormed(channel),
        folder = Codec.wellFormed(folder.absolutePath),
        countries = countries.map(Codec::wellFormed),
        ceiling = ceiling.ordinal.toUByte(),
        mayGuard = mayGuard,
        quota = quota.coerceAtLeast(0).toULong(),
    )

    /** The channel and the folder. */
    override fun toString(): String = "Publisher($channel, $folder)"

    public companion object {
        /** Bytes that packs may take unless the app says otherwise: 64 MiB. */
        public const val DEFAULT_QUOTA: Long = 64L shl 20
    }
}

/**
 * A publisher whose store could not be used when the filter was opened. Its packs are missing; all others work.
 *
 * @property channel of the publisher
 */
public data class UnopenedStore(public val channel: String, public val failure: UpdateFailure)

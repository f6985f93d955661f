package org.scamfilter

import java.io.Closeable
import java.util.concurrent.atomic.AtomicInteger
import org.scamfilter.ffi.Filter
import org.scamfilter.ffi.PackFile as NativePackFile
import org.scamfilter.ffi.PublisherSetting
import org.scamfilter.ffi.Update

/**
 * An open filter: judges messages against rule packs, on the device, without I/O.
 *
 * **Threads.** Any number of threads may use one instance at the same time. [replacePacks], [setOverlay] and [setHomeCountry]
 * take effect at once for checks that begin afterwards; checks that run go on with what they began with, and none fails or
 * waits because of a swap.
 *
 * **Cost.** A check of an ordinary message takes some tens of microseconds; open one instance a process and keep it.
 *
 * **Life.** [close] frees the native memory when the last running check has ended. Every call afterwards throws
 * [IllegalStateException]. An instance that is never closed is freed when it is collected as garbage.
 */
public class ScamFilter private constructor(first: Open) : Closeable {
    @Volatile private var current: Open? = first
    private val swap = Any()

    /** The open packs in order. */
    public val packs: List<PackInfo> get() = call { open -> open.packs }

    /** The lists of the user's and the operator's own that are in force. */
    public val overlay: List<OverlayEntry> get() = call { open -> open.lists.overlay }

    /** The publishers whose stores are open on top of the app's own packs. */
    public val publishers: List<Publisher> get() = call { open -> open.publishers }

    /** Publishers whose stores could not be used when the packs were opened last; empty when all is well. */
    public val unopened: List<UnopenedStore> get() = call { open -> open.unopened }

    /** Judges one message. Always answers, whatever the text: an error is never the message's fault. */
    public fun check(message: Message): Verdict = call { HotPath.check(it.address, message) }

    /** Judges one link alone, such as that of a QR code. What does not read as a link is [Level.UNKNOWN]. */
    public fun checkLink(link: String): Verdict = call { Codec.reply(it.native.checkLink(Codec.wellFormed(link))) }

    /**
     * The sentence for [reason] in the first of [locales] (BCP 47) that its pack speaks, else in English; `null` when no open
     * pack has one, as after a swap to packs without that rule.
     */
    public fun explain(reason: Reason, locales: List<String>): Explanation? = call {
        val found = it.native.explain(
            Codec.wellFormed(reason.pack),
            Codec.wellFormed(reason.textId),
            reason.brand?.let(Codec::wellFormed),
            reason.host?.let(Codec::wellFormed),
            locales.map(Codec::wellFormed),
        )
        found?.let { e -> Explanation(e.sentence, e.advice) }
    }

    /** The registrable domains that really belong to the brand with this id ([Reason.brand]); empty when no pack knows it. */
    public fun officialDomains(brand: String): List<String> = call { it.native.officialDomains(Codec.wellFormed(brand)) }

    /**
     * Swaps the app's own packs for [packs] while checks go on; publishers, the overlay and the home country stay. Reads the
     * publishers' stores.
     *
     * @throws AppException without packs, with two of one id, or without `common`; the old packs stay
     * @throws PublisherException when a pack cannot be used; the old packs stay
     */
    @Throws(ScamFilterException::class)
    public fun replacePacks(packs: List<PackFile>): Unit = change { Open.of(packs, it.publishers, it.lists) }

    /**
     * Puts the packs in the stores of [publishers] on top of the app's own packs, in place of those of the publishers before, while
     * checks go on. Reads the stores. A store that cannot be used stops nothing; see [unopened].
     *
     * @throws AppException when the ceiling of one is none; the old packs stay
     */
    @Throws(ScamFilterException::class)
    public fun setPublishers(publishers: List<Publisher>): Unit = change { it.reopened(publishers.toList()) }

    /** Opens what is in the publishers' stores now, such as after another process updated them; checks go on. Reads the stores. */
    @Throws(ScamFilterException::class)
    public fun reload(): Unit = change { it.reopened(it.publishers) }

    /**
     * Puts [entries] in place of all lists of the user's and the operator's own, the weakest entry first. Costs no more than
     * the list. Keep the entries in the app's own storage: the filter does not.
     */
    public fun setOverlay(entries: List<OverlayEntry>): Unit = change { it.with(Lists(entries.toList(), it.lists.homeCountry)) }

    /**
     * The country (ISO 3166-1 alpha-2) whose policies hold for messages without [Message.simCountry]; `null` for none.
     */
    public fun setHomeCountry(country: String?): Unit = change { it.with(Lists(it.lists.overlay, country)) }

    /** Frees the native filter once no check runs any more. May be called twice, from any thread. */
    override fun close() {
        synchronized(swap) {
            current?.leave()
            current = null
        }
    }

    internal fun beginUpdate(publisher: PublisherSetting, now: ULong, installId: ByteArray): Update =
        call { it.beginUpdate(publisher, now, installId) }

    private fun change(next: (Open) -> Open) {
        synchronized(swap) {
            val old = current ?: closed()
            current = NativeLibrary.call { next(old) }
            old.leave()
        }
    }

    private inline fun <T> call(crossinline use: (Open) -> T): T {
        while (true) {
            val open = current ?: closed()
            if (!open.enter()) continue
            try {
                return NativeLibrary.call { use(open) }
            } finally {
                open.leave()
            }
        }
    }

    private fun closed(): Nothing = error("this ScamFilter is closed")

    /** What of a filter is not its packs. */
    private class Lists(val overlay: List<OverlayEntry>, val homeCountry: String?)

    /** A native filter with the number of its users: it is freed when the last one leaves, the owner being one. */
    private class Open(private val base: Filter, val native: Filter, val publishers: List<Publisher>, val lists: Lists) {
        private val users = AtomicInteger(1)

        /** Where the native filter lies, while anyone uses it. */
        val address: Long = native.address().toLong()

        val packs: List<PackInfo> by lazy(LazyThreadSafetyMode.PUBLICATION) { base.packs().map(PackInfo::of) }

        val unopened: List<UnopenedStore>
            get() = base.unopened().map { UnopenedStore(it.channel, UpdateFailure.of(it.failure)) }

        fun enter(): Boolean {
            while (true) {
                val now = users.get()
                if (now == 0) return false
                if (users.compareAndSet(now, now + 1)) return true
            }
        }

        fun leave() {
            if (users.decrementAndGet() == 0) {
                native.close()
                base.close()
            }
        }

        fun beginUpdate(publisher: PublisherSetting, now: ULong, installId: ByteArray): Update =
            Update.begin(base, publisher, now, installId)

        /** The same packs; the native side shares them, so that only the lists cost anything. */
        fun with(lists: Lists): Open = derived(base.withOverlay(emptyList()), publishers, lists)

        /** The app's own packs again, with what is in the stores of [publishers] now. */
        fun reopened(publishers: List<Publisher>): Open =
            derived(base.reopened(publishers.map(Publisher::toNative)), publishers, lists)

        companion object {
            fun of(files: List<PackFile>, publishers: List<Publisher>, lists: Lists): Open {
                val packs = files.map { NativePackFile(it.bytes, it.effectiveCeiling.ordinal.toUByte(), it.unverified) }
                return derived(Filter.open(packs, publishers.map(Publisher::toNative)), publishers, lists)
            }

            private fun derived(base: Filter, publishers: List<Publisher>, lists: Lists): Open {
                val listed = base.withOverlay(lists.overlay.map(OverlayEntry::toNative))
                val home = lists.homeCountry?.let(Codec::wellFormed) ?: return Open(base, listed, publishers, lists)
                return Open(base, listed.use { it.withHomeCountry(home) }, publishers, lists)
            }
        }
    }

    public companion object {
        /**
         * Opens packs in the given order; `common` must be among them. Costs no more than reading their headers.
         *
         * On top of them come the packs in the stores of [publishers], which are read: call it off the main thread then. A pack of a
         * store takes the place of one with the same id if its publisher may ([Publisher.mayGuard]) and it is no older; else it is
         * left out. A store that cannot be used stops nothing; see [unopened].
         *
         * @throws AppException without packs, with two of one id, without `common`, when the ceiling of a publisher is none, or when
         * the native library is missing
         * @throws PublisherException when a pack cannot be used
         */
        @JvmStatic
        @JvmOverloads
        @Throws(ScamFilterException::class)
        public fun open(packs: List<PackFile>, publishers: List<Publisher> = emptyList()): ScamFilter =
            ScamFilter(NativeLibrary.call { Open.of(packs, publishers.toList(), Lists(emptyList(), null)) })

        /**
         * Opens the starter packs that the artefact for the JVM brings. On Android use `ScamFilter.open(context)`.
         *
         * @throws AppException when the artefact with the starter packs is not on the class path, the ceiling of a publisher is none,
         * or the native library is missing
         */
        @JvmStatic
        @JvmOverloads
        @Throws(ScamFilterException::class)
        public fun openStarter(publishers: List<Publisher> = emptyList()): ScamFilter = open(StarterPacks.load(), publishers)
    }
}

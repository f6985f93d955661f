package org.scamfilter

import java.io.Closeable
import org.scamfilter.ffi.Filter
import org.scamfilter.ffi.FilterException

/** Why a call failed; the subclass says who must act. Never holds text of a message. */
public sealed class ScamFilterException(message: String) : Exception(message)

/** The app passed something that cannot work. */
public class AppException internal constructor(message: String) : ScamFilterException(message)

/** A pack is damaged, foreign or too new: its publisher, or an update of the app, must act. */
public class PublisherException internal constructor(message: String) : ScamFilterException(message)

/** Bindings and library do not fit together: please report it. */
public class BugException internal constructor(message: String) : ScamFilterException(message)

/** A pack's bytes and the highest level that it alone may cause. */
public class PackFile @JvmOverloads constructor(public val bytes: ByteArray, public val ceiling: Level = Level.SCAM)

/** A sentence for people: what was found, and what to do. */
public data class Explanation(public val sentence: String, public val advice: String?)

/**
 * An open filter. Any thread may use one instance at the same time; a check does no I/O.
 *
 * Calls after [close] throw [IllegalStateException].
 */
public class ScamFilter private constructor(private val filter: Filter) : Closeable {
    @Volatile private var closed = false

    /** Judges one message. Always answers, whatever the text. */
    public fun check(message: Message): Verdict = call { Codec.reply(it.check(Codec.request(message))) }

    /** Judges one link alone, such as that of a QR code. What does not read as a link is [Level.UNKNOWN]. */
    public fun checkLink(link: String): Verdict = call { Codec.reply(it.checkLink(link)) }

    /** The sentence for [reason] in the first of [locales] (BCP 47) that its pack speaks, else in English. */
    public fun explain(reason: Reason, locales: List<String>): Explanation? =
        call { it.explain(reason.pack, reason.textId, locales)?.let { e -> Explanation(e.sentence, e.advice) } }

    /**
     * The same packs with other lists of the user's and the operator's own, the weakest entry first. Costs no more than the
     * list; this filter stays as it is, and both are to be closed.
     */
    public fun withOverlay(entries: List<OverlayEntry>): ScamFilter =
        call { ScamFilter(it.withOverlay(entries.map(OverlayEntry::toNative))) }

    /** Frees the native filter. May be called twice. */
    override fun close() {
        closed = true
        filter.close()
    }

    private fun <T> call(use: (Filter) -> T): T {
        check(!closed) { "this ScamFilter is closed" }
        return translated { use(filter) }
    }

    public companion object {
        /**
         * Opens packs in the given order; `common` must be among them.
         *
         * @throws AppException without packs, with two of one id, or without `common`
         * @throws PublisherException when a pack cannot be used
         */
        @JvmStatic
        @Throws(ScamFilterException::class)
        public fun open(packs: List<PackFile>): ScamFilter = translated {
            ScamFilter(Filter.open(packs.map { org.scamfilter.ffi.PackFile(it.bytes, it.ceiling.ordinal.toUByte()) }))
        }

        private fun <T> translated(call: () -> T): T = try {
            call()
        } catch (e: FilterException.App) {
            throw AppException(e.reason)
        } catch (e: FilterException.Publisher) {
            throw PublisherException(e.reason)
        } catch (e: FilterException.Bug) {
            throw BugException(e.reason)
        }
    }
}

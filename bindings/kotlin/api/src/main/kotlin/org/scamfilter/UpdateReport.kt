package org.scamfilter

import org.scamfilter.ffi.UpdateFailure as NativeFailure
import org.scamfilter.ffi.UpdateReport as NativeReport

/**
 * What an update of one publisher did. A failure is a value and no exception: what is installed keeps working.
 *
 * @property channel of the publisher
 * @property packs what was done about each pack that has releases for this phone
 * @property leftOut roles whose metadata could not be used; others are not touched by that. Names of roles are the publisher's words
 * @property failure why metadata could not be brought up to date; then no pack was changed
 */
public class UpdateReport internal constructor(
    public val channel: String,
    public val packs: List<PackUpdate>,
    public val leftOut: Map<String, UpdateFailure>,
    public val failure: UpdateFailure?,
) {
    /** Whether packs in the store are others than before. */
    public val changed: Boolean get() = packs.any { it.outcome.changes }

    /** The first failure, of the whole or of a pack; `null` when all went well. */
    public val firstFailure: UpdateFailure? get() = failure ?: packs.firstNotNullOfOrNull { it.failure }

    /** One line for a log: packs, outcomes and reasons; nothing of any message. */
    override fun toString(): String =
        "$channel: " + (failure?.toString() ?: packs.joinToString { "${it.pack} ${it.outcome.name.lowercase(java.util.Locale.ROOT)}" })

    internal companion object {
        fun of(channel: String, native: NativeReport): UpdateReport = UpdateReport(
            channel = channel,
            packs = native.packs.map {
                PackUpdate(it.pack, UpdateOutcome.valueOf(it.outcome.name), it.failure?.let(UpdateFailure::of))
            },
            leftOut = native.leftOut.associate { it.role to UpdateFailure.of(it.failure) },
            failure = native.failure?.let(UpdateFailure::of),
        )
    }
}

/**
 * What an update did about one pack.
 *
 * @property pack id of the pack
 * @property failure why it could not be brought up to date, with [UpdateOutcome.FAILED]; what was in use still is
 */
public data class PackUpdate(public val pack: String, public val outcome: UpdateOutcome, public val failure: UpdateFailure?)

/** What an update did about a pack. */
public enum class UpdateOutcome(internal val changes: Boolean) {
    /** The newest release for this phone was there already. */
    UP_TO_DATE(false),

    /** A release was installed in full. */
    INSTALLED(true),

    /** A release was installed by a delta. */
    INSTALLED_DELTA(true),

    /** The publisher withdrew what was installed; the last good release is back, or the pack that the app brought. */
    WENT_BACK(true),

    /** The newest release would take more than [Publisher.quota]. */
    OVER_QUOTA(false),

    /** It could not be brought up to date; see [PackUpdate.failure]. */
    FAILED(false),
}

/**
 * Why an update, or one pack of it, did not go on.
 *
 * @property kind who must act
 * @property reason a sentence for developers; names roles, versions and packs, never bytes of what was fetched
 */
public data class UpdateFailure(public val kind: Kind, public val reason: String) {
    /** Who must act. */
    public enum class Kind {
        /** The app passed something that cannot work, such as a root that is none. */
        APP,

        /** What the publisher's host sent is forged, damaged, replayed, malformed or too large. */
        PUBLISHER,

        /** The newest metadata has expired: the channel is frozen, the publisher stopped signing, or the clock is wrong. */
        EXPIRED,

        /** The network or the host failed, or a network's sign-in page answered; later it may work. */
        NETWORK,

        /** Storage is full, read-only, locked away or broken. */
        DEVICE,

        /** Another process or thread is updating this store at the moment. */
        BUSY,
    }

    internal companion object {
        fun of(native: NativeFailure): UpdateFailure = UpdateFailure(Kind.valueOf(native.kind.name), native.reason)
    }
}

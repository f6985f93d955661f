package org.scamfilter

import org.scamfilter.ffi.OverlayKind as NativeKind
import org.scamfilter.ffi.OverlayEntry as NativeEntry

/** What an [OverlayEntry] does. */
public enum class OverlayAction {
    /** A sender: the message is [Level.CLEAR]. A host: it counts as official. A rule id: it is mute. */
    ALLOW,

    /** A sender or a host: the message is a [Level.SCAM]. Says nothing of rule ids. */
    DENY,
}

/** What an [OverlayEntry] is about. */
public enum class OverlayKind {
    /** A sender ID or number, compared folded. */
    SENDER,

    /** A host with everything below it, compared folded. */
    HOST,

    /** The id of a rule, a policy or a list, as [Reason.rule] gives it. */
    RULE,
}

/**
 * What the user or the operator says of a sender, a host or a rule. Plain data above all packs: keep it in the app's own
 * storage, so that it survives every update.
 *
 * @property expiresAt milliseconds since 1970-01-01 UTC after which it says nothing; compared with [Message.receivedAt]
 */
public data class OverlayEntry @JvmOverloads constructor(
    public val action: OverlayAction,
    public val kind: OverlayKind,
    public val value: String,
    public val expiresAt: Long? = null,
) {
    internal fun toNative(): NativeEntry = NativeEntry(
        allow = action == OverlayAction.ALLOW,
        about = NativeKind.valueOf(kind.name),
        value = Codec.wellFormed(value),
        expiresAt = expiresAt,
    )
}

package org.scamfilter

/** How bad a message is. [UNKNOWN]: would be clear, but something was hidden or not looked at. */
public enum class Level(public val wireName: String) {
    CLEAR("clear"), UNWANTED("unwanted"), SUSPICIOUS("suspicious"), SCAM("scam"), UNKNOWN("unknown"),
}

/** What kind of scam or spam it is. The ordinal is the number on the wire; append only. A newer number reads as [OTHER]. */
public enum class Category(public val wireName: String) {
    NONE_RESERVED("reserved"), BANK("bank"), GOVERNMENT("government"), PARCEL("parcel"), OPERATOR("operator"), WALLET("wallet"),
    SHOP("shop"), LOAN("loan"), JOB("job"), INVESTMENT("investment"), PRIZE("prize"), ROMANCE("romance"), MALWARE("malware"),
    GAMBLING("gambling"), PREMIUM("premium"), MARKETING("marketing"), UTILITY("utility"), ACCOUNT("account"),
    IMPERSONATION("impersonation"), CHARITY("charity"), ADULT("adult"), OTHER("other"),
}

/** Which detector spoke. The ordinal is the number on the wire; append only. A newer number reads as [UNKNOWN]. */
public enum class ReasonCode(public val wireName: String) {
    UNKNOWN("unknown"), TEXT("text"), HOST("host"), POLICY("policy"), GUARD("guard"), BRAND("brand"), LOOKALIKE("lookalike"),
    LINK("link"), WORDING("wording"), CONCEPT("concept"), OVERLAY("overlay"), PACK_BOUND("pack_bound"),
    LEVEL_CEILING("level_ceiling"), CONTACT("contact"),
}

/** A range of the message in UTF-16 units, so that `text.substring(start, end)` cuts it out. */
public data class Span(public val start: Int, public val end: Int)

/** A pack that took part; [serial] grows with every release. */
public data class PackId(public val pack: String, public val serial: Long)

/**
 * One contribution to the score.
 *
 * @property weightMlo thousandths of a natural log-odds unit; all of them plus the packs' bias are the score
 * @property weightUnwantedMlo the same for the score of unwanted messages
 * @property textId key of the sentence, see [ScamFilter.explain]
 */
public data class Reason(
    public val code: ReasonCode,
    public val rule: String,
    public val pack: String,
    public val weightMlo: Int,
    public val weightUnwantedMlo: Int,
    public val spans: List<Span>,
    public val brand: String?,
    public val host: String?,
    public val textId: String,
)

/**
 * A host that reasons of a verdict are about.
 *
 * @property host as the engine read it: lower case, without user names or percent signs
 * @property spans where in the message, in UTF-16 units
 * @property brand id of the brand that it pretends to be, if one; see [ScamFilter.officialDomains]
 * @property codes which detectors spoke of it
 */
public data class Link(
    public val host: String,
    public val spans: List<Span>,
    public val brand: String?,
    public val codes: List<ReasonCode>,
)

/** A sentence for people: what was found, and what to do. */
public data class Explanation(public val sentence: String, public val advice: String?)

/**
 * The answer to one check. Immutable.
 *
 * @property score calibrated probability of a scam, in parts per million
 * @property scoreUnwanted the same for any unwanted message
 * @property truncated not everything was looked at
 */
public data class Verdict(
    public val level: Level,
    public val category: Category?,
    public val score: Int,
    public val scoreUnwanted: Int,
    public val truncated: Boolean,
    public val reasons: List<Reason>,
    public val packs: List<PackId>,
) {
    /** The hosts that reasons name, in the order of the strongest reason, each once. */
    public val links: List<Link>
        get() = reasons.filter { it.host != null }.groupBy { it.host.orEmpty() }.map { (host, about) ->
            Link(host, about.flatMap { it.spans }.distinct(), about.firstNotNullOfOrNull { it.brand }, about.map { it.code }.distinct())
        }

    /** Canonical JSON, byte for byte what the command line and the Rust library write. */
    public fun toJson(): String = buildString {
        append("{\"level\":").quoted(level.wireName).append(",\"category\":")
        if (category == null) append("null") else quoted(category.wireName)
        append(",\"score\":$score,\"score_unwanted\":$scoreUnwanted,\"truncated\":$truncated,\"reasons\":[")
        reasons.forEachIndexed { i, reason -> if (i > 0) append(','); reason(reason) }
        append("],\"packs\":[")
        packs.forEachIndexed { i, pack ->
            if (i > 0) append(',')
            append("{\"pack\":").quoted(pack.pack).append(",\"serial\":${pack.serial.toULong()}}")
        }
        append("]}")
    }
}

private fun StringBuilder.reason(reason: Reason) {
    append("{\"code\":").quoted(reason.code.wireName).append(",\"rule\":").quoted(reason.rule)
    append(",\"pack\":").quoted(reason.pack).append(",\"weight_mlo\":${reason.weightMlo}")
    append(",\"weight_unwanted_mlo\":${reason.weightUnwantedMlo},\"spans\":[")
    reason.spans.forEachIndexed { i, span -> append(if (i > 0) "," else "").append("{\"start\":${span.start},\"end\":${span.end}}") }
    append(']')
    reason.brand?.let { append(",\"brand\":").quoted(it) }
    reason.host?.let { append(",\"host\":").quoted(it) }
    append(",\"text_id\":").quoted(reason.textId).append('}')
}

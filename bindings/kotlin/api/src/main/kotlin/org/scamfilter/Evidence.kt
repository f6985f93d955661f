package org.scamfilter

/**
 * The record of one decision, for a hotline, an operator or a publisher: reasons and versions of packs replay the decision
 * without the message. The text and the sender are left out unless asked for.
 */
public object Evidence {
    private const val VERSION = 1

    /**
     * The record as JSON on one line. Without [includeText] it holds no text and no sender, only the length of the text, where
     * in it each reason lies, and hosts and brands that the reasons name.
     */
    @JvmStatic
    @JvmOverloads
    public fun toJson(message: Message, verdict: Verdict, includeText: Boolean = false): String = buildString {
        append("{\"evidence\":$VERSION,\"message\":{\"units\":${message.text.length}")
        append(",\"channel\":").quoted(message.channel.name.lowercase(java.util.Locale.ROOT))
        message.receivedAt?.let { append(",\"received_at\":$it") }
        message.simCountry?.let { append(",\"sim_country\":").quoted(it) }
        message.senderIsContact?.let { append(",\"sender_is_contact\":$it") }
        append(",\"redacted\":${message.redacted}")
        if (includeText) {
            message.sender?.let { append(",\"sender\":").quoted(it) }
            append(",\"text\":").quoted(message.text)
        }
        append("},\"verdict\":").append(verdict.toJson()).append('}')
    }

    /**
     * The record as plain lines for people, with the sentences of [filter] in the first of [locales] that the packs speak. Holds
     * neither the text nor the sender; hosts are written `example[.]com`, so that nobody opens one by accident.
     */
    @JvmStatic
    public fun toText(message: Message, verdict: Verdict, filter: ScamFilter, locales: List<String>): String = buildString {
        append("${verdict.level.wireName} ${verdict.category?.wireName.orEmpty()}".trim()).append('\n')
        append("score ${verdict.score} / 1000000, ${message.channel.name.lowercase(java.util.Locale.ROOT)}")
        append(", ${message.text.length} units\n")
        message.receivedAt?.let { append("received_at $it\n") }
        for (reason in verdict.reasons) {
            append("- ${reason.code.wireName} ${reason.rule}")
            reason.host?.let { append(' ').append(it.replace(".", "[.]")) }
            filter.explain(reason, locales)?.let { append(": ").append(it.sentence) }
            append('\n')
        }
        verdict.packs.forEach { append("pack ${it.pack} ${it.serial.toULong()}\n") }
    }
}

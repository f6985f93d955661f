package org.scamfilter

/** How a message arrived. Numbers are append-only. */
public enum class Channel(internal val number: Int) { SMS(0), MMS(1), RCS(2), NOTIFICATION(3) }

/**
 * One message as the app received it. Only [text] is needed; each further field makes the verdict better.
 *
 * @property text the whole text, all parts joined; lone surrogates and any length are fine
 * @property sender sender ID or number as the network shows it
 * @property receivedAt milliseconds since 1970-01-01 UTC; policies with a date in force need it
 * @property senderIsContact whether the sender is a contact, if the app may know
 * @property simCountry ISO 3166-1 alpha-2 country of the SIM
 * @property redacted the system hid part of the text: the verdict is never [Level.CLEAR]
 * @property hasReplied whether the user has written to the sender before, if the app may know
 * @property locale BCP 47 tag of the user's language; never used for detection
 */
public class Message @JvmOverloads constructor(
    public val text: String,
    public val sender: String? = null,
    public val channel: Channel = Channel.SMS,
    public val receivedAt: Long? = null,
    public val senderIsContact: Boolean? = null,
    public val simCountry: String? = null,
    public val redacted: Boolean = false,
    public val hasReplied: Boolean? = null,
    public val locale: String? = null,
) {
    /** Shows the length only, so that no log can leak a message. */
    override fun toString(): String = "Message(<${text.length} units>)"
}

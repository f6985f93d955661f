package org.scamfilter.android

import android.content.Intent
import android.provider.Telephony
import android.telephony.SmsMessage
import org.scamfilter.Channel
import org.scamfilter.Message

/**
 * A text message with its parts joined.
 *
 * @property message what [org.scamfilter.ScamFilter.check] takes; contact and country are the app's to add by [with]
 * @property subscriptionId of the SIM that received it; -1 when the intent does not say
 * @property simSlot of that SIM, from 0; -1 when the intent does not say
 */
public class ReceivedSms internal constructor(
    public val message: Message,
    public val subscriptionId: Int,
    public val simSlot: Int,
) {
    /** The same message with what only the app may know. */
    @JvmOverloads
    public fun with(senderIsContact: Boolean?, simCountry: String? = null, hasReplied: Boolean? = null): Message = Message(
        message.text, message.sender, message.channel, message.receivedAt, senderIsContact, simCountry, hasReplied = hasReplied,
    )

    /** The same with the app's answer about the sender, if it has one. */
    internal fun asking(isContact: (String) -> Boolean?): ReceivedSms {
        val known = message.sender?.let(isContact) ?: return this
        return ReceivedSms(with(known), subscriptionId, simSlot)
    }

    /** Shows no text and no sender, so that no log can leak them. */
    override fun toString(): String = "ReceivedSms($message)"
}

/** Reads the intents of received text messages: `SMS_RECEIVED`, and `SMS_DELIVER` for the default app. */
public object SmsIntents {
    private const val UNKNOWN = -1

    /**
     * The message of [intent]. Parts are joined as they come, those of one sender; an intent without a readable part gives an
     * empty list, never an exception. [receivedAt] is when it arrived here (the sender's own clock is not to be trusted).
     */
    @JvmStatic
    @JvmOverloads
    public fun messages(intent: Intent, receivedAt: Long = System.currentTimeMillis()): List<ReceivedSms> {
        val subscription = intent.number("android.telephony.extra.SUBSCRIPTION_INDEX", "subscription")
        val slot = intent.number("android.telephony.extra.SLOT_INDEX", "slot")
        return parts(intent).groupBy { it.sender() }.map { (sender, parts) ->
            val text = parts.joinToString("") { it.text() }
            ReceivedSms(Message(text, sender, Channel.SMS, receivedAt), subscription, slot)
        }
    }

    /** Hostile PDUs make the framework throw nearly anything; what does not decode is left out. */
    private fun parts(intent: Intent): List<SmsMessage> = runCatching {
        val parts: Array<SmsMessage?>? = Telephony.Sms.Intents.getMessagesFromIntent(intent)
        parts.orEmpty().filterNotNull()
    }.getOrDefault(emptyList())

    private fun SmsMessage.sender(): String? = runCatching { displayOriginatingAddress }.getOrNull()

    private fun SmsMessage.text(): String = runCatching { displayMessageBody }.getOrNull().orEmpty()

    /** Vendors name these extras differently. */
    private fun Intent.number(vararg names: String): Int = runCatching {
        names.firstOrNull(::hasExtra)?.let { getIntExtra(it, UNKNOWN) }
    }.getOrNull() ?: UNKNOWN
}

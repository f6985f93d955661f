package org.scamfilter.sample

import android.content.Context
import java.text.SimpleDateFormat
import java.util.Locale
import java.util.TimeZone
import java.util.concurrent.TimeUnit
import org.scamfilter.Level
import org.scamfilter.OverlayAction
import org.scamfilter.OverlayEntry
import org.scamfilter.OverlayKind
import org.scamfilter.UpdateFailure

/** The languages of the screen, for the sentences of packs. */
fun locales(context: Context): List<String> {
    val all = context.resources.configuration.locales
    return List(all.size()) { all[it].toLanguageTag() }
}

/** The words for a level. */
fun levelText(level: Level): Int = when (level) {
    Level.CLEAR -> R.string.level_clear
    Level.UNWANTED -> R.string.level_unwanted
    Level.SUSPICIOUS -> R.string.level_suspicious
    Level.SCAM -> R.string.level_scam
    Level.UNKNOWN -> R.string.level_unknown
}

/** What to do at a level, in a sentence. */
fun levelAdvice(level: Level): Int = when (level) {
    Level.CLEAR -> R.string.advice_clear
    Level.UNWANTED -> R.string.advice_unwanted
    Level.SUSPICIOUS -> R.string.advice_suspicious
    Level.SCAM -> R.string.advice_scam
    Level.UNKNOWN -> R.string.advice_unknown
}

/** The colour that goes with a level; the words say the same. */
fun levelColour(level: Level): Int = when (level) {
    Level.CLEAR -> R.color.level_clear
    Level.UNWANTED -> R.color.level_unwanted
    Level.SUSPICIOUS -> R.color.level_suspicious
    Level.SCAM -> R.color.level_scam
    Level.UNKNOWN -> R.color.level_unknown
}

fun alertText(alert: Alert): Int = when (alert) {
    Alert.SOUND -> R.string.alert_sound
    Alert.QUIET -> R.string.alert_quiet
    Alert.NONE -> R.string.alert_none
}

/** An entry of the user's lists in words. */
fun listText(context: Context, entry: OverlayEntry): String = context.getString(
    when (entry.kind) {
        OverlayKind.RULE -> R.string.list_rule
        OverlayKind.SENDER -> if (entry.action == OverlayAction.ALLOW) R.string.list_allow_sender else R.string.list_deny_sender
        OverlayKind.HOST -> if (entry.action == OverlayAction.ALLOW) R.string.list_allow_host else R.string.list_deny_host
    },
    entry.value,
)

/** Days since the date that a serial begins with, in words; `null` where it begins with none. A clock that is behind says today. */
fun age(context: Context, serial: Long, now: Long): String? {
    val digits = serial.toULong().toString()
    if (digits.length != SERIAL_DIGITS) return null
    val format = SimpleDateFormat("yyyyMMdd", Locale.ROOT).apply {
        isLenient = false
        timeZone = TimeZone.getTimeZone("UTC")
    }
    val made = runCatching { format.parse(digits.take(DATE_DIGITS)) }.getOrNull() ?: return null
    val days = TimeUnit.MILLISECONDS.toDays(now - made.time).coerceAtLeast(0).toInt()
    return context.resources.getQuantityString(R.plurals.days_old, days, days)
}

private const val SERIAL_DIGITS = 10
private const val DATE_DIGITS = 8

/** Why an update failed, and so who must act. */
fun failureText(kind: UpdateFailure.Kind): Int = when (kind) {
    UpdateFailure.Kind.APP -> R.string.failure_app
    UpdateFailure.Kind.PUBLISHER -> R.string.failure_publisher
    UpdateFailure.Kind.EXPIRED -> R.string.failure_expired
    UpdateFailure.Kind.NETWORK -> R.string.failure_network
    UpdateFailure.Kind.DEVICE -> R.string.failure_device
    UpdateFailure.Kind.BUSY -> R.string.update_busy
}

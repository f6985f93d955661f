package org.scamfilter.sample

import android.content.Context
import org.scamfilter.Level
import org.scamfilter.Message
import org.scamfilter.ScamFilter
import org.scamfilter.android.MessageListenerService
import org.scamfilter.android.ReceivedSms
import org.scamfilter.android.ScreeningService
import org.scamfilter.android.SmsReceiver
import org.scamfilter.android.UpdateJobService

/** Judges each received text message, off the main thread. */
class InboxReceiver : SmsReceiver() {
    override fun onSms(context: Context, sms: ReceivedSms) {
        (context.applicationContext as App).receive(sms.message, Incoming.SMS)
    }
}

/** Judges what other messengers show, once the user allows it in the system's settings. */
class Listener : MessageListenerService() {
    /** The system's own notifications are no messages, and those of the SMS app come in by [InboxReceiver] already. */
    override fun listensTo(packageName: String): Boolean =
        super.listensTo(packageName) && packageName != "android" &&
            packageName != android.provider.Telephony.Sms.getDefaultSmsPackage(this)

    override fun onMessage(packageName: String, key: String, message: Message) {
        (application as App).receive(message, Incoming.NOTIFICATION)
    }
}

/** Answers other SMS apps while the user lets it, and remembers which asked. */
class Screening : ScreeningService() {
    override fun screen(message: Message, simSlot: Int, askedBy: List<String>): Answer {
        val app = application as App
        app.settings.lastAsked = askedBy.joinToString()
        val verdict = app.filter.check(message)
        return Answer(verdict.level == Level.SCAM, getString(levelText(verdict.level)))
    }
}

/** Looks for updates while the phone sleeps. */
class UpdateJob : UpdateJobService() {
    override fun filter(): ScamFilter = (application as App).filter
}

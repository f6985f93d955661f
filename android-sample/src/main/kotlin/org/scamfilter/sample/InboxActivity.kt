package org.scamfilter.sample

import android.Manifest
import android.app.Activity
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.os.Bundle
import android.widget.Button
import android.widget.LinearLayout
import android.widget.TextView
import org.scamfilter.android.ReceivedSms
import org.scamfilter.android.SmsReceiver

/** Judges each received message off the main thread and keeps it in memory for the inbox. */
class InboxReceiver : SmsReceiver() {
    override fun onSms(context: Context, sms: ReceivedSms) {
        val app = context.applicationContext as App
        app.received.add(App.Received(sms.message.sender, sms.message.text, app.filter.check(sms.message)))
    }
}

/** What was received, the newest first. */
class InboxActivity : Activity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.list)
    }

    override fun onResume() {
        super.onResume()
        val items = view<LinearLayout>(R.id.items).apply { removeAllViews() }
        val all = (application as App).received.toList().asReversed()
        if (all.isEmpty()) items.addView(TextView(this).apply { setText(R.string.nothing_yet) })
        for (one in all) {
            val open = Intent(this, CheckActivity::class.java).setAction(Intent.ACTION_SEND).putExtra(Intent.EXTRA_TEXT, one.text)
            items.addView(Button(this).apply {
                isAllCaps = false
                text = "${getString(levelText(one.verdict.level))}\n${one.sender.orEmpty()}\n${one.text}"
                setOnClickListener { startActivity(open) }
            })
        }
        val actions = view<LinearLayout>(R.id.actions).apply { removeAllViews() }
        if (checkSelfPermission(Manifest.permission.RECEIVE_SMS) != PackageManager.PERMISSION_GRANTED) {
            actions.addView(Button(this).apply {
                setText(R.string.ask_permission)
                setOnClickListener { requestPermissions(arrayOf(Manifest.permission.RECEIVE_SMS), 1) }
            })
        }
    }
}

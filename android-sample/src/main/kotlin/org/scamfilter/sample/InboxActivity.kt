package org.scamfilter.sample

import android.Manifest
import android.content.Intent
import android.content.pm.PackageManager
import android.os.Build
import android.text.format.DateUtils
import android.view.ViewGroup
import android.widget.TextView

/** What was received and judged, the newest first. */
class InboxActivity : Screen(R.string.inbox, R.layout.list) {
    override fun onResume() {
        super.onResume()
        actions()
        app.background({ app.inbox.newest() }) { result -> if (!isDestroyed) list(result.getOrDefault(emptyList())) }
    }

    @Deprecated("The framework's own way; the one of androidx needs androidx")
    override fun onRequestPermissionsResult(requestCode: Int, permissions: Array<out String>, grantResults: IntArray) = actions()

    private fun actions() {
        val actions = view<ViewGroup>(R.id.actions).apply { removeAllViews() }
        val wanted = WANTED.filter { checkSelfPermission(it) != PackageManager.PERMISSION_GRANTED }
        if (Manifest.permission.RECEIVE_SMS in wanted) card(actions, getString(R.string.no_permission))
        if (wanted.isNotEmpty()) button(actions, getString(R.string.ask_permission)) { requestPermissions(wanted.toTypedArray(), 1) }
    }

    private fun list(all: List<Received>) {
        val items = view<ViewGroup>(R.id.items).apply { removeAllViews() }
        if (all.isEmpty()) card(items, getString(R.string.nothing_yet))
        for (one in all) {
            val level = getString(levelText(one.level))
            val from = one.sender ?: getString(R.string.unknown_sender)
            val at = DateUtils.getRelativeTimeSpanString(one.at, System.currentTimeMillis(), DateUtils.MINUTE_IN_MILLIS)
            val via = if (one.via == Incoming.NOTIFICATION) getString(R.string.via_notification) else null
            val row = card(items, level, listOfNotNull(from, at, via).joinToString(" · "), one.text)
            (row.getChildAt(0) as TextView).setTextColor(getColor(levelColour(one.level)))
            (row.getChildAt(row.childCount - 1) as TextView).maxLines = LINES
            row.isClickable = true
            row.setOnClickListener {
                startActivity(
                    Intent(this, CheckActivity::class.java).setAction(Intent.ACTION_SEND)
                        .putExtra(Intent.EXTRA_TEXT, one.text).putExtra(CheckActivity.SENDER, one.sender),
                )
            }
        }
        if (all.isNotEmpty()) button(items, getString(R.string.clear_inbox)) { app.background({ app.inbox.clear() }) { list(emptyList()) } }
    }

    private companion object {
        const val LINES = 3
        val WANTED = listOf(Manifest.permission.RECEIVE_SMS) +
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) listOf(Manifest.permission.POST_NOTIFICATIONS) else emptyList()
    }
}

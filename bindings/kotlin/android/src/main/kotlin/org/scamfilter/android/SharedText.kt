package org.scamfilter.android

import android.content.Intent

/** The text that another app shared (`ACTION_SEND`, `text/plain`) or that the user selected (`ACTION_PROCESS_TEXT`). */
public object SharedText {
    /** The text in [intent]; `null` when there is none. Never throws, whatever the other app put in. */
    @JvmStatic
    public fun of(intent: Intent): String? = runCatching {
        when (intent.action) {
            Intent.ACTION_SEND -> intent.getCharSequenceExtra(Intent.EXTRA_TEXT)
            Intent.ACTION_PROCESS_TEXT -> intent.getCharSequenceExtra(Intent.EXTRA_PROCESS_TEXT)
            else -> null
        }?.toString()?.takeIf { it.isNotBlank() }
    }.getOrNull()
}

package org.scamfilter.sample

import android.app.Activity
import android.app.AlertDialog
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.EditText
import android.widget.LinearLayout
import android.widget.ProgressBar
import android.widget.Switch
import android.widget.TextView

/** What all screens share: title, content that scrolls, and the way to the other screens. */
abstract class Screen(private val title: Int, private val layout: Int) : Activity() {
    protected val app get() = application as App

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.screen)
        setTitle(title)
        view<TextView>(R.id.title).setText(title)
        layoutInflater.inflate(layout, view<ViewGroup>(R.id.content))
        // Content reaches below the bars of the system from Android 15 on.
        view<View>(R.id.screen).setOnApplyWindowInsetsListener { v, insets ->
            @Suppress("DEPRECATION") // The getter by type came with Android 11.
            v.setPadding(insets.systemWindowInsetLeft, insets.systemWindowInsetTop, insets.systemWindowInsetRight, insets.systemWindowInsetBottom)
            insets
        }
        for ((id, target) in PLACES) {
            val place = view<TextView>(id)
            place.isSelected = target == javaClass
            place.setOnClickListener {
                if (target != javaClass) startActivity(Intent(this, target).addFlags(Intent.FLAG_ACTIVITY_REORDER_TO_FRONT))
            }
        }
    }

    /** A card of lines; the first stands out. */
    fun card(into: ViewGroup, vararg lines: CharSequence?): LinearLayout {
        val card = layoutInflater.inflate(R.layout.card, into, false) as LinearLayout
        lines.filterNotNull().filter { it.isNotEmpty() }.forEachIndexed { i, line ->
            val style = if (i == 0) R.layout.line else R.layout.line_small
            card.addView((layoutInflater.inflate(style, card, false) as TextView).apply { text = line })
        }
        into.addView(card)
        return card
    }

    protected fun heading(into: ViewGroup, words: Int) {
        into.addView((layoutInflater.inflate(R.layout.heading, into, false) as TextView).apply { setText(words) })
    }

    protected fun button(into: ViewGroup, words: CharSequence, action: () -> Unit): Button {
        val button = layoutInflater.inflate(R.layout.button, into, false) as Button
        button.text = words
        button.setOnClickListener { action() }
        into.addView(button)
        return button
    }

    protected fun switch(into: ViewGroup, words: CharSequence, on: Boolean, changed: (Boolean) -> Unit): Switch {
        val switch = layoutInflater.inflate(R.layout.toggle, into, false) as Switch
        switch.text = words
        switch.isChecked = on
        switch.setOnCheckedChangeListener { _, now -> changed(now) }
        into.addView(switch)
        return switch
    }

    /** A bar that moves while what [words] say goes on. */
    protected fun waiting(into: ViewGroup, words: Int): ProgressBar {
        val bar = ProgressBar(this, null, android.R.attr.progressBarStyleHorizontal).apply { isIndeterminate = true }
        bar.contentDescription = getString(words)
        into.addView(bar)
        return bar
    }

    /** Asks for a line of text, which [answered] gets without blanks around it. */
    protected fun ask(title: Int, hint: Int, about: Int? = null, agree: Int = android.R.string.ok, answered: (String) -> Unit) {
        val field = EditText(this)
        field.id = android.R.id.edit
        field.setHint(hint)
        AlertDialog.Builder(this).setTitle(title).setMessage(about?.let { getString(it) }).setView(field)
            .setPositiveButton(agree) { _, _ -> answered(field.text.toString().trim()) }
            .setNegativeButton(android.R.string.cancel, null).show()
    }

    /** Hands [text] to an app of the user's choice. */
    protected fun share(text: String, title: Int, type: String = "text/plain") {
        val send = Intent(Intent.ACTION_SEND).setType(type).putExtra(Intent.EXTRA_TEXT, text)
        startActivity(Intent.createChooser(send, getString(title)))
    }

    private companion object {
        val PLACES = listOf(
            R.id.to_check to CheckActivity::class.java,
            R.id.to_inbox to InboxActivity::class.java,
            R.id.to_packs to PacksActivity::class.java,
            R.id.to_test to SelfTestActivity::class.java,
            R.id.to_settings to SettingsActivity::class.java,
        )
    }
}

/** A view that the layout has. */
fun <T : View> Activity.view(id: Int): T = checkNotNull(findViewById<T>(id))

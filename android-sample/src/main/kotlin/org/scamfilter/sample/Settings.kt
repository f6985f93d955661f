package org.scamfilter.sample

import android.content.Context
import org.json.JSONArray
import org.json.JSONObject
import org.scamfilter.Level
import org.scamfilter.OverlayAction
import org.scamfilter.OverlayEntry
import org.scamfilter.OverlayKind

/** What happens when a message of a level comes in. */
enum class Alert { SOUND, QUIET, NONE }

/** What the user chose: small enough for preferences. Any thread. */
class Settings(private val context: Context) {
    private val store get() = context.getSharedPreferences("settings", Context.MODE_PRIVATE)

    /** ISO 3166-1 alpha-2; its policies and its hotline hold where a SIM says nothing. */
    var country: String
        get() = store.getString("country", null) ?: "TH"
        set(value) = store.edit().putString("country", value).apply()

    /** Ids of the packs that the user switched off. */
    var packsOff: Set<String>
        get() = store.getStringSet("packs_off", null).orEmpty().toSet()
        set(value) = store.edit().putStringSet("packs_off", value).apply()

    /** The package of the app that asked to screen a message last. */
    var lastAsked: String?
        get() = store.getString("last_asked", null)
        set(value) = store.edit().putString("last_asked", value).apply()

    fun alert(level: Level): Alert {
        val chosen = store.getString("alert_" + level.wireName, null)
        return Alert.entries.firstOrNull { it.name == chosen } ?: when (level) {
            Level.SCAM, Level.SUSPICIOUS -> Alert.SOUND
            Level.UNWANTED, Level.UNKNOWN -> Alert.QUIET
            Level.CLEAR -> Alert.NONE
        }
    }

    fun setAlert(level: Level, alert: Alert) = store.edit().putString("alert_" + level.wireName, alert.name).apply()

    /** My allow and deny lists. What does not read as an entry is left out. */
    var lists: List<OverlayEntry>
        get() = runCatching {
            val all = JSONArray(store.getString("lists", null) ?: "[]")
            (0 until all.length()).mapNotNull { i -> entry(all.getJSONObject(i)) }
        }.getOrDefault(emptyList())
        set(value) {
            val all = JSONArray()
            value.forEach { all.put(JSONObject().put("action", it.action.name).put("kind", it.kind.name).put("value", it.value)) }
            store.edit().putString("lists", all.toString()).apply()
        }

    private fun entry(json: JSONObject): OverlayEntry? = runCatching {
        OverlayEntry(OverlayAction.valueOf(json.getString("action")), OverlayKind.valueOf(json.getString("kind")), json.getString("value"))
    }.getOrNull()
}

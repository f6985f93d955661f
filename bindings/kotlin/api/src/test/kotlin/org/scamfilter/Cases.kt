package org.scamfilter

import java.io.File
import org.json.JSONObject

/** A file of conformance cases with its packs, ceilings, overlay, and what the command line says of each case. */
internal class Cases private constructor(private val folder: File) {
    private val setting = JSONObject(File(folder, "setting.json").readText())

    val name: String = folder.name

    val overlay: List<OverlayEntry> = setting.optJSONArray("overlay")?.map { entry(it as JSONObject) }.orEmpty()

    fun packs(): List<PackFile> {
        val files = File(folder, "packs").listFiles { f -> f.extension == "scampack" }!!
        return files.sortedWith(compareBy({ it.nameWithoutExtension != "common" }, { it.name })).map {
            val ceiling = setting.optJSONObject("ceilings")?.optString(it.nameWithoutExtension).orEmpty()
            PackFile(it.readBytes(), if (ceiling.isEmpty()) Level.SCAM else Level.valueOf(ceiling.uppercase()))
        }
    }

    /** Each case with the line that the command line wrote for it. */
    fun pairs(): List<Pair<JSONObject, String>> {
        val lines = File(folder, "cases.jsonl").readLines()
        val verdicts = File(folder, "verdicts.jsonl").readLines()
        check(lines.size == verdicts.size) { "$name: ${lines.size} cases and ${verdicts.size} verdicts" }
        return lines.map(::JSONObject).zip(verdicts)
    }

    private fun entry(o: JSONObject): OverlayEntry {
        val kind = OverlayKind.entries.first { o.has(it.name.lowercase()) }
        val expires = (o.opt("expires_at") as Number?)?.toLong()
        return OverlayEntry(OverlayAction.valueOf(o.getString("action").uppercase()), kind, o.getString(kind.name.lowercase()), expires)
    }

    companion object {
        fun all(): List<Cases> {
            val root = File(System.getProperty("scamfilter.conformance") ?: error("-Dscamfilter.conformance is missing"))
            return root.listFiles { f -> f.isDirectory }!!.sorted().map(::Cases)
        }

        fun starter(): Cases = all().first { it.name == "starter" }

        fun message(o: JSONObject): Message = Message(
            text = o.getString("text"),
            sender = o.opt("sender") as String?,
            channel = (o.opt("channel") as String?)?.let { Channel.valueOf(it.uppercase()) } ?: Channel.SMS,
            receivedAt = (o.opt("received_at") as Number?)?.toLong(),
            senderIsContact = o.opt("sender_is_contact") as Boolean?,
            simCountry = o.opt("sim_country") as String?,
            redacted = o.opt("redacted") as Boolean? ?: false,
            hasReplied = o.opt("has_replied") as Boolean?,
        )
    }
}

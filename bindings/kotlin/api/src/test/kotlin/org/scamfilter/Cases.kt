package org.scamfilter

import java.io.File
import org.json.JSONObject

/** The conformance cases and what the command line says of them; where they lie comes as system properties. */
internal object Cases {
    fun packs(): List<File> = file("scamfilter.packs").listFiles { f -> f.extension == "scampack" }!!.sorted()

    fun lines(): List<String> = file("scamfilter.cases").readLines()

    fun verdicts(): List<String> = file("scamfilter.verdicts").readLines()

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

    private fun file(property: String) = File(System.getProperty(property) ?: error("-D$property is missing"))
}

package org.scamfilter.sample

import android.content.Intent
import android.provider.Telephony
import java.io.ByteArrayOutputStream

/** 3GPP SMS-DELIVER PDUs, UCS-2, as the telephony stack hands them to a receiver. */
internal object Sms {
    private const val UNITS_A_PART = 60
    private val TIME = byteArrayOf(0x62, 0x11, 0x42, 0x21, 0, 0, 0)

    /** The broadcast of one message, in as many parts as it needs; those of [without] are missing. */
    fun received(from: String, body: String, without: Set<Int> = emptySet()): Intent {
        Given.text(body)
        val parts = body.chunked(UNITS_A_PART).ifEmpty { listOf("") }
        val pdus = parts.mapIndexed { i, part -> deliver(from, part, i + 1, parts.size) }.filterIndexed { i, _ -> i !in without }
        return intent(pdus)
    }

    fun intent(pdus: List<ByteArray>): Intent = Intent(Telephony.Sms.Intents.SMS_RECEIVED_ACTION)
        .putExtra("pdus", pdus.toTypedArray<Any>()).putExtra("format", "3gpp").putExtra("subscription", 3).putExtra("slot", 1)

    private fun deliver(from: String, part: String, number: Int, of: Int): ByteArray = ByteArrayOutputStream().apply {
        val header = if (of == 1) byteArrayOf() else byteArrayOf(5, 0, 3, 7, of.toByte(), number.toByte())
        write(0)
        write(if (header.isEmpty()) 0x04 else 0x44)
        write(from.length)
        write(0x91)
        from.chunked(2).forEach { pair -> write(((pair.getOrNull(1)?.digitToInt() ?: 0xf) shl 4) or pair[0].digitToInt()) }
        write(0)
        write(0x08)
        write(TIME)
        val data = header + part.toByteArray(Charsets.UTF_16BE)
        write(data.size)
        write(data)
    }.toByteArray()
}

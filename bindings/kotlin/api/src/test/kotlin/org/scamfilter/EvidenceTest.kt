package org.scamfilter

import org.json.JSONObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class EvidenceTest {
    private val message =
        Message("พัสดุ \"ของ\" ท่านตกค้าง\n\ud83d ยืนยันที่อยู่ที่ bit.ly/xyz", "0812345678", receivedAt = 5, simCountry = "TH")

    @Test
    fun `neither text nor sender is in it unless asked for`() = ScamFilter.openStarter().use { filter ->
        val verdict = filter.check(message)
        val json = Evidence.toJson(message, verdict)
        val text = Evidence.toText(message, verdict, filter, listOf("th"))
        for (record in listOf(json, text)) {
            for (secret in listOf("พัสดุ \"", "0812345678", "/xyz")) assertFalse(record.contains(secret)) { record }
        }
        assertEquals(verdict.toJson(), json.substringAfter("\"verdict\":").dropLast(1))
        assertTrue(text.contains("bit[.]ly")) { text }
        assertEquals(5, JSONObject(json).getJSONObject("message").getInt("received_at"))
    }

    @Test
    fun `with the text it is still JSON`() = ScamFilter.openStarter().use { filter ->
        val json = JSONObject(Evidence.toJson(message, filter.check(message), includeText = true)).getJSONObject("message")
        assertEquals(message.text.replace('\ud83d', '\ufffd'), json.getString("text"))
        assertEquals("0812345678", json.getString("sender"))
    }
}

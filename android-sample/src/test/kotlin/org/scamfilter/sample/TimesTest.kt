package org.scamfilter.sample

import android.content.Context
import java.io.File
import java.time.Duration
import java.time.Instant
import java.util.Collections
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.scamfilter.Level
import org.scamfilter.ScamFilter
import org.scamfilter.Verdict
import org.scamfilter.android.ReceivedSms
import org.scamfilter.android.SmsReceiver
import org.scamfilter.android.open

/** From the receiver to the verdict, part by part. Cold where this test runs alone; writes `target/receiver-times.txt`. */
class TimesTest : PhoneTest() {
    private class Step(val name: String, val at: Instant)

    @Test
    fun `a message is judged within the receiver's time`() {
        val first = run()
        val second = run()
        val table = listOf("cold" to first, "warm" to second).joinToString("\n") { (name, steps) ->
            name + steps.zipWithNext { a, b -> "\t${b.name} ${Duration.between(a.at, b.at).toNanos() / 1_000} us" }.joinToString("")
        }
        File(System.getProperty("scamfilter.sources"), "target/receiver-times.txt").writeText("$table\n")
        val whole = Duration.between(first.first().at, first.last().at)
        assertTrue("$whole", whole < Duration.ofSeconds(8))
    }

    private fun run(): List<Step> {
        val steps = Collections.synchronizedList(ArrayList<Step>())
        var verdict: Verdict? = null
        // The JDK's own clock: Robolectric stands still in `System`.
        fun step(name: String) = steps.add(Step(name, Instant.now()))
        val receiver = object : SmsReceiver() {
            override fun onSms(context: Context, sms: ReceivedSms) {
                step("decoded, on the worker")
                ScamFilter.open(context).use { filter ->
                    step("library and packs opened")
                    verdict = filter.check(sms.message)
                    step("judged")
                }
            }
        }
        val intent = Sms.received("66812345678", Given.SCAM)
        step("received")
        receiver.onReceive(app, intent)
        eventually { verdict != null }
        assertEquals(Level.SCAM, verdict!!.level)
        return steps.toList()
    }
}

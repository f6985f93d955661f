package org.scamfilter

import java.lang.management.ManagementFactory
import java.nio.ByteBuffer
import java.nio.ByteOrder
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.scamfilter.ffi.Filter
import org.scamfilter.ffi.PackFile as NativePackFile

/** What a check costs above the Rust call. Measures, so it runs on demand only: `mvn -Dtest=CheckBench test`. */
class CheckBench {
    private val message = Message(
        "Dear customer, your parcel is held at our depot because the address is incomplete. Please confirm your details within " +
            "24 hours at bit.ly/xyz or it goes back.",
        sender = "0812345678",
    )

    @Test
    fun `a check by its parts`() {
        val packs = StarterPacks.load()
        val native = Filter.open(packs.map { NativePackFile(it.bytes, it.ceiling.ordinal.toUByte(), false) }, emptyList())
        val address = native.address().toLong()
        ScamFilter.open(packs).use { filter ->
            assertEquals(filter.check(message).toJson(), HotPath.check(address, message).toJson())
            val buffers = HotPath.Buffers().apply { request(message) }
            val whole = time { filter.check(message) }
            val call = time { buffers.call(address) }
            val unread = HotPath.Buffers()
            val nothing = time { unread.call(address) }
            println("whole $whole ns, of it in Rust ${call - nothing}, above it ${whole - call + nothing}, the call alone $nothing")
            println("whole over UniFFI's buffers ${time { Codec.reply(native.check(requestOf(message))) }} ns")
        }
        native.close()
    }

    private companion object {
        const val ROUNDS = 15
        const val CALLS = 4_000

        fun requestOf(message: Message): ByteArray {
            val out = ByteBuffer.allocate(Codec.bound(message)).order(ByteOrder.LITTLE_ENDIAN)
            Codec.request(message, out, Codec.encoder())
            return out.array().copyOf(out.position())
        }

        /** Median nanoseconds of the processor that a call takes, so that other work on the machine counts less; a third warms up. */
        fun time(call: () -> Unit): Long {
            val thread = ManagementFactory.getThreadMXBean()
            val rounds = List(ROUNDS) {
                val start = thread.currentThreadCpuTime
                repeat(CALLS) { call() }
                (thread.currentThreadCpuTime - start) / CALLS
            }
            return rounds.drop(ROUNDS / 3).sorted()[ROUNDS / 3]
        }
    }
}

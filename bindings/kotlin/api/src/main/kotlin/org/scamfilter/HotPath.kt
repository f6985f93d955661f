package org.scamfilter

import com.sun.jna.Native
import com.sun.jna.Pointer
import java.nio.Buffer
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.concurrent.ConcurrentLinkedQueue

/**
 * The one call a message: numbers in, a number out, bytes in buffers that are used again. The generated code would have JNA make
 * and clean up structures for every call, which costs several times what the check itself does, and more under load.
 */
internal object HotPath {
    private const val UNREADABLE = -1L

    /** Buffers that no call uses at the moment; no more than calls ran at one time. Not by thread: there may be very many. */
    private val free = ConcurrentLinkedQueue<Buffers>()

    init {
        // The name as the generated code has it, and one may be given in its place as there.
        val name = System.getProperty("uniffi.component.scamfilter_ffi.libraryOverride") ?: "scamfilter_ffi"
        Native.register(HotPath::class.java, name)
    }

    /** Judges [message] by the filter at [address], which must not be freed meanwhile. */
    fun check(address: Long, message: Message): Verdict {
        val buffers = free.poll() ?: Buffers()
        try {
            buffers.request(message)
            var length = buffers.call(address)
            if (length > buffers.room) {
                buffers.grow(length)
                length = buffers.call(address)
            }
            if (length < 0) {
                throw BugException(if (length == UNREADABLE) "the request cannot be read" else "the native library failed inside")
            }
            return buffers.verdict(length.toInt())
        } finally {
            if (buffers.isSmall) free.offer(buffers)
        }
    }

    @Suppress("FunctionName")
    private external fun scamfilter_check(filter: Long, request: Long, length: Int, reply: Long, capacity: Int): Long

    /** A request and a reply outside of the heap, with their addresses, for one call at a time. */
    internal class Buffers {
        private var request = direct(REQUEST)
        private var requestAt = address(request)
        private var reply = direct(REPLY)
        private var replyAt = address(reply)
        private val encoder = Codec.encoder()

        val room: Int get() = reply.capacity()

        /** Kept for the next call, and not what one message in a million needed. */
        val isSmall: Boolean get() = request.capacity() <= KEPT && reply.capacity() <= KEPT

        fun request(message: Message) {
            val bound = Codec.bound(message)
            if (bound > request.capacity()) {
                request = direct(bound)
                requestAt = address(request)
            }
            Codec.request(message, request, encoder)
        }

        fun call(filter: Long): Long = scamfilter_check(filter, requestAt, request.position(), replyAt, reply.capacity())

        fun grow(length: Long) {
            reply = direct(Math.toIntExact(length))
            replyAt = address(reply)
        }

        fun verdict(length: Int): Verdict {
            (reply as Buffer).clear()
            (reply as Buffer).limit(length)
            return Codec.reply(reply)
        }
    }

    private const val REQUEST = 2_048
    private const val REPLY = 4_096
    private const val KEPT = 65_536

    private fun direct(size: Int): ByteBuffer = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN)

    private fun address(buffer: ByteBuffer): Long = Pointer.nativeValue(Native.getDirectBufferPointer(buffer))
}

package org.scamfilter

import com.github.unidbg.AndroidEmulator
import com.github.unidbg.Module
import com.github.unidbg.arm.backend.Unicorn2Factory
import com.github.unidbg.linux.android.AndroidEmulatorBuilder
import com.github.unidbg.linux.android.AndroidResolver
import com.github.unidbg.pointer.UnidbgPointer
import java.io.Closeable
import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import unicorn.Arm64Const
import unicorn.ArmConst

/**
 * The library of an ABI of ARM loaded by bionic's loader in an emulator, called as the bindings call it. A buffer of UniFFI is
 * `{u64 capacity, u64 length, pointer}`; on 64 bits it goes by its address and comes back through register x8, on 32 bits its six words
 * go as they are and it comes back where the first argument says. The last argument is a status.
 */
internal class EmulatedLibrary(library: File, private val wide: Boolean) : Closeable {
    private val emulator: AndroidEmulator = (if (wide) AndroidEmulatorBuilder.for64Bit() else AndroidEmulatorBuilder.for32Bit())
        .setProcessName("scamfilter").addBackendFactory(Unicorn2Factory(true)).build()
    private val module: Module
    private val status: UnidbgPointer
    private val request: UnidbgPointer
    private val reply: UnidbgPointer
    private val encoder = Codec.encoder()
    private val room = ByteBuffer.allocate(ROOM).order(ByteOrder.LITTLE_ENDIAN)

    init {
        emulator.memory.setLibraryResolver(AndroidResolver(ANDROID_API))
        module = emulator.loadLibrary(library, true)
        status = zeroed(STATUS)
        request = zeroed(ROOM)
        reply = zeroed(ROOM)
    }

    /** Opens packs; gives the filter's address. */
    fun open(packs: List<PackFile>): Long {
        val argument = ByteBuffer.allocate(4 + packs.sumOf { 6 + it.bytes.size })
        argument.putInt(packs.size)
        packs.forEach { argument.putInt(it.bytes.size).put(it.bytes).put(it.ceiling.ordinal.toByte()).put(0) }
        val handle = call("uniffi_scamfilter_ffi_fn_constructor_filter_open", buffer(argument.array()) + buffer(ByteArray(4)))
        check(status.getByte(0).toInt() == 0) { "the packs do not open" }
        // A method takes over the handle that it is called with; the filter lives on with this one.
        val taken = call("uniffi_scamfilter_ffi_fn_clone_filter", number(handle))
        return call("uniffi_scamfilter_ffi_fn_method_filter_address", number(taken))
    }

    /** The reply for a message. */
    fun check(filter: Long, message: Message): ByteArray {
        Codec.request(message, room, encoder)
        return checkNotNull(check(filter, room.array().copyOf(room.position()))) { "an error" }
    }

    /** The reply for a request, or `null` when the library answers that it is none. */
    fun check(filter: Long, bytes: ByteArray): ByteArray? {
        request.write(0, bytes, 0, bytes.size)
        val arguments = number(filter) + number(request.peer) + padded(bytes.size) + number(reply.peer) + ROOM
        val length = returned(module.callFunction(emulator, "scamfilter_check", *arguments.toTypedArray()))
        return if (length < 0) null else reply.getByteArray(0, length.toInt())
    }

    override fun close() = emulator.close()

    /** Sixty-four bits as arguments: one, or two words, the first of which has an even place. */
    private fun number(value: Long): List<Any> = if (wide) listOf(value) else listOf(value.toInt(), (value ushr 32).toInt())

    /** A word before a number of sixty-four bits. */
    private fun padded(value: Int): List<Any> = if (wide) listOf(value) else listOf(value, 0)

    /** What a function returned. */
    private fun returned(result: Number): Long {
        if (wide) return result.toLong()
        val registers = listOf(ArmConst.UC_ARM_REG_R0, ArmConst.UC_ARM_REG_R1)
        val (low, high) = registers.map { emulator.backend.reg_read(it).toLong() }
        return (high shl 32) or (low and 0xffff_ffffL)
    }

    private fun call(function: String, arguments: List<Any>): Long {
        status.write(0, ByteArray(STATUS), 0, STATUS)
        val last: Any = if (wide) status else status.peer.toInt()
        return returned(module.callFunction(emulator, function, *arguments.toTypedArray(), last))
    }

    /** A buffer of the library's own with these bytes, as arguments. */
    private fun buffer(bytes: ByteArray): List<Any> {
        val result = zeroed(BUFFER)
        if (wide) {
            emulator.backend.reg_write(Arm64Const.UC_ARM64_REG_X8, result.peer)
            call("ffi_scamfilter_ffi_rustbuffer_alloc", number(bytes.size.toLong()))
        } else {
            call("ffi_scamfilter_ffi_rustbuffer_alloc", listOf<Any>(result.peer.toInt(), 0) + number(bytes.size.toLong()))
        }
        result.setLong(8, bytes.size.toLong())
        if (bytes.isNotEmpty()) result.getPointer(16).write(0, bytes, 0, bytes.size)
        return if (wide) listOf(result) else List(BUFFER / 4) { result.getInt(4L * it) }
    }

    private fun zeroed(size: Int): UnidbgPointer =
        emulator.memory.malloc(size, true).pointer.also { it.write(0, ByteArray(size), 0, size) }

    private companion object {
        const val ANDROID_API = 23
        const val BUFFER = 24
        const val STATUS = 32
        const val ROOM = 1 shl 20
    }
}

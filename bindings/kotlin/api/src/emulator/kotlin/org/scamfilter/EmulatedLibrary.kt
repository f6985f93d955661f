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
import unicorn.Arm64Const

/**
 * The arm64 library loaded by bionic's loader in an emulator, called as the generated bindings call it: a buffer is
 * `{u64 capacity, u64 length, pointer}`, results of that size come back through register x8, the last argument is a status.
 */
internal class EmulatedLibrary(library: File) : Closeable {
    private val emulator: AndroidEmulator =
        AndroidEmulatorBuilder.for64Bit().setProcessName("scamfilter").addBackendFactory(Unicorn2Factory(true)).build()
    private val module: Module
    private val status: UnidbgPointer

    init {
        emulator.memory.setLibraryResolver(AndroidResolver(ANDROID_API))
        module = emulator.loadLibrary(library, true)
        status = zeroed(STATUS)
    }

    /** Opens packs; gives the handle. */
    fun open(packs: List<PackFile>): Long {
        val argument = ByteBuffer.allocate(4 + packs.sumOf { 5 + it.bytes.size })
        argument.putInt(packs.size)
        packs.forEach { argument.putInt(it.bytes.size).put(it.bytes).put(it.ceiling.ordinal.toByte()) }
        val handle = call("uniffi_scamfilter_ffi_fn_constructor_filter_open", buffer(argument.array()))
        check(status.getByte(0).toInt() == 0) { "the packs do not open" }
        return handle
    }

    /** The one call a message: reply for a request, or `null` when the library answers with an error. */
    fun check(filter: Long, request: ByteArray): ByteArray? {
        val handle = call("uniffi_scamfilter_ffi_fn_clone_filter", filter)
        val argument = ByteBuffer.allocate(4 + request.size).putInt(request.size).put(request).array()
        val result = into("uniffi_scamfilter_ffi_fn_method_filter_check", handle, buffer(argument))
        val failed = status.getByte(0).toInt() != 0
        return if (failed) null else taken(result).let { it.copyOfRange(4, it.size) }
    }

    override fun close() = emulator.close()

    private fun call(function: String, vararg arguments: Any): Long {
        status.write(0, ByteArray(STATUS), 0, STATUS)
        return module.callFunction(emulator, function, *arguments, status).toLong()
    }

    private fun into(function: String, vararg arguments: Any): UnidbgPointer {
        val result = zeroed(BUFFER)
        emulator.backend.reg_write(Arm64Const.UC_ARM64_REG_X8, result.peer)
        call(function, *arguments)
        return result
    }

    private fun buffer(bytes: ByteArray): UnidbgPointer {
        val buffer = into("ffi_scamfilter_ffi_rustbuffer_alloc", bytes.size.toLong())
        buffer.setLong(8, bytes.size.toLong())
        if (bytes.isNotEmpty()) buffer.getPointer(16).write(0, bytes, 0, bytes.size)
        return buffer
    }

    private fun taken(buffer: UnidbgPointer): ByteArray {
        val length = buffer.getLong(8).toInt()
        val bytes = if (length == 0) ByteArray(0) else buffer.getPointer(16).getByteArray(0, length)
        call("ffi_scamfilter_ffi_rustbuffer_free", buffer)
        return bytes
    }

    private fun zeroed(size: Int): UnidbgPointer =
        emulator.memory.malloc(size, false).pointer.also { it.write(0, ByteArray(size), 0, size) }

    private companion object {
        const val ANDROID_API = 23
        const val BUFFER = 24
        const val STATUS = 32
    }
}

package org.scamfilter

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.io.Closeable
import java.io.File
import java.net.InetSocketAddress
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.Executors

/** A static host on loopback that serves one of the repositories that `cargo xtask kotlin` writes; [answer] may do otherwise. */
internal class TestHost(@Volatile var repository: String = "first") : Closeable {
    /** Answers a request, and says so; false leaves it to the files. */
    @Volatile var answer: (HttpExchange) -> Boolean = { false }

    /** Paths that were asked for. */
    val asked = CopyOnWriteArrayList<String>()

    private val threads = Executors.newCachedThreadPool { Thread(it).apply { isDaemon = true } }
    private val server = HttpServer.create(InetSocketAddress("127.0.0.1", 0), 0).apply {
        executor = threads
        createContext("/") { exchange -> exchange.use { serve(it) } }
        start()
    }
    val url: String = "http://127.0.0.1:${server.address.port}"

    private fun serve(exchange: HttpExchange) {
        asked += exchange.requestURI.path
        if (answer(exchange)) return
        val file = File(File(ROOT, repository), exchange.requestURI.path)
        if (file.isFile) exchange.send(200, file.readBytes()) else exchange.send(404, ByteArray(0))
    }

    override fun close() {
        server.stop(0)
        threads.shutdownNow()
    }

    companion object {
        val ROOT = File(System.getProperty("scamfilter.repositories") ?: error("-Dscamfilter.repositories is missing"))

        /** When the repositories are valid, in milliseconds. */
        val NOW = File(ROOT, "now").readText().trim().toLong() * 1_000

        fun publisher(host: TestHost, folder: File, ceiling: Level = Level.SCAM): Publisher =
            Publisher(File(ROOT, "root.json").readBytes(), host.url, folder, listOf("TH"), ceiling)

        /** The packs of conformance cases below the publisher's: `common` alone. */
        fun common(): List<PackFile> = Cases.all().first { it.name == "engine" }.packs().take(1)

        fun HttpExchange.send(status: Int, bytes: ByteArray, vararg headers: Pair<String, String>) {
            headers.forEach { (name, value) -> responseHeaders.add(name, value) }
            sendResponseHeaders(status, if (bytes.isEmpty()) -1 else bytes.size.toLong())
            if (bytes.isNotEmpty()) responseBody.write(bytes)
        }
    }
}

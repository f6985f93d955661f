package org.scamfilter

import java.io.IOException
import org.scamfilter.ffi.Fetched as NativeFetched

/**
 * Fetches files of publishers' repositories. [HttpFetcher] is the one that comes with the library; an app that has an HTTP client
 * already may bring that instead. What it fetches is verified afterwards, so a fetcher need not be trusted.
 */
public fun interface Fetcher {
    /**
     * The file at [url]. Blocks; reading stops at the latest one byte behind [limit], so that nobody can fill memory.
     *
     * Answer 403 and 404 with [Fetched.Missing]; follow no redirect into another network's sign-in page.
     *
     * @throws IOException when the network or the host failed; the same as [Fetched.Failed]
     */
    @Throws(IOException::class)
    public fun fetch(url: String, limit: Long): Fetched
}

/** What came of fetching a file. */
public sealed class Fetched {
    internal abstract fun toNative(): NativeFetched

    /**
     * The file.
     *
     * @property bytes all of it, or one byte more than the limit
     */
    public class Body(public val bytes: ByteArray) : Fetched() {
        override fun toNative(): NativeFetched = NativeFetched.Body(bytes)
    }

    /** The host has no such file: it answered 403 or 404. */
    public object Missing : Fetched() {
        override fun toNative(): NativeFetched = NativeFetched.Missing
    }

    /**
     * The network or the host failed.
     *
     * @property retryAfterSeconds how long the host asked to wait, by `Retry-After`
     */
    public class Failed @JvmOverloads constructor(public val retryAfterSeconds: Long? = null) : Fetched() {
        override fun toNative(): NativeFetched = NativeFetched.Failed(retryAfterSeconds?.coerceAtLeast(0)?.toULong())
    }
}

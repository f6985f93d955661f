package org.scamfilter

import org.scamfilter.ffi.FilterException
import org.scamfilter.ffi.InternalException

/** The border to the native library: turns what comes out of it into this library's own exceptions. */
internal object NativeLibrary {
    /** The first failure to load; the JVM answers later attempts with an error that says nothing. */
    @Volatile private var unloadable: AppException? = null

    fun <T> call(use: () -> T): T = try {
        use()
    } catch (e: FilterException.App) {
        throw AppException(e.reason)
    } catch (e: FilterException.Publisher) {
        throw PublisherException(e.reason)
    } catch (e: FilterException.Bug) {
        throw BugException(e.reason)
    } catch (e: InternalException) {
        throw BugException("the native library failed inside", e)
    } catch (e: LinkageError) {
        throw unloadable ?: AppException(why(e), e).also { unloadable = it }
    }

    /** What the app must do about a library that does not load. */
    private fun why(error: LinkageError): String {
        val platform = "${System.getProperty("os.name")} ${System.getProperty("os.arch")}"
        val causes = generateSequence<Throwable>(error) { it.cause }.toList()
        return when {
            causes.any { "UniFFI" in it.message.orEmpty() || "looking up function" in it.message.orEmpty() } ->
                "the native library is of another version than these classes: use one version of org.scamfilter artefacts"

            causes.any { it is NoClassDefFoundError && it.message.orEmpty().contains("com/sun/jna") } ->
                "JNA is missing: add net.java.dev.jna:jna (on Android with type aar)"

            causes.any { it is UnsatisfiedLinkError } ->
                "the native library scamfilter_ffi for $platform is missing: on Android add org.scamfilter:scamfilter-android " +
                    "and keep this ABI in the APK; on Linux x86-64 add org.scamfilter:scamfilter; elsewhere build it with " +
                    "`cargo build --release -p scamfilter-ffi` and set -Djna.library.path to its folder"

            else -> "the native library scamfilter_ffi cannot be used on $platform: ${error.javaClass.simpleName}"
        }
    }
}

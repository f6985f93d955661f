package org.scamfilter

/** Why a call failed; the subclass says who must act. The message never holds text of a message or a sender. */
public sealed class ScamFilterException(message: String, cause: Throwable? = null) : Exception(message, cause)

/** The app passed something that cannot work, or does not bring the native library. */
public class AppException internal constructor(message: String, cause: Throwable? = null) : ScamFilterException(message, cause)

/** A pack is damaged, foreign or too new: its publisher, or an update of the app, must act. */
public class PublisherException internal constructor(message: String) : ScamFilterException(message)

/** A fault inside of this library: please report it. */
public class BugException internal constructor(message: String, cause: Throwable? = null) : ScamFilterException(message, cause)

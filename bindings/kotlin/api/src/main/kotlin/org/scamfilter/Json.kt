package org.scamfilter

/** Appends [text] as a JSON string, escaped as Rust's writer does it; a lone surrogate becomes U+FFFD. */
internal fun StringBuilder.quoted(text: String): StringBuilder {
    append('"')
    for ((i, c) in text.withIndex()) {
        when {
            c == '"' || c == '\\' -> append('\\').append(c)
            c == '\n' -> append("\\n")
            c == '\r' -> append("\\r")
            c == '\t' -> append("\\t")
            c == '\b' -> append("\\b")
            c == '\u000c' -> append("\\f")
            c < ' ' -> append("\\u00").append(if (c.code < HEX_DIGIT) "0" else "").append(Integer.toHexString(c.code))
            c.isSurrogate() -> append(if (paired(text, i)) c else '\uFFFD')
            else -> append(c)
        }
    }
    return append('"')
}

private const val HEX_DIGIT = 16

private fun paired(text: String, i: Int): Boolean {
    val (before, after) = text.getOrNull(i - 1) to text.getOrNull(i + 1)
    return if (text[i].isHighSurrogate()) after?.isLowSurrogate() == true else before?.isHighSurrogate() == true
}

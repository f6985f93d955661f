//! Paths of links. In: what stands behind the authority. Out: the path as a browser asks for it.

use core::fmt::Write as _;

/// The path of the WHATWG URL standard for `http` and `https`: begins with `/`, both slashes alike, no `.` or `..`, what may
/// not stand in it percent-encoded.
pub(super) fn path_of(tail: &str) -> String {
    let path = tail.split(['?', '#']).next().unwrap_or("");
    let mut out = String::with_capacity(path.len() + 1);
    let path = path.strip_prefix(['/', '\\']).unwrap_or(path);
    let mut segments = path.split(['/', '\\']).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        let mut written = String::with_capacity(segment.len());
        segment.chars().for_each(|c| encode(c, &mut written));
        match dots(&written) {
            0 => {
                out.push('/');
                out.push_str(&written);
            }
            2 => out.truncate(out.rfind('/').unwrap_or(0)),
            _ => {}
        }
        if last && dots(&written) > 0 {
            out.push('/');
        }
    }
    out
}

/// 1 for `.` and 2 for `..`, written in any way; else 0.
fn dots(segment: &str) -> usize {
    let mut rest = segment;
    let mut count = 0;
    while !rest.is_empty() {
        let encoded = || rest.get(..3).filter(|s| s.eq_ignore_ascii_case("%2e")).and_then(|_| rest.get(3..));
        let Some(after) = rest.strip_prefix('.').or_else(encoded) else { return 0 };
        (rest, count) = (after, count + 1);
    }
    if count > 2 { 0 } else { count }
}

/// The path percent-encode set; tabs and line ends are not there for a browser.
fn encode(c: char, out: &mut String) {
    match c {
        '\t' | '\n' | '\r' => {}
        '!' | '$'..=';' | '=' | '@'..=']' | '_' | 'a'..='z' | '|' | '~' => out.push(c),
        _ => {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

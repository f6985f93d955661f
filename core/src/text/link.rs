//! Links. In: the original text. Out: [`Link`]s with and without scheme, as ranges of the original.
//!
//! Judges nothing: whether a bare `name.tld` is a link is decided by the engine, which knows the public suffixes.

use super::host::{host_of, is_number};
use super::path::path_of;
use super::tables::looks_like;
use super::{Class, MAX_LINKS, class_of};
use core::ops::Range;

/// One link as it stands in the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// Bytes of the original.
    pub range: Range<usize>,
    /// Host in lower case and A-labels, without a trailing dot.
    pub host: String,
    /// It was written with `http://` or `https://` (also defanged as `hxxp`).
    pub has_scheme: bool,
    /// There is something before an `@` in the authority: a classic disguise.
    pub has_userinfo: bool,
    /// Port, if one is written.
    pub port: Option<u16>,
    /// The path as a browser asks for it: begins with `/`, no `.` or `..`, percent-encoded.
    pub path: String,
    /// The path ends in `.apk`, an Android package.
    pub is_apk: bool,
}

/// Says where it stands: text of a message stands in no log.
impl core::fmt::Debug for Link {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Link({:?})", self.range)
    }
}

impl Link {
    /// The host is an IP address; IPv4 stands here in dotted form, however it was written.
    #[must_use]
    pub fn is_ip(&self) -> bool {
        self.host.parse::<core::net::IpAddr>().is_ok()
    }
}

/// A host and its parents, longest first: `a.b.c`, `b.c`, `c`; of a longer name only the last 16 labels.
pub fn hosts_up(host: &str) -> impl Iterator<Item = &str> {
    let start = host.rmatch_indices('.').nth(15).and_then(|(at, _)| host.get(at + 1..)).unwrap_or(host);
    core::iter::successors(Some(start), |h| h.split_once('.').map(|(_, rest)| rest))
}

/// Reads one link alone, with or without scheme, surrounded by white space at most.
#[must_use]
pub fn parse_link(text: &str) -> Option<Link> {
    let (links, _) = find(text.trim());
    links.into_iter().next().filter(|link| link.range.start == 0)
}

/// All candidates in order; the flag says that there were more than [`MAX_LINKS`].
pub(super) fn find(text: &str) -> (Vec<Link>, bool) {
    let mut links: Vec<Link> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        if never_begins_host(byte) {
            at += 1;
            continue;
        }
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        if !begins_host(c) {
            at += c.len_utf8();
            continue;
        }
        let run = run_end(text, at);
        let found = scheme_length(text.as_bytes(), at).and_then(|n| with_scheme(text, at, at + n));
        let found = found.or_else(|| bare(text, at, run));
        at = found.as_ref().map_or(run, |l| l.range.end).max(at + c.len_utf8());
        if let Some(link) = found {
            if links.len() == MAX_LINKS {
                return (links, true);
            }
            links.push(link);
        }
    }
    (links, false)
}

fn scheme_length(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    [&b"https://"[..], b"http://", b"hxxps://", b"hxxp://"]
        .into_iter()
        .find(|s| rest.get(..s.len()).is_some_and(|r| r.eq_ignore_ascii_case(s)))
        .map(<[u8]>::len)
}

/// ASCII that is no letter or digit, what continues a character, and the first bytes of most scripts without spaces.
fn never_begins_host(byte: u8) -> bool {
    byte < 0x80 && !byte.is_ascii_alphanumeric() || matches!(byte, 0x80..0xc0 | 0xe0 | 0xe3..0xef)
}

fn begins_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() && matches!(class_of(c), Class::Letter | Class::Digit)
}

/// A bare host goes on over letters of every script with spaces: what follows one is part of the same word. In scripts
/// without spaces it ends there.
fn run_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    let end = |c: char| match c {
        '-' | '.' | '_' => false,
        _ if c.is_ascii() => !c.is_ascii_alphanumeric(),
        _ => !matches!(class_of(c), Class::Letter | Class::Digit | Class::Mark),
    };
    at + rest.find(end).unwrap_or(rest.len())
}

fn with_scheme(text: &str, start: usize, authority: usize) -> Option<Link> {
    let rest = text.get(authority..)?;
    let end = authority_end(rest);
    let whole = rest.get(..end)?;
    let (userinfo, host_port) = whole.rsplit_once('@').map_or((false, whole), |(_, h)| (true, h));
    let (host, port) = split_port(host_port);
    finish(text, start, authority + end, host, Shape { has_scheme: true, userinfo, port })
}

/// A host ends at a delimiter or other punctuation, or where an ASCII host runs into the next word of a script without
/// spaces: unless a name goes on behind that word, where a browser would go.
fn authority_end(rest: &str) -> usize {
    let authority = rest.split(['/', '\\', '?', '#', ' ']).next().unwrap_or("");
    if rest.starts_with('[') || authority.contains("@[") {
        return authority.find(']').map_or(0, |at| {
            let port = rest.get(at + 1..).unwrap_or("");
            let digits = port.strip_prefix(':').map_or(0, |p| 1 + p.bytes().take_while(u8::is_ascii_digit).count());
            at + 1 + digits
        });
    }
    let ends = |c: char| match c {
        '-' | '_' | ':' | '@' | '%' => false,
        // Browsers leave these out of a host.
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => false,
        _ if DOTS.contains(&c) || USER_SIGNS.contains(&c) => false,
        _ if c.is_ascii() => !c.is_ascii_alphanumeric(),
        _ => matches!(class_of(c), Class::Space) || class_of(c) == Class::Other && looks_like(c).is_none(),
    };
    let end = rest.find(ends).unwrap_or(rest.len());
    let mut whole = rest.get(..end).unwrap_or("");
    if !whole.contains('@') {
        whole = whole.split(USER_SIGNS).next().unwrap_or("");
    }
    let Some(first) = whole.find(|c: char| !c.is_ascii()).filter(|first| {
        // A host of other letters from its first label on, or from behind one such as `www.`, is one name.
        let host = whole.rfind('@').map_or(0, |at| at + 1);
        whole.get(host..*first).is_some_and(|host| host.trim_end_matches('.').contains('.'))
    }) else {
        // A dot in front of a path ends the name, not a sentence.
        let goes_on = rest.get(whole.len()..).is_some_and(|rest| rest.starts_with(['/', '\\']));
        return if goes_on { whole.len() } else { trimmed(whole, whole.len()) };
    };
    let named = |(at, dot): (usize, &str)| {
        let label = whole.get(at + dot.len()..).unwrap_or("");
        label.starts_with(|c: char| c.is_ascii_alphanumeric()).then_some(at)
    };
    let goes_on = whole.rmatch_indices(DOTS).find_map(named).max(whole.rfind('@')).is_some_and(|at| at > first);
    let spoken = |c: char| !c.is_ascii() && matches!(class_of(c), Class::Unspaced | Class::Mark | Class::Other);
    let end = if goes_on { None } else { whole.find(spoken) };
    trimmed(whole, end.unwrap_or(whole.len()))
}

/// Full stops that browsers take for dots.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// Signs that a user name may hold; without one they end the host.
const USER_SIGNS: [char; 8] = ['$', '&', '+', '=', '~', '!', '*', ';'];

/// Without the punctuation of the sentence behind a host.
fn trimmed(whole: &str, end: usize) -> usize {
    let sentence = |c: char| DOTS.contains(&c) || matches!(c, ':' | '-' | '_' | '%');
    whole.get(..end).unwrap_or("").trim_end_matches(sentence).len()
}

fn split_port(authority: &str) -> (&str, Option<u16>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
        _ => (authority, None),
    }
}

fn bare(text: &str, start: usize, run: usize) -> Option<Link> {
    let bytes = text.as_bytes();
    if start.checked_sub(1).and_then(|p| bytes.get(p)) == Some(&b'@') || bytes.get(run) == Some(&b'@') {
        return None;
    }
    let written = text.get(start..run)?;
    // Most words have no dot at all.
    if !written.as_bytes().contains(&b'.') {
        return None;
    }
    let host = written.split("..").next().unwrap_or(written).trim_end_matches(['.', '-', '_']);
    let last = host.rsplit_once('.')?.1;
    let after = text.get(start + host.len()..).unwrap_or("");
    let followed = after.starts_with('/')
        || after.starts_with([':', '?', '#'])
            && after.get(1..).is_some_and(|a| a.starts_with(|c: char| c.is_ascii_alphanumeric()));
    if !followed && reads_as_text(host, last) {
        return None;
    }
    let named = last.len() >= 2 && last.bytes().all(|b| b.is_ascii_alphabetic()) || last.starts_with("xn--");
    let labels = host.split('.').all(|l| !l.is_empty() && l.len() <= 63);
    if !(named || host.parse::<core::net::Ipv4Addr>().is_ok()) || !labels || host.len() > 253 {
        return None;
    }
    let digits = after.strip_prefix(':').map_or(0, |p| p.bytes().take(5).take_while(u8::is_ascii_digit).count());
    let port = after.get(1..1 + digits).filter(|_| digits > 0).and_then(|p| p.parse().ok());
    let end = start + host.len() + if port.is_some() { 1 + digits } else { 0 };
    finish(text, start, end, host, Shape { has_scheme: false, userinfo: false, port })
}

/// What has dots like a host but is read as words: `5.pm`, `report.zip`, a sentence that begins without a space (`done.In`).
fn reads_as_text(host: &str, last: &str) -> bool {
    let name = host.rsplit('.').nth(1).unwrap_or("");
    let one_dot = host.matches('.').count() == 1;
    let number = one_dot && is_number(name) && (name.len() == 1 || last.len() == 2);
    let file = ["zip", "mov"].iter().any(|ending| last.eq_ignore_ascii_case(ending));
    let capital = last.starts_with(|c: char| c.is_ascii_uppercase()) && !last.bytes().all(|b| b.is_ascii_uppercase());
    let words =
        one_dot && name.bytes().all(|b| b.is_ascii_alphabetic()) && host.starts_with(|c: char| c.is_ascii_lowercase());
    let site = ["com", "net", "org"].iter().any(|ending| last.eq_ignore_ascii_case(ending));
    number || file || words && capital && !site
}

struct Shape {
    has_scheme: bool,
    userinfo: bool,
    port: Option<u16>,
}

fn finish(text: &str, start: usize, authority_end: usize, host: &str, shape: Shape) -> Option<Link> {
    let rest = text.get(authority_end..)?;
    let tail = if rest.starts_with(['/', '?', '#', '\\']) {
        let stop = |b: u8| !(0x21..0x7f).contains(&b) || matches!(b, b'"' | b'<' | b'>' | b'`');
        let raw = rest.get(..rest.bytes().position(stop).unwrap_or(rest.len()))?;
        raw.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*'])
    } else {
        ""
    };
    let path = path_of(tail);
    Some(Link {
        range: start..authority_end + tail.len(),
        host: host_of(host)?,
        has_scheme: shape.has_scheme,
        has_userinfo: shape.userinfo,
        port: shape.port,
        is_apk: path.len() >= 4 && path.get(path.len() - 4..).is_some_and(|e| e.eq_ignore_ascii_case(".apk")),
        path,
    })
}

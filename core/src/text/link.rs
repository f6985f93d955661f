//! Links. In: the original text. Out: [`Link`]s with and without scheme, as ranges of the original.
//!
//! Judges nothing: whether a bare `name.tld` is a link is decided by the engine, which knows the public suffixes.

use super::{Class, MAX_LINKS, class_of, fold};
use core::ops::Range;

/// One link as it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Bytes of the original.
    pub range: Range<usize>,
    /// Host, folded, without a trailing dot.
    pub host: String,
    /// It was written with `http://` or `https://` (also defanged as `hxxp`).
    pub has_scheme: bool,
    /// There is something before an `@` in the authority: a classic disguise.
    pub has_userinfo: bool,
    /// Port, if one is written.
    pub port: Option<u16>,
    /// The path ends in `.apk`.
    pub is_apk: bool,
}

impl Link {
    /// The host is an IPv4 address in dotted form.
    #[must_use]
    pub fn is_ip(&self) -> bool {
        self.host.parse::<core::net::Ipv4Addr>().is_ok()
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
    links.into_iter().next()
}

/// All candidates in order; the flag says that there were more than [`MAX_LINKS`].
pub(super) fn find(text: &str) -> (Vec<Link>, bool) {
    let bytes = text.as_bytes();
    let mut links: Vec<Link> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if !byte.is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let found = scheme_length(bytes, at).and_then(|n| with_scheme(text, at, at + n));
        let run = run_end(bytes, at);
        let found = found.or_else(|| bare(text, at, run));
        at = found.as_ref().map_or(run, |l| l.range.end).max(at + 1);
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

fn run_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    at + rest.iter().position(|b| !is_host_byte(*b)).unwrap_or(rest.len())
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

fn with_scheme(text: &str, start: usize, authority: usize) -> Option<Link> {
    let rest = text.get(authority..)?;
    let end = authority_end(rest);
    let whole = rest.get(..end)?;
    let (userinfo, host_port) = whole.rsplit_once('@').map_or((false, whole), |(_, h)| (true, h));
    let (host, port) = split_port(host_port);
    if host.is_empty() {
        return None;
    }
    finish(text, start, authority + end, host, Shape { has_scheme: true, userinfo, port })
}

/// A host ends at a delimiter, or where an ASCII host runs into the next word of a script without spaces.
fn authority_end(rest: &str) -> usize {
    let mut dotted_ascii = false;
    let mut ascii = true;
    for (at, c) in rest.char_indices() {
        match class_of(c) {
            _ if matches!(c, '/' | '\\' | '?' | '#' | '"' | '\'' | '<' | '>' | '(' | ')' | '[' | ']' | ',') => {
                return at;
            }
            Class::Space => return at,
            Class::Unspaced | Class::Mark if ascii && dotted_ascii => return at,
            _ => {}
        }
        ascii &= c.is_ascii();
        dotted_ascii |= ascii && c == '.';
    }
    rest.len()
}

fn split_port(authority: &str) -> (&str, Option<u16>) {
    match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (authority, None),
    }
}

fn bare(text: &str, start: usize, end: usize) -> Option<Link> {
    let bytes = text.as_bytes();
    let before = start.checked_sub(1).and_then(|p| bytes.get(p));
    if before.is_some_and(|b| matches!(b, b'@' | b'.' | b'-' | b'_')) || bytes.get(end) == Some(&b'@') {
        return None;
    }
    let host = text.get(start..end)?.trim_end_matches(['.', '-', '_']);
    if !host.bytes().any(|b| b == b'.') {
        return None;
    }
    let last = host.rsplit('.').next()?;
    let named = last.len() >= 2 && last.bytes().all(|b| b.is_ascii_alphabetic()) || last.starts_with("xn--");
    let labels = host.split('.').all(|l| !l.is_empty() && l.len() <= 63);
    let followed = matches!(bytes.get(start + host.len()), Some(b'/' | b':' | b'?' | b'#'));
    if !followed && reads_as_text(host, last) {
        return None;
    }
    if !(named || host.parse::<core::net::Ipv4Addr>().is_ok()) || !labels || host.len() > 253 {
        return None;
    }
    let mut after = start + host.len();
    let mut port = None;
    if bytes.get(after) == Some(&b':') {
        let digits = text.get(after + 1..)?.bytes().take(5).take_while(u8::is_ascii_digit).count();
        port = text.get(after + 1..after + 1 + digits).and_then(|p| p.parse().ok());
        after = if port.is_some() { after + 1 + digits } else { after };
    }
    finish(text, start, after, host, Shape { has_scheme: false, userinfo: false, port })
}

/// What has dots like a host but is read as words: `5.pm`, `report.zip`, a sentence that begins without a space (`done.In`).
fn reads_as_text(host: &str, last: &str) -> bool {
    let name = host.rsplit('.').nth(1).unwrap_or("");
    let bare_number = host.matches('.').count() == 1 && name.bytes().all(|b| b.is_ascii_digit());
    let file = ["zip", "mov"].iter().any(|ending| last.eq_ignore_ascii_case(ending));
    let lower_start = host.starts_with(|c: char| c.is_ascii_lowercase());
    let sentence = lower_start
        && last.starts_with(|c: char| c.is_ascii_uppercase())
        && !last.bytes().all(|b| b.is_ascii_uppercase());
    bare_number || file || sentence
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
    let path = tail.split(['?', '#']).next().unwrap_or("");
    let is_apk = path.len() >= 4 && path.get(path.len() - 4..).is_some_and(|e| e.eq_ignore_ascii_case(".apk"));
    let host = fold(host).text().trim_end_matches('.').to_owned();
    if host.is_empty() {
        return None;
    }
    Some(Link {
        range: start..authority_end + tail.len(),
        host,
        has_scheme: shape.has_scheme,
        has_userinfo: shape.userinfo,
        port: shape.port,
        is_apk,
    })
}

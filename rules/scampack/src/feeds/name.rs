//! One entry of a feed. In: a host or an address as people pass it on. Out: the name that messages will be compared with.

use std::net::Ipv4Addr;
use url::Url;

/// A host with what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// A-labels in lower case, without a trailing dot.
    pub host: String,
    /// Segments of the path, joined by `/`; empty without.
    pub path: String,
}

impl Name {
    /// As it stands in `hosts.txt`: the host, or the page.
    #[must_use]
    pub fn page(&self) -> String {
        format!("{}/{}", self.host, self.path)
    }
}

/// Undoes what keeps a link from being clicked: `hxxp`, `[.]`, `(dot)`, `[:]`.
#[must_use]
pub fn refang(entry: &str) -> String {
    let mut out = entry.trim().trim_matches(['"', '\'', '<', '>']).to_owned();
    for (written, meant) in
        [("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."), ("[:]", ":"), ("[/]", "/")]
    {
        if out.contains(written) {
            out = out.replace(written, meant);
        }
    }
    for scheme in ["hxxp", "hXXp", "HXXP", "meow"] {
        if let Some(rest) = out.strip_prefix(scheme) {
            out = format!("http{rest}");
            break;
        }
    }
    out
}

/// Whether an entry is a host as registries hold it, which a browser would not change: nearly all entries are.
fn is_plain(entry: &str) -> bool {
    let name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    let last = entry.rsplit('.').next().unwrap_or("");
    entry.bytes().all(name) && last.bytes().all(|b| b.is_ascii_lowercase()) && !entry.contains("xn--")
}

/// Reads an entry as a browser would.
///
/// # Errors
/// What is wrong with it, for people.
pub fn canonical(entry: &str) -> Result<Name, &'static str> {
    if is_plain(entry) {
        return named(entry.to_owned(), String::new());
    }
    as_browsers(entry)
}

fn as_browsers(entry: &str) -> Result<Name, &'static str> {
    let entry = refang(entry);
    let entry = entry.strip_prefix("*.").unwrap_or(&entry);
    let parsed = if entry.contains("://") { Url::parse(entry) } else { Url::parse(&format!("http://{entry}")) };
    let url = parsed.map_err(|_| "no host and no link")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("neither http nor https");
    }
    let host = url.host_str().unwrap_or("").trim_end_matches('.').to_ascii_lowercase();
    let address = host.parse::<Ipv4Addr>();
    if host.starts_with('[') {
        return Err("an IPv6 address");
    }
    if let Ok(ip) = address {
        let public =
            !(ip.is_private() || ip.is_loopback() || ip.is_unspecified() || ip.is_link_local() || ip.is_broadcast());
        return if public { Ok(Name { host, path: segments(&url) }) } else { Err("an address of no public network") };
    }
    named(host, segments(&url))
}

/// The name, if a registry would hold it.
fn named(host: String, path: String) -> Result<Name, &'static str> {
    let label = |l: &str| {
        (1..=63).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    if !host.contains('.') {
        return Err(if host.is_empty() { "no host and no link" } else { "no dot in it" });
    }
    if host.len() > 253 || !host.split('.').all(label) {
        return Err("no name that a registry would hold");
    }
    Ok(Name { host, path })
}

fn segments(url: &Url) -> String {
    let path = url.path().trim_matches('/');
    path.split('/').filter(|s| !s.is_empty()).take(scamfilter::pack::PATH_SEGMENTS).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_entries_are_read_as_all_others() {
        for entry in [
            "",
            ".",
            "a",
            "com",
            "a.b",
            "a..b",
            ".a.b",
            "-a.b-",
            "a.b.c-d.e0.f",
            "1.a",
            "a.1",
            "0x.a",
            &"a.".repeat(200),
        ] {
            assert_eq!(canonical(entry).ok(), as_browsers(entry).ok(), "{entry}");
        }
        assert!(is_plain("evil-1.example") && !is_plain("1.2.3.4") && !is_plain("xn--a.b") && !is_plain("a.0x1"));
    }

    #[test]
    fn entries_are_read_as_browsers_read_links() {
        for (entry, page) in [
            ("Evil.Example.", "evil.example/"),
            ("hxxps://evil[.]example/a//b/?q#f", "evil.example/a/b"),
            ("*.evil.example", "evil.example/"),
            ("http://user@evil.example:8080\\x", "evil.example/x"),
            ("ไทย.com", "xn--o3cw4h.com/"),
            ("0x05.0x01.2.3", "5.1.2.3/"),
            ("a_b.example", "a_b.example/"),
        ] {
            assert_eq!(canonical(entry).map(|n| n.page()).as_deref(), Ok(page), "{entry}");
        }
        for entry in
            ["", "com", "a b.example", "127.0.0.1", "http://[::1]/", "ftp://x.example", "a..b", &"a.".repeat(10_000)]
        {
            assert!(canonical(entry).is_err(), "{entry}");
        }
    }
}

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

/// Reads an entry as a browser would.
///
/// # Errors
/// What is wrong with it, for people.
pub fn canonical(entry: &str) -> Result<Name, &'static str> {
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
    let label = |l: &str| {
        (1..=63).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    if !host.contains('.') {
        return Err("no dot in it");
    }
    if host.len() > 253 || !host.split('.').all(label) {
        return Err("no name that a registry would hold");
    }
    Ok(Name { host, path: segments(&url) })
}

fn segments(url: &Url) -> String {
    let path = url.path().trim_matches('/');
    path.split('/').filter(|s| !s.is_empty()).take(scamfilter::pack::PATH_SEGMENTS).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

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

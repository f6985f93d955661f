//! Names of hosts. In: a host as an author wrote it, the Public Suffix List, `hosts.txt`. Out: whether it is one, whose
//! registrable domain it has, and the list in the pack.

use super::common::PSL;
use super::{File, Lower};
use crate::diagnostic::Code;
use crate::load::{HOSTS, Tree};
use crate::source::PackFile;
use scamfilter::pack::write::PackWriter;
use scamfilter::pack::{encode_hashes, hash48};
use scamfilter::text::hosts_up;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// The list that the starter packs carry, for packs that carry none.
const COMMITTED: &str = include_str!("../../../packs/common/public_suffix_list.dat");
/// What is told of one list: a list in the wrong form would fill the screen a thousand times.
const MOST_TOLD: usize = 20;

/// Rules of the Public Suffix List.
pub(super) struct Suffixes<'a>(BTreeSet<&'a str>);

/// Rules of a list, as they stand in it.
pub(super) fn suffix_rules(list: &str) -> impl Iterator<Item = &str> {
    list.lines()
        .map(|line| line.split_whitespace().next().unwrap_or(""))
        .filter(|rule| !rule.is_empty() && !rule.starts_with("//"))
}

impl<'a> Suffixes<'a> {
    /// Those of the pack itself, or else of the starter packs.
    pub(super) fn of(tree: &'a Tree) -> Self {
        Self(suffix_rules(tree.get(PSL).map_or(COMMITTED, String::as_str)).collect())
    }

    /// The public suffix of a host; by custom its last label where no rule matches.
    fn suffix<'h>(&self, host: &'h str) -> &'h str {
        let listed = |name: &str| self.0.contains(name);
        for name in hosts_up(host) {
            let parent = name.split_once('.').map(|(_, parent)| parent);
            if let Some(parent) = parent.filter(|_| listed(&format!("!{name}"))) {
                return parent;
            }
            if listed(name) || parent.is_some_and(|parent| listed(&format!("*.{parent}"))) {
                return name;
            }
        }
        host.rsplit('.').next().unwrap_or(host)
    }

    /// Whether strangers can register names below it.
    pub(super) fn is_suffix(&self, host: &str) -> bool {
        self.suffix(host) == host
    }

    /// The part of a host that someone registered; nothing for a public suffix.
    pub(super) fn registrable<'h>(&self, host: &'h str) -> Option<&'h str> {
        let suffix = self.suffix(host);
        hosts_up(host).take_while(|name| *name != suffix).last()
    }
}

/// What is wrong with a host, if anything: `xn--` names are written as registries hold them.
pub(super) fn fault(host: &str) -> Option<&'static str> {
    let label = |l: &str| (1..=63).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let number = host.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    let wrong = [
        (host.contains("://"), "write the host alone, without a scheme"),
        (host.contains('*'), "write no `*`: a host is listed with all names below it"),
        (host.contains(['/', '?', ':', '@']), "write the host alone, without a path, port or user"),
        (!host.is_ascii(), "write it in punycode, as registries do: `xn--…`"),
        (host.bytes().any(|b| b.is_ascii_uppercase()), "write it in lower case"),
        (!host.contains('.'), "a host has at least two labels, such as `bad.example`"),
        (host.len() > 253, "a host has at most 253 characters"),
        (!host.split('.').all(label), "labels between dots have 1 to 63 of a-z, 0-9 and hyphen"),
        (number && host.parse::<Ipv4Addr>().is_err(), "write an IPv4 address as four numbers up to 255"),
    ];
    wrong.into_iter().find(|(holds, _)| *holds).map(|(_, help)| help)
}

/// The host that someone probably meant: of an address, or with a comma for a dot.
pub(super) fn meant(written: &str) -> Option<String> {
    let lower = written.trim().to_lowercase().replace(',', ".");
    let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let authority = bare.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("").split(':').next().unwrap_or("");
    let host = host.trim_start_matches("*.").trim_matches('.');
    fault(host).is_none().then(|| host.to_owned())
}

impl Lower<'_> {
    /// `hosts.txt`: a host a line, `#` begins a comment.
    pub(super) fn hosts(&mut self, writer: &mut PackWriter, about: &PackFile) {
        let Some((path, text)) = self.tree.get_key_value(HOSTS) else { return };
        let file = File { path, text };
        let suffixes = Suffixes::of(self.tree);
        let mut hosts = BTreeSet::new();
        let (mut at, mut wrong) = (0, 0);
        for line in text.split_inclusive('\n') {
            let said = line.split('#').next().unwrap_or("");
            let host = said.trim();
            let start = at + said.len() - said.trim_start().len();
            at += line.len();
            if host.is_empty() {
                continue;
            }
            let problem = match fault(host) {
                Some(help) => {
                    let message = format!("`{}` is no host", host.chars().take(80).collect::<String>());
                    Some((Code::Value, message, help))
                }
                None if !hosts.insert(host) => {
                    Some((Code::Duplicate, format!("`{host}` is listed twice"), "take one of them away"))
                }
                None => self.shared(host, &suffixes),
            };
            let Some((code, message, help)) = problem else { continue };
            wrong += 1;
            if wrong <= MOST_TOLD {
                self.problem(code, message, file, start..start + host.len(), Some(help.to_owned()));
            }
        }
        if wrong > MOST_TOLD {
            let message = format!("{} more lines of this file are wrong", wrong - MOST_TOLD);
            self.problem(Code::Value, message, file, 0..0, None);
        }
        let digest = Sha256::digest(format!("scamfilter hosts {} {}", about.id, about.hosts_epoch));
        let half = |at: usize| digest.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes);
        let key = (half(0), half(8));
        let hashes: BTreeSet<u64> = hosts.iter().map(|name| hash48(key, name)).collect();
        let hashes: Vec<u64> = hashes.into_iter().collect();
        writer.hosts(encode_hashes(key, &hashes).unwrap_or_default(), BTreeSet::new());
    }

    /// A host that people of good will share with others: listing it would condemn them all.
    fn shared(&self, host: &str, suffixes: &Suffixes<'_>) -> Option<(Code, String, &'static str)> {
        let owner = self.official.get(host).map(|brand| format!("`{host}` is an official domain of `{brand}`"));
        let used = self.shared.get(host).map(|used| format!("`{host}` is shared by many: {used} in domains.toml"));
        let address = host.parse::<Ipv4Addr>().is_ok();
        let suffix = (!address && suffixes.is_suffix(host)).then(|| format!("`{host}` is a public suffix"));
        let message = owner.or(used).or(suffix)?;
        Some((Code::Value, message, "list the full name of the malicious site below it, or take it away"))
    }
}

/// Names with what they are, for [`Lower::hosts`].
pub(super) type Named = BTreeMap<String, String>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_from_what_looks_like_them() {
        let long = format!("{}.com", "a.".repeat(126));
        for host in ["168.vip", "login-office.zip", "xn--12c1fe.com", "1.2.3.4", "a--b.co", "0x.mov"] {
            assert_eq!(fault(host), None, "{host}");
        }
        for host in ["", "com", "x,co", "a..b", ".a.b", "a.b.", "*.a.b", "http://a.b", "a.b/c", "A.b", "ไทย.com", &long]
        {
            assert!(fault(host).is_some(), "{host}");
        }
        assert!(fault("1.2.3.999").is_some() && fault("1.2.3").is_some());
    }

    #[test]
    fn registrable_domains_are_those_of_the_list() {
        let tree = Tree::from([(PSL.to_owned(), "// c\ncom\nco.th\n*.ck\n!www.ck\n".to_owned())]);
        let list = Suffixes::of(&tree);
        assert_eq!(list.registrable("a.b.com"), Some("b.com"));
        assert_eq!(list.registrable("x.scb.co.th"), Some("scb.co.th"));
        assert_eq!(list.registrable("a.b.c.ck"), Some("b.c.ck"));
        assert_eq!(list.registrable("a.www.ck"), Some("www.ck"));
        assert_eq!(list.registrable("co.th"), None);
        assert_eq!(list.registrable("a.unlisted"), Some("a.unlisted"));
        assert!(list.is_suffix("c.ck") && !list.is_suffix("www.ck"));
        assert_eq!(meant("HTTPS://user@Www.X.com:80/a").as_deref(), Some("www.x.com"));
        assert_eq!(meant("x,co").as_deref(), Some("x.co"));
        assert_eq!(meant("x"), None);
    }
}

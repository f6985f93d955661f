//! Names of hosts. In: a host as an author wrote it, the Public Suffix List, `hosts.txt`. Out: whether it is one, whose
//! registrable domain it has, and the list in the pack.

use super::common::PSL;
use super::{File, Lower};
use crate::diagnostic::Code;
use crate::feeds::MARK;
use crate::load::{ALLOWED, HOSTS, Tree};
use crate::source::PackFile;
use scamfilter::pack::write::PackWriter;
use scamfilter::pack::{HostKey, PATH_SEGMENTS, encode_hashes, hash48};
use scamfilter::text::{hosts_up, parse_link};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// The list that the starter packs carry, for packs that carry none.
const COMMITTED: &str = include_str!("../../../packs/common/public_suffix_list.dat");
/// What is told of one list: a list in the wrong form would fill the screen a thousand times.
const MOST_TOLD: usize = 20;

/// Rules of the Public Suffix List, without the signs in front of them.
pub struct Suffixes<'a> {
    plain: BTreeSet<Cow<'a, str>>,
    /// `*.` and one label more.
    wild: BTreeSet<Cow<'a, str>>,
    /// `!`: no suffix after all.
    not: BTreeSet<Cow<'a, str>>,
}

/// Rules of a list, as hosts are compared: in A-labels.
pub(super) fn suffix_rules(list: &str) -> impl Iterator<Item = Cow<'_, str>> {
    list.lines()
        .map(|line| line.split_whitespace().next().unwrap_or(""))
        .filter(|rule| !rule.is_empty() && !rule.starts_with("//"))
        .map(|rule| if rule.is_ascii() { Cow::Borrowed(rule) } else { Cow::Owned(encoded(rule)) })
}

/// The rule with its name as the phone reads hosts.
fn encoded(rule: &str) -> String {
    let name = rule.trim_start_matches('!').trim_start_matches("*.");
    let sign = rule.strip_suffix(name).unwrap_or("");
    parse_link(&format!("http://{name}/")).map_or_else(|| rule.to_owned(), |link| format!("{sign}{}", link.host))
}

impl<'a> Suffixes<'a> {
    /// Those of the pack itself, or else of the starter packs.
    pub(super) fn of(tree: &'a Tree) -> Self {
        Self::read(tree.get(PSL).map_or(COMMITTED, String::as_str))
    }

    /// Those that the starter packs carry.
    #[must_use]
    pub fn committed() -> Suffixes<'static> {
        Suffixes::read(COMMITTED)
    }

    fn read(list: &'a str) -> Self {
        let mut all = Self { plain: BTreeSet::new(), wild: BTreeSet::new(), not: BTreeSet::new() };
        for rule in suffix_rules(list) {
            let (set, sign) = match &rule {
                rule if rule.starts_with("*.") => (&mut all.wild, 2),
                rule if rule.starts_with('!') => (&mut all.not, 1),
                _ => (&mut all.plain, 0),
            };
            set.insert(match rule {
                Cow::Borrowed(rule) => Cow::Borrowed(rule.get(sign..).unwrap_or("")),
                Cow::Owned(rule) => Cow::Owned(rule.get(sign..).unwrap_or("").to_owned()),
            });
        }
        all
    }

    /// The public suffix of a host; by custom its last label where no rule matches.
    fn suffix<'h>(&self, host: &'h str) -> &'h str {
        for name in hosts_up(host) {
            let parent = name.split_once('.').map(|(_, parent)| parent);
            if let Some(parent) = parent.filter(|_| self.not.contains(name)) {
                return parent;
            }
            if self.plain.contains(name) || parent.is_some_and(|parent| self.wild.contains(parent)) {
                return name;
            }
        }
        host.rsplit('.').next().unwrap_or(host)
    }

    /// Whether strangers can register names below it.
    #[must_use]
    pub fn is_suffix(&self, host: &str) -> bool {
        self.suffix(host) == host
    }

    /// The part of a host that someone registered; nothing for a public suffix.
    #[must_use]
    pub fn registrable<'h>(&self, host: &'h str) -> Option<&'h str> {
        let suffix = self.suffix(host);
        hosts_up(host).take_while(|name| *name != suffix).last()
    }
}

/// What is wrong with a host, if anything: `xn--` names are written as registries hold them.
pub(super) fn fault(host: &str) -> Option<&'static str> {
    let label = |l: &str| {
        (1..=63).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
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
    /// `hosts.txt`: a host, or a host with a path, a line, `#` begins a comment.
    pub(super) fn hosts(&mut self, writer: &mut PackWriter, about: &PackFile) {
        let Some((path, text)) = self.tree.get_key_value(HOSTS) else { return };
        let file = File { path, text };
        let suffixes = Suffixes::of(self.tree);
        let own: Vec<String> = self.official.keys().chain(self.shared.keys()).cloned().collect();
        let listed = self.tree.get(ALLOWED).map_or("", String::as_str);
        let allowed: BTreeSet<&str> = allowed_lines(listed).chain(own.iter().map(String::as_str)).collect();
        let mut names = BTreeSet::new();
        let (mut at, mut wrong) = (0, 0);
        for line in text.split_inclusive('\n') {
            let (said, comment) = line.split_at_checked(line.find('#').unwrap_or(line.len())).unwrap_or((line, ""));
            let name = said.trim();
            let start = at + said.len() - said.trim_start().len();
            at += line.len();
            if name.is_empty() {
                continue;
            }
            let (host, page) = name.split_once('/').map_or((name, None), |(host, page)| (host, Some(page)));
            let problem = match fault(host).or_else(|| page.and_then(fault_of_page)) {
                Some(help) => {
                    let message = format!("`{}` is no host", name.chars().take(80).collect::<String>());
                    Some((Code::Value, message, help))
                }
                None if !names.insert(name) => {
                    Some((Code::Duplicate, format!("`{name}` is listed twice"), "take one of them away"))
                }
                None if page.is_some() || comment.starts_with(MARK) => None,
                None => self.shared(host, &suffixes).or_else(|| allowed_too(host, &allowed)),
            };
            let Some((code, message, help)) = problem else { continue };
            wrong += 1;
            if wrong <= MOST_TOLD {
                self.problem(code, message, file, start..start + name.len(), Some(help.to_owned()));
            }
        }
        if wrong > MOST_TOLD {
            let message = format!("{} more lines of this file are wrong", wrong - MOST_TOLD);
            self.problem(Code::Value, message, file, 0..0, None);
        }
        let digest = Sha256::digest(format!("scamfilter hosts {} {}", about.id, about.hosts_epoch));
        let half = |at: usize| digest.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes);
        let key: HostKey = (half(0), half(8));
        let marks = marks(&names);
        names.extend(marks.iter().map(String::as_str));
        let (hashes, strings) = apart(&names, &allowed, |name| hash48(key, name));
        match encode_hashes(key, &hashes) {
            Some(set) => writer.hosts(set, strings),
            None => {
                let message = "thousands of these hosts meet in one place of the set, which chance does not do";
                let help = "raise `hosts_epoch` in pack.toml, which changes the key";
                self.problem(Code::Value, message, file, 0..0, Some(help.to_owned()));
            }
        }
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

/// Names of allowed.txt.
fn allowed_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split('#').next().unwrap_or("").trim()).filter(|line| !line.is_empty())
}

/// What is wrong with a path, if anything.
fn fault_of_page(page: &str) -> Option<&'static str> {
    let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'\\' | b'"' | b'<' | b'>');
    let segments = page.split('/');
    let whole = (1..=PATH_SEGMENTS).contains(&segments.clone().count()) && { segments }.all(|s| !s.is_empty());
    (!whole || !page.bytes().all(plain))
        .then_some("write a path as browsers send it, of 1 to 8 segments, as `t.me/name`")
}

fn allowed_too(host: &str, allowed: &BTreeSet<&str>) -> Option<(Code, String, &'static str)> {
    let help = "take it out of one of the two; `scampack import --allow` lists it with a reason";
    allowed.contains(host).then(|| (Code::Value, format!("`{host}` stands in allowed.txt too"), help))
}

/// What tells a phone on which hosts pages are listed, and that any are.
fn marks(names: &BTreeSet<&str>) -> BTreeSet<String> {
    let hosts = names.iter().filter_map(|name| name.split_once('/'));
    let mut marks: BTreeSet<String> = hosts.map(|(host, _)| format!("{host}/")).collect();
    if !marks.is_empty() {
        marks.insert("/".to_owned());
    }
    marks
}

/// Hashes of names, in order, and the names whose hash is one of an allowed name: so none of the hashes is.
fn apart(names: &BTreeSet<&str>, allowed: &BTreeSet<&str>, hash: impl Fn(&str) -> u64) -> (Vec<u64>, BTreeSet<String>) {
    let both = allowed.iter().flat_map(|name| [(*name).to_owned(), format!("www.{name}"), format!("{name}/")]);
    // A host that is listed with a reason, and the mark of a shared host with pages, is what it is.
    let taken: BTreeSet<u64> = { both }.filter(|name| !names.contains(name.as_str())).map(|name| hash(&name)).collect();
    let mut hashes = BTreeSet::new();
    let mut strings = BTreeSet::new();
    for name in names {
        let own = hash(name);
        if taken.contains(&own) {
            strings.insert((*name).to_owned());
        } else {
            hashes.insert(own);
        }
    }
    (hashes.into_iter().collect(), strings)
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
    fn no_hash_of_an_allowed_name_is_listed() {
        let names = BTreeSet::from(["evil.example", "bad.example", "t.me/x", "t.me/", "/"]);
        let allowed = BTreeSet::from(["bank.example", "t.me"]);
        // A hash so short that names meet.
        let hash = |name: &str| hash48((1, 2), name) & 3;
        let (hashes, strings) = apart(&names, &allowed, hash);
        for name in ["bank.example", "www.bank.example", "bank.example/", "t.me", "www.t.me"] {
            assert!(!hashes.contains(&hash(name)), "{name}");
        }
        assert!(!strings.is_empty());
        for name in &names {
            assert!(hashes.contains(&hash(name)) != strings.contains(*name), "{name}");
        }
        let (hashes, strings) = apart(&names, &allowed, |name| hash48((1, 2), name));
        assert_eq!((hashes.len(), strings.len()), (5, 0));
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

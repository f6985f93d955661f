//! Public Suffix List. In: a host. Out: the length of its public suffix by the algorithm of publicsuffix.org.
//!
//! The same layout as the host set, one for each kind of rule: `u32 length` and set for normal, wildcard (`*.x`, stored
//! as `x`) and exception (`!x.y`, stored as `x.y`) rules.

use super::host_set::HostSet;
use super::hosts::{HostKey, hash48};
use super::read::u32_at;
use crate::text::hosts_up;

/// The list is public, so its hashes need no secret.
const KEY: HostKey = (0, 0);

pub(super) fn suffix(section: &[u8], host: &str) -> Option<usize> {
    let (normal, rest) = split(section)?;
    let (wildcard, rest) = split(rest)?;
    let (exception, _) = split(rest)?;
    // Longest name first, so the first rule that matches is the prevailing one; an exception beats all.
    let mut names = hosts_up(host).map(|name| (name, hash48(KEY, name))).peekable();
    while let Some((name, hash)) = names.next() {
        let parent = names.peek();
        if exception.contains(hash) {
            return parent.map(|(parent, _)| parent.len());
        }
        if normal.contains(hash) || parent.is_some_and(|(_, hash)| wildcard.contains(*hash)) {
            return Some(name.len());
        }
    }
    None
}

fn split(section: &[u8]) -> Option<(HostSet<'_>, &[u8])> {
    let length = u32_at(section, 0)? as usize;
    let body = section.get(4..)?;
    Some((HostSet::read(body.get(..length)?)?, body.get(length..)?))
}

#[cfg(feature = "write")]
pub(super) fn encode(rules: &[&str]) -> Vec<u8> {
    use std::collections::BTreeSet;
    let (mut normal, mut wildcard, mut exception) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for rule in rules {
        match (rule.strip_prefix("*."), rule.strip_prefix('!')) {
            (Some(parent), _) => wildcard.insert(hash48(KEY, parent)),
            (_, Some(name)) => exception.insert(hash48(KEY, name)),
            _ => normal.insert(hash48(KEY, rule)),
        };
    }
    let mut out = Vec::new();
    for set in [normal, wildcard, exception] {
        let hashes: Vec<u64> = set.into_iter().collect();
        let set = super::encode_hashes(KEY, &hashes).unwrap_or_default();
        out.extend((set.len() as u32).to_le_bytes());
        out.extend(set);
    }
    out
}

//! Public Suffix List. In: a host. Out: the length of its public suffix by the algorithm of publicsuffix.org.
//!
//! The same layout as the host set, one for each kind of rule: `u32 length` and set for normal, wildcard (`*.x`, stored
//! as `x`) and exception (`!x.y`, stored as `x.y`) rules.

use super::hosts;
use super::read::{u32_at, u64_at};
use crate::text::hosts_up;

pub(super) fn suffix(section: &[u8], host: &str) -> Option<usize> {
    let (normal, rest) = split(section)?;
    let (wildcard, rest) = split(rest)?;
    let (exception, _) = split(rest)?;
    let key = (u64_at(normal, 8)?, u64_at(normal, 16)?);
    // Longest name first, so the first rule that matches is the prevailing one; an exception beats all.
    for name in hosts_up(host) {
        let parent = name.split_once('.').map(|(_, parent)| parent);
        let listed = |set: &[u8], name: &str| hosts::find(set, hosts::hash48(key, name)).is_some();
        if listed(exception, name) {
            return parent.map(str::len);
        }
        if listed(normal, name) || parent.is_some_and(|p| listed(wildcard, p)) {
            return Some(name.len());
        }
    }
    None
}

fn split(section: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = u32_at(section, 0)? as usize;
    let body = section.get(4..)?;
    Some((body.get(..length)?, body.get(length..)?))
}

#[cfg(feature = "write")]
pub(super) fn encode(rules: &[&str]) -> Vec<u8> {
    let key = (0, 0);
    let (mut normal, mut wildcard, mut exception) = (Vec::new(), Vec::new(), Vec::new());
    for rule in rules {
        match (rule.strip_prefix("*."), rule.strip_prefix('!')) {
            (Some(parent), _) => wildcard.push(parent),
            (_, Some(name)) => exception.push(name),
            _ => normal.push(*rule),
        }
    }
    let mut out = Vec::new();
    for set in [normal, wildcard, exception] {
        let set = hosts::encode(key, &set);
        out.extend((set.len() as u32).to_le_bytes());
        out.extend(set);
    }
    out
}

//! Malicious hosts of a pack. In: a host, and the path behind it. Out: what of it is listed.
//!
//! The section is a [`HostSet`] of keyed hashes of names in lower case and as A-labels. A name is a host, which stands for all
//! below it too, or a host with the first segments of a path (`t.me/x`), for hosts on which anyone can have a page. Where there
//! are names with paths, the set also holds `/`, and their hosts with a `/` behind them, so that other links cost nothing.
//! Names whose hash is that of a name that must not be listed stand in a section of strings, in order.

use super::host_set::HostSet;
use super::read::{pooled, u32_at};
use siphasher::sip::SipHasher24;

/// Segments of a path that are looked at.
pub const PATH_SEGMENTS: usize = 8;

/// Key of the hash of a list.
pub type HostKey = (u64, u64);

/// The top 48 bits of the keyed hash of `host`: SipHash-2-4 (Aumasson and Bernstein 2012), so that who does not know the key
/// cannot make a host that meets another.
#[must_use]
pub fn hash48(key: HostKey, host: &str) -> u64 {
    SipHasher24::new_with_keys(key.0, key.1).hash(host.as_bytes()) >> 16
}

/// The list of a pack.
#[derive(Clone, Copy, Debug)]
pub struct HostList<'a> {
    set: Option<HostSet<'a>>,
    strings: &'a [u8],
}

impl<'a> HostList<'a> {
    pub(super) fn read(set: &'a [u8], strings: &'a [u8]) -> Self {
        Self { set: HostSet::read(set), strings }
    }

    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_none() && self.strings.is_empty()
    }

    /// The hashes, if there are any.
    #[must_use]
    pub fn set(&self) -> Option<HostSet<'a>> {
        self.set
    }

    /// Names that are listed as strings.
    pub fn strings(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let strings = self.strings;
        (0..u32_at(strings, 0).unwrap_or(0)).map_while(move |id| Some(pooled(strings, id)).filter(|s| !s.is_empty()))
    }

    /// Whether exactly `name` is listed.
    #[must_use]
    pub fn lists(&self, name: &str) -> bool {
        self.set.is_some_and(|set| set.contains(hash48(set.key(), name))) || self.is_string(name)
    }

    /// The listed name with the fewest segments that `path`, which begins with `/`, lies at or below on one of `hosts`.
    pub fn path_below<'h>(&self, hosts: impl Iterator<Item = &'h str>, path: &str) -> Option<String> {
        if path.len() < 2 || !self.lists("/") {
            return None;
        }
        for host in hosts {
            let mut name = format!("{host}/");
            if !self.lists(&name) {
                continue;
            }
            for segment in path.split('/').skip(1).take(PATH_SEGMENTS) {
                name.push_str(segment);
                if self.lists(&name) {
                    return Some(name);
                }
                name.push('/');
            }
        }
        None
    }

    fn is_string(&self, name: &str) -> bool {
        let (mut low, mut high) = (0, u32_at(self.strings, 0).unwrap_or(0));
        while low < high {
            let middle = low + (high - low) / 2;
            match pooled(self.strings, middle).cmp(name) {
                core::cmp::Ordering::Equal => return true,
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
            }
        }
        false
    }
}

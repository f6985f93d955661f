//! Hits of phrases and patterns, by what they stand for. In: a place each. Out: the places of an atom, in order.

use super::LOCAL_ATOMS;

/// A place in the folded text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    key: u64,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// All hits of a message.
#[derive(Default)]
pub(super) struct Hits {
    sorted: Vec<Hit>,
}

impl Hits {
    /// Adds a hit; [`Self::sort`] must follow before anything is asked.
    pub(super) fn push(&mut self, pack: usize, atom: u32, start: usize, end: usize) {
        self.sorted.push(Hit { key: key(pack, atom), start: start as u32, end: end as u32 });
    }

    pub(super) fn sort(&mut self) {
        self.sorted.sort_unstable();
        self.sorted.dedup();
    }

    /// Hits of `atom` as `pack` means it, in order of their place.
    pub(super) fn of(&self, pack: usize, atom: u32) -> &[Hit] {
        let key = key(pack, atom);
        let start = self.sorted.partition_point(|h| h.key < key);
        let rest = self.sorted.get(start..).unwrap_or(&[]);
        let length = rest.partition_point(|h| h.key == key);
        rest.get(..length).unwrap_or(&[])
    }

    /// The atoms hit that mean something to `pack`: concepts, and its own.
    pub(super) fn atoms(&self, pack: usize) -> impl Iterator<Item = u32> + '_ {
        let groups = self.sorted.chunk_by(|a, b| a.key == b.key).filter_map(|group| group.first());
        groups.filter_map(move |hit| {
            let atom = hit.key as u32;
            (hit.key == key(pack, atom)).then_some(atom)
        })
    }
}

/// Concepts are shared by all packs; other atoms belong to one.
fn key(pack: usize, atom: u32) -> u64 {
    if atom < LOCAL_ATOMS { u64::from(atom) } else { (pack as u64 + 1) << 32 | u64::from(atom) }
}

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
    /// By pack: what it says stays with it, though it hears what others say.
    apart: Vec<bool>,
    /// By pack: it has the right to guard.
    guards: Vec<bool>,
    /// Atoms that one of those has hit, in order once sorted.
    guarded: Vec<u32>,
}

impl Hits {
    /// For packs of which those marked in `apart` fill concepts for their own rules only, and those in `guards` may guard.
    pub(super) fn new(apart: Vec<bool>, guards: Vec<bool>) -> Self {
        Self { sorted: Vec::new(), apart, guards, guarded: Vec::new() }
    }

    /// Adds a hit; [`Self::sort`] must follow before anything is asked.
    pub(super) fn push(&mut self, pack: usize, atom: u32, start: usize, end: usize) {
        let (start, end) = (start as u32, end as u32);
        let key = self.key(pack, atom);
        self.sorted.push(Hit { key, start, end });
        if self.guards.get(pack) == Some(&true) {
            self.guarded.push(atom);
        }
        if u64::from(atom) == key {
            let hearing = self.apart.iter().enumerate().filter(|(_, apart)| **apart);
            let copies = hearing.map(|(other, _)| Hit { key: own(other, atom), start, end });
            self.sorted.extend(copies);
        }
    }

    /// Whether a pack with the right to guard has hit `atom`.
    pub(super) fn guarded(&self, atom: u32) -> bool {
        self.guarded.binary_search(&atom).is_ok()
    }

    pub(super) fn sort(&mut self) {
        self.guarded.sort_unstable();
        self.sorted.sort_unstable();
        self.sorted.dedup();
    }

    /// Hits of `atom` as `pack` means it, in order of their place.
    pub(super) fn of(&self, pack: usize, atom: u32) -> &[Hit] {
        let key = self.key(pack, atom);
        let start = self.sorted.partition_point(|h| h.key < key);
        let rest = self.sorted.get(start..).unwrap_or(&[]);
        let length = rest.partition_point(|h| h.key == key);
        rest.get(..length).unwrap_or(&[])
    }

    /// Concepts are shared by all packs that may say what they mean to others; other atoms belong to one.
    fn key(&self, pack: usize, atom: u32) -> u64 {
        let apart = self.apart.get(pack).copied().unwrap_or(true);
        if atom < LOCAL_ATOMS && !apart { u64::from(atom) } else { own(pack, atom) }
    }

    /// The atoms hit that mean something to `pack`: concepts, and its own.
    pub(super) fn atoms(&self, pack: usize) -> impl Iterator<Item = u32> + '_ {
        let groups = self.sorted.chunk_by(|a, b| a.key == b.key).filter_map(|group| group.first());
        groups.filter_map(move |hit| {
            let atom = hit.key as u32;
            (hit.key == self.key(pack, atom)).then_some(atom)
        })
    }
}

fn own(pack: usize, atom: u32) -> u64 {
    (pack as u64 + 1) << 32 | u64::from(atom)
}

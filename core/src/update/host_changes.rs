//! Changes of a set of host hashes. In: the section of the installed image and the changes. Out: the section of the new one,
//! in pieces, with a few kilobytes of memory however long the list is.
//!
//! Changes are two lists of [`super::rice`]: places in the old list that go, then hashes that come. The key stays the same.

use super::rice;
use crate::pack::{HostSet, SetShape};

const HASH_BOUND: u64 = 1 << 48;

/// A set with changes that lead to another one.
pub(super) struct Changed<'a> {
    old: HostSet<'a>,
    removed: rice::Reader<'a>,
    added: rice::Reader<'a>,
    shape: SetShape,
}

impl<'a> Changed<'a> {
    /// Reads `changes` of `section`; `None` when either is damaged, or they do not belong together.
    pub(super) fn read(section: &'a [u8], changes: &'a [u8]) -> Option<Self> {
        let old = HostSet::read(section)?;
        let removed = rice::Reader::new(changes, old.len() as u64)?;
        let added = rice::Reader::new(removed.clone().end()?, HASH_BOUND)?;
        added.clone().end().filter(|rest| rest.is_empty())?;
        // That the result rises strictly is part of the shape, so a hash that was there already is refused as no change.
        let count = old.len().checked_sub(removed.left())?.checked_add(added.left())?;
        let shape = SetShape::of(count, Merged::of(old.hashes(), &removed, &added))?;
        Some(Self { old, removed, added, shape })
    }

    /// Bytes of the new section.
    pub(super) fn size(&self) -> usize {
        self.shape.size()
    }

    /// Writes the new section in pieces.
    pub(super) fn write<E>(&self, write: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let merged = || Merged::of(self.old.hashes(), &self.removed, &self.added);
        self.shape.write(self.old.key(), merged, write)
    }
}

/// Hashes of the old list that stay and those that come, in order. Both lists of changes have been read once and are whole.
#[derive(Clone)]
struct Merged<'a, I> {
    old: core::iter::Enumerate<I>,
    kept: Option<u64>,
    removed: rice::Reader<'a>,
    goes: Option<u64>,
    added: rice::Reader<'a>,
    comes: Option<u64>,
}

impl<'a, I: Iterator<Item = u64>> Merged<'a, I> {
    fn of(old: I, removed: &rice::Reader<'a>, added: &rice::Reader<'a>) -> Self {
        let (removed, added) = (removed.clone(), added.clone());
        let mut merged = Self { old: old.enumerate(), kept: None, removed, goes: None, added, comes: None };
        merged.goes = merged.removed.next().and_then(Result::ok);
        merged.comes = merged.added.next().and_then(Result::ok);
        merged.keep();
        merged
    }

    /// Goes on to the next hash of the old list that stays.
    fn keep(&mut self) {
        self.kept = None;
        for (place, hash) in self.old.by_ref() {
            if self.goes == Some(place as u64) {
                self.goes = self.removed.next().and_then(Result::ok);
            } else {
                self.kept = Some(hash);
                return;
            }
        }
    }
}

impl<I: Iterator<Item = u64>> Iterator for Merged<'_, I> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        match (self.kept, self.comes) {
            (Some(kept), comes) if comes.is_none_or(|comes| kept <= comes) => {
                self.keep();
                Some(kept)
            }
            (_, Some(comes)) => {
                self.comes = self.added.next().and_then(Result::ok);
                Some(comes)
            }
            _ => None,
        }
    }
}

/// The changes from one section to another; nothing when their keys differ or either is no set.
#[cfg(feature = "write")]
pub(super) fn between(old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let (old, new) = (HostSet::read(old)?, HostSet::read(new)?);
    if old.key() != new.key() {
        return None;
    }
    let (old, new): (Vec<u64>, Vec<u64>) = (old.hashes().collect(), new.hashes().collect());
    let gone = old.iter().enumerate().filter(|(_, h)| new.binary_search(h).is_err()).map(|(place, _)| place as u64);
    let mut out = Vec::new();
    rice::write(&gone.collect::<Vec<_>>(), &mut out)?;
    let come: Vec<u64> = new.iter().copied().filter(|h| old.binary_search(h).is_err()).collect();
    rice::write(&come, &mut out)?;
    Some(out)
}

//! The one home of the pack format. In: bytes from anywhere. Out: a [`Pack`] to look things up in, or a named error.
//!
//! `open` checks header and section table only; `verify` checks digests (at install). Every later read is bounded by
//! its section whatever the bytes say, and allocates nothing that the length of the pack does not pay for.

mod brands;
mod header;
mod host_set;
#[cfg(any(feature = "update", feature = "write"))]
mod host_set_writer;
mod hosts;
mod labels;
mod model;
mod patterns;
#[cfg(feature = "update")]
mod phrase_list;
#[cfg(any(feature = "write", feature = "update"))]
mod phrase_writer;
mod phrases;
mod policies;
mod psl;
mod read;
mod rules;
mod scoring;
mod sieve;
#[cfg(feature = "write")]
pub mod write;

pub use brands::{Brand, SenderClass};
#[cfg(feature = "update")]
pub(crate) use header::{ENGINE, MAX_IMAGE, MAX_SECTIONS};
pub use header::{Header, MAGIC, MAJOR, REQUIRED, SECTION_SIZE, SectionKind};
pub use host_set::HostSet;
#[cfg(feature = "update")]
pub(crate) use host_set_writer::SetShape;
#[cfg(feature = "write")]
pub use host_set_writer::encode_hashes;
pub use hosts::{HostKey, HostList, PATH_SEGMENTS, hash48};
pub use labels::{LabelEntry, LabelKind, LabelTable, halves};
pub use model::{ConceptEntry, LEVELS, MAX_BITS, Model};
#[cfg(feature = "write")]
pub use model::{NewModel, NewTable};
pub use patterns::{Automaton, Pattern};
#[cfg(feature = "update")]
pub(crate) use phrase_list::built;
#[cfg(all(feature = "write", feature = "update"))]
pub(crate) use phrase_list::listed;
pub use phrases::{PhraseEdge, PhraseHit, PhraseTable, Scanned, scan};
pub use policies::{Policy, TextEntry};
pub use rules::{ALWAYS, Op, Rule};
pub use scoring::Scoring;
pub use sieve::{LabelSieve, Sieve};

use crate::error::Error;
use crate::verdict::Level;
use core::ops::Range;
use std::sync::Arc;

/// Marks a string that is absent.
const NONE: u32 = u32::MAX;

/// Bytes of a pack: anything that can be shared, among them a mapped file.
pub type PackBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A pack with what the app allows its publisher.
#[derive(Clone)]
pub struct PackSource {
    /// The image.
    pub bytes: PackBytes,
    /// The highest level that this pack alone may cause.
    pub ceiling: Level,
    /// Whether it may fill guard concepts, which lower scores. `common` always may.
    pub may_guard: bool,
}

impl PackSource {
    /// A trusted pack: up to [`Level::Scam`], no right to guard.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: Arc::new(bytes.into()), ceiling: Level::Scam, may_guard: false }
    }
}

/// An open pack.
#[derive(Clone)]
pub struct Pack {
    bytes: PackBytes,
    header: Header,
    sections: Vec<(SectionKind, Range<usize>)>,
    /// Where each kind of section lies, by its number; empty when the pack has none.
    places: [Range<usize>; SectionKind::COUNT],
    id: String,
}

impl core::fmt::Debug for Pack {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Pack").field("id", &self.id).field("serial", &self.header.serial).finish_non_exhaustive()
    }
}

impl Pack {
    /// Opens an image in place.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Publisher`] with what is wrong: not a pack, another major, another engine range, a newer normaliser, a
    /// required section that is unknown, sections that overlap or leave the file.
    pub fn open(bytes: PackBytes) -> Result<Self, Error> {
        let (header, sections) = header::read((*bytes).as_ref())?;
        let mut places = [const { 0..0 }; SectionKind::COUNT];
        for (kind, range) in &sections {
            if let Some(place) = places.get_mut(*kind as usize) {
                *place = range.clone();
            }
        }
        let mut pack = Self { bytes, header, sections, places, id: String::new() };
        pack.id = pack.meta("id").unwrap_or("").to_owned();
        if pack.id.is_empty() {
            return Err(Error::publisher("the pack has no id in its meta section"));
        }
        Ok(pack)
    }

    /// Recomputes the digest of every section.
    ///
    /// # Errors
    /// Names the first section whose bytes are not those that the header promises.
    pub fn verify(&self) -> Result<(), Error> {
        header::verify((*self.bytes).as_ref())
    }

    /// The id that its publisher gave it, such as `th`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The fixed header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The value of a key of the meta section (`id`, `publisher`, `title`, `countries`, `licence`, …).
    #[must_use]
    pub fn meta(&self, key: &str) -> Option<&str> {
        read::key_values(self.section(SectionKind::Meta)).find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// Kinds and sizes of the sections in order of the file.
    pub fn sections(&self) -> impl Iterator<Item = (SectionKind, usize)> + '_ {
        self.sections.iter().map(|(kind, range)| (*kind, range.len()))
    }

    /// The phrases, ready for [`scan`].
    #[must_use]
    pub fn phrases(&self) -> PhraseTable<'_> {
        PhraseTable::read(self.section(SectionKind::Phrases))
    }

    /// The malicious hosts.
    #[must_use]
    pub fn hosts(&self) -> HostList<'_> {
        HostList::read(self.section(SectionKind::Hosts), self.section(SectionKind::HostStrings))
    }

    /// Length in bytes of the public suffix of `host`, if the pack carries the list and a rule of it matches.
    #[must_use]
    pub fn public_suffix(&self, host: &str) -> Option<usize> {
        psl::suffix(self.section(SectionKind::Suffixes), host)
    }

    pub(crate) fn section(&self, kind: SectionKind) -> &[u8] {
        let range = self.places.get(kind as usize).cloned().unwrap_or(0..0);
        (*self.bytes).as_ref().get(range).unwrap_or(&[])
    }

    pub(crate) fn string(&self, id: u32) -> &str {
        read::pooled(self.section(SectionKind::Strings), id)
    }
}

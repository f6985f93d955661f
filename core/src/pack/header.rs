//! Envelope of a pack: fixed header, section table, digests. In: all bytes. Out: [`Header`] and where each section lies.
//!
//! ```text
//! 0   magic "SCAMPACK"      8  u16 major   10 u16 minor   12 u16 engine from   14 u16 engine to
//! 16  u16 normaliser        18 u16 concept set            20 u32 psl date (yyyymmdd)
//! 24  u64 serial            32 u32 expires (days since 1970)   36 u32 sections   40 u64 length of the file
//! 48  section table: u16 kind, u16 flags (bit 0 required), u32 offset, u32 length, u32 zero, 32 bytes SHA-256
//! ```
//! Sections follow in the order of the table, each at a multiple of 8, zeros between, none overlapping.

use super::read::{array, u16_at, u32_at, u64_at};
use crate::error::Error;
use crate::text::NORMALISER;
use core::ops::Range;
use sha2::{Digest, Sha256};

/// First bytes of every pack.
pub const MAGIC: [u8; 8] = *b"SCAMPACK";
/// Format that this library reads and writes. A new major means that old phones must refuse.
pub const MAJOR: u16 = 1;
/// What the detectors of this library can do; a pack names the range that it was made for.
pub(crate) const ENGINE: u16 = 1;
/// Flag of a section that a reader must know.
pub const REQUIRED: u16 = 1;
/// Bytes of an entry of the section table.
pub const SECTION_SIZE: usize = 48;
pub(super) const HEADER_SIZE: usize = 48;
pub(crate) const MAX_SECTIONS: usize = 64;
/// Largest image that is opened.
pub(crate) const MAX_IMAGE: usize = 64 << 20;

macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident = $number:literal,)*) => {
        /// What a section holds. Numbers are append-only.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum SectionKind { $($(#[$meta])* $name = $number,)* }
        impl SectionKind {
            /// All kinds known to this library.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// One more than the largest number.
            pub(super) const COUNT: usize = Self::ALL.len() + 1;
        }
    };
}

kinds! {
    /// Keys and values about the pack itself.
    Meta = 1,
    /// Pool of strings that other sections point into.
    Strings = 2,
    /// Phrase table.
    Phrases = 3,
    /// Authored rules.
    Rules = 4,
    /// Conditions of the rules.
    Conditions = 5,
    /// Sender IDs and their classes.
    Senders = 6,
    /// Brands and their official domains.
    Brands = 7,
    /// What a class of senders may do, by country.
    Policies = 8,
    /// Sentences and advice by language.
    Texts = 9,
    /// Bias, thresholds and calibration (`common` only).
    Scoring = 10,
    /// Hashes of malicious hosts.
    Hosts = 11,
    /// Public Suffix List.
    Suffixes = 12,
    /// Domains by use: shorteners, messengers, free hosting.
    Domains = 13,
    /// Learnt weights of grams.
    Grams = 14,
    /// Learnt weights of concepts, facts and crosses.
    Weights = 15,
    /// Prebuilt automata.
    Automata = 16,
    /// Malicious hosts whose hash meets an allowed name.
    HostStrings = 17,
    /// Messages for the self-test of a new image.
    Probes = 18,
    /// Which rules a hit of an atom makes worth looking at.
    Triggers = 19,
    /// Official registrable domains of brands.
    Official = 20,
    /// Names that hosts imitate, and words that go with them.
    Labels = 21,
}

/// The fixed part of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Minor version: additions that old readers may skip.
    pub minor: u16,
    /// Engine versions that may use the pack, both included.
    pub engines: (u16, u16),
    /// Lowest normaliser that folds all its strings identically.
    pub normaliser: u16,
    /// Highest concept number that it knows.
    pub concept_set: u16,
    /// Date of the Public Suffix List it was made with, as `yyyymmdd`; 0 without.
    pub psl_date: u32,
    /// Grows with every release.
    pub serial: u64,
    /// Days since 1970-01-01 after which an app should tell that the pack is old; 0 never. Never stops detection.
    pub expires: u32,
}

/// Sections of an image, by kind.
pub(super) type Sections = Vec<(SectionKind, Range<usize>)>;

pub(super) fn read(bytes: &[u8]) -> Result<(Header, Sections), Error> {
    let short = || Error::publisher("not a scamfilter pack: too short");
    if bytes.get(..8).ok_or_else(short)? != MAGIC {
        return Err(Error::publisher("not a scamfilter pack: it does not start with SCAMPACK"));
    }
    let half = |at| u16_at(bytes, at).ok_or_else(short);
    let word = |at| u32_at(bytes, at).ok_or_else(short);
    let major = half(8)?;
    if major != MAJOR {
        return Err(Error::publisher(format!("pack format {major} is not known here; this library reads {MAJOR}")));
    }
    let header = Header {
        minor: half(10)?,
        engines: (half(12)?, half(14)?),
        normaliser: half(16)?,
        concept_set: half(18)?,
        psl_date: word(20)?,
        serial: u64_at(bytes, 24).ok_or_else(short)?,
        expires: word(32)?,
    };
    if !(header.engines.0..=header.engines.1).contains(&ENGINE) {
        let (from, to) = header.engines;
        return Err(Error::publisher(format!(
            "the pack is for engines {from} to {to}; this library is engine {ENGINE}"
        )));
    }
    if header.normaliser > NORMALISER {
        let needs = header.normaliser;
        return Err(Error::publisher(format!("the pack needs normaliser {needs}; this library has {NORMALISER}")));
    }
    let length = u64_at(bytes, 40).ok_or_else(short)?;
    if length != bytes.len() as u64 || bytes.len() > MAX_IMAGE {
        let have = bytes.len();
        return Err(Error::publisher(format!("the pack says {length} bytes and has {have} (at most {MAX_IMAGE})")));
    }
    let sections = table(bytes, word(36)? as usize)?;
    Ok((header, sections))
}

fn table(bytes: &[u8], count: usize) -> Result<Sections, Error> {
    if count > MAX_SECTIONS {
        return Err(Error::publisher(format!("{count} sections, at most {MAX_SECTIONS}")));
    }
    let mut sections = Sections::new();
    let mut free = HEADER_SIZE + count * SECTION_SIZE;
    for index in 0..count {
        let at = HEADER_SIZE + index * SECTION_SIZE;
        let entry: [u8; SECTION_SIZE] = array(bytes, at).ok_or_else(|| Error::publisher("the section table is cut"))?;
        let number = u16_at(&entry, 0).unwrap_or(0);
        let flags = u16_at(&entry, 2).unwrap_or(0);
        let start = u32_at(&entry, 4).unwrap_or(0) as usize;
        let end = start.saturating_add(u32_at(&entry, 8).unwrap_or(0) as usize);
        if start < free || end > bytes.len() {
            return Err(Error::publisher(format!("section {number} overlaps or leaves the file")));
        }
        free = end;
        match SectionKind::ALL.iter().find(|k| **k as u16 == number) {
            Some(kind) if sections.iter().any(|(k, _)| k == kind) => {
                return Err(Error::publisher(format!("section {number} stands twice")));
            }
            Some(kind) => sections.push((*kind, start..end)),
            None if flags & REQUIRED != 0 => {
                return Err(Error::publisher(format!(
                    "the pack needs section {number}, which this library does not know"
                )));
            }
            None => {}
        }
    }
    Ok(sections)
}

pub(super) fn verify(bytes: &[u8]) -> Result<(), Error> {
    read(bytes)?;
    let count = u32_at(bytes, 36).unwrap_or(0) as usize;
    for index in 0..count {
        let at = HEADER_SIZE + index * SECTION_SIZE;
        let start = u32_at(bytes, at + 4).unwrap_or(0) as usize;
        let length = u32_at(bytes, at + 8).unwrap_or(0) as usize;
        let body = bytes.get(start..start.saturating_add(length)).unwrap_or(&[]);
        if bytes.get(at + 16..at + SECTION_SIZE) != Some(&Sha256::digest(body)[..]) {
            let number = u16_at(bytes, at).unwrap_or(0);
            return Err(Error::publisher(format!("section {number} is damaged: its SHA-256 does not match")));
        }
    }
    Ok(())
}

//! Second stage. In: a prepared message and open packs. Out: a [`Verdict`].
//!
//! `detect` collects findings, `score` turns them into level and reasons. Total: no input makes it fail, wait or write.

mod condition;
mod detect;
mod explain;
mod facts;
mod features;
mod hits;
mod links;
mod lookalike;
mod model;
pub mod overlay;
mod score;
mod segments;
mod spans;

pub use explain::{Explanation, brand_key, concept_key};
pub use facts::Fact;
pub use features::Feature;
#[cfg(feature = "write")]
pub use features::{feature_keys, feature_name};
#[cfg(feature = "write")]
pub use model::Sample;

use crate::error::Error;
use crate::message::Message;
use crate::pack::{Automaton, LabelSieve, Pack, PackSource, Pattern, PhraseTable, Scoring, Sieve};
use crate::text::{Prepared, prepare};
use crate::verdict::{Level, PackId, Verdict};
use overlay::Overlay;
use std::sync::{Arc, OnceLock};

/// Concepts from this number on guard against false positives: a pack fills them only with the right to.
pub const GUARD_CONCEPTS: u32 = 0x800;
/// The guard that says that the site beside it is a false one: a look-alike quoted in a warning is none that people are lured to.
pub const FALSE_SITE: u32 = GUARD_CONCEPTS + 13;
/// Bit of the atom of a concept that is only heard: stems from which the model learns, too broad for a rule to rest on. What
/// is said counts as heard.
pub const HEARD: u32 = 0x400;
/// Not a meaning: words that a phrase may stand inside of without being said, such as "personality" (`บุคลิก`) around
/// "click" (`คลิก`). What lies within one is no hit of its pack; within one of a pack that may fill guards, of no pack.
pub const INNOCENT: u32 = LOCAL_ATOMS - 1;
/// Atoms from this number on belong to one pack; below are concepts, shared by all.
pub const LOCAL_ATOMS: u32 = 0x1000;

/// An open filter: immutable, `Send + Sync`, cheap to clone. One instance serves all threads.
#[derive(Clone, Debug)]
pub struct ScamFilter {
    packs: Arc<[OpenPack]>,
    sieves: Arc<Sieves>,
    scoring: Arc<Scoring>,
    overlay: Arc<Overlay>,
    home_country: Option<String>,
}

/// What all packs hold together, made when a message first asks for it, so that opening costs nothing.
#[derive(Debug, Default)]
struct Sieves {
    phrases: OnceLock<Sieve>,
    labels: OnceLock<LabelSieve>,
}

/// A pack with what the app allows it.
#[derive(Debug)]
struct OpenPack {
    pack: Pack,
    ceiling: Level,
    may_guard: bool,
    patterns: Vec<LazyPattern>,
}

/// A pattern whose automaton is read when a message first asks for it, so that opening costs nothing.
struct LazyPattern {
    pattern: Pattern,
    automaton: OnceLock<Option<Automaton>>,
}

impl OpenPack {
    /// Whether what the pack says of the world counts for the rules of others: which domains are official, which senders
    /// and domains are what, which phrases fill concepts. A pack that may not cause every level may not lower one so.
    fn trusted(&self) -> bool {
        self.may_guard || self.ceiling >= Level::Scam
    }

    /// Whether a hit of `atom` counts: those of guards need the right to.
    fn may_fill(&self, atom: u32) -> bool {
        self.may_guard || !(GUARD_CONCEPTS..INNOCENT).contains(&atom)
    }
}

impl LazyPattern {
    /// The automaton; `None` when its bytes are damaged, and the pattern then never matches.
    fn automaton(&self, pack: &Pack) -> Option<&Automaton> {
        self.automaton.get_or_init(|| pack.automaton(&self.pattern)).as_ref()
    }
}

impl core::fmt::Debug for LazyPattern {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "pattern {:#x}", self.pattern.atom)
    }
}

impl ScamFilter {
    /// Opens packs in the given order. Costs no more than reading their headers.
    ///
    /// # Errors
    /// [`crate::ErrorKind::App`] without packs, with two of one id, or when none carries scoring (that is `common`);
    /// [`crate::ErrorKind::Publisher`] when a pack cannot be used.
    pub fn open(sources: Vec<PackSource>) -> Result<Self, Error> {
        let mut packs: Vec<OpenPack> = Vec::with_capacity(sources.len());
        for source in sources {
            let pack = Pack::open(source.bytes)?;
            if packs.iter().any(|p| p.pack.id() == pack.id()) {
                return Err(Error::app(format!("pack {} was given twice", pack.id())));
            }
            let may_guard = source.may_guard || pack.id() == "common";
            let lazy = |pattern| LazyPattern { pattern, automaton: OnceLock::new() };
            let patterns = pack.patterns().map(lazy).collect();
            packs.push(OpenPack { pack, ceiling: source.ceiling, may_guard, patterns });
        }
        let scoring = packs.iter().find(|p| p.pack.id() == "common").and_then(|p| p.pack.scoring());
        let Some(scoring) = scoring else {
            return Err(Error::app("the pack `common` is needed: it says how scores become levels"));
        };
        let (packs, scoring) = (packs.into(), scoring.into());
        Ok(Self { packs, sieves: Arc::default(), scoring, overlay: Arc::default(), home_country: None })
    }

    /// The same filter with other lists of the user's and the operator's own.
    #[must_use]
    pub fn with_overlay(&self, overlay: Overlay) -> Self {
        Self { overlay: Arc::new(overlay), ..self.clone() }
    }

    /// The same filter for users of `country` (ISO 3166-1 alpha-2) where the message does not name the SIM's.
    #[must_use]
    pub fn with_home_country(&self, country: impl Into<String>) -> Self {
        Self { home_country: Some(country.into()), ..self.clone() }
    }

    /// Judges one message. Any thread, no I/O, time in proportion to its length up to [`crate::text::MAX_TEXT`].
    #[must_use]
    pub fn check(&self, message: &Message) -> Verdict {
        self.judge(message, &prepare(message.text.as_str()))
    }

    fn judge(&self, message: &Message, prepared: &Prepared<'_>) -> Verdict {
        let detected = detect::detect(self, message, prepared);
        score::score(self, message, prepared, detected)
    }

    /// Judges one link alone: a QR code, a browser's address, a share. What does not read as a link is `unknown`.
    #[must_use]
    pub fn check_link(&self, link: &str) -> Verdict {
        let link = link.trim();
        let message = Message::sms(link);
        let prepared = prepare(link);
        let mut verdict = self.judge(&message, &prepared);
        if verdict.level == Level::Clear && !detect::is_link(self, &message, &prepared) {
            verdict.level = Level::Unknown;
        }
        verdict
    }

    /// The packs in the order in which they were opened, each with its ceiling.
    pub fn packs(&self) -> impl Iterator<Item = (&Pack, Level)> {
        self.packs.iter().map(|p| (&p.pack, p.ceiling))
    }

    /// How contributions become scores.
    #[must_use]
    pub fn scoring(&self) -> &Scoring {
        &self.scoring
    }

    /// The packs whose word about the world counts for all.
    fn trusted(&self) -> impl Iterator<Item = &Pack> {
        self.packs.iter().filter(|open| open.trusted()).map(|open| &open.pack)
    }

    /// The filters of all phrases in one; `tables` are those of the packs.
    fn sieve(&self, tables: &[PhraseTable<'_>]) -> &Sieve {
        self.sieves.phrases.get_or_init(|| Sieve::of(tables))
    }

    /// The hashes of all names that count.
    fn label_sieve(&self) -> &LabelSieve {
        self.sieves.labels.get_or_init(|| LabelSieve::of(self.trusted().filter_map(Pack::labels)))
    }

    fn pack_ids(&self) -> Vec<PackId> {
        self.packs.iter().map(|p| PackId { pack: p.pack.id().to_owned(), serial: p.pack.header().serial }).collect()
    }
}

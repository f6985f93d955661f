//! Policies and sentences. In: sections. Out: what a class of senders may not do in a country; what to say to people.

use super::brands::SenderClass;
use super::read::{i32_at, records, u32_at, u64_at};
use super::scoring::bounded;
use super::{NONE, Pack, SectionKind};
use crate::verdict::{Category, Level};

pub(super) const POLICY: usize = 48;
pub(super) const TEXT: usize = 16;

/// What a class of senders may not do in a country.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    /// Stable id.
    pub id: &'a str,
    /// Key of its sentence.
    pub text_id: &'a str,
    /// ISO 3166-1 alpha-2.
    pub country: [u8; 2],
    /// Bit per [`SenderClass`].
    pub classes: u32,
    /// Bit per fact; one suffices.
    pub forbids: u64,
    /// Days since 1970-01-01 from which it holds.
    pub in_force: i32,
    /// Category it votes for.
    pub category: Category,
    /// Highest level that it may cause, by how well its source is verified.
    pub max_level: Level,
    /// Weight in `score`.
    pub weight: i32,
    /// Weight in `score_unwanted`.
    pub weight_unwanted: i32,
    /// Legal source, for the evidence record.
    pub source: &'a str,
}

impl Policy<'_> {
    /// Whether it speaks of senders of `class`.
    #[must_use]
    pub fn covers(&self, class: SenderClass) -> bool {
        self.classes & 1 << class as u32 != 0
    }
}

/// A sentence for people.
#[derive(Clone, Copy, Debug)]
pub struct TextEntry<'a> {
    /// Key that reasons name.
    pub key: &'a str,
    /// Language, BCP 47.
    pub language: &'a str,
    /// What was found.
    pub sentence: &'a str,
    /// What to do.
    pub advice: Option<&'a str>,
}

impl Pack {
    /// Whether it has any policy.
    #[must_use]
    pub fn has_policies(&self) -> bool {
        !self.section(SectionKind::Policies).is_empty()
    }

    /// Policies in the order of the sources.
    pub fn policies(&self) -> impl Iterator<Item = Policy<'_>> {
        self.policies_of(|_, _| true)
    }

    /// Policies of which `asked` wants to know more by the classes that they cover and the facts that they forbid, a bit
    /// each: strings are read for those only.
    pub fn policies_of(&self, asked: impl Fn(u32, u64) -> bool) -> impl Iterator<Item = Policy<'_>> {
        let all = records::<POLICY>(self.section(SectionKind::Policies), 0);
        let wanted = all.filter(move |r| u32_at(*r, 20).zip(u64_at(*r, 12)).is_some_and(|(c, f)| asked(c, f)));
        wanted.filter_map(|r| {
            Some(Policy {
                id: self.string(u32_at(r, 0)?),
                text_id: self.string(u32_at(r, 4)?),
                country: [r[8], r[9]],
                category: Category::from_number(r[10])?,
                max_level: Level::from_number(r[11])?,
                forbids: u64_at(r, 12)?,
                classes: u32_at(r, 20)?,
                in_force: i32_at(r, 24)?,
                weight: bounded(i32_at(r, 28)?),
                weight_unwanted: bounded(i32_at(r, 32)?),
                source: self.string(u32_at(r, 36)?),
            })
        })
    }

    /// Sentences for people.
    pub fn texts(&self) -> impl Iterator<Item = TextEntry<'_>> {
        records::<TEXT>(self.section(SectionKind::Texts), 0).filter_map(|r| {
            let advice = u32_at(r, 12)?;
            Some(TextEntry {
                key: self.string(u32_at(r, 0)?),
                language: self.string(u32_at(r, 4)?),
                sentence: self.string(u32_at(r, 8)?),
                advice: (advice != NONE).then(|| self.string(advice)),
            })
        })
    }
}

//! Records of fixed size, decoded as they are read. In: a section. Out: rules, senders, brands, policies, texts, scoring.

use super::read::{i32_at, records, u16_at, u32_at};
use super::{Pack, SectionKind};
use crate::verdict::{Category, Level, ReasonCode};

pub(super) const RULE: usize = 36;
pub(super) const SENDER: usize = 8;
pub(super) const BRAND: usize = 16;
pub(super) const POLICY: usize = 44;
pub(super) const TEXT: usize = 16;
pub(super) const DOMAIN: usize = 8;
/// Marks a string that is absent.
pub(super) const NONE: u32 = u32::MAX;

/// Which detector a rule speaks for.
pub type RuleKind = ReasonCode;

/// One authored rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    /// Stable id, never reused.
    pub id: &'a str,
    /// Key of its sentence.
    pub text_id: &'a str,
    /// Detector it speaks for.
    pub kind: RuleKind,
    /// Category it votes for.
    pub category: Category,
    /// Highest level that it may help to reach.
    pub max_level: Level,
    /// Level that it causes by itself; `Clear` for none.
    pub floor: Level,
    /// Weight in `score`, thousandths of log-odds.
    pub weight: i32,
    /// Weight in `score_unwanted`.
    pub weight_unwanted: i32,
    /// Its condition: index of the first step and number of steps.
    pub condition: (u32, u32),
}

/// One step of a condition, evaluated on a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Push: the atom was hit.
    Atom(u32),
    /// Push: the fact holds.
    Fact(u8),
    /// Pop `n`, push whether at least `k` hold.
    AtLeast {
        /// Needed.
        k: u8,
        /// Popped.
        n: u8,
    },
    /// Negate the top.
    Not,
    /// The next `n` steps are atoms; push whether one hit of each lies within `distance` characters.
    Near {
        /// Atoms.
        n: u8,
        /// In the order in which they stand.
        ordered: bool,
        /// Characters of folded text from the first start to the last end.
        distance: u16,
    },
}

/// What kind of sender it is. Numbers are append-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SenderClass {
    /// No sender given.
    Unknown = 0,
    /// A subscriber number.
    Number = 1,
    /// A short code.
    ShortCode = 2,
    /// A name that no pack knows.
    Alphanumeric = 3,
    /// A bank.
    Bank = 4,
    /// A government body.
    Government = 5,
    /// A mobile operator.
    Operator = 6,
    /// A courier.
    Courier = 7,
    /// A wallet or payment service.
    Wallet = 8,
    /// A utility.
    Utility = 9,
    /// A shop or market place.
    Shop = 10,
}

impl SenderClass {
    /// All classes with the name that TOML uses.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Unknown, "unknown"),
        (Self::Number, "number"),
        (Self::ShortCode, "shortcode"),
        (Self::Alphanumeric, "alphanumeric"),
        (Self::Bank, "bank"),
        (Self::Government, "government"),
        (Self::Operator, "operator"),
        (Self::Courier, "courier"),
        (Self::Wallet, "wallet"),
        (Self::Utility, "utility"),
        (Self::Shop, "shop"),
    ];
}

/// A registered sender ID.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    /// Its class.
    pub class: SenderClass,
}

/// A brand that scammers imitate.
#[derive(Clone, Copy, Debug)]
pub struct Brand<'a> {
    /// Stable id.
    pub id: &'a str,
    /// Atom that its aliases hit.
    pub atom: u32,
    /// Official registrable domains, separated by spaces.
    pub domains: &'a str,
}

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
    pub forbids: u32,
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

/// How contributions become score and level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scoring {
    /// Log-odds of a message of which nothing is known, for `score`.
    pub bias: i32,
    /// The same for `score_unwanted`.
    pub bias_unwanted: i32,
    /// Log-odds from which a message is suspicious.
    pub suspicious: i32,
    /// Log-odds from which it is a scam.
    pub scam: i32,
    /// Log-odds of `score_unwanted` from which it is unwanted.
    pub unwanted: i32,
    /// The most that one pack may add.
    pub pack_bound: i32,
    /// Added when the sender is a contact; zero or below.
    pub contact: i32,
    /// Calibration: log-odds to parts per million, piecewise linear, both rising.
    pub curve: Vec<(i32, u32)>,
}

impl Pack {
    /// Authored rules.
    pub fn rules(&self) -> impl Iterator<Item = Rule<'_>> {
        records::<RULE>(self.section(SectionKind::Rules), 0).filter_map(|r| {
            Some(Rule {
                id: self.string(u32_at(r, 0)?),
                text_id: self.string(u32_at(r, 4)?),
                kind: ReasonCode::from_number(r[8])?,
                category: Category::from_number(r[9])?,
                max_level: Level::from_number(r[10])?,
                floor: Level::from_number(r[11])?,
                weight: bounded(i32_at(r, 12)?),
                weight_unwanted: bounded(i32_at(r, 16)?),
                condition: (u32_at(r, 20)?, u32_at(r, 24)?),
            })
        })
    }

    /// Steps of a rule's condition; stops at the first that is not known, so that the rule cannot hold.
    pub fn condition(&self, (first, count): (u32, u32)) -> impl Iterator<Item = Op> {
        let start = (first as usize).saturating_mul(4);
        let end = start.saturating_add((count as usize).saturating_mul(4));
        let steps = self.section(SectionKind::Conditions).get(start..end).unwrap_or(&[]);
        records::<4>(steps, 0).map_while(|s| {
            let wide = u32::from_le_bytes(*s) >> 8;
            Some(match s[0] {
                1 => Op::Atom(wide),
                2 => Op::Fact(s[1]),
                3 => Op::AtLeast { k: s[1], n: s[2] },
                4 => Op::Not,
                5 | 6 => Op::Near { n: s[1], ordered: s[0] == 6, distance: u16::from_le_bytes([s[2], s[3]]) },
                _ => return None,
            })
        })
    }

    /// The registered sender whose folded name is `name`.
    #[must_use]
    pub fn sender(&self, name: &str) -> Option<Sender> {
        let all = self.section(SectionKind::Senders).as_chunks::<SENDER>().0;
        let at = all.binary_search_by(|r| self.string(u32_at(r, 0).unwrap_or(NONE)).cmp(name)).ok()?;
        let number = all.get(at)?[4];
        SenderClass::ALL.iter().find(|(c, _)| *c as u8 == number).map(|(class, _)| Sender { class: *class })
    }

    /// Brands.
    pub fn brands(&self) -> impl Iterator<Item = Brand<'_>> {
        records::<BRAND>(self.section(SectionKind::Brands), 0).filter_map(|r| {
            Some(Brand { id: self.string(u32_at(r, 0)?), atom: u32_at(r, 4)?, domains: self.string(u32_at(r, 8)?) })
        })
    }

    /// Policies.
    pub fn policies(&self) -> impl Iterator<Item = Policy<'_>> {
        records::<POLICY>(self.section(SectionKind::Policies), 0).filter_map(|r| {
            Some(Policy {
                id: self.string(u32_at(r, 0)?),
                text_id: self.string(u32_at(r, 4)?),
                country: [r[8], r[9]],
                category: Category::from_number(r[10])?,
                max_level: Level::from_number(r[11])?,
                classes: u32_at(r, 12)?,
                forbids: u32_at(r, 16)?,
                in_force: i32_at(r, 20)?,
                weight: bounded(i32_at(r, 24)?),
                weight_unwanted: bounded(i32_at(r, 28)?),
                source: self.string(u32_at(r, 32)?),
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

    /// What a registrable domain is used for (a fact number), if the pack says.
    #[must_use]
    pub fn domain_use(&self, domain: &str) -> Option<u8> {
        let all = self.section(SectionKind::Domains).as_chunks::<DOMAIN>().0;
        let at = all.binary_search_by(|r| self.string(u32_at(r, 0).unwrap_or(NONE)).cmp(domain)).ok()?;
        u16_at(all.get(at)?, 4).and_then(|n| u8::try_from(n).ok())
    }

    /// Scoring, if the pack carries it.
    #[must_use]
    pub fn scoring(&self) -> Option<Scoring> {
        let s = self.section(SectionKind::Scoring);
        let at = |i: usize| i32_at(s, i * 4).map(bounded);
        let curve: Vec<(i32, u32)> =
            records::<8>(s, 28).filter_map(|r| Some((bounded(i32_at(r, 0)?), u32_at(r, 4)?.min(1_000_000)))).collect();
        let rising = curve.len() >= 2 && curve.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1);
        let scoring = Scoring {
            bias: at(0)?,
            bias_unwanted: at(1)?,
            suspicious: at(2)?,
            scam: at(3)?,
            unwanted: at(4)?,
            pack_bound: at(5)?.max(0),
            contact: at(6)?.min(0),
            curve,
        };
        (rising && scoring.suspicious < scoring.scam).then_some(scoring)
    }
}

/// Largest magnitude of one weight: a sum over every record of the largest pack stays within an `i64` by far.
pub(super) const MAX_WEIGHT: i32 = 20_000;

fn bounded(weight: i32) -> i32 {
    weight.clamp(-MAX_WEIGHT, MAX_WEIGHT)
}

//! Features: what the learnt model weighs beside grams. In: what was seen. Out: keys, each with the concept it is told under.
//!
//! A key is a kind in the high byte and what it is about below; kinds are append-only, as weights are stored by key.
//! Facts of senders are no features: nothing could be learnt of them (see [`super::model`]).

use super::facts::{Fact, Facts, mask};
use super::{GUARD_CONCEPTS, HEARD, INNOCENT};

/// A concept is there.
const CONCEPT: u32 = 0;
/// A fact holds.
const FACT: u32 = 1;
/// A concept beside a class of links; the class stands above the concept.
const BESIDE_LINK: u32 = 2;
/// Two concepts, the smaller one above.
const PAIR: u32 = 3;
/// A concept beside a phone number.
const BESIDE_PHONE: u32 = 4;
/// A concept beside the name of a brand.
const BESIDE_BRAND: u32 = 5;
/// The shape of the text.
const SHAPE: u32 = 6;

/// Bits of a concept's number.
const BITS: u32 = 12;
/// Concepts of one message that are paired with each other.
const PAIRED: usize = 24;

/// Facts that are features, with their own weight.
const FACTS: [Fact; 33] = [
    Fact::LinkAny,
    Fact::LinkUnofficial,
    Fact::LinkOfficial,
    Fact::LinkShortener,
    Fact::LinkMessenger,
    Fact::LinkIp,
    Fact::LinkApk,
    Fact::LinkUserinfo,
    Fact::PhoneAny,
    Fact::BrandNamed,
    Fact::BrandMismatch,
    Fact::LinkFreeHosting,
    Fact::LinkPort,
    Fact::LookalikeHomoglyph,
    Fact::LookalikeTypo,
    Fact::LookalikeDomain,
    Fact::LookalikeBait,
    Fact::LookalikeRegistry,
    Fact::LookalikeSubdomain,
    Fact::LookalikePath,
    Fact::LookalikeScript,
    Fact::LinkDynamicDns,
    Fact::LinkExecutable,
    Fact::LinkLogin,
    Fact::LinkRandom,
    Fact::LinkDigits,
    Fact::LinkHyphens,
    Fact::LinkRiskyTld,
    Fact::LinkDeep,
    Fact::LinkLong,
    Fact::LinkNoTls,
    Fact::LinkRedirect,
    Fact::LinkUserContent,
];

/// The most telling link of a message. Numbers stand in keys.
#[derive(Clone, Copy)]
enum LinkClass {
    None = 0,
    Official = 1,
    Messenger = 2,
    Shortener = 3,
    Other = 4,
    Risky = 5,
}

/// Facts of which one makes a link risky.
const RISKY: u64 = mask(&[
    Fact::LinkRiskyTld,
    Fact::LinkIp,
    Fact::LinkApk,
    Fact::LinkUserinfo,
    Fact::LinkFreeHosting,
    Fact::LinkDynamicDns,
    Fact::LookalikeHomoglyph,
    Fact::LookalikeTypo,
    Fact::LookalikeDomain,
    Fact::LookalikeBait,
    Fact::LookalikeRegistry,
    Fact::LookalikeSubdomain,
    Fact::LookalikeScript,
]);

/// Where the steps of the shape lie: characters of the text.
const LENGTHS: [usize; 5] = [20, 60, 120, 200, 400];

/// Largest number of a shape.
#[cfg(feature = "write")]
const SHAPES: u32 = 26;

/// A feature of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Feature {
    /// Under which weights are stored.
    pub key: u32,
    /// The concept that a contribution is told under; `None` for facts and shape.
    pub concept: Option<u32>,
}

/// All features of a text; `concepts` are the numbers of those that were hit, rising.
pub(super) fn of(text: &str, concepts: &[u32], facts: Facts) -> Vec<Feature> {
    let mut out = Vec::with_capacity(16 + concepts.len() * 6);
    let mut add = |kind: u32, about: u32, concept: Option<u32>| {
        out.push(Feature { key: kind << 24 | about, concept });
    };
    let class = class(facts);
    let (phone, brand) = (facts.holds(Fact::PhoneAny as u8), facts.holds(Fact::BrandNamed as u8));
    for (index, concept) in concepts.iter().copied().enumerate() {
        add(CONCEPT, concept, Some(concept));
        add(BESIDE_LINK, (class as u32) << BITS | concept, Some(concept));
        if phone {
            add(BESIDE_PHONE, concept, Some(concept));
        }
        if brand {
            add(BESIDE_BRAND, concept, Some(concept));
        }
        for other in concepts.iter().copied().take(PAIRED).skip(index + 1) {
            add(PAIR, concept << BITS | other, Some(other));
        }
    }
    FACTS.iter().filter(|fact| facts.holds(**fact as u8)).for_each(|fact| add(FACT, *fact as u32, None));
    shape(text, concepts, |about| add(SHAPE, about, None));
    out
}

/// The concept that an atom is of, said or heard.
pub(super) fn concept_of(atom: u32) -> Option<u32> {
    (atom < INNOCENT).then_some(atom & !HEARD)
}

fn class(facts: Facts) -> LinkClass {
    let holds = |fact: Fact| facts.holds(fact as u8);
    if facts.common(RISKY) {
        LinkClass::Risky
    } else if holds(Fact::LinkShortener) {
        LinkClass::Shortener
    } else if holds(Fact::LinkMessenger) {
        LinkClass::Messenger
    } else if holds(Fact::LinkUnofficial) {
        LinkClass::Other
    } else if holds(Fact::LinkAny) {
        LinkClass::Official
    } else {
        LinkClass::None
    }
}

fn shape(text: &str, concepts: &[u32], mut add: impl FnMut(u32)) {
    let (mut characters, mut digits, mut longest, mut shouts, mut at, mut percent) = (0, 0, 0, 0, false, false);
    for c in text.chars() {
        characters += 1;
        digits = match c {
            '0'..='9' => digits + 1,
            // A separator between digits ends no amount.
            '.' | ',' if digits > 0 => digits,
            _ => 0,
        };
        longest = digits.max(longest);
        shouts += u32::from(c == '!');
        at |= c == '@';
        percent |= c == '%';
    }
    add(LENGTHS.iter().filter(|limit| characters > **limit).count() as u32);
    let guards = concepts.iter().filter(|concept| **concept >= GUARD_CONCEPTS).count();
    let others = concepts.len() - guards;
    for (about, holds) in [
        (16, longest >= 4),
        (17, longest >= 9),
        (18, shouts >= 2),
        (19, at),
        (20, percent),
        (21, others == 0),
        (22, others >= 2),
        (23, others >= 3),
        (24, others >= 5),
        (25, guards >= 1),
        (26, guards >= 2),
    ] {
        if holds {
            add(about);
        }
    }
}

/// Every key that a message could have, where `concepts` are all there are, rising.
#[cfg(feature = "write")]
#[must_use]
pub fn feature_keys(concepts: &[u32]) -> Vec<u32> {
    let mut out = Vec::new();
    let mut add = |kind: u32, about: u32| out.push(kind << 24 | about);
    for (index, concept) in concepts.iter().copied().enumerate() {
        [CONCEPT, BESIDE_PHONE, BESIDE_BRAND].iter().for_each(|kind| add(*kind, concept));
        (0..=LinkClass::Risky as u32).for_each(|class| add(BESIDE_LINK, class << BITS | concept));
        concepts.iter().skip(index + 1).for_each(|other| add(PAIR, concept << BITS | other));
    }
    FACTS.iter().for_each(|fact| add(FACT, *fact as u32));
    (0..=SHAPES).for_each(|shape| add(SHAPE, shape));
    out.sort_unstable();
    out
}

/// What a key stands for, in words that no other key has.
#[cfg(feature = "write")]
#[must_use]
pub fn feature_name(key: u32, concept: impl Fn(u32) -> String) -> String {
    let (kind, about) = (key >> 24, key & 0xff_ffff);
    let (high, low) = (about >> BITS, concept(about & ((1 << BITS) - 1)));
    match kind {
        CONCEPT => low,
        FACT => Fact::ALL.iter().find(|(fact, _)| *fact as u32 == about).map_or("fact", |(_, name)| name).to_owned(),
        BESIDE_LINK => {
            let classes = ["none", "official", "messenger", "shortener", "other", "risky"];
            format!("{low} + link {}", classes.get(high as usize).unwrap_or(&"?"))
        }
        PAIR => format!("{} + {low}", concept(high)),
        BESIDE_PHONE => format!("{low} + phone"),
        BESIDE_BRAND => format!("{low} + brand"),
        _ => format!("shape {about}"),
    }
}

//! What is in a pack, as lines. In: an open pack. Out: kind and name to what it says, the ground of `inspect` and `diff`.
//!
//! Names are those of sources and stay the same from build to build; numbers of local terms do not and never appear.

use crate::dates::date;
use scamfilter::engine::{Fact, GUARD_CONCEPTS, INNOCENT, LOCAL_ATOMS, feature_name};
use scamfilter::pack::{Model, Op, Pack, SECTION_SIZE, SectionKind, SenderClass};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

/// Kind and name of a thing in a pack.
pub type Key = (&'static str, String);

/// Kind of what a model weighs, thousandths of log-odds as decimals.
pub const FEATURE: &str = "feature";

/// Sections of which the content is told as a digest: hashes, and the weights of grams.
const OPAQUE: [SectionKind; 5] =
    [SectionKind::Hosts, SectionKind::Suffixes, SectionKind::Grams, SectionKind::HostStrings, SectionKind::Probes];

/// Everything in a pack, which is open on `image`.
#[must_use]
pub fn of(pack: &Pack, image: &[u8]) -> BTreeMap<Key, String> {
    let mut all = BTreeMap::new();
    let mut add = |kind: &'static str, name: String, what: String| {
        let slot: &mut String = all.entry((kind, name)).or_default();
        // Two things of one name, such as the phrase of two terms, are told together.
        let between = if slot.is_empty() { "" } else { "; " };
        let _ = write!(slot, "{between}{what}");
    };
    let header = pack.header();
    for key in ["id", "title", "publisher", "countries", "licence"] {
        add("pack", key.to_owned(), pack.meta(key).unwrap_or("").to_owned());
    }
    add("pack", "serial".to_owned(), header.serial.to_string());
    add(
        "pack",
        "expires".to_owned(),
        if header.expires == 0 { "never".to_owned() } else { date(i64::from(header.expires)) },
    );
    add("pack", "normaliser".to_owned(), header.normaliser.to_string());
    add("pack", "suffix list".to_owned(), header.psl_date.to_string());
    let names = names(pack);
    for rule in pack.rules() {
        let mut what = format!("{}, weight {:+}", rule.category.name(), f64::from(rule.weight) / 1000.0);
        if rule.weight_unwanted != rule.weight {
            let _ = write!(what, ", unwanted {:+}", f64::from(rule.weight_unwanted) / 1000.0);
        }
        let _ = write!(what, ", up to {}", rule.max_level.name());
        if rule.floor > scamfilter::Level::Clear {
            let _ = write!(what, ", at least {}", rule.floor.name());
        }
        add(
            "rule",
            rule.id.to_owned(),
            format!("{what}, text {}: {}", rule.text_id, condition(pack, rule.condition, &names)),
        );
    }
    for (text, edge, atom) in pack.phrases().entries() {
        let written = if edge.as_written { " (as written)" } else { "" };
        let edges = format!("{}{}", if edge.open_start { "*" } else { "" }, if edge.open_end { " *" } else { "" });
        let name = names.get(&atom).cloned().unwrap_or_else(|| "nothing".to_owned());
        add(
            "phrase",
            text.to_owned(),
            format!("{name}{}{edges}{written}", if edge.anywhere { " (wakes a pattern)" } else { "" }),
        );
    }
    for (pattern, bytes) in pack.patterns().zip(automata(image)) {
        let name = names.get(&pattern.atom).cloned().unwrap_or_default();
        add("pattern", name, digest(bytes));
    }
    for brand in pack.brands() {
        let domains: Vec<&str> = pack.officials().filter(|(_, atom)| *atom == brand.atom).map(|(d, _)| d).collect();
        add("brand", brand.id.to_owned(), domains.join(" "));
    }
    for (name, class) in pack.senders() {
        let class = SenderClass::ALL.iter().find(|(c, _)| *c as u8 == class).map_or("?", |(_, n)| n);
        add("sender", name.to_owned(), class.to_owned());
    }
    for policy in pack.policies() {
        let country = String::from_utf8_lossy(&policy.country).into_owned();
        let from = date(i64::from(policy.in_force));
        let classes = SenderClass::ALL.iter().filter(|(class, _)| policy.covers(*class)).map(|(_, name)| *name);
        let facts = Fact::ALL.iter().filter(|(fact, _)| policy.forbids >> *fact as u8 & 1 == 1).map(|(_, name)| *name);
        let (classes, facts) = (classes.collect::<Vec<_>>().join(" "), facts.collect::<Vec<_>>().join(" "));
        let mut what = format!("{}, {country} from {from}, {classes} not {facts}", policy.category.name());
        let weight = |log_odds: i32| f64::from(log_odds) / 1000.0;
        let _ = write!(what, ", up to {}, weight {:+}", policy.max_level.name(), weight(policy.weight));
        if policy.weight_unwanted != policy.weight {
            let _ = write!(what, ", unwanted {:+}", weight(policy.weight_unwanted));
        }
        let _ = write!(what, ", text {}: {}", policy.text_id, policy.source);
        add("policy", policy.id.to_owned(), what);
    }
    for text in pack.texts() {
        let advice = text.advice.map_or(String::new(), |a| format!(" | {a}"));
        add("text", format!("{} ({})", text.key, text.language), format!("{}{advice}", text.sentence));
    }
    for (domain, number) in pack.domains() {
        add("domain", domain.to_owned(), fact(u8::try_from(number).unwrap_or(u8::MAX)).to_owned());
    }
    if let Some(s) = pack.scoring() {
        let log_odds = |v: i32| f64::from(v) / 1000.0;
        for (name, value) in [
            ("bias", s.bias),
            ("bias unwanted", s.bias_unwanted),
            ("suspicious", s.suspicious),
            ("scam", s.scam),
            ("unwanted", s.unwanted),
            ("pack bound", s.pack_bound),
            ("contact", s.contact),
        ] {
            add("scoring", name.to_owned(), format!("{:+}", log_odds(value)));
        }
        let curve: Vec<String> = s.curve.iter().map(|(x, y)| format!("{}:{y}", log_odds(*x))).collect();
        add("scoring", "curve".to_owned(), curve.join(" "));
    }
    if let Some(model) = pack.model() {
        learnt(&model, &mut add);
    }
    for kind in OPAQUE {
        if let Some(range) = section(image, kind) {
            let bytes = image.get(range).unwrap_or(&[]);
            add("section", format!("{kind:?}").to_lowercase(), digest(bytes));
        }
    }
    all
}

/// Biases, concepts and weights of a model.
fn learnt(model: &Model<'_>, add: &mut impl FnMut(&'static str, String, String)) {
    add("model", "bias".to_owned(), weights((model.bias, model.bias_unwanted)));
    for number in model.concepts() {
        if let Some(concept) = model.concept(number) {
            add("concept", concept.name.to_owned(), format!("{number}, {}", concept.category.name()));
        }
    }
    let name = |number: u32| model.concept(number).map_or(format!("concept {number}"), |c| c.name.to_owned());
    for (key, both) in model.features() {
        add(FEATURE, feature_name(key, name), weights(both));
    }
}

/// A weight in both heads, thousandths of log-odds.
fn weights((scam, unwanted): (i32, i32)) -> String {
    format!("{:+}, unwanted {:+}", f64::from(scam) / 1000.0, f64::from(unwanted) / 1000.0)
}

/// Both weights of a [`FEATURE`], thousandths of log-odds, as its line tells them.
#[must_use]
pub fn weights_of(line: &str) -> Option<(i32, i32)> {
    let (scam, unwanted) = line.split_once(", unwanted ")?;
    let mlo = |number: &str| number.parse::<f64>().ok().map(|log_odds| (log_odds * 1000.0).round() as i32);
    mlo(scam).zip(mlo(unwanted))
}

/// Size and the beginning of the SHA-256.
fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{} bytes, SHA-256 {hex}…", bytes.len())
}

/// Where a section lies, from the table in the image (`core/src/pack/header.rs`), as the pack itself keeps it private.
fn section(image: &[u8], kind: SectionKind) -> Option<Range<usize>> {
    let count = number(image, 36)?;
    let entries = image.get(48..)?.as_chunks::<SECTION_SIZE>().0.iter().take(count);
    let mut found = entries.filter(|entry| number(&entry[..], 0).is_some_and(|n| n & 0xffff == kind as usize));
    let entry = found.next()?;
    let (start, length) = (number(entry, 4)?, number(entry, 8)?);
    Some(start..start.checked_add(length)?)
}

/// The automata of each pattern, forward and reverse; what stands before them names atoms, which change from build to build.
fn automata(image: &[u8]) -> impl Iterator<Item = &[u8]> {
    let section = section(image, SectionKind::Automata).and_then(|range| image.get(range)).unwrap_or(&[]);
    (0..number(section, 0).unwrap_or(0)).map_while(move |index| {
        let at = index.checked_mul(20)?.checked_add(4)?;
        let start = number(section, at.checked_add(8)?)?;
        let length = number(section, at + 12)?.checked_add(number(section, at + 16)?)?;
        section.get(start..start.checked_add(length)?)
    })
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(four)).ok()
}

/// Names of atoms: the number of a concept, the id of a brand, the rules that a term serves.
fn names(pack: &Pack) -> BTreeMap<u32, String> {
    let mut names: BTreeMap<u32, String> = BTreeMap::new();
    for (_, _, atom) in pack.phrases().entries().filter(|(_, _, atom)| *atom < LOCAL_ATOMS) {
        let name = match atom {
            INNOCENT => "innocent words".to_owned(),
            GUARD_CONCEPTS.. => format!("guard {atom}"),
            _ => format!("concept {atom}"),
        };
        names.insert(atom, name);
    }
    for brand in pack.brands() {
        names.insert(brand.atom, brand.id.to_owned());
    }
    for rule in pack.rules() {
        let atoms: Vec<u32> =
            pack.condition(rule.condition).filter_map(|op| if let Op::Atom(a) = op { Some(a) } else { None }).collect();
        for atom in atoms {
            let unnamed = if atom < LOCAL_ATOMS { format!("concept {atom}") } else { format!("term of {}", rule.id) };
            names.entry(atom).or_insert(unnamed);
        }
    }
    for pattern in pack.patterns() {
        let name = names.get(&pattern.atom).cloned().unwrap_or_default();
        names.insert(pattern.required, name);
    }
    names
}

/// The condition as an author writes it.
fn condition(pack: &Pack, condition: (u32, u32), names: &BTreeMap<u32, String>) -> String {
    let name = |atom: u32| format!("[{}]", names.get(&atom).map_or("?", String::as_str));
    let mut stack: Vec<String> = Vec::new();
    let mut steps = pack.condition(condition);
    while let Some(op) = steps.next() {
        let part = match op {
            Op::Atom(atom) => name(atom),
            Op::Fact(number) => fact(number).to_owned(),
            Op::Not => format!("not {}", stack.pop().unwrap_or_default()),
            Op::AtLeast { k, n } => {
                let parts = stack.split_off(stack.len().saturating_sub(usize::from(n)));
                match k {
                    1 => format!("({})", parts.join(" or ")),
                    k if k == n => format!("({})", parts.join(" and ")),
                    k => format!("at_least({k}, {})", parts.join(", ")),
                }
            }
            Op::Near { n, ordered, distance } => {
                let atoms = steps.by_ref().take(usize::from(n));
                let atoms: Vec<String> =
                    atoms.map(|op| if let Op::Atom(atom) = op { name(atom) } else { "?".to_owned() }).collect();
                format!("{}({distance}, {})", if ordered { "ordered" } else { "near" }, atoms.join(", "))
            }
        };
        stack.push(part);
    }
    stack.join(" ")
}

fn fact(number: u8) -> &'static str {
    Fact::ALL.iter().find(|(f, _)| *f as u8 == number).map_or("?", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_read_as_they_are_written() {
        for both in [(0, 0), (1, -1), (-12_345, 999), (20_000, -20_000), (i32::MAX, i32::MIN), (57, 0)] {
            assert_eq!(weights_of(&weights(both)), Some(both));
        }
        for line in ["", "+1.2", "+1.2, unwanted ", "x, unwanted +1"] {
            assert_eq!(weights_of(line), None, "{line}");
        }
    }
}

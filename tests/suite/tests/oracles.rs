//! Folding and skeletons beside the libraries that people trust. In: every code point alone, doubled and between letters of
//! each script, and random strings. Out: whether the differences are those of `tests/suite/oracles`, each with its reason.
//!
//! `UPDATE=1` writes the code points of known kinds anew; a new kind needs a reason first.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use icu_normalizer::{DecomposingNormalizer, DecomposingNormalizerBorrowed};
use proptest::prelude::*;
use scamfilter::text::{fold, prepare};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Code points by kind of difference.
type Differences = BTreeMap<String, Vec<u32>>;

/// A letter of each script that people mix with others, and letters with marks where the order of marks matters.
const LETTERS: [&str; 17] = ["a", "é", "я", "α", "ا", "अ", "ก", "ก้", "ກ", "ກ້", "ក", "ក៉", "က", "ကံ", "中", "あ", "한"];

fn all() -> impl Iterator<Item = char> {
    (0..=0x10_ffff).filter_map(char::from_u32)
}

fn folded(text: &str) -> String {
    fold(text).text().to_owned()
}

/// NFKD of `icu_normalizer`, but for Hangul, whose syllables stay whole.
struct Icu(DecomposingNormalizerBorrowed<'static>);

impl Icu {
    fn new() -> Self {
        Self(DecomposingNormalizer::new_nfkd())
    }

    fn nfkd(&self, text: &str) -> String {
        let syllable = |c: char| ('\u{ac00}'..='\u{d7a3}').contains(&c);
        let parts = text.split_inclusive(syllable).map(|part| {
            let whole = part.chars().next_back().filter(|c| syllable(*c));
            let rest = whole.map_or(part, |c| part.strip_suffix(c).unwrap());
            self.0.normalize(rest).into_owned() + &whole.map(String::from).unwrap_or_default()
        });
        parts.collect()
    }

    /// NFKD and lower case until nothing changes: what folding is, but for what is listed.
    fn folded(&self, text: &str) -> String {
        let mut text = text.to_owned();
        loop {
            let next = self.nfkd(&self.nfkd(&text).to_lowercase());
            if next == text {
                return text;
            }
            text = next;
        }
    }
}

/// Each run of marks in order of their code points, repeated ones once.
fn sorted_marks(text: &str) -> String {
    let mut out = String::new();
    let mut marks: Vec<char> = Vec::new();
    for c in text.chars().chain(['\0']) {
        if is_combining_mark(c) {
            marks.push(c);
            continue;
        }
        marks.sort_unstable();
        marks.dedup();
        out.extend(marks.drain(..));
        out.push(c);
    }
    out.trim_end_matches('\0').to_owned()
}

/// In which way `own`, made from `text`, is not `expected`.
fn kind(text: &str, own: &str, expected: &str) -> String {
    let undressed: String = expected.chars().filter(|c| c.is_alphanumeric()).collect();
    match own {
        "" => "nothing".to_owned(),
        " " => "one space".to_owned(),
        _ if own == text => "itself".to_owned(),
        _ if own == undressed => "without brackets and full stop".to_owned(),
        _ if own.len() == 1 && own.as_bytes()[0].is_ascii_digit() => "an ASCII digit".to_owned(),
        _ if sorted_marks(own) == sorted_marks(expected) => "marks in another order or once".to_owned(),
        _ => {
            let base = |text: &str| text.chars().filter(|c| !is_combining_mark(*c)).collect::<String>();
            let (own, expected) = if base(own) == base(expected) || base(own).is_empty() {
                (own.to_owned(), expected.to_owned())
            } else {
                (base(own), base(expected))
            };
            format!("{own} for {expected}")
        }
    }
}

/// Compares differences with the file, whose lines are a kind, code points and a reason.
fn same_as_listed(name: &str, found: &Differences) {
    let path = format!("{}/oracles/{name}.tsv", env!("CARGO_MANIFEST_DIR"));
    let listed = std::fs::read_to_string(&path).unwrap();
    let reasons: BTreeMap<&str, &str> = listed
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| (line.split('\t').next().unwrap(), line.rsplit('\t').next().unwrap().trim()))
        .collect();
    let head: String =
        listed.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    let mut now = head;
    for (kind, codes) in found {
        let reason = reasons.get(kind.as_str()).copied().unwrap_or("");
        let _ = writeln!(now, "{kind}\t{}\t{reason}", ranges(codes));
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let unargued: Vec<&String> =
        found.keys().filter(|kind| reasons.get(kind.as_str()).is_none_or(|r| r.is_empty())).collect();
    assert!(unargued.is_empty(), "{name}: no reason is given for {unargued:?}");
    for (now, listed) in now.lines().zip(listed.lines()) {
        assert_eq!(now, listed, "{name}: read why it differs, then UPDATE=1");
    }
    assert_eq!(now.lines().count(), listed.lines().count(), "{name}: a listed difference is gone: UPDATE=1");
}

fn ranges(codes: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for code in codes {
        match ranges.last_mut() {
            Some(last) if last.1 + 1 == *code => last.1 = *code,
            _ => ranges.push((*code, *code)),
        }
    }
    let shown = ranges.iter().map(|(a, b)| if a == b { format!("{a:04X}") } else { format!("{a:04X}-{b:04X}") });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn two_libraries_decompose_every_code_point_alike() {
    let icu = DecomposingNormalizer::new_nfkd();
    let differ = |c: &char| icu.normalize(&c.to_string()) != c.to_string().nfkd().collect::<String>();
    let differing: Vec<char> = all().filter(differ).collect();
    assert!(differing.is_empty(), "of other Unicode versions: {differing:?}");
}

#[test]
fn every_code_point_folds_as_nfkd_in_lower_case_but_for_the_listed() {
    let icu = Icu::new();
    let mut found = Differences::new();
    for c in all() {
        let text = c.to_string();
        let (own, expected) = (folded(&text), icu.folded(&text));
        if own != expected {
            found.entry(kind(&text, &own, &expected)).or_default().push(c as u32);
        }
    }
    same_as_listed("alone", &found);
}

#[test]
fn a_code_point_beside_others_folds_as_alone_but_for_the_listed() {
    let icu = Icu::new();
    let alone: Vec<String> = all().map(|c| folded(&c.to_string())).collect();
    let mut found = Differences::new();
    let mut look = |context: &str, c: char, text: &str, expected: &str| {
        let (own, expected) = (folded(text), icu.nfkd(expected));
        // What is not decomposed alone is listed there.
        if own != expected && !('\u{2f800}'..='\u{2fa1d}').contains(&c) {
            found.entry(format!("{context}: {}", kind("", &own, &expected))).or_default().push(c as u32);
        }
    };
    for (c, lone) in all().zip(&alone) {
        look("doubled", c, &format!("{c}{c}"), &format!("{lone}{lone}"));
        for letter in LETTERS {
            let own = folded(letter);
            look(&format!("between {letter}"), c, &format!("{letter}{c}{letter}"), &format!("{own}{lone}{own}"));
        }
    }
    same_as_listed("beside", &found);
}

/// The letter a-z that stands in place of `c` inside of a Latin word, or `c`.
fn read(c: char) -> String {
    read_beside('q', c)
}

/// The same beside another letter, as one that stands three times is read once.
fn read_beside(letter: char, c: char) -> String {
    let word = format!("z{letter}{c}{letter}z");
    let prepared = prepare(&word);
    let text = prepared.skeletons.first().map_or(prepared.folded.text(), |skeleton| skeleton.text());
    let framed = text.strip_prefix('z').and_then(|rest| rest.strip_suffix('z'));
    framed
        .and_then(|rest| rest.strip_prefix(letter))
        .and_then(|rest| rest.strip_suffix(letter))
        .unwrap_or(text)
        .to_owned()
}

#[test]
fn what_looks_like_a_letter_does_so_in_uts_39_but_for_the_listed() {
    let bare = |text: String| -> String {
        text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
    };
    let mut found = Differences::new();
    for c in all() {
        let base = bare(folded(&c.to_string()));
        let mut chars = base.chars();
        let (Some(only), None) = (chars.next(), chars.next()) else { continue };
        if only.is_ascii() {
            continue;
        }
        let own = read(only);
        let expected = bare(unicode_security::skeleton(&base).collect());
        let lettered = |text: &str| text.bytes().any(|b| b.is_ascii_lowercase());
        if own == expected || !lettered(&own) && !lettered(&expected) {
            continue;
        }
        let kind = match (lettered(&own), expected.chars().count()) {
            (true, 1) if lettered(&expected) => format!("{own} for {expected}"),
            (true, 1) => "a letter, where UTS #39 says nothing".to_owned(),
            (true, _) => "one letter for several".to_owned(),
            (false, 1) => format!("itself for {expected}"),
            (false, _) => "itself for several letters".to_owned(),
        };
        found.entry(kind).or_default().push(c as u32);
    }
    same_as_listed("looks", &found);
}

/// The catalogue of `scampack stress` is drawn from UTS #39's own file. Strokes may be an i or an l.
#[test]
fn every_look_alike_of_the_catalogue_reads_as_its_letter_but_for_the_listed() {
    let stroke = |text: &str| text.replace('l', "i");
    let mut found = Differences::new();
    let catalogue = include_str!("../../../rules/scampack/attacks/homoglyphs.tsv");
    for (letter, glyphs) in catalogue.lines().filter(|line| !line.starts_with('#')).filter_map(|l| l.split_once('\t')) {
        let frame = if letter.eq_ignore_ascii_case("q") { 'v' } else { 'q' };
        for (c, read) in glyphs.chars().map(|c| (c, read_beside(frame, c))) {
            if stroke(&read) != stroke(&letter.to_lowercase()) {
                found.entry(format!("{read} for {letter}")).or_default().push(c as u32);
            }
        }
    }
    same_as_listed("catalogue", &found);
}

/// Characters of any script but those whose clusters are put in order, which the contexts above hold.
fn text() -> impl Strategy<Value = String> {
    let clustered = |c: char| matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}');
    let low = (0u32..0x3000).prop_filter_map("a character", char::from_u32);
    let mark = (0x300u32..0x370).prop_filter_map("a mark", char::from_u32);
    let one = prop_oneof![4 => low, 2 => any::<char>(), 1 => mark, 2 => prop::char::range(' ', '~')];
    prop::collection::vec(one.prop_filter("no cluster", move |c| !clustered(*c)), 0..40)
        .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string_folds_as_its_characters_do(text in text()) {
        let icu = Icu::new();
        let mut expected = String::new();
        for c in text.chars() {
            // Compatibility ideographs beyond the table stay; the library must not see them.
            let alone = if ('\u{2f800}'..='\u{2fa1d}').contains(&c) { "中".to_owned() } else { folded(&c.to_string()) };
            let again = expected.ends_with(' ');
            expected.push_str(alone.strip_prefix(' ').filter(|_| again).unwrap_or(&alone));
        }
        let own: String = folded(&text).chars().map(|c| if ('\u{2f800}'..='\u{2fa1d}').contains(&c) { '中' } else { c }).collect();
        prop_assert_eq!(sorted_marks(&own), sorted_marks(&icu.nfkd(&expected)));
    }
}

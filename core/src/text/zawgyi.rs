//! Zawgyi: Burmese in the code points of an old font, still common on phones. In: the original text. Out: what it reads
//! as in Unicode, or nothing where it is no Zawgyi. Unicode whose vowel E was typed where it is seen is put right too.
//!
//! Zawgyi writes letters in the order in which they are seen: the vowel E and the medial RA before their consonant, and
//! stacked letters as code points of their own. The mapping is that of the font, as Rabbit and ICU's `my-t-my-s0-zawgyi`
//! publish it.

use super::fold::Folder;
use super::tables::{self, Mapping};
use super::view::View;

const E: char = '\u{1031}';
const ASAT: char = '\u{103a}';
const VIRAMA: char = '\u{1039}';
/// NGA ASAT VIRAMA, which is written in front of the consonant above which it stands.
const KINZI: &str = "\u{1004}\u{103a}\u{1039}";

/// `text` in Unicode, if something in it can only be Zawgyi. Mixed texts are read as Zawgyi as a whole: what is Unicode
/// then reads as nothing.
pub(super) fn reading(text: &str) -> Option<View> {
    if !text.as_bytes().contains(&0xe1) {
        return None;
    }
    let part = match encoding(text)? {
        Encoding::Zawgyi => part,
        Encoding::Seen => seen,
    };
    let mut writer = Writer { folder: Folder::new(text.len()), cluster: Cluster::default(), part };
    for (at, c) in text.char_indices() {
        writer.letter(c, at as u32, (at + c.len_utf8()) as u32);
    }
    writer.flush();
    Some(writer.folder.finish())
}

/// How a text is written that is no Unicode.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Zawgyi,
    /// Unicode but for the vowel E, which stands before its consonant as it is seen.
    Seen,
}

/// A VIRAMA under which nothing stands, a vowel E or a medial in front of its consonant: Unicode has none of them. E alone
/// beside an ASAT of Unicode is a slip.
fn encoding(text: &str) -> Option<Encoding> {
    let mut before = ' ';
    let (mut early, mut asat) = (false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let carried = is_consonant(before) || ('\u{103b}'..='\u{103e}').contains(&before);
        let alone = !carried && !is_invisible(before) && is_consonant(next);
        match c {
            VIRAMA if !is_consonant(next) => return Some(Encoding::Zawgyi),
            '\u{103b}' if alone => return Some(Encoding::Zawgyi),
            E => early |= alone,
            ASAT => asat |= carried,
            _ => {}
        }
        before = c;
    }
    early.then_some(if asat { Encoding::Seen } else { Encoding::Zawgyi })
}

fn is_consonant(c: char) -> bool {
    matches!(c, '\u{1000}'..='\u{1021}' | '\u{103f}' | '\u{1075}'..='\u{1081}')
}

fn is_invisible(c: char) -> bool {
    matches!(tables::lookup(c).1, Mapping::Drop)
}

/// One consonant with all that belongs to it.
#[derive(Default)]
struct Cluster {
    start: Option<u32>,
    end: u32,
    /// What was seen before the consonant: E, RA.
    before: String,
    kinzi: bool,
    base: Option<char>,
    stacked: String,
    marks: String,
}

struct Writer {
    folder: Folder,
    cluster: Cluster,
    part: fn(char) -> Part,
}

impl Writer {
    fn letter(&mut self, c: char, start: u32, end: u32) {
        let part = (self.part)(c);
        let ends = match part {
            Part::Before(c) => self.cluster.base.is_some() || self.cluster.before.contains(c),
            Part::Base(..) => self.cluster.base.is_some(),
            Part::Other => !is_invisible(c),
            _ => false,
        };
        if ends {
            self.flush();
        }
        let cluster = &mut self.cluster;
        match part {
            Part::Other => return self.folder.mapped(c, start, end),
            Part::Before(c) => cluster.before.push(c),
            Part::Base(c, stacked) => {
                cluster.base = Some(c);
                cluster.stacked.push_str(stacked);
            }
            Part::Stacked(text) => cluster.stacked.push_str(text),
            Part::Kinzi(marks) => {
                cluster.kinzi = true;
                cluster.marks.push_str(marks);
            }
            Part::Marks(text) => cluster.marks.push_str(text),
            Part::Mark(c) => cluster.marks.push(c),
        }
        cluster.start.get_or_insert(start);
        cluster.end = end;
    }

    fn flush(&mut self) {
        let Cluster { start, end, before, kinzi, base, stacked, marks } = core::mem::take(&mut self.cluster);
        let (start, kinzi) = (start.unwrap_or(end), if kinzi { KINZI } else { "" });
        let all = kinzi.chars().chain(base).chain(stacked.chars()).chain(before.chars()).chain(marks.chars());
        all.for_each(|c| self.folder.mapped(c, start, end));
    }
}

/// What a code point is in Zawgyi.
enum Part {
    Before(char),
    /// A consonant, with one that stands below it.
    Base(char, &'static str),
    Stacked(&'static str),
    Kinzi(&'static str),
    Mark(char),
    Marks(&'static str),
    Other,
}

/// What it is in Unicode, but for E in front.
fn seen(c: char) -> Part {
    match c {
        E => Part::Before(E),
        '\u{1000}'..='\u{102a}' | '\u{103f}' => Part::Base(c, ""),
        '\u{102b}'..='\u{103e}' => Part::Mark(c),
        _ => Part::Other,
    }
}

fn part(c: char) -> Part {
    use Part::{Base, Before, Kinzi, Mark, Marks, Other, Stacked};
    match c {
        E => Before(E),
        '\u{103b}' | '\u{107e}'..='\u{1084}' => Before('\u{103c}'),
        '\u{1000}'..='\u{102a}' | '\u{103f}' | '\u{104c}'..='\u{104f}' => Base(c, ""),
        '\u{106a}' => Base('\u{1009}', ""),
        '\u{106b}' => Base('\u{100a}', ""),
        '\u{108f}' => Base('\u{1014}', ""),
        '\u{1090}' => Base('\u{101b}', ""),
        '\u{1086}' => Base('\u{103f}', ""),
        '\u{106e}' => Base('\u{100d}', "\u{1039}\u{100d}"),
        '\u{106f}' => Base('\u{100d}', "\u{1039}\u{100e}"),
        '\u{1091}' => Base('\u{100f}', "\u{1039}\u{100d}"),
        '\u{1092}' => Base('\u{100b}', "\u{1039}\u{100c}"),
        '\u{1097}' => Base('\u{100b}', "\u{1039}\u{100b}"),
        VIRAMA => Mark(ASAT),
        ASAT | '\u{107d}' => Mark('\u{103b}'),
        '\u{103c}' => Mark('\u{103d}'),
        '\u{103d}' | '\u{1087}' => Mark('\u{103e}'),
        '\u{1033}' => Mark('\u{102f}'),
        '\u{1034}' => Mark('\u{1030}'),
        '\u{1094}' | '\u{1095}' => Mark('\u{1037}'),
        '\u{102b}'..='\u{1038}' => Mark(c),
        '\u{105a}' => Marks("\u{102c}\u{103a}"),
        '\u{1088}' => Marks("\u{103e}\u{102f}"),
        '\u{1089}' => Marks("\u{103e}\u{1030}"),
        '\u{108a}' => Marks("\u{103d}\u{103e}"),
        '\u{108e}' => Marks("\u{102d}\u{1036}"),
        '\u{1064}' => Kinzi(""),
        '\u{108b}' => Kinzi("\u{102d}"),
        '\u{108c}' => Kinzi("\u{102e}"),
        '\u{108d}' => Kinzi("\u{1036}"),
        '\u{1060}' => Stacked("\u{1039}\u{1000}"),
        '\u{1061}' => Stacked("\u{1039}\u{1001}"),
        '\u{1062}' => Stacked("\u{1039}\u{1002}"),
        '\u{1063}' => Stacked("\u{1039}\u{1003}"),
        '\u{1065}' => Stacked("\u{1039}\u{1005}"),
        '\u{1066}' | '\u{1067}' => Stacked("\u{1039}\u{1006}"),
        '\u{1068}' => Stacked("\u{1039}\u{1007}"),
        '\u{1069}' => Stacked("\u{1039}\u{1008}"),
        '\u{106c}' => Stacked("\u{1039}\u{100b}"),
        '\u{106d}' => Stacked("\u{1039}\u{100c}"),
        '\u{1070}' => Stacked("\u{1039}\u{100f}"),
        '\u{1071}' | '\u{1072}' => Stacked("\u{1039}\u{1010}"),
        '\u{1073}' | '\u{1074}' => Stacked("\u{1039}\u{1011}"),
        '\u{1075}' => Stacked("\u{1039}\u{1012}"),
        '\u{1076}' => Stacked("\u{1039}\u{1013}"),
        '\u{1077}' => Stacked("\u{1039}\u{1014}"),
        '\u{1078}' => Stacked("\u{1039}\u{1015}"),
        '\u{1079}' => Stacked("\u{1039}\u{1016}"),
        '\u{107a}' => Stacked("\u{1039}\u{1017}"),
        '\u{107b}' | '\u{1093}' => Stacked("\u{1039}\u{1018}"),
        '\u{107c}' => Stacked("\u{1039}\u{1019}"),
        '\u{1085}' => Stacked("\u{1039}\u{101c}"),
        '\u{1096}' => Stacked("\u{1039}\u{1010}\u{103d}"),
        _ => Other,
    }
}

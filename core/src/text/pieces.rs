//! Pieces of a text: runs of letters, digits and marks. In: folded text. Out: the pieces, what each is made of, and which
//! of them are one word that was taken apart.

use super::fold::{Class, class_of};
use super::neighbours::{BURMESE, THAI, script, shan};
use super::repeats::{Clusters, Doubles, lowercase};
use super::tables::looks_like;
use core::ops::Range;

/// Latin letters a-z.
pub(super) const LETTERS: u8 = 1;
/// Digits.
pub(super) const DIGITS: u8 = 2;
/// Signs that are written for letters: `@` at the beginning of a word or inside of it, `$` and the like inside.
pub(super) const SIGNS: u8 = 4;
/// Letters beyond a-z of scripts with spaces, or marks on letters.
pub(super) const ACCENTS: u8 = 8;
/// Letters of scripts without spaces.
pub(super) const UNSPACED: u8 = 16;
/// More than one script without spaces, or such a script with something else inside.
pub(super) const MIXED: u8 = 32;
/// A letter three times.
pub(super) const TRIPLE: u8 = 64;

/// Bytes that may stand between two pieces of one word that was taken apart.
pub(crate) const MAX_GAP: usize = 24;

/// A run of letters, digits and marks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Characters that are no marks.
    pub(super) bases: u16,
    pub(super) kind: u8,
}

/// The pieces of `folded`, and what was seen of them; those of which `plain` says that it does not matter how they read hide
/// nothing.
pub(super) fn of(folded: &str, plain: impl Fn(&Piece) -> bool) -> (Vec<Piece>, Told) {
    let mut pieces = Vec::with_capacity(folded.len() / 4 + 1);
    let mut seen = Seen::default();
    let mut open = Piece::at(0);
    let (mut repeated, mut last) = (0, '\0');
    let mut clusters = Clusters::default();
    let mut at = 0;
    while let Some(c) = folded.get(at..).and_then(|rest| rest.chars().next()) {
        let after = at + c.len_utf8();
        let empty = open.start == open.end;
        if c.is_ascii_lowercase() && (empty || last.is_ascii()) {
            let word = lowercase(folded, at);
            // A lone letter beside a script without spaces is for the slow way.
            if word.letters > 1 || folded.as_bytes().get(after).is_none_or(u8::is_ascii) {
                open = if empty { Piece::at(at) } else { open };
                open.add(at + word.letters, word.letters as u16, LETTERS | if word.triple { TRIPLE } else { 0 });
                last = char::from(word.last);
                repeated = 0;
                seen.twice |= word.doubled;
                at = open.end;
                continue;
            }
        }
        if let Some(run) = thai(folded, at).filter(|run| run.bases > 2 && (empty || script(last) == THAI)) {
            open = if empty { Piece::at(at) } else { open };
            open.add(run.end, run.bases, UNSPACED | if run.triple { TRIPLE } else { 0 });
            seen.dense |= run.doubles.dense;
            last = run.last;
            repeated = 0;
            at = run.end;
            continue;
        }
        let next = folded.get(after..).and_then(|rest| rest.chars().next()).unwrap_or('\0');
        let other = script(last) != 0 && script(c) != 0 && script(c) != script(last);
        let kind = kind_of(c, empty, &open, last, next) | if other { MIXED } else { 0 };
        at = after;
        if kind == 0 {
            if !empty {
                open.kind |= if clusters.end(folded, open.end) { TRIPLE } else { 0 };
                seen.piece(&open, c, next, &plain);
                pieces.push(open);
                open = Piece::at(after);
                seen.dense |= seen.doubles.dense;
                seen.doubles = Doubles::default();
            }
            seen.before = c;
            last = '\0';
            continue;
        }
        if empty {
            open = Piece::at(after - c.len_utf8());
        }
        open.add(after, u16::from(kind & MARK == 0), kind & !MARK);
        if kind & MARK == 0 {
            repeated = if c == last { repeated + 1 } else { 0 };
            match open.kind & UNSPACED {
                0 => seen.twice |= repeated == 1,
                _ if repeated == 1 => seen.doubles.add(c, open.bases),
                _ => {}
            }
            if other || c.is_ascii_lowercase() != last.is_ascii_lowercase() && (foreign(c) || foreign(last)) {
                seen.foreign += 1;
            }
            let cluster = open.kind & UNSPACED != 0 && clusters.end(folded, at - c.len_utf8());
            if repeated > 1 && !c.is_ascii_digit() || cluster {
                open.kind |= TRIPLE;
            }
            last = c;
        }
    }
    if open.start != open.end {
        seen.piece(&open, ' ', '\0', &plain);
        pieces.push(open);
    }
    let unsure = seen.glued || seen.dense || seen.doubles.dense || seen.doubled > 2 && seen.doubled * 2 >= seen.words;
    let told = Told { disguised: seen.disguised, unsure, mixed: seen.mixed };
    (pieces, told)
}

/// What all pieces say together.
#[derive(Clone, Copy)]
pub(super) struct Told {
    /// One of them, or three short ones in a row, may hide something.
    pub(super) disguised: bool,
    /// It may be read in another way too: more letters stand twice than people write, or words are put together.
    pub(super) unsure: bool,
    /// A word has letters of two scripts that look alike.
    pub(super) mixed: bool,
}

/// Letters of the longest syllable of Vietnamese, `nghiêng`.
const SYLLABLE: u16 = 7;

/// What was seen of the pieces so far.
#[derive(Default)]
struct Seen {
    disguised: bool,
    /// Short pieces in a row, and words in a row with signs instead of spaces between them.
    short: u32,
    dashes: u32,
    /// The last character that was part of no piece.
    before: char,
    /// Words of scripts with spaces, those of them in which a letter stands twice, and whether one does in the open piece.
    words: u32,
    doubled: u32,
    twice: bool,
    /// A word with accents is longer than a syllable of Vietnamese, which writes each apart.
    glued: bool,
    /// Changes between scripts whose letters look alike, in the open piece, and whether a word has them.
    foreign: u32,
    mixed: bool,
    /// Letters of scripts without spaces that stand twice, in the open piece, and whether they stood close together in one.
    doubles: Doubles,
    dense: bool,
}

impl Seen {
    fn piece(&mut self, piece: &Piece, after: char, next: char, plain: impl Fn(&Piece) -> bool) {
        let spaced = after == ' ' && self.before == ' ';
        let most = match (piece.kind & UNSPACED != 0, spaced) {
            (false, true) => 1,
            (false, false) | (true, true) => 2,
            (true, false) => 6,
        };
        let number = piece.kind == DIGITS && piece.bases > 1;
        if piece.kind & (LETTERS | ACCENTS) != 0 && piece.bases > 1 {
            self.words += 1;
            self.doubled += u32::from(self.twice);
        }
        self.glued |= piece.kind & ACCENTS != 0 && piece.kind & UNSPACED == 0 && piece.bases > SYLLABLE;
        // `μm` and `Ωh` are units.
        self.mixed |= self.foreign > 0 && piece.bases > 3 && !plain(piece);
        (self.twice, self.foreign) = (false, 0);
        self.short = if piece.bases <= most && !number { self.short + 1 } else { 0 };
        // Hosts and numbers have dots and dashes of their own.
        let dashed = !matches!(after, ' ' | '.' | '/' | ':' | '@' | ',' | '\'')
            && piece.kind & DIGITS == 0
            && next.is_alphabetic();
        self.dashes = if dashed { self.dashes + 1 } else { 0 };
        self.disguised |= self.short > 2 || self.dashes > 1 || !self.disguised && hides(piece) && !plain(piece);
    }
}

/// Thai letters and marks that nobody takes for others, as many as stand in a row.
struct Thai {
    end: usize,
    bases: u16,
    triple: bool,
    doubles: Doubles,
    last: char,
}

/// The fast way over plain Thai, which is most of what the first users read.
fn thai(folded: &str, at: usize) -> Option<Thai> {
    let (mut run, mut repeated) =
        (Thai { end: at, bases: 0, triple: false, doubles: Doubles::default(), last: '\0' }, 0);
    let mut clusters = Clusters::at(at);
    while let Some([0xe0, high @ (0xb8 | 0xb9), low]) = folded.as_bytes().get(run.end..run.end + 3) {
        let code = 0xe00 | u32::from(high & 1) << 6 | u32::from(low & 0x3f);
        match code {
            0xe31 | 0xe34..=0xe3a | 0xe47..=0xe4e => {}
            // KHO KHUAT, KHO KHON and LAKKHANGYAO look like others; the rest is no letter.
            0xe01..=0xe02 | 0xe04 | 0xe06..=0xe30 | 0xe32..=0xe33 | 0xe40..=0xe44 | 0xe46 => {
                let c = char::from_u32(code).unwrap_or('\0');
                repeated = if c == run.last { repeated + 1 } else { 0 };
                if repeated == 1 {
                    run.doubles.add(c, run.bases);
                }
                run.triple |= clusters.end(folded, run.end) || repeated > 1;
                run.bases = run.bases.saturating_add(1);
                run.last = c;
            }
            _ => break,
        }
        run.end += 3;
    }
    run.triple |= clusters.end(folded, run.end);
    // What follows may look at the letter before it.
    (run.bases > 0).then_some(run)
}

/// Beside the kinds above, of a character and never of a piece: it is a mark.
const MARK: u8 = 128;

/// What `c` adds to the piece before it; 0 for what ends a piece.
fn kind_of(c: char, first: bool, open: &Piece, last: char, next: char) -> u8 {
    let letter_next = next.is_ascii_lowercase();
    match c {
        // A lone letter beside or among those of a script without spaces; a word or a name there is what people write.
        'u' | 's' | 'n' | 'w' | 'o' | 'c' if lone(last, next) => LETTERS | MIXED,
        'a'..='z' => LETTERS,
        '0'..='9' if script(last) >= BURMESE || script(next) >= BURMESE => DIGITS | MIXED,
        '0'..='9' => DIGITS,
        '@' | '$' if letter_next => SIGNS,
        '!' | '|' | '€' | '+' if letter_next && open.kind & LETTERS != 0 && !first => SIGNS,
        // At the end it is a sign of a word that has others.
        '@' | '$' if open.kind & LETTERS != 0 && open.kind & (DIGITS | SIGNS) != 0 => SIGNS,
        ':' if open.kind & UNSPACED != 0 && script(next) == BURMESE => MIXED,
        '฿' if open.kind & UNSPACED != 0 => UNSPACED | MIXED,
        _ if c.is_ascii() => 0,
        _ => match class_of(c) {
            // The round letter is an o among Latin ones.
            Class::Unspaced if c == ROUND && [last, next].iter().all(|c| script(*c) == 0) && latin(last, next) => {
                ACCENTS
            }
            Class::Unspaced if c == 'ฅ' || c == 'ฃ' || c == 'ๅ' => UNSPACED | MIXED,
            // Beside Burmese letters; Shan alone is Shan.
            Class::Unspaced if shan(c).is_some() && (burmese(last) || burmese(next)) => UNSPACED | MIXED,
            Class::Unspaced => UNSPACED,
            Class::Letter => ACCENTS,
            Class::Digit => DIGITS,
            // Marks of no script strike a word through.
            Class::Mark if ('\u{300}'..='\u{36f}').contains(&c) => MARK | ACCENTS,
            Class::Mark if open.kind & UNSPACED != 0 || script(c) != 0 => MARK | UNSPACED,
            Class::Mark => MARK | ACCENTS,
            _ if looks_like(c).is_some() => ACCENTS,
            _ => 0,
        },
    }
}

fn hides(piece: &Piece) -> bool {
    piece.kind & (ACCENTS | MIXED | TRIPLE) != 0 || piece.leet()
}

impl Piece {
    fn at(start: usize) -> Self {
        Self { start, end: start, bases: 0, kind: 0 }
    }

    fn add(&mut self, end: usize, bases: u16, kind: u8) {
        self.end = end;
        self.bases = self.bases.saturating_add(bases);
        self.kind |= kind;
    }

    /// Letters with digits or signs between them, read as letters.
    pub(super) fn leet(&self) -> bool {
        self.kind & LETTERS != 0 && self.kind & (DIGITS | SIGNS) != 0 && self.kind & UNSPACED == 0
    }
}

/// A letter that Shan does not have.
fn burmese(c: char) -> bool {
    matches!(c, '\u{1000}'..='\u{1001}' | '\u{1005}'..='\u{100a}' | '\u{1014}' | '\u{1016}' | '\u{102c}')
}

/// A letter of another script that looks like one of a-z. Latin letters with strokes and hooks are none.
fn foreign(c: char) -> bool {
    let latin =
        matches!(c as u32, 0x80..=0x36f | 0x1d00..=0x1dbf | 0x1e00..=0x1eff | 0x2c60..=0x2c7f | 0xa720..=0xa7ff);
    !latin && !c.is_ascii() && class_of(c) == Class::Letter && looks_like(c).is_some()
}

/// Burmese WA.
pub(super) const ROUND: char = '\u{101d}';

fn latin(last: char, next: char) -> bool {
    last.is_ascii_lowercase() || next.is_ascii_lowercase()
}

/// Whether a letter with these beside it stands alone among letters of a script without spaces.
fn lone(last: char, next: char) -> bool {
    (script(last) != 0 || script(next) != 0) && !last.is_ascii_alphanumeric() && !next.is_ascii_alphanumeric()
}

/// Pieces, by index, that are one word taken apart: at least three in a row, each short for what stands beside it. Where
/// words have no spaces, its first and last part may have more of the text before and behind.
pub(super) fn runs(folded: &str, pieces: &[Piece]) -> Vec<Range<usize>> {
    let gap = |index| gap(folded, pieces, index);
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut index = 0;
    while index < pieces.len() {
        let (start, first, mut handed_on) = (index, gap(index), false);
        while let Some([a, b]) = pieces.get(index..index + 2) {
            let Some((first, gap)) = first.zip(gap(index)) else { break };
            let most = longest(gap, (a.kind | b.kind) & UNSPACED != 0);
            let short = a.bases <= most && b.bases <= most;
            // Other signs from here on: this part belongs to what follows, if that goes on so. A full stop does not.
            handed_on =
                short && !alike(first, gap) && index > start && self::gap(folded, pieces, index + 1) == Some(gap);
            if !short || !alike(first, gap) {
                break;
            }
            index += 1;
        }
        index -= usize::from(handed_on);
        let mut run = start..index + 1;
        let unspaced = pieces.get(run.clone()).unwrap_or(&[]).iter().all(|p| p.kind & UNSPACED != 0);
        if run.len() > 1 && unspaced {
            let beside = |at: usize| {
                let whole = pieces.get(at).is_some_and(|a| a.kind & UNSPACED != 0)
                    && pieces.get(at + 1).is_some_and(|b| b.kind & UNSPACED != 0);
                whole && first.zip(gap(at)).is_some_and(|(first, gap)| alike(first, gap))
            };
            let free = runs.last().map_or(0, |last| last.end);
            run.start -= usize::from(run.start > free && beside(run.start - 1));
            run.end += usize::from(beside(index));
        }
        let words = pieces.get(run.clone()).unwrap_or(&[]);
        let lettered = words.iter().filter(|p| p.kind & (LETTERS | ACCENTS | UNSPACED) != 0).count();
        index = if run.len() > 2 { run.end } else { start + 1 };
        if run.len() > 2 && lettered > 1 {
            runs.push(run);
        }
    }
    runs
}

/// What stands between a piece and the next, as far as it may be part of a disguise.
fn gap<'a>(folded: &'a str, pieces: &[Piece], index: usize) -> Option<&'a str> {
    match pieces.get(index..index + 2) {
        Some([a, b]) => folded.get(a.end..b.start).filter(|gap| gap.len() <= MAX_GAP),
        _ => None,
    }
}

/// Whether someone who put `first` between two letters put `gap` between the next. "T: A/C" is a list.
fn alike(first: &str, gap: &str) -> bool {
    gap == first || gap == " " || !first.contains(' ') && !gap.contains(' ')
}

/// How many letters a part of a word may have beside `gap`.
fn longest(gap: &str, unspaced: bool) -> u16 {
    match gap {
        _ if gap.contains(' ') => 1 + u16::from(unspaced),
        _ if gap.is_ascii() => 2 + u16::from(unspaced),
        _ if unspaced => 6,
        _ => 2,
    }
}

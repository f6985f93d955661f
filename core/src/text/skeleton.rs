//! Skeleton: the second view, of text in disguise. In: the folded view. Out: what a reader takes the text for (UTS #39's
//! word), or nothing where that is what it says.
//!
//! Letters that look Latin become a-z, accents go, digits and signs inside of words are read as letters, letters of
//! neighbouring scripts inside of a word follow the word, a letter three times is one, and words that were taken apart
//! by spaces, punctuation or emoji are put together.

use super::fold::{Class, Folder, class_of};
use super::link::Link;
use super::neighbours;
use super::pieces::{self, ACCENTS, DIGITS, LETTERS, MIXED, Piece, TRIPLE};
use super::tables::looks_like;
use super::view::View;
use core::ops::Range;

/// One reading of a disguised text.
#[derive(Debug)]
pub struct Skeleton {
    view: View,
    /// The view maps to the original, not to the folded text.
    of_original: bool,
    /// Where words were put together, in bytes of the skeleton: any two letters there may be the edges of words.
    joined: Vec<Range<usize>>,
}

impl Skeleton {
    /// The text as it reads.
    #[must_use]
    pub fn text(&self) -> &str {
        self.view.text()
    }

    /// Where words were put together, in order.
    #[must_use]
    pub fn joined(&self) -> &[Range<usize>] {
        &self.joined
    }

    /// The bytes of the folded text of the same message from which a range came.
    #[must_use]
    pub fn folded(&self, folded: &View, range: Range<usize>) -> Range<usize> {
        let origin = self.view.origin(range);
        if self.of_original { folded.folded(origin) } else { origin }
    }

    /// A text in another encoding, by the way of the original.
    pub(super) fn of_original(view: View) -> Self {
        Self { view, of_original: true, joined: Vec::new() }
    }
}

/// What is ambiguous is read in two ways: 1 as i and as l, a letter three times as one and as two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    First,
    Second,
}

/// Bytes of folded text that are read for disguises; an SMS has at most a tenth of that.
const MAX_READ: usize = 16 * 1024;

/// Small letters whose capitals are one stroke: Greek iota, Cyrillic i and palochka, the African click.
const STROKES: [char; 4] = ['\u{3b9}', '\u{456}', '\u{4cf}', '\u{1c0}'];

/// What reading a text for disguises gave.
#[derive(Default)]
pub(super) struct Readings {
    /// Those that differ from the text, at most two.
    pub(super) skeletons: Vec<Skeleton>,
    /// Something is disguised, and there is more text than was read.
    pub(super) cut: bool,
}

/// The readings of `folded`. What lies in `links`, ranges of the original in order, is left as it is: a link is judged as
/// a link.
pub(super) fn readings(folded: &View, links: &[Link]) -> Readings {
    let text = folded.text();
    let end = text.floor_char_boundary(MAX_READ);
    let (text, cut) = (text.get(..end).unwrap_or(""), end < text.len());
    let in_link = |piece: &Piece| {
        let at = folded.origin(piece.start..piece.end);
        let next = links.partition_point(|link| link.range.end <= at.start);
        links.get(next).is_some_and(|link| link.range.start < at.end)
    };
    let (mut pieces, disguised) = pieces::of(text, in_link);
    if !disguised {
        return Readings::default();
    }
    if !links.is_empty() {
        pieces.retain(|piece| !in_link(piece));
    }
    let runs = pieces::runs(text, &pieces);
    let (first, ambiguous) = read(text, &pieces, &runs, Reading::First);
    let mut skeletons = vec![first];
    if ambiguous {
        skeletons.push(read(text, &pieces, &runs, Reading::Second).0);
    }
    skeletons.retain(|skeleton| skeleton.text() != text);
    Readings { cut: cut && !skeletons.is_empty(), skeletons }
}

/// The skeleton of a phrase: without what needs a context to be seen.
#[cfg(feature = "write")]
#[must_use]
pub fn phrase_skeleton(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    let mut latin = false;
    let mut chars = folded.chars().peekable();
    while let Some(c) = chars.next() {
        match looks_like(c) {
            // As between the words of a text in disguise.
            _ if matches!(c, '-' | '_' | '*') && latin && chars.peek().is_some_and(|c| c.is_alphanumeric()) => {
                out.push(' ')
            }
            Some(letter) if !c.is_ascii() => {
                latin = true;
                out.push(char::from(letter));
            }
            _ if class_of(c) == Class::Mark && latin => {}
            _ => {
                latin = matches!(class_of(c), Class::Letter | Class::Digit) || class_of(c) == Class::Mark && latin;
                out.push(c);
            }
        }
    }
    out
}

/// The text in one reading, and whether some sign in it could be read otherwise.
fn read(folded: &str, pieces: &[Piece], runs: &[Range<usize>], how: Reading) -> (Skeleton, bool) {
    let mut writer = Writer { folded, folder: Folder::new(folded.len()), how, ambiguous: false };
    let mut joined: Vec<Range<usize>> = Vec::new();
    let mut runs = runs.iter().peekable();
    let mut at = 0;
    let (mut kind, mut words) = (0, 0);
    for (index, piece) in pieces.iter().enumerate() {
        runs.next_if(|run| run.end <= index);
        let run = runs.peek().filter(|run| run.contains(&index));
        let begins = run.is_some_and(|run| run.start == index);
        if begins {
            let together = run.and_then(|run| pieces.get(Range::clone(run))).unwrap_or(&[]);
            kind = together.iter().fold(0, |kind, p| kind | p.kind);
            words = together.iter().filter(|p| p.kind & LETTERS != 0).count();
        }
        if run.is_none() {
            (kind, words) = (piece.kind, 0);
        }
        if run.is_none() || begins {
            writer.gap(at..piece.start);
        }
        if begins {
            let start = writer.written();
            joined.push(start..start);
        }
        let leet = piece.leet() || words >= 2 && kind & DIGITS != 0;
        let beside = [index.wrapping_sub(1), index + 1].map(|at| pieces.get(at).is_some_and(Piece::leet));
        writer.piece(piece, kind, leet, beside != [false; 2]);
        if let (Some(_), Some(last)) = (run, joined.last_mut()) {
            last.end = writer.written();
        }
        at = piece.end;
    }
    writer.gap(at..folded.len());
    let ambiguous = writer.ambiguous;
    (Skeleton { view: writer.folder.finish(), of_original: false, joined }, ambiguous)
}

struct Writer<'a> {
    folded: &'a str,
    folder: Folder,
    how: Reading,
    ambiguous: bool,
}

impl Writer<'_> {
    fn written(&mut self) -> usize {
        self.folder.written()
    }

    /// What stays as it is.
    fn copy(&mut self, range: Range<usize>) {
        self.folder.copy(self.folded.get(range.clone()).unwrap_or(""), range.start as u32);
    }

    /// What stands between two words; a sign there that is no space is one, as `free-credit` and `free🎁credit` show.
    fn gap(&mut self, range: Range<usize>) {
        let text = self.folded.get(range.clone()).unwrap_or("");
        if range.start > 0 && !text.is_empty() && text.chars().count() < 3 && !text.contains([' ', '/', ':', '@', ','])
        {
            self.folder.one(' ', range.start as u32, range.end as u32, range.len() == 1);
        } else {
            self.copy(range);
        }
    }

    fn put(&mut self, c: char, start: usize, end: usize) {
        self.folder.one(c, start as u32, end as u32, c.len_utf8() == end - start);
    }

    /// One piece as it reads; `kind` is that of all pieces that are put together with it, `among` says that one beside
    /// it has digits for letters too.
    fn piece(&mut self, piece: &Piece, kind: u8, leet: bool, among: bool) {
        let Some(text) = self.folded.get(piece.start..piece.end) else { return };
        if !leet && kind & (ACCENTS | MIXED | TRIPLE) == 0 {
            return self.copy(piece.start..piece.end);
        }
        let home = if kind & MIXED != 0 { neighbours::home(text) } else { 0 };
        let number = piece.kind & DIGITS != 0
            && piece.kind & LETTERS != 0
            && text.bytes().all(|b| b.is_ascii_digit() || b"oil".contains(&b));
        let mut chars = text.char_indices().peekable();
        let (mut before, mut last, mut run) = ('\0', '\0', 0);
        while let Some((at, c)) = chars.next() {
            let (start, mut end) = (piece.start + at, piece.start + at + c.len_utf8());
            let next = chars.peek().map_or('\0', |(_, c)| *c);
            let letter = match c {
                'o' if number => '0',
                'i' | 'l' if number => '1',
                _ if home != 0 => neighbours::at_home(home, before, c, next),
                _ if kind & ACCENTS != 0 && !c.is_ascii() => match looks_like(c) {
                    // Capitals of i and l look alike in every script, and folding takes them for small ones.
                    Some(b'i' | b'l') if self.how == Reading::Second && STROKES.contains(&c) => {
                        self.stroke(before, next)
                    }
                    seen => {
                        self.ambiguous |= STROKES.contains(&c);
                        seen.map_or(c, char::from)
                    }
                },
                // Three characters are a plate or a code; few words are so short.
                '1' | '3'..='9' if piece.bases <= 3 && kind == piece.kind && !among => c,
                '1' | '!' | '|' if leet && !number => self.stroke(before, next),
                _ if leet && !number => self.leet(c),
                _ => c,
            };
            // Accents are what people leave out; marks of scripts without spaces are part of the word.
            if kind & ACCENTS != 0 {
                let spaced = class_of(c) != Class::Unspaced;
                let falls = |c: char| class_of(c) == Class::Mark && (spaced || ('\u{300}'..='\u{36f}').contains(&c));
                while let Some((at, mark)) = chars.next_if(|(_, c)| falls(*c)) {
                    end = piece.start + at + mark.len_utf8();
                }
            }
            before = letter;
            run = if c == last { run + 1 } else { 0 };
            last = c;
            if run > 0 && kind & TRIPLE != 0 && letter == c && self.too_often(c, run, text.get(at..).unwrap_or("")) {
                continue;
            }
            self.put(letter, start, end);
        }
    }

    /// Whether this letter, behind `run` of the same, is one too many; `rest` begins with it. At first every repetition is,
    /// then those of three and more: of e and o, which are often doubled, all but two.
    fn too_often(&mut self, c: char, run: usize, rest: &str) -> bool {
        if !matches!(class_of(c), Class::Letter | Class::Unspaced) {
            return false;
        }
        self.ambiguous = true;
        let many = run + rest.chars().take_while(|next| *next == c).take(3).count() > 2;
        self.how == Reading::First || many && !(run == 1 && matches!(c, 'e' | 'o'))
    }

    /// A stroke, which is an i or an l. L stands before vowels, and ends words behind one; in the second reading all are.
    fn stroke(&mut self, before: char, next: char) -> char {
        self.ambiguous = true;
        let vowel = |c: char| "aeiouy4@30".contains(c);
        let l = vowel(next) || !next.is_alphanumeric() && vowel(before) || self.how == Reading::Second;
        if l { 'l' } else { 'i' }
    }

    /// A digit or sign as the letter for which it is written.
    fn leet(&self, c: char) -> char {
        match c {
            '0' => 'o',
            '3' | '€' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' | '+' => 't',
            '8' => 'b',
            '9' => 'g',
            _ => c,
        }
    }
}

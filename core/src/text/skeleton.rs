//! Skeleton: the second view, of text in disguise. In: the folded view. Out: what a reader takes the text for (UTS #39's
//! word), or nothing where that is what it says.
//!
//! Letters that look Latin become a-z, accents go, digits and signs inside of words are read as letters, letters of
//! neighbouring scripts inside of a word follow the word, a letter three times is one, and words that were taken apart
//! by spaces, punctuation or emoji are put together. Where that could be done in other ways too, the letters alone are a
//! view of their own (see [`super::bare`]).

use super::bare::Bare;
use super::fold::{Class, Folder, class_of};
use super::link::Link;
use super::neighbours;
use super::pieces::{self, ACCENTS, DIGITS, LETTERS, MIXED, Piece, ROUND, TRIPLE, UNSPACED};
use super::tables::{looks_like, taken_for};
use super::view::View;
use core::ops::Range;

/// How a disguised text reads.
#[derive(Debug)]
pub struct Skeleton {
    view: View,
    /// The view maps to the original, not to the folded text.
    of_original: bool,
    edges: Vec<u32>,
    bare: Option<Bare>,
}

impl Skeleton {
    /// The text as it reads.
    #[must_use]
    pub fn text(&self) -> &str {
        self.view.text()
    }

    /// Places, in bytes and in order, where words were put together: the edge of a word may be there though letters stand
    /// on both sides.
    #[must_use]
    pub fn edges(&self) -> &[u32] {
        &self.edges
    }

    /// The letters alone, where it is not certain how the text reads.
    #[must_use]
    pub fn bare(&self) -> Option<&Bare> {
        self.bare.as_ref()
    }

    /// The bytes of the folded text of the same message from which a range came.
    #[must_use]
    pub fn folded(&self, folded: &View, range: Range<usize>) -> Range<usize> {
        let origin = self.view.origin(range);
        if self.of_original { folded.folded(origin) } else { origin }
    }

    /// Where a range of the original stands; the way back of [`Self::folded`] and [`View::origin`].
    pub(super) fn place(&self, folded: &View, origin: Range<usize>) -> Range<usize> {
        self.view.folded(if self.of_original { origin } else { folded.folded(origin) })
    }

    /// A text in another encoding, by the way of the original.
    pub(super) fn of_original(view: View) -> Self {
        let bare = Some(Bare::of(view.text(), &[]));
        Self { view, of_original: true, edges: Vec::new(), bare }
    }
}

/// Bytes of folded text that are read for disguises; an SMS has at most a tenth of that.
const MAX_READ: usize = 16 * 1024;

/// Small letters whose capitals are one stroke: Greek iota, Cyrillic i and palochka, the African click.
const STROKES: [char; 4] = ['\u{3b9}', '\u{456}', '\u{4cf}', '\u{1c0}'];

/// What reading a text for disguises gave.
#[derive(Default)]
pub(super) struct Reading {
    /// Nothing where the text says what it reads like.
    pub(super) skeleton: Option<Skeleton>,
    /// A word has letters of two scripts that look alike.
    pub(super) mixed: bool,
    /// Something is disguised, and there is more text than was read.
    pub(super) cut: bool,
}

/// How `folded`, which came from `original`, reads. What lies in `links`, ranges of the original in order, is left as it is: a link is judged as
/// a link.
pub(super) fn reading(original: &str, folded: &View, links: &[Link]) -> Reading {
    let text = folded.text();
    let end = text.floor_char_boundary(MAX_READ);
    let (text, cut) = (text.get(..end).unwrap_or(""), end < text.len());
    let in_link = |piece: &Piece| {
        let at = folded.origin(piece.start..piece.end);
        let next = links.partition_point(|link| link.range.end <= at.start);
        links.get(next).is_some_and(|link| link.range.start < at.end)
    };
    let (mut pieces, seen) = pieces::of(text, in_link);
    let unsure = seen.unsure || styled(original) || broken(original);
    if !seen.disguised && !unsure {
        return Reading::default();
    }
    if !links.is_empty() {
        pieces.retain(|piece| !in_link(piece));
    }
    let runs = pieces::runs(text, &pieces);
    let skeleton = read(text, &pieces, &runs, unsure);
    let skeleton = Some(skeleton).filter(|skeleton| skeleton.bare.is_some() || skeleton.text() != text);
    Reading { cut: cut && skeleton.is_some(), mixed: seen.mixed, skeleton }
}

/// Whether a text has mathematical letters: folding reads them, but a capital i among them stands for an l.
fn styled(original: &str) -> bool {
    let bytes = original.as_bytes();
    // One quick look for a byte that few messages have, as all of them pay for it.
    bytes.contains(&0xf0) && bytes.windows(2).any(|pair| pair == [0xf0, 0x9d])
}

/// Whether a line ends inside of what may be a word.
fn broken(original: &str) -> bool {
    let ends = |c: char| {
        c.is_ascii_lowercase() || !c.is_ascii() && matches!(class_of(c), Class::Letter | Class::Unspaced | Class::Mark)
    };
    let begins = |c: char| c.is_ascii_lowercase() || !c.is_ascii() && class_of(c) == Class::Unspaced;
    original.as_bytes().contains(&b'\n')
        && original
            .split('\n')
            .zip(original.split('\n').skip(1))
            .any(|(line, next)| line.trim_end_matches('\r').ends_with(ends) && next.starts_with(begins))
}

/// The skeleton of a phrase: without what needs a context to be seen.
#[cfg(any(feature = "write", feature = "update"))]
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

fn read(folded: &str, pieces: &[Piece], runs: &[Range<usize>], unsure: bool) -> Skeleton {
    let mut writer = Writer { folded, folder: Folder::new(folded.len()), ambiguous: unsure || !runs.is_empty() };
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
    let view = writer.folder.finish();
    let edges = joined.into_iter().flat_map(|run| {
        let text = view.text().get(run.clone()).unwrap_or("");
        text.char_indices().skip(1).map(move |(at, _)| (run.start + at) as u32)
    });
    let edges: Vec<u32> = edges.collect();
    let bare = ambiguous.then(|| Bare::of(view.text(), &edges));
    Skeleton { view, of_original: false, edges, bare }
}

struct Writer<'a> {
    folded: &'a str,
    folder: Folder,
    /// Something could be read otherwise.
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
        if range.start > 0
            && !text.is_empty()
            && text.chars().count() < 3
            && !text.contains([' ', '/', ':', '@', ',', '\'', '\u{2019}'])
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
        self.ambiguous |= leet && (piece.bases > 3 || kind != piece.kind || among) || kind & TRIPLE != 0;
        if !leet && kind & (ACCENTS | MIXED | TRIPLE) == 0 {
            return self.copy(piece.start..piece.end);
        }
        let home = if kind & MIXED != 0 { neighbours::home(text) } else { 0 };
        let among = among || SHORT.iter().any(|word| word.chars().eq(text.chars().map(|c| stroke_or(unleet(c)))));
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
                ROUND if kind & ACCENTS != 0 && kind & UNSPACED == 0 => 'o',
                _ if kind & ACCENTS != 0 && !c.is_ascii() => {
                    // Capitals of i and l look alike in every script, and folding takes them for small ones.
                    self.ambiguous |= STROKES.contains(&c);
                    looks_like(c).map_or(c, char::from)
                }
                // Three characters are a plate or a code; few words are so short.
                '1' | '3'..='9' if piece.bases <= 3 && kind == piece.kind && !among => c,
                '1' | '!' | '|' if leet && !number => stroke(before, next),
                _ if leet && !number => unleet(c),
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
            if run > 0 && kind & TRIPLE != 0 && letter == c && too_often(c, run, text.get(at..).unwrap_or("")) {
                continue;
            }
            self.put(letter, start, end);
        }
    }
}

/// Words of three letters that are written with digits, though most of three characters with a digit are codes.
const SHORT: [&str; 2] = ["otp", "pin"];

/// As [`SHORT`] has it: a stroke is an i.
fn stroke_or(c: char) -> char {
    if matches!(c, 'l' | '!' | '|') { 'i' } else { c }
}

/// A stroke, which is an i or an l. L stands before vowels, and ends words behind one.
fn stroke(before: char, next: char) -> char {
    let vowel = |c: char| "aeiouy4@30".contains(c);
    let l = vowel(next) || !next.is_alphanumeric() && vowel(before);
    if l { 'l' } else { 'i' }
}

/// A digit or sign as the letter for which it is written.
fn unleet(c: char) -> char {
    match c {
        '€' => 'e',
        '@' => 'a',
        '$' => 's',
        '+' => 't',
        '0'..='9' => char::from(taken_for(c as u8)),
        _ => c,
    }
}

/// Whether this letter, behind `run` of the same, is one too many: of three and more one stays; `rest` begins with it.
fn too_often(c: char, run: usize, rest: &str) -> bool {
    matches!(class_of(c), Class::Letter | Class::Unspaced)
        && run + rest.chars().take_while(|next| *next == c).take(3).count() > 2
}

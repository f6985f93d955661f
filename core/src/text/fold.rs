//! Folding: one pass from the original text to the form in which phrases are matched, with the way back.
//!
//! In: any string. Out: a [`View`]: lower case, compatibility forms decomposed (NFKD), digits of all scripts as ASCII,
//! invisible characters gone, runs of white space one space, marks of a cluster in one order, and for each byte the
//! whole characters of the original it came from. Rule sources go through the same function at compile time.

use super::tables;
use core::ops::Range;

/// What a character is to a matcher that must not cut words or clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Punctuation, symbols, emoji.
    Other,
    /// White space.
    Space,
    /// Letter of a script that puts spaces between words.
    Letter,
    /// Digit or other number.
    Digit,
    /// Combining mark: belongs to the character before it.
    Mark,
    /// Letter of a script without spaces: Thai, Lao, Khmer, Burmese, Chinese, kana.
    Unspaced,
}

/// What puts the next Khmer consonant below.
const COENG: char = '\u{17d2}';
/// Rank of tone marks, and of the silencers above, among the marks of Thai and Lao.
const TONE: u8 = 204;
/// Marks kept of one run; more on one base can only be an attack on time or sight.
const MAX_MARKS: usize = 8;

/// A folded text and its map back to the original.
#[derive(Default)]
pub struct View {
    text: String,
    segments: Vec<Segment>,
}

/// From `folded` on, bytes map either one to one from `start` (`end` is 0), or all to `start..end`.
#[derive(Clone, Copy, Debug)]
struct Segment {
    folded: u32,
    start: u32,
    end: u32,
}

/// Says how long it is: text of a message stands in no log.
impl core::fmt::Debug for View {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "View({} bytes)", self.text.len())
    }
}

impl View {
    /// The folded text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the original, whole characters, from which the non-empty folded range came.
    #[must_use]
    pub fn origin(&self, folded: Range<usize>) -> Range<usize> {
        let start = self.segment(folded.start).map_or(0, |s| s.start_of(folded.start));
        let last = folded.end.saturating_sub(1);
        let end =
            self.segment(last).map_or(start, |s| if s.end == 0 { s.start_of(folded.end) } else { s.end as usize });
        start..end.max(start)
    }

    /// The folded bytes that came from a range of the original; the way back of [`Self::origin`].
    pub(super) fn folded(&self, origin: Range<usize>) -> Range<usize> {
        let place = |at: usize, end: bool| {
            let next =
                self.segments.partition_point(|s| if end { (s.start as usize) < at } else { s.start as usize <= at });
            let limit = self.segments.get(next).map_or(self.text.len(), |s| s.folded as usize);
            match next.checked_sub(1).and_then(|index| self.segments.get(index)) {
                Some(s) if s.end == 0 => (s.folded as usize + at.saturating_sub(s.start as usize)).min(limit),
                Some(_) if end => limit,
                Some(s) => s.folded as usize,
                None => 0,
            }
        };
        let start = self.text.floor_char_boundary(place(origin.start, false));
        start..self.text.ceil_char_boundary(place(origin.end, true)).max(start)
    }

    fn segment(&self, at: usize) -> Option<&Segment> {
        let index = self.segments.partition_point(|s| s.folded as usize <= at);
        self.segments.get(index.checked_sub(1)?)
    }
}

impl Segment {
    fn start_of(&self, folded: usize) -> usize {
        if self.end == 0 {
            (self.start as usize).saturating_add(folded.saturating_sub(self.folded as usize))
        } else {
            self.start as usize
        }
    }
}

/// Folds `text`. Idempotent; the result of a longer text than 4 GiB is cut there.
#[must_use]
pub fn fold(text: &str) -> View {
    fold_up_to(text, u32::MAX as usize).0
}

/// Folds `text` until the result has `limit` bytes; the flag says that there was more.
pub(super) fn fold_up_to(text: &str, limit: usize) -> (View, bool) {
    let mut folder = Folder::new(text.len().min(limit));
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if folder.view.text.len() >= limit {
            folder.flush_marks();
            return (folder.view, true);
        }
        let start = (text.len() - rest.len()) as u32;
        let word = rest.bytes().position(|b| !b.is_ascii_graphic()).unwrap_or(rest.len());
        let taken = if word > 0 {
            folder.word(rest.get(..word).unwrap_or(""), start);
            word
        } else {
            let end = start + c.len_utf8() as u32;
            if c.is_ascii() {
                folder.control(c as u8, start)
            } else {
                folder.mapped(c, start, end)
            }
            c.len_utf8()
        };
        rest = rest.get(taken..).unwrap_or("");
    }
    folder.flush_marks();
    (folder.view, false)
}

/// The class of a character, taken before folding.
#[must_use]
pub fn class_of(c: char) -> Class {
    match tables::lookup(c).0 {
        1 => Class::Space,
        2 => Class::Letter,
        3 => Class::Digit,
        4 => Class::Mark,
        5 => Class::Unspaced,
        _ => Class::Other,
    }
}

fn is_khmer_mark(c: char) -> bool {
    matches!(c, '\u{17b6}'..='\u{17d1}')
}

pub(super) struct Folder {
    view: View,
    marks: [(u8, char); MAX_MARKS],
    mark_count: usize,
    /// Bytes of the original that the run of marks covers.
    mark_start: u32,
    mark_end: u32,
    /// The run is not simply a copy of the original.
    mark_changed: bool,
}

impl Folder {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            view: View { text: String::with_capacity(capacity), segments: Vec::with_capacity(4) },
            marks: [(0, '\0'); MAX_MARKS],
            mark_count: 0,
            mark_start: 0,
            mark_end: 0,
            mark_changed: false,
        }
    }

    pub(super) fn finish(mut self) -> View {
        self.flush_marks();
        self.view
    }

    /// Bytes that are there for good; what comes next begins behind them.
    pub(super) fn written(&mut self) -> usize {
        self.flush_marks();
        self.view.text.len()
    }

    /// Folded text, as it is.
    pub(super) fn copy(&mut self, folded: &str, start: u32) {
        if !folded.is_empty() {
            self.flush_marks();
            self.segment_for(start, start, true);
            self.view.text.push_str(folded);
        }
    }

    /// Visible ASCII, which folds to as many bytes.
    fn word(&mut self, word: &str, start: u32) {
        self.flush_marks();
        let from = self.view.text.len();
        self.segment_for(start, start, true);
        self.view.text.push_str(word);
        if let Some(added) = self.view.text.get_mut(from..) {
            added.make_ascii_lowercase();
        }
    }

    /// ASCII that is not visible.
    fn control(&mut self, byte: u8, start: u32) {
        if matches!(byte, b' ' | b'\t'..=b'\r') {
            self.space(start, start + 1);
        }
    }

    fn mapped(&mut self, c: char, start: u32, end: u32) {
        let (class, mapping) = tables::lookup(c);
        match mapping {
            tables::Mapping::Drop => {}
            _ if class == 1 => self.space(start, end),
            tables::Mapping::Keep if class == 4 => self.one(c, start, end, true),
            tables::Mapping::Keep => self.base(c, start, end, true),
            tables::Mapping::To(text) => {
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(only), None) => self.one(only, start, end, only.len_utf8() as u32 == end - start),
                    _ => text.chars().for_each(|c| self.one(c, start, end, false)),
                }
            }
        }
    }

    /// Adds a character that needs no mapping.
    pub(super) fn one(&mut self, c: char, start: u32, end: u32, exact: bool) {
        match tables::mark_rank(c) {
            0 if c == ' ' => self.space(start, end),
            0 => self.base(c, start, end, exact),
            rank => self.mark(rank, c, start, end, exact),
        }
    }

    fn space(&mut self, start: u32, end: u32) {
        self.flush_marks();
        if !self.view.text.ends_with(' ') {
            self.append(' ', start, end, end - start == 1);
        }
    }

    fn base(&mut self, c: char, start: u32, end: u32, exact: bool) {
        self.flush_marks();
        match c {
            // Thai SARA E twice, and Lao, is how SARA AE is commonly mistyped; both look the same to a reader.
            '\u{e40}' | '\u{ec0}' if self.view.text.ends_with(c) => {
                let first = self.take_last(c);
                self.append(if c == '\u{e40}' { '\u{e41}' } else { '\u{ec1}' }, first, end, false);
            }
            COENG if self.view.text.ends_with(COENG) => {}
            '\u{1780}'..='\u{17a2}' if self.view.text.ends_with(COENG) => self.subscript(c, start, end, exact),
            _ => self.append(c, start, end, exact),
        }
    }

    /// A Khmer consonant below another. Marks typed before it belong behind it, RO is the last of several, and DA and TA
    /// below are drawn alike and used for each other.
    fn subscript(&mut self, c: char, start: u32, end: u32, exact: bool) {
        let (c, exact) = if c == '\u{178a}' { ('\u{178f}', false) } else { (c, exact) };
        let above = self.view.text.strip_suffix(COENG).unwrap_or("");
        if above.ends_with(is_khmer_mark) {
            let mut first = self.take_last(COENG);
            let mut taken = Vec::with_capacity(MAX_MARKS);
            while let Some(mark) = self.view.text.chars().next_back().filter(|c| is_khmer_mark(*c)) {
                first = self.take_last(mark);
                taken.push(mark);
            }
            self.append(COENG, first, end, false);
            self.append(c, first, end, false);
            taken.iter().rev().for_each(|mark| self.mark(tables::mark_rank(*mark), *mark, first, end, false));
        } else if above.ends_with("\u{17d2}\u{179a}") && c != '\u{179a}' {
            self.take_last(COENG);
            self.take_last('\u{179a}');
            let first = self.take_last(COENG);
            [COENG, c, COENG, '\u{179a}'].into_iter().for_each(|c| self.append(c, first, end, false));
        } else {
            self.append(c, start, end, exact);
        }
    }

    /// Takes back the last character, which is `c`; says where it came from.
    fn take_last(&mut self, c: char) -> u32 {
        let at = self.view.text.len() - c.len_utf8();
        let first = self.view.origin(at..self.view.text.len()).start as u32;
        self.view.text.truncate(at);
        while self.view.segments.last().is_some_and(|s| s.folded as usize >= at) {
            self.view.segments.pop();
        }
        first
    }

    /// The SARA AA behind which the tone `c` was typed.
    fn late(&self, c: char) -> Option<char> {
        let aa = match c {
            '\u{e48}'..='\u{e4b}' => '\u{e32}',
            '\u{ec8}'..='\u{ecb}' => '\u{eb2}',
            _ => return None,
        };
        self.view.text.strip_suffix(aa).is_some_and(|before| !before.ends_with(aa)).then_some(aa)
    }

    fn mark(&mut self, rank: u8, c: char, start: u32, end: u32, exact: bool) {
        if self.mark_count == 0 {
            (self.mark_start, self.mark_changed) = (start, false);
            // A tone behind SARA AA, Thai or Lao, was typed too late: it is seen above the letter before.
            if let Some(aa) = self.late(c) {
                let first = self.take_last(aa);
                // One tone is seen; another above it is not.
                if self.view.text.chars().next_back().is_none_or(|last| tables::mark_rank(last) < TONE) {
                    self.append(c, first, end, false);
                }
                self.append(aa, first, end, false);
                return;
            }
        } else if start != self.mark_end {
            self.mark_changed = true;
        }
        self.mark_end = end;
        self.mark_changed |= !exact;
        // Khmer vowels of two parts, typed in two parts.
        let whole = match c {
            '\u{17b8}' => '\u{17be}',
            '\u{17b6}' => '\u{17c4}',
            _ => '\0',
        };
        let part = self.marks.iter_mut().take(self.mark_count).find(|m| whole != '\0' && m.1 == '\u{17c1}');
        if let Some(part) = part {
            part.1 = whole;
            self.mark_changed = true;
            return;
        }
        let run = self.marks.get(..self.mark_count).unwrap_or(&[]);
        let doubled = run.iter().any(|m| m.1 == c);
        match self.marks.get_mut(self.mark_count) {
            Some(slot) if !doubled => {
                *slot = (rank, c);
                self.mark_count += 1;
            }
            _ => self.mark_changed = true,
        }
    }

    fn flush_marks(&mut self) {
        if self.mark_count == 0 {
            return;
        }
        let mut marks = self.marks;
        let run = marks.get_mut(..self.mark_count).unwrap_or(&mut []);
        if !run.is_sorted() {
            run.sort_unstable();
            self.mark_changed = true;
        }
        let mut at = self.mark_start;
        for &(_, c) in run.iter() {
            if self.mark_changed {
                self.append(c, self.mark_start, self.mark_end, false);
            } else {
                let end = at + c.len_utf8() as u32;
                self.append(c, at, end, true);
                at = end;
            }
        }
        self.mark_count = 0;
    }

    fn append(&mut self, c: char, start: u32, end: u32, exact: bool) {
        self.segment_for(start, end, exact);
        self.view.text.push(c);
    }

    /// Says where what is appended next comes from, unless the last segment already does.
    fn segment_for(&mut self, start: u32, end: u32, exact: bool) {
        let folded = self.view.text.len() as u32;
        let fits = self.view.segments.last().is_some_and(|s| {
            if exact {
                s.end == 0 && start.wrapping_sub(s.start) == folded - s.folded
            } else {
                s.start == start && s.end == end
            }
        });
        if !fits {
            self.view.segments.push(Segment { folded, start, end: if exact { 0 } else { end } });
        }
    }
}

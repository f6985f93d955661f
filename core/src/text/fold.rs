//! Folding: one pass from the original text to the form in which phrases are matched, with the way back.
//!
//! In: any string. Out: a [`View`]: lower case, compatibility forms decomposed (NFKD), digits of all scripts as ASCII,
//! invisible characters gone, runs of white space one space, marks of a cluster in one order, and for each byte the
//! whole characters of the original it came from. Rule sources go through the same function at compile time.

use super::tables::{self, Mapping};
use super::view::View;

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

/// Right-to-left override: all behind it is shown backwards, up to [`POP`] or the end of the line.
const OVERRIDE: char = '\u{202e}';
/// Pop directional formatting: ends an override.
const POP: char = '\u{202c}';
/// Silences a Burmese letter.
const ASAT: char = '\u{103a}';
/// What puts the next Khmer consonant below.
const COENG: char = '\u{17d2}';
/// Rank of tone marks, and of the silencers above, among the marks of Thai and Lao.
const TONE: u8 = 204;
/// Marks kept of one run; more on one base can only be an attack on time or sight.
const MAX_MARKS: usize = 8;

/// Folds `text`. Idempotent; the result of a longer text than 4 GiB is cut there.
#[must_use]
pub fn fold(text: &str) -> View {
    fold_up_to(text, u32::MAX as usize, false).view
}

/// A folded text.
pub(super) struct Folded {
    pub(super) view: View,
    /// It has the most bytes that it may have, and there was more.
    pub(super) grew: bool,
    /// Some of it stood under a right-to-left override.
    pub(super) backwards: bool,
}

/// Folds `text` until the result has `limit` bytes. With `shown`, what stands under a
/// right-to-left override is put in the order in which it is seen.
pub(super) fn fold_up_to(text: &str, limit: usize, shown: bool) -> Folded {
    let mut folder = Folder::new(text.len().min(limit));
    let mut backwards = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if folder.view.text().len() >= limit {
            return Folded { view: folder.finish(), grew: true, backwards };
        }
        if c == OVERRIDE && shown {
            let behind = rest.get(c.len_utf8()..).unwrap_or("");
            let run = behind.get(..behind.find([POP, '\n', OVERRIDE]).unwrap_or(behind.len())).unwrap_or("");
            // A link is judged as a link, wherever it stands.
            let link = run.find("://").and_then(|at| run.get(..at)?.rfind(' '));
            let run = run.get(..link.unwrap_or(run.len())).unwrap_or("");
            backwards |= !run.is_empty();
            if !folder.backwards(run, (text.len() - behind.len()) as u32, limit) {
                return Folded { view: folder.finish(), grew: true, backwards };
            }
            rest = behind.get(run.len()..).unwrap_or("");
            continue;
        }
        let start = (text.len() - rest.len()) as u32;
        let word = rest.bytes().position(|b| !b.is_ascii_graphic()).unwrap_or(rest.len());
        let plain = if word == 0 { super::thai::plain(rest, folder.view.text()) } else { 0 };
        let taken = if word > 0 {
            folder.word(rest.get(..word).unwrap_or(""), start);
            word
        } else if plain > 0 {
            folder.flush_marks();
            folder.view.push_str(rest.get(..plain).unwrap_or(""), start);
            plain
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
    Folded { view: folder.finish(), grew: false, backwards }
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

/// Khmer U beside a vowel above is a shifter, which is drawn like it there: the place of its mark, and what it is.
fn shifter(run: &[(u8, char)], before: &str) -> Option<(usize, char)> {
    run.iter().find(|mark| matches!(mark.1, '\u{17b7}'..='\u{17ba}'))?;
    let high = before.ends_with(['ស', 'ហ', 'អ', 'ប']);
    let place = run.iter().position(|mark| mark.1 == '\u{17bb}')?;
    Some((place, if high { '\u{17ca}' } else { '\u{17c9}' }))
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
            view: View::with_capacity(capacity),
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
        self.view.text().len()
    }

    /// Folded text, as it is.
    pub(super) fn copy(&mut self, folded: &str, start: u32) {
        if !folded.is_empty() {
            self.flush_marks();
            self.view.push_str(folded, start);
        }
    }

    /// Visible ASCII, which folds to as many bytes.
    fn word(&mut self, word: &str, start: u32) {
        self.flush_marks();
        self.view.push_lowercase(word, start);
    }

    /// A run that is shown backwards, cluster by cluster. All of it stands for each of its characters, as places never go
    /// back. False when it grows beyond `limit`.
    fn backwards(&mut self, run: &str, start: u32, limit: usize) -> bool {
        let mut end = run.len();
        // What stands below another consonant belongs to it.
        let below = |at: usize| run.get(..at).is_some_and(|head| head.ends_with([COENG, '\u{1039}']));
        let begins = |(at, c): &(usize, char)| {
            let seen = class_of(*c) != Class::Mark && !matches!(tables::lookup(*c).1, Mapping::Drop);
            seen && !below(*at)
        };
        while let Some((at, _)) = run.get(..end).and_then(|head| head.char_indices().rfind(begins)) {
            let cluster = run.get(at..end).unwrap_or("");
            end = at;
            if self.view.text().len() >= limit {
                return false;
            }
            cluster.chars().for_each(|c| self.mapped(c, start, start + run.len() as u32));
        }
        // Marks that have no letter.
        run.get(..end).unwrap_or("").chars().for_each(|c| self.mapped(c, start, start + run.len() as u32));
        true
    }

    /// ASCII that is not visible.
    fn control(&mut self, byte: u8, start: u32) {
        if matches!(byte, b' ' | b'\t'..=b'\r') {
            self.space(start, start + 1);
        }
    }

    /// Adds what `c` folds to, which stands for `start..end` of the original.
    pub(super) fn mapped(&mut self, c: char, start: u32, end: u32) {
        let (class, mapping) = tables::lookup(c);
        let exact = |c: char| c.len_utf8() as u32 == end - start;
        match mapping {
            Mapping::Drop => {}
            _ if class == 1 => self.space(start, end),
            Mapping::Keep if class == 4 => self.one(c, start, end, exact(c)),
            Mapping::Keep => self.base(c, start, end, exact(c)),
            Mapping::To(text) => {
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(only), None) => self.one(only, start, end, exact(only)),
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
        if !self.view.text().ends_with(' ') {
            self.view.push(' ', start, end, end - start == 1);
        }
    }

    fn base(&mut self, c: char, start: u32, end: u32, exact: bool) {
        self.flush_marks();
        match c {
            // Thai SARA E twice, and Lao, is how SARA AE is commonly mistyped; both look the same to a reader.
            '\u{e40}' | '\u{ec0}' if self.view.text().ends_with(c) => {
                let first = self.view.take_last(c);
                self.view.push(if c == '\u{e40}' { '\u{e41}' } else { '\u{ec1}' }, first, end, false);
            }
            COENG if self.view.text().ends_with(COENG) => {}
            '\u{1780}'..='\u{17a2}' if self.view.text().ends_with(COENG) => self.subscript(c, start, end, exact),
            _ => self.view.push(c, start, end, exact),
        }
    }

    /// A Khmer consonant below another. Marks typed before it belong behind it, RO is the last of several, and DA and TA
    /// below are drawn alike and used for each other.
    fn subscript(&mut self, c: char, start: u32, end: u32, exact: bool) {
        let (c, exact) = if c == '\u{178a}' { ('\u{178f}', false) } else { (c, exact) };
        let above = self.view.text().strip_suffix(COENG).unwrap_or("");
        if above.ends_with(is_khmer_mark) {
            let mut first = self.view.take_last(COENG);
            let mut taken = Vec::with_capacity(MAX_MARKS);
            while let Some(mark) = self.view.text().chars().next_back().filter(|c| is_khmer_mark(*c)) {
                first = self.view.take_last(mark);
                taken.push(mark);
            }
            self.view.push(COENG, first, end, false);
            self.view.push(c, first, end, false);
            taken.iter().rev().for_each(|mark| self.mark(tables::mark_rank(*mark), *mark, first, end, false));
        } else if above.ends_with("\u{17d2}\u{179a}") && c != '\u{179a}' {
            self.view.take_last(COENG);
            self.view.take_last('\u{179a}');
            let first = self.view.take_last(COENG);
            [COENG, c, COENG, '\u{179a}'].into_iter().for_each(|c| self.view.push(c, first, end, false));
        } else {
            self.view.push(c, start, end, exact);
        }
    }

    /// The SARA AA behind which the tone `c` was typed.
    fn late(&self, c: char) -> Option<char> {
        let aa = match c {
            '\u{e48}'..='\u{e4b}' => '\u{e32}',
            '\u{ec8}'..='\u{ecb}' => '\u{eb2}',
            _ => return None,
        };
        self.view.text().strip_suffix(aa).is_some_and(|before| !before.ends_with(aa)).then_some(aa)
    }

    /// Puts the tone `c` before the SARA AA that stands last.
    fn lift(&mut self, c: char, aa: char, end: u32) {
        let first = self.view.take_last(aa);
        // One tone is seen; another above it is not.
        if self.view.text().chars().next_back().is_none_or(|last| tables::mark_rank(last) < TONE) {
            self.view.push(c, first, end, false);
        }
        self.view.push(aa, first, end, false);
    }

    fn mark(&mut self, rank: u8, c: char, start: u32, end: u32, exact: bool) {
        if self.mark_count == 0 {
            (self.mark_start, self.mark_changed) = (start, false);
            // Burmese short U is typed for NYA, which is drawn like it; before ASAT it can be nothing else.
            if c == ASAT && self.view.text().ends_with('\u{1025}') {
                let first = self.view.take_last('\u{1025}');
                self.view.push('\u{1009}', first, start, false);
            }
            // A tone behind SARA AA, Thai or Lao, was typed too late: it is seen above the letter before.
            if let Some(aa) = self.late(c) {
                self.lift(c, aa, end);
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
        if let Some((place, sign)) = shifter(run, self.view.text())
            && let Some(mark) = run.get_mut(place)
        {
            *mark = (tables::mark_rank(sign), sign);
            self.mark_changed = true;
        }
        if !run.is_sorted() {
            run.sort_unstable();
            self.mark_changed = true;
        }
        let mut at = self.mark_start;
        for &(_, c) in run.iter() {
            // A mark of another script was typed between, and sorting has put the tone in front.
            if let Some(aa) = self.late(c) {
                self.lift(c, aa, self.mark_end);
                self.mark_changed = true;
            } else if self.mark_changed {
                self.view.push(c, self.mark_start, self.mark_end, false);
            } else {
                let end = at + c.len_utf8() as u32;
                self.view.push(c, at, end, true);
                at = end;
            }
        }
        self.mark_count = 0;
    }
}

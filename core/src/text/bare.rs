//! Bare letters: the last view, of a text whose disguise can be undone in more than one way. In: a skeleton. Out: its
//! letters without what stands between them, i and l as one, digits as the letters for which they are written, and a
//! letter or cluster that stands several times once.
//!
//! Phrases are filed under their bare letters too, so whether `1` was an i, which double letter was doubled by the
//! disguise, and where words were cut needs no answer.

use super::fold::{Class, class_of};
use super::tables::taken_for;
use super::view::View;
use core::ops::Range;

/// The bare letters of a skeleton.
#[derive(Debug)]
pub struct Bare {
    view: View,
    edges: Vec<u32>,
}

/// The bare letters of a folded text.
#[must_use]
pub fn bare(folded: &str) -> String {
    let mut letters = Letters::default();
    folded.chars().filter(|c| letter(*c)).for_each(|c| letters.push(0, canonical(c), false));
    letters.close();
    letters.out.iter().map(|(_, c)| c).collect()
}

/// Letters with their places, a cluster that repeats the one before it left out.
#[derive(Default)]
struct Letters {
    out: Vec<(usize, char)>,
    /// Where the last two clusters begin, and whether something stood before the last.
    previous: usize,
    current: usize,
    apart: bool,
    /// Indices before which a word may begin.
    gaps: Vec<usize>,
}

impl Letters {
    fn push(&mut self, at: usize, c: char, apart: bool) {
        if class_of(c) != Class::Mark && !self.belongs(c) {
            self.close();
            (self.previous, self.current, self.apart) = (self.current, self.out.len(), apart);
            self.gaps.extend(apart.then_some(self.current));
        }
        self.out.push((at, c));
    }

    /// Whether a letter is part of the open cluster: below its base, or the second half of SARA AM.
    fn belongs(&self, c: char) -> bool {
        let mut open = self.out.get(self.current..).unwrap_or(&[]).iter().map(|(_, c)| *c);
        match c {
            'า' | 'າ' => open.any(|mark| matches!(mark, '\u{e4d}' | '\u{ecd}')),
            _ => matches!(open.next_back(), Some('\u{17d2}' | '\u{1039}')),
        }
    }

    /// The last cluster is whole.
    fn close(&mut self) {
        let cluster = |range: Range<usize>| self.out.get(range).unwrap_or(&[]).iter().map(|(_, c)| *c);
        let before = cluster(self.previous..self.current);
        if before.len() == 0 {
            return;
        }
        // Of `ดด่` the first is the letter of the second without its marks.
        let alone = before.len() == 1;
        if before.clone().eq(cluster(self.current..self.out.len())) {
            // One cluster is the last of a word and the first of the next.
            self.gaps.extend(self.apart.then_some(self.previous));
            self.out.truncate(self.current);
            self.current = self.previous;
        } else if alone && before.eq(cluster(self.current..self.current + 1)) {
            if self.gaps.last() == Some(&self.current) {
                self.gaps.pop();
            }
            self.gaps.extend(self.apart.then_some(self.previous));
            self.out.remove(self.previous);
            self.current = self.previous;
        }
    }
}

fn letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { !matches!(class_of(c), Class::Other | Class::Space) }
}

/// The letter for which all that is taken for it stands.
fn canonical(c: char) -> char {
    match c {
        // Thai and Lao SARA E twice folds to SARA AE, and what stands twice is once here.
        'แ' => 'เ',
        'ແ' => 'ເ',
        _ if c.is_ascii() => char::from(taken_for(c as u8)),
        _ => c,
    }
}

impl Bare {
    /// Those of `skeleton`, whose words may also begin and end at `edges`.
    pub(super) fn of(skeleton: &str, edges: &[u32]) -> Self {
        let mut letters = Letters::default();
        let mut edges = edges.iter().peekable();
        let mut apart = true;
        let mut chars = skeleton.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            while edges.next_if(|edge| **edge as usize <= at).is_some() {
                apart = true;
            }
            if letter(c) {
                letters.push(at, canonical(c), apart);
                apart = false;
                continue;
            }
            // A sentence ends here, and no phrase goes on.
            let ends = match c {
                '.' | ',' | '!' | '?' | ';' | ':' => chars.peek().is_none_or(|(_, c)| *c == ' '),
                '។' | '៖' | '။' | '၊' | '。' | '、' => true,
                _ => false,
            };
            if ends {
                letters.push(at, ' ', false);
            }
            apart = true;
        }
        letters.close();
        let mut view = View::with_capacity(skeleton.len());
        let places = letters.out.iter().map(|(at, c)| {
            let place = view.text().len() as u32;
            // A space stands for a sign that may be longer.
            let from = skeleton.get(*at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            view.push(*c, *at as u32, (at + from) as u32, c.len_utf8() == from);
            place
        });
        let places: Vec<u32> = places.collect();
        let end = view.text().len() as u32;
        let mut edges: Vec<u32> =
            letters.gaps.iter().map(|gap| places.get(*gap).copied().unwrap_or(end)).chain([end]).collect();
        edges.sort_unstable();
        edges.dedup();
        Self { view, edges }
    }

    /// The letters.
    #[must_use]
    pub fn text(&self) -> &str {
        self.view.text()
    }

    /// Places, in bytes and in order, where a word may begin or end.
    #[must_use]
    pub fn edges(&self) -> &[u32] {
        &self.edges
    }

    /// The bytes of the skeleton from which a range came.
    #[must_use]
    pub fn skeleton(&self, range: Range<usize>) -> Range<usize> {
        self.view.origin(range)
    }
}

//! Grams: short runs of characters, from which learnt wording is read. In: a prepared message and the places of its links.
//! Out: the hash of each run of two to five characters, with its place.
//!
//! Links become one slot and runs of digits another, so that only wording is left; white space is one space, and there
//! is one before and behind the text. A text in disguise is read as it reads.

use super::fold::{Class, class_of};
use super::{Prepared, Skeleton};
use core::ops::Range;

const SHORTEST: usize = 2;
const LONGEST: usize = 5;
/// Stands for a link; folding drops control characters, so no text says it.
const LINK: char = '\u{1}';
/// Stands for digits in a row.
const NUMBER: char = '0';
/// Bytes of text of which grams are taken: several times a long SMS, so that a hostile text costs no more.
const MAX_READ: usize = 8 * 1024;
/// Multipliers of the hash: those of MurmurHash3's 32-bit finaliser (Appleby 2011) and the golden ratio.
const STEP: u32 = 0x9e37_79b1;
const MIX: u32 = 0x85eb_ca6b;
/// By place in a run, bits by which a character is turned: runs of the same characters in another order differ.
const TURNS: [u32; LONGEST] = [0, 7, 13, 20, 27];

/// The text of which grams are taken, with its way back to the original.
pub struct Wording<'a> {
    prepared: &'a Prepared<'a>,
    skeleton: Option<&'a Skeleton>,
    text: &'a str,
    /// Links in `text`, in order, none overlapping.
    links: Vec<Range<usize>>,
}

impl<'a> Wording<'a> {
    /// The wording of a message whose `links` are ranges of the original.
    #[must_use]
    pub fn of(prepared: &'a Prepared<'a>, links: impl Iterator<Item = Range<usize>>) -> Self {
        // Behind an override the folded text is what is seen; the last skeleton is then what is written.
        let seen = prepared.skeletons.len().saturating_sub(usize::from(prepared.backwards));
        let skeleton = prepared.skeletons.get(..seen).and_then(<[Skeleton]>::first);
        let text = skeleton.map_or(prepared.folded.text(), Skeleton::text);
        let text = text.get(..text.floor_char_boundary(MAX_READ)).unwrap_or("");
        let mut places: Vec<Range<usize>> = links
            .map(|origin| match skeleton {
                Some(skeleton) => skeleton.place(&prepared.folded, origin),
                None => prepared.folded.folded(origin),
            })
            .collect();
        places.sort_unstable_by_key(|at| at.start);
        Self { prepared, skeleton, text, links: places }
    }

    /// Hash and place of every gram; the high bits of a hash are the well-mixed ones.
    pub fn grams(&self, mut each: impl FnMut(u32, Range<usize>)) {
        // The newest character stands in front, mixed; a run is the exclusive or of its characters, each turned by its place.
        let (mut window, mut starts) = ([mixed(' '); LONGEST], [0usize; LONGEST]);
        let mut filled = 1;
        let mut add = |c: char, start: usize, end: usize| {
            let ([a, b, c3, d, _], [e, f, g, h, _]) = (window, starts);
            (window, starts) = ([mixed(c), a, b, c3, d], [start, e, f, g, h]);
            filled = (filled + 1).min(LONGEST);
            let mut run = 0u32;
            let places = window.into_iter().zip(starts).zip(TURNS).take(filled);
            for (length, ((mixed, from), turn)) in places.enumerate() {
                run ^= mixed.rotate_left(turn);
                if length + 1 >= SHORTEST {
                    each(run.wrapping_mul(MIX), from..end);
                }
            }
        };
        let (mut last, mut skip_to) = (' ', 0);
        let mut links = self.links.iter().peekable();
        for (at, c) in self.text.char_indices() {
            if at < skip_to {
                continue;
            }
            while links.next_if(|link| link.end <= at).is_some() {}
            let (c, end) = match links.peek() {
                Some(link) if link.start <= at => {
                    skip_to = link.end;
                    (LINK, link.end)
                }
                _ if c.is_ascii_digit() => (NUMBER, at + 1),
                _ if c.is_whitespace() => (' ', at + c.len_utf8()),
                _ => (c, at + c.len_utf8()),
            };
            if c == last && matches!(c, ' ' | NUMBER | LINK) {
                continue;
            }
            last = c;
            add(c, at, end);
        }
        if last != ' ' {
            add(' ', self.text.len(), self.text.len());
        }
    }

    /// Bytes of the text of which grams are taken.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A range of the text without the spaces at its ends, and with the marks and the start of its first character.
    #[must_use]
    pub fn whole(&self, range: Range<usize>) -> Range<usize> {
        let mark = |c: char| class_of(c) == Class::Mark;
        let (mut start, mut end) =
            (self.text.floor_char_boundary(range.start), self.text.ceil_char_boundary(range.end));
        while self.text.get(start..end).is_some_and(|part| part.starts_with(mark)) {
            let Some(before) = self.text.get(..start).and_then(|head| head.chars().next_back()) else { break };
            start -= before.len_utf8();
        }
        while let Some(next) = self.text.get(end..).and_then(|tail| tail.chars().next()).filter(|c| mark(*c)) {
            end += next.len_utf8();
        }
        let part = self.text.get(start..end).unwrap_or("");
        let (head, tail) = (part.len() - part.trim_start().len(), part.len() - part.trim_end().len());
        start + head..(end - tail).max(start + head)
    }

    /// The bytes of the original from which a range of the text came.
    #[must_use]
    pub fn origin(&self, range: Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(range.start);
        let end = self.text.ceil_char_boundary(range.end);
        let at = match self.skeleton {
            Some(skeleton) => skeleton.folded(&self.prepared.folded, start..end),
            None => start..end,
        };
        self.prepared.folded.origin(at)
    }
}

/// A character spread over 32 bits.
#[inline]
fn mixed(c: char) -> u32 {
    let spread = u32::from(c).wrapping_mul(STEP);
    (spread ^ spread >> 15).wrapping_mul(MIX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::prepare;

    fn hashes(text: &str) -> Vec<u32> {
        let prepared = prepare(text);
        let links: Vec<Range<usize>> = prepared.links.iter().map(|link| link.range.clone()).collect();
        let mut out = Vec::new();
        Wording::of(&prepared, links.into_iter()).grams(|hash, _| out.push(hash));
        out
    }

    #[test]
    fn links_digits_and_spaces_are_slots() {
        let one = hashes("Pay 12 baht  at https://a.example/x now");
        assert_eq!(one, hashes("pay 9 baht at http://other.example/long/path\tnow"));
        assert_ne!(one, hashes("pay 9 baht at now"));
    }

    #[test]
    fn every_gram_stands_where_it_says() {
        let prepared = prepare("ÀB กำ");
        let wording = Wording::of(&prepared, core::iter::empty());
        let mut seen = 0;
        wording.grams(|_, at| {
            assert!(at.start <= at.end && at.end <= wording.len(), "{at:?}");
            let origin = wording.origin(at);
            assert!(prepared.original.get(origin).is_some());
            seen += 1;
        });
        // A space in front, six characters (SARA AM is two), a space behind: seven runs of two, six of three, five of four,
        // four of five.
        assert_eq!(seen, 7 + 6 + 5 + 4);
        assert_eq!(hashes(""), Vec::<u32>::new());
    }

    #[test]
    fn a_disguised_word_reads_as_the_word() {
        assert_eq!(hashes("free m0ney"), hashes("free money"));
    }
}

//! Phone numbers. In: the folded view (so that Thai or full-width digits are digits). Out: ranges of the original.

use super::{Link, MAX_LINKS, View};
use core::ops::Range;

/// Digits of a number that someone could call back (ITU-T E.164 allows 15; the shortest national ones have 8).
const DIGITS: Range<usize> = 8..16;

/// Numbers that start with `+` or `0`, outside of links; the flag says that there were more than the limit.
pub(super) fn find(view: &View, links: &[Link]) -> (Vec<Range<usize>>, bool) {
    let bytes = view.text().as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let starts = (byte == b'+' || byte == b'0') && !at.checked_sub(1).is_some_and(|p| is_part(bytes.get(p)));
        if !starts {
            at += 1;
            continue;
        }
        let (mut digits, mut end, mut next) = (0, at, at);
        while let Some(&b) = bytes.get(next) {
            match b {
                b'0'..=b'9' => (digits, end) = (digits + 1, next + 1),
                b'+' if next == at => {}
                b'-' | b' ' | b'(' | b')' | b'.' if next - end < 2 => {}
                _ => break,
            }
            next += 1;
        }
        if DIGITS.contains(&digits) {
            let range = view.origin(at..end);
            if !links.iter().any(|l| l.range.start < range.end && range.start < l.range.end) {
                if found.len() == MAX_LINKS {
                    return (found, true);
                }
                found.push(range);
            }
        }
        at = next.max(at + 1);
    }
    (found, false)
}

fn is_part(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'+')
}

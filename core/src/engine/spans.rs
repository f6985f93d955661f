//! Bytes of the original to UTF-16 units. In: ranges on whole characters. Out: [`Span`]s, sorted, overlaps merged.

use crate::verdict::Span;
use core::ops::Range;

/// Most spans that one reason shows.
pub(super) const MAX_SPANS: usize = 8;

/// Converts ranges of all reasons in one pass over the text.
pub(super) fn utf16(text: &str, groups: &[Vec<Range<usize>>]) -> Vec<Vec<Span>> {
    let mut edges: Vec<usize> = groups.iter().flatten().flat_map(|r| [r.start, r.end]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut units = Vec::with_capacity(edges.len());
    let (mut at, mut count) = (0usize, 0usize);
    for edge in &edges {
        count += text.get(at..*edge).map_or(0, |part| part.encode_utf16().count());
        at = (*edge).max(at);
        units.push(count as u32);
    }
    let unit = |edge: usize| edges.binary_search(&edge).ok().and_then(|i| units.get(i)).copied().unwrap_or(0);
    groups.iter().map(|ranges| merged(ranges.iter().map(|r| Span { start: unit(r.start), end: unit(r.end) }))).collect()
}

fn merged(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut sorted: Vec<Span> = spans.filter(|s| s.start < s.end).collect();
    sorted.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(sorted.len());
    for span in sorted {
        match out.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out.truncate(MAX_SPANS);
    out
}

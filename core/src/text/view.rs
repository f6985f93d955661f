//! A text in another form, with the way back. In: characters, each with its place in the original. Out: the text, and for
//! each range of it the whole characters of the original it came from.

use core::ops::Range;

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

    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), segments: Vec::with_capacity(4) }
    }

    /// Adds a character that came from `start..end`, with `exact` byte by byte.
    pub(super) fn push(&mut self, c: char, start: u32, end: u32, exact: bool) {
        self.segment_for(start, end, exact);
        self.text.push(c);
    }

    /// Adds text that came byte by byte from `start` on.
    pub(super) fn push_str(&mut self, text: &str, start: u32) {
        self.segment_for(start, start, true);
        self.text.push_str(text);
    }

    /// The same of visible ASCII, in lower case.
    pub(super) fn push_lowercase(&mut self, text: &str, start: u32) {
        let from = self.text.len();
        self.push_str(text, start);
        if let Some(added) = self.text.get_mut(from..) {
            added.make_ascii_lowercase();
        }
    }

    /// Takes back the last character, which is `c`; says where it came from.
    pub(super) fn take_last(&mut self, c: char) -> u32 {
        let at = self.text.len() - c.len_utf8();
        let first = self.origin(at..self.text.len()).start as u32;
        self.text.truncate(at);
        while self.segments.last().is_some_and(|s| s.folded as usize >= at) {
            self.segments.pop();
        }
        first
    }

    /// Says where what is added next comes from, unless the last segment already does.
    fn segment_for(&mut self, start: u32, end: u32, exact: bool) {
        let folded = self.text.len() as u32;
        let fits = self.segments.last().is_some_and(|s| {
            if exact {
                s.end == 0 && start.wrapping_sub(s.start) == folded - s.folded
            } else {
                s.start == start && s.end == end
            }
        });
        if !fits {
            self.segments.push(Segment { folded, start, end: if exact { 0 } else { end } });
        }
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

//! Letters that stand more than once in a row. In: folded text, letter by letter. Out: whether one stands three times, or several
//! twice, as nobody writes.

/// Of so many letters three stand twice only where that was done on purpose. Thai words such as `ระบบ` and
/// `มากกว่า` have such letters too, but not one beside the other.
const DENSE: u16 = 24;
/// The same, of two.
const CLOSE: u16 = 7;

/// Counts letters that stand twice.
#[derive(Clone, Copy, Default)]
pub(super) struct Doubles {
    /// Where the last two stand, in letters of their piece.
    last: [Option<u16>; 2],
    pub(super) dense: bool,
}

impl Doubles {
    /// `c` stands twice, the second time as the letter `at` of its piece.
    pub(super) fn add(&mut self, c: char, at: u16) {
        // Both are vowels when they stand twice.
        if matches!(c, 'ร' | 'อ') {
            return;
        }
        let near = |place: Option<u16>, most| place.is_some_and(|place| at.saturating_sub(place) <= most);
        self.dense |= near(self.last[0], DENSE) || near(self.last[1], CLOSE);
        self.last = [self.last[1], Some(at)];
    }
}

/// Counts how often a cluster stands in a row.
#[derive(Default)]
pub(super) struct Clusters {
    start: usize,
    repeated: u32,
}

impl Clusters {
    /// The first cluster begins at `start`.
    pub(super) fn at(start: usize) -> Self {
        Self { start, repeated: 0 }
    }

    /// A cluster with marks ends, and another one may begin, at `at`; whether it is the third of its kind.
    pub(super) fn end(&mut self, folded: &str, at: usize) -> bool {
        let text = folded.as_bytes();
        let length = at.saturating_sub(self.start);
        let last = text.get(self.start..at).filter(|last| last.len() > 3);
        let same = last.is_some() && last == self.start.checked_sub(length).and_then(|from| text.get(from..self.start));
        self.repeated = if same { self.repeated + 1 } else { 0 };
        self.start = at;
        self.repeated > 1
    }
}

/// Letters a-z in a row.
pub(super) struct Word {
    pub(super) letters: usize,
    pub(super) last: u8,
    pub(super) doubled: bool,
    pub(super) triple: bool,
}

/// The letters a-z at a place.
pub(super) fn lowercase(folded: &str, at: usize) -> Word {
    let before = |back: usize| at.checked_sub(back).and_then(|p| folded.as_bytes().get(p)).copied().unwrap_or(0);
    let (mut second, mut last) = (before(2), before(1));
    let mut word = Word { letters: 0, last: 0, doubled: false, triple: false };
    for &letter in folded.as_bytes().get(at..).unwrap_or(&[]) {
        if !letter.is_ascii_lowercase() {
            break;
        }
        let same = letter == last;
        word.doubled |= same;
        word.triple |= same && last == second;
        (second, last) = (last, letter);
        word.letters += 1;
    }
    word.last = last;
    word
}

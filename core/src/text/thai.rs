//! Plain Thai, which is most of what the first users read. In: a text and what was folded before it. Out: how many of its bytes
//! fold to themselves: letters, each with its marks in the order in which they are typed.

/// Nothing that folds to itself, or not always.
const STOP: u8 = 0;
const LETTER: u8 = 1;
/// SARA E, which twice is another letter.
const E: u8 = 2;
/// SARA AA, before which late tones belong.
const AA: u8 = 3;
/// Marks from here on: a larger one stands behind a smaller one.
const MARKS: u8 = 4;

/// The Thai block.
static KINDS: [u8; 128] = kinds();

#[allow(clippy::indexing_slicing, reason = "the compiler runs it, and refuses an index out of bounds")]
const fn kinds() -> [u8; 128] {
    let mut kinds = [STOP; 128];
    let mut at = 0x01;
    while at < 0x47 {
        // SARA AM is taken apart, and 0x3b to 0x3e are no letters, 0x3f is a sign.
        kinds[at] = match at {
            0x33 | 0x3b..=0x3f => STOP,
            0x38..=0x3a => MARKS,
            0x31 | 0x34..=0x37 => MARKS + 1,
            0x40 => E,
            0x32 => AA,
            _ => LETTER,
        };
        at += 1;
    }
    kinds[0x47] = MARKS + 1;
    kinds[0x4d] = MARKS + 2;
    at = 0x48;
    while at < 0x4c {
        kinds[at] = MARKS + 3;
        at += 1;
    }
    kinds[0x4c] = MARKS + 4;
    kinds[0x4e] = MARKS + 4;
    kinds
}

/// Bytes at the start of `rest` that fold to themselves behind `before`, which has no open marks.
pub(super) fn plain(rest: &str, before: &str) -> usize {
    let bytes = rest.as_bytes();
    // `end` is behind the last letter whose marks are whole, `at` behind what was read.
    let (mut at, mut end) = (0, 0);
    let mut last = if before.ends_with('\u{e40}') { E } else { STOP };
    while let Some([0xe0, high @ (0xb8 | 0xb9), low]) = bytes.get(at..at + 3) {
        let kind = KINDS.get(usize::from((high & 1) << 6 | low & 0x3f)).copied().unwrap_or(STOP);
        match kind {
            STOP => break,
            E if last == E => break,
            LETTER | E | AA => end = at,
            _ if at == 0 => return 0,
            // Marks that are to be put in order are left, all of the letter.
            _ if last == AA || kind <= last => return end + 3,
            _ => {}
        }
        last = kind;
        at += 3;
    }
    // A mark of another script may follow, or something that is not seen and a mark behind it.
    let closed = bytes.get(at).is_none_or(|next| next.is_ascii_graphic() || matches!(next, b' ' | b'\n'));
    if closed || last < MARKS { at } else { end + 3 }
}

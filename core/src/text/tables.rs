//! Reads the generated fold tables. In: a character. Out: its class, what it folds to, its place among marks.

mod data;

/// What a character folds to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mapping {
    /// Itself.
    Keep,
    /// Nothing: it is invisible.
    Drop,
    /// This text.
    To(&'static str),
}

const MAPPING_BITS: u32 = 12;

/// Class number (see [`super::Class`]) and mapping of `c`.
pub(super) fn lookup(c: char) -> (u8, Mapping) {
    let code = c as usize;
    let value = match data::INDEX.get(code >> data::BLOCK_BITS) {
        Some(&block) => {
            let low = code & ((1 << data::BLOCK_BITS) - 1);
            data::BLOCKS.get(((block as usize) << data::BLOCK_BITS) | low).copied().unwrap_or(0)
        }
        None if (0x2_0000..0x4_0000).contains(&code) => 5 << MAPPING_BITS,
        None if (0xe_0000..0xe_1000).contains(&code) => 1,
        None => 0,
    };
    let mapping = match value & ((1 << MAPPING_BITS) - 1) {
        0 => Mapping::Keep,
        1 => Mapping::Drop,
        n => Mapping::To(target(n as usize - 2)),
    };
    ((value >> MAPPING_BITS) as u8, mapping)
}

fn target(index: usize) -> &'static str {
    let start = data::TARGETS.get(index).copied().unwrap_or(0) as usize;
    let end = data::TARGETS.get(index + 1).copied().unwrap_or(0) as usize;
    data::POOL.get(start..end).unwrap_or("")
}

/// The letter a-z for which a reader takes `c`, a character of folded text that is not ASCII.
pub(super) fn looks_like(c: char) -> Option<u8> {
    let index = data::LOOKS.binary_search_by_key(&(c as u32), |l| l.0).ok()?;
    data::LOOKS.get(index).map(|l| l.1)
}

/// The character that two are by canonical composition, but for Hangul.
pub(super) fn compose(first: char, second: char) -> Option<char> {
    let pair = (first as u32, second as u32);
    let index = data::COMPOSED.binary_search_by_key(&pair, |c| (c.0, c.1)).ok()?;
    data::COMPOSED.get(index).and_then(|c| char::from_u32(c.2))
}

/// The letter that an ASCII letter or digit may be in a word in disguise: the one for which people write a digit, and l for
/// i and 1, which look alike.
pub(super) fn taken_for(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' | b'i' => b'l',
        b'3' => b'e',
        b'4' => b'a',
        b'5' => b's',
        b'7' => b't',
        b'8' => b'b',
        b'9' => b'g',
        other => other,
    }
}

/// Where a combining mark stands among the marks of its base; 0 for what is not reordered.
pub(super) fn mark_rank(c: char) -> u8 {
    let code = c as u32;
    let index = data::MARKS.partition_point(|m| m.0 <= code);
    match index.checked_sub(1).and_then(|i| data::MARKS.get(i)) {
        Some(&(_, end, rank)) if code <= end => rank,
        _ => 0,
    }
}

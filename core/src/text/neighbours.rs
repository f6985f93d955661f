//! Scripts without spaces that are put in place of each other. In: a character and those beside it. Out: the letter of the
//! word's own script for which it stands.

use super::fold::{Class, class_of};

/// Number of a script without spaces; 0 for others, and for those whose words are not mixed here.
pub(super) fn script(c: char) -> u8 {
    match c as u32 {
        0xe00..=0xe7f => THAI,
        0xe80..=0xeff => LAO,
        0x1000..=0x109f => BURMESE,
        0x1780..=0x17ff => KHMER,
        _ => 0,
    }
}

pub(super) const THAI: u8 = 1;
const LAO: u8 = 2;
pub(super) const BURMESE: u8 = 3;
const KHMER: u8 = 4;

/// The script of most letters of a piece.
pub(super) fn home(piece: &str) -> u8 {
    let mut counts = [0u32; 5];
    piece.chars().filter_map(|c| Some(usize::from(script(c))).filter(|s| *s > 0)).for_each(|s| {
        if let Some(count) = counts.get_mut(s) {
            *count += 1;
        }
    });
    let most = (1..5u8).max_by_key(|s| counts.get(usize::from(*s)).copied().unwrap_or(0));
    most.filter(|s| counts.get(usize::from(*s)).copied().unwrap_or(0) > 0).unwrap_or(0)
}

/// `c` as a letter of `home`, where it stands among such letters and looks like one.
pub(super) fn at_home(home: u8, before: char, c: char, next: char) -> char {
    let among = script(before) == home || script(next) == home;
    let within = script(before) == home && script(next) == home;
    let lettered = |code: u32| char::from_u32(code).filter(|c| class_of(*c) != Class::Other).unwrap_or(c);
    match (home, c) {
        // Lao was laid out beside Thai in Unicode, letter by letter.
        (THAI, '\u{e80}'..='\u{eff}') if among => lettered(c as u32 - 0x80),
        (LAO, '\u{e00}'..='\u{e7f}') if among => lettered(c as u32 + 0x80),
        (THAI, 'ฅ') => 'ค',
        (THAI, 'ฃ') => 'ข',
        (THAI, 'ๅ') => 'า',
        (THAI, '฿') if among => 'บ',
        (THAI, 'u') if among => 'น',
        (THAI, 's') if among => 'ร',
        (THAI, 'n') if within => 'ท',
        (THAI, 'w') if within => 'พ',
        (LAO, 'u') if among => 'ບ',
        (BURMESE, 'ဝ') if before.is_ascii_digit() => '0',
        (BURMESE, c) if shan(c).is_some() => shan(c).unwrap_or(c),
        (BURMESE, 'o' | '0') if among => 'ဝ',
        (BURMESE, 'c') if among => 'င',
        (BURMESE, '7') if within => 'ရ',
        (BURMESE, ':') if within => 'း',
        (KHMER, 'o') if before.is_ascii_digit() || next.is_ascii_digit() => '0',
        _ => c,
    }
}

/// The Burmese letter for which a Shan one is written.
pub(super) fn shan(c: char) -> Option<char> {
    Some(match c {
        '\u{1075}' => 'က',
        '\u{1076}' => 'ခ',
        '\u{1078}' => 'စ',
        '\u{107c}' => 'န',
        '\u{107d}' => 'ဖ',
        _ => return None,
    })
}

//! Labels of hosts. In: a label, also in punycode. Out: what a reader takes it for, as bytes to compare and to hash.
//!
//! Coarser than the skeleton of texts, since a host has no words around it: digits are always letters, `i`, `l` and `1`
//! are one letter, `rn` is `m`, and hyphens are no letters at all. Brands go through the same function at compile time.

use super::fold::{Class, class_of, fold};
use super::tables::{looks_like, taken_for};

/// Bytes of a label that are looked at; a label has at most 63 characters.
pub const LABEL: usize = 128;

/// What a label is taken for.
#[derive(Clone)]
pub struct Label {
    bytes: [u8; LABEL],
    length: usize,
    /// Bit per byte: a hyphen stands before it.
    cuts: u128,
    /// Bit per byte: written as a digit.
    digits: u128,
    /// Powers-of-[`STEP`] hash of the bytes before each place.
    hashes: [u32; LABEL + 1],
    /// It was written in letters that only look like these: another script, accents.
    foreign: bool,
}

/// Multiplier of the hash; odd, from the fractional part of the golden ratio.
const STEP: u32 = 0x9e37_79b1;
// Evaluated by the compiler, which would refuse an index out of range.
#[expect(clippy::indexing_slicing, reason = "in a constant")]
const POWERS: [u32; LABEL + 1] = {
    let mut powers = [1u32; LABEL + 1];
    let mut at = 1;
    while at <= LABEL {
        powers[at] = powers[at - 1].wrapping_mul(STEP);
        at += 1;
    }
    powers
};

impl Label {
    /// Reads a label as it stands in a host.
    #[must_use]
    pub fn read(label: &str) -> Self {
        let mut read =
            Self { bytes: [0; LABEL], length: 0, cuts: 0, digits: 0, hashes: [0; LABEL + 1], foreign: false };
        match label.strip_prefix("xn--").and_then(punycode) {
            Some(decoded) => read.characters(fold(&decoded).text()),
            None if label.is_ascii() => read.characters(label),
            None => read.characters(fold(label).text()),
        }
        read.hash();
        read
    }

    fn characters(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '-' | '_' => self.cuts |= 1u128.checked_shl(self.length as u32).unwrap_or(0),
                'a'..='z' | 'A'..='Z' => self.letter(c.to_ascii_lowercase() as u8, false),
                '0'..='9' => self.letter(c as u8, true),
                _ => match looks_like(c) {
                    Some(letter) => {
                        self.foreign = true;
                        self.letter(letter, false);
                    }
                    // An accent on a letter that looks Latin; elsewhere marks are part of the word.
                    None if class_of(c) == Class::Mark && self.last().is_some_and(|b| b.is_ascii()) => {
                        self.foreign = true;
                    }
                    None => {
                        let mut bytes = [0; 4];
                        c.encode_utf8(&mut bytes).bytes().for_each(|byte| self.push(byte));
                    }
                },
            }
        }
    }

    fn letter(&mut self, byte: u8, digit: bool) {
        let letter = taken_for(byte);
        let cut = self.cuts & 1u128.checked_shl(self.length as u32).unwrap_or(0) != 0;
        let pair = match (self.last(), letter) {
            (Some(b'r'), b'n') if !cut => Some(b'm'),
            (Some(b'v'), b'v') if !cut => Some(b'w'),
            _ => None,
        };
        match (pair, self.length.checked_sub(1).and_then(|at| self.bytes.get_mut(at))) {
            (Some(one), Some(last)) => *last = one,
            _ => {
                if digit {
                    self.digits |= 1u128.checked_shl(self.length as u32).unwrap_or(0);
                }
                self.push(letter);
            }
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
            self.length += 1;
        }
    }

    fn last(&self) -> Option<u8> {
        self.bytes().last().copied()
    }

    fn hash(&mut self) {
        let mut hash = 0u32;
        let filled = self.bytes.iter().take(self.length);
        for (byte, slot) in filled.zip(self.hashes.iter_mut().skip(1)) {
            hash = hash.wrapping_mul(STEP).wrapping_add(u32::from(*byte) + 1);
            *slot = hash;
        }
    }

    /// The bytes, without hyphens.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }

    /// Hash of the bytes `start..end`, in constant time; 0 for what is no range.
    #[must_use]
    pub fn hash_of(&self, start: usize, end: usize) -> u32 {
        let length = end.checked_sub(start).and_then(|length| POWERS.get(length));
        match (self.hashes.get(start), self.hashes.get(end), length) {
            (Some(before), Some(all), Some(power)) if end <= self.length => {
                all.wrapping_sub(before.wrapping_mul(*power))
            }
            _ => 0,
        }
    }

    /// Whether a hyphen, or an end of the label, stands at this place.
    #[must_use]
    pub fn is_edge(&self, at: usize) -> bool {
        at == 0 || at >= self.length || self.cuts & 1u128.checked_shl(at as u32).unwrap_or(0) != 0
    }

    /// Whether the byte at this place was written as a digit.
    #[must_use]
    pub fn is_digit(&self, at: usize) -> bool {
        self.digits & 1u128.checked_shl(at as u32).unwrap_or(0) != 0
    }

    /// Whether letters of another script, or accents, stand in it for letters a-z.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.foreign
    }
}

/// Whether one edit makes `b` of `a`: a letter more, less or another, or two neighbours exchanged. Gives the place.
#[must_use]
pub fn one_edit(a: &[u8], b: &[u8]) -> Option<usize> {
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(front..)?, b.get(front..)?);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(..a.len() - back)?, b.get(..b.len() - back)?);
    let edited = match (a, b) {
        ([_], []) | ([], [_]) | ([_], [_]) => true,
        ([x, y], [u, v]) => x == v && y == u,
        _ => false,
    };
    edited.then_some(front)
}

/// Decodes what follows `xn--` (RFC 3492); `None` for what is no punycode.
fn punycode(encoded: &str) -> Option<String> {
    const BASE: u32 = 36;
    let (basic, extended) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut output: Vec<char> = basic.chars().collect();
    let (mut code, mut at, mut bias) = (128u32, 0u32, 72u32);
    let mut digits = extended.bytes();
    while digits.len() > 0 && output.len() < LABEL {
        let before = at;
        let (mut weight, mut k) = (1u32, BASE);
        loop {
            let digit = match digits.next()? {
                letter @ b'a'..=b'z' => u32::from(letter - b'a'),
                letter @ b'A'..=b'Z' => u32::from(letter - b'A'),
                digit @ b'0'..=b'9' => u32::from(digit - b'0') + 26,
                _ => return None,
            };
            at = at.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
            k += BASE;
        }
        let length = output.len() as u32 + 1;
        let mut delta = if before == 0 { (at - before) / 700 } else { (at - before) / 2 };
        delta += delta / length;
        let mut steps = 0;
        while delta > 455 {
            delta /= 35;
            steps += BASE;
        }
        bias = steps + 36 * delta / (delta + 38);
        code = code.checked_add(at / length)?;
        at %= length;
        output.insert(at as usize, char::from_u32(code)?);
        at += 1;
    }
    (!output.is_empty()).then(|| output.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(label: &str) -> String {
        String::from_utf8_lossy(Label::read(label).bytes()).into_owned()
    }

    #[test]
    fn labels_read_as_people_read_them() {
        for (label, same) in [
            ("kasik0rnbank", "kasikornbank"),
            ("kasikombank", "kasikornbank"),
            ("paypa1", "paypai"),
            ("may-bank2u", "maybank2u"),
            ("xn--pypal-4ve", "paypal"),
            ("ｓｃｂ", "scb"),
            ("krungthaí", "krungthai"),
        ] {
            assert_eq!(reads(label), reads(same), "{label}");
        }
        assert!(Label::read("xn--pypal-4ve").is_foreign() && !Label::read("paypal").is_foreign());
        assert_ne!(reads("car-nation"), reads("camation"));
    }

    #[test]
    fn punycode_is_that_of_the_standard() {
        assert_eq!(punycode("bcher-kva").as_deref(), Some("bücher"));
        assert_eq!(punycode("o3cw4h").as_deref(), Some("ไทย"));
        assert_eq!(punycode("80ak6aa92e").as_deref(), Some("аррӏе"));
        for broken in ["", "99999999", "é", "a-\u{7f}", "zzzzzzzzzzzzzz"] {
            drop(punycode(broken));
        }
    }

    #[test]
    fn a_hash_of_a_part_is_that_of_the_part_alone() {
        let whole = Label::read("verify-kasikornbank-th");
        let part = Label::read("kasikornbank");
        assert_eq!(whole.hash_of(6, 17), part.hash_of(0, 11));
        assert!(whole.is_edge(6) && whole.is_edge(17) && !whole.is_edge(7));
        assert_eq!(whole.hash_of(5, 500), 0);
    }

    #[test]
    fn one_edit_is_one() {
        let near = |a: &str, b: &str| one_edit(a.as_bytes(), b.as_bytes()).is_some();
        assert!(
            near("lazada", "lazda")
                && near("lazada", "lazadaa")
                && near("lazada", "lzaada")
                && near("lazada", "lazata")
        );
        assert!(!near("lazada", "lazada") && !near("lazada", "lzada1") && !near("lazada", "zalada"));
    }
}

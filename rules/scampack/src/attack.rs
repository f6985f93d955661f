//! The catalogue of disguises. In: a text and a seed. Out: the text as a scammer would write it.
//!
//! It uses nothing of the phone's folding; look-alikes come from UTS #39's own file. Links are left alone: they must still
//! work for the scammer.

use std::fmt::Write as _;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

const HOMOGLYPHS: &str = include_str!("../attacks/homoglyphs.tsv");
const INVISIBLE: [char; 6] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}'];
const SIGNS: [char; 5] = ['.', '-', '*', '_', '·'];
const EMOJI: [char; 5] = ['🎁', '🔥', '💰', '⭐', '✅'];
const ACCENTS: [char; 5] = ['\u{300}', '\u{301}', '\u{302}', '\u{308}', '\u{323}'];
/// First digits of the scripts of the region.
const ZEROS: [char; 5] = ['๐', '໐', '០', '၀', '０'];
/// Clusters of a word in a script without spaces; Thai and Khmer words have about as many.
const UNSPACED_WORD: usize = 4;
const PADDING: &str = "good morning have a nice day see you soon thank you so much ";

/// One way to disguise a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// Nothing: the text as it is.
    None,
    /// Letters of other scripts that look alike, every second one.
    Homoglyph,
    /// Digits and signs for letters.
    Leet,
    /// Without accents.
    Unaccented,
    /// Accents on vowels that have none.
    Accented,
    /// Marks of a letter in the opposite order.
    MarkOrder,
    /// Digits of other scripts.
    Digits,
    /// Capitals at random.
    Case,
    /// Full-width letters.
    FullWidth,
    /// One letter of each word three times.
    Repeat,
    /// One letter of each word twice.
    Doubled,
    /// Invisible characters between letters.
    ZeroWidth,
    /// A space between letters, three between words.
    Spacing,
    /// One sign between letters.
    Punctuation,
    /// An emoji between letters.
    Emoji,
    /// A letter a line.
    Lines,
    /// One line break inside of each word.
    Broken,
    /// A link that must be put together: `hxxps://`, in brackets, on a line of its own.
    Link,
    /// Words written backwards behind a right-to-left override, which shows them forwards.
    Override,
    /// Much innocent text before and behind.
    Padding,
}

impl Attack {
    /// All of them with the name under which they are reported; in pairs, the one that stands first here is done first.
    pub const ALL: [(Self, &'static str); 20] = [
        (Self::None, "none"),
        (Self::Homoglyph, "homoglyph"),
        (Self::Leet, "leet"),
        (Self::Unaccented, "unaccented"),
        (Self::Accented, "accented"),
        (Self::MarkOrder, "mark-order"),
        (Self::Digits, "digits"),
        (Self::Case, "case"),
        (Self::FullWidth, "full-width"),
        (Self::Repeat, "repeat"),
        (Self::Doubled, "doubled"),
        (Self::ZeroWidth, "zero-width"),
        (Self::Spacing, "spacing"),
        (Self::Punctuation, "punctuation"),
        (Self::Emoji, "emoji"),
        (Self::Lines, "lines"),
        (Self::Broken, "line-break"),
        (Self::Link, "link"),
        (Self::Override, "rtl-override"),
        (Self::Padding, "padding"),
    ];

    /// The text in disguise: the same for the same seed.
    #[must_use]
    pub fn apply(self, text: &str, seed: u64) -> String {
        let mut dice =
            Dice(seed ^ text.bytes().fold(self as u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b))));
        match self {
            Self::None => return text.to_owned(),
            Self::Padding => return format!("{}{text} {}", PADDING.repeat(6), PADDING.repeat(4)),
            Self::Override => return overridden(text),
            _ => {}
        }
        let sign = dice.one_of(&SIGNS);
        let mut out = String::with_capacity(text.len() * 2);
        for (index, word) in text.split(' ').enumerate() {
            if index > 0 {
                out.push_str(if self == Self::Spacing { "   " } else { " " });
            }
            match (is_link(word), self) {
                (true, Self::Link) => wrapped(word, &mut dice, &mut out),
                (true, _) | (_, Self::Link) => out.push_str(word),
                _ => self.word(word, sign, &mut dice, &mut out),
            }
        }
        out
    }

    fn word(self, word: &str, sign: char, dice: &mut Dice, out: &mut String) {
        let letters = clusters(word);
        let between: String = match self {
            Self::Spacing => " ".to_owned(),
            Self::Punctuation => sign.to_string(),
            Self::Lines => "\n".to_owned(),
            Self::Emoji => dice.one_of(&EMOJI).to_string(),
            _ => String::new(),
        };
        // Where words have no spaces, some are as long as a sentence.
        let most = if letters.first().is_some_and(|l| unspaced(l)) { UNSPACED_WORD } else { letters.len().max(1) };
        let mut chosen = 0;
        for (index, letter) in letters.iter().enumerate() {
            if index % most == 0 {
                chosen = index + dice.below(most.min(letters.len() - index));
            }
            let lettered = |l: &str| l.chars().next().is_some_and(char::is_alphabetic);
            let inside = index > 0 && lettered(letter) && letters.get(index - 1).is_some_and(|l| lettered(l));
            if inside {
                out.push_str(&between);
            }
            match self {
                Self::ZeroWidth if inside => out.push(dice.one_of(&INVISIBLE)),
                Self::Broken if inside && index == chosen => out.push('\n'),
                _ => {}
            }
            match self {
                Self::Unaccented => out.extend(unaccented(letter)),
                Self::MarkOrder => {
                    let (base, marks) = letter.split_at(letter.chars().next().map_or(0, char::len_utf8));
                    out.push_str(base);
                    marks.split_inclusive(|c| !below(c)).rev().for_each(|mark| out.push_str(mark));
                }
                Self::Repeat if index == chosen && lettered(letter) => out.push_str(&letter.repeat(3)),
                Self::Doubled if index == chosen && lettered(letter) => out.push_str(&letter.repeat(2)),
                _ => letter.chars().for_each(|c| self.letter(c, dice, out)),
            }
        }
    }

    fn letter(self, c: char, dice: &mut Dice, out: &mut String) {
        let turned = match self {
            Self::Homoglyph if dice.below(2) == 0 => homoglyph(c, dice),
            Self::Leet if dice.below(3) > 0 => leet(c),
            Self::Digits => c.to_digit(10).and_then(|d| char::from_u32(dice.one_of(&ZEROS) as u32 + d)),
            Self::Case if dice.below(2) == 0 => c.to_uppercase().next(),
            Self::FullWidth if c.is_ascii_graphic() => char::from_u32(c as u32 + 0xfee0),
            Self::Accented if "aeiouAEIOU".contains(c) => {
                let _ = write!(out, "{c}{}", dice.one_of(&ACCENTS));
                return;
            }
            _ => None,
        };
        out.push(turned.unwrap_or(c));
    }
}

/// Letters with their marks, and with the consonants that stand below them.
fn clusters(word: &str) -> Vec<&str> {
    // Unicode breaks graphemes before some Burmese vowels and signs that nobody parts from their letter.
    let behind = ['\u{102b}', '\u{102c}', '\u{1038}'];
    let mut starts: Vec<usize> = Vec::new();
    let mut before = "";
    for (at, letter) in word.grapheme_indices(true) {
        if before.is_empty() || !before.ends_with(below) && !letter.starts_with(behind) {
            starts.push(at);
        }
        before = letter;
    }
    let ends = starts.iter().skip(1).copied().chain([word.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| word.get(*start..end)).collect()
}

/// What puts the next consonant below: Khmer COENG, Burmese VIRAMA.
fn below(c: char) -> bool {
    matches!(c, '\u{17d2}' | '\u{1039}')
}

/// Letters of scripts without spaces between words.
fn unspaced(letter: &str) -> bool {
    let scripts = ['\u{e00}'..='\u{eff}', '\u{1000}'..='\u{109f}', '\u{1780}'..='\u{17ff}', '\u{4e00}'..='\u{9fff}'];
    letter.chars().next().is_some_and(|c| scripts.iter().any(|script| script.contains(&c)))
}

/// What must stay as it is for the scam to work.
fn is_link(word: &str) -> bool {
    let host = word.trim_end_matches(|c: char| !c.is_alphanumeric()).split(['/', '?', ':', '\n']).next().unwrap_or("");
    let named = host.rsplit_once('.').is_some_and(|(name, last)| {
        name.ends_with(|c: char| c.is_ascii_alphanumeric())
            && last.len() > 1
            && last.bytes().all(|b| b.is_ascii_alphabetic())
    });
    word.contains("://") || word.contains('@') || named
}

/// A link as it is written for people who put it together again.
fn wrapped(link: &str, dice: &mut Dice, out: &mut String) {
    let defanged = link.replacen("http", "hxxp", 1);
    let _ = match dice.below(4) {
        0 => write!(out, "{defanged}"),
        1 => write!(out, "({link})"),
        2 => write!(out, "<{link}>"),
        _ => write!(out, "\n{link}\n"),
    };
}

/// Words up to the next link or line, backwards between an override and what ends it.
fn overridden(text: &str) -> String {
    let (mut out, mut run) = (String::with_capacity(text.len() * 2), Vec::new());
    let close = |run: &mut Vec<&str>, out: &mut String| {
        if !run.is_empty() {
            let words = run.join(" ");
            // SARA AM is no mark: it has a place of its own.
            let parts = clusters(&words).into_iter().flat_map(|cluster| {
                let (letter, am) = cluster.split_at(cluster.find(['\u{e33}', '\u{eb3}']).unwrap_or(cluster.len()));
                [letter, am]
            });
            let backwards: String = parts.collect::<Vec<&str>>().into_iter().rev().collect();
            let _ = write!(out, "\u{202e}{backwards}\u{202c} ");
            run.clear();
        }
    };
    for word in text.split(' ') {
        if is_link(word) || word.contains('\n') {
            close(&mut run, &mut out);
            let _ = write!(out, "{word} ");
        } else {
            run.push(word);
        }
    }
    close(&mut run, &mut out);
    out.trim_end().to_owned()
}

fn unaccented(letter: &str) -> impl Iterator<Item = char> + '_ {
    let latin = letter.chars().next().is_some_and(|c| c < '\u{300}' || ('\u{1e00}'..'\u{1f00}').contains(&c));
    let bare = letter.nfd().filter(move |c| !latin || !is_combining_mark(*c));
    bare.map(|c| match c {
        'đ' => 'd',
        'Đ' => 'D',
        c => c,
    })
}

fn homoglyph(c: char, dice: &mut Dice) -> Option<char> {
    let line = HOMOGLYPHS.lines().find_map(|l| l.split_once('\t').filter(|(letter, _)| letter.starts_with(c)))?;
    let all: Vec<char> = line.1.chars().collect();
    all.get(dice.below(all.len())).copied()
}

fn leet(c: char) -> Option<char> {
    Some(match c.to_ascii_lowercase() {
        'a' => '4',
        'b' => '8',
        'e' => '3',
        'g' => '9',
        'i' | 'l' => '1',
        'o' => '0',
        's' => '5',
        't' => '7',
        _ => return None,
    })
}

/// SplitMix64 (Steele, Lea and Flood 2014).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n.max(1) as u64)).unwrap_or(0)
    }

    fn one_of<const N: usize>(&mut self, all: &[char; N]) -> char {
        let at = self.below(N);
        all.get(at).copied().unwrap_or(' ')
    }
}

//! Phrases as they travel. In: a phrase section. Out: a list that packs small, and from such a list the same section.
//!
//! A section is made for looking up: its records lie by their hashes, which no packing makes smaller. A list holds the
//! phrases in the order of their letters, each by what it shares with the one before; filters, directories and the records
//! filed under other letters are made anew. With the starter packs a list in zstd takes a third of the section in zstd.
//!
//! ```text
//! u32 phrases; bytes shared with the phrase before (u8 each); bytes that follow (u8 each); flags (u8 each);
//! low, middle, high bytes of the atoms; what follows, of all phrases
//! ```

use super::phrase_writer::encode;
use super::phrases::{PhraseEdge, edge};
#[cfg(feature = "write")]
use super::phrases::{PhraseTable, flags};

/// Columns of one byte a phrase.
const COLUMNS: usize = 6;
/// Bytes of a section that each phrase takes at least.
const LEAST: usize = 8;

/// The list of the phrases of `section`.
#[cfg(feature = "write")]
pub(crate) fn listed(section: &[u8]) -> Vec<u8> {
    let table = PhraseTable::read(section);
    let mut phrases: Vec<(&[u8], u8, u32)> =
        table.entries().map(|(text, edge, atom)| (text.as_bytes(), flags(edge), atom)).collect();
    phrases.sort_unstable();
    let mut columns: [Vec<u8>; COLUMNS] = Default::default();
    let (mut texts, mut before) = (Vec::new(), &[][..]);
    for (text, flags, atom) in &phrases {
        let shared = text.iter().zip(before).take_while(|(a, b)| a == b).count();
        let rest = text.get(shared..).unwrap_or_default();
        let [low, middle, high, _] = atom.to_le_bytes();
        let row = [shared as u8, rest.len() as u8, *flags, low, middle, high];
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        texts.extend_from_slice(rest);
        before = text;
    }
    let count = (phrases.len() as u32).to_le_bytes().to_vec();
    [vec![count], columns.to_vec(), vec![texts]].concat().concat()
}

/// The section of a list, `None` for a damaged one or one that needs more than `limit` bytes.
pub(crate) fn built(list: &[u8], limit: usize) -> Option<Vec<u8>> {
    let (count, list) = list.split_first_chunk::<4>()?;
    let count = u32::from_le_bytes(*count) as usize;
    if count > limit / LEAST {
        return None;
    }
    let (columns, mut texts) = list.split_at_checked(count * COLUMNS)?;
    let column = |index: usize| columns.get(index * count..(index + 1) * count).unwrap_or_default().iter().copied();
    let shapes = column(0).zip(column(1)).zip(column(2));
    let atoms = column(3).zip(column(4)).zip(column(5));
    let mut phrases: Vec<(String, PhraseEdge, u32)> = Vec::with_capacity(count);
    let mut left = limit;
    for (((shared, rest), flags), ((low, middle), high)) in shapes.zip(atoms) {
        let (rest, behind) = texts.split_at_checked(usize::from(rest))?;
        texts = behind;
        let before = phrases.last().map_or(&[][..], |(text, ..)| text.as_bytes());
        let text = String::from_utf8([before.get(..usize::from(shared))?, rest].concat()).ok()?;
        left = left.checked_sub(text.len())?;
        phrases.push((text, edge(flags), u32::from_le_bytes([low, middle, high, 0])));
    }
    let section = encode(phrases.iter().map(|(text, edge, atom)| (text.as_str(), *edge, *atom)));
    (texts.is_empty() && section.len() <= limit).then_some(section)
}

#[cfg(all(test, feature = "write"))]
mod tests {
    use super::*;

    fn section(texts: &[&str]) -> Vec<u8> {
        let edge = |n: usize| edge((n % 16) as u8);
        encode(texts.iter().enumerate().map(|(n, text)| (*text, edge(n), 0x1000 + n as u32 * 7)))
    }

    #[test]
    fn a_list_makes_the_section_anew() {
        for texts in [&[][..], &["พัสดุ"], &["free money", "free monday", "free", "ພັດສະດຸ", "พัสดุ", "พัสดุตกค้าง", "miễn phí"]]
        {
            let section = section(texts);
            assert_eq!(built(&listed(&section), section.len()).as_deref(), Some(&section[..]), "{texts:?}");
        }
    }

    #[test]
    fn damaged_lists_make_none() {
        let section = section(&["free money", "free monday", "พัสดุตกค้าง"]);
        let list = listed(&section);
        assert!(built(&list, section.len() - 1).is_none(), "more than the limit");
        for cut in 0..list.len() {
            assert!(built(&list[..cut], section.len()).is_none(), "cut at {cut}");
        }
        let mut many = list.clone();
        many[..4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(built(&many, section.len()).is_none(), "more phrases than bytes");
        let mut torn = list;
        torn[4] = 1;
        assert!(built(&torn, section.len()).is_none(), "shared with nothing");
    }
}

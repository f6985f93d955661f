//! The trap of short phrases. In: a compiled pack and this program's word lists. Out: a warning for each phrase that the
//! phone would find inside of other words.
//!
//! Thai, Lao, Khmer and Burmese have no spaces, so there a phrase stands wherever its clusters stand: `กู้` (borrow) in
//! `กู้ภัย` (rescue). Elsewhere only phrases with a star reach into words.

use crate::diagnostic::{Code, Diagnostic};
use crate::load::Tree;
use crate::lower::{Compiled, Place};
use anyhow::Context;
use scamfilter::Pack;
use scamfilter::engine::{INNOCENT, LOCAL_ATOMS};
use scamfilter::pack::{PhraseEdge, PhraseHit, Scanned, Sieve, scan};
use scamfilter::text::{Label, fold};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// See words/NOTICE.md.
const LISTS: [&[u8]; 5] = [
    include_bytes!("../words/th.txt.zst"),
    include_bytes!("../words/lo.txt.zst"),
    include_bytes!("../words/km.txt.zst"),
    include_bytes!("../words/my.txt.zst"),
    include_bytes!("../words/en.txt.zst"),
];
/// Longest phrase that is looked up, in characters after folding: a longer one rarely changes its meaning inside a word.
const LONGEST: usize = 6;
/// Words that a warning names.
const NAMED: usize = 4;
/// What English adds to a word without changing what it means; a star is there to allow that.
const INFLECTIONS: [&str; 9] = ["", "s", "es", "d", "ed", "r", "er", "ers", "ing"];
/// Hits within one word; a word has some ten letters.
const MAX_HITS: usize = 64;

/// A word and the bytes of its [`Label`].
type Word = (String, Box<[u8]>);

/// The English words, folded, by their length, in order; each with what a reader takes it for in a host. Compiling brands
/// asks for them often, so that is worked out once.
static ENGLISH: LazyLock<BTreeMap<usize, Vec<Word>>> = LazyLock::new(|| {
    let [.., list] = LISTS;
    let words = zstd::decode_all(list).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let mut by_length: BTreeMap<usize, Vec<Word>> = BTreeMap::new();
    for word in words.lines() {
        let plain = word.bytes().all(|b| b.is_ascii_lowercase());
        let word = if plain { word.to_owned() } else { fold(word).text().to_owned() };
        let seen = Label::read(&word).bytes().into();
        by_length.entry(word.len()).or_default().push((word, seen));
    }
    for words in by_length.values_mut() {
        words.sort_unstable();
        words.dedup();
    }
    by_length
});

/// Whether English has this word.
#[must_use]
pub fn is_english(word: &str) -> bool {
    ENGLISH.get(&word.len()).is_some_and(|words| words.binary_search_by(|(w, _)| w.as_str().cmp(word)).is_ok())
}

/// English words of this many bytes, in order, each with the bytes of its [`Label`].
pub fn english_of(length: usize) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    ENGLISH.get(&length).into_iter().flatten().map(|(word, seen)| (word.as_str(), &**seen))
}

/// Warnings of one pack, beside which the phone has `common`. Words that stand in an example that must miss are known to the author and not told again.
///
/// # Errors
/// When the image or a list of this program cannot be read, which would be a bug.
pub fn lint(tree: &Tree, compiled: &Compiled, common: &[u8]) -> anyhow::Result<Vec<Diagnostic>> {
    let packs = [Pack::open(Arc::new(compiled.image.clone()))?, Pack::open(Arc::new(common.to_vec()))?];
    let tables = packs.each_ref().map(Pack::phrases);
    let sieve = Sieve::of(&tables);
    let misses = compiled.families.iter().flat_map(|(_, family)| &family.examples.miss);
    let known = misses.map(|e| fold(&e.get_ref().text).text().to_owned()).collect::<Vec<_>>().join("\n");
    let mut inside: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for list in LISTS {
        let words = String::from_utf8(zstd::decode_all(list).context("a word list of this program")?)?;
        for word in words.lines() {
            let folded = fold(word);
            let mut hits = Vec::new();
            scan(&tables, &sieve, Scanned::folded(folded.text()), MAX_HITS, |pack, hit| hits.push((pack, hit)));
            // A longer phrase of the same meaning shows that the word is meant.
            let swallowed = |hit: &PhraseHit| {
                hits.iter().any(|(pack, word)| {
                    let same = word.atom == hit.atom && word != hit && (*pack == 0 || word.atom < LOCAL_ATOMS);
                    (word.atom == INNOCENT || same) && word.start <= hit.start && hit.end <= word.end
                })
            };
            let phrase = hits.iter().filter(|(pack, hit)| *pack == 0 && !swallowed(hit)).find_map(|(_, hit)| {
                let phrase = folded.text().get(hit.start..hit.end)?;
                let another = hit.start > 0 || !INFLECTIONS.contains(&folded.text().get(hit.end..)?);
                let short = phrase.chars().count() <= LONGEST && place(compiled, phrase).is_some();
                (another && short && !known.contains(folded.text())).then_some(phrase)
            });
            if let Some(phrase) = phrase {
                inside.entry(phrase.to_owned()).or_default().push(word.to_owned());
            }
        }
    }
    let warning = |(phrase, words): (String, Vec<String>)| {
        let place = place(compiled, &phrase)?;
        let text = tree.get(&place.file).map_or("", String::as_str);
        let named = words.iter().take(NAMED).map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
        let more = words.len().saturating_sub(NAMED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("this phrase also stands in {named}{rest}");
        let help =
            "make it longer, list the words as innocent, or show with an example that must miss that they do no harm";
        Some(Diagnostic::new(Code::InsideWord, message, &place.file, text, place.at.clone()).help(help))
    };
    let mut warnings: Vec<Diagnostic> = inside.into_iter().filter_map(warning).collect();
    warnings.sort_by(|a, b| (&a.file, a.at).cmp(&(&b.file, b.at)));
    Ok(warnings)
}

/// Where a phrase stands; the one that reaches furthest into words where there are several.
fn place<'a>(compiled: &'a Compiled, phrase: &str) -> Option<&'a Place> {
    let edges = [(true, true), (false, true), (true, false), (false, false)];
    let mut edges = edges.into_iter().flat_map(|(open_start, open_end)| {
        [false, true].map(|as_written| PhraseEdge { open_start, open_end, as_written, ..PhraseEdge::default() })
    });
    edges.find_map(|edge| compiled.phrases.get(&(phrase.to_owned(), edge)))
}

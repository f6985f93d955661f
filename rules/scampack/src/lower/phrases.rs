//! Phrases. In: words by language as an author wrote them. Out: folded phrases in the pack, and where each of them stands.

use super::{File, INNOCENT_WORDS, Lower, Place};
use crate::diagnostic::Code;
use crate::source::Phrases;
use scamfilter::pack::PhraseEdge;
use scamfilter::pack::write::PackWriter;
use scamfilter::text::{Class, class_of, fold, phrase_skeleton};

/// Shortest and longest phrase in bytes after folding.
const PHRASE: std::ops::RangeInclusive<usize> = 3..=200;

impl<'a> Lower<'a> {
    /// Phrases that hit `atom`, called `name`. A star at an edge lets the word go on there; `=` in front wants it as written.
    pub(super) fn phrases(
        &mut self,
        writer: &mut PackWriter,
        phrases: &Phrases,
        name: &str,
        atom: u32,
        file: File<'a>,
    ) {
        phrases.keys().for_each(|language| self.language(language, file));
        for (language, phrase) in phrases.iter().flat_map(|(l, all)| all.iter().map(move |p| (l, p))) {
            let raw = phrase.get_ref().trim();
            let as_written = raw.starts_with('=');
            let said = raw.strip_prefix('=').unwrap_or(raw).trim();
            let (open_start, open_end) = (said.starts_with('*'), said.ends_with('*'));
            let edge = PhraseEdge { open_start, open_end, as_written, ..PhraseEdge::default() };
            let words = said.trim_matches('*');
            if words.contains('*') || words != words.trim() {
                let help = "a star touches the first or last word, which then goes on there: `click*`; for words apart from each other take near or ordered";
                let message = format!("the star in `{raw}` stands at no edge of a word");
                self.problem(Code::Value, message, file, phrase.span(), Some(help.to_owned()));
                continue;
            }
            let view = fold(words);
            let folded = view.text().trim();
            if one_letter(folded) {
                let message = format!("`{raw}` is one letter, which stands inside of most words");
                let help = "scripts without spaces need two letters or more";
                self.problem(Code::ShortPhrase, message, file, phrase.span(), Some(help.to_owned()));
                continue;
            }
            if !PHRASE.contains(&folded.len()) {
                let message = match folded.len() {
                    0 => "this phrase folds to nothing: all of it is invisible".to_owned(),
                    n => format!("`{raw}` has {n} bytes after folding; 3 to 200 are possible"),
                };
                self.problem(Code::ShortPhrase, message, file, phrase.span(), None);
                continue;
            }
            writer.phrase(folded, edge, atom);
            let skeleton = phrase_skeleton(folded);
            if !as_written && skeleton != folded && PHRASE.contains(&skeleton.len()) {
                writer.phrase(&skeleton, edge, atom);
            }
            let place = Place {
                file: file.path.to_owned(),
                at: phrase.span(),
                name: name.to_owned(),
                language: language.get_ref().clone(),
            };
            // A word cannot be said and not said at once.
            let both = |other: &Place| (other.name == INNOCENT_WORDS) != (name == INNOCENT_WORDS);
            // People of two languages may use one word, so a word of the same meaning in another list is no mistake;
            // neither is a phrase that carries two concepts.
            let twice = |other: &Place| match other.name == name {
                true => other.language == *language.get_ref(),
                false => other.file == file.path && file.path.starts_with("families/"),
            };
            if let Some(other) =
                self.phrases.insert((folded.to_owned(), edge), place).filter(|other| both(other) || twice(other))
            {
                let message = format!("`{raw}` already fills `{}` ({})", other.name, other.file);
                self.problem(Code::RepeatedPhrase, message, file, phrase.span(), None);
            }
        }
    }
}

/// Whether it is a single letter, with its marks, of a script that is written without spaces; in UTF-8 those have three
/// bytes, as many as a short Latin word.
fn one_letter(folded: &str) -> bool {
    let mut bases = folded.chars().map(class_of).filter(|class| *class != Class::Mark);
    bases.next() == Some(Class::Unspaced) && bases.next().is_none()
}

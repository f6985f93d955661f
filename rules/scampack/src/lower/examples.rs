//! Examples before they run. In: those of all families that are alive. Out: the empty ones, levels that say nothing, and pairs of which
//! one must fail.

use super::families::Read;
use super::{File, Lower};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Example;
use scamfilter::Level;
use scamfilter::text::fold;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

impl Lower<'_> {
    /// A level that an example states has to ask for something.
    fn level_of_example(&mut self, level: &Spanned<String>, hit: bool, guards: bool, file: File<'_>) {
        let (message, help) = match self.level(Some(level), Level::Scam, file) {
            _ if hit && guards => {
                ("a guard lowers the score: what it hits reaches no level by it", "take the level away")
            }
            Level::Clear if hit => {
                ("an example that must hit cannot ask for `clear`", "write the level that it reaches")
            }
            _ => return,
        };
        self.problem(Code::Value, message, file, level.span(), Some(help.to_owned()));
    }

    /// Examples that are empty, and those for which two places want levels that exclude each other.
    pub(super) fn examples(&mut self, all: &[Read<'_>]) {
        let mut wanted: BTreeMap<Message, Vec<Wanted<'_>>> = BTreeMap::new();
        for read in all.iter().filter(|read| read.alive) {
            let examples = &read.family.examples;
            let guards = read.family.guards();
            let both = examples.hit.iter().map(|e| (e, true)).chain(examples.miss.iter().map(|e| (e, false)));
            for (example, hit) in both {
                let Example { text, sender, country, level } = example.get_ref();
                self.countries(country.as_slice(), read.file);
                if let Some(level) = level {
                    self.level_of_example(level, hit, guards, read.file);
                }
                let folded = fold(text).text().trim().to_owned();
                if folded.is_empty() {
                    let message = "an example without text shows nothing";
                    self.problem(Code::EmptyExample, message, read.file, example.span(), None);
                    continue;
                }
                let (least, most) = example.get_ref().levels(hit, guards);
                let country = country.as_ref().map(|country| country.get_ref().clone());
                let places = wanted.entry((folded, sender.clone(), country)).or_default();
                if let Some(other) = places.iter().find(|p| p.least > most || p.most < least) {
                    let before =
                        Diagnostic::new(Code::Contradiction, "", other.file.path, other.file.text, other.at.clone());
                    let message = format!(
                        "{}:{} wants {} to {} for the same message, here it is {} to {}",
                        other.file.path,
                        before.at.0,
                        other.least.name(),
                        other.most.name(),
                        least.name(),
                        most.name()
                    );
                    self.problem(Code::Contradiction, message, read.file, example.span(), None);
                }
                places.push(Wanted { file: read.file, at: example.span(), least, most });
            }
        }
    }
}

/// What the verdict depends on: folded text, sender and country.
type Message = (String, Option<String>, Option<String>);

/// Levels that one example allows.
struct Wanted<'a> {
    file: File<'a>,
    at: Range<usize>,
    least: Level,
    most: Level,
}

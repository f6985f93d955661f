//! Lowering. In: the source tree of one pack and the concepts of `common`. Out: the image, the same bytes everywhere,
//! or every diagnostic at once.

mod common;
mod country;
mod families;

use crate::dates::days;
use crate::diagnostic::{Code, Diagnostic, Severity, nearest};
use crate::load::Tree;
use crate::source::{ConceptsFile, Family, PackFile, Phrases, parse};
use scamfilter::engine::LOCAL_ATOMS;
use scamfilter::pack::write::PackWriter;
use scamfilter::pack::{Header, PhraseEdge};
use scamfilter::text::{NORMALISER, fold, phrase_skeleton};
use scamfilter::{Category, Level};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::Spanned;

/// Shortest and longest phrase in bytes after folding.
const PHRASE: std::ops::RangeInclusive<usize> = 3..=200;

/// What [`INNOCENT`](scamfilter::engine::INNOCENT) words fill, in messages of this tool.
const INNOCENT_WORDS: &str = "innocent";

/// Concepts by name, as `common` defines them.
pub type Concepts = BTreeMap<String, u32>;

/// A compiled pack.
pub struct Compiled {
    /// Its id.
    pub id: String,
    /// The image.
    pub image: Vec<u8>,
    /// What `pack.toml` says.
    pub about: PackFile,
    /// Families with their file, for the examples.
    pub families: Vec<(String, Family)>,
    /// Where each phrase stands, by its folded text and its edges; the last place where there are several.
    pub phrases: BTreeMap<(String, PhraseEdge), Place>,
    /// What is not wrong enough to refuse the pack.
    pub warnings: Vec<Diagnostic>,
}

/// Where a phrase stands.
pub struct Place {
    /// Path in the source tree.
    pub file: String,
    /// Bytes of the file.
    pub at: Range<usize>,
    /// Concept, term or brand that it fills.
    name: String,
    language: String,
}

/// Concepts that a tree defines; empty for other packs than `common`.
///
/// # Errors
/// As [`compile`].
pub fn concepts(tree: &Tree) -> Result<Concepts, Vec<Diagnostic>> {
    let Some(text) = tree.get("concepts.toml") else { return Ok(Concepts::new()) };
    let file: ConceptsFile = parse("concepts.toml", text).map_err(|d| vec![*d])?;
    Ok(file.concept.into_iter().map(|c| (c.name.into_inner(), c.id)).collect())
}

/// Compiles one pack.
///
/// # Errors
/// Everything that is wrong with it, in order of the files, warnings included.
pub fn compile(tree: &Tree, concepts: &Concepts) -> Result<Compiled, Vec<Diagnostic>> {
    let mut lower = Lower {
        tree,
        concepts,
        problems: Vec::new(),
        ids: BTreeSet::new(),
        texts: BTreeSet::new(),
        phrases: BTreeMap::new(),
        used: BTreeSet::new(),
        atoms: LOCAL_ATOMS,
    };
    let compiled = lower.pack();
    let refused = lower.problems.iter().any(|p| p.code.severity() == Severity::Error);
    match compiled {
        Some(compiled) if !refused => Ok(Compiled { warnings: lower.problems, phrases: lower.phrases, ..compiled }),
        _ => Err(lower.problems),
    }
}

/// A source file.
#[derive(Clone, Copy)]
struct File<'a> {
    path: &'a str,
    text: &'a str,
}

struct Lower<'a> {
    tree: &'a Tree,
    concepts: &'a Concepts,
    problems: Vec<Diagnostic>,
    ids: BTreeSet<String>,
    texts: BTreeSet<String>,
    phrases: BTreeMap<(String, PhraseEdge), Place>,
    /// Terms and patterns that some condition names, with the index of their family.
    used: BTreeSet<(usize, String)>,
    atoms: u32,
}

impl<'a> Lower<'a> {
    fn pack(&mut self) -> Option<Compiled> {
        let Some((_, about)) = self.read::<PackFile>("pack.toml") else {
            if !self.tree.contains_key("pack.toml") {
                self.problems.push(Diagnostic::file(Code::Missing, "a pack needs a pack.toml", "pack.toml"));
            }
            return None;
        };
        let mut writer = PackWriter::new(Header {
            minor: 1,
            engines: (1, 1),
            normaliser: NORMALISER,
            concept_set: self.concepts.values().copied().max().unwrap_or(0) as u16,
            psl_date: self.psl_date(),
            serial: about.serial,
            expires: about.expires.map_or(0, |d| days(&d).max(0) as u32),
        });
        let file = File { path: "pack.toml", text: self.tree.get("pack.toml").map_or("", String::as_str) };
        self.countries(&about.countries, file);
        let countries = names(&about.countries).join(" ");
        for (key, value) in [
            ("id", &about.id),
            ("publisher", &about.publisher),
            ("title", &about.title),
            ("countries", &countries),
            ("licence", &about.licence),
        ] {
            writer.meta(key, value);
        }
        self.texts(&mut writer);
        self.concept_phrases(&mut writer);
        self.scoring(&mut writer);
        self.domains(&mut writer);
        self.suffixes(&mut writer);
        self.brands(&mut writer);
        self.policies(&mut writer);
        self.hosts(&mut writer, &about);
        let families = self.families(&mut writer, &about.retired);
        let (phrases, warnings) = (BTreeMap::new(), Vec::new());
        Some(Compiled { id: about.id.clone(), image: writer.finish(), about, families, phrases, warnings })
    }

    fn read<T: DeserializeOwned>(&mut self, path: &str) -> Option<(File<'a>, T)> {
        let (path, text) = self.tree.get_key_value(path)?;
        match parse(path, text) {
            Ok(value) => Some((File { path, text }, value)),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    fn problem(
        &mut self,
        code: Code,
        message: impl Into<String>,
        file: File<'_>,
        at: Range<usize>,
        help: Option<String>,
    ) {
        let mut diagnostic = Diagnostic::new(code, message, file.path, file.text, at);
        diagnostic.help = help;
        self.problems.push(diagnostic);
    }

    fn id(&mut self, id: &Spanned<String>, file: File<'_>) {
        let well_formed =
            id.get_ref().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b));
        if !well_formed || id.get_ref().is_empty() {
            self.problem(Code::Value, "ids are made of a-z, 0-9, dot, hyphen and underscore", file, id.span(), None);
        }
        if !self.ids.insert(id.get_ref().clone()) {
            self.problem(Code::Duplicate, format!("the id `{}` stands twice", id.get_ref()), file, id.span(), None);
        }
    }

    /// One of a closed set of names.
    fn one_of<T: Copy>(
        &mut self,
        what: &str,
        name: &Spanned<String>,
        known: &[(T, &str)],
        file: File<'_>,
    ) -> Option<T> {
        let found = known.iter().find(|(_, n)| n == name.get_ref()).map(|(v, _)| *v);
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|(_, n)| *n).collect();
            let help = nearest(name.get_ref(), names.iter().copied())
                .map_or_else(|| format!("known: {}", names.join(", ")), |n| format!("did you mean `{n}`?"));
            self.problem(Code::Value, format!("unknown {what} `{}`", name.get_ref()), file, name.span(), Some(help));
        }
        found
    }

    /// A country code as packs hold it.
    fn country(&mut self, code: &Spanned<String>, file: File<'_>) -> Option<[u8; 2]> {
        let capitals = code.get_ref().bytes().all(|b| b.is_ascii_uppercase());
        let known = capitals && celes::Country::from_alpha2(code.get_ref()).is_ok();
        let found = code.get_ref().as_bytes().try_into().ok().filter(|_| known);
        if found.is_none() {
            let message = format!("`{}` is no country", code.get_ref());
            let help = "two capital letters of ISO 3166-1, such as TH";
            self.problem(Code::Value, message, file, code.span(), Some(help.to_owned()));
        }
        found
    }

    fn countries(&mut self, codes: &[Spanned<String>], file: File<'_>) {
        for code in codes {
            self.country(code, file);
        }
    }

    fn language(&mut self, code: &Spanned<String>, file: File<'_>) {
        if isolang::Language::from_639_1(code.get_ref()).is_none() {
            let message = format!("`{}` is no language", code.get_ref());
            let help = "two small letters of ISO 639-1, such as th; Filipino is tl";
            self.problem(Code::Value, message, file, code.span(), Some(help.to_owned()));
        }
    }

    fn category(&mut self, name: &Spanned<String>, file: File<'_>) -> Category {
        let known: Vec<_> = Category::ALL.iter().map(|c| (*c, c.name())).collect();
        self.one_of("category", name, &known, file).unwrap_or(Category::Other)
    }

    fn level(&mut self, name: Option<&Spanned<String>>, default: Level, file: File<'_>) -> Level {
        let known: Vec<_> = Level::ALL.iter().filter(|l| **l != Level::Unknown).map(|l| (*l, l.name())).collect();
        name.map_or(default, |n| self.one_of("level", n, &known, file).unwrap_or(default))
    }

    /// A weight as the pack holds it; rounding happens here once, so that packs hold integers.
    fn weight(&mut self, weight: &Spanned<f64>, file: File<'_>) -> i32 {
        if !(-20.0..=20.0).contains(weight.get_ref()) {
            self.problem(Code::Value, "weights lie between -20.0 and 20.0", file, weight.span(), None);
        }
        mlo(*weight.get_ref())
    }

    fn sentence(&mut self, key: &Spanned<String>, file: File<'_>) {
        if !self.texts.contains(key.get_ref()) {
            let help =
                nearest(key.get_ref(), self.texts.iter().map(String::as_str)).map(|n| format!("did you mean `{n}`?"));
            self.problem(Code::Missing, format!("texts.toml has no `{}`", key.get_ref()), file, key.span(), help);
        }
    }

    /// Phrases that hit `atom`, called `name`. A star at an edge lets the word go on there; `=` in front wants it as written.
    fn phrases(&mut self, writer: &mut PackWriter, phrases: &Phrases, name: &str, atom: u32, file: File<'a>) {
        phrases.keys().for_each(|language| self.language(language, file));
        for (language, phrase) in phrases.iter().flat_map(|(l, all)| all.iter().map(move |p| (l, p))) {
            let raw = phrase.get_ref().as_str();
            let as_written = raw.starts_with('=');
            let said = raw.strip_prefix('=').unwrap_or(raw);
            let (open_start, open_end) = (said.starts_with('*'), said.ends_with('*'));
            let edge = PhraseEdge { open_start, open_end, as_written, ..PhraseEdge::default() };
            let view = fold(said.trim_matches('*'));
            let folded = view.text().trim();
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

    fn atom(&mut self) -> u32 {
        self.atoms += 1;
        self.atoms - 1
    }
}

/// Without their places.
pub(crate) fn names(of: &[Spanned<String>]) -> Vec<&str> {
    of.iter().map(|name| name.get_ref().as_str()).collect()
}

/// Thousandths of log-odds.
fn mlo(log_odds: f64) -> i32 {
    (log_odds * 1000.0).round() as i32
}

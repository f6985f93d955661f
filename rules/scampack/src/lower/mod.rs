//! Lowering. In: the source tree of one pack and the concepts of `common`. Out: the image, the same bytes everywhere,
//! or every diagnostic at once.

mod brands;
mod common;
mod conditions;
mod country;
mod examples;
mod families;
mod hosts;
mod lookalikes;
mod phrases;
mod values;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::load::Tree;
use crate::source::{ConceptsFile, Family, PackFile, parse};
use crate::template::PLACEHOLDERS;
use hosts::Named;
pub use hosts::Suffixes;
use scamfilter::engine::LOCAL_ATOMS;
use scamfilter::pack::write::PackWriter;
use scamfilter::pack::{Header, PhraseEdge};
use scamfilter::text::NORMALISER;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::Spanned;

/// What [`INNOCENT`](scamfilter::engine::INNOCENT) words fill, in messages of this tool.
const INNOCENT_WORDS: &str = "innocent";

/// Longest id of a pack.
const PACK_ID: usize = 40;

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
        pack: String::new(),
        problems: Vec::new(),
        ids: BTreeSet::new(),
        texts: None,
        phrases: BTreeMap::new(),
        used: BTreeSet::new(),
        retired: BTreeSet::new(),
        official: Named::new(),
        shared: Named::new(),
        curve: None,
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
    /// Id of the pack; empty for one that cannot be its id.
    pack: String,
    problems: Vec<Diagnostic>,
    ids: BTreeSet<String>,
    /// Keys of sentences, where texts.toml could be read.
    texts: Option<BTreeSet<String>>,
    phrases: BTreeMap<(String, PhraseEdge), Place>,
    /// Terms and patterns that some condition names, with the index of their family.
    used: BTreeSet<(usize, String)>,
    /// Ids that must not come back.
    retired: BTreeSet<String>,
    /// Official domains with the id of their brand.
    official: Named,
    /// Domains on which anyone can have a page or a link, with the fact that they are.
    shared: Named,
    /// The curve that was fitted beside the model, which stands before that of scoring.toml.
    curve: Option<Vec<(f64, u32)>>,
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
        let file = File { path: "pack.toml", text: self.tree.get("pack.toml").map_or("", String::as_str) };
        if self.pack_id(&about.id, file) {
            self.pack.clone_from(&about.id);
        }
        self.retired.extend(about.retired.iter().cloned());
        let expires = about.expires.as_ref().map_or(0, |day| self.day(day, file).max(0) as u32);
        let mut writer = PackWriter::new(Header {
            minor: 1,
            engines: (1, 1),
            normaliser: NORMALISER,
            concept_set: self.concepts.values().copied().max().unwrap_or(0) as u16,
            psl_date: self.psl_date(),
            serial: about.serial,
            expires,
        });
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
        self.lookalikes(&mut writer);
        self.tlds(&mut writer);
        self.suffixes(&mut writer);
        self.brands(&mut writer);
        self.policies(&mut writer);
        self.hosts(&mut writer, &about);
        let families = self.families(&mut writer);
        self.placeholders();
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

    /// What `new` wrote to be filled in.
    fn placeholders(&mut self) {
        let tree = self.tree;
        for (path, text) in tree.iter().filter(|(path, _)| path.ends_with(".toml")) {
            let starts = PLACEHOLDERS.map(|placeholder| format!("\"{placeholder}"));
            for (at, _) in text.match_indices('"') {
                if !starts.iter().any(|start| text.get(at..).is_some_and(|rest| rest.starts_with(start))) {
                    continue;
                }
                let quote = text.get(at + 1..).and_then(|rest| rest.find('"')).map_or(at + 1, |end| at + end + 2);
                let message = "a placeholder of `scampack new` is still to be filled in";
                self.problem(Code::Placeholder, message, File { path, text }, at..quote, None);
            }
        }
    }

    /// The id of a pack is the name of its file and a part of keys.
    fn pack_id(&mut self, id: &str, file: File<'_>) -> bool {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let well_formed = (1..=PACK_ID).contains(&id.len()) && id.bytes().all(plain);
        if !well_formed {
            /// Only to learn where it stands.
            #[derive(serde::Deserialize)]
            struct Place {
                id: Spanned<String>,
            }
            let at = toml::from_str(file.text).map_or(0..0, |place: Place| place.id.span());
            let message = format!("the id of a pack has 1 to {PACK_ID} of a-z, 0-9 and hyphen");
            self.problem(Code::Value, message, file, at, Some("such as `th` or `acme-telecom`".to_owned()));
        }
        well_formed
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
        if self.retired.contains(id.get_ref()) {
            let message = format!("`{}` is retired in pack.toml and must not come back", id.get_ref());
            let help = "take a new id: an old one still stands in evidence and in people's lists";
            self.problem(Code::Retired, message, file, id.span(), Some(help.to_owned()));
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

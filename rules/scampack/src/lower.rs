//! Lowering. In: the source tree of one pack and the concepts of `common`. Out: the image, the same bytes everywhere,
//! or every diagnostic at once.

mod families;

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::load::Tree;
use crate::source::*;
use scamfilter::engine::{Fact, LOCAL_ATOMS};
use scamfilter::pack::write::{NewPolicy, PackWriter};
use scamfilter::pack::{Header, PhraseEdge, Scoring, SenderClass};
use scamfilter::text::{NORMALISER, fold};
use scamfilter::{Category, Level};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::Spanned;
use toml::value::Datetime;

const PSL: &str = "public_suffix_list.dat";

/// Concepts by name, as `common` defines them.
pub type Concepts = BTreeMap<String, u32>;

/// A compiled pack.
pub struct Compiled {
    /// Its id.
    pub id: String,
    /// The image.
    pub image: Vec<u8>,
    /// Families with their file and text, for the examples.
    pub families: Vec<(String, Family)>,
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
/// Everything that is wrong with it, in order of the files.
pub fn compile(tree: &Tree, concepts: &Concepts) -> Result<Compiled, Vec<Diagnostic>> {
    let mut lower = Lower {
        tree,
        concepts,
        problems: Vec::new(),
        ids: BTreeSet::new(),
        texts: BTreeSet::new(),
        atoms: LOCAL_ATOMS,
    };
    let compiled = lower.pack();
    match compiled {
        Some(compiled) if lower.problems.is_empty() => Ok(compiled),
        _ => Err(lower.problems),
    }
}

struct Lower<'a> {
    tree: &'a Tree,
    concepts: &'a Concepts,
    problems: Vec<Diagnostic>,
    ids: BTreeSet<String>,
    texts: BTreeSet<String>,
    atoms: u32,
}

impl Lower<'_> {
    fn pack(&mut self) -> Option<Compiled> {
        let Some(pack) = self.read::<PackFile>("pack.toml") else {
            if !self.tree.contains_key("pack.toml") {
                self.problems.push(Diagnostic::file(Code::Missing, "a pack needs a pack.toml", "pack.toml"));
            }
            return None;
        };
        let mut writer = PackWriter::new(Header {
            minor: 0,
            engines: (1, 1),
            normaliser: NORMALISER,
            concept_set: self.concepts.values().copied().max().unwrap_or(0) as u16,
            psl_date: self.psl_date(),
            serial: pack.serial,
            expires: pack.expires.map_or(0, |d| days(&d).max(0) as u32),
        });
        let countries = pack.countries.join(" ");
        for (key, value) in [
            ("id", &pack.id),
            ("publisher", &pack.publisher),
            ("title", &pack.title),
            ("countries", &countries),
            ("licence", &pack.licence),
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
        let families = self.families(&mut writer);
        Some(Compiled { id: pack.id, image: writer.finish(), families })
    }

    fn read<T: DeserializeOwned>(&mut self, path: &str) -> Option<T> {
        let (path, text) = self.tree.get_key_value(path)?;
        match parse(path, text) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    fn file(&self, path: &str) -> (String, String) {
        self.tree.get_key_value(path).map(|(p, t)| (p.clone(), t.clone())).unwrap_or_default()
    }

    fn problem(
        &mut self,
        code: Code,
        message: impl Into<String>,
        file: &(String, String),
        at: Range<usize>,
        help: Option<String>,
    ) {
        let mut diagnostic = Diagnostic::new(code, message, &file.0, &file.1, at);
        diagnostic.help = help;
        self.problems.push(diagnostic);
    }

    fn id(&mut self, id: &Spanned<String>, file: &(String, String)) {
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
        file: &(String, String),
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

    fn category(&mut self, name: &Spanned<String>, file: &(String, String)) -> Category {
        let known: Vec<_> = Category::ALL.iter().map(|c| (*c, c.name())).collect();
        self.one_of("category", name, &known, file).unwrap_or(Category::Other)
    }

    fn level(&mut self, name: Option<&Spanned<String>>, default: Level, file: &(String, String)) -> Level {
        let known: Vec<_> = Level::ALL.iter().filter(|l| **l != Level::Unknown).map(|l| (*l, l.name())).collect();
        name.map_or(default, |n| self.one_of("level", n, &known, file).unwrap_or(default))
    }

    fn sentence(&mut self, key: &Spanned<String>, file: &(String, String)) {
        if !self.texts.contains(key.get_ref()) {
            let help =
                nearest(key.get_ref(), self.texts.iter().map(String::as_str)).map(|n| format!("did you mean `{n}`?"));
            self.problem(Code::Missing, format!("texts.toml has no `{}`", key.get_ref()), file, key.span(), help);
        }
    }

    fn phrases(&mut self, writer: &mut PackWriter, phrases: &Phrases, atom: u32, file: &(String, String)) {
        for phrase in phrases.values().flatten() {
            let raw = phrase.get_ref().as_str();
            let edge = PhraseEdge { open_start: raw.starts_with('*'), open_end: raw.ends_with('*') };
            let view = fold(raw.trim_matches('*'));
            let folded = view.text().trim();
            if folded.len() < 3 || folded.len() > 200 {
                let message = format!("`{raw}` has {} bytes after folding; 3 to 200 are possible", folded.len());
                self.problem(Code::ShortPhrase, message, file, phrase.span(), None);
            } else {
                writer.phrase(folded, edge, atom);
            }
        }
    }

    fn texts(&mut self, writer: &mut PackWriter) {
        let file = self.file("texts.toml");
        let Some(texts) = self.read::<TextsFile>("texts.toml") else { return };
        for text in texts.text {
            if !self.texts.insert(text.key.get_ref().clone()) {
                self.problem(
                    Code::Duplicate,
                    format!("the key `{}` stands twice", text.key.get_ref()),
                    &file,
                    text.key.span(),
                    None,
                );
            }
            if !text.sentence.contains_key("en") {
                self.problem(
                    Code::Missing,
                    "every sentence needs at least English (`en`)",
                    &file,
                    text.key.span(),
                    None,
                );
            }
            for (language, sentence) in &text.sentence {
                writer.text(text.key.get_ref(), language, sentence, text.advice.get(language).map(String::as_str));
            }
        }
    }

    fn concept_phrases(&mut self, writer: &mut PackWriter) {
        let file = self.file("concepts.toml");
        let Some(concepts) = self.read::<ConceptsFile>("concepts.toml") else { return };
        let mut numbers = BTreeSet::new();
        for concept in concepts.concept {
            self.id(&concept.name, &file);
            if concept.id >= LOCAL_ATOMS || !numbers.insert(concept.id) {
                self.problem(
                    Code::Duplicate,
                    format!("concept number {} is taken or above 4095", concept.id),
                    &file,
                    concept.name.span(),
                    None,
                );
            }
            self.phrases(writer, &concept.phrases, concept.id, &file);
        }
    }

    fn scoring(&mut self, writer: &mut PackWriter) {
        let file = self.file("scoring.toml");
        let Some(s) = self.read::<ScoringFile>("scoring.toml") else { return };
        let curve: Vec<(i32, u32)> = s.curve.iter().map(|(x, y)| (mlo(*x), *y)).collect();
        let steep = curve.windows(2).all(|w| match w {
            [a, b] => a.0 < b.0 && i64::from(b.1) - i64::from(a.1) >= i64::from(b.0) - i64::from(a.0),
            _ => true,
        });
        if curve.len() < 2 || !steep || curve.last().is_some_and(|p| p.1 > 1_000_000) || s.suspicious >= s.scam {
            let message = "the curve must rise by at least one part per thousandth of log-odds, up to 1,000,000, and suspicious lie below scam";
            self.problem(Code::Value, message, &file, 0..0, None);
        }
        writer.scoring(&Scoring {
            bias: mlo(s.bias),
            bias_unwanted: mlo(s.bias_unwanted),
            suspicious: mlo(s.suspicious),
            scam: mlo(s.scam),
            unwanted: mlo(s.unwanted),
            pack_bound: mlo(s.pack_bound),
            contact: mlo(s.contact),
            curve,
        });
    }

    fn domains(&mut self, writer: &mut PackWriter) {
        let file = self.file("domains.toml");
        let Some(domains) = self.read::<DomainsFile>("domains.toml") else { return };
        for (fact, names) in &domains.domains {
            if let Some(fact) = self.one_of("fact", fact, Fact::ALL, &file) {
                names.iter().for_each(|name| writer.domain(fold(name).text(), fact as u8));
            }
        }
    }

    fn psl_date(&self) -> u32 {
        let line = self.tree.get(PSL).and_then(|t| t.lines().find_map(|l| l.strip_prefix("// VERSION: ")));
        line.and_then(|v| v.chars().filter(char::is_ascii_digit).take(8).collect::<String>().parse().ok()).unwrap_or(0)
    }

    fn suffixes(&mut self, writer: &mut PackWriter) {
        let Some(text) = self.tree.get(PSL) else { return };
        let rules: Vec<String> = text
            .lines()
            .map(|l| l.split_whitespace().next().unwrap_or(""))
            .filter(|l| !l.is_empty() && !l.starts_with("//"))
            .map(|l| fold(l).text().to_owned())
            .collect();
        writer.suffixes(&rules.iter().map(String::as_str).collect::<Vec<_>>());
    }

    fn brands(&mut self, writer: &mut PackWriter) {
        let file = self.file("brands.toml");
        let Some(brands) = self.read::<BrandsFile>("brands.toml") else { return };
        for brand in brands.brand {
            self.id(&brand.id, &file);
            if brand.domains.is_empty() {
                self.problem(Code::Value, "a brand needs at least one official domain", &file, brand.id.span(), None);
            }
            let class =
                self.one_of("sender class", &brand.class, &SenderClass::ALL, &file).unwrap_or(SenderClass::Unknown);
            let atom = self.atom();
            self.phrases(writer, &brand.aliases, atom, &file);
            let domains: Vec<String> = brand.domains.iter().map(|d| fold(d).text().to_owned()).collect();
            writer.brand(brand.id.get_ref(), atom, &domains.join(" "));
            brand.senders.iter().for_each(|s| writer.sender(fold(s.trim()).text(), class));
        }
    }

    fn policies(&mut self, writer: &mut PackWriter) {
        let file = self.file("policies.toml");
        let Some(policies) = self.read::<PoliciesFile>("policies.toml") else { return };
        for policy in policies.policy {
            self.id(&policy.id, &file);
            self.sentence(&policy.text, &file);
            let category = self.category(&policy.category, &file);
            let verified = [(Level::Scam, "primary"), (Level::Suspicious, "secondary"), (Level::Suspicious, "none")];
            let max_level =
                self.one_of("verification", &policy.verified, &verified, &file).unwrap_or(Level::Suspicious);
            let classes: Vec<_> = policy
                .classes
                .iter()
                .filter_map(|c| self.one_of("sender class", c, &SenderClass::ALL, &file))
                .collect();
            let forbids: Vec<_> =
                policy.forbids.iter().filter_map(|f| self.one_of("fact", f, Fact::ALL, &file)).collect();
            let Ok(country) = <[u8; 2]>::try_from(policy.country.as_bytes()) else {
                self.problem(Code::Value, "countries have two letters (ISO 3166-1)", &file, policy.id.span(), None);
                continue;
            };
            writer.policy(&NewPolicy {
                id: policy.id.get_ref(),
                text_id: policy.text.get_ref(),
                country,
                category,
                max_level,
                classes: classes.iter().fold(0, |all, c| all | 1 << *c as u32),
                forbids: forbids.iter().fold(0, |all, f| all | 1 << *f as u32),
                in_force: days(&policy.in_force),
                weights: (mlo(policy.weight), mlo(policy.weight)),
                source: &policy.source,
            });
        }
    }

    fn atom(&mut self) -> u32 {
        self.atoms += 1;
        self.atoms - 1
    }
}

/// Thousandths of log-odds; rounding happens here once, so that packs hold integers.
fn mlo(log_odds: f64) -> i32 {
    (log_odds * 1000.0).round() as i32
}

/// Days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn days(date: &Datetime) -> i32 {
    let Some(date) = date.date else { return 0 };
    let (year, month, day) = (i32::from(date.year), i32::from(date.month), i32::from(date.day));
    let year = year - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

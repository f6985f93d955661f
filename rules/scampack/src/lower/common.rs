//! What only `common` brings. In: concepts, scoring, domains by use, the Public Suffix List. Out: their sections.

use super::hosts::suffix_rules;
use super::{File, INNOCENT_WORDS, Lower, mlo};
use crate::diagnostic::{Code, nearest};
use crate::learn::model_file::{self, GRAMS, WEIGHTS};
use crate::load::PHRASES;
use crate::source::{ConceptsFile, DomainsFile, Phrases, PhrasesFile, ScoringFile};
use scamfilter::Category;
use scamfilter::engine::{Fact, HEARD, INNOCENT, concept_key};
use scamfilter::pack::Scoring;
use scamfilter::pack::write::PackWriter;
use scamfilter::text::fold;
use std::collections::BTreeMap;
use toml::Spanned;

pub(super) const PSL: &str = "public_suffix_list.dat";
/// Log-odds beyond which nothing is a matter of doubt.
const LIMIT: f64 = 20.0;

impl Lower<'_> {
    pub(super) fn concept_phrases(&mut self, writer: &mut PackWriter) {
        let Some((file, concepts)) = self.read::<ConceptsFile>("concepts.toml") else { return };
        self.phrases(writer, &concepts.innocent, INNOCENT_WORDS, INNOCENT, file);
        let mut known: BTreeMap<u32, (String, Category)> = BTreeMap::new();
        for concept in concepts.concept {
            self.id(&concept.name, file);
            let name = concept.name.get_ref();
            if concept.id >= INNOCENT || concept.id & HEARD != 0 || known.contains_key(&concept.id) {
                let message =
                    format!("concept number {} is taken, or none: 1 to 1023, guards 2048 to 3071", concept.id);
                self.problem(Code::Duplicate, message, file, concept.name.span(), None);
            }
            self.phrases(writer, &concept.phrases, name, concept.id, file);
            concept.says.keys().for_each(|language| self.language(language, file));
            for (language, says) in &concept.says {
                writer.text(&concept_key(name), language.get_ref(), says.get_ref(), None);
            }
            let category = concept.category.as_ref().map_or(Category::Other, |name| self.category(name, file));
            known.insert(concept.id, (name.clone(), category));
        }
        self.phrase_files(writer, &known);
        self.model(writer, &known);
    }

    /// Phrases of concepts, one language a file.
    fn phrase_files(&mut self, writer: &mut PackWriter, known: &BTreeMap<u32, (String, Category)>) {
        let tree = self.tree;
        let numbers: BTreeMap<&str, u32> = known.iter().map(|(number, (name, _))| (name.as_str(), *number)).collect();
        for path in tree.keys().filter(|path| path.starts_with(PHRASES)) {
            let Some((file, said)) = self.read::<PhrasesFile>(path) else { continue };
            let stem = path.trim_start_matches(PHRASES).trim_matches('/').trim_end_matches(".toml");
            let language = Spanned::new(0..0, stem.to_owned());
            for (name, phrases) in said {
                let (called, number) = match name.get_ref().as_str() {
                    INNOCENT_WORDS => (INNOCENT_WORDS.to_owned(), Some(INNOCENT)),
                    called => (format!("stems of {called}"), numbers.get(called).map(|number| number | HEARD)),
                };
                let Some(number) = number else {
                    let message = format!("no concept is called `{}`", name.get_ref());
                    let near =
                        nearest(name.get_ref(), numbers.keys().copied()).map(|near| format!("did you mean `{near}`?"));
                    self.problem(Code::UnknownName, message, file, name.span(), near);
                    continue;
                };
                let of_language = Phrases::from([(language.clone(), phrases)]);
                self.phrases(writer, &of_language, &called, number, file);
            }
        }
    }

    /// The learnt weights.
    fn model(&mut self, writer: &mut PackWriter, known: &BTreeMap<u32, (String, Category)>) {
        let (Some(weights), Some(grams)) = (self.tree.get(WEIGHTS), self.tree.get(GRAMS)) else { return };
        let names = known.iter().map(|(number, (name, _))| (*number, name.clone())).collect();
        let model = model_file::parsed(weights).and_then(|mut source| {
            self.curve = source.calibration.take().map(|fitted| fitted.curve);
            model_file::read(&source, grams, &names)
        });
        match model {
            Ok(model) => {
                let concepts: Vec<(u32, &str, Category)> =
                    known.iter().map(|(number, (name, category))| (*number, name.as_str(), *category)).collect();
                writer.model(&model, &concepts);
            }
            Err(problem) => self.problems.push(*problem),
        }
    }

    pub(super) fn scoring(&mut self, writer: &mut PackWriter) {
        let Some((file, s)) = self.read::<ScoringFile>("scoring.toml") else { return };
        for (what, value, lies) in [
            ("a threshold", &s.suspicious, -LIMIT..=LIMIT),
            ("a threshold", &s.scam, -LIMIT..=LIMIT),
            ("a threshold", &s.unwanted, -LIMIT..=LIMIT),
            ("a bias", &s.bias, -LIMIT..=LIMIT),
            ("a bias", &s.bias_unwanted, -LIMIT..=LIMIT),
            ("what one pack may add", &s.pack_bound, 0.001..=10.0 * LIMIT),
            ("what a contact adds", &s.contact, -LIMIT..=0.0),
        ] {
            self.log_odds(what, value, lies, file);
        }
        // An empty message would reach a level whose threshold the bias reaches.
        for (low, high, message) in [
            (&s.suspicious, &s.scam, "suspicious lies below scam"),
            (&s.bias, &s.suspicious, "the bias lies below the threshold of suspicious"),
            (&s.bias_unwanted, &s.unwanted, "the bias lies below the threshold of unwanted"),
        ] {
            if low.get_ref() >= high.get_ref() {
                self.problem(Code::Value, message, file, low.span(), None);
            }
        }
        let learnt = self.curve.take();
        let (points, place) = match &learnt {
            Some(points) => (points, (WEIGHTS, 0..0)),
            None => (s.curve.get_ref(), (file.path, s.curve.span())),
        };
        let finite = points.iter().all(|(x, _)| (-10.0 * LIMIT..=10.0 * LIMIT).contains(x));
        let curve: Vec<(i32, u32)> = points.iter().map(|(x, y)| (mlo(*x), *y)).collect();
        let steep = curve.windows(2).all(|w| match w {
            [a, b] => a.0 < b.0 && i64::from(b.1) - i64::from(a.1) >= i64::from(b.0) - i64::from(a.0),
            _ => true,
        });
        if !finite || curve.len() < 2 || !steep || curve.last().is_some_and(|p| p.1 > 1_000_000) {
            let message = "the curve rises by at least one part per thousandth of log-odds, up to 1,000,000";
            let text = self.tree.get(place.0).map_or("", String::as_str);
            self.problem(Code::Value, message, File { path: place.0, text }, place.1, None);
        }
        writer.scoring(&Scoring {
            bias: mlo(*s.bias.get_ref()),
            bias_unwanted: mlo(*s.bias_unwanted.get_ref()),
            suspicious: mlo(*s.suspicious.get_ref()),
            scam: mlo(*s.scam.get_ref()),
            unwanted: mlo(*s.unwanted.get_ref()),
            pack_bound: mlo(*s.pack_bound.get_ref()),
            contact: mlo(*s.contact.get_ref()),
            curve,
        });
    }

    pub(super) fn domains(&mut self, writer: &mut PackWriter) {
        let Some((file, domains)) = self.read::<DomainsFile>("domains.toml") else { return };
        for (used, names) in &domains.domains {
            if let Some(fact) = self.one_of("fact", used, Fact::ALL, file) {
                for name in names {
                    writer.domain(fold(name).text(), fact as u8);
                    self.shared.insert(fold(name).text().to_owned(), used.get_ref().clone());
                }
            }
        }
    }

    /// The day of the committed list, as `yyyymmdd`; 0 without one.
    pub(super) fn psl_date(&self) -> u32 {
        let line = self.tree.get(PSL).and_then(|t| t.lines().find_map(|l| l.strip_prefix("// VERSION: ")));
        line.and_then(|v| v.chars().filter(char::is_ascii_digit).take(8).collect::<String>().parse().ok()).unwrap_or(0)
    }

    pub(super) fn suffixes(&mut self, writer: &mut PackWriter) {
        let Some(text) = self.tree.get(PSL) else { return };
        let rules: Vec<_> = suffix_rules(text).collect();
        writer.suffixes(&rules.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    }
}

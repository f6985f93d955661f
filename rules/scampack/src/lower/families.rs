//! Families and their rules. In: `families/*.toml`. Out: terms, patterns, conditions and weights in the pack.
//!
//! All families are read before the first condition, so that a rule may build on rules of other families.

use super::conditions::Condition;
use super::{File, INNOCENT_WORDS, Lower};
use crate::condition::KEYWORDS;
use crate::diagnostic::{Code, Severity};
use crate::pattern;
use crate::source::{Family, RuleSource};
use scamfilter::engine::{Fact, INNOCENT};
use scamfilter::pack::write::{NewRule, PackWriter};
use scamfilter::pack::{Op, PhraseEdge};
use scamfilter::{Level, ReasonCode};
use std::collections::BTreeMap;
use toml::Spanned;

/// The pack that all others build on; its families are named as they like.
const COMMON: &str = "common";

/// A family with the atoms of its names.
pub(super) struct Read<'a> {
    pub(super) file: File<'a>,
    pub(super) family: Family,
    pub(super) alive: bool,
    pub(super) names: BTreeMap<String, u32>,
}

impl<'a> Lower<'a> {
    pub(super) fn families(&mut self, writer: &mut PackWriter) -> Vec<(String, Family)> {
        let paths: Vec<&String> = self.tree.keys().filter(|p| p.starts_with("families/")).collect();
        let mut all = Vec::new();
        for path in paths {
            if let Some((file, family)) = self.read::<Family>(path) {
                all.push(self.names(writer, file, family));
            }
        }
        self.examples(&all);
        self.used.clear();
        let mut conditions = self.conditions(&all);
        for (at, read) in all.iter().enumerate() {
            for (index, rule) in read.family.rule.iter().enumerate() {
                let steps = match conditions.remove(&(at, index)) {
                    Some(Condition::Steps(steps, _)) => Some(steps),
                    _ => None,
                };
                self.rule(writer, read, rule, steps);
            }
        }
        self.unused(&all);
        all.into_iter().map(|read| (read.file.path.to_owned(), read.family)).collect()
    }

    /// Checks a family and gives atoms to its terms and patterns.
    fn names(&mut self, writer: &mut PackWriter, file: File<'a>, family: Family) -> Read<'a> {
        self.id(&family.id, file);
        let id = family.id.get_ref();
        let prefix = format!("{}.", self.pack);
        if !matches!(self.pack.as_str(), "" | COMMON) && !id.starts_with(&prefix) {
            let message = format!("ids of families of this pack begin with `{prefix}`");
            let help = "ids of all packs stand side by side in evidence and in people's lists";
            self.problem(Code::Value, message, file, family.id.span(), Some(help.to_owned()));
        }
        let status = [(true, "experimental"), (true, "stable"), (false, "retired")];
        let alive = self.one_of("status", &family.status, &status, file).unwrap_or(false);
        if family.examples.hit.is_empty() || family.examples.miss.is_empty() {
            self.problem(Code::NoExamples, "a family needs examples of both kinds", file, family.id.span(), None);
        }
        self.countries(&family.countries, file);
        family.languages.iter().for_each(|language| self.language(language, file));
        if alive {
            self.phrases(writer, &family.innocent, INNOCENT_WORDS, INNOCENT, file);
        }
        for language in family.terms.values().chain([&family.innocent]).flat_map(BTreeMap::keys) {
            if !family.languages.iter().any(|known| known.get_ref() == language.get_ref()) {
                let message = format!("`{}` is not among the languages of this family", language.get_ref());
                self.problem(Code::Value, message, file, language.span(), None);
            }
        }
        let mut names = BTreeMap::new();
        for (name, phrases) in &family.terms {
            self.name(name, file);
            let atom = self.atom();
            if alive {
                self.phrases(writer, phrases, &format!("{id}.{}", name.get_ref()), atom, file);
            }
            names.insert(name.get_ref().clone(), atom);
        }
        for (name, pattern) in &family.patterns {
            self.name(name, file);
            let atom = self.atom();
            if names.insert(name.get_ref().clone(), atom).is_some() {
                let message = format!("`{}` is a term and a pattern", name.get_ref());
                self.problem(Code::Duplicate, message, file, name.span(), None);
            }
            if alive {
                self.pattern(writer, pattern, atom, file);
            }
        }
        self.dates(&family, file);
        Read { file, family, alive, names }
    }

    /// A term or pattern has to be a name that conditions can say and that means nothing else.
    fn name(&mut self, name: &Spanned<String>, file: File<'_>) {
        let said = name.get_ref().as_str();
        let letter = said.starts_with(|c: char| c.is_ascii_alphabetic());
        let plain = said.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
        let (code, message) = match said {
            _ if KEYWORDS.contains(&said) => (Code::Value, format!("`{said}` is a word of conditions")),
            _ if !letter || !plain => {
                (Code::Value, format!("`{said}` is no name: a letter, then a-z, 0-9, dot, hyphen or underscore"))
            }
            _ if Fact::ALL.iter().any(|(_, fact)| *fact == said) => (Code::Duplicate, format!("`{said}` is a fact")),
            _ if self.concepts.contains_key(said) => (Code::Duplicate, format!("`{said}` is a concept of `common`")),
            _ => return,
        };
        self.problem(code, message, file, name.span(), Some("take another name for this term".to_owned()));
    }

    fn dates(&mut self, family: &Family, file: File<'_>) {
        let (created, reviewed) = (self.day(&family.created, file), self.day(&family.reviewed, file));
        if reviewed < created && reviewed != 0 {
            let message = "it was reviewed before it was created";
            self.problem(Code::Value, message, file, family.reviewed.span(), None);
        }
    }

    fn pattern(&mut self, writer: &mut PackWriter, source: &Spanned<String>, atom: u32, file: File<'_>) {
        match pattern::compile(source.get_ref()) {
            Ok(compiled) => {
                let required = self.atom();
                let edge = PhraseEdge { anywhere: true, ..PhraseEdge::default() };
                compiled.required.iter().for_each(|phrase| writer.phrase(phrase, edge, required));
                writer.pattern(atom, required, compiled.forward, compiled.reverse);
            }
            Err(refused) => self.problem(Code::Pattern, refused.message, file, source.span(), Some(refused.help)),
        }
    }

    fn rule(&mut self, writer: &mut PackWriter, read: &Read<'_>, rule: &RuleSource, condition: Option<Vec<Op>>) {
        let file = read.file;
        self.id(&rule.id, file);
        self.sentence(&rule.text, file);
        let category = self.category(&read.family.category, file);
        let prefix = format!("{}.", read.family.id.get_ref());
        if !rule.id.get_ref().starts_with(&prefix) {
            let message = format!("ids of this family begin with `{prefix}`");
            self.problem(Code::Value, message, file, rule.id.span(), None);
        }
        let weight = self.weight(&rule.weight, file);
        let unwanted = rule.weight_unwanted.as_ref().map_or(weight, |unwanted| self.weight(unwanted, file));
        let max_level = self.level(rule.max_level.as_ref(), Level::Scam, file);
        let floor = self.level(rule.floor.as_ref(), Level::Clear, file);
        if weight == 0 && unwanted == 0 {
            let message = "a weight of 0 does nothing; weights are kept to a thousandth";
            self.problem(Code::Value, message, file, rule.weight.span(), None);
        }
        if let Some(written) = &rule.floor {
            let wrong = match () {
                () if weight < 0 || unwanted < 0 => "a rule that lowers the score causes no level",
                () if floor > max_level => "a rule cannot cause a level above its `max_level`",
                () => "",
            };
            if !wrong.is_empty() {
                self.problem(Code::Value, wrong, file, written.span(), None);
            }
        }
        if let Some(condition) = condition.filter(|_| read.alive) {
            writer.rule(&NewRule {
                id: rule.id.get_ref(),
                text_id: rule.text.get_ref(),
                code: match () {
                    () if weight < 0 || unwanted < 0 => ReasonCode::Guard,
                    () if condition.iter().any(is_lookalike) => ReasonCode::Lookalike,
                    () => ReasonCode::Text,
                },
                category,
                max_level,
                floor,
                weights: (weight, unwanted),
                condition: &condition,
            });
        }
    }

    fn unused(&mut self, all: &[Read<'_>]) {
        let broken: Vec<String> =
            self.problems.iter().filter(|p| p.code.severity() == Severity::Error).map(|p| p.file.clone()).collect();
        for (at, read) in all.iter().enumerate().filter(|(_, read)| broken.iter().all(|file| file != read.file.path)) {
            let all = read.family.terms.keys().chain(read.family.patterns.keys());
            for name in all.filter(|name| !self.used.contains(&(at, name.get_ref().clone()))).collect::<Vec<_>>() {
                let message = format!("no rule names `{}`", name.get_ref());
                self.problem(Code::UnusedName, message, read.file, name.span(), None);
            }
        }
    }
}

/// Whether a step asks for a look-alike.
fn is_lookalike(step: &Op) -> bool {
    let named = |fact: u8| Fact::ALL.iter().any(|(known, name)| *known as u8 == fact && name.starts_with("lookalike."));
    matches!(step, Op::Fact(fact) if named(*fact))
}

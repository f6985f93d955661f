//! Families and their rules. In: `families/*.toml`. Out: terms, patterns, conditions and weights in the pack.
//!
//! All families are read before the first condition, so that a rule may build on rules of other families.

use super::{File, INNOCENT_WORDS, Lower};
use crate::condition::{self, Name};
use crate::diagnostic::{Code, Diagnostic, Severity, nearest};
use crate::pattern;
use crate::source::{Example, Family, RuleSource};
use scamfilter::engine::{Fact, INNOCENT};
use scamfilter::pack::write::{NewRule, PackWriter};
use scamfilter::pack::{Op, PhraseEdge};
use scamfilter::text::fold;
use scamfilter::{Level, ReasonCode};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// A family with the atoms of its names.
struct Read<'a> {
    file: File<'a>,
    family: Family,
    alive: bool,
    names: BTreeMap<String, u32>,
}

impl<'a> Lower<'a> {
    pub(super) fn families(&mut self, writer: &mut PackWriter, retired: &[String]) -> Vec<(String, Family)> {
        let paths: Vec<&String> = self.tree.keys().filter(|p| p.starts_with("families/")).collect();
        let mut all = Vec::new();
        for path in paths {
            if let Some((file, family)) = self.read::<Family>(path) {
                all.push(self.names(writer, file, family, retired));
            }
        }
        self.examples(&all);
        let mut conditions = Vec::new();
        self.used.clear();
        for (at, read) in all.iter().enumerate() {
            for index in 0..read.family.rule.len() {
                conditions.push((at, index, self.condition(&all, at, index, &mut Vec::new()).ok()));
            }
        }
        for (at, index, condition) in conditions {
            let Some((read, rule)) = all.get(at).and_then(|r| Some((r, r.family.rule.get(index)?))) else { continue };
            self.rule(writer, read, rule, condition);
        }
        self.unused(&all);
        all.into_iter().map(|read| (read.file.path.to_owned(), read.family)).collect()
    }

    /// Checks a family and gives atoms to its terms and patterns.
    fn names(&mut self, writer: &mut PackWriter, file: File<'a>, family: Family, retired: &[String]) -> Read<'a> {
        self.id(&family.id, file);
        let id = family.id.get_ref();
        let status = [(true, "experimental"), (true, "stable"), (false, "retired")];
        let alive = self.one_of("status", &family.status, &status, file).unwrap_or(false);
        if family.examples.hit.is_empty() || family.examples.miss.is_empty() {
            self.problem(Code::NoExamples, "a family needs examples of both kinds", file, family.id.span(), None);
        }
        for used in std::iter::once(&family.id).chain(family.rule.iter().map(|r| &r.id)) {
            if retired.contains(used.get_ref()) {
                let message = format!("`{}` is retired in pack.toml and must not come back", used.get_ref());
                let help = "take a new id: an old one still stands in evidence and in people's lists";
                self.problem(Code::Retired, message, file, used.span(), Some(help.to_owned()));
            }
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
            let atom = self.atom();
            if alive {
                self.phrases(writer, phrases, &format!("{id}.{name}"), atom, file);
            }
            names.insert(name.clone(), atom);
        }
        for (name, pattern) in &family.patterns {
            let atom = self.atom();
            if names.insert(name.clone(), atom).is_some() {
                let message = format!("`{name}` is a term and a pattern");
                self.problem(Code::Duplicate, message, file, pattern.span(), None);
            }
            if alive {
                self.pattern(writer, pattern, atom, file);
            }
        }
        Read { file, family, alive, names }
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
        if let Some(condition) = condition.filter(|_| read.alive) {
            writer.rule(&NewRule {
                id: rule.id.get_ref(),
                text_id: rule.text.get_ref(),
                code: if weight < 0 || unwanted < 0 { ReasonCode::Guard } else { ReasonCode::Text },
                category,
                max_level,
                floor,
                weights: (weight, unwanted),
                condition: &condition,
            });
        }
    }

    /// Steps of the rule `index` of family `at`; `open` are the rules that are being read, to find cycles.
    fn condition(
        &mut self,
        all: &[Read<'_>],
        at: usize,
        index: usize,
        open: &mut Vec<(usize, usize)>,
    ) -> Result<Vec<Op>, Broken> {
        let Some((read, rule)) = all.get(at).and_then(|r| Some((r, r.family.rule.get(index)?))) else {
            return Err(Broken::Told);
        };
        open.push((at, index));
        let concepts = self.concepts;
        let outermost = open.len() == 1;
        let parsed = condition::parse(rule.when.get_ref(), &mut |name| {
            let atom = read.names.get(name).or_else(|| concepts.get(name));
            if let Some(atom) = atom {
                self.used.insert((at, name.to_owned()));
                return Some(Name::Atom(*atom));
            }
            if let Some((fact, _)) = Fact::ALL.iter().find(|(_, n)| *n == name) {
                return Some(Name::Fact(*fact as u8));
            }
            let place = all.iter().enumerate().find_map(|(family, read)| {
                Some((family, read.family.rule.iter().position(|r| r.id.get_ref() == name)?))
            })?;
            if open.contains(&place) {
                return Some(Name::Cycle);
            }
            Some(match self.condition(all, place.0, place.1, open) {
                Ok(steps) => Name::Rule(steps),
                Err(Broken::Cycle) => Name::Cycle,
                // What is wrong inside of it is told where it stands.
                Err(Broken::Told) => Name::Rule(vec![Op::Fact(u8::MAX)]),
            })
        });
        open.pop();
        parsed.map_err(|error| {
            let broken = if error.cycle { Broken::Cycle } else { Broken::Told };
            if outermost {
                self.unreadable(read, all, &rule.when, error);
            }
            broken
        })
    }

    fn unreadable(
        &mut self,
        read: &Read<'_>,
        all: &[Read<'_>],
        when: &Spanned<String>,
        error: condition::ConditionError,
    ) {
        // The value stands behind its quote; an escape before the place would shift it, which a reader can live with.
        let start = when.span().start + 1;
        let at = start + error.at.start..start + error.at.end;
        let name = when.get_ref().get(error.at.clone()).unwrap_or("");
        let facts = Fact::ALL.iter().map(|f| f.1);
        let rules = all.iter().flat_map(|r| &r.family.rule).map(|r| r.id.get_ref().as_str());
        let own = read.names.keys().chain(self.concepts.keys()).map(String::as_str);
        let near = error.unknown_name.then(|| nearest(name, own.chain(facts).chain(rules))).flatten();
        let code = match error.unknown_name {
            true => Code::UnknownName,
            false if error.cycle => Code::Cycle,
            false => Code::Condition,
        };
        self.problem(code, error.message, read.file, at, near.map(|n| format!("did you mean `{n}`?")));
    }

    fn unused(&mut self, all: &[Read<'_>]) {
        let broken: Vec<String> =
            self.problems.iter().filter(|p| p.code.severity() == Severity::Error).map(|p| p.file.clone()).collect();
        for (at, read) in all.iter().enumerate().filter(|(_, read)| broken.iter().all(|file| file != read.file.path)) {
            let terms = read.family.terms.iter().map(|(name, phrases)| (name, phrases.values().flatten().next()));
            let patterns = read.family.patterns.iter().map(|(name, pattern)| (name, Some(pattern)));
            let all: Vec<_> =
                terms.chain(patterns).filter(|(name, _)| !self.used.contains(&(at, (*name).clone()))).collect();
            for (name, first) in all {
                let place = first.map_or(0..0, Spanned::span);
                self.problem(Code::UnusedName, format!("no rule names `{name}`"), read.file, place, None);
            }
        }
    }

    /// Examples that are empty, and those for which two places want levels that exclude each other.
    fn examples(&mut self, all: &[Read<'_>]) {
        let mut wanted: BTreeMap<(String, Option<String>), Vec<Wanted<'_>>> = BTreeMap::new();
        for read in all {
            let examples = &read.family.examples;
            let guards = read.family.guards();
            let both = examples.hit.iter().map(|e| (e, true)).chain(examples.miss.iter().map(|e| (e, false)));
            for (example, hit) in both {
                let Example { text, sender, country, level } = example.get_ref();
                self.countries(country.as_slice(), read.file);
                self.level(level.as_ref(), Level::Clear, read.file);
                let folded = fold(text).text().trim().to_owned();
                if folded.is_empty() {
                    let message = "an example without text shows nothing";
                    self.problem(Code::EmptyExample, message, read.file, example.span(), None);
                    continue;
                }
                let (least, most) = example.get_ref().levels(hit, guards);
                let places = wanted.entry((folded, sender.clone())).or_default();
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

/// Why a condition has no steps.
enum Broken {
    /// It leads round in a circle.
    Cycle,
    /// It cannot be read, which is told where it stands.
    Told,
}

/// Levels that one example allows.
struct Wanted<'a> {
    file: File<'a>,
    at: Range<usize>,
    least: Level,
    most: Level,
}

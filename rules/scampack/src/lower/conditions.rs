//! Conditions of rules. In: all families. Out: the steps of each rule, with those of the rules that it names.
//!
//! A rule is read after the rules that it names, each once and none inside of another, so that neither long chains nor
//! rules that are named a thousand times cost more than their own text.

use super::Lower;
use super::families::Read;
use crate::condition::{self, ConditionError, Kind, MAX_DEPTH, Name};
use crate::diagnostic::{Code, nearest};
use scamfilter::engine::Fact;
use scamfilter::pack::Op;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

/// A rule by its family and its place in it.
pub(super) type Place = (usize, usize);

/// What became of the condition of a rule.
pub(super) enum Condition {
    /// Its steps, and how many rules stand inside of each other in it.
    Steps(Vec<Op>, usize),
    /// It leads round in a circle.
    Cycle,
    /// It cannot be read, which is told where it stands.
    Told,
}

impl Lower<'_> {
    pub(super) fn conditions(&mut self, all: &[Read<'_>]) -> BTreeMap<Place, Condition> {
        let mut places = BTreeMap::new();
        for (at, read) in all.iter().enumerate() {
            for (index, rule) in read.family.rule.iter().enumerate() {
                places.entry(rule.id.get_ref().as_str()).or_insert((at, index));
            }
        }
        let mut done = BTreeMap::new();
        for place in in_order(all, &places) {
            let condition = self.condition(all, place, &places, &done);
            done.insert(place, condition);
        }
        done
    }

    fn condition(
        &mut self,
        all: &[Read<'_>],
        place: Place,
        places: &BTreeMap<&str, Place>,
        done: &BTreeMap<Place, Condition>,
    ) -> Condition {
        let Some((read, rule)) = all.get(place.0).and_then(|r| Some((r, r.family.rule.get(place.1)?))) else {
            return Condition::Told;
        };
        let concepts = self.concepts;
        let (mut depth, mut waits) = (1, false);
        let parsed = condition::parse(rule.when.get_ref(), &mut |name| {
            if let Some(atom) = read.names.get(name).or_else(|| concepts.get(name)) {
                self.used.insert((place.0, name.to_owned()));
                return Some(Name::Atom(*atom));
            }
            if let Some((fact, _)) = Fact::ALL.iter().find(|(_, n)| *n == name) {
                return Some(Name::Fact(*fact as u8));
            }
            let named = places.get(name)?;
            if read.alive && all.get(named.0).is_some_and(|other| !other.alive) {
                return Some(Name::Retired);
            }
            Some(match done.get(named) {
                Some(Condition::Steps(_, inside)) if *inside >= MAX_DEPTH => Name::TooDeep,
                Some(Condition::Steps(steps, inside)) => {
                    depth = depth.max(inside + 1);
                    Name::Rule(steps.clone())
                }
                // A rule that is not read yet, though all that this one names come first, waits for this one.
                Some(Condition::Cycle) | None => Name::Cycle,
                // What is wrong inside of it is told where it stands, so here only the rest is read.
                Some(Condition::Told) => {
                    waits = true;
                    Name::Rule(vec![Op::Fact(u8::MAX)])
                }
            })
        });
        match parsed {
            Ok(_) if waits => Condition::Told,
            Ok(steps) => Condition::Steps(steps, depth),
            Err(error) => {
                let cycle = error.kind == Kind::Cycle;
                self.unreadable(all, place.0, &rule.when, error);
                if cycle { Condition::Cycle } else { Condition::Told }
            }
        }
    }

    fn unreadable(&mut self, all: &[Read<'_>], at: usize, when: &Spanned<String>, error: ConditionError) {
        let Some(read) = all.get(at) else { return };
        let (code, help) = match error.kind {
            Kind::Syntax => (Code::Condition, error.help),
            Kind::Cycle => (Code::Cycle, error.help),
            Kind::Retired => (Code::Retired, error.help),
            Kind::UnknownName => {
                let name = when.get_ref().get(error.at.clone()).unwrap_or("");
                (Code::UnknownName, Some(self.known(all, read, name)))
            }
        };
        self.problem(code, error.message, read.file, within(when, read.file.text, error.at), help);
    }

    /// What someone may have meant by a name that nobody knows.
    fn known(&self, all: &[Read<'_>], read: &Read<'_>, name: &str) -> String {
        let other = all.iter().find(|other| other.names.contains_key(name));
        if let Some(other) = other {
            let id = other.family.id.get_ref();
            return format!("it is a term of `{id}`, and terms belong to one family: define it here, or as a concept");
        }
        let facts = || Fact::ALL.iter().map(|f| f.1);
        let rules = all.iter().flat_map(|r| &r.family.rule).map(|r| r.id.get_ref().as_str());
        let own = read.names.keys().chain(self.concepts.keys()).map(String::as_str);
        if let Some(near) = nearest(name, own.chain(facts()).chain(rules)) {
            return format!("did you mean `{near}`?");
        }
        let prefix = name.split_once('.').map(|(prefix, _)| format!("{prefix}."));
        let alike: Vec<&str> = facts().filter(|fact| prefix.as_ref().is_some_and(|p| fact.starts_with(p))).collect();
        if alike.is_empty() {
            let prefixes: BTreeSet<&str> = facts().filter_map(|fact| fact.split('.').next()).collect();
            let facts = prefixes.into_iter().collect::<Vec<_>>().join(".…, ");
            return format!("define it under [terms.…] of this family, or name a concept or a fact ({facts}.…)");
        }
        format!("known: {}", alike.join(", "))
    }
}

/// Where a part of a condition stands in the file. Behind the opening quotes it stands as it was written, unless something
/// before it is escaped; then the whole condition is shown.
fn within(when: &Spanned<String>, file: &str, part: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let written = file.get(when.span()).unwrap_or("");
    let quote = ["\"\"\"\n", "'''\n", "\"\"\"", "'''"].into_iter().find(|q| written.starts_with(q)).map_or(1, str::len);
    let before = when.get_ref().get(..part.end);
    match before == written.get(quote..quote + part.end) {
        true => when.span().start + quote + part.start..when.span().start + quote + part.end,
        false => when.span(),
    }
}

/// All rules, each after those that it names; in a circle one has to come first.
fn in_order(all: &[Read<'_>], places: &BTreeMap<&str, Place>) -> Vec<Place> {
    let rules = |place: Place| all.get(place.0).and_then(|read| read.family.rule.get(place.1));
    let named = |place: Place| -> Vec<Place> {
        let names = rules(place).map(|rule| condition::names(rule.when.get_ref())).into_iter().flatten();
        names.filter_map(|name| places.get(name).copied()).collect()
    };
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, read) in all.iter().enumerate() {
        for index in 0..read.family.rule.len() {
            let mut open = vec![(at, index, false)];
            while let Some((at, index, finished)) = open.pop() {
                if finished {
                    order.push((at, index));
                } else if seen.insert((at, index)) {
                    open.push((at, index, true));
                    open.extend(named((at, index)).into_iter().rev().map(|(at, index)| (at, index, false)));
                }
            }
        }
    }
    order
}

//! Families and their rules. In: `families/*.toml`. Out: terms, conditions and weights in the pack.

use super::{Lower, mlo};
use crate::condition::{self, Name};
use crate::diagnostic::{Code, nearest};
use crate::source::Family;
use scamfilter::engine::Fact;
use scamfilter::pack::Op;
use scamfilter::pack::write::{NewRule, PackWriter};
use scamfilter::{Level, ReasonCode};
use std::collections::BTreeMap;
use toml::Spanned;

impl Lower<'_> {
    pub(super) fn families(&mut self, writer: &mut PackWriter) -> Vec<(String, Family)> {
        let paths: Vec<String> = self.tree.keys().filter(|p| p.starts_with("families/")).cloned().collect();
        let mut families = Vec::new();
        for path in paths {
            let file = self.file(&path);
            let Some(family) = self.read::<Family>(&path) else { continue };
            self.family(writer, &family, &file);
            families.push((path, family));
        }
        families
    }

    fn family(&mut self, writer: &mut PackWriter, family: &Family, file: &(String, String)) {
        self.id(&family.id, file);
        let status = [(true, "experimental"), (true, "stable"), (false, "retired")];
        let alive = self.one_of("status", &family.status, &status, file).unwrap_or(false);
        let category = self.category(&family.category, file);
        if family.examples.hit.is_empty() || family.examples.miss.is_empty() {
            self.problem(Code::NoExamples, "a family needs examples of both kinds", file, family.id.span(), None);
        }
        let mut terms = BTreeMap::new();
        for (name, phrases) in &family.terms {
            let atom = self.atom();
            if alive {
                self.phrases(writer, phrases, atom, file);
            }
            terms.insert(name.as_str(), atom);
        }
        for rule in &family.rule {
            self.id(&rule.id, file);
            self.sentence(&rule.text, file);
            let prefix = format!("{}.", family.id.get_ref());
            if !rule.id.get_ref().starts_with(&prefix) {
                self.problem(
                    Code::Value,
                    format!("ids of this family begin with `{prefix}`"),
                    file,
                    rule.id.span(),
                    None,
                );
            }
            let condition = self.condition(&rule.when, &terms, file);
            let unwanted = rule.weight_unwanted.unwrap_or(rule.weight);
            if !(-20.0..=20.0).contains(&rule.weight) || !(-20.0..=20.0).contains(&unwanted) {
                self.problem(Code::Value, "weights lie between -20.0 and 20.0", file, rule.id.span(), None);
            }
            let kind = if rule.weight < 0.0 || unwanted < 0.0 { ReasonCode::Guard } else { ReasonCode::Text };
            let (max_level, floor) = (
                self.level(rule.max_level.as_ref(), Level::Scam, file),
                self.level(rule.floor.as_ref(), Level::Clear, file),
            );
            if let Some(condition) = condition.filter(|_| alive) {
                writer.rule(&NewRule {
                    id: rule.id.get_ref(),
                    text_id: rule.text.get_ref(),
                    kind,
                    category,
                    max_level,
                    floor,
                    weights: (mlo(rule.weight), mlo(unwanted)),
                    condition: &condition,
                });
            }
        }
    }

    fn condition(
        &mut self,
        when: &Spanned<String>,
        terms: &BTreeMap<&str, u32>,
        file: &(String, String),
    ) -> Option<Vec<Op>> {
        let concepts = self.concepts;
        let lookup = |name: &str| {
            let atom = terms.get(name).or_else(|| concepts.get(name)).map(|a| Name::Atom(*a));
            atom.or_else(|| Fact::ALL.iter().find(|(_, n)| *n == name).map(|(f, _)| Name::Fact(*f as u8)))
        };
        match condition::parse(when.get_ref(), &lookup) {
            Ok(steps) => Some(steps),
            Err(error) => {
                // The value stands behind its quote; an escape before the place would shift it, which a reader can live with.
                let start = when.span().start + 1;
                let at = start + error.at.start..start + error.at.end;
                let name = when.get_ref().get(error.at.clone()).unwrap_or("");
                let known = terms
                    .keys()
                    .copied()
                    .chain(concepts.keys().map(String::as_str))
                    .chain(Fact::ALL.iter().map(|f| f.1));
                let near = error.unknown_name.then(|| nearest(name, known)).flatten();
                let code = if error.unknown_name { Code::UnknownName } else { Code::Condition };
                self.problem(code, error.message, file, at, near.map(|n| format!("did you mean `{n}`?")));
                None
            }
        }
    }
}

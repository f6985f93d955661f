//! Runs the examples of families. In: a compiled pack and a filter with it. Out: what does not behave as it says.

use crate::diagnostic::{Code, Diagnostic};
use crate::load::Tree;
use crate::lower::Compiled;
use crate::source::{Example, Family};
use scamfilter::{Message, ScamFilter, Verdict};
use std::collections::BTreeSet;
use std::ops::Range;

/// How many ran, and what failed.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Examples run.
    pub ran: usize,
    /// One diagnostic for each that failed.
    pub failed: Vec<Diagnostic>,
    /// One warning for each rule that no example of its family hits.
    pub uncovered: Vec<Diagnostic>,
}

/// Runs every example of every family of a pack that is not retired.
#[must_use]
pub fn run(tree: &Tree, compiled: &Compiled, filter: &ScamFilter) -> Outcome {
    let mut outcome = Outcome::default();
    for (path, family) in compiled.families.iter().filter(|(_, family)| family.status.get_ref() != "retired") {
        let text = tree.get(path).map_or("", String::as_str);
        let mut covered = BTreeSet::new();
        let mut judge = |example: &Example, span: Range<usize>, must_hit: bool| {
            outcome.ran += 1;
            let verdict = filter.check(&message(example));
            covered.extend(verdict.reasons.iter().map(|r| r.rule.clone()).filter(|_| must_hit));
            if let Some((wrong, help)) = complaint(&verdict, example, family, must_hit) {
                outcome.failed.push(Diagnostic::new(Code::Example, wrong, path, text, span).help(help));
            }
        };
        family.examples.hit.iter().for_each(|e| judge(e.get_ref(), e.span(), true));
        family.examples.miss.iter().for_each(|e| judge(e.get_ref(), e.span(), false));
        outcome.uncovered.extend(family.rule.iter().filter(|r| !covered.contains(r.id.get_ref())).map(|rule| {
            let message = format!("no example of this family makes `{}` hold", rule.id.get_ref());
            Diagnostic::new(Code::UncoveredRule, message, path, text, rule.id.span())
        }));
    }
    outcome
}

/// The message of an example.
pub(crate) fn message(example: &Example) -> Message {
    let mut message = Message::sms(&example.text);
    message.sender = example.sender.clone().map(Into::into);
    message.sim_country = example.country.as_ref().map(|country| country.get_ref().clone());
    message
}

fn complaint(verdict: &Verdict, example: &Example, family: &Family, must_hit: bool) -> Option<(String, String)> {
    let prefix = format!("{}.", family.id.get_ref());
    let own = verdict.reasons.iter().any(|r| r.rule.starts_with(&prefix));
    let rules: Vec<String> = verdict.reasons.iter().map(|r| format!("{} ({:+})", r.rule, r.weight_mlo)).collect();
    let said = format!(
        "level {}, rules: {}",
        verdict.level.name(),
        if rules.is_empty() { "none".to_owned() } else { rules.join(", ") }
    );
    let (least, most) = example.levels(must_hit, family.guards());
    let level = if must_hit { least } else { most };
    let wrong = match must_hit {
        true if !own => "no rule of this family hits this example",
        true if verdict.level < least => "this example must reach a higher level",
        false if verdict.level > most => "this example must not reach this level",
        false if own && example.level.is_none() => "a rule of this family hits this example, which states no level",
        _ => return None,
    };
    Some((format!("{wrong} ({})", level.name()), said))
}

//! What an evaluation found. In: scores of messages that were not learnt from. Out: recall by language and family, as rows,
//! means and curves, both halves side by side.

use super::corpus::Row;
use super::design::Design;
use super::eval::{Placed, Scores, scored};
use super::metric::{Scored, interval, recall_at, share, threshold};
use crate::cluster::Half;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Languages whose real messages the figures of the project are the mean of.
pub const MEAN_OF: [&str; 6] = ["th", "vi", "fil", "en", "id", "zh"];
/// Shares of wanted messages that may be marked.
pub const LOOSE: f64 = 0.01;
/// The stricter of the two.
pub const STRICT: f64 = 0.003;
/// Draws of an interval.
const DRAWS: usize = 200;
/// Where a curve (ROC) has its points: shares of wanted messages that are marked.
pub const SHARES: [f64; 13] = [0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0];

/// A share of messages that were found, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rate {
    /// Of all.
    pub all: f64,
    /// Of half A and half B at the threshold of all, where both have something to find.
    pub halves: Option<(f64, f64)>,
}

impl Rate {
    /// By how much half A does better.
    #[must_use]
    pub fn gap(&self) -> Option<f64> {
        self.halves.map(|(a, b)| a - b)
    }

    fn value(&self) -> Value {
        json!({ "all": self.all, "halves": self.halves.map(|(a, b)| [a, b]) })
    }
}

/// Recall in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Language.
    pub lang: String,
    /// Messages, and those among them that should be found.
    pub messages: (usize, usize),
    /// Where 1 % of the wanted messages are marked.
    pub recall: Rate,
    /// Its 95 % interval by clusters.
    pub interval: Option<(f64, f64)>,
    /// At 0.3 %.
    pub strict: Rate,
    /// At 1 % with the links taken out.
    pub unlinked: Rate,
    /// At each of [`SHARES`].
    pub curve: Vec<f64>,
}

/// One family, or kind of wanted message, in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Language.
    pub lang: String,
    /// As the corpus names it.
    pub kind: String,
    /// Its messages should be found.
    pub bad: bool,
    /// Messages.
    pub messages: usize,
    /// Of them, marked where 1 % of the language's wanted messages are.
    pub marked: usize,
}

/// One evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What was held out.
    pub title: String,
    /// By language.
    pub lines: Vec<Line>,
    /// By language and family, of those that have one.
    pub families: Vec<Family>,
    /// Recall at 1 % and 0.3 % with one threshold for all languages.
    pub one_threshold: (f64, f64),
    /// The messages that were measured, by language.
    pub scored: BTreeMap<String, Vec<Scored>>,
}

/// What is measured.
pub struct Measured<'a> {
    /// The matrix.
    pub design: &'a Design,
    /// Its rows.
    pub rows: &'a [Row],
    /// Clusters and halves.
    pub places: &'a [Placed],
    /// Scores by example.
    pub scores: &'a Scores,
}

impl Report {
    /// The report of messages for which `answer` says whether they should be found; others are left out.
    #[must_use]
    pub fn of(title: &str, measured: &Measured<'_>, draw: bool, answer: impl Fn(&Row) -> Option<bool>) -> Self {
        let Measured { design, rows, places, scores } = *measured;
        let langs: BTreeSet<&str> = rows.iter().map(|row| row.lang.as_str()).collect();
        let (mut by_lang, mut lines, mut families) = (BTreeMap::new(), Vec::new(), Vec::new());
        for lang in langs {
            let of = |unlinked: bool, half: Option<Half>| {
                scored(design, rows, places, scores, unlinked, |row, index| {
                    let here = row.lang == lang && half.is_none_or(|h| places.get(index).is_some_and(|p| p.half == h));
                    if here { answer(row) } else { None }
                })
            };
            let rate = |unlinked: bool, marked: f64| {
                let found = of(unlinked, None);
                let at = threshold(&found, marked);
                let half = |half| share(&of(unlinked, Some(half)), true, at);
                Rate { all: share(&found, true, at).unwrap_or(0.0), halves: half(Half::A).zip(half(Half::B)) }
            };
            let found = of(false, None);
            if found.iter().all(|s| s.bad) || found.iter().all(|s| !s.bad) {
                continue;
            }
            families.extend(in_families(measured, lang, threshold(&found, LOOSE), &answer));
            lines.push(Line {
                lang: lang.to_owned(),
                messages: (found.len(), found.iter().filter(|s| s.bad).count()),
                recall: rate(false, LOOSE),
                interval: if draw { interval(&found, LOOSE, DRAWS) } else { None },
                strict: rate(false, STRICT),
                unlinked: rate(true, LOOSE),
                curve: SHARES.iter().map(|share| recall_at(&found, *share).unwrap_or(0.0)).collect(),
            });
            by_lang.insert(lang.to_owned(), found);
        }
        let all: Vec<Scored> = by_lang.values().flatten().copied().collect();
        let one = |share| recall_at(&all, share).unwrap_or(0.0);
        let one_threshold = (one(LOOSE), one(STRICT));
        Self { title: title.to_owned(), lines, families, one_threshold, scored: by_lang }
    }

    /// Mean over [`MEAN_OF`] where they are there.
    fn mean(&self, of: impl Fn(&Line) -> Option<f64>) -> f64 {
        let lines = self.lines.iter().filter(|line| MEAN_OF.contains(&line.lang.as_str()));
        let values: Vec<f64> = lines.filter_map(of).collect();
        values.iter().sum::<f64>() / values.len().max(1) as f64
    }

    /// Means of recall at 1 %, at 0.3 %, without links.
    #[must_use]
    pub fn means(&self) -> (f64, f64, f64) {
        (
            self.mean(|line| Some(line.recall.all)),
            self.mean(|line| Some(line.strict.all)),
            self.mean(|line| Some(line.unlinked.all)),
        )
    }

    /// By how much half A does better than half B in the mean of [`MEAN_OF`], in the same order: what was read must not do
    /// better.
    #[must_use]
    pub fn gaps(&self) -> [f64; 3] {
        [
            self.mean(|line| line.recall.gap()),
            self.mean(|line| line.strict.gap()),
            self.mean(|line| line.unlinked.gap()),
        ]
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let percent = |value: f64| format!("{:5.1}", value * 100.0);
        let rate = |rate: &Rate| {
            let of = |half: Option<f64>| half.map_or("    -".to_owned(), percent);
            let halves = rate.halves.unzip();
            format!("{} {} {}", percent(rate.all), of(halves.0), of(halves.1))
        };
        let mut out = format!(
            "{}\nlang messages   bad  at 1 %     A     B   95 %    at 0.3 %     A     B  no links     A     B",
            self.title
        );
        for line in &self.lines {
            let range = line
                .interval
                .map_or("       ".to_owned(), |(low, high)| format!("{:3.0}-{:3.0}", low * 100.0, high * 100.0));
            out.push_str(&format!(
                "\n{:4} {:8} {:5}   {}  {range}    {}     {}",
                line.lang,
                line.messages.0,
                line.messages.1,
                rate(&line.recall),
                rate(&line.strict),
                rate(&line.unlinked),
            ));
        }
        let (loose, strict, unlinked) = self.means();
        out.push_str(&format!(
            "\nmean of {}: {} at 1 %, {} at 0.3 %, {} without links; with one threshold {} and {}",
            MEAN_OF.join(" "),
            percent(loose).trim(),
            percent(strict).trim(),
            percent(unlinked).trim(),
            percent(self.one_threshold.0).trim(),
            percent(self.one_threshold.1).trim(),
        ));
        out
    }

    /// For programs; recall as shares.
    #[must_use]
    pub fn value(&self) -> Value {
        let lines: Vec<Value> = self
            .lines
            .iter()
            .map(|l| {
                let curve: Vec<[f64; 2]> = SHARES.iter().zip(&l.curve).map(|(share, found)| [*share, *found]).collect();
                json!({
                    "lang": l.lang, "messages": l.messages.0, "bad": l.messages.1, "recall_1": l.recall.value(),
                    "interval": l.interval.map(|(low, high)| [low, high]), "recall_03": l.strict.value(),
                    "unlinked_1": l.unlinked.value(), "roc": curve,
                })
            })
            .collect();
        let families: Vec<Value> = self
            .families
            .iter()
            .map(
                |f| json!({ "lang": f.lang, "kind": f.kind, "bad": f.bad, "messages": f.messages, "marked": f.marked }),
            )
            .collect();
        let (loose, strict, unlinked) = self.means();
        json!({
            "held_out": self.title, "languages": lines, "families": families, "mean_1": loose, "mean_03": strict,
            "mean_unlinked_1": unlinked, "one_threshold_1": self.one_threshold.0,
            "one_threshold_03": self.one_threshold.1, "gaps": self.gaps(),
        })
    }
}

fn in_families(
    measured: &Measured<'_>,
    lang: &str,
    threshold: f64,
    answer: impl Fn(&Row) -> Option<bool>,
) -> Vec<Family> {
    let mut counts: BTreeMap<(bool, &str), (usize, usize)> = BTreeMap::new();
    for (index, score) in measured.scores {
        let example = measured.design.examples.get(*index).filter(|e| !e.unlinked);
        let row = example.and_then(|e| measured.rows.get(e.row)).filter(|row| row.lang == lang && !row.kind.is_empty());
        if let Some((row, bad)) = row.and_then(|row| Some((row, answer(row)?))) {
            let (messages, marked) = counts.entry((bad, &row.kind)).or_default();
            *messages += 1;
            *marked += usize::from(*score >= threshold);
        }
    }
    let family = |((bad, kind), (messages, marked)): ((bool, &str), (usize, usize))| Family {
        lang: lang.to_owned(),
        kind: kind.to_owned(),
        bad,
        messages,
        marked,
    };
    counts.into_iter().map(family).collect()
}

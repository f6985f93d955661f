//! What an evaluation found. In: scores of messages that were not learnt from. Out: recall by language, as rows and means.

use super::corpus::Row;
use super::design::Design;
use super::eval::{Placed, Scores, scored};
use super::metric::{Scored, interval, recall_at, share, threshold};
use crate::cluster::Half;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Languages whose real messages the figures of the project are the mean of.
pub const MEAN_OF: [&str; 6] = ["th", "vi", "fil", "en", "id", "zh"];
/// Shares of wanted messages that may be marked.
const LOOSE: f64 = 0.01;
const STRICT: f64 = 0.003;
/// Draws of an interval.
const DRAWS: usize = 200;

/// Recall in one language, 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Language.
    pub lang: String,
    /// Messages, and those among them that should be found.
    pub messages: (usize, usize),
    /// Recall where 1 % of the wanted messages are marked.
    pub recall: f64,
    /// Its 95 % interval by clusters.
    pub interval: Option<(f64, f64)>,
    /// Recall at 0.3 %.
    pub strict: f64,
    /// Recall at 1 % with the links taken out.
    pub unlinked: f64,
    /// Recall of both halves at the threshold of the whole, where both have something to find.
    pub halves: Option<(f64, f64)>,
}

/// One evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What was held out.
    pub title: String,
    /// By language.
    pub lines: Vec<Line>,
    /// Recall at 1 % and 0.3 % with one threshold for all languages.
    pub one_threshold: (f64, f64),
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
        let mut all: Vec<Scored> = Vec::new();
        let mut lines = Vec::new();
        for lang in langs {
            let of = |unlinked: bool, half: Option<Half>| {
                scored(design, rows, places, scores, unlinked, |row, index| {
                    let here = row.lang == lang && half.is_none_or(|h| places.get(index).is_some_and(|p| p.half == h));
                    if here { answer(row) } else { None }
                })
            };
            let found = of(false, None);
            let Some(recall) = recall_at(&found, LOOSE).filter(|_| found.iter().any(|s| !s.bad)) else { continue };
            let at = threshold(&found, LOOSE);
            let half = |half| share(&of(false, Some(half)), true, at);
            lines.push(Line {
                lang: lang.to_owned(),
                messages: (found.len(), found.iter().filter(|s| s.bad).count()),
                recall,
                interval: if draw { interval(&found, LOOSE, DRAWS) } else { None },
                strict: recall_at(&found, STRICT).unwrap_or(0.0),
                unlinked: recall_at(&of(true, None), LOOSE).unwrap_or(0.0),
                halves: half(Half::A).zip(half(Half::B)),
            });
            all.extend(found);
        }
        let one = |share| recall_at(&all, share).unwrap_or(0.0);
        Self { title: title.to_owned(), lines, one_threshold: (one(LOOSE), one(STRICT)) }
    }

    /// Means over [`MEAN_OF`] where they are there: recall at 1 %, at 0.3 %, without links.
    #[must_use]
    pub fn means(&self) -> (f64, f64, f64) {
        let lines: Vec<&Line> = self.lines.iter().filter(|line| MEAN_OF.contains(&line.lang.as_str())).collect();
        let mean = |of: fn(&Line) -> f64| lines.iter().map(|line| of(line)).sum::<f64>() / lines.len().max(1) as f64;
        (mean(|line| line.recall), mean(|line| line.strict), mean(|line| line.unlinked))
    }

    /// By how much half A does better than half B in the mean of [`MEAN_OF`]: what was read must not do better.
    #[must_use]
    pub fn gap(&self) -> f64 {
        let halves = self.lines.iter().filter(|line| MEAN_OF.contains(&line.lang.as_str())).filter_map(|l| l.halves);
        let gaps: Vec<f64> = halves.map(|(a, b)| a - b).collect();
        gaps.iter().sum::<f64>() / gaps.len().max(1) as f64
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let percent = |value: f64| format!("{:5.1}", value * 100.0);
        let mut out = format!("{}\nlang messages  bad     1%  (95 %)      0.3%  no links      A      B", self.title);
        for line in &self.lines {
            let range = line
                .interval
                .map_or("       ".to_owned(), |(low, high)| format!("{:3.0}-{:3.0}", low * 100.0, high * 100.0));
            let (a, b) =
                line.halves.map_or(("    -".to_owned(), "    -".to_owned()), |(a, b)| (percent(a), percent(b)));
            out.push_str(&format!(
                "\n{:4} {:8} {:4}  {}  {range}  {}     {}  {a}  {b}",
                line.lang,
                line.messages.0,
                line.messages.1,
                percent(line.recall),
                percent(line.strict),
                percent(line.unlinked),
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
                json!({
                    "lang": l.lang, "messages": l.messages.0, "bad": l.messages.1, "recall_1": l.recall,
                    "interval": l.interval.map(|(low, high)| [low, high]), "recall_03": l.strict,
                    "unlinked_1": l.unlinked, "halves": l.halves.map(|(a, b)| [a, b]),
                })
            })
            .collect();
        let (loose, strict, unlinked) = self.means();
        json!({
            "held_out": self.title, "languages": lines, "mean_1": loose, "mean_03": strict, "mean_unlinked_1": unlinked,
            "one_threshold_1": self.one_threshold.0, "one_threshold_03": self.one_threshold.1, "gap": self.gap(),
        })
    }
}

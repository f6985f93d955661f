//! All that `eval` says. In: reports, what is shipped, scores. Out: one value for programs, parts for people, and by how much
//! half A does better anywhere.

use super::calibrate::{self, Bin, Calibration, Judged};
use super::corpus::Place;
use super::report::Report;
use super::shipped::Shipped;
use super::transfer::Transfer;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What was held out of the real messages: halves say something of these alone, as own texts were read as a whole.
pub const CAMPAIGNS: &str = "campaigns of corpora";
/// The same of own texts.
pub const OWN_CAMPAIGNS: &str = "campaigns of own texts";
/// Texts by another hand.
pub const HOLDOUT_TEXTS: &str = "holdout texts";
/// Corpora that left as a whole.
pub const SOURCES: &str = "one source at a time";

/// A message that was judged wrongly by a model that did not learn from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// Language.
    pub lang: String,
    /// It should have been found; else it should not have been marked.
    pub missed: bool,
    /// Log-odds.
    pub score: f64,
    /// Id of the message.
    pub id: String,
    /// Where it stands.
    pub place: Place,
    /// The text, where it is this project's own.
    pub own: bool,
    /// The text.
    pub text: String,
}

/// How far the calibration of half A holds on half B.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// Fitted to half A.
    pub curve: Calibration,
    /// What it says and what is, on half B.
    pub all: Vec<Bin>,
    /// The same by language.
    pub languages: BTreeMap<String, Vec<Bin>>,
}

impl Calibrated {
    /// From messages of both halves; nothing where a half has too few.
    #[must_use]
    pub fn of(a: &[Judged], b: &[Judged], bad: f64) -> Option<Self> {
        let curve = calibrate::fit(a, bad)?;
        let mut languages: BTreeMap<String, Vec<Judged>> = BTreeMap::new();
        b.iter().for_each(|judged| languages.entry(judged.lang.clone()).or_default().push(judged.clone()));
        let languages = languages.into_iter().map(|(lang, judged)| (lang, curve.bins(&judged)));
        Some(Self { all: curve.bins(b), languages: languages.filter(|(_, bins)| bins.len() > 1).collect(), curve })
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let percent = |value: f64| format!("{:5.2}", value * 100.0);
        let mut out = format!(
            "calibration: scores as probabilities where {} % of the messages of each language are bad; fitted to half A ({} messages), measured on half B\nmean error  {}",
            self.curve.bad * 100.0,
            self.curve.messages,
            percent(calibrate::error(&self.all)),
        );
        for (lang, bins) in &self.languages {
            out.push_str(&format!("\n{lang:11} {}", percent(calibrate::error(bins))));
        }
        out
    }

    fn value(&self) -> Value {
        let bins = |bins: &[Bin]| {
            let all: Vec<Value> =
                bins.iter().map(|b| json!({ "said": b.said, "is": b.is, "messages": b.messages })).collect();
            json!({ "error": calibrate::error(bins), "bins": all })
        };
        let languages: BTreeMap<&String, Value> = self.languages.iter().map(|(lang, b)| (lang, bins(b))).collect();
        json!({
            "reference_bad": self.curve.bad, "messages": self.curve.messages, "curve": self.curve.curve,
            "all": bins(&self.all), "languages": languages,
        })
    }
}

/// All of it.
pub struct Evaluation {
    /// By what was held out, each with a language at least.
    pub reports: Vec<Report>,
    /// Thresholds carried over.
    pub transfers: Vec<Transfer>,
    /// Scores as probabilities.
    pub calibrated: Option<Calibrated>,
    /// Levels of the packs with the model that they have; nothing where they have none.
    pub shipped: Option<Shipped>,
    /// Holdout texts that were not measured, behind what they are near to.
    pub near: Vec<(Place, Place)>,
    /// The most confident ones, of half A and of own texts.
    pub mistakes: Vec<Mistake>,
}

impl Evaluation {
    /// Thresholds set on campaigns, carried to what no threshold was set on.
    #[must_use]
    pub fn transfers(reports: &[Report]) -> Vec<Transfer> {
        let of = |title: &str| reports.iter().find(|report| report.title == title);
        let both: Vec<&Report> = [CAMPAIGNS, OWN_CAMPAIGNS].into_iter().filter_map(of).collect();
        let from = |from: &[&Report], to: &str| {
            let to = of(to)?;
            (!from.is_empty()).then(|| Transfer::of(from, to))
        };
        let real: Vec<&Report> = of(CAMPAIGNS).into_iter().collect();
        [from(&real, HOLDOUT_TEXTS), from(&both, HOLDOUT_TEXTS), from(&both, CAMPAIGNS), from(&real, SOURCES)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Where half A, which may be read, is measured against half B: what, and by how much A does better.
    #[must_use]
    pub fn gaps(&self) -> Vec<(String, f64)> {
        let mut out = Vec::new();
        for report in self.reports.iter().filter(|report| [CAMPAIGNS, SOURCES].contains(&report.title.as_str())) {
            for (gap, at) in report.gaps().into_iter().zip(["at 1 %", "at 0.3 %", "at 1 % without links"]) {
                out.push((format!("{}, {at}", report.title), gap));
            }
        }
        out.extend(self.shipped.iter().map(|shipped| ("corpora as shipped".to_owned(), shipped.gap())));
        out
    }

    /// Parts for people, in order.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        let mut out: Vec<String> = self.reports.iter().map(Report::text).collect();
        out.extend(self.transfers.iter().map(Transfer::text));
        out.extend(self.calibrated.iter().map(Calibrated::text));
        out.extend(self.shipped.iter().map(Shipped::text));
        out
    }

    /// Parts for programs, by name. Of texts only this project's own are in it: what programs print goes on to others.
    #[must_use]
    pub fn parts(&self) -> Vec<(&'static str, Value)> {
        let pairs: Vec<Value> = self.near.iter().map(|(known, held)| json!([held, known])).collect();
        let mistakes: Vec<Value> = self
            .mistakes
            .iter()
            .map(|m| {
                json!({
                    "lang": m.lang, "mistake": if m.missed { "missed" } else { "marked" }, "log_odds": m.score,
                    "id": m.id, "place": m.place, "text": m.own.then_some(&m.text),
                })
            })
            .collect();
        let gaps: Vec<Value> = self.gaps().iter().map(|(what, gap)| json!({ "what": what, "gap": gap })).collect();
        vec![
            ("held_out", self.reports.iter().map(Report::value).collect()),
            ("transfer", self.transfers.iter().map(Transfer::value).collect()),
            ("calibration", self.calibrated.as_ref().map_or(Value::Null, Calibrated::value)),
            ("shipped", self.shipped.as_ref().map_or(Value::Null, Shipped::value)),
            ("near_duplicates", pairs.into()),
            ("mistakes", mistakes.into()),
            ("gaps", gaps.into()),
        ]
    }
}

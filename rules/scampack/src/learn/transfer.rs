//! Whether a threshold holds elsewhere. In: an evaluation on which it is set, another to which it is carried. Out: the share
//! of wanted messages that it marks there, and what it finds, by language. It is one threshold for all languages.

use super::levels::{self, Wanted};
use super::metric::share;
use super::report::{LOOSE, Report, STRICT};
use serde_json::{Value, json};

/// Shares of wanted messages for which thresholds are set.
pub const INTENDED: [f64; 6] = [0.001, STRICT, 0.005, LOOSE, 0.02, 0.05];

/// What one threshold does in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// Language.
    pub lang: String,
    /// Share of wanted messages that it should mark, in the mean of the languages.
    pub intended: f64,
    /// And marks.
    pub marked: f64,
    /// Share of the others that it finds.
    pub found: f64,
}

/// From where, to where.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// On what the threshold was set.
    pub from: String,
    /// On what it was measured.
    pub to: String,
    /// By language and share.
    pub lines: Vec<Carried>,
}

impl Transfer {
    /// Carries thresholds over.
    #[must_use]
    pub fn of(from: &[&Report], to: &Report) -> Self {
        let wanted: Vec<Wanted> = from
            .iter()
            .flat_map(|report| &report.scored)
            .flat_map(|(lang, scored)| scored.iter().map(move |s| (lang, s)))
            .filter(|(_, s)| !s.bad)
            .map(|(lang, s)| Wanted { lang: lang.clone(), score: s.score })
            .collect();
        let mut lines = Vec::new();
        for intended in INTENDED {
            let at = levels::threshold(&wanted, intended);
            for (lang, scored) in &to.scored {
                let of = |bad| share(scored, bad, at).unwrap_or(0.0);
                lines.push(Carried { lang: lang.clone(), intended, marked: of(false), found: of(true) });
            }
        }
        let from: Vec<&str> = from.iter().map(|report| report.title.as_str()).collect();
        Self { from: from.join(" and "), to: to.title.clone(), lines }
    }

    /// Share of wanted messages that are marked, and of others that are found, in the mean of the languages.
    #[must_use]
    pub fn mean(&self, intended: f64) -> (f64, f64) {
        let lines: Vec<&Carried> = self.lines.iter().filter(|line| line.intended == intended).collect();
        let mean = |of: fn(&Carried) -> f64| lines.iter().map(|line| of(line)).sum::<f64>() / lines.len().max(1) as f64;
        (mean(|line| line.marked), mean(|line| line.found))
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("threshold of {}, carried to {}\nmarks    of wanted   finds", self.from, self.to);
        for intended in INTENDED {
            let (marked, found) = self.mean(intended);
            out.push_str(&format!("\n{:4.1} %  {:7.1}  {:8.1}", intended * 100.0, marked * 100.0, found * 100.0));
        }
        out
    }

    /// For programs.
    #[must_use]
    pub fn value(&self) -> Value {
        let line = |l: &Carried| json!({ "lang": l.lang, "intended": l.intended, "wanted_marked": l.marked, "found": l.found });
        json!({ "from": self.from, "to": self.to, "lines": self.lines.iter().map(line).collect::<Vec<_>>() })
    }
}

//! What people would see. In: packs as they ship, labelled rows. Out: levels by group, language and kind of message, both
//! halves side by side. Messages are judged without senders, which corpora lack or made up.

use super::OWN;
use super::corpus::{Label, Row};
use super::eval::Placed;
use super::plan::Plan;
use super::report::{MEAN_OF, Rate};
use crate::cluster::Half;
use scamfilter::{Level, Message, ScamFilter};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Titles of groups.
pub const HELD: &str = "holdout texts";
const OURS: &str = "own texts";
const CORPORA: &str = "corpora";
const OTHER: &str = "texts that are no SMS";

/// What messages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Wanted.
    Wanted,
    /// Lawful offers that nobody asked for.
    Promotion,
    /// Unlawful offers.
    Unlawful,
    /// Reported by people, of either kind.
    Reported,
    /// Fraud.
    Scam,
}

impl What {
    fn of(plan: &Plan, row: &Row) -> Option<Self> {
        match row.label {
            Label::Ham => Some(Self::Wanted),
            Label::Scam => (!plan.mislabelled(row)).then_some(Self::Scam),
            Label::Spam if plan.illegal(row) => Some(Self::Unlawful),
            Label::Spam if plan.mixed(row) => Some(Self::Reported),
            Label::Spam => Some(Self::Promotion),
        }
    }

    /// In a table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Promotion => "promotions",
            Self::Unlawful => "unlawful offers",
            Self::Reported => "reported",
            Self::Scam => "scams",
        }
    }
}

/// How many messages reached a level or more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// All.
    pub messages: usize,
    /// Unwanted or more.
    pub unwanted: usize,
    /// Suspicious or more.
    pub suspicious: usize,
    /// Scam.
    pub scam: usize,
}

impl Reached {
    fn add(&mut self, level: Level) {
        let known = level != Level::Unknown;
        self.messages += 1;
        self.unwanted += usize::from(known && level >= Level::Unwanted);
        self.suspicious += usize::from(known && level >= Level::Suspicious);
        self.scam += usize::from(known && level >= Level::Scam);
    }

    fn and(self, other: Self) -> Self {
        Self {
            messages: self.messages + other.messages,
            unwanted: self.unwanted + other.unwanted,
            suspicious: self.suspicious + other.suspicious,
            scam: self.scam + other.scam,
        }
    }

    /// A share of the messages.
    #[must_use]
    pub fn share(self, count: usize) -> f64 {
        count as f64 / self.messages.max(1) as f64
    }
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Holdout texts, own texts, corpora, texts that are no SMS.
    pub group: &'static str,
    /// Corpus.
    pub source: String,
    /// Language.
    pub lang: String,
    /// What they are.
    pub what: What,
    /// Of half A and of half B.
    pub halves: [Reached; 2],
}

impl Line {
    /// Of both halves.
    #[must_use]
    pub fn all(&self) -> Reached {
        self.halves[0].and(self.halves[1])
    }

    /// Suspicious or more.
    #[must_use]
    pub fn marked(&self) -> Rate {
        let [a, b] = self.halves;
        let both = a.messages > 0 && b.messages > 0;
        let halves = both.then(|| (a.share(a.suspicious), b.share(b.suspicious)));
        Rate { all: self.all().share(self.all().suspicious), halves }
    }
}

/// The table, by source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shipped {
    /// In order of group, language, kind and source.
    pub lines: Vec<Line>,
}

impl Shipped {
    /// Judges every row that the plan uses.
    #[must_use]
    pub fn of(filter: &ScamFilter, plan: &Plan, rows: &[Row], places: &[Placed]) -> Self {
        let level = |row: &Row| plan.uses(row).then(|| filter.check(&Message::sms(row.text.as_str())).level);
        let chunk = rows.len().div_ceil(2).max(1);
        let levels: Vec<Option<Level>> = std::thread::scope(|scope| {
            let threads: Vec<_> = rows
                .chunks(chunk)
                .map(|rows| scope.spawn(move || rows.iter().map(level).collect::<Vec<_>>()))
                .collect();
            threads
                .into_iter()
                .flat_map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        let mut counts: BTreeMap<(&str, &str, What, &str), [Reached; 2]> = BTreeMap::new();
        for ((row, place), level) in rows.iter().zip(places).zip(levels) {
            let (Some(what), Some(level)) = (What::of(plan, row), level) else { continue };
            let group = match row {
                row if row.holdout() => HELD,
                row if row.source.starts_with(OWN) => OURS,
                row if !plan.is_sms(row) => OTHER,
                _ => CORPORA,
            };
            let halves = counts.entry((group, &row.lang, what, &row.source)).or_default();
            let [a, b] = halves;
            (if place.half == Half::A { a } else { b }).add(level);
        }
        let groups = [HELD, CORPORA, OURS, OTHER];
        let line = |((group, lang, what, source), halves): ((&str, &str, What, &str), [Reached; 2])| {
            let group = groups.into_iter().find(|g| *g == group)?;
            Some(Line { group, source: source.to_owned(), lang: lang.to_owned(), what, halves })
        };
        let mut lines: Vec<Line> = counts.into_iter().filter_map(line).collect();
        lines.sort_by_key(|line| groups.iter().position(|group| *group == line.group));
        Self { lines }
    }

    /// Sources of a language taken together.
    #[must_use]
    pub fn by_language(&self) -> Vec<Line> {
        let mut out: Vec<Line> = Vec::new();
        for line in &self.lines {
            match out.last_mut().filter(|l| (l.group, &l.lang, l.what) == (line.group, &line.lang, line.what)) {
                Some(last) => last.halves = [last.halves[0].and(line.halves[0]), last.halves[1].and(line.halves[1])],
                None => out.push(Line { source: String::new(), ..line.clone() }),
            }
        }
        out
    }

    /// By how much more scams of half A than of half B are marked in corpora, in the mean of [`MEAN_OF`].
    #[must_use]
    pub fn gap(&self) -> f64 {
        let lines = self.by_language();
        let counts = |l: &&Line| l.group == CORPORA && l.what == What::Scam && MEAN_OF.contains(&l.lang.as_str());
        let gaps: Vec<f64> = lines.iter().filter(counts).filter_map(|line| line.marked().gap()).collect();
        gaps.iter().sum::<f64>() / gaps.len().max(1) as f64
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = "as shipped, in percent of the messages; only holdout texts were not learnt from".to_owned();
        let mut group = "";
        for line in self.by_language() {
            if line.group != group {
                group = line.group;
                out.push_str(&format!(
                    "\n{group}\nlang what             messages  unwanted+  suspicious+     A     B    scam"
                ));
            }
            let all = line.all();
            let percent = |value: f64| format!("{:5.1}", value * 100.0);
            let halves = line.marked().halves.map(|(a, b)| format!("{} {}", percent(a), percent(b)));
            out.push_str(&format!(
                "\n{:4} {:15} {:9}      {}        {} {}   {}",
                line.lang,
                line.what.name(),
                all.messages,
                percent(all.share(all.unwanted)),
                percent(all.share(all.suspicious)),
                halves.unwrap_or("    -     -".to_owned()),
                percent(all.share(all.scam)),
            ));
        }
        for (group, what) in self.means() {
            out.push_str(&format!("\n{group}: {what}"));
        }
        out
    }

    /// A sentence a group and kind: means of the languages.
    fn means(&self) -> Vec<(&'static str, String)> {
        let mut sums: BTreeMap<(&'static str, What), Vec<[f64; 3]>> = BTreeMap::new();
        for line in self.by_language() {
            let all = line.all();
            let shares = [all.unwanted, all.suspicious, all.scam].map(|count| all.share(count) * 100.0);
            sums.entry((line.group, line.what)).or_default().push(shares);
        }
        let mut out = Vec::new();
        for ((group, what), shares) in sums {
            let mean = |of: fn(&[f64; 3]) -> f64| shares.iter().map(of).sum::<f64>() / shares.len().max(1) as f64;
            let most = shares.iter().map(|[_, suspicious, _]| *suspicious).fold(0.0, f64::max);
            let text = format!(
                "{} in the mean of {} languages {:.1} unwanted or more, {:.2} suspicious or more (most {most:.1}), {:.1} scam",
                what.name(),
                shares.len(),
                mean(|[unwanted, _, _]| *unwanted),
                mean(|[_, suspicious, _]| *suspicious),
                mean(|[_, _, scam]| *scam),
            );
            out.push((group, text));
        }
        out
    }

    /// For programs.
    #[must_use]
    pub fn value(&self) -> Value {
        let reached = |r: &Reached| json!({ "messages": r.messages, "unwanted": r.unwanted, "suspicious": r.suspicious, "scam": r.scam });
        let lines: Vec<Value> = self
            .lines
            .iter()
            .map(|line| {
                json!({
                    "group": line.group, "source": line.source, "lang": line.lang, "what": line.what.name(),
                    "all": reached(&line.all()), "a": reached(&line.halves[0]), "b": reached(&line.halves[1]),
                })
            })
            .collect();
        json!({ "lines": lines, "gap": self.gap() })
    }
}

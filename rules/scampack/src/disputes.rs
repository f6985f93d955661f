//! What users called wrong. In: exports of apps, one JSON object each. Out: counts by rule, summed over the exports.
//!
//! An export holds no text of a message; whatever else stands in it is not looked at. It comes from strangers: everything is bounded,
//! and no error repeats a value of it.

use anyhow::{anyhow, bail};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Largest export, in bytes: some ten thousand rules.
pub const MAX_BYTES: usize = 2 << 20;
/// The version that is read.
const VERSION: u64 = 1;
const MAX_NAME: usize = 200;
const MAX_RULES: usize = 20_000;

#[derive(Deserialize)]
struct Export {
    disputes: u64,
    count: u64,
    missed: u64,
    rules: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    pack: String,
    rule: String,
    count: u64,
}

/// Exports summed up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disputes {
    /// Exports that were read.
    pub exports: usize,
    /// Verdicts that were called wrong.
    pub count: u64,
    /// Of them, messages that should have been marked and were not.
    pub missed: u64,
    /// How often each rule took part in a verdict that was called wrong, by pack and rule.
    pub rules: BTreeMap<(String, String), u64>,
}

impl Disputes {
    /// Adds one export.
    ///
    /// # Errors
    /// When it is none, or larger than any app writes; nothing is added then.
    pub fn add(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        if bytes.len() > MAX_BYTES {
            bail!("larger than an export of disputes can be");
        }
        let export: Export = serde_json::from_slice(bytes).map_err(|e| {
            anyhow!("line {}, column {}: not an export of disputes, as the sample app writes it", e.line(), e.column())
        })?;
        if export.disputes != VERSION {
            bail!("an export of another version: update scampack");
        }
        let fits = |name: &str| !name.is_empty() && name.len() <= MAX_NAME;
        if export.rules.len() > MAX_RULES || export.rules.iter().any(|r| !fits(&r.pack) || !fits(&r.rule)) {
            bail!("an export with more rules, or longer names, than packs can have");
        }
        self.exports += 1;
        self.count = self.count.saturating_add(export.count);
        self.missed = self.missed.saturating_add(export.missed);
        for entry in export.rules {
            let sum = self.rules.entry((entry.pack, entry.rule)).or_default();
            *sum = sum.saturating_add(entry.count);
        }
        Ok(())
    }

    /// Rules with their counts, the most disputed first.
    #[must_use]
    pub fn ranked(&self) -> Vec<(&str, &str, u64)> {
        let mut all: Vec<_> = self.rules.iter().map(|((pack, rule), n)| (pack.as_str(), rule.as_str(), *n)).collect();
        all.sort_by_key(|(pack, rule, n)| (std::cmp::Reverse(*n), *pack, *rule));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"disputes":1,"count":3,"missed":1,"rules":[{"pack":"th","rule":"th.a","count":2},
        {"pack":"common","rule":"b","count":1}],"packs":[{"pack":"th","serial":7}]}"#;

    #[test]
    fn exports_are_summed_and_ranked() {
        let mut all = Disputes::default();
        all.add(ONE.as_bytes()).unwrap();
        all.add(ONE.replace("\"count\":1}", "\"count\":9}").as_bytes()).unwrap();
        assert_eq!((all.exports, all.count, all.missed), (2, 6, 2));
        assert_eq!(all.ranked(), [("common", "b", 10), ("th", "th.a", 4)]);
    }

    #[test]
    fn what_is_no_export_is_refused_whole_and_not_quoted() {
        let mut all = Disputes::default();
        let long = ONE.replace("th.a", &"x".repeat(300));
        let newer = ONE.replace("\"disputes\":1", "\"disputes\":2");
        let negative = ONE.replace("\"count\":2", "\"count\":-2");
        for wrong in ["", "{}", "secret words", "[1]", &long, &newer, &negative, &" ".repeat(MAX_BYTES + 1)] {
            let error = all.add(wrong.as_bytes()).unwrap_err().to_string();
            assert!(!error.contains("secret") && !error.contains("xxx"), "{error}");
        }
        let huge = ONE.replace("\"count\":3", &format!("\"count\":{}", u64::MAX));
        all.add(huge.as_bytes()).unwrap();
        all.add(huge.as_bytes()).unwrap();
        assert_eq!((all.exports, all.count), (2, u64::MAX));
    }
}

//! What only `common` brings. In: concepts, scoring, domains by use, the Public Suffix List. Out: their sections.

use super::hosts::suffix_rules;
use super::{INNOCENT_WORDS, Lower, mlo};
use crate::diagnostic::Code;
use crate::source::{ConceptsFile, DomainsFile, ScoringFile};
use scamfilter::engine::{Fact, INNOCENT};
use scamfilter::pack::Scoring;
use scamfilter::pack::write::PackWriter;
use scamfilter::text::fold;
use std::collections::BTreeSet;

pub(super) const PSL: &str = "public_suffix_list.dat";
/// Log-odds beyond which nothing is a matter of doubt.
const LIMIT: f64 = 20.0;

impl Lower<'_> {
    pub(super) fn concept_phrases(&mut self, writer: &mut PackWriter) {
        let Some((file, concepts)) = self.read::<ConceptsFile>("concepts.toml") else { return };
        self.phrases(writer, &concepts.innocent, INNOCENT_WORDS, INNOCENT, file);
        let mut numbers = BTreeSet::new();
        for concept in concepts.concept {
            self.id(&concept.name, file);
            if concept.id >= INNOCENT || !numbers.insert(concept.id) {
                let message = format!("concept number {} is taken or above 4094", concept.id);
                self.problem(Code::Duplicate, message, file, concept.name.span(), None);
            }
            self.phrases(writer, &concept.phrases, concept.name.get_ref(), concept.id, file);
        }
    }

    pub(super) fn scoring(&mut self, writer: &mut PackWriter) {
        let Some((file, s)) = self.read::<ScoringFile>("scoring.toml") else { return };
        for (what, value, lies) in [
            ("a threshold", &s.suspicious, -LIMIT..=LIMIT),
            ("a threshold", &s.scam, -LIMIT..=LIMIT),
            ("a threshold", &s.unwanted, -LIMIT..=LIMIT),
            ("a bias", &s.bias, -LIMIT..=LIMIT),
            ("a bias", &s.bias_unwanted, -LIMIT..=LIMIT),
            ("what one pack may add", &s.pack_bound, 0.001..=10.0 * LIMIT),
            ("what a contact adds", &s.contact, -LIMIT..=0.0),
        ] {
            self.log_odds(what, value, lies, file);
        }
        // An empty message would reach a level whose threshold the bias reaches.
        for (low, high, message) in [
            (&s.suspicious, &s.scam, "suspicious lies below scam"),
            (&s.bias, &s.suspicious, "the bias lies below the threshold of suspicious"),
            (&s.bias_unwanted, &s.unwanted, "the bias lies below the threshold of unwanted"),
        ] {
            if low.get_ref() >= high.get_ref() {
                self.problem(Code::Value, message, file, low.span(), None);
            }
        }
        let finite = s.curve.get_ref().iter().all(|(x, _)| (-10.0 * LIMIT..=10.0 * LIMIT).contains(x));
        let curve: Vec<(i32, u32)> = s.curve.get_ref().iter().map(|(x, y)| (mlo(*x), *y)).collect();
        let steep = curve.windows(2).all(|w| match w {
            [a, b] => a.0 < b.0 && i64::from(b.1) - i64::from(a.1) >= i64::from(b.0) - i64::from(a.0),
            _ => true,
        });
        if !finite || curve.len() < 2 || !steep || curve.last().is_some_and(|p| p.1 > 1_000_000) {
            let message = "the curve rises by at least one part per thousandth of log-odds, up to 1,000,000";
            self.problem(Code::Value, message, file, s.curve.span(), None);
        }
        writer.scoring(&Scoring {
            bias: mlo(*s.bias.get_ref()),
            bias_unwanted: mlo(*s.bias_unwanted.get_ref()),
            suspicious: mlo(*s.suspicious.get_ref()),
            scam: mlo(*s.scam.get_ref()),
            unwanted: mlo(*s.unwanted.get_ref()),
            pack_bound: mlo(*s.pack_bound.get_ref()),
            contact: mlo(*s.contact.get_ref()),
            curve,
        });
    }

    pub(super) fn domains(&mut self, writer: &mut PackWriter) {
        let Some((file, domains)) = self.read::<DomainsFile>("domains.toml") else { return };
        for (used, names) in &domains.domains {
            if let Some(fact) = self.one_of("fact", used, Fact::ALL, file) {
                for name in names {
                    writer.domain(fold(name).text(), fact as u8);
                    self.shared.insert(fold(name).text().to_owned(), used.get_ref().clone());
                }
            }
        }
    }

    /// The day of the committed list, as `yyyymmdd`; 0 without one.
    pub(super) fn psl_date(&self) -> u32 {
        let line = self.tree.get(PSL).and_then(|t| t.lines().find_map(|l| l.strip_prefix("// VERSION: ")));
        line.and_then(|v| v.chars().filter(char::is_ascii_digit).take(8).collect::<String>().parse().ok()).unwrap_or(0)
    }

    pub(super) fn suffixes(&mut self, writer: &mut PackWriter) {
        let Some(text) = self.tree.get(PSL) else { return };
        let rules: Vec<String> = suffix_rules(text).map(|rule| fold(rule).text().to_owned()).collect();
        writer.suffixes(&rules.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

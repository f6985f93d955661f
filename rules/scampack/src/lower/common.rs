//! What only `common` brings. In: concepts, scoring, domains by use, the Public Suffix List. Out: their sections.

use super::{INNOCENT_WORDS, Lower, mlo};
use crate::diagnostic::Code;
use crate::source::{ConceptsFile, DomainsFile, ScoringFile};
use scamfilter::engine::{Fact, INNOCENT};
use scamfilter::pack::Scoring;
use scamfilter::pack::write::PackWriter;
use scamfilter::text::fold;
use std::collections::BTreeSet;

const PSL: &str = "public_suffix_list.dat";

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
        let curve: Vec<(i32, u32)> = s.curve.iter().map(|(x, y)| (mlo(*x), *y)).collect();
        let steep = curve.windows(2).all(|w| match w {
            [a, b] => a.0 < b.0 && i64::from(b.1) - i64::from(a.1) >= i64::from(b.0) - i64::from(a.0),
            _ => true,
        });
        if curve.len() < 2 || !steep || curve.last().is_some_and(|p| p.1 > 1_000_000) || s.suspicious >= s.scam {
            let message = "the curve must rise by at least one part per thousandth of log-odds, up to 1,000,000, and suspicious lie below scam";
            self.problem(Code::Value, message, file, 0..0, None);
        }
        writer.scoring(&Scoring {
            bias: mlo(s.bias),
            bias_unwanted: mlo(s.bias_unwanted),
            suspicious: mlo(s.suspicious),
            scam: mlo(s.scam),
            unwanted: mlo(s.unwanted),
            pack_bound: mlo(s.pack_bound),
            contact: mlo(s.contact),
            curve,
        });
    }

    pub(super) fn domains(&mut self, writer: &mut PackWriter) {
        let Some((file, domains)) = self.read::<DomainsFile>("domains.toml") else { return };
        for (fact, names) in &domains.domains {
            if let Some(fact) = self.one_of("fact", fact, Fact::ALL, file) {
                names.iter().for_each(|name| writer.domain(fold(name).text(), fact as u8));
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
        let rules: Vec<String> = text
            .lines()
            .map(|l| l.split_whitespace().next().unwrap_or(""))
            .filter(|l| !l.is_empty() && !l.starts_with("//"))
            .map(|l| fold(l).text().to_owned())
            .collect();
        writer.suffixes(&rules.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

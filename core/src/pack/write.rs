//! Host only. In: the content of a pack as plain values. Out: the image, the same bytes for the same content.

use super::header::{HEADER_SIZE, MAGIC, MAJOR, REQUIRED, SECTION_SIZE};
use super::records::{BRAND, DOMAIN, NONE, POLICY, RULE, SENDER, TEXT};
use super::{Header, HostKey, Op, PhraseEdge, Scoring, SectionKind, SenderClass, hosts, phrases, psl};
use crate::verdict::{Category, Level, ReasonCode};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Collects the content of one pack.
pub struct PackWriter {
    header: Header,
    meta: Vec<u8>,
    strings: BTreeMap<String, u32>,
    phrases: Vec<(u32, String, PhraseEdge, u32)>,
    rules: Vec<u8>,
    conditions: Vec<u8>,
    senders: BTreeMap<String, SenderClass>,
    brands: Vec<u8>,
    policies: Vec<u8>,
    texts: Vec<u8>,
    domains: BTreeMap<String, u8>,
    scoring: Vec<u8>,
    hosts: Vec<u8>,
    suffixes: Vec<u8>,
}

/// A rule to write; see [`super::Rule`].
pub struct NewRule<'a> {
    /// Stable id.
    pub id: &'a str,
    /// Key of its sentence.
    pub text_id: &'a str,
    /// Detector it speaks for.
    pub kind: ReasonCode,
    /// Category it votes for.
    pub category: Category,
    /// Highest level that it may help to reach.
    pub max_level: Level,
    /// Level that it causes by itself.
    pub floor: Level,
    /// Weights in the two scores.
    pub weights: (i32, i32),
    /// Steps of its condition.
    pub condition: &'a [Op],
}

/// A policy to write; see [`super::Policy`].
pub struct NewPolicy<'a> {
    /// Stable id.
    pub id: &'a str,
    /// Key of its sentence.
    pub text_id: &'a str,
    /// ISO 3166-1 alpha-2.
    pub country: [u8; 2],
    /// Category it votes for.
    pub category: Category,
    /// Highest level that it may cause.
    pub max_level: Level,
    /// Bit per sender class.
    pub classes: u32,
    /// Bit per fact.
    pub forbids: u32,
    /// Days since 1970-01-01.
    pub in_force: i32,
    /// Weights in the two scores.
    pub weights: (i32, i32),
    /// Legal source.
    pub source: &'a str,
}

impl PackWriter {
    /// A pack without content.
    #[must_use]
    pub fn new(header: Header) -> Self {
        Self {
            header,
            meta: Vec::new(),
            strings: BTreeMap::new(),
            phrases: Vec::new(),
            rules: Vec::new(),
            conditions: Vec::new(),
            senders: BTreeMap::new(),
            brands: Vec::new(),
            policies: Vec::new(),
            texts: Vec::new(),
            domains: BTreeMap::new(),
            scoring: Vec::new(),
            hosts: Vec::new(),
            suffixes: Vec::new(),
        }
    }

    fn string(&mut self, text: &str) -> u32 {
        let next = self.strings.len() as u32;
        *self.strings.entry(text.to_owned()).or_insert(next)
    }

    /// A fact about the pack.
    pub fn meta(&mut self, key: &str, value: &str) {
        for text in [key, value] {
            let bytes = text.as_bytes().get(..text.floor_char_boundary(usize::from(u16::MAX))).unwrap_or(&[]);
            self.meta.extend((bytes.len() as u16).to_le_bytes());
            self.meta.extend(bytes);
        }
    }

    /// A folded phrase that hits `atom`.
    pub fn phrase(&mut self, folded: &str, edge: PhraseEdge, atom: u32) {
        let id = self.string(folded);
        self.phrases.push((id, folded.to_owned(), edge, atom));
    }

    /// An authored rule.
    pub fn rule(&mut self, rule: &NewRule<'_>) {
        let (id, text) = (self.string(rule.id), self.string(rule.text_id));
        let first = self.conditions.len() / 4;
        let mut record = Vec::with_capacity(RULE);
        push(&mut record, &[id, text]);
        record.extend([rule.kind as u8, rule.category as u8, rule.max_level as u8, rule.floor as u8]);
        push(&mut record, &[rule.weights.0 as u32, rule.weights.1 as u32, first as u32, rule.condition.len() as u32]);
        record.resize(RULE, 0);
        self.rules.extend(record);
        for op in rule.condition {
            self.conditions.extend(match *op {
                Op::Atom(atom) => (atom << 8 | 1).to_le_bytes(),
                Op::Fact(fact) => [2, fact, 0, 0],
                Op::AtLeast { k, n } => [3, k, n, 0],
                Op::Not => [4, 0, 0, 0],
                Op::Near { n, ordered, distance } => {
                    let [low, high] = distance.to_le_bytes();
                    [if ordered { 6 } else { 5 }, n, low, high]
                }
            });
        }
    }

    /// A registered sender ID, folded.
    pub fn sender(&mut self, folded: &str, class: SenderClass) {
        self.string(folded);
        self.senders.insert(folded.to_owned(), class);
    }

    /// A brand with its official registrable domains, separated by spaces.
    pub fn brand(&mut self, id: &str, atom: u32, domains: &str) {
        let (id, domains) = (self.string(id), self.string(domains));
        let mut record = Vec::with_capacity(BRAND);
        push(&mut record, &[id, atom, domains]);
        record.resize(BRAND, 0);
        self.brands.extend(record);
    }

    /// A policy.
    pub fn policy(&mut self, policy: &NewPolicy<'_>) {
        let (id, text, source) = (self.string(policy.id), self.string(policy.text_id), self.string(policy.source));
        let mut record = Vec::with_capacity(POLICY);
        push(&mut record, &[id, text]);
        record.extend(policy.country);
        record.extend([policy.category as u8, policy.max_level as u8]);
        push(&mut record, &[policy.classes, policy.forbids, policy.in_force as u32]);
        push(&mut record, &[policy.weights.0 as u32, policy.weights.1 as u32, source]);
        record.resize(POLICY, 0);
        self.policies.extend(record);
    }

    /// A sentence with advice.
    pub fn text(&mut self, key: &str, language: &str, sentence: &str, advice: Option<&str>) {
        let ids = [self.string(key), self.string(language), self.string(sentence)];
        let advice = advice.map_or(NONE, |a| self.string(a));
        push(&mut self.texts, &ids);
        push(&mut self.texts, &[advice]);
        debug_assert_eq!(self.texts.len() % TEXT, 0);
    }

    /// What a registrable domain is used for.
    pub fn domain(&mut self, domain: &str, fact: u8) {
        self.string(domain);
        self.domains.insert(domain.to_owned(), fact);
    }

    /// How contributions become score and level.
    pub fn scoring(&mut self, s: &Scoring) {
        let fixed = [s.bias, s.bias_unwanted, s.suspicious, s.scam, s.unwanted, s.pack_bound, s.contact];
        self.scoring = fixed.iter().flat_map(|v| v.to_le_bytes()).collect();
        for (mlo, ppm) in &s.curve {
            self.scoring.extend(mlo.to_le_bytes());
            self.scoring.extend(ppm.to_le_bytes());
        }
    }

    /// Malicious hosts.
    pub fn hosts(&mut self, key: HostKey, hosts: &[&str]) {
        self.hosts = hosts::encode(key, hosts);
    }

    /// Rules of the Public Suffix List.
    pub fn suffixes(&mut self, rules: &[&str]) {
        self.suffixes = psl::encode(rules);
    }

    /// The image.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let mut senders = Vec::new();
        for (name, class) in &self.senders {
            push(&mut senders, &[self.strings.get(name).copied().unwrap_or(NONE), *class as u32]);
            debug_assert_eq!(senders.len() % SENDER, 0);
        }
        let mut domains = Vec::new();
        for (name, fact) in &self.domains {
            push(&mut domains, &[self.strings.get(name).copied().unwrap_or(NONE), u32::from(*fact)]);
            debug_assert_eq!(domains.len() % DOMAIN, 0);
        }
        let phrases: Vec<_> =
            self.phrases.iter().map(|(id, text, edge, atom)| (*id, text.as_str(), *edge, *atom)).collect();
        let phrases = if phrases.is_empty() { Vec::new() } else { phrases::encode(&phrases) };
        let sections = [
            (SectionKind::Meta, self.meta),
            (SectionKind::Strings, pool(&self.strings)),
            (SectionKind::Phrases, phrases),
            (SectionKind::Rules, self.rules),
            (SectionKind::Conditions, self.conditions),
            (SectionKind::Senders, senders),
            (SectionKind::Brands, self.brands),
            (SectionKind::Policies, self.policies),
            (SectionKind::Texts, self.texts),
            (SectionKind::Scoring, self.scoring),
            (SectionKind::Hosts, self.hosts),
            (SectionKind::Suffixes, self.suffixes),
            (SectionKind::Domains, domains),
        ];
        assemble(&self.header, sections.into_iter().filter(|(_, body)| !body.is_empty()).collect())
    }
}

fn push(out: &mut Vec<u8>, values: &[u32]) {
    out.extend(values.iter().flat_map(|v| v.to_le_bytes()));
}

fn pool(strings: &BTreeMap<String, u32>) -> Vec<u8> {
    let mut ordered: Vec<(&u32, &String)> = strings.iter().map(|(text, id)| (id, text)).collect();
    ordered.sort_unstable();
    let mut out = (ordered.len() as u32).to_le_bytes().to_vec();
    let mut offset = 0u32;
    push(&mut out, &[0]);
    for (_, text) in &ordered {
        offset += text.len() as u32;
        push(&mut out, &[offset]);
    }
    out.extend(ordered.iter().flat_map(|(_, text)| text.bytes()));
    out
}

fn assemble(header: &Header, sections: Vec<(SectionKind, Vec<u8>)>) -> Vec<u8> {
    let start = HEADER_SIZE + sections.len() * SECTION_SIZE;
    let mut table = Vec::new();
    let mut body = Vec::new();
    for (kind, bytes) in &sections {
        body.resize(body.len().next_multiple_of(8), 0);
        table.extend((*kind as u16).to_le_bytes());
        table.extend(REQUIRED.to_le_bytes());
        push(&mut table, &[(start + body.len()) as u32, bytes.len() as u32, 0]);
        table.extend_from_slice(&Sha256::digest(bytes)[..]);
        body.extend(bytes);
    }
    let mut out = MAGIC.to_vec();
    for half in [MAJOR, header.minor, header.engines.0, header.engines.1, header.normaliser, header.concept_set] {
        out.extend(half.to_le_bytes());
    }
    push(&mut out, &[header.psl_date]);
    out.extend(header.serial.to_le_bytes());
    push(&mut out, &[header.expires, sections.len() as u32]);
    out.extend(((start + body.len()) as u64).to_le_bytes());
    out.extend(table);
    out.extend(body);
    out
}

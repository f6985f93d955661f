//! Host only. In: the content of a pack as plain values. Out: the image, the same bytes for the same content.

use super::brands::{BRAND, DOMAIN, OFFICIAL, SENDER, UNVERIFIED};
use super::header::{HEADER_SIZE, MAGIC, MAJOR, REQUIRED, SECTION_SIZE};
use super::labels::{COINED, DISTINCT};
use super::patterns::NewPattern;
use super::policies::{POLICY, TEXT};
use super::rules::{ALWAYS, RULE, TRIGGER, encode_step, triggers};
use super::{Header, LabelKind, NONE, NewModel, Op, PhraseEdge, Policy, Scoring, SectionKind, SenderClass, halves};
use super::{labels, patterns, phrase_writer, psl, scoring};
use crate::text::Label;
use crate::verdict::{Category, Level, ReasonCode};
use core::ops::Range;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Collects the content of one pack.
pub struct PackWriter {
    header: Header,
    meta: Vec<u8>,
    strings: BTreeMap<String, u32>,
    phrases: BTreeSet<(String, PhraseEdge, u32)>,
    patterns: Vec<NewPattern>,
    rules: Vec<u8>,
    conditions: Vec<u8>,
    triggers: BTreeSet<(u32, u32)>,
    senders: BTreeMap<String, SenderClass>,
    brands: BTreeMap<u32, [u32; 3]>,
    labels: BTreeSet<(u32, LabelKind, u32, u32, u32, u8)>,
    official: BTreeMap<String, u32>,
    policies: Vec<u8>,
    texts: Vec<u8>,
    domains: BTreeMap<String, u8>,
    scoring: Vec<u8>,
    grams: Vec<u8>,
    weights: Vec<u8>,
    hosts: Vec<u8>,
    host_strings: BTreeSet<String>,
    suffixes: Vec<u8>,
}

/// A rule to write; see [`super::Rule`].
pub struct NewRule<'a> {
    /// Stable id.
    pub id: &'a str,
    /// Key of its sentence.
    pub text_id: &'a str,
    /// Detector it speaks for.
    pub code: ReasonCode,
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

/// What a name of a brand tells in a host.
#[derive(Clone, Copy, Debug)]
pub struct NameTells {
    /// It tells the brand alone.
    pub distinct: bool,
    /// It is no word, so it tells the brand where something else speaks for it.
    pub coined: bool,
    /// It does so with one letter more, less or another too.
    pub edits: bool,
}

impl PackWriter {
    /// A pack without content.
    #[must_use]
    pub fn new(header: Header) -> Self {
        Self {
            header,
            meta: Vec::new(),
            strings: BTreeMap::new(),
            phrases: BTreeSet::new(),
            patterns: Vec::new(),
            rules: Vec::new(),
            conditions: Vec::new(),
            triggers: BTreeSet::new(),
            senders: BTreeMap::new(),
            brands: BTreeMap::new(),
            labels: BTreeSet::new(),
            official: BTreeMap::new(),
            policies: Vec::new(),
            texts: Vec::new(),
            domains: BTreeMap::new(),
            scoring: Vec::new(),
            grams: Vec::new(),
            weights: Vec::new(),
            hosts: Vec::new(),
            host_strings: BTreeSet::new(),
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

    /// A folded phrase of 3 to 255 bytes that hits `atom`.
    pub fn phrase(&mut self, folded: &str, edge: PhraseEdge, atom: u32) {
        self.phrases.insert((folded.to_owned(), edge, atom));
    }

    /// A pattern that hits `atom`, looked for where a phrase hit `required`: sparse automata, forward and reverse.
    pub fn pattern(&mut self, atom: u32, required: u32, forward: Vec<u8>, reverse: Vec<u8>) {
        self.patterns.push((atom, required, forward, reverse));
    }

    /// An authored rule.
    pub fn rule(&mut self, rule: &NewRule<'_>) {
        let (id, text) = (self.string(rule.id), self.string(rule.text_id));
        let index = (self.rules.len() / RULE) as u32;
        let first = self.conditions.len() / 4;
        push(&mut self.rules, &[id, text]);
        self.rules.extend([rule.code as u8, rule.category as u8, rule.max_level as u8, rule.floor as u8]);
        let rest = [rule.weights.0 as u32, rule.weights.1 as u32, first as u32, rule.condition.len() as u32, 0, 0];
        push(&mut self.rules, &rest);
        debug_assert_eq!(self.rules.len() % RULE, 0);
        self.conditions.extend(rule.condition.iter().flat_map(|op| encode_step(*op)));
        let atoms = triggers(rule.condition);
        let always = atoms.is_empty().then_some(ALWAYS);
        self.triggers.extend(atoms.into_iter().chain(always).map(|trigger| (trigger, index)));
    }

    /// A registered sender ID, folded.
    pub fn sender(&mut self, folded: &str, class: SenderClass) {
        self.string(folded);
        self.senders.insert(folded.to_owned(), class);
    }

    /// A brand with its official registrable domains, the one to name to people first.
    pub fn brand(&mut self, id: &str, atom: u32, class: SenderClass, unverified: bool, domains: &[String]) {
        let (id, first) = (self.string(id), domains.first().map_or(NONE, |domain| self.string(domain)));
        let flags = u32::from(u8::from(unverified) * UNVERIFIED);
        self.brands.insert(atom, [id, first, class as u32 | flags << 8]);
        for domain in domains {
            self.string(domain);
            self.official.insert(domain.clone(), atom);
        }
    }

    /// A name of the brand `atom` that hosts imitate, as its owner writes it.
    pub fn name(&mut self, written: &str, atom: u32, tells: NameTells) {
        let flags = u8::from(tells.distinct) * DISTINCT + u8::from(tells.coined) * COINED;
        self.label(written, LabelKind::Name, atom, flags);
        if tells.edits {
            let label = Label::read(written);
            let (front, back) = halves(label.bytes().len());
            self.part(&label, written, LabelKind::Front, front, atom);
            self.part(&label, written, LabelKind::Back, back, atom);
        }
    }

    /// A word that goes with names, or a label or domain that is no imitation.
    pub fn word(&mut self, written: &str, kind: LabelKind) {
        self.label(written, kind, 0, 0);
    }

    fn label(&mut self, written: &str, kind: LabelKind, atom: u32, flags: u8) {
        let label = Label::read(written);
        let (skeleton, plain) = self.readings(&label, written);
        let hash = label.hash_of(0, label.bytes().len());
        self.labels.insert((hash, kind, skeleton, plain, atom, flags));
    }

    /// An entry for a part of a distinct name.
    fn part(&mut self, label: &Label, written: &str, kind: LabelKind, part: Range<usize>, atom: u32) {
        let (skeleton, plain) = self.readings(label, written);
        self.labels.insert((label.hash_of(part.start, part.end), kind, skeleton, plain, atom, DISTINCT));
    }

    fn readings(&mut self, label: &Label, written: &str) -> (u32, u32) {
        (self.string(&String::from_utf8_lossy(label.bytes())), self.string(&written.replace('-', "")))
    }

    /// A policy.
    pub fn policy(&mut self, policy: &Policy<'_>) {
        let (id, text, source) = (self.string(policy.id), self.string(policy.text_id), self.string(policy.source));
        push(&mut self.policies, &[id, text]);
        self.policies.extend(policy.country);
        self.policies.extend([policy.category as u8, policy.max_level as u8]);
        self.policies.extend(policy.forbids.to_le_bytes());
        let weights = [policy.weight as u32, policy.weight_unwanted as u32];
        push(&mut self.policies, &[policy.classes, policy.in_force as u32, weights[0], weights[1], source, 0, 0]);
        debug_assert_eq!(self.policies.len() % POLICY, 0);
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

    /// How contributions become scores and levels.
    pub fn scoring(&mut self, scoring: &Scoring) {
        self.scoring = scoring::encode(scoring);
    }

    /// The learnt model; `concepts` are number, name and category in order of their numbers.
    pub fn model(&mut self, model: &NewModel, concepts: &[(u32, &str, Category)]) {
        let entries: Vec<(u32, u32, Category)> =
            concepts.iter().map(|(number, name, category)| (*number, self.string(name), *category)).collect();
        (self.grams, self.weights) = super::model::encode(model, &entries);
    }

    /// Malicious hosts: a set that [`super::encode_hashes`] made, and names that must not stand in it.
    pub fn hosts(&mut self, set: Vec<u8>, strings: BTreeSet<String>) {
        (self.hosts, self.host_strings) = (set, strings);
    }

    /// Rules of the Public Suffix List.
    pub fn suffixes(&mut self, rules: &[&str]) {
        self.suffixes = psl::encode(rules);
    }

    /// The image.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let id = |text: &String| self.strings.get(text).copied().unwrap_or(NONE);
        let mut senders = Vec::with_capacity(self.senders.len() * SENDER);
        self.senders.iter().for_each(|(name, class)| push(&mut senders, &[id(name), *class as u32]));
        let mut domains = Vec::with_capacity(self.domains.len() * DOMAIN);
        self.domains.iter().for_each(|(name, fact)| push(&mut domains, &[id(name), u32::from(*fact)]));
        let mut official = Vec::with_capacity(self.official.len() * OFFICIAL);
        self.official.iter().for_each(|(name, atom)| push(&mut official, &[id(name), *atom]));
        let mut brands = Vec::with_capacity(self.brands.len() * BRAND);
        self.brands.iter().for_each(|(atom, [id, domain, rest])| push(&mut brands, &[*id, *atom, *domain, *rest]));
        let entries = self
            .labels
            .iter()
            .map(|(hash, kind, skeleton, written, atom, flags)| (*hash, *skeleton, *written, *atom, *kind, *flags));
        let labels = labels::encode(&entries.collect::<Vec<_>>());
        let mut triggers = Vec::with_capacity(self.triggers.len() * TRIGGER);
        self.triggers.iter().for_each(|(atom, rule)| push(&mut triggers, &[*atom, *rule]));
        let phrases =
            phrase_writer::encode(self.phrases.iter().map(|(text, edge, atom)| (text.as_str(), *edge, *atom)));
        let empty = |empty: bool, bytes: Vec<u8>| if empty { Vec::new() } else { bytes };
        let sections = [
            (SectionKind::Meta, self.meta),
            (SectionKind::Strings, pool(&self.strings)),
            (SectionKind::Phrases, empty(self.phrases.is_empty(), phrases)),
            (SectionKind::Rules, self.rules),
            (SectionKind::Conditions, self.conditions),
            (SectionKind::Triggers, triggers),
            (SectionKind::Automata, empty(self.patterns.is_empty(), patterns::encode(&self.patterns))),
            (SectionKind::Senders, senders),
            (SectionKind::Brands, brands),
            (SectionKind::Official, official),
            (SectionKind::Policies, self.policies),
            (SectionKind::Texts, self.texts),
            (SectionKind::Scoring, self.scoring),
            (SectionKind::Hosts, self.hosts),
            (SectionKind::HostStrings, empty(self.host_strings.is_empty(), pool_of(self.host_strings.iter()))),
            (SectionKind::Suffixes, self.suffixes),
            (SectionKind::Domains, domains),
            (SectionKind::Grams, self.grams),
            (SectionKind::Weights, self.weights),
            (SectionKind::Labels, empty(self.labels.is_empty(), labels)),
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
    pool_of(ordered.into_iter().map(|(_, text)| text))
}

fn pool_of<'a>(texts: impl ExactSizeIterator<Item = &'a String> + Clone) -> Vec<u8> {
    let mut out = (texts.len() as u32).to_le_bytes().to_vec();
    let mut offset = 0u32;
    push(&mut out, &[0]);
    for text in texts.clone() {
        offset += text.len() as u32;
        push(&mut out, &[offset]);
    }
    out.extend(texts.flat_map(|text| text.bytes()));
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

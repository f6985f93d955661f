//! Runs `tests/conformance/*.json`, each against its packs, ceilings and overlay: the cases that the command line and Kotlin
//! run too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use scamfilter::{Channel, Level, Message, PackSource, ScamFilter, Verdict};
use scamfilter_tests::{compiled, starter_packs};
use scampack::{load, lower};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "$schema")]
    _schema: String,
    /// Source folders; the starter packs without any.
    #[serde(default)]
    packs: Vec<String>,
    #[serde(default)]
    ceilings: BTreeMap<String, String>,
    #[serde(default)]
    overlay: Vec<serde_json::Value>,
    flags: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    comment: String,
    flags: Vec<String>,
    message: Input,
    /// How often the text is repeated, for long messages; 1 if absent.
    repeat: Option<usize>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    text: String,
    sender: Option<String>,
    channel: Option<String>,
    sender_is_contact: Option<bool>,
    sim_country: Option<String>,
    received_at: Option<i64>,
    redacted: Option<bool>,
    has_replied: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    level: String,
    category: Option<String>,
    #[serde(default)]
    truncated: bool,
    /// Ids of all reasons but the learnt ones, in any order: weights change with every learning.
    rules: Vec<String>,
    /// Words that some reason must mark.
    #[serde(default)]
    marks: Vec<String>,
}

const DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance");

fn files() -> Vec<File> {
    let mut paths: Vec<_> = std::fs::read_dir(DIR).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let files = paths.iter().filter(|p| p.extension().is_some_and(|e| e == "json") && !p.ends_with("schema.json"));
    files.map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()).collect()
}

fn filter(file: &File) -> ScamFilter {
    let packs = match file.packs.as_slice() {
        [] => starter_packs(),
        folders => {
            let trees: Vec<_> = folders.iter().map(|f| load::folder(&Path::new(DIR).join(f)).unwrap()).collect();
            compiled(&trees)
        }
    };
    let source = |pack: lower::Compiled| {
        let ceiling = file.ceilings.get(&pack.id).map_or(Level::Scam, |name| Level::from_name(name).unwrap());
        PackSource { ceiling, ..PackSource::new(pack.image) }
    };
    let filter = ScamFilter::open(packs.into_iter().map(source).collect()).unwrap();
    let overlay = serde_json::to_string(&file.overlay).unwrap();
    filter.with_overlay(scampack::overlay::parse(&overlay).unwrap())
}

fn message(case: &Case) -> Message {
    let input = &case.message;
    Message {
        text: input.text.repeat(case.repeat.unwrap_or(1)).into(),
        sender: input.sender.clone().map(Into::into),
        channel: input.channel.as_deref().map_or(Channel::Sms, |c| Channel::from_name(c).unwrap()),
        received_at: input.received_at,
        sender_is_contact: input.sender_is_contact,
        sim_country: input.sim_country.clone(),
        redacted: input.redacted.unwrap_or(false),
        has_replied: input.has_replied,
        ..Message::default()
    }
}

fn utf16(text: &str, start: u32, end: u32) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(&units[start as usize..end as usize]).expect("a span cuts a surrogate pair")
}

fn score_adds_up(filter: &ScamFilter, verdict: &Verdict) -> bool {
    let scoring = filter.scoring();
    let sum: i64 = i64::from(scoring.bias) + verdict.reasons.iter().map(|r| i64::from(r.weight_mlo)).sum::<i64>();
    let (first, last) = (scoring.curve[0], scoring.curve[scoring.curve.len() - 1]);
    let at = sum.clamp(i64::from(first.0), i64::from(last.0));
    let segment = scoring.curve.windows(2).find(|w| (i64::from(w[0].0)..=i64::from(w[1].0)).contains(&at)).unwrap();
    let (x0, y0, x1, y1) =
        (i64::from(segment[0].0), i64::from(segment[0].1), i64::from(segment[1].0), i64::from(segment[1].1));
    i64::from(verdict.score) == y0 + (at - x0) * (y1 - y0) / (x1 - x0)
}

#[test]
fn every_case_gives_what_it_expects() {
    let mut ids = BTreeSet::new();
    let mut wrong = Vec::new();
    for file in files() {
        let filter = filter(&file);
        for case in &file.cases {
            assert!(ids.insert(case.id.clone()), "{} stands twice", case.id);
            assert!(!case.comment.is_empty(), "{}: say what the case shows", case.id);
            for flag in &case.flags {
                assert!(file.flags.contains_key(flag), "{}: flag `{flag}` is not in the dictionary", case.id);
            }
            if let Some(told) = complaint(&filter, case) {
                wrong.push(told);
            }
        }
    }
    assert!(ids.len() >= 120, "only {} cases", ids.len());
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), ids.len(), wrong.join("\n"));
}

fn complaint(filter: &ScamFilter, case: &Case) -> Option<String> {
    let message = message(case);
    let verdict = filter.check(&message);
    let learnt = |rule: &str| rule == "model.wording" || rule.starts_with("concept.");
    let rules: BTreeSet<&str> = verdict.reasons.iter().map(|r| r.rule.as_str()).filter(|r| !learnt(r)).collect();
    let expected: BTreeSet<&str> = case.expect.rules.iter().map(String::as_str).collect();
    let spans = verdict.reasons.iter().flat_map(|r| &r.spans);
    let marked: Vec<String> = spans.map(|s| utf16(message.text.as_str(), s.start, s.end)).collect();
    let right = verdict.level.name() == case.expect.level
        && verdict.category.map(|c| c.name()) == case.expect.category.as_deref()
        && verdict.truncated == case.expect.truncated
        && rules == expected
        && case.expect.marks.iter().all(|m| marked.contains(m))
        && score_adds_up(filter, &verdict);
    (!right)
        .then(|| format!("{}: {} marks {:?}", case.id, verdict.to_json(), marked.iter().take(8).collect::<Vec<_>>()))
}

/// The phrases of the cases in disguise, as they are, in every disguise of `scampack stress`: made by another hand.
#[test]
fn plain_phrases_survive_each_disguise() {
    use scampack::stress::{Case, Disguise, matrix};
    let mut tried = 0;
    let mut lost = Vec::new();
    for file in files() {
        let plain = file.cases.iter().filter(|case| case.flags.iter().any(|flag| flag == "plain"));
        let cases: Vec<Case> = plain
            .map(|case| Case { message: message(case), language: case.id.clone(), family: String::new() })
            .collect();
        for row in matrix(&filter(&file), &Disguise::single(), &cases, &[], (1, 3)) {
            let count = row.total();
            tried += count.all();
            // Where a letter stands twice by itself, or one sign looks like several letters, chance may hide one.
            let most = if ["homoglyph", "doubled", "repeat"].contains(&row.disguise.as_str()) { 1 } else { 0 };
            if count.lost > most {
                lost.push(format!("{}: {} of {}: {:?}", row.disguise, count.lost, count.all(), row.lost));
            }
        }
    }
    assert!(tried > 1_500 && lost.is_empty(), "{tried} tried:\n{}", lost.join("\n"));
}

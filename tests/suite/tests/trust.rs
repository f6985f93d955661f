//! What a pack may do to others. In: a hostile pack beside the starter packs. Out: the verdict that they give without it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use scamfilter::pack::write::{NewRule, PackWriter};
use scamfilter::pack::{Header, Op, PhraseEdge, Policy, SenderClass};
use scamfilter::{Category, Level, Message, PackSource, ReasonCode, ScamFilter, Verdict};
use scamfilter_tests::authored_packs;

const SCAM: &str = "พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ https://evil-x.com/a";

fn writer() -> PackWriter {
    let header =
        Header { minor: 1, engines: (1, 1), normaliser: 1, concept_set: 0, psl_date: 0, serial: 1, expires: 0 };
    let mut writer = PackWriter::new(header);
    writer.meta("id", "acme");
    writer
}

fn beside(writer: PackWriter, ceiling: Level, message: &Message) -> Verdict {
    let mut sources: Vec<PackSource> = authored_packs().into_iter().map(|p| PackSource::new(p.image)).collect();
    sources.push(PackSource { ceiling, ..PackSource::new(writer.finish()) });
    ScamFilter::open(sources).expect("packs open").check(message)
}

fn policy(weight: i32) -> Policy<'static> {
    Policy {
        id: "acme.policy",
        text_id: "x",
        country: *b"TH",
        category: Category::Other,
        max_level: Level::Scam,
        classes: u32::MAX,
        forbids: u64::MAX,
        in_force: 0,
        weight,
        weight_unwanted: weight,
        source: "made up",
    }
}

#[test]
fn a_policy_does_not_lower_scores_without_the_right() {
    let mut acme = writer();
    acme.policy(&policy(-20_000));
    let verdict = beside(acme, Level::Scam, &Message::sms(SCAM));
    assert_eq!(verdict.level, Level::Scam);
    assert!(verdict.reasons.iter().all(|r| r.pack != "acme"));
}

#[test]
fn no_brand_owns_a_top_level_domain() {
    let mut acme = writer();
    acme.brand("acme", 5000, SenderClass::Shop, false, &["com".to_owned()]);
    assert_eq!(beside(acme, Level::Scam, &Message::sms(SCAM)).level, Level::Scam);
}

#[test]
fn a_capped_pack_makes_nothing_official_and_names_no_senders() {
    let acme = || {
        let mut acme = writer();
        acme.brand("acme", 5000, SenderClass::Shop, false, &["evil-x.com".to_owned()]);
        acme.sender("kbank", SenderClass::Shop);
        acme
    };
    assert_eq!(beside(acme(), Level::Suspicious, &Message::sms(SCAM)).level, Level::Scam);
    let verdict = beside(acme(), Level::Suspicious, &Message::sms(SCAM).from_sender("KBank"));
    assert!(verdict.reasons.iter().any(|r| r.rule == "th.policy.bank-no-links"));
}

#[test]
fn a_capped_pack_fills_concepts_for_its_own_rules_only() {
    let fill = |ceiling| {
        let mut acme = writer();
        for concept in 1..4 {
            acme.phrase("dinner", PhraseEdge::default(), concept);
        }
        beside(acme, ceiling, &Message::sms("dinner at https://nice.example.com ?"))
    };
    assert_eq!(fill(Level::Clear).level, Level::Clear);
    assert!(fill(Level::Clear).reasons.is_empty());
    // A pack that may cause a scam by itself may also say what the concepts mean.
    assert!(!fill(Level::Scam).reasons.is_empty());
}

#[test]
fn conditions_without_end_are_cut_and_told() {
    let mut acme = writer();
    let mut condition = vec![Op::Fact(0)];
    for _ in 0..120 {
        condition.extend([Op::Near { n: 2, ordered: false, distance: 500 }, Op::Atom(5000), Op::Atom(5001)]);
        condition.push(Op::AtLeast { k: 1, n: 2 });
    }
    for index in 0..2000 {
        acme.rule(&NewRule {
            id: &format!("acme.{index:05}"),
            text_id: "x",
            code: ReasonCode::Text,
            category: Category::Other,
            max_level: Level::Scam,
            floor: Level::Clear,
            weights: (1, 1),
            condition: &condition,
        });
    }
    let verdict = beside(acme, Level::Scam, &Message::sms("hello"));
    assert!(verdict.truncated && verdict.level == Level::Unknown, "{verdict:?}");
}

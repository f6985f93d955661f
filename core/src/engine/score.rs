//! Last stage. In: findings. Out: the [`Verdict`]. Integers only, so that every CPU gives the same bytes.
//!
//! Score and level never disagree: a finding that causes a level by itself is raised to that level's threshold, and a
//! level that the ceilings forbid is taken out of the score by a reason of its own. Weights plus bias are the score.

use super::ScamFilter;
use super::detect::{Detected, Finding};
use super::spans;
use crate::message::Message;
use crate::pack::Scoring;
use crate::text::Prepared;
use crate::verdict::{Category, Level, Reason, ReasonCode, Verdict};

/// Turns findings into the verdict.
pub(super) fn score(filter: &ScamFilter, message: &Message, prepared: &Prepared<'_>, detected: Detected) -> Verdict {
    let scoring = &*filter.scoring;
    let mut findings = detected.findings;
    if detected.sender_allowed {
        findings.clear();
        findings.push(Finding::own(ReasonCode::Overlay, "overlay.sender.allowed", 0, 0));
    }
    if message.sender_is_contact == Some(true) {
        contact(scoring, &mut findings);
    }
    pack_bounds(filter, &mut findings);
    let mut level = level(filter, &findings);
    agree(filter, level, &mut findings);
    let truncated = prepared.truncated || detected.truncated;
    let category = if level == Level::Clear { None } else { category(&findings) };
    if level == Level::Clear && (truncated || message.redacted) {
        level = Level::Unknown;
    }
    let (scam, unwanted) = totals(scoring, &findings);
    Verdict {
        level,
        category,
        score: parts_per_million(scoring, scam),
        score_unwanted: parts_per_million(scoring, unwanted),
        truncated,
        reasons: reasons(filter, prepared, findings),
        packs: filter.pack_ids(),
    }
}

/// A contact lowers the score, but does not erase what a listed host or the user's own list says.
fn contact(scoring: &Scoring, findings: &mut Vec<Finding>) {
    let hard =
        findings.iter().any(|f| matches!(f.code, ReasonCode::Host | ReasonCode::Lookalike | ReasonCode::Overlay));
    if scoring.contact < 0 && !hard && findings.iter().any(|f| f.weight > 0 || f.weight_unwanted > 0) {
        findings.push(Finding::own(ReasonCode::Contact, "sender.contact", scoring.contact, scoring.contact));
    }
}

/// No pack but `common` adds more than the bound; what is over it is taken out by a reason of its own.
fn pack_bounds(filter: &ScamFilter, findings: &mut Vec<Finding>) {
    for (index, open) in filter.packs.iter().enumerate() {
        let over = |weight| over_bound(filter, findings, index, weight, |_| true);
        let (scam, unwanted) = (over(|f| f.weight), over(|f| f.weight_unwanted));
        if scam < 0 || unwanted < 0 {
            let own = Finding::own(ReasonCode::PackBound, "pack.bound", narrow(scam), narrow(unwanted));
            findings.push(Finding { pack: Some(index), max_level: open.ceiling, ..own });
        }
    }
}

/// By how much the contributions of pack `index` that `count` go over its bound; zero or below.
fn over_bound(
    filter: &ScamFilter,
    findings: &[Finding],
    index: usize,
    weight: fn(&Finding) -> i32,
    counts: impl Fn(&Finding) -> bool,
) -> i64 {
    if filter.packs.get(index).is_none_or(|p| p.pack.id() == "common") {
        return 0;
    }
    let of_pack = findings.iter().filter(|f| f.pack == Some(index) && f.floor < Level::Suspicious && counts(f));
    let sum: i64 = of_pack.map(|f| i64::from(weight(f).max(0))).sum();
    (i64::from(filter.scoring.pack_bound) - sum).min(0)
}

/// The highest level that a finding may help to reach.
fn cap(filter: &ScamFilter, finding: &Finding) -> Level {
    finding.max_level.min(finding.pack.and_then(|p| filter.packs.get(p)).map_or(Level::Scam, |p| p.ceiling))
}

/// The highest level that is reached by contributions allowed to reach it.
fn level(filter: &ScamFilter, findings: &[Finding]) -> Level {
    let scoring = &*filter.scoring;
    let cap = |f: &Finding| cap(filter, f);
    let sum = |wanted: Level, bias: i32, weight: fn(&Finding) -> i32| {
        // Bounds are counted anew over what may reach the level: more evidence must never lower it.
        let counted = |f: &Finding| f.code != ReasonCode::PackBound && (weight(f) < 0 || cap(f) >= wanted);
        let all: i64 = findings.iter().filter(|f| counted(f)).map(|f| i64::from(weight(f))).sum();
        let over: i64 = (0..filter.packs.len()).map(|index| over_bound(filter, findings, index, weight, counted)).sum();
        i64::from(bias) + all + over
    };
    let floor = |wanted: Level| findings.iter().any(|f| f.floor.min(cap(f)) >= wanted);
    let reached =
        |wanted, threshold: i32| floor(wanted) || sum(wanted, scoring.bias, |f| f.weight) >= i64::from(threshold);
    if reached(Level::Scam, scoring.scam) {
        Level::Scam
    } else if reached(Level::Suspicious, scoring.suspicious) {
        Level::Suspicious
    } else if floor(Level::Unwanted)
        || sum(Level::Unwanted, scoring.bias_unwanted, |f| f.weight_unwanted) >= i64::from(scoring.unwanted)
    {
        Level::Unwanted
    } else {
        Level::Clear
    }
}

/// Makes the scores lie on the side of the thresholds on which the level is.
fn agree(filter: &ScamFilter, level: Level, findings: &mut Vec<Finding>) {
    let scoring = &*filter.scoring;
    let (scam, unwanted) = totals(scoring, findings);
    let (at_least, below) = match level {
        Level::Scam => (Some(scoring.scam), None),
        Level::Suspicious => (Some(scoring.suspicious), Some(scoring.scam)),
        _ => (None, Some(scoring.suspicious)),
    };
    if let Some(missing) = at_least.map(|t| narrow(i64::from(t) - scam)).filter(|m| *m > 0)
        && let Some(hard) = findings.iter_mut().find(|f| f.floor.min(cap(filter, f)) >= level)
    {
        hard.weight = hard.weight.saturating_add(missing);
    }
    let lower = below.map_or(0, |t| narrow(i64::from(t) - 1 - scam)).min(0);
    let (raise, lower_unwanted) = match level {
        Level::Clear => (0, narrow(i64::from(scoring.unwanted) - 1 - unwanted).min(0)),
        _ => (narrow(i64::from(scoring.unwanted) - unwanted).max(0), 0),
    };
    if raise > 0
        && let Some(strongest) = findings.iter_mut().max_by_key(|f| (f.floor, f.weight))
    {
        strongest.weight_unwanted = strongest.weight_unwanted.saturating_add(raise);
    }
    if lower < 0 || lower_unwanted < 0 {
        findings.push(Finding::own(ReasonCode::LevelCeiling, "level.ceiling", lower, lower_unwanted));
    }
}

fn totals(scoring: &Scoring, findings: &[Finding]) -> (i64, i64) {
    let sum = |bias: i32, weight: fn(&Finding) -> i32| {
        i64::from(bias) + findings.iter().map(|f| i64::from(weight(f))).sum::<i64>()
    };
    (sum(scoring.bias, |f| f.weight), sum(scoring.bias_unwanted, |f| f.weight_unwanted))
}

/// The category with most weight. What rules and lists say of it counts before what was learnt.
fn category(findings: &[Finding]) -> Option<Category> {
    let learnt = |f: &Finding| matches!(f.code, ReasonCode::Concept | ReasonCode::Wording | ReasonCode::Guard);
    let best = |of: &dyn Fn(&Finding) -> bool| {
        let sum = |category: Category| -> i64 {
            let votes = findings.iter().filter(|f| f.category == category && of(f));
            votes
                .filter(|f| f.pack.is_some() || f.floor > Level::Clear)
                .map(|f| i64::from(f.weight.max(f.weight_unwanted).max(0)))
                .sum()
        };
        // `Other` says nothing, so it only wins alone; among equals the lower number does.
        let voted = Category::ALL.iter().copied().filter(|c| sum(*c) > 0);
        voted.max_by_key(|c| (*c != Category::Other, sum(*c), core::cmp::Reverse(*c)))
    };
    let authored = best(&|f| !learnt(f));
    authored.filter(|c| *c != Category::Other).or_else(|| best(&learnt)).or(authored)
}

fn reasons(filter: &ScamFilter, prepared: &Prepared<'_>, mut findings: Vec<Finding>) -> Vec<Reason> {
    let strength = |f: &Finding| core::cmp::Reverse(f.weight.unsigned_abs().max(f.weight_unwanted.unsigned_abs()));
    findings.sort_by(|a, b| (strength(a), &a.rule, a.pack).cmp(&(strength(b), &b.rule, b.pack)));
    let groups: Vec<_> = findings.iter_mut().map(|f| core::mem::take(&mut f.ranges)).collect();
    let spans = spans::utf16(prepared.original, &groups);
    let pack_id = |index: Option<usize>| index.and_then(|i| filter.packs.get(i)).map_or("", |p| p.pack.id()).to_owned();
    let reason = |(f, spans): (Finding, _)| Reason {
        code: f.code,
        pack: pack_id(f.pack),
        rule: f.rule,
        weight_mlo: f.weight,
        weight_unwanted_mlo: f.weight_unwanted,
        spans,
        brand: f.brand,
        host: f.host,
        text_id: f.text_id,
    };
    findings.into_iter().zip(spans).map(reason).collect()
}

/// The calibration curve at `mlo`, linear between its points, flat outside.
fn parts_per_million(scoring: &Scoring, mlo: i64) -> u32 {
    let curve = &scoring.curve;
    let above = curve.partition_point(|p| i64::from(p.0) <= mlo);
    let (Some(low), high) = (curve.get(above.saturating_sub(1)), curve.get(above)) else { return 0 };
    let Some(high) = high.filter(|_| above > 0) else { return low.1 };
    let (x0, y0, x1, y1) = (i64::from(low.0), i64::from(low.1), i64::from(high.0), i64::from(high.1));
    u32::try_from(y0 + (mlo - x0) * (y1 - y0) / (x1 - x0).max(1)).unwrap_or(0)
}

fn narrow(value: i64) -> i32 {
    value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

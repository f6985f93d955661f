//! Verdicts for people. In: a verdict and the message it is about. Out: lines of text with the words marked.

use scamfilter::{Level, Reason, ScamFilter, Span, Verdict};
use std::fmt::Write as _;

/// Level, category, score, the message with marks, and each reason with its sentence.
#[must_use]
pub fn human(filter: &ScamFilter, verdict: &Verdict, text: &str, locales: &[&str]) -> String {
    let mut out = String::new();
    let category = verdict.category.map_or(String::new(), |c| format!(", {}", c.name()));
    let cut = if verdict.truncated { "  (not everything was looked at)" } else { "" };
    let unwanted = match verdict.level {
        Level::Unwanted => format!(", unwanted {}", percent(verdict.score_unwanted)),
        _ => String::new(),
    };
    let _ = writeln!(out, "{}{category}  score {}{unwanted}{cut}", verdict.level.name(), percent(verdict.score));
    let mut spans: Vec<Span> = verdict.reasons.iter().flat_map(|r| r.spans.iter().copied()).collect();
    spans.sort_unstable();
    let _ = writeln!(out, "\n  {}\n", marked(text, &spans).replace('\n', "\n  "));
    for reason in &verdict.reasons {
        let _ = writeln!(
            out,
            "{:+6.1}  {}  [{}{}]",
            f64::from(if verdict.level == Level::Unwanted { reason.weight_unwanted_mlo } else { reason.weight_mlo })
                / 1000.0,
            reason.rule,
            reason.code.name(),
            about(reason)
        );
        if let Some(explained) = filter.explain(reason, locales) {
            let _ = writeln!(out, "        {}", explained.sentence);
            if let Some(advice) = explained.advice {
                let _ = writeln!(out, "        {advice}");
            }
        }
        let words: Vec<String> = reason.spans.iter().map(|s| format!("«{}»", slice(text, *s))).collect();
        if !words.is_empty() {
            let _ = writeln!(out, "        {}", words.join(" "));
        }
    }
    if verdict.reasons.is_empty() {
        let nothing = match verdict.level {
            Level::Unknown => "nothing was found, but not everything could be read",
            _ => "no rule has anything to say about it",
        };
        let _ = writeln!(out, "        {nothing}");
    }
    let packs: Vec<String> = verdict.packs.iter().map(|p| format!("{} {}", p.pack, p.serial)).collect();
    let _ = writeln!(out, "packs: {}", packs.join(", "));
    out
}

fn about(reason: &Reason) -> String {
    let host = reason.host.as_ref().map_or(String::new(), |h| format!(", host {h}"));
    let brand = reason.brand.as_ref().map_or(String::new(), |b| format!(", brand {b}"));
    format!("{brand}{host}")
}

fn percent(ppm: u32) -> String {
    format!("{}.{} %", ppm / 10_000, ppm / 1_000 % 10)
}

/// The text with `«` and `»` around every span; invisible and bidi controls are shown as `·`, so that a terminal
/// shows what is there and cannot be made to do anything.
fn marked(text: &str, spans: &[Span]) -> String {
    let mut out = String::new();
    let (mut unit, mut open_until) = (0u32, None);
    let mut next = spans.iter().peekable();
    for c in text.chars().take(2_000) {
        if open_until.is_some_and(|end| unit >= end) {
            out.push('»');
            open_until = None;
        }
        while let Some(span) = next.next_if(|s| s.start <= unit) {
            if open_until.is_none() && span.end > unit {
                out.push('«');
            }
            open_until = Some(open_until.unwrap_or(0).max(span.end)).filter(|end| *end > unit);
        }
        let hidden = c.is_control() && c != '\n'
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        out.push(if hidden { '·' } else { c });
        unit += c.len_utf16() as u32;
    }
    if open_until.is_some() {
        out.push('»');
    }
    if text.chars().nth(2_000).is_some() {
        out.push('…');
    }
    out
}

fn slice(text: &str, span: Span) -> String {
    let mut unit = 0;
    let inside = text.chars().filter(|c| {
        let here = unit;
        unit += c.len_utf16() as u32;
        (span.start..span.end).contains(&here)
    });
    inside.filter(|c| !c.is_control()).collect()
}

//! Verdicts for people. In: a verdict and the message it is about. Out: lines of text with the words marked.
//!
//! Here is the one escaping of what comes from packs, sources and messages: a terminal shows what is there and cannot be
//! made to do anything.

use scamfilter::{Level, Reason, ScamFilter, Span, Verdict};
use std::fmt::Write as _;

/// What this program itself sends to a terminal: the colours of `anstyle` and of diagnostics.
const COLOURS: [&str; 8] =
    ["\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[22m"];

/// Whether a character is not seen, or changes how others are: controls, bidi controls, invisible ones, tags.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with `·` for each hidden character, on one line.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if hidden(c) { '·' } else { c }).collect()
}

/// The same, with its lines and tabs.
#[must_use]
pub fn plain_lines(text: &str) -> String {
    text.chars().map(|c| if hidden(c) && !matches!(c, '\n' | '\t') { '·' } else { c }).collect()
}

/// The same for text that this program coloured: the last net before a terminal.
#[must_use]
pub fn coloured(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        let (before, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(&plain_lines(before));
        let colour = COLOURS.iter().find(|colour| tail.starts_with(**colour));
        out.push_str(colour.copied().unwrap_or("·"));
        rest = tail.get(colour.map_or(1, |colour| colour.len())..).unwrap_or("");
    }
    out + &plain_lines(rest)
}

/// JSON with its hidden characters as escapes: the same value.
#[must_use]
pub fn json(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if hidden(c) && !c.is_ascii() {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                let _ = write!(out, "\\u{unit:04x}");
            });
        } else {
            out.push(c);
        }
    }
    out
}

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
            plain(&reason.rule),
            reason.code.name(),
            about(reason)
        );
        if let Some(explained) = filter.explain(reason, locales) {
            let _ = writeln!(out, "        {}", plain(&explained.sentence));
            if let Some(advice) = explained.advice {
                let _ = writeln!(out, "        {}", plain(&advice));
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
    let packs: Vec<String> = verdict.packs.iter().map(|p| format!("{} {}", plain(&p.pack), p.serial)).collect();
    let _ = writeln!(out, "packs: {}", packs.join(", "));
    out
}

fn about(reason: &Reason) -> String {
    let host = reason.host.as_ref().map_or(String::new(), |h| format!(", host {}", plain(h)));
    let brand = reason.brand.as_ref().map_or(String::new(), |b| format!(", brand {}", plain(b)));
    format!("{brand}{host}")
}

fn percent(ppm: u32) -> String {
    format!("{}.{} %", ppm / 10_000, ppm / 1_000 % 10)
}

/// The text with `«` and `»` around every span; what is hidden is shown as `·`.
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
        out.push(if hidden(c) && c != '\n' { '·' } else { c });
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
    plain(&inside.collect::<String>())
}

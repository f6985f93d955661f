//! Patterns. In: a regular expression over folded text. Out: automata for the phone and the phrases of which one stands in
//! every match, or why it cannot be had.
//!
//! The phone runs an automaton only behind a required phrase, so a pattern without one is refused. Gaps such as `.{0,40}`
//! make automata explode; proximity (`near`, `ordered`) says the same in twelve bytes.

use regex_automata::dfa::{dense, regex};
use regex_automata::util::syntax;
use regex_syntax::hir::{Class, Hir, HirKind};
use scamfilter::text::{self, class_of, fold};

/// Most bytes of both automata together.
pub const MAX_AUTOMATA: usize = 64 << 10;
const MAX_WORK: usize = 8 << 20;
/// Most phrases that may wake one pattern.
const MAX_REQUIRED: usize = 64;
/// Shortest phrase that the phone's table holds.
const MIN_PHRASE: usize = 3;

/// A compiled pattern.
pub struct Compiled {
    /// Phrases of which one stands in every match, folded.
    pub required: Vec<String>,
    /// Sparse automaton, forward.
    pub forward: Vec<u8>,
    /// Sparse automaton, reverse.
    pub reverse: Vec<u8>,
}

/// Why a pattern is refused: what is wrong, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

fn refused(message: impl Into<String>, help: impl Into<String>) -> Refused {
    Refused { message: message.into(), help: help.into() }
}

/// Compiles one pattern.
///
/// # Errors
/// What is wrong with it, and what to write instead.
pub fn compile(pattern: &str) -> Result<Compiled, Refused> {
    let hir = regex_syntax::Parser::new().parse(pattern).map_err(|error| {
        let kind = match &error {
            regex_syntax::Error::Parse(e) => e.kind().to_string(),
            regex_syntax::Error::Translate(e) => e.kind().to_string(),
            other => other.to_string(),
        };
        refused(format!("not a regular expression: {kind}"), "the syntax is that of the `regex` crate")
    })?;
    match hir.properties().minimum_len() {
        None => return Err(refused("this pattern can never match", "a class in it is empty")),
        Some(0) => return Err(refused("this pattern matches the empty text", "make a part of it not optional")),
        Some(_) => {}
    }
    if let Some((written, folded)) = unfolded(&hir) {
        let help = format!("patterns see folded text; write `{folded}`");
        return Err(refused(format!("`{written}` never stands in folded text"), help));
    }
    if let Some(class) = outside(&hir) {
        let from = class.0.to_string();
        let (first, last) = (fold(&from).text().to_owned(), fold(&class.1.to_string()).text().to_owned());
        let help = format!("patterns see folded text, small letters and the digits 0-9; write `[{first}-{last}]`");
        return Err(refused(format!("no character of `[{from}-{}]` stands in folded text", class.1), help));
    }
    let required = required(&hir).ok_or_else(|| {
        let help = format!("let every way through it pass a fixed text of {MIN_PHRASE} bytes or more");
        refused("no phrase stands in every match of this pattern", help)
    })?;
    let too_large = |why: String| {
        let help = "write it as proximity: terms for its words and `near(40, a, b)` or `ordered(40, a, b)`";
        refused(format!("this pattern makes automata of more than {} KiB{why}", MAX_AUTOMATA >> 10), help)
    };
    let config =
        dense::Config::new().minimize(true).dfa_size_limit(Some(MAX_WORK)).determinize_size_limit(Some(MAX_WORK));
    let built = regex::Builder::new().dense(config).syntax(syntax::Config::new()).build(pattern);
    let built = built.map_err(|error| match error.to_string() {
        text if text.contains("Unicode word boundar") => {
            refused("`\\b` cannot be compiled", "leave it out, or use a term: phrases know the edges of words")
        }
        text => too_large(format!(" ({text})")),
    })?;
    let sparse =
        |dfa: &dense::DFA<Vec<u32>>| dfa.to_sparse().map(|s| s.to_bytes_little_endian()).map_err(|e| e.to_string());
    let (forward, reverse) = match (sparse(built.forward()), sparse(built.reverse())) {
        (Ok(forward), Ok(reverse)) => (forward, reverse),
        (Err(error), _) | (_, Err(error)) => return Err(too_large(format!(" ({error})"))),
    };
    match forward.len() + reverse.len() {
        bytes if bytes > MAX_AUTOMATA => Err(too_large(format!(": {} KiB", bytes >> 10))),
        _ => Ok(Compiled { required, forward, reverse }),
    }
}

/// Phrases of which one stands in every match.
fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = core::str::from_utf8(&literal.0).ok()?;
            (MIN_PHRASE..=200).contains(&text.len()).then(|| vec![text.to_owned()])
        }
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Concat(parts) => {
            // The fewest, then the longest: what wakes the pattern least often.
            let shortest = |set: &Vec<String>| set.iter().map(String::len).min().unwrap_or(0);
            parts.iter().filter_map(required).min_by_key(|set| (set.len(), std::cmp::Reverse(shortest(set))))
        }
        HirKind::Alternation(ways) => {
            let mut all = Vec::new();
            for way in ways {
                all.extend(required(way)?);
            }
            all.sort();
            all.dedup();
            (all.len() <= MAX_REQUIRED).then_some(all)
        }
        _ => None,
    }
}

/// A fixed text of the pattern that folding would change, with what it would become.
fn unfolded(hir: &Hir) -> Option<(String, String)> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = core::str::from_utf8(&literal.0).ok()?;
            // A mark alone, or a space at an edge, is only changed by what surrounds it in the text.
            let folded = fold(text).text().to_owned();
            (folded != text).then(|| (text.to_owned(), folded))
        }
        HirKind::Capture(capture) => unfolded(&capture.sub),
        HirKind::Repetition(repetition) => unfolded(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(unfolded),
        _ => None,
    }
}

/// The first and last character of a class that matches only what folding changes: capitals, digits of other scripts.
fn outside(hir: &Hir) -> Option<(char, char)> {
    let HirKind::Class(class) = hir.kind() else {
        return match hir.kind() {
            HirKind::Capture(capture) => outside(&capture.sub),
            HirKind::Repetition(repetition) => outside(&repetition.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(outside),
            _ => None,
        };
    };
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|r| (r.start(), r.end())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|r| (r.start().into(), r.end().into())).collect(),
    };
    // A mark, or a space, is only changed by what surrounds it in the text.
    let stays = |c: char| {
        matches!(class_of(c), text::Class::Mark | text::Class::Space)
            || fold(c.encode_utf8(&mut [0; 4])).text().starts_with(c)
    };
    let lost = !ranges.iter().any(|(first, last)| (*first..=*last).any(stays));
    ranges.first().zip(ranges.last()).filter(|_| lost).map(|((first, _), (_, last))| (*first, *last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarest_required_phrase_wakes_a_pattern() {
        let of = |pattern: &str| compile(pattern).map(|c| c.required);
        assert_eq!(of("[0-9]+ baht (refund|rebate)").unwrap(), [" baht "]);
        assert_eq!(of("(refund|rebate|กู้เงิน) [0-9]{3}").unwrap(), ["rebate", "refund", "กู้เงิน"]);
        assert_eq!(of("(abc)+x?").unwrap(), ["abc"]);
    }

    #[test]
    fn what_cannot_work_is_refused_with_a_way_out() {
        let why = |pattern: &str| compile(pattern).err().map(|r| r.message).unwrap_or_default();
        assert!(why("[0-9]{4,6}").contains("no phrase"));
        assert!(why("abc|[0-9]+").contains("no phrase"));
        assert!(why("(abc)?").contains("empty text"));
        assert!(why("abc(").contains("not a regular expression"));
        assert!(why("abc[^\\s\\S]").contains("never match"));
        assert!(why("ABC").contains("folded"));
        assert!(why("abc[A-Z]+").contains("no character"));
        assert!(why("abc(x|[๐-๙])").contains("no character"));
        assert_eq!(why("abc[A-Za-z0-9ก-ฮ]+[^a-z]"), "");
        assert!(why("prize.{0,200}claim.{0,200}now").contains("KiB"));
        assert!(why(r"\bprize\b").contains("cannot be compiled"));
    }
}

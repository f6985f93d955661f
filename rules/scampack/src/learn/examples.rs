//! Examples of rules as messages to learn from. In: families. Out: labelled rows: what a family's tests demand is learnt too.

use super::corpus::{Label, Row};
use crate::source::{Example, Family};

/// The source that examples belong to; they count as own texts.
pub const EXAMPLES: &str = "own-examples";
/// Categories whose offers are unwanted, not fraud.
const UNWANTED: [&str; 4] = ["gambling", "premium", "marketing", "adult"];

/// A row for each example that says what a message is: hits, and misses that must be clear.
#[must_use]
pub fn rows<'a>(families: impl Iterator<Item = &'a (String, Family)>) -> Vec<Row> {
    let mut out = Vec::new();
    for (path, family) in families.filter(|(_, family)| family.status.get_ref() != "retired") {
        let category = family.category.get_ref();
        let hits = family.examples.hit.iter().map(|e| (e.get_ref(), e.span(), true));
        let misses = family.examples.miss.iter().map(|e| (e.get_ref(), e.span(), false));
        for (example, span, hit) in hits.chain(misses) {
            let level = example.level.as_ref().map(|level| level.get_ref().as_str());
            let label = match (hit, level) {
                (true, Some("unwanted")) => Label::Spam,
                (true, _) if UNWANTED.contains(&category.as_str()) => Label::Spam,
                (true, _) => Label::Scam,
                (false, None | Some("clear")) => Label::Ham,
                // What may be suspicious says nothing of what it is.
                (false, _) => continue,
            };
            out.push(Row {
                id: format!("{}:{}", family.id.get_ref(), span.start),
                text: example.text.clone(),
                label,
                lang: language(example, family),
                source: EXAMPLES.to_owned(),
                kind: category.clone(),
                place: (path.clone(), span.start),
            });
        }
    }
    out
}

/// English where the text is Latin and the family knows English, else the family's first language.
pub(crate) fn language(example: &Example, family: &Family) -> String {
    let languages: Vec<&str> = family.languages.iter().map(|l| l.get_ref().as_str()).collect();
    let ascii = example.text.chars().filter(|c| c.is_alphabetic()).all(|c| c.is_ascii());
    match languages.first() {
        Some(_) if ascii && languages.contains(&"en") => "en".to_owned(),
        Some(&"tl") => "fil".to_owned(),
        Some(first) => (*first).to_owned(),
        None => "en".to_owned(),
    }
}

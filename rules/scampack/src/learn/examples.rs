//! Examples of rules as messages to learn from. In: families. Out: labelled rows: what a family's tests demand is learnt too.

use super::corpus::{Label, Row};
use crate::jsonl;
use crate::source::{Example, Family};

/// The source that examples belong to; they count as own texts.
pub const EXAMPLES: &str = "own-examples";
/// Categories whose offers are unwanted, not fraud.
const UNWANTED: [&str; 4] = ["gambling", "premium", "marketing", "adult"];

/// A family with the file in which it stands, by the name that the user knows, and the text of that file.
pub type Placed<'a> = (String, &'a str, &'a Family);

/// A row for each example that says what a message is: hits, and misses that must be clear.
#[must_use]
pub fn rows<'a>(families: impl Iterator<Item = Placed<'a>>) -> Vec<Row> {
    let mut out = Vec::new();
    for (path, source, family) in families.filter(|(_, _, family)| family.status.get_ref() != "retired") {
        let line = |at: usize| source.get(..at).unwrap_or("").matches('\n').count() + 1;
        let category = family.category.get_ref();
        let hits = family.examples.hit.iter().map(|e| (e.get_ref(), e.span(), true));
        let misses = family.examples.miss.iter().map(|e| (e.get_ref(), e.span(), false));
        for (example, span, hit) in hits.chain(misses) {
            let level = example.level.as_ref().map(|level| level.get_ref().as_str());
            let label = match (hit, level) {
                // What a guard speaks of is wanted, as far as it may be clear.
                (true, None | Some("clear")) if family.guards() => Label::Ham,
                (true, _) if family.guards() => continue,
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
                place: (path.clone(), line(span.start)),
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
        Some(first) => jsonl::language(first).to_owned(),
        None => "en".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::parse;

    #[test]
    fn what_an_example_demands_is_what_is_learnt() {
        let family = |weight: &str| {
            let text = format!(
                "id = \"x.f\"\nstatus = \"stable\"\ncategory = \"otp\"\nlanguages = [\"th\", \"en\"]\nowner = \"a\"\nsource = \"a\"\n\
                 created = 2026-01-01\nreviewed = 2026-01-01\n[[rule]]\nid = \"x.f.r\"\nwhen = \"link.any\"\nweight = {weight}\ntext = \"t\"\n\
                 [examples]\nhit = [{{ text = \"a\" }}, {{ text = \"b\", level = \"unwanted\" }}]\n\
                 miss = [{{ text = \"ก\" }}, {{ text = \"d\", level = \"suspicious\" }}]\n"
            );
            (text.clone(), parse::<Family>("f.toml", &text).unwrap())
        };
        let labels = |weight: &str| {
            let (text, family) = family(weight);
            let rows = rows([("f.toml".to_owned(), text.as_str(), &family)].into_iter());
            assert!(rows.iter().all(|row| row.place.1 >= 13), "lines are counted from the top of the file");
            rows.into_iter().map(|row| (row.text, row.label, row.lang)).collect::<Vec<_>>()
        };
        let row = |text: &str, label, lang: &str| (text.to_owned(), label, lang.to_owned());
        let thai = row("ก", Label::Ham, "th");
        assert_eq!(labels("4.0"), [row("a", Label::Scam, "en"), row("b", Label::Spam, "en"), thai.clone()]);
        assert_eq!(labels("-4.0"), [row("a", Label::Ham, "en"), thai]);
    }
}

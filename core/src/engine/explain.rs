//! Explanations. In: a reason and the languages of the reader. Out: a sentence and advice, with brand and host named.

use super::ScamFilter;
use crate::pack::{Brand, Pack, TextEntry};
use crate::verdict::Reason;

/// A sentence for people about one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What was found.
    pub sentence: String,
    /// What to do, such as whom to call.
    pub advice: Option<String>,
}

/// Key of the sentences that say what people call a brand.
#[must_use]
pub fn brand_key(id: &str) -> String {
    format!("brand:{id}")
}

/// Key of the sentences that say what a concept is; the rule id of its reason too.
#[must_use]
pub fn concept_key(name: &str) -> String {
    format!("concept.{name}")
}

impl ScamFilter {
    /// The sentence and advice for a reason in the first of `locales` (BCP 47) that its pack speaks, else in English.
    ///
    /// `{host}`, `{brand}` and `{domain}` in a sentence become the host found, what people call the brand, and its real domain.
    #[must_use]
    pub fn explain(&self, reason: &Reason, locales: &[&str]) -> Option<Explanation> {
        let own = self.packs.iter().filter(|p| p.pack.id() == reason.pack);
        let any = || own.clone().chain(self.packs.iter().filter(|p| p.pack.id() == "common"));
        locales.iter().copied().chain(["en"]).map(language).find_map(|language| {
            let entry = any().find_map(|p| text(&p.pack, &reason.text_id, language))?;
            let filled = |text: &str| self.filled(text, reason, language);
            Some(Explanation { sentence: filled(entry.sentence), advice: entry.advice.map(filled) })
        })
    }

    /// A sentence with its placeholders filled.
    fn filled(&self, text: &str, reason: &Reason, language: &str) -> String {
        if !text.contains('{') {
            return text.to_owned();
        }
        let known = reason.brand.as_deref().and_then(|id| self.brand(id));
        let domain = known.map_or("", |(_, brand)| brand.domain);
        let brand = reason.brand.as_deref().unwrap_or("");
        let key = brand_key(brand);
        let called = known.and_then(|(pack, _)| {
            [language, "en"].iter().find_map(|language| self::text(pack, &key, language)).map(|entry| entry.sentence)
        });
        // The host comes last: it is the sender's to choose and must not be read as a placeholder.
        let text = text.replace("{brand}", called.unwrap_or(brand)).replace("{domain}", domain);
        text.replace("{host}", reason.host.as_deref().unwrap_or(""))
    }

    /// A brand by its id, of a pack whose word counts for all before others.
    fn brand(&self, id: &str) -> Option<(&Pack, Brand<'_>)> {
        let of = |pack| Pack::brands(pack).find(|brand| brand.id == id).map(|brand| (pack, brand));
        self.trusted().find_map(of).or_else(|| self.packs.iter().find_map(|open| of(&open.pack)))
    }
}

fn text<'a>(pack: &'a Pack, key: &str, language: &str) -> Option<TextEntry<'a>> {
    pack.texts().find(|t| t.key == key && t.language.eq_ignore_ascii_case(language))
}

/// The language of a locale, with the codes that Android still gives, and the two of Filipino.
fn language(locale: &str) -> &str {
    match locale.split(['-', '_']).next().unwrap_or(locale) {
        "fil" => "tl",
        "in" => "id",
        "iw" => "he",
        language => language,
    }
}

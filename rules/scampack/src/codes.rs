//! Codes of countries and languages. In: what someone wrote. Out: whether it is one, and what to write where it is none.

/// What a country has to look like.
pub const COUNTRY: &str = "two letters of ISO 3166-1, such as TH";
/// What a language has to look like.
pub const LANGUAGE: &str = "two small letters of ISO 639-1, such as th, or three of ISO 639-3 where there are no two, such as tet; Filipino is tl";

/// Whether it is a country, in capitals.
#[must_use]
pub fn is_country(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) && celes::Country::from_alpha2(code).is_ok()
}

/// The country of a code, in capitals; phones give small letters.
#[must_use]
pub fn country(code: &str) -> Option<String> {
    Some(code.to_ascii_uppercase()).filter(|code| is_country(code))
}

/// Whether it is a language.
#[must_use]
pub fn is_language(code: &str) -> bool {
    let three = || isolang::Language::from_639_3(code).filter(|language| language.to_639_1().is_none());
    isolang::Language::from_639_1(code).or_else(three).is_some()
}

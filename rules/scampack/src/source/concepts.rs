//! Concepts as they stand in TOML: what they mean, and how each language says and hints at them.

use super::Phrases;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// `concepts.toml` of `common`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConceptsFile {
    /// Words inside of which no phrase of any pack is said.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub innocent: Phrases,
    /// Language-neutral meanings.
    pub concept: Vec<Concept>,
}

/// A language-neutral meaning.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Concept {
    /// Append-only number; from 2048 on a guard.
    pub id: u32,
    /// Name in conditions.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// Category that it votes for when its learnt weight counts; `other` if absent.
    #[schemars(with = "Option<String>")]
    pub category: Option<Spanned<String>>,
    /// What to tell people where it is found, by language; English is needed for what a model weighs.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub says: BTreeMap<Spanned<String>, Spanned<String>>,
    /// How each language says it, beside what `phrases/LANGUAGE.toml` holds.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub phrases: Phrases,
}

/// `phrases/LANGUAGE.toml` of `common`: how one language says each concept; `innocent` holds words inside of which none is said.
pub type PhrasesFile = BTreeMap<Spanned<String>, Vec<Spanned<String>>>;

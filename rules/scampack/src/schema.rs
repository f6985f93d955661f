//! JSON schemas of the rule sources, for editors that complete and check TOML. In: nothing. Out: a schema a kind of file.

use crate::learn::model_file::Weights;
use crate::learn::plan::Plan;
use crate::source::{
    BrandsFile, ConceptsFile, DomainsFile, Family, LookalikesFile, PackFile, PoliciesFile, ScoringFile, TextsFile,
    TldsFile,
};
use schemars::{JsonSchema, Schema, schema_for};
use std::collections::BTreeMap;

/// `phrases/LANGUAGE.toml` of `common`: stems of each concept, by its name; `innocent` holds words inside of which none is
/// said.
#[derive(JsonSchema)]
#[schemars(transparent)]
struct PhrasesFile(#[allow(dead_code, reason = "only its schema is used")] BTreeMap<String, Vec<String>>);

/// Name of the kind of file, and its schema as JSON.
#[must_use]
pub fn all() -> Vec<(&'static str, String)> {
    let schemas: [(&str, Schema); 13] = [
        ("pack", schema_for!(PackFile)),
        ("family", schema_for!(Family)),
        ("concepts", schema_for!(ConceptsFile)),
        ("brands", schema_for!(BrandsFile)),
        ("policies", schema_for!(PoliciesFile)),
        ("texts", schema_for!(TextsFile)),
        ("domains", schema_for!(DomainsFile)),
        ("lookalikes", schema_for!(LookalikesFile)),
        ("tlds", schema_for!(TldsFile)),
        ("scoring", schema_for!(ScoringFile)),
        ("phrases", schema_for!(PhrasesFile)),
        ("learn", schema_for!(Plan)),
        ("weights", schema_for!(Weights)),
    ];
    let text = |schema: &Schema| serde_json::to_string_pretty(schema).unwrap_or_default();
    schemas.iter().map(|(name, schema)| (*name, text(schema))).collect()
}

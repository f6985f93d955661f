//! JSON schemas of the rule sources, for editors that complete and check TOML. In: nothing. Out: a schema a kind of file.

use crate::source::{
    BrandsFile, ConceptsFile, DomainsFile, Family, LookalikesFile, PackFile, PoliciesFile, ScoringFile, TextsFile,
    TldsFile,
};
use schemars::{Schema, schema_for};

/// Name of the kind of file, and its schema as JSON.
#[must_use]
pub fn all() -> Vec<(&'static str, String)> {
    let schemas: [(&str, Schema); 10] = [
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
    ];
    let text = |schema: &Schema| serde_json::to_string_pretty(schema).unwrap_or_default();
    schemas.iter().map(|(name, schema)| (*name, text(schema))).collect()
}

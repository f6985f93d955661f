//! Learning. In: labelled messages and packs. Out: the weights of the model, and how well they do on what was not learnt from.

pub mod corpus;
pub mod design;
pub mod eval;
pub mod examples;
pub mod fit;
pub mod levels;
pub mod metric;
pub mod model_file;
pub mod plan;
pub mod quantise;
pub mod report;

/// Sources whose name begins so are this project's own texts.
pub const OWN: &str = "own";
/// Sources whose name begins so are never learnt from.
pub const HOLDOUT: &str = "holdout";

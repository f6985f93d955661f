//! Learning. In: labelled messages and packs. Out: the weights of the model, and how well they do on what was not learnt from.

pub mod calibrate;
pub mod corpus;
pub mod design;
pub mod eval;
pub mod evaluation;
pub mod examples;
pub mod figures;
pub mod fit;
pub mod levels;
pub mod metric;
pub mod model_file;
pub mod near;
pub mod page;
pub mod plan;
mod plot;
pub mod quantise;
pub mod report;
pub mod shipped;
pub mod stems;
pub mod transfer;

/// Sources whose name begins so are this project's own texts.
pub const OWN: &str = "own";
/// Sources whose name begins so are never learnt from.
pub const HOLDOUT: &str = "holdout";

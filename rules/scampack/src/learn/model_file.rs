//! Learnt weights as a source. In: heads, or the files of `model/`. Out: the files, or the model for the writer.
//!
//! `model/weights.toml` says what was learnt from and holds the weights of features by name, and the sixteen weights that a
//! gram may have; `model/grams.txt` says which of them each bucket has, a hexadecimal digit each, the scam head first.
//! `build` reads them and never learns.

use super::design::Design;
use super::fit::Head;
use super::quantise;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::parse;
use scamfilter::engine::{feature_keys, feature_name};
use scamfilter::pack::{LEVELS, MAX_BITS, NewModel, NewTable};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Features, biases, and what was learnt from.
pub const WEIGHTS: &str = "model/weights.toml";
/// Grams.
pub const GRAMS: &str = "model/grams.txt";
/// Buckets a line.
const LINE: usize = 128;
/// Weights of features smaller than this, in both heads, are left out.
const LEAST: i16 = 10;

/// One source that was learnt from.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct LearntFrom {
    /// Name.
    pub source: String,
    /// Messages.
    pub messages: usize,
    /// SHA-256 of the file.
    pub sha256: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weights {
    #[serde(rename = "learnt_from")]
    _learnt_from: Vec<LearntFrom>,
    bias: [i32; 2],
    bits: [u8; 2],
    levels: [[i32; LEVELS]; 2],
    features: BTreeMap<String, [i16; 2]>,
}

/// Heads as whole numbers.
#[must_use]
pub fn quantised(design: &Design, heads: (&Head, &Head)) -> NewModel {
    let mlo = |value: f64| (value * 1000.0).round().clamp(-20_000.0, 20_000.0);
    let grams = |head: &Head| quantise::table(&head.grams, &design.documents(head.bits), head.bits);
    let features = design.keys.iter().enumerate().map(|(column, key)| {
        let of = |head: &Head| mlo(head.features.get(column).copied().unwrap_or(0.0)) as i16;
        (*key, (of(heads.0), of(heads.1)))
    });
    NewModel {
        bias: (mlo(heads.0.bias) as i32, mlo(heads.1.bias) as i32),
        grams: (grams(heads.0), grams(heads.1)),
        features: features.filter(|(_, (a, b))| a.abs() >= LEAST || b.abs() >= LEAST).collect(),
    }
}

/// The two files.
#[must_use]
pub fn write(model: &NewModel, learnt_from: &[LearntFrom], names: &BTreeMap<u32, String>) -> (String, String) {
    let name = |concept: u32| names.get(&concept).cloned().unwrap_or_else(|| format!("concept {concept}"));
    let mut weights = String::from(
        "# Written by `scampack learn`; do not edit. Weights are thousandths of log-odds, of a scam and of an unwanted message.\n",
    );
    let tables = [&model.grams.0, &model.grams.1];
    let list = |levels: &[i32]| levels.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let _ = writeln!(weights, "bias = [{}, {}]", model.bias.0, model.bias.1);
    let _ = writeln!(weights, "bits = [{}, {}]", model.grams.0.bits, model.grams.1.bits);
    let _ = writeln!(weights, "# Millionths of log-odds.\nlevels = [");
    tables.iter().for_each(|table| {
        let _ = writeln!(weights, "  [{}],", list(&table.levels));
    });
    weights.push_str("]\n");
    for source in learnt_from {
        let LearntFrom { source, messages, sha256 } = source;
        let _ =
            writeln!(weights, "\n[[learnt_from]]\nsource = \"{source}\"\nmessages = {messages}\nsha256 = \"{sha256}\"");
    }
    let _ = writeln!(weights, "\n[features]");
    let mut named: Vec<(String, (i16, i16))> =
        model.features.iter().map(|(key, weights)| (feature_name(*key, name), *weights)).collect();
    named.sort();
    for (feature, (scam, unwanted)) in named {
        let _ = writeln!(weights, "\"{feature}\" = [{scam}, {unwanted}]");
    }
    let mut grams = String::new();
    for (index, level) in tables.iter().flat_map(|table| &table.buckets).enumerate() {
        let _ = write!(grams, "{:x}", level & 0xf);
        if index % LINE == LINE - 1 {
            grams.push('\n');
        }
    }
    (weights, grams)
}

/// The model that the two files hold, for concepts by number.
///
/// # Errors
/// What is wrong with either. A feature of a concept that is gone is left out: it can never be seen.
pub fn read(weights: &str, grams: &str, names: &BTreeMap<u32, String>) -> Result<NewModel, Box<Diagnostic>> {
    let source: Weights = parse(WEIGHTS, weights)?;
    let wrong = |message: &str, file| Box::new(Diagnostic::file(Code::Value, message, file));
    if source.bits.iter().any(|bits| !(1..=MAX_BITS).contains(bits)) {
        return Err(wrong("`bits` are 1 to 18", WEIGHTS));
    }
    let sizes = source.bits.map(|bits| 1usize << bits);
    let digit = |c: char| c.to_digit(16).map(|digit| digit as u8);
    let all: Option<Vec<u8>> = grams.chars().filter(|c| !c.is_ascii_whitespace()).map(digit).collect();
    let Some((scam, unwanted)) =
        all.as_ref().filter(|a| a.len() == sizes[0] + sizes[1]).and_then(|a| a.split_at_checked(sizes[0]))
    else {
        let message = format!("the table must hold a hexadecimal digit for each of {} buckets", sizes[0] + sizes[1]);
        return Err(wrong(&message, GRAMS));
    };
    let table = |head: usize, buckets: &[u8]| NewTable {
        bits: source.bits.get(head).copied().unwrap_or(1),
        levels: source.levels.get(head).copied().unwrap_or_default(),
        buckets: buckets.to_vec(),
    };
    let numbers: Vec<u32> = names.keys().copied().collect();
    let name = |concept: u32| names.get(&concept).cloned().unwrap_or_default();
    let known: BTreeMap<String, u32> =
        feature_keys(&numbers).into_iter().map(|key| (feature_name(key, name), key)).collect();
    Ok(NewModel {
        bias: (source.bias[0], source.bias[1]),
        grams: (table(0, scam), table(1, unwanted)),
        features: source
            .features
            .iter()
            .filter_map(|(name, [a, b])| known.get(name).map(|key| (*key, (*a, *b))))
            .collect(),
    })
}

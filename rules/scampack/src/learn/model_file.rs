//! Learnt weights as a source. In: heads, or the files of `model/`. Out: the files, or the model for the writer.
//!
//! `model/weights.toml` says what was learnt from, how well that went and how scores become probabilities, and holds the
//! weights of features by name, and the sixteen weights that a gram may have; `model/grams.txt` says which of them each bucket has, a hexadecimal digit each, the scam head first.
//! `build` reads them and never learns.

use super::calibrate::Calibration;
use super::design::Design;
use super::figures::Figures;
use super::fit::Head;
use super::quantise;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::parse;
use scamfilter::engine::{feature_keys, feature_name};
use scamfilter::pack::{LEVELS, MAX_BITS, NewModel, NewTable};
use schemars::JsonSchema;
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
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct LearntFrom {
    /// Name.
    pub source: String,
    /// Messages.
    pub messages: usize,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// How scores become probabilities.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// Messages that were not learnt from, to which the curve was fitted.
    pub messages: usize,
    /// Share of scams and unlawful offers in the reference corpus, in each language the same.
    pub reference_bad: f64,
    /// Log-odds and parts per million, both rising.
    pub curve: Vec<(f64, u32)>,
}

/// `model/weights.toml`, written by `scampack learn`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// What was learnt from.
    pub learnt_from: Vec<LearntFrom>,
    /// Figures by language.
    #[serde(default)]
    pub measured: Vec<Figures>,
    /// In place of the curve of `scoring.toml`.
    pub calibration: Option<Curve>,
    /// Biases of both heads, thousandths of log-odds.
    pub bias: [i32; 2],
    /// Bits of both gram tables.
    pub bits: [u8; 2],
    /// What a gram may weigh, millionths of log-odds.
    pub levels: [[i32; LEVELS]; 2],
    /// Weights of features in both heads, thousandths of log-odds.
    pub features: BTreeMap<String, [i16; 2]>,
}

/// What stands in the header beside the weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// What was learnt from.
    pub learnt_from: Vec<LearntFrom>,
    /// Figures by language.
    pub measured: Vec<Figures>,
    /// The fitted curve.
    pub calibration: Option<Calibration>,
}

/// Heads as whole numbers.
#[must_use]
pub fn quantised(design: &Design, heads: (&Head, &Head)) -> NewModel {
    let mlo = |value: f64| (value * 1000.0).round().clamp(-20_000.0, 20_000.0);
    let grams = |head: &Head| quantise::table(&head.grams, &design.campaigns(head.bits), head.bits);
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
pub fn write(model: &NewModel, about: &About, names: &BTreeMap<u32, String>) -> (String, String) {
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
    header(&mut weights, about);
    for source in &about.learnt_from {
        let LearntFrom { source, messages, sha256 } = source;
        let source = quoted(source);
        let _ = writeln!(weights, "\n[[learnt_from]]\nsource = {source}\nmessages = {messages}\nsha256 = \"{sha256}\"");
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

/// A name from outside, of a file or in a corpus, as a string of TOML.
fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// Figures and the curve.
fn header(weights: &mut String, about: &About) {
    if let Some(Calibration { curve, messages, bad }) = &about.calibration {
        let points: Vec<String> =
            curve.iter().map(|(mlo, ppm)| format!("[{:?}, {ppm}]", f64::from(*mlo) / 1000.0)).collect();
        let _ = writeln!(
            weights,
            "\n# Log-odds and parts per million: a score is a probability where `reference_bad` of the messages of each language are bad.\n\
             [calibration]\nmessages = {messages}\nreference_bad = {bad:?}\ncurve = [{}]",
            points.join(", ")
        );
    }
    if !about.measured.is_empty() {
        weights.push_str(
            "\n# Messages wanted and others; percent found of what was held out, and of wanted texts marked.\n",
        );
    }
    for Figures { lang, real, own, campaigns, holdout, holdout_found, holdout_wanted } in &about.measured {
        let lang = quoted(lang);
        let _ = writeln!(
            weights,
            "[[measured]]\nlang = {lang}\nreal = [{}, {}]\nown = [{}, {}]",
            real[0], real[1], own[0], own[1]
        );
        for (key, value) in [
            ("campaigns", campaigns),
            ("holdout", holdout),
            ("holdout_found", holdout_found),
            ("holdout_wanted", holdout_wanted),
        ] {
            if let Some(value) = value {
                let _ = writeln!(weights, "{key} = {value:?}");
            }
        }
    }
}

/// `model/weights.toml`.
///
/// # Errors
/// What is wrong with it.
pub fn parsed(weights: &str) -> Result<Weights, Box<Diagnostic>> {
    parse(WEIGHTS, weights)
}

/// `model/weights.toml` with grams that weigh nothing: what concepts and facts do alone.
///
/// # Errors
/// When it cannot be read.
pub fn without_grams(weights: &str) -> anyhow::Result<String> {
    let mut document: toml_edit::DocumentMut = weights.parse()?;
    let none = toml_edit::Value::from_iter(std::iter::repeat_n(0i64, LEVELS));
    document.insert("levels", toml_edit::value(toml_edit::Value::from_iter([none.clone(), none])));
    Ok(document.to_string())
}

/// The model that the two files hold, for concepts by number.
///
/// # Errors
/// What is wrong with it. A feature of a concept that is gone is left out: it can never be seen.
pub fn read(source: &Weights, grams: &str, names: &BTreeMap<u32, String>) -> Result<NewModel, Box<Diagnostic>> {
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

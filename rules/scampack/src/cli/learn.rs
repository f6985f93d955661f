//! `learn`. In: rule sources, own texts, corpora. Out: learnt weights as sources, with the curve of scores and the figures of
//! messages that were not learnt from.

use super::Ended;
use super::files::write_whole;
use super::material::{Material, Read};
use super::output::{Out, Progress};
use crate::learn::OWN;
use crate::learn::calibrate::{self, Judged};
use crate::learn::corpus::{Label, Row};
use crate::learn::design::Design;
use crate::learn::eval::{self, Placed, Scores};
use crate::learn::evaluation::{CAMPAIGNS, HOLDOUT_TEXTS};
use crate::learn::figures;
use crate::learn::fit::Head;
use crate::learn::levels::{self, Wanted};
use crate::learn::model_file::{self, About, GRAMS, WEIGHTS};
use crate::learn::plan::Which;
use crate::learn::report::{Measured, Report};
use crate::lower;
use anyhow::{Context, anyhow, bail};
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Args)]
pub(super) struct Learn {
    #[command(flatten)]
    material: Material,
}

impl Learn {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let read = self.material.read(out)?;
        let places = eval::places(&read.corpus.rows);
        let design = read.design(&places);
        let mut progress = Progress::new("models");
        let mut learn = |which| one(&read, &design, &places, which, |n| progress.add(n));
        let (scam, scores) = learn(Which::Scam)?;
        let (unwanted, _) = learn(Which::Unwanted)?;
        drop(progress);
        let model = model_file::quantised(&design, (&scam, &unwanted));
        let about = about(&read, &design, &places, &scores);
        if about.calibration.is_none() {
            bail!("too few messages: some language needs thirty wanted ones and thirty others");
        }
        let common = read.sources.iter().find(|s| s.common()).context("no `common` among the packs")?;
        let names = lower::concepts(&common.tree).map_err(|_| anyhow!("the concepts cannot be read"))?;
        let names: BTreeMap<u32, String> = names.into_iter().map(|(name, number)| (number, name)).collect();
        let (weights, grams) = model_file::write(&model, &about, &names);
        for (file, text) in [(WEIGHTS, weights), (GRAMS, grams)] {
            let path = self.material.rules.join("common").join(file);
            if let Some(dir) = path.parent() {
                std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
            }
            write_whole(&path, text.as_bytes())?;
            out.result(path.display().to_string(), &json!({ "wrote": path }))?;
        }
        out.note(format!("{} examples, {} features", design.examples.len(), model.features.len()));
        Ok(Ended::from(read.corpus.malformed == 0))
    }
}

/// A head that learnt from all but holdout texts, its bias so that thresholds mark as few wanted messages as the plan allows,
/// and scores of what was not learnt from, with the same bias.
fn one(
    read: &Read,
    design: &Design,
    places: &[Placed],
    which: Which,
    progress: impl FnMut(usize),
) -> anyhow::Result<(Head, Scores)> {
    let (rows, plan, scoring) = (&read.corpus.rows, &read.plan, read.filter.scoring());
    let (share, wished) = match which {
        Which::Scam => (plan.wanted_suspicious, scoring.suspicious),
        Which::Unwanted => (plan.wanted_unwanted, scoring.unwanted),
    };
    let mut head = eval::whole(design, plan, rows, which)?;
    let mut scores = eval::by_campaign(design, plan, rows, places, which, progress)?;
    eval::score(design, rows, &head, which, |row, _| row.holdout(), &mut scores);
    let wanted = |(index, score): (&usize, &f64)| {
        let example = design.examples.get(*index).filter(|e| !e.unlinked)?;
        let row = rows.get(example.row).filter(|row| row.label == Label::Ham && plan.is_sms(row))?;
        Some(Wanted { lang: row.lang.clone(), score: *score })
    };
    let wanted: Vec<Wanted> = scores.iter().filter_map(wanted).collect();
    if wanted.is_empty() {
        bail!("no wanted message was held out: thresholds need some");
    }
    let shift = f64::from(wished) / 1000.0 - levels::threshold(&wanted, share);
    head.bias += shift;
    scores.values_mut().for_each(|score| *score += shift);
    Ok((head, scores))
}

/// What the header says beside the weights.
fn about(read: &Read, design: &Design, places: &[Placed], scores: &Scores) -> About {
    let (rows, plan) = (&read.corpus.rows, &read.plan);
    let judged: Vec<Judged> = judged(read, design, scores).map(|(_, judged)| judged).collect();
    let measured = Measured { design, rows, places, scores };
    let corpora = |row: &Row| !row.source.starts_with(OWN) && !row.holdout();
    let campaigns = Report::of(CAMPAIGNS, &measured, false, |row| plan.answer(row).filter(|_| corpora(row)));
    let held = Report::of(HOLDOUT_TEXTS, &measured, false, |row| plan.answer(row).filter(|_| row.holdout()));
    let suspicious = f64::from(read.filter.scoring().suspicious) / 1000.0;
    About {
        learnt_from: read.files.clone(),
        measured: figures::of(plan, rows, &campaigns, &held, suspicious),
        calibration: calibrate::fit(&judged, plan.reference_bad),
    }
}

/// What scores are calibrated on: messages as they came, with the index of their row.
pub(super) fn judged(read: &Read, design: &Design, scores: &Scores) -> impl Iterator<Item = (usize, Judged)> {
    let (rows, plan) = (&read.corpus.rows, &read.plan);
    scores.iter().filter_map(move |(index, score)| {
        let example = design.examples.get(*index).filter(|e| !e.unlinked)?;
        let row = rows.get(example.row).filter(|row| plan.is_sms(row))?;
        Some((example.row, Judged { lang: row.lang.clone(), score: *score, bad: plan.answer(row)? }))
    })
}

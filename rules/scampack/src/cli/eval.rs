//! `eval`. In: rule sources, own texts, corpora. Out: how well learning generalises, and what the packs do as they ship; as
//! text, as values, or as a page.

use super::Ended;
use super::learn::judged;
use super::material::{Material, Read};
use super::output::{Format, Out, Progress};
use crate::cluster::Half;
use crate::learn::calibrate::Judged;
use crate::learn::corpus::Row;
use crate::learn::eval::{self, Scores};
use crate::learn::evaluation::{CAMPAIGNS, Calibrated, Evaluation, HOLDOUT_TEXTS, Mistake, OWN_CAMPAIGNS, SOURCES};
use crate::learn::plan::Which;
use crate::learn::report::{Measured, Report};
use crate::learn::shipped::Shipped;
use crate::learn::{HOLDOUT, OWN, page};
use crate::render::plain;
use anyhow::anyhow;
use clap::Args;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A gap between the halves of more than this says that rules were fitted to what was read.
const MAX_GAP: f64 = 0.03;

#[derive(Args)]
pub(super) struct Eval {
    #[command(flatten)]
    material: Material,
    /// Only campaigns and holdout texts, without intervals: a third of the time.
    #[arg(long)]
    quick: bool,
    /// This many of the most confident mistakes by language, of own texts and half A only; texts of corpora are printed by
    /// `--format human` only.
    #[arg(long, default_value_t = 0)]
    mistakes: usize,
}

impl Eval {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let read = self.material.read(out)?;
        let all = self.evaluate(&read)?;
        match out.format {
            Format::Human => {
                all.text().iter().try_for_each(|part| out.line(format!("{part}\n")))?;
                all.mistakes.iter().try_for_each(|m| out.line(line(m)))?;
            }
            Format::Json => {
                let parts: Map<String, Value> = all.parts().into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
                out.result("", &parts.into())?;
            }
            Format::Jsonl => {
                all.parts().into_iter().try_for_each(|(name, part)| out.result("", &json!({ name: part })))?
            }
            Format::Html => {
                let files: Vec<String> = read.files.iter().map(|file| file.source.clone()).collect();
                out.line(page::page(&all, &files))?;
            }
        }
        let over: Vec<(String, f64)> = all.gaps().into_iter().filter(|(_, gap)| *gap > MAX_GAP).collect();
        for (what, gap) in &over {
            let points = gap * 100.0;
            out.error(&anyhow!(
                "{what}: half A does {points:.1} points better than half B: rules were fitted to what was read, or few campaigns were drawn unevenly (see the intervals)"
            ));
        }
        if !over.is_empty() {
            return Ok(Ended::OverBudget);
        }
        Ok(Ended::from(read.corpus.malformed == 0))
    }

    fn evaluate(&self, read: &Read) -> anyhow::Result<Evaluation> {
        let (rows, plan) = (&read.corpus.rows, &read.plan);
        let places = eval::places(rows);
        let design = read.design(&places);
        let mut progress = Progress::new("models");
        let campaign = eval::by_campaign(&design, plan, rows, &places, Which::Scam, |n| progress.add(n))?;
        let head = eval::whole(&design, plan, rows, Which::Scam)?;
        let mut unseen = Scores::new();
        eval::score(&design, rows, &head, Which::Scam, |row, _| row.holdout(), &mut unseen);
        let mut reports = Vec::new();
        let mut report = |title: &str, scores: &Scores, wanted: fn(&Row) -> bool| {
            let measured = Measured { design: &design, rows, places: &places, scores };
            let answer = |row: &Row| plan.answer(row).filter(|_| wanted(row));
            reports.push(Report::of(title, &measured, !self.quick, answer));
        };
        report(CAMPAIGNS, &campaign, |row| !row.source.starts_with(OWN));
        report(OWN_CAMPAIGNS, &campaign, |row| row.source.starts_with(OWN));
        report(HOLDOUT_TEXTS, &unseen, Row::holdout);
        if !self.quick {
            let corpora = |source: &&String| !source.starts_with(OWN) && !source.starts_with(HOLDOUT);
            let sources: BTreeSet<&String> =
                rows.iter().filter(|row| plan.uses(row)).map(|row| &row.source).filter(corpora).collect();
            let scores = eval::by_source(&design, plan, rows, &sources, Which::Scam, |n| progress.add(n))?;
            report(SOURCES, &scores, |_| true);
        }
        drop(progress);
        reports.retain(|report| !report.lines.is_empty());
        let mistakes = self.mistakes(&Measured { design: &design, rows, places: &places, scores: &campaign }, read);
        let mut held_out = campaign;
        held_out.extend(unseen);
        let half_a = |row: usize| places.get(row).is_some_and(|place| place.half == Half::A);
        let (a, b): (Vec<_>, Vec<_>) = judged(read, &design, &held_out).partition(|(row, _)| half_a(*row));
        let judged = |all: Vec<(usize, Judged)>| all.into_iter().map(|(_, judged)| judged).collect::<Vec<_>>();
        Ok(Evaluation {
            transfers: Evaluation::transfers(&reports),
            reports,
            calibrated: Calibrated::of(&judged(a), &judged(b), plan.reference_bad),
            shipped: read.shipped.as_ref().map(|filter| Shipped::of(filter, plan, rows, &places)),
            near: read.near.clone(),
            mistakes,
        })
    }

    fn mistakes(&self, measured: &Measured<'_>, read: &Read) -> Vec<Mistake> {
        let mut by: BTreeMap<(&str, bool), Vec<(f64, &Row)>> = BTreeMap::new();
        for (index, score) in measured.scores {
            let example = measured.design.examples.get(*index).filter(|e| !e.unlinked);
            let Some((row, example)) = example.and_then(|e| Some((measured.rows.get(e.row)?, e))) else { continue };
            let half_a = measured.places.get(example.row).is_some_and(|place| place.half == Half::A);
            let may_be_read = row.source.starts_with(OWN) || half_a;
            if let Some(bad) = read.plan.answer(row).filter(|_| may_be_read) {
                by.entry((&row.lang, bad)).or_default().push((*score, row));
            }
        }
        let mut out = Vec::new();
        for ((lang, bad), mut all) in by {
            all.sort_by(|a, b| if bad { a.0.total_cmp(&b.0) } else { b.0.total_cmp(&a.0) });
            out.extend(all.into_iter().take(self.mistakes).map(|(score, row)| Mistake {
                lang: lang.to_owned(),
                missed: bad,
                score,
                id: row.id.clone(),
                place: row.place.clone(),
                own: row.source.starts_with(OWN),
                text: row.text.clone(),
            }));
        }
        out
    }
}

fn line(m: &Mistake) -> String {
    let what = if m.missed { "missed" } else { "marked" };
    format!("{} {what} {:6.2} {} {}", m.lang, m.score, plain(&m.id), plain(&m.text.replace('\n', " ")))
}

//! `learn` and `eval`. In: rule sources, own texts, corpora. Out: learnt weights as sources; how well they generalise.

use super::Ended;
use super::corpus::TOLD;
use super::files::{Image, entries, sha256, write_whole};
use super::input::filter;
use super::output::{Out, Progress, counted};
use super::sources::{self, Source};
use crate::cluster::Half;
use crate::learn::corpus::{Corpus, Label, Row};
use crate::learn::design::Design;
use crate::learn::eval;
use crate::learn::examples::{self, EXAMPLES};
use crate::learn::levels::{self, Wanted};
use crate::learn::model_file::{self, GRAMS, LearntFrom, WEIGHTS};
use crate::learn::plan::{self, Plan, Which};
use crate::learn::report::{Measured, Report};
use crate::learn::{HOLDOUT, OWN};
use crate::lower;
use crate::render::plain;
use anyhow::{Context, anyhow, bail};
use clap::Args;
use scamfilter::ScamFilter;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What is learnt from.
#[derive(Args)]
struct Material {
    /// Further corpora: JSON lines with `text`, `lang` and `label` (ham, spam or scam).
    files: Vec<PathBuf>,
    /// Folder of the packs' sources; `common` among them holds model/learn.toml.
    #[arg(long, default_value = "rules/packs")]
    rules: PathBuf,
    /// Folder of own texts, with those that are only measured in its folder `holdout`.
    #[arg(long, default_value = "rules/texts")]
    texts: PathBuf,
}

struct Read {
    corpus: Corpus,
    files: Vec<LearntFrom>,
    sources: Vec<Source>,
    plan: Plan,
    filter: ScamFilter,
}

impl Material {
    fn read(&self, out: &Out) -> anyhow::Result<Read> {
        let mut dirs: Vec<PathBuf> =
            entries(&self.rules)?.into_iter().filter(|p| p.join("pack.toml").is_file()).collect();
        if dirs.is_empty() {
            bail!("{} holds no folder with a pack.toml", self.rules.display());
        }
        dirs.sort_by_key(|dir| (!dir.ends_with("common"), dir.clone()));
        let mut sources = sources::read(out, &dirs)?;
        // What was learnt before says nothing here.
        for source in &mut sources {
            source.tree.retain(|path, _| path != WEIGHTS && path != GRAMS);
        }
        let Some(text) = sources.iter().find_map(|s| s.tree.get(plan::FILE)) else {
            bail!("no {} in the sources of `common`: it says how to learn", plan::FILE);
        };
        let plan = Plan::parse(text).map_err(|problem| {
            let _ = out.diagnostics(&[*problem]);
            anyhow!("{} cannot be read", plan::FILE)
        })?;
        let mut inputs: Vec<(String, PathBuf)> = Vec::new();
        for (prefix, dir) in [(OWN, self.texts.clone()), (HOLDOUT, self.texts.join("holdout"))] {
            let own =
                entries(&dir).unwrap_or_default().into_iter().filter(|p| p.extension().is_some_and(|e| e == "jsonl"));
            inputs.extend(own.map(|path| (format!("{prefix}-{}", stem(&path)), path)));
        }
        inputs.extend(self.files.iter().map(|path| (stem(path), path.clone())));
        let mut corpus = Corpus::default();
        let mut files = Vec::new();
        let packs = sources::compiled(out, &sources)?;
        let examples = examples::rows(packs.iter().flat_map(|pack| &pack.families));
        let texts: Vec<&str> = examples.iter().map(|row| row.text.as_str()).collect();
        let sha256_of_texts = sha256(texts.join("\n").as_bytes());
        files.push(LearntFrom { source: EXAMPLES.to_owned(), messages: examples.len(), sha256: sha256_of_texts });
        examples.into_iter().for_each(|row| corpus.add(row));
        for (source, path) in &inputs {
            let before = corpus.rows.len();
            let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            corpus.read(&path.to_string_lossy(), source, bytes.as_slice())?;
            let messages = corpus.rows.len() - before;
            files.push(LearntFrom { source: source.clone(), messages, sha256: sha256(&bytes) });
        }
        files.retain(|file| {
            !file.source.starts_with(HOLDOUT) && !plan.sources.get(&file.source).is_some_and(|source| source.left_out)
        });
        told(out, &corpus);
        let images = packs.into_iter().map(|pack| Image::new(pack.id, pack.image)).collect::<Result<_, _>>()?;
        let filter = filter(images, &[])?;
        Ok(Read { corpus, files, sources, plan, filter })
    }
}

fn told(out: &Out, corpus: &Corpus) {
    for ((file, line), problem) in corpus.refused.iter().take(TOLD) {
        out.error(&anyhow!("{file} line {line}: {problem}"));
    }
    for ((file, line), (other, second)) in corpus.contradicting.iter().take(TOLD) {
        out.warning(&format!(
            "{other} line {second} has the text of {file} line {line}, with another label; the first counts"
        ));
    }
    let told = [
        (corpus.malformed, "could not be read"),
        (corpus.contradicting.len(), "repeated a text with another label"),
        (corpus.repeated, "repeated a text"),
    ];
    for (count, what) in told.into_iter().filter(|(count, _)| *count > 0) {
        out.note(format!("{} {what}", counted(count, "line")));
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

#[derive(Args)]
pub(super) struct Learn {
    #[command(flatten)]
    material: Material,
}

impl Learn {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let read = self.material.read(out)?;
        let design = design(&read);
        let rows = &read.corpus.rows;
        let places = eval::places(rows);
        let mut progress = Progress::new("models");
        let mut heads = Vec::new();
        for (which, share) in [(Which::Scam, read.plan.wanted_suspicious), (Which::Unwanted, read.plan.wanted_unwanted)]
        {
            let mut head = eval::whole(&design, &read.plan, rows, which)?;
            let mut scores = eval::by_campaign(&design, &read.plan, rows, &places, which, |n| progress.add(n))?;
            eval::score(&design, rows, &head, which, |row, _| eval::holdout(row), &mut scores);
            let wanted = |(index, score): (&usize, &f64)| {
                let example = design.examples.get(*index).filter(|e| !e.unlinked)?;
                let row = rows.get(example.row).filter(|row| row.label == Label::Ham && read.plan.is_sms(row))?;
                Some(Wanted { lang: row.lang.clone(), score: *score })
            };
            let wanted: Vec<Wanted> = scores.iter().filter_map(wanted).collect();
            let threshold = levels::threshold(&wanted, share);
            let scoring = read.filter.scoring();
            let wished = if which == Which::Scam { scoring.suspicious } else { scoring.unwanted };
            head.bias += f64::from(wished) / 1000.0 - threshold;
            heads.push(head);
        }
        drop(progress);
        let [scam, unwanted] = heads.as_slice() else { bail!("two heads are learnt") };
        let model = model_file::quantised(&design, (scam, unwanted));
        let common = read.sources.iter().find(|s| s.common()).context("no `common` among the packs")?;
        let names = lower::concepts(&common.tree).map_err(|_| anyhow!("the concepts cannot be read"))?;
        let names: BTreeMap<u32, String> = names.into_iter().map(|(name, number)| (number, name)).collect();
        let (weights, grams) = model_file::write(&model, &read.files, &names);
        for (file, text) in [(WEIGHTS, weights), (GRAMS, grams)] {
            let path = self.material.rules.join("common").join(file);
            if let Some(dir) = path.parent() {
                std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
            }
            write_whole(&path, text.as_bytes())?;
            out.line(path.display().to_string())?;
        }
        out.note(format!("{} examples, {} features", design.examples.len(), model.features.len()));
        Ok(Ended::from(read.corpus.malformed == 0))
    }
}

fn design(read: &Read) -> Design {
    let progress = std::sync::Mutex::new(Progress::new("messages"));
    let told = |n| progress.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).add(n);
    Design::of(&read.filter, &read.plan, &read.corpus.rows, told)
}

/// What was held out, its scores, and which rows are measured.
type HeldOut = (&'static str, eval::Scores, fn(&Row) -> bool);

/// A gap between the halves of more than this says that rules were fitted to what was read.
const MAX_GAP: f64 = 0.03;

#[derive(Args)]
pub(super) struct Eval {
    #[command(flatten)]
    material: Material,
    /// Only campaigns and holdout texts, without intervals: a quarter of the time.
    #[arg(long)]
    quick: bool,
    /// Print this many of the most confident mistakes by language, with their texts: own ones and half A only.
    #[arg(long, default_value_t = 0)]
    mistakes: usize,
}

impl Eval {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let read = self.material.read(out)?;
        let (rows, plan) = (&read.corpus.rows, &read.plan);
        let design = design(&read);
        let places = eval::places(rows);
        let mut progress = Progress::new("models");
        let campaign = eval::by_campaign(&design, plan, rows, &places, Which::Scam, |n| progress.add(n))?;
        let head = eval::whole(&design, plan, rows, Which::Scam)?;
        let mut unseen = eval::Scores::new();
        eval::score(&design, rows, &head, Which::Scam, |row, _| eval::holdout(row), &mut unseen);
        let mut kinds: Vec<HeldOut> = vec![
            ("campaigns of corpora", campaign.clone(), |row| !row.source.starts_with(OWN)),
            ("campaigns of own texts", campaign.clone(), |row| row.source.starts_with(OWN)),
            ("holdout texts", unseen, |row| eval::holdout(row)),
        ];
        if !self.quick {
            let corpora = |source: &&String| !source.starts_with(OWN) && !source.starts_with(HOLDOUT);
            let sources: BTreeSet<&String> =
                rows.iter().filter(|row| plan.uses(row)).map(|row| &row.source).filter(corpora).collect();
            let scores = eval::by_source(&design, plan, rows, &sources, Which::Scam, |n| progress.add(n))?;
            kinds.push(("one source at a time", scores, |_| true));
        }
        drop(progress);
        let mut gap: f64 = 0.0;
        for (title, scores, wanted) in &kinds {
            let measured = Measured { design: &design, rows, places: &places, scores };
            let report = Report::of(title, &measured, !self.quick, |row| plan.answer(row).filter(|_| wanted(row)));
            if report.lines.is_empty() {
                continue;
            }
            out.result(format!("{}\n", report.text()), &report.value())?;
            // Own texts were read as a whole, so their halves say nothing.
            if *title == "campaigns of corpora" {
                gap = report.gap();
            }
        }
        self.mistakes(out, &Measured { design: &design, rows, places: &places, scores: &campaign }, plan)?;
        if gap > MAX_GAP {
            out.error(&anyhow!(
                "half A does {:.1} points better than half B: it was fitted to what was read",
                gap * 100.0
            ));
            return Ok(Ended::OverBudget);
        }
        Ok(Ended::from(read.corpus.malformed == 0))
    }

    fn mistakes(&self, out: &Out, measured: &Measured<'_>, plan: &Plan) -> anyhow::Result<()> {
        let mut by: BTreeMap<(&str, bool), Vec<(f64, &Row)>> = BTreeMap::new();
        for (index, score) in measured.scores {
            let example = measured.design.examples.get(*index).filter(|e| !e.unlinked);
            let Some((row, example)) = example.and_then(|e| Some((measured.rows.get(e.row)?, e))) else { continue };
            let half_a = measured.places.get(example.row).is_some_and(|place| place.half == Half::A);
            let may_be_read = row.source.starts_with(OWN) || half_a;
            if let Some(bad) = plan.answer(row).filter(|_| may_be_read) {
                by.entry((&row.lang, bad)).or_default().push((*score, row));
            }
        }
        for ((lang, bad), mut all) in by {
            all.sort_by(|a, b| if bad { a.0.total_cmp(&b.0) } else { b.0.total_cmp(&a.0) });
            for (score, row) in all.into_iter().take(self.mistakes) {
                let what = if bad { "missed" } else { "marked" };
                let text = plain(&row.text.replace('\n', " "));
                let value = json!({ "lang": lang, "mistake": what, "log_odds": score, "id": row.id, "text": row.text });
                out.result(format!("{lang} {what} {score:6.2} {} {text}", plain(&row.id)), &value)?;
            }
        }
        Ok(())
    }
}

//! What `learn` and `eval` look at. In: rule sources, own texts, corpora. Out: labelled rows, the plan, filters with and
//! without the model that is shipped; what is wrong with lines is told.

use super::corpus::TOLD;
use super::files::{Hashed, Image, entries, lines, sha256};
use super::input::filter;
use super::output::{Out, Progress, counted};
use super::sources::{self, Source};
use crate::learn::corpus::{Corpus, Place};
use crate::learn::design::Design;
use crate::learn::eval::Placed;
use crate::learn::examples::{self, EXAMPLES};
use crate::learn::model_file::{GRAMS, LearntFrom, WEIGHTS};
use crate::learn::near;
use crate::learn::plan::{self, Plan};
use crate::learn::{HOLDOUT, OWN};
use anyhow::{Context, anyhow, bail};
use clap::Args;
use scamfilter::ScamFilter;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// What is learnt from.
#[derive(Args)]
pub(super) struct Material {
    /// Further corpora: JSON lines with `text`, `lang` and `label` (ham, spam or scam). Names of files that begin with own or
    /// holdout are refused, as they are those of this project's texts.
    files: Vec<PathBuf>,
    /// Folder of the packs' sources; `common` among them holds model/learn.toml.
    #[arg(long, default_value = "rules/packs")]
    pub(super) rules: PathBuf,
    /// Folder of own texts, with those that are only measured in its folder `holdout`.
    #[arg(long, default_value = "rules/texts")]
    texts: PathBuf,
}

/// What was read of it.
pub(super) struct Read {
    pub(super) corpus: Corpus,
    /// What is learnt from, for the header of the model.
    pub(super) files: Vec<LearntFrom>,
    /// Sources of the packs; that of `common` is without the model that it holds.
    pub(super) sources: Vec<Source>,
    pub(super) plan: Plan,
    /// The packs without a model.
    pub(super) filter: ScamFilter,
    /// Holdout texts that were taken out, behind what they are near to.
    pub(super) near: Vec<(Place, Place)>,
    /// The packs with the model that they ship, if there is one.
    pub(super) shipped: Option<ScamFilter>,
}

impl Material {
    pub(super) fn read(&self, out: &Out) -> anyhow::Result<Read> {
        let mut dirs: Vec<PathBuf> =
            entries(&self.rules)?.into_iter().filter(|p| p.join("pack.toml").is_file()).collect();
        if dirs.is_empty() {
            bail!("{} holds no folder with a pack.toml", self.rules.display());
        }
        dirs.sort_by_key(|dir| (!dir.ends_with("common"), dir.clone()));
        let mut sources = sources::read(out, &dirs)?;
        let shipped = match sources.iter().any(|source| source.tree.contains_key(WEIGHTS)) {
            true => Some(filter(sources::images(out, &sources)?, &[])?),
            false => None,
        };
        // What was learnt before says nothing where something is learnt or held out.
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
        for path in &self.files {
            let source = stem(path);
            if source.starts_with(OWN) || source.starts_with(HOLDOUT) {
                // Half B of it would be read, and its texts written to pages.
                bail!("{}: rename it: such names are this project's texts", path.display());
            }
            inputs.push((source, path.clone()));
        }
        let mut corpus = Corpus::default();
        let mut files = Vec::new();
        let packs = sources::compiled(out, &sources)?;
        let placed = sources.iter().zip(&packs).flat_map(|(source, pack)| {
            let text = |path: &String| source.tree.get(path).map_or("", String::as_str);
            pack.families.iter().map(move |(path, family)| (source.path(path), text(path), family))
        });
        let examples = examples::rows(placed);
        let texts: Vec<&str> = examples.iter().map(|row| row.text.as_str()).collect();
        let sha256_of_texts = sha256(texts.join("\n").as_bytes());
        files.push(LearntFrom { source: EXAMPLES.to_owned(), messages: examples.len(), sha256: sha256_of_texts });
        examples.into_iter().for_each(|row| corpus.add(row));
        for (source, path) in &inputs {
            let before = corpus.rows.len();
            let mut input = BufReader::new(Hashed::new(lines(path)?));
            let read = corpus.read(&path.to_string_lossy(), source, &mut input);
            read.with_context(|| format!("cannot read {}", path.display()))?;
            let messages = corpus.rows.len() - before;
            files.push(LearntFrom { source: source.clone(), messages, sha256: input.into_inner().sha256() });
        }
        files.retain(|file| {
            !file.source.starts_with(HOLDOUT) && !plan.sources.get(&file.source).is_some_and(|source| source.left_out)
        });
        told(out, &corpus);
        let near = near::take_out(&plan, &mut corpus.rows);
        for ((known, at), (held, line)) in near.iter().take(TOLD) {
            out.warning(&format!(
                "{held} line {line} is a near-duplicate of {known} line {at}, which is learnt from; it is not measured"
            ));
        }
        if near.len() > TOLD {
            out.note(format!("{} are near-duplicates of what is learnt from", counted(near.len(), "holdout text")));
        }
        let images = packs.into_iter().map(|pack| Image::new(pack.id, pack.image)).collect::<Result<_, _>>()?;
        let filter = filter(images, &[])?;
        Ok(Read { corpus, files, sources, plan, filter, near, shipped })
    }
}

impl Read {
    /// All rows as the model sees them.
    pub(super) fn design(&self, places: &[Placed]) -> Design {
        let progress = std::sync::Mutex::new(Progress::new("messages"));
        let told = |n| progress.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).add(n);
        Design::of(&self.filter, &self.plan, &self.corpus.rows, places, told)
    }
}

fn told(out: &Out, corpus: &Corpus) {
    for ((file, line), problem) in corpus.refused.iter().take(TOLD) {
        out.error(&anyhow!("{file} line {line}: {problem}"));
    }
    for ((file, line), (other, second)) in corpus.contradicting.first.iter().take(TOLD) {
        out.warning(&format!(
            "{other} line {second} has the text of {file} line {line}, with another label; the first counts"
        ));
    }
    for ((file, line), (_, second)) in corpus.same_id.first.iter().take(TOLD) {
        out.warning(&format!("{file} line {second} has the id of line {line}, with another text; both count"));
    }
    let told = [
        (corpus.malformed, "could not be read"),
        (corpus.contradicting.count, "repeated a text with another label"),
        (corpus.same_id.count, "repeated an id with another text"),
        (corpus.repeated, "repeated a text"),
    ];
    for (count, what) in told.into_iter().filter(|(count, _)| *count > 0) {
        out.note(format!("{} {what}", counted(count, "line")));
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

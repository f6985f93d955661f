//! `stems`. In: rule sources, own texts, corpora. Out: stems of concepts that do nothing in what is learnt from; they are
//! taken out of the sources where that was asked for.

use super::Ended;
use super::files::write_whole;
use super::material::Material;
use super::output::{Out, counted};
use crate::learn::{eval, stems};
use crate::render::plain;
use crate::{layout, lower};
use anyhow::{Context, anyhow};
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Args)]
pub(super) struct Stems {
    #[command(flatten)]
    material: Material,
    /// Campaigns in which a stem must be heard to count.
    #[arg(long, default_value_t = 1)]
    least: usize,
    /// Also those without which no message that is learnt from would look different to the model.
    #[arg(long)]
    redundant: bool,
    /// Take them out of phrases/LANGUAGE.toml of `common`; learn and eval afterwards, as a stem that nothing was learnt from may
    /// still be heard in what comes.
    #[arg(long)]
    prune: bool,
}

impl Stems {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let read = self.material.read(out)?;
        let common = read.sources.iter().find(|s| s.common()).context("no `common` among the packs")?;
        let concepts = lower::concepts(&common.tree).map_err(|_| anyhow!("the concepts cannot be read"))?;
        let rows = &read.corpus.rows;
        let places = eval::places(rows);
        let asked = (self.least, self.redundant);
        let idle = stems::idle(&common.tree, &concepts, &read.filter, &read.plan, rows, &places, asked)?;
        let mut files: BTreeMap<&str, Vec<&stems::Stem>> = BTreeMap::new();
        for stem in &idle {
            files.entry(&stem.file).or_default().push(stem);
            let (file, why) = (&stem.file, stem.why.name());
            let text =
                format!("{file} {} `{}`: {why}, {}", stem.concept, stem.written, counted(stem.campaigns, "campaign"));
            let value = json!({
                "file": file, "concept": stem.concept, "stem": stem.written, "campaigns": stem.campaigns, "why": why,
            });
            out.result(plain(&text), &value)?;
        }
        for (file, gone) in files.iter().filter(|_| self.prune) {
            let text = common.tree.get(*file).map_or("", String::as_str);
            let left = stems::without(text, gone).with_context(|| format!("cannot read {file}"))?;
            write_whole(&self.material.rules.join("common").join(file), layout::format(&left)?.as_bytes())?;
        }
        let done = if self.prune { "taken out" } else { "could go" };
        out.note(format!("{} {done}", counted(idle.len(), "stem")));
        Ok(Ended::from(read.corpus.malformed == 0))
    }
}

//! `build` and `inspect`. In: sources; a pack. Out: packs with their cards; what is in a pack.

use super::Ended;
use super::files::{Image, write_whole};
use super::output::{BOLD, Out, counted};
use super::sources::{compiled, here_or, with_common};
use crate::learn::model_file::{WEIGHTS, parsed};
use crate::render::plain;
use crate::{card, content};
use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Build {
    /// Source folders; without any, the folder in which you are if it holds pack.toml, else the starter packs.
    dirs: Vec<PathBuf>,
    /// Folder for the packs.
    #[arg(long, default_value = "target/packs")]
    out: PathBuf,
}

impl Build {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let sources = here_or(out, &self.dirs)?;
        let packs = compiled(out, &sources)?;
        let joined = with_common(sources.clone());
        let model = joined.iter().find_map(|source| source.tree.get(WEIGHTS)).and_then(|text| parsed(text).ok());
        // Everything that can go wrong with an output does so before the first is written.
        let mut owners: BTreeMap<&str, String> = BTreeMap::new();
        let mut cards = Vec::new();
        for (source, pack) in sources.iter().zip(&packs) {
            let (id, file) = (pack.id.as_str(), source.path("pack.toml"));
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
            if id.is_empty() || !id.bytes().all(plain) {
                bail!(
                    "{file}: `{id}` is no id of a pack, which is the name of its file: a-z, 0-9, hyphen and underscore"
                );
            }
            if let Some(other) = owners.insert(id, file.clone()) {
                bail!("{other} and {file} are both the pack `{id}`, and would become one file");
            }
            cards.push(card::of(pack, model.as_ref())?);
        }
        std::fs::create_dir_all(&self.out).with_context(|| format!("cannot make {}", self.out.display()))?;
        for (pack, card) in packs.iter().zip(cards) {
            let path = self.out.join(format!("{}.scampack", pack.id));
            write_whole(&path, &pack.image)?;
            write_whole(&self.out.join(format!("{}.card.md", pack.id)), card.as_bytes())?;
            let (bytes, families) = (pack.image.len(), pack.families.len());
            let families = if families == 1 { "1 family".to_owned() } else { format!("{families} families") };
            let line = format!("{}  {bytes} bytes, {families}", path.display());
            let serial = pack.about.serial;
            out.result(line, &json!({ "pack": pack.id, "serial": serial, "path": path, "bytes": bytes }))?;
        }
        Ok(Ended::Well)
    }
}

#[derive(Args)]
pub(super) struct Inspect {
    /// The pack.
    pack: PathBuf,
    /// Everything in it: rules, phrases, brands, senders, policies, sentences.
    #[arg(long)]
    content: bool,
}

impl Inspect {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let image = Image::open(&self.pack)?;
        let pack = &image.pack;
        let all = content::of(pack, &image.bytes);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        all.keys().filter(|(kind, _)| *kind != "pack").for_each(|(kind, _)| *counts.entry(kind).or_default() += 1);
        if out.human() {
            for ((_, name), what) in all.iter().filter(|((kind, _), _)| *kind == "pack") {
                out.line(format!("{name:12} {}", plain(what)))?;
            }
            for (kind, size) in pack.sections() {
                out.line(format!("  {:10} {size:8} bytes", format!("{kind:?}").to_lowercase()))?;
            }
            let counts: Vec<String> = counts.iter().map(|(kind, n)| counted_kind(*n, kind)).collect();
            out.line(format!("  {}", counts.join(", ")))?;
            for ((kind, name), what) in all.iter().filter(|((kind, _), _)| self.content && *kind != "pack") {
                out.line(format!("{BOLD}{kind} {}{BOLD:#}  {}", plain(name), plain(what)))?;
            }
        } else {
            let sections: BTreeMap<String, usize> =
                pack.sections().map(|(kind, size)| (format!("{kind:?}").to_lowercase(), size)).collect();
            let about: BTreeMap<&String, &String> =
                all.iter().filter(|((kind, _), _)| *kind == "pack").map(|((_, name), what)| (name, what)).collect();
            let mut value = json!({ "about": about, "sections": sections, "counts": counts });
            if let Some(object) = value.as_object_mut().filter(|_| self.content) {
                let content: Vec<_> = all.iter().map(|((kind, name), what)| json!([kind, name, what])).collect();
                object.insert("content".to_owned(), content.into());
            }
            out.result("", &value)?;
        }
        image.verify()?;
        if out.human() {
            out.line("digests match")?;
        }
        Ok(Ended::Well)
    }
}

fn counted_kind(n: usize, kind: &str) -> String {
    if kind == "policy" && n != 1 { format!("{n} policies") } else { counted(n, kind) }
}

//! What commands read. In: folders of sources and files of packs. Out: trees, compiled packs, an open filter.

use super::output::Out;
use crate::diagnostic::Diagnostic;
use crate::load::{self, Tree};
use crate::lower::{self, Compiled};
use crate::overlay;
use anyhow::{Context, anyhow, bail};
use clap::Args;
use scamfilter::{Level, Pack, PackSource, ScamFilter};
use std::path::{Path, PathBuf};

/// Which packs judge.
#[derive(Args, Default)]
pub(super) struct Packs {
    /// A compiled pack; repeat for several. Without packs and rules, the starter packs judge.
    #[arg(long)]
    pub(super) pack: Vec<PathBuf>,
    /// A source folder, compiled on the fly; repeat for several. `common` of the starter packs joins where none is named.
    #[arg(long, conflicts_with = "pack")]
    pub(super) rules: Vec<PathBuf>,
    /// Highest level that a pack may cause, as PACK=LEVEL; repeat for several.
    #[arg(long, value_parser = ceiling)]
    pub(super) ceiling: Vec<(String, Level)>,
    /// JSON list of what the user and the operator allow and deny, the weakest entry first.
    #[arg(long)]
    pub(super) overlay: Option<PathBuf>,
}

fn ceiling(text: &str) -> Result<(String, Level), String> {
    let (pack, level) = text.split_once('=').ok_or("write PACK=LEVEL")?;
    match Level::from_name(level) {
        Some(level) if level != Level::Unknown => Ok((pack.to_owned(), level)),
        _ => Err("levels: clear, unwanted, suspicious, scam".to_owned()),
    }
}

impl Packs {
    /// The filter that the options ask for.
    pub(super) fn open(&self, out: &Out) -> anyhow::Result<ScamFilter> {
        let images: Vec<Vec<u8>> = if self.pack.is_empty() {
            with_common(out, trees(out, &self.rules)?)?.into_iter().map(|c| c.image).collect()
        } else {
            let read = |path: &PathBuf| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
            self.pack.iter().map(read).collect::<Result<_, _>>()?
        };
        let mut sources: Vec<PackSource> = images.into_iter().map(PackSource::new).collect();
        for (pack, level) in &self.ceiling {
            let named = sources.iter_mut().find(|s| Pack::open(s.bytes.clone()).is_ok_and(|p| p.id() == pack));
            named.with_context(|| format!("--ceiling names `{pack}`, which is not open"))?.ceiling = *level;
        }
        let filter = ScamFilter::open(sources)?;
        let Some(path) = &self.overlay else { return Ok(filter) };
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let overlay = overlay::parse(&text).with_context(|| format!("{} is no overlay", path.display()))?;
        Ok(filter.with_overlay(overlay))
    }
}

/// A filter over images.
pub(super) fn filter(images: impl IntoIterator<Item = Vec<u8>>) -> anyhow::Result<ScamFilter> {
    Ok(ScamFilter::open(images.into_iter().map(PackSource::new).collect())?)
}

/// The sources in `dirs`, or the starter packs without any.
pub(super) fn trees(out: &Out, dirs: &[PathBuf]) -> anyhow::Result<Vec<Tree>> {
    if dirs.is_empty() {
        return Ok(load::starter());
    }
    let mut trees = Vec::new();
    let mut problems = Vec::new();
    for dir in dirs {
        match load::folder(dir) {
            Ok(tree) => trees.push(tree),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        out.diagnostics(&problems)?;
        bail!("the rule sources cannot be read");
    }
    Ok(trees)
}

/// Each tree compiled against the concepts of the `common` among them, else of the starter packs.
pub(super) fn compile(trees: &[Tree]) -> Vec<Result<Compiled, Vec<Diagnostic>>> {
    let starter = load::starter();
    let own = trees.iter().find(|t| t.contains_key("concepts.toml"));
    match own.or(starter.first()).map(lower::concepts).transpose() {
        Ok(known) => trees.iter().map(|tree| lower::compile(tree, &known.clone().unwrap_or_default())).collect(),
        Err(problems) => vec![Err(problems)],
    }
}

/// Everything compiled, or every diagnostic printed and an error.
pub(super) fn compiled(out: &Out, trees: &[Tree]) -> anyhow::Result<Vec<Compiled>> {
    let mut good = Vec::new();
    let mut problems = Vec::new();
    for result in compile(trees) {
        match result {
            Ok(pack) => good.push(pack),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        return Ok(good);
    }
    out.diagnostics(&problems)?;
    Err(anyhow!("the rule sources have errors"))
}

/// Everything compiled, the starter packs' `common` first where no tree brings one.
pub(super) fn with_common(out: &Out, mut trees: Vec<Tree>) -> anyhow::Result<Vec<Compiled>> {
    if !trees.iter().any(|t| t.contains_key("scoring.toml")) {
        trees.splice(0..0, load::starter().into_iter().take(1));
    }
    compiled(out, &trees)
}

/// A pack file, or a folder of sources compiled, as an image.
pub(super) fn image(out: &Out, path: &Path) -> anyhow::Result<Vec<u8>> {
    if path.is_dir() {
        let mut all = compiled(out, &trees(out, &[path.to_owned()])?)?;
        return Ok(all.swap_remove(0).image);
    }
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A filter from one path: a pack file, a folder of sources, a folder of packs, or a folder of folders of sources.
pub(super) fn filter_at(out: &Out, path: &Path) -> anyhow::Result<ScamFilter> {
    if !path.is_dir() {
        return filter([image(out, path)?]);
    }
    if path.join("pack.toml").is_file() {
        return filter(with_common(out, trees(out, &[path.to_owned()])?)?.into_iter().map(|c| c.image));
    }
    let entries = std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut paths: Vec<PathBuf> = entries.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let packs: Vec<&PathBuf> = paths.iter().filter(|p| p.extension().is_some_and(|e| e == "scampack")).collect();
    if !packs.is_empty() {
        return filter(packs.into_iter().map(|p| image(out, p)).collect::<Result<Vec<_>, _>>()?);
    }
    let sources: Vec<PathBuf> = paths.into_iter().filter(|p| p.join("pack.toml").is_file()).collect();
    if sources.is_empty() {
        bail!("{} holds neither packs nor folders with a pack.toml", path.display());
    }
    filter(with_common(out, trees(out, &sources)?)?.into_iter().map(|c| c.image))
}

/// Writes a file so that it appears whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = std::fs::write(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written.with_context(|| format!("cannot write {}", path.display()))
}

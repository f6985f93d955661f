//! What judges. In: packs, folders of sources, an overlay. Out: an open filter.

use super::files::{Image, entries, is_pack};
use super::output::Out;
use super::sources::{self, Source};
use crate::overlay;
use anyhow::{Context, bail};
use clap::Args;
use scamfilter::{Level, PackSource, ScamFilter};
use std::path::{Path, PathBuf};

/// Which packs judge.
#[derive(Args, Default)]
pub(super) struct Packs {
    /// A compiled pack; repeat for several. `common` of the starter packs joins where none is named. Without packs and rules, the starter packs judge.
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
        let images = match (self.pack.as_slice(), self.rules.as_slice()) {
            ([], []) => sources::images(out, &Source::starter())?,
            ([], dirs) => {
                if let Some(pack) = dirs.iter().find(|path| is_pack(path)) {
                    bail!("{} is a pack: use --pack", pack.display());
                }
                sources::images(out, &sources::with_common(sources::read(out, dirs)?))?
            }
            (paths, _) => {
                if let Some(folder) = paths.iter().find(|path| path.is_dir()) {
                    let sources = folder.join("pack.toml").is_file();
                    let what = if sources { "use --rules" } else { "name each pack in it" };
                    bail!("{} is a folder: {what}", folder.display());
                }
                with_common(out, paths.iter().map(|path| Image::verified(path)).collect::<Result<_, _>>()?)?
            }
        };
        let filter = filter(images, &self.ceiling)?;
        let Some(path) = &self.overlay else { return Ok(filter) };
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let overlay = overlay::parse(&text).with_context(|| format!("{} is no overlay", path.display()))?;
        Ok(filter.with_overlay(overlay))
    }
}

/// Packs with the starter packs' `common` in front where none of them is it: it says how scores become levels.
fn with_common(out: &Out, mut images: Vec<Image>) -> anyhow::Result<Vec<Image>> {
    if !images.iter().any(|image| image.pack.id() == "common") {
        images.splice(0..0, sources::images(out, &sources::with_common(Vec::new()))?);
        if out.human() {
            out.note("no pack `common` among them: that of the starter packs joins");
        }
    }
    Ok(images)
}

/// A filter over packs, some of them held down.
pub(super) fn filter(images: Vec<Image>, ceilings: &[(String, Level)]) -> anyhow::Result<ScamFilter> {
    for (index, image) in images.iter().enumerate() {
        let id = image.pack.id();
        if let Some(other) = images.iter().take(index).find(|other| other.pack.id() == id) {
            bail!("{} and {} are both the pack `{id}`", other.from, image.from);
        }
        if id == "common" && image.pack.scoring().is_none() {
            bail!("{}: this `common` has no scoring.toml that says how scores become levels", image.from);
        }
    }
    if let Some((pack, _)) = ceilings.iter().find(|(pack, _)| !images.iter().any(|image| image.pack.id() == pack)) {
        bail!("--ceiling names `{pack}`, which is not open");
    }
    let sources = images.into_iter().map(|image| {
        let ceiling = ceilings.iter().rev().find(|(pack, _)| image.pack.id() == pack);
        PackSource { bytes: image.bytes, ceiling: ceiling.map_or(Level::Scam, |(_, level)| *level), may_guard: false }
    });
    Ok(ScamFilter::open(sources.collect())?)
}

/// A pack file, or a folder of sources compiled.
pub(super) fn image(out: &Out, path: &Path) -> anyhow::Result<Image> {
    if !path.is_dir() {
        return Image::verified(path);
    }
    Ok(sources::images(out, &sources::read(out, &[path.to_owned()])?)?.swap_remove(0))
}

/// A filter from one path: a pack file, a folder of sources, a folder of packs, or a folder of folders of sources.
pub(super) fn filter_at(out: &Out, path: &Path) -> anyhow::Result<ScamFilter> {
    let of_sources = |dirs: &[PathBuf]| {
        let sources = sources::with_common(sources::read(out, dirs)?);
        filter(sources::images(out, &sources)?, &[])
    };
    if !path.is_dir() {
        return filter(with_common(out, vec![Image::verified(path)?])?, &[]);
    }
    if path.join("pack.toml").is_file() {
        return of_sources(&[path.to_owned()]);
    }
    let paths = entries(path)?;
    let packs: Vec<&PathBuf> = paths.iter().filter(|p| p.extension().is_some_and(|e| e == "scampack")).collect();
    if !packs.is_empty() {
        let images = packs.into_iter().map(|p| Image::verified(p)).collect::<Result<_, _>>()?;
        return filter(with_common(out, images)?, &[]);
    }
    let folders: Vec<PathBuf> = paths.into_iter().filter(|p| p.join("pack.toml").is_file()).collect();
    if folders.is_empty() {
        bail!("{} holds neither packs nor folders with a pack.toml", path.display());
    }
    of_sources(&folders)
}

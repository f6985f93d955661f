//! Folders of sources. In: paths as the user gave them. Out: trees and compiled packs; diagnostics name files by these paths.

use super::files::{Image, is_pack};
use super::output::Out;
use crate::diagnostic::Diagnostic;
use crate::load::{self, Tree};
use crate::lower::{self, Compiled};
use anyhow::{anyhow, bail};
use std::path::{Path, PathBuf};

/// The sources of one pack.
#[derive(Clone)]
pub(super) struct Source {
    /// The folder as the user named it.
    dir: String,
    pub(super) tree: Tree,
    /// Files that nothing reads.
    pub(super) warnings: Vec<Diagnostic>,
}

/// A source, compiled.
pub(super) type Built = Result<Compiled, Vec<Diagnostic>>;

impl Source {
    /// The starter packs, by where they stand in the repository.
    pub(super) fn starter() -> Vec<Self> {
        let named = load::starter_by_name().into_iter();
        named.map(|(name, tree)| Self { dir: format!("rules/packs/{name}"), tree, warnings: Vec::new() }).collect()
    }

    fn read(dir: &Path) -> Result<Self, Vec<Diagnostic>> {
        let mut source = Self { dir: dir.to_string_lossy().into_owned(), tree: Tree::new(), warnings: Vec::new() };
        match load::read(dir) {
            Ok((tree, warnings)) => {
                source.tree = tree;
                source.warnings = source.named(warnings);
                Ok(source)
            }
            Err(problems) => Err(source.named(problems)),
        }
    }

    /// How the user would name a file of it.
    pub(super) fn path(&self, file: &str) -> String {
        match (self.dir.as_str(), file) {
            (dir, "") => dir.to_owned(),
            (".", file) => file.to_owned(),
            (dir, file) => format!("{}/{file}", dir.trim_end_matches(['/', '\\'])),
        }
    }

    /// Diagnostics with the paths that the user knows.
    pub(super) fn named(&self, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        diagnostics.iter_mut().for_each(|d| d.file = self.path(&d.file));
        diagnostics
    }

    /// Whether it is the pack that says how scores become levels.
    pub(super) fn common(&self) -> bool {
        self.tree.contains_key("scoring.toml")
    }
}

/// The sources in `dirs`. Without any the folder in which the user stands, where that is one, else the starter packs.
pub(super) fn here_or(out: &Out, dirs: &[PathBuf]) -> anyhow::Result<Vec<Source>> {
    if !dirs.is_empty() {
        return read(out, dirs);
    }
    if Path::new("pack.toml").is_file() {
        return read(out, &[PathBuf::from(".")]);
    }
    if out.human() {
        out.note("no folder was named and there is no pack.toml here: the starter packs");
    }
    Ok(Source::starter())
}

/// The sources in `dirs`.
pub(super) fn read(out: &Out, dirs: &[PathBuf]) -> anyhow::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    for dir in dirs {
        if dir.is_file() {
            let name = dir.display();
            match is_pack(dir) || dir.extension().is_some_and(|e| e == "scampack") {
                true => bail!("{name} is a pack: here a folder of sources is needed; `check` takes packs with --pack"),
                false => bail!("{name} is a file: name the folder that holds pack.toml"),
            }
        }
        match Source::read(dir) {
            Ok(source) => sources.push(source),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        out.diagnostics(&problems)?;
        bail!("the rule sources cannot be read");
    }
    Ok(sources)
}

/// Each source compiled against the concepts of the `common` among them, else of the starter packs.
pub(super) fn compile(sources: &[Source]) -> Vec<Built> {
    let starter = Source::starter();
    let own = sources.iter().find(|s| s.tree.contains_key("concepts.toml"));
    let Some(common) = own.or(starter.first()) else { return Vec::new() };
    match lower::concepts(&common.tree) {
        Ok(known) => {
            let build = |source: &Source| lower::compile(&source.tree, &known).map_err(|found| source.named(found));
            let named = |source: &Source, pack: Compiled| Compiled { warnings: source.named(pack.warnings), ..pack };
            sources.iter().map(|source| build(source).map(|pack| named(source, pack))).collect()
        }
        Err(problems) => vec![Err(common.named(problems))],
    }
}

/// Everything compiled, or every diagnostic printed and an error.
pub(super) fn compiled(out: &Out, sources: &[Source]) -> anyhow::Result<Vec<Compiled>> {
    let unread: Vec<Diagnostic> = sources.iter().flat_map(|s| s.warnings.clone()).collect();
    out.warnings(&unread);
    let mut good = Vec::new();
    let mut problems = Vec::new();
    for result in compile(sources) {
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

/// Sources with the starter packs' `common` in front where none of them brings one.
pub(super) fn with_common(mut sources: Vec<Source>) -> Vec<Source> {
    if !sources.iter().any(Source::common) {
        sources.splice(0..0, Source::starter().into_iter().take(1));
    }
    sources
}

/// Sources as packs.
pub(super) fn images(out: &Out, sources: &[Source]) -> anyhow::Result<Vec<Image>> {
    let packs = compiled(out, sources)?;
    sources.iter().zip(packs).map(|(source, pack)| Image::new(source.dir.clone(), pack.image)).collect()
}

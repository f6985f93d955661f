//! `new`, `lint`, `fmt` and `test`: an author's day. In: source folders. Out: diagnostics, and whether all is well.

use super::Ended;
use super::input::{compile, compiled, filter, trees, write_whole};
use super::output::{BOLD, GOOD, Out, counted};
use crate::load::{self, Tree};
use crate::{examples, layout, template, words};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How often `--watch` looks for changes.
const POLL: Duration = Duration::from_millis(300);

#[derive(Args)]
pub(super) struct New {
    #[command(subcommand)]
    what: Kind,
}

#[derive(Subcommand)]
enum Kind {
    /// A family: one campaign with its terms, rules and examples.
    Family {
        /// Source folder of the pack.
        pack: PathBuf,
        /// Id, beginning with the pack's: `th.refund`.
        id: String,
        /// Category: bank, parcel, loan, …
        #[arg(long)]
        category: String,
        /// Languages of its words, comma-separated.
        #[arg(long, value_delimiter = ',', default_value = "en")]
        languages: Vec<String>,
    },
    /// A pack: a folder with pack.toml and texts.toml.
    Pack {
        /// Folder to make.
        folder: PathBuf,
        /// Id, such as an operator's name or a country.
        id: String,
        /// Who answers for it.
        #[arg(long)]
        publisher: String,
        /// Countries, comma-separated (ISO 3166-1 alpha-2).
        #[arg(long, value_delimiter = ',')]
        countries: Vec<String>,
    },
}

impl New {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let files = match &self.what {
            Kind::Family { pack, id, category, languages } => {
                if !pack.join("pack.toml").is_file() {
                    bail!("{} has no pack.toml; start one with `scampack new pack`", pack.display());
                }
                let name = id.rsplit('.').next().unwrap_or(id);
                let text = template::family(id, category, languages)?;
                vec![(pack.join("families").join(format!("{name}.toml")), text)]
            }
            Kind::Pack { folder, id, publisher, countries } => {
                let [pack, texts] = template::pack(id, publisher, countries)?;
                vec![(folder.join("pack.toml"), pack), (folder.join("texts.toml"), texts)]
            }
        };
        if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
            bail!("{} is already there", path.display());
        }
        for (path, text) in &files {
            let folder = path.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
            write_whole(path, text.as_bytes())?;
            out.result(format!("wrote {}", path.display()), &json!({ "wrote": path }))?;
        }
        if out.human() {
            out.note("fill in what stands in capitals, then run `scampack test` on the folder");
        }
        Ok(Ended::Well)
    }
}

#[derive(Args)]
pub(super) struct Lint {
    /// Source folders; without any, the starter packs.
    dirs: Vec<PathBuf>,
    /// Treat warnings as errors.
    #[arg(long)]
    deny_warnings: bool,
}

impl Lint {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let trees = trees(out, &self.dirs)?;
        let mut found = Vec::new();
        let own = trees.iter().find(|t| t.contains_key("concepts.toml")).cloned();
        let common = compile(&own.into_iter().chain(load::starter()).take(1).collect::<Vec<_>>());
        for (tree, result) in trees.iter().zip(compile(&trees)) {
            match (result, common.first()) {
                (Ok(pack), Some(Ok(common))) => {
                    let inside = words::lint(tree, &pack, &common.image)?;
                    found.extend(pack.warnings.into_iter().chain(inside));
                }
                (Ok(pack), _) => found.extend(pack.warnings),
                (Err(problems), _) => found.extend(problems),
            }
        }
        let good = out.diagnostics(&found)? && (found.is_empty() || !self.deny_warnings);
        if found.is_empty() && out.human() {
            out.line(format!("{GOOD}{}, nothing to say{GOOD:#}", counted(trees.len(), "pack")))?;
        }
        Ok(Ended::from(good))
    }
}

#[derive(Args)]
pub(super) struct Fmt {
    /// Source folders.
    #[arg(required = true)]
    dirs: Vec<PathBuf>,
    /// Change nothing; exit 1 when a file is laid out otherwise.
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let mut changed = 0;
        for dir in &self.dirs {
            let tree = trees(out, std::slice::from_ref(dir))?.swap_remove(0);
            for (name, text) in tree.iter().filter(|(name, _)| name.ends_with(".toml")) {
                let path = dir.join(name);
                let laid_out = layout::format(text).with_context(|| format!("{} is not TOML", path.display()))?;
                if laid_out == *text {
                    continue;
                }
                changed += 1;
                if !self.check {
                    write_whole(&path, laid_out.as_bytes())?;
                }
                out.result(path.display().to_string(), &json!({ "changed": path }))?;
            }
        }
        if out.human() {
            let done = if self.check { "to lay out" } else { "laid out" };
            out.note(format!("{} {done}", counted(changed, "file")));
        }
        Ok(Ended::from(!self.check || changed == 0))
    }
}

#[derive(Args)]
pub(super) struct Test {
    /// Source folders; without any, the starter packs.
    dirs: Vec<PathBuf>,
    /// Run again whenever a source changes, until interrupted.
    #[arg(long, requires = "dirs")]
    watch: bool,
}

impl Test {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        if !self.watch {
            return Ok(Ended::from(self.once(out)?));
        }
        loop {
            let before = newest(&self.dirs);
            let start = Instant::now();
            if let Err(error) = self.once(out) {
                out.error(&error);
            }
            out.note(format!("{BOLD}{} ms; waiting for a change{BOLD:#}", start.elapsed().as_millis()));
            while newest(&self.dirs) == before {
                std::thread::sleep(POLL);
            }
        }
    }

    fn once(&self, out: &Out) -> anyhow::Result<bool> {
        let mut trees: Vec<Tree> = trees(out, &self.dirs)?;
        let asked = trees.len();
        if !trees.iter().any(|t| t.contains_key("scoring.toml")) {
            trees.extend(load::starter().into_iter().take(1));
        }
        let packs = compiled(out, &trees)?;
        let filter = filter(packs.iter().map(|c| c.image.clone()))?;
        let (mut ran, mut failed, mut found) = (0, 0, Vec::new());
        let mut lines = Vec::new();
        for (tree, pack) in trees.iter().zip(&packs).take(asked) {
            let outcome = examples::run(tree, pack, &filter);
            lines.push(format!("{}: {} examples, {} failed", pack.id, outcome.ran, outcome.failed.len()));
            ran += outcome.ran;
            failed += outcome.failed.len();
            found.extend(outcome.failed);
            found.extend(outcome.uncovered);
        }
        out.diagnostics(&found)?;
        if out.human() {
            lines.iter().try_for_each(|line| out.line(line))?;
            out.line(format!("{} passed, {failed} failed", ran - failed))?;
        }
        Ok(failed == 0)
    }
}

/// The last change below the folders.
fn newest(dirs: &[PathBuf]) -> Option<(SystemTime, usize)> {
    fn walk(dir: &Path, files: &mut Vec<SystemTime>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => walk(&entry.path(), files),
                Ok(meta) => files.extend(meta.modified().ok()),
                Err(_) => {}
            }
        }
    }
    let mut files = Vec::new();
    dirs.iter().for_each(|dir| walk(dir, &mut files));
    files.iter().max().map(|last| (*last, files.len()))
}

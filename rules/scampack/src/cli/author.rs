//! `new`, `lint`, `fmt` and `test`: an author's day. In: source folders. Out: diagnostics, and whether all is well.

use super::Ended;
use super::check::country;
use super::files::{Image, write_whole};
use super::input::filter;
use super::output::{BOLD, GOOD, Out, counted};
use super::sources::{self, compile, compiled, here_or, with_common};
use crate::learn::model_file::{self, WEIGHTS};
use crate::render::plain;
use crate::source::PackFile;
use crate::{codes, examples, layout, template, words};
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
        #[arg(long, value_delimiter = ',', default_value = "en", value_parser = language)]
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
        #[arg(long, value_delimiter = ',', value_parser = country)]
        countries: Vec<String>,
    },
}

fn language(code: &str) -> Result<String, String> {
    let code = code.trim();
    codes::is_language(code).then(|| code.to_owned()).ok_or_else(|| codes::LANGUAGE.to_owned())
}

/// The name of a family within its pack.
fn name<'a>(folder: &Path, id: &'a str) -> anyhow::Result<&'a str> {
    let path = folder.join("pack.toml");
    if !path.is_file() {
        bail!("{} has no pack.toml; start one with `scampack new pack`", folder.display());
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let pack: PackFile = toml::from_str(&text).with_context(|| format!("cannot read {}", path.display()))?;
    let name = id.strip_prefix(&pack.id).and_then(|rest| rest.strip_prefix('.'));
    let Some(name) = name.filter(|name| name.split('.').all(|part| !part.is_empty())) else {
        let pack = &pack.id;
        bail!("`{id}` is no id of a family of this pack: take `{pack}.` and a name, like {pack}.refund");
    };
    Ok(name)
}

impl New {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let files = match &self.what {
            Kind::Family { pack, id, category, languages } => {
                let name = name(pack, id)?;
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
    /// Source folders; without any, the folder in which you are if it holds pack.toml, else the starter packs.
    dirs: Vec<PathBuf>,
    /// Treat warnings as errors.
    #[arg(long)]
    deny_warnings: bool,
}

impl Lint {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let asked = here_or(out, &self.dirs)?;
        let mut found: Vec<_> = asked.iter().flat_map(|source| source.warnings.clone()).collect();
        let joined = with_common(asked.clone());
        let built = compile(&joined);
        let common =
            joined.iter().zip(&built).find(|(source, _)| source.common()).and_then(|(_, built)| built.as_ref().ok());
        for (source, built) in joined.iter().zip(&built).skip(joined.len() - asked.len()) {
            match built {
                Ok(pack) => {
                    let inside = common.map(|common| words::lint(&source.tree, pack, &common.image)).transpose()?;
                    found.extend(pack.warnings.iter().cloned().chain(source.named(inside.unwrap_or_default())));
                }
                Err(problems) => found.extend(problems.iter().cloned()),
            }
        }
        let good = out.diagnostics(&found)? && (found.is_empty() || !self.deny_warnings);
        if found.is_empty() && out.human() {
            out.line(format!("{GOOD}{}, nothing to say{GOOD:#}", counted(asked.len(), "pack")))?;
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
        let (mut changed, mut refused) = (0, 0);
        for dir in &self.dirs {
            let source = sources::read(out, std::slice::from_ref(dir))?.swap_remove(0);
            for (name, text) in source.tree.iter().filter(|(name, _)| name.ends_with(".toml")) {
                let path = dir.join(name);
                let laid_out = match layout::format(text) {
                    Ok(laid_out) => laid_out,
                    Err(error) => {
                        refused += 1;
                        out.error(&error.context(format!("{} is left alone", path.display())));
                        continue;
                    }
                };
                // The file itself can differ from its text by a byte order mark and carriage returns.
                let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                if laid_out.as_bytes() == bytes {
                    continue;
                }
                changed += 1;
                if !self.check {
                    write_whole(&path, laid_out.as_bytes())?;
                }
                out.result(plain(&path.display().to_string()), &json!({ "changed": path }))?;
            }
        }
        if out.human() {
            let done = if self.check { "to lay out" } else { "laid out" };
            out.note(format!("{} {done}", counted(changed, "file")));
        }
        Ok(Ended::from(refused == 0 && (!self.check || changed == 0)))
    }
}

#[derive(Args)]
pub(super) struct Test {
    /// Source folders; without any, the folder in which you are if it holds pack.toml, else the starter packs.
    dirs: Vec<PathBuf>,
    /// Run again whenever a source changes, until interrupted.
    #[arg(long)]
    watch: bool,
    /// Let the learnt wording weigh nothing: which examples rest on rules, concepts and facts.
    #[arg(long)]
    no_grams: bool,
}

impl Test {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        if !self.watch {
            return Ok(Ended::from(self.once(out)?));
        }
        let dirs = match self.dirs.as_slice() {
            [] if Path::new("pack.toml").is_file() => vec![PathBuf::from(".")],
            [] => bail!("--watch needs a folder: name one that holds pack.toml"),
            dirs => dirs.to_vec(),
        };
        loop {
            let before = newest(&dirs);
            let start = Instant::now();
            if let Err(error) = self.once(out) {
                out.error(&error);
            }
            out.note(format!("{BOLD}{} ms; waiting for a change{BOLD:#}", start.elapsed().as_millis()));
            while newest(&dirs) == before {
                std::thread::sleep(POLL);
            }
        }
    }

    fn once(&self, out: &Out) -> anyhow::Result<bool> {
        let asked = here_or(out, &self.dirs)?;
        let count = asked.len();
        let mut sources = with_common(asked);
        let joined = sources.len() - count;
        for weights in sources.iter_mut().filter(|_| self.no_grams).filter_map(|s| s.tree.get_mut(WEIGHTS)) {
            *weights = model_file::without_grams(weights).context("the learnt weights cannot be read")?;
        }
        let packs = compiled(out, &sources)?;
        let images = sources.iter().zip(&packs).map(|(s, pack)| Image::new(s.path(""), pack.image.clone()));
        let filter = filter(images.collect::<Result<_, _>>()?, &[])?;
        let (mut ran, mut failed, mut found) = (0, 0, Vec::new());
        let mut counts = Vec::new();
        for (source, pack) in sources.iter().zip(&packs).skip(joined) {
            let outcome = examples::run(&source.tree, pack, &filter);
            counts.push((pack.id.as_str(), outcome.ran, outcome.failed.len()));
            ran += outcome.ran;
            failed += outcome.failed.len();
            found.extend(source.named(outcome.failed));
            found.extend(source.named(outcome.uncovered));
        }
        let value = |(id, ran, failed): &(&str, usize, usize)| json!({ "pack": id, "examples": ran, "failed": failed });
        let packs: Vec<_> = counts.iter().map(value).collect();
        let more = [("packs", json!(packs)), ("examples", json!(ran)), ("failed", json!(failed))];
        out.diagnostics_and(&found, &more)?;
        if out.human() {
            counts
                .iter()
                .try_for_each(|(id, ran, failed)| out.line(format!("{id}: {ran} examples, {failed} failed")))?;
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

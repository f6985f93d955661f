//! The command line of scampack. In: arguments. Out: text or JSON; exit 0 ran, 1 bad input, 2 usage.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command for people")]

use anyhow::{Context, anyhow, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use scamfilter::pack::PackSource;
use scamfilter::{Message, Pack, ScamFilter, Verdict};
use scampack::lower::{Compiled, compile, concepts};
use scampack::{Code, Diagnostic, Tree, examples, jsonl, load, render};
use std::io::{BufReader, IsTerminal, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Write, lint, test, build and try rule packs of scamfilter.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge a message, or a file of messages in JSON lines.
    Check(Check),
    /// Judge one link alone.
    CheckLink {
        /// The link.
        link: String,
        #[command(flatten)]
        packs: Packs,
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Say everything that is wrong with rule sources.
    Lint {
        /// Source folders; without any, the starter packs.
        dirs: Vec<PathBuf>,
    },
    /// Run every example of every family.
    Test {
        /// Source folders; without any, the starter packs.
        dirs: Vec<PathBuf>,
    },
    /// Compile rule sources to packs.
    Build {
        /// Source folders; without any, the starter packs.
        dirs: Vec<PathBuf>,
        /// Folder for the packs.
        #[arg(long, default_value = "target/packs")]
        out: PathBuf,
    },
    /// Show what is in a pack, and check its digests.
    Inspect {
        /// The pack.
        pack: PathBuf,
    },
    /// Say what a diagnostic code means.
    Explain {
        /// Such as SP004.
        code: String,
    },
}

#[derive(Args)]
struct Check {
    /// The message; `-` reads it from standard input.
    #[arg(required_unless_present = "input")]
    text: Option<String>,
    /// Sender ID or number.
    #[arg(long)]
    sender: Option<String>,
    /// Country of the SIM (ISO 3166-1 alpha-2).
    #[arg(long)]
    country: Option<String>,
    /// Language of the explanations.
    #[arg(long, default_value = "en")]
    locale: String,
    /// JSON lines to judge, one message a line; `-` for standard input.
    #[arg(long, conflicts_with = "text")]
    input: Option<PathBuf>,
    #[command(flatten)]
    packs: Packs,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Args)]
struct Packs {
    /// A compiled pack; repeat for several.
    #[arg(long)]
    pack: Vec<PathBuf>,
    /// A source folder, compiled on the fly; repeat for several. `common` of the starter packs joins where none is named.
    #[arg(long, conflicts_with = "pack")]
    rules: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// One JSON object.
    Json,
    /// The same on one line.
    Jsonl,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // A reader that closed early, such as `head`, is no error.
            if error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) {
                return ExitCode::SUCCESS;
            }
            eprintln!("error: {error:#}");
            ExitCode::from(1)
        }
    }
}

fn run(command: Command) -> anyhow::Result<bool> {
    match command {
        Command::Check(check) => self::check(check),
        Command::CheckLink { link, packs, format } => {
            let filter = open(&packs)?;
            show(&filter, &filter.check_link(&link), link.trim(), "en", format)?;
            Ok(true)
        }
        Command::Lint { dirs } => Ok(compiled(&dirs)?.is_some()),
        Command::Test { dirs } => test(&dirs),
        Command::Build { dirs, out } => build(&dirs, &out),
        Command::Inspect { pack } => inspect(&pack),
        Command::Explain { code } => {
            let known = Code::ALL.iter().find(|c| c.name().eq_ignore_ascii_case(&code));
            let known =
                known.ok_or_else(|| anyhow!("no code {code}; codes run from SP001 to SP{:03}", Code::ALL.len()))?;
            println!("{}: {}", known.name(), known.about());
            Ok(true)
        }
    }
}

fn check(check: Check) -> anyhow::Result<bool> {
    let filter = open(&check.packs)?;
    if let Some(path) = check.input {
        let mut out = std::io::BufWriter::new(stdout().lock());
        let ran = if path == Path::new("-") {
            jsonl::check(&filter, stdin().lock(), &mut out)?
        } else {
            let file = std::fs::File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
            jsonl::check(&filter, BufReader::new(file), &mut out)?
        };
        out.flush()?;
        if ran.malformed > 0 {
            eprintln!("{} of {} lines could not be read", ran.malformed, ran.malformed + ran.judged);
        }
        return Ok(ran.malformed == 0);
    }
    let mut text = check.text.unwrap_or_default();
    if text == "-" {
        if stdin().is_terminal() {
            eprintln!("reading the message from standard input; end it with Ctrl-D");
        }
        text = std::io::read_to_string(stdin()).context("standard input is not UTF-8 text")?;
    }
    let message =
        Message { sender: check.sender.map(Into::into), sim_country: check.country, ..Message::sms(text.as_str()) };
    show(&filter, &filter.check(&message), &text, &check.locale, check.format)?;
    Ok(true)
}

fn show(filter: &ScamFilter, verdict: &Verdict, text: &str, locale: &str, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Human => write!(stdout(), "{}", render::human(filter, verdict, text, &[locale]))?,
        Format::Json | Format::Jsonl => writeln!(stdout(), "{}", verdict.to_json())?,
    }
    Ok(())
}

/// The filter that the options ask for.
fn open(packs: &Packs) -> anyhow::Result<ScamFilter> {
    let images: Vec<Vec<u8>> = if packs.pack.is_empty() {
        let mut trees = trees(&packs.rules)?;
        if !packs.rules.is_empty() && !trees.iter().any(|t| t.contains_key("scoring.toml")) {
            trees.splice(0..0, load::starter().into_iter().take(1));
        }
        let compiled = lower(&trees)?.ok_or_else(|| anyhow!("the rule sources have errors"))?;
        compiled.into_iter().map(|c| c.image).collect()
    } else {
        packs
            .pack
            .iter()
            .map(|p| std::fs::read(p).with_context(|| format!("cannot read {}", p.display())))
            .collect::<Result<_, _>>()?
    };
    filter(images)
}

fn filter(images: Vec<Vec<u8>>) -> anyhow::Result<ScamFilter> {
    Ok(ScamFilter::open(images.into_iter().map(PackSource::new).collect())?)
}

fn trees(dirs: &[PathBuf]) -> anyhow::Result<Vec<Tree>> {
    if dirs.is_empty() {
        return Ok(load::starter());
    }
    dirs.iter().map(|d| load::folder(d).map_err(|problems| refuse(&problems))).collect()
}

/// Compiles; prints every diagnostic, and gives nothing when there is one.
fn lower(trees: &[Tree]) -> anyhow::Result<Option<Vec<Compiled>>> {
    let own: Option<&Tree> = trees.iter().find(|t| t.contains_key("concepts.toml"));
    let starter = load::starter();
    let known = own.or(starter.first()).map(concepts).transpose().map_err(|p| refuse(&p))?.unwrap_or_default();
    let results: Vec<_> = trees.iter().map(|tree| compile(tree, &known)).collect();
    let problems: Vec<&Diagnostic> = results.iter().filter_map(|r| r.as_ref().err()).flatten().collect();
    problems.iter().for_each(|p| eprintln!("{p}\n"));
    if problems.is_empty() {
        return Ok(Some(results.into_iter().flatten().collect()));
    }
    eprintln!("{} errors", problems.len());
    Ok(None)
}

fn compiled(dirs: &[PathBuf]) -> anyhow::Result<Option<Vec<Compiled>>> {
    lower(&trees(dirs)?)
}

fn refuse(problems: &[Diagnostic]) -> anyhow::Error {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    anyhow!("{}", lines.join("\n\n"))
}

fn test(dirs: &[PathBuf]) -> anyhow::Result<bool> {
    let mut trees = trees(dirs)?;
    let asked = trees.len();
    if !trees.iter().any(|t| t.contains_key("scoring.toml")) {
        trees.extend(load::starter().into_iter().take(1));
    }
    let Some(compiled) = lower(&trees)? else { return Ok(false) };
    let filter = filter(compiled.iter().map(|c| c.image.clone()).collect())?;
    let (mut ran, mut failed) = (0, 0);
    for (tree, pack) in trees.iter().zip(&compiled).take(asked) {
        let outcome = examples::run(tree, pack, &filter);
        outcome.failed.iter().for_each(|d| eprintln!("{d}\n"));
        println!("{}: {} examples, {} failed", pack.id, outcome.ran, outcome.failed.len());
        ran += outcome.ran;
        failed += outcome.failed.len();
    }
    println!("{} passed, {failed} failed", ran - failed);
    Ok(failed == 0)
}

fn build(dirs: &[PathBuf], out: &Path) -> anyhow::Result<bool> {
    let Some(compiled) = compiled(dirs)? else { return Ok(false) };
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    for pack in compiled {
        let path = out.join(format!("{}.scampack", pack.id));
        let temporary = out.join(format!(".{}.scampack.tmp", pack.id));
        std::fs::write(&temporary, &pack.image)
            .and_then(|()| std::fs::rename(&temporary, &path))
            .with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}  {} bytes, {} families", path.display(), pack.image.len(), pack.families.len());
    }
    Ok(true)
}

fn inspect(path: &Path) -> anyhow::Result<bool> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let pack = Pack::open(Arc::new(bytes))?;
    let header = pack.header();
    for key in ["id", "title", "publisher", "countries", "licence"] {
        println!("{key:12} {}", pack.meta(key).unwrap_or(""));
    }
    println!(
        "{:12} {}\n{:12} {}\n{:12} {}",
        "serial", header.serial, "normaliser", header.normaliser, "psl date", header.psl_date
    );
    for (kind, size) in pack.sections() {
        println!("  {:10} {size:8} bytes", format!("{kind:?}").to_lowercase());
    }
    println!(
        "  {} rules, {} brands, {} policies, {} texts",
        pack.rules().count(),
        pack.brands().count(),
        pack.policies().count(),
        pack.texts().count()
    );
    if let Err(error) = pack.verify() {
        bail!("{error}");
    }
    println!("digests match");
    Ok(true)
}

//! Commands. In: parsed arguments. Out: what a command prints, and an exit code. One file a group of commands.

mod author;
mod benign;
mod check;
mod compare;
mod corpus;
mod eval;
mod files;
mod import;
mod input;
mod learn;
mod material;
mod output;
mod packs;
mod reference;
mod sources;
mod stems;
mod stress;
mod update;

use clap::{Parser, Subcommand};
use output::{Format, Out};
use std::process::ExitCode;

/// Write, lint, test, build and try rule packs of scamfilter.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How to print: for people, one JSON value, JSON lines, or, with `eval` and `stress`, a page.
    #[arg(long, value_enum, global = true, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Subcommand)]
enum Command {
    /// Judge a message, or a file of messages in JSON lines.
    Check(check::Check),
    /// Judge one link alone.
    CheckLink(check::CheckLink),
    /// Start a family or a pack from a template.
    New(author::New),
    /// Say everything that is wrong with rule sources.
    Lint(author::Lint),
    /// Lay out rule sources in the one way that diffs read well.
    Fmt(author::Fmt),
    /// Run every example of every family.
    Test(author::Test),
    /// Compile rule sources to packs, each with a card that says what is in it.
    Build(packs::Build),
    /// Take feeds of malicious hosts into a pack, without those that would harm others.
    Import(import::Import),
    /// Show what is in a pack, and check its digests.
    Inspect(packs::Inspect),
    /// Say what a diagnostic code means; without one, list all.
    Explain(reference::Explain),
    /// Make what phones download: a full pack, or the difference to the pack that they have.
    Delta(update::Delta),
    /// Fetch, verify and install packs from a publisher's repository, as a phone does.
    Update(update::Update),
    /// Learn the weights of the model from labelled messages, and write them as sources of `common`.
    Learn(learn::Learn),
    /// Measure how well learning generalises to campaigns, sources and texts that it never saw.
    Eval(eval::Eval),
    /// Say which stems of concepts do nothing in what is learnt from, and take them out where asked to.
    Stems(stems::Stems),
    /// Compare the content of two packs.
    Diff(compare::Diff),
    /// Compare how two sets of packs judge a corpus; exit code 3 when a budget is exceeded.
    Impact(compare::Impact),
    /// Judge lists of hosts that must not be marked; exit code 3 when one is that nobody argued for.
    Benign(benign::Benign),
    /// Disguise examples in every way of a catalogue, and count which are still found.
    Stress(stress::Stress),
    /// Print the half of a corpus that whoever writes rules may read.
    Split(corpus::Split),
    /// Print the JSON schema of a kind of rule source, for editors.
    Schema(reference::Schema),
    /// Print completions for a shell.
    Completions(reference::Completions),
    /// Write a manual page a command.
    Man(reference::Man),
}

/// How a command ended, when nothing kept it from running.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Well,
    BadInput,
    OverBudget,
}

impl From<bool> for Ended {
    fn from(good: bool) -> Self {
        if good { Self::Well } else { Self::BadInput }
    }
}

/// Runs a command.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let mut out = Out::new(cli.format);
    if cli.format == Format::Html && !matches!(cli.command, Command::Eval(_) | Command::Stress(_)) {
        out.error(&anyhow::anyhow!("only `eval` and `stress` write a page: --format is human, json or jsonl here"));
        return ExitCode::from(2);
    }
    let ended = match cli.command {
        Command::Check(check) => check.run(&mut out),
        Command::CheckLink(check) => check.run(&mut out),
        Command::New(new) => new.run(&mut out),
        Command::Lint(lint) => lint.run(&mut out),
        Command::Fmt(fmt) => fmt.run(&mut out),
        Command::Test(test) => test.run(&mut out),
        Command::Build(build) => build.run(&mut out),
        Command::Import(import) => import.run(&mut out),
        Command::Inspect(inspect) => inspect.run(&mut out),
        Command::Explain(explain) => explain.run(&mut out),
        Command::Delta(delta) => delta.run(&mut out),
        Command::Update(update) => update.run(&mut out),
        Command::Learn(learn) => learn.run(&mut out),
        Command::Eval(eval) => eval.run(&mut out),
        Command::Stems(stems) => stems.run(&mut out),
        Command::Diff(diff) => diff.run(&mut out),
        Command::Impact(impact) => impact.run(&mut out),
        Command::Benign(benign) => benign.run(&mut out),
        Command::Stress(stress) => stress.run(&mut out),
        Command::Split(split) => split.run(&mut out),
        Command::Schema(schema) => schema.run(&mut out),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(&mut out),
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::BadInput) => ExitCode::from(1),
        Ok(Ended::OverBudget) => ExitCode::from(3),
        Err(error) => {
            // A reader that closed early, such as `head`, is no error.
            let closed = |e: &std::io::Error| e.kind() == std::io::ErrorKind::BrokenPipe;
            if error.chain().filter_map(|e| e.downcast_ref()).any(closed) {
                return ExitCode::SUCCESS;
            }
            out.error(&error);
            ExitCode::from(1)
        }
    }
}

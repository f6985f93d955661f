//! Where commands print. In: diagnostics, values, lines. Out: text with colour where a terminal takes it, or JSON.
//!
//! Results go to standard output, what is said about the work to standard error. The streams take colour away when they
//! are no terminals and where `NO_COLOR` is set.

use crate::diagnostic::{Diagnostic, Severity};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Human,
    /// One JSON value.
    Json,
    /// One JSON value a line.
    Jsonl,
}

pub(super) struct Out {
    pub(super) format: Format,
}

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// The colour of a severity.
pub(super) fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
    }
}

impl Out {
    pub(super) fn new(format: Format) -> Self {
        Self { format }
    }

    /// Whether people read it.
    pub(super) fn human(&self) -> bool {
        self.format == Format::Human
    }

    /// A line of the result, for people.
    pub(super) fn line(&self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(anstream::stdout(), "{}", text.as_ref())
    }

    /// A result: `text` for people, else `value`.
    pub(super) fn result(&self, text: impl AsRef<str>, value: &Value) -> io::Result<()> {
        match self.format {
            Format::Human => self.line(text),
            Format::Json | Format::Jsonl => writeln!(anstream::stdout(), "{value}"),
        }
    }

    /// A word about the work, never part of a result.
    pub(super) fn note(&self, text: impl AsRef<str>) {
        // Nobody is left to be told when standard error is closed.
        let _ = writeln!(anstream::stderr(), "{}", text.as_ref());
    }

    pub(super) fn error(&self, error: &anyhow::Error) {
        match self.format {
            Format::Human => self.note(format!("{ERROR}error{ERROR:#}: {error:#}")),
            Format::Json | Format::Jsonl => self.note(json!({ "error": format!("{error:#}") }).to_string()),
        }
    }

    /// All diagnostics and how many there are; true when none is an error.
    pub(super) fn diagnostics(&self, diagnostics: &[Diagnostic]) -> io::Result<bool> {
        let errors = diagnostics.iter().filter(|d| d.code.severity() == Severity::Error).count();
        let warnings = diagnostics.len() - errors;
        match self.format {
            Format::Human => {
                diagnostics.iter().for_each(|d| self.note(format!("{}\n", d.render(true))));
                if !diagnostics.is_empty() {
                    self.note(format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")));
                }
            }
            Format::Json => {
                let all: Vec<Value> = diagnostics.iter().map(Diagnostic::to_json).collect();
                let value = json!({ "diagnostics": all, "errors": errors, "warnings": warnings });
                writeln!(anstream::stdout(), "{value}")?;
            }
            Format::Jsonl => {
                diagnostics.iter().try_for_each(|d| writeln!(anstream::stdout(), "{}", d.to_json()))?;
            }
        }
        Ok(errors == 0)
    }
}

/// `1 error`, `2 errors`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// Says on a terminal how far long work is, a few times a second.
pub(super) struct Progress {
    noun: &'static str,
    done: usize,
    told: Option<Instant>,
}

impl Progress {
    pub(super) fn new(noun: &'static str) -> Self {
        let told = io::stderr().is_terminal().then(Instant::now);
        Self { noun, done: 0, told }
    }

    pub(super) fn add(&mut self, n: usize) {
        self.done += n;
        if self.told.is_some_and(|at| at.elapsed() > Duration::from_millis(200)) {
            self.told = Some(Instant::now());
            let _ = write!(io::stderr(), "\r{} {}", self.done, self.noun);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.told.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

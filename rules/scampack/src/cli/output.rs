//! Where commands print. In: diagnostics, values, lines. Out: text with colour where a terminal takes it, or JSON.
//!
//! Results go to standard output, what is said about the work to standard error. The streams take colour away when they
//! are no terminals and where `NO_COLOR` is set. Whatever is printed goes through the escaping of [`crate::render`].

use crate::diagnostic::{Diagnostic, Severity};
use crate::render::{coloured, json as escaped, plain, plain_lines};
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
    /// One page that needs no other file; of `eval` and `stress` alone.
    Html,
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
        writeln!(anstream::stdout(), "{}", coloured(text.as_ref()))
    }

    /// A result: `text` for people, else `value`.
    pub(super) fn result(&self, text: impl AsRef<str>, value: &Value) -> io::Result<()> {
        match self.format {
            Format::Human => self.line(text),
            Format::Html => Ok(()),
            Format::Json | Format::Jsonl => writeln!(io::stdout(), "{}", escaped(&value.to_string())),
        }
    }

    /// A word about the work, never part of a result.
    pub(super) fn note(&self, text: impl AsRef<str>) {
        // Nobody is left to be told when standard error is closed.
        let _ = writeln!(anstream::stderr(), "{}", coloured(text.as_ref()));
    }

    /// A word of warning: text for people, else JSON, on standard error.
    pub(super) fn warning(&self, text: &str) {
        match self.format {
            Format::Human | Format::Html => self.note(format!("{WARNING}warning{WARNING:#}: {}", plain(text))),
            Format::Json | Format::Jsonl => self.note(escaped(&json!({ "warning": text }).to_string())),
        }
    }

    /// Diagnostics beside another result.
    pub(super) fn warnings(&self, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics {
            match self.format {
                Format::Human | Format::Html => self.note(format!("{}\n", clean(diagnostic).render(true))),
                Format::Json | Format::Jsonl => self.note(escaped(&diagnostic.to_json().to_string())),
            }
        }
    }

    pub(super) fn error(&self, error: &anyhow::Error) {
        let text = format!("{error:#}");
        match self.format {
            Format::Human | Format::Html => self.note(format!("{ERROR}error{ERROR:#}: {}", plain_lines(&text))),
            Format::Json | Format::Jsonl => self.note(escaped(&json!({ "error": text }).to_string())),
        }
    }

    /// All diagnostics and how many there are; true when none is an error.
    pub(super) fn diagnostics(&self, diagnostics: &[Diagnostic]) -> io::Result<bool> {
        self.diagnostics_and(diagnostics, &[])
    }

    /// The same with more keys: of the value in JSON, one value each in JSON lines.
    pub(super) fn diagnostics_and(&self, diagnostics: &[Diagnostic], more: &[(&str, Value)]) -> io::Result<bool> {
        let errors = diagnostics.iter().filter(|d| d.code.severity() == Severity::Error).count();
        let warnings = diagnostics.len() - errors;
        match self.format {
            Format::Human | Format::Html => {
                diagnostics.iter().for_each(|d| self.note(format!("{}\n", clean(d).render(true))));
                if !diagnostics.is_empty() {
                    self.note(format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")));
                }
            }
            Format::Json => {
                let all: Vec<Value> = diagnostics.iter().map(Diagnostic::to_json).collect();
                let mut value = json!({ "diagnostics": all, "errors": errors, "warnings": warnings });
                if let Some(object) = value.as_object_mut() {
                    object.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
                }
                self.result("", &value)?;
            }
            Format::Jsonl => {
                diagnostics.iter().try_for_each(|d| self.result("", &d.to_json()))?;
                more.iter().try_for_each(|(key, value)| self.result("", &json!({ *key: value })))?;
            }
        }
        Ok(errors == 0)
    }
}

/// A diagnostic fit for a terminal; what it shows of sources can hold anything.
fn clean(diagnostic: &Diagnostic) -> Diagnostic {
    let mut clean = diagnostic.clone();
    // Help may have lines of its own, such as a block to paste.
    clean.help = clean.help.map(|help| plain_lines(&help));
    for text in [&mut clean.message, &mut clean.file, &mut clean.excerpt.0] {
        // The place of the caret is counted with tabs.
        *text = plain_lines(text).replace('\n', "·");
    }
    clean
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

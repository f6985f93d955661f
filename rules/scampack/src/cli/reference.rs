//! `explain`, `schema`, `completions` and `man`: what people look up. In: a name. Out: text.

use super::output::{BOLD, Out, style};
use super::{Cli, Ended};
use crate::diagnostic::{Code, Severity};
use crate::schema;
use anyhow::{Context, bail};
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Explain {
    /// Such as SP004; all without one.
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let wanted = self.code.as_deref();
        let chosen: Vec<Code> =
            Code::ALL.iter().copied().filter(|c| wanted.is_none_or(|w| c.name().eq_ignore_ascii_case(w))).collect();
        if chosen.is_empty() {
            let last = Code::ALL.last().map_or("", |code| code.name());
            bail!("no code {}; codes run from SP001 to {last}", wanted.unwrap_or(""));
        }
        for code in chosen {
            let (name, about, severity) = (code.name(), code.about(), code.severity());
            let paint = if severity == Severity::Error { BOLD } else { style(severity) };
            let value = json!({ "code": name, "severity": severity.name(), "about": about });
            out.result(format!("{paint}{name}{paint:#} ({}): {about}", severity.name()), &value)?;
        }
        Ok(Ended::Well)
    }
}

#[derive(Args)]
pub(super) struct Schema {
    /// The file that it describes, such as family or pack; another word lists all.
    file: String,
}

impl Schema {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let Some((_, schema)) = schema::all().into_iter().find(|(name, _)| *name == self.file) else {
            let known: Vec<&str> = schema::all().into_iter().map(|(name, _)| name).collect();
            bail!("no schema `{}`; known: {}", self.file, known.join(", "));
        };
        out.line(schema)?;
        Ok(Ended::Well)
    }
}

#[derive(Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> anyhow::Result<Ended> {
        clap_complete::generate(self.shell, &mut Cli::command(), "scampack", &mut std::io::stdout());
        Ok(Ended::Well)
    }
}

#[derive(Args)]
pub(super) struct Man {
    /// Folder for the pages.
    #[arg(long)]
    out: PathBuf,
}

impl Man {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        std::fs::create_dir_all(&self.out).with_context(|| format!("cannot make {}", self.out.display()))?;
        clap_mangen::generate_to(Cli::command(), &self.out)
            .with_context(|| format!("cannot write to {}", self.out.display()))?;
        out.result(format!("pages are in {}", self.out.display()), &json!({ "wrote": self.out }))?;
        Ok(Ended::Well)
    }
}

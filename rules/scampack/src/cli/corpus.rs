//! `split`: the half of a corpus that may be read. In: files of JSON lines. Out: the lines of one half.

use super::Ended;
use super::output::{Out, counted};
use crate::cluster::{self, Half};
use anyhow::Context;
use clap::{Args, ValueEnum};
use serde::Deserialize;
use std::io::Write;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Split {
    /// Files of JSON lines with `text`; name all files of the corpus at once, so that clusters span them.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The half to print: A may be read by whoever writes rules, B is only measured.
    #[arg(long, value_enum, default_value_t = Wanted::A)]
    half: Wanted,
    /// Print only lines of this source.
    #[arg(long)]
    source: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wanted {
    A,
    B,
}

#[derive(Deserialize)]
struct Line {
    text: String,
    source: Option<String>,
}

impl Split {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let (mut lines, mut texts, mut malformed) = (Vec::new(), Vec::new(), 0);
        for path in &self.files {
            let content = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            for line in content.lines().filter(|l| !l.trim().is_empty()) {
                match serde_json::from_str::<Line>(line) {
                    Ok(read) => {
                        texts.push(read.text);
                        lines.push((line.to_owned(), read.source));
                    }
                    Err(_) => malformed += 1,
                }
            }
        }
        let wanted = if self.half == Wanted::A { Half::A } else { Half::B };
        let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
        let mut printed = 0;
        for ((line, source), half) in lines.iter().zip(cluster::halves(&texts)) {
            if half == wanted && (self.source.is_none() || self.source == *source) {
                printed += 1;
                writeln!(stdout, "{line}")?;
            }
        }
        stdout.flush()?;
        out.note(format!("{printed} of {}", counted(lines.len(), "line")));
        if malformed > 0 {
            out.note(format!("{} could not be read", counted(malformed, "line")));
        }
        Ok(Ended::from(malformed == 0))
    }
}

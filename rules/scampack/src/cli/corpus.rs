//! `split`: the half of a corpus that may be read. In: files of JSON lines. Out: the lines of one half.

use super::Ended;
use super::files;
use super::output::{Out, counted};
use crate::cluster::{self, Half};
use crate::jsonl::{self, Lines};
use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};
use std::io::{BufReader, Write};
use std::path::PathBuf;

/// Lines that are named when they cannot be read.
pub(super) const TOLD: usize = 20;

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

/// What one line says that matters here.
fn read(line: &[u8]) -> Result<(String, Option<String>), String> {
    let object = jsonl::read(line)?;
    Ok((object.string("text")?.ok_or("`text` is missing")?, object.string("source")?))
}

impl Split {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let (mut kept, mut texts, mut malformed) = (Vec::new(), Vec::new(), 0);
        for path in &self.files {
            let mut input = BufReader::new(files::lines(path)?);
            let mut lines = Lines::default();
            while !lines.ended {
                let batch = lines.batch(&mut input).with_context(|| format!("cannot read {}", path.display()))?;
                for (number, line) in batch {
                    match read(&line) {
                        Ok((text, source)) => {
                            texts.push(text);
                            kept.push((line, source));
                        }
                        Err(problem) => {
                            malformed += 1;
                            if malformed <= TOLD {
                                out.error(&anyhow!("{} line {number}: {problem}", path.display()));
                            }
                        }
                    }
                }
            }
        }
        let wanted = if self.half == Wanted::A { Half::A } else { Half::B };
        let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
        let mut printed = 0;
        for ((line, source), half) in kept.iter().zip(cluster::halves(&texts)) {
            if half == wanted && (self.source.is_none() || self.source == *source) {
                printed += 1;
                stdout.write_all(line.trim_ascii_end())?;
                stdout.write_all(b"\n")?;
            }
        }
        stdout.flush()?;
        out.note(format!("{printed} of {}", counted(kept.len(), "line")));
        if malformed > 0 {
            out.note(format!("{} could not be read", counted(malformed, "line")));
        }
        Ok(Ended::from(malformed == 0))
    }
}

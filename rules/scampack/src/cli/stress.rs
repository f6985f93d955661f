//! `stress`: every disguise of the catalogue on every example that must hit. In: source folders, or JSON lines. Out: a matrix
//! of disguises and languages, and what is lost by family; exit code 3 when more is lost than allowed.

use super::Ended;
use super::files::{self, Image};
use super::input::filter;
use super::output::{Format, Out, counted};
use super::sources::{compiled, here_or, with_common};
use crate::examples;
use crate::jsonl::{self, Lines};
use crate::learn::corpus::Label;
use crate::learn::examples::language;
use crate::render::plain;
use crate::stress::{self, Case, Disguise, Row, matrix};
use anyhow::{Context, anyhow};
use clap::Args;
use serde_json::Value;
use std::io::BufReader;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct Stress {
    /// Source folders; without any, the pack here or the starter packs.
    dirs: Vec<PathBuf>,
    /// Messages in JSON lines, in place of the examples that must hit; wanted ones (`label` `ham`) are left out.
    #[arg(long)]
    input: Option<PathBuf>,
    /// Wanted messages in JSON lines: how many are marked in disguise is reported beside.
    #[arg(long)]
    ham: Option<PathBuf>,
    /// Another seed, other choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Disguise each message so many times, each time with other choices.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000))]
    rounds: u64,
    /// Two disguises at once, each two of the catalogue.
    #[arg(long)]
    pairs: bool,
    /// Show so many of the messages that each disguise loses, as they are disguised.
    #[arg(long, default_value_t = 0)]
    show: usize,
    /// Exit code 3 when a disguise loses more than this share of the messages of a language, in percent.
    #[arg(long)]
    max_lost: Option<f64>,
}

impl Stress {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let sources = with_common(here_or(out, &self.dirs)?);
        let packs = compiled(out, &sources)?;
        let families = packs.iter().flat_map(|pack| &pack.families).map(|(_, family)| family);
        let living = families.filter(|family| !family.guards() && family.status.get_ref() != "retired");
        let hits: Vec<Case> = living
            .flat_map(|family| family.examples.hit.iter().map(move |example| (family, example.get_ref())))
            .map(|(family, example)| Case {
                message: examples::message(example),
                language: language(example, family),
                family: family.id.get_ref().clone(),
            })
            .collect();
        let images = sources.iter().zip(packs).map(|(source, pack)| Image::new(source.path(""), pack.image));
        let filter = filter(images.collect::<Result<_, _>>()?, &[])?;
        let cases = match &self.input {
            Some(path) => read(path, false)?,
            None => hits,
        };
        let wanted = self.ham.as_deref().map(|path| read(path, true)).transpose()?.unwrap_or_default();
        let disguises = if self.pairs { Disguise::pairs() } else { Disguise::single() };
        let rows = matrix(&filter, &disguises, &cases, &wanted, (self.seed, self.rounds));
        match out.format {
            Format::Human => human(out, &rows, self.show)?,
            Format::Html => out.line(stress::page(&rows))?,
            Format::Json => out.result("", &Value::Array(stress::values(&rows)))?,
            Format::Jsonl => {
                for value in stress::values(&rows) {
                    out.result("", &value)?;
                }
            }
        }
        if out.human() {
            let messages = counted(cases.len(), "message");
            out.note(format!("{messages} in each of {}", counted(disguises.len(), "disguise")));
        }
        let Some(most) = self.max_lost else { return Ok(Ended::Well) };
        let mut ended = Ended::Well;
        for row in &rows {
            for (language, count) in row.languages().into_iter().filter(|(_, count)| count.percent_lost() > most) {
                let (lost, all) = (count.lost, count.all());
                out.note(format!("over budget: {} loses {lost} of {all} in {}", row.disguise, plain(language)));
                ended = Ended::OverBudget;
            }
        }
        Ok(ended)
    }
}

/// A table of disguises and languages, then what is lost by family.
fn human(out: &Out, rows: &[Row], show: usize) -> anyhow::Result<()> {
    let width = rows.iter().map(|row| row.disguise.len()).max().unwrap_or(0);
    let languages = stress::languages(rows);
    let names: String = languages.iter().map(|language| format!(" {:>9}", plain(language))).collect();
    let wanted = rows.iter().any(|row| row.wanted_total().1 > 0);
    let head = if wanted { "  wanted marked" } else { "" };
    out.line(format!("lost of all, lowered behind +\n{:width$}{names}{head}", ""))?;
    for row in rows {
        let by_language = row.languages();
        let cells = languages.iter().map(|language| {
            let count = by_language.get(language.as_str()).copied().unwrap_or_default();
            let lowered = if count.lowered > 0 { format!("+{}", count.lowered) } else { String::new() };
            format!(" {:>9}", format!("{}/{}{lowered}", count.lost, count.all()))
        });
        let cells: String = cells.collect();
        let (marked, all) = row.wanted_total();
        let told = if wanted { format!("  {marked} of {all}") } else { String::new() };
        out.line(format!("{:width$}{cells}{told}", row.disguise))?;
    }
    let lost = rows.iter().flat_map(|row| row.counts.iter().map(move |(key, count)| (row, key, count)));
    for (row, (language, family), count) in lost.filter(|(_, _, count)| count.lost > 0) {
        let (language, family) = (plain(language), plain(family));
        out.line(format!("{:width$}  {language} {family}: {} of {} lost", row.disguise, count.lost, count.all()))?;
    }
    for row in rows {
        for text in row.lost.iter().take(show) {
            out.line(format!("{}: {}", row.disguise, plain(text)))?;
        }
    }
    Ok(())
}

/// Messages of a file; of those with a label the wanted ones, or all others.
fn read(path: &Path, wanted: bool) -> anyhow::Result<Vec<Case>> {
    let mut input = BufReader::new(files::lines(path)?);
    let mut lines = Lines::default();
    let mut cases = Vec::new();
    while !lines.ended {
        for (number, line) in lines.batch(&mut input).with_context(|| format!("cannot read {}", path.display()))? {
            let case = jsonl::read(&line).and_then(|object| {
                let label = object.string("label")?.map(|label| Label::from_name(&label)).transpose()?;
                Ok(label.is_none_or(|label| (label == Label::Ham) == wanted).then_some(Case {
                    message: jsonl::message(&object)?,
                    language: object.lang()?.unwrap_or_else(|| "?".to_owned()),
                    family: object.kind()?.unwrap_or_else(|| "?".to_owned()),
                }))
            });
            cases.extend(case.map_err(|problem| anyhow!("{} line {number}: {problem}", path.display()))?);
        }
    }
    Ok(cases)
}

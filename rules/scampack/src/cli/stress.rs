//! `stress`: every disguise of the catalogue on every example that must hit. In: source folders, or JSON lines. Out: how
//! many keep their level, fall, or are lost, by disguise and script; exit code 3 when more are lost than allowed.

use super::Ended;
use super::files::{self, Image};
use super::input::filter;
use super::output::{Out, counted};
use super::sources::{compiled, here_or, with_common};
use crate::attack::Attack;
use crate::examples;
use crate::jsonl::{self, Lines};
use anyhow::{Context, anyhow};
use clap::Args;
use scamfilter::{Level, Message, ScamFilter};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct Stress {
    /// Source folders; without any, the pack here or the starter packs.
    dirs: Vec<PathBuf>,
    /// Messages in JSON lines, in place of the examples that must hit.
    #[arg(long)]
    input: Option<PathBuf>,
    /// Wanted messages in JSON lines: how many are marked in disguise is reported beside.
    #[arg(long)]
    ham: Option<PathBuf>,
    /// Another seed, other choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Exit code 3 when a disguise loses more than this share of the messages of a script, in percent.
    #[arg(long)]
    max_lost: Option<f64>,
}

/// How messages fared.
#[derive(Clone, Copy, Default)]
struct Count {
    kept: u64,
    lowered: u64,
    lost: u64,
}

impl Stress {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let sources = with_common(here_or(out, &self.dirs)?);
        let packs = compiled(out, &sources)?;
        let families = packs.iter().flat_map(|pack| &pack.families).map(|(_, family)| family);
        let hits = families.filter(|family| !family.guards()).flat_map(|family| &family.examples.hit);
        let hits: Vec<Message> = hits.map(|example| examples::message(example.get_ref())).collect();
        let images = sources.iter().zip(packs).map(|(source, pack)| Image::new(source.path(""), pack.image));
        let filter = filter(images.collect::<Result<_, _>>()?, &[])?;
        let messages = match &self.input {
            Some(path) => read(path)?,
            None => hits,
        };
        let ham = self.ham.as_deref().map(read).transpose()?.unwrap_or_default();
        let found: Vec<_> = messages.iter().map(|message| (message, level(&filter, message))).collect();
        let found: Vec<_> = found.into_iter().filter(|(_, before)| *before != Level::Clear).collect();
        let mut over = false;
        for (attack, name) in Attack::ALL {
            let after = |message: &Message| {
                let text = attack.apply(message.text.as_str(), self.seed);
                level(&filter, &Message { text: text.into(), ..message.clone() })
            };
            let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
            for (message, before) in &found {
                let count = counts.entry(script(message.text.as_str())).or_default();
                match after(message) {
                    level if level >= *before => count.kept += 1,
                    Level::Clear => count.lost += 1,
                    _ => count.lowered += 1,
                }
            }
            let marked = ham.iter().filter(|message| after(message) != Level::Clear).count();
            for (script, Count { kept, lowered, lost }) in &counts {
                let all = kept + lowered + lost;
                over |= self.max_lost.is_some_and(|most| *lost as f64 * 100.0 > most * all as f64);
                let value = json!({ "attack": name, "script": script, "kept": kept, "lowered": lowered, "lost": lost,
                    "ham_marked": marked, "ham": ham.len() });
                let wanted = match ham.len() {
                    0 => String::new(),
                    all => format!("  wanted marked {marked} of {all}"),
                };
                let text = format!("{name:12} {script:8} kept {kept:4}  lowered {lowered:4}  lost {lost:4}{wanted}");
                out.result(text, &value)?;
            }
        }
        if out.human() {
            out.note(format!("{} in each of {} disguises", counted(messages.len(), "message"), Attack::ALL.len() - 1));
        }
        Ok(if over { Ended::OverBudget } else { Ended::Well })
    }
}

/// What was not looked at in whole is unknown; it counts as clear here.
fn level(filter: &ScamFilter, message: &Message) -> Level {
    let level = filter.check(message).level;
    if level == Level::Unknown { Level::Clear } else { level }
}

/// The script of most letters, as far as scammers treat it in its own way.
fn script(text: &str) -> &'static str {
    let ranges = [
        ("thai", '\u{e00}'..='\u{e7f}'),
        ("lao", '\u{e80}'..='\u{eff}'),
        ("khmer", '\u{1780}'..='\u{17ff}'),
        ("burmese", '\u{1000}'..='\u{109f}'),
        ("han", '\u{4e00}'..='\u{9fff}'),
        ("latin", 'a'..='z'),
    ];
    let count = |range: &std::ops::RangeInclusive<char>| text.chars().filter(|c| range.contains(c)).count();
    ranges.iter().max_by_key(|(_, range)| count(range)).map_or("latin", |(name, _)| name)
}

fn read(path: &Path) -> anyhow::Result<Vec<Message>> {
    let mut input = BufReader::new(files::lines(path)?);
    let mut lines = Lines::default();
    let mut messages = Vec::new();
    while !lines.ended {
        for (number, line) in lines.batch(&mut input).with_context(|| format!("cannot read {}", path.display()))? {
            let message = jsonl::read(&line).and_then(|object| jsonl::message(&object));
            messages.push(message.map_err(|problem| anyhow!("{} line {number}: {problem}", path.display()))?);
        }
    }
    Ok(messages)
}

//! `stress`: every disguise of the catalogue on every example that must hit. In: source folders, or JSON lines. Out: how
//! many keep their level, fall, or are lost, by disguise and script; exit code 3 when more are lost than allowed.

use super::Ended;
use super::files::Image;
use super::input::filter;
use super::output::{Out, counted};
use super::sources::{compiled, here_or, with_common};
use crate::attack::Attack;
use crate::jsonl;
use anyhow::Context;
use clap::Args;
use scamfilter::{Level, Message, ScamFilter};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;

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
        let examples: Vec<(String, Option<String>)> = packs
            .iter()
            .flat_map(|pack| pack.families.iter().filter(|(_, family)| !family.guards()))
            .flat_map(|(_, family)| &family.examples.hit)
            .map(|e| (e.get_ref().text.clone(), e.get_ref().sender.clone()))
            .collect();
        let images = sources.iter().zip(packs).map(|(source, pack)| Image::new(source.path(""), pack.image));
        let filter = filter(images.collect::<Result<_, _>>()?, &[])?;
        let messages = match &self.input {
            Some(path) => read(path)?,
            None => examples,
        };
        let ham = self.ham.as_ref().map(read).transpose()?.unwrap_or_default();
        let mut over = false;
        for (attack, name) in Attack::ALL {
            let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
            for (text, sender) in &messages {
                let before = level(&filter, text, sender);
                if before == Level::Clear {
                    continue;
                }
                let after = level(&filter, &attack.apply(text, self.seed), sender);
                let count = counts.entry(script(text)).or_default();
                match after {
                    _ if after >= before => count.kept += 1,
                    Level::Clear => count.lost += 1,
                    _ => count.lowered += 1,
                }
            }
            let marked = ham
                .iter()
                .filter(|(text, sender)| level(&filter, &attack.apply(text, self.seed), sender) != Level::Clear);
            let marked = marked.count();
            for (script, count) in &counts {
                let all = count.kept + count.lowered + count.lost;
                over |= self.max_lost.is_some_and(|most| count.lost as f64 * 100.0 > most * all as f64);
                let Count { kept, lowered, lost } = count;
                let value = json!({ "attack": name, "script": script, "kept": kept, "lowered": lowered, "lost": lost,
                    "ham_marked": marked, "ham": ham.len() });
                let wanted =
                    if ham.is_empty() { String::new() } else { format!("  wanted marked {marked} of {}", ham.len()) };
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

/// A truncated message is not looked at in whole; it counts as clear here.
fn level(filter: &ScamFilter, text: &str, sender: &Option<String>) -> Level {
    let message = Message { sender: sender.clone().map(Into::into), ..Message::sms(text) };
    let level = filter.check(&message).level;
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

fn read(path: &PathBuf) -> anyhow::Result<Vec<(String, Option<String>)>> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut messages = Vec::new();
    for (index, line) in text.split(|b| *b == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        let fields = jsonl::read(line).and_then(|o| Ok((o.string("text")?, o.string("sender")?)));
        let (text, sender) = fields.map_err(|why| anyhow::anyhow!("{}:{}: {why}", path.display(), index + 1))?;
        messages.push((text.unwrap_or_default(), sender));
    }
    Ok(messages)
}

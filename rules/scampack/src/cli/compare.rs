//! `diff` and `impact`. In: two packs, or two sets of packs and a corpus. Out: what changed in content, and in behaviour.

use super::Ended;
use super::input::{filter_at, image};
use super::output::{BOLD, GOOD, Out, Progress, counted, style};
use crate::content;
use crate::diagnostic::Severity;
use crate::impact::{self, Changed, Count, Impact as Comparison};
use anyhow::Context;
use clap::Args;
use scamfilter::Pack;
use serde_json::json;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
pub(super) struct Diff {
    /// The older pack, or a folder of sources.
    old: PathBuf,
    /// The newer one.
    new: PathBuf,
}

impl Diff {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let read = |path| anyhow::Ok(content::of(&Pack::open(Arc::new(image(out, path)?))?));
        let (old, new) = (read(&self.old)?, read(&self.new)?);
        let red = style(Severity::Error);
        let mut changes = 0;
        let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let (before, after) = (old.get(key), new.get(key));
            if before == after {
                continue;
            }
            changes += 1;
            let (kind, name) = key;
            let mut text = format!("{BOLD}{kind} {name}{BOLD:#}");
            for (sign, paint, what) in [("-", red, before), ("+", GOOD, after)] {
                if let Some(what) = what {
                    text.push_str(&format!("\n  {paint}{sign} {what}{paint:#}"));
                }
            }
            out.result(text, &json!({ "kind": kind, "name": name, "old": before, "new": after }))?;
        }
        if out.human() {
            out.note(counted(changes, "difference"));
        }
        Ok(Ended::Well)
    }
}

#[derive(Args)]
pub(super) struct Impact {
    /// The packs as they are: a pack, a folder of packs, a folder of sources, or a folder of such folders.
    old: PathBuf,
    /// The packs as they would be.
    new: PathBuf,
    /// JSON lines with `label` (ham, spam or scam) and `lang`.
    #[arg(long)]
    corpus: PathBuf,
    /// Most wanted messages that may rise to suspicious or above.
    #[arg(long)]
    max_wanted_up: Option<usize>,
    /// Most scams that may fall below suspicious.
    #[arg(long)]
    max_lost: Option<usize>,
}

impl Impact {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let (old, new) = (filter_at(out, &self.old)?, filter_at(out, &self.new)?);
        let file =
            std::fs::File::open(&self.corpus).with_context(|| format!("cannot open {}", self.corpus.display()))?;
        let mut progress = Progress::new("messages");
        let found = impact::compare(&old, &new, BufReader::new(file), |n| progress.add(n))?;
        drop(progress);
        if out.human() {
            human(out, &found)?
        } else {
            out.result("", &value(&found))?
        }
        let (wanted, lost) = (found.of("ham").rose, found.of("scam").fell);
        let mut ended = Ended::from(found.malformed == 0);
        for (name, is, most) in
            [("wanted messages rose", wanted, self.max_wanted_up), ("scams were lost", lost, self.max_lost)]
        {
            if let Some(most) = most.filter(|most| is > *most) {
                out.note(format!("over budget: {is} {name}, at most {most} may"));
                ended = Ended::OverBudget;
            }
        }
        Ok(ended)
    }
}

fn human(out: &Out, found: &Comparison) -> anyhow::Result<()> {
    out.line("messages at suspicious or above\nlabel  language   messages   before    after     rose     fell")?;
    for ((label, lang), c) in &found.counts {
        let Count { messages, before, after, rose, fell } = c;
        out.line(format!("{label:6} {lang:8} {messages:10} {before:8} {after:8} {rose:8} {fell:8}"))?;
    }
    out.line("\nlevel before -> after")?;
    for ((before, after), n) in found.levels.iter().filter(|((before, after), _)| before != after) {
        out.line(format!("{:10} -> {:10} {n:8}", before.name(), after.name()))?;
    }
    out.line("\nrules that speak more or less often")?;
    for (rule, (before, after)) in found.rules.iter().filter(|(_, (before, after))| before != after) {
        out.line(format!("{rule:40} {before:8} -> {after}"))?;
    }
    out.line("\nmessages that changed level")?;
    for Changed { id, label, levels, rules } in found.changed.iter().take(40) {
        let rules: Vec<String> =
            rules.0.iter().map(|r| format!("-{r}")).chain(rules.1.iter().map(|r| format!("+{r}"))).collect();
        out.line(format!("{label:6} {id}  {} -> {}  {}", levels.0.name(), levels.1.name(), rules.join(" ")))?;
    }
    if found.changed.len() > 40 {
        out.line(format!("… and {} more; --format json lists up to a thousand", found.changed.len() - 40))?;
    }
    if found.malformed > 0 {
        out.note(format!("{} could not be read", counted(found.malformed, "line")));
    }
    Ok(())
}

fn value(found: &Comparison) -> serde_json::Value {
    let counts: Vec<_> = found.counts.iter().map(|((label, lang), c)| {
        json!({ "label": label, "lang": lang, "messages": c.messages, "before": c.before, "after": c.after, "rose": c.rose, "fell": c.fell })
    }).collect();
    let levels: Vec<_> = found
        .levels
        .iter()
        .map(|((a, b), n)| json!({ "before": a.name(), "after": b.name(), "messages": n }))
        .collect();
    let rules: Vec<_> =
        found.rules.iter().map(|(rule, (a, b))| json!({ "rule": rule, "before": a, "after": b })).collect();
    let changed: Vec<_> = found.changed.iter().map(|c| {
        json!({ "id": c.id, "label": c.label, "before": c.levels.0.name(), "after": c.levels.1.name(), "gone": c.rules.0, "come": c.rules.1 })
    }).collect();
    json!({ "counts": counts, "levels": levels, "rules": rules, "changed": changed, "malformed": found.malformed })
}

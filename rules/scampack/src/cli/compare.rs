//! `diff` and `impact`. In: two packs, or two sets of packs and a corpus. Out: what changed in content, and in behaviour.

use super::Ended;
use super::corpus::TOLD;
use super::files;
use super::input::{filter_at, image};
use super::output::{BOLD, GOOD, Out, Progress, counted, style};
use crate::content;
use crate::diagnostic::Severity;
use crate::disputes::{Disputes, MAX_BYTES};
use crate::impact::{self, Changed, Count, Impact as Comparison};
use crate::render::plain;
use anyhow::{Context, anyhow, bail};
use clap::Args;
use serde_json::json;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct Diff {
    /// The older pack, or a folder of sources.
    old: PathBuf,
    /// The newer one.
    new: PathBuf,
}

impl Diff {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let (before, after) = (image(out, &self.old)?, image(out, &self.new)?);
        let (old, new) = (content::of(&before.pack, &before.bytes), content::of(&after.pack, &after.bytes));
        let red = style(Severity::Error);
        let (mut changes, mut serial_only) = (0, true);
        let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        let changed: Vec<_> = keys.into_iter().filter(|key| old.get(*key) != new.get(*key)).collect();
        let (learnt, other): (Vec<_>, Vec<_>) = changed.into_iter().partition(|(kind, _)| *kind == content::FEATURE);
        let features = learnt.len();
        let shown = if out.human() { SHOWN } else { features };
        for key in other.into_iter().chain(loudest(learnt, &old, &new).into_iter().take(shown)) {
            let (before, after) = (old.get(key), new.get(key));
            changes += 1;
            let (kind, name) = key;
            serial_only &= (*kind, name.as_str()) == ("pack", "serial");
            let mut text = format!("{BOLD}{kind} {}{BOLD:#}", plain(name));
            for (sign, paint, what) in [("-", red, before), ("+", GOOD, after)] {
                if let Some(what) = what {
                    text.push_str(&format!("\n  {paint}{sign} {}{paint:#}", plain(what)));
                }
            }
            out.result(text, &json!({ "kind": kind, "name": name, "old": before, "new": after }))?;
        }
        if out.human() {
            if features > shown {
                let rest = features - shown;
                out.line(format!("… and {rest} more weights of features; --format jsonl lists all"))?;
                changes += rest;
            }
            out.note(counted(changes, "difference"));
        }
        let (was, is) = (before.pack.header().serial, after.pack.header().serial);
        if !serial_only && is <= was && before.pack.id() == after.pack.id() {
            out.warning(&format!("the content changed, but the serial did not grow ({was}, then {is})"));
        }
        Ok(Ended::Well)
    }
}

/// Weights of features that are shown to people.
const SHOWN: usize = 20;

/// Features whose weights changed most stand first.
fn loudest<'a>(
    mut features: Vec<&'a content::Key>,
    old: &BTreeMap<content::Key, String>,
    new: &BTreeMap<content::Key, String>,
) -> Vec<&'a content::Key> {
    // What a pack does not have weighs nothing in it.
    let weights = |all: &BTreeMap<content::Key, String>, key: &content::Key| {
        all.get(key).and_then(|line| content::weights_of(line)).unwrap_or_default()
    };
    let change = |key: &content::Key| {
        let (before, after) = (weights(old, key), weights(new, key));
        before.0.abs_diff(after.0).max(before.1.abs_diff(after.1))
    };
    features.sort_by_key(|key| Reverse(change(key)));
    features
}

#[derive(Args)]
pub(super) struct Impact {
    /// The packs as they are: a pack, a folder of packs, a folder of sources, or a folder of such folders.
    old: PathBuf,
    /// The packs as they would be.
    new: PathBuf,
    /// JSON lines with `label` (ham, spam or scam; needed on each line when a budget is set), `lang`, and `kind` or `category` as the family.
    #[arg(long)]
    corpus: PathBuf,
    /// Most wanted messages that may rise to suspicious or above.
    #[arg(long)]
    max_wanted_up: Option<usize>,
    /// Most scams that may fall below suspicious.
    #[arg(long)]
    max_lost: Option<usize>,
    /// An export of "this was wrong" from an app (JSON, without any text); may be given many times. The rules that users dispute
    /// are shown with how often they speak in the corpus.
    #[arg(long, value_name = "FILE")]
    disputes: Vec<PathBuf>,
}

impl Impact {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        // First, so that nobody waits for a long corpus to hear that an export is none.
        let disputes = disputes(&self.disputes)?;
        let (old, new) = (filter_at(out, &self.old)?, filter_at(out, &self.new)?);
        let strict = self.max_wanted_up.is_some() || self.max_lost.is_some();
        let mut progress = Progress::new("messages");
        let input = BufReader::new(files::lines(&self.corpus)?);
        let found = impact::compare(&old, &new, input, strict, |n| progress.add(n))
            .with_context(|| format!("cannot read {}", self.corpus.display()))?;
        drop(progress);
        if out.human() {
            human(out, &found)?;
            if let Some(disputes) = &disputes {
                disputed(out, disputes, &found)?;
            }
        } else {
            out.result("", &value(&found, disputes.as_ref()))?
        }
        let (wanted, lost) = (found.of("ham").rose, found.of("scam").fell);
        let mut ended = Ended::from(found.malformed == 0);
        let corpus = self.corpus.display();
        for (line, problem) in found.refused.iter().take(TOLD) {
            out.error(&anyhow!("{corpus} line {line}: {problem}"));
        }
        if found.malformed > 0 && out.human() {
            out.note(format!("{} could not be read", counted(found.malformed, "line")));
        }
        found.misspelt.told().for_each(|told| out.warning(&told));
        if strict && found.judged() == 0 {
            bail!("{corpus} holds no message, so nothing can be said of a budget");
        }
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

/// All exports summed; `None` without any.
fn disputes(paths: &[PathBuf]) -> anyhow::Result<Option<Disputes>> {
    let mut all = Disputes::default();
    for path in paths {
        let bytes = bounded(path).with_context(|| format!("cannot read {}", path.display()))?;
        all.add(&bytes).with_context(|| path.display().to_string())?;
    }
    Ok((!paths.is_empty()).then_some(all))
}

/// The file, or one byte more than an export can have.
fn bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn disputed(out: &Out, disputes: &Disputes, found: &Comparison) -> anyhow::Result<()> {
    let Disputes { exports, count, missed, .. } = disputes;
    out.line(format!(
        "\ndisputed by users: {count} verdicts in {}, {missed} of them missed",
        counted(*exports, "export")
    ))?;
    out.line("rule                                     pack     disputed   before    after")?;
    for (pack, rule, n) in disputes.ranked() {
        let (before, after) = found.rules.get(rule).copied().unwrap_or_default();
        out.line(format!("{:40} {:8} {n:8} {before:8} {after:8}", plain(rule), plain(pack)))?;
    }
    Ok(())
}

fn human(out: &Out, found: &Comparison) -> anyhow::Result<()> {
    out.line("messages at suspicious or above\nlabel  language   messages   before    after     rose     fell")?;
    for ((label, lang), c) in &found.counts {
        let Count { messages, before, after, rose, fell } = c;
        out.line(format!("{:6} {:8} {messages:10} {before:8} {after:8} {rose:8} {fell:8}", plain(label), plain(lang)))?;
    }
    let families: Vec<_> = found.families.iter().filter(|(_, c)| c.rose > 0 || c.fell > 0).collect();
    if !families.is_empty() {
        out.line("\nfamilies in which messages rose or fell\nlabel  language family               messages   before    after     rose     fell")?;
    }
    for ((label, lang, kind), c) in families {
        let Count { messages, before, after, rose, fell } = c;
        let named = format!("{:6} {:8} {:18}", plain(label), plain(lang), plain(kind));
        out.line(format!("{named} {messages:10} {before:8} {after:8} {rose:8} {fell:8}"))?;
    }
    if !found.wanted.is_empty() {
        out.line("\nwanted messages that changed level\nlanguage family             before     -> after")?;
    }
    for ((lang, kind, before, after), n) in &found.wanted {
        let named = format!("{:8} {:18}", plain(lang), plain(kind));
        out.line(format!("{named} {:10} -> {:10} {n:8}", before.name(), after.name()))?;
    }
    out.line("\nlevel before -> after")?;
    for ((before, after), n) in found.levels.iter().filter(|((before, after), _)| before != after) {
        out.line(format!("{:10} -> {:10} {n:8}", before.name(), after.name()))?;
    }
    out.line("\nrules that speak more or less often")?;
    for (rule, (before, after)) in found.rules.iter().filter(|(_, (before, after))| before != after) {
        out.line(format!("{:40} {before:8} -> {after}", plain(rule)))?;
    }
    out.line("\nmessages that changed level")?;
    for Changed { id, label, levels, rules } in found.first().take(40) {
        let rules: Vec<String> =
            rules.0.iter().map(|r| format!("-{r}")).chain(rules.1.iter().map(|r| format!("+{r}"))).collect();
        let (label, id, rules) = (plain(label), plain(id), plain(&rules.join(" ")));
        let line = format!("{label:6} {id}  {} -> {}  {rules}", levels.0.name(), levels.1.name());
        out.line(line.trim_end())?;
    }
    if found.changed.len() > 40 {
        out.line(format!("… and {} more; --format json lists up to a thousand", found.changed.len() - 40))?;
    }
    Ok(())
}

fn value(found: &Comparison, disputes: Option<&Disputes>) -> serde_json::Value {
    let counts: Vec<_> = found.counts.iter().map(|((label, lang), c)| {
        json!({ "label": label, "lang": lang, "messages": c.messages, "before": c.before, "after": c.after, "rose": c.rose, "fell": c.fell })
    }).collect();
    let families = found.families.iter().map(|((label, lang, kind), c)| {
        json!({
            "label": label, "lang": lang, "kind": kind, "messages": c.messages, "before": c.before, "after": c.after,
            "rose": c.rose, "fell": c.fell,
        })
    });
    let families: Vec<_> = families.collect();
    let wanted = found.wanted.iter().map(|((lang, kind, before, after), n)| {
        json!({ "lang": lang, "kind": kind, "before": before.name(), "after": after.name(), "messages": n })
    });
    let wanted: Vec<_> = wanted.collect();
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
    let refused: Vec<_> = found.refused.iter().map(|(line, error)| json!({ "line": line, "error": error })).collect();
    let mut value = json!({
        "counts": counts, "families": families, "wanted": wanted, "levels": levels, "rules": rules, "changed": changed, "malformed": found.malformed, "refused": refused,
    });
    if let (Some(disputes), Some(object)) = (disputes, value.as_object_mut()) {
        let rule = |(pack, rule, n): (&str, &str, u64)| {
            let (before, after) = found.rules.get(rule).copied().unwrap_or_default();
            json!({ "pack": pack, "rule": rule, "disputed": n, "before": before, "after": after })
        };
        let rules: Vec<_> = disputes.ranked().into_iter().map(rule).collect();
        let (exports, count, missed) = (disputes.exports, disputes.count, disputes.missed);
        let summed = json!({ "exports": exports, "count": count, "missed": missed, "rules": rules });
        object.insert("disputes".to_owned(), summed);
    }
    value
}

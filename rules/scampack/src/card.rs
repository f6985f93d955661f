//! The card of a pack: what a reviewer asks before shipping it. In: a compiled pack, and the header of the model of `common`.
//! Out: Markdown, the same for the same pack.

use crate::content;
use crate::jsonl;
use crate::learn::figures::Figures;
use crate::learn::model_file::Weights;
use crate::lower::{Compiled, names};
use crate::render::plain;
use scamfilter::Pack;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// The card.
///
/// # Errors
/// When the image that was just written does not open, which would be a bug.
pub fn of(pack: &Compiled, model: Option<&Weights>) -> Result<String, scamfilter::Error> {
    let open = Pack::open(Arc::new(pack.image.clone()))?;
    let all = content::of(&open, &pack.image);
    let about = &pack.about;
    let mut out = format!("# {}: {}\n\n", about.id, about.title);
    let countries = if about.countries.is_empty() { "all".to_owned() } else { names(&about.countries).join(", ") };
    let _ = writeln!(out, "| | |\n|---|---|");
    let expires = about.expires.as_ref().map_or("never".to_owned(), |d| d.get_ref().to_string());
    for (name, value) in [
        ("serial", about.serial.to_string()),
        ("publisher", about.publisher.clone()),
        ("countries", countries),
        ("licence", about.licence.clone()),
        ("expires", expires),
        ("bytes", pack.image.len().to_string()),
    ] {
        let _ = writeln!(out, "| {name} | {value} |");
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    all.keys()
        .filter(|(kind, _)| !matches!(*kind, "pack" | "section"))
        .for_each(|(k, _)| *counts.entry(k).or_default() += 1);
    out.push_str("\n## What is in it\n\n| what | how many |\n|---|---|\n");
    for (kind, n) in counts {
        let _ = writeln!(out, "| {kind} | {n} |");
    }
    let _ = writeln!(
        out,
        "\n## Families\n\n| family | status | category | languages | hits | misses | reviewed | source |\n|---|---|---|---|---|---|---|---|"
    );
    let mut owners = BTreeSet::new();
    for (_, family) in &pack.families {
        owners.insert(family.owner.as_str());
        let (hits, misses) = (family.examples.hit.len(), family.examples.miss.len());
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {hits} | {misses} | {} | {} |",
            family.id.get_ref(),
            family.status.get_ref(),
            family.category.get_ref(),
            names(&family.languages).join(" "),
            family.reviewed.get_ref(),
            cell(&family.source),
        );
    }
    let known: Vec<String> = pack
        .families
        .iter()
        .flat_map(|(_, family)| {
            family.false_positives.iter().map(|text| format!("- `{}`: {text}", family.id.get_ref()))
        })
        .collect();
    if !known.is_empty() {
        let _ = writeln!(out, "\n## Known to come close\n\n{}", known.join("\n"));
    }
    if let Some(model) = model {
        let spoken = spoken(pack, &open);
        match open.model().is_some() {
            true => learnt(&mut out, model),
            false => measured(&mut out, model, |lang| spoken.contains(lang)),
        }
    }
    let owners: Vec<&str> = owners.into_iter().collect();
    let _ = writeln!(out, "\nOwners: {}.", if owners.is_empty() { "none".to_owned() } else { owners.join(", ") });
    Ok(out)
}

/// Text in a table: on one line, its bars escaped.
fn cell(text: &str) -> String {
    plain(text).replace('|', "\\|")
}

/// Languages that a pack speaks: of its families and of its sentences.
fn spoken(pack: &Compiled, open: &Pack) -> BTreeSet<String> {
    let of_families = pack.families.iter().flat_map(|(_, family)| names(&family.languages));
    let all = of_families.chain(open.texts().map(|text| text.language));
    all.map(|lang| jsonl::language(lang).to_owned()).collect()
}

/// What the model was learnt from, how well it does, and what it cannot.
fn learnt(out: &mut String, model: &Weights) {
    out.push_str("\n## What the model was learnt from\n\n| source | messages | SHA-256 |\n|---|---|---|\n");
    for source in &model.learnt_from {
        let digest = source.sha256.get(..16).unwrap_or("");
        let _ = writeln!(out, "| {} | {} | {digest}… |", cell(&source.source), source.messages);
    }
    measured(out, model, |_| true);
    if let Some(curve) = &model.calibration {
        let _ = writeln!(
            out,
            "\n## What a score says\n\nA score is a probability of a scam or an unlawful offer where {} % of the messages of each language are one. The \
             curve was fitted to {} messages that were not learnt from. Where another share of the messages is bad, a score is still a \
             rank, and no probability; the score of unwanted messages is read off the same curve and is a rank only.",
            curve.reference_bad * 100.0,
            curve.messages
        );
    }
    out.push_str(
        "\n## Limits of the model\n\n- It hears words and links, not senders: no corpus has senders to trust.\n\
         - Openings without a call to action (a wrong number, a new number) cannot be told from wanted ones by their words.\n\
         - Enough good words hide a scam, as from every linear filter. Rules, listed hosts and look-alikes do not hear them.\n",
    );
}

/// Figures of languages, and which have no real messages behind them.
fn measured(out: &mut String, model: &Weights, counts: impl Fn(&String) -> bool) {
    let lines: Vec<&Figures> = model.measured.iter().filter(|figures| counts(&figures.lang)).collect();
    if lines.is_empty() {
        return;
    }
    out.push_str(
        "\n## What detection was learnt from and measured on, by language\n\nMessages learnt from: wanted and others. Found, in percent of scams \
         and unlawful offers: in real campaigns and in holdout texts where 1 % of the wanted ones are marked, and in holdout texts, which are \
         hard on purpose, at the threshold of `suspicious`; beside it the wanted ones of them that are marked there.\n\n\
         | language | real | own texts | real campaigns | holdout texts | at `suspicious` | wanted marked |\n|---|---|---|---|---|---|---|\n",
    );
    let percent = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
    for f in &lines {
        let _ = writeln!(
            out,
            "| {} | {} + {} | {} + {} | {} | {} | {} | {} |",
            cell(&f.lang),
            f.real[0],
            f.real[1],
            f.own[0],
            f.own[1],
            percent(f.campaigns),
            percent(f.holdout),
            percent(f.holdout_found),
            percent(f.holdout_wanted),
        );
    }
    let missing: Vec<String> = lines.iter().filter(|f| f.real[1] == 0).map(|f| cell(&f.lang)).collect();
    if !missing.is_empty() {
        let _ = writeln!(
            out,
            "\n**No real scam was learnt from or measured on in: {}.** What is found there rests on texts that were written for this \
             project, on concepts, brands and policies.",
            missing.join(", ")
        );
    }
}

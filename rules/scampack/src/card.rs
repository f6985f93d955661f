//! The card of a pack: what a reviewer asks before shipping it. In: a compiled pack. Out: Markdown, the same for the same pack.

use crate::content;
use crate::lower::{Compiled, names};
use scamfilter::Pack;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// The card.
///
/// # Errors
/// When the image that was just written does not open, which would be a bug.
pub fn of(pack: &Compiled) -> Result<String, scamfilter::Error> {
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
            family.source.replace('|', "\\|"),
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
    let owners: Vec<&str> = owners.into_iter().collect();
    let _ = writeln!(out, "\nOwners: {}.", if owners.is_empty() { "none".to_owned() } else { owners.join(", ") });
    Ok(out)
}

//! Ids of the starter packs. In: their sources and `rules/ids.txt`, every id that was ever shipped. Out: ids that stand
//! in two packs, were dropped without being retired, or are not yet in the list; concept numbers that changed their name.
//!
//! Ids stand in evidence and in people's lists of what to mute, so that none may come back with another meaning.

use anyhow::Context;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toml::Value;

/// Every id that was ever shipped, a line each: pack, kind, id.
pub const LEDGER: &str = "rules/ids.txt";

/// What is wrong; with `write`, new ids are added to the list first.
pub fn check(root: &Path, write: bool) -> anyhow::Result<Vec<String>> {
    let mut now = BTreeSet::new();
    let mut retired: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let packs = std::fs::read_dir(root.join("rules/packs"))?;
    for pack in packs.collect::<Result<Vec<_>, _>>()? {
        let name = pack.file_name().to_string_lossy().into_owned();
        let about = read(&pack.path().join("pack.toml"))?;
        retired.insert(name.clone(), strings(about.get("retired")));
        of_pack(&pack.path(), |kind, id| now.insert(format!("{name} {kind} {id}")))?;
    }
    let path = root.join(LEDGER);
    let ever: BTreeSet<String> =
        std::fs::read_to_string(&path).unwrap_or_default().lines().map(str::to_owned).collect();
    if write {
        let all: Vec<&str> = ever.union(&now).map(String::as_str).collect();
        std::fs::write(&path, format!("{}\n", all.join("\n")))?;
    }
    let mut wrong: Vec<String> = Vec::new();
    if !write {
        wrong.extend(now.difference(&ever).map(|id| format!("{LEDGER} lacks `{id}`; run `cargo xtask tidy --write`")));
    }
    for gone in ever.difference(&now) {
        let (pack, id) = (gone.split(' ').next().unwrap_or(""), gone.split(' ').next_back().unwrap_or(""));
        if !retired.get(pack).is_some_and(|ids| ids.iter().any(|retired| retired == id)) {
            wrong.push(format!("{LEDGER}: `{gone}` is gone; list it as retired in rules/packs/{pack}/pack.toml"));
        }
    }
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for line in now.union(&ever) {
        let id = line.split_once(' ').map_or("", |(_, rest)| rest);
        if let Some(other) = owners.insert(id, line) {
            wrong.push(format!("`{line}` and `{other}`: an id belongs to one pack"));
        }
    }
    let numbers = ever.union(&now).filter_map(|line| line.strip_prefix("common concept ")?.split_once(' '));
    let mut named: BTreeMap<&str, &str> = BTreeMap::new();
    for (number, name) in numbers {
        if let Some(other) = named.insert(number, name) {
            wrong.push(format!("concept {number} is `{other}` and `{name}`: numbers are append-only"));
        }
    }
    Ok(wrong)
}

/// Calls `each` with kind and id of everything in a pack that has one.
fn of_pack(pack: &Path, mut each: impl FnMut(&str, &str) -> bool) -> anyhow::Result<()> {
    let mut families: Vec<_> =
        std::fs::read_dir(pack.join("families"))?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    families.sort();
    for path in families {
        let family = read(&path)?;
        each("family", family.get("id").and_then(Value::as_str).unwrap_or(""));
        list(&family, "rule", |rule| {
            each("rule", rule.get("id").and_then(Value::as_str).unwrap_or(""));
        });
    }
    for (file, kind) in [("brands.toml", "brand"), ("policies.toml", "policy"), ("concepts.toml", "concept")] {
        let path = pack.join(file);
        if path.exists() {
            list(&read(&path)?, kind, |entry| {
                let id = match (entry.get("id"), entry.get("name").and_then(Value::as_str)) {
                    (Some(Value::Integer(number)), Some(name)) => format!("{number} {name}"),
                    (id, _) => id.and_then(Value::as_str).unwrap_or("").to_owned(),
                };
                each(kind, &id);
            });
        }
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<toml::Table> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    text.parse().with_context(|| path.display().to_string())
}

fn list(of: &toml::Table, key: &str, each: impl FnMut(&Value)) {
    of.get(key).and_then(Value::as_array).into_iter().flatten().for_each(each);
}

fn strings(of: Option<&Value>) -> Vec<String> {
    let all = of.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}

//! Recall of look-alikes. In: a filter, how many hosts of a kind and brand to try. Out: by kind of squatting, how many are
//! told, alone and in a message, and those that are not.

use crate::squat::{KINDS, Kind};
use scamfilter::{Level, Message, ReasonCode, ScamFilter};
use scampack::lower::Suffixes;
use std::collections::BTreeSet;

/// Letters from which on a name may tell its brand alone.
const LONG: usize = 6;

/// What became of one kind.
#[derive(Default)]
pub struct Recall {
    /// Hosts tried.
    pub tried: usize,
    /// Told as look-alikes in a message that wants something.
    pub told: usize,
    /// Of both, those of a name with [`LONG`] letters or more.
    pub long: (usize, usize),
    /// Suspicious at least as a link alone, for any reason.
    pub alone: usize,
    /// Brand and host of those that are not told in a message.
    pub missed: Vec<(String, String)>,
}

/// A brand, and the domain that it shows to people.
pub struct Shown {
    /// Its id.
    pub id: String,
    /// Its first domain.
    pub domain: String,
}

/// All brands of the starter packs.
#[must_use]
pub fn brands() -> Vec<Shown> {
    let mut shown = Vec::new();
    for tree in scampack::starter() {
        let Some(table) = tree.get("brands.toml").and_then(|text| text.parse::<toml::Table>().ok()) else { continue };
        for brand in table["brand"].as_array().expect("brands") {
            let text = |value: &toml::Value| value.as_str().expect("text").to_owned();
            shown.push(Shown { id: text(&brand["id"]), domain: text(&brand["domains"][0]) });
        }
    }
    shown
}

/// Tries at most `most` hosts of a kind for each brand, spread over all that the kind gives. Nothing is left out but
/// domains that a brand owns.
#[must_use]
pub fn of(filter: &ScamFilter, brands: &[Shown], kind: &Kind, most: usize) -> Recall {
    let suffixes = Suffixes::committed();
    let owned: BTreeSet<&str> =
        filter.packs().flat_map(|(pack, _)| pack.officials().map(|(domain, _)| domain)).collect();
    let mut recall = Recall::default();
    for brand in brands {
        let registrable = suffixes.registrable(&brand.domain).unwrap_or(&brand.domain);
        let Some((label, suffix)) = registrable.split_once('.') else { continue };
        let hosts: Vec<String> = kind.hosts(label, suffix).into_iter().collect();
        let hosts = hosts.into_iter().filter(|host| !suffixes.registrable(host).is_some_and(|d| owned.contains(d)));
        let hosts: Vec<String> = hosts.collect();
        let step = hosts.len().div_ceil(most).max(1);
        // Kinds begin with the first letter, so the middle of each part is taken.
        for host in hosts.into_iter().skip(step / 2).step_by(step) {
            let text = format!("Your account is blocked. Verify now: https://{host}/");
            let verdict = filter.check(&Message::sms(text));
            let told = verdict.reasons.iter().any(|reason| reason.code == ReasonCode::Lookalike);
            let alone = filter.check_link(&format!("https://{host}/")).level;
            recall.tried += 1;
            recall.told += usize::from(told);
            let long = usize::from(label.len() >= LONG);
            recall.long = (recall.long.0 + long, recall.long.1 + long * usize::from(told));
            recall.alone += usize::from(matches!(alone, Level::Suspicious | Level::Scam));
            if !told {
                recall.missed.push((brand.id.clone(), host));
            }
        }
    }
    recall
}

/// The kind of this name.
#[must_use]
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

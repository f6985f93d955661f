//! What to do about a pack. In: releases that the publisher signed, what is installed, and the phone. Out: one decision.
//!
//! A release is a target `packs/PACK/NAME`, so that who is trusted with the paths of one pack says nothing of another. What it is
//! stands in its `custom` field under `scamfilter`:
//! ```text
//! full   {"pack":"th","serial":12,"major":1,"engines":[1,1],"countries":["TH"],"image":{"sha256":"…","length":123},
//!         "rollout":{"permille":100,"salt":"…"}, "withdrawn":true?}
//! delta  {"pack":"th","from":"SHA-256 of the installed image","image":{"sha256":"…","length":123}}
//! ```

use super::client::Client;
use super::install_state::{Installed, PackState};
use super::json::Json;
use super::keys::hex;
use super::metadata::TargetFile;
use super::store::is_pack_id;
use crate::pack::{ENGINE, MAJOR, MAX_IMAGE};
use sha2::{Digest, Sha256};

/// Most targets of packs that are looked at, in all and of one role.
const MAX_RELEASES: usize = 4_096;
const MAX_OF_ROLE: usize = 1_024;
/// Steps of comparing paths with patterns that reading a catalogue may take; honest ones need some thousands.
const MAX_WORK: u64 = 50_000_000;
/// Longest name of a file of a release.
const MAX_NAME: usize = 128;
/// Largest download of a pack.
const MAX_DOWNLOAD: u64 = 32 << 20;

/// What of a phone a plan depends on. Nothing of it is ever sent.
#[derive(Clone, Debug)]
pub struct Phone<'a> {
    /// Countries whose packs are wanted, as ISO 3166 codes; packs without countries are for all.
    pub countries: &'a [&'a str],
    /// Random, made once at the first start, and never sent: who is early in a staged rollout.
    pub install_id: &'a [u8],
    /// Bytes that the publisher's images may take in all.
    pub quota: u64,
}

/// A file to download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// Where it lies below the base of targets.
    pub location: String,
    /// What it must be.
    pub target: TargetFile,
}

/// A release to install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Install {
    /// Id of the pack.
    pub pack: String,
    /// The image that it must become.
    pub image: Installed,
    /// What to try first, if the installed image has a delta to it.
    pub delta: Option<Download>,
    /// What to take otherwise.
    pub full: Download,
}

/// What to do about a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: the installed image is the newest for this phone, or there is none for it.
    Keep,
    /// Install a release.
    Install(Box<Install>),
    /// The publisher withdrew the installed image: go back to the last good one, then plan again.
    GoBack,
    /// The newest release would take more than the publisher may have.
    OverQuota,
}

struct Release<'a> {
    pack: &'a str,
    image: Installed,
    path: &'a str,
    target: &'a TargetFile,
    custom: &'a Json,
}

/// Releases in signed metadata after [`Client::walk`], by pack.
pub struct Catalogue<'a> {
    client: &'a Client,
    fulls: Vec<Release<'a>>,
    deltas: Vec<Release<'a>>,
}

impl<'a> Catalogue<'a> {
    /// Reads what the walk found. A target whose `custom` is malformed is passed over: it cannot be installed, nothing else suffers.
    #[must_use]
    pub fn read(client: &'a Client) -> Self {
        let mut catalogue = Self { client, fulls: Vec::new(), deltas: Vec::new() };
        let (mut looked, mut of_role, mut last, mut work) = (0, 0, "", MAX_WORK);
        for (role, path, target) in client.listed() {
            let Some(custom) = target.custom.get("scamfilter") else { continue };
            let Some(release) = release(path, target, custom) else { continue };
            of_role = if last == role { of_role + 1 } else { 1 };
            last = role;
            if of_role > MAX_OF_ROLE {
                continue;
            }
            looked += 1;
            if looked > MAX_RELEASES {
                break;
            }
            // A role may list any path; it counts only where the order of delegations leads to that role.
            if client.owner(path, &mut work).is_none_or(|owner| owner != role) {
                continue;
            }
            if custom.get("from").is_some() {
                catalogue.deltas.push(release);
            } else {
                catalogue.fulls.push(release);
            }
        }
        catalogue
    }

    /// Ids of packs that have a release for the phone's countries, and for this library.
    pub fn packs(&self, phone: &Phone<'_>) -> Vec<&'a str> {
        let mut packs: Vec<&str> = self.fulls.iter().filter(|r| usable(r, phone)).map(|r| r.pack).collect();
        packs.sort_unstable();
        packs.dedup();
        packs
    }

    /// What to do about `pack`; `others` is how many bytes the images of the publisher's other packs take.
    #[must_use]
    pub fn plan(&self, pack: &str, state: &PackState, phone: &Phone<'_>, others: u64) -> Decision {
        let releases = || self.fulls.iter().filter(|r| r.pack == pack);
        let withdrawn = |sha256: &[u8; 32]| releases().any(|r| r.image.sha256 == *sha256 && is_withdrawn(r));
        if state.current.is_some_and(|c| withdrawn(&c.sha256)) {
            return Decision::GoBack;
        }
        let here = state.current.map(|c| c.sha256);
        let eligible = releases().filter(|r| {
            let new = !is_withdrawn(r) && !state.is_quarantined(&r.image.sha256);
            new && usable(r, phone) && (Some(r.image.sha256) == here || rolled_out(r, phone.install_id))
        });
        let Some(best) = eligible.max_by_key(|r| r.image.serial) else { return Decision::Keep };
        // An older release comes only in place of none: a rollout that is taken back leaves phones as they are.
        if state.current.is_some_and(|c| best.image.serial <= c.serial) {
            return Decision::Keep;
        }
        // While it is installed, the image that it follows stays.
        let beside = state.current.map_or(0, |c| c.length);
        if best.image.length.saturating_add(beside).saturating_add(others) > phone.quota {
            return Decision::OverQuota;
        }
        let Some(full) = self.download(best) else { return Decision::Keep };
        let from = |d: &&Release<'_>| d.custom.get("from").and_then(digest) == here;
        let to = |d: &&Release<'_>| d.pack == best.pack && d.image.sha256 == best.image.sha256;
        let deltas = self.deltas.iter().filter(|d| here.is_some() && to(d) && from(d));
        let delta = deltas.filter_map(|d| self.download(d)).min_by_key(|d| d.target.length);
        let worth = |d: &Download| d.target.length < full.target.length;
        Decision::Install(Box::new(Install {
            pack: pack.to_owned(),
            image: best.image,
            delta: delta.filter(worth),
            full,
        }))
    }

    fn download(&self, release: &Release<'_>) -> Option<Download> {
        let target = release.target.clone();
        let location = self.client.location(release.path, &target);
        (target.length <= MAX_DOWNLOAD).then_some(Download { location, target })
    }
}

fn release<'a>(path: &'a str, target: &'a TargetFile, custom: &'a Json) -> Option<Release<'a>> {
    let image = custom.get("image")?;
    let length = image.get("length")?.count().filter(|l| *l <= MAX_IMAGE as u64)?;
    let serial = custom.get("serial").map_or(Some(0), Json::count)?;
    let image = Installed { sha256: digest(image.get("sha256")?)?, length, serial };
    let pack = custom.get("pack")?.text()?;
    let name = path.strip_prefix("packs/")?.strip_prefix(pack)?.strip_prefix('/')?;
    // The path goes to the app's host as it stands: nothing in it may mean another place.
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let named = (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(plain) && !name.starts_with('.');
    (named && is_pack_id(pack)).then_some(Release { pack, image, path, target, custom })
}

fn digest(json: &Json) -> Option<[u8; 32]> {
    hex(json.text()?)?.try_into().ok()
}

fn is_withdrawn(release: &Release<'_>) -> bool {
    release.custom.get("withdrawn").and_then(Json::flag) == Some(true)
}

/// Whether this library can open the release, and the phone wants its country.
fn usable(release: &Release<'_>, phone: &Phone<'_>) -> bool {
    let major = release.custom.get("major").and_then(Json::count);
    let engines = release.custom.get("engines").and_then(Json::list).unwrap_or_default();
    let engines: Option<Vec<u64>> = engines.iter().map(Json::count).collect();
    let fits = matches!(engines.as_deref(), Some([from, to]) if (*from..=*to).contains(&u64::from(ENGINE)));
    let countries = release.custom.get("countries").and_then(Json::list).unwrap_or_default();
    let wanted = countries.iter().filter_map(Json::text).any(|c| phone.countries.contains(&c));
    major == Some(u64::from(MAJOR)) && fits && (countries.is_empty() || wanted)
}

/// Whether a phone has its turn in a staged rollout: a stable share of the phones, another one for each salt.
fn rolled_out(release: &Release<'_>, install_id: &[u8]) -> bool {
    let Some(rollout) = release.custom.get("rollout") else { return true };
    let (Some(permille), Some(salt)) =
        (rollout.get("permille").and_then(Json::count), rollout.get("salt").and_then(Json::text))
    else {
        return false;
    };
    bucket(salt, install_id) < permille
}

/// Place of a phone in a rollout, from 0 to 999.
#[must_use]
pub fn bucket(salt: &str, install_id: &[u8]) -> u64 {
    let digest = Sha256::new().chain_update(salt.as_bytes()).chain_update(install_id).finalize();
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)) % 1000
}

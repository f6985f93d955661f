//! `delta` and `update`. In: packs; a repository's address and a store. Out: what phones download; packs in the store.

use super::Ended;
use super::files::{Image, sha256, write_whole};
use super::output::Out;
use super::sources;
use anyhow::{Context, bail};
use clap::Args;
use scamfilter::pack::PackBytes;
use scamfilter::update::{
    Answer, Client, FailureKind, FolderDisk, Host, Outcome, Place, Polls, Publisher, Report, Store, clock, delta,
    next_poll,
};
use scamfilter::{Level, PackSource, well_behaved};
use serde_json::json;
use std::cell::LazyCell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use ureq::Agent;

/// Bytes that images of one publisher may take, unless the caller says otherwise.
const QUOTA: u64 = 64 << 20;
/// Longest that one file may take: what never ends is no file.
const DEADLINE: Duration = Duration::from_secs(300);

#[derive(Args)]
pub(super) struct Delta {
    /// The new pack.
    new: PathBuf,
    /// The pack that phones have; without it the full pack is written.
    #[arg(long)]
    from: Option<PathBuf>,
    /// File to write.
    #[arg(long)]
    out: PathBuf,
}

impl Delta {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let new = Image::verified(&self.new)?;
        let old = self.from.as_deref().map(Image::verified).transpose()?;
        if let Some(old) = old.as_ref().filter(|old| old.pack.id() != new.pack.id()) {
            bail!("{} is the pack `{}`, {} is `{}`", old.from, old.pack.id(), new.from, new.pack.id());
        }
        let bytes = delta(old.as_ref().map(|o| o.bytes.as_slice()), &new.bytes)?;
        write_whole(&self.out, &bytes)?;
        let (from, header) = (old.map(|o| sha256(&o.bytes)), new.pack.header());
        let countries: Vec<&str> =
            new.pack.meta("countries").unwrap_or("").split([',', ' ']).filter(|c| !c.is_empty()).collect();
        let image = json!({ "sha256": sha256(&new.bytes), "length": new.bytes.len() });
        let about = match from {
            Some(from) => json!({ "pack": new.pack.id(), "from": from, "image": image }),
            None => json!({ "pack": new.pack.id(), "serial": header.serial, "major": scamfilter::pack::MAJOR,
                "engines": [header.engines.0, header.engines.1], "countries": countries, "image": image }),
        };
        out.result(format!("{}  {} bytes", self.out.display(), bytes.len()), &about)?;
        Ok(Ended::Well)
    }
}

#[derive(Args)]
pub(super) struct Update {
    /// Address of the repository: metadata lie below it in `metadata`, packs in `targets`.
    #[arg(long)]
    repo: String,
    /// Folder of the store; it is made.
    #[arg(long)]
    store: PathBuf,
    /// Root metadata that is trusted to begin with, as an app carries it.
    #[arg(long)]
    root: PathBuf,
    /// Country whose packs are wanted, such as TH; packs for no country always are.
    #[arg(long)]
    country: Vec<String>,
    /// Most bytes that the publisher's packs may take.
    #[arg(long, default_value_t = QUOTA)]
    quota: u64,
    /// Do nothing unless a poll is due, as a phone would.
    #[arg(long)]
    if_due: bool,
    /// The network is paid for by volume: with `--if-due`, wait longer.
    #[arg(long, requires = "if_due")]
    metered: bool,
}

impl Update {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let root = std::fs::read(&self.root).with_context(|| format!("cannot read {}", self.root.display()))?;
        let system = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        let now = clock(system, 0, None);
        // A wrong file is the caller's to mend, and no poll that failed.
        Client::new(&root, now).with_context(|| format!("{} is no root to trust", self.root.display()))?;
        let publisher = Publisher {
            root,
            channel: self.repo.trim_end_matches('/').to_owned(),
            countries: self.country.clone(),
            ceiling: Level::Scam,
            may_guard: false,
            quota: self.quota,
        };
        let mut store = Store::new(FolderDisk::new(&self.store));
        let mut polls = Polls { metered: self.metered, charging: true, ..store.polls()? };
        let due = next_poll(system, &polls, random());
        if self.if_due && due > system {
            out.result(
                format!("not due for {} minutes", (due - system).div_ceil(60)),
                &json!({ "pack": null, "due": due }),
            )?;
            return Ok(Ended::Well);
        }
        let config = Agent::config_builder().timeout_global(Some(DEADLINE)).http_status_as_error(false).build();
        let mut host = Web { agent: config.into(), retry_after: None };
        let install_id = install_id(&self.store)?;
        // Compiled only when there is a new image to try.
        let common = LazyCell::new(|| {
            let images = sources::images(out, &sources::with_common(Vec::new())).unwrap_or_default();
            images.into_iter().map(|image| PackSource::new(image.bytes.to_vec())).collect::<Vec<_>>()
        });
        let mut probe = |pack: &str, bytes: PackBytes| {
            let source = PackSource { bytes, ceiling: Level::Scam, may_guard: true };
            well_behaved(&common, pack, source)
        };
        let done = publisher.update(&mut store, &mut host, now, &install_id, &mut probe);
        let well = done.as_ref().is_ok_and(|report| report.failure().is_none());
        // Who finds the store in use has not asked anyone.
        let kept = if done.as_ref().is_err_and(|failure| failure.kind() == FailureKind::Busy) {
            Ok(())
        } else {
            polls.note(system, well, host.retry_after);
            store.save_polls(&polls)
        };
        let report = done?;
        kept?;
        Publisher::confirm(&mut store)?;
        self.tell(&mut store, &report, out)
    }

    fn tell(&self, store: &mut Store<FolderDisk>, report: &Report, out: &mut Out) -> anyhow::Result<Ended> {
        for (role, failure) in &report.left_out {
            anstream::eprintln!("left out role {}: {failure}", role.escape_debug());
        }
        for (pack, outcome) in &report.packs {
            let current = store.state(pack)?.current;
            let serial = current.map(|c| c.serial);
            let path = current.and_then(|c| Store::<FolderDisk>::image_path(pack, &c.sha256));
            let file = path.map(|p| self.store.join(p));
            let done = match outcome {
                Outcome::UpToDate => "up to date",
                Outcome::Installed { delta: true } => "installed by delta",
                Outcome::Installed { delta: false } => "installed",
                Outcome::WentBack => "withdrawn, went back",
                Outcome::OverQuota => "over quota",
                Outcome::Failed(failure) => {
                    anstream::eprintln!("{pack}: {failure}");
                    "failed"
                }
            };
            let shown = serial.map_or("no release".to_owned(), |s| format!("serial {s}"));
            out.result(
                format!("{pack}: {done}, {shown}"),
                &json!({ "pack": pack, "done": done, "serial": serial, "file": file }),
            )?;
        }
        if report.packs.is_empty() {
            out.result("no packs for this phone", &json!({ "pack": null }))?;
        }
        if let Some(failure) = report.failure() {
            bail!("not every pack is up to date: {failure}");
        }
        Ok((!report.packs.iter().any(|(_, outcome)| *outcome == Outcome::OverQuota)).into())
    }
}

/// Hosts of the web.
struct Web {
    agent: Agent,
    /// What the last answer that was none asked for, in seconds.
    retry_after: Option<u64>,
}

impl Host for Web {
    fn fetch(&mut self, channel: &str, place: Place<'_>, limit: u64) -> Answer {
        if let Place::Target(path) = place {
            anstream::eprintln!("{path}: {limit} bytes");
        }
        let Ok(mut response) = self.agent.get(place.below(channel)).call() else {
            return Answer::Failed;
        };
        match response.status().as_u16() {
            200 => {
                response.body_mut().with_config().limit(limit + 1).read_to_vec().map_or(Answer::Failed, Answer::Bytes)
            }
            403 | 404 => Answer::Missing,
            _ => {
                let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
                self.retry_after = header.and_then(|seconds| seconds.trim().parse().ok());
                Answer::Failed
            }
        }
    }
}

/// A number of the system's randomness: the keys of a new hasher are.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Drawn once; it never leaves the store.
fn install_id(store: &Path) -> anyhow::Result<Vec<u8>> {
    let path = store.join("install-id");
    if let Ok(id) = std::fs::read(&path) {
        return Ok(id);
    }
    std::fs::create_dir_all(store).with_context(|| format!("cannot make {}", store.display()))?;
    let id = [random().to_le_bytes(), random().to_le_bytes()].concat();
    write_whole(&path, &id)?;
    Ok(id)
}

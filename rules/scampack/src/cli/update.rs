//! `delta` and `update`. In: packs; a repository's address and a store. Out: what phones download; packs in the store.

use super::Ended;
use super::files::{Image, sha256, write_whole};
use super::output::Out;
use anyhow::{Context, bail};
use clap::Args;
use scamfilter::Pack;
use scamfilter::update::{
    Answer, Catalogue, Client, Decision, Download, FailureKind, FolderDisk, Install, PackState, Phone, Quarantine,
    Store, clock, delta, drive, install,
};
use serde_json::json;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use ureq::Agent;

/// Bytes that images of one publisher may take, unless the caller says otherwise.
const QUOTA: u64 = 64 << 20;
/// Longest that one file may take: what never ends is no file.
const DEADLINE: Duration = Duration::from_secs(300);
/// How often one update goes back or forward before it leaves the rest to the next.
const MAX_STEPS: u32 = 4;

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
}

impl Update {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let root = std::fs::read(&self.root).with_context(|| format!("cannot read {}", self.root.display()))?;
        let now = clock(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()), 0, None);
        let config = Agent::config_builder().timeout_global(Some(DEADLINE)).http_status_as_error(false).build();
        let host = Host { agent: config.into(), base: self.repo.trim_end_matches('/').to_owned() };
        let mut store = Store::new(FolderDisk::new(&self.store));
        let mut client = Client::new(&root, now)?;
        let mut fetch = |path: &str, limit: usize| host.get("metadata", path, limit as u64);
        drive(&mut client, &mut store, &mut fetch)?;
        client.walk();
        drive(&mut client, &mut store, &mut fetch)?;
        store.keep_metadata(&client.roles())?;
        for (role, failure) in client.left_out() {
            anstream::eprintln!("left out role {}: {failure}", role.escape_debug());
        }
        let install_id = install_id(&self.store)?;
        let countries: Vec<&str> = self.country.iter().map(String::as_str).collect();
        let phone = Phone { countries: &countries, install_id: &install_id, quota: self.quota };
        let catalogue = Catalogue::read(&client);
        let packs = catalogue.packs(&phone);
        let mut good = true;
        for pack in &packs {
            let others: Vec<&str> = packs.iter().copied().filter(|other| other != pack).collect();
            let done = self.one(&host, &mut store, &catalogue, &phone, pack, &others)?;
            good &= done != "over quota";
            let current = store.state(pack)?.current;
            let serial = current.map(|c| c.serial);
            let path = current.and_then(|c| Store::<FolderDisk>::image_path(pack, &c.sha256));
            let file = path.map(|p| self.store.join(p));
            let shown = serial.map_or("no release".to_owned(), |s| format!("serial {s}"));
            out.result(
                format!("{pack}: {done}, {shown}"),
                &json!({ "pack": pack, "done": done, "serial": serial, "file": file }),
            )?;
        }
        if packs.is_empty() {
            out.result("no packs for this phone", &json!({ "pack": null }))?;
        }
        Ok(good.into())
    }

    /// Brings one pack up to date.
    fn one(
        &self,
        host: &Host,
        store: &mut Store<FolderDisk>,
        catalogue: &Catalogue<'_>,
        phone: &Phone<'_>,
        pack: &str,
        others: &[&str],
    ) -> anyhow::Result<&'static str> {
        let mut done = "up to date";
        for _ in 0..MAX_STEPS {
            let used = store.used(others)?;
            match catalogue.plan(pack, &store.state(pack)?, phone, used) {
                Decision::Keep => break,
                Decision::OverQuota => return Ok("over quota"),
                Decision::GoBack => {
                    store.change_state(pack, |state| state.give_up(Quarantine::Withdrawn))?;
                    done = "withdrawn, went back";
                }
                Decision::Install(release) => {
                    let by_delta = release.delta.as_ref().map(|d| fetched(host, store, &release, d));
                    done = match by_delta {
                        Some(Ok(())) => "installed by delta",
                        Some(Err(Some(failure))) if failure != FailureKind::Publisher => {
                            bail!("{pack}: the delta cannot be installed")
                        }
                        _ => {
                            fetched(host, store, &release, &release.full).map_err(|kind| {
                                anyhow::anyhow!("{pack}: the release cannot be installed ({kind:?})")
                            })?;
                            "installed"
                        }
                    };
                    store.change_state(pack, PackState::confirm)?;
                }
            }
        }
        Ok(done)
    }
}

/// Downloads and installs; the kind of failure, nothing where the host does not have the file.
fn fetched(
    host: &Host,
    store: &mut Store<FolderDisk>,
    release: &Install,
    download: &Download,
) -> Result<(), Option<FailureKind>> {
    anstream::eprintln!("{}: {} bytes", download.location, download.target.length);
    let bytes = match host.get("targets", &download.location, download.target.length) {
        Answer::Bytes(bytes) => bytes,
        Answer::Missing => return Err(None),
        Answer::Failed => return Err(Some(FailureKind::Network)),
    };
    let mut probe = |image: &[u8]| {
        let opened = Pack::open(Arc::new(image.to_vec()));
        opened.is_ok_and(|pack| pack.verify().is_ok() && pack.id() == release.pack)
    };
    install(store, release, download, &bytes, &mut probe).map_err(|failure| {
        anstream::eprintln!("{}: {failure}", release.pack);
        Some(failure.kind())
    })
}

struct Host {
    agent: Agent,
    base: String,
}

impl Host {
    /// One GET; reading stops one byte behind `limit`.
    fn get(&self, folder: &str, path: &str, limit: u64) -> Answer {
        let Ok(mut response) = self.agent.get(format!("{}/{folder}/{path}", self.base)).call() else {
            return Answer::Failed;
        };
        match response.status().as_u16() {
            200 => {
                response.body_mut().with_config().limit(limit + 1).read_to_vec().map_or(Answer::Failed, Answer::Bytes)
            }
            403 | 404 => Answer::Missing,
            _ => Answer::Failed,
        }
    }
}

/// Drawn once; it never leaves the store.
fn install_id(store: &Path) -> anyhow::Result<Vec<u8>> {
    let path = store.join("install-id");
    if let Ok(id) = std::fs::read(&path) {
        return Ok(id);
    }
    // The keys of a new hasher are of the system's randomness.
    let random = || RandomState::new().build_hasher().finish().to_le_bytes();
    let id = [random(), random()].concat();
    write_whole(&path, &id)?;
    Ok(id)
}

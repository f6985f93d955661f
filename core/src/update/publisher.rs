//! One publisher, from poll to packs. In: what the app knows of it and allows it, its store, a host, a clock. Out: its packs up
//! to date, what was done about each, and their images to open.
//!
//! Publishers share nothing: each has a root, a channel, a store and limits of its own, so that a broken one stops no other. An
//! app adds one by making a store for it, and removes it with the store's folder.

use super::client::{Answer, Client};
use super::error::{Failure, FailureKind};
use super::install::{drive, install};
use super::install_state::{PackState, Quarantine};
use super::plan::{Catalogue, Decision, Download, Install, Phone};
use super::store::{Disk, Store};
use crate::pack::{Pack, PackBytes, PackSource};
use crate::verdict::Level;

/// How often one update goes back or forward before it leaves the rest to the next.
const MAX_STEPS: u32 = 4;

/// What an app knows of a publisher, and allows it.
#[derive(Clone, Debug)]
pub struct Publisher {
    /// Root metadata that is trusted to begin with, as the app carries it.
    pub root: Vec<u8>,
    /// Address of its repository, handed to [`Host`] as it stands.
    pub channel: String,
    /// Countries whose packs are wanted, as ISO 3166 codes; packs without countries are for all.
    pub countries: Vec<String>,
    /// The highest level that its packs may cause.
    pub ceiling: Level,
    /// Whether its packs may fill guard concepts, which lower scores.
    pub may_guard: bool,
    /// Bytes that its images may take in all.
    pub quota: u64,
}

/// What lies where below a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// A file of metadata.
    Metadata(&'a str),
    /// A pack or delta.
    Target(&'a str),
}

impl Place<'_> {
    /// Its address below `channel`, as `rules/publish` lays files out.
    #[must_use]
    pub fn below(self, channel: &str) -> String {
        match self {
            Self::Metadata(path) => format!("{channel}/metadata/{path}"),
            Self::Target(path) => format!("{channel}/targets/{path}"),
        }
    }
}

/// Fetches, as the app does it. Calls block.
pub trait Host {
    /// A file of a publisher's repository. Reading must stop one byte behind `limit`.
    fn fetch(&mut self, channel: &str, place: Place<'_>, limit: u64) -> Answer;
}

/// What was done about a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The newest release for this phone was there already.
    UpToDate,
    /// A release was installed, as a delta or in full.
    Installed {
        /// By delta.
        delta: bool,
    },
    /// The publisher withdrew what was installed; the last good one is back, or the embedded one.
    WentBack,
    /// The newest release would take more than the quota.
    OverQuota,
    /// It could not be brought up to date; what was in use still is.
    Failed(Failure),
}

/// What an update did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Packs that have releases for this phone.
    pub packs: Vec<(String, Outcome)>,
    /// Roles whose metadata could not be used; others are not touched by that.
    pub left_out: Vec<(String, Failure)>,
}

impl Report {
    /// The first failure of a pack.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.packs.iter().find_map(|(_, outcome)| match outcome {
            Outcome::Failed(failure) => Some(failure),
            _ => None,
        })
    }
}

impl Publisher {
    /// Polls, and brings every pack up to date that can be. `now` is that of [`super::clock`], `install_id` of [`Phone`];
    /// `probe` tries an image before it is used. Holds the store's lock throughout.
    ///
    /// # Errors
    /// When metadata could not be brought up to date: what is installed keeps working, and no pack was changed.
    pub fn update<D: Disk>(
        &self,
        store: &mut Store<D>,
        host: &mut dyn Host,
        now: u64,
        install_id: &[u8],
        probe: &mut dyn FnMut(&str, PackBytes) -> bool,
    ) -> Result<Report, Failure> {
        store.locked(|store| {
            let mut client = Client::new(&self.root, now)?;
            let mut metadata =
                |path: &str, limit: usize| host.fetch(&self.channel, Place::Metadata(path), limit as u64);
            drive(&mut client, store, &mut metadata)?;
            client.walk();
            drive(&mut client, store, &mut metadata)?;
            store.keep_metadata(&client.roles())?;
            let countries: Vec<&str> = self.countries.iter().map(String::as_str).collect();
            let phone = Phone { countries: &countries, install_id, quota: self.quota };
            let catalogue = Catalogue::read(&client);
            let packs = catalogue.packs(&phone);
            let mut report = Report::default();
            for pack in &packs {
                // All that the store holds counts, listed still or not: new names must not fill the disk.
                let stored = store.packs()?;
                let others: Vec<&str> = stored.iter().map(String::as_str).filter(|other| other != pack).collect();
                let done = self.one(store, host, &catalogue, &phone, (pack, &others), probe);
                report.packs.push(((*pack).to_owned(), done.unwrap_or_else(Outcome::Failed)));
            }
            let left_out = client.left_out().iter();
            report.left_out = left_out.map(|(role, failure)| (role.to_string(), failure.clone())).collect();
            Ok(report)
        })
    }

    /// Brings one pack up to date.
    fn one<D: Disk>(
        &self,
        store: &mut Store<D>,
        host: &mut dyn Host,
        catalogue: &Catalogue<'_>,
        phone: &Phone<'_>,
        (pack, others): (&str, &[&str]),
        probe: &mut dyn FnMut(&str, PackBytes) -> bool,
    ) -> Result<Outcome, Failure> {
        let mut done = Outcome::UpToDate;
        for _ in 0..MAX_STEPS {
            let used = store.used(others)?;
            match catalogue.plan(pack, &store.state(pack)?, phone, used) {
                Decision::Keep => break,
                Decision::OverQuota => return Ok(Outcome::OverQuota),
                Decision::GoBack => {
                    store.change_state(pack, |state| state.give_up(Quarantine::Withdrawn))?;
                    done = Outcome::WentBack;
                }
                Decision::Install(release) => {
                    done = self.installed(store, host, &release, probe)?;
                }
            }
        }
        Ok(done)
    }

    /// Installs by delta; in full where there is none, or it is not what it should be.
    fn installed<D: Disk>(
        &self,
        store: &mut Store<D>,
        host: &mut dyn Host,
        release: &Install,
        probe: &mut dyn FnMut(&str, PackBytes) -> bool,
    ) -> Result<Outcome, Failure> {
        let mut by = |store: &mut Store<D>, download: &Download| match host.fetch(
            &self.channel,
            Place::Target(&download.location),
            download.target.length,
        ) {
            Answer::Bytes(bytes) => install(store, release, download, &bytes, &mut |image| probe(&release.pack, image)),
            Answer::Missing => Err(Failure::publisher("a file of the release is not there")),
            Answer::Failed => Err(Failure::new(FailureKind::Network, "a file of the release could not be fetched")),
        };
        match release.delta.as_ref().map(|delta| by(store, delta)) {
            Some(Ok(())) => return Ok(Outcome::Installed { delta: true }),
            Some(Err(failure)) if failure.kind() != FailureKind::Publisher => return Err(failure),
            _ if store.state(&release.pack)?.is_quarantined(&release.image.sha256) => {
                return Err(Failure::publisher("the new pack failed its self-test"));
            }
            _ => {}
        }
        by(store, &release.full).map(|()| Outcome::Installed { delta: false })
    }

    /// The images to open, with what the app allows. A process that opens an image on trial says so here, and calls
    /// [`Publisher::confirm`] once it works; one that ends again and again before that goes back to the last good image. Works
    /// while another process updates the store, and where it cannot be written to.
    ///
    /// # Errors
    /// [`FailureKind::Device`] when the store cannot be read.
    pub fn open<D: Disk>(&self, store: &mut Store<D>) -> Result<Vec<PackSource>, Failure> {
        let mut sources = Vec::new();
        for pack in store.packs()? {
            let mut state = store.state(&pack)?;
            if state.trials.is_some() {
                state = noted(store, &pack, state, PackState::begin);
            }
            // At most the current one, and the last good one where that does not open.
            for _ in 0..2 {
                let Some(current) = state.current else { break };
                let image = store.image(&pack, &current.sha256)?;
                let whole = image.filter(|bytes| (**bytes).as_ref().len() as u64 == current.length);
                let opens = |bytes: &PackBytes| Pack::open(bytes.clone()).is_ok_and(|opened| opened.id() == pack);
                if let Some(bytes) = whole.filter(opens) {
                    sources.push(PackSource { bytes, ceiling: self.ceiling, may_guard: self.may_guard });
                    break;
                }
                state = noted(store, &pack, state, |state| state.give_up(Quarantine::Probe));
            }
        }
        Ok(sources)
    }

    /// Whether an image is in use that nobody confirmed yet. What cannot be read is not.
    pub fn on_trial<D: Disk>(store: &mut Store<D>) -> bool {
        let packs = store.packs().unwrap_or_default();
        packs.iter().any(|pack| store.state(pack).is_ok_and(|state| state.trials.is_some()))
    }

    /// What is in use works.
    ///
    /// # Errors
    /// [`FailureKind::Device`], [`FailureKind::Busy`].
    pub fn confirm<D: Disk>(store: &mut Store<D>) -> Result<(), Failure> {
        for pack in store.packs()? {
            if store.state(&pack)?.trials.is_some() {
                store.change_state(&pack, PackState::confirm)?;
            }
        }
        Ok(())
    }
}

/// Changes a state in the store or, where that cannot be now, for this process only: what is installed must open.
fn noted<D: Disk>(
    store: &mut Store<D>,
    pack: &str,
    mut state: PackState,
    change: impl Fn(&mut PackState),
) -> PackState {
    store.change_state(pack, &change).unwrap_or_else(|_| {
        change(&mut state);
        state
    })
}

/// The packs to open: `packs`, such as those embedded in the app, and `more` of a publisher on top.
///
/// A pack takes the place of one with the same id only if its publisher has the right to guard and it is no older; else it is left
/// out, as is a `common` without that right, so that nobody speaks in the name of another.
#[must_use]
pub fn layered(mut packs: Vec<PackSource>, more: Vec<PackSource>) -> Vec<PackSource> {
    let about = |source: &PackSource| {
        let opened = Pack::open(source.bytes.clone()).ok()?;
        Some((opened.id().to_owned(), opened.header().serial))
    };
    for source in more {
        let Some((id, serial)) = about(&source) else { continue };
        let below =
            packs.iter_mut().find_map(|below| about(below).filter(|(other, _)| *other == id).map(|at| (below, at.1)));
        match below {
            Some((below, older)) if source.may_guard && serial >= older => *below = source,
            None if source.may_guard || id != "common" => packs.push(source),
            _ => {}
        }
    }
    packs
}

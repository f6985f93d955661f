//! What a filter is opened from. In: packs that the app brought, stores of publishers. Out: one filter over both, and where each pack
//! came from.
//!
//! No logic: `scamfilter::update` decides which pack lies where.

use crate::disk::store;
use crate::update::{UpdateFailure, UpdateFailureKind};
use crate::{FilterError, level};
use scamfilter::update::{Publisher, layered};
use scamfilter::{PackSource, ScamFilter, lets_pass};
use std::sync::Arc;

/// What an app knows of a publisher, and allows it.
#[derive(uniffi::Record)]
pub struct PublisherSetting {
    /// Root metadata that is trusted to begin with.
    pub root: Vec<u8>,
    /// Address of the repository, without a slash at its end.
    pub channel: String,
    /// Folder of its store, which is the app's own.
    pub folder: String,
    pub countries: Vec<String>,
    /// Number of the level.
    pub ceiling: u8,
    pub may_guard: bool,
    pub quota: u64,
}

impl PublisherSetting {
    pub(crate) fn publisher(&self) -> Result<Publisher, FilterError> {
        Ok(Publisher {
            root: self.root.clone(),
            channel: self.channel.clone(),
            countries: self.countries.clone(),
            ceiling: level(self.ceiling)?,
            may_guard: self.may_guard,
            quota: self.quota,
        })
    }
}

/// A publisher whose store could not be used.
#[derive(Clone, uniffi::Record)]
pub struct UnopenedStore {
    pub channel: String,
    pub failure: UpdateFailure,
}

/// Where an open pack came from.
#[derive(Clone, Default)]
pub struct Origin {
    pub(crate) unverified: bool,
    pub(crate) channel: Option<String>,
}

/// Packs that the app brought, and what lies on top of them.
pub struct Stack {
    /// The app's own, each with whether it is unverified.
    pub(crate) embedded: Vec<(PackSource, bool)>,
    /// Of each open pack.
    pub(crate) origins: Vec<Origin>,
    pub(crate) unopened: Vec<UnopenedStore>,
}

impl Stack {
    /// Opens `embedded` and the stores of `publishers`. A store that cannot be used stops nothing.
    pub(crate) fn open(
        embedded: Vec<(PackSource, bool)>,
        publishers: &[PublisherSetting],
    ) -> Result<(ScamFilter, Self), FilterError> {
        let own = |(source, unverified): &(PackSource, bool)| {
            (source.clone(), Origin { unverified: *unverified, channel: None })
        };
        let mut open: Vec<(PackSource, Origin)> = embedded.iter().map(own).collect();
        let mut filter = ScamFilter::open(sources(&open))?;
        let mut unopened = Vec::new();
        for setting in publishers {
            match on_top(&open, setting) {
                Ok(Ok((next, more))) => (filter, open) = (next, more),
                Ok(Err(failure)) => unopened.push(UnopenedStore { channel: setting.channel.clone(), failure }),
                Err(error) => return Err(error),
            }
        }
        let origins = open.into_iter().map(|(_, origin)| origin).collect();
        Ok((filter, Self { embedded, origins, unopened }))
    }

    pub(crate) fn sources(&self) -> Vec<PackSource> {
        self.embedded.iter().map(|(source, _)| source.clone()).collect()
    }
}

type Opened = (ScamFilter, Vec<(PackSource, Origin)>);

/// `below` with the packs of a publisher's store on top; one that is on trial is confirmed when it opens and lets pass what it must.
fn on_top(
    below: &[(PackSource, Origin)],
    setting: &PublisherSetting,
) -> Result<Result<Opened, UpdateFailure>, FilterError> {
    let (publisher, mut store) = (setting.publisher()?, store(&setting.folder));
    let more = match publisher.open(&mut store) {
        Ok(more) => more,
        Err(failure) => return Ok(Err(UpdateFailure::from(&failure))),
    };
    let stacked = layered(sources(below), more);
    let filter = match ScamFilter::open(stacked.clone()) {
        Ok(filter) => filter,
        Err(error) => {
            let kind = UpdateFailureKind::Publisher;
            return Ok(Err(UpdateFailure { kind, reason: error.to_string() }));
        }
    };
    if Publisher::on_trial(&mut store) && lets_pass(&filter) {
        // Where the store cannot be written to, the next start tries again.
        let _ = Publisher::confirm(&mut store);
    }
    let origin = |source: &PackSource| {
        let known = below.iter().find(|(other, _)| Arc::ptr_eq(&other.bytes, &source.bytes));
        known
            .map(|(_, origin)| origin.clone())
            .unwrap_or_else(|| Origin { unverified: false, channel: Some(setting.channel.clone()) })
    };
    let open = stacked.into_iter().map(|source| (source.clone(), origin(&source))).collect();
    Ok(Ok((filter, open)))
}

fn sources(open: &[(PackSource, Origin)]) -> Vec<PackSource> {
    open.iter().map(|(source, _)| source.clone()).collect()
}

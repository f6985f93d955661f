//! Installing a release. In: what a plan chose, the downloaded bytes, a probe. Out: the new image in use, on trial, or the old one.

use super::client::{Answer, Client, Step};
use super::delta;
use super::error::{Failure, FailureKind};
use super::install_state::Quarantine;
use super::plan::{Download, Install};
use super::store::{Disk, Store};
use crate::pack::PackBytes;
use std::sync::Arc;

/// Tries an image before it is used: it opens, says of its own probes what it must, keeps clear what must stay clear.
/// It is injected, so that updates need not know the engine.
pub type Probe<'a> = &'a mut dyn FnMut(PackBytes) -> bool;

/// Makes the image of `release` from `bytes`, which came from `download`, tries it, and puts it in use.
///
/// With the bytes of `release.delta` the installed image must still be the one that it is for. After any error the image that was in
/// use stays so. When a delta failed with [`FailureKind::Publisher`], the full pack is the next to try.
///
/// # Errors
/// [`FailureKind::Publisher`] for bytes or an image that are not what was signed, or that the probe refuses, which then are not tried
/// again; [`FailureKind::Device`], [`FailureKind::Busy`].
pub fn install<D: Disk>(
    store: &mut Store<D>,
    release: &Install,
    download: &Download,
    bytes: &[u8],
    probe: Probe<'_>,
) -> Result<(), Failure> {
    if !download.target.fits(bytes) {
        return Err(Failure::publisher("the download is not what was signed"));
    }
    // One step: another process would remove an image that no state names yet.
    store.locked(|store| made_and_tried(store, release, bytes, probe))
}

fn made_and_tried<D: Disk>(
    store: &mut Store<D>,
    release: &Install,
    bytes: &[u8],
    probe: Probe<'_>,
) -> Result<(), Failure> {
    let (pack, image) = (release.pack.as_str(), &release.image);
    let based = delta::delta_base(bytes).is_some_and(|base| base != [0; 32]);
    let installed = match store.state(pack)?.current {
        Some(current) if based => store.image(pack, &current.sha256)?,
        _ => None,
    };
    store.write_image(pack, &image.sha256, |write| {
        let installed = installed.as_ref().map(|bytes| (**bytes).as_ref());
        delta::apply(installed, bytes, &image.sha256, image.length, write)
    })?;
    let whole = store.image(pack, &image.sha256)?.unwrap_or_else(|| Arc::new([]));
    if !probe(whole) {
        store.change_state(pack, |state| state.quarantine(image.sha256, Quarantine::Probe))?;
        return Err(Failure::publisher("the new pack failed its self-test"));
    }
    store.change_state(pack, |state| state.install(*image)).map(drop)
}

/// Goes through the steps of `client` with the metadata of `store`; `fetch` takes a path below the metadata URL and a limit.
///
/// # Errors
/// Those of the client and the store.
pub fn drive<D: Disk>(
    client: &mut Client,
    store: &mut Store<D>,
    fetch: &mut dyn FnMut(&str, usize) -> Answer,
) -> Result<(), Failure> {
    loop {
        match client.step()? {
            Step::Load { role } => {
                let stored = match store.metadata(&role) {
                    Err(failure) if failure.kind() != FailureKind::Device => return Err(failure),
                    // What cannot be read is fetched again.
                    other => other.ok().flatten(),
                };
                client.answer(stored.map_or(Answer::Missing, Answer::Bytes));
            }
            Step::Fetch { path, limit } => client.answer(fetch(&path, limit)),
            Step::Save { role, bytes } => store.save_metadata(&role, &bytes)?,
            Step::Done => return Ok(()),
        }
    }
}

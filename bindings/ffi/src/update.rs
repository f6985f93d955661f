//! Updates for Kotlin. In: what the app knows of a publisher, and the files that it fetched. Out: files to fetch, then a report.
//!
//! No logic: `scamfilter::update` decides what is fetched and installed. It runs on a thread of its own that waits for files, so that
//! the app is never called back: a callback would belong to the class loader that came last, and to no other.

use crate::disk::store;
use crate::stack::PublisherSetting;
use crate::{Filter, FilterError};
use scamfilter::pack::PackBytes;
use scamfilter::update::{Answer, FailureKind, Host, Outcome, Place, Publisher, Report};
use scamfilter::{PackSource, well_behaved};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

/// What came of fetching a file.
#[derive(uniffi::Enum)]
pub enum Fetched {
    /// The file, or one byte more than its limit of it.
    Body { bytes: Vec<u8> },
    /// The host has no such file.
    Missing,
    /// The network or the host failed; the host may have asked to wait so many seconds.
    Failed { retry_after: Option<u64> },
}

/// Who must act about an update.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum UpdateFailureKind {
    App,
    Publisher,
    Expired,
    Network,
    Device,
    Busy,
}

/// Why an update, or a pack of it, did not go on.
#[derive(Clone, Debug, uniffi::Record)]
pub struct UpdateFailure {
    pub kind: UpdateFailureKind,
    pub reason: String,
}

impl From<&scamfilter::update::Failure> for UpdateFailure {
    fn from(failure: &scamfilter::update::Failure) -> Self {
        let kind = match failure.kind() {
            FailureKind::App => UpdateFailureKind::App,
            FailureKind::Expired => UpdateFailureKind::Expired,
            FailureKind::Network => UpdateFailureKind::Network,
            FailureKind::Device => UpdateFailureKind::Device,
            FailureKind::Busy => UpdateFailureKind::Busy,
            _ => UpdateFailureKind::Publisher,
        };
        Self { kind, reason: failure.to_string() }
    }
}

/// What was done about a pack.
#[derive(uniffi::Enum)]
pub enum UpdateOutcome {
    UpToDate,
    Installed,
    InstalledDelta,
    WentBack,
    OverQuota,
    Failed,
}

/// A pack that has releases for this phone.
#[derive(uniffi::Record)]
pub struct PackUpdate {
    pub pack: String,
    pub outcome: UpdateOutcome,
    pub failure: Option<UpdateFailure>,
}

/// A role whose metadata could not be used.
#[derive(uniffi::Record)]
pub struct LeftOutRole {
    pub role: String,
    pub failure: UpdateFailure,
}

/// What an update of one publisher did.
#[derive(Default, uniffi::Record)]
pub struct UpdateReport {
    pub packs: Vec<PackUpdate>,
    pub left_out: Vec<LeftOutRole>,
    /// Why metadata could not be brought up to date; then no pack was changed.
    pub failure: Option<UpdateFailure>,
}

/// What an update needs next.
#[derive(uniffi::Enum)]
pub enum UpdateStep {
    /// The file at `url`; reading stops one byte behind `limit`.
    Fetch { url: String, limit: u64 },
    /// Nothing: it is over.
    Done { report: UpdateReport },
}

/// An update of one publisher. It waits for files as long as it is held, and ends when it is let go.
#[derive(uniffi::Object)]
pub struct Update {
    inner: Mutex<Running>,
}

struct Running {
    /// Nothing once nobody waits any more.
    answers: Option<Sender<Fetched>>,
    requests: Receiver<(String, u64)>,
    worker: Option<JoinHandle<UpdateReport>>,
    /// The worker waits for an answer.
    asked: bool,
}

impl Drop for Running {
    /// Waits until the store is free again; what the worker still asks for fails at once.
    fn drop(&mut self) {
        self.answers = None;
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

#[uniffi::export]
impl Update {
    /// Begins to bring the packs in a publisher's store up to date. `now` is in seconds since 1970.
    #[uniffi::constructor]
    pub fn begin(
        filter: &Filter,
        publisher: &PublisherSetting,
        now: u64,
        install_id: Vec<u8>,
    ) -> Result<Arc<Self>, FilterError> {
        let (below, folder, publisher) = (filter.stack.sources(), publisher.folder.clone(), publisher.publisher()?);
        let ((answers, incoming), (outgoing, requests)) = (channel(), channel());
        let host = Web { requests: outgoing, answers: incoming, retry_after: None };
        let work = move || update(&below, &publisher, &folder, host, now, &install_id);
        let worker = Builder::new().name("scamfilter".to_owned()).spawn(work);
        let worker = worker.map_err(|_| FilterError::App { reason: "no thread can be started".to_owned() })?;
        Ok(Arc::new(Self {
            inner: Mutex::new(Running { answers: Some(answers), requests, worker: Some(worker), asked: false }),
        }))
    }

    /// Takes what came of the last step, nothing at first, and waits for the next step.
    pub fn next(&self, answer: Option<Fetched>) -> Result<UpdateStep, FilterError> {
        let bug = |reason: &str| FilterError::Bug { reason: reason.to_owned() };
        let mut running = self.inner.lock().map_err(|_| bug("an update failed inside"))?;
        if running.asked {
            // Who brings nothing has fetched nothing.
            let answer = answer.unwrap_or(Fetched::Failed { retry_after: None });
            let sent = running.answers.as_ref().map(|worker| worker.send(answer));
            sent.and_then(Result::ok).ok_or_else(|| bug("an update failed inside"))?;
        }
        let request = running.requests.recv();
        running.asked = request.is_ok();
        if let Ok((url, limit)) = request {
            return Ok(UpdateStep::Fetch { url, limit });
        }
        let worker = running.worker.take().ok_or_else(|| bug("an update is over"))?;
        let report = worker.join().map_err(|_| bug("an update failed inside"))?;
        Ok(UpdateStep::Done { report })
    }
}

/// Polls a publisher, brings its packs up to date and keeps how the poll went.
fn update(
    below: &[PackSource],
    publisher: &Publisher,
    folder: &str,
    mut host: Web,
    now: u64,
    install_id: &[u8],
) -> UpdateReport {
    let mut store = store(folder);
    let mut probe = |pack: &str, bytes: PackBytes| {
        let source = PackSource { bytes, ceiling: publisher.ceiling, may_guard: publisher.may_guard };
        well_behaved(below, pack, source)
    };
    let done = publisher.update(&mut store, &mut host, now, install_id, &mut probe);
    let well = done.as_ref().is_ok_and(|report| report.failure().is_none());
    // Who finds the store in use, or brings a wrong root, has asked nobody.
    if !done.as_ref().is_err_and(|f| matches!(f.kind(), FailureKind::Busy | FailureKind::App)) {
        let kept = store.polls().and_then(|mut polls| {
            polls.note(now, well, host.retry_after);
            store.save_polls(&polls)
        });
        // A store that cannot be written to is reported by the update itself, and a poll that is not noted comes sooner again.
        drop(kept);
    }
    done.map_or_else(
        |failure| UpdateReport { failure: Some(UpdateFailure::from(&failure)), ..UpdateReport::default() },
        told,
    )
}

fn told(report: Report) -> UpdateReport {
    let pack = |(pack, outcome): (String, Outcome)| {
        let (outcome, failure) = match outcome {
            Outcome::UpToDate => (UpdateOutcome::UpToDate, None),
            Outcome::Installed { delta: true } => (UpdateOutcome::InstalledDelta, None),
            Outcome::Installed { delta: false } => (UpdateOutcome::Installed, None),
            Outcome::WentBack => (UpdateOutcome::WentBack, None),
            Outcome::OverQuota => (UpdateOutcome::OverQuota, None),
            Outcome::Failed(failure) => (UpdateOutcome::Failed, Some(UpdateFailure::from(&failure))),
        };
        PackUpdate { pack, outcome, failure }
    };
    let role = |(role, failure)| LeftOutRole { role, failure: UpdateFailure::from(&failure) };
    UpdateReport {
        packs: report.packs.into_iter().map(pack).collect(),
        left_out: report.left_out.into_iter().map(role).collect(),
        failure: None,
    }
}

/// A host as the app reaches it.
struct Web {
    requests: Sender<(String, u64)>,
    answers: Receiver<Fetched>,
    retry_after: Option<u64>,
}

impl Host for Web {
    fn fetch(&mut self, channel: &str, place: Place<'_>, limit: u64) -> Answer {
        // Nobody there any more is a network that is gone.
        let asked = self.requests.send((place.below(channel), limit));
        match asked.ok().and_then(|()| self.answers.recv().ok()) {
            Some(Fetched::Body { bytes }) => Answer::Bytes(bytes),
            Some(Fetched::Missing) => Answer::Missing,
            Some(Fetched::Failed { retry_after }) => {
                // A file that failed without a hint takes back no earlier one.
                self.retry_after = self.retry_after.max(retry_after);
                Answer::Failed
            }
            None => Answer::Failed,
        }
    }
}

/// The time, in seconds since 1970 and not before `now`, at which to poll the publisher of the store in `folder`. `random` is any number.
#[uniffi::export]
#[must_use]
pub fn next_poll(folder: String, now: u64, metered: bool, charging: bool, random: u64) -> u64 {
    let polls = scamfilter::update::Polls { metered, charging, ..store(&folder).polls().unwrap_or_default() };
    scamfilter::update::next_poll(now, &polls, random)
}

#[cfg(test)]
mod tests {
    use super::{Answer, Fetched, Host, Place, Web, channel};

    #[test]
    fn the_longest_wait_that_a_host_asked_for_holds() {
        let (outgoing, requests) = channel();
        let (answers, incoming) = channel();
        let mut web = Web { requests: outgoing, answers: incoming, retry_after: None };
        for retry_after in [None, Some(60), Some(7_200), Some(90), None] {
            answers.send(Fetched::Failed { retry_after }).unwrap();
            let answer = web.fetch("https://packs.example", Place::Target("op/1.full"), 10);
            assert!(matches!(answer, Answer::Failed));
        }
        assert_eq!(requests.try_iter().count(), 5);
        assert_eq!(web.retry_after, Some(7_200));
    }
}

//! The client workflow. In: a trusted root, the time, and an answer to each step. Out: the next step, until it is done.
//!
//! ```text
//! loop { match client.step() {
//!     Step::Load  -> answer with what the store has of the role
//!     Step::Fetch -> answer with what the host sends
//!     Step::Save  -> keep the bytes of the role for the next time, on the disk before the next step; answer nothing
//!     Step::Done  -> ask for targets: `find`, `walk`
//! } }
//! ```
//! After a failure nothing goes on; a new client begins again from what was saved.

use super::error::{Failure, FailureKind};
use super::metadata::{ROOT, SNAPSHOT, TARGETS, TIMESTAMP, TargetFile};
use super::trusted::{Trusted, Update};
use super::walk::Walk;
use std::collections::VecDeque;

/// Largest files in bytes where no signed length is known; a signed length is not believed beyond them.
const ROOT_LIMIT: usize = 256 << 10;
const TIMESTAMP_LIMIT: usize = 16 << 10;
const SNAPSHOT_LIMIT: usize = 128 << 10;
const TARGETS_LIMIT: usize = 1 << 20;
/// Most roots that one update goes through; the next goes on from there.
const MAX_ROOTS: u32 = 256;

/// What the driver has to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Answer with the stored bytes of a role.
    Load {
        /// Name of the role.
        role: String,
    },
    /// Answer with the file at `path` below the metadata URL.
    Fetch {
        /// Percent-encoded, without a slash.
        path: String,
        /// Most bytes; reading stops after one more.
        limit: usize,
    },
    /// Keep the bytes of a role in place of the old ones.
    Save {
        /// Name of the role.
        role: String,
        /// As they were signed.
        bytes: Vec<u8>,
    },
    /// The goal is reached.
    Done,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The bytes.
    Bytes(Vec<u8>),
    /// There is no such file: nothing stored, or the host says 403 or 404.
    Missing,
    /// The network or the host failed.
    Failed,
}

#[derive(Clone, Debug)]
enum State {
    LoadRoot,
    FetchRoot(u32),
    LoadTimestamp,
    FetchTimestamp,
    LoadSnapshot,
    FetchSnapshot,
    LoadRole(String, Option<String>),
    FetchRole(String, Option<String>),
    Idle,
    Failed(Failure),
}

/// An update of one publisher's metadata.
pub struct Client {
    trusted: Trusted,
    now: u64,
    state: State,
    saves: VecDeque<(String, Vec<u8>)>,
    walk: Option<Walk>,
}

impl Client {
    /// Begins with the root that the app carries. `now` is in seconds since 1970; see [`super::clock`].
    ///
    /// # Errors
    /// [`FailureKind::App`] when `root` is no root that its own keys signed.
    pub fn new(root: &[u8], now: u64) -> Result<Self, Failure> {
        let trusted = Trusted::new(root, now).map_err(|e| Failure::app(e.to_string()))?;
        Ok(Self { trusted, now, state: State::LoadRoot, saves: VecDeque::new(), walk: None })
    }

    /// What to do next.
    ///
    /// # Errors
    /// Why the update cannot go on, again and again.
    pub fn step(&mut self) -> Result<Step, Failure> {
        if let Some((role, bytes)) = self.saves.pop_front() {
            return Ok(Step::Save { role, bytes });
        }
        let load = |role: &str| Ok(Step::Load { role: role.to_owned() });
        let versioned = |consistent: bool, version: u64, role: &str| {
            if consistent { format!("{version}.{}.json", encoded(role)) } else { format!("{}.json", encoded(role)) }
        };
        let consistent = self.trusted.root.consistent;
        match &self.state {
            State::LoadRoot => load(ROOT),
            State::LoadTimestamp => load(TIMESTAMP),
            State::LoadSnapshot => load(SNAPSHOT),
            State::LoadRole(role, _) => load(role),
            // 5.3.3: the name of a root always bears its version.
            State::FetchRoot(_) => {
                Ok(Step::Fetch { path: versioned(true, self.trusted.root.common.version + 1, ROOT), limit: ROOT_LIMIT })
            }
            // 5.4.1: the name of a timestamp never does.
            State::FetchTimestamp => Ok(Step::Fetch { path: "timestamp.json".to_owned(), limit: TIMESTAMP_LIMIT }),
            // 5.5.1 and 5.6.1: length and version as the file above names them.
            State::FetchSnapshot => {
                let file = self.trusted.timestamp()?.snapshot.clone();
                Ok(Step::Fetch {
                    path: versioned(consistent, file.version, SNAPSHOT),
                    limit: bound(file.length, SNAPSHOT_LIMIT),
                })
            }
            State::FetchRole(role, _) => {
                let file = self.trusted.file_of(role)?;
                Ok(Step::Fetch {
                    path: versioned(consistent, file.version, role),
                    limit: bound(file.length, TARGETS_LIMIT),
                })
            }
            State::Idle => Ok(Step::Done),
            State::Failed(failure) => Err(failure.clone()),
        }
    }

    /// What came of the last [`Step::Load`] or [`Step::Fetch`].
    pub fn answer(&mut self, answer: Answer) {
        let state = std::mem::replace(&mut self.state, State::Idle);
        let next = match state {
            State::LoadRoot => Ok(self.load_root(answer)),
            State::FetchRoot(count) => self.fetched_root(count, answer),
            State::LoadTimestamp => {
                if let Answer::Bytes(bytes) = answer {
                    // What the store has is only a floor; what is wrong with it is no reason to stop.
                    let _ = self.trusted.update_timestamp(&bytes);
                }
                Ok(State::FetchTimestamp)
            }
            State::FetchTimestamp => self.fetched_timestamp(answer),
            State::LoadSnapshot => match answer {
                Answer::Bytes(bytes) if self.trusted.update_snapshot(&bytes, true).is_ok() => Ok(top_targets()),
                _ => Ok(State::FetchSnapshot),
            },
            State::FetchSnapshot => fetched(SNAPSHOT, answer, SNAPSHOT_LIMIT).and_then(|bytes| {
                self.trusted.update_snapshot(&bytes, false)?;
                self.saves.push_back((SNAPSHOT.to_owned(), bytes));
                Ok(top_targets())
            }),
            State::LoadRole(role, parent) => match answer {
                Answer::Bytes(bytes) if self.trusted.update_targets(&role, parent.as_deref(), &bytes).is_ok() => {
                    self.go_on()
                }
                // 5.6.1: what the snapshot does not list is not even fetched.
                _ => match self.trusted.file_of(&role) {
                    Ok(_) => Ok(State::FetchRole(role, parent)),
                    Err(failure) => self.role_failed(&role, failure),
                },
            },
            State::FetchRole(role, parent) => self.fetched_role(&role, parent.as_deref(), answer),
            State::Idle => Err(Failure::app("an answer to nothing")),
            State::Failed(failure) => Err(failure),
        };
        self.state = next.unwrap_or_else(State::Failed);
    }

    /// Looks for a target by its path; after [`Step::Done`] read it with [`Client::found`].
    pub fn find(&mut self, path: &str) {
        self.start(Walk::to(path));
    }

    /// Loads every role that is trusted with anything; after [`Step::Done`] read them with [`Client::resolve`]. Delegated roles
    /// that cannot be verified are left out and named by [`Client::left_out`].
    pub fn walk(&mut self) {
        self.start(Walk::everywhere());
    }

    fn start(&mut self, walk: Walk) {
        if matches!(self.state, State::Idle) {
            self.walk = Some(walk);
            self.state = self.go_on().unwrap_or_else(State::Failed);
        }
    }

    /// The target that [`Client::find`] looked for, and where it lies below the base of targets.
    #[must_use]
    pub fn found(&self) -> Option<(TargetFile, String)> {
        let walk = self.walk.as_ref()?;
        let (_, target) = walk.found.as_ref()?;
        Some((target.clone(), self.location(walk.path.as_deref()?, target)))
    }

    /// Paths listed by roles that were loaded, with the role; see [`Client::resolve`] for which of them count.
    pub fn listed(&self) -> impl Iterator<Item = (&str, &str, &TargetFile)> {
        let roles = self.walk.iter().flat_map(|walk| walk.visited());
        roles
            .filter_map(|role| Some((role, self.trusted.targets(role)?)))
            .flat_map(|(role, targets)| targets.targets.iter().map(move |(path, target)| (role, path, target)))
    }

    /// The target that `path` means, by the order of delegations, among the roles that [`Client::walk`] loaded, with the role that
    /// says so and where it lies below the base of targets.
    #[must_use]
    pub fn resolve(&self, path: &str) -> Option<(String, TargetFile, String)> {
        let mut unbounded = u64::MAX;
        let (role, target) = super::walk::resolve(&self.trusted, path, &mut unbounded)?;
        let location = self.location(path, &target);
        Some((role, target, location))
    }

    /// Where the target at `path` lies below the base of targets.
    pub(super) fn location(&self, path: &str, target: &TargetFile) -> String {
        target.location(path, self.trusted.root.consistent)
    }

    /// The role that [`Client::resolve`] names; nothing once `work`, steps of comparing with patterns, is used up.
    pub(super) fn owner(&self, path: &str, work: &mut u64) -> Option<String> {
        super::walk::resolve(&self.trusted, path, work).map(|(role, _)| role)
    }

    /// Delegated roles that could not be verified, with the reason.
    #[must_use]
    pub fn left_out(&self) -> &[(String, Failure)] {
        self.walk.as_ref().map_or(&[], |walk| &walk.failed)
    }

    /// Roles whose metadata is worth keeping after [`Client::walk`]; for [`super::Store::keep_metadata`].
    #[must_use]
    pub fn roles(&self) -> Vec<&str> {
        let visited = self.walk.iter().flat_map(|walk| walk.visited());
        [ROOT, TIMESTAMP, SNAPSHOT, TARGETS].into_iter().chain(visited.filter(|r| *r != TARGETS)).collect()
    }

    /// Seconds since 1970 from which on what is trusted has to be newer; nothing before the first [`Step::Done`].
    #[must_use]
    pub fn expires(&self) -> Option<u64> {
        self.trusted.expires()
    }

    /// When the accepted timestamp expires, for [`super::clock`].
    #[must_use]
    pub fn timestamp_expires(&self) -> Option<u64> {
        self.trusted.timestamp().ok().map(|t| t.common.expires)
    }

    fn load_root(&mut self, answer: Answer) -> State {
        if let Answer::Bytes(bytes) = answer
            && let Ok(stored) = Trusted::new(&bytes, self.now)
            && stored.root.common.version > self.trusted.root.common.version
        {
            self.trusted = stored;
        }
        State::FetchRoot(0)
    }

    fn fetched_root(&mut self, count: u32, answer: Answer) -> Result<State, Failure> {
        // 5.3.3: no further root.
        if answer == Answer::Missing {
            return self.finish_root();
        }
        let bytes = fetched(ROOT, answer, ROOT_LIMIT)?;
        self.trusted.update_root(&bytes)?;
        // 5.3.8: kept at once, so that a phone that is stopped goes on from here.
        self.saves.push_back((ROOT.to_owned(), bytes));
        if count + 1 >= MAX_ROOTS { self.finish_root() } else { Ok(State::FetchRoot(count + 1)) }
    }

    fn finish_root(&self) -> Result<State, Failure> {
        self.trusted.finish_root()?;
        Ok(State::LoadTimestamp)
    }

    fn fetched_timestamp(&mut self, answer: Answer) -> Result<State, Failure> {
        let bytes = fetched(TIMESTAMP, answer, TIMESTAMP_LIMIT)?;
        if self.trusted.update_timestamp(&bytes)? == Update::New {
            self.saves.push_back((TIMESTAMP.to_owned(), bytes));
        }
        Ok(State::LoadSnapshot)
    }

    fn fetched_role(&mut self, role: &str, parent: Option<&str>, answer: Answer) -> Result<State, Failure> {
        let verified = fetched(TARGETS, answer, TARGETS_LIMIT).and_then(|bytes| {
            self.trusted.update_targets(role, parent, &bytes)?;
            Ok(bytes)
        });
        match verified {
            Ok(bytes) => {
                self.saves.push_back((role.to_owned(), bytes));
                self.go_on()
            }
            Err(failure) => self.role_failed(role, failure),
        }
    }

    /// Leaves out a role where the whole is asked for, unless the network is to blame; else it ends the update.
    fn role_failed(&mut self, role: &str, failure: Failure) -> Result<State, Failure> {
        match &mut self.walk {
            Some(walk) if walk.path.is_none() && failure.kind() != FailureKind::Network => {
                walk.failed.push((role.to_owned(), failure));
                self.go_on()
            }
            _ => Err(failure),
        }
    }

    /// The next role of the walk.
    fn go_on(&mut self) -> Result<State, Failure> {
        let Some(mut walk) = self.walk.take() else { return Ok(State::Idle) };
        let next = walk.next(&self.trusted);
        self.walk = Some(walk);
        match next {
            Ok(Some((role, parent))) => Ok(State::LoadRole(role, parent)),
            Ok(None) => Ok(State::Idle),
            Err(failure) => Err(failure),
        }
    }
}

fn top_targets() -> State {
    State::LoadRole(TARGETS.to_owned(), None)
}

fn bound(length: Option<u64>, limit: usize) -> usize {
    length.and_then(|l| usize::try_from(l).ok()).map_or(limit, |l| l.min(limit))
}

/// The bytes of an answer. A file that is missing is the publisher's matter, a host that does not answer the network's.
fn fetched(role: &str, answer: Answer, limit: usize) -> Result<Vec<u8>, Failure> {
    match answer {
        Answer::Bytes(bytes) if bytes.len() <= limit => Ok(bytes),
        Answer::Bytes(_) => Err(Failure::publisher(format!("{role}: larger than it may be"))),
        Answer::Missing => Err(Failure::publisher(format!("{role}: the host does not have the file"))),
        Answer::Failed => Err(Failure::new(FailureKind::Network, format!("{role}: the host cannot be reached"))),
    }
}

/// A role's name as it stands in URLs and file names: all but letters, digits and `_.-~` percent-encoded.
#[must_use]
pub fn encoded(role: &str) -> String {
    let mut out = String::new();
    for byte in role.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

//! The search through delegations. In: trusted metadata and a path, or none for all. Out: the next role to load, the target.
//!
//! 5.6.7 of the specification: pre-order, depth first, in the order of the delegations, a terminating one last.

use super::error::Failure;
use super::metadata::{TARGETS, TargetFile};
use super::trusted::Trusted;

/// Most roles that one search visits.
const MAX_VISITED: usize = 32;

/// A search under way.
pub(super) struct Walk {
    /// What is looked for; nothing when every role is.
    pub(super) path: Option<String>,
    /// The role that lists the path, and what it lists.
    pub(super) found: Option<(String, TargetFile)>,
    /// Roles that cannot be verified.
    pub(super) failed: Vec<(String, Failure)>,
    waiting: Vec<(String, Option<String>)>,
    visited: Vec<String>,
    /// Steps of comparing with patterns that are left.
    work: u64,
}

impl Walk {
    pub(super) fn to(path: &str) -> Self {
        Self { path: Some(path.to_owned()), ..Self::everywhere() }
    }

    pub(super) fn everywhere() -> Self {
        let waiting = vec![(TARGETS.to_owned(), None)];
        Self { path: None, found: None, failed: Vec::new(), waiting, visited: Vec::new(), work: u64::MAX }
    }

    /// Roles in the order in which they were visited.
    pub(super) fn visited(&self) -> impl Iterator<Item = &str> {
        self.visited.iter().map(String::as_str)
    }

    /// Goes as far as loaded roles reach. Out: the role that is to be loaded, with the one that delegates to it.
    pub(super) fn next(&mut self, trusted: &Trusted) -> Result<Option<(String, Option<String>)>, Failure> {
        while let Some((role, parent)) = self.waiting.pop() {
            let seen = |r: &String| *r == role;
            if self.visited.iter().any(seen) || self.failed.iter().map(|(r, _)| r).any(seen) {
                continue;
            }
            if self.visited.len() + self.failed.len() >= MAX_VISITED {
                break;
            }
            let targets = match trusted.loaded(&role, parent.as_deref()) {
                Ok(Some(targets)) => targets,
                Ok(None) => {
                    self.waiting.push((role.clone(), parent.clone()));
                    return Ok(Some((role, parent)));
                }
                Err(failure) if self.path.is_none() => {
                    self.failed.push((role, failure));
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            if let Some(path) = &self.path
                && let Some(target) = targets.targets.get(path)
            {
                self.found = Some((role, target.clone()));
                break;
            }
            if let Some(path) = &self.path {
                let steps = targets.delegations.width.saturating_mul(path.len() as u64 + 1);
                let Some(left) = self.work.checked_sub(steps) else {
                    self.work = 0;
                    break;
                };
                self.work = left;
            }
            let children = targets.delegations.trusted_with(self.path.as_deref());
            if self.path.is_some() && children.last().is_some_and(|c| c.terminating) {
                self.waiting.clear();
            }
            self.waiting.extend(children.iter().rev().map(|child| (child.name.clone(), Some(role.clone()))));
            self.visited.push(role);
        }
        Ok(None)
    }
}

/// What a search for `path` finds among the roles that are loaded, with the role that lists it. A role on the way that is not
/// loaded, or that its delegator did not sign for, ends the search: what stands behind it must not take its place.
///
/// Takes from `work` the steps that comparing with patterns may cost; nothing once it is used up.
pub(super) fn resolve(trusted: &Trusted, path: &str, work: &mut u64) -> Option<(String, TargetFile)> {
    let mut walk = Walk { work: *work, ..Walk::to(path) };
    let ended = walk.next(trusted);
    *work = walk.work;
    ended.ok().filter(Option::is_none)?;
    walk.found.filter(|_| *work > 0)
}

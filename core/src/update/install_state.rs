//! Which images of a pack count. In: the bytes of STATE. Out: current, last good, and those not to be tried again; and back.

use super::keys::hex;
use super::store::{digits, whole_lines};
use std::fmt::Write as _;

/// Starts of a new image without a confirmation after which it is given up.
pub const MAX_TRIALS: u32 = 3;
/// Most images that are remembered as bad; the oldest is forgotten first.
const MAX_QUARANTINED: usize = 16;
const FIRST_LINE: &str = "scamfilter store 1";

/// An image in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Digest of the image.
    pub sha256: [u8; 32],
    /// Its bytes.
    pub length: u64,
    /// Serial of its release.
    pub serial: u64,
}

/// Why an image is not used. Numbers are append-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quarantine {
    /// It does not open, or does not say of its own probes what it must.
    Probe = 1,
    /// The app ended before it confirmed it, again and again.
    Crashes = 2,
    /// Its publisher withdrew it.
    Withdrawn = 3,
}

impl Quarantine {
    fn from_number(number: u64) -> Option<Self> {
        [Self::Probe, Self::Crashes, Self::Withdrawn].into_iter().find(|q| *q as u64 == number)
    }
}

/// State of one pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackState {
    /// In use; without one the app's embedded pack is.
    pub current: Option<Installed>,
    /// What was in use before, and worked.
    pub last_good: Option<Installed>,
    /// Starts with the current one since it was installed; nothing once it is confirmed.
    pub trials: Option<u32>,
    /// Images not to be used, with the reason.
    pub quarantined: Vec<([u8; 32], Quarantine)>,
}

impl PackState {
    /// A new image is the current one, on trial. One that never was confirmed does not become the last good one.
    pub fn install(&mut self, image: Installed) {
        if self.trials.is_none() && self.current.is_some() {
            self.last_good = self.current;
        }
        self.current = Some(image);
        self.trials = Some(0);
    }

    /// A process begins to use the current image; after [`MAX_TRIALS`] without [`PackState::confirm`] the last good one is back.
    pub fn begin(&mut self) {
        match self.trials {
            Some(trials) if trials >= MAX_TRIALS => self.give_up(Quarantine::Crashes),
            Some(trials) => self.trials = Some(trials + 1),
            None => {}
        }
    }

    /// The current image works.
    pub fn confirm(&mut self) {
        self.trials = None;
    }

    /// The current image is not used any more; the last good one is, unless it is bad too.
    pub fn give_up(&mut self, reason: Quarantine) {
        if let Some(current) = self.current.take() {
            self.quarantine(current.sha256, reason);
        }
        self.trials = None;
        self.current = self.last_good.take().filter(|good| !self.is_quarantined(&good.sha256));
    }

    /// Remembers an image as bad.
    pub fn quarantine(&mut self, sha256: [u8; 32], reason: Quarantine) {
        self.quarantined.retain(|(bad, _)| *bad != sha256);
        if self.quarantined.len() >= MAX_QUARANTINED {
            self.quarantined.remove(0);
        }
        self.quarantined.push((sha256, reason));
        self.last_good = self.last_good.filter(|good| good.sha256 != sha256);
    }

    /// Whether an image is not to be used.
    #[must_use]
    pub fn is_quarantined(&self, sha256: &[u8; 32]) -> bool {
        self.quarantined.iter().any(|(bad, _)| bad == sha256)
    }

    /// Images that must stay in the store.
    pub fn images(&self) -> impl Iterator<Item = &Installed> {
        self.current.iter().chain(&self.last_good)
    }

    /// Reads what [`PackState::write`] wrote; nothing when a byte is missing or wrong.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut state = Self::default();
        for line in whole_lines(bytes, FIRST_LINE)? {
            let mut words = line.split(' ');
            let (what, digest) = (words.next()?, words.next()?);
            let sha256: [u8; 32] = hex(digest)?.try_into().ok()?;
            let numbers = words.map(|w| w.parse().ok()).collect::<Option<Vec<u64>>>()?;
            match (what, numbers[..].as_ref()) {
                ("current", [length, serial]) => {
                    state.current = Some(Installed { sha256, length: *length, serial: *serial });
                }
                ("trial", [length, serial, trials]) => {
                    state.current = Some(Installed { sha256, length: *length, serial: *serial });
                    state.trials = Some(u32::try_from(*trials).ok()?);
                }
                ("good", [length, serial]) => {
                    state.last_good = Some(Installed { sha256, length: *length, serial: *serial });
                }
                ("bad", [reason]) if state.quarantined.len() < MAX_QUARANTINED => {
                    state.quarantined.push((sha256, Quarantine::from_number(*reason)?));
                }
                _ => return None,
            }
        }
        Some(state)
    }

    /// One line an image.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = format!("{FIRST_LINE}\n");
        if let Some(Installed { sha256, length, serial }) = &self.current {
            let digits = digits(sha256);
            let _ = match self.trials {
                None => writeln!(out, "current {digits} {length} {serial}"),
                Some(trials) => writeln!(out, "trial {digits} {length} {serial} {trials}"),
            };
        }
        if let Some(Installed { sha256, length, serial }) = &self.last_good {
            let _ = writeln!(out, "good {} {length} {serial}", digits(sha256));
        }
        for (sha256, reason) in &self.quarantined {
            let _ = writeln!(out, "bad {} {}", digits(sha256), *reason as u8);
        }
        out.push_str("end\n");
        out.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::{Installed, MAX_TRIALS, PackState, Quarantine};

    fn image(serial: u64) -> Installed {
        Installed { sha256: [serial as u8; 32], length: 10, serial }
    }

    #[test]
    fn an_image_that_is_never_confirmed_gives_way_to_the_last_good_one() {
        let mut state = PackState::default();
        state.install(image(1));
        state.begin();
        state.confirm();
        state.install(image(2));
        (0..MAX_TRIALS).for_each(|_| state.begin());
        assert_eq!(state.current, Some(image(2)));
        state.begin();
        assert_eq!((state.current, state.last_good), (Some(image(1)), None));
        assert!(state.is_quarantined(&image(2).sha256) && state.trials.is_none());
    }

    #[test]
    fn one_on_trial_never_becomes_the_last_good_one() {
        let mut state = PackState::default();
        state.install(image(1));
        state.confirm();
        state.install(image(2));
        state.install(image(3));
        assert_eq!(state.last_good, Some(image(1)));
        state.give_up(Quarantine::Withdrawn);
        assert_eq!(state.current, Some(image(1)));
    }

    #[test]
    fn state_is_read_whole_or_not_at_all() {
        let mut state = PackState::default();
        state.install(image(1));
        state.confirm();
        state.install(image(2));
        (10..40).for_each(|n| state.quarantine([n; 32], Quarantine::Crashes));
        assert_eq!(state.quarantined.len(), 16);
        let bytes = state.write();
        assert_eq!(PackState::read(&bytes), Some(state));
        assert!((0..bytes.len()).all(|cut| PackState::read(&bytes[..cut]).is_none()));
    }
}

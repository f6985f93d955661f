//! When to look for updates again. In: how the last attempts went, the phone's state, a random number. Out: a time.
//!
//! A pure function: it reads no clock. All times are in seconds.

use super::store::whole_lines;

/// Between two polls that go well.
const PERIOD: u64 = 24 * 3_600;
/// Behind the first failure; it doubles with every further one.
const FIRST_RETRY: u64 = 15 * 60;
/// Longest wait that a server may ask for.
const MAX_RETRY_AFTER: u64 = 7 * 86_400;
/// Age from which on a metered network is good enough.
const METERED_AFTER: u64 = 3 * PERIOD;

/// What is known when the next poll is planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Polls {
    /// Time of the last poll that went well, in seconds since 1970; nothing before the first.
    pub last_success: Option<u64>,
    /// Time of the last poll however it went.
    pub last_attempt: Option<u64>,
    /// Failures since the last success.
    pub failures: u32,
    /// `Retry-After` of the last answer, in seconds.
    pub retry_after: Option<u64>,
    /// Whether the network is paid for by volume.
    pub metered: bool,
    /// Whether the phone is charging.
    pub charging: bool,
}

/// First line of what [`Polls::write`] writes.
const FIRST_LINE: &str = "scamfilter polls 1";

impl Polls {
    /// A poll at `now` ended, `well` or not; `retry_after` is what the host asked for.
    pub fn note(&mut self, now: u64, well: bool, retry_after: Option<u64>) {
        self.last_attempt = Some(now);
        self.retry_after = retry_after;
        if well {
            (self.last_success, self.failures) = (Some(now), 0);
        } else {
            self.failures = self.failures.saturating_add(1);
        }
    }

    /// What of it outlives a process, as text; network and charging do not.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let line = |name: &str, value: Option<u64>| value.map(|v| format!("{name} {v}\n")).unwrap_or_default();
        let success = line("success", self.last_success);
        let (attempt, retry) = (line("attempt", self.last_attempt), line("retry", self.retry_after));
        format!("{FIRST_LINE}\n{success}{attempt}{retry}failures {}\nend\n", self.failures).into_bytes()
    }

    /// Reads what [`Polls::write`] wrote; nothing when a byte is missing or wrong.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut polls = Self::default();
        for line in whole_lines(bytes, FIRST_LINE)? {
            let (name, value) = line.split_once(' ')?;
            let value = value.parse().ok()?;
            match name {
                "success" => polls.last_success = Some(value),
                "attempt" => polls.last_attempt = Some(value),
                "retry" => polls.retry_after = Some(value),
                "failures" => polls.failures = u32::try_from(value).ok()?,
                _ => return None,
            }
        }
        Some(polls)
    }
}

/// The time, not before `now`, at which to poll next. `random` is any number, drawn anew for each plan: it spreads phones over a
/// quarter of the wait, so that a million of them do not come at once.
#[must_use]
pub fn next_poll(now: u64, polls: &Polls, random: u64) -> u64 {
    // A clock that was set back leaves times in the future, which say nothing.
    let past = |time: Option<u64>| time.filter(|t| *t <= now);
    let Some(attempt) = past(polls.last_attempt) else { return now + random % (PERIOD / 24) };
    let wait = if polls.failures == 0 {
        PERIOD
    } else {
        FIRST_RETRY.checked_shl(polls.failures.min(16) - 1).unwrap_or(PERIOD).min(PERIOD)
    };
    let wait = if polls.charging || polls.failures > 0 { wait } else { wait + PERIOD / 8 };
    let wait = wait + random % (wait / 4);
    let asked = polls.retry_after.unwrap_or(0).min(MAX_RETRY_AFTER);
    let mut due = attempt.saturating_add(wait.max(asked));
    if polls.metered {
        // On a paid network only when it is overdue; the app plans anew when the network changes.
        due = due.max(past(polls.last_success).unwrap_or(0).saturating_add(METERED_AFTER));
    }
    due.max(now)
}

#[cfg(test)]
mod tests {
    use super::{FIRST_RETRY, MAX_RETRY_AFTER, METERED_AFTER, PERIOD, Polls, next_poll};

    const NOW: u64 = 1_800_000_000;
    const WELL: Polls = Polls {
        last_success: Some(NOW),
        last_attempt: Some(NOW),
        failures: 0,
        retry_after: None,
        metered: false,
        charging: true,
    };

    #[test]
    fn a_day_and_a_spread_of_a_quarter() {
        assert_eq!(next_poll(NOW, &WELL, 0), NOW + PERIOD);
        assert_eq!(next_poll(NOW, &WELL, u64::MAX), NOW + PERIOD + u64::MAX % (PERIOD / 4));
        assert!(next_poll(NOW, &Polls { charging: false, ..WELL }, 0) > NOW + PERIOD);
        assert!(next_poll(NOW, &Polls::default(), 12_345) < NOW + 3_600);
    }

    #[test]
    fn failures_double_the_wait_up_to_a_day() {
        let after = |failures| next_poll(NOW, &Polls { failures, ..WELL }, 0) - NOW;
        assert_eq!([after(1), after(2), after(3)], [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY]);
        assert_eq!([after(12), after(u32::MAX)], [PERIOD, PERIOD]);
    }

    #[test]
    fn a_server_may_ask_for_patience_but_not_for_ever() {
        let asked = |seconds| next_poll(NOW, &Polls { failures: 1, retry_after: Some(seconds), ..WELL }, 0) - NOW;
        assert_eq!([asked(5), asked(7_200), asked(u64::MAX)], [FIRST_RETRY, 7_200, MAX_RETRY_AFTER]);
    }

    #[test]
    fn a_paid_network_is_used_when_it_is_overdue() {
        let metered = Polls { metered: true, ..WELL };
        assert_eq!(next_poll(NOW, &metered, 0), NOW + METERED_AFTER);
        let overdue = NOW + 2 * METERED_AFTER;
        assert_eq!(next_poll(overdue, &metered, 0), overdue);
    }

    #[test]
    fn what_is_kept_is_read_whole_or_not_at_all() {
        let mut polls = WELL;
        polls.note(NOW + 5, false, Some(60));
        polls.note(NOW + 9, false, Some(70));
        let bytes = polls.write();
        assert_eq!(Polls::read(&bytes), Some(Polls { charging: false, ..polls }));
        assert_eq!((polls.failures, polls.last_success, polls.retry_after), (2, Some(NOW), Some(70)));
        assert!((0..bytes.len()).all(|cut| Polls::read(&bytes[..cut]).is_none()));
        polls.note(NOW + 20, true, None);
        assert_eq!((polls.failures, polls.last_success, polls.retry_after), (0, Some(NOW + 20), None));
    }

    #[test]
    fn a_clock_set_back_does_not_put_it_off() {
        assert!(next_poll(1_000, &WELL, 7) < 1_000 + PERIOD);
    }
}

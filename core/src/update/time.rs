//! Times of metadata. In: `2026-11-25T11:02:03Z`. Out: seconds since 1970, and the clock that expiry is measured by.

/// Longest that a publisher may let a timestamp live, in seconds: what an accepted one proves about the present rests on it.
pub const TIMESTAMP_LIFE: u64 = 30 * 86_400;

/// Seconds since 1970 of a date and time of day in UTC, between 1970 and 9999.
pub(super) fn parse(text: &str) -> Option<u64> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let mut fields = [0u64; 6];
    let mut field = 0;
    for (byte, shape) in bytes.iter().zip(b"dddd-dd-ddTdd:dd:ddZ") {
        match shape {
            b'd' if byte.is_ascii_digit() => {
                let place = fields.get_mut(field)?;
                *place = *place * 10 + u64::from(byte - b'0');
            }
            _ if byte == shape => field += 1,
            _ => return None,
        }
    }
    let [year, month, day, hour, minute, second] = fields;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days_in = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let at = usize::try_from(month.checked_sub(1)?).ok()?;
    let last = *days_in.get(at)?;
    if year < 1970 || day == 0 || day > last || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let before = year - 1;
    let leaps = (before / 4 - before / 100 + before / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
    let months: u64 = days_in.iter().take(at).sum();
    let days = (year - 1970) * 365 + leaps + months + day - 1;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// The time that expiry is measured by, all in seconds since 1970.
///
/// `system` is what the phone says; it may be wrong either way. It is not believed to be before `built`, the day on which the app was
/// built, nor before what the last accepted timestamp proves: one that expires at `accepted` was signed at most
/// [`TIMESTAMP_LIFE`] earlier. A floor is never taken from the clock itself, so a day in 2040 leaves no trace.
#[must_use]
pub fn clock(system: u64, built: u64, accepted: Option<u64>) -> u64 {
    system.max(built).max(accepted.unwrap_or(0).saturating_sub(TIMESTAMP_LIFE))
}

#[cfg(test)]
mod tests {
    use super::{TIMESTAMP_LIFE, clock, parse};

    #[test]
    fn dates_are_read_strictly() {
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse("2000-02-29T12:34:56Z"), Some(951_827_696));
        assert_eq!(parse("2026-11-25T11:02:03Z"), Some(1_795_604_523));
        assert_eq!(parse("9999-12-31T23:59:59Z"), Some(253_402_300_799));
        for bad in ["1969-12-31T23:59:59Z", "2100-02-29T00:00:00Z", "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        for bad in ["2026-1-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "d"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse("dddd-dd-ddTdd:dd:ddZ"), None);
    }

    #[test]
    fn a_clock_set_back_is_lifted_and_one_set_forward_leaves_no_trace() {
        let (built, signed) = (1_700_000_000, 1_800_000_000);
        assert_eq!(clock(0, built, None), built);
        assert_eq!(clock(0, built, Some(signed)), signed - TIMESTAMP_LIFE);
        assert_eq!(clock(1_790_000_000, built, Some(signed)), signed - TIMESTAMP_LIFE.min(signed - 1_790_000_000));
        let forward = 4_000_000_000;
        assert_eq!(clock(forward, built, Some(signed)), forward);
        assert_eq!(clock(signed, built, Some(signed)), signed);
    }
}

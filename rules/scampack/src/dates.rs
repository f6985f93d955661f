//! Days and dates. In: a TOML date, or a number of days since 1970-01-01. Out: the other one.
//!
//! The algorithms are Howard Hinnant's, "chrono-compatible low-level date algorithms".

use toml::value::Datetime;

/// Days since 1970-01-01; 0 for a time without a date.
#[must_use]
pub fn days(date: &Datetime) -> i32 {
    let Some(date) = date.date else { return 0 };
    let (year, month, day) = (i32::from(date.year), i32::from(date.month), i32::from(date.day));
    let year = year - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Today in UTC, as TOML writes dates.
#[must_use]
pub fn today() -> String {
    let seconds = std::time::UNIX_EPOCH.elapsed().map_or(0, |d| d.as_secs());
    date((seconds / 86_400) as i64)
}

/// The date, as TOML writes it.
#[must_use]
pub fn date(days: i64) -> String {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn dates_are_those_of_the_calendar() {
        for (days, date) in [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_782, "2026-11-25"), (-1, "1969-12-31")] {
            assert_eq!(super::date(days), date);
            assert_eq!(i64::from(super::days(&date.parse().unwrap())), days);
        }
    }
}

//! Calendar days and instants, both given by the caller: the engine has no clock.

use super::{Invalid, text_serde};
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A calendar day without a time zone, written `2026-11-21`.
///
/// ```
/// use replenish::unit::Day;
/// let day: Day = "2026-02-27".parse()?;
/// assert_eq!(day.plus_days(2)?.to_string(), "2026-03-01");
/// assert_eq!(day.days_until("2026-03-01".parse()?), 2);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Day(NaiveDate);

/// A day of the week, Monday first.
pub use chrono::Weekday;

/// An instant: milliseconds since 1970-01-01T00:00Z, as the host's clock says.
///
/// A plain number on the wire: JavaScript counts such milliseconds exactly for 285,000 years.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Day {
    /// The day some days later, or earlier when `days` is negative.
    ///
    /// # Errors
    ///
    /// When the result is outside the years 0001 to 9999.
    pub fn plus_days(self, days: i64) -> Result<Self, Invalid> {
        let step = Days::new(days.unsigned_abs());
        let moved =
            if days < 0 { self.0.checked_sub_days(step) } else { self.0.checked_add_days(step) };
        moved.and_then(Self::in_range).ok_or_else(|| {
            Invalid::new(
                "day_out_of_range",
                "a day between the years 0001 and 9999",
                format!("{self} + {days} days"),
            )
        })
    }

    /// The same day some months later, or the last day of a month that is too short.
    ///
    /// # Errors
    ///
    /// When the result is outside the years 0001 to 9999.
    pub fn plus_months(self, months: u32) -> Result<Self, Invalid> {
        let moved = self.0.checked_add_months(Months::new(months));
        moved.and_then(Self::in_range).ok_or_else(|| {
            let expected = "a day between the years 0001 and 9999";
            Invalid::new("day_out_of_range", expected, format!("{self} + {months} months"))
        })
    }

    /// How many days later `other` is; negative when it is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        other.0.signed_duration_since(self.0).num_days()
    }

    /// How many whole months later `other` is, a month ending the day before the same day of the
    /// next; negative when it is earlier.
    pub fn whole_months_until(self, other: Self) -> i64 {
        let months = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
        months(other.0) - months(self.0) - i64::from(other.0.day() < self.0.day())
    }

    /// The day of the month, from 1.
    pub fn day_of_month(self) -> u32 {
        self.0.day()
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        self.0.weekday()
    }

    fn in_range(date: NaiveDate) -> Option<Self> {
        (1..=9999).contains(&date.year()).then_some(Self(date))
    }
}

impl FromStr for Day {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let number = |from: usize, to: usize| -> Option<u32> {
            let digits = text.get(from..to)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let shaped = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        let date = match (shaped, number(0, 4), number(5, 7), number(8, 10)) {
            (true, Some(year), Some(month), Some(day)) => {
                i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            }
            _ => None,
        };
        date.and_then(Self::in_range)
            .ok_or_else(|| Invalid::new("day_invalid", "a day such as 2026-11-21", text))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

text_serde!(Day, "a day as text, such as \"2026-11-21\"");

impl Timestamp {
    /// The instant some milliseconds later; the last representable one when that is too late.
    #[must_use]
    pub fn plus_millis(self, millis: u64) -> Self {
        Self(self.0.saturating_add_unsigned(millis))
    }

    /// Milliseconds from this instant until `later`; zero when `later` is not later.
    pub fn millis_until(self, later: Self) -> u64 {
        u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_days_that_do_not_exist_or_read_two_ways() {
        for bad in [
            "2026-02-29",
            "2026-13-01",
            "26-01-01",
            "2026/01/01",
            "01.02.2026",
            "2026-1-1",
            "+026-01-01",
            "0000-01-01",
            "",
            "2026-01-01T00",
        ] {
            assert_eq!(bad.parse::<Day>().unwrap_err().code, "day_invalid", "{bad}");
        }
        assert_eq!("2024-02-29".parse::<Day>().unwrap().weekday(), Weekday::Thu);
    }

    #[test]
    fn the_calendar_has_ends() {
        let last: Day = "9999-12-31".parse().unwrap();
        assert_eq!(last.plus_days(1).unwrap_err().code, "day_out_of_range");
        assert_eq!(last.plus_days(i64::MIN).unwrap_err().code, "day_out_of_range");
        assert_eq!(last.plus_days(-1).unwrap().to_string(), "9999-12-30");
    }

    #[test]
    fn months_are_counted_by_the_day() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let months = |from: &str, to: &str| day(from).whole_months_until(day(to));
        assert_eq!(months("2026-01-15", "2026-02-15"), 1);
        assert_eq!(months("2026-01-15", "2026-02-14"), 0);
        assert_eq!(months("2026-01-15", "2026-01-14"), -1);
        assert_eq!(months("2026-01-15", "2025-12-15"), -1);
        assert_eq!(months("2026-01-15", "2025-12-14"), -2);
        assert_eq!(day("2026-01-31").plus_months(1).unwrap().to_string(), "2026-02-28");
        assert!(day("9999-12-01").plus_months(1).is_err());
    }

    #[test]
    fn instants_saturate() {
        assert_eq!(Timestamp(i64::MAX).plus_millis(1), Timestamp(i64::MAX));
        assert_eq!(Timestamp(5).millis_until(Timestamp(3)), 0);
        assert_eq!(Timestamp(i64::MIN).millis_until(Timestamp(i64::MAX)), i64::MAX.unsigned_abs());
    }
}

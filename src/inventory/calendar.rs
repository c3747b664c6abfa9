//! When a supplier takes orders and delivers.

use crate::unit::{Day, Invalid, TimeOfDay, Weekdays};
use serde::{Deserialize, Serialize};

/// The days on which a supplier takes orders and on which goods arrive.
///
/// ```
/// use replenish::{inventory::Calendar, unit::Day};
/// let calendar = Calendar {
///     order_days: "Mon Thu".parse()?,
///     delivery_days: "Tue Fri".parse()?,
///     holidays: vec!["2026-12-25".parse()?],
///     cut_off: Some("11:00".parse()?),
/// };
/// let monday: Day = "2026-12-21".parse()?;
/// let too_late = Some("11:30".parse()?);
/// let ordered = calendar.order_day(monday, too_late)?;
/// assert_eq!(ordered.to_string(), "2026-12-24"); // the Thursday
/// let arrives = calendar.arrival(ordered, 1)?;
/// assert_eq!(arrives.to_string(), "2026-12-29"); // Friday is a holiday
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Calendar {
    /// Days of the week on which orders are taken.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub order_days: Weekdays,
    /// Days of the week on which goods arrive.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub delivery_days: Weekdays,
    /// Days on which neither happens.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub holidays: Vec<Day>,
    /// Orders after this time of the supplier's day count for the next order day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "TimeOfDay | null"))]
    pub cut_off: Option<TimeOfDay>,
}

/// Days in a row on which a calendar may be closed before it counts as closed for good.
const LONGEST_CLOSURE: i64 = 366;

impl Calendar {
    /// The first day from `day` on, that day included, on which an order is taken; `time` is the time
    /// of that day at the supplier's place, without which it is early enough.
    ///
    /// # Errors
    ///
    /// When no order is taken for a year.
    pub fn order_day(&self, day: Day, time: Option<TimeOfDay>) -> Result<Day, Invalid> {
        let missed = match (time, self.cut_off) {
            (Some(time), Some(cut_off)) => time > cut_off,
            _ => false,
        };
        self.first(self.order_days, day.plus_days(i64::from(missed))?)
    }

    /// The day on which an order placed on `day` arrives: the first delivery day that is at least
    /// `lead_time_days` later.
    ///
    /// # Errors
    ///
    /// When nothing is delivered for a year, or the day is past the year 9999.
    pub fn arrival(&self, day: Day, lead_time_days: u32) -> Result<Day, Invalid> {
        self.first(self.delivery_days, day.plus_days(i64::from(lead_time_days))?)
    }

    fn first(&self, weekdays: Weekdays, from: Day) -> Result<Day, Invalid> {
        for later in 0..LONGEST_CLOSURE {
            let day = from.plus_days(later)?;
            if weekdays.contains(day.weekday()) && !self.holidays.contains(&day) {
                return Ok(day);
            }
        }
        let expected = format!("an open day within {LONGEST_CLOSURE} days of {from}");
        Err(Invalid::new("calendar_closed", expected, "holidays only").at("holidays"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_rules_every_day_is_open() {
        let day: Day = "2026-11-21".parse().unwrap();
        let calendar = Calendar::default();
        assert_eq!(calendar.order_day(day, Some("23:59".parse().unwrap())).unwrap(), day);
        assert_eq!(calendar.arrival(day, 3).unwrap(), day.plus_days(3).unwrap());
    }

    #[test]
    fn the_cut_off_is_still_in_time() {
        let day: Day = "2026-11-21".parse().unwrap();
        let calendar = Calendar { cut_off: "11:00".parse().ok(), ..Calendar::default() };
        let at = |time: &str| calendar.order_day(day, time.parse().ok()).unwrap();
        assert_eq!(at("11:00"), day);
        assert_eq!(at("11:01"), day.plus_days(1).unwrap());
    }

    #[test]
    fn a_calendar_that_never_opens_is_refused() {
        let day: Day = "2026-11-21".parse().unwrap();
        let holidays = (0..400).map(|later| day.plus_days(later).unwrap()).collect();
        let calendar = Calendar { holidays, ..Calendar::default() };
        assert_eq!(calendar.order_day(day, None).unwrap_err().code, "calendar_closed");
    }
}

//! Days of the week, times of the day, and where they hold.

use super::{Day, Invalid, Weekday, text_serde};
use std::{fmt, str::FromStr};

/// Some days of the week, written `Mon Wed Fri`; at least one.
///
/// ```
/// use replenish::unit::{Weekday, Weekdays};
/// let days: Weekdays = "mon fri".parse()?;
/// assert!(days.contains(Weekday::Fri) && !days.contains(Weekday::Sat));
/// assert_eq!(days.to_string(), "Mon Fri");
/// assert!(Weekdays::default().contains(Weekday::Sun)); // every day
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Weekdays(u8);

/// A time of the day to the minute, written `14:30`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TimeOfDay(u16);

/// How far a place's clocks are ahead of UTC, written `+02:00` or `-05:30`; within 18 hours.
///
/// The engine knows no time zones: whoever calls states the offset that holds on the day.
///
/// ```
/// use replenish::unit::{Day, TimeOfDay, UtcOffset};
/// let tokyo: UtcOffset = "+09:00".parse()?;
/// let (day, time): (Day, TimeOfDay) = ("2026-11-21".parse()?, "18:30".parse()?);
/// let (local_day, local_time) = tokyo.local(day, time)?;
/// assert_eq!((local_day.to_string(), local_time.to_string()),
///     ("2026-11-22".to_owned(), "03:30".to_owned()));
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct UtcOffset(i16);

const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Weekdays {
    /// Whether a day is among them.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 >> day.num_days_from_monday() & 1 == 1
    }
}

impl Default for Weekdays {
    /// Every day.
    fn default() -> Self {
        Self(0b111_1111)
    }
}

impl FromStr for Weekdays {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut days = 0;
        for word in text.split_ascii_whitespace() {
            let index = NAMES.iter().position(|name| name.eq_ignore_ascii_case(word));
            let index = index.ok_or_else(|| refused(text))?;
            days |= 1 << index;
        }
        if days == 0 {
            return Err(refused(text));
        }
        Ok(Self(days))
    }
}

fn refused(text: &str) -> Invalid {
    Invalid::new("weekdays_invalid", "days of the week such as `Mon Wed Fri`", text)
}

impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut space = "";
        for (index, name) in NAMES.iter().enumerate() {
            if self.0 >> index & 1 == 1 {
                write!(f, "{space}{name}")?;
                space = " ";
            }
        }
        Ok(())
    }
}

text_serde!(Weekdays, "days of the week as text, such as \"Mon Wed Fri\"");

impl FromStr for TimeOfDay {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let part = |part: &str, end: u16| {
            let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            let number: Option<u16> = if plain { part.parse().ok() } else { None };
            number.filter(|&number| number < end)
        };
        let parts = text.split_once(':');
        parts
            .and_then(|(hour, minute)| Some(Self(part(hour, 24)? * 60 + part(minute, 60)?)))
            .ok_or_else(|| Invalid::new("time_invalid", "a time of the day such as 14:30", text))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

text_serde!(TimeOfDay, "a time of the day as text, such as \"14:30\"");

impl UtcOffset {
    /// The day and time that clocks there show at a day and time in UTC.
    ///
    /// # Errors
    ///
    /// When that is past the year 9999.
    pub fn local(self, day: Day, time: TimeOfDay) -> Result<(Day, TimeOfDay), Invalid> {
        const DAY: i16 = 24 * 60;
        // INVARIANT: a time of the day is below 1440, an offset within 1080 minutes.
        let minutes = i16::try_from(time.0).unwrap_or_default() + self.0;
        let local = TimeOfDay(u16::try_from(minutes.rem_euclid(DAY)).unwrap_or_default());
        Ok((day.plus_days(i64::from(minutes.div_euclid(DAY)))?, local))
    }
}

impl FromStr for UtcOffset {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let offset = || {
            let sign = match text.get(..1)? {
                "+" => 1,
                "-" => -1,
                _ => return None,
            };
            let minutes = text.get(1..)?.parse::<TimeOfDay>().ok()?.0;
            let minutes = i16::try_from(minutes).ok().filter(|&minutes| minutes <= 18 * 60)?;
            Some(Self(sign * minutes))
        };
        offset().ok_or_else(|| {
            Invalid::new("utc_offset_invalid", "an offset from UTC such as +02:00", text)
        })
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        write!(f, "{sign}{}", TimeOfDay(self.0.unsigned_abs()))
    }
}

text_serde!(UtcOffset, "an offset from UTC as text, such as \"+02:00\"");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_weekday_or_time() {
        for bad in ["", " ", "Montag", "Mon,Tue"] {
            assert_eq!(bad.parse::<Weekdays>().unwrap_err().code, "weekdays_invalid", "{bad}");
        }
        for bad in ["", "24:00", "12:60", "9:00", "12", "12:00:00", "+1:00"] {
            assert_eq!(bad.parse::<TimeOfDay>().unwrap_err().code, "time_invalid", "{bad}");
        }
        assert_eq!("23:59".parse::<TimeOfDay>().unwrap().to_string(), "23:59");
        for bad in ["", "2:00", "02:00", "+2:00", "+19:00", "Z", "\u{fc}02:00"] {
            assert_eq!(bad.parse::<UtcOffset>().unwrap_err().code, "utc_offset_invalid", "{bad}");
        }
        assert_eq!("-05:30".parse::<UtcOffset>().unwrap().to_string(), "-05:30");
    }
}

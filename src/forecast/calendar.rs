//! Which days are closed or special, as regressors of a daily series.

use super::regression::{Regressor, RegressorKind};
use crate::unit::{Day, Weekday, math};

/// The days on which demand is not as usual.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calendar {
    /// Days of the week on which nothing can be sold.
    pub closed_weekdays: Vec<Weekday>,
    /// Single days on which nothing can be sold.
    pub closed_days: Vec<Day>,
    /// Days on which something happens; those of the same name are one event that comes again.
    pub events: Vec<CalendarEvent>,
}

/// A day on which something happens.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarEvent {
    /// What explanations call it.
    pub name: String,
    /// When it happens.
    pub day: Day,
}

impl Calendar {
    /// The regressors of so many days from the first one on, history and days ahead together:
    /// closed days first, if there are any, then each event, by name. Events outside these days
    /// are left out.
    pub fn regressors(&self, first: Day, days: usize) -> Vec<Regressor> {
        let place =
            |day: Day| usize::try_from(first.days_until(day)).ok().filter(|&place| place < days);
        let mut closed = vec![0.0; days];
        let monday = first.weekday().num_days_from_monday() as usize;
        for (t, value) in closed.iter_mut().enumerate() {
            let weekday = (monday + t % 7) % 7;
            let is = |closed: &Weekday| closed.num_days_from_monday() as usize == weekday;
            *value = f64::from(u8::from(self.closed_weekdays.iter().any(is)));
        }
        for place in self.closed_days.iter().filter_map(|&day| place(day)) {
            closed[place] = 1.0;
        }
        let mut columns = Vec::new();
        if closed.iter().any(|&value| value > 0.0) {
            columns.push(Regressor {
                name: "closed".to_owned(),
                kind: RegressorKind::Closed,
                values: closed,
            });
        }
        let events = columns.len();
        for event in &self.events {
            let Some(place) = place(event.day) else { continue };
            let index = match columns[events..].binary_search_by(|c| c.name.cmp(&event.name)) {
                Ok(found) => events + found,
                Err(between) => {
                    let values = vec![0.0; days];
                    let kind = RegressorKind::Event;
                    columns.insert(
                        events + between,
                        Regressor { name: event.name.clone(), kind, values },
                    );
                    events + between
                }
            };
            columns[index].values[place] = 1.0;
        }
        columns
    }
}

/// The days of the week on which nothing has been sold for at least the last eight weeks, Monday
/// first, where the other days make it plain that this is no chance: one in a thousand at most.
///
/// A finding to be confirmed; nothing is closed because of it alone.
pub fn regularly_closed(values: &[f64], first: Day) -> Vec<Weekday> {
    let mut closed = Vec::new();
    let mut weekday = Weekday::Mon;
    for number in 0..7 {
        let own_weekday = weekday;
        weekday = weekday.succ();
        let offset = (number + 7 - first.weekday().num_days_from_monday() as usize) % 7;
        // This weekday from the latest one back, as long as nothing is sold.
        let own = values.iter().skip(offset).step_by(7).rev();
        let weeks = own.take_while(|&&value| value <= 0.0).count();
        if weeks < FEWEST_WEEKS {
            continue;
        }
        let span = &values[values.len().saturating_sub(weeks * 7)..];
        let sold = span.iter().filter(|&&value| value > 0.0).count();
        let share = sold as f64 / (span.len() - weeks.min(span.len() - 1)) as f64;
        if math::pow((1.0 - share).max(0.0), weeks as f64) <= CHANCE {
            closed.push(own_weekday);
        }
    }
    closed
}

/// Weeks without a sale below which a day of the week may just have been unlucky.
const FEWEST_WEEKS: usize = 8;
/// How likely so many weeks without a sale may be for a day like the others.
const CHANCE: f64 = 0.001;

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_calendar_becomes_columns() {
        let event = |name: &str, text| CalendarEvent { name: name.to_owned(), day: day(text) };
        let calendar = Calendar {
            closed_weekdays: vec![Weekday::Sun],
            closed_days: vec![day("2026-01-01"), day("2027-01-01")],
            events: vec![
                event("market", "2026-01-10"),
                event("fair", "2026-01-03"),
                event("market", "2026-01-02"),
                event("market", "2025-12-20"),
            ],
        };
        // 2026-01-01 is a Thursday.
        let columns = calendar.regressors(day("2026-01-01"), 11);
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["closed", "fair", "market"]);
        let ones = |index: usize| -> Vec<usize> {
            let values = &columns[index].values;
            (0..values.len()).filter(|&t| values[t] > 0.5).collect()
        };
        assert_eq!((ones(0), ones(1), ones(2)), (vec![0, 3, 10], vec![2], vec![1, 9]));
        assert!(columns.iter().all(|column| column.values.len() == 11));
        assert_eq!(Calendar::default().regressors(day("2026-01-01"), 400), []);
        assert_eq!(calendar.regressors(day("9999-12-31"), 0), []);
    }

    #[test]
    fn finds_the_closed_days_of_the_week() {
        let first = day("2026-01-01");
        let shop: Vec<f64> = (0..70_u32)
            .map(|t| if t % 7 == 3 || t % 7 == 4 { 0.0 } else { f64::from(t * t % 3) + 1.0 })
            .collect();
        assert_eq!(regularly_closed(&shop, first), [Weekday::Mon, Weekday::Sun]);
        assert_eq!(regularly_closed(&shop[..50], first), []);
        // One sale five weeks ago.
        let mut once = shop.clone();
        once[38] = 1.0;
        assert_eq!(regularly_closed(&once, first), [Weekday::Mon]);
        // Nobody buys it any more: that closes no other day.
        let gone = [shop, vec![0.0; 100]].concat();
        assert_eq!(regularly_closed(&gone, first), [Weekday::Mon, Weekday::Sun]);
        // An item sold once a fortnight says nothing about Sundays.
        let sparse: Vec<f64> = (0..140).map(|t| f64::from(u8::from(t % 14 == 2))).collect();
        assert_eq!(regularly_closed(&sparse, first), []);
        assert_eq!(regularly_closed(&[], first), []);
    }
}

//! When goods can come, when they shall, and by when to order them.

use crate::{
    inventory::Calendar,
    order::OrderBy,
    sourcing::{Offer, SupplierTerms},
    unit::{Day, Invalid, TimeOfDay, Weekdays},
};

/// When one supplier takes an order that is placed now, and on which days it delivers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deliveries<'a> {
    terms: Option<&'a SupplierTerms>,
    /// The first day on which the supplier takes the order.
    pub(super) order_day: Day,
}

/// Days before a need among which a delivery day is looked for.
const LONGEST_SEARCH: i64 = 366;

impl<'a> Deliveries<'a> {
    /// # Errors
    ///
    /// When the supplier takes no order for a year.
    pub(super) fn new(
        terms: Option<&'a SupplierTerms>,
        today: Day,
        time: Option<TimeOfDay>,
    ) -> Result<Self, Invalid> {
        let offset = terms.and_then(|terms| terms.utc_offset);
        let (day, time) = match (time, offset) {
            (Some(time), Some(offset)) => {
                let (day, time) = offset.local(today, time)?;
                (day, Some(time))
            }
            (time, _) => (today, time),
        };
        let mut deliveries = Self { terms, order_day: day };
        if let Some(calendar) = deliveries.calendar() {
            let taken = calendar.order_day(day, time);
            deliveries.order_day = taken.map_err(|invalid| invalid.at("calendar"))?;
        }
        Ok(deliveries)
    }

    /// The first day on which goods can come: not before the day that is known already, and not before
    /// an order that is taken now can bring them, where the offer is known.
    pub(super) fn earliest(&self, known: Day, offer: Option<&Offer>) -> Result<Day, Invalid> {
        let lead_time_days = offer.map(|offer| i64::from(offer.lead_time_days));
        let ready = match lead_time_days {
            Some(days) => known.max(self.order_day.plus_days(days)?),
            None => known,
        };
        match self.calendar() {
            Some(calendar) => calendar.arrival(ready, 0).map_err(|invalid| invalid.at("calendar")),
            None => Ok(ready),
        }
    }

    /// The last delivery day that is neither after the need nor before the earliest; else the earliest.
    pub(super) fn requested(&self, earliest: Day, need_by: Day) -> Result<Day, Invalid> {
        let Some(calendar) = self.calendar() else { return Ok(need_by.max(earliest)) };
        for back in 0..LONGEST_SEARCH {
            let day = need_by.plus_days(-back)?;
            if day <= earliest {
                break;
            }
            if is_open(calendar, calendar.delivery_days, day) {
                return Ok(day);
            }
        }
        Ok(earliest)
    }

    /// [`order_by`] of an order that is placed now.
    pub(super) fn order_by<'o>(
        &self,
        lines: impl IntoIterator<Item = (Option<&'o Offer>, Day)>,
    ) -> Option<OrderBy> {
        order_by(self.terms, self.order_day, lines)
    }

    fn calendar(&self) -> Option<&'a Calendar> {
        self.terms.and_then(|terms| terms.calendar.as_ref())
    }
}

/// What is needed first of an order whose lines come as soon as they are ready, but not before they
/// are asked for.
#[derive(Clone, Copy, Debug)]
pub(in crate::order) struct FirstDelivery {
    /// The first day on which all is there that can be there when something is needed.
    pub(in crate::order) ready: Day,
    /// The day on which something is needed first, or, of what comes too late, the day on which it
    /// comes.
    pub(in crate::order) needed: Day,
}

/// The first delivery of lines, of each of which the earliest day and the need are known; none
/// without lines. Whatever is delivered between its two days makes nothing late that need not be.
pub(in crate::order) fn first_delivery(
    lines: impl IntoIterator<Item = (Day, Day)> + Clone,
) -> Option<FirstDelivery> {
    let due = lines.clone().into_iter().map(|(earliest, need_by)| need_by.max(earliest));
    let needed = due.min()?;
    let there = lines.into_iter().map(|(earliest, _)| earliest).filter(|&day| day <= needed);
    Some(FirstDelivery { ready: there.max()?, needed })
}

/// The last moment to order so that goods of these offers come on these days; none where an offer is
/// unknown, or no order day is left from the first one on.
pub(in crate::order) fn order_by<'o>(
    terms: Option<&SupplierTerms>,
    first: Day,
    lines: impl IntoIterator<Item = (Option<&'o Offer>, Day)>,
) -> Option<OrderBy> {
    let mut last: Option<Day> = None;
    for (offer, day) in lines {
        let offer = offer?;
        let leaves = day.plus_days(-i64::from(offer.lead_time_days)).ok()?;
        let until = offer.valid_until.map_or(leaves, |until| leaves.min(until));
        last = Some(last.map_or(until, |last| last.min(until)));
    }
    let mut last = last?;
    let calendar = terms.and_then(|terms| terms.calendar.as_ref());
    if let Some(calendar) = calendar {
        while last >= first && !is_open(calendar, calendar.order_days, last) {
            last = last.plus_days(-1).ok()?;
        }
    }
    (last >= first).then_some(OrderBy {
        day: last,
        time: calendar.and_then(|calendar| calendar.cut_off),
        utc_offset: terms.and_then(|terms| terms.utc_offset),
    })
}

fn is_open(calendar: &Calendar, weekdays: Weekdays, day: Day) -> bool {
    weekdays.contains(day.weekday()) && !calendar.holidays.contains(&day)
}

//! On which days goods could be delivered, where a supplier's deliveries are split.

use super::model::Scene;
use crate::{
    sourcing::{Need, SupplierTerms, eligible::Candidate},
    unit::{Day, Invalid, SupplierId, distinct},
};

/// The days on which each supplier could deliver: of each need the first that it can and the last
/// that is in time. Others would only be between them, with no other need to share the order with.
pub(super) struct Deliveries<'a> {
    /// Ascending; none where everything comes in one order, each offer at its earliest day.
    days: Option<Vec<(&'a SupplierId, Day)>>,
}

impl<'a> Deliveries<'a> {
    pub(super) fn new(
        served: &[(&'a Need, Vec<Candidate<'a>>)],
        scene: Scene<'a>,
    ) -> Result<Self, Invalid> {
        if !scene.options.split_deliveries {
            return Ok(Self { days: None });
        }
        let mut days = Vec::new();
        for (need, candidates) in served {
            for candidate in candidates {
                let supplier = &candidate.offer.supplier;
                let last = last_delivery(candidate, need.need_by, scene.market.terms(supplier))?;
                days.extend([(supplier, candidate.arrival), (supplier, last)]);
            }
        }
        Ok(Self { days: Some(distinct(days)) })
    }

    /// The days on which an offer could be delivered for a need: not before it can arrive, and in
    /// time, unless it is late anyway. One without a day where deliveries are not split.
    pub(super) fn of(&self, need: &Need, candidate: &Candidate<'_>) -> Vec<Option<Day>> {
        let Some(days) = &self.days else { return vec![None] };
        let last = need.need_by.max(candidate.arrival);
        let supplier = &candidate.offer.supplier;
        let first = days.partition_point(|day| *day < (supplier, candidate.arrival));
        let within = days[first..].iter().take_while(|day| **day <= (supplier, last));
        within.map(|&(_, day)| Some(day)).collect()
    }
}

/// The last day on which the supplier delivers that is in time; the earliest if that is late already.
fn last_delivery(
    candidate: &Candidate<'_>,
    need_by: Day,
    terms: Option<&SupplierTerms>,
) -> Result<Day, Invalid> {
    let mut day = need_by;
    let Some(calendar) = terms.and_then(|terms| terms.calendar.as_ref()) else {
        return Ok(day.max(candidate.arrival));
    };
    while day > candidate.arrival {
        if calendar.arrival(day, 0)? == day {
            return Ok(day);
        }
        day = day.plus_days(-1)?;
    }
    Ok(candidate.arrival)
}

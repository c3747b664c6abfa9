//! The days that an order placed now must last for, and what will be wanted until then.

use super::{Calendar, DemandOutlook, DemandShape, InventoryError, Policy, Rule, Target};
use crate::{
    forecast::DemandDistribution,
    unit::{Day, Invalid, Probability, TimeOfDay},
};
use std::sync::Arc;

/// The interval between an order placed now and the arrival of the one after it, which is the last
/// that this order can be short for (the protection interval, R + L).
#[derive(Debug)]
pub(super) struct Protection {
    /// The first day of the forecast.
    pub(super) start: Day,
    /// The first day on which an order is taken.
    pub(super) order_day: Day,
    /// The latest day on which it arrives.
    pub(super) arrival: Day,
    /// The earliest.
    pub(super) earliest_arrival: Day,
    /// The latest day on which the next order arrives, or sales have ended.
    pub(super) next_arrival: Day,
    /// The first day that is no longer covered, at the latest: the same, or what expires before it.
    pub(super) end: Day,
    /// Days from one order to the next.
    pub(super) cycle_days: f64,
    /// Demand from now until the next order's arrival, or the end of sales.
    pub(super) demand: Arc<DemandDistribution>,
    /// Demand from now until this order's arrival; none where the target does not ask for it.
    pub(super) before_arrival: Option<Arc<DemandDistribution>>,
    /// Demand from now until what this order brings has expired; none where it keeps.
    pub(super) until_expiry: Option<Arc<DemandDistribution>>,
}

impl Protection {
    pub(super) fn of(
        outlook: &DemandOutlook<'_>,
        policy: &Policy,
        time: Option<TimeOfDay>,
    ) -> Result<Self, InventoryError> {
        let at = |field: &'static str| move |invalid: Invalid| invalid.at(field).at("policy");
        let mut possible = policy.lead_time.outcomes().map_err(at("lead_time"))?;
        possible.retain(|outcome| outcome.probability.value() > 0.0);
        let always = Calendar::default();
        let calendar = policy.calendar.as_ref().unwrap_or(&always);
        let open = at("calendar");
        let order_day = calendar.order_day(outlook.start(), time).map_err(open)?;
        let review = order_day
            .plus_days(i64::from(policy.review_period_days))
            .map_err(at("review_period_days"))?;
        let next_order_day = calendar.order_day(review, None).map_err(open)?;
        // The first day after the last on which it is sold.
        let end_of_sale = match policy.last_day_of_sale {
            Some(day) => Some(day.plus_days(1).map_err(at("last_day_of_sale"))?),
            None => None,
        };
        let until = |day: Day| end_of_sale.map_or(day, |end| end.min(day));

        let mut arrivals = Vec::with_capacity(possible.len());
        let mut ends = Vec::with_capacity(possible.len());
        let mut expiries = Vec::new();
        let mut next_arrival = outlook.start();
        for outcome in possible {
            let weight = outcome.probability.value();
            let arrival = calendar.arrival(order_day, outcome.periods).map_err(open)?;
            let next = calendar.arrival(next_order_day, outcome.periods).map_err(open)?;
            // What spoils before the next delivery cannot cover what comes after.
            let next = match (&policy.rule, end_of_sale) {
                (Rule::OrderOnce, Some(end)) => end.max(arrival),
                _ => next,
            };
            next_arrival = next_arrival.max(until(next));
            let covered = match policy.shelf_life_days {
                Some(days) => {
                    let spoilt =
                        arrival.plus_days(i64::from(days)).map_err(at("shelf_life_days"))?;
                    expiries.push((until(spoilt), weight));
                    next.min(spoilt)
                }
                None => next,
            };
            arrivals.push((until(arrival), weight));
            ends.push((until(covered), weight));
        }
        let last = |days: &[(Day, f64)]| days.iter().map(|&(day, _)| day).max();
        let first = |days: &[(Day, f64)]| days.iter().map(|&(day, _)| day).min();
        let start = outlook.start();
        let mixed = |days: &[(Day, f64)]| mixture(outlook, days, policy.demand_shape);
        Ok(Self {
            start,
            order_day,
            arrival: last(&arrivals).unwrap_or(start),
            earliest_arrival: first(&arrivals).unwrap_or(start),
            next_arrival,
            end: last(&ends).unwrap_or(start),
            cycle_days: order_day.days_until(next_order_day).max(1) as f64,
            demand: mixed(&ends)?,
            before_arrival: match policy.target {
                Target::FillRate { .. } => Some(mixed(&arrivals)?),
                Target::CycleServiceLevel { .. }
                | Target::LeastCost(_)
                | Target::CostPerOccasion { .. } => None,
            },
            until_expiry: if expiries.is_empty() { None } else { Some(mixed(&expiries)?) },
        })
    }
}

impl Protection {
    /// About how many days a level lasts at a service level, if demand spreads as that of independent
    /// days does: the mean grows with the days, the spread around it with their square root.
    pub(super) fn days_served(&self, level: f64, service: Probability) -> i64 {
        let mean = self.demand.mean();
        let spread = self.demand.quantile(service) - mean;
        // The root of mean · x² + spread · x = level, where x² is the share of the interval.
        let root = ((spread * spread + 4.0 * mean * level).max(0.0).sqrt() - spread) / (2.0 * mean);
        let days = self.start.days_until(self.end) as f64 * root.max(0.0) * root.max(0.0);
        #[expect(clippy::cast_possible_truncation, reason = "a guess, which may be any number")]
        let whole = days.min(1e6) as i64;
        whole
    }
}

/// Demand until one of several days, each with its weight.
fn mixture(
    outlook: &DemandOutlook<'_>,
    days: &[(Day, f64)],
    shape: DemandShape,
) -> Result<Arc<DemandDistribution>, InventoryError> {
    let own = if let [(day, _)] = days {
        outlook.demand_until(*day)?
    } else {
        let mut parts = Vec::with_capacity(days.len());
        for &(day, weight) in days {
            parts.push((outlook.demand_until(day)?, weight));
        }
        let parts: Vec<_> = parts.iter().map(|(part, weight)| (&**part, *weight)).collect();
        Arc::new(DemandDistribution::mixture(&parts))
    };
    Ok(match shape {
        DemandShape::Forecast => own,
        DemandShape::Normal => {
            Arc::new(DemandDistribution::normal(own.mean(), own.standard_deviation()))
        }
    })
}

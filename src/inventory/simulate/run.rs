//! The simulation itself.

use super::{
    control::{Buyer, Review},
    outcome::{Means, Outcome, Tally},
    scenario::{LARGEST, OrderDays, Scenario},
    stock::{Expiring, Lasting, Stock},
    trace::{Entry, Recorder},
};
use crate::unit::Invalid;
use std::ops::Range;

/// Simulates one product period by period and says what came of it.
///
/// In each period, in this order: what is due is received; what has expired is thrown away; customers
/// are served; what stock does not cover is lost, waits or is bought at once; if it is an order day,
/// the buyer reviews and orders. The buyer never sees demand that has not come yet.
///
/// # Errors
///
/// When the scenario or the buyer's levels cannot be accepted, or the buyer ordered what is no number
/// from 0 to 10⁶⁰.
///
/// ```
/// use replenish::inventory::simulate::{Control, Review, Scenario, simulate};
/// let demand = [3.0, 5.0, 4.0, 6.0, 2.0, 4.0];
/// let scenario = Scenario { on_hand: 7.0, lead_times: &[2], ..Scenario::new(&demand) };
/// let outcome = simulate(&scenario, Control::OrderUpTo(&[9.0]))?;
/// assert_eq!((outcome.emergency_lines, outcome.lost), (2, 2.0)); // 4 for 5, then 5 for 6
/// assert_eq!(outcome.fill_rate(), 22.0 / 24.0);
///
/// // Any other policy is a function of what is seen at the review.
/// let at_most_four = |review: &Review<'_>| (9.0 - review.inventory_position()).clamp(0.0, 4.0);
/// assert_eq!(simulate(&scenario, at_most_four)?.ordered, 23.0);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn simulate(scenario: &Scenario<'_>, buyer: impl Buyer) -> Result<Outcome, Invalid> {
    simulate_recorded(scenario, buyer, ())
}

/// As [`simulate`], every period told to a recorder, such as a [`Trace`](super::Trace).
///
/// # Errors
///
/// As [`simulate`].
///
/// ```
/// use replenish::inventory::simulate::{Control, Scenario, Trace, simulate_recorded};
/// let scenario = Scenario { on_hand: 4.0, ..Scenario::new(&[3.0, 2.0, 0.0]) };
/// let mut trace = Trace::default();
/// simulate_recorded(&scenario, Control::OrderUpTo(&[4.0]), &mut trace)?;
/// assert_eq!(trace.ordered, [3.0, 2.0, 0.0]);
/// assert_eq!(trace.on_hand, [1.0, 2.0, 4.0]);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn simulate_recorded(
    scenario: &Scenario<'_>,
    buyer: impl Buyer,
    recorder: impl Recorder,
) -> Result<Outcome, Invalid> {
    let outcomes = simulate_in_blocks(scenario, buyer, recorder, usize::MAX)?;
    Ok(outcomes.into_iter().sum())
}

/// As [`simulate`], one outcome for each so many counted periods, the last one perhaps shorter; they
/// add up to the outcome of the whole.
///
/// The differences of two policies block by block, on the same demand, are what a paired block
/// bootstrap draws from.
///
/// # Errors
///
/// As [`simulate`], and when a block has no period.
///
/// ```
/// use replenish::inventory::simulate::{Control, Scenario, simulate_blocks};
/// let scenario = Scenario { warm_up: 1, ..Scenario::new(&[9.0, 3.0, 2.0, 0.0, 4.0, 7.0]) };
/// let blocks = simulate_blocks(&scenario, Control::OrderUpTo(&[5.0]), 2)?;
/// let lost: Vec<f64> = blocks.iter().map(|block| block.lost).collect();
/// assert_eq!(lost, [0.0, 0.0, 2.0]);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn simulate_blocks(
    scenario: &Scenario<'_>,
    buyer: impl Buyer,
    block: usize,
) -> Result<Vec<Outcome>, Invalid> {
    simulate_in_blocks(scenario, buyer, (), block)
}

/// All of the above.
pub(crate) fn simulate_in_blocks(
    scenario: &Scenario<'_>,
    mut buyer: impl Buyer,
    mut recorder: impl Recorder,
    block: usize,
) -> Result<Vec<Outcome>, Invalid> {
    if block == 0 {
        return Err(Invalid::new("block_invalid", "one period or more", block).at("block"));
    }
    scenario.check()?;
    buyer.check(scenario.demand.len())?;
    match scenario.shelf_life {
        None => {
            let run = Run::new(scenario, Lasting::new(scenario));
            run.in_blocks(&mut buyer, &mut recorder, block)
        }
        Some(shelf_life) => {
            let run = Run::new(scenario, Expiring::new(scenario, shelf_life));
            run.in_blocks(&mut buyer, &mut recorder, block)
        }
    }
}

struct Run<'a, S> {
    scenario: &'a Scenario<'a>,
    stock: S,
    /// What arrives in each period, in a ring whose length is a power of two.
    pipeline: Vec<f64>,
    on_order: f64,
    reviews: Reviews<'a>,
    /// Whether stock failed since the last receipt.
    cycle_short: bool,
    /// Whether the buyer ordered what is no quantity.
    improper: bool,
    /// A demand like the others, taken off before squaring.
    near: f64,
}

impl<'a, S: Stock> Run<'a, S> {
    fn new(scenario: &'a Scenario<'a>, stock: S) -> Self {
        let periods = scenario.demand.len();
        // Nobody sees when in the time after the end something arrives.
        let lead_time = scenario.lead_times.iter().max().map_or(0, |&longest| longest as usize);
        let due = scenario.pipeline.iter().map(|receipt| receipt.period).max().unwrap_or(0);
        let mut pipeline = vec![0.0; (lead_time.max(due).min(periods) + 1).next_power_of_two()];
        let mut on_order = 0.0;
        for receipt in scenario.pipeline {
            on_order += receipt.quantity;
            if receipt.period < periods {
                pipeline[receipt.period] += receipt.quantity;
            }
        }
        Self {
            scenario,
            stock,
            pipeline,
            on_order,
            reviews: Reviews::new(scenario.order_days),
            cycle_short: false,
            improper: false,
            near: scenario.demand.get(scenario.warm_up).copied().unwrap_or(0.0),
        }
    }

    fn in_blocks(
        mut self,
        buyer: &mut impl Buyer,
        recorder: &mut impl Recorder,
        block: usize,
    ) -> Result<Vec<Outcome>, Invalid> {
        let (start, end) = (self.scenario.warm_up, self.scenario.demand.len());
        let mut tallies = Vec::with_capacity(((end - start) / block).saturating_add(1));
        let mut next = 0..start;
        while next.start < end {
            let tally = self.run(buyer, recorder, next.clone());
            if next.end > start {
                tallies.push(tally);
            }
            // A cycle that began in the warm-up counts from here on.
            self.cycle_short &= next.end > start;
            next = next.end..next.end.saturating_add(block).min(end);
        }
        let ordered: f64 = tallies.iter().map(|tally| tally.ordered).sum();
        if self.improper || !ordered.is_finite() {
            let expected = "orders of zero or more, at most 1e60";
            return Err(Invalid::new("order_invalid", expected, "another number").at("buyer"));
        }
        let means = Means::of(&tallies, self.near);
        let (costs, unmet) = (&self.scenario.costs, self.scenario.unmet);
        Ok(tallies.iter().map(|tally| tally.outcome(means, costs, unmet)).collect())
    }

    fn run(
        &mut self,
        buyer: &mut impl Buyer,
        recorder: &mut impl Recorder,
        periods: Range<usize>,
    ) -> Tally {
        let Scenario { demand, lead_times, minimum_order_quantity, order_multiple, .. } =
            *self.scenario;
        let wrap = self.pipeline.len() - 1;
        let mut tally = Tally { periods: periods.len(), ..Tally::default() };
        tally.stock_rise = self.stock.back_ordered() - self.stock.on_hand();
        for period in periods {
            let wanted = demand[period];
            let mut received = std::mem::take(&mut self.pipeline[period & wrap]);
            self.on_order -= received;
            self.stock.receive(received, period);
            self.end_cycle(received, &mut tally);
            let wasted = self.stock.expire(period);
            let short = self.stock.serve(wanted);
            self.cycle_short |= short > 0.0;

            let mut ordered = 0.0;
            if self.reviews.is_due(period) {
                ordered = buyer.order(&Review {
                    period,
                    on_hand: self.stock.on_hand(),
                    expiring: self.stock.expiring(period + 1),
                    on_order: self.on_order,
                    back_ordered: self.stock.back_ordered(),
                    pipeline: &self.pipeline,
                    lots: self.stock.lots(),
                });
                self.improper |= !(0.0..=LARGEST).contains(&ordered);
                ordered = permitted(ordered, minimum_order_quantity, order_multiple);
                let lead_time = cycled(lead_times, period) as usize;
                if lead_time == 0 {
                    self.stock.receive(ordered, period + 1);
                    self.end_cycle(ordered, &mut tally);
                    received += ordered;
                } else {
                    // What takes longer than the ring is long arrives behind the end.
                    self.pipeline[(period + lead_time.min(wrap)) & wrap] += ordered;
                    self.on_order += ordered;
                }
            }

            let (on_hand, waiting) = (self.stock.on_hand(), self.stock.back_ordered());
            tally.demand += wanted;
            tally.short += short;
            tally.short_periods += u64::from(short > 0.0);
            tally.received += received;
            tally.wasted += wasted;
            tally.order_lines += u64::from(ordered > 0.0);
            tally.ordered += ordered;
            tally.stock += on_hand;
            tally.waiting += waiting;
            tally.maximum_stock = tally.maximum_stock.max(on_hand);
            tally.demand_squares += (wanted - self.near) * (wanted - self.near);
            tally.order_squares += (ordered - self.near) * (ordered - self.near);
            recorder.record(&Entry {
                period,
                received,
                wasted,
                demand: wanted,
                short,
                ordered,
                on_hand,
                back_ordered: waiting,
                on_order: self.on_order,
            });
        }
        tally.stock_rise += self.stock.on_hand() - self.stock.back_ordered();
        tally
    }

    fn end_cycle(&mut self, received: f64, tally: &mut Tally) {
        let ends = received > 0.0;
        tally.cycles += u64::from(ends);
        tally.cycles_short += u64::from(ends & self.cycle_short);
        self.cycle_short &= !ends;
    }
}

/// A quantity that the supplier takes; none for what is no quantity.
fn permitted(quantity: f64, minimum: f64, multiple: f64) -> f64 {
    // Whether there are terms is always the same, and so foreseen; whether there is an order is not.
    if minimum <= 0.0 && multiple <= 0.0 {
        return quantity.max(0.0);
    }
    if quantity > 0.0 {
        let quantity = quantity.max(minimum);
        if multiple > 0.0 {
            // A sum of floats a hair above a multiple must not cost another one.
            return (quantity / multiple * (1.0 - 1e-12)).ceil() * multiple;
        }
        return quantity;
    }
    0.0
}

fn cycled(lead_times: &[u32], period: usize) -> u32 {
    if let [always] = lead_times {
        return *always;
    }
    lead_times[if period < lead_times.len() { period } else { period % lead_times.len() }]
}

/// Order days, asked for one period after the other.
struct Reviews<'a> {
    days: OrderDays<'a>,
    /// The next order day, or the next mark to look at.
    next: usize,
}

impl<'a> Reviews<'a> {
    fn new(days: OrderDays<'a>) -> Self {
        let next = match days {
            OrderDays::Every { offset, .. } => offset as usize,
            OrderDays::EveryPeriod | OrderDays::Marked(_) => 0,
        };
        Self { days, next }
    }

    fn is_due(&mut self, period: usize) -> bool {
        match self.days {
            OrderDays::EveryPeriod => true,
            OrderDays::Every { periods, .. } => {
                let due = period == self.next;
                if due {
                    self.next = period.saturating_add(periods as usize);
                }
                due
            }
            OrderDays::Marked(marks) => {
                let due = marks[self.next];
                self.next = if self.next + 1 == marks.len() { 0 } else { self.next + 1 };
                due
            }
        }
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;

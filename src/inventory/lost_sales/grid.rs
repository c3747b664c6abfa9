//! Stock and demand in even places, and what becomes of one under the other.

use super::{LostSales, LostSalesGoal, LostSalesOrder};
use crate::{
    forecast::DemandDistribution,
    unit::{Probability, math},
};

/// Most places of the grid.
const CELLS: usize = 64;
/// Demand less likely than this to be exceeded ends the grid; beyond it distributions are little but
/// their assumed shape.
const ALMOST_CERTAIN: f64 = 0.9999;
/// How much farther from the mean that is for sums of skewed demands than for normal ones.
const WIDE: f64 = 1.5;
/// What costs how much; as in [`LostSalesGoal::Cost`].
#[derive(Clone, Copy)]
pub(super) struct Prices {
    pub(super) holding: f64,
    pub(super) shortage: f64,
    pub(super) left_over: f64,
}

/// Stock in even places, from none to as much as may be of use.
pub(super) struct Grid {
    pub(super) step: f64,
    pub(super) places: usize,
    demand: Vec<Demand>,
    /// On hand, without what is more than can be wanted until the next order arrives.
    on_hand: f64,
}

/// Demand of a period on the grid.
struct Demand {
    /// How likely each place is; demand of more than the grid has is left out.
    likely: Vec<f64>,
    mean: f64,
}

impl Grid {
    pub(super) fn of(what: &LostSales<'_>) -> Self {
        let until_next = &what.demand[..what.next_arrives];
        let most = |demand: &DemandDistribution| {
            let level = match what.goal {
                LostSalesGoal::Service { level } => level.value().max(ALMOST_CERTAIN),
                LostSalesGoal::Cost { .. } => ALMOST_CERTAIN,
            };
            Probability::new(level).map_or(0.0, |level| demand.quantile(level)).max(0.0)
        };
        let all: f64 = until_next.iter().map(most).sum();
        // What is far above the mean in one period is hardly so in all of them.
        let (mut mean, mut square, mut cycle) = (0.0, 0.0, 0.0);
        for demand in &until_next[what.arrives..] {
            let (usual, most) = (demand.mean().max(0.0), most(demand));
            mean += usual;
            square += (most - usual) * (most - usual);
            cycle += most;
        }
        let cycle = cycle.min(mean + WIDE * square.sqrt());
        let on_hand = what.on_hand.min(all);
        let due = |from: usize, until: usize| -> f64 { (from..until).map(|p| what.due(p)).sum() };
        let there = on_hand + due(0, what.arrives + 1);
        let top = cycle.max(there) + due(what.arrives + 1, what.next_arrives);
        let unit = what.multiple.min(1.0);
        let step = unit * (top / (unit * CELLS as f64)).ceil().max(1.0);
        let places = cells(top / step) + 2;
        let demand = what.demand.iter().map(|demand| Demand::of(demand, step, places)).collect();
        Self { step, places, demand, on_hand }
    }

    /// How likely each stock is when the order arrives, what comes together with it included, and the
    /// demand expected to be lost before.
    pub(super) fn stock_on_arrival(&self, what: &LostSales<'_>) -> (Vec<f64>, f64) {
        let mut stock = vec![0.0; self.places];
        put(&mut stock, self.on_hand / self.step, 1.0);
        let mut lost = 0.0;
        for (period, demand) in self.demand[..what.arrives].iter().enumerate() {
            stock = self.received(stock, what.due(period));
            lost += self.lost(&stock, demand);
            stock = demand.served_from(&stock);
        }
        (self.received(stock, what.due(what.arrives)), lost)
    }

    /// Expected costs from the arrival of the order on, by stock at its beginning, the order
    /// included.
    pub(super) fn costs_from_arrival(&self, what: &LostSales<'_>, prices: Prices) -> Vec<f64> {
        let review = what.next_arrives - what.arrives;
        let mut ahead: Vec<f64> =
            (0..self.places).map(|place| place as f64 * self.step * prices.left_over).collect();
        for (period, demand) in self.demand.iter().enumerate().skip(what.arrives).rev() {
            let mut costs = demand.after(&ahead);
            let mut left = 0.0;
            let mut reached = 0.0;
            for (place, cost) in costs.iter_mut().enumerate() {
                let short = demand.mean - place as f64 * self.step + left;
                *cost += prices.holding * left + prices.shortage * short;
                reached += demand.likely.get(place).copied().unwrap_or(0.0);
                left += self.step * reached;
            }
            if period == what.arrives {
                return costs;
            }
            let due = what.due(period) / self.step;
            let is_filled_up =
                period >= what.next_arrives && (period - what.next_arrives).is_multiple_of(review);
            if is_filled_up {
                let mut least = f64::INFINITY;
                for cost in costs.iter_mut().rev() {
                    least = least.min(*cost);
                    *cost = least;
                }
            }
            ahead = (0..self.places).map(|place| along(&costs, place as f64 + due)).collect();
        }
        ahead
    }

    /// How likely all demand from the arrival of the order until that of the next is met, by stock at
    /// its beginning.
    pub(super) fn served(&self, what: &LostSales<'_>) -> Vec<f64> {
        let mut ahead = vec![1.0; self.places];
        for period in (what.arrives..what.next_arrives).rev() {
            let met = self.demand[period].met(&ahead);
            if period == what.arrives {
                return met;
            }
            let due = what.due(period) / self.step;
            ahead = (0..self.places).map(|place| between(&met, place as f64 + due)).collect();
        }
        ahead
    }

    pub(super) fn outcome(
        &self,
        what: &LostSales<'_>,
        stock: &[f64],
        quantity: f64,
        lost_before: f64,
    ) -> LostSalesOrder {
        let demand = |periods: &[Demand]| math::sum(periods.iter().map(|demand| demand.mean));
        let due = |from: usize, until: usize| -> f64 { (from..until).map(|p| what.due(p)).sum() };
        // What comes and is neither sold nor lost is there.
        let sold_before = demand(&self.demand[..what.arrives]) - lost_before;
        let left_on_arrival = (what.on_hand + due(0, what.arrives + 1) - sold_before).max(0.0);
        let cycle = &self.demand[what.arrives..what.next_arrives];
        let met = expected_at(stock, &self.served(what), quantity / self.step);
        let mut stock = self.received(stock.to_vec(), quantity);
        let mut lost = 0.0;
        for (place, demand) in cycle.iter().enumerate() {
            if place > 0 {
                stock = self.received(stock, what.due(what.arrives + place));
            }
            lost += self.lost(&stock, demand);
            stock = demand.served_from(&stock);
        }
        let more = due(what.arrives + 1, what.next_arrives);
        let left_over = (left_on_arrival + quantity + more - (demand(cycle) - lost)).max(0.0);
        // INVARIANT: clamped, so it is a probability.
        let stock_out_risk =
            Probability::new((1.0 - met).clamp(0.0, 1.0)).unwrap_or(Probability::ZERO);
        LostSalesOrder { quantity, left_on_arrival, lost_before, lost, stock_out_risk, left_over }
    }

    /// The stock with what was received; what is above the grid is taken for its last place.
    fn received(&self, stock: Vec<f64>, quantity: f64) -> Vec<f64> {
        if quantity <= 0.0 {
            return stock;
        }
        let mut more = vec![0.0; self.places];
        for (place, &likely) in stock.iter().enumerate().filter(|(_, likely)| **likely > 0.0) {
            put(&mut more, place as f64 + quantity / self.step, likely);
        }
        more
    }

    /// Expected demand that is not met.
    fn lost(&self, stock: &[f64], demand: &Demand) -> f64 {
        let (mut left, mut reached, mut lost) = (0.0, 0.0, 0.0);
        for (place, likely) in stock.iter().enumerate() {
            lost += likely * (demand.mean - place as f64 * self.step + left);
            reached += demand.likely.get(place).copied().unwrap_or(0.0);
            left += self.step * reached;
        }
        lost.max(0.0)
    }
}

impl Demand {
    fn of(demand: &DemandDistribution, step: f64, places: usize) -> Self {
        // One place more takes what is beyond the grid, and is cut off again.
        let mut likely = vec![0.0; places + 1];
        let mut mean = 0.0;
        for (amount, share) in demand.demands() {
            let amount = amount.max(0.0);
            mean += amount * share;
            put(&mut likely, amount / step, share);
        }
        likely.pop();
        while likely.last().is_some_and(|&share| share <= 0.0) {
            likely.pop();
        }
        Self { likely, mean }
    }

    /// What is left of a stock.
    fn served_from(&self, stock: &[f64]) -> Vec<f64> {
        let mut left = vec![0.0; stock.len()];
        for (wanted, &share) in self.likely.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            // Demand of less than the stock leaves some, the rest nothing.
            add(&mut left[1..], &stock[(wanted + 1).min(stock.len())..], share);
        }
        let mut reached = 0.0;
        for (place, likely) in stock.iter().enumerate() {
            left[0] += likely * (1.0 - reached);
            reached += self.likely.get(place).copied().unwrap_or(0.0);
        }
        left
    }

    /// The expected value of what is left, by stock before.
    fn after(&self, value: &[f64]) -> Vec<f64> {
        let mut reached = 0.0;
        let nothing_left = |place: usize| {
            let none = 1.0 - reached;
            reached += self.likely.get(place).copied().unwrap_or(0.0);
            none * value[0]
        };
        let mut expected: Vec<f64> = (0..value.len()).map(nothing_left).collect();
        for (wanted, &share) in self.likely.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            add(&mut expected[(wanted + 1).min(value.len())..], &value[1..], share);
        }
        expected
    }

    /// The expected value of what is left where all demand is met, by stock before.
    fn met(&self, value: &[f64]) -> Vec<f64> {
        let mut expected = vec![0.0; value.len()];
        for (wanted, &share) in self.likely.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            add(&mut expected[wanted..], value, share);
        }
        expected
    }
}

/// Adds a share of values to others, as far as both go.
///
/// Written so that the sums of neighbours do not wait for each other: several are added at a time.
fn add(sums: &mut [f64], values: &[f64], share: f64) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += share * value;
    }
}

/// Adds a share to the two places around, so that the mean stays; to the last one what is beyond.
fn put(places: &mut [f64], place: f64, share: f64) {
    let last = places.len() - 1;
    let low = cells(place).min(last);
    let beyond = if low < last { place - low as f64 } else { 0.0 };
    places[low] += share * (1.0 - beyond);
    if beyond > 0.0 {
        places[low + 1] += share * beyond;
    }
}

/// The expected value of a stock that has none, one, two and so on places more: `values` by stock.
pub(super) fn expected(stock: &[f64], values: &[f64]) -> Vec<f64> {
    let last = values.len() - 1;
    let (end, slope) = (values[last], values[last] - values[last - 1]);
    let mut sums = vec![0.0; values.len()];
    for (place, &likely) in stock.iter().enumerate().filter(|(_, likely)| **likely > 0.0) {
        add(&mut sums, &values[place..], likely);
        // Beyond the last place the line through the last two goes on.
        for (more, sum) in sums.iter_mut().enumerate().skip(values.len() - place) {
            *sum += likely * (end + (place + more - last) as f64 * slope);
        }
    }
    sums
}

/// The same for probabilities, and so many places more: beyond the last place nothing changes.
pub(super) fn expected_at(stock: &[f64], values: &[f64], more: f64) -> f64 {
    let each = stock.iter().enumerate().filter(|(_, likely)| **likely > 0.0);
    each.map(|(place, likely)| likely * between(values, place as f64 + more)).sum()
}

/// The value between two places; beyond the last one that of the last.
fn between(values: &[f64], place: f64) -> f64 {
    along(values, place.min((values.len() - 1) as f64))
}

/// The value between two places; beyond the last one the line through the last two goes on.
pub(super) fn along(values: &[f64], place: f64) -> f64 {
    let low = cells(place).min(values.len() - 2);
    values[low] + (place - low as f64) * (values[low + 1] - values[low])
}

/// Where the values are lowest: the place, and as far beside it as the lowest point of the parabola
/// through it and its neighbours.
pub(super) fn lowest(values: &[f64]) -> f64 {
    let less = |best, place| if values[place] < values[best] { place } else { best };
    let best = (0..values.len()).fold(0, less);
    let beside = |place: usize| values.get(place).map_or(f64::NAN, |value| value - values[best]);
    let (before, after) = (beside(best.wrapping_sub(1)), beside(best + 1));
    let shift = 0.5 * (before - after) / (before + after);
    best as f64 + if shift.is_finite() { shift } else { 0.0 }
}

/// Whole places below a place of zero or more.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never negative, and saturated where it is more than a grid has"
)]
pub(super) fn cells(place: f64) -> usize {
    place as usize
}

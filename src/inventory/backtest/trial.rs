//! One product under every policy at every setting of its dial.

use super::{
    foresee,
    item::{BacktestItem, BacktestOptions, Division},
    rule::{BacktestPolicy, LevelKind, Levels, Rules},
};
use crate::{
    inventory::{
        InventoryError,
        classic::erpnext_order_quantity,
        simulate::{
            Buyer, Control, Costs, Entry, Issue, OrderDays, Review, Scenario, Unmet,
            simulate_recorded,
        },
    },
    unit::Random,
};
use std::ops::AddAssign;

/// What became of one product under every policy at every setting of its dial.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestTrial {
    /// The product.
    pub id: String,
    pub(super) traits: Traits,
    /// For each setting what happened while dials are chosen.
    pub(super) tuning: Vec<Sums>,
    /// For each setting what happened in the test.
    pub(super) test: Vec<Sums>,
    /// For each setting and, within, for each block of the test.
    pub(super) blocks: Vec<Block>,
}

/// What a product is like, by what was known before the replay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Traits {
    /// Wanted in fewer than three of four periods (Syntetos, Boylan and Croston, "On the
    /// categorization of demand patterns", Journal of the Operational Research Society 56, 2005: an
    /// average interval above 1.32).
    pub(super) is_intermittent: bool,
    pub(super) mean_lead_time: f64,
    pub(super) is_promoted: bool,
}

/// What is added up of one stretch of the test.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Block {
    /// Emergency lines.
    pub(super) lines: f64,
    /// Of these, in promoted periods.
    pub(super) promoted_lines: f64,
    /// Value in stock at the end of each period, added up.
    pub(super) stock: f64,
}

/// What is added up over a longer stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sums {
    pub(super) periods: f64,
    pub(super) promoted_periods: f64,
    /// Value of what was wanted.
    pub(super) demand: f64,
    /// Of that, what stock did not cover.
    pub(super) short: f64,
    pub(super) units: f64,
    pub(super) units_short: f64,
    pub(super) lines: f64,
    pub(super) promoted_lines: f64,
    pub(super) stock: f64,
    pub(super) wasted: f64,
    pub(super) received: f64,
    pub(super) ordered: f64,
    pub(super) order_lines: f64,
    pub(super) cycles: f64,
    pub(super) cycles_short: f64,
    /// Variance of orders over that of demand, and whether there is one.
    pub(super) bullwhip: f64,
    pub(super) with_bullwhip: f64,
}

impl AddAssign<&Self> for Sums {
    fn add_assign(&mut self, other: &Self) {
        self.periods += other.periods;
        self.promoted_periods += other.promoted_periods;
        self.demand += other.demand;
        self.short += other.short;
        self.units += other.units;
        self.units_short += other.units_short;
        self.lines += other.lines;
        self.promoted_lines += other.promoted_lines;
        self.stock += other.stock;
        self.wasted += other.wasted;
        self.received += other.received;
        self.ordered += other.ordered;
        self.order_lines += other.order_lines;
        self.cycles += other.cycles;
        self.cycles_short += other.cycles_short;
        self.bullwhip += other.bullwhip;
        self.with_bullwhip += other.with_bullwhip;
    }
}

/// Replays one product under every policy at every setting of its dial.
///
/// `index` is the product's place among the others: with the options' seed it decides what chance
/// there is, such as late receipts, the same for every policy. `line_value` is what
/// [`line_value`](super::line_value) says of all products.
///
/// # Errors
///
/// When the product cannot be replayed: a value that cannot be accepted, a record that is too short
/// or shows no demand before the replay.
pub fn try_policies(
    item: &BacktestItem,
    index: usize,
    line_value: f64,
    options: &BacktestOptions,
) -> Result<BacktestTrial, InventoryError> {
    options.check()?;
    let division = item.divide(options)?;
    let seed = u64::from(options.seed) << 32 | index as u64;
    let rules = Rules::new(item, division, options, seed)?;
    let mut ours = foresee::levels(item, division, options, line_value)?.into_iter();
    let lead_times = draw_lead_times(item, division, seed)?;
    let replay = Replay::new(item, division, options, &lead_times);
    let mut trial = BacktestTrial {
        id: item.id.clone(),
        traits: traits(item, division, options)?,
        tuning: Vec::new(),
        test: Vec::new(),
        blocks: Vec::new(),
    };
    for policy in BacktestPolicy::ALL {
        for dial in policy.dials() {
            let levels = if policy.is_ours() {
                ours.next().unwrap_or_default()
            } else {
                rules.levels(policy, dial)
            };
            replay.run(&levels, &mut trial)?;
        }
    }
    Ok(trial)
}

fn traits(
    item: &BacktestItem,
    division: Division,
    options: &BacktestOptions,
) -> Result<Traits, InventoryError> {
    let start = division.start;
    let first = start.saturating_sub(options.look_back as usize);
    let known = &item.demand[first..start];
    // Days on which nobody can buy do not make a product intermittent.
    let open = (first..start).filter(|&period| !item.is_closed(period)).count();
    let some = known.iter().filter(|&&demand| demand > 0.0).count();
    Ok(Traits {
        is_intermittent: open as f64 > 1.32 * some as f64,
        mean_lead_time: item.mean_lead_time()?,
        is_promoted: item.promotion.iter().skip(division.test).any(|&strength| strength > 0.0),
    })
}

/// One lead time for each period that is replayed, whoever orders in it.
fn draw_lead_times(
    item: &BacktestItem,
    division: Division,
    seed: u64,
) -> Result<Vec<u32>, InventoryError> {
    let outcomes = item.lead_time.outcomes()?;
    // Another sequence than that of the other chances.
    let mut random = Random::new(!seed);
    let draw = |_| {
        let mut rest = random.fraction();
        let found = outcomes.iter().find(|outcome| {
            rest -= outcome.probability.value();
            rest < 0.0
        });
        found.or(outcomes.last()).map_or(1, |outcome| outcome.periods)
    };
    Ok((division.start..division.end).map(draw).collect())
}

/// The world in which every policy is tried.
struct Replay<'a> {
    item: &'a BacktestItem,
    division: Division,
    options: &'a BacktestOptions,
    scenario: Scenario<'a>,
}

impl<'a> Replay<'a> {
    fn new(
        item: &'a BacktestItem,
        division: Division,
        options: &'a BacktestOptions,
        lead_times: &'a [u32],
    ) -> Self {
        let scenario = Scenario {
            lead_times,
            order_days: OrderDays::Every { periods: options.review_period, offset: 0 },
            shelf_life: item.shelf_life,
            issue: Issue::FirstExpired,
            unmet: Unmet::Emergency,
            minimum_order_quantity: item.minimum_order,
            order_multiple: if item.is_divisible { 0.0 } else { item.pack },
            costs: Costs::default(),
            ..Scenario::new(&item.demand[division.start..])
        };
        Self { item, division, options, scenario }
    }

    fn run(&self, levels: &Levels, trial: &mut BacktestTrial) -> Result<(), InventoryError> {
        let Levels { reorder_points, order_up_to, kind } = levels;
        let first = |values: &[f64]| values.first().copied().unwrap_or(0.0);
        let (least, most) = (first(reorder_points), first(order_up_to));
        let on_hand = if *kind == LevelKind::Quantity { least + most } else { most };
        let scenario = Scenario { on_hand: self.item.whole(on_hand), ..self.scenario };
        let mut control = match kind {
            LevelKind::BaseStock => Control::OrderUpTo(order_up_to),
            LevelKind::MinMax | LevelKind::Quantity => {
                let order_up_to_levels = order_up_to;
                Control::ReorderUpTo { reorder_points, order_up_to_levels }
            }
        };
        let mut buyer = |review: &Review<'_>| match kind {
            LevelKind::BaseStock | LevelKind::MinMax => control.order(review),
            // INVARIANT: a position is finite, and levels come from demand that was checked.
            LevelKind::Quantity => {
                let position = review.inventory_position();
                erpnext_order_quantity(position, least, most).unwrap_or(0.0)
            }
        };
        let mut ledger = Ledger::new(self);
        let mut record = |entry: &Entry| ledger.record(entry);
        // As trait objects, so that the simulation is compiled once for all.
        let buyer: &mut dyn FnMut(&Review<'_>) -> f64 = &mut buyer;
        let record: &mut dyn FnMut(&Entry) = &mut record;
        simulate_recorded(&scenario, buyer, record)?;
        trial.tuning.push(ledger.tuning.finish());
        trial.test.push(ledger.test.finish());
        trial.blocks.append(&mut ledger.blocks);
        Ok(())
    }
}

/// Adds up what happens.
struct Ledger<'a> {
    replay: &'a Replay<'a>,
    tuning: Account,
    test: Account,
    blocks: Vec<Block>,
    is_cycle_short: bool,
}

/// Sums, and what becomes of squares.
#[derive(Default)]
struct Account {
    sums: Sums,
    demand_squares: f64,
    order_squares: f64,
    order_units: f64,
}

impl<'a> Ledger<'a> {
    fn new(replay: &'a Replay<'a>) -> Self {
        let blocks = vec![Block::default(); replay.options.blocks()];
        let (tuning, test) = (Account::default(), Account::default());
        Self { replay, tuning, test, blocks, is_cycle_short: false }
    }

    fn record(&mut self, entry: &Entry) {
        let Replay { item, division, options, .. } = self.replay;
        let period = division.start + entry.period;
        let ends = entry.received > 0.0;
        let ended_short = ends && self.is_cycle_short;
        self.is_cycle_short = (self.is_cycle_short && !ends) || entry.short > 0.0;
        if period < division.tuning {
            return;
        }
        let promoted = item.promotion.get(period).is_some_and(|&strength| strength > 0.0);
        let one = |yes: bool| f64::from(u8::from(yes));
        let is_short = entry.short > 0.0;
        let value = item.unit_value;
        let account = if period < division.test { &mut self.tuning } else { &mut self.test };
        account.demand_squares += entry.demand * entry.demand;
        account.order_squares += entry.ordered * entry.ordered;
        account.order_units += entry.ordered;
        account.sums += &Sums {
            periods: 1.0,
            promoted_periods: one(promoted),
            demand: entry.demand * value,
            short: entry.short * value,
            units: entry.demand,
            units_short: entry.short,
            lines: one(is_short),
            promoted_lines: one(is_short && promoted),
            stock: entry.on_hand * value,
            wasted: entry.wasted * value,
            received: entry.received * value,
            ordered: entry.ordered * value,
            order_lines: one(entry.ordered > 0.0),
            cycles: one(ends),
            cycles_short: one(ended_short),
            bullwhip: 0.0,
            with_bullwhip: 0.0,
        };
        if period >= division.test {
            let last = self.blocks.len() - 1;
            let block =
                &mut self.blocks[((period - division.test) / options.block as usize).min(last)];
            block.lines += one(is_short);
            block.promoted_lines += one(is_short && promoted);
            block.stock += entry.on_hand * value;
        }
    }
}

impl Account {
    fn finish(&self) -> Sums {
        let mut sums = self.sums;
        let variance = |squares: f64, total: f64| {
            squares / sums.periods - (total / sums.periods) * (total / sums.periods)
        };
        let demand = variance(self.demand_squares, sums.units);
        let orders = variance(self.order_squares, self.order_units);
        if demand > 1e-9 * self.demand_squares / sums.periods && demand > 0.0 {
            sums.bullwhip = orders / demand;
            sums.with_bullwhip = 1.0;
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::rule::tests::{item, options},
        *,
    };
    use crate::{
        forecast::{LeadTime, LeadTimeOutcome},
        unit::Probability,
    };

    /// Where the settings of a policy are in a trial.
    fn settings(policy: BacktestPolicy) -> std::ops::Range<usize> {
        let before = BacktestPolicy::ALL.into_iter().take_while(|other| *other != policy);
        let start: usize = before.map(|other| other.dials().len()).sum();
        start..start + policy.dials().len()
    }

    #[test]
    fn what_happens_adds_up() {
        let trial = try_policies(&item(4), 0, 10.0, &options()).unwrap();
        let blocks = options().blocks();
        assert_eq!(trial.blocks.len(), trial.test.len() * blocks);
        for (sums, blocks) in trial.test.iter().zip(trial.blocks.chunks(blocks)) {
            let lines: f64 = blocks.iter().map(|block| block.lines).sum();
            let stock: f64 = blocks.iter().map(|block| block.stock).sum();
            assert!((sums.lines - lines).abs() < 1e-9);
            assert!((sums.stock - stock).abs() < 1e-9 * (1.0 + stock));
            assert!((sums.periods - 42.0).abs() < 1e-9);
            assert!(sums.short <= sums.demand && sums.cycles_short <= sums.cycles);
        }
        assert!(trial.tuning.iter().all(|sums| (sums.periods - 21.0).abs() < 1e-9));
    }

    #[test]
    fn foresight_is_the_ceiling_and_no_stock_the_floor() {
        let trial = try_policies(&item(5), 0, 10.0, &options()).unwrap();
        let foresight = &trial.test[settings(BacktestPolicy::PerfectForesight)];
        let best = foresight.last().unwrap();
        assert!(best.lines.abs() < 1e-12 && best.short.abs() < 1e-12);
        let normal = &trial.test[settings(BacktestPolicy::NormalBaseStock)];
        assert!(normal.iter().all(|sums| sums.lines > 0.0 || sums.stock > best.stock));
        let ours = &trial.test[settings(BacktestPolicy::MarginalValue)];
        assert!(ours[0].lines > ours[24].lines && ours[0].stock < ours[24].stock);
    }

    #[test]
    fn late_receipts_are_the_same_whatever_is_ordered_and_again() {
        let outcome = |periods, share| LeadTimeOutcome {
            periods,
            probability: Probability::new(share).unwrap(),
        };
        let lead_time = LeadTime::Empirical { outcomes: vec![outcome(2, 0.5), outcome(3, 0.5)] };
        let item = BacktestItem { lead_time, ..item(6) };
        let division = item.divide(&options()).unwrap();
        let drawn = draw_lead_times(&item, division, 9).unwrap();
        assert_eq!(drawn.len(), division.end - division.start);
        assert!(drawn.contains(&2) && drawn.contains(&3));
        let first = try_policies(&item, 3, 10.0, &options()).unwrap();
        assert_eq!(first, try_policies(&item, 3, 10.0, &options()).unwrap());
        assert_ne!(first.test, try_policies(&item, 4, 10.0, &options()).unwrap().test);
    }

    #[test]
    fn promoted_periods_are_counted_apart() {
        let mut item = item(7);
        item.promotion = (0..112).map(|day| f64::from(u8::from(day >= 98))).collect();
        let trial = try_policies(&item, 0, 10.0, &options()).unwrap();
        assert!(trial.traits.is_promoted && !trial.traits.is_intermittent);
        for sums in &trial.test {
            assert!((sums.promoted_periods - 14.0).abs() < 1e-9);
            assert!(sums.promoted_lines <= sums.lines);
        }
        assert!(trial.tuning.iter().all(|sums| sums.promoted_periods.abs() < 1e-12));
    }
}

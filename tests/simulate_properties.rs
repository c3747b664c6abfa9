//! What every simulated stock keeps to, whichever policy runs it.

#![cfg(not(target_family = "wasm"))]

use proptest::{collection::vec, prelude::*, sample::select, test_runner::RngAlgorithm};
use replenish::inventory::simulate::{
    Control, Costs, Issue, Lot, OrderDays, Outcome, Receipt, Review, Scenario, Trace, Unmet,
    simulate, simulate_blocks, simulate_recorded,
};

/// Everything a scenario borrows.
#[derive(Clone, Debug)]
struct World {
    demand: Vec<f64>,
    lead_times: Vec<u32>,
    marks: Vec<bool>,
    shelf_life: Option<u32>,
    freshest_first: bool,
    unmet: Unmet,
    minimum_order_quantity: f64,
    order_multiple: f64,
    on_hand: f64,
    lots: Vec<Lot>,
    pipeline: Vec<Receipt>,
    warm_up: usize,
}

impl World {
    fn scenario(&self) -> Scenario<'_> {
        Scenario {
            demand: &self.demand,
            lead_times: &self.lead_times,
            order_days: OrderDays::Marked(&self.marks),
            shelf_life: self.shelf_life,
            issue: if self.freshest_first { Issue::Freshest } else { Issue::FirstExpired },
            unmet: self.unmet,
            minimum_order_quantity: self.minimum_order_quantity,
            order_multiple: self.order_multiple,
            costs: Costs {
                unit_cost: 2.0,
                holding_per_unit_and_period: 0.1,
                shortage_per_unit: 3.0,
                order_line: 5.0,
                waste_per_unit: 2.5,
                emergency_premium: 0.25,
            },
            on_hand: self.on_hand,
            lots: &self.lots,
            pipeline: &self.pipeline,
            warm_up: self.warm_up,
        }
    }
}

fn demand() -> impl Strategy<Value = Vec<f64>> {
    let sparse = prop_oneof![3 => Just(0.0), 1 => (1..20_u8).prop_map(f64::from)];
    prop_oneof![
        vec((0..12_u8).prop_map(f64::from), 1..80),
        vec(sparse, 1..80),
        vec(0.0..10.0_f64, 1..80),
    ]
}

fn worlds() -> impl Strategy<Value = World> {
    let supply = (
        vec(0..6_u32, 1..9),
        vec(any::<bool>(), 1..9),
        select(vec![0.0, 3.0, 7.5]),
        select(vec![0.0, 1.0, 4.0, 2.5]),
        vec((0..100_usize, 0..9_u8), 0..4),
    );
    let stock = (
        prop_oneof![Just(None), (1..9_u32).prop_map(Some), Just(Some(u32::MAX))],
        any::<bool>(),
        select(vec![Unmet::Lost, Unmet::BackOrdered, Unmet::Emergency]),
        0.0..30.0_f64,
        vec(0..5_u8, 0..9),
        0..20_usize,
    );
    (demand(), supply, stock).prop_map(|(demand, supply, stock)| {
        let (lead_times, marks, minimum_order_quantity, order_multiple, pipeline) = supply;
        let (shelf_life, freshest_first, unmet, on_hand, old, warm_up) = stock;
        let old = old.into_iter().enumerate().take(shelf_life.unwrap_or(0) as usize);
        World {
            lots: old
                .map(|(expires, quantity)| Lot { expires, quantity: f64::from(quantity) })
                .collect(),
            pipeline: pipeline
                .into_iter()
                .map(|(period, quantity)| Receipt { period, quantity: f64::from(quantity) })
                .collect(),
            warm_up: warm_up.min(demand.len()),
            demand,
            lead_times,
            marks,
            shelf_life,
            freshest_first,
            unmet,
            minimum_order_quantity,
            order_multiple,
            on_hand,
        }
    })
}

/// The policies by number, so that each is tried on every world.
fn controls(level: &[f64]) -> [Control<'_>; 4] {
    [
        Control::OrderUpTo(level),
        Control::ReorderUpTo { reorder_points: &[4.0], order_up_to_levels: level },
        Control::ReorderQuantity { reorder_points: level, order_quantities: &[6.0] },
        Control::Quantities(level),
    ]
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * (1.0 + a.abs().max(b.abs()))
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 300,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: proptest::test_runner::RngSeed::Fixed(4),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn units_are_conserved(world in worlds(), level in 4.0..40.0_f64) {
        let scenario = Scenario { warm_up: 0, ..world.scenario() };
        for control in controls(&[level]) {
            let mut trace = Trace::default();
            let outcome = simulate_recorded(&scenario, control, &mut trace).unwrap();
            let start = world.on_hand + world.lots.iter().map(|lot| lot.quantity).sum::<f64>();
            let left_over = trace.on_hand.last().unwrap();
            let waiting = trace.back_ordered.last().unwrap();
            // Whoever waited has been served, but for those who still wait.
            let served = outcome.served_from_stock + outcome.back_ordered - waiting;
            prop_assert!(near(start + outcome.received, served + outcome.wasted + left_over));
            prop_assert!(near(outcome.stock_rise, left_over - waiting - start));
            let unserved = outcome.lost + outcome.back_ordered + outcome.emergency_units;
            prop_assert!(near(outcome.demand, outcome.served_from_stock + unserved));
            let coming = world.pipeline.iter().map(|receipt| receipt.quantity).sum::<f64>();
            let on_order = trace.on_order.last().unwrap();
            prop_assert!(near(coming + outcome.ordered, outcome.received + on_order));
        }
    }

    #[test]
    fn nothing_is_negative_and_nobody_waits_beside_stock(
        world in worlds(), level in 4.0..40.0_f64,
    ) {
        for control in controls(&[level]) {
            let mut trace = Trace::default();
            simulate_recorded(&world.scenario(), control, &mut trace).unwrap();
            let columns = [
                &trace.received, &trace.wasted, &trace.short, &trace.ordered, &trace.on_hand,
                &trace.back_ordered,
            ];
            prop_assert!(columns.into_iter().flatten().all(|&value| value >= 0.0));
            prop_assert!(trace.on_order.iter().all(|&value| value > -1e-9));
            let both = trace.on_hand.iter().zip(&trace.back_ordered);
            prop_assert!(both.into_iter().all(|(&there, &waiting)| there.min(waiting) < 1e-9));
        }
    }

    #[test]
    fn what_keeps_is_never_wasted(world in worlds(), level in 4.0..40.0_f64) {
        let scenario = Scenario { shelf_life: None, lots: &[], ..world.scenario() };
        for control in controls(&[level]) {
            let outcome = simulate(&scenario, control).unwrap();
            prop_assert!(outcome.wasted + outcome.waste_cost <= 0.0);
            // A shelf life longer than the simulation, kept in lots, is the same.
            let long = Scenario { shelf_life: Some(1_000), ..scenario };
            let lots = simulate(&long, control).unwrap();
            prop_assert!(near(lots.total_cost(), outcome.total_cost()));
            prop_assert_eq!(lots.emergency_lines, outcome.emergency_lines);
        }
    }

    /// Without minimum, multiple and expiry the units above the lower level are a stock of their own,
    /// which serves only what the lower level leaves.
    #[test]
    fn more_base_stock_is_never_shorter(
        world in worlds(), level in 0.0..40.0_f64, more in 0.0..20.0_f64,
    ) {
        let scenario = Scenario {
            shelf_life: None,
            lots: &[],
            minimum_order_quantity: 0.0,
            order_multiple: 0.0,
            ..world.scenario()
        };
        for unmet in [Unmet::Lost, Unmet::Emergency] {
            let scenario = Scenario { unmet, warm_up: 0, ..scenario };
            let low = simulate(&scenario, Control::OrderUpTo(&[level])).unwrap();
            let high = simulate(&scenario, Control::OrderUpTo(&[level + more])).unwrap();
            let short = |outcome: &Outcome| outcome.lost + outcome.emergency_units;
            prop_assert!(short(&high) <= short(&low) + 1e-6, "{} {}", short(&high), short(&low));
        }
    }

    #[test]
    fn selling_the_oldest_first_wastes_least(
        world in worlds(), quantities in vec(0..9_u8, 80), life in 1..9_u32,
    ) {
        let quantities: Vec<f64> = quantities.into_iter().map(f64::from).collect();
        // The same goods come, whichever are sold first; whole numbers, so that sums are exact.
        let demand: Vec<f64> = world.demand.iter().map(|demand| demand.round()).collect();
        let wasted = |issue| {
            let scenario = Scenario {
                demand: &demand,
                shelf_life: Some(life),
                lots: &[],
                issue,
                warm_up: 0,
                ..world.scenario()
            };
            let control = Control::Quantities(&quantities[..demand.len()]);
            let outcome = simulate(&scenario, control).unwrap();
            (outcome.wasted, outcome.lost + outcome.emergency_units)
        };
        let (fifo, lifo) = (wasted(Issue::FirstExpired), wasted(Issue::Freshest));
        prop_assert!(fifo.0 <= lifo.0 + 1e-6, "{fifo:?} {lifo:?}");
        prop_assert!(fifo.1 <= lifo.1 + 1e-6, "{fifo:?} {lifo:?}");
    }

    #[test]
    fn blocks_add_up(world in worlds(), level in 4.0..40.0_f64, block in 1..40_usize) {
        let scenario = world.scenario();
        for control in controls(&[level]) {
            let whole = simulate(&scenario, control).unwrap();
            let blocks = simulate_blocks(&scenario, control, block).unwrap();
            prop_assert_eq!(blocks.len(), (world.demand.len() - world.warm_up).div_ceil(block));
            let sum: Outcome = blocks.into_iter().sum();
            let numbers = |outcome: &Outcome| -> Vec<f64> {
                let document = serde_json::to_value(outcome).unwrap();
                document.as_object().unwrap().values().map(|v| v.as_f64().unwrap()).collect()
            };
            for (part, all) in numbers(&sum).into_iter().zip(numbers(&whole)) {
                prop_assert!(near(part, all), "{sum:?}\n{whole:?}");
            }
        }
    }

    /// The variance ratio, counted from the recorded periods.
    #[test]
    fn sums_are_those_of_the_trace(world in worlds(), level in 4.0..40.0_f64) {
        let mut trace = Trace::default();
        let scenario = world.scenario();
        let outcome = simulate_recorded(&scenario, Control::OrderUpTo(&[level]), &mut trace).unwrap();
        let counted = world.warm_up..;
        let sum = |values: &[f64]| values[counted.clone()].iter().sum::<f64>();
        let squares = |values: &[f64]| {
            let values = &values[counted.clone()];
            let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
            values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>()
        };
        prop_assert_eq!(outcome.periods, (world.demand.len() - world.warm_up) as u64);
        prop_assert!(near(outcome.demand_deviations, squares(&world.demand)));
        prop_assert!(near(outcome.order_deviations, squares(&trace.ordered)));
        prop_assert!(near(outcome.stock_periods, sum(&trace.on_hand)));
        prop_assert!(near(outcome.ordered, sum(&trace.ordered)));
        prop_assert!(near(outcome.received, sum(&trace.received)));
        prop_assert!(near(outcome.wasted, sum(&trace.wasted)));
        let lines = trace.ordered[counted.clone()].iter().filter(|&&ordered| ordered > 0.0).count();
        prop_assert_eq!(outcome.order_lines, lines as u64);
    }

    /// An order is the minimum or more and a multiple, and comes on an order day alone.
    #[test]
    fn orders_keep_to_the_suppliers_terms(world in worlds(), level in 4.0..40.0_f64) {
        for control in controls(&[level]) {
            let mut trace = Trace::default();
            simulate_recorded(&world.scenario(), control, &mut trace).unwrap();
            for (period, &ordered) in trace.ordered.iter().enumerate() {
                if ordered > 0.0 {
                    prop_assert!(world.marks[period % world.marks.len()]);
                    prop_assert!(ordered >= world.minimum_order_quantity);
                    let multiples = ordered / world.order_multiple;
                    prop_assert!(world.order_multiple <= 0.0 || near(multiples, multiples.round()));
                }
            }
        }
    }

    /// A buyer sees what is there: the lots are the stock, the receipts ahead are what is on order.
    #[test]
    fn a_review_shows_all_there_is(world in worlds(), level in 4.0..40.0_f64) {
        let scenario = world.scenario();
        let mut wrong = 0;
        let buyer = |review: &Review<'_>| {
            let lots: Vec<Lot> = review.lots().collect();
            let there: f64 = lots.iter().map(|lot| lot.quantity).sum();
            let expiring = lots.iter().filter(|lot| lot.expires <= review.period + 1);
            let expiring: f64 = expiring.map(|lot| lot.quantity).sum();
            let coming: f64 = (1..200).map(|ahead| review.due_in(ahead)).sum();
            let late: f64 = world.pipeline.iter()
                .filter(|receipt| receipt.period >= world.demand.len())
                .map(|receipt| receipt.quantity).sum();
            let sorted = lots.windows(2).all(|pair| pair[0].expires < pair[1].expires);
            let kept = world.shelf_life.is_none();
            let good = (kept || near(there, review.on_hand))
                && near(expiring, review.expiring)
                && near(coming + late, review.on_order)
                && sorted;
            wrong += usize::from(!good);
            (level - review.inventory_position()).max(0.0)
        };
        simulate(&scenario, buyer).unwrap();
        prop_assert_eq!(wrong, 0);
    }
}

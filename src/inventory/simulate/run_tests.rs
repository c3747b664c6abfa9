use super::*;
use crate::inventory::simulate::{Control, Costs, Issue, Lot, Receipt, Sampler, Trace, Unmet};

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| (value + 0.0).to_bits()).collect()
}

fn trace(scenario: &Scenario<'_>, buyer: impl Buyer) -> (Outcome, Trace) {
    let mut trace = Trace::default();
    (simulate_recorded(scenario, buyer, &mut trace).unwrap(), trace)
}

/// Traces of stockpyl 1.0.2 (`sim`, one node, deterministic demand; demand is observed, then
/// ordered, received, filled and charged in one period, which is our sequence with the order of
/// lead time 0 received at once).
#[test]
fn traces_of_another_simulator() {
    let demand = [5.0, 4.0, 3.0, 6.0, 0.0, 8.0, 7.0, 2.0, 5.0, 9.0, 1.0, 4.0];
    let base_stock = Control::OrderUpTo(&[18.0]);
    let reorder_up_to =
        Control::ReorderUpTo { reorder_points: &[8.0], order_up_to_levels: &[22.0] };
    let reorder_quantity =
        Control::ReorderQuantity { reorder_points: &[8.0], order_quantities: &[12.0] };
    let as_sold = [8.0, 4.0, 3.0, 6.0, 0.0, 8.0, 7.0, 2.0, 5.0, 9.0, 1.0, 4.0];
    let up_to = [0.0, 16.0, 0.0, 0.0, 0.0, 17.0, 0.0, 0.0, 14.0, 0.0, 0.0, 14.0];
    let dozens = [0.0, 12.0, 0.0, 0.0, 0.0, 12.0, 12.0, 0.0, 0.0, 12.0, 0.0, 0.0];
    let cases: [(_, u32, _, _, f64); 6] = [
        (base_stock, 0, as_sold, [18.0; 12], 216.0),
        (
            base_stock,
            2,
            as_sold,
            [10.0, 6.0, 11.0, 9.0, 12.0, 10.0, 3.0, 9.0, 11.0, 4.0, 8.0, 13.0],
            106.0,
        ),
        (
            reorder_up_to,
            0,
            up_to,
            [10.0, 22.0, 19.0, 13.0, 13.0, 22.0, 15.0, 13.0, 22.0, 13.0, 12.0, 22.0],
            196.0,
        ),
        (
            reorder_up_to,
            2,
            up_to,
            [10.0, 6.0, 3.0, 13.0, 13.0, 5.0, -2.0, 13.0, 8.0, -1.0, 12.0, 8.0],
            103.0,
        ),
        (
            reorder_quantity,
            0,
            dozens,
            [10.0, 18.0, 15.0, 9.0, 9.0, 13.0, 18.0, 16.0, 11.0, 14.0, 13.0, 9.0],
            155.0,
        ),
        (
            reorder_quantity,
            2,
            dozens,
            [10.0, 6.0, 3.0, 9.0, 9.0, 1.0, -6.0, 4.0, 11.0, 2.0, 1.0, 9.0],
            89.0,
        ),
    ];
    for (control, lead_time, orders, levels, cost) in cases {
        let costs =
            Costs { holding_per_unit_and_period: 1.0, shortage_per_unit: 4.0, ..Costs::default() };
        let mut scenario = Scenario {
            lead_times: &[lead_time],
            unmet: Unmet::BackOrdered,
            on_hand: 15.0,
            costs,
            ..Scenario::new(&demand)
        };
        // A shelf life that never ends must change nothing.
        for shelf_life in [None, Some(100), Some(u32::MAX)] {
            scenario.shelf_life = shelf_life;
            let (outcome, trace) = trace(&scenario, control);
            let net: Vec<f64> =
                trace.on_hand.iter().zip(&trace.back_ordered).map(|(a, b)| a - b).collect();
            assert_eq!(bits(&trace.ordered), bits(&orders), "{control:?} {lead_time}");
            assert_eq!(bits(&net), bits(&levels), "{control:?} {lead_time}");
            assert_eq!(outcome.total_cost().to_bits(), cost.to_bits());
        }
    }
}

/// Two periods of shelf life, base stock, Poisson demand of 5, lost sales, the oldest first: waste
/// and loss of a period from the exact stationary distribution of the old stock.
#[test]
fn perishables_as_their_markov_chain() {
    const PERIODS: usize = 1_000_000;
    let mut demand = vec![0.0; PERIODS];
    Sampler::Poisson { means: &[5.0] }.draw(20, &mut demand).unwrap();
    for (level, wasted, lost) in [
        (6.0, 0.088_298_614_206_895_8, 0.493_297_503_672_315_73),
        (8.0, 0.320_518_894_506_082_5, 0.122_109_292_575_248_07),
        (10.0, 0.766_708_698_726_526_2, 0.022_187_600_547_194_646),
    ] {
        // The order behind the customers is there before the next: the chain's order of the morning.
        let scenario = Scenario {
            lead_times: &[0],
            shelf_life: Some(2),
            on_hand: level,
            ..Scenario::new(&demand)
        };
        let outcome = simulate(&scenario, Control::OrderUpTo(&[level])).unwrap();
        let per_period = |units: f64| units / PERIODS as f64;
        // Five standard errors of a million periods, a unit's deviation in each at most two.
        let found = (per_period(outcome.wasted), per_period(outcome.lost));
        assert!((found.0 - wasted).abs() < 0.01, "{level}: {found:?}");
        assert!((found.1 - lost).abs() < 0.01, "{level}: {found:?}");
        assert!((found.0 / wasted - 1.0).abs() < 0.03, "{level}: {found:?}");
        assert!((found.1 / lost - 1.0).abs() < 0.03, "{level}: {found:?}");
    }
}

#[test]
fn everything_happens_in_its_order() {
    // Bread keeps two periods; what is left of the first delivery expires before the third
    // customers come, and the buyer knows that in the evening before.
    let seen = std::cell::RefCell::new(Vec::new());
    let scenario = Scenario {
        shelf_life: Some(2),
        lots: &[Lot { expires: 1, quantity: 3.0 }],
        pipeline: &[Receipt { period: 0, quantity: 6.0 }, Receipt { period: 9, quantity: 1.0 }],
        lead_times: &[2, 1, 1, 1],
        ..Scenario::new(&[4.0, 1.0, 2.0, 3.0])
    };
    let (outcome, trace) = trace(&scenario, |review: &Review<'_>| {
        let row = [review.on_hand, review.expiring, review.on_order, review.due_in(1)];
        seen.borrow_mut().push((row, review.lots().count()));
        if review.period == 0 { 5.0 } else { 0.0 }
    });
    assert_eq!(bits(&trace.received), bits(&[6.0, 0.0, 5.0, 0.0]));
    assert_eq!(bits(&trace.wasted), bits(&[0.0, 0.0, 4.0, 0.0]));
    assert_eq!(bits(&trace.on_hand), bits(&[5.0, 4.0, 3.0, 0.0]));
    assert_eq!(bits(&trace.on_order), bits(&[6.0, 6.0, 1.0, 1.0]));
    assert_eq!(
        seen.into_inner(),
        [
            ([5.0, 0.0, 1.0, 0.0], 1),
            ([4.0, 4.0, 6.0, 5.0], 1),
            ([3.0, 0.0, 1.0, 0.0], 1),
            ([0.0, 0.0, 1.0, 0.0], 0)
        ]
    );
    assert_eq!(outcome.fill_rate().to_bits(), 1.0_f64.to_bits());
}

#[test]
fn order_days_minimum_and_multiple() {
    let demand = [2.0; 8];
    let mut scenario = Scenario {
        lead_times: &[0],
        minimum_order_quantity: 5.0,
        order_multiple: 4.0,
        on_hand: 20.0,
        ..Scenario::new(&demand)
    };
    let ordered = |scenario: &Scenario<'_>| trace(scenario, Control::OrderUpTo(&[20.0])).1.ordered;
    scenario.order_days = OrderDays::Every { periods: 3, offset: 1 };
    // 4 are wanted, 5 the least, 8 the multiple; then 2 are wanted, and 8 come again.
    assert_eq!(bits(&ordered(&scenario)), bits(&[0.0, 8.0, 0.0, 0.0, 8.0, 0.0, 0.0, 0.0]));
    scenario.order_days = OrderDays::Marked(&[false, false, true]);
    assert_eq!(bits(&ordered(&scenario)), bits(&[0.0, 0.0, 8.0, 0.0, 0.0, 8.0, 0.0, 0.0]));
    scenario.order_days = OrderDays::Every { periods: u32::MAX, offset: u32::MAX };
    assert_eq!(bits(&ordered(&scenario)), bits(&[0.0; 8]));
}

#[test]
fn every_cost_and_measure_by_hand() {
    let costs = Costs {
        unit_cost: 2.0,
        holding_per_unit_and_period: 0.5,
        shortage_per_unit: 7.0,
        order_line: 3.0,
        waste_per_unit: 1.5,
        emergency_premium: 0.2,
    };
    let demand = [3.0, 5.0, 1.0, 3.0];
    let mut scenario = Scenario { on_hand: 4.0, costs, ..Scenario::new(&demand) };
    scenario.unmet = Unmet::Emergency;
    // Closing stock 1, 0, 4, 1 (orders 3, 4, 0, 0 arrive a period later): one unit is missing.
    let buyer = Control::Quantities(&[3.0, 5.0, 0.0, 0.0]);
    let outcome = simulate(&scenario, buyer).unwrap();
    let expected = Outcome {
        periods: 4,
        demand: 12.0,
        served_from_stock: 11.0,
        emergency_units: 1.0,
        emergency_lines: 1,
        cycles: 2,
        cycles_short: 1,
        received: 8.0,
        order_lines: 2,
        ordered: 8.0,
        stock_rise: -3.0,
        stock_periods: 6.0,
        stock_value_periods: 12.0,
        maximum_stock: 4.0,
        spend: 18.4,
        emergency_cost: 0.4,
        holding_cost: 3.0,
        ordering_cost: 6.0,
        demand_deviations: 8.0,
        order_deviations: 18.0,
        ..Outcome::default()
    };
    assert_eq!(outcome, expected);
    assert_eq!(outcome.bullwhip(), Some(2.25));
    assert_eq!(outcome.cycle_service_level(), Some(0.5));
    assert_eq!(outcome.average_stock_value(), Some(3.0));
    assert_eq!(outcome.periods_of_cover(), Some(0.5));
    assert_eq!(outcome.total_cost().to_bits(), 9.4_f64.to_bits());
    scenario.unmet = Unmet::Lost;
    let lost = simulate(&scenario, buyer).unwrap();
    assert_eq!((lost.lost, lost.shortage_cost, lost.spend), (1.0, 7.0, 16.0));
}

#[test]
fn freshest_first_leaves_the_old() {
    let demand = [2.0; 6];
    let mut scenario = Scenario { shelf_life: Some(3), on_hand: 4.0, ..Scenario::new(&demand) };
    let twos = Control::Quantities(&[2.0]);
    assert_eq!(simulate(&scenario, twos).unwrap().wasted.to_bits(), 0);
    scenario.issue = Issue::Freshest;
    let outcome = simulate(&scenario, twos).unwrap();
    assert_eq!(outcome.wasted.to_bits(), 2.0_f64.to_bits());
    assert_eq!(outcome.waste_share(), Some(0.2));
}

#[test]
fn a_buyer_who_orders_no_quantity_is_refused() {
    let scenario = Scenario::new(&[1.0, 1.0, 1.0]);
    for wrong in [f64::NAN, -1.0, f64::INFINITY, 1e61] {
        let buyer = |review: &Review<'_>| if review.period == 1 { wrong } else { 0.0 };
        assert_eq!(simulate(&scenario, buyer).unwrap_err().code, "order_invalid");
    }
    let none = simulate_blocks(&scenario, Control::OrderUpTo(&[1.0]), 0);
    assert_eq!(none.unwrap_err().code, "block_invalid");
}

#[test]
fn lead_times_behind_the_end_never_arrive() {
    let demand = [1.0; 4];
    let scenario = Scenario {
        lead_times: &[u32::MAX, 3, 2],
        pipeline: &[Receipt { period: usize::MAX, quantity: 2.0 }],
        ..Scenario::new(&demand)
    };
    let (outcome, trace) = trace(&scenario, Control::Quantities(&[1.0]));
    assert_eq!(bits(&trace.received), bits(&[0.0; 4]));
    assert_eq!(bits(&trace.on_order), bits(&[3.0, 4.0, 5.0, 6.0]));
    assert_eq!(outcome.emergency_lines, 4);
}

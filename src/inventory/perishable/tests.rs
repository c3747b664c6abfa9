use super::{super::paths::tests::poisson_sums, *};
use crate::{
    forecast::Period,
    inventory::{DemandSource, ExpectedReceipt, Issue, Lot, ShelfPlan, StockPosition},
    unit::{Quantity, Random, Unit, math},
};
use rust_decimal::Decimal;

const ISSUES: [Issue; 3] = [Issue::FirstExpired, Issue::FirstIn, Issue::Freshest];

fn day(later: i64) -> Day {
    "2026-11-23".parse::<Day>().unwrap().plus_days(later).unwrap()
}

fn each(amount: usize) -> Quantity {
    Quantity::new(Decimal::from(amount), Unit::EACH)
}

fn p(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

/// A shelf and the paths of an outlook by days.
fn lay_out(
    sums: &[DemandDistribution],
    stock: &StockPosition,
    plan: &ShelfPlan,
) -> (Shelf, DemandPaths) {
    let outlook = outlook(sums);
    let shelf = Shelf::new(&outlook, stock, plan).unwrap();
    let paths = DemandPaths::until(&outlook, shelf.ends()).unwrap();
    (shelf, paths)
}

fn outlook(sums: &[DemandDistribution]) -> DemandOutlook<'_> {
    DemandOutlook::new(DemandSource::Sums(sums), day(0), Period::Day)
}

/// Up to two lots and two receipts, all of which expire, and some stock that keeps.
fn any_stock(random: &mut Random) -> StockPosition {
    let mut stock = StockPosition::on_hand(each(random.below(6)));
    let mut later = |from: usize| day((from + random.below(5)).try_into().unwrap());
    let (first, second, due, last) = (later(0), later(2), later(0), later(5));
    for expires in [first, second] {
        let quantity = each(random.below(8));
        stock.lots.push(Lot { quantity, expires });
        stock.on_hand = stock.on_hand.plus(quantity).unwrap();
    }
    let receipt = ExpectedReceipt::ordered(due, each(random.below(8)));
    stock.on_order.push(ExpectedReceipt { expires: Some(last), ..receipt });
    stock.back_ordered = each(random.below(2) * 3);
    stock
}

fn any_plan(random: &mut Random, issue: Issue) -> ShelfPlan {
    let arrives = i64::try_from(random.below(4)).unwrap();
    let next = arrives + 1 + i64::try_from(random.below(4)).unwrap();
    let unmet_demand = [UnmetDemand::BackOrdered, UnmetDemand::Lost][random.below(2)];
    let shelf_life_days = u32::try_from(1 + random.below(6)).ok();
    let plan = ShelfPlan::new(day(arrives), day(next));
    ShelfPlan { shelf_life_days, issue, unmet_demand, ..plan }
}

/// The exact chain of a base stock that lives for two days, oldest first, unmet demand lost: what
/// is left from the day before, an order at once up to the level, demand of mean 5. The shelf
/// tells what each demand does to each state.
#[test]
fn the_chain_of_two_day_stock() {
    // Expected waste and lost demand a day, from the exact stationary distribution by another
    // program.
    for (level, wasted, lost) in [
        (6, 0.088_298_614_206_895_8, 0.493_297_503_672_315_73),
        (8, 0.320_518_894_506_082_5, 0.122_109_292_575_248_07),
        (10, 0.766_708_698_726_526_2, 0.022_187_600_547_194_646),
    ] {
        let plan = ShelfPlan {
            shelf_life_days: Some(2),
            unmet_demand: UnmetDemand::Lost,
            ..ShelfPlan::new(day(0), day(1))
        };
        let certain = vec![DemandDistribution::from_weighted(vec![(0.0, 1.0)]); 2];
        let mut shares = vec![math::exp(-5.0)];
        for count in 1..40 {
            shares.push(shares[count - 1] * 5.0 / count as f64);
        }
        let with = |old: usize| {
            let mut stock = StockPosition::on_hand(each(old));
            stock.lots = vec![Lot { quantity: stock.on_hand, expires: day(0) }];
            lay_out(&certain, &stock, &plan).0
        };
        let shelves: Vec<Shelf> = (0..=level).map(with).collect();
        let mut state = vec![1.0 / (level + 1) as f64; level + 1];
        let (mut daily, mut course) = ([0.0; 2], ShelfCourse::default());
        for _ in 0..60 {
            let mut next = vec![0.0; level + 1];
            daily = [0.0; 2];
            for (old, (shelf, &share)) in shelves.iter().zip(&state).enumerate() {
                for (demand, demand_share) in (0_u32..).zip(&shares) {
                    let (order, weight) = ((level - old) as f64, share * demand_share);
                    let demand = vec![(f64::from(demand), 1.0)];
                    let path = DemandPaths::expected(&[DemandDistribution::from_weighted(demand)]);
                    shelf.follow(order, &path, &mut course, |_, now| {
                        daily[0] += weight * now.wasted[0];
                        daily[1] += weight * now.short[0];
                        let kept = now.in_stock[0] - now.wasted[0];
                        let kept = (0..=level).find(|&old| (kept - old as f64).abs() < 0.5);
                        next[kept.unwrap()] += weight;
                    });
                }
            }
            state = next;
        }
        assert!((daily[0] / wasted - 1.0).abs() < 1e-9, "{level} {daily:?}");
        assert!((daily[1] / lost - 1.0).abs() < 1e-9, "{level} {daily:?}");
    }
}

#[test]
fn without_expiry_it_is_the_quantile_of_the_sum() {
    for mean in [0.1, 2.0, 30.0] {
        let sums = poisson_sums(mean, 6);
        let mut stock = StockPosition::on_hand(each(1));
        stock.on_order = vec![ExpectedReceipt::ordered(day(50), each(2))];
        let (shelf, paths) = lay_out(&sums, &stock, &ShelfPlan::new(day(2), day(6)));
        for level in [0.05, 0.5, 0.8, 0.95, 0.99, 0.999] {
            let found = shelf.quantity_for_service(&outlook(&sums), &paths, p(level), 1.0);
            let exact = (sums[5].quantile(p(level)) - 3.0).max(0.0);
            assert!((found.unwrap() - exact).abs() < 1e-9, "{mean} {level}");
        }
    }
}

#[test]
fn more_stock_never_asks_for_more() {
    let mut random = Random::new(2);
    let sums = poisson_sums(2.0, 12);
    let costs = UnitCosts { shortage: 5.0, holding_per_day: 0.05, waste: 2.0 };
    for round in 0..45 {
        let plan = any_plan(&mut random, ISSUES[round % 3]);
        let mut stock = any_stock(&mut random);
        let mut quantities = Vec::new();
        for _ in 0..4 {
            let (shelf, paths) = lay_out(&sums, &stock, &plan);
            let service = shelf.quantity_for_service(&outlook(&sums), &paths, p(0.9), 1.0).unwrap();
            let fill = shelf.quantity_for_fill_rate(&paths, p(0.95), 1.0).unwrap();
            let cost = shelf.quantity_of_least_cost(&paths, &costs, 1.0).unwrap();
            quantities.push([service, fill, cost]);
            stock.on_hand = stock.on_hand.plus(each(1)).unwrap();
            if random.below(2) == 0 {
                let lot = &mut stock.lots[random.below(2)];
                lot.quantity = lot.quantity.plus(each(1)).unwrap();
            }
        }
        for pair in quantities.windows(2) {
            for (before, after) in pair[0].iter().zip(&pair[1]) {
                assert!(after <= before, "{round} {plan:?} {quantities:?}");
            }
        }
    }
}

#[test]
fn a_longer_shelf_life_never_wastes_or_lacks_more() {
    let mut random = Random::new(4);
    let sums = poisson_sums(2.0, 16);
    for round in 0..60 {
        let plan = any_plan(&mut random, ISSUES[round % 2]);
        // So far away that the steps, and with them the paths, are days whatever the shelf life.
        let plan = ShelfPlan { next_arrives: day(12), followed_until: Some(day(12)), ..plan };
        let stock = any_stock(&mut random);
        let order = random.below(20) as f64;
        let at = |days| {
            let plan = ShelfPlan { shelf_life_days: Some(days), ..plan };
            let (shelf, paths) = lay_out(&sums, &stock, &plan);
            let wasted = shelf.expected_waste(order, &paths, day(12)).unwrap();
            (wasted, shelf.outcome(order, &paths).unwrap().short)
        };
        let expected: Vec<_> = (1..9).map(at).collect();
        for pair in expected.windows(2) {
            let ((wasted, short), (wasted_longer, short_longer)) = (pair[0], pair[1]);
            assert!(wasted_longer <= wasted + 1e-9, "{round} {expected:?}");
            assert!(short_longer <= short + 1e-9, "{round} {expected:?}");
        }
    }
}

#[test]
fn the_quantity_for_a_service_level_is_the_smallest() {
    let mut random = Random::new(6);
    let sums = poisson_sums(2.0, 16);
    for round in 0..90 {
        let plan = any_plan(&mut random, ISSUES[round % 3]);
        let stock = any_stock(&mut random);
        let (shelf, paths) = lay_out(&sums, &stock, &plan);
        if shelf.effective_until() < shelf.covered {
            continue; // no quantity lasts until the next order
        }
        // At the middle of a slice, quantiles of paths and of distributions are the same.
        let level = p(115.5 / 128.0);
        let found = shelf.quantity_for_service(&outlook(&sums), &paths, level, 1.0).unwrap();
        let by_trial = (0..200_u32)
            .map(f64::from)
            .find(|&quantity| shelf.outcome(quantity, &paths).unwrap().enough >= level);
        assert_eq!(Some(found), by_trial, "{plan:?}");
    }
}

#[test]
fn two_days_counted_by_hand() {
    // Each day one is wanted with probability 1/4, and the paths say so exactly.
    let sums = [
        DemandDistribution::from_weighted(vec![(0.0, 3.0), (1.0, 1.0)]),
        DemandDistribution::from_weighted(vec![(0.0, 9.0), (1.0, 6.0), (2.0, 1.0)]),
    ];
    let mut stock = StockPosition::on_hand(each(1));
    stock.lots = vec![Lot { quantity: each(1), expires: day(0) }];
    let plan = ShelfPlan { shelf_life_days: Some(1), ..ShelfPlan::new(day(1), day(2)) };
    let (shelf, paths) = lay_out(&sums, &stock, &plan);
    let outcome = shelf.outcome(1.0, &paths).unwrap();
    // The lot and the order are each wasted when nobody comes on their day.
    assert!((outcome.wasted - 1.5).abs() < 1e-12 && outcome.short.abs() < 1e-12);
    assert!((outcome.wasted_of_order - 0.75).abs() < 1e-12);
    assert!((shelf.expected_waste(1.0, &paths, day(1)).unwrap() - 0.75).abs() < 1e-12);
    let none = shelf.outcome(0.0, &paths).unwrap();
    assert!((none.short - 0.25).abs() < 1e-12 && (none.enough.value() - 0.75).abs() < 1e-12);
    // Worth it where a quarter of a shortage costs more than three quarters of a unit.
    let best = |shortage| {
        let costs = UnitCosts { shortage, holding_per_day: 0.0, waste: 1.0 };
        shelf.quantity_of_least_cost(&paths, &costs, 1.0).unwrap()
    };
    assert!(best(2.9).abs() < 1e-12 && (best(3.1) - 1.0).abs() < 1e-12);
    let service =
        |level| shelf.quantity_for_service(&outlook(&sums), &paths, p(level), 1.0).unwrap();
    assert!(service(0.74).abs() < 1e-12 && (service(0.76) - 1.0).abs() < 1e-12);
}

#[test]
fn least_cost_is_the_least_of_all_and_the_newsvendor_where_nothing_expires() {
    let mut random = Random::new(9);
    let sums = poisson_sums(3.0, 16);
    let costs = UnitCosts { shortage: 4.0, holding_per_day: 0.02, waste: 3.0 };
    for round in 0..60 {
        let plan = any_plan(&mut random, ISSUES[round % 2]);
        let (shelf, paths) = lay_out(&sums, &any_stock(&mut random), &plan);
        let found = shelf.quantity_of_least_cost(&paths, &costs, 1.0).unwrap();
        let cost = |quantity: f64| {
            let outcome = shelf.outcome(quantity, &paths).unwrap();
            4.0 * outcome.short + 0.02 * outcome.stock_days + 3.0 * outcome.wasted
        };
        let least = (0..60_u32).map(|count| cost(f64::from(count))).fold(f64::MAX, f64::min);
        assert!(cost(found) <= least + 1e-9, "{plan:?}");
    }
    let stock = StockPosition::on_hand(each(0));
    let (shelf, paths) = lay_out(&sums, &stock, &ShelfPlan::new(day(0), day(1)));
    let costs = UnitCosts { shortage: 4.0, holding_per_day: 1.0, waste: 0.0 };
    let found = shelf.quantity_of_least_cost(&paths, &costs, 1.0).unwrap();
    assert!((found - sums[0].quantile(p(0.8))).abs() < 1e-12);
}

#[test]
fn what_would_wholly_expire_is_not_ordered() {
    // Nobody comes on the two days for which the order can be sold.
    let sum = |sold| DemandDistribution::from_weighted(vec![(sold, 1.0), (sold + 4.0, 1.0)]);
    let sums = [sum(3.0), sum(3.0), sum(3.0), sum(8.0)];
    let plan = ShelfPlan { shelf_life_days: Some(2), ..ShelfPlan::new(day(1), day(4)) };
    let plan = ShelfPlan { unmet_demand: UnmetDemand::Lost, ..plan };
    let (shelf, paths) = lay_out(&sums, &StockPosition::on_hand(each(0)), &plan);
    let costs = UnitCosts { shortage: 9.0, holding_per_day: 0.0, waste: 0.0 };
    assert!(shelf.quantity_of_least_cost(&paths, &costs, 1.0).unwrap().abs() < 1e-12);
    let fill = shelf.quantity_for_fill_rate(&paths, p(0.99), 1.0).unwrap();
    let service = shelf.quantity_for_service(&outlook(&sums), &paths, p(0.99), 1.0).unwrap();
    assert!(fill.abs() < 1e-12 && service.abs() < 1e-12);
}

/// The order of Broekmeulen and van Donselaar without safety stock: expected demand less the
/// inventory position and what of it is estimated to expire before the last day.
#[test]
fn estimated_withdrawal_and_ageing() {
    let mut random = Random::new(5);
    let mut orders = 0;
    for _ in 0..200 {
        let mut sum = 0.0;
        let mut certain = || {
            sum += random.below(6) as f64;
            DemandDistribution::from_weighted(vec![(sum, 1.0)])
        };
        let sums: Vec<_> = (0..8).map(|_| certain()).collect();
        let stock = any_stock(&mut random);
        let plan = ShelfPlan::new(day(2), day(6));
        let (shelf, paths) = lay_out(&sums, &stock, &plan);
        let expected = DemandPaths::expected(&sums[..6]);
        let expires = shelf.expected_waste(0.0, &expected, day(5)).unwrap();
        let position: f64 = stock.inventory_position().unwrap().amount().try_into().unwrap();
        let estimated = (sums[5].mean() - position + expires).max(0.0);
        let found = shelf.quantity_for_service(&outlook(&sums), &paths, p(0.5), 1.0).unwrap();
        orders += i32::from(found > 0.0);
        assert!((found - estimated).abs() < 1e-9, "{found} {estimated} {stock:?}");
    }
    assert!(orders > 50, "{orders}");
}

#[test]
fn waste_on_the_paths_is_more_than_on_the_expected_one() {
    // Of ten that can be sold for two days of mean 4, exactly E(10 - D)+ for Poisson 8 expire;
    // an estimate by the mean says 2.
    let sums = poisson_sums(4.0, 4);
    let mut stock = StockPosition::on_hand(each(10));
    stock.lots = vec![Lot { quantity: each(10), expires: day(1) }];
    let (shelf, paths) = lay_out(&sums, &stock, &ShelfPlan::new(day(1), day(4)));
    let wasted = shelf.expected_waste(0.0, &paths, day(4)).unwrap();
    let exact = 10.0 - 8.0 + sums[1].expected_shortage(10.0);
    assert!((wasted - exact).abs() < 0.02, "{wasted} {exact}");
    let estimated = DemandPaths::expected(&sums);
    assert!((shelf.expected_waste(0.0, &estimated, day(4)).unwrap() - 2.0).abs() < 1e-9);
}

#[test]
fn quantities_are_multiples() {
    let sums = poisson_sums(3.0, 8);
    let stock = StockPosition::on_hand(each(1));
    let plan = ShelfPlan { shelf_life_days: Some(3), ..ShelfPlan::new(day(1), day(3)) };
    let (shelf, paths) = lay_out(&sums, &stock, &plan);
    let costs = UnitCosts { shortage: 4.0, holding_per_day: 0.01, waste: 2.0 };
    let mut finest = [0.0; 3];
    for multiple in [0.001, 1.0, 6.0] {
        let found = [
            shelf.quantity_for_service(&outlook(&sums), &paths, p(0.9), multiple).unwrap(),
            shelf.quantity_for_fill_rate(&paths, p(0.97), multiple).unwrap(),
            shelf.quantity_of_least_cost(&paths, &costs, multiple).unwrap(),
        ];
        for (quantity, finest) in found.iter().zip(&mut finest) {
            let counts = quantity / multiple;
            assert!((counts - counts.round()).abs() < 1e-6, "{multiple} {found:?}");
            *finest = if multiple < 0.01 { *quantity } else { *finest };
            assert!((quantity - *finest).abs() < multiple + 1e-9, "{multiple} {found:?}");
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let sums = poisson_sums(3.0, 8);
    let plan = ShelfPlan::new(day(1), day(3));
    let (shelf, paths) = lay_out(&sums, &StockPosition::on_hand(each(1)), &plan);
    let service = |level, multiple| {
        let found = shelf.quantity_for_service(&outlook(&sums), &paths, p(level), multiple);
        found.unwrap_err().code()
    };
    assert_eq!(
        (service(0.0, 1.0), service(1.0, 1.0)),
        ("service_level_invalid", "service_level_invalid")
    );
    assert_eq!(
        (service(0.9, 0.0), service(0.9, f64::NAN)),
        ("multiple_invalid", "multiple_invalid")
    );
    for (field, wrong) in
        [("shortage", -1.0), ("holding_per_day", f64::NAN), ("waste", f64::INFINITY)]
    {
        let mut costs = UnitCosts { shortage: 1.0, holding_per_day: 1.0, waste: 1.0 };
        match field {
            "shortage" => costs.shortage = wrong,
            "waste" => costs.waste = wrong,
            _ => costs.holding_per_day = wrong,
        }
        let invalid = shelf.quantity_of_least_cost(&paths, &costs, 1.0).unwrap_err();
        assert_eq!((invalid.code, invalid.path.as_str()), ("cost_invalid", field));
    }
    let others = DemandPaths::new(&sums[..2]);
    assert_eq!(shelf.outcome(1.0, &others).unwrap_err().code, "path_steps_differ");
    let fill = shelf.quantity_for_fill_rate(&others, p(0.9), 1.0);
    assert_eq!(fill.unwrap_err().code, "path_steps_differ");
}

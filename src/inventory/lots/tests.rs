use super::*;
use crate::{
    forecast::{DemandDistribution, Period},
    inventory::{DemandSource, ExpectedReceipt, Lot},
    unit::{Quantity, Random, Unit},
};

fn day(later: i64) -> Day {
    "2026-11-23".parse::<Day>().unwrap().plus_days(later).unwrap()
}

fn each(amount: i64) -> Quantity {
    Quantity::new(Decimal::from(amount), Unit::EACH)
}

/// One unit a period, or what a test puts in its place.
fn known(periods: u32) -> Vec<DemandDistribution> {
    let sum = |period| DemandDistribution::from_weighted(vec![(f64::from(period), 1.0)]);
    (1..=periods).map(sum).collect()
}

fn shelf(stock: &StockPosition, plan: &ShelfPlan) -> Result<Shelf, InventoryError> {
    let sums = known(1);
    let outlook = DemandOutlook::new(DemandSource::Sums(&sums), day(0), Period::Day);
    Shelf::new(&outlook, stock, plan)
}

#[derive(Debug)]
struct Step {
    served: f64,
    short: f64,
    owed: f64,
    wasted: f64,
    wasted_of_order: f64,
}

fn follow(shelf: &Shelf, order: f64, demands: &[f64]) -> Vec<Step> {
    let sums = (1..=demands.len()).map(|steps| demands[..steps].iter().sum());
    let sums: Vec<_> =
        sums.map(|sum| DemandDistribution::from_weighted(vec![(sum, 1.0)])).collect();
    let mut course = ShelfCourse { left: vec![7.0; 3], ..ShelfCourse::default() };
    let mut steps = Vec::new();
    shelf.follow(order, &DemandPaths::expected(&sums), &mut course, |_, now| {
        steps.push(Step {
            served: now.served[0],
            short: now.short[0],
            owed: now.owed[0],
            wasted: now.wasted[0],
            wasted_of_order: now.wasted_of_order[0],
        });
    });
    steps
}

/// Six that keep, three for two days more, and three on order that can be sold for three days
/// from the second day on.
fn mixed() -> StockPosition {
    let mut stock = StockPosition::on_hand(each(9));
    stock.lots = vec![Lot { quantity: each(3), expires: day(1) }];
    let receipt = ExpectedReceipt::ordered(day(1), each(3));
    stock.on_order = vec![ExpectedReceipt { expires: Some(day(3)), ..receipt }];
    stock
}

#[test]
fn goods_are_sold_in_their_sequence() {
    let wasted = |issue| {
        let plan = ShelfPlan { issue, ..ShelfPlan::new(day(4), day(5)) };
        let shelf = shelf(&mixed(), &plan).unwrap();
        assert_eq!(shelf.ends(), [day(1), day(2), day(3), day(4), day(5)]);
        let steps = follow(&shelf, 0.0, &[1.0, 1.0, 1.0, 1.0, 1.0]);
        assert!(steps.iter().all(|step| step.short < 1e-12 && step.served > 1.0 - 1e-12));
        steps.iter().map(|step| step.wasted).collect::<Vec<_>>()
    };
    // The two first days are served from the lot, the next two from the receipt.
    assert_eq!(wasted(Issue::FirstExpired), [0.0, 1.0, 0.0, 1.0, 0.0]);
    // What is on hand comes before the receipt, which is wasted.
    assert_eq!(wasted(Issue::FirstIn), [0.0, 1.0, 0.0, 3.0, 0.0]);
    // What keeps is taken, all else is wasted.
    assert_eq!(wasted(Issue::Freshest), [0.0, 3.0, 0.0, 3.0, 0.0]);
}

#[test]
fn promises_come_first_and_wait_even_where_demand_does_not() {
    let mut stock = StockPosition::on_hand(each(4));
    (stock.reserved, stock.back_ordered) = (each(3), each(2));
    let at = |unmet_demand| {
        let plan = ShelfPlan { unmet_demand, ..ShelfPlan::new(day(1), day(3)) };
        let steps = follow(&shelf(&stock, &plan).unwrap(), 5.0, &[2.0, 1.0, 3.0]);
        steps.iter().map(|step| [step.served, step.short, step.owed]).collect::<Vec<_>>()
    };
    let waits = [[4.0, 2.0, 3.0], [4.0, 0.0, 0.0], [1.0, 2.0, 2.0]];
    assert_eq!(at(UnmetDemand::BackOrdered), waits);
    let goes = [[4.0, 2.0, 1.0], [2.0, 0.0, 0.0], [3.0, 0.0, 0.0]];
    assert_eq!(at(UnmetDemand::Lost), goes);
}

#[test]
fn long_periods_are_cut_where_something_happens() {
    let sums = known(8);
    let outlook = DemandOutlook::new(DemandSource::Sums(&sums), day(0), Period::Week);
    let mut stock = mixed();
    stock.on_order[0].expires = None;
    let plan = ShelfPlan { shelf_life_days: Some(10), ..ShelfPlan::new(day(7), day(21)) };
    let shelf = Shelf::new(&outlook, &stock, &plan).unwrap();
    // The receipt, the end of the lot, a week, the end of the receipt, a week and the end of the
    // order, and a week.
    let ends: Vec<i64> = shelf.ends().iter().map(|&end| day(0).days_until(end)).collect();
    assert_eq!(ends, [1, 2, 7, 11, 14, 17, 21]);
    assert!((0..7).map(|step| shelf.days(step)).eq([1.0, 1.0, 5.0, 4.0, 3.0, 3.0, 4.0]));
    assert_eq!((shelf.arrives, shelf.covered, shelf.effective_until()), (3, 7, 6));
}

#[test]
fn late_receipts_count_from_the_order_on_or_when_due() {
    let mut stock = StockPosition::on_hand(each(0));
    stock.on_order = vec![ExpectedReceipt::ordered(day(90), each(2))];
    stock.on_order.push(ExpectedReceipt::ordered(day(-9), each(1)));
    let served = |late_receipts| {
        let plan = ShelfPlan { late_receipts, ..ShelfPlan::new(day(1), day(3)) };
        let steps = follow(&shelf(&stock, &plan).unwrap(), 0.0, &[1.0, 1.0, 1.0]);
        steps.iter().map(|step| step.served).collect::<Vec<_>>()
    };
    assert_eq!(served(LateReceipts::CountOnArrival), [1.0, 1.0, 1.0]);
    assert_eq!(served(LateReceipts::CountWhenDue), [1.0, 0.0, 0.0]);
}

#[test]
fn after_the_next_order_only_waste_is_counted() {
    let stock = StockPosition::on_hand(each(0));
    let wasted = |issue, followed_until| {
        let plan = ShelfPlan { shelf_life_days: Some(4), issue, ..ShelfPlan::new(day(0), day(1)) };
        let shelf = shelf(&stock, &ShelfPlan { followed_until, ..plan }).unwrap();
        assert_eq!(shelf.ends().len(), 2); // nothing happens between the next order and the end
        let steps = follow(&shelf, 9.0, &[2.0, 6.0]);
        steps.iter().map(|step| step.wasted_of_order).sum::<f64>()
    };
    assert!((wasted(Issue::FirstExpired, None) - 1.0).abs() < 1e-12);
    assert!(wasted(Issue::FirstExpired, Some(day(3))).abs() < 1e-12);
    // Something fresher has come: what is left of this order is sold to nobody.
    assert!((wasted(Issue::Freshest, None) - 7.0).abs() < 1e-12);
    assert!(wasted(Issue::Freshest, Some(day(3))).abs() < 1e-12);
}

/// The same by moving single units about, day by day.
fn unit_by_unit(goods: &[(i64, i64, i64)], issue: Issue, demands: &[f64]) -> Vec<[f64; 3]> {
    let mut units: Vec<(i64, i64)> = Vec::new();
    let mut days = Vec::new();
    for (today, &demand) in (0..).zip(demands) {
        for &(count, from, until) in goods.iter().filter(|goods| goods.1.max(0) == today) {
            units.extend((0..count).map(|_| (from, until)));
        }
        let [mut served, mut short] = [0.0; 2];
        let mut wanted = demand;
        while wanted > 0.5 {
            wanted -= 1.0;
            let good = units.iter().enumerate().filter(|(_, unit)| unit.1 > today);
            let next = match issue {
                Issue::FirstExpired => good.min_by_key(|(_, unit)| (unit.1, unit.0)),
                Issue::FirstIn => good.min_by_key(|(_, unit)| (unit.0, unit.1)),
                Issue::Freshest => good.max_by_key(|(_, unit)| (unit.1, unit.0)),
            };
            match next.map(|(index, _)| index) {
                Some(index) => {
                    units.swap_remove(index);
                    served += 1.0;
                }
                None => short += 1.0,
            }
        }
        let before = units.len();
        units.retain(|unit| unit.1 > today + 1);
        days.push([served, short, (before - units.len()) as f64]);
    }
    days
}

#[test]
fn agrees_with_units_moved_one_by_one() {
    let mut random = Random::new(8);
    let mut below = |end: usize| i64::try_from(random.below(end)).unwrap();
    for _ in 0..500 {
        let mut stock = StockPosition::on_hand(each(below(4)));
        let mut goods = vec![(i64::try_from(stock.on_hand.amount()).unwrap(), -1, 99)];
        for _ in 0..below(3) {
            let (quantity, last) = (below(4), below(6) - 1);
            stock.lots.push(Lot { quantity: each(quantity), expires: day(last) });
            stock.on_hand = stock.on_hand.plus(each(quantity)).unwrap();
            goods.push((quantity, -1, last + 1));
        }
        for _ in 0..below(3) {
            let (quantity, due, life) = (below(4), 1 + below(4), below(4));
            let receipt = ExpectedReceipt::ordered(day(due), each(quantity));
            let expires = Some(day(due + life));
            stock.on_order.push(ExpectedReceipt { expires, ..receipt });
            goods.push((quantity, due, due + life + 1));
        }
        let (arrives, life, order) = (below(4), 1 + below(4), below(5));
        goods.push((order, arrives, arrives + life));
        let demands: Vec<f64> = (0..8).map(|_| below(4) as f64).collect();
        for issue in [Issue::FirstExpired, Issue::FirstIn, Issue::Freshest] {
            let plan = ShelfPlan {
                issue,
                shelf_life_days: u32::try_from(life).ok(),
                unmet_demand: UnmetDemand::Lost,
                late_receipts: LateReceipts::CountWhenDue,
                ..ShelfPlan::new(day(arrives), day(8))
            };
            let steps = follow(&shelf(&stock, &plan).unwrap(), order as f64, &demands);
            let found: Vec<_> =
                steps.iter().map(|step| [step.served, step.short, step.wasted]).collect();
            assert_eq!(found, unit_by_unit(&goods, issue, &demands), "{goods:?} {demands:?}");
        }
    }
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let stock = StockPosition::on_hand(each(1));
    let code = |plan: ShelfPlan| shelf(&stock, &plan).unwrap_err().code();
    let plan = ShelfPlan::new(day(1), day(3));
    assert_eq!(code(ShelfPlan { shelf_life_days: Some(0), ..plan }), "shelf_life_invalid");
    assert_eq!(code(ShelfPlan::new(day(3), day(3))), "interval_empty");
    assert_eq!(code(ShelfPlan::new(day(-3), day(0))), "interval_empty");
    assert_eq!(code(ShelfPlan::new(day(3), day(9999))), "interval_too_long");
    let forever = ShelfPlan { shelf_life_days: Some(u32::MAX), ..plan };
    assert_eq!(code(forever), "day_out_of_range");
    let mut wrong = mixed();
    wrong.on_order[0].expires = Some(day(0));
    assert_eq!(shelf(&wrong, &plan).unwrap_err().code(), "expiry_before_receipt");
    wrong.on_order[0].expires = Some("9999-12-31".parse().unwrap());
    let InventoryError::Invalid(invalid) = shelf(&wrong, &plan).unwrap_err() else {
        unreachable!("the day after it does not exist")
    };
    assert_eq!(invalid.path, "on_order[0].expires");
}

//! What must be bought, through the public interface.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use replenish::{
    forecast::{
        DemandDistribution, Forecast, ForecastOptions, LeadTime, Period, Regressor, RegressorKind,
        Series, forecast,
    },
    inventory::{
        Calendar, DemandOutlook, DemandShape, DemandSource, ExpectedReceipt, InventoryError, Lot,
        LotCosts, Policy, Replenishment, Rule, StockCosts, StockPosition, Target, UnmetDemand,
        Urgency, replenish,
    },
    unit::{Day, Probability, Quantity, Sku, math},
};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

fn number(quantity: Quantity) -> f64 {
    quantity.amount().to_string().parse().unwrap()
}

fn probability(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn steady(per_day: f64) -> Forecast {
    let options = ForecastOptions { season_length: 1, horizon: 7, ..ForecastOptions::default() };
    forecast(&Series::new(vec![per_day; 60]).unwrap(), &options).unwrap()
}

/// Demand of the first 1, 2, … days: Poisson-like with a mean of `rate` a day.
fn counts(rate: f64, days: u32) -> Vec<DemandDistribution> {
    let sum = |periods: u32| {
        let mean = rate * f64::from(periods);
        let mut weight = math::exp(-mean);
        let mut weighted = Vec::new();
        for count in 0..400 {
            weighted.push((f64::from(count), weight));
            weight *= mean / f64::from(count + 1);
        }
        DemandDistribution::from_weighted(weighted)
    };
    (1..=days).map(sum).collect()
}

fn policy(lead_time: u32, review: u32) -> Policy {
    Policy::order_up_to(probability(0.95), LeadTime::Fixed { periods: lead_time }, review)
}

fn ask(
    sums: &[DemandDistribution],
    stock: &StockPosition,
    policy: &Policy,
) -> Result<Replenishment, InventoryError> {
    let outlook = DemandOutlook::new(DemandSource::Sums(sums), day("2026-03-02"), Period::Day);
    replenish(&Sku::new("a").unwrap(), &outlook, stock, policy, None)
}

fn steadily(stock: &StockPosition, policy: &Policy) -> Replenishment {
    let forecast = steady(3.0);
    let outlook = DemandOutlook::new(&forecast, day("2026-03-01"), Period::Day);
    replenish(&Sku::new("a").unwrap(), &outlook, stock, policy, None).unwrap()
}

#[test]
fn a_second_run_with_the_order_placed_buys_nothing() {
    let mut stock = StockPosition::on_hand(quantity("5 each"));
    let first = steadily(&stock, &policy(2, 7)).requirement.unwrap();
    // Three a day over nine days; small counts are never quite certain, and a little is added.
    assert!((22.0..=30.0).contains(&number(first.quantity)), "{}", first.quantity);
    // Even when the receipt is postponed far beyond the interval.
    stock.on_order.push(ExpectedReceipt::ordered(day("2026-09-01"), first.quantity));
    let second = steadily(&stock, &policy(2, 7));
    assert_eq!((second.requirement, second.urgency), (None, Urgency::None));
}

#[test]
fn the_day_the_stock_runs_out_says_when_to_order() {
    let result = steadily(&StockPosition::on_hand(quantity("7 each")), &policy(4, 1));
    // Three a day: two days are covered, the third is not; it must be ordered two days ago.
    assert_eq!(result.runs_out.unwrap(), day("2026-03-03"));
    assert_eq!(result.order_by.unwrap(), day("2026-02-27"));
    // An order placed now is there in four days: nothing is needed before.
    assert_eq!(result.requirement.unwrap().need_by, day("2026-03-05"));
    assert_eq!(result.urgency, Urgency::Late);
    assert!((result.stock_out_risk.value() - 1.0).abs() < 1e-12);
}

#[test]
fn urgency_tells_empty_late_now_and_due_apart() {
    let urgency = |on_hand: u32, lead_time: u32, review: u32| {
        let stock = StockPosition::on_hand(quantity(&format!("{on_hand} each")));
        steadily(&stock, &policy(lead_time, review)).urgency
    };
    assert_eq!(urgency(0, 2, 7), Urgency::OutOfStock);
    assert_eq!(urgency(4, 2, 7), Urgency::Late);
    assert_eq!(urgency(16, 2, 7), Urgency::Now);
    assert_eq!(urgency(90, 2, 7), Urgency::None);
    // A minimum given by hand asks for more long before it is needed.
    let rule = Rule::ReorderUpTo {
        reorder_point: Some(quantity("60 each")),
        order_up_to_level: Some(quantity("90 each")),
        costs: None,
    };
    let stock = StockPosition::on_hand(quantity("50 each"));
    assert_eq!(steadily(&stock, &Policy { rule, ..policy(2, 7) }).urgency, Urgency::Due);
}

#[test]
fn a_receipt_in_time_postpones_the_need() {
    let mut stock = StockPosition::on_hand(quantity("7 each"));
    stock.on_order.push(ExpectedReceipt::ordered(day("2026-03-03"), quantity("3 each")));
    assert_eq!(steadily(&stock, &policy(4, 1)).runs_out.unwrap(), day("2026-03-04"));
}

#[test]
fn the_calendar_decides_how_long_an_order_must_last() {
    let sums = counts(3.0, 60);
    let stock = StockPosition::on_hand(quantity("0 each"));
    // 2026-03-02 is a Monday. Orders on Thursdays, delivered on Mondays.
    let calendar = Calendar {
        order_days: "Thu".parse().unwrap(),
        delivery_days: "Mon".parse().unwrap(),
        ..Calendar::default()
    };
    let with = Policy { calendar: Some(calendar), ..policy(2, 1) };
    let result = ask(&sums, &stock, &with).unwrap();
    assert_eq!(result.order_on, day("2026-03-05"));
    // The order after the next one arrives on Monday the 16th: two weeks of demand.
    assert!((result.expected_demand - 42.0).abs() < 1e-9);
    assert_eq!(result.requirement.unwrap().need_by, day("2026-03-09"));
    let without = ask(&sums, &stock, &policy(2, 1)).unwrap();
    assert!((without.expected_demand - 9.0).abs() < 1e-9);
}

#[test]
fn a_random_lead_time_needs_more_than_its_mean() {
    let sums = counts(6.0, 30);
    let stock = StockPosition::on_hand(quantity("0 each"));
    let outcomes = serde_json::from_str(
        r#"{"type":"empirical","outcomes":[{"periods":1,"probability":0.2},{"periods":2,"probability":0.5},{"periods":3,"probability":0.3}]}"#,
    );
    let random = Policy { lead_time: outcomes.unwrap(), ..policy(0, 1) };
    let level = |target: f64| {
        let target = Target::CycleServiceLevel { probability: probability(target) };
        let result = ask(&sums, &stock, &Policy { target, ..random.clone() }).unwrap();
        number(result.order_up_to_level)
    };
    // Exact convolution of the mixture: 29 and 33; the normal approximation would say 28.5 and 32.6.
    assert!((level(0.95) - 29.0).abs() < 1e-9);
    assert!((level(0.99) - 33.0).abs() < 1e-9);
}

#[test]
fn the_normal_distribution_is_used_only_when_asked_for() {
    let sums = counts(1.0, 30);
    let stock = StockPosition::on_hand(quantity("0 each"));
    let own = ask(&sums, &stock, &policy(1, 1)).unwrap();
    let normal = Policy { demand_shape: DemandShape::Normal, ..policy(1, 1) };
    let normal = ask(&sums, &stock, &normal).unwrap();
    // Poisson with mean 2: the quantile is 5; the normal one is 2 + 1.645 √2 = 4.33.
    assert_eq!(own.order_up_to_level, quantity("5 each"));
    assert!((normal.safety_stock - 3.0).abs() < 1e-9); // 4.33 rounded up to 5, less 2
    let kilos = StockPosition::on_hand(quantity("0 kg"));
    let policy = Policy { demand_shape: DemandShape::Normal, ..policy(1, 1) };
    let level = number(ask(&sums, &kilos, &policy).unwrap().order_up_to_level);
    assert!((level - 4.326).abs() < 0.02, "{level}");
}

#[test]
fn a_promotion_known_ahead_raises_the_need_in_its_week_alone() {
    let promoted = |day: usize| day % 28 < 4;
    let demand = |day: usize| if promoted(day) { 30.0 } else { 6.0 + (day % 3) as f64 };
    let history: Vec<f64> = (0..280).map(demand).collect();
    let options = ForecastOptions { horizon: 28, ..ForecastOptions::default() };
    let need = |promotion_in_days: Option<usize>| {
        let ahead =
            |day: usize| promotion_in_days.is_some_and(|from| (from..from + 4).contains(&day));
        let values = (0..280).map(promoted).chain((0..28).map(ahead)).map(f64::from);
        let regressor = Regressor {
            name: "leaflet".to_owned(),
            kind: RegressorKind::Promotion,
            values: values.collect(),
        };
        let series = Series::new(history.clone()).unwrap().with_regressors(vec![regressor]);
        let forecast = forecast(&series, &options).unwrap();
        let outlook = DemandOutlook::new(&forecast, day("2026-03-02"), Period::Day);
        let stock = StockPosition::on_hand(quantity("0 each"));
        let result = replenish(&Sku::new("a").unwrap(), &outlook, &stock, &policy(3, 7), None);
        number(result.unwrap().order_up_to_level)
    };
    let (usual, now, later) = (need(None), need(Some(4)), need(Some(20)));
    assert!(now > usual + 60.0, "{now} {usual}");
    assert!((later - usual).abs() < 0.1 * usual, "{later} {usual}");
}

#[test]
fn rules_given_by_hand_are_followed() {
    let sums = counts(2.0, 60);
    let order = |rule: Rule, on_hand: u32| {
        let stock = StockPosition::on_hand(quantity(&format!("{on_hand} each")));
        let result = ask(&sums, &stock, &Policy { rule, ..policy(2, 1) }).unwrap();
        result.requirement.map_or(0.0, |requirement| number(requirement.quantity))
    };
    let min_max = Rule::ReorderUpTo {
        reorder_point: Some(quantity("8 each")),
        order_up_to_level: Some(quantity("40 each")),
        costs: None,
    };
    assert!((order(min_max.clone(), 8) - 32.0).abs() < 1e-9);
    assert!(order(min_max, 9).abs() < 1e-9);
    let fixed = Rule::ReorderQuantity {
        reorder_point: Some(quantity("8 each")),
        order_quantity: Some(quantity("12 each")),
        costs: None,
    };
    assert!((order(fixed, 8) - 12.0).abs() < 1e-9);
    let cover = Rule::DaysOfCover { minimum_days: Some(5), days: 10 };
    assert!((order(cover.clone(), 10) - 10.0).abs() < 1e-9);
    assert!(order(cover, 11).abs() < 1e-9);
    let level = Rule::OrderUpTo { order_up_to_level: Some(quantity("15 each")) };
    assert!((order(level, 4) - 11.0).abs() < 1e-9);
}

#[test]
fn larger_orders_follow_from_what_an_order_costs() {
    let sums = counts(2.0, 60);
    let costs = LotCosts {
        per_order: "9 EUR".parse().unwrap(),
        holding_per_unit_and_day: "0.01 EUR".parse().unwrap(),
    };
    let rule =
        Rule::ReorderQuantity { reorder_point: None, order_quantity: None, costs: Some(costs) };
    let stock = StockPosition::on_hand(quantity("0 each"));
    let fill = Target::FillRate { share: probability(0.98) };
    let result = ask(&sums, &stock, &Policy { rule, target: fill, ..policy(2, 1) }).unwrap();
    // √(2 · 9 · 2 / 0.01) = 60 a time; so many cover most demand, little is kept for safety.
    let (level, point) = (result.order_up_to_level, result.reorder_point);
    assert_eq!(level.minus(point).unwrap(), quantity("60 each"));
    let demand = &sums[2];
    let short =
        |point: f64| demand.expected_shortage(point) - demand.expected_shortage(point + 60.0);
    let point = number(point);
    assert!(short(point) <= 0.02 * 60.0 && short(point - 1.0) > 0.02 * 60.0, "{point}");
}

#[test]
fn what_does_not_sell_is_not_ordered_and_not_refused() {
    let none: Vec<_> =
        (0..30).map(|_| DemandDistribution::from_weighted(vec![(0.0, 1.0)])).collect();
    let costs = LotCosts {
        per_order: "9 EUR".parse().unwrap(),
        holding_per_unit_and_day: "0.01 EUR".parse().unwrap(),
    };
    for rule in [
        Rule::ReorderQuantity { reorder_point: None, order_quantity: None, costs: Some(costs) },
        Rule::ReorderUpTo { reorder_point: None, order_up_to_level: None, costs: Some(costs) },
        Rule::default(),
        Rule::DaysOfCover { minimum_days: None, days: 20 },
        Rule::DemandDriven { lead_time_factor: 0.5, variability_factor: 0.5 },
    ] {
        for on_hand in ["0 each", "3 each"] {
            let stock = StockPosition::on_hand(quantity(on_hand));
            let policy = Policy { rule: rule.clone(), ..policy(2, 1) };
            let result = ask(&none, &stock, &policy).unwrap();
            assert_eq!((result.requirement, result.urgency), (None, Urgency::None));
        }
    }
}

#[test]
fn demand_ends_with_the_last_day_of_sale() {
    let sums = counts(2.0, 60);
    let stock = StockPosition::on_hand(quantity("4 each"));
    let until = |last: &str, rule: Rule| {
        let policy = Policy { last_day_of_sale: Some(day(last)), rule, ..policy(2, 14) };
        ask(&sums, &stock, &policy).unwrap()
    };
    // Ten days, from the 2nd to the 11th, instead of sixteen.
    let ending = until("2026-03-11", Rule::default());
    assert!((ending.expected_demand - 20.0).abs() < 1e-9);
    // Arrives on the 4th at the earliest, when nothing is sold any more.
    let over = until("2026-03-03", Rule::default());
    assert_eq!(over.requirement, None);
    assert!(over.terms.iter().any(|term| term.name.contains("after the last day of sale")));
    // The only order of a season lasts to its end, however far that is.
    let season = until("2026-04-10", Rule::OrderOnce);
    assert!((season.expected_demand - 80.0).abs() < 1e-9);
}

#[test]
fn what_is_wasted_lowers_the_level() {
    let sums = counts(2.0, 60);
    let stock = StockPosition::on_hand(quantity("0 each"));
    let level = |waste: Option<&str>, shelf_life_days: Option<u32>| {
        let costs = StockCosts {
            shortage_per_unit: "2 EUR".parse().unwrap(),
            holding_per_unit_and_day: "0.01 EUR".parse().unwrap(),
            waste_per_unit: waste.map(|cost| cost.parse().unwrap()),
        };
        let target = Target::LeastCost(costs);
        let policy = Policy { target, shelf_life_days, ..policy(1, 3) };
        number(ask(&sums, &stock, &policy).unwrap().order_up_to_level)
    };
    let keeps = level(None, None);
    let fresh = level(Some("3 EUR"), Some(5));
    let fresher = level(Some("3 EUR"), Some(3));
    assert!(keeps > fresh && fresh > fresher, "{keeps} {fresh} {fresher}");
}

#[test]
fn what_expires_before_it_sells_does_not_count() {
    let sums = counts(2.0, 60);
    let mut stock = StockPosition::on_hand(quantity("30 each"));
    let bought = |stock: &StockPosition| {
        let result = ask(&sums, stock, &policy(2, 7)).unwrap();
        (result.requirement.map_or(0.0, |r| number(r.quantity)), result.expected_waste)
    };
    let (keeps, no_waste) = bought(&stock);
    assert!(keeps.abs() < 1e-9 && no_waste.abs() < 1e-9);
    // Twenty of thirty can be sold for three days, in which about six are wanted.
    stock.lots = vec![Lot { quantity: quantity("20 each"), expires: day("2026-03-04") }];
    let (expires, waste) = bought(&stock);
    // The other ten last for half of the six days that remain.
    assert!((6.0..=10.0).contains(&expires), "{expires}");
    assert!((13.0..=15.0).contains(&waste), "{waste}");
    // The order placed, a second run buys nothing, even when it is put off.
    for due in ["2026-03-04", "2026-05-01"] {
        let mut stock = stock.clone();
        let coming = quantity(&format!("{expires} each"));
        stock.on_order.push(ExpectedReceipt::ordered(day(due), coming));
        assert!(bought(&stock).0.abs() < 1e-9);
    }
}

#[test]
fn lost_sales_ask_for_less_than_those_that_wait() {
    let history: Vec<f64> = (0..150).map(|week| f64::from((week * 7 + week / 3) % 5)).collect();
    let options = ForecastOptions { season_length: 1, horizon: 8, ..ForecastOptions::default() };
    let forecast = forecast(&Series::new(history).unwrap(), &options).unwrap();
    let outlook = DemandOutlook::new(&forecast, day("2026-03-02"), Period::Week);
    let costs = StockCosts {
        shortage_per_unit: "1 EUR".parse().unwrap(),
        holding_per_unit_and_day: "0.0285714285714 EUR".parse().unwrap(),
        waste_per_unit: None,
    };
    let least_cost = Target::LeastCost(costs);
    let service = Target::CycleServiceLevel { probability: probability(0.9) };
    for target in [least_cost, service] {
        for on_hand in 0..9 {
            let bought = |unmet_demand: UnmetDemand, coming: f64, due: &str| {
                let mut stock = StockPosition::on_hand(quantity(&format!("{on_hand} each")));
                let coming = quantity(&format!("{coming} each"));
                stock.on_order.push(ExpectedReceipt::ordered(day(due), coming));
                let policy = Policy { target, unmet_demand, ..policy(14, 7) };
                let sku = Sku::new("a").unwrap();
                let result = replenish(&sku, &outlook, &stock, &policy, None).unwrap();
                result.requirement.map_or(0.0, |requirement| number(requirement.quantity))
            };
            let waits = bought(UnmetDemand::BackOrdered, 0.0, "2026-03-02");
            let lost = bought(UnmetDemand::Lost, 0.0, "2026-03-02");
            assert!(lost <= waits, "{on_hand}: {lost} of {waits}");
            for due in ["2026-03-16", "2026-08-01"] {
                assert!(bought(UnmetDemand::Lost, lost, due).abs() < 1e-9, "{on_hand} {due}");
            }
        }
    }
}

#[test]
fn lots_are_rounded_to_what_can_be_ordered() {
    let sums = counts(2.0, 60);
    let stock = StockPosition::on_hand(quantity("0 each"));
    let policy = Policy {
        minimum_order_quantity: Some(quantity("2 dozen")),
        order_multiple: Some(quantity("10 each")),
        ..policy(1, 1)
    };
    let result = ask(&sums, &stock, &policy).unwrap();
    assert_eq!(result.requirement.unwrap().quantity, quantity("30 each"));
    assert!(result.terms.iter().any(|term| term.name == "ordered in multiples of"));
}

#[test]
fn bad_input_names_product_and_field() {
    let sums = counts(2.0, 60);
    let refused = |stock: &StockPosition, policy: &Policy| {
        let Err(InventoryError::Invalid(invalid)) = ask(&sums, stock, policy) else {
            unreachable!("it should have been refused")
        };
        (invalid.code, invalid.path.clone())
    };
    let good = StockPosition::on_hand(quantity("7 each"));
    let mut stock = good.clone();
    stock.back_ordered = quantity("1 kg");
    assert_eq!(refused(&stock, &policy(1, 1)), ("unit_mixed", "a.stock.back_ordered".to_owned()));
    let mut stock = good.clone();
    stock.as_of = Some(day("2026-03-03"));
    let path = "a.stock.as_of".to_owned();
    assert_eq!(refused(&stock, &policy(1, 1)), ("position_after_forecast", path.clone()));
    stock.as_of = Some(day("2026-02-20"));
    assert_eq!(refused(&stock, &policy(1, 1)), ("position_before_forecast", path));
    stock.as_of = Some(day("2026-03-01"));
    ask(&sums, &stock, &policy(1, 1)).unwrap();
    for certain in [0.0, 1.0] {
        let target = Target::CycleServiceLevel { probability: probability(certain) };
        let path = "a.policy.target.probability".to_owned();
        let policy = Policy { target, ..policy(1, 1) };
        assert_eq!(refused(&good, &policy), ("service_level_out_of_range", path));
    }
    let policy_with = |change: fn(&mut Policy)| {
        let mut policy = policy(1, 1);
        change(&mut policy);
        refused(&good, &policy)
    };
    let expected = |code, path: &str| (code, format!("a.policy.{path}"));
    assert_eq!(
        policy_with(|policy| policy.review_period_days = 0),
        expected("review_period_invalid", "review_period_days")
    );
    assert_eq!(
        policy_with(|policy| policy.rule = Rule::OrderOnce),
        expected("last_day_missing", "last_day_of_sale")
    );
    assert_eq!(
        policy_with(|policy| policy.order_multiple = Some(quantity("0 each"))),
        expected("quantity_not_positive", "order_multiple")
    );
    assert_eq!(
        policy_with(|policy| policy.order_multiple = Some(quantity("1 kg"))),
        expected("unit_mixed", "order_multiple")
    );
    assert_eq!(
        policy_with(|policy| policy.rule = Rule::DaysOfCover { minimum_days: None, days: 1 }),
        expected("levels_crossed", "rule.days")
    );
}

fn rules() -> impl Strategy<Value = Rule> {
    let costs = LotCosts {
        per_order: "5 EUR".parse().unwrap(),
        holding_per_unit_and_day: "0.02 EUR".parse().unwrap(),
    };
    prop_oneof![
        Just(Rule::default()),
        Just(Rule::ReorderUpTo {
            reorder_point: None,
            order_up_to_level: None,
            costs: Some(costs)
        }),
        Just(Rule::ReorderQuantity {
            reorder_point: None,
            order_quantity: None,
            costs: Some(costs)
        }),
        Just(Rule::DaysOfCover { minimum_days: None, days: 30 }),
        Just(Rule::OrderOnce),
        Just(Rule::DemandDriven { lead_time_factor: 0.5, variability_factor: 0.5 }),
    ]
}

fn targets() -> impl Strategy<Value = Target> {
    let costs = |shortage: u32| StockCosts {
        shortage_per_unit: format!("{shortage} EUR").parse().unwrap(),
        holding_per_unit_and_day: "0.03 EUR".parse().unwrap(),
        waste_per_unit: Some("0.50 EUR".parse().unwrap()),
    };
    prop_oneof![
        (0.5..0.999).prop_map(|p| Target::CycleServiceLevel { probability: probability(p) }),
        (0.5..0.999).prop_map(|p| Target::FillRate { share: probability(p) }),
        (1_u32..50).prop_map(move |shortage| Target::LeastCost(costs(shortage))),
        (1_u32..50).prop_map(|shortage| Target::CostPerOccasion {
            shortage_per_occasion: format!("{shortage} EUR").parse().unwrap(),
            holding_per_unit_and_day: "0.03 EUR".parse().unwrap(),
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_same_need_is_never_ordered_twice(
        rule in rules(),
        target in targets(),
        rate in 0.05..4.0,
        on_hand in 0_u32..60,
        late in 3_i64..200,
        multiple in 1_u32..20,
        lost in any::<bool>(),
    ) {
        let sums = counts(rate, 60);
        let mut stock = StockPosition::on_hand(quantity(&format!("{on_hand} each")));
        let policy = Policy {
            rule,
            target,
            last_day_of_sale: Some(day("2026-04-20")),
            order_multiple: Some(quantity(&format!("{multiple} each"))),
            unmet_demand: if lost { UnmetDemand::Lost } else { UnmetDemand::BackOrdered },
            ..policy(3, 4)
        };
        let first = ask(&sums, &stock, &policy).unwrap();
        let Some(requirement) = first.requirement else { return Ok(()) };
        prop_assert!(requirement.quantity.amount() > 0.into());
        prop_assert!(first.stock_out_risk_after <= first.stock_out_risk);
        let due = day("2026-03-02").plus_days(late).unwrap();
        stock.on_order.push(ExpectedReceipt::ordered(due, requirement.quantity));
        prop_assert_eq!(ask(&sums, &stock, &policy).unwrap().requirement, None);
    }

    #[test]
    fn more_stock_never_asks_for_more_and_a_higher_target_never_for_less(
        target in targets(),
        rate in 0.05..4.0,
        on_hand in 0_u32..60,
        more in 0_u32..20,
        service in 0.5..0.98,
    ) {
        let sums = counts(rate, 60);
        let bought = |on_hand: u32, target: Target| {
            let stock = StockPosition::on_hand(quantity(&format!("{on_hand} each")));
            let result = ask(&sums, &stock, &Policy { target, ..policy(3, 4) }).unwrap();
            result.requirement.map_or(0.0, |requirement| number(requirement.quantity))
        };
        prop_assert!(bought(on_hand + more, target) <= bought(on_hand, target));
        let at = |service| Target::CycleServiceLevel { probability: probability(service) };
        prop_assert!(bought(on_hand, at(service + 0.015)) >= bought(on_hand, at(service)));
    }
}

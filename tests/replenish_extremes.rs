//! Nothing that is asked of the replenishment panics, however large or contradictory.

#![cfg(not(target_family = "wasm"))]

use proptest::{option, prelude::*, sample::select};
use replenish::{
    forecast::{ForecastOptions, Period, Series, forecast},
    inventory::{DemandOutlook, Urgency, replenish},
    unit::Day,
};
use serde_json::json;

/// Quantities, many of them at an end of what can be counted.
const QUANTITIES: [&str; 8] = [
    "0 each",
    "1 each",
    "0.0000000000000000000000000001 each",
    "999999999999999 each",
    "1000000000000001 each",
    "79228162514264337593543950335 each",
    "-79228162514264337593543950335 each",
    "1 kg",
];
const COSTS: [&str; 5] = [
    "0 EUR",
    "1 EUR",
    "0.0000000000000000000000000001 EUR",
    "79228162514264337593543950335 EUR",
    "1 USD",
];

fn quantity() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("7 each"), 1 => select(&QUANTITIES[..])]
}

fn cost() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("0.3 EUR"), 1 => select(&COSTS[..])]
}

fn rule() -> impl Strategy<Value = serde_json::Value> {
    let levels = (quantity(), quantity(), option::of(cost()), cost());
    (0..6, levels, 0..u32::MAX, -1.0..3.0).prop_map(|(kind, (point, level, order, hold), days, factor)| {
        let costs = order.map(|order| json!({"per_order": order, "holding_per_unit_and_day": hold}));
        match kind {
            0 => json!({"type": "order_up_to", "order_up_to_level": level}),
            1 => json!({"type": "reorder_up_to", "reorder_point": point, "costs": costs}),
            2 => json!({"type": "reorder_quantity", "order_quantity": level, "costs": costs}),
            3 => json!({"type": "days_of_cover", "days": days % 500}),
            4 => json!({"type": "demand_driven", "lead_time_factor": factor, "variability_factor": factor}),
            _ => json!({"type": "order_once"}),
        }
    })
}

fn target() -> impl Strategy<Value = serde_json::Value> {
    let probability = || prop_oneof![3 => 0.5..0.99, 1 => select(&[0.0, 1.0, 1e-300, 2.0][..])];
    prop_oneof![
        probability().prop_map(|p| json!({"type": "cycle_service_level", "probability": p})),
        probability().prop_map(|p| json!({"type": "fill_rate", "share": p})),
        (cost(), cost(), option::of(cost())).prop_map(|(shortage, holding, waste)| json!({
            "type": "least_cost", "shortage_per_unit": shortage,
            "holding_per_unit_and_day": holding, "waste_per_unit": waste
        })),
    ]
}

proptest! {
    #[test]
    fn stock_is_replenished_or_refused(
        rule in rule(),
        target in target(),
        quantities in (quantity(), quantity(), quantity(), quantity(), option::of(quantity())),
        days in (0..40_u32, 0..40_u32, option::of(0..60_u32), option::of(0..60_i64), 0..60_i64),
        lost in any::<bool>(),
        week in any::<bool>(),
    ) {
        let today: Day = "2026-01-05".parse().unwrap();
        let history: Vec<f64> = (0..60).map(|day| f64::from(day * 7 % 5)).collect();
        let options = ForecastOptions { season_length: 1, ..ForecastOptions::default() };
        let forecast = forecast(&Series::new(history).unwrap(), &options).unwrap();
        let period = if week { Period::Week } else { Period::Day };
        let outlook = DemandOutlook::new(&forecast, today, period);
        let (on_hand, reserved, lot, coming, multiple) = quantities;
        let (lead_time, review, shelf_life, last, expires) = days;
        let in_days = |days: i64| today.plus_days(days - 5).unwrap().to_string();
        let stock = json!({
            "on_hand": on_hand, "reserved": reserved, "back_ordered": "0 each",
            "on_order": [{"due": in_days(expires / 2), "quantity": coming}],
            "lots": [{"quantity": lot, "expires": in_days(expires)}],
        });
        let policy = json!({
            "rule": rule, "target": target, "review_period_days": review,
            "lead_time": {"type": "fixed", "periods": lead_time}, "shelf_life_days": shelf_life,
            "last_day_of_sale": last.map(in_days), "order_multiple": multiple,
            "unmet_demand": if lost { "lost" } else { "back_ordered" },
        });
        let (Ok(stock), Ok(policy)) =
            (serde_json::from_value(stock), serde_json::from_value(policy)) else { return Ok(()) };
        if let Ok(result) = replenish(&"a".parse().unwrap(), &outlook, &stock, &policy, None) {
            let needs = result.requirement.is_some();
            prop_assert_eq!(needs, result.urgency != Urgency::None);
            prop_assert!(result.expected_shortage >= 0.0 && result.expected_waste >= 0.0);
        }
    }
}

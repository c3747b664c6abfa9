//! Nothing panics, whatever comes: random files and documents with values at the ends of their ranges
//! are answered or refused.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "order_laws/generator.rs"]
mod generator;
#[path = "no_panic/market.rs"]
mod market;
#[path = "no_panic/orders.rs"]
mod orders;
#[path = "order_laws/random.rs"]
mod random;
#[path = "no_panic/spoilt.rs"]
mod spoilt;

use proptest::{collection::vec, prelude::*, sample::select};
use replenish::{
    forecast::{
        CombineBy, ForecastOptions, Intervals, LeadTime, LeadTimeOutcome, LeadingZeros,
        MissingPeriods, Model, ModelChoice, NegativeDemand, Outliers, Regressor, RegressorKind,
        Series, forecast,
    },
    inventory::{PlanOptions, ProductTables},
    order::{DraftContext, PlanTables, SplitRules, draft_purchase_orders, plan_from_tables, split},
    sourcing::{MarketTables, allocate, compare},
    unit::{Money, Probability, Quantity, table::File},
};
use serde_json::json;

/// Numbers as people and machines write them, many of them at an end of some range.
const NUMBERS: [&str; 20] = [
    "0",
    "1",
    "2",
    "12",
    "0.5",
    "0.01",
    "-1",
    "-0",
    "1e9",
    "",
    " ",
    "NaN",
    "9999999999",
    "4294967295",
    "79228162514264337593543950335",
    "0.0000000000000000000000000001",
    "99999999999999999999.99999999",
    "1,5",
    "0x1",
    "18446744073709551616",
];
const DAYS: [&str; 8] = [
    "2026-01-01",
    "2026-01-02",
    "2025-12-31",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "",
    "today",
];
const NAMES: [&str; 6] = ["a", "b", "", " c", "\u{1F34E}", "\"q\"\"\n,\""];
const UNITS: [&str; 5] = ["each", "kg", "g", "", "case"];
const CURRENCIES: [&str; 5] = ["EUR", "USD", "CLP", "KWD", "XXX"];

fn word(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    select(words)
}

/// Mostly good words, so that rows get past their first cell.
fn mostly(
    good: &'static str,
    words: &'static [&'static str],
) -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just(good), 1 => word(words)]
}

fn file(
    header: &'static str,
    row: impl Strategy<Value = String>,
) -> impl Strategy<Value = Vec<u8>> {
    let rows = vec(row, 0..40)
        .prop_map(move |rows| format!("{header}\n{}\n", rows.join("\n")).into_bytes());
    prop_oneof![9 => rows, 1 => vec(any::<u8>(), 0..200)]
}

fn demand() -> impl Strategy<Value = Vec<u8>> {
    let row = (mostly("a", &NAMES), mostly("2026-01-01", &DAYS), mostly("3", &NUMBERS), 1..29_u8);
    file(
        "sku,date,quantity",
        row.prop_map(|(sku, day, quantity, date)| {
            let day =
                if day == "2026-01-01" { format!("2025-11-{date:02}") } else { day.to_owned() };
            format!("{sku},{day},{quantity}")
        }),
    )
}

fn stock() -> impl Strategy<Value = Vec<u8>> {
    let row = (
        mostly("a", &NAMES),
        mostly("5", &NUMBERS),
        mostly("each", &UNITS),
        mostly("0", &NUMBERS),
        mostly("0.9", &NUMBERS),
    );
    file(
        "sku,on_hand,unit,reserved,service_level,lead_time_days,review_period_days,shelf_life_days,\
         reorder_point,order_up_to_level,order_multiple,last_day_of_sale,order_days,cut_off",
        (row, policy()).prop_map(|((sku, on_hand, unit, reserved, level), policy)| {
            format!("{sku},{on_hand},{unit},{reserved},{level},{policy}")
        }),
    )
}

fn policy() -> impl Strategy<Value = String> {
    let whole = (mostly("3", &NUMBERS), mostly("1", &NUMBERS), mostly("", &NUMBERS));
    let levels = (mostly("", &NUMBERS), mostly("", &NUMBERS), mostly("", &NUMBERS));
    let days = (mostly("", &DAYS), mostly("", &["Mon Thu", "x", "Sun"]), mostly("", &["11:00"]));
    (whole, levels, days).prop_map(|(whole, levels, days)| {
        let (lead_time, review, shelf_life) = whole;
        let (point, level, multiple) = levels;
        let (last_day, order_days, cut_off) = days;
        format!(
            "{lead_time},{review},{shelf_life},{point},{level},{multiple},{last_day},{order_days},{cut_off}"
        )
    })
}

fn pipeline() -> impl Strategy<Value = Vec<u8>> {
    let row =
        (mostly("a", &NAMES), mostly("2026-01-02", &DAYS), mostly("3", &NUMBERS), word(&DAYS));
    file(
        "sku,due,quantity,expires",
        row.prop_map(|(sku, due, quantity, expires)| format!("{sku},{due},{quantity},{expires}")),
    )
}

fn lots() -> impl Strategy<Value = Vec<u8>> {
    let row = (mostly("a", &NAMES), mostly("1", &NUMBERS), mostly("2026-01-02", &DAYS));
    file(
        "sku,quantity,expires",
        row.prop_map(|(sku, quantity, expires)| format!("{sku},{quantity},{expires}")),
    )
}

fn offers() -> impl Strategy<Value = Vec<u8>> {
    let ids = (mostly("a", &NAMES), mostly("EUR", &CURRENCIES), 0..30_u8);
    let numbers = (
        mostly("1", &NUMBERS),
        mostly("2", &NUMBERS),
        mostly("0", &NUMBERS),
        mostly("6", &NUMBERS),
        word(&NUMBERS),
    );
    file(
        "offer,supplier,sku,currency,unit_price,lead_time_days,min_quantity,pack_size,available",
        (ids, numbers).prop_map(
            |((sku, currency, offer), (price, lead_time, from, pack, available))| {
                format!(
                    "o{offer},s{},{sku},{currency},{price},{lead_time},{from},{pack},{available}",
                    offer % 3
                )
            },
        ),
    )
}

fn terms() -> impl Strategy<Value = Vec<u8>> {
    let row = (0..3_u8, mostly("EUR", &CURRENCIES), word(&NUMBERS), word(&NUMBERS), word(&NUMBERS));
    file(
        "supplier,currency,minimum_order_value,freight,free_freight_from",
        row.prop_map(|(supplier, currency, minimum, freight, free)| {
            format!("s{supplier},{currency},{minimum},{freight},{free}")
        }),
    )
}

fn quantity() -> impl Strategy<Value = String> {
    (word(&NUMBERS), word(&UNITS)).prop_map(|(number, unit)| format!("{number} {unit}"))
}

fn money() -> impl Strategy<Value = String> {
    (word(&NUMBERS), mostly("EUR", &CURRENCIES))
        .prop_map(|(number, currency)| format!("{number} {currency}"))
}

/// A demand, often at an end of its range.
fn value() -> impl Strategy<Value = f64> {
    let end = select(vec![f64::MAX, f64::MIN_POSITIVE, 1e15, -1e15, f64::NAN, f64::INFINITY, -0.0]);
    prop_oneof![20 => Just(0.0), 40 => 0.0..100.0_f64, 20 => (0..9_u8).prop_map(f64::from), 1 => end, 1 => any::<f64>()]
}

/// Any options, most of them good.
fn options() -> impl Strategy<Value = ForecastOptions> {
    let model = prop_oneof![
        Just(ModelChoice::Auto),
        select(Model::all().collect::<Vec<_>>()).prop_map(|model| ModelChoice::Fixed { model }),
        (vec(select(Model::all().collect::<Vec<_>>()), 0..4), 0..3_usize).prop_map(
            |(models, by)| {
                let by = [CombineBy::Mean, CombineBy::Median, CombineBy::Accuracy][by];
                ModelChoice::Combination { models, by }
            }
        ),
    ];
    let intervals =
        vec![Intervals::Calibrated, Intervals::Conformal, Intervals::Model, Intervals::Bootstrap];
    let seasons = (prop_oneof![20 => 0..30_u32, 1 => any::<u32>()], vec(2.0..90.0_f64, 0..2));
    let policies = (
        select(vec![MissingPeriods::Refuse, MissingPeriods::Unknown, MissingPeriods::Zero]),
        select(vec![NegativeDemand::Refuse, NegativeDemand::Keep, NegativeDemand::Zero]),
        select(vec![LeadingZeros::Launch, LeadingZeros::Keep]),
        select(vec![Outliers::Keep, Outliers::Replace]),
    );
    (model, seasons, policies, select(intervals), 1..20_u32, vec(0.0..=1.0_f64, 0..4)).prop_map(
        |(model, (season_length, longer_seasons), policies, intervals, horizon, mut quantiles)| {
            let (missing, negative, leading_zeros, outliers) = policies;
            quantiles.sort_by(f64::total_cmp);
            let quantiles = quantiles.into_iter().map(|p| Probability::new(p).unwrap()).collect();
            ForecastOptions {
                horizon,
                season_length,
                longer_seasons,
                model,
                quantiles,
                intervals,
                seed: 1,
                missing,
                negative,
                leading_zeros,
                outliers,
            }
        },
    )
}

proptest! {
    #[test]
    fn files_are_planned_or_refused(
        demand in demand(),
        stock in stock(),
        pipeline in pipeline(),
        lots in lots(),
        offers in offers(),
        terms in terms(),
    ) {
        let file = |name, bytes| File { name, bytes };
        let tables = PlanTables {
            products: ProductTables {
                demand: file("d", &demand),
                stock: file("s", &stock),
                pipeline: Some(file("p", &pipeline)),
                lots: Some(file("l", &lots)),
            },
            market: MarketTables {
                offers: file("o", &offers),
                terms: Some(file("t", &terms)),
                exchange_rates: None,
            },
        };
        if let Ok(plan) = plan_from_tables(tables, &PlanOptions::new("2026-01-01".parse().unwrap())) {
            let total = plan.purchase_orders.iter().map(|order| order.total);
            prop_assert_eq!(Money::sum(total, plan.currency).unwrap(), plan.allocation.total);
        }
    }

    #[test]
    fn offers_are_compared_and_allocated_or_refused(
        need in quantity(), prices in vec((quantity(), money()), 0..4), pack in quantity(),
        minimum in quantity(), available in quantity(), charge in money(), threshold in money(),
        lead_time_days in any::<u32>(),
    ) {
        let prices: Vec<_> = prices.iter().map(|(from, price)| json!({"minimum_quantity": from, "unit_price": price})).collect();
        let offer = json!({
            "id": "o", "supplier": "s", "sku": "a", "price_breaks": prices, "pack_size": pack,
            "minimum_order_quantity": minimum, "lead_time_days": lead_time_days % 9, "available": available,
        });
        let terms = json!({"supplier": "s", "minimum_order_value": threshold, "freight": charge, "free_freight_from": charge});
        let need = json!({"sku": "a", "quantity": need, "need_by": "2026-01-05"});
        let options = json!({"today": "2026-01-01", "currency": "EUR"});
        let (Ok(need), Ok(offer), Ok(terms)) = (serde_json::from_value(need), serde_json::from_value(offer), serde_json::from_value(terms)) else { return Ok(()) };
        let options = serde_json::from_value(options).unwrap();
        let (offers, terms) = ([offer], [terms]);
        let _ = compare(&need, &offers, &terms, &[], &options);
        if let Ok(allocation) = allocate(&[need], &offers, &terms, &options) {
            let day = DraftContext::new("2026-01-01".parse().unwrap());
            prop_assert!(draft_purchase_orders(&allocation, &day).is_ok());
            let full = DraftContext { offers: offers.to_vec(), terms: terms.to_vec(), ..day };
            prop_assert!(draft_purchase_orders(&allocation, &full).is_ok());
        }
    }

    #[test]
    fn orders_are_split_or_refused(lines in vec((quantity(), money(), 0..4_u8), 0..6), adjustments in vec((money(), 0..4_usize), 0..4)) {
        let kinds = ["discount", "shipping", "fee", "tax"];
        let lines: Vec<_> = lines.iter().enumerate().map(|(index, (quantity, amount, vendor))| json!({
            "id": index.to_string(), "sku": "a", "vendor": (*vendor > 0).then(|| vendor.to_string()), "quantity": quantity, "amount": amount,
        })).collect();
        let adjustments: Vec<_> = adjustments.iter().enumerate().map(|(index, (amount, kind))| json!({"id": index.to_string(), "kind": kinds[*kind], "amount": amount})).collect();
        let order = json!({"id": "1", "revision": u32::MAX, "currency": "EUR", "lines": lines, "adjustments": adjustments});
        if let Ok(order) = serde_json::from_value(order) {
            let _ = split(&order, &SplitRules::default());
        }
    }

    #[test]
    fn series_are_forecast_or_refused(
        values in vec(value(), 0..80),
        horizon in prop_oneof![0..60_u32, any::<u32>()], season_length in prop_oneof![0..30_u32, any::<u32>()],
    ) {
        let options = ForecastOptions { horizon, season_length, ..ForecastOptions::default() };
        let result = Series::new(values).and_then(|series| forecast(&series, &options));
        prop_assert!(result.is_err() || result.unwrap().mean.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn whatever_is_known_and_asked_is_forecast_or_refused(
        values in vec(value(), 0..50), in_stock in vec(any::<bool>(), 50),
        regressors in vec((0..5_usize, vec(value(), 70), 0..4_usize), 0..4),
        options in options(), news in vec(value(), 0..5),
        lead_times in vec((prop_oneof![0..40_u32, any::<u32>()], 0.0..1.0_f64), 1..4),
    ) {
        let periods = values.len();
        let kinds = [
            RegressorKind::Promotion, RegressorKind::Price, RegressorKind::Event,
            RegressorKind::Closed, RegressorKind::Other,
        ];
        // Mostly as long as they must be.
        let horizon = usize::try_from(options.horizon).unwrap().min(20);
        let regressors = regressors.into_iter().map(|(kind, mut values, less)| {
            values.truncate(periods + horizon - less.saturating_sub(2).min(periods));
            Regressor { name: "r".to_owned(), kind: kinds[kind], values }
        });
        let Ok(series) = Series::new(values) else { return Ok(()) };
        let series = series.with_availability(in_stock[..periods].to_vec()).unwrap();
        let series = series.with_regressors(regressors.collect());
        let Ok(result) = forecast(&series, &options) else { return Ok(()) };
        let paths = result.quantiles.iter().map(|path| &path.values).chain([&result.mean]);
        for value in paths.flatten() {
            prop_assert!(value.is_finite(), "{options:?} {result:?}");
        }
        let _ = (result.fitted_values(), result.residuals());
        let outcomes = lead_times.into_iter().map(|(periods, share)| LeadTimeOutcome {
            periods, probability: Probability::new(share).unwrap(),
        });
        let lead_time = LeadTime::Empirical { outcomes: outcomes.collect() };
        let fixed = LeadTime::Fixed { periods: lead_time.longest().unwrap_or(9) };
        for lead_time in [lead_time, fixed] {
            if let Ok(sum) = result.lead_time_demand(&lead_time) {
                prop_assert!(sum.mean().is_finite() && sum.quantile(Probability::ZERO).is_finite());
            }
        }
        let mut model = result.into_model();
        if model.update(&news).is_ok() {
            prop_assert!(model.mean(3).unwrap().iter().all(|mean| mean.is_finite()));
        }
    }

    #[test]
    fn units_convert_or_refuse(quantity in quantity(), other in quantity()) {
        if let (Ok(a), Ok(b)) = (quantity.parse::<Quantity>(), other.parse::<Quantity>()) {
            let _ = a.to(b.unit());
            let _ = a.plus(b).and_then(|sum| sum.minus(a));
        }
    }
}

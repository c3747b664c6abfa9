//! The same bits on every target: a fixed corpus goes through the engine, and the digest of each
//! area's answers must be the recorded one, natively, in Node and in browsers.
//!
//! The corpus is made here by a seeded generator of whole numbers, so that nothing of the platform
//! enters it. `REPLENISH_BLESS=1 cargo test --test bit_equality` records new digests after a wanted
//! change.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use replenish::{
    forecast::{
        CombineBy, Forecast, ForecastOptions, Intervals, LeadTime, LeadTimeOutcome, MissingPeriods,
        Model, ModelChoice, Period, Regressor, RegressorKind, Series, forecast,
    },
    inventory::{
        DemandOutlook, LotCosts, Policy, Requirement, Rule, StockCosts, StockPosition, Target,
        replenish,
    },
    order::{CustomerOrder, SplitRules, split},
    sourcing::{Need, Offer, PriceBreak, SourcingOptions, SupplierTerms, allocate},
    unit::{Probability, math},
};
use std::fmt::Write;

const RECORDED: &str = include_str!("fixtures/digests.txt");

/// Splitmix64 (Steele, Lea and Flood 2014).
struct Generator(u64);

impl Generator {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn float(&mut self, end: u32) -> f64 {
        f64::from(u32::try_from(self.below(u64::from(end) * 1000)).unwrap()) / 1000.0
    }
}

/// Smooth, weekly, trending, intermittent and lumpy histories of many lengths.
fn histories() -> Vec<Series> {
    let mut random = Generator(1);
    let mut all = Vec::new();
    for index in 0..40_u32 {
        let length = 40 + random.below(300);
        let values = (0..length).map(|day| {
            let weekday = f64::from(u32::try_from(day % 7).unwrap());
            match index % 5 {
                0 => 20.0 + random.float(10),
                1 => 10.0 + 3.0 * weekday + random.float(4),
                2 => 5.0 + 0.1 * day as f64 + random.float(3),
                3 => {
                    if random.below(6) == 0 {
                        1.0 + random.float(2)
                    } else {
                        0.0
                    }
                }
                _ => {
                    if random.below(9) == 0 {
                        random.float(90)
                    } else {
                        0.0
                    }
                }
            }
        });
        all.push(Series::new(values.collect()).unwrap());
    }
    all
}

fn probability(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn forecasts() -> Vec<Forecast> {
    let models = [
        ModelChoice::Auto,
        ModelChoice::Fixed { model: Model::SimpleExponentialSmoothing { alpha: None } },
        ModelChoice::Fixed { model: Model::SeasonalNaive },
        ModelChoice::Fixed { model: Model::CrostonSba },
    ];
    let options = |model: &ModelChoice| ForecastOptions {
        horizon: 14,
        model: model.clone(),
        ..ForecastOptions::default()
    };
    let all = histories();
    let each = all
        .iter()
        .flat_map(|series| models.each_ref().map(|model| forecast(series, &options(model))));
    each.map(Result::unwrap).collect()
}

/// Every family of models with every kind of interval over a few histories of each kind: what it
/// expects, its quantiles, its sums, and what is saved of it.
fn models() -> String {
    let intervals =
        [Intervals::Calibrated, Intervals::Conformal, Intervals::Model, Intervals::Bootstrap];
    let seasonal = ["ets:AAdA", "ets:MAM"].map(|name| name.parse().unwrap());
    let mut choices: Vec<_> =
        Model::all().chain(seasonal).map(|model| ModelChoice::Fixed { model }).collect();
    for by in [CombineBy::Mean, CombineBy::Median, CombineBy::Accuracy] {
        let models = vec![Model::AutoTheta, Model::CrostonSba, Model::Holt];
        choices.push(ModelChoice::Combination { models, by });
    }
    choices.push(ModelChoice::Auto);
    let mut text = String::new();
    for (index, series) in histories().iter().take(5).enumerate() {
        let series = &Series::new(series.values()[..40].to_vec()).unwrap();
        // Some periods are unknown, some without stock, and some promoted.
        let periods = series.len();
        let mut values = series.values().to_vec();
        (values[11], values[periods - 2]) = (f64::NAN, f64::NAN);
        let in_stock = (0..periods).map(|period| period % 17 != 3).collect();
        let promoted = (0..periods + 6).map(|period| f64::from(u8::from(period % 9 == 4)));
        let promotion = Regressor {
            name: "promotion".to_owned(),
            kind: RegressorKind::Promotion,
            values: promoted.collect(),
        };
        let disturbed = Series::new(values).unwrap().with_availability(in_stock).unwrap();
        let disturbed = disturbed.with_regressors(vec![promotion]);
        for (place, model) in choices.iter().enumerate() {
            for series in [series, &disturbed] {
                let options = ForecastOptions {
                    horizon: 6,
                    model: model.clone(),
                    intervals: intervals[(index + place) % 4],
                    seed: 9,
                    missing: MissingPeriods::Unknown,
                    ..ForecastOptions::default()
                };
                let result = forecast(series, &options).unwrap();
                text += &serde_json::to_string(&result).unwrap();
                let sum = result.lead_time_demand(&LeadTime::Fixed { periods: 4 }).unwrap();
                for level in [0.05, 0.5, 0.95, 0.99] {
                    let quantile = sum.quantile(probability(level));
                    write!(text, "{:016x}", quantile.to_bits()).unwrap();
                }
                let mut fitted = result.into_model();
                text += &serde_json::to_string(&fitted).unwrap();
                fitted.update(&[4.0, 7.0, f64::NAN]).unwrap();
                text += &serde_json::to_string(&fitted.mean(3).unwrap()).unwrap();
            }
        }
    }
    text
}

fn inventory(forecasts: &[Forecast]) -> String {
    let lead_times = [
        LeadTime::Fixed { periods: 3 },
        LeadTime::Empirical {
            outcomes: [(2, 0.5), (3, 0.3), (7, 0.2)]
                .map(|(periods, p)| LeadTimeOutcome { periods, probability: probability(p) })
                .into(),
        },
    ];
    let targets = [
        Target::CycleServiceLevel { probability: probability(0.95) },
        Target::FillRate { share: probability(0.97) },
        Target::LeastCost(StockCosts {
            shortage_per_unit: "1 EUR".parse().unwrap(),
            holding_per_unit_and_day: "0.03 EUR".parse().unwrap(),
            waste_per_unit: Some("0.70 EUR".parse().unwrap()),
        }),
    ];
    let periods = [Period::Day, Period::Week];
    let mut text = String::new();
    for (index, forecast) in forecasts.iter().enumerate() {
        let mut policy = Policy::order_up_to(
            probability(0.95),
            lead_times[index % 2].clone(),
            1 + u32::try_from(index % 7).unwrap(),
        );
        policy.target = targets[index % 3];
        policy.shelf_life_days = (index % 4 == 3).then_some(6);
        if index % 5 == 2 {
            policy.rule = Rule::ReorderUpTo {
                reorder_point: None,
                order_up_to_level: None,
                costs: Some(LotCosts {
                    per_order: "4 EUR".parse().unwrap(),
                    holding_per_unit_and_day: "0.03 EUR".parse().unwrap(),
                }),
            };
        }
        let stock = StockPosition::on_hand(format!("{} each", index % 40).parse().unwrap());
        let outlook =
            DemandOutlook::new(forecast, "2026-11-21".parse().unwrap(), periods[index % 2]);
        let result = replenish(&"a".parse().unwrap(), &outlook, &stock, &policy, None).unwrap();
        text += &serde_json::to_string(&result).unwrap();
    }
    text
}

fn sourcing() -> String {
    let mut random = Generator(2);
    let mut text = String::new();
    for _ in 0..20 {
        let mut offers = Vec::new();
        let mut basket = Vec::new();
        for sku in 0..25 {
            let requirement = Requirement {
                sku: format!("sku-{sku}").parse().unwrap(),
                quantity: format!("{} each", 1 + random.below(60)).parse().unwrap(),
                need_by: "2026-11-28".parse().unwrap(),
            };
            basket.push(Need::from(requirement));
            for supplier in 0..4 {
                let price = 50 + random.below(400);
                let at = |from: u64, percent: u64| PriceBreak {
                    minimum_quantity: format!("{from} each").parse().unwrap(),
                    unit_price: format!(
                        "{}.{:04} EUR",
                        price * percent / 10_000,
                        price * percent % 10_000
                    )
                    .parse()
                    .unwrap(),
                };
                offers.push(Offer {
                    price_breaks: vec![at(0, 100), at(24, 95), at(60, 90)],
                    pack_size: format!("{} each", 1 + random.below(12)).parse().unwrap(),
                    minimum_order_quantity: "1 each".parse().unwrap(),
                    lead_time_days: u32::try_from(1 + random.below(9)).unwrap(),
                    ..Offer::new(
                        format!("o-{sku}-{supplier}").parse().unwrap(),
                        format!("s-{supplier}").parse().unwrap(),
                        format!("sku-{sku}").parse().unwrap(),
                        "0 EUR".parse().unwrap(),
                        "each".parse().unwrap(),
                    )
                });
            }
        }
        let terms: Vec<SupplierTerms> = (0..4)
            .map(|supplier| SupplierTerms {
                minimum_order_value: Some(format!("{} EUR", random.below(300)).parse().unwrap()),
                freight: Some(format!("{} EUR", random.below(40)).parse().unwrap()),
                free_freight_from: Some(
                    format!("{} EUR", 200 + random.below(300)).parse().unwrap(),
                ),
                ..SupplierTerms::none(format!("s-{supplier}").parse().unwrap())
            })
            .collect();
        let options = SourcingOptions::new("2026-11-21".parse().unwrap(), "EUR".parse().unwrap());
        let allocation = allocate(&basket, &offers, &terms, &options).unwrap();
        text += &serde_json::to_string(&allocation).unwrap();
    }
    text
}

fn orders() -> String {
    let mut random = Generator(3);
    let mut text = String::new();
    for order in 0..200 {
        let lines: Vec<_> = (0..=random.below(12))
            .map(|line| {
                serde_json::json!({
                    "id": format!("{line}"),
                    "sku": format!("sku-{}", random.below(9)),
                    "vendor": (random.below(5) > 0).then(|| format!("v-{}", random.below(4))),
                    "quantity": format!("{} each", 1 + random.below(9)),
                    "amount": format!("{}.{:02} EUR", random.below(90), random.below(100)),
                })
            })
            .collect();
        let order = serde_json::json!({
            "id": format!("order-{order}"), "revision": 1, "currency": "EUR", "lines": lines,
            "adjustments": [
                {"id": "coupon", "kind": "discount", "amount": format!("-{}.{:02} EUR", random.below(40), random.below(100))},
                {"id": "way", "kind": "shipping", "amount": format!("{}.{:02} EUR", random.below(9), random.below(100))},
            ],
        });
        let order: CustomerOrder = serde_json::from_value(order).unwrap();
        let result = split(&order, &SplitRules::default()).unwrap();
        text += &serde_json::to_string(&result).unwrap();
    }
    text
}

fn mathematics() -> String {
    let mut random = Generator(4);
    let mut text = String::new();
    for _ in 0..10_000 {
        let (x, y) = (random.float(40), random.float(9) - 4.5);
        let results = [math::exp(y), math::ln(x + 0.001), math::pow(x + 0.001, y), x.sqrt()];
        for result in results {
            writeln!(text, "{:016x}", result.to_bits()).unwrap();
        }
    }
    text
}

/// FNV-1a, 64 bits.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn digests() -> String {
    let forecasts = forecasts();
    [
        ("mathematics", mathematics()),
        ("forecast", serde_json::to_string(&forecasts).unwrap()),
        ("models", models()),
        ("inventory", inventory(&forecasts)),
        ("sourcing", sourcing()),
        ("order", orders()),
    ]
    .iter()
    .fold(String::new(), |mut lines, (area, text)| {
        writeln!(lines, "{area} {} bytes {:016x}", text.len(), digest(text)).unwrap();
        lines
    })
}

#[cfg_attr(not(target_family = "wasm"), test)]
#[cfg_attr(target_family = "wasm", wasm_bindgen_test::wasm_bindgen_test)]
fn the_corpus_gives_the_recorded_bits() {
    let found = digests();
    #[cfg(not(target_family = "wasm"))]
    {
        #[expect(
            clippy::disallowed_methods,
            reason = "the person who records asks by the environment"
        )]
        if std::env::var("REPLENISH_BLESS").is_ok() {
            let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/digests.txt");
            std::fs::write(file, &found).unwrap();
            return;
        }
    }
    assert_eq!(found, RECORDED, "REPLENISH_BLESS=1 records a wanted change");
}

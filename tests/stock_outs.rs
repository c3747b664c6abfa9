//! What was sold is not what was wanted: histories of known demand, cut off where stock ran out.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use replenish::{
    forecast::{
        CombineBy, Forecast, ForecastOptions, LeadTime, LeadingZeros, MissingPeriods, ModelChoice,
        NegativeDemand, Regressor, RegressorKind, Series, forecast,
    },
    unit::{Probability, math},
};

/// Splitmix64 (Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    fn fraction(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        math::normal_quantile(self.fraction().max(1e-12))
    }

    /// By the product of uniform numbers (Knuth).
    fn poisson(&mut self, mean: f64) -> f64 {
        let (limit, mut product, mut count) = (math::exp(-mean), self.fraction(), 0.0);
        while product > limit {
            product *= self.fraction();
            count += 1.0;
        }
        count
    }

    /// A Poisson count whose mean is gamma distributed with two degrees of shape.
    fn negative_binomial(&mut self, mean: f64) -> f64 {
        let gamma = -math::ln(self.fraction().max(1e-12)) - math::ln(self.fraction().max(1e-12));
        self.poisson(mean * gamma / 2.0)
    }
}

#[derive(Clone, Copy, Debug)]
enum Law {
    Poisson(f64),
    NegativeBinomial(f64),
    Normal(f64, f64),
}

impl Law {
    fn draw(self, chance: &mut Chance) -> f64 {
        match self {
            Self::Poisson(mean) => chance.poisson(mean),
            Self::NegativeBinomial(mean) => chance.negative_binomial(mean),
            Self::Normal(mean, deviation) => (mean + deviation * chance.normal()).max(0.0),
        }
    }

    fn mean(self) -> f64 {
        match self {
            Self::Poisson(mean) | Self::NegativeBinomial(mean) | Self::Normal(mean, _) => mean,
        }
    }
}

/// What was sold and whether there was enough, of a product whose stock covers 70 % of all periods.
fn sold(law: Law, periods: usize, seed: u64) -> (Vec<f64>, Vec<bool>) {
    let mut chance = Chance(seed);
    let wanted: Vec<f64> = (0..periods).map(|_| law.draw(&mut chance)).collect();
    let mut sorted = wanted.clone();
    sorted.sort_by(f64::total_cmp);
    let stock = sorted[periods * 7 / 10];
    let in_stock = wanted.iter().map(|&wanted| wanted < stock).collect();
    (wanted.iter().map(|&wanted| wanted.min(stock)).collect(), in_stock)
}

fn named(name: &str) -> ModelChoice {
    match name {
        "auto" => ModelChoice::Auto,
        name => ModelChoice::Fixed { model: name.parse().unwrap() },
    }
}

fn options(model: &str) -> ForecastOptions {
    ForecastOptions { horizon: 7, season_length: 1, model: named(model), ..Default::default() }
}

fn run(series: &Series, options: &ForecastOptions) -> Forecast {
    forecast(series, options).unwrap()
}

/// Mean forecast and its 95 % quantile over the true ones, over several histories, with and without
/// the mask.
fn found(law: Law, model: &str) -> [[f64; 2]; 2] {
    const HISTORIES: u32 = 10;
    let mut ratios = [[0.0; 2]; 2];
    let mut chance = Chance(77);
    let mut wanted: Vec<f64> = (0..20_000).map(|_| law.draw(&mut chance)).collect();
    wanted.sort_by(f64::total_cmp);
    for seed in 0..HISTORIES {
        let (values, in_stock) = sold(law, 150, u64::from(seed));
        let plain = Series::new(values).unwrap();
        let masked = plain.clone().with_availability(in_stock).unwrap();
        for (ratio, series) in ratios.iter_mut().zip([masked, plain]) {
            let result = run(&series, &options(model));
            let mean = result.mean.iter().sum::<f64>() / 7.0;
            ratio[0] += mean / law.mean() / f64::from(HISTORIES);
            ratio[1] += result.quantiles[4].values[0] / wanted[19_000] / f64::from(HISTORIES);
        }
    }
    ratios
}

#[test]
fn the_demand_behind_stock_outs_is_found() {
    // The law, and how far mean and 95 % quantile may be off. Stock runs out at the same place
    // always, so that no larger demand was ever seen: what lies beyond is the shape of the law, which
    // models with normal errors miss where it is skewed.
    let laws = [
        (Law::Poisson(8.0), 0.06, 0.1),
        (Law::NegativeBinomial(6.0), 0.12, 0.27),
        (Law::Normal(100.0, 20.0), 0.03, 0.05),
    ];
    for (law, of_mean, of_quantile) in laws {
        for model in ["auto", "mean", "ses", "theta", "auto_counts", "empirical", "tsb"] {
            let [[mean, high], [plain_mean, plain_high]] = found(law, model);
            assert!(
                (mean - 1.0).abs() < of_mean && (high - 1.0).abs() < of_quantile,
                "{law:?} {model}: {mean} {high}"
            );
            assert!(
                plain_mean < 0.97 && plain_mean < mean - 0.025 && plain_high < 0.95,
                "{law:?} {model} without the mask: {plain_mean} {plain_high}"
            );
        }
    }
}

#[test]
fn stock_outs_say_nothing_where_nothing_was_there_to_be_sold() {
    // Ten a day, except for empty shelves every third day.
    let values = (0..90).map(|day| if day % 3 == 0 { 0.0 } else { 10.0 }).collect();
    let in_stock = (0..90).map(|day| day % 3 != 0).collect();
    let plain = Series::new(values).unwrap();
    let masked = plain.clone().with_availability(in_stock).unwrap();
    for model in MODELS {
        let mean = run(&masked, &options(model)).mean[1];
        assert!((mean - 10.0).abs() < 0.5, "{model}: {mean}");
        assert!(run(&plain, &options(model)).mean.iter().sum::<f64>() < 60.0, "{model}");
    }
}

#[test]
fn order_of_models_does_not_matter_to_what_is_found() {
    let (values, in_stock) = sold(Law::Normal(50.0, 10.0), 80, 3);
    let series = Series::new(values).unwrap().with_availability(in_stock).unwrap();
    let combined = |names: [&str; 3]| {
        let models = names.map(|name| name.parse().unwrap()).to_vec();
        let model = ModelChoice::Combination { models, by: CombineBy::Mean };
        run(&series, &ForecastOptions { model, ..options("auto") }).mean[0]
    };
    let one = combined(["ses", "theta", "mean"]);
    let other = combined(["mean", "theta", "ses"]);
    assert!((one / other - 1.0).abs() < 0.01, "{one} {other}");
    assert!((one / 50.0 - 1.0).abs() < 0.08, "{one}");
}

#[test]
fn a_gap_is_no_zero_unless_it_is_said_to_be() {
    let values: Vec<f64> = (0..84)
        .map(|day| if day % 4 == 1 { f64::NAN } else { 12.0 + f64::from(day % 2) })
        .collect();
    let series = Series::new(values).unwrap();
    for model in MODELS {
        let asked = |missing| ForecastOptions { missing, ..options(model) };
        let refused = forecast(&series, &asked(MissingPeriods::Refuse)).unwrap_err();
        assert_eq!(refused.code(), "demand_missing");
        assert!(refused.to_string().starts_with("`values[1]`: expected"), "{refused}");
        let unknown = run(&series, &asked(MissingPeriods::Unknown));
        let average = unknown.mean.iter().sum::<f64>() / 7.0;
        assert!((average - 12.33).abs() < 0.7, "{model}: {average}");
        let zero = run(&series, &asked(MissingPeriods::Zero));
        assert!(zero.mean.iter().sum::<f64>() / 7.0 < 11.0, "{model}: {:?}", zero.mean);
        assert_eq!(zero.notes[0], "counted 21 missing periods as zero");
        assert_eq!(unknown.notes[0], "demand of 21 periods was not known exactly");
    }
}

#[test]
fn a_gap_does_not_make_whole_numbers_fractions() {
    let mut values: Vec<f64> = (0..60).map(|day| f64::from(day * day % 5)).collect();
    values[17] = f64::NAN;
    let series = Series::new(values).unwrap();
    for model in ["poisson", "negative_binomial", "empirical", "sparse_demand"] {
        let asked = ForecastOptions { missing: MissingPeriods::Unknown, ..options(model) };
        let result = run(&series, &asked);
        let paths = result.quantiles.iter().flat_map(|path| &path.values);
        assert!(paths.clone().all(|value| value.fract() == 0.0), "{model}: {:?}", result.quantiles);
        let mut fitted = result.into_model();
        fitted.update(&[f64::NAN, 3.0]).unwrap();
        let [path] = &fitted.quantiles(1, &[Probability::new(0.9).unwrap()]).unwrap()[..] else {
            panic!("one path")
        };
        assert!(path.values[0].fract() == 0.0, "{model}: {path:?}");
    }
}

#[test]
fn zeros_before_launch_are_left_out_where_they_are_no_chance() {
    let values = [vec![0.0; 30], [4.0, 6.0, 5.0, 3.0, 7.0].repeat(6)].concat();
    let series = Series::new(values).unwrap();
    for model in ["auto", "mean", "auto_ets", "poisson"] {
        let launched = run(&series, &options(model));
        assert!((launched.mean[0] - 5.0).abs() < 0.6, "{model}: {:?}", launched.mean);
        assert_eq!(launched.history().len(), 30);
        assert_eq!(launched.notes, ["left out 30 periods of zero before the first demand"]);
        let leading_zeros = LeadingZeros::Keep;
        let kept = run(&series, &ForecastOptions { leading_zeros, ..options(model) });
        assert!(kept.history().len() == 60 && kept.notes.is_empty());
    }
    let seldom = Series::new([vec![0.0; 9], [0.0, 0.0, 0.0, 0.0, 2.0].repeat(6)].concat()).unwrap();
    assert_eq!(run(&seldom, &options("auto")).history().len(), 39);
}

#[test]
fn negative_demand_is_refused_kept_or_nothing() {
    let series = Series::new([5.0, 7.0, -20.0, 6.0].repeat(8)).unwrap();
    let asked = |negative| ForecastOptions { negative, ..options("mean") };
    let refused = forecast(&series, &asked(NegativeDemand::Refuse)).unwrap_err();
    assert_eq!(refused.code(), "demand_negative");
    assert!(refused.to_string().starts_with("`values[2]`: expected"), "{refused}");
    let kept = run(&series, &asked(NegativeDemand::Keep));
    assert!((kept.mean[0] + 0.5).abs() < 1e-9 && kept.quantiles[0].values[0] < -10.0);
    let zero = run(&series, &asked(NegativeDemand::Zero));
    assert!((zero.mean[0] - 4.5).abs() < 1e-9);
    assert_eq!(zero.notes, ["counted 8 negative periods as zero"]);
}

#[test]
fn a_product_that_died_is_named() {
    let note = |values: Vec<f64>| run(&Series::new(values).unwrap(), &options("auto")).notes;
    let died = note([[3.0, 4.0, 0.0, 5.0].repeat(10), vec![0.0; 12]].concat());
    assert_eq!(died.len(), 1);
    assert!(died[0].starts_with("nothing was wanted in the last 12 periods"), "{died:?}");
    assert_eq!(note([[0.0, 0.0, 0.0, 5.0].repeat(10), vec![0.0; 12]].concat()), [""; 0]);
    assert_eq!(note(vec![0.0; 40]), [""; 0]);
    let skis = [vec![5.0, 7.0, 6.0, 4.0, 5.0, 6.0], vec![0.0; 6]].concat();
    assert_eq!(note(skis.repeat(4)), [""; 0]);
}

#[test]
fn closed_days_expect_nothing_and_teach_nothing() {
    const AHEAD: usize = 7;
    // Closed every seventh day; also when so short that no other effect is looked for.
    for weeks in [1, 2, 12] {
        let is_closed = |day: usize| day % 7 == 6;
        let values: Vec<f64> =
            (0..weeks * 7).map(|day| if is_closed(day) { 0.0 } else { 8.0 }).collect();
        let days = values.len() + AHEAD;
        let closed = (0..days).map(|day| f64::from(u8::from(is_closed(day)))).collect();
        let regressor =
            Regressor { name: "closed".to_owned(), kind: RegressorKind::Closed, values: closed };
        let series = Series::new(values).unwrap().with_regressors(vec![regressor]);
        for model in MODELS {
            let result = run(&series, &options(model));
            assert!((0..6).all(|day| (result.mean[day] - 8.0).abs() < 0.8), "{model} {result:?}");
            assert!(result.mean[6] == 0.0);
            assert!(result.quantiles.iter().all(|path| path.values[6] == 0.0));
            let sum = |periods| result.lead_time_demand(&LeadTime::Fixed { periods }).unwrap();
            assert!((sum(7).mean() / sum(6).mean() - 1.0).abs() < 0.2, "{model}");
        }
    }
}

const MODELS: [&str; 8] =
    ["auto", "mean", "ses", "theta", "auto_counts", "empirical", "sparse_demand", "window_mean"];

//! What every forecast keeps to, whichever model makes it.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{RngAlgorithm, TestCaseResult, TestRng, TestRunner},
};
use replenish::{
    forecast::{
        CombineBy, FittedModel, Forecast, ForecastOptions, Intervals, LeadTime, LeadingZeros,
        Model, ModelChoice, NegativeDemand, Series, SeriesBatch, forecast, forecast_batch,
    },
    unit::Probability,
};

/// Every model, forms of exponential smoothing that may only be asked for by name, combinations and
/// the automatic choice.
fn choices() -> Vec<ModelChoice> {
    let named = ["ses:0.3", "ets:AAdA", "ets:MNM", "ets:MAdM", "window_mean:3"];
    let named = named.iter().map(|name| name.parse().unwrap());
    let mut all: Vec<_> =
        Model::all().chain(named).map(|model| ModelChoice::Fixed { model }).collect();
    for by in [CombineBy::Mean, CombineBy::Median, CombineBy::Accuracy] {
        let models = vec![Model::AutoEts, Model::Theta, Model::CrostonSba, Model::Poisson];
        all.push(ModelChoice::Combination { models, by });
    }
    all.push(ModelChoice::Auto);
    all
}

/// Runs a property for every model over some histories each.
fn for_every_model<S: Strategy>(
    cases: u32,
    histories: &S,
    property: impl Fn(&ModelChoice, S::Value) -> TestCaseResult,
) {
    let mut failures = Vec::new();
    for choice in choices() {
        let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
        let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config, random);
        let result = runner.run(histories, |history| property(&choice, history));
        failures.extend(result.err().map(|failure| format!("{choice:?}: {failure}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn options(model: &ModelChoice) -> ForecastOptions {
    ForecastOptions { horizon: 9, season_length: 4, model: model.clone(), ..Default::default() }
}

fn run(values: Vec<f64>, options: &ForecastOptions) -> Forecast {
    forecast(&Series::new(values).unwrap(), options).unwrap()
}

fn p(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn fixed(periods: u32) -> LeadTime {
    LeadTime::Fixed { periods }
}

/// Demand of the kinds there are: steady, seasonal, sparse, constant, none, with a spike.
fn demand() -> impl Strategy<Value = Vec<f64>> {
    let sparse = prop_oneof![3 => Just(0.0), 1 => (1..20_u8).prop_map(f64::from)];
    prop_oneof![
        vec(0.0..100.0_f64, 0..60),
        (vec((80..120_u8).prop_map(f64::from), 0..60)),
        vec(sparse, 0..60),
        (0.0..1e3_f64, 0..60_usize).prop_map(|(value, length)| vec![value; length]),
        (0..60_usize).prop_map(|length| vec![0.0; length]),
        (vec(9.0..11.0_f64, 1..60), any::<prop::sample::Index>()).prop_map(|(mut values, at)| {
            let at = at.index(values.len());
            values[at] = 1e6;
            values
        }),
        (vec(-3.0..3.0_f64, 8..60)).prop_map(|noise| {
            let season = [1.0, 7.0, 3.0, 0.5];
            noise.iter().enumerate().map(|(t, e)| 20.0 + 5.0 * season[t % 4] + e).collect()
        }),
    ]
}

/// Any history at all that is accepted, at both ends of the range of numbers.
fn anything() -> impl Strategy<Value = Vec<f64>> {
    let sizes = prop_oneof![
        Just(0.0),
        Just(1e15),
        Just(-1e15),
        Just(1e-12),
        Just(-1e-12),
        -1e3..1e3_f64,
        -1e15..1e15_f64,
        1e-12..1e-9_f64,
    ];
    let scale = select(vec![1e-12, 1e-3, 1e6, 1e12]);
    prop_oneof![
        vec(sizes, 0..60),
        (demand(), scale.clone())
            .prop_map(|(v, scale)| { v.iter().map(|v| (v * scale).min(1e15)).collect() }),
        (demand(), scale).prop_map(|(v, scale)| {
            v.iter().map(|v| ((v - 50.0) * scale).clamp(-1e15, 1e15)).collect()
        }),
    ]
}

const ALL_INTERVALS: [Intervals; 4] =
    [Intervals::Calibrated, Intervals::Conformal, Intervals::Model, Intervals::Bootstrap];

#[test]
fn any_history_has_a_finite_forecast_of_the_length_asked_for() {
    let input = (anything(), select(ALL_INTERVALS.to_vec()));
    for_every_model(20, &input, |choice, (values, intervals)| {
        let options =
            ForecastOptions { negative: NegativeDemand::Keep, intervals, ..options(choice) };
        let result = run(values, &options);
        prop_assert_eq!(result.mean.len(), 9);
        prop_assert!(result.mean.iter().all(|v| v.is_finite()), "{:?}", result.mean);
        prop_assert_eq!(result.quantiles.len(), 5);
        for path in &result.quantiles {
            prop_assert_eq!(path.values.len(), 9);
            prop_assert!(path.values.iter().all(|v| v.is_finite()), "{:?}", path);
        }
        let sum = result.lead_time_demand(&fixed(6)).unwrap();
        prop_assert!(sum.mean().is_finite() && sum.quantile(p(0.99)).is_finite());
        Ok(())
    });
}

#[test]
fn what_is_never_negative_is_not_forecast_to_be() {
    let input = (demand(), select(ALL_INTERVALS.to_vec()));
    for_every_model(12, &input, |choice, (values, intervals)| {
        let result = run(values, &ForecastOptions { intervals, ..options(choice) });
        prop_assert!(result.mean.iter().all(|&v| v >= 0.0), "{:?}", result.mean);
        prop_assert!(result.quantiles.iter().flat_map(|path| &path.values).all(|&v| v >= 0.0));
        prop_assert!(result.lead_time_demand(&fixed(6)).unwrap().quantile(p(0.001)) >= 0.0);
        Ok(())
    });
}

#[test]
fn quantiles_ascend() {
    let input = (anything(), select(ALL_INTERVALS.to_vec()));
    for_every_model(12, &input, |choice, (values, intervals)| {
        let quantiles =
            [1e-6, 0.001, 0.01, 0.05, 0.3, 0.5, 0.51, 0.9, 0.99, 0.9999].map(p).to_vec();
        let negative = NegativeDemand::Keep;
        let options = ForecastOptions { quantiles, intervals, negative, ..options(choice) };
        let result = run(values, &options);
        for step in 0..9 {
            let at: Vec<f64> = result.quantiles.iter().map(|path| path.values[step]).collect();
            prop_assert!(at.windows(2).all(|pair| pair[0] <= pair[1]), "{at:?}");
        }
        let sum = result.lead_time_demand(&fixed(6)).unwrap();
        let at: Vec<f64> = options.quantiles.iter().map(|&p| sum.quantile(p)).collect();
        prop_assert!(at.windows(2).all(|pair| pair[0] <= pair[1]), "{at:?}");
        Ok(())
    });
}

#[test]
fn another_unit_of_measure_changes_nothing_else() {
    // Amounts that are no whole numbers in either unit: whether something is counted is told by that.
    let amounts = vec(0.3..100.0_f64, 0..60);
    let input = (amounts, select(ALL_INTERVALS.to_vec()), select(vec![-40_i32, -7, 1, 9, 30]));
    for_every_model(10, &input, |choice, (values, intervals, power)| {
        let options = ForecastOptions { intervals, ..options(choice) };
        let unit =
            (0..power.abs()).fold(1.0, |unit, _| if power < 0 { unit / 2.0 } else { unit * 2.0 });
        let one = run(values.clone(), &options);
        let other = run(values.iter().map(|value| value * unit).collect(), &options);
        let near = |a: f64, b: f64| (a * unit - b).abs() <= 1e-9 * (a * unit).abs().max(b.abs());
        prop_assert_eq!(&one.model, &other.model);
        prop_assert!(
            one.mean.iter().zip(&other.mean).all(|(a, b)| near(*a, *b)),
            "{:?} {:?}",
            one.mean,
            other.mean
        );
        for (a, b) in one.quantiles.iter().zip(&other.quantiles) {
            let mut pairs = a.values.iter().zip(&b.values);
            prop_assert!(pairs.all(|(a, b)| near(*a, *b)), "{:?} {:?}", a, b);
        }
        let sums = [one, other].map(|result| result.lead_time_demand(&fixed(6)).unwrap());
        prop_assert!(near(sums[0].quantile(p(0.95)), sums[1].quantile(p(0.95))));
        Ok(())
    });
}

#[test]
fn a_series_is_forecast_alone_whatever_stands_beside_it() {
    for_every_model(6, &vec(demand(), 1..6), |choice, histories| {
        let options = options(choice);
        let values: Vec<f64> = histories.concat();
        let mut offsets = vec![0_u32];
        for history in &histories {
            offsets.push(offsets.last().unwrap() + u32::try_from(history.len()).unwrap());
        }
        let results = forecast_batch(SeriesBatch::new(&values, &offsets), &options).unwrap();
        for (history, result) in histories.into_iter().zip(results) {
            let alone = run(history, &options);
            prop_assert_eq!(&alone, &result.unwrap());
        }
        Ok(())
    });
}

#[test]
fn one_period_ahead_is_a_lead_time_of_one_period() {
    let input = (demand(), select(ALL_INTERVALS.to_vec()));
    for_every_model(8, &input, |choice, (values, intervals)| {
        let quantiles = [0.1, 0.5, 0.9, 0.95, 0.99].map(p).to_vec();
        let result = run(values, &ForecastOptions { quantiles, intervals, ..options(choice) });
        let sum = result.lead_time_demand(&fixed(1)).unwrap();
        for path in &result.quantiles {
            let (step, sum) = (path.values[0], sum.quantile(path.probability));
            let close = (step - sum).abs() <= 1e-9 * step.abs().max(sum.abs());
            prop_assert!(close, "{} {step} {sum}", path.probability.value());
        }
        Ok(())
    });
}

#[test]
fn a_lead_time_of_no_period_has_no_demand() {
    for_every_model(3, &demand(), |choice, values| {
        let sum = run(values, &options(choice)).lead_time_demand(&fixed(0)).unwrap();
        prop_assert!(sum.mean() == 0.0 && sum.quantile(p(0.99)) == 0.0);
        Ok(())
    });
}

#[test]
fn sums_are_expected_to_be_the_sum_of_what_is_expected() {
    // Far enough from zero for no distribution to be cut off there, and without a rare spike that
    // alone is half of what is expected. Past errors taken as they are may well lean to one side.
    let steady = vec(70.0..130.0_f64, 20..60);
    let input = (steady, select(vec![Intervals::Calibrated, Intervals::Model]));
    for_every_model(8, &input, |choice, (values, intervals)| {
        let result = run(values, &ForecastOptions { intervals, ..options(choice) });
        let expected: f64 = result.mean[..6].iter().sum();
        let sum = result.lead_time_demand(&fixed(6)).unwrap();
        let width = sum.quantile(p(0.95)) - sum.quantile(p(0.05));
        prop_assert!(
            (sum.mean() - expected).abs() <= 0.15 * width,
            "{} {expected} {width}",
            sum.mean()
        );
        Ok(())
    });
}

#[test]
fn a_saved_model_goes_on_as_the_one_in_memory() {
    let input = (demand(), vec(0.0..50.0_f64, 0..9), select(ALL_INTERVALS.to_vec()));
    for_every_model(8, &input, |choice, (values, news, intervals)| {
        let mut model = run(values, &ForecastOptions { intervals, ..options(choice) }).into_model();
        let text = serde_json::to_string(&model).unwrap();
        let mut loaded: FittedModel = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&loaded, &model);
        model.update(&news).unwrap();
        for value in news {
            loaded.update(&[value]).unwrap();
        }
        prop_assert_eq!(&loaded, &model);
        let q = [0.1, 0.9].map(p);
        prop_assert_eq!(loaded.quantiles(5, &q).unwrap(), model.quantiles(5, &q).unwrap());
        prop_assert_eq!(
            loaded.lead_time_demand(&fixed(3)).unwrap(),
            model.lead_time_demand(&fixed(3)).unwrap()
        );
        Ok(())
    });
}

#[test]
fn an_update_is_a_new_fit_where_nothing_is_estimated() {
    let exact = [
        "naive",
        "mean",
        "seasonal_naive",
        "drift",
        "window_mean:5",
        "seasonal_window_mean",
        "ses:0.2",
    ];
    let mut runner = TestRunner::deterministic();
    let input = (select(exact.to_vec()), demand(), vec(0.0..50.0_f64, 0..9));
    let result = runner.run(&input, |(name, values, news)| {
        let choice = ModelChoice::Fixed { model: name.parse().unwrap() };
        let options = ForecastOptions { leading_zeros: LeadingZeros::Keep, ..options(&choice) };
        prop_assume!(!values.is_empty());
        let mut model = run(values.clone(), &options).into_model();
        model.update(&news).unwrap();
        let again = run([values, news].concat(), &options);
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
        let updated = model.mean(9).unwrap();
        prop_assert!(updated.iter().zip(&again.mean).all(close), "{updated:?} {:?}", again.mean);
        prop_assert_eq!(model.periods(), again.history().len() as u64);
        Ok(())
    });
    result.unwrap();
}

#[test]
fn a_season_that_no_history_shows_costs_nothing() {
    for choice in choices() {
        for season_length in [31, 1_000_000, 1_000_000] {
            let options = ForecastOptions { season_length, ..options(&choice) };
            let values: Vec<f64> = (0..30).map(|t| f64::from(3 + t * t % 7)).collect();
            let result = run(values, &options);
            assert!(result.mean.iter().all(|&mean| (0.0..60.0).contains(&mean)), "{choice:?}");
            assert!(serde_json::to_string(&result.into_model()).unwrap().len() < 100_000);
        }
    }
}

#[test]
fn news_of_quite_another_size_is_taken_in() {
    let history: Vec<f64> = (0..40).map(|t| f64::from(2 + t * t % 7)).collect();
    for choice in choices() {
        for (unit, news) in [(1.0, 1e15), (1e-12, 1e15), (1e-300, 1e15), (1e14, 1e-300)] {
            for intervals in ALL_INTERVALS {
                let options = ForecastOptions { intervals, ..options(&choice) };
                let values = history.iter().map(|value| value * unit).collect();
                let mut model = run(values, &options).into_model();
                model.update(&[news, 0.0, news]).unwrap();
                let mean = model.mean(5).unwrap();
                assert!(mean.iter().all(|mean| mean.is_finite()), "{choice:?} {unit} {mean:?}");
                let [path] = &model.quantiles(5, &[p(0.95)]).unwrap()[..] else { unreachable!() };
                assert!(path.values.iter().all(|high| high.is_finite()), "{choice:?} {path:?}");
                let sum = model.lead_time_demand(&fixed(3)).unwrap();
                assert!(sum.mean().is_finite(), "{choice:?} {unit} {intervals:?}");
            }
        }
    }
}

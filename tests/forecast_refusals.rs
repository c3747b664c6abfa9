//! What cannot be accepted is refused by its field, with what was expected and what came; the rest of
//! a batch is answered.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

use replenish::{
    forecast::{
        ForecastError, ForecastOptions, LeadTime, LeadTimeOutcome, ModelChoice, Regressor,
        RegressorColumn, RegressorKind, Series, SeriesBatch, forecast, forecast_batch,
    },
    unit::{Invalid, Probability},
};

/// Code, field, what was expected, what came.
fn told(error: ForecastError) -> [String; 4] {
    let ForecastError::Invalid(invalid) = error else { panic!("{error}") };
    parts(&invalid)
}

fn parts(invalid: &Invalid) -> [String; 4] {
    [invalid.code.to_owned(), invalid.path.clone(), invalid.expected.clone(), invalid.got.clone()]
}

fn series(values: &[f64]) -> Series {
    Series::new(values.to_vec()).unwrap()
}

fn refused(values: &[f64], options: &ForecastOptions) -> [String; 4] {
    told(forecast(&series(values), options).unwrap_err())
}

fn p(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn regressor(values: Vec<f64>) -> Regressor {
    Regressor { name: "rain".to_owned(), kind: RegressorKind::Other, values }
}

#[test]
fn values_are_refused_one_by_one() {
    let default = ForecastOptions::default();
    let told_of = |values: &[f64]| match Series::new(values.to_vec()) {
        Ok(series) => told(forecast(&series, &default).unwrap_err()),
        Err(error) => told(error),
    };
    let missing = "a demand, or the option `missing` to say what a gap means";
    let negative = "a demand of 0 or more, or the option `negative` to say what less means";
    let large = "a demand of at most 1000000000000000 either way";
    assert_eq!(told_of(&[1.0, f64::NAN]), ["demand_missing", "values[1]", missing, "NaN"]);
    assert_eq!(told_of(&[1.0, 2.0, -3.5]), ["demand_negative", "values[2]", negative, "-3.5"]);
    assert_eq!(told_of(&[f64::INFINITY]), ["demand_invalid", "values[0]", large, "inf"]);
    assert_eq!(told_of(&[0.0, -2e15])[..2], ["demand_invalid", "values[1]"]);
    let long = Series::new(vec![0.0; 100_001]).unwrap_err();
    assert_eq!(told(long), ["series_too_long", "values", "at most 100000 periods", "100001"]);
}

#[test]
fn options_are_refused_by_their_field() {
    let default = ForecastOptions::default;
    let refused = |options: ForecastOptions| {
        let error = refused(&[1.0; 20], &options);
        // A batch is refused as a whole, even without a series.
        let batch = forecast_batch(SeriesBatch::new(&[], &[0]), &options).unwrap_err();
        assert_eq!(told(batch), error);
        error
    };
    let horizon = "a horizon from 1 to 10000";
    for (value, got) in [(0, "0"), (10_001, "10001"), (u32::MAX, "4294967295")] {
        let options = ForecastOptions { horizon: value, ..default() };
        assert_eq!(refused(options), ["horizon_invalid", "horizon", horizon, got]);
    }
    let season = ForecastOptions { season_length: 0, ..default() };
    let expected = "a season from 1 to 1000000 periods";
    assert_eq!(refused(season), ["season_length_invalid", "season_length", expected, "0"]);
    let longer = ForecastOptions { longer_seasons: vec![365.25, 30.0], ..default() };
    let expected = "seasons that ascend from more than 365.25 to 1000000";
    let got = "[365.25, 30.0]";
    assert_eq!(refused(longer), ["season_length_invalid", "longer_seasons", expected, got]);
    let expected = "ascending probabilities above 0 and below 1, each once";
    for (quantiles, got) in [
        (vec![p(0.0)], "[0.0]"),
        (vec![p(1.0)], "[1.0]"),
        (vec![p(0.9), p(0.5)], "[0.9, 0.5]"),
        (vec![p(0.5), p(0.5)], "[0.5, 0.5]"),
    ] {
        let options = ForecastOptions { quantiles, ..default() };
        assert_eq!(refused(options), ["quantiles_invalid", "quantiles", expected, got]);
    }
    let unknown = "prophet".parse::<replenish::forecast::Model>().unwrap_err();
    let [code, _, expected, got] = parts(&unknown);
    assert!(code == "model_unknown" && got == "prophet" && expected.contains("auto_ets"));
    let error = serde_json::from_str::<ModelChoice>(r#""prophet""#).unwrap_err().to_string();
    assert!(error.contains("auto_ets") && error.contains("`prophet`"), "{error}");
}

#[test]
fn what_stands_beside_the_values_must_fit_them() {
    let short = series(&[1.0, 2.0]).with_availability(vec![true]).unwrap_err();
    assert_eq!(told(short), ["in_stock_length", "in_stock", "2 periods, as there are values", "1"]);
    let options = ForecastOptions { horizon: 3, ..ForecastOptions::default() };
    let refused = |values: Vec<f64>| {
        let regressors = vec![regressor(vec![0.0; 5]), regressor(values)];
        told(forecast(&series(&[1.0, 2.0]).with_regressors(regressors), &options).unwrap_err())
    };
    let expected = "3 values for the periods ahead behind the history";
    let path = "regressors[1].values";
    assert_eq!(refused(vec![0.0; 2]), ["regressor_without_future", path, expected, "none (rain)"]);
    let expected = "5 values: 2 of history and 3 ahead";
    for (length, got) in [(0, "0 (rain)"), (3, "3 (rain)"), (6, "6 (rain)")] {
        assert_eq!(refused(vec![0.0; length]), ["regressor_length", path, expected, got]);
    }
    let infinite = refused(vec![0.0, 1.0, f64::INFINITY, 0.0, 0.0]);
    assert_eq!(infinite, ["regressor_invalid", path, "finite numbers", "inf (rain)"]);
}

#[test]
fn lead_times_are_refused_by_their_field() {
    let forecast = forecast(&series(&[3.0; 30]), &ForecastOptions::default()).unwrap();
    let long = forecast.lead_time_demand(&LeadTime::Fixed { periods: 10_001 }).unwrap_err();
    let expected = "a lead time of at most 10000 periods";
    assert_eq!(told(long), ["lead_time_too_long", "lead_time", expected, "10001"]);
    assert!(forecast.lead_time_demand(&LeadTime::Fixed { periods: 10_000 }).is_ok());
    let half = vec![LeadTimeOutcome { periods: 2, probability: p(0.5) }];
    let half = forecast.lead_time_demand(&LeadTime::Empirical { outcomes: half }).unwrap_err();
    assert_eq!(told(half)[..2], ["lead_time_invalid", "outcomes"]);
}

#[test]
fn a_bad_series_spoils_only_itself() {
    let nan = f64::NAN;
    let values = [[4.0, 4.0, 4.0], [1.0, nan, 1.0], [5.0, 5.0, 5.0], [0.0, f64::INFINITY, 0.0]];
    let (values, offsets) = (values.concat(), [0, 3, 6, 9, 12, 12]);
    let column = RegressorColumn {
        name: "rain",
        kind: RegressorKind::Other,
        values: &[0.0; 7],
        offsets: &[0, 5, 5, 7, 7, 7],
    };
    let batch = SeriesBatch { regressors: &[column], ..SeriesBatch::new(&values, &offsets) };
    let options = ForecastOptions { horizon: 2, ..ForecastOptions::default() };
    let results = forecast_batch(batch, &options).unwrap();
    let codes: Vec<&str> = results
        .iter()
        .map(|result| result.as_ref().map_or_else(ForecastError::code, |_| ""))
        .collect();
    assert_eq!(codes, ["", "demand_missing", "regressor_length", "demand_invalid", ""]);
    assert!((results[0].as_ref().unwrap().mean[1] - 4.0).abs() < 1.0);
}

#[test]
fn an_update_that_is_refused_changes_nothing() {
    let mut model =
        forecast(&series(&[3.0, 5.0].repeat(9)), &ForecastOptions::default()).unwrap().into_model();
    let before = model.clone();
    let negative = model.update(&[1.0, -2.0]).unwrap_err();
    let expected = "a demand of 0 or more, as in the history";
    assert_eq!(told(negative), ["demand_negative", "values[1]", expected, "-2"]);
    assert_eq!(told(model.update(&[1.0, 2e15]).unwrap_err())[..2], ["demand_invalid", "values[1]"]);
    assert_eq!(told(model.mean(0).unwrap_err())[0], "horizon_invalid");
    assert_eq!(told(model.quantiles(3, &[p(0.0)]).unwrap_err())[0], "quantiles_invalid");
    assert_eq!(model, before);
}

//! How good forecasts were.

use super::{forecast_error, give, take};
use crate::forecast::{
    QuantilePath,
    accuracy::{Case, score},
};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

/// One forecast and what came of it.
#[derive(Debug, Deserialize, tsify::Tsify)]
#[serde(deny_unknown_fields)]
struct ForecastCase {
    /// What was known when it was made, oldest first; NaN is a period that is not known.
    history: Vec<f64>,
    /// Periods in one season, for the scale of errors; 1 for none.
    season_length: u32,
    /// What came in each period; NaN is a period that is not known.
    actual: Vec<f64>,
    /// Expected demand of each period.
    mean: Vec<f64>,
    /// Quantiles of each period, by ascending probability; may be empty.
    quantiles: Vec<QuantilePath>,
}

/// Scores one forecast.
#[wasm_bindgen(js_name = scoreForecast, unchecked_return_type = "Scores")]
pub fn score_forecast(
    #[wasm_bindgen(unchecked_param_type = "ForecastCase")] case: JsValue,
) -> Result<JsValue, JsValue> {
    let case: ForecastCase = take("case", case)?;
    let scores = score(&Case {
        history: &case.history,
        season_length: case.season_length as usize,
        actual: &case.actual,
        point: &case.mean,
        quantiles: &case.quantiles,
    });
    give(&scores.map_err(forecast_error)?)
}

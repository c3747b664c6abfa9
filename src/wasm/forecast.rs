//! Forecasts of one series and of many, and models that are kept.

use super::{
    columns::{Columns, numbers, object, series},
    forecast_error, give, take,
};
use crate::{
    forecast::{self, DemandDistribution, FittedModel, Forecast, LeadTime, QuantilePath},
    unit::Probability,
};
use js_sys::{Float64Array, Int32Array, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const FORECAST_TYPES: &str = r#"
/**
 * A model by name, with a parameter behind a colon where it has one: `"auto_ets"`, `"ses:0.3"`,
 * `"window_mean:8"`, `"ets:MAdM"`. Case, spaces, hyphens and underscores do not matter.
 */
export type Model = string;
/** A form of exponential smoothing: error, trend and season, such as `"MAdM"`. */
export type EtsForm = string;
/** `"auto"`, a model, or several: `"mean:auto_ets+theta"`, `"median:…"`, `"weighted:…"`. */
export type ModelChoice = string;
/** A forecast, what it was made from and what the model expected of that. */
export interface ForecastInDetail extends Forecast {
    /** The history, from launch; what was not known in it is what was to be expected. */
    history: Float64Array;
    /** What was expected one period ahead; NaN for the periods that only start the model. */
    fitted_values: Float64Array;
    /** The history less the fitted values. */
    residuals: Float64Array;
}
/** Forecasts of many series in columns. */
export interface ForecastColumns {
    /** Expected demand: `horizon` values for each series, NaN for a series with a problem. */
    mean: Float64Array;
    /** For each series one path of `horizon` values for each probability asked for. */
    quantiles: Float64Array;
    /** What was used, each once. */
    models: string[];
    /** Which of `models` was used for each series, -1 for a series with a problem. */
    model_of: Int32Array;
    /** The series that have no forecast. */
    problems: SeriesProblem[];
}
/**
 * A fitted model as a plain value: keep it as JSON, bring it up to date, ask it. How it stores what
 * it knows is its own affair and may change with the version.
 */
export interface FittedModel {
    version: string;
    /** The name of the model. */
    model: string;
    /** Periods it has seen. */
    periods: number;
    state: object;
    spread: object;
    is_non_negative: boolean;
}
"#;

/// Why one series of a batch has no forecast.
#[derive(Debug, Serialize, tsify::Tsify)]
struct SeriesProblem {
    /// Which series, counted from 0.
    index: usize,
    /// Stable name of the kind of problem.
    code: String,
    /// The problem in words.
    message: String,
}

/// What a kept model says of the next periods.
#[derive(Debug, Serialize, tsify::Tsify)]
struct ModelForecast {
    /// Expected demand of each period.
    mean: Vec<f64>,
    /// A path for each probability asked for, in that order.
    quantiles: Vec<QuantilePath>,
}

/// Demand summed over a lead time, as a distribution.
#[derive(Debug, Serialize, tsify::Tsify)]
struct LeadTimeDemand {
    /// Expected demand.
    mean: f64,
    /// Demand that is not exceeded with each probability asked for, in that order.
    quantiles: Vec<DemandQuantile>,
}

/// Demand that is not exceeded with a probability.
#[derive(Debug, Serialize, tsify::Tsify)]
struct DemandQuantile {
    /// The probability.
    probability: Probability,
    /// The demand.
    demand: f64,
}

/// Forecasts one series.
#[wasm_bindgen(js_name = forecast, unchecked_return_type = "Forecast")]
pub fn forecast_one(
    #[wasm_bindgen(unchecked_param_type = "SeriesColumns")] series: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "ForecastOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    give(&asked(series, options)?)
}

/// Forecasts one series, and tells what the model expected of its history.
#[wasm_bindgen(js_name = forecastInDetail, unchecked_return_type = "ForecastInDetail")]
pub fn forecast_in_detail(
    #[wasm_bindgen(unchecked_param_type = "SeriesColumns")] series: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "ForecastOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let forecast = asked(series, options)?;
    let given = give(&forecast)?;
    for (name, column) in [
        ("history", forecast.history()),
        ("fitted_values", &forecast.fitted_values()),
        ("residuals", &forecast.residuals()),
    ] {
        Reflect::set(&given, &name.into(), &Float64Array::from(column))?;
    }
    Ok(given)
}

/// Forecasts many series at once; a bad one spoils only itself.
#[wasm_bindgen(js_name = forecastBatch, unchecked_return_type = "ForecastColumns")]
pub fn forecast_batch(
    #[wasm_bindgen(unchecked_param_type = "BatchColumns")] batch: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "ForecastOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let options: forecast::ForecastOptions = take("options", options)?;
    let (horizon, paths) = (options.horizon as usize, options.quantiles.len());
    let (mut mean, mut quantiles): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let (mut models, mut model_of): (Vec<String>, Vec<i32>) = (Vec::new(), Vec::new());
    let mut problems = Vec::new();
    let each = |result: Result<Forecast, forecast::ForecastError>| match result {
        Ok(result) => {
            mean.extend(result.mean);
            result.quantiles.iter().for_each(|path| quantiles.extend(&path.values));
            let known = models.iter().rposition(|model| *model == result.model);
            let index = known.unwrap_or_else(|| {
                models.push(result.model);
                models.len() - 1
            });
            model_of.push(i32::try_from(index).unwrap_or(i32::MAX));
        }
        Err(error) => {
            mean.resize(mean.len() + horizon, f64::NAN);
            quantiles.resize(quantiles.len() + horizon * paths, f64::NAN);
            let (index, message) = (model_of.len(), error.to_string());
            problems.push(SeriesProblem { index, code: error.code().to_owned(), message });
            model_of.push(-1);
        }
    };
    let columns = Columns::read(batch)?;
    columns.with(|batch| forecast::forecast_each(batch, &options, each)).map_err(forecast_error)?;
    object(&[
        ("mean", Float64Array::from(&mean[..]).into()),
        ("quantiles", Float64Array::from(&quantiles[..]).into()),
        ("models", give(&models)?),
        ("model_of", Int32Array::from(&model_of[..]).into()),
        ("problems", give(&problems)?),
    ])
}

/// Demand of one series summed over a lead time: how far off sums of so many periods were, weighted
/// over the lead time's outcomes.
#[wasm_bindgen(js_name = leadTimeDemand, unchecked_return_type = "LeadTimeDemand")]
pub fn lead_time_demand(
    #[wasm_bindgen(unchecked_param_type = "SeriesColumns")] series: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "ForecastOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_param_type = "LeadTime")] lead_time: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Probability[]")] probabilities: JsValue,
) -> Result<JsValue, JsValue> {
    let lead_time: LeadTime = take("lead_time", lead_time)?;
    let demand = asked(series, options)?.lead_time_demand(&lead_time);
    distribution(&demand.map_err(forecast_error)?, probabilities)
}

/// Fits a model to one series, to be kept.
#[wasm_bindgen(js_name = fitModel, unchecked_return_type = "FittedModel")]
pub fn fit_model(
    #[wasm_bindgen(unchecked_param_type = "SeriesColumns")] series: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "ForecastOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    give(&asked(series, options)?.into_model())
}

/// The model after further periods, NaN where demand is not known. Nothing is fitted again.
#[wasm_bindgen(js_name = updateModel, unchecked_return_type = "FittedModel")]
pub fn update_model(
    #[wasm_bindgen(unchecked_param_type = "FittedModel")] model: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Float64Array")] values: &JsValue,
) -> Result<JsValue, JsValue> {
    let mut model: FittedModel = take("model", model)?;
    model.update(&numbers(values, "values")?).map_err(forecast_error)?;
    give(&model)
}

/// What a kept model says of the next periods.
#[wasm_bindgen(js_name = forecastModel, unchecked_return_type = "ModelForecast")]
pub fn forecast_model(
    #[wasm_bindgen(unchecked_param_type = "FittedModel")] model: JsValue,
    #[wasm_bindgen(unchecked_param_type = "number")] horizon: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Probability[]")] probabilities: JsValue,
) -> Result<JsValue, JsValue> {
    let (model, horizon): (FittedModel, u32) = (take("model", model)?, take("horizon", horizon)?);
    let probabilities: Vec<Probability> = take("probabilities", probabilities)?;
    let quantiles = model.quantiles(horizon, &probabilities).map_err(forecast_error)?;
    give(&ModelForecast { mean: model.mean(horizon).map_err(forecast_error)?, quantiles })
}

/// As `leadTimeDemand`, of a kept model.
#[wasm_bindgen(js_name = modelLeadTimeDemand, unchecked_return_type = "LeadTimeDemand")]
pub fn model_lead_time_demand(
    #[wasm_bindgen(unchecked_param_type = "FittedModel")] model: JsValue,
    #[wasm_bindgen(unchecked_param_type = "LeadTime")] lead_time: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Probability[]")] probabilities: JsValue,
) -> Result<JsValue, JsValue> {
    let (model, lead_time): (FittedModel, LeadTime) =
        (take("model", model)?, take("lead_time", lead_time)?);
    let demand = model.lead_time_demand(&lead_time).map_err(forecast_error)?;
    distribution(&demand, probabilities)
}

fn asked(columns: &JsValue, options: JsValue) -> Result<Forecast, JsValue> {
    let options = take("options", options)?;
    forecast::forecast(&series(columns, "series")?, &options).map_err(forecast_error)
}

fn distribution(demand: &DemandDistribution, probabilities: JsValue) -> Result<JsValue, JsValue> {
    let probabilities: Vec<Probability> = take("probabilities", probabilities)?;
    let quantile =
        |probability| DemandQuantile { probability, demand: demand.quantile(probability) };
    let quantiles = probabilities.into_iter().map(quantile).collect();
    give(&LeadTimeDemand { mean: demand.mean(), quantiles })
}

//! Recorded demand replayed under policies.

use super::{columns::Columns, forecast_error, give, refuse, take};
use crate::{
    forecast::{Series, SeriesBatch},
    inventory::{
        InventoryError,
        backtest::{
            BacktestItem, BacktestOptions, BacktestResult, BacktestSupply, compare_policies,
            line_value, try_policies,
        },
    },
};
use js_sys::Function;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// What is replayed, beside the records.
#[derive(Debug, Deserialize, tsify::Tsify)]
#[serde(deny_unknown_fields)]
struct BacktestRequest {
    /// What each product is called.
    ids: Vec<String>,
    /// How all of them are bought.
    supply: BacktestSupply,
    /// How the records are divided.
    options: BacktestOptions,
}

/// What became of a replay.
#[derive(Debug, Serialize, tsify::Tsify)]
struct Backtest {
    /// What was found; absent when no product could be replayed.
    #[tsify(type = "BacktestResult | null")]
    result: Option<BacktestResult>,
    /// The products that could not be replayed.
    left_out: Vec<LeftOut>,
}

/// Why a product could not be replayed.
#[derive(Debug, Serialize, tsify::Tsify)]
struct LeftOut {
    /// What it is called.
    id: String,
    /// Stable name of the kind of problem.
    code: String,
    /// The problem in words.
    message: String,
}

/// How records of about so many periods are usually divided.
#[wasm_bindgen(js_name = backtestOptions, unchecked_return_type = "Required<BacktestOptions>")]
pub fn backtest_options(
    #[wasm_bindgen(unchecked_param_type = "number")] season_length: JsValue,
    #[wasm_bindgen(unchecked_param_type = "number")] periods: JsValue,
) -> Result<JsValue, JsValue> {
    let season_length = take("season_length", season_length)?;
    give(&BacktestOptions::suited(season_length, take("periods", periods)?))
}

/// Replays recorded demand under our policies and others', compared at equal stock value. What is
/// called after each product gets how many are done.
#[wasm_bindgen(unchecked_return_type = "Backtest")]
pub fn backtest(
    #[wasm_bindgen(unchecked_param_type = "BatchColumns")] batch: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "BacktestRequest")] request: JsValue,
    #[wasm_bindgen(unchecked_param_type = "(done: number) => void")] on_progress: &Function,
) -> Result<JsValue, JsValue> {
    let BacktestRequest { mut ids, supply, options } = take("request", request)?;
    options.check().map_err(|invalid| refuse(invalid.at("options").at("request")))?;
    let read = |batch: SeriesBatch<'_>| batch.series().map(Vec::from_iter);
    let series: Vec<Result<Series, _>> =
        Columns::read(batch)?.with(read).map_err(forecast_error)?;
    ids.resize(series.len(), String::new());
    let mut left_out = Vec::new();
    let mut leave_out = |id: &str, error: &InventoryError| {
        let (code, message) = (error.code().to_owned(), error.to_string());
        left_out.push(LeftOut { id: id.to_owned(), code, message });
    };
    let mut items = Vec::new();
    for (id, series) in ids.into_iter().zip(series) {
        match series {
            Ok(series) => items.push(BacktestItem::of(id, &series, &supply)),
            Err(error) => leave_out(&id, &error.into()),
        }
    }
    let (line_value, mut trials) = (line_value(&items, &options), Vec::new());
    for (index, item) in items.iter().enumerate() {
        match try_policies(item, index, line_value, &options) {
            Ok(trial) => trials.push(trial),
            Err(error) => leave_out(&item.id, &error),
        }
        on_progress.call1(&JsValue::NULL, &JsValue::from_f64((index + 1) as f64))?;
    }
    let result = if trials.is_empty() {
        None
    } else {
        Some(compare_policies(&trials, &options).map_err(inventory_error)?)
    };
    give(&Backtest { result, left_out })
}

fn inventory_error(error: InventoryError) -> JsValue {
    match error {
        InventoryError::Invalid(invalid) => refuse(invalid),
        InventoryError::Forecast(error) => forecast_error(error),
    }
}

//! New products by the launches of others.

use super::{
    columns::{list, numbers, series},
    forecast_error, give, take,
};
use crate::forecast::analogue::{Analogue, LaunchOptions, forecast_launch as launch};
use js_sys::Reflect;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const LAUNCH_TYPES: &str = r#"
/** A product that was launched before; zeros before its first sale are left out. */
export interface Analogue {
    values: Float64Array;
    /** How alike it is to the new one, above zero; 1 when left out. */
    weight?: number | undefined;
}
"#;

/// Forecasts a new product by the launches of others; `observed` is the demand of its own first
/// periods and may be empty.
#[wasm_bindgen(js_name = forecastLaunch, unchecked_return_type = "LaunchForecast")]
pub fn forecast_launch(
    #[wasm_bindgen(unchecked_param_type = "readonly Analogue[]")] analogues: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Float64Array")] observed: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "LaunchOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let options: LaunchOptions = take("options", options)?;
    let mut histories = Vec::new();
    for (path, analogue) in list(&analogues, "analogues")? {
        let history = series(&analogue, &path)?;
        let weight: Option<f64> =
            take(&format!("{path}.weight"), Reflect::get(&analogue, &"weight".into())?)?;
        histories.push((history, weight.unwrap_or(1.0)));
    }
    let analogues: Vec<Analogue<'_>> =
        histories.iter().map(|(history, weight)| Analogue { history, weight: *weight }).collect();
    let observed = numbers(observed, "observed")?;
    give(&launch(&analogues, &observed, &options).map_err(forecast_error)?)
}

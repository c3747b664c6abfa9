//! Demand as it crosses to JavaScript and back: distributions in columns.

use super::{
    columns::{field, floats, object, series, whole_numbers},
    forecast_error, refuse, take,
};
use crate::{
    forecast::{DemandDistribution, LeadTime, forecast},
    unit::Invalid,
};
use js_sys::{Float64Array, Object, Reflect, Uint32Array};
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const DEMAND_TYPES: &str = r#"
/** Demand of the first period ahead, of the first two together, and so on, each as a distribution. */
export interface DemandSums {
    /** Possible demands of each sum, ascending, one sum behind the other. */
    demands: Float64Array;
    /** For each the probability that demand is at or below it; the last of a sum is 1. */
    shares: Float64Array;
    /** Where each sum begins, and at the end where the last one ends. */
    offsets: Uint32Array;
    /** For each sum how many past forecasts or periods stand behind it. */
    outcomes: Uint32Array;
}
"#;

/// Forecasts one history and sums it up: what `replenish` is asked with, as often as one likes, without
/// forecasting again.
#[wasm_bindgen(js_name = demandSums, unchecked_return_type = "DemandSums")]
pub fn demand_sums(
    #[wasm_bindgen(unchecked_param_type = "SeriesColumns")] series_columns: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "ForecastOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_param_type = "number")] periods: JsValue,
) -> Result<JsValue, JsValue> {
    let history = series(series_columns, "series")?;
    let periods: u32 = take("periods", periods)?;
    let result = forecast(&history, &take("options", options)?).map_err(forecast_error)?;
    let mut sums = Vec::new();
    for periods in 1..=periods {
        let lead_time = LeadTime::Fixed { periods };
        sums.push(result.lead_time_demand(&lead_time).map_err(forecast_error)?);
    }
    give_sums(&sums)
}

/// Writes `DemandSums`.
pub(super) fn give_sums(sums: &[DemandDistribution]) -> Result<JsValue, JsValue> {
    let (mut demands, mut shares) = (Vec::new(), Vec::new());
    let (mut ends, mut outcomes) = (vec![0], Vec::new());
    for sum in sums {
        for &(demand, share) in sum.steps() {
            demands.push(demand);
            shares.push(share);
        }
        ends.push(u32::try_from(demands.len()).unwrap_or(u32::MAX));
        outcomes.push(u32::try_from(sum.outcomes()).unwrap_or(u32::MAX));
    }
    object(&[
        ("demands", Float64Array::from(&demands[..]).into()),
        ("shares", Float64Array::from(&shares[..]).into()),
        ("offsets", Uint32Array::from(&ends[..]).into()),
        ("outcomes", Uint32Array::from(&outcomes[..]).into()),
    ])
}

/// Reads `DemandSums`.
pub(super) fn sums(columns: &JsValue, path: &str) -> Result<Vec<DemandDistribution>, JsValue> {
    let (demands, shares) = (floats(columns, path, "demands")?, floats(columns, path, "shares")?);
    let ends = whole_numbers(columns, path, "offsets")?;
    let outcomes = whole_numbers(columns, path, "outcomes")?;
    let unfit = |expected: &str, field: &str| {
        refuse(Invalid::new("demand_sums_invalid", expected, "another length").at(field).at(path))
    };
    if demands.len() != shares.len() {
        return Err(unfit("one share for each demand", "shares"));
    }
    if outcomes.len() + 1 != ends.len() {
        return Err(unfit("one number for each sum", "outcomes"));
    }
    let mut sums = Vec::with_capacity(outcomes.len());
    for (index, (pair, outcomes)) in ends.windows(2).zip(outcomes).enumerate() {
        let range = pair[0] as usize..pair[1] as usize;
        let steps = demands
            .get(range.clone())
            .zip(shares.get(range))
            .map(|(demands, shares)| demands.iter().copied().zip(shares.iter().copied()).collect())
            .ok_or_else(|| unfit("ascending offsets within the demands", "offsets"))?;
        let sum = DemandDistribution::from_steps(steps, outcomes as usize);
        sums.push(sum.map_err(|invalid| refuse(invalid.at(format_args!("{path}[{index}]"))))?);
    }
    Ok(sums)
}

/// Reads a document with `DemandSums` in its field `demand`: the sums, and what else it holds.
pub(super) fn with_demand<T: DeserializeOwned>(
    document: &JsValue,
    path: &str,
) -> Result<(Vec<DemandDistribution>, T), JsValue> {
    let demand = field(document, path, "demand")?.unwrap_or(JsValue::UNDEFINED);
    let sums = sums(&demand, &format!("{path}.demand"))?;
    let rest = Object::assign(&Object::new(), document.unchecked_ref());
    Reflect::delete_property(&rest, &"demand".into())?;
    Ok((sums, take(path, rest.into())?))
}

/// Demand of the first so many periods together.
pub(super) fn over(
    periods: u32,
    mut sums: Vec<DemandDistribution>,
    path: &str,
) -> Result<DemandDistribution, JsValue> {
    let last = (periods as usize).wrapping_sub(1);
    if last < sums.len() {
        return Ok(sums.swap_remove(last));
    }
    let expected = format!("from 1 to {} periods, as many as the demand has", sums.len());
    Err(refuse(Invalid::new("interval_too_long", expected, periods).at("periods").at(path)))
}

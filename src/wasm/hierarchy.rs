//! Forecasts that add up.

use super::{forecast_error, give, take};
use crate::forecast::hierarchy::{Hierarchy, Method, Proportions, Sign};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

/// What adds up to what.
#[derive(Debug, Deserialize, tsify::Tsify)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
struct HierarchyColumns {
    /// A tree, or several: for each node the index of its parent, null for a root.
    #[tsify(type = "readonly (number | null)[]")]
    parents: Option<Vec<Option<usize>>>,
    /// Instead of parents: for each sum the bottom series in it. The sums are the first nodes, the
    /// bottom series the others.
    #[tsify(type = "readonly (readonly number[])[]")]
    groups: Option<Vec<Vec<usize>>>,
    /// With groups: how many bottom series there are.
    bottom: Option<usize>,
}

/// How forecasts that do not add up are made to.
#[derive(Debug, Default, Deserialize, tsify::Tsify)]
#[serde(default, deny_unknown_fields)]
struct ReconcileOptions {
    /// The method.
    method: ReconcileMethod,
    /// Whether reconciled values may be below zero.
    sign: ReconciledSign,
    /// For `variance` and `minimum_trace`: one-step errors of each node, all equally long.
    residuals: Vec<Vec<f64>>,
    /// For `average_historical` and `historical_averages`: past demand of each node, all equally
    /// long.
    history: Vec<Vec<f64>>,
}

/// Whether reconciled values may be below zero.
#[derive(Debug, Default, Deserialize, tsify::Tsify)]
#[serde(rename_all = "snake_case")]
enum ReconciledSign {
    /// They may not: demand.
    #[default]
    NonNegative,
    /// They may.
    Any,
}

/// How forecasts that do not add up are made to.
#[derive(Debug, Default, Deserialize, tsify::Tsify)]
#[serde(rename_all = "snake_case")]
enum ReconcileMethod {
    /// Sums of the bottom nodes.
    BottomUp,
    /// The roots, shared out by the mean of each bottom node's past shares.
    AverageHistorical,
    /// The roots, shared out by each bottom node's share in past demand.
    HistoricalAverages,
    /// The roots, shared out by the children's forecasts.
    ForecastProportions,
    /// The smallest change, which costs the same everywhere.
    OrdinaryLeastSquares,
    /// The smallest change, which costs less where more is summed.
    #[default]
    Structural,
    /// The smallest change, which costs less where errors were large.
    Variance,
    /// The same, and errors that came together are undone together.
    MinimumTrace,
}

/// Forecasts of all nodes that add up, from forecasts that need not: a path for each node.
#[wasm_bindgen(unchecked_return_type = "number[][]")]
pub fn reconcile(
    #[wasm_bindgen(unchecked_param_type = "HierarchyColumns")] hierarchy: JsValue,
    #[wasm_bindgen(unchecked_param_type = "readonly (readonly number[])[]")] forecasts: JsValue,
    #[wasm_bindgen(unchecked_param_type = "ReconcileOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let HierarchyColumns { parents, groups, bottom } = take("hierarchy", hierarchy)?;
    let forecasts: Vec<Vec<f64>> = take("forecasts", forecasts)?;
    let ReconcileOptions { method, sign, residuals, history } = take("options", options)?;
    let hierarchy = match groups {
        Some(groups) => Hierarchy::from_groups(bottom.unwrap_or(0), &groups),
        None => Hierarchy::from_parents(&parents.unwrap_or_default()),
    };
    let (residuals, history) = (&residuals[..], &history[..]);
    let method = match method {
        ReconcileMethod::BottomUp => Method::BottomUp,
        ReconcileMethod::AverageHistorical => {
            Method::TopDown(Proportions::AverageHistorical { history })
        }
        ReconcileMethod::HistoricalAverages => {
            Method::TopDown(Proportions::HistoricalAverages { history })
        }
        ReconcileMethod::ForecastProportions => Method::TopDown(Proportions::Forecast),
        ReconcileMethod::OrdinaryLeastSquares => Method::OrdinaryLeastSquares,
        ReconcileMethod::Structural => Method::Structural,
        ReconcileMethod::Variance => Method::Variance { residuals },
        ReconcileMethod::MinimumTrace => Method::MinimumTrace { residuals },
    };
    let sign = match sign {
        ReconciledSign::NonNegative => Sign::NonNegative,
        ReconciledSign::Any => Sign::Any,
    };
    let reconciled = hierarchy.and_then(|tree| tree.reconcile(&forecasts, method, sign));
    give(&reconciled.map_err(forecast_error)?)
}

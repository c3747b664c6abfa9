//! What a demand history looks like.

use serde::{Deserialize, Serialize};

/// Demand class by the cut-offs of Syntetos, Boylan and Croston, "On the categorization of demand
/// patterns", Journal of the Operational Research Society 56 (2005).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum DemandClass {
    /// Nothing was ever wanted.
    NoDemand,
    /// Often wanted, in steady amounts.
    Smooth,
    /// Often wanted, in changing amounts.
    Erratic,
    /// Seldom wanted, in steady amounts.
    Intermittent,
    /// Seldom wanted, in changing amounts.
    Lumpy,
}

/// How often something is wanted, and how much the wanted amounts vary.
///
/// ```
/// use replenish::forecast::{DemandClass, DemandPattern, Series};
/// let pattern = DemandPattern::of(&Series::new(vec![0.0, 0.0, 4.0, 0.0, 0.0, 4.0])?);
/// assert_eq!(pattern.class, DemandClass::Intermittent);
/// assert_eq!(pattern.average_demand_interval, 3.0);
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DemandPattern {
    /// The class that the two figures give.
    pub class: DemandClass,
    /// Periods for each period with demand; zero when there is no demand.
    pub average_demand_interval: f64,
    /// Squared coefficient of variation of the amounts in periods with demand (population form).
    pub squared_coefficient_of_variation: f64,
}

/// At or above this many periods for each demand, demand is intermittent.
const INTERVAL_CUT: f64 = 1.32;
/// At or above this squared coefficient of variation, amounts are erratic.
const VARIATION_CUT: f64 = 0.49;

impl DemandPattern {
    /// Measures a history.
    pub fn of(series: &super::Series) -> Self {
        let sizes: Vec<f64> = series.values().iter().copied().filter(|&size| size > 0.0).collect();
        if sizes.is_empty() {
            return Self {
                class: DemandClass::NoDemand,
                average_demand_interval: 0.0,
                squared_coefficient_of_variation: 0.0,
            };
        }
        let count = sizes.len() as f64;
        let mean = sizes.iter().sum::<f64>() / count;
        let variance = sizes.iter().map(|size| (size - mean) * (size - mean)).sum::<f64>() / count;
        let interval = series.len() as f64 / count;
        let variation = variance / (mean * mean);
        let class = match (interval >= INTERVAL_CUT, variation >= VARIATION_CUT) {
            (false, false) => DemandClass::Smooth,
            (false, true) => DemandClass::Erratic,
            (true, false) => DemandClass::Intermittent,
            (true, true) => DemandClass::Lumpy,
        };
        Self {
            class,
            average_demand_interval: interval,
            squared_coefficient_of_variation: variation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Series;

    #[test]
    fn the_four_classes_and_none() {
        let class =
            |values: &[f64]| DemandPattern::of(&Series::new(values.to_vec()).unwrap()).class;
        assert_eq!(class(&[0.0, 0.0]), DemandClass::NoDemand);
        assert_eq!(class(&[5.0, 6.0, 5.0, 4.0]), DemandClass::Smooth);
        assert_eq!(class(&[1.0, 20.0, 1.0, 1.0]), DemandClass::Erratic);
        assert_eq!(class(&[0.0, 5.0, 0.0, 5.0]), DemandClass::Intermittent);
        assert_eq!(class(&[0.0, 20.0, 0.0, 1.0, 0.0, 1.0]), DemandClass::Lumpy);
    }
}

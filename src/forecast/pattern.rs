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

impl DemandClass {
    /// The class in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoDemand => "no",
            Self::Smooth => "smooth",
            Self::Erratic => "erratic",
            Self::Intermittent => "intermittent",
            Self::Lumpy => "lumpy",
        }
    }
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
    /// Measures a history. Periods whose demand is not known do not count.
    pub fn of(series: &super::Series) -> Self {
        let known = series.values().iter().copied().filter(|value| !value.is_nan());
        Self::of_values(&known.collect::<Vec<_>>())
    }

    pub(super) fn of_values(values: &[f64]) -> Self {
        let count = sum_of_sizes(values, |_| 1.0);
        if count < 1.0 {
            return Self {
                class: DemandClass::NoDemand,
                average_demand_interval: 0.0,
                squared_coefficient_of_variation: 0.0,
            };
        }
        let mean = sum_of_sizes(values, |size| size) / count;
        let variance = sum_of_sizes(values, |size| (size - mean) * (size - mean)) / count;
        let interval = values.len() as f64 / count;
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

/// A sum over the periods with demand.
fn sum_of_sizes(values: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let term = |value: f64| if value > 0.0 { of(value) } else { 0.0 };
    // Side by side: one sum alone would wait for each addition.
    let (fours, rest) = values.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for four in fours {
        for lane in 0..4 {
            sums[lane] += term(four[lane]);
        }
    }
    sums.into_iter().chain(rest.iter().map(|&value| term(value))).sum()
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

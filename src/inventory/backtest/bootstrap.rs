//! How sure a comparison is.

use crate::unit::{Random, sort_by};
use serde::{Deserialize, Serialize};

/// Between which values a figure lies with 90 % and with 95 % confidence.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ConfidenceInterval {
    /// The 5 % quantile of the results drawn again.
    pub lower_90: f64,
    /// The 95 % quantile.
    pub upper_90: f64,
    /// The 2.5 % quantile.
    pub lower_95: f64,
    /// The 97.5 % quantile.
    pub upper_95: f64,
}

impl ConfidenceInterval {
    /// The quantiles of figures that were drawn; none when there are fewer than twenty.
    pub(super) fn of(mut drawn: Vec<f64>) -> Option<Self> {
        drawn.retain(|figure| figure.is_finite());
        if drawn.len() < 20 {
            return None;
        }
        sort_by(&mut drawn, f64::total_cmp);
        // In fortieths, so that places need no rounding: 1 is the 2.5 % quantile.
        let quantile = |fortieths: usize| {
            let place = fortieths * (drawn.len() - 1);
            let (below, share) = (place / 40, (place % 40) as f64 / 40.0);
            let above = (below + 1).min(drawn.len() - 1);
            drawn[below] + share * (drawn[above] - drawn[below])
        };
        Some(Self {
            lower_90: quantile(2),
            upper_90: quantile(38),
            lower_95: quantile(1),
            upper_95: quantile(39),
        })
    }
}

/// How often each of some things is drawn in so many draws with replacement.
pub(super) fn draw(count: usize, random: &mut Random) -> Vec<f64> {
    let mut weights = vec![0.0; count];
    for _ in 0..count {
        weights[random.below(count)] += 1.0;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_what_was_drawn() {
        let found = ConfidenceInterval::of((0..=1000).map(f64::from).rev().collect()).unwrap();
        assert!((found.lower_90 - 50.0).abs() < 1e-9 && (found.upper_90 - 950.0).abs() < 1e-9);
        assert!((found.lower_95 - 25.0).abs() < 1e-9 && (found.upper_95 - 975.0).abs() < 1e-9);
        assert_eq!(ConfidenceInterval::of(vec![1.0; 19]), None);
        assert_eq!(ConfidenceInterval::of(vec![f64::NAN; 50]), None);
    }

    #[test]
    fn as_many_are_drawn_as_there_are() {
        let mut random = Random::new(3);
        let mut total = vec![0.0; 5];
        for _ in 0..2000 {
            let weights = draw(5, &mut random);
            assert!((weights.iter().sum::<f64>() - 5.0).abs() < 1e-12);
            total.iter_mut().zip(weights).for_each(|(total, weight)| *total += weight);
        }
        assert!(total.iter().all(|total| (1850.0..2150.0).contains(total)), "{total:?}");
    }
}

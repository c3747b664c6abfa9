//! Demand known by some of its quantiles, as forecasters hand it over.

use super::{
    Loss, UncertainDemand,
    parameter::{finite, open_share, refused},
};
use crate::unit::{Invalid, math};

/// Demand by some quantiles, straight lines between them.
///
/// Nothing is known below the first and above the last quantile; what is there counts as if it lay
/// at that quantile itself, so a service level beyond the grid is answered by the grid's end.
///
/// ```
/// use replenish::inventory::classic::{QuantileGrid, UncertainDemand};
/// let demand = QuantileGrid::new(&[0.25, 0.75], &[30.0, 40.0])?;
/// assert_eq!(demand.quantile(0.5), 35.0);
/// assert_eq!(demand.mean(), 35.0);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct QuantileGrid {
    /// Probability and quantile, both ascending; at least one.
    points: Vec<(f64, f64)>,
}

impl QuantileGrid {
    /// Quantiles of these probabilities.
    ///
    /// # Errors
    ///
    /// When there are none or not as many, the probabilities do not ascend between zero and one, or
    /// the quantiles descend.
    pub fn new(probabilities: &[f64], values: &[f64]) -> Result<Self, Invalid> {
        if probabilities.is_empty() || probabilities.len() != values.len() {
            let expected = format!("{} quantiles, and at least one", probabilities.len());
            return Err(refused("values", &expected, values.len()));
        }
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(values.len());
        for (index, (&probability, &value)) in probabilities.iter().zip(values).enumerate() {
            let (share_field, field) =
                (format!("probabilities[{index}]"), format!("values[{index}]"));
            open_share(&share_field, probability)?;
            finite(&field, value)?;
            if let Some(&(last_probability, last_value)) = points.last() {
                if probability <= last_probability {
                    return Err(refused(&share_field, "ascending probabilities", probability));
                }
                if value < last_value {
                    return Err(refused(&field, "quantiles that do not descend", value));
                }
            }
            points.push((probability, value));
        }
        Ok(Self { points })
    }

    /// Straight pieces and ends: how likely each is, and its two ends.
    fn pieces(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let inner =
            self.points.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[0].1, pair[1].1));
        let first = self.points.first().map(|&(share, value)| (share, value, value));
        let last = self.points.last().map(|&(share, value)| (1.0 - share, value, value));
        first.into_iter().chain(inner).chain(last)
    }
}

impl UncertainDemand for QuantileGrid {
    fn mean(&self) -> f64 {
        math::sum(self.pieces().map(|(share, low, high)| share * 0.5 * (low + high)))
    }

    fn quantile(&self, probability: f64) -> f64 {
        let next = self.points.partition_point(|point| point.0 < probability);
        let (Some(&right), Some(&left)) =
            (self.points.get(next).or(self.points.last()), self.points.get(next.saturating_sub(1)))
        else {
            return 0.0;
        };
        if right.0 <= left.0 || probability >= right.0 {
            return right.1;
        }
        left.1 + (probability - left.0) / (right.0 - left.0) * (right.1 - left.1)
    }

    fn loss(&self, level: f64) -> Loss {
        let shortage = math::sum(self.pieces().map(|(share, low, high)| {
            if level >= high {
                0.0
            } else if level <= low {
                share * (0.5 * (low + high) - level)
            } else {
                share * 0.5 * (high - level) * (high - level) / (high - low)
            }
        }));
        Loss { shortage, overage: (level - self.mean() + shortage).max(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_losses_agree_with_a_fine_count() {
        let demand = QuantileGrid::new(&[0.1, 0.5, 0.9], &[2.0, 6.0, 6.0]).unwrap();
        for (probability, value) in [(0.01, 2.0), (0.1, 2.0), (0.3, 4.0), (0.6, 6.0), (0.99, 6.0)] {
            assert!((demand.quantile(probability) - value).abs() < 1e-12, "{probability}");
        }
        let count = 100_000;
        for level in [1.0, 3.5, 6.0, 8.0] {
            let short = (0..count).map(|step| {
                (demand.quantile((f64::from(step) + 0.5) / f64::from(count)) - level).max(0.0)
            });
            let counted = short.sum::<f64>() / f64::from(count);
            assert!((counted - demand.loss(level).shortage).abs() < 1e-6, "{level}");
        }
    }

    #[test]
    fn crossing_quantiles_are_refused() {
        let path = |p: &[f64], v: &[f64]| QuantileGrid::new(p, v).unwrap_err().path.clone();
        assert_eq!(path(&[0.1, 0.2], &[3.0, 2.0]), "values[1]");
        assert_eq!(path(&[0.2, 0.2], &[3.0, 3.0]), "probabilities[1]");
        assert_eq!(path(&[0.2], &[]), "values");
        assert_eq!(path(&[0.2], &[f64::NAN]), "values[0]");
        assert_eq!(path(&[1.0], &[1.0]), "probabilities[0]");
    }
}

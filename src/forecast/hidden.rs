//! What may have been wanted where demand is not known.

use super::{
    filter::{Filter, Fit, one_step},
    history::History,
};
use crate::unit::math;

/// A history to measure errors on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evidence {
    /// Demand by period.
    pub(super) values: Vec<f64>,
    /// Where it tells anything.
    pub(super) known: Vec<bool>,
}

impl History {
    /// Fits a model, and where demand is not known exactly, fits it to what it expects there: an
    /// unknown period counts as its forecast, a period out of stock as the mean of all demands from
    /// what was sold upwards (the expectation step of Dempster, Laird and Rubin 1977, with normal
    /// errors). The completed values are kept.
    pub(super) fn fit<F: Filter>(&mut self, mut fit: impl FnMut(&[f64]) -> Fit<F>) -> Fit<F> {
        let mut fitted = fit(&self.values);
        let Some(known) = self.known.clone() else { return fitted };
        for _ in 0..EXPECTATION_STEPS {
            let expected = one_step(&fitted, &self.values);
            let deviation = self.deviation(&expected, fitted.warm_up);
            for index in (fitted.warm_up..known.len()).filter(|&index| !known[index]) {
                self.values[index] = match self.sold_at(index) {
                    Some(sold) => mean_above(sold, expected[index], deviation),
                    None => expected[index],
                };
            }
            fitted = fit(&self.values);
        }
        fitted
    }

    /// The history to measure errors on, and where it tells: in place of the mean of what may have been
    /// wanted in each period in which stock ran out stand values spread as errors are, one here and
    /// one there. The mean alone would hide how far off a forecast can be.
    ///
    /// Nothing where stock never ran out: then it is the history itself.
    pub(super) fn evidence<F: Filter>(&self, fit: &Fit<F>) -> Option<Evidence> {
        self.censored.as_ref()?;
        let (mut values, mut known) = (self.values.clone(), self.known.clone()?);
        let expected = one_step(fit, &self.values);
        let deviation = self.deviation(&expected, fit.warm_up);
        let mut places = evenly_spread();
        for period in fit.warm_up..values.len() {
            if let Some(sold) = self.sold_at(period) {
                known[period] = true;
                let tail = math::normal_tail((sold - expected[period]) / deviation);
                let beyond = tail * places.next().unwrap_or(0.5);
                if deviation > 0.0 && beyond > 0.0 {
                    let z = -math::normal_quantile(beyond);
                    values[period] = (expected[period] + deviation * z).max(sold);
                }
            }
        }
        Some(Evidence { values, known })
    }

    /// The standard deviation of normal errors around what was expected, likeliest for the known
    /// periods and those in which stock ran out.
    fn deviation(&self, expected: &[f64], warm_up: usize) -> f64 {
        let (mut squares, mut count) = (0.0, 0.0);
        let mut gaps = Vec::new();
        for (period, &mean) in expected.iter().enumerate().skip(warm_up) {
            if let Some(sold) = self.sold_at(period) {
                gaps.push(sold - mean);
            } else if self.known.as_ref().is_none_or(|known| known[period]) {
                squares += (self.values[period] - mean) * (self.values[period] - mean);
                count += 1.0;
            }
        }
        if count <= 0.0 {
            return 0.0;
        }
        let mut square = squares / count;
        if square <= 0.0 {
            return 0.0;
        }
        for _ in 0..DEVIATION_STEPS {
            let deviation = square.sqrt();
            let hidden = gaps.iter().map(|gap| {
                let z = gap / deviation;
                square * (1.0 + z * mean_excess(z))
            });
            square = (squares + hidden.sum::<f64>()) / (count + gaps.len() as f64);
        }
        square.sqrt()
    }
}

/// Numbers between 0 and 1, each far from those before: ½, ¼, ¾, ⅛ … (van der Corput 1935).
fn evenly_spread() -> impl Iterator<Item = f64> {
    (1_u32..).map(|index| f64::from(index.reverse_bits()) / 4_294_967_296.0)
}

/// The mean of a normal distribution above a bound.
fn mean_above(bound: f64, mean: f64, deviation: f64) -> f64 {
    if deviation <= 0.0 {
        return mean.max(bound);
    }
    (mean + deviation * mean_excess((bound - mean) / deviation)).max(bound)
}

/// The mean of a standard normal value above `z`: the ratio of density and tail, which far out is `z`
/// itself.
fn mean_excess(z: f64) -> f64 {
    if z > 8.0 { z } else { math::normal_density(z) / math::normal_tail(z) }
}

/// How often the expectation of unknown periods and the fit that expects are renewed.
const EXPECTATION_STEPS: usize = 3;
/// How often the size of errors is, which costs little.
const DEVIATION_STEPS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{ForecastOptions, Series, baseline::Baseline};

    #[test]
    fn normal_errors_cut_off_are_found_again() {
        // scipy 1.17, `norm.pdf(z) / norm.sf(z)`.
        let known = [
            (0.0, 0.797_884_560_802_865),
            (1.5, 1.938_677_166_622_543),
            (-2.0, 0.055_247_862_678_99),
        ];
        for (z, excess) in known {
            assert!((mean_excess(z) - excess).abs() < 1e-12, "{z}: {}", mean_excess(z));
        }
        assert!((mean_excess(8.000_001) - mean_excess(7.999_999)).abs() < 0.13);
        assert!((mean_above(5.0, 8.0, 0.0) - 8.0).abs() < 1e-12);
        assert!((mean_above(9.0, 8.0, 0.0) - 9.0).abs() < 1e-12);
        assert!((mean_above(10.0, 10.0, 2.0) - 10.0 - 2.0 * known[0].1).abs() < 1e-9);
    }

    #[test]
    fn a_normal_demand_cut_off_has_its_mean_and_its_spread_again() {
        // The quantiles of a normal distribution in a mixed sequence, stock for a deviation above
        // the mean: 16 % of the periods run out.
        let periods = 400;
        let wanted: Vec<f64> = (0..periods)
            .map(|t| {
                let place = f64::from(t * 149 % periods) + 0.5;
                100.0 + 20.0 * math::normal_quantile(place / f64::from(periods))
            })
            .collect();
        let sold: Vec<f64> = wanted.iter().map(|wanted| wanted.min(120.0)).collect();
        let in_stock: Vec<bool> = wanted.iter().map(|&wanted| wanted < 120.0).collect();
        let series = Series::new(sold).unwrap().with_availability(in_stock).unwrap();
        let options = ForecastOptions { season_length: 1, ..ForecastOptions::default() };
        let mut history = History::read(&series, &options).unwrap();
        let fit = history.fit(|values| Baseline::mean().fit(values.len()));
        let mean = history.values.iter().sum::<f64>() / f64::from(periods);
        assert!((mean - 100.0).abs() < 1.0, "{mean}");
        let Evidence { values: evidence, known: tells } = history.evidence(&fit).unwrap();
        let square = evidence.iter().map(|v| (v - 100.0) * (v - 100.0)).sum::<f64>();
        let deviation = (square / f64::from(periods)).sqrt();
        assert!((deviation - 20.0).abs() < 1.5, "{deviation}");
        assert!(tells.iter().skip(1).all(|&tells| tells));
        let mut sorted = evidence;
        sorted.sort_by(f64::total_cmp);
        assert!((sorted[379] - 132.9).abs() < 3.0, "the 95 % quantile, above the stock");
    }

    #[test]
    fn places_are_spread_evenly() {
        let places: Vec<f64> = evenly_spread().take(7).collect();
        assert_eq!(places, [0.5, 0.25, 0.75, 0.125, 0.625, 0.375, 0.875]);
    }
}

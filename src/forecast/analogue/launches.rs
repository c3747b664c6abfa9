//! Launches laid beside each other, and what they have in common.

use super::{Analogue, ProfileAverage};
use crate::{
    forecast::{DemandDistribution, ForecastError},
    unit::{Invalid, math, sort_by},
};

/// Relative variance of a level that is assumed beside the measured one: a product is easily
/// twice its analogues or a fraction of them.
const ASSUMED_LEVEL_VARIANCE: f64 = 1.0;
/// Relative variance of one period's demand that is assumed beside the measured one.
const ASSUMED_PERIOD_VARIANCE: f64 = 1.0;
/// Relative variance of a profile known from no analogue; it shrinks as their number grows.
const ASSUMED_PROFILE_VARIANCE: f64 = 1.0;
/// Fewest demands of launches behind the quantiles of a period.
const FEWEST_OUTCOMES: usize = 10;
/// Rounds in which levels and profile are fitted to each other; only analogues of different lengths
/// need more than the first.
const ROUNDS: usize = 20;

/// Launches laid beside each other, each from its first sale on.
pub(super) struct Launches<'a> {
    /// Demand and weight; no longer than the window.
    each: Vec<(&'a [f64], f64)>,
    window: usize,
    /// How many analogues of equal weight would say as much (Kish).
    count: f64,
}

impl<'a> Launches<'a> {
    pub(super) fn of(analogues: &[Analogue<'a>], window: usize) -> Result<Self, ForecastError> {
        let mut each = Vec::with_capacity(analogues.len());
        let heaviest = analogues.iter().map(|analogue| analogue.weight).fold(0.0, f64::max);
        for (index, analogue) in analogues.iter().enumerate() {
            let values = analogue.history.values();
            let Some(first) = values.iter().position(|&value| value > 0.0) else {
                let invalid =
                    Invalid::new("analogue_without_demand", "a product that sold", "none");
                return Err(invalid.at(format_args!("analogues[{index}].history")).into());
            };
            let end = values.len().min(first.saturating_add(window));
            each.push((&values[first..end], analogue.weight / heaviest));
        }
        let longest = each.iter().map(|(launch, _)| launch.len()).max().unwrap_or(0);
        if longest < window {
            return Err(ForecastError::TooShort {
                needed: window as u64,
                got: longest as u64,
                purpose: "the observed periods and the horizon, from an analogue's first sale on",
            });
        }
        let total = math::sum(each.iter().map(|&(_, weight)| weight));
        let squares = math::sum(each.iter().map(|&(_, weight)| weight * weight));
        Ok(Self { each, window, count: total * total / squares })
    }

    /// The level of each launch and the profile of all, whose mean is one.
    pub(super) fn fit(&self, average: ProfileAverage) -> (Vec<f64>, Vec<f64>) {
        // First by what each sold in a period on average, then by what it sold of what the profile
        // would have: a launch that is only known for its first periods is not taken for a large one.
        let flat = vec![1.0; self.window];
        let mut levels = self.levels(&flat, &vec![1.0; self.each.len()]);
        let mut profile = self.profile(&levels, average);
        for _ in 0..ROUNDS {
            levels = self.levels(&profile, &levels);
            profile = self.profile(&levels, average);
        }
        (self.levels(&profile, &levels), profile)
    }

    /// What each sold over what the profile says for the same periods; as before where that is zero.
    fn levels(&self, profile: &[f64], before: &[f64]) -> Vec<f64> {
        let level = |(&(launch, _), &before): (&(&[f64], f64), &f64)| {
            ratio(launch, profile).unwrap_or(before)
        };
        self.each.iter().zip(before).map(level).collect()
    }

    fn profile(&self, levels: &[f64], average: ProfileAverage) -> Vec<f64> {
        let averaged = |average| -> Vec<f64> {
            let of_period = |period| match average {
                ProfileAverage::Mean => mean(&self.parts(levels, period)),
                ProfileAverage::Median => median(self.parts(levels, period)),
            };
            (0..self.window).map(of_period).collect()
        };
        let mut profile = averaged(average);
        let mut total = math::sum(profile.iter().copied());
        if total <= 0.0 {
            profile = averaged(ProfileAverage::Mean);
            total = math::sum(profile.iter().copied());
        }
        let mean = total / self.window as f64;
        profile.iter().map(|part| part / mean).collect()
    }

    /// What each launch that is old enough sold in a period, in parts of its level, with its weight.
    fn parts(&self, levels: &[f64], period: usize) -> Vec<(f64, f64)> {
        let part = |(&(launch, weight), level): (&(&[f64], f64), &f64)| {
            Some((launch.get(period)? / level, weight))
        };
        self.each.iter().zip(levels).filter_map(part).collect()
    }

    /// The weighted mean of a figure of each launch.
    pub(super) fn mean(&self, values: &[f64]) -> f64 {
        let weighted = values.iter().zip(&self.each).map(|(&value, &(_, weight))| (value, weight));
        mean(&weighted.collect::<Vec<_>>())
    }

    /// The relative variance between levels, one of the assumed variance added to them.
    pub(super) fn level_variance(&self, levels: &[f64]) -> f64 {
        let centre = self.mean(levels);
        let squares: Vec<f64> = levels.iter().map(|level| square(level / centre - 1.0)).collect();
        // One degree of freedom goes into the centre, and the assumed one comes in.
        (self.count * self.mean(&squares) + ASSUMED_LEVEL_VARIANCE) / self.count
    }

    /// The relative variance of a level that is read from the first periods only.
    pub(super) fn early_variance(&self, levels: &[f64], profile: &[f64], periods: usize) -> f64 {
        let assumed = ASSUMED_PERIOD_VARIANCE / periods as f64;
        let square_of = |(&(launch, _), level): (&(&[f64], f64), &f64)| {
            let early = &launch[..launch.len().min(periods)];
            ratio(early, profile).map_or(assumed, |early| square(early / level - 1.0))
        };
        let squares: Vec<f64> = self.each.iter().zip(levels).map(square_of).collect();
        (self.count * self.mean(&squares) + assumed) / (self.count + 1.0)
    }

    /// The relative variance of the profile for want of more analogues.
    pub(super) fn profile_variance(&self) -> f64 {
        ASSUMED_PROFILE_VARIANCE / self.count
    }

    /// Demand in a period: what each launch sold then, on the new product's level, times each factor
    /// by which that may be off. With few launches the periods around count as well, lest one quiet
    /// week of the only analogue be taken for a promise.
    pub(super) fn distribution(
        &self,
        levels: &[f64],
        period: usize,
        level: f64,
        factors: &[(f64, f64)],
    ) -> DemandDistribution {
        let reach = FEWEST_OUTCOMES.div_ceil(self.each.len()) / 2;
        let last = (period + reach).min(self.window - 1);
        let mut demands = Vec::new();
        for period in period.saturating_sub(reach)..=last {
            for (part, weight) in self.parts(levels, period) {
                demands
                    .extend(factors.iter().map(|(factor, p)| (level * part * factor, weight * p)));
            }
        }
        DemandDistribution::from_weighted(demands)
    }
}

/// Demand over what the profile says for the same periods; `None` where it says nothing.
pub(super) fn ratio(demand: &[f64], profile: &[f64]) -> Option<f64> {
    let said = math::sum(profile.iter().copied().take(demand.len()));
    (said > 0.0).then(|| math::sum(demand.iter().copied()) / said)
}

/// The mean of values with weights; zero without any.
pub(super) fn mean(values: &[(f64, f64)]) -> f64 {
    let weights = math::sum(values.iter().map(|&(_, weight)| weight));
    let total = math::sum(values.iter().map(|&(value, weight)| value * weight));
    if weights > 0.0 { total / weights } else { 0.0 }
}

/// The median of values with weights: the middle of both where half of the weight is on each side.
fn median(mut values: Vec<(f64, f64)>) -> f64 {
    sort_by(&mut values, |a, b| a.0.total_cmp(&b.0));
    let half = math::sum(values.iter().map(|&(_, weight)| weight)) / 2.0;
    let rounding = 1e-12 * half;
    let mut below = 0.0;
    for (index, &(value, weight)) in values.iter().enumerate() {
        below += weight;
        if below > half + rounding {
            return value;
        }
        if below >= half - rounding {
            let next = values.get(index + 1).map_or(value, |next| next.0);
            return f64::midpoint(value, next);
        }
    }
    0.0
}

fn square(value: f64) -> f64 {
    value * value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_between_equal_halves() {
        let near = |values: &[(f64, f64)], expected: f64| {
            assert!((median(values.to_vec()) - expected).abs() < 1e-12, "{values:?}");
        };
        near(&[(5.0, 1.0), (1.0, 1.0), (2.0, 1.0)], 2.0);
        near(&[(5.0, 1.0), (1.0, 1.0)], 3.0);
        near(&[(5.0, 0.3), (1.0, 0.1), (2.0, 0.2)], 3.5);
        near(&[(5.0, 3.0), (1.0, 1.0)], 5.0);
        near(&[(5.0, 3.0)], 5.0);
    }
}

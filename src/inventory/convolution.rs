//! Demands that are independent of each other, added up.

use crate::forecast::DemandDistribution;

/// Demand of several sources together, each counted a number of times, as if they were independent
/// of each other: what a component is wanted for in all its kits, or a warehouse by all its
/// locations.
///
/// The sum of whole numbers is exact as long as it spans no more than 8192 of them. Otherwise
/// neighbouring demands are merged into their mean, no further apart than is needed to keep 128 of
/// them on either side of an addition: the mean stays the sum of the means to the last digits, and a
/// quantile moves by no more than the widths of what is merged, each at most about a hundredth of
/// the span. Adding up n sources takes n - 1 additions of at most 16,384 pairs (whole numbers: the
/// product of their spans).
///
/// Sources that rise and fall together vary more than this says: a pool of them saves less stock.
///
/// ```
/// use replenish::{forecast::DemandDistribution, inventory::independent_sum};
/// let coin = DemandDistribution::from_weighted(vec![(0.0, 0.5), (1.0, 0.5)]);
/// let sum = independent_sum(&[(&coin, 1.0), (&coin, 2.0)]); // one and a pair
/// let demands: Vec<_> = sum.demands().collect();
/// assert_eq!(demands, [(0.0, 0.25), (1.0, 0.25), (2.0, 0.25), (3.0, 0.25)]);
/// ```
pub fn independent_sum(parts: &[(&DemandDistribution, f64)]) -> DemandDistribution {
    let mut sums: Vec<DemandDistribution> =
        parts.iter().map(|&(part, factor)| scaled(part, factor)).collect();
    // Neighbours first, then their sums: small ones stay exact, and what is merged is merged fewer
    // times than if one were added after the other.
    while sums.len() > 1 {
        let pairs = sums.chunks(2).map(|pair| match pair {
            [a, b] => sum_of_two(a, b),
            _ => pair[0].clone(),
        });
        sums = pairs.collect();
    }
    let Some(total) = sums.pop() else { return DemandDistribution::from_weighted(Vec::new()) };
    // The sum was learnt from no more than the shortest history behind it: a mixture in which the
    // parts have no weight says so.
    let mut learnt: Vec<_> = parts.iter().map(|&(part, _)| (part, 0.0)).collect();
    learnt.push((&total, 1.0));
    DemandDistribution::mixture(&learnt)
}

fn sum_of_two(a: &DemandDistribution, b: &DemandDistribution) -> DemandDistribution {
    match whole(a).zip(whole(b)) {
        Some((a, b)) if a.1.len() + b.1.len() <= LONGEST_EXACT => exact(&a, &b),
        _ => merged(a, b),
    }
}

/// Demand that stock does not cover: what is above a level, and otherwise none.
pub(super) fn beyond(demand: &DemandDistribution, level: f64) -> DemandDistribution {
    let short = demand.demands().map(|(value, share)| ((value - level).max(0.0), share));
    let short = DemandDistribution::from_weighted(short.collect());
    DemandDistribution::mixture(&[(&short, 1.0), (demand, 0.0)])
}

/// The same distribution, each demand multiplied.
fn scaled(demand: &DemandDistribution, factor: f64) -> DemandDistribution {
    if (factor - 1.0).abs() < f64::EPSILON {
        return demand.clone();
    }
    let times = demand.demands().map(|(value, share)| (value * factor, share));
    DemandDistribution::from_weighted(times.collect())
}

/// Most whole numbers that an exact sum may span.
const LONGEST_EXACT: usize = 8192;
/// Most demands of either side that are added pair by pair.
const MOST_PAIRED: usize = 128;
/// Most demands that a sum is left with.
const MOST_KEPT: usize = 1024;

/// The first whole number and the share of each from there on, when all are whole and near.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole numbers within 8192 of each other"
)]
fn whole(demand: &DemandDistribution) -> Option<(f64, Vec<f64>)> {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for (value, _) in demand.demands() {
        if value.fract() != 0.0 || value.abs() > 1e15 {
            return None;
        }
        (least, most) = (least.min(value), most.max(value));
    }
    if most - least >= LONGEST_EXACT as f64 {
        return None;
    }
    let mut shares = vec![0.0; (most - least) as usize + 1];
    for (value, share) in demand.demands() {
        shares[(value - least) as usize] += share;
    }
    Some((least, shares))
}

fn exact(a: &(f64, Vec<f64>), b: &(f64, Vec<f64>)) -> DemandDistribution {
    let mut shares = vec![0.0; a.1.len() + b.1.len() - 1];
    for (i, &first) in a.1.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        for (sum, &second) in shares[i..].iter_mut().zip(&b.1) {
            *sum += first * second;
        }
    }
    let start = a.0 + b.0;
    let demands = shares.into_iter().enumerate();
    DemandDistribution::from_weighted(
        demands.map(|(index, share)| (start + index as f64, share)).collect(),
    )
}

fn merged(a: &DemandDistribution, b: &DemandDistribution) -> DemandDistribution {
    let (a, b) = (narrowed(a, MOST_PAIRED), narrowed(b, MOST_PAIRED));
    let pairs = a.iter().flat_map(|&(first, share)| {
        b.iter().map(move |&(second, other)| (first + second, share * other))
    });
    let all = DemandDistribution::from_weighted(pairs.collect());
    DemandDistribution::from_weighted(narrowed(&all, MOST_KEPT))
}

/// The distribution with at most so many demands: neighbours merged into their mean, within the
/// smallest width that is enough.
fn narrowed(demand: &DemandDistribution, most: usize) -> Vec<(f64, f64)> {
    // The shares of rare demands may be lost beside a sum that is nearly one.
    let demands: Vec<(f64, f64)> = demand.demands().filter(|&(_, share)| share > 0.0).collect();
    let [(first, _), .., (last, _)] = demands[..] else { return demands };
    if demands.len() <= most {
        return demands;
    }
    let (mut narrow, mut wide) = (0.0, last - first);
    // So many halvings that one demand far away from the others does not widen what is merged.
    for _ in 0..48 {
        let middle = f64::midpoint(narrow, wide);
        let count = groups(&demands, middle);
        if count <= most {
            wide = middle;
        } else {
            narrow = middle;
        }
        if count <= most && count > most - most / 8 {
            break;
        }
    }
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(most);
    let mut start = f64::NEG_INFINITY;
    for (value, share) in demands {
        match kept.last_mut() {
            Some((mean, weight)) if value <= start + wide => {
                *weight += share;
                *mean += (value - *mean) * (share / *weight);
            }
            _ => {
                start = value;
                kept.push((value, share));
            }
        }
    }
    kept
}

fn groups(demands: &[(f64, f64)], width: f64) -> usize {
    let (mut count, mut start) = (0, f64::NEG_INFINITY);
    for &(value, _) in demands {
        if count == 0 || value > start + width {
            count += 1;
            start = value;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::{Probability, Random, math};

    fn poisson(mean: f64) -> DemandDistribution {
        let probability = |k: f64| math::exp(k * math::ln(mean) - mean - math::ln_gamma(k + 1.0));
        DemandDistribution::from_weighted(
            (0..200).map(|k| (f64::from(k), probability(f64::from(k)))).collect(),
        )
    }

    fn quantile(demand: &DemandDistribution, share: f64) -> f64 {
        demand.quantile(Probability::new(share).unwrap())
    }

    #[test]
    fn poisson_demands_add_up_to_a_poisson_demand() {
        let sum = independent_sum(&[(&poisson(3.0), 1.0), (&poisson(5.0), 1.0)]);
        for ((value, share), (wanted, exact)) in sum.demands().zip(poisson(8.0).demands()) {
            assert!((value - wanted).abs() < 1e-12 && (share - exact).abs() < 1e-14);
        }
    }

    #[test]
    fn coins_add_up_to_a_binomial_demand() {
        let coin = DemandDistribution::from_weighted(vec![(0.0, 0.7), (3.0, 0.3)]);
        let sum = independent_sum(&[(&coin, 1.0); 12]);
        let mut ways = 1.0;
        for (heads, (value, share)) in sum.demands().enumerate() {
            let heads = heads as f64;
            let exact = ways * math::pow(0.3, heads) * math::pow(0.7, 12.0 - heads);
            assert!((value - 3.0 * heads).abs() < 1e-12 && (share - exact).abs() < 1e-14);
            ways = ways * (12.0 - heads) / (heads + 1.0);
        }
    }

    #[test]
    fn many_uneven_demands_keep_their_mean_and_nearly_their_spread() {
        let mut random = Random::new(5);
        let mut source = || {
            let demands = (0..400).map(|_| (random.fraction() * 90.0, random.fraction()));
            DemandDistribution::from_weighted(demands.collect())
        };
        let parts: Vec<_> = (0..12).map(|_| source()).collect();
        let weighted: Vec<_> = parts.iter().map(|part| (part, 1.5)).collect();
        let sum = independent_sum(&weighted);
        let mean: f64 = parts.iter().map(|part| 1.5 * part.mean()).sum();
        let squared = |part: &DemandDistribution| {
            2.25 * part.standard_deviation() * part.standard_deviation()
        };
        let deviation = parts.iter().map(squared).sum::<f64>().sqrt();
        assert!((sum.mean() - mean).abs() < 1e-9 * mean, "{} {mean}", sum.mean());
        assert!((sum.standard_deviation() / deviation - 1.0).abs() < 2e-3);
        assert!(sum.demands().count() <= MOST_KEPT);
        // Twelve of them are nearly normal.
        let normal = mean + deviation * math::normal_quantile(0.99);
        assert!((quantile(&sum, 0.99) - normal).abs() < 0.06 * deviation);
        assert_eq!(sum.outcomes(), 400);
    }

    #[test]
    fn one_far_demand_does_not_blur_the_others() {
        let steps = (0..600).map(|k| (f64::from(k) * 0.01, 1.0)).chain([(1e7, 1e-6)]);
        let far = DemandDistribution::from_weighted(steps.collect());
        let sum = independent_sum(&[(&far, 1.0), (&far, 1.0)]);
        assert!((sum.mean() - 2.0 * far.mean()).abs() < 1e-9 * sum.mean());
        // The sum of two even spreads from 0 to 6 has its ninth tenth at 12 - sqrt(0.2) * 6.
        assert!((quantile(&sum, 0.9) - (12.0 - 0.2_f64.sqrt() * 6.0)).abs() < 0.05);
    }

    #[test]
    fn stock_comes_first() {
        let demand = DemandDistribution::from_weighted(vec![(2.0, 1.0), (5.0, 1.0)]);
        let short: Vec<_> = beyond(&demand, 3.0).demands().collect();
        assert_eq!(short, [(0.0, 0.5), (2.0, 0.5)]);
        assert!(independent_sum(&[]).mean().abs() < 1e-12);
    }
}

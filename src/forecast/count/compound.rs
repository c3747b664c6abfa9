//! The sum of a random number of demands, each of a random size, on even places.
//!
//! With `c(n)` the probability of `n` demands and `S` the distribution of a size, the sum has the
//! distribution `Σ c(n) · Sⁿ`, powers being convolutions (Klugman, Panjer and Willmot, "Loss Models",
//! chapter 9). Each power follows from the one before; only places that are possible are looked at.

use super::distribution::trim;

/// Probability that makes no difference to any quantile.
pub(super) const NOTHING: f64 = 1e-16;

/// Places of a sum; what would need more is counted on coarser ones.
pub(super) const PLACES: usize = 1024;

/// What becomes of sums beyond the last place.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Beyond {
    /// They count as the last place.
    Last,
    /// They are left out.
    Left,
}

/// Where a demand goes that lies between two places.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Between {
    /// To the nearer one.
    Nearest,
    /// To both, so that the mean stays.
    Both,
}

/// Probabilities of the places 0, 1, … of the sum, of which there are at most `end`.
///
/// `counts` has the probabilities of 0, 1, … demands, `size` those of the places 0, 1, … of one.
pub(super) fn compound(counts: &[f64], size: &[f64], end: usize, beyond: Beyond) -> Vec<f64> {
    let first = size.iter().position(|&share| share > 0.0).unwrap_or(0);
    let largest = (size.len() - 1) * (counts.len() - 1);
    let size = &size[first..];
    let mut sum = vec![0.0; end.min(largest + 1)];
    let (mut power, mut next, mut padded) = (vec![1.0], Vec::new(), Vec::new());
    for (count, &share) in counts.iter().enumerate() {
        let at = count * first;
        if at >= end {
            break;
        }
        if count > 0 {
            convolve(size, &power, &mut padded, &mut next);
            std::mem::swap(&mut power, &mut next);
        }
        if at + power.len() > end {
            let lost: f64 = power.drain(end - at..).sum();
            if let (Beyond::Last, Some(last)) = (beyond, power.last_mut()) {
                *last += lost;
            }
        } else {
            trim(&mut power);
        }
        if share > NOTHING {
            let places = sum[at..].iter_mut().zip(&power);
            places.for_each(|(total, of_count)| *total += share * of_count);
        }
    }
    sum
}

/// A distribution over places with every place times one of several multiples, each with its
/// weight; places from `end` on are left out.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places and multiples are small and not negative"
)]
pub(super) fn multiplied(
    sum: &[f64],
    multiples: &[(f64, f64)],
    end: usize,
    between: Between,
) -> Vec<f64> {
    // Places are counted in this part of one, which keeps all digits of a multiple.
    const BITS: u32 = 52;
    const ONE: u64 = 1 << BITS;
    let first = sum.iter().position(|&share| share > 0.0).unwrap_or(0);
    let largest = multiples.iter().fold(0.0, |largest: f64, &(multiple, _)| largest.max(multiple));
    let places = (sum.len() as f64 * largest) as usize + 2;
    let mut all = vec![0.0; places.min(end)];
    for &(multiple, weight) in multiples {
        let stride = (multiple * ONE as f64) as u64;
        let mut place = first as u64 * stride;
        if between == Between::Nearest {
            place += ONE / 2;
        }
        for share in &sum[first..] {
            let (low, part) = ((place >> BITS) as usize, (place % ONE) as f64 / ONE as f64);
            let Some(total) = all.get_mut(low) else { break };
            match between {
                Between::Nearest => *total += share * weight,
                Between::Both => {
                    *total += share * weight * (1.0 - part);
                    if let Some(next) = all.get_mut(low + 1) {
                        *next += share * weight * part;
                    }
                }
            }
            place += stride;
        }
    }
    all
}

/// The convolution of two distributions, four places of the first at a time.
fn convolve(first: &[f64], second: &[f64], padded: &mut Vec<f64>, sum: &mut Vec<f64>) {
    padded.clear();
    padded.resize(3, 0.0);
    padded.extend_from_slice(second);
    padded.resize(second.len() + 6, 0.0);
    sum.clear();
    sum.resize(second.len() + first.len().next_multiple_of(4) - 1, 0.0);
    for (index, four) in first.chunks(4).enumerate() {
        let weight = |place: usize| four.get(place).copied().unwrap_or(0.0);
        let (a, b, c, d) = (weight(0), weight(1), weight(2), weight(3));
        let others = padded[3..].iter().zip(&padded[2..]).zip(&padded[1..]).zip(&padded[..]);
        for (total, (((p, q), r), s)) in sum[4 * index..].iter_mut().zip(others) {
            *total += (a * p + b * q) + (c * r + d * s);
        }
    }
    sum.truncate(first.len() + second.len() - 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: &[f64], expected: &[f64]) -> bool {
        found.len() == expected.len()
            && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12)
    }

    #[test]
    fn every_pair_of_places_counts() {
        let (mut padded, mut sum) = (Vec::new(), Vec::new());
        for length in 1..12_u32 {
            for other in 1..12_u32 {
                let a: Vec<f64> = (1..=length).map(|x| f64::from(x * x)).collect();
                let b: Vec<f64> = (1..=other).map(|x| 1.0 / f64::from(x)).collect();
                let mut expected = vec![0.0; a.len() + b.len() - 1];
                for (i, x) in a.iter().enumerate() {
                    for (j, y) in b.iter().enumerate() {
                        expected[i + j] += x * y;
                    }
                }
                convolve(&a, &b, &mut padded, &mut sum);
                assert!(near(&sum, &expected));
            }
        }
    }

    #[test]
    fn up_to_two_demands_by_hand() {
        let (counts, size) = ([0.5, 0.3, 0.2], [0.0, 0.75, 0.25]);
        let all = [0.5, 0.225, 0.075 + 0.2 * 0.5625, 0.2 * 0.375, 0.2 * 0.0625];
        assert!(near(&compound(&counts, &size, 9, Beyond::Last), &all));
        assert!(near(&compound(&counts, &size, 3, Beyond::Left), &all[..3]));
        let cut = compound(&counts, &size, 4, Beyond::Last);
        assert!(near(&cut, &[all[0], all[1], all[2], all[3] + all[4]]));
    }

    #[test]
    fn multiples_by_hand() {
        let sum = [0.0, 0.5, 0.5];
        let multiples = [(0.5, 0.5), (1.75, 0.5)];
        // 0.5 and 1 with 0.25 each, 1.75 and 3.5 likewise.
        let nearest = multiplied(&sum, &multiples, 9, Between::Nearest);
        assert!(near(&nearest[..5], &[0.0, 0.5, 0.25, 0.0, 0.25]));
        let both = multiplied(&sum, &multiples, 9, Between::Both);
        assert!(near(&both[..5], &[0.125, 0.125 + 0.25 + 0.0625, 0.1875, 0.125, 0.125]));
        assert!(near(&multiplied(&sum, &multiples, 2, Between::Nearest), &[0.0, 0.5]));
    }
}

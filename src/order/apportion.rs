//! How an amount is divided without losing a minor unit.

use crate::unit::{Invalid, sort_by};

/// A part's claim to a share.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Weight<'a> {
    /// Breaks ties; each key once.
    pub key: &'a str,
    /// The claim, relative to the others'.
    pub weight: u128,
    /// The most this part may get, in size; without it, anything.
    pub cap: Option<u128>,
}

/// Divides minor units in proportion to weights so that the shares add up exactly, and returns them
/// in the order of the weights together with what no cap allowed to give.
///
/// Largest remainder (Hamilton's method): every part gets its quota rounded down, and the units left
/// over go to the largest remainders, ties to the smaller key. A negative total is divided by its
/// size, so that a refund mirrors its charge. A part without weight gets nothing while another has
/// one; without any weight all parts count alike. What would exceed a cap is divided again among the
/// parts that still have room.
///
/// # Errors
///
/// When the total has more than 63 bits, or all weights together more than 64; products have 128.
///
/// ```
/// use replenish::order::{Weight, apportion};
/// let weight = |key, weight| Weight { key, weight, cap: None };
/// let (shares, rest) = apportion(-1000, &[weight("a", 3333), weight("b", 3333), weight("c", 3334)])?;
/// assert_eq!((shares, rest), (vec![-333, -333, -334], 0));
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn apportion(total: i128, weights: &[Weight<'_>]) -> Result<(Vec<i128>, i128), Invalid> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    sort_by(&mut order, |&a: &usize, &b| weights[a].key.cmp(weights[b].key));
    let claims: Vec<u128> = order.iter().map(|&part| weights[part].weight).collect();
    let caps: Vec<u128> =
        order.iter().map(|&part| weights[part].cap.unwrap_or(u128::MAX)).collect();
    let (ordered, rest) = by_place(total, &claims, Some(&caps))?;
    let mut shares = vec![0; weights.len()];
    for (part, share) in order.into_iter().zip(ordered) {
        shares[part] = share;
    }
    Ok((shares, rest))
}

/// [`apportion`] among parts that have a place and no name: ties go to the earlier one.
pub(super) fn by_place(
    total: i128,
    weights: &[u128],
    caps: Option<&[u128]>,
) -> Result<(Vec<i128>, i128), Invalid> {
    let signed = i64::try_from(total).map_err(|_| too_large(total))?;
    let claim = |&weight: &u128| u64::try_from(weight).map_err(|_| too_large(weight));
    let claims: Vec<u64> = weights.iter().map(claim).collect::<Result<_, _>>()?;
    // Nobody can get more than all there is.
    let cap =
        |place: usize| caps.map_or(u64::MAX, |caps| u64::try_from(caps[place]).unwrap_or(u64::MAX));
    let caps: Vec<u64> = (0..weights.len()).map(cap).collect();
    let mut sizes = Vec::new();
    let rest = divide_within(signed.unsigned_abs(), &claims, &caps, &mut sizes)
        .ok_or_else(|| too_large(total))?;
    let sign = if total < 0 { -1 } else { 1 };
    let shares = sizes.into_iter().map(|size| sign * i128::from(size)).collect();
    Ok((shares, sign * i128::from(rest)))
}

fn too_large(got: impl std::fmt::Display) -> Invalid {
    Invalid::new("money_too_large", "amounts and weights that fit 64 bits", got)
}

/// Divides a number in proportion to weights, ties to the earlier place; without any weight all
/// places count alike. None when the weights together have more than 64 bits.
pub(super) fn divide(total: u64, weights: &[u64], shares: &mut Vec<u64>) -> Option<()> {
    shares.clear();
    let sum = weights.iter().try_fold(0_u64, |sum, &weight| sum.checked_add(weight))?;
    if sum == 0 {
        let count = weights.len() as u64;
        shares.extend((0..count).map(|place| total / count + u64::from(place < total % count)));
        return Some(());
    }
    let largest = weights.iter().copied().max().unwrap_or(0);
    let mut remainders = Vec::with_capacity(weights.len());
    let mut left = total;
    shares.reserve_exact(weights.len());
    // Division of 128 bits is a call on most targets, and amounts are seldom that large.
    if total.checked_mul(largest).is_some() {
        for &weight in weights {
            let product = total * weight;
            shares.push(product / sum);
            remainders.push(product % sum);
            left -= product / sum;
        }
    } else {
        for &weight in weights {
            let product = u128::from(total) * u128::from(weight);
            let share = u64::try_from(product / u128::from(sum)).ok()?;
            shares.push(share);
            remainders.push(u64::try_from(product % u128::from(sum)).ok()?);
            left -= share;
        }
    }
    if left > 0 {
        give_to_largest(left, sum, &remainders, shares);
    }
    Some(())
}

/// Gives one each to as many places as `left` says: those of the largest remainders.
///
/// The smallest remainder that still gets one is found bit by bit, by counting, which takes neither
/// a sort nor a memory. More places have a remainder than there is left, since remainders are below
/// the sum of weights and add up to `left` times that sum; so nobody without weight gets anything.
fn give_to_largest(left: u64, sum: u64, remainders: &[u64], shares: &mut [u64]) {
    let reaching = |least: u64| remainders.iter().filter(|&&found| found >= least).count() as u64;
    let mut least = 0;
    for bit in (0..u64::BITS - sum.leading_zeros()).rev() {
        let higher = least | 1 << bit;
        let found = reaching(higher);
        if found >= left {
            least = higher;
        }
        if found == left {
            break;
        }
    }
    let mut ties = left - remainders.iter().filter(|&&found| found > least).count() as u64;
    for (share, &remainder) in shares.iter_mut().zip(remainders) {
        if remainder > least {
            *share += 1;
        } else if remainder == least && ties > 0 {
            *share += 1;
            ties -= 1;
        }
    }
}

/// [`divide`], no place getting more than its cap; returns what nobody had room for.
///
/// Places that are full leave, and the excess is divided among the others. Each round leaves at most
/// the full places' part of the rest, and only the others' part of the weight; the two parts multiply
/// to a quarter or less, so some fifty rounds are the most that 64 bits allow.
pub(super) fn divide_within(
    total: u64,
    weights: &[u64],
    caps: &[u64],
    shares: &mut Vec<u64>,
) -> Option<u64> {
    shares.clear();
    shares.resize(weights.len(), 0);
    let mut rest = total;
    let (mut places, mut claims, mut given) = (Vec::new(), Vec::new(), Vec::new());
    while rest > 0 {
        places.clear();
        places.extend((0..weights.len()).filter(|&place| shares[place] < caps[place]));
        // Places without weight come in only when those with one are full or there are none.
        if places.iter().any(|&place| weights[place] > 0) {
            places.retain(|&place| weights[place] > 0);
        }
        if places.is_empty() {
            break;
        }
        claims.clear();
        claims.extend(places.iter().map(|&place| weights[place]));
        divide(rest, &claims, &mut given)?;
        for (&place, &more) in places.iter().zip(&given) {
            let more = more.min(caps[place] - shares[place]);
            shares[place] += more;
            rest -= more;
        }
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(total: i128, weights: &[u128]) -> Vec<i128> {
        let keys: Vec<String> = (0..weights.len()).map(|index| format!("{index:04}")).collect();
        let weight = |(key, &weight): (&'static str, &u128)| Weight { key, weight, cap: None };
        let keys = keys.iter().map(|key| &*key.clone().leak());
        let weights: Vec<_> = keys.zip(weights).map(weight).collect();
        let (shares, rest) = apportion(total, &weights).unwrap();
        assert_eq!((shares.iter().sum::<i128>(), rest), (total, 0));
        shares
    }

    #[test]
    fn published_cases() {
        assert_eq!(shares(1000, &[3333, 3333, 3334]), [333, 333, 334]);
        assert_eq!(shares(1, &[1, 1, 1]), [1, 0, 0]);
        assert_eq!(shares(101, &[0, 333, 333, 333]), [0, 34, 34, 33]);
        assert_eq!(shares(2, &[1, 1, 1, 1, 1]), [1, 1, 0, 0, 0]);
        assert_eq!(shares(100, &[1; 7]), [15, 15, 14, 14, 14, 14, 14]);
        assert_eq!(shares(-1000, &[1, 1, 1]), [-334, -333, -333]);
        assert_eq!(shares(5, &[0, 0]), [3, 2]);
        assert_eq!(shares(10_i128.pow(13), &[10_u128.pow(13); 3])[0], 3_333_333_333_334);
    }

    #[test]
    fn ties_go_to_the_smaller_key_wherever_it_stands() {
        let weight = |key| Weight { key, weight: 1, cap: None };
        assert_eq!(apportion(1, &[weight("b"), weight("a")]).unwrap(), (vec![0, 1], 0));
    }

    #[test]
    fn caps_hold_and_the_excess_goes_to_those_with_room() {
        let weight = |key, weight, cap| Weight { key, weight, cap: Some(cap) };
        let (given, rest) =
            apportion(-10, &[weight("a", 9, 3), weight("b", 1, 20), weight("c", 0, 9)]).unwrap();
        assert_eq!((given, rest), (vec![-3, -7, 0], 0));
        // What is full from the beginning shares nothing.
        let full = [weight("a", 1, 0), weight("b", 1, 9), weight("c", 3, 9), weight("d", 2, 9)];
        assert_eq!(apportion(3, &full).unwrap(), (vec![0, 1, 1, 1], 0));
        let (given, rest) = apportion(-50, &[weight("a", 1, 10), weight("b", 2, 20)]).unwrap();
        assert_eq!((given, rest), (vec![-10, -20], -20));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let huge = Weight { key: "a", weight: u128::MAX, cap: None };
        assert_eq!(apportion(2, &[huge]).unwrap_err().code, "money_too_large");
        let half = |key| Weight { key, weight: 1 << 63, cap: None };
        assert_eq!(apportion(2, &[half("a"), half("b")]).unwrap_err().code, "money_too_large");
        assert_eq!(apportion(i128::MAX, &[]).unwrap_err().code, "money_too_large");
        assert_eq!(apportion(0, &[]).unwrap(), (vec![], 0));
        assert_eq!(apportion(7, &[]).unwrap(), (vec![], 7));
    }

    #[cfg(not(target_family = "wasm"))]
    mod properties {
        use super::*;
        use proptest::prelude::*;

        /// Largest remainder as the books have it, by sorting.
        fn by_sorting(total: u64, weights: &[u64]) -> Vec<u64> {
            let sum: u128 = weights.iter().copied().map(u128::from).sum();
            let product = |place: usize| u128::from(total) * u128::from(weights[place]);
            let mut shares: Vec<u64> = (0..weights.len())
                .map(|place| u64::try_from(product(place) / sum).unwrap())
                .collect();
            let mut order: Vec<usize> = (0..weights.len()).collect();
            order.sort_by_key(|&place| (std::cmp::Reverse(product(place) % sum), place));
            let left = total - shares.iter().sum::<u64>();
            for &place in order.iter().take(usize::try_from(left).unwrap()) {
                shares[place] += 1;
            }
            shares
        }

        fn weights() -> impl Strategy<Value = Vec<u64>> {
            let weight = prop_oneof![0..4_u64, 0..100_000_u64, 0..u64::MAX / 40];
            proptest::collection::vec(weight, 1..40)
                .prop_filter("some weight", |weights| weights.iter().any(|&weight| weight > 0))
        }

        proptest! {
            #[test]
            fn counting_finds_whom_sorting_finds(
                total in prop_oneof![0..100_u64, 0..10_000_000_u64, any::<u64>()],
                weights in weights(),
            ) {
                let mut shares = Vec::new();
                divide(total, &weights, &mut shares).unwrap();
                prop_assert_eq!(shares, by_sorting(total, &weights));
            }

            #[test]
            fn within_caps_nothing_is_lost_and_nobody_has_room_while_something_is_left(
                total in 0..1_000_000_u64,
                weights in weights(),
                caps in proptest::collection::vec(0..50_000_u64, 40),
            ) {
                let mut shares = Vec::new();
                let caps = &caps[..weights.len()];
                let rest = divide_within(total, &weights, caps, &mut shares).unwrap();
                prop_assert_eq!(shares.iter().sum::<u64>() + rest, total);
                prop_assert!(shares.iter().zip(caps).all(|(share, cap)| share <= cap));
                prop_assert!(rest == 0 || shares == caps);
            }
        }
    }
}

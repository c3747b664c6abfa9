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
/// When a product of total and weight does not fit 128 bits.
///
/// ```
/// use replenish::order::{Weight, apportion};
/// let weight = |key, weight| Weight { key, weight, cap: None };
/// let (shares, rest) = apportion(-1000, &[weight("a", 3333), weight("b", 3333), weight("c", 3334)])?;
/// assert_eq!((shares, rest), (vec![-333, -333, -334], 0));
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn apportion(total: i128, weights: &[Weight<'_>]) -> Result<(Vec<i128>, i128), Invalid> {
    let mut shares = vec![0_u128; weights.len()];
    let mut rest = total.unsigned_abs();
    loop {
        let open: Vec<usize> = (0..weights.len())
            .filter(|&part| weights[part].cap.is_none_or(|cap| shares[part] < cap))
            .collect();
        if rest == 0 || open.is_empty() {
            break;
        }
        let weighted: Vec<usize> =
            open.iter().copied().filter(|&part| weights[part].weight > 0).collect();
        // Parts without weight come in only when the weighted ones are full or there are none.
        let (parts, alike) = if weighted.is_empty() { (open, true) } else { (weighted, false) };
        let claims: Vec<(u128, &str)> = parts
            .iter()
            .map(|&part| (if alike { 1 } else { weights[part].weight }, weights[part].key))
            .collect();
        let quotas = largest_remainder(rest, &claims)?;
        let mut given = 0;
        for (&part, quota) in parts.iter().zip(quotas) {
            let room = weights[part].cap.map_or(quota, |cap| cap - shares[part]);
            shares[part] += quota.min(room);
            given += quota.min(room);
        }
        rest -= given;
    }
    let signed = |size: u128| {
        let size = i128::try_from(size).map_err(|_| too_large(total))?;
        Ok(if total < 0 { -size } else { size })
    };
    Ok((shares.into_iter().map(signed).collect::<Result<_, Invalid>>()?, signed(rest)?))
}

fn largest_remainder(total: u128, claims: &[(u128, &str)]) -> Result<Vec<u128>, Invalid> {
    let overflow = || too_large(total);
    let sum = claims.iter().try_fold(0_u128, |sum, claim| sum.checked_add(claim.0));
    let sum = sum.ok_or_else(overflow)?;
    let mut shares = Vec::with_capacity(claims.len());
    let mut order = Vec::with_capacity(claims.len());
    let mut left = total;
    for (index, &(weight, key)) in claims.iter().enumerate() {
        let product = total.checked_mul(weight).ok_or_else(overflow)?;
        shares.push(product / sum);
        order.push((std::cmp::Reverse(product % sum), key, index));
        left -= product / sum;
    }
    sort_by(&mut order, Ord::cmp);
    for (_, _, index) in order {
        if left == 0 {
            break;
        }
        shares[index] += 1;
        left -= 1;
    }
    Ok(shares)
}

fn too_large(got: impl std::fmt::Display) -> Invalid {
    Invalid::new("money_too_large", "an amount whose product with a weight fits 128 bits", got)
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
    fn caps_hold_and_the_excess_goes_to_those_with_room() {
        let weight = |key, weight, cap| Weight { key, weight, cap: Some(cap) };
        let (given, rest) =
            apportion(-10, &[weight("a", 9, 3), weight("b", 1, 20), weight("c", 0, 9)]).unwrap();
        assert_eq!((given, rest), (vec![-3, -7, 0], 0));
        let (given, rest) = apportion(-50, &[weight("a", 1, 10), weight("b", 2, 20)]).unwrap();
        assert_eq!((given, rest), (vec![-10, -20], -20));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let huge = Weight { key: "a", weight: u128::MAX, cap: None };
        assert_eq!(apportion(2, &[huge]).unwrap_err().code, "money_too_large");
        assert_eq!(apportion(0, &[]).unwrap(), (vec![], 0));
        assert_eq!(apportion(7, &[]).unwrap(), (vec![], 7));
    }
}

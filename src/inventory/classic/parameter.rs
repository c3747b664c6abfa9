//! How a number that a formula is not defined for is refused, and two things that many formulas need.

use crate::unit::Invalid;

/// The largest number that is taken: beyond, sums of demands are no longer exact to a thousandth.
const LARGEST: f64 = 1e15;

/// The smallest number above zero that is taken, so that no ratio of two overflows.
const SMALLEST: f64 = 1e-15;

/// Takes a number above zero.
pub(super) fn positive(field: &str, value: f64) -> Result<f64, Invalid> {
    if (SMALLEST..=LARGEST).contains(&value) {
        return Ok(value);
    }
    Err(refused(field, "a number above 0, from 10⁻¹⁵ to 10¹⁵", value))
}

/// Takes a number of zero or more.
pub(super) fn not_negative(field: &str, value: f64) -> Result<f64, Invalid> {
    if (0.0..=LARGEST).contains(&value) {
        return Ok(value);
    }
    Err(refused(field, "a number of 0 or more, at most 10¹⁵", value))
}

/// Takes any number but an infinite one.
pub(super) fn finite(field: &str, value: f64) -> Result<f64, Invalid> {
    if value.abs() <= LARGEST {
        return Ok(value);
    }
    Err(refused(field, "a number of at most 10¹⁵ either way", value))
}

/// Takes a share that is neither nothing nor all.
pub(super) fn open_share(field: &str, value: f64) -> Result<f64, Invalid> {
    if value > 0.0 && value < 1.0 {
        return Ok(value);
    }
    Err(refused(field, "a number above 0 and below 1", value))
}

/// The wanted probability of no stock-out: what a unit short costs, of what units short and left over
/// cost together.
pub(super) fn critical_ratio(holding_cost: f64, stockout_cost: f64) -> Result<f64, Invalid> {
    positive("holding_cost", holding_cost)?;
    positive("stockout_cost", stockout_cost)?;
    let ratio = stockout_cost / (stockout_cost + holding_cost);
    // Nearer to either end, the ratio or one less it would be a certainty in a double.
    if ratio > 1e-15 && ratio < 1.0 - 1e-15 {
        return Ok(ratio);
    }
    let expected = "within a factor of 10¹⁵ of `holding_cost`";
    Err(refused("stockout_cost", expected, stockout_cost))
}

/// A number out of its range.
pub(super) fn refused(field: &str, expected: &str, got: impl std::fmt::Display) -> Invalid {
    Invalid::new("parameter_out_of_range", expected, got).at(field)
}

/// Where a condition that is false at `low` and true at `high`, and changes once, becomes true.
///
/// Halves until the two ends are neighbours, at most a hundred times.
pub(super) fn crossing(mut low: f64, mut high: f64, reached: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// A count, from a number that is one but for its type; what does not fit becomes the nearest that
/// does.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
pub(super) fn count(value: f64) -> usize {
    value as usize
}

/// The largest whole number at or below, what does not fit becoming the nearest that does.
#[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
pub(super) fn floor(value: f64) -> i64 {
    value.floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_of_each_range() {
        for bad in [f64::NAN, f64::INFINITY, -1.0, 1e16] {
            assert_eq!(positive("a", bad).unwrap_err().path, "a");
            assert!(not_negative("a", bad).is_err() && open_share("a", bad).is_err());
        }
        assert!(positive("a", 1e-16).is_err() && positive("a", 1e-15).is_ok());
        assert!(positive("a", 0.0).is_err() && not_negative("a", 0.0).is_ok());
        assert!(open_share("a", 1.0).is_err() && open_share("a", 0.0).is_err());
        assert!(finite("a", -1.0).is_ok() && finite("a", f64::NAN).is_err());
    }

    #[test]
    fn a_crossing_is_found_to_the_last_bit() {
        let found = crossing(0.0, 2.0, |x| x * x >= 2.0);
        assert_eq!(found.to_bits(), std::f64::consts::SQRT_2.to_bits());
        assert_eq!((count(-3.0), count(1e300), floor(-0.5)), (0, usize::MAX, -1));
    }
}

//! Mathematics with the same bits on every target.
//!
//! `+ - * /` and the square root are exact to the last bit everywhere; the functions of a
//! platform's own library are not, so these come from `libm`.

/// eˣ.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// The natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// x raised to y.
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// The sum, with the rounding errors of the additions carried along and added back at the end
/// (Neumaier 1974), so that the order of large and small values hardly matters.
///
/// ```
/// use replenish::unit::math::sum;
/// assert_eq!(sum([1e100, 1.0, -1e100]), 1.0);
/// ```
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() {
            (total - next) + value
        } else {
            (value - next) + total
        };
        total = next;
    }
    total + lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_values() {
        // Computed to fifty digits with another program (bc -l), here rounded to the nearest double.
        assert!((exp(0.5) - 1.648_721_270_700_128).abs() < 1e-15);
        assert!((ln(7.0) - 1.945_910_149_055_313).abs() < 1e-15);
        assert!((pow(3.0, 0.2) - 1.245_730_939_615_517_3).abs() < 1e-15);
    }

    #[test]
    fn a_long_sum_keeps_its_small_parts() {
        let tenth = sum(std::iter::repeat_n(0.1, 1_000_000));
        assert!((tenth - 100_000.0).abs() < 1e-9, "{tenth}");
    }
}

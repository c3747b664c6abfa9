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
        // From Abramowitz and Stegun, tables 4.2 and 4.4, to the last digit printed there.
        assert!((exp(1.0) - 2.718_281_828_459_045).abs() < 1e-15);
        assert!((ln(10.0) - 2.302_585_092_994_045_7).abs() < 1e-15);
        assert!((pow(2.0, 0.5) - 1.414_213_562_373_095_1).abs() < 1e-15);
    }

    #[test]
    fn a_long_sum_keeps_its_small_parts() {
        let tenth = sum(std::iter::repeat_n(0.1, 1_000_000));
        assert!((tenth - 100_000.0).abs() < 1e-9, "{tenth}");
    }
}

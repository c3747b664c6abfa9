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

/// The density of the standard normal distribution.
pub fn normal_density(x: f64) -> f64 {
    exp(-0.5 * x * x) / std::f64::consts::TAU.sqrt()
}

/// How likely a standard normal value is above `x`.
pub fn normal_tail(x: f64) -> f64 {
    0.5 * libm::erfc(x / std::f64::consts::SQRT_2)
}

/// The quantile of the standard normal distribution (Wichura, "Algorithm AS 241", Applied Statistics
/// 37, 1988; exact to sixteen digits).
///
/// ```
/// use replenish::unit::math::normal_quantile;
/// assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
/// assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
/// ```
pub fn normal_quantile(probability: f64) -> f64 {
    let q = probability - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTRE);
    }
    let tail = if q < 0.0 { probability } else { 1.0 - probability };
    if tail <= 0.0 {
        return f64::INFINITY.copysign(q);
    }
    let r = (-ln(tail)).sqrt();
    let distance = if r <= 5.0 { ratio(r - 1.6, &MIDDLE) } else { ratio(r - 5.0, &FAR) };
    distance.copysign(q)
}

/// A ratio of two polynomials of degree seven, lowest power first.
fn ratio(x: f64, [above, below]: &[[f64; 8]; 2]) -> f64 {
    let horner =
        |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c);
    horner(above) / horner(below)
}

const CENTRE: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_855,
    ],
];
const MIDDLE: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];
const FAR: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_887_9,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_7e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

/// The cube root.
pub fn cbrt(x: f64) -> f64 {
    libm::cbrt(x)
}

/// The logarithm of the gamma function of a number above zero: ln (x − 1)! for whole x.
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
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
        assert!((cbrt(7.0) - 1.912_931_182_772_389).abs() < 1e-15);
        assert!((ln_gamma(0.5) - 0.572_364_942_924_700_1).abs() < 1e-15);
    }

    #[test]
    fn normal_quantiles_by_another_program() {
        // scipy 1.13, `norm.ppf`.
        for (probability, quantile) in [
            (1e-12, -7.034_483_825_301_131),
            (0.001, -3.090_232_306_167_813_5),
            (0.3, -0.524_400_512_708_041),
            (0.5, 0.0),
            (0.95, 1.644_853_626_951_472_2),
            (0.9995, 3.290_526_731_491_926),
        ] {
            let found = normal_quantile(probability);
            assert!((found - quantile).abs() < 1e-13, "{probability}: {found}");
        }
    }

    #[test]
    fn the_normal_distribution_fits_together() {
        for probability in [1e-9, 0.01, 0.5, 0.8, 0.999] {
            let x = normal_quantile(probability);
            assert!((1.0 - normal_tail(x) - probability).abs() < 1e-14);
            let slope = (normal_tail(x - 1e-6) - normal_tail(x + 1e-6)) / 2e-6;
            assert!((normal_density(x) - slope).abs() < 1e-9);
        }
    }

    #[test]
    fn a_long_sum_keeps_its_small_parts() {
        let tenth = sum(std::iter::repeat_n(0.1, 1_000_000));
        assert!((tenth - 100_000.0).abs() < 1e-9, "{tenth}");
    }
}

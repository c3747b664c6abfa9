//! The theta family: exponential smoothing pulled along the trend line of the series.
//!
//! The theta method takes the average of simple exponential smoothing of a series bent to `theta`
//! times its curvature and of its trend line (Assimakopoulos and Nikolopoulos, "The theta model",
//! International Journal of Forecasting 16, 2000). As a state space model (Fiorucci, Pellegrini,
//! Louzada, Petropoulos and Koehler, "Models for optimising the theta method", International
//! Journal of Forecasting 32, 2016) it expects, before period `t` (counted from zero),
//!
//! ```text
//! level + kappa · (intercept · (1 − alpha)ᵗ + slope · (1 − (1 − alpha)ᵗ⁺¹) / alpha)
//! ```
//!
//! with `kappa = 1 − 1 / theta`. The line is that of the whole series (static) or of the periods
//! seen so far (dynamic); `theta` is two (standard) or estimated (optimised). A series with a season
//! is divided by it or has it taken off first, and gets its last cycle back with the forecast.

mod season;
mod squares;

use serde::{Deserialize, Serialize};

use self::season::Season;
pub(super) use self::season::additive_effects;
use self::squares::{Estimate, Row};
use super::filter::{Filter, Fit};

/// First periods, whose errors do not count: two start the line.
const WARM_UP: usize = 3;
/// Learning rate of a series too short to estimate one.
const SHORT_ALPHA: f64 = 0.5;
/// `1 − 1 / theta` of the standard variants, whose theta is two.
const STANDARD_KAPPA: f64 = 0.5;

/// Which theta model.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum ThetaVariant {
    /// Theta is two, the line that of the whole series (STM).
    Standard,
    /// Theta is estimated, the line that of the whole series (OTM).
    Optimized,
    /// Theta is two, the line follows the series (DSTM).
    DynamicStandard,
    /// Theta is estimated, the line follows the series (DOTM).
    DynamicOptimized,
}

/// A fitted theta model, and how well it fits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ThetaFit {
    /// The model before the first period.
    pub(super) fit: Fit<Theta>,
    /// Which of the family it is.
    pub(super) variant: ThetaVariant,
    /// Mean of the squared one-step errors after the warm-up, the season taken off.
    pub(super) mean_squared_error: f64,
    /// Whether a season was found and taken off.
    pub(super) deseasonalized: bool,
}

/// A theta model after the periods it has seen.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Theta {
    season: Season,
    path: Path,
}

/// The model of the series without its season: small enough to be copied and run into the future.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
struct Path {
    alpha: f64,
    kappa: f64,
    level: f64,
    /// `(1 − alpha)` to the power of the periods seen.
    decay: f64,
    trend: Trend,
}

/// A straight line over the periods, counted from one.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
struct Line {
    intercept: f64,
    slope: f64,
}

/// Where the line comes from.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
enum Trend {
    /// The least squares line of the whole history.
    Static(Line),
    /// The least squares line of the periods seen.
    Dynamic { line: Line, mean: f64, seen: f64 },
}

/// Fits one variant. A series with fewer than four periods gets its level, smoothed.
pub(super) fn fit(values: &[f64], variant: ThetaVariant, season_length: usize) -> ThetaFit {
    let (season, adjusted) = Season::take_off(values, season_length);
    let kappa = match variant {
        ThetaVariant::Standard | ThetaVariant::DynamicStandard => Some(STANDARD_KAPPA),
        ThetaVariant::Optimized | ThetaVariant::DynamicOptimized => None,
    };
    let trend = match variant {
        ThetaVariant::Standard | ThetaVariant::Optimized => Trend::Static(Line::of(&adjusted)),
        ThetaVariant::DynamicStandard | ThetaVariant::DynamicOptimized => Trend::unseen(),
    };
    let estimate = squares::estimate(&trend.rows(&adjusted), kappa);
    describe(variant, season, trend, estimate, values.len())
}

/// Fits the variant with the least squared error.
///
/// Only the optimised ones are tried: with its theta free, each fits at least as well as the
/// standard one with the same line.
pub(super) fn auto(values: &[f64], season_length: usize) -> ThetaFit {
    let (season, adjusted) = Season::take_off(values, season_length);
    let fixed = Trend::Static(Line::of(&adjusted));
    let still = squares::estimate(&fixed.rows(&adjusted), None);
    let moving = squares::estimate(&Trend::unseen().rows(&adjusted), None);
    let (variant, trend, estimate) = if moving.squared_error < still.squared_error {
        (ThetaVariant::DynamicOptimized, Trend::unseen(), moving)
    } else {
        (ThetaVariant::Optimized, fixed, still)
    };
    describe(variant, season, trend, estimate, values.len())
}

/// The model before its first period, with what was estimated.
fn describe(
    variant: ThetaVariant,
    season: Season,
    trend: Trend,
    estimate: Estimate,
    periods: usize,
) -> ThetaFit {
    let free_theta = match variant {
        ThetaVariant::Standard | ThetaVariant::DynamicStandard => 0,
        ThetaVariant::Optimized | ThetaVariant::DynamicOptimized => 1,
    };
    let line = match trend {
        Trend::Static(_) => 2,
        Trend::Dynamic { .. } => 0,
    };
    let counted = periods.saturating_sub(WARM_UP).max(1);
    let deseasonalized = season.length() > 0;
    let parameters = 2 + free_theta + line + season.length().saturating_sub(1);
    let path = Path {
        alpha: estimate.alpha,
        kappa: estimate.kappa,
        level: estimate.level,
        decay: 1.0,
        trend,
    };
    ThetaFit {
        fit: Fit { start: Theta { season, path }, warm_up: WARM_UP.min(periods), parameters },
        variant,
        mean_squared_error: estimate.squared_error / counted as f64,
        deseasonalized,
    }
}

impl Filter for Theta {
    fn path(&self, path: &mut [f64]) {
        let mut future = self.path;
        for (ahead, expected) in path.iter_mut().enumerate() {
            let next = future.next();
            *expected = self.season.put_back(ahead, next);
            future.observe(next);
        }
    }

    fn observe(&mut self, value: f64) {
        self.path.observe(self.season.without(value));
        self.season.advance();
    }
}

impl Path {
    fn observe(&mut self, value: f64) {
        self.level += self.alpha * (value - self.level);
        self.decay *= 1.0 - self.alpha;
        self.trend.observe(value);
    }

    fn next(&self) -> f64 {
        let line = self.trend.line();
        let drift = (1.0 - self.decay * (1.0 - self.alpha)) / self.alpha;
        self.level + self.kappa * (line.intercept * self.decay + line.slope * drift)
    }
}

impl Line {
    const FLAT: Self = Self { intercept: 0.0, slope: 0.0 };

    /// The least squares line of the values.
    fn of(values: &[f64]) -> Self {
        let periods = values.len() as f64;
        let middle = f64::midpoint(periods, 1.0);
        let mean = values.iter().sum::<f64>() / periods;
        let (mut moment, mut at) = (0.0, 1.0 - middle);
        for value in values {
            moment += at * (value - mean);
            at += 1.0;
        }
        let spread = periods * (periods * periods - 1.0) / 12.0;
        let slope = if spread > 0.0 { moment / spread } else { 0.0 };
        Self { intercept: mean - slope * middle, slope }
    }
}

impl Trend {
    /// A line that has seen nothing.
    fn unseen() -> Self {
        Self::Dynamic { line: Line::FLAT, mean: 0.0, seen: 0.0 }
    }

    /// Lets the least squares line of the periods seen take in one more.
    fn observe(&mut self, value: f64) {
        let Self::Dynamic { line, mean, seen } = self else { return };
        *seen += 1.0;
        let surprise = value - *mean;
        *mean += surprise / *seen;
        // One point has no slope.
        if *seen > 1.0 {
            line.slope = ((*seen - 2.0) * line.slope + 6.0 * surprise / *seen) / (*seen + 1.0);
        }
        line.intercept = *mean - line.slope * (*seen + 1.0) / 2.0;
    }

    fn line(&self) -> Line {
        match *self {
            Self::Static(line) | Self::Dynamic { line, .. } => line,
        }
    }

    /// Each value beside the line that is known before it.
    fn rows(mut self, values: &[f64]) -> Vec<Row> {
        let row = |&value: &f64| {
            let row = Row { value, line: self.line() };
            self.observe(value);
            row
        };
        values.iter().map(row).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Airline passengers by month in thousands, 1949 to 1959 (Box and Jenkins 1976, series G).
    pub(in super::super) const AIR_PASSENGERS: [f64; 132] = [
        112.0, 118.0, 132.0, 129.0, 121.0, 135.0, 148.0, 148.0, 136.0, 119.0, 104.0, 118.0, //
        115.0, 126.0, 141.0, 135.0, 125.0, 149.0, 170.0, 170.0, 158.0, 133.0, 114.0, 140.0, //
        145.0, 150.0, 178.0, 163.0, 172.0, 178.0, 199.0, 199.0, 184.0, 162.0, 146.0, 166.0, //
        171.0, 180.0, 193.0, 181.0, 183.0, 218.0, 230.0, 242.0, 209.0, 191.0, 172.0, 194.0, //
        196.0, 196.0, 236.0, 235.0, 229.0, 243.0, 264.0, 272.0, 237.0, 211.0, 180.0, 201.0, //
        204.0, 188.0, 235.0, 227.0, 234.0, 264.0, 302.0, 293.0, 259.0, 229.0, 203.0, 229.0, //
        242.0, 233.0, 267.0, 269.0, 270.0, 315.0, 364.0, 347.0, 312.0, 274.0, 237.0, 278.0, //
        284.0, 277.0, 317.0, 313.0, 318.0, 374.0, 413.0, 405.0, 355.0, 306.0, 271.0, 306.0, //
        315.0, 301.0, 356.0, 348.0, 355.0, 422.0, 465.0, 467.0, 404.0, 347.0, 305.0, 336.0, //
        340.0, 318.0, 362.0, 348.0, 363.0, 435.0, 491.0, 505.0, 404.0, 359.0, 310.0, 337.0, //
        360.0, 342.0, 406.0, 396.0, 420.0, 472.0, 548.0, 559.0, 463.0, 407.0, 362.0, 405.0,
    ];
    const VARIANTS: [ThetaVariant; 4] = [
        ThetaVariant::Standard,
        ThetaVariant::Optimized,
        ThetaVariant::DynamicStandard,
        ThetaVariant::DynamicOptimized,
    ];

    fn now(fit: &ThetaFit, values: &[f64]) -> Theta {
        let mut model = fit.fit.start.clone();
        for &value in values {
            model.observe(value);
        }
        model
    }

    fn forecast<const H: usize>(fit: &ThetaFit, values: &[f64]) -> [f64; H] {
        let mut path = [0.0; H];
        now(fit, values).path(&mut path);
        path
    }

    #[test]
    fn air_passengers_as_statsforecast_has_them() {
        // statsforecast 2.1.1, `auto_theta(y, 12, model=…)`. Its search ends early where theta is
        // free, hence the wider tolerance; where theta is two, both find the same minimum.
        let expected = [
            [411.37, 402.27, 462.88, 444.67, 447.93, 509.60],
            [412.71, 404.64, 466.81, 449.60, 454.05, 517.86],
            [411.37, 402.27, 462.89, 444.69, 447.96, 509.64],
            [412.70, 404.64, 466.83, 449.64, 454.12, 517.98],
        ];
        for (variant, (expected, tolerance)) in
            VARIANTS.into_iter().zip(expected.into_iter().zip([1e-4, 2e-3, 1e-4, 2e-3]))
        {
            let fit = fit(&AIR_PASSENGERS, variant, 12);
            assert!(fit.deseasonalized);
            for (got, expected) in forecast::<6>(&fit, &AIR_PASSENGERS).iter().zip(expected) {
                assert!((got / expected - 1.0).abs() < tolerance, "{variant:?} {got} {expected}");
            }
        }
        let auto = auto(&AIR_PASSENGERS, 12);
        assert_eq!(auto, fit(&AIR_PASSENGERS, ThetaVariant::Optimized, 12));
        assert_eq!((auto.fit.warm_up, auto.fit.parameters), (3, 3 + 2 + 11));
    }

    #[test]
    fn a_theta_of_one_is_simple_exponential_smoothing() {
        let path = Path {
            alpha: 0.3,
            kappa: 0.0,
            level: 4.0,
            decay: 1.0,
            trend: Trend::Static(Line { intercept: 9.0, slope: 2.0 }),
        };
        let (season, _) = Season::take_off(&[1.0], 1);
        let (mut model, mut level) = (Theta { season, path }, 4.0);
        for value in [5.0, 9.0, 2.0, 7.0] {
            model.observe(value);
            level += 0.3 * (value - level);
            let mut path = [0.0; 3];
            model.path(&mut path);
            assert!(path.iter().all(|expected: &f64| (expected - level).abs() < 1e-12));
        }
    }

    #[test]
    fn the_standard_variant_drifts_by_half_the_slope() {
        // Hyndman and Billah, "Unmasking the Theta method", International Journal of Forecasting
        // 19, 2003.
        let values: Vec<f64> =
            (0..40).map(|t| 20.0 + 1.5 * f64::from(t) + f64::from(t * t % 7)).collect();
        let path: [f64; 5] = forecast(&fit(&values, ThetaVariant::Standard, 1), &values);
        for pair in path.windows(2) {
            assert!((pair[1] - pair[0] - Line::of(&values).slope / 2.0).abs() < 1e-10);
        }
    }

    #[test]
    fn the_line_that_follows_ends_where_the_line_of_all_lies() {
        let mut trend = Trend::unseen();
        for &value in &AIR_PASSENGERS {
            trend.observe(value);
        }
        let (line, whole) = (trend.line(), Line::of(&AIR_PASSENGERS));
        assert!((line.intercept - whole.intercept).abs() < 1e-9, "{line:?} {whole:?}");
        assert!((line.slope - whole.slope).abs() < 1e-11);
        let straight = Line::of(&[5.0, 8.0, 11.0]);
        assert!((straight.intercept - 2.0).abs() < 1e-12 && (straight.slope - 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_error_is_what_replaying_the_history_gets_wrong() {
        for variant in VARIANTS {
            let fit = fit(&AIR_PASSENGERS, variant, 12);
            let (season, adjusted) = Season::take_off(&AIR_PASSENGERS, 12);
            assert_eq!(season, fit.fit.start.season);
            let (mut path, mut total) = (fit.fit.start.path, 0.0);
            for (period, &value) in adjusted.iter().enumerate() {
                let error = value - path.next();
                total += if period < WARM_UP { 0.0 } else { error * error };
                path.observe(value);
            }
            let mean = total / (adjusted.len() - WARM_UP) as f64;
            assert!((mean / fit.mean_squared_error - 1.0).abs() < 1e-9, "{variant:?}");
        }
    }

    #[test]
    fn a_path_is_what_comes_when_each_period_is_as_expected() {
        for variant in VARIANTS {
            let mut model = now(&fit(&AIR_PASSENGERS, variant, 12), &AIR_PASSENGERS);
            let mut path = [0.0; 30];
            model.path(&mut path);
            for expected in path {
                let next = model.next();
                assert!((next / expected - 1.0).abs() < 1e-12, "{variant:?}");
                model.observe(next);
            }
        }
    }

    #[test]
    fn the_unit_of_measure_does_not_matter() {
        // Powers of two scale without rounding.
        for variant in VARIANTS {
            let path: [f64; 9] = forecast(&fit(&AIR_PASSENGERS, variant, 12), &AIR_PASSENGERS);
            for unit in [f64::EPSILON, 1.0 / f64::EPSILON] {
                let values = AIR_PASSENGERS.map(|value| value * unit);
                let scaled: [f64; 9] = forecast(&fit(&values, variant, 12), &values);
                let expected = path.map(|value| (value * unit).to_bits());
                assert_eq!(scaled.map(f64::to_bits), expected, "{variant:?}");
            }
        }
    }

    #[test]
    fn nasty_series_have_bounded_forecasts() {
        let shapes: [fn(usize) -> f64; 9] = [
            |_| 0.0,
            |_| 7.0,
            |_| -1e15,
            |t| if t == 3 { 1e15 } else { 0.0 },
            |t| if t % 2 == 0 { 1e-12 } else { -1e-12 },
            |t| t as f64 * 1e13,
            |t| if t % 5 == 2 { 1e15 } else { 1e-12 },
            |t| -((t * t) as f64),
            |t| ((t * 7919) % 31) as f64,
        ];
        for shape in shapes {
            for length in (1..=13).chain([24, 25, 60, 400]) {
                let values: Vec<f64> = (0..length).map(shape).collect();
                let size = values.iter().fold(0.0, |size: f64, value| size.max(value.abs()));
                for season_length in [0, 1, 4, 5, 12, 52, 1000] {
                    let fits = VARIANTS.map(|variant| fit(&values, variant, season_length));
                    for fit in fits.iter().chain([&auto(&values, season_length)]) {
                        let path: [f64; 20] = forecast(fit, &values);
                        assert!(fit.mean_squared_error.is_finite());
                        let most = 40.0 * size;
                        assert!(
                            path.iter().all(|value| value.abs() <= most),
                            "{values:?} {path:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_saved_model_goes_on() {
        let model = now(&auto(&AIR_PASSENGERS, 12), &AIR_PASSENGERS);
        let saved = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<Theta>(&saved).unwrap(), model);
    }
}

//! How often demand really falls below a quantile: histories drawn from known models, forecast by the
//! model that drew them, beside what came next.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use replenish::{
    forecast::{
        Forecast, ForecastOptions, Intervals, LeadTime, ModelChoice, NegativeDemand, Series,
        forecast,
    },
    unit::{Probability, math},
};

/// Splitmix64 (Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    fn normal(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let fraction = ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
        math::normal_quantile(fraction.max(1e-12))
    }
}

/// What draws a history, each with errors of variance 25.
#[derive(Clone, Copy, Debug)]
enum Process {
    RandomWalk,
    LocalLevel,
    Season,
    Trend,
    White,
}

impl Process {
    fn draw(self, periods: usize, seed: u64) -> Vec<f64> {
        let mut chance = Chance(seed);
        let (mut level, mut slope) = (1000.0, 0.5);
        let season = [30.0, 12.0, -20.0, 5.0, -14.0, 25.0, -9.0, 3.0, -28.0, 16.0, -12.0, -8.0];
        let mut season: Vec<f64> = season.to_vec();
        (0..periods)
            .map(|t| {
                let error = 5.0 * chance.normal();
                match self {
                    Self::RandomWalk => {
                        level += error;
                        level
                    }
                    Self::LocalLevel => {
                        let value = level + error;
                        level += 0.3 * error;
                        value
                    }
                    Self::Season => {
                        let value = level + season[t % 12] + error;
                        level += 0.2 * error;
                        season[t % 12] += 0.1 * error;
                        value
                    }
                    Self::Trend => {
                        let value = level + slope + error;
                        level += slope + 0.3 * error;
                        slope += 0.05 * error;
                        value
                    }
                    Self::White => level + error,
                }
            })
            .collect()
    }

    fn model(self) -> &'static str {
        match self {
            Self::RandomWalk => "naive",
            Self::LocalLevel => "ses",
            Self::Season => "ets:ANA",
            Self::Trend => "ets:AAN",
            Self::White => "mean",
        }
    }
}

const LEVELS: [f64; 7] = [0.025, 0.05, 0.1, 0.5, 0.9, 0.95, 0.975];

fn run(values: &[f64], model: &str, intervals: Intervals, horizon: u32) -> Forecast {
    let model = match model {
        "auto" => ModelChoice::Auto,
        name => ModelChoice::Fixed { model: name.parse().unwrap() },
    };
    let quantiles = LEVELS.map(|p| Probability::new(p).unwrap()).to_vec();
    let options = ForecastOptions {
        horizon,
        season_length: 12,
        model,
        quantiles,
        intervals,
        negative: NegativeDemand::Keep,
        ..Default::default()
    };
    forecast(&Series::new(values.to_vec()).unwrap(), &options).unwrap()
}

/// How often demand was at or below each quantile: 1, 6 and 12 periods ahead, and of 6 together.
fn coverage(
    process: Process,
    model: &str,
    periods: usize,
    intervals: Intervals,
    replications: u32,
) -> [[f64; 7]; 4] {
    let mut below = [[0.0; 7]; 4];
    for seed in 0..replications {
        let all = process.draw(periods + 12, u64::from(seed) * 1_000_003 + 17);
        let (seen, came) = all.split_at(periods);
        let result = run(seen, model, intervals, 12);
        let sum = result.lead_time_demand(&LeadTime::Fixed { periods: 6 }).unwrap();
        for (level, path) in result.quantiles.iter().enumerate() {
            for (row, ahead) in [1, 6, 12].into_iter().enumerate() {
                below[row][level] += f64::from(u8::from(came[ahead - 1] <= path.values[ahead - 1]));
            }
            let high = sum.quantile(path.probability);
            below[3][level] += f64::from(u8::from(came[..6].iter().sum::<f64>() <= high));
        }
    }
    below.map(|row| row.map(|count| count / f64::from(replications)))
}

/// The shares of demands between the quantiles of an interval of 80, 90 and 95 %.
const NOMINAL: [f64; 3] = [0.8, 0.9, 0.95];
/// With 200 replications the share of a true 80 % interval has a standard deviation of 0.028.
const REPLICATIONS: u32 = 200;

/// How far the coverage of an interval is off at worst, of steps and of a sum: below, and above.
fn worst(process: Process, periods: usize, intervals: Intervals) -> (f64, f64) {
    let below = coverage(process, process.model(), periods, intervals, REPLICATIONS);
    let (mut least, mut most) = (0.0_f64, 0.0_f64);
    for row in below {
        for (level, nominal) in NOMINAL.into_iter().enumerate() {
            let covered = row[4 + level] - row[2 - level];
            least = least.min(covered - nominal);
            most = most.max(covered - nominal);
        }
    }
    (least, most)
}

/// Checks that intervals of 120 periods miss by no more than is said for each method: calibrated,
/// conformal, of the model, and, where it is said, bootstrapped.
fn covers(process: Process, short: &[f64]) {
    const METHODS: [Intervals; 4] =
        [Intervals::Calibrated, Intervals::Conformal, Intervals::Model, Intervals::Bootstrap];
    for (intervals, &short) in METHODS.into_iter().zip(short) {
        let (least, most) = worst(process, 120, intervals);
        // Calibrated intervals grow with the share of the history that they reach ahead, as those of
        // real series do: on series that never change they are too wide.
        let wide = if intervals == Intervals::Calibrated { 0.15 } else { 0.085 };
        assert!(least >= -short && most <= wide, "{process:?} {intervals:?}: {least} {most}");
    }
}

#[test]
fn demand_around_a_mean_is_covered() {
    covers(Process::White, &[0.055; 4]);
}

#[test]
fn a_random_walk_is_covered() {
    // The errors twelve periods ahead overlap: 108 of them are worth nine, and say little themselves.
    covers(Process::RandomWalk, &[0.055, 0.09, 0.05, 0.07]);
}

#[test]
fn a_level_that_moves_is_covered() {
    covers(Process::LocalLevel, &[0.055; 4]);
}

#[test]
fn a_season_that_moves_is_covered() {
    // Fifteen parameters learnt from ten years of months.
    covers(Process::Season, &[0.08, 0.055, 0.055]);
}

#[test]
fn a_trend_that_moves_is_covered_nearby() {
    // That the slope of today is a guess is in no error of the past that it was fitted to.
    covers(Process::Trend, &[0.18, 0.11, 0.11]);
}

#[test]
fn a_short_history_of_few_parameters_is_covered() {
    for process in [Process::White, Process::RandomWalk] {
        let (least, most) = worst(process, 40, Intervals::Model);
        assert!(least >= -0.055 && most <= 0.055, "{process:?}: {least} {most}");
        let (least, most) = worst(process, 40, Intervals::Calibrated);
        assert!(least >= -0.09 && most <= 0.15, "{process:?}: {least} {most}");
    }
}

#[test]
fn further_parameters_widen_what_is_drawn() {
    // Three years of months and fifteen parameters: without Akaike's factor 57 % instead of 80 % of
    // demands were between the bootstrapped quantiles.
    for intervals in [Intervals::Conformal, Intervals::Model, Intervals::Bootstrap] {
        let below = coverage(Process::Season, "ets:ANA", 40, intervals, REPLICATIONS);
        let covered = below[0][4] - below[0][2];
        assert!((covered - 0.8).abs() < 0.05, "{intervals:?} {covered}");
    }
}

//! A series as trend, seasons and remainder.
//!
//! One season: STL (Cleveland, Cleveland, `McRae` and Terpenning, "STL: a seasonal-trend
//! decomposition procedure based on loess", Journal of Official Statistics 6, 1990). Several: MSTL
//! (Bandara, Hyndman and Bergmeir, "MSTL: a seasonal-trend decomposition algorithm for time series
//! with multiple seasonal patterns", 2021), which takes the seasons out one after the other, the
//! shortest first, and then each again with the others removed.
//!
//! A season need not be a whole number of periods: a year of days has 365.25. Its periods are cut
//! into as many slots as the rounded length, and a period belongs to the slot at its place in the
//! cycle; a leap year then puts two days into one slot instead of moving all that follow.

use super::loess::{Degree, Loess, whole_part};

/// How a series is taken apart.
#[derive(Clone, Debug)]
pub(super) struct Decompose<'a> {
    /// Periods in a cycle, shortest first.
    pub(super) lengths: &'a [f64],
    /// How fast seasons may change.
    pub(super) seasons: Seasons,
    /// Whether single wild values may bend the result.
    pub(super) outliers: Outliers,
}

/// How fast the shape of a season may change from cycle to cycle.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Seasons {
    /// The same in every cycle.
    Fixed,
    /// As it is over about so many neighbouring cycles; slower seasons are given more.
    Changing {
        /// Cycles in the window of the shortest season.
        cycles: usize,
    },
}

/// What single wild values do to a decomposition.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outliers {
    /// They count like all others.
    Count,
    /// They are found and count less, or nothing; about eight times the work.
    Resist,
}

/// A series taken apart: `trend + seasons + remainder` is the series.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decomposition {
    /// The slow movement.
    pub(super) trend: Vec<f64>,
    /// One component for each season that the series is long enough to show, shortest first.
    pub(super) seasons: Vec<SeasonPart>,
    /// What is left.
    pub(super) remainder: Vec<f64>,
}

/// One seasonal component.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SeasonPart {
    /// Periods in a cycle.
    pub(super) length: f64,
    /// The component in every period.
    pub(super) values: Vec<f64>,
}

impl Decompose<'_> {
    /// Takes the series apart. A season shorter than two periods, or longer than half the series,
    /// is left out: the result has a component less.
    pub(super) fn apply(&self, values: &[f64]) -> Decomposition {
        let lengths: Vec<f64> =
            self.lengths.iter().copied().filter(|&length| shows(values.len(), length)).collect();
        let mut stls: Vec<Stl> = Vec::new();
        for (index, &length) in lengths.iter().enumerate() {
            stls.push(Stl::new(values.len(), length, self.seasons, index));
        }
        let mut seasons: Vec<SeasonPart> = lengths
            .iter()
            .map(|&length| SeasonPart { length, values: vec![0.0; values.len()] })
            .collect();
        let mut rest = values.to_vec();
        let mut trend = vec![0.0; values.len()];
        let rounds = if stls.len() > 1 { 2 } else { 1 };
        for _ in 0..rounds {
            for (stl, season) in stls.iter().zip(&mut seasons) {
                add(&mut rest, &season.values, 1.0);
                stl.apply(&rest, self.outliers, &mut season.values, &mut trend);
                add(&mut rest, &season.values, -1.0);
            }
        }
        if stls.is_empty() {
            // Without a season the trend is what a window of a third of the series sees.
            Loess::new(values.len() / 3, Degree::Line).smooth(values, &[], &mut trend);
        }
        let remainder = rest.iter().zip(&trend).map(|(value, slow)| value - slow).collect();
        Decomposition { trend, seasons, remainder }
    }
}

/// Whether a series of so many periods shows a season of this length: two cycles at least.
pub(super) fn shows(periods: usize, length: f64) -> bool {
    length >= 2.0 && length * 2.0 <= periods as f64
}

/// How many slots a season of this length has.
pub(super) fn slots(length: f64) -> usize {
    whole_part(length.max(1.0) + 0.5)
}

/// The slot of a period counted from the first one of the series.
pub(super) fn slot(period: usize, length: f64) -> usize {
    let count = slots(length);
    let place = period as f64 / length;
    whole_part((place - place.floor()) * count as f64 + 1e-6).min(count - 1)
}

/// One season's STL.
struct Stl {
    seasonal: Option<Loess>,
    low: Loess,
    trend: Loess,
    slots: usize,
    /// The periods of each slot, one slot behind the other.
    members: Vec<usize>,
    /// Where each slot begins in `members`, and the end.
    starts: Vec<usize>,
    /// The slot of each period of the cycle before the series, then of the one behind it.
    outside: Vec<usize>,
}

impl Stl {
    fn new(periods: usize, length: f64, seasons: Seasons, index: usize) -> Self {
        let slots = slots(length);
        let mut starts = vec![0; slots + 1];
        for period in 0..periods {
            starts[slot(period, length) + 1] += 1;
        }
        for slot in 0..slots {
            starts[slot + 1] += starts[slot];
        }
        let mut next = starts.clone();
        let mut members = vec![0; periods];
        for period in 0..periods {
            let place = &mut next[slot(period, length)];
            members[*place] = period;
            *place += 1;
        }
        // A cycle before the series looks like the first one, a cycle behind like the next.
        let outside = (0..slots)
            .map(|period| slot(period, length))
            .chain((periods..periods + slots).map(|period| slot(period, length)))
            .collect();
        // The paper's rule: the trend must not follow what the season should take.
        let (seasonal, stretch) = match seasons {
            Seasons::Fixed => (None, 1.0),
            Seasons::Changing { cycles } => {
                let span = Loess::new(cycles.saturating_add(4 * index).max(3), Degree::Level);
                (Some(span), 1.0 / (1.0 - 1.5 / span.span as f64))
            }
        };
        let trend = whole_part((1.5 * slots as f64 * stretch).ceil());
        Self {
            seasonal,
            low: Loess::new(slots, Degree::Line),
            trend: Loess::new(trend, Degree::Line),
            slots,
            members,
            starts,
            outside,
        }
    }

    fn apply(&self, values: &[f64], outliers: Outliers, season: &mut [f64], trend: &mut [f64]) {
        trend.fill(0.0);
        let mut robustness = Vec::new();
        let (outer, inner) = match outliers {
            Outliers::Count => (0, 2),
            Outliers::Resist => (ROBUST_ROUNDS, 1),
        };
        for round in 0..=outer {
            for _ in 0..inner {
                self.inner(values, &robustness, season, trend);
            }
            if round < outer {
                let rest: Vec<f64> =
                    (0..values.len()).map(|t| (values[t] - season[t] - trend[t]).abs()).collect();
                robustness = bisquare(&rest);
            }
        }
    }

    /// One pass: the season from what the trend leaves, the trend from what the season leaves.
    fn inner(&self, values: &[f64], robustness: &[f64], season: &mut [f64], trend: &mut [f64]) {
        let periods = values.len();
        let mut cycles = vec![0.0; periods + 2 * self.slots];
        self.smooth_slots(values, trend, robustness, &mut cycles);
        let mut low = cycles.clone();
        for width in [self.slots, self.slots, 3] {
            low = moving_average(&low, width);
        }
        self.low.smooth(&low, &[], season);
        for (t, value) in season.iter_mut().enumerate() {
            *value = cycles[self.slots + t] - *value;
        }
        let adjusted: Vec<f64> = values.iter().zip(&*season).map(|(y, s)| y - s).collect();
        self.trend.smooth(&adjusted, robustness, trend);
    }

    /// Smooths each slot over the cycles, one cycle further at both ends.
    fn smooth_slots(&self, values: &[f64], trend: &[f64], robustness: &[f64], out: &mut [f64]) {
        let longest = self.starts.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
        let (mut own, mut weights) = (vec![0.0; longest], vec![0.0; longest]);
        let mut smooth = vec![0.0; longest];
        let mut ends = vec![(0.0, 0.0); self.slots];
        for (slot, end) in ends.iter_mut().enumerate() {
            let members = &self.members[self.starts[slot]..self.starts[slot + 1]];
            let count = members.len();
            for (place, &period) in members.iter().enumerate() {
                own[place] = values[period] - trend[period];
            }
            if !robustness.is_empty() {
                for (place, &period) in members.iter().enumerate() {
                    weights[place] = robustness[period];
                }
            }
            let weights = if robustness.is_empty() { &[][..] } else { &weights[..count] };
            let (own, smooth) = (&own[..count], &mut smooth[..count]);
            *end = if let Some(loess) = &self.seasonal {
                loess.smooth(own, weights, smooth);
                (loess.at(own, weights, -1.0), loess.at(own, weights, count as f64))
            } else {
                let mean = weighted_mean(own, weights);
                smooth.fill(mean);
                (mean, mean)
            };
            for (&period, value) in members.iter().zip(smooth) {
                out[self.slots + period] = *value;
            }
        }
        let (before, behind) = self.outside.split_at(self.slots);
        let last = out.len() - self.slots;
        for (place, (&first, &next)) in before.iter().zip(behind).enumerate() {
            out[place] = ends[first].0;
            out[last + place] = ends[next].1;
        }
    }
}

/// Passes that find the outliers, each with the weights of the one before. The paper has up to
/// fifteen; the weights hardly move after a few.
const ROBUST_ROUNDS: usize = 6;

/// Weights from one for an ordinary remainder to nothing for one six medians away.
fn bisquare(sizes: &[f64]) -> Vec<f64> {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let limit = 3.0 * (sorted[middle] + sorted[sorted.len() - 1 - middle]);
    let weight = |&size: &f64| {
        if size <= 0.001 * limit {
            return 1.0;
        }
        let share = size / limit;
        if share > 0.999 { 0.0 } else { (1.0 - share * share) * (1.0 - share * share) }
    };
    sizes.iter().map(weight).collect()
}

/// The mean; the plain one when no value weighs anything.
fn weighted_mean(values: &[f64], weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    if total > 0.0 {
        values.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>() / total
    } else {
        values.iter().sum::<f64>() / values.len().max(1) as f64
    }
}

/// Means of `width` neighbours; shorter by `width - 1`.
fn moving_average(values: &[f64], width: usize) -> Vec<f64> {
    let mut means = Vec::with_capacity(values.len().saturating_sub(width) + 1);
    let mut total: f64 = values.iter().take(width).sum();
    means.push(total / width as f64);
    for (gone, come) in values.iter().zip(values.iter().skip(width)) {
        total += come - gone;
        means.push(total / width as f64);
    }
    means
}

fn add(values: &mut [f64], other: &[f64], sign: f64) {
    for (value, other) in values.iter_mut().zip(other) {
        *value += sign * other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_apart(
        lengths: &[f64],
        seasons: Seasons,
        outliers: Outliers,
        y: &[f64],
    ) -> Decomposition {
        Decompose { lengths, seasons, outliers }.apply(y)
    }

    /// Passengers of international airlines in thousands by month, 1949 to 1960 (Box and Jenkins).
    const PASSENGERS: [u16; 144] = [
        112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149,
        170, 170, 158, 133, 114, 140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166,
        171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194, 196, 196, 236, 235, 229, 243,
        264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
        242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374,
        413, 405, 355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336,
        340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472,
        548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432,
    ];

    #[test]
    fn agrees_with_the_reference() {
        // statsmodels 0.15, STL(period=12, seasonal=7, seasonal_deg=0): fit(inner_iter=2,
        // outer_iter=0), then robust with fit(inner_iter=1, outer_iter=6).
        let y: Vec<f64> = PASSENGERS.iter().map(|&value| f64::from(value)).collect();
        let expected = [
            (Outliers::Count, [122.551_523_29, 230.033_416_74], [-38.078_184_73, 115.168_339_9]),
            (Outliers::Resist, [122.834_696_57, 231.329_818_08], [-33.694_665_26, 96.078_884_15]),
        ];
        for (outliers, trend, season) in expected {
            let parts = taken_apart(&[12.0], Seasons::Changing { cycles: 7 }, outliers, &y);
            for (index, value) in [(0, trend[0]), (61, trend[1])] {
                assert!(
                    (parts.trend[index] - value).abs() < 1e-7,
                    "{outliers:?} {index}: {}",
                    parts.trend[index]
                );
            }
            for (index, value) in [(132, season[0]), (138, season[1])] {
                assert!((parts.seasons[0].values[index] - value).abs() < 1e-7, "{outliers:?}");
            }
        }
    }

    #[test]
    fn parts_add_up_and_follow_the_scale() {
        for n in [1, 2, 3, 5, 14, 15, 40, 103] {
            for outliers in [Outliers::Count, Outliers::Resist] {
                for seasons in [Seasons::Fixed, Seasons::Changing { cycles: 0 }] {
                    let y: Vec<f64> = (0..n).map(|t| f64::from(t * t % 23) - 4.0).collect();
                    let large: Vec<f64> = y.iter().map(|value| value * 1_048_576.0).collect();
                    let parts = taken_apart(&[2.0, 7.0, 20.3], seasons, outliers, &y);
                    let scaled = taken_apart(&[2.0, 7.0, 20.3], seasons, outliers, &large);
                    assert_eq!(
                        parts.seasons.len(),
                        [2.0, 7.0, 20.3].iter().filter(|m| **m * 2.0 <= f64::from(n)).count()
                    );
                    for (t, value) in y.iter().enumerate() {
                        let sum: f64 = parts.trend[t]
                            + parts.remainder[t]
                            + parts.seasons.iter().map(|season| season.values[t]).sum::<f64>();
                        assert!((sum - value).abs() < 1e-9, "{n} {t}: {sum}");
                        assert_eq!(
                            scaled.trend[t].to_bits(),
                            (parts.trend[t] * 1_048_576.0).to_bits()
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn finds_two_seasons_on_a_line() {
        let short = [3.0, -1.0, 0.5, -2.5, 1.0, -1.0, 0.0];
        let y: Vec<f64> = (0..336)
            .map(|t| 50.0 + 0.2 * t as f64 + short[t % 7] + if t % 28 < 14 { 4.0 } else { -4.0 })
            .collect();
        for seasons in [Seasons::Fixed, Seasons::Changing { cycles: 11 }] {
            let parts = taken_apart(&[7.0, 28.0], seasons, Outliers::Count, &y);
            for t in 0..y.len() {
                assert!((parts.seasons[0].values[t] - short[t % 7]).abs() < 0.2, "{t}");
                let long = if t % 28 < 14 { 4.0 } else { -4.0 };
                assert!((parts.seasons[1].values[t] - long).abs() < 0.6, "{t}");
            }
        }
    }

    #[test]
    fn a_wild_value_stays_in_the_remainder() {
        let mut y: Vec<f64> = (0..84).map(|t| f64::from(t % 12)).collect();
        y[40] += 500.0;
        let parts = taken_apart(&[12.0], Seasons::Changing { cycles: 7 }, Outliers::Resist, &y);
        assert!((parts.remainder[40] - 500.0).abs() < 3.0, "{}", parts.remainder[40]);
    }

    #[test]
    fn a_year_of_days_keeps_its_place_over_leap_years() {
        assert_eq!(slots(365.25), 365);
        for year in 0..40_u32 {
            // The first day of the year, leap years every fourth beginning with the first.
            let first = 365 * year + year.div_ceil(4);
            let place = slot(first as usize, 365.25);
            assert!(place == 0 || place == 364 || place == 1, "{year}: {place}");
        }
        for (period, length) in [(0, 7.0), (6, 7.0), (7, 7.0), (700_006, 7.0)] {
            assert_eq!(slot(period, length), period % 7);
        }
    }
}

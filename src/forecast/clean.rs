//! Values that do not belong, and values that are missing.
//!
//! A value is wild when it lies far from what its neighbours and its season make expected, measured
//! by what half the values keep to (Hampel, "The influence curve and its role in robust estimation",
//! Journal of the American Statistical Association 69, 1974; the scale for flat series is that of
//! Iglewicz and Hoaglin, "How to detect and handle outliers", 1993). What lasts is no outlier: a new
//! level is news, and whether the latest value begins one cannot be known yet.

use super::decompose::{Decompose, Outliers, Seasons, shows};
use crate::unit::math;

/// A value far from what was to be expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlier {
    /// Its period.
    pub index: usize,
    /// What is recorded.
    pub value: f64,
    /// What was to be expected.
    pub expected: f64,
    /// How many times further away than usual it is; at least five.
    pub score: f64,
}

/// A history with its outliers replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Cleaned {
    /// The history; as given except for the changes.
    pub values: Vec<f64>,
    /// What was replaced by what was to be expected.
    pub changes: Vec<Outlier>,
}

/// The values that do not belong, oldest first.
///
/// `explained` marks periods whose reason is known, such as promotions and closed days: they are
/// never outliers. It may be shorter than the history. Nor are the first and the latest two values,
/// three or more in a row on the same side, what comes again a season later, or missing ones. Where
/// most periods have no demand, only sizes are compared.
pub fn outliers(values: &[f64], season_length: usize, explained: &[bool]) -> Vec<Outlier> {
    let scale = Scale::of(values);
    let places = comparable(values, scale);
    let scaled: Vec<f64> = places.iter().map(|&place| scale.of_value(values[place])).collect();
    if places.len() < FEWEST {
        return Vec::new();
    }
    let whole = places.len() == values.len();
    let expected = if whole && season_length <= values.len() / 3 && season_length > 1 {
        seasonal_expectation(&scaled, season_length)
    } else {
        running_median(&scaled, NEIGHBOURS)
    };
    let rest: Vec<f64> = scaled.iter().zip(&expected).map(|(a, b)| a - b).collect();
    // In a series that hardly moves a thousandth is far away, and yet nothing worth a word.
    let smallest = 1e-3 * scaled.iter().map(|value| value.abs()).fold(0.0, f64::max);
    let usual = spread(&rest).max(smallest);
    if usual <= 0.0 {
        return Vec::new();
    }
    let is_wild = |place: usize| rest[place].abs() > WILD * usual;
    let may_be = |place: usize| {
        let explained = explained.get(places[place]).copied().unwrap_or(false);
        is_wild(place)
            && !(explained
                || lasts(place, &is_wild, &rest)
                || whole && recurs(place, season_length, WILD * usual / 2.0, &rest))
    };
    (0..places.len())
        .filter(|&place| may_be(place))
        .map(|place| Outlier {
            index: places[place],
            value: values[places[place]],
            expected: scale.to_value(expected[place]),
            score: rest[place].abs() / usual,
        })
        .collect()
}

/// The history with its outliers replaced by what was to be expected, and what was changed.
pub fn clean(values: &[f64], season_length: usize, explained: &[bool]) -> Cleaned {
    let changes = outliers(values, season_length, explained);
    let mut values = values.to_vec();
    for change in &changes {
        values[change.index] = change.expected;
    }
    Cleaned { values, changes }
}

/// Fills in missing values (NaN): a straight line between the neighbours, with the season of the
/// others on it. Zeros when nothing is known; never below zero when nothing known is.
pub(super) fn fill(values: &[f64], season_length: usize) -> Vec<f64> {
    let known: Vec<usize> = (0..values.len()).filter(|&t| values[t].is_finite()).collect();
    let mut filled = vec![0.0; values.len()];
    if known.is_empty() {
        return filled;
    }
    bridge(&known, &mut filled, |t| values[t]);
    // A season of which two cycles are known, counted in values, can be told from the gaps.
    if known.len() < values.len() && season_length > 1 && shows(known.len(), season_length as f64) {
        let lengths = [season_length as f64];
        let decompose =
            Decompose { lengths: &lengths, seasons: Seasons::Fixed, outliers: Outliers::Resist };
        // The first season is found with straight lines in the gaps, which flatten it.
        for _ in 0..FILL_ROUNDS {
            let parts = decompose.apply(&filled);
            let Some(season) = parts.seasons.first() else { break };
            bridge(&known, &mut filled, |t| values[t] - season.values[t]);
            for (value, season) in filled.iter_mut().zip(&season.values) {
                *value += season;
            }
        }
    }
    let lowest = known.iter().map(|&t| values[t]).fold(f64::INFINITY, f64::min);
    if lowest >= 0.0 {
        for value in &mut filled {
            *value = value.max(0.0);
        }
    }
    for t in known {
        filled[t] = values[t];
    }
    filled
}

/// The scale on which values vary alike whatever their size.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Scale {
    Plain,
    Root,
    Logarithm,
}

impl Scale {
    /// The root for counts and amounts, the logarithm for the sizes of a demand that is mostly
    /// none, neither where something is negative.
    fn of(values: &[f64]) -> Self {
        if values.iter().any(|&value| value < 0.0) {
            Self::Plain
        } else if 2 * values.iter().filter(|&&value| value > 0.0).count() > values.len() {
            Self::Root
        } else {
            Self::Logarithm
        }
    }

    fn of_value(self, value: f64) -> f64 {
        match self {
            Self::Plain => value,
            Self::Root => value.sqrt(),
            Self::Logarithm => math::ln(value),
        }
    }

    fn to_value(self, scaled: f64) -> f64 {
        match self {
            Self::Plain => scaled,
            Self::Root => scaled.max(0.0) * scaled.max(0.0),
            Self::Logarithm => math::exp(scaled),
        }
    }
}

/// The places of the values that can be compared.
fn comparable(values: &[f64], scale: Scale) -> Vec<usize> {
    let takes_part =
        |&t: &usize| values[t].is_finite() && (scale != Scale::Logarithm || values[t] > 0.0);
    (0..values.len()).filter(takes_part).collect()
}

/// Level and season from medians alone: a loess trend would smear a new level over the periods
/// around it, and one wild value would move the mean of its place in the season.
fn seasonal_expectation(values: &[f64], season_length: usize) -> Vec<f64> {
    let half = NEIGHBOURS.max(season_length / 2).min(WIDEST);
    let mut season = vec![0.0; season_length];
    let adjusted = |season: &[f64]| -> Vec<f64> {
        values.iter().enumerate().map(|(t, value)| value - season[t % season_length]).collect()
    };
    for _ in 0..2 {
        let level = running_median(&adjusted(&season), half);
        for (slot, own) in season.iter_mut().enumerate() {
            let slots = (slot..values.len()).step_by(season_length);
            let mut away: Vec<f64> = slots.map(|t| values[t] - level[t]).collect();
            *own = middle(&mut away);
        }
    }
    let level = running_median(&adjusted(&season), NEIGHBOURS);
    level.iter().enumerate().map(|(t, level)| level + season[t % season_length]).collect()
}

/// The median of each value's neighbours, as many on one side as on the other; at the ends as few
/// as two, so that a trend is not taken for a distance.
fn running_median(values: &[f64], half: usize) -> Vec<f64> {
    let mut window = Vec::new();
    let mut median = |place: usize| {
        let reach = place.min(values.len() - 1 - place).clamp(2, half);
        let first = place.saturating_sub(reach).min(values.len().saturating_sub(2 * reach + 1));
        window.clear();
        window.extend_from_slice(&values[first..(first + 2 * reach + 1).min(values.len())]);
        middle(&mut window)
    };
    (0..values.len()).map(&mut median).collect()
}

/// What the remainder is usually away from nothing, as a standard deviation of normal values.
fn spread(rest: &[f64]) -> f64 {
    let mut sizes: Vec<f64> = rest.iter().map(|value| value.abs()).collect();
    let mean = sizes.iter().sum::<f64>() / sizes.len().max(1) as f64;
    let median = middle(&mut sizes);
    // More than half are as expected: only their mean size says how far the others may be.
    if median > 1e-3 * mean { 1.482_6 * median } else { 1.253_3 * mean }
}

/// Whether a wild value belongs to something that lasts, or may turn out to.
fn lasts(place: usize, is_wild: &dyn Fn(usize) -> bool, rest: &[f64]) -> bool {
    let with = |other: usize| is_wild(other) && (rest[other] > 0.0) == (rest[place] > 0.0);
    let before = (0..place).rev().take_while(|&other| with(other)).take(LASTING).count();
    let behind = (place + 1..rest.len()).take_while(|&other| with(other)).take(LASTING).count();
    let at_an_end = place + 1 < LASTING || place + LASTING > rest.len();
    before + 1 + behind >= LASTING || at_an_end
}

/// Whether a season before or behind is on the same side, at least half as far away: a Christmas,
/// or a season that grows. One period more or less is the drift of weeks against years.
fn recurs(place: usize, season_length: usize, far: f64, rest: &[f64]) -> bool {
    let with = |other: usize| {
        rest.get(other)
            .is_some_and(|value| value.abs() > far && (*value > 0.0) == (rest[place] > 0.0))
    };
    let drift = usize::from(season_length > 31);
    (2..rest.len()).contains(&season_length)
        && (season_length - drift..=season_length + drift)
            .any(|distance| place.checked_sub(distance).is_some_and(with) || with(place + distance))
}

/// The middle value, or the mean of the two in the middle.
fn middle(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    match (values.get(half), values.get(values.len().saturating_sub(1) / 2)) {
        (Some(high), Some(low)) => low + (high - low) / 2.0,
        _ => 0.0,
    }
}

/// Writes straight lines through the known places, level before the first and behind the last.
fn bridge(known: &[usize], filled: &mut [f64], value: impl Fn(usize) -> f64) {
    let (Some(&first), Some(&last)) = (known.first(), known.last()) else { return };
    filled[..first].fill(value(first));
    filled[last..].fill(value(last));
    for pair in known.windows(2) {
        let (from, to) = (value(pair[0]), value(pair[1]));
        let step = (to - from) / (pair[1] - pair[0]) as f64;
        for (steps, value) in filled[pair[0]..pair[1]].iter_mut().enumerate() {
            *value = from + step * steps as f64;
        }
    }
}

/// Values below which nothing is wild.
const FEWEST: usize = 10;
/// Usual distances beyond which a value is wild. Sales have longer tails than normal values, of
/// which not one in a million lies so far out.
const WILD: f64 = 5.0;
/// So many wild values in a row are a change, not an accident.
const LASTING: usize = 3;
/// Values on either side that make one expected.
const NEIGHBOURS: usize = 6;
/// The most of them on one side that a long season asks for.
const WIDEST: usize = 60;
/// Times that the season is found with the gaps filled anew.
const FILL_ROUNDS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise that is the same on every machine, from -0.5 to 0.5.
    fn noise(count: usize) -> Vec<f64> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24) - 0.5
        };
        (0..count).map(|_| next()).collect()
    }

    /// A week around a level.
    fn weekly(count: usize) -> Vec<f64> {
        let noise = noise(count);
        (0..count).map(|t| 50.0 + (t % 7 * 8) as f64 + 6.0 * noise[t]).collect()
    }

    fn found(values: &[f64], season: usize) -> Vec<usize> {
        outliers(values, season, &[]).iter().map(|outlier| outlier.index).collect()
    }

    #[test]
    fn a_clean_series_is_left_alone() {
        let sparse: Vec<f64> =
            (0..90).map(|t| if t % 9 == 2 { f64::from(t % 5 + 1) } else { 0.0 }).collect();
        let step: Vec<f64> = (0..60).map(|t| if t < 40 { 10.0 } else { 100.0 }).collect();
        let late_step: Vec<f64> = (0..60).map(|t| if t < 58 { 10.0 } else { 100.0 }).collect();
        let line: Vec<f64> = (0..60).map(|t| 10.0 + 3.0 * f64::from(t)).collect();
        for season in [0, 1, 7, usize::MAX] {
            for y in [
                weekly(84),
                sparse.clone(),
                step.clone(),
                late_step.clone(),
                line.clone(),
                vec![3.0; 40],
                vec![0.0; 40],
                vec![],
            ] {
                let cleaned = clean(&y, season, &[]);
                assert_eq!(cleaned, Cleaned { values: y, changes: vec![] }, "{season}");
            }
        }
    }

    #[test]
    fn an_accident_is_found_and_replaced_by_what_its_day_expects() {
        let mut y = weekly(84);
        let before = y[45];
        y[45] = 400.0;
        y[60] = 0.0;
        let cleaned = clean(&y, 7, &[]);
        let changed: Vec<usize> = cleaned.changes.iter().map(|change| change.index).collect();
        assert_eq!(changed, [45, 60]);
        assert!((cleaned.values[45] - before).abs() < 8.0, "{}", cleaned.values[45]);
        assert!(cleaned.changes[0].score > WILD && cleaned.changes[0].value > 399.0);
        assert!((0..84).all(|t| t == 45 || t == 60 || (cleaned.values[t] - y[t]).abs() < 1e-12));
        let mut explained = vec![false; 46];
        explained[45] = true;
        assert_eq!(outliers(&y, 7, &explained).len(), 1);
    }

    #[test]
    fn flat_negative_and_sparse_series_have_outliers_too() {
        let mut flat = vec![5.0; 40];
        flat[20] = 90.0;
        assert_eq!(found(&flat, 1), [20]);
        let mut negative: Vec<f64> = noise(60);
        negative[30] = -40.0;
        assert_eq!(found(&negative, 1), [30]);
        let mut sparse: Vec<f64> =
            (0..120).map(|t| if t % 4 == 1 { f64::from(t % 5 + 1) } else { 0.0 }).collect();
        sparse[61] = 5000.0;
        assert_eq!(found(&sparse, 1), [61]);
    }

    #[test]
    fn what_lasts_or_may_last_is_no_outlier() {
        let mut y = weekly(84);
        for value in &mut y[40..44] {
            *value += 300.0;
        }
        y[83] += 300.0;
        assert_eq!(found(&y, 7), Vec::<usize>::new());
    }

    #[test]
    fn what_comes_again_is_no_outlier() {
        let mut weeks: Vec<f64> = noise(130).iter().map(|e| 50.0 + 6.0 * e).collect();
        weeks[46] = 220.0;
        assert_eq!(found(&weeks, 52), [46]);
        weeks[99] = 260.0;
        assert_eq!(found(&weeks, 52), Vec::<usize>::new());
    }

    #[test]
    fn gaps_are_filled_with_the_season() {
        let whole = weekly(84);
        let mut gaps = whole.clone();
        for t in (0..84).filter(|t| t * t % 11 == 4 || (30..41).contains(t) || *t == 0 || *t > 81) {
            gaps[t] = f64::NAN;
        }
        let filled = fill(&gaps, 7);
        for t in 0..84 {
            assert!((filled[t] - whole[t]).abs() < 9.0, "{t}: {} {}", filled[t], whole[t]);
            assert!(gaps[t].is_nan() || (filled[t] - gaps[t]).abs() < 1e-12);
        }
        assert_eq!(fill(&[f64::NAN, 2.0, f64::NAN, 4.0, f64::NAN], 1), [2.0, 2.0, 3.0, 4.0, 4.0]);
        assert_eq!(fill(&[f64::NAN; 3], 7), [0.0; 3]);
        assert!(fill(&[], 7).is_empty());
        assert_eq!(fill(&whole, usize::MAX), whole);
        assert_eq!(fill(&whole, 7), whole);
    }
}

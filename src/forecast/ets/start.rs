//! Where the search begins: season, level and slope by classical decomposition.

use super::form::{EtsForm, Season};
use super::kernel::Point;

/// Least factor of a season at the start.
const LEAST: f64 = 0.02;
/// Fewest first periods that give level and slope.
const FIRST: usize = 10;

/// The states before the first period, the same for all forms with the same kind of season.
pub(super) fn decompose(values: &[f64], season: Season, season_length: usize) -> Point {
    let seasonal = match season {
        Season::None => vec![0.0],
        Season::Additive | Season::Multiplicative => {
            indices(values, season == Season::Multiplicative, season_length)
        }
    };
    let count = values.len().min(FIRST.max(2 * seasonal.len()));
    let adjusted = |at: usize| {
        let seasonal = seasonal[at % seasonal.len()];
        if season == Season::Multiplicative { values[at] / seasonal } else { values[at] - seasonal }
    };
    let mean = (0..count).map(adjusted).sum::<f64>() / count as f64;
    // Least squares of a straight line through the first periods, numbered from one.
    let middle = (count + 1) as f64 / 2.0;
    let (mut products, mut squares) = (0.0, 0.0);
    for at in 0..count {
        let distance = (at + 1) as f64 - middle;
        products += distance * (adjusted(at) - mean);
        squares += distance * distance;
    }
    let trend = if squares > 0.0 { products / squares } else { 0.0 };
    Point { shape: [0.0; 4], level: mean, trend, seasonal }
}

/// Level and slope as a form has them: the line at period zero, or the mean.
pub(super) fn states(start: &Point, form: EtsForm, count: usize) -> Point {
    let mut point = start.clone();
    if form.has_trend() {
        let first = count.min(FIRST.max(2 * start.seasonal.len()));
        point.level -= point.trend * (first + 1) as f64 / 2.0;
    } else {
        point.trend = 0.0;
    }
    point
}

/// Mean differences from, or ratios to, a centred moving average over one season, by position in
/// the season; their mean is zero or one.
fn indices(values: &[f64], ratios: bool, length: usize) -> Vec<f64> {
    let half = length / 2;
    let even = length.is_multiple_of(2);
    let (mut sums, mut counts) = (vec![0.0; length], vec![0.0; length]);
    let mut total: f64 = values[..length].iter().sum();
    for centre in half..values.len() - half {
        // `total` holds the season from `centre - half`; an even one takes half of each end.
        let average = if even {
            total + (values[centre + half] - values[centre - half]) / 2.0
        } else {
            total
        } / length as f64;
        let value = values[centre];
        sums[centre % length] += if ratios { value / average } else { value - average };
        counts[centre % length] += 1.0;
        if let Some(next) = values.get(centre - half + length) {
            total += next - values[centre - half];
        }
    }
    let mut indices: Vec<f64> =
        sums.iter().zip(&counts).map(|(sum, count)| sum / f64::max(*count, 1.0)).collect();
    centre(&mut indices, ratios);
    if ratios {
        for index in &mut indices {
            *index = index.max(LEAST);
        }
        centre(&mut indices, ratios);
    }
    indices
}

fn centre(indices: &mut [f64], ratios: bool) {
    let mean = indices.iter().sum::<f64>() / indices.len() as f64;
    for index in indices {
        if ratios { *index /= mean } else { *index -= mean }
    }
}

//! Local regression on equally spaced values.
//!
//! Every smoothed value is a weighted regression on its nearest neighbours, the nearer the heavier
//! (Cleveland, "Robust locally weighted regression and smoothing scatterplots", Journal of the
//! American Statistical Association 74, 1979). Where the window lies inside the values and all of
//! them count the same, its weights are the same at every place and are computed once.

/// What is fitted in each window.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Degree {
    /// A weighted mean.
    Level,
    /// A weighted straight line.
    Line,
}

/// A window over equally spaced values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loess {
    /// How many neighbours count; odd. More than there are values makes the weights flatter.
    pub(super) span: usize,
    /// What is fitted to them.
    pub(super) degree: Degree,
}

impl Loess {
    /// A window of at least `span` neighbours, and at least three.
    pub(super) fn new(span: usize, degree: Degree) -> Self {
        Self { span: span.max(3) | 1, degree }
    }

    /// Smooths `values` into `out`, which is as long. `robustness` holds a weight for each value,
    /// or nothing when all count the same.
    ///
    /// A wide window moves little from one place to the next: only every sixteenth part of it is
    /// computed, with straight lines between (Cleveland and others do so at every tenth).
    pub(super) fn smooth(&self, values: &[f64], robustness: &[f64], out: &mut [f64]) {
        let count = values.len().min(out.len());
        let Some(last) = count.checked_sub(1) else { return };
        let half = self.span / 2;
        let mut kernel = Vec::new();
        if robustness.is_empty() && count > self.span {
            kernel.extend((0..self.span).map(|i| tricube(i.abs_diff(half) as f64 / half as f64)));
            let total: f64 = kernel.iter().sum();
            for weight in &mut kernel {
                *weight /= total;
            }
        }
        let step = (self.span / 16).max(1);
        let mut from = 0;
        for place in (0..last).step_by(step).chain([last]) {
            out[place] = if !kernel.is_empty() && place >= half && place + half < count {
                let window = &values[place - half..=place + half];
                window.iter().zip(&kernel).map(|(value, weight)| value * weight).sum()
            } else {
                self.at(values, robustness, place as f64)
            };
            let rise = (out[place] - out[from]) / (place - from).max(1) as f64;
            for between in from + 1..place {
                out[between] = out[from] + rise * (between - from) as f64;
            }
            from = place;
        }
    }

    /// The value at one place, which may lie a little outside.
    pub(super) fn at(&self, values: &[f64], robustness: &[f64], place: f64) -> f64 {
        let count = values.len();
        let taken = self.span.min(count);
        let centre = whole_part(place).min(count - 1);
        let first = centre.saturating_sub(taken / 2).min(count - taken);
        let last = first + taken - 1;
        let reach = (place - first as f64).max(last as f64 - place)
            + (self.span.saturating_sub(count) / 2) as f64;
        // Sums around the place and the value there, so that little cancels in their products.
        let (mut total, mut away, mut square, mut rise, mut product) = (0.0, 0.0, 0.0, 0.0, 0.0);
        let level = values[centre];
        for (index, value) in values.iter().enumerate().take(last + 1).skip(first) {
            let distance = index as f64 - place;
            let mut weight = tricube(distance.abs() / reach.max(0.5));
            if let Some(robust) = robustness.get(index) {
                weight *= robust;
            }
            let value = value - level;
            total += weight;
            away += weight * distance;
            square += weight * distance * distance;
            rise += weight * value;
            product += weight * distance * value;
        }
        if total <= 0.0 {
            return level;
        }
        let (away, mean) = (away / total, rise / total);
        let spread = square / total - away * away;
        // A window whose weight sits on one value has no slope; the bound is the one of the paper.
        let near = 0.001 * (count - 1) as f64;
        if self.degree == Degree::Level || spread <= near * near {
            return level + mean;
        }
        level + mean - (product / total - away * mean) / spread * away
    }
}

/// The number without its fraction; zero for a negative one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast cuts off the fraction and keeps to the range, which is what is asked for"
)]
pub(super) fn whole_part(value: f64) -> usize {
    value as usize
}

/// The weight of a value at this share of the window's reach.
fn tricube(distance: f64) -> f64 {
    if distance > 0.999 {
        return 0.0;
    }
    if distance <= 0.001 {
        return 1.0;
    }
    let rest = 1.0 - distance * distance * distance;
    rest * rest * rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smoothed(loess: Loess, values: &[f64], robustness: &[f64]) -> Vec<f64> {
        let mut out = vec![f64::NAN; values.len()];
        loess.smooth(values, robustness, &mut out);
        out
    }

    #[test]
    fn a_line_stays_a_line_everywhere_and_beyond() {
        let line: Vec<f64> = (0..40).map(|t| 3.0 - 0.5 * f64::from(t)).collect();
        let loess = Loess::new(9, Degree::Line);
        for (smooth, value) in smoothed(loess, &line, &[]).iter().zip(&line) {
            assert!((smooth - value).abs() < 1e-12);
        }
        assert!((loess.at(&line, &[], 40.0) - (3.0 - 20.0)).abs() < 1e-12);
        assert!((loess.at(&line, &[], -1.0) - 3.5).abs() < 1e-12);
    }

    #[test]
    fn the_kernel_is_the_regression_it_replaces() {
        let values: Vec<f64> = (0..60).map(|t| f64::from(t * t % 17)).collect();
        let ones = vec![1.0; values.len()];
        for degree in [Degree::Level, Degree::Line] {
            for span in [3, 7, 25, 59, 61, 99] {
                let loess = Loess::new(span, degree);
                let (fast, slow) = (smoothed(loess, &values, &[]), smoothed(loess, &values, &ones));
                for (a, b) in fast.iter().zip(&slow) {
                    assert!((a - b).abs() < 1e-9, "{degree:?} {span}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn a_value_without_weight_is_not_looked_at() {
        let mut values = vec![5.0; 21];
        values[10] = 1e6;
        let mut robustness = vec![1.0; 21];
        robustness[10] = 0.0;
        let loess = Loess::new(7, Degree::Line);
        assert!(smoothed(loess, &values, &robustness).iter().all(|v| (v - 5.0).abs() < 1e-6));
    }

    #[test]
    fn one_value_and_no_weight_at_all_are_the_value() {
        let loess = Loess::new(5, Degree::Line);
        assert!((loess.at(&[4.0], &[], 0.0) - 4.0).abs() < 1e-12);
        assert!((loess.at(&[4.0, 6.0], &[0.0, 0.0], 1.0) - 6.0).abs() < 1e-12);
    }
}

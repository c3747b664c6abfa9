//! Least squares for the smoothing parameters.
//!
//! Levenberg and Marquardt's method inside bounds: a parameter at its bound that would leave is
//! held there for the step (Marquardt, "An algorithm for least-squares estimation of nonlinear
//! parameters", SIAM Journal on Applied Mathematics 11, 1963).
//!
//! The bounds keep each state where it forgets old errors (Svetunkov, Kourentzes and Ord 2022,
//! stability condition), and keep out what fits a short history but ruins its forecast: an
//! imaginary part above one is exponential growth, so what it may be depends on how much history
//! there is to learn it from, and the effects of a season may fade but not grow.

use super::CesSeason;
use super::passes::{Squares, Start, squares};

/// Real part for the state: simple exponential smoothing with nearly zero, and with one.
const REAL: (f64, f64) = (1.01, 2.0);
/// Real part where a season is added: taking in nearly all of an error would leave it nothing.
const REAL_BESIDE_SEASON: (f64, f64) = (1.01, 1.8);
/// Imaginary part for the state.
const IMAGINARY: (f64, f64) = (0.9, 1.1);
/// The imaginary part is at most one plus this by the number of periods: growth by at most about
/// that per period, so by less than e to this over a horizon as long as the history.
const GROWTH: f64 = 1.5;
/// Smoothing parameter of a partial season.
const PARTIAL: (f64, f64) = (0.01, 1.0);
/// Real and imaginary part of a full season.
const FULL: [(f64, f64); 2] = [(1.01, 1.5), (0.5, 1.0)];

/// Where the search starts.
const FIRST: [f64; 2] = [1.3, 1.0];
const FIRST_PARTIAL: f64 = 0.1;
/// How many times what a step is expected to gain may still be gained by all that follow.
const HOPE: f64 = 4.0;
/// Steps of a search, accepted or not.
const STEPS: usize = 30;
/// A smaller relative improvement ends the search.
const TOLERANCE: f64 = 1e-5;
/// Damping of the first step, and the least.
const DAMPING: f64 = 1e-3;
/// How much more a step is damped after one that led up: each time twice this.
const GROWTH_OF_DAMPING: f64 = 4.0;

/// The parameters that are free come first; the others are zero.
struct Search {
    free: usize,
    low: [f64; 4],
    high: [f64; 4],
}

/// The best parameters found, or any once it is clear that the squared error will not get down to
/// what is `wanted`.
pub(super) fn search(values: &[f64], season: CesSeason, length: usize, wanted: f64) -> Squares {
    let start = Start::of(values, season, length);
    let squares = |parameters| squares(values, season, &start, parameters);
    // The state of a simple season takes a step once a cycle.
    let steps = values.len() / if season == CesSeason::Simple { length } else { 1 };
    let (search, first) = Search::new(steps, season);
    search.improve(squares(first), squares, wanted)
}

impl Search {
    /// The bounds and the first parameters for a state that takes so many steps.
    fn new(steps: usize, season: CesSeason) -> (Self, [f64; 4]) {
        let imaginary = (IMAGINARY.0, IMAGINARY.1.min(1.0 + GROWTH / steps as f64));
        let unused = (0.0, 0.0);
        let [real, one] = FIRST;
        let (bounds, first) = match season {
            CesSeason::None | CesSeason::Simple => {
                ([REAL, imaginary, unused, unused], [real, one, 0.0, 0.0])
            }
            CesSeason::Partial => {
                let bounds = [REAL_BESIDE_SEASON, imaginary, PARTIAL, unused];
                (bounds, [real, one, FIRST_PARTIAL, 0.0])
            }
            CesSeason::Full => {
                ([REAL_BESIDE_SEASON, imaginary, FULL[0], FULL[1]], [real, one, real, one])
            }
        };
        let search = Self {
            free: season.parameters(),
            low: bounds.map(|(low, _)| low),
            high: bounds.map(|(_, high)| high),
        };
        (search, first)
    }

    fn improve(
        &self,
        mut best: Squares,
        squares: impl Fn([f64; 4]) -> Squares,
        wanted: f64,
    ) -> Squares {
        let (mut damping, mut growth) = (DAMPING, GROWTH_OF_DAMPING);
        for _ in 0..STEPS {
            let Some(next) = self.step(&best, damping) else { break };
            let expected = fall(&best, &next);
            if best.squared_error - HOPE * expected.abs() > wanted {
                break;
            }
            let tried = squares(next);
            let gained = best.squared_error - tried.squared_error;
            // What is not a number is no gain.
            if gained > 0.0 {
                let ratio = 2.0 * gained / expected - 1.0;
                let done = gained < TOLERANCE * best.squared_error;
                best = tried;
                damping =
                    DAMPING.max(damping * (1.0 - ratio * ratio * ratio).clamp(1.0 / 3.0, 2.0));
                growth = GROWTH_OF_DAMPING;
                if done {
                    break;
                }
            } else {
                // A step cut short by the bound that bends may expect to lead up: not an end.
                if expected.abs() <= TOLERANCE * best.squared_error {
                    break;
                }
                damping *= growth;
                growth *= 2.0;
            }
        }
        best
    }

    /// Where the damped step leads; nowhere when every parameter is held at its bound.
    ///
    /// A parameter that would go beyond a bound stops there, and the others make the best of it.
    fn step(&self, at: &Squares, damping: f64) -> Option<[f64; 4]> {
        let now = at.model.parameters;
        let high = self.highest(&now);
        let mut change = [0.0; 4];
        let mut held: [bool; 4] = std::array::from_fn(|p| {
            let up = at.gradient[p] < 0.0;
            let outwards = if up { now[p] >= high[p] } else { now[p] <= self.low[p] };
            p >= self.free || outwards || at.curvature[p][p] <= 0.0
        });
        loop {
            if held == [true; 4] {
                break;
            }
            let mut matrix = at.curvature;
            let mut right: [f64; 4] = std::array::from_fn(|p| {
                -at.gradient[p]
                    - (0..4)
                        .filter(|&q| held[q])
                        .map(|q| at.curvature[p][q] * change[q])
                        .sum::<f64>()
            });
            for p in 0..4 {
                matrix[p][p] *= 1.0 + damping;
                if held[p] {
                    matrix[p] = [0.0; 4];
                    for row in &mut matrix {
                        row[p] = 0.0;
                    }
                    matrix[p][p] = 1.0;
                    right[p] = change[p];
                }
            }
            change = solve(matrix, right)?;
            let mut inside = true;
            for p in 0..4 {
                let (low, high) = (self.low[p] - now[p], high[p] - now[p]);
                if !held[p] && !(low..=high).contains(&change[p]) {
                    change[p] = if change[p] > high { high } else { low };
                    held[p] = true;
                    inside = false;
                }
            }
            if inside {
                break;
            }
        }
        let mut next = now;
        // The imaginary part first: the bound of the real part depends on it.
        for p in (0..self.free).rev() {
            next[p] = (now[p] + change[p]).clamp(self.low[p], self.highest(&next)[p]);
        }
        (next.map(f64::to_bits) != now.map(f64::to_bits)).then_some(next)
    }

    /// The upper bounds: that of the real part also by the stability condition, which is
    /// `(real − 2.5)² + imaginary² > 1.25`; its other two parts hold everywhere inside the bounds.
    fn highest(&self, parameters: &[f64; 4]) -> [f64; 4] {
        let [_, imaginary, _, _] = *parameters;
        let mut high = self.high;
        high[0] = high[0].min(2.5 - (1.25 - imaginary * imaginary).max(0.0).sqrt());
        high
    }
}

/// By how much the squared error should fall if the errors were linear in the parameters.
fn fall(at: &Squares, next: &[f64; 4]) -> f64 {
    let change: [f64; 4] = std::array::from_fn(|p| next[p] - at.model.parameters[p]);
    let mut fall = 0.0;
    for p in 0..4 {
        let bend: f64 = (0..4).map(|q| at.curvature[p][q] * change[q]).sum();
        fall -= change[p] * (2.0 * at.gradient[p] + bend);
    }
    fall
}

/// Solves a symmetric positive definite system by Cholesky's method.
fn solve(mut matrix: [[f64; 4]; 4], mut right: [f64; 4]) -> Option<[f64; 4]> {
    for column in 0..4 {
        for row in column..4 {
            let mut rest = matrix[row][column];
            for (a, b) in matrix[row].iter().zip(&matrix[column]).take(column) {
                rest -= a * b;
            }
            if row > column {
                matrix[row][column] = rest / matrix[column][column];
            } else if rest > 0.0 {
                matrix[row][column] = rest.sqrt();
            } else {
                return None;
            }
        }
    }
    for row in 0..4 {
        for k in 0..row {
            right[row] -= matrix[row][k] * right[k];
        }
        right[row] /= matrix[row][row];
    }
    for row in (0..4).rev() {
        for k in row + 1..4 {
            right[row] -= matrix[k][row] * right[k];
        }
        right[row] /= matrix[row][row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::super::super::theta::tests::AIR_PASSENGERS;
    use super::*;

    fn searches(values: &[f64]) -> [(CesSeason, usize, Search); 4] {
        [CesSeason::None, CesSeason::Simple, CesSeason::Partial, CesSeason::Full].map(|season| {
            let length = if season == CesSeason::None { 1 } else { 12 };
            (season, length, Search::new(values.len() / length, season).0)
        })
    }

    #[test]
    fn no_parameters_nearby_are_better() {
        let step: Vec<f64> =
            (0..60).map(|t| if t < 30 { 10.0 } else { 20.0 + f64::from(t % 3) }).collect();
        for values in [&AIR_PASSENGERS[..], &AIR_PASSENGERS[..48], &step] {
            for (season, length, box_) in searches(values) {
                let found = search(values, season, length, f64::INFINITY);
                let best = found.model.parameters;
                let start = Start::of(values, season, length);
                for p in 0..box_.free {
                    for step in [1e-3, -1e-3] {
                        let mut nearby = best;
                        nearby[p] = (best[p] + step).clamp(box_.low[p], box_.highest(&best)[p]);
                        nearby[0] = nearby[0].min(box_.highest(&nearby)[0]);
                        let error = squares(values, season, &start, nearby).squared_error;
                        assert!(
                            found.squared_error <= error * (1.0 + 10.0 * TOLERANCE),
                            "{season:?} {best:?} {nearby:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn inside_the_bounds_old_errors_are_forgotten_and_growth_is_limited() {
        for (_, _, box_) in searches(&AIR_PASSENGERS[..24]) {
            for across in 0..=20 {
                for up in 0..=20 {
                    let b = box_.low[1] + (box_.high[1] - box_.low[1]) * f64::from(up) / 20.0;
                    let high = box_.highest(&[0.0, b, 0.0, 0.0])[0];
                    let a = box_.low[0] + (high - box_.low[0]) * f64::from(across) / 20.0;
                    // What becomes of an old error: its matrix has both eigenvalues within one.
                    let trace = 2.0 - 2.0 * a + b;
                    let determinant = (1.0 - a + b) * (1.0 - a) - (b - 1.0) * (1.0 - a - b);
                    assert!(determinant <= 1.0 && trace.abs() <= 1.0 + determinant + 1e-12);
                    // What becomes of the state without errors.
                    let (trace, determinant) = (2.0 - a, 2.0 - a - b);
                    let root = (trace * trace - 4.0 * determinant).max(0.0).sqrt();
                    assert!(f64::midpoint(trace, root) <= 1.1 && determinant.abs() <= 1.1);
                }
            }
        }
    }

    #[test]
    fn a_step_stops_at_a_bound_and_the_rest_makes_the_best_of_it() {
        // Two parameters; the free minimum is at (1.8, 1.4) and the bound of the second at 1.1.
        let (search, first) = Search::new(1, CesSeason::None);
        let start = Start::of(&AIR_PASSENGERS, CesSeason::None, 1);
        let mut at = squares(&AIR_PASSENGERS, CesSeason::None, &start, first);
        at.curvature = [[2.0, 1.0, 0.0, 0.0], [1.0, 2.0, 0.0, 0.0], [0.0; 4], [0.0; 4]];
        // −gradient = curvature · (0.5, 0.4).
        at.gradient = [-1.4, -1.3, 0.0, 0.0];
        let next = search.step(&at, 0.0).unwrap();
        // With the second moved by 0.1, the first moves by (1.4 − 0.1) / 2.
        assert!((next[1] - 1.1).abs() < 1e-12 && (next[0] - 1.95).abs() < 1e-12, "{next:?}");
        assert!(fall(&at, &next) > 0.0);
        at.gradient = [0.0; 4];
        assert!(search.step(&at, 0.0).is_none());
    }

    #[test]
    fn a_system_by_hand() {
        let matrix = [
            [4.0, 2.0, 0.0, 0.0],
            [2.0, 5.0, 0.0, 0.0],
            [0.0, 0.0, 9.0, 3.0],
            [0.0, 0.0, 3.0, 2.0],
        ];
        let solution = solve(matrix, [8.0, 12.0, 12.0, 5.0]).unwrap();
        for (got, expected) in solution.iter().zip([1.0, 2.0, 1.0, 1.0]) {
            assert!((got - expected).abs() < 1e-12, "{solution:?}");
        }
        assert!(solve([[0.0; 4]; 4], [1.0; 4]).is_none());
    }
}

//! Running the model over the history, with the derivatives by its smoothing parameters.
//!
//! Every state is linear in itself and in the error, so its derivative by a parameter follows the
//! same recursion, driven by what the parameter does to the step. The derivatives go through all
//! three runs: those of the first states, cast back, by the parameters are exact too.

use super::{Ces, CesSeason, FIRST_PERIODS, FIRST_POTENTIAL, Gain, State, additive_effects};

/// A state and its derivatives by `P` parameters.
#[derive(Clone, Copy, Debug)]
struct Track<const P: usize> {
    state: State,
    level: [f64; P],
    potential: [f64; P],
}

/// The squared error of some parameters, and what least squares needs to improve on them.
#[derive(Clone, Debug)]
pub(super) struct Squares {
    /// The model before the first period.
    pub(super) model: Ces,
    /// Sum of the squared one-step errors.
    pub(super) squared_error: f64,
    /// Sum of the products of the errors and their derivatives.
    pub(super) gradient: [f64; 4],
    /// Sum of the products of the derivatives.
    pub(super) curvature: [[f64; 4]; 4],
}

/// The states before the first forward run.
#[derive(Clone, Debug)]
pub(super) struct Start {
    state: State,
    cycle: Vec<State>,
}

impl Start {
    pub(super) fn of(values: &[f64], season: CesSeason, length: usize) -> Self {
        let state = |level: f64| State { level, potential: level * FIRST_POTENTIAL };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let first = |periods: usize| state(mean(&values[..periods.min(values.len())]));
        match season {
            CesSeason::None => Self { state: first(FIRST_PERIODS), cycle: Vec::new() },
            CesSeason::Simple => {
                let cycle = values[..length].iter().map(|&value| state(value)).collect();
                Self { state: State::default(), cycle }
            }
            CesSeason::Partial | CesSeason::Full => {
                let mut cycle: Vec<State> =
                    additive_effects(values, length).into_iter().map(state).collect();
                if season == CesSeason::Partial {
                    for state in &mut cycle {
                        state.potential = 0.0;
                    }
                }
                Self { state: first(length), cycle }
            }
        }
    }
}

/// Runs forwards, backwards and forwards again; the errors are those of the last run.
pub(super) fn squares(
    values: &[f64],
    season: CesSeason,
    start: &Start,
    parameters: [f64; 4],
) -> Squares {
    let run = match season {
        CesSeason::None => run::<2, true, false>,
        CesSeason::Simple => run::<2, false, true>,
        CesSeason::Partial | CesSeason::Full => run::<4, true, true>,
    };
    run(values, season, start, parameters)
}

/// A model with `P` derivatives on its way through the history, with a state that goes from period
/// to period (`MAIN`), states that go from cycle to cycle (`CYCLE`), or both.
struct Run<const P: usize, const MAIN: bool, const CYCLE: bool> {
    main_gain: Gain,
    cycle_gain: Gain,
    main: Track<P>,
    cycle: Vec<Track<P>>,
    squared_error: f64,
    gradient: [f64; P],
    curvature: [[f64; P]; P],
}

fn run<const P: usize, const MAIN: bool, const CYCLE: bool>(
    values: &[f64],
    season: CesSeason,
    start: &Start,
    parameters: [f64; 4],
) -> Squares {
    let main_gain = Gain::complex(parameters[0], parameters[1]);
    let mut run = Run::<P, MAIN, CYCLE> {
        main_gain,
        cycle_gain: if MAIN { Gain::of_season(season, &parameters) } else { main_gain },
        main: Track::new(start.state),
        cycle: start.cycle.iter().map(|&state| Track::new(state)).collect(),
        squared_error: 0.0,
        gradient: [0.0; P],
        curvature: [[0.0; P]; P],
    };
    run.pass(values, false, false);
    run.turn();
    run.pass(values, true, false);
    run.turn();
    let cycle = run.cycle.iter().map(|track| track.state).collect();
    let model = Ces { season, parameters, state: run.main.state, cycle, position: 0 };
    run.pass(values, false, true);
    let mut squares = Squares {
        model,
        squared_error: run.squared_error,
        gradient: [0.0; 4],
        curvature: [[0.0; 4]; 4],
    };
    squares.gradient[..P].copy_from_slice(&run.gradient);
    for (wide, row) in squares.curvature.iter_mut().zip(run.curvature) {
        wide[..P].copy_from_slice(&row);
    }
    squares
}

impl<const P: usize, const MAIN: bool, const CYCLE: bool> Run<P, MAIN, CYCLE> {
    /// Where the parameters of the cycle's states begin.
    const CYCLE_FIRST: usize = if MAIN && CYCLE { 2 } else { 0 };

    /// One way through the history; the errors are summed when they `count`.
    fn pass(&mut self, values: &[f64], backwards: bool, count: bool) {
        let cycle = self.cycle.as_mut_slice();
        let last = values.len() - 1;
        let mut position = if backwards && CYCLE { last % cycle.len() } else { 0 };
        // Copies that stay in registers: nothing else can change them.
        let (main_gain, cycle_gain, mut main) = (self.main_gain, self.cycle_gain, self.main);
        let (mut squared_error, mut gradient, mut curvature) = (0.0, [0.0; P], [[0.0; P]; P]);
        for period in 0..=last {
            let mut error = values[if backwards { last - period } else { period }];
            let mut slope = [0.0; P];
            if MAIN {
                error -= main.state.level;
                for (slope, level) in slope.iter_mut().zip(&main.level) {
                    *slope -= level;
                }
            }
            if CYCLE {
                let length = cycle.len();
                let state = &mut cycle[position];
                error -= state.state.level;
                for (slope, level) in slope.iter_mut().zip(&state.level) {
                    *slope -= level;
                }
                state.take(&cycle_gain, error, &slope, Self::CYCLE_FIRST);
                position = match (backwards, position) {
                    (true, 0) => length - 1,
                    (true, _) => position - 1,
                    (false, _) if position + 1 == length => 0,
                    (false, _) => position + 1,
                };
            }
            if MAIN {
                main.take(&main_gain, error, &slope, 0);
            }
            if count {
                squared_error += error * error;
                for p in 0..P {
                    gradient[p] += slope[p] * error;
                    for q in 0..P {
                        curvature[p][q] += slope[p] * slope[q];
                    }
                }
            }
        }
        self.main = main;
        (self.squared_error, self.gradient, self.curvature) = (squared_error, gradient, curvature);
    }

    /// Turns round at an end of the history, where every state goes on without an error.
    fn turn(&mut self) {
        if MAIN {
            self.main.take(&self.main_gain, 0.0, &[0.0; P], 0);
        }
        for state in &mut self.cycle {
            state.take(&self.cycle_gain, 0.0, &[0.0; P], Self::CYCLE_FIRST);
        }
    }
}

impl<const P: usize> Track<P> {
    fn new(state: State) -> Self {
        Self { state, level: [0.0; P], potential: [0.0; P] }
    }

    /// Takes in an error and its derivatives; the real part of the smoothing parameter is the
    /// `first` parameter, the imaginary part the one after it.
    ///
    /// A state without potential (a partial season) gets derivatives that mean nothing, of its
    /// potential and by the imaginary part, but nothing follows from them.
    #[inline]
    fn take(&mut self, gain: &Gain, error: f64, slope: &[f64; P], first: usize) {
        let potential = self.state.potential;
        self.state.take(gain, error);
        for ((level, hidden), slope) in self.level.iter_mut().zip(&mut self.potential).zip(slope) {
            let (old, old_hidden) = (*level, *hidden);
            *level = old + gain.level_by_potential * old_hidden + gain.level_by_error * slope;
            *hidden = gain.potential_by_level * old
                + gain.potential_by_potential * old_hidden
                + gain.potential_by_error * slope;
        }
        self.level[first] += error;
        self.level[first + 1] += potential - error;
        self.potential[first] += error - potential;
        self.potential[first + 1] += error;
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::filter::Filter;
    use super::super::super::theta::tests::AIR_PASSENGERS;
    use super::*;

    const POINTS: [(CesSeason, usize, [f64; 4]); 4] = [
        (CesSeason::None, 1, [1.4, 0.98, 0.0, 0.0]),
        (CesSeason::Simple, 12, [1.3, 1.03, 0.0, 0.0]),
        (CesSeason::Partial, 12, [1.2, 1.01, 0.4, 0.0]),
        (CesSeason::Full, 12, [1.3, 1.01, 1.2, 0.9]),
    ];

    fn at(season: CesSeason, length: usize, parameters: [f64; 4]) -> Squares {
        // Five more periods than whole cycles, to have one that is cut at both ends.
        let values = &AIR_PASSENGERS[..65];
        squares(values, season, &Start::of(values, season, length), parameters)
    }

    fn errors(mut model: Ces) -> Vec<f64> {
        let error = |&value: &f64| {
            let error = value - model.next();
            model.observe(value);
            error
        };
        AIR_PASSENGERS[..65].iter().map(error).collect()
    }

    #[test]
    fn the_derivatives_are_those_of_the_errors() {
        for (season, length, parameters) in POINTS {
            let found = at(season, length, parameters);
            let now = errors(found.model.clone());
            let total: f64 = now.iter().map(|error| error * error).sum();
            assert!((total / found.squared_error - 1.0).abs() < 1e-9);
            let slopes: Vec<Vec<f64>> = (0..season.parameters())
                .map(|p| {
                    let moved = |step: f64| {
                        let mut parameters = parameters;
                        parameters[p] += step;
                        errors(at(season, length, parameters).model)
                    };
                    let pairs = moved(1e-6).into_iter().zip(moved(-1e-6));
                    pairs.map(|(above, below)| (above - below) / 2e-6).collect()
                })
                .collect();
            let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            for (p, slope) in slopes.iter().enumerate() {
                let size = product(slope, slope);
                let gradient = product(slope, &now);
                assert!((found.gradient[p] - gradient).abs() < 1e-6 * (size * total).sqrt());
                for (q, other) in slopes.iter().enumerate() {
                    let bound = 1e-6 * (size * product(other, other)).sqrt();
                    let curvature = product(slope, other);
                    assert!(
                        (found.curvature[p][q] - curvature).abs() < bound,
                        "{season:?} {p} {q}"
                    );
                }
            }
        }
    }
}

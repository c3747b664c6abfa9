//! The descent from a start to an optimum (Levenberg and Marquardt).

use super::fit::Workspace;
use super::form::{EtsForm, Season};
use super::kernel::{self, COLUMNS, Columns, LANES, Point, SMALLEST, derivatives, trajectory};
use super::solve::System;
use crate::unit::math;

/// The search ends when the next step promises to lower minus twice the log likelihood by less.
const TOLERANCE: f64 = 1e-3;
/// It also ends after a step that promised less than this and kept its promise.
const NEAR: f64 = 0.03;
/// How much more than the next step promises a search may still gain, when it is to be given up.
const HOPE: f64 = 3.0;
/// Promises below which a step tells how the objective bends.
const LEARN: f64 = 3.0;
/// How many times more, or less, than expected the gradient may turn to be believed.
const TRUST: f64 = 20.0;
/// Steps tried at most.
const STEPS: usize = 60;
/// Damping at the start, after the first step that failed, and when nothing helps.
const DAMPING: (f64, f64, f64) = (1e-3, 1e-2, 1e9);
/// Damping of the states after the first step that failed; before, they take the best step.
const STATE_DAMPING: f64 = 1e-3;
/// Box of `alpha`, the shares of beta and gamma, and `phi`: beyond, a trend is hardly damped, or
/// hardly there.
const BOX: [(f64, f64); 4] = [(SMALLEST, 1.0 - SMALLEST), (0.0, 1.0), (0.0, 1.0), (0.8, 0.98)];

/// Where a search ended.
#[derive(Clone, Debug)]
pub(super) struct Optimum {
    pub(super) point: Point,
    /// `n ln` of the objective, in units of the mean.
    pub(super) deviance: f64,
    /// Whether the search was given up, since what it could still gain was too little.
    pub(super) given_up: bool,
}

/// Which quantities are searched, in this order: states, then numbers of the shape.
#[derive(Clone, Copy, Debug)]
struct Searched {
    /// Level and slope.
    lines: usize,
    /// States of the season; the last one follows from their mean.
    seasonal: usize,
    /// Places of the numbers in a shape.
    shape: [usize; 4],
    shapes: usize,
}

impl Searched {
    fn new(form: EtsForm, seasonal: usize) -> Self {
        let mut searched =
            Self { lines: 1 + usize::from(form.has_trend()), seasonal, shape: [0; 4], shapes: 1 };
        for (index, present) in
            [(1, form.has_trend()), (2, form.is_seasonal()), (3, form.is_damped())]
        {
            if present {
                searched.shape[searched.shapes] = index;
                searched.shapes += 1;
            }
        }
        searched
    }

    /// Columns of states that are not another one shifted.
    fn distinct(&self, form: EtsForm) -> usize {
        if form.season == Season::Multiplicative { self.states() } else { self.lines + 1 }
    }

    fn states(&self) -> usize {
        self.lines + self.seasonal
    }

    fn all(&self) -> usize {
        self.states() + self.shapes
    }

    fn shape(&self) -> &[usize] {
        &self.shape[..self.shapes]
    }

    /// How far each number of the shape may move.
    fn room(&self, point: &Point) -> [(f64, f64); 4] {
        let mut room = [(0.0, 0.0); 4];
        for (room, &index) in room.iter_mut().zip(self.shape()) {
            *room = (BOX[index].0 - point.shape[index], BOX[index].1 - point.shape[index]);
        }
        room
    }

    /// The step between two points, in the sequence of the columns.
    fn moved(&self, states: &[f64], from: &Point, to: &Point) -> [f64; COLUMNS] {
        let mut moved = [0.0; COLUMNS];
        moved[..states.len()].copy_from_slice(states);
        for (slot, &index) in moved[states.len()..].iter_mut().zip(self.shape()) {
            *slot = to.shape[index] - from.shape[index];
        }
        moved
    }

    /// The point a step further.
    fn step(&self, point: &mut Point, shape: &[f64; 4], states: &[f64]) {
        for (&index, step) in self.shape().iter().zip(shape) {
            point.shape[index] = (point.shape[index] + step).clamp(BOX[index].0, BOX[index].1);
        }
        point.level += states[0];
        if self.lines > 1 {
            point.trend += states[1];
        }
        for (seasonal, step) in point.seasonal.iter_mut().zip(&states[self.lines..]) {
            *seasonal += step;
        }
    }
}

/// How the gradient turned over the last step, against how it should have.
///
/// Sums of products of first derivatives leave out the second derivatives of the errors, so that
/// steps near an optimum with large errors are too short or too long, time and again. What the last
/// step taught is put right along it (the update of Broyden, Fletcher, Goldfarb and Shanno, built
/// anew on every sum of products, as in Dennis, Gay and Welsch, "An adaptive nonlinear least-squares
/// algorithm", ACM Transactions on Mathematical Software 7, 1981). All relative to the sum of
/// squares, of which it takes the logarithm.
#[derive(Debug, Default)]
struct Turn {
    /// The last step of everything searched, if it is worth learning from.
    moved: Option<[f64; COLUMNS]>,
    gradient: [f64; COLUMNS],
    turned: [f64; COLUMNS],
    expected: [f64; COLUMNS],
    /// How far it turned along the step, and how far it should have.
    along: (f64, f64),
    /// Whether to put right what was expected.
    believed: bool,
}

impl Turn {
    /// Compares with the sums of products at the end of a step.
    fn learn(&mut self, gram: &[f64], width: usize, used: usize) {
        let squares = gram[used * (width + 1)];
        let moved = self.moved.take();
        self.expected = [0.0; COLUMNS];
        self.along = (0.0, 0.0);
        for row in 0..used {
            let slope = gram[row * width + used] / squares;
            self.turned[row] = slope - self.gradient[row];
            self.gradient[row] = slope;
            if let Some(moved) = &moved {
                let products = &gram[row * width..row * width + used];
                self.expected[row] += products[row] * moved[row];
                for column in row + 1..used {
                    self.expected[row] += products[column] * moved[column];
                    self.expected[column] += products[column] * moved[row];
                }
            }
        }
        let Some(moved) = &moved else {
            self.believed = false;
            return;
        };
        for (row, moved) in moved.iter().enumerate().take(used) {
            self.turned[row] *= squares;
            self.along.0 += self.turned[row] * moved;
            self.along.1 += self.expected[row] * moved;
        }
        let (turned, expected) = self.along;
        self.believed = turned > expected / TRUST && turned < expected * TRUST;
    }

    /// Puts the sums of products right.
    fn bend(&self, gram: &mut [f64], width: usize, used: usize) {
        for row in 0..used {
            let add = self.turned[row] / self.along.0;
            let take = self.expected[row] / self.along.1;
            for column in row..used {
                gram[row * width + column] +=
                    add * self.turned[column] - take * self.expected[column];
            }
        }
    }
}

impl Workspace {
    /// Descends from a point; gives up when nothing says that the deviance could fall below `limit`.
    pub(super) fn descend(&mut self, form: EtsForm, mut point: Point, limit: f64) -> Optimum {
        let count = self.values.len() as f64;
        let searched = Searched::new(form, self.searched(form));
        let (states, used) = (searched.states(), searched.all());
        let width = (used + 1).next_multiple_of(LANES);
        let mut objective = trajectory(&self.values, form, &point, &mut self.ring, &mut self.steps);
        let (mut damping, mut growth, mut state_damping) = (DAMPING.0, 4.0, 0.0);
        let mut given_up = false;
        let mut tries = 0;
        let mut turn = Turn::default();
        'descent: while self.deviance(objective) > self.deviance(0.0) && objective < f64::INFINITY {
            self.linearise(form, &point, searched);
            let before = self.gram[used * (width + 1)];
            turn.learn(&self.gram, width, used);
            loop {
                self.factored.clone_from(&self.gram);
                if turn.believed {
                    turn.bend(&mut self.factored, width, used);
                }
                let mut system =
                    System { gram: &mut self.factored, width, states, shape: searched.shapes };
                system.eliminate(state_damping);
                let room = searched.room(&point);
                let step = system.shape_step(damping, &room);
                self.states.resize(states, 0.0);
                system.states_step(&step, &mut self.states);
                let promised = count * (1.0 - system.expected(&step) / before);
                let hopeless = tries > 0 && count * math::ln(objective) - HOPE * promised > limit;
                if promised.is_nan() || promised < TOLERANCE || hopeless || tries == STEPS {
                    given_up = hopeless;
                    break 'descent;
                }
                tries += 1;
                self.trial.clone_from(&point);
                searched.step(&mut self.trial, &step, &self.states);
                let found = trajectory(
                    &self.values,
                    form,
                    &self.trial,
                    &mut self.ring,
                    &mut self.trial_steps,
                );
                if found < objective {
                    if promised < LEARN {
                        turn.moved = Some(searched.moved(&self.states, &point, &self.trial));
                    }
                    let kept = count * (1.0 - found / objective) / promised;
                    std::mem::swap(&mut self.trial, &mut point);
                    std::mem::swap(&mut self.trial_steps, &mut self.steps);
                    objective = found;
                    if kept > 0.7 {
                        damping = f64::max(damping / 10.0, 1e-9);
                        state_damping /= 10.0;
                    } else if kept < 0.25 {
                        damping *= 4.0;
                    }
                    growth = 4.0;
                    // What such a step leaves to be gained is what it was mistaken by, or less.
                    if promised < NEAR && promised * (1.0 - kept).abs() < TOLERANCE {
                        break 'descent;
                    }
                    break;
                }
                turn.believed = false;
                damping = f64::max(damping * growth, DAMPING.1);
                state_damping = f64::max(state_damping * growth, STATE_DAMPING);
                growth *= 2.0;
                if damping > DAMPING.2 {
                    break 'descent;
                }
            }
            if state_damping < STATE_DAMPING {
                state_damping = 0.0;
            }
        }
        Optimum { point, deviance: self.deviance(objective), given_up }
    }

    /// Fills `gram` with the sums of products of how the errors move with everything searched, and
    /// of the errors, at a point whose `steps` are there.
    fn linearise(&mut self, form: EtsForm, point: &Point, searched: Searched) {
        self.differentiate(form, point, searched);
        self.arrange(form, searched);
        self.multiply(form, searched.all());
    }

    /// Fills `columns` with how what is expected moves: first with the shape, then with the states.
    fn differentiate(&mut self, form: EtsForm, point: &Point, searched: Searched) {
        let count = self.values.len();
        let lines = searched.lines;
        // An additive season is linear and the same at all times: a state of the season acts as
        // the first one does, only later. One column serves them all.
        let distinct = searched.distinct(form);
        let blocks = 1 + distinct.div_ceil(LANES);
        self.columns.resize(blocks * count, [0.0; LANES]);
        for block in 0..blocks {
            self.column_ring.clear();
            self.column_ring.resize(self.length(form), [0.0; LANES]);
            let (mut level, mut trend) = ([0.0; LANES], [0.0; LANES]);
            if block > 0 {
                for lane in 0..LANES {
                    let column = (block - 1) * LANES + lane;
                    if column == 0 {
                        level[lane] = 1.0;
                    } else if column < lines {
                        trend[lane] = 1.0;
                    } else if column < distinct {
                        self.column_ring[column - lines][lane] = 1.0;
                    }
                }
            }
            let columns = Columns { level, trend, ring: &mut self.column_ring };
            let out = &mut self.columns[block * count..(block + 1) * count];
            derivatives(form, &point.shape, &self.steps, block == 0, columns, out);
        }
    }

    /// Fills `rows` and `errors` with how each error moves with everything searched, and its size.
    fn arrange(&mut self, form: EtsForm, searched: Searched) {
        let count = self.values.len();
        let (lines, states, used) = (searched.lines, searched.states(), searched.all());
        let shifted = form.season != Season::Multiplicative;
        let blocks = 1 + searched.distinct(form).div_ceil(LANES);
        let width = used.next_multiple_of(LANES);
        if shifted {
            self.reversed.clear();
            let column = &self.columns[count..2 * count];
            self.reversed.extend(column.iter().rev().map(|row| row[lines]));
            self.reversed.resize(count + width, 0.0);
        }
        // How the error moves with what is expected, with its sign turned throughout.
        let multiplicative = form.has_multiplicative_error();
        self.errors.clear();
        self.weights.clear();
        for step in &self.steps {
            if multiplicative {
                let inverse = 1.0 / step.expected;
                let ratio = 1.0 + step.error * inverse;
                self.weights.push(ratio * inverse);
                self.errors.push([-step.error * inverse, 1.0 / ratio]);
            } else {
                self.weights.push(1.0);
                self.errors.push([-step.error, 0.0]);
            }
        }
        // Every number of a row is written below; each part runs over into the next, which is
        // written later.
        self.rows.resize(count * width, 0.0);
        if !shifted {
            for block in 1..blocks {
                let columns = &self.columns[block * count..(block + 1) * count];
                let rows = self.rows.chunks_exact_mut(width);
                for ((row, column), weight) in rows.zip(columns).zip(&self.weights) {
                    if let Some(part) = row[(block - 1) * LANES..].first_chunk_mut::<LANES>() {
                        *part = column.map(|value| weight * value);
                    }
                }
            }
        }
        for (at, (row, weight)) in self.rows.chunks_exact_mut(width).zip(&self.weights).enumerate()
        {
            if shifted {
                let line = &self.columns[count + at];
                for (slot, value) in row.iter_mut().zip(&line[..lines]) {
                    *slot = weight * value;
                }
                let seasonal = &self.reversed[count - 1 - at..];
                for (slot, value) in row[lines..].iter_mut().zip(seasonal) {
                    *slot = weight * value;
                }
            }
            let shape = &self.columns[at];
            for (slot, &index) in row[states..].iter_mut().zip(searched.shape()) {
                *slot = weight * shape[index];
            }
            row[used..].fill(0.0);
        }
    }

    /// Fills `gram` with the sums of products of the columns of `rows` and of `errors`.
    fn multiply(&mut self, form: EtsForm, used: usize) {
        let count = self.values.len();
        let width = used.next_multiple_of(LANES);
        let stride = (used + 1).next_multiple_of(LANES);
        self.gram.resize(stride * stride, 0.0);
        let mut moves = kernel::gram(&self.rows, width, used, &self.errors, &mut self.gram);
        if form.has_multiplicative_error() {
            // The geometric mean of what is expected moves too, and every error with it.
            for slope in &mut moves {
                *slope /= count as f64;
            }
            let squares = self.gram[used * stride + used];
            for i in 0..used {
                let by_errors = self.gram[i * stride + used];
                for j in i..used {
                    self.gram[i * stride + j] += by_errors * moves[j]
                        + moves[i] * (self.gram[j * stride + used] + squares * moves[j]);
                }
                self.gram[i * stride + used] += squares * moves[i];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::EtsForm;
    use super::*;

    /// Everything searched as one vector.
    fn moved(point: &Point, searched: Searched, index: usize, by: f64) -> Point {
        let mut moved = point.clone();
        let mut states = vec![0.0; searched.states()];
        let mut shape = [0.0; 4];
        if index < states.len() {
            states[index] = by;
        } else {
            shape[index - states.len()] = by;
        }
        searched.step(&mut moved, &shape, &states);
        moved
    }

    #[test]
    fn derivatives_are_those_of_the_objective() {
        let values: Vec<f64> = (0..31_usize)
            .map(|t| {
                let season = [0.8, 1.0, 1.3, 0.9][t % 4];
                (1.0 + 0.01 * t as f64) * season + 0.05 * (7 * t % 5) as f64
            })
            .collect();
        for form in EtsForm::admissible() {
            let mut workspace = Workspace::default();
            workspace.take(&values, 4);
            let searched = Searched::new(form, workspace.searched(form));
            let seasonal = match form.season {
                Season::None => vec![0.0],
                Season::Additive => vec![-0.2, 0.0, 0.3, -0.1],
                Season::Multiplicative => vec![0.8, 1.0, 1.3, 0.9],
            };
            let trend = if form.has_trend() { 0.02 } else { 0.0 };
            let point = Point { shape: [0.4, 0.3, 0.2, 0.9], level: 0.9, trend, seasonal };
            let mut objective = |point: &Point| {
                trajectory(
                    &workspace.values,
                    form,
                    point,
                    &mut workspace.ring,
                    &mut workspace.steps,
                )
            };
            let slopes: Vec<f64> = (0..searched.all())
                .map(|index| {
                    let step = 1e-6;
                    let up = objective(&moved(&point, searched, index, step));
                    let down = objective(&moved(&point, searched, index, -step));
                    (math::ln(up) - math::ln(down)) / (2.0 * step)
                })
                .collect();
            objective(&point);
            workspace.linearise(form, &point, searched);
            let used = searched.all();
            let width = (used + 1).next_multiple_of(LANES);
            for (index, slope) in slopes.iter().enumerate() {
                let exact = 2.0 * workspace.gram[index * width + used]
                    / workspace.gram[used * width + used];
                assert!(
                    (exact - slope).abs() < 1e-6 * (1.0 + slope.abs()),
                    "{form}, {index}: {exact} is not {slope}"
                );
            }
        }
    }
}

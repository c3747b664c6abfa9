//! Small systems of linear equations.

/// The most unknowns in a system.
pub(super) const MAX_UNKNOWNS: usize = 64;

/// A symmetric matrix and a right side, filled row by row of observations.
#[derive(Clone, Debug)]
pub(super) struct NormalEquations {
    unknowns: usize,
    /// The lower triangle, row by row.
    matrix: Vec<f64>,
    right: Vec<f64>,
}

impl NormalEquations {
    /// No observations yet.
    pub(super) fn new(unknowns: usize) -> Self {
        let matrix = vec![0.0; unknowns * (unknowns + 1) / 2];
        Self { unknowns, matrix, right: vec![0.0; unknowns] }
    }

    /// Adds an observation: its row times its transpose, and its row times `residual`.
    pub(super) fn add(&mut self, row: &[f64], weight: f64, residual: f64) {
        let mut place = 0;
        for (i, &value) in row.iter().enumerate().take(self.unknowns) {
            if value != 0.0 {
                let weighted = weight * value;
                for (sum, other) in self.matrix[place..=place + i].iter_mut().zip(row) {
                    *sum += weighted * other;
                }
                self.right[i] += residual * value;
            }
            place += i + 1;
        }
    }

    /// Draws an unknown towards zero, from where it now is.
    pub(super) fn penalise(&mut self, unknown: usize, penalty: f64, now: f64) {
        self.matrix[diagonal(unknown)] += penalty;
        self.right[unknown] -= penalty * now;
    }

    /// The solution, by the factors of Cholesky. An unknown that the others already explain, up to
    /// rounding, is zero.
    pub(super) fn solve(mut self) -> Vec<f64> {
        let start = |row: usize| row * (row + 1) / 2;
        for row in 0..self.unknowns {
            let whole = self.matrix[diagonal(row)];
            for column in 0..=row {
                let mut value = self.matrix[start(row) + column];
                for k in 0..column {
                    value -= self.matrix[start(row) + k] * self.matrix[start(column) + k];
                }
                let pivot = self.matrix[diagonal(column)];
                self.matrix[start(row) + column] = if column == row {
                    if value > 1e-12 * whole { value.sqrt() } else { 0.0 }
                } else if pivot > 0.0 {
                    value / pivot
                } else {
                    0.0
                };
            }
        }
        for row in 0..self.unknowns {
            let known: f64 = (0..row).map(|k| self.matrix[start(row) + k] * self.right[k]).sum();
            let pivot = self.matrix[diagonal(row)];
            self.right[row] = if pivot > 0.0 { (self.right[row] - known) / pivot } else { 0.0 };
        }
        for row in (0..self.unknowns).rev() {
            let behind = row + 1..self.unknowns;
            let known: f64 = behind.map(|k| self.matrix[start(k) + row] * self.right[k]).sum();
            let pivot = self.matrix[diagonal(row)];
            self.right[row] = if pivot > 0.0 { (self.right[row] - known) / pivot } else { 0.0 };
        }
        self.right
    }
}

fn diagonal(row: usize) -> usize {
    row * (row + 3) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(rows: &[(&[f64], f64)]) -> Vec<f64> {
        let mut equations = NormalEquations::new(rows[0].0.len());
        for (row, value) in rows {
            equations.add(row, 1.0, *value);
        }
        equations.solve()
    }

    #[test]
    fn least_squares_by_hand() {
        // y = 2 + 3 x, and one more value on the line.
        let found = fitted(&[(&[1.0, 0.0], 2.0), (&[1.0, 1.0], 5.0), (&[1.0, 4.0], 14.0)]);
        assert!((found[0] - 2.0).abs() < 1e-12 && (found[1] - 3.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn many_unknowns_leave_no_residual() {
        let count = 40;
        let truth: Vec<f64> = (0..count).map(|i| f64::from(i % 7) - 3.0).collect();
        let mut equations = NormalEquations::new(truth.len());
        for t in 0..200_u32 {
            let row: Vec<f64> =
                (0..40_u32).map(|i| f64::from((t * t + i * 31 * t) % 101)).collect();
            let value = row.iter().zip(&truth).map(|(a, b)| a * b).sum();
            equations.add(&row, 1.0, value);
        }
        for (found, expected) in equations.solve().iter().zip(&truth) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn a_repeated_column_takes_nothing_and_a_penalty_shrinks() {
        let twice = fitted(&[(&[1.0, 1.0], 2.0), (&[2.0, 2.0], 4.0)]);
        assert!((twice[0] - 2.0).abs() < 1e-9 && twice[1].abs() < 1e-9, "{twice:?}");
        let mut equations = NormalEquations::new(1);
        equations.add(&[1.0], 1.0, 6.0);
        equations.penalise(0, 2.0, 0.0);
        assert!((equations.solve()[0] - 2.0).abs() < 1e-12);
    }
}

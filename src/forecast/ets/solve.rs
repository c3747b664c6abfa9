//! One step of the search: least squares in all states and, within a box, in the four numbers of the
//! shape.
//!
//! States are eliminated first, as in variable projection (Golub and Pereyra, "The differentiation
//! of pseudo-inverses and nonlinear least squares problems whose variables separate", SIAM Journal
//! on Numerical Analysis 10, 1973, in the simplification of Kaufman, BIT 15, 1975). What is left is
//! a problem in at most four numbers, so heeding their bounds exactly and damping them again (after
//! Levenberg and Marquardt) cost next to nothing.

/// Sums of products of the columns `states…, shape…, errors`, states to be eliminated.
pub(super) struct System<'a> {
    pub(super) gram: &'a mut [f64],
    pub(super) width: usize,
    pub(super) states: usize,
    /// How many numbers of the shape there are.
    pub(super) shape: usize,
}

/// Rounds of minimising along one number after the other.
const SWEEPS: usize = 10;
/// Eigenvalues below this share of the largest are noise.
const SINGULAR: f64 = 1e-10;

impl System<'_> {
    fn at(&self, row: usize, column: usize) -> f64 {
        self.gram[row * self.width + column]
    }

    /// Eliminates the states, each diagonal element raised by the share `damping`.
    #[inline(never)]
    pub(super) fn eliminate(&mut self, damping: f64) {
        let (width, used) = (self.width, self.states + self.shape + 1);
        // A state that others explain fully keeps this share of its diagonal element.
        let damping = damping.max(SINGULAR);
        for pivot in 0..self.states {
            self.gram[pivot * width + pivot] *= 1.0 + damping;
        }
        for pivot in 0..self.states {
            let (above, below) = self.gram.split_at_mut((pivot + 1) * width);
            let row = &above[pivot * width..pivot * width + used];
            let inverse = 1.0 / row[pivot];
            if !inverse.is_finite() {
                continue;
            }
            for index in pivot + 1..used {
                let factor = row[index] * inverse;
                let at = (index - pivot - 1) * width;
                for (target, source) in below[at + index..at + used].iter_mut().zip(&row[index..]) {
                    *target -= factor * source;
                }
            }
        }
    }

    /// The best step of the shape within its box under this damping.
    #[inline(never)]
    pub(super) fn shape_step(&self, damping: f64, room: &[(f64, f64); 4]) -> [f64; 4] {
        let count = self.shape;
        let mut step = [0.0; 4];
        let mut free = [true; 4];
        // Whatever would leave the box is set to its wall and the rest solved again.
        for _ in 0..=count {
            let mut matrix = [[0.0; 5]; 4];
            let mut order = [0; 4];
            let mut size = 0;
            for (index, free) in free.iter().enumerate().take(count) {
                if *free {
                    order[size] = index;
                    size += 1;
                }
            }
            for (row, &i) in order[..size].iter().enumerate() {
                let (a, b) = (self.states + i, self.states + count);
                let mut right = -self.at(a, b);
                for j in 0..count {
                    let value = self.at(self.states + i.min(j), self.states + i.max(j));
                    if !free[j] {
                        right -= value * step[j];
                    }
                }
                for (column, &j) in order[..size].iter().enumerate() {
                    let value = self.at(self.states + i.min(j), self.states + i.max(j));
                    matrix[row][column] = if i == j { value * (1.0 + damping) } else { value };
                }
                matrix[row][4] = right;
            }
            solve(&mut matrix, size);
            let mut outside = false;
            for (row, &index) in order[..size].iter().enumerate() {
                let (low, high) = room[index];
                let wanted = matrix[row][4];
                step[index] = wanted.clamp(low, high);
                if wanted < low || wanted > high {
                    free[index] = false;
                    outside = true;
                }
            }
            if !outside {
                break;
            }
        }
        if free.contains(&false) {
            self.polish(damping, room, &mut step);
        }
        step
    }

    /// Minimises along one number after the other: what was set to a wall may leave it again.
    fn polish(&self, damping: f64, room: &[(f64, f64); 4], step: &mut [f64; 4]) {
        if self.expected(step) > self.expected(&[0.0; 4]) {
            *step = [0.0; 4];
        }
        for _ in 0..SWEEPS {
            for i in 0..self.shape {
                let own = self.at(self.states + i, self.states + i);
                let mut right = -self.at(self.states + i, self.states + self.shape);
                for (j, step) in step.iter().enumerate().take(self.shape) {
                    if i != j {
                        right -= self.at(self.states + i.min(j), self.states + i.max(j)) * step;
                    }
                }
                let wanted = right / (own * (1.0 + damping));
                if wanted.is_finite() {
                    step[i] = wanted.clamp(room[i].0, room[i].1);
                }
            }
        }
    }

    /// The best step of the states given that of the shape.
    pub(super) fn states_step(&self, shape: &[f64; 4], states: &mut [f64]) {
        let errors = self.states + self.shape;
        for row in (0..self.states).rev() {
            let mut right = self.at(row, errors);
            for (column, step) in shape.iter().enumerate().take(self.shape) {
                right += self.at(row, self.states + column) * step;
            }
            for (column, step) in states.iter().enumerate().skip(row + 1) {
                right += self.at(row, column) * step;
            }
            let step = -right / self.at(row, row);
            states[row] = if step.is_finite() { step } else { 0.0 };
        }
    }

    /// What the sum of squares is expected to become.
    pub(super) fn expected(&self, step: &[f64; 4]) -> f64 {
        let errors = self.states + self.shape;
        let mut sum = self.at(errors, errors);
        for i in 0..self.shape {
            sum += 2.0 * step[i] * self.at(self.states + i, errors);
            for j in 0..self.shape {
                sum += step[i] * step[j] * self.at(self.states + i.min(j), self.states + i.max(j));
            }
        }
        sum
    }
}

/// Solves a symmetric positive system in place; the right side stands in the last column.
fn solve(matrix: &mut [[f64; 5]; 4], size: usize) {
    let mut largest = [0.0; 4];
    for pivot in 0..size {
        largest[pivot] = matrix[pivot][pivot];
    }
    for pivot in 0..size {
        let row = matrix[pivot];
        for lower in matrix.iter_mut().take(size).skip(pivot + 1) {
            if row[pivot] <= SINGULAR * largest[pivot] {
                continue;
            }
            let factor = lower[pivot] / row[pivot];
            for column in pivot..5 {
                lower[column] -= factor * row[column];
            }
        }
    }
    for pivot in (0..size).rev() {
        let mut right = matrix[pivot][4];
        for (other, lower) in matrix.iter().enumerate().take(size).skip(pivot + 1) {
            right -= matrix[pivot][other] * lower[4];
        }
        let solvable = matrix[pivot][pivot] > SINGULAR * largest[pivot];
        matrix[pivot][4] = if solvable { right / matrix[pivot][pivot] } else { 0.0 };
    }
}

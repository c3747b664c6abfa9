//! Systems of linear equations whose matrix is symmetric and positive definite.

/// The lower triangular `L` with `L L' = A`, by rows.
#[derive(Debug)]
pub(super) struct Cholesky {
    rows: Vec<f64>,
    size: usize,
}

impl Cholesky {
    /// Factors a matrix given by rows, of which only the lower triangle is read; `None` when it is
    /// not positive definite (Golub and Van Loan, "Matrix Computations", 4th edition, 4.2).
    pub(super) fn of(mut rows: Vec<f64>, size: usize) -> Option<Self> {
        for row in 0..size {
            let (above, this) = rows.split_at_mut(row * size);
            for column in 0..row {
                let other = &above[column * size..][..=column];
                this[column] =
                    (this[column] - dot(&this[..column], &other[..column])) / other[column];
            }
            let pivot = this[row] - dot(&this[..row], &this[..row]);
            if pivot.is_nan() || pivot <= 0.0 {
                return None;
            }
            this[row] = pivot.sqrt();
        }
        Some(Self { rows, size })
    }

    /// Replaces b by the x with `A x = b`.
    pub(super) fn solve(&self, b: &mut [f64]) {
        self.solve_lower(b);
        for row in (0..self.size).rev() {
            let factor = &self.rows[row * self.size..][..=row];
            let solved = b[row] / factor[row];
            b[row] = solved;
            add_scaled(&mut b[..row], -solved, &factor[..row]);
        }
    }

    /// Replaces b by the x with `L x = b`.
    pub(super) fn solve_lower(&self, b: &mut [f64]) {
        for row in 0..self.size {
            let factor = &self.rows[row * self.size..][..=row];
            b[row] = (b[row] - dot(&factor[..row], &b[..row])) / factor[row];
        }
    }
}

/// The sum of products, in a sequence that is the same on every target: four running sums, so that
/// one addition need not wait for the one before.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, a_rest) = a.as_chunks::<4>();
    let (b, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// Adds a multiple of one vector to another.
pub(super) fn add_scaled(target: &mut [f64], factor: f64, vector: &[f64]) {
    for (target, value) in target.iter_mut().zip(vector) {
        *target += factor * value;
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    #[test]
    fn the_solution_solves() {
        for size in [1, 2, 5, 17] {
            // B B' + I is positive definite whatever B is.
            let b: Vec<f64> = (0..size * size).map(|i| fixture::noise(i, 19) - 9.0).collect();
            let row = |i: usize| &b[i * size..][..size];
            let entry = |i: usize, j: usize| dot(row(i), row(j)) + f64::from(u8::from(i == j));
            let matrix: Vec<f64> = (0..size * size).map(|i| entry(i / size, i % size)).collect();
            let wanted: Vec<f64> = (0..size).map(|i| i as f64 - 2.5).collect();
            let mut x: Vec<f64> =
                (0..size).map(|i| dot(&matrix[i * size..][..size], &wanted)).collect();
            Cholesky::of(matrix, size).unwrap().solve(&mut x);
            fixture::assert_near(&x, &wanted);
        }
    }

    #[test]
    fn what_is_not_positive_definite_is_refused() {
        assert!(Cholesky::of(vec![1.0, 2.0, 2.0, 1.0], 2).is_none());
        assert!(Cholesky::of(vec![f64::NAN], 1).is_none());
        assert!(Cholesky::of(vec![0.0], 1).is_none());
        assert!(Cholesky::of(Vec::new(), 0).is_some());
    }
}

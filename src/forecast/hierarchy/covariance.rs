//! Which errors go together, and how large they are.

use super::linear::dot;

/// The covariance of the base forecasts' errors as a diagonal and a few common factors:
/// `W = diag(own) + F F'`.
///
/// A sample covariance of thousands of nodes over a hundred periods has rank one hundred; kept as
/// its factors it is never written out.
#[derive(Debug)]
pub(super) struct Covariance {
    /// Of each node, above zero.
    pub(super) own: Vec<f64>,
    /// `F`, one node behind the other.
    factors: Vec<f64>,
    /// Columns of `F`.
    pub(super) rank: usize,
}

/// A node that never erred is still given this part of the largest variance, lest a division by zero
/// follow.
const SMALLEST_VARIANCE: f64 = 1e-12;
/// Least intensity of shrinkage: the covariance must have an inverse.
const SMALLEST_INTENSITY: f64 = 1e-6;

impl Covariance {
    /// Errors that do not go together, with these variances.
    pub(super) fn diagonal(mut own: Vec<f64>) -> Self {
        let largest = own.iter().copied().fold(0.0, f64::max);
        let smallest = if largest > 0.0 { largest * SMALLEST_VARIANCE } else { 1.0 };
        for variance in &mut own {
            *variance = variance.max(smallest);
        }
        Self { own, factors: Vec::new(), rank: 0 }
    }

    /// Mean squares of the residuals of each node.
    pub(super) fn variances(residuals: &[Vec<f64>]) -> Self {
        let variance = |errors: &Vec<f64>| dot(errors, errors) / errors.len() as f64;
        Self::diagonal(residuals.iter().map(variance).collect())
    }

    /// The sample covariance of the residuals about zero, its correlations shrunk towards none by
    /// the [`intensity`] that the residuals themselves suggest.
    pub(super) fn shrunk(residuals: &[Vec<f64>]) -> Self {
        let mut shrunk = Self::variances(residuals);
        let intensity = intensity(residuals).max(SMALLEST_INTENSITY);
        for variance in &mut shrunk.own {
            *variance *= intensity;
        }
        shrunk.rank = residuals.first().map_or(0, Vec::len);
        let factor = ((1.0 - intensity) / shrunk.rank as f64).sqrt();
        if factor > 0.0 {
            shrunk.factors = residuals.iter().flatten().map(|error| factor * error).collect();
        } else {
            shrunk.rank = 0;
        }
        shrunk
    }

    /// The loadings of a node on the common factors.
    pub(super) fn factors(&self, node: usize) -> &[f64] {
        &self.factors[node * self.rank..][..self.rank]
    }
}

/// How far correlations are to be shrunk, from 0 (taken as they are) to 1 (taken for none): the sum
/// of their estimated variances over the sum of their squares (Schäfer and Strimmer, "A shrinkage
/// approach to large-scale covariance matrix estimation", Statistical Applications in Genetics and
/// Molecular Biology 4, 2005; about zero, as residuals are unbiased).
///
/// Both sums run over all pairs of nodes, but a pair's product summed over pairs is a square of
/// sums, and the squares of all inner products of the nodes are those of the periods: so the pairs
/// of whichever are fewer are formed.
fn intensity(residuals: &[Vec<f64>]) -> f64 {
    let periods = residuals.first().map_or(0, Vec::len);
    let scaled: Vec<Vec<f64>> = residuals.iter().map(|errors| standardised(errors)).collect();
    let by_period: Vec<Vec<f64>> =
        (0..periods).map(|t| scaled.iter().map(|errors| errors[t]).collect()).collect();
    let fewer = if scaled.len() < periods { &scaled } else { &by_period };

    // Over pairs of different nodes: all pairs less those of a node with itself.
    let squared_products: f64 =
        pairs_squared(fewer) - scaled.iter().map(|errors| square(dot(errors, errors))).sum::<f64>();
    let products_squared: f64 =
        by_period.iter().map(|errors| square(dot(errors, errors))).sum::<f64>()
            - scaled.iter().flatten().map(|error| square(square(*error))).sum::<f64>();
    let count = periods as f64;
    let variances = (products_squared - squared_products / count) / (count * (count - 1.0));
    let correlations = squared_products / square(count);
    let intensity = variances / correlations;
    if intensity.is_nan() { 1.0 } else { intensity.clamp(0.0, 1.0) }
}

/// The sum of the squares of all inner products.
fn pairs_squared(vectors: &[Vec<f64>]) -> f64 {
    let mut total = 0.0;
    for (index, vector) in vectors.iter().enumerate() {
        total += square(dot(vector, vector));
        for other in &vectors[..index] {
            total += 2.0 * square(dot(vector, other));
        }
    }
    total
}

/// Errors over their root mean square; none where there never was an error.
fn standardised(errors: &[f64]) -> Vec<f64> {
    let scale = (dot(errors, errors) / errors.len() as f64).sqrt();
    errors.iter().map(|error| if scale > 0.0 { error / scale } else { 0.0 }).collect()
}

fn square(value: f64) -> f64 {
    value * value
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    #[test]
    fn the_intensity_of_the_reference() {
        // The published formula over every pair of nodes, by a separate program.
        fixture::assert_near(&[intensity(&fixture::residuals(8))], &[TREE]);
        fixture::assert_near(&[intensity(&fixture::residuals(40))], &[WIDE]);
    }

    const TREE: f64 = 0.561_152_916_854_587_6;
    const WIDE: f64 = 0.461_027_426_418_605_34;

    #[test]
    fn without_correlations_or_errors_nothing_goes_together() {
        assert!((intensity(&[vec![1.0, -1.0, 2.0]]) - 1.0).abs() < 1e-12, "one node has no pair");
        assert!((intensity(&[vec![0.0; 5], vec![0.0; 5]]) - 1.0).abs() < 1e-12);
        let never = Covariance::shrunk(&[vec![0.0; 5], vec![0.0; 5]]);
        assert_eq!((never.own, never.rank), (vec![1.0, 1.0], 0));
        // Two that are one: nothing is shrunk, but the covariance keeps its inverse.
        let same: Vec<f64> = (0..50).map(|t| if t % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let same = Covariance::shrunk(&[same.clone(), same]);
        assert!(same.own.iter().all(|&own| own > 0.0) && same.rank == 50);
    }
}

//! The smallest weighted change that makes forecasts add up.
//!
//! Among all values that add up, those nearest to the base forecasts in the metric of the inverse
//! error covariance W have the smallest sum of error variances (Wickramasuriya, Athanasopoulos and
//! Hyndman, "Optimal forecast reconciliation for hierarchical and grouped time series through trace
//! minimization", Journal of the American Statistical Association 114, 2019). What must hold is
//! `U' y = 0`: every sum less its parts is zero; so
//! `y = ŷ − W U (U' W U)⁻¹ U' ŷ`, with one equation for each sum and none for a bottom node.

use super::{
    Hierarchy,
    covariance::Covariance,
    linear::{Cholesky, add_scaled, dot},
};

/// Equations that give the values of the bottom nodes, some of them being zero for certain.
#[derive(Debug)]
pub(super) struct System<'a> {
    hierarchy: &'a Hierarchy,
    covariance: &'a Covariance,
    /// Which bottom nodes are zero.
    zero: &'a [bool],
    /// What is known of the common factors once the errors of the zero nodes are: their precision,
    /// where there is such a node.
    precision: Option<Cholesky>,
    /// `U' W U`.
    gaps: Cholesky,
}

impl<'a> System<'a> {
    /// Sets up and factors the equations; `None` when they have no single solution in the numbers
    /// of the machine.
    pub(super) fn new(
        hierarchy: &'a Hierarchy,
        covariance: &'a Covariance,
        zero: &'a [bool],
    ) -> Option<Self> {
        let precision = if zero.contains(&true) {
            Some(precision(covariance, zero_nodes(hierarchy, zero))?)
        } else {
            None
        };
        let gaps = gap_covariance(hierarchy, covariance, zero, precision.as_ref());
        let gaps = Cholesky::of(gaps, hierarchy.aggregates().len())?;
        Some(Self { hierarchy, covariance, zero, precision, gaps })
    }

    /// The values of the bottom nodes, from the base forecasts of all nodes.
    pub(super) fn solve(&self, base: &[f64]) -> Vec<f64> {
        let expected = self.expected(base);
        let mut change = self.gaps_of(&expected);
        self.gaps.solve(&mut change);
        // How much each node counts in the changes of the sums.
        let counts: Vec<f64> = (0..self.zero.len())
            .map(|bottom| {
                if self.zero[bottom] {
                    return 0.0;
                }
                -self.hierarchy.above(bottom).iter().map(|&sum| change[sum as usize]).sum::<f64>()
            })
            .collect();
        let mut common = vec![0.0; self.covariance.rank];
        for (&node, &count) in self.hierarchy.aggregates().iter().zip(&change) {
            add_scaled(&mut common, count, self.factors(node));
        }
        for (&node, &count) in self.hierarchy.bottom().iter().zip(&counts) {
            add_scaled(&mut common, count, self.factors(node));
        }
        if let Some(precision) = &self.precision {
            precision.solve(&mut common);
        }
        let value = |(bottom, &node): (usize, &usize)| {
            if self.zero[bottom] {
                return 0.0;
            }
            let own = self.covariance.own[node] * counts[bottom];
            expected[node] - own - dot(self.factors(node), &common)
        };
        self.hierarchy.bottom().iter().enumerate().map(value).collect()
    }

    /// The base forecasts, moved by what the errors of the zero nodes say of the others.
    fn expected(&self, base: &[f64]) -> Vec<f64> {
        let Some(precision) = &self.precision else { return base.to_vec() };
        let mut common = vec![0.0; self.covariance.rank];
        for node in zero_nodes(self.hierarchy, self.zero) {
            let error = -base[node];
            add_scaled(&mut common, error / self.covariance.own[node], self.factors(node));
        }
        precision.solve(&mut common);
        let moved = |(node, value): (usize, &f64)| value + dot(self.factors(node), &common);
        base.iter().enumerate().map(moved).collect()
    }

    /// `U' y`: each sum less its parts.
    fn gaps_of(&self, values: &[f64]) -> Vec<f64> {
        let mut gaps: Vec<f64> =
            self.hierarchy.aggregates().iter().map(|&node| values[node]).collect();
        for (bottom, &node) in self.hierarchy.bottom().iter().enumerate() {
            if !self.zero[bottom] {
                for &sum in self.hierarchy.above(bottom) {
                    gaps[sum as usize] -= values[node];
                }
            }
        }
        gaps
    }

    fn factors(&self, node: usize) -> &[f64] {
        self.covariance.factors(node)
    }
}

/// `W⁻¹ x` for a covariance whose factors have this precision over all nodes (Woodbury).
pub(super) fn weigh(covariance: &Covariance, precision: &Cholesky, x: &[f64]) -> Vec<f64> {
    let mut common = vec![0.0; covariance.rank];
    for (node, value) in x.iter().enumerate() {
        add_scaled(&mut common, value / covariance.own[node], covariance.factors(node));
    }
    precision.solve(&mut common);
    let weighed = |(node, value): (usize, &f64)| {
        (value - dot(covariance.factors(node), &common)) / covariance.own[node]
    };
    x.iter().enumerate().map(weighed).collect()
}

/// `I + F' diag(own)⁻¹ F` over some nodes: the precision of the common factors once the errors of
/// these nodes are known.
pub(super) fn precision(
    covariance: &Covariance,
    nodes: impl Iterator<Item = usize>,
) -> Option<Cholesky> {
    let rank = covariance.rank;
    let mut rows = vec![0.0; rank * rank];
    for index in 0..rank {
        rows[index * rank + index] = 1.0;
    }
    for node in nodes {
        let factors = covariance.factors(node);
        for (row, factor) in factors.iter().enumerate() {
            add_scaled(&mut rows[row * rank..][..=row], factor / covariance.own[node], factors);
        }
    }
    Cholesky::of(rows, rank)
}

/// `U' W U` by rows, the lower triangle.
fn gap_covariance(
    hierarchy: &Hierarchy,
    covariance: &Covariance,
    zero: &[bool],
    precision: Option<&Cholesky>,
) -> Vec<f64> {
    let (size, rank) = (hierarchy.aggregates().len(), covariance.rank);
    let mut rows = vec![0.0; size * size];
    let mut factors = Vec::with_capacity(size * rank);
    for (sum, &node) in hierarchy.aggregates().iter().enumerate() {
        rows[sum * size + sum] = covariance.own[node];
        factors.extend_from_slice(covariance.factors(node));
    }
    for (bottom, &node) in hierarchy.bottom().iter().enumerate() {
        if zero[bottom] {
            continue;
        }
        let above = hierarchy.above(bottom);
        for &a in above {
            add_scaled(&mut factors[a as usize * rank..][..rank], -1.0, covariance.factors(node));
            for &b in above.iter().filter(|&&b| b <= a) {
                rows[a as usize * size + b as usize] += covariance.own[node];
            }
        }
    }
    for sum in 0..size {
        if let Some(precision) = precision {
            precision.solve_lower(&mut factors[sum * rank..][..rank]);
        }
        for other in 0..=sum {
            rows[sum * size + other] +=
                dot(&factors[sum * rank..][..rank], &factors[other * rank..][..rank]);
        }
    }
    rows
}

fn zero_nodes(hierarchy: &Hierarchy, zero: &[bool]) -> impl Iterator<Item = usize> {
    hierarchy.bottom().iter().zip(zero).filter(|&(_, &zero)| zero).map(|(&node, _)| node)
}

//! The same without demand below zero.
//!
//! The nearest values that add up and are nowhere negative have some bottom nodes at zero. Which
//! ones is found by exchanging all nodes that are on the wrong side, and when that no longer helps
//! only one of them (block principal pivoting: Júdice and Pires, "A block principal pivoting
//! algorithm for large-scale strictly monotone linear complementarity problems", Computers &
//! Operations Research 21, 1994; for reconciliation Wickramasuriya, Turlach and Hyndman, "Optimal
//! non-negative forecast reconciliation", Statistics and Computing 30, 2020).

use super::{
    Hierarchy,
    covariance::Covariance,
    linear::Cholesky,
    system::{System, weigh},
};

/// Exchanges of all nodes without fewer of them on the wrong side, before one at a time is tried.
const PATIENCE: u32 = 3;
/// Exchanges after which the nodes that are still negative are put to zero as they are.
const MAX_EXCHANGES: u32 = 200;
/// Part of the largest base forecast that counts as zero.
const TOLERANCE: f64 = 1e-10;

/// The values of the bottom nodes, none below zero; `unbounded` are those that may be.
///
/// `precision` is that of the common factors over all nodes.
pub(super) fn solve(
    hierarchy: &Hierarchy,
    covariance: &Covariance,
    precision: &Cholesky,
    base: &[f64],
    unbounded: Vec<f64>,
) -> Option<Vec<f64>> {
    let tolerance =
        TOLERANCE * base.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let mut values = unbounded;
    let mut zero = vec![false; values.len()];
    let mut slopes = vec![0.0; values.len()];
    let (mut fewest, mut patience) = (usize::MAX, PATIENCE);
    for _ in 0..MAX_EXCHANGES {
        // A node at zero is on the wrong side when more of it would be nearer.
        let wrong: Vec<usize> = (0..values.len())
            .filter(
                |&bottom| if zero[bottom] { slopes[bottom] } else { values[bottom] } < -tolerance,
            )
            .collect();
        let Some(&last) = wrong.last() else { break };
        if wrong.len() < fewest {
            (fewest, patience) = (wrong.len(), PATIENCE);
        } else {
            patience = patience.saturating_sub(1);
        }
        let exchanged = if patience > 0 { &wrong[..] } else { &[last] };
        for &bottom in exchanged {
            zero[bottom] = !zero[bottom];
        }
        values = System::new(hierarchy, covariance, &zero)?.solve(base);
        slopes = slopes_of(hierarchy, covariance, precision, base, &values);
    }
    for value in &mut values {
        *value = value.max(0.0);
    }
    Some(values)
}

/// How the squared distance grows with each bottom node, `S' W⁻¹ (S b − ŷ)`, in units of demand.
fn slopes_of(
    hierarchy: &Hierarchy,
    covariance: &Covariance,
    precision: &Cholesky,
    base: &[f64],
    values: &[f64],
) -> Vec<f64> {
    let mut changes = hierarchy.sums(values);
    for (change, base) in changes.iter_mut().zip(base) {
        *change -= base;
    }
    let weighed = weigh(covariance, precision, &changes);
    let slope = |(bottom, &node): (usize, &usize)| {
        let sums = hierarchy.above(bottom).iter().map(|&sum| hierarchy.aggregates()[sum as usize]);
        covariance.own[node] * (weighed[node] + sums.map(|sum| weighed[sum]).sum::<f64>())
    };
    hierarchy.bottom().iter().enumerate().map(slope).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{fixture, system::precision},
        *,
    };

    #[test]
    fn the_nearest_point_is_found_where_most_nodes_are_zero() {
        // Sixty series, most of which the sums want below zero.
        let members = |group| (0..60).filter(|bottom| bottom % 6 == group || group == 0).collect();
        let groups: Vec<Vec<usize>> = (0..6).map(members).collect();
        let hierarchy = Hierarchy::from_groups(60, &groups).unwrap();
        let base: Vec<f64> =
            (0..66).map(|node| if node < 6 { -20.0 } else { fixture::noise(node, 13) }).collect();
        let residuals = fixture::residuals(66);
        for covariance in [
            Covariance::diagonal(vec![1.0; 66]),
            Covariance::diagonal(hierarchy.sums(&[1.0; 60])),
            Covariance::variances(&residuals),
            Covariance::shrunk(&residuals),
        ] {
            let free = System::new(&hierarchy, &covariance, &[false; 60]).unwrap().solve(&base);
            let precision = precision(&covariance, 0..66).unwrap();
            let values = solve(&hierarchy, &covariance, &precision, &base, free).unwrap();
            let slopes = slopes_of(&hierarchy, &covariance, &precision, &base, &values);
            // The conditions of Karush, Kuhn and Tucker, which only the nearest point meets.
            for (value, slope) in values.iter().zip(slopes) {
                assert!(*value >= 0.0 && slope > -1e-7, "{value} {slope}");
                assert!((value * slope).abs() < 1e-6, "{value} {slope}");
            }
            assert!(values.iter().filter(|&&value| value > 0.0).count() < 50, "{values:?}");
        }
    }
}

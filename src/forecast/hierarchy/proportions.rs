//! From the top down: the whole's forecast, shared out.

use super::{Hierarchy, structure::Tree};

/// How a root's forecast is shared out among its bottom nodes.
///
/// The first two are the ones of Gross and Sohl, "Disaggregation methods to expedite product line
/// forecasting", Journal of Forecasting 9 (1990); the third is the one of Athanasopoulos, Ahmed and
/// Hyndman, "Hierarchical forecasts for Australian domestic tourism", International Journal of
/// Forecasting 25 (2009). Where there is nothing to share by, all get the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Proportions<'a> {
    /// The mean over the periods of each bottom node's share, of the periods with demand.
    AverageHistorical {
        /// Past demand of each node, all equally long; only that of bottom nodes is read.
        history: &'a [Vec<f64>],
    },
    /// Each bottom node's share in the sum over all periods.
    HistoricalAverages {
        /// Past demand of each node, all equally long; only that of bottom nodes is read.
        history: &'a [Vec<f64>],
    },
    /// At every node, the share of each child in the sum of the children's forecasts; one below zero
    /// counts zero.
    Forecast,
}

/// The share of each bottom node in its root, the same for all periods.
pub(super) fn historical(
    hierarchy: &Hierarchy,
    tree: &Tree,
    history: &[Vec<f64>],
    average: Average,
) -> Vec<f64> {
    let roots = roots(tree);
    let mut demand: Vec<Vec<f64>> = vec![Vec::new(); hierarchy.nodes()];
    for &node in hierarchy.bottom() {
        let total = &mut demand[roots[node]];
        total.resize(history[node].len(), 0.0);
        for (total, value) in total.iter_mut().zip(&history[node]) {
            *total += value;
        }
    }
    let weight = |&node: &usize| -> f64 {
        let periods = history[node].iter().zip(&demand[roots[node]]);
        match average {
            Average::OfShares => {
                periods.filter(|(_, total)| **total > 0.0).map(|(value, total)| value / total).sum()
            }
            Average::OfDemand => history[node].iter().sum(),
        }
    };
    let weights: Vec<f64> = hierarchy.bottom().iter().map(weight).collect();
    // Of each root: the sum of the weights, and how many there are.
    let mut totals = vec![(0.0, 0.0); hierarchy.nodes()];
    for (&node, weight) in hierarchy.bottom().iter().zip(&weights) {
        totals[roots[node]].0 += weight;
        totals[roots[node]].1 += 1.0;
    }
    let share = |(&node, weight): (&usize, &f64)| {
        let (total, count) = totals[roots[node]];
        if total > 0.0 { weight / total } else { 1.0 / count }
    };
    hierarchy.bottom().iter().zip(&weights).map(share).collect()
}

/// What historical shares are averaged over.
#[derive(Clone, Copy)]
pub(super) enum Average {
    OfShares,
    OfDemand,
}

/// One period: each root's forecast times the share of each bottom node.
pub(super) fn share_out(
    hierarchy: &Hierarchy,
    tree: &Tree,
    base: &[f64],
    shares: &[f64],
) -> Vec<f64> {
    let roots = roots(tree);
    hierarchy.bottom().iter().zip(shares).map(|(&node, share)| base[roots[node]] * share).collect()
}

/// One period: at every node, what it has, shared out by the forecasts of its children.
pub(super) fn by_forecast(hierarchy: &Hierarchy, tree: &Tree, base: &[f64]) -> Vec<f64> {
    let mut totals = vec![(0.0, 0.0); base.len()];
    for (node, parent) in tree.parents.iter().enumerate() {
        if let &Some(parent) = parent {
            totals[parent].0 += base[node].max(0.0);
            totals[parent].1 += 1.0;
        }
    }
    let mut values = base.to_vec();
    for &node in &tree.order {
        if let Some(parent) = tree.parents[node] {
            let (total, count) = totals[parent];
            let share = if total > 0.0 { base[node].max(0.0) / total } else { 1.0 / count };
            values[node] = values[parent] * share;
        }
    }
    hierarchy.bottom().iter().map(|&node| values[node]).collect()
}

/// The root that each node is under.
fn roots(tree: &Tree) -> Vec<usize> {
    let mut roots = vec![0; tree.parents.len()];
    for &node in &tree.order {
        roots[node] = tree.parents[node].map_or(node, |parent| roots[parent]);
    }
    roots
}

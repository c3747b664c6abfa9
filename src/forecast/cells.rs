//! Which probabilities stand for all where a distribution is kept as its quantiles.

use super::{DemandDistribution, interval::Place};
use crate::unit::{Probability, math};
use std::sync::LazyLock;

/// Probabilities that stand for all: the service levels that buyers ask for are among them, so their
/// quantiles are not read off a neighbour.
pub(super) struct Cells {
    pub(super) all: Vec<Cell>,
    /// The probabilities as a distribution.
    distribution: DemandDistribution,
    /// What the weights add up to, but for rounding errors one.
    total: f64,
}

/// A probability with the share of those next to it.
#[derive(Clone, Copy)]
pub(super) struct Cell {
    pub(super) probability: f64,
    pub(super) weight: f64,
    /// Where errors have the quantile of this probability.
    pub(super) place: Place,
}

/// Worked out once, since each takes several quantiles of the normal distribution.
pub(super) static CELLS: LazyLock<Cells> = LazyLock::new(|| {
    let cells = cells();
    Cells {
        all: cells
            .iter()
            .map(|&(probability, weight)| Cell {
                probability,
                weight,
                place: Place::of(probability),
            })
            .collect(),
        total: math::sum(cells.iter().map(|&(_, weight)| weight)),
        distribution: DemandDistribution::from_weighted(cells),
    }
});

impl Cells {
    /// The distribution that has these quantiles.
    pub(super) fn distribution(&self, quantiles: Vec<f64>) -> DemandDistribution {
        let weighted = quantiles.iter().zip(&self.all).map(|(demand, cell)| demand * cell.weight);
        let mean = math::sum(weighted) / self.total;
        DemandDistribution::with_shares_of(&self.distribution, quantiles, mean)
    }

    /// The cell that a quantile is read off.
    pub(super) fn at(&self, probability: Probability) -> Cell {
        self.all[self.distribution.place(probability)]
    }
}

/// The probabilities of [`CELLS`], each with the share of those next to it.
pub(super) fn cells() -> Vec<(f64, f64)> {
    let middle = (2..PERCENTS - 1).map(|cell| cell as f64 / PERCENTS as f64);
    let upper = TAIL.iter().rev().map(|tail| 1.0 - tail);
    let places: Vec<f64> = TAIL.into_iter().chain(middle).chain(upper).collect();
    let last = places.len() - 1;
    let cell = |place: usize| {
        let from = if place == 0 { 0.0 } else { 0.5 * (places[place - 1] + places[place]) };
        let to = if place == last { 1.0 } else { 0.5 * (places[place] + places[place + 1]) };
        (places[place], to - from)
    };
    (0..places.len()).map(cell).collect()
}

/// Probabilities at which the distribution of a sum is kept: whole percents, finer in the tails that
/// service levels ask for.
const PERCENTS: usize = 100;
const TAIL: [f64; 6] = [0.0005, 0.001, 0.0025, 0.005, 0.0075, 0.01];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cells_of_a_sum_hold_the_service_levels() {
        let cells = cells();
        assert!((cells.iter().map(|cell| cell.1).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(cells.iter().all(|cell| cell.1 > 0.0));
        assert!(cells.windows(2).all(|pair| pair[0].0 < pair[1].0));
        // The mean probability is a half, so that no sum is drawn to one side.
        assert!((cells.iter().map(|cell| cell.0 * cell.1).sum::<f64>() - 0.5).abs() < 1e-12);
        let distribution = DemandDistribution::from_weighted(cells);
        for level in [0.005, 0.01, 0.05, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999] {
            let probability = Probability::new(level).unwrap();
            assert!((distribution.quantile(probability) - level).abs() < 1e-12, "{level}");
        }
    }
}

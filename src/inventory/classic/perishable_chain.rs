//! What a shelf of goods that live for two periods wastes and misses, exactly.

use super::{
    DiscreteDemand, UncertainDemand,
    parameter::{floor, refused},
};
use crate::unit::{Invalid, math};

/// What a base stock of perishable goods does in an average period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerishableService {
    /// Expected units thrown away.
    pub waste: f64,
    /// Expected units of demand that are lost.
    pub lost: f64,
    /// Share of demand that is served.
    pub fill_rate: f64,
}

/// The long-run averages of a shelf that is filled up to a base stock at the start of every period,
/// its goods living for two periods, sold first in first out, and demand beyond the shelf lost
/// (Nahmias and Pierskalla, "Optimal ordering policies for a product that perishes in two periods
/// subject to stochastic demand", Naval Research Logistics Quarterly 20, 1973).
///
/// The old stock at the start of a period is a Markov chain; its stationary distribution is found by
/// elimination without subtractions (Grassmann, Taksar and Heyman, "Regenerative analysis and steady
/// state distributions for Markov chains", Operations Research 33, 1985), so it keeps all digits.
///
/// # Errors
///
/// When the base stock is zero or above 1000, or demand is always zero.
///
/// ```
/// use replenish::inventory::classic::{DiscreteDemand, two_period_base_stock};
/// let service = two_period_base_stock(8, &DiscreteDemand::poisson(5.0)?)?;
/// assert!((service.waste - 0.3205).abs() < 1e-4);
/// assert!((service.fill_rate - 0.9756).abs() < 1e-4);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn two_period_base_stock(
    base_stock: u32,
    demand: &DiscreteDemand,
) -> Result<PerishableService, Invalid> {
    if !(1..=1000).contains(&base_stock) {
        return Err(refused("base_stock", "1 to 1000 units", base_stock));
    }
    if demand.mean() <= 0.0 {
        return Err(refused("demand", "demand that is not always 0", demand.mean()));
    }
    let old = stationary(transitions(base_stock, demand));
    let waste =
        old.iter().enumerate().map(|(units, share)| share * demand.loss(units as f64).overage);
    let lost = demand.loss(f64::from(base_stock)).shortage;
    Ok(PerishableService { waste: math::sum(waste), lost, fill_rate: 1.0 - lost / demand.mean() })
}

/// How likely each old stock at the start of a period is followed by each other.
fn transitions(base_stock: u32, demand: &DiscreteDemand) -> Vec<Vec<f64>> {
    let base = i64::from(base_stock);
    let states = (0..=base).map(|old| {
        let mut row = vec![0.0; base_stock as usize + 1];
        for (wanted, share) in demand.points() {
            // Old goods are sold first; what is left of them is thrown away, and the fresh ones
            // that are left are old in the next period.
            let fresh_sold = (floor(wanted) - old).max(0);
            let left = (base - old - fresh_sold).max(0);
            row[usize::try_from(left).unwrap_or(0)] += share;
        }
        row
    });
    states.collect()
}

/// The stationary distribution of a chain that comes back to one set of states.
///
/// From the last state on, each is taken out and the ways through it added to the others'. Where a
/// state has no way to a lower one, the chain stays among it and the higher ones. If there are several
/// such sets, demand never reaches what is old, and all of them waste the same.
fn stationary(mut chain: Vec<Vec<f64>>) -> Vec<f64> {
    let mut first = 0;
    for state in (1..chain.len()).rev() {
        let (lower, upper) = chain.split_at_mut(state);
        let row = &upper[0];
        let leaving: f64 = row[..state].iter().sum();
        if leaving <= 0.0 {
            first = state;
            break;
        }
        for other in lower {
            other[state] /= leaving;
            let through = other[state];
            if through > 0.0 {
                for (cell, onward) in other[..state].iter_mut().zip(row) {
                    *cell += through * onward;
                }
            }
        }
    }
    let mut shares = vec![0.0; chain.len()];
    shares[first] = 1.0;
    for state in first + 1..chain.len() {
        shares[state] = (first..state).map(|other| shares[other] * chain[other][state]).sum();
    }
    let total = math::sum(shares.iter().copied());
    shares.iter().map(|share| share / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    fn simulated(base_stock: f64, demand: &DiscreteDemand) -> PerishableService {
        let mut random = Random::new(71);
        let (mut old, mut waste, mut lost, periods) = (0.0_f64, 0.0, 0.0, 100_000);
        for _ in 0..periods {
            let wanted = demand.quantile(random.fraction().max(1e-12));
            let fresh = base_stock - old;
            waste += (old - wanted).max(0.0);
            let beyond = (wanted - old).max(0.0);
            lost += (beyond - fresh).max(0.0);
            old = (fresh - beyond).max(0.0);
        }
        let (waste, lost) = (waste / f64::from(periods), lost / f64::from(periods));
        PerishableService { waste, lost, fill_rate: 1.0 - lost / demand.mean() }
    }

    #[test]
    fn a_simulation_wastes_and_misses_the_same() {
        let lumpy =
            DiscreteDemand::from_probabilities(&[0.5, 0.0, 0.2, 0.0, 0.0, 0.0, 0.0, 0.3]).unwrap();
        for (demand, base_stock) in [
            (DiscreteDemand::poisson(5.0).unwrap(), 9),
            (DiscreteDemand::poisson(0.4).unwrap(), 3),
            (DiscreteDemand::negative_binomial(0.7, 0.1).unwrap(), 15),
            (lumpy, 6),
            // Always three: the chain alternates between two old stocks and never comes back to none.
            (DiscreteDemand::from_probabilities(&[0.0, 0.0, 0.0, 1.0]).unwrap(), 8),
            // Demand never reaches the old stock.
            (DiscreteDemand::from_probabilities(&[0.0, 0.5, 0.5]).unwrap(), 12),
        ] {
            let exact = two_period_base_stock(base_stock, &demand).unwrap();
            let other = simulated(f64::from(base_stock), &demand);
            let off = 0.03 * demand.mean();
            assert!((exact.waste - other.waste).abs() < off, "{base_stock}: {exact:?} {other:?}");
            assert!((exact.lost - other.lost).abs() < off, "{base_stock}: {exact:?} {other:?}");
        }
    }

    #[test]
    fn what_comes_goes_out() {
        // On average as much is ordered as is sold or thrown away, and old stock is what was not.
        let demand = DiscreteDemand::poisson(5.0).unwrap();
        let old = stationary(transitions(10, &demand));
        assert!((old.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        let chain = transitions(10, &demand);
        for state in 0..old.len() {
            let next: f64 = (0..old.len()).map(|other| old[other] * chain[other][state]).sum();
            assert!((next - old[state]).abs() < 1e-14, "{state}");
        }
    }

    #[test]
    fn bad_numbers_name_their_field() {
        let demand = DiscreteDemand::poisson(5.0).unwrap();
        assert_eq!(two_period_base_stock(0, &demand).unwrap_err().path, "base_stock");
        assert_eq!(two_period_base_stock(1001, &demand).unwrap_err().path, "base_stock");
        let none = DiscreteDemand::poisson(0.0).unwrap();
        assert_eq!(two_period_base_stock(5, &none).unwrap_err().path, "demand");
    }
}

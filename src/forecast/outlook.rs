//! What is ahead, of each period and of sums of them.

use super::{
    DemandDistribution, ForecastError, LeadTime, QuantilePath,
    cells::{CELLS, Cell, cells},
    count::CountDistribution,
    filter::Filter,
    fitted::Fitted,
    spread::Spread,
};
use crate::unit::{Invalid, Probability};

/// What is ahead: a model now, and how demand spreads around what it expects.
pub(super) struct Outlook<'a> {
    pub(super) state: &'a Fitted,
    pub(super) spread: &'a Spread,
    pub(super) is_non_negative: bool,
    /// What is expected of the first periods, as far as it has been worked out.
    pub(super) path: &'a [f64],
}

impl Outlook<'_> {
    /// Demand summed over a lead time, times what moves demand.
    pub(super) fn summed(
        &self,
        lead_time: &LeadTime,
        factors: &[f64],
    ) -> Result<DemandDistribution, ForecastError> {
        let outcomes = lead_time.outcomes()?;
        let mut weighted = Vec::new();
        for outcome in &outcomes {
            let periods = outcome.periods as usize;
            if periods > MAX_PERIODS {
                let expected = format!("a lead time of at most {MAX_PERIODS} periods");
                let invalid = Invalid::new("lead_time_too_long", expected, periods);
                return Err(invalid.at("lead_time").into());
            }
            let share = outcome.probability.value();
            let factor = self.factor_of_sum(periods, factors);
            match self.sums(periods) {
                Sums::AtCells(mut demands) if outcomes.len() == 1 => {
                    for demand in &mut demands {
                        *demand *= factor;
                    }
                    return Ok(CELLS.distribution(demands).learnt_from(self.spread.origins()));
                }
                Sums::AtCells(demands) => weighted.extend(
                    demands
                        .into_iter()
                        .zip(&CELLS.all)
                        .map(|(demand, cell)| (demand * factor, cell.weight * share)),
                ),
                Sums::Weighted(demands) => weighted.extend(
                    demands.iter().map(|(demand, weight)| (demand * factor, weight * share)),
                ),
            }
        }
        Ok(DemandDistribution::from_weighted(weighted).learnt_from(self.spread.origins()))
    }

    /// What the demand of the next periods together is multiplied by; behind the factors known, their
    /// mean goes on.
    fn factor_of_sum(&self, periods: usize, factors: &[f64]) -> f64 {
        if factors.is_empty() || periods == 0 {
            return 1.0;
        }
        let usual = factors.iter().sum::<f64>() / factors.len() as f64;
        let ahead = factors.iter().copied().chain(std::iter::repeat(usual));
        let (mut moved, mut total) = (0.0, 0.0);
        for (mean, factor) in self.path(periods).into_iter().zip(ahead) {
            moved += mean * factor;
            total += mean;
        }
        // Where demand changes sign or there is none, every period counts alike.
        if total > 0.0 && moved >= 0.0 {
            return moved / total;
        }
        let ahead = factors.iter().copied().chain(std::iter::repeat(usual));
        ahead.take(periods).sum::<f64>() / periods as f64
    }

    /// What is expected of the next periods together.
    fn expected(&self, periods: usize) -> f64 {
        match self.path.get(..periods) {
            Some(path) => path.iter().sum(),
            None => self.path(periods).iter().sum(),
        }
    }

    /// What is expected of each of the next periods.
    pub(super) fn path(&self, horizon: usize) -> Vec<f64> {
        path(self.state, self.is_non_negative, horizon)
    }

    /// The quantiles of each period that has a mean, one path for each probability.
    pub(super) fn quantile_paths(
        &self,
        mean: &[f64],
        probabilities: &[Probability],
    ) -> Vec<QuantilePath> {
        let path =
            |probability| QuantilePath { probability, values: Vec::with_capacity(mean.len()) };
        let mut paths: Vec<QuantilePath> = probabilities.iter().copied().map(path).collect();
        let least = self.least();
        if let Spread::Drawn(errors) = self.spread {
            errors.draw(self.state, mean.len(), |_, demand| {
                demand.sort_unstable_by(f64::total_cmp);
                for path in &mut paths {
                    path.values.push(rank(demand, path.probability.value()).max(least));
                }
            });
            return paths;
        }
        let mut counts: Option<CountDistribution> = None;
        for (step, &mean) in mean.iter().enumerate() {
            counts = self.state.predictive().map(|model| match counts.take() {
                Some(same) if model.is_steady() => same,
                _ => model.distribution(step),
            });
            for path in &mut paths {
                let p = path.probability.value();
                let own = || counts.as_ref().map_or(mean, |counts| counts.quantile(p));
                let quantile = match self.spread {
                    Spread::Calibrated(errors) => errors.of_step(mean, step + 1).quantile(p),
                    Spread::Conformal(errors) => mean + errors.step_error(step + 1, p),
                    Spread::Blended { share, errors } => {
                        let other = errors.of_step(mean, step + 1).quantile(p).max(least);
                        share * own() + (1.0 - share) * other
                    }
                    Spread::Own { .. } | Spread::Drawn(_) => own(),
                };
                path.values.push(quantile.max(least));
            }
        }
        paths
    }

    /// Possible demands of each of the next periods, each with its weight.
    pub(super) fn steps(&self, periods: usize) -> Vec<Vec<(f64, f64)>> {
        if let (Spread::Own { .. }, Some(model)) = (self.spread, self.state.predictive()) {
            if model.is_steady() {
                return vec![model.distribution(0).points().to_vec(); periods];
            }
            return (0..periods).map(|step| model.distribution(step).points().to_vec()).collect();
        }
        let cells = cells();
        // INVARIANT: cells lie between 0 and 1, so these are probabilities, one for each.
        let probabilities: Vec<Probability> =
            cells.iter().filter_map(|&(p, _)| Probability::new(p).ok()).collect();
        let paths = self.quantile_paths(&self.path(periods), &probabilities);
        let at = |step: usize| {
            paths
                .iter()
                .zip(&cells)
                .map(|(path, &(_, weight))| (path.values[step], weight))
                .collect()
        };
        (0..periods).map(at).collect()
    }

    /// Possible sums of the next periods.
    fn sums(&self, periods: usize) -> Sums {
        let least = self.least();
        if periods == 0 {
            return Sums::Weighted(vec![(0.0, 1.0)]);
        }
        if let Spread::Drawn(errors) = self.spread {
            let mut sums: Vec<f64> = Vec::new();
            errors.draw(self.state, periods, |_, demand| {
                sums.resize(demand.len(), 0.0);
                sums.iter_mut().zip(demand).for_each(|(sum, demand)| *sum += demand.max(least));
            });
            return Sums::Weighted(sums.into_iter().map(|sum| (sum, 1.0)).collect());
        }
        let counts = self.state.predictive().map(|model| match periods {
            1 => model.distribution(0),
            _ => model.sum_distribution(periods),
        });
        if let (Spread::Own { .. }, Some(counts)) = (self.spread, &counts) {
            return Sums::Weighted(counts.points().to_vec());
        }
        let mean = self.expected(periods);
        let cells = &CELLS.all;
        Sums::AtCells(match self.spread {
            Spread::Calibrated(errors) => {
                let errors = errors.of_sum(mean, periods);
                cells.iter().map(|cell| errors.at(cell.place).max(least)).collect()
            }
            Spread::Conformal(errors) => {
                let error = |cell: &Cell| errors.sum_error(periods, cell.probability);
                cells.iter().map(|cell| (mean + error(cell)).max(least)).collect()
            }
            Spread::Blended { share, errors } => {
                let errors = errors.of_sum(mean, periods);
                let own = counts.map_or_else(
                    || vec![mean; cells.len()],
                    |counts| counts.quantiles(cells.iter().map(|cell| cell.probability)),
                );
                let blend = |(cell, own): (&Cell, f64)| {
                    (share * own + (1.0 - share) * errors.at(cell.place).max(least)).max(least)
                };
                cells.iter().zip(own).map(blend).collect()
            }
            Spread::Own { .. } | Spread::Drawn(_) => vec![mean.max(least); cells.len()],
        })
    }

    /// The quantile of [`Outlook::sums`] at one probability, times what moves demand.
    pub(super) fn quantile_of_sum(
        &self,
        periods: usize,
        factors: &[f64],
        probability: Probability,
        most: f64,
    ) -> Option<f64> {
        if periods == 0 || periods > MAX_PERIODS {
            return None;
        }
        let factor = self.factor_of_sum(periods, factors);
        if factor <= 0.0 {
            return None;
        }
        let (least, most) = (self.least(), most / factor);
        let mean = || self.expected(periods);
        let own = |p, most| self.state.predictive()?.sum_quantile(periods, p, most);
        let cell = CELLS.at(probability);
        let quantile = match self.spread {
            Spread::Drawn(_) => return None,
            Spread::Own { .. } => own(probability.value(), most)?,
            Spread::Calibrated(errors) => errors.of_sum(mean(), periods).at(cell.place),
            Spread::Conformal(errors) => mean() + errors.sum_error(periods, cell.probability),
            Spread::Blended { share, errors } => {
                let errors = errors.of_sum(mean(), periods);
                let other = (1.0 - share) * errors.at(cell.place).max(least);
                if *share <= 0.0 {
                    return None;
                }
                share * own(cell.probability, (most - other) / share)? + other
            }
        };
        Some(quantile.max(least) * factor)
    }

    fn least(&self) -> f64 {
        if self.is_non_negative { 0.0 } else { f64::NEG_INFINITY }
    }
}

/// What a model expects of the next periods.
pub(super) fn path(state: &Fitted, is_non_negative: bool, horizon: usize) -> Vec<f64> {
    let mut path = vec![0.0; horizon];
    state.path(&mut path);
    if is_non_negative {
        for value in &mut path {
            *value = value.max(0.0);
        }
    }
    path
}

/// Possible sums of periods.
enum Sums {
    /// Their quantiles at the probabilities of [`CELLS`].
    AtCells(Vec<f64>),
    /// Each with its weight.
    Weighted(Vec<(f64, f64)>),
}

/// The value of a sorted sample that is not exceeded with a probability.
fn rank(sorted: &[f64], probability: f64) -> f64 {
    let rank = (probability * sorted.len() as f64 - 1e-9).ceil().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1")]
    let index = rank as usize - 1;
    sorted.get(index).or(sorted.last()).copied().unwrap_or(0.0)
}

/// The longest interval that demand is summed over.
pub(super) const MAX_PERIODS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{LeadTimeOutcome, Model, kept::tests::fitted};

    fn p(value: f64) -> Probability {
        Probability::new(value).unwrap()
    }

    #[test]
    fn a_random_lead_time_mixes_its_outcomes() {
        let model = fitted(&[7.0; 30], Model::Mean);
        let outcome = |periods, share| LeadTimeOutcome { periods, probability: p(share) };
        let outcomes = vec![outcome(1, 0.5), outcome(3, 0.3), outcome(0, 0.2)];
        let demand = model.lead_time_demand(&LeadTime::Empirical { outcomes }).unwrap();
        assert!((demand.mean() - 7.0 * 1.4).abs() < 1e-9);
        for (level, sum) in [(0.1, 0.0), (0.2, 0.0), (0.21, 7.0), (0.7, 7.0), (0.71, 21.0)] {
            assert!((demand.quantile(p(level)) - sum).abs() < 1e-9, "{level}");
        }
        assert_eq!(demand.outcomes(), 29);
    }

    #[test]
    fn known_effects_move_a_sum_by_their_share() {
        // A drift expects 11, 12, 13, …
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        let model = fitted(&values, Model::Drift);
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
        near(model.outlook().factor_of_sum(2, &[]), 1.0);
        near(model.outlook().factor_of_sum(2, &[1.0, 3.0]), (11.0 + 36.0) / 23.0);
        // Behind what is known their mean goes on.
        near(model.outlook().factor_of_sum(3, &[1.0, 3.0]), (11.0 + 36.0 + 26.0) / 36.0);
        near(model.outlook().factor_of_sum(2, &[0.0, 0.0]), 0.0);
        // Without any demand they count alike.
        near(fitted(&[0.0; 9], Model::Mean).outlook().factor_of_sum(4, &[0.0, 2.0]), 1.0);
    }
}

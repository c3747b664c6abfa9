//! Several models as one.

use super::filter::Filter;
use crate::unit::sort_by;
use serde::{Deserialize, Serialize};

/// Models whose forecasts become one: by their weighted mean, or by their median.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Combined<F> {
    members: Vec<F>,
    /// One for each member, together 1; none for the median.
    weights: Vec<f64>,
}

impl<F: Filter> Combined<F> {
    /// The weighted mean. There is at least one member and one weight for each.
    pub(super) fn mean(members: Vec<F>, weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let even = 1.0 / members.len() as f64;
        let share = |weight: &f64| if total > 0.0 { weight / total } else { even };
        Self { weights: weights.iter().map(share).collect(), members }
    }

    /// The median; of an even number of members the mean of the two in the middle.
    pub(super) fn median(members: Vec<F>) -> Self {
        Self { members, weights: Vec::new() }
    }
}

impl<F: Filter> Filter for Combined<F> {
    fn path(&self, path: &mut [f64]) {
        let steps = path.len();
        let mut paths = vec![0.0; steps * self.members.len()];
        for (member, own) in self.members.iter().zip(paths.chunks_exact_mut(steps.max(1))) {
            member.path(own);
        }
        let mut column = Vec::with_capacity(self.members.len());
        for (step, value) in path.iter_mut().enumerate() {
            let of_step = paths[step..].iter().step_by(steps);
            if self.weights.is_empty() {
                column.clear();
                column.extend(of_step);
                *value = median(&mut column);
            } else {
                // From the first one on, so that those who agree are not moved by rounding.
                let first = paths[step];
                let apart = of_step.zip(&self.weights).map(|(own, weight)| (own - first) * weight);
                *value = first + apart.sum::<f64>();
            }
        }
    }

    fn observe(&mut self, value: f64) {
        for member in &mut self.members {
            member.observe(value);
        }
    }
}

/// The median of at least one value.
fn median(values: &mut [f64]) -> f64 {
    sort_by(values, f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { 0.5 * (values[middle - 1] + values[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::baseline::Baseline;

    /// Naive, mean and drift after 1, 2, 6: 6 6, 3 3, 8.5 11.
    fn members() -> Vec<Baseline> {
        let mut members = vec![Baseline::naive(), Baseline::mean(), Baseline::drift()];
        for member in &mut members {
            for value in [1.0, 2.0, 6.0] {
                member.observe(value);
            }
        }
        members
    }

    fn path(model: &impl Filter) -> [f64; 2] {
        let mut path = [0.0; 2];
        model.path(&mut path);
        path
    }

    fn near(a: [f64; 2], b: [f64; 2]) -> bool {
        (a[0] - b[0]).abs() < 1e-12 && (a[1] - b[1]).abs() < 1e-12
    }

    #[test]
    fn a_mean_by_hand() {
        // Weights are taken in proportion; without any, all members count alike.
        let weighted = Combined::mean(members(), &[1.0, 3.0, 4.0]);
        assert!(near(path(&weighted), [(6.0 + 9.0 + 34.0) / 8.0, (6.0 + 9.0 + 44.0) / 8.0]));
        let even = Combined::mean(members(), &[0.0; 3]);
        assert!(near(path(&even), [17.5 / 3.0, 20.0 / 3.0]));
    }

    #[test]
    fn a_median_by_hand() {
        assert!(near(path(&Combined::median(members())), [6.0, 6.0]));
        let two = members().split_off(1);
        assert!(near(path(&Combined::median(two)), [5.75, 7.0]));
        assert!(near(path(&Combined::median(members()[..1].to_vec())), [6.0, 6.0]));
    }

    #[test]
    fn every_member_learns() {
        let mut combined = Combined::median(members());
        combined.observe(6.0);
        // 6, 3.75 and 6 + 5/3.
        assert!(near(path(&combined), [6.0, 6.0]));
        combined.observe(0.0);
        assert!(near(path(&combined), [0.0, 0.0]), "{:?}", path(&combined));
        combined.path(&mut []);
    }
}

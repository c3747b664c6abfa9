//! How to branch: which group's options to divide, and where.

use super::leaf::Leaf;
use super::leaf_simplex::{Basic, Basis};
use crate::unit::sort_by;

/// A way to split the options of a group that the relaxation mixes, between those that it mixes.
pub(super) struct Split {
    /// How much it divides, at a guess.
    score: f64,
    /// Which group.
    pub group: usize,
    /// What a row's amounts count, so that the mixed options lie on either side of a value.
    weight: Vec<f64>,
    at: f64,
}

impl Split {
    /// Which options of the group stay on either side; none if one side has nothing.
    pub(super) fn sides(&self, leaf: &Leaf, allowed: &[bool]) -> Option<[Vec<bool>; 2]> {
        let mut sides = [Vec::new(), Vec::new()];
        for option in leaf.options(self.group) {
            let high = worth(leaf, option, &self.weight) > self.at;
            sides[0].push(allowed[option] && !high);
            sides[1].push(allowed[option] && high);
        }
        sides.iter().all(|side| side.contains(&true)).then_some(sides)
    }

    /// Forbids what does not stay, and says what that is.
    pub(super) fn forbid(&self, leaf: &Leaf, allowed: &mut [bool], side: &[bool]) -> Vec<usize> {
        let mut forbidden = Vec::new();
        for (option, &stays) in leaf.options(self.group).zip(side) {
            if allowed[option] && !stays {
                allowed[option] = false;
                forbidden.push(option);
            }
        }
        forbidden
    }
}

fn worth(leaf: &Leaf, option: usize, weight: &[f64]) -> f64 {
    leaf.entries(option).map(|(row, amount)| weight[row] * amount as f64).sum()
}

/// The splits of the groups that are mixed, the most dividing first.
pub(super) fn splits(
    leaf: &Leaf,
    multipliers: &[f64],
    basis: &Basis,
    values: &[f64],
) -> Vec<Split> {
    let mut splits: Vec<Split> = Vec::new();
    for (basic, &fraction) in basis.basics.iter().zip(values) {
        let Basic::Option { option, group } = *basic else { continue };
        let key = basis.keys[group];
        let mut weight = vec![0.0; multipliers.len()];
        for (row, amount) in leaf.entries(option) {
            weight[row] += amount as f64;
        }
        for (row, amount) in leaf.entries(key) {
            weight[row] -= amount as f64;
        }
        let mut lump = 0.0;
        for (weight, multiplier) in weight.iter_mut().zip(multipliers) {
            lump += f64::abs(*weight * multiplier);
            *weight *= multiplier * multiplier + 1e-12;
        }
        let fraction = fraction.clamp(0.0, 1.0);
        if fraction.min(1.0 - fraction) < 1e-7 {
            continue;
        }
        let score = lump * fraction.min(1.0 - fraction);
        let (low, high) = (worth(leaf, key, &weight), worth(leaf, option, &weight));
        let at = low + (high - low) * fraction;
        splits.push(Split { score, group, weight, at });
    }
    sort_by(&mut splits, |a, b| b.score.total_cmp(&a.score));
    splits
}

/// Halves the group that has most options left, and which it is.
pub(super) fn halves(leaf: &Leaf, allowed: &[bool]) -> ([Vec<bool>; 2], usize) {
    let count = |group: usize| leaf.options(group).filter(|&option| allowed[option]).count();
    let group = (0..leaf.groups()).max_by_key(|&group| count(group)).unwrap_or(0);
    let mut sides = [Vec::new(), Vec::new()];
    let (mut at, half) = (0, count(group) / 2);
    for option in leaf.options(group) {
        sides[0].push(allowed[option] && at < half);
        sides[1].push(allowed[option] && at >= half);
        at += usize::from(allowed[option]);
    }
    (sides, group)
}

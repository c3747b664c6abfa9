//! The linear relaxation of a leaf: what each row is worth at the margin.
//!
//! A relaxed leaf mixes the options of a group, in fractions that add up to one. Columns enter by
//! generation: a pass over all options finds the cheapest of each group at the present multipliers,
//! and the simplex method then moves among those found so far.
//!
//! Everything here is floating point and steers only; [`super::leaf_core`] certifies what it gives.

use super::budget::Steps;
use super::leaf::Leaf;
use super::leaf_simplex::{Basic, Simplex};

/// Finds multipliers at which the leaf's dual bound is as high as it gets, from those given, and the
/// basis they belong to. Stops once the bound exceeds `enough`.
pub(super) fn relax<'a>(
    leaf: &'a Leaf,
    multipliers: &mut [f64],
    enough: f64,
    steps: &mut Steps,
) -> Simplex<'a> {
    let mut pool = Pool { options: Vec::new(), pooled: vec![false; leaf.costs.len()] };
    let mut tried = multipliers.to_vec();
    let (mut best, _) = pool.generate(leaf, &tried);
    let keys = pool.options.iter().map(|&(option, _)| option).collect();
    // Lacks that cost little more than they should keep prices near those given.
    let mut penalties = penalties(leaf);
    for (penalty, &multiplier) in penalties.iter_mut().zip(&tried) {
        if multiplier > 0.0 {
            *penalty = penalty.min(1.5 * multiplier + 1e-3 * *penalty);
        }
    }
    let mut simplex = Simplex::slack(leaf, penalties, keys);
    let mut going = steps.take(2 * leaf.costs.len());
    while going && best <= enough {
        going = improve(&mut simplex, &pool, steps) && steps.take(leaf.costs.len());
        for (to, &price) in tried.iter_mut().zip(&simplex.prices) {
            *to = price.max(0.0);
        }
        let (value, found) = pool.generate(leaf, &tried);
        if value > best {
            best = value;
            multipliers.copy_from_slice(&tried);
        }
        going &= found || raise_penalties(&mut simplex);
    }
    simplex
}

/// What a lack is charged at first: more than options usually cost for what they give.
fn penalties(leaf: &Leaf) -> Vec<f64> {
    let mut penalties = vec![1.0; leaf.need.len()];
    for option in 0..leaf.costs.len() {
        for (row, amount) in leaf.entries(option) {
            if amount != 0 {
                let ratio = leaf.costs[option].unsigned_abs() as f64 / amount.unsigned_abs() as f64;
                penalties[row] = f64::max(penalties[row], (8.0 * ratio).min(1e6));
            }
        }
    }
    penalties
}

/// Makes lacks dearer where the mix has some.
fn raise_penalties(simplex: &mut Simplex<'_>) -> bool {
    let mut raised = false;
    for (basic, value) in simplex.basis.basics.iter().zip(&simplex.values) {
        if let Basic::Shortage(row) = *basic
            && *value > 1e-6
            && simplex.penalty[row] < 1e12
        {
            simplex.penalty[row] *= 4.0;
            raised = true;
        }
    }
    raised
}

/// Options that may enter, with their groups.
struct Pool {
    options: Vec<(usize, usize)>,
    pooled: Vec<bool>,
}

impl Pool {
    /// The dual bound at some multipliers, and whether an option that is the cheapest there was not
    /// yet known.
    fn generate(&mut self, leaf: &Leaf, multipliers: &[f64]) -> (f64, bool) {
        let mut value = 0.0;
        for (&need, multiplier) in leaf.need.iter().zip(multipliers) {
            value += need as f64 * multiplier;
        }
        let mut found = false;
        for group in 0..leaf.groups() {
            let mut least = (f64::INFINITY, 0);
            for option in leaf.options(group) {
                let reduced = leaf.reduced(option, multipliers);
                if reduced < least.0 {
                    least = (reduced, option);
                }
            }
            value += least.0;
            if !self.pooled[least.1] {
                self.pooled[least.1] = true;
                self.options.push((least.1, group));
                found = true;
            }
        }
        (value, found)
    }
}

/// Moves to the best mix of the options found so far; whether it was reached.
fn improve(simplex: &mut Simplex<'_>, pool: &Pool, steps: &mut Steps) -> bool {
    let rows = simplex.values.len();
    simplex.factorise();
    for _ in 0..100 * (rows + 10) + 4 * simplex.basis.keys.len() {
        if !steps.take(pool.options.len() + rows * rows) {
            return false;
        }
        let Some(entering) = entering(simplex, pool) else {
            return true;
        };
        pivot(simplex, entering);
    }
    false
}

/// The column that makes the mix cheaper fastest.
fn entering(simplex: &Simplex<'_>, pool: &Pool) -> Option<Basic> {
    let mut least = -1e-6;
    let mut entering = None;
    for (row, &price) in simplex.prices.iter().enumerate() {
        if price < least {
            least = price;
            entering = Some(Basic::Surplus(row));
        }
        if simplex.penalty[row] - price < least {
            least = simplex.penalty[row] - price;
            entering = Some(Basic::Shortage(row));
        }
    }
    let mut of = (usize::MAX, 0.0);
    for &(option, group) in &pool.options {
        let key = simplex.basis.keys[group];
        if of.0 != group {
            of = (group, simplex.leaf.reduced(key, &simplex.prices));
        }
        let reduced = simplex.leaf.reduced(option, &simplex.prices) - of.1;
        if reduced < least && option != key {
            least = reduced;
            entering = Some(Basic::Option { option, group });
        }
    }
    entering
}

/// Lets a column enter; the first to reach zero leaves, a basic column or the key of a group.
fn pivot(simplex: &mut Simplex<'_>, entering: Basic) {
    let rows = simplex.values.len();
    let mut rates = vec![0.0; rows];
    simplex.rates(entering, &mut rates);
    let own = if let Basic::Option { group, .. } = entering { Some(group) } else { None };
    let mut limit = f64::INFINITY;
    let mut leaving = None;
    let mut leaving_key = None;
    for (place, &rate) in rates.iter().enumerate() {
        if rate > 1e-9 {
            let ratio = simplex.values[place].max(0.0) / rate;
            if ratio < limit {
                (limit, leaving) = (ratio, Some(place));
            }
        }
    }
    for place in 0..=rows {
        let group = match simplex.basis.basics.get(place) {
            Some(&Basic::Option { group, .. }) => group,
            Some(Basic::Surplus(_) | Basic::Shortage(_)) => continue,
            None => match own {
                Some(group) => group,
                None => continue,
            },
        };
        let mut rate = if own == Some(group) { 1.0 } else { 0.0 };
        for (basic, part) in simplex.basis.basics.iter().zip(&rates) {
            if matches!(*basic, Basic::Option { group: other, .. } if other == group) {
                rate -= part;
            }
        }
        let value = simplex.key_value(group).max(0.0);
        if rate > 1e-9 && value / rate < limit {
            limit = value / rate;
            (leaving, leaving_key) = (simplex.member(group), Some(group));
        }
    }
    match (leaving, leaving_key, entering) {
        (Some(place), None, _) => simplex.replace(place, entering, &rates),
        (Some(place), Some(group), _) => {
            simplex.exchange(group, place);
            simplex.basis.basics[place] = entering;
            simplex.factorise();
        }
        (None, Some(group), Basic::Option { option, .. }) => {
            simplex.rekey(group, option);
            simplex.factorise();
        }
        (None, _, _) => {}
    }
}

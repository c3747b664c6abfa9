//! The relaxation again after options were taken away: the dual simplex method.
//!
//! What was optimal stays dual feasible when options are forbidden, and each step of the dual method
//! (Lemke, "The dual method of solving the linear programming problem", Naval Research Logistics
//! Quarterly 1, 1954) raises the bound, so that it may stop as soon as the bound is high enough.

use super::budget::Steps;
use super::leaf_simplex::{Basic, Simplex};

/// Restores the optimum over the options that are allowed. `bound` is the value of the present
/// basis and is raised with it; stops above `enough`, or after some steps of the method.
pub(super) fn reoptimise(
    simplex: &mut Simplex<'_>,
    allowed: &[bool],
    bound: &mut f64,
    enough: f64,
    pivots: usize,
    steps: &mut Steps,
) {
    let leaf = simplex.leaf;
    let m = leaf.need.len();
    for group in 0..leaf.groups() {
        if !allowed[simplex.basis.keys[group]] {
            let member = simplex.basis.basics.iter().position(|basic| {
                matches!(*basic, Basic::Option { group: other, option }
                    if other == group && allowed[option])
            });
            let Some(place) = member else { return };
            simplex.exchange(group, place);
        }
    }
    simplex.factorise();
    let mut rates = vec![0.0; m];
    let mut row = vec![0.0; m];
    for _ in 0..pivots {
        // Whatever is furthest from where it has to be leaves.
        let mut worst = 1e-7;
        let mut leaving = None;
        let mut negative_key = None;
        for place in 0..m {
            let value = simplex.values[place];
            let mut away = -value;
            if let Basic::Option { option, group } = simplex.basis.basics[place] {
                if !allowed[option] {
                    away = value.abs();
                }
                let key = simplex.key_value(group);
                if -key > worst {
                    (worst, leaving, negative_key) = (-key, None, Some(group));
                }
            } else {
                // Amounts of rows are larger than fractions.
                away *= 1e-5;
            }
            if away > worst {
                (worst, leaving, negative_key) = (away, Some(place), None);
            }
        }
        if let Some(group) = negative_key {
            let Some(place) = simplex.member(group) else { return };
            simplex.exchange(group, place);
            simplex.factorise();
            leaving = Some(place);
        }
        let Some(place) = leaving else { return };
        if !steps.take(leaf.costs.len() + m * m) {
            return;
        }
        // Row entries of the sign that moves the leaving column to zero, seen as positive.
        let sign = if simplex.values[place] > 0.0 { 1.0 } else { -1.0 };
        for (to, &from) in row.iter_mut().zip(simplex.row(place)) {
            *to = sign * from;
        }
        let (mut ratio, mut pivot, mut entering) = (f64::INFINITY, 0.0, None);
        let mut consider = |entry: f64, reduced: f64, basic: Basic| {
            if entry > 1e-9 {
                let candidate = reduced.max(0.0) / entry;
                if candidate < ratio - 1e-9 || (candidate <= ratio + 1e-9 && entry > pivot) {
                    (ratio, pivot, entering) = (candidate, entry, Some(basic));
                }
            }
        };
        for (at, &entry) in row.iter().enumerate() {
            consider(-entry, simplex.prices[at], Basic::Surplus(at));
            consider(entry, simplex.penalty[at] - simplex.prices[at], Basic::Shortage(at));
        }
        for group in 0..leaf.groups() {
            let key = simplex.basis.keys[group];
            let (mut key_entry, mut key_reduced) = (0.0, leaf.costs[key] as f64);
            for (at, amount) in leaf.entries(key) {
                key_entry += row[at] * amount as f64;
                key_reduced -= simplex.prices[at] * amount as f64;
            }
            for option in leaf.options(group) {
                if !allowed[option] || option == key {
                    continue;
                }
                let (mut entry, mut reduced) =
                    (-key_entry, leaf.costs[option] as f64 - key_reduced);
                for (at, amount) in leaf.entries(option) {
                    entry += row[at] * amount as f64;
                    reduced -= simplex.prices[at] * amount as f64;
                }
                consider(entry, reduced, Basic::Option { option, group });
            }
        }
        let Some(entering) = entering else { return };
        *bound += ratio * simplex.values[place].abs();
        simplex.rates(entering, &mut rates);
        if rates[place].abs() < 1e-9 {
            return;
        }
        simplex.replace(place, entering, &rates);
        if *bound > enough {
            return;
        }
    }
}

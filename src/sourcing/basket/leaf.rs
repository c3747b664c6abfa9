//! The exact leaf: one option of each group, so that the sums of amounts meet every need and the whole
//! costs least; the multiple-choice knapsack problem with several covering rows (Kellerer, Pferschy
//! and Pisinger, "Knapsack Problems", Springer 2004, chapters 9 and 11).
//!
//! Few rows tie many groups together, so that the relaxation is nearly whole and its bound close:
//! what is left is a narrow gap. In the order of a solution: `leaf_relax` solves the relaxation (on the
//! basis of `leaf_simplex`), `leaf_core` turns its multipliers into an exact bound and leaves out what
//! loses more than the gap, `leaf_round` finds a first solution, `leaf_branch` searches the rest
//! (`leaf_split` says how to branch, `leaf_dual` bounds each part), and `leaf_join` lists what a
//! part still allows once that is little.

use std::ops::Range;

use super::budget::Steps;
use super::leaf_branch::Search;
use super::leaf_core::{Core, Losses};
use super::leaf_relax::relax;
use super::leaf_round::repair;
use crate::unit::sort_by;

/// Groups of options with costs, and rows that they have to fill together.
#[derive(Clone)]
pub(super) struct Leaf {
    /// The options of group g are those from `offsets[g]` to before `offsets[g + 1]`.
    pub offsets: Vec<u32>,
    /// What each option costs.
    pub costs: Vec<i64>,
    /// What option o gives to rows is at `row_offsets[o]` to before `row_offsets[o + 1]`.
    pub row_offsets: Vec<u32>,
    /// To which rows options give.
    pub rows: Vec<u16>,
    /// How much options give there; negative where they take.
    pub amounts: Vec<i64>,
    /// The least sum of amounts of each row.
    pub need: Vec<i64>,
}

/// What is known of the solutions that cost less than a limit.
pub(super) struct LeafAnswer {
    /// The cost, and the option of each group, of the best solution found.
    pub best: Option<(i64, Vec<u32>)>,
    /// No solution costs less, or none less than the limit. Proved, it is the least cost, or the
    /// limit where no solution costs less than that.
    pub lower_bound: i64,
    /// Whether the best solution is one of least cost, or there is none below the limit.
    pub proved: bool,
}

/// Finds the cheapest solution that costs less than `upper`.
///
/// `multipliers` are a start, one of each row, zero or more; they are left at the best found. Anytime:
/// when `steps` run out, the best solution so far and a valid bound are returned. Nothing is claimed of
/// a leaf whose costs, or the amounts of one row, could add up to 2⁵⁴ or more.
pub(super) fn solve(
    leaf: &Leaf,
    multipliers: &mut [f64],
    upper: i64,
    steps: &mut Steps,
) -> LeafAnswer {
    if (0..leaf.groups()).any(|group| leaf.options(group).is_empty()) {
        return LeafAnswer { best: None, lower_bound: upper, proved: true };
    }
    if leaf.dearest(54).is_none() {
        return LeafAnswer { best: None, lower_bound: i64::MIN, proved: false };
    }
    let (leaf, base, unit) = leaf.in_units();
    for multiplier in multipliers.iter_mut() {
        *multiplier /= unit as f64;
    }
    let below =
        (i128::from(upper) - i128::from(base) + i128::from(unit) - 1).div_euclid(i128::from(unit));
    let below = i64::try_from(below.clamp(i64::MIN.into(), i64::MAX.into())).unwrap_or(i64::MAX);
    let LeafAnswer { best, lower_bound, proved } = solve_in_units(leaf, multipliers, below, steps);
    for multiplier in multipliers.iter_mut() {
        *multiplier *= unit as f64;
    }
    let best = best.map(|(cost, options)| (base + unit * cost, options));
    let lower_bound = match &best {
        Some((cost, _)) if proved => *cost,
        None if proved => upper,
        _ => lower_bound.saturating_mul(unit).saturating_add(base).min(upper),
    };
    LeafAnswer { best, lower_bound, proved }
}

/// A solution from the relaxation, which costs little more than that as a rule; none if none was found
/// at once.
pub(super) fn rounded(
    leaf: &Leaf,
    multipliers: &mut [f64],
    steps: &mut Steps,
) -> Option<Vec<usize>> {
    leaf.dearest(54)?;
    // The last of the way to the best mix is long and changes little.
    let most = (steps.left / 3).min(RELAXED_ROUGHLY * leaf.costs.len() as u64);
    let mut own = Steps { left: most };
    let mut chosen = relax(leaf, multipliers, f64::INFINITY, &mut own).rounded();
    steps.left -= most - own.left;
    repair(leaf, multipliers, &mut chosen, steps)?;
    Some(chosen)
}

/// The same for costs and needs that are as simple as they get.
fn solve_in_units(
    leaf: Leaf,
    multipliers: &mut [f64],
    upper: i64,
    steps: &mut Steps,
) -> LeafAnswer {
    let top = upper.min(leaf.dearest(56).map_or(upper, |dearest| dearest + 1));
    let mix = relax(&leaf, multipliers, top as f64, steps);
    let mut bound = Losses::new(&leaf, multipliers, None, top).lower_bound();
    let mut chosen = mix.rounded();
    let mut search = Search { cap: top, best: None, steps };
    if bound < top {
        let repaired = repair(&leaf, multipliers, &mut chosen, search.steps);
        let whole = Core::whole(leaf);
        if let Some(cost) = repaired {
            search.offer(&whole, cost, &chosen);
        }
        bound = bound.max(deepen(&whole, multipliers, bound, &mut search));
    }
    let best = search.best.take().map(|mut options| {
        sort_by(&mut options, Ord::cmp);
        (search.cap, options)
    });
    let proved = bound >= search.cap;
    LeafAnswer { best, lower_bound: bound.min(search.cap), proved }
}

/// Searches all below the cap; while no solution is known, all a little above the bound first, since
/// that is little, if any.
fn deepen(whole: &Core, multipliers: &[f64], bound: i64, search: &mut Search<'_>) -> i64 {
    let top = search.cap;
    let mut more = 4 + (bound.unsigned_abs() >> 12);
    let mut bound = bound;
    while search.best.is_none() && more < top.abs_diff(bound) / 2 {
        search.cap = bound.saturating_add_unsigned(more);
        bound = bound.max(search.all(whole, multipliers));
        if search.best.is_some() {
            return bound;
        }
        search.cap = top;
        if search.steps.left == 0 || bound >= top {
            return bound;
        }
        more = more.saturating_mul(4);
    }
    bound.max(search.all(whole, multipliers))
}

impl Leaf {
    /// What a solution costs at most; `None` where sums could reach two to the given power.
    fn dearest(&self, power: u32) -> Option<i64> {
        let mut sums = vec![0_u128; self.need.len() + 1];
        let mut dearest = 0;
        for group in 0..self.groups() {
            let mut largest = vec![0_u64; sums.len()];
            for option in self.options(group) {
                largest[0] = largest[0].max(self.costs[option].unsigned_abs());
                for (row, amount) in self.entries(option) {
                    largest[row + 1] = largest[row + 1].saturating_add(amount.unsigned_abs());
                }
            }
            for (sum, largest) in sums.iter_mut().zip(largest) {
                *sum += u128::from(largest);
            }
            dearest += self.options(group).map(|option| i128::from(self.costs[option])).max()?;
        }
        for (sum, need) in sums[1..].iter_mut().zip(&self.need) {
            *sum += u128::from(need.unsigned_abs());
        }
        if sums.iter().any(|&sum| sum >= 1 << power) { None } else { i64::try_from(dearest).ok() }
    }

    /// The same leaf with costs from the first option of each group on, in their largest common unit,
    /// and needs raised to what amounts can add up to; and what those first options cost, and the unit.
    fn in_units(&self) -> (Self, i64, i64) {
        let rows = self.need.len();
        let mut next = self.clone();
        let (mut base, mut unit) = (0, 0);
        let (mut sums, mut steps) = (vec![0; rows], vec![0; rows]);
        let (mut first, mut amounts) = (vec![0; rows], vec![0; rows]);
        for group in 0..self.groups() {
            let options = self.options(group);
            let cheap = self.costs[options.start];
            base += cheap;
            self.dense(options.start, &mut first);
            sums.iter_mut().zip(&first).for_each(|(sum, amount)| *sum += amount);
            for option in options {
                next.costs[option] -= cheap;
                unit = greatest_common_divisor(unit, next.costs[option]);
                self.dense(option, &mut amounts);
                for row in 0..rows {
                    if steps[row] != 1 {
                        steps[row] = greatest_common_divisor(steps[row], amounts[row] - first[row]);
                    }
                }
            }
        }
        let unit = unit.max(1);
        next.costs.iter_mut().for_each(|cost| *cost /= unit);
        for ((need, step), sum) in next.need.iter_mut().zip(steps).zip(sums) {
            if step > 1 {
                *need = sum + (*need - sum + step - 1).div_euclid(step) * step;
            }
        }
        (next, base, unit)
    }

    /// How many groups there are.
    pub(super) fn groups(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The options of a group.
    #[inline]
    pub(super) fn options(&self, group: usize) -> Range<usize> {
        self.offsets[group] as usize..self.offsets[group + 1] as usize
    }

    /// What an option gives, row by row.
    #[inline]
    pub(super) fn entries(&self, option: usize) -> impl Iterator<Item = (usize, i64)> + '_ {
        let range = self.row_offsets[option] as usize..self.row_offsets[option + 1] as usize;
        let rows = self.rows[range.clone()].iter();
        rows.zip(&self.amounts[range]).map(|(&row, &amount)| (usize::from(row), amount))
    }

    /// The same for all rows.
    #[inline]
    pub(super) fn dense(&self, option: usize, into: &mut [i64]) {
        into.fill(0);
        for (row, amount) in self.entries(option) {
            into[row] += amount;
        }
    }

    /// What an option costs after what it gives to the rows.
    #[inline]
    pub(super) fn reduced(&self, option: usize, multipliers: &[f64]) -> f64 {
        let mut reduced = self.costs[option] as f64;
        for (row, amount) in self.entries(option) {
            reduced -= multipliers[row] * amount as f64;
        }
        reduced
    }
}

/// How much work a rough relaxation may be, for each option.
const RELAXED_ROUGHLY: u64 = 200;

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

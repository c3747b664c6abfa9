//! From a mix of options to whole ones that meet every need.

use super::budget::Steps;
use super::leaf::Leaf;

/// Changes one option of each group until every need is met, whatever costs least for what is
/// lacking first, then makes single changes for the cheaper. The cost, where the needs could be met.
pub(super) fn repair(
    leaf: &Leaf,
    multipliers: &[f64],
    chosen: &mut [usize],
    steps: &mut Steps,
) -> Option<i64> {
    let mut lacks = leaf.need.clone();
    for &option in chosen.iter() {
        leaf.entries(option).for_each(|(row, amount)| lacks[row] -= amount);
    }
    let mean = multipliers.iter().sum::<f64>() / multipliers.len().max(1) as f64;
    let weight: Vec<f64> = multipliers.iter().map(|&price| price.max(0.1 * mean + 1e-6)).collect();
    let mut times = 0.5;
    let mut near = near(leaf, multipliers, times);
    let mut change = vec![0; leaf.need.len()];
    let at_once = (leaf.groups() / 64).clamp(1, 8);
    for _ in 0..20 * leaf.need.len() + 20 {
        if lacks.iter().all(|&lack| lack <= 0) {
            improve(leaf, chosen, &mut lacks, steps);
            return Some(chosen.iter().map(|&option| leaf.costs[option]).sum());
        }
        if !steps.take(4 * near.len()) {
            return None;
        }
        let mut best = Vec::with_capacity(at_once + 1);
        for &(group, option) in near.iter().filter(|&&(group, option)| chosen[group] != option) {
            if let Some(ratio) = price_of_gain(leaf, &lacks, &weight, (chosen[group], option)) {
                keep(&mut best, at_once, (ratio, group, option));
            }
        }
        if best.is_empty() && near.len() < leaf.costs.len() {
            times = if times < 4.0 { times * 8.0 } else { f64::INFINITY };
            near = self::near(leaf, multipliers, times);
            steps.take(leaf.costs.len());
            continue;
        }
        let dearest = best.first()?.0.max(0.0) * 2.0;
        for (place, &(_, group, option)) in best.iter().enumerate() {
            // What was cheap for its gain may no longer be so after those before it.
            let again = || price_of_gain(leaf, &lacks, &weight, (chosen[group], option));
            if place == 0 || again().is_some_and(|ratio| ratio <= dearest) {
                difference(leaf, chosen[group], option, &mut change);
                lacks.iter_mut().zip(&change).for_each(|(lack, more)| *lack -= more);
                chosen[group] = option;
            }
        }
    }
    None
}

/// What a change of a group's option costs for each unit of weighted lack that it takes away; none if it
/// takes none away.
fn price_of_gain(
    leaf: &Leaf,
    lacks: &[i64],
    weight: &[f64],
    (from, to): (usize, usize),
) -> Option<f64> {
    let mut gain = 0.0;
    let mut less = |row: usize, lack: i64, more: i64| {
        gain += weight[row] * (lack.max(0) - (lack - more).max(0)) as f64;
    };
    // Options touch few rows; those that both touch are looked at with the first.
    let amount = |option: usize, row: usize| -> i64 {
        leaf.entries(option).filter(|&(other, _)| other == row).map(|(_, amount)| amount).sum()
    };
    for (row, more) in leaf.entries(to) {
        less(row, lacks[row], more - amount(from, row));
    }
    for (row, more) in leaf.entries(from) {
        if leaf.entries(to).all(|(other, _)| other != row) {
            less(row, lacks[row], -more);
        }
    }
    let dearer = (leaf.costs[to] - leaf.costs[from]) as f64;
    (gain > 0.0).then(|| dearer / gain)
}

/// Keeps the cheapest few changes, in order, one of each group.
fn keep(best: &mut Vec<(f64, usize, usize)>, most: usize, change: (f64, usize, usize)) {
    if best.len() == most && best.last().is_some_and(|last| change.0 >= last.0) {
        return;
    }
    if let Some(same) = best.iter().position(|known| known.1 == change.1) {
        if best[same].0 <= change.0 {
            return;
        }
        best.remove(same);
    }
    let place = best.partition_point(|known| known.0 <= change.0);
    best.insert(place, change);
    best.truncate(most);
}

/// The options that lose little at some multipliers, with their groups: some times what the second
/// option of a group loses on average.
fn near(leaf: &Leaf, multipliers: &[f64], times: f64) -> Vec<(usize, usize)> {
    let mut losses: Vec<f64> = Vec::with_capacity(leaf.costs.len());
    let mut seconds = 0.0;
    for group in 0..leaf.groups() {
        let (mut first, mut second) = (f64::INFINITY, f64::INFINITY);
        for option in leaf.options(group) {
            let reduced = leaf.reduced(option, multipliers);
            losses.push(reduced);
            (first, second) = (first.min(reduced), second.min(reduced.max(first)));
        }
        losses[leaf.options(group).start..].iter_mut().for_each(|loss| *loss -= first);
        seconds += if second.is_finite() { second - first } else { 0.0 };
    }
    let most = times * (seconds / leaf.groups().max(1) as f64 + 1.0);
    let all = (0..leaf.groups()).flat_map(|group| leaf.options(group).map(move |at| (group, at)));
    all.filter(|&(_, option)| losses[option] <= most).collect()
}

/// Makes single changes for the cheaper while the needs stay met.
fn improve(leaf: &Leaf, chosen: &mut [usize], lacks: &mut [i64], steps: &mut Steps) {
    let mut change = vec![0; leaf.need.len()];
    let mut changed = true;
    while changed && steps.take(2 * leaf.costs.len()) {
        changed = false;
        for (group, current) in chosen.iter_mut().enumerate() {
            for option in leaf.options(group) {
                if leaf.costs[option] < leaf.costs[*current] {
                    difference(leaf, *current, option, &mut change);
                    if lacks.iter().zip(&change).all(|(lack, more)| lack - more <= 0) {
                        lacks.iter_mut().zip(&change).for_each(|(lack, more)| *lack -= more);
                        *current = option;
                        changed = true;
                    }
                }
            }
        }
    }
}

fn difference(leaf: &Leaf, from: usize, to: usize, change: &mut [i64]) {
    leaf.dense(to, change);
    leaf.entries(from).for_each(|(row, amount)| change[row] -= amount);
}

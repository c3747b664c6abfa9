//! The leaf against trying everything.

use super::budget::Steps;
use super::leaf::{Leaf, solve};
use crate::unit::Random;

/// The least cost below `upper`, by trying everything.
fn brute_force(leaf: &Leaf, upper: i64) -> Option<i64> {
    fn visit(leaf: &Leaf, group: usize, cost: i64, lacks: &mut [i64], best: &mut Option<i64>) {
        if group == leaf.groups() {
            if lacks.iter().all(|&lack| lack <= 0) && best.is_none_or(|best| cost < best) {
                *best = Some(cost);
            }
            return;
        }
        for option in leaf.options(group) {
            leaf.entries(option).for_each(|(row, amount)| lacks[row] -= amount);
            visit(leaf, group + 1, cost + leaf.costs[option], lacks, best);
            leaf.entries(option).for_each(|(row, amount)| lacks[row] += amount);
        }
    }
    let mut best = None;
    visit(leaf, 0, 0, &mut leaf.need.clone(), &mut best);
    best.filter(|&best| best < upper)
}

/// What kinds of numbers a leaf has.
struct Kind {
    groups: usize,
    options: usize,
    rows: usize,
    costs: usize,
    amounts: usize,
    negative: bool,
    scale: i64,
}

fn random_leaf(random: &mut Random, kind: &Kind) -> Leaf {
    let whole = |number: usize| i64::try_from(number).unwrap();
    let mut leaf = Leaf {
        offsets: vec![0],
        costs: Vec::new(),
        row_offsets: vec![0],
        rows: Vec::new(),
        amounts: Vec::new(),
        need: Vec::new(),
    };
    for _ in 0..kind.groups {
        for _ in 0..=random.below(kind.options) {
            leaf.costs.push(whole(random.below(kind.costs)) * kind.scale);
            for row in 0..kind.rows {
                if random.below(2) == 0 {
                    let least = if kind.negative { -whole(kind.amounts / 3) } else { 0 };
                    leaf.rows.push(u16::try_from(row).unwrap());
                    leaf.amounts.push((least + whole(random.below(kind.amounts))) * kind.scale);
                }
            }
            leaf.row_offsets.push(u32::try_from(leaf.rows.len()).unwrap());
        }
        leaf.offsets.push(u32::try_from(leaf.costs.len()).unwrap());
    }
    for _ in 0..kind.rows {
        let need = whole(random.below(kind.groups * kind.amounts)) * 2 / 3;
        leaf.need.push(need * kind.scale - whole(random.below(2)));
    }
    leaf
}

/// Whether an answer is right, given the least cost; whether it was proved.
fn check(leaf: &Leaf, upper: i64, budget: u64, least: Option<i64>) -> bool {
    let mut steps = Steps { left: budget };
    let answer = solve(leaf, &mut vec![0.0; leaf.need.len()], upper, &mut steps);
    if let Some((cost, options)) = &answer.best {
        let mut lacks = leaf.need.clone();
        let mut sum = 0;
        assert_eq!(options.len(), leaf.groups());
        for (group, &option) in options.iter().enumerate() {
            let option = usize::try_from(option).unwrap();
            assert!(leaf.options(group).contains(&option));
            sum += leaf.costs[option];
            leaf.entries(option).for_each(|(row, amount)| lacks[row] -= amount);
        }
        assert!(lacks.iter().all(|&lack| lack <= 0));
        assert_eq!(sum, *cost);
        assert!(sum < upper);
    }
    assert!(answer.lower_bound <= least.unwrap_or(upper));
    if answer.proved {
        assert_eq!(answer.best.as_ref().map(|best| best.0), least);
        assert_eq!(answer.lower_bound, least.unwrap_or(upper));
    }
    answer.proved
}

#[test]
fn as_good_as_trying_everything() {
    let mut random = Random::new(5);
    let mut feasible = 0;
    for round in 0..4_000 {
        let kind = Kind {
            groups: 1 + random.below(4),
            options: 1 + random.below(6),
            rows: random.below(5),
            costs: [1, 3, 40, 100_000][random.below(4)],
            amounts: [3, 20, 3_000][random.below(3)],
            negative: round % 3 == 0,
            scale: [1, 1_000, 1_000_000_007][random.below(3)],
        };
        let leaf = random_leaf(&mut random, &kind);
        let least = brute_force(&leaf, i64::MAX);
        feasible += usize::from(least.is_some());
        let around = least.unwrap_or(10);
        for upper in [i64::MAX, around + 1, around, around - 1, i64::MIN] {
            let least = least.filter(|&least| least < upper);
            assert!(check(&leaf, upper, u64::MAX, least), "not proved: round {round}");
            for budget in [0, 1, 10, 40, 200] {
                check(&leaf, upper, budget, least);
            }
        }
    }
    assert!((1_000..3_500).contains(&feasible), "{feasible}");
}

/// The least cost, by dynamic programming over what two rows still lack; amounts are not negative.
fn by_table(leaf: &Leaf) -> Option<i64> {
    let size = |row: usize| usize::try_from(leaf.need[row].max(0)).unwrap() + 1;
    let (first, second) = (size(0), size(1));
    let mut least = vec![None; first * second];
    least[first * second - 1] = Some(0);
    for group in 0..leaf.groups() {
        let mut next: Vec<Option<i64>> = vec![None; first * second];
        for option in leaf.options(group) {
            let mut amounts = [0, 0];
            leaf.dense(option, &mut amounts);
            let [a, b] = amounts.map(|amount| usize::try_from(amount).unwrap());
            for (at, cost) in least.iter().enumerate() {
                let Some(cost) = cost else { continue };
                let to = (at / second).saturating_sub(a) * second + (at % second).saturating_sub(b);
                let cost = cost + leaf.costs[option];
                if next[to].is_none_or(|least| cost < least) {
                    next[to] = Some(cost);
                }
            }
        }
        least = next;
    }
    least[0]
}

#[test]
fn as_good_as_a_table() {
    let mut random = Random::new(11);
    let mut feasible = 0;
    for round in 0..120 {
        let kind = Kind {
            groups: 5 + random.below(25),
            options: 2 + random.below(12),
            rows: 2,
            costs: [2, 30, 100_000][random.below(3)],
            amounts: [4, 12, 30][random.below(3)],
            negative: false,
            scale: 1,
        };
        let mut leaf = random_leaf(&mut random, &kind);
        if round % 2 == 0 {
            // What gives more costs more, all alike: nothing is cheap for what it gives.
            let mut amounts = [0, 0];
            for option in 0..leaf.costs.len() {
                leaf.dense(option, &mut amounts);
                leaf.costs[option] = 7 * (amounts[0] + amounts[1]) + leaf.costs[option] % 3;
            }
        }
        let least = by_table(&leaf);
        feasible += usize::from(least.is_some());
        for upper in [i64::MAX, least.map_or(100, |least| least + 1), least.unwrap_or(100)] {
            let least = least.filter(|&least| least < upper);
            assert!(check(&leaf, upper, u64::MAX, least), "not proved: round {round}");
            for budget in [100, 3_000, 30_000] {
                check(&leaf, upper, budget, least);
            }
        }
    }
    assert!(feasible > 45, "{feasible}");
}

#[test]
fn equal_prices_are_proved() {
    // Every option costs the same for what it gives, and sums hit the needs only together.
    let mut leaf = Leaf {
        offsets: vec![0],
        costs: Vec::new(),
        row_offsets: vec![0],
        rows: Vec::new(),
        amounts: Vec::new(),
        need: vec![1_000, 1_000, 1_000],
    };
    for group in 0..60_u16 {
        for packs in 0..8_i64 {
            leaf.costs.push(50 * packs);
            leaf.rows.push(group % 3);
            leaf.amounts.push(50 * packs);
            leaf.row_offsets.push(u32::try_from(leaf.rows.len()).unwrap());
        }
        leaf.offsets.push(u32::try_from(leaf.costs.len()).unwrap());
    }
    assert!(check(&leaf, i64::MAX, 50_000_000, Some(3_000)));
    // Nobody sells for one cent more.
    leaf.need = vec![1_001, 1_000, 999];
    assert!(check(&leaf, i64::MAX, 50_000_000, Some(3_050)));
}

#[test]
fn the_same_every_time() {
    let mut random = Random::new(3);
    let kind = Kind {
        groups: 40,
        options: 30,
        rows: 4,
        costs: 100_000,
        amounts: 3_000,
        negative: true,
        scale: 1,
    };
    for _ in 0..5 {
        let leaf = random_leaf(&mut random, &kind);
        let run = || {
            let mut steps = Steps { left: 2_000_000 };
            let mut multipliers = vec![0.0; 4];
            let answer = solve(&leaf, &mut multipliers, i64::MAX, &mut steps);
            (answer.best, answer.lower_bound, answer.proved, multipliers, steps.left)
        };
        assert_eq!(run(), run());
    }
}

#[test]
fn numbers_that_could_overflow_are_left_alone() {
    let leaf = Leaf {
        offsets: vec![0, 1],
        costs: vec![i64::MAX],
        row_offsets: vec![0, 1],
        rows: vec![0],
        amounts: vec![i64::MIN],
        need: vec![i64::MAX],
    };
    let answer = solve(&leaf, &mut [0.0], i64::MAX, &mut Steps { left: 1_000 });
    assert!(answer.best.is_none() && !answer.proved && answer.lower_bound == i64::MIN);
    let empty = Leaf { offsets: vec![0, 0], costs: vec![], row_offsets: vec![0], ..leaf };
    let answer = solve(&empty, &mut [0.0], 9, &mut Steps { left: 1_000 });
    assert!(answer.best.is_none() && answer.proved && answer.lower_bound == 9);
}

//! The optimiser against trying everything.

use super::{
    Basket, Budget, Limit, Line, Mode, OrderTerms, PerUnit, Pick, Purchase, Share, Solution,
    Source, Span, Status, solve,
};
use crate::unit::Random;

/// A small number.
fn number(random: &mut Random, end: usize) -> i64 {
    i64::try_from(random.below(end)).unwrap()
}

/// Whether something happens once in `times`.
fn once_in(random: &mut Random, times: usize) -> bool {
    random.below(times) == 0
}

/// A span that is often unbounded.
fn span(random: &mut Random, end: usize) -> Span {
    let mut span = Span::ALL;
    if once_in(random, 2) {
        span.least = number(random, end);
    }
    if once_in(random, 4) {
        span.most = span.least.max(0) + number(random, end);
    }
    span
}

fn random_mode(random: &mut Random) -> Mode {
    Mode {
        cost: number(random, 60) - if once_in(random, 6) { 40 } else { 0 },
        rate: if once_in(random, 3) { number(random, 300_000) - 200_000 } else { 0 },
        value: span(random, 120),
        weight: if once_in(random, 3) { span(random, 12) } else { Span::ALL },
    }
}

fn random_source(random: &mut Random, orders: usize, limits: usize, most: usize) -> Source {
    let price = 5 + number(random, 30);
    let purchases = (1..random.below(most) + 2).filter_map(|packs| {
        let packs = i64::try_from(packs).unwrap();
        let cost = price * packs + number(random, 10) - 3;
        let value = if once_in(random, 4) { number(random, 60) } else { cost.max(0) };
        let weight = number(random, 6);
        (!once_in(random, 8)).then_some(Purchase { packs, cost, value, weight })
    });
    let purchases = purchases.collect();
    let mut taken = Vec::new();
    for limit in 0..limits {
        if once_in(random, 2) {
            taken.push((limit, number(random, 4) - i64::from(once_in(random, 3)) * 4));
        }
    }
    Source {
        order: random.below(orders),
        units_per_pack: 1 + number(random, 3),
        purchases,
        limits: taken,
    }
}

/// A basket of every kind of terms, small enough to try everything.
fn random_basket(random: &mut Random) -> Basket {
    let orders = 1 + random.below(3);
    let limits = if once_in(random, 3) { 1 + random.below(2) } else { 0 };
    let lines = (0..=random.below(3)).map(|_| {
        let required = number(random, 8);
        let shortage = PerUnit { money: number(random, 60), units: 1 + number(random, 2) };
        let surplus = PerUnit { money: number(random, 8), units: 1 + number(random, 2) };
        Line {
            required,
            most: required + number(random, 6),
            sources_at_most: 1 + u32::try_from(random.below(3)).unwrap(),
            shortage_cost: if once_in(random, 3) { None } else { Some(shortage) },
            surplus_value: if once_in(random, 2) { PerUnit::default() } else { surplus },
            sources: (0..random.below(4))
                .map(|_| random_source(random, orders, limits, 3))
                .collect(),
        }
    });
    let lines = lines.collect();
    let terms = (0..orders).map(|_| OrderTerms {
        modes: (0..random.below(10).clamp(1, 3)).map(|_| random_mode(random)).collect(),
    });
    let orders_terms = terms.collect();
    let shares = if once_in(random, 3) { 1 + random.below(2) } else { 0 };
    Basket {
        orders: orders_terms,
        lines,
        limits: (0..limits)
            .map(|_| Limit {
                capacity: number(random, 12) - if once_in(random, 3) { 6 } else { 0 },
            })
            .collect(),
        shares: (0..shares)
            .map(|_| Share {
                orders: (0..=random.below(2)).map(|_| random.below(orders)).collect(),
                millionths: number(random, 11) * 100_000,
            })
            .collect(),
    }
}

/// Every way to serve a line.
fn ways(line: &Line) -> Vec<Vec<Pick>> {
    let mut ways = vec![Vec::new()];
    for (source, terms) in line.sources.iter().enumerate() {
        for way in ways.clone() {
            if way.len() < usize::try_from(line.sources_at_most).unwrap() {
                for purchase in 0..terms.purchases.len() {
                    let mut more: Vec<Pick> = way.clone();
                    more.push(Pick { source, purchase });
                    ways.push(more);
                }
            }
        }
    }
    ways
}

/// The fewest lines left out, and the least cost with that; none if nothing is allowed.
fn brute_force(basket: &Basket) -> Option<(usize, i64)> {
    let ways: Vec<Vec<Vec<Pick>>> = basket.lines.iter().map(ways).collect();
    let mut best: Option<(usize, i64)> = None;
    let mut at = vec![0; ways.len()];
    loop {
        let picks: Vec<Vec<Pick>> =
            at.iter().zip(&ways).map(|(&way, ways)| ways[way].clone()).collect();
        if let Ok(evaluation) = basket.evaluate(&picks) {
            let found = (evaluation.uncovered.len(), evaluation.cost);
            best = Some(best.map_or(found, |best| best.min(found)));
        }
        let Some(line) = (0..at.len()).find(|&line| at[line] + 1 < ways[line].len()) else {
            return best;
        };
        at[..line].fill(0);
        at[line] += 1;
    }
}

fn size(basket: &Basket) -> usize {
    basket.lines.iter().map(|line| ways(line).len()).product()
}

fn check(basket: &Basket, seed: u64) -> Solution {
    let solution = solve(basket, None, Budget::default());
    let Some((left_out, cost)) = brute_force(basket) else {
        assert_eq!((solution.status, solution.picks.len()), (Status::Infeasible, 0), "{seed}");
        return solution;
    };
    let status = if left_out == 0 { Status::Proved } else { Status::Infeasible };
    let expected = (status, left_out, cost, cost);
    let (bound, left) = (solution.lower_bound, solution.left_out.len());
    assert_eq!((solution.status, left, solution.cost, bound), expected, "{seed} {basket:#?}");
    let evaluation = basket.evaluate(&solution.picks).unwrap();
    assert_eq!((evaluation.cost, evaluation.uncovered), (cost, solution.left_out.clone()));
    solution
}

#[test]
fn everything_tried() {
    check_many(0, 5000);
}

pub(crate) fn check_many(from: u64, to: u64) {
    let (mut proved, mut without, mut nothing) = (0, 0, 0);
    for seed in from..to {
        let basket = random_basket(&mut Random::new(seed));
        if size(&basket) > 3_000 {
            continue;
        }
        let solution = check(&basket, seed);
        match solution.status {
            Status::Proved => proved += 1,
            Status::Infeasible if solution.picks.is_empty() && !basket.lines.is_empty() => {
                nothing += 1;
            }
            Status::Infeasible => without += 1,
            Status::Gap => {}
        }
    }
    let tried = (to - from) / 40;
    assert!(proved > 10 * tried && without > tried && nothing > 0, "{proved} {without} {nothing}");
}

/// A basket with more combinations of purchases than are listed, and one with few.
fn crowded(offers: i64) -> Basket {
    let source = |offer: i64| Source {
        order: 0,
        units_per_pack: 1,
        purchases: (1..=100)
            .map(|packs| Purchase {
                packs,
                cost: packs * (300 + offer % 7) - packs.min(50),
                value: 0,
                weight: 0,
            })
            .collect(),
        limits: Vec::new(),
    };
    Basket {
        orders: vec![OrderTerms {
            modes: vec![Mode { cost: 500, rate: 0, value: Span::ALL, weight: Span::ALL }],
        }],
        lines: vec![Line {
            required: 100,
            most: 120,
            sources_at_most: 2,
            shortage_cost: None,
            surplus_value: PerUnit::default(),
            sources: (0..offers).map(source).collect(),
        }],
        ..Basket::default()
    }
}

#[test]
fn options_too_many_to_list_leave_a_bound() {
    let few = solve(&crowded(8), None, Budget::default());
    assert_eq!(few.status, Status::Proved);
    // More of the same offers make nothing cheaper.
    let many = solve(&crowded(1000), None, Budget::default());
    assert_eq!((many.status, many.left_out.len()), (Status::Gap, 0));
    assert!(many.lower_bound <= few.cost && few.cost <= many.cost);
    assert!(many.lower_bound > few.cost - few.cost / 10, "{} {}", many.lower_bound, few.cost);
}

#[test]
fn little_work_buys_something() {
    let basket = crowded(8);
    let nothing = basket.evaluate(&[Vec::new()]).unwrap();
    assert_eq!(nothing.uncovered, [0]);
    let soon = solve(&basket, None, Budget { steps: 1 });
    assert_eq!((soon.status, soon.left_out.len()), (Status::Gap, 0));
}

//! A first good plan: orders decided a few at a time, on the promising options alone.
//!
//! What is promising at the multipliers is a small part of all options, and an ascent among them alone
//! takes little. Orders on whose state the relaxed choices agree are given it, and one more, then
//! the multipliers climb again, until the leaf of the promising options is left. Nothing found here is
//! a bound.

use super::{
    ascent::Ascent, bound::Relaxation, budget::Steps, decided::Decided, exchange, leaf,
    model::Model, plan::Plan,
};

/// The options of a plan that costs less than `upper` as a rule, if one was found. A thorough dive tries
/// other states of orders than those it has come to.
pub(super) fn dive(
    relaxation: &Relaxation,
    ascent: &Ascent,
    upper: i64,
    thorough: bool,
    steps: &mut Steps,
) -> Option<Vec<u32>> {
    let model = relaxation.model;
    let mut near = near(relaxation);
    let mut allowed = relaxation.allowed.clone();
    let mut ascent = ascent.clone();
    let root = relaxation.whole(ascent.bound);
    // The later an order is decided, the less certain it is.
    let mut orders: Vec<usize> = Vec::new();
    loop {
        let mut part = part(model, &allowed, &near, steps)?;
        ascent = ascent.among(&mut part, steps);
        let at = part.whole(ascent.bound);
        let target = upper.min(at.saturating_add(at.abs() / 100 + 1000));
        ascent.climb(&mut part, target, CLIMB, steps);
        let risen = part.whole(ascent.bound).saturating_sub(root);
        if !thorough && risen > root.abs() / HOPELESS {
            // What was decided at once was not good: a plan would not be, either.
            return None;
        }
        let mut doubtful: Vec<(usize, f64)> = (0..model.rows.orders.len())
            .filter(|&order| part.states_left(order) > 1)
            .map(|order| (order, ascent.doubt(model, order)))
            .collect();
        if doubtful.is_empty() {
            if thorough && risen > root.abs() / SETTLED {
                near = nearer(relaxation, &allowed, &ascent, near, steps);
                ascent = settle(relaxation, &near, &orders, &mut allowed, ascent, steps)?;
                near = nearer(relaxation, &allowed, &ascent, near, steps);
            }
            let mut part = self::part(model, &allowed, &near, steps)?;
            return whole(&mut part, &ascent, steps);
        }
        crate::unit::sort_by(&mut doubtful, |a, b| a.1.total_cmp(&b.1));
        let agreed = ascent.majority(&part);
        for (place, &(order, doubt)) in doubtful.iter().enumerate() {
            if place <= doubtful.len() / EAGER || doubt < AGREED {
                orders.insert(0, order);
                let states = model.states[order] as usize..model.states[order + 1] as usize;
                allowed[states.clone()].copy_from_slice(&agreed[states]);
            }
        }
    }
}

/// The relaxation of some options with some states; none if nothing is left or there is no more work.
fn part<'a>(
    model: &'a Model,
    allowed: &[bool],
    near: &[(usize, u32)],
    steps: &mut Steps,
) -> Option<Relaxation<'a>> {
    let part = Relaxation::new(model, allowed.to_vec(), near.iter().copied());
    (steps.take(near.len()) && !part.is_empty()).then_some(part)
}

/// Puts one order after another in another state, and leaves it there if the relaxation is cheaper so.
fn settle(
    relaxation: &Relaxation,
    near: &[(usize, u32)],
    orders: &[usize],
    allowed: &mut [bool],
    ascent: Ascent,
    steps: &mut Steps,
) -> Option<Ascent> {
    let model = relaxation.model;
    let most = (steps.left / 4).min(near.len() as u64 * SETTLE);
    let mut own = Steps { left: most };
    let mut best = converged(part(model, allowed, near, &mut own)?, ascent, &mut own);
    let (mut idle, mut turn) = (0, 0);
    while idle < orders.len() && own.left > 0 {
        let order = orders[turn % orders.len()];
        (turn, idle) = (turn + 1, idle + 1);
        let first = model.states[order] as usize;
        for (state, left) in relaxation.states_of(order) {
            if !left || allowed[first + state] {
                continue;
            }
            let mut other = allowed.to_vec();
            other[first..model.states[order + 1] as usize].fill(false);
            other[first + state] = true;
            let Some(mut part) = part(model, &other, near, &mut own) else { continue };
            let least = part.whole(best.bound);
            let mut tried = best.clone().among(&mut part, &mut own);
            tried.climb(&mut part, least, TRY, &mut own);
            if part.whole(tried.bound) < least && own.left > 0 {
                tried = converged(part, tried, &mut own);
                if tried.bound < best.bound {
                    best = tried;
                    allowed.copy_from_slice(&other);
                    idle = 0;
                }
            }
        }
    }
    steps.left -= most - own.left;
    Some(best)
}

/// The ascent once there is little more to climb.
fn converged(mut part: Relaxation, ascent: Ascent, steps: &mut Steps) -> Ascent {
    let mut ascent = ascent.among(&mut part, steps);
    let at = part.whole(ascent.bound);
    ascent.climb(&mut part, at.saturating_add(at.abs() / 200 + 1000), CONVERGE, steps);
    ascent
}

/// A plan once every order has one state.
fn whole(part: &mut Relaxation, ascent: &Ascent, steps: &mut Steps) -> Option<Vec<u32>> {
    let model = part.model;
    let Decided { leaf, rows, .. } = part.decided()?;
    let mut multipliers: Vec<f64> = rows.iter().map(|&row| ascent.best.rows[row]).collect();
    let mut own = Steps { left: (part.entries.len() as u64 * PATIENCE).min(steps.left) };
    let given = own.left;
    let chosen = leaf::rounded(&leaf, &mut multipliers, &mut own);
    steps.left = steps.left.saturating_sub(given - own.left);
    let chosen: Vec<u32> = chosen?.iter().filter_map(|&at| u32::try_from(at).ok()).collect();
    let mut best = ascent.best.clone();
    for (&row, &multiplier) in rows.iter().zip(&multipliers) {
        best.rows[row] = multiplier;
    }
    part.evaluate(&best, steps);
    let mut plan = Plan::new(model, part.picked(&chosen), vec![0.0; model.rows.needs.len()]);
    exchange::improve(&mut plan, part, steps);
    plan.cost().map(|_| plan.options)
}

/// Some options with those that are promising at other multipliers in some states.
fn nearer(
    relaxation: &Relaxation,
    allowed: &[bool],
    ascent: &Ascent,
    mut near: Vec<(usize, u32)>,
    steps: &mut Steps,
) -> Vec<(usize, u32)> {
    let options = relaxation.options();
    let options = options.iter().map(|&(line, option)| (line as usize, option));
    let mut part = Relaxation::new(relaxation.model, allowed.to_vec(), options);
    steps.take(relaxation.entries.len());
    part.refresh(&ascent.best, steps);
    near.extend(self::near(&part));
    crate::unit::sort_by(&mut near, Ord::cmp);
    near.dedup();
    near
}

/// The promising options of each line, and to buy nothing.
fn near(relaxation: &Relaxation) -> Vec<(usize, u32)> {
    let mut near = Vec::new();
    for line in 0..relaxation.least.len() {
        let promising = relaxation.promising(line).len();
        for (place, entry) in relaxation.entries_of(line).iter().enumerate() {
            let nothing = || relaxation.model.options.pieces_of(entry.option as usize).is_empty();
            if place < promising || nothing() {
                near.push((line, entry.option));
            }
        }
    }
    near
}

/// How many iterations the multipliers climb between decisions.
const CLIMB: u32 = 20;
/// The part of the orders left that are decided at once.
const EAGER: usize = 8;
/// The relaxed choices agree on an order if no more than this part of them differs.
const AGREED: f64 = 0.15;
/// The part of the root's bound by which that of the states found is higher if others are tried.
const SETTLED: i64 = 500;
/// The same if there is no use in making a plan of them.
const HOPELESS: i64 = 100;
/// How much work it may be to try them, for each option.
const SETTLE: u64 = 250;
/// How many iterations it takes to see that a state is worse, and to see that it is better.
const TRY: u32 = 15;
const CONVERGE: u32 = 40;
/// How much work the leaf may be, for each of its options.
const PATIENCE: u64 = 400;

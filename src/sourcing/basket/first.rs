//! Something at once: a plan before any search, and a bound where options are too many to list.

use super::{
    model::Model,
    problem::{Basket, Line, Pick, Violation},
};

/// The cheapest option of each line by itself, orders closed one after another that ask for more than
/// is bought there so; none if that is not allowed for other reasons.
pub(super) fn plan(basket: &Basket, model: &Model) -> Option<Vec<Vec<Pick>>> {
    let options = &model.options;
    let mut closed = vec![false; basket.orders.len()];
    let cheapest = |line: usize, closed: &[bool]| -> Option<usize> {
        let open = |piece: &u32| !closed[options.piece.order[*piece as usize] as usize];
        let left = options.of_line(line).filter(|&at| options.pieces_of(at).iter().all(open));
        left.min_by_key(|&option| options.costs[option])
    };
    let mut chosen: Vec<usize> =
        (0..basket.lines.len()).map(|line| cheapest(line, &closed)).collect::<Option<_>>()?;
    loop {
        let picks: Vec<Vec<Pick>> = chosen.iter().map(|&option| options.picks(option)).collect();
        match basket.evaluate(&picks) {
            Ok(_) => return Some(picks),
            Err(Violation::Order { order }) if !closed[order] => {
                closed[order] = true;
                for (line, option) in chosen.iter_mut().enumerate() {
                    let mut pieces = options.pieces_of(*option).iter();
                    if pieces.any(|&piece| options.piece.order[piece as usize] as usize == order) {
                        *option = cheapest(line, &closed)?;
                    }
                }
            }
            Err(_) => return None,
        }
    }
}

/// What no choice costs less than, from what each line costs at least if each of its units could be
/// bought as cheaply as the cheapest; of choices that cover every line that has to be, if `covered`. None
/// if numbers are too large.
pub(super) fn bound(basket: &Basket, covered: bool) -> Option<i64> {
    let mut bound = 0_i128;
    for order in &basket.orders {
        bound += order.modes.iter().map(|mode| i128::from(mode.cost)).min().unwrap_or(0).min(0);
    }
    for line in &basket.lines {
        bound += line_bound(basket, line, covered);
    }
    i64::try_from(bound).ok()
}

fn line_bound(basket: &Basket, line: &Line, covered: bool) -> i128 {
    // The least cost of a unit, as a fraction.
    let mut least: Option<(i128, i128)> = None;
    for source in &line.sources {
        for purchase in &source.purchases {
            let modes = basket.orders[source.order].modes.iter();
            let charge = modes.map(|mode| mode.on_value(purchase.value)).min().unwrap_or(0);
            let cost = i128::from(purchase.cost) + i128::from(charge);
            let units = (i128::from(purchase.packs) * i128::from(source.units_per_pack)).max(1);
            if least.is_none_or(|(money, per)| cost * per < money * units) {
                least = Some((cost, units));
            }
        }
    }
    // What units cost at least changes with their number by one rate below what is required and by
    // another above, so that it is least at an end of either. Amounts per unit are rounded, by less
    // than one in all.
    let required = line.required.max(0);
    let at = |units: i64| {
        let bought = least.map_or(0, |(money, per)| (money * i128::from(units)).div_euclid(per));
        let short = line.shortage_cost.map_or(0, |cost| cost.times(required.saturating_sub(units)));
        let over = line.surplus_value.times(units.saturating_sub(required));
        bought + i128::from(if units < required { short } else { 0 })
            - i128::from(if units > required { over } else { 0 })
            - 2
    };
    let most = if least.is_some() { line.most.max(required) } else { 0 };
    let bought = at(required.min(most)).min(at(most));
    if covered && line.shortage_cost.is_none() { bought } else { bought.min(at(0)) }
}

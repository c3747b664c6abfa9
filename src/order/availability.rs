//! What of a line is on hand, and what waits for what is not.

use super::{
    OrderLine, ShipComplete, SplitRules,
    partition::{Piece, exact_sum, in_order},
};
use crate::unit::{Day, Invalid, Quantity};
use rust_decimal::Decimal;
use std::{cmp::Ordering, fmt};

/// When a part of a line can ship, the earliest first.
///
/// A pre-order has a day and a back-order has none, so that one comes after all days.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Availability {
    /// Now.
    OnHand,
    /// When the product comes out.
    Preorder(Day),
    /// When it is there again.
    Backorder,
}

impl fmt::Display for Availability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnHand => f.write_str("on_hand"),
            Self::Preorder(day) => write!(f, "preorder {day}"),
            Self::Backorder => f.write_str("backorder"),
        }
    }
}

/// Cuts lines into what is on hand and what is not, as far as nothing waits for the rest of its
/// line, and says of each piece, in order of the lines, when it can ship.
///
/// Goods that are given back are at hand by nature: they are never cut, wait for nothing, and
/// nothing waits for them. `compare` orders lines by all that divides them but availability.
pub(super) fn cut(
    lines: &[&OrderLine],
    rules: &SplitRules,
    compare: &mut dyn FnMut(usize, usize) -> Ordering,
) -> Result<(Vec<Piece>, Vec<Availability>), Invalid> {
    let mut pieces = Vec::with_capacity(lines.len());
    let mut availability = Vec::with_capacity(lines.len());
    for (place, line) in lines.iter().enumerate() {
        let (held, rest) = held(line).map_err(|invalid| within(line, invalid))?;
        let later = line.release_date.map_or(Availability::Backorder, Availability::Preorder);
        let waits = rules.ship_complete != ShipComplete::Nothing;
        if rest.is_zero() || held.is_zero() || waits {
            pieces.push(Piece::whole(place, line));
            availability.push(if rest.is_zero() { Availability::OnHand } else { later });
            continue;
        }
        let unit = line.quantity.unit();
        let (held, rest) = (Quantity::new(held, unit), Quantity::new(rest, unit));
        pieces.push(Piece { quantity: held, ..Piece::whole(place, line) });
        pieces.push(Piece { from: held, quantity: rest, ..Piece::whole(place, line) });
        availability.extend([Availability::OnHand, later]);
    }
    // Where something waits for another line, no line was cut: places are those of the lines.
    let mut wait = |places: &[usize]| {
        let latest = places.iter().map(|&place| availability[place]).max();
        for &place in places {
            if !lines[place].returned {
                availability[place] = latest.unwrap_or(Availability::OnHand);
            }
        }
    };
    match rules.ship_complete {
        ShipComplete::Nothing | ShipComplete::Line => {}
        ShipComplete::SaleOrder => {
            let order = in_order(lines.len(), compare);
            order.chunk_by(|&a, &b| compare(a, b).is_eq()).for_each(wait);
        }
        ShipComplete::Order => wait(&(0..lines.len()).collect::<Vec<_>>()),
    }
    Ok((pieces, availability))
}

/// How much of a line is on hand, at most all of it, and how much is not.
pub(super) fn held(line: &OrderLine) -> Result<(Decimal, Decimal), Invalid> {
    let quantity = line.quantity.amount();
    let Some(on_hand) = line.on_hand else {
        // What has still to come out is on hand only where somebody says so.
        let is_out = line.release_date.is_none() || line.returned;
        return Ok(if is_out { (quantity, Decimal::ZERO) } else { (Decimal::ZERO, quantity) });
    };
    if on_hand.is_negative() {
        let expected = "a quantity of zero or more";
        return Err(Invalid::new("on_hand_negative", expected, on_hand).at("on_hand"));
    }
    let held = on_hand.to(line.quantity.unit()).map_err(|invalid| invalid.at("on_hand"))?;
    let held = if line.returned { quantity } else { held.amount().min(quantity) };
    let rest = exact_sum(quantity, -held).ok_or_else(|| {
        let expected = "a quantity that leaves a rest of at most 28 digits";
        Invalid::new("unit_inexact", expected, on_hand).at("on_hand")
    })?;
    Ok((held, rest))
}

/// Lines are in another order here than in the customer's order, so they are named.
pub(super) fn within(line: &OrderLine, invalid: Invalid) -> Invalid {
    invalid.at(format_args!("lines[{}]", line.id))
}

//! What pays for which piece.

use super::{
    CustomerOrder,
    apportion::divide,
    cells::{Cell, Cells, Entry},
    customer_check::{twice_error, unique},
    minor_units::MinorUnits,
};
use crate::unit::{Invalid, Money};

/// How each piece is paid, in minor units.
pub(super) struct Drawn {
    /// What pieces that are given back pay of the others, less than zero what they pay; empty where
    /// nothing does.
    pub(super) offsets: Vec<i64>,
    /// Each piece's part of every payment.
    pub(super) payments: Cells,
}

/// Draws the order's payments on the totals of its pieces.
///
/// First what is given back pays what is bought, or the other way round where more is given back, in
/// proportion to the totals that are paid. Then each payment in its turn is divided in proportion to
/// what each piece still needs. A share is at most what is needed, and what is left over of all is
/// nothing, so all pieces are paid and all payments used to the last minor unit.
pub(super) fn draw(
    order: &CustomerOrder,
    minor: MinorUnits,
    totals: &[i64],
) -> Result<Drawn, Invalid> {
    let payments = &order.payments;
    if payments.is_empty() {
        return Ok(Drawn { offsets: Vec::new(), payments: Cells::by_row(&[], totals.len()) });
    }
    let total: i64 = totals.iter().sum();
    let counts = counts(order, minor, total)?;
    // The order's total is what needs to be paid, whatever way the money goes.
    let sign = if total < 0 { -1 } else { 1 };
    let mut needs: Vec<u64> =
        totals.iter().map(|&total| u64::try_from(sign * total).unwrap_or(0)).collect();
    let credit = needs.iter().sum::<u64>() - total.unsigned_abs();
    let too_large = || {
        let expected = "totals that have at most 64 bits together";
        Invalid::new("money_too_large", expected, minor.money(total))
    };
    let mut shares = Vec::new();
    let mut offsets = Vec::new();
    if credit > 0 {
        divide(credit, &needs, &mut shares).ok_or_else(too_large)?;
        offsets.reserve_exact(totals.len());
        for ((need, share), &total) in needs.iter_mut().zip(&shares).zip(totals) {
            *need -= share;
            let against = sign * total < 0;
            offsets.push(if against { total } else { sign * share.cast_signed() });
        }
    }
    let mut entries = Vec::with_capacity(totals.len() * counts.len());
    for (column, count) in counts.into_iter().enumerate() {
        divide(count.unsigned_abs(), &needs, &mut shares).ok_or_else(too_large)?;
        for (row, (need, &share)) in needs.iter_mut().zip(&shares).enumerate() {
            if share > 0 {
                *need -= share;
                let amount = sign * share.cast_signed();
                entries.push(Entry { row, cell: Cell { column, amount } });
            }
        }
    }
    Ok(Drawn { offsets, payments: Cells::by_row(&entries, totals.len()) })
}

/// The payments in minor units; together they are the order's total, and none goes the other way.
fn counts(order: &CustomerOrder, minor: MinorUnits, total: i64) -> Result<Vec<i64>, Invalid> {
    let payments = &order.payments;
    let twice = |place: usize| twice_error("payment", &payments[place].id, "payments", place);
    unique(payments, |a, b| a.id.cmp(&b.id), twice)?;
    let field = |place: usize| {
        move |invalid: Invalid| invalid.at("amount").at(format_args!("payments[{place}]"))
    };
    let mut counts = Vec::with_capacity(payments.len());
    for (place, payment) in payments.iter().enumerate() {
        counts.push(minor.count(payment.amount).map_err(field(place))?);
    }
    let paid: i128 = counts.iter().copied().map(i128::from).sum();
    let missing = i128::from(total) - paid;
    if missing != 0 {
        let money = |count| Money::from_minor_units(count, order.currency);
        let expected = format!(
            "payments of the order's total, {}, which is {} {} than they are",
            minor.money(total),
            money(missing.abs())?,
            if missing > 0 { "more" } else { "less" },
        );
        return Err(Invalid::new("payments_differ", expected, money(paid)?).at("payments"));
    }
    if let Some(place) = counts.iter().position(|&count| count != 0 && (count < 0) != (total < 0)) {
        let expected = "a payment of the same sign as the order's total";
        let wrong = Invalid::new("payment_sign", expected, payments[place].amount);
        return Err(field(place)(wrong));
    }
    Ok(counts)
}

//! Who pays what once an order is edited.

use super::rows::{At, Figure, Row};
use crate::{
    order::{
        CustomerOrder, SaleOrder,
        apportion::by_place,
        placed::minor,
        standing::{Payer, Standing},
    },
    unit::Invalid,
};

/// How one line of a sale order is paid.
#[derive(Clone, Debug, Default)]
pub(super) struct Paid {
    pub(super) total: i128,
    /// By the order's payments, in their sequence.
    pub(super) payments: Vec<i128>,
    pub(super) offset: i128,
}

impl Paid {
    fn sum(&self) -> i128 {
        self.payments.iter().sum::<i128>() + self.offset
    }

    /// What is paid too much.
    fn over(&self) -> u128 {
        u128::try_from(self.sum() - self.total).unwrap_or(0)
    }

    /// What is still to be paid.
    fn need(&self) -> u128 {
        u128::try_from(self.total - self.sum()).unwrap_or(0)
    }
}

/// How every line is paid: those of sale orders that stay, as they come, then those of added ones.
///
/// What is paid stays where it is as far as lines, credits and payments are what they were. A payment
/// that gives less takes back first where too much is paid, then in proportion to its shares; where
/// too much is still paid, all payments of the line take back in proportion. What is then needed is
/// drawn from what payments still have, in their sequence, in proportion to the needs.
pub(super) fn redraw(
    after: &[Standing<'_>],
    rows: &[Row<'_>],
    added: &[SaleOrder],
    order: &CustomerOrder,
) -> Result<Vec<Paid>, Invalid> {
    let mut lines = standing_lines(after, rows, order);
    for line in added.iter().flat_map(|part| &part.lines) {
        let total = minor(line.total, order.currency)?;
        lines.push(Paid { total, payments: vec![0; order.payments.len()], offset: 0 });
    }
    if order.payments.is_empty() {
        let total: i128 = lines.iter().map(|line| line.total).sum();
        if total != 0 && after.iter().any(|standing| standing.paid) {
            let expected = "how the order is paid, since it was known before";
            return Err(Invalid::new("payments_missing", expected, "none").at("payments"));
        }
        for line in &mut lines {
            *line = Paid { total: line.total, ..Paid::default() };
        }
        return Ok(lines);
    }
    // The order's total is what needs to be paid, whatever way the money goes.
    let sign = if lines.iter().map(|line| line.total).sum::<i128>() < 0 { -1 } else { 1 };
    turn(&mut lines, sign);
    settle_credit(&mut lines)?;
    let mut wanted = Vec::with_capacity(order.payments.len());
    for payment in &order.payments {
        wanted.push(sign * minor(payment.amount, order.currency)?);
    }
    for (place, &wanted) in wanted.iter().enumerate() {
        take_back(&mut lines, place, wanted)?;
    }
    for line in &mut lines {
        take_back_excess(line)?;
    }
    for (place, &wanted) in wanted.iter().enumerate() {
        let given: i128 = lines.iter().map(|line| line.payments[place]).sum();
        let needs: Vec<u128> = lines.iter().map(Paid::need).collect();
        let (parts, _) = by_place(wanted - given, &needs, Some(&needs))?;
        for (line, part) in lines.iter_mut().zip(parts) {
            line.payments[place] += part;
        }
    }
    turn(&mut lines, sign);
    Ok(lines)
}

/// What stands of every line and how it is paid, without payments that the order no longer has.
fn standing_lines(after: &[Standing<'_>], rows: &[Row<'_>], order: &CustomerOrder) -> Vec<Paid> {
    let mut lines = Vec::new();
    let mut starts = Vec::with_capacity(after.len());
    for standing in after {
        starts.push(lines.len());
        for line in &standing.lines {
            let left = |payer: Payer<'_>| {
                let own = line.paid.iter().find(|entry| entry.0 == payer);
                own.map_or(0, |entry| entry.1.left)
            };
            let payments = order.payments.iter().map(|p| left(Payer::Payment(&p.id))).collect();
            lines.push(Paid { total: 0, payments, offset: left(Payer::Offset) });
        }
    }
    for row in rows {
        if let At::Units((part, line)) | At::Kept((part, line)) = row.at {
            lines[starts[part] + line].total += row.total();
        }
    }
    lines
}

impl Row<'_> {
    /// Amount and adjustments, without taxes that are contained in them.
    pub(super) fn total(&self) -> i128 {
        let mut total = 0;
        for (figure, minor) in self.money.iter() {
            total += match figure {
                Figure::Amount => minor,
                Figure::Adjustment(column) if !column.included => minor,
                Figure::Adjustment(_) | Figure::Commission(_) | Figure::CommissionTax(_) => 0,
            };
        }
        total
    }
}

fn turn(lines: &mut [Paid], sign: i128) {
    for line in lines {
        line.total *= sign;
        line.offset *= sign;
        for payment in &mut line.payments {
            *payment *= sign;
        }
    }
}

/// Lines below zero pay for others, wholly; the others are paid by them as much.
fn settle_credit(lines: &mut [Paid]) -> Result<(), Invalid> {
    let mut credit = 0;
    for line in lines.iter_mut() {
        if line.total <= 0 {
            credit -= line.total;
            line.offset = line.total;
            line.payments.fill(0);
        } else {
            line.offset = line.offset.clamp(0, line.total);
            for payment in &mut line.payments {
                *payment = (*payment).max(0);
            }
        }
    }
    let mut change =
        credit - lines.iter().filter(|line| line.total > 0).map(|l| l.offset).sum::<i128>();
    // Credit that is gone is taken back; new credit pays first what nobody pays yet.
    let kinds: [fn(&Paid) -> i128; 2] = if change < 0 {
        [|line| line.offset, |_| 0]
    } else {
        [|line| i128::try_from(line.need()).unwrap_or(0), |line| line.total - line.offset]
    };
    for room in kinds {
        let rooms: Vec<u128> = lines
            .iter()
            .map(|line| if line.total > 0 { room(line).unsigned_abs() } else { 0 })
            .collect();
        let (parts, rest) = by_place(change, &rooms, Some(&rooms))?;
        for (line, part) in lines.iter_mut().zip(parts) {
            line.offset += part;
        }
        change = rest;
    }
    Ok(())
}

/// Brings a payment that gives less down to what it gives.
fn take_back(lines: &mut [Paid], place: usize, wanted: i128) -> Result<(), Invalid> {
    let given: i128 = lines.iter().map(|line| line.payments[place]).sum();
    let mut change = (wanted - given).min(0);
    let borne = |line: &Paid| line.payments[place].unsigned_abs();
    let kinds: [&dyn Fn(&Paid) -> u128; 2] = [&|line| borne(line).min(line.over()), &borne];
    for kind in kinds {
        let caps: Vec<u128> = lines.iter().map(kind).collect();
        let (parts, rest) = by_place(change, &caps, Some(&caps))?;
        for (line, part) in lines.iter_mut().zip(parts) {
            line.payments[place] += part;
        }
        change = rest;
    }
    Ok(())
}

fn take_back_excess(line: &mut Paid) -> Result<(), Invalid> {
    let over = i128::try_from(line.over()).unwrap_or(i128::MAX);
    let caps: Vec<u128> = line.payments.iter().map(|payment| payment.unsigned_abs()).collect();
    let (parts, _) = by_place(-over, &caps, Some(&caps))?;
    for (payment, part) in line.payments.iter_mut().zip(parts) {
        *payment += part;
    }
    Ok(())
}

//! What the operator keeps of each line.

use super::{
    Commission, CommissionBase, CustomerOrder, OrderLine,
    adjust::{too_large, weights},
    apportion::divide as divide_by,
    cells::{Cell, Entry},
    customer_check::{twice_error, unique},
    ledger::Ledger,
    minor_units::Product,
    vendors::Vendors,
};
use crate::unit::{Invalid, Rate};

/// Each line's part of the order's commissions: in column `2 · n` of the `n`th one, the tax on it in
/// the next column.
///
/// What is kept of the vendor's lines that are not given back is reckoned on all of them together and
/// then divided by what each one brings; so is, by itself, what goes back for the others.
pub(super) fn divide(
    order: &CustomerOrder,
    lines: &[&OrderLine],
    vendors: &Vendors<'_>,
    ledger: &Ledger<'_>,
) -> Result<Vec<Entry>, Invalid> {
    let commissions = &order.commissions;
    let twice =
        |place: usize| twice_error("commission", &commissions[place].id, "commissions", place);
    unique(commissions, |a, b| a.id.cmp(&b.id), twice)?;
    let mut entries = Vec::new();
    let mut bases = Vec::new();
    for (place, commission) in commissions.iter().enumerate() {
        let of_vendor = vendors.lines(&commission.vendor);
        divide_one(commission, 2 * place, (of_vendor, lines), ledger, &mut bases, &mut entries)
            .map_err(|invalid| invalid.at(format_args!("commissions[{place}]")))?;
    }
    Ok(entries)
}

fn divide_one(
    commission: &Commission,
    column: usize,
    (of_vendor, lines): (&[usize], &[&OrderLine]),
    ledger: &Ledger<'_>,
    bases: &mut Vec<u64>,
    entries: &mut Vec<Entry>,
) -> Result<(), Invalid> {
    let fixed = match commission.fixed {
        Some(fixed) => {
            let at = |invalid: Invalid| invalid.at("fixed");
            let count = ledger.minor.count(fixed).map_err(at)?;
            u64::try_from(count).map_err(|_| {
                at(Invalid::new("commission_negative", "an amount of zero or more", fixed))
            })?
        }
        None => 0,
    };
    for returned in [false, true] {
        let rows: Vec<usize> =
            of_vendor.iter().copied().filter(|&row| lines[row].returned == returned).collect();
        if rows.is_empty() {
            continue;
        }
        bases.resize(lines.len(), 0);
        for &row in &rows {
            bases[row] = match commission.base {
                // INVARIANT: the ledger refuses lines that contain more tax than they are worth.
                CommissionBase::Net => ledger.discounted[row] - ledger.included[row],
                CommissionBase::Discounted => ledger.discounted[row],
                CommissionBase::Goods => ledger.goods[row].unsigned_abs(),
            };
        }
        let base = rows.iter().map(|&row| bases[row]).sum();
        let kept = share_of(base, commission.rate, if returned { 0 } else { fixed })
            .ok_or_else(|| too_much(commission.rate, "rate"))?;
        let mut shares = Vec::new();
        let unweighted = || too_large(ledger.minor, kept.cast_signed());
        divide_by(kept, &weights(&rows, bases, lines)?, &mut shares).ok_or_else(unweighted)?;
        let mut taxes = vec![0; shares.len()];
        if let Some(rate) = commission.tax_rate {
            let tax = share_of(kept, rate, 0).ok_or_else(|| too_much(rate, "tax_rate"))?;
            if tax > 0 {
                divide_by(tax, &shares, &mut taxes).ok_or_else(unweighted)?;
            }
        }
        for (&row, (share, tax)) in rows.iter().zip(shares.into_iter().zip(taxes)) {
            for (column, size) in [(column, share), (column + 1, tax)] {
                if size > 0 {
                    let amount = size.cast_signed();
                    let amount = if returned { -amount } else { amount };
                    entries.push(Entry { row, cell: Cell { column, amount } });
                }
            }
        }
    }
    Ok(())
}

/// A share, rounded half up, and what is added to it; none when it has more than 63 bits.
fn share_of(base: u64, rate: Rate, fixed: u64) -> Option<u64> {
    let share = Product::of(base, rate)?.rounded_half_up()?.checked_add(fixed)?;
    (share <= i64::MAX.unsigned_abs()).then_some(share)
}

fn too_much(rate: Rate, field: &'static str) -> Invalid {
    Invalid::new("money_too_large", "a rate whose product with its base has 63 bits", rate)
        .at(field)
}

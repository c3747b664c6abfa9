//! The documents of a revision.

use super::{
    Change, PaidSaleOrder, Revision,
    payments::Paid,
    quantity,
    rows::{At, Figure, Row},
    vendor_before,
};
use crate::{
    order::{
        AmendedLine, AmendedPayments, Amendment, CustomerOrder, OrderError, OrderLine,
        PaymentShare, Placed, Refund, SaleOrder, SaleOrderLine, Share, SplitRules,
        placed::{Column, Tally},
        refund::{commission_shares, payment_shares as drawn_shares, shares, unless_zero},
        split,
        standing::{Payer, Standing},
        units::part_of_units,
    },
    unit::{CommissionId, Currency, Exact, Invalid, Money, PaymentId, Quantity, sort_by},
};
use rust_decimal::Decimal;

/// The added units as sale orders, divided by the rules, nobody paying yet.
pub(super) fn added(
    rows: &[Row<'_>],
    edited: &CustomerOrder,
    given: &CustomerOrder,
    change: &Change,
    rules: &SplitRules,
) -> Result<Vec<SaleOrder>, OrderError> {
    let own: Vec<&Row<'_>> = rows.iter().filter(|row| matches!(row.at, At::Added(_))).collect();
    if own.is_empty() {
        return Ok(Vec::new());
    }
    // Goods alone say how units are divided; what else they carry is then cut as they are.
    let mut lines = Vec::with_capacity(own.len());
    for (units, row) in change.added.iter().zip(&own) {
        let line = &edited.lines[units.line];
        let on_hand = line.on_hand.map(|on_hand| {
            let rest = on_hand.amount().minus(units.from).max(Decimal::ZERO);
            Quantity::new(rest, on_hand.unit())
        });
        lines.push(OrderLine {
            quantity: quantity(line, units.quantity),
            amount: Money::from_minor_units(row.money.of(&Figure::Amount), edited.currency)?,
            adjustments: Vec::new(),
            on_hand,
            ..line.clone()
        });
    }
    let goods = CustomerOrder {
        revision: edited.revision,
        ..CustomerOrder::new(edited.id.clone(), edited.currency, lines)
    };
    let mut parts =
        split(&goods, &SplitRules { vendors: <_>::default(), ..rules.clone() })?.sale_orders;
    let mut cut: Vec<Decimal> = vec![Decimal::ZERO; own.len()];
    for part in &mut parts {
        let mut sums = Sums::default();
        for line in &mut part.lines {
            // INVARIANT: the added units are in order of their lines' names, which are unique.
            let place = change
                .added
                .binary_search_by(|units| edited.lines[units.line].id.cmp(&line.id))
                .unwrap_or_default();
            let units = &change.added[place];
            let to = cut[place].plus(line.quantity.amount());
            let money = piece(own[place], cut[place], to, units.quantity)?;
            cut[place] = to;
            line.vendor_before = vendor_before(
                given.lines[units.line].vendor.as_ref(),
                edited.lines[units.line].vendor.as_ref(),
            );
            money.write(line, edited)?;
            sums.add(&money);
        }
        sums.write_part(part, edited)?;
    }
    Ok(parts)
}

/// Amounts by what they are.
#[derive(Default)]
struct Sums<'a> {
    amount: i128,
    adjustments: Tally<Column<'a>>,
    commissions: Tally<&'a CommissionId>,
    taxes: Tally<&'a CommissionId>,
}

/// A part of a row's money.
fn piece<'a>(row: &Row<'a>, from: Decimal, to: Decimal, of: Decimal) -> Result<Sums<'a>, Invalid> {
    let mut sums = Sums::default();
    for (&figure, minor) in row.money.iter() {
        sums.enter(figure, part_of_units(minor, from, to, of)?);
    }
    Ok(sums)
}

impl<'a> Sums<'a> {
    fn enter(&mut self, figure: Figure<'a>, minor: i128) {
        match figure {
            Figure::Amount => self.amount += minor,
            Figure::Adjustment(column) => self.adjustments.add(column, minor),
            Figure::Commission(id) => self.commissions.add(id, minor),
            Figure::CommissionTax(id) => self.taxes.add(id, minor),
        }
    }

    fn add(&mut self, other: &Self) {
        self.amount += other.amount;
        self.adjustments.add_all(&other.adjustments);
        self.commissions.add_all(&other.commissions);
        self.taxes.add_all(&other.taxes);
    }

    fn total(&self) -> i128 {
        let added = self.adjustments.iter().filter(|(column, _)| !column.included);
        self.amount + added.map(|(_, minor)| minor).sum::<i128>()
    }

    /// Lines' own adjustments in order of their names, then the order's in their sequence.
    fn shares(&self, order: &CustomerOrder) -> Result<Vec<Share>, Invalid> {
        let rank = |share: &Share| {
            order.adjustments.iter().position(|adjustment| adjustment.id == share.id)
        };
        let mut shares = shares(&self.adjustments, order.currency)?;
        sort_by(&mut shares, |a, b| match (rank(a), rank(b)) {
            (None, None) => a.id.cmp(&b.id),
            (a, b) => a.cmp(&b),
        });
        Ok(shares)
    }

    fn write(&self, line: &mut SaleOrderLine, order: &CustomerOrder) -> Result<(), Invalid> {
        line.amount = Money::from_minor_units(self.amount, order.currency)?;
        line.adjustments = self.shares(order)?;
        line.total = Money::from_minor_units(self.total(), order.currency)?;
        line.commissions = commission_shares(&self.commissions, &self.taxes, order.currency)?;
        Ok(())
    }

    fn write_part(&self, part: &mut SaleOrder, order: &CustomerOrder) -> Result<(), Invalid> {
        part.goods = Money::from_minor_units(self.amount, order.currency)?;
        part.adjustments = self.shares(order)?;
        part.total = Money::from_minor_units(self.total(), order.currency)?;
        part.commissions = commission_shares(&self.commissions, &self.taxes, order.currency)?;
        Ok(())
    }
}

/// Everything that a revision says.
pub(super) struct Parts<'p, 'a> {
    pub(super) placed: &'p Placed,
    pub(super) before: &'p [Standing<'a>],
    pub(super) after: &'p [Standing<'a>],
    pub(super) rows: Vec<Row<'a>>,
    pub(super) added: Vec<SaleOrder>,
    pub(super) paid: Vec<Paid>,
    pub(super) refunds: Vec<Refund>,
    pub(super) order: &'p CustomerOrder,
    pub(super) unapplied: Vec<Share>,
}

pub(super) fn revision(parts: Parts<'_, '_>) -> Result<Revision, Invalid> {
    let Parts { placed, before, after, rows, mut added, paid, refunds, order, unapplied } = parts;
    let mut paid = paid.into_iter();
    let mut amendments = Vec::new();
    let mut payments = Vec::new();
    let mut balance = balance(before, order);
    for (place, standing) in after.iter().enumerate() {
        let own: Vec<Paid> = paid.by_ref().take(standing.lines.len()).collect();
        let amendment = amendment(place, standing, &rows, &own, order)?;
        for line in &own {
            for (share, minor) in order.payments.iter().zip(&line.payments) {
                balance.add(&share.id, *minor);
            }
        }
        if !amendment.payments.is_empty()
            || refunds.iter().any(|r| r.sale_order == amendment.sale_order)
        {
            payments.push(paid_sale_order(standing.order, &own, order)?);
        }
        if !(amendment.lines.is_empty() && amendment.payments.is_empty()) {
            amendments.push(amendment);
        }
    }
    for part in &mut added {
        let own: Vec<Paid> = paid.by_ref().take(part.lines.len()).collect();
        for (line, own) in part.lines.iter_mut().zip(&own) {
            line.payments = payment_shares(&own.payments, order)?;
            line.offset = unless_zero(own.offset, order.currency)?;
            for (share, minor) in order.payments.iter().zip(&own.payments) {
                balance.add(&share.id, *minor);
            }
        }
        let all = paid_sale_order(part, &own, order)?;
        part.payments.clone_from(&all.payments);
        part.offset = all.offset;
        if !order.payments.is_empty() {
            payments.push(all);
        }
    }
    let mut next = placed.clone();
    next.sale_orders.extend(added.iter().cloned());
    next.refunds.extend(refunds.iter().cloned());
    next.amendments.extend(amendments.iter().cloned());
    Ok(Revision {
        order: order.id.clone(),
        revision: order.revision,
        currency: order.currency,
        sale_orders: added,
        refunds,
        amendments,
        unapplied,
        payments,
        balance: balance
            .iter()
            .map(|(id, minor)| {
                let amount = Money::from_minor_units(minor, order.currency)?;
                Ok(PaymentShare { id: (*id).clone(), amount })
            })
            .collect::<Result<_, Invalid>>()?,
        placed: next,
    })
}

/// What every payment paid before, as what it owes, in the sequence of the order.
fn balance<'a>(before: &[Standing<'a>], order: &'a CustomerOrder) -> Tally<&'a PaymentId> {
    let mut balance = Tally::default();
    for payment in &order.payments {
        balance.add(&payment.id, 0);
    }
    for (payer, drawn) in before.iter().flat_map(|part| &part.lines).flat_map(|line| &line.paid) {
        if let Payer::Payment(id) = payer {
            balance.add(*id, -drawn.left);
        }
    }
    balance
}

/// What changes of a sale order that stays.
fn amendment(
    place: usize,
    standing: &Standing<'_>,
    rows: &[Row<'_>],
    paid: &[Paid],
    order: &CustomerOrder,
) -> Result<Amendment, Invalid> {
    let mut lines = Vec::new();
    let mut total = 0;
    // INVARIANT: rows of sale orders come in the sequence of the sale orders, added ones last.
    let first = rows.partition_point(|row| part_of(row) < place);
    for row in rows[first..].iter().take_while(|row| part_of(row) == place) {
        let (At::Units((_, line)) | At::Kept((_, line))) = row.at else { continue };
        let mut change = Sums::default();
        for (&figure, minor) in row.money.iter() {
            change.enter(figure, minor);
        }
        for (&figure, minor) in row.before.iter() {
            change.enter(figure, -minor);
        }
        let line = standing.lines[line].line;
        let amended = AmendedLine {
            line: line.id.clone(),
            quantity: Quantity::new(row.quantity.normalize(), line.quantity.unit()),
            amount: Money::from_minor_units(change.amount, order.currency)?,
            adjustments: change.shares(order)?,
            total: Money::from_minor_units(change.total(), order.currency)?,
            commissions: commission_shares(&change.commissions, &change.taxes, order.currency)?,
        };
        let nothing = amended.amount.is_zero()
            && amended.adjustments.is_empty()
            && amended.commissions.is_empty();
        if !nothing {
            total += change.total();
            lines.push(amended);
        }
    }
    let mut payments = Vec::new();
    for (line, own) in standing.lines.iter().zip(paid) {
        let mut change: Tally<Payer<'_>> = Tally::default();
        for (share, minor) in order.payments.iter().zip(&own.payments) {
            change.add(Payer::Payment(&share.id), *minor);
        }
        change.add(Payer::Offset, own.offset);
        for (payer, drawn) in &line.paid {
            change.add(*payer, -drawn.left);
        }
        if change.iter().next().is_some() {
            payments.push(AmendedPayments {
                line: line.line.id.clone(),
                payments: payer_shares(&change, order.currency)?,
                offset: unless_zero(change.of(&Payer::Offset), order.currency)?,
            });
        }
    }
    Ok(Amendment {
        sale_order: standing.order.id.clone(),
        revision: order.revision,
        currency: order.currency,
        lines,
        total: Money::from_minor_units(total, order.currency)?,
        payments,
    })
}

/// The sale order of a row, by place.
fn part_of(row: &Row<'_>) -> usize {
    match row.at {
        At::Units((part, _)) | At::Kept((part, _)) => part,
        At::Added(_) => usize::MAX,
    }
}

fn paid_sale_order(
    part: &SaleOrder,
    lines: &[Paid],
    order: &CustomerOrder,
) -> Result<PaidSaleOrder, Invalid> {
    let mut sums = vec![0; order.payments.len()];
    for line in lines {
        for (sum, minor) in sums.iter_mut().zip(&line.payments) {
            *sum += minor;
        }
    }
    let offset = lines.iter().map(|line| line.offset).sum();
    Ok(PaidSaleOrder {
        sale_order: part.id.clone(),
        payments: payment_shares(&sums, order)?,
        offset: unless_zero(offset, order.currency)?,
    })
}

/// Shares of the order's payments, in their sequence.
fn payment_shares(minor: &[i128], order: &CustomerOrder) -> Result<Vec<PaymentShare>, Invalid> {
    let mut shares = Vec::new();
    for (payment, &minor) in order.payments.iter().zip(minor) {
        if minor != 0 {
            let amount = Money::from_minor_units(minor, order.currency)?;
            shares.push(PaymentShare { id: payment.id.clone(), amount });
        }
    }
    Ok(shares)
}

fn payer_shares(
    change: &Tally<Payer<'_>>,
    currency: Currency,
) -> Result<Vec<PaymentShare>, Invalid> {
    let drawn: Vec<_> = change.iter().map(|(&payer, minor)| (payer, minor)).collect();
    drawn_shares(&drawn, currency)
}

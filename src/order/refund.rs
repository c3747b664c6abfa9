//! What a cancellation or a return gives back: its own share, and nobody else's.

use super::{
    AdjustmentKind, CommissionShare, OrderError, PaymentShare, Placed, SaleOrder, Share,
    apportion::by_place,
    placed::{Column, Tally},
    standing::{Drawn, Payer, Standing, StandingLine, Units},
};
use crate::unit::{CommissionId, Currency, Invalid, LineId, Money, Quantity, SaleOrderId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What shall be given back of a sale order.
///
/// Charges are a matter of the shop's terms and of law, so there is no default for them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RefundRequest {
    /// Which goods.
    pub what: RefundScope,
    /// Whether their part of shipping charges is given back, with the taxes and discounts on it.
    pub shipping: ChargePolicy,
    /// The same for their part of other fees.
    pub fees: ChargePolicy,
}

/// Which goods are given back.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum RefundScope {
    /// What is left of one line.
    Line {
        /// The line.
        line: LineId,
    },
    /// Some units of a line.
    Units {
        /// The line.
        line: LineId,
        /// How many; at most what is left.
        quantity: Quantity,
    },
    /// What is left of the whole sale order.
    SaleOrder {},
}

/// What happens to the charges on goods that are given back.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ChargePolicy {
    /// The goods' part goes back with them.
    GiveBack,
    /// The goods' part stays paid. What is kept is kept: a later refund gives back the part of its
    /// own units alone.
    Keep,
}

/// What is given back of a sale order.
///
/// Amounts have the signs that they have in the sale order, so that what stands is the sale order
/// without its refunds: a discount is below zero here too, and undoing a return asks the customer for
/// the money again with a total below zero.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Refund {
    /// Of what.
    pub sale_order: SaleOrderId,
    /// Counts the refunds of the sale order, from 1. With the sale order it names the refund: asking
    /// again with the same earlier refunds gives the same name and the same figures.
    pub number: u32,
    /// Of every amount.
    pub currency: Currency,
    /// The lines, in the sequence of the sale order.
    pub lines: Vec<RefundLine>,
    /// Sum of the lines' amounts before adjustments.
    pub goods: Money,
    /// What is given back of each adjustment, in the sequence of the sale order; parts of zero are
    /// left out.
    pub adjustments: Vec<Share>,
    /// What is kept of charges, by the request's policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub kept: Vec<Share>,
    /// Goods and adjustments given back, without taxes that are contained in them.
    pub total: Money,
    /// What goes back to each payment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub payments: Vec<PaymentShare>,
    /// What lines given back had paid of it: the customer's credit again, to be paid out or credited
    /// as agreed, for no payment holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub offset: Option<Money>,
    /// What rounding leaves to a later refund, since a payment never gives back more than it gave
    /// and never takes. Total is payments, offset and this, where payments are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub rounding: Option<Money>,
    /// What the operator gives back of each commission.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub commissions: Vec<CommissionShare>,
}

/// What is given back of one line.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RefundLine {
    /// The line.
    pub line: LineId,
    /// How much of it.
    pub quantity: Quantity,
    /// The amount before adjustments.
    pub amount: Money,
    /// What is given back of each adjustment; parts of zero are left out.
    pub adjustments: Vec<Share>,
    /// What is kept of charges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub kept: Vec<Share>,
    /// Amount and adjustments given back, without taxes that are contained in them.
    pub total: Money,
    /// What goes back to each payment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub payments: Vec<PaymentShare>,
    /// What lines given back had paid of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub offset: Option<Money>,
    /// What rounding leaves to a later refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub rounding: Option<Money>,
    /// What the operator gives back of each commission.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub commissions: Vec<CommissionShare>,
}

/// What a cancellation or return of some goods of a sale order gives back, after earlier refunds of
/// it, which are given in their sequence.
///
/// Nothing is priced again: every column of a line gives its own part of the units, by rounding
/// what the first units get together, so that refunds in whatever steps end at exactly the line's
/// amounts, and no other line changes. The total is drawn from what the line's payments have left,
/// in proportion, so that in the end every payment has given back what it gave; where a charge is
/// kept, they keep as much.
///
/// Use [`Placed::refund`] where later revisions have amended the sale order.
///
/// # Errors
///
/// `quantity_above_rest` when more is asked than is left; when the line is unknown, the earlier
/// refunds are not all the sale order's in their sequence, or `charge_unknown` when policies differ
/// and a tax or discount follows a charge of which this sale order has no part.
///
/// ```
/// use replenish::order::{
///     ChargePolicy, CustomerOrder, RefundRequest, RefundScope, SplitRules, refund, split,
/// };
/// let order: CustomerOrder = serde_json::from_str(r#"{
///     "id": "1001", "revision": 1, "currency": "EUR",
///     "lines": [{"id": "1", "sku": "apple", "quantity": "3 each", "amount": "10.00 EUR"}]
/// }"#)?;
/// let sale_order = &split(&order, &SplitRules::default())?.sale_orders[0];
/// let one = RefundRequest {
///     what: RefundScope::Units { line: "1".parse()?, quantity: "1 each".parse()? },
///     shipping: ChargePolicy::Keep,
///     fees: ChargePolicy::Keep,
/// };
/// let mut refunds = Vec::new();
/// for expected in ["3.33 EUR", "3.34 EUR", "3.33 EUR"] {
///     let next = refund(sale_order, &refunds, &one)?;
///     assert_eq!(next.total.to_string(), expected);
///     refunds.push(next);
/// }
/// assert_eq!(refund(sale_order, &refunds, &one).unwrap_err().code(), "quantity_above_rest");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn refund(
    order: &SaleOrder,
    earlier: &[Refund],
    request: &RefundRequest,
) -> Result<Refund, OrderError> {
    let earlier: Vec<&Refund> = earlier.iter().collect();
    Ok(asked(&Standing::new(order, &[], &earlier)?, request)?)
}

impl Placed {
    /// [`refund`] of what refunds and amendments have left of a sale order.
    ///
    /// # Errors
    ///
    /// Those of [`refund`], or when there is no such sale order.
    pub fn refund(
        &self,
        sale_order: &SaleOrderId,
        request: &RefundRequest,
    ) -> Result<Refund, OrderError> {
        let order = self.sale_orders.iter().find(|order| order.id == *sale_order);
        let order = order.ok_or_else(|| {
            Invalid::new("sale_order_unknown", "the name of a sale order", sale_order)
        })?;
        let amendments: Vec<_> =
            self.amendments.iter().filter(|amendment| amendment.sale_order == order.id).collect();
        let refunds: Vec<_> =
            self.refunds.iter().filter(|refund| refund.sale_order == order.id).collect();
        Ok(asked(&Standing::new(order, &amendments, &refunds)?, request)?)
    }
}

fn asked(standing: &Standing<'_>, request: &RefundRequest) -> Result<Refund, Invalid> {
    let wanted =
        wanted(standing, &request.what).map_err(|invalid| invalid.at("what").at("request"))?;
    let policies = (request.shipping, request.fees);
    let keeps = |column: Column<'_>| keeps(standing, policies, column).map_err(|i| i.at("request"));
    give_back(standing, &wanted, &keeps)
}

/// The lines and how much of them.
fn wanted(standing: &Standing<'_>, what: &RefundScope) -> Result<Vec<(usize, Decimal)>, Invalid> {
    let nothing_left =
        |name: &dyn std::fmt::Display| Invalid::new("quantity_above_rest", "something left", name);
    match what {
        RefundScope::Line { line } => {
            let place = standing.find(line)?;
            let found = &standing.lines[place];
            if found.ended {
                return Err(nothing_left(line).at("line"));
            }
            Ok(vec![(place, found.left())])
        }
        RefundScope::Units { line, quantity } => {
            let place = standing.find(line)?;
            let found = &standing.lines[place];
            let exact = quantity.to(found.line.quantity.unit()).map_err(|i| i.at("quantity"))?;
            if exact.is_zero() || exact.is_negative() {
                let expected = "a quantity above zero";
                let invalid = Invalid::new("quantity_not_positive", expected, quantity);
                return Err(invalid.at("quantity"));
            }
            if exact.amount() > found.left() {
                let rest = Quantity::new(found.left(), found.line.quantity.unit());
                let expected = format!("at most what is left of the line, {rest}");
                let invalid = Invalid::new("quantity_above_rest", expected, quantity);
                return Err(invalid.at("quantity"));
            }
            Ok(vec![(place, exact.amount())])
        }
        RefundScope::SaleOrder {} => {
            let lines = standing.lines.iter().enumerate();
            let wanted: Vec<_> = lines
                .filter(|(_, line)| !line.ended)
                .map(|(place, line)| (place, line.left()))
                .collect();
            if wanted.is_empty() { Err(nothing_left(&standing.order.id)) } else { Ok(wanted) }
        }
    }
}

/// Whether the policies for shipping and for fees keep a column.
pub(super) fn keeps(
    standing: &Standing<'_>,
    (shipping, fees): (ChargePolicy, ChargePolicy),
    column: Column<'_>,
) -> Result<bool, Invalid> {
    let charge = match (column.kind, column.follows) {
        (AdjustmentKind::Shipping | AdjustmentKind::Fee, _) => Some(column.kind),
        (AdjustmentKind::Discount | AdjustmentKind::Tax, None) => return Ok(false),
        (AdjustmentKind::Discount | AdjustmentKind::Tax, Some(charge)) => standing.kind_of(charge),
    };
    let policy = match charge {
        Some(AdjustmentKind::Shipping) => shipping,
        Some(AdjustmentKind::Fee) => fees,
        // Of a charge so small that its unit here has none of it, only its name is known.
        None if shipping == fees => fees,
        Some(AdjustmentKind::Discount | AdjustmentKind::Tax) | None => {
            let expected = "one policy for all charges, since the sale order does not say what \
                            kind of charge is followed";
            return Err(Invalid::new("charge_unknown", expected, column.id));
        }
    };
    Ok(policy == ChargePolicy::Keep)
}

/// Gives back units of lines, which are in the sequence of the sale order, without the columns that
/// are kept.
pub(super) fn give_back<'a>(
    standing: &Standing<'a>,
    wanted: &[(usize, Decimal)],
    keeps: &dyn Fn(Column<'_>) -> Result<bool, Invalid>,
) -> Result<Refund, Invalid> {
    let currency = standing.order.currency;
    let mut lines = Vec::with_capacity(wanted.len());
    let mut sums = Sums::of(standing.order);
    for &(place, quantity) in wanted {
        let line = &standing.lines[place];
        let units = line.next_units(quantity, standing.order)?;
        let mut given = Tally::default();
        let mut kept = Tally::default();
        let mut total = units.amount;
        for (&column, minor) in units.adjustments.iter() {
            if keeps(column)? {
                kept.add(column, minor);
            } else {
                given.add(column, minor);
                total += if column.included { 0 } else { minor };
            }
        }
        let drawn = if standing.paid { draw(line, total)? } else { Vec::new() };
        let rounding =
            if standing.paid { total - drawn.iter().map(|drawn| drawn.1).sum::<i128>() } else { 0 };
        sums.add(&units, &given, &kept, &drawn);
        sums.total += total;
        sums.rounding += rounding;
        lines.push(RefundLine {
            line: line.line.id.clone(),
            quantity: Quantity::new(quantity.normalize(), line.line.quantity.unit()),
            amount: Money::from_minor_units(units.amount, currency)?,
            adjustments: shares(&given, currency)?,
            kept: shares(&kept, currency)?,
            total: Money::from_minor_units(total, currency)?,
            payments: payment_shares(&drawn, currency)?,
            offset: offset(&drawn, currency)?,
            rounding: unless_zero(rounding, currency)?,
            commissions: commission_shares(&units.commissions, &units.commission_taxes, currency)?,
        });
    }
    let drawn: Vec<_> = sums.drawn.iter().map(|(&payer, minor)| (payer, minor)).collect();
    Ok(Refund {
        sale_order: standing.order.id.clone(),
        number: standing.refunds + 1,
        currency,
        lines,
        goods: Money::from_minor_units(sums.goods, currency)?,
        adjustments: shares(&sums.given, currency)?,
        kept: shares(&sums.kept, currency)?,
        total: Money::from_minor_units(sums.total, currency)?,
        payments: payment_shares(&drawn, currency)?,
        offset: offset(&drawn, currency)?,
        rounding: unless_zero(sums.rounding, currency)?,
        commissions: commission_shares(&sums.commissions, &sums.commission_taxes, currency)?,
    })
}

/// What goes back to whom: in proportion to what each still pays of the line, and never more. Of
/// a total that goes the other way, which only rounding brings about, what refunds gave back before.
fn draw<'a>(line: &StandingLine<'a>, total: i128) -> Result<Vec<(Payer<'a>, i128)>, Invalid> {
    let sum = |of: fn(&Drawn) -> i128| line.paid.iter().map(|entry| of(&entry.1)).sum::<i128>();
    let (left, refunded) = (sum(|drawn| drawn.left), sum(|drawn| drawn.refunded));
    // What payments hold beyond what stands is what rounding left to this refund.
    let wanted = total + left - line.stands.total();
    let (least, most) = (left.min(-refunded), left.max(-refunded));
    let wanted = wanted.clamp(least, most);
    let from_left = (wanted < 0) == (left + refunded < 0);
    let weight = |drawn: &Drawn| if from_left { drawn.left } else { drawn.refunded };
    let weights: Vec<u128> =
        line.paid.iter().map(|entry| weight(&entry.1).unsigned_abs()).collect();
    let (parts, _) = by_place(wanted, &weights, Some(&weights))?;
    Ok(line.paid.iter().map(|entry| entry.0).zip(parts).collect())
}

/// Sums over the lines of a refund.
struct Sums<'a> {
    goods: i128,
    total: i128,
    rounding: i128,
    given: Tally<Column<'a>>,
    kept: Tally<Column<'a>>,
    drawn: Tally<Payer<'a>>,
    commissions: Tally<&'a CommissionId>,
    commission_taxes: Tally<&'a CommissionId>,
}

impl<'a> Sums<'a> {
    /// Nothing yet, in the sequences of the sale order.
    fn of(order: &'a SaleOrder) -> Self {
        let mut sums = Self {
            goods: 0,
            total: 0,
            rounding: 0,
            given: Tally::default(),
            kept: Tally::default(),
            drawn: Tally::default(),
            commissions: Tally::default(),
            commission_taxes: Tally::default(),
        };
        for share in &order.adjustments {
            sums.given.add(Column::from(share), 0);
            sums.kept.add(Column::from(share), 0);
        }
        for share in &order.payments {
            sums.drawn.add(Payer::Payment(&share.id), 0);
        }
        for share in &order.commissions {
            sums.commissions.add(&share.id, 0);
        }
        sums
    }

    fn add(
        &mut self,
        units: &Units<'a>,
        given: &Tally<Column<'a>>,
        kept: &Tally<Column<'a>>,
        drawn: &[(Payer<'a>, i128)],
    ) {
        self.goods += units.amount;
        self.given.add_all(given);
        self.kept.add_all(kept);
        self.commissions.add_all(&units.commissions);
        self.commission_taxes.add_all(&units.commission_taxes);
        for &(payer, minor) in drawn {
            self.drawn.add(payer, minor);
        }
    }
}

pub(super) fn shares(tally: &Tally<Column<'_>>, currency: Currency) -> Result<Vec<Share>, Invalid> {
    tally.iter().map(|(column, minor)| column.share(minor, currency)).collect()
}

pub(super) fn commission_shares(
    amounts: &Tally<&CommissionId>,
    taxes: &Tally<&CommissionId>,
    currency: Currency,
) -> Result<Vec<CommissionShare>, Invalid> {
    // Rounding can leave units with a tax on nothing.
    let mut all = amounts.clone();
    for (id, _) in taxes.iter() {
        all.add(*id, 0);
    }
    let mut shares = Vec::new();
    for id in all.keys() {
        let (amount, tax) = (amounts.of(id), taxes.of(id));
        if amount != 0 || tax != 0 {
            let amount = Money::from_minor_units(amount, currency)?;
            shares.push(CommissionShare {
                id: (*id).clone(),
                amount,
                tax: unless_zero(tax, currency)?,
            });
        }
    }
    Ok(shares)
}

pub(super) fn payment_shares(
    drawn: &[(Payer<'_>, i128)],
    currency: Currency,
) -> Result<Vec<PaymentShare>, Invalid> {
    let mut shares = Vec::new();
    for &(payer, minor) in drawn {
        if let Payer::Payment(id) = payer
            && minor != 0
        {
            let amount = Money::from_minor_units(minor, currency)?;
            shares.push(PaymentShare { id: id.clone(), amount });
        }
    }
    Ok(shares)
}

pub(super) fn offset(
    drawn: &[(Payer<'_>, i128)],
    currency: Currency,
) -> Result<Option<Money>, Invalid> {
    let part = drawn.iter().find(|entry| entry.0 == Payer::Offset);
    unless_zero(part.map_or(0, |entry| entry.1), currency)
}

pub(super) fn unless_zero(minor: i128, currency: Currency) -> Result<Option<Money>, Invalid> {
    if minor == 0 { Ok(None) } else { Money::from_minor_units(minor, currency).map(Some) }
}

#[cfg(test)]
#[path = "refund_tests.rs"]
mod tests;

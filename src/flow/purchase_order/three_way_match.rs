//! Do order, goods and invoice agree: the check before a supplier's invoice is paid.
//!
//! As accounts payable does it (Microsoft Dynamics 365 Finance, *Accounts payable invoice matching
//! overview*: three-way, price-total and invoice-total matching; Infor, *Defining match tolerances*):
//! the invoiced quantity is held against the quantity received, the invoiced amount against the
//! ordered price for that quantity, the total against what it should be. Credit notes are deducted
//! first. All figures are cumulative, so partial deliveries and invoices need no pairing.

use super::{
    facts::{Facts, LineFact},
    limit::{Limit, share_covers},
    ordered_line::OrderedLine,
};
use crate::unit::{Exact, LineId, Money, Quantity, Rate, Rounding};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How far order, goods and invoice may disagree; by default not at all.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct MatchTolerance {
    /// Share of a line's ordered quantity by which more may come.
    pub over_delivery: Rate,
    /// Share of a line's ordered quantity that may be missing and nobody waits for it.
    pub under_delivery: Rate,
    /// Share of a line's received quantity by which the invoice may be off.
    pub invoiced_quantity: Rate,
    /// Difference of a line's invoiced amount, and of freight and charges.
    pub price: Limit,
    /// Difference of all invoiced amounts together, in the order's currency; absent when only the
    /// lines count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rate | null"))]
    pub total: Option<Rate>,
}

/// Whether goods are still awaited.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// What is missing will come.
    Open,
    /// What is missing was given up: the order counts as far as goods have come.
    Closed,
}

/// What holding order, goods and invoice against each other gave.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// In a word.
    pub outcome: MatchOutcome,
    /// Every difference, in order of the lines, those of the whole order last.
    pub differences: Vec<MatchDifference>,
}

/// Whether order, goods and invoice agree.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum MatchOutcome {
    /// Everything has come and is invoiced as it should be.
    Matched,
    /// Something is still to come, and nothing is wrong so far.
    MatchesSoFar,
    /// Something is wrong.
    Mismatch,
}

/// One difference between order, goods and invoice.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct MatchDifference {
    /// The line; absent when it concerns the whole order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// What disagrees.
    pub disagreement: Disagreement,
    /// What follows from it.
    pub bearing: Bearing,
}

/// What follows from a difference.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Bearing {
    /// Nothing.
    Tolerated,
    /// It may go away with what is still to come.
    Open,
    /// A person has to decide.
    Beyond,
}

/// What can disagree.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Disagreement {
    /// More has come than was ordered.
    OverDelivered {
        /// The ordered quantity.
        ordered: Quantity,
        /// What has come.
        received: Quantity,
    },
    /// Less has come than was ordered.
    UnderDelivered {
        /// The ordered quantity.
        ordered: Quantity,
        /// What has come.
        received: Quantity,
    },
    /// Invoiced, and nothing has come.
    InvoicedBeforeGoods {
        /// What is invoiced less what is credited.
        invoiced: Quantity,
    },
    /// More is invoiced than has come.
    InvoicedMore {
        /// What has come.
        received: Quantity,
        /// What is invoiced less what is credited.
        invoiced: Quantity,
    },
    /// Less is invoiced than has come.
    InvoicedLess {
        /// What has come.
        received: Quantity,
        /// What is invoiced less what is credited.
        invoiced: Quantity,
    },
    /// More is credited than was invoiced.
    CreditedMore {
        /// What was invoiced.
        invoiced: Quantity,
        /// What is credited.
        credited: Quantity,
    },
    /// The invoiced quantity costs something else than ordered.
    Price {
        /// The ordered price of the invoiced quantity, rounded half up to the minor unit.
        expected: Money,
        /// What is invoiced less what is credited.
        invoiced: Money,
    },
    /// Freight and charges cost something else than ordered.
    Charges {
        /// The ordered ones.
        ordered: Money,
        /// What is invoiced.
        invoiced: Money,
    },
    /// All invoices together are off.
    Total {
        /// What the invoiced quantities and charges should cost.
        expected: Money,
        /// What is invoiced less what is credited.
        invoiced: Money,
    },
    /// The supplier names a line that is none of the order's.
    UnknownLine {},
}

/// Holds order, goods and invoice against each other; `charges` is what the order expects for freight
/// and charges.
///
/// ```
/// use replenish::flow::{
///     Delivery, Facts, MatchOutcome, MatchTolerance, OrderedLine, SupplierFact, three_way_match,
/// };
/// let lines = [OrderedLine {
///     line: "1".parse()?,
///     quantity: "10 each".parse()?,
///     unit_price: "2 EUR".parse()?,
///     amount: "20 EUR".parse()?,
///     requested: "2026-12-01".parse()?,
///     given_up: None,
///     back_order: None,
/// }];
/// let mut outcomes = Vec::new();
/// let mut facts = Facts::default();
/// for text in [
///     r#"{"event_id": "a", "lines": [{"line": "1", "received": "6 each"}]}"#,
///     r#"{"event_id": "b", "lines": [{"line": "1", "received": "10 each"}]}"#,
///     r#"{"event_id": "c", "lines": [{"line": "1", "invoiced": "10 each", "invoiced_amount": "20 EUR"}]}"#,
///     r#"{"event_id": "d", "lines": [{"line": "1", "invoiced_amount": "21 EUR"}]}"#,
/// ] {
///     facts.merge(&serde_json::from_str::<SupplierFact>(text)?, &lines)?;
///     let tolerance = MatchTolerance::default();
///     outcomes.push(three_way_match(&lines, None, &facts, Delivery::Open, &tolerance).outcome);
/// }
/// use MatchOutcome::{Matched, MatchesSoFar, Mismatch};
/// assert_eq!(outcomes, [MatchesSoFar, MatchesSoFar, Matched, Mismatch]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn three_way_match(
    ordered: &[OrderedLine],
    charges: Option<Money>,
    facts: &Facts,
    delivery: Delivery,
    tolerance: &MatchTolerance,
) -> Match {
    let mut differences = Vec::new();
    let mut totals: Option<(Money, Money)> = None;
    for line in ordered {
        let figures = Figures::of(line, &facts.line(&line.line));
        let found = [
            figures.of_delivery(delivery, tolerance),
            figures.of_invoice(delivery, tolerance),
            figures.of_price(tolerance),
        ];
        for (disagreement, bearing) in found.into_iter().flatten() {
            differences.push(MatchDifference {
                line: Some(line.line.clone()),
                disagreement,
                bearing,
            });
        }
        let (expected, invoiced) = totals.unwrap_or((zero(figures.expected), zero(figures.amount)));
        totals = Some((add(expected, figures.expected), add(invoiced, figures.amount)));
    }
    let whole = |(disagreement, bearing)| MatchDifference { line: None, disagreement, bearing };
    if let Some((expected, invoiced)) = totals {
        let agreed = charges.unwrap_or(zero(expected));
        let charged = facts.charges().unwrap_or(zero(expected));
        differences.extend(of_charges(agreed, charged, tolerance).map(whole));
        // Charges that were waived, or are not invoiced yet, make up for nothing.
        let due = if charged.amount() < agreed.amount() { charged } else { agreed };
        let found = of_total(add(expected, due), add(invoiced, charged), tolerance);
        differences.extend(found.map(whole));
    }
    for line in facts.strange() {
        let (disagreement, bearing) = (Disagreement::UnknownLine {}, Bearing::Beyond);
        differences.push(MatchDifference { line: Some(line.clone()), disagreement, bearing });
    }
    let outcome = match differences.iter().map(|difference| difference.bearing).max() {
        Some(Bearing::Beyond) => MatchOutcome::Mismatch,
        Some(Bearing::Open) => MatchOutcome::MatchesSoFar,
        Some(Bearing::Tolerated) | None => MatchOutcome::Matched,
    };
    Match { outcome, differences }
}

type Found = Option<(Disagreement, Bearing)>;

/// The three quantities of a line, credit notes deducted, and the two amounts.
struct Figures {
    ordered: Quantity,
    received: Quantity,
    invoiced: Quantity,
    /// Invoiced and credited quantity where more is credited than was invoiced.
    overcredited: Option<(Quantity, Quantity)>,
    expected: Money,
    amount: Money,
}

impl Figures {
    fn of(line: &OrderedLine, said: &LineFact) -> Self {
        let nothing = line.nothing();
        let quantity = |amount: Decimal| Quantity::new(amount, nothing.unit());
        let invoiced = said.invoiced.unwrap_or(nothing);
        let credited = said.credited.unwrap_or(nothing);
        let net = invoiced.amount().minus(credited.amount());
        let zero = zero(line.amount);
        let amount = |amount: Option<Money>| amount.unwrap_or(zero).amount();
        let net_amount = amount(said.invoiced_amount).minus(amount(said.credited_amount));
        let overcredited = (net < Decimal::ZERO).then_some((invoiced, credited));
        let net = quantity(net.max(Decimal::ZERO));
        Self {
            ordered: line.quantity,
            received: said.received.unwrap_or(nothing),
            invoiced: net,
            overcredited,
            expected: price_of(line, net),
            amount: Money::new(net_amount, line.amount.currency()),
        }
    }

    fn of_delivery(&self, delivery: Delivery, tolerance: &MatchTolerance) -> Found {
        let (ordered, received) = (self.ordered, self.received);
        let off = received.amount().minus(ordered.amount());
        let covered = |share| share_covers(share, ordered.amount(), off.abs());
        if off > Decimal::ZERO {
            let bearing = within(covered(tolerance.over_delivery), Bearing::Beyond);
            return Some((Disagreement::OverDelivered { ordered, received }, bearing));
        }
        let given_up = delivery == Delivery::Closed || covered(tolerance.under_delivery);
        let disagreement = Disagreement::UnderDelivered { ordered, received };
        (!off.is_zero()).then_some((disagreement, within(given_up, Bearing::Open)))
    }

    fn of_invoice(&self, delivery: Delivery, tolerance: &MatchTolerance) -> Found {
        let (ordered, received, invoiced) = (self.ordered, self.received, self.invoiced);
        if let Some((invoiced, credited)) = self.overcredited {
            return Some((Disagreement::CreditedMore { invoiced, credited }, Bearing::Beyond));
        }
        let off = invoiced.amount().minus(received.amount());
        let covered = share_covers(tolerance.invoiced_quantity, received.amount(), off.abs());
        if off <= Decimal::ZERO {
            let disagreement = Disagreement::InvoicedLess { received, invoiced };
            return (!off.is_zero()).then_some((disagreement, within(covered, Bearing::Open)));
        }
        // As long as goods are awaited, an invoice may be ahead of them, but not of the order.
        let ahead = invoiced.amount().minus(ordered.amount());
        let awaited = delivery == Delivery::Open
            && (ahead <= Decimal::ZERO
                || share_covers(tolerance.over_delivery, ordered.amount(), ahead))
            && received.amount() < ordered.amount();
        let beyond = if awaited { Bearing::Open } else { Bearing::Beyond };
        let disagreement = if received.is_zero() {
            Disagreement::InvoicedBeforeGoods { invoiced }
        } else {
            Disagreement::InvoicedMore { received, invoiced }
        };
        Some((disagreement, within(covered, beyond)))
    }

    fn of_price(&self, tolerance: &MatchTolerance) -> Found {
        let (expected, invoiced) = (self.expected, self.amount);
        let bearing = within(tolerance.price.allows(expected, invoiced), Bearing::Beyond);
        (expected != invoiced).then_some((Disagreement::Price { expected, invoiced }, bearing))
    }
}

fn of_charges(ordered: Money, invoiced: Money, tolerance: &MatchTolerance) -> Found {
    // Nobody waits for charges that are waived.
    let tolerated =
        invoiced.amount() < ordered.amount() || tolerance.price.allows(ordered, invoiced);
    let disagreement = Disagreement::Charges { ordered, invoiced };
    (ordered != invoiced).then_some((disagreement, within(tolerated, Bearing::Beyond)))
}

fn of_total(expected: Money, invoiced: Money, tolerance: &MatchTolerance) -> Found {
    let limit = tolerance.total?;
    let off = invoiced.amount().minus(expected.amount()).abs();
    let bearing = within(off <= limit.factor(), Bearing::Beyond);
    (!off.is_zero()).then_some((Disagreement::Total { expected, invoiced }, bearing))
}

fn within(tolerated: bool, otherwise: Bearing) -> Bearing {
    if tolerated { Bearing::Tolerated } else { otherwise }
}

/// What some of a line costs at the ordered price, rounded half up to the minor unit. The quotient is
/// exact wherever it lies on half a minor unit, so that it is rounded only once.
pub(super) fn price_of(line: &OrderedLine, quantity: Quantity) -> Money {
    if quantity == line.quantity {
        return line.amount;
    }
    let product = line.amount.amount().checked_times(quantity.amount());
    let share = product.and_then(|product| product.checked_over(line.quantity.amount()));
    let free = line.quantity.is_zero() || line.amount.is_zero();
    let amount = share.unwrap_or(if free { Decimal::ZERO } else { Decimal::MAX });
    Money::new(amount, line.amount.currency()).rounded(Rounding::HalfUp)
}

fn zero(like: Money) -> Money {
    Money::zero(like.currency())
}

/// INVARIANT: all amounts are in the order's currency. A sum beyond 28 digits is the largest amount.
fn add(a: Money, b: Money) -> Money {
    Money::new(a.amount().plus(b.amount()), a.currency())
}

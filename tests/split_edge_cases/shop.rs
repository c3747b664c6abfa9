//! Orders, said shortly, and what is read off their splits.

use replenish::{
    order::{
        Adjustment, AdjustmentKind, Commission, CommissionBase, CustomerOrder, OrderLine, Payment,
        PaymentKind, SaleOrder, Split, SplitRules, prove, split,
    },
    unit::{Money, Quantity},
};

pub(crate) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(crate) fn eur(amount: &str) -> Money {
    money(&format!("{amount} EUR"))
}

pub(crate) fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

/// One of a product; nobody's where the vendor is "".
pub(crate) fn line(id: &str, vendor: &str, amount: Money) -> OrderLine {
    OrderLine {
        vendor: (!vendor.is_empty()).then(|| vendor.parse().unwrap()),
        ..OrderLine::new(
            id.parse().unwrap(),
            format!("sku-{id}").parse().unwrap(),
            quantity("1 each"),
            amount,
        )
    }
}

/// Order 1001 of lines as (name, vendor, euros).
pub(crate) fn order(lines: &[(&str, &str, &str)]) -> CustomerOrder {
    let lines = lines.iter().map(|(id, vendor, amount)| line(id, vendor, eur(amount)));
    CustomerOrder::new("1001".parse().unwrap(), "EUR".parse().unwrap(), lines.collect())
}

/// Order 1001 of one line of several units, and what it costs.
pub(crate) fn units(count: &str, amount: &str) -> CustomerOrder {
    let mut order = order(&[("1", "a", amount)]);
    order.lines[0].quantity = quantity(count);
    order
}

pub(crate) fn adjustment(id: &str, kind: AdjustmentKind, amount: &str) -> Adjustment {
    Adjustment::new(id.parse().unwrap(), kind, eur(amount))
}

pub(crate) fn following(first: &str, then: Adjustment) -> Adjustment {
    Adjustment { follows: Some(first.parse().unwrap()), ..then }
}

pub(crate) fn payment(id: &str, kind: PaymentKind, amount: &str) -> Payment {
    Payment { id: id.parse().unwrap(), kind, amount: eur(amount) }
}

pub(crate) fn commission(id: &str, vendor: &str, rate: &str) -> Commission {
    Commission {
        id: id.parse().unwrap(),
        vendor: vendor.parse().unwrap(),
        rate: rate.parse().unwrap(),
        base: CommissionBase::default(),
        fixed: None,
        tax_rate: None,
    }
}

/// Splits and proves, and again with the lines the other way round.
pub(crate) fn divided(order: &CustomerOrder, rules: &SplitRules) -> Split {
    let found = split(order, rules).unwrap();
    let proof = prove(order, &found).unwrap();
    assert!(proof.conserved, "{:?}", proof.breaches);
    let mut turned = order.clone();
    turned.lines.reverse();
    assert_eq!(split(&turned, rules).unwrap(), found);
    found
}

/// By vendor alone.
pub(crate) fn by_vendor(order: &CustomerOrder) -> Split {
    divided(order, &SplitRules::default())
}

pub(crate) fn names(split: &Split) -> Vec<&str> {
    split.sale_orders.iter().map(|part| part.id.as_str()).collect()
}

/// An amount without its currency.
pub(crate) fn plain(amount: Money) -> String {
    let text = amount.to_string();
    text.split(' ').next().unwrap().to_owned()
}

pub(crate) fn totals(split: &Split) -> Vec<String> {
    split.sale_orders.iter().map(|part| plain(part.total)).collect()
}

/// What each sale order has of an adjustment, a payment or a commission; "-" is nothing.
pub(crate) fn shares(split: &Split, id: &str) -> Vec<String> {
    split.sale_orders.iter().map(|part| share(part, id)).collect()
}

fn share(part: &SaleOrder, id: &str) -> String {
    let adjustments = part.adjustments.iter().map(|share| (share.id.as_str(), share.amount));
    let payments = part.payments.iter().map(|share| (share.id.as_str(), share.amount));
    let commissions = part.commissions.iter().map(|share| (share.id.as_str(), share.amount));
    let mut found = adjustments.chain(payments).chain(commissions);
    found.find(|(name, _)| *name == id).map_or("-".to_owned(), |(_, amount)| plain(amount))
}

/// The same by line (or piece of a line), in order of the sale orders.
pub(crate) fn line_shares(split: &Split, id: &str) -> Vec<String> {
    let lines = split.sale_orders.iter().flat_map(|part| &part.lines);
    lines
        .map(|line| {
            let share = line.adjustments.iter().find(|share| share.id.as_str() == id);
            share.map_or("-".to_owned(), |share| plain(share.amount))
        })
        .collect()
}

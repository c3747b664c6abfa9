//! Offers, terms and needs, said shortly.

use replenish::{
    sourcing::{
        Comparison, Need, Offer, OrderSoFar, PriceBreak, SourcingOptions, SupplierTerms, compare,
    },
    unit::{Money, Quantity},
};

pub(crate) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(crate) fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

/// Apples until 2026-11-28.
pub(crate) fn need(required: &str) -> Need {
    let required = serde_json::json!({
        "sku": "apple", "quantity": required, "need_by": "2026-11-28",
    });
    serde_json::from_value(required).unwrap()
}

/// Apples at prices by quantity, there in two days.
pub(crate) fn offer(id: &str, supplier: &str, prices: &[(&str, &str)]) -> Offer {
    let price = |&(from, price): &(&str, &str)| PriceBreak {
        minimum_quantity: quantity(from),
        unit_price: money(price),
    };
    Offer {
        price_breaks: prices.iter().map(price).collect(),
        lead_time_days: 2,
        ..Offer::new(
            id.parse().unwrap(),
            supplier.parse().unwrap(),
            "apple".parse().unwrap(),
            money("1 EUR"),
            "each".parse().unwrap(),
        )
    }
}

/// Apples at one price.
pub(crate) fn at(id: &str, supplier: &str, price: &str) -> Offer {
    offer(id, supplier, &[("0 each", price)])
}

pub(crate) fn terms(supplier: &str) -> SupplierTerms {
    SupplierTerms::none(supplier.parse().unwrap())
}

pub(crate) fn so_far(supplier: &str, goods: &str) -> OrderSoFar {
    OrderSoFar { supplier: supplier.parse().unwrap(), goods: money(goods), weight: None }
}

/// On 2026-11-21, in euros.
pub(crate) fn options() -> SourcingOptions {
    SourcingOptions::new("2026-11-21".parse().unwrap(), "EUR".parse().unwrap())
}

/// Compares without anything in the orders.
pub(crate) fn compared(need: &Need, offers: &[Offer], terms: &[SupplierTerms]) -> Comparison {
    compare(need, offers, terms, &[], &options()).unwrap()
}

/// Each ranked offer with its packs and landed cost.
pub(crate) fn lines(comparison: &Comparison) -> Vec<(&str, u64, String)> {
    let line = |ranked: &replenish::sourcing::RankedOffer| ranked.landed_cost.to_string();
    comparison.ranked.iter().map(|r| (r.offer.as_str(), r.purchase.packs, line(r))).collect()
}

/// The offers in their order.
pub(crate) fn names(comparison: &Comparison) -> Vec<&str> {
    comparison.ranked.iter().map(|ranked| ranked.offer.as_str()).collect()
}

//! Laws that hold of all drafts.
#![cfg(not(target_family = "wasm"))]

use super::tests::{Case, day, money, need, offer, rate, terms as plain_terms};
use super::*;
use crate::{
    inventory::Calendar,
    order::{PriceCheckOptions, Quotes, check_prices},
    sourcing::{Offer, SupplierOrder, SupplierTerms, Tax},
    unit::{Currency, Money},
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Markets in two currencies, with calendars, locations, taxes and charges.
fn cases() -> impl Strategy<Value = Case> {
    let line = (0..3_u8, 1..40_u32, 1..20_i64, any::<u8>(), 1..13_u32, 0..5_u8);
    let supplier = (0..4_i64, any::<u8>());
    let lines = proptest::collection::vec(line, 1..8);
    let suppliers = proptest::collection::vec(supplier, 3);
    (lines, suppliers, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(lines, suppliers, by_delivery_day, locations_together, split_deliveries)| {
            let (mut needs, mut offers, mut items) = (Vec::new(), Vec::new(), Vec::new());
            for (index, &(supplier, quantity, cents, bits, pack, late)) in lines.iter().enumerate()
            {
                let sku = format!("p{index}");
                let day = day("2026-11-25").plus_days(i64::from(late) * 3).unwrap();
                needs.push(need(&sku, &format!("{quantity} each"), &day.to_string()));
                let currency = if bits & 1 == 0 { "EUR" } else { "USD" };
                let mut offer = Offer {
                    pack_size: format!("{pack} each").parse().unwrap(),
                    ..offer(
                        &sku,
                        &format!("s{supplier}"),
                        &format!("0.{:02} {currency}", cents + 9),
                    )
                };
                if bits & 2 == 0 {
                    let rate = if bits & 4 == 0 { "0.07" } else { "0.19" };
                    offer.charges.tax =
                        Some(Tax { rate: rate.parse().unwrap(), recoverable: true });
                }
                if bits & 8 == 0 {
                    offer.charges.handling_per_pack = Some(money("0.07 EUR"));
                }
                offers.push(offer);
                items.push(DraftItem {
                    sku: sku.parse().unwrap(),
                    supplier: None,
                    buyer_code: None,
                    supplier_code: None,
                    description: None,
                    location: ["north", "south"][usize::from(bits >> 4 & 1)]
                        .parse()
                        .ok()
                        .filter(|_| bits & 32 == 0),
                });
            }
            let terms: Vec<_> = suppliers
                .iter()
                .enumerate()
                .map(|(index, &(euros, bits))| SupplierTerms {
                    freight: Some(money(&format!(
                        "{euros} {}",
                        if bits & 1 == 0 { "EUR" } else { "USD" }
                    ))),
                    free_freight_from: Some(money("5 EUR")).filter(|_| bits & 2 == 0),
                    calendar: (bits & 4 == 0).then(|| Calendar {
                        delivery_days: "Tue Fri".parse().unwrap(),
                        ..Calendar::default()
                    }),
                    ..plain_terms(&format!("s{index}"))
                })
                .collect();
            let rules = DraftRules { by_delivery_day, locations_together };
            let numbering = Some(Numbering { prefix: String::new(), next: 7, digits: 6 });
            let mut case = Case::new(&needs, &offers, &terms)
                .at_rates(&[rate("USD", "EUR", "0.83")])
                .with(DraftOptions {
                    rules,
                    items,
                    numbering,
                    charges_tax_rate: "0.19".parse().ok(),
                    ..DraftOptions::default()
                });
            case.sourcing.split_deliveries = split_deliveries;
            case
        },
    )
}

fn sum(amounts: impl IntoIterator<Item = Money>, currency: Currency) -> Money {
    Money::sum(amounts, currency).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn nothing_is_lost_and_everything_adds_up(case in cases()) {
        let allocation = case.allocation();
        let drafts = case.drafts();
        let mut bought: Vec<_> = allocation.lines.iter().map(|line| (line.sku.clone(), line.offer.clone(), line.purchase.packs, line.purchase.amount.to_string())).collect();
        let drafted = drafts.iter().flat_map(|draft| &draft.lines);
        let mut drafted: Vec<_> = drafted.map(|line| (line.sku.clone(), line.offer.clone(), line.packs, line.amount.to_string())).collect();
        bought.sort();
        drafted.sort();
        prop_assert_eq!(bought, drafted);
        for code in ["EUR", "USD"] {
            let currency: Currency = code.parse().unwrap();
            let amounts = allocation.lines.iter().map(|line| line.purchase.amount);
            let goods = drafts.iter().map(|draft| draft.goods).filter(|goods| goods.currency() == currency);
            prop_assert_eq!(sum(amounts.filter(|amount| amount.currency() == currency), currency), sum(goods, currency));
        }
        // What was drafted today costs what it would be checked at today.
        let DraftContext { today, time, offers, terms, exchange_rates, .. } = &case.context;
        let (today, time) = (*today, *time);
        let quotes = Quotes { offers, terms, exchange_rates, today, time };
        for draft in &drafts {
            let checked = check_prices(draft, &quotes, &PriceCheckOptions::default()).unwrap();
            prop_assert_eq!((checked.repriced, checked.may_be_sent), (None, true));
        }
        let mut names = BTreeSet::new();
        for draft in &drafts {
            prop_assert!(names.insert(draft.id.clone()));
            prop_assert_eq!(draft.total, draft.net.plus(draft.tax).unwrap());
            prop_assert_eq!(draft.goods, sum(draft.lines.iter().map(|line| line.amount), draft.currency));
            let lines = sum(draft.lines.iter().map(|line| line.charges), draft.currency);
            prop_assert_eq!(draft.net, sum([draft.goods, lines, draft.freight, draft.charges], draft.currency));
            prop_assert_eq!(draft.tax, sum(draft.taxes.iter().map(|tax| tax.amount), draft.currency));
            for tax in &draft.taxes {
                prop_assert!(tax.base.times(tax.rate.factor()).unwrap().minus(tax.amount).unwrap().amount().abs() <= "0.005".parse().unwrap());
            }
            for money in [draft.freight, draft.charges, draft.tax, draft.total] {
                prop_assert!(money.minor_units().is_ok());
            }
            for line in &draft.lines {
                let content = line.pack_size;
                prop_assert_eq!(content.amount() * Decimal::from(line.packs), line.quantity.amount());
                // Late only what could not come sooner.
                let comes = draft.requested_delivery.max(line.arrival);
                prop_assert!(comes <= line.need_by.max(line.arrival));
                prop_assert!(comes <= draft.expected_arrival);
                prop_assert!(line.location.is_none() || case.context.options.rules.locations_together);
            }
            prop_assert!(draft.order_by.unwrap().day <= draft.requested_delivery);
        }
    }

    #[test]
    fn what_is_not_divided_costs_what_was_allocated(case in cases()) {
        let mut case = case;
        case.context.options = DraftOptions::default();
        let allocation = case.allocation();
        for draft in case.drafts() {
            let of = |order: &&SupplierOrder| order.supplier == draft.supplier;
            let orders: Vec<_> = allocation.orders.iter().filter(of).collect();
            let undivided = !draft.notes.iter().any(|note| note.starts_with("one of"));
            if let ([order], true, "EUR") = (&orders[..], undivided, draft.currency.as_str()) {
                prop_assert_eq!(draft.freight, order.freight);
                prop_assert_eq!(draft.charges, order.handling.plus(order.surcharge).unwrap());
            }
        }
    }

    #[test]
    fn the_sequence_of_lists_changes_nothing(case in cases()) {
        let allocation = case.allocation();
        let text = |allocation: &Allocation, context: &DraftContext| serde_json::to_string(&draft_purchase_orders(allocation, context).unwrap()).unwrap();
        let (mut turned, mut context) = (allocation.clone(), case.context.clone());
        turned.lines.reverse();
        turned.orders.reverse();
        context.offers.reverse();
        context.terms.reverse();
        context.exchange_rates.reverse();
        context.options.items.reverse();
        prop_assert_eq!(text(&allocation, &case.context), text(&turned, &context));
        let again: DraftContext = serde_json::from_str(&serde_json::to_string(&case.context).unwrap()).unwrap();
        prop_assert_eq!(text(&allocation, &case.context), text(&allocation, &again));
    }
}

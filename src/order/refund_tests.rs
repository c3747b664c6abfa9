use super::*;
use crate::{
    order::{AmendedLine, AmendedPayments, Amendment, CustomerOrder, SplitRules, split},
    unit::Random,
};

/// A sale order of one vendor from parts of its JSON.
fn sale_order(lines: &str) -> SaleOrder {
    let text = format!(
        r#"{{"id": "o:1:v", "order": "o", "revision": 1, "vendor": "v", "currency": "EUR",
            "lines": {lines}, "goods": "0.00 EUR", "adjustments": [], "total": "0.00 EUR"}}"#
    );
    serde_json::from_str(&text).unwrap()
}

/// Three lamps with a coupon, shipping, its tax and a fee, paid by two payments.
fn lamps() -> SaleOrder {
    sale_order(
        r#"[{
            "id": "1", "sku": "lamp", "quantity": "3 each", "amount": "10.00 EUR",
            "adjustments": [
                {"id": "coupon", "kind": "discount", "amount": "-1.00 EUR"},
                {"id": "way", "kind": "shipping", "amount": "2.00 EUR"},
                {"id": "way-tax", "kind": "tax", "follows": "way", "amount": "0.38 EUR"},
                {"id": "wrap", "kind": "fee", "amount": "0.50 EUR"}
            ],
            "total": "11.88 EUR",
            "payments": [{"id": "gift", "amount": "5.00 EUR"}, {"id": "card", "amount": "6.88 EUR"}],
            "commissions": [{"id": "shop", "amount": "4.17 EUR", "tax": "0.79 EUR"}]
        }, {
            "id": "2", "sku": "rug", "quantity": "1 each", "amount": "5.00 EUR",
            "adjustments": [{"id": "coupon", "kind": "discount", "amount": "-0.50 EUR"}],
            "total": "4.50 EUR",
            "payments": [{"id": "card", "amount": "4.50 EUR"}]
        }]"#,
    )
}

fn request(what: RefundScope, shipping: ChargePolicy, fees: ChargePolicy) -> RefundRequest {
    RefundRequest { what, shipping, fees }
}

fn units(quantity: &str) -> RefundScope {
    RefundScope::Units { line: "1".parse().unwrap(), quantity: quantity.parse().unwrap() }
}

fn line(id: &str) -> RefundScope {
    RefundScope::Line { line: id.parse().unwrap() }
}

use ChargePolicy::{GiveBack, Keep};

fn amounts(shares: &[Share]) -> Vec<String> {
    shares.iter().map(|share| format!("{} {}", share.id, share.amount.amount())).collect()
}

fn paid(refund: &Refund) -> Vec<String> {
    refund.payments.iter().map(|share| format!("{} {}", share.id, share.amount.amount())).collect()
}

#[test]
fn case_25_a_cancelled_line_gives_back_its_own_share_and_no_other_line_changes() {
    let refund = refund(&lamps(), &[], &request(line("2"), GiveBack, GiveBack)).unwrap();
    assert_eq!(refund.lines.len(), 1);
    assert_eq!(refund.total.to_string(), "4.50 EUR");
    assert_eq!(amounts(&refund.adjustments), ["coupon -0.50"]);
    assert_eq!(paid(&refund), ["card 4.50"]);
}

#[test]
fn case_26_unit_refunds_add_up_to_the_line_s_amounts() {
    let ten = sale_order(
        r#"[{"id": "1", "sku": "x", "quantity": "10 each", "amount": "9.21 EUR", "adjustments": [],
            "total": "9.21 EUR"}]"#,
    );
    let one = request(units("1 each"), GiveBack, GiveBack);
    let mut refunds = Vec::new();
    for number in 1..=10 {
        let next = refund(&ten, &refunds, &one).unwrap();
        assert_eq!(next.number, number);
        assert!(next.payments.is_empty() && next.rounding.is_none());
        refunds.push(next);
    }
    let totals: Vec<_> = refunds.iter().map(|refund| refund.total.to_string()).collect();
    assert_eq!(totals.iter().filter(|total| *total == "0.92 EUR").count(), 9);
    assert_eq!(totals.iter().filter(|total| *total == "0.93 EUR").count(), 1);

    let above = refund(&ten, &refunds[..9], &request(units("2 each"), Keep, Keep)).unwrap_err();
    let OrderError::Invalid(above) = above else { panic!("{above}") };
    assert_eq!(above.code, "quantity_above_rest");
    assert_eq!(above.path, "request.what.quantity");
    assert_eq!(
        (&*above.expected, &*above.got),
        ("at most what is left of the line, 1 each", "2 each")
    );
    for what in [line("1"), RefundScope::SaleOrder {}, units("1 each")] {
        let above = refund(&ten, &refunds, &request(what, Keep, Keep)).unwrap_err();
        assert_eq!(above.code(), "quantity_above_rest");
    }
}

#[test]
fn case_27_a_part_that_is_nullified_gives_back_its_payments_and_shipping_by_policy() {
    let order = lamps();
    let all = |shipping, fees| {
        refund(&order, &[], &request(RefundScope::SaleOrder {}, shipping, fees)).unwrap()
    };
    let everything = all(GiveBack, GiveBack);
    assert_eq!(everything.total.to_string(), "16.38 EUR");
    assert_eq!(paid(&everything), ["gift 5.00", "card 11.38"]);
    assert!(everything.kept.is_empty());

    let goods = all(Keep, Keep);
    assert_eq!(amounts(&goods.adjustments), ["coupon -1.50"]);
    assert_eq!(amounts(&goods.kept), ["way 2.00", "way-tax 0.38", "wrap 0.50"]);
    assert_eq!(goods.total.to_string(), "13.50 EUR");
    // 9.00 of the lamps drawn from 5.00 and 6.88, which keep 2.88.
    assert_eq!(paid(&goods), ["gift 3.79", "card 9.71"]);

    let fees = all(Keep, GiveBack);
    assert_eq!(amounts(&fees.adjustments), ["coupon -1.50", "wrap 0.50"]);
    let shipping = all(GiveBack, Keep);
    assert_eq!(amounts(&shipping.adjustments), ["coupon -1.50", "way 2.00", "way-tax 0.38"]);
}

#[test]
fn what_was_kept_stays_kept_when_the_rest_goes_back() {
    let order = lamps();
    let first = refund(&order, &[], &request(units("1 each"), Keep, GiveBack)).unwrap();
    assert_eq!(amounts(&first.kept), ["way 0.67", "way-tax 0.13"]);
    let rest = refund(&order, &[first], &request(line("1"), GiveBack, GiveBack)).unwrap();
    assert_eq!(
        amounts(&rest.adjustments),
        ["coupon -0.67", "way 1.33", "way-tax 0.25", "wrap 0.33"]
    );
}

#[test]
fn case_32_a_commission_is_reversed_with_the_units() {
    let order = lamps();
    let mut refunds = Vec::new();
    let mut taxes = Vec::new();
    for _ in 0..3 {
        let next = refund(&order, &refunds, &request(units("1 each"), Keep, Keep)).unwrap();
        assert_eq!(next.commissions[0].amount.to_string(), "1.39 EUR");
        taxes.push(next.commissions[0].tax.unwrap().to_string());
        refunds.push(next);
    }
    assert_eq!(taxes, ["0.26 EUR", "0.27 EUR", "0.26 EUR"]);
}

#[test]
fn the_same_request_after_the_same_refunds_has_the_same_name_and_bytes() {
    let order = lamps();
    let one = request(units("1 each"), GiveBack, Keep);
    let first = refund(&order, &[], &one).unwrap();
    assert_eq!(refund(&order, &[], &one).unwrap(), first);
    let second = refund(&order, std::slice::from_ref(&first), &one).unwrap();
    assert_eq!((first.number, second.number), (1, 2));
    let text = serde_json::to_string(&second).unwrap();
    assert_eq!(serde_json::from_str::<Refund>(&text).unwrap(), second);
}

#[test]
fn earlier_refunds_that_are_not_all_of_them_are_refused() {
    let order = lamps();
    let one = request(units("1 each"), GiveBack, Keep);
    let first = refund(&order, &[], &one).unwrap();
    let second = refund(&order, std::slice::from_ref(&first), &one).unwrap();
    let code = |earlier: &[Refund]| refund(&order, earlier, &one).unwrap_err().code();
    assert_eq!(code(std::slice::from_ref(&second)), "number_wrong");
    assert_eq!(code(&[first.clone(), first.clone()]), "number_wrong");
    let other = Refund { sale_order: "o:1:w".parse().unwrap(), ..first.clone() };
    assert_eq!(code(&[other]), "sale_order_other");
    let mut unknown = first.clone();
    unknown.lines[0].line = "9".parse().unwrap();
    assert_eq!(code(&[unknown]), "line_unknown");
    let mut above = first;
    above.lines[0].quantity = "4 each".parse().unwrap();
    assert_eq!(code(&[above]), "quantity_above_rest");
    let zero = refund(&order, &[], &request(units("0 each"), Keep, Keep)).unwrap_err();
    assert_eq!(zero.code(), "quantity_not_positive");
    let mixed = refund(&order, &[], &request(units("1 kg"), Keep, Keep)).unwrap_err();
    assert_eq!(mixed.code(), "unit_mixed");
}

/// Lamps bought for 30.00 while a rug of 20.00 is given back: the card pays 10.00.
fn exchange() -> SaleOrder {
    sale_order(
        r#"[{
            "id": "1", "sku": "lamp", "quantity": "3 each", "amount": "30.00 EUR", "adjustments": [],
            "total": "30.00 EUR", "payments": [{"id": "card", "amount": "10.00 EUR"}],
            "offset": "20.00 EUR"
        }, {
            "id": "2", "sku": "rug", "quantity": "2 each", "returned": true, "amount": "-20.00 EUR",
            "adjustments": [], "total": "-20.00 EUR", "offset": "-20.00 EUR"
        }]"#,
    )
}

#[test]
fn what_a_returned_line_had_paid_comes_back_as_an_offset() {
    let one = refund(&exchange(), &[], &request(units("1 each"), Keep, Keep)).unwrap();
    assert_eq!(one.total.to_string(), "10.00 EUR");
    assert_eq!(paid(&one), ["card 3.33"]);
    assert_eq!(one.offset.unwrap().to_string(), "6.67 EUR");
    let rest = refund(&exchange(), &[one], &request(line("1"), Keep, Keep)).unwrap();
    assert_eq!(paid(&rest), ["card 6.67"]);
    assert_eq!(rest.offset.unwrap().to_string(), "13.33 EUR");
}

#[test]
fn undoing_a_return_takes_its_credit_back() {
    let undone = refund(&exchange(), &[], &request(line("2"), Keep, Keep)).unwrap();
    assert_eq!(undone.total.to_string(), "-20.00 EUR");
    assert_eq!(undone.offset.unwrap().to_string(), "-20.00 EUR");
    assert!(undone.payments.is_empty() && undone.rounding.is_none());
}

#[test]
fn a_payment_never_gives_more_than_it_gave_and_never_takes() {
    // Three coupons that each round down take a little less than the first unit's price rounds up
    // to: the columns say so, the payments wait.
    let order = sale_order(
        r#"[{"id": "1", "sku": "x", "quantity": "2 each", "amount": "0.04 EUR",
            "adjustments": [
                {"id": "a", "kind": "discount", "amount": "-0.01 EUR"},
                {"id": "b", "kind": "discount", "amount": "-0.01 EUR"},
                {"id": "c", "kind": "discount", "amount": "-0.01 EUR"}
            ],
            "total": "0.01 EUR", "payments": [{"id": "card", "amount": "0.01 EUR"}]}]"#,
    );
    let one = request(units("1 each"), Keep, Keep);
    let first = refund(&order, &[], &one).unwrap();
    assert_eq!(first.total.to_string(), "-0.01 EUR");
    assert_eq!((paid(&first), first.rounding.unwrap().to_string()), (vec![], "-0.01 EUR".into()));
    let second = refund(&order, &[first], &one).unwrap();
    assert_eq!(second.total.to_string(), "0.02 EUR");
    assert_eq!(paid(&second), ["card 0.01"]);
    assert_eq!(second.rounding.unwrap().to_string(), "0.01 EUR");
}

#[test]
fn payments_that_do_not_pay_the_line_are_refused() {
    let mut order = lamps();
    order.lines[0].payments[0].amount = "4.99 EUR".parse().unwrap();
    let wrong = refund(&order, &[], &request(line("2"), Keep, Keep)).unwrap_err();
    assert_eq!(wrong.code(), "payments_differ");
}

#[test]
fn a_tax_on_a_charge_that_is_not_here_needs_one_policy_for_all_charges() {
    let mut order = lamps();
    order.lines[0].adjustments[2].follows = Some("another".parse().unwrap());
    let code = |shipping, fees| {
        refund(&order, &[], &request(line("1"), shipping, fees)).map_err(|error| error.code())
    };
    assert_eq!(code(Keep, GiveBack), Err("charge_unknown"));
    assert_eq!(amounts(&code(Keep, Keep).unwrap().adjustments), ["coupon -1.00"]);
}

#[test]
fn what_was_amended_goes_back_with_the_units_that_it_was_for() {
    let order = lamps();
    let one = request(units("1 each"), GiveBack, GiveBack);
    let first = refund(&order, &[], &one).unwrap();
    let money = |text: &str| text.parse().unwrap();
    let placed = Placed {
        sale_orders: vec![order.clone()],
        refunds: vec![first],
        amendments: vec![Amendment {
            sale_order: order.id.clone(),
            revision: 2,
            currency: order.currency,
            lines: vec![AmendedLine {
                line: "1".parse().unwrap(),
                quantity: "2 each".parse().unwrap(),
                amount: money("1.01 EUR"),
                adjustments: Vec::new(),
                total: money("1.01 EUR"),
                commissions: Vec::new(),
            }],
            total: money("1.01 EUR"),
            payments: vec![AmendedPayments {
                line: "1".parse().unwrap(),
                payments: vec![PaymentShare {
                    id: "card".parse().unwrap(),
                    amount: money("1.01 EUR"),
                }],
                offset: None,
            }],
        }],
    };
    let second = placed.refund(&order.id, &one).unwrap();
    assert_eq!(second.lines[0].amount.to_string(), "3.85 EUR");
    let placed = Placed { refunds: [&placed.refunds[..], &[second]].concat(), ..placed };
    let third = placed.refund(&order.id, &one).unwrap();
    assert_eq!(third.lines[0].amount.to_string(), "3.83 EUR");
    let placed = Placed { refunds: [&placed.refunds[..], &[third]].concat(), ..placed };
    let drawn = placed.refunds.iter().flat_map(|refund| &refund.payments);
    let total = Money::sum(drawn.map(|share| share.amount), order.currency).unwrap();
    assert_eq!(total.to_string(), "12.89 EUR");
    let unknown = placed.refund(&"o:1:w".parse().unwrap(), &one).unwrap_err();
    assert_eq!(unknown.code(), "sale_order_unknown");
}

/// Any steps end at exactly the line's amounts, whatever is kept; rows are exact on the way.
#[test]
fn any_steps_end_at_exactly_the_amounts() {
    let mut random = Random::new(27);
    let policy = |random: &mut Random| if random.below(2) == 0 { Keep } else { GiveBack };
    for _ in 0..300 {
        let mut order = lamps();
        let quantity = 1 + random.below(9);
        order.lines[0].quantity = format!("{quantity} each").parse().unwrap();
        let mut refunds: Vec<Refund> = Vec::new();
        let mut left = quantity;
        while left > 0 {
            let some = 1 + random.below(left);
            left -= some;
            let what = units(&format!("{some} each"));
            let request = request(what, policy(&mut random), policy(&mut random));
            let next = refund(&order, &refunds, &request).unwrap();
            refunds.push(next);
        }
        let line = &order.lines[0];
        let sum = |of: &dyn Fn(&Refund) -> Money| {
            Money::sum(refunds.iter().map(of), order.currency).unwrap()
        };
        let shares = |shares: &[Share], id: &AdjustmentKind| {
            let own = shares.iter().filter(|share| share.kind == *id);
            Money::sum(own.map(|share| share.amount), order.currency).unwrap()
        };
        assert_eq!(sum(&|refund| refund.goods), line.amount);
        for kind in [AdjustmentKind::Discount, AdjustmentKind::Shipping, AdjustmentKind::Fee] {
            let both = sum(&|refund| shares(&refund.adjustments, &kind))
                .plus(sum(&|refund| shares(&refund.kept, &kind)));
            assert_eq!(both.unwrap(), shares(&line.adjustments, &kind));
        }
        let paid = |refund: &Refund| {
            Money::sum(refund.payments.iter().map(|share| share.amount), order.currency).unwrap()
        };
        for refund in &refunds {
            let rest = refund.rounding.unwrap_or(Money::zero(order.currency));
            assert_eq!(paid(refund).plus(rest).unwrap(), refund.total);
        }
        let given_back_all = refunds.iter().all(|refund| refund.kept.is_empty());
        assert_eq!(sum(&paid) == line.total, given_back_all);
    }
}

#[test]
fn a_split_s_sale_orders_can_be_refunded() {
    let order: CustomerOrder = serde_json::from_str(
        r#"{"id": "1", "revision": 1, "currency": "EUR", "lines": [
            {"id": "1", "sku": "x", "vendor": "a", "quantity": "3 each", "amount": "33.33 EUR"},
            {"id": "2", "sku": "y", "vendor": "b", "quantity": "2 each", "amount": "66.67 EUR"}
        ], "adjustments": [{"id": "coupon", "kind": "discount", "amount": "-10.00 EUR"}]}"#,
    )
    .unwrap();
    let split = split(&order, &SplitRules::default()).unwrap();
    let refund = |part: usize| {
        let all = request(RefundScope::SaleOrder {}, Keep, Keep);
        refund(&split.sale_orders[part], &[], &all).unwrap()
    };
    assert_eq!(refund(0).total, split.sale_orders[0].total);
    assert_eq!(refund(1).adjustments, split.sale_orders[1].adjustments);
}

//! Laws of splitting, and what cannot be seen from outside.

use super::{
    Adjustment, AdjustmentKind, Commission, CommissionBase, CustomerOrder, LineAdjustment,
    OrderLine, Payment, PaymentKind, SaleOrder, SaleOrderLine, Share, Split, SplitRules, TaxBase,
    split,
};
use crate::unit::{Money, Random, SaleOrderId};
use AdjustmentKind::{Discount, Fee, Shipping, Tax};

/// Lines as (name, vendor or "", amount in cents), adjustments as (name, kind, amount in cents).
fn order(
    lines: &[(&str, &str, i128)],
    adjustments: &[(&str, AdjustmentKind, i128)],
) -> CustomerOrder {
    let adjustment = |&(id, kind, cents): &(&str, AdjustmentKind, i128)| {
        Adjustment::new(id.parse().unwrap(), kind, euro(cents))
    };
    let line = |&(id, vendor, cents): &(&str, &str, i128)| OrderLine {
        vendor: (!vendor.is_empty()).then(|| vendor.parse().unwrap()),
        ..OrderLine::new(
            id.parse().unwrap(),
            "x".parse().unwrap(),
            "1 each".parse().unwrap(),
            euro(cents),
        )
    };
    CustomerOrder {
        adjustments: adjustments.iter().map(adjustment).collect(),
        ..CustomerOrder::new(
            "1".parse().unwrap(),
            "EUR".parse().unwrap(),
            lines.iter().map(line).collect(),
        )
    }
}

fn euro(cents: i128) -> Money {
    Money::from_minor_units(cents, "EUR".parse().unwrap()).unwrap()
}

fn own(id: &str, kind: AdjustmentKind, cents: i128) -> LineAdjustment {
    let id = id.parse().unwrap();
    LineAdjustment { id, kind, amount: euro(cents), included: false, tax: None }
}

fn pay(id: &str, cents: i128) -> Payment {
    Payment { id: id.parse().unwrap(), kind: PaymentKind::Card, amount: euro(cents) }
}

fn parts(order: &CustomerOrder) -> Split {
    split(order, &SplitRules::default()).unwrap()
}

fn cents(amount: Money) -> i128 {
    amount.minor_units().unwrap()
}

fn lines(split: &Split) -> impl Iterator<Item = &SaleOrderLine> {
    split.sale_orders.iter().flat_map(|part| &part.lines)
}

/// Each line's shares of one adjustment, in cents.
fn shares(split: &Split, id: &str) -> Vec<i128> {
    let share = |line: &SaleOrderLine| share_of(&line.adjustments, id);
    let mut found: Vec<_> = lines(split).map(|line| (&line.id, share(line))).collect();
    found.sort();
    found.into_iter().map(|line| line.1).collect()
}

fn share_of(shares: &[Share], id: &str) -> i128 {
    shares.iter().filter(|share| share.id.as_str() == id).map(|share| cents(share.amount)).sum()
}

#[test]
fn what_follows_a_charge_is_divided_as_what_is_left_of_it() {
    let mut order = order(
        &[("1", "a", 1000), ("2", "b", 3000)],
        &[("way", Shipping, 1000), ("free way", Discount, -400), ("tax", Tax, 60)],
    );
    order.adjustments[0].lines = Some(vec!["1".parse().unwrap(), "2".parse().unwrap()]);
    for place in [1, 2] {
        order.adjustments[place].follows = Some("way".parse().unwrap());
    }
    let found = parts(&order);
    assert_eq!(shares(&found, "way"), [250, 750]);
    assert_eq!(shares(&found, "free way"), [-100, -300]);
    assert_eq!(shares(&found, "tax"), [15, 45]);
    // A discount on the way takes nothing off the goods.
    order.adjustments[1].amount = euro(-1200);
    let found = parts(&order);
    assert_eq!(shares(&found, "free way"), [-250, -750]);
    assert_eq!(cents(found.unapplied[0].amount), -200);
    assert_eq!(shares(&found, "tax"), [15, 45], "as the way itself, nothing being left of it");
}

#[test]
fn a_tax_follows_a_charge_on_worthless_lines_by_its_weights() {
    let mut order =
        order(&[("1", "a", 0), ("2", "b", 0)], &[("way", Shipping, 0), ("tax", Tax, 190)]);
    order.lines[1].quantity = "1.5 kg".parse().unwrap();
    order.adjustments[1].follows = Some("way".parse().unwrap());
    assert_eq!(shares(&parts(&order), "tax"), [76, 114]);
}

#[test]
fn excess_of_a_discount_goes_to_lines_with_room() {
    let twice =
        [("x", Discount, -90), ("y", Discount, -80), ("z", Discount, -50), ("fee", Fee, 10)];
    let mut order = order(&[("1", "a", 100), ("2", "b", 100)], &twice);
    order.adjustments[0].lines = Some(vec!["1".parse().unwrap()]);
    let found = parts(&order);
    assert_eq!(shares(&found, "y"), [-10, -70]);
    assert_eq!(shares(&found, "z"), [0, -30]);
    assert_eq!(share_of(&found.unapplied, "z"), -20);
    // What goods were worth, not what is left of them, divides a fee.
    assert_eq!(shares(&found, "fee"), [5, 5]);
}

#[test]
fn goods_given_back_pay_for_others_first() {
    let mut order = order(&[("1", "a", 7000), ("2", "b", 3000), ("3", "c", -2000)], &[]);
    order.lines[2].returned = true;
    order.payments = vec![pay("card", 8000)];
    let found = parts(&order);
    let paid = |part: &SaleOrder| {
        (part.offset.map(cents), part.payments.first().map(|share| cents(share.amount)))
    };
    let all: Vec<_> = found.sale_orders.iter().map(paid).collect();
    assert_eq!(all, [(Some(1400), Some(5600)), (Some(600), Some(2400)), (Some(-2000), None)]);
    // More is given back than bought.
    order.lines[2].amount = euro(-12000);
    order.payments = vec![pay("card", -2000)];
    let all: Vec<_> = parts(&order).sale_orders.iter().map(paid).collect();
    assert_eq!(all, [(Some(7000), None), (Some(3000), None), (Some(-10000), Some(-2000))]);
    order.payments.clear();
    assert!(parts(&order).sale_orders.iter().all(|part| paid(part) == (None, None)));
}

#[test]
fn commissions_are_frozen_shares_of_the_vendor_s_lines() {
    let mut order = order(&[("1", "a", 3333), ("2", "b", 5000), ("3", "a", -1000)], &[]);
    order.lines[2].returned = true;
    order.commissions = ["a", "b", "nobody"]
        .map(|vendor| Commission {
            id: vendor.parse().unwrap(),
            vendor: vendor.parse().unwrap(),
            rate: "0.125".parse().unwrap(),
            base: CommissionBase::Net,
            fixed: (vendor == "b").then(|| euro(30)),
            tax_rate: Some("0.19".parse().unwrap()),
        })
        .into();
    let found = parts(&order);
    let kept = |part: &SaleOrder| {
        let share = &part.commissions[0];
        (part.commissions.len(), cents(share.amount), cents(share.tax.unwrap()))
    };
    // 4.17 less 1.25, tax 0.79 less 0.24; 6.25 and 0.30.
    assert_eq!(
        found.sale_orders.iter().map(kept).collect::<Vec<_>>(),
        [(1, 292, 55), (1, 655, 124)]
    );
}

#[test]
fn lines_move_to_the_vendor_who_has_the_product_now() {
    let mut order = order(&[("1", "a", 100), ("2", "", 100)], &[("p", Discount, -50)]);
    order.lines[0].sku = "y".parse().unwrap();
    order.adjustments[0].vendor = Some("b".parse().unwrap());
    let mut rules = SplitRules {
        vendors: [("y".parse().unwrap(), "b".parse().unwrap())].into(),
        allowed_vendors: Some(vec!["b".parse().unwrap()]),
        ..SplitRules::default()
    };
    let found = split(&order, &rules).unwrap();
    let of = |part: usize| {
        let line = &found.sale_orders[part].lines[0];
        (found.sale_orders[part].id.as_str(), line.vendor_before.is_some(), cents(line.total))
    };
    assert_eq!([of(0), of(1)], [("1:1:~", false, 100), ("1:1:b", true, 50)]);
    rules.allowed_vendors = Some(vec!["a".parse().unwrap()]);
    let error = split(&order, &rules).unwrap_err();
    assert_eq!(error.code(), "vendor_not_allowed");
    assert!(error.to_string().starts_with("`lines[0].vendor`"), "{error}");
}

#[test]
fn names_of_different_parts_never_meet() {
    let by_line = SplitRules { one_line_per_order: true, ..SplitRules::default() };
    let odd = order(&[("1:x", "a:b", 1), ("x", "a:b:1", 1), ("y", "~", 1), ("z", "", 1)], &[]);
    let names: Vec<_> =
        split(&odd, &by_line).unwrap().sale_orders.into_iter().map(|part| part.id).collect();
    let text: Vec<_> = names.iter().map(SaleOrderId::as_str).collect();
    assert_eq!(text, ["1:1:~:z", "1:1:a%3Ab:1%3Ax", "1:1:a%3Ab%3A1:x", "1:1:%7E:y"]);
}

#[test]
fn names_that_are_too_long_give_way_to_their_hash() {
    let long = "#".repeat(60);
    let mut order = order(&[("1", &long, 1), ("2", &"v".repeat(124), 1)], &[]);
    let names = |order: &CustomerOrder| -> Vec<String> {
        parts(order).sale_orders.iter().map(|part| part.id.to_string()).collect()
    };
    let found = names(&order);
    assert_eq!((&found[0][..5], found[0].len()), ("1:1:#", 37));
    assert_eq!(found[1], format!("1:1:{}", "v".repeat(124)));
    order.id = "o".repeat(128).parse().unwrap();
    let found = names(&order);
    assert!(found.iter().all(|name| name.starts_with('#') && name.len() == 33), "{found:?}");
    assert_ne!(found[0], found[1]);
}

/// The code and text of what is wrong with a changed order, and what they have to be.
type Wrong = ((&'static str, String), &'static str, &'static str);

fn problem(change: fn(&mut CustomerOrder)) -> (&'static str, String) {
    let mut order = order(&[("1", "a", 100), ("2", "b", 100)], &[("d", Discount, -1)]);
    change(&mut order);
    let error = split(&order, &SplitRules::default()).unwrap_err();
    assert_eq!(order.check().unwrap_err(), error);
    (error.code(), error.to_string())
}

fn assert_named(problems: impl IntoIterator<Item = Wrong>) {
    for ((code, text), expected, field) in problems {
        assert_eq!(code, expected, "{text}");
        assert!(text.starts_with(&format!("`{field}`")), "{text}");
    }
}

#[test]
fn bad_lines_name_their_field() {
    assert_named([
        (problem(|o| o.lines[1].id = o.lines[0].id.clone()), "id_twice", "lines[1].id"),
        (
            problem(|o| o.lines[0].amount = "0.005 EUR".parse().unwrap()),
            "money_not_in_minor_units",
            "lines[0].amount",
        ),
        (problem(|o| o.lines[0].amount = euro(-1)), "amount_negative", "lines[0].amount"),
        (problem(|o| o.lines[0].returned = true), "amount_positive", "lines[0].amount"),
        (
            problem(|o| o.lines[1].quantity = "0 each".parse().unwrap()),
            "amount_without_quantity",
            "lines[1].amount",
        ),
        (
            problem(|o| o.lines[0].quantity = "-1 each".parse().unwrap()),
            "quantity_negative",
            "lines[0].quantity",
        ),
        (
            problem(|o| o.lines[0].adjustments = vec![own("x", Fee, 1), own("x", Fee, 1)]),
            "id_twice",
            "lines[0].adjustments[1].id",
        ),
        (
            problem(|o| o.lines[0].adjustments = vec![own("x", Discount, -101)]),
            "discount_above_amount",
            "lines[0].adjustments[0].amount",
        ),
        (
            problem(|o| {
                o.lines[0].adjustments = vec![own("x", Fee, 1)];
                o.lines[1].adjustments = vec![own("x", Tax, 1)];
            }),
            "adjustment_mixed",
            "lines[1].adjustments[0].kind",
        ),
        (
            problem(|o| o.lines[0].adjustments = vec![own("d", Discount, -1)]),
            "id_twice",
            "adjustments[0].id",
        ),
        (
            problem(|o| {
                o.lines[0].adjustments =
                    vec![LineAdjustment { included: true, ..own("x", Tax, 101) }];
            }),
            "tax_above_amount",
            "lines[0]",
        ),
    ]);
}

#[test]
fn bad_adjustments_payments_and_totals_name_their_field() {
    assert_named([
        (
            problem(|o| o.adjustments[0].amount = euro(1)),
            "adjustment_sign",
            "adjustments[0].amount",
        ),
        (
            problem(|o| o.adjustments[0].included = true),
            "included_not_tax",
            "adjustments[0].included",
        ),
        (
            problem(|o| o.adjustments[0].lines = Some(vec!["9".parse().unwrap()])),
            "line_unknown",
            "adjustments[0].lines[0]",
        ),
        (
            problem(|o| {
                o.adjustments[0].lines = Some(vec!["2".parse().unwrap(), "2".parse().unwrap()]);
            }),
            "line_unknown",
            "adjustments[0].lines[1]",
        ),
        (
            problem(|o| o.adjustments[0].lines = Some(vec![])),
            "line_missing",
            "adjustments[0].lines",
        ),
        (
            problem(|o| {
                o.adjustments[0].lines = Some(vec!["2".parse().unwrap()]);
                o.adjustments[0].vendor = Some("a".parse().unwrap());
            }),
            "line_of_other_vendor",
            "adjustments[0].lines[0]",
        ),
        (
            problem(|o| o.adjustments[0].vendor = Some("z".parse().unwrap())),
            "vendor_unknown",
            "adjustments[0].vendor",
        ),
        (
            problem(|o| {
                o.lines[1].returned = true;
                o.lines[1].amount = euro(-100);
                o.adjustments[0].lines = Some(vec!["2".parse().unwrap(), "1".parse().unwrap()]);
            }),
            "scope_mixed",
            "adjustments[0].lines",
        ),
        (
            problem(|o| o.adjustments[0].follows = Some("d".parse().unwrap())),
            "follows_unknown",
            "adjustments[0].follows",
        ),
        (
            problem(|o| o.adjustments.push(o.adjustments[0].clone())),
            "id_twice",
            "adjustments[1].id",
        ),
        (problem(|o| o.payments = vec![pay("c", 200), pay("g", 1)]), "payments_differ", "payments"),
        (
            problem(|o| o.payments = vec![pay("c", 200), pay("g", -1)]),
            "payment_sign",
            "payments[1].amount",
        ),
        (
            problem(|o| {
                let tax = Some(euro(1));
                o.stated = Some(super::StatedTotals { tax, ..super::StatedTotals::default() });
            }),
            "stated_differs",
            "stated.tax",
        ),
    ]);
}

#[test]
fn a_tax_may_differ_by_half_a_cent_for_every_unit() {
    let mut order = order(&[("1", "a", 1000)], &[("tax", Tax, 190)]);
    order.lines[0].quantity = "2.5 kg".parse().unwrap();
    for (amount, good) in [(189, false), (190, true), (192, true), (193, false)] {
        order.adjustments[0].amount = euro(amount);
        let base = euro(1003);
        // The product is 1.9057, and three units may be off by one and a half.
        order.adjustments[0].tax = Some(TaxBase { rate: "0.19".parse().unwrap(), base });
        let found = split(&order, &SplitRules::default());
        assert_eq!(found.is_ok(), good, "{amount}");
        assert!(found.is_ok() || found.unwrap_err().code() == "tax_wrong");
    }
}

/// An order with something of everything; fully paid.
fn random_order(seed: u64) -> CustomerOrder {
    let mut random = Random::new(seed);
    let mut below = |end: usize| random.below(end);
    let mut built = order(&[], &[]);
    for place in 0..=below(12) {
        let vendor = ["", "a", "b", "c", "d"][below(5)];
        let sign = if below(6) == 0 { -1 } else { 1 };
        let amount = [0, 1, below(40), below(100_000)][below(4)] as i128;
        let text = format!("{place}");
        let mut line = order(&[(&text, vendor, sign * amount)], &[]).lines.remove(0);
        line.returned = sign < 0;
        line.quantity = ["1 each", "3 each", "2.5 kg", "0.125 kg"][below(4)].parse().unwrap();
        if below(3) == 0 {
            let discount = sign * below(usize::try_from(amount).unwrap() + 1) as i128;
            line.adjustments.push(own("sale", Discount, -discount));
        }
        if below(3) == 0 {
            line.adjustments.push(own(["duty", "a tax"][below(2)], Tax, sign * below(500) as i128));
        }
        if amount == 0 && below(2) == 0 && place > 0 {
            line.quantity = "0 each".parse().unwrap();
            line.adjustments.clear();
        }
        built.lines.push(line);
    }
    built.lines[0].quantity = "1 each".parse().unwrap();
    let all_returned = built.lines.iter().all(|line| line.returned);
    for place in 0..below(6) {
        let kind = [Discount, Shipping, Fee, Tax][below(4)];
        let id = format!("o{place}");
        let mut adjustment = order(&[], &[(&id, kind, 0)]).adjustments.remove(0);
        let charge = (0..place).find(|&other| {
            matches!(built.adjustments[other].kind, Shipping | Fee)
                && built.adjustments[other].lines.is_none()
        });
        let mut returned = all_returned;
        match (below(3), charge) {
            (0, Some(charge)) if matches!(kind, Discount | Tax) => {
                adjustment.follows = Some(built.adjustments[charge].id.clone());
            }
            (1, _) => {
                returned = built.lines[below(built.lines.len())].returned;
                let scope = built.lines.iter().filter(|line| line.returned == returned);
                let scope: Vec<_> = scope.map(|line| line.id.clone()).collect();
                let some = scope.iter().take(1 + below(scope.len())).cloned().collect();
                adjustment.lines = Some(some);
            }
            _ => {}
        }
        let sign = if (kind == Discount) == returned { 1 } else { -1 };
        adjustment.amount = euro(sign * [below(10), below(50_000)][below(2)] as i128);
        built.adjustments.push(adjustment);
    }
    for vendor in ["a", "b", "z"] {
        built.commissions.push(Commission {
            id: vendor.parse().unwrap(),
            vendor: vendor.parse().unwrap(),
            rate: "0.125".parse().unwrap(),
            base: [CommissionBase::Net, CommissionBase::Discounted, CommissionBase::Goods]
                [below(3)],
            fixed: Some(euro(below(100) as i128)),
            tax_rate: (below(2) == 0).then(|| "0.19".parse().unwrap()),
        });
    }
    let total: i128 = parts(&built).sale_orders.iter().map(|part| cents(part.total)).sum();
    let first = total / 3;
    built.payments = vec![pay("gift", first), pay("card", (total - first) / 2)];
    let rest = total - first - (total - first) / 2;
    built.payments.push(pay("invoice", rest));
    built
}

fn sum(amounts: impl Iterator<Item = Money>) -> i128 {
    amounts.map(cents).sum()
}

/// Everything of one order adds up.
fn assert_conserved(order: &CustomerOrder, found: &Split) {
    let parts = &found.sale_orders;
    assert_eq!(
        sum(parts.iter().map(|part| part.goods)),
        sum(order.lines.iter().map(|line| line.amount))
    );
    assert_eq!(lines(found).count(), order.lines.len());
    let own_sum = |id: &str| {
        let own = order.lines.iter().flat_map(|line| &line.adjustments);
        sum(own.filter(|own| own.id.as_str() == id).map(|own| own.amount))
    };
    let of_order = order.adjustments.iter().map(|row| (row.id.as_str(), cents(row.amount)));
    for (id, amount) in of_order.chain(["sale", "duty", "a tax"].map(|own| (own, own_sum(own)))) {
        let of_parts: i128 = parts.iter().map(|part| share_of(&part.adjustments, id)).sum();
        assert_eq!(of_parts + share_of(&found.unapplied, id), amount, "{id}");
        let of_lines: i128 = lines(found).map(|line| share_of(&line.adjustments, id)).sum();
        assert_eq!(of_lines, of_parts, "{id}");
    }
    for payment in &order.payments {
        let own = parts.iter().flat_map(|part| &part.payments);
        let own = own.filter(|share| share.id == payment.id);
        assert_eq!(sum(own.map(|share| share.amount)), cents(payment.amount));
    }
    for part in parts {
        let own = |of: fn(&SaleOrderLine) -> Money| sum(part.lines.iter().map(of));
        assert_eq!(cents(part.goods), own(|line| line.amount));
        assert_eq!(cents(part.total), own(|line| line.total));
        let rows = part
            .lines
            .iter()
            .map(|line| (line.total, line.amount, &line.adjustments, &line.payments, line.offset));
        let whole = (part.total, part.goods, &part.adjustments, &part.payments, part.offset);
        for (total, goods, adjustments, payments, offset) in rows.chain([whole]) {
            assert_eq!(
                cents(total),
                cents(goods) + sum(adjustments.iter().map(|share| share.amount))
            );
            let paid = sum(payments.iter().map(|share| share.amount));
            assert_eq!(cents(total), paid + offset.map_or(0, cents));
        }
    }
    assert_eq!(sum(parts.iter().filter_map(|part| part.offset)), 0);
}

#[test]
fn a_line_of_which_hardly_anything_is_left_has_no_piece_below_zero() {
    // Cut by itself, each of the discounts would take 1.67 of the first piece's 3.33.
    let mut order = order(&[("1", "a", 1000)], &[("d", Discount, -500)]);
    order.lines[0].quantity = "3 each".parse().unwrap();
    order.lines[0].on_hand = "1 each".parse().ok();
    order.lines[0].adjustments = vec![own("own", Discount, -500)];
    let then_by = vec![super::SplitKey::Availability];
    let rules = SplitRules { then_by, ..SplitRules::default() };
    let parts = split(&order, &rules).unwrap().sale_orders;
    let figures = parts.iter().map(|part| {
        let shares = part.adjustments.iter().map(|share| share.amount.to_string());
        (part.goods.to_string(), shares.collect::<Vec<_>>().join(" "), part.total.to_string())
    });
    let expected = [
        ("3.34 EUR", "-1.67 EUR -1.67 EUR", "0.00 EUR"),
        ("6.66 EUR", "-3.33 EUR -3.33 EUR", "0.00 EUR"),
    ];
    let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(figures.collect::<Vec<_>>(), expected);
}

#[cfg(not(target_family = "wasm"))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    fn text(order: &CustomerOrder, rules: &SplitRules) -> String {
        serde_json::to_string(&split(order, rules).unwrap()).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn every_column_of_the_parts_adds_up_to_the_order_s(seed in any::<u64>()) {
            let order = random_order(seed);
            let found = parts(&order);
            assert_conserved(&order, &found);
            for line in lines(&found) {
                prop_assert!(line.returned || !line.total.is_negative());
            }
            for share in &found.unapplied {
                prop_assert_eq!(share.kind, Discount);
            }
        }

        #[test]
        fn the_sequence_of_the_lines_and_a_second_split_change_nothing(
            seed in any::<u64>(),
            turn in 0..12_usize,
        ) {
            let order = random_order(seed);
            let mut turned = order.clone();
            let lines = turned.lines.len();
            turned.lines.rotate_left(turn % lines);
            turned.lines[turn % lines..].reverse();
            for adjustment in &mut turned.adjustments {
                if let Some(lines) = &mut adjustment.lines {
                    lines.reverse();
                }
            }
            let rules = SplitRules::default();
            prop_assert_eq!(text(&order, &rules), text(&turned, &rules));
            prop_assert_eq!(text(&order, &rules), text(&order, &rules));
        }

        #[test]
        fn how_lines_are_put_together_changes_none_of_them(seed in any::<u64>()) {
            let order = random_order(seed);
            let by_line = SplitRules { one_line_per_order: true, ..SplitRules::default() };
            let single = split(&order, &by_line).unwrap();
            prop_assert_eq!(single.sale_orders.len(), order.lines.len());
            let by_vendor = parts(&order);
            let sorted = |split: &Split| {
                let mut all: Vec<_> = lines(split).cloned().collect();
                all.sort_by(|a, b| a.id.cmp(&b.id));
                all
            };
            prop_assert_eq!(sorted(&single), sorted(&by_vendor));
            for part in &single.sale_orders {
                let line = &part.lines[0];
                prop_assert_eq!((part.goods, part.total, part.offset), (line.amount, line.total, line.offset));
                prop_assert_eq!(&part.adjustments, &line.adjustments);
                prop_assert_eq!(&part.payments, &line.payments);
                prop_assert_eq!(&part.commissions, &line.commissions);
            }
        }

        #[test]
        fn one_vendor_is_one_part_with_the_order_s_figures(seed in any::<u64>()) {
            let mut order = random_order(seed);
            for line in &mut order.lines {
                line.vendor = Some("a".parse().unwrap());
            }
            let found = parts(&order);
            prop_assert_eq!(found.sale_orders.len(), 1);
            let part = &found.sale_orders[0];
            for payment in order.payments.iter().filter(|payment| !payment.amount.is_zero()) {
                let share = part.payments.iter().find(|share| share.id == payment.id).unwrap();
                prop_assert_eq!(share.amount, payment.amount);
            }
            for row in &order.adjustments {
                let whole = share_of(&part.adjustments, row.id.as_str());
                prop_assert_eq!(whole + share_of(&found.unapplied, row.id.as_str()), cents(row.amount));
            }
            prop_assert_eq!(part.offset, None);
        }
    }
}

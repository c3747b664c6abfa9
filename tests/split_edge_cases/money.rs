//! How money is divided.

use crate::shop::{
    adjustment, by_vendor, eur, following, line, line_shares, money, names, order, payment, plain,
    quantity, shares, totals,
};
use replenish::{
    order::{
        Adjustment,
        AdjustmentKind::{Discount, Fee, Shipping, Tax},
        CustomerOrder,
        PaymentKind::{Card, GiftCard, Transfer},
        SplitRules, prove, split,
    },
    unit::Money,
};

#[test]
fn case_08_a_discount_over_nearly_equal_lines_keeps_the_odd_cent() {
    let mut order = order(&[("1", "a", "33.33"), ("2", "b", "33.33"), ("3", "c", "33.34")]);
    order.adjustments = vec![adjustment("ten", Discount, "-10.00")];
    assert_eq!(shares(&by_vendor(&order), "ten"), ["-3.33", "-3.33", "-3.34"]);
}

#[test]
fn case_09_one_cent_goes_to_the_lowest_line_and_is_never_lost() {
    let mut order = order(&[("3", "c", "5.00"), ("1", "a", "5.00"), ("2", "b", "5.00")]);
    order.adjustments = vec![adjustment("cent", Discount, "-0.01")];
    assert_eq!(shares(&by_vendor(&order), "cent"), ["-0.01", "-", "-"]);
}

#[test]
fn case_10_a_line_worth_nothing_gets_nothing_of_a_discount() {
    let mut order =
        order(&[("1", "a", "0.00"), ("2", "b", "3.33"), ("3", "c", "3.33"), ("4", "d", "3.33")]);
    order.adjustments = vec![adjustment("off", Discount, "-1.01")];
    assert_eq!(shares(&by_vendor(&order), "off"), ["-", "-0.34", "-0.34", "-0.33"]);
}

#[test]
fn case_11_a_discount_ends_where_the_lines_are_used_up() {
    let cents: Vec<_> = ["1", "2", "3", "4", "5"].map(|id| (id, "a", "0.01")).into();
    let mut small = order(&cents);
    small.adjustments = vec![adjustment("off", Discount, "-0.02")];
    assert_eq!(line_shares(&by_vendor(&small), "off"), ["-0.01", "-0.01", "-", "-", "-"]);

    let mut large = order(&[("1", "a", "10.00"), ("2", "b", "20.00")]);
    large.adjustments = vec![adjustment("fifty", Discount, "-50.00")];
    let found = by_vendor(&large);
    assert_eq!(shares(&found, "fifty"), ["-10.00", "-20.00"]);
    assert_eq!(totals(&found), ["0.00", "0.00"]);
    let unapplied: Vec<_> = found.unapplied.iter().map(|share| plain(share.amount)).collect();
    assert_eq!(unapplied, ["-20.00"]);
}

#[test]
fn case_12_a_vendor_s_promotion_touches_only_its_lines() {
    let mut order = order(&[("1", "a", "10.00"), ("2", "b", "10.00"), ("3", "b", "30.00")]);
    order.adjustments = vec![Adjustment {
        vendor: Some("b".parse().unwrap()),
        ..adjustment("promotion", Discount, "-4.00")
    }];
    let found = by_vendor(&order);
    assert_eq!(shares(&found, "promotion"), ["-", "-4.00"]);
    assert_eq!(line_shares(&found, "promotion"), ["-", "-1.00", "-3.00"]);
    assert_eq!(totals(&found), ["10.00", "36.00"]);
}

#[test]
fn case_13_what_the_whole_basket_has_earned_stays_on_every_part() {
    // Twelve off from 100 on: no part of it reaches 100 by itself.
    let mut order = order(&[("1", "a", "60.00"), ("2", "b", "60.00")]);
    order.adjustments = vec![adjustment("from-100", Discount, "-12.00")];
    let found = by_vendor(&order);
    assert_eq!(shares(&found, "from-100"), ["-6.00", "-6.00"]);
    assert_eq!(totals(&found), ["54.00", "54.00"]);
}

#[test]
fn case_14_a_coupon_is_used_once_however_many_parts_it_has() {
    let mut order = order(&[("1", "a", "10.00"), ("2", "b", "10.00")]);
    let coupon = |id, amount| Adjustment {
        coupon: Some("WELCOME".to_owned()),
        ..adjustment(id, Discount, amount)
    };
    order.adjustments = vec![coupon("goods", "-2.00"), adjustment("way", Shipping, "4.00")];
    order.adjustments.push(following("way", coupon("free-way", "-4.00")));
    let found = by_vendor(&order);
    assert_eq!(shares(&found, "goods"), ["-1.00", "-1.00"]);
    assert_eq!(found.coupons, ["WELCOME"]);
}

#[test]
fn case_15_one_shipping_charge_for_three_vendors_is_divided_and_never_copied() {
    let mut order = order(&[("1", "a", "5.00"), ("2", "b", "5.00"), ("3", "c", "5.00")]);
    order.adjustments = vec![adjustment("way", Shipping, "10.00")];
    assert_eq!(shares(&by_vendor(&order), "way"), ["3.34", "3.33", "3.33"]);
}

#[test]
fn case_16_a_charge_on_worthless_goods_goes_by_quantity_and_its_tax_with_it() {
    let mut order = order(&[("1", "a", "0.00"), ("2", "b", "0.00")]);
    order.adjustments = vec![
        adjustment("way", Shipping, "10.00"),
        following("way", adjustment("way-tax", Tax, "1.90")),
    ];
    let found = by_vendor(&order);
    assert_eq!(shares(&found, "way"), ["5.00", "5.00"]);
    assert_eq!(shares(&found, "way-tax"), ["0.95", "0.95"]);

    order.lines[0].quantity = quantity("3 each");
    let found = by_vendor(&order);
    assert_eq!(shares(&found, "way"), ["7.50", "2.50"]);
    assert_eq!(shares(&found, "way-tax"), ["1.43", "0.47"]);

    // Lines that have no quantity either count alike.
    order.lines.push(line("3", "c", eur("1.00")));
    for line in &mut order.lines[..2] {
        line.quantity = quantity("0 each");
    }
    order.adjustments[0].lines = Some(vec!["1".parse().unwrap(), "2".parse().unwrap()]);
    let found = by_vendor(&order);
    assert_eq!(shares(&found, "way"), ["5.00", "5.00", "-"]);
    assert_eq!(shares(&found, "way-tax"), ["0.95", "0.95", "-"]);
}

#[test]
fn case_17_the_tax_of_a_fee_follows_the_fee() {
    let mut order = order(&[("1", "a", "20.00"), ("2", "b", "10.00"), ("3", "c", "10.00")]);
    order.adjustments = vec![
        adjustment("wrap", Fee, "0.03"),
        following("wrap", adjustment("wrap-tax", Tax, "0.09")),
    ];
    let found = by_vendor(&order);
    assert_eq!(shares(&found, "wrap"), ["0.01", "0.01", "0.01"]);
    // By the goods it would be 0.05, 0.02 and 0.02.
    assert_eq!(shares(&found, "wrap-tax"), ["0.03", "0.03", "0.03"]);

    order.adjustments[0].lines = Some(vec!["2".parse().unwrap()]);
    let found = by_vendor(&order);
    assert_eq!(shares(&found, "wrap"), ["-", "0.03", "-"]);
    assert_eq!(
        shares(&found, "wrap-tax"),
        ["-", "0.09", "-"],
        "where the fee is, and nowhere else"
    );
}

#[test]
fn case_18_the_currency_says_how_many_decimals_there_are() {
    let names = ["1", "2", "3", "4", "5", "6", "7"];
    let of = |amount: &str, charge: &str, count: usize| {
        let lines = names[..count].iter().map(|id| line(id, &format!("v{id}"), money(amount)));
        let currency = money(amount).currency();
        let mut order = CustomerOrder::new("1001".parse().unwrap(), currency, lines.collect());
        order.adjustments = vec![Adjustment::new("fee".parse().unwrap(), Fee, money(charge))];
        shares(&by_vendor(&order), "fee")
    };
    assert_eq!(of("10 CLP", "100 CLP", 7), ["15", "15", "14", "14", "14", "14", "14"]);
    assert_eq!(of("1.000 KWD", "0.100 KWD", 3), ["0.034", "0.033", "0.033"]);
    assert_eq!(of("1.0000 CLF", "0.0001 CLF", 2), ["0.0001", "-"]);
}

/// Goods of three vendors, 120.00 together.
fn basket() -> CustomerOrder {
    order(&[("1", "a", "70.01"), ("2", "b", "30.00"), ("3", "c", "19.99")])
}

#[test]
fn case_19_a_gift_card_and_a_card_are_drawn_row_and_column_exact() {
    let mut order = basket();
    order.payments = vec![payment("gift", GiftCard, "50.00"), payment("card", Card, "70.00")];
    let found = by_vendor(&order);
    assert_eq!(shares(&found, "gift"), ["29.17", "12.50", "8.33"]);
    assert_eq!(shares(&found, "card"), ["40.84", "17.50", "11.66"]);
}

#[test]
fn case_20_three_payments_are_drawn_one_after_the_other() {
    let mut order = basket();
    order.payments = vec![
        payment("gift", GiftCard, "33.33"),
        payment("bank", Transfer, "11.11"),
        payment("card", Card, "75.56"),
    ];
    let found = by_vendor(&order);
    assert_eq!(shares(&found, "gift"), ["19.45", "8.33", "5.55"]);
    assert_eq!(shares(&found, "bank"), ["6.48", "2.78", "1.85"]);
    assert_eq!(shares(&found, "card"), ["44.08", "18.89", "12.59"]);

    order.payments[2].amount = eur("75.55");
    let error = split(&order, &SplitRules::default()).unwrap_err();
    assert_eq!(error.code(), "payments_differ");
    let text = error.to_string();
    assert!(text.contains("`payments`") && text.contains("120.00 EUR"), "{text}");
    assert!(text.contains("119.99 EUR") && text.contains("0.01 EUR"), "{text}");
}

#[test]
fn case_21_a_discount_is_divided_over_lines_first_and_then_over_parts() {
    let mut order = order(&[("1", "a", "0.47"), ("2", "b", "0.46"), ("3", "b", "0.47")]);
    order.adjustments = vec![adjustment("off", Discount, "-0.55")];
    assert_eq!(shares(&by_vendor(&order), "off"), ["-0.19", "-0.36"]);
}

#[test]
fn case_33_two_currencies_are_never_summed() {
    let mut order = order(&[("1", "a", "1.00"), ("2", "a", "1.00")]);
    order.lines[1].amount = money("1.00 USD");
    let error = split(&order, &SplitRules::default()).unwrap_err();
    assert_eq!(error.code(), "currency_mixed");
    assert!(error.to_string().contains("lines[1].amount"), "{error}");
}

#[test]
fn case_34_ten_to_the_thirteenth_against_itself_is_exact_and_more_is_an_error() {
    let minor = |count| Money::from_minor_units(count, "EUR".parse().unwrap()).unwrap();
    let most = minor(10_i128.pow(13));
    let mut order = order(&[]);
    order.lines = ["1", "2", "3"].map(|id| line(id, id, most)).into();
    order.adjustments = vec![Adjustment::new("fee".parse().unwrap(), Fee, most)];
    let found = by_vendor(&order);
    assert_eq!(shares(&found, "fee"), ["33333333333.34", "33333333333.33", "33333333333.33"]);
    for amount in [minor(10_i128.pow(13) + 1), minor(10_i128.pow(28) - 1)] {
        order.lines[0].amount = amount;
        assert_eq!(split(&order, &SplitRules::default()).unwrap_err().code(), "money_too_large");
    }
}

#[test]
fn case_36_a_thousand_lines_of_two_hundred_vendors_and_five_payments() {
    let mut order = order(&[]);
    let mut sum = 0;
    for index in 0..1000_i128 {
        let cents = index * 7919 % 5000;
        let amount = Money::from_minor_units(cents, order.currency).unwrap();
        order.lines.push(line(&format!("{index:04}"), &format!("v{:03}", index % 200), amount));
        sum += cents;
    }
    order.adjustments =
        vec![adjustment("off", Discount, "-123.45"), adjustment("way", Shipping, "9.90")];
    let mut left = sum - 12_345 + 990;
    for (index, id) in ["p1", "p2", "p3", "p4", "p5"].into_iter().enumerate() {
        let part = if index == 4 { left } else { left / 3 };
        left -= part;
        let amount = Money::from_minor_units(part, order.currency).unwrap();
        order.payments.push(payment(id, Card, &plain(amount)));
    }
    let found = by_vendor(&order);
    assert_eq!(found.sale_orders.len(), 200);
    let proof = prove(&order, &found).unwrap();
    assert_eq!(proof.columns.len(), 3 + 2 + 5);
    let mut sorted = names(&found);
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), 200);
}

//! What comes after the split: money given back, checks before anything is sent, edits.

use crate::shop::{
    adjustment, by_vendor, commission, eur, line, order, payment, plain, quantity, units,
};
use replenish::{
    flow::{ParentStatus, SaleOrderState, roll_up},
    order::{
        AdjustmentKind::{Discount, Shipping},
        ChargePolicy, CompletionProblemKind, CompletionRules, ContractRest, PaymentKind, Placed,
        Refund, RefundRequest, RefundScope, RevisionTerms, SaleOrder, Split, SplitRules,
        SystemNeeds, VendorMinimum, check_completion, prove, refund, revise,
    },
};

fn request(what: RefundScope) -> RefundRequest {
    RefundRequest { what, shipping: ChargePolicy::GiveBack, fees: ChargePolicy::GiveBack }
}

fn of_line(id: &str) -> RefundRequest {
    request(RefundScope::Line { line: id.parse().unwrap() })
}

fn one_unit() -> RefundRequest {
    request(RefundScope::Units { line: "1".parse().unwrap(), quantity: quantity("1 each") })
}

/// Gives units back one by one until none is left.
fn unit_by_unit(part: &SaleOrder) -> Vec<Refund> {
    let mut refunds = Vec::new();
    while let Ok(next) = refund(part, &refunds, &one_unit()) {
        refunds.push(next);
    }
    refunds
}

fn totals(refunds: &[Refund]) -> Vec<String> {
    refunds.iter().map(|refund| plain(refund.total)).collect()
}

#[test]
fn case_25_a_cancelled_line_gives_back_its_own_share_and_no_other_changes() {
    let mut order = order(&[("1", "a", "60.00"), ("2", "a", "40.00"), ("3", "b", "20.00")]);
    order.adjustments = vec![adjustment("off", Discount, "-12.00")];
    let found = by_vendor(&order);
    let part = &found.sale_orders[0];
    let first = refund(part, &[], &of_line("2")).unwrap();
    assert_eq!((plain(first.goods), plain(first.total)), ("40.00".into(), "36.00".into()));
    assert_eq!(plain(first.adjustments[0].amount), "-4.00");
    // The other line still has the discount that it had, and gives back that much.
    let second = refund(part, std::slice::from_ref(&first), &of_line("1")).unwrap();
    assert_eq!(plain(second.total), "54.00");
    let all = first.total.plus(second.total).unwrap();
    assert_eq!(all, part.total);
    let again = refund(part, &[first, second], &of_line("1")).unwrap_err();
    assert_eq!(again.code(), "quantity_above_rest");
}

#[test]
fn case_26_refunds_unit_by_unit_add_up_and_no_more_than_the_rest_is_given_back() {
    let three = by_vendor(&units("3 each", "10.00"));
    assert_eq!(totals(&unit_by_unit(&three.sale_orders[0])), ["3.33", "3.34", "3.33"]);

    // Ten of 0.99 less seven per cent.
    let ten = by_vendor(&units("10 each", "9.21"));
    let refunds = unit_by_unit(&ten.sale_orders[0]);
    let mut found = totals(&refunds);
    found.sort();
    let mut expected = vec!["0.92"; 9];
    expected.push("0.93");
    assert_eq!(found, expected);

    let more =
        request(RefundScope::Units { line: "1".parse().unwrap(), quantity: quantity("4 each") });
    let error = refund(&three.sale_orders[0], &[], &more).unwrap_err();
    assert_eq!(error.code(), "quantity_above_rest");
}

#[test]
fn case_27_one_of_three_parts_is_nullified() {
    let mut order = order(&[("1", "a", "60.00"), ("2", "b", "30.00"), ("3", "c", "10.00")]);
    order.adjustments = vec![adjustment("way", Shipping, "10.00")];
    order.payments = vec![
        payment("gift", PaymentKind::GiftCard, "55.00"),
        payment("card", PaymentKind::Card, "55.00"),
    ];
    let found = by_vendor(&order);
    let states = [SaleOrderState::Sent, SaleOrderState::Nullified, SaleOrderState::Sent];
    let parent = roll_up(&states);
    assert_eq!(parent.status, ParentStatus::PartiallyNullified);
    assert_eq!((parent.counts.sent, parent.counts.nullified), (2, 1));

    let part = &found.sale_orders[1];
    assert_eq!(plain(part.total), "33.00");
    let back = refund(part, &[], &request(RefundScope::SaleOrder {})).unwrap();
    assert_eq!(plain(back.total), "33.00");
    let paid: Vec<_> = back.payments.iter().map(|share| plain(share.amount)).collect();
    assert_eq!(
        paid,
        ["16.50", "16.50"],
        "what its payments gave for it, and nothing of the others"
    );
    assert_eq!(back.payments, part.payments);

    let keep = RefundRequest { shipping: ChargePolicy::Keep, ..request(RefundScope::SaleOrder {}) };
    let back = refund(part, &[], &keep).unwrap();
    assert_eq!((plain(back.total), plain(back.kept[0].amount)), ("30.00".into(), "3.00".into()));
}

#[test]
fn case_29_a_vendor_s_minimum_is_checked_before_anything_is_sent() {
    let order = order(&[("1", "a", "12.00"), ("2", "b", "99.00"), ("3", "a", "3.00")]);
    let minimum =
        |vendor: &str, value| VendorMinimum { vendor: vendor.parse().unwrap(), value: eur(value) };
    let rules = CompletionRules {
        minimums: vec![minimum("a", "20.00"), minimum("b", "99.00"), minimum("c", "5.00")],
        ..CompletionRules::default()
    };
    let problems = check_completion(&order, &by_vendor(&order), &rules).unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    let CompletionProblemKind::BelowMinimum { vendor, value, missing, .. } = &problems[0].problem
    else {
        unreachable!("{problems:?}")
    };
    assert_eq!(
        (vendor.as_str(), plain(*value), plain(*missing)),
        ("a", "15.00".into(), "5.00".into())
    );
    assert!(problems[0].text.contains("5.00 EUR"), "{}", problems[0].text);
}

#[test]
fn case_30_a_contract_is_checked_on_the_sum_of_its_lines() {
    let mut order = order(&[("1", "a", "1.00"), ("2", "b", "1.00")]);
    for line in &mut order.lines {
        line.quantity = quantity("6 each");
        line.contract = Some("k".parse().unwrap());
    }
    let rest = |left| CompletionRules {
        contracts: vec![ContractRest { contract: "k".parse().unwrap(), left: quantity(left) }],
        ..CompletionRules::default()
    };
    let found = by_vendor(&order);
    assert_eq!(check_completion(&order, &found, &rest("12 each")).unwrap(), []);
    let problems = check_completion(&order, &found, &rest("10 each")).unwrap();
    let CompletionProblemKind::ContractExceeded { wanted, excess, lines, .. } =
        &problems[0].problem
    else {
        unreachable!("{problems:?}")
    };
    assert_eq!((*wanted, *excess, lines.len()), (quantity("12 each"), quantity("2 each"), 2));
}

#[test]
fn case_31_what_a_vendor_s_system_cannot_take_is_found_for_the_whole_order_at_once() {
    let mut order = order(&[("1", "a", "1.00"), ("2", "a", "1.00"), ("3", "b", "1.00")]);
    order.lines[0].sku = "100045".parse().unwrap();
    order.lines[1].contract = Some("k".parse().unwrap());
    let rules = CompletionRules {
        systems: vec![SystemNeeds {
            vendors: Some(vec!["a".parse().unwrap()]),
            numeric_skus: true,
            contract: true,
        }],
        ..CompletionRules::default()
    };
    let problems = check_completion(&order, &by_vendor(&order), &rules).unwrap();
    let found: Vec<_> = problems
        .iter()
        .map(|problem| match &problem.problem {
            CompletionProblemKind::SkuNotNumeric { line, .. } => format!("sku {line}"),
            CompletionProblemKind::ContractMissing { line, .. } => format!("contract {line}"),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(found, ["contract 1", "sku 2"], "and nothing of what another system takes");
}

#[test]
fn case_32_a_commission_goes_back_with_the_units_at_the_rate_of_the_order() {
    let mut order = units("3 each", "33.33");
    order.commissions = vec![commission("kept", "a", "0.125")];
    let found = by_vendor(&order);
    let part = &found.sale_orders[0];
    assert_eq!(plain(part.commissions[0].amount), "4.17");
    // Another rate in the next order changes nothing here: refunds know the sale order alone.
    let back: Vec<_> =
        unit_by_unit(part).iter().map(|refund| plain(refund.commissions[0].amount)).collect();
    assert_eq!(back, ["1.39", "1.39", "1.39"]);
}

#[test]
fn case_35_an_edit_is_a_new_revision_that_divides_only_the_difference() {
    let mut order = order(&[("1", "a", "60.00"), ("2", "b", "40.00")]);
    order.adjustments = vec![adjustment("off", Discount, "-10.00")];
    order.payments = vec![payment("card", PaymentKind::Card, "90.00")];
    let found = by_vendor(&order);
    let mut edited = order.clone();
    edited.revision = 2;
    edited.lines.push(line("3", "c", eur("50.00")));
    edited.adjustments[0].amount = eur("-12.00");
    edited.payments.push(payment("more", PaymentKind::Card, "48.00"));
    let terms = RevisionTerms { shipping: ChargePolicy::GiveBack, fees: ChargePolicy::GiveBack };
    let rules = SplitRules::default();
    let revision = revise(&Placed::from(found.clone()), &edited, &rules, terms).unwrap();
    assert_eq!((revision.refunds.len(), revision.amendments.len()), (0, 0));

    // What there was keeps its names and figures.
    let parts = &revision.placed.sale_orders;
    assert_eq!(parts[..2], found.sale_orders);
    let names: Vec<_> = parts.iter().map(|part| part.id.as_str()).collect();
    assert_eq!(names, ["1001:1:a", "1001:1:b", "1001:2:c"]);
    assert_eq!(plain(parts[2].adjustments[0].amount), "-2.00");
    // All over again it would be 4.80, 3.20 and 4.00.
    let all = Split {
        sale_orders: parts.clone(),
        unapplied: revision.unapplied.clone(),
        coupons: Vec::new(),
    };
    let proof = prove(&edited, &all).unwrap();
    assert!(proof.conserved, "{:?}", proof.breaches);

    let again = revise(&Placed::from(found), &edited, &rules, terms).unwrap();
    assert_eq!(again, revision, "asked twice it is the same");
}

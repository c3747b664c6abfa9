use super::*;
use crate::order::{RefundRequest, RefundScope};

/// A revision of one order from its JSON: lines, then adjustments, then payments.
fn order(revision: u32, lines: &[&str], adjustments: &str, payments: &str) -> CustomerOrder {
    let lines = lines.join(",");
    let text = format!(
        r#"{{"id": "o", "revision": {revision}, "currency": "EUR", "lines": [{lines}],
            "adjustments": [{adjustments}], "payments": [{payments}]}}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn line(id: u32, vendor: &str, quantity: u32, amount: &str) -> String {
    format!(
        r#"{{"id": "{id}", "sku": "s{id}", "vendor": "{vendor}", "quantity": "{quantity} each",
            "amount": "{amount} EUR"}}"#
    )
}

fn adjustment(id: &str, kind: &str, amount: &str) -> String {
    format!(r#"{{"id": "{id}", "kind": "{kind}", "amount": "{amount} EUR"}}"#)
}

fn card(amount: &str) -> String {
    format!(r#"{{"id": "card", "kind": "card", "amount": "{amount} EUR"}}"#)
}

fn placed(order: &CustomerOrder) -> Placed {
    Placed::from(split(order, &SplitRules::default()).unwrap())
}

const BACK: RevisionTerms =
    RevisionTerms { shipping: ChargePolicy::GiveBack, fees: ChargePolicy::GiveBack };
const KEEP: RevisionTerms =
    RevisionTerms { shipping: ChargePolicy::Keep, fees: ChargePolicy::Keep };

fn revised(before: &CustomerOrder, after: &CustomerOrder, terms: RevisionTerms) -> Revision {
    revise(&placed(before), after, &SplitRules::default(), terms).unwrap()
}

fn refused(placed: &Placed, order: &CustomerOrder, rules: &SplitRules) -> (&'static str, String) {
    let error = revise(placed, order, rules, BACK).unwrap_err();
    let OrderError::Invalid(invalid) = error else { panic!("{error}") };
    (invalid.code, invalid.path.clone())
}

/// Names and totals.
fn added(revision: &Revision) -> Vec<String> {
    revision.sale_orders.iter().map(|part| format!("{} {}", part.id, part.total)).collect()
}

fn refunded(revision: &Revision) -> Vec<String> {
    let refunds = revision.refunds.iter();
    refunds.map(|refund| format!("{} {}", refund.sale_order, refund.total)).collect()
}

/// Changed amounts and shares, by sale order and line.
fn amended(revision: &Revision) -> Vec<String> {
    let mut all = Vec::new();
    for amendment in &revision.amendments {
        for line in &amendment.lines {
            let place = format!("{} {} of {}", amendment.sale_order, line.line, line.quantity);
            let amount = (!line.amount.is_zero()).then(|| line.amount.amount().to_string());
            let shares = line.adjustments.iter();
            let shares = shares.map(|share| format!("{} {}", share.id, share.amount.amount()));
            let words: Vec<_> = [place].into_iter().chain(amount).chain(shares).collect();
            all.push(words.join(" "));
        }
    }
    all
}

#[test]
fn case_35_an_added_line_takes_what_grows_and_nothing_else_changes() {
    let one = line(1, "a", 1, "30.00");
    let coupon = |amount: &str| adjustment("coupon", "discount", amount);
    let before = order(1, &[&one], &coupon("-3.00"), &card("27.00"));
    let two = line(2, "a", 1, "10.00");
    let after = order(2, &[&two, &one], &coupon("-4.00"), &card("36.00"));
    let revision = revised(&before, &after, BACK);
    assert_eq!(added(&revision), ["o:2:a 9.00 EUR"]);
    assert!(revision.refunds.is_empty() && revision.amendments.is_empty());
    assert_eq!(revision.placed.sale_orders[0], placed(&before).sale_orders[0]);
    assert_eq!(revision.sale_orders[0].payments[0].amount.to_string(), "9.00 EUR");
    assert_eq!(revision.balance[0].amount.to_string(), "9.00 EUR");
    assert_eq!(revision.payments.len(), 1);

    // Asked again of the same documents, the same comes out, and the next revision starts from here.
    assert_eq!(revised(&before, &after, BACK), revision);
    let same = CustomerOrder { revision: 3, ..after };
    let next = revise(&revision.placed, &same, &SplitRules::default(), BACK).unwrap();
    assert!(next.is_empty() && next.balance.is_empty() && next.payments.is_empty());
}

#[test]
fn added_units_take_their_part_of_the_line_and_its_rounding() {
    let before = order(1, &[&line(1, "a", 6, "19.99")], "", "");
    let after = order(2, &[&line(1, "a", 7, "23.32")], "", "");
    let revision = revised(&before, &after, BACK);
    assert_eq!(added(&revision), ["o:2:a 3.33 EUR"]);
    assert_eq!(revision.sale_orders[0].lines[0].quantity.to_string(), "1 each");
    assert!(revision.amendments.is_empty());

    // With another price, added units have theirs and the units that stay are amended.
    let dearer = order(2, &[&line(1, "a", 8, "40.00")], "", "");
    let revision = revised(&before, &dearer, BACK);
    assert_eq!(added(&revision), ["o:2:a 10.00 EUR"]);
    assert_eq!(amended(&revision), ["o:1:a 1 of 6 each 10.01"]);
    // A price for more that makes all cheaper.
    let cheaper = order(2, &[&line(1, "a", 8, "16.00")], "", "");
    let revision = revised(&before, &cheaper, BACK);
    assert_eq!(added(&revision), ["o:2:a 4.00 EUR"]);
    assert_eq!(amended(&revision), ["o:1:a 1 of 6 each -7.99"]);
}

#[test]
fn what_is_taken_out_is_refunded_the_latest_first() {
    let one = order(1, &[&line(1, "a", 3, "30.00")], "", "");
    let two = order(2, &[&line(1, "a", 5, "50.00")], "", "");
    let first = revised(&one, &two, BACK);
    let lowered = order(3, &[&line(1, "a", 2, "20.00")], "", "");
    let revision = revise(&first.placed, &lowered, &SplitRules::default(), BACK).unwrap();
    assert_eq!(refunded(&revision), ["o:1:a 10.00 EUR", "o:2:a 20.00 EUR"]);
    assert_eq!(revision.refunds[0].lines[0].quantity.to_string(), "1 each");
    assert!(revision.sale_orders.is_empty() && revision.amendments.is_empty());
}

#[test]
fn of_one_revision_what_is_not_on_hand_goes_first() {
    let rules = SplitRules { then_by: vec![SplitKey::Availability], ..SplitRules::default() };
    let mut before = order(1, &[&line(1, "a", 10, "100.00")], "", "");
    before.lines[0].on_hand = Some("6 each".parse().unwrap());
    let placed = Placed::from(split(&before, &rules).unwrap());
    let mut after = order(2, &[&line(1, "a", 7, "70.00")], "", "");
    after.lines[0].on_hand = before.lines[0].on_hand;
    let revision = revise(&placed, &after, &rules, BACK).unwrap();
    assert_eq!(refunded(&revision), ["o:1:a:backorder 30.00 EUR"]);
    // Units added to those that wait wait too.
    let mut more = order(2, &[&line(1, "a", 12, "120.00")], "", "");
    more.lines[0].on_hand = before.lines[0].on_hand;
    let revision = revise(&placed, &more, &rules, BACK).unwrap();
    assert_eq!(added(&revision), ["o:2:a:backorder 20.00 EUR"]);
}

#[test]
fn a_line_that_moves_is_taken_out_of_one_and_added_to_another() {
    let stays = line(2, "a", 1, "5.00");
    let before = order(1, &[&line(1, "a", 1, "10.00"), &stays], "", "");
    let after = order(2, &[&line(1, "b", 1, "10.00"), &stays], "", "");
    let revision = revised(&before, &after, BACK);
    assert_eq!(refunded(&revision), ["o:1:a 10.00 EUR"]);
    assert_eq!(added(&revision), ["o:2:b 10.00 EUR"]);

    let mut engraved = before.clone();
    engraved.revision = 2;
    engraved.lines[0].attributes.insert("engraving".into(), "Ada".into());
    let revision = revised(&before, &engraved, BACK);
    assert_eq!((refunded(&revision).len(), added(&revision).len()), (1, 1));
}

#[test]
fn a_product_s_new_vendor_is_read_for_added_lines_alone() {
    let before = order(1, &[&line(1, "a", 1, "10.00")], "", "");
    let after = order(2, &[&line(1, "a", 2, "20.00"), &line(2, "a", 1, "5.00")], "", "");
    let vendors = [("s1", "b"), ("s2", "b")];
    let vendors = vendors.map(|(sku, vendor)| (sku.parse().unwrap(), vendor.parse().unwrap()));
    let mut rules = SplitRules { vendors: vendors.into(), ..SplitRules::default() };
    let revision = revise(&placed(&before), &after, &rules, BACK).unwrap();
    assert_eq!(added(&revision), ["o:2:a 10.00 EUR", "o:2:b 5.00 EUR"]);
    let moved = revision.sale_orders[1].lines[0].vendor_before.as_ref().unwrap();
    assert_eq!(moved.vendor.as_ref().unwrap().as_str(), "a");
    // What was sent was sent; what is added has to be somebody's who may fulfil.
    rules.allowed_vendors = Some(vec!["a".parse().unwrap()]);
    let wrong = refused(&placed(&before), &after, &rules);
    assert_eq!(wrong, ("vendor_not_allowed", "lines[1].vendor".into()));
    rules.allowed_vendors = Some(vec!["b".parse().unwrap()]);
    let kept = order(2, &[&line(1, "a", 1, "10.00"), &line(2, "a", 1, "5.00")], "", "");
    assert!(revise(&placed(&before), &kept, &rules, BACK).is_ok());
}

#[test]
fn coupons_and_charges_that_change_amend_those_who_bear_them() {
    let lines = [line(1, "a", 1, "30.00"), line(2, "b", 1, "10.00")];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let order = |revision: u32, coupon: &str, way: &str| {
        let both = [adjustment("coupon", "discount", coupon), adjustment("way", "shipping", way)]
            .join(",");
        order(revision, &lines, &both, "")
    };
    let before = order(1, "-4.00", "4.00");
    let revision = revised(&before, &order(2, "-6.00", "2.00"), BACK);
    assert_eq!(
        amended(&revision),
        ["o:1:a 1 of 1 each coupon -1.50 way -1.50", "o:1:b 2 of 1 each coupon -0.50 way -0.50"]
    );
    assert_eq!(revision.amendments[0].total.to_string(), "-3.00 EUR");
    let gone = CustomerOrder { adjustments: Vec::new(), ..order(2, "0.00", "0.00") };
    let revision = revised(&before, &gone, BACK);
    assert_eq!(
        amended(&revision),
        ["o:1:a 1 of 1 each coupon 3.00 way -3.00", "o:1:b 2 of 1 each coupon 1.00 way -1.00"]
    );
}

#[test]
fn a_coupon_that_no_longer_fits_its_line_moves_on() {
    let coupon = adjustment("coupon", "discount", "-100.00");
    let (one, two) = (line(1, "a", 1, "100.00"), line(2, "b", 1, "100.00"));
    let before = order(1, &[&one, &two], &coupon, "");
    let after = order(2, &[&line(1, "a", 1, "20.00"), &two], &coupon, "");
    let revision = revised(&before, &after, BACK);
    assert_eq!(
        amended(&revision),
        ["o:1:a 1 of 1 each -80.00 coupon 30.00", "o:1:b 2 of 1 each coupon -30.00"]
    );
    let standing = revise(
        &revision.placed,
        &CustomerOrder { revision: 3, ..after },
        &SplitRules::default(),
        BACK,
    );
    assert!(standing.unwrap().is_empty());
}

#[test]
fn kept_shipping_stays_with_the_goods_that_are_gone_while_the_order_has_it() {
    let (one, two) = (line(1, "a", 2, "20.00"), line(2, "b", 1, "20.00"));
    let way = adjustment("way", "shipping", "6.00");
    let before = order(1, &[&one, &two], &way, &card("46.00"));
    let after = order(2, &[&two], &way, &card("26.00"));
    let keeping = revised(&before, &after, KEEP);
    assert_eq!(refunded(&keeping), ["o:1:a 20.00 EUR"]);
    assert!(amended(&keeping).is_empty());
    let giving = revised(&before, &after, BACK);
    assert_eq!(refunded(&giving), ["o:1:a 23.00 EUR"]);
    assert_eq!(amended(&giving), ["o:1:b 2 of 1 each way 3.00"]);
    assert_eq!(giving.balance[0].amount.to_string(), "-20.00 EUR");

    // What was kept shrinks with the charge, as what it is.
    let less = order(3, &[&two], &adjustment("way", "shipping", "4.00"), &card("24.00"));
    let revision = revise(&keeping.placed, &less, &SplitRules::default(), KEEP).unwrap();
    assert_eq!(amended(&revision), ["o:1:a 1 of 0 each way -1.00", "o:1:b 2 of 1 each way -1.00"]);
}

#[test]
fn payments_that_give_the_same_stay_where_they_are() {
    let (one, two) = (line(1, "a", 1, "60.00"), line(2, "b", 1, "40.00"));
    let paid = |gift: &str, card_amount: &str| {
        let gift = format!(r#"{{"id": "gift", "kind": "gift_card", "amount": "{gift} EUR"}}"#);
        format!("{gift},{}", card(card_amount))
    };
    let before = order(1, &[&one, &two], "", &paid("50.00", "50.00"));
    // Line 2 is dropped and line 3 comes: the gift card's 20.00 move to it.
    let three = line(3, "c", 1, "45.00");
    let after = order(2, &[&one, &three], "", &paid("50.00", "55.00"));
    let revision = revised(&before, &after, BACK);
    assert!(revision.amendments.is_empty());
    let shares: Vec<_> = revision.sale_orders[0]
        .payments
        .iter()
        .map(|share| format!("{} {}", share.id, share.amount))
        .collect();
    assert_eq!(shares, ["gift 20.00 EUR", "card 25.00 EUR"]);
    let balance: Vec<_> = revision.balance.iter().map(|share| share.amount.to_string()).collect();
    assert_eq!(balance, ["5.00 EUR"]);

    // The card takes over from the gift card: an amendment without lines.
    let card_only = order(2, &[&one, &two], "", &paid("20.00", "80.00"));
    let revision = revised(&before, &card_only, BACK);
    assert_eq!(revision.amendments.len(), 2);
    assert!(revision.amendments.iter().all(|amendment| amendment.lines.is_empty()));
    let first = &revision.amendments[0].payments[0].payments;
    let first: Vec<_> = first.iter().map(|share| share.amount.to_string()).collect();
    assert_eq!(first, ["-18.00 EUR", "18.00 EUR"]);
    // And a refund draws on what pays now.
    let request = RefundRequest {
        what: RefundScope::SaleOrder {},
        shipping: ChargePolicy::GiveBack,
        fees: ChargePolicy::GiveBack,
    };
    let refund = revision.placed.refund(&"o:1:a".parse().unwrap(), &request).unwrap();
    let shares: Vec<_> = refund.payments.iter().map(|share| share.amount.to_string()).collect();
    assert_eq!(shares, ["12.00 EUR", "48.00 EUR"]);
}

#[test]
fn documents_that_are_not_the_order_s_are_refused() {
    let before = order(2, &[&line(1, "a", 2, "20.00")], "", "");
    let placed = placed(&before);
    let rules = SplitRules::default();
    let later = CustomerOrder { revision: 3, ..before.clone() };
    assert_eq!(refused(&placed, &before, &rules), ("revision_not_later", "revision".into()));
    let other = CustomerOrder { id: "p".parse().unwrap(), ..later.clone() };
    let wrong = refused(&placed, &other, &rules);
    assert_eq!(wrong, ("sale_order_other", "placed.sale_orders[0].order".into()));
    let mut dollars = later.clone();
    dollars.currency = "USD".parse().unwrap();
    dollars.lines[0].amount = "20.00 USD".parse().unwrap();
    assert_eq!(refused(&placed, &dollars, &rules).0, "currency_mixed");

    let mut twice = placed.clone();
    twice.sale_orders.push(twice.sale_orders[0].clone());
    assert_eq!(refused(&twice, &later, &rules), ("id_twice", "placed.sale_orders".into()));
    let lowered = order(3, &[&line(1, "a", 1, "10.00")], "", "");
    let mut astray = revise(&placed, &lowered, &rules, BACK).unwrap().placed;
    astray.sale_orders[0].id = "o:9:z".parse().unwrap();
    let latest = CustomerOrder { revision: 4, ..lowered };
    let wrong = refused(&astray, &latest, &rules);
    assert_eq!(wrong, ("sale_order_unknown", "placed.refunds[0].sale_order".into()));
    let paid = Placed::from(
        split(&order(2, &[&line(1, "a", 1, "9.00")], "", &card("9.00")), &rules).unwrap(),
    );
    let unpaid = order(3, &[&line(1, "a", 2, "18.00")], "", "");
    assert_eq!(refused(&paid, &unpaid, &rules), ("payments_missing", "payments".into()));
    let empty = revise(&placed, &order(3, &[], "", ""), &rules, BACK);
    assert_eq!(empty.unwrap_err(), OrderError::EmptyOrder);
}

//! Which lines share a sale order, and what becomes of it.

use crate::shop::{
    adjustment, by_vendor, divided, eur, line, line_shares, names, order, quantity, shares, totals,
    units,
};
use replenish::{
    flow::{
        AnswerBody, FlowPolicy, NamedDocument, Notice, Outcome, ParentStatus, SaleOrderFlow,
        SaleOrderHostCommand, SaleOrderInput, SaleOrderState, advance_sale_order, roll_up,
    },
    order::{
        AdjustmentKind::Discount, Capacity, GoodsClass, Incompatible, OrderError, OrderLine,
        ShipComplete, Split, SplitKey, SplitRules, StatedTotals, Temperature, split,
    },
    unit::{DocumentId, LineId, Timestamp},
};
use std::collections::BTreeMap;

#[test]
fn case_01_a_line_without_vendor_is_its_own_partition_comes_first_and_is_never_dropped() {
    let found = by_vendor(&order(&[("1", "b", "1.00"), ("2", "", "2.00"), ("3", "a", "3.00")]));
    assert_eq!(names(&found), ["1001:1:~", "1001:1:a", "1001:1:b"]);
    assert_eq!(found.sale_orders[0].vendor, None);
    assert_eq!(totals(&found), ["2.00", "3.00", "1.00"]);
}

#[test]
fn case_02_one_vendor_is_one_part_with_the_order_s_totals_and_its_status() {
    let mut order = order(&[("1", "a", "10.00"), ("2", "a", "5.00")]);
    order.adjustments = vec![adjustment("off", Discount, "-3.00")];
    order.stated = Some(StatedTotals { total: Some(eur("12.00")), ..StatedTotals::default() });
    let found = by_vendor(&order);
    assert_eq!(totals(&found), ["12.00"]);
    for (state, status) in [
        (SaleOrderState::Initial, ParentStatus::Pending),
        (SaleOrderState::Unknown, ParentStatus::InDoubt),
        (SaleOrderState::Review, ParentStatus::NeedsReview),
        (SaleOrderState::Sent, ParentStatus::Sent),
        (SaleOrderState::Failed, ParentStatus::Failed),
        (SaleOrderState::Cancelling, ParentStatus::CancellationPending),
        (SaleOrderState::Nullified, ParentStatus::Nullified),
    ] {
        assert_eq!(roll_up(&[state]).status, status);
    }
}

#[test]
fn case_03_no_lines_or_only_zero_quantities_are_an_error() {
    let rules = SplitRules::default();
    assert_eq!(split(&order(&[]), &rules), Err(OrderError::EmptyOrder));
    assert_eq!(split(&units("0 each", "0.00"), &rules), Err(OrderError::EmptyOrder));
}

#[test]
fn case_04_the_same_product_on_two_lines_stays_two_lines_with_their_own_data() {
    let mut order = order(&[("1", "a", "10.00"), ("2", "a", "20.00")]);
    for (line, name) in order.lines.iter_mut().zip(["Ada", "Grace"]) {
        line.sku = "ring".parse().unwrap();
        line.attributes.insert("engraving".to_owned(), name.to_owned());
    }
    order.adjustments = vec![adjustment("off", Discount, "-3.00")];
    let found = by_vendor(&order);
    let lines = &found.sale_orders[0].lines;
    let engravings: Vec<_> =
        lines.iter().map(|line| line.attributes["engraving"].as_str()).collect();
    assert_eq!(engravings, ["Ada", "Grace"]);
    assert_eq!(line_shares(&found, "off"), ["-1.00", "-2.00"]);
}

fn key_of_create(split: &Split, part: usize) -> String {
    let part = &split.sale_orders[part];
    let lines = part.lines.iter().map(|line| line.id.clone()).collect();
    let flow = SaleOrderFlow::new(part.id.clone(), lines).unwrap();
    let submit = SaleOrderInput::Submit { payload: serde_json::to_string(part).unwrap() };
    let step = advance_sale_order(&flow, &submit, Timestamp(0), &FlowPolicy::default()).unwrap();
    let mut keys = step.commands.into_iter().filter_map(|command| match command {
        SaleOrderHostCommand::Send { idempotency_key, .. } => Some(idempotency_key),
        _ => None,
    });
    keys.next_back().unwrap()
}

#[test]
fn case_05_a_second_split_names_the_same_documents_and_sends_nothing_new() {
    let order = order(&[("1", "a", "10.00"), ("2", "b", "20.00")]);
    let (first, second) = (by_vendor(&order), by_vendor(&order));
    let bytes = |split: &Split| serde_json::to_string(split).unwrap();
    assert_eq!(bytes(&first), bytes(&second));
    assert_eq!(key_of_create(&first, 1), key_of_create(&second, 1));
    assert_ne!(key_of_create(&first, 0), key_of_create(&first, 1));
}

#[test]
fn case_06_the_sequence_of_the_lines_changes_nothing() {
    let mut order = order(&[("10", "a", "1.00"), ("9", "b", "1.00"), ("1", "c", "1.00")]);
    order.adjustments = vec![adjustment("off", Discount, "-1.00")];
    let bytes = serde_json::to_string(&by_vendor(&order)).unwrap();
    for _ in 0..2 {
        for (a, b) in [(0, 1), (1, 2), (0, 2)] {
            order.lines.swap(a, b);
            assert_eq!(serde_json::to_string(&by_vendor(&order)).unwrap(), bytes);
        }
    }
}

#[test]
fn case_07_a_product_s_vendor_is_read_again_at_the_split() {
    let order = order(&[("1", "a", "1.00"), ("2", "a", "2.00")]);
    let mut rules = SplitRules {
        vendors: BTreeMap::from([("sku-2".parse().unwrap(), "b".parse().unwrap())]),
        ..SplitRules::default()
    };
    let found = divided(&order, &rules);
    assert_eq!(names(&found), ["1001:1:a", "1001:1:b"]);
    let before = found.sale_orders[1].lines[0].vendor_before.as_ref().unwrap();
    assert_eq!(before.vendor.as_ref().unwrap().as_str(), "a");
    assert_eq!(found.sale_orders[0].lines[0].vendor_before, None, "what did not change");

    rules.allowed_vendors = Some(vec!["a".parse().unwrap()]);
    let error = split(&order, &rules).unwrap_err();
    assert!(error.to_string().contains("lines[1].vendor"), "{error}");
}

fn keys(split: &Split) -> Vec<String> {
    let key = |part: &replenish::order::SaleOrder| {
        let values = part.keys.iter().map(|key| key.value.clone().unwrap_or("~".to_owned()));
        values.collect::<Vec<_>>().join(" ")
    };
    split.sale_orders.iter().map(key).collect()
}

fn quantities(split: &Split) -> Vec<String> {
    let lines = split.sale_orders.iter().flat_map(|part| &part.lines);
    lines.map(|line| line.quantity.to_string()).collect()
}

#[test]
fn case_22_what_is_on_hand_ships_and_the_rest_waits() {
    let mut order = units("10 each", "9.99");
    order.lines[0].on_hand = Some(quantity("6 each"));
    let mut rules = SplitRules { then_by: vec![SplitKey::Availability], ..SplitRules::default() };
    let found = divided(&order, &rules);
    assert_eq!(names(&found).len(), 2);
    let mut parts: Vec<_> =
        keys(&found).into_iter().zip(quantities(&found)).zip(totals(&found)).collect();
    parts.sort();
    let part = |key: &str, quantity: &str, total: &str| {
        ((key.to_owned(), quantity.to_owned()), total.to_owned())
    };
    assert_eq!(parts, [part("backorder", "4 each", "4.00"), part("on_hand", "6 each", "5.99")]);

    for complete in [ShipComplete::Line, ShipComplete::SaleOrder, ShipComplete::Order] {
        rules.ship_complete = complete;
        let found = divided(&order, &rules);
        assert_eq!(
            (keys(&found), quantities(&found)),
            (vec!["backorder".into()], vec!["10 each".into()])
        );
        assert_eq!(totals(&found), ["9.99"]);
    }
}

#[test]
fn case_23_pre_orders_of_different_days_are_different_parts() {
    let mut order =
        order(&[("1", "a", "1.00"), ("2", "a", "2.00"), ("3", "a", "4.00"), ("4", "a", "8.00")]);
    for (line, day) in order.lines.iter_mut().zip(["2027-03-01", "2027-02-01", "2027-03-01"]) {
        line.release_date = Some(day.parse().unwrap());
    }
    let rules = SplitRules { then_by: vec![SplitKey::Availability], ..SplitRules::default() };
    let found = divided(&order, &rules);
    let mut parts: Vec<_> = keys(&found).into_iter().zip(totals(&found)).collect();
    parts.sort();
    assert_eq!(parts.len(), 3);
    assert_eq!(parts[0], ("on_hand".to_owned(), "8.00".to_owned()));
    assert!(parts[1].0.starts_with("preorder") && parts[1].0.contains("2027-02-01"), "{parts:?}");
    assert_eq!([&parts[1].1, &parts[2].1], ["2.00", "5.00"]);
}

#[test]
fn case_24_incompatible_goods_never_share_and_parcels_hold_whole_units() {
    let mut order = order(&[("1", "a", "3.00"), ("2", "a", "1.00"), ("3", "a", "1.00")]);
    order.lines[1].temperature = Some(Temperature::Frozen);
    order.lines[2].hazardous_class = Some("3".to_owned());
    let class = |by, value: &str| GoodsClass { by, value: value.to_owned() };
    let mut rules = SplitRules {
        incompatible: vec![Incompatible {
            goods: class(SplitKey::HazardousClass, "3"),
            never_with: class(SplitKey::Temperature, "frozen"),
        }],
        then_by: vec![SplitKey::Temperature, SplitKey::HazardousClass],
        ..SplitRules::default()
    };
    assert_eq!(divided(&order, &rules).sale_orders.len(), 3);
    rules.then_by.clear();
    for part in &divided(&order, &rules).sale_orders {
        let has = |id: &str| part.lines.iter().any(|line| line.id.as_str() == id);
        assert!(!(has("2") && has("3")), "{part:?}");
    }

    let mut heavy = units("3 each", "10.00");
    heavy.lines[0].weight = Some(quantity("60 kg"));
    let capacity = Capacity { weight: Some(quantity("150 kg")), ..Capacity::default() };
    let rules = SplitRules { capacity: Some(capacity), ..SplitRules::default() };
    let found = divided(&heavy, &rules);
    assert_eq!(quantities(&found), ["2 each", "1 each"]);
    assert_eq!(totals(&found), ["6.67", "3.33"]);
    let parcels: Vec<_> = found.sale_orders.iter().map(|part| part.parcel).collect();
    assert_eq!(parcels, [Some(1), Some(2)]);
    assert!(found.sale_orders.iter().all(|part| !part.over_capacity));

    heavy.lines.push(OrderLine { weight: Some(quantity("200 kg")), ..line("2", "a", eur("5.00")) });
    let found = divided(&heavy, &rules);
    let over: Vec<_> = found.sale_orders.iter().filter(|part| part.over_capacity).collect();
    assert_eq!((over.len(), over[0].lines.len(), over[0].lines[0].id.as_str()), (1, 1, "2"));
}

fn named(pairs: &[(&str, &str)]) -> AnswerBody {
    let name = |(line, document): &(&str, &str)| NamedDocument {
        line: LineId::new(line).unwrap(),
        document: DocumentId::new(document).unwrap(),
    };
    AnswerBody { documents: pairs.iter().map(name).collect(), ..AnswerBody::default() }
}

#[test]
fn case_28_two_documents_for_one_part_are_both_kept_and_a_line_without_asks_a_person() {
    let found = by_vendor(&order(&[("1", "a", "1.00"), ("2", "a", "2.00")]));
    let part = &found.sale_orders[0];
    let lines: Vec<LineId> = part.lines.iter().map(|line| line.id.clone()).collect();
    let answered = |body: AnswerBody| {
        let policy = FlowPolicy::default();
        let flow = SaleOrderFlow::new(part.id.clone(), lines.clone()).unwrap();
        let submit = SaleOrderInput::Submit { payload: serde_json::to_string(part).unwrap() };
        let sent = advance_sale_order(&flow, &submit, Timestamp(0), &policy).unwrap();
        let mut calls = sent.commands.iter().filter_map(|command| match command {
            SaleOrderHostCommand::Send { request_id, attempt, .. } => Some((*request_id, *attempt)),
            _ => None,
        });
        let (request_id, attempt) = calls.next_back().unwrap();
        let outcome = Outcome::Answer { status: 201, retry_after_ms: None, body: Some(body) };
        let input = SaleOrderInput::Outcome { request_id, attempt, outcome };
        advance_sale_order(&sent.flow, &input, Timestamp(1), &policy).unwrap()
    };
    let both = answered(named(&[("1", "4711"), ("2", "4712")]));
    assert_eq!(both.flow.order().state(), SaleOrderState::Sent);
    let documents: Vec<_> = both.flow.order().documents().iter().collect();
    assert_eq!(documents.len(), 2);

    let one = answered(named(&[("1", "4711")]));
    assert_eq!(one.flow.order().state(), SaleOrderState::Review);
    assert_eq!(one.flow.order().documents().len(), 1);
    let asks = one.commands.iter().any(|command| {
        matches!(command, SaleOrderHostCommand::Notify { notice: Notice::LinesWithoutDocument, .. })
    });
    assert!(asks, "{:?}", one.commands);
    assert_eq!(roll_up(&[one.flow.order().state()]).status, ParentStatus::NeedsReview);
}

#[test]
fn a_share_that_is_nothing_is_left_out() {
    let mut order = order(&[("1", "a", "1.00"), ("2", "b", "0.00")]);
    order.adjustments = vec![adjustment("off", Discount, "-0.50")];
    assert_eq!(shares(&by_vendor(&order), "off"), ["-0.50", "-"]);
}

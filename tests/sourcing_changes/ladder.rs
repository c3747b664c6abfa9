//! Savings, one rung after the other.

use super::*;

fn climb(history: &[PastPurchase], offers: &[Offer], terms: &[SupplierTerms]) -> SavingsLadder {
    let ladder = LadderOptions::default();
    savings_ladder(history, offers, terms, &options(), &ladder).unwrap()
}

fn costs(ladder: &SavingsLadder) -> Vec<String> {
    let cost = |rung: &RungCost| rung.cost.to_string().replace(" EUR", "");
    ladder.total.rungs.iter().map(cost).collect()
}

/// Apples and pears in March establish the default suppliers of April.
fn orchard() -> (Vec<PastPurchase>, Vec<Offer>, Vec<SupplierTerms>) {
    let history = vec![
        bought("1 2026-03-02 apple 10 farm 1.00 5"),
        bought("1 2026-03-02 pear 10 farm 2.00"),
        bought("2 2026-04-06 apple 10 farm 1.10 5.50"),
        bought("3 2026-04-06 pear 10 mill 2.10"),
    ];
    let offers = vec![
        offer("apple", "farm", "1.00"),
        offer("apple", "mill", "0.95"),
        Offer { pack_size: "24 each".parse().unwrap(), ..offer("apple", "port", "0.90") },
        offer("pear", "farm", "2.05"),
        offer("pear", "mill", "2.19"),
    ];
    (history, offers, vec![freight("farm", "5"), freight("mill", "4"), freight("port", "20")])
}

#[test]
fn every_rung_by_hand() {
    let (history, offers, terms) = orchard();
    let ladder = climb(&history, &offers, &terms);
    // Actual: 11.00 + 5.50 as paid, 21.00 + 4 by the terms of mill. Default: both from farm, 10.00 +
    // 20.50 + 5. Sticker: 24 apples at port, 21.60 + 20, pears at farm, 20.50 + 5. Landed line by
    // line: apples at mill, 9.50 + 4, pears at farm, 20.50 + 5. Joint: both at mill, 9.50 + 21.90 + 4.
    assert_eq!(costs(&ladder), ["41.50", "35.50", "67.10", "39.00", "35.40"]);
    let orders: Vec<u32> = ladder.total.rungs.iter().map(|rung| rung.orders).collect();
    assert_eq!(orders, [2, 1, 2, 2, 1]);
    let sticker = &ladder.total.rungs[2];
    assert_eq!((sticker.step, sticker.saving), (eur("-31.60"), eur("-25.60")));
    let joint = &ladder.total.rungs[4];
    assert_eq!((joint.step, joint.saving), (eur("3.60"), eur("6.10")));
    assert!((joint.saving_share - 6.1 / 41.5).abs() < 1e-12);
    assert_eq!(ladder.months.len(), 1);
    assert_eq!(ladder.months[0].month, "2026-04");
    // March has no purchase before it that would say from whom one usually buys.
    let left: Vec<_> = ladder.left_out.iter().map(|left| (left.rung, &left.reason)).collect();
    let none = (Rung::DefaultSupplier, &LeftOutReason::NoDefaultSupplier);
    assert_eq!(left, [none, none]);
}

#[test]
fn offers_count_on_the_days_on_which_they_held() {
    let (history, mut offers, terms) = orchard();
    let last: Day = "2026-04-05".parse().unwrap();
    for offer in &mut offers {
        if offer.supplier.as_str() == "mill" {
            offer.valid_until = Some(last);
        }
    }
    let mut later = offer("pear", "mill", "2.00");
    later.id = "pear-mill-2".parse().unwrap();
    later.valid_from = last.plus_days(2).ok();
    offers.push(later);
    // On the sixth of April mill offers nothing: all is bought at farm.
    assert_eq!(costs(&climb(&history, &offers, &terms))[4], "35.50");
}

#[test]
fn a_purchase_that_one_rung_cannot_serve_is_in_none() {
    let (history, mut offers, terms) = orchard();
    offers.retain(|offer| offer.id.as_str() != "pear-farm");
    let ladder = climb(&history, &offers, &terms);
    // Apples alone: the freight of their order is still theirs.
    assert_eq!(costs(&ladder), ["16.50", "15.00", "41.60", "13.50", "13.50"]);
    let last = &ladder.left_out[2];
    assert_eq!((last.order.as_str(), last.rung), ("3", Rung::DefaultSupplier));
    let farm = Some("farm".parse().unwrap());
    assert_eq!(last.reason, LeftOutReason::NoOffer { supplier: farm });
}

#[test]
fn freight_of_an_order_is_shared_with_what_is_left_out_of_it() {
    let mut history = orchard().0;
    history[2].freight = None;
    history.push(bought("2 2026-04-06 plum 10 farm 4.40 5.50"));
    let (_, offers, terms) = orchard();
    let ladder = climb(&history, &offers, &terms);
    // Apples are a fifth of the goods of order 2: 11.00 + 1.10 and pears 21.00 + 4.
    assert_eq!(costs(&ladder)[0], "37.10");
}

#[test]
fn an_order_below_the_minimum_was_taken_when_it_was_placed() {
    let (history, offers, mut terms) = orchard();
    terms[1].minimum_order_value = Some(eur("1000"));
    assert_eq!(costs(&climb(&history, &offers, &terms))[0], "41.50");
}

#[test]
fn days_are_put_together() {
    let history = [
        bought("1 2026-03-02 apple 10 farm 1.00 5"),
        bought("2 2026-04-06 apple 10 farm 1.00 5"),
        bought("3 2026-04-08 apple 20 farm 1.00 5"),
    ];
    let offers = [offer("apple", "farm", "1.00")];
    let run = |group_days| {
        let ladder = LadderOptions { group_days, ..LadderOptions::default() };
        savings_ladder(&history, &offers, &[freight("farm", "5")], &options(), &ladder)
    };
    assert_eq!(costs(&run(1).unwrap()), ["40.00"; 5]);
    let weekly = run(7).unwrap();
    assert_eq!(costs(&weekly), ["40.00", "35.00", "35.00", "35.00", "35.00"]);
    assert_eq!((weekly.total.baskets, weekly.total.purchases), (1, 2));
    assert_eq!(run(0).unwrap_err().code(), "group_days_invalid");
}

#[test]
fn what_came_later_than_it_did_saves_nothing() {
    let mut history = orchard().0;
    history.truncate(3);
    let (_, mut offers, terms) = orchard();
    offers[1].lead_time_days = 9;
    offers[2].lead_time_days = 9;
    assert_eq!(costs(&climb(&history, &offers, &terms))[4], "15.00");
    let ladder = LadderOptions { within_days: Some(9), ..LadderOptions::default() };
    let patient = savings_ladder(&history, &offers, &terms, &options(), &ladder).unwrap();
    assert_eq!(costs(&patient)[4], "13.50");
}

#[test]
fn a_history_that_contradicts_itself_is_refused() {
    let run = |history: &[PastPurchase]| {
        let error = savings_ladder(history, &[], &[], &options(), &LadderOptions::default());
        error.unwrap_err().to_string()
    };
    let mut none = bought("1 2026-03-02 apple 10 farm 1.00 5");
    none.quantity = "0 each".parse().unwrap();
    assert!(run(&[none]).starts_with("`history[0].quantity`: expected"));
    let twice = [bought("1 2026-03-02 a 1 farm 1.00 5"), bought("1 2026-03-02 b 1 farm 1.00 6")];
    assert!(run(&twice).starts_with("`history[1].freight`: expected 5.00 EUR"));
}

fn small_history() -> impl Strategy<Value = Vec<PastPurchase>> {
    let row = (0..40_u32, 0..3_u32, 1..9_u32, 0..3_u32, 1..30_u32, proptest::option::of(0..9_u32));
    proptest::collection::vec(row, 1..14).prop_map(|rows| {
        let start: Day = "2026-01-01".parse().unwrap();
        let mut history: Vec<PastPurchase> = Vec::new();
        for (day, sku, quantity, supplier, price, freight) in rows {
            let date = start.plus_days(i64::from(day)).unwrap();
            let order = format!("{date}-{supplier}");
            let line = format!("{order} {date} sku{sku} {quantity} s{supplier} 0.{price:02}");
            let mut line = bought(&line);
            let first = !history.iter().any(|other| other.order == line.order);
            line.freight = freight.filter(|_| first).map(|amount| eur(&amount.to_string()));
            history.push(line);
        }
        history
    })
}

fn sum<'a>(parts: impl Iterator<Item = &'a Money>) -> Money {
    Money::sum(parts.copied(), "EUR".parse().unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn parts_add_up_and_the_whole_basket_never_costs_more(
        history in small_history(), (offers, terms) in small_market(), group in 1..9_u32,
    ) {
        let options = options();
        let ladder = LadderOptions { group_days: group, ..LadderOptions::default() };
        let all = savings_ladder(&history, &offers, &terms, &options, &ladder).unwrap();
        prop_assert_eq!(all.total.purchases as usize + all.left_out.len(), history.len());
        for rung in 0..5 {
            let cost = all.total.rungs[rung].cost;
            prop_assert_eq!(sum(all.months.iter().map(|m| &m.total.rungs[rung].cost)), cost);
            prop_assert_eq!(sum(all.baskets.iter().map(|b| &b.total.rungs[rung].cost)), cost);
        }
        for step in all.baskets.iter().map(|basket| &basket.total).chain([&all.total]) {
            let joint = &step.rungs[4];
            prop_assert!(step.lower_bound.amount() <= joint.cost.amount());
            for rung in &step.rungs[1..4] {
                prop_assert!(joint.cost.amount() <= rung.cost.amount(), "{:?}", rung.rung);
            }
            prop_assert_eq!(sum(step.rungs.iter().map(|rung| &rung.step)), joint.saving);
        }
    }

    #[test]
    fn the_sequence_of_offers_and_terms_changes_nothing(
        history in small_history(), (mut offers, mut terms) in small_market(), turn in 1..8_usize,
    ) {
        let run = |offers: &[Offer], terms: &[SupplierTerms]| climb(&history, offers, terms);
        let before = run(&offers, &terms);
        offers.rotate_left(turn);
        terms.reverse();
        let after = run(&offers, &terms);
        prop_assert_eq!(costs(&before)[4].clone(), costs(&after)[4].clone());
        prop_assert_eq!(&before.left_out, &after.left_out);
    }
}

fn cell() -> impl Strategy<Value = String> {
    let odd = [
        "",
        "1",
        "-1",
        "0",
        "0.001",
        "99999999999999999999999999",
        "1000000000",
        "a",
        "b",
        "EUR",
        "USD",
        "kg",
        "each",
        "2026-01-05",
        "2026-02-30",
        "9999-12-31",
        "\"",
        "\u{0}",
        "x,y",
    ];
    proptest::sample::select(odd.to_vec()).prop_map(str::to_owned)
}

fn rows(header: &'static str) -> impl Strategy<Value = String> {
    let width = header.split(',').count();
    let row = proptest::collection::vec(cell(), width..=width);
    proptest::collection::vec(row, 0..6).prop_map(move |rows| {
        let rows: Vec<String> = rows.into_iter().map(|cells| cells.join(",")).collect();
        format!("{header}\n{}\n", rows.join("\n"))
    })
}

proptest! {
    #[test]
    fn whatever_files_say_there_is_an_answer_or_a_reason(
        odd in rows("order,date,sku,quantity,supplier,unit_price,currency,freight,unit"),
        offers in rows("offer,supplier,sku,currency,unit_price,lead_time_days"),
        is_odd in proptest::bool::ANY, group in 0..4_u32, within in proptest::option::of(0..9_u32),
    ) {
        let good = "o,s,a,EUR,1,1\np,t,a,EUR,2,1\nq,t,b,EUR,1000000000,1\n";
        let good = format!("offer,supplier,sku,currency,unit_price,lead_time_days\n{good}");
        let more = "1,2026-01-04,a,1,s,1,EUR,,\n2,2026-01-06,a,1,s,1,EUR,,\n";
        let history = format!("{odd}{more}");
        let offers = if is_odd { offers } else { good };
        let file = |text| replenish::unit::table::File { name: "f.csv", bytes: text };
        let Ok(read) = read_purchase_history(file(history.as_bytes())) else { return Ok(()) };
        let units = ["a", "b"].map(|sku| (sku.parse().unwrap(), "each".parse().unwrap()));
        let Ok(list) = read_offers(file(offers.as_bytes()), &units.into()) else { return Ok(()) };
        let ladder = LadderOptions { group_days: group, within_days: within };
        match savings_ladder(&read.purchases, &list.offers, &[], &options(), &ladder) {
            Ok(answer) => {
                let all = answer.total.purchases as usize + answer.left_out.len();
                prop_assert_eq!(all, read.purchases.len());
            }
            Err(error) => prop_assert!(group == 0 || is_odd, "{}", error),
        }
    }
}

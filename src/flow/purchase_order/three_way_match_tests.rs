use super::{
    Bearing,
    Delivery::{Closed, Open},
    Facts, Limit, LineFact, Match, MatchDifference,
    MatchOutcome::{self, Matched, MatchesSoFar, Mismatch},
    MatchTolerance, OrderedLine, SupplierFact, three_way_match,
    three_way_match::price_of,
};
use crate::unit::{Money, Quantity, Random, Rate};
use rust_decimal::Decimal;

/// A line's case in pieces, cents and percent.
#[derive(Clone, Copy, Debug)]
struct Case {
    ordered: i64,
    piece: i64,
    received: i64,
    invoiced: i64,
    amount: i64,
    credited: i64,
    credit: i64,
    closed: bool,
    over: i64,
    under: i64,
    off: i64,
    price_percent: Option<i64>,
    price_cents: Option<i64>,
}

/// What accounts payable would say, in whole numbers and from the texts alone.
fn restated(case: &Case) -> MatchOutcome {
    let Case { ordered, piece, received, invoiced, amount, credited, credit, .. } = *case;
    let net = invoiced - credited;
    let mut wrong = false;
    let mut waiting = false;
    if net < 0 {
        wrong = true;
    }
    // More than may come has come.
    if received > ordered && (received - ordered) * 100 > ordered * case.over {
        wrong = true;
    }
    // Goods are missing, are not given up and are worth waiting for.
    if received < ordered && !case.closed && (ordered - received) * 100 > ordered * case.under {
        waiting = true;
    }
    // Goods are not invoiced.
    if net >= 0 && net < received && (received - net) * 100 > received * case.off {
        waiting = true;
    }
    // The invoice is ahead of the goods.
    if net > received && (net - received) * 100 > received * case.off {
        let goods_may_come = !case.closed && received < ordered;
        let of_the_order = net <= ordered || (net - ordered) * 100 <= ordered * case.over;
        if goods_may_come && of_the_order {
            waiting = true;
        } else {
            wrong = true;
        }
    }
    let expected = piece * net.max(0);
    let off = (amount - credit - expected).abs();
    if off > 0 {
        let percent = case.price_percent.is_none_or(|most| off * 100 <= expected * most);
        let cents = case.price_cents.is_none_or(|most| off <= most);
        let limited = case.price_percent.is_some() || case.price_cents.is_some();
        if !(limited && percent && cents) {
            wrong = true;
        }
    }
    match (wrong, waiting) {
        (true, _) => Mismatch,
        (false, true) => MatchesSoFar,
        (false, false) => Matched,
    }
}

fn euros(cents: i64) -> Money {
    Money::from_minor_units(i128::from(cents), "EUR".parse().unwrap()).unwrap()
}

fn pieces(count: i64) -> Quantity {
    Quantity::new(Decimal::from(count), "each".parse().unwrap())
}

fn percent(percent: i64) -> Rate {
    Rate::new(Decimal::new(percent, 2)).unwrap()
}

fn ordered(name: &str, count: i64, cents: i64) -> OrderedLine {
    OrderedLine {
        line: name.parse().unwrap(),
        quantity: pieces(count),
        unit_price: euros(cents),
        amount: euros(cents * count),
        requested: "2026-12-01".parse().unwrap(),
        given_up: None,
        back_order: None,
    }
}

fn facts(lines: &[OrderedLine], said: Vec<LineFact>, charges: Option<Money>) -> Facts {
    let mut fact: SupplierFact = serde_json::from_str(r#"{"event_id": "e"}"#).unwrap();
    (fact.lines, fact.charges) = (said, charges);
    let mut facts = Facts::default();
    facts.merge(&fact, lines).unwrap();
    facts
}

fn said(name: &str, received: i64, invoiced: i64, cents: i64) -> LineFact {
    LineFact {
        received: Some(pieces(received)),
        invoiced: Some(pieces(invoiced)),
        invoiced_amount: Some(euros(cents)),
        ..LineFact::unknown(name.parse().unwrap())
    }
}

fn judged(case: &Case) -> Match {
    let lines = [ordered("1", case.ordered, case.piece)];
    let line = LineFact {
        credited: Some(pieces(case.credited)),
        credited_amount: Some(euros(case.credit)),
        ..said("1", case.received, case.invoiced, case.amount)
    };
    let tolerance = MatchTolerance {
        over_delivery: percent(case.over),
        under_delivery: percent(case.under),
        invoiced_quantity: percent(case.off),
        price: Limit {
            share: case.price_percent.map(percent),
            amount: case.price_cents.map(|cents| Rate::new(euros(cents).amount()).unwrap()),
        },
        total: None,
    };
    let delivery = if case.closed { Closed } else { Open };
    three_way_match(&lines, None, &facts(&lines, vec![line], None), delivery, &tolerance)
}

#[test]
fn agrees_with_a_plain_restatement_on_every_case() {
    let mut random = Random::new(4);
    let mut below = |end: usize| i64::try_from(random.below(end)).unwrap();
    let mut seen = [0; 3];
    for _ in 0..40_000 {
        let (piece, invoiced, credited) = (50, below(13), below(3) * below(4));
        let amount = (piece * invoiced + below(5) * (below(3) - 1)).max(0);
        let case = Case {
            ordered: 10,
            piece,
            received: below(13),
            invoiced,
            amount,
            credited,
            credit: piece * credited + below(2) * below(6),
            closed: below(2) == 0,
            over: below(3) * 10,
            under: below(3) * 10,
            off: below(3) * 10,
            price_percent: (below(2) == 0).then(|| below(3)),
            price_cents: (below(2) == 0).then(|| below(4)),
        };
        let outcome = judged(&case).outcome;
        assert_eq!(outcome, restated(&case), "{case:?}");
        seen[outcome as usize] += 1;
    }
    assert!(seen.iter().all(|&count| count > 1000), "{seen:?}");
}

#[test]
fn more_tolerance_never_makes_more_mismatches() {
    let mut random = Random::new(5);
    let mut below = |end: usize| i64::try_from(random.below(end)).unwrap();
    for _ in 0..5_000 {
        let strict = Case {
            ordered: 10,
            piece: 50,
            received: below(13),
            invoiced: below(13),
            amount: below(700),
            credited: 0,
            credit: 0,
            closed: below(2) == 0,
            over: below(3) * 10,
            under: below(3) * 10,
            off: below(3) * 10,
            price_percent: Some(below(20)),
            price_cents: Some(below(50)),
        };
        let lax = Case {
            over: strict.over + below(20),
            under: strict.under + below(20),
            off: strict.off + below(20),
            price_percent: strict.price_percent.map(|it| it + below(20)),
            price_cents: strict.price_cents.map(|it| it + below(50)),
            ..strict
        };
        assert!(judged(&lax).outcome <= judged(&strict).outcome, "{strict:?} {lax:?}");
    }
}

/// Names of what disagrees, an open one with `?`, one beyond with `!`.
fn names(found: &Match) -> String {
    let name = |difference: &MatchDifference| {
        let value = serde_json::to_value(difference.disagreement).unwrap();
        let mark = match difference.bearing {
            Bearing::Tolerated => "",
            Bearing::Open => "?",
            Bearing::Beyond => "!",
        };
        format!("{}{mark}", value["type"].as_str().unwrap())
    };
    found.differences.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[test]
fn partial_invoices_match_so_far_and_credit_notes_are_deducted() {
    let lines = [ordered("1", 10, 200), ordered("2", 5, 100)];
    let tolerance = MatchTolerance::default();
    let judge = |said: Vec<LineFact>, delivery| {
        let found = three_way_match(&lines, None, &facts(&lines, said, None), delivery, &tolerance);
        (found.outcome, names(&found))
    };
    let full = said("2", 5, 5, 500);
    let credited = LineFact {
        credited: Some(pieces(2)),
        credited_amount: Some(euros(400)),
        ..said("1", 8, 10, 2000)
    };
    for (given, delivery, outcome, expected) in [
        (vec![said("1", 10, 10, 2000), full.clone()], Open, Matched, ""),
        (vec![said("1", 10, 4, 800), full.clone()], Open, MatchesSoFar, "invoiced_less?"),
        (vec![said("1", 4, 4, 800), full.clone()], Open, MatchesSoFar, "under_delivered?"),
        (vec![said("1", 4, 4, 800), full.clone()], Closed, Matched, "under_delivered"),
        (
            vec![said("1", 0, 10, 2000), full.clone()],
            Open,
            MatchesSoFar,
            "under_delivered? invoiced_before_goods?",
        ),
        (
            vec![said("1", 4, 10, 2000), full.clone()],
            Closed,
            Mismatch,
            "under_delivered invoiced_more!",
        ),
        (vec![credited.clone(), full.clone()], Closed, Matched, "under_delivered"),
        (vec![said("1", 12, 12, 2400), full.clone()], Open, Mismatch, "over_delivered!"),
        (vec![said("1", 10, 10, 2001), full.clone()], Open, Mismatch, "price!"),
        (
            vec![said("1", 10, 10, 2000), full.clone(), said("9", 1, 1, 1)],
            Open,
            Mismatch,
            "unknown_line!",
        ),
        (
            vec![LineFact { credited: Some(pieces(3)), ..said("1", 10, 2, 0) }, full],
            Open,
            Mismatch,
            "credited_more!",
        ),
    ] {
        assert_eq!(judge(given, delivery), (outcome, expected.to_owned()));
    }
    assert_eq!(judge(vec![], Open).0, MatchesSoFar);
    assert_eq!(judge(vec![], Closed).0, Matched);
}

#[test]
fn charges_and_the_total_are_held_against_the_order() {
    let lines = [ordered("1", 10, 200), ordered("2", 5, 100)];
    let judge = |first: i64, second: i64, charges: i64, tolerance: MatchTolerance| {
        let said = vec![said("1", 10, 10, first), said("2", 5, 5, second)];
        let facts = facts(&lines, said, Some(euros(charges)));
        let freight = Some(euros(300));
        names(&three_way_match(&lines, freight, &facts, Open, &tolerance))
    };
    let exact = MatchTolerance::default();
    assert_eq!(judge(2000, 500, 300, exact), "");
    assert_eq!(judge(2000, 500, 250, exact), "charges", "waived in part");
    assert_eq!(judge(2000, 500, 301, exact), "charges!");
    let cents = |cents: i64| Rate::new(euros(cents).amount()).unwrap();
    let limited = MatchTolerance {
        price: Limit { share: None, amount: Some(cents(5)) },
        total: Some(cents(7)),
        ..exact
    };
    assert_eq!(judge(2005, 502, 300, limited), "price price total");
    assert_eq!(judge(2005, 503, 300, limited), "price price total!");
    assert_eq!(judge(2005, 503, 299, limited), "price price charges total!");
    assert_eq!(judge(2005, 495, 300, limited), "price price", "lines make up for each other");
}

#[test]
fn the_expected_amount_is_rounded_once() {
    // A third of 10.00 EUR, and half of 0.05 EUR.
    let mut line = ordered("1", 3, 0);
    line.amount = euros(1000);
    assert_eq!(price_of(&line, pieces(1)), euros(333));
    assert_eq!(price_of(&line, pieces(2)), euros(667));
    let mut line = ordered("1", 2, 0);
    line.amount = euros(5);
    assert_eq!(price_of(&line, pieces(1)), euros(3));
    line.amount = Money::new(Decimal::MAX, "EUR".parse().unwrap());
    assert_eq!(price_of(&line, pieces(4)).amount(), Decimal::MAX, "beyond 28 digits");
}

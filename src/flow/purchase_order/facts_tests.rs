use super::{
    BackOrder, Facts, Fulfilment, LineFact, Merged, OrderedLine, SupplierFact, SupplierStatus,
};
use crate::unit::{Day, LineId, Money, Quantity, Random};

fn line(id: &str, quantity: &str) -> OrderedLine {
    OrderedLine {
        line: id.parse().unwrap(),
        quantity: quantity.parse().unwrap(),
        unit_price: "2 EUR".parse().unwrap(),
        amount: "20 EUR".parse().unwrap(),
        requested: "2026-12-01".parse().unwrap(),
        given_up: None,
        back_order: None,
    }
}

fn fact(event_id: &str) -> SupplierFact {
    SupplierFact {
        event_id: event_id.into(),
        sequence: None,
        reference: None,
        document: None,
        status: None,
        lines: vec![],
        charges: None,
    }
}

fn about(line: &str) -> LineFact {
    LineFact::unknown(line.parse().unwrap())
}

const STATUSES: [SupplierStatus; 4] = [
    SupplierStatus::Acknowledged,
    SupplierStatus::Confirmed,
    SupplierStatus::Rejected,
    SupplierStatus::Cancelled,
];

/// A statement on lines 1, 2 and the strange line 3, with few values so that many of them meet.
fn any_fact(random: &mut Random) -> SupplierFact {
    let sequence = [None, Some(1), Some(2), Some(3)][random.below(4)];
    let mut lines = Vec::new();
    for name in ["1", "2", "3"] {
        if random.below(3) == 0 {
            continue;
        }
        let mut maybe = |text: &str| -> Option<String> {
            (random.below(2) == 0).then(|| format!("{} {text}", random.below(4)))
        };
        let mut pieces = || maybe("each").map(|text| text.parse::<Quantity>().unwrap());
        let [confirmed, later, refused, received, invoiced, credited] = [(); 6].map(|()| pieces());
        let mut euros = || maybe("EUR").map(|text| text.parse::<Money>().unwrap());
        let [unit_price, invoiced_amount, credited_amount] = [(); 3].map(|()| euros());
        let mut day = || {
            let day = format!("2026-12-0{}", 1 + random.below(3));
            (random.below(2) == 0).then(|| day.parse::<Day>().unwrap())
        };
        let [later_day, promised] = [(); 2].map(|()| day());
        lines.push(LineFact {
            confirmed,
            back_order: later.map(|quantity| BackOrder { quantity, day: later_day }),
            refused,
            unit_price,
            promised,
            received,
            invoiced,
            invoiced_amount,
            credited,
            credited_amount,
            ..about(name)
        });
    }
    let status = (random.below(2) == 0).then(|| STATUSES[random.below(4)]);
    let charges = (random.below(2) == 0)
        .then(|| format!("{} EUR", random.below(4)).parse::<Money>().unwrap());
    SupplierFact { sequence, status, lines, charges, ..fact("e") }
}

fn merged(facts: &[&SupplierFact], lines: &[OrderedLine]) -> Facts {
    let mut known = Facts::default();
    for fact in facts {
        known.merge(fact, lines).unwrap();
    }
    known
}

/// Calls with every sequence of the items (Heap's algorithm).
fn every_sequence<T>(items: &mut [T], visit: &mut impl FnMut(&[T])) {
    let mut turns = vec![0; items.len()];
    visit(items);
    let mut place = 1;
    while place < items.len() {
        if turns[place] == place {
            turns[place] = 0;
            place += 1;
            continue;
        }
        items.swap(if place % 2 == 0 { 0 } else { turns[place] }, place);
        visit(items);
        turns[place] += 1;
        place = 1;
    }
}

#[test]
fn any_order_and_any_repetition_of_statements_ends_in_the_same_knowledge() {
    let lines = [line("1", "10 each"), line("2", "5 each")];
    let mut random = Random::new(1);
    for _ in 0..60 {
        let said: Vec<SupplierFact> = (0..5).map(|_| any_fact(&mut random)).collect();
        let mut shuffled: Vec<&SupplierFact> = said.iter().collect();
        let expected = merged(&shuffled, &lines);
        every_sequence(&mut shuffled, &mut |sequence| {
            assert_eq!(merged(sequence, &lines), expected);
        });
        let repeated: Vec<&SupplierFact> = (0..20).map(|_| &said[random.below(5)]).collect();
        let mut known = merged(&repeated, &lines);
        for fact in &said {
            known.merge(fact, &lines).unwrap();
        }
        assert_eq!(known, expected);
        // What is known is not told again, whatever it is.
        for fact in &said {
            assert_ne!(known.merge(fact, &lines).unwrap(), Merged::New);
        }
        assert_eq!(known, expected);
        let text = serde_json::to_string(&expected).unwrap();
        assert_eq!(serde_json::from_str::<Facts>(&text).unwrap(), expected);
        assert_eq!(serde_json::to_string(&known).unwrap(), text);
    }
}

/// Every figure again, looked up in the list of all that was said.
#[test]
fn what_happened_is_the_largest_figure_and_what_is_promised_the_last() {
    let lines = [line("1", "10 each"), line("2", "5 each")];
    let mut random = Random::new(2);
    for _ in 0..500 {
        let said: Vec<SupplierFact> = (0..6).map(|_| any_fact(&mut random)).collect();
        let known = merged(&said.iter().collect::<Vec<_>>(), &lines);
        for ordered in &lines {
            let of: Vec<(Option<u64>, &LineFact)> = said
                .iter()
                .filter_map(|fact| {
                    let line = fact.lines.iter().find(|line| line.line == ordered.line)?;
                    Some((fact.sequence, line))
                })
                .collect();
            let most = |figure: fn(&LineFact) -> Option<Quantity>| {
                of.iter().filter_map(|(_, line)| figure(line)).map(Quantity::amount).max()
            };
            let cost = |figure: fn(&LineFact) -> Option<Money>| {
                of.iter().filter_map(|(_, line)| figure(line)).map(Money::amount).max()
            };
            let found = known.line(&ordered.line);
            assert_eq!(found.received.map(Quantity::amount), most(|line| line.received));
            assert_eq!(found.invoiced.map(Quantity::amount), most(|line| line.invoiced));
            assert_eq!(found.credited.map(Quantity::amount), most(|line| line.credited));
            let cost = [cost(|line| line.invoiced_amount), cost(|line| line.credited_amount)];
            let amounts = [found.invoiced_amount, found.credited_amount];
            assert_eq!(amounts.map(|it| it.map(Money::amount)), cost);
            let price = of.iter().filter_map(|(at, line)| Some((at, line.unit_price?.amount())));
            let price = price.max().map(|(_, price)| price);
            assert_eq!(found.unit_price.map(Money::amount), price);
            let confirmed = of.iter().filter_map(|(at, line)| Some((at, line.confirmed?.amount())));
            let confirmed = confirmed.max().map(|(_, confirmed)| confirmed);
            assert_eq!(found.confirmed.map(Quantity::amount), confirmed);
            let promised = of.iter().filter_map(|(at, line)| Some((at, line.promised?)));
            assert_eq!(found.promised, promised.max().map(|(_, day)| day));
        }
        let strange =
            said.iter().flat_map(|fact| &fact.lines).any(|line| line.line.as_str() == "3");
        assert_eq!(!known.strange().is_empty(), strange);
        for status in STATUSES {
            assert_eq!(known.has_said(status), said.iter().any(|fact| fact.status == Some(status)));
        }
    }
}

#[test]
fn an_older_statement_counts_for_what_happened_and_not_for_what_is_promised() {
    let lines = [line("1", "10 each")];
    let price = |price: &str, received: &str, sequence| SupplierFact {
        sequence: Some(sequence),
        lines: vec![LineFact {
            unit_price: Some(price.parse().unwrap()),
            received: Some(received.parse().unwrap()),
            ..about("1")
        }],
        ..fact("e")
    };
    let mut known = Facts::default();
    let mut tell = |fact: &SupplierFact| known.merge(fact, &lines).unwrap();
    assert_eq!(tell(&price("3 EUR", "4 each", 5)), Merged::New);
    assert_eq!(tell(&price("3 EUR", "4 each", 5)), Merged::Known);
    assert_eq!(tell(&price("9 EUR", "2 each", 4)), Merged::Older);
    assert_eq!(tell(&price("9 EUR", "6 each", 4)), Merged::New);
    assert_eq!(tell(&price("3 EUR", "6 each", 6)), Merged::Known);
    assert_eq!(tell(&price("9 EUR", "6 each", 5)), Merged::Older);
    let found = known.line(&"1".parse().unwrap());
    assert_eq!(found.unit_price.unwrap().to_string(), "3.00 EUR");
    assert_eq!(found.received.unwrap().to_string(), "6 each");
}

#[test]
fn figures_come_into_the_units_of_the_line_or_not_at_all() {
    let lines = [line("1", "24 each"), line("2", "2.5 kg")];
    let received = |name: &str, quantity: &str| LineFact {
        received: Some(quantity.parse().unwrap()),
        ..about(name)
    };
    let mut known = Facts::default();
    let said = SupplierFact {
        lines: vec![received("1", "2 dozen"), received("2", "2500 g")],
        ..fact("e")
    };
    known.merge(&said, &lines).unwrap();
    assert_eq!(known.covers(&lines), Fulfilment::Full);
    assert_eq!(known.line(&lines[1].line).received.unwrap().to_string(), "2.5 kg");
    let before = known.clone();
    let bad_price = LineFact { unit_price: Some("1 USD".parse().unwrap()), ..about("2") };
    let later = BackOrder { quantity: "-1 each".parse().unwrap(), day: None };
    let bad_later = LineFact { back_order: Some(later), ..about("1") };
    let good = received("1", "30 each");
    for (said, code, path) in [
        (vec![good.clone(), received("2", "1 case")], "unit_mixed", "lines[1].received"),
        (vec![good.clone(), received("2", "-1 kg")], "quantity_invalid", "lines[1].received"),
        (vec![good.clone(), bad_price], "currency_mixed", "lines[1].unit_price"),
        (vec![bad_later], "quantity_invalid", "lines[0].back_order.quantity"),
        (vec![good.clone(), good], "line_repeated", "lines[1].line"),
    ] {
        let said =
            SupplierFact { status: Some(SupplierStatus::Cancelled), lines: said, ..fact("e") };
        let invalid = known.merge(&said, &lines).unwrap_err();
        assert_eq!((invalid.code, invalid.path.as_str()), (code, path));
        assert_eq!(known, before, "nothing of it is taken");
    }
    let said = SupplierFact { charges: Some("-1 EUR".parse().unwrap()), ..fact("e") };
    assert_eq!(known.merge(&said, &lines).unwrap_err().path, "charges");
}

#[test]
fn a_statement_on_another_order_is_refused() {
    let order = "PO-1".parse().unwrap();
    let other = SupplierFact { reference: Some("PO-2".parse().unwrap()), ..fact("e") };
    let invalid = other.check(&order).unwrap_err();
    assert_eq!((invalid.code, invalid.path.as_str()), ("order_mismatch", "reference"));
    assert!(invalid.to_string().contains("PO-1") && invalid.to_string().contains("PO-2"));
    assert_eq!(fact("").check(&order).unwrap_err().code, "event_id_missing");
    assert!(fact("e").check(&order).is_ok());
}

#[test]
fn the_first_strange_lines_are_kept_whatever_their_sequence() {
    let lines = [line("1", "1 each")];
    let names: Vec<String> = (0..40).map(|index| format!("x{index:02}")).collect();
    let told = |names: &mut dyn Iterator<Item = &String>| {
        let mut known = Facts::default();
        for name in names {
            let said = SupplierFact { lines: vec![about(name)], ..fact("e") };
            known.merge(&said, &lines).unwrap();
        }
        known
    };
    let known = told(&mut names.iter());
    assert_eq!(known, told(&mut names.iter().rev()));
    let kept: Vec<&str> = known.strange().iter().map(LineId::as_str).collect();
    assert_eq!(kept, names[..16].iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn what_has_come_is_held_against_every_line() {
    let lines = [line("1", "10 each"), line("2", "5 each")];
    for (first, second, expected) in [
        ("0", "0", Fulfilment::None),
        ("10", "0", Fulfilment::Partial),
        ("12", "4", Fulfilment::Partial),
        ("10", "5", Fulfilment::Full),
        ("10", "6", Fulfilment::Over),
    ] {
        let received = |name: &str, count: &str| LineFact {
            received: Some(format!("{count} each").parse().unwrap()),
            ..about(name)
        };
        let said =
            SupplierFact { lines: vec![received("1", first), received("2", second)], ..fact("e") };
        let known = merged(&[&said], &lines);
        assert_eq!(known.covers(&lines), expected, "{first} {second}");
        assert_eq!(known.something_received(), expected != Fulfilment::None);
    }
}

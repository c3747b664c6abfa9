//! Properties of a division over random orders, then the cases that have a name.

use super::*;
use crate::{
    order::{Capacity, GoodsClass, Incompatible, ShipComplete},
    unit::{Money, Random},
};
use std::collections::BTreeSet;

fn line(id: &str, quantity: &str) -> OrderLine {
    let money: Money = "1.00 EUR".parse().unwrap();
    OrderLine::new(id.parse().unwrap(), "x".parse().unwrap(), quantity.parse().unwrap(), money)
}

fn rules(json: &str) -> SplitRules {
    serde_json::from_str(json).unwrap()
}

fn divided<'a>(lines: &'a [OrderLine], rules: &'a SplitRules) -> Partition<'a> {
    partition(&lines.iter().collect::<Vec<_>>(), rules).unwrap()
}

/// Each part as its vendor, its values, its line, its parcel, and its pieces.
fn shown(lines: &[OrderLine], rules: &SplitRules) -> Vec<String> {
    let partition = divided(lines, rules);
    let show = |(place, part): (usize, &Part<'_>)| {
        let mut text = part.vendor.map_or("~", VendorId::as_str).to_owned();
        for key in &part.keys {
            text = text + ":" + key.value.as_deref().unwrap_or("~");
        }
        if let Some(own) = part.line {
            text = text + ":" + own.as_str();
        }
        if let Some(parcel) = part.parcel {
            text = format!("{text} #{parcel}");
        }
        text += if part.over_capacity { "!" } else { "" };
        for piece in partition.pieces.iter().filter(|piece| piece.part == place) {
            text =
                format!("{text} {}x{}", lines[piece.line].id, piece.quantity.amount().normalize());
        }
        text
    };
    partition.parts.iter().enumerate().map(show).collect()
}

fn invalid(lines: &[OrderLine], rules: &SplitRules) -> (&'static str, String) {
    match partition(&lines.iter().collect::<Vec<_>>(), rules) {
        Err(OrderError::Invalid(invalid)) => (invalid.code, invalid.path.clone()),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn one_of<T: Clone>(random: &mut Random, choices: &[T]) -> T {
    choices[random.below(choices.len())].clone()
}

fn some_of<T: std::str::FromStr>(random: &mut Random, choices: &[&str]) -> Option<T> {
    one_of(random, choices).parse().ok()
}

/// Lines that differ in everything that matters, sorted by their names.
fn random_lines(random: &mut Random) -> Vec<OrderLine> {
    let count = 1 + random.below(12);
    (0..count)
        .map(|place| {
            let unit = one_of(random, &["each", "each", "each", "kg", "dozen"]);
            let quantity =
                format!("{} {unit}", one_of(random, &["0", "1", "2.5", "3", "0.4", "7", "20"]));
            let temperature = match random.below(5) {
                0 => Some(Temperature::Frozen),
                1 => Some(Temperature::Chilled),
                2 => Some(Temperature::Ambient),
                _ => None,
            };
            let mut new = OrderLine {
                vendor: some_of(random, &["", "a", "b"]),
                returned: random.below(8) == 0,
                ship_from: some_of(random, &["", "north", "south"]),
                release_date: some_of(random, &["", "2026-12-01", "2027-01-15"]),
                shipping_category: some_of::<String>(random, &["parcel", "pallet"]),
                temperature,
                hazardous_class: some_of::<String>(random, &["3", "8"]).filter(|_| place % 3 == 0),
                settlement_currency: some_of(random, &["", "EUR", "USD"]),
                weight: some_of(random, &["", "60 g", "0.05 kg", "75 g", "200 g", "1 oz"]),
                volume: some_of(random, &["", "", "1 l", "250 ml"]),
                ..line(&format!("{place:02}"), &quantity)
            };
            if random.below(2) == 0 {
                let held = one_of(random, &["0", "1", "2.5", "6", "100"]);
                new.on_hand = Some(format!("{held} {unit}").parse().unwrap());
            }
            if random.below(2) == 0 {
                new.attributes.insert("wrap".into(), one_of(random, &["", "gold"]).into());
            }
            new
        })
        .collect()
}

fn random_rules(random: &mut Random) -> SplitRules {
    let mut then_by = vec![
        SplitKey::Availability,
        SplitKey::ShipFrom,
        SplitKey::ShippingCategory,
        SplitKey::Temperature,
        SplitKey::HazardousClass,
        SplitKey::SettlementCurrency,
        SplitKey::Attribute("wrap".into()),
    ];
    while !then_by.is_empty() && random.below(3) > 0 {
        then_by.remove(random.below(then_by.len()));
    }
    let capacity = Capacity {
        weight: some_of(random, &["", "150 g", "0.4 kg"]),
        volume: some_of(random, &["", "2 l"]),
        lines: some_of(random, &["", "1", "3"]),
    };
    let class = |by, value: &str| GoodsClass { by, value: value.into() };
    let pair = |goods, never_with| Incompatible { goods, never_with };
    let mut incompatible = vec![
        pair(class(SplitKey::Temperature, "frozen"), class(SplitKey::Temperature, "ambient")),
        pair(class(SplitKey::HazardousClass, "3"), class(SplitKey::HazardousClass, "3")),
        pair(class(SplitKey::HazardousClass, "8"), class(SplitKey::Temperature, "frozen")),
    ];
    incompatible.truncate(random.below(4));
    SplitRules {
        then_by,
        one_line_per_order: random.below(6) == 0,
        ship_complete: one_of(
            random,
            &[
                ShipComplete::Nothing,
                ShipComplete::Nothing,
                ShipComplete::Line,
                ShipComplete::SaleOrder,
                ShipComplete::Order,
            ],
        ),
        capacity: (random.below(2) == 0).then_some(capacity),
        incompatible,
        ..SplitRules::default()
    }
}

fn for_random_orders(count: u64, mut check: impl FnMut(&[OrderLine], &SplitRules, &Partition<'_>)) {
    for seed in 0..count {
        let mut random = Random::new(seed);
        let (lines, rules) = (random_lines(&mut random), random_rules(&mut random));
        check(&lines, &rules, &divided(&lines, &rules));
    }
}

const ORDERS: u64 = 2_000;

fn members<'a>(partition: &'a Partition<'_>, part: usize) -> Vec<&'a Piece> {
    partition.pieces.iter().filter(|piece| piece.part == part).collect()
}

#[test]
fn the_pieces_of_a_line_are_all_of_it_once() {
    for_random_orders(ORDERS, |lines, _, partition| {
        let mut pieces = partition.pieces.iter().peekable();
        for (place, line) in lines.iter().enumerate() {
            let mut covered = Decimal::ZERO;
            let mut count = 0;
            while let Some(piece) = pieces.next_if(|piece| piece.line == place) {
                assert_eq!(piece.from.amount(), covered);
                assert_eq!([piece.from.unit(), piece.quantity.unit()], [line.quantity.unit(); 2]);
                assert!(!piece.quantity.is_zero() || line.quantity.is_zero());
                covered += piece.quantity.amount();
                count += 1;
            }
            assert_eq!(covered, line.quantity.amount());
            assert!(count == 1 || count > 0 && !line.quantity.is_zero());
        }
        assert_eq!(pieces.next(), None);
    });
}

#[test]
fn parts_are_in_order_none_twice_and_none_empty() {
    for_random_orders(ORDERS, |lines, rules, partition| {
        let rank = |part: &Part<'_>| {
            let keys = part.keys.iter().map(|key| {
                let late = key.value.as_deref().map(|value| match value {
                    "on_hand" => 0,
                    "backorder" => 2,
                    _ => 1,
                });
                let late = late.filter(|_| key.by == SplitKey::Availability);
                (late, key.value.clone())
            });
            (part.vendor.cloned(), keys.collect::<Vec<_>>(), part.line.cloned(), part.parcel)
        };
        let ranks: Vec<_> = partition.parts.iter().map(rank).collect();
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
        for (place, part) in partition.parts.iter().enumerate() {
            let members = members(partition, place);
            assert!(!members.is_empty());
            let own: BTreeSet<usize> = members.iter().map(|piece| piece.line).collect();
            assert_eq!(own.len(), members.len());
            assert!(!rules.one_line_per_order || own.len() == 1);
            for piece in members {
                let line = &lines[piece.line];
                assert_eq!(part.vendor, line.vendor.as_ref());
                for (key, by) in part.keys.iter().zip(&rules.then_by) {
                    assert_eq!(&key.by, by);
                    if *by != SplitKey::Availability {
                        assert_eq!(key.value.as_deref(), text(line, by));
                    }
                }
            }
        }
        let packed = rules.capacity.is_some() || !rules.incompatible.is_empty();
        assert!(partition.parts.iter().all(|part| part.parcel.is_some() == packed));
    });
}

/// Whether pieces are too heavy or too large for one parcel.
fn too_much(lines: &[OrderLine], rules: &SplitRules, pieces: &[&Piece]) -> bool {
    let Capacity { weight, volume, .. } = rules.capacity.unwrap_or_default();
    let exceeds = |limit: Option<Quantity>, of: fn(&OrderLine) -> Option<Quantity>, unit: &str| {
        let amount = |quantity: Quantity| quantity.to(unit.parse().unwrap()).unwrap().amount();
        let each = |piece: &&Piece| {
            of(&lines[piece.line]).map_or(Decimal::ZERO, amount) * piece.quantity.amount()
        };
        limit.is_some_and(|limit| pieces.iter().map(each).sum::<Decimal>() > amount(limit))
    };
    exceeds(weight, |line| line.weight, "g") || exceeds(volume, |line| line.volume, "l")
}

/// Whether pieces may share a parcel as far as their number and kind are concerned.
fn may_share(lines: &[OrderLine], rules: &SplitRules, pieces: &[&Piece]) -> bool {
    let own: BTreeSet<usize> = pieces.iter().map(|piece| piece.line).collect();
    let apart = |one: &OrderLine, other: &OrderLine| {
        let is = |line, class: &GoodsClass| text(line, &class.by) == Some(class.value.as_str());
        let pairs = &mut rules.incompatible.iter();
        one.returned != other.returned
            || pairs.any(|pair| is(one, &pair.goods) && is(other, &pair.never_with))
    };
    let most = rules.capacity.and_then(|capacity| capacity.lines);
    most.is_none_or(|most| own.len() <= most as usize)
        && own
            .iter()
            .all(|one| own.iter().all(|other| one == other || !apart(&lines[*one], &lines[*other])))
}

#[test]
fn parcels_hold_what_may_share_and_no_two_could_be_one() {
    let (mut over, mut pairs) = (0, 0);
    for_random_orders(ORDERS, |lines, rules, partition| {
        let goods = |part: usize| {
            let mut goods = members(partition, part);
            goods.retain(|piece| !piece.quantity.is_zero());
            goods
        };
        for (place, part) in partition.parts.iter().enumerate() {
            let Some(parcel) = part.parcel else { continue };
            let own = goods(place);
            assert!(may_share(lines, rules, &own));
            assert_eq!(too_much(lines, rules, &own), part.over_capacity);
            if part.over_capacity {
                over += 1;
                assert_eq!(own.len(), 1);
                assert!(own[0].quantity.amount() < Decimal::TWO);
            }
            // The parcels of a group follow each other.
            for earlier in place + 1 - parcel as usize..place {
                let both = [goods(earlier), own.clone()].concat();
                let apart = !may_share(lines, rules, &both) || too_much(lines, rules, &both);
                assert!(apart, "{lines:?} {rules:?} {partition:?}");
                pairs += 1;
            }
        }
    });
    assert!(over > 100 && pairs > 1000, "{over} {pairs}");
}

/// Whole units from the beginning of each piece that the keys make, except the end of it.
#[test]
fn parcels_cut_between_whole_units() {
    for_random_orders(ORDERS, |lines, rules, partition| {
        let unpacked = SplitRules { capacity: None, incompatible: Vec::new(), ..rules.clone() };
        let by_keys = divided(lines, &unpacked).pieces;
        for piece in &partition.pieces {
            let whole = |whole: &&Piece| {
                whole.line == piece.line && whole.from.amount() <= piece.from.amount()
            };
            let whole = by_keys.iter().rfind(whole).unwrap();
            let offset = piece.from.amount() - whole.from.amount();
            let end = offset + piece.quantity.amount();
            assert_eq!(offset.fract(), Decimal::ZERO);
            assert!(end == whole.quantity.amount() || end.fract().is_zero());
        }
    });
}

#[test]
fn nothing_ships_before_what_it_waits_for() {
    for_random_orders(ORDERS, |lines, rules, partition| {
        let Some(at) = rules.then_by.iter().position(|key| *key == SplitKey::Availability) else {
            return;
        };
        let value = |piece: &Piece| partition.parts[piece.part].keys[at].value.clone().unwrap();
        let rest = |line: &OrderLine| {
            line.release_date.map_or("backorder".into(), |day| format!("preorder {day}"))
        };
        let missing = |line: &OrderLine| {
            let unsaid = match line.release_date {
                Some(_) => Decimal::ZERO,
                None => line.quantity.amount(),
            };
            let held = line.on_hand.map_or(unsaid, Quantity::amount);
            if line.returned {
                Decimal::ZERO
            } else {
                (line.quantity.amount() - held).max(Decimal::ZERO)
            }
        };
        let late =
            |line: &OrderLine| if missing(line).is_zero() { "on_hand".into() } else { rest(line) };
        let rank = |value: &String| {
            (
                ["on_hand", "preorder", "backorder"]
                    .map(|kind| value.starts_with(kind))
                    .iter()
                    .position(|&is| is),
                value.clone(),
            )
        };
        for piece in &partition.pieces {
            let line = &lines[piece.line];
            let end = piece.from.amount() + piece.quantity.amount();
            let held = line.quantity.amount() - missing(line);
            let others = lines.iter().filter(|other| match rules.ship_complete {
                ShipComplete::Nothing | ShipComplete::Line => other.id == line.id,
                ShipComplete::Order => true,
                ShipComplete::SaleOrder => {
                    (!rules.one_line_per_order || other.id == line.id)
                        && other.vendor == line.vendor
                        && rules.then_by.iter().all(|key| text(other, key) == text(line, key))
                }
            });
            let latest = others.map(late).max_by_key(|late| rank(late)).unwrap();
            let expected = if line.returned {
                "on_hand".into()
            } else if rules.ship_complete != ShipComplete::Nothing {
                latest
            } else if end <= held {
                "on_hand".into()
            } else {
                assert!(piece.from.amount() >= held);
                rest(line)
            };
            assert_eq!(value(piece), expected);
        }
    });
}

#[test]
fn case_1_lines_without_vendor_are_a_part_of_their_own_and_come_first() {
    let mut lines = [line("1", "1 each"), line("2", "2 each"), line("3", "3 each")];
    lines[0].vendor = Some("b".parse().unwrap());
    lines[2].vendor = Some("a".parse().unwrap());
    assert_eq!(shown(&lines, &SplitRules::default()), ["~ 2x2", "a 3x3", "b 1x1"]);
    let single = rules(r#"{"one_line_per_order": true}"#);
    lines[2].vendor = lines[0].vendor.clone();
    assert_eq!(shown(&lines, &single), ["~:2 2x2", "b:1 1x1", "b:3 3x3"]);
}

#[test]
fn case_22_what_is_on_hand_ships_and_the_rest_is_a_back_order() {
    let ten = OrderLine { on_hand: Some("6 each".parse().unwrap()), ..line("1", "10 each") };
    let more = line("2", "1 each");
    let other = OrderLine { ship_from: Some("north".parse().unwrap()), ..line("3", "1 each") };
    let lines = [ten, more, other];
    let with = |policy: &str| {
        let json = r#"{"then_by": ["availability", "ship_from"], "ship_complete": "#;
        shown(&lines, &rules(&format!("{json}\"{policy}\"}}")))
    };
    assert_eq!(
        with("nothing"),
        ["~:on_hand:~ 1x6 2x1", "~:on_hand:north 3x1", "~:backorder:~ 1x4"]
    );
    assert_eq!(with("line"), ["~:on_hand:~ 2x1", "~:on_hand:north 3x1", "~:backorder:~ 1x10"]);
    assert_eq!(with("sale_order"), ["~:on_hand:north 3x1", "~:backorder:~ 1x10 2x1"]);
    assert_eq!(with("order"), ["~:backorder:~ 1x10 2x1", "~:backorder:north 3x1"]);
    // Without the key, nothing is cut and nothing waits.
    assert_eq!(shown(&lines, &rules(r#"{"ship_complete": "order"}"#)), ["~ 1x10 2x1 3x1"]);
}

#[test]
fn case_23_pre_orders_of_different_days_are_parts_of_their_own() {
    let preorder =
        |id, day: &str| OrderLine { release_date: day.parse().ok(), ..line(id, "2 each") };
    let mut lines = [
        preorder("1", "2027-03-01"),
        preorder("2", "2026-12-01"),
        preorder("3", ""),
        preorder("4", "2026-12-01"),
        line("5", "1 each"),
    ];
    lines[2].on_hand = "0 each".parse().ok();
    let by_availability = rules(r#"{"then_by": ["availability"]}"#);
    let expected = [
        "~:on_hand 5x1",
        "~:preorder 2026-12-01 2x2 4x2",
        "~:preorder 2027-03-01 1x2",
        "~:backorder 3x2",
    ];
    assert_eq!(shown(&lines, &by_availability), expected);
    let together = rules(r#"{"then_by": ["availability"], "ship_complete": "order"}"#);
    // Goods that are given back wait for nothing, and nothing waits for them.
    lines[2].returned = true;
    assert_eq!(
        shown(&lines, &together),
        ["~:on_hand 3x2", "~:preorder 2027-03-01 1x2 2x2 4x2 5x1"]
    );
}

#[test]
fn case_24_cold_ambient_and_dangerous_goods_in_parcels_of_150() {
    let kilograms = |id, weight: &str| OrderLine {
        weight: Some(weight.parse().unwrap()),
        ..line(id, "3 each")
    };
    let cold = OrderLine { temperature: Some(Temperature::Chilled), ..kilograms("1", "60 kg") };
    let ambient = OrderLine { temperature: Some(Temperature::Ambient), ..kilograms("2", "10 kg") };
    let hazard = OrderLine { hazardous_class: Some("3".into()), ..kilograms("3", "1000 g") };
    let json = r#"{"capacity": {"weight": "150 kg"}, "incompatible": [
        {"goods": {"by": "temperature", "value": "chilled"},
         "never_with": {"by": "temperature", "value": "ambient"}},
        {"goods": {"by": "hazardous_class", "value": "3"},
         "never_with": {"by": "temperature", "value": "chilled"}},
        {"goods": {"by": "temperature", "value": "ambient"},
         "never_with": {"by": "hazardous_class", "value": "3"}}]}"#;
    let lines = [cold.clone(), ambient, hazard];
    assert_eq!(shown(&lines, &rules(json)), ["~ #1 1x2", "~ #2 1x1", "~ #3 2x3", "~ #4 3x3"]);
    let heavy = OrderLine { weight: Some("0.151 t".parse().unwrap()), ..line("9", "2 each") };
    let lines = [cold, heavy];
    assert_eq!(shown(&lines, &rules(json)), ["~ #1 1x2", "~ #2 1x1", "~ #3! 9x1", "~ #4! 9x1"]);
    assert_eq!(shown(&[line("1", "0 each")], &rules(json)), ["~ #1 1x0"]);
}

#[test]
fn a_line_is_cut_only_where_that_saves_a_parcel() {
    let kilograms = |id, quantity, weight: &str| OrderLine {
        weight: Some(weight.parse().unwrap()),
        ..line(id, quantity)
    };
    let hundred = rules(r#"{"capacity": {"weight": "100 kg"}}"#);
    let three = ["1", "2", "3"].map(|id| kilograms(id, "2 each", "33 kg"));
    assert_eq!(shown(&three, &hundred), ["~ #1 1x2 2x1", "~ #2 2x1 3x2"]);
    // Forty of the third line would fit beside the first one, but the second parcel is needed anyway.
    let lines = [
        kilograms("1", "6 each", "10 kg"),
        kilograms("2", "70 each", "1 kg"),
        kilograms("3", "55 each", "1 kg"),
        kilograms("4", "30 each", "1 kg"),
    ];
    assert_eq!(shown(&lines, &hundred), ["~ #1 1x6", "~ #2 2x70 4x30", "~ #3 3x55"]);
    // What no parcel holds is cut into full ones and a rest, which shares.
    let large = [kilograms("1", "25 each", "9 kg"), kilograms("2", "1 each", "60 kg")];
    assert_eq!(shown(&large, &hundred), ["~ #1 1x11", "~ #2 1x11", "~ #3 1x3 2x1"]);
    // The fraction of a unit goes with the last whole one, too much or not.
    let loose = [kilograms("1", "2.5 kg", "40 kg"), kilograms("2", "2.9 kg", "40 kg")];
    assert_eq!(shown(&loose, &hundred), ["~ #1 1x2.5", "~ #2 2x1", "~ #3 2x1.9"]);
    let loose = [kilograms("1", "1.9 kg", "60 kg"), kilograms("2", "0.9 kg", "110 kg")];
    assert_eq!(shown(&loose, &hundred), ["~ #1! 1x1.9", "~ #2 2x0.9"]);
}

#[test]
fn parcels_may_have_a_number_of_lines_and_those_given_back_are_apart() {
    let mut lines = ["1", "2", "3", "4"].map(|id| line(id, "1000000000 each"));
    lines[1].returned = true;
    let two = rules(r#"{"capacity": {"lines": 2}}"#);
    let shown = shown(&lines, &two).join(", ").replace("x1000000000", "");
    assert_eq!(shown, "~ #1 1 3, ~ #2 2, ~ #3 4");
}

#[test]
fn too_many_parcels_are_refused_before_they_are_made() {
    let one = rules(r#"{"capacity": {"weight": "1 kg"}}"#);
    let kilograms =
        |quantity: &str| OrderLine { weight: Some("1 kg".parse().unwrap()), ..line("1", quantity) };
    assert_eq!(invalid(&[kilograms("1000000000 each")], &one).0, "parcels_too_many");
    let most = "7922816251426433759354395033 each";
    assert_eq!(invalid(&[kilograms(most)], &one).0, "parcels_too_many");
    assert_eq!(invalid(&[kilograms("100001 each")], &one).0, "parcels_too_many");
    assert_eq!(divided(&[kilograms("100000 each")], &one).parts.len(), 100_000);
    // All parts of the order together.
    let other = OrderLine { vendor: Some("a".parse().unwrap()), ..line("2", "1 each") };
    let lines = [kilograms("100000 each"), other];
    assert_eq!(invalid(&lines, &one).0, "parcels_too_many");
    // Any quantity of what weighs nothing fits.
    assert_eq!(divided(&[line("1", most)], &one).parts.len(), 1);
}

/// What is wrong with a line.
type Change = fn(&mut OrderLine);

#[test]
fn lines_and_rules_that_mean_nothing_are_refused() {
    let fails = |change: Change| {
        let mut line = line("1", "2 each");
        change(&mut line);
        let invalid = check_line(&line).unwrap_err();
        (invalid.code, invalid.path.clone())
    };
    let cases: [(Change, &str, &str); 6] = [
        (|line| line.on_hand = "-1 each".parse().ok(), "on_hand_negative", "on_hand"),
        (|line| line.on_hand = "1 kg".parse().ok(), "unit_mixed", "on_hand"),
        (|line| line.weight = "-1 kg".parse().ok(), "weight_negative", "weight"),
        (|line| line.weight = "1 l".parse().ok(), "unit_mixed", "weight"),
        (|line| line.volume = "-1 l".parse().ok(), "volume_negative", "volume"),
        (|line| line.volume = "1 case".parse().ok(), "unit_mixed", "volume"),
    ];
    for (change, code, path) in cases {
        assert_eq!(fails(change), (code, path.into()));
    }
    let longest = |line: &mut OrderLine| {
        line.quantity = "100000000000000000000 each".parse().unwrap();
        line.on_hand = "0.00000000000000000001 each".parse().ok();
    };
    assert_eq!(fails(longest), ("unit_inexact", "on_hand".into()));
    assert!(check_line(&line("1", "2 each")).is_ok());

    let class = |by: &str, value: &str| {
        format!(
            r#"{{"incompatible": [{{"goods": {{"by": "hazardous_class", "value": "3"}},
                "never_with": {{"by": "{by}", "value": "{value}"}}}}]}}"#
        )
    };
    let cases: [(&str, &str, &str); 9] = [
        (r#"{"then_by": ["ship_from", "ship_from"]}"#, "key_twice", "then_by[1]"),
        (r#"{"capacity": {"weight": "1 each"}}"#, "unit_mixed", "capacity.weight"),
        (r#"{"capacity": {"weight": "0 kg"}}"#, "capacity_not_positive", "capacity.weight"),
        (r#"{"capacity": {"volume": "-1 l"}}"#, "capacity_not_positive", "capacity.volume"),
        (r#"{"capacity": {"lines": 0}}"#, "lines_zero", "capacity.lines"),
        (
            &class("availability", "on_hand"),
            "class_of_availability",
            "incompatible[0].never_with.by",
        ),
        (&class("temperature", "cold"), "temperature_unknown", "incompatible[0].never_with.value"),
        (
            &class("settlement_currency", "e"),
            "currency_unknown",
            "incompatible[0].never_with.value",
        ),
        (&class("ship_from", ""), "id_invalid", "incompatible[0].never_with.value"),
    ];
    for (json, code, path) in cases {
        let refused = rules(json).check().unwrap_err();
        assert_eq!((refused.code, refused.path.as_str()), (code, path));
        assert_eq!(invalid(&[line("1", "2 each")], &rules(json)), (code, path.into()));
    }
    let by = |class: usize| GoodsClass { by: SplitKey::HazardousClass, value: class.to_string() };
    let pair = |class| Incompatible { goods: by(class), never_with: by(class + 1) };
    let many = |count| SplitRules {
        incompatible: (1..count).map(pair).collect(),
        ..SplitRules::default()
    };
    assert_eq!(many(127).check().unwrap_err().code, "classes_too_many");
    let lines = ["1", "2"]
        .map(|id| OrderLine { hazardous_class: Some("126".into()), ..line(id, "1 each") });
    assert_eq!(shown(&lines, &many(126)), ["~ #1 1x1 2x1"]);
}

#[test]
fn weights_of_too_many_decimals_are_refused_rather_than_rounded() {
    let tiny = OrderLine {
        weight: "0.0000000000000000000000000001 g".parse().ok(),
        ..line("a", "0.0000000000000000000000000001 kg")
    };
    let mut lines = [tiny, line("b", "1 each")];
    let one = rules(r#"{"capacity": {"weight": "1 kg"}}"#);
    assert_eq!(invalid(&lines, &one), ("unit_inexact", "capacity.weight".into()));
    // As long as the numbers can be written, they are exact.
    let precise = rules(r#"{"capacity": {"weight": "0.0000000000000000000000000002 g"}}"#);
    assert_eq!(shown(&lines, &precise), ["~ #1 ax0.0000000000000000000000000001 bx1"]);
    lines[1].weight = "1000000 kg".parse().ok();
    lines[0].quantity = "1 kg".parse().unwrap();
    assert_eq!(shown(&lines, &precise), ["~ #1 ax1", "~ #2! bx1"]);
    lines[1].weight = "1000000000 kg".parse().ok();
    assert_eq!(invalid(&lines, &precise), ("unit_inexact", "lines[b].weight".into()));
}

//! What holds of every decision on a purchase order, whatever the rules and the approvals.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::{collection::vec, prelude::*, sample::select};
use replenish::{
    order::{
        Approval, ApprovalContext, ApprovalDecision, ApprovalOutcome, ApprovalRules,
        ApprovalStanding, ApprovalStatus, PersonCounts, PurchaseOrder, Verdict, decide,
    },
    unit::{PersonId, Timestamp},
};
use serde_json::{Value, json};

const TODAY: &str = "2026-11-21";
const PEOPLE: [&str; 5] = ["ann", "bob", "cid", "dan", "eva"];

/// An order of apples and soap of some amount in euros, all of it apples but 10.
fn order(amount: u32, revision: u32) -> PurchaseOrder {
    let line = |sku: &str, quantity: &str, amount: u32| {
        json!({
            "id": sku, "sku": sku, "offer": "o", "packs": 1, "pack_size": "1 each",
            "quantity": quantity, "unit_price": format!("{amount} EUR"),
            "amount": format!("{amount} EUR"), "charges": "0 EUR",
            "need_by": "2026-11-24", "arrival": "2026-11-24",
        })
    };
    let total = format!("{amount} EUR");
    serde_json::from_value(json!({
        "id": "po", "revision": revision, "supplier": "farm", "currency": "EUR",
        "location": "kitchen", "order_date": TODAY, "requested_delivery": "2026-11-24",
        "lines": [line("apple", "10 each", amount - 10), line("soap", "5 each", 10)],
        "goods": total, "freight": "0 EUR", "charges": "0 EUR", "net": total, "taxes": [],
        "tax": "0 EUR", "total": total, "expected_arrival": "2026-11-24",
    }))
    .unwrap()
}

/// Everything is known; laws take it away.
fn context(requester: &str) -> ApprovalContext {
    serde_json::from_value(json!({
        "today": TODAY, "requesters": [requester],
        "categories": {"apple": ["food", "fruit"], "soap": ["cleaning"]},
        "last_paid": [
            {"sku": "apple", "price": "10 EUR", "per": "1 each"},
            {"sku": "soap", "supplier": "farm", "price": "2 EUR", "per": "1 each"},
        ],
        "budgets": [
            {"name": "food", "remaining": "120 EUR", "categories": ["food"]},
            {"name": "all", "remaining": "300 EUR"},
        ],
        "known_suppliers": ["farm"],
        "exchange_rates": [{"from": "EUR", "to": "USD", "rate": "1.1", "date": "2026-11-20"}],
    }))
    .unwrap()
}

fn atom() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"amount_from": "100 EUR"}),
        json!({"amount_from": "165 USD"}),
        json!({"amount_below": "150 EUR"}),
        json!({"amount_below": "220 USD"}),
        json!({"suppliers": ["farm"]}),
        json!({"suppliers": ["mill"]}),
        json!({"categories": ["food"]}),
        json!({"categories": ["drink"]}),
        json!({"only_categories": ["fruit", "cleaning"]}),
        json!({"only_categories": ["food"]}),
        json!({"price_rise_from": "0.4"}),
        json!({"over_budget": true}),
        json!({"new_supplier": true}),
        json!({"late": true}),
        json!({"requesters": ["ann"]}),
    ])
}

fn condition() -> impl Strategy<Value = Value> {
    let nested = |name: &'static str| vec(atom(), 1..3).prop_map(move |list| json!({name: list}));
    prop_oneof![
        4 => atom(),
        1 => (atom(), atom()).prop_map(|(mut a, b)| {
            a["all_of"] = json!([b]);
            a
        }),
        1 => nested("any_of"),
        1 => nested("none_of"),
    ]
}

fn asking() -> impl Strategy<Value = Value> {
    let who = select(vec![vec!["buyer"], vec!["director"], vec!["buyer", "director"]]);
    let level = (1..4_u32, who, vec(select(PEOPLE.to_vec()), 0..2), 1..3_u32).prop_map(
        |(level, roles, persons, count)| {
            json!({"level": level, "roles": roles, "persons": persons, "count": count})
        },
    );
    vec(level, 1..3).prop_map(|levels| json!({"ask": levels}))
}

fn outcome() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => Just(json!("approve")),
        5 => asking(),
        1 => Just(json!({"refuse": "no"})),
    ]
}

fn role() -> impl Strategy<Value = Value> {
    let limit = select(vec![Value::Null, json!("100 EUR"), json!("165 USD"), json!("250 EUR")]);
    let until = select(vec![Value::Null, json!("2026-11-19"), json!(TODAY)]);
    let approver = (limit, until).prop_map(|(limit, until)| (limit, until));
    vec(proptest::option::weighted(0.7, approver), PEOPLE.len()).prop_map(|list| {
        let people = PEOPLE.iter().zip(list);
        let approvers = people.filter_map(|(person, terms)| {
            let (limit, until) = terms?;
            Some(json!({"person": person, "limit": limit, "valid_until": until}))
        });
        Value::Array(approvers.collect())
    })
}

/// Rules that pass their check, from conditions and outcomes.
fn rules_of(
    condition: impl Strategy<Value = Value>,
    then: impl Strategy<Value = Value>,
    otherwise: impl Strategy<Value = Value>,
) -> impl Strategy<Value = ApprovalRules> {
    let terms = (
        select(vec!["once", "once_per_level"]),
        select(vec![Value::Null, json!(1)]),
        select(vec![Value::Null, json!("0.5")]),
    );
    let parts = (vec((condition, then), 0..4), otherwise, role(), role(), terms);
    parts.prop_filter_map("rules that pass their check", |(rules, otherwise, buyer, director, terms)| {
        let rules = rules.into_iter().enumerate();
        let rules: Vec<Value> = rules
            .map(|(n, (when, then))| json!({"name": format!("rule {n}"), "when": when, "then": then}))
            .collect();
        let rules: ApprovalRules = serde_json::from_value(json!({
            "version": "1", "rules": rules, "otherwise": otherwise,
            "roles": [
                {"name": "buyer", "approvers": buyer}, {"name": "director", "approvers": director},
            ],
            "counting": terms.0, "lapse_after_days": terms.1, "tolerance": terms.2,
        }))
        .unwrap();
        rules.check().is_ok().then_some(rules)
    })
}

fn rules() -> impl Strategy<Value = ApprovalRules> {
    rules_of(condition(), outcome(), outcome())
}

/// Who said what of which revision at what amount, when.
#[derive(Clone, Debug)]
struct Said {
    by: &'static str,
    verdict: Verdict,
    at: i64,
    days_ago: i64,
    amount: Option<u32>,
    revision: u32,
}

impl Said {
    fn approval(&self, amount: u32) -> Approval {
        let seen = order(self.amount.unwrap_or(amount), self.revision);
        let on = TODAY.parse::<replenish::unit::Day>().unwrap().plus_days(-self.days_ago).unwrap();
        Approval::new(&seen, self.by.parse().unwrap(), self.verdict, on, Timestamp(self.at))
    }
}

fn said() -> impl Strategy<Value = Said> {
    let verdict = prop_oneof![6 => Just(Verdict::Approved), 1 => Just(Verdict::Refused)];
    let amount = prop_oneof![6 => Just(None), 1 => select(AMOUNTS.to_vec()).prop_map(Some)];
    let revision = prop_oneof![6 => Just(1_u32), 1 => Just(0_u32)];
    let days_ago = prop_oneof![4 => Just(0_i64), 1 => -1..4_i64];
    (select(PEOPLE.to_vec()), verdict, 0..4_i64, days_ago, amount, revision).prop_map(
        |(by, verdict, at, days_ago, amount, revision)| Said {
            by,
            verdict,
            at,
            days_ago,
            amount,
            revision,
        },
    )
}

const AMOUNTS: [u32; 6] = [90, 100, 110, 150, 200, 310];

fn given(said: &[Said], amount: u32) -> Vec<Approval> {
    said.iter().map(|said| said.approval(amount)).collect()
}

fn person(name: &str) -> PersonId {
    name.parse().unwrap()
}

/// How many approvals are missing on all levels.
fn missing(decision: &ApprovalDecision) -> u32 {
    decision.levels.iter().map(|level| level.missing).sum()
}

/// What has to be true of any decision by itself.
fn is_sound(decision: &ApprovalDecision, rules: &ApprovalRules, context: &ApprovalContext) {
    use ApprovalStanding::{Counts, Refuses};
    assert!(!decision.fired.is_empty());
    for fired in decision.fired.iter().chain(&decision.withheld) {
        assert!(!fired.reasons.is_empty() && fired.reasons.iter().all(|reason| !reason.is_empty()));
    }
    let refusing =
        decision.fired.iter().any(|fired| matches!(fired.outcome, ApprovalOutcome::Refuse(_)));
    let refused = decision.given.iter().any(|given| given.standing == Refuses);
    assert_eq!(decision.status == ApprovalStatus::Refused, refusing || refused);
    match decision.status {
        ApprovalStatus::Approved => assert!(missing(decision) == 0 && decision.ask.is_empty()),
        ApprovalStatus::Waiting => assert!(missing(decision) > 0 && !decision.ask.is_empty()),
        ApprovalStatus::Refused => assert!(decision.ask.is_empty()),
    }
    for level in &decision.levels {
        assert!(level.missing <= level.needed && level.out_of_reach <= level.missing);
        // Somebody is named wherever it helps, and nobody who asked.
        assert!(!level.may_approve.is_empty() || level.missing == level.out_of_reach);
        assert!(level.may_approve.is_empty() || level.missing > 0);
        assert!(level.may_approve.iter().all(|person| !context.requesters.contains(person)));
    }
    let mut counted = Vec::new();
    for given in &decision.given {
        assert_eq!(given.standing == Counts, !given.levels.is_empty());
        if given.standing == Counts {
            assert!(!context.requesters.contains(&given.by));
            counted.extend(given.levels.iter().map(|&level| (given.by.clone(), level)));
        }
        assert!(given.standing != Refuses || !context.requesters.contains(&given.by));
    }
    let filled: u32 = decision.levels.iter().map(|level| level.needed - level.missing).sum();
    assert_eq!(counted.len(), usize::try_from(filled).unwrap());
    let all = counted.len();
    if rules.counting == PersonCounts::Once {
        counted.sort_by(|a, b| a.0.cmp(&b.0));
        counted.dedup_by(|a, b| a.0 == b.0);
    } else {
        counted.sort();
        counted.dedup();
    }
    assert_eq!(counted.len(), all, "somebody counts twice");
}

proptest! {
    #[test]
    fn decisions_are_sound(
        rules in rules(),
        said in vec(said(), 0..6),
        amount in select(AMOUNTS.to_vec()),
        requester in select(PEOPLE.to_vec()),
    ) {
        let (order, context) = (order(amount, 1), context(requester));
        let decision = decide(&order, &rules, &context, &given(&said, amount)).unwrap();
        is_sound(&decision, &rules, &context);
        // Without what requesters said, everything else is the same.
        let others: Vec<Said> = said.iter().filter(|said| said.by != requester).cloned().collect();
        let mut without = decide(&order, &rules, &context, &given(&others, amount)).unwrap();
        let mut with = decision;
        with.given.retain(|given| given.by != person(requester));
        without.given.retain(|given| given.by != person(requester));
        prop_assert_eq!(with, without);
    }

    #[test]
    fn another_approval_never_makes_a_decision_stricter(
        rules in rules(),
        said in vec(said(), 0..6),
        more in said(),
        amount in select(AMOUNTS.to_vec()),
    ) {
        let (order, context) = (order(amount, 1), context("eva"));
        let mut words = given(&said, amount);
        let before = decide(&order, &rules, &context, &words).unwrap();
        words.push(Approval { verdict: Verdict::Approved, ..more.approval(amount) });
        let after = decide(&order, &rules, &context, &words).unwrap();
        prop_assert!(after.status <= before.status, "{:?} {:?}", before, after);
        prop_assert!(missing(&after) <= missing(&before));
        words.push(Approval { verdict: Verdict::Refused, ..more.approval(amount) });
        let refused = decide(&order, &rules, &context, &words).unwrap();
        prop_assert!(refused.status >= after.status);
    }

    #[test]
    fn who_may_approve_makes_progress(
        rules in rules(),
        said in vec(said(), 0..4),
        amount in select(AMOUNTS.to_vec()),
    ) {
        let (order, context) = (order(amount, 1), context("eva"));
        let mut words = given(&said, amount);
        words.retain(|word| word.verdict == Verdict::Approved);
        // Asking those named, one after the other, comes to an end: approved, refused by a rule, or
        // as much missing as was out of reach at first.
        let mut before = decide(&order, &rules, &context, &words).unwrap();
        let out_of_reach: u32 = before.levels.iter().map(|level| level.out_of_reach).sum();
        let open = |decision: &ApprovalDecision| -> Option<PersonId> {
            decision.levels.iter().find_map(|level| level.may_approve.first()).cloned()
        };
        while let Some(next) = open(&before) {
            words.push(Approval::new(&order, next, Verdict::Approved, context.today, Timestamp(9)));
            let after = decide(&order, &rules, &context, &words).unwrap();
            prop_assert!(missing(&after) < missing(&before), "{:?}", after);
            before = after;
        }
        prop_assert_eq!(missing(&before), out_of_reach);
    }

    #[test]
    fn knowing_less_never_makes_a_decision_more_lenient(
        rules in rules(),
        said in vec(said(), 0..6),
        amount in select(AMOUNTS.to_vec()),
        forget in vec(0..6_usize, 1..4),
    ) {
        let (order, mut context) = (order(amount, 1), context("eva"));
        let words = given(&said, amount);
        let before = decide(&order, &rules, &context, &words).unwrap();
        for what in forget {
            match what {
                0 => drop(context.categories.remove(&"apple".parse().unwrap())),
                1 => drop(context.categories.remove(&"soap".parse().unwrap())),
                2 => context.last_paid.retain(|last| last.sku.as_str() != "apple"),
                3 => context.last_paid.retain(|last| last.sku.as_str() != "soap"),
                4 => context.known_suppliers = None,
                _ => context.exchange_rates.clear(),
            }
        }
        let after = decide(&order, &rules, &context, &words).unwrap();
        prop_assert!(after.status >= before.status, "{:?} {:?}", before, after);
    }

    #[test]
    fn a_larger_order_is_never_decided_more_leniently(
        rules in rules_of(
            select(vec!["100 EUR", "165 USD", "300 EUR"]).prop_map(|from| json!({"amount_from": from})),
            prop_oneof![4 => asking(), 1 => Just(json!({"refuse": "no"}))],
            Just(json!("approve")),
        ),
        said in vec(said(), 0..6),
        amounts in (select(AMOUNTS.to_vec()), select(AMOUNTS.to_vec())),
    ) {
        let context = context("eva");
        let status = |amount: u32| {
            let now = said.iter().map(|said| Said { amount: None, ..said.clone() });
            let words = given(&now.collect::<Vec<_>>(), amount);
            decide(&order(amount, 1), &rules, &context, &words).unwrap().status
        };
        let (less, more) = (amounts.0.min(amounts.1), amounts.0.max(amounts.1));
        prop_assert!(status(less) <= status(more));
    }

    #[test]
    fn sequences_mean_nothing(
        rules in rules(),
        said in vec(said(), 0..6),
        amount in select(AMOUNTS.to_vec()),
        turn in 0..6_usize,
    ) {
        let (order, context) = (order(amount, 1), context("eva"));
        let words = given(&said, amount);
        let decision = decide(&order, &rules, &context, &words).unwrap();
        let (mut turned, mut other_words, mut other_order) = (rules.clone(), words, order.clone());
        turned.rules.reverse();
        turned.roles.reverse();
        for role in &mut turned.roles {
            role.approvers.reverse();
        }
        for rule in &mut turned.rules {
            if let ApprovalOutcome::Ask(levels) = &mut rule.then {
                levels.reverse();
                for level in levels {
                    level.roles.reverse();
                }
            }
        }
        let length = other_words.len().max(1);
        other_words.rotate_left(turn % length);
        other_words.reverse();
        other_order.lines.reverse();
        let mut other = decide(&other_order, &turned, &context, &other_words).unwrap();
        // Outcomes are repeated as they are written down, and reasons name the first line in the
        // order.
        let strip = |decision: &mut ApprovalDecision| {
            for fired in decision.fired.iter_mut().chain(&mut decision.withheld) {
                fired.reasons.clear();
                fired.outcome = ApprovalOutcome::Approve;
            }
        };
        let mut decision = decision;
        strip(&mut decision);
        strip(&mut other);
        prop_assert_eq!(decision, other);
    }
}

/// All sets of up to three rules of twelve kinds, against the table of what should come out.
#[test]
fn all_small_sets_of_rules() {
    // True, false and unknown of the order.
    let conditions =
        [json!({"amount_from": "1 EUR"}), json!({"late": true}), json!({"new_supplier": true})];
    let ask = |level: u32, person: &str| json!({"ask": [{"level": level, "persons": [person]}]});
    let outcomes = [json!("approve"), ask(1, "ann"), ask(2, "bob"), json!({"refuse": "no"})];
    let kinds = conditions.len() * outcomes.len();
    let order = order(100, 1);
    let context = ApprovalContext::new(TODAY.parse().unwrap(), person("rita"));
    let word = |by: &str| {
        Approval::new(&order, person(by), Verdict::Approved, context.today, Timestamp(1))
    };
    let given = [vec![], vec![word("ann")], vec![word("bob")], vec![word("ann"), word("bob")]];
    let mut decided = 0;
    for chosen in 0..(kinds + 1).pow(3) {
        let chosen: Vec<usize> = (0..3)
            .map(|place| chosen / (kinds + 1).pow(place) % (kinds + 1))
            .filter(|&kind| kind < kinds)
            .collect();
        let named = chosen.iter().enumerate();
        let rules: Vec<Value> = named
            .map(|(name, kind)| {
                json!({"name": name.to_string(), "when": conditions[kind / 4], "then": outcomes[kind % 4]})
            })
            .collect();
        for (otherwise, outcome) in outcomes.iter().enumerate() {
            let rules: ApprovalRules = serde_json::from_value(
                json!({"version": "1", "rules": rules, "otherwise": outcome}),
            )
            .unwrap();
            let mut counting: Vec<usize> = chosen
                .iter()
                .filter(|&kind| kind / 4 == 0 || kind / 4 == 2 && kind % 4 != 0)
                .map(|kind| kind % 4)
                .collect();
            if !chosen.iter().any(|kind| kind / 4 == 0) {
                counting.push(otherwise);
            }
            for (bits, words) in given.iter().enumerate() {
                let is_missing = |outcome: &usize| match outcome {
                    1 => bits & 1 == 0,
                    2 => bits & 2 == 0,
                    _ => false,
                };
                let expected = if counting.contains(&3) {
                    ApprovalStatus::Refused
                } else if counting.iter().any(is_missing) {
                    ApprovalStatus::Waiting
                } else {
                    ApprovalStatus::Approved
                };
                let decision = decide(&order, &rules, &context, words).unwrap();
                assert_eq!(decision.status, expected, "{rules:?}");
                assert_eq!(decision.fired.len(), counting.len());
                is_sound(&decision, &rules, &context);
                decided += 1;
            }
        }
    }
    assert_eq!(decided, 2197 * 16);
}

const YAML: &str = include_str!("../examples/approval/rules.yaml");
const JSON: &str = include_str!("../examples/approval/rules.json");

#[test]
fn the_example_says_the_same_in_both_forms() {
    let words = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        let text = lines.collect::<Vec<_>>().join("\n");
        let parts = text.split(|c: char| c.is_whitespace() || "{}[],:\"".contains(c));
        parts.filter(|part| !part.is_empty() && *part != "-").map(str::to_owned).collect()
    };
    assert_eq!(words(YAML), words(JSON));
}

#[test]
fn the_example_decides_as_its_table_says() {
    let rules: ApprovalRules = serde_json::from_str(JSON).unwrap();
    rules.check().unwrap();
    let told = |amount: u32, change: &dyn Fn(&mut PurchaseOrder, &mut ApprovalContext)| {
        let mut order = order(amount, 1);
        let mut context = context("ines");
        for last in &mut context.last_paid {
            last.price = "1000 EUR".parse().unwrap();
        }
        context.budgets.truncate(0);
        context.budgets.push(
            serde_json::from_value(json!({"name": "all", "remaining": "99999 EUR"})).unwrap(),
        );
        change(&mut order, &mut context);
        let decision = decide(&order, &rules, &context, &[]).unwrap();
        is_sound(&decision, &rules, &context);
        let fired = decision.fired.iter().map(|fired| fired.rule.clone()).collect::<Vec<_>>();
        let levels = decision.levels.iter().map(|level| {
            let people: Vec<&str> = level.may_approve.iter().map(PersonId::as_str).collect();
            format!("{}:{}", level.level, people.join("+"))
        });
        let levels = levels.collect::<Vec<_>>().join(" ");
        format!("{:?} {levels} ({})", decision.status, fired.join(", "))
    };
    let plain = |_: &mut PurchaseOrder, _: &mut ApprovalContext| {};
    assert_eq!(told(249, &plain), "Approved  (everyday goods)");
    assert_eq!(told(250, &plain), "Waiting 1:jonas+karin+lars (otherwise)");
    assert_eq!(told(1000, &plain), "Waiting 1:karin+lars (purchasing decides)");
    let large = "Waiting 1:karin+lars 2:mara+nils (management signs, purchasing decides)";
    assert_eq!(told(10_000, &plain), large);
    let risen = told(249, &|_, context| context.last_paid[1].price = "1.90 EUR".parse().unwrap());
    assert_eq!(risen, "Waiting 1:karin+lars (everyday goods, purchasing decides)");
    let new = told(249, &|_, context| context.known_suppliers = Some(Vec::new()));
    assert_eq!(new, "Waiting 1:karin+lars 2:mara+nils (everyday goods, management signs)");
    let machine = |context: &mut ApprovalContext| {
        context.categories.insert("soap".parse().unwrap(), vec!["machines".to_owned()]);
    };
    let refused = told(249, &|_, context| machine(context));
    assert_eq!(refused, "Refused  (no machines before the new year)");
    let later = told(249, &|_, context| {
        machine(context);
        context.today = "2027-01-01".parse().unwrap();
    });
    assert_eq!(later, "Waiting 1:jonas+karin+lars (otherwise)");
    let unknown =
        told(249, &|_, context| drop(context.categories.remove(&"soap".parse().unwrap())));
    assert_eq!(unknown, "Refused 1:jonas+karin+lars (no machines before the new year, otherwise)");
}

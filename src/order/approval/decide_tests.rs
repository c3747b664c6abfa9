//! Decisions by rules whose answer is worked out by hand.

use super::{sample::*, *};
use crate::{order::PurchaseOrder, unit::PersonId};
use serde_json::{Value, json};

#[test]
fn rules_hold_on_their_days() {
    for (from, until, fires) in [
        ("2026-11-21", "2026-11-21", true),
        ("2026-11-22", "2026-11-30", false),
        ("2026-11-01", "2026-11-20", false),
    ] {
        let mut rules = rules(json!({}), one_buyer(), json!({}));
        rules.rules[0].valid_from = Some(from.parse().unwrap());
        rules.rules[0].valid_until = Some(until.parse().unwrap());
        let decision = decide(&order(), &rules, &context(json!({})), &[]).unwrap();
        assert_eq!(decision.status == ApprovalStatus::Waiting, fires, "{from} {until}");
    }
}

/// Status, missing by level, who may help, and the standings.
fn outcome(rules: &ApprovalRules, given: &[Approval]) -> String {
    let decision = decide(&order(), rules, &context(json!({})), given).unwrap();
    let levels = decision.levels.iter().map(|level| {
        let people: Vec<&str> = level.may_approve.iter().map(PersonId::as_str).collect();
        let out = if level.out_of_reach > 0 { "!" } else { "" };
        format!(" {}:{}{out}[{}]", level.level, level.missing, people.join(" "))
    });
    let given = decision.given.iter().map(|given| {
        let levels: String = given.levels.iter().map(u32::to_string).collect();
        format!(" {}={:?}{levels}", given.by, given.standing)
    });
    format!("{:?}{}{}", decision.status, levels.collect::<String>(), given.collect::<String>())
}

#[test]
fn levels_are_asked_one_by_one_or_at_once() {
    let one_by_one = rules(json!({}), buyer_then_director(), json!({}));
    let decision = decide(&order(), &one_by_one, &context(json!({})), &[]).unwrap();
    assert_eq!(decision.ask, [1]);
    let decision = decide(&order(), &one_by_one, &context(json!({})), &[yes("ann")]).unwrap();
    assert_eq!(decision.ask, [2]);
    let at_once = rules(json!({}), buyer_then_director(), json!({"sequence": "at_once"}));
    let decision = decide(&order(), &at_once, &context(json!({})), &[]).unwrap();
    assert_eq!(decision.ask, [1, 2]);
}

#[test]
fn a_deputy_fills_the_level_that_nobody_else_does() {
    let rules = rules(json!({}), buyer_then_director(), json!({}));
    // Cid is both buyer and director.
    let cid = "Waiting 1:0[] 2:1[ann bob dan] cid=Counts1";
    assert_eq!(outcome(&rules, &[yes("cid")]), cid);
    assert_eq!(
        outcome(&rules, &[yes("cid"), yes("ann")]),
        "Approved 1:0[] 2:0[] ann=Counts1 cid=Counts2"
    );
    assert_eq!(
        outcome(&rules, &[yes("cid"), yes("dan")]),
        "Approved 1:0[] 2:0[] cid=Counts1 dan=Counts2"
    );
    let each = rules_counting_per_level();
    assert_eq!(outcome(&each, &[yes("cid")]), "Approved 1:0[] 2:0[] cid=Counts12");
}

fn rules_counting_per_level() -> ApprovalRules {
    rules(json!({}), buyer_then_director(), json!({"counting": "once_per_level"}))
}

#[test]
fn rules_ask_together() {
    let ask =
        |roles: &[&str], count: u32| json!({"ask": [{"level": 1, "roles": roles, "count": count}]});
    let both = |first: Value, second: Value| {
        rules(
            json!({}),
            json!("approve"),
            json!({"rules": [
                {"name": "a", "when": {}, "then": first}, {"name": "b", "when": {}, "then": second},
            ]}),
        )
    };
    // The same people: the higher count.
    let rules = both(ask(&["buyer"], 1), ask(&["buyer"], 2));
    assert_eq!(outcome(&rules, &[]), "Waiting 1:2[ann bob cid]");
    // A director serves a rule that would accept buyers too.
    let rules = both(ask(&["director"], 1), ask(&["buyer", "director"], 1));
    assert_eq!(outcome(&rules, &[yes("dan")]), "Approved 1:0[] dan=Counts1");
    assert_eq!(outcome(&rules, &[yes("ann")]), "Waiting 1:1[cid dan] ann=NotEntitled");
    let rules = both(ask(&["director"], 1), ask(&["buyer", "director"], 2));
    assert_eq!(
        outcome(&rules, &[yes("dan"), yes("ann")]),
        "Approved 1:0[] 1:0[] ann=Counts1 dan=Counts1"
    );
    // Different people: each.
    let rules = both(ask(&["director"], 1), ask(&["buyer"], 1));
    assert_eq!(outcome(&rules, &[yes("cid")]), "Waiting 1:0[] 1:1[ann bob dan] cid=Counts1");
}

#[test]
fn what_is_out_of_reach_is_said() {
    let rules = rules(
        json!({}),
        json!({"ask": [{"level": 1, "roles": ["director"], "count": 2}]}),
        json!({}),
    );
    let mut asked_by_dan = context(json!({}));
    asked_by_dan.requesters = vec!["dan".parse().unwrap()];
    let decision = decide(&order(), &rules, &asked_by_dan, &[yes("dan")]).unwrap();
    assert_eq!(decision.status, ApprovalStatus::Waiting);
    assert_eq!((decision.levels[0].missing, decision.levels[0].out_of_reach), (2, 1));
    assert_eq!(decision.given[0].standing, ApprovalStanding::Requester);
    assert_eq!(decision.given[0].reason, "`dan` asked for the order");
}

#[test]
fn rights_are_those_of_the_day_and_up_to_the_limit() {
    let roles = |approver: Value| {
        rules(
            json!({}),
            one_buyer(),
            json!({"roles": [{"name": "buyer", "approvers": [
                approver, {"person": "zoe"},
            ]}]}),
        )
    };
    let limited = |limit: &str| roles(json!({"person": "ann", "limit": limit}));
    assert_eq!(outcome(&limited("119 EUR"), &[yes("ann")]), "Approved 1:0[] ann=Counts1");
    assert_eq!(outcome(&limited("118.99 EUR"), &[yes("ann")]), "Waiting 1:1[zoe] ann=AboveLimit");
    // Nobody knows what a limit of 1,000,000 USD is worth.
    assert_eq!(outcome(&limited("1000000 USD"), &[yes("ann")]), "Waiting 1:1[zoe] ann=AboveLimit");
    // Refusing is no matter of limits.
    let no = said(&order(), "ann", Verdict::Refused, 1);
    assert_eq!(outcome(&limited("1 EUR"), &[no]), "Refused 1:1[zoe] ann=Refuses");
    // A deputy until yesterday, when the approval was given, counts; but could not approve today.
    let until = |day: &str| roles(json!({"person": "ann", "valid_until": day}));
    assert_eq!(outcome(&until("2026-11-20"), &[yes("ann")]), "Approved 1:0[] ann=Counts1");
    assert_eq!(outcome(&until("2026-11-20"), &[]), "Waiting 1:1[zoe]");
    assert_eq!(outcome(&until("2026-11-19"), &[yes("ann")]), "Waiting 1:1[zoe] ann=NotEntitled");
}

#[test]
fn approvals_lapse_and_none_is_of_the_future() {
    let lapsing = |days: u32| rules(json!({}), one_buyer(), json!({"lapse_after_days": days}));
    assert_eq!(outcome(&lapsing(1), &[yes("ann")]), "Approved 1:0[] ann=Counts1");
    assert_eq!(outcome(&lapsing(0), &[yes("ann")]), "Waiting 1:1[ann bob cid] ann=Lapsed");
    let tomorrow = Approval { on: "2026-11-22".parse().unwrap(), ..yes("ann") };
    assert_eq!(outcome(&lapsing(9), &[tomorrow]), "Waiting 1:1[ann bob cid] ann=NotYetGiven");
}

#[test]
fn a_changed_order_keeps_what_the_rules_let_it_keep() {
    let strict = rules(json!({}), one_buyer(), json!({}));
    let lenient = rules(json!({}), one_buyer(), json!({"tolerance": "0.19"}));
    let seen = |change: &dyn Fn(&mut PurchaseOrder)| {
        let mut seen = order();
        change(&mut seen);
        said(&seen, "ann", Verdict::Approved, 1)
    };
    let (kept, void) = ("Approved 1:0[] ann=Counts1", "Waiting 1:1[ann bob cid] ann=OrderChanged");
    let revision = seen(&|seen| seen.revision = 0);
    assert_eq!(outcome(&strict, std::slice::from_ref(&revision)), void);
    assert_eq!(outcome(&lenient, &[revision]), kept);
    // From 100.00 to 119.00 EUR is a rise of 0.19.
    let total = |text: &str| seen(&|seen| seen.total = text.parse().unwrap());
    assert_eq!(outcome(&strict, &[total("100 EUR")]), void);
    assert_eq!(outcome(&lenient, &[total("100 EUR")]), kept);
    assert_eq!(outcome(&lenient, &[total("99.99 EUR")]), void);
    assert_eq!(outcome(&lenient, &[total("500 EUR")]), kept);
    for change in [
        &(|seen: &mut PurchaseOrder| seen.supplier = "mill".parse().unwrap())
            as &dyn Fn(&mut PurchaseOrder),
        &|seen| seen.location = None,
        &|seen| seen.id = "other".parse().unwrap(),
        &|seen| seen.lines[0].quantity = "31 kg".parse().unwrap(),
        &|seen| drop(seen.lines.pop()),
    ] {
        assert_eq!(outcome(&lenient, &[seen(change)]), void);
    }
}

#[test]
fn the_last_word_of_a_person_holds() {
    let rules = rules(json!({}), one_buyer(), json!({"lapse_after_days": 1}));
    let word = |verdict, at| said(&order(), "ann", verdict, at);
    let (yes, no) = (|at| word(Verdict::Approved, at), |at| word(Verdict::Refused, at));
    let both = "ann=Superseded ann=";
    assert_eq!(outcome(&rules, &[no(1), yes(2)]), format!("Approved 1:0[] {both}Counts1"));
    assert_eq!(
        outcome(&rules, &[no(2), yes(1)]),
        format!("Refused 1:1[ann bob cid] {both}Refuses")
    );
    assert_eq!(
        outcome(&rules, &[no(1), yes(1)]),
        "Refused 1:1[ann bob cid] ann=Superseded ann=Refuses"
    );
    assert_eq!(outcome(&rules, &[yes(1), yes(2)]), "Approved 1:0[] ann=NotNeeded ann=Counts1");
    // What was refused stays refused at another price, and if another order is approved; not if
    // something else is asked for.
    let mut dearer = order();
    (dearer.revision, dearer.total) = (0, "500 EUR".parse().unwrap());
    let of = |order: &PurchaseOrder| said(order, "ann", Verdict::Refused, 1);
    assert_eq!(outcome(&rules, &[of(&dearer)]), "Refused 1:1[ann bob cid] ann=Refuses");
    let elsewhere = Approval { order: ApprovalSubject::of(&dearer), ..yes(2) };
    let words = "Refused 1:1[ann bob cid] ann=Refuses ann=OrderChanged";
    assert_eq!(outcome(&rules, &[no(1), elsewhere]), words);
    dearer.lines[0].quantity = "29 kg".parse().unwrap();
    assert_eq!(outcome(&rules, &[of(&dearer)]), "Waiting 1:1[ann bob cid] ann=OrderChanged");
    // Who took a refusal back long ago does not refuse again.
    let long_ago = Approval { on: "2026-11-01".parse().unwrap(), ..yes(2) };
    let words = "Waiting 1:1[ann bob cid] ann=Superseded ann=Lapsed";
    assert_eq!(outcome(&rules, &[no(1), long_ago]), words);
}

#[test]
fn who_is_not_asked_neither_approves_nor_refuses() {
    let rules = rules(json!({}), one_buyer(), json!({}));
    for verdict in [Verdict::Approved, Verdict::Refused] {
        let word = said(&order(), "dan", verdict, 1);
        assert_eq!(outcome(&rules, &[word]), "Waiting 1:1[ann bob cid] dan=NotEntitled");
        let word = said(&order(), "rita", verdict, 1);
        assert_eq!(outcome(&rules, &[word]), "Waiting 1:1[ann bob cid] rita=Requester");
    }
    let enough = outcome(&rules, &[yes("ann"), yes("bob")]);
    assert_eq!(enough, "Approved 1:0[] ann=Counts1 bob=NotNeeded");
}

#[test]
fn the_strictest_outcome_wins() {
    let rules = rules(
        json!({}),
        json!("approve"),
        json!({"rules": [
            {"name": "small", "when": {"amount_below": "1000 EUR"}, "then": "approve"},
            {"name": "ask", "when": {"suppliers": ["farm"]}, "then": one_buyer()},
            {"name": "stop", "when": {"locations": ["kitchen"]}, "then": {"refuse": "closed"}},
        ]}),
    );
    let status = |from: usize, to: usize| {
        let mut some = rules.clone();
        some.rules = rules.rules[from..to].to_vec();
        decide(&order(), &some, &context(json!({})), &[]).unwrap().status
    };
    assert_eq!(status(0, 1), ApprovalStatus::Approved);
    assert_eq!(status(0, 2), ApprovalStatus::Waiting);
    assert_eq!(status(0, 3), ApprovalStatus::Refused);
}

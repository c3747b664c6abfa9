//! What must hold of every purchase order, and some lives whose end is worked out by hand.

use super::{
    PurchaseOrderAction as A, PurchaseOrderCommand as Command, PurchaseOrderEvent as E,
    PurchaseOrderNotice as Notice, PurchaseOrderState as S, PurchasePolicy, SourceReason,
    SupplierStatus as W, sample::*, step,
};
use crate::unit::{Random, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn said(word: W, lines: Value) -> E {
    E::stated(fact(Some(word), None, Some("D"), lines))
}

fn notices(story: &Story) -> Vec<Notice> {
    let mut found = Vec::new();
    for command in &story.told {
        if let Command::Notify { notice, .. } = command {
            found.push(*notice);
        }
    }
    found
}

/// What went back to sourcing: why, line and quantity.
fn elsewhere(story: &Story) -> Vec<(SourceReason, String)> {
    let mut found = Vec::new();
    for command in &story.told {
        if let Command::SourceElsewhere { why, lines, supplier, .. } = command {
            assert_eq!(supplier.as_str(), "farm");
            found.extend(lines.iter().map(|it| (*why, format!("{} {}", it.line, it.quantity))));
        }
    }
    found
}

/// One of the things a supplier may say, some of them contradicting others.
fn any_statement(random: &mut Random) -> E {
    let words = [
        None,
        Some(W::Acknowledged),
        Some(W::PartiallyConfirmed),
        Some(W::Confirmed),
        Some(W::Confirmed),
        Some(W::Rejected),
        Some(W::PartiallyFulfilled),
        Some(W::Fulfilled),
        Some(W::Invoiced),
        Some(W::Cancelled),
    ];
    let word = words[random.below(words.len())];
    let sequence = [None, Some(1), Some(2), Some(3)][random.below(4)];
    let document = [None, Some("D"), Some("D"), Some("D"), Some("D"), Some("X")][random.below(6)];
    let mut lines = Vec::new();
    for (line, quantity, price) in [("1", 10, 2), ("2", 4, 5)] {
        let some = random.below(quantity + 2);
        let invoiced = if random.below(3) == 0 { some } else { quantity };
        let figures = match random.below(8) {
            0 => json!({"confirmed": format!("{quantity} each")}),
            1 => json!({"confirmed": format!("{some} each"), "promised": "2026-12-03"}),
            2 | 3 => json!({"received": format!("{quantity} each")}),
            4 => json!({"received": format!("{some} each")}),
            5 => json!({
                "invoiced": format!("{invoiced} each"),
                "invoiced_amount": format!("{} EUR", invoiced * price),
            }),
            6 => json!({"credited": format!("{} each", some.min(1))}),
            _ => continue,
        };
        let mut figures = figures;
        figures["line"] = json!(line);
        lines.push(figures);
    }
    E::stated(fact(word, sequence, document, json!(lines)))
}

/// The same statements, in any sequence and repeated, end in the same state with the same facts.
#[test]
fn statements_end_alike_in_whatever_sequence_they_come() {
    let mut random = Random::new(11);
    let mut ends = BTreeSet::new();
    let starts: [fn() -> Story; 3] = [Story::sent, Story::submitted, || {
        let mut story = Story::sent();
        let request = story.life.last_request;
        story.tell(&E::Reject { request, message: "no".into() });
        assert_eq!(story.life.state, S::SubmitRejected);
        story
    }];
    for _ in 0..1_200 {
        let start = starts[random.below(starts.len())];
        let count = 1 + random.below(5);
        let statements: Vec<E> = (0..count).map(|_| any_statement(&mut random)).collect();
        let mut first: Option<Story> = None;
        for _ in 0..4 {
            let mut sequence: Vec<usize> = (0..count).collect();
            for place in (1..count).rev() {
                sequence.swap(place, random.below(place + 1));
            }
            sequence.push(random.below(count));
            let mut story = start();
            for place in &sequence {
                story.tell(&statements[*place]);
            }
            match &first {
                None => first = Some(story),
                Some(first) => {
                    assert_eq!(story.life.state, first.life.state, "{statements:#?}\n{sequence:?}");
                    assert_eq!(story.life.facts, first.life.facts);
                    assert_eq!(story.life.is_short(), first.life.is_short());
                }
            }
        }
        ends.extend(first.map(|story| story.life.state));
    }
    let reached: Vec<S> = ends.into_iter().collect();
    let expected = [
        S::Submitted,
        S::ChangeReview,
        S::Confirmed,
        S::PartiallyFulfilled,
        S::Fulfilled,
        S::Invoiced,
        S::SupplierRejected,
        S::SubmitRejected,
        S::Cancelled,
        S::Review,
    ];
    assert_eq!(reached, expected);
}

/// What was cancelled by us after some goods had come stays with sourcing's old plan, also when the
/// invoice comes.
#[test]
fn what_we_cancel_is_not_bought_elsewhere() {
    let mut story = Story::submitted();
    story.tell(&said(W::PartiallyFulfilled, json!([{"line": "1", "received": "4 each"}])));
    assert_eq!(story.tell(&E::CancelRequested {}), S::CancelPending);
    story.wake();
    let request = story.life.last_request;
    assert_eq!(story.tell(&E::CancelOk { request }), S::Fulfilled);
    let bill = json!([{"line": "1", "invoiced": "4 each", "invoiced_amount": "8 EUR"}]);
    assert_eq!(story.tell(&said(W::Invoiced, bill)), S::Invoiced);
    assert_eq!(elsewhere(&story), []);
    assert!(story.life.is_short() && !notices(&story).contains(&Notice::CancelTooLate));
}

/// A statement that was heard before changes nothing but the count of such statements.
#[test]
fn a_repeated_statement_changes_nothing() {
    let mut random = Random::new(12);
    for _ in 0..400 {
        let mut story = Story::submitted();
        let statements: Vec<E> = (0..3).map(|_| any_statement(&mut random)).collect();
        for statement in &statements {
            story.tell(statement);
        }
        for statement in statements {
            let mut before = story.life.clone();
            let told = story.told.len();
            story.tell(&statement);
            before.superseded = story.life.superseded;
            assert_eq!(story.life, before);
            assert_eq!(story.told.len(), told);
        }
    }
}

#[test]
fn a_life_without_trouble() {
    let mut story = Story::new(PurchasePolicy::default());
    story.tell(&E::LinesChanged { draft: Box::new(draft(2)), payload: "payload 2".into() });
    assert!(
        matches!(&story.told[0], Command::Price { request: 1, payload, .. } if payload == "payload 2")
    );
    story.tell(&E::Priced { request: 1, net: "43 EUR".parse().unwrap(), unavailable: vec![] });
    story.now = 60_000;
    assert_eq!(story.tell(&E::RequestApproval { case: case(2) }), S::PendingApproval);
    let by_ann = E::Approve { by: "ann".parse().unwrap(), words: None, case: case(2) };
    assert_eq!(story.tell(&by_ann), S::Approved);
    assert_eq!(story.wake(), S::Submitting);
    let request = story.life.last_request;
    let documents = named(&[("1", "D"), ("2", "D")]);
    assert_eq!(story.tell(&E::Ok { request, documents }), S::Submitted);
    assert_eq!(story.tell(&said(W::Confirmed, json!([]))), S::Confirmed);
    let some = json!([{"line": "1", "received": "10 each"}]);
    assert_eq!(story.tell(&said(W::PartiallyFulfilled, some)), S::PartiallyFulfilled);
    let all = json!([{"line": "2", "received": "4 each"}]);
    assert_eq!(story.tell(&said(W::Fulfilled, all)), S::Fulfilled);
    let mut invoice = fact(
        Some(W::Invoiced),
        None,
        Some("D"),
        json!([
            {"line": "1", "invoiced": "10 each", "invoiced_amount": "20 EUR"},
            {"line": "2", "invoiced": "4 each", "invoiced_amount": "20 EUR"},
        ]),
    );
    invoice.charges = Some("3 EUR".parse().unwrap());
    assert_eq!(story.tell(&E::WhInvoiced { fact: Box::new(invoice) }), S::Invoiced);
    assert!(story.told.iter().any(|told| matches!(told, Command::PostInvoice { .. })));
    assert_eq!(elsewhere(&story), []);
}

#[test]
fn only_who_may_approves_and_only_what_was_priced() {
    let mut story = Story::new(PurchasePolicy::default());
    // Nothing is priced yet.
    assert_eq!(story.tell(&E::RequestApproval { case: case(1) }), S::Draft);
    assert_eq!(notices(&story), [Notice::NotPriced]);
    let request = story.life.last_request;
    story.tell(&E::Priced { request, net: "43 EUR".parse().unwrap(), unavailable: vec![] });
    assert_eq!(story.tell(&E::RequestApproval { case: case(1) }), S::PendingApproval);
    for stranger in ["rita", "zoe"] {
        let problem = story.attempt(&approve(stranger)).unwrap_err();
        assert_eq!((problem.code(), problem.path()), ("not_allowed", "by"), "{problem}");
        assert_eq!(story.life.approvals().count(), 0);
    }
    // What is shown must be what is known.
    let mut other = approve("ann");
    if let E::Approve { case, .. } = &mut other {
        case.draft.lines[0].unit_price = "3 EUR".parse().unwrap();
    }
    assert_eq!(story.attempt(&other).unwrap_err().code(), "draft_mismatch");
    // After a quarter of an hour the quote is stale.
    story.now = 900_000;
    assert_eq!(story.tell(&approve("ann")), S::Draft);
    assert_eq!(story.life.approvals().count(), 0);
    let request = story.life.last_request;
    story.tell(&E::Priced { request, net: "43.01 EUR".parse().unwrap(), unavailable: vec![] });
    assert_eq!(story.tell(&E::RequestApproval { case: case(1) }), S::Draft);
    story.policy.price_drift = "0.001".parse().unwrap();
    assert_eq!(story.tell(&E::RequestApproval { case: case(1) }), S::PendingApproval);
    let no = E::Decline { by: "bob".parse().unwrap(), reason: "too many".into(), case: case(1) };
    assert_eq!(story.tell(&no), S::Declined);
}

#[test]
fn what_cannot_be_had_goes_back_to_sourcing_once() {
    let mut story = Story::new(PurchasePolicy::default());
    story.tell(&E::LinesChanged { draft: Box::new(draft(2)), payload: "p".into() });
    for _ in 0..2 {
        let request = story.life.last_request;
        let unavailable = vec!["2".parse().unwrap()];
        story.tell(&E::Priced { request, net: "43 EUR".parse().unwrap(), unavailable });
        let asked = story.attempt(&E::RequestApproval { case: case(2) });
        assert_eq!(asked.unwrap_err().code(), "lines_unavailable");
        let revision = story.life.revision() + 1;
        story.tell(&E::LinesChanged { draft: Box::new(draft(revision)), payload: "p".into() });
    }
    assert_eq!(elsewhere(&story), [(SourceReason::Unavailable, "2 4 each".to_owned())]);
}

#[test]
fn an_accepted_change_gives_back_what_will_not_come_and_waits_for_the_rest() {
    let mut story = Story::submitted();
    let promise = json!([
        {"line": "1", "confirmed": "6 each", "back_order": {"quantity": "3 each", "day": "2026-12-20"}},
        {"line": "2", "refused": "4 each"},
    ]);
    assert_eq!(story.tell(&said(W::PartiallyConfirmed, promise)), S::ChangeReview);
    assert_eq!(elsewhere(&story), []);
    assert_eq!(story.tell(&E::AcceptChange {}), S::Confirmed);
    let given_back = [(SourceReason::Reduced, "1 1 each"), (SourceReason::Reduced, "2 4 each")];
    assert_eq!(elsewhere(&story), given_back.map(|(why, text)| (why, text.to_owned())));
    assert_eq!(story.life.revision(), 2);
    let mut accept = None;
    for command in &story.told {
        if let Command::Accept { revision, lines, .. } = command {
            let quantities = lines.iter().map(|line| line.quantity.to_string());
            accept = Some((*revision, quantities.collect::<Vec<_>>()));
        }
    }
    assert_eq!(accept, Some((2, vec!["9 each".to_owned(), "0 each".to_owned()])));
    // The back-order is still expected: it is late after its day, 2026-12-20.
    assert_eq!(story.life.wake_at(), Some(Timestamp(1_797_811_200_000)));
    let six = json!([{"line": "1", "received": "6 each"}]);
    assert_eq!(story.tell(&said(W::PartiallyFulfilled, six)), S::PartiallyFulfilled);
    assert_eq!(story.tell(&E::CloseShort {}), S::Fulfilled);
    assert!(story.life.is_short());
    let mut given_back = given_back.to_vec();
    given_back.push((SourceReason::ClosedShort, "1 3 each"));
    let given_back: Vec<_> =
        given_back.into_iter().map(|(why, text)| (why, text.to_owned())).collect();
    assert_eq!(elsewhere(&story), given_back);
}

#[test]
fn a_declined_change_is_bought_elsewhere_once_it_is_cancelled() {
    let mut story = Story::submitted();
    story.tell(&said(W::Confirmed, json!([{"line": "1", "unit_price": "3 EUR"}])));
    assert_eq!(story.life.state, S::ChangeReview);
    assert_eq!(story.tell(&E::DeclineChange {}), S::CancelPending);
    assert_eq!(story.wake(), S::Cancelling);
    let request = story.life.last_request;
    assert_eq!(story.tell(&E::CancelOk { request }), S::Cancelled);
    let all = ["1 10 each", "2 4 each"].map(|it| (SourceReason::ChangeDeclined, it.to_owned()));
    assert_eq!(elsewhere(&story), all);
    // What nobody wants any more is not bought elsewhere.
    let mut story = Story::submitted();
    story.tell(&E::CancelRequested {});
    story.wake();
    let request = story.life.last_request;
    assert_eq!(story.tell(&E::CancelOk { request }), S::Cancelled);
    assert_eq!(elsewhere(&story), []);
    assert_eq!(story.tell(&said(W::Confirmed, json!([]))), S::Review);
}

#[test]
fn a_refused_or_remotely_cancelled_order_is_bought_elsewhere() {
    let mut story = Story::submitted();
    assert_eq!(story.tell(&said(W::Rejected, json!([]))), S::SupplierRejected);
    let all = ["1 10 each", "2 4 each"].map(|it| (SourceReason::Rejected, it.to_owned()));
    assert_eq!(elsewhere(&story), all);
    let mut story = Story::submitted();
    story.tell(&said(W::PartiallyFulfilled, json!([{"line": "1", "received": "7 each"}])));
    assert_eq!(story.tell(&said(W::Cancelled, json!([]))), S::Fulfilled);
    let rest = ["1 3 each", "2 4 each"].map(|it| (SourceReason::SupplierCancelled, it.to_owned()));
    assert_eq!(elsewhere(&story), rest);
}

#[test]
fn a_statement_before_the_answer_is_the_answer() {
    let mut story = Story::sent();
    let request = story.life.last_request;
    assert_eq!(story.tell(&said(W::Confirmed, json!([]))), S::Confirmed);
    let documents = named(&[("1", "D"), ("2", "D")]);
    assert_eq!(story.tell(&E::Ok { request, documents }), S::Confirmed);
    // Another document is another order.
    assert_eq!(story.tell(&E::LateOk { documents: named(&[("1", "E"), ("2", "E")]) }), S::Review);
}

#[test]
fn nobody_is_left_waiting() {
    let mut story = Story::submitted();
    for _ in 0..4 {
        assert_eq!(story.wake(), S::Submitted);
    }
    assert_eq!(notices(&story).last(), Some(&Notice::ApprovalNeeded));
    story.wake();
    assert_eq!(notices(&story).last(), Some(&Notice::NotConfirmed));
    story.tell(&said(W::Confirmed, json!([])));
    // The day after the promised one.
    assert_eq!(story.life.wake_at(), Some(Timestamp(1_796_169_600_000)));
    story.wake();
    assert_eq!(notices(&story).last(), Some(&Notice::DeliveryLate));
    assert!(story.life.wake_at().is_some());
}

#[test]
fn what_belongs_to_another_order_is_refused_and_changes_nothing() {
    let mut story = Story::submitted();
    let before = story.life.clone();
    let mut foreign = fact(Some(W::Confirmed), None, Some("D"), json!([]));
    foreign.reference = Some("another".parse().unwrap());
    let problem = story.attempt(&E::WhConfirmed { fact: Box::new(foreign) }).unwrap_err();
    assert_eq!(problem.code(), "order_mismatch");
    let wrong = fact(Some(W::Cancelled), None, None, json!([]));
    let problem = story.attempt(&E::WhConfirmed { fact: Box::new(wrong) }).unwrap_err();
    assert_eq!(problem.code(), "status_mismatch");
    let late = step(&story.life, &E::Recover {}, Timestamp(-1), &story.policy).unwrap_err();
    assert_eq!(late.code(), "clock_went_back");
    assert_eq!(
        late.to_string(),
        "a purchase order in state `submitted` expects a time from 0 on for `recover`, got -1"
    );
    assert_eq!(story.life, before);
    let mut other = draft(2);
    other.id = "another".parse().unwrap();
    let mut story = Story::new(PurchasePolicy::default());
    let changed = |draft| E::LinesChanged { draft: Box::new(draft), payload: "p".into() };
    assert_eq!(story.attempt(&changed(other)).unwrap_err().code(), "order_mismatch");
    assert_eq!(story.attempt(&changed(draft(1))).unwrap_err().code(), "revision_stale");
}

/// What a page offers is what the table takes.
#[test]
fn an_action_is_offered_exactly_where_the_table_takes_it() {
    for state in S::ALL {
        for availability in state.actions() {
            let mut story = Story::sent();
            story.life.state = state;
            story.life.submission.first_sent_at = None;
            story.life.awaited = None;
            let event = match availability.action {
                A::LinesChanged => {
                    E::LinesChanged { draft: Box::new(draft(2)), payload: "p".into() }
                }
                A::RequestApproval => E::RequestApproval { case: case(1) },
                A::Approve => approve("bob"),
                A::Decline => {
                    let (by, reason) = ("bob".parse().unwrap(), "no".into());
                    E::Decline { by, reason, case: case(1) }
                }
                A::Submit => E::Submit {},
                A::CancelRequested => E::CancelRequested {},
                A::AcceptChange => E::AcceptChange {},
                A::DeclineChange => E::DeclineChange {},
                A::CloseShort => E::CloseShort {},
                A::OperatorPresent => {
                    E::OperatorPresent { documents: named(&[("1", "D"), ("2", "D")]) }
                }
                A::OperatorAbsent => E::OperatorAbsent {},
                A::OperatorSettle => E::OperatorSettle {},
            };
            let asked = story.attempt(&event);
            assert_eq!(asked.is_ok(), availability.refusal.is_none(), "{state} {availability:?}");
            if let Err(problem) = asked {
                assert_eq!(problem.code(), "invalid_transition", "{state} {availability:?}");
            }
        }
    }
}

/// Statements, people, answers and time in any sequence: never stuck, and money stays as drafted.
#[test]
fn nothing_waits_for_ever_and_money_never_changes() {
    let mut random = Random::new(13);
    let mut reached = BTreeSet::new();
    for _ in 0..400 {
        let mut story = if random.below(2) == 0 { Story::sent() } else { Story::submitted() };
        let drafted = story.life.terms.clone();
        for _ in 0..25 {
            let request = story.life.last_request;
            let event = match random.below(14) {
                0 => E::CancelRequested {},
                1 => E::AcceptChange {},
                2 => E::DeclineChange {},
                3 => E::CloseShort {},
                4 => E::Recover {},
                5 => E::Ambiguous { request, retry_after_ms: None },
                6 => E::CancelOk { request },
                7 => E::CancelRefused { request, reason: "no".into() },
                8 => E::NotSent { request },
                9 => E::OperatorPresent { documents: named(&[("1", "D"), ("2", "D")]) },
                10 => E::OperatorAbsent {},
                11 if story.life.wake_at.is_some() => {
                    story.wake();
                    continue;
                }
                _ => any_statement(&mut random),
            };
            let before = story.life.clone();
            let told = story.told.len();
            if story.attempt(&event).is_err() {
                assert_eq!((story.life.clone(), story.told.len()), (before, told));
                continue;
            }
            let life = &story.life;
            reached.insert(life.state);
            assert!(
                life.state.is_resting() || life.state.awaits_person() || life.wake_at.is_some(),
                "{event:?} leads to limbo in {}",
                life.state
            );
            assert_eq!((life.terms.net, life.terms.total), (drafted.net, drafted.total));
            assert_eq!(life.terms.charges, drafted.charges);
            if life.terms.revision == before.terms.revision {
                assert_eq!(life.terms.ordered, before.terms.ordered);
            }
            for command in &story.told[told..] {
                if let Command::Cancel { document, .. } = command {
                    assert!(life.documents.known.iter().any(|it| it.document == *document));
                }
            }
            for product in &life.terms.products {
                assert!(product.sourced.amount() <= product.quantity.amount(), "{product:?}");
            }
            let stored = serde_json::to_string(life).unwrap();
            assert_eq!(serde_json::from_str::<super::PurchaseOrderLife>(&stored).unwrap(), *life);
        }
    }
    assert!(reached.len() >= 13, "{reached:?}");
}

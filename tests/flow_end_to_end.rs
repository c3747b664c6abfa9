//! The whole order flow over six systems: what goes wrong, and how a run ends then.

#[cfg(test)]
#[path = "flow_end_to_end/chaos.rs"]
mod chaos;
#[cfg(test)]
#[path = "flow_end_to_end/world.rs"]
mod world;

use replenish::flow::{
    FlowPlan, FlowStepCause, FlowStepState, RunEntry, RunInput, RunLife, RunOutcome, RunState,
    StepSummary, advance_run, dry_run,
};
use replenish::unit::Timestamp;
use serde_json::json;
use world::{Fault, Observed, World, plan, system};

fn of<'a>(observed: &'a Observed, step: &str) -> &'a StepSummary {
    observed.summary.steps.iter().find(|one| one.step == step).expect("the step was told something")
}

fn ended(observed: &Observed, outcome: RunOutcome, exit_code: u8) {
    let steps: Vec<_> = observed.summary.steps.iter().collect();
    assert_eq!((observed.outcome, observed.exit_code), (outcome, exit_code), "{steps:#?}");
    for (step, keys) in &observed.keys {
        assert_eq!(keys.len(), 1, "one key for every attempt of {step}");
    }
}

const KEY: &str = r#"{"deduplicates_by_key":{"retention_ms":86400000}}"#;
const LOOKUP: &str = r#"{"lookup_by_reference":{"settle_window_ms":60000}}"#;

fn erp(capabilities: &str) -> serde_json::Value {
    let capabilities = serde_json::from_str(capabilities).expect("capabilities as JSON");
    json!({ "systems": { "erp": system(&capabilities) } })
}

#[test]
fn seven_steps_pass() {
    let mut world = World::new();
    let observed = world.run(plan(json!({})));
    ended(&observed, RunOutcome::Passed, 0);
    assert_eq!(observed.summary.steps.len(), 7);
    assert!(observed.summary.steps.iter().all(|step| step.state == Some(FlowStepState::Passed)));
    assert_eq!(observed.keys["send_to_erp"].first().unwrap(), "R-1/send_to_erp/1");
    assert_eq!((world.carts.len(), world.orders.len(), world.erp.len()), (1, 1, 1));
    assert_eq!(world.erp[0]["lines"][1]["sku"], "TEST-2");
    assert_eq!(world.erp[0]["total"], "44.80");
}

#[test]
fn a_poll_ends_after_its_probes_and_no_later() {
    let mut never = World::visible_at(99);
    let observed = never.run(plan(json!({})));
    ended(&observed, RunOutcome::Exhausted, 4);
    let step = of(&observed, "await_b2b_order");
    assert_eq!((step.probes.as_str(), step.cause), ("4 of 4", Some(FlowStepCause::PollExhausted)));
    assert_eq!(of(&observed, "send_to_erp").about.as_deref(), Some("await_b2b_order"));
    assert!(never.erp.is_empty(), "nothing after it was sent");

    let mut fifth = World::visible_at(5);
    ended(&fifth.run(plan(json!({}))), RunOutcome::Exhausted, 4);
    let mut poll = plan(json!({}));
    let step = poll.step_mut("await_b2b_order").unwrap();
    step.poll.as_mut().unwrap().max_probes = 5;
    let mut fifth = World::visible_at(5);
    let observed = fifth.run(poll);
    ended(&observed, RunOutcome::Passed, 0);
    assert_eq!(of(&observed, "await_b2b_order").probes, "5 of 5");
}

#[test]
fn a_lost_answer_with_nothing_offered_is_in_doubt() {
    for fault in [Fault::LostBefore, Fault::LostAfter, Fault::After(503), Fault::Unreadable] {
        let mut world = World::new().fault("send_to_erp", &[fault]);
        let observed = world.run(plan(json!({})));
        ended(&observed, RunOutcome::InDoubt, 5);
        assert_eq!(of(&observed, "send_to_erp").attempts, 1, "{fault:?}");
        assert!(world.erp.len() <= 1);
        let patch = of(&observed, "update_b2b_order");
        assert_eq!(patch.state, Some(FlowStepState::Skipped));
    }
}

#[test]
fn a_look_up_settles_a_lost_answer() {
    for (fault, attempts, recovered) in
        [(Fault::LostAfter, 1, true), (Fault::After(503), 1, true), (Fault::LostBefore, 2, false)]
    {
        let mut world = World::new().fault("send_to_erp", &[fault]);
        let observed = world.run(plan(erp(LOOKUP)));
        ended(&observed, RunOutcome::Passed, 0);
        let step = of(&observed, "send_to_erp");
        assert_eq!((step.attempts, step.lookups), (attempts, 1), "{fault:?}");
        assert_eq!(step.recovered, recovered, "{fault:?}");
        assert_eq!(world.erp.len(), 1, "{fault:?}");
    }
}

#[test]
fn a_key_settles_a_lost_answer() {
    for fault in [Fault::LostAfter, Fault::After(503), Fault::LostBefore] {
        let mut world = World::new().fault("send_to_erp", &[fault]);
        world.keyed.insert("erp".into());
        let observed = world.run(plan(erp(KEY)));
        ended(&observed, RunOutcome::Passed, 0);
        assert_eq!(of(&observed, "send_to_erp").attempts, 2, "{fault:?}");
        assert_eq!(world.erp.len(), 1, "{fault:?}");
    }
}

#[test]
fn a_server_that_never_answers_usably_leaves_a_doubt() {
    let always = [Fault::After(503); 9];
    let mut world = World::new().fault("send_to_erp", &always);
    world.keyed.insert("erp".into());
    let observed = world.run(plan(erp(KEY)));
    ended(&observed, RunOutcome::InDoubt, 5);
    assert_eq!(of(&observed, "send_to_erp").attempts, 4, "max_retries: 3");
    assert_eq!(world.erp.len(), 1);
}

#[test]
fn a_server_that_breaks_its_word_about_keys_is_found_out() {
    // It says that it applies a key once, answers the first attempt late and makes another.
    let mut world = World::new().fault("send_to_erp", &[Fault::Late(40_000)]);
    let observed = world.run(plan(erp(KEY)));
    assert_eq!(world.erp.len(), 2);
    ended(&observed, RunOutcome::Failed, 1);
    assert_eq!(of(&observed, "send_to_erp").second_documents, ["E-1", "E-2"]);
}

#[test]
fn a_late_answer_settles_the_doubt_before_the_look_up() {
    let mut world = World::new().fault("send_to_erp", &[Fault::Late(45_000)]);
    let observed = world.run(plan(erp(LOOKUP)));
    ended(&observed, RunOutcome::Passed, 0);
    let step = of(&observed, "send_to_erp");
    assert_eq!((step.lookups, step.recovered), (0, true));
    assert_eq!(world.erp.len(), 1);
}

#[test]
fn two_documents_found_are_a_failure() {
    let mut world = World::new().fault("send_to_erp", &[Fault::LostAfter]);
    world.erp.push(json!({ "id": "E-0", "reference": "O-1" }));
    let observed = world.run(plan(erp(LOOKUP)));
    ended(&observed, RunOutcome::Failed, 1);
    assert_eq!(of(&observed, "send_to_erp").cause, Some(FlowStepCause::Duplicate));
}

#[test]
fn a_refused_connection_is_unreachable() {
    let mut world = World::new().fault("create_cart", &[Fault::Refused; 9]);
    let observed = world.run(plan(json!({})));
    ended(&observed, RunOutcome::Unreachable, 3);
    assert_eq!(of(&observed, "create_cart").attempts, 4);
    let mut polled = World::new().fault("await_b2b_order", &[Fault::Refused; 9]);
    ended(&polled.run(plan(json!({}))), RunOutcome::Unreachable, 3);
    let mut once = World::new().fault("create_cart", &[Fault::Refused]);
    ended(&once.run(plan(json!({}))), RunOutcome::Passed, 0);
}

#[test]
fn too_many_requests_are_waited_out() {
    let mut world = World::new()
        .fault("send_to_erp", &[Fault::Before(429); 5])
        .fault("await_b2b_order", &[Fault::Before(429), Fault::Before(503)]);
    let observed = world.run(plan(json!({})));
    ended(&observed, RunOutcome::Passed, 0);
    assert_eq!(of(&observed, "send_to_erp").attempts, 6);
    assert_eq!(of(&observed, "await_b2b_order").probes, "3 of 4");
    assert_eq!(world.erp.len(), 1);
}

#[test]
fn a_refusal_fails_and_is_not_repeated() {
    let mut world = World::new().fault("place_order", &[Fault::Before(422)]);
    let observed = world.run(plan(json!({})));
    ended(&observed, RunOutcome::Failed, 1);
    let step = of(&observed, "place_order");
    assert_eq!((step.attempts, step.cause), (1, Some(FlowStepCause::Rejected)));
    assert_eq!(step.last_status, Some(422));
}

#[test]
fn a_write_that_sets_a_value_is_sent_again() {
    let mut world = World::new()
        .fault("await_fulfillment", &[Fault::LostAfter])
        .fault("update_b2b_order", &[Fault::LostBefore, Fault::After(500)]);
    let observed = world.run(plan(json!({})));
    ended(&observed, RunOutcome::Passed, 0);
    assert_eq!(of(&observed, "await_fulfillment").attempts, 2);
    assert_eq!(of(&observed, "update_b2b_order").attempts, 3);
}

#[test]
fn a_changed_price_fails_with_the_difference() {
    let mut world = World::new().fault("create_cart", &[Fault::OtherPrice]);
    let observed = world.run(plan(json!({})));
    ended(&observed, RunOutcome::Failed, 1);
    let difference = &of(&observed, "create_cart").differences[0];
    assert_eq!(difference.pointer, "/lines/*/unit_price");
    assert_eq!((difference.expected.as_str(), difference.got.as_str()), ("19.90 EUR", "20.90"));
}

#[test]
fn a_price_changed_on_the_way_fails_although_every_step_passed() {
    let mut world = World::new().fault("await_b2b_order", &[Fault::OtherPrice]);
    let observed = world.run(plan(json!({})));
    ended(&observed, RunOutcome::Failed, 1);
    assert!(observed.summary.steps.iter().all(|step| step.state == Some(FlowStepState::Passed)));
    let first = observed.records.iter().find_map(|record| {
        let RunEntry::Compared { matrix } = &record.entry else { return None };
        matrix.first_difference.clone()
    });
    let first = first.expect("a difference is named");
    assert_eq!(first.system, "b2b");
    assert!(first.difference.seen.contains("20.90"), "{first:?}");
    assert!(first.difference.expected.contains("19.90"), "{first:?}");
}

#[test]
fn an_abort_during_a_write_is_in_doubt_and_elsewhere_is_not() {
    let mut world = World::new().fault("send_to_erp", &[Fault::Late(20_000)]);
    let observed = world.run_until(plan(json!({})), 5_000);
    ended(&observed, RunOutcome::InDoubt, 5);
    assert_eq!(of(&observed, "send_to_erp").state, Some(FlowStepState::InDoubt));
    let late = observed.records.iter().any(|record| record.entry == RunEntry::LateAnswer {});
    assert!(late, "what came late is evidence");

    let mut world = World::visible_at(3);
    let observed = world.run_until(plan(json!({})), 5_000);
    ended(&observed, RunOutcome::Aborted, 6);
}

#[test]
fn a_deadline_stops_the_run() {
    let mut world = World::visible_at(3);
    let observed = world.run(plan(json!({ "deadline_ms": 4_000 })));
    ended(&observed, RunOutcome::Aborted, 6);
    assert!(observed.records.iter().any(|record| record.entry == RunEntry::DeadlineOver {}));
}

#[test]
fn a_missing_variable_is_found_before_anything_is_sent() {
    let mut wrong = plan(json!({}));
    wrong.step_mut("send_to_erp").unwrap().path = "/erp/{warehouse}/orders".into();
    let problem = RunLife::new("R-1", wrong.clone()).unwrap_err();
    assert_eq!(problem.code, "variable_unknown");
    assert_eq!(
        (problem.path.as_str(), problem.got.as_str()),
        ("steps[send_to_erp].path", "warehouse")
    );
    assert!(dry_run("R-1", &wrong).is_err());

    // Captured only sometimes: found when its step's turn comes, and nothing of it is sent.
    let mut sometimes = plan(json!({}));
    let poll = sometimes.step_mut("await_b2b_order").unwrap();
    let warehouse = serde_json::from_value(json!({ "pointer": "/warehouse", "optional": true }));
    poll.captures.insert("warehouse".into(), warehouse.unwrap());
    sometimes.step_mut("send_to_erp").unwrap().path = "/erp/{warehouse}/orders".into();
    let mut world = World::new();
    let observed = world.run(sometimes);
    ended(&observed, RunOutcome::Config, 2);
    let step = of(&observed, "send_to_erp");
    assert_eq!((step.about.as_deref(), step.attempts), (Some("warehouse"), 0));
    assert!(world.erp.is_empty());
}

#[test]
fn a_cleanup_runs_after_a_failure_and_a_condition_skips() {
    let cleanup = json!({
        "add": [
            {
                "id": "cancel_order", "system": "storefront", "method": "GET",
                "path": "/storefront/orders/{order_id}", "always_run": true
            },
            {
                "id": "never", "system": "storefront", "method": "GET", "path": "/x",
                "condition": { "value": "currency", "is": { "equals": "USD" } }
            }
        ]
    });
    let mut world = World::new().fault("send_to_erp", &[Fault::Before(422)]);
    let observed = world.run(plan(cleanup.clone()));
    ended(&observed, RunOutcome::Failed, 1);
    assert_eq!(of(&observed, "cancel_order").state, Some(FlowStepState::Passed));
    assert_eq!(of(&observed, "never").cause, Some(FlowStepCause::ConditionFalse));

    // Nothing was made, so there is nothing to clean up; the outcome is the failure's own.
    let mut world = World::new().fault("create_cart", &[Fault::Before(422)]);
    let observed = world.run(plan(cleanup));
    ended(&observed, RunOutcome::Failed, 1);
    let step = of(&observed, "cancel_order");
    assert_eq!(
        (step.state, step.about.as_deref()),
        (Some(FlowStepState::Skipped), Some("order_id"))
    );
}

#[test]
fn a_dry_run_shows_what_would_be_sent() {
    let options = json!({
        "secrets": ["tenant"],
        "systems": { "erp": { "base_url": "https://erp.example" } },
        "changes": { "send_to_erp": { "path": "/{tenant}/orders" } }
    });
    let planned = dry_run("R-1", &plan(options)).unwrap();
    assert_eq!(planned.len(), 7);
    assert_eq!(planned[0].unresolved, Vec::<String>::new());
    assert!(planned[0].body.as_ref().unwrap().contains(r#"{"quantity":"2","sku":"TEST-1""#));
    let erp = planned.iter().find(|request| request.step == "send_to_erp").unwrap();
    assert_eq!(erp.url, "https://erp.example/***/orders");
    assert!(erp.unresolved.contains(&"b2b_total".to_owned()), "{:?}", erp.unresolved);
    assert_eq!(planned[3].at_most, 4);
}

#[test]
fn a_secret_stays_with_the_host() {
    let mut options = plan(json!({}));
    let token = serde_json::from_value(json!({ "pointer": "/currency", "secret": true })).unwrap();
    let cart = options.step_mut("create_cart").unwrap();
    cart.captures.insert("session".into(), token);
    cart.lookup = None;
    let order = options.step_mut("place_order").unwrap();
    order.body.insert("/session".into(), replenish::flow::FieldValue::Text("{session}".into()));
    let mut world = World::new();
    let observed = world.run(options);
    ended(&observed, RunOutcome::Passed, 0);
    assert!(world.traffic[1].contains(r#""session":"{secret:session}""#), "{}", world.traffic[1]);
}

#[test]
fn what_does_not_fit_the_state_is_refused() {
    let run = RunLife::new("R-1", plan(json!({}))).unwrap();
    let started = advance_run(&run, &RunInput::Start {}, Timestamp(10)).unwrap().run;
    assert_eq!(started.state(), RunState::Running);
    let again = advance_run(&started, &RunInput::Start {}, Timestamp(10)).unwrap_err();
    assert_eq!(again.code(), "invalid_transition");
    let back = advance_run(&started, &RunInput::Woke {}, Timestamp(9)).unwrap_err();
    assert_eq!(back.code(), "clock_went_back");
    let token = RunInput::TokenReady { request_id: 7, generation: 1 };
    let unknown = advance_run(&started, &token, Timestamp(10)).unwrap_err();
    assert_eq!(unknown.code(), "request_unknown");
    let wrong = serde_json::from_value::<FlowPlan>(json!({ "name": "n", "sistems": {} }));
    assert!(wrong.unwrap_err().to_string().contains("sistems"));
}

#[test]
fn a_restart_loses_nothing_and_sends_no_write_twice() {
    let mut world = World::new();
    let mut run = RunLife::new("R-1", plan(erp(LOOKUP))).unwrap();
    let observed = world.run(run.plan().clone());
    assert_eq!(observed.outcome, RunOutcome::Passed);
    // Started, then the host dies with the cart's request under way.
    run = advance_run(&run, &RunInput::Start {}, Timestamp(0)).unwrap().run;
    let recovered = advance_run(&run, &RunInput::Recover {}, Timestamp(1)).unwrap();
    assert_eq!(recovered.run.outcome(), Some(RunOutcome::InDoubt), "the cart may exist");
    let sent = |command: &_| matches!(command, replenish::flow::RunCommand::Send { .. });
    assert!(!recovered.commands.iter().any(sent));
}

#[test]
fn whatever_comes_no_second_document_is_made() {
    chaos::no_seed_makes_a_second_document();
}

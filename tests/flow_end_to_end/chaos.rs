//! A host and systems without any manners: what they do is drawn from a seed.

use super::world::{World, plan};
use replenish::{
    flow::{
        FlowPlan, Purpose, Reply, RunCommand, RunInput, RunLife, RunOutcome, RunState, advance_run,
    },
    unit::Timestamp,
};
use serde_json::json;
use std::collections::BTreeMap;

/// A number that depends on the seed and on how many were drawn before.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

/// A plan whose systems offer what the seed says.
fn drawn_plan(draw: &mut Draw, world: &mut World) -> FlowPlan {
    let mut systems = BTreeMap::new();
    for name in ["cart", "checkout", "erp"] {
        let mut capabilities = json!({});
        if draw.below(2) == 0 {
            capabilities["lookup_by_reference"] = json!({ "settle_window_ms": 60_000 });
        }
        if draw.below(2) == 0 {
            capabilities["deduplicates_by_key"] = json!({ "retention_ms": 86_400_000 });
            world.keyed.insert(name.to_owned());
        }
        systems.insert(name, super::world::system(&capabilities));
    }
    plan(json!({ "systems": systems }))
}

/// One run; what it came to, and how many documents of each kind there are then.
fn chaos(seed: u64) -> (RunOutcome, [usize; 3]) {
    let mut draw = Draw(seed);
    let mut world = World::new();
    let plan = drawn_plan(&mut draw, &mut world);
    let mut run = RunLife::new("R-1", plan).unwrap();
    let mut now = Timestamp(0);
    // What is on its way back: when, and the reply.
    let mut replies: Vec<(Timestamp, RunInput)> = Vec::new();
    let mut input = RunInput::Start {};
    let mut bodies: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..2_000 {
        let advance = advance_run(&run, &input, now).unwrap();
        if seed < 20 {
            assert_eq!(advance, advance_run(&run, &input, now).unwrap(), "the same again");
        }
        run = advance.run;
        let mut wake = None;
        for command in &advance.commands {
            if let RunCommand::Wake { at } = command {
                wake = Some(*at);
            }
            let RunCommand::Send { request_id, attempt, idempotency_key, body, purpose, .. } =
                command
            else {
                continue;
            };
            if let (Some(key), Purpose::Act {}) = (idempotency_key, purpose) {
                let body = body.clone().unwrap_or_default();
                let first = bodies.entry(key.clone()).or_insert_with(|| body.clone());
                assert_eq!(*first, body, "seed {seed}: same key, same bytes");
            }
            let told =
                |reply| RunInput::Reply { request_id: *request_id, attempt: *attempt, reply };
            // What is applied is applied when it is sent; only answers are slow.
            let after_ms = draw.below(50_000);
            let at = now.plus_millis(after_ms);
            match draw.below(10) {
                0 => replies.push((at, told(Reply::NotSent {}))),
                1 => replies.push((at, told(Reply::NoAnswer {}))),
                2 => {
                    let _ = world.call(command);
                    replies.push((at, told(Reply::NoAnswer {})));
                }
                3 => {
                    let _ = world.call(command);
                    replies.push((at, told(Reply::BodyCut { status: 503 })));
                }
                4 => {
                    let (_, reply) = world.call(command);
                    // Twice, and in any order.
                    replies.push((at, told(reply.clone())));
                    replies.push((at.plus_millis(draw.below(90_000)), told(reply)));
                }
                5 => {
                    let _ = world.call(command);
                }
                _ => {
                    let (_, reply) = world.call(command);
                    replies.push((at, told(reply)));
                }
            }
        }
        assert!(run.state() != RunState::Running || wake.is_some(), "seed {seed}: limbo");
        replies.sort_by_key(|(at, _)| *at);
        let next = replies.first().map(|(at, _)| *at);
        input = match (next, wake) {
            (None, None) => break,
            _ if draw.below(60) == 0 => RunInput::Recover {},
            _ if draw.below(200) == 0 && run.state() == RunState::Running => RunInput::Abort {},
            (Some(at), _) if wake.is_none_or(|wake| at <= wake) => {
                now = now.max(at);
                replies.remove(0).1
            }
            (_, wake) => {
                now = now.max(wake.unwrap_or(now));
                RunInput::Woke {}
            }
        };
    }
    let outcome = run.outcome().expect("every run ends");
    (outcome, [world.carts.len(), world.orders.len(), world.erp.len()])
}

pub(crate) fn no_seed_makes_a_second_document() {
    let mut seen: BTreeMap<RunOutcome, u32> = BTreeMap::new();
    for seed in 0..250 {
        let (outcome, documents) = chaos(seed);
        *seen.entry(outcome).or_default() += 1;
        assert!(documents.iter().all(|count| *count <= 1), "seed {seed}: {outcome} {documents:?}");
        if outcome == RunOutcome::Passed {
            assert_eq!(documents, [1, 1, 1], "seed {seed}");
        }
    }
    for outcome in [RunOutcome::Passed, RunOutcome::InDoubt, RunOutcome::Aborted] {
        assert!(seen.get(&outcome).is_some_and(|count| *count > 1), "{seen:?}");
    }
}

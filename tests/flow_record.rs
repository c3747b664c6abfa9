//! What is written down about an order's life: played back it gives the same life, and nothing can
//! be altered, lost, doubled or moved in it unnoticed. What is meant for another is refused.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and looks for the one kind it asks about"
)]

mod flow_courses;

use flow_courses::{Seen, Told, beginning, policy, told};
use proptest::prelude::*;
use replenish::{
    flow::{
        Actor, Envelope, FlowPolicy, ObjectKind, Recorded, ReplayError, SaleOrderFlow,
        SaleOrderHostCommand, SaleOrderInput, TransitionEffect, TransitionRecord,
        advance_sale_order, replay, tell,
    },
    unit::Timestamp,
};

type Record = TransitionRecord<SaleOrderInput>;

/// Who tells an order this.
fn teller(input: &SaleOrderInput) -> Actor {
    match input {
        SaleOrderInput::Submit { .. }
        | SaleOrderInput::CancelRequested {}
        | SaleOrderInput::OperatorPresent { .. }
        | SaleOrderInput::OperatorAbsent {} => Actor::Person { name: "Ana".into() },
        SaleOrderInput::Woke {} | SaleOrderInput::Recover {} => Actor::Host {},
        _ => Actor::Remote {},
    }
}

fn envelope(input: SaleOrderInput, place: usize) -> Envelope<SaleOrderInput> {
    let by = teller(&input);
    let evidence = Some(format!("answers/{place}"));
    Envelope { by, evidence, ..Envelope::new(ObjectKind::SaleOrder, "SO", input) }
}

/// Tells an order a course of things; where it ends and what was written down.
///
/// The policy changes in the middle of the course, as policies do.
fn lived(policies: &[FlowPolicy], course: &[Told]) -> (SaleOrderFlow, Vec<Record>) {
    let (mut flow, mut records) = (beginning(), Vec::new());
    let mut seen = Seen::default();
    let mut now = Timestamp(0);
    for (place, told) in course.iter().enumerate() {
        if let Told::Passed(millis) = told {
            now = now.plus_millis(u64::from(*millis));
        }
        let Some(input) = seen.input(told) else { continue };
        let policy = &policies[place * policies.len() / course.len()];
        let step = advance_sale_order(&flow, &input, now, policy);
        let told = tell(&flow, &envelope(input, place), now, policy);
        let (step, told) = match (step, told) {
            (Ok(step), Ok(told)) => (step, told),
            (Err(advanced), Err(told)) => {
                assert_eq!(advanced, told);
                continue;
            }
            (step, told) => panic!("{step:?} but {told:?}"),
        };
        assert_eq!(told.flow.order(), step.flow.order());
        assert_eq!(told.commands, step.commands);
        effect_is_honest(&flow, &told.flow, &told.record, &told.commands);
        seen.remember(&told.commands);
        flow = told.flow;
        records.push(told.record);
    }
    (flow, records)
}

fn effect_is_honest(
    before: &SaleOrderFlow,
    after: &SaleOrderFlow,
    record: &Record,
    commands: &[SaleOrderHostCommand],
) {
    let moved = before.order().state() != after.order().state();
    assert_eq!(record.effect == TransitionEffect::Moved, moved);
    if record.effect == TransitionEffect::Superseded {
        assert_eq!(before.order().documents(), after.order().documents());
        assert_eq!(before.wake_at(), after.wake_at());
        assert_eq!(before.ended_requests(), after.ended_requests());
        let wake =
            |command: &SaleOrderHostCommand| matches!(command, SaleOrderHostCommand::Wake { .. });
        assert!(commands.iter().all(wake), "{commands:?}");
    }
}

fn revisions(policy: &FlowPolicy) -> Vec<FlowPolicy> {
    let changed = FlowPolicy { revision: 8, max_retries: policy.max_retries + 1, ..policy.clone() };
    vec![FlowPolicy { revision: 7, ..policy.clone() }, changed]
}

/// What the store says: the flow with the records as they were read back.
fn stored(records: &[Record]) -> Vec<Record> {
    let text = serde_json::to_string(records).unwrap();
    let back: Vec<Record> = serde_json::from_str(&text).unwrap();
    assert_eq!(back, records);
    back
}

/// One thing that can go wrong with stored records.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Dropped,
    Doubled,
    Swapped,
    Altered(u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::Dropped),
        Just(Damage::Doubled),
        Just(Damage::Swapped),
        (0..11_u8).prop_map(Damage::Altered),
    ]
}

/// The damaged records, and the place of the first damage; `None` when nothing changed.
fn damaged(records: &[Record], place: usize, damage: Damage) -> Option<(Vec<Record>, usize)> {
    let mut records = records.to_vec();
    match damage {
        Damage::Dropped => drop(records.remove(place)),
        Damage::Doubled => records.insert(place, records[place].clone()),
        Damage::Swapped if place + 1 < records.len() => records.swap(place, place + 1),
        Damage::Swapped => return None,
        Damage::Altered(field) => {
            let record = &mut records[place];
            match field {
                0 => record.sequence += 1,
                1 => record.at.0 += 1,
                2 => record.by = Actor::Person { name: "Eva".into() },
                3 => record.evidence = None,
                4 => record.from = "sent (altered)".into(),
                5 => record.to = "sent (altered)".into(),
                6 => {
                    record.effect = match record.effect {
                        TransitionEffect::Moved | TransitionEffect::Noted => {
                            TransitionEffect::Superseded
                        }
                        TransitionEffect::Superseded => TransitionEffect::Noted,
                    }
                }
                7 => record.policy_revision = 15 - record.policy_revision,
                8 => record.input = SaleOrderInput::Submit { payload: "altered".into() },
                9 => record.id = "SO-2".into(),
                _ => record.checksum ^= 1,
            }
        }
    }
    Some((records, place))
}

proptest! {
    #[test]
    fn played_back_a_life_is_the_same(
        policy in policy(),
        course in proptest::collection::vec(told(), 1..60),
    ) {
        let policies = revisions(&policy);
        let (flow, records) = lived(&policies, &course);
        let again = replay(&beginning(), &stored(&records), &policies).unwrap();
        prop_assert_eq!(
            serde_json::to_string(&again).unwrap(),
            serde_json::to_string(&flow).unwrap()
        );
        prop_assert_eq!(again.trail().records as usize, records.len());
        let places: Vec<u32> = records.iter().map(|record| record.sequence).collect();
        prop_assert_eq!(places, (1..=flow.trail().records).collect::<Vec<u32>>());
    }

    #[test]
    fn damage_is_noticed_where_it_is(
        policy in policy(),
        course in proptest::collection::vec(told(), 1..40),
        place in any::<prop::sample::Index>(),
        damage in damage(),
    ) {
        let policies = revisions(&policy);
        let (flow, records) = lived(&policies, &course);
        prop_assume!(!records.is_empty());
        let Some((damaged, first)) = damaged(&records, place.index(records.len()), damage) else {
            return Ok(());
        };
        prop_assume!(damaged != records);
        match replay(&beginning(), &damaged, &policies) {
            // Only what is missing at the very end does not show; the stored flow tells.
            Ok(shorter) => {
                prop_assert!(matches!(damage, Damage::Dropped) && first + 1 == records.len());
                prop_assert_ne!(shorter.trail(), flow.trail());
            }
            Err(problem) => {
                let at = problem.sequence() as usize;
                let doubled = usize::from(matches!(damage, Damage::Doubled));
                prop_assert_eq!(at, first + 1 + doubled, "{:?}", problem);
                prop_assert!(!problem.code().is_empty() && !problem.path().is_empty());
            }
        }
    }
}

#[test]
fn a_replay_needs_the_policy_that_was_in_force() {
    let policies = revisions(&FlowPolicy::default());
    let input = SaleOrderInput::Submit { payload: "p".into() };
    let told = tell(&beginning(), &envelope(input, 1), Timestamp(0), &policies[1]).unwrap();
    let records = [told.record];
    let unknown = replay(&beginning(), &records, &policies[..1]).unwrap_err();
    assert_eq!(unknown, ReplayError::PolicyUnknown { sequence: 1, revision: 8, got: 0 });
    assert_eq!(unknown.to_string(), "record 1: expected one policy of revision 8, got 0");
    let other = FlowPolicy { max_lookups: 9, ..policies[1].clone() };
    let both = [policies[1].clone(), other];
    let two = replay(&beginning(), &records, &both).unwrap_err();
    assert_eq!(two, ReplayError::PolicyUnknown { sequence: 1, revision: 8, got: 2 });
    let twice = [policies[1].clone(), policies[1].clone()];
    assert_eq!(replay(&beginning(), &records, &twice).unwrap(), told.flow);
}

#[test]
fn a_replayed_input_that_is_refused_says_why() {
    let policy = FlowPolicy::default();
    let cancel = envelope(SaleOrderInput::CancelRequested {}, 1);
    let told = tell(&beginning(), &cancel, Timestamp(0), &policy).unwrap();
    let again = Record { sequence: 2, from: "nullified".into(), ..told.record.clone() };
    let refused = replay(&beginning(), &[told.record, again], &[policy]).unwrap_err();
    assert_eq!((refused.sequence(), refused.code()), (2, "invalid_transition"));
    assert!(refused.to_string().starts_with("record 2: a sale order in state `nullified`"));
}

/// What an address can be wrong in. Other recorded objects hold to the same law.
fn misaddressed<F: Recorded>(
    flow: &F,
    input: &F::Input,
    other: ObjectKind,
) -> [(&'static str, Envelope<F::Input>); 4] {
    let right = || Envelope::new(F::KIND, flow.id(), input.clone());
    [
        ("version", Envelope { version: 2, ..right() }),
        ("object", Envelope { object: other, ..right() }),
        ("id", Envelope { id: format!("{}-2", flow.id()), ..right() }),
        ("reference", Envelope { reference: Some("another".into()), ..right() }),
    ]
}

#[test]
fn what_is_meant_for_another_is_refused_by_name() {
    let policy = FlowPolicy::default();
    let input = SaleOrderInput::RemoteCreated { documents: Vec::new() };
    let flow = beginning();
    for (part, envelope) in misaddressed(&flow, &input, ObjectKind::PurchaseOrder) {
        let problem = tell(&flow, &envelope, Timestamp(0), &policy).unwrap_err();
        assert_eq!(problem.path(), part);
        let foreign = part == "reference";
        let code = if foreign { "document_of_another_order" } else { "object_other" };
        assert_eq!(problem.code(), code);
        let text = problem.to_string();
        for word in ["a sale order", "`initial`", "`remote_created`", "expects", "got"] {
            assert!(text.contains(word), "{text}");
        }
    }
    let own = Envelope {
        reference: Some("SO".into()),
        ..Envelope::new(ObjectKind::SaleOrder, "SO", SaleOrderInput::Recover {})
    };
    assert!(tell(&flow, &own, Timestamp(0), &policy).is_ok());
}

#[test]
fn the_clock_does_not_go_back() {
    let policy = FlowPolicy::default();
    let submit = SaleOrderInput::Submit { payload: "p".into() };
    let flow = advance_sale_order(&beginning(), &submit, Timestamp(5), &policy).unwrap().flow;
    let problem = advance_sale_order(&flow, &submit, Timestamp(4), &policy).unwrap_err();
    assert_eq!((problem.code(), problem.path()), ("clock_went_back", "now"));
    assert_eq!(
        problem.to_string(),
        "a sale order in state `sending` expects a time from 5 on for `submit`, got 4"
    );
    assert_eq!(flow.order().last_at(), Some(Timestamp(5)));
    // The same moment is no step back.
    let woke = SaleOrderInput::Woke {};
    assert!(advance_sale_order(&flow, &woke, Timestamp(5), &policy).is_ok());
}

//! What is written down about every transition, so that a life can be rebuilt by replay.
//!
//! A host tells an object something by an [`Envelope`]: for which object, from whom, on what
//! evidence. [`tell`] checks the address, moves the object and writes a [`TransitionRecord`]; the
//! records of a life, played back from its beginning, end in the same life ([`replay`](super::replay)).
//!
//! Every input that is taken is recorded, also one that changes nothing but a count: that an answer
//! came late is evidence too. A refused input is not a transition, leaves the object as it is and
//! is not recorded here; its error says everything about it.

use super::{FORMAT, TransitionError, fingerprint::Fingerprint, known_format};
use crate::unit::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What kind of object a life belongs to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// A sale order at one vendor's system.
    SaleOrder,
    /// A purchase order at one supplier.
    PurchaseOrder,
    /// A connection's token.
    Token,
    /// A wait for something to appear in another system.
    Poll,
    /// A run of the whole order flow.
    Run,
}

/// Who or what caused a transition.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Actor {
    /// A person, by the name the host knows.
    Person {
        /// Who.
        name: String,
    },
    /// The other system: an answer or a webhook.
    Remote {},
    /// The host itself: a timer, a restart.
    Host {},
}

/// Something told to one object.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Envelope<I> {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub version: u32,
    /// What kind of object it is for.
    pub object: ObjectKind,
    /// Which object it is for.
    pub id: String,
    /// Who says it.
    pub by: Actor,
    /// Where it can be looked up: the name of a stored answer, webhook or note. Never a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// To which object the documents that are named belong, as the other system keeps it beside
    /// them; absent when it says nothing of it. Another object's documents are refused, for what is
    /// taken in as an order's own may be cancelled with it. What an answer to a request of ours says
    /// stands in [`AnswerBody::reference`](super::AnswerBody::reference) and is never refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What is said.
    pub input: I,
}

/// What an input did to an object.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum TransitionEffect {
    /// The state changed.
    Moved,
    /// The state stayed, and something was learnt, asked for or told.
    Noted,
    /// It came after its turn, too early or once more: only counted.
    Superseded,
}

/// One transition of one object.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct TransitionRecord<I> {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub version: u32,
    /// What kind of object moved.
    pub object: ObjectKind,
    /// Which object moved.
    pub id: String,
    /// Its place in the object's life, from 1.
    pub sequence: u32,
    /// When it happened.
    pub at: Timestamp,
    /// Who or what caused it.
    pub by: Actor,
    /// Where the cause can be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// The state before.
    pub from: Cow<'static, str>,
    /// The state after.
    pub to: Cow<'static, str>,
    /// What it did.
    pub effect: TransitionEffect,
    /// Which revision of the policy was in force.
    pub policy_revision: u32,
    /// What was said.
    pub input: I,
    /// A number for this record and all before it; against accidents, not against forgers.
    pub checksum: u32,
}

/// The next flow, the record of how it came about, and what is to be done once both are stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Told<F, I, C> {
    /// The next flow.
    pub flow: F,
    /// To be stored with it, in the same transaction.
    pub record: TransitionRecord<I>,
    /// What to do, in order.
    pub commands: Vec<C>,
}

/// How far the records of an object go; part of its stored value.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Trail {
    /// How many records there are.
    pub records: u32,
    /// The newest record's checksum, 0 when there is none.
    pub checksum: u32,
}

/// A stored value that is told things and whose life is recorded.
pub trait Recorded: Clone {
    /// What it is told.
    type Input: Clone + Serialize;
    /// What it wants done.
    type Command;
    /// By what it is driven.
    type Policy: PartialEq;
    /// What kind of object it is.
    const KIND: ObjectKind;

    /// Which object it is.
    fn id(&self) -> &str;
    /// Where it stands.
    fn state_name(&self) -> &'static str;
    /// How far its records go.
    fn trail(&self) -> Trail;
    /// Notes how far its records go now.
    fn set_trail(&mut self, trail: Trail);
    /// Whether it equals `before` but for what is only counted.
    fn differs_by_counts_only(&self, before: &Self) -> bool;
    /// Whether nothing of this is to be done but to set the one timer anew.
    fn only_wakes(commands: &[Self::Command]) -> bool;
    /// Which revision of a policy it is.
    fn policy_revision(policy: &Self::Policy) -> u32;
    /// The stable name of an input.
    fn input_name(input: &Self::Input) -> &'static str;
    /// Moves it in place and says what is to be done.
    ///
    /// # Errors
    ///
    /// When the input is refused; the value is then spoilt and must be dropped.
    fn advance_in_place(
        &mut self,
        input: &Self::Input,
        now: Timestamp,
        policy: &Self::Policy,
    ) -> Result<Vec<Self::Command>, TransitionError>;
}

/// Tells an object something: the next flow, the record of it, and what to do once both are stored.
///
/// The given flow is left alone; after an error it is still the valid one.
///
/// # Errors
///
/// When the envelope is for another kind of object, another object or another format, when it names
/// another object's documents, when the clock stands before the object's last event, and when the
/// object itself refuses the input.
///
/// ```
/// use replenish::flow::{
///     Actor, TransitionEffect, Envelope, FlowPolicy, ObjectKind, SaleOrderFlow, SaleOrderInput, replay, tell,
/// };
/// use replenish::unit::{LineId, SaleOrderId, Timestamp};
/// let policy = FlowPolicy::default();
/// let beginning = SaleOrderFlow::new(SaleOrderId::new("SO-1")?, vec![LineId::new("1")?])?;
/// let envelope = Envelope {
///     by: Actor::Person { name: "Ana".into() },
///     ..Envelope::new(ObjectKind::SaleOrder, "SO-1", SaleOrderInput::CancelRequested {})
/// };
///
/// let told = tell(&beginning, &envelope, Timestamp(7), &policy)?;
/// assert_eq!((&*told.record.from, &*told.record.to), ("initial", "nullified"));
/// assert_eq!(told.record.effect, TransitionEffect::Moved);
/// assert_eq!(replay(&beginning, &[told.record], &[policy])?, told.flow);
///
/// let lost = Envelope::new(ObjectKind::SaleOrder, "SO-2", SaleOrderInput::Recover {});
/// let refused = tell(&beginning, &lost, Timestamp(7), &FlowPolicy::default()).unwrap_err();
/// assert_eq!(refused.code(), "object_other");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn tell<F: Recorded>(
    flow: &F,
    envelope: &Envelope<F::Input>,
    now: Timestamp,
    policy: &F::Policy,
) -> Result<Told<F, F::Input, F::Command>, TransitionError> {
    addressed(flow, envelope)?;
    let Envelope { by, evidence, input, .. } = envelope;
    let mut next = flow.clone();
    let commands = next.advance_in_place(input, now, policy)?;
    let cause = Cause { by, evidence: evidence.as_deref(), input };
    let record = record(flow, &mut next, &commands, &cause, now, F::policy_revision(policy));
    Ok(Told { flow: next, record, commands })
}

/// Who said what, and where it can be looked up.
pub(in crate::flow) struct Cause<'a, I> {
    pub(in crate::flow) by: &'a Actor,
    pub(in crate::flow) evidence: Option<&'a str>,
    pub(in crate::flow) input: &'a I,
}

/// Writes down how `flow` became `next`, and in `next` that it is written down.
pub(in crate::flow) fn record<F: Recorded>(
    flow: &F,
    next: &mut F,
    commands: &[F::Command],
    cause: &Cause<'_, F::Input>,
    now: Timestamp,
    policy_revision: u32,
) -> TransitionRecord<F::Input> {
    let (from, to) = (flow.state_name(), next.state_name());
    let effect = if from != to {
        TransitionEffect::Moved
    } else if F::only_wakes(commands) && next.differs_by_counts_only(flow) {
        TransitionEffect::Superseded
    } else {
        TransitionEffect::Noted
    };
    let trail = flow.trail();
    let mut record = TransitionRecord {
        version: FORMAT,
        object: F::KIND,
        id: flow.id().to_owned(),
        sequence: trail.records.saturating_add(1),
        at: now,
        by: cause.by.clone(),
        evidence: cause.evidence.map(str::to_owned),
        from: from.into(),
        to: to.into(),
        effect,
        policy_revision,
        input: cause.input.clone(),
        checksum: 0,
    };
    // The field itself is taken in as 0, so that the record is read whole.
    record.checksum = Fingerprint::after(trail.checksum).and(&record).checksum();
    next.set_trail(Trail { records: record.sequence, checksum: record.checksum });
    record
}

/// Refuses what is meant for something else.
fn addressed<F: Recorded>(flow: &F, envelope: &Envelope<F::Input>) -> Result<(), TransitionError> {
    let (object, state) = (F::KIND.words(), flow.state_name());
    let event = F::input_name(&envelope.input);
    let part = if envelope.version != FORMAT {
        Some(("version", FORMAT.to_string(), envelope.version.to_string()))
    } else if envelope.object != F::KIND {
        Some(("object", F::KIND.name().to_owned(), envelope.object.name().to_owned()))
    } else if envelope.id != flow.id() {
        Some(("id", flow.id().to_owned(), envelope.id.clone()))
    } else {
        None
    };
    if let Some((part, expected, got)) = part {
        return Err(TransitionError::AnotherObject { object, state, event, part, expected, got });
    }
    match &envelope.reference {
        Some(other) if other != flow.id() => Err(TransitionError::DocumentOfAnotherOrder {
            object,
            state,
            event,
            expected: flow.id().to_owned(),
            got: other.clone(),
        }),
        Some(_) | None => Ok(()),
    }
}

impl<I> Envelope<I> {
    /// Something that the host itself says to an object: no person, no evidence.
    pub fn new(object: ObjectKind, id: &str, input: I) -> Self {
        let id = id.to_owned();
        let by = Actor::Host {};
        Self { version: FORMAT, object, id, by, evidence: None, reference: None, input }
    }
}

impl ObjectKind {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SaleOrder => "sale_order",
            Self::PurchaseOrder => "purchase_order",
            Self::Token => "token",
            Self::Poll => "poll",
            Self::Run => "run",
        }
    }

    /// In a sentence, with its article.
    pub fn words(self) -> &'static str {
        match self {
            Self::SaleOrder => "a sale order",
            Self::PurchaseOrder => "a purchase order",
            Self::Token => "a token",
            Self::Poll => "a poll",
            Self::Run => "a run",
        }
    }
}

impl TransitionEffect {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Noted => "noted",
            Self::Superseded => "superseded",
        }
    }
}

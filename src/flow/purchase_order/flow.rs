//! What is stored of a purchase order and its requests.

use super::{
    PurchaseOrderHostCommand, PurchaseOrderInput, PurchaseOrderLife, PurchasePolicy, drive::drive,
};
use crate::{
    flow::{
        LastError, ObjectKind, Recorded, Trail, TransitionError,
        answer::Operation,
        is_default, known_format,
        request::{EndedRequest, RequestLife},
    },
    order::PurchaseOrder,
    unit::{Invalid, Timestamp},
};
use serde::{Deserialize, Serialize};

/// A purchase order and its requests: one value to store, pass back and leave alone.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PurchaseOrderFlow {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) order: PurchaseOrderLife,
    /// Those that are running, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::flow) requests: Vec<RequestLife>,
    /// Those that have ended and whose late answers count, in the order in which they ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::flow) ended: Vec<EndedRequest>,
    /// The newest failure, until something goes well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) last_error: Option<LastError>,
    /// How far its records go.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) trail: Trail,
}

impl PurchaseOrderFlow {
    /// A drafted order, and the bytes that say the same to the supplier, including every date.
    ///
    /// # Errors
    ///
    /// When the draft has no line, a line twice, a quantity of nothing, a price below zero or two
    /// currencies, with its place.
    pub fn new(draft: &PurchaseOrder, payload: &str) -> Result<Self, Invalid> {
        let order = PurchaseOrderLife::new(draft, payload)?;
        Ok(Self {
            version: order.version,
            order,
            requests: Vec::new(),
            ended: Vec::new(),
            last_error: None,
            trail: Trail::default(),
        })
    }

    /// The order.
    pub fn order(&self) -> &PurchaseOrderLife {
        &self.order
    }

    /// Every request that is running.
    pub fn requests(&self) -> &[RequestLife] {
        &self.requests
    }

    /// When the flow must be woken; absent when it rests or waits for a person.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let requests = self.requests.iter().filter_map(RequestLife::wake_at);
        requests.chain(self.order.wake_at()).min()
    }

    /// A request that takes late answers as one that has ended. Of questions nothing is kept, and
    /// an answer to one that is forgotten is read for what the supplier says in it.
    ///
    /// # Errors
    ///
    /// When it was never made.
    pub(super) fn late(&self, id: u32) -> Result<RequestLife, TransitionError> {
        let last = self.order.last_request;
        if id == 0 || id > last {
            return Err(TransitionError::UnknownRequest { last, got: id });
        }
        let kept = self.ended.iter().find(|ended| ended.id == id).cloned();
        let operation = Operation::Read { documents: Vec::new() };
        let forgotten = EndedRequest { id, operation, attempt: u32::MAX };
        Ok(kept.unwrap_or(forgotten).life())
    }

    /// The requests that have ended and whose late answers count.
    pub fn ended_requests(&self) -> &[EndedRequest] {
        &self.ended
    }

    /// The newest failure; absent once something has gone well after it.
    pub fn last_error(&self) -> Option<&LastError> {
        self.last_error.as_ref()
    }

    /// How many inputs were recorded, and the checksum of the newest record.
    pub fn trail(&self) -> Trail {
        self.trail
    }
}

impl Recorded for PurchaseOrderFlow {
    type Input = PurchaseOrderInput;
    type Command = PurchaseOrderHostCommand;
    type Policy = PurchasePolicy;
    const KIND: ObjectKind = ObjectKind::PurchaseOrder;

    fn id(&self) -> &str {
        self.order.id.as_str()
    }

    fn state_name(&self) -> &'static str {
        self.order.state.name()
    }

    fn trail(&self) -> Trail {
        self.trail
    }

    fn set_trail(&mut self, trail: Trail) {
        self.trail = trail;
    }

    fn differs_by_counts_only(&self, before: &Self) -> bool {
        let mut uncounted = before.clone();
        uncounted.order.superseded = self.order.superseded;
        uncounted.order.last_at = self.order.last_at;
        for (old, new) in uncounted.requests.iter_mut().zip(&self.requests) {
            old.superseded = new.superseded;
        }
        uncounted == *self
    }

    fn only_wakes(commands: &[PurchaseOrderHostCommand]) -> bool {
        commands.iter().all(|command| matches!(command, PurchaseOrderHostCommand::Wake { .. }))
    }

    fn policy_revision(policy: &PurchasePolicy) -> u32 {
        policy.connection.revision
    }

    fn input_name(input: &PurchaseOrderInput) -> &'static str {
        input.name()
    }

    fn advance_in_place(
        &mut self,
        input: &PurchaseOrderInput,
        now: Timestamp,
        policy: &PurchasePolicy,
    ) -> Result<Vec<PurchaseOrderHostCommand>, TransitionError> {
        drive(self, input, now, policy)
    }
}

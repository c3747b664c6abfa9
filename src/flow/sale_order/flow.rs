//! The stored value of a sale order with its requests.

use super::{LastError, SaleOrderHostCommand, SaleOrderInput, SaleOrderLife, drive::drive};
use crate::{
    flow::{
        FlowPolicy, ObjectKind, Recorded, Trail, TransitionError, is_default, known_format,
        request::{EndedRequest, RequestLife},
    },
    unit::{Invalid, LineId, SaleOrderId, Timestamp},
};
use serde::{Deserialize, Serialize};

/// A sale order and its requests: one value to store, pass back and leave alone.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SaleOrderFlow {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) order: SaleOrderLife,
    /// The requests under way, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::flow) requests: Vec<RequestLife>,
    /// The requests that have ended, by number: a late positive answer to any of them counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::flow) ended: Vec<EndedRequest>,
    /// The newest failure, until something goes well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) last_error: Option<LastError>,
    /// How far its records go.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) trail: Trail,
}

impl SaleOrderFlow {
    /// A new order that waits to be submitted.
    ///
    /// # Errors
    ///
    /// When there is no line, or a line comes twice.
    pub fn new(id: SaleOrderId, lines: Vec<LineId>) -> Result<Self, Invalid> {
        let order = SaleOrderLife::new(id, lines)?;
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
    pub fn order(&self) -> &SaleOrderLife {
        &self.order
    }

    /// The requests under way.
    pub fn requests(&self) -> &[RequestLife] {
        &self.requests
    }

    /// When the flow must be woken; absent when it rests or waits for a person.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let requests = self.requests.iter().filter_map(RequestLife::wake_at);
        requests.chain(self.order.wake_at()).min()
    }

    /// The requests that have ended.
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

impl Recorded for SaleOrderFlow {
    type Input = SaleOrderInput;
    type Command = SaleOrderHostCommand;
    type Policy = FlowPolicy;
    const KIND: ObjectKind = ObjectKind::SaleOrder;

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

    fn only_wakes(commands: &[SaleOrderHostCommand]) -> bool {
        commands.iter().all(|command| matches!(command, SaleOrderHostCommand::Wake { .. }))
    }

    fn policy_revision(policy: &FlowPolicy) -> u32 {
        policy.revision
    }

    fn input_name(input: &SaleOrderInput) -> &'static str {
        input.name()
    }

    fn advance_in_place(
        &mut self,
        input: &SaleOrderInput,
        now: Timestamp,
        policy: &FlowPolicy,
    ) -> Result<Vec<SaleOrderHostCommand>, TransitionError> {
        drive(self, input, now, policy)
    }
}

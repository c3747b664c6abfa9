//! What happens to an order after it is decided: sent, answered, lost, found, cancelled.
//!
//! | file | question |
//! |---|---|
//! | `sale_order` | where does a sale order stand and what moves it |
//! | `submission` | what do orders share about creating documents under doubt |
//! | `purchase_order` | where does a purchase order stand, and what does its supplier say and do |
//! | `request` | how does one outbound request end |
//! | `end_to_end` | how does a whole order flow over several systems go, and end |
//! | `flow_step` | where does one step of a run stand |
//! | `token` | how do all requests of a connection come by one token |
//! | `circuit` | is a connection in use, and who may try when it is not |
//! | `poll` | does something appear in another system, and when do we stop looking |
//! | `answer` | what does an answer mean |
//! | `policy` | how patient are we, and what does the server offer against doubt |
//! | `record` | what is written down about every transition |
//! | `replay` | how is a life rebuilt from its records |
//! | `fingerprint` | which number stands for what a record says |
//! | `notice` | what are people told, and how does a flood become one message |
//! | `notice_delivery` | did a message reach its reader |
//! | `rollup` | what is the parent order's status |
//! | `consistency` | do all systems tell the same about an order |
//! | `error` | why did nothing move |
//!
//! Everything is a pure function from a stored value, an input and the time to the next value and
//! commands. **The host stores the next value first, then carries out the commands, then reports.**
//! A crash in between loses nothing: give [`SaleOrderInput::Recover`] for every stored flow at start.

mod answer;
#[cfg(test)]
mod check;
mod circuit;
mod connection;
mod consistency;
mod end_to_end;
mod error;
mod fingerprint;
mod flow_step;
#[cfg(test)]
mod golden;
mod notice;
mod notice_delivery;
mod policy;
mod poll;
mod purchase_order;
mod record;
mod replay;
mod request;
mod rollup;
mod sale_order;
mod submission;
mod token;

pub use answer::{Answer, AnswerBody, NamedDocument, Operation, Outcome, QuotedPrice};
pub use circuit::{
    CircuitCommand, CircuitEvent, CircuitLife, CircuitPolicy, CircuitState, CircuitStep, Health,
    step as step_circuit,
};
pub use connection::ConnectionId;
pub use consistency::{
    ChainTime, ConsistencyCell, ConsistencyMatrix, ConsistencyRow, ConsistencyRules,
    CurrencyMapping, DocumentFact, Fact, FactDifference, FactVerdict, FirstDifference,
    LegalStatuses, LineFacts, LiveDocuments, OrderFacts, OrderReference, PriceBasis, SkuMapping,
    SystemFacts, SystemRules, SystemStatuses, TimeFact, TotalFact, UnitMapping, check_consistency,
};
pub use end_to_end::{
    AnswerDifference, AnswerFacts, AnswerTest, Capture, DataValue, Expectation, FieldValue,
    FlowPlan, LinesPlan, LookupPlan, Method, PlannedRequest, PollPlan, Purpose, Reply, RunAdvance,
    RunCommand, RunEntry, RunInput, RunLife, RunOutcome, RunRecord, RunState, RunSummary, RunValue,
    SevenSteps, StepChange, StepCondition, StepPlan, StepSummary, SystemFactsPlan, SystemPlan,
    advance_run, dry_run, summarize_run,
};
pub use error::TransitionError;
pub use flow_step::{
    Access, Applied, CheckVerdict, FlowStepCause, FlowStepCommand, FlowStepEvent, FlowStepLife,
    FlowStepPolicy, FlowStepRefusal, FlowStepState, FlowStepStep, step as step_flow_step,
};
pub use notice::{Digest, DigestGroup, DigestObject, Notification, Severity, digest};
pub use notice_delivery::{
    NoticeDelivery, NoticeDeliveryEvent, NoticeDeliveryState, step_notice_delivery,
};
pub use policy::{
    Authentication, Capabilities, Circuit, Deduplication, FlowPolicy, ReferenceLookup,
};
pub use poll::{
    PollAction, PollActionAvailability, PollAnswer, PollCause, PollCommand, PollEvent, PollLife,
    PollNext, PollPolicy, PollRefusal, PollReport, PollState, PollStep, PollView, Sighting,
    step as step_poll,
};
pub use purchase_order::{
    ApprovalCase, BackOrder, Bearing, ConfirmationDifference, ConfirmationTolerance, Delivery,
    Deviation, Disagreement, ElsewhereLine, Extent, Facts, Fulfilment, Limit, LineFact,
    LineQuantity, Match, MatchDifference, MatchOutcome, MatchTolerance, Merged, OrderedLine,
    PurchaseOrderAction, PurchaseOrderActionAvailability, PurchaseOrderAdvance, PurchaseOrderAudit,
    PurchaseOrderCommand, PurchaseOrderEvent, PurchaseOrderFlow, PurchaseOrderHostCommand,
    PurchaseOrderInput, PurchaseOrderLife, PurchaseOrderNext, PurchaseOrderNotice,
    PurchaseOrderRefusal, PurchaseOrderState, PurchaseOrderStatus, PurchaseOrderStep,
    PurchaseOrderView, PurchasePolicy, PurchaseRollup, SourceReason, StatusCount, SupplierFact,
    SupplierStatus, advance_purchase_order, agreed as agreed_lines,
    differences as confirmation_differences, roll_up as roll_up_purchases, source_elsewhere,
    step as step_purchase_order, three_way_match,
};
pub use record::{
    Actor, Envelope, ObjectKind, Recorded, Told, Trail, TransitionEffect, TransitionRecord, tell,
};
pub use replay::{ReplayError, replay};
pub use request::{
    EndedRequest, Replay, RequestCommand, RequestEvent, RequestLife, RequestReport, RequestState,
    RequestStep, step as step_request,
};
pub use rollup::{ParentStatus, Rollup, RollupCounts, roll_up};
pub use sale_order::{
    Action, ActionAvailability, AttemptKind, Audit, FailureKind, LastError, NextStep, Notice,
    Outlook, OutlookCount, PublicStatus, Refusal, SaleOrderAdvance, SaleOrderCommand,
    SaleOrderEvent, SaleOrderFlow, SaleOrderHostCommand, SaleOrderInput, SaleOrderLife,
    SaleOrderState, SaleOrderStep, SaleOrderView, advance_sale_order, step as step_sale_order,
};
pub use submission::LineDocument;
pub use token::{
    RequestReference, TokenAction, TokenActionAvailability, TokenCommand, TokenEvent, TokenFailure,
    TokenGrant, TokenLife, TokenNext, TokenNotice, TokenPolicy, TokenRefusal, TokenState,
    TokenStep, TokenView, step as step_token,
};

/// The format of every stored value that this version of the engine writes and reads.
const FORMAT: u32 = 1;

/// Whether a stored value can leave a field out, because it reads the same without it.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Refuses a stored value that another version of the engine wrote in another format.
fn known_format<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let version: u32 = serde::Deserialize::deserialize(deserializer)?;
    if version == FORMAT {
        return Ok(version);
    }
    let problem = crate::unit::Invalid::new("version_unknown", format!("format {FORMAT}"), version);
    Err(serde::de::Error::custom(problem.at("version")))
}

//! What happens to an order after it is decided: sent, answered, lost, found, cancelled.
//!
//! | file | question |
//! |---|---|
//! | `drive` | how does the host talk to an order: [`advance`], inputs and commands |
//! | `sale_order` | where does a sale order stand and what moves it |
//! | `request` | how does one outbound request end |
//! | `answer` | what does an answer mean |
//! | `policy` | how patient are we, and what does the server offer against doubt |
//! | `rollup` | what is the parent order's status |
//! | `error` | why did nothing move |
//!
//! Everything is a pure function from a stored value, an input and the time to the next value and
//! commands. **The host stores the next value first, then carries out the commands, then reports.**
//! A crash in between loses nothing: give [`FlowInput::Recover`] for every stored flow at start.

mod answer;
#[cfg(test)]
mod check;
mod drive;
mod error;
#[cfg(test)]
mod golden;
mod policy;
mod request;
mod rollup;
mod sale_order;

pub use answer::{Answer, AnswerBody, NamedDocument, Operation, Outcome};
pub use drive::{FlowInput, FlowStep, HostCommand, SaleOrderFlow, SaleOrderView, advance};
pub use error::TransitionError;
pub use policy::{
    Authentication, Capabilities, Circuit, Deduplication, FlowPolicy, ReferenceLookup,
};
pub use request::{
    Replay, RequestCommand, RequestEvent, RequestLife, RequestReport, RequestState, RequestStep,
    step as step_request,
};
pub use rollup::{ParentStatus, Rollup, RollupCounts, roll_up};
pub use sale_order::{
    Action, ActionAvailability, Audit, LineDocument, Notice, PublicStatus, Refusal,
    SaleOrderCommand, SaleOrderEvent, SaleOrderLife, SaleOrderState, SaleOrderStep,
    step as step_sale_order,
};

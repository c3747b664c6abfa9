//! One purchase order at one supplier: where it stands, what is known, what may be done.
//!
//! | file | question |
//! |---|---|
//! | `life` | what is stored, and which states are there |
//! | `draft` | what is kept of the drafted order, its quote and what was said about it |
//! | `event` | what can happen |
//! | `command` | what a step asks to be done, told and kept |
//! | `step` | the table |
//! | `late` | what does positive evidence outside its turn mean |
//! | `turn` | the table's verbs that every sent order has |
//! | `approve` | the verbs of drafting, pricing and approving |
//! | `standing` | where does an order stand by what its supplier has said |
//! | `follow` | the verbs of taking what a supplier says |
//! | `action` | what a person can ask now, and why not the rest |
//! | `policy` | how patient are we with the supplier, and how far may it be off |
//! | `ordered_line` | what does a line ask for |
//! | `facts` | what is known of the order at the supplier |
//! | `limit` | how far may a price be off |
//! | `confirmation` | where does the supplier's promise differ from the order |
//! | `three_way_match` | do order, goods and invoice agree |
//! | `roll_up` | what do a parent order's purchase orders come to |
//! | `statement` | which events does a supplier's statement amount to |
//! | `answer` | what does the end of a request mean for the order |
//! | `flow` | what is stored of an order with its requests |
//! | `view` | what does a page show of it |
//! | `problem` | what does an event say about whether things go well |
//! | `input` | what the host tells an order, and what it is asked to do |
//! | `drive` | how do the host's inputs move an order and its requests |

mod action;
mod answer;
mod approve;
mod command;
mod confirmation;
pub(in crate::flow) mod draft;
mod drive;
mod event;
mod facts;
#[cfg(test)]
mod facts_tests;
mod flow;
mod follow;
mod input;
mod late;
mod life;
mod limit;
mod ordered_line;
mod policy;
mod problem;
mod roll_up;
#[cfg(test)]
pub(in crate::flow) mod sample;
mod standing;
mod statement;
mod step;
#[cfg(test)]
mod step_tests;
mod three_way_match;
#[cfg(test)]
mod three_way_match_tests;
mod turn;
mod view;

pub use action::{
    PurchaseOrderAction, PurchaseOrderActionAvailability, PurchaseOrderNext, PurchaseOrderRefusal,
};
pub use command::{
    ElsewhereLine, PurchaseOrderAudit, PurchaseOrderCommand, PurchaseOrderNotice,
    PurchaseOrderStep, SourceReason,
};
pub use confirmation::{
    ConfirmationDifference, ConfirmationTolerance, Deviation, LineQuantity, agreed, differences,
    source_elsewhere,
};
pub use drive::advance_purchase_order;
pub use event::{ApprovalCase, PurchaseOrderEvent};
pub use facts::{BackOrder, Facts, Fulfilment, LineFact, Merged, SupplierFact, SupplierStatus};
pub use flow::PurchaseOrderFlow;
pub use input::{PurchaseOrderAdvance, PurchaseOrderHostCommand, PurchaseOrderInput};
pub use life::{PurchaseOrderLife, PurchaseOrderState, PurchaseOrderStatus};
pub use limit::Limit;
pub use ordered_line::OrderedLine;
pub use policy::PurchasePolicy;
pub use roll_up::{Extent, PurchaseRollup, StatusCount, roll_up};
pub use step::step;
pub use three_way_match::{
    Bearing, Delivery, Disagreement, Match, MatchDifference, MatchOutcome, MatchTolerance,
    three_way_match,
};
pub use view::PurchaseOrderView;

//! One sale order at one vendor's system: where it stands, what is known, what may be done.
//!
//! | file | question |
//! |---|---|
//! | `life` | what is stored, and which states are there |
//! | `event` | what can happen |
//! | `command` | what a step asks to be done, told and kept |
//! | `step` | the table |
//! | `turn` | the table's verbs and guards |
//! | `action` | what a person can ask now, and why not the rest |
//! | `flow` | what does the host store: the order and its requests |
//! | `input` | what does the host tell it, and what is it asked to do |
//! | `drive` | how do the host's inputs move an order and its requests |
//! | `problem` | what went wrong last |
//! | `view` | what does a page show of it, and what happens next |

mod action;
mod command;
mod drive;
mod event;
mod flow;
mod input;
mod life;
mod problem;
mod step;
mod turn;
mod view;

pub use action::{Action, ActionAvailability, Refusal};
pub use command::{Audit, Notice, SaleOrderCommand, SaleOrderStep};
pub use drive::advance_sale_order;
pub use event::SaleOrderEvent;
pub use flow::SaleOrderFlow;
pub use input::{SaleOrderAdvance, SaleOrderHostCommand, SaleOrderInput};
pub use life::{PublicStatus, SaleOrderLife, SaleOrderState};
pub(in crate::flow) use problem::News;
pub use problem::{FailureKind, LastError};
pub use step::step;
pub use view::{AttemptKind, NextStep, Outlook, OutlookCount, SaleOrderView};

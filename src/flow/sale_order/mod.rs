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

mod action;
mod command;
mod event;
mod life;
mod step;
mod turn;

pub use action::{Action, ActionAvailability, Refusal};
pub use command::{Audit, Notice, SaleOrderCommand, SaleOrderStep};
pub use event::SaleOrderEvent;
#[cfg(test)]
pub(in crate::flow) use life::Awaited;
pub(in crate::flow) use life::known_format;
pub use life::{LineDocument, PublicStatus, SaleOrderLife, SaleOrderState};
pub use step::step;

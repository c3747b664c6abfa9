//! One sale order at one vendor's system: where it stands, what is known, what may be done.
//!
//! [`SaleOrderLife`] is the stored value, `step` moves it, and [`SaleOrderLife::actions`] says
//! what a person may do and why not.

mod life;

pub(in crate::flow) use life::known_format;
pub use life::{
    Action, ActionAvailability, Audit, LineDocument, Notice, PublicStatus, Refusal,
    SaleOrderCommand, SaleOrderEvent, SaleOrderLife, SaleOrderState, SaleOrderStep,
};

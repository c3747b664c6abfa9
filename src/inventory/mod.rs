//! What must be bought, and by when.
//!
//! Read in this order: [`StockPosition`] (what there is and what is coming), [`Policy`] (what the
//! buyer wants), [`replenish`] (how the two and a forecast become a [`Requirement`]).

pub mod classic;
mod error;
mod policy;
mod position;
mod replenish;
mod stock_table;

pub use error::InventoryError;
pub use policy::Policy;
pub use position::{ExpectedReceipt, StockPosition};
pub use replenish::{Replenishment, Requirement, Term, replenish};
pub use stock_table::{StockItem, StockList, read_stock};

//! What the documents are, and whether the money adds up.
//!
//! Read in this order: [`CustomerOrder`] (what a customer wants), [`apportion`] (how an amount is
//! divided without losing a minor unit), [`split`] (one [`SaleOrder`] per vendor),
//! [`PurchaseOrder`] and [`draft_purchase_orders`] (what we ask of suppliers), [`plan`] (from
//! history, stock and offers to those drafts in one step).

mod apportion;
mod customer;
mod draft;
mod error;
mod plan;
mod sale;
mod split;

pub use apportion::{Weight, apportion};
pub use customer::{Adjustment, AdjustmentKind, CustomerOrder, OrderLine};
pub use draft::{DraftContext, PurchaseOrder, PurchaseOrderLine, draft_purchase_orders};
pub use error::{OrderError, PlanError};
pub use plan::{Plan, PlanRequest, PlanTables, plan, plan_from_tables};
pub use sale::{SaleOrder, SaleOrderLine, Share};
pub use split::{Split, SplitBy, SplitRules, split};

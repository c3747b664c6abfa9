//! What must be bought, and by when.
//!
//! Read in this order: [`StockPosition`] (what there is and what is coming), [`Policy`] (what the
//! buyer wants), [`DemandOutlook`] (what will be wanted, summed up to any day), [`replenish`] (how
//! the three become a [`Requirement`]); then what asks it of many: [`plan_product`] with its files
//! ([`requirements_from_tables`]).
//!
//! Where the inventory position does not tell all: [`Shelf`] (lots that expire), [`LostSales`] (what is
//! lost is not made up for), [`CatchWeight`]. Where one product is not all: [`replenish_jointly`] (an
//! order of several), kits, substitutes, several locations. What it is worth: [`simulate`](mod@simulate),
//! [`backtest`]. The textbook's own formulas, with reference numbers: [`classic`].

mod amount;
mod arithmetic;
pub mod backtest;
mod beyond_position;
mod calendar;
mod catch_weight;
pub mod classic;
mod convolution;
mod error;
mod joint;
mod kit;
mod level;
mod lost_sales;
mod lots;
mod network;
mod outlook;
mod paths;
mod perishable;
mod policy;
mod policy_columns;
mod position;
mod product;
mod product_tables;
mod protection;
mod replenish;
mod rule;
mod season;
pub mod simulate;
mod stock_table;
mod substitute;

pub use arithmetic::Term;
pub use calendar::Calendar;
pub use catch_weight::{CatchWeight, CaughtWeight};
pub use convolution::independent_sum;
pub use error::InventoryError;
pub use joint::{
    AimOutcome, AimStatus, CanOrder, JointChange, JointItem, JointLine, JointOrder, JointReason,
    JointReplenishment, OrderAim, replenish_jointly,
};
pub use kit::{
    Component, DependentDemand, ExplodedRequirement, Kit, OwnDemand, Supply, explode_demand,
    explode_requirements,
};
pub use lost_sales::{LostSales, LostSalesGoal, LostSalesOrder, PeriodReceipt};
pub use lots::{Issue, LateReceipts, Shelf, ShelfCourse, ShelfPlan};
pub use network::{
    EchelonLocation, EchelonRequirement, Lane, Leftover, Location, LocationShare, StockAllocation,
    Transfer, TransferPlan, Warehouse, allocate_stock, echelon_requirement, propose_transfers,
};
pub use outlook::{DemandOutlook, DemandSource};
pub use paths::DemandPaths;
pub use perishable::{ShelfOutcome, UnitCosts};
pub use policy::{DemandShape, LotCosts, Policy, Rule, StockCosts, Target, UnmetDemand};
pub use position::{ExpectedReceipt, Lot, ReceiptStage, StockPosition};
pub use product::{PlanOptions, Product, ProductPlan, ProductPolicy, ProductProblem, plan_product};
pub(crate) use product_tables::{ProductFiles, ProductList, note_ignored};
pub use product_tables::{ProductTables, Requirements, requirements_from_tables};
pub use replenish::{Replenishment, Requirement, Urgency, replenish};
pub use season::SeasonFrom;
pub(crate) use season::share_season;
pub use simulate::{Control, Outcome, Scenario};
pub use stock_table::{StockItem, StockList, read_stock};
pub use substitute::{
    Replacement, ReplacementStatus, Substitute, SubstituteStock, Substitution, substitute,
};

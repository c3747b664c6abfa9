//! The mathematics of the textbooks, exact where an exact method exists.
//!
//! Nothing here looks at a forecast or at a stock: these are the formulas, for the policies, for
//! comparison in a backtest, and for questions such as "what would the square-root formula say?".
//! Read in this order:
//!
//! | question | file |
//! |---|---|
//! | how much goes short, how much is left over, on average | `loss`, `gamma_demand`, `discrete_demand`, `quantile_grid` |
//! | how much to order once | `newsvendor` |
//! | how large is a good lot | `lot_size`, `unreliable_supply`, `joint_cycle` |
//! | when to order known needs | `lot_plan` |
//! | how much safety | `safety_stock`, `buffer` |
//! | reorder point and quantity, (r, Q) | `reorder_quantity`, `unit_demand_review` |
//! | reorder point and level, (s, S) | `reorder_up_to`, `finite_horizon` |
//! | goods that expire, stages in a row | `perishable_chain`, `serial` |
//! | what other programs would order | `erp_rule` |
//!
//! Every function refuses numbers that its formula is not defined for, naming the field. Money is a
//! plain number here: only its ratios matter, and results are in the caller's unit of money.
//!
//! "Snyder and Shen" is their "Fundamentals of Supply Chain Theory", 2nd edition, Wiley 2019;
//! "Silver, Pyke and Thomas" is "Inventory and Production Management in Supply Chains", 4th edition,
//! CRC Press 2017.

mod buffer;
mod discrete_demand;
mod erp_rule;
mod finite_horizon;
mod gamma_demand;
mod joint_cycle;
mod loss;
mod lot_plan;
mod lot_size;
mod newsvendor;
mod parameter;
mod perishable_chain;
mod quantile_grid;
mod reorder_quantity;
mod reorder_up_to;
mod safety_stock;
mod serial;
mod unit_demand_review;
mod unreliable_supply;

pub use buffer::{BufferProfile, BufferStatus, BufferStock, BufferZones, qualified_demand};
pub use discrete_demand::DiscreteDemand;
pub use erp_rule::{
    IdempiereReplenishment, IdempiereRule, MonthsOfStock, OdooOrderPoint, OdooVersion,
    erpnext_order_quantity,
};
pub use finite_horizon::{FiniteHorizonPlan, PeriodCosts, TerminalCosts, finite_horizon};
pub use gamma_demand::GammaDemand;
pub use joint_cycle::{JointCycle, JointItem, joint_cycle};
pub use loss::{
    LognormalDemand, Loss, NormalDemand, UncertainDemand, UniformDemand, standard_normal_loss,
};
pub use lot_plan::{ExactLotPlan, LotCosts, LotPlan, silver_meal, wagner_whitin};
pub use lot_size::{
    BackorderLot, EconomicOrder, Lot, PriceTier, TieredLot, all_units_lot, backorder_lot,
    economic_order_quantity, incremental_lot, lot_cost, production_lot, whole_packs,
};
pub use newsvendor::{
    MyopicCosts, Newsvendor, NewsvendorCosts, NewsvendorPrices, NewsvendorProfit, myopic,
    newsvendor, newsvendor_at, newsvendor_profit,
};
pub use perishable_chain::{PerishableService, two_period_base_stock};
pub use quantile_grid::QuantileGrid;
pub use reorder_quantity::{ContinuousReview, ReorderQuantity};
pub use reorder_up_to::{
    PowerApproximation, ReorderUpTo, ReviewCosts, power_approximation, reorder_up_to,
    reorder_up_to_cost,
};
pub use safety_stock::{
    PeriodicReview, RandomLeadTime, SafetyStock, Service, days_of_cover_stock,
    reorder_point_for_fill_rate, reorder_service, sap_safety_factor, sap_safety_stock,
};
pub use serial::{Stage, StagedStock, serial_base_stock};
pub use unit_demand_review::{UnitDemandReview, UnitReorderQuantity};
pub use unreliable_supply::{
    DisruptedOrder, DisruptedSupply, deterministic_newsvendor_with_disruptions, disrupted_lot,
    lot_with_additive_yield, lot_with_multiplicative_yield, newsvendor_with_additive_yield,
};

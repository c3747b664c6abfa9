//! From whom to buy, at what landed cost.
//!
//! Read in this order: [`Offer`] and [`SupplierTerms`] (what suppliers ask), `landed_cost` (what a
//! number of packs really costs, and what an order adds to it), [`compare`] (every offer for one
//! requirement, the excluded ones with their reason), [`allocate`] (the whole basket, since freight
//! and minimum order values tie the lines together).

mod allocate;
pub mod basket;
mod best_packs;
mod columns;
mod compare;
mod difference;
mod eligible;
#[cfg(test)]
mod eligible_tests;
mod erp_policy;
pub mod erp_rule;
mod error;
mod exchange;
mod exchange_table;
mod exclusion;
mod history_table;
mod instance;
mod instance_answer;
mod instance_request;
mod ladder;
mod ladder_basket;
mod ladder_market;
mod ladder_tables;
mod landed_cost;
#[cfg(test)]
mod landed_cost_tests;
mod market_tables;
mod need;
mod need_table;
mod offer;
mod offer_price;
mod offer_table;
mod order_charges;
mod policy;
mod revise;
mod switch;
mod switch_search;
mod terms;
mod terms_table;

pub use allocate::{
    AllocatedLine, Allocation, AllocationStatus, Baseline, BaselinePolicy, Binding, BindingKind,
    Condition, Conflict, CostTotal, Relaxation, RunnerUp, SupplierOrder, Unmet, allocate,
};
pub use columns::{
    ColumnComparison, LARGEST_AMOUNT, NEVER_FREE, NO_OFFER, OfferColumns, OfferStanding,
    UNLIMITED_PACKS, compare_columns,
};
pub use compare::{Comparison, OrderSoFar, PolicyCost, RankedOffer, ScoreParts, compare};
pub use difference::{
    AllocationDifference, CostDifference, LineChange, LineDifference, LinePurchase,
    MoneyDifference, OrderDifference, compare_allocations,
};
pub use eligible::{ExcludedOffer, Exclusion};
pub use error::SourcingError;
pub use exchange::ExchangeRate;
pub use exchange_table::{ExchangeRateList, read_exchange_rates};
pub use history_table::{PurchaseHistory, read_purchase_history};
pub use instance::{BasketInstance, Discount, InstanceOffer, InstanceSku, InstanceSupplier};
pub use instance_answer::{AnswerStatus, BasketAnswer, CostDetail};
pub use ladder::{
    LadderBasket, LadderMonth, LadderOptions, LadderStep, LeftOutPurchase, LeftOutReason,
    PastPurchase, Rung, RungCost, SavingsLadder, savings_ladder,
};
pub use ladder_tables::{LadderTables, SavingsReport, TablesError, savings_from_tables};
pub use landed_cost::{Cost, CostKind, Purchase};
pub use market_tables::{
    MarketList, MarketTables, SourcingRequest, SourcingTables, read_market, read_sourcing,
};
pub use need::{Need, SourcingOptions, SubstituteProduct};
pub use need_table::{NeedList, read_needs};
pub use offer::{ContractPrice, Deposit, LineCharges, Offer, PriceBreak, Pricing, Tax};
pub use offer_price::{OfferPrice, OfferPrices};
pub use offer_table::{OfferList, read_offers, read_offers_exchanged};
pub use order_charges::OrderCharges;
pub use policy::ComparisonPolicy;
pub use revise::{
    FrozenLine, RejectedLine, RevisedLine, Revision, RevisionOptions, RevisionReason, revise,
};
pub use switch::{SwitchOutcome, SwitchQuestion, SwitchScope, SwitchingPrice, switching_prices};
pub use terms::{
    EarlyPayment, FreightBand, OrderSize, PaymentTerms, RebateTier, SupplierTerms, YearlyRebate,
};
pub use terms_table::{TermsList, read_terms, read_terms_exchanged};

//! From whom to buy, at what landed cost.
//!
//! Read in this order: [`Offer`] and [`SupplierTerms`] (what suppliers ask), `landed_cost` (what a
//! number of packs really costs, and what an order adds to it), [`compare`] (every offer for one
//! requirement, the excluded ones with their reason), [`allocate`] (the whole basket, since freight
//! and minimum order values tie the lines together).

mod allocate;
pub mod basket;
mod compare;
pub mod erp_rule;
mod error;
mod landed_cost;
mod offer;
mod offer_table;

pub use allocate::{
    AllocatedLine, Allocation, Baseline, BaselinePolicy, SupplierOrder, Unmet, allocate,
};
pub use compare::{
    Comparison, ExcludedOffer, Exclusion, OrderSoFar, RankedOffer, SourcingOptions, compare,
};
pub use error::SourcingError;
pub use landed_cost::{OrderCharges, Purchase};
pub use offer::{Offer, PriceBreak, SupplierTerms};
pub use offer_table::{OfferList, TermsList, read_offers, read_terms};

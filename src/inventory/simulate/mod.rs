//! What would a policy have done? One product's stock, period by period.
//!
//! Read in this order: [`Scenario`] (the product and the world around it), [`Control`] and [`Buyer`]
//! (who orders how much), [`simulate`] (the run itself), [`Outcome`] (what came of it). Where it is not
//! enough to know the sums, [`simulate_blocks`] gives them for stretches of time and
//! [`simulate_recorded`] every period. Policies are compared fairly on the same demand, recorded or
//! drawn by a [`Sampler`].

mod control;
mod outcome;
mod run;
mod sample;
mod scenario;
mod stock;
mod trace;

pub use super::Issue;
pub use control::{Buyer, Control, Review};
pub use outcome::Outcome;
#[cfg(target_family = "wasm")]
pub(crate) use run::simulate_in_blocks;
pub use run::{simulate, simulate_blocks, simulate_recorded};
pub use sample::{Sampler, sample_lead_times};
pub use scenario::{Costs, Lot, OrderDays, Receipt, Scenario, Unmet};
pub use trace::{Entry, Recorder, Trace};

//! What is answered to a basket from a file.

use super::{
    BasketInstance,
    basket::{self, Basket, Budget, Solution, Status},
    instance::MOST,
};
use crate::unit::Invalid;
use serde::{Deserialize, Serialize};

/// The least cost that was found for an instance, and how much less it could be at most.
///
/// Amounts are in the unit of the instance.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct BasketAnswer {
    /// The instance's name.
    #[cfg_attr(target_family = "wasm", tsify(type = "string | null"))]
    pub id: Option<String>,
    /// Whether nothing costs less.
    pub status: AnswerStatus,
    /// What the choice costs.
    pub objective: i64,
    /// No choice costs less than this.
    pub lower_bound: i64,
    /// By how much of its cost the choice could be cheaper at most: 0.01 for one percent.
    pub gap: f64,
    /// How many subproblems were looked at.
    pub nodes: u64,
    /// What was spent of the budget.
    pub steps: u64,
    /// Of what the cost consists.
    pub detail: CostDetail,
    /// What is bought: the place of an offer and a number of packs, ascending.
    pub solution: Vec<(usize, i64)>,
    /// Places of offers of which nothing can be bought: there are fewer packs than the fewest that
    /// are sold, or those are more than may be bought.
    pub without_purchase: Vec<usize>,
}

/// Whether nothing costs less.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum AnswerStatus {
    /// Nothing does: cost and bound are the same.
    Proved,
    /// The budget was spent before that was known.
    Gap,
}

/// Of what a cost consists: `goods + freight + purchase_order_cost + shortage - surplus_credit`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CostDetail {
    /// What is bought, at its price.
    pub goods: i64,
    /// Freight of all orders.
    pub freight: i64,
    /// What placing the orders costs.
    pub purchase_order_cost: i64,
    /// What is not bought.
    pub shortage: i64,
    /// What surplus is worth; taken off.
    pub surplus_credit: i64,
}

impl BasketInstance {
    /// Chooses what to buy at the least cost, as far as the budget allows.
    ///
    /// An instance always has an answer: what nobody sells is short.
    ///
    /// # Errors
    ///
    /// As [`BasketInstance::basket`].
    pub fn solve(&self, budget: Budget) -> Result<BasketAnswer, Invalid> {
        let basket = self.basket()?;
        let solution = basket::solve(&basket, None, budget);
        self.answer(&basket, &solution)
    }

    /// A solution of [`BasketInstance::basket`] in the terms of the file.
    ///
    /// # Errors
    ///
    /// A solution that is none of this basket.
    pub fn answer(&self, basket: &Basket, solution: &Solution) -> Result<BasketAnswer, Invalid> {
        let found = basket.evaluate(&solution.picks).map_err(|violation| {
            let expected = "a choice that the basket allows";
            Invalid::new("solution_invalid", expected, format!("{violation:?}"))
        })?;
        // What is summed up in any choice is at most this, in either direction.
        let lower_bound = solution.lower_bound.max(-MOST);
        let used = found.modes.iter().zip(&self.suppliers).filter(|(mode, _)| mode.is_some());
        let purchase_order_cost = used.map(|(_, supplier)| supplier.po_cost).sum();
        Ok(BasketAnswer {
            id: self.id.clone(),
            status: match solution.status {
                Status::Proved => AnswerStatus::Proved,
                Status::Gap | Status::Infeasible => AnswerStatus::Gap,
            },
            objective: found.cost,
            lower_bound,
            gap: gap(found.cost, lower_bound),
            nodes: solution.nodes,
            steps: solution.steps,
            detail: CostDetail {
                goods: found.purchases,
                freight: found.orders - purchase_order_cost,
                purchase_order_cost,
                shortage: found.shortage,
                surplus_credit: found.surplus,
            },
            solution: self.solution(&solution.picks),
            without_purchase: self.without_purchase(),
        })
    }
}

/// What may be saved at most, as a share of the cost.
fn gap(cost: i64, lower_bound: i64) -> f64 {
    if cost == lower_bound {
        0.0
    } else {
        (cost as f64 - lower_bound as f64) / (cost.abs().max(1) as f64)
    }
}

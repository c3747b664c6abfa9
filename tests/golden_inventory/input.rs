//! What a case gives, read by name.

use replenish::inventory::classic::{
    ContinuousReview, DiscreteDemand, EconomicOrder, NewsvendorCosts, NormalDemand, PriceTier,
    RandomLeadTime, ReviewCosts, UnitDemandReview,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::{cell::RefCell, collections::BTreeSet};

/// The inputs of a case, and which of them were read.
pub(crate) struct Inputs<'a> {
    values: &'a Map<String, Value>,
    read: RefCell<BTreeSet<String>>,
}

impl<'a> Inputs<'a> {
    pub(crate) fn new(values: &'a Map<String, Value>) -> Self {
        Self { values, read: RefCell::new(BTreeSet::new()) }
    }

    /// The inputs that nobody asked for.
    pub(crate) fn unread(&self) -> Vec<&'a String> {
        let read = self.read.borrow();
        self.values.keys().filter(|&name| !read.contains(name)).collect()
    }

    pub(crate) fn value(&self, name: &str) -> &Value {
        self.read.borrow_mut().insert(name.to_owned());
        self.values.get(name).unwrap_or_else(|| panic!("no input `{name}`"))
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, name: &str) -> T {
        serde_json::from_value(self.value(name).clone()).unwrap()
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        self.get(name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    pub(crate) fn normal(&self, mean: &str, deviation: &str) -> NormalDemand {
        NormalDemand::new(self.number(mean), self.number(deviation)).unwrap()
    }

    pub(crate) fn order(&self, holding: &str) -> EconomicOrder {
        EconomicOrder {
            fixed_cost: self.number("fixed_cost"),
            holding_cost: self.number(holding),
            demand_rate: self.number("demand_rate"),
        }
    }

    pub(crate) fn newsvendor_costs(&self) -> NewsvendorCosts {
        NewsvendorCosts {
            holding_cost: self.number("holding_cost"),
            stockout_cost: self.number("stockout_cost"),
        }
    }

    pub(crate) fn review_costs(&self) -> ReviewCosts {
        ReviewCosts {
            fixed_cost: self.number("fixed_cost"),
            holding_cost: self.number("holding_cost"),
            stockout_cost: self.number("stockout_cost"),
        }
    }

    pub(crate) fn continuous_review(&self) -> ContinuousReview {
        ContinuousReview {
            // Without a quantity to choose, there is no fixed cost; any gives the same reorder point.
            fixed_cost: if self.has("fixed_cost") { self.number("fixed_cost") } else { 1.0 },
            holding_cost: self.number("holding_cost"),
            stockout_cost: self.number("stockout_cost"),
            demand_mean: self.number("demand_mean"),
            demand_standard_deviation: self.number("demand_sd"),
            lead_time: self.number("lead_time"),
        }
    }

    pub(crate) fn unit_demand_review(&self) -> UnitDemandReview {
        let demand_rate = self.number("demand_mean");
        let over_lead_time = demand_rate * self.number("lead_time");
        UnitDemandReview {
            fixed_cost: self.number("fixed_cost"),
            holding_cost: self.number("holding_cost"),
            stockout_cost: self.number("stockout_cost"),
            demand_rate,
            lead_time_demand: DiscreteDemand::poisson(over_lead_time).unwrap(),
        }
    }

    pub(crate) fn tiers(&self) -> Vec<PriceTier> {
        let breaks: Vec<f64> = self.get("breakpoints");
        let prices: Vec<f64> = self.get("unit_costs");
        let tier = |(minimum_quantity, unit_price)| PriceTier { minimum_quantity, unit_price };
        breaks.into_iter().zip(prices).map(tier).collect()
    }

    pub(crate) fn random_lead_time(&self) -> RandomLeadTime {
        RandomLeadTime {
            demand_mean: self.number("demand_mean"),
            demand_standard_deviation: self.number("demand_sd"),
            lead_time_mean: self.number("lead_time_mean"),
            lead_time_standard_deviation: self.number("lead_time_sd"),
        }
    }
}

/// Demands with their probabilities, from an object or a list.
pub(crate) fn table(value: &Value) -> DiscreteDemand {
    let mut shares = Vec::new();
    if let Some(points) = value.as_object() {
        for (demand, share) in points {
            let demand: usize = demand.parse().unwrap();
            shares.resize(shares.len().max(demand + 1), 0.0);
            shares[demand] = share.as_f64().unwrap();
        }
    } else {
        shares = serde_json::from_value(value.clone()).unwrap();
    }
    DiscreteDemand::from_probabilities(&shares).unwrap()
}

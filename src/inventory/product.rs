//! Products that are planned: what each needs, from its history of demand.

use super::{
    Calendar, DemandOutlook, DemandShape, InventoryError, Issue, Policy, Replenishment, Rule,
    SeasonFrom, StockPosition, Target, UnmetDemand, replenish,
};
use crate::{
    forecast::{Forecast, ForecastError, ForecastOptions, LeadTime, Period, Series, forecast},
    unit::{Day, Invalid, Probability, Quantity, Sku, SupplierId, TimeOfDay},
};
use serde::{Deserialize, Serialize};

/// A product that is planned.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Product {
    /// The product.
    pub sku: Sku,
    /// What people call it.
    pub description: String,
    /// What there is.
    pub stock: StockPosition,
    /// From whom it is bought when nobody compares.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "SupplierId | null"))]
    pub default_supplier: Option<SupplierId>,
    /// How it is replenished, where it is not as the plan says.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub policy: ProductPolicy,
}

/// How one product is replenished: what is left out is as the plan says. Each field means what it means
/// in [`Policy`].
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ProductPolicy {
    /// When to order and how much.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rule | null"))]
    pub rule: Option<Rule>,
    /// What levels are derived from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Target | null"))]
    pub target: Option<Target>,
    /// Days from placing an order until the goods can be sold; without it, as offers say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "LeadTime | null"))]
    pub lead_time: Option<LeadTime>,
    /// Days from one review to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub review_period_days: Option<u32>,
    /// On which days the supplier takes orders and delivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Calendar | null"))]
    pub calendar: Option<Calendar>,
    /// What becomes of demand that finds no stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "UnmetDemand | null"))]
    pub unmet_demand: Option<UnmetDemand>,
    /// Days that goods can be sold from the day of receipt on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub shelf_life_days: Option<u32>,
    /// Which goods are sold first where some expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Issue | null"))]
    pub issue: Option<Issue>,
    /// The last day on which it is sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub last_day_of_sale: Option<Day>,
    /// The smallest quantity that is ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub minimum_order_quantity: Option<Quantity>,
    /// Orders are multiples of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub order_multiple: Option<Quantity>,
}

/// What holds for every product of a plan that does not say otherwise.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PlanOptions {
    /// The day on which orders would be placed; history ends the day before.
    pub today: Day,
    /// The time of that day at the suppliers' place, for their cut-off; without it, it is early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "TimeOfDay | null"))]
    pub time: Option<TimeOfDay>,
    /// How long a period of demand is; without it, the dates of the demand say it, and numbers without
    /// dates are of days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Period | null"))]
    pub period: Option<Period>,
    /// Days from one review to the next; 1 when every day is an order day. Never less than a period.
    pub review_period_days: u32,
    /// Cycle service level of products that state no target.
    pub service_level: Probability,
    /// How to forecast. The horizon is what a chart shows; a season of 7 becomes the usual one where
    /// periods are no days.
    pub forecast: ForecastOptions,
    /// Whose demand a season is learnt from.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub season_from: SeasonFrom,
    /// How many of the last days of each history the plan repeats, for charts.
    pub history_days: u32,
}

/// What one product needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ProductPlan {
    /// The product.
    pub sku: Sku,
    /// What people call it.
    pub description: String,
    /// The last periods of demand, oldest first, the last one ending yesterday.
    pub history: Vec<f64>,
    /// What will be wanted; none when there is a problem.
    #[cfg_attr(target_family = "wasm", tsify(type = "Forecast | null"))]
    pub forecast: Option<Forecast>,
    /// What must be bought; none when there is a problem.
    #[cfg_attr(target_family = "wasm", tsify(type = "Replenishment | null"))]
    pub replenishment: Option<Replenishment>,
    /// Why the product cannot be planned.
    #[cfg_attr(target_family = "wasm", tsify(type = "ProductProblem | null"))]
    pub problem: Option<ProductProblem>,
}

/// Why a product cannot be planned.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ProductProblem {
    /// Stable name of the kind of problem, for programs.
    pub code: String,
    /// The problem in words.
    pub message: String,
}

impl PlanOptions {
    /// A daily review at 95 %, four weeks of forecast, twelve weeks of history.
    pub fn new(today: Day) -> Self {
        Self {
            today,
            time: None,
            period: None,
            review_period_days: 1,
            // INVARIANT: 0.95 is a probability.
            service_level: Probability::new(0.95).unwrap_or(Probability::ZERO),
            forecast: ForecastOptions::default(),
            season_from: SeasonFrom::default(),
            history_days: 84,
        }
    }

    /// The same options for demand of periods that are known to be so long.
    #[must_use]
    pub fn of_period(&self, period: Period) -> Self {
        let mut options = Self { period: Some(period), ..self.clone() };
        if period != Period::Day
            && options.forecast.season_length == ForecastOptions::default().season_length
        {
            options.forecast.season_length = period.season_length();
        }
        options.review_period_days = options.review_period_days.max(days_of(period));
        options
    }
}

impl ProductPlan {
    /// A product of which nothing is known but why.
    pub(super) fn refused(sku: Sku, problem: ProductProblem) -> Self {
        Self {
            description: sku.to_string(),
            sku,
            history: Vec::new(),
            forecast: None,
            replenishment: None,
            problem: Some(problem),
        }
    }
}

/// What one product needs; a problem is told in the answer and spoils no other product.
///
/// `lead_time` holds where the product's own policy states none.
pub fn plan_product(
    product: &Product,
    series: Result<Series, ForecastError>,
    lead_time: Option<LeadTime>,
    options: &PlanOptions,
) -> ProductPlan {
    let period = options.period.unwrap_or(Period::Day);
    let shown = options.history_days.div_ceil(days_of(period)) as usize;
    let tail = |series: &Series| {
        let values = series.values();
        values[values.len().saturating_sub(shown)..].to_vec()
    };
    let history = series.as_ref().map(tail).unwrap_or_default();
    let result = series
        .map_err(InventoryError::from)
        .and_then(|series| forecast_and_replenish(product, &series, lead_time, options));
    let (forecast, replenishment, problem) = match result {
        Ok((forecast, replenishment)) => (Some(forecast), Some(replenishment), None),
        Err(error) => {
            let problem =
                ProductProblem { code: error.code().to_owned(), message: error.to_string() };
            (None, None, Some(problem))
        }
    };
    ProductPlan {
        sku: product.sku.clone(),
        description: product.description.clone(),
        history,
        forecast,
        replenishment,
        problem,
    }
}

fn forecast_and_replenish(
    product: &Product,
    series: &Series,
    lead_time: Option<LeadTime>,
    options: &PlanOptions,
) -> Result<(Forecast, Replenishment), InventoryError> {
    let policy = product.policy.complete(lead_time, options)?;
    let result = forecast(series, &options.forecast)?;
    let period = options.period.unwrap_or(Period::Day);
    let outlook = DemandOutlook::new(&result, options.today, period);
    let replenishment = replenish(&product.sku, &outlook, &product.stock, &policy, options.time)?;
    drop(outlook);
    Ok((result, replenishment))
}

impl ProductPolicy {
    /// The whole policy, with what the plan says where this says nothing.
    fn complete(
        &self,
        lead_time: Option<LeadTime>,
        options: &PlanOptions,
    ) -> Result<Policy, Invalid> {
        let lead_time = self.lead_time.clone().or(lead_time).ok_or_else(|| {
            let expected = "a lead time, or an offer that holds today";
            Invalid::new("offer_missing", expected, "none")
        })?;
        let service_level = Target::CycleServiceLevel { probability: options.service_level };
        Ok(Policy {
            rule: self.rule.clone().unwrap_or_default(),
            target: self.target.unwrap_or(service_level),
            lead_time,
            review_period_days: self.review_period_days.unwrap_or(options.review_period_days),
            calendar: self.calendar.clone(),
            unmet_demand: self.unmet_demand.unwrap_or_default(),
            shelf_life_days: self.shelf_life_days,
            issue: self.issue.unwrap_or_default(),
            last_day_of_sale: self.last_day_of_sale,
            minimum_order_quantity: self.minimum_order_quantity,
            order_multiple: self.order_multiple,
            demand_shape: DemandShape::default(),
        })
    }
}

/// The days of a period, or nearly so.
fn days_of(period: Period) -> u32 {
    match period {
        Period::Day => 1,
        Period::Week => 7,
        Period::Month => 30,
        Period::Quarter => 91,
        Period::Year => 365,
    }
}

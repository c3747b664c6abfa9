//! From forecast, stock and policy to what must be bought.

use super::{InventoryError, Policy, StockPosition};
use crate::{
    forecast::{DemandDistribution, Forecast, LeadTime},
    unit::{Day, Invalid, Probability, Quantity, Sku, Unit},
};
use rust_decimal::{Decimal, RoundingStrategy, prelude::FromPrimitive};
use serde::{Deserialize, Serialize};

/// Something that must be bought.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Requirement {
    /// The product.
    pub sku: Sku,
    /// How much, in the product's stock unit; more than zero.
    pub quantity: Quantity,
    /// The day by which it must be there: when the stock runs out, but not before an order placed now
    /// can arrive in the lead time that the quantity allows for.
    pub need_by: Day,
}

/// What to do about one product, and the arithmetic behind it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Replenishment {
    /// What must be bought; none when the stock will do until the next review.
    #[cfg_attr(target_family = "wasm", tsify(type = "Requirement | null"))]
    pub requirement: Option<Requirement>,
    /// The first day at whose end demand exceeds, at the service level, what can be sold by then; none
    /// when nothing must be bought.
    #[cfg_attr(target_family = "wasm", tsify(type = "Day | null"))]
    pub runs_out: Option<Day>,
    /// The latest day to order so that it is there before the stock runs out; before `today` when it
    /// is already late.
    #[cfg_attr(target_family = "wasm", tsify(type = "Day | null"))]
    pub order_by: Option<Day>,
    /// Stock and orders together shall reach this level.
    pub order_up_to_level: Quantity,
    /// What there is, less what is promised, and all that is coming.
    pub inventory_position: Quantity,
    /// Expected demand over lead time and review period.
    pub expected_demand: f64,
    /// How likely demand over that time exceeds the inventory position if nothing is ordered.
    pub stock_out_risk: Probability,
    /// The highest service level that the history's length can tell apart.
    pub service_level_resolution: Probability,
    /// The arithmetic, term by term, in the order in which a person would read it.
    pub terms: Vec<Term>,
}

/// One number of the arithmetic and what it is.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Term {
    /// What the number is, in words.
    pub name: String,
    /// The number with its unit.
    pub value: String,
}

/// Works out what must be bought of one product so that the stock lasts until what is ordered at the
/// next review has arrived.
///
/// The order-up-to level is the smallest stock that covers demand over lead time and review period
/// with the wanted probability, read off the forecast's own distribution and rounded up to what the
/// unit allows (whole pieces for `each` and for packs, thousandths for the rest).
///
/// # Errors
///
/// When stock or policy cannot be accepted, or the history is too short for the interval.
///
/// ```
/// use replenish::{
///     forecast::{ForecastOptions, LeadTime, Series, forecast},
///     inventory::{Policy, StockPosition, replenish},
///     unit::{Probability, Sku},
/// };
/// let history = Series::new([4.0, 6.0].repeat(20))?;
/// let options = ForecastOptions { season_length: 2, ..ForecastOptions::default() };
/// let policy = Policy {
///     service_level: Probability::new(0.95)?,
///     review_period_days: 1,
///     lead_time: LeadTime::Fixed { periods: 3 },
/// };
/// let stock = StockPosition::on_hand("12 each".parse()?);
/// let (today, sku) = ("2026-11-21".parse()?, Sku::new("apple")?);
/// let result = replenish(&sku, &forecast(&history, &options)?, &stock, &policy, today)?;
/// let requirement = result.requirement.unwrap();
/// assert!((result.expected_demand - 20.0).abs() < 0.5); // 4 + 6 + 4 + 6
/// assert!(!result.order_up_to_level.minus("20 each".parse()?)?.is_negative()); // and some for safety
/// assert_eq!(requirement.quantity, result.order_up_to_level.minus("12 each".parse()?)?);
/// assert_eq!(result.runs_out.unwrap().to_string(), "2026-11-23"); // 4 + 6 are served, then 4 are not
/// assert_eq!(requirement.need_by.to_string(), "2026-11-24"); // three days from now at the earliest
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn replenish(
    sku: &Sku,
    forecast: &Forecast,
    stock: &StockPosition,
    policy: &Policy,
    today: Day,
) -> Result<Replenishment, InventoryError> {
    let protection = policy.lead_time.plus(policy.review_period_days);
    let demand = forecast.lead_time_demand(&protection)?;
    let unit = stock.unit();
    let position = stock.inventory_position()?;
    let wanted = demand.quantile(policy.service_level);
    let level = Quantity::new(round_up(wanted, unit)?, unit);
    let shortfall = level.minus(position)?;

    let longest = i64::from(policy.lead_time.longest()?);
    let (mut requirement, mut runs_out, mut order_by) = (None, None, None);
    if shortfall.amount() > Decimal::ZERO {
        let day = first_short_day(forecast, stock, policy, today)?;
        let need_by = day.max(today.plus_days(longest)?);
        requirement = Some(Requirement { sku: sku.clone(), quantity: shortfall, need_by });
        order_by = Some(day.plus_days(-longest)?);
        runs_out = Some(day);
    }
    Ok(Replenishment {
        runs_out,
        order_by,
        stock_out_risk: demand.probability_above(float(position.amount())),
        terms: terms(forecast, stock, policy, &demand, level, shortfall)?,
        requirement,
        order_up_to_level: level,
        inventory_position: position,
        expected_demand: demand.mean(),
        service_level_resolution: demand.resolution(),
    })
}

/// The first day at whose end demand since today exceeds, at the service level, what can be sold by
/// then; the end of the protection interval when only later receipts fail.
fn first_short_day(
    forecast: &Forecast,
    stock: &StockPosition,
    policy: &Policy,
    today: Day,
) -> Result<Day, InventoryError> {
    let available = stock.available()?;
    let days = policy.lead_time.longest()?.saturating_add(policy.review_period_days);
    for ahead in 0..days {
        let day = today.plus_days(i64::from(ahead))?;
        let demand = forecast.lead_time_demand(&LeadTime::Fixed { periods: ahead + 1 })?;
        let there = available.plus(stock.due_by(day)?)?;
        let wanted = round_up(demand.quantile(policy.service_level), stock.unit())?;
        if wanted > there.amount() {
            return Ok(day);
        }
    }
    Ok(today.plus_days(i64::from(days))?)
}

fn terms(
    forecast: &Forecast,
    stock: &StockPosition,
    policy: &Policy,
    demand: &DemandDistribution,
    level: Quantity,
    shortfall: Quantity,
) -> Result<Vec<Term>, InventoryError> {
    let unit = stock.unit();
    let lead_time = match &policy.lead_time {
        LeadTime::Fixed { periods } => format!("{periods} days"),
        LeadTime::Empirical { .. } => format!("up to {} days", policy.lead_time.longest()?),
    };
    let percent = policy.service_level.value() * 100.0;
    let safety_stock = float(level.amount()) - demand.mean();
    let term = |name: &str, value: String| Term { name: name.to_owned(), value };
    let coming = stock.inventory_position()?.minus(stock.available()?)?;
    Ok(vec![
        term(
            "forecast per day, mean of the horizon",
            format!("{:.2} {unit}", mean(&forecast.mean)),
        ),
        term("lead time", lead_time),
        term("review period", format!("{} days", policy.review_period_days)),
        term("expected demand until then", format!("{:.1} {unit}", demand.mean())),
        term("safety stock", format!("{safety_stock:.1} {unit}")),
        term("order-up-to level", format!("{level} (enough with a probability of {percent:.0} %)")),
        term("on hand", stock.on_hand.to_string()),
        term("reserved and back-ordered", stock.reserved.plus(stock.back_ordered)?.to_string()),
        term("on order", coming.to_string()),
        term(
            "to buy",
            if shortfall.is_negative() { Quantity::zero(unit) } else { shortfall }.to_string(),
        ),
    ])
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// A demand as an exact amount, rounded up to what the unit allows.
///
/// A sum of floats may lie a hair above the number that was meant, which must not cost a piece more:
/// a billionth of the value is let go.
fn round_up(demand: f64, unit: Unit) -> Result<Decimal, Invalid> {
    let decimals = match unit.as_str() {
        "kg" | "g" | "t" | "lb" | "oz" | "l" | "cl" | "ml" => 3,
        _ => 0,
    };
    let less = demand - demand * 1e-9;
    let exact = Decimal::from_f64(less)
        .ok_or_else(|| Invalid::new("demand_too_large", "a demand of at most 28 digits", demand))?;
    Ok(exact.round_dp_with_strategy(decimals, RoundingStrategy::ToPositiveInfinity))
}

/// The nearest float; quantities are exact, probabilities of them are not.
fn float(amount: Decimal) -> f64 {
    rust_decimal::prelude::ToPrimitive::to_f64(&amount).unwrap_or(f64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        forecast::{ForecastOptions, Series, forecast},
        inventory::ExpectedReceipt,
    };

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn steady(per_day: f64) -> Forecast {
        let options =
            ForecastOptions { season_length: 1, horizon: 7, ..ForecastOptions::default() };
        forecast(&Series::new(vec![per_day; 60]).unwrap(), &options).unwrap()
    }

    fn policy(lead_time: u32, review: u32) -> Policy {
        Policy {
            service_level: Probability::new(0.95).unwrap(),
            review_period_days: review,
            lead_time: LeadTime::Fixed { periods: lead_time },
        }
    }

    fn run(stock: &StockPosition, policy: &Policy) -> Replenishment {
        replenish(&Sku::new("a").unwrap(), &steady(3.0), stock, policy, day("2026-03-01")).unwrap()
    }

    #[test]
    fn a_second_run_with_the_order_placed_buys_nothing() {
        let mut stock = StockPosition::on_hand("5 each".parse().unwrap());
        let first = run(&stock, &policy(2, 7)).requirement.unwrap();
        // Three a day over nine days; small counts are never quite certain, and a little is added.
        let bought = float(first.quantity.amount());
        assert!((22.0..=30.0).contains(&bought), "{bought}");
        // Even when the receipt is postponed far beyond the interval.
        stock.on_order.push(ExpectedReceipt { due: day("2026-09-01"), quantity: first.quantity });
        assert_eq!(run(&stock, &policy(2, 7)).requirement, None);
    }

    #[test]
    fn the_day_the_stock_runs_out_says_when_to_order() {
        let stock = StockPosition::on_hand("7 each".parse().unwrap());
        let result = run(&stock, &policy(4, 1));
        // Three a day: two days are covered, the third is not; it must be ordered two days ago.
        assert_eq!(result.runs_out.unwrap(), day("2026-03-03"));
        assert_eq!(result.order_by.unwrap(), day("2026-02-27"));
        // An order placed now is there in four days: nothing is needed before.
        assert_eq!(result.requirement.unwrap().need_by, day("2026-03-05"));
        assert!((result.stock_out_risk.value() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_receipt_in_time_postpones_the_need() {
        let mut stock = StockPosition::on_hand("7 each".parse().unwrap());
        stock
            .on_order
            .push(ExpectedReceipt { due: day("2026-03-03"), quantity: "3 each".parse().unwrap() });
        assert_eq!(run(&stock, &policy(4, 1)).runs_out.unwrap(), day("2026-03-04"));
    }

    #[test]
    fn floating_sums_do_not_cost_a_piece() {
        assert_eq!(round_up(0.1 + 0.2, "kg".parse().unwrap()).unwrap().to_string(), "0.300");
        assert_eq!(round_up(3.000_000_000_000_001, Unit::EACH).unwrap().to_string(), "3");
        assert_eq!(round_up(3.001, Unit::EACH).unwrap().to_string(), "4");
    }

    #[test]
    fn bad_stock_is_refused() {
        let mut stock = StockPosition::on_hand("7 each".parse().unwrap());
        stock.back_ordered = "1 kg".parse().unwrap();
        let result = replenish(
            &Sku::new("a").unwrap(),
            &steady(1.0),
            &stock,
            &policy(1, 1),
            day("2026-03-01"),
        );
        assert_eq!(result.unwrap_err().code(), "unit_mixed");
    }
}

//! From forecast, stock and policy to what must be bought.

use super::{
    DemandOutlook, InventoryError, Policy, StockPosition,
    amount::{float, round_up, smallest_part, up_to_multiple},
    arithmetic::{Arithmetic, Term},
    beyond_position::BeyondPosition,
    level::Aim,
    protection::Protection,
    rule::Levels,
};
use crate::unit::{Day, Exact, Invalid, Probability, Quantity, Sku, TimeOfDay};
use rust_decimal::Decimal;
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
    /// How pressing it is.
    pub urgency: Urgency,
    /// The first day on which the supplier takes an order.
    pub order_on: Day,
    /// The first day at whose end demand exceeds, at the service level, what can be sold by then; none
    /// when nothing must be bought.
    #[cfg_attr(target_family = "wasm", tsify(type = "Day | null"))]
    pub runs_out: Option<Day>,
    /// The latest day to order so that it is there before the stock runs out; before today when it
    /// is already late.
    #[cfg_attr(target_family = "wasm", tsify(type = "Day | null"))]
    pub order_by: Option<Day>,
    /// An order is placed when the inventory position is at or below this; below it where the rule
    /// has only an order-up-to level, which then is both.
    pub reorder_point: Quantity,
    /// Stock and orders together shall reach this level.
    pub order_up_to_level: Quantity,
    /// The reorder point less expected demand until the next order arrives.
    pub safety_stock: f64,
    /// What there is, less what is promised, and all that is coming.
    pub inventory_position: Quantity,
    /// Expected demand until the next order arrives.
    pub expected_demand: f64,
    /// How likely demand until then exceeds the inventory position if nothing is ordered; where goods
    /// expire or sales are lost, how likely something is short once an order could be there.
    pub stock_out_risk: Probability,
    /// How likely it does when the requirement is ordered.
    pub stock_out_risk_after: Probability,
    /// Expected demand that finds no stock until then when the requirement is ordered; where goods
    /// expire or sales are lost, from its arrival on, for no order helps before.
    pub expected_shortage: f64,
    /// What is expected to expire, of what there is, what is coming and what is ordered now.
    pub expected_waste: f64,
    /// The highest service level that the history's length can tell apart.
    pub service_level_resolution: Probability,
    /// The arithmetic, term by term, in the order in which a person would read it.
    pub terms: Vec<Term>,
}

/// How pressing a requirement is, the most pressing first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Urgency {
    /// There is nothing to sell today.
    OutOfStock,
    /// Even what is ordered today comes after the stock has run out.
    Late,
    /// It must be ordered on the first order day: the next one is too late.
    Now,
    /// It is due at this review, and the stock would last until after the next one.
    Due,
    /// Nothing must be bought.
    None,
}

/// Works out what must be bought of one product so that the stock lasts until what is ordered at the
/// next review has arrived.
///
/// The stock is that at the start of the first day of the outlook, which is the day for which one
/// plans; `time` is the time of that day at the supplier's place, for its cut-off. Levels come from
/// the forecast's own distribution of demand until the next order arrives, rounded up to what the
/// unit allows (whole pieces for `each` and for packs, thousandths for the rest).
///
/// Asking again with another policy or stock and the same outlook costs microseconds.
///
/// # Errors
///
/// When stock or policy cannot be accepted, the stock was counted on another day than the forecast
/// starts, or the interval is longer than the forecast can say. Paths begin with the SKU.
///
/// ```
/// use replenish::{
///     forecast::{ForecastOptions, LeadTime, Period, Series, forecast},
///     inventory::{DemandOutlook, Policy, StockPosition, replenish},
///     unit::{Probability, Sku},
/// };
/// let history = Series::new([4.0, 6.0].repeat(20))?;
/// let options = ForecastOptions { season_length: 2, ..ForecastOptions::default() };
/// let forecast = forecast(&history, &options)?;
/// let outlook = DemandOutlook::new(&forecast, "2026-11-21".parse()?, Period::Day);
/// let policy = Policy::order_up_to(Probability::new(0.95)?, LeadTime::Fixed { periods: 3 }, 1);
/// let stock = StockPosition::on_hand("12 each".parse()?);
/// let result = replenish(&Sku::new("apple")?, &outlook, &stock, &policy, None)?;
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
    outlook: &DemandOutlook<'_>,
    stock: &StockPosition,
    policy: &Policy,
    time: Option<TimeOfDay>,
) -> Result<Replenishment, InventoryError> {
    decide(sku, outlook, stock, policy, time).map_err(|error| error.at(sku))
}

fn decide(
    sku: &Sku,
    outlook: &DemandOutlook<'_>,
    stock: &StockPosition,
    policy: &Policy,
    time: Option<TimeOfDay>,
) -> Result<Replenishment, InventoryError> {
    let today = outlook.start();
    stock.check().and_then(|()| check_day(stock, today)).map_err(|invalid| invalid.at("stock"))?;
    policy.check().map_err(|invalid| invalid.at("policy"))?;
    let aim = Aim::of(&policy.target).map_err(|invalid| invalid.at("target").at("policy"))?;
    let unit = stock.unit();
    let protection = Protection::of(outlook, policy, time)?;
    let demand = &*protection.demand;
    let mut levels = Levels::of(outlook, policy, aim, &protection, unit)?;

    let position = stock.inventory_position().map_err(|invalid| invalid.at("stock"))?;
    let beyond = BeyondPosition::of(outlook, stock, policy, &protection)?;
    let wanted = match &beyond {
        None => levels.order_at(position.amount()),
        Some(beyond) => {
            let multiple = policy.order_multiple.unwrap_or(smallest_part(unit)).to(unit)?;
            let multiple = float(multiple.amount());
            match beyond.wanted(outlook, stock, policy, &protection, aim, multiple)? {
                Some(wanted) => {
                    let wanted = round_up(wanted, unit)?;
                    levels.meet(position.amount(), wanted);
                    wanted
                }
                None => levels.order_at(position.amount().minus(round_up(beyond.unsold, unit)?)),
            }
        }
    };
    // What arrives when nothing is sold any more is never needed.
    let in_time = policy.last_day_of_sale.is_none_or(|last| protection.earliest_arrival <= last);
    let quantity = if in_time { lot(wanted, policy, stock)? } else { Decimal::ZERO };

    let position_after = float(position.amount().plus(quantity));
    let (risk, risk_after, shortage, waste) = match &beyond {
        None => (
            demand.probability_above(float(position.amount())),
            demand.probability_above(position_after),
            demand.expected_shortage(position_after),
            0.0,
        ),
        Some(beyond) => {
            let (without, with) = (beyond.outcome(0.0)?, beyond.outcome(float(quantity))?);
            let risk = |enough: Probability| Probability::new(1.0 - enough.value());
            (risk(without.enough)?, risk(with.enough)?, with.short, with.wasted)
        }
    };
    // The probability that the levels stand for says when the stock counts as run out.
    let held = float(levels.reorder_point);
    let service = Probability::new(1.0 - demand.probability_above(held).value())?;
    let (mut requirement, mut runs_out, mut order_by) = (None, None, None);
    let mut urgency = Urgency::None;
    if quantity > Decimal::ZERO {
        let day = first_short_day(outlook, stock, &protection, service)?;
        let need_by = day.max(protection.arrival);
        let latest = latest_order_day(policy, day)?;
        let quantity = Quantity::new(quantity, unit);
        requirement = Some(Requirement { sku: sku.clone(), quantity, need_by });
        urgency = Urgency::of(stock, today, day, latest, &protection)?;
        order_by = Some(latest);
        runs_out = Some(day);
    }
    let arithmetic = Arithmetic {
        outlook,
        stock,
        policy,
        protection: &protection,
        levels: &levels,
        wanted,
        quantity,
        in_time,
        unsold: beyond.as_ref().map_or(0.0, |beyond| beyond.unsold),
        wasted: waste,
    };
    Ok(Replenishment {
        urgency,
        order_on: protection.order_day,
        runs_out,
        order_by,
        reorder_point: Quantity::new(levels.reorder_point, unit),
        order_up_to_level: Quantity::new(levels.order_up_to_level, unit),
        safety_stock: held - demand.mean(),
        inventory_position: position,
        expected_demand: demand.mean(),
        stock_out_risk: risk,
        stock_out_risk_after: risk_after,
        expected_shortage: shortage,
        expected_waste: waste,
        service_level_resolution: demand.resolution(),
        terms: arithmetic.terms()?,
        requirement,
    })
}

/// The stock must be that of the day on which the forecast starts, or of the end of the day before.
fn check_day(stock: &StockPosition, start: Day) -> Result<(), Invalid> {
    let Some(counted) = stock.as_of else { return Ok(()) };
    let code = match start.days_until(counted) {
        -1 | 0 => return Ok(()),
        1.. => "position_after_forecast",
        _ => "position_before_forecast",
    };
    let expected = format!("{start}, the forecast's first day, or the day before");
    Err(Invalid::new(code, expected, counted).at("as_of"))
}

/// What is wanted, in the lots that can be ordered.
fn lot(wanted: Decimal, policy: &Policy, stock: &StockPosition) -> Result<Decimal, Invalid> {
    if wanted <= Decimal::ZERO {
        return Ok(Decimal::ZERO);
    }
    let in_unit = |quantity: Option<Quantity>, field: &str| match quantity {
        Some(quantity) => quantity
            .to(stock.unit())
            .map(|quantity| Some(quantity.amount()))
            .map_err(|invalid| invalid.at(field).at("policy")),
        None => Ok(None),
    };
    let least = in_unit(policy.minimum_order_quantity, "minimum_order_quantity")?;
    let quantity = least.map_or(wanted, |least| wanted.max(least));
    let Some(multiple) = in_unit(policy.order_multiple, "order_multiple")? else {
        return Ok(quantity);
    };
    up_to_multiple(quantity, multiple).ok_or_else(|| {
        let expected = "a multiple that the order can be counted in";
        Invalid::new("quantity_too_large", expected, multiple).at("order_multiple").at("policy")
    })
}

/// The first day at whose end demand since today exceeds, at the service level, what can be sold by
/// then; the end of the interval when only later receipts fail.
fn first_short_day(
    outlook: &DemandOutlook<'_>,
    stock: &StockPosition,
    protection: &Protection,
    service: Probability,
) -> Result<Day, InventoryError> {
    let mut receipts: Vec<(Day, Decimal)> =
        stock.on_order.iter().map(|receipt| (receipt.due, receipt.quantity.amount())).collect();
    receipts.push((protection.end, Decimal::ZERO));
    let mut from = outlook.start();
    let mut there = stock.available()?.amount();
    // Between two receipts demand only grows.
    loop {
        there =
            receipts.iter().filter(|&&(due, _)| due <= from).fold(there, |sum, r| sum.plus(r.1));
        receipts.retain(|&(due, _)| due > from);
        let Some(until) = receipts.iter().map(|&(due, _)| due).min() else {
            return Ok(protection.end);
        };
        let until = until.min(protection.end);
        let level = float(there);
        let most = level + level.abs() * 1e-8;
        let is_short = |day: Day| -> Result<bool, InventoryError> {
            let wanted = outlook.quantile_until_if(day.plus_days(1)?, service, most)?;
            Ok(wanted > most || wanted - wanted * 1e-9 > level)
        };
        let likely = protection.days_served(level, service) - outlook.start().days_until(from);
        let low =
            first_true(from.days_until(until), likely, |days| is_short(from.plus_days(days)?))?;
        let day = from.plus_days(low)?;
        if day < until || day >= protection.end {
            return Ok(day.min(protection.end));
        }
        from = until;
    }
}

/// The first of the numbers from 0 up to `end` of which something is so, which then is so of all that
/// follow; `end` where it is so of none. It is looked for around a guess, ever farther from it, and
/// then by halving.
fn first_true<E>(
    end: i64,
    guess: i64,
    mut is_so: impl FnMut(i64) -> Result<bool, E>,
) -> Result<i64, E> {
    let (mut low, mut high) = (0, end);
    let (mut next, mut stride) = (guess, 1);
    while low < high {
        let place = next.clamp(low, high - 1);
        if is_so(place)? {
            high = place;
            next = place - stride;
        } else {
            low = place + 1;
            next = place + stride;
        }
        if low > 0 && high < end {
            next = low + (high - low) / 2;
        }
        stride *= 2;
    }
    Ok(low)
}

/// The latest day on which an order arrives by a day even when it takes as long as it may.
fn latest_order_day(policy: &Policy, day: Day) -> Result<Day, Invalid> {
    let longest = policy.lead_time.longest()?;
    let latest = day.plus_days(-i64::from(longest))?;
    let Some(calendar) = &policy.calendar else { return Ok(latest) };
    for earlier in 0..366 {
        let candidate = latest.plus_days(-earlier)?;
        let is_open = calendar.order_day(candidate, None)? == candidate;
        if is_open && calendar.arrival(candidate, longest)? <= day {
            return Ok(candidate);
        }
    }
    Ok(latest)
}

impl Urgency {
    fn of(
        stock: &StockPosition,
        today: Day,
        runs_out: Day,
        order_by: Day,
        protection: &Protection,
    ) -> Result<Self, Invalid> {
        let overdue = stock.on_order.iter().any(|receipt| receipt.due <= today);
        if stock.available()?.amount() <= Decimal::ZERO && !overdue {
            return Ok(Self::OutOfStock);
        }
        let next_review = protection.order_day.days_until(order_by) as f64;
        Ok(if runs_out < protection.arrival || order_by < protection.order_day {
            Self::Late
        } else if next_review < protection.cycle_days {
            Self::Now
        } else {
            Self::Due
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_found_from_any_guess() {
        for end in 0..20 {
            for first in 0..=end {
                for guess in -3..25 {
                    let mut asked = 0;
                    let found = first_true(end, guess, |number| {
                        asked += 1;
                        Ok::<_, ()>(number >= first)
                    });
                    assert_eq!(found, Ok(first));
                    assert!(guess != first || asked <= 2, "{asked}");
                    assert!(asked <= 9, "{asked}");
                }
            }
        }
    }
}

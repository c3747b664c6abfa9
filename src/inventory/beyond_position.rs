//! What must be ordered where the inventory position does not tell all: goods that expire before they
//! sell do not count, and a sale that is lost leaves its unit on the shelf for later.

use super::{
    DemandOutlook, DemandPaths, DemandSource, InventoryError, LostSales, LostSalesGoal,
    PeriodReceipt, Policy, Rule, Shelf, ShelfOutcome, ShelfPlan, StockPosition, UnitCosts,
    UnmetDemand, amount::float, level::Aim, protection::Protection,
};
use crate::unit::Day;

/// A shelf, and the paths that demand may take.
pub(super) struct BeyondPosition {
    shelf: Shelf,
    paths: DemandPaths,
    /// The lead time has one outcome: the shelf says all there is to know.
    is_certain: bool,
    expires: bool,
    /// What is there and coming and expires before it sells, before the next order arrives.
    pub(super) unsold: f64,
}

/// Reviews behind the next order's arrival that count where sales are lost.
const FURTHER_REVIEWS: u32 = 2;
/// The most periods over which lost sales are followed one by one.
const MOST_PERIODS: u32 = 400;

impl BeyondPosition {
    /// None where the inventory position tells all, or nothing ordered now can be sold any more.
    pub(super) fn of(
        outlook: &DemandOutlook<'_>,
        stock: &StockPosition,
        policy: &Policy,
        protection: &Protection,
    ) -> Result<Option<Self>, InventoryError> {
        let expires = policy.shelf_life_days.is_some()
            || !stock.lots.is_empty()
            || stock.on_order.iter().any(|receipt| receipt.expires.is_some());
        let tells_all = !expires && policy.unmet_demand == UnmetDemand::BackOrdered;
        if tells_all || protection.next_arrival <= protection.arrival.max(outlook.start()) {
            return Ok(None);
        }
        let plan = ShelfPlan {
            shelf_life_days: policy.shelf_life_days,
            issue: policy.issue,
            unmet_demand: policy.unmet_demand,
            followed_until: outlook.reach()?,
            ..ShelfPlan::new(protection.arrival, protection.next_arrival)
        };
        let shelf = Shelf::new(outlook, stock, &plan)?;
        let paths = DemandPaths::until(outlook, shelf.ends())?;
        let unsold =
            if expires { shelf.expected_waste(0.0, &paths, protection.next_arrival)? } else { 0.0 };
        let is_certain = protection.earliest_arrival == protection.arrival;
        Ok(Some(Self { shelf, paths, is_certain, expires, unsold }))
    }

    /// What the target asks for, in multiples; none where the level of the rule says it, once what will
    /// not be sold is taken off the position.
    pub(super) fn wanted(
        &self,
        outlook: &DemandOutlook<'_>,
        stock: &StockPosition,
        policy: &Policy,
        protection: &Protection,
        aim: Aim,
        multiple: f64,
    ) -> Result<Option<f64>, InventoryError> {
        let Rule::OrderUpTo { order_up_to_level: None } = policy.rule else { return Ok(None) };
        if !self.is_certain {
            return Ok(None);
        }
        if !self.expires
            && let Some(order) = lost_sales(outlook, stock, protection, aim, multiple)?
        {
            return Ok(Some(order));
        }
        let Self { shelf, paths, .. } = self;
        Ok(Some(match aim {
            Aim::CycleServiceLevel(probability) => {
                shelf.quantity_for_service(outlook, paths, probability, multiple)?
            }
            Aim::FillRate(share) => shelf.quantity_for_fill_rate(paths, share, multiple)?,
            // Less is known of how often than of how much: the level is that of the position.
            Aim::CostPerOccasion { .. } => return Ok(None),
            Aim::LeastCost { shortage, holding, waste } => {
                let waste = waste.unwrap_or(0.0);
                let costs = UnitCosts { shortage, holding_per_day: holding, waste };
                shelf.quantity_of_least_cost(paths, &costs, multiple)?
            }
        }))
    }

    /// What is to be expected when so much is ordered.
    pub(super) fn outcome(&self, quantity: f64) -> Result<ShelfOutcome, InventoryError> {
        Ok(self.shelf.outcome(quantity, &self.paths)?)
    }
}

/// What to order when what is not there is not sold, period by period; none where the forecast says
/// nothing of single periods, orders arrive within one, or more is promised than there is.
fn lost_sales(
    outlook: &DemandOutlook<'_>,
    stock: &StockPosition,
    protection: &Protection,
    aim: Aim,
    multiple: f64,
) -> Result<Option<f64>, InventoryError> {
    let DemandSource::Forecast(forecast) = outlook.source() else { return Ok(None) };
    let on_hand = float(stock.available()?.amount());
    let period = |day: Day| -> Result<Option<u32>, InventoryError> {
        let (whole, rest) = outlook.periods_until(day)?;
        Ok((rest == 0.0 && whole <= MOST_PERIODS).then_some(whole))
    };
    let (Some(arrives), Some(next_arrives)) =
        (period(protection.arrival)?, period(protection.next_arrival)?)
    else {
        return Ok(None);
    };
    if on_hand < 0.0 {
        return Ok(None);
    }
    let period_days = outlook.start().days_until(outlook.start_of(1)?) as f64;
    let goal = match aim {
        Aim::CycleServiceLevel(level) => LostSalesGoal::Service { level },
        Aim::LeastCost { shortage, holding, .. } => {
            LostSalesGoal::Cost { holding: holding * period_days, shortage, left_over: 0.0 }
        }
        Aim::FillRate(_) | Aim::CostPerOccasion { .. } => return Ok(None),
    };
    let mut receipts = Vec::with_capacity(stock.on_order.len());
    for receipt in &stock.on_order {
        // However late, what is coming is not ordered a second time.
        let (whole, _) = outlook.periods_until(receipt.due)?;
        receipts.push(PeriodReceipt {
            period: whole.min(arrives) as usize,
            quantity: float(receipt.quantity.amount()),
        });
    }
    let ahead = next_arrives + FURTHER_REVIEWS * (next_arrives - arrives);
    let demand = forecast.demand_by_period(ahead);
    let order = LostSales {
        demand: &demand,
        on_hand,
        receipts: &receipts,
        arrives: arrives as usize,
        next_arrives: next_arrives as usize,
        goal,
        multiple,
    };
    Ok(Some(order.order()?.quantity))
}

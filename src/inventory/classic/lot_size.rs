//! How large a lot to order when demand is steady and known.

use super::parameter::{not_negative, positive, refused};
use crate::unit::Invalid;

/// Steady demand and what ordering and holding cost, all in one unit of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EconomicOrder {
    /// Cost of placing an order; above zero.
    pub fixed_cost: f64,
    /// Cost of holding a unit for one unit of time; above zero. For lots with price breaks: the share
    /// of a unit's price that holding it costs.
    pub holding_cost: f64,
    /// Units wanted in one unit of time; above zero.
    pub demand_rate: f64,
}

/// A lot size and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lot {
    /// Units to order each time.
    pub quantity: f64,
    /// Ordering and holding, in one unit of time.
    pub cost: f64,
}

/// A lot size, some of which is already owed when it comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BackorderLot {
    /// Units to order each time.
    pub quantity: f64,
    /// Share of the time, and so of demand, that waits.
    pub stockout_share: f64,
    /// Ordering, holding and waiting, in one unit of time.
    pub cost: f64,
}

/// A price that holds from some quantity on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriceTier {
    /// From this quantity on.
    pub minimum_quantity: f64,
    /// Price of a unit.
    pub unit_price: f64,
}

/// A lot size among price breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TieredLot {
    /// Units to order each time.
    pub quantity: f64,
    /// Which of the tiers it is in, from 0.
    pub tier: usize,
    /// Goods, ordering and holding, in one unit of time.
    pub cost: f64,
}

impl EconomicOrder {
    fn check(&self) -> Result<(), Invalid> {
        positive("fixed_cost", self.fixed_cost)?;
        positive("holding_cost", self.holding_cost)?;
        positive("demand_rate", self.demand_rate).map(|_| ())
    }
}

/// The lot size at which ordering and holding cost least together (Harris, "How many parts to make
/// at once", Factory 10, 1913).
///
/// # Errors
///
/// When a number is not above zero.
///
/// ```
/// use replenish::inventory::classic::{EconomicOrder, economic_order_quantity};
/// let order = EconomicOrder { fixed_cost: 8.0, holding_cost: 0.225, demand_rate: 1300.0 };
/// let lot = economic_order_quantity(&order)?;
/// assert!((lot.quantity - 304.047).abs() < 1e-3);
/// assert!((lot.cost - 68.411).abs() < 1e-3);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn economic_order_quantity(order: &EconomicOrder) -> Result<Lot, Invalid> {
    order.check()?;
    let EconomicOrder { fixed_cost, holding_cost, demand_rate } = *order;
    Ok(Lot {
        quantity: (2.0 * fixed_cost * demand_rate / holding_cost).sqrt(),
        cost: (2.0 * fixed_cost * demand_rate * holding_cost).sqrt(),
    })
}

/// What a given lot size costs.
///
/// # Errors
///
/// When a number is not above zero.
pub fn lot_cost(order: &EconomicOrder, quantity: f64) -> Result<Lot, Invalid> {
    order.check()?;
    positive("quantity", quantity)?;
    let cost =
        order.fixed_cost * order.demand_rate / quantity + 0.5 * order.holding_cost * quantity;
    Ok(Lot { quantity, cost })
}

/// The lot size when customers wait at a price: `stockout_cost` for each unit owed in one unit of
/// time (Snyder and Shen, section 3.5).
///
/// # Errors
///
/// When a number is not above zero.
pub fn backorder_lot(order: &EconomicOrder, stockout_cost: f64) -> Result<BackorderLot, Invalid> {
    let lot = economic_order_quantity(order)?;
    positive("stockout_cost", stockout_cost)?;
    let longer = ((order.holding_cost + stockout_cost) / stockout_cost).sqrt();
    Ok(BackorderLot {
        quantity: lot.quantity * longer,
        stockout_share: order.holding_cost / (order.holding_cost + stockout_cost),
        cost: lot.cost / longer,
    })
}

/// The lot size when a lot comes bit by bit at a production rate (Taft, "The most economical
/// production lot", Iron Age 101, 1918).
///
/// # Errors
///
/// When a number is not above zero or production is not faster than demand.
pub fn production_lot(order: &EconomicOrder, production_rate: f64) -> Result<Lot, Invalid> {
    order.check()?;
    positive("production_rate", production_rate)?;
    if production_rate <= order.demand_rate {
        return Err(refused("production_rate", "more than `demand_rate`", production_rate));
    }
    let share = 1.0 - order.demand_rate / production_rate;
    let holding_cost = order.holding_cost * share;
    economic_order_quantity(&EconomicOrder { holding_cost, ..*order })
}

/// The lot size when the price of the tier reached holds for all units; `holding_cost` of the order
/// is the share of a unit's price. Each tier's own best quantity, or its start where that is larger,
/// is compared (Hadley and Whitin, "Analysis of Inventory Systems", 1963, section 2-11).
///
/// # Errors
///
/// When a number is not above zero, or tiers do not ascend from the smallest quantity.
pub fn all_units_lot(order: &EconomicOrder, tiers: &[PriceTier]) -> Result<TieredLot, Invalid> {
    best_tier(order, tiers, |tier, index| {
        let holding_cost = order.holding_cost * tier.unit_price;
        let own = economic_order_quantity(&EconomicOrder { holding_cost, ..*order })?;
        let quantity = own.quantity.max(tier.minimum_quantity);
        if tiers.get(index + 1).is_some_and(|next| quantity >= next.minimum_quantity) {
            return Ok(None); // the next tier sells this quantity, for less
        }
        let lot = lot_cost(&EconomicOrder { holding_cost, ..*order }, quantity)?;
        let goods = tier.unit_price * order.demand_rate;
        Ok(Some(TieredLot { quantity, tier: index, cost: goods + lot.cost }))
    })
}

/// The lot size when the price of a tier holds for the units within it only; `holding_cost` of the
/// order is the share of a unit's average price. What the dearer first units cost more is a fixed
/// cost of using a tier (Hadley and Whitin 1963, section 2-12).
///
/// # Errors
///
/// When a number is not above zero, or tiers do not ascend from the smallest quantity.
pub fn incremental_lot(order: &EconomicOrder, tiers: &[PriceTier]) -> Result<TieredLot, Invalid> {
    best_tier(order, tiers, |tier, index| {
        let pairs = tiers.windows(2).take(index);
        let extra: f64 = pairs
            .map(|pair| pair[1].minimum_quantity * (pair[0].unit_price - pair[1].unit_price))
            .sum();
        let holding_cost = order.holding_cost * tier.unit_price;
        let fixed_cost = order.fixed_cost + extra;
        let lot = economic_order_quantity(&EconomicOrder { fixed_cost, holding_cost, ..*order })?;
        let inside = lot.quantity >= tier.minimum_quantity
            && tiers.get(index + 1).is_none_or(|next| lot.quantity < next.minimum_quantity);
        let goods = tier.unit_price * order.demand_rate + 0.5 * order.holding_cost * extra;
        let cost = goods + lot.cost;
        Ok(inside.then_some(TieredLot { quantity: lot.quantity, tier: index, cost }))
    })
}

/// The fewest whole packs that hold a need and the smallest order, in units; nothing for no need.
///
/// # Errors
///
/// When the pack is not above zero or the minimum negative.
///
/// ```
/// use replenish::inventory::classic::whole_packs;
/// assert_eq!(whole_packs(33.0, 6.0, 12.0)?, 36.0);
/// assert_eq!(whole_packs(0.3, 0.1, 0.0)?, 0.3); // 0.3 / 0.1 is a little above 3 in binary
/// assert_eq!(whole_packs(-2.0, 6.0, 12.0)?, 0.0);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn whole_packs(need: f64, pack_size: f64, minimum: f64) -> Result<f64, Invalid> {
    super::parameter::finite("need", need)?;
    positive("pack_size", pack_size)?;
    not_negative("minimum", minimum)?;
    if need <= 0.0 {
        return Ok(0.0);
    }
    let wanted = need.max(minimum);
    let packs = wanted / pack_size;
    if packs > 1e15 {
        return Ok(wanted); // a pack is less than what a number of this size can tell apart
    }
    // What misses a whole pack by a rounding error is that pack.
    let whole = if packs - packs.floor() <= packs * 1e-12 { packs.floor() } else { packs.ceil() };
    let quantity = whole * pack_size;
    Ok(if (quantity - wanted).abs() <= wanted * 1e-12 { wanted } else { quantity })
}

/// The cheapest of the tiers' own lots, the earliest of equal ones.
fn best_tier(
    order: &EconomicOrder,
    tiers: &[PriceTier],
    lot: impl Fn(&PriceTier, usize) -> Result<Option<TieredLot>, Invalid>,
) -> Result<TieredLot, Invalid> {
    order.check()?;
    for (index, tier) in tiers.iter().enumerate() {
        let at = |field: &str| format!("tiers[{index}].{field}");
        positive(&at("unit_price"), tier.unit_price)?;
        not_negative(&at("minimum_quantity"), tier.minimum_quantity)?;
        if let Some(last) = index.checked_sub(1).map(|last| tiers[last]) {
            if tier.minimum_quantity <= last.minimum_quantity {
                let expected = "a larger quantity than in the tier before";
                return Err(refused(&at("minimum_quantity"), expected, tier.minimum_quantity));
            }
            if tier.unit_price >= last.unit_price {
                let expected = "a lower price than in the tier before";
                return Err(refused(&at("unit_price"), expected, tier.unit_price));
            }
        }
    }
    if tiers.first().is_none_or(|first| first.minimum_quantity > 0.0) {
        let got = tiers.first().map_or(f64::NAN, |first| first.minimum_quantity);
        return Err(refused("tiers", "a first tier that begins at 0", got));
    }
    let mut best: Option<TieredLot> = None;
    for (index, tier) in tiers.iter().enumerate() {
        if let Some(found) = lot(tier, index)?
            && best.is_none_or(|best| found.cost < best.cost)
        {
            best = Some(found);
        }
    }
    // INVARIANT: the last tier has no end, and its start is allowed with all-units prices; with
    // incremental ones, costs fall into the next tier at every break, so some tier holds its own best.
    best.ok_or_else(|| refused("tiers", "tiers of which one holds its own best lot", tiers.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    const ORDER: EconomicOrder =
        EconomicOrder { fixed_cost: 8.0, holding_cost: 0.225, demand_rate: 1300.0 };

    #[test]
    fn the_best_lot_costs_what_its_quantity_costs_and_no_other_less() {
        let best = economic_order_quantity(&ORDER).unwrap();
        let priced = lot_cost(&ORDER, best.quantity).unwrap();
        assert!((priced.cost - best.cost).abs() < 1e-12);
        for factor in [0.5, 0.99, 1.01, 3.0] {
            assert!(lot_cost(&ORDER, factor * best.quantity).unwrap().cost > best.cost);
        }
        // The price of waiting, or of slow production, without bound is the plain formula.
        let (patient, slow) =
            (backorder_lot(&ORDER, 1e14).unwrap(), production_lot(&ORDER, 1e14).unwrap());
        assert!((patient.cost - best.cost).abs() < 1e-6 && (slow.cost - best.cost).abs() < 1e-6);
    }

    /// Cost by the definition of a schedule, for any quantity.
    fn cost_of(order: &EconomicOrder, tiers: &[PriceTier], quantity: f64, all_units: bool) -> f64 {
        let reached = tiers.iter().rposition(|tier| tier.minimum_quantity <= quantity).unwrap();
        let price = if all_units {
            tiers[reached].unit_price
        } else {
            let goods: f64 = (0..=reached)
                .map(|index| {
                    let end = tiers.get(index + 1).map_or(quantity, |t| t.minimum_quantity);
                    (end.min(quantity) - tiers[index].minimum_quantity) * tiers[index].unit_price
                })
                .sum();
            goods / quantity
        };
        let holding_cost = order.holding_cost * price;
        price * order.demand_rate
            + lot_cost(&EconomicOrder { holding_cost, ..*order }, quantity).unwrap().cost
    }

    #[test]
    fn no_quantity_is_cheaper_under_price_breaks() {
        let mut random = Random::new(3);
        for case in 0..200 {
            let order = EconomicOrder {
                fixed_cost: 1.0 + 500.0 * random.fraction(),
                holding_cost: 0.05 + 0.4 * random.fraction(),
                demand_rate: 10.0 + 3000.0 * random.fraction(),
            };
            let mut tiers = vec![PriceTier { minimum_quantity: 0.0, unit_price: 100.0 }];
            for _ in 0..random.below(4) {
                let last = tiers[tiers.len() - 1];
                tiers.push(PriceTier {
                    minimum_quantity: last.minimum_quantity + 20.0 + 400.0 * random.fraction(),
                    unit_price: last.unit_price * (0.8 + 0.19 * random.fraction()),
                });
            }
            for all_units in [true, false] {
                let find = if all_units { all_units_lot } else { incremental_lot };
                let best = find(&order, &tiers).unwrap();
                let own = cost_of(&order, &tiers, best.quantity, all_units);
                assert!((own / best.cost - 1.0).abs() < 1e-12, "{case}: {own} {best:?}");
                let mut quantity = 1.0;
                while quantity < 20_000.0 {
                    let other = cost_of(&order, &tiers, quantity, all_units);
                    assert!(
                        other > best.cost * (1.0 - 1e-12),
                        "{case}: {quantity} {other} {best:?}"
                    );
                    quantity *= 1.003;
                }
                for tier in &tiers[1..] {
                    let other = cost_of(&order, &tiers, tier.minimum_quantity, all_units);
                    assert!(other > best.cost * (1.0 - 1e-12), "{case}: {tier:?} {best:?}");
                }
            }
        }
    }

    #[test]
    fn bad_numbers_name_their_field() {
        let path = |order: &EconomicOrder| economic_order_quantity(order).unwrap_err().path.clone();
        assert_eq!(path(&EconomicOrder { demand_rate: 0.0, ..ORDER }), "demand_rate");
        assert_eq!(path(&EconomicOrder { fixed_cost: -1.0, ..ORDER }), "fixed_cost");
        assert_eq!(path(&EconomicOrder { holding_cost: f64::NAN, ..ORDER }), "holding_cost");
        assert_eq!(production_lot(&ORDER, 1300.0).unwrap_err().path, "production_rate");
        let tier = |minimum_quantity, unit_price| PriceTier { minimum_quantity, unit_price };
        let path = |tiers: &[PriceTier]| all_units_lot(&ORDER, tiers).unwrap_err().path.clone();
        assert_eq!(path(&[]), "tiers");
        assert_eq!(path(&[tier(1.0, 2.0)]), "tiers");
        assert_eq!(path(&[tier(0.0, 2.0), tier(0.0, 1.0)]), "tiers[1].minimum_quantity");
        assert_eq!(path(&[tier(0.0, 2.0), tier(9.0, 3.0)]), "tiers[1].unit_price");
        assert_eq!(whole_packs(1.0, 0.0, 0.0).unwrap_err().path, "pack_size");
    }
}

//! How much to order from a supplier that fails at times or delivers another quantity.

use super::{
    EconomicOrder, Loss, Lot, Newsvendor, NewsvendorCosts, UncertainDemand,
    economic_order_quantity,
    parameter::{crossing, finite, not_negative, open_share, positive, refused},
};
use crate::unit::{Invalid, math::exp};

/// A supplier that is down at times, and a buyer who loses what is asked for meanwhile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DisruptedOrder {
    /// Demand, and what ordering and holding cost.
    pub order: EconomicOrder,
    /// Cost of each unit of demand lost; above zero.
    pub stockout_cost: f64,
    /// Failures in one unit of time while the supplier works; above zero.
    pub disruption_rate: f64,
    /// Recoveries in one unit of time while it does not; above zero.
    pub recovery_rate: f64,
}

/// Chances that a supplier's state changes from one period to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DisruptedSupply {
    /// That a working supplier fails.
    pub disruption_probability: f64,
    /// That a failed one works again.
    pub recovery_probability: f64,
}

/// The lot size with a supplier that fails and recovers at random (Parlar and Berkin, "Future supply
/// uncertainty in EOQ models", Naval Research Logistics 38, 1991, as corrected by Berk and
/// Arreola-Risa 1994), found where the slope of the cost changes sign.
///
/// # Errors
///
/// When a number is not above zero.
pub fn disrupted_lot(supply: &DisruptedOrder) -> Result<Lot, Invalid> {
    let DisruptedOrder { order, stockout_cost, disruption_rate, recovery_rate } = *supply;
    let plain = economic_order_quantity(&order).map_err(|invalid| invalid.at("order"))?;
    positive("stockout_cost", stockout_cost)?;
    positive("disruption_rate", disruption_rate)?;
    positive("recovery_rate", recovery_rate)?;
    let EconomicOrder { fixed_cost, holding_cost, demand_rate } = order;
    let change = disruption_rate + recovery_rate;
    // What a cycle of a lot costs, how long it lasts, and the slopes of both. A lot lasts for
    // quantity / demand; then, with the probability that the supplier is down, it takes
    // 1 / recovery rate on average until it is not, and demand is lost.
    let cycle = |quantity: f64| {
        let decay = exp(-change * quantity / demand_rate);
        let waiting = disruption_rate / change * (1.0 - decay) / recovery_rate;
        let waiting_slope = disruption_rate / demand_rate * decay / recovery_rate;
        let lost = demand_rate * stockout_cost;
        let cost =
            fixed_cost + 0.5 * holding_cost * quantity * quantity / demand_rate + lost * waiting;
        let cost_slope = holding_cost * quantity / demand_rate + lost * waiting_slope;
        (cost, cost_slope, quantity / demand_rate + waiting, 1.0 / demand_rate + waiting_slope)
    };
    let rises = |quantity: f64| {
        let (cost, cost_slope, length, length_slope) = cycle(quantity);
        cost_slope * length >= cost * length_slope
    };
    let mut high = plain.quantity;
    while !rises(high) && high < 1e18 {
        high *= 2.0;
    }
    let quantity = crossing(0.0, high, rises);
    let (cost, _, length, _) = cycle(quantity);
    Ok(Lot { quantity, cost: cost / length })
}

/// The lot size when what arrives differs from what was ordered by a random number of units with this
/// mean and standard deviation, whatever the order (Snyder and Shen, section 9.3.1.1).
///
/// # Errors
///
/// When a number is out of its range, or so little is lacking on average that ordering nothing would
/// do.
pub fn lot_with_additive_yield(
    order: &EconomicOrder,
    yield_mean: f64,
    yield_standard_deviation: f64,
) -> Result<Lot, Invalid> {
    let plain = economic_order_quantity(order)?;
    finite("yield_mean", yield_mean)?;
    not_negative("yield_standard_deviation", yield_standard_deviation)?;
    let variance = yield_standard_deviation * yield_standard_deviation;
    let received = (plain.quantity * plain.quantity + variance).sqrt();
    let quantity = received - yield_mean;
    if quantity <= 0.0 {
        return Err(refused("yield_mean", "less than a lot that arrives on average", yield_mean));
    }
    // At the best lot the two parts of the cost are equal, as without uncertainty.
    Ok(Lot { quantity, cost: order.holding_cost * received })
}

/// The lot size when a random share of what was ordered arrives, with this mean and standard
/// deviation (Snyder and Shen, section 9.3.1.2).
///
/// # Errors
///
/// When a number is out of its range.
pub fn lot_with_multiplicative_yield(
    order: &EconomicOrder,
    yield_mean: f64,
    yield_standard_deviation: f64,
) -> Result<Lot, Invalid> {
    positive("yield_mean", yield_mean)?;
    not_negative("yield_standard_deviation", yield_standard_deviation)?;
    let square = yield_mean * yield_mean + yield_standard_deviation * yield_standard_deviation;
    let plain = economic_order_quantity(order)?;
    Ok(Lot {
        quantity: plain.quantity / square.sqrt(),
        cost: plain.cost * square.sqrt() / yield_mean,
    })
}

/// The base stock for the same demand every period from a supplier that fails at times: enough for
/// the number of periods of failure that are not exceeded with the critical ratio (Snyder and Shen,
/// section 9.2.2). The cost is that of an average period; demand waits meanwhile.
///
/// # Errors
///
/// When a number is out of its range, or the critical ratio is so near to one that failures of more
/// than ten million periods would have to be covered.
pub fn deterministic_newsvendor_with_disruptions(
    costs: &NewsvendorCosts,
    demand: f64,
    supply: &DisruptedSupply,
) -> Result<Newsvendor, Invalid> {
    let critical_ratio = costs.critical_ratio()?;
    positive("demand", demand)?;
    let fails = open_share("disruption_probability", supply.disruption_probability)?;
    let recovers = open_share("recovery_probability", supply.recovery_probability)?;
    // How likely it is that the supplier has been down for 0, 1, 2 … periods, and periods of demand
    // left over on average, which grow by the shares that are already covered.
    let mut share = recovers / (fails + recovers);
    let (mut covered, mut periods, mut left_over) = (share, 0_u32, 0.0);
    while covered < critical_ratio {
        left_over += covered;
        share *= if periods == 0 { fails } else { 1.0 - recovers };
        covered += share;
        periods += 1;
        if periods > LONGEST_FAILURE {
            let expected = "a critical ratio that covers at most 10000000 periods of failure";
            return Err(refused("recovery_probability", expected, recovers));
        }
    }
    let down = fails / (fails + recovers) / recovers;
    let short = (down - f64::from(periods) + left_over).max(0.0);
    let loss = Loss { shortage: demand * short, overage: demand * left_over };
    Ok(Newsvendor {
        order_up_to_level: demand * (f64::from(periods) + 1.0),
        critical_ratio,
        loss,
        expected_cost: costs.holding_cost * loss.overage + costs.stockout_cost * loss.shortage,
    })
}

/// The order for a known demand when what arrives differs from it by a random number of units
/// (Snyder and Shen, section 9.3.2.1): the newsvendor turned around, for it is now the supply that is
/// uncertain. `order_up_to_level` is the order.
///
/// # Errors
///
/// When a cost or the demand is not above zero.
pub fn newsvendor_with_additive_yield(
    costs: &NewsvendorCosts,
    demand: f64,
    supply_error: &impl UncertainDemand,
) -> Result<Newsvendor, Invalid> {
    let critical_ratio = costs.critical_ratio()?;
    positive("demand", demand)?;
    let lacking = supply_error.quantile(1.0 - critical_ratio);
    let turned = supply_error.loss(lacking);
    let loss = Loss { shortage: turned.overage, overage: turned.shortage };
    Ok(Newsvendor {
        order_up_to_level: demand - lacking,
        critical_ratio,
        loss,
        expected_cost: costs.holding_cost * loss.overage + costs.stockout_cost * loss.shortage,
    })
}

const LONGEST_FAILURE: u32 = 10_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{inventory::classic::NormalDemand, unit::Random};

    const ORDER: EconomicOrder =
        EconomicOrder { fixed_cost: 8.0, holding_cost: 0.225, demand_rate: 1300.0 };

    #[test]
    fn a_supplier_that_hardly_fails_is_a_reliable_one() {
        let plain = economic_order_quantity(&ORDER).unwrap();
        let rare = DisruptedOrder {
            order: ORDER,
            stockout_cost: 5.0,
            disruption_rate: 1e-9,
            recovery_rate: 100.0,
        };
        let lot = disrupted_lot(&rare).unwrap();
        assert!(
            (lot.quantity - plain.quantity).abs() < 1e-3 && (lot.cost - plain.cost).abs() < 1e-3
        );
        let (added, shared) = (
            lot_with_additive_yield(&ORDER, 0.0, 0.0).unwrap(),
            lot_with_multiplicative_yield(&ORDER, 1.0, 0.0).unwrap(),
        );
        assert!((added.cost - plain.cost).abs() < 1e-9 && (shared.cost - plain.cost).abs() < 1e-9);
    }

    #[test]
    fn failures_cost_what_a_simulation_says() {
        let costs = NewsvendorCosts { holding_cost: 0.25, stockout_cost: 3.0 };
        let supply = DisruptedSupply { disruption_probability: 0.04, recovery_probability: 0.25 };
        let exact = deterministic_newsvendor_with_disruptions(&costs, 20.0, &supply).unwrap();
        let (mut random, mut down, mut cost) = (Random::new(5), 0.0_f64, 0.0);
        let periods = 500_000;
        for _ in 0..periods {
            let changes = random.fraction() < if down > 0.0 { 0.25 } else { 0.04 };
            down = if changes == (down > 0.0) { 0.0 } else { down + 1.0 };
            let left = exact.order_up_to_level - 20.0 * (down + 1.0);
            cost += if left > 0.0 { 0.25 * left } else { -3.0 * left };
        }
        let simulated = cost / f64::from(periods);
        assert!((simulated / exact.expected_cost - 1.0).abs() < 0.02, "{simulated} {exact:?}");
    }

    #[test]
    fn an_uncertain_supply_mirrors_an_uncertain_demand() {
        let costs = NewsvendorCosts { holding_cost: 2.0, stockout_cost: 7.0 };
        let error = NormalDemand::new(0.0, 8.0).unwrap();
        let supply = newsvendor_with_additive_yield(&costs, 50.0, &error).unwrap();
        let demand = NormalDemand::new(50.0, 8.0).unwrap();
        let mirrored = super::super::newsvendor(&costs, &demand).unwrap();
        assert!((supply.order_up_to_level - mirrored.order_up_to_level).abs() < 1e-9);
        assert!((supply.expected_cost - mirrored.expected_cost).abs() < 1e-9);
    }

    #[test]
    fn bad_numbers_name_their_field() {
        let bad = DisruptedOrder {
            order: EconomicOrder { fixed_cost: 0.0, ..ORDER },
            stockout_cost: 5.0,
            disruption_rate: 1.0,
            recovery_rate: 1.0,
        };
        assert_eq!(disrupted_lot(&bad).unwrap_err().path, "order.fixed_cost");
        let bad = DisruptedOrder { order: ORDER, recovery_rate: 0.0, ..bad };
        assert_eq!(disrupted_lot(&bad).unwrap_err().path, "recovery_rate");
        assert_eq!(lot_with_additive_yield(&ORDER, 1e6, 1.0).unwrap_err().path, "yield_mean");
        let bad = lot_with_multiplicative_yield(&ORDER, 1.0, -1.0).unwrap_err();
        assert_eq!(bad.path, "yield_standard_deviation");
        let costs = NewsvendorCosts { holding_cost: 1.0, stockout_cost: 1e12 };
        let supply = DisruptedSupply { disruption_probability: 0.5, recovery_probability: 1e-9 };
        let bad = deterministic_newsvendor_with_disruptions(&costs, 1.0, &supply).unwrap_err();
        assert_eq!(bad.path, "recovery_probability");
    }
}

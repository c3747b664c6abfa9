//! What a rule does to a known demand, period by period: for checking by hand, and for comparison with
//! other programs.

use super::parameter::{finite, not_negative, positive, refused};
use crate::unit::Invalid;

/// When and how much to order, by the inventory position: stock, less what is owed, and what is on
/// order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OrderRule {
    /// Always order up to a level.
    BaseStock {
        /// The level.
        order_up_to_level: f64,
    },
    /// At or below the reorder point, order up to a level: (s, S).
    ReorderUpTo {
        /// The reorder point.
        reorder_point: f64,
        /// The level.
        order_up_to_level: f64,
    },
    /// At or below the reorder point, order a fixed quantity once: (r, Q).
    ReorderQuantity {
        /// The reorder point.
        reorder_point: f64,
        /// The quantity.
        order_quantity: f64,
    },
}

/// Where a trace begins, and what stock and debt cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceStart {
    /// Stock at the start.
    pub stock: f64,
    /// Periods from ordering to receiving; 0 receives within the same period.
    pub lead_time: usize,
    /// Cost of a unit left over at the end of a period.
    pub holding_cost: f64,
    /// Cost of a unit owed at the end of a period.
    pub stockout_cost: f64,
}

/// What happened in each period.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Units ordered.
    pub orders: Vec<f64>,
    /// Stock at the end, negative when owed.
    pub stock: Vec<f64>,
    /// Holding and owing, all periods together.
    pub cost: f64,
}

impl OrderRule {
    /// How much to order at an inventory position.
    pub fn quantity(self, position: f64) -> f64 {
        match self {
            Self::BaseStock { order_up_to_level } => (order_up_to_level - position).max(0.0),
            Self::ReorderUpTo { reorder_point, order_up_to_level } => {
                if position <= reorder_point {
                    order_up_to_level - position
                } else {
                    0.0
                }
            }
            Self::ReorderQuantity { reorder_point, order_quantity } => {
                if position <= reorder_point { order_quantity } else { 0.0 }
            }
        }
    }

    fn check(self) -> Result<(), Invalid> {
        match self {
            Self::BaseStock { order_up_to_level } => {
                finite("order_up_to_level", order_up_to_level)?;
            }
            Self::ReorderUpTo { reorder_point, order_up_to_level } => {
                finite("reorder_point", reorder_point)?;
                finite("order_up_to_level", order_up_to_level)?;
                if order_up_to_level <= reorder_point {
                    let expected = "more than `reorder_point`";
                    return Err(refused("order_up_to_level", expected, order_up_to_level));
                }
            }
            Self::ReorderQuantity { reorder_point, order_quantity } => {
                finite("reorder_point", reorder_point)?;
                positive("order_quantity", order_quantity)?;
            }
        }
        Ok(())
    }
}

/// Runs a rule over a known demand. In each period, demand is seen, the rule orders, what is due
/// arrives, demand is served as far as there is stock, the rest waits, and stock or debt costs.
///
/// # Errors
///
/// When a number is out of its range, or the lead time longer than 100,000 periods.
///
/// ```
/// use replenish::inventory::classic::{OrderRule, TraceStart, trace};
/// let start = TraceStart { stock: 15.0, lead_time: 1, holding_cost: 1.0, stockout_cost: 4.0 };
/// let rule = OrderRule::ReorderUpTo { reorder_point: 8.0, order_up_to_level: 22.0 };
/// let history = trace(rule, &start, &[5.0, 4.0, 3.0])?;
/// assert_eq!(history.orders, [0.0, 16.0, 0.0]);
/// assert_eq!(history.stock, [10.0, 6.0, 19.0]);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn trace(rule: OrderRule, start: &TraceStart, demand: &[f64]) -> Result<Trace, Invalid> {
    rule.check()?;
    finite("stock", start.stock)?;
    not_negative("holding_cost", start.holding_cost)?;
    not_negative("stockout_cost", start.stockout_cost)?;
    if start.lead_time > 100_000 {
        return Err(refused("lead_time", "at most 100000 periods", start.lead_time));
    }
    let mut history = Trace { orders: Vec::new(), stock: Vec::new(), cost: 0.0 };
    let (mut stock, mut position) = (start.stock, start.stock);
    for (period, &wanted) in demand.iter().enumerate() {
        not_negative("", wanted).map_err(|i| i.at(format_args!("demand[{period}]")))?;
        position -= wanted;
        let order = rule.quantity(position);
        position += order;
        history.orders.push(order);
        let due = period.checked_sub(start.lead_time).map_or(0.0, |due| history.orders[due]);
        stock += due - wanted;
        history.stock.push(stock);
        history.cost +=
            if stock > 0.0 { start.holding_cost * stock } else { -start.stockout_cost * stock };
    }
    Ok(history)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: TraceStart =
        TraceStart { stock: 4.0, lead_time: 2, holding_cost: 1.0, stockout_cost: 9.0 };

    #[test]
    fn stock_is_what_came_less_what_went() {
        let rule = OrderRule::ReorderQuantity { reorder_point: 3.0, order_quantity: 5.0 };
        let demand = [2.0, 0.0, 7.0, 1.0, 1.0, 1.0, 4.0];
        let history = trace(rule, &START, &demand).unwrap();
        let mut expected = 4.0;
        for (period, wanted) in demand.iter().enumerate() {
            expected -= wanted;
            expected += if period >= 2 { history.orders[period - 2] } else { 0.0 };
            assert!((history.stock[period] - expected).abs() < 1e-12);
        }
        // A rule that has ordered does not order the same again: the position holds what is coming.
        let waits = trace(OrderRule::BaseStock { order_up_to_level: 9.0 }, &START, &[0.0; 3]);
        assert_eq!(waits.unwrap().orders, [5.0, 0.0, 0.0]);
    }

    #[test]
    fn bad_numbers_name_their_field() {
        let rule = OrderRule::BaseStock { order_up_to_level: 9.0 };
        assert_eq!(trace(rule, &START, &[1.0, -1.0]).unwrap_err().path, "demand[1]");
        let inverted = OrderRule::ReorderUpTo { reorder_point: 9.0, order_up_to_level: 9.0 };
        assert_eq!(trace(inverted, &START, &[]).unwrap_err().path, "order_up_to_level");
        let nothing = OrderRule::ReorderQuantity { reorder_point: 9.0, order_quantity: 0.0 };
        assert_eq!(trace(nothing, &START, &[]).unwrap_err().path, "order_quantity");
        let far = TraceStart { lead_time: 1_000_000, ..START };
        assert_eq!(trace(rule, &far, &[]).unwrap_err().path, "lead_time");
    }
}

//! Reorder points and levels for a few periods that are not alike, (s, S) by dynamic programming.

use super::{
    DiscreteDemand, Loss, UncertainDemand,
    parameter::{not_negative, positive, refused},
};
use crate::unit::Invalid;

/// Costs of one period.
#[derive(Clone, Debug, PartialEq)]
pub struct PeriodCosts {
    /// Cost of placing an order; 0 or more.
    pub fixed_cost: f64,
    /// Price of a unit; 0 or more.
    pub purchase_cost: f64,
    /// Cost of a unit left over at the end of the period; 0 or more.
    pub holding_cost: f64,
    /// Cost of a unit owed at the end of the period; 0 or more.
    pub stockout_cost: f64,
    /// Demand of the period.
    pub demand: DiscreteDemand,
}

/// What is due for stock or debt after the last period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TerminalCosts {
    /// Of each unit left over; 0 or more.
    pub holding_cost: f64,
    /// Of each unit still owed; 0 or more.
    pub stockout_cost: f64,
}

/// What to do in each period.
#[derive(Clone, Debug, PartialEq)]
pub struct FiniteHorizonPlan {
    /// Of each period: order when the stock is at or below; none when ordering never pays.
    pub reorder_points: Vec<Option<i64>>,
    /// Of each period: the stock to order up to; none when ordering never pays.
    pub order_up_to_levels: Vec<Option<i64>>,
    /// Expected cost of all periods, starting with the initial stock, in money of the first.
    pub cost: f64,
}

/// The best plan for some periods with orders that arrive at once: at the start of each, stock may be
/// raised; what is short waits (Scarf, "The optimality of (S, s) policies in the dynamic inventory
/// problem", 1960; Snyder and Shen, section 4.4.3).
///
/// The table holds every stock that can be reached, so nothing is cut off: down by all demand so far,
/// and up to all demand, since more could only be held. The best thing to do has the form of a reorder
/// point and a level where fixed costs do not rise from one period to the next; where they do, the cost
/// is still right, and the reorder point is the highest stock at which ordering pays.
///
/// # Errors
///
/// When there is no period, a number is out of its range, or the table would have more than ten million
/// stocks or take more than 10⁹ steps.
pub fn finite_horizon(
    periods: &[PeriodCosts],
    terminal: TerminalCosts,
    discount_factor: f64,
    initial_stock: i64,
) -> Result<FiniteHorizonPlan, Invalid> {
    check(periods, terminal, discount_factor)?;
    check_size(periods, initial_stock)?;
    let largest = |period: &PeriodCosts| i64::try_from(period.demand.largest()).unwrap_or(i64::MAX);
    let mut lowest = vec![initial_stock];
    for period in periods {
        lowest.push(lowest[lowest.len() - 1] - largest(period));
    }
    let highest = initial_stock.max(periods.iter().map(largest).sum());
    let mut table = Table::new(lowest[periods.len()], highest, |stock| {
        let (over, owed) = (number(stock).max(0.0), number(-stock).max(0.0));
        terminal.holding_cost * over + terminal.stockout_cost * owed
    });
    let mut plan = FiniteHorizonPlan {
        reorder_points: vec![None; periods.len()],
        order_up_to_levels: vec![None; periods.len()],
        cost: 0.0,
    };
    for (index, period) in periods.iter().enumerate().rev() {
        let after = table;
        let (first, shares) = period.demand.probabilities();
        // Cost of a stock from here on, after ordering, less what it was bought for.
        let kept = Table::new(lowest[index], highest, |stock| {
            let Loss { shortage, overage } = period.demand.loss(number(stock));
            // INVARIANT: the table after this period begins lower by the largest demand.
            let most = after.index(stock.saturating_sub_unsigned(first as u64));
            let ends = &after.values[most + 1 - shares.len()..=most];
            let later: f64 = shares.iter().zip(ends.iter().rev()).map(|(s, end)| s * end).sum();
            period.holding_cost * overage
                + period.stockout_cost * shortage
                + discount_factor * later
        });
        // Downwards: the cheapest stock at or above each, its price counted from zero.
        let mut best: Option<(f64, i64)> = None;
        let mut values = vec![0.0; kept.values.len()];
        for (value, stock) in values.iter_mut().rev().zip((lowest[index]..=highest).rev()) {
            let stay = kept.values[kept.index(stock)];
            let price = period.purchase_cost * number(stock);
            *value = stay;
            if let Some((raised, level)) = best
                && period.fixed_cost + raised - price < stay
            {
                *value = period.fixed_cost + raised - price;
                plan.reorder_points[index].get_or_insert(stock);
                plan.order_up_to_levels[index].get_or_insert(level);
            }
            if best.is_none_or(|(raised, _)| stay + price <= raised) {
                best = Some((stay + price, stock));
            }
        }
        table = Table { lowest: lowest[index], values };
    }
    plan.cost = table.values[table.index(initial_stock)];
    Ok(plan)
}

/// A value for each stock of a range.
struct Table {
    lowest: i64,
    values: Vec<f64>,
}

impl Table {
    fn new(lowest: i64, highest: i64, value: impl FnMut(i64) -> f64) -> Self {
        Self { lowest, values: (lowest..=highest).map(value).collect() }
    }

    /// Where a stock of the range is.
    fn index(&self, stock: i64) -> usize {
        usize::try_from(stock - self.lowest).unwrap_or(0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "stocks stay below 2⁵³")]
fn number(stock: i64) -> f64 {
    stock as f64
}

fn check(
    periods: &[PeriodCosts],
    terminal: TerminalCosts,
    discount_factor: f64,
) -> Result<(), Invalid> {
    if periods.is_empty() {
        return Err(refused("periods", "at least one period", "none"));
    }
    for (index, period) in periods.iter().enumerate() {
        let costs = [
            ("fixed_cost", period.fixed_cost),
            ("purchase_cost", period.purchase_cost),
            ("holding_cost", period.holding_cost),
            ("stockout_cost", period.stockout_cost),
        ];
        for (field, cost) in costs {
            not_negative(field, cost).map_err(|i| i.at(format_args!("periods[{index}]")))?;
        }
    }
    not_negative("holding_cost", terminal.holding_cost).map_err(|i| i.at("terminal"))?;
    not_negative("stockout_cost", terminal.stockout_cost).map_err(|i| i.at("terminal"))?;
    positive("discount_factor", discount_factor)?;
    if discount_factor > 1.0 {
        return Err(refused("discount_factor", "at most 1", discount_factor));
    }
    Ok(())
}

/// Whether all of the table can be worked out in reasonable time.
fn check_size(periods: &[PeriodCosts], initial_stock: i64) -> Result<(), Invalid> {
    let all = periods.iter().map(|period| period.demand.largest() as f64 + 1.0).sum::<f64>();
    let stocks = 2.0 * all + initial_stock.unsigned_abs() as f64;
    if stocks > 1e7 {
        let expected = "an initial stock and demands of all periods of at most 10000000";
        return Err(refused("initial_stock", expected, stocks));
    }
    if stocks * all > 1e9 {
        let expected = "stocks times demands of all periods of at most 1000000000";
        return Err(refused("periods", expected, stocks * all));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{inventory::classic::NormalDemand, unit::Random};

    /// The least cost by trying every quantity in every period and every demand, without a table.
    fn tried(
        periods: &[PeriodCosts],
        terminal: TerminalCosts,
        discount: f64,
        stock: i64,
        most: i64,
    ) -> f64 {
        let Some((period, rest)) = periods.split_first() else {
            let (over, owed) = (number(stock).max(0.0), number(-stock).max(0.0));
            return terminal.holding_cost * over + terminal.stockout_cost * owed;
        };
        let mut best = f64::INFINITY;
        for quantity in 0..=most {
            let raised = stock + quantity;
            let mut cost = period.purchase_cost * number(quantity)
                + if quantity > 0 { period.fixed_cost } else { 0.0 };
            for (demand, share) in period.demand.points() {
                let left = raised - super::super::parameter::floor(demand);
                let (over, owed) = (number(left).max(0.0), number(-left).max(0.0));
                cost += share
                    * (period.holding_cost * over
                        + period.stockout_cost * owed
                        + discount * tried(rest, terminal, discount, left, most));
            }
            best = best.min(cost);
        }
        best
    }

    #[test]
    fn no_decisions_cost_less() {
        let mut random = Random::new(51);
        for case in 0..25 {
            let periods: Vec<PeriodCosts> = (0..3)
                .map(|_| PeriodCosts {
                    fixed_cost: 6.0 * random.fraction(),
                    purchase_cost: 2.0 * random.fraction(),
                    holding_cost: random.fraction(),
                    stockout_cost: 6.0 * random.fraction(),
                    demand: DiscreteDemand::from_probabilities(&[0.4, 0.3, 0.0, 0.3]).unwrap(),
                })
                .collect();
            let terminal = TerminalCosts { holding_cost: 0.5, stockout_cost: 5.0 };
            let stock = i64::try_from(random.below(6)).unwrap() - 2;
            let exact = finite_horizon(&periods, terminal, 0.95, stock).unwrap().cost;
            let best = tried(&periods, terminal, 0.95, stock, 11);
            assert!((exact - best).abs() < 1e-9, "{case}: {exact} {best}");
        }
    }

    #[test]
    fn many_periods_become_the_stationary_policy() {
        let demand = DiscreteDemand::poisson(6.0).unwrap();
        let period = PeriodCosts {
            fixed_cost: 5.0,
            purchase_cost: 0.0,
            holding_cost: 1.0,
            stockout_cost: 4.0,
            demand: demand.clone(),
        };
        let terminal = TerminalCosts { holding_cost: 0.0, stockout_cost: 0.0 };
        let cost =
            |count: usize| finite_horizon(&vec![period.clone(); count], terminal, 1.0, 0).unwrap();
        let (shorter, longer) = (cost(30), cost(31));
        assert_eq!((longer.reorder_points[0], longer.order_up_to_levels[0]), (Some(4), Some(10)));
        assert!((longer.cost - shorter.cost - 8.034_111_561_471_64).abs() < 1e-6);
    }

    #[test]
    fn where_ordering_never_pays_there_is_no_reorder_point() {
        let demand = DiscreteDemand::rounded_normal(NormalDemand::new(4.0, 1.0).unwrap()).unwrap();
        let period = PeriodCosts {
            fixed_cost: 1e6,
            purchase_cost: 1.0,
            holding_cost: 1.0,
            stockout_cost: 1.0,
            demand,
        };
        let terminal = TerminalCosts { holding_cost: 1.0, stockout_cost: 1.0 };
        let plan = finite_horizon(&[period.clone(), period.clone()], terminal, 1.0, 3).unwrap();
        assert_eq!((plan.reorder_points, plan.order_up_to_levels), (vec![None; 2], vec![None; 2]));
        let path = |error: Invalid| error.path.clone();
        assert_eq!(path(finite_horizon(&[], terminal, 1.0, 0).unwrap_err()), "periods");
        let huge = finite_horizon(std::slice::from_ref(&period), terminal, 1.0, i64::MIN);
        assert_eq!(path(huge.unwrap_err()), "initial_stock");
        let long = finite_horizon(&vec![period.clone(); 2000], terminal, 1.0, 0);
        assert_eq!(path(long.unwrap_err()), "periods");
        let bad = PeriodCosts { holding_cost: -1.0, ..period.clone() };
        let refused = finite_horizon(&[period.clone(), bad], terminal, 1.0, 0).unwrap_err();
        assert_eq!(path(refused), "periods[1].holding_cost");
        assert_eq!(
            path(finite_horizon(&[period], terminal, 1.5, 0).unwrap_err()),
            "discount_factor"
        );
    }
}

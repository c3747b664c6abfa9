//! When to order what is known to be needed.

use super::parameter::{not_negative, positive, refused};
use crate::unit::Invalid;

/// What ordering and carrying costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LotCosts {
    /// Cost of placing an order; above zero.
    pub fixed_cost: f64,
    /// Cost of holding a unit from one period to the next; above zero.
    pub holding_cost: f64,
}

/// How much to order in each period.
#[derive(Clone, Debug, PartialEq)]
pub struct LotPlan {
    /// Units that arrive at the start of each period.
    pub quantities: Vec<f64>,
    /// Ordering and holding of all periods; what a period needs is not held in it.
    pub cost: f64,
}

/// The cheapest plan, and what is left to pay from each period on.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactLotPlan {
    /// The plan.
    pub plan: LotPlan,
    /// Least cost of each period and all after it, starting it without stock.
    pub cost_to_go: Vec<f64>,
    /// From each period, if it starts without stock: the next one that does, counted from 0.
    pub next_order: Vec<usize>,
}

/// The cheapest plan for known needs (Wagner and Whitin, "Dynamic version of the economic lot size
/// model", Management Science 5, 1958); of equally cheap ones, that with the smaller first order.
///
/// A lot never reaches a need that costs more to carry than to order anew, so the time is that of the
/// longest lot times the periods, not their square.
///
/// # Errors
///
/// When a cost is not above zero, a need negative, or there are more than 100,000 periods.
///
/// ```
/// use replenish::inventory::classic::{LotCosts, wagner_whitin};
/// let costs = LotCosts { fixed_cost: 500.0, holding_cost: 2.0 };
/// let exact = wagner_whitin(&costs, &[90.0, 120.0, 80.0, 70.0])?;
/// assert_eq!(exact.plan.quantities, [210.0, 0.0, 150.0, 0.0]);
/// assert_eq!(exact.plan.cost, 1380.0);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn wagner_whitin(costs: &LotCosts, needs: &[f64]) -> Result<ExactLotPlan, Invalid> {
    costs.check(needs)?;
    let mut cost_to_go = vec![0.0; needs.len() + 1];
    let mut next_order = vec![needs.len(); needs.len()];
    for start in (0..needs.len()).rev() {
        if needs[start] <= 0.0 {
            // Nothing is needed and nothing is there: ordering can wait.
            (cost_to_go[start], next_order[start]) = (cost_to_go[start + 1], start + 1);
            continue;
        }
        let (mut best, mut best_end, mut carried) = (f64::INFINITY, start + 1, 0.0);
        for end in start..needs.len() {
            let carrying = costs.holding_cost * needs[end] * (end - start) as f64;
            if carrying > costs.fixed_cost {
                break;
            }
            carried += carrying;
            let cost = costs.fixed_cost + carried + cost_to_go[end + 1];
            if cost < best {
                (best, best_end) = (cost, end + 1);
            }
        }
        (cost_to_go[start], next_order[start]) = (best, best_end);
    }
    let mut quantities = vec![0.0; needs.len()];
    let mut start = 0;
    while start < needs.len() {
        let end = next_order[start];
        quantities[start] = needs[start..end].iter().sum();
        start = end;
    }
    let plan = LotPlan { quantities, cost: cost_to_go[0] };
    cost_to_go.truncate(needs.len());
    Ok(ExactLotPlan { plan, cost_to_go, next_order })
}

/// A plan that looks ahead only as far as the cost of a period falls (Silver and Meal, "A heuristic
/// for selecting lot size quantities", Production and Inventory Management 14, 1973): what is needed
/// later does not move the next order, which buyers like, and it costs about a hundredth more.
///
/// # Errors
///
/// As [`wagner_whitin`].
pub fn silver_meal(costs: &LotCosts, needs: &[f64]) -> Result<LotPlan, Invalid> {
    costs.check(needs)?;
    let mut plan = LotPlan { quantities: vec![0.0; needs.len()], cost: 0.0 };
    let mut start = 0;
    while start < needs.len() {
        if needs[start] <= 0.0 {
            start += 1;
            continue;
        }
        let (mut quantity, mut cost, mut end) = (needs[start], costs.fixed_cost, start + 1);
        while let Some(&need) = needs.get(end) {
            let periods = (end - start) as f64;
            let longer = cost + costs.holding_cost * need * periods;
            if longer / (periods + 1.0) > cost / periods {
                break;
            }
            (cost, quantity, end) = (longer, quantity + need, end + 1);
        }
        plan.quantities[start] = quantity;
        plan.cost += cost;
        start = end;
    }
    Ok(plan)
}

impl LotCosts {
    fn check(&self, needs: &[f64]) -> Result<(), Invalid> {
        positive("fixed_cost", self.fixed_cost)?;
        positive("holding_cost", self.holding_cost)?;
        if needs.len() > 100_000 {
            return Err(refused("needs", "at most 100000 periods", needs.len()));
        }
        for (index, &need) in needs.iter().enumerate() {
            // The name is only written down for a need that is refused.
            not_negative("", need).map_err(|invalid| invalid.at(format_args!("needs[{index}]")))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    /// Cost of a plan by its definition; infinite where it leaves a need unmet.
    fn priced(costs: &LotCosts, needs: &[f64], quantities: &[f64]) -> f64 {
        let (mut stock, mut cost) = (0.0, 0.0);
        for (need, &quantity) in needs.iter().zip(quantities) {
            if quantity > 0.0 {
                cost += costs.fixed_cost;
            }
            stock += quantity - need;
            if stock < -1e-9 {
                return f64::INFINITY;
            }
            cost += costs.holding_cost * stock;
        }
        cost
    }

    /// The cheapest of all plans that order for whole periods, by trying every set of order periods.
    fn brute_force(costs: &LotCosts, needs: &[f64]) -> f64 {
        let mut best = f64::INFINITY;
        for set in 0..1_usize << needs.len() {
            let mut quantities = vec![0.0; needs.len()];
            let mut last = None;
            for (period, need) in needs.iter().enumerate() {
                if set >> period & 1 == 1 {
                    last = Some(period);
                }
                if let Some(order) = last {
                    quantities[order] += need;
                }
            }
            best = best.min(priced(costs, needs, &quantities));
        }
        best
    }

    #[test]
    fn exact_is_the_best_of_all_and_the_heuristic_no_better() {
        let mut random = Random::new(21);
        let mut share = 0.0;
        for case in 0..400 {
            let costs = LotCosts {
                fixed_cost: 1.0 + 300.0 * random.fraction(),
                holding_cost: 0.1 + 2.0 * random.fraction(),
            };
            let needs: Vec<f64> = (0..=random.below(10))
                .map(|_| if random.below(4) == 0 { 0.0 } else { random.below(150) as f64 })
                .collect();
            let exact = wagner_whitin(&costs, &needs).unwrap();
            let best = brute_force(&costs, &needs);
            assert!(
                (exact.plan.cost - best).abs() < 1e-9 * best.max(1.0),
                "{case}: {best} {exact:?}"
            );
            let own = priced(&costs, &needs, &exact.plan.quantities);
            assert!((exact.plan.cost - own).abs() < 1e-9 * best.max(1.0));
            let quick = silver_meal(&costs, &needs).unwrap();
            assert!(
                (quick.cost - priced(&costs, &needs, &quick.quantities)).abs()
                    < 1e-9 * best.max(1.0)
            );
            assert!(quick.cost > best - 1e-9 * best.max(1.0), "{case}");
            share += if best > 0.0 { quick.cost / best } else { 1.0 };
        }
        assert!(share / 400.0 < 1.05, "{share}");
    }

    #[test]
    fn a_long_plan_is_quick_and_its_parts_add_up() {
        let mut random = Random::new(22);
        let needs: Vec<f64> = (0..100_000).map(|_| random.below(90) as f64).collect();
        let costs = LotCosts { fixed_cost: 200.0, holding_cost: 0.5 };
        let exact = wagner_whitin(&costs, &needs).unwrap();
        let own = priced(&costs, &needs, &exact.plan.quantities);
        assert!((own / exact.plan.cost - 1.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_needed_is_nothing_ordered() {
        let costs = LotCosts { fixed_cost: 5.0, holding_cost: 1.0 };
        for needs in [&[][..], &[0.0, 0.0]] {
            assert!(wagner_whitin(&costs, needs).unwrap().plan.cost.abs() < 1e-15);
            assert!(silver_meal(&costs, needs).unwrap().cost.abs() < 1e-15);
        }
        assert_eq!(wagner_whitin(&costs, &[1.0, -1.0]).unwrap_err().path, "needs[1]");
        let free = LotCosts { fixed_cost: 0.0, ..costs };
        assert_eq!(silver_meal(&free, &[1.0]).unwrap_err().path, "fixed_cost");
        assert_eq!(wagner_whitin(&costs, &vec![0.0; 100_001]).unwrap_err().path, "needs");
    }
}

//! How often to order several products whose orders share a fixed cost.

use super::parameter::{not_negative, positive, refused};
use crate::unit::{Invalid, math};

/// One product of a joint order, in one unit of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JointItem {
    /// Cost of adding the product to an order.
    pub fixed_cost: f64,
    /// Cost of holding a unit for one unit of time; above zero.
    pub holding_cost: f64,
    /// Units wanted in one unit of time; above zero.
    pub demand_rate: f64,
}

/// When to order what.
#[derive(Clone, Debug, PartialEq)]
pub struct JointCycle {
    /// Time from one order to the next.
    pub base_cycle: f64,
    /// Each product is in every order, in every second, and so on.
    pub multiples: Vec<u32>,
    /// Ordering and holding of all, in one unit of time.
    pub cost: f64,
}

impl JointCycle {
    /// Time from one order of each product to its next.
    pub fn cycles(&self) -> Vec<f64> {
        self.multiples.iter().map(|&multiple| f64::from(multiple) * self.base_cycle).collect()
    }
}

/// Cycles for products of one supplier: the product that would be ordered most often is in every
/// order, the others in the multiple that suits them then (Silver, "A simple method of determining
/// order quantities in joint replenishments under deterministic demand", Management Science 22,
/// 1976). Not always the best, but seldom a hundredth from it.
///
/// # Errors
///
/// When there is no product or a number is out of its range.
///
/// ```
/// use replenish::inventory::classic::{JointItem, joint_cycle};
/// let item = |fixed_cost, holding_cost| JointItem { fixed_cost, holding_cost, demand_rate: 1.0 };
/// let plan = joint_cycle(600.0, &[item(120.0, 160.0), item(840.0, 20.0), item(300.0, 50.0)])?;
/// assert_eq!(plan.multiples, [1, 3, 1]);
/// assert!((plan.cost - 837.854).abs() < 1e-3);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn joint_cycle(shared_fixed_cost: f64, items: &[JointItem]) -> Result<JointCycle, Invalid> {
    positive("shared_fixed_cost", shared_fixed_cost)?;
    for (index, item) in items.iter().enumerate() {
        let at = |field: &str| format!("items[{index}].{field}");
        not_negative(&at("fixed_cost"), item.fixed_cost)?;
        positive(&at("holding_cost"), item.holding_cost)?;
        positive(&at("demand_rate"), item.demand_rate)?;
    }
    // Half the squared cycle that a product would have alone; the first of equal ones leads.
    let own = |item: &JointItem| item.fixed_cost / (item.holding_cost * item.demand_rate);
    let Some(leader) = items.iter().min_by(|a, b| own(a).total_cmp(&own(b))) else {
        return Err(refused("items", "at least one product", "none"));
    };
    let led = (shared_fixed_cost + leader.fixed_cost) / (leader.holding_cost * leader.demand_rate);
    let multiples: Vec<u32> = items.iter().map(|item| best_multiple(own(item) / led)).collect();
    let each = || items.iter().zip(&multiples);
    let ordering = shared_fixed_cost
        + math::sum(each().map(|(item, &multiple)| item.fixed_cost / f64::from(multiple)));
    let holding = math::sum(
        each().map(|(item, &multiple)| item.holding_cost * item.demand_rate * f64::from(multiple)),
    );
    Ok(JointCycle {
        base_cycle: (2.0 * ordering / holding).sqrt(),
        multiples,
        cost: (2.0 * ordering * holding).sqrt(),
    })
}

/// The whole multiple whose cost is least when its square should be `square`: the least m with
/// m (m + 1) at or above it, since cost is √square / m + m / √square.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn best_multiple(square: f64) -> u32 {
    let multiple = (0.5 * ((1.0 + 4.0 * square).sqrt() - 1.0)).ceil();
    (multiple as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    fn cost(shared: f64, items: &[JointItem], multiples: &[u32]) -> f64 {
        let mut ordering = shared;
        let mut holding = 0.0;
        for (item, &multiple) in items.iter().zip(multiples) {
            ordering += item.fixed_cost / f64::from(multiple);
            holding += item.holding_cost * item.demand_rate * f64::from(multiple);
        }
        (2.0 * ordering * holding).sqrt()
    }

    #[test]
    fn never_better_and_seldom_much_worse_than_all_multiples() {
        let mut random = Random::new(11);
        let mut worst: f64 = 1.0;
        for _ in 0..300 {
            let shared = 20.0 + 500.0 * random.fraction();
            let items: Vec<JointItem> = (0..3)
                .map(|_| JointItem {
                    fixed_cost: 300.0 * random.fraction(),
                    holding_cost: 0.1 + random.fraction(),
                    demand_rate: 1.0 + 200.0 * random.fraction(),
                })
                .collect();
            let plan = joint_cycle(shared, &items).unwrap();
            let mut best = f64::INFINITY;
            for a in 1..=9 {
                for b in 1..=9 {
                    for c in 1..=9 {
                        best = best.min(cost(shared, &items, &[a, b, c]));
                    }
                }
            }
            assert!((plan.cost / cost(shared, &items, &plan.multiples) - 1.0).abs() < 1e-12);
            if plan.multiples.iter().all(|&multiple| multiple <= 9) {
                assert!(plan.cost > best * (1.0 - 1e-12));
            }
            worst = worst.max(plan.cost / best);
        }
        assert!(worst < 1.05, "{worst}");
    }

    #[test]
    fn the_multiple_is_the_best_whole_one() {
        for step in 1..2000 {
            let square = f64::from(step) * 0.05;
            let value = |multiple: f64| square / multiple + multiple;
            let found = f64::from(best_multiple(square));
            assert!(value(found) <= value(found + 1.0) + 1e-9, "{square}");
            assert!(found < 1.5 || value(found) <= value(found - 1.0) + 1e-9, "{square}");
        }
        assert_eq!(best_multiple(1e300), u32::MAX);
    }

    #[test]
    fn bad_numbers_name_their_field() {
        let item = JointItem { fixed_cost: 1.0, holding_cost: 1.0, demand_rate: 0.0 };
        assert_eq!(joint_cycle(1.0, &[item]).unwrap_err().path, "items[0].demand_rate");
        assert_eq!(joint_cycle(0.0, &[item]).unwrap_err().path, "shared_fixed_cost");
        assert_eq!(joint_cycle(1.0, &[]).unwrap_err().path, "items");
    }
}

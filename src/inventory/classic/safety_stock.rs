//! How much to hold against uncertainty, and what service it gives, when demand is taken as normal.

use super::{
    NormalDemand, UncertainDemand,
    parameter::{crossing, finite, not_negative, open_share, positive, refused},
};
use crate::unit::{Invalid, math::normal_quantile};

/// Demand of a period and the number of periods until an order arrives, both uncertain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomLeadTime {
    /// Expected demand of a period.
    pub demand_mean: f64,
    /// Standard deviation of the demand of a period.
    pub demand_standard_deviation: f64,
    /// Expected periods from ordering until the goods can be sold.
    pub lead_time_mean: f64,
    /// Standard deviation of these periods.
    pub lead_time_standard_deviation: f64,
}

/// A safety stock and the level it is part of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SafetyStock {
    /// Units on top of the expected demand.
    pub safety_stock: f64,
    /// Reorder point or order-up-to level: expected demand and safety stock.
    pub level: f64,
}

/// Two things that are called "service level" and are not the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service {
    /// Probability that a cycle ends without a stock-out (α).
    pub cycle_service_level: f64,
    /// Share of demand that is served from the shelf (β).
    pub fill_rate: f64,
}

/// Demand of a period, reviews at fixed times, and a lead time that is always the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeriodicReview {
    /// Expected demand of a period; above zero.
    pub demand_mean: f64,
    /// Standard deviation of the demand of a period.
    pub demand_standard_deviation: f64,
    /// Periods from one review to the next; above zero.
    pub review_period: f64,
    /// Periods from ordering until the goods can be sold.
    pub lead_time: f64,
}

impl RandomLeadTime {
    /// Safety stock and reorder point when stock is watched all the time: z √(L σ² + d² s²), s being the deviation of the lead time L
    /// (Silver, Pyke and Thomas, section 6.10).
    ///
    /// # Errors
    ///
    /// When a number is negative or the service level not between zero and one.
    ///
    /// ```
    /// use replenish::inventory::classic::RandomLeadTime;
    /// let demand = RandomLeadTime {
    ///     demand_mean: 40.0,
    ///     demand_standard_deviation: 12.0,
    ///     lead_time_mean: 6.0,
    ///     lead_time_standard_deviation: 1.5,
    /// };
    /// let stock = demand.reorder_point(0.95)?;
    /// assert!((stock.safety_stock - 109.898).abs() < 1e-3);
    /// assert!((stock.level - 349.898).abs() < 1e-3);
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn reorder_point(&self, service_level: f64) -> Result<SafetyStock, Invalid> {
        self.order_up_to_level(service_level, 0.0)
    }

    /// Safety stock and order-up-to level when stock is reviewed once in some periods: an order must
    /// last until the next one can arrive.
    ///
    /// # Errors
    ///
    /// When a number is negative or the service level not between zero and one.
    pub fn order_up_to_level(
        &self,
        service_level: f64,
        review_period: f64,
    ) -> Result<SafetyStock, Invalid> {
        let demand = self.protection_demand(review_period)?;
        let z = normal_quantile(open_share("service_level", service_level)?);
        let safety_stock = z * demand.standard_deviation();
        Ok(SafetyStock { safety_stock, level: demand.mean() + safety_stock })
    }

    /// Demand over lead time and review period, as a normal distribution with its moments.
    ///
    /// # Errors
    ///
    /// When a number is negative.
    pub fn protection_demand(&self, review_period: f64) -> Result<NormalDemand, Invalid> {
        let demand = not_negative("demand_mean", self.demand_mean)?;
        let deviation = not_negative("demand_standard_deviation", self.demand_standard_deviation)?;
        let periods = not_negative("lead_time_mean", self.lead_time_mean)?
            + not_negative("review_period", review_period)?;
        let lead_time_deviation =
            not_negative("lead_time_standard_deviation", self.lead_time_standard_deviation)?;
        let from_lead_time = demand * lead_time_deviation;
        let variance = periods * deviation * deviation + from_lead_time * from_lead_time;
        NormalDemand::new(demand * periods, variance.sqrt())
    }
}

/// The factor by which SAP's automatic reorder point planning multiplies the mean absolute deviation:
/// 1.25 z, the deviation of a normal value being √(π/2) ≈ 1.25 times its mean absolute deviation.
///
/// # Errors
///
/// When the service level is not between zero and one.
pub fn sap_safety_factor(service_level: f64) -> Result<f64, Invalid> {
    Ok(1.25 * normal_quantile(open_share("service_level", service_level)?))
}

/// The safety stock of SAP's automatic reorder point planning: factor · MAD · √W, where W is the lead
/// time in forecast periods; and W instead of √W when it is below one, which holds less than the
/// square root would.
///
/// # Errors
///
/// When a number is not above zero or the service level not between zero and one.
pub fn sap_safety_stock(
    service_level: f64,
    mean_absolute_deviation: f64,
    lead_time_in_forecast_periods: f64,
) -> Result<f64, Invalid> {
    let factor = sap_safety_factor(service_level)?;
    not_negative("mean_absolute_deviation", mean_absolute_deviation)?;
    let periods = positive("lead_time_in_forecast_periods", lead_time_in_forecast_periods)?;
    let stretch = if periods > 1.0 { periods.sqrt() } else { periods };
    Ok(factor * stretch * mean_absolute_deviation)
}

/// The safety stock of Oracle's "days of cover": so many days of average demand.
///
/// # Errors
///
/// When a number is negative.
pub fn days_of_cover_stock(average_daily_demand: f64, days_of_cover: f64) -> Result<f64, Invalid> {
    Ok(not_negative("average_daily_demand", average_daily_demand)?
        * not_negative("days_of_cover", days_of_cover)?)
}

/// Service of reordering a fixed quantity at a reorder point, demand over the lead time being normal:
/// β = 1 − (n(r) − n(r + Q)) / Q (Silver, Pyke and Thomas, section 6.7, with the second term, which
/// matters when the quantity is small).
///
/// # Errors
///
/// When the quantity is not above zero or the reorder point not finite.
///
/// ```
/// use replenish::inventory::classic::{NormalDemand, reorder_service};
/// let service = reorder_service(240.0, 300.0, NormalDemand::new(240.0, 45.0)?)?;
/// assert_eq!(service.cycle_service_level, 0.5); // every second cycle runs out …
/// assert!((service.fill_rate - 0.940).abs() < 1e-3); // … yet 94 of 100 units are served
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn reorder_service(
    reorder_point: f64,
    order_quantity: f64,
    lead_time_demand: NormalDemand,
) -> Result<Service, Invalid> {
    finite("reorder_point", reorder_point)?;
    positive("order_quantity", order_quantity)?;
    let short = short_in_a_cycle(reorder_point, order_quantity, lead_time_demand);
    Ok(Service {
        cycle_service_level: lead_time_demand.probability_at_most(reorder_point),
        fill_rate: 1.0 - short / order_quantity,
    })
}

/// The reorder point at which a share of demand is served from the shelf; the lead-time demand must
/// be uncertain.
///
/// # Errors
///
/// When the fill rate is not between zero and one, or the quantity or the deviation not above zero.
pub fn reorder_point_for_fill_rate(
    fill_rate: f64,
    order_quantity: f64,
    lead_time_demand: NormalDemand,
) -> Result<f64, Invalid> {
    let allowed =
        (1.0 - open_share("fill_rate", fill_rate)?) * positive("order_quantity", order_quantity)?;
    let deviation = positive("standard_deviation", lead_time_demand.standard_deviation())?;
    let mean = lead_time_demand.mean();
    // Below mean − Q − 40σ all is short, above mean + 40σ nothing, as far as numbers tell.
    let (low, high) = (mean - order_quantity - 40.0 * deviation, mean + 40.0 * deviation);
    Ok(crossing(low, high, |point| {
        short_in_a_cycle(point, order_quantity, lead_time_demand) <= allowed
    }))
}

/// Expected units short in a cycle: short at its end, less what was short already at its start.
fn short_in_a_cycle(reorder_point: f64, order_quantity: f64, demand: NormalDemand) -> f64 {
    demand.loss(reorder_point).shortage - demand.loss(reorder_point + order_quantity).shortage
}

impl PeriodicReview {
    /// Share of demand that is served from the shelf when every review orders up to a level: what is
    /// short at the end of a review cycle less what was short at its start, of what is asked for in
    /// it (Silver, Pyke and Thomas, section 6.8).
    ///
    /// # Errors
    ///
    /// When a number is out of its range.
    pub fn fill_rate(&self, order_up_to_level: f64) -> Result<f64, Invalid> {
        let mean = positive("demand_mean", self.demand_mean)?;
        not_negative("demand_standard_deviation", self.demand_standard_deviation)?;
        positive("review_period", self.review_period)?;
        not_negative("lead_time", self.lead_time)?;
        if order_up_to_level < 0.0 {
            return Err(refused("order_up_to_level", "a level of 0 or more", order_up_to_level));
        }
        finite("order_up_to_level", order_up_to_level)?;
        let period = NormalDemand::new(mean, self.demand_standard_deviation)?;
        let end = period.over(self.lead_time + self.review_period)?.loss(order_up_to_level);
        let start = period.over(self.lead_time)?.loss(order_up_to_level);
        Ok(1.0 - (end.shortage - start.shortage) / (mean * self.review_period))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    #[test]
    fn the_fill_rate_is_what_a_simulation_serves() {
        let demand = NormalDemand::new(240.0, 45.0).unwrap();
        let (reorder_point, quantity) = (250.0, 120.0);
        let exact = reorder_service(reorder_point, quantity, demand).unwrap().fill_rate;
        let mut random = Random::new(9);
        let (mut short, cycles) = (0.0, 400_000);
        for _ in 0..cycles {
            let wanted = demand.quantile(random.fraction().max(1e-12));
            // What the lead time before this order already owed is not short again.
            short +=
                (wanted - reorder_point).max(0.0) - (wanted - reorder_point - quantity).max(0.0);
        }
        let simulated = 1.0 - short / f64::from(cycles) / quantity;
        assert!((simulated - exact).abs() < 1e-3, "{simulated} {exact}");
    }

    #[test]
    fn a_reorder_point_gives_the_fill_rate_it_was_found_for() {
        for (fill_rate, quantity) in [(0.5, 10.0), (0.98, 300.0), (0.9999, 45.0)] {
            let demand = NormalDemand::new(240.0, 45.0).unwrap();
            let point = reorder_point_for_fill_rate(fill_rate, quantity, demand).unwrap();
            let service = reorder_service(point, quantity, demand).unwrap();
            assert!((service.fill_rate - fill_rate).abs() < 1e-12, "{service:?}");
        }
    }

    #[test]
    fn small_lead_times_and_bad_numbers() {
        let below = sap_safety_stock(0.95, 40.0, 0.25).unwrap();
        let above = sap_safety_stock(0.95, 40.0, 4.0).unwrap();
        assert!((above / below - 8.0).abs() < 1e-12);
        assert_eq!(sap_safety_factor(1.0).unwrap_err().path, "service_level");
        assert_eq!(
            sap_safety_stock(0.9, 1.0, 0.0).unwrap_err().path,
            "lead_time_in_forecast_periods"
        );
        assert_eq!(days_of_cover_stock(3.0, -1.0).unwrap_err().path, "days_of_cover");
        let demand = RandomLeadTime {
            demand_mean: 1.0,
            demand_standard_deviation: 1.0,
            lead_time_mean: -1.0,
            lead_time_standard_deviation: 0.0,
        };
        assert_eq!(demand.reorder_point(0.9).unwrap_err().path, "lead_time_mean");
        let normal = NormalDemand::new(10.0, 0.0).unwrap();
        let refused = reorder_point_for_fill_rate(0.9, 5.0, normal).unwrap_err();
        assert_eq!(refused.path, "standard_deviation");
        assert_eq!(reorder_service(1.0, 0.0, normal).unwrap_err().path, "order_quantity");
    }
}

//! Base stocks of stages in a row: supplier, warehouse, shop.

use super::{
    NormalDemand, UncertainDemand,
    parameter::{count, crossing, not_negative, positive, refused},
};
use crate::unit::{
    Invalid,
    math::{normal_density, normal_tail},
};

/// One stage; the one that customers buy from comes first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// What holding a unit here costs more than at the stage before it in the flow of goods, in one
    /// unit of time; above zero.
    pub echelon_holding_cost: f64,
    /// Units of time from the stage that supplies this one; above zero.
    pub lead_time: f64,
}

/// The best base stocks.
#[derive(Clone, Debug, PartialEq)]
pub struct StagedStock {
    /// Of each stage, what it and all stages nearer to the customer shall hold together, on the way
    /// to them included.
    pub echelon_base_stocks: Vec<f64>,
    /// Expected cost of holding and owing in one unit of time.
    pub cost: f64,
}

/// The base stocks that cost least for stages in a row, what is short waiting (Clark and Scarf,
/// "Optimal policies for a multi-echelon inventory problem", Management Science 6, 1960, by the
/// recursion of Chen and Zheng 1994).
///
/// Demand and stocks are not put on a grid: each stage's cost is kept by values, slopes and curvatures
/// and integrated by the rule of Gauss and Legendre up to the kink that the base stock of the stage
/// below puts into it. With lead times that are within a factor of a hundred of each other the result
/// is good to about nine digits.
///
/// # Errors
///
/// When there is no stage or more than 20, a number is not above zero, or demand is certain.
///
/// ```
/// use replenish::inventory::classic::{NormalDemand, Stage, serial_base_stock};
/// let stage = |echelon_holding_cost, lead_time| Stage { echelon_holding_cost, lead_time };
/// let stages = [stage(3.0, 1.0), stage(2.0, 1.0), stage(2.0, 2.0)];
/// let best = serial_base_stock(&stages, 37.12, NormalDemand::new(5.0, 1.0)?)?;
/// assert!((best.cost - 47.65).abs() < 0.05);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn serial_base_stock(
    stages: &[Stage],
    stockout_cost: f64,
    demand: NormalDemand,
) -> Result<StagedStock, Invalid> {
    if stages.is_empty() || stages.len() > 20 {
        return Err(refused("stages", "1 to 20 stages", stages.len()));
    }
    for (index, stage) in stages.iter().enumerate() {
        let at = |invalid: Invalid| invalid.at(format_args!("stages[{index}]"));
        positive("echelon_holding_cost", stage.echelon_holding_cost).map_err(at)?;
        positive("lead_time", stage.lead_time).map_err(at)?;
    }
    positive("stockout_cost", stockout_cost)?;
    positive("standard_deviation", demand.standard_deviation())?;
    not_negative("mean", demand.mean())?;
    // A unit owed is also one less held at every stage.
    let owed = stockout_cost + stages.iter().map(|stage| stage.echelon_holding_cost).sum::<f64>();
    let mut below: Option<Curve> = None;
    let mut echelon_base_stocks = Vec::with_capacity(stages.len());
    let (mut cost, mut until, mut shortest) = (0.0, 0.0, f64::INFINITY);
    for stage in stages {
        until += stage.lead_time;
        shortest = stage.lead_time.min(shortest);
        let ahead = Ahead {
            holding_cost: stage.echelon_holding_cost,
            owed,
            demand: demand.over(stage.lead_time)?,
            below: below.as_ref(),
            panel: 2.0 * (shortest / stage.lead_time).sqrt(),
        };
        // Ten deviations below the demand until the goods are sold, all is owed and the cost is a
        // straight line; the best stock is above.
        let sold = demand.over(until)?;
        let low = sold.mean() - 10.0 * sold.standard_deviation();
        let high = sold.mean() + 40.0 * sold.standard_deviation();
        let base = crossing(low, high, |stock| ahead.value(stock).slope >= 0.0);
        echelon_base_stocks.push(base);
        cost = ahead.value(base).cost;
        let points = (base - low) / (0.02 * demand.standard_deviation() * shortest.sqrt());
        let curve = Curve::new(low, base, count(points).clamp(500, 8000), |x| ahead.value(x));
        below = Some(curve);
    }
    Ok(StagedStock { echelon_base_stocks, cost })
}

/// Cost of a stock, and its first two derivatives.
#[derive(Clone, Copy)]
struct Value {
    cost: f64,
    slope: f64,
    curvature: f64,
}

/// One stage, looking a lead time ahead.
struct Ahead<'a> {
    holding_cost: f64,
    owed: f64,
    demand: NormalDemand,
    /// The stage it supplies; none for the one that sells.
    below: Option<&'a Curve>,
    /// Width of a piece of the integral, in standard deviations.
    panel: f64,
}

impl Ahead<'_> {
    /// What the stage holds a lead time later, and what the stages below cost then, which get no more
    /// than their base stock.
    fn value(&self, stock: f64) -> Value {
        let Self { holding_cost, owed, demand, .. } = *self;
        let (mean, deviation) = (demand.mean(), demand.standard_deviation());
        let held = holding_cost * (stock - mean);
        let Some(below) = self.below else {
            let z = (stock - mean) / deviation;
            return Value {
                cost: held + owed * demand.loss(stock).shortage,
                slope: holding_cost - owed * normal_tail(z),
                curvature: owed * normal_density(z) / deviation,
            };
        };
        // Only a demand above this leaves less than the base stock; there, slopes are continuous.
        let kink = (stock - below.base - mean) / deviation;
        let full = 1.0 - normal_tail(kink);
        let cost = held + full * below.at(below.base).cost;
        let mut value = Value { cost, slope: holding_cost, curvature: 0.0 };
        let start = kink.max(-9.0);
        let panels = ((9.0 - start) / self.panel).ceil().clamp(0.0, 200.0);
        let half = 0.5 * (9.0 - start) / panels.max(1.0);
        for panel in 0..count(panels) {
            let middle = start + half * (2.0 * panel as f64 + 1.0);
            for (place, weight) in RULE {
                for z in [middle - half * place, middle + half * place] {
                    let share = half * weight * normal_density(z);
                    let inner = below.at(stock - mean - deviation * z);
                    value.cost += share * inner.cost;
                    value.slope += share * inner.slope;
                    value.curvature += share * inner.curvature;
                }
            }
        }
        value
    }
}

/// A stage's cost up to its base stock, above which it gets nothing.
struct Curve {
    low: f64,
    base: f64,
    step: f64,
    /// At `low` and each step up to the base stock; at least two.
    values: Vec<Value>,
}

impl Curve {
    fn new(low: f64, base: f64, points: usize, value: impl Fn(f64) -> Value) -> Self {
        let step = (base - low) / points as f64;
        let values = (0..=points).map(|index| value(low + step * index as f64)).collect();
        Self { low, base, step, values }
    }

    /// The value at a stock of at most the base stock, by cubics through values and derivatives.
    fn at(&self, stock: f64) -> Value {
        let first = self.values[0];
        if stock <= self.low {
            let cost = first.cost + first.slope * (stock - self.low);
            return Value { cost, curvature: 0.0, ..first };
        }
        let place = (stock - self.low) / self.step;
        let index = count(place).min(self.values.len() - 2);
        let (a, b, t) = (self.values[index], self.values[index + 1], place - index as f64);
        let cubic = |from: f64, from_slope: f64, to: f64, to_slope: f64| {
            let (rest, step) = (1.0 - t, self.step);
            rest * rest * ((1.0 + 2.0 * t) * from + t * step * from_slope)
                + t * t * ((3.0 - 2.0 * t) * to - rest * step * to_slope)
        };
        Value {
            cost: cubic(a.cost, a.slope, b.cost, b.slope),
            slope: cubic(a.slope, a.curvature, b.slope, b.curvature),
            curvature: a.curvature + t * (b.curvature - a.curvature),
        }
    }
}

/// The positive half of the places and weights of the Gauss-Legendre rule with 16 points.
const RULE: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_64),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_64),
    (0.458_016_777_657_227_37, 0.169_156_519_395_002_65),
    (0.617_876_244_402_643_8, 0.149_595_988_816_576_7),
    (0.755_404_408_355_003, 0.124_628_971_255_534_07),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_6),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_456),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_176),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    fn stages(given: &[(f64, f64)]) -> Vec<Stage> {
        let stage = |&(echelon_holding_cost, lead_time)| Stage { echelon_holding_cost, lead_time };
        given.iter().map(stage).collect()
    }

    /// The cost of base stocks, by sampling the demand over each lead time: a stage is raised to its
    /// base stock as far as the stage above has goods.
    fn sampled(stages: &[Stage], stockout_cost: f64, demand: NormalDemand, bases: &[f64]) -> f64 {
        let owed: f64 =
            stockout_cost + stages.iter().map(|stage| stage.echelon_holding_cost).sum::<f64>();
        let mut random = Random::new(61);
        let (mut total, draws) = (0.0, 60_000);
        for _ in 0..draws {
            let mut there = f64::INFINITY;
            for (stage, base) in stages.iter().zip(bases).rev() {
                let over = demand.over(stage.lead_time).unwrap();
                there = there.min(*base) - over.quantile(random.fraction().max(1e-12));
                total += stage.echelon_holding_cost * there;
            }
            total += owed * (-there).max(0.0);
        }
        total / f64::from(draws)
    }

    #[test]
    fn sampled_costs_agree_and_no_neighbour_is_cheaper() {
        let demand = NormalDemand::new(5.0, 1.0).unwrap();
        for given in [
            vec![(3.0, 1.0), (2.0, 1.0), (2.0, 2.0)],
            vec![(1.0, 0.05), (4.0, 3.0)],
            vec![(1.0, 2.0), (0.5, 0.02), (1.5, 1.0), (0.2, 1.0)],
        ] {
            let stages = stages(&given);
            let best = serial_base_stock(&stages, 37.12, demand).unwrap();
            let own = sampled(&stages, 37.12, demand, &best.echelon_base_stocks);
            assert!((own / best.cost - 1.0).abs() < 0.01, "{own} {best:?}");
            for index in 0..stages.len() {
                for step in [-0.3, 0.3] {
                    let mut bases = best.echelon_base_stocks.clone();
                    bases[index] += step;
                    // A stage that is seldom the bottleneck hardly matters, hence the small allowance.
                    let other = sampled(&stages, 37.12, demand, &bases);
                    assert!(other > own - 1e-3 * own, "{given:?} {index}: {other} {own}");
                }
            }
        }
    }

    #[test]
    fn one_stage_is_a_newsvendor() {
        let demand = NormalDemand::new(5.0, 1.0).unwrap();
        let best = serial_base_stock(&stages(&[(3.0, 4.0)]), 20.0, demand).unwrap();
        let costs = super::super::NewsvendorCosts { holding_cost: 3.0, stockout_cost: 20.0 };
        let plain = super::super::newsvendor(&costs, &demand.over(4.0).unwrap()).unwrap();
        assert!((best.echelon_base_stocks[0] - plain.order_up_to_level).abs() < 1e-9);
        assert!((best.cost - plain.expected_cost).abs() < 1e-9);
    }

    #[test]
    fn a_stage_that_adds_no_value_adds_no_cost_but_its_pipeline() {
        // With hardly any cost of its own, the second stage holds plenty, and the first decides.
        let demand = NormalDemand::new(5.0, 1.0).unwrap();
        let two = serial_base_stock(&stages(&[(3.0, 1.0), (1e-9, 1.0)]), 20.0, demand).unwrap();
        let one = serial_base_stock(&stages(&[(3.0, 1.0)]), 20.0, demand).unwrap();
        assert!((two.cost - one.cost).abs() < 1e-6, "{two:?} {one:?}");
    }

    #[test]
    fn bad_numbers_name_their_field() {
        let demand = NormalDemand::new(5.0, 1.0).unwrap();
        let path = |given: &[(f64, f64)], cost, demand| {
            serial_base_stock(&stages(given), cost, demand).unwrap_err().path.clone()
        };
        assert_eq!(path(&[], 1.0, demand), "stages");
        assert_eq!(path(&[(1.0, 1.0), (1.0, 0.0)], 1.0, demand), "stages[1].lead_time");
        assert_eq!(path(&[(0.0, 1.0)], 1.0, demand), "stages[0].echelon_holding_cost");
        assert_eq!(path(&[(1.0, 1.0)], 0.0, demand), "stockout_cost");
        let certain = NormalDemand::new(5.0, 0.0).unwrap();
        assert_eq!(path(&[(1.0, 1.0)], 1.0, certain), "standard_deviation");
    }
}

//! The policies and the stock that they are responsible for.

use super::{HOLDING, METHODS, Outcome, Product, SHORTAGE, YEAR};
use replenish::{
    forecast::DemandDistribution,
    inventory::{LostSales, LostSalesGoal, PeriodReceipt},
    unit::{Probability, math},
};

/// Weeks of a year, as places.
const PHASES: usize = YEAR as usize;

/// One product's stock at the beginning of a week.
#[derive(Clone, Copy, Default)]
pub(crate) struct State {
    on_hand: f64,
    /// What comes in this week, and in the next.
    coming: [f64; 2],
}

/// What a week cost.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) holding: f64,
    pub(crate) lost: f64,
}

/// What is known of one product's demand when an order is placed.
pub(crate) struct Outlook {
    /// Four weeks of the seasonal average.
    pub(crate) reference: f64,
    /// Mean and standard deviation of the last year's weeks.
    pub(crate) recent: (f64, f64),
    /// Demand of the next three weeks together, by method.
    pub(crate) sums: Vec<DemandDistribution>,
    /// Demand of each of the next weeks, by method.
    pub(crate) periods: Vec<Vec<DemandDistribution>>,
}

/// How much is ordered.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Policy {
    /// Up to four weeks of the seasonal average, rounded to the nearest unit.
    Reference,
    /// The same, rounded up.
    ReferenceRoundedUp,
    /// Up to mean and safety factor times standard deviation of three weeks, as normal, from the last
    /// year's weeks.
    Normal,
    /// Up to the quantile of the method's demand of three weeks at the critical ratio.
    BaseStock { method: usize },
    /// By what will be left over, so many weeks of demand looked at.
    LeftOver { method: usize, weeks: usize },
}

impl Policy {
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![Self::Reference, Self::ReferenceRoundedUp, Self::Normal];
        for method in 0..METHODS.len() {
            all.push(Self::BaseStock { method });
            all.extend([3, 5].map(|weeks| Self::LeftOver { method, weeks }));
        }
        all
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::Reference => "reference".to_owned(),
            Self::ReferenceRoundedUp => "reference, rounded up".to_owned(),
            Self::Normal => "normal, 52 weeks, base stock".to_owned(),
            Self::BaseStock { method } => format!("{}: base stock", METHODS[method].0),
            Self::LeftOver { method, weeks: 3 } => {
                format!("{}: lost sales, near-sighted", METHODS[method].0)
            }
            Self::LeftOver { method, .. } => format!("{}: lost sales", METHODS[method].0),
        }
    }

    pub(crate) fn order(self, state: &State, outlook: &Outlook) -> Outcome<f64> {
        let critical_ratio = SHORTAGE / (SHORTAGE + HOLDING);
        let position = state.on_hand + state.coming[0] + state.coming[1];
        let up_to = |level: f64| (level - position).max(0.0);
        Ok(match self {
            Self::Reference => up_to(outlook.reference).round(),
            Self::ReferenceRoundedUp => up_to(outlook.reference).ceil(),
            Self::Normal => {
                let (mean, deviation) = outlook.recent;
                let safety = math::normal_quantile(critical_ratio) * deviation;
                up_to(3.0 * mean + 3.0_f64.sqrt() * safety).round()
            }
            Self::BaseStock { method } => {
                up_to(outlook.sums[method].quantile(Probability::new(critical_ratio)?)).round()
            }
            Self::LeftOver { method, weeks } => {
                let receipts =
                    [0, 1].map(|period| PeriodReceipt { period, quantity: state.coming[period] });
                let what = LostSales {
                    demand: &outlook.periods[method][..weeks],
                    on_hand: state.on_hand,
                    receipts: &receipts,
                    arrives: 2,
                    next_arrives: 3,
                    goal: LostSalesGoal::Cost {
                        holding: HOLDING,
                        shortage: SHORTAGE,
                        left_over: 0.0,
                    },
                    multiple: 1.0,
                };
                what.order()?.quantity
            }
        })
    }
}

impl State {
    /// Goes through a week at whose beginning something was ordered; where demand is not known,
    /// nothing is sold and nothing costs.
    pub(crate) fn week(&mut self, demand: Option<f64>, ordered: f64) -> Cost {
        let there = self.on_hand + self.coming[0];
        self.coming = [self.coming[1], ordered];
        self.on_hand = (there - demand.unwrap_or(0.0)).max(0.0);
        demand.map_or(Cost::default(), |wanted| Cost {
            holding: HOLDING * self.on_hand,
            lost: SHORTAGE * (wanted - there).max(0.0),
        })
    }
}

/// Where so many weeks of the reference policy lead, from stock of a week and a half and a week on
/// its way in each of two weeks.
pub(crate) fn after_reference(products: &[Product], start: usize, weeks: usize) -> Vec<State> {
    let week_of = |four_weeks: f64| (four_weeks / 4.0).round();
    let begin = |&reference: &f64| State {
        on_hand: week_of(1.5 * reference),
        coming: [week_of(reference); 2],
    };
    let mut states: Vec<State> = references(products, start - weeks).iter().map(begin).collect();
    for week in start - weeks..start {
        let levels = references(products, week);
        for ((state, product), level) in states.iter_mut().zip(products).zip(levels) {
            let position = state.on_hand + state.coming[0] + state.coming[1];
            state.week(product.demand(week), (level - position).max(0.0).round());
        }
    }
    states
}

/// Four weeks of each product's seasonal average, as known before a week.
pub(crate) fn references(products: &[Product], week: usize) -> Vec<f64> {
    let mean_of = |values: &mut dyn Iterator<Item = f64>| {
        let (sum, count) = values.fold((0.0, 0.0), |(sum, count), v| (sum + v, count + 1.0));
        if count > 0.0 { sum / count } else { f64::NAN }
    };
    let of_week =
        |week: usize| mean_of(&mut products.iter().filter_map(|product| product.demand(week)));
    let means: Vec<f64> = (0..week).map(of_week).collect();
    let phase = |phase: usize| mean_of(&mut means.iter().copied().skip(phase).step_by(PHASES));
    let mut indices: Vec<f64> = (0..PHASES).map(phase).collect();
    let usual = mean_of(&mut indices.iter().copied().filter(|index| index.is_finite()));
    for index in &mut indices {
        *index = if *index > 0.0 { *index / usual } else { 1.0 };
    }
    let ahead: f64 = (week..week + 4).map(|week| indices[week % PHASES]).sum();
    let average = |product: &Product| {
        let adjusted = |from: usize| {
            let weeks = (from..week).filter_map(|w| Some(product.demand(w)? / indices[w % PHASES]));
            mean_of(&mut weeks.into_iter())
        };
        let recent = adjusted(week.saturating_sub(13));
        let level = if recent.is_finite() { recent } else { adjusted(0) };
        if level.is_finite() { level } else { 0.0 }
    };
    products.iter().map(|product| average(product) * ahead).collect()
}

/// Mean and standard deviation of the weeks of the last year.
pub(crate) fn recent(product: &Product, week: usize) -> (f64, f64) {
    let weeks = week.saturating_sub(PHASES)..week;
    let known: Vec<f64> = weeks.filter_map(|week| product.demand(week)).collect();
    let count = known.len().max(1) as f64;
    let mean = known.iter().sum::<f64>() / count;
    let squares: f64 = known.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}

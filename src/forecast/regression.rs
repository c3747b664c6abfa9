//! What promotions, prices, events and closed days do to demand.
//!
//! Demand is `level · season · effect`: a level that moves slowly, a short season, and the product
//! of what the regressors do, each a factor raised to its value. All three are found in turn by
//! the likelihood of counts, which asks for the mean only and takes zeros as they are (Gourieroux,
//! Monfort and Trognon, "Pseudo maximum likelihood methods: applications to Poisson models",
//! Econometrica 52, 1984; Santos Silva and Tenreyro, "The log of gravity", Review of Economics and
//! Statistics 88, 2006). Effects are drawn towards none as if each were one of many like it (a
//! ridge penalty, Hoerl and Kennard, Technometrics 12, 1970): one promotion proves little, fifty
//! prove what they do, and columns that say the same share the effect.
//!
//! A model then follows the history with the effects taken out, and its forecasts get those of the
//! future put back. Whether that helps is tried first on the end of the history.

use super::linear::{MAX_UNKNOWNS, NormalEquations};
use crate::unit::math;
use serde::{Deserialize, Serialize};

/// Something known beforehand that may move demand.
#[derive(Clone, Debug, PartialEq)]
pub struct Regressor {
    /// What explanations call it.
    pub name: String,
    /// What its values mean.
    pub kind: RegressorKind,
    /// One value for each period of the history, then one for each period ahead. Where one is
    /// missing (NaN) the one before goes on in the history, and ahead it is as usual: no promotion or
    /// event, the median of anything else, of prices that of late.
    pub values: Vec<f64>,
}

/// What the values of a regressor mean.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum RegressorKind {
    /// How strongly the product is promoted: 0 not, 1 fully.
    Promotion,
    /// The price of a unit; its effect is an elasticity.
    Price,
    /// Whether something happens: 0 or 1.
    Event,
    /// Whether nothing can be sold: closed when above 0.
    Closed,
    /// Any other number, such as a temperature.
    Other,
}

/// The effect of one regressor, as found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Influence {
    /// The regressor.
    pub name: String,
    /// What its values mean.
    pub kind: RegressorKind,
    /// By how much demand is multiplied: at 1 against 0 for a promotion or an event, at a price a
    /// tenth higher, at one more unit of anything else, and 0 for closed periods.
    pub factor: f64,
    /// Periods of the history that could show it: those away from the usual value. Without one
    /// nothing is known and the factor is 1.
    pub periods: usize,
}

/// What is known of the effects, and the history without them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Adjustment {
    /// The history as if nothing had been promoted, at today's usual price and always open; as long
    /// as the history.
    pub(super) history: Vec<f64>,
    /// What demand ahead is multiplied by, mean and quantiles alike; 0 where closed.
    pub(super) factors: Vec<f64>,
    /// Which periods of the history were closed: their values are filled in and say nothing.
    pub(super) closed: Vec<bool>,
    /// What each regressor does, in the sequence given.
    pub(super) influences: Vec<Influence>,
}

/// Finds what the regressors do, when forecasts of the end of the history are better for it.
///
/// Without that only closed periods count. Nothing when there is nothing to adjust.
pub(super) fn fit(
    values: &[f64],
    regressors: &[Regressor],
    horizon: usize,
    season_length: usize,
) -> Option<Adjustment> {
    let design = Design::new(values, regressors, horizon, season_length)?;
    let periods = values.len();
    let helps = !design.columns.is_empty() && design.helps(values, horizon);
    if !helps && !design.closed.contains(&true) {
        return None;
    }
    let estimate =
        design.estimate(values, periods, if helps { Effects::Found } else { Effects::None });
    let mut history = Vec::with_capacity(periods);
    for (t, &value) in values.iter().enumerate() {
        history.push(if design.closed[t] {
            estimate.level[t] * estimate.season[t % estimate.season.len()]
        } else {
            value / estimate.effect[t]
        });
    }
    let ahead = periods..periods + horizon;
    let factor = |t: usize| if design.closed[t] { 0.0 } else { estimate.effect[t] };
    Some(Adjustment {
        history,
        factors: ahead.map(factor).collect(),
        closed: design.closed[..periods].to_vec(),
        influences: design.influences(regressors, &estimate.coefficients, periods),
    })
}

/// The regressors as columns.
struct Design {
    columns: Vec<Column>,
    /// Whether each period of history and horizon is closed.
    closed: Vec<bool>,
    season: usize,
}

/// One regressor, zero at its usual value.
struct Column {
    /// Which of the regressors given.
    regressor: usize,
    /// Over history and horizon, the latter kept to what the history has shown.
    values: Vec<f64>,
    /// How far one unit of it is thought to move the logarithm of demand.
    prior: f64,
    /// Units of the column in one unit of the regressor.
    unit: f64,
}

/// Whether effects are looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Effects {
    Found,
    None,
}

/// What is found in the first part of the history.
struct Estimate {
    coefficients: Vec<f64>,
    /// The slow level, by period of that part.
    level: Vec<f64>,
    /// Factors by place in the season, on average one.
    season: Vec<f64>,
    /// The product of the effects, over history and horizon.
    effect: Vec<f64>,
}

impl Design {
    /// Nothing when there is no regressor, or the history is too short to tell effects from chance.
    fn new(
        values: &[f64],
        regressors: &[Regressor],
        horizon: usize,
        season_length: usize,
    ) -> Option<Self> {
        let periods = values.len();
        if regressors.is_empty() || periods < SHORTEST || !values.iter().any(|&value| value > 0.0) {
            return None;
        }
        let mut closed = vec![false; periods + horizon];
        for regressor in regressors.iter().filter(|r| r.kind == RegressorKind::Closed) {
            for (closed, value) in closed.iter_mut().zip(&regressor.values) {
                *closed |= *value > 0.0;
            }
        }
        if closed[..periods].iter().filter(|&&closed| !closed).count() < SHORTEST {
            return None;
        }
        let columns = (0..regressors.len())
            .filter_map(|index| column(index, &regressors[index], periods, horizon, &closed))
            .take(MAX_UNKNOWNS)
            .collect();
        // A season of which fewer than four cycles are seen would take the effects for itself.
        let season = if season_length <= periods / 4 { season_length.max(1) } else { 1 };
        Some(Self { columns, closed, season })
    }

    /// Whether forecasts from earlier periods would have been better with the effects.
    fn helps(&self, values: &[f64], horizon: usize) -> bool {
        let periods = values.len();
        let step = horizon.clamp(1, (periods / 8).max(1));
        let (mut with, mut without) = (0.0, 0.0);
        for window in 1..=WINDOWS {
            let origin = periods - window * step;
            if origin < SHORTEST {
                break;
            }
            for (effects, error) in [(Effects::Found, &mut with), (Effects::None, &mut without)] {
                let estimate = self.estimate(values, origin, effects);
                let level = estimate.level.last().copied().unwrap_or(0.0);
                for t in (origin..origin + step).filter(|&t| !self.closed[t]) {
                    let season = estimate.season[t % estimate.season.len()];
                    *error += deviance(values[t], level * season * estimate.effect[t]);
                }
            }
        }
        with < without * HELPFUL
    }

    /// Level, season and effects of the first periods, each found with the others as they are.
    fn estimate(&self, values: &[f64], periods: usize, effects: Effects) -> Estimate {
        let mut estimate = Estimate {
            coefficients: vec![0.0; self.columns.len()],
            level: vec![0.0; periods],
            season: vec![1.0; self.season],
            effect: vec![1.0; self.closed.len()],
        };
        // Wide enough to see periods with and without a promotion, narrow enough for the level not to
        // be one of years ago.
        let half = (periods / 20).clamp(4, 25);
        for _ in 0..ROUNDS {
            self.find_level(&values[..periods], half, &mut estimate);
            self.find_season(&values[..periods], &mut estimate);
            if effects == Effects::None || self.columns.is_empty() {
                continue;
            }
            let before = estimate.coefficients.clone();
            self.find_effects(&values[..periods], &mut estimate);
            let moved = before.iter().zip(&estimate.coefficients).map(|(a, b)| (a - b).abs());
            if moved.fold(0.0, f64::max) < SETTLED {
                break;
            }
        }
        self.find_level(&values[..periods], half, &mut estimate);
        estimate
    }

    /// Demand near a period over what season and effects alone would have made of a level of one.
    fn find_level(&self, values: &[f64], half: usize, estimate: &mut Estimate) {
        let mut sums = vec![(0.0, 0.0)];
        for (t, &value) in values.iter().enumerate() {
            let (demand, weight): (f64, f64) = sums[t];
            sums.push(if self.closed[t] {
                (demand, weight)
            } else {
                let expected = estimate.season[t % self.season] * estimate.effect[t];
                (demand + value.max(0.0), weight + expected)
            });
        }
        let whole = sums[values.len()];
        for (t, level) in estimate.level.iter_mut().enumerate() {
            let (from, to) = (sums[t.saturating_sub(half)], sums[(t + half + 1).min(values.len())]);
            let (demand, weight) = (to.0 - from.0, to.1 - from.1);
            // A few periods of the average level keep a stretch without demand above nothing.
            *level = (demand + whole.0 / whole.1.max(1e-300)) / (weight + 1.0);
        }
    }

    fn find_season(&self, values: &[f64], estimate: &mut Estimate) {
        if self.season < 2 {
            return;
        }
        let mut sums = vec![(0.0, 0.0); self.season];
        for (t, &value) in values.iter().enumerate().filter(|&(t, _)| !self.closed[t]) {
            let (demand, expected) = &mut sums[t % self.season];
            *demand += value.max(0.0);
            *expected += estimate.level[t] * estimate.effect[t];
        }
        let average = sums.iter().map(|sum| sum.1).sum::<f64>() / values.len() as f64;
        for (factor, (demand, expected)) in estimate.season.iter_mut().zip(sums) {
            *factor = (demand + average) / (expected + average);
        }
        let mean = estimate.season.iter().sum::<f64>() / self.season as f64;
        for factor in &mut estimate.season {
            *factor /= mean;
        }
    }

    /// Newton's method on the likelihood of counts with the prior's penalty.
    fn find_effects(&self, values: &[f64], estimate: &mut Estimate) {
        let count = self.columns.len();
        let open: Vec<usize> = (0..values.len()).filter(|&t| !self.closed[t]).collect();
        let mut row = vec![0.0; count];
        for _ in 0..NEWTON_STEPS {
            let mut equations = NormalEquations::new(count);
            let mut dispersion = 0.0;
            for &t in &open {
                let mean =
                    estimate.level[t] * estimate.season[t % self.season] * estimate.effect[t];
                let residual = values[t].max(0.0) - mean;
                dispersion += residual * residual / mean.max(1e-300);
                for (value, column) in row.iter_mut().zip(&self.columns) {
                    *value = column.values[t];
                }
                if row.iter().any(|&value| value != 0.0) {
                    equations.add(&row, mean, residual);
                }
            }
            dispersion /= open.len() as f64;
            for (index, column) in self.columns.iter().enumerate() {
                let penalty = dispersion / (column.prior * column.prior);
                equations.penalise(index, penalty.max(1e-300), estimate.coefficients[index]);
            }
            let mut largest = 0.0_f64;
            for (coefficient, step) in estimate.coefficients.iter_mut().zip(equations.solve()) {
                let step = if step.is_finite() { step.clamp(-1.0, 1.0) } else { 0.0 };
                *coefficient += step;
                largest = largest.max(step.abs());
            }
            for (t, effect) in estimate.effect.iter_mut().enumerate() {
                let sum: f64 = self
                    .columns
                    .iter()
                    .zip(&estimate.coefficients)
                    .map(|(column, coefficient)| column.values[t] * coefficient)
                    .sum();
                // Most periods have no promotion, and the exponential costs the most here.
                *effect = if sum == 0.0 {
                    1.0
                } else {
                    math::exp(sum.clamp(-LARGEST_EFFECT, LARGEST_EFFECT))
                };
            }
            if largest < SETTLED {
                break;
            }
        }
    }

    fn influences(&self, given: &[Regressor], found: &[f64], periods: usize) -> Vec<Influence> {
        let mut influences: Vec<Influence> = given
            .iter()
            .map(|regressor| {
                let closed = regressor.kind == RegressorKind::Closed;
                let known = regressor.values.iter().take(periods);
                let seen = if closed { known.filter(|&&value| value > 0.0).count() } else { 0 };
                Influence {
                    name: regressor.name.clone(),
                    kind: regressor.kind,
                    factor: if closed { 0.0 } else { 1.0 },
                    periods: seen,
                }
            })
            .collect();
        for (column, coefficient) in self.columns.iter().zip(found) {
            let influence = &mut influences[column.regressor];
            influence.factor = math::exp(coefficient * column.unit);
            let away = |&t: &usize| !self.closed[t] && column.values[t] != 0.0;
            influence.periods = (0..periods).filter(away).count();
        }
        influences
    }
}

/// The column of a regressor; nothing when the open history never moves it.
fn column(
    index: usize,
    regressor: &Regressor,
    periods: usize,
    horizon: usize,
    closed: &[bool],
) -> Option<Column> {
    let is_price = regressor.kind == RegressorKind::Price;
    let usable = |value: f64| value.is_finite() && (!is_price || value > 0.0);
    let mut last = regressor.values.iter().copied().find(|&value| usable(value))?;
    let mut values = Vec::with_capacity(periods + horizon);
    for t in 0..periods + horizon {
        if let Some(&value) = regressor.values.get(t).filter(|&&value| usable(value)) {
            last = value;
        }
        values.push(if is_price { math::ln(last) } else { last });
    }
    let open = || (0..periods).filter(|&t| !closed[t]);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for t in open() {
        low = low.min(values[t]);
        high = high.max(values[t]);
    }
    if high - low <= 1e-9 * high.abs().max(low.abs()) {
        return None;
    }
    let (usual, prior, unit, scale) = match regressor.kind {
        RegressorKind::Promotion | RegressorKind::Event => (0.0, 0.5, 1.0, 1.0),
        RegressorKind::Price => {
            let recent = open().skip(open().count().saturating_sub(RECENT));
            (median(recent.map(|t| values[t]).collect()), 1.0, math::ln(1.1), 1.0)
        }
        RegressorKind::Closed => return None,
        RegressorKind::Other => {
            let usual = median(open().map(|t| values[t]).collect());
            let spread = high - low;
            (usual, 0.5, 1.0 / spread, spread)
        }
    };
    for (t, value) in values.iter_mut().enumerate() {
        let known = t < periods || regressor.values.get(t).copied().is_some_and(usable);
        *value = if known { (value.clamp(low, high) - usual) / scale } else { 0.0 };
    }
    Some(Column { regressor: index, values, prior, unit })
}

/// The middle value, or the lower of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

/// How badly a mean was forecast, by the likelihood of counts.
fn deviance(value: f64, mean: f64) -> f64 {
    let (value, mean) = (value.max(0.0), mean.max(1e-300));
    let log = if value > 0.0 { value * math::ln(value / mean) } else { 0.0 };
    2.0 * (log - (value - mean))
}

/// Open periods below which effects cannot be told from chance.
const SHORTEST: usize = 12;
/// Times that level, season and effects are found in turn.
const ROUNDS: usize = 4;
/// Change of a coefficient, of a logarithm that is, below which there is nothing more to find.
const SETTLED: f64 = 1e-4;
/// Newton steps in each turn.
const NEWTON_STEPS: usize = 3;
/// Forecasts of the end of the history that decide whether effects help.
const WINDOWS: usize = 6;
/// How much smaller their error must be for that.
const HELPFUL: f64 = 0.995;
/// Periods over which today's usual price is taken.
const RECENT: usize = 26;
/// Logarithm of the largest effect of all regressors together: twentyfold.
const LARGEST_EFFECT: f64 = 3.0;

#[cfg(test)]
mod tests {
    use super::*;

    const HORIZON: usize = 8;

    /// Noise that is the same on every machine, from -0.5 to 0.5.
    fn noise(count: usize) -> Vec<f64> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24) - 0.5
        };
        (0..count).map(|_| next()).collect()
    }

    fn regressor(kind: RegressorKind, values: &[f64]) -> Regressor {
        Regressor { name: "it".to_owned(), kind, values: values.to_vec() }
    }

    /// Demand around 20 with a week, multiplied by what is given.
    fn demand(effects: &[f64]) -> Vec<f64> {
        let week = [0.6, 0.8, 0.9, 1.0, 1.2, 1.5, 1.0];
        noise(effects.len() - HORIZON)
            .iter()
            .enumerate()
            .map(|(t, e)| (20.0 * week[t % 7] * effects[t] * (1.0 + 0.4 * e)).round())
            .collect()
    }

    #[test]
    fn recovers_what_a_promotion_and_a_price_do() {
        let promotion: Vec<f64> = (0..358).map(|t| f64::from(u8::from(t % 23 < 4))).collect();
        let price: Vec<f64> = (0..358).map(|t| if t / 9 % 5 == 0 { 1.6 } else { 2.0 }).collect();
        let effects: Vec<f64> = promotion
            .iter()
            .zip(&price)
            .map(|(promoted, price)| math::pow(1.8, *promoted) * math::pow(price / 2.0, -2.0))
            .collect();
        let y = demand(&effects);
        let given = [
            regressor(RegressorKind::Promotion, &promotion),
            regressor(RegressorKind::Price, &price),
        ];
        let found = fit(&y, &given, HORIZON, 7).unwrap();
        assert!((found.influences[0].factor - 1.8).abs() < 0.06, "{:?}", found.influences);
        // A price a tenth higher: 1.1 to the power of -2.
        assert!((found.influences[1].factor - 0.826).abs() < 0.03, "{:?}", found.influences);
        for (step, factor) in found.factors.iter().enumerate() {
            let truth = effects[y.len() + step];
            assert!((factor / truth - 1.0).abs() < 0.06, "{step}: {factor} {truth}");
        }
        let unknown = [regressor(RegressorKind::Price, &price[..350])];
        let usual = fit(&y, &unknown, HORIZON, 7).unwrap().factors;
        assert!(usual.iter().all(|factor| (factor - 1.0).abs() < 1e-12), "{usual:?}");
        let plain = demand(&vec![1.0; 358]);
        let (adjusted, expected): (f64, f64) = (found.history.iter().sum(), plain.iter().sum());
        assert!((adjusted / expected - 1.0).abs() < 0.02, "{adjusted} {expected}");
    }

    #[test]
    fn closed_days_are_filled_and_forecast_zero() {
        let closed: Vec<f64> = (0..148).map(|t| f64::from(u8::from(t % 7 == 6))).collect();
        let open: Vec<f64> = closed.iter().map(|closed| 1.0 - closed).collect();
        let y = demand(&open);
        let found = fit(&y, &[regressor(RegressorKind::Closed, &closed)], HORIZON, 7).unwrap();
        for (t, value) in y.iter().enumerate() {
            assert_eq!(found.closed[t], t % 7 == 6);
            let filled = found.history[t];
            assert!(if found.closed[t] { filled > 5.0 } else { (filled - value).abs() < 1e-9 });
        }
        for (step, &factor) in found.factors.iter().enumerate() {
            let expected = if (y.len() + step) % 7 == 6 { 0.0 } else { 1.0 };
            assert!((factor - expected).abs() < 1e-12);
        }
        assert_eq!((found.influences[0].factor.to_bits(), found.influences[0].periods), (0, 20));
    }

    #[test]
    fn what_says_nothing_changes_nothing() {
        let y = demand(&[1.0; 208]);
        let arbitrary: Vec<f64> = (0..208).map(|t| f64::from(t * t % 11 % 2)).collect();
        let never = [vec![0.0; 200], vec![1.0; 8]].concat();
        for values in [&arbitrary[..], &never, &[3.0; 208], &[], &[f64::NAN; 208]] {
            for kind in [RegressorKind::Promotion, RegressorKind::Price, RegressorKind::Other] {
                let found = fit(&y, &[regressor(kind, values)], HORIZON, 7);
                // Chance may find an effect; then it is a small one.
                for influence in found.iter().flat_map(|found| &found.influences) {
                    assert!((influence.factor - 1.0).abs() < 0.08, "{influence:?}");
                }
            }
        }
        assert_eq!(fit(&y, &[], HORIZON, 7), None);
    }

    #[test]
    fn a_regressor_never_seen_is_reported_beside_one_that_helps() {
        let promotion: Vec<f64> = (0..208).map(|t| f64::from(u8::from(t % 10 < 3))).collect();
        let never = [vec![0.0; 200], vec![1.0; 8]].concat();
        let effects: Vec<f64> = promotion.iter().map(|p| 1.0 + p).collect();
        let given = [
            regressor(RegressorKind::Event, &never),
            regressor(RegressorKind::Promotion, &promotion),
            regressor(RegressorKind::Promotion, &promotion),
        ];
        let found = fit(&demand(&effects), &given, HORIZON, 7).unwrap().influences;
        assert_eq!((found[0].factor.to_bits(), found[0].periods), (1.0_f64.to_bits(), 0));
        // Two columns that say the same share the effect.
        assert!((found[1].factor * found[2].factor - 2.0).abs() < 0.1, "{found:?}");
        assert!((found[1].factor - found[2].factor).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn one_promotion_proves_less_than_fifty() {
        let factor = |every: usize| {
            let promotion: Vec<f64> = (0..208_usize)
                .map(|t| f64::from(u8::from((t + 1).is_multiple_of(every))))
                .collect();
            // Threefold, among values of 10 and 30.
            let usual = |t: usize| if (t / 4).is_multiple_of(2) { 10.0 } else { 30.0 };
            let y: Vec<f64> =
                (0..200).map(|t| if promotion[t] > 0.0 { 60.0 } else { usual(t) }).collect();
            let given = [regressor(RegressorKind::Promotion, &promotion)];
            let design = Design::new(&y, &given, HORIZON, 7).unwrap();
            math::exp(design.estimate(&y, y.len(), Effects::Found).coefficients[0])
        };
        let (one, many) = (factor(190), factor(4));
        assert!(1.1 < one && one < 0.9 * many && (many - 3.0).abs() < 0.2, "{one} {many}");
    }

    #[test]
    fn nothing_is_too_strange() {
        let wild = [1e15, 0.0, 1e-12, -4.0, 7.0, 0.0, 3.0, 1e9, 0.0, 0.0, 2.0, 1e-300];
        let y: Vec<f64> = wild.iter().cycle().take(40).copied().collect();
        let price: Vec<f64> = wild.iter().rev().cycle().take(48).copied().collect();
        for kind in [RegressorKind::Price, RegressorKind::Promotion, RegressorKind::Closed] {
            for values in [&price[..], &price[..3]] {
                for y in [&y[..], &y[..13], &[], &[0.0; 30]] {
                    if let Some(found) = fit(y, &[regressor(kind, values)], HORIZON, 7) {
                        assert!(found.history.iter().all(|value| value.is_finite()));
                        assert!(found.factors.iter().all(|value| (0.0..=21.0).contains(value)));
                        assert_eq!(found.history.len(), y.len());
                    }
                }
            }
        }
    }
}

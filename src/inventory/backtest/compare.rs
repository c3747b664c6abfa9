//! Every baseline beside ours at the same stock value.

use super::{
    bootstrap::ConfidenceInterval,
    curve::{PolicyCurve, PolicyMeasures, curves},
    equal_stock::compare,
    item::BacktestOptions,
    rule::BacktestPolicy,
    trial::BacktestTrial,
};
use crate::{inventory::InventoryError, unit::Invalid};
use serde::{Deserialize, Serialize};

/// What a backtest found.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct BacktestResult {
    /// How the records were divided and replayed.
    pub options: BacktestOptions,
    /// Products that were replayed.
    pub products: usize,
    /// Every policy at every setting of its dial.
    pub curves: Vec<PolicyCurve>,
    /// Each of our policies against each baseline, over all products.
    pub comparisons: Vec<PolicyComparison>,
    /// Our first policy against each baseline, over some of the products.
    pub slices: Vec<BacktestSlice>,
}

/// One of our policies against a baseline at equal stock value.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PolicyComparison {
    /// Ours.
    pub ours: BacktestPolicy,
    /// The other.
    pub baseline: BacktestPolicy,
    /// Where the baseline was compared: its settings that came nearest to each fill rate in
    /// [`FILL_RATES`] while dials were chosen, each setting once.
    pub points: Vec<ComparisonPoint>,
    /// Our emergency lines over the baseline's, the mean of the points; absent without any.
    #[cfg_attr(target_family = "wasm", tsify(type = "number | null"))]
    pub ratio: Option<f64>,
    /// How sure that is.
    #[cfg_attr(target_family = "wasm", tsify(type = "ConfidenceInterval | null"))]
    pub interval: Option<ConfidenceInterval>,
    /// Settings of the baseline whose stock ours can be held to.
    pub comparable: usize,
    /// Of these, the ones at which ours had more emergency lines, by stock value.
    pub worse: Vec<WorsePoint>,
}

/// One setting of a baseline, and ours at the same stock value in the test.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ComparisonPoint {
    /// The fill rate for which the setting was chosen.
    pub fill_rate: f64,
    /// The setting.
    pub dial: f64,
    /// The baseline in the test.
    pub baseline: PolicyMeasures,
    /// Ours in the test, between the two settings whose stock values are next to the baseline's.
    pub ours: PolicyMeasures,
    /// Our emergency lines over the baseline's.
    pub ratio: f64,
    /// How sure that is.
    #[cfg_attr(target_family = "wasm", tsify(type = "ConfidenceInterval | null"))]
    pub interval: Option<ConfidenceInterval>,
    /// Our stock value over the baseline's when ours has as many emergency lines; absent where no
    /// setting of ours has.
    #[cfg_attr(target_family = "wasm", tsify(type = "number | null"))]
    pub stock_ratio: Option<f64>,
    /// What came in the test of the setting of ours whose stock was nearest to the baseline's while
    /// dials were chosen.
    pub frozen: Frozen,
}

/// A setting chosen beforehand, and what came of it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Frozen {
    /// The setting.
    pub dial: f64,
    /// Our stock value over the baseline's in the test.
    pub stock_ratio: f64,
    /// Our emergency lines over the baseline's in the test.
    pub ratio: f64,
}

/// Where a baseline was better.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct WorsePoint {
    /// The baseline's stock value.
    pub stock_value: f64,
    /// The share of demand that its stock covered.
    pub fill_rate: f64,
    /// Our emergency lines over its; absent where it had none.
    #[cfg_attr(target_family = "wasm", tsify(type = "number | null"))]
    pub ratio: Option<f64>,
}

/// Comparisons over some of the products.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct BacktestSlice {
    /// Which.
    pub kind: SliceKind,
    /// How many.
    pub products: usize,
    /// Our first policy against each baseline.
    pub comparisons: Vec<PolicyComparison>,
}

/// Some of the products, told apart by what was known before the replay.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum SliceKind {
    /// Wanted in fewer than three of four open periods.
    Intermittent,
    /// The others.
    Regular,
    /// With the longest lead times, where they differ.
    LongLeadTime,
    /// The others.
    ShortLeadTime,
    /// Products with promotions. Ratios are of their emergency lines in promoted periods only, at equal
    /// stock value in all periods; measures are of all periods.
    Promoted,
}

/// The fill rates at which baselines are compared: those that buyers ask for.
pub const FILL_RATES: [f64; 4] = [0.9, 0.95, 0.98, 0.99];

/// Compares our policies with every baseline at equal stock value.
///
/// # Errors
///
/// When there are no trials, or they are of other options.
///
/// ```
/// use replenish::forecast::{LeadTime, Series};
/// use replenish::inventory::backtest::{
///     BacktestItem, BacktestOptions, BacktestSupply, compare_policies, line_value, try_policies,
/// };
/// let supply = BacktestSupply {
///     lead_time: LeadTime::Fixed { periods: 1 },
///     pack: 1.0,
///     minimum_order: 0.0,
///     shelf_life: None,
/// };
/// let options = BacktestOptions { replicates: 20, ..BacktestOptions::suited(7, 90) };
/// let mut items = Vec::new();
/// for product in 1..4 {
///     let record = Series::new((0..90).map(|day| f64::from(day * product % 7)).collect())?;
///     items.push(BacktestItem::of(format!("product {product}"), &record, &supply));
/// }
/// let line_value = line_value(&items, &options);
/// let mut trials = Vec::new();
/// for (index, item) in items.iter().enumerate() {
///     trials.push(try_policies(item, index, line_value, &options)?);
/// }
/// let result = compare_policies(&trials, &options)?;
/// let foresight = result.curves.last().unwrap().points.last().unwrap();
/// assert_eq!((result.products, foresight.test.emergency_lines), (3, 0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare_policies(
    trials: &[BacktestTrial],
    options: &BacktestOptions,
) -> Result<BacktestResult, InventoryError> {
    options.check()?;
    let settings: usize = BacktestPolicy::ALL.iter().map(|policy| policy.dials().len()).sum();
    let fits = |trial: &&BacktestTrial| trial.blocks.len() == settings * options.blocks();
    let all: Vec<&BacktestTrial> = trials.iter().filter(fits).collect();
    if all.is_empty() || all.len() < trials.len() {
        let expected = "at least one trial, all made with these options";
        return Err(Invalid::new("trials_invalid", expected, all.len()).at("trials").into());
    }
    let ours = [BacktestPolicy::MarginalValue, BacktestPolicy::ServiceLevel];
    let curves = curves(&all, options);
    let comparisons = compare(&all, &curves, &ours, |block| block.lines, options);
    let slices = slices(&all, options);
    Ok(BacktestResult {
        options: options.clone(),
        products: all.len(),
        curves,
        comparisons,
        slices,
    })
}

fn slices(all: &[&BacktestTrial], options: &BacktestOptions) -> Vec<BacktestSlice> {
    let times = || all.iter().map(|trial| trial.traits.mean_lead_time);
    let longest = times().fold(0.0, f64::max);
    let differ = times().any(|time| time < longest);
    let mut slices = Vec::new();
    for kind in [
        SliceKind::Intermittent,
        SliceKind::Regular,
        SliceKind::LongLeadTime,
        SliceKind::ShortLeadTime,
        SliceKind::Promoted,
    ] {
        let belongs = |trial: &&&BacktestTrial| match kind {
            SliceKind::Intermittent => trial.traits.is_intermittent,
            SliceKind::Regular => !trial.traits.is_intermittent,
            SliceKind::LongLeadTime => differ && trial.traits.mean_lead_time >= longest,
            SliceKind::ShortLeadTime => differ && trial.traits.mean_lead_time < longest,
            SliceKind::Promoted => trial.traits.is_promoted,
        };
        let some: Vec<&BacktestTrial> = all.iter().filter(belongs).copied().collect();
        // All of them again, or too few to say anything.
        let repeats = some.len() == all.len() && kind != SliceKind::Promoted;
        if repeats || some.len() < FEWEST_PRODUCTS {
            continue;
        }
        let curves = curves(&some, options);
        let ours = [BacktestPolicy::MarginalValue];
        let comparisons = match kind {
            SliceKind::Promoted => {
                compare(&some, &curves, &ours, |block| block.promoted_lines, options)
            }
            SliceKind::Intermittent
            | SliceKind::Regular
            | SliceKind::LongLeadTime
            | SliceKind::ShortLeadTime => {
                compare(&some, &curves, &ours, |block| block.lines, options)
            }
        };
        slices.push(BacktestSlice { kind, products: some.len(), comparisons });
    }
    slices
}

const FEWEST_PRODUCTS: usize = 10;

#[cfg(test)]
mod tests {
    use super::{
        super::{
            rule::tests::{item, options},
            trial::{Block, Sums, Traits},
        },
        *,
    };
    use crate::inventory::backtest::try_policies;

    /// A product for which each policy has as many emergency lines as its factor says over the stock.
    fn trial(factor: impl Fn(BacktestPolicy) -> f64) -> BacktestTrial {
        let blocks = options().blocks();
        let (mut tuning, mut all) = (Vec::new(), Vec::new());
        for policy in BacktestPolicy::ALL {
            let count = policy.dials().len();
            for setting in 0..count {
                let stock = 10.0 + 90.0 * setting as f64 / (count - 1) as f64;
                let lines = factor(policy) * 100.0 / stock;
                let short = 10.0 / stock;
                tuning.push(Sums {
                    periods: 42.0,
                    demand: 10.0,
                    lines,
                    stock,
                    short,
                    ..Sums::default()
                });
                let part = blocks as f64;
                let block = Block { lines: lines / part, promoted_lines: 0.0, stock: stock / part };
                all.extend(vec![block; blocks]);
            }
        }
        let traits = Traits { is_intermittent: false, mean_lead_time: 2.0, is_promoted: false };
        BacktestTrial { id: "a".into(), traits, test: tuning.clone(), tuning, blocks: all }
    }

    fn found(result: &BacktestResult, baseline: BacktestPolicy) -> &PolicyComparison {
        let ours = BacktestPolicy::MarginalValue;
        let pair = |found: &&PolicyComparison| found.ours == ours && found.baseline == baseline;
        result.comparisons.iter().find(pair).unwrap()
    }

    #[test]
    fn the_ratio_at_equal_stock_is_that_of_the_policies() {
        let lines_of = [(BacktestPolicy::MarginalValue, 0.5), (BacktestPolicy::Manual, 0.25)];
        let factor = |policy| {
            let found = lines_of.iter().find(|(other, _)| *other == policy);
            found.map_or(1.0, |(_, factor)| *factor)
        };
        let trials: Vec<BacktestTrial> = (0..12).map(|_| trial(factor)).collect();
        let result = compare_policies(&trials, &options()).unwrap();
        let fixed = found(&result, BacktestPolicy::FixedMinMax);
        // Straight lines between settings lie a little above the hyperbola.
        assert!((0.5..0.51).contains(&fixed.ratio.unwrap()), "{:?}", fixed.ratio);
        let interval = fixed.interval.unwrap();
        assert!((interval.upper_95 - interval.lower_95).abs() < 0.01, "{interval:?}");
        assert!(fixed.worse.is_empty() && fixed.comparable == 20, "{fixed:?}");
        let point = &fixed.points[1];
        assert!((point.ours.stock_value - point.baseline.stock_value).abs() < 1e-9);
        assert!((point.stock_ratio.unwrap() - 0.5).abs() < 0.02, "{point:?}");
        let manual = found(&result, BacktestPolicy::Manual);
        assert!((2.0..2.05).contains(&manual.ratio.unwrap()), "{:?}", manual.ratio);
        assert_eq!(manual.worse.len(), manual.comparable);
        // They are all of one kind, which is no slice.
        assert!(result.slices.is_empty());
    }

    #[test]
    fn products_that_differ_make_the_answer_unsure() {
        let half = |policy: BacktestPolicy| if policy.is_ours() { 0.2 } else { 1.0 };
        let more = |policy: BacktestPolicy| if policy.is_ours() { 1.6 } else { 1.0 };
        let trials: Vec<BacktestTrial> =
            (0..12).map(|index| if index % 2 == 0 { trial(half) } else { trial(more) }).collect();
        let result = compare_policies(&trials, &options()).unwrap();
        let fixed = found(&result, BacktestPolicy::FixedMinMax);
        let (ratio, interval) = (fixed.ratio.unwrap(), fixed.interval.unwrap());
        assert!((ratio - 0.9).abs() < 0.02, "{ratio}");
        assert!(interval.lower_90 < 0.75 && interval.upper_90 > 1.05, "{interval:?}");
        assert!(interval.lower_95 <= interval.lower_90 && interval.upper_90 <= interval.upper_95);
    }

    #[test]
    fn a_replay_is_compared_and_survives_storage() {
        let trials: Vec<BacktestTrial> = (0..12)
            .map(|index| try_policies(&item(index as u64), index, 10.0, &options()).unwrap())
            .collect();
        let result = compare_policies(&trials, &options()).unwrap();
        assert_eq!((result.products, result.curves.len()), (12, BacktestPolicy::ALL.len()));
        // Ours stands against the other of ours and eight baselines, the other against eight.
        assert_eq!(result.comparisons.len(), 17);
        let stored = serde_json::to_string(&result).unwrap();
        assert_eq!(serde_json::from_str::<BacktestResult>(&stored).unwrap(), result);
    }

    #[test]
    fn trials_of_other_options_are_refused() {
        let trials = [trial(|_| 1.0)];
        let other = BacktestOptions { block: 14, ..options() };
        assert_eq!(compare_policies(&trials, &other).unwrap_err().code(), "trials_invalid");
        assert_eq!(compare_policies(&[], &options()).unwrap_err().code(), "trials_invalid");
    }
}

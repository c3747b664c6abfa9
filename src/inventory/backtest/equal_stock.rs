//! One policy against another at the same stock value, and how sure that is.

use super::{
    bootstrap::{ConfidenceInterval, draw},
    compare::{ComparisonPoint, FILL_RATES, Frozen, PolicyComparison, WorsePoint},
    curve::{PolicyCurve, PolicyMeasures, Polyline, measures_at, weighted},
    item::BacktestOptions,
    rule::BacktestPolicy,
    trial::{BacktestTrial, Block},
};
use crate::unit::Random;

/// Compares policies with all others at equal stock, counting lines as told.
pub(super) fn compare(
    trials: &[&BacktestTrial],
    curves: &[PolicyCurve],
    ours: &[BacktestPolicy],
    lines: impl Fn(&Block) -> f64 + Copy,
    options: &BacktestOptions,
) -> Vec<PolicyComparison> {
    let blocks = options.blocks();
    let everything = weighted(trials, blocks, &vec![1.0; trials.len()], &vec![1.0; blocks], lines);
    let field = Field::new(curves, &everything);
    let mut pairs: Vec<Pair> = ours.iter().flat_map(|&policy| field.pairs(policy)).collect();
    let mut random = Random::new(u64::from(options.seed));
    for _ in 0..options.replicates {
        let (by_trial, by_block) = (draw(trials.len(), &mut random), draw(blocks, &mut random));
        let sums = weighted(trials, blocks, &by_trial, &by_block, lines);
        let drawn = Field::new(curves, &sums);
        for pair in &mut pairs {
            pair.take(drawn.ratios(pair));
        }
    }
    pairs.into_iter().map(|pair| field.judge(pair)).collect()
}

/// A setting of a baseline at which it is compared.
struct Chosen {
    fill_rate: f64,
    setting: usize,
}

/// One pair of policies while results are drawn again.
struct Pair {
    /// Which curves they are.
    ours: usize,
    baseline: usize,
    chosen: Vec<Chosen>,
    /// For each setting chosen, and each draw, the ratio of emergency lines; NaN where there is none.
    drawn: Vec<Vec<f64>>,
    /// For each draw the mean of the ratios.
    means: Vec<f64>,
}

impl Pair {
    /// Takes in the ratios of one draw.
    fn take(&mut self, ratios: Vec<f64>) {
        self.means.push(mean(&ratios).unwrap_or(f64::NAN));
        self.drawn.iter_mut().zip(ratios).for_each(|(drawn, ratio)| drawn.push(ratio));
    }
}

/// Every policy's stock and emergency lines at each setting, of all results or of some drawn.
struct Field<'a> {
    curves: &'a [PolicyCurve],
    /// For each curve its settings.
    sums: Vec<&'a [(f64, f64)]>,
}

impl<'a> Field<'a> {
    fn new(curves: &'a [PolicyCurve], sums: &'a [(f64, f64)]) -> Self {
        let mut rest = sums;
        let mut own = |curve: &PolicyCurve| {
            let (own, others) = rest.split_at(curve.points.len());
            rest = others;
            own
        };
        Self { curves, sums: curves.iter().map(&mut own).collect() }
    }

    /// One of our policies against all others, but the second of ours not against the first again.
    fn pairs(&self, policy: BacktestPolicy) -> Vec<Pair> {
        let place = self.curves.iter().position(|curve| curve.policy == policy);
        let Some(ours) = place else { return Vec::new() };
        let others = (0..self.curves.len())
            .filter(|&other| other > ours || !self.curves[other].policy.is_ours());
        let pair = |baseline: usize| {
            let chosen = choose(&self.curves[baseline]);
            let mut pair = Pair { ours, baseline, chosen, drawn: Vec::new(), means: Vec::new() };
            // Where ours cannot be held to the baseline's stock, or it goes short of nothing.
            let known: Vec<bool> = self.ratios(&pair).iter().map(|r| r.is_finite()).collect();
            let mut known = known.into_iter();
            pair.chosen.retain(|_| known.next() == Some(true));
            pair.drawn.resize(pair.chosen.len(), Vec::new());
            pair
        };
        others.map(pair).collect()
    }

    /// Our emergency lines over the baseline's, at its stock, for each setting chosen.
    fn ratios(&self, pair: &Pair) -> Vec<f64> {
        let ours = Polyline::new(self.sums[pair.ours].to_vec());
        let ratio = |chosen: &Chosen| {
            let (stock, lines) = self.sums[pair.baseline][chosen.setting];
            ours.lines_at(stock).map_or(f64::NAN, |ours| ours / lines)
        };
        pair.chosen.iter().map(ratio).collect()
    }

    fn judge(&self, pair: Pair) -> PolicyComparison {
        let ratios = self.ratios(&pair);
        let (ours, baseline) = (&self.curves[pair.ours], &self.curves[pair.baseline]);
        let mut points = Vec::with_capacity(ratios.len());
        for ((chosen, &ratio), drawn) in pair.chosen.iter().zip(&ratios).zip(pair.drawn) {
            let theirs = &baseline.points[chosen.setting];
            let Some(measures) = measures_at(ours, theirs.test.stock_value) else { continue };
            let (stock, lines) = self.sums[pair.baseline][chosen.setting];
            let nearest = nearest_stock(ours, theirs.tuning.stock_value);
            let (our_stock, our_lines) = self.sums[pair.ours][nearest];
            let same_lines = Polyline::new(self.sums[pair.ours].to_vec()).stock_at(lines);
            points.push(ComparisonPoint {
                fill_rate: chosen.fill_rate,
                dial: theirs.dial,
                baseline: theirs.test,
                ours: measures,
                ratio,
                interval: ConfidenceInterval::of(drawn),
                stock_ratio: same_lines.map(|ours| ours / stock),
                frozen: Frozen {
                    dial: ours.points[nearest].dial,
                    stock_ratio: our_stock / stock,
                    ratio: our_lines / lines,
                },
            });
        }
        let (comparable, worse) = self.worse(pair.ours, pair.baseline);
        PolicyComparison {
            ours: ours.policy,
            baseline: baseline.policy,
            points,
            ratio: mean(&ratios),
            interval: ConfidenceInterval::of(pair.means),
            comparable,
            worse,
        }
    }

    /// At how many settings of a baseline ours can be held to its stock, and where ours has more lines.
    fn worse(&self, ours: usize, baseline: usize) -> (usize, Vec<WorsePoint>) {
        let polyline = Polyline::new(self.sums[ours].to_vec());
        let (mut comparable, mut worse) = (0, Vec::new());
        for (point, &(stock, lines)) in self.curves[baseline].points.iter().zip(self.sums[baseline])
        {
            let Some(ours) = polyline.lines_at(stock) else { continue };
            comparable += 1;
            if ours > lines * (1.0 + 1e-9) {
                let PolicyMeasures { stock_value, fill_rate, .. } = point.test;
                let ratio = (lines > 0.0).then(|| ours / lines);
                worse.push(WorsePoint { stock_value, fill_rate, ratio });
            }
        }
        (comparable, worse)
    }
}

/// The settings that came nearest to the fill rates while dials were chosen, each once.
fn choose(curve: &PolicyCurve) -> Vec<Chosen> {
    let mut chosen: Vec<Chosen> = Vec::new();
    for fill_rate in FILL_RATES {
        let distance = |index: &usize| (curve.points[*index].tuning.fill_rate - fill_rate).abs();
        let nearest = (0..curve.points.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let near = nearest.filter(|index| distance(index) <= FILL_TOLERANCE);
        let is_new = |setting: &usize| chosen.iter().all(|other| other.setting != *setting);
        if let Some(setting) = near.filter(is_new) {
            chosen.push(Chosen { fill_rate, setting });
        }
    }
    chosen
}

/// The setting whose stock was nearest to another while dials were chosen.
fn nearest_stock(curve: &PolicyCurve, stock: f64) -> usize {
    let distance = |index: &usize| (curve.points[*index].tuning.stock_value - stock).abs();
    let indexes = 0..curve.points.len();
    indexes.min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
}

fn mean(values: &[f64]) -> Option<f64> {
    let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

/// A baseline that comes no nearer to a fill rate is not compared there.
const FILL_TOLERANCE: f64 = 0.025;

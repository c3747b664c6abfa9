//! Intermittent and lumpy demand: how often, how much, and how far back to look.
//!
//! Products of this kind differ in one respect above all: whether what happened long ago still
//! counts. A part for a machine that is no longer built dies out within months, another is asked
//! for twice a year for ever. So nothing is estimated with one memory. Several memories, from short
//! to unlimited, each keep their own rate of periods with demand, and each weighs as much as its
//! forecasts of the past periods have earned (the likelihood of what came, as in prequential model
//! averaging: Dawid, "Statistical theory: the prequential approach", Journal of the Royal
//! Statistical Society A 147, 1984). With a season, memories that only look at the same phase stand
//! beside the others, and earn or lose their weight in the same way.
//!
//! How large a demand is follows from the sizes so far ([`sizes`]).
//!
//! The mean path is kept apart from the distribution. It is a power mean with a low exponent, close
//! to the geometric one, of the mean demand in four memories: the geometric mean is the logarithmic
//! pool of opinions about a level (Genest and Zidek, "Combining probability distributions",
//! Statistical Science 1, 1986) and falls at once when the recent memories find nothing, where the
//! arithmetic mean still carries half of what is long past. The distribution is a linear pool
//! instead: a quantile that shall protect against a shortage must not forget as fast.

use serde::{Deserialize, Serialize};

use super::{
    super::{
        filter::{Filter, Fit},
        on_demand::OnDemand,
    },
    CountDistribution, LONGEST, Predictive,
    compound::{Between, Beyond, NOTHING, PLACES, compound, multiplied},
    distribution::common_step,
    sizes::{self, Kinds, whole},
};
use crate::unit::math;

/// Sums whose older parts count less and less.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
struct Tally {
    total: f64,
    periods: f64,
}

/// The distribution of intermittent demand, learnt period by period.
///
/// It has no parameters to fit: what is unknown is carried as weights and averaged over.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(in crate::forecast) struct SparseDemand {
    /// Which phase of the season comes next.
    phase: usize,
    /// Demand over the [`LEVEL_KEPT`] memories, from the first period on, for each phase by itself:
    /// so the last phases of a season are not taken for its level.
    levels: Vec<[Tally; 4]>,
    /// Share of the weight that a level keeps from one period of a phase to the next.
    level_kept: [f64; 4],
    /// Periods with demand over the [`KEPT`] memories, from the first demand on; the last memory is
    /// unlimited.
    occurrence: [Tally; 4],
    /// The same over the [`PHASE_KEPT`] memories for each phase; empty without a season.
    by_phase: Vec<[Tally; 3]>,
    /// What the forecasts of each memory have earned, adding up to one: the common ones, then those of
    /// the phase, which have nothing without a season.
    weights: [f64; EXPERTS],
    /// Demand and how often there was any, for each phase; empty without a season.
    sizes_by_phase: Vec<Tally>,
    /// The last sizes of demand, oldest first.
    sizes: Vec<f64>,
    /// What all sizes are a multiple of; none once they have nothing in common.
    step: Option<f64>,
    #[serde(skip)]
    kinds: OnDemand<Kinds>,
}

/// Share of the weight that is kept from one period to the next: half-lives of 4, 16, 64 periods
/// and for ever.
const KEPT: [f64; 4] =
    [0.840_896_415_253_714_5, 0.957_603_280_698_573_7, 0.989_228_013_193_975_5, 1.0];
/// Half-lives of 4, 16 and 64 seasons.
const PHASE_KEPT: [f64; 3] = [KEPT[0], KEPT[1], KEPT[2]];
/// Half-lives of 2, 8, 32 periods and for ever.
const LEVEL_KEPT: [f64; 4] =
    [std::f64::consts::FRAC_1_SQRT_2, 0.917_004_043_204_671_2, 0.978_572_062_087_700_1, 1.0];
const EXPERTS: usize = KEPT.len() + PHASE_KEPT.len();
/// Weights before anything was forecast: that the past still counts is likelier than that it does
/// not, and a memory with little in it is to prove itself first.
const PRIOR_WEIGHTS: [f64; EXPERTS] = [1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0];
/// A memory never loses more than this, so that it can come back within some tens of periods.
const LEAST_WEIGHT: f64 = 1e-30;
/// Exponent of the power mean over the memories of the level.
const LEVEL_POWER: f64 = 0.2;
/// Periods that a shorter memory borrows from the unlimited one.
const BORROWED: f64 = 1.0;
/// Periods that the unlimited memory starts with, half of them with demand.
const PRIOR: f64 = 0.5;
/// Periods that the memory of a phase borrows from the common ones.
const PHASE_BORROWED: f64 = 2.0;
/// Demands of average size that a phase starts with.
const PHASE_DEMANDS: f64 = 10.0;
/// Sizes from which on what they have in common is taken for more than chance.
const SURE: usize = 4;
/// Probability of so many demands that no quantile in use depends on it.
const NEGLIGIBLE: f64 = 1e-7;
/// Sizes remembered.
const SIZES: usize = 256;
/// The model before any history; `season_length` is 1 or 0 without a season.
pub(in crate::forecast) fn fit(season_length: usize) -> Fit<SparseDemand> {
    let phases = if season_length > 1 { season_length } else { 0 };
    let experts = if phases == 0 { KEPT.len() } else { EXPERTS };
    let mut weights = PRIOR_WEIGHTS;
    weights[experts..].fill(0.0);
    let total = math::sum(weights);
    let weights = weights.map(|weight| weight / total);
    let start = SparseDemand {
        phase: 0,
        levels: vec![[Tally::default(); 4]; phases.max(1)],
        level_kept: LEVEL_KEPT.map(|kept| math::pow(kept, phases.max(1) as f64)),
        occurrence: [Tally::default(); 4],
        by_phase: vec![[Tally::default(); 3]; phases],
        weights,
        sizes_by_phase: vec![Tally::default(); phases],
        sizes: Vec::new(),
        step: Some(0.0),
        kinds: OnDemand::default(),
    };
    Fit { start, warm_up: 1, parameters: 2 }
}

impl Tally {
    fn add(&mut self, value: f64, kept: f64) {
        self.total = self.total * kept + value;
        self.periods = self.periods * kept + 1.0;
    }

    /// The mean, with some periods of another mean added.
    fn mean(&self, borrowed: f64, other: f64) -> f64 {
        let periods = self.periods + borrowed;
        if periods > 0.0 { (self.total + borrowed * other) / periods } else { other }
    }
}

impl Filter for SparseDemand {
    fn path(&self, path: &mut [f64]) {
        let level = self.level();
        if self.by_phase.is_empty() {
            path.fill(level);
            return;
        }
        let phases = self.by_phase.len();
        let mut means = vec![0.0; phases];
        for (phase, mean) in means.iter_mut().enumerate() {
            *mean = self.rate(phase) * self.size_factor(phase);
        }
        let average = math::sum(means.iter().copied()) / phases as f64;
        for (step, expected) in path.iter_mut().enumerate() {
            let relative = if average > 0.0 { means[self.phase_at(step)] / average } else { 1.0 };
            *expected = level * relative;
        }
    }

    fn observe(&mut self, value: f64) {
        let value = value.max(0.0);
        if let Some(levels) = self.levels.get_mut(self.phase) {
            for (level, kept) in levels.iter_mut().zip(self.level_kept) {
                level.add(value, kept);
            }
        }
        // Before the first demand the product may not have been on sale.
        if value > 0.0 || !self.sizes.is_empty() {
            self.learn(value);
        }
        self.pass();
    }

    /// Takes in a period whose demand is not known.
    fn pass(&mut self) {
        let phases = self.by_phase.len().max(1);
        self.phase = (self.phase + 1) % phases;
    }

    /// Takes in a period in which stock ran out: demand was at least `value`.
    ///
    /// A demand that was cut short counts with the mean of the known sizes above it; without any
    /// demand before the stock ran out nothing is known.
    fn observe_at_least(&mut self, value: f64) {
        if value > 0.0 {
            let (mut total, mut weight) = (value, 1.0);
            for (&size, share) in self.sizes.iter().zip(sizes::weights(&self.sizes)) {
                if size > value {
                    total += size * share * self.sizes.len() as f64;
                    weight += share * self.sizes.len() as f64;
                }
            }
            let step = self.lattice();
            let size = total / weight;
            self.observe(step.map_or(size, |step| (size / step).round() * step).max(value));
        } else {
            self.pass();
        }
    }
}

impl Predictive for SparseDemand {
    fn distribution(&self, step: usize) -> CountDistribution {
        let phase = self.phase_at(step);
        let (rate, factor) = (self.rate(phase), self.size_factor(phase));
        let on_places = |step| Some((step, self.kinds().places(factor, step)?));
        if let Some((step, mut places)) = self.lattice().and_then(on_places) {
            for share in &mut places {
                *share *= rate;
            }
            places[0] = 1.0 - rate;
            return CountDistribution::from_lattice(step, &places);
        }
        let sizes = self.kinds().points(factor, self.lattice());
        let points = sizes.into_iter().map(|(size, share)| (size, share * rate));
        let points = std::iter::once((0.0, 1.0 - rate)).chain(points);
        CountDistribution::from_weighted(points.collect(), self.lattice())
    }

    fn is_steady(&self) -> bool {
        self.by_phase.is_empty()
    }

    fn sum_distribution(&self, periods: usize) -> CountDistribution {
        if self.sizes.is_empty() || periods == 0 {
            return CountDistribution::certain(0.0);
        }
        if periods == 1 {
            return self.distribution(0);
        }
        if periods > LONGEST {
            return self.sum_distribution(LONGEST).scaled(periods as f64 / LONGEST as f64);
        }
        let Places { step, shares, lattice } = self.places_of_sum(periods, f64::INFINITY);
        let Some(lattice) = lattice else { return CountDistribution::from_places(step, &shares) };
        let points = shares.iter().enumerate();
        let points = points.map(|(place, &share)| (whole(place as f64 * step, lattice), share));
        CountDistribution::from_weighted(points.collect(), Some(lattice))
    }

    fn sum_quantile(&self, periods: usize, probability: f64, most: f64) -> Option<f64> {
        if self.sizes.is_empty() || !(1..=LONGEST).contains(&periods) {
            return None;
        }
        if periods == 1 {
            return Some(self.distribution(0).quantile(probability));
        }
        let Places { step, shares, lattice } = self.places_of_sum(periods, most);
        let mut reached = 0.0;
        let is_reached = |&share: &f64| {
            reached += share;
            reached >= probability - 1e-12
        };
        let demand = shares.iter().position(is_reached).map(|place| place as f64 * step);
        let Some(demand) = demand else { return Some(f64::INFINITY) };
        Some(lattice.map_or(demand, |lattice| whole(demand, lattice)))
    }
}

impl SparseDemand {
    fn learn(&mut self, value: f64) {
        let phase = self.phase;
        let occurred = f64::from(u8::from(value > 0.0));
        let rates = self.rates(phase);
        let mut total = 0.0;
        for (weight, rate) in self.weights.iter_mut().zip(rates) {
            if *weight > 0.0 {
                *weight = (*weight * if value > 0.0 { rate } else { 1.0 - rate }).max(LEAST_WEIGHT);
                total += *weight;
            }
        }
        for weight in &mut self.weights {
            *weight /= total;
        }
        for (tally, kept) in self.occurrence.iter_mut().zip(KEPT) {
            tally.add(occurred, kept);
        }
        if let Some(memories) = self.by_phase.get_mut(phase) {
            for (tally, kept) in memories.iter_mut().zip(PHASE_KEPT) {
                tally.add(occurred, kept);
            }
        }
        if value > 0.0 {
            if let Some(tally) = self.sizes_by_phase.get_mut(phase) {
                tally.add(value, 1.0);
            }
            if self.sizes.len() >= SIZES {
                self.sizes.remove(0);
            }
            self.sizes.push(value);
            self.kinds = OnDemand::default();
            self.step = self.step.and_then(|step| common_step(step, value));
        }
    }

    fn phase_at(&self, step: usize) -> usize {
        self.phase.saturating_add(step) % self.by_phase.len().max(1)
    }

    /// The mean demand of a period.
    fn level(&self) -> f64 {
        let mut memories = [Tally::default(); 4];
        for levels in &self.levels {
            for (memory, level) in memories.iter_mut().zip(levels) {
                if level.periods > 0.0 {
                    memory.add(level.total / level.periods, 1.0);
                }
            }
        }
        let powers = memories.iter().map(|memory| math::pow(memory.mean(0.0, 0.0), LEVEL_POWER));
        math::pow(math::sum(powers) / memories.len() as f64, 1.0 / LEVEL_POWER)
    }

    /// How likely each memory finds demand in a period of this phase.
    fn rates(&self, phase: usize) -> [f64; EXPERTS] {
        let mut rates = [0.0; EXPERTS];
        let unlimited = self.occurrence[KEPT.len() - 1].mean(PRIOR, 0.5);
        for (rate, tally) in rates.iter_mut().zip(&self.occurrence) {
            *rate = tally.mean(BORROWED, unlimited);
        }
        let common = f64::midpoint(rates[KEPT.len() - 2], rates[KEPT.len() - 1]);
        if let Some(memories) = self.by_phase.get(phase) {
            for (rate, tally) in rates[KEPT.len()..].iter_mut().zip(memories) {
                *rate = tally.mean(PHASE_BORROWED, common);
            }
        }
        rates.map(|rate| rate.clamp(1e-6, 1.0 - 1e-6))
    }

    /// How likely demand occurs in a period of this phase.
    fn rate(&self, phase: usize) -> f64 {
        if self.sizes.is_empty() {
            return 0.0;
        }
        self.rates(phase).iter().zip(self.weights).map(|(rate, weight)| rate * weight).sum()
    }

    /// How many of the next periods will have demand: probabilities of 0, 1, … as far as they matter.
    ///
    /// Within one memory the periods are independent; over them its rate stays what it is.
    fn demands_within(&self, periods: usize) -> Vec<f64> {
        let phases = self.by_phase.len().clamp(1, periods);
        let rates: Vec<_> = (0..phases).map(|step| self.rates(self.phase_at(step))).collect();
        let mut counts = vec![0.0; periods + 1];
        let mut of_expert = counts.clone();
        for (expert, weight) in self.weights.into_iter().enumerate() {
            if weight <= NOTHING {
                continue;
            }
            of_expert.fill(0.0);
            of_expert[0] = weight;
            for (step, rates) in rates.iter().cycle().take(periods).enumerate() {
                let (rate, none) = (rates[expert], 1.0 - rates[expert]);
                let reached = &mut of_expert[..step + 2];
                for count in (1..reached.len()).rev() {
                    reached[count] = reached[count] * none + reached[count - 1] * rate;
                }
                reached[0] *= none;
            }
            for (total, share) in counts.iter_mut().zip(&of_expert) {
                *total += share;
            }
        }
        // What is left is too unlikely to move any quantile in use.
        let mut left = 1.0;
        for count in 0..counts.len() {
            if left - counts[count] < NEGLIGIBLE {
                counts[count] = left;
                counts.truncate(count + 1);
                break;
            }
            left -= counts[count];
        }
        counts
    }

    /// The sum over periods, up to `most`, and a sum whose mean size is as uncertain as the number of
    /// known sizes leaves it: that doubt is common to all periods, so it does not level out.
    ///
    /// Exact where sizes have a step of which the sum has few multiples, otherwise on even places,
    /// between which demand is shared out so that its mean stays.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places are whole numbers from 0 to a few times PLACES"
    )]
    fn places_of_sum(&self, periods: usize, most: f64) -> Places {
        let (counts, factor) = (self.demands_within(periods), self.mean_size_factor(periods));
        let (kinds, lattice) = (self.kinds(), self.lattice());
        let demands = counts.len() - 1;
        let is_few = |size: &Vec<f64>| (size.len() - 1) * demands <= PLACES;
        let exact = lattice.and_then(|step| {
            let size = kinds.places(factor, step).filter(is_few)?;
            Some((step, size))
        });
        let between = if exact.is_some() { Between::Nearest } else { Between::Both };
        let lattice = if exact.is_some() { None } else { lattice };
        let (step, size) = exact.unwrap_or_else(|| {
            // Rounding a size may add up to one step of the lattice.
            let added = demands as f64 * lattice.unwrap_or(0.0);
            let step = (kinds.most_likely(demands, factor) + added) / PLACES as f64;
            (step, kinds.shared_out(factor, lattice, step))
        });
        // Places that come to `most` or less, with room for rounding, and those of the sum that may.
        let last = ((most + lattice.unwrap_or(0.0)) / step + 1.0).clamp(0.0, 4.0 * PLACES as f64);
        let before = (last / kinds.doubts[0].0) as usize + 2;
        let (end, beyond) =
            if before > PLACES { (PLACES + 1, Beyond::Last) } else { (before, Beyond::Left) };
        let sum = compound(&counts, &size, end, beyond);
        let shares = multiplied(&sum, &kinds.doubts, last as usize + 1, between);
        Places { step, shares, lattice }
    }

    /// The size of a demand in a phase beside its usual size.
    fn size_factor(&self, phase: usize) -> f64 {
        self.size_factors([phase].into_iter())
    }

    /// The mean of the size factors of the next periods.
    fn mean_size_factor(&self, periods: usize) -> f64 {
        self.size_factors((0..periods).map(|step| self.phase_at(step))) / periods as f64
    }

    /// The size factors of phases, added up.
    fn size_factors(&self, phases: impl Iterator<Item = usize>) -> f64 {
        let total = math::sum(self.sizes_by_phase.iter().map(|tally| tally.total));
        let demands = math::sum(self.sizes_by_phase.iter().map(|tally| tally.periods));
        let factor = |phase: usize| match self.sizes_by_phase.get(phase) {
            Some(of_phase) if total > 0.0 => {
                let relative = Tally { total: of_phase.total * demands / total, ..*of_phase };
                relative.mean(PHASE_DEMANDS, 1.0)
            }
            _ => 1.0,
        };
        phases.map(factor).sum()
    }

    /// What the sizes say together.
    fn kinds(&self) -> &Kinds {
        self.kinds.get_or_init(|| Kinds::of(&self.sizes))
    }

    /// What sizes are rounded to. A few sizes may share a large step by chance.
    fn lattice(&self) -> Option<f64> {
        let step = self.step.filter(|&step| step > 0.0)?;
        if self.sizes.len() >= SURE {
            return Some(step);
        }
        (step.fract() <= 0.0).then_some(1.0)
    }
}

/// A sum, as probabilities of the multiples of a step from 0 on.
struct Places {
    step: f64,
    shares: Vec<f64>,
    /// What its demands are still to be rounded to.
    lattice: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(values: &[f64], season_length: usize) -> SparseDemand {
        let mut model = fit(season_length).start;
        for &value in values {
            model.observe(value);
        }
        model
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
    }

    #[test]
    fn without_demand_none_is_expected() {
        for values in [vec![], vec![0.0], vec![0.0; 50]] {
            let model = after(&values, 1);
            assert!(near(model.next(), 0.0));
            assert!(near(model.distribution(3).quantile(0.999), 0.0));
            assert!(near(model.sum_distribution(9).mean(), 0.0));
        }
    }

    #[test]
    fn one_demand_is_a_distribution() {
        let model = after(&[300.0], 1);
        let next = model.distribution(0);
        // 1.25 of 1.5 periods with the half period assumed before; every memory borrows that once.
        assert!(near(1.0 - next.at_most(0.0), f64::midpoint(1.0, 1.25 / 1.5)), "{next:?}");
        assert!(next.largest() > 300.0 && next.quantile(0.5) > 200.0);
    }

    #[test]
    fn constant_demand_stays_so_on_average() {
        let model = after(&[5.0; 60], 1);
        assert!(near(model.next(), 5.0));
        let next = model.distribution(0);
        assert!((next.mean() - 5.0).abs() < 0.1 && near(next.quantile(0.5), 5.0), "{next:?}");
    }

    #[test]
    fn sizes_keep_their_common_step_and_any_scale_gives_the_same() {
        let pattern = [0.0, 2.0, 0.0, 0.0, 5.0, 1.0, 0.0, 0.0, 0.0, 3.0, 0.0, 2.0];
        let plain = after(&pattern, 1).distribution(0);
        assert!(plain.points().iter().all(|point| near(point.0.fract(), 0.0)));
        for scale in [1e-12, 0.1, 100.0, 1e14] {
            let scaled: Vec<f64> = pattern.iter().map(|value| value * scale).collect();
            let next = after(&scaled, 1).distribution(0);
            assert_eq!(next.points().len(), plain.points().len());
            for (point, expected) in next.points().iter().zip(plain.points()) {
                assert!((point.0 / scale - expected.0).abs() < 1e-9, "{scale}");
                assert!(near(point.1, expected.1), "{scale}");
            }
        }
    }

    #[test]
    fn a_dying_product_is_let_go_and_a_rare_one_is_not() {
        let mut dying = [4.0, 0.0, 2.0].repeat(12);
        dying.extend([0.0; 12]);
        let rare = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0].repeat(6);
        let (dying, rare) = (after(&dying, 1), after(&rare, 1));
        // Half of all periods had demand.
        assert!(1.0 - dying.distribution(0).at_most(0.0) < 0.3);
        // The mean of all 48 periods is 1.5, of the last 24 it is 1.
        assert!(dying.next() < 0.65);
        let rate = 1.0 - rare.distribution(0).at_most(0.0);
        assert!(rate > 0.05 && rate < 0.2, "{rate}");
    }

    #[test]
    fn a_season_is_found_where_there_is_one() {
        let weekly = [6.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0].repeat(20);
        let model = after(&weekly, 7);
        let likely: Vec<f64> =
            (0..7).map(|step| 1.0 - model.distribution(step).at_most(0.0)).collect();
        assert!(likely[0] > 0.9 && likely[2] > 0.9 && likely[1] < 0.1, "{likely:?}");
        assert!(model.distribution(0).mean() > model.distribution(2).mean() * 1.3);
        let mut path = [0.0; 7];
        model.path(&mut path);
        assert!((path.iter().sum::<f64>() - 9.0).abs() < 1.0, "{path:?}");
    }

    #[test]
    fn a_sum_has_the_mean_of_its_periods_and_their_doubt_together() {
        let model = after(&[0.0, 2.0, 0.0, 0.0, 5.0, 1.0, 0.0, 0.0, 0.0, 3.0, 0.0, 2.0], 1);
        let one = model.distribution(0);
        let sum = model.sum_distribution(6);
        // Rounding to whole counts moves the mean a little.
        assert!((sum.mean() / (6.0 * one.mean()) - 1.0).abs() < 0.03);
        assert!(sum.variance() > 1.2 * 6.0 * one.variance());
        assert!(sum.points().iter().all(|point| near(point.0.fract(), 0.0)));
        assert_eq!(model.sum_distribution(1), one);
        let (year, ages) = (model.sum_distribution(512), model.sum_distribution(usize::MAX));
        assert!((ages.mean() / year.mean() / (usize::MAX as f64 / 512.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn stock_that_ran_out_does_not_teach_that_demand_was_small() {
        let mut cut = after(&[8.0, 12.0, 9.0, 11.0, 10.0], 1);
        let mut seen = cut.clone();
        for _ in 0..4 {
            cut.observe_at_least(2.0);
            seen.observe(2.0);
        }
        assert!(cut.next() > 8.0 && seen.next() < 6.0);
        let before = cut.clone();
        cut.observe_at_least(0.0);
        assert_eq!(cut, before);
    }

    #[test]
    fn a_saved_state_goes_on_as_if_it_had_not_been() {
        let model = after(&[0.0, 4.0, 0.0, 6.0, 2.0, 0.0, 0.0, 8.0], 7);
        let text = serde_json::to_string(&model).unwrap();
        let mut loaded: SparseDemand = serde_json::from_str(&text).unwrap();
        let mut kept = model;
        kept.observe(3.0);
        loaded.observe(3.0);
        assert_eq!(kept, loaded);
    }
}

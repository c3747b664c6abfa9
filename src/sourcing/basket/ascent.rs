//! Finding good multipliers.

use super::{
    bound::{Multipliers, Relaxation},
    budget::Steps,
    model::Model,
};

/// What an ascent has found.
#[derive(Clone, Debug)]
pub(super) struct Ascent {
    pub(super) best: Multipliers,
    pub(super) bound: i128,
    /// How often the relaxed choices have used each slot, lately.
    pub(super) usage: Vec<f64>,
    /// How often each state was chosen, lately.
    pub(super) states: Vec<f64>,
    /// What the relaxed choices add to each row, lately.
    sums: Vec<f64>,
    factor: f64,
    weight: f64,
    failures: u32,
    pub(super) iterations: u32,
}

impl Ascent {
    /// Starts from some multipliers.
    pub(super) fn new(relaxation: &mut Relaxation, best: Multipliers, steps: &mut Steps) -> Self {
        relaxation.refresh(&best, steps);
        let bound = relaxation.evaluate(&best, steps);
        let mut ascent = Self {
            usage: vec![0.0; best.slots.len()],
            states: vec![0.0; relaxation.allowed.len()],
            sums: vec![0.0; best.rows.len()],
            best,
            bound,
            factor: 0.1,
            weight: 0.1,
            failures: 0,
            iterations: 0,
        };
        ascent.average(relaxation, 1.0);
        ascent
    }

    /// Goes on from where a probe has ended.
    pub(super) fn resume(mut self, relaxation: &mut Relaxation, steps: &mut Steps) -> Self {
        relaxation.refresh(&self.best, steps);
        self.bound = relaxation.evaluate(&self.best, steps);
        self.average(relaxation, self.weight);
        self.factor = self.factor.max(0.02);
        self.failures = 0;
        self.iterations = 0;
        self
    }

    /// The same in haste, most of the time among the promising entries alone.
    pub(super) fn hasten(
        &mut self,
        relaxation: &mut Relaxation,
        upper: i64,
        iterations: u32,
        steps: &mut Steps,
    ) {
        let before = (self.best.clone(), self.bound);
        // The first multipliers move far, so that other entries become promising soon.
        let haste = if self.iterations == 0 { HASTE / 2 } else { HASTE };
        for _ in 0..iterations / haste {
            relaxation.hasty = true;
            self.climb(relaxation, upper, haste, steps);
            relaxation.hasty = false;
            self.bound = relaxation.evaluate(&self.best, steps);
            if relaxation.is_stale() {
                relaxation.refresh(&self.best, steps);
                relaxation.evaluate(&self.best, steps);
            }
            if relaxation.whole(self.bound) >= upper {
                break;
            }
        }
        if self.bound < before.1 {
            (self.best, self.bound) = before;
            relaxation.refresh(&self.best, steps);
            relaxation.evaluate(&self.best, steps);
        }
    }

    /// Goes on with other states or options left.
    pub(super) fn among(mut self, relaxation: &mut Relaxation, steps: &mut Steps) -> Self {
        self.bound = relaxation.evaluate(&self.best, steps);
        self.average(relaxation, self.weight);
        self.factor = self.factor.max(0.02);
        self.failures = 0;
        self
    }

    /// Climbs for some iterations, or until the bound reaches `upper`.
    pub(super) fn climb(
        &mut self,
        relaxation: &mut Relaxation,
        upper: i64,
        iterations: u32,
        steps: &mut Steps,
    ) {
        let model = relaxation.model;
        let unit = (1_i64 << model.bits) as f64;
        let mut trial = self.best.clone();
        for _ in 0..iterations {
            self.iterations += 1;
            let Violations { rows, slots, norm } = self.violations(relaxation);
            let gap = upper as f64 - self.bound as f64 / unit;
            if norm < 1e-12 || gap <= 0.0 {
                return;
            }
            let step = self.factor * gap / norm;
            let rises = rows.iter().zip(&model.row_scale).map(|(row, scale)| step * row / scale);
            for ((trial, best), rise) in trial.rows.iter_mut().zip(&self.best.rows).zip(rises) {
                *trial = above_zero(best + rise);
            }
            for ((trial, best), slot) in trial.slots.iter_mut().zip(&self.best.slots).zip(&slots) {
                *trial = above_zero(best + step * slot);
            }
            if relaxation.is_stale() {
                relaxation.refresh(&trial, steps);
            }
            let bound = relaxation.evaluate(&trial, steps);
            self.average(relaxation, self.weight);
            if bound > self.bound {
                self.bound = bound;
                std::mem::swap(&mut self.best, &mut trial);
                self.failures = 0;
                self.factor = (self.factor * 1.1).min(2.0);
                if relaxation.whole(bound) >= upper {
                    return;
                }
            } else {
                self.failures += 1;
                if self.failures >= 10 {
                    self.failures = 0;
                    self.factor = (self.factor * 0.66).max(1e-4);
                    self.weight = (self.weight * 0.9).max(0.02);
                }
            }
            if steps.left == 0 {
                return;
            }
        }
    }

    /// How far the averaged choices violate what was relaxed.
    fn violations(&self, relaxation: &Relaxation) -> Violations {
        let model = relaxation.model;
        let mut rows: Vec<f64> = model.rows.needs.iter().map(|&need| need as f64).collect();
        let mut open = vec![0.0; model.rows.orders.len()];
        for (order, terms) in model.rows.orders.iter().enumerate() {
            let first = model.states[order] as usize;
            for (mode, share) in terms.modes.iter().zip(&self.states[first + 1..]) {
                open[order] += share;
                for (need, amount) in rows[terms.first as usize..].iter_mut().zip(&mode.needs) {
                    *need += share * *amount as f64;
                }
            }
        }
        let mut norm = 0.0;
        let sums = self.sums.iter().zip(&model.row_scale).zip(&self.best.rows);
        for (violation, ((sum, scale), best)) in rows.iter_mut().zip(sums) {
            *violation = (*violation - sum) / scale;
            if *violation > 0.0 || *best > 0.0 {
                norm += *violation * *violation;
            }
        }
        let mut slots = self.usage.clone();
        let bests = model.options.piece.slots.iter().zip(&self.best.slots);
        for (violation, (&order, best)) in slots.iter_mut().zip(bests) {
            let order = order as usize;
            *violation -= open[order];
            if !relaxation.closable(order) {
                // Options may use what is open for certain.
                *violation = f64::NEG_INFINITY;
            } else if *violation > 0.0 || *best > 0.0 {
                norm += *violation * *violation;
            }
        }
        Violations { rows, slots, norm }
    }

    /// The same with an order in one of its states, climbed for some iterations.
    pub(super) fn probe(
        &self,
        relaxation: &mut Relaxation,
        (order, state): (usize, usize),
        upper: i64,
        steps: &mut Steps,
    ) -> Self {
        let mut probe = self.clone();
        relaxation.with_state(order, state, |relaxation| {
            let model = relaxation.model;
            if state > 0 {
                for &slot in model.slots_of(order) {
                    probe.best.slots[slot as usize] = 0.0;
                }
            }
            probe.bound = relaxation.evaluate(&probe.best, steps);
            probe.average(relaxation, probe.weight);
            let states = model.states[order] as usize..model.states[order + 1] as usize;
            probe.states[states.clone()].fill(0.0);
            probe.states[states.start + state] = 1.0;
            probe.factor = probe.factor.max(0.02);
            probe.failures = 0;
            probe.climb(relaxation, upper, PROBE, steps);
        });
        probe
    }

    /// The state of each order that the relaxed choices agree on most.
    pub(super) fn majority(&self, relaxation: &Relaxation) -> Vec<bool> {
        let mut aims = vec![false; self.states.len()];
        for states in relaxation.model.states.windows(2) {
            let left =
                (states[0] as usize..states[1] as usize).filter(|&state| relaxation.allowed[state]);
            let most = left.max_by(|&a, &b| self.states[a].total_cmp(&self.states[b]));
            if let Some(most) = most {
                aims[most] = true;
            }
        }
        aims
    }

    /// How little the relaxed choices agree on an order's state, from 0 to 1.
    pub(super) fn doubt(&self, model: &Model, order: usize) -> f64 {
        let states = model.states[order] as usize..model.states[order + 1] as usize;
        1.0 - self.states[states].iter().fold(0.0, |most: f64, &share| most.max(share))
    }

    /// Moves the averages towards the last relaxed choices.
    fn average(&mut self, relaxation: &Relaxation, weight: f64) {
        let model = relaxation.model;
        let keep = 1.0 - weight;
        self.usage.iter_mut().for_each(|usage| *usage *= keep);
        self.sums.iter_mut().for_each(|sum| *sum *= keep);
        self.states.iter_mut().for_each(|share| *share *= keep);
        let pieces = &model.options.piece;
        for &entry in &relaxation.chosen {
            let option = relaxation.entries[entry as usize].option as usize;
            for &piece in model.options.pieces_of(option) {
                let piece = piece as usize;
                self.usage[pieces.slot[piece] as usize] += weight;
                for (row, amount) in pieces.amounts_of(piece) {
                    self.sums[row as usize] += weight * amount as f64;
                }
            }
        }
        for (order, &state) in relaxation.state.iter().enumerate() {
            self.states[(model.states[order] + state) as usize] += weight;
        }
    }
}

/// The larger of a number and zero, by one comparison; WebAssembly has no such maximum.
#[inline]
fn above_zero(number: f64) -> f64 {
    if number > 0.0 { number } else { 0.0 }
}

/// How far choices violate what was relaxed, and the sum of squares that matter.
struct Violations {
    /// In units of [`Model::row_scale`].
    rows: Vec<f64>,
    slots: Vec<f64>,
    norm: f64,
}

/// How many iterations are made in haste between looks at all entries.
const HASTE: u32 = 25;
/// How many iterations a probe takes.
const PROBE: u32 = 12;

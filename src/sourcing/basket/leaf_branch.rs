//! Branch and bound over the options of a leaf.
//!
//! Each part is bounded by its relaxation, reoptimised from that of the part it comes from, and made
//! smaller by what loses more than there is left to lose (Crowder, Johnson and Padberg, "Solving
//! large-scale zero-one linear programming problems", Operations Research 31, 1983). Several splits are
//! tried before one is taken (strong branching: Applegate, Bixby, Chvatal and Cook, "Finding cuts in
//! the TSP", DIMACS report 95-05, 1995).

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use super::budget::Steps;
use super::leaf_core::{Core, Losses, SCALE};
use super::leaf_dual::reoptimise;
use super::leaf_join::Middle;
use super::leaf_relax::relax;
use super::leaf_simplex::{Basis, Simplex};
use super::leaf_split::{Split, halves, splits};

/// A search and what it has found.
pub(super) struct Search<'a> {
    /// Only solutions that cost less matter: the cost of the best one, once there is one.
    pub cap: i64,
    /// The options of the best solution.
    pub best: Option<Vec<u32>>,
    /// What may still be spent.
    pub steps: &'a mut Steps,
}

/// What is left to search: some options of a core, and the optimal mix before others were forbidden.
struct Part {
    core: Rc<Core>,
    allowed: Vec<bool>,
    basis: Basis,
    /// What that mix costs.
    value: f64,
    /// No solution here costs less.
    bound: i64,
    /// What the optimal mix costs here, as far as it was tried.
    estimate: f64,
    /// Parts are numbered as they arise.
    number: u64,
}

/// What became of a part.
enum Outlook {
    /// All of it is searched, or costs too much.
    Closed,
    /// Steps ran out.
    Stopped,
    /// Two parts, the more promising one first.
    Split(Box<[Part; 2]>),
}

impl Search<'_> {
    /// Searches a core, given multipliers. No solution there costs less than the result, except the
    /// best one kept.
    pub(super) fn all(&mut self, core: &Core, multipliers: &[f64]) -> i64 {
        let losses = Losses::new(&core.leaf, multipliers, None, self.cap - core.cost);
        let bound = core.cost.saturating_add(losses.lower_bound());
        if bound >= self.cap {
            return self.cap;
        }
        let keep = losses.loss.iter().map(|&loss| loss <= losses.most).collect();
        let Some((core, mut multipliers)) = core.keep(keep, multipliers) else { return self.cap };
        if core.leaf.need.is_empty() {
            self.cheapest(&core);
            return self.cap;
        }
        let mut simplex = relax(&core.leaf, &mut multipliers, f64::INFINITY, self.steps);
        // Whole options that lack one unit are to cost more than the cap.
        let dear = 4.0 * (self.cap - bound) as f64;
        simplex.penalty.iter_mut().for_each(|penalty| *penalty = penalty.max(dear));
        simplex.factorise();
        let penalty = simplex.penalty.clone();
        let (value, basis) = (simplex.value(), simplex.basis.clone());
        let allowed = vec![true; core.ids.len()];
        let room = OPEN_BYTES / (core.ids.len() + 8 * core.leaf.groups() + 500);
        let core = Rc::new(core);
        let part = Part { core, allowed, basis, value, bound, estimate: value, number: 0 };
        self.best_first(part, &penalty, room).max(bound)
    }

    /// Goes on with the part of the least estimate, and from there down to the end.
    fn best_first(&mut self, part: Part, penalty: &[f64], room: usize) -> i64 {
        let mut open = BinaryHeap::new();
        let mut least = i64::MAX;
        let mut number = 0;
        open.push(part);
        while let Some(part) = open.pop() {
            let mut stack = vec![part];
            let mut parts = 0;
            while let Some(part) = stack.pop() {
                if self.steps.left == 0 || (parts >= RUN && open.len() < room) {
                    stack.push(part);
                    break;
                }
                if part.bound >= self.cap {
                    continue;
                }
                parts += 1;
                let bound = part.bound;
                match self.expand(part, penalty) {
                    Outlook::Closed => {}
                    Outlook::Stopped => least = least.min(bound),
                    Outlook::Split(parts) => {
                        let [mut first, mut second] = *parts;
                        number += 2;
                        (first.number, second.number) = (number - 1, number);
                        stack.push(second);
                        stack.push(first);
                    }
                }
            }
            open.extend(stack);
            if self.steps.left == 0 {
                break;
            }
        }
        open.iter().fold(least.min(self.cap), |least, part| least.min(part.bound))
    }

    /// Bounds a part, and lists or splits what is left of it.
    fn expand(&mut self, part: Part, penalty: &[f64]) -> Outlook {
        let Part { core, mut allowed, basis, mut value, .. } = part;
        let leaf = &core.leaf;
        let mut simplex = Simplex::new(leaf, penalty.to_vec(), basis);
        let enough = (self.cap - core.cost) as f64;
        reoptimise(&mut simplex, &allowed, &mut value, enough, 1_000, self.steps);
        let below = self.cap - core.cost;
        let losses = Losses::new(leaf, &simplex.multipliers(), Some(&allowed), below);
        let bound = core.cost.saturating_add(losses.lower_bound());
        if bound >= self.cap {
            return Outlook::Closed;
        }
        if !self.steps.take(4 * leaf.costs.len()) {
            return Outlook::Stopped;
        }
        self.round(&core, &simplex);
        if bound >= self.cap {
            return Outlook::Closed;
        }
        let mut many = 0;
        for group in 0..leaf.groups() {
            for option in leaf.options(group) {
                allowed[option] &= losses.loss[option] <= losses.most;
                many += usize::from(allowed[option]);
            }
        }
        many -= leaf.groups();
        if many < LISTED
            && let Some(outlook) = self.list(&core, &allowed, &losses)
        {
            return outlook;
        }
        let mut part = Part {
            value: simplex.value(),
            basis: simplex.basis.clone(),
            core: Rc::clone(&core),
            allowed,
            bound: bound.max(part.bound),
            ..part
        };
        if many < 3 * (leaf.costs.len() - leaf.groups()) / 5
            && let Some((small, basis)) = core.shrink(&part.allowed, &simplex.basis)
        {
            // Much is decided: go on with what is left.
            let allowed = vec![true; small.ids.len()];
            part = Part { core: Rc::new(small), allowed, basis, ..part };
            let mut simplex = Simplex::new(&part.core.leaf, penalty.to_vec(), part.basis.clone());
            simplex.factorise();
            part.value = simplex.value();
            return self.split(simplex, &part);
        }
        self.split(simplex, &part)
    }

    /// Splits a part where both sides cost most, as far as they are tried.
    fn split(&mut self, mut simplex: Simplex<'_>, part: &Part) -> Outlook {
        let Part { core, basis, value, .. } = part;
        let mut allowed = part.allowed.clone();
        let leaf = &core.leaf;
        let enough = (self.cap - core.cost) as f64;
        let gap = (enough - value).max(1e-3);
        let mut best: Option<(f64, Split, [f64; 2])> = None;
        let strong = (TRIES / leaf.costs.len().max(1)).clamp(1, STRONG);
        let candidates = splits(leaf, &simplex.multipliers(), basis, &simplex.values);
        for split in candidates.into_iter().take(strong) {
            let Some(sides) = split.sides(leaf, &allowed) else { continue };
            let mut gains = [0.0; 2];
            for (gain, side) in gains.iter_mut().zip(&sides) {
                let mut risen = *value;
                let forbidden = split.forbid(leaf, &mut allowed, side);
                simplex.load(basis);
                reoptimise(&mut simplex, &allowed, &mut risen, enough, TRIED, self.steps);
                for option in forbidden {
                    allowed[option] = true;
                }
                *gain = (risen - value).clamp(1e-3 * gap, gap);
            }
            let score = gains[0] * gains[1];
            if best.as_ref().is_none_or(|best| score > best.0) {
                best = Some((score, split, gains));
            }
        }
        let (sides, gains, group) = match &best {
            Some((_, split, gains)) => (split.sides(leaf, &allowed), *gains, split.group),
            None => (None, [0.0; 2], 0),
        };
        let (sides, group) = match sides {
            Some(sides) => (sides, group),
            None => halves(leaf, &allowed),
        };
        let side = |at: usize| {
            let mut allowed = allowed.clone();
            for (option, &stays) in leaf.options(group).zip(&sides[at]) {
                allowed[option] &= stays;
            }
            let estimate = core.cost as f64 + value + gains[at];
            let (core, basis) = (Rc::clone(core), basis.clone());
            Part { core, allowed, basis, estimate, ..*part }
        };
        let first = usize::from(gains[1] < gains[0]);
        Outlook::Split(Box::new([side(first), side(1 - first)]))
    }

    /// Lists what is left, if it is little.
    fn list(&mut self, core: &Core, allowed: &[bool], losses: &Losses) -> Option<Outlook> {
        let multipliers: Vec<f64> =
            losses.scaled.iter().map(|&l| l as f64 / (1_u64 << SCALE) as f64).collect();
        let Some((small, multipliers)) = core.keep(allowed.to_vec(), &multipliers) else {
            return Some(Outlook::Closed);
        };
        if small.leaf.need.is_empty() {
            self.cheapest(&small);
            return Some(Outlook::Closed);
        }
        let losses = Losses::new(&small.leaf, &multipliers, None, self.cap - small.cost);
        let middle = Middle::split(&small.leaf, &losses, LIMIT)?;
        let below = self.cap - small.cost;
        let (found, complete) = middle.join(&small.leaf, &losses, below, self.steps);
        if let Some((cost, options)) = found {
            self.offer(&small, cost, &options);
        }
        Some(if complete { Outlook::Closed } else { Outlook::Stopped })
    }

    /// Takes the largest part of each group, if that meets the needs.
    fn round(&mut self, core: &Core, simplex: &Simplex<'_>) {
        let leaf = &core.leaf;
        let options = simplex.rounded();
        let mut lacks = leaf.need.clone();
        let mut cost = 0;
        for &option in &options {
            cost += leaf.costs[option];
            leaf.entries(option).for_each(|(row, amount)| lacks[row] -= amount);
        }
        if lacks.iter().all(|&lack| lack <= 0) {
            self.offer(core, cost, &options);
        }
    }

    /// With no need left, every group takes its cheapest option.
    fn cheapest(&mut self, core: &Core) {
        let mut options = Vec::new();
        let mut cost = 0;
        for group in 0..core.leaf.groups() {
            let best = core.leaf.options(group).min_by_key(|&option| core.leaf.costs[option]);
            options.extend(best);
            cost += best.map_or(0, |best| core.leaf.costs[best]);
        }
        self.offer(core, cost, &options);
    }

    /// Keeps a solution of a core if it is the best.
    pub(super) fn offer(&mut self, core: &Core, cost: i64, options: &[usize]) {
        if core.cost + cost < self.cap {
            self.cap = core.cost + cost;
            let mut decided = core.decided.clone();
            decided.extend(options.iter().map(|&option| core.ids[option]));
            self.best = Some(decided);
        }
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Part {}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Part {
    /// The least estimate is the greatest, since a heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.estimate.total_cmp(&self.estimate).then(self.number.cmp(&other.number))
    }
}

/// How many splits are tried at each branching, at most.
const STRONG: usize = 8;

/// Options in a core times splits that are tried.
const TRIES: usize = 24_000;

/// Steps of the dual simplex method by which a split is tried.
const TRIED: usize = 4;

/// Parts that are searched depth first before going on with the least estimate: solutions are found
/// far down.
const RUN: u64 = 2_000;

/// Deviations of single groups that may be few enough to list all that they combine to.
const LISTED: usize = 100;

/// Deviations in half of the groups that are rather listed than branched on.
const LIMIT: f64 = 512.0;

/// About how many bytes the parts that wait may take; beyond them, depth comes first.
const OPEN_BYTES: usize = 64 << 20;

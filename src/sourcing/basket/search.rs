//! The search: which state each order is in, and then what to buy.
//!
//! Branch and bound on the states of orders. A node is bounded by the relaxation, drops what cannot be
//! in a cheaper plan, and is divided at the order whose relaxed state is least certain; once every
//! order has one state left the lines are decided exactly by the leaf. The search dives towards the
//! relaxed choice and returns to the node with the lowest bound, so that its bound rises as it goes.

use std::rc::Rc;

use super::{
    ascent::Ascent,
    bound::{Multipliers, Relaxation},
    budget::Steps,
    decided::Decided,
    dive::dive,
    exchange, leaf,
    model::Model,
    plan::{Plan, repaired},
};

/// What a search has found.
#[derive(Debug)]
pub(super) struct Found {
    /// The cheapest plan, as what it costs and the option of each line.
    pub(super) best: Option<(i64, Vec<u32>)>,
    /// No plan costs less; the cost of the best one if that is proved, the largest number if there
    /// is none.
    pub(super) lower_bound: i64,
    pub(super) nodes: u64,
}

/// Searches for the cheapest plan that costs less than `upper`.
pub(super) fn search(model: &Model, upper: i64, steps: &mut Steps) -> Found {
    let states = model.states.last().map_or(0, |&states| states as usize);
    let mut search = Search {
        model,
        upper,
        best: None,
        options: (0..model.options.lines.len() - 1)
            .flat_map(|line| {
                model.options.of_line(line).filter_map(move |option| {
                    Some((u32::try_from(line).ok()?, u32::try_from(option).ok()?))
                })
            })
            .collect(),
        open: Vec::new(),
        nodes: 0,
        given_up: i64::MAX,
        dive: None,
    };
    let root = Node {
        allowed: vec![true; states],
        // No plan costs less than this: a penalty is more than plans can differ by.
        bound: -model.options.penalty,
        ascent: None,
        depth: 0,
        failures: 0,
    };
    search.open.push(root);
    search.run(steps)
}

struct Search<'a> {
    model: &'a Model,
    /// Only plans below this matter.
    upper: i64,
    best: Option<Vec<u32>>,
    /// The options that can be in a cheaper plan, with their lines.
    options: Vec<(u32, u32)>,
    open: Vec<Node>,
    nodes: u64,
    /// The lowest bound of nodes that cannot be decided, for they have too many rows.
    given_up: i64,
    /// The open node to go on with, if a dive is under way.
    dive: Option<usize>,
}

/// A part of all plans: those with some states allowed.
struct Node {
    allowed: Vec<bool>,
    bound: i64,
    /// The probe that has found the bound.
    ascent: Option<Rc<Ascent>>,
    depth: u32,
    /// How often its leaf was too much work.
    failures: u32,
}

/// A part of a node: an order in one of its states.
struct Child {
    state: usize,
    bound: i64,
    probe: Ascent,
}

impl Search<'_> {
    fn run(mut self, steps: &mut Steps) -> Found {
        while steps.left > 0 {
            let next = self.next();
            let Some(next) = next else { break };
            let node = self.open.swap_remove(next);
            if node.bound < self.upper {
                self.nodes += 1;
                self.visit(node, steps);
            }
        }
        let bounds = self.open.iter().map(|node| node.bound);
        let lower_bound = bounds.fold(self.upper.min(self.given_up), i64::min);
        Found {
            best: self.best.map(|options| (self.upper, options)),
            lower_bound,
            nodes: self.nodes,
        }
    }

    /// The node to go on with: the dive's, unless others have become much more promising.
    fn next(&mut self) -> Option<usize> {
        let lowest = self.lowest()?;
        let least = self.open[lowest].bound;
        let gap = self.upper.saturating_sub(least);
        let within = if self.is_poor(least) { gap } else { (gap / 4).min(least.abs() / PLUNGE) };
        let dive = self.dive.take();
        let promising = dive.filter(|&dive| self.open[dive].bound - least <= within);
        Some(promising.unwrap_or(lowest))
    }

    /// Whether there is no good plan yet, so that any leaf is welcome soon.
    fn is_poor(&self, bound: i64) -> bool {
        self.upper.saturating_sub(bound) > bound.abs() / POOR
    }

    fn lowest(&self) -> Option<usize> {
        let key = |node: &Node| (node.failures, node.bound, u32::MAX - node.depth);
        (0..self.open.len()).min_by_key(|&index| key(&self.open[index]))
    }

    fn visit(&mut self, mut node: Node, steps: &mut Steps) {
        let options = self.options.iter().map(|&(line, option)| (line as usize, option));
        let mut relaxation = Relaxation::new(self.model, node.allowed.clone(), options);
        if relaxation.is_empty() {
            return;
        }
        let mut ascent = match node.ascent.take() {
            Some(probe) => Ascent::clone(&probe).resume(&mut relaxation, steps),
            None => Ascent::new(&mut relaxation, Multipliers::none(self.model), steps),
        };
        if !self.tighten(&mut node, &mut relaxation, &mut ascent, steps) {
            return;
        }
        if node.depth == 0 {
            self.options = relaxation.options();
        }
        node.allowed.clone_from(&relaxation.allowed);
        let mut doubtful: Vec<(usize, f64)> = (0..self.model.rows.orders.len())
            .filter(|&order| relaxation.states_left(order) > 1)
            .map(|order| (order, ascent.doubt(self.model, order)))
            .collect();
        crate::unit::sort_by(&mut doubtful, |a, b| b.1.total_cmp(&a.1));
        let poor = self.is_poor(node.bound);
        let certain = if poor { 2.0 * CERTAIN } else { CERTAIN };
        let uncertain = doubtful.iter().filter(|(_, doubt)| *doubt >= certain).count();
        if doubtful.len() > uncertain + 1 {
            self.rush(&node, &doubtful[uncertain..], &mut relaxation, ascent, steps);
            return;
        }
        if doubtful.is_empty() {
            relaxation.evaluate(&ascent.best, steps);
            self.decide(node, &mut relaxation, ascent, steps);
        } else {
            let probes = if node.depth == 0 { ROOT_PROBES } else { PROBES };
            doubtful.truncate(if poor { 1 } else { probes });
            self.branch(&node, &doubtful, &mut relaxation, &ascent, steps);
        }
    }

    /// Raises the bound of a node and drops what cannot be in a cheaper plan; whether anything is left.
    fn tighten(
        &mut self,
        node: &mut Node,
        relaxation: &mut Relaxation,
        ascent: &mut Ascent,
        steps: &mut Steps,
    ) -> bool {
        let root = node.depth == 0;
        let mut before = relaxation.whole(ascent.bound);
        for round in 0..if root { 30 } else { 10 } {
            if root && round < HASTY {
                ascent.hasten(relaxation, self.target(before), 50, steps);
            } else {
                let iterations = if root { 50 } else { 20 };
                ascent.climb(relaxation, self.target(before), iterations, steps);
            }
            let bound = relaxation.whole(ascent.bound);
            let rise = bound.saturating_sub(before) as f64;
            before = bound;
            node.bound = node.bound.max(bound);
            let near = (self.target(bound) - bound).min(bound.abs() / 200) as f64;
            let slow = rise < near * if root { 0.002 } else { 0.05 };
            let decided =
                (0..self.model.rows.orders.len()).all(|order| relaxation.states_left(order) == 1);
            let last = decided || steps.left == 0 || slow && round > if root { 5 } else { 0 };
            if root && node.bound < self.upper && (last || round == 0 || round == 5) {
                relaxation.refresh(&ascent.best, steps);
                relaxation.evaluate(&ascent.best, steps);
                let aims = ascent.majority(relaxation);
                let most = steps.left.min(PROMPT * relaxation.entries.len() as u64);
                let mut own = Steps { left: most };
                self.try_repair(relaxation, &ascent.best.rows, &aims, &mut own);
                steps.left -= most - own.left;
                if self.upper.saturating_sub(bound) > bound.abs() / CLOSE {
                    self.try_dive(relaxation, ascent, round > 0, steps);
                }
            }
            if node.bound >= self.upper {
                return false;
            }
            let at = relaxation.evaluate(&ascent.best, steps);
            relaxation.fix(at, self.upper, steps);
            if relaxation.is_empty() {
                return false;
            }
            if last {
                break;
            }
        }
        true
    }

    /// Branches on the order whose states raise the bound most, of some.
    fn branch(
        &mut self,
        node: &Node,
        doubtful: &[(usize, f64)],
        relaxation: &mut Relaxation,
        ascent: &Ascent,
        steps: &mut Steps,
    ) {
        let mut best: Option<((i64, i64), Vec<Child>, usize)> = None;
        for &(order, _) in doubtful {
            let first = self.model.states[order] as usize;
            let states = self.model.states[order + 1] as usize - first;
            let mut children = Vec::new();
            for state in (0..states).filter(|&state| node.allowed[first + state]) {
                let target = self.target(node.bound);
                let probe = ascent.probe(relaxation, (order, state), target, steps);
                let bound = relaxation.whole(probe.bound).max(node.bound);
                if bound < self.upper {
                    children.push(Child { state, bound, probe });
                }
            }
            let mut bounds: Vec<i64> = children.iter().map(|child| child.bound).collect();
            crate::unit::sort_by(&mut bounds, Ord::cmp);
            let Some(&lowest) = bounds.first() else { return };
            let second = bounds.get(1).copied().unwrap_or(self.upper);
            let score = (second.saturating_add(lowest), lowest);
            if best.as_ref().is_none_or(|(most, _, _)| score > *most) {
                best = Some((score, children, order));
            }
        }
        let Some((_, children, order)) = best else { return };
        let mut preferred: Option<(i64, usize)> = None;
        for Child { state, bound, probe } in children {
            if preferred.is_none_or(|(least, _)| bound < least) {
                preferred = Some((bound, self.open.len()));
            }
            let allowed = self.only(&node.allowed, order, state);
            self.open(node, allowed, bound, Rc::new(probe));
        }
        self.dive = preferred.map(|(_, index)| index);
    }

    /// Decides orders at once, for the relaxed choices agree on each of them, and opens a node for every
    /// way to begin to differ from that.
    fn rush(
        &mut self,
        node: &Node,
        doubtful: &[(usize, f64)],
        relaxation: &mut Relaxation,
        ascent: Ascent,
        steps: &mut Steps,
    ) {
        let bound = relaxation.evaluate(&ascent.best, steps);
        let ascent = Rc::new(ascent);
        let mut allowed = node.allowed.clone();
        for &(order, _) in doubtful {
            let first = self.model.states[order] as usize;
            let last = self.model.states[order + 1] as usize;
            let share = |state: &usize| ascent.states[*state];
            let left = (first..last).filter(|&state| allowed[state]);
            let Some(agreed) = left.max_by(|a, b| share(a).total_cmp(&share(b))) else { return };
            for state in first..last {
                let child =
                    relaxation.whole(bound + relaxation.rise(order, state - first)).max(node.bound);
                if state != agreed && allowed[state] && child < self.upper {
                    let other = self.only(&allowed, order, state - first);
                    self.open(node, other, child, Rc::clone(&ascent));
                }
            }
            allowed = self.only(&allowed, order, agreed - first);
        }
        self.dive = Some(self.open.len());
        self.open(node, allowed, node.bound, ascent);
    }

    /// The allowed states with an order in one of them.
    fn only(&self, allowed: &[bool], order: usize, state: usize) -> Vec<bool> {
        let mut allowed = allowed.to_vec();
        let states = self.model.states[order] as usize..self.model.states[order + 1] as usize;
        allowed[states.clone()].fill(false);
        allowed[states.start + state] = true;
        allowed
    }

    fn open(&mut self, parent: &Node, allowed: Vec<bool>, bound: i64, ascent: Rc<Ascent>) {
        self.open.push(Node {
            allowed,
            bound,
            ascent: Some(ascent),
            depth: parent.depth + 1,
            failures: 0,
        });
    }

    /// The cost to aim at: the multipliers climb badly towards one that is far away.
    fn target(&self, bound: i64) -> i64 {
        self.upper.min(bound.saturating_add(bound.abs() / 100 + 1000))
    }

    /// Makes a plan of the relaxed choices of the last evaluation.
    fn try_repair(
        &mut self,
        relaxation: &Relaxation,
        multipliers: &[f64],
        aims: &[bool],
        steps: &mut Steps,
    ) {
        let Some(mut plan) = repaired(relaxation, multipliers, aims, steps) else { return };
        let Some(cost) = plan.cost() else { return };
        if cost / 100 <= self.upper / 99 {
            exchange::improve(&mut plan, relaxation, steps);
        }
        if let Some(cost) = plan.cost() {
            self.offer(cost, plan.options);
        }
    }

    /// Makes a plan of promising options, orders decided a few at a time.
    fn try_dive(
        &mut self,
        relaxation: &Relaxation,
        ascent: &Ascent,
        thorough: bool,
        steps: &mut Steps,
    ) {
        if let Some(options) = dive(relaxation, ascent, self.upper, thorough, steps) {
            self.try_options(options);
        }
    }

    /// Keeps options if they are possible and cost less than the best so far.
    fn try_options(&mut self, options: Vec<u32>) {
        let plan = Plan::new(self.model, options, vec![0.0; self.model.rows.needs.len()]);
        if let Some(cost) = plan.cost() {
            self.offer(cost, plan.options);
        }
    }

    fn offer(&mut self, cost: i64, options: Vec<u32>) {
        if cost < self.upper {
            self.upper = cost;
            self.best = Some(options);
        }
    }

    /// Solves the leaf: every order has one state.
    fn decide(
        &mut self,
        mut node: Node,
        relaxation: &mut Relaxation,
        ascent: Ascent,
        steps: &mut Steps,
    ) {
        let Some(Decided { leaf, rows, fixed }) = relaxation.decided() else {
            self.given_up = self.given_up.min(node.bound);
            return;
        };
        let mut multipliers: Vec<f64> = rows.iter().map(|&row| ascent.best.rows[row]).collect();
        if steps.left == 0 {
            node.ascent = Some(Rc::new(ascent));
            self.open.push(node);
            return;
        }
        let patience =
            (relaxation.entries.len() as u64 * 20 + PATIENCE) << (3 * node.failures).min(30);
        let mut own = Steps { left: patience.min(steps.left) };
        let given = own.left;
        let upper = self.upper.saturating_sub(fixed);
        let answer = leaf::solve(&leaf, &mut multipliers, upper, &mut own);
        steps.left = steps.left.saturating_sub(given - own.left);
        if let Some((_, chosen)) = &answer.best {
            let options = relaxation.picked(chosen);
            self.try_options(options);
        }
        node.bound = node.bound.max(answer.lower_bound.saturating_add(fixed));
        if !answer.proved && node.failures == 0 {
            let mut best = ascent.best.clone();
            for (&row, &multiplier) in rows.iter().zip(&multipliers) {
                best.rows[row] = multiplier;
            }
            relaxation.refresh(&best, steps);
            relaxation.evaluate(&best, steps);
            self.try_repair(relaxation, &best.rows, &node.allowed, steps);
        }
        node.failures += 1;
        if node.bound < self.upper && !answer.proved {
            node.ascent = Some(Rc::new(ascent));
            self.open.push(node);
        }
    }
}

/// How much work a repair of relaxed choices at the root may be, for each option.
const PROMPT: u64 = 6;
/// The part of the bound that a plan costs more after which no other is looked for at once.
const CLOSE: i64 = 2000;
/// How often the root's multipliers climb in haste at first.
const HASTY: usize = 6;
/// How much work a leaf may be at first.
const PATIENCE: u64 = 1_000_000;
/// The part of the lowest bound by which that of a dive may exceed it.
const PLUNGE: i64 = 1000;
/// The part of the lowest bound that a plan costs more which is not good.
const POOR: i64 = 400;
/// The relaxed choices agree on an order if no more than this part of them differs.
const CERTAIN: f64 = 0.1;
/// How many orders are tried out before branching on one, at the root and below.
const ROOT_PROBES: usize = 12;
const PROBES: usize = 4;

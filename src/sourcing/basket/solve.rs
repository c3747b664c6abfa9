//! The cheapest basket, and how far it may be from the cheapest.

use super::{
    budget::{Budget, Steps},
    first,
    model::Model,
    problem::{Basket, Pick},
    search::search,
};

/// A choice, and what is known about how good it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// The picks of each line, ascending by source: an allowed choice. Empty, without even the
    /// lines, if there is none: a limit of negative capacity cannot be met.
    pub picks: Vec<Vec<Pick>>,
    /// What the choice costs, as [`Basket::evaluate`] says.
    pub cost: i64,
    /// No allowed choice that leaves out as few lines costs less. Only what each line costs at least by
    /// itself where lines have too many options to look at all; the smallest number if nothing is
    /// known, for numbers are too large.
    pub lower_bound: i64,
    /// What is proved.
    pub status: Status,
    /// The lines that have to be covered and are not: as few as possible together with the rest.
    pub left_out: Vec<usize>,
    /// How many parts of the problem were looked at.
    pub nodes: u64,
    /// How much work it took, of [`Budget::steps`].
    pub steps: u64,
}

/// What is proved about a choice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// No choice costs less.
    Proved,
    /// The budget was spent before anything was proved: a cheaper choice may cost as little as the
    /// lower bound.
    Gap,
    /// It is proved that not all lines can be covered that have to be, or that no choice is
    /// allowed.
    Infeasible,
}

/// The choice that costs least, looked for with some work.
///
/// As few lines as possible are left out that have to be covered; of such choices it is the cheapest.
/// A start that is allowed is where to begin: the answer is never worse. Equal baskets, starts and
/// budgets have equal answers on every machine.
///
/// The method is branch and bound on the state of each order (closed, or in one of its modes) over the
/// ways to serve each line, bounded by Lagrangian relaxation (Geoffrion, "Lagrangean relaxation for
/// integer programming", Mathematical Programming Study 2, 1974). Tried and rejected: moving an
/// order's multiplier jointly with those of its lines (slower than scaling rows by how many lines
/// share them), following the share of relaxed choices rather than probed bounds when diving (the
/// bound shows its cost many levels later), and shutting orders one by one in the repair (orders that
/// lack take from each other; aiming at the states of the relaxation does not).
///
/// ```
/// use replenish::sourcing::basket::{
///     Basket, Budget, Line, Mode, OrderTerms, PerUnit, Pick, Purchase, Source, Span, Status, solve,
/// };
/// let terms = |cost, least| OrderTerms {
///     modes: vec![Mode {
///         cost,
///         rate: 0,
///         value: Span { least, most: i64::MAX },
///         weight: Span::ALL,
///     }],
/// };
/// let source = |order, cost| Source {
///     order,
///     units_per_pack: 10,
///     purchases: vec![Purchase { packs: 1, cost, value: cost, weight: 0 }],
///     limits: Vec::new(),
/// };
/// // The first supplier is cheaper, but asks for an order of 50.00.
/// let basket = Basket {
///     orders: vec![terms(500, 5_000), terms(700, 0)],
///     lines: vec![Line {
///         required: 10,
///         most: 10,
///         sources_at_most: 1,
///         shortage_cost: None,
///         surplus_value: PerUnit::default(),
///         sources: vec![source(0, 4_000), source(1, 4_200)],
///     }],
///     ..Basket::default()
/// };
/// let solution = solve(&basket, None, Budget::default());
/// assert_eq!((solution.status, solution.cost), (Status::Proved, 4_900));
/// assert_eq!(solution.picks, [[Pick { source: 1, purchase: 0 }]]);
/// ```
pub fn solve(basket: &Basket, start: Option<&[Vec<Pick>]>, budget: Budget) -> Solution {
    let nothing: Vec<Vec<Pick>> = vec![Vec::new(); basket.lines.len()];
    let starts = [start.map(<[Vec<Pick>]>::to_vec), Some(nothing)];
    let mut best: Option<(i64, Vec<Vec<Pick>>)> = None;
    let Some(model) = Model::of(basket) else {
        let picks = starts.into_iter().flatten().find(|picks| basket.evaluate(picks).is_ok());
        return answer(
            basket,
            picks,
            &Found { lower_bound: None, complete: true, nodes: 0, steps: 0 },
        );
    };
    let penalty = model.options.penalty;
    let mut steps = Steps { left: budget.steps };
    let first = first::plan(basket, &model);
    steps.take(model.options.costs.len());
    for picks in starts.into_iter().flatten().chain(first) {
        if let Ok(evaluation) = basket.evaluate(&picks) {
            let left_out = i64::try_from(evaluation.uncovered.len()).unwrap_or(i64::MAX);
            let cost = evaluation.cost.saturating_add(penalty.saturating_mul(left_out));
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, picks));
            }
        }
    }
    // No choice costs as much as a penalty beyond those of all lines.
    let musts = i64::try_from(model.options.musts).unwrap_or(i64::MAX);
    let none = penalty.saturating_mul(musts.saturating_add(2));
    let upper = best.as_ref().map_or(none, |(cost, _)| *cost);
    let found = search(&model, upper, &mut steps);
    if let Some((_, options)) = &found.best {
        let picks: Vec<Vec<Pick>> =
            options.iter().map(|&option| model.options.picks(option as usize)).collect();
        best = Some((found.best.as_ref().map_or(0, |(cost, _)| *cost), picks));
    }
    let complete = model.options.incomplete.is_empty();
    let lower_bound =
        if best.is_none() && found.lower_bound >= none { i64::MAX } else { found.lower_bound };
    let found = Found {
        lower_bound: complete.then_some((lower_bound, penalty)),
        complete,
        nodes: found.nodes,
        steps: budget.steps - steps.left,
    };
    answer(basket, best.map(|(_, picks)| picks), &found)
}

struct Found {
    /// The bound of costs with a penalty for each line left out, and that penalty; none if numbers are
    /// too large or not all options were there.
    lower_bound: Option<(i64, i64)>,
    /// Whether all options were there, as far as is known: otherwise a line left out proves nothing.
    complete: bool,
    nodes: u64,
    steps: u64,
}

fn answer(basket: &Basket, picks: Option<Vec<Vec<Pick>>>, found: &Found) -> Solution {
    let evaluated = picks.and_then(|picks| Some((basket.evaluate(&picks).ok()?, picks)));
    let Some((evaluation, picks)) = evaluated else {
        let proved = found.lower_bound.is_some_and(|(bound, _)| bound == i64::MAX);
        return Solution {
            picks: Vec::new(),
            cost: 0,
            lower_bound: 0,
            status: if proved { Status::Infeasible } else { Status::Gap },
            left_out: Vec::new(),
            nodes: found.nodes,
            steps: found.steps,
        };
    };
    let left_out = i64::try_from(evaluation.uncovered.len()).unwrap_or(i64::MAX);
    let bound = match found.lower_bound {
        Some((bound, penalty)) => Some(bound.saturating_sub(penalty.saturating_mul(left_out))),
        None if found.complete => None,
        None => first::bound(basket, evaluation.uncovered.is_empty()),
    };
    let bound = bound.map_or(i64::MIN, |bound| bound.min(evaluation.cost));
    Solution {
        cost: evaluation.cost,
        lower_bound: bound,
        status: match (bound >= evaluation.cost, evaluation.uncovered.is_empty()) {
            (true, true) => Status::Proved,
            (true, false) if found.complete => Status::Infeasible,
            _ => Status::Gap,
        },
        left_out: evaluation.uncovered,
        picks,
        nodes: found.nodes,
        steps: found.steps,
    }
}

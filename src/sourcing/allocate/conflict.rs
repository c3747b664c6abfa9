//! What contradicts what where not everything can be bought that has to be.
//!
//! The conditions are taken one by one from a basket in which nothing is forbidden: a set of them
//! conflicts if the search proves that they cannot hold together at any cost. An irreducible one is
//! found by `QuickXplain` (Junker, "`QuickXplain`: preferred explanations and relaxations for
//! over-constrained problems", AAAI 2004); where it is small, all smaller sets are tried as well.

use super::{
    allocation::{Condition, Conflict, Relaxation},
    assemble::beyond_choice,
    model::{LimitName, Model, Scene, UNLIMITED},
    relaxation::relax,
    without_contracts,
};
use crate::{
    sourcing::{
        Need, Offer, SourcingOptions, SupplierTerms,
        basket::{self, Basket, Budget, Mode, PerUnit, Solution, Status},
        eligible::Market,
    },
    unit::{Day, Invalid, Money, OfferId, SupplierId, distinct, sort_by},
};

/// What was to be allocated.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) offers: &'a [Offer],
    pub(super) terms: &'a [SupplierTerms],
    pub(super) options: &'a SourcingOptions,
}

/// Steps of one test: a set whose conflict takes more to prove does not count as one.
const STEPS_OF_A_TEST: u64 = 5_000_000;
/// Tests of sets smaller than the one that was found.
const MOST_TESTS: usize = 200;
/// Offers that may share a requirement for which their number is not limited.
const MANY_SOURCES: u32 = 3;

/// Why not all needs of a model can be covered that have to be, or not all suppliers get an order that
/// have to; none if no set of conditions was proved to conflict within the steps allowed.
pub(super) fn find(
    input: Input<'_>,
    model: &Model<'_>,
    solution: &Solution,
    market: &Market<'_>,
) -> Result<Option<Conflict>, Invalid> {
    let left_out = distinct(solution.left_out.iter().copied());
    let needs = without_bounds(model, &left_out);
    let offers: Vec<Offer> =
        input.offers.iter().map(|offer| Offer { available: None, ..offer.clone() }).collect();
    let options = SourcingOptions { forbidden_suppliers: Vec::new(), ..input.options.clone() };
    let without_minimum: Vec<SupplierTerms> = input
        .terms
        .iter()
        .map(|terms| SupplierTerms {
            minimum_order_value: None,
            below_minimum_surcharge: None,
            ..terms.clone()
        })
        .collect();
    let free_market = Market::new(&offers, input.terms, &options)?;
    let plain = without_contracts(&offers);
    let beyond_contract = match &plain[..] {
        [] => None,
        plain => Some(Market::new(plain, input.terms, &options)?),
    };
    let scene = Scene {
        market: &free_market,
        beyond_contract: beyond_contract.as_ref(),
        options: &options,
        stated: Some(input.offers),
    };
    let needs: Vec<&Need> = needs.iter().collect();
    let free = Model::new(&needs, scene)?;
    let no_minimum = Market::new(&offers, &without_minimum, &options)?;
    let mut modes = Vec::with_capacity(free.orders.len());
    for order in &free.orders {
        modes.push(no_minimum.order_modes(order.supplier)?);
    }
    let steps = input.options.steps.unwrap_or(Budget::default().steps);
    let mut cases = Cases {
        original: model,
        free: &free,
        modes,
        conditions: Vec::new(),
        near: 0,
        steps,
        unsure: false,
    };
    cases.list(&left_out, input);
    let mut all: Vec<usize> = (0..cases.conditions.len()).collect();
    // Most conflicts have nothing to do with the many requirements that are covered.
    if cases.test(&all[..cases.near]) == Verdict::Conflict {
        all.truncate(cases.near);
    } else if cases.test(&all) != Verdict::Conflict {
        return Ok(None);
    }
    cases.unsure = false;
    let mut set = cases.explain(&[], false, &all);
    let mut irreducible = !cases.unsure;
    let mut smallest = set.len() <= 1;
    if let Some(smaller) = cases.smaller(set.len()) {
        smallest = true;
        if !smaller.is_empty() {
            (set, irreducible) = (smaller, true);
        }
    }
    sort_by(&mut set, Ord::cmp);
    let constant = beyond_choice(model, market)?;
    let mut relaxations = Vec::new();
    for &condition in &set {
        relaxations.extend(relax(&cases, condition, constant)?);
    }
    sort_by(&mut relaxations, |a, b| {
        let key = |relaxation: &Relaxation| (relaxation.left_out, relaxation.total.amount());
        key(a).cmp(&key(b))
    });
    let conditions = set.iter().map(|&place| cases.conditions[place].0.clone()).collect();
    Ok(Some(Conflict { conditions, irreducible, smallest, relaxations }))
}

/// The needs of a model; those left out without a largest quantity, and with every number of packs
/// considered, even those that do not cover them.
fn without_bounds(model: &Model<'_>, left_out: &[usize]) -> Vec<Need> {
    let lines = model.lines.iter().enumerate();
    let need = lines.map(|(line, named)| {
        // Late offers count while none is in time: what else is offered now must not shut them out.
        let arrivals = named.sources.iter().map(|source| source.candidate.arrival);
        let need_by = arrivals.fold(named.need.need_by, Day::max);
        let need = Need { need_by, ..named.need.clone() };
        if left_out.binary_search(&line).is_err() {
            return need;
        }
        let nothing = Money::zero(model.currency);
        Need { maximum_quantity: None, shortage_cost: Some(nothing), ..need }
    });
    need.collect()
}

/// Where a condition stands in the basket in which nothing is forbidden.
#[derive(Clone, Copy, Debug)]
pub(super) enum Handle<'a> {
    Covered(usize),
    Minimum(&'a SupplierId),
    Share(usize, &'a SupplierId),
    /// With the limit, if the supplier can get an order; otherwise it cannot hold.
    Required(Option<usize>, &'a SupplierId),
    Forbidden(&'a SupplierId),
    Sources(usize),
    Quantity(usize),
    Available(usize, &'a OfferId),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Verdict {
    Fine,
    Conflict,
    Unknown,
}

/// A basket in which nothing is forbidden, and what may be asked of it.
pub(super) struct Cases<'m, 'a> {
    original: &'m Model<'m>,
    pub(super) free: &'m Model<'a>,
    /// Of each order, without a minimum.
    modes: Vec<Vec<Mode>>,
    pub(super) conditions: Vec<(Condition, Handle<'m>)>,
    /// The first of them, which are not about requirements that are covered.
    near: usize,
    pub(super) steps: u64,
    /// Whether a test ran out of steps.
    unsure: bool,
}

impl<'m> Cases<'m, '_> {
    /// Lists every condition that could be dropped: those of the needs left out first, so that they
    /// rather than others are part of what is found. How many offers may share another need and how
    /// much there is for it are taken as given.
    fn list(&mut self, left_out: &[usize], input: Input<'m>) {
        let free = self.free;
        let needs = |line: usize| self.original.lines[line].need;
        let mut found: Vec<(Condition, Handle<'m>)> = Vec::new();
        let covered = |line: usize| {
            (Condition::Covered { requirement: needs(line).requirement() }, Handle::Covered(line))
        };
        found.extend(left_out.iter().map(|&line| covered(line)));
        for terms in input.terms {
            let ordered = free.orders.iter().any(|order| *order.supplier == terms.supplier);
            if let Some(minimum) = terms.minimum_order_value
                && ordered
                && terms.below_minimum_surcharge.is_none()
            {
                let supplier = terms.supplier.clone();
                let condition = Condition::MinimumOrderValue { supplier, minimum };
                found.push((condition, Handle::Minimum(&terms.supplier)));
            }
        }
        for (place, &named) in free.shares.iter().enumerate() {
            if let Some(&share) = input.options.maximum_shares.get(named) {
                let supplier = named.clone();
                let condition = Condition::MaximumShare { supplier, share };
                found.push((condition, Handle::Share(place, named)));
            }
        }
        for (place, name) in free.limits.iter().enumerate() {
            if let LimitName::Required(supplier) = *name {
                let condition = Condition::RequiredSupplier { supplier: supplier.clone() };
                found.push((condition, Handle::Required(Some(place), supplier)));
            }
        }
        for &supplier in &free.required_in_vain {
            let condition = Condition::RequiredSupplier { supplier: supplier.clone() };
            found.push((condition, Handle::Required(None, supplier)));
        }
        for supplier in distinct(&input.options.forbidden_suppliers) {
            if free.orders.iter().any(|order| order.supplier == supplier) {
                let condition = Condition::ForbiddenSupplier { supplier: supplier.clone() };
                found.push((condition, Handle::Forbidden(supplier)));
            }
        }
        let mut limits: Vec<usize> = Vec::new();
        for &line in left_out {
            let need = needs(line);
            if let Some(maximum) = need.maximum_quantity {
                let requirement = need.requirement();
                let condition = Condition::MaximumQuantity { requirement, maximum };
                found.push((condition, Handle::Quantity(line)));
            }
            let sources = &free.basket.lines[line].sources;
            if sources.len() > usize::try_from(need.maximum_sources).unwrap_or(usize::MAX) {
                let (requirement, maximum) = (need.requirement(), need.maximum_sources);
                let condition = Condition::MaximumSources { requirement, maximum };
                found.push((condition, Handle::Sources(line)));
            }
            limits.extend(sources.iter().flat_map(|source| &source.limits).map(|limit| limit.0));
        }
        for limit in distinct(limits) {
            if let LimitName::Available(offer) = free.limits[limit]
                && let Some(available) = offer.available
            {
                let condition = Condition::Availability { offer: offer.id.clone(), available };
                found.push((condition, Handle::Available(limit, &offer.id)));
            }
        }
        self.near = found.len();
        let has_to_be = |line: &usize| {
            needs(*line).shortage_cost.is_none() && left_out.binary_search(line).is_err()
        };
        found.extend((0..free.lines.len()).filter(has_to_be).map(covered));
        self.conditions = found;
    }

    /// Whether some conditions can hold together, at any cost.
    fn test(&mut self, conditions: &[usize]) -> Verdict {
        let asked =
            |handle: &Handle<'_>| matches!(handle, Handle::Covered(_) | Handle::Required(..));
        let handles = || conditions.iter().map(|&place| &self.conditions[place].1);
        if handles().any(|handle| matches!(handle, Handle::Required(None, _))) {
            return Verdict::Conflict;
        }
        if !handles().any(asked) {
            return Verdict::Fine; // buying nothing breaks nothing
        }
        let mut basket = self.basket(conditions);
        for line in &mut basket.lines {
            line.surplus_value = PerUnit::default();
            let unit = PerUnit { money: i64::from(line.shortage_cost.is_none()), units: 1 };
            line.shortage_cost = Some(unit);
            for purchase in line.sources.iter_mut().flat_map(|source| &mut source.purchases) {
                purchase.cost = 0;
            }
        }
        for mode in basket.orders.iter_mut().flat_map(|order| &mut order.modes) {
            (mode.cost, mode.rate) = (0, 0);
        }
        let budget = Budget { steps: self.steps.min(STEPS_OF_A_TEST) };
        let solution = basket::solve(&basket, None, budget);
        let allowed = !solution.picks.is_empty();
        if allowed && solution.cost == 0 {
            return Verdict::Fine;
        }
        if (allowed && solution.lower_bound > 0)
            || (!allowed && solution.status == Status::Infeasible)
        {
            return Verdict::Conflict;
        }
        self.unsure = true;
        Verdict::Unknown
    }

    /// An irreducible part of `conditions` that conflicts with `given`, which all of them do.
    fn explain(&mut self, given: &[usize], changed: bool, conditions: &[usize]) -> Vec<usize> {
        if changed && self.test(given) == Verdict::Conflict {
            return Vec::new();
        }
        if conditions.len() <= 1 {
            return conditions.to_vec();
        }
        let (first, second) = conditions.split_at(conditions.len() / 2);
        let mut later = self.explain(&[given, first].concat(), true, second);
        let mut found = self.explain(&[given, &later[..]].concat(), !later.is_empty(), first);
        found.append(&mut later);
        found
    }

    /// A conflict of fewer conditions, an empty one if there is none; none if that would be too many
    /// tests, or one of them ran out of steps.
    fn smaller(&mut self, size: usize) -> Option<Vec<usize>> {
        let number = self.conditions.len();
        let mut tests = 0;
        for size in 1..size {
            let mut set: Vec<usize> = (0..size).collect();
            loop {
                tests += 1;
                if tests > MOST_TESTS {
                    return None;
                }
                match self.test(&set) {
                    Verdict::Conflict => return Some(set),
                    Verdict::Unknown => return None,
                    Verdict::Fine => {}
                }
                // The next set of this size, in the order of the dictionary.
                let Some(place) = (0..size).rev().find(|&at| set[at] < number - size + at) else {
                    break;
                };
                set[place] += 1;
                for later in place + 1..size {
                    set[later] = set[later - 1] + 1;
                }
            }
        }
        Some(Vec::new())
    }

    /// The basket in which some conditions hold, and no others.
    pub(super) fn basket(&self, conditions: &[usize]) -> Basket {
        let mut basket = self.free.basket.clone();
        let mut holds = vec![false; self.conditions.len()];
        for &place in conditions {
            holds[place] = true;
        }
        for (&holds, (_, handle)) in holds.iter().zip(&self.conditions) {
            match *handle {
                Handle::Covered(line) => {
                    let free = PerUnit { money: 0, units: 1 };
                    basket.lines[line].shortage_cost = (!holds).then_some(free);
                }
                Handle::Minimum(supplier) if !holds => {
                    for (order, name) in self.free.orders.iter().enumerate() {
                        if name.supplier == supplier {
                            basket.orders[order].modes.clone_from(&self.modes[order]);
                        }
                    }
                }
                Handle::Forbidden(supplier) if holds => {
                    let orders = &self.free.orders;
                    for line in &mut basket.lines {
                        line.sources.retain(|source| orders[source.order].supplier != supplier);
                    }
                }
                Handle::Sources(line) if !holds => {
                    let sources = &mut basket.lines[line].sources_at_most;
                    *sources = (*sources).max(MANY_SOURCES);
                }
                Handle::Quantity(line) if holds => {
                    let maximum = self.original.lines[line].need.maximum_quantity;
                    let units = maximum.map(|maximum| self.free.lines[line].units_within(maximum));
                    basket.lines[line].most = units.unwrap_or(i64::MAX);
                }
                Handle::Required(Some(limit), _) | Handle::Available(limit, _) if !holds => {
                    basket.limits[limit].capacity = UNLIMITED;
                }
                Handle::Share(..)
                | Handle::Minimum(_)
                | Handle::Forbidden(_)
                | Handle::Sources(_)
                | Handle::Quantity(_)
                | Handle::Required(..)
                | Handle::Available(..) => {}
            }
        }
        let holds_share = |place: usize| {
            let condition = self.conditions.iter().zip(&holds).find(
                |((_, handle), _)| matches!(handle, Handle::Share(share, _) if *share == place),
            );
            condition.is_none_or(|(_, holds)| *holds)
        };
        let mut shares = 0..;
        basket.shares.retain(|_| shares.next().is_some_and(holds_share));
        basket
    }
}

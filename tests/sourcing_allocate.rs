//! Allocation against the cheapest plan found by trying everything, against laws that hold whatever
//! the basket, and on baskets made to break it.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "sourcing_allocate/brute.rs"]
mod brute;
#[path = "sourcing_allocate/by_hand.rs"]
mod by_hand;
#[path = "sourcing_allocate/laws.rs"]
mod laws;
#[path = "sourcing_allocate/market.rs"]
mod market;

use brute::{Best, Bought, Case, Choice, minor};
use market::{Generator, Size, case, eur};
use replenish::{
    inventory::Requirement,
    sourcing::{AllocatedLine, Allocation, AllocationStatus, Condition, Need, allocate},
};

const TINY: Size = Size { needs: 3, suppliers: 3, pieces: 5 };
/// More packs of an offer than ever make sense in a tiny basket.
const CAP: i64 = 150;
/// Plans that are tried out for one basket.
const MOST_PLANS: usize = 20_000;

fn run(case: &Case) -> Allocation {
    allocate(&case.needs, &case.offers, &case.terms, &case.options).unwrap()
}

fn show(case: &Case, allocation: &Allocation) -> String {
    let Case { needs, offers, terms, options } = case;
    let found = Allocation { comparisons: Vec::new(), ..allocation.clone() };
    let text = |value: serde_json::Result<String>| value.unwrap();
    [
        text(serde_json::to_string(needs)),
        text(serde_json::to_string(offers)),
        text(serde_json::to_string(terms)),
        text(serde_json::to_string(options)),
        text(serde_json::to_string(&found)),
    ]
    .join("\n")
}

fn lines_of<'a>(
    allocation: &'a Allocation,
    need: &Need,
) -> impl Iterator<Item = &'a AllocatedLine> {
    let requirement = need.requirement();
    allocation.lines.iter().filter(move |line| line.requirement == requirement)
}

/// How a need is served, priced from the documents and nothing but offers, packs and days of the
/// lines.
fn chosen(case: &Case, allocation: &Allocation, need: &Need, shared: &[usize]) -> Choice {
    let own: Vec<_> = lines_of(allocation, need).collect();
    let is_own = |bought: &Bought| {
        own.iter().any(|line| {
            line.offer == case.offers[bought.offer].id
                && i64::try_from(line.purchase.packs).unwrap() == bought.packs
                && line.delivery == bought.day
                && minor(line.landed_cost) == bought.cost
                && minor(line.purchase.goods) == bought.value
        })
    };
    let mut choices = case.choices(need, CAP, shared);
    choices.retain(|choice| choice.bought.len() == own.len() && choice.bought.iter().all(is_own));
    choices.into_iter().next().expect("a way to serve the need that there is")
}

/// What an allocation leaves out and costs, by its lines alone; they have to be allowed.
fn evaluate(case: &Case, allocation: &Allocation) -> (usize, i64) {
    let shared = case.shared();
    let plan: Vec<Choice> =
        case.needs.iter().map(|need| chosen(case, allocation, need, &shared)).collect();
    let plans: Vec<&Choice> = plan.iter().collect();
    let (orders, _) = case.orders(&plans).expect("orders that suppliers take");
    let unserved = |need: &&Need| case.eligible(need).is_empty();
    let left_out: usize = plan.iter().map(|choice| choice.left_out).sum();
    let nobody = case.needs.iter().filter(unserved).filter(|need| need.shortage_cost.is_none());
    (left_out - nobody.count(), orders + plan.iter().map(|choice| choice.cost).sum::<i64>())
}

/// What holds for every allocation.
fn check(case: &Case, allocation: &Allocation) {
    let (total, bound) = (minor(allocation.total), minor(allocation.lower_bound));
    assert!(bound <= total, "{bound} <= {total}");
    match allocation.status {
        AllocationStatus::Proved => assert_eq!(bound, total),
        AllocationStatus::Gap => assert!(bound < total || allocation.steps == 0),
        AllocationStatus::Infeasible => assert!(allocation.conflict.is_some()),
    }
    assert_eq!(allocation.gap > 0.0, bound < total);
    let orders: i64 = allocation.orders.iter().map(|order| minor(order.total)).sum();
    let (short, worth) = (minor(allocation.shortage_cost), minor(allocation.surplus_value));
    assert_eq!(orders + short - worth, total);
    let costs: i64 = allocation.costs.iter().map(|cost| minor(cost.amount)).sum();
    assert_eq!(costs, orders, "by kind");
    for line in &allocation.lines {
        let costs: i64 = line.costs.iter().map(|cost| minor(cost.amount)).sum();
        assert_eq!(costs, minor(line.landed_cost));
        if let Some(other) = &line.runner_up {
            let parts = minor(other.line) + minor(other.order);
            assert_eq!(parts, minor(other.difference), "{line:?}");
            if allocation.status == AllocationStatus::Proved {
                assert!(parts >= 0, "{line:?}");
            }
        }
        assert!(
            minor(line.binding.line) >= 0 && minor(line.binding.order) <= minor(line.binding.line)
        );
    }
    for order in &allocation.orders {
        let parts = [
            order.goods,
            order.line_charges,
            order.freight,
            order.handling,
            order.order_cost,
            order.surcharge,
            order.yearly_rebate,
        ];
        assert_eq!(parts.into_iter().map(minor).sum::<i64>(), minor(order.total));
    }
    assert_eq!(evaluate(case, allocation).1, total, "the evaluator agrees");
}

/// About how many plans there are to try.
fn plans(case: &Case) -> usize {
    let shared = case.shared();
    case.needs.iter().fold(1, |product: usize, need| {
        let alone = Need { maximum_sources: 1, ..need.clone() };
        // The same offers in part: one that must not cover the need alone may be bought in part.
        let alone = Need { shortage_cost: Some(eur(0)), ..alone };
        let ways = case.choices(&alone, CAP, &shared).len();
        product.saturating_mul(ways.saturating_pow(need.maximum_sources))
    })
}

#[test]
fn nothing_costs_less_than_the_allocation() {
    let number: u64 = std::env::var_os("REPLENISH_CASES")
        .and_then(|text| text.to_str()?.parse().ok())
        .unwrap_or(2_000);
    let (mut tried, mut infeasible, mut seed) = (0, 0, 0);
    while tried < number {
        seed += 1;
        let case = case(&mut Generator(seed), TINY);
        if plans(&case) > MOST_PLANS {
            continue;
        }
        tried += 1;
        let allocation = run(&case);
        let Best { left_out, cost, required } = case.best(CAP);
        let shown = || format!("seed {seed}: {}", show(&case, &allocation));
        assert_eq!(minor(allocation.total), cost, "{}", shown());
        let status = if left_out == 0 && required {
            AllocationStatus::Proved
        } else {
            infeasible += 1;
            AllocationStatus::Infeasible
        };
        assert_eq!(allocation.status, status, "{}", shown());
        assert_eq!(evaluate(&case, &allocation).0, left_out, "{}", shown());
        check(&case, &allocation);
    }
    assert!(infeasible > number / 20, "{infeasible} of {number} baskets contradict themselves");
}

#[test]
fn runner_ups_are_the_best_that_could_be_done_instead() {
    let (mut compared, mut seed) = (0, 50_000);
    while compared < 150 {
        seed += 1;
        let case = case(&mut Generator(seed), TINY);
        let allocation = run(&case);
        if plans(&case) > MOST_PLANS || allocation.status != AllocationStatus::Proved {
            continue;
        }
        let shared = case.shared();
        let chosen: Vec<Choice> =
            case.needs.iter().map(|need| chosen(&case, &allocation, need, &shared)).collect();
        for (place, need) in case.needs.iter().enumerate() {
            let own: Vec<_> = lines_of(&allocation, need).collect();
            let [line] = own[..] else { continue };
            if need.maximum_sources > 1 {
                continue;
            }
            let others = case.choices(need, CAP, &shared);
            let mut best: Option<i64> = None;
            for other in &others {
                let same = other.bought.iter().any(|bought| {
                    case.offers[bought.offer].id == line.offer && bought.day == line.delivery
                });
                let mut plan: Vec<&Choice> = chosen.iter().collect();
                plan[place] = other;
                let left_out = other.left_out > 0 || same;
                let Some((orders, true)) = case.orders(&plan).filter(|_| !left_out) else {
                    continue;
                };
                let cost = orders + plan.iter().map(|choice| choice.cost).sum::<i64>();
                best = Some(best.map_or(cost, |best| best.min(cost)));
            }
            let shown = || format!("seed {seed}: {}", show(&case, &allocation));
            let total = chosen.iter().collect::<Vec<_>>();
            let total = case.orders(&total).unwrap().0
                + chosen.iter().map(|choice| choice.cost).sum::<i64>();
            let expected = best.map(|best| best - total);
            let found = line.runner_up.as_ref().map(|other| minor(other.difference));
            assert_eq!(found, expected, "{}: {}", need.sku, shown());
            compared += 1;
        }
    }
}

/// The part of a case in which only some conditions hold, as far as they are about what was left out.
fn only(case: &Case, conditions: &[Condition], left_out: &[Requirement]) -> Case {
    let mut part = case.clone();
    part.needs.retain(|need| !case.eligible(need).is_empty());
    let nothing = eur(0);
    for need in &mut part.needs {
        let requirement = need.requirement();
        let is_out = left_out.contains(&requirement);
        let covered = Condition::Covered { requirement: requirement.clone() };
        if need.shortage_cost.is_none() && !conditions.contains(&covered) {
            need.shortage_cost = Some(nothing);
        }
        if let Some(maximum) = need.maximum_quantity.filter(|_| is_out) {
            let requirement = requirement.clone();
            let condition = Condition::MaximumQuantity { requirement, maximum };
            need.maximum_quantity = Some(maximum).filter(|_| conditions.contains(&condition));
        }
        let maximum = need.maximum_sources;
        let condition = Condition::MaximumSources { requirement, maximum };
        if is_out && !conditions.contains(&condition) {
            need.maximum_sources = 3;
        }
    }
    for terms in part.terms.iter_mut().filter(|terms| terms.below_minimum_surcharge.is_none()) {
        if let Some(minimum) = terms.minimum_order_value {
            let supplier = terms.supplier.clone();
            let condition = Condition::MinimumOrderValue { supplier, minimum };
            terms.minimum_order_value = Some(minimum).filter(|_| conditions.contains(&condition));
        }
    }
    part.options.maximum_shares.retain(|supplier, share| {
        conditions.contains(&Condition::MaximumShare { supplier: supplier.clone(), share: *share })
    });
    part.options.required_suppliers.retain(|supplier| {
        conditions.contains(&Condition::RequiredSupplier { supplier: supplier.clone() })
    });
    part.options.forbidden_suppliers.retain(|supplier| {
        conditions.contains(&Condition::ForbiddenSupplier { supplier: supplier.clone() })
    });
    let mut free = part.clone();
    free.offers.iter_mut().for_each(|offer| offer.available = None);
    for (place, offer) in part.offers.iter_mut().enumerate() {
        let serves = free.needs.iter().any(|need| {
            left_out.contains(&need.requirement())
                && free.eligible(need).iter().any(|&(other, ..)| other == place)
        });
        if let Some(available) = offer.available.filter(|_| serves) {
            let condition = Condition::Availability { offer: offer.id.clone(), available };
            offer.available = Some(available).filter(|_| conditions.contains(&condition));
        }
    }
    part
}

#[test]
fn conflicts_are_conflicts_and_irreducible() {
    let (mut found, mut seed) = (0, 90_000);
    while found < 40 {
        seed += 1;
        let case = case(&mut Generator(seed), TINY);
        let allocation = run(&case);
        let Some(conflict) = &allocation.conflict else { continue };
        let left_out: Vec<Requirement> = allocation
            .unmet
            .iter()
            .filter(|unmet| unmet.shortage_cost.is_none())
            .map(|unmet| unmet.requirement.clone())
            .filter(|requirement| {
                let need = case.needs.iter().find(|need| need.requirement() == *requirement);
                !case.eligible(need.unwrap()).is_empty()
            })
            .collect();
        let whole = only(&case, &conflict.conditions, &left_out);
        let late = |need: &Need| {
            case.eligible(need)
                .iter()
                .any(|&(at, ..)| case.arrival(&case.offers[at]) > need.need_by)
        };
        if plans(&whole) > 2 * MOST_PLANS || case.needs.iter().any(late) {
            continue;
        }
        let holds = |case: &Case| {
            let best = case.best(CAP);
            best.left_out == 0 && best.required
        };
        let shown = || format!("seed {seed}: {}", show(&case, &allocation));
        assert!(!holds(&whole), "{}", shown());
        if plans(&whole) < MOST_PLANS / 4 && conflict.irreducible {
            for dropped in 0..conflict.conditions.len() {
                let mut others = conflict.conditions.clone();
                others.remove(dropped);
                let part = only(&case, &others, &left_out);
                if plans(&part) <= 2 * MOST_PLANS {
                    assert!(holds(&part), "{dropped}: {}", shown());
                }
            }
        }
        found += 1;
    }
}

/// A case without one of its conditions; none for those that are tested otherwise.
fn without(case: &Case, condition: &Condition) -> Option<Case> {
    let mut other = case.clone();
    let need_of = |other: &mut Case, requirement: &Requirement| {
        other.needs.iter().position(|need| need.requirement() == *requirement).unwrap()
    };
    match condition {
        Condition::MinimumOrderValue { supplier, .. } => {
            let terms = other.terms.iter_mut().find(|terms| terms.supplier == *supplier).unwrap();
            terms.minimum_order_value = None;
        }
        Condition::MaximumShare { supplier, .. } => {
            other.options.maximum_shares.remove(supplier);
        }
        Condition::RequiredSupplier { supplier } => {
            other.options.required_suppliers.retain(|required| required != supplier);
        }
        Condition::ForbiddenSupplier { supplier } => {
            other.options.forbidden_suppliers.retain(|forbidden| forbidden != supplier);
        }
        Condition::Availability { offer, .. } => {
            let offer = other.offers.iter_mut().find(|other| other.id == *offer).unwrap();
            offer.available = None;
        }
        Condition::MaximumQuantity { requirement, .. } => {
            let place = need_of(&mut other, requirement);
            let need = &mut other.needs[place];
            if need.surplus_value.is_some() {
                return None; // as much as one likes
            }
            need.maximum_quantity = None;
        }
        Condition::Covered { .. } | Condition::MaximumSources { .. } => return None,
    }
    Some(other)
}

#[test]
fn relaxations_are_what_the_basket_costs_without_the_condition() {
    let (mut compared, mut seed) = (0, 120_000);
    while compared < 80 {
        seed += 1;
        let case = case(&mut Generator(seed), TINY);
        let allocation = run(&case);
        let Some(conflict) = &allocation.conflict else { continue };
        for relaxation in &conflict.relaxations {
            let Some(other) = without(&case, &relaxation.condition) else { continue };
            // What can be served for the first time now was not asked for.
            let served = |case: &Case| {
                case.needs.iter().filter(|need| !case.eligible(need).is_empty()).count()
            };
            if served(&other) != served(&case) || plans(&other) > MOST_PLANS {
                continue;
            }
            let best = other.best(CAP);
            let shown = || format!("seed {seed}: {relaxation:?} {}", show(&case, &allocation));
            assert!(best.required, "{}", shown());
            let found = (usize::try_from(relaxation.left_out).unwrap(), minor(relaxation.total));
            assert_eq!(found, (best.left_out, best.cost), "{}", shown());
            compared += 1;
        }
    }
}

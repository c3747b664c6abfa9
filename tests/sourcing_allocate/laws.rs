//! Laws that hold whatever the basket.

use super::{
    brute::{Case, minor},
    market::{Generator, Size, case, eur},
    run, show,
};
use replenish::{
    sourcing::{Allocation, AllocationStatus, LineCharges, Need, Offer, OrderSize},
    unit::Money,
};
use rust_decimal::Decimal;

const SMALL: Size = Size { needs: 6, suppliers: 4, pieces: 8 };
const CASES: usize = 40;

/// Random cases whose allocation is proved, and that allocation.
fn proved(seed: u64, change: impl Fn(&mut Case)) -> impl Iterator<Item = (Case, Allocation)> {
    let cases = (seed..).map(move |seed| {
        let mut case = case(&mut Generator(seed), SMALL);
        case.options.steps = Some(3_000_000);
        change(&mut case);
        let allocation = run(&case);
        (case, allocation)
    });
    let is_proved = |(_, allocation): &(Case, Allocation)| {
        allocation.status == AllocationStatus::Proved && allocation.thinned_offers.is_empty()
    };
    cases.filter(is_proved).take(CASES)
}

fn shuffle<T>(random: &mut Generator, items: &mut [T]) {
    for place in (1..items.len()).rev() {
        let other = usize::try_from(random.below(place as u64 + 1)).unwrap();
        items.swap(place, other);
    }
}

#[test]
fn the_order_of_needs_offers_and_terms_changes_nothing() {
    for (seed, (case, allocation)) in (1..).zip(proved(1_000, |_| {})) {
        let mut other = case.clone();
        let mut random = Generator(seed);
        shuffle(&mut random, &mut other.needs);
        shuffle(&mut random, &mut other.offers);
        shuffle(&mut random, &mut other.terms);
        let again = run(&other);
        let bare =
            |allocation: &Allocation| Allocation { comparisons: Vec::new(), ..allocation.clone() };
        assert_eq!(bare(&allocation), bare(&again), "{}", show(&case, &allocation));
    }
}

#[test]
fn an_offer_that_only_costs_more_changes_nothing() {
    for (case, allocation) in proved(2_000, |_| {}) {
        let mut other = case.clone();
        let free = |offer: &&Offer| offer.available.is_none() && offer.contract.is_none();
        let Some(twin) = case.offers.iter().find(free) else { continue };
        let handling = twin.charges.handling_per_pack.unwrap_or(eur(0)).plus(eur(7)).unwrap();
        other.offers.push(Offer {
            id: "z-dominated".parse().unwrap(),
            charges: LineCharges { handling_per_pack: Some(handling), ..twin.charges.clone() },
            ..twin.clone()
        });
        // Two offers of one product are two sources; with a need for several they are no more than one.
        if other.needs.iter().any(|need| need.maximum_sources > 1) {
            continue;
        }
        assert_eq!(run(&other).total, allocation.total, "{}", show(&other, &allocation));
    }
}

#[test]
fn another_offer_never_raises_the_cost() {
    for (seed, (case, allocation)) in (1..).zip(proved(3_000, |_| {})) {
        let mut other = case.clone();
        let Some(twin) = case.offers.first() else { continue };
        let mut random = Generator(seed);
        let mut offer = Offer { id: "z-new".parse().unwrap(), ..twin.clone() };
        let share = Decimal::new(i64::try_from(60 + random.below(50)).unwrap(), 2);
        for price in &mut offer.price_breaks {
            price.unit_price = price.unit_price.times(share).unwrap();
        }
        other.offers.push(offer);
        let again = run(&other);
        if again.status == AllocationStatus::Proved {
            let (now, then) = (minor(allocation.total), minor(again.total));
            assert!(then <= now, "{then} <= {now}: {}", show(&other, &again));
        }
    }
}

/// Without what is rounded by a rate.
fn without_rates(case: &mut Case) {
    case.options.interest_rate = None;
    case.options.exchange_rates.clear();
    for offer in &mut case.offers {
        offer.charges.duty = None;
        offer.charges.tax = None;
        offer.charges.deposit = None;
    }
    for terms in &mut case.terms {
        terms.yearly_rebate = None;
    }
}

fn scale(case: &Case, factor: i64) -> Case {
    let times = |money: &mut Money| *money = money.times(Decimal::from(factor)).unwrap();
    let maybe = |money: &mut Option<Money>| {
        if let Some(money) = money {
            times(money);
        }
    };
    let mut scaled = case.clone();
    for Need { shortage_cost, surplus_value, .. } in &mut scaled.needs {
        maybe(shortage_cost);
        maybe(surplus_value);
    }
    for offer in &mut scaled.offers {
        offer.price_breaks.iter_mut().for_each(|price| times(&mut price.unit_price));
        if let Some(contract) = &mut offer.contract {
            times(&mut contract.unit_price);
        }
        maybe(&mut offer.charges.handling_per_pack);
        maybe(&mut offer.charges.import_fee);
        maybe(&mut offer.charges.rebate_per_unit);
    }
    for terms in &mut scaled.terms {
        for money in [
            &mut terms.minimum_order_value,
            &mut terms.below_minimum_surcharge,
            &mut terms.freight,
            &mut terms.free_freight_from,
            &mut terms.handling,
            &mut terms.order_cost,
        ] {
            maybe(money);
        }
        for band in &mut terms.freight_bands {
            times(&mut band.freight);
            if let OrderSize::Value(value) = &mut band.from {
                times(value);
            }
        }
    }
    for substitute in &mut scaled.options.substitutes {
        maybe(&mut substitute.penalty);
    }
    scaled
}

#[test]
fn seven_times_the_money_is_seven_times_the_answer() {
    for (case, allocation) in proved(4_000, without_rates) {
        let again = run(&scale(&case, 7));
        assert_eq!(minor(again.total), 7 * minor(allocation.total), "{}", show(&case, &again));
    }
}

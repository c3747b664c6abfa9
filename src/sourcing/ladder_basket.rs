//! What each way of choosing suppliers pays for one basket of the past.

use super::{
    LadderStep, LeftOutPurchase, LeftOutReason, Need, Offer, PastPurchase, Rung, SourcingError,
    SourcingOptions, SupplierTerms,
    allocate::{Case, Sum},
    ladder_market::{Choice, PastMarket, PastNeed},
};
use crate::{
    inventory::Requirement,
    unit::{ByName, Day, Money, PurchaseOrderId, Sku, SupplierId, sort_by},
};

/// What one way pays, or what nobody would have sold it.
struct Paid {
    cost: Money,
    orders: u32,
    lower_bound: Money,
    refused: Vec<(Sku, &'static str)>,
}

/// Costs the purchases at some places of the history, all of one basket; those that some way cannot
/// serve are left out of every way and listed with their places. None if nothing is left.
pub(super) fn cost_basket(
    market: &PastMarket<'_>,
    basket: &[usize],
    left_out: &mut Vec<(usize, LeftOutPurchase)>,
) -> Result<Option<LadderStep>, SourcingError> {
    let day = market.history[basket[0]].date;
    let mut by_sku: ByName<'_, Vec<usize>> = ByName::new();
    for &place in basket {
        by_sku.entry(market.history[place].sku.as_str(), Vec::new()).push(place);
    }
    let mut leave_out = |places: &[usize], rung: Rung, reason: &LeftOutReason| {
        for &place in places {
            let PastPurchase { order, date, sku, .. } = market.history[place].clone();
            left_out
                .push((place, LeftOutPurchase { order, date, sku, rung, reason: reason.clone() }));
        }
    };
    let mut needs: Vec<PastNeed> = Vec::new();
    for places in by_sku.values() {
        match market.choose(places, day)? {
            Choice::Need(need) => needs.push(*need),
            Choice::None(rung, reason) => leave_out(places, rung, &reason),
        }
    }
    while !needs.is_empty() {
        let Costs { ways, lower_bound, refused } = cost_needs(market, &needs, day)?;
        if refused.is_empty() {
            let purchases = needs.iter().map(|need| need.places.len()).sum();
            return Ok(Some(LadderStep::of_basket(purchases, ways, lower_bound)?));
        }
        needs.retain(|need| {
            let place = refused.partition_point(|refused| refused.sku < need.need.sku);
            match refused.get(place).filter(|refused| refused.sku == need.need.sku) {
                Some(refused) => {
                    let reason =
                        LeftOutReason::OrderRefused { problem: refused.problem.to_owned() };
                    leave_out(&need.places, refused.rung, &reason);
                    false
                }
                None => true,
            }
        });
    }
    Ok(None)
}

/// What every way pays.
struct Costs {
    ways: [(Money, u32); 5],
    lower_bound: Money,
    /// Ascending by product, of each the first way first.
    refused: Vec<Refused>,
}

/// A product that some way cannot buy, and why.
struct Refused {
    sku: Sku,
    rung: Rung,
    problem: &'static str,
}

fn cost_needs(
    market: &PastMarket<'_>,
    needs: &[PastNeed],
    day: Day,
) -> Result<Costs, SourcingError> {
    let options = market.options(day);
    let run = |offers: Vec<Offer>| {
        let needs: Vec<Need> = needs.iter().map(|need| need.need.clone()).collect();
        sum(&needs, &offers, &market.terms, &options).map(Paid::from)
    };
    let chosen = |way: usize| needs.iter().map(|need| need.chosen[way].clone()).collect();
    let mut ways = vec![
        (Rung::Actual, actual(market, needs, &options)?),
        (Rung::DefaultSupplier, run(distinct(chosen(0)))?),
        (Rung::CheapestSticker, run(distinct(chosen(1)))?),
        (Rung::CheapestLanded, run(distinct(chosen(2)))?),
    ];
    let everything = needs.iter().flat_map(|need| need.offers.iter().cloned()).collect();
    let mut joint = run(distinct(everything))?;
    if joint.refused.is_empty() {
        // Where the search ended before the optimum was found, a choice line by line may be the best
        // that is known.
        for (_, way) in &ways[1..] {
            if way.refused.is_empty() && way.cost.compare(joint.cost)?.is_lt() {
                (joint.cost, joint.orders) = (way.cost, way.orders);
            }
        }
    }
    let lower_bound = joint.lower_bound;
    ways.push((Rung::Joint, joint));
    let mut refused = Vec::new();
    let mut costs = [(Money::zero(options.currency), 0); 5];
    for ((rung, way), cost) in ways.into_iter().zip(&mut costs) {
        *cost = (way.cost, way.orders);
        for (sku, problem) in way.refused {
            refused.push(Refused { sku, rung, problem });
        }
    }
    sort_by(&mut refused, |a, b| a.sku.cmp(&b.sku));
    Ok(Costs { ways: costs, lower_bound, refused })
}

/// What the cheapest choice among some offers comes to.
fn sum(
    needs: &[Need],
    offers: &[Offer],
    terms: &[SupplierTerms],
    options: &SourcingOptions,
) -> Result<Sum, SourcingError> {
    Case { needs, offers, terms, options }.work(|bench| Ok(bench.sum()?))
}

/// Each offer once, as substitutes are found for several products.
fn distinct(offers: Vec<Offer>) -> Vec<Offer> {
    let mut order: Vec<usize> = (0..offers.len()).collect();
    let name = |place: usize| (&offers[place].supplier, &offers[place].id);
    sort_by(&mut order, |&a, &b| name(a).cmp(&name(b)));
    // Of equal ones the first place comes first.
    order.dedup_by(|later, earlier| name(*later) == name(*earlier));
    let mut is_first = vec![false; offers.len()];
    for place in order {
        is_first[place] = true;
    }
    offers.into_iter().zip(is_first).filter_map(|(offer, first)| first.then_some(offer)).collect()
}

/// An order of the past, and what its goods cost.
struct PlacedOrder<'a> {
    order: &'a PurchaseOrderId,
    supplier: &'a SupplierId,
    goods: Money,
}

/// What was done: every purchase stands for itself, every order for a supplier of its own.
fn actual(
    market: &PastMarket<'_>,
    needs: &[PastNeed],
    options: &SourcingOptions,
) -> Result<Paid, SourcingError> {
    let mut orders: ByName<'_, PlacedOrder<'_>> = ByName::new();
    let (mut lines, mut offers) = (Vec::new(), Vec::new());
    let mut skus = Vec::new();
    for need in needs {
        for &place in &need.places {
            let purchase = &market.history[place];
            let goods = purchase.goods()?;
            let PastPurchase { order, supplier, .. } = purchase;
            let nothing = Money::zero(goods.currency());
            let placed = PlacedOrder { order, supplier, goods: nothing };
            let placed = orders.entry(order.as_str(), placed);
            placed.goods = placed.goods.plus(goods)?;
            let sku = Sku::new(&place.to_string())?;
            let line = Requirement {
                sku: sku.clone(),
                quantity: purchase.quantity,
                need_by: need.need.need_by,
            };
            lines.push(Need { maximum_quantity: Some(purchase.quantity), ..line.into() });
            offers.push(Offer {
                supplier: SupplierId::new(purchase.order.as_str())?,
                sku: sku.clone(),
                ..market.paid(place)?
            });
            skus.push((sku, &need.need.sku));
        }
    }
    let mut terms = Vec::new();
    for placed in orders.values() {
        terms.push(market.placed(placed.order, placed.supplier, placed.goods)?);
    }
    let options = SourcingOptions {
        forbidden_suppliers: Vec::new(),
        minimum_on_time: None,
        minimum_quality: None,
        substitutes: Vec::new(),
        ..options.clone()
    };
    sort_by(&mut skus, |a, b| a.0.cmp(&b.0));
    let mut paid = Paid::from(sum(&lines, &offers, &terms, &options)?);
    for (sku, _) in &mut paid.refused {
        if let Ok(place) = skus.binary_search_by(|(line, _)| line.cmp(sku)) {
            *sku = skus[place].1.clone();
        }
    }
    Ok(paid)
}

impl From<Sum> for Paid {
    fn from(sum: Sum) -> Self {
        let no_offer = "no offer can serve it";
        let together = "it cannot be bought together with the rest, such as below a minimum order";
        let unserved = sum.unserved.into_iter().map(|sku| (sku, no_offer));
        let left_out = sum.left_out.into_iter().map(|sku| (sku, together));
        let refused = unserved.chain(left_out).collect();
        Self { cost: sum.cost, orders: sum.orders, lower_bound: sum.lower_bound, refused }
    }
}

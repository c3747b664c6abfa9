//! Who gets which line of the basket, so that the whole costs least.
//!
//! Lines would be independent if it were not for what belongs to whole orders: freight, minimum order
//! values, the cost of ordering, rebates, shares. [`allocate`] writes needs and offers as a basket of
//! whole numbers (`model`, `sources`, `counts`, `days`), has it solved exactly
//! ([`basket::solve`]), and says what to buy (`assemble`), why (`reason`, over the
//! sums in `ledger`), what simpler rules would pay (`baseline`), and what contradicts what where not
//! everything can be bought (`conflict`, `relaxation`).

mod allocation;
mod assemble;
mod baseline;
mod conflict;
mod counts;
mod days;
mod ledger;
mod model;
mod reason;
mod relaxation;
mod sources;
mod workbench;

pub use allocation::{
    AllocatedLine, Allocation, AllocationStatus, Baseline, BaselinePolicy, Binding, BindingKind,
    Condition, Conflict, CostTotal, Relaxation, RunnerUp, SupplierOrder, Unmet,
};

pub(super) use workbench::{Case, LineName, LineOffer, Sum, Wanted, Workbench, require};

use super::{
    Need, Offer, SourcingError, SourcingOptions, SupplierTerms,
    basket::{self, Basket, Budget, Solution, Status},
};
use crate::unit::{Invalid, sort_by};
use model::{LimitName, Model, UNLIMITED};

/// Allocates a basket: which packs of which offers serve it, so that goods, charges and freight of
/// all orders together cost least.
///
/// Everything is exact, to the minor unit of the options' currency: every component of every line and
/// order is rounded half up once. The search ends with a proof, or when the option `steps` is spent;
/// `status`, `lower_bound` and `gap` say which. The same input gives the same answer on every machine.
///
/// - A need is covered wholly by at most `maximum_sources` offers, unless it states what shortage
///   costs; what is bought beyond it is worth its `surplus_value`. One that no offer can serve is
///   listed as unmet and binds nothing.
/// - The same product may be needed on several days, each once. Purchases of one offer share what the
///   supplier has of it and what is left of its contract: what lies within the contract adds up to at
///   most that, and one purchase that goes beyond it takes all of it.
/// - With `split_deliveries` there is an order for each supplier and delivery day, with freight,
///   minimum and rebate each: the first day on which the supplier can deliver for each need, and the
///   last that is in time. Goods that come before their day cost the options' interest.
/// - Of each offer every number of packs is considered from the fewest up to the need's
///   `maximum_quantity`; without one, as many as cover the need, reach every price break and the end
///   of the contract, and bring the order to every threshold with this line alone. Where that is more
///   than a thousand numbers of an offer, or 200,000 altogether, a part is considered: about half of
///   it around the need, the rest evenly spread; `thinned_offers` names those offers, and total and
///   bound speak of the purchases considered. A need whose surplus may be worth more than it costs
///   should state its `maximum_quantity`.
/// - Where not everything can be bought that has to be, the plan leaves out as few needs as possible,
///   and `conflict` says what contradicts what, and what would help.
///
/// # Errors
///
/// When a need or an option cannot be accepted, a product comes twice for one day or a supplier's
/// terms come twice, or an amount overflows. A bad offer is no error: it is excluded with its reason
/// in the comparison of its product.
///
/// ```
/// # use replenish::{inventory::Requirement, sourcing::{Need, Offer, SourcingOptions, SupplierTerms, allocate}};
/// let need = |sku: &str, quantity: &str| Ok::<Need, replenish::unit::Invalid>(Need::from(Requirement {
///     sku: sku.parse()?, quantity: quantity.parse()?, need_by: "2026-11-24".parse()?,
/// }));
/// let offer = |sku: &str, supplier: &str, price: &str| {
///     let id = format!("{sku}-{supplier}").parse()?;
///     let plain = Offer::new(id, supplier.parse()?, sku.parse()?, price.parse()?, "each".parse()?);
///     Ok::<Offer, replenish::unit::Invalid>(Offer { lead_time_days: 1, ..plain })
/// };
/// // Apples are cheaper at the mill by themselves; with them the farm's order goes free of freight.
/// let offers = [
///     offer("apple", "farm", "1.02 EUR")?,
///     offer("apple", "mill", "0.90 EUR")?,
///     offer("pear", "farm", "2.00 EUR")?,
/// ];
/// let terms = [SupplierTerms {
///     freight: Some("18 EUR".parse()?),
///     free_freight_from: Some("50 EUR".parse()?),
///     ..SupplierTerms::none("farm".parse()?)
/// }];
/// let options = SourcingOptions::new("2026-11-21".parse()?, "EUR".parse()?);
/// let basket = [need("apple", "10 each")?, need("pear", "20 each")?];
/// let allocation = allocate(&basket, &offers, &terms, &options)?;
/// assert_eq!(allocation.total.to_string(), "50.20 EUR");
/// assert_eq!(allocation.lower_bound, allocation.total); // nothing costs less
/// assert_eq!(allocation.lines[0].reason,
///     "kept at farm to reach free freight: +1.20 EUR on the line, -18.00 EUR freight");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn allocate(
    basket: &[Need],
    offers: &[Offer],
    terms: &[SupplierTerms],
    options: &SourcingOptions,
) -> Result<Allocation, SourcingError> {
    Case { needs: basket, offers, terms, options }.work(|bench| bench.cheapest())
}

/// The cheapest choice, and whether it is allowed: where suppliers that have to get an order cannot
/// all get one, as many are given up, from the last on, as it takes.
fn solve(model: &Model<'_>, budget: Budget) -> (Solution, bool) {
    let solution = basket::solve(&model.basket, None, budget);
    if !solution.picks.is_empty() || model.lines.is_empty() {
        return (solution, true);
    }
    let required = |name: &LimitName<'_>| matches!(name, LimitName::Required(_));
    let mut basket: Basket = model.basket.clone();
    let places: Vec<usize> =
        (0..model.limits.len()).filter(|&at| required(&model.limits[at])).collect();
    for &place in places.iter().rev() {
        basket.limits[place].capacity = UNLIMITED;
        let solution = basket::solve(&basket, None, budget);
        if !solution.picks.is_empty() {
            return (solution, false);
        }
    }
    (Solution { status: Status::Infeasible, ..solution }, false)
}

/// The needs by product and day, each once.
fn in_order(basket: &[Need]) -> Result<Vec<&Need>, Invalid> {
    for (index, need) in basket.iter().enumerate() {
        need.check().map_err(|invalid| invalid.at(format_args!("basket[{index}]")))?;
    }
    let mut ordered: Vec<&Need> = basket.iter().collect();
    sort_by(&mut ordered, |a, b| a.sku.cmp(&b.sku).then_with(|| a.need_by.cmp(&b.need_by)));
    let same = |pair: &&[&Need]| pair[0].sku == pair[1].sku && pair[0].need_by == pair[1].need_by;
    match ordered.windows(2).find(same) {
        Some(pair) => {
            let expected = "each product once for each day in a basket";
            Err(Invalid::new("sku_twice", expected, &pair[0].sku).at("basket"))
        }
        None => Ok(ordered),
    }
}

/// The offers without their contracts; none if none has one.
fn without_contracts(offers: &[Offer]) -> Vec<Offer> {
    if offers.iter().all(|offer| offer.contract.is_none()) {
        return Vec::new();
    }
    offers.iter().map(|offer| Offer { contract: None, ..offer.clone() }).collect()
}

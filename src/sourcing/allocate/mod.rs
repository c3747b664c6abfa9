//! Who gets which line of the basket, so that the whole costs least.
//!
//! Lines would be independent if it were not for freight and minimum order values, which belong to
//! the whole order of a supplier. The result is a local optimum (how it is found: `search`); the
//! lower bound beside it says how far from the optimum it can be at most.

mod search;

use super::{
    Comparison, Offer, Purchase, SourcingError, SourcingOptions, SupplierTerms,
    compare::{candidates, compare_given},
};
use crate::{
    inventory::Requirement,
    unit::{Day, Invalid, Money, OfferId, Sku, SupplierId, sort_by},
};
use search::{Pick, Problem};
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};
use std::collections::BTreeMap;

/// The basket, allocated.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Allocation {
    /// What is bought where, in order of the products.
    pub lines: Vec<AllocatedLine>,
    /// What each supplier gets altogether, in order of the suppliers.
    pub orders: Vec<SupplierOrder>,
    /// Requirements that nobody can serve, and why.
    pub unmet: Vec<Unmet>,
    /// Goods and freight of all orders.
    pub total: Money,
    /// No allocation of the served lines, each to one supplier, costs less than this.
    pub lower_bound: Money,
    /// What simpler rules would pay for the same lines.
    pub baselines: Vec<Baseline>,
    /// Each requirement's offers at what they would add to the bill, all other lines staying where
    /// they are, in order of the products. An answer only: nothing is read back from it.
    #[serde(deserialize_with = "pass_over")]
    pub comparisons: Vec<Comparison>,
}

/// One requirement and the purchase that serves it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct AllocatedLine {
    /// The requirement.
    pub requirement: Requirement,
    /// The offer it is bought from.
    pub offer: OfferId,
    /// Who offers.
    pub supplier: SupplierId,
    /// How much, at which price.
    pub purchase: Purchase,
    /// Packs among them that only bring the order to the supplier's minimum or to free freight.
    pub topped_up_packs: u64,
    /// The day on which the goods can be sold.
    pub arrival: Day,
    /// Why this one, in words and numbers.
    pub reason: String,
}

/// One supplier's order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SupplierOrder {
    /// Who.
    pub supplier: SupplierId,
    /// What people call the supplier, where the terms say it.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub name: Option<String>,
    /// How many lines.
    pub lines: u32,
    /// Value of the goods.
    pub goods: Money,
    /// Freight at that value.
    pub freight: Money,
    /// Goods and freight.
    pub total: Money,
}

/// A requirement that nobody can serve.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Unmet {
    /// The requirement.
    pub requirement: Requirement,
    /// Why not, in words; its comparison says why each offer is out.
    pub reason: String,
}

/// What a simpler rule would pay.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Baseline {
    /// The rule.
    pub policy: BaselinePolicy,
    /// Goods and freight of the same lines.
    pub cost: Money,
    /// What the rule's orders miss to minimum order values: not in the cost, since it would buy
    /// something, but such orders are refused unless it is spent.
    pub below_minimum: Money,
    /// How much less the allocation costs; negative if the rule would have been cheaper.
    pub saving: Money,
    /// The saving as a share of the rule's cost.
    pub saving_share: f64,
    /// Lines for which the rule has no offer and takes the cheapest instead.
    pub fallback_lines: u32,
}

/// A rule that people use.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum BaselinePolicy {
    /// Each product from its default supplier, in the fewest packs that cover the need.
    DefaultSupplier,
    /// Each product where its goods cost least, whatever the freight.
    CheapestLine,
}

/// Allocates a basket: every requirement to one supplier, at a low total of goods and freight, each
/// order at its supplier's minimum or above.
///
/// # Errors
///
/// When a requirement is not positive, a product or a supplier's terms come twice, or an amount
/// overflows. A bad offer is no error; a requirement that no offer can serve is listed as unmet.
///
/// ```
/// # use replenish::{inventory::Requirement, sourcing::{Offer, PriceBreak, SourcingOptions, allocate}};
/// let need = Requirement {
///     sku: "apple".parse()?, quantity: "9 each".parse()?, need_by: "2026-11-24".parse()?,
/// };
/// let offer = Offer {
///     id: "o-1".parse()?, supplier: "farm".parse()?, sku: "apple".parse()?,
///     price_breaks: vec![PriceBreak {
///         minimum_quantity: "1 each".parse()?, unit_price: "0.90 EUR".parse()?,
///     }],
///     pack_size: "5 each".parse()?, minimum_order_quantity: "1 each".parse()?,
///     lead_time_days: 1, available: None, valid_from: None, valid_until: None,
/// };
/// let options = SourcingOptions {
///     today: "2026-11-21".parse()?, currency: "EUR".parse()?, default_suppliers: Default::default(),
/// };
/// let allocation = allocate(&[need], &[offer], &[], &options)?;
/// assert_eq!(allocation.lines[0].purchase.packs, 2);
/// assert_eq!(allocation.total.to_string(), "9.00 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn allocate(
    basket: &[Requirement],
    offers: &[Offer],
    terms: &[SupplierTerms],
    options: &SourcingOptions,
) -> Result<Allocation, SourcingError> {
    let basket = in_order(basket)?;
    let terms_of = terms_by_supplier(terms)?;
    let mut offers_of: BTreeMap<&Sku, Vec<&Offer>> = BTreeMap::new();
    for offer in offers {
        offers_of.entry(&offer.sku).or_default().push(offer);
    }
    let offers_for = |need: &Requirement| offers_of.get(&need.sku).map_or(&[][..], Vec::as_slice);

    let (mut problem, mut unserved) = (Problem::new(&terms_of, options), Vec::new());
    for need in basket {
        let (candidates, _) = candidates(need, offers_for(need), &terms_of, options)?;
        if candidates.is_empty() {
            unserved.push((need, "no offer can serve it".to_owned()));
        } else {
            problem.add(need, &candidates)?;
        }
    }
    let mut plan = problem.search()?;
    let short = problem.top_up(&mut plan)?;
    for (line, reason) in problem.drop_short(&mut plan, &short)? {
        unserved.push((problem.lines[line].need, reason));
    }

    let goods = problem.goods(&plan)?;
    let mut allocation = Allocation {
        lines: Vec::new(),
        orders: problem.orders(&plan)?,
        unmet: Vec::new(),
        total: problem.total(&plan)?,
        lower_bound: problem.lower_bound(&plan)?,
        baselines: problem.baselines(&plan)?,
        comparisons: Vec::new(),
    };
    for (line, pick) in problem.lines.iter().zip(&plan) {
        let Some(pick) = pick else { continue };
        let mut others = goods.clone();
        if let Some(value) = others.get_mut(pick.supplier) {
            *value = value.minus(pick.purchase.goods)?;
        }
        let offers = offers_for(line.need);
        let comparison = compare_given(line.need, offers, &terms_of, &others, options)?;
        allocation.lines.push(AllocatedLine {
            requirement: line.need.clone(),
            offer: pick.offer.id.clone(),
            supplier: pick.supplier.clone(),
            purchase: pick.purchase,
            topped_up_packs: pick.topped_up,
            arrival: pick.arrival,
            reason: reason(pick, &comparison)?,
        });
        allocation.comparisons.push(comparison);
    }
    sort_by(&mut unserved, |a, b| a.0.sku.cmp(&b.0.sku));
    for (need, reason) in unserved {
        let offers = offers_for(need);
        allocation.comparisons.push(compare_given(need, offers, &terms_of, &goods, options)?);
        allocation.unmet.push(Unmet { requirement: need.clone(), reason });
    }
    sort_by(&mut allocation.comparisons, |a, b| a.sku.cmp(&b.sku));
    Ok(allocation)
}

/// Reads nothing: what explains an allocation is no part of it when it comes back.
fn pass_over<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Comparison>, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| Vec::new())
}

/// The requirements in order of their products, each product once.
fn in_order(basket: &[Requirement]) -> Result<Vec<&Requirement>, Invalid> {
    let mut ordered: Vec<&Requirement> = basket.iter().collect();
    sort_by(&mut ordered, |a, b| a.sku.cmp(&b.sku));
    match ordered.windows(2).find(|pair| pair[0].sku == pair[1].sku) {
        Some(pair) => {
            let expected = "each product once in a basket";
            Err(Invalid::new("sku_twice", expected, &pair[0].sku).at("basket"))
        }
        None => Ok(ordered),
    }
}

fn terms_by_supplier(
    terms: &[SupplierTerms],
) -> Result<BTreeMap<&SupplierId, &SupplierTerms>, Invalid> {
    let mut by_supplier = BTreeMap::new();
    for terms in terms {
        if by_supplier.insert(&terms.supplier, terms).is_some() {
            let expected = "each supplier's terms once";
            return Err(Invalid::new("supplier_twice", expected, &terms.supplier).at("terms"));
        }
    }
    Ok(by_supplier)
}

/// Why the line is bought there.
fn reason(pick: &Pick<'_>, comparison: &Comparison) -> Result<String, Invalid> {
    let best_of = |same: bool| {
        comparison.ranked.iter().find(|ranked| (ranked.offer == pick.offer.id) == same)
    };
    let (own, other) = (best_of(true), best_of(false));
    let mut reason = match (own, other) {
        (Some(own), Some(other)) => {
            let more = other.landed_cost.minus(own.landed_cost)?;
            if more.is_negative() {
                let less = Money::zero(more.currency()).minus(more)?;
                format!(
                    "alone {less} dearer than {}, cheaper together with other lines",
                    other.supplier
                )
            } else {
                format!("{more} less than the next, {}", other.supplier)
            }
        }
        _ => "the only offer that can serve".to_owned(),
    };
    if pick.topped_up > 0 {
        let more = format!("; {} packs more to reach a threshold of the order", pick.topped_up);
        reason.push_str(&more);
    }
    Ok(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sourcing::PriceBreak;

    fn need(sku: &str, quantity: u32) -> Requirement {
        Requirement {
            sku: sku.parse().unwrap(),
            quantity: format!("{quantity} each").parse().unwrap(),
            need_by: "2026-12-01".parse().unwrap(),
        }
    }

    fn offer(sku: &str, supplier: &str, price: &str) -> Offer {
        Offer {
            id: format!("{sku}-{supplier}").parse().unwrap(),
            supplier: supplier.parse().unwrap(),
            sku: sku.parse().unwrap(),
            price_breaks: vec![PriceBreak {
                minimum_quantity: "0 each".parse().unwrap(),
                unit_price: format!("{price} EUR").parse().unwrap(),
            }],
            pack_size: "1 each".parse().unwrap(),
            minimum_order_quantity: "0 each".parse().unwrap(),
            lead_time_days: 1,
            available: None,
            valid_from: None,
            valid_until: None,
        }
    }

    fn terms(supplier: &str, minimum: &str, freight: &str, free_from: &str) -> SupplierTerms {
        let money = |text: &str| (!text.is_empty()).then(|| format!("{text} EUR").parse().unwrap());
        SupplierTerms {
            supplier: supplier.parse().unwrap(),
            name: None,
            minimum_order_value: money(minimum),
            freight: money(freight),
            free_freight_from: money(free_from),
        }
    }

    fn options() -> SourcingOptions {
        SourcingOptions {
            today: "2026-11-21".parse().unwrap(),
            currency: "EUR".parse().unwrap(),
            default_suppliers: BTreeMap::new(),
        }
    }

    fn run(basket: &[Requirement], offers: &[Offer], terms: &[SupplierTerms]) -> Allocation {
        allocate(basket, offers, terms, &options()).unwrap()
    }

    fn suppliers(allocation: &Allocation) -> Vec<&str> {
        allocation.lines.iter().map(|line| line.supplier.as_str()).collect()
    }

    #[test]
    fn one_freight_is_cheaper_than_two() {
        // Each line alone is a cent cheaper elsewhere; the second freight costs five euros.
        let offers = [
            offer("a", "s", "1.00"),
            offer("a", "t", "1.01"),
            offer("b", "s", "1.01"),
            offer("b", "t", "1.00"),
        ];
        let terms = [terms("s", "", "5", ""), terms("t", "", "5", "")];
        let result = run(&[need("a", 10), need("b", 10)], &offers, &terms);
        assert_eq!(result.orders.len(), 1);
        assert_eq!(result.total.to_string(), "25.10 EUR");
        assert_eq!(result.lower_bound.to_string(), "20.00 EUR");
        let cheapest = &result.baselines[1];
        assert_eq!(
            (cheapest.cost.to_string(), cheapest.saving.to_string()),
            ("30.00 EUR".to_owned(), "4.90 EUR".to_owned())
        );
    }

    #[test]
    fn lines_gather_until_freight_is_free() {
        let offers = [
            offer("a", "s", "5"),
            offer("a", "t", "5.1"),
            offer("b", "t", "5"),
            offer("c", "t", "4"),
        ];
        let result =
            run(&[need("a", 1), need("b", 1), need("c", 1)], &offers, &[terms("t", "", "3", "14")]);
        assert_eq!(suppliers(&result), ["t", "t", "t"]);
        assert_eq!(result.total.to_string(), "14.10 EUR");
        assert!(
            result.lines[0].reason.starts_with("2.90 EUR less than the next, s"),
            "{}",
            result.lines[0].reason
        );
    }

    #[test]
    fn an_order_below_its_minimum_is_topped_up_or_given_up() {
        let full = run(&[need("a", 3)], &[offer("a", "s", "2")], &[terms("s", "11", "", "")]);
        assert_eq!((full.lines[0].purchase.packs, full.lines[0].topped_up_packs), (6, 3));
        assert_eq!(full.total.to_string(), "12.00 EUR");

        let scarce = Offer { available: Some("4 each".parse().unwrap()), ..offer("a", "s", "2") };
        let none = run(&[need("a", 3)], &[scarce], &[terms("s", "11", "", "")]);
        assert!(none.lines.is_empty() && none.orders.is_empty() && none.total.is_zero());
        assert!(
            none.unmet[0].reason.starts_with("5.00 EUR are missing"),
            "{}",
            none.unmet[0].reason
        );
    }

    #[test]
    fn a_minimum_beyond_all_reason_ends_the_search_instead_of_filling_a_ship() {
        let far =
            run(&[need("a", 3)], &[offer("a", "s", "0.01")], &[terms("s", "1000000000", "", "")]);
        assert!(far.lines.is_empty());
        assert!(far.unmet[0].reason.starts_with("999999999.97 EUR are missing"));
    }

    #[test]
    fn what_nobody_can_serve_is_unmet_with_its_reasons() {
        let expired =
            Offer { valid_until: Some("2026-11-20".parse().unwrap()), ..offer("a", "s", "2") };
        let result = run(&[need("a", 3), need("b", 1)], &[expired], &[]);
        assert_eq!(result.unmet.len(), 2);
        let reasons: Vec<_> = result.comparisons.iter().map(|all| all.excluded.len()).collect();
        assert_eq!(reasons, [1, 0]);
    }

    #[test]
    fn a_basket_that_contradicts_itself_is_refused() {
        let code = |basket: &[Requirement], terms: &[SupplierTerms]| {
            allocate(basket, &[], terms, &options()).unwrap_err().code()
        };
        assert_eq!(code(&[need("a", 1), need("a", 2)], &[]), "sku_twice");
        assert_eq!(code(&[need("a", 0)], &[]), "quantity_invalid");
        assert_eq!(
            code(&[], &[terms("s", "", "1", ""), terms("s", "", "2", "")]),
            "supplier_twice"
        );
    }
}

//! What would change the choice: at which price another offer would win a line, and up to which price
//! the present one keeps it.

use super::{
    Allocation, Need, Offer, SourcingError, SourcingOptions, SupplierTerms,
    allocate::{Case, Wanted, Workbench},
    basket::Pick,
    switch_search::LineAsked,
};
use crate::unit::{Day, Invalid, Money, OfferId, Sku, SupplierId, sort_by};
use serde::{Deserialize, Serialize};

/// Which lines are asked about, and how thoroughly.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SwitchQuestion {
    /// The products whose lines are asked about; without it, all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Sku[] | null"))]
    pub skus: Option<Vec<Sku>>,
    /// What the other lines may do. Without it the whole basket is allocated again where products are
    /// named or the basket is small (at most 40 lines and 400 offers for them), otherwise the other
    /// lines stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "SwitchScope | null"))]
    pub scope: Option<SwitchScope>,
}

/// What the other lines do when a price changes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum SwitchScope {
    /// They go wherever the whole costs least: the answer is exact.
    WholeBasket,
    /// They stay where they are: the quick answer.
    OthersStay,
}

/// At which price an offer wins or loses a line, all else staying at today's terms.
///
/// A price of so much means: the offer asks that much, at every price break and in its contract, where
/// it asks more today; for an offer that is already chosen, where it asks less.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SwitchingPrice {
    /// The product that is required.
    pub sku: Sku,
    /// The day by which.
    pub need_by: Day,
    /// The offer.
    pub offer: OfferId,
    /// Who offers.
    pub supplier: SupplierId,
    /// Whether it serves the line now.
    pub is_chosen: bool,
    /// What a unit costs from it today, in the number of packs in which it would best serve the line;
    /// none if it cannot, together with the rest.
    #[cfg_attr(target_family = "wasm", tsify(type = "Money | null"))]
    pub unit_price: Option<Money>,
    /// Packs that would be bought from it at the switching price; at today's where there is none.
    pub packs: u64,
    /// What everything would cost more today: with this offer on the line, or without it where it is
    /// chosen. None if that is not possible.
    #[cfg_attr(target_family = "wasm", tsify(type = "Money | null"))]
    pub difference: Option<Money>,
    /// The highest price at which everything costs less with this offer on the line; where it is
    /// chosen, the highest at which nothing costs less without it. To the offer's minor unit, or as
    /// fine as its prices. None if there is no such price, see `outcome`.
    #[cfg_attr(target_family = "wasm", tsify(type = "Money | null"))]
    pub switching_price: Option<Money>,
    /// What the price says, or why there is none.
    pub outcome: SwitchOutcome,
    /// What the other lines do.
    pub scope: SwitchScope,
    /// Whether every cost behind the answer is proved to be the least.
    pub proved: bool,
}

/// What a switching price says, or why there is none.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum SwitchOutcome {
    /// The offer wins at the price and not a step above it.
    WinsAt,
    /// The offer is chosen, and stays so up to the price: a step above it something else costs less.
    StaysUntil,
    /// The offer wins already: the allocation was not the cheapest.
    WinsAlready,
    /// The offer is chosen and there is something cheaper: the allocation was not the cheapest.
    LosesAlready,
    /// Not even for nothing.
    NeverWins,
    /// At whatever price: nothing else can serve the line.
    AlwaysStays,
    /// The line cannot be served by it together with the rest.
    NotPossible,
    /// Its contract is shared with other lines, for which no price of one line can be told.
    SharedContract,
}

/// Says for each line of an allocation at which price each other offer would win it, and up to which
/// price the present one keeps it.
///
/// `needs`, `offers`, `terms` and `options` are those of the allocation. From today's price on the
/// price is looked for in the direction in which the choice changes, until it changes from one step to
/// the next. Where thresholds tie prices to freight or minimums, the choice might change back further
/// on.
///
/// # Errors
///
/// What [`allocate`](super::allocate) refuses, and an allocation of other needs or offers.
///
/// ```
/// # use replenish::{
/// #     inventory::Requirement,
/// #     sourcing::{Offer, SourcingOptions, SupplierTerms, SwitchOutcome, SwitchQuestion, allocate, switching_prices},
/// # };
/// # let needs = [Requirement {
/// #     sku: "apple".parse()?, quantity: "10 each".parse()?, need_by: "2026-12-01".parse()?,
/// # }.into()];
/// # let offer = |supplier: &str, price: &str| {
/// #     let id = format!("apple-{supplier}").parse()?;
/// #     Ok::<Offer, replenish::unit::Invalid>(
/// #         Offer::new(id, supplier.parse()?, "apple".parse()?, price.parse()?, "each".parse()?)
/// #     )
/// # };
/// let offers = [offer("farm", "1.00 EUR")?, offer("mill", "0.95 EUR")?];
/// let terms = [SupplierTerms { freight: Some("2 EUR".parse()?), ..SupplierTerms::none("mill".parse()?) }];
/// let options = SourcingOptions::new("2026-11-21".parse()?, "EUR".parse()?);
/// let allocation = allocate(&needs, &offers, &terms, &options)?;
/// let question = SwitchQuestion::default();
/// let prices = switching_prices(&needs, &offers, &terms, &options, &allocation, &question)?;
/// // Farm's 10.00 EUR against 9.50 + 2.00 EUR at the mill.
/// assert_eq!(prices[0].outcome, SwitchOutcome::StaysUntil);
/// assert_eq!(prices[0].switching_price, Some("1.15 EUR".parse()?));
/// assert_eq!(prices[1].outcome, SwitchOutcome::WinsAt);
/// assert_eq!(prices[1].switching_price, Some("0.79 EUR".parse()?));
/// assert_eq!(prices[1].difference, Some("1.50 EUR".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn switching_prices(
    needs: &[Need],
    offers: &[Offer],
    terms: &[SupplierTerms],
    options: &SourcingOptions,
    allocation: &Allocation,
    question: &SwitchQuestion,
) -> Result<Vec<SwitchingPrice>, SourcingError> {
    Case { needs, offers, terms, options }.work(|bench| {
        let picks = present(bench, allocation)?;
        let sources: usize = bench.basket().lines.iter().map(|line| line.sources.len()).sum();
        let is_small = picks.len() <= SMALL_LINES && sources <= SMALL_SOURCES;
        let whole = question.skus.is_some() || is_small;
        let scope = question.scope.unwrap_or(if whole {
            SwitchScope::WholeBasket
        } else {
            SwitchScope::OthersStay
        });
        let mut prices = Vec::new();
        for line in 0..picks.len() {
            let sku = &bench.need(line).sku;
            if question.skus.as_ref().is_none_or(|skus| skus.contains(sku)) {
                prices.extend(LineAsked::new(bench, &picks, line, scope).answer()?);
            }
        }
        Ok(prices)
    })
}

/// The picks of an allocation.
fn present(bench: &mut Workbench<'_>, allocation: &Allocation) -> Result<Vec<Vec<Pick>>, Invalid> {
    let mut picks = vec![Vec::new(); bench.basket().lines.len()];
    // The first round adds what is missing, the second finds where everything came to be.
    for round in 0..2 {
        for (place, line) in allocation.lines.iter().enumerate() {
            match bench.find(Wanted::of(line))? {
                Some((at, pick)) if round == 1 => picks[at].push(pick),
                Some(_) => {}
                None => {
                    let expected = "an allocation of these needs and offers";
                    let invalid = Invalid::new("allocation_unknown_line", expected, &line.offer);
                    return Err(invalid.at("offer").at(format_args!("allocation.lines[{place}]")));
                }
            }
        }
    }
    for picks in &mut picks {
        sort_by(picks, Pick::cmp);
    }
    Ok(picks)
}

/// Baskets up to this size are small.
const SMALL_LINES: usize = 40;
const SMALL_SOURCES: usize = 400;

//! From history, stock and offers to purchase-order drafts, in one step.

use super::{DraftContext, PlanError, PurchaseOrder, draft_purchase_orders};
use crate::{
    forecast::{ForecastError, LeadTime, Series, SeriesBatch},
    inventory::{
        PlanOptions, Product, ProductFiles, ProductList, ProductPlan, ProductTables, note_ignored,
        plan_product, share_season,
    },
    sourcing::{
        Allocation, ExchangeRate, MarketTables, Need, Offer, SourcingOptions, SupplierTerms,
        allocate, read_market,
    },
    unit::{Currency, Day, Invalid, Sku, index, table::TableProblem},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is planned, beside the history of demand.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PlanRequest {
    /// What holds for all.
    pub options: PlanOptions,
    /// The products, in the order of their histories.
    pub products: Vec<Product>,
    /// What suppliers offer.
    pub offers: Vec<Offer>,
    /// What suppliers ask of whole orders.
    pub terms: Vec<SupplierTerms>,
    /// The currency in which offers are compared.
    pub currency: Currency,
    /// What other currencies are worth; offers in others are excluded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub exchange_rates: Vec<ExchangeRate>,
}

/// Files that hold what is planned.
#[derive(Clone, Copy, Debug)]
pub struct PlanTables<'a> {
    /// What is wanted and what there is.
    pub products: ProductTables<'a>,
    /// What suppliers offer and ask.
    pub market: MarketTables<'a>,
}

/// What to buy today, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Plan {
    /// The day on which the orders would be placed.
    pub today: Day,
    /// Of every amount.
    pub currency: Currency,
    /// Every product, in the order given.
    pub products: Vec<ProductPlan>,
    /// Who gets what.
    pub allocation: Allocation,
    /// One draft for each supplier that gets something.
    pub purchase_orders: Vec<PurchaseOrder>,
    /// What was read but not used, in words.
    pub notes: Vec<String>,
}

/// Plans what to buy: forecasts each product, works out what must be bought, allocates the basket,
/// drafts the purchase orders.
///
/// Each product's lead time is the one of its default supplier's offer, else the longest offered, so
/// that whoever is chosen can deliver before the stock runs out.
///
/// # Errors
///
/// When history and products do not correspond, or offers and terms cannot be allocated at all. A
/// product that cannot be planned carries its problem and spoils no other.
pub fn plan(history: SeriesBatch<'_>, request: &PlanRequest) -> Result<Plan, PlanError> {
    let series: Vec<_> = history.series()?.collect();
    if series.len() != request.products.len() {
        let expected = format!("one history for each of {} products", request.products.len());
        return Err(Invalid::new("history_count", expected, series.len()).at("offsets").into());
    }
    plan_products(series, request, Vec::new())
}

/// [`plan`] of files.
///
/// Products are those of the stock file. A product without a row of demand carries that as its
/// problem.
///
/// # Errors
///
/// Every problem of every file, each with line and column, among them demand and offers of a product
/// that is not in the stock file. Otherwise as [`plan`].
///
/// ```
/// use replenish::{
///     inventory::{PlanOptions, ProductTables},
///     order::{PlanTables, plan_from_tables},
///     sourcing::MarketTables,
///     unit::table::File,
/// };
/// let mut demand = "sku,date,quantity\n".to_owned();
/// for day in 1..=30 {
///     demand += &format!("apple,2026-04-{day:02},{}\n", 5 + day % 3);
/// }
/// let file = |name, text: &'static str| File { name, bytes: text.as_bytes() };
/// let tables = PlanTables {
///     products: ProductTables {
///         demand: File { name: "demand.csv", bytes: demand.as_bytes() },
///         stock: file("stock.csv", "sku,on_hand\napple,10\n"),
///         pipeline: None,
///         lots: None,
///     },
///     market: MarketTables {
///         offers: file("offers.csv", "offer,supplier,sku,currency,unit_price,lead_time_days,pack_size\n\
///             o-1,farm,apple,EUR,0.40,2,6\n"),
///         terms: None,
///         exchange_rates: None,
///     },
/// };
/// let plan = plan_from_tables(tables, &PlanOptions::new("2026-05-01".parse()?))?;
/// assert_eq!(plan.purchase_orders[0].lines[0].quantity.to_string(), "12 each");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plan_from_tables(tables: PlanTables<'_>, options: &PlanOptions) -> Result<Plan, PlanError> {
    let mut files = ProductFiles::read(tables.products, options);
    // Without the whole stock file offers' products would be unknown, which says nothing.
    let units =
        files.stock.as_ref().filter(|stock| stock.refused.is_empty()).map(|stock| {
            index(stock.items.iter().map(|(sku, item)| (sku.clone(), item.stock.unit())))
        });
    // Orders are drafted of everything or of nothing: what is left out might change who is cheapest.
    files.refuse_all();
    let market = units.and_then(|units| {
        let problems = |problems: Vec<TableProblem>| files.problems.extend(problems);
        read_market(tables.market, &units).map_err(problems).ok()
    });
    let ProductList { options, products, series, mut notes, .. } =
        files.list(options).map_err(PlanError::Tables)?;
    let Some(market) = market else { return Err(PlanError::Tables(Vec::new())) };
    for file in [Some(tables.market.offers), tables.market.terms, tables.market.exchange_rates] {
        let Some(file) = file else { continue };
        note_ignored(
            &mut notes,
            file,
            market.ignored_columns.get(file.name).map_or(&[], Vec::as_slice),
        );
    }
    let request = PlanRequest {
        options,
        products,
        offers: market.offers,
        terms: market.terms,
        currency: market.currency,
        exchange_rates: market.exchange_rates,
    };
    plan_products(series, &request, notes)
}

fn plan_products(
    mut series: Vec<Result<Series, ForecastError>>,
    request: &PlanRequest,
    notes: Vec<String>,
) -> Result<Plan, PlanError> {
    let options = &share_season(&mut series, &request.options);
    let mut offers_of: BTreeMap<&Sku, Vec<&Offer>> = BTreeMap::new();
    for offer in &request.offers {
        offers_of.entry(&offer.sku).or_default().push(offer);
    }
    let mut products = Vec::with_capacity(series.len());
    let mut basket = Vec::new();
    for (product, series) in request.products.iter().zip(series) {
        let offers = offers_of.get(&product.sku).map_or(&[][..], Vec::as_slice);
        let lead_time = lead_time_of_offers(product, offers, options);
        let planned = plan_product(product, series, lead_time, options);
        let replenishment = planned.replenishment.as_ref();
        basket.extend(replenishment.and_then(|result| result.requirement.clone()).map(Need::from));
        products.push(planned);
    }
    let defaults = request
        .products
        .iter()
        .filter_map(|product| Some((product.sku.clone(), product.default_supplier.clone()?)));
    let sourcing = SourcingOptions {
        default_suppliers: index(defaults),
        exchange_rates: request.exchange_rates.clone(),
        ..SourcingOptions::new(options.today, request.currency)
    };
    let allocation = allocate(&basket, &request.offers, &request.terms, &sourcing)?;
    let context = DraftContext { today: options.today };
    Ok(Plan {
        today: options.today,
        currency: request.currency,
        products,
        purchase_orders: draft_purchase_orders(&allocation, &context)?,
        allocation,
        notes,
    })
}

/// The lead time of the default supplier's offer that holds today, else the longest of those that
/// hold; none without such an offer.
fn lead_time_of_offers(
    product: &Product,
    offers: &[&Offer],
    options: &PlanOptions,
) -> Option<LeadTime> {
    let today = options.today;
    let holds = |offer: &&&Offer| {
        offer.valid_from.is_none_or(|day| day <= today)
            && offer.valid_until.is_none_or(|day| day >= today)
    };
    let own = |offer: &&&Offer| Some(&offer.supplier) == product.default_supplier.as_ref();
    let lead_time = |offer: &&Offer| offer.lead_time_days;
    let default = offers.iter().filter(holds).filter(own).map(lead_time).max();
    let periods = default.or_else(|| offers.iter().filter(holds).map(lead_time).max())?;
    Some(LeadTime::Fixed { periods })
}

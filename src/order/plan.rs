//! From history, stock and offers to purchase-order drafts, in one step.

use super::{DraftContext, PlanError, PurchaseOrder, draft_purchase_orders};
use crate::{
    forecast::{
        Forecast, ForecastError, ForecastOptions, LeadTime, Series, SeriesBatch, forecast,
        read_demand,
    },
    inventory::{InventoryError, Policy, Replenishment, StockPosition, read_stock, replenish},
    sourcing::{
        Allocation, Offer, SourcingOptions, SupplierTerms, allocate, read_offers, read_terms,
    },
    unit::{
        Currency, Day, Invalid, Probability, Sku, SupplierId, index,
        table::{File, MAX_PROBLEMS, TableProblem},
    },
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What holds for the whole plan.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PlanOptions {
    /// The day on which orders would be placed; history ends the day before.
    pub today: Day,
    /// Days from one review to the next; 1 when every day is an order day.
    pub review_period_days: u32,
    /// Cycle service level of products that state none.
    pub service_level: Probability,
    /// How to forecast. The horizon is what a chart shows.
    pub forecast: ForecastOptions,
    /// How many of the last days of each history the plan repeats, for charts.
    pub history_days: u32,
}

impl PlanOptions {
    /// A daily review at 95 %, four weeks of forecast, twelve weeks of history.
    pub fn new(today: Day) -> Self {
        Self {
            today,
            review_period_days: 1,
            // INVARIANT: 0.95 is a probability.
            service_level: Probability::new(0.95).unwrap_or(Probability::ZERO),
            forecast: ForecastOptions::default(),
            history_days: 84,
        }
    }
}

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
}

/// A product that is planned.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Product {
    /// The product.
    pub sku: Sku,
    /// What people call it.
    pub description: String,
    /// What there is.
    pub stock: StockPosition,
    /// From whom it is bought when nobody compares.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "SupplierId | null"))]
    pub default_supplier: Option<SupplierId>,
    /// The wanted cycle service level, where it is not the plan's.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Probability | null"))]
    pub service_level: Option<Probability>,
}

/// Files that hold what is planned.
#[derive(Clone, Copy, Debug)]
pub struct PlanTables<'a> {
    /// [`read_demand`] says what is in it.
    pub demand: File<'a>,
    /// [`read_stock`] says what is in it.
    pub stock: File<'a>,
    /// [`read_offers`] says what is in it.
    pub offers: File<'a>,
    /// [`read_terms`] says what is in it; without it, suppliers ask nothing of whole orders.
    pub terms: Option<File<'a>>,
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

/// What one product needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ProductPlan {
    /// The product.
    pub sku: Sku,
    /// What people call it.
    pub description: String,
    /// The last days of demand, oldest first, the last one being yesterday.
    pub history: Vec<f64>,
    /// What will be wanted; none when there is a problem.
    #[cfg_attr(target_family = "wasm", tsify(type = "Forecast | null"))]
    pub forecast: Option<Forecast>,
    /// What must be bought; none when there is a problem.
    #[cfg_attr(target_family = "wasm", tsify(type = "Replenishment | null"))]
    pub replenishment: Option<Replenishment>,
    /// Why the product cannot be planned.
    #[cfg_attr(target_family = "wasm", tsify(type = "ProductProblem | null"))]
    pub problem: Option<ProductProblem>,
}

/// Why a product cannot be planned.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ProductProblem {
    /// Stable name of the kind of problem, for programs.
    pub code: String,
    /// The problem in words.
    pub message: String,
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
/// use replenish::{order::{PlanOptions, PlanTables, plan_from_tables}, unit::table::File};
/// let mut demand = "sku,date,quantity\n".to_owned();
/// for day in 1..=30 {
///     demand += &format!("apple,2026-04-{day:02},{}\n", 5 + day % 3);
/// }
/// let file = |name, text: &'static str| File { name, bytes: text.as_bytes() };
/// let tables = PlanTables {
///     demand: File { name: "demand.csv", bytes: demand.as_bytes() },
///     stock: file("stock.csv", "sku,on_hand\napple,10\n"),
///     offers: file("offers.csv", "offer,supplier,sku,currency,unit_price,lead_time_days,pack_size\n\
///         o-1,farm,apple,EUR,0.40,2,6\n"),
///     terms: None,
/// };
/// let plan = plan_from_tables(tables, &PlanOptions::new("2026-05-01".parse()?))?;
/// assert_eq!(plan.purchase_orders[0].lines[0].quantity.to_string(), "12 each");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plan_from_tables(tables: PlanTables<'_>, options: &PlanOptions) -> Result<Plan, PlanError> {
    let mut problems = Vec::new();
    let mut keep = |found: Vec<TableProblem>| problems.extend(found);
    let stock = read_stock(tables.stock).map_err(&mut keep).ok();
    let demand = read_demand(tables.demand, options.today).map_err(&mut keep).ok();
    // Without the stock file every offer's product would be unknown, which says nothing.
    let units = stock
        .as_ref()
        .map(|stock| index(stock.items.iter().map(|(sku, item)| (sku.clone(), item.stock.unit()))));
    let offers = units.and_then(|units| read_offers(tables.offers, &units).map_err(&mut keep).ok());
    let terms = match (&offers, tables.terms) {
        (Some(offers), Some(file)) => read_terms(file, offers.currency).map_err(&mut keep).ok(),
        _ => None,
    };
    if let (Some(stock), Some(demand)) = (&stock, &demand) {
        let known = |sku| stock.items.contains_key(sku);
        let unknown = demand.products.iter().filter(|product| !known(&product.sku));
        keep(
            unknown
                .take(MAX_PROBLEMS)
                .map(|p| unknown_sku(tables.demand, p.line, &p.sku))
                .collect(),
        );
    }
    let (Some(stock), Some(demand), Some(offers), true) =
        (stock, demand, offers, problems.is_empty())
    else {
        return Err(PlanError::Tables(problems));
    };

    let ignored = [
        (tables.stock, &stock.ignored_columns),
        (tables.demand, &demand.ignored_columns),
        (tables.offers, &offers.ignored_columns),
    ];
    let ignored_terms = terms.as_ref().map(|terms| &terms.ignored_columns);
    let notes = ignored
        .into_iter()
        .chain(tables.terms.zip(ignored_terms))
        .filter(|(_, columns)| !columns.is_empty())
        .map(|(file, columns)| format!("{}: columns not read: {}", file.name, columns.join(", ")))
        .collect();
    let mut histories =
        index(demand.products.into_iter().map(|product| (product.sku, product.series)));
    let mut series = Vec::with_capacity(stock.items.len());
    let mut products = Vec::with_capacity(stock.items.len());
    for (sku, item) in stock.items {
        let missing = || Invalid::new("history_missing", "a row of demand for the product", "none");
        series.push(histories.remove(&sku).ok_or_else(|| ForecastError::from(missing())));
        products.push(Product {
            sku,
            description: item.description,
            stock: item.stock,
            default_supplier: item.default_supplier,
            service_level: item.service_level,
        });
    }
    let request = PlanRequest {
        options: options.clone(),
        products,
        offers: offers.offers,
        terms: terms.map_or(Vec::new(), |terms| terms.terms),
        currency: offers.currency,
    };
    plan_products(series, &request, notes)
}

fn unknown_sku(file: File<'_>, line: u64, sku: &Sku) -> TableProblem {
    let invalid = Invalid::new("sku_unknown", "a product of the stock file", sku);
    TableProblem::new(file, line, invalid.at("sku"))
}

fn plan_products(
    series: Vec<Result<Series, ForecastError>>,
    request: &PlanRequest,
    notes: Vec<String>,
) -> Result<Plan, PlanError> {
    let options = &request.options;
    let mut offers_of: BTreeMap<&Sku, Vec<&Offer>> = BTreeMap::new();
    for offer in &request.offers {
        offers_of.entry(&offer.sku).or_default().push(offer);
    }
    let mut products = Vec::with_capacity(series.len());
    let mut basket = Vec::new();
    for (product, series) in request.products.iter().zip(series) {
        let offers = offers_of.get(&product.sku).map_or(&[][..], Vec::as_slice);
        let planned = product_plan(product, series, offers, options);
        let replenishment = planned.replenishment.as_ref();
        basket.extend(replenishment.and_then(|result| result.requirement.clone()));
        products.push(planned);
    }
    let defaults = request
        .products
        .iter()
        .filter_map(|product| Some((product.sku.clone(), product.default_supplier.clone()?)));
    let sourcing = SourcingOptions {
        today: options.today,
        currency: request.currency,
        default_suppliers: index(defaults),
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

fn product_plan(
    product: &Product,
    series: Result<Series, ForecastError>,
    offers: &[&Offer],
    options: &PlanOptions,
) -> ProductPlan {
    let shown = usize::try_from(options.history_days).unwrap_or(usize::MAX);
    let tail = |series: &Series| {
        let values = series.values();
        values[values.len().saturating_sub(shown)..].to_vec()
    };
    let history = series.as_ref().map(tail).unwrap_or_default();
    let result = series
        .map_err(InventoryError::from)
        .and_then(|series| forecast_and_replenish(product, &series, offers, options));
    let (forecast, replenishment, problem) = match result {
        Ok((forecast, replenishment)) => (Some(forecast), Some(replenishment), None),
        Err(error) => {
            let problem =
                ProductProblem { code: error.code().to_owned(), message: error.to_string() };
            (None, None, Some(problem))
        }
    };
    ProductPlan {
        sku: product.sku.clone(),
        description: product.description.clone(),
        history,
        forecast,
        replenishment,
        problem,
    }
}

fn forecast_and_replenish(
    product: &Product,
    series: &Series,
    offers: &[&Offer],
    options: &PlanOptions,
) -> Result<(Forecast, Replenishment), InventoryError> {
    let policy = Policy {
        service_level: product.service_level.unwrap_or(options.service_level),
        review_period_days: options.review_period_days,
        lead_time: LeadTime::Fixed { periods: lead_time_days(product, offers, options)? },
    };
    let result = forecast(series, &options.forecast)?;
    let replenishment = replenish(&product.sku, &result, &product.stock, &policy, options.today)?;
    Ok((result, replenishment))
}

/// The lead time of the default supplier's offer that holds today, else the longest of those that
/// hold; an offer is needed to know any.
fn lead_time_days(
    product: &Product,
    offers: &[&Offer],
    options: &PlanOptions,
) -> Result<u32, Invalid> {
    let today = options.today;
    let holds = |offer: &&&Offer| {
        offer.valid_from.is_none_or(|day| day <= today)
            && offer.valid_until.is_none_or(|day| day >= today)
    };
    let own = |offer: &&&Offer| Some(&offer.supplier) == product.default_supplier.as_ref();
    let lead_time = |offer: &&Offer| offer.lead_time_days;
    let default = offers.iter().filter(holds).filter(own).map(lead_time).max();
    default
        .or_else(|| offers.iter().filter(holds).map(lead_time).max())
        .ok_or_else(|| Invalid::new("offer_missing", "an offer that holds today", "none"))
}

//! From history, stock and offers to purchase-order drafts, in one step.

use super::{
    DraftOptions, Drafts, OrderError, PlanError, PurchaseOrder, Reason, ReasonStep,
    draft::{Basis, Told},
};
use crate::{
    forecast::{ForecastError, LeadTime, Series, SeriesBatch},
    inventory::{
        PlanOptions, Product, ProductFiles, ProductList, ProductPlan, ProductTables, Term,
        note_ignored, plan_product, share_season,
    },
    sourcing::{
        Allocation, ExchangeRate, MarketTables, Need, Offer, SourcingOptions, SupplierTerms,
        allocate, read_market,
    },
    unit::{ByName, Currency, Day, Invalid, Sku, index, table::TableProblem},
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
    /// How to draft purchase orders, and what to write on them.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub drafts: DraftOptions,
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
    /// In which offers are compared, and of every amount of the allocation; purchase orders are in
    /// that of the supplier's invoice.
    pub currency: Currency,
    /// Every product, in the order given.
    pub products: Vec<ProductPlan>,
    /// Who gets what.
    pub allocation: Allocation,
    /// One draft for each supplier that gets something, and for each currency and location.
    pub purchase_orders: Vec<PurchaseOrder>,
    /// The number that is free behind theirs, where they are numbered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub next_number: Option<u64>,
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
        drafts: DraftOptions::default(),
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
    let drafts = drafts(&allocation, &products, options.today, request)?;
    Ok(Plan {
        today: options.today,
        currency: request.currency,
        products,
        purchase_orders: drafts.purchase_orders,
        next_number: drafts.next_number,
        allocation,
        notes,
    })
}

/// The drafts of an allocation, each line with the reasons from its product's forecast on.
fn drafts(
    allocation: &Allocation,
    products: &[ProductPlan],
    today: Day,
    request: &PlanRequest,
) -> Result<Drafts, OrderError> {
    let mut told = ByName::new();
    for product in products {
        let description = product.description.as_str();
        let says_more = !description.is_empty() && description != product.sku.as_str();
        let description = Some(description).filter(|_| says_more);
        let known = Told { description, reasons: reasons(product), ..Told::default() };
        told.entry(product.sku.as_str(), known);
    }
    let basis = Basis {
        today,
        // As for the allocation: it is early.
        time: None,
        offers: &request.offers,
        terms: &request.terms,
        exchange_rates: &request.exchange_rates,
        options: &request.drafts,
        told,
    };
    let at = |invalid: Invalid| invalid.at("drafts");
    request.drafts.check().map_err(at)?;
    Ok(basis.drafts(allocation)?.numbered(&request.drafts).map_err(at)?)
}

/// What is behind a requirement: the terms of its arithmetic up to the demand that is expected are of
/// the forecast, the others of the requirement.
fn reasons(product: &ProductPlan) -> Vec<Reason> {
    let required = product.replenishment.as_ref().filter(|result| result.requirement.is_some());
    let Some((forecast, replenishment)) = product.forecast.as_ref().zip(required) else {
        return Vec::new();
    };
    let terms = &replenishment.terms;
    let expected = terms.iter().position(|term| term.name == EXPECTED_DEMAND);
    let (before, after) = terms.split_at(expected.map_or(0, |place| place + 1));
    let words = |terms: &[Term]| {
        let words: Vec<String> =
            terms.iter().map(|term| format!("{} {}", term.name, term.value)).collect();
        words.join("; ")
    };
    let model = format!("forecast by {}; {}", forecast.model, words(before));
    vec![
        Reason { step: ReasonStep::Forecast, text: model },
        Reason { step: ReasonStep::Requirement, text: words(after) },
    ]
}

/// The last term that says what is forecast.
const EXPECTED_DEMAND: &str = "expected demand until then";

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        forecast::Period,
        inventory::StockPosition,
        order::{DraftItem, Numbering},
    };

    fn request() -> PlanRequest {
        let mut options = PlanOptions::new("2026-11-23".parse().unwrap());
        options.period = Some(Period::Day);
        let offer = Offer {
            lead_time_days: 2,
            pack_size: "12 each".parse().unwrap(),
            ..Offer::new(
                "o-1".parse().unwrap(),
                "farm".parse().unwrap(),
                "apple".parse().unwrap(),
                "0.50 USD".parse().unwrap(),
                "each".parse().unwrap(),
            )
        };
        PlanRequest {
            options,
            products: vec![Product {
                sku: "apple".parse().unwrap(),
                description: "Apples, red".to_owned(),
                stock: StockPosition::on_hand("10 each".parse().unwrap()),
                default_supplier: None,
                policy: crate::inventory::ProductPolicy::default(),
            }],
            offers: vec![offer],
            terms: vec![SupplierTerms {
                freight: Some("4 USD".parse().unwrap()),
                ..SupplierTerms::none("farm".parse().unwrap())
            }],
            currency: "EUR".parse().unwrap(),
            exchange_rates: vec![ExchangeRate {
                from: "USD".parse().unwrap(),
                to: "EUR".parse().unwrap(),
                rate: "0.80".parse().unwrap(),
                date: "2026-11-20".parse().unwrap(),
            }],
            drafts: DraftOptions::default(),
        }
    }

    fn planned(request: &PlanRequest) -> Result<Plan, PlanError> {
        let values: Vec<f64> = [4.0, 5.0, 6.0].repeat(20);
        plan(
            SeriesBatch { values: &values, offsets: &[0, 60], in_stock: &[], regressors: &[] },
            request,
        )
    }

    #[test]
    fn drafts_are_in_the_supplier_s_currency_and_say_why_from_the_forecast_on() {
        use ReasonStep::{Allocation, Forecast, Requirement};
        let plan = planned(&request()).unwrap();
        let [draft] = &plan.purchase_orders[..] else { unreachable!("one draft") };
        assert_eq!(plan.currency.as_str(), "EUR");
        assert_eq!(
            (draft.currency.as_str(), draft.freight.to_string().as_str()),
            ("USD", "4.00 USD")
        );
        assert_eq!((draft.number.as_ref(), plan.next_number), (None, None));
        let line = &draft.lines[0];
        assert_eq!(line.description.as_deref(), Some("Apples, red"));
        let steps: Vec<_> = line.reasons.iter().map(|reason| reason.step).collect();
        assert_eq!(steps, [Forecast, Requirement, Requirement, Allocation, Allocation]);
        let [forecast, required, ..] = &line.reasons[..] else { unreachable!("five reasons") };
        let model = &plan.products[0].forecast.as_ref().unwrap().model;
        assert!(
            forecast.text.starts_with(&format!("forecast by {model}; expected demand per day 5.")),
            "{}",
            forecast.text
        );
        assert!(forecast.text.contains("; expected demand until then "), "{}", forecast.text);
        assert!(required.text.starts_with("safety stock "), "{}", required.text);
        assert!(
            required.text.contains("; inventory position 10 each; to buy "),
            "{}",
            required.text
        );
    }

    #[test]
    fn options_of_drafts_are_heard_and_refused_with_their_place() {
        let mut request = request();
        let item = DraftItem {
            sku: "apple".parse().unwrap(),
            supplier: None,
            buyer_code: Some("4711".to_owned()),
            supplier_code: None,
            description: Some("Apples".to_owned()),
            location: None,
        };
        request.drafts.items = vec![item.clone()];
        request.drafts.numbering = Some(Numbering { prefix: "B".to_owned(), next: 9, digits: 2 });
        let plan = planned(&request).unwrap();
        assert_eq!(plan.purchase_orders[0].number.as_deref(), Some("B09"));
        assert_eq!(plan.next_number, Some(10));
        let line = &plan.purchase_orders[0].lines[0];
        assert_eq!(
            (line.buyer_code.as_deref(), line.description.as_deref()),
            (Some("4711"), Some("Apples"))
        );
        request.drafts.items.push(item);
        let error = planned(&request).unwrap_err();
        assert_eq!(error.code(), "item_twice");
        assert!(error.to_string().starts_with("`drafts.items[1].sku`"), "{error}");
    }
}

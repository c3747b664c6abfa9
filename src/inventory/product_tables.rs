//! Products and their histories from comma-separated files.

use super::{PlanOptions, Product, ProductPlan, StockList, plan_product, read_stock, share_season};
use crate::{
    forecast::{DemandHistory, DemandTableOptions, ForecastError, Period, Series, read_demand},
    unit::{
        Day, Invalid, Sku, index,
        table::{File, MAX_PROBLEMS, TableProblem},
    },
};
use serde::Serialize;

/// Files that say what is wanted and what there is.
#[derive(Clone, Copy, Debug)]
pub struct ProductTables<'a> {
    /// [`read_demand`] says what is in it.
    pub demand: File<'a>,
    /// [`read_stock`] says what is in it.
    pub stock: File<'a>,
    /// [`StockList::add_pipeline`] says what is in it; without it, nothing more is on order than the
    /// stock file says.
    pub pipeline: Option<File<'a>>,
    /// [`StockList::add_lots`] says what is in it; without it, nothing on hand expires.
    pub lots: Option<File<'a>>,
}

/// What every product needs, before anybody asks from whom.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Requirements {
    /// The day on which orders would be placed.
    pub today: Day,
    /// How long a period of demand is.
    pub period: Period,
    /// Every product, in the order of the SKUs.
    pub products: Vec<ProductPlan>,
    /// What was read but not used, in words.
    pub notes: Vec<String>,
}

/// Works out what every product of the files needs. Each states its own lead time.
///
/// # Errors
///
/// Every problem of every file, each with line and column. A product that cannot be planned, such as one
/// without a row of demand or without a lead time, carries its problem and spoils no other.
///
/// ```
/// use replenish::{inventory::{PlanOptions, ProductTables, requirements_from_tables}, unit::table::File};
/// let mut demand = "sku,date,quantity\n".to_owned();
/// for day in 1..=30 {
///     demand += &format!("apple,2026-04-{day:02},{}\n", 5 + day % 3);
/// }
/// let tables = ProductTables {
///     demand: File { name: "demand.csv", bytes: demand.as_bytes() },
///     stock: File { name: "stock.csv", bytes: b"sku,on_hand,lead_time_days\napple,10,2\n" },
///     pipeline: Some(File { name: "pipeline.csv", bytes: b"sku,due,quantity\napple,2026-05-02,4\n" }),
///     lots: None,
/// };
/// let needs = requirements_from_tables(tables, &PlanOptions::new("2026-05-01".parse()?)).unwrap();
/// let apple = needs.products[0].replenishment.as_ref().unwrap();
/// // Of 18 in three days, and some for safety, 14 are there or coming.
/// assert_eq!(apple.requirement.as_ref().unwrap().quantity.to_string(), "8 each");
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn requirements_from_tables(
    tables: ProductTables<'_>,
    options: &PlanOptions,
) -> Result<Requirements, Vec<TableProblem>> {
    let mut list = ProductFiles::read(tables, options).list(options)?;
    let options = share_season(&mut list.series, &list.options);
    let products = list.products.iter().zip(list.series);
    Ok(Requirements {
        today: options.today,
        period: options.period.unwrap_or(Period::Day),
        products: products
            .map(|(product, series)| plan_product(product, series, None, &options))
            .collect(),
        notes: list.notes,
    })
}

/// What could be read of the files, and what could not.
pub(crate) struct ProductFiles {
    pub(crate) stock: Option<StockList>,
    demand: Option<DemandHistory>,
    pub(crate) problems: Vec<TableProblem>,
    notes: Vec<String>,
}

/// Products with their histories.
pub(crate) struct ProductList {
    /// The options, with what the files say about periods.
    pub(crate) options: PlanOptions,
    pub(crate) products: Vec<Product>,
    pub(crate) series: Vec<Result<Series, ForecastError>>,
    pub(crate) notes: Vec<String>,
}

impl ProductFiles {
    pub(crate) fn read(tables: ProductTables<'_>, options: &PlanOptions) -> Self {
        let mut problems = Vec::new();
        let mut notes = Vec::new();
        let mut keep = |found: Vec<TableProblem>| problems.extend(found);
        let mut stock = read_stock(tables.stock).map_err(&mut keep).ok();
        let table_options = DemandTableOptions {
            today: options.today,
            period: options.period,
            horizon: options.forecast.horizon,
        };
        let demand = read_demand(tables.demand, table_options).map_err(&mut keep).ok();
        if let Some(stock) = &mut stock {
            let ignored = stock.ignored_columns.clone();
            note_ignored(&mut notes, tables.stock, &ignored);
            if let Some(file) = tables.pipeline
                && let Ok(ignored) = stock.add_pipeline(file).map_err(&mut keep)
            {
                note_ignored(&mut notes, file, &ignored);
            }
            if let Some(file) = tables.lots
                && let Ok(ignored) = stock.add_lots(file).map_err(&mut keep)
            {
                note_ignored(&mut notes, file, &ignored);
            }
        }
        if let Some(demand) = &demand {
            note_ignored(&mut notes, tables.demand, &demand.ignored_columns);
            if options.period.is_none() && demand.period != Period::Day {
                let name = tables.demand.name;
                notes.push(format!("{name}: read as {}s, as its dates say", demand.period.name()));
            }
        }
        if let (Some(stock), Some(demand)) = (&stock, &demand) {
            let unknown = demand.products.iter().filter(|p| !stock.items.contains_key(&p.sku));
            let unknown = unknown.take(MAX_PROBLEMS);
            keep(unknown.map(|p| unknown_sku(tables.demand, p.line, &p.sku)).collect());
        }
        Self { stock, demand, problems, notes }
    }

    pub(crate) fn list(self, options: &PlanOptions) -> Result<ProductList, Vec<TableProblem>> {
        let (Some(stock), Some(demand), true) = (self.stock, self.demand, self.problems.is_empty())
        else {
            return Err(self.problems);
        };
        let mut options = options.of_period(demand.period);
        options.forecast.horizon = demand.horizon;
        let histories = demand.products.into_iter().map(|product| (product.sku, product.series));
        let mut histories = index(histories);
        let mut series = Vec::with_capacity(stock.items.len());
        let mut products = Vec::with_capacity(stock.items.len());
        for (sku, item) in stock.items {
            let missing =
                || Invalid::new("history_missing", "a row of demand for the product", "none");
            series.push(histories.remove(&sku).ok_or_else(|| ForecastError::from(missing())));
            products.push(Product {
                sku,
                description: item.description,
                stock: item.stock,
                default_supplier: item.default_supplier,
                policy: item.policy,
            });
        }
        Ok(ProductList { options, products, series, notes: self.notes })
    }
}

/// Adds a note on columns that are not read.
pub(crate) fn note_ignored(notes: &mut Vec<String>, file: File<'_>, columns: &[String]) {
    if !columns.is_empty() {
        notes.push(format!("{}: columns not read: {}", file.name, columns.join(", ")));
    }
}

fn unknown_sku(file: File<'_>, line: u64, sku: &Sku) -> TableProblem {
    let invalid = Invalid::new("sku_unknown", "a product of the stock file", sku);
    TableProblem::new(file, line, invalid.at("sku"))
}

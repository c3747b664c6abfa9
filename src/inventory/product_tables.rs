//! Products and their histories from comma-separated files.

use super::{
    PlanOptions, Product, ProductPlan, ProductProblem, StockList, plan_product, read_stock,
    share_season,
};
use crate::{
    forecast::{DemandHistory, DemandTableOptions, ForecastError, Period, Series, read_demand},
    unit::{
        Day, Invalid, Sku, index,
        table::{File, MAX_PROBLEMS, RefusedRows, TableProblem},
    },
};
use serde::Serialize;
use std::collections::BTreeMap;

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
/// What is wrong with a file as a whole, and rows without a product, each with line and column. A
/// product that cannot be planned, for one of its rows cannot be accepted, or it has no row of demand or
/// no lead time, carries its problem and spoils no other.
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
    let planned = list.products.iter().zip(list.series);
    let planned = planned.map(|(product, series)| plan_product(product, series, None, &options));
    let mut products = index(planned.map(|plan| (plan.sku.clone(), plan)));
    for (sku, problem) in list.refused {
        products.insert(sku.clone(), ProductPlan::refused(sku, problem));
    }
    Ok(Requirements {
        today: options.today,
        period: options.period.unwrap_or(Period::Day),
        products: products.into_values().collect(),
        notes: list.notes,
    })
}

/// What could be read of the files, and what could not.
pub(crate) struct ProductFiles {
    pub(crate) stock: Option<StockList>,
    demand: Option<DemandHistory>,
    /// Rows that spoil their product alone.
    refused: RefusedRows<Sku>,
    pub(crate) problems: Vec<TableProblem>,
    notes: Vec<String>,
}

/// Products with their histories.
pub(crate) struct ProductList {
    /// The options, with what the files say about periods.
    pub(crate) options: PlanOptions,
    pub(crate) products: Vec<Product>,
    pub(crate) series: Vec<Result<Series, ForecastError>>,
    /// Why others cannot be planned.
    refused: BTreeMap<Sku, ProductProblem>,
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
        let mut refused = RefusedRows::new();
        if let Some(stock) = &stock {
            refused.extend(stock.refused.iter().cloned());
        }
        if let Some(demand) = &demand {
            refused.extend(demand.refused.iter().cloned());
        }
        if let (Some(stock), Some(demand)) = (&stock, &demand) {
            let is_refused = |sku: &Sku| stock.refused.iter().any(|(other, _)| other == sku);
            for product in &demand.products {
                if !stock.items.contains_key(&product.sku) && !is_refused(&product.sku) {
                    let problem = unknown_sku(tables.demand, product.line, &product.sku);
                    refused.push((product.sku.clone(), problem));
                }
            }
        }
        Self { stock, demand, refused, problems, notes }
    }

    /// Takes every refused row for a problem of the whole.
    pub(crate) fn refuse_all(&mut self) {
        let rows = self.refused.iter().map(|(_, problem)| problem.clone());
        self.problems.extend(rows.take(MAX_PROBLEMS));
    }

    pub(crate) fn list(self, options: &PlanOptions) -> Result<ProductList, Vec<TableProblem>> {
        let (Some(stock), Some(demand), true) = (self.stock, self.demand, self.problems.is_empty())
        else {
            return Err(self.problems);
        };
        let mut refused = BTreeMap::new();
        for (sku, problem) in self.refused {
            refused.entry(sku).or_insert_with(|| ProductProblem {
                code: problem.code.to_owned(),
                message: problem.to_string(),
            });
        }
        let mut options = options.of_period(demand.period);
        options.forecast.horizon = demand.horizon;
        let histories = demand.products.into_iter().map(|product| (product.sku, product.series));
        let mut histories = index(histories);
        let mut series = Vec::with_capacity(stock.items.len());
        let mut products = Vec::with_capacity(stock.items.len());
        for (sku, item) in stock.items {
            if refused.contains_key(&sku) {
                continue;
            }
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
        Ok(ProductList { options, products, series, refused, notes: self.notes })
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn a_bad_row_spoils_its_product_alone() {
        let mut demand = "sku,date,quantity\n".to_owned();
        for day in 1..=30 {
            for sku in ["apple", "fig", "pear", "plum"] {
                writeln!(demand, "{sku},2026-04-{day:02},{}", 2 + day % 3).unwrap();
            }
        }
        demand += "plum,2026-04-02,-1\n";
        let file = |name, text: &'static str| File { name, bytes: text.as_bytes() };
        let tables = ProductTables {
            demand: File { name: "demand.csv", bytes: demand.as_bytes() },
            stock: file(
                "stock.csv",
                "sku,on_hand,lead_time_days\napple,0,2\nfig,0,-2\npear,0,2\nplum,0,2\n",
            ),
            pipeline: Some(file("pipeline.csv", "sku,due,quantity\npear,,4\n")),
            lots: None,
        };
        let options = PlanOptions::new("2026-05-01".parse().unwrap());
        let needs = requirements_from_tables(tables, &options).unwrap();
        let told: Vec<_> = needs
            .products
            .iter()
            .map(|product| {
                let problem = product.problem.as_ref().map(|problem| problem.code.as_str());
                (product.sku.as_str(), product.replenishment.is_some(), problem)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("apple", true, None),
                ("fig", false, Some("lead_time_invalid")),
                ("pear", false, Some("due_day_missing")),
                ("plum", false, Some("number_negative")),
            ]
        );
    }
}

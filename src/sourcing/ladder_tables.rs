//! The savings ladder from comma-separated files.

use super::{
    LadderOptions, MarketTables, PurchaseHistory, SavingsLadder, SourcingError, SourcingOptions,
    market_tables::units_of, read_market, read_purchase_history, savings_ladder,
};
use crate::unit::{
    Day,
    table::{File, TableProblem},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// The files of a savings ladder.
#[derive(Clone, Copy, Debug)]
pub struct LadderTables<'a> {
    /// What was bought, as [`read_purchase_history`] reads it.
    pub history: File<'a>,
    /// What was offered, each offer with the days on which it held, and what suppliers ask.
    pub market: MarketTables<'a>,
}

/// A savings ladder and what was not read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SavingsReport {
    /// The ladder.
    pub ladder: SavingsLadder,
    /// Rows of the history that cannot be accepted, each left out alone; at most ten thousand.
    pub problems: Vec<TableProblem>,
    /// How many rows those are.
    pub refused_rows: u64,
    /// Columns that are not read, by the file's name.
    pub ignored_columns: BTreeMap<String, Vec<String>>,
}

/// Why there is no ladder from files.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TablesError {
    /// Files cannot be read; every problem found is listed.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Tables(Vec<TableProblem>),
    /// What they say cannot be compared.
    #[error(transparent)]
    Sourcing(#[from] SourcingError),
}

impl TablesError {
    /// Stable name of the kind of error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Tables(_) => "tables_invalid",
            Self::Sourcing(error) => error.code(),
        }
    }
}

/// Works out what other ways of choosing suppliers would have paid, from files.
///
/// Quantities are counted in the unit of the history; of products that were never bought, in `each` or
/// what the offers say.
///
/// # Errors
///
/// Every problem of offers and terms, and what is wrong with the history as a whole; a bad row of the
/// history is listed in the answer. What [`savings_ladder`] refuses.
///
/// ```
/// use replenish::{
///     sourcing::{LadderOptions, LadderTables, MarketTables, savings_from_tables},
///     unit::table::File,
/// };
/// let history = b"order,date,sku,quantity,supplier,unit_price,currency,freight
/// 1,2026-03-02,apple,40,farm,0.95,EUR,5
/// 2,2026-04-02,apple,40,farm,0.95,EUR,5
/// ";
/// let offers = b"offer,supplier,sku,currency,unit_price,lead_time_days
/// o-1,farm,apple,EUR,0.95,2
/// o-2,mill,apple,EUR,0.90,2
/// ";
/// let tables = LadderTables {
///     history: File { name: "history.csv", bytes: history },
///     market: MarketTables {
///         offers: File { name: "offers.csv", bytes: offers },
///         terms: None,
///         exchange_rates: None,
///     },
/// };
/// let report = savings_from_tables(tables, &LadderOptions::default())?;
/// let costs: Vec<_> = report.ladder.total.rungs.iter().map(|rung| rung.cost.to_string()).collect();
/// assert_eq!(costs, ["43.00 EUR", "38.00 EUR", "36.00 EUR", "36.00 EUR", "36.00 EUR"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn savings_from_tables(
    tables: LadderTables<'_>,
    options: &LadderOptions,
) -> Result<SavingsReport, TablesError> {
    let mut ignored_columns = BTreeMap::new();
    let history = read_purchase_history(tables.history).map_err(TablesError::Tables)?;
    let PurchaseHistory { purchases, problems, refused_rows, ignored_columns: ignored } = history;
    if !ignored.is_empty() {
        ignored_columns.insert(tables.history.name.to_owned(), ignored);
    }
    let mut units = units_of(tables.market.offers).map_err(TablesError::Tables)?;
    for purchase in purchases.iter().rev() {
        units.insert(purchase.sku.clone(), purchase.quantity.unit());
    }
    let market = read_market(tables.market, &units).map_err(TablesError::Tables)?;
    ignored_columns.extend(market.ignored_columns);
    let last: Option<Day> = purchases.iter().map(|purchase| purchase.date).max();
    // Without a purchase nothing is compared, on whatever day.
    let ladder = match last {
        Some(last) => {
            let sourcing = SourcingOptions {
                exchange_rates: market.exchange_rates,
                ..SourcingOptions::new(last, market.currency)
            };
            savings_ladder(&purchases, &market.offers, &market.terms, &sourcing, options)?
        }
        None => return Err(TablesError::Tables(problems)),
    };
    Ok(SavingsReport { ladder, problems, refused_rows, ignored_columns })
}

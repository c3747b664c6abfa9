//! All that suppliers offer and ask, and what is needed of them, from comma-separated files.

use super::{
    ExchangeRate, Need, Offer, SourcingOptions, SupplierTerms, read_exchange_rates, read_needs,
    read_offers, read_offers_exchanged, read_terms, terms_table::read_terms_exchanged,
};
use crate::unit::{
    Currency, Day, Sku, Unit,
    table::{Column, File, TableProblem, read_each},
};
use serde::Serialize;
use std::{collections::BTreeMap, ops::ControlFlow};

/// The files that say what suppliers offer and ask.
#[derive(Clone, Copy, Debug)]
pub struct MarketTables<'a> {
    /// [`read_offers`] says what is in it.
    pub offers: File<'a>,
    /// [`read_terms`] says what is in it; without it, suppliers ask nothing of whole orders.
    pub terms: Option<File<'a>>,
    /// [`read_exchange_rates`] says what is in it: offers and terms may then be in every currency that
    /// is exchanged. Without it, they are all in one.
    pub exchange_rates: Option<File<'a>>,
}

/// What suppliers offer and ask.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketList {
    /// The offers in order of their names.
    pub offers: Vec<Offer>,
    /// The terms in order of the suppliers' names.
    pub terms: Vec<SupplierTerms>,
    /// The exchange rates in the order of their file.
    pub exchange_rates: Vec<ExchangeRate>,
    /// The currency to compare in: of all offers, or the one that everything is exchanged into.
    pub currency: Currency,
    /// Columns that are not read, by the file's name.
    pub ignored_columns: BTreeMap<String, Vec<String>>,
}

/// The files of a comparison or an allocation.
#[derive(Clone, Copy, Debug)]
pub struct SourcingTables<'a> {
    /// [`read_needs`] says what is in it.
    pub needs: File<'a>,
    /// What suppliers offer and ask.
    pub market: MarketTables<'a>,
}

/// All that [`compare`](super::compare) and [`allocate`](super::allocate) take.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SourcingRequest {
    /// What has to be bought.
    pub needs: Vec<Need>,
    /// What suppliers offer.
    pub offers: Vec<Offer>,
    /// What suppliers ask of whole orders.
    pub terms: Vec<SupplierTerms>,
    /// The usual options, with the currency and the exchange rates of the files.
    pub options: SourcingOptions,
    /// Columns that are not read, by the file's name.
    pub ignored_columns: BTreeMap<String, Vec<String>>,
}

/// Reads what suppliers offer and ask, of products counted in these units.
///
/// # Errors
///
/// Every problem of every file, each with line and column.
pub fn read_market(
    tables: MarketTables<'_>,
    units: &BTreeMap<Sku, Unit>,
) -> Result<MarketList, Vec<TableProblem>> {
    let mut ignored_columns = BTreeMap::new();
    let mut ignore = |file: File<'_>, columns: Vec<String>| {
        if !columns.is_empty() {
            ignored_columns.insert(file.name.to_owned(), columns);
        }
    };
    let rates = match tables.exchange_rates {
        Some(file) => {
            let rates = read_exchange_rates(file)?;
            ignore(file, rates.ignored_columns.clone());
            Some(rates)
        }
        None => None,
    };
    let offers = match &rates {
        Some(rates) => read_offers_exchanged(tables.offers, units, rates),
        None => read_offers(tables.offers, units),
    };
    let terms = match (tables.terms, &rates, &offers) {
        (Some(file), Some(rates), _) => Some((file, read_terms_exchanged(file, rates))),
        (Some(file), None, Ok(offers)) => Some((file, read_terms(file, offers.currency))),
        // Without offers it is not known in which currency the terms would have to be.
        (Some(_), None, Err(_)) | (None, _, _) => None,
    };
    let (offers, terms) = match (offers, terms) {
        (Ok(offers), None) => (offers, Vec::new()),
        (Ok(offers), Some((file, Ok(list)))) => {
            ignore(file, list.ignored_columns);
            (offers, list.terms)
        }
        (Err(mut problems), Some((_, Err(more)))) => {
            problems.extend(more);
            return Err(problems);
        }
        (Err(problems), _) | (_, Some((_, Err(problems)))) => return Err(problems),
    };
    ignore(tables.offers, offers.ignored_columns);
    let currency = rates.as_ref().map_or(offers.currency, |rates| rates.currency);
    Ok(MarketList {
        offers: offers.offers,
        terms,
        exchange_rates: rates.map_or(Vec::new(), |rates| rates.rates),
        currency,
        ignored_columns,
    })
}

/// Reads all that a comparison or an allocation of `today` takes. Quantities of offers without a unit
/// are in the need's; offers of products that nobody needs are read like the others.
///
/// # Errors
///
/// Every problem of every file, each with line and column: nothing is compared of what is left over,
/// since what is missing might change who is cheapest.
///
/// ```
/// use replenish::{
///     sourcing::{MarketTables, SourcingTables, allocate, read_sourcing},
///     unit::table::File,
/// };
/// let file = |name, text: &'static str| File { name, bytes: text.as_bytes() };
/// let tables = SourcingTables {
///     needs: file("needs.csv", "sku,quantity,need_by\napple,9,2026-11-24\n"),
///     market: MarketTables {
///         offers: file("offers.csv", "offer,supplier,sku,currency,unit_price,lead_time_days,pack_size\n\
///             o-1,farm,apple,EUR,0.40,2,6\n"),
///         terms: Some(file("terms.csv", "supplier,currency,freight\nfarm,EUR,3\n")),
///         exchange_rates: None,
///     },
/// };
/// let read = read_sourcing(tables, "2026-11-21".parse()?).unwrap();
/// let allocation = allocate(&read.needs, &read.offers, &read.terms, &read.options)?;
/// assert_eq!(allocation.total.to_string(), "7.80 EUR"); // two packs and freight
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_sourcing(
    tables: SourcingTables<'_>,
    today: Day,
) -> Result<SourcingRequest, Vec<TableProblem>> {
    // The needs say in which units products are counted, the offers in which currency.
    let mut units = units_of(tables.market.offers).unwrap_or_default();
    units.extend(units_of(tables.needs).unwrap_or_default());
    let market = read_market(tables.market, &units);
    let market = match market {
        Ok(market) => market,
        Err(problems) => {
            // It is not known in which currency then, but needs may have problems of their own to tell.
            let any = "EUR".parse().map_err(|_| problems.clone())?;
            let more = read_needs(tables.needs, any).err().unwrap_or_default();
            return Err([problems, more].concat());
        }
    };
    let needs = read_needs(tables.needs, market.currency)?;
    let mut ignored_columns = market.ignored_columns;
    if !needs.ignored_columns.is_empty() {
        ignored_columns.insert(tables.needs.name.to_owned(), needs.ignored_columns);
    }
    Ok(SourcingRequest {
        needs: needs.needs,
        offers: market.offers,
        terms: market.terms,
        options: SourcingOptions {
            exchange_rates: market.exchange_rates,
            ..SourcingOptions::new(today, market.currency)
        },
        ignored_columns,
    })
}

/// The units in which products are counted, as far as a file says: `each` where a cell is blank.
///
/// # Errors
///
/// What is wrong with the file as a whole.
pub(super) fn units_of(file: File<'_>) -> Result<BTreeMap<Sku, Unit>, Vec<TableProblem>> {
    const COLUMNS: [Column; 2] = [Column::required("sku"), Column::optional("unit")];
    let mut units = BTreeMap::new();
    read_each(file, &COLUMNS, &mut |_, row| {
        // What is wrong with a row is said when all of it is read.
        if let Ok(row) = row
            && let (Ok(sku), Ok(unit)) = (row.parse::<Sku>(0), row.optional::<Unit>(1))
        {
            units.entry(sku).or_insert(unit.unwrap_or(Unit::EACH));
        }
        ControlFlow::Continue(())
    })?;
    Ok(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file<'a>(name: &'a str, text: &'a str) -> File<'a> {
        File { name, bytes: text.as_bytes() }
    }

    const OFFERS: &str = "offer,supplier,sku,currency,unit_price,lead_time_days,colour\n\
                          o-1,farm,apple,EUR,0.40,2,red\n\
                          o-2,mill,apple,USD,0.40,2,red\n\
                          o-3,mill,melon,USD,0.40,2,green\n";

    #[test]
    fn several_currencies_need_exchange_rates() {
        let tables = |exchange_rates| SourcingTables {
            needs: file("n.csv", "sku,quantity,need_by,shortage_cost\napple,9,2026-11-24,2\n"),
            market: MarketTables {
                offers: file("o.csv", OFFERS),
                terms: Some(file("t.csv", "supplier,currency,freight\nmill,USD,3\n")),
                exchange_rates,
            },
        };
        let today = "2026-11-21".parse().unwrap();
        let problems = read_sourcing(tables(None), today).unwrap_err();
        assert_eq!((problems[0].code, problems[0].line), ("currency_mixed", 3));

        let rates = file("r.csv", "from,to,rate,date\nUSD,EUR,0.9,2026-11-20\n");
        let read = read_sourcing(tables(Some(rates)), today).unwrap();
        assert_eq!(read.options.currency, "EUR".parse().unwrap());
        assert_eq!(read.needs[0].shortage_cost, "2 EUR".parse().ok());
        assert_eq!((read.offers.len(), read.terms.len()), (3, 1));
        assert_eq!(read.ignored_columns["o.csv"], ["colour"]);
    }

    #[test]
    fn problems_of_all_files_are_told_together() {
        let tables = SourcingTables {
            needs: file("n.csv", "sku,quantity,need_by\napple,x,2026-11-24\n"),
            market: MarketTables {
                offers: file("o.csv", OFFERS),
                terms: Some(file("t.csv", "supplier,currency,freight\nmill,YEN,3\n")),
                exchange_rates: Some(file("r.csv", "from,to,rate,date\nUSD,EUR,0.9,2026-11-20\n")),
            },
        };
        let problems = read_sourcing(tables, "2026-11-21".parse().unwrap()).unwrap_err();
        let seen: Vec<_> = problems.iter().map(|p| (&*p.file, p.line, &*p.column)).collect();
        assert_eq!(seen, [("t.csv", 2, "currency"), ("n.csv", 2, "quantity")]);
    }
}

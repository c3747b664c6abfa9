//! Exchange rates from comma-separated files.

use super::ExchangeRate;
use crate::unit::{
    ByName, Currency, Invalid, Rate,
    table::{Column, File, TableProblem, read},
};

/// Every exchange rate of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct ExchangeRateList {
    /// The rates in the order of the file.
    pub rates: Vec<ExchangeRate>,
    /// The one currency that all of them lead to: the one to compare in.
    pub currency: Currency,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

const COLUMNS: [Column; 4] = [
    Column::required("from"),
    Column::required("to"),
    Column::required("rate"),
    Column::required("date"),
];
const FROM: usize = 0;
const TO: usize = 1;
const RATE: usize = 2;
const DATE: usize = 3;

/// Reads exchange rates, one row each: one unit of the currency `from` was worth `rate` of the
/// currency `to` on `date`.
///
/// # Errors
///
/// Every problem of the file with its line and column: besides what [`read`] refuses, what
/// [`ExchangeRate::check`] does, a rate twice a day, a second currency to exchange into.
///
/// ```
/// use replenish::{sourcing::read_exchange_rates, unit::table::File};
/// let text = "from,to,rate,date\nUSD,EUR,0.92,2026-11-20\nGBP,EUR,1.14,2026-11-20\n";
/// let list = read_exchange_rates(File { name: "rates.csv", bytes: text.as_bytes() }).unwrap();
/// assert_eq!((list.rates.len(), list.currency.as_str()), (2, "EUR"));
/// ```
pub fn read_exchange_rates(file: File<'_>) -> Result<ExchangeRateList, Vec<TableProblem>> {
    let (mut rates, mut names) = (Vec::new(), ByName::new());
    let mut into: Option<(Currency, u64)> = None;
    let ignored_columns = read(file, &COLUMNS, &mut |row| {
        let rate = ExchangeRate {
            from: row.parse(FROM)?,
            to: row.parse(TO)?,
            rate: row.parse::<Rate>(RATE)?,
            date: row.parse(DATE)?,
        };
        let (currency, since) = *into.get_or_insert((rate.to, row.line()));
        if rate.to != currency {
            let expected = format!("{currency} as on line {since}, the currency to compare in");
            let invalid = Invalid::new("currency_mixed", expected, rate.to);
            return Err(row.problem(TO, invalid));
        }
        // The fields are named like the columns.
        rate.check()?;
        let name = format!("{} {}", rate.from, rate.date);
        if names.get(&name).is_some() {
            let invalid = Invalid::new("row_twice", "one rate of a currency a day", rate.date);
            return Err(row.problem(DATE, invalid));
        }
        names.entry(name, ());
        rates.push(rate);
        Ok(())
    })?;
    // INVARIANT: a file that was read has at least one row, and every row states the currency.
    let currency = rates.first().map(|rate| rate.to).ok_or_else(Vec::new)?;
    Ok(ExchangeRateList { rates, currency, ignored_columns })
}

impl ExchangeRateList {
    /// Whether amounts in a currency can be compared.
    pub(super) fn accepts(&self, currency: Currency) -> Result<(), Invalid> {
        if currency == self.currency || self.rates.iter().any(|rate| rate.from == currency) {
            return Ok(());
        }
        let expected = format!("{0}, or a currency with an exchange rate into {0}", self.currency);
        Err(Invalid::new("exchange_rate_missing", expected, currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_row_is_named() {
        let rows = "USD,EUR,0.92,2026-11-20\nGBP,USD,1.3,2026-11-20\nUSD,EUR,0.93,2026-11-20\n\
                    GBP,EUR,0,2026-11-20\nEUR,EUR,1,2026-11-20\nGBP,EUR,-1,2026-11-20\nGBP,EUR,1.14,\n";
        let text = format!("from,to,rate,date\n{rows}");
        let problems = read_exchange_rates(File { name: "r.csv", bytes: text.as_bytes() });
        let seen: Vec<_> =
            problems.unwrap_err().into_iter().map(|p| (p.line, p.column, p.code)).collect();
        let expected = [
            (3, "to", "currency_mixed"),
            (4, "date", "row_twice"),
            (5, "rate", "exchange_rate_zero"),
            (6, "to", "exchange_rate_to_itself"),
            (7, "rate", "rate_invalid"),
            (8, "date", "day_invalid"),
        ];
        assert_eq!(seen, expected.map(|(line, column, code)| (line, column.to_owned(), code)));
    }
}

//! Offers and suppliers' terms from comma-separated files.

use super::{Offer, PriceBreak, SupplierTerms};
use crate::unit::{
    Currency, Day, Invalid, Money, OfferId, Quantity, Sku, SupplierId, Unit, sort_by,
    table::{Column, File, Row, TableProblem, read},
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Every offer of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferList {
    /// The offers in order of their names.
    pub offers: Vec<Offer>,
    /// The one currency of all prices.
    pub currency: Currency,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

/// Every supplier's terms of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct TermsList {
    /// The terms in order of the suppliers' names.
    pub terms: Vec<SupplierTerms>,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

const OFFER_COLUMNS: [Column; 13] = [
    Column::required("offer"),
    Column::required("supplier"),
    Column::required("sku"),
    Column::required("currency"),
    Column::required("unit_price"),
    Column::required("lead_time_days"),
    Column::optional("min_quantity"),
    Column::optional("unit"),
    Column::optional("pack_size"),
    Column::optional("minimum_order_quantity"),
    Column::optional("available"),
    Column::optional("valid_from"),
    Column::optional("valid_until"),
];
const OFFER: usize = 0;
const SUPPLIER: usize = 1;
const SKU: usize = 2;
const CURRENCY: usize = 3;
const UNIT_PRICE: usize = 4;
const LEAD_TIME_DAYS: usize = 5;
const MIN_QUANTITY: usize = 6;
const UNIT: usize = 7;
const PACK_SIZE: usize = 8;
const MINIMUM_ORDER_QUANTITY: usize = 9;
const AVAILABLE: usize = 10;
const VALID_FROM: usize = 11;
const VALID_UNTIL: usize = 12;

/// Reads offers, one row for each price break:
/// `offer,supplier,sku,currency,unit_price,lead_time_days` and, where there are such columns,
/// `min_quantity` (of the break, 0 when blank), `unit` (of quantities and price, the product's stock
/// unit when blank), `pack_size` (1), `minimum_order_quantity` (0), `available` (not stated),
/// `valid_from` and `valid_until` (open). The rows of one offer agree in everything but
/// `min_quantity` and `unit_price`.
///
/// # Errors
///
/// Every problem of the file with its line and column: besides what [`read`] refuses, a product that
/// is not in `units`, a second currency, the same break twice, rows of one offer that disagree.
pub fn read_offers(
    file: File<'_>,
    units: &BTreeMap<Sku, Unit>,
) -> Result<OfferList, Vec<TableProblem>> {
    let mut offers: BTreeMap<OfferId, Offer> = BTreeMap::new();
    let mut currency: Option<(Currency, u64)> = None;
    let ignored_columns = read(file, &OFFER_COLUMNS, &mut |row| {
        let (stated, since) = *currency.get_or_insert((row.parse(CURRENCY)?, row.line()));
        if row.parse::<Currency>(CURRENCY)? != stated {
            let expected =
                format!("{stated} as on line {since}, since one comparison has one currency");
            let invalid = Invalid::new("currency_mixed", expected, row.text(CURRENCY));
            return Err(row.problem(CURRENCY, invalid));
        }
        let offer = offer(row, stated, units)?;
        if let Some(first) = offers.get_mut(&offer.id) {
            return add_break(row, first, offer);
        }
        offers.insert(offer.id.clone(), offer);
        Ok(())
    })?;
    let offers: Vec<Offer> = offers
        .into_values()
        .map(|mut offer| {
            sort_by(&mut offer.price_breaks, |a, b| {
                a.minimum_quantity.amount().cmp(&b.minimum_quantity.amount())
            });
            offer
        })
        .collect();
    // INVARIANT: a file that was read has at least one row, and every row states the currency.
    let currency = offers.first().map(|offer| offer.price_breaks[0].unit_price.currency());
    let currency = currency.ok_or_else(Vec::new)?;
    Ok(OfferList { offers, currency, ignored_columns })
}

fn offer(row: &Row<'_>, currency: Currency, units: &BTreeMap<Sku, Unit>) -> Result<Offer, Invalid> {
    let sku: Sku = row.parse(SKU)?;
    let Some(&stock_unit) = units.get(&sku) else {
        let invalid = Invalid::new("sku_unknown", "a product of the stock file", sku);
        return Err(row.problem(SKU, invalid));
    };
    let unit = row.optional(UNIT)?.unwrap_or(stock_unit);
    let quantity = |column, blank: u32| -> Result<Quantity, Invalid> {
        let amount = row.optional_amount(column)?.unwrap_or(Decimal::from(blank));
        Ok(Quantity::new(amount, unit))
    };
    let pack_size = quantity(PACK_SIZE, 1)?;
    if pack_size.is_zero() {
        let invalid = Invalid::new("pack_size_invalid", "a pack of more than zero", pack_size);
        return Err(row.problem(PACK_SIZE, invalid));
    }
    if let Err(invalid) = pack_size.to(stock_unit) {
        return Err(row.problem(UNIT, invalid));
    }
    let price = PriceBreak {
        minimum_quantity: quantity(MIN_QUANTITY, 0)?,
        unit_price: Money::new(row.amount(UNIT_PRICE)?, currency),
    };
    let available = row.optional_amount(AVAILABLE)?;
    let offer = Offer {
        id: row.parse(OFFER)?,
        supplier: row.parse(SUPPLIER)?,
        sku,
        price_breaks: vec![price],
        pack_size,
        minimum_order_quantity: quantity(MINIMUM_ORDER_QUANTITY, 0)?,
        lead_time_days: row.count(LEAD_TIME_DAYS)?,
        available: available.map(|amount| Quantity::new(amount, unit)),
        valid_from: row.optional::<Day>(VALID_FROM)?,
        valid_until: row.optional::<Day>(VALID_UNTIL)?,
    };
    // Every cell is good by itself by now; what can still be wrong is the validity as a whole.
    offer.check().map_err(|invalid| {
        row.problem(VALID_UNTIL, Invalid::new(invalid.code, &*invalid.expected, &invalid.got))
    })?;
    Ok(offer)
}

/// Adds a further row's price to its offer.
fn add_break(row: &Row<'_>, first: &mut Offer, next: Offer) -> Result<(), Invalid> {
    let price = next.price_breaks[0];
    let same = Offer { price_breaks: first.price_breaks.clone(), ..next };
    if same != *first {
        let expected = "the same supplier, product, unit, pack, minimum, lead time, availability and \
                        validity as the offer's first row";
        let invalid = Invalid::new("offer_contradicts_itself", expected, row.text(OFFER));
        return Err(row.problem(OFFER, invalid));
    }
    let quantity = price.minimum_quantity;
    if first.price_breaks.iter().any(|other| other.minimum_quantity.amount() == quantity.amount()) {
        let invalid = Invalid::new("row_twice", "each price break of an offer once", quantity);
        return Err(row.problem(MIN_QUANTITY, invalid));
    }
    first.price_breaks.push(price);
    Ok(())
}

const TERMS_COLUMNS: [Column; 6] = [
    Column::required("supplier"),
    Column::required("currency"),
    Column::optional("minimum_order_value"),
    Column::optional("freight"),
    Column::optional("free_freight_from"),
    Column::optional("name"),
];
const MINIMUM_ORDER_VALUE: usize = 2;
const FREIGHT: usize = 3;
const FREE_FREIGHT_FROM: usize = 4;
const NAME: usize = 5;

/// Reads one row a supplier: `supplier,currency` and, where there are such columns,
/// `minimum_order_value`, `freight`, `free_freight_from` and `name`, each blank where there is none.
///
/// # Errors
///
/// Every problem of the file with its line and column: besides what [`read`] refuses, another
/// currency than the offers', a supplier twice.
pub fn read_terms(file: File<'_>, currency: Currency) -> Result<TermsList, Vec<TableProblem>> {
    let mut terms: BTreeMap<SupplierId, SupplierTerms> = BTreeMap::new();
    let ignored_columns = read(file, &TERMS_COLUMNS, &mut |row| {
        const CURRENCY: usize = 1;
        let supplier: SupplierId = row.parse(0)?;
        if row.parse::<Currency>(CURRENCY)? != currency {
            let expected = format!("{currency} as in the offers");
            let invalid = Invalid::new("currency_mixed", expected, row.text(CURRENCY));
            return Err(row.problem(CURRENCY, invalid));
        }
        let money =
            |column| Ok(row.optional_amount(column)?.map(|amount| Money::new(amount, currency)));
        let stated = SupplierTerms {
            supplier: supplier.clone(),
            name: (!row.text(NAME).is_empty()).then(|| row.text(NAME).to_owned()),
            minimum_order_value: money(MINIMUM_ORDER_VALUE)?,
            freight: money(FREIGHT)?,
            free_freight_from: money(FREE_FREIGHT_FROM)?,
        };
        if terms.insert(supplier.clone(), stated).is_some() {
            return Err(
                row.problem(0, Invalid::new("row_twice", "one row for a supplier", supplier))
            );
        }
        Ok(())
    })?;
    Ok(TermsList { terms: terms.into_values().collect(), ignored_columns })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "offer,supplier,sku,currency,unit_price,lead_time_days,min_quantity,pack_size\n";

    fn offers(rows: &str) -> Result<OfferList, Vec<TableProblem>> {
        let text = format!("{HEADER}{rows}");
        let units = [("A", "each"), ("B", "kg")]
            .map(|(sku, unit)| (sku.parse().unwrap(), unit.parse().unwrap()));
        read_offers(File { name: "o.csv", bytes: text.as_bytes() }, &BTreeMap::from(units))
    }

    #[test]
    fn rows_of_one_offer_become_its_price_breaks() {
        let list = offers("o1,s,A,EUR,0.9,2,10,6\no2,t,B,EUR,3,1,,\no1,s,A,EUR,1,2,1,6\n").unwrap();
        let [o1, o2] = &list.offers[..] else { panic!("two offers") };
        let prices: Vec<_> =
            o1.price_breaks.iter().map(|price| price.unit_price.to_string()).collect();
        assert_eq!(prices, ["1.00 EUR", "0.90 EUR"]);
        assert_eq!((o2.pack_size.to_string(), o2.price_breaks.len()), ("1 kg".to_owned(), 1));
        assert!(o1.check().is_ok() && o2.check().is_ok());
    }

    #[test]
    fn every_bad_row_is_named() {
        let rows = "o1,s,A,EUR,1,2,1,6\no1,s,A,EUR,2,2,1,6\no1,s,A,EUR,2,3,9,6\no2,s,X,EUR,1,1,,\no3,s,A,USD,1,1,,\no4,s,A,EUR,-1,1,,\no5,s,A,EUR,1,1.5,,\no6,s,A,EUR,1,1,,0\n";
        let seen: Vec<_> =
            offers(rows).unwrap_err().into_iter().map(|p| (p.line, p.column, p.code)).collect();
        let expected = [
            (3, "min_quantity", "row_twice"),
            (4, "offer", "offer_contradicts_itself"),
            (5, "sku", "sku_unknown"),
            (6, "currency", "currency_mixed"),
            (7, "unit_price", "number_negative"),
            (8, "lead_time_days", "number_invalid"),
            (9, "pack_size", "pack_size_invalid"),
        ];
        assert_eq!(seen, expected.map(|(line, column, code)| (line, column.to_owned(), code)));
    }

    #[test]
    fn an_offer_that_ends_before_it_begins_is_refused() {
        let text = "offer,supplier,sku,currency,unit_price,lead_time_days,valid_from,valid_until\no,s,A,EUR,1,1,2026-02-01,2026-01-01\n";
        let units = BTreeMap::from([("A".parse().unwrap(), Unit::EACH)]);
        let problems =
            read_offers(File { name: "o.csv", bytes: text.as_bytes() }, &units).unwrap_err();
        assert_eq!(
            problems[0].to_string(),
            "o.csv:2: column `valid_until`: expected 2026-02-01, the first day of the offer, or later, got `2026-01-01`"
        );
    }

    #[test]
    fn terms_are_in_the_currency_of_the_offers() {
        let text = "supplier,currency,freight\ns,EUR,5\nt,USD,5\ns,EUR,6\n";
        let problems =
            read_terms(File { name: "t.csv", bytes: text.as_bytes() }, "EUR".parse().unwrap())
                .unwrap_err();
        let seen: Vec<_> = problems.iter().map(|p| (p.line, p.code)).collect();
        assert_eq!(seen, [(3, "currency_mixed"), (4, "row_twice")]);
    }
}

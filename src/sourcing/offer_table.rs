//! Offers from comma-separated files.

use super::{
    ContractPrice, Deposit, ExchangeRateList, LineCharges, Offer, PriceBreak, Pricing, Tax,
};
use crate::unit::{
    ByName, Currency, Day, Invalid, Money, Probability, Quantity, Rate, Sku, Unit,
    table::{Column, File, Row, TableProblem, read},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::collections::BTreeMap;

/// Every offer of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferList {
    /// The offers in order of their names.
    pub offers: Vec<Offer>,
    /// The one currency of all prices, or the one to compare in.
    pub currency: Currency,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

const COLUMNS: [Column; 32] = [
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
    Column::optional("price_unit"),
    Column::optional("pricing"),
    Column::optional("contract_price"),
    Column::optional("contract_remaining"),
    Column::optional("pack_weight"),
    Column::optional("order_multiple_packs"),
    Column::optional("on_time"),
    Column::optional("available_as_of"),
    Column::optional("handling_per_pack"),
    Column::optional("duty"),
    Column::optional("import_fee"),
    Column::optional("tax_rate"),
    Column::optional("tax_recoverable"),
    Column::optional("rebate_per_unit"),
    Column::optional("deposit_per_pack"),
    Column::optional("deposit_returned"),
    Column::optional("shelf_life_days"),
    Column::optional("preferred"),
    Column::optional("blocked"),
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
const PRICE_UNIT: usize = 13;
const PRICING: usize = 14;
const CONTRACT_PRICE: usize = 15;
const CONTRACT_REMAINING: usize = 16;
const PACK_WEIGHT: usize = 17;
const ORDER_MULTIPLE_PACKS: usize = 18;
const ON_TIME: usize = 19;
const AVAILABLE_AS_OF: usize = 20;
const HANDLING_PER_PACK: usize = 21;
const DUTY: usize = 22;
const IMPORT_FEE: usize = 23;
const TAX_RATE: usize = 24;
const TAX_RECOVERABLE: usize = 25;
const REBATE_PER_UNIT: usize = 26;
const DEPOSIT_PER_PACK: usize = 27;
const DEPOSIT_RETURNED: usize = 28;
const SHELF_LIFE_DAYS: usize = 29;
const PREFERRED: usize = 30;
const BLOCKED: usize = 31;

/// Reads offers, one row for each price break:
/// `offer,supplier,sku,currency,unit_price,lead_time_days` and, where there are such columns, blank
/// cells standing for what is in brackets:
///
/// - `min_quantity` of the break (0), `unit` of quantities (the product's stock unit), `price_unit` of
///   `min_quantity`, price and contract (as `unit`; `pack` for prices of whole packs), `pricing`
///   `all_units` or `incremental` (`all_units`);
/// - `contract_price` and `contract_remaining` (no contract; with one, `unit_price` may be blank);
/// - `pack_size` (1), `pack_weight` with its unit, such as `2.5 kg` (not stated),
///   `minimum_order_quantity` (0), `order_multiple_packs` (1);
/// - `available` (not stated) and `available_as_of` (today), `valid_from` and `valid_until` (open),
///   `on_time` from 0 to 1 and `shelf_life_days` (not known);
/// - charges in the offer's currency (none): `handling_per_pack`, `duty`, `import_fee`, `tax_rate` and
///   `tax_recoverable` (no), `rebate_per_unit`, `deposit_per_pack` and `deposit_returned` (0);
/// - `preferred` (no) and `blocked`, the reason (not blocked).
///
/// The rows of one offer agree in everything but `min_quantity` and `unit_price`.
///
/// # Errors
///
/// Every problem of the file with its line and column: besides what [`read`] refuses, what
/// [`Offer::check`] does, a product that is not in `units`, a second currency, the same break twice,
/// rows of one offer that disagree.
///
/// ```
/// use replenish::{sourcing::read_offers, unit::{Unit, table::File}};
/// let text = "offer,supplier,sku,currency,unit_price,lead_time_days,min_quantity,price_unit,pack_size\n\
///     o-1,farm,apple,EUR,4.80,2,1,pack,12\n\
///     o-1,farm,apple,EUR,4.20,2,10,pack,12\n";
/// let units = [("apple".parse()?, Unit::EACH)].into();
/// let list = read_offers(File { name: "offers.csv", bytes: text.as_bytes() }, &units).unwrap();
/// let from: Vec<_> = list.offers[0].price_breaks.iter().map(|b| b.minimum_quantity.to_string()).collect();
/// assert_eq!(from, ["1 pack", "10 pack"]);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn read_offers(
    file: File<'_>,
    units: &BTreeMap<Sku, Unit>,
) -> Result<OfferList, Vec<TableProblem>> {
    read_in(file, units, None)
}

/// [`read_offers`] in every currency that is exchanged into the one to compare in.
///
/// # Errors
///
/// As [`read_offers`], a currency without any exchange rate taking the place of a second one.
pub fn read_offers_exchanged(
    file: File<'_>,
    units: &BTreeMap<Sku, Unit>,
    rates: &ExchangeRateList,
) -> Result<OfferList, Vec<TableProblem>> {
    read_in(file, units, Some(rates))
}

fn read_in(
    file: File<'_>,
    units: &BTreeMap<Sku, Unit>,
    rates: Option<&ExchangeRateList>,
) -> Result<OfferList, Vec<TableProblem>> {
    let mut offers: ByName<'_, Offer> = ByName::new();
    let mut first: Option<(Currency, u64)> = None;
    let ignored_columns = read(file, &COLUMNS, &mut |row| {
        let currency: Currency = row.parse(CURRENCY)?;
        let (stated, since) = *first.get_or_insert((currency, row.line()));
        match rates {
            Some(rates) => rates.accepts(currency).map_err(|i| row.problem(CURRENCY, i))?,
            None if currency == stated => {}
            None => {
                let expected =
                    format!("{stated} as on line {since}, since one comparison has one currency");
                let invalid = Invalid::new("currency_mixed", expected, currency);
                return Err(row.problem(CURRENCY, invalid));
            }
        }
        let offer = offer(row, currency, units)?;
        if let Some(first) = offers.get_mut(offer.id.as_str()) {
            return add_break(row, first, offer);
        }
        offers.entry(offer.id.to_string(), offer);
        Ok(())
    })?;
    // INVARIANT: a file that was read has at least one row, and every row states the currency.
    let stated = rates.map(|rates| rates.currency).or(first.map(|(currency, _)| currency));
    let currency = stated.ok_or_else(Vec::new)?;
    Ok(OfferList { offers: offers.into_values(), currency, ignored_columns })
}

fn offer(row: &Row<'_>, currency: Currency, units: &BTreeMap<Sku, Unit>) -> Result<Offer, Invalid> {
    let sku: Sku = row.parse(SKU)?;
    let Some(&stock_unit) = units.get(&sku) else {
        let invalid = Invalid::new("sku_unknown", "a product of the stock file", sku);
        return Err(row.problem(SKU, invalid));
    };
    let unit = row.optional(UNIT)?.unwrap_or(stock_unit);
    let price_unit = row.optional(PRICE_UNIT)?.unwrap_or(unit);
    let quantity = |column, blank: u32, unit| -> Result<Quantity, Invalid> {
        let amount = row.optional_amount(column)?.unwrap_or(Decimal::from(blank));
        Ok(Quantity::new(amount, unit))
    };
    let available = row.optional_amount(AVAILABLE)?;
    let contract = contract(row, currency, price_unit)?;
    let price = match contract {
        Some(_) if row.text(UNIT_PRICE).is_empty() => None,
        _ => Some(PriceBreak {
            minimum_quantity: quantity(MIN_QUANTITY, 0, price_unit)?,
            unit_price: Money::new(row.amount(UNIT_PRICE)?, currency),
        }),
    };
    let blocked = row.text(BLOCKED);
    let offer = Offer {
        price_breaks: price.into_iter().collect(),
        pricing: pricing(row)?,
        contract,
        pack_size: quantity(PACK_SIZE, 1, unit)?,
        pack_weight: row.optional(PACK_WEIGHT)?,
        minimum_order_quantity: quantity(MINIMUM_ORDER_QUANTITY, 0, unit)?,
        order_multiple_packs: optional_count(row, ORDER_MULTIPLE_PACKS)?,
        lead_time_days: row.count(LEAD_TIME_DAYS)?,
        on_time: probability(row, ON_TIME)?,
        available: available.map(|amount| Quantity::new(amount, unit)),
        available_as_of: row.optional::<Day>(AVAILABLE_AS_OF)?,
        valid_from: row.optional::<Day>(VALID_FROM)?,
        valid_until: row.optional::<Day>(VALID_UNTIL)?,
        charges: charges(row, currency)?,
        shelf_life_days: optional_count(row, SHELF_LIFE_DAYS)?,
        preferred: yes(row, PREFERRED)?,
        blocked: (!blocked.is_empty()).then(|| blocked.to_owned()),
        ..Offer::new(row.parse(OFFER)?, row.parse(SUPPLIER)?, sku, Money::zero(currency), unit)
    };
    offer.check().map_err(|invalid| in_column(row, &invalid))?;
    if let Err(invalid) = offer.content_in(stock_unit) {
        return Err(row.problem(UNIT, bare(&invalid)));
    }
    if let Err(invalid) = offer.pack_in(price_unit) {
        return Err(row.problem(PRICE_UNIT, bare(&invalid)));
    }
    Ok(offer)
}

fn pricing(row: &Row<'_>) -> Result<Pricing, Invalid> {
    match row.text(PRICING) {
        "" | "all_units" => Ok(Pricing::AllUnits),
        "incremental" => Ok(Pricing::Incremental),
        other => {
            let invalid = Invalid::new("pricing_unknown", "all_units or incremental", other);
            Err(row.problem(PRICING, invalid))
        }
    }
}

fn contract(
    row: &Row<'_>,
    currency: Currency,
    unit: Unit,
) -> Result<Option<ContractPrice>, Invalid> {
    match both(row, CONTRACT_PRICE, CONTRACT_REMAINING)? {
        None => Ok(None),
        Some(()) => Ok(Some(ContractPrice {
            unit_price: Money::new(row.amount(CONTRACT_PRICE)?, currency),
            remaining: Quantity::new(row.amount(CONTRACT_REMAINING)?, unit),
        })),
    }
}

fn charges(row: &Row<'_>, currency: Currency) -> Result<LineCharges, Invalid> {
    let money = |column| -> Result<Option<Money>, Invalid> {
        Ok(row.optional_amount(column)?.map(|amount| Money::new(amount, currency)))
    };
    let recoverable = yes(row, TAX_RECOVERABLE)?;
    let tax = row.optional(TAX_RATE)?.map(|rate| Tax { rate, recoverable });
    let returned = row.optional(DEPOSIT_RETURNED)?.unwrap_or(Rate::ZERO);
    let deposit = money(DEPOSIT_PER_PACK)?.map(|per_pack| Deposit { per_pack, returned });
    Ok(LineCharges {
        handling_per_pack: money(HANDLING_PER_PACK)?,
        duty: row.optional(DUTY)?,
        import_fee: money(IMPORT_FEE)?,
        tax,
        rebate_per_unit: money(REBATE_PER_UNIT)?,
        deposit,
    })
}

/// Adds a further row's price to its offer.
fn add_break(row: &Row<'_>, first: &mut Offer, next: Offer) -> Result<(), Invalid> {
    let price = next.price_breaks.first().copied();
    let same = Offer { price_breaks: first.price_breaks.clone(), ..next };
    let (Some(price), true) = (price, same == *first) else {
        let expected = "everything but min_quantity and unit_price as in the offer's first row";
        let invalid = Invalid::new("offer_contradicts_itself", expected, row.text(OFFER));
        return Err(row.problem(OFFER, invalid));
    };
    let amount = |price: &PriceBreak| price.minimum_quantity.amount();
    let place = first.price_breaks.partition_point(|other| amount(other) < amount(&price));
    if first.price_breaks.get(place).is_some_and(|other| amount(other) == amount(&price)) {
        let quantity = price.minimum_quantity;
        let invalid = Invalid::new("row_twice", "each price break of an offer once", quantity);
        return Err(row.problem(MIN_QUANTITY, invalid));
    }
    first.price_breaks.insert(place, price);
    first.check().map_err(|invalid| {
        first.price_breaks.remove(place);
        in_column(row, &invalid)
    })
}

/// A problem of an offer, in the column that its field is read from.
fn in_column(row: &Row<'_>, invalid: &Invalid) -> Invalid {
    let (outer, field) = invalid.path.rsplit_once('.').unwrap_or(("", &invalid.path));
    let column = match (outer, field) {
        ("contract", "unit_price") => CONTRACT_PRICE,
        ("contract", _) => CONTRACT_REMAINING,
        (_, "unit_price") => UNIT_PRICE,
        (_, "minimum_quantity") => MIN_QUANTITY,
        (_, "returned") => DEPOSIT_RETURNED,
        _ => COLUMNS.iter().position(|column| column.name == field).unwrap_or(OFFER),
    };
    row.problem(column, bare(invalid))
}

/// A problem without its path.
pub(super) fn bare(invalid: &Invalid) -> Invalid {
    Invalid::new(invalid.code, &*invalid.expected, &invalid.got)
}

/// Whether a cell says yes; blank is no.
pub(super) fn yes(row: &Row<'_>, column: usize) -> Result<bool, Invalid> {
    let is =
        |words: [&str; 2]| words.iter().any(|word| word.eq_ignore_ascii_case(row.text(column)));
    if is(["yes", "true"]) {
        return Ok(true);
    }
    if row.text(column).is_empty() || is(["no", "false"]) {
        return Ok(false);
    }
    let invalid = Invalid::new("yes_or_no", "yes or no", row.text(column));
    Err(row.problem(column, invalid))
}

/// A cell read as a share from 0 to 1 where it is not blank.
pub(super) fn probability(row: &Row<'_>, column: usize) -> Result<Option<Probability>, Invalid> {
    let number = row.optional_amount(column)?.map(|number| number.to_f64().unwrap_or(f64::MAX));
    number.map(Probability::new).transpose().map_err(|invalid| row.problem(column, invalid))
}

/// A cell read as a whole number where it is not blank.
pub(super) fn optional_count(row: &Row<'_>, column: usize) -> Result<Option<u32>, Invalid> {
    if row.text(column).is_empty() { Ok(None) } else { row.count(column).map(Some) }
}

/// Whether two cells that belong together are there; one without the other is refused.
pub(super) fn both(row: &Row<'_>, a: usize, b: usize) -> Result<Option<()>, Invalid> {
    let missing = match (row.text(a).is_empty(), row.text(b).is_empty()) {
        (true, true) => return Ok(None),
        (false, false) => return Ok(Some(())),
        (true, false) => a,
        (false, true) => b,
    };
    let invalid = Invalid::new("cell_missing", "a value, since the one beside it is given", "none");
    Err(row.problem(missing, invalid))
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

    /// One offer with these columns more.
    fn one(columns: &str, cells: &str) -> Result<Offer, String> {
        let header = "offer,supplier,sku,currency,unit_price,lead_time_days";
        let text = format!("{header},{columns}\no,s,A,EUR,2.50,1,{cells}\n");
        let units = BTreeMap::from([("A".parse().unwrap(), Unit::EACH)]);
        let list = read_offers(File { name: "o.csv", bytes: text.as_bytes() }, &units);
        match list {
            Ok(mut list) => Ok(list.offers.remove(0)),
            Err(problems) => Err(format!("{} {}", problems[0].code, problems[0].column)),
        }
    }

    #[test]
    fn every_column_is_read() {
        let columns = "price_unit,pricing,contract_price,contract_remaining,pack_weight,\
             order_multiple_packs,on_time,available,available_as_of,handling_per_pack,duty,import_fee,\
             tax_rate,tax_recoverable,rebate_per_unit,deposit_per_pack,deposit_returned,\
             shelf_life_days,preferred,blocked,min_quantity,pack_size";
        let cells = "kg,incremental,2.25,40,1.5 kg,4,0.95,600,2026-11-20,0.10,0.04,12,0.19,no,0.05,\
             1,0.9,21,yes,audit,3,2";
        let offer = one(columns, cells).unwrap();
        let money = |text: &str| text.parse::<Money>().unwrap();
        let quantity = |text: &str| text.parse::<Quantity>().unwrap();
        let (sku, price) = ("A".parse().unwrap(), money("2.5 EUR"));
        let expected = Offer {
            price_breaks: vec![PriceBreak {
                minimum_quantity: quantity("3 kg"),
                unit_price: price,
            }],
            pricing: Pricing::Incremental,
            contract: Some(ContractPrice {
                unit_price: money("2.25 EUR"),
                remaining: quantity("40 kg"),
            }),
            pack_size: quantity("2 each"),
            pack_weight: Some(quantity("1.5 kg")),
            order_multiple_packs: Some(4),
            lead_time_days: 1,
            on_time: Probability::new(0.95).ok(),
            available: Some(quantity("600 each")),
            available_as_of: "2026-11-20".parse().ok(),
            charges: LineCharges {
                handling_per_pack: Some(money("0.10 EUR")),
                duty: "0.04".parse().ok(),
                import_fee: Some(money("12 EUR")),
                tax: Some(Tax { rate: "0.19".parse().unwrap(), recoverable: false }),
                rebate_per_unit: Some(money("0.05 EUR")),
                deposit: Some(Deposit {
                    per_pack: money("1 EUR"),
                    returned: "0.9".parse().unwrap(),
                }),
            },
            shelf_life_days: Some(21),
            preferred: true,
            blocked: Some("audit".to_owned()),
            ..Offer::new("o".parse().unwrap(), "s".parse().unwrap(), sku, price, Unit::EACH)
        };
        assert_eq!(offer, expected);
    }

    #[test]
    fn bad_cells_are_named_by_their_column() {
        for (columns, cells, expected) in [
            ("pricing", "sliding", "pricing_unknown pricing"),
            ("contract_price,contract_remaining", "2,", "cell_missing contract_remaining"),
            ("contract_price,contract_remaining", "0,5", "price_zero contract_price"),
            ("price_unit", "kg", "unit_mixed price_unit"),
            ("price_unit", "case", "unit_mixed price_unit"),
            ("unit", "kg", "unit_mixed unit"),
            ("pack_weight", "5", "quantity_invalid pack_weight"),
            ("pack_weight", "5 l", "unit_mixed pack_weight"),
            ("order_multiple_packs", "0", "order_multiple_invalid order_multiple_packs"),
            ("on_time", "95", "probability_out_of_range on_time"),
            ("preferred", "maybe", "yes_or_no preferred"),
            ("tax_rate", "19 %", "rate_invalid tax_rate"),
            ("rebate_per_unit", "2.5", "rebate_above_price rebate_per_unit"),
            ("deposit_per_pack,deposit_returned", "1,1.1", "share_above_one deposit_returned"),
        ] {
            assert_eq!(one(columns, cells).unwrap_err(), expected);
        }
        let rising = offers("o1,s,A,EUR,1,2,1,6\no1,s,A,EUR,1.5,2,10,6\n").unwrap_err();
        assert_eq!(
            rising[0].to_string(),
            "o.csv:3: column `unit_price`: expected 1.00 EUR, the price of fewer, or less, got \
             `1.50 EUR`"
        );
        let free = offers("o1,s,A,EUR,0,2,1,6\n").unwrap_err();
        assert_eq!((free[0].code, free[0].column.as_str()), ("price_zero", "unit_price"));
    }

    #[test]
    fn a_contract_may_be_all_there_is() {
        let text = "offer,supplier,sku,currency,unit_price,lead_time_days,contract_price,\
                    contract_remaining\no,s,A,EUR,,1,2,40\n";
        let units = BTreeMap::from([("A".parse().unwrap(), Unit::EACH)]);
        let list = read_offers(File { name: "o.csv", bytes: text.as_bytes() }, &units).unwrap();
        assert!(list.offers[0].price_breaks.is_empty() && list.offers[0].contract.is_some());
    }

    #[test]
    fn currencies_are_mixed_where_they_are_exchanged() {
        let rates = "from,to,rate,date\nUSD,EUR,0.9,2026-11-20\n";
        let rates =
            crate::sourcing::read_exchange_rates(File { name: "r.csv", bytes: rates.as_bytes() });
        let rates = rates.unwrap();
        let text = format!("{HEADER}o1,s,A,USD,1,2,1,6\no2,s,A,EUR,1,2,1,6\no3,s,A,GBP,1,2,1,6\n");
        let units = BTreeMap::from([("A".parse().unwrap(), Unit::EACH)]);
        let read = |text: &str| {
            let file = File { name: "o.csv", bytes: text.as_bytes() };
            read_offers_exchanged(file, &units, &rates)
        };
        let problems = read(&text).unwrap_err();
        assert_eq!(
            problems[0].to_string(),
            "o.csv:4: column `currency`: expected EUR, or a currency with an exchange rate into \
             EUR, got `GBP`"
        );
        let list = read(&text[..text.len() - 20]).unwrap();
        assert_eq!((list.offers.len(), list.currency.as_str()), (2, "EUR"));
    }
}

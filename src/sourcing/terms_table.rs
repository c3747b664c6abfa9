//! Suppliers' terms from comma-separated files.

use super::{
    EarlyPayment, ExchangeRateList, FreightBand, OrderSize, PaymentTerms, RebateTier,
    SupplierTerms, YearlyRebate,
    offer_table::{bare, both, optional_count, probability, yes},
};
use crate::{
    inventory::Calendar,
    unit::{
        ByName, Currency, Day, Invalid, Money, Quantity,
        table::{Column, File, Row, TableProblem, read},
    },
};

/// Every supplier's terms of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct TermsList {
    /// The terms in order of the suppliers' names.
    pub terms: Vec<SupplierTerms>,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

const COLUMNS: [Column; 26] = [
    Column::required("supplier"),
    Column::required("currency"),
    Column::optional("minimum_order_value"),
    Column::optional("freight"),
    Column::optional("free_freight_from"),
    Column::optional("name"),
    Column::optional("below_minimum_surcharge"),
    Column::optional("freight_from_value"),
    Column::optional("freight_from_weight"),
    Column::optional("handling"),
    Column::optional("order_cost"),
    Column::optional("purchased_this_year"),
    Column::optional("rebate_from"),
    Column::optional("rebate_rate"),
    Column::optional("payment_days"),
    Column::optional("early_payment_days"),
    Column::optional("early_payment_discount"),
    Column::optional("order_days"),
    Column::optional("delivery_days"),
    Column::optional("holidays"),
    Column::optional("cut_off"),
    Column::optional("utc_offset"),
    Column::optional("on_time"),
    Column::optional("quality"),
    Column::optional("preferred"),
    Column::optional("blocked"),
];
const SUPPLIER: usize = 0;
const CURRENCY: usize = 1;
const MINIMUM_ORDER_VALUE: usize = 2;
const FREIGHT: usize = 3;
const FREE_FREIGHT_FROM: usize = 4;
const NAME: usize = 5;
const BELOW_MINIMUM_SURCHARGE: usize = 6;
const FREIGHT_FROM_VALUE: usize = 7;
const FREIGHT_FROM_WEIGHT: usize = 8;
const HANDLING: usize = 9;
const ORDER_COST: usize = 10;
const PURCHASED_THIS_YEAR: usize = 11;
const REBATE_FROM: usize = 12;
const REBATE_RATE: usize = 13;
const PAYMENT_DAYS: usize = 14;
const EARLY_PAYMENT_DAYS: usize = 15;
const EARLY_PAYMENT_DISCOUNT: usize = 16;
const ORDER_DAYS: usize = 17;
const DELIVERY_DAYS: usize = 18;
const HOLIDAYS: usize = 19;
const CUT_OFF: usize = 20;
const UTC_OFFSET: usize = 21;
const ON_TIME: usize = 22;
const QUALITY: usize = 23;
const PREFERRED: usize = 24;
const BLOCKED: usize = 25;

/// Reads suppliers' terms, a row each: `supplier,currency` and, where there are such columns, blank
/// cells standing for none:
///
/// - `name`; `minimum_order_value` and `below_minimum_surcharge`; `handling` and `order_cost`;
/// - `freight` and `free_freight_from`; with `freight_from_value` (in the row's currency) or
///   `freight_from_weight` (with its unit, such as `30 kg`), `freight` is that of orders from there on;
/// - `purchased_this_year`, `rebate_from` and `rebate_rate` of a yearly rebate's tier;
/// - `payment_days`, `early_payment_days` and `early_payment_discount`;
/// - `order_days` and `delivery_days` such as `Mon Thu`, `holidays` such as `2026-12-25 2026-12-26`,
///   `cut_off` such as `11:00` and `utc_offset` such as `+02:00`;
/// - `on_time` and `quality` from 0 to 1, `preferred` (`yes` or `no`) and `blocked`, the reason.
///
/// Further freight bands and tiers follow in further rows of the supplier, which agree in everything
/// else.
///
/// # Errors
///
/// Every problem of the file with its line and column: besides what [`read`] refuses, what
/// [`SupplierTerms::check`] does, another currency than the offers', rows of one supplier that disagree
/// or add nothing.
///
/// ```
/// use replenish::{sourcing::read_terms, unit::table::File};
/// let text = "supplier,currency,minimum_order_value,freight,freight_from_weight\n\
///     farm,EUR,100,6,\n\
///     farm,EUR,100,9,30 kg\n\
///     mill,EUR,,4.50,\n";
/// let list = read_terms(File { name: "terms.csv", bytes: text.as_bytes() }, "EUR".parse()?).unwrap();
/// let farm = &list.terms[0];
/// let freight = |weight: &str| farm.charges("150 EUR".parse()?, weight.parse().ok()).map(|c| c.freight);
/// assert_eq!(freight("29 kg")?.to_string(), "6.00 EUR");
/// assert_eq!(freight("30 kg")?.to_string(), "9.00 EUR");
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn read_terms(file: File<'_>, currency: Currency) -> Result<TermsList, Vec<TableProblem>> {
    read_in(file, &|stated| {
        if stated == currency {
            return Ok(());
        }
        Err(Invalid::new("currency_mixed", format!("{currency} as in the offers"), stated))
    })
}

/// [`read_terms`] in every currency that is exchanged into the one to compare in.
///
/// # Errors
///
/// As [`read_terms`], a currency without any exchange rate taking the place of another one.
pub fn read_terms_exchanged(
    file: File<'_>,
    rates: &ExchangeRateList,
) -> Result<TermsList, Vec<TableProblem>> {
    read_in(file, &|stated| rates.accepts(stated))
}

fn read_in(
    file: File<'_>,
    accepts: &dyn Fn(Currency) -> Result<(), Invalid>,
) -> Result<TermsList, Vec<TableProblem>> {
    let mut all: ByName<'_, SupplierTerms> = ByName::new();
    let ignored_columns = read(file, &COLUMNS, &mut |row| {
        let currency: Currency = row.parse(CURRENCY)?;
        accepts(currency).map_err(|invalid| row.problem(CURRENCY, invalid))?;
        let next = terms(row, currency)?;
        next.check().map_err(|invalid| in_column(row, &invalid))?;
        match all.get_mut(next.supplier.as_str()) {
            Some(first) => *first = joined(row, first, next)?,
            None => drop(all.entry(next.supplier.to_string(), next)),
        }
        Ok(())
    })?;
    Ok(TermsList { terms: all.into_values(), ignored_columns })
}

/// A supplier's terms with the band or tier of a further row.
fn joined(
    row: &Row<'_>,
    first: &SupplierTerms,
    next: SupplierTerms,
) -> Result<SupplierTerms, Invalid> {
    let mut all = first.clone();
    all.freight = first.freight.or(next.freight);
    for &band in &next.freight_bands {
        let after = |other: &FreightBand| match (other.from, band.from) {
            (OrderSize::Value(other), OrderSize::Value(value)) => other.amount() < value.amount(),
            (OrderSize::Weight(other), OrderSize::Weight(weight)) => {
                other.to(weight.unit()).is_ok_and(|other| other.amount() < weight.amount())
            }
            // Bands of two kinds are refused wherever they stand.
            (OrderSize::Value(_), OrderSize::Weight(_))
            | (OrderSize::Weight(_), OrderSize::Value(_)) => true,
        };
        all.freight_bands.insert(first.freight_bands.partition_point(after), band);
    }
    let mut purchased_differs = false;
    if let Some(further) = &next.yearly_rebate {
        let rebate = all.yearly_rebate.get_or_insert_with(|| YearlyRebate {
            purchased: further.purchased,
            tiers: Vec::new(),
        });
        purchased_differs = rebate.purchased != further.purchased;
        for &tier in &further.tiers {
            let place = rebate.tiers.partition_point(|t| t.from.amount() < tier.from.amount());
            rebate.tiers.insert(place, tier);
        }
    }
    if all == *first {
        let expected = "one row for a supplier, or another freight band or rebate tier";
        let invalid = Invalid::new("row_twice", expected, &first.supplier);
        return Err(row.problem(SUPPLIER, invalid));
    }
    // A row without a band states the freight below all bands, which another may have stated.
    let stated = first.freight.is_some() || first.freight_bands.is_empty();
    let states_another = next.freight_bands.is_empty() && stated && first.freight != next.freight;
    let same = SupplierTerms {
        freight: first.freight,
        freight_bands: first.freight_bands.clone(),
        yearly_rebate: first.yearly_rebate.clone(),
        ..next
    };
    if same != *first || states_another || purchased_differs {
        let expected =
            "everything but freight bands and rebate tiers as in the supplier's first row";
        let invalid = Invalid::new("terms_contradict_themselves", expected, &first.supplier);
        return Err(row.problem(SUPPLIER, invalid));
    }
    all.check().map_err(|invalid| in_column(row, &invalid))?;
    Ok(all)
}

/// A problem of terms, in the column that its field is read from.
fn in_column(row: &Row<'_>, invalid: &Invalid) -> Invalid {
    let (outer, field) = invalid.path.rsplit_once('.').unwrap_or(("", &invalid.path));
    let by_weight = !row.text(FREIGHT_FROM_WEIGHT).is_empty();
    let column = match (outer, field) {
        ("yearly_rebate", _) => PURCHASED_THIS_YEAR,
        ("payment.early", "days") => EARLY_PAYMENT_DAYS,
        ("payment.early", _) => EARLY_PAYMENT_DISCOUNT,
        (_, "rate") => REBATE_RATE,
        (_, "from") if outer.starts_with("yearly_rebate") => REBATE_FROM,
        (_, "from") if by_weight => FREIGHT_FROM_WEIGHT,
        (_, "from") => FREIGHT_FROM_VALUE,
        _ => COLUMNS.iter().position(|column| column.name == field).unwrap_or(SUPPLIER),
    };
    row.problem(column, bare(invalid))
}

fn terms(row: &Row<'_>, currency: Currency) -> Result<SupplierTerms, Invalid> {
    let money = |column| -> Result<Option<Money>, Invalid> {
        Ok(row.optional_amount(column)?.map(|amount| Money::new(amount, currency)))
    };
    let text = |column| {
        let text = row.text(column);
        (!text.is_empty()).then(|| text.to_owned())
    };
    let (freight, freight_bands) = match band(row, currency)? {
        Some(band) => (None, vec![band]),
        None => (money(FREIGHT)?, Vec::new()),
    };
    Ok(SupplierTerms {
        supplier: row.parse(SUPPLIER)?,
        name: text(NAME),
        minimum_order_value: money(MINIMUM_ORDER_VALUE)?,
        below_minimum_surcharge: money(BELOW_MINIMUM_SURCHARGE)?,
        freight,
        freight_bands,
        free_freight_from: money(FREE_FREIGHT_FROM)?,
        handling: money(HANDLING)?,
        order_cost: money(ORDER_COST)?,
        yearly_rebate: yearly_rebate(row, currency)?,
        payment: payment(row)?,
        calendar: calendar(row)?,
        utc_offset: row.optional(UTC_OFFSET)?,
        on_time: probability(row, ON_TIME)?,
        quality: probability(row, QUALITY)?,
        preferred: yes(row, PREFERRED)?,
        blocked: text(BLOCKED),
    })
}

fn band(row: &Row<'_>, currency: Currency) -> Result<Option<FreightBand>, Invalid> {
    let value = row.optional_amount(FREIGHT_FROM_VALUE)?;
    let weight: Option<Quantity> = row.optional(FREIGHT_FROM_WEIGHT)?;
    let from = match (value, weight) {
        (None, None) => return Ok(None),
        (Some(value), None) => OrderSize::Value(Money::new(value, currency)),
        (None, Some(weight)) => OrderSize::Weight(weight),
        (Some(_), Some(weight)) => {
            let expected = "nothing, since freight_from_value is given";
            let invalid = Invalid::new("freight_bands_mixed", expected, weight);
            return Err(row.problem(FREIGHT_FROM_WEIGHT, invalid));
        }
    };
    Ok(Some(FreightBand { from, freight: Money::new(row.amount(FREIGHT)?, currency) }))
}

fn yearly_rebate(row: &Row<'_>, currency: Currency) -> Result<Option<YearlyRebate>, Invalid> {
    if both(row, REBATE_FROM, REBATE_RATE)?.is_none() {
        return Ok(None);
    }
    let from = Money::new(row.amount(REBATE_FROM)?, currency);
    let purchased = row.optional_amount(PURCHASED_THIS_YEAR)?.unwrap_or_default();
    Ok(Some(YearlyRebate {
        purchased: Money::new(purchased, currency),
        tiers: vec![RebateTier { from, rate: row.parse(REBATE_RATE)? }],
    }))
}

fn payment(row: &Row<'_>) -> Result<Option<PaymentTerms>, Invalid> {
    let early = match both(row, EARLY_PAYMENT_DAYS, EARLY_PAYMENT_DISCOUNT)? {
        Some(()) => Some(EarlyPayment {
            days: row.count(EARLY_PAYMENT_DAYS)?,
            discount: row.parse(EARLY_PAYMENT_DISCOUNT)?,
        }),
        None => None,
    };
    match optional_count(row, PAYMENT_DAYS)? {
        Some(days) => Ok(Some(PaymentTerms { days, early })),
        // An early payment is early before some day.
        None if early.is_some() => {
            let invalid = Invalid::new("cell_missing", "the days until payment is due", "none");
            Err(row.problem(PAYMENT_DAYS, invalid))
        }
        None => Ok(None),
    }
}

fn calendar(row: &Row<'_>) -> Result<Option<Calendar>, Invalid> {
    let mut holidays = Vec::new();
    for day in row.text(HOLIDAYS).split_ascii_whitespace() {
        holidays.push(day.parse::<Day>().map_err(|invalid| row.problem(HOLIDAYS, invalid))?);
    }
    let calendar = Calendar {
        order_days: row.optional(ORDER_DAYS)?.unwrap_or_default(),
        delivery_days: row.optional(DELIVERY_DAYS)?.unwrap_or_default(),
        holidays,
        cut_off: row.optional(CUT_OFF)?,
    };
    Ok((calendar != Calendar::default()).then_some(calendar))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Probability;

    fn terms(text: &str) -> Result<Vec<SupplierTerms>, Vec<String>> {
        let list =
            read_terms(File { name: "t.csv", bytes: text.as_bytes() }, "EUR".parse().unwrap());
        let told = |p: TableProblem| format!("{} {} {}", p.line, p.code, p.column);
        list.map(|list| list.terms).map_err(|all| all.into_iter().map(told).collect())
    }

    #[test]
    fn terms_are_in_the_currency_of_the_offers_and_told_once() {
        let text = "supplier,currency,freight\ns,EUR,5\nt,USD,5\ns,EUR,5\ns,EUR,6\n";
        let expected =
            ["3 currency_mixed currency", "4 row_twice supplier", "5 row_twice supplier"];
        assert_eq!(terms(text).unwrap_err(), expected);
    }

    #[test]
    fn every_column_is_read() {
        let text = "supplier,currency,minimum_order_value,below_minimum_surcharge,freight,\
             free_freight_from,name,handling,order_cost,payment_days,early_payment_days,\
             early_payment_discount,order_days,delivery_days,holidays,cut_off,utc_offset,on_time,\
             quality,preferred,blocked\ns,EUR,50,4,6.5,120,Farm,2,8,30,10,0.02,Mon Thu,Tue Fri,\
             2026-12-25 2026-12-26,11:00,+02:00,0.95,0.99,yes,audit\n";
        let money = |text: &str| text.parse::<Money>().ok();
        let early = EarlyPayment { days: 10, discount: "0.02".parse().unwrap() };
        let expected = SupplierTerms {
            name: Some("Farm".to_owned()),
            minimum_order_value: money("50 EUR"),
            below_minimum_surcharge: money("4 EUR"),
            freight: money("6.50 EUR"),
            free_freight_from: money("120 EUR"),
            handling: money("2 EUR"),
            order_cost: money("8 EUR"),
            payment: Some(PaymentTerms { days: 30, early: Some(early) }),
            calendar: Some(Calendar {
                order_days: "Mon Thu".parse().unwrap(),
                delivery_days: "Tue Fri".parse().unwrap(),
                holidays: ["2026-12-25", "2026-12-26"].map(|day| day.parse().unwrap()).to_vec(),
                cut_off: "11:00".parse().ok(),
            }),
            utc_offset: "+02:00".parse().ok(),
            on_time: Probability::new(0.95).ok(),
            quality: Probability::new(0.99).ok(),
            preferred: true,
            blocked: Some("audit".to_owned()),
            ..SupplierTerms::none("s".parse().unwrap())
        };
        assert_eq!(terms(text).unwrap(), [expected]);
    }

    const BANDS: &str = "supplier,currency,freight,freight_from_value,freight_from_weight,\
         purchased_this_year,rebate_from,rebate_rate\n";

    #[test]
    fn rows_of_one_supplier_become_bands_and_tiers() {
        let rows = "s,EUR,3,100,,900,5000,0.02\ns,EUR,5,50,,900,1000,0.01\ns,EUR,9,,,,,\n";
        let all = terms(&format!("{BANDS}{rows}")).unwrap();
        let freights: Vec<_> =
            all[0].freight_bands.iter().map(|band| band.freight.to_string()).collect();
        assert_eq!(freights, ["5.00 EUR", "3.00 EUR"]);
        assert_eq!(all[0].freight, "9 EUR".parse().ok());
        let rebate = all[0].yearly_rebate.as_ref().unwrap();
        let rates: Vec<_> = rebate.tiers.iter().map(|tier| tier.rate.to_string()).collect();
        assert_eq!(
            (rates, rebate.purchased),
            (vec!["0.01".to_owned(), "0.02".to_owned()], "900 EUR".parse().unwrap())
        );
    }

    #[test]
    fn bad_cells_are_named_by_their_column() {
        let refused = |rows: &str| terms(&format!("{BANDS}{rows}")).unwrap_err().remove(0);
        for (rows, expected) in [
            ("s,EUR,3,100,5 kg,,,\n", "2 freight_bands_mixed freight_from_weight"),
            ("s,EUR,,100,,,,\n", "2 number_invalid freight"),
            ("s,EUR,3,,5 l,,,\n", "2 unit_mixed freight_from_weight"),
            ("s,EUR,3,100,,,,\ns,EUR,4,100,,,,\n", "3 freight_bands_invalid freight_from_value"),
            ("s,EUR,3,100,,,,\ns,EUR,4,,5 kg,,,\n", "3 freight_bands_mixed freight_from_weight"),
            ("s,EUR,3,,,,500,\n", "2 cell_missing rebate_rate"),
            ("s,EUR,3,,,,500,1.5\n", "2 share_above_one rebate_rate"),
            ("s,EUR,3,,,,500,0.02\ns,EUR,3,,,,600,0.01\n", "3 rebate_tiers_invalid rebate_rate"),
            (
                "s,EUR,3,,,1,500,0.02\ns,EUR,3,,,2,600,0.03\n",
                "3 terms_contradict_themselves supplier",
            ),
            (
                "s,EUR,3,,,,500,0.02\ns,EUR,4,,,,600,0.03\n",
                "3 terms_contradict_themselves supplier",
            ),
        ] {
            assert_eq!(refused(rows), expected);
        }
        let early = "supplier,currency,early_payment_days,early_payment_discount,payment_days\n";
        let refused = |row: &str| terms(&format!("{early}{row}")).unwrap_err().remove(0);
        assert_eq!(refused("s,EUR,10,0.02,\n"), "2 cell_missing payment_days");
        assert_eq!(refused("s,EUR,,0.02,30\n"), "2 cell_missing early_payment_days");
        assert_eq!(refused("s,EUR,40,0.02,30\n"), "2 early_payment_late early_payment_days");
        let order =
            "supplier,currency,order_days,below_minimum_surcharge\ns,EUR,Montag,\nt,EUR,,5\n";
        let expected = ["2 weekdays_invalid order_days", "3 minimum_missing minimum_order_value"];
        assert_eq!(terms(order).unwrap_err(), expected);
    }

    #[test]
    fn currencies_are_mixed_where_they_are_exchanged() {
        let rates = "from,to,rate,date\nUSD,EUR,0.9,2026-11-20\n";
        let rates = File { name: "r.csv", bytes: rates.as_bytes() };
        let rates = crate::sourcing::read_exchange_rates(rates).unwrap();
        let text = "supplier,currency,freight\ns,EUR,5\nt,USD,5\nu,GBP,6\n";
        let file = File { name: "t.csv", bytes: text.as_bytes() };
        let problems = read_terms_exchanged(file, &rates).unwrap_err();
        assert_eq!(
            (problems.len(), problems[0].line, problems[0].code),
            (1, 4, "exchange_rate_missing")
        );
    }
}

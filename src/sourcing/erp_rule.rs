//! How other programs choose a supplier and price a line: the rules as they are, and beside each that
//! surprises, what a buyer would expect.
//!
//! They are for comparison: what would the present system have chosen, and what did that cost?

use super::PriceBreak;
use crate::unit::{Currency, Day, Invalid, Money, Quantity, SupplierId};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A price that a supplier quoted.
#[derive(Clone, Debug, PartialEq)]
pub struct Quotation {
    /// Who.
    pub supplier: SupplierId,
    /// Price of a unit.
    pub unit_price: Money,
}

/// What one unit of the first currency is worth in the second.
pub type ExchangeRates = BTreeMap<(Currency, Currency), Decimal>;

/// An amount in another currency, unrounded.
///
/// # Errors
///
/// When there is no rate, rather than an amount that looks converted; or the product overflows.
pub fn converted(price: Money, to: Currency, rates: &ExchangeRates) -> Result<Money, Invalid> {
    if price.currency() == to {
        return Ok(price);
    }
    let Some(&rate) = rates.get(&(price.currency(), to)) else {
        let expected = format!("an exchange rate from {} to {to}", price.currency());
        return Err(Invalid::new("exchange_rate_missing", expected, "none"));
    };
    Ok(Money::new(price.times(rate)?.amount(), to))
}

/// `InvenTree`'s conversion of a price break: where there is no rate, the amount stays as it was and
/// is taken for the other currency, so that ten yen become ten dollars.
///
/// # Errors
///
/// When the product overflows.
pub fn inventree_converted(
    price: Money,
    to: Currency,
    rates: &ExchangeRates,
) -> Result<Money, Invalid> {
    let known = price.currency() == to || rates.contains_key(&(price.currency(), to));
    if known { converted(price, to, rates) } else { Ok(Money::new(price.amount(), to)) }
}

/// Tryton's best quotation: the smallest number, whatever its currency; the first of equal ones.
///
/// ```
/// use replenish::sourcing::erp_rule::{Quotation, cheapest_quotation, tryton_best_quotation};
/// let quote = |supplier: &str, price: &str| {
///     Ok::<_, replenish::unit::Invalid>(Quotation {
///         supplier: supplier.parse()?,
///         unit_price: price.parse()?,
///     })
/// };
/// let quotes = [quote("A", "95 EUR")?, quote("B", "100 USD")?];
/// assert_eq!(tryton_best_quotation(&quotes).unwrap().supplier.as_str(), "A");
/// let (eur, usd) = ("EUR".parse()?, "USD".parse()?);
/// let rates = [((eur, usd), "1.1".parse().unwrap())].into();
/// let best = cheapest_quotation(&quotes, usd, &rates)?.unwrap();
/// assert_eq!(best.supplier.as_str(), "B"); // 95 EUR are 104.5 USD
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn tryton_best_quotation(quotations: &[Quotation]) -> Option<&Quotation> {
    quotations.iter().min_by_key(|quotation| quotation.unit_price.amount())
}

/// The quotation that is cheapest in one currency; the first of equal ones.
///
/// # Errors
///
/// When a rate is missing, with the quotation's place.
pub fn cheapest_quotation<'a>(
    quotations: &'a [Quotation],
    currency: Currency,
    rates: &ExchangeRates,
) -> Result<Option<&'a Quotation>, Invalid> {
    let mut best: Option<(Decimal, &Quotation)> = None;
    for (index, quotation) in quotations.iter().enumerate() {
        let price = converted(quotation.unit_price, currency, rates)
            .map_err(|i| i.at("unit_price").at(format_args!("quotations[{index}]")))?;
        if best.is_none_or(|(least, _)| price.amount() < least) {
            best = Some((price.amount(), quotation));
        }
    }
    Ok(best.map(|(_, quotation)| quotation))
}

/// What each bidder reached over all lines.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedBids {
    /// Of each bidder, the ranks of all lines added up.
    pub rank_sums: Vec<u32>,
    /// Of each bidder, the amounts of all lines added up.
    pub totals: Vec<Money>,
    /// iDempiere's winner: the smallest sum of ranks; the first of equal ones.
    pub rank_sum_winner: usize,
    /// The cheapest bidder; the first of equal ones.
    pub cheapest: usize,
}

/// iDempiere's ranking of answers to a request for quotation: the smallest sum of ranks wins, however
/// much the lines differ, so that a line of 1000 counts as much as one of 10. Equal amounts share a
/// rank.
///
/// # Errors
///
/// When there is no bidder, a line has not one amount for each, or currencies differ.
pub fn idempiere_rank_sum(bidders: usize, lines: &[Vec<Money>]) -> Result<RankedBids, Invalid> {
    let currency = lines.first().and_then(|line| line.first()).map(|amount| amount.currency());
    let (Some(currency), true) = (currency, bidders > 0) else {
        return Err(Invalid::new("bids_missing", "at least one line and one bidder", "none"));
    };
    let mut rank_sums = vec![0_u32; bidders];
    let mut totals = vec![Money::zero(currency); bidders];
    for (index, line) in lines.iter().enumerate() {
        let at = |invalid: Invalid| invalid.at(format_args!("lines[{index}]"));
        if line.len() != bidders {
            let expected = format!("{bidders} amounts");
            return Err(at(Invalid::new("bids_missing", expected, line.len())));
        }
        for (bidder, &amount) in line.iter().enumerate() {
            totals[bidder] = totals[bidder].plus(amount).map_err(at)?;
            let mut rank = 1;
            for &other in line {
                rank += u32::from(other.compare(amount).map_err(at)?.is_lt());
            }
            rank_sums[bidder] = rank_sums[bidder].saturating_add(rank);
        }
    }
    let least = |better: &dyn Fn(usize, usize) -> bool| {
        (1..bidders).fold(0, |best, bidder| if better(bidder, best) { bidder } else { best })
    };
    let rank_sum_winner = least(&|a, b| rank_sums[a] < rank_sums[b]);
    let cheapest = least(&|a, b| totals[a].amount() < totals[b].amount());
    Ok(RankedBids { rank_sums, totals, rank_sum_winner, cheapest })
}

/// How soon a supplier delivers.
#[derive(Clone, Debug, PartialEq)]
pub struct SupplierLeadTime {
    /// Who.
    pub supplier: SupplierId,
    /// Days from ordering until the goods are there.
    pub lead_time_days: u32,
}

/// Tryton's supplier of a product: the first in the list that can deliver by the day, and if none can,
/// the fastest. Prices are not looked at.
///
/// # Errors
///
/// When a delivery would be after the year 9999.
pub fn tryton_first_in_time(
    suppliers: &[SupplierLeadTime],
    today: Day,
    need_by: Day,
) -> Result<Option<&SupplierLeadTime>, Invalid> {
    for (index, supplier) in suppliers.iter().enumerate() {
        let arrival = today.plus_days(i64::from(supplier.lead_time_days));
        let arrival =
            arrival.map_err(|i| i.at("lead_time_days").at(format_args!("suppliers[{index}]")))?;
        if arrival <= need_by {
            return Ok(Some(supplier));
        }
    }
    Ok(suppliers.iter().min_by_key(|supplier| supplier.lead_time_days))
}

/// Tryton's price of a supplier line: the last price in the list whose quantity is reached, so the
/// sequence of the list decides, not the quantity.
///
/// # Errors
///
/// When quantities are in different units.
pub fn tryton_unit_price(
    prices: &[PriceBreak],
    quantity: Quantity,
) -> Result<Option<Money>, Invalid> {
    let mut last = None;
    for (index, price) in prices.iter().enumerate() {
        if reached(price, index, quantity)? {
            last = Some(price.unit_price);
        }
    }
    Ok(last)
}

/// One line of a vendor's price list, in the sequence in which the list is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct VendorPrice {
    /// Who.
    pub vendor: SupplierId,
    /// From which quantity, at which price.
    pub price: PriceBreak,
}

/// Odoo's vendor of a product, up to version 18: the vendor of the first line whose quantity is
/// reached, and of that vendor's lines the cheapest; other vendors are not looked at, however cheap.
///
/// # Errors
///
/// When quantities are in different units, or prices in different currencies.
pub fn odoo_first_vendor(
    list: &[VendorPrice],
    quantity: Quantity,
) -> Result<Option<&VendorPrice>, Invalid> {
    let vendor = first_reached(list, quantity)?;
    cheapest_of(list, quantity, |line| vendor.is_some_and(|first| first.vendor == line.vendor))
}

/// The cheapest line whose quantity is reached, of any vendor; the first of equal ones.
///
/// # Errors
///
/// When quantities are in different units, or prices in different currencies.
pub fn cheapest_vendor(
    list: &[VendorPrice],
    quantity: Quantity,
) -> Result<Option<&VendorPrice>, Invalid> {
    cheapest_of(list, quantity, |_| true)
}

fn first_reached(
    list: &[VendorPrice],
    quantity: Quantity,
) -> Result<Option<&VendorPrice>, Invalid> {
    for (index, line) in list.iter().enumerate() {
        if reached(&line.price, index, quantity)? {
            return Ok(Some(line));
        }
    }
    Ok(None)
}

fn cheapest_of(
    list: &[VendorPrice],
    quantity: Quantity,
    allowed: impl Fn(&VendorPrice) -> bool,
) -> Result<Option<&VendorPrice>, Invalid> {
    let mut best: Option<&VendorPrice> = None;
    for (index, line) in list.iter().enumerate() {
        if !allowed(line) || !reached(&line.price, index, quantity)? {
            continue;
        }
        let cheaper = match best {
            None => true,
            Some(best) => {
                let order = line.price.unit_price.compare(best.price.unit_price);
                order.map_err(|i| i.at("unit_price").at(format_args!("[{index}]")))?.is_lt()
            }
        };
        if cheaper {
            best = Some(line);
        }
    }
    Ok(best)
}

/// The cost of a line when the price of the break reached holds for all its units: ten units can then
/// cost less than nine.
///
/// # Errors
///
/// When no break is reached, or breaks do not ascend in one unit and currency.
pub fn all_units_cost(breaks: &[PriceBreak], quantity: Quantity) -> Result<Money, Invalid> {
    check_breaks(breaks, quantity)?;
    let mut cost = None;
    for (index, price) in breaks.iter().enumerate() {
        if reached(price, index, quantity)? {
            cost = Some(price.unit_price.times(quantity.amount())?);
        }
    }
    cost.ok_or_else(|| below_first(quantity))
}

/// The cost of a line when each unit costs what the break says that it is in: with breaks at 1 and 5,
/// the first four units cost the first price, the fifth the second.
///
/// # Errors
///
/// When no break is reached, or breaks do not ascend in one unit and currency.
pub fn incremental_cost(breaks: &[PriceBreak], quantity: Quantity) -> Result<Money, Invalid> {
    check_breaks(breaks, quantity)?;
    let first = breaks.first().filter(|first| first.minimum_quantity.amount() <= quantity.amount());
    let Some(first) = first else { return Err(below_first(quantity)) };
    let mut cost = Money::zero(first.unit_price.currency());
    for (index, price) in breaks.iter().enumerate() {
        // The unit numbered `minimum_quantity` is the first at its price, and what is below the first
        // break costs the first price.
        let before = |price: &PriceBreak| price.minimum_quantity.amount() - Decimal::ONE;
        let start = if index == 0 { Decimal::ZERO } else { before(price) };
        let end = breaks.get(index + 1).map_or(quantity.amount(), before).min(quantity.amount());
        if end > start {
            cost = cost.plus(price.unit_price.times(end - start)?)?;
        }
    }
    Ok(cost)
}

/// A discount from some quantity on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantityDiscount {
    /// From this quantity on.
    pub minimum_quantity: Decimal,
    /// Per cent off, between 0 and 100.
    pub per_cent: Decimal,
}

/// The cost of a line whose discounts come one on top of the other: 20 % off and then 10 % off what is
/// left are 28 %, not 30 %.
///
/// # Errors
///
/// When a discount is not between 0 and 100, or the amount overflows.
pub fn cascading_cost(
    unit_price: Money,
    discounts: &[QuantityDiscount],
    quantity: Decimal,
) -> Result<Money, Invalid> {
    let mut cost = unit_price.times(quantity)?;
    for (index, discount) in discounts.iter().enumerate() {
        if discount.per_cent < Decimal::ZERO || discount.per_cent > Decimal::ONE_HUNDRED {
            let invalid = Invalid::new("discount_invalid", "0 to 100 per cent", discount.per_cent);
            return Err(invalid.at("per_cent").at(format_args!("discounts[{index}]")));
        }
        if quantity >= discount.minimum_quantity {
            let left = Decimal::ONE_HUNDRED - discount.per_cent;
            cost = cost.times(left / Decimal::ONE_HUNDRED)?;
        }
    }
    Ok(cost)
}

/// Whether a quantity reaches a break, both being in one unit.
fn reached(price: &PriceBreak, index: usize, quantity: Quantity) -> Result<bool, Invalid> {
    let at = price.minimum_quantity.to(quantity.unit());
    let at = at.map_err(|i| i.at("minimum_quantity").at(format_args!("[{index}]")))?;
    Ok(at.amount() <= quantity.amount())
}

fn check_breaks(breaks: &[PriceBreak], quantity: Quantity) -> Result<(), Invalid> {
    for (index, pair) in breaks.windows(2).enumerate() {
        let at = |field: &str, invalid: Invalid| {
            invalid.at(field).at(format_args!("breaks[{}]", index + 1))
        };
        if pair[1].minimum_quantity.amount() <= pair[0].minimum_quantity.amount() {
            let got = pair[1].minimum_quantity;
            let invalid = Invalid::new("price_breaks_invalid", "ascending quantities", got);
            return Err(at("minimum_quantity", invalid));
        }
        pair[0].unit_price.compare(pair[1].unit_price).map_err(|i| at("unit_price", i))?;
    }
    for (index, price) in breaks.iter().enumerate() {
        if price.minimum_quantity.unit() != quantity.unit() {
            let expected = format!("a quantity in {}", quantity.unit());
            let invalid = Invalid::new("unit_mixed", expected, price.minimum_quantity);
            return Err(invalid.at("minimum_quantity").at(format_args!("breaks[{index}]")));
        }
    }
    Ok(())
}

fn below_first(quantity: Quantity) -> Invalid {
    Invalid::new("price_missing", "a quantity that reaches a price", quantity).at("quantity")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(quantity: &str, unit_price: &str) -> PriceBreak {
        PriceBreak {
            minimum_quantity: quantity.parse().unwrap(),
            unit_price: unit_price.parse().unwrap(),
        }
    }

    #[test]
    fn a_missing_rate_is_an_error_and_not_a_price() {
        let (yen, usd) = ("10 JPY".parse().unwrap(), "USD".parse().unwrap());
        let error = converted(yen, usd, &ExchangeRates::new()).unwrap_err();
        assert_eq!(error.code, "exchange_rate_missing");
        let taken = inventree_converted(yen, usd, &ExchangeRates::new()).unwrap();
        assert_eq!(taken, "10 USD".parse().unwrap());
        let quotes = [Quotation { supplier: "a".parse().unwrap(), unit_price: yen }];
        let error = cheapest_quotation(&quotes, usd, &ExchangeRates::new()).unwrap_err();
        assert_eq!(error.path, "quotations[0].unit_price");
    }

    #[test]
    fn incremental_prices_never_fall_and_all_units_prices_do() {
        let breaks =
            [price("1 each", "100 USD"), price("5 each", "90 USD"), price("10 each", "80 USD")];
        let mut last = Decimal::ZERO;
        let mut falls = 0;
        let mut last_all = Decimal::ZERO;
        for count in 1..30 {
            let quantity = format!("{count} each").parse().unwrap();
            let cost = incremental_cost(&breaks, quantity).unwrap().amount();
            assert!(cost > last, "{count}");
            last = cost;
            let all = all_units_cost(&breaks, quantity).unwrap().amount();
            falls += i32::from(all < last_all);
            last_all = all;
        }
        assert_eq!(falls, 1); // at ten
        let none = all_units_cost(&breaks, "0 each".parse().unwrap()).unwrap_err();
        assert_eq!((none.code, none.path.as_str()), ("price_missing", "quantity"));
        let mixed = incremental_cost(&breaks, "3 kg".parse().unwrap()).unwrap_err();
        assert_eq!(mixed.path, "breaks[0].minimum_quantity");
        let turned = [breaks[1], breaks[0]];
        let error = all_units_cost(&turned, "3 each".parse().unwrap()).unwrap_err();
        assert_eq!(error.path, "breaks[1].minimum_quantity");
    }

    #[test]
    fn ranks_are_shared_and_bids_complete() {
        let line = |amounts: [&str; 2]| amounts.map(|amount| amount.parse().unwrap()).to_vec();
        let ranked = idempiere_rank_sum(2, &[line(["5 EUR", "5 EUR"]), line(["4 EUR", "3 EUR"])]);
        let ranked = ranked.unwrap();
        assert_eq!((ranked.rank_sums, ranked.rank_sum_winner, ranked.cheapest), (vec![3, 2], 1, 1));
        assert_eq!(
            idempiere_rank_sum(3, &[line(["1 EUR", "2 EUR"])]).unwrap_err().path,
            "lines[0]"
        );
        assert_eq!(idempiere_rank_sum(2, &[]).unwrap_err().code, "bids_missing");
        let mixed = idempiere_rank_sum(2, &[line(["1 EUR", "2 USD"])]).unwrap_err();
        assert_eq!((mixed.code, mixed.path.as_str()), ("currency_mixed", "lines[0]"));
    }

    #[test]
    fn the_fastest_when_none_is_in_time() {
        let supplier = |name: &str, lead_time_days| SupplierLeadTime {
            supplier: name.parse().unwrap(),
            lead_time_days,
        };
        let all = [supplier("a", 9), supplier("b", 4), supplier("c", 6)];
        let (today, soon) = ("2026-01-01".parse().unwrap(), "2026-01-02".parse().unwrap());
        let found = tryton_first_in_time(&all, today, soon).unwrap().unwrap();
        assert_eq!(found.supplier.as_str(), "b");
        let never = [supplier("a", u32::MAX)];
        let error = tryton_first_in_time(&never, today, soon).unwrap_err();
        assert_eq!(error.path, "suppliers[0].lead_time_days");
    }

    #[test]
    fn discounts_are_checked() {
        let discount =
            QuantityDiscount { minimum_quantity: Decimal::ONE, per_cent: Decimal::from(120) };
        let error =
            cascading_cost("5 EUR".parse().unwrap(), &[discount], Decimal::TEN).unwrap_err();
        assert_eq!(error.path, "discounts[0].per_cent");
    }
}

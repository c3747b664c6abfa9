//! Many orders in columns of whole numbers, for hosts that keep them so or have very many.

use super::{
    Adjustment, AdjustmentKind, CustomerOrder, OrderError, OrderLine, Payment, PaymentKind, Split,
    SplitRules, split,
};
use crate::unit::{
    AdjustmentId, Currency, Invalid, LineId, Money, OrderId, PaymentId, Quantity, Sku, Unit,
    VendorId,
};
use rust_decimal::Decimal;
use std::{collections::BTreeMap, ops::Range};

/// Orders of one currency, their lines, adjustments and payments one behind the other; amounts in
/// minor units.
#[derive(Clone, Copy, Debug)]
pub struct OrderColumns<'a> {
    /// Of every amount.
    pub currency: Currency,
    /// Where each order's lines begin, and at the end where the last ones end.
    pub lines: &'a [u32],
    /// Of each line, the number of who fulfils it; 0 for nobody in particular.
    pub vendors: &'a [u32],
    /// Of each line, how many units.
    pub quantities: &'a [u32],
    /// Of each line, what it costs before any adjustment; zero or more.
    pub amounts: &'a [i64],
    /// Where each order's adjustments begin, and at the end where the last ones end.
    pub adjustments: &'a [u32],
    /// Of each adjustment, what it is.
    pub kinds: &'a [AdjustmentKind],
    /// Of each adjustment: zero or less of a discount, else zero or more.
    pub adjustment_amounts: &'a [i64],
    /// Of each adjustment, the vendor whose lines alone it is for; 0 for all lines. None have one if
    /// this is empty.
    pub adjustment_vendors: &'a [u32],
    /// Of each adjustment, which one of its order it follows, counted from 1; 0 for none. None follow
    /// if this is empty.
    pub follows: &'a [u32],
    /// Where each order's payments begin, and at the end where the last ones end. Nothing is said
    /// about payments if this is empty.
    pub payments: &'a [u32],
    /// Of each payment.
    pub payment_amounts: &'a [i64],
}

/// What became of orders in columns; amounts in minor units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SplitColumns {
    /// Of each line, its sale order: a place in the columns of parts.
    pub parts: Vec<u32>,
    /// Of each line, its amount and adjustments.
    pub totals: Vec<i64>,
    /// Order by order, line by line: the line's part of each of the order's adjustments.
    pub shares: Vec<i64>,
    /// Order by order, line by line: the line's part of each of the order's payments.
    pub paid: Vec<i64>,
    /// Where each order's sale orders begin, in order of the vendors, and at the end where the last
    /// ones end. An order that is refused has none.
    pub part_offsets: Vec<u32>,
    /// Of each sale order.
    pub part_totals: Vec<i64>,
    /// Of each adjustment, what no line could take.
    pub unapplied: Vec<i64>,
    /// Orders that cannot be split, by place, and why; what stands for them in the other columns is
    /// zero.
    pub problems: Vec<(u32, OrderError)>,
}

/// Splits many orders by vendor: [`split`] of each, whose lines are in order of their names.
///
/// # Errors
///
/// When the columns do not fit together. An order that cannot be split is listed and spoils no other.
///
/// ```
/// use replenish::order::{AdjustmentKind, OrderColumns, split_columns};
/// let columns = OrderColumns {
///     currency: "EUR".parse()?,
///     lines: &[0, 3],
///     vendors: &[2, 1, 2],
///     quantities: &[1, 1, 1],
///     amounts: &[3333, 3333, 3334],
///     adjustments: &[0, 1],
///     kinds: &[AdjustmentKind::Discount],
///     adjustment_amounts: &[-1000],
///     adjustment_vendors: &[],
///     follows: &[],
///     payments: &[],
///     payment_amounts: &[],
/// };
/// let split = split_columns(&columns)?;
/// assert_eq!(split.shares, [-333, -333, -334]);
/// assert_eq!((split.parts, split.part_totals), (vec![1, 0, 1], vec![3000, 6000]));
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn split_columns(columns: &OrderColumns<'_>) -> Result<SplitColumns, Invalid> {
    let layout = Layout::of(columns)?;
    let names = Names::of(columns, &layout)?;
    let zeros = |count: usize| vec![0_i64; count];
    let mut result = SplitColumns {
        parts: vec![0; columns.amounts.len()],
        totals: zeros(columns.amounts.len()),
        shares: zeros(layout.shares),
        paid: zeros(layout.paid),
        part_offsets: Vec::with_capacity(columns.lines.len()),
        part_totals: Vec::new(),
        unapplied: zeros(columns.adjustment_amounts.len()),
        problems: Vec::new(),
    };
    let (rules, mut shares, mut paid) = (SplitRules::default(), 0, 0);
    result.part_offsets.push(0);
    for (place, [lines, adjustments, payments]) in layout.orders.into_iter().enumerate() {
        let spans = Spans { lines, adjustments, payments, shares, paid };
        let answer = names
            .order(columns, &spans)
            .map_err(OrderError::from)
            .and_then(|order| split(&order, &rules))
            .and_then(|split| Ok(result.enter(&split, &spans)?));
        if let Err(error) = answer {
            result.problems.push((u32::try_from(place).unwrap_or(u32::MAX), error));
        }
        shares += spans.lines.len() * spans.adjustments.len();
        paid += spans.lines.len() * spans.payments.len();
        result.part_offsets.push(u32::try_from(result.part_totals.len()).unwrap_or(u32::MAX));
    }
    Ok(result)
}

/// Where one order stands in the columns.
struct Spans {
    lines: Range<usize>,
    adjustments: Range<usize>,
    payments: Range<usize>,
    /// Where its shares begin.
    shares: usize,
    paid: usize,
}

/// Where all orders stand, and how long the columns of shares become.
struct Layout {
    /// Of each order its lines, adjustments and payments.
    orders: Vec<[Range<usize>; 3]>,
    shares: usize,
    paid: usize,
}

impl Layout {
    fn of(columns: &OrderColumns<'_>) -> Result<Self, Invalid> {
        let lines = ranges(columns.lines, columns.amounts.len(), "lines")?;
        let adjustments =
            ranges(columns.adjustments, columns.adjustment_amounts.len(), "adjustments")?;
        let payments = if columns.payments.is_empty() {
            vec![0..0; lines.len()]
        } else {
            ranges(columns.payments, columns.payment_amounts.len(), "payments")?
        };
        let of_lines = columns.amounts.len();
        let of_adjustments = columns.adjustment_amounts.len();
        for (name, length, expected) in [
            ("vendors", columns.vendors.len(), of_lines),
            ("quantities", columns.quantities.len(), of_lines),
            ("kinds", columns.kinds.len(), of_adjustments),
            ("adjustment_vendors", columns.adjustment_vendors.len(), of_adjustments),
            ("follows", columns.follows.len(), of_adjustments),
            ("adjustments", adjustments.len(), lines.len()),
            ("payments", payments.len(), lines.len()),
        ] {
            let absent = length == 0 && (name == "adjustment_vendors" || name == "follows");
            if length != expected && !absent {
                let entries = format!("{expected} entries");
                return Err(Invalid::new("columns_unequal", entries, length).at(name));
            }
        }
        let all = |others: &[Range<usize>]| {
            let sizes = lines.iter().zip(others).map(|(a, b)| a.len().saturating_mul(b.len()));
            let sum = sizes.fold(0_usize, usize::saturating_add);
            if sum <= MOST_SHARES {
                return Ok(sum);
            }
            let expected = format!("at most {MOST_SHARES} shares of lines");
            Err(Invalid::new("columns_too_large", expected, sum))
        };
        let shares = all(&adjustments).map_err(|invalid| invalid.at("adjustments"))?;
        let paid = all(&payments).map_err(|invalid| invalid.at("payments"))?;
        let orders = lines.into_iter().zip(adjustments).zip(payments);
        Ok(Self { orders: orders.map(|((a, b), c)| [a, b, c]).collect(), shares, paid })
    }
}

/// Each order's range of a column.
fn ranges(offsets: &[u32], length: usize, name: &str) -> Result<Vec<Range<usize>>, Invalid> {
    let ends = offsets.first() == Some(&0)
        && offsets.last().is_some_and(|&end| end as usize == length)
        && offsets.is_sorted();
    if !ends {
        let expected = format!("places that ascend from 0 to {length}");
        return Err(Invalid::new("offsets_invalid", expected, "others").at(name));
    }
    Ok(offsets.windows(2).map(|pair| pair[0] as usize..pair[1] as usize).collect())
}

/// Names that sort as the numbers that they stand for, made once for all orders.
struct Names {
    order: OrderId,
    sku: Sku,
    lines: Vec<LineId>,
    adjustments: Vec<AdjustmentId>,
    payments: Vec<PaymentId>,
    vendors: BTreeMap<u32, VendorId>,
}

impl Names {
    fn of(columns: &OrderColumns<'_>, layout: &Layout) -> Result<Self, Invalid> {
        let longest =
            |which: usize| layout.orders.iter().map(|order| order[which].len()).max().unwrap_or(0);
        let numbers = |count: usize| (0..count).map(|number| format!("{number:010}"));
        let mut vendors = BTreeMap::new();
        for &vendor in columns.vendors.iter().chain(columns.adjustment_vendors) {
            if vendor > 0 && !vendors.contains_key(&vendor) {
                vendors.insert(vendor, VendorId::new(&format!("{vendor:010}"))?);
            }
        }
        Ok(Self {
            order: OrderId::new("0")?,
            sku: Sku::new("0")?,
            lines: numbers(longest(0)).map(|name| LineId::new(&name)).collect::<Result<_, _>>()?,
            adjustments: numbers(longest(1))
                .map(|name| AdjustmentId::new(&name))
                .collect::<Result<_, _>>()?,
            payments: numbers(longest(2))
                .map(|name| PaymentId::new(&name))
                .collect::<Result<_, _>>()?,
            vendors,
        })
    }

    /// The order as a document.
    fn order(&self, columns: &OrderColumns<'_>, spans: &Spans) -> Result<CustomerOrder, Invalid> {
        let currency = columns.currency;
        let money = |minor: i64| Money::from_minor_units(minor.into(), currency);
        let mut lines = Vec::with_capacity(spans.lines.len());
        for (id, row) in self.lines.iter().zip(spans.lines.clone()) {
            let quantity = Quantity::new(Decimal::from(columns.quantities[row]), Unit::EACH);
            let amount = money(columns.amounts[row])?;
            lines.push(OrderLine {
                vendor: self.vendors.get(&columns.vendors[row]).cloned(),
                ..OrderLine::new(id.clone(), self.sku.clone(), quantity, amount)
            });
        }
        let mut adjustments = Vec::with_capacity(spans.adjustments.len());
        for (place, (id, row)) in self.adjustments.iter().zip(spans.adjustments.clone()).enumerate()
        {
            let vendor = columns.adjustment_vendors.get(row).copied().unwrap_or(0);
            let follows = match columns.follows.get(row).copied().unwrap_or(0) as usize {
                0 => None,
                number if number <= place => Some(self.adjustments[number - 1].clone()),
                number => {
                    let expected = "the number of an adjustment before it";
                    let invalid = Invalid::new("follows_unknown", expected, number).at("follows");
                    return Err(invalid.at(format_args!("adjustments[{place}]")));
                }
            };
            adjustments.push(Adjustment {
                vendor: self.vendors.get(&vendor).cloned(),
                follows,
                ..Adjustment::new(
                    id.clone(),
                    columns.kinds[row],
                    money(columns.adjustment_amounts[row])?,
                )
            });
        }
        let mut payments = Vec::with_capacity(spans.payments.len());
        for (id, row) in self.payments.iter().zip(spans.payments.clone()) {
            let amount = money(columns.payment_amounts[row])?;
            payments.push(Payment { id: id.clone(), kind: PaymentKind::Card, amount });
        }
        let order = CustomerOrder::new(self.order.clone(), currency, lines);
        Ok(CustomerOrder { adjustments, payments, ..order })
    }
}

impl SplitColumns {
    /// Enters the parts of an order.
    fn enter(&mut self, split: &Split, spans: &Spans) -> Result<(), Invalid> {
        let (adjustments, payments) = (spans.adjustments.len(), spans.payments.len());
        for part in &split.sale_orders {
            let number = u32::try_from(self.part_totals.len()).unwrap_or(u32::MAX);
            self.part_totals.push(minor(part.total)?);
            for line in &part.lines {
                let place = number_of(line.id.as_str());
                let row = spans.lines.start + place;
                self.parts[row] = number;
                self.totals[row] = minor(line.total)?;
                let first = spans.shares + place * adjustments;
                for share in &line.adjustments {
                    self.shares[first + number_of(share.id.as_str())] = minor(share.amount)?;
                }
                let first = spans.paid + place * payments;
                for share in &line.payments {
                    self.paid[first + number_of(share.id.as_str())] = minor(share.amount)?;
                }
            }
        }
        for share in &split.unapplied {
            let place = spans.adjustments.start + number_of(share.id.as_str());
            self.unapplied[place] = minor(share.amount)?;
        }
        Ok(())
    }
}

fn minor(amount: Money) -> Result<i64, Invalid> {
    let invalid = || Invalid::new("money_too_large", "an amount that fits 64 bits", amount);
    i64::try_from(amount.minor_units()?).map_err(|_| invalid())
}

/// The number that a name of [`Names`] stands for.
fn number_of(name: &str) -> usize {
    name.bytes().fold(0, |number, digit| 10 * number + usize::from(digit - b'0'))
}

/// So many shares of lines are answered at once.
const MOST_SHARES: usize = 1 << 26;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    struct Owned {
        lines: Vec<u32>,
        vendors: Vec<u32>,
        quantities: Vec<u32>,
        amounts: Vec<i64>,
        adjustments: Vec<u32>,
        kinds: Vec<AdjustmentKind>,
        adjustment_amounts: Vec<i64>,
        adjustment_vendors: Vec<u32>,
        follows: Vec<u32>,
        payments: Vec<u32>,
        payment_amounts: Vec<i64>,
    }

    impl Owned {
        fn columns(&self) -> OrderColumns<'_> {
            OrderColumns {
                currency: "EUR".parse().unwrap(),
                lines: &self.lines,
                vendors: &self.vendors,
                quantities: &self.quantities,
                amounts: &self.amounts,
                adjustments: &self.adjustments,
                kinds: &self.kinds,
                adjustment_amounts: &self.adjustment_amounts,
                adjustment_vendors: &self.adjustment_vendors,
                follows: &self.follows,
                payments: &self.payments,
                payment_amounts: &self.payment_amounts,
            }
        }
    }

    /// Orders of one to nine lines; the second has a payment that is a cent short.
    fn orders(count: usize) -> Owned {
        let mut random = Random::new(5);
        let mut below = |end: u32| u32::try_from(random.number() % u64::from(end)).unwrap();
        let mut all = Owned {
            lines: vec![0],
            vendors: Vec::new(),
            quantities: Vec::new(),
            amounts: Vec::new(),
            adjustments: vec![0],
            kinds: Vec::new(),
            adjustment_amounts: Vec::new(),
            adjustment_vendors: Vec::new(),
            follows: Vec::new(),
            payments: vec![0],
            payment_amounts: Vec::new(),
        };
        let end = |length: usize| u32::try_from(length).unwrap();
        for place in 0..count {
            let mut total = 0;
            let vendor = below(3);
            for line in 0..=below(9) {
                all.vendors.push(if line == 0 { vendor } else { below(4) });
                all.quantities.push(1 + below(4));
                all.amounts.push(i64::from(50 + below(5000)));
                total += all.amounts.last().unwrap();
            }
            for (kind, amount, of, follows) in [
                (AdjustmentKind::Discount, -i64::from(below(50)), vendor, 0),
                (AdjustmentKind::Shipping, 990, 0, 0),
                (AdjustmentKind::Tax, 188, 0, 2),
            ] {
                all.kinds.push(kind);
                all.adjustment_amounts.push(amount);
                all.adjustment_vendors.push(of);
                all.follows.push(follows);
                total += amount;
            }
            let gift = i64::from(below(50));
            let short = i64::from(place == 1);
            all.payment_amounts.extend([gift, total - gift - short]);
            all.lines.push(end(all.amounts.len()));
            all.adjustments.push(end(all.kinds.len()));
            all.payments.push(end(all.payment_amounts.len()));
        }
        all
    }

    #[test]
    fn columns_and_rows_add_up_and_a_bad_order_spoils_no_other() {
        let owned = orders(50);
        let columns = owned.columns();
        let split = split_columns(&columns).unwrap();
        assert_eq!(split.problems.len(), 1);
        assert_eq!((split.problems[0].0, split.problems[0].1.code()), (1, "payments_differ"));
        assert_eq!(split.part_offsets[1], split.part_offsets[2]);
        let (mut first_share, mut first_paid) = (0, 0);
        for order in 0..50 {
            let [lines, own, payments] = [&owned.lines, &owned.adjustments, &owned.payments]
                .map(|offsets| offsets[order] as usize..offsets[order + 1] as usize);
            let shares = &split.shares[first_share..first_share + lines.len() * own.len()];
            let paid = &split.paid[first_paid..first_paid + lines.len() * payments.len()];
            first_share += shares.len();
            first_paid += paid.len();
            if order == 1 {
                assert!(shares.iter().chain(paid).all(|&share| share == 0));
                continue;
            }
            for (place, adjustment) in own.clone().enumerate() {
                let sum: i64 = shares.iter().skip(place).step_by(own.len()).sum();
                let expected = owned.adjustment_amounts[adjustment] - split.unapplied[adjustment];
                assert_eq!(sum, expected, "{order}");
            }
            for (place, payment) in payments.clone().enumerate() {
                let sum: i64 = paid.iter().skip(place).step_by(payments.len()).sum();
                assert_eq!(sum, owned.payment_amounts[payment], "{order}");
            }
            for (place, line) in lines.clone().enumerate() {
                let of_line = &shares[place * own.len()..(place + 1) * own.len()];
                let total = owned.amounts[line] + of_line.iter().sum::<i64>();
                assert_eq!(split.totals[line], total, "{order}");
                let paid: i64 = paid[place * payments.len()..][..payments.len()].iter().sum();
                assert_eq!(paid, total, "{order}");
            }
            let parts = split.part_offsets[order] as usize..split.part_offsets[order + 1] as usize;
            for part in parts {
                let of_part = lines.clone().filter(|&line| split.parts[line] as usize == part);
                let vendors: Vec<u32> = of_part.clone().map(|line| owned.vendors[line]).collect();
                assert!(vendors.windows(2).all(|pair| pair[0] == pair[1]));
                let sum: i64 = of_part.map(|line| split.totals[line]).sum();
                assert_eq!(split.part_totals[part], sum, "{order}");
            }
        }
        assert_eq!((first_share, first_paid), (split.shares.len(), split.paid.len()));
        assert_eq!(split_columns(&columns).unwrap(), split);
    }

    #[test]
    fn columns_that_do_not_fit_together_are_refused_by_name() {
        let owned = orders(3);
        let all = owned.columns();
        for (columns, name) in [
            (OrderColumns { vendors: &[1], ..all }, "vendors"),
            (OrderColumns { lines: &[0, 1], ..all }, "lines"),
            (OrderColumns { adjustments: &[], ..all }, "adjustments"),
            (OrderColumns { kinds: &[], ..all }, "kinds"),
            (OrderColumns { follows: &[0], ..all }, "follows"),
            (OrderColumns { payments: &[0, 6], ..all }, "payments"),
        ] {
            assert_eq!(split_columns(&columns).unwrap_err().path, name);
        }
        let follows = [0, 0, 3, 0, 0, 0, 0, 0, 0];
        let problems = split_columns(&OrderColumns { follows: &follows, ..all }).unwrap().problems;
        assert_eq!((problems[0].0, problems[0].1.code()), (0, "follows_unknown"));
        let none = OrderColumns {
            lines: &[0],
            vendors: &[],
            quantities: &[],
            amounts: &[],
            adjustments: &[0],
            kinds: &[],
            adjustment_amounts: &[],
            adjustment_vendors: &[],
            follows: &[],
            payments: &[],
            payment_amounts: &[],
            ..all
        };
        let nothing = SplitColumns { part_offsets: vec![0], ..SplitColumns::default() };
        assert_eq!(split_columns(&none).unwrap(), nothing);
    }
}

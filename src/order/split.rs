//! One sale order per vendor, every minor unit conserved.

use super::{
    Adjustment, AdjustmentKind, CustomerOrder, OrderError, OrderLine, SaleOrder, SaleOrderLine,
    Share,
    apportion::{Weight, apportion},
};
use crate::unit::{Invalid, Money, OrderId, SaleOrderId, sort_by};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How an order is divided.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SplitRules {
    /// What lines must have in common to stay together.
    pub by: SplitBy,
}

/// What lines must have in common to stay together.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum SplitBy {
    /// The vendor; lines without one are a part of their own, never dropped.
    #[default]
    Vendor,
    /// Nothing: every line is a sale order, for systems that answer per product.
    Line,
}

/// An order, divided.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Split {
    /// The parts: first the one without vendor, then by vendor, then by line.
    pub sale_orders: Vec<SaleOrder>,
    /// Parts of discounts that no line could take, since none becomes negative.
    pub unapplied: Vec<Share>,
}

/// Splits an order into sale orders.
///
/// Each adjustment is apportioned once, over the lines it is for, in proportion to their amounts
/// (to their quantities when no amount is positive, else alike); a discount never takes more from a
/// line than is left of it. Then lines move to their part and are summed, never priced again, so
/// every column of the parts adds up to the order's. The sequence of the lines changes nothing.
///
/// # Errors
///
/// When the order cannot be accepted (see [`CustomerOrder::check`]), or its name and a vendor's
/// together are too long for a sale order's.
///
/// ```
/// use replenish::order::{CustomerOrder, SplitRules, split};
/// let order: CustomerOrder = serde_json::from_str(r#"{
///     "id": "1001", "revision": 1, "currency": "EUR",
///     "lines": [
///         {"id": "1", "sku": "apple", "vendor": "farm", "quantity": "3 each", "amount": "3.33 EUR"},
///         {"id": "2", "sku": "bread", "vendor": "mill", "quantity": "1 each", "amount": "6.67 EUR"}
///     ],
///     "adjustments": [{"id": "coupon", "kind": "discount", "amount": "-1.00 EUR"}]
/// }"#)?;
/// let parts = split(&order, &SplitRules::default())?.sale_orders;
/// assert_eq!(parts[0].id.as_str(), "1001:1:farm");
/// assert_eq!(parts[0].total.to_string(), "3.00 EUR");
/// assert_eq!(parts[1].total.to_string(), "6.00 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn split(order: &CustomerOrder, rules: &SplitRules) -> Result<Split, OrderError> {
    order.check()?;
    let mut lines: Vec<&OrderLine> = order.lines.iter().collect();
    sort_by(&mut lines, |a, b| a.id.cmp(&b.id));

    let mut left: Vec<i128> =
        lines.iter().map(|line| line.amount.minor_units()).collect::<Result<_, _>>()?;
    let amounts = left.clone();
    let mut shares: Vec<Vec<Share>> = vec![Vec::new(); lines.len()];
    let mut unapplied = Vec::new();
    for adjustment in &order.adjustments {
        let (parts, rest) = divide(adjustment, &lines, &amounts, &left)?;
        let share = |amount: i128| -> Result<Share, Invalid> {
            let amount = Money::from_minor_units(amount, order.currency)?;
            Ok(Share { id: adjustment.id.clone(), kind: adjustment.kind, amount })
        };
        for (index, part) in parts.into_iter().enumerate() {
            if part != 0 {
                shares[index].push(share(part)?);
            }
            if adjustment.kind == AdjustmentKind::Discount {
                left[index] += part;
            }
        }
        if rest != 0 {
            unapplied.push(share(rest)?);
        }
    }

    let mut parts: BTreeMap<PartKey<'_>, Vec<SaleOrderLine>> = BTreeMap::new();
    for (line, shares) in lines.iter().zip(shares) {
        let own = match rules.by {
            SplitBy::Vendor => None,
            SplitBy::Line => Some(line.id.as_str()),
        };
        let key = (line.vendor.as_ref().map(crate::unit::VendorId::as_str), own);
        parts.entry(key).or_default().push(sale_order_line(line, shares)?);
    }
    let sale_orders = parts.into_iter().map(|(key, lines)| sale_order(order, key, lines));
    Ok(Split { sale_orders: sale_orders.collect::<Result<_, _>>()?, unapplied })
}

/// Vendor and, where every line is a part, the line.
type PartKey<'a> = (Option<&'a str>, Option<&'a str>);

/// Each line's part of an adjustment, and what none could take.
fn divide(
    adjustment: &Adjustment,
    lines: &[&OrderLine],
    amounts: &[i128],
    left: &[i128],
) -> Result<(Vec<i128>, i128), Invalid> {
    let concerned =
        |line: &OrderLine| adjustment.lines.as_ref().is_none_or(|scope| scope.contains(&line.id));
    let members: Vec<usize> = (0..lines.len()).filter(|&index| concerned(lines[index])).collect();
    let valued = members.iter().any(|&index| amounts[index] > 0);
    let scale = members.iter().map(|&index| lines[index].quantity.amount().scale()).max();
    let mut weights = Vec::with_capacity(members.len());
    for &index in &members {
        let weight = if valued {
            amounts[index].unsigned_abs()
        } else {
            quantity_weight(lines[index].quantity.amount(), scale.unwrap_or(0))?
        };
        let discount = adjustment.kind == AdjustmentKind::Discount;
        let cap = discount.then_some(left[index].unsigned_abs());
        weights.push(Weight { key: lines[index].id.as_str(), weight, cap });
    }
    let (given, rest) = apportion(adjustment.amount.minor_units()?, &weights)?;
    let mut parts = vec![0; lines.len()];
    for (index, part) in members.into_iter().zip(given) {
        parts[index] = part;
    }
    Ok((parts, rest))
}

/// A quantity as a whole number at a scale that all quantities share.
fn quantity_weight(mut amount: Decimal, scale: u32) -> Result<u128, Invalid> {
    amount.rescale(scale);
    if amount.scale() == scale {
        return Ok(amount.mantissa().unsigned_abs());
    }
    Err(Invalid::new("quantity_too_large", "a quantity of at most 28 digits", amount))
}

fn sale_order_line(line: &OrderLine, adjustments: Vec<Share>) -> Result<SaleOrderLine, Invalid> {
    let total = adjustments.iter().try_fold(line.amount, |sum, share| sum.plus(share.amount))?;
    Ok(SaleOrderLine {
        id: line.id.clone(),
        sku: line.sku.clone(),
        quantity: line.quantity,
        amount: line.amount,
        adjustments,
        total,
    })
}

fn sale_order(
    order: &CustomerOrder,
    key: PartKey<'_>,
    lines: Vec<SaleOrderLine>,
) -> Result<SaleOrder, Invalid> {
    let currency = order.currency;
    let mut adjustments = Vec::new();
    for adjustment in &order.adjustments {
        let own = lines.iter().flat_map(|line| &line.adjustments);
        let own = own.filter(|share| share.id == adjustment.id).map(|share| share.amount);
        let amount = Money::sum(own, currency)?;
        if !amount.is_zero() {
            adjustments.push(Share { id: adjustment.id.clone(), kind: adjustment.kind, amount });
        }
    }
    let vendor = key.0.map(crate::unit::VendorId::new).transpose()?;
    Ok(SaleOrder {
        id: name(&order.id, order.revision, key)?,
        order: order.id.clone(),
        revision: order.revision,
        vendor,
        currency,
        goods: Money::sum(lines.iter().map(|line| line.amount), currency)?,
        total: Money::sum(lines.iter().map(|line| line.total), currency)?,
        adjustments,
        lines,
    })
}

/// `order:revision:vendor` or `order:revision:vendor:line`, `~` for no vendor; the separators are
/// escaped within the parts, so different parts never share a name.
fn name(
    order: &OrderId,
    revision: u32,
    (vendor, line): PartKey<'_>,
) -> Result<SaleOrderId, Invalid> {
    let mut name = format!("{}:{revision}:", escape(order.as_str()));
    name += &vendor.map_or("~".to_owned(), escape);
    if let Some(line) = line {
        name = name + ":" + &escape(line);
    }
    SaleOrderId::new(&name).map_err(|invalid| invalid.at("id"))
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace(':', "%3A").replace('~', "%7E")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as (name, vendor or "", amount in cents), adjustments as (name, kind, amount in cents).
    fn order(
        lines: &[(&str, &str, i128)],
        adjustments: &[(&str, AdjustmentKind, i128)],
    ) -> CustomerOrder {
        order_in("EUR", lines, adjustments)
    }

    fn order_in(
        currency: &str,
        lines: &[(&str, &str, i128)],
        adjustments: &[(&str, AdjustmentKind, i128)],
    ) -> CustomerOrder {
        let currency = currency.parse().unwrap();
        let money = |minor| Money::from_minor_units(minor, currency).unwrap();
        CustomerOrder {
            id: "1".parse().unwrap(),
            revision: 1,
            currency,
            lines: lines
                .iter()
                .map(|&(id, vendor, amount)| OrderLine {
                    id: id.parse().unwrap(),
                    sku: "x".parse().unwrap(),
                    vendor: (!vendor.is_empty()).then(|| vendor.parse().unwrap()),
                    quantity: "1 each".parse().unwrap(),
                    amount: money(amount),
                })
                .collect(),
            adjustments: adjustments
                .iter()
                .map(|&(id, kind, amount)| Adjustment {
                    id: id.parse().unwrap(),
                    kind,
                    amount: money(amount),
                    lines: None,
                })
                .collect(),
        }
    }

    fn parts(order: &CustomerOrder) -> Split {
        split(order, &SplitRules::default()).unwrap()
    }

    /// Each part's share of the first adjustment, in minor units.
    fn first_shares(order: &CustomerOrder) -> Vec<i128> {
        let shares = |part: &SaleOrder| {
            part.adjustments.first().map_or(0, |share| share.amount.minor_units().unwrap())
        };
        parts(order).sale_orders.iter().map(shares).collect()
    }

    use AdjustmentKind::{Discount, Fee, Shipping, Tax};

    #[test]
    fn case_1_a_line_without_vendor_is_a_part_of_its_own_and_comes_first() {
        let split = parts(&order(&[("1", "b", 100), ("2", "", 100)], &[]));
        let names: Vec<_> = split.sale_orders.iter().map(|part| part.id.as_str()).collect();
        assert_eq!(names, ["1:1:~", "1:1:b"]);
    }

    #[test]
    fn case_2_one_vendor_is_one_part_with_the_order_s_totals() {
        let split = parts(&order(&[("1", "a", 100), ("2", "a", 50)], &[("d", Discount, -30)]));
        assert_eq!(split.sale_orders.len(), 1);
        assert_eq!(split.sale_orders[0].total.to_string(), "1.20 EUR");
    }

    #[test]
    fn case_3_nothing_wanted_is_an_error() {
        assert_eq!(split(&order(&[], &[]), &SplitRules::default()), Err(OrderError::EmptyOrder));
        let mut zero = order(&[("1", "a", 0)], &[]);
        zero.lines[0].quantity = "0 each".parse().unwrap();
        assert_eq!(split(&zero, &SplitRules::default()), Err(OrderError::EmptyOrder));
    }

    #[test]
    fn case_4_the_same_product_twice_stays_two_lines() {
        let split = parts(&order(&[("1", "a", 100), ("2", "a", 50)], &[]));
        assert_eq!(split.sale_orders[0].lines.len(), 2);
    }

    #[test]
    fn cases_8_to_10_discounts_by_largest_remainder() {
        let three = [("1", "a", 3333), ("2", "b", 3333), ("3", "c", 3334)];
        assert_eq!(first_shares(&order(&three, &[("d", Discount, -1000)])), [-333, -333, -334]);
        let equal = [("1", "a", 1), ("2", "b", 1), ("3", "c", 1)];
        assert_eq!(first_shares(&order(&equal, &[("d", Discount, -1)])), [-1, 0, 0]);
        let free = [("1", "a", 0), ("2", "b", 333), ("3", "c", 333), ("4", "d", 333)];
        assert_eq!(first_shares(&order(&free, &[("d", Discount, -101)])), [0, -34, -34, -33]);
    }

    #[test]
    fn case_11_a_discount_never_exceeds_what_is_left() {
        let split = parts(&order(&[("1", "a", 3000)], &[("d", Discount, -5000)]));
        assert!(split.sale_orders[0].total.is_zero());
        assert_eq!(split.unapplied[0].amount.to_string(), "-20.00 EUR");
        // A second discount finds less left on the first line than its weight would give it.
        let twice = order(
            &[("1", "a", 100), ("2", "b", 100)],
            &[("x", Discount, -90), ("y", Discount, -80)],
        );
        let mut scoped = twice.clone();
        scoped.adjustments[0].lines = Some(vec!["1".parse().unwrap()]);
        let totals: Vec<_> =
            parts(&scoped).sale_orders.iter().map(|part| part.total.to_string()).collect();
        assert_eq!(totals, ["0.00 EUR", "0.30 EUR"]);
    }

    #[test]
    fn case_12_a_vendor_s_promotion_touches_only_its_lines() {
        let mut order = order(&[("1", "a", 100), ("2", "b", 100)], &[("p", Discount, -50)]);
        order.adjustments[0].lines = Some(vec!["2".parse().unwrap()]);
        assert_eq!(first_shares(&order), [0, -50]);
    }

    #[test]
    fn cases_15_to_17_charges_are_divided_and_never_copied() {
        let equal = [("1", "a", 500), ("2", "b", 500), ("3", "c", 500)];
        assert_eq!(first_shares(&order(&equal, &[("s", Shipping, 1000)])), [334, 333, 333]);
        let worthless = [("1", "a", 0), ("2", "b", 0)];
        let split = parts(&order(&worthless, &[("s", Shipping, 1000), ("t", Tax, 190)]));
        for part in &split.sale_orders {
            let amounts: Vec<_> =
                part.adjustments.iter().map(|share| share.amount.to_string()).collect();
            assert_eq!(amounts, ["5.00 EUR", "0.95 EUR"]);
        }
    }

    #[test]
    fn case_18_currencies_without_or_with_three_decimals() {
        let seven: Vec<_> =
            [("1", "a"), ("2", "b"), ("3", "c"), ("4", "d"), ("5", "e"), ("6", "f"), ("7", "g")]
                .map(|(line, vendor)| (line, vendor, 10))
                .into();
        let pesos = order_in("CLP", &seven, &[("f", Fee, 100)]);
        assert_eq!(first_shares(&pesos), [15, 15, 14, 14, 14, 14, 14]);
        let dinars = order_in("KWD", &seven[..2], &[("f", Fee, 1)]);
        assert_eq!(parts(&dinars).sale_orders[0].total.to_string(), "0.011 KWD");
    }

    #[test]
    fn case_21_lines_first_then_parts() {
        let lines = [("1", "a", 47), ("2", "b", 46), ("3", "b", 47)];
        assert_eq!(first_shares(&order(&lines, &[("d", Discount, -55)])), [-19, -36]);
    }

    #[test]
    fn case_33_two_currencies_are_an_error() {
        let mut order = order(&[("1", "a", 100)], &[]);
        order.lines[0].amount = "1.00 USD".parse().unwrap();
        let error = split(&order, &SplitRules::default()).unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().contains("lines[0].amount")),
            ("currency_mixed", true)
        );
    }

    #[test]
    fn case_34_amounts_near_the_end_of_128_bits() {
        let huge = 10_i128.pow(13);
        let order =
            order(&[("1", "a", huge), ("2", "b", huge), ("3", "c", huge)], &[("f", Fee, huge)]);
        assert_eq!(first_shares(&order), [3_333_333_333_334, 3_333_333_333_333, 3_333_333_333_333]);
        let beyond = 10_i128.pow(27);
        let order = self::order(&[("1", "a", beyond)], &[("f", Fee, beyond)]);
        assert_eq!(split(&order, &SplitRules::default()).unwrap_err().code(), "money_too_large");
    }

    #[test]
    fn names_of_different_parts_never_meet() {
        let by_line = SplitRules { by: SplitBy::Line };
        let odd = order(&[("1:x", "a:b", 1), ("x", "a:b:1", 1), ("y", "~", 1), ("z", "", 1)], &[]);
        let names: Vec<_> =
            split(&odd, &by_line).unwrap().sale_orders.into_iter().map(|part| part.id).collect();
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), 4, "{names:?}");
    }

    #[test]
    fn bad_orders_name_their_field() {
        let problem = |change: fn(&mut CustomerOrder)| {
            let mut order = order(&[("1", "a", 100), ("2", "b", 100)], &[("d", Discount, -1)]);
            change(&mut order);
            split(&order, &SplitRules::default()).unwrap_err().to_string()
        };
        for (found, field) in [
            (problem(|o| o.lines[1].id = o.lines[0].id.clone()), "lines[1].id"),
            (problem(|o| o.lines[0].amount = "0.005 EUR".parse().unwrap()), "lines[0].amount"),
            (problem(|o| o.lines[0].amount = "-1 EUR".parse().unwrap()), "lines[0].amount"),
            (problem(|o| o.lines[0].quantity = "-1 each".parse().unwrap()), "lines[0].quantity"),
            (
                problem(|o| o.adjustments[0].amount = "1 EUR".parse().unwrap()),
                "adjustments[0].amount",
            ),
            (
                problem(|o| o.adjustments[0].lines = Some(vec!["9".parse().unwrap()])),
                "adjustments[0].lines[0]",
            ),
            (problem(|o| o.adjustments[0].lines = Some(vec![])), "adjustments[0].lines"),
            (problem(|o| o.adjustments.push(o.adjustments[0].clone())), "adjustments[1].id"),
        ] {
            assert!(found.starts_with(&format!("`{field}`")), "{found}");
        }
    }

    #[cfg(not(target_family = "wasm"))]
    mod properties {
        use super::*;
        use proptest::prelude::*;

        fn orders() -> impl Strategy<Value = CustomerOrder> {
            let line = (0..5_u8, 0..100_000_i128, 0..4_u32);
            let adjustment = (0..4_u8, 0..50_000_i128, any::<u8>());
            (proptest::collection::vec(line, 1..20), proptest::collection::vec(adjustment, 0..5))
                .prop_map(|(lines, adjustments)| {
                    let mut built = order(&[], &[]);
                    let money = |minor| Money::from_minor_units(minor, built.currency).unwrap();
                    for (index, &(vendor, amount, quantity)) in lines.iter().enumerate() {
                        built.lines.push(OrderLine {
                            id: format!("{index}").parse().unwrap(),
                            sku: "x".parse().unwrap(),
                            vendor: (vendor > 0).then(|| format!("v{vendor}").parse().unwrap()),
                            quantity: format!("{quantity} each").parse().unwrap(),
                            amount: money(if vendor == 4 { 0 } else { amount }),
                        });
                    }
                    built.lines[0].quantity = "1 each".parse().unwrap();
                    for (index, &(kind, amount, scope)) in adjustments.iter().enumerate() {
                        let kind = [Discount, Shipping, Fee, Tax][usize::from(kind)];
                        let scoped: Vec<_> = built
                            .lines
                            .iter()
                            .enumerate()
                            .filter(|(line, _)| scope >> (line % 8) & 1 == 1)
                            .map(|(_, line)| line.id.clone())
                            .collect();
                        built.adjustments.push(Adjustment {
                            id: format!("{index}").parse().unwrap(),
                            kind,
                            amount: money(if kind == Discount { -amount } else { amount }),
                            lines: (!scoped.is_empty()).then_some(scoped),
                        });
                    }
                    built
                })
        }

        proptest! {
            #[test]
            fn every_column_of_the_parts_adds_up_to_the_order_s(order in orders()) {
                let split = parts(&order);
                let sum = |amounts: Vec<Money>| Money::sum(amounts, order.currency).unwrap();
                let goods = sum(split.sale_orders.iter().map(|part| part.goods).collect());
                prop_assert_eq!(goods, sum(order.lines.iter().map(|line| line.amount).collect()));
                for adjustment in &order.adjustments {
                    let own = |shares: &[Share]| sum(shares.iter().filter(|share| share.id == adjustment.id).map(|share| share.amount).collect());
                    let parts = sum(split.sale_orders.iter().map(|part| own(&part.adjustments)).collect());
                    prop_assert_eq!(parts.plus(own(&split.unapplied)).unwrap(), adjustment.amount);
                }
                for part in &split.sale_orders {
                    let columns = part.goods.plus(sum(part.adjustments.iter().map(|share| share.amount).collect())).unwrap();
                    prop_assert_eq!(part.total, columns);
                    prop_assert_eq!(part.total, sum(part.lines.iter().map(|line| line.total).collect()));
                    for line in &part.lines {
                        prop_assert!(!line.total.is_negative());
                    }
                }
                prop_assert_eq!(split.sale_orders.iter().map(|part| part.lines.len()).sum::<usize>(), order.lines.len());
            }

            #[test]
            fn cases_5_and_6_the_sequence_of_lines_and_a_second_split_change_nothing(order in orders(), seed in any::<u64>()) {
                let mut shuffled = order.clone();
                shuffled.lines.sort_by_key(|line| {
                    line.id.as_str().bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
                });
                let text = |order: &CustomerOrder| serde_json::to_string(&parts(order)).unwrap();
                prop_assert_eq!(text(&order), text(&shuffled));
                prop_assert_eq!(text(&order), text(&order));
            }
        }
    }
}

//! Whether a customer's order holds together.

use super::{
    AdjustmentKind, CustomerOrder, OrderError, OrderLine, TaxBase, commissions,
    ledger::Ledger,
    minor_units::{MinorUnits, Product},
    payments,
    vendors::Vendors,
};
use crate::unit::{Invalid, Money, Quantity, first_repeated, sort_by};
use std::cmp::Ordering;

impl CustomerOrder {
    /// Checks what the types alone cannot: names unique, amounts exact in the order's currency and of
    /// the right sign, taxes what their rates make of them, totals and payments what the rows come
    /// to, some quantity wanted. Lines are those of the vendors that they name.
    ///
    /// # Errors
    ///
    /// The first thing that cannot be accepted, with its field.
    pub fn check(&self) -> Result<(), OrderError> {
        let lines = Lines::in_order(&self.lines.iter().collect::<Vec<_>>())?;
        let vendors = Vendors::of(self, &lines.sorted);
        let ledger = Ledger::open(self, &lines, &vendors)?;
        commissions::divide(self, &lines.sorted, &vendors, &ledger)?;
        payments::draw(self, ledger.minor, &ledger.totals)?;
        Ok(())
    }
}

/// An order's lines in order of their names, each name once.
pub(super) struct Lines<'a> {
    pub(super) sorted: Vec<&'a OrderLine>,
    /// Where each one stands in the order.
    pub(super) places: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn in_order(lines: &[&'a OrderLine]) -> Result<Self, OrderError> {
        let mut places: Vec<usize> = (0..lines.len()).collect();
        let by_name = |a: &usize, b: &usize| lines[*a].id.cmp(&lines[*b].id);
        if !places.is_sorted_by(|a, b| by_name(a, b).is_lt()) {
            sort_by(&mut places, by_name);
            let twice = places.windows(2).filter(|pair| by_name(&pair[0], &pair[1]).is_eq());
            if let Some(second) = twice.map(|pair| pair[1]).min() {
                return Err(twice_error("line", &lines[second].id, "lines", second).into());
            }
        }
        Ok(Self { sorted: places.iter().map(|&place| lines[place]).collect(), places })
    }
}

/// Refuses a name that an earlier item of the list has.
pub(super) fn unique<T>(
    items: &[T],
    compare: fn(&T, &T) -> Ordering,
    twice: impl Fn(usize) -> Invalid,
) -> Result<(), Invalid> {
    // A list of a few is sooner compared than sorted.
    let repeated = if items.len() <= 8 {
        (1..items.len()).find(|&second| {
            items[..second].iter().any(|first| compare(first, &items[second]).is_eq())
        })
    } else {
        first_repeated(items.len(), &mut |a, b| compare(&items[a], &items[b]))
    };
    repeated.map_or(Ok(()), |second| Err(twice(second)))
}

/// A name that stands twice.
pub(super) fn twice_error(
    what: &str,
    id: impl std::fmt::Display,
    list: &str,
    place: usize,
) -> Invalid {
    Invalid::new("id_twice", format!("each {what}'s name once"), id)
        .at("id")
        .at(format_args!("{list}[{place}]"))
}

/// Refuses an adjustment whose sign is not that of its kind; all signs are turned round where goods
/// are given back.
pub(super) fn check_sign(
    kind: AdjustmentKind,
    count: i64,
    returned: bool,
    amount: Money,
) -> Result<(), Invalid> {
    let negative = (kind == AdjustmentKind::Discount) != returned;
    if count == 0 || (count < 0) == negative {
        return Ok(());
    }
    let expected = match (kind, returned) {
        (AdjustmentKind::Discount, false) => "a discount of zero or less",
        (AdjustmentKind::Discount, true) => {
            "a discount of zero or more, its lines being given back"
        }
        (AdjustmentKind::Shipping | AdjustmentKind::Fee | AdjustmentKind::Tax, false) => {
            "an amount of zero or more"
        }
        (AdjustmentKind::Shipping | AdjustmentKind::Fee | AdjustmentKind::Tax, true) => {
            "an amount of zero or less, its lines being given back"
        }
    };
    Err(Invalid::new("adjustment_sign", expected, amount).at("amount"))
}

/// Refuses what only a tax can have.
pub(super) fn check_kind(
    kind: AdjustmentKind,
    included: bool,
    tax: Option<&TaxBase>,
) -> Result<(), Invalid> {
    if kind == AdjustmentKind::Tax {
        return Ok(());
    }
    if included {
        let expected = "only a tax to be contained in other amounts";
        return Err(Invalid::new("included_not_tax", expected, "an adjustment of another kind")
            .at("included"));
    }
    if tax.is_some() {
        let expected = "a rate and base only of a tax";
        return Err(
            Invalid::new("base_not_tax", expected, "an adjustment of another kind").at("tax")
        );
    }
    Ok(())
}

/// Refuses a tax that is further from its rate of its base than rounding every unit explains.
pub(super) fn check_tax(
    tax: &TaxBase,
    count: i64,
    amount: Money,
    units: u64,
    minor: MinorUnits,
) -> Result<(), Invalid> {
    let base = minor.count(tax.base).map_err(|invalid| invalid.at("base").at("tax"))?;
    // Everything twice, since what is allowed is a half for every unit.
    let product = Product::of(2 * base.unsigned_abs(), tax.rate).ok_or_else(|| {
        Invalid::new("money_too_large", "a rate whose product with its base fits", tax.rate)
            .at("rate")
            .at("tax")
    })?;
    let doubled = 2 * i128::from(if base < 0 { -count } else { count });
    let allowed = i128::from(units.max(1));
    if product.is_within(doubled - allowed, doubled + allowed) {
        return Ok(());
    }
    let exact = tax.base.times(tax.rate.factor())?;
    let expected = format!("a tax of {exact}, which is {} of {}", tax.rate, tax.base);
    Err(Invalid::new("tax_wrong", expected, amount).at("amount"))
}

/// A quantity rounded up to whole units.
pub(super) fn whole_units(quantity: Quantity) -> u64 {
    let amount = quantity.amount();
    let units = amount.mantissa().unsigned_abs().div_ceil(10_u128.pow(amount.scale()));
    units.try_into().unwrap_or(u64::MAX)
}

//! How an order's adjustments are divided among its lines.

use super::{
    Adjustment, AdjustmentKind, CustomerOrder, OrderLine,
    apportion::{divide, divide_within},
    cells::Cell,
    customer_check::{Lines, check_kind, check_sign, check_tax, twice_error, unique, whole_units},
    ledger::{Column, Ledger, OwnColumns},
    minor_units::MinorUnits,
    vendors::Vendors,
};
use crate::unit::{AdjustmentId, Invalid, sort_by};
use std::borrow::Cow;

/// The lines that an adjustment is for, and their claims on it.
#[derive(Clone, Default)]
struct Scope<'l> {
    lines: Cow<'l, [usize]>,
    /// Whether they are given back.
    returned: bool,
}

/// A charge that others may follow.
#[derive(Default)]
struct Charge<'l> {
    scope: Scope<'l>,
    /// What it was divided by.
    weights: Vec<u64>,
    /// Each line's share, by size.
    shares: Vec<u64>,
    /// What discounts have left of it.
    left: Vec<u64>,
}

/// What scopes are made of.
struct Scopes<'l, 'a> {
    lines: &'l [&'a OrderLine],
    vendors: &'l Vendors<'a>,
    /// The lines that are not given back; all of them where all are.
    all: Scope<'l>,
    /// The last adjustment that named the line, counted from 1.
    named: Vec<usize>,
    /// The order's adjustments.
    adjustments: &'a [Adjustment],
    /// They by name; empty where none follows another.
    by_name: Vec<usize>,
    /// What has been divided so far; nothing in place of what nobody may follow.
    charges: Vec<Charge<'l>>,
}

impl<'a> Ledger<'a> {
    /// Divides the order's adjustments, one after the other.
    pub(super) fn enter_adjustments(
        &mut self,
        order: &'a CustomerOrder,
        lines: &Lines<'a>,
        vendors: &Vendors<'a>,
        own: &OwnColumns<'a>,
    ) -> Result<(), Invalid> {
        let adjustments = &order.adjustments;
        let twice =
            |place: usize| twice_error("adjustment", &adjustments[place].id, "adjustments", place);
        unique(adjustments, |a, b| a.id.cmp(&b.id), twice)?;
        let returned = lines.sorted.iter().all(|line| line.returned);
        let all: Vec<usize> = (0..lines.sorted.len())
            .filter(|&line| returned || !lines.sorted[line].returned)
            .collect();
        let mut scopes = Scopes::new(&lines.sorted, vendors, adjustments);
        scopes.all = Scope { lines: Cow::Borrowed(&all), returned };
        for (place, adjustment) in adjustments.iter().enumerate() {
            if own.has(&adjustment.id) {
                return Err(twice(place));
            }
            self.enter_adjustment(place, adjustment, &mut scopes)
                .map_err(|invalid| invalid.at(format_args!("adjustments[{place}]")))?;
        }
        Ok(())
    }

    fn enter_adjustment(
        &mut self,
        place: usize,
        adjustment: &'a Adjustment,
        scopes: &mut Scopes<'_, 'a>,
    ) -> Result<(), Invalid> {
        let Adjustment { id, kind, included, .. } = adjustment;
        check_kind(*kind, *included, adjustment.tax.as_ref())?;
        let amount = self.count(adjustment.amount).map_err(|invalid| invalid.at("amount"))?;
        let followed = match &adjustment.follows {
            Some(followed) => Some(scopes.followed(place, adjustment, followed)?),
            None => None,
        };
        let scope = match followed {
            Some(followed) => scopes.charges[followed].scope.clone(),
            None => scopes.scope(place, adjustment)?,
        };
        check_sign(*kind, amount, scope.returned, adjustment.amount)?;
        if let Some(tax) = &adjustment.tax {
            let units = |&line: &usize| whole_units(scopes.lines[line].quantity);
            let units = scope.lines.iter().map(units).fold(0, u64::saturating_add);
            check_tax(tax, amount, adjustment.amount, units, self.minor)?;
        }
        let column = self.columns.len();
        let follows = adjustment.follows.as_ref();
        self.columns.push(Column { id, kind: *kind, included: *included, follows });

        let weights = match followed {
            Some(followed) => scopes.charges[followed].claims(),
            None => weights(&scope.lines, &self.values, scopes.lines)?,
        };
        let size = amount.unsigned_abs();
        let mut shares = Vec::new();
        let is_discount = *kind == AdjustmentKind::Discount;
        let rest = if is_discount {
            match followed {
                Some(followed) => {
                    let left = &mut scopes.charges[followed].left;
                    take_off(size, &weights, left, &mut shares)
                }
                None => self.take_off_goods(size, &weights, &scope.lines, &mut shares),
            }
        } else {
            divide(size, &weights, &mut shares).map(|()| 0)
        };
        let rest = rest.ok_or_else(|| too_large(self.minor, amount))?;
        for (&line, &share) in scope.lines.iter().zip(&shares) {
            let share = share.cast_signed();
            self.enter(line, column, if amount < 0 { -share } else { share });
            if *included && followed.is_none() {
                self.included[line] += share.unsigned_abs();
            }
        }
        if rest > 0 {
            let rest = rest.cast_signed();
            self.unapplied.push(Cell { column, amount: if amount < 0 { -rest } else { rest } });
        }
        scopes.keep(adjustment, scope, weights, shares);
        Ok(())
    }

    /// Divides a discount on goods, none of which becomes worth less than nothing.
    fn take_off_goods(
        &mut self,
        size: u64,
        weights: &[u64],
        lines: &[usize],
        shares: &mut Vec<u64>,
    ) -> Option<u64> {
        let mut left: Vec<u64> = lines.iter().map(|&line| self.discounted[line]).collect();
        let rest = take_off(size, weights, &mut left, shares);
        for (&line, left) in lines.iter().zip(left) {
            self.discounted[line] = left;
        }
        rest
    }
}

/// Divides a discount and takes it off what is left.
fn take_off(size: u64, weights: &[u64], left: &mut [u64], shares: &mut Vec<u64>) -> Option<u64> {
    let rest = divide_within(size, weights, left, shares)?;
    for (left, share) in left.iter_mut().zip(shares) {
        *left -= *share;
    }
    Some(rest)
}

/// By what lines share: by what their goods are worth; where they are worth nothing by quantity, units
/// counting alike whatever they measure; where there is none either, all weights are zero, which
/// counts alike.
pub(super) fn weights(
    rows: &[usize],
    values: &[u64],
    lines: &[&OrderLine],
) -> Result<Vec<u64>, Invalid> {
    let by_value: Vec<u64> = rows.iter().map(|&row| values[row]).collect();
    if by_value.iter().any(|&value| value > 0) {
        return Ok(by_value);
    }
    let quantity = |&row: &usize| lines[row].quantity.amount();
    let scale = rows.iter().map(|row| quantity(row).scale()).max().unwrap_or(0);
    let count = |row: &usize| {
        let amount = quantity(row);
        let factor = 10_u128.pow(scale - amount.scale());
        let count = amount.mantissa().unsigned_abs().checked_mul(factor);
        count.and_then(|count| u64::try_from(count).ok()).ok_or_else(|| {
            let expected = "quantities that have at most 64 bits, all with the same decimals";
            Invalid::new("quantity_too_large", expected, lines[*row].quantity)
        })
    };
    rows.iter().map(count).collect()
}

pub(super) fn too_large(minor: MinorUnits, amount: i64) -> Invalid {
    let expected = "an amount whose shares are by weights of 64 bits together";
    Invalid::new("money_too_large", expected, minor.money(amount))
}

impl<'l, 'a> Scopes<'l, 'a> {
    fn new(
        lines: &'l [&'a OrderLine],
        vendors: &'l Vendors<'a>,
        adjustments: &'a [Adjustment],
    ) -> Self {
        let mut by_name = Vec::new();
        if adjustments.iter().any(|adjustment| adjustment.follows.is_some()) {
            by_name = (0..adjustments.len()).collect();
            sort_by(&mut by_name, |&a: &usize, &b| adjustments[a].id.cmp(&adjustments[b].id));
        }
        Self {
            lines,
            vendors,
            all: Scope::default(),
            named: Vec::new(),
            adjustments,
            by_name,
            charges: Vec::new(),
        }
    }

    /// The lines of an adjustment that follows no other.
    fn scope(&mut self, place: usize, adjustment: &Adjustment) -> Result<Scope<'l>, Invalid> {
        let vendor_lines = match &adjustment.vendor {
            None => None,
            Some(vendor) => {
                let lines = self.vendors.lines(vendor);
                if lines.is_empty() {
                    let expected = "a vendor who fulfils one of the order's lines";
                    return Err(Invalid::new("vendor_unknown", expected, vendor).at("vendor"));
                }
                Some(lines)
            }
        };
        let lines = match (&adjustment.lines, vendor_lines) {
            (None, None) => return Ok(self.all.clone()),
            (None, Some(lines)) => Cow::Borrowed(lines),
            (Some(_), _) => Cow::Owned(self.named_lines(place, adjustment)?),
        };
        let returned = self.lines[lines[0]].returned;
        if let Some(&other) = lines.iter().find(|&&line| self.lines[line].returned != returned) {
            let expected = "lines that are all given back, or none of them";
            let field = if adjustment.lines.is_some() { "lines" } else { "vendor" };
            let both = format_args!("{} and {}", self.lines[lines[0]].id, self.lines[other].id);
            return Err(Invalid::new("scope_mixed", expected, both).at(field));
        }
        Ok(Scope { lines, returned })
    }

    /// The lines that an adjustment names, in their order.
    fn named_lines(
        &mut self,
        place: usize,
        adjustment: &Adjustment,
    ) -> Result<Vec<usize>, Invalid> {
        let named = adjustment.lines.as_deref().unwrap_or_default();
        self.named.resize(self.lines.len(), 0);
        let mut found = Vec::with_capacity(named.len());
        let mut next = 0;
        for (index, id) in named.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("lines[{index}]"));
            // Most lists are in the order of the lines.
            let line = if self.lines.get(next).is_some_and(|line| line.id == *id) {
                Some(next)
            } else {
                self.lines.binary_search_by(|line| line.id.cmp(id)).ok()
            };
            let line = line.filter(|&line| self.named[line] != place + 1).ok_or_else(|| {
                at(Invalid::new("line_unknown", "names of the order's lines, each once", id))
            })?;
            if adjustment.vendor.is_some() && self.lines[line].vendor != adjustment.vendor {
                let expected = "lines of the adjustment's vendor";
                return Err(at(Invalid::new("line_of_other_vendor", expected, id)));
            }
            self.named[line] = place + 1;
            found.push(line);
            next = line + 1;
        }
        if found.is_empty() {
            return Err(Invalid::new("line_missing", "at least one line", "none").at("lines"));
        }
        if !found.is_sorted() {
            sort_by(&mut found, Ord::cmp);
        }
        Ok(found)
    }

    /// The place of the charge that an adjustment follows.
    fn followed(
        &self,
        place: usize,
        adjustment: &Adjustment,
        followed: &AdjustmentId,
    ) -> Result<usize, Invalid> {
        if is_charge(adjustment.kind) {
            let expected = "only a tax or a discount to follow a charge";
            return Err(Invalid::new("follows_kind", expected, followed).at("follows"));
        }
        let given =
            [("lines", adjustment.lines.is_some()), ("vendor", adjustment.vendor.is_some())];
        if let Some((field, _)) = given.into_iter().find(|field| field.1) {
            let expected = "the lines of the charge that it follows";
            return Err(Invalid::new("follows_scope", expected, field).at(field));
        }
        let found =
            self.by_name.binary_search_by(|&other| self.adjustments[other].id.cmp(followed));
        let earlier = found
            .ok()
            .map(|rank| self.by_name[rank])
            .filter(|&other| other < place && is_charge(self.adjustments[other].kind));
        let expected = "an earlier charge for the way or fee of the order";
        earlier.ok_or_else(|| Invalid::new("follows_unknown", expected, followed).at("follows"))
    }

    /// Keeps a charge for those that follow it.
    fn keep(
        &mut self,
        adjustment: &Adjustment,
        scope: Scope<'l>,
        weights: Vec<u64>,
        shares: Vec<u64>,
    ) {
        if self.by_name.is_empty() {
            return;
        }
        self.charges.push(if is_charge(adjustment.kind) {
            let left = shares.clone();
            Charge { scope, weights, shares, left }
        } else {
            Charge::default()
        });
    }
}

fn is_charge(kind: AdjustmentKind) -> bool {
    matches!(kind, AdjustmentKind::Shipping | AdjustmentKind::Fee)
}

impl Charge<'_> {
    /// By what those that follow are divided.
    fn claims(&self) -> Vec<u64> {
        let any = |weights: &[u64]| weights.iter().any(|&weight| weight > 0);
        if any(&self.left) {
            self.left.clone()
        } else if any(&self.shares) {
            self.shares.clone()
        } else {
            self.weights.clone()
        }
    }
}

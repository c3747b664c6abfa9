//! Which lines are whose.

use super::{CustomerOrder, OrderError, OrderLine, SplitRules, cells::starts};
use crate::unit::{ByName, Invalid, VendorId, distinct};

/// An order's lines by vendor.
pub(super) struct Vendors<'a> {
    numbers: ByName<'a, usize>,
    /// The lines of one vendor after the other, each vendor's in their order.
    lines: Vec<usize>,
    starts: Vec<usize>,
}

impl<'a> Vendors<'a> {
    /// Sorts lines by vendor, if the order asks for any vendor's.
    pub(super) fn of(order: &CustomerOrder, lines: &[&'a OrderLine]) -> Self {
        let mut numbers = ByName::new();
        let asked = order.adjustments.iter().any(|adjustment| adjustment.vendor.is_some());
        if !asked && order.commissions.is_empty() {
            return Self { numbers, lines: Vec::new(), starts: vec![0] };
        }
        let mut count = 0;
        let vendor = |line: usize| lines[line].vendor.as_ref();
        let own: Vec<(usize, usize)> = (0..lines.len())
            .filter_map(|line| Some((line, vendor(line)?)))
            .map(|(line, vendor)| {
                let number = *numbers.entry(vendor.as_str(), count);
                count = count.max(number + 1);
                (line, number)
            })
            .collect();
        let starts = starts(own.iter().map(|own| own.1), count);
        let mut next = starts.clone();
        let mut sorted = vec![0; own.len()];
        for (line, number) in own {
            sorted[next[number]] = line;
            next[number] += 1;
        }
        Self { numbers, lines: sorted, starts }
    }

    /// A vendor's lines in their order; none of a vendor that the order does not name.
    pub(super) fn lines(&self, vendor: &VendorId) -> &[usize] {
        self.numbers
            .get(vendor.as_str())
            .map_or(&[], |&number| &self.lines[self.starts[number]..self.starts[number + 1]])
    }
}

/// The lines that somebody else fulfils now, by their place in the order, with their new vendor.
pub(super) fn moved_lines(order: &CustomerOrder, rules: &SplitRules) -> Vec<(usize, OrderLine)> {
    if rules.vendors.is_empty() {
        return Vec::new();
    }
    let moved = order.lines.iter().enumerate().filter_map(|(place, line)| {
        let vendor = rules.vendors.get(&line.sku)?;
        let moved = || OrderLine { vendor: Some(vendor.clone()), ..line.clone() };
        (line.vendor.as_ref() != Some(vendor)).then(|| (place, moved()))
    });
    moved.collect()
}

/// Refuses lines of vendors that may not fulfil.
pub(super) fn check_allowed(lines: &[&OrderLine], rules: &SplitRules) -> Result<(), OrderError> {
    let Some(allowed) = &rules.allowed_vendors else { return Ok(()) };
    let allowed = distinct(allowed);
    for (place, line) in lines.iter().enumerate() {
        if let Some(vendor) = &line.vendor
            && allowed.binary_search(&vendor).is_err()
        {
            let invalid = Invalid::new("vendor_not_allowed", "a vendor that may fulfil", vendor);
            return Err(invalid.at("vendor").at(format_args!("lines[{place}]")).into());
        }
    }
    Ok(())
}

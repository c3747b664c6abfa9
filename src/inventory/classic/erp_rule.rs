//! What other programs would order: the rules of the common ERP systems, as they are, to measure
//! against. Where a rule surprises, its comment says so.

use super::parameter::{finite, not_negative, refused};
use crate::unit::Invalid;

/// An order point of Odoo: minimum, maximum, and a multiple to round to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OdooOrderPoint {
    /// On hand, less what leaves, and what comes.
    pub forecast: f64,
    /// Order when the forecast is below.
    pub minimum: f64,
    /// Order up to it; where it is less than the minimum, up to that.
    pub maximum: f64,
    /// Quantities are multiples of it; 0 for any.
    pub multiple: f64,
}

/// How a quantity that is no multiple is rounded, which changed between versions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OdooVersion {
    /// Up: the stock may exceed the maximum.
    V17,
    /// Down where there is a maximum, so that it is not exceeded: then an order can be zero although
    /// the stock is below the minimum. Up where there is none.
    V18,
    /// Up again.
    V19,
}

impl OdooOrderPoint {
    /// How much is ordered.
    ///
    /// # Errors
    ///
    /// When a number is out of its range.
    ///
    /// ```
    /// use replenish::inventory::classic::{OdooOrderPoint, OdooVersion};
    /// let point =
    ///     OdooOrderPoint { forecast: 194.0, minimum: 200.0, maximum: 300.0, multiple: 100.0 };
    /// assert_eq!(point.order_quantity(OdooVersion::V17)?, 200.0);
    /// assert_eq!(point.order_quantity(OdooVersion::V18)?, 100.0);
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn order_quantity(&self, version: OdooVersion) -> Result<f64, Invalid> {
        finite("forecast", self.forecast)?;
        not_negative("minimum", self.minimum)?;
        not_negative("maximum", self.maximum)?;
        not_negative("multiple", self.multiple)?;
        if self.forecast >= self.minimum {
            return Ok(0.0);
        }
        let wanted = self.minimum.max(self.maximum) - self.forecast;
        if self.multiple <= 0.0 {
            return Ok(wanted);
        }
        let down = version == OdooVersion::V18 && self.maximum > 0.0;
        Ok(multiple_of(self.multiple, wanted, if down { f64::floor } else { f64::ceil }))
    }
}

/// What `ERPNext` orders: at or below the reorder level, the reorder quantity, or up to the level
/// where that is more. A stock far below its level is thus only brought back to it, so that the next
/// unit sold orders again.
///
/// # Errors
///
/// When a number is out of its range.
pub fn erpnext_order_quantity(
    projected_quantity: f64,
    reorder_level: f64,
    reorder_quantity: f64,
) -> Result<f64, Invalid> {
    finite("projected_quantity", projected_quantity)?;
    not_negative("reorder_level", reorder_level)?;
    not_negative("reorder_quantity", reorder_quantity)?;
    let due = projected_quantity <= reorder_level;
    Ok(if due { reorder_quantity.max(reorder_level - projected_quantity) } else { 0.0 })
}

/// A line of iDempiere's replenishment report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IdempiereReplenishment {
    /// When it orders.
    pub rule: IdempiereRule,
    /// On the shelf.
    pub on_hand: f64,
    /// Promised.
    pub reserved: f64,
    /// Coming.
    pub ordered: f64,
    /// Minimum level.
    pub minimum_level: f64,
    /// Maximum level.
    pub maximum_level: f64,
    /// The smallest order; 0 for none.
    pub minimum_order: f64,
    /// Orders are multiples of it; 0 for any.
    pub order_pack: f64,
}

/// When iDempiere orders up to the maximum.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IdempiereRule {
    /// At or below the minimum level (type 1).
    ReorderBelowMinimum,
    /// Whenever there is less than the maximum (type 2).
    MaintainMaximum,
}

impl IdempiereReplenishment {
    /// How much is ordered: first at least the smallest order, then whole packs.
    ///
    /// # Errors
    ///
    /// When a number is out of its range.
    pub fn order_quantity(&self) -> Result<f64, Invalid> {
        finite("on_hand", self.on_hand)?;
        not_negative("reserved", self.reserved)?;
        not_negative("ordered", self.ordered)?;
        not_negative("minimum_level", self.minimum_level)?;
        not_negative("maximum_level", self.maximum_level)?;
        not_negative("minimum_order", self.minimum_order)?;
        not_negative("order_pack", self.order_pack)?;
        if self.maximum_level < self.minimum_level {
            let expected = "at least `minimum_level`";
            return Err(refused("maximum_level", expected, self.maximum_level));
        }
        let available = self.on_hand - self.reserved + self.ordered;
        let below = available <= self.minimum_level;
        if self.rule == IdempiereRule::ReorderBelowMinimum && !below {
            return Ok(0.0);
        }
        let wanted = self.maximum_level - available;
        if wanted <= 0.0 {
            return Ok(0.0);
        }
        let wanted = wanted.max(self.minimum_order);
        Ok(if self.order_pack > 0.0 {
            multiple_of(self.order_pack, wanted, f64::ceil)
        } else {
            wanted
        })
    }
}

/// The months of stock of open mSupply, for health programmes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthsOfStock {
    /// Average consumption of a month.
    pub average_monthly_consumption: f64,
    /// What is there.
    pub stock_on_hand: f64,
    /// Order when the stock lasts for no more; 0 for the maximum.
    pub minimum_months: f64,
    /// Order for so many; 0 orders nothing.
    pub maximum_months: f64,
}

impl MonthsOfStock {
    /// How much is suggested, in whole units. Without consumption it is nothing, even when the shelf
    /// is empty: a product that was never in stock is never ordered.
    ///
    /// # Errors
    ///
    /// When a number is negative.
    pub fn order_quantity(&self) -> Result<f64, Invalid> {
        let monthly =
            not_negative("average_monthly_consumption", self.average_monthly_consumption)?;
        not_negative("stock_on_hand", self.stock_on_hand)?;
        not_negative("minimum_months", self.minimum_months)?;
        not_negative("maximum_months", self.maximum_months)?;
        if monthly <= 0.0 || self.maximum_months <= 0.0 {
            return Ok(0.0);
        }
        let months = self.stock_on_hand / monthly;
        let limit =
            if self.minimum_months > 0.0 { self.minimum_months } else { self.maximum_months };
        if months > limit {
            return Ok(0.0);
        }
        Ok(((self.maximum_months - months) * monthly).max(0.0).ceil())
    }
}

/// A quantity brought to a multiple; what misses one by a rounding error is one.
fn multiple_of(multiple: f64, quantity: f64, round: fn(f64) -> f64) -> f64 {
    let count = quantity / multiple;
    if count > 1e15 {
        return quantity; // a multiple is less than what a number of this size can tell apart
    }
    let nearest = count.round();
    let whole = (count - nearest).abs() <= nearest.abs() * 1e-12;
    if whole { quantity } else { round(count) * multiple }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_18_may_leave_the_stock_below_its_minimum() {
        let point =
            OdooOrderPoint { forecast: 190.0, minimum: 200.0, maximum: 250.0, multiple: 100.0 };
        assert!(point.order_quantity(OdooVersion::V18).unwrap().abs() < 1e-12);
        assert!((point.order_quantity(OdooVersion::V19).unwrap() - 100.0).abs() < 1e-12);
        let without_maximum = OdooOrderPoint { maximum: 0.0, ..point };
        let up = without_maximum.order_quantity(OdooVersion::V18).unwrap();
        assert!((up - 100.0).abs() < 1e-12);
    }

    #[test]
    fn multiples_that_binary_fractions_miss() {
        let point = OdooOrderPoint { forecast: 0.0, minimum: 0.3, maximum: 0.3, multiple: 0.1 };
        for version in [OdooVersion::V17, OdooVersion::V18, OdooVersion::V19] {
            assert!((point.order_quantity(version).unwrap() - 0.3).abs() < 1e-15, "{version:?}");
        }
    }

    #[test]
    fn nothing_above_the_levels_and_bad_numbers_by_name() {
        let line = IdempiereReplenishment {
            rule: IdempiereRule::MaintainMaximum,
            on_hand: 40.0,
            reserved: 0.0,
            ordered: 5.0,
            minimum_level: 8.0,
            maximum_level: 40.0,
            minimum_order: 12.0,
            order_pack: 0.0,
        };
        assert!(line.order_quantity().unwrap().abs() < 1e-12);
        let less = IdempiereReplenishment { on_hand: 34.0, ..line };
        assert!((less.order_quantity().unwrap() - 12.0).abs() < 1e-12);
        let inverted = IdempiereReplenishment { maximum_level: 7.0, ..line };
        assert_eq!(inverted.order_quantity().unwrap_err().path, "maximum_level");
        assert_eq!(
            erpnext_order_quantity(f64::NAN, 1.0, 1.0).unwrap_err().path,
            "projected_quantity"
        );
        let months = MonthsOfStock {
            average_monthly_consumption: 1.0,
            stock_on_hand: -1.0,
            minimum_months: 1.0,
            maximum_months: 1.0,
        };
        assert_eq!(months.order_quantity().unwrap_err().path, "stock_on_hand");
    }
}

//! What there is and what is coming.

use crate::unit::{Day, Invalid, Quantity, Unit};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Stock of one product, all of it in one unit.
///
/// ```
/// use replenish::inventory::StockPosition;
/// let mut stock = StockPosition::on_hand("10 each".parse()?);
/// stock.reserved = "4 each".parse()?;
/// assert_eq!(stock.inventory_position()?.to_string(), "6 each");
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct StockPosition {
    /// Lying on the shelf and good to sell.
    pub on_hand: Quantity,
    /// Of that, promised to orders that are already known.
    pub reserved: Quantity,
    /// Sold although there was none: the first to be served from what comes.
    pub back_ordered: Quantity,
    /// Ordered and not yet received, drafts and postponed receipts included.
    pub on_order: Vec<ExpectedReceipt>,
}

/// Goods on their way.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ExpectedReceipt {
    /// The day on which they can be sold.
    pub due: Day,
    /// How much comes.
    pub quantity: Quantity,
}

impl StockPosition {
    /// Stock on the shelf, nothing promised and nothing on its way.
    pub fn on_hand(on_hand: Quantity) -> Self {
        let none = Quantity::zero(on_hand.unit());
        Self { on_hand, reserved: none, back_ordered: none, on_order: Vec::new() }
    }

    /// The unit of every quantity.
    pub fn unit(&self) -> Unit {
        self.on_hand.unit()
    }

    /// What can be sold now: on hand less reserved less back-ordered; negative when more is promised
    /// than there is.
    ///
    /// # Errors
    ///
    /// When a quantity is negative or in another unit.
    pub fn available(&self) -> Result<Quantity, Invalid> {
        let parts = [
            ("on_hand", self.on_hand),
            ("reserved", self.reserved),
            ("back_ordered", self.back_ordered),
        ];
        for (field, quantity) in parts {
            self.check(quantity).map_err(|invalid| invalid.at(field))?;
        }
        self.on_hand.minus(self.reserved)?.minus(self.back_ordered)
    }

    /// What is on its way and due on a day or before.
    ///
    /// # Errors
    ///
    /// When a quantity is negative or in another unit.
    pub fn due_by(&self, day: Day) -> Result<Quantity, Invalid> {
        let mut total = Quantity::zero(self.unit());
        for (index, receipt) in self.on_order.iter().enumerate() {
            let at =
                |invalid: Invalid| invalid.at("quantity").at(format_args!("on_order[{index}]"));
            self.check(receipt.quantity).map_err(at)?;
            if receipt.due <= day {
                total = total.plus(receipt.quantity).map_err(at)?;
            }
        }
        Ok(total)
    }

    /// The inventory position: what can be sold now and all that is on its way, however late, so
    /// that a postponed receipt is not ordered again.
    ///
    /// # Errors
    ///
    /// When a quantity is negative or in another unit.
    pub fn inventory_position(&self) -> Result<Quantity, Invalid> {
        let last = self.on_order.iter().map(|receipt| receipt.due).max();
        let coming = last.map_or(Ok(Quantity::zero(self.unit())), |day| self.due_by(day))?;
        self.available()?.plus(coming)
    }

    fn check(&self, quantity: Quantity) -> Result<(), Invalid> {
        if quantity.amount() < Decimal::ZERO {
            return Err(Invalid::new("quantity_negative", "a quantity of zero or more", quantity));
        }
        if quantity.unit() != self.unit() {
            let expected = format!("a quantity in {}", self.unit());
            return Err(Invalid::new("unit_mixed", expected, quantity));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_quantities_name_their_field() {
        let receipt = |text: &str| ExpectedReceipt {
            due: "2026-01-01".parse().unwrap(),
            quantity: text.parse().unwrap(),
        };
        let mut stock = StockPosition::on_hand("10 kg".parse().unwrap());
        stock.on_order = vec![receipt("1 kg"), receipt("1 each")];
        assert_eq!(stock.inventory_position().unwrap_err().path, "on_order[1].quantity");
        stock.on_order.clear();
        stock.reserved = "-1 kg".parse().unwrap();
        assert_eq!(stock.available().unwrap_err().path, "reserved");
    }
}

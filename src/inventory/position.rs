//! What there is and what is coming.

use crate::unit::{Day, Exact, Invalid, Quantity, Unit};
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
    /// The day at whose start it was counted; without it, the day for which one plans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub as_of: Option<Day>,
    /// Lying on the shelf and good to sell.
    pub on_hand: Quantity,
    /// Of that, promised to orders that are already known.
    pub reserved: Quantity,
    /// Sold although there was none: the first to be served from what comes.
    pub back_ordered: Quantity,
    /// Lying there beside what is on hand, and not to be sold: blocked, damaged, under inspection. It
    /// counts for nothing; what is expected to be released counts as a receipt on that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub quarantined: Option<Quantity>,
    /// Ordered and not yet received.
    pub on_order: Vec<ExpectedReceipt>,
    /// Which parts of what is on hand expire, and when; the rest keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub lots: Vec<Lot>,
}

/// Goods on their way.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ExpectedReceipt {
    /// The day on which they can be sold; a day that has passed means that they are overdue and may
    /// come any day.
    pub due: Day,
    /// How much comes.
    pub quantity: Quantity,
    /// How far it is.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub stage: ReceiptStage,
    /// The last day on which they can be sold, where they expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub expires: Option<Day>,
}

/// How far goods on order are. All of them count, so that no need is ordered twice.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ReceiptStage {
    /// Written, not yet sent to the supplier.
    Draft,
    /// Ordered.
    #[default]
    Ordered,
    /// On the road.
    InTransit,
    /// Put off by the supplier to the day that is given.
    Postponed,
    /// Lying in quarantine, to be released on the day that is given.
    Quarantined,
}

/// A part of the stock on hand that expires.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Lot {
    /// How much.
    pub quantity: Quantity,
    /// The last day on which it can be sold.
    pub expires: Day,
}

impl ExpectedReceipt {
    /// Goods that were ordered and do not expire.
    pub fn ordered(due: Day, quantity: Quantity) -> Self {
        Self { due, quantity, stage: ReceiptStage::Ordered, expires: None }
    }
}

impl StockPosition {
    /// Stock on the shelf, nothing promised and nothing on its way.
    pub fn on_hand(on_hand: Quantity) -> Self {
        let none = Quantity::zero(on_hand.unit());
        Self {
            as_of: None,
            on_hand,
            reserved: none,
            back_ordered: none,
            quarantined: None,
            on_order: Vec::new(),
            lots: Vec::new(),
        }
    }

    /// The unit of every quantity.
    pub fn unit(&self) -> Unit {
        self.on_hand.unit()
    }

    /// Checks what the types alone cannot: every quantity zero or more and in one unit, lots together
    /// no more than what is on hand, nothing that expires before it is received.
    ///
    /// # Errors
    ///
    /// The first thing that cannot be accepted, with its field.
    pub fn check(&self) -> Result<(), Invalid> {
        let parts = [
            ("on_hand", Some(self.on_hand)),
            ("reserved", Some(self.reserved)),
            ("back_ordered", Some(self.back_ordered)),
            ("quarantined", self.quarantined),
        ];
        for (field, quantity) in parts {
            if let Some(quantity) = quantity {
                self.check_quantity(quantity).map_err(|invalid| invalid.at(field))?;
            }
        }
        for (index, receipt) in self.on_order.iter().enumerate() {
            let at = |invalid: Invalid, field: &str| {
                invalid.at(field).at(format_args!("on_order[{index}]"))
            };
            self.check_quantity(receipt.quantity).map_err(|invalid| at(invalid, "quantity"))?;
            if let Some(expires) = receipt.expires
                && expires < receipt.due
            {
                let expected = format!("{}, the day of receipt, or later", receipt.due);
                return Err(at(
                    Invalid::new("expiry_before_receipt", expected, expires),
                    "expires",
                ));
            }
        }
        let mut in_lots = Decimal::ZERO;
        for (index, lot) in self.lots.iter().enumerate() {
            self.check_quantity(lot.quantity)
                .map_err(|invalid| invalid.at("quantity").at(format_args!("lots[{index}]")))?;
            in_lots = in_lots.plus(lot.quantity.amount());
        }
        if in_lots > self.on_hand.amount() {
            let expected = format!("lots of at most {} together, what is on hand", self.on_hand);
            let got = Quantity::new(in_lots, self.unit());
            return Err(Invalid::new("lots_exceed_on_hand", expected, got).at("lots"));
        }
        Ok(())
    }

    /// What can be sold now: on hand less reserved less back-ordered; negative when more is promised
    /// than there is.
    ///
    /// # Errors
    ///
    /// When quantities are in different units or their sum overflows.
    pub fn available(&self) -> Result<Quantity, Invalid> {
        self.on_hand.minus(self.reserved)?.minus(self.back_ordered)
    }

    /// Everything on its way, however late.
    ///
    /// # Errors
    ///
    /// When quantities are in different units or their sum overflows.
    pub fn coming(&self) -> Result<Quantity, Invalid> {
        let mut total = Quantity::zero(self.unit());
        for (index, receipt) in self.on_order.iter().enumerate() {
            let at =
                |invalid: Invalid| invalid.at("quantity").at(format_args!("on_order[{index}]"));
            total = total.plus(receipt.quantity).map_err(at)?;
        }
        Ok(total)
    }

    /// The inventory position: what can be sold now and all that is on its way, however late, so
    /// that a postponed receipt is not ordered again.
    ///
    /// # Errors
    ///
    /// When quantities are in different units or their sum overflows.
    pub fn inventory_position(&self) -> Result<Quantity, Invalid> {
        self.available()?.plus(self.coming()?)
    }

    fn check_quantity(&self, quantity: Quantity) -> Result<(), Invalid> {
        if quantity.is_negative() {
            return Err(Invalid::new("quantity_negative", "a quantity of zero or more", quantity));
        }
        if quantity.unit() != self.unit() {
            let expected = format!("a quantity in {}", self.unit());
            return Err(Invalid::new("unit_mixed", expected, quantity));
        }
        check_size(quantity)
    }
}

/// The largest quantity of a product; sums of many such are still exact.
const MAX_QUANTITY: i64 = 1_000_000_000_000_000;

/// Refuses a quantity whose sums could overflow.
pub(super) fn check_size(quantity: Quantity) -> Result<(), Invalid> {
    if quantity.amount().abs() <= Decimal::from(MAX_QUANTITY) {
        return Ok(());
    }
    let expected = format!("a quantity of at most {MAX_QUANTITY}");
    Err(Invalid::new("quantity_too_large", expected, quantity))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn bad_quantities_name_their_field() {
        let mut stock = StockPosition::on_hand("10 kg".parse().unwrap());
        let receipt =
            |text: &str| ExpectedReceipt::ordered(day("2026-01-01"), text.parse().unwrap());
        stock.on_order = vec![receipt("1 kg"), receipt("1 each")];
        assert_eq!(stock.check().unwrap_err().path, "on_order[1].quantity");
        assert_eq!(stock.inventory_position().unwrap_err().path, "on_order[1].quantity");
        stock.on_order.clear();
        stock.reserved = "-1 kg".parse().unwrap();
        assert_eq!(stock.check().unwrap_err().path, "reserved");
        stock.reserved = "0 kg".parse().unwrap();
        stock.quarantined = Some("1 g".parse().unwrap());
        assert_eq!(stock.check().unwrap_err().path, "quarantined");
    }

    #[test]
    fn lots_are_part_of_what_is_on_hand() {
        let mut stock = StockPosition::on_hand("10 each".parse().unwrap());
        let lot = Lot { quantity: "6 each".parse().unwrap(), expires: day("2026-01-01") };
        stock.lots = vec![lot];
        stock.check().unwrap();
        stock.lots.push(lot);
        assert_eq!(stock.check().unwrap_err().code, "lots_exceed_on_hand");
    }

    #[test]
    fn nothing_expires_before_it_is_received() {
        let mut stock = StockPosition::on_hand("10 each".parse().unwrap());
        let mut receipt = ExpectedReceipt::ordered(day("2026-01-05"), stock.on_hand);
        receipt.expires = Some(day("2026-01-05"));
        stock.on_order = vec![receipt];
        stock.check().unwrap();
        stock.on_order[0].expires = Some(day("2026-01-04"));
        let invalid = stock.check().unwrap_err();
        assert_eq!(
            (invalid.code, invalid.path.as_str()),
            ("expiry_before_receipt", "on_order[0].expires")
        );
    }
}

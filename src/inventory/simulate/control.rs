//! Who decides how much is ordered.

use super::{
    scenario::{LARGEST, Lot, number, numbers},
    stock::LotRing,
};
use crate::unit::Invalid;

/// Whoever decides at each review how much to order: a [`Control`], or any function of what is seen.
pub trait Buyer {
    /// How much to order, zero or more; minimum and multiple are the simulator's business.
    fn order(&mut self, review: &Review<'_>) -> f64;

    /// Whether it can decide for so many periods.
    ///
    /// # Errors
    ///
    /// When what it decides by cannot be accepted.
    fn check(&self, periods: usize) -> Result<(), Invalid> {
        let _ = periods;
        Ok(())
    }
}

impl<F: FnMut(&Review<'_>) -> f64> Buyer for F {
    fn order(&mut self, review: &Review<'_>) -> f64 {
        self(review)
    }
}

/// The usual ways to decide, each by levels for every period; a list of one entry is always the same.
///
/// (Silver, Pyke and Thomas, "Inventory and Production Management in Supply Chains", 4th edition,
/// section 6.5.)
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Control<'a> {
    /// Whenever the inventory position is below the level, as much as it takes to reach it.
    OrderUpTo(&'a [f64]),
    /// Once the inventory position is at the reorder point or below, up to the level: (s, S).
    ReorderUpTo {
        /// At or below these an order is placed.
        reorder_points: &'a [f64],
        /// Up to which it goes, nowhere below the reorder point.
        order_up_to_levels: &'a [f64],
    },
    /// Once the inventory position is at the reorder point or below, the fewest of a fixed quantity
    /// that lift it above: (r, nQ), which is (r, Q) where one is always enough.
    ReorderQuantity {
        /// At or below these an order is placed.
        reorder_points: &'a [f64],
        /// Of which a whole number is ordered, above zero.
        order_quantities: &'a [f64],
    },
    /// What is written down for each period, whatever the stock.
    Quantities(&'a [f64]),
}

/// Amounts below this share of what they are compared with come from the rounding of sums; they are
/// neither a shortage nor a need.
pub(super) const NEGLIGIBLE: f64 = 1e-9;

impl Buyer for Control<'_> {
    #[expect(
        clippy::inline_always,
        reason = "called from one loop, where a call costs as much as all the rest of a period"
    )]
    #[inline(always)]
    fn order(&mut self, review: &Review<'_>) -> f64 {
        let at = |levels: &[f64]| if levels.len() == 1 { levels[0] } else { levels[review.period] };
        let up_to = |level: f64| {
            let need = level - review.inventory_position();
            if need > level.abs() * NEGLIGIBLE { need } else { 0.0 }
        };
        let gap = |reorder_point: f64| {
            let gap = reorder_point - review.inventory_position();
            if gap >= -reorder_point.abs() * NEGLIGIBLE { Some(gap.max(0.0)) } else { None }
        };
        match *self {
            Self::OrderUpTo(levels) => up_to(at(levels)),
            Self::ReorderUpTo { reorder_points, order_up_to_levels } => {
                gap(at(reorder_points)).map_or(0.0, |_| up_to(at(order_up_to_levels)))
            }
            Self::ReorderQuantity { reorder_points, order_quantities } => {
                let quantity = at(order_quantities);
                gap(at(reorder_points))
                    .map_or(0.0, |gap| quantity * ((gap / quantity).floor() + 1.0))
            }
            Self::Quantities(quantities) => at(quantities),
        }
    }

    fn check(&self, periods: usize) -> Result<(), Invalid> {
        let length = |values: &[f64], field: &str| {
            if values.len() == 1 || values.len() == periods {
                return Ok(());
            }
            let expected = format!("one entry or the {periods} of the demand");
            Err(Invalid::new("levels_length", expected, values.len()).at(field))
        };
        let levels = |values: &[f64], field: &str| {
            length(values, field)?;
            for (index, value) in values.iter().enumerate() {
                number(value.abs())
                    .map_err(|invalid| invalid.at(format_args!("{field}[{index}]")))?;
            }
            Ok(())
        };
        match *self {
            Self::OrderUpTo(values) => levels(values, "order_up_to_levels"),
            Self::ReorderUpTo { reorder_points, order_up_to_levels } => {
                levels(reorder_points, "reorder_points")?;
                levels(order_up_to_levels, "order_up_to_levels")?;
                let count = reorder_points.len().max(order_up_to_levels.len());
                let pairs = reorder_points
                    .iter()
                    .cycle()
                    .zip(order_up_to_levels.iter().cycle())
                    .take(count);
                match pairs.enumerate().find(|(_, (point, level))| level < point) {
                    None => Ok(()),
                    Some((index, (point, level))) => {
                        let expected = format!("at least the reorder point {point}");
                        let invalid = Invalid::new("levels_contradict", expected, level);
                        Err(invalid.at(format_args!("order_up_to_levels[{index}]")))
                    }
                }
            }
            Self::ReorderQuantity { reorder_points, order_quantities } => {
                levels(reorder_points, "reorder_points")?;
                length(order_quantities, "order_quantities")?;
                match order_quantities.iter().position(|&q| !(q > 0.0 && q <= LARGEST)) {
                    None => Ok(()),
                    Some(index) => {
                        let expected = "a quantity above zero, at most 1e60";
                        let got = order_quantities[index];
                        let invalid = Invalid::new("quantity_invalid", expected, got);
                        Err(invalid.at(format_args!("order_quantities[{index}]")))
                    }
                }
            }
            Self::Quantities(quantities) => {
                length(quantities, "quantities")?;
                numbers(quantities, "quantities")
            }
        }
    }
}

/// What a buyer sees at a review: the stock behind the period's customers, and what is coming.
#[derive(Clone, Copy, Debug)]
pub struct Review<'a> {
    /// The period that has just been served, counted from 0.
    pub period: usize,
    /// On the shelf.
    pub on_hand: f64,
    /// Of that, what will have expired before the next customers come.
    pub expiring: f64,
    /// Ordered and not yet received.
    pub on_order: f64,
    /// For which customers wait.
    pub back_ordered: f64,
    pub(super) pipeline: &'a [f64],
    pub(super) lots: LotRing<'a>,
}

impl Review<'_> {
    /// What can still be sold and what is coming, less what is promised: on hand less expiring, plus
    /// on order, less back-ordered.
    pub fn inventory_position(&self) -> f64 {
        self.on_hand - self.expiring - self.back_ordered + self.on_order
    }

    /// What arrives so many periods from now, 1 for the next; it is what will arrive, delays that the
    /// buyer could not know included.
    pub fn due_in(&self, periods: usize) -> f64 {
        if periods == 0 || periods >= self.pipeline.len() {
            return 0.0;
        }
        // INVARIANT: the length is a power of two.
        self.pipeline[(self.period + periods) & (self.pipeline.len() - 1)]
    }

    /// What is on the shelf by age, the oldest first; none where nothing expires.
    pub fn lots(&self) -> impl Iterator<Item = Lot> + '_ {
        self.lots.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_that_cannot_be_used_name_their_entry() {
        let cases: [(Control<'_>, &str, &str); 7] = [
            (Control::OrderUpTo(&[]), "levels_length", "order_up_to_levels"),
            (Control::OrderUpTo(&[1.0, 2.0]), "levels_length", "order_up_to_levels"),
            (Control::OrderUpTo(&[f64::NAN]), "number_invalid", "order_up_to_levels[0]"),
            (
                Control::ReorderUpTo {
                    reorder_points: &[2.0],
                    order_up_to_levels: &[3.0, 2.0, 1.0],
                },
                "levels_contradict",
                "order_up_to_levels[2]",
            ),
            (
                Control::ReorderQuantity { reorder_points: &[-2.0], order_quantities: &[0.0] },
                "quantity_invalid",
                "order_quantities[0]",
            ),
            (Control::Quantities(&[1.0, -1.0, 0.0]), "number_invalid", "quantities[1]"),
            (Control::Quantities(&[1.0; 4]), "levels_length", "quantities"),
        ];
        for (control, code, path) in cases {
            let invalid = control.check(3).unwrap_err();
            assert_eq!((invalid.code, invalid.path.as_str()), (code, path));
        }
        assert_eq!(Control::OrderUpTo(&[-1.0]).check(3), Ok(()));
    }

    #[test]
    fn as_many_quantities_as_lift_the_position_above_the_point() {
        let order = |on_hand: f64| {
            let mut control =
                Control::ReorderQuantity { reorder_points: &[8.0], order_quantities: &[5.0] };
            control.order(&Review {
                period: 0,
                on_hand,
                expiring: 0.0,
                on_order: 0.0,
                back_ordered: 0.0,
                pipeline: &[0.0],
                lots: LotRing::NONE,
            })
        };
        let ordered = [9.0, 8.0, 4.0, 3.0, 2.0].map(order);
        assert_eq!(ordered.map(f64::to_bits), [0.0, 5.0, 5.0, 10.0, 10.0].map(f64::to_bits));
    }
}

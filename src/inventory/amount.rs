//! Between exact amounts, which are bought and moved, and floats, which are expected.

use super::position::check_size;
use crate::unit::{Exact, Invalid, Quantity, Unit};
use rust_decimal::{
    Decimal, RoundingStrategy,
    prelude::{FromPrimitive, ToPrimitive},
};

/// The nearest float; quantities are exact, probabilities of them are not.
pub(super) fn float(amount: Decimal) -> f64 {
    amount.to_f64().unwrap_or(f64::MAX)
}

/// Decimals that an amount of a unit is counted in: thousandths of weights and volumes, else whole
/// pieces.
pub(super) fn decimals(unit: Unit) -> u32 {
    match unit.as_str() {
        "kg" | "g" | "t" | "lb" | "oz" | "l" | "cl" | "ml" => 3,
        _ => 0,
    }
}

/// The smallest quantity of a unit that is ordered.
pub(super) fn smallest_part(unit: Unit) -> Quantity {
    Quantity::new(Decimal::new(1, decimals(unit)), unit)
}

/// An expected amount, rounded up to what the unit is counted in.
///
/// A sum of floats may lie a hair above the number that was meant, which must not cost a piece more:
/// a billionth of the value is let go.
pub(super) fn round_up(expected: f64, unit: Unit) -> Result<Decimal, Invalid> {
    let exact = Decimal::from_f64(expected - expected.abs() * 1e-9).ok_or_else(|| {
        Invalid::new("demand_too_large", "a demand of at most 28 digits", expected)
    })?;
    check_size(Quantity::new(exact, unit))?;
    Ok(exact.round_dp_with_strategy(decimals(unit), RoundingStrategy::ToPositiveInfinity))
}

/// The smallest multiple of `step` that is at least `amount`; none when it has more than 28 digits.
pub(super) fn up_to_multiple(amount: Decimal, step: Decimal) -> Option<Decimal> {
    let rest = amount.checked_rem(step)?;
    match rest {
        rest if rest.is_zero() => Some(amount),
        rest if rest.is_sign_negative() => amount.checked_minus(rest),
        rest => amount.checked_minus(rest)?.checked_plus(step),
    }
}

/// The largest multiple of `step` that is at most `amount`, which is zero or more.
pub(super) fn down_to_multiple(amount: Decimal, step: Decimal) -> Decimal {
    amount.minus(amount.checked_rem(step).unwrap_or_default())
}

/// The amount of a quantity that must be in a unit and zero or more.
pub(super) fn amount_in(unit: Unit, quantity: Quantity, field: &str) -> Result<Decimal, Invalid> {
    if quantity.unit() != unit {
        let expected = format!("a quantity in {unit}");
        return Err(Invalid::new("unit_mixed", expected, quantity).at(field));
    }
    if quantity.is_negative() {
        let expected = "a quantity of zero or more";
        return Err(Invalid::new("quantity_negative", expected, quantity).at(field));
    }
    Ok(quantity.amount())
}

/// The step in which a product is counted: what was given, else one of its unit.
pub(super) fn step_in(
    unit: Unit,
    multiple: Option<Quantity>,
    field: &str,
) -> Result<Decimal, Invalid> {
    let Some(multiple) = multiple else { return Ok(Decimal::ONE) };
    let step = amount_in(unit, multiple, field)?;
    if step.is_zero() {
        let expected = "a quantity above zero";
        return Err(Invalid::new("quantity_not_positive", expected, multiple).at(field));
    }
    Ok(step)
}

/// A sum or product that has more digits than are counted.
pub(super) fn too_large(what: impl std::fmt::Display) -> Invalid {
    Invalid::new("quantity_too_large", "a quantity of at most 28 digits", what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn floating_sums_do_not_cost_a_piece() {
        assert_eq!(round_up(0.1 + 0.2, "kg".parse().unwrap()), Ok(exact("0.3")));
        let each = |expected| round_up(expected, Unit::EACH).map_err(|invalid| invalid.code);
        assert_eq!(each(3.000_000_000_000_001), Ok(exact("3")));
        assert_eq!(each(3.001), Ok(exact("4")));
        assert_eq!(each(-2.0), Ok(exact("-2")));
        assert_eq!(each(-2.5), Ok(exact("-2")));
        assert_eq!(each(1e40), Err("demand_too_large"));
    }

    #[test]
    fn multiples_on_either_side() {
        let up = |amount: &str| up_to_multiple(exact(amount), exact("2.5")).unwrap();
        assert_eq!(
            [up("0"), up("2.5"), up("2.6"), up("-1")].map(|m| m.normalize()),
            [exact("0"), exact("2.5"), exact("5"), exact("0")]
        );
        assert_eq!(down_to_multiple(exact("7.4"), exact("2.5")), exact("5.0"));
        assert_eq!(up_to_multiple(Decimal::MAX, exact("10")), None);
    }
}

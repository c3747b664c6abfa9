//! Whether an order can be accepted.

use super::{JointOrder, OrderAim};
use crate::unit::{Currency, Invalid, Money, Quantity, Unit};
use rust_decimal::Decimal;

pub(super) fn check(order: &JointOrder) -> Result<(), Invalid> {
    let days = [
        ("arrival", order.today, order.arrival),
        ("next_order_day", order.today, order.next_order_day),
        ("next_arrival", order.arrival, order.next_arrival),
    ];
    for (field, earliest, day) in days {
        if day < earliest {
            let expected = format!("{earliest} or a later day");
            return Err(Invalid::new("day_too_early", expected, day).at(field));
        }
    }
    let amount = |field: &str, money: Money| amount_in(order.currency, money, field).map(|_| ());
    if let Some(per_line) = order.per_line {
        amount("per_line", per_line)?;
    }
    for (index, limit) in order.at_most.iter().enumerate() {
        load(*limit).map_err(|invalid| invalid.at(format_args!("at_most[{index}]")))?;
    }
    for (index, aim) in order.aims.iter().enumerate() {
        let checked = match *aim {
            OrderAim::MinimumValue { value } => amount("value", value),
            OrderAim::FreeFreight { value, saves } => {
                amount("value", value).and_then(|()| amount("saves", saves))
            }
            OrderAim::PriceLevel { value, discount } if (0.0..=1.0).contains(&discount) => {
                amount("value", value)
            }
            OrderAim::PriceLevel { discount, .. } => {
                let expected = "a part from 0 to 1, such as 0.03";
                Err(Invalid::new("discount_out_of_range", expected, discount).at("discount"))
            }
            OrderAim::FillTo { load: to } => load(to).map_err(|invalid| invalid.at("load")),
        };
        checked.map_err(|invalid| invalid.at(format_args!("aims[{index}]")))?;
    }
    Ok(())
}

fn load(quantity: Quantity) -> Result<(), Invalid> {
    if quantity.is_negative() {
        return Err(Invalid::new("quantity_negative", "a quantity of zero or more", quantity));
    }
    Ok(())
}

/// The amount of money that must be in a currency and zero or more.
pub(super) fn amount_in(currency: Currency, money: Money, field: &str) -> Result<Decimal, Invalid> {
    Money::zero(currency).compare(money).map_err(|invalid| invalid.at(field))?;
    if money.is_negative() {
        let expected = "an amount of zero or more";
        return Err(Invalid::new("money_negative", expected, money).at(field));
    }
    Ok(money.amount())
}

/// What is limited or filled beside the value, each once.
pub(super) fn dimensions(order: &JointOrder) -> Vec<Unit> {
    let filled = order.aims.iter().filter_map(|aim| match aim {
        OrderAim::FillTo { load } => Some(load),
        OrderAim::MinimumValue { .. }
        | OrderAim::FreeFreight { .. }
        | OrderAim::PriceLevel { .. } => None,
    });
    let mut units = Vec::new();
    for unit in order.at_most.iter().chain(filled).map(|load| load.unit()) {
        if let Err(place) = units.binary_search(&unit) {
            units.insert(place, unit);
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> JointOrder {
        JointOrder {
            today: "2026-03-02".parse().unwrap(),
            arrival: "2026-03-04".parse().unwrap(),
            next_order_day: "2026-03-09".parse().unwrap(),
            next_arrival: "2026-03-11".parse().unwrap(),
            longest_cover_days: 30,
            currency: "EUR".parse().unwrap(),
            per_line: None,
            at_most: Vec::new(),
            aims: Vec::new(),
        }
    }

    #[test]
    fn a_bad_order_names_its_field() {
        let told = |change: &dyn Fn(&mut JointOrder)| {
            let mut order = order();
            change(&mut order);
            let invalid = check(&order).unwrap_err();
            format!("{} {}", invalid.code, invalid.path)
        };
        let early = "2026-03-01".parse().unwrap();
        assert_eq!(told(&|o| o.arrival = early), "day_too_early arrival");
        assert_eq!(told(&|o| o.next_order_day = early), "day_too_early next_order_day");
        assert_eq!(told(&|o| o.next_arrival = early), "day_too_early next_arrival");
        assert_eq!(told(&|o| o.per_line = "1 USD".parse().ok()), "currency_mixed per_line");
        assert_eq!(
            told(&|o| o.at_most = vec!["-1 kg".parse().unwrap()]),
            "quantity_negative at_most[0]"
        );
        let aim = |aim: OrderAim| told(&move |o| o.aims = vec![aim]);
        let of = |discount| OrderAim::PriceLevel { value: "1 EUR".parse().unwrap(), discount };
        assert_eq!(aim(of(1.5)), "discount_out_of_range aims[0].discount");
        assert_eq!(aim(of(f64::NAN)), "discount_out_of_range aims[0].discount");
        assert_eq!(
            aim(OrderAim::MinimumValue { value: "-1 EUR".parse().unwrap() }),
            "money_negative aims[0].value"
        );
    }
}

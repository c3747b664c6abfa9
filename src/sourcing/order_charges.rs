//! What a whole order costs beside its goods.

use super::{
    CostKind, FreightBand, OrderSize, SupplierTerms,
    basket::{Mode, Span},
    exchange::{Exchange, Unconverted},
};
use crate::unit::{Currency, Exact, Invalid, Money, Quantity, Rounding, Unit, distinct};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// What an order costs beside its goods, in the currency of the comparison.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct OrderCharges {
    /// Freight of an order of this value and weight.
    pub freight: Money,
    /// What the supplier charges for handling it.
    pub handling: Money,
    /// What placing and receiving it costs the buyer.
    pub order_cost: Money,
    /// Below the supplier's minimum: the surcharge if there is one, otherwise what is missing, which
    /// has to be spent on something. Zero when the minimum is reached.
    pub below_minimum: Money,
    /// Whether the supplier refuses it: below the minimum, and no surcharge is stated.
    pub refused: bool,
    /// What the supplier gives back at the end of the year because of this order; zero or negative.
    pub yearly_rebate: Money,
}

impl OrderCharges {
    /// Of no order.
    pub fn none(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            freight: zero,
            handling: zero,
            order_cost: zero,
            below_minimum: zero,
            refused: false,
            yearly_rebate: zero,
        }
    }

    /// Every component, zero or not.
    pub fn costs(&self) -> [(CostKind, Money); 5] {
        [
            (CostKind::Freight, self.freight),
            (CostKind::OrderHandling, self.handling),
            (CostKind::OrderCost, self.order_cost),
            (CostKind::BelowMinimum, self.below_minimum),
            (CostKind::YearlyRebate, self.yearly_rebate),
        ]
    }

    /// All components together.
    ///
    /// # Errors
    ///
    /// When they are in different currencies, which those of one order never are.
    pub fn total(&self) -> Result<Money, Invalid> {
        Money::sum(self.costs().map(|(_, amount)| amount), self.freight.currency())
    }
}

impl SupplierTerms {
    /// What an order with this much goods costs beside them, and this much weight where it is known.
    /// An order without goods costs nothing.
    ///
    /// # Errors
    ///
    /// When a term is in another currency than the goods, when freight goes by weight and none is
    /// stated, or when an amount overflows.
    ///
    /// ```
    /// use replenish::{sourcing::SupplierTerms, unit::SupplierId};
    /// let terms = SupplierTerms {
    ///     minimum_order_value: Some("50 EUR".parse()?),
    ///     freight: Some("9 EUR".parse()?),
    ///     free_freight_from: Some("120 EUR".parse()?),
    ///     ..SupplierTerms::none(SupplierId::new("farm")?)
    /// };
    /// let charges = terms.charges("40 EUR".parse()?, None)?;
    /// assert_eq!((charges.freight.to_string(), charges.below_minimum.to_string()),
    ///     ("9.00 EUR".to_owned(), "10.00 EUR".to_owned()));
    /// assert!(charges.refused); // no surcharge is stated
    /// assert!(terms.charges("120 EUR".parse()?, None)?.freight.is_zero());
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn charges(&self, goods: Money, weight: Option<Quantity>) -> Result<OrderCharges, Invalid> {
        if goods.is_zero() {
            return Ok(OrderCharges::none(goods.currency()));
        }
        let exchange = Exchange::none(goods.currency());
        let rules = OrderRules::new(self, &exchange);
        let rules = rules.map_err(|(field, why)| why.invalid().at(field))?;
        rules.charges(&[goods], weight, goods.currency())
    }
}

/// The terms of whole orders in minor units of one currency, weights in grams.
///
/// What is charged is rounded half up; thresholds are rounded up, so that the smallest amount in minor
/// units that reaches one here is the smallest that reaches it at all.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderRules {
    minimum: i64,
    surcharge: Option<i64>,
    freight: i64,
    value_bands: Vec<Band>,
    weight_bands: Vec<Band>,
    free_from: Option<i64>,
    handling: i64,
    order_cost: i64,
    purchased: i64,
    tiers: Vec<Tier>,
}

/// Freight from some value or weight on.
#[derive(Clone, Copy, Debug)]
struct Band {
    from: i64,
    freight: i64,
}

/// A share given back from some yearly value on.
#[derive(Clone, Copy, Debug)]
struct Tier {
    from: i64,
    millionths: i64,
}

/// What an order costs, before what depends on the value of each purchase.
#[derive(Clone, Copy, Debug, Default)]
struct Fixed {
    freight: i64,
    below_minimum: i64,
    refused: bool,
    /// Of earlier purchases, because of a tier that this order reaches; zero or negative.
    earlier_rebate: i64,
    /// Of this order's purchases, in millionths; zero or negative.
    rebate_rate: i64,
}

/// A term that is worth nothing that could be said, and why.
pub(super) type BadTerm = (&'static str, Unconverted);

impl OrderRules {
    pub(super) fn new(terms: &SupplierTerms, exchange: &Exchange) -> Result<Self, BadTerm> {
        let minor = |field, money: Money, rounding| {
            let converted = exchange.convert(money).map_err(|why| (field, why))?;
            to_minor(converted.rounded(rounding))
                .map_err(|problem| (field, Unconverted::TooLarge(problem)))
        };
        let charge = |field, money: Option<Money>| {
            money.map_or(Ok(0), |money| minor(field, money, Rounding::HalfUp))
        };
        let threshold = |field, money| minor(field, money, Rounding::Up);
        let mut rules = Self {
            freight: charge("freight", terms.freight)?,
            handling: charge("handling", terms.handling)?,
            order_cost: charge("order_cost", terms.order_cost)?,
            ..Self::default()
        };
        if let Some(minimum) = terms.minimum_order_value {
            rules.minimum = threshold("minimum_order_value", minimum)?;
        }
        if terms.below_minimum_surcharge.is_some() {
            let field = "below_minimum_surcharge";
            rules.surcharge = Some(charge(field, terms.below_minimum_surcharge)?);
        }
        if let Some(from) = terms.free_freight_from {
            rules.free_from = Some(threshold("free_freight_from", from)?);
        }
        for &FreightBand { from, freight } in &terms.freight_bands {
            let field = "freight_bands";
            let freight = charge(field, Some(freight))?;
            match from {
                OrderSize::Value(value) => {
                    rules.value_bands.push(Band { from: threshold(field, value)?, freight });
                }
                OrderSize::Weight(weight) => {
                    let from = grams(weight, RoundingStrategy::AwayFromZero);
                    let from = from.map_err(|problem| (field, Unconverted::TooLarge(problem)))?;
                    rules.weight_bands.push(Band { from, freight });
                }
            }
        }
        if let Some(yearly) = &terms.yearly_rebate {
            let field = "yearly_rebate";
            rules.purchased = charge(field, Some(yearly.purchased))?;
            for tier in &yearly.tiers {
                let millionths = millionths(tier.rate.factor())
                    .map_err(|problem| (field, Unconverted::TooLarge(problem)))?;
                rules.tiers.push(Tier { from: threshold(field, tier.from)?, millionths });
            }
        }
        Ok(rules)
    }

    /// Whether the weight of an order makes a difference.
    pub(super) fn by_weight(&self) -> bool {
        !self.weight_bands.is_empty()
    }

    /// What an order of purchases of these values costs; none of them, none.
    pub(super) fn charges(
        &self,
        values: &[Money],
        weight: Option<Quantity>,
        currency: Currency,
    ) -> Result<OrderCharges, Invalid> {
        if values.is_empty() {
            return Ok(OrderCharges::none(currency));
        }
        let weight = match weight {
            Some(weight) => grams(weight, RoundingStrategy::MidpointAwayFromZero)?,
            None if self.by_weight() => {
                let expected = "the weight of the order, since freight goes by weight";
                return Err(Invalid::new("weight_missing", expected, "none").at("weight"));
            }
            None => 0,
        };
        let mut value = 0_i64;
        for &part in values {
            let part = to_minor(Money::zero(currency).plus(part)?)?;
            value = value.checked_add(part).ok_or_else(|| too_large(part))?;
        }
        let fixed = self.fixed(value, weight);
        let mut rebate = i128::from(fixed.earlier_rebate);
        if fixed.rebate_rate != 0 {
            let rate = charging(0, fixed.rebate_rate);
            for part in values {
                rebate += i128::from(rate.on_value(to_minor(*part)?));
            }
        }
        let money = |count: i64| Money::from_minor_units(i128::from(count), currency);
        Ok(OrderCharges {
            freight: money(fixed.freight)?,
            handling: money(self.handling)?,
            order_cost: money(self.order_cost)?,
            below_minimum: money(fixed.below_minimum)?,
            refused: fixed.refused,
            yearly_rebate: Money::from_minor_units(rebate, currency)?,
        })
    }

    fn fixed(&self, value: i64, weight: i64) -> Fixed {
        let reached = |bands: &[Band], size| {
            bands.iter().rev().find(|band| size >= band.from).map(|band| band.freight)
        };
        let mut fixed = Fixed::default();
        if self.free_from.is_none_or(|from| value < from) {
            fixed.freight = reached(&self.value_bands, value)
                .or_else(|| reached(&self.weight_bands, weight))
                .unwrap_or(self.freight);
        }
        if value < self.minimum {
            fixed.below_minimum = self.surcharge.unwrap_or(self.minimum - value);
            fixed.refused = self.surcharge.is_none();
        }
        let tier = |purchased| {
            let reached = self.tiers.iter().rev().find(|tier| purchased >= tier.from);
            reached.map_or(0, |tier| tier.millionths)
        };
        let (before, after) = (tier(self.purchased), tier(self.purchased.saturating_add(value)));
        fixed.rebate_rate = -after;
        fixed.earlier_rebate = charging(0, before - after).on_value(self.purchased);
        fixed
    }

    /// The same as modes of a basket's order: of those that allow an order's value and weight, the
    /// cheapest costs what [`OrderRules::charges`] says; where the supplier refuses it, none does.
    ///
    /// Each holds for as much as nothing cheaper is forbidden by it, so that "with freight" need not
    /// end where freight is free.
    pub(super) fn modes(&self) -> Result<Vec<Mode>, Invalid> {
        let mut values = vec![0, self.minimum];
        values.extend(self.free_from);
        values.extend(self.value_bands.iter().map(|band| band.from));
        values
            .extend(self.tiers.iter().map(|tier| tier.from.saturating_sub(self.purchased).max(0)));
        let mut weights = vec![0];
        weights.extend(self.weight_bands.iter().map(|band| band.from));
        let (values, weights) = (distinct(values), distinct(weights));

        let mut grid = Vec::with_capacity(values.len());
        for &value in &values {
            let mut row = Vec::with_capacity(weights.len());
            for &weight in &weights {
                let fixed = self.fixed(value, weight);
                let sum = [self.handling, self.order_cost, fixed.freight, fixed.earlier_rebate]
                    .into_iter()
                    .try_fold(self.surcharge.map_or(0, |_| fixed.below_minimum), i64::checked_add);
                let cost = sum.ok_or_else(|| too_large(self.handling))?;
                row.push((!fixed.refused).then(|| charging(cost, fixed.rebate_rate)));
            }
            grid.push(row);
        }
        let mut modes: Vec<Mode> = Vec::new();
        for (at_value, row) in grid.iter().enumerate() {
            for (at_weight, cell) in row.iter().enumerate() {
                let Some(cell) = *cell else { continue };
                // Values and weights are zero or more, so a mode without dearer fixed cost and rate
                // is nowhere dearer.
                let as_cheap = |other: &Option<Mode>| {
                    other.is_some_and(|other| other.cost <= cell.cost && other.rate <= cell.rate)
                };
                let (first, last) = run(row.len(), at_weight, |at| as_cheap(&row[at]));
                let weight = span(&weights, first, last);
                let whole_row = |at: usize| grid[at][first..=last].iter().all(as_cheap);
                let (low, high) = run(grid.len(), at_value, whole_row);
                let mode = Mode { value: span(&values, low, high), weight, ..cell };
                if !modes.contains(&mode) {
                    modes.push(mode);
                }
            }
        }
        Ok(modes)
    }
}

/// A mode for every value and weight.
fn charging(cost: i64, rate: i64) -> Mode {
    Mode { cost, rate, value: Span::ALL, weight: Span::ALL }
}

/// The longest stretch of places around one for all of which something holds.
fn run(length: usize, place: usize, holds: impl Fn(usize) -> bool) -> (usize, usize) {
    let first = (0..place).rev().take_while(|&at| holds(at)).last().unwrap_or(place);
    let last = (place + 1..length).take_while(|&at| holds(at)).last().unwrap_or(place);
    (first, last)
}

/// The numbers from one cut to the one behind another.
fn span(cuts: &[i64], first: usize, last: usize) -> Span {
    Span { least: cuts[first], most: cuts.get(last + 1).map_or(i64::MAX, |next| next - 1) }
}

/// Minor units, in 64 bits.
fn to_minor(money: Money) -> Result<i64, Invalid> {
    let amount = money.amount();
    // Amounts that were rounded have as many decimals as their currency.
    let count = if amount.scale() == money.currency().exponent() {
        amount.mantissa()
    } else {
        money.minor_units()?
    };
    i64::try_from(count).map_err(|_| too_large(money))
}

/// A weight in whole grams.
pub(super) fn grams(weight: Quantity, strategy: RoundingStrategy) -> Result<i64, Invalid> {
    let gram = weight.to(gram()?)?.amount().round_dp_with_strategy(0, strategy);
    i64::try_from(gram)
        .map_err(|_| Invalid::new("quantity_too_large", "a weight of fewer grams", weight))
}

/// The unit in which orders are weighed.
pub(super) fn gram() -> Result<Unit, Invalid> {
    "g".parse()
}

/// A share in millionths, which it has to be exact in.
pub(super) fn millionths(share: Decimal) -> Result<i64, Invalid> {
    let scaled = share.checked_times(Decimal::from(1_000_000)).filter(Decimal::is_integer);
    scaled
        .and_then(|scaled| i64::try_from(scaled).ok())
        .ok_or_else(|| Invalid::new("share_too_fine", "a share of at most six decimals", share))
}

fn too_large(got: impl std::fmt::Display) -> Invalid {
    Invalid::new("money_too_large", "an amount of fewer digits", got)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sourcing::{RebateTier, YearlyRebate},
        unit::{Random, Rate},
    };

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn terms() -> SupplierTerms {
        SupplierTerms::none("s".parse().unwrap())
    }

    fn eur() -> Currency {
        "EUR".parse().unwrap()
    }

    fn rules(terms: &SupplierTerms) -> OrderRules {
        terms.check().unwrap();
        OrderRules::new(terms, &Exchange::none(eur())).unwrap()
    }

    fn cents(count: i64) -> Money {
        Money::from_minor_units(i128::from(count), eur()).unwrap()
    }

    #[test]
    fn freight_goes_by_weight_until_the_goods_are_worth_enough() {
        let band = |from: &str, freight: &str| FreightBand {
            from: OrderSize::Weight(from.parse().unwrap()),
            freight: money(freight),
        };
        let terms = SupplierTerms {
            freight: Some(money("6 EUR")),
            freight_bands: vec![band("10 kg", "9 EUR"), band("30000 g", "20 EUR")],
            free_freight_from: Some(money("500 EUR")),
            ..terms()
        };
        let freight = |goods: &str, weight: &str| {
            let charges = terms.charges(money(goods), weight.parse().ok()).unwrap();
            charges.freight.to_string()
        };
        assert_eq!(freight("20 EUR", "9999 g"), "6.00 EUR");
        assert_eq!(freight("20 EUR", "10 kg"), "9.00 EUR");
        assert_eq!(freight("20 EUR", "31 kg"), "20.00 EUR");
        assert_eq!(freight("500 EUR", "31 kg"), "0.00 EUR");
        let unknown = terms.charges(money("20 EUR"), None).unwrap_err();
        assert_eq!((unknown.code, unknown.path.as_str()), ("weight_missing", "weight"));
    }

    #[test]
    fn a_new_tier_pays_for_the_purchases_before_it_too() {
        let tier =
            |from: &str, rate: &str| RebateTier { from: money(from), rate: rate.parse().unwrap() };
        let yearly = YearlyRebate {
            purchased: money("9000 EUR"),
            tiers: vec![tier("5000 EUR", "0.01"), tier("10000 EUR", "0.03")],
        };
        let terms = SupplierTerms { yearly_rebate: Some(yearly), ..terms() };
        let rebate = |goods| terms.charges(money(goods), None).unwrap().yearly_rebate.to_string();
        assert_eq!(rebate("999.99 EUR"), "-10.00 EUR"); // 1 % of the order
        // 3 % of the order, and 2 % more of the 9000 before.
        assert_eq!(rebate("1000 EUR"), "-210.00 EUR");
    }

    #[test]
    fn below_the_minimum_an_order_is_refused_or_costs_more() {
        let minimum = SupplierTerms {
            minimum_order_value: Some(money("100 EUR")),
            handling: Some(money("3 EUR")),
            order_cost: Some(money("4.005 EUR")),
            ..terms()
        };
        let charges = minimum.charges(money("80 EUR"), None).unwrap();
        assert_eq!((charges.refused, charges.below_minimum), (true, money("20.00 EUR")));
        assert_eq!(charges.total().unwrap(), money("27.01 EUR"));
        let dearer =
            SupplierTerms { below_minimum_surcharge: Some(money("7.5 EUR")), ..minimum.clone() };
        let charges = dearer.charges(money("80 EUR"), None).unwrap();
        assert_eq!((charges.refused, charges.below_minimum), (false, money("7.50 EUR")));
        assert!(!minimum.charges(money("100 EUR"), None).unwrap().refused);
        let none = minimum.charges(money("0 EUR"), None).unwrap();
        assert_eq!(none, OrderCharges::none(eur()));
        let other = minimum.charges(money("1 USD"), None).unwrap_err();
        assert_eq!((other.code, other.path.as_str()), ("exchange_rate_missing", "handling"));
    }

    #[test]
    fn thresholds_that_are_exchanged_are_reached_by_whole_minor_units() {
        let rate = crate::sourcing::ExchangeRate {
            from: "USD".parse().unwrap(),
            to: eur(),
            rate: "0.333333".parse().unwrap(),
            date: "2026-11-21".parse().unwrap(),
        };
        let terms = SupplierTerms { minimum_order_value: Some(money("100 USD")), ..terms() };
        let exchange = Exchange::new(eur(), rate.date, &[rate], None);
        let rules = OrderRules::new(&terms, &exchange).unwrap();
        // 33.3333 EUR: 33.33 does not reach it.
        let refused = |count| rules.charges(&[cents(count)], None, eur()).unwrap().refused;
        assert_eq!((refused(3333), refused(3334)), (true, false));
    }

    /// Terms with anything that terms can have, thresholds often coinciding.
    fn random_terms(random: &mut Random) -> SupplierTerms {
        fn some<T>(random: &mut Random, value: T) -> Option<T> {
            (random.below(2) == 0).then_some(value)
        }
        fn amount(random: &mut Random, steps: usize) -> Money {
            cents(i64::try_from(random.below(steps)).unwrap() * 500)
        }
        let by_weight = random.below(2) == 0;
        let (mut at, mut freight_bands) = (0, Vec::new());
        for _ in 0..random.below(4) {
            at += 1 + i64::try_from(random.below(4)).unwrap();
            let grams = Quantity::new(Decimal::from(at * 500), gram().unwrap());
            let from = if by_weight {
                OrderSize::Weight(grams)
            } else {
                OrderSize::Value(cents(at * 500))
            };
            freight_bands.push(FreightBand { from, freight: amount(random, 8) });
        }
        let (mut from, mut rate, mut tiers) = (0, 0, Vec::new());
        for _ in 0..random.below(4) {
            from += 1 + i64::try_from(random.below(5)).unwrap();
            rate += i64::try_from(random.below(30_000)).unwrap();
            let rate = Rate::new(Decimal::new(rate, 6)).unwrap();
            tiers.push(RebateTier { from: cents(from * 500), rate });
        }
        let (purchased, minimum) = (amount(random, 8), amount(random, 10));
        let minimum_order_value = some(random, minimum);
        let surcharge = amount(random, 5);
        let rebate = YearlyRebate { purchased, tiers };
        let (freight, free) = (amount(random, 8), amount(random, 12));
        let (handling, order_cost) = (amount(random, 3), amount(random, 3));
        SupplierTerms {
            minimum_order_value,
            below_minimum_surcharge: some(random, surcharge)
                .filter(|_| minimum_order_value.is_some()),
            freight: some(random, freight),
            freight_bands,
            free_freight_from: some(random, free),
            handling: some(random, handling),
            order_cost: some(random, order_cost),
            yearly_rebate: some(random, rebate),
            ..terms()
        }
    }

    #[test]
    fn the_cheapest_allowed_mode_costs_what_an_order_is_charged() {
        let mut random = Random::new(11);
        let (mut refused, mut most_modes) = (0, 0);
        for case in 0..2_000 {
            let rules = rules(&random_terms(&mut random));
            let modes = rules.modes().unwrap();
            most_modes = most_modes.max(modes.len());
            for _ in 0..20 {
                let values: Vec<i64> = (0..=random.below(3))
                    .map(|_| i64::try_from(random.below(3_000)).unwrap())
                    .collect();
                let (value, weight) = (values.iter().sum(), random.below(8_000));
                let weight = i64::try_from(weight).unwrap() / 500 * 500 - i64::from(case % 2);
                let weight = weight.max(0);
                let moneys: Vec<Money> = values.iter().map(|&count| cents(count)).collect();
                let grams = Quantity::new(Decimal::from(weight), gram().unwrap());
                let charges = rules.charges(&moneys, Some(grams), eur()).unwrap();
                let allowed = modes
                    .iter()
                    .filter(|mode| mode.value.contains(value) && mode.weight.contains(weight));
                let cheapest = allowed
                    .map(|mode| mode.cost + values.iter().map(|&v| mode.on_value(v)).sum::<i64>())
                    .min();
                let total = charges.total().unwrap().minor_units().unwrap();
                let expected = (!charges.refused).then_some(total);
                assert_eq!(
                    cheapest.map(i128::from),
                    expected,
                    "{case}: {value} {weight} {rules:?}"
                );
                refused += u32::from(charges.refused);
            }
        }
        assert!(refused > 1_000 && most_modes > 6, "{refused} {most_modes}");
    }

    #[test]
    fn modes_reach_as_far_as_they_may() {
        let terms = SupplierTerms {
            minimum_order_value: Some(money("50 EUR")),
            freight: Some(money("9 EUR")),
            free_freight_from: Some(money("120 EUR")),
            order_cost: Some(money("2 EUR")),
            ..terms()
        };
        let mode = |least, cost| Mode {
            cost,
            rate: 0,
            value: Span { least, most: i64::MAX },
            weight: Span { least: 0, most: i64::MAX },
        };
        // With freight from 50 EUR on without end; free of it from 120 EUR on.
        assert_eq!(rules(&terms).modes().unwrap(), [mode(5_000, 1_100), mode(12_000, 200)]);
        let nothing = OrderRules::default().modes().unwrap();
        assert_eq!(nothing, [mode(0, 0)]);
    }
}

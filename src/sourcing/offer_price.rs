//! What a supplier invoices for some packs of an offer, and how many packs it sells.

use super::{
    LineCharges, Offer, PriceBreak,
    exchange::{Exchange, Unconverted},
    landed_cost::{LinePrices, Surroundings, packs_for, packs_within, product, whole_multiples},
};
use crate::unit::{Currency, Invalid, Money, Quantity, Rounding, Unit, distinct};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Some packs of an offer as the supplier invoices them, in the offer's own currency.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct OfferPrice {
    /// Whole packs.
    pub packs: u64,
    /// Price of one unit at the break reached; with a contract or incremental breaks the average, to
    /// six decimals.
    pub unit_price: Money,
    /// From which quantity on that price holds, where several are stated and not all is bought at the
    /// price of a contract.
    #[cfg_attr(target_family = "wasm", tsify(type = "Quantity | null"))]
    pub price_break: Option<Quantity>,
    /// Quantity times price, rounded half up to the minor unit once.
    pub amount: Money,
    /// For handling the packs, rounded half up once.
    pub handling: Money,
    /// Paid for what the packs come in, whether or not it comes back, rounded half up once.
    pub deposit: Money,
    /// Of all packs, unrounded, where it is known.
    #[cfg_attr(target_family = "wasm", tsify(type = "Quantity | null"))]
    pub weight: Option<Quantity>,
}

/// An offer's prices and limits, read once to price many numbers of packs.
#[derive(Clone, Copy, Debug)]
pub struct OfferPrices<'a> {
    offer: &'a Offer,
    currency: Currency,
    prices: LinePrices,
    /// Of a pack, in the offer's currency.
    handling: Decimal,
    /// Of a pack, in the offer's currency.
    deposit: Decimal,
    fewest: u64,
    most: Option<u64>,
}

impl Offer {
    /// Reads the prices as the supplier invoices them.
    ///
    /// # Errors
    ///
    /// When the offer cannot be accepted, as [`Offer::check`] says, its units do not convert, or
    /// handling or deposits are in another currency than the price.
    ///
    /// ```
    /// use replenish::{sourcing::{Offer, PriceBreak}, unit::Unit};
    /// let (id, supplier, sku) = ("o-1".parse()?, "farm".parse()?, "apple".parse()?);
    /// let mut offer = Offer {
    ///     pack_size: "12 each".parse()?,
    ///     ..Offer::new(id, supplier, sku, "0.40 EUR".parse()?, Unit::EACH)
    /// };
    /// let more = PriceBreak { minimum_quantity: "60 each".parse()?, unit_price: "0.30 EUR".parse()? };
    /// offer.price_breaks.push(more);
    /// let prices = offer.prices()?;
    /// assert_eq!(prices.price(4)?.amount.to_string(), "19.20 EUR");
    /// assert_eq!(prices.price(5)?.amount.to_string(), "18.00 EUR");
    /// assert_eq!(prices.steps(), [1, 5]);
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn prices(&self) -> Result<OfferPrices<'_>, Invalid> {
        self.prices_exchanged(&|money, currency| Money::zero(currency).plus(money))
    }

    /// The same where handling or deposits may be in another currency than the price, into which they
    /// are converted.
    ///
    /// # Errors
    ///
    /// As [`Offer::prices`], and when they cannot be converted.
    pub(crate) fn prices_exchanged(
        &self,
        convert: &dyn Fn(Money, Currency) -> Result<Money, Invalid>,
    ) -> Result<OfferPrices<'_>, Invalid> {
        self.check()?;
        let currency = self.price()?.0.currency();
        let of_a_pack = |field, charge: Option<Money>| {
            let charge = charge.filter(|charge| !charge.is_zero());
            let amount = charge.map(|charge| convert(charge, currency)).transpose();
            let amount = amount.map_err(|invalid| invalid.at(field).at("charges"))?;
            Ok::<_, Invalid>(amount.map_or(Decimal::ZERO, Money::amount))
        };
        let handling = of_a_pack("handling_per_pack", self.charges.handling_per_pack)?;
        let deposit = self.charges.deposit.map(|deposit| deposit.per_pack);
        let deposit = of_a_pack("deposit.per_pack", deposit)?;

        // What is charged beside the price was looked at above.
        let bare = Self { charges: LineCharges::default(), ..self.clone() };
        let around = Surroundings {
            exchange: &Exchange::none(currency),
            payment: Decimal::ZERO,
            failure: Money::zero(currency),
            penalty: None,
            by_weight: true,
        };
        let prices = LinePrices::new(&bare, around).map_err(Unconverted::invalid)?;
        let mut most = u64::MAX;
        for (field, there) in self.supplies() {
            if let Some(there) = there {
                most = most.min(self.packs_of(there).map_err(|invalid| invalid.at(field))?);
            }
        }
        let most = (most < u64::MAX).then_some(most);
        let fewest = self.fewest_packs()?;
        Ok(OfferPrices { offer: self, currency, prices, handling, deposit, fewest, most })
    }

    /// What the price is for one of; none where the offer states no price.
    pub fn price_unit(&self) -> Option<Unit> {
        self.price().ok().map(|(_, unit)| unit)
    }

    /// The price break that so many packs reach, the first below all; none where there is only one
    /// price, or all of it costs that of a contract.
    pub(crate) fn break_reached(&self, packs: u64) -> Result<Option<Quantity>, Invalid> {
        let [first, _, ..] = &self.price_breaks[..] else { return Ok(None) };
        let bought_in = |unit| product(self.pack_in(unit)?, Decimal::from(packs));
        if let Some(contract) = self.contract
            && bought_in(contract.remaining.unit())? <= contract.remaining.amount()
        {
            return Ok(None);
        }
        let bought = bought_in(first.minimum_quantity.unit())?;
        let reaches = |price: &&PriceBreak| price.minimum_quantity.amount() <= bought;
        let reached = self.price_breaks.iter().rev().find(reaches);
        Ok(Some(reached.unwrap_or(first).minimum_quantity))
    }

    /// Packs are sold in multiples of this; 1 or more.
    pub fn multiple(&self) -> u64 {
        self.order_multiple_packs.map_or(1, u64::from).max(1)
    }

    /// The smallest purchase: 1 or more, a multiple of what is sold at once.
    pub(super) fn fewest_packs(&self) -> Result<u64, Invalid> {
        let mut fewest = 1;
        let mut at_least = |quantity: Quantity| {
            if !quantity.is_zero() {
                let packs = packs_for(quantity.amount(), self.pack_in(quantity.unit())?)?;
                fewest = fewest.max(packs);
            }
            Ok::<_, Invalid>(())
        };
        at_least(self.minimum_order_quantity).map_err(|i| i.at("minimum_order_quantity"))?;
        let contract = self.contract.filter(|contract| !contract.remaining.is_zero());
        if let (Some(first), None) = (self.price_breaks.first(), contract) {
            // Below its first price an offer says none, so that nothing is sold.
            at_least(first.minimum_quantity)
                .map_err(|i| i.at("minimum_quantity").at("price_breaks[0]"))?;
        }
        whole_multiples(fewest, self.multiple())
    }

    /// What bounds a purchase, and which field says so: what the supplier has, and what is left of a
    /// contract without further prices.
    pub(super) fn supplies(&self) -> [(&'static str, Option<Quantity>); 2] {
        let only_contract = self.contract.filter(|_| self.price_breaks.is_empty());
        [
            ("available", self.available),
            ("contract", only_contract.map(|contract| contract.remaining)),
        ]
    }

    /// The most packs that a quantity fills, in multiples of what is sold at once.
    pub(super) fn packs_of(&self, there: Quantity) -> Result<u64, Invalid> {
        let pack = self.pack_in(there.unit())?;
        Ok(packs_within(there.amount(), pack) / self.multiple() * self.multiple())
    }
}

impl<'a> OfferPrices<'a> {
    /// The offer.
    pub fn offer(&self) -> &'a Offer {
        self.offer
    }

    /// The currency in which the supplier invoices it.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The smallest purchase: 1 or more, a multiple of what is sold at once.
    pub fn fewest_packs(&self) -> u64 {
        self.fewest
    }

    /// The largest purchase, as far as the supplier says how much it has; a multiple of what is sold
    /// at once.
    pub fn most_packs(&self) -> Option<u64> {
        self.most
    }

    /// Prices a number of packs, whether or not as many are sold.
    ///
    /// # Errors
    ///
    /// When an amount has more than 28 digits.
    pub fn price(&self, packs: u64) -> Result<OfferPrice, Invalid> {
        let exact = Decimal::from(packs);
        let bought = product(self.prices.priced, exact)?;
        let (unit_price, amount) = self.prices.invoiced(self.offer, bought, exact)?;
        let of_packs = |charge: Decimal| {
            let charged = Money::new(product(charge, exact)?, self.currency);
            Ok::<_, Invalid>(charged.rounded(Rounding::HalfUp))
        };
        let weight = self.prices.weight.map(|weight| product(weight, exact)).transpose()?;
        Ok(OfferPrice {
            packs,
            unit_price,
            price_break: self.offer.break_reached(packs)?,
            amount: Money::new(amount, self.currency).rounded(Rounding::HalfUp),
            handling: of_packs(self.handling)?,
            deposit: of_packs(self.deposit)?,
            weight: weight.map(|weight| Quantity::new(weight, self.prices.gram)),
        })
    }

    /// The fewest packs at each of the offer's prices, in multiples of what is sold at once, and the
    /// fewest that use up its contract; the fewest packs first.
    pub fn steps(&self) -> Vec<u64> {
        let mut steps = vec![self.fewest];
        let breaks = self.offer.price_breaks.iter();
        let quantities = breaks.map(|price| (price.minimum_quantity.amount(), self.prices.priced));
        let contract = self.prices.contract.map(|rest| (rest.remaining, rest.pack));
        for (quantity, pack) in quantities.chain(contract) {
            // What is beyond all counting is out of reach.
            let packs = packs_for(quantity, pack);
            let packs = packs.and_then(|packs| whole_multiples(packs, self.offer.multiple()));
            steps.extend(packs.ok().filter(|&packs| packs > self.fewest));
        }
        distinct(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sourcing::{ContractPrice, Deposit, PriceBreak, Pricing};

    fn offer() -> Offer {
        let (id, supplier, sku) =
            ("o".parse().unwrap(), "s".parse().unwrap(), "p".parse().unwrap());
        let each = Unit::EACH;
        Offer {
            pack_size: "12 each".parse().unwrap(),
            pack_weight: "1.5 kg".parse().ok(),
            ..Offer::new(id, supplier, sku, "0.405 EUR".parse().unwrap(), each)
        }
    }

    #[test]
    fn charges_are_those_of_the_packs() {
        let mut offer = offer();
        offer.charges.handling_per_pack = "0.125 EUR".parse().ok();
        offer.charges.deposit = Some(Deposit {
            per_pack: "2.50 EUR".parse().unwrap(),
            returned: "0.9".parse().unwrap(),
        });
        let price = offer.prices().unwrap().price(3).unwrap();
        assert_eq!(price.amount.to_string(), "14.58 EUR");
        assert_eq!(price.handling.to_string(), "0.38 EUR");
        assert_eq!(price.deposit.to_string(), "7.50 EUR");
        assert_eq!(price.weight.unwrap().to_string(), "4500 g");
        assert_eq!(price.price_break, None);
        offer.charges.handling_per_pack = "1 USD".parse().ok();
        let refused = offer.prices().unwrap_err();
        let expected = ("currency_mixed", "charges.handling_per_pack");
        assert_eq!((refused.code, refused.path.as_str()), expected);
        let nine_tenths =
            |money: Money, currency| Ok(Money::new(money.amount() * Decimal::new(9, 1), currency));
        let prices = offer.prices_exchanged(&nine_tenths).unwrap();
        assert_eq!(prices.price(3).unwrap().handling.to_string(), "2.70 EUR");
    }

    #[test]
    fn limits_are_in_multiples() {
        let offer = Offer {
            order_multiple_packs: Some(4),
            minimum_order_quantity: "50 each".parse().unwrap(),
            available: "15 pack".parse().ok(),
            ..offer()
        };
        let prices = offer.prices().unwrap();
        assert_eq!((prices.fewest_packs(), prices.most_packs()), (8, Some(12)));
    }

    #[test]
    fn a_contract_is_used_up_first_and_counts_as_a_step() {
        let mut offer = offer();
        offer.price_breaks.push(PriceBreak {
            minimum_quantity: "60 each".parse().unwrap(),
            unit_price: "0.30 EUR".parse().unwrap(),
        });
        offer.contract = Some(ContractPrice {
            unit_price: "0.20 EUR".parse().unwrap(),
            remaining: "30 each".parse().unwrap(),
        });
        let prices = offer.prices().unwrap();
        assert_eq!(prices.steps(), [1, 3, 5]);
        // 30 at 0.20 and 6 at 0.405.
        let three = prices.price(3).unwrap();
        assert_eq!(three.amount.to_string(), "8.43 EUR");
        assert_eq!(three.unit_price.to_string(), "0.234167 EUR");
        let break_of =
            |packs| prices.price(packs).unwrap().price_break.map(|from| from.to_string());
        assert_eq!([2, 3, 5].map(break_of), [None, Some("0 each".into()), Some("60 each".into())]);
        offer.pricing = Pricing::Incremental;
        // 30 at 0.20, 29 at 0.405 and 1 at 0.30.
        assert_eq!(offer.prices().unwrap().price(5).unwrap().amount.to_string(), "18.05 EUR");
    }
}

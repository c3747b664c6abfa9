//! What a number of packs really costs.

use super::{
    ContractPrice, Need, Offer, PriceBreak, Pricing,
    eligible::Candidate,
    exchange::{Exchange, Unconverted},
    order_charges::gram,
};
use crate::unit::{Currency, Exact, Invalid, Money, Quantity, Rate, Rounding, Unit};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// Some packs of one offer, priced.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Purchase {
    /// Whole packs.
    pub packs: u64,
    /// What they contain, in the unit of the requirement; of a substitute, what they replace.
    pub quantity: Quantity,
    /// Price of one unit of the offer at the break reached, in the offer's currency; with a contract
    /// or incremental breaks the average, to six decimals.
    pub unit_price: Money,
    /// Quantity times price in the offer's currency, rounded half up to its minor unit once, on the
    /// line: what the supplier invoices.
    pub amount: Money,
    /// The same in the currency of the comparison, rounded again where that is another.
    pub goods: Money,
}

/// What money is spent on, or comes back for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum CostKind {
    /// The goods themselves.
    Goods,
    /// Of packs.
    Handling,
    /// A share of the goods.
    Duty,
    /// For an imported line.
    ImportFee,
    /// What is not recoverable of the tax on goods, handling, duty and import fee.
    Tax,
    /// What does not come back of deposits.
    Deposit,
    /// Given back for each unit; negative.
    Rebate,
    /// For buying something else than what is required.
    SubstitutePenalty,
    /// What a failed delivery costs, as often as deliveries fail.
    FailureCost,
    /// What paying later, or early at a discount, is worth; negative.
    PaymentTerms,
    /// Of the whole order.
    Freight,
    /// The supplier's charge for handling the whole order.
    OrderHandling,
    /// Of placing and receiving the order.
    OrderCost,
    /// The surcharge of an order below the supplier's minimum, or what is missing to it.
    BelowMinimum,
    /// Given back at the end of the year; negative.
    YearlyRebate,
}

/// One component of a landed cost.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Cost {
    /// What for.
    pub kind: CostKind,
    /// In the currency of the comparison, rounded half up to its minor unit once.
    pub amount: Money,
    /// For each unit of the requirement that is covered, to a ten-thousandth.
    pub per_unit: Money,
}

impl Cost {
    /// A component and what it is for each of some units.
    pub(super) fn over(kind: CostKind, amount: Money, covered: Quantity) -> Self {
        let each = amount.amount().checked_over(covered.amount()).unwrap_or_default();
        let each = each.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
        Self { kind, amount, per_unit: Money::new(each, amount.currency()) }
    }
}

/// Some packs of an offer with all that they cost by themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Priced {
    pub(super) purchase: Purchase,
    /// The components that are not zero, the goods always, first.
    pub(super) costs: LineCosts,
    /// Their sum.
    pub(super) landed: Money,
    /// What counts towards thresholds of the order: the goods.
    pub(super) value: Money,
    /// In whole grams, rounded half up once on the line, where a pack's weight is stated or needed.
    pub(super) weight: Option<Quantity>,
}

/// The components of a line, kept in place since one comparison prices millions.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineCosts {
    costs: [(CostKind, Money); LineCosts::MOST],
    length: usize,
}

impl LineCosts {
    const MOST: usize = 10;

    fn new(goods: Money) -> Self {
        Self { costs: [(CostKind::Goods, goods); Self::MOST], length: 1 }
    }

    fn add(&mut self, kind: CostKind, amount: Money) {
        if !amount.is_zero() && self.length < Self::MOST {
            self.costs[self.length] = (kind, amount);
            self.length += 1;
        }
    }
}

impl Deref for LineCosts {
    type Target = [(CostKind, Money)];

    fn deref(&self) -> &Self::Target {
        &self.costs[..self.length]
    }
}

impl<'a> IntoIterator for &'a LineCosts {
    type Item = &'a (CostKind, Money);
    type IntoIter = std::slice::Iter<'a, (CostKind, Money)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The unit that counts packs, whatever is in them: a price break, minimum, availability or contract
/// may be in it.
pub(super) const PACK: &str = "pack";

impl Offer {
    /// How much a pack is in a unit: the unit of its content, of its weight, or `pack`.
    pub(crate) fn pack_in(&self, unit: Unit) -> Result<Decimal, Invalid> {
        if unit.as_str() == PACK && self.pack_size.unit() != unit {
            return Ok(Decimal::ONE);
        }
        self.content_in(unit)
    }

    /// How much of a unit is in a pack, or else how much of it the pack weighs.
    pub(super) fn content_in(&self, unit: Unit) -> Result<Decimal, Invalid> {
        let content = self.pack_size.to(unit).or_else(|refused| {
            let weight = self.pack_weight.and_then(|weight| weight.to(unit).ok());
            weight.ok_or_else(|| refused.at("pack_size"))
        });
        content.map(Quantity::amount)
    }

    /// The first price that is stated, and of which unit.
    pub(super) fn price(&self) -> Result<(Money, Unit), Invalid> {
        let first = self.price_breaks.first();
        let first = first.map(|price| (price.unit_price, price.minimum_quantity.unit()));
        let contract = self.contract.map(|rest| (rest.unit_price, rest.remaining.unit()));
        first.or(contract).ok_or_else(|| {
            Invalid::new("price_missing", "at least one price", "none").at("price_breaks")
        })
    }

    /// What is left of a contract, also in the unit of the price breaks.
    fn rest_of(&self, contract: ContractPrice, priced: Unit) -> Result<Contract, Invalid> {
        let at = |invalid: Invalid| invalid.at("remaining").at("contract");
        let ContractPrice { unit_price, remaining } = contract;
        let pack = self.pack_in(remaining.unit()).map_err(at)?;
        let remaining_priced = if remaining.unit() == priced {
            remaining.amount()
        } else {
            let in_packs = product(remaining.amount(), self.pack_in(priced)?)?;
            let exact = in_packs.checked_over(pack);
            let exact = exact.filter(|exact| exact.checked_times(pack) == Some(in_packs));
            exact.ok_or_else(|| {
                let expected = format!("a quantity that is exact in {priced}");
                at(Invalid::new("unit_inexact", expected, remaining))
            })?
        };
        Ok(Contract {
            price: unit_price.amount(),
            remaining: remaining.amount(),
            remaining_priced,
            pack,
        })
    }
}

/// What a line of an offer costs, brought to the currency of the comparison and to packs once.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinePrices {
    /// A pack in the unit of the price breaks, and of the contract where there are none.
    pub(super) priced: Decimal,
    pub(super) contract: Option<Contract>,
    exchange_rate: Decimal,
    currency: Currency,
    handling: Decimal,
    import_fee: Decimal,
    duty: Decimal,
    tax: Decimal,
    deposit: Decimal,
    rebate: Decimal,
    penalty: Decimal,
    failure: Money,
    payment: Decimal,
    /// Of a pack, in grams.
    pub(super) weight: Option<Decimal>,
    pub(super) gram: Unit,
    /// Whether an incremental price is for things rather than for a weight or volume.
    is_counted: bool,
}

/// The rest of a contract.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contract {
    price: Decimal,
    /// Of the contract's own unit.
    pub(super) remaining: Decimal,
    /// In the unit of the price breaks.
    remaining_priced: Decimal,
    /// A pack in the contract's own unit.
    pub(super) pack: Decimal,
}

/// What the line costs depend on beside the offer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    pub(super) exchange: &'a Exchange,
    /// What paying as the supplier allows is worth, as a share of the goods.
    pub(super) payment: Decimal,
    /// What failed deliveries cost on average, rounded.
    pub(super) failure: Money,
    /// For each unit of the requirement.
    pub(super) penalty: Option<Money>,
    /// Whether the weight of the order makes a difference.
    pub(super) by_weight: bool,
}

impl LinePrices {
    /// Brings an offer that was checked to the currency of the comparison.
    pub(super) fn new(offer: &Offer, around: Surroundings<'_>) -> Result<Self, Unconverted> {
        let Surroundings { exchange, payment, failure, penalty, by_weight } = around;
        // Without either, refusing to convert pieces to grams would be all that comes of it.
        let weighed = offer.pack_weight.or(by_weight.then_some(offer.pack_size));
        let large = |problem| Unconverted::TooLarge(problem);
        let amount = |money: Option<Money>| {
            money.map_or(Ok(Decimal::ZERO), |money| exchange.convert(money).map(Money::amount))
        };
        let charges = &offer.charges;
        let (price, unit) = offer.price().map_err(large)?;
        let gram = gram().map_err(large)?;
        let contract = offer.contract.map(|contract| offer.rest_of(contract, unit));
        let deposit = match charges.deposit {
            Some(deposit) => {
                let lost = Decimal::ONE.minus(deposit.returned.factor());
                amount(Some(deposit.per_pack))?.times(lost)
            }
            None => Decimal::ZERO,
        };
        let tax = charges.tax.filter(|tax| !tax.recoverable).map(|tax| tax.rate);
        let factor = |rate: Option<Rate>| rate.unwrap_or_default().factor();
        Ok(Self {
            priced: offer.pack_in(unit).map_err(large)?,
            contract: contract.transpose().map_err(large)?,
            exchange_rate: exchange.rate(price.currency())?,
            currency: exchange.currency(),
            handling: amount(charges.handling_per_pack)?,
            import_fee: amount(charges.import_fee)?,
            duty: factor(charges.duty),
            tax: factor(tax),
            deposit,
            rebate: amount(charges.rebate_per_unit)?,
            penalty: amount(penalty)?,
            failure,
            payment,
            weight: weighed.and_then(|pack| pack.to(gram).ok()).map(Quantity::amount),
            gram,
            is_counted: offer.pricing == Pricing::Incremental && !is_continuous(unit, gram),
        })
    }
}

impl Candidate<'_> {
    /// Prices a number of packs, whether or not as many may be bought.
    ///
    /// # Errors
    ///
    /// When an amount has more than 28 digits.
    pub(super) fn price(&self, packs: u64) -> Result<Priced, Invalid> {
        let prices = &self.prices;
        let packs_exact = Decimal::from(packs);
        let rounded =
            |amount: Decimal| Money::new(amount, prices.currency).rounded(Rounding::HalfUp);
        let bought = product(prices.priced, packs_exact)?;
        let (unit_price, exact) = prices.invoiced(self.offer, bought, packs_exact)?;
        let amount = Money::new(exact, unit_price.currency()).rounded(Rounding::HalfUp);
        let goods = if amount.currency() == prices.currency {
            amount
        } else {
            rounded(product(amount.amount(), prices.exchange_rate)?)
        };
        let quantity = product(self.content.amount(), packs_exact)?;

        let mut costs = LineCosts::new(goods);
        let mut landed = goods.amount();
        let mut add = |kind, factor: Decimal, of: Decimal| {
            // Most offers charge few of these, and multiplying is what pricing takes its time for.
            if factor.is_zero() {
                return Ok(Decimal::ZERO);
            }
            let amount = rounded(product(factor, of)?);
            landed = landed.checked_plus(amount.amount()).ok_or_else(too_large)?;
            costs.add(kind, amount);
            Ok::<_, Invalid>(amount.amount())
        };
        let mut taxed = goods.amount();
        for (kind, factor, of) in [
            (CostKind::Handling, prices.handling, packs_exact),
            (CostKind::Duty, prices.duty, goods.amount()),
            (CostKind::ImportFee, prices.import_fee, Decimal::ONE),
        ] {
            taxed = taxed.plus(add(kind, factor, of)?);
        }
        add(CostKind::Tax, prices.tax, taxed)?;
        add(CostKind::Deposit, prices.deposit, packs_exact)?;
        add(CostKind::Rebate, -prices.rebate, bought)?;
        add(CostKind::SubstitutePenalty, prices.penalty, quantity)?;
        add(CostKind::FailureCost, prices.failure.amount(), Decimal::ONE)?;
        add(CostKind::PaymentTerms, -prices.payment, goods.amount())?;

        let weight = prices.weight.map(|weight| product(weight, packs_exact)).transpose()?;
        let in_grams = |grams: Decimal| {
            let whole = grams.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
            Quantity::new(whole, prices.gram)
        };
        Ok(Priced {
            purchase: Purchase {
                packs,
                quantity: Quantity::new(quantity, self.content.unit()),
                unit_price,
                amount,
                goods,
            },
            costs,
            landed: Money::new(landed, prices.currency),
            value: goods,
            weight: weight.map(in_grams),
        })
    }
}

impl LinePrices {
    /// Whether it is known what a pack weighs.
    pub(super) fn weighs(&self) -> bool {
        self.weight.is_some()
    }

    /// What the supplier invoices for each unit of the price, and altogether, unrounded.
    pub(super) fn invoiced(
        &self,
        offer: &Offer,
        bought: Decimal,
        packs: Decimal,
    ) -> Result<(Money, Decimal), Invalid> {
        let Some(contract) = self.contract else {
            if offer.pricing == Pricing::AllUnits {
                let price = reached(&offer.price_breaks, bought)?;
                return Ok((price, product(price.amount(), bought)?));
            }
            let amount = incremental(&offer.price_breaks, bought, self.is_counted)?;
            return Ok((average(offer, amount, bought)?, amount));
        };
        let at_contract = product(contract.pack, packs)?.min(contract.remaining);
        let mut amount = product(contract.price, at_contract)?;
        let beyond = bought.minus(contract.remaining_priced);
        if beyond > Decimal::ZERO {
            let rest = if offer.pricing == Pricing::Incremental && !offer.price_breaks.is_empty() {
                let listed = |quantity| incremental(&offer.price_breaks, quantity, self.is_counted);
                listed(bought)?.minus(listed(contract.remaining_priced)?)
            } else {
                product(reached(&offer.price_breaks, bought)?.amount(), beyond)?
            };
            amount = amount.checked_plus(rest).ok_or_else(too_large)?;
        }
        Ok((average(offer, amount, bought)?, amount))
    }
}

/// The price of each unit, to six decimals.
fn average(offer: &Offer, amount: Decimal, bought: Decimal) -> Result<Money, Invalid> {
    let (price, _) = offer.price()?;
    let average = amount.checked_over(bought).unwrap_or_default();
    let average = average.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero);
    Ok(Money::new(average, price.currency()))
}

/// The price of the last break reached; below the first, the first one's.
fn reached(breaks: &[PriceBreak], quantity: Decimal) -> Result<Money, Invalid> {
    let last = breaks.iter().rev().find(|price| price.minimum_quantity.amount() <= quantity);
    let price = last.or(breaks.first()).map(|price| price.unit_price);
    price.ok_or_else(|| {
        Invalid::new("price_missing", "no more than what is left of the contract", quantity)
    })
}

/// What a quantity costs when each break is the price of what lies beyond it.
///
/// Where the price is for things that are counted, the one numbered as the break is the first at its
/// price, so that a break at 5 leaves 4 at the price before; of a weight or volume, all that lies
/// below the break costs the price before. What is below the first break costs the first price.
fn incremental(
    breaks: &[PriceBreak],
    quantity: Decimal,
    is_counted: bool,
) -> Result<Decimal, Invalid> {
    let step = if is_counted { Decimal::ONE } else { Decimal::ZERO };
    let (mut amount, mut start) = (Decimal::ZERO, Decimal::ZERO);
    for (index, price) in breaks.iter().enumerate() {
        let end = match breaks.get(index + 1) {
            Some(next) => next.minimum_quantity.amount().minus(step).max(start).min(quantity),
            None => quantity,
        };
        let part = product(price.unit_price.amount(), end.minus(start))?;
        amount = amount.checked_plus(part).ok_or_else(too_large)?;
        start = end;
    }
    Ok(amount)
}

/// Whether a unit measures a weight or volume rather than counting things.
fn is_continuous(unit: Unit, gram: Unit) -> bool {
    let one = Quantity::new(Decimal::ONE, unit);
    let converts = |to: Unit| one.to(to).is_ok_and(|amount| !amount.is_zero());
    unit != Unit::EACH && (converts(gram) || "ml".parse().is_ok_and(converts))
}

impl Candidate<'_> {
    /// The fewest packs that cover a need, minimum and multiple kept, whether or not there are so many.
    ///
    /// # Errors
    ///
    /// When there are more than can be counted.
    pub(super) fn covering_packs(&self, need: &Need) -> Result<u64, Invalid> {
        let packs = packs_for(need.quantity.amount(), self.content.amount())?;
        whole_multiples(packs.max(self.fewest_packs), self.multiple)
    }

    /// The packs that could make sense for a need, the fewest first: those that cover it, or as many
    /// as there are, and beyond them the end of the contract and the fewest that reach each price
    /// break, since buying up to a break can cost less than stopping short of it.
    ///
    /// # Errors
    ///
    /// When there are more than can be counted.
    pub(super) fn sensible_packs(&self, need: &Need) -> Result<Vec<u64>, Invalid> {
        let most = self.most_packs.unwrap_or(u64::MAX);
        let covering = self.covering_packs(need)?.min(most);
        let mut sensible = vec![covering];
        let mut add = |packs: u64| {
            let place = sensible.partition_point(|&fewer| fewer < packs);
            if packs > covering && packs <= most && sensible.get(place) != Some(&packs) {
                sensible.insert(place, packs);
            }
        };
        if let Some(rest) = self.prices.contract {
            add(packs_within(rest.remaining, rest.pack) / self.multiple * self.multiple);
        }
        for price in &self.offer.price_breaks {
            // A break beyond all counting is out of reach.
            if let Ok(packs) = packs_for(price.minimum_quantity.amount(), self.prices.priced) {
                add(whole_multiples(packs, self.multiple).unwrap_or(u64::MAX));
            }
        }
        Ok(sensible)
    }
}

/// The fewest packs that hold an amount.
pub(super) fn packs_for(amount: Decimal, pack: Decimal) -> Result<u64, Invalid> {
    if let Some((amount, pack)) = as_whole(amount, pack) {
        return Ok(amount.div_ceil(pack));
    }
    let packs = amount.checked_over(pack).map(|packs| packs.floor());
    // A quotient is rounded to 28 digits, and may so become whole.
    let packs = packs.and_then(|packs| {
        let enough = packs.checked_times(pack)? >= amount;
        u64::try_from(packs).ok()?.checked_add(u64::from(!enough))
    });
    packs.ok_or_else(|| Invalid::new("quantity_too_large", "a quantity of fewer packs", amount))
}

/// The most packs that an amount fills; more than can be counted are as good as any number.
pub(super) fn packs_within(amount: Decimal, pack: Decimal) -> u64 {
    if let Some((amount, pack)) = as_whole(amount, pack) {
        return amount / pack;
    }
    let packs = amount.checked_over(pack).map(|packs| packs.floor());
    let packs = packs.and_then(|packs| {
        let full = packs.checked_times(pack)? <= amount;
        u64::try_from(packs).ok().map(|packs| packs.saturating_sub(u64::from(!full)))
    });
    packs.unwrap_or(u64::MAX)
}

/// Both of two numbers times a power of ten that makes them whole, where they are then small and the
/// second is not zero: dividing such takes a fraction of the time.
fn as_whole(a: Decimal, b: Decimal) -> Option<(u64, u64)> {
    let whole = |number: Decimal, decimals: u32| {
        let factor = 10_u64.checked_pow(decimals)?;
        u64::try_from(number.mantissa()).ok()?.checked_mul(factor)
    };
    let decimals = a.scale().max(b.scale());
    let (a, b) = (whole(a, decimals - a.scale())?, whole(b, decimals - b.scale())?);
    (b > 0).then_some((a, b))
}

/// The next number of packs that is a multiple.
pub(super) fn whole_multiples(packs: u64, multiple: u64) -> Result<u64, Invalid> {
    packs
        .checked_next_multiple_of(multiple)
        .ok_or_else(|| Invalid::new("quantity_too_large", "a quantity of fewer packs", packs))
}

pub(super) fn product(a: Decimal, b: Decimal) -> Result<Decimal, Invalid> {
    a.checked_times(b).ok_or_else(too_large)
}

fn too_large() -> Invalid {
    Invalid::new("money_too_large", "an amount of at most 28 digits", "more")
}

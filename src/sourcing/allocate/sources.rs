//! The purchases of one line, as whole numbers.

use super::{
    counts::{Counted, Counts, Range, counts},
    model::{LimitName, ModelLine, ModelSource, Scene},
};
use crate::{
    sourcing::{
        Need, Offer,
        basket::{Limit, Line, Mode, PerUnit, Purchase, Source},
        eligible::Candidate,
        landed_cost::Priced,
    },
    unit::{Day, Exact, Invalid, Money, OfferId, Quantity, Rounding},
};
use rust_decimal::Decimal;

/// Makes a line of a basket.
pub(super) struct LineMaker<'a> {
    line: Line,
    model: ModelLine<'a>,
}

/// Where the purchases of a source go.
#[derive(Clone, Copy)]
pub(super) struct Place<'m> {
    pub(super) order: usize,
    pub(super) delivery: Option<Day>,
    /// The order's.
    pub(super) modes: &'m [Mode],
    /// Numbers of packs to consider.
    pub(super) at_most: usize,
    /// Whether other sources draw on the same offer.
    pub(super) is_shared: bool,
    /// Whether an order changes by its own modes alone.
    pub(super) prune: bool,
}

/// What several sources share.
#[derive(Default)]
pub(super) struct Limits<'a> {
    pub(super) capacities: Vec<Limit>,
    pub(super) names: Vec<LimitName<'a>>,
    /// By the offer's place.
    available: Vec<Option<usize>>,
    contracts: Vec<Option<ContractLimit>>,
    /// Offers of which not every number of packs is considered.
    pub(super) thinned: Vec<&'a OfferId>,
}

/// A contract that several purchases draw on: each within it takes `per_pack`; one that goes beyond
/// takes all that is left, whatever its number of packs.
#[derive(Clone, Copy)]
struct ContractLimit {
    place: usize,
    per_pack: i64,
    capacity: i64,
    /// Whole packs within it.
    packs: u64,
}

/// Purchases of fewer packs than this draw on a contract with others.
const MOST_CONTRACT_PACKS: i64 = 1 << 20;

impl<'a> LineMaker<'a> {
    pub(super) fn new(
        need: &'a Need,
        candidates: &[Candidate<'a>],
        scene: Scene<'a>,
    ) -> Result<Self, Invalid> {
        let unit = need.quantity.unit();
        let most = need.maximum_quantity.map(|most| most.to(unit)).transpose()?;
        let contents = candidates.iter().map(|candidate| candidate.content.amount());
        let decimals = contents.chain(most.map(Quantity::amount)).map(decimals_of);
        let decimals = decimals.fold(decimals_of(need.quantity.amount()), u32::max);
        let scale = Decimal::from(10_u64.pow(decimals.min(MOST_DECIMALS)));
        let model = ModelLine { need, scale, sources: Vec::new() };
        let most = most.map_or(Ok(i64::MAX), |most| model.units(most));
        let per_unit = |field: &'static str, money: Option<Money>| {
            let converted = money.map(|money| per_unit(scene.market.convert(money)?, scale));
            converted.transpose().map_err(|i| i.at(field))
        };
        let line = Line {
            required: model.units(need.quantity).map_err(|i| i.at("quantity"))?,
            most: most.map_err(|i| i.at("maximum_quantity"))?,
            sources_at_most: need.maximum_sources,
            shortage_cost: per_unit("shortage_cost", need.shortage_cost)?,
            surplus_value: per_unit("surplus_value", need.surplus_value)?.unwrap_or_default(),
            sources: Vec::new(),
        };
        Ok(Self { line, model })
    }

    /// Adds the purchases of an offer that are delivered together.
    pub(super) fn add(
        &mut self,
        candidate: &Candidate<'a>,
        beyond_contract: Option<&Candidate<'a>>,
        place: Place<'_>,
        limits: &mut Limits<'a>,
        scene: Scene<'a>,
    ) -> Result<(), Invalid> {
        let available = limits.available(candidate, place.is_shared, scene)?;
        let contract = match candidate.offer.contract {
            Some(_) if place.is_shared => limits.contract(candidate)?,
            _ => None,
        };
        let own = self.source(candidate, place, limits, scene)?;
        let Some(contract) = contract else {
            let limits = available.map(|limit| (limit, 1)).into_iter().collect();
            self.push(candidate, &own, place, limits, scene);
            return Ok(());
        };
        let both = |taken: i64| {
            available.map(|limit| (limit, 1)).into_iter().chain([(contract.place, taken)]).collect()
        };
        let (within, over): (Vec<Counted>, Vec<Counted>) =
            own.into_iter().partition(|counted| counted.packs <= contract.packs);
        self.push(candidate, &within, place, both(contract.per_pack), scene);
        for counted in over {
            // INVARIANT: fewer packs than `MOST_CONTRACT_PACKS`, as `source` left out the others.
            let packs = i64::try_from(counted.packs).unwrap_or(i64::MAX);
            self.push(candidate, &[counted], place, both(contract.capacity / packs), scene);
        }
        if let Some(beyond) = beyond_contract {
            let plain = self.source(beyond, place, limits, scene)?;
            let limits = available.map(|limit| (limit, 1)).into_iter().collect();
            self.push(beyond, &plain, place, limits, scene);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> (Line, ModelLine<'a>) {
        (self.line, self.model)
    }

    fn push(
        &mut self,
        candidate: &Candidate<'a>,
        counted: &[Counted],
        place: Place<'_>,
        limits: Vec<(usize, i64)>,
        scene: Scene<'a>,
    ) {
        if counted.is_empty() {
            return;
        }
        let purchases = counted.iter().map(|counted| Purchase {
            packs: i64::try_from(counted.packs).unwrap_or(i64::MAX),
            cost: counted.cost,
            value: counted.value,
            weight: counted.weight,
        });
        self.line.sources.push(Source {
            order: place.order,
            // INVARIANT: `source` found that it fits.
            units_per_pack: self.model.units(candidate.content).unwrap_or(i64::MAX),
            purchases: purchases.collect(),
            limits,
        });
        self.model.sources.push(ModelSource {
            candidate: candidate.clone(),
            interest: interest_of_early(self.model.need, place.delivery, scene),
            arrival: place.delivery.unwrap_or(candidate.arrival),
            delivery: place.delivery,
        });
    }

    /// The numbers of packs of an offer that are considered, priced.
    fn source(
        &self,
        candidate: &Candidate<'a>,
        place: Place<'_>,
        limits: &mut Limits<'a>,
        scene: Scene<'a>,
    ) -> Result<Vec<Counted>, Invalid> {
        let need = self.model.need;
        let content = self.model.units(candidate.content)?;
        let covering = u64::try_from(self.line.required.div_euclid(content.max(1)))
            .unwrap_or(0)
            .saturating_add(u64::from(self.line.required % content.max(1) != 0));
        let must_alone = self.line.shortage_cost.is_none() && self.line.sources_at_most == 1;
        let by_most = u64::try_from(self.line.most / content.max(1)).unwrap_or(u64::MAX);
        let of_contract = candidate.offer.contract.is_some() && place.is_shared;
        let shared_most = if of_contract { MOST_CONTRACT_PACKS as u64 } else { MOST_UNITS as u64 };
        let most = candidate.most_packs.unwrap_or(u64::MAX).min(by_most);
        let range = Range {
            fewest: if must_alone {
                candidate.fewest_packs.max(covering)
            } else {
                candidate.fewest_packs
            },
            most: Some(most.min(shared_most)),
            multiple: candidate.multiple,
            breaks: candidate.sensible_packs(need)?,
            covering: covering.max(candidate.fewest_packs),
            all: need.maximum_quantity.is_some() && most < u64::MAX,
        };
        let interest = interest_of_early(need, place.delivery, scene);
        let price = |packs: u64| {
            let priced = candidate.price(packs)?;
            let cost = minor(priced.landed.plus(interest_on(&priced, interest)?)?)?;
            let units = i64::try_from(packs).ok().and_then(|packs| packs.checked_mul(content));
            let units = units.filter(|&units| units <= MOST_UNITS).ok_or_else(|| {
                Invalid::new("quantity_too_large", "a quantity of fewer packs", packs)
            })?;
            let surplus = self.line.surplus_value.times((units - self.line.required).max(0));
            let value = minor(priced.value)?;
            let weight = priced.weight.map_or(Ok(0), |weight| {
                i64::try_from(weight.amount()).map_err(|_| {
                    Invalid::new("quantity_too_large", "a weight of fewer grams", weight)
                })
            })?;
            Ok(Counted { packs, cost, value, weight, net: cost.saturating_sub(surplus) })
        };
        let Counts { counted, thinned } =
            counts(&range, place.modes, place.prune, place.at_most, price)?;
        if thinned {
            limits.thinned.push(&candidate.offer.id);
        }
        Ok(counted)
    }
}

impl<'a> Limits<'a> {
    /// The limit of what the supplier has, where more than one source draws on it.
    fn available(
        &mut self,
        candidate: &Candidate<'a>,
        is_shared: bool,
        scene: Scene<'a>,
    ) -> Result<Option<usize>, Invalid> {
        let stated = scene.stated.map(|offers| &offers[candidate.place]);
        let offer: &'a Offer = stated.unwrap_or(candidate.offer);
        let Some(available) = offer.available.filter(|_| is_shared || stated.is_some()) else {
            return Ok(None);
        };
        if let Some(&known @ Some(_)) = self.available.get(candidate.place) {
            return Ok(known);
        }
        let packs = available.amount().checked_over(offer.pack_in(available.unit())?);
        // More packs than can be counted are as good as no limit.
        let Some(capacity) = packs.and_then(|packs| i64::try_from(packs.floor()).ok()) else {
            return Ok(None);
        };
        keep(&mut self.available, candidate.place, self.capacities.len());
        self.capacities.push(Limit { capacity });
        self.names.push(LimitName::Available(offer));
        Ok(Some(self.capacities.len() - 1))
    }

    fn contract(&mut self, candidate: &Candidate<'a>) -> Result<Option<ContractLimit>, Invalid> {
        let Some(contract) = candidate.offer.contract else { return Ok(None) };
        if let Some(&known @ Some(_)) = self.contracts.get(candidate.place) {
            return Ok(known);
        }
        let pack = candidate.offer.pack_in(contract.remaining.unit())?;
        let packs = contract.remaining.amount().checked_over(pack);
        let packs = packs.and_then(|packs| i64::try_from(packs.floor()).ok());
        let packs = packs.filter(|&packs| packs < MOST_CONTRACT_PACKS);
        // A contract that large is never used up.
        let Some(packs) = packs else { return Ok(None) };
        let per_pack = 2 * MOST_CONTRACT_PACKS;
        let capacity = packs.max(1) * per_pack;
        let limit = ContractLimit {
            place: self.capacities.len(),
            per_pack,
            capacity,
            packs: u64::try_from(packs).unwrap_or(0),
        };
        keep(&mut self.contracts, candidate.place, limit);
        self.capacities.push(Limit { capacity });
        self.names.push(LimitName::Contract(candidate.offer));
        Ok(Some(limit))
    }
}

/// Puts an item where its place is.
fn keep<T: Copy>(items: &mut Vec<Option<T>>, place: usize, item: T) {
    if items.len() <= place {
        items.resize(place + 1, None);
    }
    items[place] = Some(item);
}

impl ModelLine<'_> {
    /// A quantity of the need in units of the basket.
    pub(super) fn units(&self, quantity: Quantity) -> Result<i64, Invalid> {
        let units = quantity.amount().checked_times(self.scale);
        let units = units.filter(Decimal::is_integer).and_then(|units| i64::try_from(units).ok());
        units.filter(|&units| units <= MOST_UNITS).ok_or_else(|| {
            let expected = "a quantity of fewer digits";
            Invalid::new("quantity_too_large", expected, quantity)
        })
    }

    /// The whole units of the basket in a quantity of the need's dimension.
    pub(super) fn units_within(&self, quantity: Quantity) -> i64 {
        let amount = quantity.to(self.need.quantity.unit()).map(Quantity::amount);
        let units = amount.ok().and_then(|amount| amount.checked_times(self.scale));
        units.and_then(|units| i64::try_from(units.floor()).ok()).unwrap_or(i64::MAX)
    }

    /// Units of the basket as a quantity of the need.
    pub(super) fn quantity(&self, units: i64) -> Quantity {
        let amount = Decimal::from(units).checked_over(self.scale).unwrap_or_default();
        Quantity::new(amount.normalize(), self.need.quantity.unit())
    }
}

/// Whether a candidate's packs can be counted in units of the basket, and paid in 64 bits.
pub(super) fn check(need: &Need, candidate: &Candidate<'_>) -> Result<(), Invalid> {
    let content = candidate.content;
    let expected = "a content of a pack that is exact in eight decimals";
    if decimals_of(content.amount()) > MOST_DECIMALS {
        return Err(Invalid::new("quantity_inexact", expected, content).at("pack_size"));
    }
    let covering = candidate.sensible_packs(need)?.first().copied().unwrap_or_default();
    for packs in [candidate.fewest_packs, covering] {
        let priced = candidate.price(packs)?;
        minor(priced.landed).and(minor(priced.value)).map_err(|i| i.at("price_breaks"))?;
    }
    Ok(())
}

/// What being there early costs, as a share of the goods: interest for the days from delivery to need,
/// where deliveries are split, so that later is possible.
fn interest_of_early(need: &Need, delivery: Option<Day>, scene: Scene<'_>) -> Decimal {
    let (Some(rate), Some(day)) = (scene.options.interest_rate, delivery) else {
        return Decimal::ZERO;
    };
    let days = Decimal::from(day.days_until(need.need_by).max(0));
    let share = rate.factor().checked_times(days).and_then(|share| share.checked_over(DAYS_A_YEAR));
    share.unwrap_or_default()
}

/// What some goods cost for being there early.
pub(super) fn interest_on(priced: &Priced, share: Decimal) -> Result<Money, Invalid> {
    if share.is_zero() {
        return Ok(Money::zero(priced.landed.currency()));
    }
    Ok(priced.purchase.goods.times(share)?.rounded(Rounding::HalfUp))
}

/// Money for a unit of the need as money for units of the basket.
fn per_unit(money: Money, scale: Decimal) -> Result<PerUnit, Invalid> {
    let too_large = || Invalid::new("money_too_large", "an amount of fewer digits", money);
    let amount = money.amount().normalize();
    let exponent = money.currency().exponent();
    let further =
        10_i64.checked_pow(amount.scale().saturating_sub(exponent)).ok_or_else(too_large)?;
    let less =
        10_i128.checked_pow(exponent.saturating_sub(amount.scale())).ok_or_else(too_large)?;
    let money = amount.mantissa().checked_mul(less).and_then(|money| i64::try_from(money).ok());
    let units = i64::try_from(scale).ok().and_then(|scale| scale.checked_mul(further));
    Ok(PerUnit { money: money.ok_or_else(too_large)?, units: units.ok_or_else(too_large)? })
}

/// Minor units, in 64 bits.
pub(super) fn minor(money: Money) -> Result<i64, Invalid> {
    let units = money.minor_units()?;
    i64::try_from(units)
        .ok()
        .filter(|units| units.abs() <= MOST_MONEY)
        .ok_or_else(|| Invalid::new("money_too_large", "an amount of fewer digits", money))
}

fn decimals_of(amount: Decimal) -> u32 {
    amount.normalize().scale()
}

/// Decimals of a quantity that count.
const MOST_DECIMALS: u32 = 8;
/// Units and money beyond this are refused, so that sums of them fit.
const MOST_UNITS: i64 = 1 << 50;
const MOST_MONEY: i64 = 1 << 50;
const DAYS_A_YEAR: Decimal = Decimal::from_parts(365, 0, 0, false, 0);

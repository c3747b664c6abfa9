//! Which offers can serve a need, and why the others cannot.

use super::{
    Need, Offer, OrderCharges, SourcingOptions, SubstituteProduct, SupplierTerms,
    basket::Mode,
    exchange::{Exchange, Unconverted},
    landed_cost::{LinePrices, Surroundings, packs_within},
    order_charges::OrderRules,
};
use crate::unit::{
    ByName, Day, Exact, Invalid, Money, Probability, Quantity, Rounding, Sku, SupplierId, sort_by,
};
use rust_decimal::Decimal;

pub(super) use super::exclusion::exclude;
pub use super::exclusion::{ExcludedOffer, Exclusion};

/// What is offered in a buying cycle, looked up and converted once.
#[derive(Debug)]
pub(super) struct Market<'a> {
    offers: &'a [Offer],
    options: &'a SourcingOptions,
    exchange: Exchange,
    /// Places of the offers for each product.
    places: ByName<'a, Vec<usize>>,
    substitutes: ByName<'a, Vec<&'a SubstituteProduct>>,
    sellers: ByName<'a, Seller<'a>>,
    /// Who says nothing about orders.
    plain: Seller<'a>,
    failure_cost: Option<Money>,
}

/// What one supplier's terms come to today.
#[derive(Debug)]
struct Seller<'a> {
    terms: Option<&'a SupplierTerms>,
    today: Result<Today, Exclusion>,
}

/// See [`Seller`].
#[derive(Debug)]
struct Today {
    order_day: Day,
    rules: OrderRules,
    /// What paying as the supplier allows is worth, as a share of the goods.
    payment: Decimal,
}

/// An offer that can serve a need, and how much may be bought from it.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) offer: &'a Offer,
    /// Its place in the caller's list.
    pub(super) place: usize,
    /// When the supplier would take the order.
    pub(super) order_day: Day,
    /// When the goods would be there.
    pub(super) arrival: Day,
    /// What a pack covers of the need, in the need's unit.
    pub(super) content: Quantity,
    /// The smallest purchase: 1 or more, a multiple of `multiple`.
    pub(super) fewest_packs: u64,
    /// The largest: what the supplier has, the need's maximum, what a contract without further
    /// prices leaves; a multiple of `multiple`.
    pub(super) most_packs: Option<u64>,
    /// Packs are sold in multiples of this; 1 or more.
    pub(super) multiple: u64,
    /// How often such a delivery fails, coming late or not as ordered, as far as known.
    pub(super) failure: f64,
    /// Whether the offer or its supplier goes before others that cost the same.
    pub(super) preferred: bool,
    pub(super) prices: LinePrices,
}

impl<'a> Market<'a> {
    /// Looks up what the comparisons of a buying cycle need.
    ///
    /// # Errors
    ///
    /// When the options contradict themselves or a supplier's terms come twice. Terms that cannot be
    /// accepted exclude their supplier's offers.
    pub(super) fn new(
        offers: &'a [Offer],
        terms: &'a [SupplierTerms],
        options: &'a SourcingOptions,
    ) -> Result<Self, Invalid> {
        options.check()?;
        let exchange = Exchange::new(
            options.currency,
            options.today,
            &options.exchange_rates,
            options.exchange_rate_max_age_days,
        );
        let mut places: ByName<'_, Vec<usize>> = ByName::new();
        for (place, offer) in offers.iter().enumerate() {
            places.entry(offer.sku.as_str(), Vec::new()).push(place);
        }
        let mut substitutes: ByName<'_, Vec<&SubstituteProduct>> = ByName::new();
        for substitute in &options.substitutes {
            substitutes.entry(substitute.instead_of.as_str(), Vec::new()).push(substitute);
        }
        let mut sellers = ByName::new();
        for terms in terms {
            if sellers.get(terms.supplier.as_str()).is_some() {
                let expected = "each supplier's terms once";
                return Err(Invalid::new("supplier_twice", expected, &terms.supplier).at("terms"));
            }
            let today = Today::new(terms, options, &exchange);
            sellers.entry(terms.supplier.as_str(), Seller { terms: Some(terms), today });
        }
        let rules = OrderRules::default();
        let today = Today { order_day: options.today, rules, payment: Decimal::ZERO };
        let failure_cost = options.failure_cost.map(|cost| exchange.convert(cost)).transpose();
        let failure_cost = failure_cost.map_err(|why| why.invalid().at("failure_cost"))?;
        let plain = Seller { terms: None, today: Ok(today) };
        Ok(Self { offers, options, exchange, places, substitutes, sellers, plain, failure_cost })
    }

    /// The offers that can serve a need, in the order in which they are given, and the ones that
    /// cannot, with the reason.
    ///
    /// An offer that arrives after the day of need is considered only when none arrives in time, and
    /// then only the fastest.
    ///
    /// # Errors
    ///
    /// When the need cannot be accepted.
    pub(super) fn candidates(
        &self,
        need: &Need,
    ) -> Result<(Vec<Candidate<'a>>, Vec<ExcludedOffer>), Invalid> {
        need.check()?;
        let places = |sku: &Sku| self.places.get(sku.as_str()).map_or(&[][..], Vec::as_slice);
        let mut looked_at: Vec<(usize, Option<&SubstituteProduct>)> =
            places(&need.sku).iter().map(|&place| (place, None)).collect();
        if let Some(substitutes) = self.substitutes.get(need.sku.as_str()) {
            for &substitute in substitutes {
                let others = places(&substitute.sku).iter();
                looked_at.extend(others.map(|&place| (place, Some(substitute))));
            }
            sort_by(&mut looked_at, |a, b| a.0.cmp(&b.0));
        }
        let mut able = Vec::with_capacity(looked_at.len());
        let mut excluded = Vec::new();
        let mut fastest: Option<Day> = None;
        for (place, substitute) in looked_at {
            match self.candidate(need, place, substitute) {
                Ok(candidate) => {
                    let arrival = candidate.arrival;
                    fastest = Some(fastest.map_or(arrival, |day| day.min(arrival)));
                    able.push(candidate);
                }
                Err(reason) => excluded.push(exclude(&self.offers[place], need, reason)),
            }
        }
        let latest = fastest.map_or(need.need_by, |day| day.max(need.need_by));
        able.retain(|candidate| {
            let arrival = candidate.arrival;
            if arrival > latest {
                let reason = Exclusion::TooLate { arrival, latest };
                excluded.push(exclude(candidate.offer, need, reason));
            }
            arrival <= latest
        });
        Ok((able, excluded))
    }

    /// A supplier's terms, where any are stated.
    pub(super) fn terms(&self, supplier: &SupplierId) -> Option<&'a SupplierTerms> {
        self.sellers.get(supplier.as_str()).and_then(|seller| seller.terms)
    }

    /// Whether the weight of a supplier's orders makes a difference.
    pub(super) fn by_weight(&self, supplier: &SupplierId) -> bool {
        self.seller(supplier).today.as_ref().is_ok_and(|today| today.rules.by_weight())
    }

    /// An amount in the currency of the comparison, unrounded.
    ///
    /// # Errors
    ///
    /// When there is no exchange rate, or one that is too old.
    pub(super) fn convert(&self, money: Money) -> Result<Money, Invalid> {
        self.exchange.convert(money).map_err(Unconverted::invalid)
    }

    /// What an order costs beside its goods, of which the value of each purchase is given, in the
    /// currency of the comparison, and the weight of all, where it makes a difference. Without
    /// purchases there is no order and no cost.
    ///
    /// # Errors
    ///
    /// When the weight would be needed and is not given, the terms cannot be accepted, or an amount
    /// overflows.
    pub(super) fn charges(
        &self,
        supplier: &SupplierId,
        values: &[Money],
        weight: Option<Quantity>,
    ) -> Result<OrderCharges, Invalid> {
        self.rules(supplier)?.charges(values, weight, self.options.currency)
    }

    /// The same as modes of an order in a basket, in minor units and grams.
    ///
    /// # Errors
    ///
    /// When the terms cannot be accepted or an amount overflows.
    pub(super) fn order_modes(&self, supplier: &SupplierId) -> Result<Vec<Mode>, Invalid> {
        self.rules(supplier)?.modes()
    }

    fn rules(&self, supplier: &SupplierId) -> Result<&OrderRules, Invalid> {
        match &self.seller(supplier).today {
            Ok(today) => Ok(&today.rules),
            Err(reason) => Err(unusable(supplier, reason)),
        }
    }

    fn seller(&self, supplier: &SupplierId) -> &Seller<'a> {
        self.sellers.get(supplier.as_str()).unwrap_or(&self.plain)
    }
}

/// Whether an offer can serve.
impl<'a> Market<'a> {
    fn candidate(
        &self,
        need: &Need,
        place: usize,
        substitute: Option<&SubstituteProduct>,
    ) -> Result<Candidate<'a>, Exclusion> {
        let offer = &self.offers[place];
        offer.check()?;
        let seller = self.seller(&offer.supplier);
        let today = seller.today.as_ref().map_err(Clone::clone)?;
        self.allowed(need, offer, seller.terms)?;
        let failure = self.reliable(offer, seller.terms)?;
        if let Some(valid_from) = offer.valid_from.filter(|&day| day > today.order_day) {
            return Err(Exclusion::NotYetValid { valid_from });
        }
        if let Some(valid_until) = offer.valid_until.filter(|&day| day < today.order_day) {
            return Err(Exclusion::Expired { valid_until });
        }
        if let (Some(days), Some(least)) = (offer.shelf_life_days, need.minimum_shelf_life_days)
            && days < least
        {
            return Err(Exclusion::ShelfLifeTooShort { days });
        }
        let ready = today.order_day.plus_days(i64::from(offer.lead_time_days));
        let ready = ready.map_err(|problem| problem.at("lead_time_days"))?;
        let arrival = match seller.terms.and_then(|terms| terms.calendar.as_ref()) {
            Some(calendar) => {
                calendar.arrival(ready, 0).map_err(|problem| problem.at("calendar").at("terms"))?
            }
            None => ready,
        };
        let prices = LinePrices::new(
            offer,
            Surroundings {
                exchange: &self.exchange,
                payment: today.payment,
                failure: self.failure_cost(failure)?,
                penalty: substitute.and_then(|substitute| substitute.penalty),
                by_weight: today.rules.by_weight(),
            },
        )?;
        if today.rules.by_weight() && !prices.weighs() {
            let expected = "the weight of a pack, since the supplier's freight goes by weight";
            return Err(Invalid::new("weight_missing", expected, "none").at("pack_weight").into());
        }
        let mut candidate = Candidate {
            offer,
            place,
            order_day: today.order_day,
            arrival,
            content: covered_by_a_pack(offer, need, substitute)?,
            fewest_packs: 1,
            most_packs: None,
            multiple: offer.order_multiple_packs.map_or(1, u64::from),
            failure,
            preferred: offer.preferred || seller.terms.is_some_and(|terms| terms.preferred),
            prices,
        };
        self.limit(need, &mut candidate)?;
        Ok(candidate)
    }

    /// Whether anybody forbids it.
    fn allowed(
        &self,
        need: &Need,
        offer: &Offer,
        terms: Option<&SupplierTerms>,
    ) -> Result<(), Exclusion> {
        if let Some(reason) = &offer.blocked {
            return Err(Exclusion::Blocked { reason: reason.clone() });
        }
        if let Some(reason) = terms.and_then(|terms| terms.blocked.as_ref()) {
            return Err(Exclusion::SupplierBlocked { reason: reason.clone() });
        }
        if self.options.forbidden_suppliers.contains(&offer.supplier) {
            return Err(Exclusion::SupplierForbidden);
        }
        if need.suppliers.as_ref().is_some_and(|allowed| !allowed.contains(&offer.supplier)) {
            return Err(Exclusion::SupplierNotAllowed);
        }
        Ok(())
    }

    /// How often a delivery fails: what is not known counts as never.
    fn reliable(&self, offer: &Offer, terms: Option<&SupplierTerms>) -> Result<f64, Exclusion> {
        let on_time = offer.on_time.or(terms.and_then(|terms| terms.on_time));
        let quality = terms.and_then(|terms| terms.quality);
        let below = |share: Option<Probability>, least: Option<Probability>| match (share, least) {
            (Some(share), Some(least)) if share < least => Some((share, least)),
            _ => None,
        };
        if let Some((share, least)) = below(on_time, self.options.minimum_on_time) {
            return Err(Exclusion::OnTimeTooLow { share, least });
        }
        if let Some((share, least)) = below(quality, self.options.minimum_quality) {
            return Err(Exclusion::QualityTooLow { share, least });
        }
        let known = |share: Option<Probability>| share.map_or(1.0, Probability::value);
        Ok(1.0 - known(on_time) * known(quality))
    }

    /// What failures cost on average, their share taken in millionths.
    fn failure_cost(&self, failure: f64) -> Result<Money, Invalid> {
        let none = Money::zero(self.options.currency);
        let Some(cost) = self.failure_cost.filter(|_| failure > 0.0) else { return Ok(none) };
        #[expect(clippy::cast_possible_truncation, reason = "a share is from 0 to 1")]
        let millionths = (failure * 1e6).round() as i64;
        Ok(cost.times(Decimal::new(millionths, 6))?.rounded(Rounding::HalfUp))
    }

    /// The fewest and the most packs that may be bought.
    fn limit(&self, need: &Need, candidate: &mut Candidate<'_>) -> Result<(), Exclusion> {
        let Candidate { offer, multiple, content, .. } = *candidate;
        candidate.fewest_packs = offer.fewest_packs()?;

        if let (Some(as_of), Some(most_days), Some(_)) =
            (offer.available_as_of, self.options.availability_max_age_days, offer.available)
            && as_of.days_until(self.options.today) > i64::from(most_days)
        {
            return Err(Exclusion::AvailabilityTooOld { as_of });
        }

        // The smallest purchase that would do; one that need not cover the need alone may be smaller.
        let shared = need.maximum_sources > 1 || need.shortage_cost.is_some();
        let smallest =
            if shared { candidate.fewest_packs } else { candidate.covering_packs(need)? };
        let mut most = u64::MAX;
        for (field, there) in offer.supplies() {
            let Some(available) = there else { continue };
            most = most.min(offer.packs_of(available).map_err(|i| i.at(field))?);
            if most < smallest {
                return Err(Exclusion::NotEnough { available });
            }
        }
        if let Some(maximum) = need.maximum_quantity {
            let amount = maximum.to(content.unit())?.amount();
            most = most.min(packs_within(amount, content.amount()) / multiple * multiple);
            if most < smallest {
                return Err(Exclusion::MaximumExceeded { maximum });
            }
        }
        candidate.most_packs = (most < u64::MAX).then_some(most);
        Ok(())
    }
}

impl Today {
    fn new(
        terms: &SupplierTerms,
        options: &SourcingOptions,
        exchange: &Exchange,
    ) -> Result<Self, Exclusion> {
        terms.check().map_err(|problem| problem.at("terms"))?;
        let (day, time) = match (options.time, terms.utc_offset) {
            (Some(time), Some(offset)) => {
                let (day, time) = offset.local(options.today, time)?;
                (day, Some(time))
            }
            (time, _) => (options.today, time),
        };
        let order_day = match &terms.calendar {
            Some(calendar) => calendar
                .order_day(day, time)
                .map_err(|problem| problem.at("calendar").at("terms"))?,
            None => day,
        };
        let rules = OrderRules::new(terms, exchange).map_err(|(field, why)| match why {
            Unconverted::TooLarge(problem) => {
                Exclusion::Invalid { problem: problem.at(field).at("terms") }
            }
            Unconverted::Missing { .. } | Unconverted::TooOld { .. } => why.into(),
        })?;
        let payment = terms.payment.zip(options.interest_rate);
        let payment = payment.map_or(Decimal::ZERO, |(payment, rate)| payment.worth(rate));
        Ok(Self { order_day, rules, payment })
    }
}

/// What a pack covers of a need, in the need's unit.
fn covered_by_a_pack(
    offer: &Offer,
    need: &Need,
    substitute: Option<&SubstituteProduct>,
) -> Result<Quantity, Invalid> {
    let unit = need.quantity.unit();
    let Some(substitute) = substitute else {
        return Ok(Quantity::new(offer.content_in(unit)?, unit));
    };
    let content = offer.content_in(substitute.quantity.unit())?;
    let (of, by) = (substitute.quantity.amount(), substitute.replaces.amount());
    let covered = content.checked_times(by).and_then(|product| {
        let covered = product.checked_over(of)?;
        (covered.checked_times(of)? == product).then_some(covered)
    });
    let Some(covered) = covered else {
        let expected = format!("a content of which {} replace exactly", substitute.quantity);
        let invalid = Invalid::new("unit_inexact", expected, offer.pack_size);
        return Err(invalid.at("pack_size"));
    };
    Quantity::new(covered.normalize(), substitute.replaces.unit()).to(unit)
}

/// Why a supplier's terms cannot be used.
fn unusable(supplier: &SupplierId, reason: &Exclusion) -> Invalid {
    let problem = if let Exclusion::Invalid { problem } = reason {
        problem.clone()
    } else {
        Invalid::new("exchange_rate_missing", "rates for the currencies of the terms", "none")
    };
    problem.at(supplier)
}

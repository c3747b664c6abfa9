//! What a purchase order costs at the prices and terms of a day.

use super::{OrderBy, OrderError, PurchaseOrder, PurchaseOrderLine, draft::order_by, rates::Rates};
use crate::{
    inventory::Calendar,
    sourcing::{ExchangeRate, Offer, OfferPrices, OrderCharges, OrderSize, SupplierTerms},
    unit::{ByName, Currency, Day, Exact, Invalid, Money, OfferId, Quantity, Sku, TimeOfDay},
};
use rust_decimal::RoundingStrategy;

/// What suppliers offer and ask on the day on which an order is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Quotes<'a> {
    /// Of any suppliers and products; of two offers of a supplier for one product with one name the first counts.
    pub offers: &'a [Offer],
    /// Of any suppliers, each once; one without terms asks nothing of an order.
    pub terms: &'a [SupplierTerms],
    /// What currencies are worth, where terms or charges are in another one than the order. The last
    /// rate counts that is not of the future: from the one into the other, else by way of a currency
    /// into which there is one from both, be it one of them.
    pub exchange_rates: &'a [ExchangeRate],
    /// The day.
    pub today: Day,
    /// The time of that day where the order is placed, UTC for suppliers that state their offset;
    /// without it, it is early enough for every cut-off.
    pub time: Option<TimeOfDay>,
}

/// One supplier's quotes for orders in one currency that are placed on one day.
#[derive(Debug)]
pub(super) struct Seller<'a> {
    /// In the order's currency.
    pub(super) terms: Option<SupplierTerms>,
    pub(super) currency: Currency,
    /// The day on which the supplier takes the order.
    pub(super) order_day: Day,
    /// By their names, each with those of all its products.
    offers: ByName<'a, Vec<&'a Offer>>,
    rates: Rates<'a>,
    pub(super) by_weight: bool,
}

/// Why a line cannot be priced from its offer.
#[derive(Debug)]
pub(super) enum Unpriced {
    /// The supplier offers it no more.
    Withdrawn,
    /// It is offered in packs of another content.
    PackChanged(Quantity),
    /// Its price is in another currency than the order.
    CurrencyChanged(Currency),
    /// The offer or an amount cannot be accepted.
    Invalid(Invalid),
}

/// An order that was added up, and what its terms say of it.
#[derive(Clone, Debug)]
pub(super) struct Priced {
    pub(super) order: PurchaseOrder,
    pub(super) charges: OrderCharges,
}

impl<'a> Quotes<'a> {
    /// Looks up what a draft's supplier offers and asks, for the day on which it would be placed, or
    /// today if that is over.
    pub(super) fn of(&self, draft: &'a PurchaseOrder) -> Result<Seller<'a>, Invalid> {
        let supplier = &draft.supplier;
        let mut terms = self.terms.iter().filter(|terms| terms.supplier == *supplier);
        let stated = terms.next();
        if terms.next().is_some() {
            let expected = "each supplier's terms once";
            return Err(Invalid::new("supplier_twice", expected, supplier).at("terms"));
        }
        let mut offers: ByName<'_, Vec<&Offer>> = ByName::new();
        for offer in self.offers.iter().filter(|offer| offer.supplier == *supplier) {
            offers.entry(offer.id.as_str(), Vec::new()).push(offer);
        }
        let exchanged = stated.map(|terms| {
            terms.check()?;
            let rates = Rates { stated: self.exchange_rates, today: self.today };
            terms.exchanged(draft.currency, &|money| rates.convert(money, draft.currency))
        });
        let terms = exchanged.transpose().map_err(|invalid| invalid.at("terms"))?;
        let mut bands = stated.iter().flat_map(|terms| &terms.freight_bands);
        Ok(Seller {
            terms,
            currency: draft.currency,
            order_day: self.order_day(draft, stated)?,
            offers,
            rates: Rates { stated: self.exchange_rates, today: self.today },
            by_weight: bands.any(|band| matches!(band.from, OrderSize::Weight(_))),
        })
    }

    fn order_day(
        &self,
        draft: &PurchaseOrder,
        terms: Option<&SupplierTerms>,
    ) -> Result<Day, Invalid> {
        let Some(terms) = terms else { return Ok(draft.order_date.max(self.today)) };
        let (mut day, mut time) = (self.today, self.time);
        if let (Some(at), Some(offset)) = (time, terms.utc_offset) {
            let (local, at) = offset.local(day, at)?;
            (day, time) = (local, Some(at));
        }
        if draft.order_date > day {
            (day, time) = (draft.order_date, None);
        }
        let taken = terms.calendar.as_ref().map(|calendar| calendar.order_day(day, time));
        taken.unwrap_or(Ok(day)).map_err(|invalid| invalid.at("calendar").at("terms"))
    }
}

impl<'a> Seller<'a> {
    /// The supplier's offer of a name for a product.
    pub(super) fn offer(&self, name: &OfferId, sku: &Sku) -> Option<&'a Offer> {
        let named = self.offers.get(name.as_str())?;
        named.iter().find(|offer| offer.sku == *sku).copied()
    }

    /// The prices of a line's offer, in packs of the same content and in the order's currency.
    pub(super) fn prices(&self, line: &PurchaseOrderLine) -> Result<OfferPrices<'a>, Unpriced> {
        let offer = self.offer(&line.offer, &line.sku).ok_or(Unpriced::Withdrawn)?;
        if offer.pack_size.to(line.pack_size.unit()) != Ok(line.pack_size) {
            return Err(Unpriced::PackChanged(offer.pack_size));
        }
        let prices = self.read(offer).map_err(Unpriced::Invalid)?;
        let currency = prices.currency();
        if currency != self.currency {
            return Err(Unpriced::CurrencyChanged(currency));
        }
        Ok(prices)
    }

    /// An offer's prices, with what is charged beside them in the same currency.
    pub(super) fn read(&self, offer: &'a Offer) -> Result<OfferPrices<'a>, Invalid> {
        offer.prices_exchanged(&|money, to| self.rates.convert(money, to))
    }

    /// A line with another number of packs, or the same once more, at today's price.
    pub(super) fn line(
        &self,
        line: &PurchaseOrderLine,
        prices: &OfferPrices<'_>,
        packs: u64,
    ) -> Result<PurchaseOrderLine, Invalid> {
        let price = prices.price(packs)?;
        let offer = prices.offer();
        Ok(PurchaseOrderLine {
            packs,
            quantity: scaled(line.quantity, packs, line.packs)?,
            unit_price: price.unit_price,
            price_unit: offer.price_unit(),
            price_break: price.price_break,
            amount: price.amount,
            charges: price.handling.plus(price.deposit)?,
            tax_rate: offer.charges.tax.map(|tax| tax.rate),
            arrival: line.arrival.max(self.arrival(offer)?),
            ..line.clone()
        })
    }

    /// The day on which goods of an offer could be sold, ordered now.
    pub(super) fn arrival(&self, offer: &Offer) -> Result<Day, Invalid> {
        match self.calendar() {
            Some(calendar) => calendar
                .arrival(self.order_day, offer.lead_time_days)
                .map_err(|invalid| invalid.at("calendar").at("terms")),
            None => self.order_day.plus_days(i64::from(offer.lead_time_days)),
        }
    }

    /// Adds an order up once more from its lines: goods, what the terms say of the whole order, tax.
    ///
    /// # Errors
    ///
    /// When an amount overflows, a term or line is in another currency, or freight goes by weight and
    /// that of a line is not known.
    pub(super) fn total(&self, draft: PurchaseOrder) -> Result<Priced, OrderError> {
        let amounts = draft.lines.iter().map(|line| line.amount);
        let goods = Money::sum(amounts, self.currency).map_err(|invalid| invalid.at("lines"))?;
        let weight = if self.by_weight { Some(self.weight(&draft.lines)?) } else { None };
        let charges = match &self.terms {
            Some(terms) => terms.charges(goods, weight).map_err(|invalid| invalid.at("terms"))?,
            None => OrderCharges::none(self.currency),
        };
        let zero = Money::zero(self.currency);
        let surcharge = if charges.refused { zero } else { charges.below_minimum };
        let last = draft.lines.iter().map(|line| line.arrival).max();
        let mut order = PurchaseOrder {
            freight: charges.freight,
            charges: charges.handling.plus(surcharge)?,
            expected_arrival: last
                .map_or(draft.expected_arrival, |last| last.max(draft.requested_delivery)),
            ..draft
        };
        order.add_up()?;
        Ok(Priced { order, charges })
    }

    /// The last moment to order so that the lines come on a day; none where the offer of a line is not
    /// known, or no order day is left.
    pub(super) fn order_by(&self, requested: Day, lines: &[PurchaseOrderLine]) -> Option<OrderBy> {
        let lines = lines.iter().map(|line| {
            let offer = self.prices(line).ok().map(|prices| prices.offer());
            (offer, line.arrival.max(requested))
        });
        order_by(self.terms.as_ref(), self.order_day, lines)
    }

    fn calendar(&self) -> Option<&Calendar> {
        self.terms.as_ref().and_then(|terms| terms.calendar.as_ref())
    }

    /// What all lines weigh, each in whole grams.
    pub(super) fn weight(&self, lines: &[PurchaseOrderLine]) -> Result<Quantity, Invalid> {
        let gram = "g".parse()?;
        let mut weight = Quantity::zero(gram);
        for (index, line) in lines.iter().enumerate() {
            let of_offer = self.prices(line).ok().and_then(|prices| prices.price(line.packs).ok());
            let known = of_offer.and_then(|price| price.weight);
            let known = known.or_else(|| line.quantity.to(gram).ok()).ok_or_else(|| {
                let expected =
                    "a line whose offer says what a pack weighs, since freight goes by it";
                let invalid = Invalid::new("weight_missing", expected, &line.offer);
                invalid.at("offer").at(format_args!("lines[{index}]"))
            })?;
            let whole = RoundingStrategy::MidpointAwayFromZero;
            let grams = known.to(gram)?.amount().round_dp_with_strategy(0, whole);
            weight = weight.plus(Quantity::new(grams, gram))?;
        }
        Ok(weight)
    }
}

/// What a number of packs contain, when another number contains so much.
pub(super) fn scaled(quantity: Quantity, packs: u64, of: u64) -> Result<Quantity, Invalid> {
    let all = quantity.amount().checked_times(packs.into());
    let exact = all.and_then(|all| {
        let amount = all.checked_over(of.into())?;
        (amount.checked_times(of.into())? == all).then_some(amount)
    });
    exact.map(|amount| Quantity::new(amount.normalize(), quantity.unit())).ok_or_else(|| {
        let expected = format!("a quantity that {of} packs divide exactly");
        Invalid::new("quantity_inexact", expected, quantity).at("quantity")
    })
}

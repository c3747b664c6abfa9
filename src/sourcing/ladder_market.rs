//! What was offered on a day of the past, and what was bought.

use super::{
    ComparisonPolicy, LadderOptions, LeftOutReason, Need, Offer, PastPurchase, Rung, SourcingError,
    SourcingOptions, SupplierTerms, compare,
};
use crate::{
    inventory::Requirement,
    unit::{
        ByName, Day, Exact, Invalid, Money, OfferId, PurchaseOrderId, Quantity, Rounding, Sku,
        SupplierId,
    },
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Where nothing says until when goods have to come, they may take so many days.
const WHENEVER_DAYS: i64 = 3650;

/// History, offers and terms, with look-ups that are built once.
pub(super) struct PastMarket<'a> {
    pub(super) history: &'a [PastPurchase],
    /// Terms as far as they hold for the past.
    pub(super) terms: Vec<SupplierTerms>,
    /// The same without what an order costs as a whole.
    line_terms: Vec<SupplierTerms>,
    options: SourcingOptions,
    within_days: Option<u32>,
    default_suppliers: &'a BTreeMap<Sku, SupplierId>,
    offers: ByName<'a, Vec<&'a Offer>>,
    substitutes: ByName<'a, Vec<&'a Sku>>,
    bought: ByName<'a, Vec<(Day, &'a SupplierId)>>,
    orders: ByName<'a, PastOrder>,
}

/// What an order was as a whole.
struct PastOrder {
    goods: Money,
    freight: Option<Money>,
}

/// Purchases of one product in one basket.
pub(super) struct PastNeed {
    /// Their places in the history.
    pub(super) places: Vec<usize>,
    /// What they were needed for.
    pub(super) need: Need,
    /// What could be bought for it on that day.
    pub(super) offers: Vec<Offer>,
    /// Whose offer each way that chooses line by line takes.
    pub(super) chosen: Vec<Offer>,
}

/// Whether every way has an offer.
pub(super) enum Choice {
    Need(Box<PastNeed>),
    None(Rung, LeftOutReason),
}

impl<'a> PastMarket<'a> {
    pub(super) fn new(
        history: &'a [PastPurchase],
        offers: &'a [Offer],
        terms: &'a [SupplierTerms],
        options: &'a SourcingOptions,
        ladder: &LadderOptions,
    ) -> Result<Self, Invalid> {
        let mut market = Self {
            history,
            terms: terms.iter().map(of_the_past).collect(),
            line_terms: terms.iter().map(of_lines).collect(),
            options: SourcingOptions {
                time: None,
                default_suppliers: BTreeMap::new(),
                required_suppliers: Vec::new(),
                maximum_shares: BTreeMap::new(),
                split_deliveries: false,
                ..options.clone()
            },
            within_days: ladder.within_days,
            default_suppliers: &options.default_suppliers,
            offers: ByName::new(),
            substitutes: ByName::new(),
            bought: ByName::new(),
            orders: ByName::new(),
        };
        for offer in offers {
            market.offers.entry(offer.sku.as_str(), Vec::new()).push(offer);
        }
        for substitute in &options.substitutes {
            let replaced = substitute.instead_of.as_str();
            market.substitutes.entry(replaced, Vec::new()).push(&substitute.sku);
        }
        for (place, purchase) in history.iter().enumerate() {
            market.record(purchase).map_err(|i| i.at(format_args!("history[{place}]")))?;
        }
        Ok(market)
    }

    fn record(&mut self, purchase: &'a PastPurchase) -> Result<(), Invalid> {
        let goods = purchase.goods()?;
        let PastPurchase { date, supplier, freight, .. } = purchase;
        self.bought.entry(purchase.sku.as_str(), Vec::new()).push((*date, supplier));
        let nothing = PastOrder { goods: Money::zero(goods.currency()), freight: *freight };
        let order = self.orders.entry(purchase.order.as_str(), nothing);
        order.goods = order.goods.plus(goods).map_err(|invalid| invalid.at("unit_price"))?;
        match (order.freight, *freight) {
            (Some(stated), Some(freight)) if stated != freight => {
                let expected = format!("{stated} as on another line of the same order");
                let invalid = Invalid::new("order_contradicts_itself", expected, freight);
                return Err(invalid.at("freight"));
            }
            (None, Some(freight)) => order.freight = Some(freight),
            _ => {}
        }
        Ok(())
    }

    /// The options of a comparison on a day.
    pub(super) fn options(&self, day: Day) -> SourcingOptions {
        SourcingOptions { today: day, ..self.options.clone() }
    }

    /// What could be bought for a product on a day, substitutes among it.
    ///
    /// What is known of the present alone is left aside: what remains of a contract, and availability
    /// that is undated or of a later day.
    pub(super) fn offers(&self, sku: &Sku, day: Day) -> Vec<Offer> {
        let substitutes = self.substitutes.get(sku.as_str()).map_or(&[][..], Vec::as_slice);
        let skus = std::iter::once(&sku).chain(substitutes.iter());
        let offers =
            skus.flat_map(|&sku| self.offers.get(sku.as_str()).map_or(&[][..], Vec::as_slice));
        let valid = offers.filter(|offer| {
            offer.valid_from.is_none_or(|from| from <= day)
                && offer.valid_until.is_none_or(|until| until >= day)
        });
        valid
            .map(|&offer| {
                let known = offer.available_as_of.is_some_and(|as_of| as_of <= day);
                let available = offer.available.filter(|_| known);
                Offer { contract: None, available, ..offer.clone() }
            })
            .collect()
    }

    /// Whose offer each way takes for the purchases of a product, or the first way that finds none.
    ///
    /// # Errors
    ///
    /// When options or terms cannot be accepted at all.
    pub(super) fn choose(&self, places: &[usize], day: Day) -> Result<Choice, SourcingError> {
        let sku = &self.history[places[0]].sku;
        let need = match self.need(places, day) {
            Ok(need) => need,
            Err(SourcingError::Invalid(problem)) => {
                return Ok(Choice::None(Rung::Actual, LeftOutReason::Invalid { problem }));
            }
        };
        let Some(supplier) = self.default_supplier(sku, day) else {
            return Ok(Choice::None(Rung::DefaultSupplier, LeftOutReason::NoDefaultSupplier));
        };
        let offers = self.offers(sku, day);
        let of_default: Vec<Offer> =
            offers.iter().filter(|offer| offer.supplier == *supplier).cloned().collect();
        let mut chosen = Vec::with_capacity(WAYS.len());
        for (rung, policy) in WAYS {
            let wanted = (rung == Rung::DefaultSupplier).then(|| supplier.clone());
            let offers = if wanted.is_some() { &of_default } else { &offers };
            match self.first(&need, offers, day, policy)? {
                Some(offer) => chosen.push(offer),
                None => return Ok(Choice::None(rung, LeftOutReason::NoOffer { supplier: wanted })),
            }
        }
        Ok(Choice::Need(Box::new(PastNeed { places: places.to_vec(), need, offers, chosen })))
    }

    /// The best offer under a policy that comes in time.
    fn first(
        &self,
        need: &Need,
        offers: &[Offer],
        day: Day,
        policy: ComparisonPolicy,
    ) -> Result<Option<Offer>, SourcingError> {
        let options = SourcingOptions { policy, ..self.options(day) };
        let compared = compare(need, offers, &self.line_terms, &[], &options)?;
        let first = compared.ranked.iter().find(|ranked| ranked.arrival <= need.need_by);
        Ok(first.and_then(|first| {
            offers.iter().find(|o| o.id == first.offer && o.supplier == first.supplier).cloned()
        }))
    }

    /// What the purchases of a product were needed for.
    fn need(&self, places: &[usize], day: Day) -> Result<Need, SourcingError> {
        let first = &self.history[places[0]];
        let mut quantity = Quantity::zero(first.quantity.unit());
        for &place in places {
            let bought = self.history[place].quantity.to(quantity.unit());
            quantity = quantity.plus(bought.map_err(|invalid| invalid.at("quantity"))?)?;
        }
        let sku = first.sku.clone();
        let whenever = day.plus_days(WHENEVER_DAYS)?;
        let mut need = Need::from(Requirement { sku, quantity, need_by: whenever });
        need.check()?;
        need.need_by = match self.within_days {
            Some(days) => day.plus_days(i64::from(days))?,
            None => self.arrival(&need, places)?.unwrap_or(whenever),
        };
        Ok(need)
    }

    /// When the last of some purchases came, by the offers of its supplier on its day.
    fn arrival(&self, need: &Need, places: &[usize]) -> Result<Option<Day>, SourcingError> {
        let mut last = None;
        for &place in places {
            let PastPurchase { date, sku, supplier, .. } = &self.history[place];
            let mut offers = self.offers(sku, *date);
            offers.retain(|offer| offer.supplier == *supplier);
            let compared = compare(need, &offers, &self.line_terms, &[], &self.options(*date))?;
            let arrival = compared.ranked.iter().map(|ranked| ranked.arrival).max();
            last = last.max(arrival);
        }
        Ok(last)
    }

    /// From whom a product was bought when nobody compared.
    fn default_supplier(&self, sku: &Sku, day: Day) -> Option<&'a SupplierId> {
        if let Some(supplier) = self.default_suppliers.get(sku) {
            return Some(supplier);
        }
        let mut counts: ByName<'_, (&SupplierId, u32, Day)> = ByName::new();
        for &(date, supplier) in
            self.bought.get(sku.as_str())?.iter().filter(|(date, _)| *date < day)
        {
            let (_, count, last) = counts.entry(supplier.as_str(), (supplier, 0, date));
            (*count, *last) = (*count + 1, date.max(*last));
        }
        // Of those used as often the one used last, then the first by name.
        let mut best: Option<(&SupplierId, u32, Day)> = None;
        for &(supplier, count, last) in counts.values() {
            if best.is_none_or(|(_, most, latest)| (count, last) > (most, latest)) {
                best = Some((supplier, count, last));
            }
        }
        best.map(|(supplier, ..)| supplier)
    }

    /// The offer by which a past purchase is costed: what its supplier offered on that day, at the price
    /// paid, in the quantity bought.
    ///
    /// Duty, tax and whatever else the offer charges belong to the purchase, too. Amounts in another
    /// currency than the price paid cannot be meant for it.
    pub(super) fn paid(&self, place: usize) -> Result<Offer, Invalid> {
        let PastPurchase { date, sku, quantity, supplier, unit_price, .. } = &self.history[place];
        let offers = self.offers(sku, *date);
        let known = offers.into_iter().find(|offer| {
            let currency = offer.price_breaks.first().map(|price| price.unit_price.currency());
            offer.supplier == *supplier && currency == Some(unit_price.currency())
        });
        let id = OfferId::new(&place.to_string())?;
        let plain = Offer::new(id, supplier.clone(), sku.clone(), *unit_price, quantity.unit());
        let (mut pack_size, mut pack_weight) = (*quantity, None);
        if let Some(known) = &known
            && let Ok(pack) = known.pack_size.to(quantity.unit())
            && let Some(packs) = quantity.amount().checked_over(pack.amount())
        {
            if packs.is_integer() {
                (pack_size, pack_weight) = (pack, known.pack_weight);
            } else if let Some(weight) = known.pack_weight {
                let amount = weight.amount().checked_times(packs);
                pack_weight = amount.map(|amount| Quantity::new(amount, weight.unit()));
            }
        }
        Ok(Offer {
            pack_size,
            pack_weight,
            available: Some(*quantity),
            on_time: known.as_ref().and_then(|known| known.on_time),
            charges: known.map(|known| known.charges).unwrap_or_default(),
            ..plain
        })
    }

    /// The terms of an order that was placed: they were met, and its freight may be known.
    pub(super) fn placed(
        &self,
        order: &PurchaseOrderId,
        supplier: &SupplierId,
        goods: Money,
    ) -> Result<SupplierTerms, Invalid> {
        let name = SupplierId::new(order.as_str())?;
        let known = self.terms.iter().find(|terms| terms.supplier == *supplier);
        let known = known.cloned().unwrap_or(SupplierTerms::none(name.clone()));
        let mut terms = SupplierTerms {
            supplier: name,
            minimum_order_value: None,
            below_minimum_surcharge: None,
            calendar: None,
            utc_offset: None,
            blocked: None,
            ..known
        };
        if let Some(freight) = self.freight(order, goods)? {
            terms.freight = Some(freight);
            terms.freight_bands.clear();
            terms.free_freight_from = None;
        }
        Ok(terms)
    }

    /// The share of an order's freight that falls on a part of its goods, where it is known.
    fn freight(&self, order: &PurchaseOrderId, part: Money) -> Result<Option<Money>, Invalid> {
        let Some(PastOrder { goods, freight: Some(freight) }) = self.orders.get(order.as_str())
        else {
            return Ok(None);
        };
        let share = part.amount().checked_over(goods.amount()).unwrap_or(Decimal::ONE);
        Ok(Some(freight.times(share)?.rounded(Rounding::HalfUp)))
    }
}

impl PastPurchase {
    /// Quantity times price, once all amounts make sense.
    pub(super) fn goods(&self) -> Result<Money, Invalid> {
        let (quantity, price) = (self.quantity.amount(), self.unit_price);
        if quantity <= Decimal::ZERO || quantity > MOST {
            let expected = "a quantity of more than zero, at most a billion";
            let invalid = Invalid::new("quantity_invalid", expected, self.quantity);
            return Err(invalid.at("quantity"));
        }
        if price.is_negative() || price.amount() > MOST {
            let expected = "a price of zero or more, at most a billion";
            return Err(Invalid::new("price_invalid", expected, price).at("unit_price"));
        }
        let goods = price.times(quantity)?;
        if goods.amount() > MOST {
            let expected = "a quantity that costs at most a billion";
            let invalid = Invalid::new("money_too_large", expected, self.quantity);
            return Err(invalid.at("quantity"));
        }
        let freight = self.freight.unwrap_or(Money::zero(price.currency()));
        if freight.is_negative() || freight.amount() > MOST {
            let expected = "an amount of zero or more, at most a billion";
            return Err(Invalid::new("freight_invalid", expected, freight).at("freight"));
        }
        Ok(goods)
    }
}

/// Quantities, prices and amounts beyond this are mistakes, and would spoil the sums of the others.
const MOST: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// Terms without what is said of the present year alone.
fn of_the_past(terms: &SupplierTerms) -> SupplierTerms {
    SupplierTerms { yearly_rebate: None, ..terms.clone() }
}

/// Terms without what an order costs as a whole.
fn of_lines(terms: &SupplierTerms) -> SupplierTerms {
    SupplierTerms {
        minimum_order_value: None,
        below_minimum_surcharge: None,
        freight: None,
        freight_bands: Vec::new(),
        free_freight_from: None,
        handling: None,
        order_cost: None,
        yearly_rebate: None,
        ..terms.clone()
    }
}

/// The ways that choose line by line.
const WAYS: [(Rung, ComparisonPolicy); 3] = [
    (Rung::DefaultSupplier, ComparisonPolicy::CheapestLanded),
    (Rung::CheapestSticker, ComparisonPolicy::CheapestSticker),
    (Rung::CheapestLanded, ComparisonPolicy::CheapestLanded),
];

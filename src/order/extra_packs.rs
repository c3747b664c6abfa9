//! Of which offers packs may be added to a draft, and what that brings.

use super::{
    ConsolidationOptions, OrderError, PurchaseOrder, PurchaseOrderLine, Quotes, cover::Step,
    draft_merge::free_line_id, quotes::Seller, reprice::closed,
};
use crate::{
    sourcing::{Offer, OfferPrices},
    unit::{Day, Invalid, Money, Quantity, Rounding, sort_by},
};
use rust_decimal::RoundingStrategy;

/// An offer of which packs may be added.
#[derive(Debug)]
pub(super) struct Extra<'a> {
    pub(super) prices: OfferPrices<'a>,
    /// Its place among the order's lines; none for one that is not there yet.
    pub(super) place: Option<usize>,
    /// The line as it is; of one that is not there yet, the smallest that could be.
    pub(super) line: PurchaseOrderLine,
    /// Packs that are bought already.
    pub(super) packs: u64,
    /// The smallest number of packs with the addition; a multiple of `multiple`.
    first: u64,
    /// The largest.
    last: u64,
    multiple: u64,
    pub(super) surplus_value: Option<Money>,
}

/// The offers of which packs may be added, in order of products and offers.
pub(super) fn extras<'a>(
    seller: &Seller<'a>,
    order: &PurchaseOrder,
    quotes: &Quotes<'a>,
    options: &ConsolidationOptions,
) -> Result<Vec<Extra<'a>>, OrderError> {
    let possible = order.requested_delivery;
    let mut extras: Vec<Extra<'_>> = Vec::new();
    for offer in quotes.offers.iter().filter(|offer| offer.supplier == order.supplier) {
        let product = options.products.iter().find(|product| product.sku == offer.sku);
        let of_offer = |line: &PurchaseOrderLine| line.offer == offer.id && line.sku == offer.sku;
        let place = order.lines.iter().position(of_offer);
        let wanted = if options.products.is_empty() { place.is_some() } else { product.is_some() };
        // The first of two offers with one name counts.
        let known = seller.offer(&offer.id, &offer.sku);
        if !wanted || known.is_none_or(|first| !std::ptr::eq(first, offer)) {
            continue;
        }
        let line = match place {
            Some(place) => order.lines[place].clone(),
            None => new_line(offer, order)?,
        };
        let Ok(prices) = seller.prices(&line) else { continue };
        let Ok(arrival) = seller.arrival(offer) else { continue };
        let unweighed = seller.by_weight && prices.price(1)?.weight.is_none();
        if closed(offer, seller.order_day).is_some() || arrival > possible || unweighed {
            continue;
        }
        let multiple = offer.multiple();
        let packs = place.map_or(0, |place| order.lines[place].packs);
        let others = order.lines.iter().filter(|line| of_offer(line));
        let others = others.fold(0_u64, |sum, line| sum.saturating_add(line.packs));
        let there = prices.most_packs().map(|most| most.saturating_sub(others - packs));
        let maximum = product.and_then(|product| product.maximum_packs);
        let maximum = maximum.map(|maximum| packs.saturating_add(maximum));
        let last = there.unwrap_or(u64::MAX).min(maximum.unwrap_or(u64::MAX));
        let first = (packs / multiple).saturating_add(1).saturating_mul(multiple);
        extras.push(Extra {
            line,
            place,
            packs,
            first: first.max(prices.fewest_packs()),
            last: last / multiple * multiple,
            multiple,
            surplus_value: product.and_then(|product| product.surplus_value),
            prices,
        });
    }
    sort_by(&mut extras, |a, b| {
        a.line.sku.cmp(&b.line.sku).then_with(|| a.line.offer.cmp(&b.line.offer))
    });
    Ok(extras)
}

/// The line of a pack of an offer that the order does not have yet, before it is priced.
fn new_line(offer: &Offer, order: &PurchaseOrder) -> Result<PurchaseOrderLine, Invalid> {
    let nothing = Money::zero(order.currency);
    Ok(PurchaseOrderLine {
        id: free_line_id(&order.lines, &offer.sku)?,
        sku: offer.sku.clone(),
        buyer_code: None,
        supplier_code: None,
        description: None,
        location: None,
        offer: offer.id.clone(),
        packs: 1,
        pack_size: offer.pack_size,
        quantity: offer.pack_size,
        unit_price: nothing,
        price_unit: None,
        price_break: None,
        amount: nothing,
        charges: nothing,
        tax_rate: None,
        // Nobody needs it on a day: it comes with the rest.
        need_by: order.requested_delivery,
        arrival: Day::min(order.order_date, order.requested_delivery),
        reasons: Vec::new(),
    })
}

/// Numbers of packs of an offer that are looked at.
const MOST_STEPS: usize = 1_000;

impl Extra<'_> {
    /// What more packs bring, the fewest first, at least until they close gaps of value and weight and
    /// every price break lies behind.
    pub(super) fn steps(&self, (value, weight): (i64, i64)) -> Result<Vec<Step>, Invalid> {
        let breaks = self.prices.steps().last().copied().unwrap_or(0);
        let is_there = self.place.is_some();
        let cost_so_far =
            if is_there { minor(self.line.amount.plus(self.line.charges)?)? } else { 0 };
        let value_so_far = if is_there { minor(self.line.amount)? } else { 0 };
        let weight_so_far = grams(self.prices.price(self.packs)?.weight);
        let mut steps = Vec::new();
        let mut packs = self.first;
        while packs <= self.last && steps.len() < MOST_STEPS {
            // What cannot be counted in minor units is no little addition.
            let Ok(price) = self.prices.price(packs) else { break };
            let all = price.amount.plus(price.handling)?.plus(price.deposit)?;
            let (Ok(all), Ok(amount)) = (minor(all), minor(price.amount)) else { break };
            let step = Step {
                packs,
                added: packs - self.packs,
                value: amount.saturating_sub(value_so_far),
                weight: grams(price.weight).saturating_sub(weight_so_far),
                outlay: all.saturating_sub(cost_so_far),
            };
            steps.push(step);
            if packs >= breaks && step.value >= value && step.weight >= weight {
                break;
            }
            packs = packs.saturating_add(self.multiple);
        }
        Ok(steps)
    }

    /// The fewest packs at each further price of a line.
    pub(super) fn breaks(&self) -> impl Iterator<Item = u64> {
        let range = self.first..=self.last;
        let is_there = self.place.is_some();
        self.prices.steps().into_iter().filter(move |packs| is_there && range.contains(packs))
    }
}

/// In whole minor units.
pub(super) fn minor(money: Money) -> Result<i64, Invalid> {
    let count = money.rounded(Rounding::HalfUp).minor_units()?;
    i64::try_from(count)
        .map_err(|_| Invalid::new("money_too_large", "an amount of fewer digits", money))
}

/// In whole grams; nothing where it is not known.
fn grams(weight: Option<Quantity>) -> i64 {
    let whole = |weight: Quantity| {
        weight.amount().round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
    };
    weight.and_then(|weight| i64::try_from(whole(weight)).ok()).unwrap_or(0)
}

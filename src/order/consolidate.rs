//! What adding a little to a draft would save.

use super::{
    OrderError, PurchaseOrder, PurchaseOrderLine, Quotes,
    cover::{Gap, Step, Taken, cheapest_cover},
    draft_merge::{counted, free_line_id},
    extra_packs::{Extra, extras, minor},
    quotes::{Priced, Seller},
    reprice::at_todays_prices,
};
use crate::{
    sourcing::{MoneyDifference, OrderSize},
    unit::{
        Exact, Invalid, LineId, Money, OfferId, Quantity, Rate, Rounding, Sku, first_repeated,
        sort_by,
    },
};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// What may be added, and what it is worth.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ConsolidationOptions {
    /// Products worth having more of, each once; without any, those of the draft.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub products: Vec<ExtraProduct>,
    /// What goods that are added are worth to the buyer, as a share of their price: near 1 where they
    /// sell soon anyway. Without it nothing, so that a suggestion pays only where the order gets
    /// cheaper.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub worth: Rate,
    /// Which suggestions to make.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub report: SuggestionReport,
}

/// A product worth having more of.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ExtraProduct {
    /// Which.
    pub sku: Sku,
    /// No more packs than these are added of an offer; without it, as many as are looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub maximum_packs: Option<u64>,
    /// What each unit of its line's quantity is worth that is added; without it, the share of the
    /// price in `worth`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub surplus_value: Option<Money>,
}

/// Which suggestions to make.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum SuggestionReport {
    /// Those that are worth more than they cost, or without which the supplier refuses the order.
    #[default]
    Paying,
    /// All, also those that do not pay.
    All,
}

/// Packs to add to a draft, and what that changes.
///
/// Everything is at the prices and terms of today; tax is in `total` alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Suggestion {
    /// What the order reaches, one at least.
    pub reaches: Vec<Threshold>,
    /// What to add: one offer or two.
    pub additions: Vec<AddedPacks>,
    /// What the lines then cost more, goods and their charges.
    pub outlay: Money,
    /// What the order as a whole then costs less: freight, charges and the yearly rebate.
    pub saving: Money,
    /// What all of it costs: outlay less saving; negative where the order gets cheaper.
    pub cost: Money,
    /// What the added goods are worth.
    pub worth: Money,
    /// Worth less cost: what the suggestion brings.
    pub net_saving: Money,
    /// The order without tax, as it is and with the addition.
    pub net: MoneyDifference,
    /// What comes back at the end of the year because of the order, zero or less.
    pub yearly_rebate: MoneyDifference,
    /// The order with tax.
    pub total: MoneyDifference,
    /// Whether the supplier refuses the order as it is and takes it so.
    pub makes_possible: bool,
    /// The draft's next revision with the addition.
    pub order: PurchaseOrder,
    /// In words and numbers.
    pub text: String,
}

/// What an addition reaches.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Threshold {
    /// The value below which the supplier refuses orders, or asks a surcharge.
    MinimumOrderValue {
        /// That much goods.
        from: Money,
    },
    /// The value from which there is no freight.
    FreeFreight {
        /// That much goods.
        from: Money,
    },
    /// A band of lower freight.
    FreightBand {
        /// That much goods or weight.
        from: OrderSize,
        /// What it costs there.
        freight: Money,
    },
    /// A tier of the yearly rebate.
    RebateTier {
        /// That much goods a year.
        from: Money,
        /// The share of all that comes back.
        rate: Rate,
    },
    /// A lower price of a line.
    PriceBreak {
        /// Which line.
        line: LineId,
        /// From which quantity on, where the offer says it.
        #[cfg_attr(target_family = "wasm", tsify(type = "Quantity | null"))]
        from: Option<Quantity>,
        /// The price there.
        unit_price: Money,
    },
}

/// Packs that are added to an order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct AddedPacks {
    /// The line of the order with the addition.
    pub line: LineId,
    /// The product.
    pub sku: Sku,
    /// The offer.
    pub offer: OfferId,
    /// Packs that are added.
    pub packs: u64,
    /// What they contain.
    pub quantity: Quantity,
}

/// Suggests what to add to a draft so that it reaches the next thresholds of its supplier's terms or
/// prices: the minimum order value, free freight, cheaper freight, a tier of the yearly rebate, a
/// price break.
///
/// For each threshold of the order there is one suggestion: of all ways to add whole packs of one offer
/// of the supplier, or of two, the one with the least outlay, then the fewest packs. That is exact
/// within the first thousand numbers of packs of each offer; what takes more is no little addition.
/// For each price break of a line there is one too. Every suggestion is priced as a whole by the same
/// code that merges and checks drafts: its order is what [`super::check_prices`] would make of it.
/// Offers that do not hold today, are blocked or would delay the order are left out.
///
/// The ones that bring most come first.
///
/// # Errors
///
/// When a product comes twice, terms come twice or cannot be accepted, amounts overflow, or a surplus
/// value is in another currency than the order.
///
/// ```
/// use replenish::{order::{ConsolidationOptions, PurchaseOrder, Quotes, suggest_consolidations}, sourcing::{Offer, SupplierTerms}};
/// # use serde_json::json;
/// # let draft: PurchaseOrder = serde_json::from_value(json!({
/// #     "id": "monday", "revision": 1, "supplier": "farm", "currency": "EUR",
/// #     "order_date": "2026-11-21", "requested_delivery": "2026-11-24",
/// #     "expected_arrival": "2026-11-24", "goods": "115.20 EUR", "freight": "9.00 EUR",
/// #     "charges": "0.00 EUR", "net": "124.20 EUR", "taxes": [], "tax": "0.00 EUR",
/// #     "total": "124.20 EUR",
/// #     "lines": [{
/// #         "id": "apple", "sku": "apple", "offer": "o-1", "packs": 24, "pack_size": "12 each",
/// #         "quantity": "288 each", "unit_price": "0.40 EUR", "price_unit": "each",
/// #         "amount": "115.20 EUR", "charges": "0.00 EUR",
/// #         "need_by": "2026-11-24", "arrival": "2026-11-21"
/// #     }]
/// # }))?;
/// // A draft of 24 packs of 12 apples at 0.40 EUR: 115.20 EUR, and 9.00 EUR freight.
/// let (supplier, each) = ("farm".parse()?, "each".parse()?);
/// let offer = Offer {
///     pack_size: "12 each".parse()?,
///     ..Offer::new("o-1".parse()?, supplier, "apple".parse()?, "0.40 EUR".parse()?, each)
/// };
/// let terms = SupplierTerms {
///     freight: Some("9 EUR".parse()?),
///     free_freight_from: Some("120 EUR".parse()?),
///     ..SupplierTerms::none("farm".parse()?)
/// };
/// let quotes = Quotes {
///     offers: &[offer], terms: &[terms], exchange_rates: &[], today: "2026-11-21".parse()?, time: None,
/// };
/// let options = ConsolidationOptions { worth: "0.9".parse()?, ..Default::default() };
/// let suggestions = suggest_consolidations(&draft, &quotes, &options)?;
/// assert_eq!(
///     suggestions[0].text,
///     "add 1 pack of apple (4.80 EUR) to reach free freight from 120.00 EUR: saves 9.00 EUR, \
///      so with 12 each more the order costs 4.20 EUR less"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn suggest_consolidations(
    draft: &PurchaseOrder,
    quotes: &Quotes<'_>,
    options: &ConsolidationOptions,
) -> Result<Vec<Suggestion>, OrderError> {
    let products = &options.products;
    let compare = |a: usize, b: usize| products[a].sku.cmp(&products[b].sku);
    if let Some(place) = first_repeated(products.len(), &mut { compare }) {
        let invalid = Invalid::new("sku_twice", "each product once", &products[place].sku);
        return Err(invalid.at("sku").at(format_args!("products[{place}]")).into());
    }
    let seller = quotes.of(draft)?;
    if draft.lines.is_empty() || seller.terms.as_ref().is_some_and(|terms| terms.blocked.is_some())
    {
        return Ok(Vec::new());
    }
    let base = at_todays_prices(&seller, draft)?;
    let extras = extras(&seller, &base.order, quotes, options)?;
    let scene = Scene { seller: &seller, base: &base, extras: &extras, options };

    let mut found = Vec::new();
    let thresholds = thresholds(&seller, &base)?;
    let most = |of: fn(Gap) -> i64| thresholds.iter().map(|(_, gap)| of(*gap)).max().unwrap_or(0);
    let furthest = (most(Gap::value), most(Gap::weight));
    let tables: Vec<Vec<Step>> = if thresholds.is_empty() {
        Vec::new()
    } else {
        extras.iter().map(|extra| extra.steps(furthest)).collect::<Result<_, Invalid>>()?
    };
    for (threshold, gap) in thresholds {
        if let Some(taken) = cheapest_cover(&tables, gap) {
            let packs = |&(extra, step): &Taken| (extra, tables[extra][step].packs);
            let packs: Vec<(usize, u64)> = taken.iter().map(packs).collect();
            found.push(scene.suggestion(threshold, &packs)?);
        }
    }
    for (place, extra) in extras.iter().enumerate() {
        for packs in extra.breaks() {
            found.extend(scene.price_break(place, packs)?);
        }
    }
    let mut suggestions: Vec<Suggestion> = Vec::new();
    for next in found {
        match suggestions.iter_mut().find(|known| known.additions == next.additions) {
            Some(known) => known.reaches.extend(next.reaches),
            None => suggestions.push(next),
        }
    }
    suggestions.retain(|suggestion| {
        let pays = !suggestion.net_saving.is_negative() && !suggestion.net_saving.is_zero();
        options.report == SuggestionReport::All || pays || suggestion.makes_possible
    });
    sort_by(&mut suggestions, |a, b| {
        let (ours, theirs) = (a.net_saving.amount(), b.net_saving.amount());
        b.makes_possible.cmp(&a.makes_possible).then(theirs.cmp(&ours))
    });
    Ok(suggestions)
}

/// What of an order's terms lies ahead and would make it cheaper, and how far.
fn thresholds(seller: &Seller<'_>, base: &Priced) -> Result<Vec<(Threshold, Gap)>, Invalid> {
    let Some(terms) = &seller.terms else { return Ok(Vec::new()) };
    let order = &base.order;
    let goods = order.goods;
    let mut found = Vec::new();
    let mut ahead = |threshold: Threshold, from: Money, so_far: Money| {
        let gap = minor(from.rounded(Rounding::Up).minus(so_far)?)?;
        if gap > 0 {
            found.push((threshold, Gap::Value(gap)));
        }
        Ok::<_, Invalid>(())
    };
    if let Some(from) = terms.minimum_order_value {
        ahead(Threshold::MinimumOrderValue { from }, from, goods)?;
    }
    if let Some(from) = terms.free_freight_from.filter(|_| !order.freight.is_zero()) {
        ahead(Threshold::FreeFreight { from }, from, goods)?;
    }
    let cheaper = |freight: Money| freight.amount() < order.freight.amount();
    let bands = || terms.freight_bands.iter().filter(|band| cheaper(band.freight));
    for band in bands() {
        if let OrderSize::Value(from) = band.from {
            let freight = band.freight;
            ahead(Threshold::FreightBand { from: band.from, freight }, from, goods)?;
        }
    }
    if let Some(yearly) = &terms.yearly_rebate {
        for tier in &yearly.tiers {
            let (from, rate) = (tier.from, tier.rate);
            ahead(Threshold::RebateTier { from, rate }, from, yearly.purchased.plus(goods)?)?;
        }
    }
    for band in bands() {
        if let OrderSize::Weight(from) = band.from {
            let weight = seller.weight(&order.lines)?;
            let least = from.to(weight.unit())?.amount();
            let least = least.round_dp_with_strategy(0, RoundingStrategy::AwayFromZero);
            let gap = i64::try_from(least.minus(weight.amount())).unwrap_or(i64::MAX);
            if gap > 0 {
                let threshold = Threshold::FreightBand { from: band.from, freight: band.freight };
                found.push((threshold, Gap::Weight(gap)));
            }
        }
    }
    Ok(found)
}

/// What suggestions are made of.
struct Scene<'s, 'a> {
    seller: &'s Seller<'a>,
    base: &'s Priced,
    extras: &'s [Extra<'a>],
    options: &'s ConsolidationOptions,
}

impl Scene<'_, '_> {
    /// The suggestion to buy as many packs of a line as reach a lower price; none if it is not lower.
    fn price_break(&self, place: usize, packs: u64) -> Result<Option<Suggestion>, OrderError> {
        let extra = &self.extras[place];
        let price = extra.prices.price(packs)?;
        if extra.line.unit_price.amount() <= price.unit_price.amount() {
            return Ok(None);
        }
        let threshold = Threshold::PriceBreak {
            line: extra.line.id.clone(),
            from: price.price_break,
            unit_price: price.unit_price,
        };
        self.suggestion(threshold, &[(place, packs)]).map(Some)
    }

    /// The suggestion to buy so many packs of some offers, the ones that are bought included.
    fn suggestion(
        &self,
        threshold: Threshold,
        taken: &[(usize, u64)],
    ) -> Result<Suggestion, OrderError> {
        let base = &self.base.order;
        let mut lines = base.lines.clone();
        let mut additions = Vec::with_capacity(taken.len());
        let (mut outlay, mut worth) = (Money::zero(base.currency), Money::zero(base.currency));
        for &(place, packs) in taken {
            let extra = &self.extras[place];
            let mut line = self.seller.line(&extra.line, &extra.prices, packs)?;
            let mut quantity = line.quantity;
            outlay = outlay.plus(line.amount)?.plus(line.charges)?;
            if let Some(at) = extra.place {
                outlay = outlay.minus(lines[at].amount)?.minus(lines[at].charges)?;
                quantity = quantity.minus(lines[at].quantity)?;
                lines[at] = line.clone();
            } else {
                line.id = free_line_id(&lines, &line.sku)?;
                lines.push(line.clone());
            }
            let added = packs - extra.packs;
            worth = worth.plus(self.worth(extra, &line, added, quantity)?)?;
            let PurchaseOrderLine { id, sku, offer, .. } = line;
            additions.push(AddedPacks { line: id, sku, offer, packs: added, quantity });
        }
        sort_by(&mut lines, |a, b| a.sku.cmp(&b.sku));
        let revision = base.revision.saturating_add(1);
        let with = self.seller.total(PurchaseOrder { revision, lines, ..base.clone() })?;

        let net = MoneyDifference::new(base.net, with.order.net)?;
        let yearly_rebate =
            MoneyDifference::new(self.base.charges.yearly_rebate, with.charges.yearly_rebate)?;
        let cost = net.difference.plus(yearly_rebate.difference)?;
        let mut suggestion = Suggestion {
            reaches: vec![threshold],
            additions,
            outlay,
            saving: outlay.minus(cost)?,
            cost,
            worth,
            net_saving: worth.minus(cost)?,
            net,
            yearly_rebate,
            total: MoneyDifference::new(base.total, with.order.total)?,
            makes_possible: self.base.charges.refused && !with.charges.refused,
            order: with.order,
            text: String::new(),
        };
        suggestion.text = suggestion.words()?;
        Ok(suggestion)
    }

    /// What some packs more of a line are worth, rounded half up.
    fn worth(
        &self,
        extra: &Extra<'_>,
        line: &PurchaseOrderLine,
        added: u64,
        quantity: Quantity,
    ) -> Result<Money, Invalid> {
        let worth = if let Some(each) = extra.surplus_value {
            each.times(quantity.amount())?
        } else {
            let all = line.amount.times(self.options.worth.factor())?;
            let all = all.times(Decimal::from(added))?.amount();
            let share = all.checked_over(Decimal::from(line.packs)).unwrap_or_default();
            Money::new(share, line.amount.currency())
        };
        Ok(worth.rounded(Rounding::HalfUp))
    }
}

impl Suggestion {
    fn words(&self) -> Result<String, Invalid> {
        let both = |words: Vec<String>| words.join(" and ");
        let what =
            self.additions.iter().map(|add| format!("{} of {}", counted(add.packs), add.sku));
        let more = both(self.additions.iter().map(|add| add.quantity.to_string()).collect());
        let reached: Vec<String> = self.reaches.iter().map(ToString::to_string).collect();
        let less = Money::zero(self.cost.currency()).minus(self.cost)?;
        let result = if self.cost.is_negative() {
            format!("with {more} more the order costs {less} less")
        } else {
            format!("{more} more cost {}", self.cost)
        };
        let why = if self.makes_possible {
            format!(", below which the supplier refuses the order: {result}")
        } else if self.saving.is_zero() {
            format!(": {result}")
        } else if self.saving.is_negative() {
            let dearer = Money::zero(self.saving.currency()).minus(self.saving)?;
            format!(": makes the order {dearer} dearer, so {result}")
        } else {
            format!(": saves {}, so {result}", self.saving)
        };
        let (what, reached) = (both(what.collect()), both(reached));
        Ok(format!("add {what} ({}) to reach {reached}{why}", self.outlay))
    }
}

impl std::fmt::Display for Threshold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MinimumOrderValue { from } => write!(f, "the minimum order value of {from}"),
            Self::FreeFreight { from } => write!(f, "free freight from {from}"),
            Self::FreightBand { from: OrderSize::Value(from), freight } => {
                write!(f, "a freight of {freight} from {from}")
            }
            Self::FreightBand { from: OrderSize::Weight(from), freight } => {
                write!(f, "a freight of {freight} from {from}")
            }
            Self::RebateTier { from, rate } => {
                write!(f, "a yearly rebate of a share of {rate} from {from}")
            }
            Self::PriceBreak { from: Some(from), unit_price, .. } => {
                write!(f, "the price of {unit_price} from {from}")
            }
            Self::PriceBreak { from: None, unit_price, .. } => {
                write!(f, "the price of {unit_price}")
            }
        }
    }
}

//! Whether the prices that a draft states still hold.

use super::{
    OrderError, PurchaseOrder, PurchaseOrderLine, Quotes,
    draft_merge::counted,
    quotes::{Priced, Seller, Unpriced},
};
use crate::{
    sourcing::{MoneyDifference, Offer, OfferPrices},
    unit::{Currency, Day, Exact, Invalid, LineId, Mistake, Money, OfferId, Quantity, Rate, Sku},
};
use rust_decimal::RoundingStrategy;
use serde::{Deserialize, Serialize};

/// How much may have changed since the draft.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PriceCheckOptions {
    /// By what share a line, and the order's total, may cost more than drafted; without it, nothing.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub tolerance: Rate,
    /// After how many days what a supplier says to have counts for nothing; without it, never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub availability_max_age_days: Option<u32>,
}

/// A draft at the prices of today.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PriceCheck {
    /// Every line, in the draft's order.
    pub lines: Vec<CheckedLine>,
    /// What concerns the whole order.
    pub concerns: Vec<OrderConcern>,
    /// Sum of the lines' amounts, as drafted and today.
    pub goods: MoneyDifference,
    /// Freight.
    pub freight: MoneyDifference,
    /// Handling and surcharges of the order.
    pub charges: MoneyDifference,
    /// Everything but tax.
    pub net: MoneyDifference,
    /// Tax.
    pub tax: MoneyDifference,
    /// Everything.
    pub total: MoneyDifference,
    /// Whether no concern speaks against sending the draft as it is.
    pub may_be_sent: bool,
    /// The draft's next revision, at the prices of today; none where it would be as it is. Lines whose
    /// offer cannot be priced keep what they say.
    #[cfg_attr(target_family = "wasm", tsify(type = "PurchaseOrder | null"))]
    pub repriced: Option<PurchaseOrder>,
}

/// A line at the price of today.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CheckedLine {
    /// Which.
    pub id: LineId,
    /// The product.
    pub sku: Sku,
    /// The offer it takes up.
    pub offer: OfferId,
    /// Whether it costs more.
    pub change: PriceChange,
    /// Price of one unit, as drafted and today.
    pub unit_price: MoneyDifference,
    /// What its goods cost.
    pub amount: MoneyDifference,
    /// What is charged beside them.
    pub charges: MoneyDifference,
    /// By what share of what was drafted goods and charges together changed, to six decimals; none
    /// where nothing was drafted to compare with.
    #[cfg_attr(target_family = "wasm", tsify(type = "Rate | null"))]
    pub rate: Option<Rate>,
    /// What one should know before sending it.
    pub concerns: Vec<LineConcern>,
    /// In words and numbers.
    pub text: String,
}

/// Whether a line costs more than drafted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum PriceChange {
    /// As much.
    Unchanged,
    /// More.
    Risen,
    /// Less.
    Fallen,
    /// Nobody can say: its offer cannot be priced.
    Unknown,
}

/// What one should know about a line before sending it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum LineConcern {
    /// The supplier offers it no more.
    Withdrawn,
    /// It is offered in packs of another content.
    PackChanged {
        /// Content of a pack today.
        pack_size: Quantity,
    },
    /// Its price is in another currency than the order.
    CurrencyChanged {
        /// Which.
        currency: Currency,
    },
    /// The offer cannot be accepted.
    Invalid {
        /// Why.
        problem: Mistake,
    },
    /// The offer does not hold any more on the day on which the supplier takes the order.
    Expired {
        /// Its last day.
        valid_until: Day,
    },
    /// The offer does not hold yet.
    NotYetValid {
        /// Its first day.
        valid_from: Day,
    },
    /// Nothing may be bought from the offer.
    Blocked {
        /// Why.
        reason: String,
    },
    /// The supplier has less than the order's lines of this offer together.
    NotEnough {
        /// The packs it has.
        packs: u64,
    },
    /// It is less than the smallest purchase.
    TooFew {
        /// The packs of that.
        packs: u64,
    },
    /// It is no multiple of what is sold at once.
    NotInMultiples {
        /// The packs sold at once.
        packs: u64,
    },
    /// What the supplier has was said too long ago.
    AvailabilityTooOld {
        /// On which day.
        as_of: Day,
    },
    /// It costs more than the tolerance allows.
    PriceRisen {
        /// By what share.
        rate: Rate,
    },
    /// Its tax is another one; that alone does not keep it from being sent.
    TaxChanged {
        /// Today's.
        #[cfg_attr(target_family = "wasm", tsify(type = "Rate | null"))]
        tax_rate: Option<Rate>,
    },
    /// It comes after the day of need, as it did not when it was drafted; that alone does not keep it
    /// from being sent.
    TooLate {
        /// The day on which it can be sold.
        arrival: Day,
    },
}

/// What one should know about an order before sending it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum OrderConcern {
    /// Nothing may be ordered from the supplier.
    SupplierBlocked {
        /// Why.
        reason: String,
    },
    /// The supplier refuses orders of so little goods.
    BelowMinimum {
        /// What is missing to its minimum.
        missing: Money,
    },
    /// The total is more than the tolerance allows.
    TotalRisen {
        /// By what share.
        rate: Rate,
    },
    /// The requested delivery is not possible any more; that alone does not keep it from being sent.
    DeliveryTooEarly {
        /// The first that is.
        possible: Day,
    },
}

/// Prices a draft once more from the offers and terms of today, and says whether it may still be sent
/// as it is.
///
/// Each line is priced at its own number of packs. An offer that is not valid or blocked is priced
/// all the same, so that one sees what it would cost, but keeps the draft from being sent.
///
/// # Errors
///
/// When the supplier's terms come twice, cannot be accepted or are in another currency than the order,
/// or amounts overflow. An offer that cannot be accepted is a concern of its line.
///
/// ```
/// use replenish::{order::{PriceChange, PriceCheckOptions, PurchaseOrder, Quotes, check_prices}, sourcing::Offer};
/// # use serde_json::json;
/// # let draft: PurchaseOrder = serde_json::from_value(json!({
/// #     "id": "monday", "revision": 1, "supplier": "farm", "currency": "EUR",
/// #     "order_date": "2026-11-21", "requested_delivery": "2026-11-24",
/// #     "expected_arrival": "2026-11-24", "goods": "8.00 EUR", "freight": "0.00 EUR",
/// #     "charges": "0.00 EUR", "net": "8.00 EUR", "taxes": [], "tax": "0.00 EUR", "total": "8.00 EUR",
/// #     "lines": [{
/// #         "id": "apple", "sku": "apple", "offer": "o-1", "packs": 10, "pack_size": "1 each",
/// #         "quantity": "10 each", "unit_price": "0.80 EUR", "price_unit": "each",
/// #         "amount": "8.00 EUR", "charges": "0.00 EUR",
/// #         "need_by": "2026-11-24", "arrival": "2026-11-21"
/// #     }]
/// # }))?;
/// // Drafted at 0.80 EUR each.
/// let (supplier, each) = ("farm".parse()?, "each".parse()?);
/// let offer = Offer::new("o-1".parse()?, supplier, "apple".parse()?, "0.84 EUR".parse()?, each);
/// let quotes = Quotes {
///     offers: &[offer], terms: &[], exchange_rates: &[], today: "2026-11-21".parse()?, time: None,
/// };
/// let options = PriceCheckOptions { tolerance: "0.03".parse()?, ..Default::default() };
/// let check = check_prices(&draft, &quotes, &options)?;
/// assert_eq!(check.lines[0].change, PriceChange::Risen);
/// assert_eq!(check.lines[0].text, "10 packs of apple cost 8.40 EUR instead of 8.00 EUR");
/// assert!(!check.may_be_sent); // 5 % more
/// assert_eq!(check.repriced.ok_or("repriced")?.total.to_string(), "8.40 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_prices(
    draft: &PurchaseOrder,
    quotes: &Quotes<'_>,
    options: &PriceCheckOptions,
) -> Result<PriceCheck, OrderError> {
    let seller = quotes.of(draft)?;
    let mut checked = Vec::with_capacity(draft.lines.len());
    let mut lines = Vec::with_capacity(draft.lines.len());
    let mut possible = seller.order_day;
    for (index, line) in draft.lines.iter().enumerate() {
        let at = |invalid: Invalid| invalid.at(format_args!("lines[{index}]"));
        let (after, mut concerns) = match price(&seller, line) {
            Ok((after, prices)) => {
                let first = seller.arrival(prices.offer()).map_err(at)?;
                // What was to come later anyway does not keep the rest waiting.
                if line.arrival <= draft.requested_delivery {
                    possible = possible.max(first);
                }
                (Some(after), offer_concerns(&seller, draft, line, &prices, options, quotes.today))
            }
            Err(why) => (None, vec![why.into()]),
        };
        let line_checked = check_line(line, after.as_ref(), &mut concerns, options.tolerance);
        checked.push(line_checked.map_err(at)?);
        lines.push(after.unwrap_or_else(|| line.clone()));
    }
    let requested_delivery = draft.requested_delivery.max(possible);
    let order_by = if requested_delivery == draft.requested_delivery {
        draft.order_by
    } else {
        seller.order_by(requested_delivery, &lines)
    };
    let priced =
        seller.total(PurchaseOrder { requested_delivery, order_by, lines, ..draft.clone() })?;
    let today = priced.order;

    let total = MoneyDifference::new(draft.total, today.total)?;
    let mut concerns = Vec::new();
    if let Some(reason) = seller.terms.as_ref().and_then(|terms| terms.blocked.clone()) {
        concerns.push(OrderConcern::SupplierBlocked { reason });
    }
    if priced.charges.refused {
        concerns.push(OrderConcern::BelowMinimum { missing: priced.charges.below_minimum });
    }
    if let Some(rate) = risen(total, options.tolerance) {
        concerns.push(OrderConcern::TotalRisen { rate });
    }
    if possible > draft.requested_delivery {
        concerns.push(OrderConcern::DeliveryTooEarly { possible });
    }
    let holds = checked.iter().all(|line| !line.concerns.iter().any(LineConcern::stops));
    Ok(PriceCheck {
        goods: MoneyDifference::new(draft.goods, today.goods)?,
        freight: MoneyDifference::new(draft.freight, today.freight)?,
        charges: MoneyDifference::new(draft.charges, today.charges)?,
        net: MoneyDifference::new(draft.net, today.net)?,
        tax: MoneyDifference::new(draft.tax, today.tax)?,
        total,
        may_be_sent: holds && !concerns.iter().any(OrderConcern::stops),
        lines: checked,
        concerns,
        // That a day went by is no reason to have a draft approved once more.
        repriced: (today != *draft).then(|| PurchaseOrder {
            revision: draft.revision.saturating_add(1),
            order_date: draft.order_date.max(quotes.today),
            ..today
        }),
    })
}

/// A draft at the prices and terms of today; lines whose offer cannot be priced keep what they say.
pub(super) fn at_todays_prices(
    seller: &Seller<'_>,
    draft: &PurchaseOrder,
) -> Result<Priced, OrderError> {
    let today = |line: &PurchaseOrderLine| {
        price(seller, line).map_or_else(|_| line.clone(), |(today, _)| today)
    };
    let lines = draft.lines.iter().map(today).collect();
    seller.total(PurchaseOrder { lines, ..draft.clone() })
}

/// A line at the price of today.
fn price<'a>(
    seller: &Seller<'a>,
    line: &PurchaseOrderLine,
) -> Result<(PurchaseOrderLine, OfferPrices<'a>), Unpriced> {
    let prices = seller.prices(line)?;
    let after = seller.line(line, &prices, line.packs).map_err(Unpriced::Invalid)?;
    Ok((after, prices))
}

/// What an offer that can be priced says against buying from it.
fn offer_concerns(
    seller: &Seller<'_>,
    draft: &PurchaseOrder,
    line: &PurchaseOrderLine,
    prices: &OfferPrices<'_>,
    options: &PriceCheckOptions,
    today: Day,
) -> Vec<LineConcern> {
    let offer = prices.offer();
    let mut concerns = Vec::from_iter(closed(offer, seller.order_day));
    if let Some(as_of) = outdated(offer, options.availability_max_age_days, today) {
        concerns.push(LineConcern::AvailabilityTooOld { as_of });
    }
    let of_offer = |other: &&PurchaseOrderLine| other.offer == line.offer && other.sku == line.sku;
    let same = draft.lines.iter().filter(of_offer);
    let all = same.fold(0_u64, |all, other| all.saturating_add(other.packs));
    if let Some(packs) = prices.most_packs().filter(|&most| most < all) {
        concerns.push(LineConcern::NotEnough { packs });
    }
    if line.packs < prices.fewest_packs() {
        concerns.push(LineConcern::TooFew { packs: prices.fewest_packs() });
    }
    let multiple = offer.multiple();
    if !line.packs.is_multiple_of(multiple) {
        concerns.push(LineConcern::NotInMultiples { packs: multiple });
    }
    concerns
}

/// Why nothing may be bought from an offer on a day, if so.
pub(super) fn closed(offer: &Offer, order_day: Day) -> Option<LineConcern> {
    if let Some(reason) = offer.blocked.clone() {
        return Some(LineConcern::Blocked { reason });
    }
    if let Some(valid_from) = offer.valid_from.filter(|&day| day > order_day) {
        return Some(LineConcern::NotYetValid { valid_from });
    }
    let valid_until = offer.valid_until.filter(|&day| day < order_day)?;
    Some(LineConcern::Expired { valid_until })
}

/// Since when nobody has said how much there is, if that is too long ago.
fn outdated(offer: &Offer, most_days: Option<u32>, today: Day) -> Option<Day> {
    let as_of = offer.available_as_of.filter(|_| offer.available.is_some())?;
    most_days.filter(|&most| as_of.days_until(today) > i64::from(most)).map(|_| as_of)
}

fn check_line(
    line: &PurchaseOrderLine,
    after: Option<&PurchaseOrderLine>,
    concerns: &mut Vec<LineConcern>,
    tolerance: Rate,
) -> Result<CheckedLine, Invalid> {
    let cost = |line: &PurchaseOrderLine| line.amount.plus(line.charges);
    let today = after.unwrap_or(line);
    let both = MoneyDifference::new(cost(line)?, cost(today)?)?;
    let difference = both.difference;
    let change = match after {
        None => PriceChange::Unknown,
        Some(_) if difference.is_zero() => PriceChange::Unchanged,
        Some(_) if difference.is_negative() => PriceChange::Fallen,
        Some(_) => PriceChange::Risen,
    };
    if let Some(rate) = risen(both, tolerance) {
        concerns.push(LineConcern::PriceRisen { rate });
    }
    if today.tax_rate != line.tax_rate {
        concerns.push(LineConcern::TaxChanged { tax_rate: today.tax_rate });
    }
    if today.arrival > line.need_by && line.arrival <= line.need_by {
        concerns.push(LineConcern::TooLate { arrival: today.arrival });
    }
    let what = format!("{} of {}", counted(line.packs), line.sku);
    let mut text = match change {
        PriceChange::Unknown => format!("{what} cannot be priced, drafted at {}", both.before),
        PriceChange::Unchanged => format!("{what} cost {} as drafted", both.after),
        PriceChange::Risen | PriceChange::Fallen => {
            format!("{what} cost {} instead of {}", both.after, both.before)
        }
    };
    for concern in concerns.iter() {
        if !matches!(concern, LineConcern::PriceRisen { .. }) {
            text = format!("{text}; {concern}");
        }
    }
    Ok(CheckedLine {
        id: line.id.clone(),
        sku: line.sku.clone(),
        offer: line.offer.clone(),
        change,
        unit_price: MoneyDifference::new(line.unit_price, today.unit_price)?,
        amount: MoneyDifference::new(line.amount, today.amount)?,
        charges: MoneyDifference::new(line.charges, today.charges)?,
        rate: share(both),
        concerns: std::mem::take(concerns),
        text,
    })
}

/// By what share an amount changed, either way.
fn share(amount: MoneyDifference) -> Option<Rate> {
    let rate = amount.difference.amount().checked_over(amount.before.amount())?.abs();
    Rate::new(rate.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero)).ok()
}

/// By what share an amount has risen, if that is more than is tolerated.
fn risen(amount: MoneyDifference, tolerance: Rate) -> Option<Rate> {
    let risen = amount.difference;
    let tolerated = amount.before.amount().abs().times(tolerance.factor());
    let beyond = !risen.is_negative() && !risen.is_zero() && risen.amount() > tolerated;
    beyond.then(|| share(amount).unwrap_or(Rate::ONE))
}

impl LineConcern {
    /// Whether it keeps the draft from being sent as it is.
    pub fn stops(&self) -> bool {
        !matches!(self, Self::TaxChanged { .. } | Self::TooLate { .. })
    }
}

impl OrderConcern {
    /// Whether it keeps the draft from being sent as it is.
    pub fn stops(&self) -> bool {
        !matches!(self, Self::DeliveryTooEarly { .. })
    }
}

impl From<Unpriced> for LineConcern {
    fn from(why: Unpriced) -> Self {
        match why {
            Unpriced::Withdrawn => Self::Withdrawn,
            Unpriced::PackChanged(pack_size) => Self::PackChanged { pack_size },
            Unpriced::CurrencyChanged(currency) => Self::CurrencyChanged { currency },
            Unpriced::Invalid(problem) => Self::Invalid { problem: problem.into() },
        }
    }
}

impl std::fmt::Display for LineConcern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Withdrawn => f.write_str("the offer is withdrawn"),
            Self::PackChanged { pack_size } => {
                write!(f, "the offer is now for packs of {pack_size}")
            }
            Self::CurrencyChanged { currency } => write!(f, "the offer is now in {currency}"),
            Self::Invalid { problem } => write!(f, "the offer cannot be used: {problem}"),
            Self::Expired { valid_until } => write!(f, "the offer ended on {valid_until}"),
            Self::NotYetValid { valid_from } => write!(f, "the offer begins on {valid_from}"),
            Self::Blocked { reason } => write!(f, "the offer is blocked: {reason}"),
            Self::NotEnough { packs } => write!(f, "the supplier has {}", counted(*packs)),
            Self::TooFew { packs } => write!(f, "at least {} are sold", counted(*packs)),
            Self::NotInMultiples { packs } => write!(f, "sold in multiples of {}", counted(*packs)),
            Self::AvailabilityTooOld { as_of } => {
                write!(f, "how much there is was last said on {as_of}")
            }
            Self::PriceRisen { rate } => write!(f, "the price has risen by a share of {rate}"),
            Self::TaxChanged { tax_rate: Some(rate) } => write!(f, "its tax is now {rate}"),
            Self::TaxChanged { tax_rate: None } => f.write_str("it is not taxed any more"),
            Self::TooLate { arrival } => write!(f, "it would come too late, on {arrival}"),
        }
    }
}

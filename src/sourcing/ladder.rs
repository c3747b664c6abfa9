//! What other ways of choosing suppliers would have paid for the purchases of the past.

use super::{
    Offer, SourcingError, SourcingOptions, SupplierTerms, ladder_basket::cost_basket,
    ladder_market::PastMarket,
};
use crate::unit::{
    Currency, Day, Exact, Invalid, Money, PurchaseOrderId, Quantity, Sku, SupplierId, sort_by,
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};

/// A line of a purchase order of the past.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PastPurchase {
    /// The order it was part of: one day, one supplier.
    pub order: PurchaseOrderId,
    /// The day of the order.
    pub date: Day,
    /// The product.
    pub sku: Sku,
    /// How much was bought; more than zero.
    pub quantity: Quantity,
    /// From whom.
    pub supplier: SupplierId,
    /// The price paid for one unit of the quantity.
    pub unit_price: Money,
    /// Freight paid for the whole order, where it is known; on one of its lines, or the same on several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub freight: Option<Money>,
}

/// How past purchases are put together for comparison.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LadderOptions {
    /// Days whose purchases count as one basket, ordered on the first of these days on which anything
    /// was ordered; 1 or more. More than one assumes that what was bought later in these days was
    /// already known to be needed.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub group_days: u32,
    /// Days from the order within which goods have to come. Without it, no later than from the supplier
    /// that was used, where it had an offer on that day that says so; otherwise whenever they come.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub within_days: Option<u32>,
}

impl Default for LadderOptions {
    fn default() -> Self {
        Self { group_days: 1, within_days: None }
    }
}

/// A way of choosing suppliers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Rung {
    /// What was done: the quantities bought, at the prices paid.
    Actual,
    /// Each product from its default supplier: the one that the options name, otherwise the one from
    /// whom it was bought most often before that day.
    DefaultSupplier,
    /// Each product where a unit has the lowest price.
    CheapestSticker,
    /// Each product where the line has the lowest landed cost, whatever the order costs as a whole.
    CheapestLanded,
    /// The whole basket at once.
    Joint,
}

impl Rung {
    /// Every way, from what was done to the whole basket at once.
    pub const ALL: [Self; 5] = [
        Self::Actual,
        Self::DefaultSupplier,
        Self::CheapestSticker,
        Self::CheapestLanded,
        Self::Joint,
    ];
}

/// What each way of choosing would have paid.
///
/// All of them are costed alike: landed cost of the lines, and what orders cost as a whole. The ways
/// that choose line by line fix whose offer each line takes; how many packs are then bought is as good
/// as it can be there (price breaks, minimum orders and free freight are reached where that pays), so
/// that what is saved is due to the choice alone. Whatever they choose could be chosen for the whole
/// basket, therefore [`Rung::Joint`] never costs more than these three. No other order is certain: what
/// is cheapest line by line may cost more freight than what was done, and what was paid may be less
/// than any offer that is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SavingsLadder {
    /// The currency of all amounts.
    #[cfg_attr(target_family = "wasm", tsify(type = "Currency"))]
    pub currency: Currency,
    /// All baskets together.
    pub total: LadderStep,
    /// The same by month, in order of the months; each basket counts in the month of its day.
    pub months: Vec<LadderMonth>,
    /// The same by basket, in order of the days.
    pub baskets: Vec<LadderBasket>,
    /// Purchases that are in no figure of any rung, and why, in order of the history.
    pub left_out: Vec<LeftOutPurchase>,
}

/// The rungs of some baskets.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LadderStep {
    /// How many baskets.
    pub baskets: u32,
    /// How many past purchases are in them.
    pub purchases: u32,
    /// The five rungs, in the order of [`Rung::ALL`].
    pub rungs: Vec<RungCost>,
    /// No choice among the known offers costs less than this.
    pub lower_bound: Money,
}

/// What one way of choosing costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RungCost {
    /// Which way.
    pub rung: Rung,
    /// Lines at landed cost, and what orders cost as a whole.
    pub cost: Money,
    /// How many orders that takes.
    pub orders: u32,
    /// How much less than the rung before; negative where it costs more, zero for the first.
    pub step: Money,
    /// The step as a share of the rung before.
    pub step_share: f64,
    /// How much less than what was done; negative where it costs more.
    pub saving: Money,
    /// The saving as a share of what was done.
    pub saving_share: f64,
}

/// A month's rungs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LadderMonth {
    /// The month, such as `2026-03`.
    pub month: String,
    /// Its baskets.
    pub total: LadderStep,
}

/// A basket's rungs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LadderBasket {
    /// The day on which it is ordered, and whose offers hold.
    pub day: Day,
    /// Its rungs; the number of baskets is 1.
    pub total: LadderStep,
}

/// A past purchase that is in no figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LeftOutPurchase {
    /// Its order.
    pub order: PurchaseOrderId,
    /// Its day.
    pub date: Day,
    /// Its product.
    pub sku: Sku,
    /// The first rung that cannot serve it.
    pub rung: Rung,
    /// Why not.
    pub reason: LeftOutReason,
}

/// Why a purchase cannot be compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum LeftOutReason {
    /// A value cannot be accepted or converted.
    Invalid {
        /// What is wrong.
        problem: Invalid,
    },
    /// No default supplier is stated, and it was not bought before.
    NoDefaultSupplier,
    /// There was no offer that could serve it on that day.
    NoOffer {
        /// Whose offer was looked for; none where anybody's would do.
        #[cfg_attr(target_family = "wasm", tsify(type = "SupplierId | null"))]
        supplier: Option<SupplierId>,
    },
    /// The order that it would have been part of would not have been taken, such as below a minimum.
    OrderRefused {
        /// Why not, in words.
        problem: String,
    },
}

/// What each way of choosing suppliers would have paid for past purchases, every basket at the offers
/// that held on its day.
///
/// `options` are those of a comparison; their day counts for nothing, since each basket has its own,
/// and so do the exchange rates as far as they are dated. An order whose freight is not stated is
/// charged what its supplier's terms say. What offers and terms say only of the present is left aside:
/// undated and later availability, what remains of contracts; and so is what concerns one cycle:
/// suppliers that must get an order, largest shares, deliveries on several days. A purchase that one
/// rung cannot serve is left out of all five, and listed.
///
/// # Errors
///
/// When groups have no day, or terms or options cannot be accepted at all.
///
/// ```
/// use replenish::{sourcing::{LadderOptions, Offer, PastPurchase, SourcingOptions, savings_ladder}, unit::Invalid};
/// let bought = |order: &str, date: &str| Ok::<_, Invalid>(PastPurchase {
///     order: order.parse()?,
///     date: date.parse()?,
///     sku: "apple".parse()?,
///     quantity: "40 each".parse()?,
///     supplier: "farm".parse()?,
///     unit_price: "0.95 EUR".parse()?,
///     freight: None,
/// });
/// let offer = |id: &str, supplier: &str, price: &str| Ok::<_, Invalid>(
///     Offer::new(id.parse()?, supplier.parse()?, "apple".parse()?, price.parse()?, "each".parse()?)
/// );
/// let history = [bought("1", "2026-03-02")?, bought("2", "2026-04-02")?];
/// let offers = [offer("o-1", "farm", "0.90 EUR")?, offer("o-2", "mill", "0.80 EUR")?];
/// let options = SourcingOptions::new("2026-05-01".parse()?, "EUR".parse()?);
/// let ladder = savings_ladder(&history, &offers, &[], &options, &LadderOptions::default())?;
/// // The first purchase has no default supplier yet.
/// assert_eq!((ladder.left_out.len(), ladder.total.purchases), (1, 1));
/// let costs: Vec<_> = ladder.total.rungs.iter().map(|rung| rung.cost.to_string()).collect();
/// assert_eq!(costs, ["38.00 EUR", "36.00 EUR", "32.00 EUR", "32.00 EUR", "32.00 EUR"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn savings_ladder(
    history: &[PastPurchase],
    offers: &[Offer],
    terms: &[SupplierTerms],
    options: &SourcingOptions,
    ladder: &LadderOptions,
) -> Result<SavingsLadder, SourcingError> {
    if ladder.group_days == 0 {
        let invalid = Invalid::new("group_days_invalid", "one day or more", 0);
        return Err(invalid.at("group_days").into());
    }
    let market = PastMarket::new(history, offers, terms, options, ladder)?;
    let currency = options.currency;
    let mut answer = SavingsLadder {
        currency,
        total: LadderStep::none(currency),
        months: Vec::new(),
        baskets: Vec::new(),
        left_out: Vec::new(),
    };
    let mut left_out = Vec::new();
    for basket in baskets(history, ladder.group_days) {
        let day = history[basket[0]].date;
        let costed = cost_basket(&market, &basket, &mut left_out)?;
        if let Some(total) = costed {
            let month: String = day.to_string().chars().take("2026-03".len()).collect();
            if answer.months.last().is_none_or(|last| last.month != month) {
                answer.months.push(LadderMonth { month, total: LadderStep::none(currency) });
            }
            if let Some(last) = answer.months.last_mut() {
                last.total.add(&total)?;
            }
            answer.total.add(&total)?;
            answer.baskets.push(LadderBasket { day, total });
        }
    }
    sort_by(&mut left_out, |a, b| a.0.cmp(&b.0));
    answer.left_out = left_out.into_iter().map(|(_, purchase)| purchase).collect();
    Ok(answer)
}

/// The places of the purchases of each basket, by day and within a day as given.
fn baskets(history: &[PastPurchase], group_days: u32) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..history.len()).collect();
    sort_by(&mut order, |&a, &b| history[a].date.cmp(&history[b].date));
    let Some(&first) = order.first() else { return Vec::new() };
    let start = history[first].date;
    let group = |place: usize| start.days_until(history[place].date) / i64::from(group_days);
    let mut baskets: Vec<Vec<usize>> = Vec::new();
    for place in order {
        match baskets.last_mut() {
            Some(basket) if group(basket[0]) == group(place) => basket.push(place),
            _ => baskets.push(vec![place]),
        }
    }
    baskets
}

impl LadderStep {
    fn none(currency: Currency) -> Self {
        let nothing = Money::zero(currency);
        let rungs = Rung::ALL.map(|rung| RungCost {
            rung,
            cost: nothing,
            orders: 0,
            step: nothing,
            step_share: 0.0,
            saving: nothing,
            saving_share: 0.0,
        });
        Self { baskets: 0, purchases: 0, rungs: rungs.to_vec(), lower_bound: nothing }
    }

    /// One basket's: cost and number of orders of each rung.
    pub(super) fn of_basket(
        purchases: usize,
        costs: [(Money, u32); 5],
        lower_bound: Money,
    ) -> Result<Self, Invalid> {
        let mut step = Self::none(lower_bound.currency());
        step.baskets = 1;
        step.purchases = u32::try_from(purchases).unwrap_or(u32::MAX);
        step.lower_bound = lower_bound;
        for (rung, (cost, orders)) in step.rungs.iter_mut().zip(costs) {
            (rung.cost, rung.orders) = (cost, orders);
        }
        step.compare_rungs()?;
        Ok(step)
    }

    fn add(&mut self, other: &Self) -> Result<(), Invalid> {
        self.baskets = self.baskets.saturating_add(other.baskets);
        self.purchases = self.purchases.saturating_add(other.purchases);
        self.lower_bound = self.lower_bound.plus(other.lower_bound)?;
        for (rung, other) in self.rungs.iter_mut().zip(&other.rungs) {
            rung.cost = rung.cost.plus(other.cost)?;
            rung.orders = rung.orders.saturating_add(other.orders);
        }
        self.compare_rungs()
    }

    fn compare_rungs(&mut self) -> Result<(), Invalid> {
        let Some(actual) = self.rungs.first().map(|rung| rung.cost) else { return Ok(()) };
        let mut before = actual;
        for rung in &mut self.rungs {
            rung.step = before.minus(rung.cost)?;
            rung.step_share = share(rung.step, before);
            rung.saving = actual.minus(rung.cost)?;
            rung.saving_share = share(rung.saving, actual);
            before = rung.cost;
        }
        Ok(())
    }
}

/// A part as a share of a whole; zero where there is no whole.
fn share(part: Money, whole: Money) -> f64 {
    let share = part.amount().checked_over(whole.amount()).unwrap_or(Decimal::ZERO);
    share.to_f64().unwrap_or(0.0)
}

//! The offers of many requirements in columns of whole numbers, for comparing millions a second.

use crate::unit::Invalid;
use std::iter;

/// No limit: of packs that a supplier has.
pub const UNLIMITED_PACKS: u32 = u32::MAX;

/// Never: of the value from which freight is free.
pub const NEVER_FREE: i64 = i64::MAX;

/// No offer: in the answer.
pub const NO_OFFER: u32 = u32::MAX;

/// The largest amount, in minor units: what a JavaScript number holds exactly.
pub const LARGEST_AMOUNT: i64 = (1 << 53) - 1;

/// Requirements, their offers, and the suppliers, in columns.
///
/// Quantities are whole units of whatever each product is counted in, amounts whole minor units of one
/// currency, from 0 to [`LARGEST_AMOUNT`]. What cannot be said in columns, such as validity, charges
/// of a line or other currencies, is for [`compare`](super::compare).
#[derive(Clone, Copy, Debug, Default)]
pub struct OfferColumns<'a> {
    /// Of each requirement, how many units are needed; 1 or more.
    pub quantities: &'a [u32],
    /// Of each requirement, in how many days it must be there; empty where any day will do.
    pub need_in_days: &'a [u32],
    /// Where the offers of each requirement begin, and at the end where the last ones end.
    pub offers: &'a [u32],
    /// Of each offer, its supplier's place in the columns of suppliers; empty where these are.
    pub suppliers: &'a [u32],
    /// Of each offer, units in a pack; 1 or more.
    pub pack_contents: &'a [u32],
    /// Of each offer, the fewest packs that are sold; empty for one pack each.
    pub minimum_packs: &'a [u32],
    /// Of each offer, how many packs there are, or [`UNLIMITED_PACKS`]; empty where nobody says.
    pub available_packs: &'a [u32],
    /// Of each offer, days until the goods are there; empty for none.
    pub lead_times: &'a [u32],
    /// Where the prices of each offer begin, and at the end where the last ones end.
    pub prices: &'a [u32],
    /// Of each price, from how many packs on it holds for all of them, ascending within an offer; below
    /// the first one nothing is sold.
    pub from_packs: &'a [u32],
    /// Of each price, minor units for one pack; 1 or more, and no more than the price for fewer packs.
    pub pack_prices: &'a [i64],
    /// Of each supplier, freight of an order; empty for none, as in the columns below.
    pub freights: &'a [i64],
    /// Of each supplier, from which value of goods on freight is free, or [`NEVER_FREE`].
    pub free_freight_from: &'a [i64],
    /// Of each supplier, the value of goods that an order must reach.
    pub minimum_order_values: &'a [i64],
    /// Of each supplier, what placing an order costs.
    pub order_costs: &'a [i64],
    /// Of each supplier, value of the goods that go into the same order anyway; 0 where there is no
    /// order yet.
    pub goods_so_far: &'a [i64],
}

/// The cheapest offer of each requirement, in columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnComparison {
    /// Of each requirement, the offer with the lowest landed cost, or [`NO_OFFER`]; ties go to the
    /// shorter lead time, then to the earlier offer.
    pub best: Vec<u32>,
    /// Of each requirement, how many packs to buy; 0 where there is no offer.
    pub packs: Vec<u32>,
    /// Of each requirement, what that adds to the bill, in minor units; 0 where there is no offer.
    pub landed_costs: Vec<i64>,
    /// Of each requirement, the next best offer, or [`NO_OFFER`].
    pub runners_up: Vec<u32>,
    /// Of each requirement, how much more the next best adds to the bill; 0 where there is none.
    pub differences: Vec<i64>,
    /// Of each offer, whether it was compared, or why not.
    pub standings: Vec<OfferStanding>,
}

/// Whether an offer was compared, or why not.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum OfferStanding {
    /// It was compared.
    #[default]
    Compared = 0,
    /// There are fewer packs than cover the requirement, or than are sold at least.
    NotEnough = 1,
    /// It arrives after the need while another arrives in time, or earlier than this one.
    TooLate = 2,
    /// Its packs hold nothing, or it says something in numbers that is no whole number.
    NumbersInvalid = 3,
    /// It has no price, one of zero or less, prices that do not ascend in packs, or one above that
    /// for fewer packs.
    PricesInvalid = 4,
    /// It costs more than [`LARGEST_AMOUNT`].
    AmountTooLarge = 5,
}

/// What a supplier asks of an order, and what the order costs without the line that is compared.
#[derive(Clone, Copy, Default)]
struct OrderTerms {
    freight: i64,
    free_from: i64,
    minimum: i64,
    order_cost: i64,
    goods: i64,
    charges: i64,
}

/// An offer at its best number of packs; in the order in which offers are preferred.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Ranked {
    landed: i64,
    lead_time: u32,
    offer: u32,
    packs: u32,
}

/// The first two offers of a requirement among those that arrive early enough.
#[derive(Default)]
struct Leaders {
    arrival: u32,
    best: Option<Ranked>,
    next: Option<Ranked>,
}

/// Finds the offer of each requirement that adds least to the bill, as
/// [`compare`](super::compare) does at the lowest landed cost: goods at the price of the packs
/// reached, buying up to a price or to free freight where that is cheaper, the change in freight and
/// order cost, and the change in what is missing to the minimum order value. An offer that comes too
/// late counts only when none is in time, and then only the fastest do.
///
/// An offer that cannot serve, or contradicts itself, is passed over, and its standing says why.
///
/// # Errors
///
/// When columns do not fit together, a quantity is zero, a supplier is unknown or asks for an amount
/// that is no amount.
///
/// ```
/// use replenish::sourcing::{OfferColumns, compare_columns};
/// let answer = compare_columns(&OfferColumns {
///     quantities: &[9],
///     offers: &[0, 2],
///     pack_contents: &[1, 1],
///     prices: &[0, 2, 3],
///     from_packs: &[1, 10, 1],
///     pack_prices: &[100, 80, 90],
///     ..OfferColumns::default()
/// })?;
/// // Ten packs at 0.80 rather than nine at 1.00 or, elsewhere, at 0.90.
/// assert_eq!((answer.best[0], answer.packs[0], answer.landed_costs[0]), (0, 10, 800));
/// assert_eq!((answer.runners_up[0], answer.differences[0]), (1, 10));
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn compare_columns(columns: &OfferColumns<'_>) -> Result<ColumnComparison, Invalid> {
    let orders = columns.check()?;
    let offers = columns.pack_contents.len();
    let requirements = columns.quantities.len();
    let mut answer = ColumnComparison {
        best: Vec::with_capacity(requirements),
        packs: Vec::with_capacity(requirements),
        landed_costs: Vec::with_capacity(requirements),
        runners_up: Vec::with_capacity(requirements),
        differences: Vec::with_capacity(requirements),
        standings: vec![OfferStanding::Compared; offers],
    };
    for (requirement, (&quantity, range)) in
        columns.quantities.iter().zip(columns.offers.windows(2)).enumerate()
    {
        let need = columns.need_in_days.get(requirement).copied().unwrap_or(u32::MAX);
        let mut leaders = Leaders::default();
        for offer in range[0]..range[1] {
            let place = offer as usize;
            let lead_time = columns.lead_times.get(place).copied().unwrap_or(0);
            match columns.cheapest(place, quantity, &orders) {
                Ok((landed, packs)) => {
                    leaders.take(need, Ranked { landed, lead_time, offer, packs });
                }
                Err(standing) => answer.standings[place] = standing,
            }
        }
        for place in range[0] as usize..range[1] as usize {
            let late = columns.lead_times.get(place).is_some_and(|&days| days > leaders.arrival);
            if late && answer.standings[place] == OfferStanding::Compared {
                answer.standings[place] = OfferStanding::TooLate;
            }
        }
        answer.push(&leaders);
    }
    Ok(answer)
}

impl Leaders {
    fn take(&mut self, need: u32, ranked: Ranked) {
        let arrival = ranked.lead_time.max(need);
        if self.best.is_none() || arrival < self.arrival {
            *self = Self { arrival, best: Some(ranked), next: None };
        } else if arrival > self.arrival {
            // Too late.
        } else if self.best.is_none_or(|best| ranked < best) {
            self.next = self.best.replace(ranked);
        } else if self.next.is_none_or(|next| ranked < next) {
            self.next = Some(ranked);
        }
    }
}

impl ColumnComparison {
    fn push(&mut self, leaders: &Leaders) {
        let landed = leaders.best.map_or(0, |best| best.landed);
        self.best.push(leaders.best.map_or(NO_OFFER, |best| best.offer));
        self.packs.push(leaders.best.map_or(0, |best| best.packs));
        self.landed_costs.push(landed);
        self.runners_up.push(leaders.next.map_or(NO_OFFER, |next| next.offer));
        self.differences.push(leaders.next.map_or(0, |next| next.landed - landed));
    }
}

impl OrderTerms {
    /// What an order of these goods costs beside them, and what it misses to the minimum.
    #[inline]
    fn charges(&self, goods: i64) -> i64 {
        let freight = if goods < self.free_from { self.freight } else { 0 };
        freight + self.order_cost + (self.minimum - goods).max(0)
    }

    /// What so many packs at a price add to the bill; none beyond the largest amount.
    #[inline]
    fn adds(&self, price: i64, packs: u32) -> Option<i64> {
        let goods = price.checked_mul(i64::from(packs)).filter(|&goods| goods <= LARGEST_AMOUNT)?;
        let landed = goods + self.charges(self.goods + goods) - self.charges;
        (landed <= LARGEST_AMOUNT).then_some(landed)
    }

    /// The fewest packs at a price that bring free freight; none where no number does, or all do.
    #[inline]
    fn packs_for_free_freight(&self, price: i64) -> Option<i64> {
        let missing = self.free_from.saturating_sub(self.goods);
        let reachable = self.freight > 0 && price > 0 && (1..=LARGEST_AMOUNT).contains(&missing);
        reachable.then(|| (missing + price - 1) / price)
    }
}

impl OfferColumns<'_> {
    /// The number of packs that adds least to the bill, the fewest of equal ones, and what it adds.
    #[inline]
    fn cheapest(
        &self,
        place: usize,
        quantity: u32,
        orders: &[OrderTerms],
    ) -> Result<(i64, u32), OfferStanding> {
        let content = self.pack_contents[place];
        if content == 0 {
            return Err(OfferStanding::NumbersInvalid);
        }
        let supplier =
            self.suppliers.get(place).and_then(|&supplier| orders.get(supplier as usize));
        let order = supplier.copied().unwrap_or_default();
        let minimum = self.minimum_packs.get(place).copied().unwrap_or(1);
        let available = self.available_packs.get(place).copied().unwrap_or(UNLIMITED_PACKS);
        let fewest = quantity.div_ceil(content).max(minimum);
        let prices = self.prices[place] as usize..self.prices[place + 1] as usize;
        let (from, price) = (&self.from_packs[prices.clone()], &self.pack_prices[prices]);

        let mut best: Option<(i64, u32)> = None;
        let mut too_large = false;
        let mut last = None;
        for (index, (&start, &price)) in from.iter().zip(price).enumerate() {
            let follows = last.is_none_or(|(before, dearer)| start > before && price <= dearer);
            if price <= 0 || !follows {
                return Err(OfferStanding::PricesInvalid);
            }
            last = Some((start, price));
            let end = from.get(index + 1).map_or(UNLIMITED_PACKS, |&next| next.saturating_sub(1));
            let end = end.min(available);
            let packs = fewest.max(start);
            if packs > end {
                continue;
            }
            let mut consider = |packs: u32| match order.adds(price, packs) {
                Some(landed) if best.is_none_or(|best| (landed, packs) < best) => {
                    best = Some((landed, packs));
                }
                Some(_) => {}
                None => too_large = true,
            };
            consider(packs);
            let more = order.packs_for_free_freight(price).filter(|&more| more <= i64::from(end));
            if let Some(more) = more.and_then(|more| u32::try_from(more).ok())
                && more > packs
            {
                consider(more);
            }
        }
        best.ok_or(match last {
            None => OfferStanding::PricesInvalid,
            Some(_) if too_large => OfferStanding::AmountTooLarge,
            Some(_) => OfferStanding::NotEnough,
        })
    }

    /// Checks what ties the columns together, and gathers what suppliers ask.
    fn check(&self) -> Result<Vec<OrderTerms>, Invalid> {
        let (requirements, offers) = (self.quantities.len(), self.pack_contents.len());
        offsets("offers", self.offers, requirements, offers)?;
        offsets("prices", self.prices, offers, self.from_packs.len())?;
        length("pack_prices", self.pack_prices.len(), self.from_packs.len())?;
        for (name, column, expected) in [
            ("need_in_days", self.need_in_days, requirements),
            ("minimum_packs", self.minimum_packs, offers),
            ("available_packs", self.available_packs, offers),
            ("lead_times", self.lead_times, offers),
        ] {
            optional(name, column.len(), expected)?;
        }
        if let Some(place) = self.quantities.iter().position(|&quantity| quantity == 0) {
            let invalid = Invalid::new("quantity_invalid", "a quantity of more than zero", 0);
            return Err(invalid.at(format_args!("quantities[{place}]")));
        }
        let orders = self.orders()?;
        length("suppliers", self.suppliers.len(), if orders.is_empty() { 0 } else { offers })?;
        let unknown = |&supplier: &u32| supplier as usize >= orders.len();
        if let Some(place) = self.suppliers.iter().position(unknown) {
            let expected = format!("a supplier below {}", orders.len());
            let invalid = Invalid::new("supplier_unknown", expected, self.suppliers[place]);
            return Err(invalid.at(format_args!("suppliers[{place}]")));
        }
        Ok(orders)
    }

    fn orders(&self) -> Result<Vec<OrderTerms>, Invalid> {
        let columns = [
            ("freights", self.freights),
            ("free_freight_from", self.free_freight_from),
            ("minimum_order_values", self.minimum_order_values),
            ("order_costs", self.order_costs),
            ("goods_so_far", self.goods_so_far),
        ];
        let count = columns.iter().map(|(_, column)| column.len()).max().unwrap_or(0);
        for (name, column) in columns {
            optional(name, column.len(), count)?;
            let never = name == "free_freight_from";
            let amount = |&amount: &i64| {
                (0..=LARGEST_AMOUNT).contains(&amount) || (never && amount == NEVER_FREE)
            };
            if let Some(place) = column.iter().position(|given| !amount(given)) {
                let expected = "a whole amount from 0 to 9007199254740991 minor units";
                let invalid = Invalid::new("amount_invalid", expected, column[place]);
                return Err(invalid.at(format_args!("{name}[{place}]")));
            }
        }
        let at = |column: &[i64], place| column.get(place).copied();
        let order = |place| {
            let order = OrderTerms {
                freight: at(self.freights, place).unwrap_or(0),
                free_from: at(self.free_freight_from, place).unwrap_or(NEVER_FREE),
                minimum: at(self.minimum_order_values, place).unwrap_or(0),
                order_cost: at(self.order_costs, place).unwrap_or(0),
                goods: at(self.goods_so_far, place).unwrap_or(0),
                charges: 0,
            };
            let charges = if order.goods == 0 { 0 } else { order.charges(order.goods) };
            OrderTerms { charges, ..order }
        };
        Ok((0..count).map(order).collect())
    }
}

/// Checks that offsets ascend from nothing to everything.
fn offsets(name: &str, offsets: &[u32], count: usize, end: usize) -> Result<(), Invalid> {
    // Nothing at all may be said by nothing.
    if offsets.is_empty() && count == 0 && end == 0 {
        return Ok(());
    }
    length(name, offsets.len(), count + 1)?;
    let steps = iter::once(&0).chain(offsets).zip(offsets);
    let falls = steps.enumerate().find(|(_, (before, at))| before > at);
    let (place, got, expected) = match (falls, offsets.first(), offsets.last()) {
        (Some((place, (_, &at))), ..) => (place, at, "no less than the one before".to_owned()),
        (None, Some(&first), _) if first != 0 => (0, first, "0".to_owned()),
        (None, _, Some(&last)) if last as usize != end => (count, last, end.to_string()),
        _ => return Ok(()),
    };
    Err(Invalid::new("offsets_invalid", expected, got).at(format_args!("{name}[{place}]")))
}

fn length(name: &str, got: usize, expected: usize) -> Result<(), Invalid> {
    if got == expected {
        return Ok(());
    }
    Err(Invalid::new("column_length_invalid", format!("{expected} entries"), got).at(name))
}

fn optional(name: &str, got: usize, expected: usize) -> Result<(), Invalid> {
    if got == 0 { Ok(()) } else { length(name, got, expected) }
}

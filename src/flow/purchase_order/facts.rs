//! What is known of an order at the supplier, from statements that come late, twice or in any order.
//!
//! Two kinds of figures are kept apart. What has **happened** only grows: goods received, invoiced and
//! credited are stated cumulatively and merged by maximum, never added. What is **promised** changes
//! its mind: confirmed, back-ordered and refused quantity, price and day follow the statement with the
//! highest sequence number, and among equal ones the largest value. Either is the maximum of a total
//! order, so merging is associative, commutative and idempotent (a join semilattice, as in Shapiro,
//! Preguiça, Baquero & Zawirski 2011, *Conflict-free Replicated Data Types*): whatever way the
//! statements come, the knowledge ends the same, and no list of seen events has to be kept.

use super::ordered_line::{OrderedLine, not_negative, rank, worth};
use crate::unit::{Currency, Day, DocumentId, Invalid, LineId, Money, PurchaseOrderId, Quantity};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What a supplier says of an order, by webhook or when asked.
///
/// Words and figures are those of UBL 2.1 (Peppol BIS Ordering and Billing 3): order response,
/// despatch or receipt advice, invoice and credit note. Whatever is not stated is left as it is known.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SupplierFact {
    /// The supplier's name for this statement, for the record. Repeating one changes nothing.
    pub event_id: String,
    /// Grows with what the supplier knows: a version of the order, or the time of the statement in
    /// milliseconds. One without counts as older than any with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Our order as the statement names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<PurchaseOrderId>,
    /// The supplier's document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
    /// The supplier's word for where the order stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<SupplierStatus>,
    /// What is said of single lines, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineFact>,
    /// Freight and charges invoiced so far less those credited, without tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charges: Option<Money>,
}

/// The supplier's word for where an order stands, the most advanced last.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum SupplierStatus {
    /// Received, nothing promised (response code AB).
    Acknowledged,
    /// Accepted with changes (CA).
    PartiallyConfirmed,
    /// Accepted (AP); whatever is not said otherwise comes as ordered.
    Confirmed,
    /// Refused as a whole (RE).
    Rejected,
    /// Some goods have come.
    PartiallyFulfilled,
    /// All goods that will come have come.
    Fulfilled,
    /// Goods are invoiced.
    Invoiced,
    /// The supplier has cancelled what is still open.
    Cancelled,
}

/// What is said or known of one line. Every figure is for the whole line so far.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct LineFact {
    /// Our line.
    pub line: LineId,
    /// How much will come on the promised day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Quantity>,
    /// How much will come later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_order: Option<BackOrder>,
    /// How much will not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Quantity>,
    /// The price, for one of what the order's price is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Money>,
    /// The day on which the confirmed goods come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Day>,
    /// How much has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Quantity>,
    /// How much is invoiced, credit notes not deducted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoiced: Option<Quantity>,
    /// What is invoiced for it without tax, credit notes not deducted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoiced_amount: Option<Money>,
    /// How much of the invoiced quantity is credited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credited: Option<Quantity>,
    /// What is credited without tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credited_amount: Option<Money>,
}

/// What comes later than the rest of a line.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct BackOrder {
    /// How much.
    pub quantity: Quantity,
    /// When, where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
}

/// Everything known of an order at its supplier.
///
/// ```
/// use replenish::flow::{Facts, Fulfilment, LineFact, Merged, OrderedLine, SupplierFact};
/// let line = OrderedLine {
///     line: "1".parse()?,
///     quantity: "10 each".parse()?,
///     unit_price: "2 EUR".parse()?,
///     amount: "20 EUR".parse()?,
///     requested: "2026-12-01".parse()?,
///     given_up: None,
///     back_order: None,
/// };
/// let lines = [line];
/// let fact = |text: &str| serde_json::from_str::<SupplierFact>(text);
/// let four = fact(r#"{"event_id": "a", "lines": [{"line": "1", "received": "4 each"}]}"#)?;
/// let all = fact(r#"{"event_id": "b", "lines": [{"line": "1", "received": "10 each"}]}"#)?;
///
/// let mut facts = Facts::default();
/// assert_eq!(facts.merge(&all, &lines)?, Merged::New);
/// assert_eq!(facts.merge(&four, &lines)?, Merged::Known); // late: four of those ten
/// assert_eq!(facts.covers(&lines), Fulfilment::Full);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The highest sequence number seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<Stated<SupplierStatus>>,
    /// Every word ever said, in order: an older one stays true although it is not the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    said: Vec<SupplierStatus>,
    /// In order of the lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lines: Vec<KnownLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    charges: Option<Stated<Money>>,
    /// The first of the lines that were named and are none of the order's, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    strange: Vec<LineId>,
}

/// What merging a statement did.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(rename = "MergedFact"))]
#[serde(rename_all = "snake_case")]
pub enum Merged {
    /// Something is known that was not.
    New,
    /// All of it was known.
    Known,
    /// It was overtaken by a newer statement, and nothing else is in it.
    Older,
}

/// How much of what is ordered has come.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Fulfilment {
    /// Nothing.
    None,
    /// Something, and some line waits for more.
    Partial,
    /// All of every line.
    Full,
    /// All of every line, and more than that of some.
    Over,
}

/// A value and how recent the statement was that said it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
struct Stated<T> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    value: T,
}

#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
struct KnownLine {
    line: LineId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confirmed: Option<Stated<Quantity>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    back_order: Option<Stated<BackOrder>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<Stated<Quantity>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit_price: Option<Stated<Money>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    promised: Option<Stated<Day>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    received: Option<Quantity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invoiced: Option<Quantity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invoiced_amount: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credited: Option<Quantity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credited_amount: Option<Money>,
}

/// Strange lines beyond these add nothing to what a person has to look into.
const MOST_STRANGE: usize = 16;

impl Facts {
    /// Adds what a statement says. In whatever order statements come, and however often, the
    /// knowledge ends the same. Lines that are none of the order's are kept by name in
    /// [`Facts::strange`].
    ///
    /// # Errors
    ///
    /// When a line comes twice, or a figure is below zero, in a unit that does not convert exactly to
    /// the line's or in another currency than the order's. Then nothing of the statement is taken.
    pub fn merge(
        &mut self,
        fact: &SupplierFact,
        ordered: &[OrderedLine],
    ) -> Result<Merged, Invalid> {
        let (lines, strange) = fact.sorted_out(ordered)?;
        let mut news = false;
        if let Some(status) = fact.status {
            news |= state(&mut self.status, status, fact.sequence);
            if let Err(place) = self.said.binary_search(&status) {
                self.said.insert(place, status);
                news = true;
            }
        }
        if let Some(charges) = fact.charges {
            news |= state(&mut self.charges, charges, fact.sequence);
        }
        for line in lines {
            let found = self.lines.binary_search_by(|known| known.line.cmp(&line.line));
            let place = found.unwrap_or_else(|place| {
                self.lines.insert(place, KnownLine::new(line.line.clone()));
                place
            });
            news |= self.lines[place].merge(&line, fact.sequence);
        }
        for line in strange {
            let place = self.strange.binary_search(&line).err();
            if let Some(place) = place.filter(|&place| place < MOST_STRANGE) {
                self.strange.insert(place, line);
                self.strange.truncate(MOST_STRANGE);
                news = true;
            }
        }
        let is_older = fact.sequence < self.sequence;
        self.sequence = self.sequence.max(fact.sequence);
        Ok(match (news, is_older) {
            (true, _) => Merged::New,
            (false, false) => Merged::Known,
            (false, true) => Merged::Older,
        })
    }

    /// The supplier's last word for where the order stands.
    pub fn status(&self) -> Option<SupplierStatus> {
        self.status.map(|status| status.value)
    }

    /// Whether the supplier ever said this word, be it the last one or not.
    pub fn has_said(&self, status: SupplierStatus) -> bool {
        self.said.contains(&status)
    }

    /// What is known of a line; nothing but its name for one of which nothing was ever said.
    pub fn line(&self, line: &LineId) -> LineFact {
        match self.lines.binary_search_by(|known| known.line.cmp(line)) {
            Ok(place) => self.lines[place].fact(),
            Err(_) => LineFact::unknown(line.clone()),
        }
    }

    /// Freight and charges invoiced so far, where anything was said of them.
    pub fn charges(&self) -> Option<Money> {
        self.charges.map(|charges| charges.value)
    }

    /// Lines that were named and are none of the order's: the first sixteen, in order.
    pub fn strange(&self) -> &[LineId] {
        &self.strange
    }

    /// How much of what is ordered has come.
    pub fn covers(&self, ordered: &[OrderedLine]) -> Fulfilment {
        let of = |line: &OrderedLine| {
            let received = self.line(&line.line).received.map_or(Decimal::ZERO, Quantity::amount);
            received.cmp(&line.quantity.amount())
        };
        let (mut all, mut over) = (true, false);
        for line in ordered {
            match of(line) {
                Ordering::Less => all = false,
                Ordering::Equal => {}
                Ordering::Greater => over = true,
            }
        }
        match () {
            () if !self.something_received() => Fulfilment::None,
            () if !all => Fulfilment::Partial,
            () if over => Fulfilment::Over,
            () => Fulfilment::Full,
        }
    }

    /// Whether any goods have come.
    pub fn something_received(&self) -> bool {
        self.lines.iter().any(|line| line.received.is_some_and(|received| !received.is_zero()))
    }

    /// Whether anything was invoiced.
    pub fn something_invoiced(&self) -> bool {
        self.lines.iter().any(|line| {
            line.invoiced.is_some_and(|invoiced| !invoiced.is_zero())
                || line.invoiced_amount.is_some_and(|amount| !amount.is_zero())
        })
    }

    /// The latest day on which something promised or back-ordered comes, where one is known.
    pub fn last_promised(&self) -> Option<Day> {
        let days = self.lines.iter().flat_map(|line| {
            let later = line.back_order.filter(|later| !later.value.quantity.is_zero());
            [line.promised.map(|day| day.value), later.and_then(|later| later.value.day)]
        });
        days.flatten().max()
    }

    fn key(&self) -> impl Ord + '_ {
        let Self { sequence, status, said, lines, charges, strange } = self;
        (sequence, status, said, lines, charges, strange)
    }
}

impl SupplierFact {
    /// Checks that the statement is about this order.
    ///
    /// # Errors
    ///
    /// When it names another order, or has no name itself.
    pub fn check(&self, order: &PurchaseOrderId) -> Result<(), Invalid> {
        if self.event_id.is_empty() {
            let invalid = Invalid::new("event_id_missing", "the supplier's name for it", "none");
            return Err(invalid.at("event_id"));
        }
        match &self.reference {
            Some(reference) if reference != order => {
                let expected = format!("a statement on order {order}");
                Err(Invalid::new("order_mismatch", expected, reference).at("reference"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The order's lines in the order's units, and the names of all others.
    fn sorted_out(&self, ordered: &[OrderedLine]) -> Result<(Vec<LineFact>, Vec<LineId>), Invalid> {
        let currency = ordered.first().map(|line| line.amount.currency());
        if let Some((charges, currency)) = self.charges.zip(currency) {
            not_negative(charges, currency).map_err(|invalid| invalid.at("charges"))?;
        }
        let (mut lines, mut strange) = (Vec::new(), Vec::new());
        for (index, said) in self.lines.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("lines[{index}]"));
            if self.lines[..index].iter().any(|earlier| earlier.line == said.line) {
                let repeated = Invalid::new("line_repeated", "every line once", &said.line);
                return Err(at(repeated.at("line")));
            }
            match ordered.iter().find(|line| line.line == said.line) {
                Some(line) => {
                    lines
                        .push(said.in_units_of(line.quantity, line.amount.currency()).map_err(at)?);
                }
                None => strange.push(said.line.clone()),
            }
        }
        Ok((lines, strange))
    }
}

impl BackOrder {
    /// Whether no more comes no later than in the other; a day that is not said is the latest.
    pub(super) fn is_within(self, agreed: Self) -> bool {
        let no_later = agreed.day.is_none_or(|latest| self.day.is_some_and(|day| day <= latest));
        self.quantity.amount() <= agreed.quantity.amount() && no_later
    }
}

impl LineFact {
    /// A line of which nothing is said.
    pub fn unknown(line: LineId) -> Self {
        Self {
            line,
            confirmed: None,
            back_order: None,
            refused: None,
            unit_price: None,
            promised: None,
            received: None,
            invoiced: None,
            invoiced_amount: None,
            credited: None,
            credited_amount: None,
        }
    }

    fn in_units_of(&self, ordered: Quantity, currency: Currency) -> Result<Self, Invalid> {
        let quantity = |given: Option<Quantity>, field: &str| {
            let converted = given.map(|given| {
                if given.is_negative() {
                    let expected = "a quantity of zero or more";
                    return Err(Invalid::new("quantity_invalid", expected, given));
                }
                given.to(ordered.unit())
            });
            converted.transpose().map_err(|invalid| invalid.at(field))
        };
        let money = |given: Option<Money>, field: &str| {
            let checked = given.map_or(Ok(()), |given| not_negative(given, currency));
            checked.map(|()| given).map_err(|invalid| invalid.at(field))
        };
        let later = quantity(self.back_order.map(|later| later.quantity), "back_order.quantity")?;
        let day = self.back_order.and_then(|later| later.day);
        Ok(Self {
            line: self.line.clone(),
            confirmed: quantity(self.confirmed, "confirmed")?,
            back_order: later.map(|quantity| BackOrder { quantity, day }),
            refused: quantity(self.refused, "refused")?,
            unit_price: money(self.unit_price, "unit_price")?,
            promised: self.promised,
            received: quantity(self.received, "received")?,
            invoiced: quantity(self.invoiced, "invoiced")?,
            invoiced_amount: money(self.invoiced_amount, "invoiced_amount")?,
            credited: quantity(self.credited, "credited")?,
            credited_amount: money(self.credited_amount, "credited_amount")?,
        })
    }
}

impl KnownLine {
    fn new(line: LineId) -> Self {
        Self {
            line,
            confirmed: None,
            back_order: None,
            refused: None,
            unit_price: None,
            promised: None,
            received: None,
            invoiced: None,
            invoiced_amount: None,
            credited: None,
            credited_amount: None,
        }
    }

    /// Whether a value changed.
    fn merge(&mut self, said: &LineFact, sequence: Option<u64>) -> bool {
        let promises = [
            said.confirmed.is_some_and(|it| state(&mut self.confirmed, it, sequence)),
            said.back_order.is_some_and(|it| state(&mut self.back_order, it, sequence)),
            said.refused.is_some_and(|it| state(&mut self.refused, it, sequence)),
            said.unit_price.is_some_and(|it| state(&mut self.unit_price, it, sequence)),
            said.promised.is_some_and(|it| state(&mut self.promised, it, sequence)),
        ];
        let events = [
            said.received.is_some_and(|it| raise(&mut self.received, it)),
            said.invoiced.is_some_and(|it| raise(&mut self.invoiced, it)),
            said.invoiced_amount.is_some_and(|it| raise(&mut self.invoiced_amount, it)),
            said.credited.is_some_and(|it| raise(&mut self.credited, it)),
            said.credited_amount.is_some_and(|it| raise(&mut self.credited_amount, it)),
        ];
        promises.contains(&true) || events.contains(&true)
    }

    fn fact(&self) -> LineFact {
        LineFact {
            line: self.line.clone(),
            confirmed: self.confirmed.map(|it| it.value),
            back_order: self.back_order.map(|it| it.value),
            refused: self.refused.map(|it| it.value),
            unit_price: self.unit_price.map(|it| it.value),
            promised: self.promised.map(|it| it.value),
            received: self.received,
            invoiced: self.invoiced,
            invoiced_amount: self.invoiced_amount,
            credited: self.credited,
            credited_amount: self.credited_amount,
        }
    }

    fn key(&self) -> impl Ord + '_ {
        (
            (&self.line, self.confirmed, self.back_order, self.refused),
            (self.unit_price, self.promised),
            [self.received, self.invoiced, self.credited].map(|it| it.map(rank)),
            [self.invoiced_amount, self.credited_amount].map(|it| it.map(worth)),
        )
    }
}

/// A total order in which the larger of two values of one unit is the greater.
trait Ranked: Copy {
    type Rank: Ord;
    fn rank(self) -> Self::Rank;
}

impl Ranked for Quantity {
    type Rank = (crate::unit::Unit, Decimal);
    fn rank(self) -> Self::Rank {
        rank(self)
    }
}

impl Ranked for Money {
    type Rank = (Currency, Decimal);
    fn rank(self) -> Self::Rank {
        worth(self)
    }
}

impl Ranked for Day {
    type Rank = Self;
    fn rank(self) -> Self {
        self
    }
}

impl Ranked for SupplierStatus {
    type Rank = Self;
    fn rank(self) -> Self {
        self
    }
}

impl Ranked for BackOrder {
    type Rank = (<Quantity as Ranked>::Rank, Option<Day>);
    fn rank(self) -> Self::Rank {
        (rank(self.quantity), self.day)
    }
}

/// Takes the later statement, of equally late ones the larger value; whether the value changed.
fn state<T: Ranked + Eq>(known: &mut Option<Stated<T>>, value: T, sequence: Option<u64>) -> bool {
    let stated = Stated { sequence, value };
    match known {
        Some(before) if *before >= stated => false,
        Some(before) => std::mem::replace(before, stated).value != value,
        None => {
            *known = Some(stated);
            true
        }
    }
}

/// Takes the larger value; whether it changed.
fn raise<T: Ranked>(known: &mut Option<T>, value: T) -> bool {
    let news = known.is_none_or(|before| before.rank() < value.rank());
    if news {
        *known = Some(value);
    }
    news
}

macro_rules! ordered_by_key {
    ($($type:ty),*) => { $(
        impl Ord for $type {
            fn cmp(&self, other: &Self) -> Ordering {
                self.key().cmp(&other.key())
            }
        }

        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
    )* };
}
ordered_by_key!(Facts, KnownLine);

impl<T: Ranked + Eq> PartialOrd for Stated<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ranked + Eq> Ord for Stated<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.sequence, self.value.rank()).cmp(&(other.sequence, other.value.rank()))
    }
}

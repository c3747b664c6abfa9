//! Two drafts for one supplier as one.

use super::{
    LineConcern, MergedDraft, OrderError, PurchaseOrder, PurchaseOrderLine, Quotes,
    draft::first_delivery,
    quotes::{Seller, Unpriced},
};
use crate::unit::{Day, Invalid, LineId, Money, Quantity, Sku, sort_by};
use serde::Serialize;

/// An open draft with another one merged into it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Merged {
    /// The open draft's next revision; the open draft itself if the other one was part of it already.
    pub order: PurchaseOrder,
    /// Whether the other one was part of it already, so that nothing changed.
    pub already_merged: bool,
    /// What became of each line of the other draft, in the order of its lines.
    pub lines: Vec<MergedLine>,
    /// What one order costs less than two, at today's prices and terms.
    pub saving: MergeSaving,
    /// What both drafts together would cost more by themselves at the prices and terms of today than
    /// they say; negative where it is less. What they say, and this, less the saving, is the total of
    /// the merged order.
    pub repriced: Money,
    /// What people should know, in words.
    pub notes: Vec<String>,
}

/// What became of a line of the draft that was merged.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MergedLine {
    /// The line of the merged order that holds it.
    pub id: LineId,
    /// The product.
    pub sku: Sku,
    /// How it came there.
    pub change: MergedLineChange,
    /// Packs that came with it.
    pub packs: u64,
    /// Why the price was kept rather than looked up for the sum, if so.
    #[cfg_attr(target_family = "wasm", tsify(type = "string | null"))]
    pub price_kept: Option<String>,
    /// In words and numbers.
    pub text: String,
}

/// How a line came into the merged order.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum MergedLineChange {
    /// Its packs are part of a line that was there.
    Joined,
    /// It is a line of its own.
    Added,
}

/// What one order costs less than two; negative where it costs more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MergeSaving {
    /// On goods, since a sum reaches other price breaks than its parts.
    pub goods: Money,
    /// On handling and deposits of the lines.
    pub line_charges: Money,
    /// On freight.
    pub freight: Money,
    /// On handling of the orders and surcharges below the minimum.
    pub charges: Money,
    /// On tax.
    pub tax: Money,
    /// All of these: what the supplier invoices less.
    pub total: Money,
    /// What placing and receiving one order fewer saves the buyer beside it.
    pub order_cost: Money,
}

/// Merges a new draft into one that is still open for the same supplier, location and currency.
///
/// Lines of the same offer and pack add up, and what they add up to is priced again from the offer:
/// the sum may reach a price break that neither part reached. All other lines stay as they are. Where
/// the offer is gone, or sold in other packs or another currency, the price is kept and the line says
/// so; lines at different prices then stay apart. What the supplier's terms say of the whole order is
/// worked out once more for the merged goods.
///
/// Name and number of the open draft stay, the earlier day of need counts, and the earlier requested
/// delivery that is still possible, or else the first that is. The merged draft remembers what it was
/// made of: merging the same revision once more changes nothing.
///
/// # Errors
///
/// When supplier, location or currency differ, when either draft contains the other, or both contain
/// a third, when a later revision of what was merged already is given, or when amounts overflow.
///
/// ```
/// use replenish::{order::{PurchaseOrder, Quotes, merge_drafts}, sourcing::{Offer, PriceBreak, SupplierTerms}};
/// # use serde_json::json;
/// # let draft = |id: &str, packs: u64, goods: &str, total: &str| serde_json::from_value(json!({
/// #     "id": id, "revision": 1, "supplier": "farm", "currency": "EUR",
/// #     "order_date": "2026-11-21", "requested_delivery": "2026-11-24",
/// #     "expected_arrival": "2026-11-24", "goods": goods, "freight": "5.00 EUR",
/// #     "charges": "0.00 EUR", "net": total, "taxes": [], "tax": "0.00 EUR", "total": total,
/// #     "lines": [{
/// #         "id": "apple", "sku": "apple", "offer": "o-1", "packs": packs, "pack_size": "1 each",
/// #         "quantity": format!("{packs} each"), "unit_price": "0.90 EUR",
/// #         "price_break": "0 each", "price_unit": "each", "amount": goods, "charges": "0.00 EUR",
/// #         "need_by": "2026-11-24", "arrival": "2026-11-21"
/// #     }]
/// # }));
/// let (supplier, each) = ("farm".parse()?, "each".parse()?);
/// let mut offer = Offer::new("o-1".parse()?, supplier, "apple".parse()?, "0.90 EUR".parse()?, each);
/// let more = PriceBreak { minimum_quantity: "10 each".parse()?, unit_price: "0.80 EUR".parse()? };
/// offer.price_breaks.push(more);
/// let terms = SupplierTerms {
///     freight: Some("5 EUR".parse()?),
///     ..SupplierTerms::none("farm".parse()?)
/// };
/// let open: PurchaseOrder = draft("monday", 6, "5.40 EUR", "10.40 EUR")?;
/// let addition: PurchaseOrder = draft("tuesday", 4, "3.60 EUR", "8.60 EUR")?;
/// let quotes = Quotes {
///     offers: &[offer], terms: &[terms], exchange_rates: &[], today: "2026-11-21".parse()?, time: None,
/// };
/// let merged = merge_drafts(&open, &addition, &quotes)?;
/// assert_eq!(merged.order.total.to_string(), "13.00 EUR"); // 10 at 0.80 and freight once
/// assert_eq!(merged.saving.total.to_string(), "6.00 EUR");
/// let again = merge_drafts(&merged.order, &addition, &quotes)?;
/// assert!(again.already_merged && again.order == merged.order);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn merge_drafts(
    open: &PurchaseOrder,
    addition: &PurchaseOrder,
    quotes: &Quotes<'_>,
) -> Result<Merged, OrderError> {
    check_alike(open, addition)?;
    if is_part_of(open, addition)? {
        let zero = Money::zero(open.currency);
        let saving = MergeSaving {
            goods: zero,
            line_charges: zero,
            freight: zero,
            charges: zero,
            tax: zero,
            total: zero,
            order_cost: zero,
        };
        let note = format!("{} is part of {} already", named(addition), open.id);
        return Ok(Merged {
            order: open.clone(),
            already_merged: true,
            lines: Vec::new(),
            saving,
            repriced: zero,
            notes: vec![note],
        });
    }
    if addition.lines.is_empty() {
        return Err(OrderError::EmptyOrder);
    }
    let header = header(open, addition);
    let seller = quotes.of(&header)?;
    let mut joining = Joining {
        seller: &seller,
        lines: open.lines.clone(),
        alone: [open.lines.clone(), addition.lines.clone()],
        merged: Vec::new(),
        notes: Vec::new(),
    };
    joining.join(&addition.lines)?;
    let Joining { mut lines, alone: [open_lines, addition_lines], merged, notes: told, .. } =
        joining;
    sort_by(&mut lines, |a, b| a.sku.cmp(&b.sku));

    let alone = [
        seller.total(PurchaseOrder { lines: open_lines, ..open.clone() })?,
        seller.total(PurchaseOrder { lines: addition_lines, ..addition.clone() })?,
    ];
    let (requested_delivery, moved) = delivery(&seller, [open, addition], &lines)?;
    let order_by = seller.order_by(requested_delivery, &lines);
    let together =
        seller.total(PurchaseOrder { requested_delivery, order_by, lines, ..header.clone() })?;
    let mut notes = vec![format!("{} merged into {}", named(addition), open.id)];
    notes.extend(told);
    notes.extend(moved);
    if together.charges.refused {
        notes.push(format!(
            "{} more of goods are needed: the supplier refuses orders below its minimum",
            together.charges.below_minimum
        ));
    }
    let sums = [&alone[0].order, &alone[1].order, &together.order];
    let saving = MergeSaving::of(sums, together.charges.order_cost)?;
    let stated = open.total.plus(addition.total)?;
    let repriced = sums[0].total.plus(sums[1].total)?.minus(stated)?;
    if !repriced.is_zero() {
        notes.push(format!(
            "the prices and terms of today make {repriced} of difference to what the drafts say"
        ));
    }
    let order = together.order;
    Ok(Merged { order, already_merged: false, lines: merged, saving, repriced, notes })
}

/// Refuses drafts that cannot be one order.
fn check_alike(open: &PurchaseOrder, addition: &PurchaseOrder) -> Result<(), Invalid> {
    let differs = |code, expected: &dyn std::fmt::Display, got: &dyn std::fmt::Display, field| {
        let expected = format!("{expected}, as in the open draft");
        Err(Invalid::new(code, expected, got).at(field).at("addition"))
    };
    if open.supplier != addition.supplier {
        return differs("supplier_differs", &open.supplier, &addition.supplier, "supplier");
    }
    if open.location != addition.location {
        let text = |order: &PurchaseOrder| {
            order.location.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
        };
        return differs("location_differs", &text(open), &text(addition), "location");
    }
    if open.currency != addition.currency {
        return differs("currency_differs", &open.currency, &addition.currency, "currency");
    }
    Ok(())
}

/// Whether a draft, as it is, was merged before; an error where a part of it was, so that merging
/// would order that part twice.
fn is_part_of(open: &PurchaseOrder, addition: &PurchaseOrder) -> Result<bool, Invalid> {
    let twice = |expected: String, got: &dyn std::fmt::Display| {
        Err(Invalid::new("draft_merged_before", expected, got).at("addition"))
    };
    if open.id == addition.id {
        return twice("another draft than the open one".to_owned(), &addition.id);
    }
    if let Some(part) = open.merged.iter().find(|part| part.id == addition.id) {
        if part.revision >= addition.revision {
            return Ok(true);
        }
        let expected = format!("revision {}, which is part of the open draft", part.revision);
        return twice(expected, &addition.revision);
    }
    let in_open = |part: &&MergedDraft| {
        part.id == open.id || open.merged.iter().any(|known| known.id == part.id)
    };
    match addition.merged.iter().find(in_open) {
        Some(part) => twice("a draft that shares no part with the open one".to_owned(), &part.id),
        None => Ok(false),
    }
}

/// The open draft's next revision, before its lines and amounts.
fn header(open: &PurchaseOrder, addition: &PurchaseOrder) -> PurchaseOrder {
    let mut merged = open.merged.clone();
    merged.push(MergedDraft { id: addition.id.clone(), revision: addition.revision });
    merged.extend(addition.merged.iter().cloned());
    let mut notes = open.notes.clone();
    for note in &addition.notes {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    PurchaseOrder {
        revision: open.revision.saturating_add(1),
        supplier_name: open.supplier_name.clone().or_else(|| addition.supplier_name.clone()),
        order_date: open.order_date.min(addition.order_date),
        merged,
        notes,
        ..open.clone()
    }
}

/// Lines on their way into the merged order.
struct Joining<'a> {
    seller: &'a Seller<'a>,
    /// Of the merged order, those of the open draft first, in its order.
    lines: Vec<PurchaseOrderLine>,
    /// Of either draft by itself, at today's prices where a line is joined.
    alone: [Vec<PurchaseOrderLine>; 2],
    merged: Vec<MergedLine>,
    notes: Vec<String>,
}

impl Joining<'_> {
    fn join(&mut self, addition: &[PurchaseOrderLine]) -> Result<(), Invalid> {
        for (place, line) in addition.iter().enumerate() {
            let open = &self.lines[..self.alone[0].len()];
            let Some(into) = open.iter().position(|other| same_goods(other, line)) else {
                self.add(line, None)?;
                continue;
            };
            let packs = self.lines[into].packs.checked_add(line.packs).ok_or_else(|| {
                let expected = "packs of which both drafts together have fewer";
                let invalid = Invalid::new("quantity_too_large", expected, line.packs);
                invalid.at("packs").at(format_args!("addition.lines[{place}]"))
            })?;
            let both = joined(&self.lines[into], line, packs)?;
            match self.priced(&both, place) {
                Ok(priced) => {
                    self.told(line, &priced, None);
                    self.lines[into] = priced;
                }
                Err(why) if at_one_price(&self.lines[into], line) => {
                    let old = &self.lines[into];
                    let kept = PurchaseOrderLine {
                        amount: old.amount.plus(line.amount)?,
                        charges: old.charges.plus(line.charges)?,
                        ..both
                    };
                    self.told(line, &kept, Some(LineConcern::from(why).to_string()));
                    self.lines[into] = kept;
                }
                Err(why) => self.add(line, Some(LineConcern::from(why).to_string()))?,
            }
        }
        Ok(())
    }

    /// A joined line at today's price, and the lines it is made of at today's prices by themselves.
    fn priced(
        &mut self,
        both: &PurchaseOrderLine,
        place: usize,
    ) -> Result<PurchaseOrderLine, Unpriced> {
        let prices = self.seller.prices(both)?;
        let at = |line: &PurchaseOrderLine| {
            self.seller.line(line, &prices, line.packs).map_err(Unpriced::Invalid)
        };
        let priced = at(both)?;
        let [open, addition] = &self.alone;
        let mut alone = Vec::new();
        for (index, line) in open.iter().enumerate().filter(|(_, line)| line.id == both.id) {
            alone.push((0, index, at(line)?));
        }
        alone.push((1, place, at(&addition[place])?));
        for (order, index, line) in alone {
            self.alone[order][index] = line;
        }
        if let Some(most) = prices.most_packs().filter(|&most| most < priced.packs) {
            self.notes.push(format!(
                "{} of {} are more than the supplier has: {most}",
                counted(priced.packs),
                priced.sku
            ));
        }
        Ok(priced)
    }

    /// Takes a line in as one of its own.
    fn add(&mut self, line: &PurchaseOrderLine, price_kept: Option<String>) -> Result<(), Invalid> {
        let taken = self.lines.iter().any(|other| other.id == line.id);
        let id = if taken { free_line_id(&self.lines, &line.sku)? } else { line.id.clone() };
        let text = format!("{} of {} as a line of its own", counted(line.packs), line.sku);
        self.merged.push(MergedLine {
            id: id.clone(),
            sku: line.sku.clone(),
            change: MergedLineChange::Added,
            packs: line.packs,
            price_kept,
            text,
        });
        self.lines.push(PurchaseOrderLine { id, ..line.clone() });
        Ok(())
    }

    fn told(&mut self, line: &PurchaseOrderLine, sum: &PurchaseOrderLine, kept: Option<String>) {
        let mut text = format!(
            "{} more of {}: now {}, {} at {}",
            counted(line.packs),
            line.sku,
            sum.packs,
            sum.quantity,
            sum.unit_price
        );
        if let Some(why) = &kept {
            text = format!("{text}, the price as drafted since {why}");
        }
        self.merged.push(MergedLine {
            id: sum.id.clone(),
            sku: line.sku.clone(),
            change: MergedLineChange::Joined,
            packs: line.packs,
            price_kept: kept,
            text,
        });
    }
}

/// Whether lines are of the same offer and pack, and go to the same place.
fn same_goods(a: &PurchaseOrderLine, b: &PurchaseOrderLine) -> bool {
    let same_pack = a.pack_size.to(b.pack_size.unit()) == Ok(b.pack_size);
    same_pack && a.offer == b.offer && a.sku == b.sku && a.location == b.location
}

/// Whether the amounts of two lines may be added without pricing them again.
fn at_one_price(a: &PurchaseOrderLine, b: &PurchaseOrderLine) -> bool {
    a.unit_price == b.unit_price && a.price_break == b.price_break && a.tax_rate == b.tax_rate
}

/// Two lines as one, its amounts still those of the first.
fn joined(
    line: &PurchaseOrderLine,
    other: &PurchaseOrderLine,
    packs: u64,
) -> Result<PurchaseOrderLine, Invalid> {
    let more: Quantity = other.quantity.to(line.quantity.unit())?;
    let mut reasons = line.reasons.clone();
    for reason in &other.reasons {
        if !reasons.contains(reason) {
            reasons.push(reason.clone());
        }
    }
    Ok(PurchaseOrderLine {
        packs,
        quantity: line.quantity.plus(more)?,
        need_by: line.need_by.min(other.need_by),
        arrival: line.arrival.min(other.arrival),
        reasons,
        ..line.clone()
    })
}

/// The earlier of two requested deliveries that is still possible, or the first that is, and then why.
fn delivery(
    seller: &Seller<'_>,
    drafts: [&PurchaseOrder; 2],
    lines: &[PurchaseOrderLine],
) -> Result<(Day, Option<String>), Invalid> {
    let mut days = Vec::with_capacity(lines.len());
    for line in lines {
        let earliest = match seller.prices(line) {
            Ok(prices) => seller.arrival(prices.offer())?,
            Err(_) => line.arrival,
        };
        days.push((earliest, line.need_by));
    }
    let first = first_delivery(days);
    let possible = first.map_or(seller.order_day, |first| first.ready.max(seller.order_day));
    let asked = drafts.map(|draft| draft.requested_delivery);
    if let Some(day) = asked.into_iter().filter(|&day| day >= possible).min() {
        return Ok((day, None));
    }
    let text = format!("delivery is possible from {possible} on, later than requested");
    Ok((possible, Some(text)))
}

impl MergeSaving {
    /// Of one order for two, the two first.
    fn of(orders: [&PurchaseOrder; 3], order_cost: Money) -> Result<Self, Invalid> {
        let saved = |of: &dyn Fn(&PurchaseOrder) -> Result<Money, Invalid>| {
            of(orders[0])?.plus(of(orders[1])?)?.minus(of(orders[2])?)
        };
        Ok(Self {
            goods: saved(&|order| Ok(order.goods))?,
            line_charges: saved(&|order| {
                Money::sum(order.lines.iter().map(|line| line.charges), order.currency)
            })?,
            freight: saved(&|order| Ok(order.freight))?,
            charges: saved(&|order| Ok(order.charges))?,
            tax: saved(&|order| Ok(order.tax))?,
            total: saved(&|order| Ok(order.total))?,
            order_cost,
        })
    }
}

fn named(draft: &PurchaseOrder) -> String {
    format!("draft {} (revision {})", draft.id, draft.revision)
}

/// The first name for a line of a product that no other line has.
pub(super) fn free_line_id(lines: &[PurchaseOrderLine], sku: &Sku) -> Result<LineId, Invalid> {
    let taken = |id: &LineId| lines.iter().any(|other| other.id == *id);
    let mut id = LineId::new(sku.as_str())?;
    let mut number = 2_u32;
    while taken(&id) {
        id = LineId::new(&format!("{sku}:{number}"))?;
        number = number.saturating_add(1);
    }
    Ok(id)
}

/// A number of packs in words.
pub(super) fn counted(packs: u64) -> String {
    if packs == 1 { "1 pack".to_owned() } else { format!("{packs} packs") }
}

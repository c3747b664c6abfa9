//! What we ask of each supplier, ready to be approved.

use super::OrderError;
use crate::{
    sourcing::{AllocatedLine, Allocation, SupplierOrder},
    unit::{Day, Invalid, LineId, Money, OfferId, PurchaseOrderId, Quantity, Sku, SupplierId},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the drafts need to know beside the allocation.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DraftContext {
    /// The day on which the orders would be placed.
    pub today: Day,
}

/// A purchase order that nobody has approved yet.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PurchaseOrder {
    /// Derived from day, supplier and content: the same proposal has the same name, another one
    /// another.
    pub id: PurchaseOrderId,
    /// From whom we buy.
    pub supplier: SupplierId,
    /// The day on which it would be placed.
    pub order_date: Day,
    /// The lines in order of the products.
    pub lines: Vec<PurchaseOrderLine>,
    /// Sum of the lines' amounts.
    pub goods: Money,
    /// Charged for the whole order.
    pub freight: Money,
    /// What the supplier charges beside it for the whole order: handling, and the surcharge of an
    /// order below its minimum.
    pub charges: Money,
    /// Goods, freight and charges.
    pub total: Money,
    /// The day on which the last line can be sold.
    pub expected_arrival: Day,
}

/// One line of a purchase order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PurchaseOrderLine {
    /// Its name within the order: the product's, with a number where the order has it again.
    pub id: LineId,
    /// The product that is bought.
    pub sku: Sku,
    /// The offer it takes up.
    pub offer: OfferId,
    /// Whole packs.
    pub packs: u64,
    /// What they contain.
    pub quantity: Quantity,
    /// Price of one unit of the offer.
    pub unit_price: Money,
    /// What the line costs.
    pub amount: Money,
    /// The day on which it is needed.
    pub need_by: Day,
    /// The day on which it can be sold.
    pub arrival: Day,
}

/// Drafts one purchase order for every order of an allocation: one for each supplier, or for each
/// supplier and delivery day, in this order.
///
/// # Errors
///
/// When lines and orders of the allocation contradict each other: a line whose supplier has no
/// order, or an order whose goods are not the sum of its lines.
///
/// ```
/// # use replenish::{inventory::Requirement, order::{DraftContext, draft_purchase_orders}};
/// # use replenish::sourcing::{Offer, SourcingOptions, allocate};
/// # let need = Requirement {
/// #     sku: "apple".parse()?, quantity: "9 each".parse()?, need_by: "2026-11-24".parse()?,
/// # };
/// # let (id, supplier, each) = ("o-1".parse()?, "farm".parse()?, "each".parse()?);
/// # let offer = Offer {
/// #     pack_size: "5 each".parse()?,
/// #     lead_time_days: 1,
/// #     ..Offer::new(id, supplier, "apple".parse()?, "0.90 EUR".parse()?, each)
/// # };
/// # let today = "2026-11-21".parse()?;
/// let options = SourcingOptions::new(today, "EUR".parse()?);
/// let allocation = allocate(&[need.into()], &[offer], &[], &options)?;
/// let drafts = draft_purchase_orders(&allocation, &DraftContext { today })?;
/// assert_eq!(drafts[0].total.to_string(), "9.00 EUR");
/// assert_eq!(drafts[0].expected_arrival.to_string(), "2026-11-22");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn draft_purchase_orders(
    allocation: &Allocation,
    context: &DraftContext,
) -> Result<Vec<PurchaseOrder>, OrderError> {
    let joins = |line: &AllocatedLine, order: &SupplierOrder| {
        line.supplier == order.supplier && line.delivery == order.delivery
    };
    let ordered = |line: &AllocatedLine| allocation.orders.iter().any(|order| joins(line, order));
    if let Some(line) = allocation.lines.iter().find(|line| !ordered(line)) {
        let expected = "a supplier among the allocation's orders";
        return Err(Invalid::new("supplier_unknown", expected, &line.supplier).at("lines").into());
    }
    let mut drafts = Vec::with_capacity(allocation.orders.len());
    for order in &allocation.orders {
        let mut lines = Vec::new();
        let mut expected_arrival = context.today;
        let mut times = BTreeMap::new();
        for line in allocation.lines.iter().filter(|line| joins(line, order)) {
            expected_arrival = expected_arrival.max(line.arrival);
            let again = times.entry(&line.sku).and_modify(|times| *times += 1).or_insert(1);
            lines.push(PurchaseOrderLine {
                id: line_id(&line.sku, *again)?,
                sku: line.sku.clone(),
                offer: line.offer.clone(),
                packs: line.purchase.packs,
                quantity: line.purchase.quantity,
                unit_price: line.purchase.unit_price,
                amount: line.purchase.goods,
                need_by: line.requirement.need_by,
                arrival: line.arrival,
            });
        }
        let goods = Money::sum(lines.iter().map(|line| line.amount), order.goods.currency())?;
        if goods != order.goods {
            let expected = format!("the sum of the lines, {goods}");
            return Err(Invalid::new("goods_wrong", expected, order.goods).at("orders").into());
        }
        let charges = order.handling.plus(order.surcharge)?;
        drafts.push(PurchaseOrder {
            id: name(context.today, order, &lines)?,
            supplier: order.supplier.clone(),
            order_date: context.today,
            lines,
            goods,
            freight: order.freight,
            charges,
            total: goods.plus(order.freight)?.plus(charges)?,
            expected_arrival,
        });
    }
    Ok(drafts)
}

/// The product's name, numbered from the second line of it on.
fn line_id(sku: &Sku, times: u32) -> Result<LineId, Invalid> {
    if times == 1 { LineId::new(sku.as_str()) } else { LineId::new(&format!("{sku}:{times}")) }
}

/// Day, supplier and a fingerprint of what is ordered.
fn name(
    today: Day,
    order: &SupplierOrder,
    lines: &[PurchaseOrderLine],
) -> Result<PurchaseOrderId, Invalid> {
    let supplier = &order.supplier;
    // FNV-1a, 64 bits: enough to tell apart the few proposals of one day and supplier.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |text: String| {
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    if let Some(delivery) = order.delivery {
        take(format!("{delivery}\n"));
    }
    for line in lines {
        take(format!("{}\n{}\n{}\n", line.sku, line.offer, line.packs));
    }
    PurchaseOrderId::new(&format!("{today}:{supplier}:{hash:016x}")).map_err(|i| i.at("id"))
}

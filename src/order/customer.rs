//! What a customer wants.

use crate::unit::{
    AdjustmentId, CommissionId, ContractId, Currency, Day, LineId, LocationId, Money, OrderId,
    PaymentId, Quantity, Rate, Sku, VendorId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A customer's order as it was placed.
///
/// Every amount is in the order's currency, exact in its minor unit, and has been priced: nothing is
/// ever priced again.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CustomerOrder {
    /// Its name.
    pub id: OrderId,
    /// Counts the edits; sale orders of different revisions have different names.
    pub revision: u32,
    /// Of every amount.
    pub currency: Currency,
    /// What is wanted; two lines may be of the same product.
    pub lines: Vec<OrderLine>,
    /// Discounts and charges on the whole order or on some of its lines, in the order in which they
    /// apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub adjustments: Vec<Adjustment>,
    /// How the order is paid, in the order in which payments are drawn upon. What is not paid yet is
    /// a payment on account; without any payment nothing is said about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub payments: Vec<Payment>,
    /// What the operator keeps of vendors' sales, as agreed when the order was placed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub commissions: Vec<Commission>,
    /// What the shop reckoned; what is stated has to be what the rows come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "StatedTotals | null"))]
    pub stated: Option<StatedTotals>,
}

/// One line of a customer's order.
///
/// [`OrderLine::new`] is a plain line; everything else is a change to one of its fields.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct OrderLine {
    /// Its name within the order.
    pub id: LineId,
    /// The product.
    pub sku: Sku,
    /// Who fulfils it; nobody in particular when null.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "VendorId | null"))]
    pub vendor: Option<VendorId>,
    /// How much, also of what is given back.
    pub quantity: Quantity,
    /// What the customer pays for the line before any adjustment; zero or less of a line that is
    /// given back.
    pub amount: Money,
    /// Whether the goods are given back; signs of amounts are then turned round.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub returned: bool,
    /// Discounts, charges and taxes of this line alone. They apply before the order's; lines whose
    /// adjustments have one name share a column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub adjustments: Vec<LineAdjustment>,
    /// Where it ships from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "LocationId | null"))]
    pub ship_from: Option<LocationId>,
    /// How much of it is on hand; the rest is a back-order. Without it everything is on hand, but
    /// nothing of a product that has still to come out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub on_hand: Option<Quantity>,
    /// The day on which the product comes out; what is not on hand is then a pre-order. To be left
    /// out once the day has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub release_date: Option<Day>,
    /// By which way it ships, such as `parcel` or `pallet`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub shipping_category: Option<String>,
    /// How warm it may get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Temperature | null"))]
    pub temperature: Option<Temperature>,
    /// The class of dangerous goods it belongs to, such as `3` for flammable liquids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub hazardous_class: Option<String>,
    /// The currency in which its vendor is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Currency | null"))]
    pub settlement_currency: Option<Currency>,
    /// Weight of one unit of the quantity, packing included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub weight: Option<Quantity>,
    /// Volume of one unit of the quantity, packing included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub volume: Option<Quantity>,
    /// The agreement that it is taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "ContractId | null"))]
    pub contract: Option<ContractId>,
    /// Whatever else belongs to the line, such as an engraving: kept with it, and by name something
    /// to split by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Record<string, string>"))]
    pub attributes: BTreeMap<String, String>,
}

/// How warm goods may get.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Temperature {
    /// As warm as the room.
    Ambient,
    /// Cooled, not frozen.
    Chilled,
    /// Frozen.
    Frozen,
}

/// A discount, charge or tax on some or all lines.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Adjustment {
    /// Its name within the order.
    pub id: AdjustmentId,
    /// What it is.
    pub kind: AdjustmentKind,
    /// How much: zero or less for a discount, zero or more for everything else; the other way round
    /// where it is for lines that are given back.
    pub amount: Money,
    /// The lines it is for. Without it all lines that are not given back, or all where all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "LineId[] | null"))]
    pub lines: Option<Vec<LineId>>,
    /// The vendor whose lines alone it is for, such as the vendor's own promotion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "VendorId | null"))]
    pub vendor: Option<VendorId>,
    /// The charge before it whose tax or discount it is: it is divided as that one is, and a discount
    /// is taken off that one rather than off the goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "AdjustmentId | null"))]
    pub follows: Option<AdjustmentId>,
    /// Whether a tax is contained in the amounts rather than added to them.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub included: bool,
    /// What a tax was reckoned from, so that it can be checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "TaxBase | null"))]
    pub tax: Option<TaxBase>,
    /// The code of the coupon that gave the discount; it is used once, however many parts it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub coupon: Option<String>,
}

/// A discount, charge or tax of one line.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LineAdjustment {
    /// Its name within the line. The same name on other lines is the same column, of the same kind;
    /// none of the order's adjustments has it.
    pub id: AdjustmentId,
    /// What it is.
    pub kind: AdjustmentKind,
    /// How much: zero or less for a discount, zero or more for everything else; the other way round
    /// where the line is given back.
    pub amount: Money,
    /// Whether a tax is contained in the line's amount rather than added to it.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub included: bool,
    /// What a tax was reckoned from, so that it can be checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "TaxBase | null"))]
    pub tax: Option<TaxBase>,
}

/// What an adjustment is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum AdjustmentKind {
    /// Taken off: a coupon, a promotion.
    Discount,
    /// Charged for the way.
    Shipping,
    /// Charged for anything else.
    Fee,
    /// For the state.
    Tax,
}

/// What a tax was reckoned from.
///
/// A tax whose amount is further from rate times base than rounding every single unit explains is
/// refused.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct TaxBase {
    /// Share of the base.
    pub rate: Rate,
    /// The amount without the tax.
    pub base: Money,
}

/// A payment of an order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Payment {
    /// Its name within the order.
    pub id: PaymentId,
    /// By what.
    pub kind: PaymentKind,
    /// How much; zero or less where the order's total is, since money then goes back.
    pub amount: Money,
}

/// By what is paid.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum PaymentKind {
    /// A card, a wallet.
    Card,
    /// A bank transfer.
    Transfer,
    /// Cash.
    Cash,
    /// A gift card.
    GiftCard,
    /// What the shop owes the customer.
    StoreCredit,
    /// Not yet: on invoice.
    OnAccount,
}

/// What the operator keeps of one vendor's sales.
///
/// The rate is that of the day of the order; changing it later changes no order. What is kept is
/// rounded half up once, on all of the vendor's lines together, those given back by themselves, and
/// then divided among the lines.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Commission {
    /// Its name within the order.
    pub id: CommissionId,
    /// Whose sales.
    pub vendor: VendorId,
    /// Share of the base.
    pub rate: Rate,
    /// Of what.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub base: CommissionBase,
    /// Kept beside the share, once for the vendor's lines that are not given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub fixed: Option<Money>,
    /// Tax on what is kept, a share of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rate | null"))]
    pub tax_rate: Option<Rate>,
}

/// What a commission is a share of.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum CommissionBase {
    /// The goods after their discounts, without the taxes contained in them.
    #[default]
    Net,
    /// The goods after their discounts.
    Discounted,
    /// The goods before any adjustment.
    Goods,
}

/// What the shop reckoned for the whole order.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct StatedTotals {
    /// Of the lines before any adjustment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub goods: Option<Money>,
    /// Of all discounts that could be applied; zero or less.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub discount: Option<Money>,
    /// Of all charges for the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub shipping: Option<Money>,
    /// Of all fees.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub fee: Option<Money>,
    /// Of all taxes that are added.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub tax: Option<Money>,
    /// Of all taxes that are contained in other amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub included_tax: Option<Money>,
    /// What the customer pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub total: Option<Money>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(super) fn is_false(value: &bool) -> bool {
    !value
}

impl CustomerOrder {
    /// The first revision of an order without adjustments, of which no payment is known.
    pub fn new(id: OrderId, currency: Currency, lines: Vec<OrderLine>) -> Self {
        Self {
            id,
            revision: 1,
            currency,
            lines,
            adjustments: Vec::new(),
            payments: Vec::new(),
            commissions: Vec::new(),
            stated: None,
        }
    }
}

impl OrderLine {
    /// A line of nobody in particular, everything of it on hand.
    pub fn new(id: LineId, sku: Sku, quantity: Quantity, amount: Money) -> Self {
        Self {
            id,
            sku,
            vendor: None,
            quantity,
            amount,
            returned: false,
            adjustments: Vec::new(),
            ship_from: None,
            on_hand: None,
            release_date: None,
            shipping_category: None,
            temperature: None,
            hazardous_class: None,
            settlement_currency: None,
            weight: None,
            volume: None,
            contract: None,
            attributes: BTreeMap::new(),
        }
    }
}

impl Adjustment {
    /// Something on all lines that are not given back.
    pub fn new(id: AdjustmentId, kind: AdjustmentKind, amount: Money) -> Self {
        Self {
            id,
            kind,
            amount,
            lines: None,
            vendor: None,
            follows: None,
            included: false,
            tax: None,
            coupon: None,
        }
    }
}

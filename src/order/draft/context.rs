//! What drafts need to know beside the allocation.

use crate::{
    order::ReasonStep,
    sourcing::{ExchangeRate, Offer, SupplierTerms},
    unit::{Day, Invalid, LocationId, Rate, Sku, SupplierId, TimeOfDay, first_repeated},
};
use serde::{Deserialize, Serialize};

/// What the drafts need to know beside the allocation.
///
/// [`DraftContext::new`] is the day alone; everything else is a change to one of its fields. Offers
/// and terms are those that the allocation was made with: the more is given, the more the drafts say.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DraftContext {
    /// The day on which the orders would be placed.
    pub today: Day,
    /// The time of that day, for the suppliers' cut-off: in UTC for suppliers that state their offset,
    /// else at the supplier's place. Without it, it is early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "TimeOfDay | null"))]
    pub time: Option<TimeOfDay>,
    /// The offers that the lines take up, and any others. Without any, packs are in the unit of the
    /// requirement, and what suppliers charge on lines, taxes and lead times are unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub offers: Vec<Offer>,
    /// What suppliers ask of whole orders, and when they deliver. Orders of others cost beside their
    /// goods what the allocation says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub terms: Vec<SupplierTerms>,
    /// For charges that are not in the currency of the goods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub exchange_rates: Vec<ExchangeRate>,
    /// How to draft.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub options: DraftOptions,
}

/// How to draft purchase orders, and what to write on them.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DraftOptions {
    /// What else divides orders.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub rules: DraftRules,
    /// The buyer's sequence of numbers; without it, drafts have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Numbering | null"))]
    pub numbering: Option<Numbering>,
    /// Where goods go of which `items` says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "LocationId | null"))]
    pub location: Option<LocationId>,
    /// What products are called, and where they go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub items: Vec<DraftItem>,
    /// The tax on freight and charges of orders; without it, they are not taxed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rate | null"))]
    pub charges_tax_rate: Option<Rate>,
    /// What to write on the drafts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub notes: Vec<DraftNote>,
    /// Why products are required.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub reasons: Vec<DraftReason>,
}

/// What divides the orders of an allocation further. Currencies always do: a supplier invoices each
/// by itself.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DraftRules {
    /// Each line is delivered on the last day that is in time for it, in an order with those of the
    /// same day; otherwise an order has one day, on which nothing of it is late if that can be.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub by_delivery_day: bool,
    /// Goods of several locations stay in one order, whose lines say where they go; otherwise each
    /// location has its own.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub locations_together: bool,
}

/// A sequence of numbers, such as `PO-000123`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Numbering {
    /// Stands before the number; at most 64 printable characters.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub prefix: String,
    /// The first number that is free.
    pub next: u64,
    /// How many digits a number has, zeros before it included; from 1 to 15.
    pub digits: u32,
}

/// What a product is called, and where it goes.
///
/// What is said for the supplier it is bought from goes before what is said for all, each field by
/// itself.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DraftItem {
    /// The product.
    pub sku: Sku,
    /// Bought from this supplier; without it, from any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "SupplierId | null"))]
    pub supplier: Option<SupplierId>,
    /// What the buyer calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub buyer_code: Option<String>,
    /// What the supplier calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub supplier_code: Option<String>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub description: Option<String>,
    /// Where it goes. A substitute goes where the product that it replaces would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "LocationId | null"))]
    pub location: Option<LocationId>,
}

/// Something to write on drafts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DraftNote {
    /// On those for this supplier; without it, on all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "SupplierId | null"))]
    pub supplier: Option<SupplierId>,
    /// What.
    pub text: String,
}

/// Why a product is required.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DraftReason {
    /// The product that is required, also where another is bought in its place.
    pub sku: Sku,
    /// Which step.
    pub step: ReasonStep,
    /// In words and numbers.
    pub text: String,
}

/// Most digits of a number: with them it is exact wherever the drafts are read.
const MOST_DIGITS: u32 = 15;

/// Most characters before a number.
const MOST_PREFIX: usize = 64;

impl DraftContext {
    /// The day alone.
    pub fn new(today: Day) -> Self {
        Self {
            today,
            time: None,
            offers: Vec::new(),
            terms: Vec::new(),
            exchange_rates: Vec::new(),
            options: DraftOptions::default(),
        }
    }
}

impl DraftOptions {
    /// Checks what the types alone cannot: a sequence whose numbers fit, and no product twice for one
    /// supplier.
    ///
    /// # Errors
    ///
    /// The first field that cannot be accepted.
    pub fn check(&self) -> Result<(), Invalid> {
        if let Some(numbering) = &self.numbering {
            numbering.check().map_err(|invalid| invalid.at("numbering"))?;
        }
        let name = |place: usize| (&self.items[place].sku, &self.items[place].supplier);
        let twice = first_repeated(self.items.len(), &mut |a, b| name(a).cmp(&name(b)));
        if let Some(place) = twice {
            let expected = "each product once for each supplier, and once for all";
            let invalid = Invalid::new("item_twice", expected, &self.items[place].sku);
            return Err(invalid.at("sku").at(format_args!("items[{place}]")));
        }
        Ok(())
    }
}

impl Numbering {
    fn check(&self) -> Result<(), Invalid> {
        if !(1..=MOST_DIGITS).contains(&self.digits) {
            let expected = format!("from 1 to {MOST_DIGITS} digits");
            return Err(Invalid::new("digits_invalid", expected, self.digits).at("digits"));
        }
        let prefix = &self.prefix;
        if prefix.chars().count() > MOST_PREFIX || prefix.chars().any(char::is_control) {
            let expected = format!("at most {MOST_PREFIX} printable characters");
            return Err(Invalid::new("prefix_invalid", expected, prefix).at("prefix"));
        }
        self.fits(self.next)
    }

    /// The number of the draft with so many before it.
    pub(super) fn number(&self, before: usize) -> Result<String, Invalid> {
        let number = self.after(before);
        self.fits(number)?;
        let digits = number.to_string();
        let zeros = (self.digits as usize).saturating_sub(digits.len());
        Ok(format!("{}{}{digits}", self.prefix, "0".repeat(zeros)))
    }

    /// The number that is free behind so many drafts.
    pub(super) fn after(&self, drafts: usize) -> u64 {
        self.next.saturating_add(u64::try_from(drafts).unwrap_or(u64::MAX))
    }

    fn fits(&self, number: u64) -> Result<(), Invalid> {
        let end = 10_u64.pow(self.digits.min(MOST_DIGITS));
        if number < end {
            return Ok(());
        }
        let expected = format!("numbers of at most {} digits", self.digits);
        Err(Invalid::new("number_overflow", expected, number).at("next"))
    }
}

//! By what an order is divided.

use crate::unit::{
    Currency, Invalid, LocationId, Quantity, Sku, VendorId, distinct, first_repeated,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How an order is divided: always by vendor, then by what is stated here.
///
/// Lines without vendor are a part of their own, before all others. So are lines that say nothing
/// about a key: to say nothing is something that lines have in common.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SplitRules {
    /// What lines must have in common beside the vendor to stay together, in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub then_by: Vec<SplitKey>,
    /// Whether every line is a sale order, for systems that answer per product; a line that is cut
    /// is one for each of its parts.
    #[serde(skip_serializing_if = "super::customer::is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub one_line_per_order: bool,
    /// What waits for what is not on hand; it matters where orders are divided by availability.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub ship_complete: ShipComplete,
    /// How much fits in one sale order; without it, anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Capacity | null"))]
    pub capacity: Option<Capacity>,
    /// Goods that never share a sale order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub incompatible: Vec<Incompatible>,
    /// Who fulfils each product now, where that may have changed since the line was put into the
    /// cart; a change is noted on the line. Products that are not named keep the line's vendor.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Record<Sku, VendorId>"))]
    pub vendors: BTreeMap<Sku, VendorId>,
    /// Who may fulfil at all; a line of any other vendor is an error. Without it, anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "VendorId[] | null"))]
    pub allowed_vendors: Option<Vec<VendorId>>,
}

/// What lines can have in common.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum SplitKey {
    /// Where they ship from.
    ShipFrom,
    /// Whether they are on hand, a pre-order of some day, or a back-order, in this order. A line that
    /// is partly on hand is cut; goods that are given back, and lines of nothing, are on hand.
    Availability,
    /// By which way they ship.
    ShippingCategory,
    /// How warm they may get.
    Temperature,
    /// The class of dangerous goods.
    HazardousClass,
    /// The currency in which the vendor is paid.
    SettlementCurrency,
    /// An attribute of the lines.
    Attribute(String),
}

/// What waits for what is not on hand.
///
/// What waits does so for the latest: on hand comes before the pre-orders by their days, and these
/// before back-orders, of which nobody knows the day. Goods that are given back never wait, and
/// nothing waits for them.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ShipComplete {
    /// Nothing: what is on hand ships, and lines are cut.
    #[default]
    Nothing,
    /// The rest of its line: no line is cut.
    Line,
    /// Everything that differs in nothing but availability; the rest of the line where every line is
    /// a sale order.
    SaleOrder,
    /// The whole order.
    Order,
}

/// How much fits in one sale order, which is then a parcel and has a number.
///
/// Lines are packed heaviest first, each into the first parcel that takes it whole. One that no
/// parcel holds is cut, and any other only if the order then needs fewer parcels: two shipments
/// annoy people more than a line in two of them. Cuts are between whole units; what a quantity has
/// beyond them goes with the last one, and a quantity below one unit is a unit. A unit that no parcel
/// holds has one of its own, which says so. An order has at most 100,000 parcels.
///
/// Goods that are given back travel the other way and share no parcel with those that are not;
/// lines of nothing go with the first parcel.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Capacity {
    /// Weight of all goods; lines that state none weigh nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub weight: Option<Quantity>,
    /// Volume of all goods; lines that state none take no room.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub volume: Option<Quantity>,
    /// How many lines, whole or in part; 1 or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub lines: Option<u32>,
}

/// Two kinds of goods that never share a sale order: which is which makes no difference.
///
/// Where both are one kind, no two of its lines share. A line may be of both kinds: its own units do
/// share. There are at most 126 kinds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Incompatible {
    /// The one.
    pub goods: GoodsClass,
    /// The other.
    pub never_with: GoodsClass,
}

/// Lines that have something in common.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct GoodsClass {
    /// In what; not in availability, which is a matter of units rather than of lines.
    pub by: SplitKey,
    /// Which, such as `frozen`.
    pub value: String,
}

/// Most kinds of goods that rules on what never shares can name.
pub(super) const MOST_CLASSES: usize = 126;

impl SplitRules {
    /// Checks what the types alone cannot: no key twice, capacities that measure what they limit
    /// and hold something, kinds of goods that there can be.
    ///
    /// # Errors
    ///
    /// The first thing that cannot be accepted, with its field, such as `capacity.weight`.
    ///
    /// ```
    /// use replenish::order::{Capacity, SplitRules};
    /// let weight = Some("30 l".parse()?);
    /// let capacity = Some(Capacity { weight, ..Capacity::default() });
    /// let wrong = SplitRules { capacity, ..SplitRules::default() }.check().unwrap_err();
    /// assert_eq!((wrong.code, wrong.path.as_str()), ("unit_mixed", "capacity.weight"));
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn check(&self) -> Result<(), Invalid> {
        let keys = &self.then_by;
        if let Some(twice) = first_repeated(keys.len(), &mut |a, b| keys[a].cmp(&keys[b])) {
            let invalid = Invalid::new("key_twice", "each key once", keys[twice].name());
            return Err(invalid.at(format_args!("then_by[{twice}]")));
        }
        if let Some(capacity) = &self.capacity {
            capacity.check().map_err(|invalid| invalid.at("capacity"))?;
        }
        for (place, pair) in self.incompatible.iter().enumerate() {
            let goods = pair.goods.check().map_err(|invalid| invalid.at("goods"));
            let never_with = || pair.never_with.check().map_err(|invalid| invalid.at("never_with"));
            goods
                .and_then(|()| never_with())
                .map_err(|invalid| invalid.at(format_args!("incompatible[{place}]")))?;
        }
        let classes = self.classes().len();
        if classes > MOST_CLASSES {
            let expected = format!("at most {MOST_CLASSES} kinds of goods");
            return Err(Invalid::new("classes_too_many", expected, classes).at("incompatible"));
        }
        Ok(())
    }

    /// The kinds of goods that never share with some, in order.
    pub(super) fn classes(&self) -> Vec<(&SplitKey, &str)> {
        distinct(
            self.incompatible.iter().flat_map(|pair| [pair.goods.name(), pair.never_with.name()]),
        )
    }
}

impl Capacity {
    fn check(&self) -> Result<(), Invalid> {
        positive(self.weight, "g").map_err(|invalid| invalid.at("weight"))?;
        positive(self.volume, "l").map_err(|invalid| invalid.at("volume"))?;
        if self.lines == Some(0) {
            return Err(Invalid::new("lines_zero", "one line or more", 0).at("lines"));
        }
        Ok(())
    }
}

fn positive(quantity: Option<Quantity>, unit: &str) -> Result<(), Invalid> {
    let Some(quantity) = quantity else { return Ok(()) };
    quantity.to(unit.parse()?)?;
    if quantity.is_negative() || quantity.is_zero() {
        return Err(Invalid::new("capacity_not_positive", "a quantity above zero", quantity));
    }
    Ok(())
}

impl GoodsClass {
    fn check(&self) -> Result<(), Invalid> {
        let value = self.value.as_str();
        match self.by {
            SplitKey::Availability => {
                let expected = "something that whole lines have in common";
                Err(Invalid::new("class_of_availability", expected, self.by.name()).at("by"))
            }
            SplitKey::Temperature if !["ambient", "chilled", "frozen"].contains(&value) => {
                let expected = "`ambient`, `chilled` or `frozen`";
                Err(Invalid::new("temperature_unknown", expected, value).at("value"))
            }
            SplitKey::SettlementCurrency => {
                value.parse::<Currency>().map(drop).map_err(|invalid| invalid.at("value"))
            }
            SplitKey::ShipFrom => {
                LocationId::new(value).map(drop).map_err(|invalid| invalid.at("value"))
            }
            SplitKey::Temperature
            | SplitKey::ShippingCategory
            | SplitKey::HazardousClass
            | SplitKey::Attribute(_) => Ok(()),
        }
    }

    pub(super) fn name(&self) -> (&SplitKey, &str) {
        (&self.by, &self.value)
    }
}

impl SplitKey {
    fn name(&self) -> &str {
        match self {
            Self::ShipFrom => "ship_from",
            Self::Availability => "availability",
            Self::ShippingCategory => "shipping_category",
            Self::Temperature => "temperature",
            Self::HazardousClass => "hazardous_class",
            Self::SettlementCurrency => "settlement_currency",
            Self::Attribute(name) => name,
        }
    }
}

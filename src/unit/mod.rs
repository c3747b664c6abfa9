//! What the words mean that every other module speaks.
//!
//! Read in this order: [`Invalid`] (how a bad value is refused), the identifiers, [`Money`],
//! [`Quantity`], [`Day`], [`Timestamp`] and [`Weekdays`], [`Probability`] and
//! [`Rate`], [`math`], and [`table`] for values
//! that arrive as comma-separated text.
//!
//! Every type here is built by a constructor that cannot return a bad value, and deserializes
//! through that same constructor, so nothing further right checks twice.

mod by_name;
mod day;
mod exact;
mod id;
mod invalid;
pub mod math;
mod money;
mod probability;
mod quantity;
mod random;
mod rate;
mod sort;
pub mod table;
mod weekday;

pub(crate) use by_name::ByName;
pub use day::{Day, Timestamp, Weekday};
pub(crate) use exact::Exact;
pub use id::{
    AdjustmentId, CommissionId, ContractId, DocumentId, LineId, LocationId, OfferId, OrderId,
    PaymentId, PersonId, PurchaseOrderId, SaleOrderId, Sku, SupplierId, VendorId,
};
pub use invalid::{Invalid, Mistake};
pub use money::{Currency, Money, Rounding};
pub use probability::Probability;
pub use quantity::{Quantity, Unit};
pub(crate) use random::Random;
pub use rate::Rate;
pub(crate) use sort::{distinct, first_repeated, index, sort_by};
pub use weekday::{TimeOfDay, UtcOffset, Weekdays};

/// Serializes through [`std::fmt::Display`], or through a function that hands the same text to the
/// serializer, and deserializes through [`std::str::FromStr`], so that a value has one text form
/// everywhere: in JSON, in JavaScript, in files and in messages.
macro_rules! text_serde {
    ($type:ty, $expecting:literal) => {
        crate::unit::text_serde!($type, $expecting, |value, serializer| serializer
            .collect_str(value));
    };
    ($type:ty, $expecting:literal, |$value:ident, $serializer:ident| $serialize:expr) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let ($value, $serializer) = (self, serializer);
                $serialize
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $type;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expecting)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}
use text_serde;

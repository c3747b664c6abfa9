//! Identifiers, each its own type, so that a supplier cannot stand where a product is meant.

use super::{Invalid, text_serde};
use std::{fmt, str::FromStr, sync::Arc};

/// Longest identifier, in characters.
const MAX_CHARS: usize = 128;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => { $(
        $(#[$doc])*
        ///
        /// 1 to 128 characters, none of them a control character, no space at either end; compared
        /// byte by byte.
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(Arc<str>);

        impl $name {
            #[doc = concat!("Checks and takes an identifier.\n\n# Errors\n\nWhen the text is empty, too long, or not printable.\n\n```\nuse replenish::unit::", stringify!($name), ";\nassert!(", stringify!($name), "::new(\"A-100\").is_ok());\nassert_eq!(", stringify!($name), "::new(\"\").unwrap_err().code, \"id_invalid\");\n```")]
            pub fn new(text: &str) -> Result<Self, Invalid> {
                checked(text).map(Self)
            }

            /// The text as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                Self::new(text)
            }
        }

        text_serde!($name, "an identifier as text", |id, serializer| serializer
            .serialize_str(&id.0));
    )* };
}

id! {
    /// A stock-keeping unit: what is stocked, forecast and ordered.
    Sku
    /// From whom we buy.
    SupplierId
    /// A place that keeps stock: a branch, a shop, a depot.
    LocationId
    /// Who fulfils a customer's line.
    VendorId
    /// One supplier's offer for one product.
    OfferId
    /// A customer's order.
    OrderId
    /// A line within an order or document.
    LineId
    /// A discount, charge, tax or fee of an order.
    AdjustmentId
    /// A payment, gift card or credit of an order.
    PaymentId
    /// What an operator keeps of a vendor's sales.
    CommissionId
    /// An agreement on a limited quantity.
    ContractId
    /// Somebody who asks for or approves something.
    PersonId
    /// The part of a customer's order that one vendor fulfils.
    SaleOrderId
    /// An order we place with a supplier.
    PurchaseOrderId
    /// A document as the other system names it.
    DocumentId
}

#[inline(never)]
fn checked(text: &str) -> Result<Arc<str>, Invalid> {
    let fits = !text.is_empty() && text.chars().count() <= MAX_CHARS;
    if fits && text.trim() == text && !text.chars().any(char::is_control) {
        return Ok(text.into());
    }
    Err(Invalid::new(
        "id_invalid",
        "an identifier of 1 to 128 printable characters without spaces around it",
        text,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_cannot_be_told_apart_on_paper() {
        for bad in ["", " a", "a ", "a\nb", "a\0", &"x".repeat(129)] {
            assert_eq!(Sku::new(bad).unwrap_err().code, "id_invalid", "{bad:?}");
        }
        for good in ["a", "é", "4006381333931", "a b", &"x".repeat(128)] {
            assert_eq!(Sku::new(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn deserializes_through_the_same_check() {
        assert!(serde_json::from_str::<Sku>("\"\"").is_err());
        assert!(serde_json::from_str::<Sku>("12").is_err());
        assert_eq!(serde_json::from_str::<Sku>("\"A\"").unwrap(), Sku::new("A").unwrap());
    }
}

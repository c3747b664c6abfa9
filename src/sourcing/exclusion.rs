//! Why an offer cannot serve a need, and what would help.

use super::{Need, Offer};
use crate::unit::{Currency, Day, Invalid, OfferId, Probability, Quantity, SupplierId};
use serde::Serialize;

/// An offer that cannot serve.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ExcludedOffer {
    /// The offer.
    pub offer: OfferId,
    /// Who offers.
    pub supplier: SupplierId,
    /// Why not.
    pub reason: Exclusion,
    /// What would make it eligible, in words.
    pub remedy: String,
}

/// Why an offer cannot serve a requirement.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Exclusion {
    /// The offer or its supplier's terms contradict themselves or cannot be converted.
    Invalid {
        /// What is wrong.
        problem: Invalid,
    },
    /// Something about it is in a currency of which nobody says what it is worth.
    ExchangeRateMissing {
        /// Which.
        currency: Currency,
    },
    /// What a currency of it was worth was last said too long ago.
    ExchangeRateTooOld {
        /// Which.
        currency: Currency,
        /// When.
        date: Day,
    },
    /// It does not hold yet on the day on which the order would be taken.
    NotYetValid {
        /// First day on which it holds.
        valid_from: Day,
    },
    /// It does not hold any more on the day on which the order would be taken.
    Expired {
        /// Last day on which it held.
        valid_until: Day,
    },
    /// The supplier has, or the contract leaves, less than the smallest purchase that would do.
    NotEnough {
        /// How much there is.
        available: Quantity,
    },
    /// What the supplier has was last said too long ago.
    AvailabilityTooOld {
        /// When.
        as_of: Day,
    },
    /// The smallest purchase that would do is more than may be bought.
    MaximumExceeded {
        /// How much may be bought.
        maximum: Quantity,
    },
    /// It arrives after the need while another arrives in time, or earlier than this one.
    TooLate {
        /// When it would arrive.
        arrival: Day,
        /// The latest arrival that was considered.
        latest: Day,
    },
    /// The goods do not keep long enough once they are there.
    ShelfLifeTooShort {
        /// How many days they keep.
        days: u32,
    },
    /// Nothing may be bought from the offer.
    Blocked {
        /// Why.
        reason: String,
    },
    /// Nothing may be ordered from the supplier.
    SupplierBlocked {
        /// Why.
        reason: String,
    },
    /// The supplier is forbidden in this buying cycle.
    SupplierForbidden,
    /// The supplier is not among those from whom the product may be bought.
    SupplierNotAllowed,
    /// It is in time less often than asked for.
    OnTimeTooLow {
        /// How often, as a share.
        share: Probability,
        /// How often it should be.
        least: Probability,
    },
    /// The supplier delivers as ordered less often than asked for.
    QualityTooLow {
        /// How often, as a share.
        share: Probability,
        /// How often it should be.
        least: Probability,
    },
}

impl From<Invalid> for Exclusion {
    fn from(problem: Invalid) -> Self {
        Self::Invalid { problem }
    }
}

/// An offer that cannot serve, and what would help.
pub(super) fn exclude(offer: &Offer, need: &Need, reason: Exclusion) -> ExcludedOffer {
    let remedy = remedy(offer, need, &reason);
    ExcludedOffer { offer: offer.id.clone(), supplier: offer.supplier.clone(), reason, remedy }
}

/// What would make an offer eligible.
fn remedy(offer: &Offer, need: &Need, reason: &Exclusion) -> String {
    match reason {
        Exclusion::Invalid { problem } if problem.path.starts_with("terms") => {
            format!("corrected terms of {}: {problem}", offer.supplier)
        }
        Exclusion::Invalid { problem } => format!("a corrected offer: {problem}"),
        Exclusion::ExchangeRateMissing { currency } => {
            format!("an exchange rate for {currency} of today or earlier")
        }
        Exclusion::ExchangeRateTooOld { currency, date } => {
            format!("a newer exchange rate for {currency} than that of {date}")
        }
        Exclusion::NotYetValid { valid_from } => format!("ordering on {valid_from} or later"),
        Exclusion::Expired { valid_until } => {
            format!("a new offer; this one held until {valid_until}")
        }
        Exclusion::NotEnough { available } => {
            let (pack, minimum) = (offer.pack_size, offer.minimum_order_quantity);
            format!(
                "more than the {available} there are, in packs of {pack} and at least {minimum}"
            )
        }
        Exclusion::AvailabilityTooOld { as_of } => {
            format!("what the supplier has today; it was last said on {as_of}")
        }
        Exclusion::MaximumExceeded { maximum } => {
            let (pack, minimum) = (offer.pack_size, offer.minimum_order_quantity);
            format!(
                "a maximum above {maximum}, or packs below {pack} and less than {minimum} at least"
            )
        }
        Exclusion::TooLate { arrival, latest } => {
            format!("arrival by {latest} instead of {arrival}")
        }
        Exclusion::ShelfLifeTooShort { days } => {
            let least = need.minimum_shelf_life_days.unwrap_or_default();
            format!("goods that keep for {least} days instead of {days}")
        }
        Exclusion::Blocked { reason } => format!("lifting the block of the offer: {reason}"),
        Exclusion::SupplierBlocked { reason } => {
            format!("lifting the block of the supplier: {reason}")
        }
        Exclusion::SupplierForbidden => {
            format!("taking {} off the forbidden suppliers", offer.supplier)
        }
        Exclusion::SupplierNotAllowed => {
            format!("adding {} to the suppliers allowed for {}", offer.supplier, need.sku)
        }
        Exclusion::OnTimeTooLow { share, least } => {
            format!("deliveries in time of {} instead of {}", least.value(), share.value())
        }
        Exclusion::QualityTooLow { share, least } => {
            format!("deliveries as ordered of {} instead of {}", least.value(), share.value())
        }
    }
}

//! What can go wrong between a request and its answer.

use super::systems::Defect;

/// The seven steps.
pub(crate) const STEPS: [&str; 7] = [
    "create_cart",
    "place_order",
    "await_fulfillment",
    "await_b2b_order",
    "send_to_erp",
    "update_b2b_order",
    "confirm_in_storefront",
];

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    Dropped,
    Late,
    AppliedLate,
    Twice,
    ErrorBefore,
    ErrorAfter,
    Throttled,
    FalseFlag,
    FalseFlagAfter,
    CutBody,
    Refused,
    ExpiredToken,
    Restart,
    Aborted,
    LostField,
    ChangedPrice,
    LostLine,
    StatusBack,
    SecondNamed,
    SecondUnnamed,
}

/// Where something goes wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    pub(crate) step: &'static str,
    pub(crate) kind: Kind,
    /// Which of the step's requests it befalls.
    pub(crate) when: When,
}

/// Which requests of a step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum When {
    /// The first that does what the step is there for.
    First,
    /// All that do.
    Always,
    /// One of all its requests, look-ups among them, from 1.
    Nth(usize),
}

impl Kind {
    pub(crate) const ALL: [Self; 20] = [
        Self::Dropped,
        Self::Late,
        Self::AppliedLate,
        Self::Twice,
        Self::ErrorBefore,
        Self::ErrorAfter,
        Self::Throttled,
        Self::FalseFlag,
        Self::FalseFlagAfter,
        Self::CutBody,
        Self::Refused,
        Self::ExpiredToken,
        Self::Restart,
        Self::Aborted,
        Self::LostField,
        Self::ChangedPrice,
        Self::LostLine,
        Self::StatusBack,
        Self::SecondNamed,
        Self::SecondUnnamed,
    ];

    /// Those that also may never end.
    pub(crate) const LASTING: [Self; 7] = [
        Self::Dropped,
        Self::ErrorBefore,
        Self::ErrorAfter,
        Self::Throttled,
        Self::Refused,
        Self::ExpiredToken,
        Self::LostField,
    ];

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Dropped => "carried out, then the line drops",
            Self::Late => "answers after the deadline",
            Self::AppliedLate => "carried out after the deadline, no answer",
            Self::Twice => "answers twice",
            Self::ErrorBefore => "503, not carried out",
            Self::ErrorAfter => "503, carried out",
            Self::Throttled => "429, Retry-After 2 s",
            Self::FalseFlag => "200 with a false flag, not carried out",
            Self::FalseFlagAfter => "200 with a false flag, carried out",
            Self::CutBody => "carried out, body cut off",
            Self::Refused => "connection refused",
            Self::ExpiredToken => "401, token expired",
            Self::Restart => "carried out, host restarts",
            Self::Aborted => "carried out, aborted by a person meanwhile",
            Self::LostField => "answer without the id",
            Self::ChangedPrice => "changes a price",
            Self::LostLine => "loses a line",
            Self::StatusBack => "status goes back",
            Self::SecondNamed => "second document, both named",
            Self::SecondUnnamed => "second document, one named",
        }
    }

    /// Whether it can befall a step.
    pub(crate) fn befalls(self, step: &str) -> bool {
        let creates = ["create_cart", "place_order", "send_to_erp"].contains(&step);
        let reads = ["await_b2b_order", "confirm_in_storefront"].contains(&step);
        match self {
            Self::SecondNamed | Self::SecondUnnamed => creates,
            Self::StatusBack => !["create_cart", "place_order"].contains(&step),
            Self::AppliedLate | Self::ErrorAfter | Self::FalseFlagAfter => !reads,
            Self::Dropped
            | Self::Late
            | Self::Twice
            | Self::ErrorBefore
            | Self::Throttled
            | Self::FalseFlag
            | Self::CutBody
            | Self::Refused
            | Self::ExpiredToken
            | Self::Restart
            | Self::Aborted
            | Self::LostField
            | Self::ChangedPrice
            | Self::LostLine => true,
        }
    }

    /// Whether the system itself makes two of one request.
    pub(crate) fn doubles(self) -> bool {
        self.defect() == Defect::SecondDocument
    }

    /// What goes wrong inside the system.
    pub(crate) fn defect(self) -> Defect {
        match self {
            Self::ChangedPrice => Defect::ChangedPrice,
            Self::LostLine => Defect::LostLine,
            Self::StatusBack => Defect::StatusBack,
            Self::SecondNamed | Self::SecondUnnamed => Defect::SecondDocument,
            Self::Dropped
            | Self::Late
            | Self::AppliedLate
            | Self::Twice
            | Self::ErrorBefore
            | Self::ErrorAfter
            | Self::Throttled
            | Self::FalseFlag
            | Self::FalseFlagAfter
            | Self::CutBody
            | Self::Refused
            | Self::ExpiredToken
            | Self::Restart
            | Self::Aborted
            | Self::LostField => Defect::Nothing,
        }
    }
}

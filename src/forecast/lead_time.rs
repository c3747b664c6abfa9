//! How long it takes until ordered goods can be sold.

use crate::unit::{Invalid, Probability};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Periods from placing an order until the goods can be sold.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum LeadTime {
    /// Always the same.
    Fixed {
        /// Periods, such as days.
        periods: u32,
    },
    /// One of several, each with its probability, as past receipts show.
    Empirical {
        /// The outcomes; their probabilities add up to one.
        outcomes: Vec<LeadTimeOutcome>,
    },
}

/// One outcome of a random lead time.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LeadTimeOutcome {
    /// Periods, such as days.
    pub periods: u32,
    /// How likely it is.
    pub probability: Probability,
}

impl LeadTime {
    /// What past receipts show: each number of periods as likely as it was often.
    ///
    /// ```
    /// use replenish::forecast::LeadTime;
    /// let lead_time = LeadTime::from_past(&[2, 3, 2, 9])?;
    /// assert_eq!(lead_time.outcomes()?[0].probability.value(), 0.5);
    /// assert_eq!(LeadTime::from_past(&[4, 4])?, LeadTime::Fixed { periods: 4 });
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn from_past(periods: &[u32]) -> Result<Self, Invalid> {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for &periods in periods {
            *counts.entry(periods).or_insert(0) += 1;
        }
        if let (Some((&shortest, _)), 0 | 1) = (counts.first_key_value(), counts.len()) {
            return Ok(Self::Fixed { periods: shortest });
        }
        if counts.is_empty() {
            return Err(Invalid::new("lead_time_invalid", "at least one past lead time", "none"));
        }
        let total = periods.len() as f64;
        let mut outcomes = Vec::with_capacity(counts.len());
        for (periods, count) in counts {
            let probability = Probability::new(f64::from(count) / total)?;
            outcomes.push(LeadTimeOutcome { periods, probability });
        }
        Ok(Self::Empirical { outcomes })
    }

    /// The outcomes with their probabilities; a fixed lead time is one certain outcome.
    ///
    /// # Errors
    ///
    /// When there is no outcome or the probabilities do not add up to one.
    pub fn outcomes(&self) -> Result<Vec<LeadTimeOutcome>, Invalid> {
        match self {
            Self::Fixed { periods } => {
                Ok(vec![LeadTimeOutcome { periods: *periods, probability: Probability::new(1.0)? }])
            }
            Self::Empirical { outcomes } => {
                let total: f64 = outcomes.iter().map(|outcome| outcome.probability.value()).sum();
                if (total - 1.0).abs() < 1e-9 {
                    return Ok(outcomes.clone());
                }
                let expected = "outcomes whose probabilities add up to 1";
                Err(Invalid::new("lead_time_invalid", expected, total).at("outcomes"))
            }
        }
    }

    /// The longest outcome that is possible at all.
    ///
    /// # Errors
    ///
    /// As [`LeadTime::outcomes`].
    pub fn longest(&self) -> Result<u32, Invalid> {
        let possible = self.outcomes()?.into_iter().filter(|o| o.probability.value() > 0.0);
        Ok(possible.map(|outcome| outcome.periods).max().unwrap_or(0))
    }

    /// The same lead time, each outcome longer by some periods.
    #[must_use]
    pub fn plus(&self, extra: u32) -> Self {
        match self {
            Self::Fixed { periods } => Self::Fixed { periods: periods.saturating_add(extra) },
            Self::Empirical { outcomes } => {
                let longer = |outcome: &LeadTimeOutcome| LeadTimeOutcome {
                    periods: outcome.periods.saturating_add(extra),
                    ..*outcome
                };
                Self::Empirical { outcomes: outcomes.iter().map(longer).collect() }
            }
        }
    }
}

//! How demand spreads around what is expected.

use super::{
    Intervals,
    conformal::{Conformal, FEWEST_ERRORS},
    filter::Fit,
    fitted::Fitted,
    history::History,
    interval::ErrorModel,
    simulate::{Errors, Shape},
};
use serde::{Deserialize, Serialize};

/// How demand spreads around what is expected.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Spread {
    Calibrated(ErrorModel),
    Conformal(Conformal),
    Drawn(Errors),
    /// The model is a distribution itself, learnt from so many periods.
    Own {
        periods: usize,
    },
    /// Quantiles between those of a distribution and those of errors.
    Blended {
        share: f64,
        errors: ErrorModel,
    },
}

/// What the spread is measured by, beside model and history.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ruler {
    pub(super) intervals: Intervals,
    pub(super) horizon: usize,
    pub(super) seed: u32,
    /// How much a distribution of counts says; errors say the rest.
    pub(super) counted: f64,
}

impl Spread {
    /// As the options ask, or as far as a short history allows.
    pub(super) fn of(fit: &Fit<Fitted>, history: &History, ruler: &Ruler) -> Self {
        let Ruler { horizon, seed, counted, .. } = *ruler;
        let evidence = history.evidence(fit);
        let (values, known) = match &evidence {
            Some(evidence) => (&evidence.values, Some(&evidence.known[..])),
            None => (&history.values, history.known.as_deref()),
        };
        let known_since = |first: usize| {
            (first..values.len()).filter(|&period| known.is_none_or(|known| known[period])).count()
        };
        if fit.start.predictive().is_some() {
            // The past alone, of a few periods, knows nothing of what may come.
            let counted = if matches!(fit.start, Fitted::Empirical(_)) {
                counted.min(known_since(0) as f64 / FEWEST_ERRORS as f64)
            } else {
                counted
            };
            if counted >= 1.0 {
                return Self::Own { periods: known_since(0) };
            }
            let errors = ErrorModel::of(fit, values, known, horizon);
            return Self::Blended { share: counted, errors };
        }
        let drawn = |shape| Self::Drawn(Errors::of(fit, values, known, shape, seed));
        let intervals = if known_since(fit.warm_up) < FEWEST_ERRORS {
            Intervals::Calibrated
        } else {
            ruler.intervals
        };
        match intervals {
            Intervals::Calibrated => Self::Calibrated(ErrorModel::of(fit, values, known, horizon)),
            Intervals::Conformal => Self::Conformal(Conformal::of(fit, values, known, horizon)),
            Intervals::Model => drawn(Shape::Normal),
            Intervals::Bootstrap => drawn(Shape::Own),
        }
    }

    /// How many past forecasts, or periods, it was learnt from.
    pub(super) fn origins(&self) -> usize {
        match self {
            Self::Calibrated(errors) | Self::Blended { errors, .. } => errors.origins,
            Self::Conformal(errors) => errors.origins(),
            Self::Drawn(errors) => errors.count(),
            Self::Own { periods } => *periods,
        }
    }
}

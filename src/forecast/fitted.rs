//! Any of the models, fitted.

use super::{
    aggregate::Aggregate,
    baseline::Baseline,
    ces::Ces,
    combine::Combined,
    count::{
        Predictive, blended::Blended, dynamic::DynamicCount, empirical::Empirical,
        sparse::SparseDemand,
    },
    ets::Ets,
    filter::{Filter, Fit},
    intermittent::{Croston, Tsb},
    seasonal::Seasoned,
    simple_smoothing::SimpleSmoothing,
    theta::Theta,
};
use serde::{Deserialize, Serialize};

/// Any of the models after the periods it has seen.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fitted {
    Baseline(Baseline),
    Smoothing(SimpleSmoothing),
    Ets(Ets),
    Theta(Theta),
    Ces(Ces),
    Croston(Croston),
    Tsb(Tsb),
    Aggregate(Aggregate),
    Counts(DynamicCount),
    Empirical(Empirical),
    Sparse(Box<SparseDemand>),
    Blended(Box<Blended<Fitted>>),
    Seasoned(Box<Seasoned<Fitted>>),
    Combined(Box<Combined<Fitted>>),
}

/// Calls a method of whichever model it is.
macro_rules! whichever {
    ($fitted:expr, $model:ident => $call:expr) => {
        match $fitted {
            Fitted::Baseline($model) => $call,
            Fitted::Smoothing($model) => $call,
            Fitted::Ets($model) => $call,
            Fitted::Theta($model) => $call,
            Fitted::Ces($model) => $call,
            Fitted::Croston($model) => $call,
            Fitted::Tsb($model) => $call,
            Fitted::Aggregate($model) => $call,
            Fitted::Counts($model) => $call,
            Fitted::Empirical($model) => $call,
            Fitted::Sparse($model) => $call,
            Fitted::Blended($model) => $call,
            Fitted::Seasoned($model) => $call,
            Fitted::Combined($model) => $call,
        }
    };
}

impl Filter for Fitted {
    fn path(&self, path: &mut [f64]) {
        whichever!(self, model => model.path(path));
    }

    fn observe(&mut self, value: f64) {
        whichever!(self, model => model.observe(value));
    }

    fn observe_all(&mut self, values: &[f64]) {
        whichever!(self, model => model.observe_all(values));
    }

    fn observe_at_least(&mut self, value: f64) {
        whichever!(self, model => model.observe_at_least(value));
    }

    fn pass(&mut self) {
        whichever!(self, model => model.pass());
    }

    fn is_multiplicative(&self) -> bool {
        whichever!(self, model => model.is_multiplicative())
    }
}

impl Fitted {
    /// The model as one that knows the distribution of demand, if it is one.
    pub(super) fn predictive(&self) -> Option<&dyn Predictive> {
        match self {
            Self::Counts(model) => Some(model),
            Self::Empirical(model) => Some(model),
            Self::Sparse(model) => Some(&**model),
            Self::Blended(model) => Some(&model.counts),
            Self::Baseline(_)
            | Self::Smoothing(_)
            | Self::Ets(_)
            | Self::Theta(_)
            | Self::Ces(_)
            | Self::Croston(_)
            | Self::Tsb(_)
            | Self::Aggregate(_)
            | Self::Seasoned(_)
            | Self::Combined(_) => None,
        }
    }
}

impl<F> Fit<F> {
    /// The same fit with the model seen as another type.
    pub(super) fn map<G>(self, into: impl FnOnce(F) -> G) -> Fit<G> {
        Fit { start: into(self.start), warm_up: self.warm_up, parameters: self.parameters }
    }
}

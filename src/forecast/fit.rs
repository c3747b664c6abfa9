//! Fitting whichever model is asked for.

use super::{
    EtsForm, ForecastOptions, Model, aggregate,
    baseline::Baseline,
    ces::{self, CesSeason},
    count::{
        dynamic::{self, CountFamily},
        empirical, sparse,
    },
    ets,
    filter::Fit,
    fitted::Fitted,
    history::Bounds,
    intermittent::{
        Correction, TsbAlphas, fit_croston_best, fit_croston_customary, fit_croston_many, fit_tsb,
        fit_tsb_best,
    },
    seasonal::{self, Seasoned},
    simple_smoothing::{self, AlphaRange},
    theta::{self, ThetaVariant},
};
use crate::unit::sort_by;

/// Room to work in that is used again for every series and model, so that none is allocated.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    ets: ets::Workspace,
}

impl Workspace {
    /// Why the last automatic choice of exponential smoothing fell on its form.
    pub(super) fn why_this_form(&self) -> Option<String> {
        let mut tried: Vec<_> = self.ets.tried().to_vec();
        sort_by(&mut tried, |a, b| a.aicc.total_cmp(&b.aicc));
        let best = tried.first()?;
        let next = tried.get(1).map(|next| format!(", next {} {:.2}", next.form, next.aicc));
        Some(format!(
            "smallest corrected Akaike criterion: {} {:.2}{}",
            best.form,
            best.aicc,
            next.unwrap_or_default()
        ))
    }
}

/// Seasons that a model may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seasons<'a> {
    /// Periods in the shortest season; 1 for none.
    pub(super) length: usize,
    /// Longer ones.
    pub(super) longer: &'a [f64],
}

impl<'a> Seasons<'a> {
    pub(super) fn of(options: &'a ForecastOptions) -> Self {
        Self { length: options.season_length as usize, longer: &options.longer_seasons }
    }
}

/// The smoothing parameters of the fixed method of Teunter, Syntetos and Babai.
const TSB_ALPHAS: TsbAlphas = TsbAlphas { size: 0.2, probability: 0.2 };

/// Fits a model to a complete history; gives its name with the form that was found.
///
/// A model that cannot be fitted to so few or such values is replaced by the next simpler one that
/// can, which the name then says. `bounds` are given where the values are not all known.
pub(super) fn fit(
    model: Model,
    values: &[f64],
    seasons: Seasons<'_>,
    bounds: Option<&Bounds>,
    workspace: &mut Workspace,
) -> (String, Fit<Fitted>) {
    let season_length = seasons.length;
    let baseline = |baseline: Baseline| baseline.fit(values.len()).map(Fitted::Baseline);
    let croston = |fit: Fit<_>| fit.map(Fitted::Croston);
    // The likelihood of counts takes an open period as it is and needs no guess about it.
    let (certain, is_open) = match bounds {
        Some(bounds) => (&bounds.least[..], Some(&bounds.is_open[..])),
        None => (values, None),
    };
    let counts = |family| dynamic::fit_family(certain, is_open, family).fit.map(Fitted::Counts);
    let name = model.to_string();
    let fit = match model {
        Model::Mean => baseline(Baseline::mean()),
        Model::WindowMean { window } => baseline(Baseline::window_mean(window as usize)),
        Model::Naive => baseline(Baseline::naive()),
        Model::Drift => baseline(Baseline::drift()),
        Model::SeasonalNaive => baseline(Baseline::seasonal_naive(season_length)),
        Model::SeasonalWindowMean { seasons } => {
            baseline(Baseline::seasonal_window_mean(season_length, seasons as usize))
        }
        Model::SimpleExponentialSmoothing { alpha: Some(alpha) } => {
            simple_smoothing::fit_alpha(values, alpha).map(Fitted::Smoothing)
        }
        Model::SimpleExponentialSmoothing { alpha: None } => {
            simple_smoothing::fit_best(values, AlphaRange::WIDE).map(Fitted::Smoothing)
        }
        Model::Holt => return ets(values, 1, &EtsForm::HOLT, workspace),
        Model::DampedHolt => return ets(values, 1, &EtsForm::DAMPED_HOLT, workspace),
        Model::HoltWintersAdditive => {
            return ets(values, season_length, &EtsForm::HOLT_WINTERS_ADDITIVE, workspace);
        }
        Model::HoltWintersMultiplicative => {
            return ets(values, season_length, &EtsForm::HOLT_WINTERS_MULTIPLICATIVE, workspace);
        }
        Model::Ets { form } => {
            let found = ets::fit(values, form, season_length, &mut workspace.ets);
            let Some(found) = found else {
                return ets(values, season_length, &[form], workspace);
            };
            return (name, found.fit.map(Fitted::Ets));
        }
        Model::AutoEts => return ets(values, season_length, &EtsForm::admissible(), workspace),
        Model::Ces => return ces(values, Some(CesSeason::None), season_length),
        Model::SimpleSeasonalCes => return ces(values, Some(CesSeason::Simple), season_length),
        Model::PartialSeasonalCes => return ces(values, Some(CesSeason::Partial), season_length),
        Model::FullSeasonalCes => return ces(values, Some(CesSeason::Full), season_length),
        Model::AutoCes => return ces(values, None, season_length),
        Model::Theta => return theta(values, Some(ThetaVariant::Standard), season_length),
        Model::OptimizedTheta => {
            return theta(values, Some(ThetaVariant::Optimized), season_length);
        }
        Model::DynamicTheta => {
            return theta(values, Some(ThetaVariant::DynamicStandard), season_length);
        }
        Model::DynamicOptimizedTheta => {
            return theta(values, Some(ThetaVariant::DynamicOptimized), season_length);
        }
        Model::AutoTheta => return theta(values, None, season_length),
        Model::Croston => croston(fit_croston_customary(values, Correction::Uncorrected)),
        Model::OptimizedCroston => croston(fit_croston_best(values, Correction::Uncorrected)),
        Model::CrostonSba => croston(fit_croston_customary(values, Correction::SyntetosBoylan)),
        Model::CrostonSbj => {
            croston(fit_croston_customary(values, Correction::ShaleBoylanJohnston))
        }
        Model::Tsb => fit_tsb(values, TSB_ALPHAS).map(Fitted::Tsb),
        Model::OptimizedTsb => fit_tsb_best(values).map(Fitted::Tsb),
        Model::Adida => aggregate::fit_adida(values).map(Fitted::Aggregate),
        Model::Imapa => aggregate::fit_imapa(values).map(Fitted::Aggregate),
        Model::SparseDemand => {
            // A state for each phase is kept, so there must be one to learn from.
            let shown = season_length <= values.len() / 2;
            sparse::fit(if shown { season_length } else { 1 })
                .map(|model| Fitted::Sparse(Box::new(model)))
        }
        Model::Mstl => return mstl(values, seasons, workspace),
        Model::AutoCounts => dynamic::fit(certain, is_open).map(Fitted::Counts),
        Model::Poisson => counts(CountFamily::Poisson),
        Model::NegativeBinomial => counts(CountFamily::NegativeBinomial),
        Model::ZeroInflatedPoisson => counts(CountFamily::ZeroInflatedPoisson),
        Model::ZeroInflatedNegativeBinomial => counts(CountFamily::ZeroInflatedNegativeBinomial),
        Model::Empirical => empirical::fit(values, season_length).map(Fitted::Empirical),
    };
    (name, fit)
}

/// Fits many complete histories side by side, for models that gain by it: with the same bits as one
/// by one, each in its state before the history and after it.
pub(super) fn fit_many(model: Model, histories: &[&[f64]]) -> Option<Vec<(Fit<Fitted>, Fitted)>> {
    if model == (Model::SimpleExponentialSmoothing { alpha: None }) {
        let fits = simple_smoothing::fit_many(histories, AlphaRange::WIDE);
        let starts: Vec<_> = fits.iter().map(|fit| fit.start).collect();
        let now = simple_smoothing::observe_many(&starts, histories);
        Some(both(fits.into_iter().zip(now).collect(), Fitted::Smoothing))
    } else if model == Model::OptimizedCroston {
        Some(both(fit_croston_many(histories, Correction::Uncorrected), Fitted::Croston))
    } else if model == Model::Adida {
        Some(both(aggregate::fit_adida_many(histories), Fitted::Aggregate))
    } else if model == Model::Imapa {
        Some(both(aggregate::fit_imapa_many(histories), Fitted::Aggregate))
    } else {
        None
    }
}

fn both<F>(many: Vec<(Fit<F>, F)>, into: impl Fn(F) -> Fitted) -> Vec<(Fit<Fitted>, Fitted)> {
    many.into_iter().map(|(fit, now)| (fit.map(&into), into(now))).collect()
}

fn ets(
    values: &[f64],
    season_length: usize,
    candidates: &[EtsForm],
    workspace: &mut Workspace,
) -> (String, Fit<Fitted>) {
    let found = ets::auto(values, season_length, candidates, &mut workspace.ets);
    (Model::Ets { form: found.form }.to_string(), found.fit.map(Fitted::Ets))
}

fn ces(values: &[f64], season: Option<CesSeason>, season_length: usize) -> (String, Fit<Fitted>) {
    let asked = season.and_then(|season| ces::fit(values, season, season_length));
    let found = asked.unwrap_or_else(|| ces::auto(values, season_length));
    let model = match found.season {
        CesSeason::None => Model::Ces,
        CesSeason::Simple => Model::SimpleSeasonalCes,
        CesSeason::Partial => Model::PartialSeasonalCes,
        CesSeason::Full => Model::FullSeasonalCes,
    };
    (model.to_string(), found.fit.map(Fitted::Ces))
}

/// Seasons taken off, and exponential smoothing without a season of the rest.
fn mstl(values: &[f64], seasons: Seasons<'_>, workspace: &mut Workspace) -> (String, Fit<Fitted>) {
    let lengths: Vec<f64> =
        std::iter::once(seasons.length as f64).chain(seasons.longer.iter().copied()).collect();
    let adjusted = seasonal::adjust(values, &lengths);
    let Some(adjusted) = adjusted else {
        return ets(values, 1, &EtsForm::admissible(), workspace);
    };
    let (name, rest) = ets(&adjusted.values, 1, &EtsForm::admissible(), workspace);
    let seasonal = adjusted.seasonal;
    let fit = rest.map(|rest| Fitted::Seasoned(Box::new(Seasoned { rest, seasonal })));
    (format!("mstl:{}", name.trim_start_matches("auto_ets:")), fit)
}

fn theta(
    values: &[f64],
    variant: Option<ThetaVariant>,
    season_length: usize,
) -> (String, Fit<Fitted>) {
    let found = match variant {
        Some(variant) => theta::fit(values, variant, season_length),
        None => theta::auto(values, season_length),
    };
    let model = match found.variant {
        ThetaVariant::Standard => Model::Theta,
        ThetaVariant::Optimized => Model::OptimizedTheta,
        ThetaVariant::DynamicStandard => Model::DynamicTheta,
        ThetaVariant::DynamicOptimized => Model::DynamicOptimizedTheta,
    };
    (model.to_string(), found.fit.map(Fitted::Theta))
}

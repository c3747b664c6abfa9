//! Which model or models, and why.

use super::{
    CombineBy, DemandClass, DemandPattern, EtsForm, ForecastOptions, Model, ModelChoice,
    combine::Combined,
    count::{blended::Blended, sparse},
    filter::{Filter, Fit},
    fit::{Seasons, fit},
    fitted::Fitted,
    history::{Bounds, History},
    predict::Candidate,
    strength::{self, Direction},
};
use crate::unit::math;

pub(super) use super::fit::Workspace;

/// What was chosen.
pub(super) struct Chosen {
    pub(super) name: String,
    pub(super) fit: Fit<Fitted>,
    pub(super) reason: String,
    pub(super) candidates: Vec<Candidate>,
    /// How much a distribution of counts says of the quantiles; the errors of forecasts say the rest.
    pub(super) counted: f64,
}

impl Chosen {
    /// The one model asked for.
    pub(super) fn asked(name: String, fit: Fit<Fitted>) -> Self {
        Self { name, fit, reason: ASKED.to_owned(), candidates: Vec::new(), counted: 1.0 }
    }
}

const ASKED: &str = "asked for";

/// Chooses as the options say.
pub(super) fn choose(
    history: &mut History,
    pattern: &DemandPattern,
    options: &ForecastOptions,
    workspace: &mut Workspace,
) -> Chosen {
    if history.is_unknown() {
        return guess(history);
    }
    let plan = match &options.model {
        ModelChoice::Fixed { model } => Plan::asked(&[*model], CombineBy::Mean),
        ModelChoice::Combination { models, by } => Plan::asked(models, *by),
        ModelChoice::Auto => Plan::automatic(history, pattern, options),
    };
    let (horizon, seasons) = (options.horizon as usize, Seasons::of(options));
    let compares = plan.by == CombineBy::Accuracy && plan.models.len() > 1;
    let bounds = history.bounds();
    let mut members: Vec<Member> = Vec::with_capacity(plan.models.len());
    for &model in &plan.models {
        let mut name = String::new();
        let fit = history.fit(|values| {
            let (found, fit) = fit(model, values, seasons, bounds.as_ref(), workspace);
            name = found;
            fit
        });
        let error = if compares {
            holdout_error(model, history, horizon, seasons, bounds.as_ref(), workspace)
        } else {
            None
        };
        members.push(Member { name, fit, error });
    }
    let reason = match plan.models[..] {
        [Model::AutoEts] => workspace.why_this_form().unwrap_or(plan.reason),
        _ => plan.reason,
    };
    let trust = history.values.len() as f64 / (TRUST * f64::from(options.horizon));
    let counts = plan.counts.map(|mut counts| {
        if compares {
            let (model, bounds) = (Model::SparseDemand, bounds.as_ref());
            let seasons = Seasons { length: counts.season_length, ..seasons };
            let error = holdout_error(model, history, horizon, seasons, bounds, workspace);
            counts.weigh(error, &members);
        }
        counts
    });
    let chosen = combine(members, plan.by, trust.min(MOST_TRUST), reason);
    match counts {
        Some(counts) if counts.of_quantiles >= LEAST_SHARE => counts.blend(chosen),
        _ => chosen,
    }
}

/// What is said when nothing is known, by whichever model: as if in one of two periods one unit had
/// been wanted.
fn guess(history: &mut History) -> Chosen {
    let mut fit = sparse::fit(1);
    for demand in [1.0, 0.0] {
        fit.start.observe(demand);
    }
    let expected = fit.start.next();
    history.values.fill(expected);
    Chosen {
        name: Model::SparseDemand.to_string(),
        fit: Fit { warm_up: 0, ..fit }.map(|counts| Fitted::Sparse(Box::new(counts))),
        reason: "no demand is known: one unit in two periods is a guess".to_owned(),
        candidates: Vec::new(),
        counted: 1.0,
    }
}

/// What is to be fitted.
struct Plan {
    models: Vec<Model>,
    by: CombineBy,
    counts: Option<Counts>,
    reason: String,
}

/// A distribution of counts beside the models.
struct Counts {
    season_length: usize,
    /// How much it says of what is expected.
    of_mean: f64,
    /// How much it says of the quantiles.
    of_quantiles: f64,
}

impl Counts {
    /// Says less as far as its error over the last periods is above that of the best model: sizes of
    /// the past say little of demand that rises or falls.
    fn weigh(&mut self, error: Option<f64>, members: &[Member]) {
        let errors = members.iter().filter_map(|member| member.error);
        let least = errors.fold(f64::INFINITY, f64::min);
        if let Some(error) = error.filter(|&error| error > least) {
            let ratio = least / error;
            self.of_mean *= ratio * ratio;
            self.of_quantiles *= ratio * ratio;
        }
    }

    fn blend(&self, chosen: Chosen) -> Chosen {
        let counts = sparse::fit(self.season_length);
        let Chosen { name, fit, reason, candidates, .. } = chosen;
        let fit = Fit {
            warm_up: fit.warm_up.max(counts.warm_up),
            parameters: fit.parameters,
            start: Fitted::Blended(Box::new(Blended {
                counts: counts.start,
                other: fit.start,
                share: self.of_mean,
            })),
        };
        let name = format!("{} with {name}", Model::SparseDemand);
        Chosen { name, fit, reason, candidates, counted: self.of_quantiles }
    }
}

/// A model that is part of what is chosen.
struct Member {
    name: String,
    fit: Fit<Fitted>,
    /// Root mean squared error over the last periods, which it had not seen.
    error: Option<f64>,
}

impl Plan {
    fn asked(models: &[Model], by: CombineBy) -> Self {
        Self { models: models.to_vec(), by, counts: None, reason: ASKED.to_owned() }
    }

    /// The models that suit the demand, how they are combined, and why.
    fn automatic(history: &History, pattern: &DemandPattern, options: &ForecastOptions) -> Self {
        let values = &history.values;
        let periods = values.len();
        let class = format!(
            "{} demand (a demand every {:.2} periods, squared variation {:.2})",
            pattern.class.name(),
            pattern.average_demand_interval,
            pattern.squared_coefficient_of_variation
        );
        let is_sparse = match pattern.class {
            DemandClass::Smooth | DemandClass::Erratic => false,
            DemandClass::NoDemand | DemandClass::Intermittent | DemandClass::Lumpy => true,
        };
        let season_length = options.season_length as usize;
        // The phases of a season share what little there is: each must have come often.
        let counted_season = if season_length <= periods / CYCLES { season_length } else { 1 };
        let negative = values.iter().filter(|&&value| value < 0.0).count();
        if is_sparse && negative as f64 <= RETURNS * periods as f64 {
            let of_mean = if periods < FEW_PERIODS { 0.8 } else { 0.3 };
            let counts = Counts { season_length: counted_season, of_mean, of_quantiles: 1.0 };
            let reason = format!("{class}: the distribution of its own sizes and gaps");
            let models = SPARSE.to_vec();
            return Self { models, by: CombineBy::Mean, counts: Some(counts), reason };
        }
        let longest = options.longer_seasons.iter().copied().fold(season_length as f64, f64::max);
        let shows = |length: f64| length > 1.0 && 2.0 * length <= periods as f64;
        let (models, kind, most_counted) = if shows(longest) && longest >= LONG_SEASON {
            (&LONG_SEASONS[..], "a long season", 0.75)
        } else if shows(season_length as f64) {
            (&SEASONAL[..], "a season", 0.5)
        } else if periods < SHORT {
            (&SHORT_WITHOUT_SEASON[..], "a short history", 0.75)
        } else {
            (&WITHOUT_SEASON[..], "no season that the history could show", 0.75)
        };
        let share = most_counted * smallness(history);
        let counts = (share >= LEAST_SHARE).then_some(Counts {
            season_length: counted_season,
            of_mean: share,
            of_quantiles: share,
        });
        let way = match strength::direction(&values[values.len().saturating_sub(RECENT)..]) {
            Direction::Up => "rising",
            Direction::Down => "falling",
            Direction::Level => "level",
        };
        let shown =
            if strength::is_seasonal(values, season_length) { ", which repeats" } else { "" };
        let reason = format!(
            "{class}, {way} of late, with {kind}{shown}: models of different kinds together, each \
             by its error over the last periods"
        );
        Self { models: models.to_vec(), by: CombineBy::Accuracy, counts, reason }
    }
}

/// How far demand is small counts, from 0 to 1: large ones are as good as continuous.
fn smallness(history: &History) -> f64 {
    let values = history.known_values();
    if !history.is_non_negative || values.iter().any(|value| value.fract() != 0.0) {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    SMALL_COUNTS / mean.max(SMALL_COUNTS)
}

/// Periods over which demand that rises or falls is looked for.
const RECENT: usize = 120;
/// Mean demand up to which counts are small.
const SMALL_COUNTS: f64 = 30.0;
/// Up to this share of periods, negative ones are returns among sparse demand.
const RETURNS: f64 = 0.1;
/// With fewer periods, models of the mean are mostly chance.
const FEW_PERIODS: usize = 30;
/// A share below this would cost more than it says.
const LEAST_SHARE: f64 = 0.05;
/// How often a season must have come before its phases are counted apart.
const CYCLES: usize = 6;
const SPARSE: [Model; 3] =
    [Model::SimpleExponentialSmoothing { alpha: None }, Model::Imapa, Model::OptimizedTsb];
/// From here on a season has more periods than one model should estimate one by one.
const LONG_SEASON: f64 = 24.0;
/// Fewer periods than this are too few for one view of a trend to be trusted.
const SHORT: usize = 60;
const SHORT_WITHOUT_SEASON: [Model; 5] = [
    Model::AutoEts,
    Model::DynamicOptimizedTheta,
    Model::OptimizedTheta,
    Model::AutoCes,
    Model::Drift,
];
const WITHOUT_SEASON: [Model; 3] =
    [Model::AutoEts, Model::DampedHolt, Model::DynamicOptimizedTheta];
const SEASONAL: [Model; 6] = [
    Model::AutoEts,
    Model::DynamicOptimizedTheta,
    Model::OptimizedTheta,
    Model::AutoCes,
    Model::Ets { form: EtsForm::ADDITIVE_DAMPED },
    Model::Mstl,
];
const LONG_SEASONS: [Model; 4] =
    [Model::Mstl, Model::SeasonalNaive, Model::DynamicOptimizedTheta, Model::AutoEts];

/// Several fitted models as one.
fn combine(mut members: Vec<Member>, by: CombineBy, trust: f64, reason: String) -> Chosen {
    if members.len() == 1 {
        let Member { name, fit, .. } = members.remove(0);
        return Chosen { name, fit, reason, candidates: Vec::new(), counted: 1.0 };
    }
    let weights = weights(&members, by, trust);
    let how = match by {
        CombineBy::Mean => "mean",
        CombineBy::Median => "median",
        CombineBy::Accuracy => "weighted mean",
    };
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let name = format!("{how} of {}", names.join(", "));
    let candidates = members.iter().zip(&weights).map(|(member, &weight)| Candidate {
        model: member.name.clone(),
        error: member.error,
        weight,
    });
    let candidates = candidates.collect();
    let warm_up = members.iter().map(|member| member.fit.warm_up).max().unwrap_or(0);
    let parameters = members.iter().map(|member| member.fit.parameters).max().unwrap_or(0);
    let starts: Vec<Fitted> = members.into_iter().map(|member| member.fit.start).collect();
    let combined = match by {
        CombineBy::Median => Combined::median(starts),
        CombineBy::Mean | CombineBy::Accuracy => Combined::mean(starts, &weights),
    };
    let fit = Fit { start: Fitted::Combined(Box::new(combined)), warm_up, parameters };
    Chosen { name, fit, reason, candidates, counted: 1.0 }
}

/// The share of each member, together 1.
fn weights(members: &[Member], by: CombineBy, trust: f64) -> Vec<f64> {
    let even = 1.0 / members.len() as f64;
    let known = members.iter().all(|member| member.error.is_some());
    if by != CombineBy::Accuracy || !known {
        return vec![even; members.len()];
    }
    let errors = members.iter().filter_map(|member| member.error);
    let least = errors.clone().fold(f64::INFINITY, f64::min).max(f64::MIN_POSITIVE);
    let share = |error: f64| math::pow(least / error.max(least), trust);
    let inverse: Vec<f64> = errors.map(share).collect();
    let total: f64 = inverse.iter().sum();
    inverse.into_iter().map(|weight| weight / total).collect()
}

/// Horizons of history that make a model's share inversely proportional to its error.
const TRUST: f64 = 8.0;
/// The highest power of the inverse error that is a share.
const MOST_TRUST: f64 = 2.0;

/// Root mean squared error over the last periods of a model that is fitted to those before; none
/// when the history is too short to tell.
fn holdout_error(
    model: Model,
    history: &History,
    horizon: usize,
    seasons: Seasons<'_>,
    bounds: Option<&Bounds>,
    workspace: &mut Workspace,
) -> Option<f64> {
    let values = &history.values;
    let periods = horizon.min(values.len() / 4);
    if periods == 0 || values.len() - periods < 8 {
        return None;
    }
    let (seen, unseen) = values.split_at(values.len() - periods);
    let bounds = bounds.map(|bounds| bounds.until(seen.len()));
    let (_, fitted) = fit(model, seen, seasons, bounds.as_ref(), workspace);
    let mut state = fitted.start;
    state.observe_all(seen);
    let mut path = vec![0.0; periods];
    state.path(&mut path);
    let squares = path.iter().zip(unseen).map(|(mean, value)| (value - mean) * (value - mean));
    Some((squares.sum::<f64>() / periods as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{Series, fit::Workspace};

    fn chosen(values: &[f64], options: &ForecastOptions) -> Chosen {
        let mut history = History::read(&Series::new(values.to_vec()).unwrap(), options).unwrap();
        let pattern = DemandPattern::of_values(&history.values);
        choose(&mut history, &pattern, options, &mut Workspace::default())
    }

    fn automatic(values: &[f64], season_length: u32) -> Chosen {
        let options = ForecastOptions { season_length, horizon: 7, ..ForecastOptions::default() };
        chosen(values, &options)
    }

    fn combined(values: &[f64], models: &[Model], by: CombineBy) -> Chosen {
        let model = ModelChoice::Combination { models: models.to_vec(), by };
        let options = ForecastOptions { model, horizon: 7, ..ForecastOptions::default() };
        chosen(values, &options)
    }

    /// A level that is lost for good at the end, on which naive is right and the mean is wrong.
    fn lost() -> Vec<f64> {
        [vec![100.5; 30], vec![20.5; 10]].concat()
    }

    #[test]
    fn the_kind_of_demand_decides_what_is_fitted() {
        let sparse = automatic(&[0.0, 0.0, 3.0, 0.0].repeat(10), 7);
        assert!(sparse.name.starts_with("sparse_demand with mean of "), "{}", sparse.name);
        assert!(sparse.reason.starts_with("intermittent demand (a demand every 4.00 periods"));
        assert!((sparse.counted - 1.0).abs() < 1e-12);

        let amounts: Vec<f64> = (0..60).map(|t| 500.25 + f64::from(t * t % 17)).collect();
        let smooth = automatic(&amounts, 1);
        assert!(smooth.name.starts_with("weighted mean of "), "{}", smooth.name);
        assert!(smooth.reason.contains("no season that the history could show"));
        assert_eq!(smooth.candidates.len(), WITHOUT_SEASON.len());
        assert!(automatic(&amounts, 7).reason.contains("with a season"));
        assert!(automatic(&amounts, 52).reason.contains("no season that"), "one year of weeks");
        assert!(automatic(&amounts.repeat(2), 52).reason.contains("a long season"));

        // Small whole numbers are counts as well, large ones are not.
        let counts: Vec<f64> = (0..60).map(|t| f64::from(2 + t * t % 5)).collect();
        assert!(automatic(&counts, 1).name.starts_with("sparse_demand with weighted mean"));
        let large: Vec<f64> = counts.iter().map(|count| count * 1000.0).collect();
        assert!(!automatic(&large, 1).name.contains("sparse_demand"));
    }

    #[test]
    fn an_unknown_period_does_not_turn_counts_into_amounts() {
        let mut counts: Vec<f64> = (0..60).map(|t| f64::from(2 + t * t % 5)).collect();
        counts[30] = f64::NAN;
        let missing = crate::forecast::MissingPeriods::Unknown;
        let options = ForecastOptions { missing, season_length: 1, ..ForecastOptions::default() };
        assert!(chosen(&counts, &options).name.starts_with("sparse_demand with weighted mean"));
    }

    #[test]
    fn smaller_errors_have_larger_shares() {
        let chosen = combined(&lost(), &[Model::Mean, Model::Naive], CombineBy::Accuracy);
        let [mean, naive] = &chosen.candidates[..] else { panic!("two candidates") };
        assert!(naive.weight > 0.9 && (mean.weight + naive.weight - 1.0).abs() < 1e-12);
        assert!(naive.error.unwrap() < 1e-9 && mean.error.unwrap() > 30.0);
        assert_eq!(chosen.name, "weighted mean of mean, naive");
    }

    #[test]
    fn weights_by_hand() {
        let member = |error| Member {
            name: String::new(),
            fit: sparse::fit(1).map(|counts| Fitted::Sparse(Box::new(counts))),
            error,
        };
        let near = |found: Vec<f64>, expected: [f64; 2]| {
            let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12);
            assert!(close, "{found:?}");
        };
        let members = [member(Some(2.0)), member(Some(4.0))];
        near(weights(&members, CombineBy::Accuracy, 1.0), [2.0 / 3.0, 1.0 / 3.0]);
        near(weights(&members, CombineBy::Accuracy, 2.0), [0.8, 0.2]);
        near(weights(&members, CombineBy::Accuracy, 0.0), [0.5, 0.5]);
        near(weights(&members, CombineBy::Mean, 2.0), [0.5, 0.5]);
        let exact = [member(Some(0.0)), member(Some(0.0))];
        near(weights(&exact, CombineBy::Accuracy, 2.0), [0.5, 0.5]);
        let unknown = [member(Some(2.0)), member(None)];
        near(weights(&unknown, CombineBy::Accuracy, 2.0), [0.5, 0.5]);
    }

    #[test]
    fn a_history_too_short_to_tell_has_no_error() {
        let short = combined(&[5.0; 8], &[Model::Mean, Model::Naive], CombineBy::Accuracy);
        assert!(short.candidates.iter().all(|candidate| candidate.error.is_none()));
        assert!(short.candidates.iter().all(|candidate| (candidate.weight - 0.5).abs() < 1e-12));
        let long = combined(&[5.0; 12], &[Model::Mean, Model::Naive], CombineBy::Accuracy);
        assert!(long.candidates.iter().all(|candidate| candidate.error.is_some()));
    }

    #[test]
    fn one_model_alone_is_itself() {
        let alone = combined(&lost(), &[Model::Naive], CombineBy::Median);
        assert_eq!((alone.name.as_str(), alone.reason.as_str()), ("naive", "asked for"));
        assert!(alone.candidates.is_empty() && matches!(alone.fit.start, Fitted::Baseline(_)));
    }

    #[test]
    fn without_demand_one_unit_in_two_periods_is_guessed() {
        let guess = automatic(&[], 7);
        assert_eq!(guess.name, "sparse_demand");
        assert!((guess.fit.start.next() - 0.5).abs() < 0.1, "{}", guess.fit.start.next());
    }
}

//! The closed set of models and their names.

use super::EtsForm;
use crate::unit::Invalid;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Which model to use.
///
/// As text it is `auto`, the name of a model, or `mean:`, `median:` or `weighted:` and the names of
/// several with `+` between them.
///
/// ```
/// use replenish::forecast::{CombineBy, Model, ModelChoice};
/// let both = ModelChoice::Combination { models: vec![Model::AutoEts, Model::Theta], by: CombineBy::Mean };
/// assert_eq!("mean:AutoETS+theta".parse::<ModelChoice>()?, both);
/// assert_eq!(both.to_string(), "mean:auto_ets+theta");
/// assert_eq!("ses:0.3".parse::<ModelChoice>()?.to_string(), "ses:0.3");
/// assert_eq!("auto".parse::<ModelChoice>()?, ModelChoice::Auto);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ModelChoice {
    /// What suits the demand's class, by its errors from past origins.
    #[default]
    Auto,
    /// Always this one.
    Fixed {
        /// The model.
        model: Model,
    },
    /// Several together.
    Combination {
        /// The models, each once.
        models: Vec<Model>,
        /// How their forecasts become one.
        by: CombineBy,
    },
}

/// How the forecasts of several models become one.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum CombineBy {
    /// Their mean.
    #[default]
    Mean,
    /// Their median.
    Median,
    /// A mean weighted by the inverse of each model's squared error from past origins.
    Accuracy,
}

/// A forecasting model.
///
/// As text it is its name, with a parameter behind a colon where it has one: `ses`, `ses:0.3`,
/// `window_mean:8`, `ets:MAdM`. Case, spaces, hyphens and underscores do not matter when a name is
/// read, and the names of statsforecast (`AutoETS`, `CrostonSBA`, …) are understood.
///
/// ```
/// use replenish::forecast::Model;
/// assert_eq!("Seasonal Naive".parse::<Model>()?, Model::SeasonalNaive);
/// assert_eq!("ses:0.3".parse::<Model>()?.to_string(), "ses:0.3");
/// assert_eq!("prophet".parse::<Model>().unwrap_err().code, "model_unknown");
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Model {
    /// The mean of the history.
    Mean,
    /// The mean of the last periods: eight, or as many as stand behind the colon.
    WindowMean {
        /// Periods, at least 1.
        window: u32,
    },
    /// The last value.
    Naive,
    /// The last value and the mean change from the first to the last.
    Drift,
    /// What was wanted one season earlier.
    SeasonalNaive,
    /// The mean of the same period in the last seasons: two, or as many as stand behind the colon.
    SeasonalWindowMean {
        /// Seasons, at least 1.
        seasons: u32,
    },
    /// Simple exponential smoothing, its parameter by least squares unless it is given.
    SimpleExponentialSmoothing {
        /// The smoothing parameter, from 0 to 1; least squares where there is none.
        alpha: Option<f64>,
    },
    /// Holt's linear trend.
    Holt,
    /// Holt's trend, damped.
    DampedHolt,
    /// Holt and Winters with an additive season.
    HoltWintersAdditive,
    /// Holt and Winters with a multiplicative season.
    HoltWintersMultiplicative,
    /// One form of exponential smoothing, such as `ets:MAdM`.
    Ets {
        /// Error, trend and season.
        form: EtsForm,
    },
    /// The form of exponential smoothing with the smallest corrected Akaike criterion.
    AutoEts,
    /// The standard theta method (STM).
    Theta,
    /// The optimised theta method (OTM).
    OptimizedTheta,
    /// The dynamic standard theta method (DSTM).
    DynamicTheta,
    /// The dynamic optimised theta method (DOTM).
    DynamicOptimizedTheta,
    /// The theta method with the smallest squared error.
    AutoTheta,
    /// Complex exponential smoothing without season.
    Ces,
    /// Complex exponential smoothing with a simple season.
    SimpleSeasonalCes,
    /// Complex exponential smoothing with a partial season.
    PartialSeasonalCes,
    /// Complex exponential smoothing with a full season.
    FullSeasonalCes,
    /// The complex exponential smoothing with the smallest corrected Akaike criterion.
    AutoCes,
    /// Croston's method.
    Croston,
    /// Croston's method with its two parameters by least squares.
    OptimizedCroston,
    /// Croston's method with the correction of Syntetos and Boylan.
    CrostonSba,
    /// Croston's method with the correction of Shale, Boylan and Johnston.
    CrostonSbj,
    /// The method of Teunter, Syntetos and Babai, both parameters 0.2.
    Tsb,
    /// The method of Teunter, Syntetos and Babai with its two parameters by least squares.
    OptimizedTsb,
    /// Aggregate, forecast, disaggregate.
    Adida,
    /// The mean of ADIDA over several levels of aggregation.
    Imapa,
    /// Poisson counts with a level that moves.
    Poisson,
    /// Negative binomial counts with a level that moves.
    NegativeBinomial,
    /// Poisson counts with extra zeros.
    ZeroInflatedPoisson,
    /// Negative binomial counts with extra zeros.
    ZeroInflatedNegativeBinomial,
    /// Whichever of these four explains the history best.
    AutoCounts,
    /// What was wanted in the past, recent periods weighted more; sums over a lead time from
    /// overlapping sums of the history, or from blocks of it drawn again where it is short.
    Empirical,
    /// The distribution of sizes and of gaps, each smoothed over several memories.
    SparseDemand,
    /// Several seasons taken off, exponential smoothing of the rest.
    Mstl,
}

/// Every model without a parameter or with its usual one: name, and other names that are read.
const NAMES: &[(Model, &str, &[&str])] = &[
    (Model::Mean, "mean", &["historicaverage"]),
    (Model::WindowMean { window: 8 }, "window_mean", &["windowaverage"]),
    (Model::Naive, "naive", &[]),
    (Model::Drift, "drift", &["randomwalkwithdrift", "rwd"]),
    (Model::SeasonalNaive, "seasonal_naive", &["snaive"]),
    (Model::SeasonalWindowMean { seasons: 2 }, "seasonal_window_mean", &["seasonalwindowaverage"]),
    (
        Model::SimpleExponentialSmoothing { alpha: None },
        "ses",
        &["simpleexponentialsmoothing", "simpleexponentialsmoothingoptimized", "sesopt"],
    ),
    (Model::Holt, "holt", &[]),
    (Model::DampedHolt, "damped_holt", &["holtdamped"]),
    (Model::HoltWintersAdditive, "holt_winters_additive", &["holtwinters", "hwadditive"]),
    (Model::HoltWintersMultiplicative, "holt_winters_multiplicative", &["hwmultiplicative"]),
    (Model::AutoEts, "auto_ets", &["ets"]),
    (Model::Theta, "theta", &["stm", "standardtheta"]),
    (Model::OptimizedTheta, "optimized_theta", &["otm"]),
    (Model::DynamicTheta, "dynamic_theta", &["dstm", "dynamicstandardtheta"]),
    (Model::DynamicOptimizedTheta, "dynamic_optimized_theta", &["dotm", "dot"]),
    (Model::AutoTheta, "auto_theta", &[]),
    (Model::Ces, "ces", &[]),
    (Model::SimpleSeasonalCes, "simple_seasonal_ces", &[]),
    (Model::PartialSeasonalCes, "partial_seasonal_ces", &[]),
    (Model::FullSeasonalCes, "full_seasonal_ces", &[]),
    (Model::AutoCes, "auto_ces", &[]),
    (Model::Croston, "croston", &["crostonclassic"]),
    (Model::OptimizedCroston, "optimized_croston", &["crostonoptimized"]),
    (Model::CrostonSba, "croston_sba", &["sba"]),
    (Model::CrostonSbj, "croston_sbj", &["sbj"]),
    (Model::Tsb, "tsb", &[]),
    (Model::OptimizedTsb, "optimized_tsb", &["tsboptimized"]),
    (Model::Adida, "adida", &[]),
    (Model::Imapa, "imapa", &[]),
    (Model::Poisson, "poisson", &[]),
    (Model::NegativeBinomial, "negative_binomial", &["negbin", "nb"]),
    (Model::ZeroInflatedPoisson, "zero_inflated_poisson", &["zip"]),
    (Model::ZeroInflatedNegativeBinomial, "zero_inflated_negative_binomial", &["zinb"]),
    (Model::AutoCounts, "auto_counts", &["counts"]),
    (Model::Empirical, "empirical", &["bootstrap", "blockbootstrap"]),
    (Model::SparseDemand, "sparse_demand", &[]),
    (Model::Mstl, "mstl", &[]),
];

impl Model {
    /// Every model, those with a parameter once with its usual value; forms of exponential smoothing
    /// are all behind [`Model::AutoEts`].
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|&(model, ..)| model)
    }

    fn name(self) -> &'static str {
        let same = |known: Self| std::mem::discriminant(&known) == std::mem::discriminant(&self);
        NAMES.iter().find(|&&(known, ..)| same(known)).map_or("ets", |&(_, name, _)| name)
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others have no parameter")]
        match *self {
            Self::WindowMean { window } if window != 8 => write!(f, ":{window}"),
            Self::SeasonalWindowMean { seasons } if seasons != 2 => write!(f, ":{seasons}"),
            Self::SimpleExponentialSmoothing { alpha: Some(alpha) } => write!(f, ":{alpha}"),
            Self::Ets { form } => write!(f, ":{form}"),
            _ => Ok(()),
        }
    }
}

impl FromStr for Model {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let unknown = || {
            let names: Vec<_> = NAMES.iter().map(|&(_, name, _)| name).collect();
            Invalid::new("model_unknown", format!("one of {}", names.join(", ")), text)
        };
        let (name, parameter) = match text.split_once(':') {
            Some((name, parameter)) => (name, Some(parameter.trim())),
            None => (text, None),
        };
        let plain = plain(name);
        let known = NAMES.iter().find(|(_, known, others)| {
            self::plain(known) == plain || others.contains(&plain.as_str())
        });
        let Some(&(model, ..)) = known else { return Err(unknown()) };
        let Some(parameter) = parameter else { return Ok(model) };
        let refused = |expected: &str| Invalid::new("model_parameter_invalid", expected, parameter);
        let count = || match parameter.parse() {
            Ok(count) if count > 0 => Ok(count),
            _ => Err(refused("a whole number of at least 1")),
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others have no parameter")]
        match model {
            Self::WindowMean { .. } => Ok(Self::WindowMean { window: count()? }),
            Self::SeasonalWindowMean { .. } => Ok(Self::SeasonalWindowMean { seasons: count()? }),
            Self::SimpleExponentialSmoothing { .. } => match parameter.parse() {
                Ok(alpha) if (0.0..=1.0).contains(&alpha) => {
                    Ok(Self::SimpleExponentialSmoothing { alpha: Some(alpha) })
                }
                _ => Err(refused("a smoothing parameter from 0 to 1")),
            },
            Self::AutoEts => Ok(Self::Ets { form: parameter.parse()? }),
            _ => Err(refused("no parameter")),
        }
    }
}

/// How several models are combined, as it stands before their names.
const COMBINATIONS: [(CombineBy, &str); 3] =
    [(CombineBy::Mean, "mean"), (CombineBy::Median, "median"), (CombineBy::Accuracy, "weighted")];

impl fmt::Display for ModelChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Fixed { model } => model.fmt(f),
            Self::Combination { models, by } => {
                let name = COMBINATIONS.iter().find(|(known, _)| known == by);
                f.write_str(name.map_or("mean", |(_, name)| name))?;
                for (index, model) in models.iter().enumerate() {
                    write!(f, "{}{model}", if index == 0 { ':' } else { '+' })?;
                }
                Ok(())
            }
        }
    }
}

impl FromStr for ModelChoice {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if plain(text) == "auto" {
            return Ok(Self::Auto);
        }
        // None of these words is a model with a parameter.
        if let Some((how, names)) = text.split_once(':')
            && let Some(&(by, _)) = COMBINATIONS.iter().find(|(_, name)| *name == plain(how))
        {
            let models = names.split('+').map(str::parse).collect::<Result<_, _>>()?;
            return Ok(Self::Combination { models, by });
        }
        Ok(Self::Fixed { model: text.parse()? })
    }
}

/// A name without what people write differently.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

impl Serialize for Model {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Model {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for ModelChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ModelChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_is_unique() {
        let mut seen: Vec<String> = Vec::new();
        for &(model, name, others) in NAMES {
            assert_eq!(model.to_string(), name);
            assert_eq!(name.parse::<Model>().unwrap(), model);
            for other in others.iter().map(|other| (*other).to_owned()).chain([plain(name)]) {
                assert_eq!(other.parse::<Model>().unwrap(), model, "{other}");
                assert!(!seen.contains(&other), "{other}");
                seen.push(other);
            }
        }
    }

    #[test]
    fn a_choice_is_read_back() {
        let texts =
            ["auto", "mean", "ets:MAdM", "mean:ses:0.25+naive", "median:mean", "weighted:ces+mstl"];
        for text in texts {
            assert_eq!(text.parse::<ModelChoice>().unwrap().to_string(), text);
        }
        assert_eq!(
            "mean".parse::<ModelChoice>().unwrap(),
            ModelChoice::Fixed { model: Model::Mean }
        );
        for bad in
            ["", "mean:", "mean:auto", "median:naive+", "weighted", "auto:2", "mean:naive+mean:ces"]
        {
            let code = bad.parse::<ModelChoice>().unwrap_err().code;
            assert!(["model_unknown", "model_parameter_invalid"].contains(&code), "{bad}: {code}");
        }
    }

    #[test]
    fn parameters_are_read_and_judged() {
        for good in ["window_mean:6", "seasonal_window_mean:3", "ses:0.25", "ets:MAdM"] {
            assert_eq!(good.parse::<Model>().unwrap().to_string(), good);
        }
        for bad in ["window_mean:0", "window_mean:x", "ses:1.5", "ses:NaN", "naive:2", "ets:XYZ"] {
            assert!(bad.parse::<Model>().is_err(), "{bad}");
        }
    }
}

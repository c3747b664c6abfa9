//! A season that the products of a plan share.

use super::PlanOptions;
use crate::forecast::{ForecastError, Series, SharedSeason};
use serde::{Deserialize, Serialize};

/// Whose demand a product's season is learnt from.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum SeasonFrom {
    /// That of all products where there are at least ten and no history is four seasons long, which
    /// says little about a season of its own; otherwise its own.
    #[default]
    LongHistories,
    /// Its own alone.
    Itself,
    /// That of all products, and its own as far as it departs from theirs.
    AllProducts,
}

/// Fewer products than this have little to share.
const FEWEST_PRODUCTS: usize = 10;
/// Seasons after which a history tells its own.
const ENOUGH_SEASONS: usize = 4;

/// Puts on each history the season that all share, where that is wanted: forecasts then have to find
/// none. Returns the options to forecast with.
pub(crate) fn share_season(
    series: &mut [Result<Series, ForecastError>],
    options: &PlanOptions,
) -> PlanOptions {
    let season_length = options.forecast.season_length;
    let known: Vec<&Series> = series.iter().flatten().collect();
    let longest = known.iter().map(|series| series.len()).max().unwrap_or(0);
    let is_shared = season_length > 1
        && match options.season_from {
            SeasonFrom::Itself => false,
            SeasonFrom::AllProducts => true,
            SeasonFrom::LongHistories => {
                known.len() >= FEWEST_PRODUCTS
                    && longest / (season_length as usize) < ENOUGH_SEASONS
            }
        };
    let mut options = options.clone();
    if !is_shared {
        return options;
    }
    // A season out of range is refused by each forecast, with its field.
    let Ok(season) = SharedSeason::learn(known, season_length) else { return options };
    let horizon = options.forecast.horizon;
    for one in series {
        if let Ok(own) = one {
            *one = season.put_on(own.clone(), horizon);
        }
    }
    options.forecast.season_length = 1;
    options
}

//! The forms of exponential smoothing and their names.

use crate::unit::Invalid;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A form of exponential smoothing: how error, trend and season enter.
///
/// Written as in the literature by three letters, `N` for none, `A` for additive, `M` for
/// multiplicative, and a `d` where the trend is damped: `ANN` is simple exponential smoothing, `AAN`
/// Holt's method, `AAdN` Holt's with a damped trend, `AAA` and `MAM` Holt and Winters'. An additive
/// error with a multiplicative season is left out, since its variance is unbounded, and so are
/// multiplicative trends, since they explode (Hyndman, Koehler, Ord and Snyder, "Forecasting with
/// Exponential Smoothing", Springer 2008, chapter 15).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(into = "String", try_from = "String")]
pub struct EtsForm {
    pub(super) error: Error,
    pub(super) trend: Trend,
    pub(super) season: Season,
}

/// Whether errors are added, or grow with the level.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Error {
    Additive,
    Multiplicative,
}

/// Whether the level has a slope, and whether the slope fades.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Trend {
    None,
    Additive,
    Damped,
}

/// Whether the season adds to the level or multiplies it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Season {
    None,
    Additive,
    Multiplicative,
}

/// Every form with its name, those that start others first.
const NAMED: [(EtsForm, &str); 15] = [
    (EtsForm::new(Error::Additive, Trend::None, Season::None), "ANN"),
    (EtsForm::new(Error::Additive, Trend::Additive, Season::None), "AAN"),
    (EtsForm::new(Error::Additive, Trend::Damped, Season::None), "AAdN"),
    (EtsForm::new(Error::Additive, Trend::None, Season::Additive), "ANA"),
    (EtsForm::new(Error::Additive, Trend::Additive, Season::Additive), "AAA"),
    (EtsForm::new(Error::Additive, Trend::Damped, Season::Additive), "AAdA"),
    (EtsForm::new(Error::Multiplicative, Trend::None, Season::None), "MNN"),
    (EtsForm::new(Error::Multiplicative, Trend::Additive, Season::None), "MAN"),
    (EtsForm::new(Error::Multiplicative, Trend::Damped, Season::None), "MAdN"),
    (EtsForm::new(Error::Multiplicative, Trend::None, Season::Additive), "MNA"),
    (EtsForm::new(Error::Multiplicative, Trend::Additive, Season::Additive), "MAA"),
    (EtsForm::new(Error::Multiplicative, Trend::Damped, Season::Additive), "MAdA"),
    (EtsForm::new(Error::Multiplicative, Trend::None, Season::Multiplicative), "MNM"),
    (EtsForm::new(Error::Multiplicative, Trend::Additive, Season::Multiplicative), "MAM"),
    (EtsForm::new(Error::Multiplicative, Trend::Damped, Season::Multiplicative), "MAdM"),
];

impl EtsForm {
    /// Simple exponential smoothing, which every series allows.
    pub(in crate::forecast) const SIMPLE: Self =
        Self::new(Error::Additive, Trend::None, Season::None);
    /// Holt's method.
    pub(in crate::forecast) const HOLT: [Self; 1] = [NAMED[1].0];
    /// Holt's method with a damped trend.
    pub(in crate::forecast) const DAMPED_HOLT: [Self; 1] = [NAMED[2].0];
    /// Holt and Winters' method with an additive season, its trend damped where that is better.
    pub(in crate::forecast) const HOLT_WINTERS_ADDITIVE: [Self; 2] = [NAMED[4].0, NAMED[5].0];
    /// Holt and Winters' method with a multiplicative season, likewise.
    pub(in crate::forecast) const HOLT_WINTERS_MULTIPLICATIVE: [Self; 2] =
        [NAMED[13].0, NAMED[14].0];

    /// Holt and Winters' method with an additive season and a damped trend, and nothing else.
    pub(in crate::forecast) const ADDITIVE_DAMPED: Self = NAMED[5].0;

    const fn new(error: Error, trend: Trend, season: Season) -> Self {
        Self { error, trend, season }
    }

    /// All fifteen forms.
    pub fn admissible() -> [Self; 15] {
        NAMED.map(|(form, _)| form)
    }

    /// The name in the literature, such as `AAdA`.
    pub fn name(self) -> &'static str {
        // INVARIANT: forms are only made of the table, so the search finds each.
        NAMED.iter().find(|(form, _)| *form == self).map_or("ANN", |(_, name)| name)
    }

    pub(super) fn has_trend(self) -> bool {
        self.trend != Trend::None
    }

    pub(super) fn is_damped(self) -> bool {
        self.trend == Trend::Damped
    }

    pub(super) fn is_seasonal(self) -> bool {
        self.season != Season::None
    }

    pub(super) fn has_multiplicative_error(self) -> bool {
        self.error == Error::Multiplicative
    }

    /// Numbers to estimate: smoothing parameters and initial states.
    pub(super) fn parameters(self, season_length: usize) -> usize {
        let trend = match self.trend {
            Trend::None => 0,
            Trend::Additive => 2,
            Trend::Damped => 3,
        };
        // One smoothing parameter, and all states of the season but one: they have a fixed mean.
        2 + trend + if self.is_seasonal() { season_length } else { 0 }
    }
}

impl fmt::Display for EtsForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EtsForm {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        NAMED.iter().find(|(_, name)| *name == text).map(|&(form, _)| form).ok_or_else(|| {
            Invalid::new("ets_form_unknown", "a form such as `ANN`, `AAdA` or `MAM`", text)
        })
    }
}

impl TryFrom<String> for EtsForm {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<EtsForm> for String {
    fn from(form: EtsForm) -> Self {
        form.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_forms_belong_together() {
        for form in EtsForm::admissible() {
            assert_eq!(form.to_string().parse::<EtsForm>().unwrap(), form);
            let json = serde_json::to_string(&form).unwrap();
            assert_eq!(json, format!("\"{form}\""));
            assert_eq!(serde_json::from_str::<EtsForm>(&json).unwrap(), form);
            let letters = form.name().replace('d', "");
            assert_eq!(form.has_multiplicative_error(), letters.starts_with('M'), "{form}");
            assert_eq!(form.has_trend(), letters[1..].starts_with('A'), "{form}");
            assert_eq!(form.is_damped(), form.name().contains('d'), "{form}");
            assert_eq!(form.is_seasonal(), !letters.ends_with('N'), "{form}");
        }
        for bad in ["ANM", "AAM", "MMM", "ann", "", "AAAd"] {
            assert_eq!(bad.parse::<EtsForm>().unwrap_err().code, "ets_form_unknown");
        }
    }

    #[test]
    fn pools_are_what_they_are_called() {
        let names = |pool: &[EtsForm]| pool.iter().map(|form| form.name()).collect::<Vec<_>>();
        assert_eq!(names(&EtsForm::HOLT), ["AAN"]);
        assert_eq!(names(&EtsForm::DAMPED_HOLT), ["AAdN"]);
        assert_eq!(names(&EtsForm::HOLT_WINTERS_ADDITIVE), ["AAA", "AAdA"]);
        assert_eq!(names(&EtsForm::HOLT_WINTERS_MULTIPLICATIVE), ["MAM", "MAdM"]);
        assert_eq!(EtsForm::SIMPLE.name(), "ANN");
    }

    #[test]
    fn parameters_by_hand() {
        let count = |name: &str| name.parse::<EtsForm>().unwrap().parameters(12);
        assert_eq!([count("ANN"), count("AAdN"), count("MNM"), count("AAdA")], [2, 5, 14, 17]);
    }
}

//! Which form suits a series.

use super::descent::Optimum;
use super::fit::{EtsFit, Starts, Workspace};
use super::form::EtsForm;
use super::kernel::Point;

/// How far a form's criterion must at the very best stay behind for its search to be given up.
const BEHIND: f64 = 6.0;

/// What a form was worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::forecast) struct Tried {
    pub(in crate::forecast) form: EtsForm,
    /// Akaike's corrected criterion.
    pub(in crate::forecast) aicc: f64,
    /// Whether the search ended early, since the form could not become the best: its criterion is
    /// then a little too high.
    pub(in crate::forecast) given_up: bool,
}

/// The form with the smallest criterion among the candidates; simple exponential smoothing where
/// none can be fitted.
///
/// What the candidates were worth stands in the workspace until the next fit.
pub(in crate::forecast) fn auto(
    values: &[f64],
    season_length: usize,
    candidates: &[EtsForm],
    workspace: &mut Workspace,
) -> EtsFit {
    workspace.take(values, season_length);
    // The most promising first, so that the others can be given up early.
    let mut open: Vec<(f64, EtsForm, Starts)> = Vec::with_capacity(candidates.len());
    for &form in candidates {
        if !workspace.allows(form) {
            continue;
        }
        let starts = workspace.starts(form);
        if let Some((objective, _)) = starts.first() {
            let aicc = workspace.criterion(form, workspace.deviance(*objective));
            let at = open.iter().take_while(|(other, ..)| *other <= aicc).count();
            open.insert(at, (aicc, form, starts));
        }
    }
    let units = workspace.units();
    let mut optima: Vec<(EtsForm, Optimum)> = Vec::with_capacity(candidates.len());
    let mut best: Option<(f64, usize)> = None;
    for (_, form, mut starts) in open {
        for (other, optimum) in &optima {
            if let Some(point) = warm(*other, form, &optimum.point) {
                workspace.rank(form, point, &mut starts);
            }
        }
        let least = best.map_or(f64::INFINITY, |(aicc, _)| aicc + BEHIND);
        let limit = least - workspace.criterion(form, 0.0);
        let Some(optimum) = workspace.search(form, starts, limit) else { continue };
        let aicc = workspace.criterion(form, optimum.deviance);
        workspace.tried.push(Tried { form, aicc: aicc + units, given_up: optimum.given_up });
        if best.is_none_or(|(least, _)| aicc < least) {
            best = Some((aicc, optima.len()));
        }
        optima.push((form, optimum));
    }
    best.and_then(|(_, index)| {
        let (form, optimum) = &optima[index];
        workspace.finish(*form, optimum)
    })
    .unwrap_or_else(|| workspace.mean())
}

/// The optimum of one form as a start for another from which it differs in one part.
fn warm(one: EtsForm, other: EtsForm, optimum: &Point) -> Option<Point> {
    let same_trend = one.trend == other.trend;
    let same_error = one.error == other.error;
    if one.season != other.season || same_trend == same_error {
        return None;
    }
    let mut point = optimum.clone();
    if !other.has_trend() {
        (point.shape[1], point.trend) = (0.0, 0.0);
    }
    if other.is_damped() && !one.is_damped() {
        point.shape[3] = DAMPED;
    }
    Some(point)
}

/// Where the search for `phi` begins that had no damping before.
const DAMPED: f64 = 0.98;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::filter::Filter;

    fn chosen(values: &[f64], season_length: usize) -> (&'static str, Workspace) {
        let mut workspace = Workspace::default();
        let fitted = auto(values, season_length, &EtsForm::admissible(), &mut workspace);
        (fitted.form.name(), workspace)
    }

    #[test]
    fn constants_and_lines_are_recognised() {
        assert_eq!(chosen(&[7.0; 40], 12).0, "ANN");
        assert_eq!(chosen(&[0.0; 40], 12).0, "ANN");
        assert_eq!(chosen(&[1e15; 9], 4).0, "ANN");
        let line: Vec<f64> = (0..40).map(|t| 5.0 + 2.0 * f64::from(t)).collect();
        assert_eq!(&chosen(&line, 1).0[1..], "AN");
        let saw: Vec<f64> = (0..40).map(|t| 5.0 + f64::from(t % 4)).collect();
        assert!(!chosen(&saw, 4).0.ends_with('N'));
    }

    #[test]
    fn the_smallest_criterion_wins_and_the_others_are_named() {
        let values: Vec<f64> = (0_u32..72)
            .map(|t| {
                (20.0 + f64::from(t)) * [0.7, 1.0, 1.3, 1.0][t as usize % 4]
                    + f64::from(t * 37 % 11)
            })
            .collect();
        let mut workspace = Workspace::default();
        let best = auto(&values, 4, &EtsForm::admissible(), &mut workspace);
        let tried = workspace.tried().to_vec();
        assert_eq!(tried.len(), 15);
        for other in &tried {
            assert!(best.aicc <= other.aicc, "{} is better", other.form);
            if !other.given_up {
                let alone = super::super::fit::fit(&values, other.form, 4, &mut workspace).unwrap();
                assert!(other.aicc < alone.aicc + 0.1 && alone.aicc >= best.aicc - 0.1);
            }
        }
        let own = tried.iter().find(|tried| tried.form == best.form).unwrap();
        assert!((own.aicc - best.aicc).abs() < 1e-9);
    }

    #[test]
    fn without_positive_values_six_forms_are_left() {
        let values: Vec<f64> = (0..48).map(|t| f64::from(t * 31 % 7)).collect();
        let (_, workspace) = chosen(&values, 4);
        assert_eq!(workspace.tried().len(), 6);
        assert!(workspace.tried().iter().all(|tried| !tried.form.has_multiplicative_error()));
    }

    #[test]
    fn short_histories_have_a_forecast() {
        for values in [&[4.0][..], &[4.0, 6.0], &[1.0, 0.0, 2.0], &[0.0, -3.0, 9.0, 3.0, 1e15]] {
            let mut workspace = Workspace::default();
            let fitted = auto(values, 12, &EtsForm::HOLT_WINTERS_ADDITIVE, &mut workspace);
            assert_eq!(fitted.form, EtsForm::SIMPLE);
            assert!(fitted.fit.start.next().is_finite());
        }
        let mut workspace = Workspace::default();
        let two = auto(&[4.0, 6.0], 1, &EtsForm::admissible(), &mut workspace);
        assert!((two.fit.start.next() - 5.0).abs() < 1e-12);
    }
}

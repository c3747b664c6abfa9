//! The seasonal naive forecast.

use super::model::Fitted;

/// What was wanted one season earlier; with a season of one period, the last value.
pub(super) fn fit(values: &[f64], season_length: usize) -> Fitted {
    Fitted::Seasonal { values: values.to_vec(), season_length }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_the_last_season_from_every_origin() {
        let fitted = fit(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3);
        let path = |origin| (0..5).map(|step| fitted.at(origin, step)).collect::<Vec<_>>();
        assert_eq!(path(6), [4.0, 5.0, 6.0, 4.0, 5.0]);
        assert_eq!(path(3), [1.0, 2.0, 3.0, 1.0, 2.0]);
        assert!((fitted.sum(6, 5) - 24.0).abs() < 1e-12);
    }
}

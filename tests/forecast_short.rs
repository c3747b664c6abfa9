//! Histories of no, one, two and three periods: every model has an answer, and does not pretend to know.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use replenish::{
    forecast::{
        CombineBy, Forecast, ForecastOptions, Intervals, LeadTime, MissingPeriods, Model,
        ModelChoice, Series, forecast,
    },
    unit::Probability,
};

fn choices() -> Vec<ModelChoice> {
    let mut all: Vec<_> = Model::all().map(|model| ModelChoice::Fixed { model }).collect();
    for by in [CombineBy::Mean, CombineBy::Median, CombineBy::Accuracy] {
        let models = vec![Model::AutoEts, Model::Theta, Model::Croston, Model::Poisson];
        all.push(ModelChoice::Combination { models, by });
    }
    all.push(ModelChoice::Auto);
    all
}

fn run(values: &[f64], model: &ModelChoice, intervals: Intervals) -> Forecast {
    let missing = MissingPeriods::Unknown;
    let options = ForecastOptions {
        horizon: 6,
        model: model.clone(),
        intervals,
        missing,
        ..Default::default()
    };
    forecast(&Series::new(values.to_vec()).unwrap(), &options).unwrap()
}

fn each(mut check: impl FnMut(&ModelChoice, Intervals)) {
    for choice in choices() {
        for intervals in
            [Intervals::Calibrated, Intervals::Conformal, Intervals::Model, Intervals::Bootstrap]
        {
            check(&choice, intervals);
        }
    }
}

#[test]
fn without_any_observation_one_unit_in_two_periods_is_expected() {
    each(|choice, intervals| {
        for values in [&[][..], &[f64::NAN], &[f64::NAN; 9]] {
            let result = run(values, choice, intervals);
            let mean: f64 = result.mean.iter().sum::<f64>() / 6.0;
            assert!((0.35..=0.65).contains(&mean), "{choice:?}: {mean}");
            assert!(result.quantiles[4].values.iter().all(|&high| (1.0..=5.0).contains(&high)));
            assert_eq!(result.quantiles[0].values, [0.0; 6]);
            let sum = result.lead_time_demand(&LeadTime::Fixed { periods: 4 }).unwrap();
            let high = sum.quantile(Probability::new(0.95).unwrap());
            assert!((2.0..=12.0).contains(&high), "{high}");
            assert_eq!(sum.resolution(), Probability::ZERO);
            assert!(result.reason.contains("guess"), "{}", result.reason);
        }
    });
}

#[test]
fn a_few_observations_say_how_much_but_not_how_sure() {
    let histories =
        [&[5.0][..], &[5.0, 5.0], &[5.0, 5.0, 5.0], &[3.0, 9.0], &[0.0, 4.0, 1.0], &[1e6, 2e6]];
    each(|choice, intervals| {
        for values in histories {
            let result = run(values, choice, intervals);
            let (most, least) = (values.iter().fold(0.0, |a: f64, b| a.max(*b)), result.mean[0]);
            for (step, &mean) in result.mean.iter().enumerate() {
                let [low, high] = [0, 4].map(|index| result.quantiles[index].values[step]);
                assert!(
                    mean >= 0.0 && mean <= 12.0 * most,
                    "{choice:?} {values:?} {mean} of {least}"
                );
                assert!(
                    high > 1.1 * mean && low < mean || mean == 0.0 && high > 0.0,
                    "{choice:?} {intervals:?} {values:?}: {low} {mean} {high}"
                );
            }
            let sum = result.lead_time_demand(&LeadTime::Fixed { periods: 4 }).unwrap();
            assert!(sum.quantile(Probability::new(0.95).unwrap()) > 1.1 * sum.mean());
            assert!(sum.outcomes() <= 3);
        }
    });
}

#[test]
fn nothing_but_zeros_expects_nothing() {
    each(|choice, intervals| {
        for values in [&[0.0][..], &[0.0; 2], &[0.0; 3]] {
            let result = run(values, choice, intervals);
            assert!(result.mean.iter().all(|&mean| mean <= 0.6), "{choice:?} {:?}", result.mean);
        }
    });
}

//! Forecasts made to add up.

use super::{
    Hierarchy, Proportions,
    covariance::Covariance,
    non_negative,
    proportions::{Average, by_forecast, historical, share_out},
    structure::Tree,
    system::{System, precision},
};
use crate::{forecast::ForecastError, unit::Invalid};

/// How forecasts that do not add up are made to.
///
/// The last four find the smallest change, each by another measure of what a change costs
/// (Wickramasuriya, Athanasopoulos and Hyndman 2019). Use [`Method::MinimumTrace`] where residuals
/// are at hand, [`Method::Structural`] where they are not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method<'a> {
    /// Sums of the bottom nodes; what the other nodes say is left out.
    BottomUp,
    /// The roots, shared out; what the other nodes say of amounts is left out. Trees only.
    TopDown(Proportions<'a>),
    /// A change costs the same everywhere.
    OrdinaryLeastSquares,
    /// A change costs less where more bottom nodes are summed: errors of the bottom nodes alike and
    /// apart from each other (Athanasopoulos, Hyndman, Kourentzes and Petropoulos, "Forecasting with
    /// temporal hierarchies", European Journal of Operational Research 262, 2017).
    Structural,
    /// A change costs less where errors were large.
    Variance {
        /// One-step errors of each node inside its history, all equally long, at least two.
        residuals: &'a [Vec<f64>],
    },
    /// The same, and errors that came together are undone together: minimum trace with correlations
    /// shrunk as far as the residuals suggest (Schäfer and Strimmer 2005).
    MinimumTrace {
        /// One-step errors of each node inside its history, all equally long, at least two and with
        /// [`Sign::NonNegative`] at most 2,000: the latest say enough.
        residuals: &'a [Vec<f64>],
    },
}

/// Whether reconciled values may be below zero.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sign {
    /// They may: changes of stock, profits.
    Any,
    /// They may not: demand.
    NonNegative,
}

/// Most equations at a time; twice as many take eight times as long and four times the memory,
/// which is 32 MB here.
const MAX_EQUATIONS: usize = 2_000;
/// The largest forecast or residual: sums of squares stay finite.
const MAX_VALUE: f64 = 1e21;

impl Hierarchy {
    /// Forecasts of all nodes that add up, from forecasts that need not.
    ///
    /// `forecasts` has a path for each node, all equally long; so has the result, in which every sum
    /// is exactly that of its bottom nodes. Forecasts that add up already come back as they are.
    /// [`Method::TopDown`] and [`Method::BottomUp`] take a negative value for zero where values must
    /// not be negative; the others then find the nearest values that are not.
    ///
    /// The least squares methods take up to 2,000 sums; the number of bottom nodes does not matter.
    ///
    /// # Errors
    ///
    /// When a path, a history or residuals are missing, of another length than the first, or hold a
    /// value that is not finite or beyond 10²¹; when there are too many sums or residuals, or a
    /// hierarchy from groups is to be shared out from the top.
    ///
    /// ```
    /// use replenish::forecast::hierarchy::{Hierarchy, Method, Sign};
    /// let stores = Hierarchy::from_parents(&[None, Some(0), Some(0)])?;
    /// // The whole says 12, its parts say 9: each gives way alike.
    /// let base = [vec![12.0], vec![5.0], vec![4.0]];
    /// let reconciled = stores.reconcile(&base, Method::OrdinaryLeastSquares, Sign::NonNegative)?;
    /// assert_eq!(reconciled, [[11.0], [6.0], [5.0]]);
    /// # Ok::<(), replenish::forecast::ForecastError>(())
    /// ```
    pub fn reconcile(
        &self,
        forecasts: &[Vec<f64>],
        method: Method<'_>,
        sign: Sign,
    ) -> Result<Vec<Vec<f64>>, ForecastError> {
        check(self, forecasts, "forecasts", 0)?;
        let horizon = forecasts.first().map_or(0, Vec::len);
        let periods: Vec<Vec<f64>> = (0..horizon)
            .map(|period| forecasts.iter().map(|path| path[period]).collect())
            .collect();
        let bottoms = match method {
            Method::BottomUp => periods.iter().map(|base| bounded(self.pick(base), sign)).collect(),
            Method::TopDown(proportions) => self.share_out(&periods, proportions, sign)?,
            Method::OrdinaryLeastSquares => {
                self.nearest(&periods, &Covariance::diagonal(vec![1.0; self.nodes()]), sign)?
            }
            Method::Structural => {
                let counts = self.sums(&vec![1.0; self.bottom().len()]);
                self.nearest(&periods, &Covariance::diagonal(counts), sign)?
            }
            Method::Variance { residuals } => {
                check(self, residuals, "residuals", 2)?;
                self.nearest(&periods, &Covariance::variances(residuals), sign)?
            }
            Method::MinimumTrace { residuals } => {
                check(self, residuals, "residuals", 2)?;
                self.nearest(&periods, &Covariance::shrunk(residuals), sign)?
            }
        };
        let mut paths = vec![Vec::with_capacity(horizon); self.nodes()];
        for bottom in bottoms {
            for (path, value) in paths.iter_mut().zip(self.sums(&bottom)) {
                path.push(value);
            }
        }
        Ok(paths)
    }

    /// The values of the bottom nodes in each period, the nearest to the base forecasts of all.
    fn nearest(
        &self,
        periods: &[Vec<f64>],
        covariance: &Covariance,
        sign: Sign,
    ) -> Result<Vec<Vec<f64>>, Invalid> {
        let too_many = |count: usize, what: &str| {
            let expected = format!("at most {MAX_EQUATIONS} {what}");
            Err(Invalid::new("hierarchy_too_large", expected, count))
        };
        if self.aggregates().len() > MAX_EQUATIONS {
            return too_many(self.aggregates().len(), "sums");
        }
        if sign == Sign::NonNegative && covariance.rank > MAX_EQUATIONS {
            return too_many(covariance.rank, "residuals of each node");
        }
        let singular =
            || Invalid::new("weights_singular", "weights within reach of each other", "others");
        let none = vec![false; self.bottom().len()];
        let system = System::new(self, covariance, &none).ok_or_else(singular)?;
        let mut over_all = None;
        let mut bottoms = Vec::with_capacity(periods.len());
        for base in periods {
            let mut values = system.solve(base);
            if sign == Sign::NonNegative && values.iter().any(|&value| value < 0.0) {
                let precision = match over_all.take() {
                    Some(precision) => precision,
                    None => precision(covariance, 0..self.nodes()).ok_or_else(singular)?,
                };
                values = non_negative::solve(self, covariance, &precision, base, values)
                    .ok_or_else(singular)?;
                over_all = Some(precision);
            }
            bottoms.push(values);
        }
        Ok(bottoms)
    }

    /// The values of the bottom nodes in each period, shared out from the roots.
    fn share_out(
        &self,
        periods: &[Vec<f64>],
        proportions: Proportions<'_>,
        sign: Sign,
    ) -> Result<Vec<Vec<f64>>, Invalid> {
        let Some(tree) = self.tree() else {
            let expected = "a tree to share out from the top";
            return Err(Invalid::new("hierarchy_not_a_tree", expected, "groups"));
        };
        let shares = self.shares(tree, proportions)?;
        let bottom = |base: &Vec<f64>| {
            let base = bounded(base.clone(), sign);
            let values = match &shares {
                Some(shares) => share_out(self, tree, &base, shares),
                None => by_forecast(self, tree, &base),
            };
            bounded(values, sign)
        };
        Ok(periods.iter().map(bottom).collect())
    }

    /// The share of each bottom node, unless it is another in each period.
    fn shares(
        &self,
        tree: &Tree,
        proportions: Proportions<'_>,
    ) -> Result<Option<Vec<f64>>, Invalid> {
        let (history, average) = match proportions {
            Proportions::AverageHistorical { history } => (history, Average::OfShares),
            Proportions::HistoricalAverages { history } => (history, Average::OfDemand),
            Proportions::Forecast => return Ok(None),
        };
        check(self, history, "history", 1)?;
        Ok(Some(historical(self, tree, history, average)))
    }

    /// What one period says of the bottom nodes.
    fn pick(&self, base: &[f64]) -> Vec<f64> {
        self.bottom().iter().map(|&node| base[node]).collect()
    }
}

/// The values, none below zero where none may be.
pub(super) fn bounded(mut values: Vec<f64>, sign: Sign) -> Vec<f64> {
    if sign == Sign::NonNegative {
        for value in &mut values {
            *value = value.max(0.0);
        }
    }
    values
}

/// Refuses what is not a row of finite values for each node, all of one length.
fn check(
    hierarchy: &Hierarchy,
    rows: &[Vec<f64>],
    field: &str,
    at_least: usize,
) -> Result<(), Invalid> {
    if rows.len() != hierarchy.nodes() {
        let expected = format!("one for each of the {} nodes", hierarchy.nodes());
        return Err(Invalid::new("node_count_invalid", expected, rows.len()).at(field));
    }
    let length = rows[0].len();
    if length < at_least {
        let expected = format!("at least {at_least} values");
        let invalid = Invalid::new("path_length_invalid", expected, length);
        return Err(invalid.at(format_args!("{field}[0]")));
    }
    for (node, row) in rows.iter().enumerate() {
        if row.len() != length {
            let expected = format!("as many values as the first node has, {length}");
            let invalid = Invalid::new("path_length_invalid", expected, row.len());
            return Err(invalid.at(format_args!("{field}[{node}]")));
        }
        if let Some(index) = row.iter().position(|value| value.is_nan() || value.abs() > MAX_VALUE)
        {
            let invalid = Invalid::new("value_invalid", "a finite value up to 1e21", row[index]);
            return Err(invalid.at(format_args!("{field}[{node}][{index}]")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    const SIGNS: [Sign; 2] = [Sign::Any, Sign::NonNegative];

    fn bottom(hierarchy: &Hierarchy, paths: &[Vec<f64>], period: usize) -> Vec<f64> {
        hierarchy.bottom().iter().map(|&node| paths[node][period]).collect()
    }

    fn least_squares(residuals: &[Vec<f64>]) -> [Method<'_>; 4] {
        [
            Method::OrdinaryLeastSquares,
            Method::Structural,
            Method::Variance { residuals },
            Method::MinimumTrace { residuals },
        ]
    }

    fn all_methods<'a>(residuals: &'a [Vec<f64>], history: &'a [Vec<f64>]) -> Vec<Method<'a>> {
        let mut methods = least_squares(residuals).to_vec();
        methods.extend([
            Method::BottomUp,
            Method::TopDown(Proportions::Forecast),
            Method::TopDown(Proportions::AverageHistorical { history }),
            Method::TopDown(Proportions::HistoricalAverages { history }),
        ]);
        methods
    }

    #[test]
    fn the_values_of_the_reference() {
        let check = |hierarchy: &Hierarchy, method, expected: &[&[f64]; 4]| {
            for (index, sign) in SIGNS.into_iter().enumerate() {
                let base = fixture::forecasts(hierarchy.nodes());
                let paths = hierarchy.reconcile(&base, method, sign).unwrap();
                for period in 0..2 {
                    let values = bottom(hierarchy, &paths, period + 1);
                    fixture::assert_near(&values, expected[2 * index + period]);
                }
            }
        };
        let residuals = fixture::residuals(8);
        for (method, expected) in least_squares(&residuals).into_iter().zip(TREE) {
            check(&fixture::tree(), method, &expected.each_ref().map(|values| &values[..]));
        }
        let residuals = fixture::residuals(12);
        let method = Method::MinimumTrace { residuals: &residuals };
        check(&fixture::grouped(), method, &GROUPED.each_ref().map(|values| &values[..]));
    }

    /// Of each method, the bottom nodes of the tree in the second and third period, free and not
    /// below zero: the textbook formula and non-negative least squares of another program.
    const TREE: [[[f64; 5]; 4]; 4] = [
        [
            [
                -0.413_793_103_450,
                23.586_206_896_550,
                18.448_275_862_070,
                28.586_206_896_550,
                8.448_275_862_070,
            ],
            [
                11.241_379_310_340,
                13.241_379_310_340,
                1.655_172_413_790,
                15.241_379_310_340,
                29.655_172_413_790,
            ],
            [0.0, 23.428_571_428_570, 18.428_571_428_570, 28.428_571_428_570, 8.428_571_428_570],
            [
                11.241_379_310_340,
                13.241_379_310_340,
                1.655_172_413_790,
                15.241_379_310_340,
                29.655_172_413_790,
            ],
        ],
        [
            [
                -0.166_666_666_670,
                23.833_333_333_330,
                17.416_666_666_670,
                28.833_333_333_330,
                7.416_666_666_670,
            ],
            [
                16.300_000_000_000,
                18.300_000_000_000,
                0.050_000_000_000,
                20.300_000_000_000,
                28.050_000_000_000,
            ],
            [0.0, 23.791_666_666_670, 17.409_722_222_220, 28.791_666_666_670, 7.409_722_222_220],
            [
                16.300_000_000_000,
                18.300_000_000_000,
                0.050_000_000_000,
                20.300_000_000_000,
                28.050_000_000_000,
            ],
        ],
        [
            [
                -0.103_714_886_280,
                19.944_144_823_520,
                25.731_433_047_240,
                21.919_353_230_630,
                15.537_810_629_840,
            ],
            [
                20.016_410_467_770,
                5.483_652_407_860,
                12.124_314_945_180,
                -5.169_781_912_480,
                39.902_842_406_060,
            ],
            [0.0, 19.905_543_514_760, 25.728_012_719_230, 21.864_203_833_620, 15.534_632_757_780],
            [18.677_151_666_560, 2.439_037_650_570, 11.854_542_197_200, 0.0, 39.652_192_972_010],
        ],
        [
            [
                -1.397_606_186_460,
                20.089_185_977_070,
                24.445_244_287_000,
                22.954_599_874_700,
                17.845_820_054_550,
            ],
            [
                15.628_770_190_930,
                4.027_572_215_140,
                6.263_253_295_640,
                -3.060_391_148_180,
                43.670_920_717_660,
            ],
            [0.0, 19.531_322_072_400, 24.271_227_219_810, 22.265_850_944_570, 17.820_239_673_850],
            [14.996_139_191_430, 2.242_866_154_150, 5.639_074_522_210, 0.0, 43.734_922_874_040],
        ],
    ];
    /// The same of the last method for the groups.
    const GROUPED: [[f64; 6]; 4] = [
        [
            15.739_390_519_640,
            10.501_768_077_490,
            18.808_437_124_950,
            11.418_477_861_190,
            3.168_550_371_420,
            11.972_272_589_310,
        ],
        [
            19.011_740_814_500,
            -8.515_746_617_730,
            5.458_687_087_100,
            16.007_144_854_060,
            2.997_879_892_480,
            30.972_903_863_730,
        ],
        [
            15.739_390_519_640,
            10.501_768_077_490,
            18.808_437_124_950,
            11.418_477_861_190,
            3.168_550_371_420,
            11.972_272_589_310,
        ],
        [15.412_861_615_450, 0.0, 1.538_835_302_450, 17.827_518_153_360, 0.0, 32.743_637_755_550],
    ];

    #[test]
    fn shares_by_hand() {
        // 0 is all of 1 and 2; 1 is all of 3 and 4.
        let tree = Hierarchy::from_parents(&[None, Some(0), Some(0), Some(1), Some(1)]).unwrap();
        let base: Vec<Vec<f64>> = [60.0, 30.0, 10.0, 5.0, 15.0].map(|value| vec![value]).to_vec();
        let history: Vec<Vec<f64>> = vec![
            vec![0.0; 3],
            vec![0.0; 3],
            vec![2.0, 0.0, 0.0],
            vec![1.0, 0.0, 2.0],
            vec![1.0, 0.0, 0.0],
        ];
        let shared = |proportions| {
            let paths = tree.reconcile(&base, Method::TopDown(proportions), Sign::Any).unwrap();
            bottom(&tree, &paths, 0)
        };
        fixture::assert_near(&shared(Proportions::Forecast), &[15.0, 11.25, 33.75]);
        // Shares ½ ¼ ¼ and 0 1 0; the period without demand says nothing.
        let average = Proportions::AverageHistorical { history: &history };
        fixture::assert_near(&shared(average), &[15.0, 37.5, 7.5]);
        // 2, 3 and 1 of 6.
        let historical = Proportions::HistoricalAverages { history: &history };
        fixture::assert_near(&shared(historical), &[20.0, 30.0, 10.0]);
        let none = vec![vec![0.0; 3]; 5];
        let equal = Proportions::HistoricalAverages { history: &none };
        fixture::assert_near(&shared(equal), &[20.0, 20.0, 20.0]);
    }

    #[test]
    fn results_add_up_and_come_back_as_they_are() {
        let tree = fixture::tree();
        let (residuals, history) = (fixture::residuals(8), fixture::forecasts(8));
        for method in all_methods(&residuals, &history) {
            for sign in SIGNS {
                let once = tree.reconcile(&fixture::forecasts(8), method, sign).unwrap();
                for period in 0..3 {
                    let nodes: Vec<f64> = once.iter().map(|path| path[period]).collect();
                    let sums = tree.sums(&bottom(&tree, &once, period));
                    fixture::assert_near(&nodes, &sums);
                    assert!(sign == Sign::Any || nodes.iter().all(|&value| value >= 0.0));
                }
                // The other shares are another rule than the one of the forecasts that were shared.
                let historical = matches!(
                    method,
                    Method::TopDown(
                        Proportions::AverageHistorical { .. }
                            | Proportions::HistoricalAverages { .. }
                    )
                );
                if !historical {
                    let twice = tree.reconcile(&once, method, sign).unwrap();
                    fixture::assert_near(&twice.concat(), &once.concat());
                }
            }
        }
    }

    #[test]
    fn the_sequence_of_nodes_does_not_matter() {
        let parents = [None, Some(0), Some(1), Some(1), Some(7), Some(1), Some(7), Some(0)];
        // Where each node goes.
        let places = [3, 6, 0, 7, 1, 5, 2, 4];
        let mut moved_parents = vec![None; 8];
        for (node, parent) in parents.into_iter().enumerate() {
            moved_parents[places[node]] = parent.map(|parent: usize| places[parent]);
        }
        let moved_tree = Hierarchy::from_parents(&moved_parents).unwrap();
        let move_all = |rows: &[Vec<f64>]| {
            let mut moved = vec![Vec::new(); 8];
            for (row, place) in rows.iter().zip(places) {
                moved[place].clone_from(row);
            }
            moved
        };
        let (residuals, history) = (fixture::residuals(8), fixture::forecasts(8));
        let (moved_residuals, moved_history) = (move_all(&residuals), move_all(&history));
        let methods = all_methods(&residuals, &history);
        let moved_methods = all_methods(&moved_residuals, &moved_history);
        for (method, moved_method) in methods.into_iter().zip(moved_methods) {
            for sign in SIGNS {
                let paths = fixture::tree().reconcile(&history, method, sign).unwrap();
                let moved = moved_tree.reconcile(&moved_history, moved_method, sign).unwrap();
                fixture::assert_near(&move_all(&paths).concat(), &moved.concat());
            }
        }
    }

    #[test]
    fn scale_does_not_matter() {
        let tree = fixture::tree();
        let times = |rows: Vec<Vec<f64>>, factor: f64| -> Vec<Vec<f64>> {
            rows.into_iter()
                .map(|row| row.into_iter().map(|value| value * factor).collect())
                .collect()
        };
        for factor in [1e-12, 1e15] {
            let residuals = fixture::residuals(8);
            let scaled_residuals = times(residuals.clone(), factor);
            for (method, scaled) in
                least_squares(&residuals).into_iter().zip(least_squares(&scaled_residuals))
            {
                let base = fixture::forecasts(8);
                let paths = tree.reconcile(&base, method, Sign::NonNegative).unwrap();
                let far = tree.reconcile(&times(base, factor), scaled, Sign::NonNegative).unwrap();
                fixture::assert_near(&times(far, 1.0 / factor).concat(), &paths.concat());
            }
        }
    }

    #[test]
    fn degenerate_hierarchies_and_residuals_have_answers() {
        // A root that is its own bottom, an only child, and nodes that never erred.
        let odd = Hierarchy::from_parents(&[None, None, Some(1), Some(2)]).unwrap();
        let base = vec![vec![5.0], vec![9.0], vec![6.0], vec![3.0]];
        for residuals in [vec![vec![0.0; 4]; 4], vec![vec![1.0, -1.0, 1.0, 2.0]; 4]] {
            for method in all_methods(&residuals, &residuals) {
                let paths = odd.reconcile(&base, method, Sign::NonNegative).unwrap();
                assert!((paths[0][0] - 5.0).abs() < 1e-9, "nothing is summed in it: {paths:?}");
                fixture::assert_near(&paths[1], &paths[3]);
                assert!((3.0..=9.0).contains(&paths[3][0]), "{method:?} {paths:?}");
            }
        }
        let nothing = vec![Vec::new(); 4];
        assert_eq!(odd.reconcile(&nothing, Method::Structural, Sign::Any).unwrap(), nothing);
    }

    #[test]
    fn what_cannot_be_reconciled_is_refused_by_name() {
        let tree = fixture::tree();
        let base = fixture::forecasts(8);
        let error = |hierarchy: &Hierarchy, base: &[Vec<f64>], method| {
            hierarchy.reconcile(base, method, Sign::NonNegative).unwrap_err()
        };
        assert_eq!(error(&tree, &base[1..], Method::BottomUp).code(), "node_count_invalid");
        let mut bad = base.clone();
        bad[3].pop();
        assert_eq!(error(&tree, &bad, Method::BottomUp).code(), "path_length_invalid");
        bad[3].push(f64::NAN);
        assert_eq!(
            error(&tree, &bad, Method::BottomUp).to_string(),
            "`forecasts[3][2]`: expected a finite value up to 1e21, got `NaN`"
        );
        let residuals = vec![vec![1.0]; 8];
        let method = Method::MinimumTrace { residuals: &residuals };
        assert_eq!(error(&tree, &base, method).code(), "path_length_invalid");
        let residuals = vec![vec![1.0; 2001]; 8];
        let method = Method::MinimumTrace { residuals: &residuals };
        assert_eq!(error(&tree, &base, method).code(), "hierarchy_too_large");
        let method = Method::TopDown(Proportions::Forecast);
        let groups = fixture::grouped();
        assert_eq!(error(&groups, &fixture::forecasts(12), method).code(), "hierarchy_not_a_tree");
        let chain: Vec<_> = (0..2002).map(|node: usize| node.checked_sub(1)).collect();
        let long = Hierarchy::from_parents(&chain).unwrap();
        let flat = vec![vec![1.0]; 2002];
        assert_eq!(error(&long, &flat, Method::Structural).code(), "hierarchy_too_large");
        assert!(long.reconcile(&flat, Method::BottomUp, Sign::Any).is_ok());
    }
}

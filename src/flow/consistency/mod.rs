//! Whether all systems tell the same story about one order, whatever each step's own checks said.
//!
//! | file | question |
//! |---|---|
//! | `facts` | what does each system tell |
//! | `rules` | what is expected of which system, and in whose words |
//! | `matrix` | what came of the comparison |
//! | `case` | who is asked first, and how is a cell written |
//! | `order_ids`, `lines`, `totals`, `documents`, `statuses`, `times`, `refunds` | one fact each |
//!
//! **The order as it was placed is the source of truth**, not what most systems say: a customer
//! agreed to that one, and an order copied wrongly early is wrong in most places. Ids that others
//! issue (a number of the ERP) are expected as the first system tells them, documents as the system
//! tells them that issues them.

mod case;
mod documents;
mod facts;
mod lines;
mod matrix;
mod order_ids;
mod refunds;
mod rules;
mod statuses;
mod times;
mod totals;

pub use facts::{
    DocumentFact, LineFacts, OrderFacts, OrderReference, SystemFacts, TimeFact, TotalFact,
};
pub use matrix::{
    ConsistencyCell, ConsistencyMatrix, ConsistencyRow, Fact, FactDifference, FactVerdict,
    FirstDifference,
};
pub use rules::{
    ChainTime, ConsistencyRules, CurrencyMapping, LegalStatuses, LiveDocuments, PriceBasis,
    SkuMapping, SystemRules, SystemStatuses, UnitMapping,
};

use crate::unit::Invalid;
use case::Case;

/// Compares what the systems tell about one order, given in the order of the flow.
///
/// ```
/// use replenish::flow::{
///     ConsistencyRules, Fact, LineFacts, OrderFacts, OrderReference, SystemFacts, FactVerdict,
///     check_consistency,
/// };
/// let system = |name: &str, quantity: &str| -> Result<SystemFacts, replenish::unit::Invalid> {
///     let line = LineFacts {
///         line: None,
///         sku: "A".parse()?,
///         quantity: quantity.parse()?,
///         unit_price: Some("2.50 EUR".parse()?),
///         unit_tax: None,
///     };
///     let order = OrderFacts {
///         ids: vec![OrderReference { kind: "order".into(), id: "O-1".into() }],
///         lines: Some(vec![line]),
///         ..OrderFacts::default()
///     };
///     Ok(SystemFacts { system: name.into(), sale_orders: None, orders: vec![order] })
/// };
/// let systems = [system("checkout", "2 each")?, system("erp", "20 each")?];
/// let matrix = check_consistency(&systems, &ConsistencyRules::default())?;
/// assert!(!matrix.consistent);
/// let first = matrix.first_difference.unwrap();
/// assert_eq!((first.fact, first.system.as_str()), (Fact::Lines, "erp"));
/// assert_eq!(first.difference.seen, "20 each at 2.50 EUR");
/// assert_eq!(first.difference.expected, "2 each at 2.50 EUR");
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
///
/// # Errors
///
/// When two of the systems have one name, or the rules contradict themselves. A fact that is not
/// what it should be, such as a total in two currencies, is no error but a difference at its cell,
/// with a code of its own, and hides no other one.
pub fn check_consistency(
    systems: &[SystemFacts],
    rules: &ConsistencyRules,
) -> Result<ConsistencyMatrix, Invalid> {
    rules.check().map_err(|problem| problem.at("rules"))?;
    for (index, facts) in systems.iter().enumerate() {
        if systems[..index].iter().any(|earlier| earlier.system == facts.system) {
            let problem = Invalid::new("system_repeated", "each system once", &facts.system);
            return Err(problem.at("system").at(format_args!("systems[{index}]")));
        }
    }
    let case = Case::new(systems, rules);
    let rows: Vec<ConsistencyRow> = Fact::ALL.map(|fact| case.row(fact)).into();
    let systems: Vec<String> = systems.iter().map(|facts| facts.system.clone()).collect();
    let first_difference = case::first_difference(&systems, &rows);
    Ok(ConsistencyMatrix {
        source: rules.source.clone(),
        systems,
        consistent: first_difference.is_none(),
        first_difference,
        rows,
    })
}

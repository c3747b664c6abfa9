//! What is expected of which system, and in whose words.

use super::Fact;
use crate::unit::{Currency, Invalid, Quantity, Sku, Unit};
use serde::{Deserialize, Serialize};

/// How the systems of a flow are compared.
///
/// The built-in rules know `cart`, `checkout`, `order`, `b2b`, `erp` and `storefront`. Whatever
/// system they do not name is compared like the others, with its words taken as they are and nothing
/// demanded of it.
///
/// ```
/// use replenish::flow::ConsistencyRules;
/// let rules: ConsistencyRules = ConsistencyRules::default();
/// assert_eq!((rules.source.as_str(), rules.clock_skew_ms), ("checkout", 0));
/// rules.check()?;
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct ConsistencyRules {
    /// The system whose word is taken for true: where the order was placed, for that is what the
    /// customer agreed to. What it does not tell is expected as the first system tells it that does.
    /// Never a majority: an order copied wrongly early is wrong in most places.
    pub source: String,
    /// The system that issues documents; the others must name its documents.
    pub document_source: String,
    /// What is particular to each system.
    pub systems: Vec<SystemRules>,
    /// Which statuses may stand beside each other; no rule when empty.
    pub legal_statuses: Vec<LegalStatuses>,
    /// What must not have happened before what, earliest first.
    pub times: Vec<ChainTime>,
    /// How far apart the systems' clocks may be, in milliseconds.
    pub clock_skew_ms: u64,
}

/// What is particular to one system.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct SystemRules {
    /// Its name.
    pub system: String,
    /// Facts that it must tell; without them the order is not consistent.
    pub must_tell: Vec<Fact>,
    /// Facts that it does not have.
    pub has_not: Vec<Fact>,
    /// Whether its unit prices contain tax.
    pub prices: PriceBasis,
    /// Its names of products.
    pub skus: Vec<SkuMapping>,
    /// Its units of measure.
    pub units: Vec<UnitMapping>,
    /// Its names of currencies.
    pub currencies: Vec<CurrencyMapping>,
}

/// Whether unit prices contain tax.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PriceBasis {
    /// They do not.
    #[default]
    WithoutTax,
    /// They do.
    WithTax,
}

/// A product under another name.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SkuMapping {
    /// The system's name.
    pub theirs: Sku,
    /// The name that the systems are compared by.
    pub ours: Sku,
}

/// A unit that holds an amount of another one.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct UnitMapping {
    /// The product it is true of, by our name; absent when it is true of every product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// The system's unit.
    pub theirs: Unit,
    /// What one of it holds: `12 each`. Prices are divided by as much, and must be exact then.
    pub holds: Quantity,
}

/// A currency under another code.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct CurrencyMapping {
    /// The system's code.
    pub theirs: Currency,
    /// The code that the systems are compared by. The amount stays: this names, it does not convert.
    pub ours: Currency,
}

/// Statuses that may stand beside each other.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct LegalStatuses {
    /// What this situation is called.
    pub name: String,
    /// The statuses it allows; a system that is not listed may have any.
    pub systems: Vec<SystemStatuses>,
    /// How many sets of living documents each sale order has then.
    pub live_documents: LiveDocuments,
}

/// Statuses of one system.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SystemStatuses {
    /// Its name.
    pub system: String,
    /// Its words, exactly as it writes them.
    pub statuses: Vec<String>,
}

/// How many sets of living documents a sale order has. A set has one document for each line.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum LiveDocuments {
    /// None or one: nobody claims that it was sent.
    AtMostOne,
    /// One: it is said to be sent.
    One,
    /// None: it is said to be cancelled or refused.
    Nothing,
}

/// One moment of an order's way.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct ChainTime {
    /// Which system tells it.
    pub system: String,
    /// What it calls it.
    pub event: String,
}

impl Default for ConsistencyRules {
    /// The six systems of the built-in flow. Confirmed by the ERP means patched in the B2B service,
    /// and that means shown by the storefront.
    fn default() -> Self {
        use Fact::{Documents, Lines, OrderIds, Orphans, Refunds, Statuses, Totals};
        let system = |name: &str, must_tell: &[Fact], has_not: &[Fact]| SystemRules {
            system: name.to_owned(),
            must_tell: must_tell.to_vec(),
            has_not: has_not.to_vec(),
            ..SystemRules::default()
        };
        let order = [OrderIds, Lines, Totals];
        let shown = [OrderIds, Lines, Totals, Statuses];
        Self {
            source: "checkout".to_owned(),
            document_source: "erp".to_owned(),
            systems: vec![
                system("cart", &[OrderIds, Lines], &[Documents, Statuses, Orphans, Refunds]),
                system("checkout", &order, &[Documents, Orphans]),
                system("order", &[OrderIds, Statuses], &[Documents, Orphans]),
                system("b2b", &shown, &[]),
                system("erp", &[OrderIds, Lines, Totals, Documents, Statuses], &[]),
                system("storefront", &shown, &[]),
            ],
            legal_statuses: built_in_statuses(),
            times: [
                ("cart", "created"),
                ("checkout", "placed"),
                ("order", "awaiting_fulfillment"),
                ("b2b", "received"),
                ("erp", "confirmed"),
                ("b2b", "patched"),
                ("storefront", "shown"),
            ]
            .map(|(system, event)| ChainTime { system: system.to_owned(), event: event.to_owned() })
            .to_vec(),
            clock_skew_ms: 0,
        }
    }
}

fn built_in_statuses() -> Vec<LegalStatuses> {
    let situation = |name: &str, live_documents, words: [&[&str]; 4]| LegalStatuses {
        name: name.to_owned(),
        systems: ["order", "b2b", "erp", "storefront"]
            .into_iter()
            .zip(words)
            .map(|(system, statuses)| SystemStatuses {
                system: system.to_owned(),
                statuses: statuses.iter().map(|&status| status.to_owned()).collect(),
            })
            .collect(),
        live_documents,
    };
    let waiting: &[&str] = &["awaiting_fulfillment"];
    vec![
        situation(
            "confirmed",
            LiveDocuments::One,
            [&["awaiting_fulfillment", "confirmed"], &["patched"], &["confirmed"], &["confirmed"]],
        ),
        situation(
            "waiting",
            LiveDocuments::AtMostOne,
            [waiting, &["received"], &["received"], waiting],
        ),
        situation(
            "rejected",
            LiveDocuments::Nothing,
            [&["awaiting_fulfillment", "rejected"], &["rejected"], &["rejected"], &["rejected"]],
        ),
        situation("cancelled", LiveDocuments::Nothing, [&["cancelled"]; 4]),
    ]
}

impl ConsistencyRules {
    /// Refuses rules that contradict themselves.
    ///
    /// # Errors
    ///
    /// When a system, one of its names, units or currencies, or a moment of the chain stands twice,
    /// when a fact is both demanded and absent, and when a unit holds nothing.
    pub fn check(&self) -> Result<(), Invalid> {
        let repeated = |expected: &str, got: &str| {
            Invalid::new("rule_repeated", format!("each {expected} once"), got)
        };
        for (index, system) in self.systems.iter().enumerate() {
            let at = |problem: Invalid| problem.at(format_args!("systems[{index}]"));
            if self.systems[..index].iter().any(|earlier| earlier.system == system.system) {
                return Err(at(repeated("system", &system.system).at("system")));
            }
            system.check().map_err(at)?;
        }
        for (index, time) in self.times.iter().enumerate() {
            if self.times[..index].contains(time) {
                let problem = repeated("moment", &time.event).at("event");
                return Err(problem.at(format_args!("times[{index}]")));
            }
        }
        Ok(())
    }

    /// What is particular to a system; nothing for one that is not named.
    pub(super) fn of(&self, system: &str) -> Option<&SystemRules> {
        self.systems.iter().find(|rules| rules.system == system)
    }
}

impl SystemRules {
    fn check(&self) -> Result<(), Invalid> {
        for (index, fact) in self.has_not.iter().enumerate() {
            if self.must_tell.contains(fact) {
                let expected = "a fact that is not demanded as well";
                let problem = Invalid::new("rule_contradictory", expected, fact.as_str());
                return Err(problem.at(format_args!("has_not[{index}]")));
            }
        }
        let repeated = |list: &str, index: usize, got: &str| {
            let problem = Invalid::new("rule_repeated", "each name of theirs once", got);
            Err(problem.at("theirs").at(format_args!("{list}[{index}]")))
        };
        for (index, sku) in self.skus.iter().enumerate() {
            if self.skus[..index].iter().any(|earlier| earlier.theirs == sku.theirs) {
                return repeated("skus", index, sku.theirs.as_str());
            }
        }
        for (index, currency) in self.currencies.iter().enumerate() {
            if self.currencies[..index].iter().any(|earlier| earlier.theirs == currency.theirs) {
                return repeated("currencies", index, currency.theirs.as_str());
            }
        }
        for (index, unit) in self.units.iter().enumerate() {
            let same =
                |other: &&UnitMapping| (other.theirs, &other.sku) == (unit.theirs, &unit.sku);
            if self.units[..index].iter().any(|earlier| same(&earlier)) {
                return repeated("units", index, unit.theirs.as_str());
            }
            if unit.holds.is_zero() || unit.holds.is_negative() {
                let problem = Invalid::new("quantity_not_positive", "more than zero", unit.holds);
                return Err(problem.at("holds").at(format_args!("units[{index}]")));
            }
        }
        Ok(())
    }

    /// Our name of a currency.
    pub(super) fn currency(&self, theirs: Currency) -> Currency {
        let mapping = self.currencies.iter().find(|mapping| mapping.theirs == theirs);
        mapping.map_or(theirs, |mapping| mapping.ours)
    }

    /// Our name of a product.
    pub(super) fn sku<'a>(&'a self, theirs: &'a Sku) -> &'a Sku {
        self.skus.iter().find(|mapping| mapping.theirs == *theirs).map_or(theirs, |m| &m.ours)
    }

    /// What one of the system's units holds, the mapping for the product itself first.
    pub(super) fn holds(&self, sku: &Sku, theirs: Unit) -> Option<Quantity> {
        let find = |of: Option<&Sku>| {
            self.units.iter().find(|mapping| mapping.theirs == theirs && mapping.sku.as_ref() == of)
        };
        find(Some(sku)).or_else(|| find(None)).map(|mapping| mapping.holds)
    }
}

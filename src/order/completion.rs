//! Whether an order may be completed and its sale orders sent.

use super::{
    AdjustmentKind, CustomerOrder, OrderError, SaleOrder, SaleOrderLine, Split, customer::is_false,
};
use crate::unit::{
    ContractId, Exact, Invalid, LineId, Money, OrderId, Quantity, SaleOrderId, Sku, VendorId,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What has to hold before an order is completed and anything of it is sent.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CompletionRules {
    /// The least that vendors want to sell in one order; each vendor once. A vendor of whom nothing
    /// is bought wants nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub minimums: Vec<VendorMinimum>,
    /// What counts towards the minimum. Lines that are given back never do.
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub minimum_counts: MinimumBase,
    /// What is left of agreements; each contract once. Of one that is not named, anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub contracts: Vec<ContractRest>,
    /// What the systems of vendors need of every line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub systems: Vec<SystemNeeds>,
}

/// The least that a vendor wants to sell in one order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct VendorMinimum {
    /// Who.
    pub vendor: VendorId,
    /// In the order's currency.
    pub value: Money,
}

/// What counts towards a vendor's minimum.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum MinimumBase {
    /// The goods after the discounts on them.
    #[default]
    Discounted,
    /// The goods before any adjustment.
    Goods,
    /// Everything that the customer pays, charges and taxes too.
    Total,
}

/// What is left of an agreement.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ContractRest {
    /// Which.
    pub contract: ContractId,
    /// How much may still be taken, over all lines together.
    pub left: Quantity,
}

/// What a system that takes sale orders needs of every line.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SystemNeeds {
    /// Whose lines go to it; all lines without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "VendorId[] | null"))]
    pub vendors: Option<Vec<VendorId>>,
    /// Whether names of products have to be digits and nothing else.
    #[serde(skip_serializing_if = "is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub numeric_skus: bool,
    /// Whether every line has to name its contract.
    #[serde(skip_serializing_if = "is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub contract: bool,
}

/// Why an order cannot be completed yet.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CompletionProblem {
    /// What is wrong, for programs.
    pub problem: CompletionProblemKind,
    /// The same in a sentence, for people.
    pub text: String,
}

/// What is wrong.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum CompletionProblemKind {
    /// A product's name is not what the vendor's system takes.
    SkuNotNumeric {
        /// The line.
        line: LineId,
        /// Its product.
        sku: Sku,
    },
    /// A line names no contract, and the vendor's system needs one.
    ContractMissing {
        /// The line.
        line: LineId,
        /// Its product.
        sku: Sku,
    },
    /// Lines take more of a contract than is left.
    ContractExceeded {
        /// Which.
        contract: ContractId,
        /// How much may be taken.
        left: Quantity,
        /// How much all lines want.
        wanted: Quantity,
        /// By how much that is too much.
        excess: Quantity,
        /// The lines, in order of their names.
        lines: Vec<LineId>,
    },
    /// A vendor wants to sell more in one order.
    BelowMinimum {
        /// Who.
        vendor: VendorId,
        /// The least.
        minimum: Money,
        /// What the order has of the vendor.
        value: Money,
        /// How much is missing.
        missing: Money,
    },
}

/// What keeps an order from being completed: of products first, in order of the lines, then of
/// contracts and of vendors' minimums, in the sequence of the rules. Nothing keeps it when the list
/// is empty.
///
/// To be asked before anything is sent, so that no part goes out while another cannot. Figures are
/// those of the split, so that a vendor whom the rules changed counts as the new one; a contract
/// counts over all of its lines, however they were divided.
///
/// # Errors
///
/// When the split is not the order's, a vendor or contract is named twice, or a minimum or contract
/// is in another currency or unit than the order.
///
/// ```
/// use replenish::order::{CompletionRules, CustomerOrder, SplitRules, check_completion, split};
/// let order: CustomerOrder = serde_json::from_str(r#"{
///     "id": "1001", "revision": 1, "currency": "EUR",
///     "lines": [
///         {"id": "1", "sku": "apple", "vendor": "farm", "quantity": "3 each", "amount": "12.00 EUR"}
///     ]
/// }"#)?;
/// let rules: CompletionRules =
///     serde_json::from_str(r#"{"minimums": [{"vendor": "farm", "value": "20.00 EUR"}]}"#)?;
/// let split = split(&order, &SplitRules::default())?;
/// let problems = check_completion(&order, &split, &rules)?;
/// assert_eq!(
///     problems[0].text,
///     "farm sells from 20.00 EUR on, the order has 12.00 EUR: 8.00 EUR are missing"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_completion(
    order: &CustomerOrder,
    split: &Split,
    rules: &CompletionRules,
) -> Result<Vec<CompletionProblem>, OrderError> {
    rules.check(order)?;
    belongs(order, split)?;
    let mut problems = Vec::new();
    check_systems(split, &rules.systems, &mut problems);
    for (place, rest) in rules.contracts.iter().enumerate() {
        let exceeded = exceeded(order, rest)
            .map_err(|invalid| invalid.at(format_args!("contracts[{place}]")).at("rules"))?;
        problems.extend(exceeded);
    }
    for minimum in &rules.minimums {
        problems.extend(below(minimum, split, rules.minimum_counts, order)?);
    }
    Ok(problems.into_iter().map(CompletionProblem::from).collect())
}

impl From<CompletionProblemKind> for CompletionProblem {
    fn from(problem: CompletionProblemKind) -> Self {
        let text = problem.to_string();
        Self { problem, text }
    }
}

impl fmt::Display for CompletionProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SkuNotNumeric { line, sku } => {
                write!(f, "line {line}: the vendor's system takes digits only, not {sku}")
            }
            Self::ContractMissing { line, sku } => {
                write!(f, "line {line}: the vendor's system needs the contract of {sku}")
            }
            Self::ContractExceeded { contract, left, wanted, excess, lines } => {
                let plural = if lines.len() == 1 { "line" } else { "lines" };
                let names: Vec<&str> = lines.iter().map(LineId::as_str).collect();
                let names = names.join(", ");
                write!(f, "{left} are left of contract {contract}, {plural} {names} ")?;
                let verb = if lines.len() == 1 { "wants" } else { "want together" };
                write!(f, "{verb} {wanted}: {excess} too much")
            }
            Self::BelowMinimum { vendor, minimum, value, missing } => write!(
                f,
                "{vendor} sells from {minimum} on, the order has {value}: {missing} are missing"
            ),
        }
    }
}

impl CompletionRules {
    fn check(&self, order: &CustomerOrder) -> Result<(), Invalid> {
        for (place, minimum) in self.minimums.iter().enumerate() {
            let at = |field: &str, invalid: Invalid| {
                invalid.at(field).at(format_args!("minimums[{place}]")).at("rules")
            };
            if self.minimums[..place].iter().any(|other| other.vendor == minimum.vendor) {
                let invalid = Invalid::new("id_twice", "each vendor once", &minimum.vendor);
                return Err(at("vendor", invalid));
            }
            Money::zero(order.currency)
                .compare(minimum.value)
                .map_err(|invalid| at("value", invalid))?;
            if minimum.value.is_negative() {
                let expected = "an amount of zero or more";
                let invalid = Invalid::new("amount_negative", expected, minimum.value);
                return Err(at("value", invalid));
            }
        }
        for (place, rest) in self.contracts.iter().enumerate() {
            let at = |field: &str, invalid: Invalid| {
                invalid.at(field).at(format_args!("contracts[{place}]")).at("rules")
            };
            if self.contracts[..place].iter().any(|other| other.contract == rest.contract) {
                let invalid = Invalid::new("id_twice", "each contract once", &rest.contract);
                return Err(at("contract", invalid));
            }
            if rest.left.is_negative() {
                let expected = "a quantity of zero or more";
                let invalid = Invalid::new("quantity_negative", expected, rest.left);
                return Err(at("left", invalid));
            }
        }
        Ok(())
    }
}

/// Refuses the split of another order or revision.
fn belongs(order: &CustomerOrder, split: &Split) -> Result<(), Invalid> {
    let own = |part: &SaleOrder| {
        part.order == order.id && part.revision == order.revision && part.currency == order.currency
    };
    let Some(place) = split.sale_orders.iter().position(|part| !own(part)) else { return Ok(()) };
    let (id, revision): (&OrderId, u32) = (&order.id, order.revision);
    let got: &SaleOrderId = &split.sale_orders[place].id;
    let expected = format!("a part of order {id}, revision {revision}");
    let invalid = Invalid::new("sale_order_other", expected, got);
    Err(invalid.at(format_args!("sale_orders[{place}]")).at("split"))
}

/// Every line once, in order of the names, however it was divided.
fn check_systems(
    split: &Split,
    systems: &[SystemNeeds],
    problems: &mut Vec<CompletionProblemKind>,
) {
    let mut found: Vec<(&SaleOrderLine, bool, bool)> = Vec::new();
    for part in &split.sale_orders {
        let asks = |needs: &&SystemNeeds| {
            let vendors = needs.vendors.as_ref();
            vendors.is_none_or(|all| part.vendor.as_ref().is_some_and(|own| all.contains(own)))
        };
        let numeric = systems.iter().filter(asks).any(|needs| needs.numeric_skus);
        let contract = systems.iter().filter(asks).any(|needs| needs.contract);
        for line in &part.lines {
            let digits = line.sku.as_str().bytes().all(|byte| byte.is_ascii_digit());
            let (bad_sku, bare) = (numeric && !digits, contract && line.contract.is_none());
            if bad_sku || bare {
                found.push((line, bad_sku, bare));
            }
        }
    }
    crate::unit::sort_by(&mut found, |a, b| a.0.id.cmp(&b.0.id));
    found.dedup_by(|a, b| a.0.id == b.0.id);
    for (line, bad_sku, bare) in found {
        let (line, sku) = (line.id.clone(), line.sku.clone());
        if bad_sku {
            let (line, sku) = (line.clone(), sku.clone());
            problems.push(CompletionProblemKind::SkuNotNumeric { line, sku });
        }
        if bare {
            problems.push(CompletionProblemKind::ContractMissing { line, sku });
        }
    }
}

/// Whether all lines of a contract together want more of it than is left.
fn exceeded(
    order: &CustomerOrder,
    rest: &ContractRest,
) -> Result<Option<CompletionProblemKind>, Invalid> {
    let mut wanted = Quantity::zero(rest.left.unit());
    let mut lines = Vec::new();
    for line in &order.lines {
        if line.contract.as_ref() == Some(&rest.contract) && !line.returned {
            let quantity = line.quantity.to(rest.left.unit());
            wanted = wanted.plus(quantity.map_err(|invalid| invalid.at("left"))?)?;
            lines.push(line.id.clone());
        }
    }
    let excess = wanted.amount().minus(rest.left.amount());
    if excess <= Decimal::ZERO {
        return Ok(None);
    }
    crate::unit::sort_by(&mut lines, Ord::cmp);
    Ok(Some(CompletionProblemKind::ContractExceeded {
        contract: rest.contract.clone(),
        left: rest.left,
        wanted,
        excess: Quantity::new(excess, rest.left.unit()),
        lines,
    }))
}

/// Whether the order has less of a vendor than the vendor's minimum.
fn below(
    minimum: &VendorMinimum,
    split: &Split,
    counts: MinimumBase,
    order: &CustomerOrder,
) -> Result<Option<CompletionProblemKind>, Invalid> {
    let own = split.sale_orders.iter().filter(|part| part.vendor.as_ref() == Some(&minimum.vendor));
    let bought = own.flat_map(|part| &part.lines).filter(|line| !line.returned);
    let bought: Vec<&SaleOrderLine> = bought.collect();
    let mut value = Money::zero(order.currency);
    for line in &bought {
        value = value.plus(counted(line, counts)?)?;
    }
    let missing = minimum.value.minus(value)?;
    if bought.iter().all(|line| line.quantity.is_zero()) || missing.amount() <= Decimal::ZERO {
        return Ok(None);
    }
    Ok(Some(CompletionProblemKind::BelowMinimum {
        vendor: minimum.vendor.clone(),
        minimum: minimum.value,
        value,
        missing,
    }))
}

fn counted(line: &SaleOrderLine, counts: MinimumBase) -> Result<Money, Invalid> {
    match counts {
        MinimumBase::Goods => Ok(line.amount),
        MinimumBase::Total => Ok(line.total),
        MinimumBase::Discounted => {
            let shares = line.adjustments.iter();
            let of_goods =
                shares.filter(|s| s.kind == AdjustmentKind::Discount && s.follows.is_none());
            of_goods.map(|share| share.amount).try_fold(line.amount, Money::plus)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{Adjustment, SplitRules, split};

    /// Lines as (name, product, vendor, contract or "", quantity, amount).
    fn order(lines: &[(&str, &str, &str, &str, &str, &str)]) -> CustomerOrder {
        let lines: Vec<_> = lines
            .iter()
            .map(|(id, sku, vendor, contract, quantity, amount)| {
                let contract = if contract.is_empty() { "null".into() } else { quoted(contract) };
                format!(
                    r#"{{"id": "{id}", "sku": "{sku}", "vendor": "{vendor}", "contract": {contract},
                        "quantity": "{quantity}", "amount": "{amount} EUR"}}"#
                )
            })
            .collect();
        let text = format!(
            r#"{{"id": "o", "revision": 1, "currency": "EUR", "lines": [{}]}}"#,
            lines.join(",")
        );
        serde_json::from_str(&text).unwrap()
    }

    fn quoted(text: &str) -> String {
        format!("\"{text}\"")
    }

    fn texts(order: &CustomerOrder, rules: &str) -> Vec<String> {
        problems(order, rules).unwrap().into_iter().map(|problem| problem.text).collect()
    }

    fn problems(order: &CustomerOrder, rules: &str) -> Result<Vec<CompletionProblem>, OrderError> {
        let mut parts = split(order, &SplitRules::default()).unwrap();
        // The contract travels with the line.
        for line in parts.sale_orders.iter_mut().flat_map(|part| &mut part.lines) {
            let known = order.lines.iter().find(|known| known.id == line.id).unwrap();
            line.contract.clone_from(&known.contract);
        }
        check_completion(order, &parts, &serde_json::from_str(rules).unwrap())
    }

    #[test]
    fn case_29_a_vendor_s_minimum_names_the_vendor_and_what_is_missing() {
        let mut order = order(&[
            ("1", "x", "a", "", "1 each", "15.00"),
            ("2", "y", "a", "", "1 each", "15.00"),
            ("3", "z", "b", "", "1 each", "70.00"),
        ]);
        let coupon = Adjustment::new(
            "c".parse().unwrap(),
            AdjustmentKind::Discount,
            "-10 EUR".parse().unwrap(),
        );
        order.adjustments.push(coupon);
        let shipping = Adjustment::new(
            "s".parse().unwrap(),
            AdjustmentKind::Shipping,
            "5 EUR".parse().unwrap(),
        );
        order.adjustments.push(shipping);
        let minimums = |value: &str, counts: &str| {
            format!(
                r#"{{"minimum_counts": "{counts}", "minimums": [
                    {{"vendor": "a", "value": "{value} EUR"}}, {{"vendor": "z", "value": "1 EUR"}}]}}"#
            )
        };
        let found = problems(&order, &minimums("28.00", "discounted")).unwrap();
        let money = |text: &str| text.parse().unwrap();
        assert_eq!(
            found,
            [CompletionProblem {
                problem: CompletionProblemKind::BelowMinimum {
                    vendor: "a".parse().unwrap(),
                    minimum: money("28.00 EUR"),
                    value: money("27.00 EUR"),
                    missing: money("1.00 EUR"),
                },
                text: "a sells from 28.00 EUR on, the order has 27.00 EUR: 1.00 EUR are missing"
                    .into(),
            }]
        );
        let text = serde_json::to_value(&found).unwrap();
        assert_eq!(text[0]["problem"]["type"], "below_minimum");
        assert!(texts(&order, &minimums("27.00", "discounted")).is_empty());
        assert!(texts(&order, &minimums("30.00", "goods")).is_empty());
        assert_eq!(texts(&order, &minimums("30.01", "goods")).len(), 1);
        assert!(texts(&order, &minimums("28.50", "total")).is_empty());
        assert_eq!(texts(&order, &minimums("28.51", "total")).len(), 1);
    }

    #[test]
    fn case_30_a_contract_counts_over_all_of_its_lines() {
        let order = order(&[
            ("2", "x", "a", "k", "6 each", "6.00"),
            ("1", "y", "b", "k", "1 dozen", "5.00"),
            ("3", "z", "a", "", "9 each", "9.00"),
        ]);
        let contract =
            |left: &str| format!(r#"{{"contracts": [{{"contract": "k", "left": "{left}"}}]}}"#);
        assert_eq!(
            texts(&order, &contract("10 each")),
            ["10 each are left of contract k, lines 1, 2 want together 18 each: 8 each too much"]
        );
        assert!(texts(&order, &contract("18 each")).is_empty());
        let error = problems(&order, &contract("10 kg")).unwrap_err();
        let OrderError::Invalid(invalid) = error else { panic!("{error}") };
        assert_eq!((invalid.code, &*invalid.path), ("unit_mixed", "rules.contracts[0].left"));
    }

    #[test]
    fn case_31_products_and_contracts_that_a_system_cannot_take_are_named_before_anything_is_sent()
    {
        let order = order(&[
            ("1", "4711", "a", "", "1 each", "1.00"),
            ("2", "A-12", "a", "k", "1 each", "1.00"),
            ("3", "B-13", "b", "", "1 each", "1.00"),
        ]);
        let needs = r#"{"systems": [{"vendors": ["a"], "numeric_skus": true, "contract": true}]}"#;
        assert_eq!(
            texts(&order, needs),
            [
                "line 1: the vendor's system needs the contract of 4711",
                "line 2: the vendor's system takes digits only, not A-12",
            ]
        );
        assert_eq!(texts(&order, r#"{"systems": [{"numeric_skus": true}]}"#).len(), 2);
    }

    #[test]
    fn rules_and_splits_that_make_no_sense_are_refused() {
        let first = order(&[("1", "x", "a", "", "1 each", "1.00")]);
        let refused = |rules: &str| {
            let error = problems(&first, rules).unwrap_err();
            let OrderError::Invalid(invalid) = error else { panic!("{error}") };
            (invalid.code, invalid.path.clone())
        };
        let minimum =
            |text: &str| format!(r#"{{"minimums": [{{"vendor": "a", "value": "{text}"}}]}}"#);
        assert_eq!(
            refused(&minimum("1 USD")),
            ("currency_mixed", "rules.minimums[0].value".into())
        );
        assert_eq!(refused(&minimum("-1 EUR")).0, "amount_negative");
        let twice = r#"{"contracts": [{"contract": "k", "left": "1 kg"}, {"contract": "k", "left": "2 kg"}]}"#;
        assert_eq!(refused(twice), ("id_twice", "rules.contracts[1].contract".into()));

        let mut second = first.clone();
        second.revision = 2;
        let parts = split(&second, &SplitRules::default()).unwrap();
        let error = check_completion(&first, &parts, &CompletionRules::default()).unwrap_err();
        assert_eq!(error.code(), "sale_order_other");
    }
}

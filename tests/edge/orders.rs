//! Calls that divide customers' orders and look at purchase orders.

use super::{Answer, give, read};
use replenish::order::{self, OrderError};
use serde_json::Value;

pub(super) fn answer(call: &str, arguments: &[Value]) -> Option<Answer> {
    Some(match (call, arguments) {
        ("split", [order, rules]) => split(order, rules),
        ("proveSplit", [order, split]) => prove_split(order, split),
        ("checkCompletion", [order, split, rules]) => check_completion(order, split, rules),
        ("refund", [sale_order, earlier, request]) => refund(sale_order, earlier, request),
        ("decideApproval", [draft, rules, context, given]) => {
            decide_approval([draft, rules, context, given])
        }
        _ => return None,
    })
}

fn split(order: &Value, rules: &Value) -> Answer {
    give(order::split(&read(order)?, &read(rules)?), OrderError::code)
}

fn prove_split(order: &Value, split: &Value) -> Answer {
    give(order::prove(&read(order)?, &read(split)?), OrderError::code)
}

fn check_completion(order: &Value, split: &Value, rules: &Value) -> Answer {
    let problems = order::check_completion(&read(order)?, &read(split)?, &read(rules)?);
    give(problems, OrderError::code)
}

fn refund(sale_order: &Value, earlier: &Value, request: &Value) -> Answer {
    let earlier: Vec<order::Refund> = read(earlier)?;
    give(order::refund(&read(sale_order)?, &earlier, &read(request)?), OrderError::code)
}

fn decide_approval([draft, rules, context, given]: [&Value; 4]) -> Answer {
    let given: Vec<order::Approval> = read(given)?;
    let decision = order::decide(&read(draft)?, &read(rules)?, &read(context)?, &given);
    give(decision, OrderError::code)
}

//! What is true of an order on the day on which it is decided upon.

use super::{
    ApprovalAmount, ApprovalRules,
    condition::{Finding, Truth},
};
use crate::{
    order::{OrderError, PurchaseOrder, PurchaseOrderLine},
    sourcing::ExchangeRate,
    unit::{
        ByName, Currency, Day, Exact, Invalid, LocationId, Money, PersonId, Quantity, Rate, Sku,
        SupplierId, first_repeated,
    },
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, collections::BTreeMap};

/// What a decision has to know beside the order. What is left out is unknown, not false.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ApprovalContext {
    /// The day of the decision.
    pub today: Day,
    /// Everybody who asked for the order or changed it; none of them may approve it. One at least:
    /// a program that orders has a name too.
    pub requesters: Vec<PersonId>,
    /// The categories of each product, such as `food` and `dairy`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Record<Sku, string[]>"))]
    pub categories: BTreeMap<Sku, Vec<String>>,
    /// What products cost the last time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub last_paid: Vec<LastPaid>,
    /// What may still be spent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub budgets: Vec<Budget>,
    /// From whom something was bought before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "SupplierId[] | null"))]
    pub known_suppliers: Option<Vec<SupplierId>>,
    /// For thresholds, limits, budgets and last prices in other currencies than the order's. The
    /// one dated last on or before today holds; none is turned round or chained.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub exchange_rates: Vec<ExchangeRate>,
}

/// What a product cost the last time.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LastPaid {
    /// The product.
    pub sku: Sku,
    /// From whom, if the price is to be compared with that supplier's alone. A supplier's own price
    /// goes before one of nobody in particular; those of other suppliers are not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "SupplierId | null"))]
    pub supplier: Option<SupplierId>,
    /// What the goods cost; zero or more.
    pub price: Money,
    /// For how much of them; more than zero, in any unit that converts to the order's.
    pub per: Quantity,
}

/// What may still be spent on something.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Budget {
    /// What people call it.
    pub name: String,
    /// What is left of it; below zero if it is overdrawn already.
    pub remaining: Money,
    /// For products of one of these categories; of any, without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string[] | null"))]
    pub categories: Option<Vec<String>>,
    /// For goods that go to one of these; anywhere, without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "LocationId[] | null"))]
    pub locations: Option<Vec<LocationId>>,
    /// For goods of one of these; of anybody, without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "SupplierId[] | null"))]
    pub suppliers: Option<Vec<SupplierId>>,
}

/// An order that adds up, and what is known about it.
#[derive(Clone, Debug)]
pub(super) struct Facts<'a> {
    pub(super) draft: &'a PurchaseOrder,
    pub(super) context: &'a ApprovalContext,
    /// What counts of the order.
    pub(super) amount: Money,
    /// What that is called.
    called: &'static str,
    /// The last prices of each product.
    last_paid: ByName<'a, Vec<&'a LastPaid>>,
}

impl ApprovalContext {
    /// Nothing is known but the day and who asked.
    pub fn new(today: Day, requester: PersonId) -> Self {
        Self {
            today,
            requesters: vec![requester],
            categories: BTreeMap::new(),
            last_paid: Vec::new(),
            budgets: Vec::new(),
            known_suppliers: None,
            exchange_rates: Vec::new(),
        }
    }

    fn check(&self) -> Result<(), Invalid> {
        if self.requesters.is_empty() {
            let expected = "at least one person or program that asked for the order";
            return Err(Invalid::new("requester_missing", expected, "none").at("requesters"));
        }
        for (place, last) in self.last_paid.iter().enumerate() {
            let at = |problem: Invalid| problem.at(format_args!("last_paid[{place}]"));
            if last.price.is_negative() {
                let expected = "a price of zero or more";
                return Err(at(Invalid::new("price_negative", expected, last.price).at("price")));
            }
            if last.per.amount() <= Decimal::ZERO {
                let expected = "a quantity of more than zero";
                return Err(at(Invalid::new("quantity_zero", expected, last.per).at("per")));
            }
        }
        for (place, rate) in self.exchange_rates.iter().enumerate() {
            rate.check().map_err(|problem| problem.at(format_args!("exchange_rates[{place}]")))?;
        }
        let prices = &self.last_paid;
        let repeated = first_repeated(prices.len(), &mut |a, b| {
            let (a, b) = (&prices[a], &prices[b]);
            a.sku.cmp(&b.sku).then_with(|| a.supplier.cmp(&b.supplier))
        });
        if let Some(place) = repeated {
            let expected = "one last price of a product and supplier";
            let problem = Invalid::new("last_paid_twice", expected, &prices[place].sku);
            return Err(problem.at(format_args!("last_paid[{place}]")));
        }
        let rates = &self.exchange_rates;
        let key = |place: usize| (rates[place].from, rates[place].to, rates[place].date);
        if let Some(place) = first_repeated(rates.len(), &mut |a, b| key(a).cmp(&key(b))) {
            let expected = "one rate between two currencies on a day";
            let problem = Invalid::new("exchange_rate_twice", expected, rates[place].date);
            return Err(problem.at(format_args!("exchange_rates[{place}]")));
        }
        Ok(())
    }
}

impl<'a> Facts<'a> {
    /// Checks the context, and that the order's amounts are the sums they should be: thresholds are
    /// worth nothing where a total may say anything.
    pub(super) fn new(
        draft: &'a PurchaseOrder,
        rules: &ApprovalRules,
        context: &'a ApprovalContext,
    ) -> Result<Self, OrderError> {
        context.check().map_err(|problem| problem.at("context"))?;
        if draft.lines.iter().all(|line| line.quantity.is_zero()) {
            return Err(OrderError::EmptyOrder);
        }
        adds_up(draft).map_err(|problem| problem.at("draft"))?;
        let (amount, called) = match rules.amount {
            ApprovalAmount::Total => (draft.total, "total"),
            ApprovalAmount::Net => (draft.net, "net amount"),
        };
        let mut last_paid = ByName::new();
        for last in &context.last_paid {
            last_paid.entry(last.sku.as_str(), Vec::new()).push(last);
        }
        Ok(Self { draft, context, amount, called, last_paid })
    }

    /// An amount in another currency, unrounded; none without a rate, and if it grows too large.
    pub(super) fn exchanged(&self, money: Money, to: Currency) -> Option<Money> {
        if money.currency() == to {
            return Some(money);
        }
        let today = self.context.today;
        let rates = self.context.exchange_rates.iter();
        let known = rates
            .filter(|rate| rate.from == money.currency() && rate.to == to && rate.date <= today);
        let rate = known.max_by_key(|rate| rate.date)?.rate.factor();
        Some(Money::new(money.amount().checked_times(rate)?, to))
    }

    /// How the order's amount compares with another one, and the amount in words.
    pub(super) fn compare(&self, with: Money) -> Option<(Ordering, String)> {
        let amount = self.exchanged(self.amount, with.currency())?;
        let shown = if amount == self.amount {
            format!("{} {amount}", self.called)
        } else {
            format!("{} {}, {amount},", self.called, self.amount)
        };
        Some((amount.amount().cmp(&with.amount()), shown))
    }

    pub(super) fn amount_from(&self, from: Money) -> Finding {
        match self.compare(from) {
            None => Finding::unknown(self.unexchanged(self.amount.currency(), from.currency())),
            Some((Ordering::Less, amount)) => {
                Finding::fact(false, format!("{amount} is below {from}"))
            }
            Some((Ordering::Equal | Ordering::Greater, amount)) => {
                Finding::fact(true, format!("{amount} is {from} or more"))
            }
        }
    }

    pub(super) fn supplier(&self, list: &[SupplierId]) -> Finding {
        let supplier = &self.draft.supplier;
        Finding::fact(list.contains(supplier), format!("the supplier is `{supplier}`"))
    }

    pub(super) fn location(&self, list: &[LocationId]) -> Finding {
        match &self.draft.location {
            None => Finding::unknown("where the goods go is not stated".to_owned()),
            Some(location) => {
                Finding::fact(list.contains(location), format!("the goods go to `{location}`"))
            }
        }
    }

    /// Of every line whether it is of one of some categories.
    pub(super) fn categories(&self, list: &[String]) -> Vec<Finding> {
        let lines = self.draft.lines.iter();
        lines.map(|line| self.category(line, list)).collect()
    }

    /// Of everybody who asked whether that is one of some people.
    pub(super) fn requesters(&self, list: &[PersonId]) -> Vec<Finding> {
        let requesters = self.context.requesters.iter();
        let asked = |person: &PersonId| {
            Finding::fact(list.contains(person), format!("`{person}` asked for it"))
        };
        requesters.map(asked).collect()
    }

    /// Of every line whether its price has risen by some share since it was last paid.
    pub(super) fn price_rises(&self, rise: Rate) -> Vec<Finding> {
        self.draft.lines.iter().map(|line| self.price_rise(line, rise)).collect()
    }

    pub(super) fn new_supplier(&self) -> Finding {
        let supplier = &self.draft.supplier;
        match &self.context.known_suppliers {
            None => Finding::unknown(format!("whether `{supplier}` is known is not stated")),
            Some(known) if known.contains(supplier) => {
                Finding::fact(false, format!("`{supplier}` is a known supplier"))
            }
            Some(_) => Finding::fact(true, format!("`{supplier}` is a new supplier")),
        }
    }

    /// Of every line whether it arrives too late.
    pub(super) fn late_lines(&self) -> Vec<Finding> {
        let judge = |line: &PurchaseOrderLine| {
            let (sku, arrival, need_by) = (&line.sku, line.arrival, line.need_by);
            let reason = format!("`{sku}` arrives on {arrival} and is needed by {need_by}");
            Finding::fact(arrival > need_by, reason)
        };
        self.draft.lines.iter().map(judge).collect()
    }

    /// Of every budget whether the order takes more than is left; of every line without one,
    /// unknown.
    pub(super) fn budgets(&self) -> Vec<Finding> {
        let budgets = &self.context.budgets;
        let mut findings: Vec<Finding> =
            budgets.iter().filter_map(|budget| self.over_budget(budget)).collect();
        for line in &self.draft.lines {
            let covers = |budget| self.covers(budget, line) == Truth::True;
            if !budgets.iter().any(covers) {
                let reason = format!("no budget is stated that surely covers `{}`", line.sku);
                findings.push(Finding::unknown(reason));
            }
        }
        findings
    }

    fn category(&self, line: &PurchaseOrderLine, list: &[String]) -> Finding {
        let sku = &line.sku;
        let reason = match self.context.categories.get(sku) {
            None => format!("the category of `{sku}` is not stated"),
            Some(categories) if categories.is_empty() => format!("`{sku}` is of no category"),
            Some(categories) => format!("`{sku}` is of category {}", categories.join(", ")),
        };
        Finding::new(self.is_of(line, list), reason)
    }

    /// Whether a line is of one of some categories.
    fn is_of(&self, line: &PurchaseOrderLine, list: &[String]) -> Truth {
        let Some(categories) = self.context.categories.get(&line.sku) else {
            return Truth::Unknown;
        };
        Truth::of(categories.iter().any(|category| list.contains(category)))
    }

    /// Compares prices by cross multiplication, so that no quotient is rounded.
    fn price_rise(&self, line: &PurchaseOrderLine, rise: Rate) -> Finding {
        let sku = &line.sku;
        let prices = self.last_paid.get(sku.as_str()).map_or(&[][..], Vec::as_slice);
        let of = |supplier: Option<&SupplierId>| {
            prices.iter().find(|last| last.supplier.as_ref() == supplier)
        };
        let Some(last) = of(Some(&self.draft.supplier)).or_else(|| of(None)) else {
            return Finding::unknown(format!("no last price of `{sku}` is stated"));
        };
        let currency = self.draft.currency;
        let Some(price) = self.exchanged(last.price, currency) else {
            return Finding::unknown(self.unexchanged(last.price.currency(), currency));
        };
        let incomparable = || {
            let (price, per, quantity) = (last.price, last.per, line.quantity);
            let reason = "cannot be compared with the order's";
            Finding::unknown(format!("`{sku}`: {price} for {per} {reason} {quantity}"))
        };
        let Ok(per) = last.per.to(line.quantity.unit()) else { return incomparable() };
        let compared = || {
            let (per, quantity) = (per.amount(), line.quantity.amount());
            let now = line.amount.amount().checked_times(per)?;
            let then = price.amount().checked_times(quantity)?;
            let raised = then.checked_times(Decimal::ONE.checked_plus(rise.factor())?)?;
            let shown = now.checked_over(quantity)?.round_dp(4);
            // Goods that were free and still are have not risen, by whatever share.
            Some((now > then && now >= raised, Money::new(shown, currency)))
        };
        let Some((has_risen, now)) = compared() else { return incomparable() };
        let than = if has_risen { "more" } else { "not more" };
        let per = last.per;
        let reason =
            format!("`{sku}` costs {now} for {per}, last paid {price}: {than} by {rise} or over");
        Finding::fact(has_risen, reason)
    }

    /// Whether a budget has less left than the order takes of it: the order's amount without the
    /// lines that are not of it. None, if it has nothing to do with the order.
    fn over_budget(&self, budget: &Budget) -> Option<Finding> {
        let name = &budget.name;
        let mut is_used = false;
        // At least and at most, as far as it is known which lines are of it.
        let (mut least, mut most) = (self.amount.amount(), self.amount.amount());
        for line in &self.draft.lines {
            let cost = line.amount.amount().plus(line.charges.amount());
            match self.covers(budget, line) {
                Truth::True => is_used = true,
                Truth::Unknown => {
                    is_used = true;
                    least = least.minus(cost.max(Decimal::ZERO));
                    most = most.minus(cost.min(Decimal::ZERO));
                }
                Truth::False => {
                    least = least.minus(cost);
                    most = most.minus(cost);
                }
            }
        }
        if !is_used {
            return None;
        }
        let (currency, remaining) = (self.amount.currency(), budget.remaining);
        let bounds = [least, most]
            .map(|amount| self.exchanged(Money::new(amount, currency), remaining.currency()));
        let [Some(least), Some(most)] = bounds else {
            return Some(Finding::unknown(self.unexchanged(currency, remaining.currency())));
        };
        let finding = if least.amount() > remaining.amount() {
            let reason = format!("{least} is more than the {remaining} left of budget `{name}`");
            Finding::fact(true, reason)
        } else if most.amount() <= remaining.amount() {
            Finding::fact(
                false,
                format!("{most} is within the {remaining} left of budget `{name}`"),
            )
        } else {
            let reason = "how much of the order is of budget";
            Finding::unknown(format!("{reason} `{name}` with {remaining} left is not known"))
        };
        Some(finding)
    }

    /// Whether a line is of a budget.
    fn covers(&self, budget: &Budget, line: &PurchaseOrderLine) -> Truth {
        let supplier = budget.suppliers.as_ref();
        let supplier = supplier.map(|list| Truth::of(list.contains(&self.draft.supplier)));
        let goes_to = |list: &Vec<LocationId>| match &self.draft.location {
            None => Truth::Unknown,
            Some(location) => Truth::of(list.contains(location)),
        };
        let location = budget.locations.as_ref().map(goes_to);
        let category = budget.categories.as_ref().map(|list| self.is_of(line, list));
        [supplier, location, category].into_iter().flatten().min().unwrap_or(Truth::True)
    }

    fn unexchanged(&self, from: Currency, to: Currency) -> String {
        format!(
            "no exchange rate from {from} to {to} of {} or earlier is stated",
            self.context.today
        )
    }
}

/// Checks that goods, net and total are the sums of their parts, all in the order's currency.
fn adds_up(draft: &PurchaseOrder) -> Result<(), Invalid> {
    let nothing = Money::zero(draft.currency);
    let (mut goods, mut net) = (nothing, nothing);
    for (place, line) in draft.lines.iter().enumerate() {
        let at = |field| move |p: Invalid| p.at(field).at(format_args!("lines[{place}]"));
        goods = goods.plus(line.amount).map_err(at("amount"))?;
        net = net.plus(line.charges).map_err(at("charges"))?;
    }
    let sum = |parts: [(Money, &'static str); 3]| {
        parts
            .into_iter()
            .try_fold(net, |sum, (part, field)| sum.plus(part).map_err(|problem| problem.at(field)))
    };
    let net = sum([(goods, "goods"), (draft.freight, "freight"), (draft.charges, "charges")])?;
    let total = net.plus(draft.tax).map_err(|problem| problem.at("tax"))?;
    let stated = [
        (draft.goods, goods, "goods", "goods_wrong"),
        (draft.net, net, "net", "net_wrong"),
        (draft.total, total, "total", "total_wrong"),
    ];
    for (stated, reckoned, field, code) in stated {
        if stated != reckoned {
            let expected = format!("the sum of its parts, {reckoned}");
            return Err(Invalid::new(code, expected, stated).at(field));
        }
    }
    Ok(())
}

//! In which order an order is put together.

use super::{
    AimOutcome, AimStatus, JointChange, JointItem, JointLine, JointOrder, JointReason,
    JointReplenishment, OrderAim, VALUE,
    choose::{Choice, Menu},
    worth::{Item, Worth},
};
use crate::{
    inventory::{Term, amount::float},
    unit::{Currency, Day, Exact, Invalid, Money, Quantity, Rounding, Unit, sort_by},
};
use rust_decimal::{Decimal, prelude::FromPrimitive};

/// The order while it is put together.
pub(super) struct Planning<'a> {
    items: Vec<Item>,
    order: &'a JointOrder,
    dimensions: &'a [Unit],
    menu: Menu,
    /// Which quantity of each product is ordered.
    chosen: Vec<usize>,
    /// What was chosen before each step, and why it changed.
    history: Vec<(JointReason, Vec<usize>, usize)>,
}

impl<'a> Planning<'a> {
    pub(super) fn new(mut items: Vec<Item>, order: &'a JointOrder, dimensions: &'a [Unit]) -> Self {
        if items.iter().any(|item| item.proposed > Decimal::ZERO) {
            for item in &mut items {
                item.order_along();
            }
        }
        let limit = |unit: &Unit| {
            let limits = order.at_most.iter().filter(|limit| limit.unit() == *unit);
            limits.map(|limit| limit.amount()).min()
        };
        let at_most = std::iter::once(None).chain(dimensions.iter().map(limit)).collect();
        let menu = Menu::new(items.iter_mut().map(|item| item.levels(order)).collect(), at_most);
        let chosen = items.iter().map(|item| item.start).collect();
        Self { items, order, dimensions, menu, chosen, history: Vec::new() }
    }

    pub(super) fn run(&mut self) -> Vec<AimOutcome> {
        let aims = &self.order.aims;
        if self.chosen.iter().all(|&level| level == 0) {
            return vec![self.outcome(AimStatus::NothingOrdered, None); aims.len()];
        }
        if let Some(choice) = self.menu.without_excess(&self.chosen) {
            self.accept(JointReason::TruckFull, choice.chosen, self.menu.fullest(&self.chosen));
        }
        let mut outcomes: Vec<Option<AimOutcome>> = vec![None; aims.len()];
        for (index, aim) in aims.iter().enumerate() {
            if matches!(aim, OrderAim::MinimumValue { .. } | OrderAim::FillTo { .. }) {
                outcomes[index] = Some(self.must(index));
            }
        }
        loop {
            let mut best: Option<(f64, usize, Choice)> = None;
            for (index, outcome) in outcomes.iter_mut().enumerate() {
                if outcome.as_ref().is_some_and(|outcome| outcome.status != AimStatus::NotWorthIt) {
                    continue;
                }
                let Some(value) = self.missing_value(index) else {
                    *outcome = Some(self.outcome(AimStatus::AlreadyMet, None));
                    continue;
                };
                let Some(choice) = self.menu.reaching(&self.chosen, VALUE, value) else {
                    *outcome = Some(self.outcome(AimStatus::NotReachable, None));
                    continue;
                };
                let gain = self.gain(&choice.chosen);
                *outcome = Some(self.outcome(AimStatus::NotWorthIt, Some(&choice)));
                if gain > 0.0 && best.as_ref().is_none_or(|(most, _, _)| gain > *most) {
                    best = Some((gain, index, choice));
                }
            }
            let Some((_, index, choice)) = best else { break };
            outcomes[index] = Some(self.outcome(AimStatus::Reached, Some(&choice)));
            self.accept(JointReason::Aim { index }, choice.chosen, VALUE);
        }
        // INVARIANT: every aim is one that must be reached or was looked at in the loop.
        outcomes.into_iter().flatten().collect()
    }

    /// An aim that is reached whatever it costs.
    fn must(&mut self, index: usize) -> AimOutcome {
        let (measure, choice) = match self.order.aims[index] {
            OrderAim::FillTo { load } => {
                let unit = load.unit();
                let dimension = self.dimensions.iter().position(|other| *other == unit);
                let measure = dimension.map_or(VALUE, |dimension| dimension + 1);
                (measure, Some(self.menu.filled(&self.chosen, measure, load.amount())))
            }
            OrderAim::MinimumValue { .. }
            | OrderAim::FreeFreight { .. }
            | OrderAim::PriceLevel { .. } => {
                let Some(value) = self.missing_value(index) else {
                    return self.outcome(AimStatus::AlreadyMet, None);
                };
                (VALUE, self.menu.reaching(&self.chosen, VALUE, value))
            }
        };
        match choice {
            None => self.outcome(AimStatus::NotReachable, None),
            Some(choice) if choice.chosen == self.chosen => {
                self.outcome(AimStatus::AlreadyMet, None)
            }
            Some(choice) => {
                let outcome = self.outcome(AimStatus::Reached, Some(&choice));
                self.accept(JointReason::Aim { index }, choice.chosen, measure);
                outcome
            }
        }
    }

    fn accept(&mut self, reason: JointReason, chosen: Vec<usize>, measure: usize) {
        let before = std::mem::replace(&mut self.chosen, chosen);
        self.history.push((reason, before, measure));
    }

    /// The value that an aim asks for, unless it is reached.
    fn missing_value(&self, index: usize) -> Option<Decimal> {
        let value = match self.order.aims[index] {
            OrderAim::MinimumValue { value }
            | OrderAim::FreeFreight { value, .. }
            | OrderAim::PriceLevel { value, .. } => value.amount(),
            OrderAim::FillTo { .. } => return None,
        };
        (self.total(VALUE) < value).then_some(value)
    }

    fn total(&self, measure: usize) -> Decimal {
        self.menu.total(&self.chosen, measure)
    }

    /// What the supplier takes off an order.
    fn taken_off(&self, chosen: &[usize]) -> f64 {
        let total = self.menu.total(chosen, VALUE);
        let (mut freight, mut best_discount) = (0.0, 0.0_f64);
        for aim in &self.order.aims {
            match *aim {
                OrderAim::FreeFreight { value, saves } if total >= value.amount() => {
                    freight += float(saves.amount());
                }
                OrderAim::PriceLevel { value, discount } if total >= value.amount() => {
                    best_discount = best_discount.max(discount);
                }
                OrderAim::MinimumValue { .. }
                | OrderAim::FreeFreight { .. }
                | OrderAim::PriceLevel { .. }
                | OrderAim::FillTo { .. } => {}
            }
        }
        freight + best_discount * float(total)
    }

    /// What another choice gains, all told.
    fn gain(&self, chosen: &[usize]) -> f64 {
        self.menu.worth(chosen) - self.menu.worth(&self.chosen) + self.taken_off(chosen)
            - self.taken_off(&self.chosen)
    }

    fn money(&self, amount: f64) -> Money {
        money(amount, self.order.currency)
    }

    fn outcome(&self, status: AimStatus, choice: Option<&Choice>) -> AimOutcome {
        let chosen = choice.map_or(&self.chosen, |choice| &choice.chosen);
        let adds = self.menu.total(chosen, VALUE).minus(self.total(VALUE));
        let adds = Money::new(adds, self.order.currency);
        let adding_costs = self.money(self.menu.worth(&self.chosen) - self.menu.worth(chosen));
        let saves = self.money(self.taken_off(chosen) - self.taken_off(&self.chosen));
        let term =
            |name: &'static str, value: Money| Term { name: name.into(), value: value.to_string() };
        let terms = vec![
            term("value of the order without it", Money::new(self.total(VALUE), adds.currency())),
            term("value that is added for it", adds),
            term("adding it costs", adding_costs),
            term("the supplier takes off", saves),
        ];
        AimOutcome {
            status,
            adding_costs,
            saves,
            adds,
            is_best: choice.is_none_or(|choice| choice.is_best),
            better_than_one_by_one: self.money(choice.map_or(0.0, |choice| choice.improvement)),
            terms,
        }
    }

    pub(super) fn answer(
        self,
        refused: Vec<Option<Invalid>>,
        outcomes: Vec<AimOutcome>,
        items: &[JointItem<'_>],
    ) -> JointReplenishment {
        let currency = self.order.currency;
        let mut changes = self.changes();
        let mut lines = Vec::with_capacity(items.len());
        let mut position = 0;
        for (refusal, given) in refused.into_iter().zip(items) {
            if let Some(invalid) = refusal {
                lines.push(Err(invalid));
                continue;
            }
            lines.push(Ok(JointLine {
                sku: given.sku.clone(),
                before: given.proposed,
                after: self.items[position].quantity(self.chosen[position]),
                changes: std::mem::take(&mut changes[position]),
            }));
            position += 1;
        }
        let value_before = self
            .items
            .iter()
            .fold(Decimal::ZERO, |sum, item| sum.plus(item.proposed.times(item.per_unit[VALUE])));
        let loads = self.dimensions.iter().enumerate();
        JointReplenishment {
            lines,
            outcomes,
            value_before: Money::new(value_before, currency),
            value_after: Money::new(self.total(VALUE), currency),
            loads: loads.map(|(at, unit)| Quantity::new(self.total(at + 1), *unit)).collect(),
        }
    }

    /// What was changed of each product, with its reason and rank.
    fn changes(&self) -> Vec<Vec<JointChange>> {
        let mut changes: Vec<Vec<JointChange>> = Vec::new();
        let dues: Vec<Day> = self.items.iter().filter_map(|item| item.along).collect();
        for item in &self.items {
            let along = item.along.map(|due| {
                let added =
                    item.potential(item.start_amount()).less(&item.potential(item.proposed));
                let mut terms = vec![Term {
                    name: "expected at its reorder point".into(),
                    value: due.to_string(),
                }];
                terms.extend(self.terms(&added));
                let quantity = Quantity::new(item.start_amount() - item.proposed, item.unit);
                let reason = JointReason::OrderedAlong { due };
                let earlier = dues.iter().filter(|other| **other < due).count();
                let rank = u32::try_from(earlier).unwrap_or(u32::MAX).saturating_add(1);
                JointChange { quantity, reason, worth: self.money(added.total()), rank, terms }
            });
            changes.push(along.into_iter().collect());
        }
        for (step, (reason, before, measure)) in self.history.iter().enumerate() {
            let after = self.history.get(step + 1).map_or(&self.chosen, |(_, next, _)| next);
            let mut changed: Vec<(f64, usize, JointChange)> = Vec::new();
            for (index, item) in self.items.iter().enumerate() {
                let (from, to) = (item.levels[before[index]], item.levels[after[index]]);
                if from == to {
                    continue;
                }
                let (least, most) = (from.min(to), from.max(to));
                let worth = item.potential(most).less(&item.potential(least));
                let share = most.minus(least).times(item.per_unit[*measure]);
                let useful = worth.total() / float(share).max(f64::MIN_POSITIVE);
                let change = JointChange {
                    quantity: Quantity::new(to - from, item.unit),
                    reason: *reason,
                    worth: self.money(worth.total()),
                    rank: 0,
                    terms: self.terms(&worth),
                };
                changed.push((if to > from { -useful } else { useful }, index, change));
            }
            sort_by(&mut changed, |a, b| a.0.total_cmp(&b.0));
            for (rank, (_, index, change)) in (1..).zip(changed) {
                changes[index].push(JointChange { rank, ..change });
            }
        }
        changes
    }

    fn terms(&self, worth: &Worth) -> Vec<Term> {
        let term = |name: &'static str, amount: f64| Term {
            name: name.into(),
            value: self.money(amount).to_string(),
        };
        vec![
            term("shortage that it avoids until the next order arrives", worth.shortage),
            term("order lines that it saves", worth.lines),
            term("holding until it is sold", worth.holding),
            term("waste of what is left over", worth.waste),
            term("worth", worth.total()),
        ]
    }
}

/// An expected amount in the currency's minor unit.
fn money(amount: f64, currency: Currency) -> Money {
    let amount = Decimal::from_f64(amount).unwrap_or_default();
    Money::new(amount, currency).rounded(Rounding::HalfUp)
}

//! Why a need is served as it is, and by what else it could be.

use super::{
    allocation::{Binding, BindingKind, RunnerUp},
    assemble::money,
    ledger::{Change, Ledger, Obstacle, OrderSum, line_cost},
    model::{LimitName, Model},
};
use crate::{
    sourcing::{OrderCharges, basket::Pick, eligible::Market, order_charges::gram},
    unit::{Currency, Invalid, Money, Quantity, SupplierId},
};
use rust_decimal::Decimal;

/// Compares each choice with what else could be done, all other lines staying where they are.
pub(super) struct Explainer<'m, 'a> {
    pub(super) model: &'m Model<'a>,
    pub(super) ledger: &'m Ledger<'m>,
    pub(super) market: &'m Market<'a>,
    pub(super) currency: Currency,
}

pub(super) struct Explained {
    pub(super) binding: Binding,
    pub(super) runner_up: Option<RunnerUp>,
    pub(super) reason: String,
}

/// Something else that could be done for a line: the pick that takes the place of the one explained,
/// none where that is only left out, with the line's other picks or alone.
struct Alternative {
    pick: Option<Pick>,
    picks: Vec<Pick>,
}

/// What decided against an alternative.
struct Decided<'a> {
    kind: BindingKind,
    supplier: Option<&'a SupplierId>,
    /// Whether all that changes on the orders is freight.
    only_freight: bool,
}

impl<'a> Explainer<'_, 'a> {
    /// Why one of a line's picks is what it is.
    pub(super) fn explain(&self, line: usize, pick: Pick) -> Result<Explained, Invalid> {
        let terms = &self.model.basket.lines[line];
        let now = line_cost(terms, self.ledger.picks(line)).map_or(0, |(cost, _)| cost);
        let mut cheapest: Option<(i64, bool, Alternative)> = None;
        let mut runner_up: Option<(Change, Alternative)> = None;
        let mut others = false;
        self.alternatives(line, pick, &mut |alternative| {
            let Some((cost, true)) = line_cost(terms, &alternative.picks) else { return };
            let difference = cost.saturating_sub(now);
            let is_other = alternative.pick.is_none_or(|other| !self.is_same(line, pick, other));
            others |= is_other;
            let better = cheapest.as_ref().is_none_or(|(least, other, _)| {
                difference < *least || (difference == *least && *other && !is_other)
            });
            if is_other
                && let Ok(change) = self.ledger.change(line, &alternative.picks)
                && runner_up.as_ref().is_none_or(|(least, _)| {
                    (change.total(), change.line) < (least.total(), least.line)
                })
            {
                runner_up = Some((change, copy(&alternative)));
            }
            if difference < 0 && better {
                cheapest = Some((difference, is_other, alternative));
            }
        });
        let named = runner_up.map(|(change, other)| self.runner_up(line, change, &other));
        let runner_up = named.transpose()?;
        let Some((_, _, cheapest)) = cheapest else {
            return Ok(self.cheapest_alone(others, runner_up));
        };
        self.not_cheapest(line, pick, &cheapest, runner_up)
    }

    /// Calls with everything else that could be done: another purchase in the pick's place, one
    /// purchase alone, or the pick left out.
    fn alternatives(&self, line: usize, pick: Pick, call: &mut dyn FnMut(Alternative)) {
        let terms = &self.model.basket.lines[line];
        let current = self.ledger.picks(line);
        let kept: Vec<Pick> = current.iter().copied().filter(|other| *other != pick).collect();
        for (source, offered) in terms.sources.iter().enumerate() {
            if kept.iter().any(|other| other.source == source) {
                continue;
            }
            for purchase in 0..offered.purchases.len() {
                let other = Pick { source, purchase };
                if other == pick {
                    continue;
                }
                let mut picks = Vec::with_capacity(kept.len() + 1);
                picks.extend(kept.iter().filter(|kept| **kept < other));
                picks.push(other);
                picks.extend(kept.iter().filter(|kept| **kept > other));
                call(Alternative { pick: Some(other), picks });
                if !kept.is_empty() {
                    call(Alternative { pick: Some(other), picks: vec![other] });
                }
            }
        }
        call(Alternative { pick: None, picks: kept });
    }

    /// Whether two picks of a line are from the same offer, delivered on the same day.
    fn is_same(&self, line: usize, a: Pick, b: Pick) -> bool {
        let sources = &self.model.lines[line].sources;
        let key =
            |pick: Pick| (sources[pick.source].candidate.place, sources[pick.source].delivery);
        key(a) == key(b)
    }

    fn runner_up(
        &self,
        line: usize,
        change: Change,
        other: &Alternative,
    ) -> Result<RunnerUp, Invalid> {
        let offer = other.pick.map(|pick| {
            let source = &self.model.lines[line].sources[pick.source];
            let terms = &self.model.basket.lines[line].sources[pick.source];
            (source.candidate.offer, terms.purchases[pick.purchase].packs)
        });
        Ok(RunnerUp {
            offer: offer.map(|(offer, _)| offer.id.clone()),
            supplier: offer.map(|(offer, _)| offer.supplier.clone()),
            packs: offer.map_or(0, |(_, packs)| u64::try_from(packs).unwrap_or(0)),
            difference: money(change.total(), self.currency)?,
            line: money(change.line, self.currency)?,
            order: money(change.order, self.currency)?,
        })
    }

    fn cheapest_alone(&self, others: bool, runner_up: Option<RunnerUp>) -> Explained {
        let zero = Money::zero(self.currency);
        let kind = if others { BindingKind::CheapestAlone } else { BindingKind::OnlyOffer };
        let reason = match &runner_up {
            Some(RunnerUp { supplier: Some(supplier), difference, .. }) => {
                if difference.is_zero() {
                    format!("costs no more than the next, {supplier}")
                } else {
                    format!("{difference} less than the next, {supplier}")
                }
            }
            Some(RunnerUp { difference, .. }) => {
                format!("{difference} less than a shortage would cost")
            }
            None if others => "costs least by itself, and nothing else is possible".to_owned(),
            None => "the only offer that can serve".to_owned(),
        };
        let binding = Binding { kind, supplier: None, instead_of: None, line: zero, order: zero };
        Explained { binding, runner_up, reason }
    }

    /// Says what decided against what costs less by itself.
    fn not_cheapest(
        &self,
        line: usize,
        pick: Pick,
        cheapest: &Alternative,
        runner_up: Option<RunnerUp>,
    ) -> Result<Explained, Invalid> {
        let terms = &self.model.basket.lines[line];
        let cost = |picks: &[Pick]| line_cost(terms, picks).map_or(0, |(cost, _)| cost);
        let more = cost(self.ledger.picks(line)).saturating_sub(cost(&cheapest.picks));
        let (decided, saved) = match self.ledger.change(line, &cheapest.picks) {
            Ok(change) => (self.by_charges(line, pick, cheapest)?, change.order),
            Err(obstacle) => (self.by_obstacle(line, pick, cheapest, obstacle), 0),
        };
        let own = &self.model.lines[line].sources[pick.source].candidate.offer.supplier;
        let (extra, saved) = (money(more, self.currency)?, money(-saved, self.currency)?);
        let offer = |pick: Pick| &self.model.lines[line].sources[pick.source].candidate.offer;
        let fewer = cheapest.pick.filter(|other| self.is_same(line, pick, *other));
        let packs = |pick: Pick| terms.sources[pick.source].purchases[pick.purchase].packs;
        let subject = match fewer {
            Some(other) if packs(pick) > packs(other) => {
                format!("{} more at {own}", counted(packs(pick) - packs(other), "pack"))
            }
            Some(_) => format!("no more packs at {own}"),
            None => format!("kept at {own}"),
        };
        let other = cheapest.pick.map(|pick| &offer(pick).supplier);
        let why = words(&decided, own, other);
        let numbers = if saved.is_zero() {
            format!("+{extra} on the line")
        } else {
            let noun = if decided.only_freight { "freight" } else { "on the orders" };
            format!("+{extra} on the line, {saved} {noun}")
        };
        let binding = Binding {
            kind: decided.kind,
            supplier: decided.supplier.cloned(),
            instead_of: cheapest.pick.map(|pick| offer(pick).id.clone()),
            line: extra,
            order: saved,
        };
        Ok(Explained { binding, runner_up, reason: format!("{subject} {why}: {numbers}") })
    }

    /// What decided where the orders would cost more: the largest part of it.
    fn by_charges(
        &self,
        line: usize,
        pick: Pick,
        cheapest: &Alternative,
    ) -> Result<Decided<'a>, Invalid> {
        let own = self.model.basket.lines[line].sources[pick.source].order;
        let mut decided =
            Decided { kind: BindingKind::Together, supplier: None, only_freight: true };
        let mut most = Decimal::ZERO;
        for (order, after) in self.ledger.orders_after(line, &cheapest.picks) {
            let supplier = self.model.orders[order].supplier;
            let before = self.ledger.order(order);
            let (now, then) = (self.charges(order, before)?, self.charges(order, &after)?);
            let free = self.market.terms(supplier).and_then(|terms| terms.free_freight_from);
            let freight = match free {
                Some(_) if now.freight.is_zero() => BindingKind::FreeFreight,
                _ => BindingKind::FreightBand,
            };
            let parts = if before.purchases == 0 {
                let all = then.total()?;
                decided.only_freight &= all == then.freight;
                vec![(BindingKind::SharedOrder, all)]
            } else {
                let rest =
                    then.total()?.minus(then.freight)?.minus(now.total()?.minus(now.freight)?)?;
                decided.only_freight &= rest.is_zero();
                vec![
                    (freight, then.freight.minus(now.freight)?),
                    (
                        BindingKind::BelowMinimumSurcharge,
                        then.below_minimum.minus(now.below_minimum)?,
                    ),
                    (BindingKind::RebateTier, then.yearly_rebate.minus(now.yearly_rebate)?),
                ]
            };
            for (kind, more) in parts {
                if more.amount() > most {
                    most = more.amount();
                    decided.kind = kind;
                    let shared = kind == BindingKind::SharedOrder;
                    let order = if shared { own } else { order };
                    decided.supplier = Some(self.model.orders[order].supplier);
                }
            }
        }
        Ok(decided)
    }

    /// What decided where something forbids what costs less by itself.
    fn by_obstacle(
        &self,
        line: usize,
        pick: Pick,
        cheapest: &Alternative,
        obstacle: Obstacle,
    ) -> Decided<'a> {
        let sources = &self.model.basket.lines[line].sources;
        let own = self.model.orders[sources[pick.source].order].supplier;
        let (kind, supplier) = match obstacle {
            Obstacle::Order(order) => {
                let supplier = self.model.orders[order].supplier;
                let joined = cheapest.pick.is_some_and(|pick| sources[pick.source].order == order);
                if joined && supplier != own {
                    (BindingKind::MinimumOutOfReach, Some(supplier))
                } else {
                    (BindingKind::MinimumOrderValue, Some(supplier))
                }
            }
            Obstacle::Limit(limit) => match self.model.limits[limit] {
                LimitName::Required(supplier) => (BindingKind::RequiredSupplier, Some(supplier)),
                LimitName::Available(offer) | LimitName::Contract(offer) => {
                    (BindingKind::Availability, Some(&offer.supplier))
                }
            },
            Obstacle::Share(share) => (BindingKind::MaximumShare, Some(self.model.shares[share])),
            Obstacle::Uncovered | Obstacle::TooMuch => (BindingKind::Together, None),
        };
        Decided { kind, supplier, only_freight: false }
    }

    fn charges(&self, order: usize, sum: &OrderSum) -> Result<OrderCharges, Invalid> {
        if sum.purchases == 0 {
            return Ok(OrderCharges::none(self.currency));
        }
        let value = Money::from_minor_units(sum.value, self.currency)?;
        let weight = i64::try_from(sum.weight).unwrap_or(i64::MAX);
        let weight = Quantity::new(Decimal::from(weight), gram()?);
        self.market.charges(self.model.orders[order].supplier, &[value], Some(weight))
    }
}

/// What decided, in words that follow the supplier that is kept.
fn words(decided: &Decided<'_>, own: &SupplierId, other: Option<&SupplierId>) -> String {
    let supplier = decided.supplier.unwrap_or(own);
    let of = if supplier == own { String::new() } else { format!(" of {supplier}") };
    let elsewhere =
        || other.map_or("a shortage".to_owned(), |other| format!("an order with {other}"));
    match decided.kind {
        BindingKind::MinimumOrderValue => format!("to reach the minimum order value{of}"),
        BindingKind::BelowMinimumSurcharge => {
            format!("to avoid the surcharge below the minimum{of}")
        }
        BindingKind::FreeFreight => format!("to reach free freight{of}"),
        BindingKind::FreightBand => format!("for a cheaper freight band{of}"),
        BindingKind::RebateTier => format!("to reach a tier of the yearly rebate{of}"),
        BindingKind::SharedOrder => format!("to save {}", elsewhere()),
        BindingKind::MinimumOutOfReach => {
            format!("since {} would be below its minimum", elsewhere())
        }
        BindingKind::Availability => {
            let who = other.map_or("the other offer".to_owned(), ToString::to_string);
            format!("since there is no more at {who}")
        }
        BindingKind::MaximumShare => format!("since {supplier} would get more than its share"),
        BindingKind::RequiredSupplier => format!("since {supplier} has to get an order"),
        BindingKind::OnlyOffer | BindingKind::CheapestAlone | BindingKind::Together => {
            "since that costs less altogether".to_owned()
        }
    }
}

fn copy(alternative: &Alternative) -> Alternative {
    Alternative { pick: alternative.pick, picks: alternative.picks.clone() }
}

/// `1 pack`, `2 packs`.
fn counted(count: i64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

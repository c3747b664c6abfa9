//! What a parent order's purchase orders come to, recomputed from them and never stored.

use super::{LineFact, OrderedLine, PurchaseOrderLife, PurchaseOrderState, PurchaseOrderStatus};
use crate::unit::{Exact, Quantity};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a parent order's purchase orders come to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PurchaseRollup {
    /// How far the least advanced living order is; absent when there are no orders. Cancelled and
    /// declined ones count only when all are, and those that the supplier rejected only when nothing
    /// lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<PurchaseOrderStatus>,
    /// How much of what the living orders ask for has come.
    pub fulfilment: Extent,
    /// How much of it is invoiced, credit notes deducted.
    pub invoicing: Extent,
    /// Whether a person must look: some order is in review, its promise is, or it is rejected.
    pub exception: bool,
    /// How many orders stand where, in order of the words.
    pub counts: Vec<StatusCount>,
}

/// How many orders stand at a word.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct StatusCount {
    /// The word.
    pub status: PurchaseOrderStatus,
    /// How many.
    pub count: u32,
}

/// How much there is of what is ordered.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Nothing.
    None,
    /// Something, and more is awaited.
    Partial,
    /// All of it.
    Full,
    /// All of it, and more than that of some line.
    Over,
    /// Less than ordered, and nothing more is awaited.
    Short,
}

/// What purchase orders come to together, in any order.
pub fn roll_up(orders: &[&PurchaseOrderLife]) -> PurchaseRollup {
    let living: Vec<&PurchaseOrderLife> =
        orders.iter().copied().filter(|order| is_living(order.state())).collect();
    let mut counts: BTreeMap<PurchaseOrderStatus, u32> = BTreeMap::new();
    for order in orders {
        let count = counts.entry(order.status()).or_default();
        *count = count.saturating_add(1);
    }
    let considered = if living.is_empty() { orders } else { living.as_slice() };
    let statuses = considered.iter().map(|order| order.status());
    PurchaseRollup {
        lifecycle: statuses.min_by_key(|status| advance(*status)),
        fulfilment: together(living.iter().map(|order| fulfilment(order))),
        invoicing: together(living.iter().map(|order| invoicing(order))),
        exception: orders.iter().any(|order| is_exception(order.state())),
        counts: counts.into_iter().map(|(status, count)| StatusCount { status, count }).collect(),
    }
}

/// Whether goods may come of an order.
fn is_living(state: PurchaseOrderState) -> bool {
    use PurchaseOrderState as S;
    !matches!(state, S::Cancelled | S::Declined | S::SupplierRejected)
}

fn is_exception(state: PurchaseOrderState) -> bool {
    use PurchaseOrderState as S;
    matches!(state, S::Review | S::ChangeReview | S::SupplierRejected)
}

/// How far an order is. What a person has to see to comes before what is under way, and what is being
/// cancelled before what is promised.
fn advance(status: PurchaseOrderStatus) -> u8 {
    match status {
        PurchaseOrderStatus::Draft => 0,
        PurchaseOrderStatus::PendingApproval => 1,
        PurchaseOrderStatus::Failed => 2,
        PurchaseOrderStatus::Initial => 3,
        PurchaseOrderStatus::Sent => 4,
        PurchaseOrderStatus::CancellationPending => 5,
        PurchaseOrderStatus::Confirmed => 6,
        PurchaseOrderStatus::PartiallyFulfilled => 7,
        PurchaseOrderStatus::Fulfilled => 8,
        PurchaseOrderStatus::Invoiced => 9,
        PurchaseOrderStatus::Nullified => 10,
    }
}

/// Goods are awaited as long as the order is neither closed short nor settled.
fn fulfilment(order: &PurchaseOrderLife) -> Extent {
    let closed = order.is_short() || order.state() == PurchaseOrderState::Invoiced;
    extent(order, |line, said| {
        let got = amount(said.received);
        (got, if closed { got } else { line.quantity.amount() })
    })
}

/// Of an order that is closed short, invoices are awaited for the goods that came.
fn invoicing(order: &PurchaseOrderLife) -> Extent {
    extent(order, |line, said| {
        let got = amount(said.invoiced).minus(amount(said.credited));
        let due = match () {
            () if order.state() == PurchaseOrderState::Invoiced => got,
            () if order.is_short() => amount(said.received),
            () => line.quantity.amount(),
        };
        (got, due)
    })
}

/// What there is of an order, from what there is of each line and what shall be.
fn extent(
    order: &PurchaseOrderLife,
    of: impl Fn(&OrderedLine, &LineFact) -> (Decimal, Decimal),
) -> Extent {
    let (mut some, mut awaited, mut less, mut more) = (false, false, false, false);
    for line in order.ordered() {
        let (got, due) = of(line, &order.facts().line(&line.line));
        let ordered = line.quantity.amount();
        some |= got > Decimal::ZERO;
        awaited |= got < due;
        less |= got < ordered;
        more |= got > ordered;
    }
    match () {
        () if awaited && some => Extent::Partial,
        () if awaited => Extent::None,
        () if less => Extent::Short,
        () if more => Extent::Over,
        () => Extent::Full,
    }
}

/// Several orders together: something of one and nothing of another is a part of both.
fn together(extents: impl Iterator<Item = Extent>) -> Extent {
    let one_and_other = |a: Extent, b: Extent| match (a, b) {
        (Extent::None, Extent::None) => Extent::None,
        (Extent::None | Extent::Partial, _) | (_, Extent::None | Extent::Partial) => {
            Extent::Partial
        }
        (Extent::Full | Extent::Over | Extent::Short, _) => a.max(b),
    };
    extents.reduce(one_and_other).unwrap_or(Extent::None)
}

fn amount(quantity: Option<Quantity>) -> Decimal {
    quantity.map_or(Decimal::ZERO, Quantity::amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{flow::SupplierFact, order::PurchaseOrder, unit::Random};
    use std::collections::BTreeSet;

    /// An order of 4 + 2 pieces.
    fn order(
        state: PurchaseOrderState,
        received: [u32; 2],
        invoiced: [u32; 2],
    ) -> PurchaseOrderLife {
        let line = |id: &str, quantity: &str| {
            serde_json::json!({
                "id": id, "sku": "a", "offer": "o", "packs": 1, "pack_size": "1 each",
                "quantity": quantity, "unit_price": "1 EUR", "amount": "1 EUR", "charges": "0 EUR",
                "need_by": "2026-12-01", "arrival": "2026-12-01",
            })
        };
        let draft: PurchaseOrder = serde_json::from_value(serde_json::json!({
            "id": "p", "revision": 1, "supplier": "s", "currency": "EUR",
            "order_date": "2026-11-23", "requested_delivery": "2026-12-01",
            "lines": [line("1", "4 each"), line("2", "2 each")], "goods": "2 EUR",
            "freight": "0 EUR", "charges": "0 EUR", "net": "2 EUR", "taxes": [], "tax": "0 EUR",
            "total": "2 EUR", "expected_arrival": "2026-12-01",
        }))
        .unwrap();
        let mut life = PurchaseOrderLife::new(&draft, "{}").unwrap();
        life.state = state;
        let said = ["1", "2"].into_iter().zip(received.into_iter().zip(invoiced)).map(
            |(line, (received, invoiced))| {
                serde_json::json!({
                    "line": line, "received": format!("{received} each"),
                    "invoiced": format!("{invoiced} each"),
                })
            },
        );
        let fact = serde_json::json!({"event_id": "e", "lines": said.collect::<Vec<_>>()});
        let fact: SupplierFact = serde_json::from_value(fact).unwrap();
        let ordered = life.ordered().to_vec();
        life.facts.merge(&fact, &ordered).unwrap();
        life
    }

    fn closed(mut life: PurchaseOrderLife) -> PurchaseOrderLife {
        life.short = true;
        life
    }

    fn any_order(random: &mut Random) -> PurchaseOrderLife {
        let state = PurchaseOrderState::ALL[random.below(20)];
        let mut figure = || [0, 0, 1, 2, 4, 5][random.below(6)];
        let life = order(state, [figure(), figure()], [figure(), figure()]);
        if random.below(3) == 0 { closed(life) } else { life }
    }

    fn of(orders: &[PurchaseOrderLife]) -> PurchaseRollup {
        roll_up(&orders.iter().collect::<Vec<_>>())
    }

    #[test]
    fn quantities_give_the_words() {
        use {Extent as X, PurchaseOrderState as S};
        for (orders, fulfilment, invoicing) in [
            (vec![], X::None, X::None),
            (vec![order(S::Confirmed, [0, 0], [0, 0])], X::None, X::None),
            (vec![order(S::PartiallyFulfilled, [4, 1], [4, 0])], X::Partial, X::Partial),
            (vec![order(S::Fulfilled, [4, 2], [4, 2])], X::Full, X::Full),
            (vec![order(S::Fulfilled, [4, 3], [4, 2])], X::Over, X::Full),
            (vec![closed(order(S::Fulfilled, [4, 1], [0, 0]))], X::Short, X::None),
            (vec![closed(order(S::Fulfilled, [4, 1], [4, 0]))], X::Short, X::Partial),
            (vec![closed(order(S::Fulfilled, [4, 1], [4, 1]))], X::Short, X::Short),
            // A person has settled it.
            (vec![order(S::Invoiced, [4, 2], [0, 0])], X::Full, X::Short),
            (
                vec![order(S::Fulfilled, [4, 2], [4, 2]), order(S::Confirmed, [0, 0], [0, 0])],
                X::Partial,
                X::Partial,
            ),
            (
                vec![order(S::Fulfilled, [4, 2], [4, 2]), order(S::Cancelled, [0, 0], [0, 0])],
                X::Full,
                X::Full,
            ),
            (
                vec![
                    order(S::Fulfilled, [5, 2], [4, 2]),
                    closed(order(S::Fulfilled, [4, 1], [4, 1])),
                ],
                X::Short,
                X::Short,
            ),
        ] {
            let found = of(&orders);
            assert_eq!((found.fulfilment, found.invoicing), (fulfilment, invoicing), "{orders:?}");
        }
    }

    #[test]
    fn the_least_advanced_living_order_gives_the_word() {
        use {PurchaseOrderState as S, PurchaseOrderStatus as P};
        let word = |states: &[S]| {
            let orders: Vec<_> = states.iter().map(|&state| order(state, [0, 0], [0, 0])).collect();
            let found = of(&orders);
            (found.lifecycle, found.exception)
        };
        assert_eq!(word(&[]), (None, false));
        assert_eq!(word(&[S::Cancelled, S::Declined]), (Some(P::Nullified), false));
        assert_eq!(word(&[S::Cancelled, S::SupplierRejected]), (Some(P::Failed), true));
        assert_eq!(word(&[S::SupplierRejected, S::Confirmed]), (Some(P::Confirmed), true));
        assert_eq!(word(&[S::Invoiced, S::Confirmed]), (Some(P::Confirmed), false));
        assert_eq!(word(&[S::Invoiced, S::Review]), (Some(P::Failed), true));
        assert_eq!(word(&[S::Confirmed, S::ChangeReview]), (Some(P::Sent), true));
        assert_eq!(word(&[S::Unknown, S::Draft]), (Some(P::Draft), false));
        assert_eq!(word(&[S::CancelPending, S::Confirmed]), (Some(P::CancellationPending), false));
    }

    #[test]
    fn the_sequence_of_orders_and_a_twin_change_nothing_but_counts() {
        let mut random = Random::new(6);
        let mut words = BTreeSet::new();
        for _ in 0..2_000 {
            let mut orders: Vec<_> =
                (0..=random.below(4)).map(|_| any_order(&mut random)).collect();
            let before = of(&orders);
            words.insert(before.fulfilment);
            let count = orders.len();
            assert_eq!(before.counts.iter().map(|it| it.count as usize).sum::<usize>(), count);
            orders.rotate_left(random.below(count));
            orders.swap(0, random.below(count));
            assert_eq!(of(&orders), before);
            let twin = orders[random.below(count)].clone();
            orders.push(twin);
            let after = of(&orders);
            assert_eq!(after.counts.iter().map(|it| it.count as usize).sum::<usize>(), count + 1);
            assert_eq!(PurchaseRollup { counts: before.counts.clone(), ..after }, before);
        }
        assert_eq!(words.len(), 5, "every word comes: {words:?}");
    }

    #[test]
    fn a_cancelled_order_beside_living_ones_counts_for_nothing_else() {
        let mut random = Random::new(7);
        for _ in 0..1_000 {
            let mut orders: Vec<_> =
                (0..=random.below(3)).map(|_| any_order(&mut random)).collect();
            let before = of(&orders);
            if orders.iter().any(|order| is_living(order.state())) {
                orders.push(order(PurchaseOrderState::Cancelled, [0, 0], [0, 0]));
                let after = of(&orders);
                assert_eq!(PurchaseRollup { counts: before.counts.clone(), ..after }, before);
            }
            // Neither word is ever better than that of any living order.
            let living = orders.iter().filter(|order| is_living(order.state()));
            for alone in living.map(|order| of(std::slice::from_ref(order))) {
                assert!(before.lifecycle.map(advance) <= alone.lifecycle.map(advance));
                let is_done = |extent| !matches!(extent, Extent::None | Extent::Partial);
                assert!(!is_done(before.fulfilment) || is_done(alone.fulfilment));
                assert!(!is_done(before.invoicing) || is_done(alone.invoicing));
            }
        }
    }
}

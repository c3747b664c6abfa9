//! Which situations of a sale order's world are one: all times relative to now, requests numbered
//! anew, and nothing kept that cannot matter any more.

use super::{
    erp::document,
    world::{Call, Simulation, World},
};
use crate::flow::{Operation, SaleOrderState as S};
use crate::unit::{DocumentId, Timestamp};

impl Simulation {
    /// The same situation with now at zero and without what cannot matter any more.
    pub(super) fn canonical(&self, mut world: World, now: i64) -> World {
        times(&mut world, now);
        self.silence(&mut world);
        number_anew(&mut world);
        world.calls.sort();
        world.sent.sort();
        world
    }

    /// Drops calls that nobody listens to and that can have no effect.
    fn silence(&self, world: &mut World) {
        let World { flow, calls, orders, fortune, .. } = world;
        let deaf = fortune.late_answers == 0;
        let live = |wanted: &DocumentId| {
            orders.iter().enumerate().any(|(order, known)| {
                (0..known.live.len()).any(|p| known.live[p] && document(order, p) == *wanted)
            })
        };
        let applied = |call: &Call| orders.iter().any(|order| order.key == call.key);
        calls.retain(|call| match (&call.reply, &call.operation) {
            _ if call.listened || call.again => true,
            (Some(reply), _) => !deaf && reply.is_positive(),
            (None, Operation::Lookup {}) => false,
            (None, Operation::Create {}) => !deaf || !self.server.deduplicates || !applied(call),
            (None, Operation::Cancel { document }) => !deaf || live(document),
            (None, Operation::Price {} | Operation::Read { .. } | Operation::Accept { .. }) => {
                unreachable!("a sale order asks none of these")
            }
        });
        let unheard = |call: &Call| deaf && !call.listened && !call.again;
        for call in calls.iter_mut().filter(|call| unheard(call)) {
            (call.request, call.attempt) = (0, 0);
        }
        calls.sort();
        // Equal calls without a hearer have one effect, unless each creates an order.
        calls.dedup_by(|a, b| {
            let creates = a.operation == Operation::Create {} && !self.server.deduplicates;
            a == b && unheard(a) && !creates
        });
        // A request that has ended and whose call is over cannot be heard of again.
        flow.ended.retain(|request| calls.iter().any(|call| call.request == request.id));
    }
}

fn times(world: &mut World, now: i64) {
    let World { flow, calls, .. } = world;
    let shift = |at: &mut Option<Timestamp>| {
        if let Some(at) = at {
            at.0 -= now;
        }
    };
    // Nothing happens before now, and what a page would say of the past moves nothing.
    flow.last_error = None;
    let order = &mut flow.order;
    order.last_at = order.last_at.map(|_| Timestamp(0));
    shift(&mut order.wake_at);
    shift(&mut order.submission.settled_at);
    let asked_at = order.awaited.map_or(0, |awaited| awaited.since.0 - now);
    if let Some(awaited) = &mut order.awaited {
        awaited.since.0 = asked_at;
    }
    if !matches!(order.state, S::Unknown | S::Verifying)
        || order.submission.settled_at.is_some_and(|at| at.0 <= asked_at)
    {
        order.submission.settled_at = None;
    }
    if let Some(awaited) = &mut order.awaited
        && order.submission.settled_at.is_none()
    {
        awaited.since = Timestamp(0);
    }
    // Totals and retention are endless here, so that beginnings do not matter.
    for at in [
        &mut order.submission.submitted_at,
        &mut order.submission.first_sent_at,
        &mut order.cancellation.started_at,
    ] {
        *at = at.map(|_| Timestamp(0));
    }
    for document in &mut order.documents.known {
        document.ended_at = document.ended_at.map(|_| Timestamp(0));
    }
    (order.superseded, order.cancellation.round) = (0, 0);
    (order.submission.throttles, order.cancellation.throttles) = (0, 0);
    order.submission.count = order.submission.count.min(1);
    for call in calls.iter_mut() {
        call.gone_at = call.gone_at.map(|at| at - now);
    }
    for request in &mut flow.requests {
        shift(&mut request.wake_at);
        request.started_at = request.started_at.map(|_| Timestamp(0));
        request.superseded = 0;
    }
}

/// Requests are told apart by their numbers; which numbers does not matter.
fn number_anew(world: &mut World) {
    let World { flow, calls, .. } = world;
    let awaited = flow.order.awaited.map(|awaited| awaited.request);
    let mut numbers: Vec<u32> = flow.requests.iter().map(|request| request.id).collect();
    numbers.extend(flow.ended.iter().map(|request| request.id));
    numbers.extend(calls.iter().map(|call| call.request).filter(|number| *number > 0));
    numbers.extend(awaited);
    numbers.sort_unstable();
    numbers.dedup();
    let renumber = |old: &mut u32| {
        let place = numbers.binary_search(old).expect("collected above");
        *old = u32::try_from(place + 1).expect("a handful");
    };
    flow.requests.iter_mut().for_each(|request| renumber(&mut request.id));
    flow.ended.iter_mut().for_each(|request| renumber(&mut request.id));
    calls.iter_mut().filter(|call| call.request > 0).for_each(|call| renumber(&mut call.request));
    if let Some(awaited) = &mut flow.order.awaited {
        renumber(&mut awaited.request);
    }
    flow.order.last_request = u32::try_from(numbers.len()).expect("a handful");
}

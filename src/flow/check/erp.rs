//! The server of a sale order's world: what may become of a call on its way there and back.

use super::world::{Call, ErpOrder, Simulation, World, spend};
use crate::flow::{AnswerBody, NamedDocument, Operation, Outcome, SaleOrderInput};
use crate::unit::{DocumentId, LineId};

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Reply {
    Created(usize),
    CreatedNamingOne(usize),
    CreatedUnnamed,
    Duplicate,
    Rejected,
    Throttled,
    Broken,
    Found(Vec<(usize, usize)>),
    Absent,
    Cancelled,
    AlreadyCancelled,
    NotFound,
    Refused,
}

impl Simulation {
    pub(super) fn on_the_way_there(
        &self,
        world: &World,
        place: usize,
        next: &mut Vec<(&'static str, World)>,
    ) {
        for (label, reply, applied) in self.replies(world, &world.calls[place]) {
            let mut world = applied.unwrap_or_else(|| world.clone());
            world.calls[place].reply = Some(reply);
            next.push((label, self.canonical(world, 0)));
        }
        self.carried_out_twice(world, place, next);
        let mut lost = world.clone();
        let call = lost.calls.remove(place);
        if call.listened {
            let told = |outcome| SaleOrderInput::Outcome {
                request_id: call.request,
                attempt: call.attempt,
                outcome,
            };
            let not_sent = self.tell(lost.clone(), &told(Outcome::NotSent {}), 0);
            next.extend(not_sent.map(|world| ("not sent", world)));
            let mut reset = world.clone();
            self.give_up(&mut reset.calls[place], 0);
            let reset = self.tell(reset, &told(Outcome::NoAnswer {}), 0);
            next.extend(reset.map(|world| ("connection reset", world)));
        }
        next.push(("request lost", self.canonical(lost, 0)));
    }

    /// What the server may say, and the world in which it has applied the call, where it does.
    fn replies(&self, world: &World, call: &Call) -> Vec<(&'static str, Reply, Option<World>)> {
        let mut replies = vec![
            ("throttled", Reply::Throttled, None),
            ("server error before", Reply::Broken, None),
        ];
        match &call.operation {
            Operation::Create {} => {
                replies.push(("rejected", Reply::Rejected, None));
                let known = world.orders.iter().position(|order| order.key == call.key);
                if let (true, Some(order)) = (self.server.deduplicates, known) {
                    replies.push(("same key: created", Reply::Created(order), None));
                    replies.push(("same key: duplicate", Reply::Duplicate, None));
                    return replies;
                }
                let order = world.orders.len();
                let mut applied = world.clone();
                let live = vec![true; self.server.documents];
                applied.orders.push(ErpOrder { key: call.key.clone(), live });
                let applied = Some(applied);
                replies.extend([
                    ("created", Reply::Created(order), applied.clone()),
                    ("created, not named", Reply::CreatedUnnamed, applied.clone()),
                    ("server error after", Reply::Broken, applied.clone()),
                ]);
                if self.server.documents > 1 {
                    let one = Reply::CreatedNamingOne(order);
                    replies.push(("created, one named", one, applied));
                }
            }
            Operation::Lookup {} => match world.really_live() {
                live if live.is_empty() => replies.push(("absent", Reply::Absent, None)),
                live => replies.push(("found", Reply::Found(live), None)),
            },
            Operation::Cancel { document: wanted } => {
                let (order, part) = world.place_of(wanted).expect("only these leave");
                // Also what a gateway says that does not know the way.
                replies.push(("not found", Reply::NotFound, None));
                if world.orders[order].live[part] {
                    let mut applied = world.clone();
                    applied.orders[order].live[part] = false;
                    let applied = Some(applied);
                    replies.extend([
                        ("cancelled", Reply::Cancelled, applied.clone()),
                        ("server error after", Reply::Broken, applied),
                        ("cancel refused", Reply::Refused, None),
                    ]);
                } else {
                    replies.push(("already cancelled", Reply::AlreadyCancelled, None));
                }
            }
            Operation::Price {} | Operation::Read { .. } | Operation::Accept { .. } => {
                unreachable!("a sale order asks none of these")
            }
        }
        replies
    }

    /// A host that makes a call twice breaks its contract. For look-ups that is harmless; a write
    /// may be refused once and applied once, and then nobody can know.
    fn carried_out_twice(
        &self,
        world: &World,
        place: usize,
        next: &mut Vec<(&'static str, World)>,
    ) {
        let call = &world.calls[place];
        let allowed = call.operation == Operation::Lookup {} || self.server.host_repeats_writes;
        if !call.listened || !allowed {
            return;
        }
        let Some(mut twice) = spend(world, |fortune| &mut fortune.duplicates) else { return };
        twice.calls.push(call.clone());
        next.push(("carried out twice", self.canonical(twice, 0)));
    }

    pub(super) fn on_the_way_back(
        &self,
        world: &World,
        place: usize,
        next: &mut Vec<(&'static str, World)>,
    ) {
        let mut rest = world.clone();
        let Call { request, attempt, reply, listened, again, .. } = rest.calls.remove(place);
        next.push(("answer lost", self.canonical(rest.clone(), 0)));
        let Some(reply) = reply else { return };
        let outcome = reply.outcome(self.server.documents);
        let input = SaleOrderInput::Outcome { request_id: request, attempt, outcome };
        if listened {
            if let Some(mut twice) = spend(world, |fortune| &mut fortune.duplicates) {
                (twice.calls[place].listened, twice.calls[place].again) = (false, true);
                let twice = self.tell(twice, &input, 0);
                next.extend(twice.map(|world| ("answer, to come again", world)));
            }
        } else if !again {
            let Some(less) = spend(&rest, |fortune| &mut fortune.late_answers) else { return };
            rest = less;
        }
        let label = if listened { "answer" } else { "late answer" };
        next.extend(self.tell(rest, &input, 0).map(|world| (label, world)));
    }
}

impl Reply {
    /// Whether it counts after its turn too. That another one changes nothing then is seen where
    /// answers arrive twice.
    pub(super) fn is_positive(&self) -> bool {
        matches!(
            self,
            Self::Created(_)
                | Self::CreatedNamingOne(_)
                | Self::CreatedUnnamed
                | Self::Duplicate
                | Self::Found(_)
                | Self::Cancelled
        )
    }

    fn outcome(&self, documents: usize) -> Outcome {
        let body = AnswerBody::default();
        let parts = |order: usize, count| (0..count).map(|part| (order, part)).collect::<Vec<_>>();
        let (status, body) = match self {
            Self::Created(order) => {
                (201, AnswerBody { documents: named(&parts(*order, documents)), ..body })
            }
            Self::CreatedNamingOne(order) => {
                (201, AnswerBody { documents: named(&parts(*order, 1)), ..body })
            }
            Self::CreatedUnnamed => (200, body),
            Self::Duplicate => (409, AnswerBody { duplicate_of_our_key: true, ..body }),
            Self::Rejected => (200, AnswerBody { success: Some(false), ..body }),
            Self::Throttled => (429, body),
            Self::Broken => (500, body),
            Self::Found(live) => (200, AnswerBody { documents: named(live), ..body }),
            Self::Absent => (404, AnswerBody { found: Some(false), ..body }),
            Self::Cancelled => (200, AnswerBody { success: Some(true), ..body }),
            Self::AlreadyCancelled => (404, AnswerBody { already_cancelled: true, ..body }),
            Self::NotFound => (404, body),
            Self::Refused => (404, AnswerBody { success: Some(false), ..body }),
        };
        Outcome::Answer { status, retry_after_ms: None, body: Some(body) }
    }
}

pub(super) fn line(part: usize) -> LineId {
    LineId::new(&part.to_string()).unwrap()
}

pub(super) fn document(order: usize, part: usize) -> DocumentId {
    DocumentId::new(&format!("{order}-{part}")).unwrap()
}

pub(super) fn named(documents: &[(usize, usize)]) -> Vec<NamedDocument> {
    let name = |(order, part): &(usize, usize)| NamedDocument {
        line: line(*part),
        document: document(*order, *part),
    };
    documents.iter().map(name).collect()
}

//! What a design without doubt does in the same kind of world, for comparison: a queue of jobs, a
//! status, one document number.
//!
//! - No answer is nothing, nothing is `failed`, and what failed is sent again.
//! - A job that runs twice sends twice; the server is given nothing by which to tell.
//! - Of the documents created only the first is remembered; success without one is passed over.
//! - A cancel is taken in every status, for document 0 where none is known, and runs beside a send.
//!   Both write the status without reading it.
//! - A cancel whose retries are used up stays pending.
//!
//! The search has to find what that leads to: one that finds nothing here is broken.

use super::{
    search::{Model, NO_WAY_OUT, Until, search},
    world::{NOT_ONE, NULLIFIED_ALIVE, TWO_LIVE},
};

#[derive(Clone, Debug)]
struct Shop {
    retries: u8,
    documents: usize,
    faults: Faults,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Faults {
    cancels: u8,
    crashes: u8,
    duplicated_jobs: u8,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Place {
    status: Status,
    /// The first document of the last answer.
    document: Option<usize>,
    queue: Vec<Job>,
    calls: Vec<Call>,
    /// Per order in the server, which documents live.
    orders: Vec<Vec<bool>>,
    cancelled_zero: bool,
    faults: Faults,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Status {
    Initial,
    Sent,
    Failed,
    Nullified,
    CancellationPending,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Job {
    task: Task,
    retries: u8,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Task {
    Send,
    Cancel,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Call {
    task: Task,
    /// The order whose first document is to be cancelled.
    order: Option<usize>,
    reply: Option<Reply>,
    /// The job that listens.
    job: Option<Job>,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Reply {
    Created(usize),
    Empty,
    Cancelled,
    Failure,
}

const FAILED: &str = "failed for good but alive";
const PENDING: &str = "limbo: cancellation pending for ever";
const SILENT: &str = "limbo: initial for ever";
const CANCEL_ZERO: &str = "a cancel of document 0";

impl Model for Shop {
    type State = Place;

    const WRONGS: &'static [&'static str] =
        &[TWO_LIVE, NULLIFIED_ALIVE, NOT_ONE, FAILED, PENDING, SILENT, CANCEL_ZERO];

    fn start(&self) -> Place {
        Place {
            status: Status::Initial,
            document: None,
            queue: vec![Job { task: Task::Send, retries: self.retries }],
            calls: Vec::new(),
            orders: Vec::new(),
            cancelled_zero: false,
            faults: self.faults,
        }
    }

    fn successors(&self, place: &Place) -> Vec<(&'static str, Place)> {
        let mut next = Vec::new();
        let mut add = |label, change: &dyn Fn(&mut Place)| {
            let mut place = place.clone();
            change(&mut place);
            next.push((label, place.canonical()));
        };
        if place.faults.cancels > 0 {
            add("cancel", &|place| {
                place.faults.cancels -= 1;
                place.status = Status::CancellationPending;
                place.queue.push(Job { task: Task::Cancel, retries: self.retries });
            });
        }
        if place.faults.crashes > 0 && place.calls.iter().any(|call| call.job.is_some()) {
            add("crash", &|place| {
                place.faults.crashes -= 1;
                let jobs = place.calls.iter_mut().filter_map(|call| call.job.take());
                place.queue.extend(jobs);
            });
        }
        for (number, job) in place.queue.iter().enumerate() {
            add("run", &|place| place.run(number));
            if place.faults.duplicated_jobs > 0 {
                add("job duplicated", &|place| {
                    place.faults.duplicated_jobs -= 1;
                    place.queue.push(*job);
                });
            }
        }
        for number in 0..place.calls.len() {
            self.call(place, number, &mut next);
        }
        next
    }

    fn wrong(&self, place: &Place) -> Vec<&'static str> {
        let living: Vec<_> = place.orders.iter().filter(|order| order.contains(&true)).collect();
        let alive = !living.is_empty();
        let whole = living.len() == 1 && !living[0].contains(&false);
        let over = place.is_over();
        let so = [
            (living.len() > 1, TWO_LIVE),
            (place.status == Status::Nullified && alive, NULLIFIED_ALIVE),
            (place.status == Status::Sent && !whole, NOT_ONE),
            (place.status == Status::Failed && alive && over, FAILED),
            (place.status == Status::CancellationPending && over, PENDING),
            (place.status == Status::Initial && over, SILENT),
            (place.cancelled_zero, CANCEL_ZERO),
        ];
        so.into_iter().filter_map(|(is_so, wrong)| is_so.then_some(wrong)).collect()
    }

    fn rests(&self, place: &Place) -> bool {
        matches!(place.status, Status::Sent | Status::Failed | Status::Nullified) && place.is_over()
    }

    fn describe(&self, place: &Place) -> String {
        format!("{:?} (live in the server: {:?})", place.status, place.orders)
    }

    fn faults(&self) -> String {
        format!("{} retries, {} documents, {:?}", self.retries, self.documents, self.faults)
    }
}

impl Shop {
    fn call(&self, place: &Place, number: usize, next: &mut Vec<(&'static str, Place)>) {
        let call = &place.calls[number];
        let mut add = |label, change: &dyn Fn(&mut Place)| {
            let mut place = place.clone();
            change(&mut place);
            next.push((label, place.canonical()));
        };
        if call.job.is_some() {
            // Whether it had arrived or not, the job hears nothing.
            add("no answer", &|place| {
                if let Some(job) = place.calls[number].job.take() {
                    place.failed(job);
                }
            });
        }
        if let Some(reply) = call.reply {
            add("answer", &|place| place.answer(number, reply));
            return;
        }
        add("request lost", &|place| {
            let call = place.calls.remove(number);
            if let Some(job) = call.job {
                place.failed(job);
            }
        });
        add("refused", &|place| place.calls[number].reply = Some(Reply::Failure));
        match (call.task, call.order) {
            (Task::Send, _) => {
                let order = place.orders.len();
                for (label, reply) in
                    [("created", Reply::Created(order)), ("created, empty answer", Reply::Empty)]
                {
                    add(label, &|place| {
                        place.orders.push(vec![true; self.documents]);
                        place.calls[number].reply = Some(reply);
                    });
                }
            }
            (Task::Cancel, Some(order)) if place.orders[order][0] => {
                add("cancelled", &|place| {
                    place.orders[order][0] = false;
                    place.calls[number].reply = Some(Reply::Cancelled);
                });
            }
            (Task::Cancel, _) => {}
        }
    }
}

impl Place {
    fn run(&mut self, number: usize) {
        let job = self.queue.remove(number);
        let order = if job.task == Task::Cancel { self.document } else { None };
        self.cancelled_zero |= job.task == Task::Cancel && order.is_none();
        self.calls.push(Call { task: job.task, order, reply: None, job: Some(job) });
    }

    fn answer(&mut self, number: usize, reply: Reply) {
        let Some(job) = self.calls.remove(number).job else { return };
        match reply {
            Reply::Created(order) => {
                self.status = Status::Sent;
                self.document = Some(order);
            }
            Reply::Empty => {}
            Reply::Cancelled => self.status = Status::Nullified,
            Reply::Failure => self.failed(job),
        }
    }

    fn failed(&mut self, job: Job) {
        if job.task == Task::Send {
            self.status = Status::Failed;
        }
        if let Some(retries) = job.retries.checked_sub(1) {
            self.queue.push(Job { retries, ..job });
        }
    }

    /// Whether no job is left to do anything.
    fn is_over(&self) -> bool {
        self.queue.is_empty() && self.calls.iter().all(|call| call.job.is_none())
    }

    fn canonical(mut self) -> Self {
        self.calls.retain(|call| call.job.is_some() || call.reply.is_none());
        self.calls.sort();
        self.queue.sort();
        self
    }
}

/// The shortest way to each wrong.
fn wrongs(shop: &Shop) -> Vec<(&'static str, usize)> {
    let found = search(shop, Until::EachWrong);
    println!("a design without doubt: {found}; {}", shop.faults());
    for violation in &found.violations {
        println!("{violation}");
    }
    found.violations.iter().map(|violation| (violation.wrong, violation.steps)).collect()
}

fn one_each(retries: u8, documents: usize) -> Shop {
    Shop { retries, documents, faults: Faults { cancels: 1, crashes: 1, duplicated_jobs: 1 } }
}

/// With no retry failing for good and pending for ever come sooner than with three.
#[test]
fn a_design_without_doubt_is_found_out() {
    let found = wrongs(&one_each(1, 1));
    for wrong in Shop::WRONGS {
        assert!(found.iter().any(|(known, _)| known == wrong), "{wrong} was not found");
    }
    assert!(found.iter().all(|(wrong, _)| *wrong != NO_WAY_OUT));
}

#[test]
fn remembering_one_document_of_two_is_found_out() {
    let found = wrongs(&one_each(0, 2));
    assert!(found.contains(&(NULLIFIED_ALIVE, 7)), "{found:?}");
}

#[test]
#[ignore = "large: for a release build"]
fn large_a_design_without_doubt() {
    let found = wrongs(&one_each(3, 1));
    assert_eq!(found.len(), Shop::WRONGS.len(), "{found:?}");
}

//! The world of a poll: something that appears, changes or never comes, and answers that are lost,
//! come late or say something else.

use super::search::{self, Model, NO_WAY_OUT};
use crate::flow::{
    PollAnswer, PollCommand, PollEvent, PollLife, PollPolicy, PollReport, PollState as P, PollStep,
    TransitionError, step_poll,
};
use crate::unit::Timestamp;

const TOO_MANY: &str = "more probes than allowed";
const TWO_PROBES: &str = "two probes at once";
const UNSEEN: &str = "found without a sighting";
const OVERLOOKED: &str = "seen, and the poll goes on or ends otherwise";
const UNTOLD: &str = "seen after the end, and nobody is told";
const TWICE: &str = "told twice how it ended";
const ABSENT: &str = "no answer taken for absence";
const TOO_LATE: &str = "a probe after the total deadline";
const LIMBO: &str = "limbo: waits for nothing";

type Step = fn(&PollLife, &PollEvent, Timestamp, &PollPolicy) -> Result<PollStep, TransitionError>;

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Fortune {
    crashes: u8,
    cancels: u8,
    /// Answers to probes that were given up.
    late_answers: u8,
    /// The other system refuses to look.
    rejections: u8,
}

struct PollModel {
    fortune: Fortune,
    policy: PollPolicy,
    step: Step,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct World {
    poll: PollLife,
    thing: Thing,
    calls: Vec<Call>,
    probes: u32,
    /// A sighting was delivered.
    seen: bool,
    ends: u8,
    late: u8,
    fortune: Fortune,
    wrong: Option<&'static str>,
}

/// What the poll waits for; it may change to anything further down.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Thing {
    Absent,
    Unfinished,
    There,
    Other,
}

/// A call on its way there, or back with what it saw.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Call {
    probe: u32,
    saw: Option<Thing>,
    listened: bool,
}

impl Model for PollModel {
    type State = World;

    const WRONGS: &'static [&'static str] =
        &[TOO_MANY, TWO_PROBES, UNSEEN, OVERLOOKED, UNTOLD, TWICE, ABSENT, TOO_LATE, LIMBO];

    fn start(&self) -> World {
        World {
            poll: PollLife::new("p", &self.policy),
            thing: Thing::Absent,
            calls: Vec::new(),
            probes: 0,
            seen: false,
            ends: 0,
            late: 0,
            fortune: self.fortune,
            wrong: None,
        }
    }

    fn successors(&self, world: &World) -> Vec<(&'static str, World)> {
        let mut next = Vec::new();
        if world.wrong.is_some() {
            return next;
        }
        if world.poll.state() == P::Idle {
            next.push(("start", self.tell(world.clone(), &PollEvent::Start {}, 0)));
        }
        if world.fortune.cancels > 0 && !world.poll.state().is_resting() {
            let mut world = world.clone();
            world.fortune.cancels -= 1;
            next.push(("cancel", self.tell(world, &PollEvent::Cancel {}, 0)));
        }
        if world.fortune.crashes > 0 && world.poll.state() != P::Idle {
            let mut world = world.clone();
            world.fortune.crashes -= 1;
            world.calls.clear();
            next.push(("crash", self.tell(world, &PollEvent::Recover {}, 0)));
        }
        for thing in [Thing::Unfinished, Thing::There, Thing::Other] {
            if thing > world.thing && !world.poll.state().is_resting() {
                next.push(("it changes", World { thing, ..world.clone() }));
            }
        }
        if let Some(at) = world.poll.wake_at() {
            next.push(("time", self.tell(world.clone(), &PollEvent::TimerDue {}, at.0.max(0))));
        }
        for place in 0..world.calls.len() {
            self.call(world, place, &mut next);
        }
        next
    }

    fn wrong(&self, world: &World) -> Vec<&'static str> {
        let poll = &world.poll;
        let running = !poll.state().is_resting() && poll.state() != P::Idle;
        let is_so = [
            (TOO_MANY, world.probes > self.policy.max_probes),
            (UNSEEN, poll.state() == P::Found && !world.seen),
            (OVERLOOKED, running && world.seen),
            (UNTOLD, world.seen && poll.state() != P::Found && world.late == 0),
            (TWICE, world.ends > 1 || world.late > 1),
            (LIMBO, running && poll.wake_at().is_none()),
        ];
        let wrongs = is_so.into_iter().filter_map(|(wrong, is_so)| is_so.then_some(wrong));
        wrongs.chain(world.wrong).collect()
    }

    fn rests(&self, world: &World) -> bool {
        world.poll.state().is_resting()
    }

    fn describe(&self, world: &World) -> String {
        format!("{}, {}, it is {:?}", world.poll.state(), world.poll.progress(), world.thing)
    }

    fn faults(&self) -> String {
        format!("{:?}", self.fortune)
    }
}

impl PollModel {
    fn call(&self, world: &World, place: usize, next: &mut Vec<(&'static str, World)>) {
        let call = &world.calls[place];
        let probe = call.probe;
        let Some(saw) = call.saw else {
            let mut there = world.clone();
            there.calls[place].saw = Some(world.thing);
            next.push(("it looks", self.canonical(there, 0)));
            if call.listened {
                let mut world = world.clone();
                world.calls.remove(place);
                let event = PollEvent::Transient { probe, status: Some(503), retry_after_ms: None };
                next.push(("no usable answer", self.tell(world.clone(), &event, 0)));
                if world.fortune.rejections > 0 {
                    world.fortune.rejections -= 1;
                    let event = PollEvent::Reject { probe, status: 403 };
                    next.push(("refused", self.tell(world, &event, 0)));
                }
            }
            return;
        };
        let mut world = world.clone();
        world.calls.remove(place);
        if !call.listened {
            world.fortune.late_answers -= 1;
        }
        let event = match saw {
            Thing::Absent => PollEvent::Missing { probe, status: 404 },
            Thing::Unfinished => PollEvent::NotYet { probe, status: 200 },
            Thing::There => PollEvent::Match { probe, evidence: String::new() },
            Thing::Other => PollEvent::Contradiction { probe, detail: String::new() },
        };
        world.seen |= saw == Thing::There;
        next.push(("answer", self.tell(world, &event, 0)));
    }

    fn tell(&self, mut world: World, event: &PollEvent, now: i64) -> World {
        let step = (self.step)(&world.poll, event, Timestamp(now), &self.policy);
        let step = step.expect("an event of this world");
        world.poll = step.life;
        for command in step.commands {
            match command {
                PollCommand::Probe { probe, .. } => {
                    if world.calls.iter().any(|call| call.listened) {
                        world.wrong = Some(TWO_PROBES);
                    }
                    let started_at = world.poll.started_at.expect("it has begun");
                    let elapsed_ms = started_at.millis_until(Timestamp(now));
                    if elapsed_ms >= self.policy.total_deadline_ms {
                        world.wrong = Some(TOO_LATE);
                    }
                    world.probes += 1;
                    world.calls.push(Call { probe, saw: None, listened: true });
                }
                PollCommand::Abort { probe } => {
                    let running = world.calls.iter_mut().find(|call| call.probe == probe);
                    if let Some(call) = running {
                        call.listened = false;
                    }
                }
                PollCommand::Report { report } => match report {
                    PollReport::Exhausted { probe, last, unanswered, .. } => {
                        world.ends += 1;
                        if probe == unanswered && last != Some(PollAnswer::Transient) {
                            world.wrong = Some(ABSENT);
                        }
                    }
                    PollReport::Found { .. } | PollReport::Failed { .. } => world.ends += 1,
                    PollReport::LateFound { .. } => world.late += 1,
                },
                PollCommand::Timer { .. }
                | PollCommand::CancelTimer {}
                | PollCommand::Log { .. }
                | PollCommand::Notify {} => {}
            }
        }
        self.canonical(world, now)
    }

    fn canonical(&self, mut world: World, now: i64) -> World {
        let poll = &mut world.poll;
        for at in [&mut poll.wake_at, &mut poll.started_at] {
            *at = at.map(|at| Timestamp(at.0 - now));
        }
        if self.policy.total_deadline_ms == u64::MAX || poll.state().is_resting() {
            poll.started_at = poll.started_at.map(|_| Timestamp(0));
        }
        (poll.moved_at, poll.superseded) = (None, 0);
        let deaf = world.fortune.late_answers == 0;
        world.calls.retain(|call| call.listened || !deaf);
        world.calls.sort();
        world
    }
}

fn policy() -> PollPolicy {
    PollPolicy {
        initial_delay_ms: 10,
        interval_ms: 10,
        interval_cap_ms: 40,
        probe_deadline_ms: 30,
        jitter_percent: 0,
        total_deadline_ms: u64::MAX,
        ..PollPolicy::default()
    }
}

/// One of each, and two late answers.
const ROUGH: Fortune = Fortune { crashes: 1, cancels: 1, late_answers: 2, rejections: 1 };

fn model(step: Step) -> PollModel {
    PollModel { fortune: ROUGH, policy: policy(), step }
}

#[test]
fn found_when_seen_and_never_more_than_the_probes_allowed() {
    let found = search::holds("poll x source", &model(step_poll));
    for state in P::ALL {
        assert!(found.states.iter().any(|world| world.poll.state() == state), "{state}");
    }
    assert!(found.states.iter().any(|world| world.probes == 4));
    search::holds("poll x source, a deadline", &hurried(step_poll));
}

fn hurried(step: Step) -> PollModel {
    let policy = PollPolicy { total_deadline_ms: 70, initial_delay_ms: 0, ..policy() };
    PollModel { policy, ..model(step) }
}

#[test]
fn probing_after_the_deadline_is_caught() {
    let patient: Step = |life, event, now, policy| {
        let endless = PollPolicy { total_deadline_ms: u64::MAX, ..policy.clone() };
        step_poll(life, event, now, &endless)
    };
    search::fails(&hurried(patient), TOO_LATE);
}

#[test]
fn probing_without_counting_is_caught() {
    let eager: Step = |life, event, now, policy| {
        let mut life = life.clone();
        life.max_probes = 9;
        step_poll(&life, event, now, policy)
    };
    search::fails(&model(eager), TOO_MANY);
}

#[test]
fn a_given_up_probe_that_still_runs_is_caught() {
    let forgetful: Step = |life, event, now, policy| {
        let mut step = step_poll(life, event, now, policy)?;
        step.commands.retain(|command| !matches!(command, PollCommand::Abort { .. }));
        Ok(step)
    };
    search::fails(&model(forgetful), TWO_PROBES);
}

#[test]
fn taking_something_unfinished_for_it_is_caught() {
    let hasty: Step = |life, event, now, policy| {
        let mut event = event.clone();
        if let PollEvent::NotYet { probe, .. } = event {
            event = PollEvent::Match { probe, evidence: String::new() };
        }
        step_poll(life, &event, now, policy)
    };
    search::fails(&model(hasty), UNSEEN);
}

/// The page only reported it.
#[test]
fn going_on_after_a_late_sighting_is_caught() {
    let blind: Step = |life, event, now, policy| match (life.state, event) {
        (P::Waiting, PollEvent::Match { .. }) => {
            Ok(PollStep { life: life.clone(), commands: Vec::new() })
        }
        _ => step_poll(life, event, now, policy),
    };
    search::fails(&model(blind), OVERLOOKED);
}

#[test]
fn keeping_a_late_sighting_to_oneself_is_caught() {
    let silent: Step = |life, event, now, policy| {
        let mut step = step_poll(life, event, now, policy)?;
        if life.state.is_resting() {
            step.commands.clear();
        }
        Ok(step)
    };
    search::fails(&model(silent), UNTOLD);
}

#[test]
fn telling_a_late_sighting_twice_is_caught() {
    let talkative: Step = |life, event, now, policy| {
        let mut life = life.clone();
        life.seen_late = false;
        step_poll(&life, event, now, policy)
    };
    search::fails(&model(talkative), TWICE);
}

#[test]
fn taking_no_answer_for_absence_is_caught() {
    let hasty: Step = |life, event, now, policy| {
        let mut step = step_poll(life, event, now, policy)?;
        for command in &mut step.commands {
            if let PollCommand::Report { report: PollReport::Exhausted { last, .. } } = command {
                *last = Some(PollAnswer::Missing);
            }
        }
        Ok(step)
    };
    search::fails(&model(hasty), ABSENT);
}

#[test]
fn waiting_without_a_timer_is_caught() {
    let sleepy: Step = |life, event, now, policy| {
        let mut step = step_poll(life, event, now, policy)?;
        if step.life.state == P::Waiting {
            step.life.wake_at = None;
        }
        Ok(step)
    };
    search::fails(&model(sleepy), LIMBO);
}

#[test]
fn waiting_for_ever_is_caught() {
    let idle: Step = |life, event, now, policy| match (life.state, event) {
        (P::Waiting, PollEvent::TimerDue {}) => {
            let mut life = life.clone();
            life.wake_at = Some(now.plus_millis(10));
            Ok(PollStep { life, commands: Vec::new() })
        }
        _ => step_poll(life, event, now, policy),
    };
    let fortune = Fortune { cancels: 0, ..ROUGH };
    search::fails(&PollModel { fortune, ..model(idle) }, NO_WAY_OUT);
}

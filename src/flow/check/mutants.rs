//! The rules R1 to R8 taken out one at a time, and other plausible mistakes: the search must notice
//! every one. Each mutant is a wrapper that tampers with the life, the input, the policy or the
//! commands of the real `advance_sale_order`.
//!
//! | rule | |
//! |---|---|
//! | R1 | a rejection settles only attempts that are not preceded by an ambiguous one |
//! | R2 | nothing is sent again out of doubt unless the server applies a key once |
//! | R3 | late positive evidence always counts |
//! | R4 | a cancel before any send is local |
//! | R5 | a cancel never erases a running send |
//! | R6 | same key, same bytes |
//! | R7 | an aborted write is unknown, not cancelled |
//! | R8 | waiting is always backed by a timer or an operator |

use super::{
    sale_order::{BUSY, LATE, Offer, ROUGH, TWICE},
    search::{Until, search},
    tamper::{
        absent, answered, body_mut, cancel_of_zero, forget_timer, no, nothing_happens,
        nullified_by_cancel, outcome, status, success, with, with_send, without_timer, yes,
    },
    world::{Advance, Fortune, Server, Simulation},
};
use crate::flow::{
    FlowPolicy, Outcome, ReferenceLookup, RequestState, SaleOrderHostCommand as Command,
    SaleOrderInput as Input, SaleOrderState as S, TransitionError, advance_sale_order,
};
use std::collections::BTreeSet;

struct Mutant {
    /// `--` for a mistake that takes out no single rule.
    rule: &'static str,
    mistake: &'static str,
    offer: Offer,
    fortune: Fortune,
    documents: usize,
    advance: Advance,
}

/// A mutant against one document.
fn mutant(
    rule: &'static str,
    mistake: &'static str,
    offer: Offer,
    fortune: Fortune,
    advance: Advance,
) -> Mutant {
    Mutant { rule, mistake, offer, fortune, documents: 1, advance }
}

const CALM: Fortune = Fortune { cancels: 0, crashes: 0, ..ROUGH };
const AGAIN: Fortune = Fortune { submits: 2, ..CALM };

#[test]
fn every_mutant_is_caught() {
    let mut mutants = doubt();
    mutants.extend(evidence());
    mutants.extend(cancels());
    mutants.extend(keys_and_waits());
    mutants.extend(documents_and_answers());
    let mut escaped = Vec::new();
    for mutant in &mutants {
        let Mutant { rule, mistake, offer, fortune, documents, advance } = mutant;
        let server = Server { documents: *documents, ..offer.server(*fortune) };
        let mutated = Simulation { server, policy: offer.impatient(), advance: *advance };
        let found = search(&mutated, Until::FirstWrong);
        let caught = found.violations.first();
        let by = caught.map_or("ESCAPED".to_owned(), |v| format!("{}, {} steps", v.wrong, v.steps));
        println!("{rule} | {mistake} | {by}");
        if caught.is_none() {
            escaped.push(*mistake);
        }
    }
    let rules: BTreeSet<&str> =
        mutants.iter().map(|m| m.rule).filter(|rule| *rule != "--").collect();
    let caught = mutants.len() - escaped.len();
    println!("{} of 8 rules, {} mutants, {caught} caught", rules.len(), mutants.len());
    assert_eq!(rules.len(), 8);
    assert!(escaped.is_empty(), "not caught: {escaped:?}");
}

/// R1, R2: what may have been applied.
fn doubt() -> Vec<Mutant> {
    vec![
        mutant("R1", "a rejection settles an earlier doubt", Offer::Keys, ROUGH, |f, i, n, p| {
            let settles = matches!(success(i), Some(false));
            with(f, i, n, p, |flow| flow.order.submission.ambiguous &= !settles)
        }),
        mutant(
            "R1",
            "an unsent attempt settles an earlier doubt",
            Offer::Keys,
            CALM,
            |f, i, n, p| {
                let settles = outcome(i) == Some(&Outcome::NotSent {});
                with(f, i, n, p, |flow| flow.order.submission.ambiguous &= !settles)
            },
        ),
        mutant(
            "R1",
            "a throttled attempt settles an earlier doubt",
            Offer::Keys,
            ROUGH,
            |f, i, n, p| {
                let settles = status(i) == Some(429);
                with(f, i, n, p, |flow| flow.order.submission.ambiguous &= !settles)
            },
        ),
        mutant(
            "R1",
            "a refused cancel settles an earlier one",
            Offer::Nothing,
            ROUGH,
            |f, i, n, p| with(f, i, n, p, |flow| flow.order.cancellation.ambiguous = false),
        ),
        mutant(
            "R2",
            "keys are trusted that the server ignores",
            Offer::Nothing,
            CALM,
            |f, i, n, _| advance_sale_order(f, i, n, &Offer::Keys.impatient()),
        ),
        mutant(
            "R2",
            "looked up before the settle window is over",
            Offer::Lookup,
            CALM,
            |f, i, n, p| {
                let mut hasty = p.clone();
                let now = ReferenceLookup { settle_window_ms: 0 };
                hasty.capabilities.lookup_by_reference = Some(now);
                advance_sale_order(f, i, n, &hasty)
            },
        ),
        mutant("R2", "sent again instead of looked up", Offer::Lookup, CALM, |f, i, n, p| {
            let unknown = f.order.state == S::Unknown && *i == Input::Woke {};
            with(f, i, n, p, |flow| {
                if unknown {
                    flow.order.state = S::Initial;
                }
            })
        }),
        mutant("R2", "submitted again out of review", Offer::Nothing, AGAIN, |f, i, n, p| {
            let again = f.order.state == S::Review && matches!(i, Input::Submit { .. });
            with(f, i, n, p, |flow| {
                if again {
                    flow.order.state = S::Failed;
                }
            })
        }),
    ]
}

/// R3, R7: what was applied after all.
fn evidence() -> Vec<Mutant> {
    vec![
        mutant("R3", "a late answer is passed over", Offer::Nothing, LATE, |f, i, n, p| {
            let awaited = f.order.awaited.map(|awaited| awaited.request);
            let late =
                matches!(i, Input::Outcome { request_id, .. } if Some(*request_id) != awaited);
            if late { Ok(nothing_happens(f)) } else { advance_sale_order(f, i, n, p) }
        }),
        mutant("R3", "a webhook is passed over", Offer::Nothing, LATE, |f, i, n, p| {
            let webhook = matches!(i, Input::RemoteCreated { .. });
            if webhook { Ok(nothing_happens(f)) } else { advance_sale_order(f, i, n, p) }
        }),
        mutant("R3", "a late answer is refused", Offer::Keys, LATE, |f, i, n, p| {
            let awaited = f.order.awaited.map(|awaited| awaited.request);
            if let Input::Outcome { request_id: got, .. } = i
                && Some(*got) != awaited
            {
                let last = f.order.last_request;
                return Err(TransitionError::UnknownRequest { last, got: *got });
            }
            advance_sale_order(f, i, n, p)
        }),
        mutant("R7", "an aborted create was not sent", Offer::Nothing, CALM, |f, i, n, p| {
            if outcome(i) == Some(&Outcome::NoAnswer {}) && f.order.state == S::Sending {
                return advance_sale_order(f, &answered(i, Outcome::NotSent {}), n, p);
            }
            advance_sale_order(f, i, n, p)
        }),
        mutant(
            "R7",
            "a create past its deadline was not sent",
            Offer::Nothing,
            CALM,
            |f, i, n, p| {
                let due = f.order.wake_at.is_some_and(|at| at <= n);
                match (f.order.awaited, f.order.state, i) {
                    (Some(awaited), S::Sending, Input::Woke {}) if due => {
                        let (request_id, outcome) = (awaited.request, Outcome::NotSent {});
                        advance_sale_order(
                            f,
                            &Input::Outcome { request_id, attempt: 1, outcome },
                            n,
                            p,
                        )
                    }
                    _ => advance_sale_order(f, i, n, p),
                }
            },
        ),
        mutant("R7", "an aborted cancel is a cancel", Offer::Nothing, ROUGH, |f, i, n, p| {
            if outcome(i) == Some(&Outcome::NoAnswer {}) && f.order.state == S::Cancelling {
                return advance_sale_order(f, &answered(i, yes()), n, p);
            }
            advance_sale_order(f, i, n, p)
        }),
        mutant(
            "R7",
            "a restart forgets the running create",
            Offer::Nothing,
            ROUGH,
            |f, i, n, p| {
                let running = f.order.state == S::Sending && *i == Input::Recover {};
                with(f, i, n, p, |flow| {
                    if running {
                        flow.requests.clear();
                        (flow.order.state, flow.order.awaited) = (S::Initial, None);
                    }
                })
            },
        ),
    ]
}

/// R4, R5: when a cancel acts.
fn cancels() -> Vec<Mutant> {
    vec![
        mutant(
            "R4",
            "a cancel before any send asks the server",
            Offer::Nothing,
            ROUGH,
            |f, i, n, p| {
                let mut step = advance_sale_order(f, i, n, p)?;
                if f.order.submission.count == 0 && *i == (Input::CancelRequested {}) {
                    step.commands.insert(0, cancel_of_zero());
                }
                Ok(step)
            },
        ),
        mutant(
            "R4",
            "a cancel before any send waits for it",
            Offer::Nothing,
            ROUGH,
            |f, i, n, p| {
                if f.order.submission.count == 0 && *i == (Input::CancelRequested {}) {
                    let mut step = nothing_happens(f);
                    step.flow.order.cancellation.requested = true;
                    return Ok(step);
                }
                advance_sale_order(f, i, n, p)
            },
        ),
        mutant("R5", "a cancel ends a running send", Offer::Nothing, ROUGH, |f, i, n, p| {
            nullified_by_cancel(f, i, n, p, S::Sending)
        }),
        mutant("R5", "a cancel ends a doubt", Offer::Lookup, ROUGH, |f, i, n, p| {
            nullified_by_cancel(f, i, n, p, S::Unknown)
        }),
        mutant("R5", "a cancel during a send is forgotten", Offer::Nothing, ROUGH, |f, i, n, p| {
            with(f, i, n, p, |flow| {
                if flow.order.state == S::Sending {
                    flow.order.cancellation.requested = false;
                }
            })
        }),
        mutant(
            "R5",
            "a cancel wanted in doubt is forgotten",
            Offer::Lookup,
            ROUGH,
            |f, i, n, p| {
                with(f, i, n, p, |flow| {
                    if flow.order.state == S::Verifying {
                        flow.order.cancellation.requested = false;
                    }
                })
            },
        ),
        mutant("--", "a refused cancel is a cancel", Offer::Nothing, ROUGH, |f, i, n, p| {
            if f.order.state == S::Cancelling && success(i) == Some(false) {
                return advance_sale_order(f, &answered(i, yes()), n, p);
            }
            advance_sale_order(f, i, n, p)
        }),
        mutant(
            "--",
            "a document not found is a cancelled one",
            Offer::Nothing,
            ROUGH,
            |f, i, n, p| {
                if f.order.state == S::Cancelling && status(i) == Some(404) && success(i).is_none()
                {
                    return advance_sale_order(f, &answered(i, yes()), n, p);
                }
                advance_sale_order(f, i, n, p)
            },
        ),
        mutant("--", "a cancel by others is passed over", Offer::Nothing, BUSY, |f, i, n, p| {
            let remote = matches!(i, Input::RemoteNullified { .. });
            if remote { Ok(nothing_happens(f)) } else { advance_sale_order(f, i, n, p) }
        }),
        Mutant {
            documents: 2,
            ..mutant(
                "--",
                "one document of two is cancelled",
                Offer::Nothing,
                ROUGH,
                |f, i, n, p| {
                    let mut step = advance_sale_order(f, i, n, p)?;
                    let order = &mut step.flow.order;
                    if f.order.state == S::Cancelling && order.state == S::CancelPending {
                        (order.state, order.wake_at) = (S::Nullified, None);
                        step.commands.retain(|command| !matches!(command, Command::Wake { .. }));
                    }
                    Ok(step)
                },
            )
        },
    ]
}

/// R6, R8 and how often is tried.
fn keys_and_waits() -> Vec<Mutant> {
    vec![
        mutant("R6", "another attempt sends other bytes", Offer::Nothing, CALM, |f, i, n, p| {
            with_send(f, i, n, p, |attempts, _, payload| {
                if let Some(payload) = payload {
                    payload.push_str(if attempts > 1 { " sent later" } else { "" });
                }
            })
        }),
        mutant("R6", "another attempt carries another key", Offer::Keys, CALM, |f, i, n, p| {
            with_send(f, i, n, p, |attempts, key, _| *key = format!("{key}/{attempts}"))
        }),
        mutant("R6", "a revised payload keeps its key", Offer::Nothing, AGAIN, |f, i, n, p| {
            let revised = f.order.state == S::Rejected && matches!(i, Input::Submit { .. });
            with(f, i, n, p, |flow| {
                if revised {
                    flow.order.submission.revision -= 1;
                }
            })
        }),
        mutant("R6", "a payload is not frozen", Offer::Nothing, AGAIN, |f, i, n, p| {
            let mut flow = f.clone();
            if let (Input::Submit { payload }, S::Initial | S::Failed) = (i, f.order.state) {
                flow.order.submission.payload = Some(payload.clone());
            }
            advance_sale_order(&flow, i, n, p)
        }),
        mutant("R8", "a doubt waits without a timer", Offer::Lookup, CALM, |f, i, n, p| {
            without_timer(f, i, n, p, S::Unknown)
        }),
        mutant("R8", "a wait to send again has no timer", Offer::Nothing, CALM, |f, i, n, p| {
            let mut step = advance_sale_order(f, i, n, p)?;
            if step.flow.order.state == S::Initial {
                forget_timer(&mut step);
            }
            Ok(step)
        }),
        mutant(
            "R8",
            "a doubtful cancel waits without a timer",
            Offer::Nothing,
            ROUGH,
            |f, i, n, p| without_timer(f, i, n, p, S::CancelUnknown),
        ),
        mutant(
            "R8",
            "a cancel tried too often stays pending",
            Offer::Nothing,
            ROUGH,
            |f, i, n, p| {
                let mut step = advance_sale_order(f, i, n, p)?;
                let cancelling = matches!(f.order.state, S::Cancelling | S::CancelUnknown);
                if cancelling && step.flow.order.state == S::Review {
                    step.flow.order.state = S::CancelPending;
                }
                Ok(step)
            },
        ),
        mutant("R8", "the host is not told of a timer", Offer::Nothing, CALM, |f, i, n, p| {
            let mut step = advance_sale_order(f, i, n, p)?;
            step.commands.retain(|command| !matches!(command, Command::Wake { .. }));
            Ok(step)
        }),
        mutant("R8", "a restart arms no timer", Offer::Keys, ROUGH, |f, i, n, p| {
            let mut step = advance_sale_order(f, i, n, p)?;
            if *i == (Input::Recover {}) {
                step.commands.clear();
            }
            Ok(step)
        }),
        mutant("R8", "waits for ever, again and again", Offer::Lookup, CALM, |f, i, n, p| {
            let step = advance_sale_order(f, i, n, p)?;
            let ends = f.order.state == S::Unknown && step.flow.order.state == S::Verifying;
            if ends { advance_sale_order(f, &Input::Recover {}, n, p) } else { Ok(step) }
        }),
        mutant("--", "one attempt more than allowed", Offer::Nothing, CALM, |f, i, n, p| {
            let patient = FlowPolicy { max_retries: p.max_retries + 1, ..p.clone() };
            advance_sale_order(f, i, n, &patient)
        }),
        mutant("--", "attempts are not counted", Offer::Nothing, CALM, |f, i, n, p| {
            with(f, i, n, p, |flow| flow.order.submission.attempts = 0)
        }),
        mutant(
            "--",
            "a failed order is sent again by itself",
            Offer::Nothing,
            CALM,
            |f, i, n, p| {
                let mut step = advance_sale_order(f, i, n, p)?;
                if step.flow.order.state == S::Failed {
                    let at = n.plus_millis(10);
                    (step.flow.order.state, step.flow.order.wake_at) = (S::Initial, Some(at));
                    step.commands.push(Command::Wake { at });
                }
                Ok(step)
            },
        ),
    ]
}

fn read_as(
    documents: usize,
    mistake: &'static str,
    offer: Offer,
    fortune: Fortune,
    advance: Advance,
) -> Mutant {
    Mutant { documents, ..mutant("--", mistake, offer, fortune, advance) }
}

/// What an answer means.
fn documents_and_answers() -> Vec<Mutant> {
    vec![
        read_as(2, "only the first document is remembered", Offer::Nothing, CALM, |f, i, n, p| {
            let mut input = i.clone();
            if let Some(body) = body_mut(&mut input) {
                body.documents.truncate(1);
            }
            advance_sale_order(f, &input, n, p)
        }),
        read_as(2, "a line without a document is sent too", Offer::Nothing, CALM, |f, i, n, p| {
            let mut step = advance_sale_order(f, i, n, p)?;
            let order = &mut step.flow.order;
            if f.order.state == S::Sending
                && order.state == S::Review
                && !order.documents.known.is_empty()
            {
                order.state = S::Sent;
            }
            Ok(step)
        }),
        read_as(
            1,
            "success without a document is a rejection",
            Offer::Nothing,
            CALM,
            |f, i, n, p| {
                if f.order.state == S::Sending && status(i) == Some(200) {
                    return advance_sale_order(f, &answered(i, no()), n, p);
                }
                advance_sale_order(f, i, n, p)
            },
        ),
        read_as(1, "a server error is a rejection", Offer::Nothing, CALM, |f, i, n, p| {
            if f.order.state == S::Sending && status(i) == Some(500) {
                return advance_sale_order(f, &answered(i, no()), n, p);
            }
            advance_sale_order(f, i, n, p)
        }),
        read_as(1, "a server error proves absence", Offer::Lookup, CALM, |f, i, n, p| {
            if f.order.state == S::Verifying && status(i) == Some(500) {
                return advance_sale_order(f, &answered(i, absent()), n, p);
            }
            advance_sale_order(f, i, n, p)
        }),
        read_as(1, "found and absent are swapped", Offer::Lookup, CALM, |f, i, n, p| {
            if f.order.state == S::Verifying && status(i) == Some(200) {
                return advance_sale_order(f, &answered(i, absent()), n, p);
            }
            advance_sale_order(f, i, n, p)
        }),
        read_as(
            1,
            "an old answer is taken for the new one",
            Offer::Nothing,
            TWICE,
            |f, i, n, p| {
                let mut flow = f.clone();
                if let (Some(awaited), Input::Outcome { request_id, .. }) =
                    (&mut flow.order.awaited, i)
                {
                    awaited.request = *request_id;
                }
                for request in &mut flow.requests {
                    request.state = RequestState::InFlight;
                }
                advance_sale_order(&flow, i, n, p)
            },
        ),
        read_as(1, "a document is forgotten when it ends", Offer::Nothing, ROUGH, |f, i, n, p| {
            let mut step = advance_sale_order(f, i, n, p)?;
            step.flow.order.documents.known.retain(|entry| entry.ended_at.is_none());
            Ok(step)
        }),
    ]
}

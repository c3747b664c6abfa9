//! Whole courses of an order through the public API, with the answers real servers give.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and looks for the one kind it asks about"
)]

use replenish::{
    flow::{
        AnswerBody, Authentication, Capabilities, Deduplication, FlowPolicy, NamedDocument, Notice,
        Operation, Outcome, PublicStatus, ReferenceLookup, SaleOrderAdvance, SaleOrderFlow,
        SaleOrderHostCommand, SaleOrderInput, SaleOrderState, advance_sale_order,
    },
    unit::{DocumentId, LineId, SaleOrderId, Timestamp},
};

/// A host with a clock: it stores the flow and keeps what it was told to do.
struct Host {
    flow: SaleOrderFlow,
    now: i64,
    policy: FlowPolicy,
    done: Vec<SaleOrderHostCommand>,
}

impl Host {
    fn new(lines: &[&str], policy: FlowPolicy) -> Self {
        let lines = lines.iter().map(|line| LineId::new(line).unwrap()).collect();
        let flow = SaleOrderFlow::new(SaleOrderId::new("SO-1").unwrap(), lines).unwrap();
        Self { flow, now: 0, policy, done: Vec::new() }
    }

    fn tell(&mut self, input: &SaleOrderInput) -> &mut Self {
        let step = advance_sale_order(&self.flow, input, Timestamp(self.now), &self.policy);
        let SaleOrderAdvance { flow, commands } =
            step.unwrap_or_else(|problem| panic!("{problem}"));
        self.flow = flow;
        self.done.extend(commands);
        self
    }

    fn submit(&mut self) -> &mut Self {
        self.tell(&SaleOrderInput::Submit { payload: "payload".into() })
    }

    fn sleep(&mut self) -> &mut Self {
        self.now = self.flow.wake_at().unwrap().0.max(self.now);
        self.tell(&SaleOrderInput::Woke {})
    }

    fn sends(&self) -> Vec<(u32, u32, Operation, String)> {
        let send = |command: &SaleOrderHostCommand| match command {
            SaleOrderHostCommand::Send {
                request_id, attempt, operation, idempotency_key, ..
            } => Some((*request_id, *attempt, operation.clone(), idempotency_key.clone())),
            _ => None,
        };
        self.done.iter().filter_map(send).collect()
    }

    /// The newest call ends like this.
    fn ends(&mut self, outcome: Outcome) -> &mut Self {
        let (request_id, attempt, ..) = self.sends().pop().unwrap();
        self.tell(&SaleOrderInput::Outcome { request_id, attempt, outcome })
    }

    fn answers(&mut self, status: u16, body: AnswerBody) -> &mut Self {
        self.ends(Outcome::Answer { status, retry_after_ms: None, body: Some(body) })
    }

    fn notices(&self) -> Vec<Notice> {
        let notice = |command: &SaleOrderHostCommand| match command {
            SaleOrderHostCommand::Notify { notice, .. } => Some(*notice),
            _ => None,
        };
        self.done.iter().filter_map(notice).collect()
    }

    fn state(&self) -> SaleOrderState {
        self.flow.order().state()
    }
}

fn named(pairs: &[(&str, &str)]) -> AnswerBody {
    let name = |(line, document): &(&str, &str)| NamedDocument {
        line: LineId::new(line).unwrap(),
        document: DocumentId::new(document).unwrap(),
    };
    AnswerBody { documents: pairs.iter().map(name).collect(), ..AnswerBody::default() }
}

fn plain() -> FlowPolicy {
    FlowPolicy { jitter_percent: 0, ..FlowPolicy::default() }
}

fn keyed() -> FlowPolicy {
    let capabilities = Capabilities {
        deduplicates_by_key: Some(Deduplication { retention_ms: 86_400_000 }),
        lookup_by_reference: None,
    };
    FlowPolicy { capabilities, ..plain() }
}

fn with_lookup() -> FlowPolicy {
    let capabilities = Capabilities {
        deduplicates_by_key: None,
        lookup_by_reference: Some(ReferenceLookup { settle_window_ms: 60_000 }),
    };
    FlowPolicy { capabilities, ..plain() }
}

#[test]
fn three_retries_are_four_attempts_with_one_key() {
    let mut host = Host::new(&["1"], plain());
    host.submit();
    let mut waits = Vec::new();
    for _ in 0..3 {
        host.ends(Outcome::NotSent {});
        waits.push(host.flow.wake_at().unwrap().0 - host.now);
        host.sleep();
    }
    host.ends(Outcome::NotSent {});
    assert_eq!(waits, [1_000, 2_000, 4_000]);
    assert_eq!(host.state(), SaleOrderState::Failed);
    assert_eq!(host.notices(), [Notice::Undeliverable]);
    let sends = host.sends();
    assert_eq!(sends.len(), 4);
    assert!(sends.iter().all(|(_, attempt, _, key)| *attempt == 1 && key == "SO-1/create/1"));
    host.submit().answers(201, named(&[("1", "4711")]));
    assert_eq!(host.state(), SaleOrderState::Sent);
    assert_eq!(host.sends().last().unwrap().3, "SO-1/create/1", "same bytes, same key");
}

#[test]
fn a_lost_answer_is_repeated_only_where_keys_protect() {
    let mut host = Host::new(&["1"], keyed());
    host.submit().ends(Outcome::NoAnswer {});
    assert_eq!(host.state(), SaleOrderState::Unknown);
    host.sleep().answers(409, AnswerBody { duplicate_of_our_key: true, ..named(&[("1", "7")]) });
    assert_eq!(host.state(), SaleOrderState::Sent);

    let mut host = Host::new(&["1"], plain());
    host.submit().ends(Outcome::NoAnswer {});
    assert_eq!(host.state(), SaleOrderState::Review);
    assert_eq!(host.flow.view().status, PublicStatus::Failed);
    assert_eq!(host.flow.wake_at(), None);
    host.tell(&SaleOrderInput::Recover {}).tell(&SaleOrderInput::Woke {});
    assert_eq!(host.sends().len(), 1, "never again without a person's word");
}

#[test]
fn a_forgotten_key_protects_no_more() {
    let mut policy = keyed();
    policy.capabilities.deduplicates_by_key = Some(Deduplication { retention_ms: 31_500 });
    let mut host = Host::new(&["1"], policy);
    host.submit().ends(Outcome::NoAnswer {});
    host.now = 40_000;
    host.tell(&SaleOrderInput::Woke {});
    assert_eq!(host.state(), SaleOrderState::Review);
    assert_eq!(host.sends().len(), 1);
}

#[test]
fn only_a_lookup_asked_after_the_settle_window_proves_absence() {
    let mut host = Host::new(&["1"], with_lookup());
    host.submit().sleep();
    assert_eq!((host.now, host.state()), (30_000, SaleOrderState::Unknown), "the deadline passed");
    assert!(host.done.contains(&SaleOrderHostCommand::Abort { request_id: 1, attempt: 1 }));
    host.sleep();
    assert_eq!((host.now, host.state()), (90_000, SaleOrderState::Verifying));
    host.answers(404, AnswerBody { found: Some(false), ..AnswerBody::default() });
    assert_eq!(host.state(), SaleOrderState::Initial);
    host.sleep().answers(201, named(&[("1", "4711")]));
    assert_eq!(host.state(), SaleOrderState::Sent);
    let operations: Vec<Operation> = host.sends().into_iter().map(|send| send.2).collect();
    assert_eq!(operations, [Operation::Create {}, Operation::Lookup {}, Operation::Create {}]);
}

#[test]
fn a_lookup_that_finds_two_sets_asks_a_person() {
    let mut host = Host::new(&["1"], with_lookup());
    host.submit().ends(Outcome::NoAnswer {}).sleep();
    host.answers(200, named(&[("1", "4711"), ("1", "4712")]));
    assert_eq!(host.state(), SaleOrderState::Review);
    assert_eq!(host.notices(), [Notice::DuplicateInErp]);
    let both = SaleOrderInput::OperatorPresent {
        documents: named(&[("1", "4711"), ("1", "4712")]).documents,
    };
    let refused =
        advance_sale_order(&host.flow, &both, Timestamp(host.now), &host.policy).unwrap_err();
    assert_eq!((refused.code(), refused.path()), ("documents_incomplete", "documents"));
    assert_eq!(refused.to_string(), "expected one document for every line, got 2 for line `1`");
    host.tell(&SaleOrderInput::OperatorPresent { documents: named(&[("1", "4712")]).documents });
    assert_eq!(host.state(), SaleOrderState::Sent);
}

#[test]
fn every_document_of_every_line_is_cancelled() {
    let mut host = Host::new(&["1", "2"], plain());
    host.submit().answers(201, named(&[("1", "4711"), ("2", "4712")]));
    host.tell(&SaleOrderInput::CancelRequested {});
    assert_eq!(host.flow.view().status, PublicStatus::CancellationPending);
    host.sleep().answers(200, AnswerBody::default());
    assert_eq!(host.state(), SaleOrderState::CancelPending, "one is left");
    // The page's row would have forgotten the second document when the first was gone already.
    host.sleep().answers(404, AnswerBody { already_cancelled: true, ..AnswerBody::default() });
    assert_eq!(host.state(), SaleOrderState::Nullified);
    let cancelled: Vec<String> = host.sends().into_iter().skip(1).map(|send| send.3).collect();
    assert_eq!(cancelled, ["SO-1/cancel/1/4711", "SO-1/cancel/1/4712"]);
}

#[test]
fn a_refused_cancel_leaves_the_order_sent_and_can_be_asked_again() {
    let mut host = Host::new(&["1"], plain());
    host.submit().answers(201, named(&[("1", "4711")]));
    host.tell(&SaleOrderInput::CancelRequested {}).sleep();
    let refusal =
        AnswerBody { success: Some(false), message: "shipped".into(), ..AnswerBody::default() };
    host.answers(404, refusal);
    assert_eq!(host.state(), SaleOrderState::Sent);
    assert_eq!(host.notices(), [Notice::CancelRefused]);
    host.tell(&SaleOrderInput::CancelRequested {}).sleep();
    let keys: Vec<String> = host.sends().into_iter().skip(1).map(|send| send.3).collect();
    assert_eq!(keys, ["SO-1/cancel/1/4711", "SO-1/cancel/2/4711"], "a new wish, a new key");
}

#[test]
fn a_cancel_is_remembered_while_the_order_is_being_sent() {
    let mut host = Host::new(&["1"], plain());
    host.submit().tell(&SaleOrderInput::CancelRequested {});
    assert_eq!(host.state(), SaleOrderState::Sending);
    host.answers(201, named(&[("1", "4711")]));
    assert_eq!(host.state(), SaleOrderState::CancelPending);

    // A throttled attempt was never applied, so that nothing is sent after the cancel.
    let mut host = Host::new(&["1"], plain());
    host.submit().tell(&SaleOrderInput::CancelRequested {}).answers(429, AnswerBody::default());
    assert_eq!((host.state(), host.sends().len()), (SaleOrderState::Nullified, 1));
}

#[test]
fn what_was_nullified_before_we_knew_it_is_not_shown_as_sent() {
    let mut host = Host::new(&["1"], plain());
    let document = DocumentId::new("4711").unwrap();
    host.submit().tell(&SaleOrderInput::RemoteNullified { documents: vec![document] });
    assert_eq!(host.state(), SaleOrderState::Sending);
    host.answers(201, named(&[("1", "4711")]));
    assert_eq!(host.state(), SaleOrderState::Nullified);
}

#[test]
fn a_rejected_order_needs_another_payload_and_gets_another_key() {
    let mut host = Host::new(&["1"], plain());
    host.submit().answers(200, AnswerBody { success: Some(false), ..AnswerBody::default() });
    assert_eq!(host.state(), SaleOrderState::Rejected);
    let same = SaleOrderInput::Submit { payload: "payload".into() };
    let refused = advance_sale_order(&host.flow, &same, Timestamp(0), &host.policy).unwrap_err();
    assert_eq!(refused.code(), "payload_unchanged");
    host.tell(&SaleOrderInput::Submit { payload: "revised".into() });
    assert_eq!(host.sends().last().unwrap().3, "SO-1/create/2");
}

#[test]
fn throttling_is_waited_out_and_not_counted() {
    let mut host = Host::new(&["1"], plain());
    host.submit();
    for _ in 0..6 {
        let retry_after_ms = Some(10_000_000);
        host.ends(Outcome::Answer { status: 429, retry_after_ms, body: None });
        assert_eq!(host.flow.wake_at().unwrap().0 - host.now, 300_000, "capped");
        host.sleep();
    }
    assert_eq!(host.flow.order().attempts(), 1);
    while host.state() != SaleOrderState::Failed {
        host.ends(Outcome::Answer { status: 429, retry_after_ms: None, body: None });
        assert!(host.now < 3_600_000, "the total deadline ends it");
        if host.state() == SaleOrderState::Initial {
            host.sleep();
        }
    }
}

#[test]
fn a_refused_token_is_renewed_once_and_never_rejects_the_order() {
    let policy = FlowPolicy { authentication: Authentication::Token, ..plain() };
    let mut host = Host::new(&["1"], policy);
    host.submit();
    assert_eq!(
        host.done[0],
        SaleOrderHostCommand::NeedToken { request_id: 1, refused_generation: None }
    );
    host.tell(&SaleOrderInput::TokenReady { request_id: 1, generation: 1 });
    host.answers(401, AnswerBody::default());
    assert!(
        host.done.contains(&SaleOrderHostCommand::NeedToken {
            request_id: 1,
            refused_generation: Some(1)
        })
    );
    host.tell(&SaleOrderInput::TokenReady { request_id: 1, generation: 2 });
    assert_eq!(host.sends().last().unwrap().1, 2, "the same request's second attempt");
    assert_eq!(host.flow.order().attempts(), 1, "which is no second attempt of the order");
    host.answers(401, AnswerBody::default());
    assert_eq!(host.state(), SaleOrderState::Initial, "not applied; to be sent again as it is");

    host.sleep();
    let message = "denied".to_owned();
    host.tell(&SaleOrderInput::TokenFailed { request_id: 2, message });
    assert_eq!(host.state(), SaleOrderState::Initial);
    host.sleep();
    host.tell(&SaleOrderInput::Recover {});
    let asked = SaleOrderHostCommand::NeedToken { request_id: 3, refused_generation: None };
    assert_eq!(host.done.iter().filter(|command| **command == asked).count(), 2);
    host.sleep();
    assert_eq!(host.state(), SaleOrderState::Initial, "no token came: nothing was sent");
}

#[test]
fn a_crash_makes_a_running_call_one_without_an_answer() {
    let mut host = Host::new(&["1"], keyed());
    host.submit().tell(&SaleOrderInput::Recover {});
    assert_eq!(host.state(), SaleOrderState::Unknown);
    assert_eq!(host.sends().len(), 1, "not sent again at once");
    host.tell(&SaleOrderInput::Recover {});
    host.sleep();
    assert_eq!(host.sends().len(), 2);
}

#[test]
fn inputs_for_what_was_never_asked_are_refused() {
    let mut host = Host::new(&["1"], plain());
    let outcome = |request_id, attempt| SaleOrderInput::Outcome {
        request_id,
        attempt,
        outcome: Outcome::NoAnswer {},
    };
    let refused = |host: &Host, input| {
        advance_sale_order(&host.flow, &input, Timestamp(0), &host.policy).unwrap_err().to_string()
    };
    assert_eq!(refused(&host, outcome(1, 1)), "expected a request from 1 to 0, got `1`");
    host.submit();
    assert_eq!(refused(&host, outcome(1, 2)), "expected an attempt from 1 to 1, got `2`");
    assert_eq!(
        refused(&host, SaleOrderInput::Submit { payload: "payload".into() }),
        "a sale order in state `sending` expects `cancel_requested`, got `submit`"
    );
}

#[test]
fn a_stored_flow_of_another_format_is_refused() {
    let flow = SaleOrderFlow::new(SaleOrderId::new("SO").unwrap(), vec![LineId::new("1").unwrap()]);
    let mut stored = serde_json::to_value(flow.unwrap()).unwrap();
    assert!(serde_json::from_value::<SaleOrderFlow>(stored.clone()).is_ok());
    stored["version"] = 2.into();
    let problem = serde_json::from_value::<SaleOrderFlow>(stored).unwrap_err().to_string();
    assert_eq!(problem, "`version`: expected format 1, got `2`");
}

#[test]
fn the_wire_says_what_it_means() {
    let text = r#"{"type":"outcome","request_id":1,"attempt":1,
        "outcome":{"type":"answer","status":201,"body":{"documents":[{"line":"1","document":"7"}]}}}"#;
    assert!(matches!(
        serde_json::from_str::<SaleOrderInput>(text).unwrap(),
        SaleOrderInput::Outcome { outcome: Outcome::Answer { status: 201, .. }, .. }
    ));
    for wrong in [
        r#"{"type":"woke","at":1}"#,
        r#"{"type":"submit"}"#,
        r#"{"type":"outcome","request_id":1,"attempt":1,"outcome":{"type":"no_anwser"}}"#,
        r#"{"type":"operator_present","documents":[{"line":"1","document":""}]}"#,
    ] {
        assert!(serde_json::from_str::<SaleOrderInput>(wrong).is_err(), "{wrong}");
    }
}

/// Evidence that is older than the end of an order, told in two parts: a cancel of it that reaches
/// nobody leaves the order in doubt, for what it names may long be gone.
#[test]
fn a_cancel_of_what_may_have_ended_before_never_makes_an_order_sent() {
    let mut host = Host::new(&["1"], FlowPolicy { max_retries: 0, ..FlowPolicy::default() });
    let created = Outcome::Answer {
        status: 201,
        retry_after_ms: None,
        body: Some(AnswerBody { success: Some(true), ..AnswerBody::default() }),
    };
    let answer = SaleOrderInput::Outcome { request_id: 1, attempt: 1, outcome: created };
    host.submit().tell(&answer);
    assert_eq!(host.flow.view().state, SaleOrderState::Review);
    host.tell(&SaleOrderInput::RemoteNullified { documents: Vec::new() });
    assert_eq!(host.flow.view().state, SaleOrderState::Nullified);
    // The same answer again, and then a look-up's that was on its way all the time.
    host.tell(&SaleOrderInput::RemoteCreated { documents: Vec::new() });
    assert_eq!(host.flow.view().state, SaleOrderState::Review);
    let line = LineId::new("1").unwrap();
    let documents = vec![NamedDocument { line, document: DocumentId::new("4711").unwrap() }];
    host.tell(&SaleOrderInput::RemoteCreated { documents }).sleep();
    assert_eq!(host.flow.view().state, SaleOrderState::Cancelling);
    let (request_id, attempt, ..) = host.sends().pop().unwrap();
    let outcome = Outcome::NotSent {};
    host.tell(&SaleOrderInput::Outcome { request_id, attempt, outcome });
    assert_eq!(host.flow.view().state, SaleOrderState::Review);
}

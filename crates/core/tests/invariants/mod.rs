//! What holds whatever anybody asks, and for each of these a state in which it would not.

use landfall_core::{
    customer::{
        Customer, DocumentKind, DumpPurpose, Environment, Event, GoLiveStep, Iteration, State,
        Status,
    },
    environment::Kind,
    ids::PersonId,
    plan::{Purpose, Step},
    signature::{Meaning, Signature},
};

use crate::support::{facts::label, road::VAL_IQ};

/// One command that was accepted: the state before it, what was appended, and the state after it.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub(crate) before: Option<Customer>,
    pub(crate) events: Vec<Event>,
    pub(crate) after: Customer,
}

/// A rule, how to tell whether it holds, and how to break it at the end of the straight way.
pub(crate) struct Invariant {
    pub(crate) rule: &'static str,
    pub(crate) holds: fn(&Turn) -> bool,
    pub(crate) broken: fn(&mut Turn),
}

pub(crate) const ALL: &[Invariant] = &[
    Invariant {
        rule: "only a formal VAL and PROD have an IQ",
        holds: |turn| {
            turn.after
                .documents
                .values()
                .filter(|d| d.kind == DocumentKind::Iq)
                .all(|document| turn.after.environment(document.label).is_some_and(is_qualified))
                && turn.after.environments.values().all(|e| e.iq.is_none() || is_qualified(e))
        },
        broken: |turn| {
            turn.after.documents.get_mut(VAL_IQ).unwrap().label = label("sandbox");
        },
    },
    Invariant {
        rule: "PROD is requested after signed validation, the final dump and the final run",
        holds: |turn| {
            let ready = turn.before.as_ref().is_some_and(|customer| {
                let dump = |purpose: DumpPurpose| {
                    customer.dumps.iter().any(|dump| dump.purpose == purpose)
                };
                let run = |i: &Iteration| i.is_final && i.package.is_some();
                customer.validation.is_some()
                    && dump(DumpPurpose::Final)
                    && customer.iterations.iter().any(run)
            });
            ready || !requests(&turn.events, Kind::Prod)
        },
        broken: |turn| {
            turn.events = vec![request_of(&turn.after, "prod")];
            turn.before.as_mut().unwrap().validation = None;
        },
    },
    Invariant {
        rule: "a VAL is planned with a masking key, in every step that loads volunteers",
        holds: |turn| {
            turn.after.of_kind(Kind::Val).all(|val| {
                val.plan.key.is_some()
                    && val.plan.steps.iter().all(|step| match step {
                        Step::ApplyMigration { key, .. } => *key == val.plan.key,
                        Step::Provision { .. }
                        | Step::ApplyDemoSet { .. }
                        | Step::Clone { .. }
                        | Step::ApplyConfiguration { .. }
                        | Step::Configure { .. }
                        | Step::Verify { .. }
                        | Step::Scan { .. }
                        | Step::Agree
                        | Step::Seal => true,
                    })
            })
        },
        broken: |turn| environment(turn, "val-2").plan.key = None,
    },
    Invariant {
        rule: "nobody signs one record twice, and no meaning is given twice",
        holds: |turn| {
            let customer = &turn.after;
            let documents = customer.documents.values();
            documents.flat_map(|d| [&d.plan_signatures, &d.signatures]).all(|s| distinct(s))
                && customer.iterations.iter().all(|i| distinct(&i.signatures))
                && distinct(&customer.final_qc)
        },
        broken: |turn| {
            let document = turn.after.documents.get_mut(VAL_IQ).unwrap();
            document.signatures[1].person = document.signatures[0].person.clone();
        },
    },
    Invariant {
        rule: "reviewer and approver of an IQ are neither its author nor its executor",
        holds: |turn| {
            turn.after.documents.values().filter(|d| d.kind == DocumentKind::Iq).all(|document| {
                let of = turn.after.environment(document.label);
                let given = || document.plan_signatures.iter().chain(&document.signatures);
                let made: Vec<&PersonId> = given()
                    .filter(|s| matches!(s.meaning, Meaning::Author | Meaning::Execution))
                    .map(|s| &s.person)
                    .chain(of.map(|e| &e.author))
                    .chain(of.and_then(|e| e.executor.as_ref()))
                    .collect();
                given()
                    .filter(|s| !matches!(s.meaning, Meaning::Author | Meaning::Execution))
                    .all(|s| !made.contains(&&s.person))
            })
        },
        broken: |turn| {
            let author = environment(turn, "val-2").author.clone();
            turn.after.documents.get_mut(VAL_IQ).unwrap().signatures[2].person = author;
        },
    },
    Invariant {
        rule: "a signature on a plan binds to the plan's facts",
        holds: |turn| {
            turn.after.documents.values().all(|document| {
                document.plan_signatures.iter().all(|s| Some(s.digest) == document.plan)
            })
        },
        broken: |turn| turn.after.documents.get_mut(VAL_IQ).unwrap().plan = None,
    },
    Invariant {
        rule: "PROD is never closed and never destroyed, but given up before it was built",
        holds: |turn| {
            turn.after.of_kind(Kind::Prod).all(|prod| match prod.state {
                State::Requested | State::Building | State::Built | State::InUse => true,
                State::Destroyed => prod.instances.is_empty(),
                State::Closed | State::Destroying => false,
            })
        },
        broken: |turn| environment(turn, "prod").state = State::Closed,
    },
    Invariant {
        rule: "a held environment is never destroyed",
        holds: |turn| {
            turn.after.environments.values().filter(|e| e.hold.is_some()).all(|e| match e.state {
                State::Destroying | State::Destroyed => false,
                State::Requested
                | State::Building
                | State::Built
                | State::InUse
                | State::Closed => true,
            })
        },
        broken: |turn| environment(turn, "sandbox").hold = Some("held".to_owned()),
    },
    Invariant {
        rule: "destruction begins when it is due, or with the approval of vendor quality",
        holds: |turn| {
            turn.events.iter().all(|event| match event {
                Event::DestructionStarted { label, approval, .. } => {
                    let before = turn.before.as_ref().and_then(|c| c.environment(*label));
                    let approved = approval
                        .as_ref()
                        .is_some_and(|s| s.meaning == Meaning::DestructionApproval);
                    approved || before.is_some_and(|environment| environment.due.is_some())
                }
                _ => true,
            })
        },
        broken: |turn| {
            turn.events = vec![Event::DestructionStarted {
                label: label("prod"),
                operation: 1,
                rule: "early".to_owned(),
                approval: None,
            }];
        },
    },
    Invariant {
        rule: "a masking key is destroyed with the last environment that uses it, and not before",
        holds: |turn| {
            let uses = |key: &String| {
                turn.after.environments.values().any(|environment| {
                    environment.plan.key.as_ref() == Some(key)
                        && environment.state != State::Destroyed
                })
            };
            turn.events.iter().all(|event| match event {
                Event::EnvironmentDestroyed { key: Some(key), .. } => !uses(key),
                Event::EnvironmentDestroyed { label, key: None, .. } => turn
                    .after
                    .environment(*label)
                    .and_then(|environment| environment.plan.key.as_ref())
                    .is_none_or(uses),
                _ => true,
            })
        },
        broken: |turn| {
            let key = environment(turn, "val-2").plan.key.clone();
            environment(turn, "val-1").state = State::InUse;
            turn.events =
                vec![Event::EnvironmentDestroyed { label: label("val-2"), operation: 1, key }];
        },
    },
    Invariant {
        rule: "the go-live steps are done in order, without a gap",
        holds: |turn| {
            let done = turn.after.golive.len();
            turn.after.golive.keys().copied().eq(GoLiveStep::ALL.into_iter().take(done))
        },
        broken: |turn| {
            turn.after.golive.remove(&GoLiveStep::RunMigration);
        },
    },
    Invariant {
        rule: "a live customer works in PROD, after both signatures of the final quality check",
        holds: |turn| {
            let signed =
                |meaning: Meaning| turn.after.final_qc.iter().any(|s| s.meaning == meaning);
            let working = turn.after.single(Kind::Prod).is_some_and(|p| p.state == State::InUse);
            let checked = signed(Meaning::CustomerReview) && signed(Meaning::CustomerApproval);
            match turn.after.status {
                Status::Live => working && checked,
                Status::Prospect | Status::Contracted => !working,
            }
        },
        broken: |turn| {
            turn.after.final_qc.pop();
        },
    },
    Invariant {
        rule: "a request replaces no environment that stands",
        holds: |turn| {
            turn.events.iter().all(|event| match event {
                Event::EnvironmentRequested { plan, .. } => turn
                    .before
                    .as_ref()
                    .and_then(|customer| customer.environment(plan.label))
                    .is_none_or(|standing| standing.state == State::Destroyed),
                _ => true,
            })
        },
        broken: |turn| turn.events = vec![request_of(&turn.after, "prod")],
    },
];

fn is_qualified(environment: &Environment) -> bool {
    match environment.label.kind() {
        Kind::Prod => true,
        Kind::Val => environment.purpose == Some(Purpose::Formal),
        Kind::Demo | Kind::Sandbox | Kind::Migration | Kind::Preprod | Kind::CommunityDev => false,
    }
}

fn distinct(signatures: &[Signature]) -> bool {
    signatures.iter().enumerate().all(|(index, one)| {
        let earlier = &signatures[..index];
        earlier.iter().all(|other| other.person != one.person && other.meaning != one.meaning)
    })
}

fn requests(events: &[Event], kind: Kind) -> bool {
    events.iter().any(|event| {
        matches!(event, Event::EnvironmentRequested { plan, .. } if plan.label.kind() == kind)
    })
}

fn request_of(customer: &Customer, name: &str) -> Event {
    let environment = customer.environment(label(name)).unwrap();
    Event::EnvironmentRequested {
        plan: Box::new(environment.plan.clone()),
        plan_digest: environment.plan_digest,
        author: environment.author.clone(),
        expires: None,
    }
}

fn environment<'a>(turn: &'a mut Turn, name: &str) -> &'a mut Environment {
    turn.after.environments.get_mut(&label(name)).unwrap()
}

//! What holds whatever anybody asks, and for each of these a state in which it would not.

use landfall_core::{
    customer::{
        ChangeRequest, Customer, Deviation, Document, DocumentKind, Environment, Event, FailedTest,
        GoLiveStep, Material, MaterialKind, Resolution, State, Status, Subject,
    },
    digest::Digest,
    environment::{Kind, Role},
    ids::{Label, PersonId},
    plan::{Content, Purpose, Step},
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
            turn.after.documents.values().filter(|d| d.kind == DocumentKind::Iq).all(|document| {
                let of = document.label().and_then(|label| turn.after.environment(label));
                of.is_some_and(is_qualified)
            }) && turn.after.environments.values().all(|e| e.iq.is_none() || is_qualified(e))
        },
        broken: |turn| {
            iq(turn).about = Subject::Environment(label("sandbox"));
        },
    },
    Invariant {
        rule: "PROD is requested after signed validation, the final dump and the final run, or without a migration",
        holds: |turn| {
            turn.before.as_ref().is_some_and(ready_for_prod) || !requests(&turn.events, Kind::Prod)
        },
        broken: |turn| {
            turn.events = vec![request_of(&turn.after, "prod")];
            turn.before.as_mut().unwrap().validation = None;
        },
    },
    Invariant {
        rule: "PROD stands on signed validation, the final dump and the final run, or on none to migrate",
        holds: |turn| turn.after.single(Kind::Prod).is_none() || ready_for_prod(&turn.after),
        broken: |turn| {
            for dump in &mut turn.after.dumps {
                dump.superseded = true;
            }
        },
    },
    Invariant {
        rule: "validation stands on the migration output that is signed off",
        holds: |turn| {
            let signed = turn.after.signed_iteration().and_then(|signed| signed.package.as_ref());
            turn.after.validation.as_ref().is_none_or(|(val, _)| {
                migrated(&turn.after, *val) == signed.map(|package| package.digest)
            })
        },
        broken: |turn| {
            turn.after.iterations[0].package = None;
        },
    },
    Invariant {
        rule: "who declared to have no source database has no dump and no iteration",
        holds: |turn| {
            let customer = &turn.after;
            let migrates = !customer.dumps.is_empty() || !customer.iterations.is_empty();
            customer.no_migration.is_none() || !migrates
        },
        broken: |turn| {
            let signature = turn.after.final_qc[1].clone();
            turn.after.no_migration = Some((signature, "none".to_owned()));
        },
    },
    Invariant {
        rule: "a VAL is planned with a masking key, in every step that loads volunteers",
        holds: |turn| {
            turn.after.of_kind(Kind::Val).all(|val| {
                // Without migration output there is no volunteer to mask.
                let migrated =
                    matches!(val.plan.content, Content::Composition { migration: Some(_), .. });
                val.plan.key.is_some() == migrated
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
                && customer.iterations.iter().flat_map(|i| i.withdrawals.chunks(2)).all(distinct)
                && distinct(&customer.final_qc)
        },
        broken: |turn| {
            let document = iq(turn);
            document.signatures[1].person = document.signatures[0].person.clone();
        },
    },
    Invariant {
        rule: "reviewer and approver of an IQ are neither its author nor its executor",
        holds: |turn| {
            turn.after.documents.values().filter(|d| d.kind == DocumentKind::Iq).all(|document| {
                // An earlier environment of the same name has left nothing but its document.
                let of = document
                    .label()
                    .and_then(|label| turn.after.environment(label))
                    .filter(|of| of.iq.as_ref() == Some(&document.number));
                let given = || document.plan_signatures.iter().chain(&document.signatures);
                let made: Vec<&PersonId> = given()
                    .filter(|s| makes(s.meaning))
                    .map(|s| &s.person)
                    .chain(of.map(|e| &e.author))
                    .chain(of.into_iter().flat_map(|e| &e.executors))
                    .collect();
                given().filter(|s| !makes(s.meaning)).all(|s| !made.contains(&&s.person))
            })
        },
        broken: |turn| {
            let author = environment(turn, "val-2").author.clone();
            iq(turn).signatures[2].person = author;
        },
    },
    Invariant {
        rule: "a signature on a document binds to the facts that were shown",
        holds: |turn| {
            turn.after.documents.values().all(|document| {
                document.plan_signatures.iter().all(|s| Some(s.digest) == document.plan)
                    && document.signatures.iter().all(|s| Some(s.digest) == document.facts)
            })
        },
        broken: |turn| iq(turn).plan = None,
    },
    Invariant {
        rule: "PROD that is live stays as it is: live, in use, due for nothing",
        holds: |turn| {
            let lived = turn.before.as_ref().is_some_and(|before| before.status == Status::Live);
            let lives = turn.after.status == Status::Live
                && turn.after.single(Kind::Prod).is_some_and(|prod| {
                    prod.state == State::InUse && prod.due.is_none() && !prod.instances.is_empty()
                });
            lives || !lived
        },
        broken: |turn| environment(turn, "prod").state = State::Closed,
    },
    Invariant {
        rule: "what was closed is never opened again",
        holds: |turn| {
            turn.events.iter().all(|event| match event {
                Event::EnvironmentOpened { label } => {
                    turn.before.as_ref().and_then(|before| before.environment(*label)).is_some_and(
                        |there| match there.state {
                            State::Building | State::Built => true,
                            State::Requested
                            | State::InUse
                            | State::Closed
                            | State::Destroying
                            | State::Destroyed => false,
                        },
                    )
                }
                _ => true,
            })
        },
        broken: |turn| {
            turn.events = vec![Event::EnvironmentOpened { label: label("sandbox") }];
        },
    },
    Invariant {
        rule: "what is destroyed stays destroyed, but for a new one of the same name",
        holds: |turn| {
            let gone = |label: Label| {
                turn.before
                    .as_ref()
                    .and_then(|before| before.environment(label))
                    .is_some_and(|there| there.state == State::Destroyed)
            };
            turn.after.environments.values().all(|there| {
                !gone(there.label)
                    || there.state == State::Destroyed
                    || requested(&turn.events).any(|label| label == there.label)
            })
        },
        broken: |turn| environment(turn, "sandbox").state = State::Closed,
    },
    Invariant {
        rule: "when PROD is live, every other environment is due or gone",
        holds: |turn| {
            turn.after.status != Status::Live
                || turn.after.environments.values().all(|there| {
                    there.label.kind() == Kind::Prod
                        || there.due.is_some()
                        || match there.state {
                            State::Destroying | State::Destroyed => true,
                            State::Requested
                            | State::Building
                            | State::Built
                            | State::InUse
                            | State::Closed => false,
                        }
                })
        },
        broken: |turn| {
            let sandbox = environment(turn, "sandbox");
            (sandbox.due, sandbox.state) = (None, State::InUse);
        },
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
        rule: "the go-live steps are done in order: before each, all before it are done or do not apply",
        holds: |turn| {
            let settled =
                |step: GoLiveStep| turn.before.as_ref().is_some_and(|before| before.settled(step));
            turn.events.iter().all(|event| match event {
                Event::GoLiveStepDone { step } => {
                    GoLiveStep::ALL.into_iter().take_while(|earlier| earlier < step).all(settled)
                        && !settled(*step)
                }
                _ => true,
            })
        },
        broken: |turn| {
            turn.events = vec![Event::GoLiveStepDone { step: GoLiveStep::FinalQc }];
            let before = turn.before.as_mut().unwrap();
            before.golive.remove(&GoLiveStep::RunMigration);
            before.golive.remove(&GoLiveStep::FinalQc);
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
                Status::Prospect | Status::Contracted | Status::Vendor => !working,
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
    Invariant {
        rule: "no report is frozen while a deviation of its environment is open",
        holds: |turn| {
            turn.events.iter().all(|event| match event {
                Event::DocumentFrozen {
                    kind: DocumentKind::Iq,
                    about: Subject::Environment(label),
                    is_plan: false,
                    ..
                } => turn
                    .before
                    .as_ref()
                    .is_some_and(|before| !before.deviations_of(*label).any(Deviation::is_open)),
                _ => true,
            })
        },
        broken: |turn| {
            let deviation = deviation_of(&turn.after, "val-2");
            turn.before.as_mut().unwrap().deviations.push(deviation);
            turn.events = vec![report_of(label("val-2"))];
        },
    },
    Invariant {
        rule: "what a report stands on has no open deviation",
        holds: |turn| {
            turn.after.environments.values().all(|there| {
                let reported = there
                    .iq
                    .as_ref()
                    .and_then(|number| turn.after.documents.get(number))
                    .is_some_and(|document| document.facts.is_some());
                !reported || !turn.after.deviations_of(there.label).any(Deviation::is_open)
            })
        },
        broken: |turn| {
            let deviation = deviation_of(&turn.after, "val-2");
            turn.after.deviations.push(deviation);
        },
    },
    Invariant {
        rule: "a deviation is closed after it was resolved and tested again or given up, by who did neither",
        holds: |turn| {
            turn.after.deviations.iter().all(|deviation| {
                deviation.approval.as_ref().is_none_or(|approval| {
                    let tested = deviation.tests.is_empty()
                        || deviation.retest.is_some()
                        || turn.after.outlived(deviation);
                    deviation.opened_by != approval.person
                        && tested
                        && deviation
                            .resolution
                            .as_ref()
                            .is_some_and(|resolution| resolution.by != approval.person)
                })
            })
        },
        broken: |turn| {
            let mut deviation = deviation_of(&turn.after, "val-2");
            let approval = turn.after.documents[VAL_IQ].signatures[2].clone();
            deviation.resolution = Some(Resolution {
                impact: "none".to_owned(),
                cause: "a power cut".to_owned(),
                fix: "none was needed".to_owned(),
                by: approval.person.clone(),
                time: approval.time,
            });
            (deviation.retest, deviation.approval) = (Some(7), Some(approval));
            turn.after.deviations.push(deviation);
        },
    },
    Invariant {
        rule: "only what is qualified has deviations",
        holds: |turn| {
            turn.after
                .deviations
                .iter()
                .all(|deviation| turn.after.environment(deviation.label).is_some_and(is_qualified))
        },
        broken: |turn| {
            let deviation = deviation_of(&turn.after, "sandbox");
            turn.after.deviations.push(deviation);
        },
    },
    Invariant {
        rule: "nobody decides on a change that they asked for, and only what was approved is made",
        holds: |turn| {
            turn.after.changes.iter().all(|change| match &change.decision {
                Some((signature, approved, _)) => {
                    signature.person != change.by && (*approved || !change.applied)
                }
                None => !change.applied,
            })
        },
        broken: |turn| {
            let mut change = change_of(&turn.after, "prod");
            change.by = change.decision.as_ref().unwrap().0.person.clone();
            turn.after.changes.push(change);
        },
    },
    Invariant {
        rule: "a change of a controlled environment is made after vendor quality approved it",
        holds: |turn| {
            turn.events.iter().all(|event| match event {
                Event::ChangeMade { number } => turn.before.as_ref().is_some_and(|before| {
                    before.changes.iter().any(|change| {
                        let approved = matches!(change.decision, Some((_, true, _)));
                        change.number == *number && approved && !change.applied
                    })
                }),
                _ => true,
            })
        },
        broken: |turn| turn.events = vec![Event::ChangeMade { number: 1 }],
    },
    Invariant {
        rule: "materials are destroyed when they are due, and not under a hold",
        holds: |turn| {
            turn.events.iter().all(|event| match event {
                Event::MaterialsDestructionStarted { materials, .. } => {
                    turn.before.as_ref().is_some_and(|before| {
                        before.environments.values().all(|there| there.hold.is_none())
                            && materials.iter().all(|name| {
                                let due = |known: &Material| {
                                    known.named() == *name && known.due.is_some()
                                };
                                before.materials.iter().any(due)
                            })
                    })
                }
                _ => true,
            })
        },
        broken: |turn| {
            let materials = vec![turn.after.materials[0].named()];
            turn.events = vec![Event::MaterialsDestructionStarted { operation: 14, materials }];
            let before = turn.before.as_mut().unwrap();
            let prod = before.environments.get_mut(&label("prod")).unwrap();
            prod.hold = Some("held".to_owned());
        },
    },
    Invariant {
        rule: "a destroyed material is there again only where it was provided or made again",
        holds: |turn| {
            let gone = turn.before.iter().flat_map(|before| &before.materials);
            gone.filter(|known| known.destroyed.is_some()).all(|known| {
                let stays =
                    |now: &Material| now.named() == known.named() && now.destroyed.is_some();
                turn.after.materials.iter().any(stays) || provided(&turn.events, known)
            })
        },
        broken: |turn| {
            turn.before = Some(turn.after.clone());
            turn.after.materials[0].destroyed = None;
        },
    },
    Invariant {
        rule: "what is still to be built takes nothing that is destroyed",
        holds: |turn| {
            let gone: Vec<String> = turn
                .after
                .materials
                .iter()
                .filter(|known| known.kind == MaterialKind::Package && known.destroyed.is_some())
                .map(|known| known.name.clone())
                .collect();
            turn.after.environments.values().all(|there| match there.state {
                State::Requested | State::Building => {
                    let packages = there.plan.content.packages();
                    !packages.iter().any(|package| gone.contains(&package.digest.to_string()))
                }
                State::Built
                | State::InUse
                | State::Closed
                | State::Destroying
                | State::Destroyed => true,
            })
        },
        broken: |turn| environment(turn, "val-2").state = State::Requested,
    },
    Invariant {
        rule: "what the customer rejected is neither accepted nor validated",
        holds: |turn| {
            let rejected = |label: Label| {
                turn.before
                    .as_ref()
                    .and_then(|before| before.environment(label))
                    .is_none_or(|there| there.rejection.is_some())
            };
            turn.events.iter().all(|event| match event {
                Event::EnvironmentAccepted { label, .. }
                | Event::ValidationCompleted { label, .. } => !rejected(*label),
                _ => true,
            })
        },
        broken: |turn| {
            let signature = turn.after.final_qc[1].clone();
            let before = turn.before.as_mut().unwrap();
            let val = before.environments.get_mut(&label("val-2")).unwrap();
            val.rejection = Some((signature.clone(), "tests failed".to_owned()));
            turn.events = vec![Event::ValidationCompleted { label: label("val-2"), signature }];
        },
    },
    Invariant {
        rule: "PROD is built from the validated configuration, or from a difference that customer quality signed",
        holds: |turn| {
            let begun = turn.after.single(Kind::Prod).is_some_and(|prod| {
                prod.state != State::Requested && turn.after.difference().is_some()
            });
            !begun
                || turn
                    .after
                    .single(Kind::Prod)
                    .and_then(|prod| prod.difference.as_ref())
                    .and_then(|number| turn.after.documents.get(number))
                    .is_some_and(|report| {
                        let signs = |s: &Signature| s.meaning == Meaning::CustomerApproval;
                        report.rejection.is_none() && report.signatures.iter().any(signs)
                    })
        },
        broken: |turn| {
            let prod = environment(turn, "prod");
            if let Content::Composition { configuration, .. } = &mut prod.plan.content {
                configuration.digest = Digest::ZERO;
            }
        },
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

fn makes(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Author | Meaning::Execution)
}

/// What is requested by some events.
fn requested(events: &[Event]) -> impl Iterator<Item = Label> {
    events.iter().filter_map(|event| match event {
        Event::EnvironmentRequested { plan, .. } => Some(plan.label),
        _ => None,
    })
}

fn requests(events: &[Event], kind: Kind) -> bool {
    requested(events).any(|label| label.kind() == kind)
}

/// Whether all is there that PROD is made of.
fn ready_for_prod(customer: &Customer) -> bool {
    let migrated = customer.final_dump().is_some() && customer.final_iteration().is_some();
    let steps = [GoLiveStep::FinalDump, GoLiveStep::ExtractConfiguration, GoLiveStep::RunMigration];
    customer.validation.is_some()
        && (migrated || customer.no_migration.is_some())
        && steps.into_iter().all(|step| customer.settled(step))
}

/// The migration output that an environment was composed of.
fn migrated(customer: &Customer, label: Label) -> Option<Digest> {
    match &customer.environment(label)?.plan.content {
        Content::Composition { migration, .. } => migration.as_ref().map(|package| package.digest),
        Content::Empty
        | Content::DemoSet
        | Content::Clone { .. }
        | Content::VendorDemo { .. }
        | Content::Iteration { .. } => None,
    }
}

/// Whether some events bring a material that was destroyed.
fn provided(events: &[Event], material: &Material) -> bool {
    events.iter().any(|event| match event {
        Event::DumpRegistered { digest, .. } => {
            material.kind == MaterialKind::Dump && digest.to_string() == material.name
        }
        Event::IterationRun { package, .. } => {
            material.kind == MaterialKind::Package && package.digest.to_string() == material.name
        }
        _ => false,
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

/// The IQ of the formal VAL.
fn iq(turn: &mut Turn) -> &mut Document {
    turn.after.documents.get_mut(VAL_IQ).unwrap()
}

/// A deviation that nobody has resolved, opened by who built the environment after everything else.
fn deviation_of(customer: &Customer, name: &str) -> Deviation {
    let there = customer.environment(label(name)).unwrap();
    let test = FailedTest {
        id: "M-004".to_owned(),
        expected: "2 rows".to_owned(),
        actual: "1 rows".to_owned(),
    };
    Deviation {
        number: 1,
        label: there.label,
        tests: vec![test],
        description: "test M-004 of the build failed".to_owned(),
        opened_by: there.author.clone(),
        opened: there.since["requested"],
        position: customer.version + 1,
        resolution: None,
        retest: None,
        approval: None,
        condition: None,
    }
}

/// A change that was approved and made.
fn change_of(customer: &Customer, name: &str) -> ChangeRequest {
    let there = customer.environment(label(name)).unwrap();
    let signature = customer.documents[VAL_IQ].signatures[2].clone();
    ChangeRequest {
        number: 1,
        label: there.label,
        role: Role::Main,
        table: "site".to_owned(),
        verb: "set".to_owned(),
        content: signature.digest,
        by: there.author.clone(),
        requested: signature.time,
        reason: "the address changed".to_owned(),
        decision: Some((signature, true, None)),
        applied: true,
        made: Some(customer.version),
    }
}

fn report_of(label: Label) -> Event {
    Event::DocumentFrozen {
        number: VAL_IQ.to_owned(),
        kind: DocumentKind::Iq,
        about: Subject::Environment(label),
        is_plan: false,
        facts: Digest::ZERO,
        failed_checks: 0,
        head: Digest::ZERO,
    }
}

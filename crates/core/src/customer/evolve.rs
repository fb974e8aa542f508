use std::collections::BTreeMap;

use super::{
    Customer, Document, Due, Dump, Environment, Event, Finding, Iteration, IterationState, Source,
    Spec, State, Status,
};
use crate::{environment::Kind, ids::Label, time::Timestamp};

/// When an event happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The entry's time.
    pub time: Timestamp,
}

/// Applies an event. The first event of a stream makes the customer; an event that does not fit is a damaged
/// stream, which `ledger verify` reports, and changes nothing here.
#[must_use]
pub fn evolve(state: Option<Customer>, event: &Event, stamp: Stamp) -> Option<Customer> {
    let mut customer = match (state, event) {
        (None, Event::ProspectAdded { id, name }) => {
            return Some(Customer {
                id: id.clone(),
                name: name.clone(),
                status: Status::Prospect,
                since: BTreeMap::from([("added", stamp.time)]),
                environments: BTreeMap::new(),
                dumps: Vec::new(),
                specs: Vec::new(),
                iterations: Vec::new(),
                sources: BTreeMap::new(),
                extractions: Vec::new(),
                validation: None,
                golive: BTreeMap::new(),
                final_qc: Vec::new(),
                documents: BTreeMap::new(),
                operations: 0,
                version: 1,
            });
        }
        (None, _) => return None,
        (Some(customer), _) => customer,
    };
    customer.version += 1;
    apply(&mut customer, event, stamp);
    Some(customer)
}

fn apply(customer: &mut Customer, event: &Event, stamp: Stamp) {
    match event {
        Event::ProspectAdded { .. } | Event::CommandRejected { .. } => {}
        Event::ContractSigned { .. } => {
            customer.status = Status::Contracted;
            customer.since.insert("contracted", stamp.time);
        }
        Event::EnvironmentRequested { plan, plan_digest, author, expires } => {
            customer.environments.insert(
                plan.label,
                Environment {
                    label: plan.label,
                    purpose: plan.purpose,
                    state: State::Requested,
                    plan: (**plan).clone(),
                    plan_digest: *plan_digest,
                    author: author.clone(),
                    executor: None,
                    executors: Vec::new(),
                    operation: None,
                    destruction: None,
                    instances: Vec::new(),
                    failed_checks: 0,
                    iq: None,
                    acceptance: None,
                    lent_until: None,
                    expires: *expires,
                    due: None,
                    hold: None,
                    since: BTreeMap::from([("requested", stamp.time)]),
                },
            );
        }
        Event::BuildStarted { label, operation, executor } => {
            customer.operations = customer.operations.max(*operation);
            with(customer, *label, |environment| {
                environment.state = State::Building;
                environment.operation = Some(*operation);
                environment.executor = Some(executor.clone());
                if !environment.executors.contains(executor) {
                    environment.executors.push(executor.clone());
                }
                environment.since.insert("building", stamp.time);
            });
        }
        Event::EnvironmentBuilt { label, instances, .. } => with(customer, *label, |environment| {
            environment.state = State::Built;
            environment.instances.clone_from(instances);
            environment.since.insert("built", stamp.time);
        }),
        Event::BuildStopped { label, .. } => with(customer, *label, |environment| {
            environment.state = State::Requested;
        }),
        Event::EnvironmentOpened { label } => with(customer, *label, |environment| {
            environment.state = State::InUse;
            environment.since.insert("opened", stamp.time);
        }),
        Event::EnvironmentAccepted { label, signature } => {
            for document in customer.documents.values_mut() {
                if document.label == *label && document.kind == super::DocumentKind::Iq {
                    document.renditions += 1;
                }
            }
            with(customer, *label, |environment| {
                environment.acceptance = Some(signature.clone());
                environment.since.insert("accepted", stamp.time);
            });
        }
        Event::DemoLent { label, until } => with(customer, *label, |environment| {
            environment.lent_until = Some(*until);
            environment.since.entry("lent").or_insert(stamp.time);
        }),
        Event::DemoExpired { label, rule, destroy_by } => with(customer, *label, |environment| {
            environment.state = State::Closed;
            environment.since.insert("closed", stamp.time);
            environment.due =
                Some(Due { rule: rule.clone(), since: stamp.time, destroy_by: *destroy_by });
        }),
        Event::DumpRegistered { digest, purpose, files, bytes } => customer.dumps.push(Dump {
            digest: *digest,
            purpose: *purpose,
            files: *files,
            bytes: *bytes,
            received: stamp.time,
        }),
        Event::SpecRecorded { digest, catalogue } => {
            customer.specs.push(Spec { digest: *digest, catalogue: *catalogue });
        }
        Event::IterationStarted { number, operation, dump, spec, catalogue, base, is_final } => {
            customer.operations = customer.operations.max(*operation);
            customer.iterations.push(Iteration {
                number: *number,
                state: IterationState::Running,
                is_final: *is_final,
                dump: *dump,
                spec: *spec,
                catalogue: *catalogue,
                base: *base,
                operation: *operation,
                package: None,
                sections: Vec::new(),
                findings: Vec::new(),
                signatures: Vec::new(),
            });
        }
        Event::IterationRun { number, package, sections } => {
            iteration(customer, *number, |iteration| {
                iteration.state = IterationState::Run;
                iteration.package = Some(package.clone());
                iteration.sections.clone_from(sections);
            });
        }
        Event::IterationStopped { number, .. } => iteration(customer, *number, |iteration| {
            iteration.state = IterationState::Stopped;
        }),
        Event::IterationPublished { number } => iteration(customer, *number, |iteration| {
            iteration.state = IterationState::Published;
        }),
        Event::FindingAdded { iteration: number, number: finding, text, by } => {
            iteration(customer, *number, |iteration| {
                iteration.findings.push(Finding {
                    number: *finding,
                    text: *text,
                    by: by.clone(),
                    resolution: None,
                });
            });
        }
        Event::FindingResolved { iteration: number, number: finding, text } => {
            iteration(customer, *number, |iteration| {
                for known in &mut iteration.findings {
                    if known.number == *finding {
                        known.resolution = Some(*text);
                    }
                }
            });
        }
        Event::IterationSigned { number, signature, complete } => {
            iteration(customer, *number, |iteration| {
                iteration.signatures.push(signature.clone());
                if *complete {
                    iteration.state = IterationState::Signed;
                }
            });
        }
        Event::SourceChosen { target, label, signature } => {
            let source = Source { label: *label, signature: signature.clone() };
            customer.sources.insert(*target, source);
        }
        Event::ConfigurationExtracted { label, target, package, .. } => {
            customer.extractions.push((*label, *target, package.clone()));
        }
        Event::DocumentFrozen { number, kind, label, is_plan, facts, failed_checks, head } => {
            let document = customer.documents.entry(number.clone()).or_insert_with(|| Document {
                number: number.clone(),
                kind: *kind,
                label: *label,
                plan: None,
                plan_signatures: Vec::new(),
                facts: None,
                signatures: Vec::new(),
                rejection: None,
                failed_checks: 0,
                heads: Vec::new(),
                renditions: 0,
            });
            if *is_plan {
                document.plan = Some(*facts);
            } else {
                document.facts = Some(*facts);
            }
            document.failed_checks = *failed_checks;
            document.heads.push(*head);
            document.renditions += 1;
            if *kind == super::DocumentKind::Iq {
                with(customer, *label, |environment| {
                    environment.iq = Some(number.clone());
                    environment.failed_checks = *failed_checks;
                });
            }
        }
        Event::DocumentSigned { number, signature } => {
            if let Some(document) = customer.documents.get_mut(number) {
                document.renditions += 1;
                if document.facts.is_some() {
                    document.signatures.push(signature.clone());
                } else {
                    document.plan_signatures.push(signature.clone());
                }
            }
        }
        Event::DocumentRejected { number, signature, reason } => {
            if let Some(document) = customer.documents.get_mut(number) {
                document.renditions += 1;
                document.rejection = Some((signature.clone(), reason.clone()));
            }
        }
        Event::ValidationCompleted { label, signature } => {
            customer.validation = Some((*label, signature.clone()));
            customer.since.insert("validated", stamp.time);
        }
        Event::GoLiveStepDone { step } => {
            customer.golive.insert(*step, stamp.time);
        }
        Event::FinalQcSigned { signature } => customer.final_qc.push(signature.clone()),
        Event::WentLive { .. } => {
            customer.status = Status::Live;
            customer.since.insert("live", stamp.time);
        }
        Event::EnvironmentDue { label, rule, destroy_by } => {
            with(customer, *label, |environment| {
                environment.due =
                    Some(Due { rule: rule.clone(), since: stamp.time, destroy_by: *destroy_by });
            });
        }
        Event::EnvironmentHeld { label } => with(customer, *label, |environment| {
            environment.hold = Some(stamp.time.to_string());
        }),
        Event::EnvironmentReleased { label } => with(customer, *label, |environment| {
            environment.hold = None;
        }),
        Event::EnvironmentClosed { label } => with(customer, *label, |environment| {
            environment.state = State::Closed;
            environment.since.insert("closed", stamp.time);
        }),
        Event::EnvironmentAbandoned { label, .. } => with(customer, *label, |environment| {
            environment.state = State::Destroyed;
            environment.since.insert("abandoned", stamp.time);
        }),
        Event::DestructionStarted { label, operation, .. } => {
            customer.operations = customer.operations.max(*operation);
            with(customer, *label, |environment| {
                environment.state = State::Destroying;
                environment.destruction = Some(*operation);
            });
        }
        Event::EnvironmentDestroyed { label, .. } => with(customer, *label, |environment| {
            environment.state = State::Destroyed;
            environment.since.insert("destroyed", stamp.time);
        }),
    }
}

fn with(customer: &mut Customer, label: Label, change: impl FnOnce(&mut Environment)) {
    if let Some(environment) = customer.environments.get_mut(&label) {
        change(environment);
    }
}

fn iteration(customer: &mut Customer, number: u32, change: impl FnOnce(&mut Iteration)) {
    if let Some(iteration) = customer.iterations.iter_mut().find(|i| i.number == number) {
        change(iteration);
    }
}

impl Customer {
    /// Returns the environment of a kind that stands once, unless it is gone.
    #[must_use]
    pub fn single(&self, kind: Kind) -> Option<&Environment> {
        self.environment(Label::single(kind)).filter(|there| there.state != State::Destroyed)
    }
}

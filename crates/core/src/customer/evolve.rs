use std::collections::BTreeMap;

use super::{
    ChangeRequest, Customer, Deviation, Document, DocumentKind, Due, Dump, DumpPurpose,
    Environment, Event, Extraction, Finding, GoLiveStep, Iteration, IterationState, Material,
    MaterialKind, MaterialName, Promotion, Source, Spec, State, Status, Subject,
};
use crate::{
    environment::Kind,
    ids::{CustomerId, Label},
    time::Timestamp,
};

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
            return Some(begin(id, name, Status::Prospect, stamp));
        }
        (None, Event::VendorEstablished { id }) => {
            return Some(begin(id, "The vendor", Status::Vendor, stamp));
        }
        (None, _) => return None,
        (Some(customer), _) => customer,
    };
    customer.version += 1;
    apply(&mut customer, event, stamp);
    Some(customer)
}

fn begin(id: &CustomerId, name: &str, status: Status, stamp: Stamp) -> Customer {
    Customer {
        id: id.clone(),
        name: name.to_owned(),
        status,
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
        no_migration: None,
        not_applicable: BTreeMap::new(),
        qc_rejections: Vec::new(),
        deviations: Vec::new(),
        changes: Vec::new(),
        materials: Vec::new(),
        promotions: Vec::new(),
        operations: 0,
        version: 1,
    }
}

fn apply(customer: &mut Customer, event: &Event, stamp: Stamp) {
    match event {
        Event::ProspectAdded { .. }
        | Event::VendorEstablished { .. }
        | Event::CommandRejected { .. } => {}
        Event::ContractSigned { .. } => {
            customer.status = Status::Contracted;
            customer.since.insert("contracted", stamp.time);
        }
        Event::EnvironmentRequested { plan, plan_digest, author, expires } => {
            customer.environments.insert(
                plan.label,
                Environment {
                    label: plan.label,
                    position: customer.version,
                    purpose: plan.purpose,
                    state: State::Requested,
                    plan: (**plan).clone(),
                    plan_digest: *plan_digest,
                    author: author.clone(),
                    executor: None,
                    executors: Vec::new(),
                    operation: None,
                    begun: None,
                    destruction: None,
                    instances: Vec::new(),
                    failed_checks: 0,
                    iq: None,
                    acceptance: None,
                    rejection: None,
                    difference: None,
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
            let position = customer.version;
            with(customer, *label, |environment| {
                // Who continues a build takes it over; the build stays the same.
                let continued = environment.state == State::Building
                    && environment.operation == Some(*operation);
                if !continued {
                    environment.state = State::Building;
                    environment.operation = Some(*operation);
                    environment.begun = Some(position);
                    environment.since.insert("building", stamp.time);
                }
                environment.executor = Some(executor.clone());
                if !environment.executors.contains(executor) {
                    environment.executors.push(executor.clone());
                }
            });
        }
        Event::EnvironmentBuilt { label, instances, .. } => with(customer, *label, |environment| {
            environment.state = State::Built;
            environment.instances.clone_from(instances);
            environment.since.insert("built", stamp.time);
        }),
        Event::BuildStopped { label, .. } => with(customer, *label, |environment| {
            environment.state = State::Requested;
            environment.begun = None;
        }),
        Event::EnvironmentOpened { label } => with(customer, *label, |environment| {
            environment.state = State::InUse;
            environment.since.insert("opened", stamp.time);
        }),
        Event::EnvironmentAccepted { label, signature } => {
            for document in customer.documents.values_mut() {
                if document.label() == Some(*label) && document.kind == DocumentKind::Iq {
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
        Event::DumpRegistered { digest, purpose, files, bytes } => {
            if *purpose == DumpPurpose::Final {
                supersede_final(customer);
                customer.golive.remove(&GoLiveStep::RunMigration);
            }
            customer.dumps.push(Dump {
                digest: *digest,
                purpose: *purpose,
                files: *files,
                bytes: *bytes,
                received: stamp.time,
                superseded: false,
            });
            keep(customer, MaterialKind::Dump, digest.to_string());
        }
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
                withdrawals: Vec::new(),
                withdrawn: 0,
                superseded: false,
            });
        }
        Event::IterationRun { number, package, sections } => {
            iteration(customer, *number, |iteration| {
                iteration.state = IterationState::Run;
                iteration.package = Some(package.clone());
                iteration.sections.clone_from(sections);
            });
            keep(customer, MaterialKind::Package, package.digest.to_string());
            keep(customer, MaterialKind::Rejects, number.to_string());
            keep(customer, MaterialKind::KeyMap, number.to_string());
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
            let position = requested_at(customer, *label);
            let source = Source { label: *label, position, signature: signature.clone() };
            customer.sources.insert(*target, source);
            if *target == Kind::Prod && customer.single(Kind::Prod).is_none() {
                // What was extracted from another source, or before, is extracted anew.
                customer.golive.remove(&GoLiveStep::ExtractConfiguration);
            }
        }
        Event::ConfigurationExtracted { label, target, package, .. } => {
            let (position, taken) = (requested_at(customer, *label), customer.version);
            customer.extractions.push(Extraction {
                label: *label,
                target: *target,
                package: package.clone(),
                position,
                taken,
            });
        }
        Event::DocumentFrozen { number, kind, about, is_plan, facts, failed_checks, head } => {
            let position = customer.version;
            let document = customer.documents.entry(number.clone()).or_insert_with(|| Document {
                number: number.clone(),
                kind: *kind,
                about: *about,
                position,
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
            match (kind, about) {
                (DocumentKind::Iq, Subject::Environment(label)) => {
                    with(customer, *label, |environment| {
                        environment.iq = Some(number.clone());
                        environment.failed_checks = *failed_checks;
                    });
                }
                (DocumentKind::DifferenceReport, Subject::Environment(label)) => {
                    with(customer, *label, |environment| {
                        environment.difference = Some(number.clone());
                    });
                }
                (
                    DocumentKind::Iq
                    | DocumentKind::DifferenceReport
                    | DocumentKind::MaskingCertificate
                    | DocumentKind::DestructionCertificate
                    | DocumentKind::ConfigurationReport
                    | DocumentKind::QcReport
                    | DocumentKind::GoLiveRecord
                    | DocumentKind::MaterialsCertificate,
                    _,
                ) => {}
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
        Event::EnvironmentAbandoned { label, .. } => {
            with(customer, *label, |environment| {
                environment.state = State::Destroyed;
                environment.since.insert("abandoned", stamp.time);
            });
            given_up(customer, *label);
        }
        Event::DestructionStarted { label, operation, .. } => {
            customer.operations = customer.operations.max(*operation);
            with(customer, *label, |environment| {
                environment.state = State::Destroying;
                environment.destruction = Some(*operation);
            });
        }
        Event::EnvironmentDestroyed { label, .. } => {
            with(customer, *label, |environment| {
                environment.state = State::Destroyed;
                environment.since.insert("destroyed", stamp.time);
            });
            given_up(customer, *label);
        }
        Event::EnvironmentRejected { label, signature, reason } => {
            with(customer, *label, |environment| {
                environment.rejection = Some((signature.clone(), reason.clone()));
            });
        }
        Event::EnvironmentReset { plan, plan_digest, author } => {
            with(customer, plan.label, |environment| {
                environment.state = State::Requested;
                environment.plan = (**plan).clone();
                environment.plan_digest = *plan_digest;
                environment.author = author.clone();
                environment.instances.clear();
                environment.since.insert("reset", stamp.time);
            });
        }
        Event::NoMigrationDeclared { .. }
        | Event::GoLiveStepNotApplicable { .. }
        | Event::WithdrawalSigned { .. }
        | Event::FinalQcRejected { .. } => apply_turn(customer, event, stamp),
        Event::DeviationOpened { .. }
        | Event::DeviationResolved { .. }
        | Event::DeviationRetested { .. }
        | Event::DeviationApproved { .. } => apply_deviation(customer, event, stamp),
        Event::ChangeRequested { .. }
        | Event::ChangeApproved { .. }
        | Event::ChangeRejected { .. }
        | Event::ChangeMade { .. } => apply_change(customer, event, stamp),
        Event::PromotionStarted { from, to, package, counts } => {
            let position = requested_at(customer, *to);
            customer.promotions.push(Promotion {
                from: *from,
                to: *to,
                position,
                package: package.clone(),
                counts: *counts,
                done: false,
            });
        }
        Event::ConfigurationPromoted { to, .. } => {
            let position = requested_at(customer, *to);
            for known in &mut customer.promotions {
                known.done |= known.to == *to && known.position == position;
            }
        }
        Event::MaterialsDue { materials, rule, destroy_by } => {
            let due = Due { rule: rule.clone(), since: stamp.time, destroy_by: *destroy_by };
            materials_of(customer, materials, |material| material.due = Some(due.clone()));
        }
        Event::MaterialsDestructionStarted { operation, materials } => {
            customer.operations = customer.operations.max(*operation);
            materials_of(customer, materials, |material| material.operation = Some(*operation));
        }
        Event::MaterialsDestroyed { materials, .. } => {
            materials_of(customer, materials, |material| material.destroyed = Some(stamp.time));
        }
    }
}

/// What turns the way: a declaration, a withdrawal, a rejection.
fn apply_turn(customer: &mut Customer, event: &Event, stamp: Stamp) {
    match event {
        Event::NoMigrationDeclared { signature, reason } => {
            customer.no_migration = Some((signature.clone(), reason.clone()));
        }
        Event::GoLiveStepNotApplicable { step } => {
            customer.not_applicable.insert(*step, stamp.time);
        }
        Event::WithdrawalSigned { number, signature, complete, .. } => {
            iteration(customer, *number, |iteration| {
                iteration.withdrawals.push(signature.clone());
                if *complete {
                    iteration.withdrawn += 1;
                    iteration.state = IterationState::Published;
                    iteration.signatures.clear();
                }
            });
            if *complete {
                undo_sign_off(customer);
            }
        }
        Event::FinalQcRejected { signature, reason } => {
            customer.final_qc.clear();
            customer.golive.remove(&GoLiveStep::ReviewProd);
            customer.golive.remove(&GoLiveStep::ProvideIq);
            customer.qc_rejections.push((signature.clone(), reason.clone()));
        }
        _ => {}
    }
}

/// Undoes what followed from a sign-off: validation, go-live steps, final dump and final run.
fn undo_sign_off(customer: &mut Customer) {
    customer.validation = None;
    customer.golive.clear();
    customer.final_qc.clear();
    customer.sources.remove(&Kind::Prod);
    supersede_final(customer);
    // What the sign-off left without use may be of use again, but for what is being destroyed.
    for material in customer.materials.iter_mut().filter(|known| known.operation.is_none()) {
        material.due = None;
    }
}

/// Makes the final dumps and the final runs void.
fn supersede_final(customer: &mut Customer) {
    for dump in customer.dumps.iter_mut().filter(|dump| dump.purpose == DumpPurpose::Final) {
        dump.superseded = true;
    }
    for run in customer.iterations.iter_mut().filter(|run| run.is_final) {
        run.superseded = true;
    }
}

/// Returns the position at which the environment of that name was requested.
fn requested_at(customer: &Customer, label: Label) -> u64 {
    customer.environment(label).map_or(0, |there| there.position)
}

fn apply_deviation(customer: &mut Customer, event: &Event, stamp: Stamp) {
    let number = match event {
        Event::DeviationOpened { number, label, tests, description, by } => {
            customer.deviations.push(Deviation {
                number: *number,
                label: *label,
                position: customer.version,
                tests: tests.clone(),
                description: description.clone(),
                opened_by: by.clone(),
                opened: stamp.time,
                resolution: None,
                retest: None,
                approval: None,
                condition: None,
            });
            return;
        }
        Event::DeviationResolved { number, .. }
        | Event::DeviationRetested { number, .. }
        | Event::DeviationApproved { number, .. } => *number,
        _ => return,
    };
    let Some(known) = customer.deviations.iter_mut().find(|known| known.number == number) else {
        return;
    };
    match event {
        Event::DeviationResolved { resolution, .. } => known.resolution = Some(resolution.clone()),
        Event::DeviationRetested { operation, .. } => known.retest = Some(*operation),
        Event::DeviationApproved { signature, condition, .. } => {
            known.approval = Some(signature.clone());
            known.condition.clone_from(condition);
        }
        _ => {}
    }
}

fn apply_change(customer: &mut Customer, event: &Event, stamp: Stamp) {
    let position = customer.version;
    let number = match event {
        Event::ChangeRequested { number, label, role, table, verb, content, by, reason } => {
            customer.changes.push(ChangeRequest {
                number: *number,
                label: *label,
                role: *role,
                table: table.clone(),
                verb: verb.clone(),
                content: *content,
                by: by.clone(),
                requested: stamp.time,
                reason: reason.clone(),
                decision: None,
                applied: false,
                made: None,
            });
            return;
        }
        Event::ChangeApproved { number, .. }
        | Event::ChangeRejected { number, .. }
        | Event::ChangeMade { number } => *number,
        _ => return,
    };
    let Some(known) = customer.changes.iter_mut().find(|known| known.number == number) else {
        return;
    };
    match event {
        Event::ChangeApproved { signature, .. } => {
            known.decision = Some((signature.clone(), true, None));
        }
        Event::ChangeRejected { signature, reason, .. } => {
            known.decision = Some((signature.clone(), false, Some(reason.clone())));
        }
        Event::ChangeMade { .. } => {
            known.applied = true;
            known.made = Some(position);
        }
        _ => {}
    }
}

/// Notes that something holds the customer's data outside its environments. The same content that comes again after it
/// was destroyed is there again.
fn keep(customer: &mut Customer, kind: MaterialKind, name: String) {
    let known =
        customer.materials.iter_mut().find(|known| known.kind == kind && known.name == name);
    match known {
        Some(material) => {
            material.due = None;
            material.operation = None;
            material.destroyed = None;
        }
        None => customer.materials.push(Material {
            kind,
            name,
            due: None,
            operation: None,
            destroyed: None,
        }),
    }
}

fn materials_of(
    customer: &mut Customer,
    names: &[MaterialName],
    mut change: impl FnMut(&mut Material),
) {
    for material in &mut customer.materials {
        if names.contains(&material.named()) {
            change(material);
        }
    }
}

/// A PROD that was given up takes its go-live steps with it.
fn given_up(customer: &mut Customer, label: Label) {
    if label.kind() == Kind::Prod && customer.status != Status::Live {
        customer.golive.remove(&GoLiveStep::ReviewProd);
        customer.golive.remove(&GoLiveStep::ProvideIq);
        customer.golive.remove(&GoLiveStep::FinalQc);
        customer.final_qc.clear();
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

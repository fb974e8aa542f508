use super::{Command, Customer, Event, GoLiveStep, State};
use crate::{
    environment::Kind,
    policy::{Condition, Policy},
};

/// Returns what follows from an event, given the state after it. Runs inside the append of its cause.
#[must_use]
pub fn react(customer: &Customer, event: &Event, policy: &Policy) -> Vec<Command> {
    match event {
        Event::GoLiveStepDone { step: GoLiveStep::FinalQc } => vec![Command::GoLive],
        Event::WentLive { .. } => {
            let mut due = fall_due(customer, policy, Condition::ProdIsLive);
            if customer.validation.is_some() {
                // An environment that both rules name falls due once.
                for command in
                    fall_due(customer, policy, Condition::ValidationIsCompletedAndProdIsLive)
                {
                    let known = due.iter().any(|other| match (other, &command) {
                        (
                            Command::MarkDue { label: one, .. },
                            Command::MarkDue { label: other, .. },
                        ) => one == other,
                        _ => false,
                    });
                    if !known {
                        due.push(command);
                    }
                }
            }
            due.push(materials_due(Condition::ProdIsLive));
            due
        }
        Event::IterationSigned { complete: true, .. } => {
            let mut due = fall_due(customer, policy, Condition::MigrationIsSignedOff);
            due.push(materials_due(Condition::MigrationIsSignedOff));
            due
        }
        Event::ProspectAdded { .. }
        | Event::ContractSigned { .. }
        | Event::EnvironmentRequested { .. }
        | Event::BuildStarted { .. }
        | Event::EnvironmentBuilt { .. }
        | Event::BuildStopped { .. }
        | Event::EnvironmentOpened { .. }
        | Event::EnvironmentAccepted { .. }
        | Event::DemoLent { .. }
        | Event::DemoExpired { .. }
        | Event::DumpRegistered { .. }
        | Event::SpecRecorded { .. }
        | Event::IterationStarted { .. }
        | Event::IterationRun { .. }
        | Event::IterationStopped { .. }
        | Event::IterationPublished { .. }
        | Event::FindingAdded { .. }
        | Event::FindingResolved { .. }
        | Event::IterationSigned { complete: false, .. }
        | Event::SourceChosen { .. }
        | Event::ConfigurationExtracted { .. }
        | Event::DocumentFrozen { .. }
        | Event::DocumentSigned { .. }
        | Event::DocumentRejected { .. }
        | Event::ValidationCompleted { .. }
        | Event::GoLiveStepDone {
            step:
                GoLiveStep::FinalDump
                | GoLiveStep::ExtractConfiguration
                | GoLiveStep::RunMigration
                | GoLiveStep::ReviewProd
                | GoLiveStep::ProvideIq,
        }
        | Event::FinalQcSigned { .. }
        | Event::EnvironmentDue { .. }
        | Event::EnvironmentHeld { .. }
        | Event::EnvironmentReleased { .. }
        | Event::EnvironmentClosed { .. }
        | Event::EnvironmentAbandoned { .. }
        | Event::DestructionStarted { .. }
        | Event::EnvironmentDestroyed { .. }
        | Event::NoMigrationDeclared { .. }
        | Event::GoLiveStepNotApplicable { .. }
        | Event::WithdrawalSigned { .. }
        | Event::EnvironmentRejected { .. }
        | Event::FinalQcRejected { .. }
        | Event::DeviationOpened { .. }
        | Event::DeviationResolved { .. }
        | Event::DeviationRetested { .. }
        | Event::DeviationApproved { .. }
        | Event::ChangeRequested { .. }
        | Event::ChangeApproved { .. }
        | Event::ChangeRejected { .. }
        | Event::ChangeMade { .. }
        | Event::PromotionStarted { .. }
        | Event::ConfigurationPromoted { .. }
        | Event::MaterialsDue { .. }
        | Event::MaterialsDestructionStarted { .. }
        | Event::MaterialsDestroyed { .. }
        | Event::VendorEstablished { .. }
        | Event::EnvironmentReset { .. }
        | Event::CommandRejected { .. } => Vec::new(),
    }
}

fn materials_due(condition: Condition) -> Command {
    Command::MarkMaterialsDue { rule: condition.as_str().to_owned() }
}

fn fall_due(customer: &Customer, policy: &Policy, condition: Condition) -> Vec<Command> {
    Kind::ALL
        .into_iter()
        .filter(|kind| policy.rules(*kind).due_when.contains(&condition))
        .flat_map(|kind| customer.of_kind(kind))
        .filter(|environment| match environment.state {
            State::Requested | State::Building | State::Built | State::InUse | State::Closed => {
                environment.due.is_none()
            }
            State::Destroying | State::Destroyed => false,
        })
        .map(|environment| Command::MarkDue {
            label: environment.label,
            rule: condition.as_str().to_owned(),
        })
        .collect()
}

//! Phase 3: two iterations of the migration, each shown in a Migration environment; the first has a finding.

use landfall_core::{
    customer::{Customer, Iteration, IterationState},
    environment::Kind,
    ids::Label,
};
use landfall_operations::Request;

use super::{
    act::Script,
    people::{CUSTOMER_REVIEWER, ENGINEER},
    state::Given,
};
use crate::sample::FORGOTTEN;

pub(super) fn acts(script: &mut Script) {
    script.clock("2026-02-02T09:00:00Z");
    // The Sandbox is made; the Demo was due since its loan ended.
    script.destroy(Label::single(Kind::Demo));
    script.by(
        CUSTOMER_REVIEWER,
        "provide a dump of the source database",
        |customer| !customer.dumps.is_empty(),
        |state, caller, _| {
            let (id, folder) = (state.customer.clone(), state.given(Given::Dump)?);
            state.installation.migration_dump(caller, &id, &folder, false)?;
            Ok(())
        },
    );
    spec(script, 1, Given::FirstSpec);
    iterate(script, 1);
    script.clock("2026-02-05T14:00:00Z");
    script.by(
        CUSTOMER_REVIEWER,
        "comment on iteration 1",
        |customer| iteration(customer, 1).is_some_and(|first| !first.findings.is_empty()),
        |state, caller, _| {
            let id = state.customer.clone();
            let text = format!(
                "Smoking is missing for several of our test volunteers. In the old system it was typed `{FORGOTTEN}`, and those rows stand among the rejected ones."
            );
            state.installation.migration_comment(caller, &id, 1, &text)?;
            Ok(())
        },
    );
    script.clock("2026-02-09T09:00:00Z");
    spec(script, 2, Given::FinalSpec);
    script.by(
        ENGINEER,
        "resolve the finding",
        |customer| {
            iteration(customer, 1)
                .and_then(|first| first.findings.first())
                .is_some_and(|finding| finding.resolution.is_some())
        },
        |state, caller, _| {
            let id = state.customer.clone();
            let text =
                format!("maps/substance.csv knows `{FORGOTTEN}` now; iteration 2 has these rows.");
            Ok(state.installation.migration_resolve(caller, &id, 1, 1, &text)?)
        },
    );
    iterate(script, 2);
}

/// Records the spec in its nth state.
fn spec(script: &mut Script, nth: usize, given: Given) {
    script.by(
        ENGINEER,
        format!("record the migration spec, version {nth}"),
        move |customer| customer.specs.len() >= nth,
        move |state, caller, _| {
            let (id, folder) = (state.customer.clone(), state.given(given)?);
            state.installation.migration_spec(caller, &id, &folder)?;
            Ok(())
        },
    );
}

/// Runs and publishes an iteration, and shows it in a Migration environment.
fn iterate(script: &mut Script, number: u32) {
    run(script, number);
    script.by(
        ENGINEER,
        format!("publish iteration {number}"),
        move |customer| {
            iteration(customer, number).is_some_and(|iteration| match iteration.state {
                IterationState::Published | IterationState::Signed => true,
                IterationState::Running | IterationState::Run | IterationState::Stopped => false,
            })
        },
        move |state, caller, _| {
            let id = state.customer.clone();
            Ok(state.installation.migration_publish(caller, &id, number)?)
        },
    );
    let label = Label::numbered(Kind::Migration, number);
    script.request(
        label,
        Request { kind: Kind::Migration, purpose: None, from: None, release: None },
    );
    script.build(label);
}

/// Runs the migration program.
pub(super) fn run(script: &mut Script, number: u32) {
    script.by(
        ENGINEER,
        format!("run the migration program, iteration {number}"),
        move |customer| iteration(customer, number).is_some_and(|found| found.package.is_some()),
        move |state, caller, reporter| {
            let id = state.customer.clone();
            state.installation.migration_run(caller, &id, reporter)?;
            Ok(())
        },
    );
}

/// Returns an iteration by its number.
pub(super) fn iteration(customer: &Customer, number: u32) -> Option<&Iteration> {
    customer.iterations.iter().find(|iteration| iteration.number == number)
}

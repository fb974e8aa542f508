//! Phase 5: the final dump, the final run, and PROD.

use landfall_core::{
    customer::{DumpPurpose, GoLiveStep},
    environment::Kind,
    ids::Label,
};
use landfall_operations::Request;

use super::{
    act::Script,
    migration,
    people::{CUSTOMER_REVIEWER, ENGINEER},
    state::Given,
    val,
};

/// The iteration on the final dump.
const FINAL: u32 = 3;

pub(super) fn acts(script: &mut Script) {
    let prod = Label::single(Kind::Prod);
    script.clock("2026-03-16T09:00:00Z");
    script.by(
        CUSTOMER_REVIEWER,
        "provide the final dump",
        |customer| customer.dumps.iter().any(|dump| dump.purpose == DumpPurpose::Final),
        |state, caller, _| {
            let (id, folder) = (state.customer.clone(), state.given(Given::FinalDump)?);
            state.installation.migration_dump(caller, &id, &folder, true)?;
            Ok(())
        },
    );
    val::choose(script, Kind::Prod, Label::numbered(Kind::Val, val::FORMAL));
    script.by(
        ENGINEER,
        "extract the configuration for PROD",
        |customer| customer.golive.contains_key(&GoLiveStep::ExtractConfiguration),
        |state, caller, reporter| {
            let id = state.customer.clone();
            state.installation.configuration_extract(caller, &id, Kind::Prod, reporter)?;
            Ok(())
        },
    );
    migration::run(script, FINAL);
    script.request(prod, Request { kind: Kind::Prod, purpose: None, from: None, release: None });
    script.sign_plan(prod);
    script.clock("2026-03-17T09:00:00Z");
    script.build(prod);
}

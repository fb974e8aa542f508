//! Phase 2: the loan ends, the contract is signed, the Sandbox is cloned from the Demo and configured.

use landfall_core::{customer::Status, environment::Kind, ids::Label};
use landfall_operations::{From, Request};

use super::{
    act::{Script, is_closed},
    people::SALES,
    records,
};

pub(super) fn acts(script: &mut Script) {
    let (demo, sandbox) = (Label::single(Kind::Demo), Label::single(Kind::Sandbox));
    script.clock("2026-01-20T09:00:00Z");
    script.by(
        SALES,
        "end the loan of the Demo",
        move |customer| customer.environment(demo).is_some_and(is_closed),
        move |state, caller, _| {
            let address = state.address(demo);
            Ok(state.installation.environment_expire(caller, &address)?)
        },
    );
    script.clock("2026-01-26T10:00:00Z");
    script.by(
        SALES,
        "record the signed contract",
        |customer| match customer.status {
            Status::Contracted | Status::Live => true,
            Status::Prospect | Status::Vendor => false,
        },
        |state, caller, _| {
            let id = state.customer.clone();
            Ok(state.installation.customer_contract(caller, &id, "ACR-2026-001")?)
        },
    );
    script.clock("2026-01-27T09:00:00Z");
    script.request(
        sandbox,
        Request { kind: Kind::Sandbox, purpose: None, from: Some(From::Demo), release: None },
    );
    script.build(sandbox);
    script.clock("2026-01-29T09:00:00Z");
    records::acts(script, sandbox);
}

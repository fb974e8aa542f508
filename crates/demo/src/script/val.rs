//! Phase 4: an informal VAL, the sign-off, the formal VAL with its IQ, validation.

use landfall_core::{
    customer::Customer, environment::Kind, ids::Label, person::Role, plan::Purpose,
};
use landfall_operations::Request;

use super::{
    act::Script,
    migration::iteration,
    people::{CUSTOMER_QUALITY, CUSTOMER_REVIEWER},
};

/// The VAL for writing tests, built while the output is being reviewed.
const INFORMAL: u32 = 1;
/// The VAL that validation is signed for.
pub(super) const FORMAL: u32 = 2;

pub(super) fn acts(script: &mut Script) {
    let (informal, formal) =
        (Label::numbered(Kind::Val, INFORMAL), Label::numbered(Kind::Val, FORMAL));
    script.clock("2026-02-11T09:00:00Z");
    choose(script, Kind::Val, Label::single(Kind::Sandbox));
    script.request(informal, val(Purpose::Informal));
    script.build(informal);
    script.clock("2026-02-13T15:00:00Z");
    accept(script, informal);
    script.clock("2026-02-16T10:00:00Z");
    for who in [CUSTOMER_REVIEWER, CUSTOMER_QUALITY] {
        script.by(
            who,
            "sign iteration 2 off",
            move |customer| has_signed(customer, who.role),
            |state, caller, _| {
                let id = state.customer.clone();
                Ok(state.installation.migration_sign(caller, &id, 2)?)
            },
        );
    }
    script.clock("2026-02-18T09:00:00Z");
    for number in [1, 2] {
        let label = Label::numbered(Kind::Migration, number);
        script.close(label);
        script.destroy(label);
    }
    script.request(formal, val(Purpose::Formal));
    script.sign_plan(formal);
    script.clock("2026-02-19T09:00:00Z");
    script.build(formal);
    script.clock("2026-02-20T09:00:00Z");
    script.sign_report(formal);
    script.clock("2026-02-23T10:00:00Z");
    accept(script, formal);
    script.clock("2026-03-13T16:00:00Z");
    script.by(
        CUSTOMER_QUALITY,
        "sign that validation is completed",
        |customer| customer.validation.is_some(),
        move |state, caller, _| {
            let address = state.address(formal);
            Ok(state.installation.environment_validate(caller, &address)?)
        },
    );
}

fn val(purpose: Purpose) -> Request {
    Request { kind: Kind::Val, purpose: Some(purpose), from: None, release: None }
}

fn has_signed(customer: &Customer, role: Role) -> bool {
    iteration(customer, 2)
        .is_some_and(|second| second.signatures.iter().any(|signature| signature.role == role))
}

fn accept(script: &mut Script, label: Label) {
    script.by(
        CUSTOMER_QUALITY,
        format!("accept {label}"),
        move |customer| customer.environment(label).is_some_and(|val| val.acceptance.is_some()),
        move |state, caller, _| {
            let address = state.address(label);
            Ok(state.installation.environment_accept(caller, &address)?)
        },
    );
}

/// Agrees on the source of the configuration.
pub(super) fn choose(script: &mut Script, target: Kind, source: Label) {
    script.by(
        CUSTOMER_QUALITY,
        format!("agree that the configuration of {} comes from {source}", target.title()),
        move |customer| customer.sources.get(&target).is_some_and(|agreed| agreed.label == source),
        move |state, caller, _| {
            let id = state.customer.clone();
            Ok(state.installation.configuration_choose(caller, &id, target, source)?)
        },
    );
}

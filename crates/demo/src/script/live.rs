//! Phase 6: review, IQ, final quality check, live; and what fell due is destroyed.

use landfall_core::{customer::GoLiveStep, environment::Kind, ids::Label};

use super::{
    act::Script,
    people::{CUSTOMER_QUALITY, CUSTOMER_REVIEWER, ENGINEER, REVIEWING_ENGINEER},
};

pub(super) fn acts(script: &mut Script) {
    let prod = Label::single(Kind::Prod);
    script.clock("2026-03-18T09:00:00Z");
    script.by(
        REVIEWING_ENGINEER,
        "review PROD Main",
        |customer| customer.golive.contains_key(&GoLiveStep::ReviewProd),
        |state, caller, _| {
            let id = state.customer.clone();
            Ok(state.installation.golive_review(caller, &id)?)
        },
    );
    script.sign_report(prod);
    script.by(
        ENGINEER,
        "provide the IQ of PROD",
        |customer| customer.golive.contains_key(&GoLiveStep::ProvideIq),
        |state, caller, _| {
            let id = state.customer.clone();
            Ok(state.installation.golive_provide(caller, &id)?)
        },
    );
    script.clock("2026-03-20T11:00:00Z");
    for who in [CUSTOMER_REVIEWER, CUSTOMER_QUALITY] {
        script.by(
            who,
            "sign the final quality check",
            move |customer| customer.final_qc.iter().any(|signature| signature.role == who.role),
            |state, caller, _| {
                let id = state.customer.clone();
                Ok(state.installation.golive_qc(caller, &id)?)
            },
        );
    }
    script.clock("2026-03-27T09:00:00Z");
    for label in
        [Label::single(Kind::Sandbox), Label::numbered(Kind::Val, 1), Label::numbered(Kind::Val, 2)]
    {
        script.close(label);
        script.destroy(label);
    }
}

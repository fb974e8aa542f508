//! Phase 1: a prospect gets a Demo, and borrows it.

use landfall_core::{environment::Kind, ids::Label};
use landfall_operations::{From, NewPerson, Request};

use super::{
    act::Script,
    people::{
        CUSTOMER_QUALITY, CUSTOMER_REVIEWER, ENGINEER, QUALITY, REVIEWING_ENGINEER, SALES, Who,
    },
};

/// For how long the Demo is lent.
const DAYS: u32 = 14;

pub(super) fn acts(script: &mut Script) {
    for who in [SALES, ENGINEER, REVIEWING_ENGINEER] {
        add_person(script, who);
    }
    script.by(
        SALES,
        "add the prospect acme",
        |_| true,
        |state, caller, _| {
            let id = state.customer.clone();
            Ok(state.installation.customer_add(caller, &id, "Acme Clinical Research")?)
        },
    );
    for who in [CUSTOMER_REVIEWER, CUSTOMER_QUALITY] {
        add_person(script, who);
    }
    let demo = Label::single(Kind::Demo);
    script.request(
        demo,
        Request { kind: Kind::Demo, purpose: None, from: Some(From::DemoSet), release: None },
    );
    script.build(demo);
    script.by(
        SALES,
        "lend the Demo",
        move |customer| customer.environment(demo).is_some_and(|demo| demo.lent_until.is_some()),
        move |state, caller, _| {
            let address = state.address(demo);
            state.installation.environment_lend(caller, &address, DAYS)?;
            Ok(())
        },
    );
}

fn add_person(script: &mut Script, who: Who) {
    script.act(
        format!("{}: add {} ({})", QUALITY.name, who.name, who.role.title()),
        move |state| {
            Ok(state.installation.person_list()?.iter().any(|person| person.id.as_str() == who.id))
        },
        move |state, _| {
            let caller = state.caller(QUALITY)?;
            let new = NewPerson {
                id: who.id.parse()?,
                name: who.name.to_owned(),
                role: who.role,
                customer: who.role.is_customer().then(|| state.customer.clone()),
                password: state.password(who)?,
            };
            Ok(state.installation.person_add(&caller, &new)?)
        },
    );
}

use super::{Customer, Due, Environment, GoLiveStep, IterationState, State, Status};
use crate::{
    environment::Kind,
    plan::Purpose,
    signature::{self, Record},
    time::Timestamp,
};

/// One thing that may be done next: whose turn it is, what, and the command to type.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Next {
    /// Whose turn it is, in words.
    pub who: String,
    /// What is to be done.
    pub what: String,
    /// The command to type.
    pub command: String,
}

fn item(who: &str, what: impl Into<String>, command: impl Into<String>) -> Next {
    Next { who: who.to_owned(), what: what.into(), command: format!("landfall {}", command.into()) }
}

/// Returns what comes next for a customer, the most pressing first.
#[must_use]
pub fn next(customer: &Customer, now: Timestamp) -> Vec<Next> {
    let mut list = Vec::new();
    for environment in customer.environments.values() {
        pending(customer, environment, now, &mut list);
    }
    let open = |known: &&super::Deviation| known.is_open() && customer.outlived(known);
    deviations(customer, customer.deviations.iter().filter(open), &mut list);
    let in_use = customer.environments.values().filter(|there| there.state == State::InUse);
    for promotion in in_use.filter_map(|there| customer.promotion_to(there.label)) {
        let id = &customer.id;
        let (from, to) = (promotion.from, promotion.to);
        list.push(item(
            "vendor engineer",
            format!("finish the promotion of configuration to {id}/{to}"),
            format!("configuration promote {id} --from {from} --to {to}"),
        ));
    }
    let due = customer
        .materials
        .iter()
        .filter(|material| material.destroyed.is_none())
        .filter_map(|material| material.due.as_ref())
        .min_by_key(|due| due.destroy_by);
    let held = customer.environments.values().any(|environment| environment.hold.is_some());
    if let Some(due) = due.filter(|_| !held) {
        list.push(item(
            "vendor engineer",
            format!("destroy dumps and superseded packages{}", last_day(due, now)),
            format!("migration destroy {}", customer.id),
        ));
    }
    forward(customer, &mut list);
    list
}

/// Returns by when something is to be done, or since when it is overdue.
fn last_day(due: &Due, now: Timestamp) -> String {
    let day = due.destroy_by.date();
    if due.destroy_by < now { format!(", overdue since {day}") } else { format!(" by {day}") }
}

/// What an environment waits for.
fn pending(customer: &Customer, environment: &Environment, now: Timestamp, list: &mut Vec<Next>) {
    let address = format!("{}/{}", customer.id, environment.label);
    let document = environment.iq.as_ref().and_then(|number| customer.documents.get(number));
    match environment.state {
        State::Requested if document.is_some_and(|document| document.rejection.is_some()) => {
            list.push(item(
                "vendor engineer",
                format!("give {address} up, its plan was rejected, and request it again"),
                format!("environment close {address} --reason \"plan rejected\""),
            ));
        }
        State::Requested if !output_is_signed(customer, environment) => {
            list.push(give_up(&address, "its migration output is not the one that is signed off"));
        }
        State::Requested
            if customer
                .deviations_of(environment.label)
                .any(|deviation| deviation.resolution.is_none()) =>
        {
            deviations(customer, customer.deviations_of(environment.label), list);
        }
        State::Requested => {
            let awaited = document
                .filter(|_| environment.plan.qualified)
                .map(|document| signature::awaited(Record::IqPlan, &document.plan_signatures))
                .unwrap_or_default();
            match (awaited.first(), document) {
                (Some((meaning, role)), Some(document)) => list.push(item(
                    role.title(),
                    format!("sign the plan of {address} as {}", meaning.as_str()),
                    format!("document sign {} --meaning {}", document.number, meaning.as_str()),
                )),
                (Some(_) | None, _) => list.push(item(
                    "vendor engineer",
                    format!("build {address}"),
                    format!("environment build {address}"),
                )),
            }
        }
        State::Building => list.push(item(
            "vendor engineer",
            format!("continue building {address}"),
            format!("environment build {address}"),
        )),
        State::Built if environment.rejection.is_some() => {
            list.push(give_up(&address, "it was rejected"));
        }
        State::Built if document.is_some_and(|document| document.rejection.is_some()) => {
            list.push(give_up(&address, "its report was rejected"));
        }
        State::Built if !output_is_signed(customer, environment) => {
            list.push(give_up(&address, "its migration output is not the one that is signed off"));
        }
        State::Built
            if customer.deviations_of(environment.label).any(super::Deviation::is_open) =>
        {
            deviations(customer, customer.deviations_of(environment.label), list);
        }
        State::Built => {
            let awaited = document
                .filter(|document| document.rejection.is_none())
                .map(|document| signature::awaited(Record::IqReport, &document.signatures))
                .unwrap_or_default();
            match (awaited.first(), document) {
                (Some((meaning, role)), Some(document)) => list.push(item(
                    role.title(),
                    format!("sign the report of {address} as {}", meaning.as_str()),
                    format!("document sign {} --meaning {}", document.number, meaning.as_str()),
                )),
                (Some(_) | None, _) if environment.label.kind() != Kind::Prod => list.push(item(
                    "customer quality",
                    format!("accept {address}"),
                    format!("environment accept {address}"),
                )),
                (Some(_) | None, _) => {}
            }
        }
        State::InUse => {
            let over = environment.lent_until.or(environment.expires);
            if let Some(over) = over
                && over <= now
            {
                list.push(item(
                    "vendor sales",
                    format!("end {address}: its time was over at {}", over.human()),
                    format!("environment expire {address}"),
                ));
            }
            if environment.due.is_some() && environment.hold.is_none() {
                list.push(item(
                    "vendor engineer",
                    format!("close {address}"),
                    format!("environment close {address}"),
                ));
            }
        }
        // A PROD that was given up stands in the way of the next one until it is destroyed.
        State::Closed
            if environment.label.kind() == Kind::Prod
                && environment.due.is_none()
                && environment.hold.is_none() =>
        {
            list.push(item(
                "vendor quality",
                format!("destroy {address}, which was given up, before it is requested again"),
                format!("environment destroy {address} --early --reason \"...\""),
            ));
        }
        State::Closed => {
            // An expired Demo is kept while a Sandbox may still be cloned from it.
            let wanted =
                environment.label.kind() == Kind::Demo && customer.single(Kind::Sandbox).is_none();
            if let Some(due) = &environment.due
                && environment.hold.is_none()
                && !wanted
            {
                list.push(item(
                    "vendor engineer",
                    format!("destroy {address}{} ({})", last_day(due, now), due.rule),
                    format!("environment destroy {address}"),
                ));
            }
        }
        State::Destroying => list.push(item(
            "vendor engineer",
            format!("finish destroying {address}"),
            format!("environment destroy {address}"),
        )),
        State::Destroyed => {}
    }
    for change in customer.changes.iter().filter(|change| change.label == environment.label) {
        let name = change.name(&customer.id);
        match (&change.decision, change.applied) {
            (None, _) if environment.state == State::InUse => list.push(item(
                "vendor quality",
                format!("decide on change {name} of {address}"),
                format!("record approve {name}"),
            )),
            (Some((_, true, _)), false) if environment.state == State::InUse => list.push(item(
                "vendor quality",
                format!("finish change {name} of {address}"),
                format!("record approve {name}"),
            )),
            (Some(_) | None, _) => {}
        }
    }
}

fn give_up(address: &str, why: &str) -> Next {
    item(
        "vendor engineer",
        format!("give {address} up: {why}"),
        format!("environment close {address} --reason \"...\""),
    )
}

/// Tells whether an environment may go on: a formal VAL only with the migration output that is signed off.
fn output_is_signed(customer: &Customer, environment: &Environment) -> bool {
    environment.purpose != Some(Purpose::Formal) || customer.has_signed_output(environment)
}

/// What deviations wait for.
fn deviations<'a>(
    customer: &Customer,
    of: impl Iterator<Item = &'a super::Deviation>,
    list: &mut Vec<Next>,
) {
    for deviation in of {
        let name = deviation.name(&customer.id);
        let tested = deviation.tests.is_empty() || deviation.retest.is_some();
        match (&deviation.resolution, &deviation.approval) {
            (None, _) => list.push(item(
                "vendor engineer",
                format!("state impact, cause and fix of {name}"),
                format!("deviation resolve {name} --impact I --cause C --fix F"),
            )),
            (Some(_), None) if tested || customer.outlived(deviation) => list.push(item(
                "vendor quality",
                format!("close {name}"),
                format!("deviation approve {name}"),
            )),
            (Some(_), Some(_) | None) => {}
        }
    }
}

/// The next step of the onboarding itself.
fn forward(customer: &Customer, list: &mut Vec<Next>) {
    let id = &customer.id;
    match customer.status {
        Status::Prospect => {
            if customer.single(Kind::Demo).is_none() {
                list.push(item(
                    "vendor engineer",
                    "request the Demo",
                    format!("environment request {id} demo"),
                ));
            }
            list.push(item(
                "vendor sales",
                "record the signed contract",
                format!("customer contract {id} --reference REF"),
            ));
        }
        Status::Contracted => contracted(customer, list),
        Status::Live => {}
        Status::Vendor => {
            if customer.single(Kind::CommunityDev).is_none() {
                list.push(item(
                    "vendor engineer",
                    "request Community Dev",
                    format!("environment request {id} community-dev"),
                ));
            }
        }
    }
}

fn contracted(customer: &Customer, list: &mut Vec<Next>) {
    let id = &customer.id;
    if customer.single(Kind::Sandbox).is_none() {
        list.push(item(
            "vendor engineer",
            "request the Sandbox",
            format!("environment request {id} sandbox"),
        ));
    }
    if customer.signed_iteration().is_none() && customer.no_migration.is_none() {
        migration(customer, list);
        return;
    }
    if customer.agreed(Kind::Val).is_none() {
        list.push(item(
            "customer quality",
            "agree on the source of VAL's configuration",
            format!("configuration choose {id} --for val --source sandbox"),
        ));
        return;
    }
    let formal = customer
        .of_kind(Kind::Val)
        .filter(|val| val.purpose == Some(Purpose::Formal) && val.rejection.is_none())
        .filter(|val| customer.has_signed_output(val))
        .find(|val| match val.state {
            State::Requested | State::Building | State::Built | State::InUse => true,
            State::Closed | State::Destroying | State::Destroyed => false,
        });
    match (formal, &customer.validation) {
        (None, None) => list.push(item(
            "vendor engineer",
            "request the formal VAL",
            format!("environment request {id} val --formal"),
        )),
        (Some(val), None) if val.state == State::InUse => list.push(item(
            "customer quality",
            "sign that validation is completed",
            format!("environment validate {id}/{}", val.label),
        )),
        (Some(_), None) => {}
        (Some(_) | None, Some(_)) => golive(customer, list),
    }
}

fn migration(customer: &Customer, list: &mut Vec<Next>) {
    let id = &customer.id;
    match customer.iterations.iter().rev().find(|iteration| !iteration.superseded) {
        None if customer.dumps.is_empty() => list.push(item(
            "customer reviewer",
            "provide a source dump, or let customer quality declare that there is none",
            format!("migration dump {id} FOLDER"),
        )),
        None if customer.specs.is_empty() => list.push(item(
            "vendor engineer",
            "record the migration spec",
            format!("migration spec {id} FOLDER"),
        )),
        None => list.push(item(
            "vendor engineer",
            "run the migration program",
            format!("migration run {id}"),
        )),
        Some(iteration) => match iteration.state {
            IterationState::Running => list.push(item(
                "vendor engineer",
                "continue the migration run",
                format!("migration run {id}"),
            )),
            IterationState::Run => list.push(item(
                "vendor engineer",
                format!("publish iteration {}", iteration.number),
                format!("migration publish {id} {}", iteration.number),
            )),
            IterationState::Published => {
                if let Some(finding) = iteration.findings.iter().find(|f| f.resolution.is_none()) {
                    list.push(item(
                        "vendor engineer",
                        format!(
                            "resolve finding {} of iteration {}",
                            finding.number, iteration.number
                        ),
                        format!("migration resolve {id} {} {}", iteration.number, finding.number),
                    ));
                }
                let awaited = signature::awaited(Record::IterationSignOff, &iteration.signatures);
                if let Some((_, role)) = awaited.first() {
                    list.push(item(
                        role.title(),
                        format!("sign iteration {} off, or add a finding", iteration.number),
                        format!("migration sign {id} {}", iteration.number),
                    ));
                }
            }
            IterationState::Signed => {}
            IterationState::Stopped => list.push(item(
                "vendor engineer",
                "mend what stopped the run, then run the migration program again",
                format!("migration run {id}"),
            )),
        },
    }
}

fn golive(customer: &Customer, list: &mut Vec<Next>) {
    let id = &customer.id;
    let Some(step) = GoLiveStep::ALL.into_iter().find(|step| !customer.settled(*step)) else {
        return;
    };
    let (owner, title) = step.title();
    let prod = customer.single(Kind::Prod);
    let has_final = customer.final_dump().is_some();
    match step {
        GoLiveStep::FinalDump => {
            list.push(item(owner, title, format!("migration dump {id} FOLDER --final")))
        }
        GoLiveStep::ExtractConfiguration if customer.agreed(Kind::Prod).is_none() => {
            list.push(item(
                "customer quality",
                "agree on the source of PROD's configuration",
                format!("configuration choose {id} --for prod --source VAL"),
            ));
        }
        GoLiveStep::ExtractConfiguration => {
            list.push(item(owner, title, format!("configuration extract {id} --for prod")))
        }
        GoLiveStep::RunMigration if has_final => {
            list.push(item(owner, title, format!("migration run {id}")))
        }
        GoLiveStep::RunMigration => {}
        GoLiveStep::ReviewProd => match prod.map(|prod| prod.state) {
            Some(State::Requested) if customer.difference().is_some() => difference(customer, list),
            None => list.push(item(
                "vendor engineer",
                "request PROD",
                format!("environment request {id} prod"),
            )),
            Some(State::Built) => list.push(item(owner, title, format!("golive review {id}"))),
            Some(
                State::Requested
                | State::Building
                | State::InUse
                | State::Closed
                | State::Destroying
                | State::Destroyed,
            ) => {}
        },
        GoLiveStep::ProvideIq => {
            let approved = prod
                .and_then(|prod| prod.iq.as_ref())
                .and_then(|number| customer.documents.get(number))
                .is_some_and(|document| {
                    signature::awaited(Record::IqReport, &document.signatures).is_empty()
                });
            if approved {
                list.push(item(owner, title, format!("golive provide {id}")));
            }
        }
        GoLiveStep::FinalQc => {
            if let Some((_, role)) = signature::awaited(Record::FinalQc, &customer.final_qc).first()
            {
                list.push(item(role.title(), title, format!("golive qc {id}")));
            }
        }
    }
}

/// What the difference between the validated configuration and PROD's waits for.
fn difference(customer: &Customer, list: &mut Vec<Next>) {
    let id = &customer.id;
    let report = customer
        .single(Kind::Prod)
        .and_then(|prod| prod.difference.as_ref())
        .and_then(|number| customer.documents.get(number))
        .filter(|document| document.rejection.is_none());
    match report {
        None => list.push(item(
            "vendor engineer",
            "report what differs from the validated configuration",
            format!("configuration difference {id}"),
        )),
        Some(document)
            if !signature::awaited(Record::Difference, &document.signatures).is_empty() =>
        {
            list.push(item(
                "customer quality",
                format!("sign the difference report {}", document.number),
                format!("document sign {}", document.number),
            ));
        }
        Some(_) => {}
    }
}

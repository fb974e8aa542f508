use super::{Customer, DumpPurpose, Environment, GoLiveStep, IterationState, State, Status};
use crate::{
    environment::Kind,
    plan::Purpose,
    policy::Policy,
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
pub fn next(customer: &Customer, policy: &Policy, now: Timestamp) -> Vec<Next> {
    let mut list = Vec::new();
    for environment in customer.environments.values() {
        pending(customer, environment, policy, now, &mut list);
    }
    forward(customer, &mut list);
    list
}

/// What an environment waits for.
fn pending(
    customer: &Customer,
    environment: &Environment,
    policy: &Policy,
    now: Timestamp,
    list: &mut Vec<Next>,
) {
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
                (Some(_) | None, _) if environment.label.kind() == Kind::Val => list.push(item(
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
                    format!("destroy {address} by {} ({})", due.destroy_by.date(), due.rule),
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
    let _ = policy;
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
    if customer.signed_iteration().is_none() {
        migration(customer, list);
        return;
    }
    if !customer.sources.contains_key(&Kind::Val) {
        list.push(item(
            "customer quality",
            "agree on the source of VAL's configuration",
            format!("configuration choose {id} --for val --source sandbox"),
        ));
        return;
    }
    let formal = customer
        .of_kind(Kind::Val)
        .find(|val| val.purpose == Some(Purpose::Formal) && val.state != State::Destroyed);
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
    match customer.iterations.last() {
        None if customer.dumps.is_empty() => list.push(item(
            "customer reviewer",
            "provide a source dump",
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
    let Some(step) = GoLiveStep::ALL.into_iter().find(|step| !customer.golive.contains_key(step))
    else {
        return;
    };
    let (owner, title) = step.title();
    let prod = customer.single(Kind::Prod);
    let has_final = customer.dumps.iter().any(|dump| dump.purpose == DumpPurpose::Final);
    match step {
        GoLiveStep::FinalDump => {
            list.push(item(owner, title, format!("migration dump {id} FOLDER --final")))
        }
        GoLiveStep::ExtractConfiguration if !customer.sources.contains_key(&Kind::Prod) => {
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

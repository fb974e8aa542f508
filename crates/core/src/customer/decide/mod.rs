//! What may happen: a command, the customer's state and the context give events, or a refusal.

mod acceptance;
mod authority;
mod building;
mod customer;
mod demo;
mod design;
mod destruction;
mod deviation;
mod document;
mod environment;
mod golive;
mod materials;
mod migration;
mod promotion;
mod record;
mod source;

pub use authority::{AUTHORITY, authorised};
pub use customer::{VENDOR, is_vendor};
pub use design::{DESIGN_TABLE, DesignChange, may_change_design, may_export_design};
pub use destruction::last_use_of_key;
pub use record::{Permit, may_change_records};

use super::{Command, Customer, Environment, Event};
use crate::{
    digest::Digest,
    ids::Label,
    person::Person,
    policy::Policy,
    refusal::{self, Refusal},
    signature::{Meaning, Signature},
    time::Timestamp,
};

/// Who asks, when, why, and under which rules.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// The time of the command.
    pub now: Timestamp,
    /// Who acts; none for a consequence, which Landfall carries out on the authority of its cause.
    pub person: Option<&'a Person>,
    /// The reason given.
    pub reason: Option<&'a str>,
}

impl Context<'_> {
    fn signature(&self, meaning: Meaning, digest: Digest) -> Result<Signature, Refusal> {
        let person = self.person()?;
        Ok(Signature {
            person: person.id.clone(),
            name: person.name.clone(),
            role: person.role,
            meaning,
            time: self.now,
            digest,
        })
    }

    fn person(&self) -> Result<&Person, Refusal> {
        self.person.ok_or_else(|| {
            refusal::AUTHORITY.because(
                "automation cannot do what a person vouches for",
                "sign in with `landfall person sign-in` and repeat the command",
            )
        })
    }

    fn reason(&self, what: &str) -> Result<(), Refusal> {
        match self.reason {
            Some(reason) if reason.trim().len() >= 3 => Ok(()),
            Some(_) | None => Err(refusal::REASON_MISSING.because(
                format!("{what} needs a reason, and none was given"),
                "add `--reason \"...\"` with a sentence that a stranger understands",
            )),
        }
    }
}

/// Decides a command. Nothing changes; the events say what would.
///
/// # Errors
/// The [`Refusal`] of the first rule that says no.
pub fn decide(
    state: Option<&Customer>,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    authorised(state.map(|customer| &customer.id), command, context.person)?;
    let known = || {
        state.ok_or_else(|| {
            refusal::CUSTOMER_UNKNOWN.because(
                "there is no such customer",
                "`landfall customer list` shows the customers; `landfall customer add` adds one",
            )
        })
    };
    match command {
        Command::AddProspect { id, name } => customer::add_prospect(state, id, name),
        Command::SignContract { reference } => customer::sign_contract(known()?, reference),
        Command::RequestEnvironment { kind, purpose, content, release } => {
            environment::request(known()?, *kind, *purpose, content, release, context)
        }
        Command::StartBuild { label } => building::start_build(known()?, *label, context),
        Command::CompleteBuild { label, instances } => {
            building::complete_build(known()?, *label, instances)
        }
        Command::StopBuild { label, failure, tests } => {
            building::stop_build(known()?, *label, failure, tests, context)
        }
        Command::AcceptEnvironment { label } => acceptance::accept(known()?, *label, context),
        Command::LendDemo { label, days } => demo::lend(known()?, *label, *days, context),
        Command::ExpireDemo { label } => demo::expire(known()?, *label, context),
        Command::RegisterDump { digest, purpose, files, bytes } => {
            migration::register_dump(known()?, *digest, *purpose, *files, *bytes)
        }
        Command::RecordSpec { digest, catalogue } => {
            migration::record_spec(known()?, *digest, *catalogue)
        }
        Command::StartIteration { dump, spec } => migration::start(known()?, *dump, *spec),
        Command::CompleteIteration { number, package, sections } => {
            migration::complete(known()?, *number, package, sections)
        }
        Command::StopIteration { number, failure } => migration::stop(known()?, *number, failure),
        Command::PublishIteration { number } => migration::publish(known()?, *number),
        Command::AddFinding { number, text } => {
            migration::add_finding(known()?, *number, *text, context)
        }
        Command::ResolveFinding { number, finding, text } => {
            migration::resolve_finding(known()?, *number, *finding, *text)
        }
        Command::SignIteration { number } => migration::sign(known()?, *number, context),
        Command::ChooseSource { target, label } => {
            source::choose(known()?, *target, *label, context)
        }
        Command::RecordExtraction { target, label, package, left_out } => {
            source::record_extraction(known()?, *target, *label, package, left_out)
        }
        Command::FreezeDocument { kind, about, is_plan, facts, failed_checks, head } => {
            document::freeze(known()?, *kind, *about, *is_plan, *facts, *failed_checks, *head)
        }
        Command::SignDocument { number, meaning, shown } => {
            document::sign(known()?, number, *meaning, *shown, context)
        }
        Command::RejectDocument { number, shown } => {
            document::reject(known()?, number, *shown, context)
        }
        Command::CompleteValidation { label } => {
            golive::complete_validation(known()?, *label, context)
        }
        Command::ReviewProd => golive::review_prod(known()?, context),
        Command::ProvideIq => golive::provide_iq(known()?),
        Command::SignFinalQc => golive::sign_final_qc(known()?, context),
        Command::GoLive => golive::go_live(known()?),
        Command::MarkDue { label, rule } => destruction::mark_due(known()?, *label, rule, context),
        Command::HoldEnvironment { label } => destruction::hold(known()?, *label, context),
        Command::ReleaseEnvironment { label } => destruction::release(known()?, *label, context),
        Command::CloseEnvironment { label } => destruction::close(known()?, *label, context),
        Command::StartDestruction { label, early } => {
            destruction::start(known()?, *label, *early, context)
        }
        Command::CompleteDestruction { label, .. } => destruction::complete(known()?, *label),
        Command::DeclareNoMigration => migration::declare_none(known()?, context),
        Command::WithdrawSignOff { number } => migration::withdraw(known()?, *number, context),
        Command::RejectEnvironment { label } => acceptance::reject(known()?, *label, context),
        Command::RejectFinalQc => golive::reject_final_qc(known()?, context),
        Command::OpenDeviation { label, description } => {
            deviation::open(known()?, *label, description, context)
        }
        Command::ResolveDeviation { number, impact, cause, fix } => {
            deviation::resolve(known()?, *number, [impact, cause, fix], context)
        }
        Command::ApproveDeviation { number, condition } => {
            deviation::approve(known()?, *number, condition.as_deref(), context)
        }
        Command::RequestChange { label, role, table, verb, content } => {
            record::request(known()?, *label, *role, table, verb, *content, context)
        }
        Command::RequestDesignChange { label, role, change, content } => {
            design::request(known()?, *label, *role, change, *content, context)
        }
        Command::ApproveChange { number } => record::approve(known()?, *number, context),
        Command::RejectChange { number } => record::reject(known()?, *number, context),
        Command::CompleteChange { number } => record::complete(known()?, *number),
        Command::StartPromotion { from, to, package, counts } => {
            promotion::start(known()?, *from, *to, package, *counts)
        }
        Command::CompletePromotion { to } => promotion::complete(known()?, *to),
        Command::MarkMaterialsDue { rule } => materials::mark_due(known()?, rule, context),
        Command::StartMaterialsDestruction => materials::start(known()?),
        Command::CompleteMaterialsDestruction { operation } => {
            materials::complete(known()?, *operation)
        }
        Command::EstablishVendor => customer::establish_vendor(state),
        Command::ResetEnvironment { label, release } => {
            environment::reset(known()?, *label, release, context)
        }
    }
}

/// Finds the environment that a command names.
fn environment(customer: &Customer, label: Label) -> Result<&Environment, Refusal> {
    customer.environment(label).ok_or_else(|| {
        refusal::UNKNOWN_ENVIRONMENT.because(
            format!("customer `{}` has no environment `{label}`", customer.id),
            format!("`landfall customer show {}` lists its environments", customer.id),
        )
    })
}

/// Says that an environment is not where the command needs it.
fn wrong_state(
    customer: &Customer,
    environment: &Environment,
    asked: &str,
    needed: &str,
) -> Refusal {
    refusal::WRONG_STATE.because(
        format!(
            "environment `{}/{}` cannot be {asked}: expected it {needed}, found it {}",
            customer.id,
            environment.label,
            environment.state.as_str()
        ),
        format!("`landfall customer show {}` shows what comes next", customer.id),
    )
}

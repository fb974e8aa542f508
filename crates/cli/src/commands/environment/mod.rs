//! `landfall environment`: from request to destruction.

mod accept;
mod build;
mod close;
mod destroy;
mod expire;
mod hold;
mod lend;
mod list;
mod reject;
mod release;
mod request;
mod reset;
mod show;
mod validate;

use clap::Subcommand;
use landfall_core::{
    customer::{Customer, Environment},
    ids::Address,
};
use landfall_operations::Installation;

use crate::{
    context::{Context, Done},
    output::{error::Failure, json, signed::Records},
};

/// What is done with environments.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Requests an environment of a kind (vendor engineer); a qualified one gets an IQ plan to sign.
    Request(request::Arguments),
    /// Builds a requested environment (vendor engineer), or continues where a build was stopped.
    Build(Target),
    /// Shows an environment: state, instances, packages, dates.
    Show(Target),
    /// Lists the environments of a customer, the destroyed ones too.
    List(list::Arguments),
    /// Accepts a VAL: signed by customer quality.
    Accept(Target),
    /// Completes validation in a formal VAL: signed by customer quality.
    Validate(Target),
    /// Rejects a VAL for the customer, not accepted or its validation failed: signed by customer quality, with --reason.
    Reject(Target),
    /// Lends a Demo to the prospect, or for longer (vendor sales).
    Lend(lend::Arguments),
    /// Ends a Demo's loan: nobody can enter it any more.
    Expire(Target),
    /// Closes an environment: nobody can enter, the content is intact (vendor engineer).
    Close(Target),
    /// Holds an environment whatever falls due (vendor or customer quality, with --reason).
    Hold(Target),
    /// Lifts a hold (vendor or customer quality, with --reason).
    Release(Target),
    /// Destroys a closed environment that is due, and makes the certificate.
    Destroy(destroy::Arguments),
    /// Begins to make the vendor's Community Dev anew, on the newest release (vendor engineer, with --reason).
    Reset(Target),
}

/// The environment that a verb acts on.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// Which environment, such as `acme/val-1`.
    #[arg(value_name = "ADDRESS")]
    address: Address,
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Request(arguments) => request::run(arguments, context),
            Self::Build(target) => build::run(&target.address, context),
            Self::Show(target) => show::run(&target.address, context),
            Self::List(arguments) => list::run(&arguments, context),
            Self::Accept(target) => accept::run(&target.address, context),
            Self::Validate(target) => validate::run(&target.address, context),
            Self::Reject(target) => reject::run(&target.address, context),
            Self::Lend(arguments) => lend::run(&arguments, context),
            Self::Expire(target) => expire::run(&target.address, context),
            Self::Close(target) => close::run(&target.address, context),
            Self::Hold(target) => hold::run(&target.address, context),
            Self::Release(target) => release::run(&target.address, context),
            Self::Destroy(arguments) => destroy::run(&arguments, context),
            Self::Reset(target) => reset::run(&target.address, context),
        }
    }
}

/// Returns the environment at an address.
fn find<'a>(customer: &'a Customer, address: &Address) -> Result<&'a Environment, Failure> {
    customer.environment(address.label).ok_or_else(|| {
        Failure::absent(
            format!("customer `{}` has no environment `{}`", address.customer, address.label),
            format!("`landfall environment list {}` shows its environments", address.customer),
        )
    })
}

/// Says what was done to an environment, shows it as it is now, and what comes next.
fn done(
    context: &Context,
    installation: &Installation,
    address: &Address,
    sentence: String,
    data: Option<String>,
) -> Result<(), Failure> {
    let records = Records::of(installation, &address.customer)?;
    let environment = find(&records.customer, address)?;
    context.done(
        installation,
        Done {
            sentence,
            data,
            noun: "environment",
            value: json::environment(installation.directory(), &records, environment),
            customer: Some(&address.customer),
        },
    )
}

/// Returns the address without the role of an instance: the environment itself.
fn whole(address: &Address) -> String {
    format!("{}/{}", address.customer, address.label)
}

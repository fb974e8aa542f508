//! `landfall deviation`: what went wrong in making a qualified environment, and how it was closed.

mod approve;
mod list;
mod open;
mod resolve;

use clap::Subcommand;
use landfall_core::{customer::Deviation, refusal};
use landfall_operations::Installation;

use super::owner;
use crate::{
    context::{Context, Done},
    output::{error::Failure, json},
};

/// What is done with deviations.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the deviations of a customer: what happened, impact, cause, fix, retest, closure.
    List(list::Arguments),
    /// Opens a deviation while an environment is being qualified; a build whose checks fail opens one itself.
    Open(open::Arguments),
    /// States impact, cause and fix (vendor engineer); then the build may be repeated.
    Resolve(resolve::Arguments),
    /// Closes a deviation: signed by vendor quality, by another person than those who opened and resolved it.
    Approve(approve::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(arguments) => list::run(&arguments, context),
            Self::Open(arguments) => open::run(&arguments, context),
            Self::Resolve(arguments) => resolve::run(&arguments, context),
            Self::Approve(arguments) => approve::run(&arguments, context),
        }
    }
}

/// Says what was done to a deviation, shows it as it is now, and what comes next.
fn done(
    context: &Context,
    installation: &Installation,
    name: &str,
    sentence: String,
    data: Option<String>,
) -> Result<(), Failure> {
    let unknown = || {
        Failure::from(refusal::DEVIATION_UNKNOWN.because(
            format!("there is no deviation `{name}`"),
            "`landfall deviation list CUSTOMER` shows the deviations",
        ))
    };
    let id = owner(installation, name)?.ok_or_else(unknown)?;
    let customer = installation.customer(&id)?;
    let deviation: &Deviation = customer
        .deviations
        .iter()
        .find(|deviation| deviation.name(&id) == name)
        .ok_or_else(unknown)?;
    context.done(
        installation,
        Done {
            sentence,
            data,
            noun: "deviation",
            value: json::deviation(&id, deviation),
            customer: Some(&id),
        },
    )
}

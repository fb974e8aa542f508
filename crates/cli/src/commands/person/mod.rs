//! `landfall person`: who may act.

mod add;
mod list;
mod sign_in;
mod sign_out;
mod unlock;

use clap::Subcommand;

use crate::{context::Context, output::error::Failure};

/// What is done with people.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Adds a person (vendor quality). The password comes from --password-file or is typed twice.
    Add(add::Arguments),
    /// Lists everybody: role, customer, who is signed in here.
    List,
    /// Opens a session of 8 hours.
    SignIn(sign_in::Arguments),
    /// Ends the sessions of a person.
    SignOut(sign_out::Arguments),
    /// Lifts a lock-out and sets a new password (vendor quality).
    Unlock(unlock::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Add(arguments) => add::run(arguments, context),
            Self::List => list::run(context),
            Self::SignIn(arguments) => sign_in::run(arguments, context),
            Self::SignOut(arguments) => sign_out::run(arguments, context),
            Self::Unlock(arguments) => unlock::run(&arguments, context),
        }
    }
}

/// Returns the person as the JSON shows it.
fn shown(
    installation: &landfall_operations::Installation,
    id: &landfall_core::ids::PersonId,
) -> Result<serde_json::Value, Failure> {
    let people = installation.person_list()?;
    Ok(people
        .iter()
        .find(|person| person.id == *id)
        .map_or(serde_json::Value::Null, crate::output::json::person))
}

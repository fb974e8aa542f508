use clap::Args;
use landfall_core::ids::PersonId;
use serde_json::json;

use crate::{
    context::{Context, Done},
    output::error::Failure,
};

/// What `landfall person sign-in` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Who signs in; --as says it as well.
    #[arg(value_name = "PERSON")]
    id: Option<PersonId>,
}

pub(crate) fn run(arguments: Arguments, context: &Context) -> Result<(), Failure> {
    let id = arguments.id.or_else(|| context.acting().cloned()).ok_or_else(|| {
        Failure::usage("expected the person who signs in", "`landfall person sign-in PERSON`")
    })?;
    let mut installation = context.open()?;
    let password = context.password_of(&id)?;
    let session = installation.person_sign_in(&id, &password)?;
    context.done(
        &installation,
        Done {
            sentence: format!(
                "{} (`{id}`, {}) is signed in until {}\nnext: {}",
                session.name,
                session.role.title(),
                session.until.human(),
                context.command("landfall customer list")
            ),
            data: None,
            noun: "session",
            value: json!({
                "person": session.person,
                "name": session.name,
                "role": session.role,
                "until": session.until,
            }),
            customer: None,
        },
    )
}

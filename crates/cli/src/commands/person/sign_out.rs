use clap::Args;
use landfall_core::ids::PersonId;

use super::shown;
use crate::{
    context::{Context, Done},
    output::error::Failure,
};

/// What `landfall person sign-out` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Whose sessions end; --as says it as well.
    #[arg(value_name = "PERSON")]
    id: Option<PersonId>,
}

pub(crate) fn run(arguments: Arguments, context: &Context) -> Result<(), Failure> {
    let id = arguments.id.or_else(|| context.acting().cloned()).ok_or_else(|| {
        Failure::usage("expected the person who signs out", "`landfall person sign-out PERSON`")
    })?;
    let mut installation = context.open()?;
    let was_open = installation.person_sign_out(&id)?;
    context.done(
        &installation,
        Done {
            sentence: if was_open {
                format!("`{id}` is signed out")
            } else {
                format!("`{id}` was not signed in here")
            },
            data: None,
            noun: "person",
            value: shown(&installation, &id)?,
            customer: None,
        },
    )
}

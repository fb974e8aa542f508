use clap::Args;
use landfall_core::ids::PersonId;

use super::shown;
use crate::{
    context::{Context, Done},
    output::error::Failure,
};

/// What `landfall person unlock` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Whose lock-out is lifted; the new password comes from --password-file or is typed twice.
    #[arg(value_name = "PERSON")]
    id: PersonId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let password = context.new_password(&arguments.id)?;
    installation.person_unlock(&context.caller(), &arguments.id, &password)?;
    context.done(
        &installation,
        Done {
            sentence: format!("`{}` may sign in again, with the new password", arguments.id),
            data: None,
            noun: "person",
            value: shown(&installation, &arguments.id)?,
            customer: None,
        },
    )
}

use clap::Args;
use landfall_core::{
    ids::{CustomerId, PersonId},
    person::Role,
};
use landfall_operations::NewPerson;

use super::shown;
use crate::{
    context::{Context, Done},
    output::error::Failure,
};

/// What `landfall person add` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The identity, such as `anna-berg`; never given twice.
    #[arg(value_name = "PERSON")]
    id: PersonId,
    /// The printed name, as it shall stand beside signatures.
    #[arg(long)]
    name: String,
    /// vendor-sales, vendor-engineer, vendor-quality, customer-reviewer or customer-quality.
    #[arg(long)]
    role: Role,
    /// Whose person it is; for the two customer roles only.
    #[arg(long)]
    customer: Option<CustomerId>,
}

pub(crate) fn run(arguments: Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let password = context.new_password(&arguments.id)?;
    let person = NewPerson {
        id: arguments.id,
        name: arguments.name,
        role: arguments.role,
        customer: arguments.customer,
        password,
    };
    installation.person_add(&context.caller(), &person)?;
    let sign_in = context.command(&format!("landfall person sign-in {}", person.id));
    context.done(
        &installation,
        Done {
            sentence: format!(
                "added {} (`{}`), {}\nnext: {sign_in}",
                person.name,
                person.id,
                person.role.title()
            ),
            data: Some(person.id.to_string()),
            noun: "person",
            value: shown(&installation, &person.id)?,
            customer: None,
        },
    )
}

use clap::Args;
use landfall_core::{ids::PersonId, person::Role, time::Timestamp, vendor::ClockKind};
use landfall_operations::{Installation, NewPerson};
use serde_json::json;

use crate::{
    context::{Context, Done},
    output::error::Failure,
};

/// What `landfall init` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The identity of the first person, who is of vendor quality.
    #[arg(long, value_name = "ID")]
    quality: PersonId,
    /// The printed name of the first person, as it shall stand beside signatures.
    #[arg(long)]
    name: String,
    /// Uses a clock that moves only when told to; every document is marked DEMONSTRATION. Cannot be changed later.
    #[arg(long)]
    demonstration: bool,
    /// The first time of the demonstration clock, such as `2026-01-05T09:00:00Z`.
    #[arg(long, value_name = "TIME", requires = "demonstration")]
    start: Option<Timestamp>,
}

pub(crate) fn run(arguments: Arguments, context: &Context) -> Result<(), Failure> {
    let password = context.new_password(&arguments.quality)?;
    let clock = if arguments.demonstration { ClockKind::Demonstration } else { ClockKind::System };
    let person = NewPerson {
        id: arguments.quality,
        name: arguments.name,
        role: Role::VendorQuality,
        customer: None,
        password,
    };
    let installation = Installation::init(context.data(), clock, arguments.start, &person)?;
    let what = match clock {
        ClockKind::Demonstration => " with the demonstration clock",
        ClockKind::System => "",
    };
    context.done(
        &installation,
        Done {
            sentence: format!(
                "made the data directory `{}`{what}; `{}` is its first person\nnext: {}",
                context.data().display(),
                person.id,
                context.command(&format!("landfall person sign-in {}", person.id))
            ),
            data: None,
            noun: "directory",
            value: json!({
                "path": context.data().display().to_string(),
                "clock": clock,
                "person": person.id,
            }),
            customer: None,
        },
    )
}

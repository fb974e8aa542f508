use std::path::PathBuf;

use clap::Args;

use crate::{
    context::{Context, Done},
    output::{error::Failure, json},
};

/// What `landfall document export` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The document's number, such as `ACME-IQ-001`.
    #[arg(value_name = "NUMBER")]
    number: String,
    /// The folder to copy to.
    #[arg(value_name = "TO")]
    to: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let written = installation.document_export(&arguments.number, &arguments.to)?;
    let view = installation.document(&arguments.number)?;
    context.done(
        &installation,
        Done {
            sentence: format!(
                "wrote `{}`, with its facts and signatures beside it",
                written.display()
            ),
            data: Some(written.display().to_string()),
            noun: "document",
            value: json::document(&view),
            customer: None,
        },
    )
}

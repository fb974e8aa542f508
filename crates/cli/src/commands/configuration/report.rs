use clap::Args;
use landfall_core::{
    customer::{DocumentKind, Subject},
    ids::Address,
};

use crate::{commands::document::made, context::Context, output::error::Failure};

/// What `landfall configuration report` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which environment, such as `acme/preprod`.
    #[arg(value_name = "ADDRESS")]
    address: Address,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let Address { customer, label, .. } = &arguments.address;
    let about = Subject::Environment(*label);
    let kind = DocumentKind::ConfigurationReport;
    let number = installation.document_make(&context.caller(), customer, kind, about)?;
    let sentence = format!("the configuration report of `{customer}/{label}` is `{number}`");
    made(context, &installation, &number, sentence)
}

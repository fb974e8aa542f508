use clap::Args;
use landfall_core::{
    customer::{DocumentKind, Subject},
    environment::Kind,
    ids::{CustomerId, Label},
};

use crate::{
    commands::document::{made, shown},
    context::Context,
    output::error::Failure,
};

/// What `landfall configuration difference` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let id = &arguments.customer;
    let prod = Label::single(Kind::Prod);
    let customer = installation.customer(id)?;
    let standing = customer
        .environment(prod)
        .and_then(|environment| environment.difference.as_ref())
        .and_then(|number| customer.documents.get(number))
        .filter(|document| document.rejection.is_none());
    if let Some(document) = standing {
        return shown(context, &context.look()?, &document.number);
    }
    let (kind, about) = (DocumentKind::DifferenceReport, Subject::Environment(prod));
    let number = installation.document_make(&context.caller(), id, kind, about)?;
    let sentence = format!(
        "made the difference report `{number}`: where the configuration of `{id}/{prod}` is not the validated one"
    );
    made(context, &installation, &number, sentence)
}

use std::path::PathBuf;

use clap::Args;
use landfall_core::{
    customer::{DocumentKind, Subject},
    ids::CustomerId,
};

use super::find;
use crate::{
    arguments::number, commands::document::made, context::Context, output::error::Failure,
};

/// What `landfall migration report` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// The iteration's number.
    #[arg(value_name = "ITERATION", value_parser = number::<u32>)]
    number: u32,
    /// Writes the same facts as a workbook of five sheets as well; the file must not exist.
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (customer, number) = (&arguments.customer, arguments.number);
    find(&installation.customer(customer)?, number)?;
    let caller = context.caller();
    let document = match &arguments.xlsx {
        Some(file) => installation.migration_report_workbook(&caller, customer, number, file)?,
        None => {
            let about = Subject::Iteration(number);
            installation.document_make(&caller, customer, DocumentKind::QcReport, about)?
        }
    };
    let mut sentence =
        format!("the QC report of iteration {number} of `{customer}` is `{document}`");
    if let Some(file) = &arguments.xlsx {
        sentence.push_str(&format!("\n  workbook: {}", file.display()));
    }
    made(context, &installation, &document, sentence)
}

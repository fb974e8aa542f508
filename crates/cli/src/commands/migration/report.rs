use landfall_core::customer::{DocumentKind, Subject};

use super::{Target, find};
use crate::{commands::document::made, context::Context, output::error::Failure};

pub(crate) fn run(target: &Target, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (customer, number) = (&target.customer, target.number);
    find(&installation.customer(customer)?, number)?;
    let about = Subject::Iteration(number);
    let document =
        installation.document_make(&context.caller(), customer, DocumentKind::QcReport, about)?;
    let sentence = format!("the QC report of iteration {number} of `{customer}` is `{document}`");
    made(context, &installation, &document, sentence)
}

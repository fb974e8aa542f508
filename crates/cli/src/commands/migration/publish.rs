use super::{Target, done};
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(target: &Target, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (customer, number) = (&target.customer, target.number);
    installation.migration_publish(&context.caller(), customer, number)?;
    let sentence = format!("published iteration {number} to `{customer}`");
    done(context, &installation, (customer, number), sentence, None)
}

use super::{Target, done};
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(target: &Target, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (customer, number) = (&target.customer, target.number);
    installation.migration_sign(&context.signer()?, customer, number)?;
    let sentence = format!("signed iteration {number} of `{customer}`");
    done(context, &installation, (customer, number), sentence, None)
}

use super::{Target, done, find};
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(target: &Target, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (customer, number) = (&target.customer, target.number);
    find(&installation.customer(customer)?, number)?;
    context.confirm(&format!(
        "the sign-off of iteration {number} of `{customer}` will be withdrawn, and with it what followed: validation and go-live steps"
    ))?;
    let complete = installation.migration_withdraw(&context.signer()?, customer, number)?;
    let sentence = if complete {
        format!(
            "withdrew the sign-off of iteration {number} of `{customer}`; it is published again"
        )
    } else {
        format!(
            "signed the withdrawal of iteration {number} of `{customer}`; one more signature is awaited"
        )
    };
    done(context, &installation, (customer, number), sentence, None)
}

use landfall_core::ids::Address;

use super::{done, find, whole};
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(address: &Address, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    find(&installation.customer(&address.customer)?, address)?;
    context.confirm(&format!(
        "`{}` will be rejected: it can be neither accepted nor validated any more",
        whole(address)
    ))?;
    installation.environment_reject(&context.signer()?, address)?;
    let sentence = format!("rejected `{}` for the customer", whole(address));
    done(context, &installation, address, sentence, None)
}

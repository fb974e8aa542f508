use landfall_core::ids::Address;

use super::{done, whole};
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(address: &Address, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    installation.environment_validate(&context.signer()?, address)?;
    done(
        context,
        &installation,
        address,
        format!("validation is completed in `{}`", whole(address)),
        None,
    )
}

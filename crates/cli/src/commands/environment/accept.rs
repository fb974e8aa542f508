use landfall_core::ids::Address;

use super::{done, whole};
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(address: &Address, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    installation.environment_accept(&context.signer()?, address)?;
    done(context, &installation, address, format!("accepted `{}`", whole(address)), None)
}

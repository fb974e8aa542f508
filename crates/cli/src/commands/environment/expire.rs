use landfall_core::ids::Address;

use super::{done, whole};
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(address: &Address, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    installation.environment_expire(&context.caller(), address)?;
    done(context, &installation, address, format!("ended the loan of `{}`", whole(address)), None)
}

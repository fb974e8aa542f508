use landfall_core::ids::Address;

use super::{done, find, whole};
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(address: &Address, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    find(&installation.customer(&address.customer)?, address)?;
    context.confirm(&format!("`{}` will be closed: nobody can enter it again", whole(address)))?;
    installation.environment_close(&context.caller(), address)?;
    done(
        context,
        &installation,
        address,
        format!("closed `{}`; its content is intact", whole(address)),
        None,
    )
}

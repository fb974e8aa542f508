use landfall_core::ids::Address;

use super::{done, find, whole};
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(address: &Address, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    find(&installation.customer(&address.customer)?, address)?;
    context.confirm(&format!(
        "`{}` will be made anew: what was entered or changed in it is lost",
        whole(address)
    ))?;
    installation.environment_reset(&context.caller(), address)?;
    let customer = installation.customer(&address.customer)?;
    let release = &find(&customer, address)?.plan.release;
    let sentence = format!(
        "`{}` is to be made anew, on {} {}",
        whole(address),
        release.product,
        release.release
    );
    done(context, &installation, address, sentence, None)
}

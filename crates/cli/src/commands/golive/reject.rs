use landfall_core::ids::CustomerId;

use super::done;
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(id: &CustomerId, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    context.confirm(&format!(
        "the final quality check of `{id}` will be rejected: PROD does not go live by it"
    ))?;
    installation.golive_reject(&context.signer()?, id)?;
    done(context, &installation, id, |customer| {
        format!("rejected the final quality check of PROD of {}", customer.name)
    })
}

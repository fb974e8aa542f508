use landfall_core::ids::CustomerId;

use super::done;
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(id: &CustomerId, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    installation.golive_review(&context.caller(), id)?;
    done(context, &installation, id, |customer| format!("reviewed PROD Main of {}", customer.name))
}

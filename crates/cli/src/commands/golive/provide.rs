use landfall_core::ids::CustomerId;

use super::done;
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(id: &CustomerId, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    installation.golive_provide(&context.caller(), id)?;
    done(context, &installation, id, |customer| {
        format!("provided the IQ of PROD to {}", customer.name)
    })
}

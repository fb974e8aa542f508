use landfall_core::ids::CustomerId;

use super::{done, is_live};
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(id: &CustomerId, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    installation.golive_qc(&context.signer()?, id)?;
    done(context, &installation, id, |customer| {
        if is_live(customer) {
            format!("signed the final quality check; PROD of {} is live", customer.name)
        } else {
            "signed the final quality check; one more signature is awaited".to_owned()
        }
    })
}

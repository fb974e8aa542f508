use super::decided;
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(number: &str, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    installation.record_approve(&context.signer()?, number)?;
    decided(context, &installation, number, format!("approved change `{number}`; it is made"))
}

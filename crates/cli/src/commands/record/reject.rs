use super::decided;
use crate::{context::Context, output::error::Failure};

pub(crate) fn run(number: &str, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    context.confirm(&format!("change `{number}` will be rejected: it can never be made"))?;
    installation.record_reject(&context.signer()?, number)?;
    decided(context, &installation, number, format!("rejected change `{number}`"))
}

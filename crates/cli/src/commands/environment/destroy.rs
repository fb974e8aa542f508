use clap::Args;
use landfall_core::ids::Address;

use super::{done, find, whole};
use crate::{context::Context, output::error::Failure};

/// What `landfall environment destroy` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which environment, such as `acme/sandbox`.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// Before it is due: signed by vendor quality, with --reason.
    #[arg(long)]
    early: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let address = &arguments.address;
    find(&installation.customer(&address.customer)?, address)?;
    context.confirm(&format!(
        "`{}` will be destroyed for ever: databases, files and keys",
        whole(address)
    ))?;
    let caller = if arguments.early { context.signer()? } else { context.caller() };
    let mut progress = context.progress();
    let destroyed =
        installation.environment_destroy(&caller, address, arguments.early, &mut progress)?;
    drop(progress);
    let sentence = format!("destroyed `{}`; certificate `{}`", whole(address), destroyed.document);
    done(context, &installation, address, sentence, Some(destroyed.document))
}

use clap::Args;
use landfall_core::signature::Meaning;

use super::done;
use crate::{arguments::meaning, context::Context, output::error::Failure};

/// What `landfall document sign` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The document's number, such as `ACME-IQ-001`.
    #[arg(value_name = "NUMBER")]
    number: String,
    /// What the signature means, such as `technical-review`; the awaited meaning that fits the signer's role unless
    /// said.
    #[arg(long, value_parser = meaning)]
    meaning: Option<Meaning>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let view =
        installation.document_sign(&context.signer()?, &arguments.number, arguments.meaning)?;
    let newest = view.signatures.iter().max_by_key(|signature| signature.time);
    let who = newest.map_or_else(String::new, |signature| {
        format!(": {}, {}, {}", signature.name, signature.meaning, signature.time.human())
    });
    let sentence = format!("signed `{}`{who}; it is {}", view.number, view.status);
    done(context, &installation, &view, sentence)
}

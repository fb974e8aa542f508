use clap::Args;

use super::done;
use crate::{context::Context, output::error::Failure};

/// What `landfall deviation approve` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The deviation's number, such as `ACME-DEV-001`.
    #[arg(value_name = "NUMBER")]
    number: String,
    /// Under which condition it is closed; the IQ concludes with it.
    #[arg(long, value_name = "TEXT")]
    condition: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let (number, condition) = (&arguments.number, arguments.condition.as_deref());
    let documents = installation.deviation_approve(&context.signer()?, number, condition)?;
    let mut sentence = match condition {
        Some(condition) => format!("closed deviation `{number}` on the condition: {condition}"),
        None => format!("closed deviation `{number}`"),
    };
    if !documents.is_empty() {
        sentence.push_str(&format!("\n  documents: {}", documents.join(", ")));
    }
    done(context, &installation, number, sentence, None)
}

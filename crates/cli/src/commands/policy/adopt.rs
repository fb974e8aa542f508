use std::path::PathBuf;

use clap::Args;
use landfall_operations::Installation;
use serde_json::json;

use crate::{
    context::{Context, Done},
    output::error::Failure,
};

/// What `landfall policy adopt` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The policy, such as `policy.toml`; it is copied.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let file = &arguments.file;
    let digest = Installation::policy_adopt(context.data(), &context.signer()?, file)?;
    context.done_without(Done {
        sentence: format!(
            "adopted the policy `{}`; it is in force from now on\nnext: {}",
            file.display(),
            context.command("landfall policy show")
        ),
        data: Some(digest.to_string()),
        noun: "policy",
        value: json!({ "digest": digest }),
        customer: None,
    });
    Ok(())
}

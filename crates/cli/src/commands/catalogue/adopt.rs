use std::path::PathBuf;

use clap::Args;
use landfall_operations::Installation;
use serde_json::json;

use crate::{
    context::{Context, Done},
    output::error::Failure,
};

/// What `landfall catalogue adopt` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The folder with the catalogue's modules, such as `clinical/24.2`; it is copied.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let (release, digest) =
        Installation::catalogue_adopt(context.data(), &context.signer()?, folder)?;
    context.done_without(Done {
        sentence: format!(
            "adopted the catalogue of release {release} in `{}`; it is in force from now on\nnext: {}",
            folder.display(),
            context.command(&format!("landfall catalogue show {release}"))
        ),
        data: Some(digest.to_string()),
        noun: "catalogue",
        value: json!({ "release": release, "digest": digest }),
        customer: None,
    });
    Ok(())
}

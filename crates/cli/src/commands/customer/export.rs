use std::path::PathBuf;

use clap::Args;
use landfall_core::ids::CustomerId;

use crate::{
    context::{Context, Done},
    output::{error::Failure, json::serialised, number::counted},
};

/// What `landfall customer export` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    id: CustomerId,
    /// The folder to write, outside the data directory; new or empty.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let summary = installation.customer_export(&arguments.id, &arguments.folder)?;
    let folder = summary.path.display();
    let mut sentence = format!(
        "wrote {}, {} and {} of `{}` to `{folder}`; keep the SHA-256 of its manifest apart from it",
        counted(summary.entries, "ledger entry", "ledger entries"),
        counted(summary.documents as u64, "document", "documents"),
        counted(summary.files as u64, "file", "files"),
        arguments.id
    );
    if summary.other_customers > 0 {
        let others = counted(
            summary.other_customers as u64,
            "other customer has entries",
            "other customers have entries",
        );
        sentence.push_str(&format!(
            "\nthe ledger is one chain: {others} in it; decide before it is handed out"
        ));
    }
    for missing in &summary.missing {
        sentence.push_str(&format!(
            "\nmissing: `{missing}`, which the ledger knows and the data directory does not hold"
        ));
    }
    sentence.push_str(&format!("\nnext: python3 {folder}/verify.py {folder} {}", summary.head));
    context.done(
        &installation,
        Done {
            sentence,
            data: Some(summary.manifest.to_string()),
            noun: "bundle",
            value: serialised(&summary)?,
            customer: None,
        },
    )
}

use std::{fs::File, io::BufReader, path::PathBuf};

use clap::Args;
use landfall_core::digest::Digest;
use landfall_ledger::{Verification, verify_export};
use serde_json::json;

use super::open;
use crate::{
    context::Context,
    output::{
        error::Failure,
        number::{counted, grouped},
    },
};

/// What `landfall ledger verify` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// An export to verify, without any data directory; the ledger of the data directory unless said.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// A head known from elsewhere, such as the one printed on a document, which the chain must contain.
    #[arg(long, value_name = "HASH")]
    head: Option<Digest>,
}

/// What was found, wherever it was looked for.
struct Found {
    place: String,
    entries: u64,
    head: Digest,
    first_bad_entry: Option<u64>,
    problems: Vec<String>,
    // How many heads printed on stored documents were looked for; none where there are no documents.
    printed: Option<u32>,
}

impl Found {
    fn new(place: String, verification: &Verification) -> Self {
        Self {
            place,
            entries: verification.entries,
            head: verification.head,
            first_bad_entry: verification.first_bad_entry(),
            problems: verification.problems.iter().map(ToString::to_string).collect(),
            printed: None,
        }
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let found = match &arguments.file {
        Some(file) => {
            let reader = File::open(file).map_err(|error| Failure::file("read", file, &error))?;
            let verification = verify_export(BufReader::new(reader), arguments.head.as_ref())?;
            Found::new(file.display().to_string(), &verification)
        }
        None => of_directory(arguments.head.as_ref(), context)?,
    };
    say(&found, context);
    if found.problems.is_empty() {
        return Ok(());
    }
    let message = match found.first_bad_entry {
        Some(sequence) => {
            format!(
                "the ledger in `{}` is not intact; the first bad entry is {sequence}",
                found.place
            )
        }
        None => format!("the ledger in `{}` is not intact", found.place),
    };
    Err(Failure::failed(
        message,
        "keep this file as it is, compare it with another copy, and restore from the last copy that verifies",
        found.problems,
    ))
}

/// Verifies the ledger of the data directory and, where it is intact, the heads printed on stored documents.
fn of_directory(head: Option<&Digest>, context: &Context) -> Result<Found, Failure> {
    let place = context.data().display().to_string();
    let ledger = open(context)?;
    let mut found = match context.look() {
        Ok(installation) => {
            let report = installation.ledger_verify()?;
            Found {
                place,
                entries: report.entries,
                head: report.head,
                first_bad_entry: report.first_bad_entry,
                problems: report.problems,
                printed: Some(report.heads_checked),
            }
        }
        Err(failure) => {
            let found = Found::new(place, &ledger.verify()?);
            if found.problems.is_empty() {
                // The ledger is sound: whatever keeps the directory from opening is something else.
                return Err(failure);
            }
            found
        }
    };
    if let Some(head) = head
        && found.problems.is_empty()
        && ledger.contains_head(head)?.is_none()
    {
        found.problems.push(format!("the chain does not contain the head `{head}`"));
    }
    Ok(found)
}

fn say(found: &Found, context: &Context) {
    let output = context.output();
    if output.is_json() {
        output.value(&json!({
            "place": found.place,
            "intact": found.problems.is_empty(),
            "entries": found.entries,
            "head": found.head,
            "first_bad_entry": found.first_bad_entry,
            "problems": found.problems,
            "printed_heads": found.printed,
        }));
        return;
    }
    if !found.problems.is_empty() {
        return;
    }
    output.line(&format!(
        "intact: {}, head {}",
        counted(found.entries, "entry", "entries"),
        found.head
    ));
    if let Some(printed) = found.printed {
        output.talk(&format!(
            "{} heads printed on stored documents are in the chain",
            grouped(u64::from(printed))
        ));
    }
}

//! `landfall record`: the records of an instance, checked by the catalogue and, where the policy says so, by vendor
//! quality.

mod add;
mod approve;
mod archive;
mod changes;
mod history;
mod list;
mod reject;
mod set;

use clap::Subcommand;
use landfall_core::{ids::Address, refusal};
use landfall_operations::{Changed, Installation};
use serde_json::json as object;

use super::owner;
use crate::{
    context::{Context, Done},
    output::{error::Failure, json},
};

/// What is done with records.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the rows of a table.
    List(list::Arguments),
    /// Adds a row; where changes need an approval, asks for it (with --reason).
    Add(add::Arguments),
    /// Changes columns of a row; where changes need an approval, asks for it (with --reason).
    Set(set::Arguments),
    /// Archives a row, nothing is deleted; where changes need an approval, asks for it (with --reason).
    Archive(archive::Arguments),
    /// Lists the changes that needed, or need, an approval: what was and shall be written, by whom, why, decided how.
    Changes(changes::Arguments),
    /// Approves a change and makes it: signed by vendor quality.
    Approve(Target),
    /// Rejects a change: signed by vendor quality, with --reason.
    Reject(Target),
    /// Shows a row from its first day on: every change with its time, person and reason.
    History(history::Arguments),
}

/// The change that a verb acts on.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// The change's number, such as `ACME-ECR-001`.
    #[arg(value_name = "NUMBER")]
    number: String,
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(arguments) => list::run(&arguments, context),
            Self::Add(arguments) => add::run(&arguments, context),
            Self::Set(arguments) => set::run(&arguments, context),
            Self::Archive(arguments) => archive::run(&arguments, context),
            Self::Changes(arguments) => changes::run(&arguments, context),
            Self::Approve(target) => approve::run(&target.number, context),
            Self::Reject(target) => reject::run(&target.number, context),
            Self::History(arguments) => history::run(&arguments, context),
        }
    }
}

/// Says what became of a change: it was made, or it awaits vendor quality. A row is named by its id, never by the key
/// that was typed, which may be a volunteer's. The id of a new row is the data.
fn told(
    context: &Context,
    installation: &Installation,
    (address, table, is_new): (&Address, &str, bool),
    changed: &Changed,
    made: impl FnOnce(i64) -> String,
) -> Result<(), Failure> {
    let (sentence, data, id, warning, change) = match changed {
        Changed::Made { id, warning } => {
            let mut sentence = made(*id);
            if let Some(warning) = warning {
                sentence.push_str(&format!("\nwarning: {warning}"));
            }
            let data = is_new.then(|| id.to_string());
            (sentence, data, Some(*id), warning.as_ref(), None)
        }
        Changed::Requested { number } => {
            let sentence = format!("requested as `{number}`; it awaits vendor quality");
            (sentence, Some(number.clone()), None, None, Some(number))
        }
    };
    let key = id.map(|id| format!("id={id}"));
    context.done(
        installation,
        Done {
            sentence,
            data,
            noun: "record",
            value: object!({
                "address": address,
                "table": table,
                "key": key,
                "id": id,
                "warning": warning,
                "change": change,
            }),
            customer: change.map(|_| &address.customer),
        },
    )
}

/// Says what was decided on a change, shows it as it is now, and what comes next.
fn decided(
    context: &Context,
    installation: &Installation,
    name: &str,
    sentence: String,
) -> Result<(), Failure> {
    let unknown = || {
        Failure::from(refusal::CHANGE_UNKNOWN.because(
            format!("there is no change `{name}`"),
            "`landfall record changes CUSTOMER` shows the changes",
        ))
    };
    let id = owner(installation, name)?.ok_or_else(unknown)?;
    let changes = installation.record_changes(&id)?;
    let change = changes.iter().find(|change| change.number == name).ok_or_else(unknown)?;
    context.done(
        installation,
        Done {
            sentence,
            data: None,
            noun: "change",
            value: json::change(change),
            customer: Some(&id),
        },
    )
}

/// Returns what is done to a row, in the past tense.
pub(super) fn verb_words(verb: &str) -> &str {
    match verb {
        "add" => "added",
        "set" => "changed",
        "archive" => "archived",
        verb => verb,
    }
}

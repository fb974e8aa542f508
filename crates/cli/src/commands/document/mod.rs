//! `landfall document`: IQ, reports and certificates.

mod export;
mod list;
mod recheck;
mod reject;
mod show;
mod sign;
mod verify;

pub(super) use self::show::shown;

use clap::Subcommand;
use landfall_core::ids::Address;
use landfall_operations::{DocumentView, Installation};

use crate::{
    commands::owner,
    context::{Context, Done},
    output::{colour::Tone, error::Failure, json, table::Cell},
};

/// What is done with documents.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the documents of a customer.
    List(list::Arguments),
    /// Shows a document: status, signatures, files.
    Show(Target),
    /// Copies the newest PDF, its facts and its signatures to a folder.
    Export(export::Arguments),
    /// Signs a document; the password proves who signs.
    Sign(sign::Arguments),
    /// Rejects a document, with signature and --reason.
    Reject(Target),
    /// Checks facts, signatures and printed ledger heads of a document.
    Verify(Target),
    /// Probes an environment again and reports what has drifted since its IQ; makes and changes nothing in it.
    Recheck(Place),
}

/// The environment that is probed again.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// Which environment, such as `acme/prod`.
    #[arg(value_name = "ADDRESS")]
    address: Address,
}

/// The document that a verb acts on.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// The document's number, such as `ACME-IQ-001`.
    #[arg(value_name = "NUMBER")]
    number: String,
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(arguments) => list::run(&arguments, context),
            Self::Show(target) => show::run(&target.number, context),
            Self::Export(arguments) => export::run(&arguments, context),
            Self::Sign(arguments) => sign::run(&arguments, context),
            Self::Reject(target) => reject::run(&target.number, context),
            Self::Verify(target) => verify::run(&target.number, context),
            Self::Recheck(place) => recheck::run(&place.address, context),
        }
    }
}

/// Says what was done to a document, shows it as it is now, and what comes next.
fn done(
    context: &Context,
    installation: &Installation,
    view: &DocumentView,
    sentence: String,
) -> Result<(), Failure> {
    told(context, installation, view, sentence, None)
}

/// Says that a document was made, and prints its number as data.
pub(super) fn made(
    context: &Context,
    installation: &Installation,
    number: &str,
    sentence: String,
) -> Result<(), Failure> {
    let view = installation.document(number)?;
    let sentence = format!("{sentence}\n  pdf: {}", view.path.display());
    told(context, installation, &view, sentence, Some(view.number.clone()))
}

fn told(
    context: &Context,
    installation: &Installation,
    view: &DocumentView,
    sentence: String,
    data: Option<String>,
) -> Result<(), Failure> {
    let customer = owner(installation, &view.number)?;
    context.done(
        installation,
        Done {
            sentence,
            data,
            noun: "document",
            value: json::document(view),
            customer: customer.as_ref(),
        },
    )
}

/// Tells whether the document is not what was signed any more.
fn is_changed(view: &DocumentView) -> bool {
    view.signatures.iter().any(|signature| !signature.valid)
}

/// Returns how far a document has come, in the colour of it.
fn status(view: &DocumentView) -> Cell {
    if is_changed(view) {
        return Cell::toned(format!("{}, INVALID", view.status), Tone::Failed);
    }
    let tone = match view.status.as_str() {
        "rejected" => Tone::Failed,
        _ if view.awaited.is_empty() => Tone::Done,
        _ => Tone::Waiting,
    };
    Cell::toned(view.status.clone(), tone)
}

/// Returns whose signature is awaited first.
fn awaited(view: &DocumentView) -> String {
    view.awaited
        .first()
        .map_or_else(String::new, |(meaning, role)| format!("awaits {meaning} by {role}"))
}

/// Returns the row of a document in a list.
pub(crate) fn row(view: &DocumentView) -> [Cell; 5] {
    [
        view.number.clone().into(),
        view.kind.as_str().into(),
        view.about.clone().into(),
        status(view),
        awaited(view).into(),
    ]
}

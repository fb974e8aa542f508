//! `landfall document`: IQ and certificates.

mod export;
mod list;
mod reject;
mod show;
mod sign;
mod verify;

use clap::Subcommand;
use landfall_core::ids::CustomerId;
use landfall_operations::{DocumentView, Installation};

use crate::{
    context::{Context, Done},
    output::{colour::Tone, error::Failure, json},
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
        }
    }
}

/// Returns the customer whose document it is: numbers begin with its identity.
fn owner(installation: &Installation, number: &str) -> Result<Option<CustomerId>, Failure> {
    Ok(installation.customers()?.into_iter().find(|id| {
        number.strip_prefix(&id.as_str().to_uppercase()).is_some_and(|rest| {
            // `acme` and `acme-labs` both begin `ACME-`; what follows is letters, a hyphen and digits.
            let mut parts = rest.trim_start_matches('-').split('-');
            let letters =
                parts.next().is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_uppercase()));
            let digits =
                parts.next().is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
            rest.starts_with('-') && letters && digits && parts.next().is_none()
        })
    }))
}

/// Says what was done to a document, shows it as it is now, and what comes next.
fn done(
    context: &Context,
    installation: &Installation,
    view: &DocumentView,
    sentence: String,
) -> Result<(), Failure> {
    let customer = owner(installation, &view.number)?;
    context.done(
        installation,
        Done {
            sentence,
            data: None,
            noun: "document",
            value: json::document(view),
            customer: customer.as_ref(),
        },
    )
}

/// Returns what the colour of a document's status says.
fn tone(view: &DocumentView) -> Tone {
    match view.status.as_str() {
        "rejected" => Tone::Failed,
        _ if view.awaited.is_empty() => Tone::Done,
        _ => Tone::Waiting,
    }
}

/// Returns whose signature is awaited first.
fn awaited(view: &DocumentView) -> String {
    view.awaited
        .first()
        .map_or_else(String::new, |(meaning, role)| format!("awaits {meaning} by {role}"))
}

/// Returns the row of a document in a list.
pub(crate) fn row(view: &DocumentView) -> [crate::output::table::Cell; 5] {
    use crate::output::table::Cell;
    [
        view.number.clone().into(),
        view.kind.as_str().into(),
        view.environment.to_string().into(),
        Cell::toned(view.status.clone(), tone(view)),
        awaited(view).into(),
    ]
}

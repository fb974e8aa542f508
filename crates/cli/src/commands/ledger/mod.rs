//! `landfall ledger`: the append-only record of everything.

mod export;
mod show;
mod story;
mod verify;

use clap::Subcommand;
use landfall_ledger::Ledger;

use crate::{context::Context, output::error::Failure};

/// What is done with the ledger; nothing here changes it.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Shows entries: when, who, what happened, in words.
    Show(show::Arguments),
    /// Tells the life of an environment or a customer, chapter by chapter, with the entry of every sentence.
    Story(story::Arguments),
    /// Verifies the ledger of the data directory, or an export anywhere; names the first bad entry.
    Verify(verify::Arguments),
    /// Writes every entry and the head to a file that anyone can verify (docs/ledger-format.md).
    Export(export::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Show(arguments) => show::run(&arguments, context),
            Self::Story(arguments) => story::run(&arguments, context),
            Self::Verify(arguments) => verify::run(&arguments, context),
            Self::Export(arguments) => export::run(&arguments, context),
        }
    }
}

/// The ledger's file in a data directory.
const FILE: &str = "ledger.sqlite";

/// Opens the ledger for reading. The rest of the data directory is left alone: a ledger that is too damaged for any
/// other command can still be looked at.
fn open(context: &Context) -> Result<Ledger, Failure> {
    let path = context.data().join(FILE);
    if !path.is_file() {
        // The use cases say best what is wrong with a folder that is no data directory.
        context.open()?;
    }
    Ok(Ledger::open_read_only(&path)?)
}

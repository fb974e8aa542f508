//! What can go wrong, told apart by the four words: rejected, failed, errored, aborted.

use std::path::PathBuf;

use landfall_core::{ids::PersonId, refusal::Refusal};

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule said no. The refusal is in the ledger.
    #[error("{}", .0.message)]
    Refused(Box<Refusal>),
    /// Nobody is signed in, or several are and none was chosen.
    #[error("{message}")]
    NotSignedIn {
        /// What was found.
        message: String,
        /// What to do.
        hint: String,
    },
    /// A signature needs the password again.
    #[error("this needs the signature of `{0}`, and no password was given")]
    PasswordMissing(PersonId),
    /// The password is not the person's.
    #[error(
        "the password is not that of `{person}`; attempts left before the account is locked: {left}"
    )]
    WrongPassword {
        /// Who was claimed.
        person: PersonId,
        /// How many attempts are left.
        left: u32,
    },
    /// Too many failures.
    #[error("`{0}` is locked after repeated wrong passwords")]
    Locked(PersonId),
    /// A password or password file that cannot be used.
    #[error("{message}")]
    Password {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: &'static str,
    },
    /// Checks said no: nothing of what was built is visible.
    #[error("the build of `{address}` failed {} checks; nothing of it is visible. The first: {}", .checks.len(), .checks.first().map_or("", String::as_str))]
    Checks {
        /// What was built.
        address: String,
        /// Every failed check: id, expected, found.
        checks: Vec<String>,
    },
    /// A file gives no study design: its findings say why. Nothing was done.
    #[error("`{}` gives no study design: {}; nothing was done", .path.display(), errors(.findings))]
    Design {
        /// The file.
        path: PathBuf,
        /// What was found: place, severity, code, message.
        findings: Vec<String>,
    },
    /// A study design has what an import cannot take. Nothing was done.
    #[error("`{}` is a study design that an import cannot take: {}; nothing was done", .path.display(), errors(.places))]
    Unfit {
        /// The file.
        path: PathBuf,
        /// Every place, with what was expected and found there.
        places: Vec<String>,
    },
    /// Another process is at it.
    #[error("{}", busy(.customer, *.operation))]
    Busy {
        /// Whose operation, or what is being worked on.
        customer: String,
        /// Its number; 0 where what goes on is no operation.
        operation: u32,
    },
    /// Something that was named does not exist.
    #[error("{what}")]
    NotFound {
        /// What was not found.
        what: String,
        /// Where to look.
        hint: String,
    },
    /// The data directory is not one, or not of this version.
    #[error("{message}")]
    Directory {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: String,
    },
    /// The policy or a catalogue differs from what was adopted.
    #[error(
        "{what} has digest {found}, the one in force is {adopted}: rules never change silently"
    )]
    NotAdopted {
        /// Which file.
        what: String,
        /// What was found.
        found: String,
        /// What is in force.
        adopted: String,
    },
    /// What was given is not usable.
    #[error("{message}")]
    Input {
        /// What was expected and found.
        message: String,
        /// What to do.
        hint: String,
    },
    /// The ledger said no.
    #[error("the ledger: {0}")]
    Ledger(#[from] landfall_ledger::Error),
    /// An instance or a package said no.
    #[error(transparent)]
    Instances(#[from] landfall_instances::Error),
    /// The catalogue does not load.
    #[error(transparent)]
    Catalogue(#[from] landfall_catalogue::Error),
    /// The policy does not load.
    #[error(transparent)]
    Policy(#[from] landfall_core::policy::Error),
    /// No mask plan can be made.
    #[error(transparent)]
    Masking(#[from] landfall_masking::PlanError),
    /// The residual scan cannot be trusted, or cannot read.
    #[error(transparent)]
    Scan(#[from] landfall_masking::scan::Error),
    /// A record cannot be read or changed.
    #[error(transparent)]
    Record(#[from] landfall_instances::record::Error),
    /// The migration program said no.
    #[error(transparent)]
    Migration(#[from] landfall_migration::Error),
    /// A document cannot be rendered.
    #[error(transparent)]
    Documents(#[from] landfall_documents::Error),
    /// A value has no canonical form.
    #[error(transparent)]
    Canonical(#[from] landfall_core::canonical::NotCanonical),
    /// A store of this directory said no.
    #[error("the private store: {0}")]
    Private(#[from] rusqlite::Error),
    /// Reading or writing a file failed.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something that should hold does not: a defect of Landfall or a damaged directory.
    #[error("{0}")]
    Broken(String),
}

/// Says how many things were found.
fn errors(findings: &[String]) -> String {
    match findings.len() {
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    }
}

fn busy(customer: &str, operation: u32) -> String {
    match operation {
        0 => format!("another process is at work on `{customer}`"),
        number => {
            format!("operation {number} of `{customer}` is being carried out by another process")
        }
    }
}

/// Returns the customer of an address.
fn customer_of(address: &str) -> &str {
    address.split('/').next().unwrap_or(address)
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl Error {
    /// Returns which of the four outcomes it is.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Refused(_)
            | Self::NotSignedIn { .. }
            | Self::PasswordMissing(_)
            | Self::WrongPassword { .. }
            | Self::Locked(_)
            | Self::Password { .. }
            | Self::NotAdopted { .. } => "rejected",
            Self::Checks { .. }
            | Self::Design { .. }
            | Self::Unfit { .. }
            | Self::Catalogue(_)
            | Self::Policy(_)
            | Self::Migration(landfall_migration::Error::Problems(_)) => "failed",
            Self::Busy { .. }
            | Self::NotFound { .. }
            | Self::Directory { .. }
            | Self::Input { .. }
            | Self::Ledger(_)
            | Self::Instances(_)
            | Self::Masking(_)
            | Self::Scan(_)
            | Self::Record(_)
            | Self::Migration(_)
            | Self::Documents(_)
            | Self::Canonical(_)
            | Self::Private(_)
            | Self::File { .. }
            | Self::Broken(_) => "errored",
        }
    }

    /// Returns the code of the rule, where a rule said no.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => Some(&refusal.code),
            _ => None,
        }
    }

    /// Returns the rule in words, where a rule said no.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => Some(&refusal.rule),
            _ => None,
        }
    }

    /// Returns what to do next, where that can be said.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => Some(refusal.hint.clone()),
            Self::NotSignedIn { hint, .. }
            | Self::NotFound { hint, .. }
            | Self::Directory { hint, .. }
            | Self::Input { hint, .. } => Some(hint.clone()),
            Self::Password { hint, .. } => Some((*hint).to_owned()),
            Self::PasswordMissing(_) => {
                Some("give `--password-file FILE`, or run it on a terminal and type it".to_owned())
            }
            Self::WrongPassword { .. } => Some("try again with the right password".to_owned()),
            Self::Locked(person) => {
                Some(format!("vendor quality lifts it: `landfall person unlock {person}`"))
            }
            Self::Checks { address, .. } => Some(format!(
                "`landfall operation list {}` names the operation, `landfall operation show {} NUMBER` its checks; mend the cause and run `landfall environment build {address}` again",
                customer_of(address),
                customer_of(address)
            )),
            Self::Design { .. } => {
                Some("correct what is named by line and column; `docs/odm-findings.md` explains each code".to_owned())
            }
            Self::Unfit { .. } => Some(
                "correct what is named where the study was designed; `landfall catalogue show RELEASE TABLE` shows what a column takes".to_owned(),
            ),
            Self::Busy { .. } => Some("wait until it ends, or stop that process".to_owned()),
            Self::NotAdopted { .. } => Some(
                "put the file back as it was, or let vendor quality adopt it: `landfall policy adopt FILE`, `landfall catalogue adopt FOLDER`".to_owned(),
            ),
            Self::Instances(error) => error.hint().map(str::to_owned),
            Self::Record(error) => error.hint().map(str::to_owned),
            Self::File { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                Some("free some space and run the same command again; it continues".to_owned())
            }
            Self::Ledger(_)
            | Self::Catalogue(_)
            | Self::Policy(_)
            | Self::Masking(_)
            | Self::Scan(_)
            | Self::Migration(_)
            | Self::Documents(_)
            | Self::Canonical(_)
            | Self::Private(_)
            | Self::File { .. }
            | Self::Broken(_) => None,
        }
    }
}

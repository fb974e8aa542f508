//! `landfall package`: what moves between environments.

mod export;
mod list;
mod show;
mod verify;

use clap::Subcommand;
use landfall_core::digest::Digest;
use landfall_operations::{Installation, PackageView};

use crate::{context::Context, output::error::Failure};

/// What is done with packages.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the packages of a customer, or of all customers.
    List(list::Arguments),
    /// Shows a package: tables, rows, what was left out and why, where it was loaded.
    Show(show::Arguments),
    /// Reads a package whole and checks it against its digests.
    Verify(verify::Arguments),
    /// Verifies a package and copies it to a file.
    Export(export::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(arguments) => list::run(&arguments, context),
            Self::Show(arguments) => show::run(&arguments, context),
            Self::Verify(arguments) => verify::run(&arguments, context),
            Self::Export(arguments) => export::run(&arguments, context),
        }
    }
}

/// The beginning of a digest that is long enough not to be an accident.
const SHORTEST_PREFIX: usize = 6;

/// Reads a digest or its beginning.
fn prefix(text: &str) -> Result<String, String> {
    let hexadecimal = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if hexadecimal && (SHORTEST_PREFIX..=64).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "expected a digest or its first {SHORTEST_PREFIX} to 64 lower-case hexadecimal digits, found `{text}`"
        ))
    }
}

/// Returns the package whose digest begins so, as its customer knows it, verified, with what it says was left out.
fn verified(installation: &Installation, beginning: &str) -> Result<PackageView, Failure> {
    let mut found: Vec<PackageView> = Vec::new();
    for id in installation.customers()? {
        for package in installation.packages(&id)? {
            let fits = package.digest.to_string().starts_with(beginning);
            if fits && !found.iter().any(|other| other.digest == package.digest) {
                found.push(package);
            }
        }
    }
    let known = match (found.pop(), found.len()) {
        (Some(package), 0) => Some(package),
        (Some(_), others) => {
            return Err(Failure::usage(
                format!("{} packages begin with `{beginning}`", others + 1),
                "give more of the digest; `landfall package list` shows them whole",
            ));
        }
        (None, _) => None,
    };
    let digest: Digest = match &known {
        Some(package) => package.digest,
        None => beginning.parse().map_err(|_| {
            Failure::absent(
                format!("there is no package `{beginning}`"),
                "`landfall package list` shows the packages",
            )
        })?,
    };
    let mut package = installation.package_verify(&digest)?;
    if let Some(known) = known {
        package.source = known.source;
        package.sources = known.sources;
        package.loaded_into = known.loaded_into;
    }
    Ok(package)
}

//! The table of contents: every noun, and through it every verb. One verb, one file.

mod catalogue;
mod clock;
mod configuration;
mod customer;
mod demo;
mod deviation;
mod document;
mod environment;
mod golive;
mod init;
mod inspect;
mod ledger;
mod migration;
mod operation;
mod package;
mod person;
mod policy;
mod record;
mod sample;
mod study;
mod vendor;

use std::{
    ffi::OsString,
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
};

use clap::Subcommand;
use landfall_catalogue::Catalogue;
use landfall_core::ids::{CustomerId, Release};
use landfall_operations::Installation;

use crate::{context::Context, output::error::Failure};

/// What a command is about.
#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// Makes a data directory and its first person, of vendor quality.
    Init(init::Arguments),
    /// Who may act: add people, sign in and out.
    #[command(subcommand)]
    Person(person::Verb),
    /// Who is being onboarded: prospect, contracted, live.
    #[command(subcommand)]
    Customer(customer::Verb),
    /// Demo, Sandbox, Migration, prePROD, VAL and PROD: from request to destruction.
    #[command(subcommand)]
    Environment(environment::Verb),
    /// Where the configuration comes from, and its extraction.
    #[command(subcommand)]
    Configuration(configuration::Verb),
    /// What moves between environments: immutable, named by its content.
    #[command(subcommand)]
    Package(package::Verb),
    /// The migration program: dumps, specs, iterations, findings, sign-off.
    #[command(subcommand)]
    Migration(migration::Verb),
    /// The records of an instance: roles, sites, settings and all else that the catalogue declares.
    #[command(subcommand)]
    Record(record::Verb),
    /// The designs of studies, as CDISC ODM files: import, export, compare, push from Main to Test.
    #[command(subcommand)]
    Study(study::Verb),
    /// What went wrong in making a qualified environment, and how it was closed.
    #[command(subcommand)]
    Deviation(deviation::Verb),
    /// IQ, reports and certificates: show, export, sign, verify.
    #[command(subcommand)]
    Document(document::Verb),
    /// Durable runs of plans: their steps and evidence.
    #[command(subcommand)]
    Operation(operation::Verb),
    /// The six steps to PROD, in order, with their owners.
    #[command(subcommand)]
    Golive(golive::Verb),
    /// The append-only record of everything.
    #[command(subcommand)]
    Ledger(ledger::Verb),
    /// Shows what was in an environment on a given day, and who had approved it.
    Inspect(inspect::Arguments),
    /// The vendor's own: what is due over all customers.
    #[command(subcommand)]
    Vendor(vendor::Verb),
    /// The declared data model of a release.
    #[command(subcommand)]
    Catalogue(catalogue::Verb),
    /// The lifecycle rules in force.
    #[command(subcommand)]
    Policy(policy::Verb),
    /// A believable source database to migrate, with the spec that migrates it.
    #[command(subcommand)]
    Sample(sample::Verb),
    /// The clock of a demonstration directory.
    #[command(subcommand)]
    Clock(clock::Verb),
    /// Runs the whole onboarding of a made-up customer, from Demo to live.
    Demo(demo::Arguments),
}

impl Noun {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Init(arguments) => init::run(arguments, context),
            Self::Person(verb) => verb.run(context),
            Self::Customer(verb) => verb.run(context),
            Self::Environment(verb) => verb.run(context),
            Self::Configuration(verb) => verb.run(context),
            Self::Package(verb) => verb.run(context),
            Self::Migration(verb) => verb.run(context),
            Self::Record(verb) => verb.run(context),
            Self::Study(verb) => verb.run(context),
            Self::Deviation(verb) => verb.run(context),
            Self::Document(verb) => verb.run(context),
            Self::Operation(verb) => verb.run(context),
            Self::Golive(verb) => verb.run(context),
            Self::Ledger(verb) => verb.run(context),
            Self::Inspect(arguments) => inspect::run(&arguments, context),
            Self::Vendor(verb) => verb.run(context),
            Self::Catalogue(verb) => verb.run(context),
            Self::Policy(verb) => verb.run(context),
            Self::Sample(verb) => verb.run(context),
            Self::Clock(verb) => verb.run(context),
            Self::Demo(arguments) => demo::run(&arguments, context),
        }
    }
}

/// Writes a file aside and renames it when it is complete, so that no half file ever bears the name.
fn write_aside(
    target: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    // Never over a file of a data directory: what stands there is not this command's to replace.
    let folder = target.parent().unwrap_or(target);
    let data = folder.ancestors().any(|above| above.join("ledger.sqlite").is_file());
    if data && (target.exists() || folder.join("ledger.sqlite").is_file()) {
        return Err(Failure::usage(
            format!("`{}` lies within a data directory", target.display()),
            "name a file elsewhere",
        ));
    }
    let mut name = target.file_name().map(OsString::from).ok_or_else(|| {
        Failure::usage(
            format!("expected the name of a file, found `{}`", target.display()),
            "name the file to write",
        )
    })?;
    name.push(format!(".{}.partial", std::process::id()));
    let aside = target.with_file_name(name);
    let failing = |action: &'static str| {
        let target = target.to_owned();
        move |error: std::io::Error| Failure::file(action, &target, &error)
    };
    let written = File::create_new(&aside).map_err(failing("create")).and_then(|file| {
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        file.flush().map_err(failing("write"))?;
        file.get_ref().sync_all().map_err(failing("write"))?;
        std::fs::rename(&aside, target).map_err(failing("rename the file to"))
    });
    if written.is_err() {
        // Nothing half-written stays; that the file may never have been made is no second error.
        let _ = std::fs::remove_file(&aside);
    }
    written
}

/// Returns the customer to whom a number such as `ACME-IQ-001` or `ACME-DEV-001` belongs: it begins with its identity.
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

/// Returns the release that is meant: the one given, else the newest that is built in.
fn newest_release(given: Option<&Release>) -> Result<Release, Failure> {
    let newest = || Catalogue::embedded_releases().pop();
    given.cloned().or_else(newest).ok_or_else(|| {
        Failure::usage("no release of the product is built in", "name one with `--release`")
    })
}

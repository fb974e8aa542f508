//! `landfall migration`: from a source dump to a signed-off package.

mod check;
mod comment;
mod compare;
mod compare_volunteers;
mod destroy;
mod dump;
mod list;
mod publish;
mod rejected;
mod report;
mod resolve;
mod run;
mod show;
mod sign;
mod spec;
mod test_volunteers;
mod trend;
#[path = "try.rs"]
mod r#try;
mod withdraw;
mod workbook;

use clap::Subcommand;
use landfall_core::{
    customer::{Customer, Iteration},
    ids::CustomerId,
};
use landfall_operations::Installation;

use crate::{
    arguments::number,
    context::{Context, Done},
    output::{error::Failure, json},
};

/// What is done with the migration.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Checks a spec against a source, without a data directory: every rule, every column used or ignored.
    Check(check::Arguments),
    /// Runs a spec on a source into a package file, without a data directory and without any record of it.
    Try(r#try::Arguments),
    /// Registers a source dump (a folder); with --final the one that makes PROD, provided by the customer.
    Dump(dump::Arguments),
    /// Records a migration spec (a folder).
    Spec(spec::Arguments),
    /// Runs the migration program on the latest dump and spec, or continues where it was stopped.
    Run(run::Arguments),
    /// Publishes an iteration to the customer for review.
    Publish(Target),
    /// Adds a finding to a published iteration (customer).
    Comment(comment::Arguments),
    /// Resolves a finding (vendor engineer).
    Resolve(resolve::Arguments),
    /// Signs an iteration off: customer reviewer and customer quality.
    Sign(Target),
    /// Lists the iterations of a customer.
    List(list::Arguments),
    /// Shows an iteration: counts by section, findings, signatures.
    Show(Target),
    /// Lists rejected rows: file, line, rule, reason.
    Rejected(rejected::Arguments),
    /// Withdraws a sign-off until PROD is live: signed by customer reviewer and customer quality, with --reason.
    Withdraw(Target),
    /// Makes the QC report of an iteration: what was read, written, rejected and left out, and why (document).
    Report(report::Arguments),
    /// Compares two iterations: counts, rules, volunteers added, gone and changed by field, findings. No values.
    Compare(compare::Arguments),
    /// Shows test volunteers: what the source says of them beside what the product gets, or why they are not there.
    CompareVolunteers(compare_volunteers::Arguments),
    /// Shows what was read, written, rejected and filtered over all iterations, by section.
    Trend(trend::Arguments),
    /// Writes a spec as an .xlsx workbook and reads it back.
    #[command(subcommand)]
    Workbook(workbook::Verb),
    /// Destroys the dumps, packages, rejected rows and maps of source keys that are due, and makes the certificate.
    Destroy(destroy::Arguments),
}

/// The iteration that a verb acts on.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// Of which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// The iteration's number.
    #[arg(value_name = "ITERATION", value_parser = number::<u32>)]
    number: u32,
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Check(arguments) => check::run(&arguments, context),
            Self::Try(arguments) => r#try::run(&arguments, context),
            Self::Dump(arguments) => dump::run(&arguments, context),
            Self::Spec(arguments) => spec::run(&arguments, context),
            Self::Run(arguments) => run::run(&arguments, context),
            Self::Publish(target) => publish::run(&target, context),
            Self::Comment(arguments) => comment::run(&arguments, context),
            Self::Resolve(arguments) => resolve::run(&arguments, context),
            Self::Sign(target) => sign::run(&target, context),
            Self::List(arguments) => list::run(&arguments, context),
            Self::Show(target) => show::run(&target, context),
            Self::Rejected(arguments) => rejected::run(&arguments, context),
            Self::Withdraw(target) => withdraw::run(&target, context),
            Self::Report(arguments) => report::run(&arguments, context),
            Self::Compare(arguments) => compare::run(&arguments, context),
            Self::CompareVolunteers(arguments) => compare_volunteers::run(&arguments, context),
            Self::Trend(arguments) => trend::run(&arguments, context),
            Self::Workbook(verb) => verb.run(context),
            Self::Destroy(arguments) => destroy::run(&arguments, context),
        }
    }
}

/// Returns the iteration of that number.
fn find(customer: &Customer, number: u32) -> Result<&Iteration, Failure> {
    customer.iterations.iter().find(|iteration| iteration.number == number).ok_or_else(|| {
        Failure::absent(
            format!("customer `{}` has no iteration {number}", customer.id),
            format!("`landfall migration list {}` shows its iterations", customer.id),
        )
    })
}

/// Says what was done to an iteration, shows it as it is now, and what comes next.
fn done(
    context: &Context,
    installation: &Installation,
    target: (&CustomerId, u32),
    sentence: String,
    data: Option<String>,
) -> Result<(), Failure> {
    let (id, number) = target;
    let customer = installation.customer(id)?;
    context.done(
        installation,
        Done {
            sentence,
            data,
            noun: "iteration",
            value: json::iteration(find(&customer, number)?),
            customer: Some(id),
        },
    )
}

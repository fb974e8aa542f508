//! `landfall golive`: the six steps to PROD.

mod provide;
mod qc;
mod record;
mod reject;
mod review;
mod show;

use clap::Subcommand;
use landfall_core::{
    customer::{Customer, Status},
    ids::CustomerId,
};
use landfall_operations::Installation;

use crate::{
    context::{Context, Done},
    output::{error::Failure, json, signed::Records},
};

/// What is done to go live.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Shows the six steps, their owners, and which is next.
    Show(Target),
    /// Step 4: PROD Main is populated, configured and reviewed (an engineer who did not build it).
    Review(Target),
    /// Step 5: the formal IQ is provided to the customer (vendor engineer or quality).
    Provide(Target),
    /// Step 6: the final quality check, signed by customer reviewer and customer quality; then PROD is live.
    Qc(Target),
    /// Rejects the final quality check: signed by customer reviewer or quality, with --reason.
    Reject(Target),
    /// Makes the go-live record of a live PROD: the six steps with owners, times and evidence (document).
    Record(Target),
}

/// The customer who goes live.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// Which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Show(target) => show::run(&target.customer, context),
            Self::Review(target) => review::run(&target.customer, context),
            Self::Provide(target) => provide::run(&target.customer, context),
            Self::Qc(target) => qc::run(&target.customer, context),
            Self::Reject(target) => reject::run(&target.customer, context),
            Self::Record(target) => record::run(&target.customer, context),
        }
    }
}

/// Says what was done, shows the steps as they are now, and what comes next.
fn done(
    context: &Context,
    installation: &Installation,
    id: &CustomerId,
    sentence: impl FnOnce(&Customer) -> String,
) -> Result<(), Failure> {
    let records = Records::of(installation, id)?;
    context.done(
        installation,
        Done {
            sentence: sentence(&records.customer),
            data: None,
            noun: "golive",
            value: json::golive(&records),
            customer: Some(id),
        },
    )
}

/// Tells whether the customer is live.
fn is_live(customer: &Customer) -> bool {
    match customer.status {
        Status::Live => true,
        Status::Prospect | Status::Contracted | Status::Vendor => false,
    }
}

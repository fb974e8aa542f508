use clap::{Args, ValueEnum};
use landfall_core::{
    environment::Kind,
    ids::{Address, CustomerId, Release},
    plan::Purpose,
};
use landfall_operations::{From as Origin, Request};

use super::done;
use crate::{context::Context, output::error::Failure};

/// What `landfall environment request` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// For which customer.
    #[arg(value_name = "CUSTOMER")]
    customer: CustomerId,
    /// demo, sandbox, migration, preprod, val or prod; for the vendor itself demo or community-dev.
    #[arg(value_name = "KIND")]
    kind: Kind,
    /// A VAL that is qualified by an IQ and in which validation is completed.
    #[arg(long, conflicts_with = "informal")]
    formal: bool,
    /// A VAL for writing tests and an early look; never qualified.
    #[arg(long)]
    informal: bool,
    /// Where the content comes from, where the kind leaves the choice (a Demo: the demonstration set or a clone of
    /// the vendor's Demo; a Sandbox: empty, or a clone of the Demo).
    #[arg(long, value_enum, value_name = "WHERE")]
    from: Option<Where>,
    /// Which release of the product; the newest unless said.
    #[arg(long)]
    release: Option<Release>,
}

/// Where content may come from.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Where {
    /// Nothing but the product's own defaults.
    Empty,
    /// The vendor's branded demonstration set.
    DemoSet,
    /// A clone of the customer's Demo.
    Demo,
    /// A clone of the vendor's own Demo.
    VendorDemo,
}

pub(crate) fn run(arguments: Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let purpose = match (arguments.formal, arguments.informal) {
        (true, _) => Some(Purpose::Formal),
        (false, true) => Some(Purpose::Informal),
        (false, false) => None,
    };
    let request = Request {
        kind: arguments.kind,
        purpose,
        from: arguments.from.map(|from| match from {
            Where::Empty => Origin::Empty,
            Where::DemoSet => Origin::DemoSet,
            Where::Demo => Origin::Demo,
            Where::VendorDemo => Origin::VendorDemo,
        }),
        release: arguments.release,
    };
    let requested =
        installation.environment_request(&context.caller(), &arguments.customer, &request)?;
    let address = Address { customer: arguments.customer, label: requested.label, role: None };
    let document = requested
        .document
        .map_or_else(String::new, |number| format!("; its IQ plan is `{number}`"));
    done(
        context,
        &installation,
        &address,
        format!("requested `{address}`{document}"),
        Some(address.to_string()),
    )
}

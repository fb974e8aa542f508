use clap::Args;
use landfall_core::time::Timestamp;
use serde_json::json;

use crate::{
    context::{Context, Done},
    output::error::Failure,
};

/// What `landfall clock move` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The time to move to, such as `2026-03-02T09:00:00Z`; later than the clock stands.
    #[arg(value_name = "TIME")]
    to: Timestamp,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    installation.clock_move(&context.caller(), arguments.to)?;
    let now = installation.now()?;
    context.done(
        &installation,
        Done {
            sentence: format!("the clock stands at {}", now.human()),
            data: None,
            noun: "clock",
            value: json!({ "kind": installation.clock(), "now": now }),
            customer: None,
        },
    )
}

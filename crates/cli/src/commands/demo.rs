use clap::Args;
use landfall_core::customer::decide::is_vendor;
use landfall_demo::{Options, Until, begun_with, sample::MOST_VOLUNTEERS};
use serde_json::Value;

use super::customer::show;
use crate::{
    arguments::number,
    context::Context,
    output::{error::Failure, json::serialised},
};

/// What `landfall demo` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many people the source database has; where a demonstration is continued its own number, else 2000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_VOLUNTEERS))]
    volunteers: Option<u64>,
    /// What every choice of the source follows from: the same seed gives the same packages; else 1.
    #[arg(long, value_name = "S", value_parser = number::<u64>)]
    seed: Option<u64>,
    /// Where to stop: demo, sandbox, migration, val, prod or live. The same command without it goes on from there.
    #[arg(long, value_name = "PHASE")]
    until: Option<Until>,
}

/// How many people the source of a new demonstration has unless it is said.
const VOLUNTEERS: u64 = 2000;
/// The seed of a new demonstration unless it is said.
const SEED: u64 = 1;

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let (volunteers, seed) = begun_with(context.data())?.unwrap_or((VOLUNTEERS, SEED));
    let options = Options {
        directory: context.data().to_owned(),
        volunteers: arguments.volunteers.unwrap_or(volunteers),
        seed: arguments.seed.unwrap_or(seed),
        until: arguments.until,
    };
    let mut progress = context.progress();
    let summary = landfall_demo::run(&options, &mut progress)?;
    drop(progress);
    if context.output().is_json() {
        let mut value = serialised(&summary)?;
        if let Value::Object(object) = &mut value {
            object.insert("next".to_owned(), context.next_json(&summary.next));
        }
        context.output().value(&value);
        return Ok(());
    }
    let installation = context.open()?;
    for customer in installation.customers()?.into_iter().filter(|id| !is_vendor(id)) {
        show::draw(context, &installation, &customer)?;
    }
    Ok(())
}

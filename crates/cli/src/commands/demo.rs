use clap::Args;
use landfall_core::customer::decide::is_vendor;
use landfall_demo::{Options, Until, sample::MOST_VOLUNTEERS};
use serde_json::Value;

use super::customer::show;
use crate::{
    context::Context,
    output::{error::Failure, json::serialised},
};

/// What `landfall demo` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many people the source database has.
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=MOST_VOLUNTEERS))]
    volunteers: u64,
    /// What every choice of the source follows from: the same seed gives the same packages.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Where to stop: demo, sandbox, migration, val, prod or live. The same command without it goes on from there.
    #[arg(long, value_name = "PHASE")]
    until: Option<Until>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let options = Options {
        directory: context.data().to_owned(),
        volunteers: arguments.volunteers,
        seed: arguments.seed,
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

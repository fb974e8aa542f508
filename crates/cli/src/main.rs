//! The `landfall` command line: `landfall <noun> <verb>`. Data goes to stdout, talk to stderr.

mod arguments;
mod commands;
mod context;
mod output;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{arguments::Arguments, context::Context, output::error};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(wrong) => return error::of_arguments(&wrong),
    };
    let context = Context::new(arguments.global);
    match arguments.noun.run(&context).and_then(|()| context.output().finish()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell(context.output());
            failure.exit_code()
        }
    }
}

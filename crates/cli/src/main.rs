//! The `landfall` command line: `landfall <noun> <verb>`. Data goes to stdout, talk to stderr.

mod arguments;
mod commands;
mod context;
mod interrupt;
mod output;

use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use crate::{arguments::Arguments, context::Context, output::error};

fn main() -> ExitCode {
    let (arguments, command) = match parse() {
        Ok(parsed) => parsed,
        Err(wrong) => return error::of_arguments(&wrong),
    };
    let context = Context::new(arguments.global);
    interrupt::listen(&command, context.output());
    match arguments.noun.run(&context).and_then(|()| context.output().finish()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let failure = failure.hinting(|hint| context.commands_in(hint));
            failure.tell(context.output());
            failure.exit_code()
        }
    }
}

/// Reads what was typed: the arguments, and the command in words, such as `landfall migration run`.
fn parse() -> Result<(Arguments, String), clap::Error> {
    let matches = Arguments::command().try_get_matches()?;
    let arguments = Arguments::from_arg_matches(&matches)
        .map_err(|wrong| wrong.format(&mut Arguments::command()))?;
    Ok((arguments, typed(&matches)))
}

fn typed(matches: &ArgMatches) -> String {
    let mut words = String::from("landfall");
    let mut level = matches;
    while let Some((name, below)) = level.subcommand() {
        words.push(' ');
        words.push_str(name);
        level = below;
    }
    words
}

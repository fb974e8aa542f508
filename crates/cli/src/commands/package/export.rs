use std::{fs, path::PathBuf};

use clap::Args;

use super::{prefix, verified};
use crate::{
    context::{Context, Done},
    output::{error::Failure, json},
};

/// What `landfall package export` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The package's digest, or at least its first 6 digits.
    #[arg(value_name = "DIGEST", value_parser = prefix)]
    digest: String,
    /// The file to write, or the folder to write `<digest>.sqlite` into.
    #[arg(value_name = "TO")]
    to: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let package = verified(&installation, &arguments.digest)?;
    let target = if arguments.to.is_dir() {
        arguments.to.join(format!("{}.sqlite", package.digest))
    } else {
        arguments.to.clone()
    };
    crate::commands::write_aside(&target, |file| {
        let mut source = fs::File::open(&package.path)
            .map_err(|error| Failure::file("read", &package.path, &error))?;
        std::io::copy(&mut source, file)
            .map_err(|error| Failure::file("write", &target, &error))?;
        Ok(())
    })?;
    context.done(
        &installation,
        Done {
            sentence: format!("wrote package {} to `{}`", package.digest.short(), target.display()),
            data: Some(target.display().to_string()),
            noun: "package",
            value: json::package(&package),
            customer: None,
        },
    )
}

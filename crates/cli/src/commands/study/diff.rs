use std::path::PathBuf;

use clap::Args;
use landfall_core::ids::Address;
use landfall_operations::DesignSource;
use serde_json::Value;

use super::{show_conflicts, show_differences, tell_not_held};
use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json::serialised,
        number::{counted, grouped},
    },
};

/// What `landfall study diff` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The first instance, such as `acme/sandbox`; Main unless said.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// The protocol code of the study.
    #[arg(value_name = "STUDY")]
    study: String,
    /// The second instance; the first unless it is given.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "with_file")]
    with: Option<Address>,
    /// A CDISC ODM file as the second side.
    #[arg(long, value_name = "FILE")]
    with_file: Option<PathBuf>,
    /// Which version of the first; the last unless it is given, of one instance the one before the last.
    #[arg(long, value_name = "NUMBER")]
    version: Option<i64>,
    /// Which version of the second; the last unless it is given.
    #[arg(long, value_name = "NUMBER", conflicts_with = "with_file")]
    with_version: Option<i64>,
    /// Names every row that differs.
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let Arguments { address, study, with, with_file, version, with_version, all } = arguments;
    let mut first = *version;
    if first.is_none() && with.is_none() && with_file.is_none() {
        // Two versions of one instance: what the last one changed.
        let listed = installation.study_list(address)?;
        let versions = listed
            .iter()
            .find(|one| one.study.protocol_code == *study)
            .map_or(&[][..], |one| one.versions.as_slice());
        first = versions.iter().rev().nth(1).map(|before| before.revision);
    }
    let at = |address: &Address, revision: Option<i64>| DesignSource::Instance {
        address: address.clone(),
        study: study.clone(),
        revision,
    };
    let second = match with_file {
        Some(file) => DesignSource::File(file.clone()),
        None => at(with.as_ref().unwrap_or(address), *with_version),
    };
    let difference = installation.study_diff(&at(address, first), &second)?;
    let output = context.output();
    if output.is_json() {
        let mut value = serialised(&difference)?;
        if let Value::Object(object) = &mut value {
            object.insert("equal".to_owned(), difference.is_equal().into());
        }
        output.value(&value);
        return Ok(());
    }
    let colour = output.colour();
    let (a, b) = (&difference.a, &difference.b);
    tell_not_held(output, "an instance", &b.not_held);
    output.line(&colour.paint(Tone::Removed, &format!("- {} (`{}`)", a.name, a.oid)));
    output.line(&colour.paint(Tone::Added, &format!("+ {} (`{}`)", b.name, b.oid)));
    output.line("");
    show_differences(output, &difference.tables, *all);
    show_conflicts(output, &difference.conflicts);
    output.line("");
    if difference.is_equal() {
        output.line(&colour.paint(Tone::Done, "the designs are equal"));
    } else {
        output.line(&format!(
            "{} added, {} removed, {} changed",
            counted(difference.added, "row", "rows"),
            grouped(difference.removed),
            grouped(difference.changed)
        ));
    }
    Ok(())
}

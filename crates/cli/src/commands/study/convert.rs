use std::{io::Write as _, path::PathBuf};

use clap::Args;
use landfall_operations::study_convert;
use serde_json::Value;

use super::export::Odm;
use crate::{
    commands::write_aside,
    context::{Context, Done},
    output::{error::Failure, json::serialised, number::counted},
};

/// What `landfall study convert` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The CDISC ODM file: 1.3, 1.3.1, 1.3.2 or 2.0.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The file to write; one of that name is replaced when the new one is complete.
    #[arg(value_name = "OUTPUT")]
    target: PathBuf,
    /// Which version of ODM is written.
    #[arg(long, value_name = "ODM", value_enum)]
    odm: Odm,
    /// Leaves out what CDISC's schema refuses: vendors' extensions as well.
    #[arg(long)]
    strict: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let Arguments { file, target, odm, strict } = arguments;
    let conversion = study_convert(file, odm.format(), *strict)?;
    write_aside(target, |out| {
        out.write_all(&conversion.bytes).map_err(|error| Failure::file("write", target, &error))
    })?;
    let output = context.output();
    if !output.is_json() {
        if !conversion.findings.is_empty() {
            let warnings = conversion.findings.iter().map(|finding| finding.times).sum::<u64>();
            output.talk(&format!(
                "{} in `{}`: `landfall study check` names them",
                counted(warnings, "warning", "warnings"),
                file.display()
            ));
        }
        for loss in &conversion.lost {
            output.talk(&format!("warning: {loss}"));
        }
        for note in &conversion.notes {
            output.talk(&format!("note: {note}"));
        }
    }
    let path = target.display().to_string();
    let mut value = serialised(&conversion)?;
    if let Value::Object(object) = &mut value {
        object.insert("path".to_owned(), path.clone().into());
    }
    let lost = conversion.lost.len() as u64;
    let notes = conversion.notes.len() as u64;
    context.done_without(Done {
        sentence: format!(
            "wrote `{}` ({}) as ODM {} to `{path}`: {} lost or changed, {}",
            file.display(),
            conversion.from,
            odm.format().as_str(),
            counted(lost, "piece", "pieces"),
            counted(notes, "note", "notes")
        ),
        data: Some(conversion.file.to_string()),
        noun: "conversion",
        value,
        customer: None,
    });
    Ok(())
}

use std::{io::Write as _, path::PathBuf};

use clap::{Args, ValueEnum};
use landfall_core::ids::Address;
use landfall_operations::DesignFormat;
use serde_json::Value;

use super::{not_held_line, tell_not_held};
use crate::{
    commands::write_aside,
    context::{Context, Done},
    output::{error::Failure, json::serialised},
};

/// What `landfall study export` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The instance, such as `acme/sandbox`; Main unless said.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// The protocol code of the study.
    #[arg(value_name = "STUDY")]
    study: String,
    /// The file to write; one of that name is replaced when the new one is complete.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Which version of the design; the last unless it is given.
    #[arg(long, value_name = "NUMBER")]
    version: Option<i64>,
    /// Which version of ODM is written.
    #[arg(long, value_name = "ODM", value_enum, default_value_t = Odm::V1_3_2)]
    odm: Odm,
}

/// A version of ODM.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Odm {
    /// ODM 1.3.2.
    #[value(name = "1.3.2")]
    V1_3_2,
    /// ODM 2.0.
    #[value(name = "2.0")]
    V2_0,
}

impl Odm {
    pub(crate) fn format(self) -> DesignFormat {
        match self {
            Self::V1_3_2 => DesignFormat::V1_3_2,
            Self::V2_0 => DesignFormat::V2_0,
        }
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let Arguments { address, study, file, version, odm } = arguments;
    let caller = context.caller();
    let export = installation.study_export(&caller, address, study, *version, odm.format())?;
    write_aside(file, |target| {
        target.write_all(&export.bytes).map_err(|error| Failure::file("write", file, &error))
    })?;
    let output = context.output();
    if !output.is_json() {
        tell_not_held(output, "an ODM file", &export.not_held);
        for one in &export.lost {
            output.talk(&format!("warning: not in the file: {}", not_held_line(one)));
        }
    }
    let path = file.display().to_string();
    let mut value = serialised(&export)?;
    if let Value::Object(object) = &mut value {
        object.insert("path".to_owned(), path.clone().into());
    }
    context.done(
        &installation,
        Done {
            sentence: format!(
                "wrote version {} of study `{study}` of `{address}` to `{path}`",
                export.version.revision
            ),
            data: Some(export.file.to_string()),
            noun: "export",
            value,
            customer: None,
        },
    )
}

use clap::Args;
use landfall_core::ids::Address;
use landfall_operations::{DesignOutcome, DesignPush};

use super::{show_differences, word};
use crate::{
    context::{Context, Done},
    output::{
        Output,
        colour::Tone,
        error::Failure,
        json::serialised,
        number::{counted, grouped},
        table::{Cell, Table},
    },
};

/// What `landfall study push` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The environment with Main and Test, such as `acme/sandbox`.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// The protocol code of the study.
    #[arg(value_name = "STUDY")]
    study: String,
    /// Which version of Main's design; the last unless it is given.
    #[arg(long, value_name = "NUMBER")]
    version: Option<i64>,
    /// Shows what would be replaced and erased, and does nothing.
    #[arg(long)]
    preview: bool,
    /// Names every row that differs.
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let caller = context.caller();
    let output = context.output();
    let Arguments { address, study, version, preview, all } = arguments;
    let expected = installation.study_push(&caller, address, study, *version, None)?;
    if *preview && output.is_json() {
        output.value(&serialised(&expected)?);
        return Ok(());
    }
    if !output.is_json() {
        show(output, &expected, *all);
    }
    let place = format!("{}/{}/test", address.customer, address.label);
    let warning = warning(&expected, &place);
    if *preview {
        output.talk(&format!("{warning}; nothing was done"));
        return Ok(());
    }
    context.confirm(&warning)?;
    let pushed = installation.study_push(&caller, address, study, *version, Some(&expected))?;
    let what = format!("version {} of study `{study}`", pushed.version.revision);
    let sentence = match &pushed.outcome {
        DesignOutcome::Requested { number } => {
            format!("requested as `{number}`: {what} for `{place}`; it awaits vendor quality")
        }
        DesignOutcome::Made { .. } | DesignOutcome::Unchanged | DesignOutcome::Previewed => {
            format!(
                "pushed {what} to `{place}`; {} of the study's data there erased",
                counted(pushed.erased_rows(), "row", "rows")
            )
        }
    };
    let requested = matches!(pushed.outcome, DesignOutcome::Requested { .. });
    context.done(
        &installation,
        Done {
            sentence,
            data: word(&pushed.outcome, pushed.version.revision),
            noun: "push",
            value: serialised(&pushed)?,
            customer: requested.then_some(&address.customer),
        },
    )
}

/// Says what cannot be taken back.
fn warning(push: &DesignPush, place: &str) -> String {
    let replaced = match push.replaced.len() {
        0 => "gets its first design".to_owned(),
        1 => "loses the version of the design that it has".to_owned(),
        count => format!("loses the {} versions of the design that it has", grouped(count as u64)),
    };
    format!(
        "study `{}` of `{place}` {replaced}, and {} of the study's data there will be erased for ever",
        push.study,
        counted(push.erased_rows(), "row", "rows")
    )
}

fn show(output: &Output, push: &DesignPush, all: bool) {
    show_differences(output, &push.tables, all);
    if !push.erased.is_empty() {
        let mut table = Table::new(["data erased in Test", "rows", "title"]);
        for one in &push.erased {
            table.row([
                Cell::toned(one.table.clone(), Tone::Removed),
                Cell::number(one.rows),
                one.title.clone().into(),
            ]);
        }
        output.line("");
        output.table(&table);
    }
    for one in &push.loose {
        output.talk(&format!("warning: Test has no {one}; what refers to it is left empty"));
    }
}

use std::path::PathBuf;

use clap::Args;
use landfall_demo::sample::{self, Form, Format, MOST_VOLUNTEERS, Packing, Sample};

use crate::{
    context::{Context, quoted},
    output::{
        error::Failure,
        json::serialised,
        number::counted,
        table::{Cell, Table},
    },
};

/// A final dump has one more person for so many of the first.
const PEOPLE_FOR_ONE_MORE: u64 = 20;

/// What `landfall sample source` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The folder to write; new or empty.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// How many people.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_VOLUNTEERS))]
    volunteers: u64,
    /// What every choice follows from: the same seed gives the same files.
    #[arg(long, value_name = "S")]
    seed: u64,
    /// The final dump: the same people, and one more for every twenty at the end of each file.
    #[arg(long = "final")]
    is_final: bool,
    /// What the files are: csv, csv-windows-1252, csv-utf-16 or json-lines (a file for each table), excel (one workbook,
    /// made in memory: for some ten thousand people), pg-dump or mysql-dump (one file).
    #[arg(long, value_name = "FORMAT", default_value_t = Format::Csv)]
    format: Format,
    /// What text files are packed with: none, gzip or zstd.
    #[arg(long, value_name = "PACKING", default_value_t = Packing::None)]
    pack: Packing,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let extra =
        if arguments.is_final { arguments.volunteers.div_ceil(PEOPLE_FOR_ONE_MORE) } else { 0 };
    let facts = sample::write(
        &arguments.folder,
        &Sample { volunteers: arguments.volunteers, seed: arguments.seed, extra },
        Form { format: arguments.format, packing: arguments.pack },
    )?;
    let output = context.output();
    if output.is_json() {
        output.value(&serialised(&facts)?);
        return Ok(());
    }
    let mut table = Table::new(["file", "rows"]);
    for (file, rows) in &facts.files {
        table.row([file.clone().into(), Cell::number(*rows)]);
    }
    output.table(&table);
    let folder = arguments.folder.display();
    output.talk(&format!(
        "wrote a source of {} to `{folder}`, and the spec that migrates it to `{folder}/spec`",
        counted(facts.people, "person", "people")
    ));
    if facts.plain_letters > 0 {
        output.talk(&format!(
            "{} that the encoding does not have stand without their marks",
            counted(facts.plain_letters, "letter", "letters")
        ));
    }
    output.talk(&format!(
        "next: landfall migration check {} --source {}",
        quoted(&arguments.folder.join("spec")),
        quoted(&arguments.folder)
    ));
    Ok(())
}

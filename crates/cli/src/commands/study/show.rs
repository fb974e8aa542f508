use clap::Args;
use landfall_core::ids::Address;

use crate::{
    context::Context,
    output::{
        colour::Tone,
        error::Failure,
        json::serialised,
        number::counted,
        table::{Cell, Table},
    },
};

/// What `landfall study show` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The instance, such as `acme/sandbox`; Main unless said.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// The protocol code of the study.
    #[arg(value_name = "STUDY")]
    study: String,
    /// Which version of the design; the last unless it is given.
    #[arg(long, value_name = "NUMBER")]
    version: Option<i64>,
    /// Shows the columns of every row as well.
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let view = installation.study_show(&arguments.address, &arguments.study, arguments.version)?;
    let output = context.output();
    if output.is_json() {
        output.value(&serialised(&view)?);
        return Ok(());
    }
    let mut facts = Table::new::<&str>([]);
    let mut fact = |name: &str, text: String| {
        facts.row([Cell::toned(name, Tone::Heading), text.into()]);
    };
    let (listed, version) = (&view.study, &view.version);
    fact("study", format!("{} ({})", listed.study.protocol_code, listed.study.name));
    fact("status", listed.status.clone());
    fact(
        "version",
        format!("{} of {}, {}", version.revision, listed.versions.len(), version.status),
    );
    fact("OID", version.oid.clone());
    fact("name", version.name.clone());
    fact("digest", view.content.to_string());
    fact("data", counted(listed.data, "row of volunteers' data", "rows of volunteers' data"));
    output.table(&facts);
    let colour = output.colour();
    for (table, title, lines) in &view.tables {
        output.line("");
        let heading = format!("{table} ({title}): {}", counted(lines.len() as u64, "row", "rows"));
        output.line(&colour.paint(Tone::Heading, &heading));
        for line in lines {
            let key = if line.key.is_empty() { "the version" } else { line.key.as_str() };
            if arguments.all {
                let columns: Vec<String> = line
                    .columns
                    .iter()
                    .map(|(name, value)| format!("{name}={}", value.replace('\n', " ")))
                    .collect();
                output.line(&format!("  {key}  {}", columns.join("; ")));
            } else {
                let name = line.columns.get("name").map_or("", String::as_str);
                output.line(format!("  {key}  {name}").trim_end());
            }
        }
    }
    Ok(())
}

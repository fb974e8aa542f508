use clap::Args;
use landfall_catalogue::{Catalogue, Subject, Table as Declared};
use landfall_core::ids::Release;
use serde_json::Value;

use crate::{
    commands::newest_release,
    context::Context,
    output::{
        Output,
        colour::Tone,
        error::Failure,
        table::{Cell, Table},
    },
};

/// What `landfall catalogue show` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which release, such as `24.1`; the newest in force unless said. `landfall catalogue list` lists them.
    #[arg(value_name = "RELEASE")]
    release: Option<Release>,
    /// Which table; all in a few words unless said.
    #[arg(value_name = "TABLE")]
    table: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let output = context.output();
    let release = &match &arguments.release {
        Some(release) => release.clone(),
        None => newest(context)?,
    };
    let catalogue = &of_release(release, context)?;
    if arguments.release.is_none() {
        output.talk(&format!(
            "release {release}, the newest in force; `{}` lists all",
            context.command("landfall catalogue list")
        ));
    }
    match &arguments.table {
        None if output.is_json() => {
            output.value(catalogue.to_json());
            Ok(())
        }
        None => {
            tables(catalogue, output);
            Ok(())
        }
        Some(name) => {
            let table = catalogue.table(name).ok_or_else(|| {
                Failure::absent(
                    format!("release `{release}` has no table `{name}`"),
                    format!("`landfall catalogue show {release}` lists its tables"),
                )
            })?;
            if output.is_json() {
                output.value(&declared_json(catalogue, name));
            } else {
                columns(catalogue, table, output);
            }
            Ok(())
        }
    }
}

/// Returns the newest release: of those in force where there is a data directory, else of those that are built in.
fn newest(context: &Context) -> Result<Release, Failure> {
    if context.data().exists() {
        return Ok(context.look()?.newest_release()?);
    }
    newest_release(None)
}

/// Returns the catalogue of a release: the one in force where there is a data directory, else the one that is built in.
fn of_release(release: &Release, context: &Context) -> Result<Catalogue, Failure> {
    if context.data().exists() {
        return Ok(context.look()?.catalogue(release)?.clone());
    }
    Ok(Catalogue::embedded(release)?)
}

/// Returns the JSON of one table as the catalogue's digest covers it.
fn declared_json(catalogue: &Catalogue, name: &str) -> Value {
    catalogue
        .to_json()
        .get("tables")
        .and_then(Value::as_array)
        .and_then(|tables| {
            tables.iter().find(|table| table.get("name").and_then(Value::as_str) == Some(name))
        })
        .cloned()
        .unwrap_or(Value::Null)
}

fn tables(catalogue: &Catalogue, output: &Output) {
    output.talk(&format!(
        "{} {}, build {}, digest {}",
        catalogue.product(),
        catalogue.release(),
        catalogue.build(),
        catalogue.digest()
    ));
    let mut list = Table::new(["table", "travels with", "columns", "personal", "source", "title"]);
    for table in catalogue.tables() {
        let personal = table
            .columns
            .iter()
            .filter(|column| column.subject == Subject::Volunteer && column.class.is_personal())
            .count();
        list.row([
            table.name.clone().into(),
            table.travels.name().into(),
            Cell::number(table.columns.len() as u64),
            Cell::number(personal as u64),
            table.source.name().into(),
            table.title.clone().into(),
        ]);
    }
    output.table(&list);
}

fn columns(catalogue: &Catalogue, table: &Declared, output: &Output) {
    let mut facts = Table::new::<&str>([]);
    let mut fact = |name: &str, cell: Cell| facts.row([Cell::toned(name, Tone::Heading), cell]);
    fact("table", format!("{} ({})", table.name, table.title).into());
    fact("travels with", table.travels.name().into());
    fact("source", table.source.name().into());
    fact("why", table.why.clone().into());
    if let Some(filter) = &table.filter {
        let rule = if filter.integration {
            format!(
                "keys in `{}` that the catalogue knows and that belong to no installation",
                filter.column
            )
        } else {
            format!("`{}` is {}", filter.column, filter.keep.join(" or "))
        };
        fact("rows that travel", format!("{rule}; others are called `{}`", filter.reason).into());
    }
    if !table.natural_key.is_empty() {
        fact("natural key", table.natural_key.join(", ").into());
    }
    if let Some(path) = &table.person {
        fact("speaks of", format!("the volunteer at {}", path.0.join(" > ")).into());
    }
    output.table(&facts);
    output.line("");
    let mut list =
        Table::new(["column", "type", "class", "subject", "required", "refers to", "values"]);
    for column in &table.columns {
        let across = table.cross_reference(catalogue, column);
        let refers = column.references.as_ref().map(|target| {
            if across { format!("{target} (by natural key)") } else { target.clone() }
        });
        list.row([
            column.name.clone().into(),
            column.kind.name().into(),
            column.class.name().into(),
            column.subject.name().into(),
            if column.required { "required".into() } else { "-".into() },
            Cell::maybe(refers),
            allowed(column).into(),
        ]);
    }
    output.table(&list);
}

/// Returns what values a column takes, where that is limited.
fn allowed(column: &landfall_catalogue::Column) -> String {
    let mut parts = Vec::new();
    if !column.values.is_empty() {
        parts.push(column.values.join(" | "));
    }
    if let Some(length) = column.max_length {
        parts.push(format!("at most {length} characters"));
    }
    if let Some(default) = &column.default {
        parts.push(format!("default `{default}`"));
    }
    parts.join(", ")
}

use std::path::PathBuf;

use clap::Args;
use landfall_operations::{Comparison, FieldChange, LineChange, TableDifference};
use serde_json::Value;

use crate::{
    context::Context,
    output::{
        Output,
        colour::Tone,
        error::Failure,
        json::serialised,
        number::{counted, grouped},
    },
};

/// What `landfall configuration diff` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The first: an instance such as `acme/sandbox` (Main unless said), a package's digest, or a package file.
    #[arg(value_name = "A")]
    a: String,
    /// The second, likewise: what it has more is added, what it lacks is removed.
    #[arg(value_name = "B")]
    b: String,
    /// Writes the comparison as a PDF as well.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let installation = context.look()?;
    let (a, b) = (arguments.a.as_str(), arguments.b.as_str());
    let comparison = installation.configuration_diff(a, b)?;
    let output = context.output();
    if output.is_json() {
        let mut value = serialised(&comparison)?;
        if let Value::Object(object) = &mut value {
            object.insert("equal".to_owned(), comparison.is_equal().into());
        }
        output.value(&value);
    } else {
        show(output, &comparison);
    }
    if let Some(file) = &arguments.pdf {
        installation.configuration_diff_pdf(a, b, file)?;
        output.talk(&format!("wrote `{}`", file.display()));
    }
    Ok(())
}

fn show(output: &Output, comparison: &Comparison) {
    let colour = output.colour();
    let (a, b) = (&comparison.a, &comparison.b);
    output.line(&colour.paint(Tone::Removed, &format!("- {}, release {}", a.name, a.release)));
    output.line(&colour.paint(Tone::Added, &format!("+ {}, release {}", b.name, b.release)));
    for table in comparison.different() {
        output.line("");
        show_table(output, table);
    }
    output.line("");
    for (side, only) in [(a, &comparison.only_in_a), (b, &comparison.only_in_b)] {
        if !only.is_empty() {
            output.line(&format!(
                "not compared, only in release {}: {}",
                side.release,
                only.join(" ")
            ));
        }
    }
    if comparison.travelling_only {
        output.line("only what travels was compared, because a side is a package");
    }
    if comparison.invisible > 0 {
        output.line(&format!(
            "{} in invisible characters only, which is no difference",
            counted(comparison.invisible, "field differs", "fields differ")
        ));
    }
    if comparison.is_equal() {
        output.line(&colour.paint(Tone::Done, "the configurations are equal"));
    } else {
        let (added, removed, changed) = comparison.counts();
        output.line(&format!(
            "{} added, {} removed, {} changed",
            counted(added, "row", "rows"),
            grouped(removed),
            grouped(changed)
        ));
    }
}

fn show_table(output: &Output, table: &TableDifference) {
    let colour = output.colour();
    let heading = format!("{} ({})", table.table, table.title);
    output.line(&format!(
        "{}  {} added, {} removed, {} changed, {} equal",
        colour.paint(Tone::Heading, &heading),
        grouped(table.added.len() as u64),
        grouped(table.removed.len() as u64),
        grouped(table.changed.len() as u64),
        grouped(table.equal)
    ));
    let stays = |travels: bool| if travels { "" } else { "  (does not travel)" };
    for row in &table.removed {
        let text = format!("- {}", row.row);
        output.line(&format!("  {}{}", colour.paint(Tone::Removed, &text), stays(row.travels)));
    }
    for row in &table.added {
        let text = format!("+ {}", row.row);
        output.line(&format!("  {}{}", colour.paint(Tone::Added, &text), stays(row.travels)));
    }
    for row in &table.changed {
        output.line(&format!("  ~ {}{}", row.row, stays(row.travels)));
        for field in &row.fields {
            show_field(output, field);
        }
    }
}

fn show_field(output: &Output, field: &FieldChange) {
    let colour = output.colour();
    let name = format!("{} ({})", field.column, field.title);
    let Some(lines) = &field.text_diff else {
        let words = |value: &Option<String>| match value {
            Some(value) => value.replace('\n', " "),
            None => "(none)".to_owned(),
        };
        output.line(&format!(
            "      {name}: {} -> {}",
            colour.paint(Tone::Removed, &words(&field.a)),
            colour.paint(Tone::Added, &words(&field.b))
        ));
        return;
    };
    output.line(&format!("      {name}:"));
    let mut before = (0, 0);
    for line in lines {
        let here = (line.a.unwrap_or(before.0), line.b.unwrap_or(before.1));
        // A jump in the numbers is a stretch of equal lines that is not shown.
        if here.0 > before.0 + 1 || here.1 > before.1 + 1 {
            let place = format!("@@ line {} / line {} @@", here.0, here.1);
            output.line(&format!("        {}", colour.paint(Tone::Quiet, &place)));
        }
        before = here;
        let text = match line.change {
            LineChange::Removed => colour.paint(Tone::Removed, &format!("- {}", line.text)),
            LineChange::Added => colour.paint(Tone::Added, &format!("+ {}", line.text)),
            LineChange::Same => format!("  {}", line.text),
        };
        output.line(&format!("        {text}"));
    }
}

//! `landfall study`: the designs of studies, which pass between environments as CDISC ODM files and in no other way.

mod check;
mod convert;
mod diff;
mod export;
mod import;
mod list;
mod push;
mod show;

use clap::Subcommand;
use landfall_operations::{
    DesignOutcome, DesignTableDifference, FindingLine, NotHeld, OidConflict,
};

use crate::{
    context::Context,
    output::{
        Output,
        colour::Tone,
        error::Failure,
        number::grouped,
        table::{Cell, Table},
    },
};

/// How many rows of one table a comparison names; `--all` names every one.
const SHOWN: usize = 20;

/// What is done with the designs of studies.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Says what a CDISC ODM file is, what is wrong in it and what an import could not hold; needs no data directory.
    Check(check::Arguments),
    /// Writes a CDISC ODM file as another version of ODM, and names what is lost; needs no data directory.
    Convert(convert::Arguments),
    /// Imports the design of a study from a CDISC ODM file into Main: a new study, or a new version of one.
    Import(import::Arguments),
    /// Writes the design of a study to a CDISC ODM file that says where it comes from.
    Export(export::Arguments),
    /// Lists the studies of an instance and the versions of their designs.
    List(list::Arguments),
    /// Shows a version of a study's design.
    Show(show::Arguments),
    /// Compares two versions of a study's design, in instances or in a file.
    Diff(diff::Arguments),
    /// Pushes the design of a study from Main to Test of the same pair, and erases the study's data in Test.
    Push(push::Arguments),
}

impl Verb {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Check(arguments) => check::run(&arguments, context),
            Self::Convert(arguments) => convert::run(&arguments, context),
            Self::Import(arguments) => import::run(&arguments, context),
            Self::Export(arguments) => export::run(&arguments, context),
            Self::List(arguments) => list::run(&arguments, context),
            Self::Show(arguments) => show::run(&arguments, context),
            Self::Diff(arguments) => diff::run(&arguments, context),
            Self::Push(arguments) => push::run(&arguments, context),
        }
    }
}

/// Counts what differs, table by table.
fn show_counts(output: &Output, tables: &[DesignTableDifference]) {
    let mut counts = Table::new(["table", "added", "changed", "removed", "equal", "title"]);
    for one in tables {
        counts.row([
            one.table.clone().into(),
            Cell::number(one.added.len() as u64),
            Cell::number(one.changed.len() as u64),
            Cell::number(one.removed.len() as u64),
            Cell::number(one.equal),
            one.title.clone().into(),
        ]);
    }
    output.table(&counts);
}

/// Shows what differs, table by table: rows by their OIDs, columns with what they held and hold.
fn show_differences(output: &Output, tables: &[DesignTableDifference], all: bool) {
    show_counts(output, tables);
    for one in tables {
        show_rows(output, one, if all { usize::MAX } else { SHOWN });
    }
}

fn show_rows(output: &Output, one: &DesignTableDifference, most: usize) {
    let colour = output.colour();
    let name = |key: &str| if key.is_empty() { "the version".to_owned() } else { key.to_owned() };
    let mut lines = Vec::new();
    for key in &one.removed {
        lines.push(colour.paint(Tone::Removed, &format!("- {}", name(key))));
    }
    for key in &one.added {
        lines.push(colour.paint(Tone::Added, &format!("+ {}", name(key))));
    }
    for row in &one.changed {
        let columns: Vec<String> = row
            .columns
            .iter()
            .map(|column| {
                let words = |value: &Option<String>| match value {
                    Some(value) => format!("`{}`", value.replace('\n', " ")),
                    None => "nothing".to_owned(),
                };
                format!("{}: {} -> {}", column.column, words(&column.old), words(&column.new))
            })
            .collect();
        lines.push(format!("~ {}  {}", name(&row.key), columns.join("; ")));
    }
    if lines.is_empty() {
        return;
    }
    output.line("");
    output.line(&colour.paint(Tone::Heading, &format!("{} ({})", one.table, one.title)));
    let beyond = lines.len().saturating_sub(most);
    for line in lines.iter().take(most) {
        output.line(&format!("  {line}"));
    }
    if beyond > 0 {
        output.line(&format!("  and {} more: `--all` names them", grouped(beyond as u64)));
    }
}

/// Names the OIDs that mean something else.
fn show_conflicts(output: &Output, conflicts: &[OidConflict]) {
    if conflicts.is_empty() {
        return;
    }
    let mut table = Table::new(["OID in conflict", "means", "would mean"]);
    for one in conflicts {
        table.row([
            Cell::toned(one.oid.clone(), Tone::Failed),
            one.before.clone().into(),
            one.after.clone().into(),
        ]);
    }
    output.line("");
    output.table(&table);
}

/// Says what an instance or a file cannot hold, each kind once with its first places.
fn tell_not_held(output: &Output, whose: &str, list: &[NotHeld]) {
    for one in list {
        output.talk(&format!("warning: {whose} cannot hold: {}", not_held_line(one)));
    }
}

fn not_held_line(one: &NotHeld) -> String {
    let at = if one.at.is_empty() { String::new() } else { format!(" ({})", one.at.join(", ")) };
    let more = one.count.saturating_sub(one.at.len() as u64);
    let more = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
    format!("{}{at}{more}", one.what)
}

/// Codes of findings that say what was kept when a file was read, which a table may have no place for.
const KEPT: [&str; 14] = [
    "ODM-045", "ODM-046", "ODM-047", "ODM-049", "ODM-053", "ODM-055", "ODM-056", "ODM-057",
    "ODM-060", "ODM-061", "ODM-062", "ODM-063", "ODM-064", "ODM-065",
];

/// Says what was found in a file, and once what that means for an instance.
fn tell_findings(output: &Output, findings: &[FindingLine]) {
    for one in findings {
        output.talk(&one.to_string());
    }
    if let Some(sentence) = kept(findings) {
        output.talk(&format!("note: {sentence}"));
    }
}

/// Says what became of that which findings say was kept.
fn kept(findings: &[FindingLine]) -> Option<&'static str> {
    let any = findings.iter().any(|one| KEPT.contains(&one.code.as_str()));
    any.then_some(
        "what a warning says was kept is in the design as it was read; an instance has what its tables have a column for, and everything else is named",
    )
}

/// Says what became of a change in a word for scripts: the version's number, or the request's.
fn word(outcome: &DesignOutcome, revision: i64) -> Option<String> {
    match outcome {
        DesignOutcome::Made { .. } => Some(revision.to_string()),
        DesignOutcome::Requested { number } => Some(number.clone()),
        DesignOutcome::Previewed | DesignOutcome::Unchanged => None,
    }
}

//! Checks the declared sources and reads their headers.

use std::path::Path;

use super::said;
use crate::{
    error::Problem,
    plan::SourcePlan,
    source::{self, Input},
    spec::{
        Spec,
        load::{SPEC, inside},
        model::{Format, Place, Source},
    },
};

/// Opens every declared source; one that cannot be used is a problem and is left out.
pub(super) fn plan(spec: &Spec, dump: &Path, problems: &mut Vec<Problem>) -> Vec<SourcePlan> {
    let mut plans: Vec<SourcePlan> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for source in &spec.model().source {
        let before = problems.len();
        declaration(source, problems);
        if names.contains(&source.name.as_str()) {
            problems.push(Problem::new(
                SPEC,
                format!("expected every source name once, found `{}` twice", source.name),
            ));
        }
        names.push(&source.name);
        if problems.len() > before {
            continue;
        }
        match open(spec, source, dump) {
            Ok(plan) => {
                for column in &source.index {
                    if !plan.columns.contains(column) {
                        problems.push(Problem::new(
                            SPEC,
                            super::section::no_such_column(&plan, column),
                        ));
                    }
                }
                plans.push(plan);
            }
            Err(problem) => problems.push(problem),
        }
    }
    plans
}

fn declaration(source: &Source, problems: &mut Vec<Problem>) {
    let mut wrong = |message: String| {
        problems.push(Problem::new(SPEC, format!("source `{}`: {message}", source.name)));
    };
    let plain = source.name.starts_with(|first: char| first.is_ascii_lowercase())
        && source.name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !source.name.starts_with("landfall_")
        && !source.name.starts_with("sqlite_");
    if !plain {
        wrong(
            "expected a name of lower-case letters, digits and `_`, such as `patients`".to_owned(),
        );
    }
    let text = matches!(source.format, Format::Csv | Format::Tsv);
    let dump = matches!(source.format, Format::PgDump | Format::MysqlDump);
    for (name, given, belongs) in [
        ("delimiter", source.delimiter.is_some(), text),
        ("quote", source.quote.is_some(), text),
        ("encoding", source.encoding.is_some(), text || dump || source.format == Format::JsonLines),
        ("table", source.table.is_some(), dump || source.format == Format::Sqlite),
        ("header_row", source.header_row.is_some(), source.format == Format::Excel),
    ] {
        if given && !belongs {
            wrong(format!("the format has no option `{name}`; remove it"));
        }
    }
    if source.delimiter.as_deref().is_some_and(|text| !one_byte(text)) {
        wrong("expected a `delimiter` of one ASCII character".to_owned());
    }
    if source.quote.as_deref().is_some_and(|text| !text.is_empty() && !one_byte(text)) {
        wrong("expected a `quote` of one ASCII character, or \"\" for none".to_owned());
    }
    if source.header_row == Some(0) {
        wrong(
            "expected a `header_row` of 1 or more: rows are counted from 1, as Excel does"
                .to_owned(),
        );
    }
    if text && source.quote.is_some() && source.quote == source.delimiter {
        wrong("expected a `quote` that differs from the `delimiter`".to_owned());
    }
}

fn one_byte(text: &str) -> bool {
    matches!(text.as_bytes(), [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | 0))
}

fn open(spec: &Spec, source: &Source, dump: &Path) -> Result<SourcePlan, Problem> {
    let input = match source.from {
        Place::Dump => Input::File(inside(dump, source.path()).map_err(|message| {
            Problem::new(SPEC, format!("source `{}`: {message}", source.name))
        })?),
        Place::Spec => Input::Held(spec.list(&source.file).ok_or_else(|| {
            Problem::new(SPEC, format!("source `{}`: expected its file in the spec", source.name))
        })?),
    };
    let bytes = match &input {
        Input::File(path) => std::fs::metadata(path).map_or(0, |facts| facts.len()),
        Input::Held(bytes) => bytes.len() as u64,
    };
    let expected = named(spec, source);
    let read =
        source::open(source, input, &expected).and_then(|format| Ok((format.columns()?, format)));
    let (columns, format) = read.map_err(|error| {
        let (file, message) = said(&error);
        Problem::new(file, message)
    })?;
    Ok(SourcePlan {
        name: source.name.clone(),
        file: source.file.clone(),
        bytes,
        has_header: source::is_header(&columns, &expected),
        columns,
        null: source.null.clone().unwrap_or_else(|| vec![String::new()]),
        index: source.index.clone(),
        format,
    })
}

/// Returns the names of a source's columns that stand in the spec, those in expressions aside.
fn named(spec: &Spec, source: &Source) -> Vec<String> {
    let sections = spec.model().section.iter().filter(|section| section.source == source.name);
    let mut names: Vec<String> = source.ignored.keys().chain(&source.index).cloned().collect();
    for section in sections {
        names.extend(section.key.iter().cloned());
        names.extend(
            section.field.iter().flat_map(|field| &field.source).flat_map(|names| names.to_vec()),
        );
    }
    names
}

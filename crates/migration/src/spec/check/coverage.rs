//! Checks that every column of every source is used or ignored with a reason.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::Checking;
use crate::{
    dump,
    error::{Problem, listed},
    report::SourceCoverage,
    source::is_header,
    spec::{
        load::SPEC,
        model::{Coverage, Place, Source},
    },
};

/// Returns what becomes of every column, and notes about what nothing mentions.
pub(super) fn check(
    checking: &mut Checking<'_, '_>,
    dump: &Path,
) -> (Vec<SourceCoverage>, Vec<String>) {
    let used = used(checking);
    let mut covered = Vec::new();
    let mut notes = Vec::new();
    let model = checking.spec.model();
    for source in &model.source {
        let Some(plan) = checking.sources.iter().find(|plan| plan.name == source.name) else {
            continue;
        };
        let is_used = |column: &String| used.contains(&(source.name.clone(), column.clone()));
        let mut wrong = |message: String| {
            checking
                .problems
                .push(Problem::new(SPEC, format!("source `{}`: {message}", source.name)));
        };
        for (column, reason) in &source.ignored {
            if !plan.columns.contains(column) {
                wrong(format!("ignored: {}", super::section::no_such_column(plan, column)));
            } else if is_used(column) {
                wrong(format!(
                    "expected `{column}` to be used or ignored, found both; remove it from `ignored`"
                ));
            } else if reason.trim().is_empty() {
                wrong(format!("expected a reason for ignoring `{column}`, found none"));
            }
        }
        // A header of which the spec knows too little is probably no header but somebody's data: it is not shown.
        let mentioned =
            used.iter().filter(|(name, _)| *name == source.name).map(|(_, column)| column);
        let known = is_header(&plan.columns, mentioned.chain(source.ignored.keys()));
        let shown = |(index, column): (usize, &String)| {
            if known { column.clone() } else { format!("column {}", index + 1) }
        };
        let unmentioned: Vec<String> = plan
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| !is_used(column) && !source.ignored.contains_key(*column))
            .map(shown)
            .collect();
        if !unmentioned.is_empty() {
            let message = format!(
                "expected every column of `{}` to be used or ignored with a reason, found neither for {}; add fields, or add them to `ignored`",
                source.file,
                if known {
                    listed(&unmentioned)
                } else {
                    format!(
                        "{} of its {} columns ({})",
                        unmentioned.len(),
                        plan.columns.len(),
                        plan.format.question()
                    )
                }
            );
            match model.coverage {
                Coverage::Error => wrong(message),
                Coverage::Warn => notes.push(format!("source `{}`: {message}", source.name)),
            }
        }
        covered.push(SourceCoverage {
            name: source.name.clone(),
            file: source.file.clone(),
            used: plan.columns.iter().filter(|column| is_used(column)).cloned().collect(),
            ignored: source
                .ignored
                .iter()
                .map(|(column, reason)| (column.clone(), reason.clone()))
                .collect(),
            unmentioned,
        });
    }
    notes.extend(unread_sheets(checking));
    notes.extend(unmentioned_files(checking, dump));
    (covered, notes)
}

/// Returns every column that something uses, also in a section that has a problem elsewhere.
fn used(checking: &Checking<'_, '_>) -> BTreeSet<(String, String)> {
    let mut used = BTreeSet::new();
    for section in &checking.spec.model().section {
        let mut column = |name: &String| {
            used.insert((section.source.clone(), name.clone()));
        };
        section.key.iter().for_each(&mut column);
        for field in &section.field {
            if field.expression.is_none() && field.file.is_none() {
                field.source.iter().flat_map(|names| names.to_vec()).for_each(|name| column(&name));
            }
        }
        for field in &section.field {
            if let Some(within) = &field.within {
                let names = field.by.iter().flat_map(|by| by.to_vec()).chain(field.take.clone());
                used.extend(names.map(|name| (within.clone(), name)));
            }
        }
        let files = section.field.iter().filter_map(|field| field.file.as_deref());
        let expressions = section
            .field
            .iter()
            .filter_map(|field| field.expression.as_deref())
            .chain(files.filter_map(|file| checking.spec.expression(file)))
            .chain(section.filter.as_deref());
        for expression in expressions {
            // What is wrong with it is a problem of its section already.
            if let Ok(reads) = checking.expressions.check(&section.source, expression) {
                used.extend(reads);
            }
        }
    }
    used
}

/// Sheets of a workbook that no source reads may be forgotten ones. They are counted: the name of a sheet may be personal.
fn unread_sheets(checking: &Checking<'_, '_>) -> Vec<String> {
    /// Sheets by name: whether it is hidden, and whether a source reads it.
    type Sheets = BTreeMap<String, (bool, bool)>;

    let mut workbooks: BTreeMap<(bool, &str), Sheets> = BTreeMap::new();
    for source in &checking.spec.model().source {
        let plan = checking.sources.iter().find(|plan| plan.name == source.name);
        // What is wrong with the workbook is a problem of its source already.
        let Some(Ok(sheets)) = plan.map(|plan| plan.format.sheets()) else { continue };
        let workbook = workbooks.entry((source.from == Place::Spec, source.path())).or_default();
        for sheet in sheets {
            workbook.entry(sheet.name).or_insert((sheet.hidden, false)).1 |= sheet.read;
        }
    }
    let mut notes = Vec::new();
    for ((_, file), sheets) in &workbooks {
        let unread = || sheets.values().filter(|(_, read)| !read);
        let hidden = unread().filter(|(hidden, _)| *hidden).count();
        let (sheets, are) = match unread().count() {
            0 => continue,
            1 => ("1 sheet".to_owned(), "is"),
            several => (format!("{several} sheets"), "are"),
        };
        notes.push(format!(
            "{sheets} of `{file}` on which something stands {are} no source, {hidden} of them hidden; open the workbook to see which, and name what is needed as `{file}#Sheet`"
        ));
    }
    notes
}

/// The endings of files that are shown; behind the last point of other names anything may stand.
const ENDINGS: &[&str] = &[
    ".bak", ".bmp", ".csv", ".db", ".doc", ".docx", ".gif", ".gz", ".htm", ".html", ".jpeg",
    ".jpg", ".json", ".jsonl", ".log", ".ndjson", ".md", ".pdf", ".png", ".rtf", ".sql", ".sqlite",
    ".tif", ".tiff", ".tsv", ".txt", ".xls", ".xlsm", ".xlsx", ".xml", ".zip", ".zst",
];

/// Files that nobody mentions may be forgotten ones. They are counted: the name of a file or folder may be personal.
fn unmentioned_files(checking: &Checking<'_, '_>, dump: &Path) -> Option<String> {
    let model = checking.spec.model();
    let files = dump::files(dump).ok()?;
    let all = files.len();
    // Those at the top first, by ending: how many, and in which folders.
    let mut places: BTreeMap<(bool, &str), (usize, BTreeSet<String>)> = BTreeMap::new();
    for name in files.into_iter().map(|file| file.name) {
        let is_source = |source: &Source| source.from == Place::Dump && source.path() == name;
        if model.ignored_files.contains_key(&name) || model.source.iter().any(is_source) {
            continue;
        }
        let lower = name.to_lowercase();
        let known = ENDINGS.iter().find(|ending| lower.ends_with(**ending));
        let ending = known.copied().unwrap_or("other endings");
        let folder = name.split_once('/').map(|(folder, _)| folder.to_owned());
        let (count, folders) = places.entry((folder.is_some(), ending)).or_default();
        *count += 1;
        folders.extend(folder);
    }
    let total: usize = places.values().map(|(count, _)| count).sum();
    if total == 0 {
        return None;
    }
    let places: Vec<String> = places
        .iter()
        .map(|((_, ending), (count, folders))| match folders.len() {
            0 => format!("{count} ({ending}) at the top"),
            1 => format!("{count} ({ending}) in 1 folder"),
            several => format!("{count} ({ending}) in {several} folders"),
        })
        .collect();
    let are = if total == 1 { "is neither a source" } else { "are neither sources" };
    Some(format!(
        "{total} of the {all} files of the dump {are} nor among `ignored_files`: {}; to see which, list the dump's folder (`ls -R`) beside the spec's sources",
        places.join(", ")
    ))
}

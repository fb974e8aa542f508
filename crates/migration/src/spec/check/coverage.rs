//! Checks that every column of every source is used or ignored with a reason.

use std::{collections::BTreeSet, path::Path};

use super::Checking;
use crate::{
    dump,
    error::{Problem, listed},
    report::SourceCoverage,
    spec::{
        load::SPEC,
        model::{Coverage, Place},
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
        let unmentioned: Vec<String> = plan
            .columns
            .iter()
            .filter(|column| !is_used(column) && !source.ignored.contains_key(*column))
            .cloned()
            .collect();
        // A header of which the spec knows nothing is probably no header but somebody's data: it is not shown.
        let known = plan.columns.len() > unmentioned.len();
        if !unmentioned.is_empty() {
            let message = format!(
                "expected every column of `{}` to be used or ignored with a reason, found neither for {}; add fields, or add them to `ignored`",
                source.file,
                if known {
                    listed(&unmentioned)
                } else {
                    format!(
                        "all {} of them; does the file begin with its header line?",
                        unmentioned.len()
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

/// A file that nobody mentions may be one that was forgotten.
fn unmentioned_files(checking: &Checking<'_, '_>, folder: &Path) -> Vec<String> {
    let model = checking.spec.model();
    let Ok(files) = dump::files(folder) else { return vec![] };
    files
        .into_iter()
        .map(|file| file.name)
        .filter(|name| {
            !model.ignored_files.contains_key(name)
                && !model
                    .source
                    .iter()
                    .any(|source| source.from == Place::Dump && source.file == *name)
        })
        .map(|name| {
            format!("the dump's file `{name}` is neither a source nor among `ignored_files`")
        })
        .collect()
}

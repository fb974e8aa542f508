//! The facts of a difference report: in what PROD's configuration package is not the validated one.

use landfall_catalogue::{Catalogue, Kind as ColumnKind};
use landfall_core::{
    customer::{DocumentKind, Environment},
    digest::Digest,
    environment::Kind,
    plan::{PackageFacts, PackageKind},
};
use landfall_documents::{difference_report as report, facts as shared};
use landfall_instances::compare::{
    Comparison, DiffLine, FieldChange, LineChange, RowChange, RowName, TableDifference,
};
use serde_json::Value;

use super::{About, Special, label_words, required, value};
use crate::{Result, error::Error, use_cases::environment};

/// Returns the facts.
pub(crate) fn facts(about: &About<'_>) -> Result<(Value, u32)> {
    let prod = about.environment()?;
    let (Special::Difference(comparison), Some((validated, old, new))) =
        (&about.material.special, about.state.difference())
    else {
        return Err(Error::Broken(
            "a difference report, and nothing differs from the validated configuration".to_owned(),
        ));
    };
    let val = environment(about.state, validated)?;
    let facts = report::Facts {
        number: about.number.to_owned(),
        customer: about.state.name.clone(),
        environment: label_words(prod.label),
        product: prod.plan.release.product.clone(),
        release: prod.plan.release.release.to_string(),
        build: prod.plan.release.build.clone(),
        summary: summary(about, comparison, val, prod),
        purpose: report::PURPOSE.to_owned(),
        meaning: report::MEANING.to_owned(),
        validated: side(val, old, comparison.a.release.as_str(), report::VALIDATED),
        prod: side(prod, new, comparison.b.release.as_str(), report::PROD),
        tables: tables(comparison),
        invisible: comparison.invisible,
        not_compared: not_compared(comparison),
        references: references(about, val, prod),
        timeline: about.timeline_with(|entry| {
            matches!(
                entry.kind.as_str(),
                "customer.validation-completed" | "customer.withdrawal-signed"
            )
        }),
        attachments: Vec::new(),
        ledger: about.ledger(),
        required_signatures: required(DocumentKind::DifferenceReport, Kind::Prod),
    };
    Ok((value(&facts)?, 0))
}

fn summary(
    about: &About<'_>,
    comparison: &Comparison,
    val: &Environment,
    prod: &Environment,
) -> String {
    let missed: Vec<String> = about
        .state
        .missed_changes(val.label)
        .map(|change| format!("{} ({})", change.name(&about.state.id), change.table))
        .collect();
    let missed = if missed.is_empty() {
        String::new()
    } else {
        format!(
            " Changes that were approved and made in {}, and that it lacks: {}.",
            label_words(val.label),
            missed.join(", ")
        )
    };
    format!(
        "{} of {} is to be built from the configuration of {}, which is not the configuration with which {} was validated: {}{missed} Customer quality decides with this report, before the build.",
        label_words(prod.label),
        about.state.name,
        configuration(prod).map_or("another source", |package| package.source.as_str()),
        label_words(val.label),
        counts_words(comparison)
    )
}

/// Says how many records differ, as a sentence ends: `2 records were added, 1 removed and 3 changed.`
pub(crate) fn counts_words(comparison: &Comparison) -> String {
    let (added, removed, changed) = comparison.counts();
    let records = if added == 1 { "record was" } else { "records were" };
    format!("{added} {records} added, {removed} removed and {changed} changed.")
}

fn configuration(environment: &Environment) -> Option<&PackageFacts> {
    environment
        .plan
        .content
        .packages()
        .into_iter()
        .find(|package| package.kind == PackageKind::Configuration)
}

fn side(environment: &Environment, package: Digest, release: &str, label: &str) -> report::Side {
    let facts = configuration(environment);
    report::Side {
        label: label.to_owned(),
        environment: label_words(environment.label),
        package: Some(package),
        source: facts.map_or_else(String::new, |facts| facts.source.clone()),
        release: release.to_owned(),
        records: facts.map_or(0, |facts| facts.tables.iter().map(|table| table.rows).sum()),
        iq: environment.iq.clone(),
    }
}

/// Returns the tables that were compared, as the report shows them.
pub(crate) fn tables(comparison: &Comparison) -> Vec<report::Table> {
    // Says which columns are booleans; a release that is not built in shows them as they are stored.
    let catalogue = Catalogue::embedded(&comparison.b.release).ok();
    comparison
        .tables
        .iter()
        .map(|table| report::Table {
            name: table.table.clone(),
            title: table.title.clone(),
            equal: table.equal,
            added: records(&table.added),
            removed: records(&table.removed),
            changed: table
                .changed
                .iter()
                .map(|row| changed(row, table, catalogue.as_ref()))
                .collect(),
        })
        .collect()
}

/// Returns the tables and columns that only one of the two releases has.
pub(crate) fn not_compared(comparison: &Comparison) -> Vec<String> {
    comparison.only_in_a.iter().chain(&comparison.only_in_b).cloned().collect()
}

fn records(rows: &[RowName]) -> Vec<report::Record> {
    rows.iter().map(|row| report::Record { key: row.row.clone(), fields: Vec::new() }).collect()
}

fn changed(
    row: &RowChange,
    table: &TableDifference,
    catalogue: Option<&Catalogue>,
) -> report::RowChange {
    let declared = catalogue.and_then(|catalogue| catalogue.table(&table.table));
    report::RowChange {
        key: row.row.clone(),
        fields: row
            .fields
            .iter()
            .map(|field| {
                let is_boolean = declared
                    .and_then(|declared| declared.column(&field.column))
                    .is_some_and(|column| column.kind == ColumnKind::Boolean);
                field_of(field, is_boolean)
            })
            .collect(),
    }
}

fn field_of(field: &FieldChange, is_boolean: bool) -> report::FieldChange {
    let lines: Vec<report::Line> = field.text_diff.iter().flatten().map(line).collect();
    let shown = |text: &Option<String>| {
        let text = text.as_ref().filter(|_| lines.is_empty())?;
        Some(match (is_boolean, text.as_str()) {
            (true, "1") => "yes".to_owned(),
            (true, "0") => "no".to_owned(),
            (true | false, text) => text.to_owned(),
        })
    };
    report::FieldChange {
        column: field.column.clone(),
        title: field.title.clone(),
        old: shown(&field.a),
        new: shown(&field.b),
        lines,
    }
}

fn line(line: &DiffLine) -> report::Line {
    report::Line {
        change: match line.change {
            LineChange::Same => report::LineChange::Same,
            LineChange::Added => report::LineChange::Added,
            LineChange::Removed => report::LineChange::Removed,
        },
        old: line.a,
        new: line.b,
        text: line.text.clone(),
    }
}

fn references(about: &About<'_>, val: &Environment, prod: &Environment) -> Vec<shared::Reference> {
    let mut list = vec![shared::Reference {
        name: "Lifecycle policy".to_owned(),
        version: super::policy_version(&about.material.policy, prod.plan.policy),
        digest: Some(prod.plan.policy),
    }];
    for environment in [val, prod] {
        list.push(shared::Reference {
            name: format!("Catalogue of {}", environment.plan.release.product),
            version: environment.plan.release.release.to_string(),
            digest: Some(environment.plan.release.catalogue),
        });
    }
    list.dedup();
    let qualification = val.iq.as_ref().and_then(|number| about.state.documents.get(number));
    if let Some(document) = qualification {
        list.push(shared::Reference {
            name: format!("Installation qualification of {}", label_words(val.label)),
            version: document.number.clone(),
            digest: document.facts,
        });
    }
    list
}

#[cfg(test)]
mod tests {
    use landfall_instances::compare::SideFacts;

    use super::*;

    fn comparison() -> Comparison {
        let side = |name: &str| SideFacts {
            name: name.to_owned(),
            release: Catalogue::embedded_releases().pop().unwrap(),
            package: None,
        };
        let field = |column: &str, a: &str, b: &str, text_diff| FieldChange {
            column: column.to_owned(),
            title: column.to_owned(),
            a: Some(a.to_owned()),
            b: Some(b.to_owned()),
            text_diff,
        };
        let script = DiffLine {
            change: LineChange::Added,
            a: None,
            b: Some(4),
            text: "return 1;".to_owned(),
        };
        Comparison {
            a: side("acme/val-1/main"),
            b: side("acme/preprod/main"),
            travelling_only: true,
            tables: vec![TableDifference {
                table: "system_setting".to_owned(),
                title: "System Settings".to_owned(),
                added: vec![RowName { row: "name=new".to_owned(), travels: true }],
                removed: Vec::new(),
                changed: vec![RowChange {
                    row: "name=old".to_owned(),
                    travels: true,
                    fields: vec![
                        field("active", "1", "0", None),
                        field("data_script", "return 0;", "return 1;", Some(vec![script])),
                    ],
                }],
                equal: 3,
                invisible: 0,
            }],
            only_in_a: vec!["role.colour".to_owned()],
            only_in_b: Vec::new(),
            invisible: 0,
        }
    }

    #[test]
    fn truth_is_said_in_words_and_scripts_line_by_line() {
        let tables = tables(&comparison());
        let [active, script] = tables[0].changed[0].fields.as_slice() else { panic!() };
        assert_eq!((active.old.as_deref(), active.new.as_deref()), (Some("yes"), Some("no")));
        assert_eq!((&script.old, &script.new), (&None, &None));
        assert_eq!(script.lines[0].new, Some(4));
        assert_eq!(tables[0].added[0].key, "name=new");
    }

    #[test]
    fn what_is_not_compared_is_named_and_the_rest_counted() {
        assert_eq!(not_compared(&comparison()), ["role.colour"]);
        assert_eq!(counts_words(&comparison()), "1 record was added, 0 removed and 1 changed.");
    }
}

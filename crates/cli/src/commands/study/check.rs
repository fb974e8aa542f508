use std::path::PathBuf;

use clap::Args;
use landfall_operations::{DesignCheck, FindingCode, ImportOutlook, OdmFacts, study_check};
use serde_json::Value;

use super::{kept, not_held_line};
use crate::{
    commands::newest_release,
    context::Context,
    output::{
        Output,
        colour::Tone,
        error::Failure,
        json::serialised,
        number::counted,
        table::{Cell, Table},
    },
};

/// What `landfall study check` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The CDISC ODM file: 1.3, 1.3.1, 1.3.2 or 2.0.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Names every finding.
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let check = study_check(&arguments.file, &newest_release(None)?)?;
    let output = context.output();
    if output.is_json() {
        let mut value = serialised(&check)?;
        if let Value::Object(object) = &mut value {
            object.insert("importable".to_owned(), check.is_importable().into());
        }
        output.value(&value);
    } else {
        show(output, &check, arguments.all);
    }
    verdict(&check, output)
}

/// Says whether an import would take the file.
fn verdict(check: &DesignCheck, output: &Output) -> Result<(), Failure> {
    let path = &check.path;
    if check.errors > 0 {
        let errors = check.findings.iter().filter(|finding| finding.severity == "error");
        // On a terminal they stand above.
        let details =
            if output.is_json() { errors.map(ToString::to_string).collect() } else { Vec::new() };
        return Err(Failure::failed(
            format!(
                "`{path}` gives no study design: {} found",
                counted(check.errors, "error was", "errors were")
            ),
            "correct what is named by line and column; `docs/odm-findings.md` explains each code",
            details,
        ));
    }
    let stopped = check.taken().map_or(&[][..], |(_, outlook)| outlook.stopped.as_slice());
    if !stopped.is_empty() {
        let details = if output.is_json() {
            stopped.iter().map(ToString::to_string).collect()
        } else {
            Vec::new()
        };
        let places = counted(stopped.len() as u64, "place", "places");
        return Err(Failure::failed(
            format!("`{path}` is a study design that an import cannot take: {places}"),
            format!(
                "correct what is named where the study was designed; `landfall catalogue show {} TABLE` shows what a column takes",
                check.release
            ),
            details,
        ));
    }
    if !output.is_json() {
        let warnings = match check.warnings {
            0 if tells_losses(check) => "what is lost by it is named above".to_owned(),
            0 => "nothing was found that a person should know".to_owned(),
            count => format!(
                "{}; `docs/odm-findings.md` explains each code",
                counted(count, "warning", "warnings")
            ),
        };
        output.talk(&format!("`{path}` is a study design that can be imported: {warnings}"));
        output.talk("next: landfall study import ADDRESS FILE --preview");
    }
    Ok(())
}

/// Tells whether something would be lost by an import.
fn tells_losses(check: &DesignCheck) -> bool {
    !check.converted.is_empty()
        || check.taken().is_some_and(|(_, outlook)| !outlook.not_held.is_empty())
}

fn show(output: &Output, check: &DesignCheck, all: bool) {
    let mut facts = Table::new::<&str>([]);
    let mut fact = |name: &str, text: String| {
        facts.row([Cell::toned(name, Tone::Heading), text.into()]);
    };
    fact("file", format!("{}, {}", check.path, counted(check.bytes, "byte", "bytes")));
    fact("digest", check.file.to_string());
    if let Some(encoding) = &check.encoding {
        fact("encoding", encoding.clone());
    }
    if let Some(odm) = &check.odm {
        identity(odm, &mut fact);
    }
    output.table(&facts);
    if !check.studies.is_empty() {
        output.line("");
        output.table(&counts(check));
    }
    findings(output, check, all);
    if !check.converted.is_empty() {
        heading(output, "not taken over from ODM 2.0, because 1.3.2 has no place for it");
        for one in &check.converted {
            output.sentence(&format!("  {}", not_held_line(one)));
        }
    }
    for study in &check.studies {
        for version in &study.versions {
            if let Some(outlook) = &version.import {
                import(output, outlook, (&study.oid, &version.oid));
            }
        }
    }
}

fn heading(output: &Output, text: &str) {
    output.line("");
    output.line(&output.colour().paint(Tone::Heading, text));
}

/// Says what the file says of itself.
fn identity(odm: &OdmFacts, fact: &mut impl FnMut(&str, String)) {
    fact("ODM", odm.version.clone());
    let both = [&odm.source_system, &odm.source_system_version];
    let system: Vec<&str> = both.into_iter().flatten().map(String::as_str).collect();
    let system = Some(system.join(" ")).filter(|system| !system.is_empty());
    for (name, text) in [
        ("file type", &odm.file_type),
        ("file OID", &odm.file_oid),
        ("made", &odm.created),
        ("originator", &odm.originator),
        ("source system", &system),
    ] {
        if let Some(text) = text {
            fact(name, text.clone());
        }
    }
    let languages: Vec<String> = odm
        .languages
        .iter()
        .map(|one| {
            let language = one.language.as_deref().unwrap_or("not said");
            format!("{language} ({})", counted(one.texts, "text", "texts"))
        })
        .collect();
    if !languages.is_empty() {
        fact("languages", languages.join(", "));
    }
    for vendor in &odm.vendors {
        let prefix = vendor.prefix.as_ref().map(|prefix| format!("{prefix}: "));
        fact(
            "extension",
            format!(
                "{}{} ({}, {})",
                prefix.unwrap_or_default(),
                vendor.namespace,
                counted(vendor.elements, "element", "elements"),
                counted(vendor.attributes, "attribute", "attributes")
            ),
        );
    }
}

/// Counts what each version holds.
fn counts(check: &DesignCheck) -> Table {
    let mut table = Table::new([
        "study",
        "OID",
        "version",
        "events",
        "forms",
        "groups",
        "items",
        "code lists",
        "units",
        "conditions",
        "methods",
    ]);
    for study in &check.studies {
        let name = study.protocol_name.as_ref().or(study.name.as_ref());
        let of = || [Cell::maybe(name), study.oid.clone().into()];
        for version in &study.versions {
            let numbers = [
                version.events,
                version.forms,
                version.item_groups,
                version.items,
                version.code_lists,
                version.units,
                version.conditions,
                version.methods,
            ];
            let cells = of().into_iter().chain([Cell::from(version.oid.clone())]);
            table.row(cells.chain(numbers.into_iter().map(Cell::number)));
        }
        if study.versions.is_empty() {
            table.row(of().into_iter().chain([Cell::toned("none", Tone::Quiet)]));
        }
    }
    table
}

fn findings(output: &Output, check: &DesignCheck, all: bool) {
    if check.findings.is_empty() {
        return;
    }
    let found = format!(
        "{}, {}",
        counted(check.errors, "error", "errors"),
        counted(check.warnings, "warning", "warnings")
    );
    heading(output, &found);
    if all {
        for finding in &check.findings {
            output.sentence(&finding.to_string());
        }
    } else {
        codes(output, check);
    }
    if let Some(sentence) = kept(&check.findings).filter(|_| check.errors == 0) {
        output.sentence(sentence);
    }
}

/// Says what was found, each code once.
fn codes(output: &Output, check: &DesignCheck) {
    for code in &check.codes {
        code_lines(output, code);
    }
    let beyond = check.findings.len().saturating_sub(check.codes.len()) as u64;
    if beyond > 0 {
        let more = counted(beyond, "more finding", "more findings");
        output.line(&format!("{more} of these codes: `--all` names every one"));
    }
}

/// Says of a code what was found at its first place, how often it was found, and where.
fn code_lines(output: &Output, code: &FindingCode) {
    let place = match code.places.first() {
        Some(place) => format!(", line {}, column {}", place.line, place.column),
        None => String::new(),
    };
    output.sentence(&format!("{}: {}{place}: {}", code.severity, code.code, code.message));
    if code.times > 1 {
        let places: Vec<String> =
            code.places.iter().map(|place| format!("{}:{}", place.line, place.column)).collect();
        let times = counted(code.times, "time", "times");
        output.sentence(&match places.as_slice() {
            [] => format!("  {times}"),
            places => format!("  {times}, the first at {}", places.join(", ")),
        });
    }
}

/// Says what an import would make of a version, and what would not be in the instance.
fn import(output: &Output, outlook: &ImportOutlook, (study, version): (&str, &str)) {
    let rows = counted(outlook.rows, "row", "rows");
    let code = &outlook.study.protocol_code;
    let text = if outlook.taken {
        format!("an import takes version `{version}` as one of study `{code}`: {rows}")
    } else {
        format!(
            "`--from-study {study} --from-version {version}` imports it as one of study `{code}`: {rows}"
        )
    };
    heading(output, &text);
    for sentence in &outlook.chosen {
        output.sentence(&format!("  note: {sentence}"));
    }
    for one in &outlook.stopped {
        output.sentence(&format!("  {one}"));
    }
    for one in &outlook.not_held {
        output.sentence(&format!("  not held: {}", not_held_line(one)));
    }
    if outlook.not_held.is_empty() && outlook.stopped.is_empty() {
        output.line("  the tables hold all of it");
    }
}

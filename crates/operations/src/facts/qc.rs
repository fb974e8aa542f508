//! The facts of a QC report: what an iteration read, wrote, rejected and left out, and who signed. Never a value or a
//! key of the source.

mod counts;
mod stated;

use std::collections::BTreeMap;

use landfall_core::{
    customer::{Customer, DocumentKind, Event, Iteration, IterationState, Subject},
    environment::Kind,
    signature::{self, Record},
};
use landfall_documents::{facts as shared, qc_report as report};
use landfall_migration::Spec;
use serde_json::Value;

use super::{About, Special, golive::printed, required, value};
use crate::{Installation, OperationView, Result, error::Error, installation::read_event};
use counts::{Counted, FaultPlaces};
use stated::Stated;

/// What only the stores know of an iteration.
pub(crate) struct Gathered {
    product: String,
    release: String,
    build: String,
    /// What the spec states; none when it is gone.
    spec: Option<Stated>,
    /// How the spec fills each target column, in the order of the run.
    conversion: Vec<report::Conversion>,
    /// The source columns, each with its file, that are neither used nor ignored; none when the source dump, whose headers
    /// tell it, is gone.
    unmentioned: Option<Vec<(String, String)>>,
    /// Where rejected rows stand; none when they were destroyed.
    places: Option<FaultPlaces>,
    /// The iteration before, with what its run counted.
    before: Option<report::Before>,
}

/// Reads the spec and the rejected rows of an iteration, as far as they were not destroyed.
pub(crate) fn gather(
    installation: &Installation,
    customer: &Customer,
    number: u32,
) -> Result<Gathered> {
    let iteration = find(customer, number)?;
    let folder = installation.paths.spec(&customer.id, &iteration.spec);
    let spec = if folder.is_dir() { Some(Spec::load(&folder)?) } else { None };
    let catalogue =
        installation.catalogues.values().find(|known| known.digest() == iteration.catalogue);
    let dump = installation.paths.dump(&customer.id, &iteration.dump);
    let stated = spec.as_ref().map(stated::read).transpose()?;
    let conversion = match &stated {
        Some(stated) => {
            let view = installation.operation(&customer.id, iteration.operation)?;
            stated.conversion(&counts::of_run(number, &view)?, catalogue)
        }
        None => Vec::new(),
    };
    let unmentioned = match (&spec, &stated, catalogue) {
        // What a strict spec does not mention stops the run.
        (_, Some(stated), _) if !stated.is_lenient => Some(Vec::new()),
        (Some(spec), _, Some(catalogue)) if dump.is_dir() => {
            let columns = spec.check(catalogue, &dump)?.sources.into_iter().flat_map(|source| {
                let file = source.file;
                source.unmentioned.into_iter().map(move |column| (file.clone(), column))
            });
            Some(columns.collect())
        }
        (Some(_) | None, Some(_) | None, Some(_) | None) => None,
    };
    let rejected = installation.paths.iteration(&customer.id, number).join("rejected.sqlite");
    let places = if rejected.is_file() { Some(counts::places(&rejected)?) } else { None };
    let before = match earlier(customer, number) {
        None => None,
        Some(earlier) => {
            let view = installation.operation(&customer.id, earlier.operation)?;
            Some(before(earlier, &view)?)
        }
    };
    let unknown = || "not known any more".to_owned();
    Ok(Gathered {
        product: spec.as_ref().map_or_else(unknown, |spec| spec.product().to_owned()),
        release: spec.as_ref().map_or_else(unknown, |spec| spec.release().to_string()),
        build: catalogue.map_or_else(unknown, |catalogue| catalogue.build().to_owned()),
        spec: stated,
        conversion,
        unmentioned,
        places,
        before,
    })
}

fn find(customer: &Customer, number: u32) -> Result<&Iteration> {
    customer.iterations.iter().find(|iteration| iteration.number == number).ok_or_else(|| {
        Error::NotFound {
            what: format!("customer `{}` has no iteration {number}", customer.id),
            hint: format!("`landfall migration list {}` shows them", customer.id),
        }
    })
}

/// Returns the last iteration before this one that made a package.
fn earlier(customer: &Customer, number: u32) -> Option<&Iteration> {
    customer
        .iterations
        .iter()
        .rev()
        .find(|iteration| iteration.number < number && iteration.package.is_some())
}

/// Returns what the run of an iteration counted: section by section, and which rules rejected rows.
pub(crate) fn counted(
    installation: &Installation,
    customer: &Customer,
    number: u32,
) -> Result<report::Before> {
    let iteration = find(customer, number)?;
    before(iteration, &installation.operation(&customer.id, iteration.operation)?)
}

fn before(iteration: &Iteration, view: &OperationView) -> Result<report::Before> {
    let counted = counts::of_run(iteration.number, view)?;
    Ok(report::Before {
        number: iteration.number,
        package: iteration.package.as_ref().map(|package| package.digest),
        sections: counted
            .iter()
            .map(|section| report::SectionCount {
                name: section.section.clone(),
                read: section.read,
                written: section.written,
                rejected: section.rejected,
                filtered: section.filtered,
            })
            .collect(),
        rejected: counts::faults(&counted)
            .into_iter()
            .map(|(section, fault)| report::RuleCount {
                section: section.section.clone(),
                rule: fault.rule.clone(),
                field: fault.field.clone(),
                rows: fault.rows,
            })
            .collect(),
    })
}

/// Returns the facts.
pub(crate) fn facts(about: &About<'_>) -> Result<(Value, u32)> {
    let (Special::Qc(gathered), Some(view)) = (&about.material.special, &about.material.build)
    else {
        return Err(Error::Broken("a QC report without a run".to_owned()));
    };
    let Subject::Iteration(number) = about.subject else {
        return Err(Error::Broken(format!("document `{}` is about no iteration", about.number)));
    };
    let iteration = find(about.state, number)?;
    let counted = counts::of_run(number, view)?;
    let files = gathered.spec.as_ref().map(|spec| spec.files.clone()).unwrap_or_default();
    let facts = report::Facts {
        number: about.number.to_owned(),
        customer: about.state.name.clone(),
        environment: format!("Iteration {number}"),
        product: gathered.product.clone(),
        release: gathered.release.clone(),
        build: gathered.build.clone(),
        summary: summary(about, iteration, &counted),
        iteration: identity(iteration),
        sections: counts::sections(&counted, &files),
        rejected: counts::rejected(&counted, gathered.places.as_ref(), &files),
        conversion: gathered.conversion.clone(),
        notes: notes(about, iteration, gathered),
        warnings: warnings(iteration, gathered, &counted, &files),
        findings: findings(about, iteration),
        sign_off: iteration
            .signatures
            .iter()
            .map(|signature| {
                printed(signature, iteration.package.as_ref().map(|package| package.digest))
            })
            .collect(),
        awaited: awaited(about.state, iteration),
        withdrawals: withdrawals(about, iteration)?,
        before: gathered.before.clone(),
        references: references(about, iteration),
        timeline: about.timeline(),
        attachments: Vec::new(),
        ledger: about.ledger(),
        required_signatures: required(DocumentKind::QcReport, Kind::Migration),
    };
    Ok((value(&facts)?, 0))
}

/// Writes a whole number with a comma before each group of three digits, as templates do.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a source's file, or its name in the spec where the file is not known any more.
fn file_of(files: &BTreeMap<String, String>, source: &str) -> String {
    files.get(source).cloned().unwrap_or_else(|| source.to_owned())
}

fn identity(iteration: &Iteration) -> report::Iteration {
    report::Iteration {
        number: iteration.number,
        state: state_words(iteration).to_owned(),
        is_final: iteration.is_final,
        operation: iteration.operation,
        dump: iteration.dump,
        spec: iteration.spec,
        catalogue: iteration.catalogue,
        base: iteration.base,
        package: iteration.package.as_ref().map(|package| package.digest),
    }
}

fn state_words(iteration: &Iteration) -> &'static str {
    match iteration.state {
        IterationState::Running => "running",
        // The final run is neither published nor signed off.
        IterationState::Run if iteration.is_final => "run to its end",
        IterationState::Run => "run, not published yet",
        IterationState::Published => "published",
        IterationState::Signed => "signed off",
        IterationState::Stopped => "stopped",
    }
}

fn summary(about: &About<'_>, iteration: &Iteration, counted: &[Counted]) -> String {
    let sum = |of: fn(&Counted) -> u64| counted.iter().map(of).sum::<u64>();
    let (read, written) = (sum(|one| one.read), sum(|one| one.written));
    let (rejected, filtered) = (sum(|one| one.rejected), sum(|one| one.filtered));
    let accounted = if read == written + rejected + filtered {
        "Every row is accounted for."
    } else {
        "The counts do not add up."
    };
    let what = if iteration.is_final { ", the run on the final dump," } else { "" };
    let signed = match (iteration.state, iteration.signatures.last()) {
        (IterationState::Signed, Some(signature)) => {
            format!(" The customer signed the output off on {}.", signature.time.date())
        }
        (
            IterationState::Running
            | IterationState::Run
            | IterationState::Published
            | IterationState::Signed
            | IterationState::Stopped,
            _,
        ) => String::new(),
    };
    let withdrawn = match iteration.withdrawn {
        0 => "",
        1 => " An earlier sign-off was withdrawn.",
        _ => " Earlier sign-offs were withdrawn.",
    };
    format!(
        "Iteration {}{what} of the migration of {} read {} rows and wrote {} of them; {} were rejected by a rule and {} left out on purpose. {accounted}{withdrawn}{signed}",
        iteration.number,
        about.state.name,
        grouped(read),
        grouped(written),
        grouped(rejected),
        grouped(filtered)
    )
}

fn notes(about: &About<'_>, iteration: &Iteration, gathered: &Gathered) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(base) = iteration.base {
        notes.push(format!(
            "New ids continue after those of iteration {base}; rows that it had keep theirs."
        ));
    }
    match &gathered.spec {
        Some(spec) => {
            notes.push(format!("The specification is `{}`, digest {}.", spec.name, spec.digest));
            for (file, column, reason) in &spec.ignored {
                notes.push(format!(
                    "Source column {file}, {column} is not used: {}.",
                    reason.trim_end_matches('.')
                ));
            }
        }
        None => notes.push(
            "The conversion logic is not shown: the specification is not here any more.".to_owned(),
        ),
    }
    if gathered.spec.is_some() && gathered.unmentioned.is_none() {
        notes.push(
            "The specification lets source columns be neither used nor ignored; which, is read from the source dump, which is not here any more. Reports made before name them."
                .to_owned(),
        );
    }
    if gathered.places.is_none() {
        notes.push(
            "The rejected rows were destroyed; their counts and first lines stand in the ledger."
                .to_owned(),
        );
    }
    if about.state.signed_iteration().map(|signed| signed.number) != Some(iteration.number)
        && !iteration.is_final
        && let Some(signed) = about.state.signed_iteration()
    {
        notes.push(format!("The customer signed off iteration {}, not this one.", signed.number));
    }
    notes
}

fn warnings(
    iteration: &Iteration,
    gathered: &Gathered,
    counted: &[Counted],
    files: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    for (file, column) in gathered.unmentioned.iter().flatten() {
        warnings.push(format!("Source column {file}, {column} is neither used nor ignored."));
    }
    for section in counted {
        for fault in &section.replaced_by {
            warnings.push(format!(
                "In section {}, rule {} did not accept {} values of {}; they were replaced as the specification says, and their rows written.{}",
                section.section,
                fault.rule,
                grouped(fault.rows),
                fault.field,
                section.lines_words(fault, files)
            ));
        }
    }
    let open = iteration.findings.iter().filter(|finding| finding.resolution.is_none()).count();
    if open > 0 {
        warnings.push(format!("{open} findings of the customer are open."));
    }
    if iteration.superseded {
        warnings.push(
            "The sign-off that this final run followed was withdrawn: its output is not used."
                .to_owned(),
        );
    }
    warnings
}

fn findings(about: &About<'_>, iteration: &Iteration) -> Vec<report::Finding> {
    iteration
        .findings
        .iter()
        .map(|finding| report::Finding {
            number: finding.number,
            who: about.person(&finding.by),
            state: if finding.resolution.is_some() { "resolved" } else { "open" }.to_owned(),
            resolved: finding.resolution.is_some(),
            text: finding.text,
            resolution: finding.resolution,
        })
        .collect()
}

/// Returns the roles whose signature can still come: those of the newest iteration that is not the final run.
fn awaited(customer: &Customer, iteration: &Iteration) -> Vec<String> {
    let is_open = match iteration.state {
        IterationState::Run | IterationState::Published => true,
        IterationState::Running | IterationState::Signed | IterationState::Stopped => false,
    };
    let is_newest = customer.iterations.iter().all(|other| {
        other.number <= iteration.number
            || match other.state {
                IterationState::Published | IterationState::Signed => false,
                IterationState::Running | IterationState::Run | IterationState::Stopped => true,
            }
    });
    if iteration.is_final || !is_open || !is_newest || customer.signed_iteration().is_some() {
        return Vec::new();
    }
    signature::awaited(Record::IterationSignOff, &iteration.signatures)
        .into_iter()
        .map(|(_, role)| role.title().to_owned())
        .collect()
}

/// Returns the signatures that withdrew a sign-off, each with the reason that its entry holds.
fn withdrawals(
    about: &About<'_>,
    iteration: &Iteration,
) -> Result<Vec<landfall_documents::Signature>> {
    let mut list = Vec::new();
    for entry in &about.material.entries {
        if entry.kind != "customer.withdrawal-signed" {
            continue;
        }
        let event: Event = read_event(entry, "customer.")?;
        if let Event::WithdrawalSigned { number, signature, reason, .. } = event
            && number == iteration.number
        {
            let bound = iteration.package.as_ref().map(|package| package.digest);
            let mut signed = printed(&signature, bound);
            signed.reason = Some(reason);
            list.push(signed);
        }
    }
    Ok(list)
}

fn references(about: &About<'_>, iteration: &Iteration) -> Vec<shared::Reference> {
    let policy = &about.material.policy;
    let mut list = vec![
        shared::Reference {
            name: "Lifecycle policy in force".to_owned(),
            version: format!("{} {}", policy.name, policy.version),
            digest: Some(policy.digest()),
        },
        shared::Reference {
            name: "Migration spec and maps".to_owned(),
            version: format!("of iteration {}", iteration.number),
            digest: Some(iteration.spec),
        },
        shared::Reference {
            name: "Source dump".to_owned(),
            version: format!("of iteration {}", iteration.number),
            digest: Some(iteration.dump),
        },
    ];
    if let Some(package) = &iteration.package {
        list.push(shared::Reference {
            name: "Migration package".to_owned(),
            version: format!("of iteration {}", iteration.number),
            digest: Some(package.digest),
        });
    }
    list
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        let texts: Vec<String> = [0, 999, 1_000, 12_345, 1_234_567].map(grouped).to_vec();
        assert_eq!(texts, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }
}

use std::path::PathBuf;

use clap::Args;
use landfall_core::ids::Address;
use landfall_operations::{DesignImport, DesignOutcome, ImportOptions};

use super::{
    not_held_line, show_conflicts, show_counts, show_differences, tell_findings, tell_not_held,
    word,
};
use crate::{
    context::{Context, Done},
    output::{
        Output,
        error::Failure,
        json::serialised,
        number::{counted, grouped},
    },
};

/// What `landfall study import` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The instance, such as `acme/sandbox`; Main unless said, and only Main takes an import.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// The CDISC ODM file: 1.3, 1.3.1, 1.3.2 or 2.0.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The protocol code of the study that gets the version; the file's protocol name unless it is given.
    #[arg(long, value_name = "CODE")]
    study: Option<String>,
    /// Which study of a file with several: its OID.
    #[arg(long, value_name = "OID")]
    from_study: Option<String>,
    /// Which version (MetaDataVersion) of a file with several: its OID.
    #[arg(long, value_name = "OID")]
    from_version: Option<String>,
    /// The OID that the version shall have in the instance; the file's unless it is given.
    #[arg(long, value_name = "OID")]
    version_oid: Option<String>,
    /// Takes OIDs that mean something else than in the version before; `--preview` names them.
    #[arg(long)]
    accept_conflicts: bool,
    /// Shows what would be added, changed and removed, and does nothing.
    #[arg(long)]
    preview: bool,
    /// Names every row that differs.
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let mut installation = context.open()?;
    let caller = context.caller();
    let output = context.output();
    let (address, file) = (&arguments.address, arguments.file.as_path());
    let options = ImportOptions {
        study: arguments.study.clone(),
        from_study: arguments.from_study.clone(),
        from_version: arguments.from_version.clone(),
        version_oid: arguments.version_oid.clone(),
        accept_conflicts: arguments.accept_conflicts,
    };
    let expected = installation.study_import(&caller, address, file, &options, true)?;
    if arguments.preview && output.is_json() {
        output.value(&serialised(&expected)?);
        return Ok(());
    }
    if !output.is_json() {
        show(output, &expected, arguments.all);
    }
    if arguments.preview {
        output.talk(&format!("an import into `{address}` would do this; nothing was done"));
        return Ok(());
    }
    // A large design is not held twice.
    drop(expected);
    let imported = installation.study_import(&caller, address, file, &options, false)?;
    let what = format!("version {} of study `{}`", imported.revision, imported.study.protocol_code);
    let sentence = match &imported.outcome {
        DesignOutcome::Unchanged => format!(
            "nothing is to be imported into `{address}`: its last version of study `{}` says the same",
            imported.study.protocol_code
        ),
        DesignOutcome::Requested { number } => {
            format!("requested as `{number}`: {what} for `{address}`; it awaits vendor quality")
        }
        DesignOutcome::Made { .. } | DesignOutcome::Previewed => format!(
            "imported {what} into `{address}`: {} added, {} changed, {} removed against the version before",
            counted(imported.added, "row", "rows"),
            grouped(imported.changed),
            grouped(imported.removed)
        ),
    };
    let requested = matches!(imported.outcome, DesignOutcome::Requested { .. });
    context.done(
        &installation,
        Done {
            sentence,
            data: word(&imported.outcome, imported.revision),
            noun: "import",
            value: serialised(&imported)?,
            customer: requested.then_some(&address.customer),
        },
    )
}

/// Shows what the file is and what an import would do.
fn show(output: &Output, import: &DesignImport, all: bool) {
    tell_findings(output, &import.findings);
    for sentence in &import.chosen {
        output.talk(&format!("note: {sentence}"));
    }
    for one in &import.converted {
        output.talk(&format!("warning: not taken over from ODM 2.0: {}", not_held_line(one)));
    }
    tell_not_held(output, "the instance", &import.not_held);
    let code = &import.study.protocol_code;
    output.line(&match &import.before {
        Some(before) => format!(
            "study {code}: version {} (`{}`), compared with version {} (`{}`)",
            import.revision, import.oid, before.revision, before.oid
        ),
        None if import.new_study => {
            format!("new study {code} ({}), version 1 (`{}`)", import.study.name, import.oid)
        }
        None => format!("study {code}, which has no design yet: version 1 (`{}`)", import.oid),
    });
    // With nothing to compare with, every row is a new one.
    if import.before.is_some() || all {
        show_differences(output, &import.tables, all);
    } else {
        show_counts(output, &import.tables);
        output.line("every row is new: `--all` names them");
    }
    if let Some(study) = &import.taken_by {
        output.line("");
        output.line(&format!(
            "the OID `{0}` is that of a version of study {study} with another content: give `--version-oid OID`, such as `--version-oid {code}.{0}`",
            import.oid
        ));
    }
    show_conflicts(output, &import.conflicts);
}

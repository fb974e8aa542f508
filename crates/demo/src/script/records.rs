//! What is configured in the Sandbox: some of it travels on, and some of it must not - an archived site with its lab and
//! devices, single sign-on, end points and credentials, a study library, a study, a user, a volunteer.

use std::collections::BTreeMap;

use landfall_core::{customer::State as Standing, ids::Label};

use super::{
    Error,
    act::{Script, is_closed},
    people::{CUSTOMER_REVIEWER, ENGINEER, Who},
    state::State,
};

/// The site that is archived with what depends on it.
const SITE: &str = "Harrogate Day Unit";
/// The lab of that site.
const LAB: &str = "Harrogate Point of Care";
/// The library that the customer begins.
const LIBRARY: &str = "Acme standards";
/// The design in that library.
const DESIGN: &str = "MDV.ACME.1";

/// A column and its value, as a person types it.
type Pair = (&'static str, &'static str);

/// Records that are added: who, table, columns; the first column tells whether the record is there.
const ADDED: &[(Who, &str, &[Pair])] = &[
    (
        ENGINEER,
        "lab_interface",
        &[
            ("name", LAB),
            ("site", SITE),
            ("laboratory", "Bedside analysers"),
            ("protocol", "paper"),
            ("direction", "results"),
            ("accession_prefix", "HPC"),
        ],
    ),
    (
        ENGINEER,
        "lab_test",
        &[
            ("order_id", "POCGLUC"),
            ("name", "Glucose, capillary"),
            ("lab_interface", LAB),
            ("category", "clinical chemistry"),
            ("units", "mmol/L"),
            ("reference_low", "3.9"),
            ("reference_high", "7.8"),
        ],
    ),
    (
        ENGINEER,
        "lab_panel",
        &[("name", "Point of care"), ("lab_interface", LAB), ("category", "clinical chemistry")],
    ),
    (
        ENGINEER,
        "device",
        &[
            ("barcode", "DEV-H-0001"),
            ("name", "Thermometer 1"),
            ("device_category", "Thermometer"),
            ("site", SITE),
            ("room", "Treatment room"),
        ],
    ),
    (
        ENGINEER,
        "general_setting",
        &[("key", "sso.enabled"), ("category", "Single sign-on"), ("value", "true")],
    ),
    (
        ENGINEER,
        "general_setting",
        &[
            ("key", "sso.issuer_url"),
            ("category", "Single sign-on"),
            ("value", "https://login.acme.example/oauth2"),
        ],
    ),
    (
        ENGINEER,
        "general_setting",
        &[
            ("key", "saml.entity_id"),
            ("category", "Single sign-on"),
            ("value", "urn:acme:landfall:sandbox"),
        ],
    ),
    (
        ENGINEER,
        "general_setting",
        &[
            ("key", "identity_provider.metadata_url"),
            ("category", "Single sign-on"),
            ("value", "https://login.acme.example/metadata"),
        ],
    ),
    (
        ENGINEER,
        "general_setting",
        &[
            ("key", "monitoring.address"),
            ("category", "Monitoring"),
            ("value", "alerts@acme.example"),
        ],
    ),
    (
        CUSTOMER_REVIEWER,
        "role",
        &[
            ("name", "Pharmacist"),
            ("description", "Prepares and accounts for study drug."),
            ("landing_page", "studies"),
            ("blinded", "false"),
        ],
    ),
    (
        CUSTOMER_REVIEWER,
        "role_action",
        &[("action", "drug.dispense"), ("role", "Pharmacist"), ("writable", "true")],
    ),
    (
        CUSTOMER_REVIEWER,
        "study_library",
        &[
            ("name", LIBRARY),
            ("version", "1"),
            ("description", "Forms that every study of Acme begins with."),
        ],
    ),
    (
        CUSTOMER_REVIEWER,
        "study",
        &[
            ("protocol_code", "ACME-001"),
            ("name", "First study in the Sandbox"),
            ("status", "design"),
            ("phase", "Phase I"),
        ],
    ),
    (
        CUSTOMER_REVIEWER,
        "user",
        &[
            ("user_name", "training.nurse"),
            ("first_name", "Nurse"),
            ("last_name", "Training"),
            ("status", "active"),
        ],
    ),
    (
        CUSTOMER_REVIEWER,
        "volunteer",
        &[
            ("external_id", "TRAINING-1"),
            ("first_name", "Training"),
            ("middle_name", "-"),
            ("last_name", "Volunteer"),
            ("birth_date", "1980-01-01"),
            ("sex", "Unknown"),
        ],
    ),
];

pub(super) fn acts(script: &mut Script, sandbox: Label) {
    for &(who, table, columns) in ADDED {
        let Some(known_by) = columns.first().copied() else { continue };
        add(script, sandbox, who, table, known_by, move |_| {
            Ok(columns
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect())
        });
    }
    // These name rows by ids that only the instance knows.
    add(script, sandbox, ENGINEER, "lab_panel_test", ("position", "9"), move |state| {
        let test = find(state, sandbox, "lab_test", ("order_id", "POCGLUC"))?;
        let panel = find(state, sandbox, "lab_panel", ("name", "Point of care"))?;
        Ok(vec![
            ("lab_panel_id".to_owned(), panel),
            ("lab_test_id".to_owned(), test),
            ("position".to_owned(), "9".to_owned()),
        ])
    });
    add(script, sandbox, CUSTOMER_REVIEWER, "study_design", ("oid", DESIGN), move |state| {
        let library = find(state, sandbox, "study_library", ("name", LIBRARY))?;
        Ok(vec![
            ("study_library_id".to_owned(), library),
            ("oid".to_owned(), DESIGN.to_owned()),
            ("name".to_owned(), "Acme standards, first version".to_owned()),
        ])
    });
    add(
        script,
        sandbox,
        CUSTOMER_REVIEWER,
        "form",
        ("oid", "FO.ACME.DEMOGRAPHICS"),
        move |state| {
            let design = find(state, sandbox, "study_design", ("oid", DESIGN))?;
            Ok(vec![
                ("study_design_id".to_owned(), design),
                ("oid".to_owned(), "FO.ACME.DEMOGRAPHICS".to_owned()),
                ("name".to_owned(), "Demographics".to_owned()),
            ])
        },
    );
    set(
        script,
        sandbox,
        ENGINEER,
        "lab_interface",
        ("name", "Leeds Central Laboratory"),
        &[
            ("host", "sftp.lab.acme.example"),
            ("port", "2222"),
            ("account_name", "acme-lab"),
            ("account_password", "not-a-real-password"),
        ],
    );
    set(
        script,
        sandbox,
        CUSTOMER_REVIEWER,
        "general_setting",
        ("key", "session.timeout_minutes"),
        &[("value", "10")],
    );
    archive(script, sandbox, CUSTOMER_REVIEWER, "site", ("name", SITE));
}

/// Adds a record, unless one with that value is there.
fn add(
    script: &mut Script,
    sandbox: Label,
    who: Who,
    table: &'static str,
    known_by: Pair,
    values: impl Fn(&State) -> Result<Vec<(String, String)>, Error> + 'static,
) {
    let (column, value) = known_by;
    script.act(
        format!("{}: add to the Sandbox: {table} {value}", who.name),
        move |state| is_so(state, sandbox, table, |row| is(row, column, value)),
        move |state, _| {
            let caller = state.caller(who)?;
            let values = values(state)?;
            let address = state.main(sandbox);
            state.installation.record_add(&caller, &address, table, &values)?;
            Ok(())
        },
    );
}

/// Changes columns of a record, unless the first of them has its value.
fn set(
    script: &mut Script,
    sandbox: Label,
    who: Who,
    table: &'static str,
    key: Pair,
    columns: &'static [Pair],
) {
    let first = columns.first().copied().unwrap_or(("id", ""));
    script.act(
        format!("{}: change in the Sandbox: {table} {}", who.name, key.1),
        move |state| {
            is_so(state, sandbox, table, |row| is(row, key.0, key.1) && is(row, first.0, first.1))
        },
        move |state, _| {
            let caller = state.caller(who)?;
            let address = state.main(sandbox);
            let selector = format!("{}={}", key.0, key.1);
            let values: Vec<(String, String)> = columns
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect();
            state.installation.record_set(&caller, &address, table, &selector, &values)?;
            Ok(())
        },
    );
}

/// Archives a record, unless it is archived.
fn archive(script: &mut Script, sandbox: Label, who: Who, table: &'static str, key: Pair) {
    script.act(
        format!("{}: archive in the Sandbox: {table} {}", who.name, key.1),
        move |state| {
            is_so(state, sandbox, table, |row| is(row, key.0, key.1) && is(row, "archived", "1"))
        },
        move |state, _| {
            let caller = state.caller(who)?;
            let address = state.main(sandbox);
            let selector = format!("{}={}", key.0, key.1);
            state.installation.record_archive(&caller, &address, table, &selector)?;
            Ok(())
        },
    );
}

type Row = BTreeMap<String, Option<String>>;

/// Tells whether some record is so. A Sandbox that was closed was configured before.
fn is_so(
    state: &State,
    sandbox: Label,
    table: &str,
    so: impl Fn(&Row) -> bool,
) -> Result<bool, Error> {
    let customer = state.customer()?;
    match customer.as_ref().and_then(|customer| customer.environment(sandbox)) {
        Some(found) if is_closed(found) => Ok(true),
        Some(found) if found.state == Standing::InUse => {
            Ok(state.installation.record_list(&state.main(sandbox), table, None)?.iter().any(so))
        }
        Some(_) | None => Ok(false),
    }
}

fn is(row: &Row, column: &str, value: &str) -> bool {
    row.get(column).and_then(Option::as_deref) == Some(value)
}

/// Returns the id of the record with that value.
fn find(state: &State, sandbox: Label, table: &str, known_by: Pair) -> Result<String, Error> {
    state
        .installation
        .record_list(&state.main(sandbox), table, None)?
        .iter()
        .find(|row| is(row, known_by.0, known_by.1))
        .and_then(|row| row.get("id").cloned().flatten())
        .ok_or_else(|| {
            Error::Astray(format!(
                "the Sandbox has no `{table}` with {} `{}`",
                known_by.0, known_by.1
            ))
        })
}

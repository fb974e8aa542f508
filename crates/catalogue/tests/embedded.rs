//! The catalogue that is built in: it loads, it is complete, and what it lets pass is what the lifecycle names.

use std::{collections::BTreeSet, path::Path};

use landfall_catalogue::{Catalogue, Class, Subject, Travels};
use landfall_core::{digest::Digest, ids::Release};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalogues/clinical/24.1");

fn embedded() -> Result<Catalogue, Box<dyn std::error::Error>> {
    let release: Release = "24.1".parse()?;
    Ok(Catalogue::embedded(&release)?)
}

/// Every table and field that the description of the product names, module by module.
const NAMED: &[(&str, &[&str])] = &[
    ("role", &["name", "description"]),
    ("role_action", &["role_id", "action", "writable"]),
    (
        "site",
        &[
            "name",
            "address_line_1",
            "address_line_2",
            "city",
            "postcode",
            "country",
            "phone",
            "principal_investigator",
            "time_zone",
            "height_unit",
            "weight_unit",
            "region_label",
            "volunteer_display_mode",
            "enrolment_confirmation_statement",
            "location_oid",
            "archived",
        ],
    ),
    ("general_setting", &["category", "key", "value"]),
    ("system_setting", &["kind", "name", "view_script", "data_script", "template"]),
    ("medical_dictionary", &["kind", "version", "language"]),
    ("medical_dictionary_term", &["medical_dictionary_id", "code", "term"]),
    ("study", &["name", "protocol_code", "status"]),
    ("study_site", &["study_id", "site_id"]),
    ("user", &["user_name", "first_name", "last_name", "email"]),
    ("user_role", &["user_id", "role_id"]),
    ("device_category", &["name"]),
    ("device", &["name", "barcode", "device_category_id", "site_id"]),
    ("edc_device", &["device_type", "manufacturer", "model", "monitoring_type"]),
    ("edc_device_parameter", &["edc_device_id", "name"]),
    ("edc_device_setting", &["edc_device_id", "name", "value", "account_password"]),
    ("lab_interface", &["site_id", "host", "account_password"]),
    ("specimen_container", &["description", "code", "help_text", "archived"]),
    (
        "lab_test",
        &[
            "name",
            "order_id",
            "category",
            "specimen_container_id",
            "units",
            "sex",
            "result_type",
            "reference_low",
            "reference_high",
        ],
    ),
    ("lab_panel", &["name", "category"]),
    ("lab_panel_test", &["lab_panel_id", "lab_test_id"]),
    ("barcode_label_configuration", &["kind", "template", "padding", "delimiter", "prefix"]),
    (
        "volunteer",
        &[
            "external_id",
            "first_name",
            "middle_name",
            "last_name",
            "birth_date",
            "sex",
            "race",
            "ethnicity",
            "height_cm",
            "weight_kg",
            "email",
            "home_phone",
            "mobile_phone",
            "work_phone",
            "address_line_1",
            "address_line_2",
            "city",
            "county",
            "postcode",
            "country",
            "region_id",
            "preferred_site_id",
            "national_id",
            "emergency_contact_name",
            "emergency_contact_phone",
            "emergency_contact_relationship",
            "payment_type",
            "bank_account_holder",
            "bank_account",
            "status",
            "recruitment_status_option_id",
            "registered_on",
            "last_contact_on",
            "notes",
        ],
    ),
    (
        "volunteer_condition",
        &[
            "volunteer_id",
            "medical_condition_id",
            "reported_term",
            "meddra_code",
            "started_on",
            "ended_on",
        ],
    ),
    (
        "volunteer_medication",
        &[
            "volunteer_id",
            "medication_id",
            "dose_id",
            "frequency_id",
            "route_id",
            "started_on",
            "stopped_on",
        ],
    ),
    (
        "volunteer_substance_use",
        &["volunteer_id", "substance_id", "dose_id", "frequency_id", "route_id"],
    ),
    ("volunteer_answer", &["volunteer_id", "volunteer_question_id", "answer"]),
    ("appointment", &["volunteer_id", "site_id", "starts_at", "kind", "status", "note"]),
    (
        "study_participation",
        &[
            "volunteer_id",
            "study_id",
            "subject_number",
            "screened_on",
            "enrolled_on",
            "completed_on",
            "outcome",
        ],
    ),
    (
        "correspondence",
        &[
            "volunteer_id",
            "correspondence_template_id",
            "channel",
            "sent_at",
            "subject_line",
            "body",
        ],
    ),
    ("volunteer_file", &["volunteer_id", "file_name", "media_type", "content", "description"]),
    ("volunteer_file_page", &["volunteer_file_id", "page_number", "text"]),
    ("medication", &["name"]),
    ("medical_condition", &["name", "meddra_code"]),
    ("substance", &["name"]),
    ("dose", &["name"]),
    ("frequency", &["name"]),
    ("route", &["name"]),
    (
        "correspondence_template",
        &["kind", "name", "requires_appointment", "requires_cohort_assignment"],
    ),
    ("recruitment_status_option", &["description", "kind", "help_text"]),
    ("volunteer_question", &["name", "question"]),
    ("region", &["name"]),
    ("study_library", &["name"]),
    ("study_design", &["study_id", "study_library_id", "oid"]),
    ("study_event", &["oid", "name"]),
    ("form", &["oid", "name"]),
    ("item_group", &["oid", "name"]),
    ("item", &["oid", "name", "data_type", "code_list_id"]),
    ("code_list", &["oid", "name"]),
    ("code_list_item", &["code_list_id", "coded_value", "decode"]),
    ("measurement_unit", &["oid", "name", "symbol"]),
    ("condition", &["oid", "name", "expression"]),
    ("method", &["oid", "name", "expression"]),
    ("epoch", &["name"]),
    ("cohort", &["name"]),
    ("activity_plan", &["name", "cohort_id"]),
    ("activity", &["activity_plan_id", "name"]),
    ("study_event_form", &["study_event_id", "form_id"]),
    ("form_item_group", &["form_id", "item_group_id"]),
    ("item_group_item", &["item_group_id", "item_id"]),
];

/// The values that the description of the product names.
const NAMED_VALUES: &[(&str, &str, &[&str])] = &[
    (
        "site",
        "volunteer_display_mode",
        &["full birth date, sex, initials", "birth year, sex", "id only"],
    ),
    (
        "system_setting",
        "kind",
        &["report", "dashboard component", "merge tag", "e-mail template", "handler"],
    ),
    ("medical_dictionary", "kind", &["MedDRA", "WHODrug"]),
    ("study", "status", &["design", "active", "archived"]),
    ("edc_device", "monitoring_type", &["client", "api", "api enrollment", "mobile"]),
    ("lab_test", "sex", &["both", "male", "female"]),
    (
        "lab_test",
        "result_type",
        &["coded", "numeric", "text", "greater than", "less than", "range"],
    ),
    (
        "barcode_label_configuration",
        "kind",
        &[
            "device",
            "item",
            "collection tube",
            "sample transfer",
            "LIMS",
            "sample batch",
            "sample container",
            "subject wristband",
        ],
    ),
    ("volunteer", "payment_type", &["IBAN", "ABA"]),
    ("volunteer", "status", &["active", "archived", "privacy removed"]),
    ("correspondence_template", "kind", &["e-mail", "SMS", "PDF"]),
    ("recruitment_status_option", "kind", &["identified", "eligible", "ineligible", "removed"]),
];

#[test]
fn every_named_table_field_and_value_is_there() {
    let catalogue = embedded().unwrap();
    for (table, fields) in NAMED {
        let found = catalogue.table(table).unwrap_or_else(|| panic!("table {table}"));
        for field in *fields {
            assert!(found.column(field).is_some(), "column {table}.{field}");
        }
    }
    for (table, column, values) in NAMED_VALUES {
        let found = catalogue.table(table).and_then(|table| table.column(column)).unwrap();
        assert_eq!(found.values, *values, "values of {table}.{column}");
    }
    let modules: Vec<_> = catalogue.modules().iter().map(|module| module.title.as_str()).collect();
    let expected = [
        "Administration",
        "Devices",
        "Labs",
        "Barcode Labels",
        "Volunteers",
        "Volunteers > Configure",
        "Study Design",
    ];
    assert_eq!(modules, expected);
}

#[test]
fn the_release_is_the_one_asked_for() {
    let catalogue = embedded().unwrap();
    assert_eq!(catalogue.product(), "clinical");
    assert_eq!(catalogue.release().as_str(), "24.1");
    assert_eq!(catalogue.build(), "24.1.0+5217");
    for release in Catalogue::embedded_releases() {
        assert_eq!(*Catalogue::embedded(&release).unwrap().release(), release);
    }
    let unknown: Release = "1.0".parse().unwrap();
    let error = Catalogue::embedded(&unknown).unwrap_err().to_string();
    assert!(error.contains("expected one of `24.1`") && error.contains("`1.0`"), "{error}");
}

#[test]
fn a_digest_names_the_content_and_nothing_else() {
    let catalogue = embedded().unwrap();
    assert_eq!(catalogue.digest(), embedded().unwrap().digest());
    // The folder holds the files that are built in, all of them.
    assert_eq!(catalogue.digest(), Catalogue::load(Path::new(FOLDER)).unwrap().digest());
    let digest = Digest::of_canonical(catalogue.to_json()).unwrap();
    assert_eq!(catalogue.digest(), digest);
}

#[test]
fn one_changed_word_in_a_file_changes_the_digest() {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(FOLDER).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let same = Catalogue::load(folder.path()).unwrap();
    let labs = folder.path().join("labs.toml");
    let text = std::fs::read_to_string(&labs).unwrap();
    std::fs::write(
        &labs,
        text.replace("Cap colour", "Colour").replace("\"cap_colour\"", "\"colour\""),
    )
    .unwrap();
    let changed = Catalogue::load(folder.path()).unwrap();
    assert_eq!(embedded().unwrap().digest(), same.digest());
    assert_ne!(same.digest(), changed.digest());

    std::fs::remove_file(&labs).unwrap();
    let error = Catalogue::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("module `labs` is listed in `modules` and has no file"), "{error}");
    std::fs::write(&labs, [0xff, 0xfe, 0x00]).unwrap();
    let error = Catalogue::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("labs.toml` cannot be read"), "{error}");
    let error = Catalogue::load(&folder.path().join("elsewhere")).unwrap_err().to_string();
    assert!(error.contains("elsewhere` cannot be read"), "{error}");
}

#[test]
fn a_table_stands_after_every_table_it_refers_to() {
    let catalogue = embedded().unwrap();
    assert!(catalogue.tables().len() >= 55);
    let mut before = BTreeSet::new();
    for table in catalogue.tables() {
        for (column, target) in table.references() {
            let known = before.contains(target) || target == table.name;
            assert!(known, "{}.{} refers to {target}, which comes later", table.name, column.name);
        }
        before.insert(table.name.as_str());
    }
}

#[test]
fn what_passes_is_what_the_lifecycle_names() {
    let catalogue = embedded().unwrap();
    let named = |travels: Travels| -> Vec<String> {
        let tables = catalogue.tables().iter().filter(|table| table.travels == travels);
        tables.map(|table| table.name.clone()).collect()
    };
    let configuration = named(Travels::Configuration);
    let modules: BTreeSet<&str> = catalogue
        .tables()
        .iter()
        .filter(|table| table.travels == Travels::Configuration)
        .map(|table| table.module.as_str())
        .collect();
    assert_eq!(modules, BTreeSet::from(["administration", "barcode_labels", "devices", "labs"]));
    for table in ["study", "study_site", "study_library", "user", "user_role", "volunteer"] {
        assert!(!configuration.iter().any(|name| name == table), "{table}");
    }
    let migration = named(Travels::Migration);
    for table in catalogue.tables() {
        let about_volunteers =
            table.module == "volunteers" || table.module == "volunteers_configure";
        let expected = about_volunteers || table.name == "study";
        assert_eq!(migration.contains(&table.name), expected, "{}", table.name);
        assert_eq!(
            table.module == "study_design",
            table.travels == Travels::Never
                && !matches!(table.name.as_str(), "study_site" | "user" | "user_role"),
            "{}",
            table.name
        );
    }
    assert!(catalogue.check_travel(&configuration, &migration).is_ok());
    assert!(catalogue.check_travel(&configuration, &[]).is_err());

    let filters: Vec<_> = catalogue
        .tables()
        .iter()
        .filter_map(|table| table.filter.as_ref().map(|filter| (table.name.as_str(), filter)))
        .map(|(table, filter)| (table, filter.keep.join(","), filter.reason.as_str()))
        .collect();
    let expected = [
        ("site", "0".to_owned(), "archived site"),
        ("general_setting", String::new(), "integration-specific setting"),
        ("study", "archived".to_owned(), "study not archived"),
    ];
    assert_eq!(filters, expected);
}

#[test]
fn a_laboratory_and_a_device_go_with_their_site() {
    let catalogue = embedded().unwrap();
    let target = |table: &str, column: &str| {
        let column = catalogue.table(table).unwrap().column(column).unwrap();
        (column.references.clone().unwrap(), column.required)
    };
    assert_eq!(target("lab_interface", "site_id"), ("site".to_owned(), true));
    assert_eq!(target("lab_test", "lab_interface_id"), ("lab_interface".to_owned(), true));
    assert_eq!(target("lab_panel", "lab_interface_id"), ("lab_interface".to_owned(), true));
    assert_eq!(target("device", "site_id"), ("site".to_owned(), true));
}

#[test]
fn end_points_and_credentials_stay_where_they_are() {
    let catalogue = embedded().unwrap();
    let found: Vec<String> = catalogue
        .tables()
        .iter()
        .filter(|table| table.travels != Travels::Never)
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        .filter(|(_, column)| column.class.stays_at_the_destination())
        .map(|(table, column)| format!("{}.{}", table.name, column.name))
        .collect();
    for expected in [
        "lab_interface.host",
        "lab_interface.account_password",
        "lab_interface.enabled",
        "edc_device_setting.end_point",
        "edc_device_setting.account_password",
    ] {
        assert!(found.iter().any(|name| name == expected), "{expected}");
    }
    assert!(
        found
            .iter()
            .all(|name| name.starts_with("lab_interface.")
                || name.starts_with("edc_device_setting."))
    );
}

#[test]
fn setting_keys_are_integration_specific_unless_known() {
    let catalogue = embedded().unwrap();
    for key in [
        "sso.url",
        "saml.entity_id",
        "identity_provider.address",
        "monitoring.address",
        "lab_sftp.host",
        "edc.account",
        "smtp.host",
        "environment.name",
        "something.nobody_knows",
        "",
        "SESSION.TIMEOUT_MINUTES",
    ] {
        assert!(catalogue.is_integration_key(key), "{key}");
    }
    for key in ["volunteer.middle_name_default", "session.timeout_minutes", "locale.date_format"] {
        assert!(!catalogue.is_integration_key(key), "{key}");
    }
    assert!(catalogue.known_keys().len() >= 30);
    for known in catalogue.known_keys() {
        assert!(
            !catalogue.integration_keys().iter().any(|entry| entry.matches(&known.key)),
            "{}",
            known.key
        );
        let default = known.default.as_deref().unwrap();
        assert!(known.accepts(default), "{}", known.key);
    }
}

#[test]
fn every_column_about_a_volunteer_can_be_traced_to_the_person() {
    let catalogue = embedded().unwrap();
    let mut classes = BTreeSet::new();
    let mut tables = BTreeSet::new();
    for (table, column) in catalogue.person_columns() {
        assert!(table.person.is_some(), "{}.{}", table.name, column.name);
        assert_eq!(table.module, "volunteers");
        classes.insert(column.class);
        tables.insert(table.name.as_str());
    }
    // Each personal class is used, so each mask is exercised by the real model.
    let personal: BTreeSet<Class> =
        Class::ALL.into_iter().filter(|class| class.is_personal()).collect();
    assert_eq!(classes, personal);
    assert_eq!(tables.len(), 10);
    let page = catalogue.table("volunteer_file_page").unwrap();
    assert_eq!(page.person.as_ref().unwrap().0, ["volunteer_file_id", "volunteer_id"]);

    let volunteer = catalogue.table("volunteer").unwrap();
    assert_eq!(volunteer.unique, [["external_id"]]);
    assert!(volunteer.column("middle_name").unwrap().required);
    let subject =
        |table: &str, column: &str| catalogue.table(table).unwrap().column(column).unwrap().subject;
    assert_eq!(subject("volunteer", "emergency_contact_name"), Subject::Volunteer);
    assert_eq!(subject("site", "principal_investigator"), Subject::Staff);
    assert_eq!(subject("site", "phone"), Subject::Organisation);
    assert_eq!(subject("user", "email"), Subject::Staff);
}

#[test]
fn a_volunteer_refers_to_a_site_across_packages() {
    let catalogue = embedded().unwrap();
    let crossing: Vec<String> = catalogue
        .tables()
        .iter()
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        .filter(|(table, column)| table.cross_reference(&catalogue, column))
        .map(|(table, column)| format!("{}.{}", table.name, column.name))
        .collect();
    assert_eq!(crossing, ["volunteer.preferred_site_id", "appointment.site_id"]);
    assert_eq!(catalogue.table("site").unwrap().natural_key, ["name"]);
}

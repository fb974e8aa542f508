//! The whole onboarding as a stranger runs it: what the summary says is what stands on the disk.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

/// A demonstration that stopped after VAL, and one that went on to the end, of the same source and seed.
struct Runs {
    folder: tempfile::TempDir,
    val: Value,
    live: Value,
    live_directory: PathBuf,
}

fn runs() -> &'static Runs {
    static RUNS: OnceLock<Runs> = OnceLock::new();
    RUNS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let val_directory = folder.path().join("val");
        let live_directory = folder.path().join("live");
        let val = demo(&val_directory, Some("val"));
        let live = demo(&live_directory, None);
        Runs { folder, val, live, live_directory }
    })
}

fn demo(directory: &Path, until: Option<&str>) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
    command.args(["demo", "--volunteers", "60", "--json", "--data"]).arg(directory);
    if let Some(until) = until {
        command.args(["--until", until]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(String::from_utf8(output.stdout).unwrap().lines().last().unwrap()).unwrap()
}

fn open(path: &str) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

fn count(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn package<'a>(summary: &'a Value, kind: &str, loaded_into: &str) -> &'a str {
    summary["packages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|package| {
            package["kind"] == kind
                && package["loaded_into"].as_array().unwrap().iter().any(|a| a == loaded_into)
        })
        .unwrap()["path"]
        .as_str()
        .unwrap()
}

fn instance<'a>(summary: &'a Value, label: &str, role: &str) -> &'a str {
    let environment = summary["environments"]
        .as_array()
        .unwrap()
        .iter()
        .find(|environment| environment["label"] == label)
        .unwrap();
    let instances = environment["instances"].as_array().unwrap();
    instances.iter().find(|one| one["role"] == role).unwrap()["location"].as_str().unwrap()
}

#[test]
fn the_summary_says_how_everything_ended() {
    let live = &runs().live;
    let states: Vec<(String, String)> = live["environments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["label"].as_str().unwrap().to_owned(), e["state"].as_str().unwrap().to_owned()))
        .collect();
    for (label, state) in &states {
        let expected = if label == "prod" { "in-use" } else { "destroyed" };
        assert_eq!(state, expected, "{label}");
    }
    assert_eq!(live["masking"]["survivors"], 0);
    let migration = &live["migration"];
    let number = |key: &str| migration[key].as_u64().unwrap();
    assert_eq!(number("read"), number("written") + number("rejected") + number("filtered"));
    for key in ["ledger", "timings"] {
        assert!(live[key].is_object(), "{key}");
    }
    let statuses: BTreeSet<_> = live["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, BTreeSet::from(["accepted", "issued"]));
}

#[test]
fn the_same_source_spec_and_seed_give_the_same_packages() {
    let digests = |summary: &Value| -> BTreeSet<String> {
        summary["packages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|package| package["digest"].as_str().unwrap().to_owned())
            .collect()
    };
    let (val, live) = (digests(&runs().val), digests(&runs().live));
    assert!(val.is_subset(&live), "{val:?} {live:?}");
    assert!(val.len() >= 3);
}

#[test]
fn the_configuration_package_carries_what_the_list_names_and_nothing_else() {
    let summary = &runs().val;
    let package = open(package(summary, "configuration", "acme/val-2/main"));
    let sandbox = open(instance(summary, "sandbox", "main"));
    // What is set up in the Sandbox to tempt the passage is there.
    assert!(count(&sandbox, "SELECT count(*) FROM site WHERE archived = 1") > 0);
    assert!(count(&sandbox, "SELECT count(*) FROM general_setting WHERE key LIKE 'sso.%'") > 0);
    assert!(count(&sandbox, "SELECT count(*) FROM study_library") > 0);
    assert!(count(&sandbox, "SELECT count(*) FROM user") > 0);
    let mut tables = package
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'landfall%'",
        )
        .unwrap();
    let tables: BTreeSet<String> =
        tables.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    for absent in ["study", "study_library", "study_design", "volunteer", "user", "form", "item"] {
        assert!(!tables.contains(absent), "{absent}");
    }
    assert_eq!(count(&package, "SELECT count(*) FROM site WHERE archived = 1"), 0);
    assert_eq!(count(&package, "SELECT count(*) FROM general_setting WHERE key LIKE 'sso.%'"), 0);
    for (table, reference) in [("device", "site_id"), ("lab_interface", "site_id")] {
        let dangling = format!(
            "SELECT count(*) FROM {table} WHERE {reference} IS NOT NULL AND {reference} NOT IN (SELECT id FROM site)"
        );
        assert_eq!(count(&package, &dangling), 0, "{table}");
    }
    // Row for row: what does not depend on an archived site arrives.
    for table in [
        "role",
        "role_action",
        "system_setting",
        "medical_dictionary",
        "medical_dictionary_term",
        "barcode_label_configuration",
        "device_category",
    ] {
        let sql = format!("SELECT count(*) FROM {table}");
        assert_eq!(count(&package, &sql), count(&sandbox, &sql), "{table}");
    }
    let sites = "SELECT count(*) FROM site WHERE archived = 0";
    assert_eq!(count(&package, sites), count(&sandbox, sites));
}

#[test]
fn in_val_every_volunteer_is_masked_and_in_prod_every_accepted_value_arrives() {
    let val = open(instance(&runs().val, "val-2", "main"));
    let source = package(&runs().val, "migration", "acme/val-2/main");
    val.execute("ATTACH ?1 AS source", [source]).unwrap();
    assert_eq!(
        count(&val, "SELECT count(*) FROM volunteer"),
        count(&val, "SELECT count(*) FROM source.volunteer")
    );
    for column in [
        "external_id",
        "first_name",
        "last_name",
        "birth_date",
        "email",
        "mobile_phone",
        "address_line_1",
        "city",
        "national_id",
        "bank_account",
        "notes",
    ] {
        let kept = format!(
            "SELECT count(*) FROM volunteer AS v JOIN source.volunteer AS s USING (id) WHERE v.{column} = s.{column} AND s.{column} <> ''"
        );
        assert_eq!(count(&val, &kept), 0, "{column}");
        let lost = format!(
            "SELECT count(*) FROM volunteer AS v JOIN source.volunteer AS s USING (id) WHERE (v.{column} IS NULL) <> (s.{column} IS NULL)"
        );
        assert_eq!(count(&val, &lost), 0, "{column}");
    }
    let prod = open(instance(&runs().live, "prod", "main"));
    let source = package(&runs().live, "migration", "acme/prod/main");
    prod.execute("ATTACH ?1 AS source", [source]).unwrap();
    let different = "SELECT count(*) FROM source.volunteer AS s LEFT JOIN volunteer AS v USING (id)
         WHERE v.first_name IS NOT s.first_name OR v.email IS NOT s.email OR v.notes IS NOT s.notes
            OR v.birth_date IS NOT s.birth_date OR v.external_id IS NOT s.external_id";
    assert_eq!(count(&prod, different), 0);
}

#[test]
fn every_document_is_a_sound_archivable_pdf() {
    let programs = ["qpdf", "pdffonts", "pdftotext"];
    if let Some(absent) =
        programs.iter().find(|program| Command::new(program).arg("--version").output().is_err())
    {
        assert!(
            std::env::var_os("CI").is_none(),
            "`{absent}` is absent; `cargo xtask install` installs it"
        );
        println!("NOT RUN: `{absent}` is absent; `cargo xtask install` installs it");
        return;
    }
    let mut seen = 0;
    for entry in fs::read_dir(runs().live_directory.join("documents/acme")).unwrap() {
        for file in fs::read_dir(entry.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "pdf") {
                continue;
            }
            seen += 1;
            check_pdf(&path);
        }
    }
    assert!(seen > 20, "{seen}");
}

fn check_pdf(path: &Path) {
    let name = path.display();
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).arg(path).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (sound, said) = run("qpdf", &["--check"]);
    assert!(sound, "{name}: {said}");
    let (_, fonts) = run("pdffonts", &[]);
    for font in fonts.lines().skip(2) {
        // The columns from the right: object number and generation, uni, sub, emb.
        let embedded = font.split_whitespace().rev().nth(4);
        assert_eq!(embedded, Some("yes"), "{name}: {font}");
    }
    // Read back from the file, uncompressed by another program.
    let plain = Command::new("qpdf")
        .args(["--qdf", "--object-streams=disable"])
        .arg(path)
        .arg("-")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&plain.stdout);
    assert!(text.contains("<pdfaid:part>2</pdfaid:part>"), "{name}");
    let conformance = ["A", "B"]
        .iter()
        .any(|level| text.contains(&format!("<pdfaid:conformance>{level}</pdfaid:conformance>")));
    assert!(conformance, "{name}");
    assert!(text.contains("/OutputIntents"), "{name}");
    let words = Command::new("pdftotext").arg(path).arg("-").output().unwrap();
    let words = String::from_utf8_lossy(&words.stdout).into_owned();
    let number = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
    assert!(words.contains(number), "{name} does not print its number");
    assert!(words.contains("DEMONSTRATION"), "{name}");
}

fn told(directory: &Path, arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
    let output =
        command.args(arguments).args(["--json", "--data"]).arg(directory).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&String::from_utf8(output.stdout).unwrap()).unwrap()
}

fn adds_up(counts: &Value) {
    let number = |key: &str| counts[key].as_u64().unwrap();
    assert_eq!(
        number("read"),
        number("written") + number("rejected") + number("filtered"),
        "{counts}"
    );
}

#[test]
fn the_trend_accounts_for_every_row_of_every_section() {
    let trend = told(&runs().live_directory, &["migration", "trend", "acme"]);
    let lines = trend.as_array().unwrap();
    assert!(lines.len() >= 2, "{trend}");
    for line in lines {
        adds_up(&line["iteration"]["total"]);
        let sections = line["sections"].as_array().unwrap();
        sections.iter().for_each(adds_up);
        let read: u64 = sections.iter().map(|section| section["read"].as_u64().unwrap()).sum();
        assert_eq!(line["iteration"]["total"]["read"].as_u64(), Some(read));
    }
}

#[test]
fn two_iterations_are_compared_while_their_packages_are_there_and_their_counts_always() {
    let val_directory = runs().folder.path().join("val");
    for directory in [val_directory.as_path(), runs().live_directory.as_path()] {
        let compared = told(directory, &["migration", "compare", "acme", "1", "2"]);
        adds_up(&compared["a"]["total"]);
        adds_up(&compared["b"]["total"]);
        // The second iteration has a value map mended of which the first had a finding.
        let rules = compared["rejected"].as_array().unwrap();
        assert!(rules.iter().any(|rule| rule["a"].as_u64() > rule["b"].as_u64()), "{compared}");
        let findings = compared["findings"].as_array().unwrap();
        assert!(findings.iter().any(|finding| finding["resolved"] == true), "{compared}");
        let volunteers = &compared["volunteers"];
        assert_ne!(volunteers.is_null(), compared["not_compared"].is_null(), "{compared}");
        if !volunteers.is_null() {
            let number = |value: &Value| value.as_u64().unwrap();
            let matched = |side: &str| {
                number(&volunteers[format!("volunteers_{side}")])
                    - number(&volunteers[format!("unmatched_{side}")])
            };
            let both = number(&volunteers["changed"]["count"]) + number(&volunteers["unchanged"]);
            assert_eq!(matched("a"), both + number(&volunteers["gone"]["count"]));
            assert_eq!(matched("b"), both + number(&volunteers["added"]["count"]));
        }
    }
}

#[test]
fn test_volunteers_are_shown_to_those_who_review_and_the_ledger_gets_nothing_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    demo(&data, Some("migration"));
    let as_person = |person: &str, arguments: &[&str]| {
        let password = data.join("demonstration-passwords").join(person);
        Command::new(env!("CARGO_BIN_EXE_landfall"))
            .args(arguments)
            .args(["--as", person, "--data"])
            .arg(&data)
            .arg("--password-file")
            .arg(password)
            .output()
            .unwrap()
    };
    for person in ["rita-moss", "olive-hart"] {
        assert!(as_person(person, &["person", "sign-in"]).status.success(), "{person}");
    }
    let before = told(&data, &["ledger", "verify"]);
    let asked = [
        ["migration", "compare-volunteers", "acme", "2", "--volunteer", "LU-0001001"],
        ["--volunteer", "LU-0001002", "--volunteer", "nobody", "--json", "--yes"],
    ]
    .concat();
    let output = as_person("rita-moss", &asked);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("LU-0001001"));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let shown = shown.as_array().unwrap();
    assert_eq!(shown.len(), 3);
    for one in &shown[..2] {
        let rows = one["rows"].as_array().unwrap();
        assert!(rows.iter().any(|row| row["section"] == "Volunteers"), "{one}");
        let id = rows[0]["fields"].as_array().unwrap();
        let id = id.iter().find(|field| field["column"] == "external_id").unwrap();
        assert_eq!(id["source"][0]["text"], one["external_id"]);
    }
    assert_eq!(shown[2]["state"], "not-in-dump");
    assert_eq!(told(&data, &["ledger", "verify"]), before);
    for entry in fs::read_dir(data.join("work")).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(!name.to_string_lossy().contains("test-volunteers"), "{}", name.display());
    }

    let refused = as_person("olive-hart", &asked);
    assert!(!refused.status.success() && refused.stdout.len() < 2_000);
    let said = [refused.stdout, refused.stderr].concat();
    assert!(String::from_utf8_lossy(&said).contains("may not see test volunteers"));
}

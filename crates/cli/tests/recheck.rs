//! Drift of a qualified environment: whatever was changed in PROD with another program is found, and named; what was
//! changed through Landfall is told apart; an untouched PROD has none.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use rusqlite::Connection;
use serde_json::Value;

const ENGINEER: &str = "erik-lund";
const QUALITY: &str = "quentin-abara";

/// What is planted: in which instance, how, and the object that the recheck must name.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "main",
        "UPDATE volunteer SET last_name = 'Changed' WHERE id = (SELECT min(id) FROM volunteer)",
        "table volunteer",
    ),
    (
        "main",
        "INSERT INTO volunteer (first_name, middle_name, last_name, birth_date)
         VALUES ('Added', '-', 'Added', '1990-01-01')",
        "table volunteer",
    ),
    ("test", "DELETE FROM volunteer WHERE id = (SELECT max(id) FROM volunteer)", "table volunteer"),
    ("main", "UPDATE site SET phone = '0' WHERE id = (SELECT min(id) FROM site)", "table site"),
    ("main", "INSERT INTO site (name) VALUES ('Elsewhere')", "table site"),
    ("main", "DELETE FROM site WHERE id = (SELECT max(id) FROM site)", "table site"),
    (
        "main",
        "UPDATE role SET name = name || '!' WHERE id = (SELECT min(id) FROM role)",
        "table role",
    ),
    (
        "test",
        "DELETE FROM role_action WHERE id = (SELECT max(id) FROM role_action)",
        "table role_action",
    ),
    (
        "main",
        "INSERT INTO general_setting (category, key, value)
         VALUES ('Single sign-on', 'sso.issuer_url', 'https://elsewhere.example')",
        "table general_setting",
    ),
    (
        "main",
        "UPDATE lab_interface SET host = 'elsewhere.example'
         WHERE id = (SELECT min(id) FROM lab_interface)",
        "table lab_interface",
    ),
    (
        "main",
        "INSERT INTO user (user_name, first_name, last_name) VALUES ('admin', 'A', 'B')",
        "table user",
    ),
    (
        "main",
        "UPDATE medical_dictionary_term SET term = term || '!'
         WHERE id = (SELECT min(id) FROM medical_dictionary_term)",
        "table medical_dictionary_term",
    ),
    (
        "main",
        "UPDATE landfall_instance SET value = 'other' WHERE key = 'customer'",
        "table landfall_instance",
    ),
    ("main", "DELETE FROM landfall_instance WHERE key = 'build'", "table landfall_instance"),
    (
        "main",
        "INSERT INTO landfall_loaded VALUES ('migration', 'another', 0)",
        "table landfall_loaded",
    ),
    ("test", "UPDATE landfall_loaded SET masked = 1", "table landfall_loaded"),
    ("main", "DELETE FROM landfall_loaded", "table landfall_loaded"),
    ("main", "INSERT INTO landfall_stub VALUES ('site', 1)", "table landfall_stub"),
    (
        "main",
        "INSERT INTO landfall_change (note, change) VALUES ('{}', '{}')",
        "table landfall_change",
    ),
    ("main", "DROP TABLE landfall_change", "table landfall_change"),
    ("main", "DROP INDEX volunteer_status_index", "index volunteer_status_index"),
    (
        "main",
        "CREATE TRIGGER sly AFTER INSERT ON site BEGIN DELETE FROM lab_panel; END",
        "trigger sly",
    ),
    ("test", "CREATE VIEW seen AS SELECT 1", "view seen"),
    ("main", "CREATE TABLE more (id INTEGER)", "table more"),
    ("main", "ALTER TABLE volunteer ADD COLUMN more TEXT", "table volunteer"),
    ("main", "ALTER TABLE volunteer DROP COLUMN notes", "table volunteer"),
    ("main", "PRAGMA user_version = 9", "header user_version"),
    ("main", "PRAGMA application_id = 9", "header application_id"),
];

/// A demonstration that went on until PROD was live.
struct Live {
    _folder: tempfile::TempDir,
    directory: PathBuf,
    summary: Value,
}

impl Live {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("live");
        let output = command()
            .args(["demo", "--volunteers", "40", "--until", "live", "--json", "--data"])
            .arg(&directory)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let summary = last_line(&output);
        let live = Self { _folder: folder, directory, summary };
        live.done(ENGINEER, &["person", "sign-in", ENGINEER]);
        live.done(QUALITY, &["person", "sign-in", QUALITY]);
        live
    }

    /// Runs a command as one of the people of the demonstration.
    fn run(&self, person: &str, arguments: &[&str]) -> Output {
        command()
            .args(arguments)
            .args(["--as", person, "--data"])
            .arg(&self.directory)
            .arg("--password-file")
            .arg(self.directory.join("demonstration-passwords").join(person))
            .output()
            .unwrap()
    }

    fn done(&self, person: &str, arguments: &[&str]) {
        let output = self.run(person, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
    }

    fn instance(&self, role: &str) -> PathBuf {
        let environments = self.summary["environments"].as_array().unwrap();
        let prod = environments.iter().find(|one| one["label"] == "prod").unwrap();
        let instances = prod["instances"].as_array().unwrap();
        let instance = instances.iter().find(|one| one["role"] == role).unwrap();
        PathBuf::from(instance["location"].as_str().unwrap())
    }

    fn recheck(&self) -> Value {
        let output = self.run(ENGINEER, &["document", "recheck", "acme/prod", "--json"]);
        assert!(!output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let recheck = last_line(&output);
        // What has drifted is a failed check for a script as well.
        assert_eq!(output.status.success(), recheck["drifted"] == false, "{recheck}");
        recheck
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
    command.env_remove("LANDFALL_DATA").env_remove("LANDFALL_PASSWORD_FILE").stdin(Stdio::null());
    command
}

fn last_line(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

/// Changes a file as another program would.
fn plant(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    connection.execute_batch(sql).unwrap();
    connection.close().unwrap();
}

/// Returns a list of an instance of a recheck.
fn list<'a>(recheck: &'a Value, role: &str, name: &str) -> &'a Vec<Value> {
    let instances = recheck["instances"].as_array().unwrap();
    let instance = instances.iter().find(|one| one["role"] == role).unwrap();
    instance[name].as_array().unwrap()
}

fn objects<'a>(recheck: &'a Value, role: &str) -> Vec<&'a str> {
    list(recheck, role, "drift").iter().map(|one| one["object"].as_str().unwrap()).collect()
}

fn expect_none(recheck: &Value) {
    assert_eq!(recheck["drifted"], false, "{recheck}");
    for role in ["main", "test"] {
        assert_eq!(objects(recheck, role), Vec::<&str>::new(), "{recheck}");
        assert!(list(recheck, role, "tests").iter().all(|test| test["equal"] == true), "{recheck}");
    }
}

#[test]
fn each_planted_change_is_found_in_prod_and_nothing_in_an_untouched_one() {
    assert!(PLANTED.len() >= 25, "{}", PLANTED.len());
    let live = Live::new();
    let untouched = live.recheck();
    expect_none(&untouched);
    assert!(untouched["document"].as_str().unwrap().starts_with("ACME-IQ-"), "{untouched}");
    assert!(!list(&untouched, "main", "tests").is_empty(), "{untouched}");
    let main = &untouched["instances"][0];
    assert!(main["tables"].as_u64() > Some(0) && main["schema_objects"].as_u64() > Some(0));
    let again = list(&untouched, "main", "tests").len() as u64;
    assert!(main["planned_tests"].as_u64() > Some(again), "{untouched}");
    let said = live.run(ENGINEER, &["document", "recheck", "acme/prod"]);
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("compared with what stood there when it was sealed (entry "), "{said}");
    assert!(said.contains("covered by the table digests"), "{said}");
    for (role, sql, object) in PLANTED {
        let path = live.instance(role);
        let sound = fs::read(&path).unwrap();
        plant(&path, sql);
        let recheck = live.recheck();
        fs::write(&path, sound).unwrap();
        assert_eq!(recheck["drifted"], true, "{sql}");
        assert!(objects(&recheck, role).contains(object), "{sql}: {recheck}");
        let other = if *role == "main" { "test" } else { "main" };
        assert_eq!(objects(&recheck, other), Vec::<&str>::new(), "{sql}");
    }
    expect_none(&live.recheck());
    live.done(ENGINEER, &["ledger", "verify"]);
}

#[test]
fn a_recorded_change_is_no_drift_and_hides_none() {
    let live = Live::new();
    let path = live.instance("main");
    let change = |table: &str, value: &str, number: &str| {
        live.done(
            ENGINEER,
            &["record", "set", "acme/prod/main", table, "id=1", value, "--reason", "asked for"],
        );
        live.done(QUALITY, &["record", "approve", number]);
    };
    change("role", "description=Described anew.", "ACME-ECR-001");
    let recheck = live.recheck();
    expect_none(&recheck);
    let recorded = list(&recheck, "main", "recorded");
    assert_eq!(recorded.len(), 1, "{recheck}");
    assert_eq!(recorded[0]["table"], "role");
    assert_eq!(recorded[0]["verb"], "set");

    // Another program changes another row of the same table; a change recorded after that does not hide it.
    plant(&path, "UPDATE role SET description = 'x' WHERE id = (SELECT max(id) FROM role)");
    assert_eq!(objects(&live.recheck(), "main"), ["table role"]);
    change("role", "description=Described once more.", "ACME-ECR-002");
    let recheck = live.recheck();
    assert_eq!(objects(&recheck, "main"), ["table role"], "{recheck}");
    assert_eq!(list(&recheck, "main", "recorded").len(), 2, "{recheck}");

    let output =
        live.run(ENGINEER, &["record", "history", "acme/prod/main", "role", "id=1", "--json"]);
    let history = last_line(&output);
    let history = history.as_array().unwrap();
    assert_eq!(history.len(), 2, "{history:?}");
    assert_eq!(history[1]["columns"][0]["old"], "Described anew.");
    assert_eq!(history[1]["columns"][0]["new"], "Described once more.");
}

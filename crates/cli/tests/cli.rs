//! The command line as a person or a script meets it: streams, exit codes, words.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use harness::{installed, landfall, password};
use serde_json::Value;

/// Every noun with its verbs; a noun without verbs is a command itself.
const CONTENTS: &[(&str, &[&str])] = &[
    ("init", &[]),
    ("person", &["add", "list", "sign-in", "sign-out", "unlock"]),
    ("customer", &["add", "contract", "declare-no-migration", "list", "show", "due", "export"]),
    (
        "environment",
        &[
            "request", "build", "show", "list", "accept", "validate", "reject", "lend", "expire",
            "close", "hold", "release", "destroy", "reset",
        ],
    ),
    ("configuration", &["choose", "extract", "show", "promote", "diff", "report", "difference"]),
    ("package", &["list", "show", "verify", "export"]),
    (
        "migration",
        &[
            "check",
            "try",
            "dump",
            "spec",
            "run",
            "publish",
            "comment",
            "resolve",
            "sign",
            "list",
            "show",
            "rejected",
            "withdraw",
            "report",
            "compare",
            "compare-volunteers",
            "trend",
            "destroy",
        ],
    ),
    ("record", &["list", "add", "set", "archive", "changes", "approve", "reject", "history"]),
    ("study", &["check", "convert", "import", "export", "list", "show", "diff", "push"]),
    ("deviation", &["list", "open", "resolve", "approve"]),
    ("document", &["list", "show", "export", "sign", "reject", "verify", "recheck"]),
    ("operation", &["list", "show"]),
    ("golive", &["show", "review", "provide", "qc", "reject", "record"]),
    ("ledger", &["show", "story", "verify", "export"]),
    ("inspect", &[]),
    ("vendor", &["due"]),
    ("catalogue", &["list", "show", "adopt"]),
    ("policy", &["show", "adopt"]),
    ("sample", &["source"]),
    ("clock", &["move"]),
    ("demo", &[]),
];

#[cfg(test)]
mod harness {
    use std::{
        fs,
        os::unix::fs::PermissionsExt as _,
        path::{Path, PathBuf},
        process::{Command, Stdio},
    };

    use serde_json::Value;

    /// What a command said and how it ended.
    pub(super) struct Said {
        pub(super) code: Option<i32>,
        pub(super) stdout: String,
        pub(super) stderr: String,
    }

    impl Said {
        /// Expects success and returns stdout.
        pub(super) fn done(self) -> String {
            assert_eq!(self.code, Some(0), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
            self.stdout
        }

        /// Expects an exit code and a part of stderr.
        pub(super) fn stopped(&self, code: i32, part: &str) {
            assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
            assert!(self.stderr.contains(part), "expected `{part}` in: {}", self.stderr);
        }

        /// Expects stdout to be one line of JSON.
        pub(super) fn json(self) -> Value {
            let text = self.done();
            assert_eq!(text.lines().count(), 1, "{text}");
            serde_json::from_str(&text).unwrap()
        }
    }

    /// Runs the command in a folder, without a terminal and without the variables of whoever runs the tests.
    pub(super) fn landfall(folder: &Path, arguments: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_landfall"))
            .args(arguments)
            .current_dir(folder)
            .env_remove("LANDFALL_DATA")
            .env_remove("LANDFALL_PASSWORD_FILE")
            .env_remove("COLUMNS")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Said {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Writes a password file that only its owner can read.
    pub(super) fn password(folder: &Path, person: &str) -> String {
        let path: PathBuf = folder.join(format!("{person}.password"));
        fs::write(&path, format!("a long sentence of {person}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    }

    /// Makes a data directory with one person of vendor quality and one engineer, both signed in, and a prospect.
    pub(super) fn installed() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let (quinn, erik) = (password(at, "quinn"), password(at, "erik"));
        let run = |arguments: &[&str]| landfall(at, arguments).done();
        run(&[
            "init",
            "--quality",
            "quinn",
            "--name",
            "Quinn Quality",
            "--demonstration",
            "--start",
            "2026-01-05T09:00:00Z",
            "--password-file",
            &quinn,
        ]);
        run(&["person", "sign-in", "quinn", "--password-file", &quinn]);
        let added = run(&[
            "person",
            "add",
            "erik",
            "--name",
            "Erik Engineer",
            "--role",
            "vendor-engineer",
            "--password-file",
            &erik,
        ]);
        assert_eq!(added, "erik\n", "stdout is data: the identity and nothing else");
        run(&["person", "sign-in", "erik", "--password-file", &erik]);
        let added =
            run(&["customer", "add", "acme", "--name", "Acme Clinical Research", "--as", "erik"]);
        assert_eq!(added, "acme\n");
        folder
    }
}

#[test]
fn every_noun_and_verb_has_help() {
    let folder = tempfile::tempdir().unwrap();
    let top = landfall(folder.path(), &["--help"]).done();
    for (noun, verbs) in CONTENTS {
        assert!(top.contains(&format!("  {noun}")), "`landfall --help` does not list {noun}");
        let help = landfall(folder.path(), &[noun, "--help"]).done();
        assert!(help.contains(&format!("Usage: landfall {noun}")), "{help}");
        for verb in *verbs {
            assert!(help.contains(&format!("  {verb}")), "`{noun} --help` does not list {verb}");
            let help = landfall(folder.path(), &[noun, verb, "--help"]).done();
            assert!(help.contains(&format!("Usage: landfall {noun} {verb}")), "{help}");
            assert!(help.contains("--json"), "{noun} {verb} has no --json");
        }
    }
}

#[test]
fn a_noun_without_a_verb_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&[] as &[&str], &["customer"], &["customer", "destroy"], &["nonsense"]] {
        assert_eq!(landfall(folder.path(), arguments).code, Some(2), "{arguments:?}");
    }
    landfall(folder.path(), &["environment", "show", "acme"]).stopped(2, "acme/sandbox");
}

#[test]
fn wrong_usage_is_json_where_json_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let said = landfall(folder.path(), &["--json", "environment", "show", "nowhere"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""));
    let error: Value = serde_json::from_str(&said.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "usage");
}

#[test]
fn a_folder_that_is_no_data_directory_is_an_error_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let said = landfall(folder.path(), &["customer", "list"]);
    said.stopped(1, "landfall init");
    assert_eq!(said.stdout, "");
    assert!(said.stderr.starts_with("error: "), "{}", said.stderr);
    assert!(said.stderr.contains("\nhint: "), "{}", said.stderr);
}

#[test]
fn a_rule_that_says_no_names_itself_its_code_and_what_to_do() {
    let folder = installed();
    let arguments = ["customer", "add", "nova", "--name", "Nova Trials", "--as", "quinn"];
    let said = landfall(folder.path(), &arguments);
    said.stopped(3, "[AUT-001]");
    assert!(
        said.stderr.contains("\nrule: ") && said.stderr.contains("\nhint: "),
        "{}",
        said.stderr
    );

    let said = landfall(folder.path(), &[&arguments[..], &["--json"]].concat());
    let error: Value = serde_json::from_str(said.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(error["error"]["kind"], "rejected");
    assert_eq!(error["error"]["code"], "AUT-001");
    assert!(error["error"]["rule"].is_string() && error["error"]["hint"].is_string());
}

#[test]
fn an_environment_that_does_not_exist_is_not_there_whatever_is_done_with_it() {
    let folder = installed();
    for verb in ["show", "close", "build"] {
        landfall(folder.path(), &["environment", verb, "acme/val-1", "--as", "erik"])
            .stopped(1, "customer `acme` has no environment `val-1`");
    }
    landfall(folder.path(), &["environment", "show", "nova/val-1"]).stopped(1, "nova");
}

#[test]
fn what_destroys_asks_first_and_says_so_where_it_cannot() {
    let folder = installed();
    let at = folder.path();
    let requested =
        landfall(at, &["environment", "request", "acme", "demo", "--as", "erik"]).done();
    assert_eq!(requested, "acme/demo\n");
    for verb in ["close", "destroy"] {
        landfall(at, &["environment", verb, "acme/demo", "--as", "erik"]).stopped(2, "--yes");
    }
}

#[test]
fn a_password_file_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = password(folder.path(), "quinn");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let arguments =
        ["init", "--quality", "quinn", "--name", "Quinn Quality", "--password-file", &file];
    landfall(folder.path(), &arguments).stopped(3, "chmod 600");
    assert!(!folder.path().join("landfall-data").exists(), "nothing half-made stays");
}

#[test]
fn a_new_password_is_never_that_of_whoever_signs() {
    let folder = tempfile::tempdir().unwrap();
    let file = password(folder.path(), "quinn");
    let output = Command::new(env!("CARGO_BIN_EXE_landfall"))
        .args(["init", "--quality", "quinn", "--name", "Quinn Quality"])
        .current_dir(folder.path())
        .env("LANDFALL_PASSWORD_FILE", &file)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--password-file"));
}

#[test]
fn a_customer_is_shown_as_a_timeline_and_as_json() {
    let folder = installed();
    let at = folder.path();
    landfall(at, &["environment", "request", "acme", "demo", "--as", "erik"]).done();
    let text = landfall(at, &["customer", "show", "acme"]).done();
    for part in ["Acme Clinical Research (acme)", "milestones", "demo", "├", "░ requested", "next"]
    {
        assert!(text.contains(part), "expected `{part}` in: {text}");
    }
    assert!(text.contains("landfall environment build acme/demo"), "{text}");
    assert!(!text.contains('\u{1b}'), "colours are for terminals");

    let value = landfall(at, &["customer", "show", "acme", "--json"]).json();
    assert_eq!(value["id"], "acme");
    assert_eq!(value["status"], "prospect");
    assert_eq!(value["environments"][0]["address"], "acme/demo");
    assert_eq!(value["environments"][0]["kind"], "demo");
    assert_eq!(value["environments"][0]["state"], "requested");
    assert!(value["next"][0]["command"].as_str().unwrap().starts_with("landfall "));
}

#[test]
fn lists_are_arrays() {
    let folder = installed();
    for arguments in [
        &["person", "list"][..],
        &["customer", "list"],
        &["environment", "list", "acme"],
        &["package", "list"],
        &["migration", "list", "acme"],
        &["document", "list", "acme"],
        &["operation", "list", "acme"],
        &["catalogue", "list"],
        &["ledger", "show"],
        &["ledger", "story", "acme"],
        &["golive", "show", "acme"],
        &["deviation", "list", "acme"],
        &["record", "changes", "acme"],
        &["customer", "due", "acme"],
        &["vendor", "due"],
    ] {
        let value = landfall(folder.path(), &[arguments, &["--json"]].concat()).json();
        assert!(value.is_array(), "{arguments:?}: {value}");
    }
}

#[test]
fn a_command_to_type_names_the_data_directory() {
    let folder = installed();
    let elsewhere = tempfile::tempdir().unwrap();
    let data = folder.path().join("landfall-data").display().to_string();
    let text = landfall(elsewhere.path(), &["customer", "show", "acme", "--data", &data]).done();
    assert!(text.contains(&format!("landfall --data {data} ")), "{text}");
}

#[test]
fn the_ledger_is_told_exported_and_verified_anywhere() {
    let folder = installed();
    let at = folder.path();
    let told = landfall(at, &["ledger", "show"]).done();
    assert!(
        told.contains("Erik Engineer (vendor engineer) added the prospect Acme Clinical Research"),
        "{told}"
    );
    let one = landfall(at, &["ledger", "show", "--after", "1", "--limit", "1"]).done();
    assert_eq!(one.lines().count(), 1, "{one}");
    let intact = landfall(at, &["ledger", "verify", "--json"]).json();
    assert_eq!(intact["intact"], true);

    let head = landfall(at, &["ledger", "export", "ledger.jsonl"]).done();
    let head = head.trim();
    let elsewhere = tempfile::tempdir().unwrap();
    let export = elsewhere.path().join("copy.jsonl");
    fs::copy(at.join("ledger.jsonl"), &export).unwrap();
    let export_name = export.display().to_string();
    let verified =
        landfall(elsewhere.path(), &["ledger", "verify", &export_name, "--head", head]).done();
    assert!(verified.starts_with("intact: "), "{verified}");

    let unknown = "0123456789abcdef".repeat(4);
    landfall(elsewhere.path(), &["ledger", "verify", &export_name, "--head", &unknown])
        .stopped(4, "head");

    let text = fs::read_to_string(&export).unwrap();
    fs::write(&export, text.replacen("Erik", "Eric", 1)).unwrap();
    let said = landfall(elsewhere.path(), &["ledger", "verify", &export_name]);
    said.stopped(4, "the first bad entry is ");

    let leftovers = fs::read_dir(at)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".partial"));
    assert_eq!(leftovers.count(), 0);
}

#[test]
fn a_damaged_ledger_is_named_by_its_first_bad_entry() {
    let folder = installed();
    let file = folder.path().join("landfall-data/ledger.sqlite");
    let connection = rusqlite::Connection::open(&file).unwrap();
    let triggers: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for trigger in triggers {
        connection.execute_batch(&format!("DROP TRIGGER \"{trigger}\"")).unwrap();
    }
    let entry: i64 = connection
        .query_row("SELECT min(sequence) FROM entry WHERE line LIKE '%Quinn Quality%'", [], |row| {
            row.get(0)
        })
        .unwrap();
    let changed = connection
        .execute(
            "UPDATE entry SET line = replace(line, 'Quinn', 'Quint') WHERE sequence = ?1",
            [entry],
        )
        .unwrap();
    assert_eq!(changed, 1);
    drop(connection);
    let said = landfall(folder.path(), &["ledger", "verify"]);
    said.stopped(4, &format!("the first bad entry is {entry}"));
}

#[test]
fn what_is_not_an_export_is_no_ledger_that_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "nothing of the kind\n").unwrap();
    landfall(folder.path(), &["ledger", "verify", "notes.txt"])
        .stopped(1, "`notes.txt` is no export of a ledger");
    landfall(folder.path(), &["ledger", "verify", "absent.txt"]).stopped(1, "absent.txt");
}

#[test]
fn catalogue_and_policy_are_shown_without_a_data_directory() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert!(landfall(at, &["catalogue", "list"]).done().contains("24.1"));
    assert!(landfall(at, &["catalogue", "show", "24.1"]).done().contains("volunteer"));
    let columns = landfall(at, &["catalogue", "show", "24.1", "volunteer"]).done();
    assert!(columns.contains("birth-date") && columns.contains("required"), "{columns}");
    assert!(columns.lines().any(|line| line.starts_with("source")), "{columns}");
    let newest = landfall(at, &["catalogue", "show"]);
    assert!(newest.stderr.contains("landfall catalogue list"), "{}", newest.stderr);
    assert!(newest.done().contains("volunteer"));
    landfall(at, &["catalogue", "show", "24.1", "nonsense"]).stopped(1, "nonsense");
    landfall(at, &["catalogue", "show", "9.9"]).stopped(1, "9.9");

    let policy = landfall(at, &["policy", "show"]).done();
    for part in [
        "request-environment",
        "technical-review",
        "deviation-approval",
        "requirement",
        "product documentation",
        "volunteer_condition",
        "Sandbox",
        "read-only in Test: role role_action site",
        "what outlives an environment (source: Landfall's choice)",
    ] {
        assert!(policy.contains(part), "expected `{part}` in: {policy}");
    }
    let policy = landfall(at, &["policy", "show", "--json"]).json();
    assert_eq!(policy["environment"]["val"]["masked"], true);
    assert!(policy["authority"].is_array() && policy["signatures"].is_array());
}

#[test]
fn the_demonstration_clock_moves_forward_only() {
    let folder = installed();
    let at = folder.path();
    landfall(at, &["clock", "move", "2026-01-05T12:00:00Z", "--as", "quinn"]).done();
    landfall(at, &["clock", "move", "2026-01-05T10:00:00Z", "--as", "quinn"])
        .stopped(3, "[CLK-001]");
    landfall(at, &["clock", "move", "yesterday", "--as", "quinn"]).stopped(2, "yesterday");
}

#[test]
fn a_record_is_named_by_column_and_value() {
    let folder = tempfile::tempdir().unwrap();
    let add = ["record", "add", "acme/sandbox", "site", "Hull"];
    let set = ["record", "set", "acme/sandbox", "site", "Hull", "name=York"];
    for (command, part) in [(&add[..], "column=value"), (&set[..], "id=7")] {
        for command in [command.to_vec(), [command, &["--json"]].concat()] {
            let said = landfall(folder.path(), &command);
            said.stopped(2, part);
            // What was typed may be a volunteer's.
            assert!(!said.stderr.contains("Hull"), "{}", said.stderr);
        }
    }
}

#[test]
fn what_stood_there_is_asked_by_day_and_address() {
    let folder = installed();
    let at = folder.path();
    landfall(at, &["environment", "request", "acme", "demo", "--as", "erik"]).done();
    let shown = landfall(at, &["inspect", "2026-01-05", "acme/demo"]).done();
    for part in ["2026-01-05 23:59:59 UTC", "requested", "Erik Engineer", "vendor engineer"] {
        assert!(shown.contains(part), "expected `{part}` in: {shown}");
    }
    let value = landfall(at, &["inspect", "2026-01-05T20:00:00+01:00", "acme/demo", "--json"]);
    let value = value.json();
    assert_eq!(value["at"], "2026-01-05T19:00:00Z");
    assert_eq!(value["state"], "requested");
    landfall(at, &["inspect", "2026-01-04", "acme/demo"]).stopped(1, "did not exist");
    landfall(at, &["inspect", "2026-02-30", "acme/demo"]).stopped(2, "expected a day");
    landfall(at, &["inspect", "2026-01-05", "acme"]).stopped(2, "acme/sandbox");

    let story = landfall(at, &["ledger", "story", "acme/demo"]).done();
    assert!(story.contains("Erik Engineer (vendor engineer)"), "{story}");
    landfall(at, &["ledger", "story", "acme/nonsense"]).stopped(2, "acme/sandbox");
}

#[test]
fn what_was_never_opened_or_asked_for_is_not_found() {
    let folder = installed();
    let at = folder.path();
    let quinn = password(at, "quinn");
    let signing = ["--as", "quinn", "--password-file", &quinn];
    let texts = ["--impact", "none known", "--cause", "not known", "--fix", "none"];
    let resolve = [&["deviation", "resolve", "ACME-DEV-001", "--as", "erik"][..], &texts].concat();
    landfall(at, &resolve).stopped(1, "ACME-DEV-001");
    let approve = [&["deviation", "approve", "ACME-DEV-001"][..], &signing].concat();
    landfall(at, &approve).stopped(1, "ACME-DEV-001");
    let approve = [&["record", "approve", "ACME-ECR-001"][..], &signing].concat();
    landfall(at, &approve).stopped(1, "ACME-ECR-001");
    landfall(at, &["deviation", "resolve", "ACME-DEV-001"]).stopped(2, "--impact");
}

#[test]
fn what_rejects_or_makes_anew_asks_first() {
    let folder = installed();
    let at = folder.path();
    landfall(at, &["environment", "request", "acme", "demo", "--as", "erik"]).done();
    for arguments in [
        &["environment", "reject", "acme/demo", "--as", "quinn"][..],
        &["environment", "reset", "acme/demo", "--as", "erik"],
        &["golive", "reject", "acme", "--as", "quinn"],
        &["record", "reject", "ACME-ECR-001", "--as", "quinn"],
    ] {
        landfall(at, arguments).stopped(2, "--yes");
    }
    landfall(at, &["migration", "withdraw", "acme", "1", "--as", "quinn"])
        .stopped(1, "no iteration 1");
}

#[test]
fn the_vendor_is_no_customer() {
    let folder = installed();
    let at = folder.path();
    let add = ["customer", "add", "vendor", "--name", "The vendor", "--as", "erik"];
    landfall(at, &add).stopped(3, "[CUS-004]");
    let requested =
        landfall(at, &["environment", "request", "vendor", "community-dev", "--as", "erik"]).done();
    assert_eq!(requested, "vendor/community-dev\n");
    let listed = landfall(at, &["customer", "list", "--json"]).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    let shown = landfall(at, &["customer", "show", "vendor"]).done();
    assert!(shown.contains("community-dev"), "{shown}");
    let value = landfall(at, &["customer", "show", "vendor", "--json"]).json();
    assert_eq!(value["status"], "vendor");
}

#[test]
fn rules_are_adopted_by_quality_with_a_signature() {
    let folder = installed();
    let at = folder.path();
    let missing = landfall(at, &["policy", "adopt", "absent.toml", "--as", "quinn"]);
    missing.stopped(1, "absent.toml");
    fs::write(at.join("policy.toml"), "name = \"mine\"\n").unwrap();
    landfall(at, &["policy", "adopt", "policy.toml", "--as", "quinn"]).stopped(4, "policy");
    let elsewhere = tempfile::tempdir().unwrap();
    landfall(elsewhere.path(), &["policy", "adopt", "policy.toml"]).stopped(1, "policy.toml");
}

#[test]
fn a_sample_source_is_written_and_fits_its_spec() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let facts =
        landfall(at, &["sample", "source", "dump", "--volunteers", "40", "--seed", "7", "--json"])
            .json();
    assert!(facts["people"].as_u64().unwrap() >= 40, "{facts}");
    let report =
        landfall(at, &["migration", "check", "dump/spec", "--source", "dump", "--json"]).json();
    let checked = landfall(at, &["migration", "check", "dump/spec", "--source", "dump"]);
    let next = "next: landfall migration try dump/spec --source dump --out out\n";
    assert!(checked.stderr.contains(next), "{}", checked.stderr);
    let write =
        |file: &str| landfall(at, &["migration", "workbook", "write", "dump/spec", "--out", file]);
    write("spec.xlsx").done();
    write("spec.xlsx").stopped(1, "`spec.xlsx` exists already");
    write("none/spec.xlsx").stopped(1, "there is no folder `none`");
    assert!(report["sources"].is_array(), "{report}");
    let tried = landfall(
        at,
        &["migration", "try", "dump/spec", "--source", "dump", "--out", "out", "--json"],
    )
    .json();
    let total = &tried["total"];
    let count = |name: &str| total[name].as_u64().unwrap();
    assert_eq!(count("read"), count("written") + count("rejected") + count("filtered"));
    landfall(at, &["sample", "source", "dump", "--volunteers", "40", "--seed", "7"])
        .stopped(1, "empty");
}

#[test]
fn a_try_shows_test_volunteers_where_it_is_asked_to_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    landfall(at, &["sample", "source", "dump", "--volunteers", "40", "--seed", "7"]).done();
    let tried = |out: &str, more: &[&str]| {
        let command = ["migration", "try", "dump/spec", "--source", "dump", "--out", out];
        landfall(at, &[&command[..], more].concat())
    };
    let chosen = ["--volunteer", "LU-0001001", "--volunteer", "nobody"];
    let said = tried("one", &chosen);
    assert!(
        said.stdout.contains("volunteer \"LU-0001001\": written as volunteer"),
        "{}",
        said.stdout
    );
    assert!(said.stdout.contains("PERSON_NO: \"LU-0001001\""), "{}", said.stdout);
    assert!(said.stdout.contains("volunteer \"nobody\": not in the dump"), "{}", said.stdout);
    assert!(!said.stderr.contains("LU-0001001"), "{}", said.stderr);
    assert!(
        said.stderr.contains("2 test volunteers: 1 written, 1 not in the dump"),
        "{}",
        said.stderr
    );
    said.done();

    let shown = tried("two", &[&chosen[..], &["--json"]].concat()).json();
    let one = &shown["test_volunteers"][0];
    assert_eq!(
        (one["external_id"].as_str(), one["state"].as_str()),
        (Some("LU-0001001"), Some("written"))
    );
    let fields = one["rows"][0]["fields"].as_array().unwrap();
    let id = fields.iter().find(|field| field["column"] == "external_id").unwrap();
    assert_eq!(id["source"][0]["text"], "LU-0001001");
    assert_eq!(id["value"], "LU-0001001");
    assert_eq!(shown["test_volunteers"][1]["state"], "not-in-dump");

    let written = tried("three", &[&chosen[..], &["--xlsx", "book.xlsx"]].concat());
    assert!(!written.stdout.contains("LU-0001001"), "{}", written.stdout);
    written.done();
    assert!(fs::read(at.join("book.xlsx")).unwrap().starts_with(b"PK"));
    tried("four", &[&chosen[..], &["--xlsx", "book.xlsx"]].concat()).stopped(1, "exists already");
    assert!(!at.join("four").exists());

    let mut many = Vec::new();
    let ids: Vec<String> = (0..51).map(|number| format!("LU-{number}")).collect();
    for id in &ids {
        many.extend(["--volunteer", id.as_str()]);
    }
    let refused = tried("five", &many);
    refused.stopped(1, "at most 50");
    assert!(!refused.stderr.contains("LU-"), "{}", refused.stderr);
    let plain = tried("six", &["--json"]).json();
    assert!(plain.get("test_volunteers").is_none());
}

//! What an inspector asks for first: the story of an environment, what stood there on a day, and a bundle that verifies
//! without Landfall.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use landfall_core::digest::Digest;
use serde_json::Value;

/// One onboarding to its end, in which somebody tried to destroy PROD.
struct Run {
    _folder: tempfile::TempDir,
    directory: PathBuf,
}

fn directory() -> &'static Path {
    static RUN: OnceLock<Run> = OnceLock::new();
    let run = RUN.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("data");
        landfall(&directory, &["demo", "--volunteers", "40", "--until", "live"]).done();
        let refused = landfall(
            &directory,
            &["environment", "destroy", "acme/prod", "--yes", "--as", "erik-lund"],
        );
        assert_eq!(refused.code, Some(3), "{}", refused.stderr);
        Run { _folder: folder, directory }
    });
    &run.directory
}

/// What a command said and how it ended.
struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Said {
    fn done(self) -> String {
        assert_eq!(self.code, Some(0), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self.stdout
    }

    fn json(self) -> Value {
        serde_json::from_str(&self.done()).unwrap()
    }
}

fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn landfall(directory: &Path, arguments: &[&str]) -> Said {
    said(
        Command::new(env!("CARGO_BIN_EXE_landfall"))
            .args(arguments)
            .arg("--data")
            .arg(directory)
            .env_remove("LANDFALL_DATA")
            .env_remove("LANDFALL_PASSWORD_FILE")
            .env_remove("COLUMNS"),
    )
}

fn inspect(date: &str, address: &str) -> Value {
    landfall(directory(), &["inspect", date, address, "--json"]).json()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().unwrap()
}

#[test]
fn the_story_of_prod_is_told_from_its_source_to_its_use() {
    let story = landfall(directory(), &["ledger", "story", "acme/prod", "--json"]).json();
    let lines = story.as_array().unwrap();
    let mut chapters: Vec<&str> =
        lines.iter().map(|line| line["chapter"].as_str().unwrap()).collect();
    chapters.dedup();
    let mut order = [
        "what it was made from",
        "requested",
        "plan signed",
        "built and tested",
        "report signed",
        "accepted",
        "used",
    ]
    .into_iter()
    .peekable();
    for chapter in &chapters {
        order.next_if(|expected| expected == chapter);
        let times = chapters.iter().filter(|known| *known == chapter).count();
        assert_eq!(times, 1, "each chapter once: {chapters:?}");
    }
    assert_eq!(order.peek(), None, "in the order of a life: {chapters:?}");
    for pair in lines.windows(2) {
        let (one, other) = (&pair[0], &pair[1]);
        if one["chapter"] == other["chapter"] {
            assert!(one["entry"].as_u64() < other["entry"].as_u64(), "{one} {other}");
        }
    }
    let told = |chapter: &str, part: &str| {
        lines
            .iter()
            .any(|line| line["chapter"] == chapter && line["what"].as_str().unwrap().contains(part))
    };
    assert!(told("what it was made from", "registered the final source dump"));
    assert!(told("what it was made from", "ran iteration 3"));
    assert!(told("what it was made from", "extracted the configuration for PROD from acme/val-2"));
    assert!(told("requested", "requested acme/prod"));
    assert!(told("plan signed", "signed ACME-IQ-002 (plan-approval)"));
    assert!(told("what it was made from", "completed validation in acme/val-2"));
    assert!(told("built and tested", "tests passed"));
    assert!(told("built and tested", "1 test passed"));
    assert!(told("used", "declared acme/prod live"));
    assert!(told("report signed", "signed ACME-IQ-002 (report-approval)"));
    assert!(told("accepted", "signed the final quality check"));
    assert!(!lines.iter().any(|line| line["what"].as_str().unwrap().contains("val-1")));
    // What a rule refused is part of the story.
    let refused: Vec<&Value> = lines.iter().filter(|line| line["refused"] == true).collect();
    assert_eq!(refused.len(), 1);
    assert!(refused[0]["what"].as_str().unwrap().contains("DST-002"));
    assert_eq!(refused[0]["chapter"], "used", "in the chapter of the moment");
    for line in lines {
        assert!(line["when"].as_str().unwrap().ends_with(" UTC"), "{line}");
        assert!(!line["name"].as_str().unwrap().is_empty(), "{line}");
    }
    let text = landfall(directory(), &["ledger", "story", "acme/prod"]).done();
    assert!(text.contains("Erik Lund (vendor engineer) requested acme/prod"), "{text}");
}

#[test]
fn the_story_of_a_customer_has_a_chapter_for_each_environment() {
    let story = landfall(directory(), &["ledger", "story", "acme", "--json"]).json();
    let lines = story.as_array().unwrap();
    let mut chapters: Vec<&str> =
        lines.iter().map(|line| line["chapter"].as_str().unwrap()).collect();
    chapters.dedup();
    for chapter in ["customer", "acme/demo", "acme/sandbox", "migration", "acme/prod", "go-live"] {
        let times = chapters.iter().filter(|known| **known == chapter).count();
        assert_eq!(times, 1, "{chapter}: {chapters:?}");
    }
}

#[test]
fn what_is_not_there_yet_is_not_inspected() {
    let said = landfall(directory(), &["inspect", "2026-01-10", "acme/prod"]);
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    assert!(said.stderr.contains("did not exist on 2026-01-10 23:59:59 UTC"), "{}", said.stderr);
    assert!(said.stderr.contains("it was requested on 2026-03-16"), "{}", said.stderr);
    assert!(said.stderr.contains(" inspect 2026-03-16T"), "{}", said.stderr);
    assert_eq!(said.stdout, "");
}

#[test]
fn a_day_of_val_shows_what_was_signed_by_then_and_nothing_of_later() {
    let built = inspect("2026-02-19", "acme/val-2");
    assert_eq!(built["state"], "built");
    assert_eq!(list(&built["plan"], "signatures").len(), 3);
    assert_eq!(list(&built["report"], "signatures").len(), 0);
    assert_eq!(built["qualified"], false, "executed is not qualified");
    assert_eq!(built["qualification"], "plan approved, report not approved yet");
    assert_eq!(built["acceptance"], Value::Null);

    let used = inspect("2026-03-01", "acme/val-2");
    assert_eq!(used["state"], "in-use");
    assert_eq!(list(&used["report"], "signatures").len(), 3);
    assert_eq!(used["acceptance"]["name"], "Carl Quist");
    assert_eq!(used["qualified"], true);
    assert_eq!(used["validation"], Value::Null);
    assert_eq!(used["due"], Value::Null);
    assert_eq!(used["masking_key"], "validation-1");
    let packages = list(&used, "packages");
    assert_eq!(packages.len(), 2);
    for package in packages {
        assert!(package["made"]["entry"].as_u64().unwrap() > 0, "{package}");
        assert_eq!(package["made"]["who"], "Erik Lund (vendor engineer)");
    }
    let tests = list(&used, "tests");
    assert!(tests.len() > 20, "{}", tests.len());
    for test in tests {
        assert_eq!(test["passed"], true, "{test}");
        assert_eq!(test["actual"], test["expected"], "{test}");
    }
    let documents: Vec<(&str, &str)> = list(&used, "documents")
        .iter()
        .map(|one| (one["kind"].as_str().unwrap(), one["status"].as_str().unwrap()))
        .collect();
    assert!(documents.contains(&("iq", "accepted")), "{documents:?}");
    assert!(documents.contains(&("masking-certificate", "issued")), "{documents:?}");
    assert!(!documents.iter().any(|(kind, _)| *kind == "destruction-certificate"));

    let due = inspect("2026-03-21", "acme/val-2");
    assert_eq!(due["due"]["rule"], "validation-is-completed-and-prod-is-live");
    assert_eq!(due["validation"]["name"], "Carl Quist");
    let gone = inspect("2026-03-27", "acme/val-2");
    assert_eq!(gone["state"], "destroyed");
    // An earlier day is an earlier place in the same chain.
    assert!(built["ledger"]["sequence"].as_u64() < used["ledger"]["sequence"].as_u64());
}

#[test]
fn today_shows_prod_as_it_stands() {
    let prod = inspect("2026-03-27", "acme/prod");
    assert_eq!(prod["state"], "in-use");
    assert_eq!(list(&prod, "final_qc").len(), 2);
    assert_eq!(prod["masking_key"], Value::Null);
    assert_eq!(list(&prod, "instances").len(), 2);
    let main = inspect("2026-03-27", "acme/prod/main");
    assert_eq!(list(&main, "instances").len(), 1);
    assert!(list(&main, "tests").len() < list(&prod, "tests").len());
}

#[test]
fn a_changed_setting_is_shown_with_what_it_was_and_who_changed_it() {
    assert_eq!(list(&inspect("2026-01-28", "acme/sandbox"), "changes").len(), 0);
    let after = inspect("2026-01-29", "acme/sandbox");
    let changes = list(&after, "changes");
    let set = changes.iter().find(|change| change["verb"] == "set").unwrap();
    let column = &set["columns"][0];
    assert!(column["new"].is_string(), "{set}");
    assert_ne!(column["old"], column["new"]);
    assert!(set["who"].as_str().unwrap().contains('('), "{set}");
    assert!(set["entry"].as_u64().unwrap() > 0);
}

#[test]
fn what_is_listed_fits_the_columns_that_are_said() {
    for arguments in [
        &["inspect", "2026-02-19", "acme/val-2"][..],
        &["ledger", "story", "acme/prod"],
        &["vendor", "due"],
        &["customer", "due", "acme"],
        &["customer", "show", "acme"],
        &["package", "list"],
        &["configuration", "show", "acme"],
        &["document", "show", "ACME-IQ-001"],
        &["document", "list", "acme"],
        &["golive", "show", "acme"],
        &["policy", "show"],
        &["catalogue", "list"],
        &["catalogue", "show", "24.1", "volunteer"],
    ] {
        let said = said(
            Command::new(env!("CARGO_BIN_EXE_landfall"))
                .args(arguments)
                .arg("--data")
                .arg(directory())
                .env_remove("LANDFALL_DATA")
                .env("COLUMNS", "80"),
        )
        .done();
        for line in said.lines().filter(|line| line.trim().contains(' ')) {
            assert!(line.chars().count() <= 80 || line.contains("--data"), "{arguments:?}: {line}");
        }
    }
}

#[test]
fn a_package_of_the_same_content_has_all_its_sources() {
    let packages = landfall(directory(), &["package", "list", "acme", "--json"]).json();
    let configuration =
        packages.as_array().unwrap().iter().find(|one| one["kind"] == "configuration").unwrap();
    let sources = list(configuration, "sources");
    assert!(sources.contains(&configuration["source"]), "{configuration}");
}

#[test]
fn what_was_destroyed_is_due_no_more() {
    let due = landfall(directory(), &["vendor", "due", "--json"]).json();
    for view in due.as_array().unwrap() {
        for gone in ["acme/demo", "acme/sandbox", "acme/val-1", "acme/val-2", "acme/prod"] {
            assert_ne!(view["address"], gone, "{view}");
        }
        assert!(!view["rule_text"].as_str().unwrap().is_empty(), "{view}");
    }
}

/// Runs the verifier of a bundle.
fn verify(bundle: &Path) -> Said {
    said(Command::new("python3").arg(bundle.join("verify.py")).arg(bundle))
}

/// Tells whether there is a Python to verify with; continuous integration has one.
fn python() -> bool {
    let there = Command::new("python3").arg("--version").output().is_ok();
    assert!(there || std::env::var_os("CI").is_none(), "`python3` is absent");
    there
}

/// Copies a bundle.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Changes one byte in the middle of a file.
fn spoil(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_bundle_verifies_without_landfall_and_shows_every_change() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("acme-records");
    let to = bundle.to_str().unwrap();
    let summary = landfall(directory(), &["customer", "export", "acme", to, "--json"]).json();
    let summary = &summary["bundle"];
    assert_eq!(summary["other_customers"], 0);
    assert_eq!(list(summary, "missing").len(), 0);
    let manifest = fs::read(bundle.join("manifest.json")).unwrap();
    assert_eq!(summary["manifest"], Digest::of(&manifest).to_string());

    // Nothing but records: no instance, no dump, no package, no key.
    let mut names: Vec<String> = fs::read_dir(&bundle)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["README.txt", "SHA256SUMS", "documents", "ledger.jsonl", "manifest.json", "verify.py"]
    );
    for document in fs::read_dir(bundle.join("documents")).unwrap() {
        for file in fs::read_dir(document.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let extension = path.extension().unwrap().to_str().unwrap().to_owned();
            assert!(["pdf", "json"].contains(&extension.as_str()), "{}", path.display());
        }
    }

    // A folder that holds something is not written over, and the data directory is not written into.
    let again = landfall(directory(), &["customer", "export", "acme", to]);
    assert_eq!(again.code, Some(1), "{}", again.stderr);
    let within = directory().join("records");
    let within = landfall(directory(), &["customer", "export", "acme", within.to_str().unwrap()]);
    assert!(within.stderr.contains("within the data directory"), "{}", within.stderr);

    if !python() {
        println!("NOT RUN: `python3` is absent");
        return;
    }
    let whole = verify(&bundle);
    assert_eq!(whole.code, Some(0), "{}{}", whole.stdout, whole.stderr);
    assert_eq!(whole.stdout.lines().filter(|line| line.starts_with("OK ")).count(), 7);
    let head = summary["head"].as_str().unwrap();
    let known = said(Command::new("python3").arg(bundle.join("verify.py")).arg(&bundle).arg(head));
    assert_eq!(known.code, Some(0), "{}", known.stdout);
    let unknown = said(
        Command::new("python3").arg(bundle.join("verify.py")).arg(&bundle).arg("0".repeat(64)),
    );
    assert_eq!(unknown.code, Some(1), "{}", unknown.stdout);

    for file in [
        "documents/ACME-IQ-001/ACME-IQ-001-r3.pdf",
        "documents/ACME-IQ-001/facts.json",
        "ledger.jsonl",
    ] {
        let spoilt = folder.path().join("spoilt");
        copy(&bundle, &spoilt);
        spoil(&spoilt.join(file));
        let found = verify(&spoilt);
        assert_eq!(found.code, Some(1), "{file}: {}", found.stdout);
        assert!(found.stdout.lines().last().unwrap().starts_with("BAD"), "{}", found.stdout);
        assert!(found.stdout.contains(file), "{file}: {}", found.stdout);
        fs::remove_dir_all(&spoilt).unwrap();
    }
}

#[test]
fn a_manifest_that_was_mended_as_well_does_not_hide_a_change() {
    if !python() {
        println!("NOT RUN: `python3` is absent");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("acme-records");
    landfall(directory(), &["customer", "export", "acme", bundle.to_str().unwrap()]).done();
    for file in ["documents/ACME-IQ-001/facts.json", "ledger.jsonl"] {
        let spoilt = folder.path().join("spoilt");
        copy(&bundle, &spoilt);
        let before = Digest::of(&fs::read(spoilt.join(file)).unwrap()).to_string();
        spoil(&spoilt.join(file));
        let after = Digest::of(&fs::read(spoilt.join(file)).unwrap()).to_string();
        let manifest = fs::read_to_string(spoilt.join("manifest.json")).unwrap();
        assert!(manifest.contains(&before), "{file}");
        fs::write(spoilt.join("manifest.json"), manifest.replace(&before, &after)).unwrap();
        let found = verify(&spoilt);
        assert_eq!(found.code, Some(1), "{file}: {}", found.stdout);
        assert!(found.stdout.contains("OK  every file has its size"), "{}", found.stdout);
        fs::remove_dir_all(&spoilt).unwrap();
    }
}

//! The design of a study on its way: imported into the Sandbox, exported, imported into PROD by an approved change, pushed
//! to Test; nothing is overwritten, and what is recorded is no drift.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

const ENGINEER: &str = "erik-lund";
const QUALITY: &str = "quentin-abara";

/// A design: the OID of its version, the type of its second item, and a third item or none.
fn design(version: &str, data_type: &str, third: bool) -> String {
    let item = |oid: &str, data_type: &str| {
        format!(
            r#"<ItemDef OID="{oid}" Name="{oid}" DataType="{data_type}" Length="3"><Question>
               <TranslatedText xml:lang="en">{oid}?</TranslatedText></Question></ItemDef>"#
        )
    };
    let mut oids = vec![("I.ID", "text"), ("I.AGE", data_type)];
    if third {
        oids.push(("I.NEW", "text"));
    }
    let references: String = oids
        .iter()
        .map(|(oid, _)| format!(r#"<ItemRef ItemOID="{oid}" Mandatory="Yes"/>"#))
        .collect();
    let items: String = oids.iter().map(|(oid, data_type)| item(oid, data_type)).collect();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot" FileOID="F.1"
     CreationDateTime="2026-01-05T09:00:00Z" ODMVersion="1.3.2">
  <Study OID="S.1">
    <GlobalVariables><StudyName>One</StudyName><StudyDescription>The first</StudyDescription>
      <ProtocolName>LF-101</ProtocolName></GlobalVariables>
    <MetaDataVersion OID="{version}" Name="{version}">
      <Protocol><StudyEventRef StudyEventOID="SE.1" OrderNumber="1" Mandatory="Yes"/></Protocol>
      <StudyEventDef OID="SE.1" Name="Screening" Repeating="No" Type="Scheduled">
        <FormRef FormOID="F.1" Mandatory="Yes"/></StudyEventDef>
      <FormDef OID="F.1" Name="Form" Repeating="No">
        <ItemGroupRef ItemGroupOID="IG.1" Mandatory="Yes"/></FormDef>
      <ItemGroupDef OID="IG.1" Name="Group" Repeating="No">{references}</ItemGroupDef>
      {items}
    </MetaDataVersion>
  </Study>
</ODM>
"#
    )
}

/// A demonstration that went on until some phase.
struct Live {
    folder: tempfile::TempDir,
    directory: PathBuf,
}

impl Live {
    fn until(phase: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("live");
        let live = Self { folder, directory };
        live.go_on(phase);
        live
    }

    /// Goes on with the demonstration, and signs in those who act here.
    fn go_on(&self, phase: &str) {
        let output = command()
            .args(["demo", "--volunteers", "40", "--until", phase, "--json", "--data"])
            .arg(&self.directory)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for person in [ENGINEER, QUALITY] {
            self.done(person, &["person", "sign-in", person]);
        }
    }

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

    /// Expects success and returns stdout.
    fn done(&self, person: &str, arguments: &[&str]) -> String {
        let output = self.run(person, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Expects an exit code and a part of stderr.
    fn stopped(&self, arguments: &[&str], code: i32, part: &str) {
        let output = self.run(ENGINEER, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: expected `{part}` in: {said}");
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let text = self.done(ENGINEER, &[arguments, &["--json"]].concat());
        serde_json::from_str(text.lines().last().unwrap()).unwrap()
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn rows(&self, address: &str, table: &str) -> Value {
        self.json(&["record", "list", address, table])
    }

    fn versions(&self, address: &str) -> Vec<Value> {
        let studies = self.json(&["study", "list", address]);
        let studies = studies.as_array().unwrap();
        let found = studies.iter().find(|one| one["protocol_code"] == "LF-101");
        found.map_or(Vec::new(), |one| one["versions"].as_array().unwrap().clone())
    }

    fn expect_no_drift(&self) {
        let recheck = self.json(&["document", "recheck", "acme/prod"]);
        assert_eq!(recheck["drifted"], false, "{recheck}");
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
    command.env_remove("LANDFALL_DATA").env_remove("LANDFALL_PASSWORD_FILE").stdin(Stdio::null());
    command
}

#[test]
fn a_version_is_added_beside_others_and_no_oid_changes_its_meaning_unseen() {
    let live = Live::until("sandbox");
    let at = "acme/sandbox";
    let first = live.file("first.xml", &design("MDV.1", "integer", false));
    let before = live.rows(at, "site");
    let preview = live.json(&["study", "import", at, &first, "--preview"]);
    assert_eq!((&preview["outcome"], &preview["new_study"]), (&"previewed".into(), &true.into()));
    assert_eq!(live.versions(at), Vec::<Value>::new(), "a preview does nothing");
    let shown = live.done(ENGINEER, &["study", "import", at, &first, "--preview"]);
    assert!(shown.contains("every row is new") && !shown.contains("+ I.AGE"), "{shown}");
    let shown = live.done(ENGINEER, &["study", "import", at, &first, "--preview", "--all"]);
    assert!(shown.contains("+ I.AGE"), "{shown}");
    let printed = live.done(ENGINEER, &["study", "import", at, &first]);
    assert_eq!(printed.lines().last(), Some("1"), "the number of the version: {printed}");

    // The same again is nothing; another content under the same OID is refused.
    let again = live.json(&["study", "import", at, &first]);
    assert_eq!(again["import"]["outcome"], "unchanged", "{again}");
    let more = live.file("more.xml", &design("MDV.1", "integer", true));
    live.stopped(&["study", "import", at, &more], 3, "STU-002");
    assert_eq!(live.versions(at).len(), 1);
    let second = live.json(&["study", "import", at, &more, "--version-oid", "MDV.2"]);
    assert_eq!(second["import"]["revision"], 2, "{second}");
    assert_eq!(second["import"]["added"], 2, "an item and its place in the group: {second}");

    // An item of another type under the same OID is named, and taken only where that is said.
    let other = live.file("other.xml", &design("MDV.3", "text", true));
    live.stopped(&["study", "import", at, &other], 3, "STU-002");
    let preview = live.json(&["study", "import", at, &other, "--preview"]);
    assert_eq!(preview["conflicts"][0]["oid"], "I.AGE", "{preview}");
    live.done(ENGINEER, &["study", "import", at, &other, "--accept-conflicts"]);
    let versions = live.versions(at);
    assert_eq!(versions.len(), 3);
    let shown = live.json(&["study", "show", at, "LF-101", "--version", "1"]);
    assert_eq!(shown["version"]["oid"], "MDV.1", "the first version is as it was: {shown}");
    let difference =
        live.json(&["study", "diff", at, "LF-101", "--version", "1", "--with-version", "2"]);
    assert_eq!((&difference["added"], &difference["removed"]), (&2.into(), &0.into()));
    let same = live.json(&["study", "diff", at, "LF-101", "--version", "1", "--with-file", &first]);
    assert_eq!(same["equal"], true, "{same}");

    // Nothing else was touched, and Test takes no import.
    assert_eq!(live.rows(at, "site"), before);
    live.stopped(&["study", "import", "acme/sandbox/test", &first], 3, "STU-001");
}

#[test]
fn a_file_that_is_no_design_changes_nothing_and_says_where() {
    let live = Live::until("sandbox");
    let broken =
        live.file("broken.xml", "<ODM xmlns=\"http://www.cdisc.org/ns/odm/v1.3\"><Study></ODM>");
    live.stopped(&["study", "import", "acme/sandbox", &broken], 4, "ODM-0");
    let doctype =
        live.file("doctype.xml", "<!DOCTYPE ODM SYSTEM \"http://example.invalid/x\"><ODM/>");
    live.stopped(&["study", "import", "acme/sandbox", &doctype], 4, "ODM-004");
    live.stopped(&["study", "import", "acme/sandbox", "absent.xml"], 1, "absent.xml");
    // A design that does not fit the tables is refused with every place.
    let long = "L".repeat(201);
    let unfit = design("MDV.1", "integer", false)
        .replace("OID=\"I.ID\"", &format!("OID=\"{long}\""))
        .replace("OID=\"I.AGE\"", &format!("OID=\"{long}2\""));
    let unfit = live.file("unfit.xml", &unfit);
    let import = ["study", "import", "acme/sandbox", &unfit];
    live.stopped(&import, 4, "that an import cannot take: 2 findings; nothing was done");
    live.stopped(&import, 4, "characters in `OID` of table `item`, found 202");
    assert_eq!(live.versions("acme/sandbox"), Vec::<Value>::new());
}

#[test]
fn a_design_reaches_prod_by_export_and_an_approved_import_and_test_by_a_push() {
    let live = Live::until("prod");
    let first = live.file("first.xml", &design("MDV.1", "integer", true));
    live.done(ENGINEER, &["study", "import", "acme/sandbox", &first]);
    let carried = live.path("carried.xml");
    live.done(ENGINEER, &["study", "export", "acme/sandbox", "LF-101", &carried]);
    let text = fs::read_to_string(&carried).unwrap();
    assert!(text.contains("acme/sandbox/main"), "the file says where it comes from: {text}");
    let sandbox = live.done(ENGINEER, &["ledger", "story", "acme/sandbox"]);
    assert!(sandbox.contains("exported version 1"), "{sandbox}");

    // The Sandbox is destroyed once PROD is live; the file is what carries the design.
    live.go_on("live");
    assert_eq!(live.versions("acme/prod"), Vec::<Value>::new(), "no package carries a design");
    let untouched = ["role", "site", "lab_interface", "lab_test", "lab_panel", "device"];
    let before = untouched.map(|table| live.rows("acme/prod", table));

    let import = ["study", "import", "acme/prod", &carried];
    live.stopped(&import, 3, "REA-001");
    let reason = ["--reason", "designed in the sandbox"];
    let asked = live.json(&[&import[..], &reason].concat());
    let number = asked["import"]["number"].as_str().unwrap().to_owned();
    assert_eq!(live.versions("acme/prod"), Vec::<Value>::new(), "nothing before the approval");
    let changes = live.json(&["record", "changes", "acme"]);
    let change = changes.as_array().unwrap().iter().find(|one| one["number"] == number.as_str());
    assert_eq!(change.unwrap()["verb"], "imported", "{changes}");
    live.expect_no_drift();
    live.done(QUALITY, &["record", "approve", &number]);
    assert_eq!(live.versions("acme/prod").len(), 1);
    live.expect_no_drift();
    let after = untouched.map(|table| live.rows("acme/prod", table));
    assert_eq!(after, before, "an import touches no role, site, lab or device");
    let same = live.json(&["study", "diff", "acme/prod", "LF-101", "--with-file", &carried]);
    assert_eq!(same["equal"], true, "{same}");

    let push = ["study", "push", "acme/prod", "LF-101"];
    live.stopped(&[&push[..], &reason].concat(), 2, "erased for ever");
    let asked = live.json(&[&push[..], &reason, &["--yes"]].concat());
    let number = asked["push"]["number"].as_str().unwrap().to_owned();
    assert_eq!(live.versions("acme/prod/test"), Vec::<Value>::new());
    live.done(QUALITY, &["record", "approve", &number]);
    assert_eq!(live.versions("acme/prod/test").len(), 1);
    live.expect_no_drift();

    let story = live.done(ENGINEER, &["ledger", "story", "acme/prod"]);
    for part in ["imported version 1", "pushed version 1", "designed in the sandbox"] {
        assert!(story.contains(part), "expected `{part}` in: {story}");
    }
    live.done(ENGINEER, &["ledger", "verify"]);
}

#[test]
fn a_push_erases_the_data_of_that_study_in_test_after_a_warning() {
    let live = Live::until("sandbox");
    let test = "acme/sandbox/test";
    let first = live.file("first.xml", &design("MDV.1", "integer", false));
    live.done(ENGINEER, &["study", "import", "acme/sandbox", &first]);
    live.done(ENGINEER, &["study", "push", "acme/sandbox", "LF-101", "--yes"]);
    let volunteer = live.done(
        ENGINEER,
        &[
            "record",
            "add",
            test,
            "volunteer",
            "first_name=Ada",
            "middle_name=-",
            "last_name=Made-Up",
            "birth_date=1990-01-01",
        ],
    );
    let volunteer = format!("volunteer_id={}", volunteer.trim());
    let enrolled = ["record", "add", test, "study_participation", &volunteer, "study=LF-101"];
    live.done(ENGINEER, &enrolled);
    let volunteers = live.rows(test, "volunteer").as_array().unwrap().len();
    let taking_part =
        |live: &Live| live.rows(test, "study_participation").as_array().unwrap().len();
    let before = taking_part(&live);

    let second = live.file("second.xml", &design("MDV.2", "integer", true));
    live.done(ENGINEER, &["study", "import", "acme/sandbox", &second]);
    let preview = live.json(&["study", "push", "acme/sandbox", "LF-101", "--preview"]);
    assert_eq!(preview["erased"][0]["table"], "study_participation", "{preview}");
    live.stopped(&["study", "push", "acme/sandbox", "LF-101"], 2, "1 row of the study's data");
    assert_eq!(taking_part(&live), before, "nothing without a yes");
    live.done(ENGINEER, &["study", "push", "acme/sandbox", "LF-101", "--yes"]);
    assert_eq!(taking_part(&live), before - 1);
    assert_eq!(live.rows(test, "volunteer").as_array().unwrap().len(), volunteers);
    let versions = live.versions(test);
    assert_eq!((versions.len(), &versions[0]["oid"]), (1, &"MDV.2".into()));
    assert_eq!(live.versions("acme/sandbox").len(), 2, "Main keeps every version");
}

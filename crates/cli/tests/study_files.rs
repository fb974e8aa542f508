//! ODM files without a data directory and without a person: looked at, and written as another version of ODM.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

/// A design with two languages, an extension of a vendor, and a layout that neither ODM 2.0 nor the product has.
const DESIGN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:v="urn:vendor" FileType="Snapshot" FileOID="F.1"
     CreationDateTime="2026-01-05T09:00:00Z" ODMVersion="1.3.2" SourceSystem="Builder" SourceSystemVersion="7">
  <Study OID="S.1">
    <GlobalVariables><StudyName>One</StudyName><StudyDescription>The first</StudyDescription>
      <ProtocolName>LF-101</ProtocolName></GlobalVariables>
    <MetaDataVersion OID="MDV.1" Name="First">
      <Protocol><StudyEventRef StudyEventOID="SE.1" OrderNumber="1" Mandatory="Yes"/></Protocol>
      <StudyEventDef OID="SE.1" Name="Screening" Repeating="No" Type="Scheduled">
        <FormRef FormOID="F.1" Mandatory="Yes"/></StudyEventDef>
      <FormDef OID="F.1" Name="Form" Repeating="No">
        <ItemGroupRef ItemGroupOID="IG.1" Mandatory="Yes"/>
        <ArchiveLayout OID="AL.1" PdfFileName="form.pdf"/></FormDef>
      <ItemGroupDef OID="IG.1" Name="Group" Repeating="No">
        <ItemRef ItemOID="I.SEX" Mandatory="Yes"/><ItemRef ItemOID="I.ARM" Mandatory="Yes"/>
        <ItemRef ItemOID="I.LEG" Mandatory="Yes"/></ItemGroupDef>
      <ItemDef OID="I.SEX" Name="Sex" DataType="text" Length="1" v:widget="radio"><Question>
        <TranslatedText xml:lang="en">Sex</TranslatedText>
        <TranslatedText xml:lang="de">Geschlecht</TranslatedText></Question><CodeListRef CodeListOID="CL.SEX"/></ItemDef>
      <ItemDef OID="I.ARM" Name="Arm" DataType="text" Length="1"><Question>
        <TranslatedText xml:lang="en">Arm</TranslatedText></Question><CodeListRef CodeListOID="CL.SEX"/></ItemDef>
      <ItemDef OID="I.LEG" Name="Leg" DataType="text" Length="1"><Question>
        <TranslatedText xml:lang="en">Leg</TranslatedText></Question><CodeListRef CodeListOID="CL.SEX"/></ItemDef>
      <CodeList OID="CL.SEX" Name="Sex" DataType="text">
        <CodeListItem CodedValue="F"><Decode><TranslatedText xml:lang="en">F</TranslatedText></Decode></CodeListItem>
      </CodeList>
    </MetaDataVersion>
  </Study>
</ODM>
"#;

struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// Expects an exit code.
    fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Expects parts of stdout.
    fn shows(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.stdout.contains(part), "expected `{part}` in: {}", self.stdout);
        }
    }
}

/// Runs `landfall study` in a folder that is no data directory and has none.
fn study(folder: &Path, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_landfall"))
        .arg("study")
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

/// A folder with the design in `design.xml`, its one place `from` changed.
fn with(from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert!(DESIGN.contains(from), "`{from}` is not in the design");
    fs::write(folder.path().join("design.xml"), DESIGN.replace(from, to)).unwrap();
    folder
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_check_says_what_a_file_is_and_what_an_instance_could_not_hold() {
    let folder = with("", "");
    let said = study(folder.path(), &["check", "design.xml"]).ended(0);
    said.shows(&[
        "UTF-8",
        "1.3.2",
        "Builder 7",
        "en (4 texts), de (1 text)",
        "v: urn:vendor (0 elements, 1 attribute)",
        "LF-101",
        "warning: ODM-045, line",
        "version `MDV.1`",
        "not held: texts in another language (de): left out (I.SEX)",
        "not held: attributes of `urn:vendor` (`widget`): left out (I.SEX)",
        "not held: FormDef/ArchiveLayout: left out (AL.1)",
        "what a warning says was kept",
    ]);
    assert!(said.stderr.contains("can be imported"), "{}", said.stderr);
    assert!(said.stderr.contains("docs/odm-findings.md"), "{}", said.stderr);
    assert_eq!(names(folder.path()), ["design.xml"], "a check leaves nothing");

    let json = study(folder.path(), &["check", "design.xml", "--json"]).ended(0).json();
    assert_eq!((&json["importable"], &json["errors"]), (&true.into(), &0.into()), "{json}");
    assert_eq!(json["odm"]["source_system"], "Builder");
    let version = &json["studies"][0]["versions"][0];
    let counts = ["events", "forms", "item_groups", "items", "code_lists", "units"];
    assert_eq!(counts.map(|name| version[name].as_u64().unwrap()), [1, 1, 1, 3, 1, 0]);
    let import = &version["import"];
    let none = Value::Array(Vec::new());
    assert_eq!((&import["taken"], &import["stopped"]), (&true.into(), &none), "{import}");
    assert_eq!(import["study"]["protocol_code"], "LF-101");
}

#[test]
fn a_code_stands_once_with_its_times_and_places_and_all_names_every_one() {
    let folder =
        with("<CodeListRef CodeListOID=\"CL.SEX\"/>", "<CodeListRef CodeListOID=\"CL.GONE\"/>");
    let text = fs::read_to_string(folder.path().join("design.xml")).unwrap();
    // The same list is missing twice, another one once.
    let text = text.replacen("CL.GONE", "CL.LOST", 1);
    fs::write(folder.path().join("design.xml"), text).unwrap();

    let said = study(folder.path(), &["check", "design.xml"]).ended(0);
    assert_eq!(said.stdout.matches("warning: ODM-055").count(), 1, "{}", said.stdout);
    said.shows(&["3 times, the first at ", "CL.LOST", "1 more finding of these codes"]);
    let said = study(folder.path(), &["check", "design.xml", "--all"]).ended(0);
    assert_eq!(said.stdout.matches("warning: ODM-055").count(), 2, "{}", said.stdout);
    said.shows(&["CL.LOST", "CL.GONE", "(2 times, here first)"]);

    let json = study(folder.path(), &["check", "design.xml", "--json"]).ended(0).json();
    let codes = json["codes"].as_array().unwrap();
    let list = codes.iter().find(|code| code["code"] == "ODM-055").unwrap();
    assert_eq!((&list["times"], &list["severity"]), (&3.into(), &"warning".into()), "{list}");
    assert_eq!(list["places"].as_array().unwrap().len(), 2, "{list}");
}

#[test]
fn a_file_with_errors_is_described_and_the_errors_come_first() {
    let folder = with("<ItemRef ItemOID=\"I.LEG\"", "<ItemRef ItemOID=\"I.GONE\"");
    let said = study(folder.path(), &["check", "design.xml"]).ended(4);
    said.shows(&["LF-101", "Builder 7", "error: ODM-024, line 16", "I.GONE"]);
    let (error, warning) = (said.stdout.find("error: "), said.stdout.find("warning: "));
    assert!(error < warning, "{}", said.stdout);
    assert!(!said.stdout.contains("an import takes"), "{}", said.stdout);
    assert!(said.stderr.contains("hint: correct what is named"), "{}", said.stderr);

    let said = study(folder.path(), &["check", "design.xml", "--json"]).ended(4);
    let json = said.json();
    assert_eq!((&json["importable"], &json["errors"]), (&false.into(), &1.into()), "{json}");
    assert_eq!(json["studies"][0]["versions"][0]["import"], Value::Null);
    let error: Value = serde_json::from_str(said.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(error["error"]["kind"], "failed");
    assert!(error["error"]["details"][0].as_str().unwrap().contains("ODM-024"), "{error}");
}

#[test]
fn what_is_no_design_is_refused_with_its_place() {
    let folder = with("", "");
    let at = folder.path();
    for (name, text, code) in [
        ("cut.xml", &DESIGN[..700], "ODM-002"),
        ("doctype.xml", "<!DOCTYPE ODM SYSTEM \"http://example.invalid/x\"><ODM/>", "ODM-004"),
        ("page.xml", "<html xmlns=\"http://www.w3.org/1999/xhtml\"/>", "ODM-010"),
        ("empty.xml", "", "ODM-002"),
    ] {
        fs::write(at.join(name), text).unwrap();
        study(at, &["check", name]).ended(4).shows(&[code]);
        let said = study(at, &["convert", name, "--odm", "2.0", "out.xml"]).ended(4);
        assert!(said.stderr.contains(code), "{name}: {}", said.stderr);
    }
    let before = names(at);
    study(at, &["check", "absent.xml"]).ended(1);
    study(at, &["convert", "absent.xml", "--odm", "2.0", "out.xml"]).ended(1);
    study(at, &["convert", "design.xml", "out.xml"]).ended(2);
    assert_eq!(names(at), before);
    assert!(!before.contains(&"out.xml".to_owned()), "a file that is refused gives none");
}

#[test]
fn a_value_that_fits_no_column_is_told_before_an_import_meets_it() {
    let code = "x".repeat(201);
    let folder = with("CodedValue=\"F\"", &format!("CodedValue=\"{code}\""));
    let said = study(folder.path(), &["check", "design.xml"]).ended(4);
    said.shows(&[
        "error: line 25, column 9: `CL.SEX/xxx",
        "expected at most 200 characters in `Coded value` of table `code_list_item`, found 201",
    ]);
    assert!(said.stderr.contains("that an import cannot take: 1 place"), "{}", said.stderr);
    let said = study(folder.path(), &["check", "design.xml", "--json"]).ended(4);
    let json = said.json();
    assert_eq!((&json["importable"], &json["errors"]), (&false.into(), &0.into()), "{json}");
    let stopped = &json["studies"][0]["versions"][0]["import"]["stopped"];
    assert_eq!((&stopped[0]["line"], &stopped[1]), (&25.into(), &Value::Null), "{stopped}");
    let error: Value = serde_json::from_str(said.stderr.lines().last().unwrap()).unwrap();
    assert!(error["error"]["details"][0].as_str().unwrap().contains("line 25"), "{error}");
}

#[test]
fn a_name_that_is_too_long_is_cut_and_named() {
    let name = "x".repeat(300);
    let folder = with(
        "Name=\"Sex\" DataType=\"text\" Length",
        &format!("Name=\"{name}\" DataType=\"text\" Length"),
    );
    let said = study(folder.path(), &["check", "design.xml"]).ended(0);
    said.shows(&[
        "not held: `Name` (item) of more than 200 characters: cut to that (I.SEX with 300)",
    ]);
}

#[test]
fn of_several_versions_the_one_that_is_taken_is_named() {
    let second = r#"<MetaDataVersion OID="MDV.2" Name="Second"/></Study><Study OID="S.2"><GlobalVariables>
        <StudyName>Two</StudyName><StudyDescription/><ProtocolName>LF-102</ProtocolName></GlobalVariables>
        <MetaDataVersion OID="MDV.3" Name="Third"/></Study></ODM>"#;
    let folder = with("</Study>\n</ODM>", second);
    let said = study(folder.path(), &["check", "design.xml"]).ended(0);
    said.shows(&[
        "an import takes version `MDV.2` as one of study `LF-101`",
        "`--from-study S.1 --from-version MDV.1` imports it",
        "`--from-study S.2 --from-version MDV.3` imports it as one of study `LF-102`",
        "ODM-042",
    ]);
}

#[test]
fn a_conversion_names_what_is_lost_and_what_it_does_not_lose_comes_back() {
    let folder = with("", "");
    let at = folder.path();
    let there = study(at, &["convert", "design.xml", "--odm", "2.0", "there.xml"]).ended(0);
    assert_eq!(there.stdout.trim().len(), 64, "the digest of the file: {}", there.stdout);
    assert!(there.stderr.contains("warning: line 13, column "), "{}", there.stderr);
    assert!(there.stderr.contains("ArchiveLayout `form.pdf` lost"), "{}", there.stderr);
    let text = fs::read_to_string(at.join("there.xml")).unwrap();
    assert!(text.contains("http://www.cdisc.org/ns/odm/v2.0"), "{text}");
    assert!(text.contains("widget=\"radio\""), "a vendor's extension is kept: {text}");

    let back =
        study(at, &["convert", "there.xml", "--odm", "1.3.2", "back.xml", "--json"]).ended(0);
    let json = back.json();
    let json = &json["conversion"];
    assert_eq!((&json["from"], &json["to"]), (&"2.0".into(), &"1.3.2".into()), "{json}");
    assert_eq!(json["lost"], Value::Array(Vec::new()), "{json}");
    let text = fs::read_to_string(at.join("back.xml")).unwrap();
    for part in ["Geschlecht", "widget=\"radio\"", "OID=\"I.LEG\"", "LF-101"] {
        assert!(text.contains(part), "expected `{part}` in: {text}");
    }
    let mut expected = vec!["back.xml", "design.xml", "there.xml"];
    expected.sort_unstable();
    assert_eq!(names(at), expected, "nothing half-written stays");
}

#[test]
fn a_strict_conversion_leaves_extensions_out_and_says_so() {
    let folder = with("", "");
    let at = folder.path();
    let said =
        study(at, &["convert", "design.xml", "--odm", "1.3.2", "out.xml", "--strict", "--json"]);
    let said = said.ended(0);
    let json = said.json();
    let json = &json["conversion"];
    let lost = json["lost"].as_array().unwrap();
    let widget = lost.iter().find(|one| one["what"] == "attribute `widget` = `radio`").unwrap();
    assert_eq!((&widget["fate"], &widget["place"]), (&"lost".into(), &"ItemDef `I.SEX`".into()));
    assert!(widget["line"].as_u64().unwrap() > 0, "{widget}");
    let text = fs::read_to_string(at.join("out.xml")).unwrap();
    assert!(!text.contains("radio") && text.contains("ArchiveLayout"), "{text}");

    // A file that is there stays until the new one is complete, and is replaced then.
    fs::write(at.join("out.xml"), "old").unwrap();
    fs::write(at.join("broken.xml"), "<ODM").unwrap();
    study(at, &["convert", "broken.xml", "--odm", "2.0", "out.xml"]).ended(4);
    assert_eq!(fs::read_to_string(at.join("out.xml")).unwrap(), "old");
    study(at, &["convert", "design.xml", "--odm", "2.0", "out.xml"]).ended(0);
    assert!(fs::read_to_string(at.join("out.xml")).unwrap().contains("ns/odm/v2.0"));
}

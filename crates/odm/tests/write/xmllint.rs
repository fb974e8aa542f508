//! CDISC's schemas, asked through `xmllint`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use landfall_odm::Version;

/// The shared data, or none where it is not there; that is a failure where `LANDFALL_SHARED` promises
/// it.
pub(crate) fn shared() -> Option<PathBuf> {
    let promised = std::env::var_os("LANDFALL_SHARED");
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let odm = promised.clone().map_or_else(beside, PathBuf::from).join("data/odm");
    if odm.is_dir() {
        return Some(odm);
    }
    assert!(promised.is_none(), "LANDFALL_SHARED has no `data/odm`");
    println!("NOT RUN: no ODM examples and schemas in {}; set LANDFALL_SHARED", odm.display());
    None
}

/// What the schema of the version has against the file: nothing when it validates.
pub(crate) fn complaints(odm: &Path, version: Version, file: &[u8]) -> Option<String> {
    let schema =
        odm.join(if version.is_2() { "schema/2.0/ODM.xsd" } else { "schema/1.3.2/ODM1-3-2.xsd" });
    assert!(schema.is_file(), "expected CDISC's schema at {}, found none", schema.display());
    let mut child = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(&schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!(
                "`xmllint` cannot be run ({error}); `cargo xtask install` installs it (Debian: libxml2-utils)"
            )
        });
    let mut input = child.stdin.take().unwrap();
    let said = std::thread::scope(|scope| {
        // It may stop reading at the first fault; what it says then is the result.
        scope.spawn(move || input.write_all(file).ok());
        child.wait_with_output().unwrap()
    });
    let words = String::from_utf8_lossy(&said.stderr).into_owned();
    (!said.status.success()).then(|| words.lines().take(20).collect::<Vec<_>>().join("\n"))
}

/// Fails with what the schema says and the file.
pub(crate) fn validates(odm: &Path, version: Version, file: &[u8], name: &str) {
    if let Some(complaints) = complaints(odm, version, file) {
        let text = String::from_utf8_lossy(file);
        panic!("{name} as {version} does not validate:\n{complaints}\n{text}");
    }
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let Some(odm) = shared() else { return };
    for version in [Version::V1_3_2, Version::V2_0] {
        let file = format!("<ODM xmlns=\"{}\"/>", version.namespace());
        assert!(complaints(&odm, version, file.as_bytes()).is_some(), "{version}");
    }
}

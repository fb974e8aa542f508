//! The examples of CDISC and of others: written as they are, as the schemas take them, converted.

use std::{fs, path::Path};

use landfall_odm::{Keep, Limits, Odm, Version, convert, read, write, write_keeping};

use crate::xmllint::{shared, validates};

/// Every example that gives a design. Which are refused, and why, is the matter of the reader's tests.
fn designs(odm: &Path) -> Vec<(String, Odm)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(odm.join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match read(&fs::read(&path).unwrap()[..], &Limits::default()) {
            Ok(read) => all.push((name, read.design)),
            Err(refused) => println!("{name}: {refused}"),
        }
    }
    assert!(all.len() >= 6, "only {} examples give a design", all.len());
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

fn again(bytes: &[u8], name: &str) -> Odm {
    match read(bytes, &Limits::default()) {
        Ok(read) => read.design,
        Err(refused) => panic!("{name}: {refused}\n{}", String::from_utf8_lossy(bytes)),
    }
}

#[test]
fn an_example_is_the_same_after_writing_and_reading() {
    let Some(odm) = shared() else { return };
    for (name, design) in designs(&odm) {
        let version = if design.version.is_2() { Version::V2_0 } else { Version::V1_3_2 };
        let written = write(&design, version);
        assert_eq!(written.lost, [], "{name}");
        assert!(again(&written.bytes, &name) == design, "{name}");
        assert_eq!(write(&design, version), written, "{name}: the same design, the same bytes");
    }
}

#[test]
fn an_example_validates_in_both_versions() {
    let Some(odm) = shared() else { return };
    for (name, design) in designs(&odm) {
        for version in [Version::V1_3_2, Version::V2_0] {
            let written = write_keeping(&design, version, Keep::Schema);
            validates(&odm, version, &written.bytes, &name);
            let twice = again(&written.bytes, &name);
            assert!(write_keeping(&twice, version, Keep::Schema).lost.is_empty(), "{name}");
        }
    }
}

#[test]
fn an_example_of_1_3_2_comes_back_from_2_0_but_for_what_is_named() {
    let Some(odm) = shared() else { return };
    for (name, design) in designs(&odm) {
        if design.version.is_2() {
            continue;
        }
        // What the schema refuses in the example itself is no matter of the conversion.
        let sound = convert(&design, Version::V1_3_2).design;
        let there = convert(&sound, Version::V2_0);
        let back = convert(&there.design, Version::V1_3_2);
        if there.lost.is_empty() && back.lost.is_empty() {
            assert!(back.design == sound, "{name}");
        } else {
            println!("{name}: {:#?} {:#?}", there.lost, back.lost);
            assert!(back.design != sound, "{name} names losses and loses nothing");
        }
    }
}

//! The real files of CDISC, odmlib and XML4Pharma: each is read, or refused for a true reason.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use landfall_odm::{Code, Severity, Tag, Version, view};

use crate::world::{codes, reading};

fn shared(folder: &str) -> Option<PathBuf> {
    let promised = std::env::var_os("LANDFALL_SHARED");
    let shared = promised.clone().map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(promised.is_none(), "LANDFALL_SHARED has no `{}`", folder.display());
    println!("NOT RUN: no examples in {}; set LANDFALL_SHARED", folder.display());
    None
}

fn files() -> Option<Vec<(String, Vec<u8>)>> {
    let folder = shared("data/odm/examples")?;
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    Some(files)
}

/// What every example gives. A file that is new there is added here.
#[test]
fn each_example_is_read_or_refused_for_a_true_reason() {
    let Some(files) = files() else { return };
    let mut found = String::new();
    for (name, bytes) in files {
        let (word, findings) = match reading(&bytes) {
            Ok(read) => ("read", read.findings),
            Err(refused) => ("refused", refused.findings),
        };
        writeln!(found, "{name}: {word}").unwrap();
        for finding in findings {
            writeln!(found, "  {finding}").unwrap();
        }
    }
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odm/examples.txt");
    if std::env::var_os("LANDFALL_WRITE_REFERENCE").is_some() {
        fs::write(&snapshot, &found).unwrap();
    }
    let expected = fs::read_to_string(&snapshot).unwrap_or_default();
    assert!(
        found == expected,
        "what the examples give is not what {} says; LANDFALL_WRITE_REFERENCE=1 writes it anew:\n{found}",
        snapshot.display()
    );
}

/// The same by what was looked up in the files by hand.
#[test]
fn the_examples_hold_what_is_known_of_them() {
    let Some(files) = files() else { return };
    let mut seen = 0;
    for (name, bytes) in files {
        let expected: (bool, &[Code]) = match name.as_str() {
            "odm132-odmlib-cdash.xml" => {
                (true, &[Code::MissingList, Code::MissingList, Code::MissingList, Code::UnusedForm])
            }
            "odm132-taug-cv-risk-matrix-crf.xml" => (false, &[Code::Value]),
            "odm132-xml4pharma-multilingual.xml" => (true, &[Code::ListLength]),
            "odm20-cdash-mh-repeating-itemgroup.xml" => {
                (true, &[Code::LeftOut, Code::NoProtocol, Code::UnusedForm])
            }
            "odm20-chronic-low-back-pain.xml" => (
                true,
                &[
                    Code::LeftOut,
                    Code::NoProtocol,
                    Code::ListType,
                    Code::ListType,
                    Code::ListType,
                    Code::ListType,
                    Code::ListType,
                    Code::ListType,
                ],
            ),
            "odm20-columbia-cssrs.xml" => (false, &[Code::Dangling; 4]),
            "odm20-crossover-studydesign.xml" => (true, &[Code::Fragment]),
            "odm20-demographics-race.xml" => {
                (true, &[Code::LeftOut, Code::NoProtocol, Code::ListLength])
            }
            "odm20-lzzt-timing.xml" => (true, &[Code::Fragment, Code::MissingOther]),
            _ => continue,
        };
        seen += 1;
        let (read, mut found) = match reading(&bytes) {
            Ok(read) => (true, codes(&read.findings)),
            Err(refused) => (
                false,
                refused
                    .findings
                    .iter()
                    .filter(|finding| finding.severity() == Severity::Error)
                    .map(|finding| finding.code)
                    .collect(),
            ),
        };
        let mut codes = expected.1.to_vec();
        codes.sort_unstable();
        found.sort_unstable();
        assert_eq!((read, found), (expected.0, codes), "{name}");
    }
    assert_eq!(seen, 9);
}

#[test]
fn the_multilingual_example_is_read_whole() {
    let Some(files) = files() else { return };
    let (_, bytes) =
        files.into_iter().find(|(name, _)| name.starts_with("odm132-xml4pharma")).unwrap();
    let odm = reading(&bytes).unwrap().design;
    assert_eq!(odm.version, Version::V1_3_2);
    let study = view::studies(&odm).next().unwrap();
    assert_eq!(study.units().count(), 7);
    let design = study.designs().next().unwrap();
    let counts = [
        design.events().count(),
        design.forms().count(),
        design.item_groups().count(),
        design.items().count(),
        design.code_lists().count(),
        design.conditions().count(),
        design.methods().count(),
        design.definitions(Tag::Presentation).count(),
    ];
    assert_eq!(counts, [5, 7, 14, 63, 12, 13, 1, 4]);
    let texts: usize = design
        .items()
        .filter_map(|item| item.child(Tag::Question))
        .map(|question| question.translations().count())
        .sum();
    assert_eq!(texts, 251);
}

//! The spec of `examples/synthea` on the real dump, where it is at hand.

use std::path::{Path, PathBuf};

use landfall_core::digest::Digest;
use landfall_migration::{Run, Spec, dump_digest, run};

use crate::world::{catalogue, column, counts};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the dump, or none where it is not there; that is a failure where `LANDFALL_SHARED` promises it.
fn dump() -> Option<PathBuf> {
    let promised = std::env::var_os("LANDFALL_SHARED");
    let shared = promised.clone().map_or_else(|| root().join("../shared"), PathBuf::from);
    let dump = shared.join("data/source/synthea-uk");
    if dump.is_dir() {
        return Some(dump);
    }
    assert!(promised.is_none(), "LANDFALL_SHARED has no `data/source/synthea-uk`");
    println!("NOT RUN: no dump in {}; set LANDFALL_SHARED", dump.display());
    None
}

#[test]
fn every_row_of_the_synthea_dump_is_accounted_for() {
    let Some(dump) = dump() else { return };
    let spec = Spec::load(&root().join("examples/synthea/spec")).unwrap();
    let catalogue = catalogue();
    let checked = spec.check(&catalogue, &dump).unwrap();
    assert_eq!(checked.notes, Vec::<String>::new());
    let work = tempfile::tempdir().unwrap();
    let outcome = run(
        &Run {
            spec: &spec,
            catalogue: &catalogue,
            dump: &dump,
            base: None,
            policy: Digest::of(b"policy"),
            work: work.path(),
        },
        &mut |_| {},
    )
    .unwrap();
    for (section, expected) in [
        ("Volunteers", [543, 543, 0, 0]),
        ("Conditions list", [18_819, 185, 0, 18_634]),
        ("Allergies list", [320, 19, 0, 301]),
        ("Conditions", [18_819, 18_819, 0, 0]),
        ("Allergies", [320, 320, 0, 0]),
        ("Medications list", [17_225, 154, 0, 17_071]),
        ("Medications", [17_225, 17_225, 0, 0]),
        ("Questions", [1, 1, 0, 0]),
        ("Marital status", [543, 353, 0, 190]),
        ("Studies", [2_427, 29, 0, 2_398]),
        ("Participation", [2_427, 2_427, 0, 0]),
    ] {
        assert_eq!(counts(&outcome, section), expected, "{section}");
    }
    let archived = column(&outcome, "volunteer", "status");
    assert_eq!(archived.iter().filter(|status| *status == "archived").count(), 69);
    assert_eq!(dump_digest(&dump).unwrap().files.len(), 7);
}

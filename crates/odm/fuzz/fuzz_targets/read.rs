//! Whatever the bytes are, the reader ends with a design or with findings. A design that it reads is written, read back
//! the same, and taken to the other version of ODM and back without a panic.

#![no_main]

use landfall_odm::{Keep, Limits, Odm, Severity, Version, compare, convert, read, write, write_keeping};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    match read(bytes, &limits) {
        Ok(found) => of_a_design(&found.design, &limits),
        Err(refused) => assert!(
            refused.findings.iter().any(|finding| finding.severity() == Severity::Error),
            "refused without an error"
        ),
    }
});

fn of_a_design(design: &Odm, limits: &Limits) {
    let version = if design.version == Version::V2_0 { Version::V2_0 } else { Version::V1_3_2 };
    let written = write(design, version);
    let again = read(written.bytes.as_slice(), limits).expect("what is written is read");
    if design.version == version {
        assert_eq!(compare(design, &again.design), vec![], "read, written, read is the same design");
    }
    assert_eq!(write(&again.design, version).bytes, written.bytes, "what is written is canonical");
    for to in [Version::V1_3_2, Version::V2_0] {
        let there = convert(design, to).design;
        let _ = write_keeping(&there, to, Keep::Schema);
        let back = convert(&there, version).design;
        let _ = write(&back, version);
    }
}

//! Whatever a design is: what is read back is what was written, and what goes through 2.0 comes back.

use landfall_odm::{Keep, Limits, Odm, Version, compare, convert, read, write, write_keeping};
use proptest::{collection::vec, prelude::*, test_runner::Config};

use crate::{
    designs::{Flavour, design},
    xmllint::{shared, validates},
};

fn again(bytes: &[u8]) -> Odm {
    match read(bytes, &Limits::default()) {
        Ok(read) => read.design,
        Err(refused) => {
            let text = String::from_utf8_lossy(bytes);
            panic!("{refused}: {:#?}\n{text}", refused.findings)
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 96, failure_persistence: None, ..Config::default() })]

    #[test]
    fn what_is_read_back_is_what_was_written(
        two in any::<bool>(),
        tape in vec(any::<u8>(), 0..600),
    ) {
        let version = if two { Version::V2_0 } else { Version::V1_3_2 };
        let design = design(version, Flavour::Any, &tape);
        let written = write(&design, version);
        prop_assert!(written.lost.is_empty());
        let read = again(&written.bytes);
        prop_assert_eq!(&read.root, &design.root);
        prop_assert_eq!(write(&read, version).bytes, written.bytes);
        prop_assert_eq!(compare(&read, &design), vec![]);
    }

    #[test]
    fn what_goes_through_2_0_comes_back(tape in vec(any::<u8>(), 0..600)) {
        let design = design(Version::V1_3_2, Flavour::Carried, &tape);
        let there = convert(&design, Version::V2_0);
        prop_assert!(there.lost.is_empty(), "{:#?}", there.lost);
        let bytes = write(&there.design, Version::V2_0).bytes;
        let back = convert(&again(&bytes), Version::V1_3_2);
        prop_assert!(back.lost.is_empty(), "{:#?}", back.lost);
        prop_assert_eq!(&back.design.root, &design.root);
    }

    #[test]
    fn a_conversion_is_done_once(two in any::<bool>(), tape in vec(any::<u8>(), 0..600)) {
        let (from, to) = if two {
            (Version::V2_0, Version::V1_3_2)
        } else {
            (Version::V1_3_2, Version::V2_0)
        };
        let once = convert(&design(from, Flavour::Any, &tape), to).design;
        let twice = convert(&once, to);
        prop_assert!(twice.lost.is_empty(), "{:#?}", twice.lost);
        prop_assert_eq!(&twice.design.root, &once.root);
    }
}

proptest! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, ..Config::default() })]

    #[test]
    fn what_is_written_for_the_schema_validates(tape in vec(any::<u8>(), 0..600)) {
        let Some(odm) = shared() else { return Ok(()) };
        let design = design(Version::V1_3_2, Flavour::Carried, &tape);
        for version in [Version::V1_3_2, Version::V2_0] {
            let written = write_keeping(&design, version, Keep::Schema);
            validates(&odm, version, &written.bytes, "made of a tape");
        }
    }
}

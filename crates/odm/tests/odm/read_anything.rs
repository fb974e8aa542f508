//! Whatever the bytes are: no panic, no hang, and every finding has a place.

use landfall_odm::{Severity, read};
use proptest::prelude::*;

use crate::world::{GOOD, reading};

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Err(refused) = reading(&bytes) {
            prop_assert!(refused.findings.iter().any(|finding| finding.severity() == Severity::Error));
        }
    }

    /// Pieces of markup in any order reach deeper than bytes.
    #[test]
    fn any_markup_is_read_or_refused(pieces in proptest::collection::vec(prop_oneof![
        Just("<ODM xmlns='http://www.cdisc.org/ns/odm/v1.3'>"), Just("</ODM>"), Just("<Study OID='S'>"),
        Just("</Study>"), Just("<MetaDataVersion OID='V' Name='1'>"), Just("</MetaDataVersion>"),
        Just("<ItemDef OID='I'/>"), Just("<ItemDef OID='&#x41;'>"), Just("</ItemDef>"), Just("text"),
        Just("&amp;"), Just("&x;"), Just("<![CDATA[ ]]>"), Just("<!-- -->"), Just("<?pi?>"), Just(" "),
        Just("<Include StudyOID='S' MetaDataVersionOID='V'/>"), Just("<ItemGroupRef ItemGroupOID='G'/>"),
        Just("<ItemGroupDef OID='G' xmlns:v='v' v:a=''>"), Just("</ItemGroupDef>"), Just("<"), Just("]]>"),
    ], 0..40)) {
        let _ = reading(pieces.concat().as_bytes());
    }

    /// A file with one byte changed, in pieces of any size.
    #[test]
    fn a_byte_changed_anywhere_is_no_harm(
        index in 0..GOOD.len(), byte in any::<u8>(), capacity in 1_usize..100,
    ) {
        let mut bytes = GOOD.as_bytes().to_vec();
        bytes[index] = byte;
        let whole = reading(&bytes);
        let pieces = std::io::BufReader::with_capacity(capacity, bytes.as_slice());
        let pieces = read(pieces, &landfall_odm::Limits::default());
        prop_assert_eq!(whole, pieces, "how the bytes arrive makes no difference");
    }
}

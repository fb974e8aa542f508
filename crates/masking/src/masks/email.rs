//! E-mail addresses: invented, in a domain that is reserved and cannot receive mail (RFC 2606).

use std::fmt::Write as _;

use super::{Cell, Materials, draw_until, syllables};
use crate::{forbidden::Forbidden, key::Subkey};

/// The first is used unless the source holds a value that reads like it; all are reserved by RFC 2606 or RFC 6761.
const DOMAINS: [&str; 4] = ["example.invalid", "mask.invalid", "mail.test", "a.test"];

/// Returns the domain of all invented addresses of one load.
pub(super) fn domain(forbidden: &Forbidden) -> Option<&'static str> {
    DOMAINS.into_iter().find(|domain| forbidden.allows(domain))
}

/// Draws an address; the value takes part beside the person, so that two addresses of one person stay two and the
/// same address of one person is the same in every table.
pub(super) fn mask(
    materials: &Materials,
    key: &Subkey,
    cell: Cell,
    text: &str,
    out: &mut String,
) -> bool {
    let value = text.trim().to_lowercase();
    let draw = |attempt, out: &mut String| {
        let mut draw = key.draw_with(cell.person, 0, attempt, value.as_bytes());
        syllables::word(&mut draw, 2, out);
        out.make_ascii_lowercase();
        let high = u64::from(draw.number());
        let low = u64::from(draw.number());
        // Writing into a text does not fail.
        let _written = write!(out, ".{:016x}@{}", (high << 32) | low, materials.domain);
    };
    draw_until(out, draw, |address| materials.forbidden.allows(address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::MaskKey;
    use crate::{
        forbidden::Words,
        masks::tests::{cell, materials, written},
    };

    #[test]
    fn an_address_stands_in_a_reserved_domain_and_follows_the_person_and_the_value() {
        let key = MaskKey::from_bytes([3; 32]).derive("email");
        let materials = materials(Forbidden::none());
        let mask = |person, text: &str| {
            written(|out| super::mask(&materials, &key, cell(person), text, out)).unwrap()
        };
        let address = mask(4, "Jane@Home.example");
        assert!(address.ends_with("@example.invalid"));
        assert_eq!(address, mask(4, " jane@home.example"));
        assert_ne!(address, mask(4, "jane@work.example"));
        assert_ne!(address, mask(5, "jane@home.example"));
    }

    #[test]
    fn a_source_that_uses_the_word_invalid_moves_the_domain() {
        let forbidden = Forbidden::sized(100);
        forbidden.add_value("Invalid", &mut Words::default());
        assert_eq!(domain(&forbidden), Some("mail.test"));
    }
}

//! E-mail addresses: invented, in a domain that is reserved and cannot receive mail (RFC 2606).

use super::{ATTEMPTS, Cell, Materials, syllables};
use crate::{forbidden::Forbidden, key::Subkey};

/// The first is used unless the source holds a value that reads like it; all are reserved by RFC 2606 or RFC 6761.
const DOMAINS: [&str; 4] = ["example.invalid", "mask.invalid", "mail.test", "a.test"];

/// Returns the domain of all invented addresses of one load.
pub(super) fn domain(forbidden: &Forbidden) -> Option<&'static str> {
    DOMAINS.into_iter().find(|domain| forbidden.allows(domain))
}

/// Draws an address; the value takes part beside the person, so that two addresses of one person stay two and the
/// same address of one person is the same in every table.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell, text: &str) -> Option<String> {
    let value = text.trim().to_lowercase();
    (0..ATTEMPTS)
        .map(|attempt| {
            let mut draw = key.draw_with(cell.person, 0, attempt, value.as_bytes());
            let mut local = syllables::word(&mut draw, 2);
            local.make_ascii_lowercase();
            let high = draw.number();
            let low = draw.number();
            format!("{local}.{high:08x}{low:08x}@{}", materials.domain)
        })
        .find(|address| materials.forbidden.allows(address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::MaskKey;
    use crate::masks::tests::{cell, materials};

    #[test]
    fn an_address_stands_in_a_reserved_domain_and_follows_the_person_and_the_value() {
        let key = MaskKey::from_bytes([3; 32]).derive("email");
        let materials = materials(Forbidden::none());
        let address = mask(&materials, &key, cell(4), "Jane@Home.example").unwrap();
        assert!(address.ends_with("@example.invalid"));
        assert_eq!(address, mask(&materials, &key, cell(4), " jane@home.example").unwrap());
        assert_ne!(address, mask(&materials, &key, cell(4), "jane@work.example").unwrap());
        assert_ne!(address, mask(&materials, &key, cell(5), "jane@home.example").unwrap());
    }

    #[test]
    fn a_source_that_uses_the_word_invalid_moves_the_domain() {
        let mut forbidden = Forbidden::sized(100);
        forbidden.add_value("Invalid");
        assert_eq!(domain(&forbidden), Some("mail.test"));
    }
}

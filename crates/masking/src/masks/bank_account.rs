//! Bank accounts: an IBAN of the same country and shape with valid check digits (ISO 13616); any other account or
//! routing number keeps its shape.

use super::{Cell, Materials, national_id, shape};
use crate::key::Subkey;

const DRAWS: u32 = 64;

/// Draws another account.
pub(super) fn mask(
    materials: &Materials,
    key: &Subkey,
    cell: Cell,
    text: &str,
    out: &mut String,
) -> bool {
    let source: Vec<char> = text.chars().collect();
    let slots: Vec<usize> = source
        .iter()
        .enumerate()
        .filter(|(_, character)| character.is_alphanumeric())
        .map(|(at, _)| at)
        .collect();
    let compact: String = slots.iter().map(|at| source[*at].to_ascii_uppercase()).collect();
    if !is_iban(&compact) {
        return national_id::mask(materials, key, cell, text, out);
    }
    let mut drawn = source.clone();
    for attempt in 0..DRAWS {
        drawn.copy_from_slice(&source);
        // Country and check digits are the first four letters and digits; the account begins behind them.
        let key = key.derive(&national_id::tweak(cell, attempt));
        shape::permute(&key, &mut drawn[slots[4]..], false);
        let account: String = slots[4..].iter().map(|at| drawn[*at].to_ascii_uppercase()).collect();
        let check = check_digits(&compact[..2], &account);
        drawn[slots[2]] = char::from(b'0' + check / 10);
        drawn[slots[3]] = char::from(b'0' + check % 10);
        out.clear();
        out.extend(&drawn);
        if materials.forbidden.allows(out) {
            return true;
        }
    }
    national_id::mask(materials, key, cell, text, out)
}

/// Tells whether the text (no separators, upper case) is an IBAN: country, check digits, account.
fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    (15..=34).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes[..2].iter().all(u8::is_ascii_alphabetic)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && remainder(text[4..].bytes().chain(text[..4].bytes())) == 1
}

/// Computes the check digits of a country and an account: 2 to 98.
fn check_digits(country: &str, account: &str) -> u8 {
    98 - remainder(account.bytes().chain(country.bytes()).chain(*b"00"))
}

/// The remainder by 97 of the number that the characters spell, a letter counting as two digits (`A` is 10).
fn remainder(bytes: impl Iterator<Item = u8>) -> u8 {
    let rest = bytes.fold(0_u32, |rest, byte| {
        let digit = char::from(byte).to_digit(36).unwrap_or_default();
        let shift = if digit < 10 { 10 } else { 100 };
        (rest * shift + digit) % 97
    });
    u8::try_from(rest).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masks::tests::{cell, materials, written};
    use crate::{forbidden::Forbidden, key::MaskKey};

    #[test]
    fn an_iban_keeps_its_country_and_shape_and_its_check_digits_hold() {
        let key = MaskKey::from_bytes([3; 32]).derive("bank-account");
        let materials = materials(Forbidden::none());
        for source in
            ["GB82WEST12345698765432", "GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"]
        {
            let drawn = written(|out| mask(&materials, &key, cell(1), source, out)).unwrap();
            let compact: String = drawn.chars().filter(|c| *c != ' ').collect();
            assert_ne!(drawn, source);
            assert!(is_iban(&compact), "{drawn}");
            assert_eq!(drawn[..2], source[..2]);
            assert_eq!(drawn.len(), source.len());
            assert_eq!(drawn.find(' '), source.find(' '));
        }
    }

    #[test]
    fn what_is_no_iban_keeps_its_shape() {
        let key = MaskKey::from_bytes([3; 32]).derive("bank-account");
        let materials = materials(Forbidden::none());
        let drawn = written(|out| mask(&materials, &key, cell(1), "0123456789", out)).unwrap();
        assert!(drawn.len() == 10 && drawn.bytes().all(|b| b.is_ascii_digit()), "{drawn}");
        assert!(!is_iban("GB83WEST12345698765432"));
        assert!(!is_iban("éé83WEST12345698765432"));
    }
}
